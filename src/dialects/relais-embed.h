/* relais-embed.h: OpenAI's embeddings asked of Gemini
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "relais-dialect.h"

G_BEGIN_DECLS

/* What of the question its answer needs. */
typedef struct
{
  guint n_texts;
  gint64 n_tokens; /* about */
  gboolean base64; /* numbers wanted as bytes */
} RelaisEmbedding;

GBytes  *relais_embed_encode_request (GBytes                 *body,
                                      const char             *model,
                                      RelaisEmbedding        *embedding,
                                      GError                **error);
gboolean relais_embed_encode_answer  (const RelaisEmbedding  *embedding,
                                      const char             *model,
                                      const char             *answer,
                                      gsize                   length,
                                      GString                *out);

G_END_DECLS
