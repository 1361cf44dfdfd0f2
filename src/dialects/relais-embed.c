/* relais-embed.c: OpenAI's embeddings asked of Gemini
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-embed"

#include "config.h"

#include <string.h>

#include "base/relais-json-writer.h"
#include "base/relais-json.h"

#include "relais-embed.h"
#include "relais-request-private.h"

#define TEXTS_MAX 100 /* as Gemini's own */

static gboolean
write_text (RelaisJsonWriter      *writer,
            const RelaisJsonNode  *text,
            const char            *model,
            const RelaisJsonNode  *dimensions,
            RelaisEmbedding       *embedding,
            GError               **error)
{
  gsize length;
  const char *raw = relais_json_node_get_raw (text, &length);

  if (relais_json_node_get_kind (text) != RELAIS_JSON_STRING)
    {
      relais_request_fail (error, "input", "must be a text or a list of texts; tokens cannot be translated");
      return FALSE;
    }
  relais_json_writer_object (writer, NULL);
  relais_json_writer_string (writer, "model", model);
  relais_json_writer_object (writer, "content");
  relais_json_writer_array (writer, "parts");
  relais_json_writer_object (writer, NULL);
  relais_json_writer_raw (writer, "text", raw, length);
  relais_json_writer_end_object (writer);
  relais_json_writer_end_array (writer);
  relais_json_writer_end_object (writer);
  embedding->n_texts++;
  embedding->n_tokens += (length + 3) / 4;
  raw = relais_json_node_get_raw (dimensions, &length);
  if (relais_request_is_given (dimensions))
    relais_json_writer_raw (writer, "outputDimensionality", raw, length);
  relais_json_writer_end_object (writer);
  return TRUE;
}

static gboolean
check (const RelaisJsonNode  *root,
       RelaisEmbedding       *embedding,
       GError               **error)
{
  const RelaisJsonNode *form = relais_json_node_get_member (root, "encoding_format");
  const RelaisJsonNode *dimensions = relais_json_node_get_member (root, "dimensions");
  gint64 number = 1;

  embedding->base64 = relais_json_node_equals (form, "base64");
  if (relais_request_is_given (form) && !embedding->base64 && !relais_json_node_equals (form, "float"))
    {
      relais_request_fail (error, "encoding_format", "must be float or base64");
      return FALSE;
    }
  if (relais_request_is_given (dimensions) &&
      (!relais_json_node_get_int (dimensions, &number) || number < 1))
    {
      relais_request_fail (error, "dimensions", "must be a whole number above 0");
      return FALSE;
    }
  return TRUE;
}

/**
 * relais_embed_encode_request:
 * @body: what a client of OpenAI asks
 * @model: the upstream's name of the model
 * @embedding: (out caller-allocates): what the answer will need
 * @error: where to put a failure
 *
 * Fails with [error@Error] `INVALID_REQUEST`, naming the field: lists of tokens have no meaning for
 * another vendor's model.
 *
 * Returns: (transfer full) (nullable): the body of `:batchEmbedContents`
 */
GBytes *
relais_embed_encode_request (GBytes           *body,
                             const char       *model,
                             RelaisEmbedding  *embedding,
                             GError          **error)
{
  g_autoptr (RelaisJson) tree = relais_request_parse (body, error);
  const RelaisJsonNode *root = relais_json_get_root (tree);
  const RelaisJsonNode *input = relais_json_node_get_member (root, "input");
  const RelaisJsonNode *dimensions = relais_json_node_get_member (root, "dimensions");
  gboolean many = relais_json_node_get_kind (input) == RELAIS_JSON_ARRAY;
  g_autofree char *name = g_strconcat (strchr (model, '/') != NULL ? "" : "models/", model, NULL);
  g_autoptr (GString) out = g_string_new (NULL);
  const RelaisJsonNode *key, *text;
  RelaisJsonIter iter;
  RelaisJsonWriter writer;
  gboolean said = TRUE;

  *embedding = (RelaisEmbedding){ 0 };
  if (tree == NULL || !check (root, embedding, error))
    return NULL;
  if (many && (relais_json_node_get_count (input) == 0 ||
               relais_json_node_get_count (input) > TEXTS_MAX))
    {
      relais_request_fail (error, "input", "must hold 1 to 100 texts for this account");
      return NULL;
    }
  relais_json_writer_init (&writer, out);
  relais_json_writer_object (&writer, NULL);
  relais_json_writer_array (&writer, "requests");
  if (many)
    relais_json_iter_init (&iter, input);
  else
    said = write_text (&writer, input, name, dimensions, embedding, error);
  while (many && said && relais_json_iter_next (&iter, &key, &text))
    said = write_text (&writer, text, name, dimensions, embedding, error);
  relais_json_writer_end_array (&writer);
  relais_json_writer_end_object (&writer);
  return said ? g_string_free_to_bytes (g_steal_pointer (&out)) : NULL;
}

