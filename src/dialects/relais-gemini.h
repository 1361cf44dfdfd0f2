/* relais-gemini.h: the dialect of Gemini's generateContent
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "relais-decoder-private.h"
#include "relais-encoder-private.h"

G_BEGIN_DECLS

extern const RelaisDialect relais_gemini;
extern const RelaisDecoderClass relais_gemini_decoder;

RelaisPrompt *relais_gemini_decode_request (GBytes      *body,
                                            const char  *model,
                                            gboolean     stream,
                                            GError     **error);

gboolean relais_gemini_encode_request (const RelaisPrompt    *prompt,
                                       const RelaisTarget    *target,
                                       RelaisChanges         *changes,
                                       GString               *out,
                                       GError               **error);
void     relais_gemini_read_usage     (const RelaisJsonNode  *counts,
                                       RelaisUsage           *found);
gboolean relais_gemini_read_finish    (const RelaisJsonNode  *reason,
                                       RelaisFinish          *finish);

void        relais_gemini_encode_whole   (RelaisEncoder          *encoder,
                                          const RelaisEvent      *finish,
                                          GString                *out);
const char *relais_gemini_name_finish    (RelaisFinish            finish);
void        relais_gemini_write_call     (RelaisJsonWriter       *writer,
                                          RelaisEncoder          *encoder,
                                          const RelaisPart       *part);
void        relais_gemini_write_usage    (RelaisJsonWriter       *writer,
                                          const RelaisUsage      *usage,
                                          gboolean                last);
void        relais_gemini_encode_failure (const RelaisFailure    *failure,
                                          guint                   status,
                                          const char             *request_id,
                                          GString                *out);
void        relais_gemini_encode_models  (const RelaisModelInfo  *models,
                                          gsize                   n_models,
                                          const RelaisListQuery  *query,
                                          GString                *out);
void        relais_gemini_encode_model   (const RelaisModelInfo  *model,
                                          GString                *out);
void        relais_gemini_tap            (const char             *json,
                                          gsize                   length,
                                          RelaisUsage            *usage,
                                          RelaisFinish           *finish,
                                          char                  **error_message);

RelaisEncoder *relais_gemini_encoder_new          (const RelaisPrompt  *prompt,
                                                   RelaisForm           form,
                                                   RelaisIdFunc         make_id,
                                                   gpointer             id_data);
void           relais_gemini_encode_failure_event (const RelaisFailure *failure,
                                                   guint                status,
                                                   RelaisForm           form,
                                                   GString             *out);

G_END_DECLS
