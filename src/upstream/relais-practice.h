/* relais-practice.h: the built-in upstream: answers from the prompt, no network
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "model/relais-event.h"
#include "model/relais-prompt.h"

G_BEGIN_DECLS

typedef struct _RelaisPractice RelaisPractice;

RelaisPractice   *relais_practice_start      (const RelaisPrompt *prompt,
                                              RelaisEventFunc     func,
                                              gpointer            user_data);
void              relais_practice_set_paused (RelaisPractice     *self,
                                              gboolean            paused);
void              relais_practice_free       (RelaisPractice     *self);
const char *const*relais_practice_get_models (void);

G_END_DECLS