/* As OpenAI does: floats of four bytes, the lowest first. */
static gboolean
write_base64 (RelaisJsonWriter     *writer,
              const RelaisJsonNode *values)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *text = NULL;
  const RelaisJsonNode *key, *value;
  RelaisJsonIter iter;

  relais_json_iter_init (&iter, values);
  while (relais_json_iter_next (&iter, &key, &value))
    {
      double number;
      float small;
      guint32 bits;

      if (!relais_json_node_get_double (value, &number))
        return FALSE;
      small = (float)number;
      memcpy (&bits, &small, sizeof bits);
      bits = GUINT32_TO_LE (bits);
      g_byte_array_append (bytes, (const guint8 *)&bits, sizeof bits);
    }
  text = g_base64_encode (bytes->data != NULL ? bytes->data : (const guchar *)"", bytes->len);
  relais_json_writer_string (writer, "embedding", text);
  return TRUE;
}

/**
 * relais_embed_encode_answer:
 * @embedding: what the question was
 * @model: the model's name, for the client
 * @answer: (array length=length): what Gemini answered
 * @length: its bytes
 * @out: where to append the answer for the client
 *
 * Returns: %FALSE when @answer does not hold one embedding for each text; @out is of no use then
 */
gboolean
relais_embed_encode_answer (const RelaisEmbedding *embedding,
                            const char            *model,
                            const char            *answer,
                            gsize                  length,
                            GString               *out)
{
  g_autoptr (RelaisJson) tree = relais_json_parse (answer, length, RELAIS_JSON_MAX_DEPTH, NULL);
  const RelaisJsonNode *list = relais_json_node_get_member (relais_json_get_root (tree), "embeddings");
  const RelaisJsonNode *key, *one;
  RelaisJsonIter iter;
  RelaisJsonWriter writer;
  gint64 n = 0;

  if (relais_json_node_get_kind (list) != RELAIS_JSON_ARRAY ||
      relais_json_node_get_count (list) != embedding->n_texts)
    return FALSE;
  relais_json_writer_init (&writer, out);
  relais_json_writer_object (&writer, NULL);
  relais_json_writer_string (&writer, "object", "list");
  relais_json_writer_array (&writer, "data");
  relais_json_iter_init (&iter, list);
  while (relais_json_iter_next (&iter, &key, &one))
    {
      const RelaisJsonNode *values = relais_json_node_get_member (one, "values");
      gsize n_raw;
      const char *raw = relais_json_node_get_raw (values, &n_raw);

      if (relais_json_node_get_kind (values) != RELAIS_JSON_ARRAY)
        return FALSE;
      relais_json_writer_object (&writer, NULL);
      relais_json_writer_string (&writer, "object", "embedding");
      relais_json_writer_int (&writer, "index", n++);
      if (!embedding->base64)
        relais_json_writer_raw (&writer, "embedding", raw, n_raw);
      else if (!write_base64 (&writer, values))
        return FALSE;
      relais_json_writer_end_object (&writer);
    }
  relais_json_writer_end_array (&writer);
  relais_json_writer_string (&writer, "model", model);
  relais_json_writer_object (&writer, "usage");
  relais_json_writer_int (&writer, "prompt_tokens", embedding->n_tokens);
  relais_json_writer_int (&writer, "total_tokens", embedding->n_tokens);
  relais_json_writer_end_object (&writer);
  relais_json_writer_end_object (&writer);
  return TRUE;
}
