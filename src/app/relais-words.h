/* relais-words.h: states, errors and measures in the words of the person
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/relais-config.h"
#include "base/relais-start-failure.h"

G_BEGIN_DECLS

char       *relais_words_failure   (const RelaisStartFailure *failure);
char       *relais_words_error     (const GError             *error);
char       *relais_words_trouble   (const GError             *error,
                                    const char               *key_file);
const char *relais_words_auth_mode (RelaisAuthMode            mode,
                                    RelaisAuthMode            effective);
const char *relais_words_provider  (const char               *id,
                                    const char               *name);
char       *relais_words_duration  (gint64                    duration_us);
char       *relais_words_time      (gint64                    time_us);
char       *relais_words_moment    (gint64                    time_us);
char       *relais_words_amount    (gint64                    amount);
char       *relais_words_share     (double                    share);
char       *relais_words_size      (gsize                     size,
                                    gsize                     total,
                                    gboolean                  is_whole);

G_END_DECLS
