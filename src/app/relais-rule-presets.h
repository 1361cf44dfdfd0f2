/* relais-rule-presets.h: rules that are ready to be put in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/relais-rules.h"

G_BEGIN_DECLS

const RelaisRule *relais_rule_presets_find (const char        *id,
                                            guint             *n_rules);
RelaisRules      *relais_rule_presets_add  (const RelaisRules *rules,
                                            const char        *id);

G_END_DECLS
