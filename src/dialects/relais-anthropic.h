/* relais-anthropic.h: the dialect of Anthropic's Messages
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "relais-decoder-private.h"
#include "relais-encoder-private.h"

G_BEGIN_DECLS

extern const RelaisDialect relais_anthropic;
extern const RelaisDecoderClass relais_anthropic_decoder;

RelaisPrompt *relais_anthropic_decode_request (GBytes      *body,
                                               const char  *model,
                                               gboolean     stream,
                                               GError     **error);
RelaisPrompt *relais_anthropic_decode_count   (GBytes      *body,
                                               GError     **error);

gboolean relais_anthropic_encode_request (const RelaisPrompt    *prompt,
                                          const RelaisTarget    *target,
                                          RelaisChanges         *changes,
                                          GString               *out,
                                          GError               **error);
void     relais_anthropic_read_usage     (const RelaisJsonNode  *counts,
                                          RelaisUsage           *usage);
gboolean relais_anthropic_read_stop      (const RelaisJsonNode  *reason,
                                          RelaisFinish          *finish);

void relais_anthropic_encode_whole   (RelaisEncoder          *encoder,
                                      const RelaisEvent      *finish,
                                      GString                *out);
void relais_anthropic_write_input    (RelaisJsonWriter       *writer,
                                      const RelaisUsage      *usage);
void relais_anthropic_write_stop     (RelaisJsonWriter       *writer,
                                      const RelaisEvent      *finish);
void relais_anthropic_encode_failure (const RelaisFailure    *failure,
                                      guint                   status,
                                      const char             *request_id,
                                      GString                *out);
void relais_anthropic_write_failure  (RelaisJsonWriter       *writer,
                                      const RelaisFailure    *failure,
                                      guint                   status);
void relais_anthropic_encode_models  (const RelaisModelInfo  *models,
                                      gsize                   n_models,
                                      const RelaisListQuery  *query,
                                      GString                *out);
void relais_anthropic_encode_model   (const RelaisModelInfo  *model,
                                      GString                *out);
void relais_anthropic_tap            (const char             *json,
                                      gsize                   length,
                                      RelaisUsage            *usage,
                                      RelaisFinish           *finish,
                                      char                  **error_message);

RelaisEncoder *relais_anthropic_encoder_new          (const RelaisPrompt  *prompt,
                                                      RelaisForm           form,
                                                      RelaisIdFunc         make_id,
                                                      gpointer             id_data);
void           relais_anthropic_encode_failure_event (const RelaisFailure *failure,
                                                      guint                status,
                                                      RelaisForm           form,
                                                      GString             *out);

G_END_DECLS
