/* relais-openai-chat.h: the dialect of OpenAI's Chat Completions
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "relais-decoder-private.h"
#include "relais-encoder-private.h"

G_BEGIN_DECLS

extern const RelaisDialect relais_openai_chat;
extern const RelaisDialect relais_openai_completions;

RelaisPrompt *relais_openai_chat_decode_request (GBytes      *body,
                                                 const char  *model,
                                                 gboolean     stream,
                                                 GError     **error);

extern const RelaisDecoderClass relais_openai_chat_decoder;

gboolean relais_openai_chat_encode_request (const RelaisPrompt    *prompt,
                                            const RelaisTarget    *target,
                                            RelaisChanges         *changes,
                                            GString               *out,
                                            GError               **error);
void     relais_openai_chat_read_usage     (const RelaisJsonNode  *usage,
                                            RelaisUsage           *found);
gboolean relais_openai_chat_read_finish    (const RelaisJsonNode  *reason,
                                            RelaisFinish          *finish);

void        relais_openai_chat_encode_whole   (RelaisEncoder          *encoder,
                                               const RelaisEvent      *finish,
                                               GString                *out);
void        relais_openai_chat_write_usage    (RelaisJsonWriter       *writer,
                                               const char             *name,
                                               const RelaisUsage      *usage);
const char *relais_openai_chat_name_finish    (RelaisFinish            finish);
void        relais_openai_chat_write_failure  (RelaisJsonWriter       *writer,
                                               const RelaisFailure    *failure,
                                               guint                   status);
void        relais_openai_chat_encode_failure (const RelaisFailure    *failure,
                                               guint                   status,
                                               const char             *request_id,
                                               GString                *out);
void        relais_openai_chat_encode_models  (const RelaisModelInfo  *models,
                                               gsize                   n_models,
                                               const RelaisListQuery  *query,
                                               GString                *out);
void        relais_openai_chat_encode_model   (const RelaisModelInfo  *model,
                                               GString                *out);
void        relais_openai_chat_tap            (const char             *json,
                                               gsize                   length,
                                               RelaisUsage            *usage,
                                               RelaisFinish           *finish,
                                               char                  **error_message);

RelaisEncoder *relais_openai_chat_encoder_new          (const RelaisPrompt  *prompt,
                                                        RelaisForm           form,
                                                        RelaisIdFunc         make_id,
                                                        gpointer             id_data);
void           relais_openai_chat_encode_failure_event (const RelaisFailure *failure,
                                                        guint                status,
                                                        RelaisForm           form,
                                                        GString             *out);

G_END_DECLS
