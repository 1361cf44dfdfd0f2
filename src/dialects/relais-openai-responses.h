/* relais-openai-responses.h: the dialect of OpenAI's Responses
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "relais-decoder-private.h"
#include "relais-encoder-private.h"

G_BEGIN_DECLS

extern const RelaisDialect relais_openai_responses;
extern const RelaisDecoderClass relais_openai_responses_decoder;

gboolean relais_openai_responses_encode_request (const RelaisPrompt    *prompt,
                                                 const RelaisTarget    *target,
                                                 RelaisChanges         *changes,
                                                 GString               *out,
                                                 GError               **error);
void     relais_openai_responses_read_usage     (const RelaisJsonNode  *usage,
                                                 RelaisUsage           *found);
void     relais_openai_responses_read_status    (const RelaisJsonNode  *response,
                                                 RelaisFinish          *finish);

RelaisPrompt *relais_openai_responses_decode_request (GBytes      *body,
                                                      const char  *model,
                                                      gboolean     stream,
                                                      GError     **error);

void        relais_openai_responses_encode_whole    (RelaisEncoder      *encoder,
                                                     const RelaisEvent  *finish,
                                                     GString            *out);
void        relais_openai_responses_write_response  (RelaisJsonWriter   *writer,
                                                     const char         *name,
                                                     RelaisEncoder      *encoder,
                                                     const RelaisEvent  *end,
                                                     const GString      *output);
void        relais_openai_responses_write_part      (RelaisJsonWriter   *writer,
                                                     const char         *name,
                                                     gboolean            refusal,
                                                     const char         *text);
void        relais_openai_responses_write_message   (RelaisJsonWriter   *writer,
                                                     const char         *name,
                                                     const char         *id,
                                                     const GString      *parts);
void        relais_openai_responses_write_call      (RelaisJsonWriter   *writer,
                                                     const char         *name,
                                                     const char         *id,
                                                     const RelaisPart   *call,
                                                     gboolean            cut);
void        relais_openai_responses_write_reasoning (RelaisJsonWriter   *writer,
                                                     const char         *name,
                                                     const char         *id,
                                                     const char         *summary,
                                                     const char         *encrypted);
const char *relais_openai_responses_name_end        (const RelaisEvent  *end);
void        relais_openai_responses_tap             (const char         *json,
                                                     gsize               length,
                                                     RelaisUsage        *usage,
                                                     RelaisFinish       *finish,
                                                     char              **error_message);

RelaisEncoder *relais_openai_responses_encoder_new          (const RelaisPrompt  *prompt,
                                                             RelaisForm           form,
                                                             RelaisIdFunc         make_id,
                                                             gpointer             id_data);
void           relais_openai_responses_encode_failure_event (const RelaisFailure *failure,
                                                             guint                status,
                                                             RelaisForm           form,
                                                             GString             *out);

G_END_DECLS
