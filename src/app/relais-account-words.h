/* relais-account-words.h: how accounts fare, in the words of the person
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "engine/relais-engine.h"

G_BEGIN_DECLS

char *relais_account_words_span    (gint64                      left_us);
char *relais_account_words_trouble (const RelaisAccountTrouble *trouble,
                                    gint64                      now_us,
                                    gboolean                    brief);
char *relais_account_words_stopped (RelaisAccountRow           *account);
char *relais_account_words_trace   (GPtrArray                  *trace);

G_END_DECLS
