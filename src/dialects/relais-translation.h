/* relais-translation.h: one request carried into another dialect, and its answer read back
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "relais-dialect.h"

G_BEGIN_DECLS

typedef struct _RelaisTranslation RelaisTranslation;

RelaisTranslation  *relais_translation_new         (RelaisPrompt        *prompt,
                                                    RelaisDialectId      source,
                                                    const RelaisTarget  *target);
void                relais_translation_free        (RelaisTranslation   *self);
gboolean            relais_translation_encode      (RelaisTranslation   *self,
                                                    GString             *out,
                                                    GError             **error);
const RelaisPrompt *relais_translation_get_prompt  (RelaisTranslation   *self);
RelaisChanges      *relais_translation_get_changes (RelaisTranslation   *self);
void                relais_translation_listen      (RelaisTranslation   *self,
                                                    gsize                max_event_bytes,
                                                    RelaisEventFunc      func,
                                                    gpointer             user_data);
void                relais_translation_push        (RelaisTranslation   *self,
                                                    const char          *bytes,
                                                    gsize                length);
void                relais_translation_finish      (RelaisTranslation   *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelaisTranslation, relais_translation_free)

G_END_DECLS
