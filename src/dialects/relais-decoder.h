/* relais-decoder.h: the answer of an upstream, read into events
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "relais-dialect.h"

G_BEGIN_DECLS

RelaisDecoder *relais_decoder_new     (RelaisDialectId      dialect,
                                       gsize                max_event_bytes,
                                       RelaisEventFunc      func,
                                       gpointer             user_data);
void           relais_decoder_push    (RelaisDecoder       *self,
                                       const char          *bytes,
                                       gsize                length);
void           relais_decoder_finish  (RelaisDecoder       *self);
gboolean       relais_decoder_is_over (const RelaisDecoder *self);
void           relais_decoder_free    (RelaisDecoder       *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelaisDecoder, relais_decoder_free)

G_END_DECLS
