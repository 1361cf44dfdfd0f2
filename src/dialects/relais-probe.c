/* relais-probe.c: the smallest request of each dialect, and the text of its answer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-probe"

#include "config.h"

#include "base/relais-json-writer.h"
#include "base/relais-json.h"

#include "relais-probe.h"

/**
 * relais_probe_encode:
 * @dialect: what to write it in
 * @model: whom to ask
 * @text: what to say
 *
 * Returns: (transfer full): a request body of one user message
 */
char *
relais_probe_encode (RelaisDialectId  dialect,
                     const char      *model,
                     const char      *text)
{
  GString *out = g_string_new (NULL);
  RelaisJsonWriter json;

  relais_json_writer_init (&json, out);
  relais_json_writer_object (&json, NULL);
  if (dialect == RELAIS_DIALECT_GEMINI)
    {
      relais_json_writer_array (&json, "contents");
      relais_json_writer_object (&json, NULL);
      relais_json_writer_string (&json, "role", "user");
      relais_json_writer_array (&json, "parts");
      relais_json_writer_object (&json, NULL);
      relais_json_writer_string (&json, "text", text);
      relais_json_writer_end_object (&json);
      relais_json_writer_end_array (&json);
      relais_json_writer_end_object (&json);
      relais_json_writer_end_array (&json);
    }
  else
    {
      relais_json_writer_string (&json, "model", model);
      if (dialect == RELAIS_DIALECT_ANTHROPIC)
        relais_json_writer_int (&json, "max_tokens", 1024);
      if (dialect == RELAIS_DIALECT_OPENAI_RESPONSES)
        {
          relais_json_writer_string (&json, "input", text);
          relais_json_writer_boolean (&json, "store", FALSE);
        }
      else
        {
          relais_json_writer_array (&json, "messages");
          relais_json_writer_object (&json, NULL);
          relais_json_writer_string (&json, "role", "user");
          relais_json_writer_string (&json, "content", text);
          relais_json_writer_end_object (&json);
          relais_json_writer_end_array (&json);
        }
    }
  relais_json_writer_end_object (&json);
  return g_string_free (out, FALSE);
}

/**
 * relais_probe_dup_tail:
 * @dialect: a dialect
 * @model: whom to ask
 *
 * Returns: (transfer full): the path of a whole answer behind the base and its version
 */
char *
relais_probe_dup_tail (RelaisDialectId  dialect,
                       const char      *model)
{
  g_autofree char *escaped = NULL;

  switch (dialect)
    {
    case RELAIS_DIALECT_OPENAI_RESPONSES:
      return g_strdup ("responses");
    case RELAIS_DIALECT_ANTHROPIC:
      return g_strdup ("messages");
    case RELAIS_DIALECT_GEMINI:
      escaped = g_uri_escape_string (model, "/", FALSE);
      return g_strdup_printf ("models/%s:generateContent", escaped);
    case RELAIS_DIALECT_OPENAI_CHAT:
    case RELAIS_N_DIALECTS:
    default:
      return g_strdup ("chat/completions");
    }
}

/* The text of the first part that has one: a thinking block may stand before it. */
static char *
first_text (const RelaisJsonNode *parts)
{
  const RelaisJsonNode *part;
  RelaisJsonIter iter;
  char *text = NULL;

  relais_json_iter_init (&iter, parts);
  while (text == NULL && relais_json_iter_next (&iter, NULL, &part))
    text = relais_json_node_dup_string (relais_json_node_get_member (part, "text"));
  return text;
}

static char *
response_text (const RelaisJsonNode *output)
{
  const RelaisJsonNode *item;
  RelaisJsonIter iter;
  char *text = NULL;

  relais_json_iter_init (&iter, output);
  while (text == NULL && relais_json_iter_next (&iter, NULL, &item))
    text = first_text (relais_json_node_get_member (item, "content"));
  return text;
}

/**
 * relais_probe_decode:
 * @dialect: what the answer is written in
 * @json: its body
 * @length: bytes of it
 * @text: (out) (transfer full): its first text
 * @model: (out) (transfer full) (nullable): who answered
 *
 * Returns: whether it holds a text
 */
gboolean
relais_probe_decode (RelaisDialectId   dialect,
                     const char       *json,
                     gsize             length,
                     char            **text,
                     char            **model)
{
  g_autoptr (RelaisJson) document = relais_json_parse (json, length, RELAIS_JSON_MAX_DEPTH, NULL);
  const RelaisJsonNode *root = document != NULL ? relais_json_get_root (document) : NULL;
  const RelaisJsonNode *first;
  const char *field;

  *text = NULL;
  field = dialect == RELAIS_DIALECT_GEMINI ? "modelVersion" : "model";
  *model = relais_json_node_dup_string (relais_json_node_get_member (root, field));
  switch (dialect)
    {
    case RELAIS_DIALECT_OPENAI_RESPONSES:
      *text = response_text (relais_json_node_get_member (root, "output"));
      break;
    case RELAIS_DIALECT_ANTHROPIC:
      *text = first_text (relais_json_node_get_member (root, "content"));
      break;
    case RELAIS_DIALECT_GEMINI:
      first = relais_json_node_get_element (relais_json_node_get_member (root, "candidates"), 0);
      *text = first_text (relais_json_node_get_path (first, "content", "parts", NULL));
      break;
    case RELAIS_DIALECT_OPENAI_CHAT:
    case RELAIS_N_DIALECTS:
    default:
      first = relais_json_node_get_element (relais_json_node_get_member (root, "choices"), 0);
      *text = relais_json_node_dup_string (relais_json_node_get_path (first, "message", "content", NULL));
      break;
    }
  return *text != NULL;
}
