/* relais-rule-words.h: what rules say, what is wrong with them and what they come to, in words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/relais-rules.h"
#include "engine/relais-engine.h"

G_BEGIN_DECLS

char *relais_rule_words_target   (RelaisEngine           *engine,
                                  const RelaisRule       *rule,
                                  gboolean               *broken);
char *relais_rule_words_fault    (const RelaisRulesFault *fault);
char *relais_rule_words_rule     (const RelaisForecast   *forecast);
char *relais_rule_words_accounts (const RelaisForecast   *forecast);

G_END_DECLS
