/* relais-count.c: how many tokens a request has, asked for, answered and guessed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-count"

#include "config.h"

#include <string.h>

#include "base/relais-json-writer.h"
#include "base/relais-json.h"

#include "relais-anthropic.h"
#include "relais-count.h"

/* What of a request the counting operations take; the rest is refused there or means nothing. */
static const char *const counted[RELAIS_N_DIALECTS][9] = {
  [RELAIS_DIALECT_OPENAI_CHAT] = { NULL },
  [RELAIS_DIALECT_OPENAI_RESPONSES] = { "model", "input", "instructions", "tools", "tool_choice", "text", "reasoning", NULL },
  [RELAIS_DIALECT_ANTHROPIC] = { "model", "messages", "system", "tools", "tool_choice", "thinking", NULL },
  [RELAIS_DIALECT_GEMINI] = { "contents", "systemInstruction", "tools", "toolConfig", "generationConfig", NULL },
};

/**
 * relais_count_decode_request:
 * @dialect: the client's
 * @body: a request to count
 * @model: (nullable): the model in the path
 * @error: where to put a failure
 *
 * As `decode_request` of the dialect does, of a request that may say no limit of tokens, or, of
 * Gemini, stands in `generateContentRequest`.
 *
 * Returns: (transfer full) (nullable): the request, or %NULL with @error set
 */
RelaisPrompt *
relais_count_decode_request (RelaisDialectId   dialect,
                             GBytes           *body,
                             const char       *model,
                             GError          **error)
{
  gsize length;
  const char *bytes = g_bytes_get_data (body, &length);
  g_autoptr (RelaisJson) tree = NULL;
  g_autoptr (GBytes) inner = NULL;
  const RelaisJsonNode *wrapped;
  const char *raw;

  if (dialect == RELAIS_DIALECT_ANTHROPIC)
    return relais_anthropic_decode_count (body, error);
  if (dialect != RELAIS_DIALECT_GEMINI)
    return relais_dialect_get (dialect)->decode_request (body, model, FALSE, error);
  tree = relais_json_parse (bytes != NULL ? bytes : "", length, RELAIS_JSON_MAX_DEPTH, NULL);
  wrapped = relais_json_node_get_member (relais_json_get_root (tree), "generateContentRequest");
  if (wrapped == NULL)
    wrapped = relais_json_node_get_member (relais_json_get_root (tree), "generate_content_request");
  if (relais_json_node_get_kind (wrapped) != RELAIS_JSON_OBJECT)
    return relais_dialect_get (dialect)->decode_request (body, model, FALSE, error);
  raw = relais_json_node_get_raw (wrapped, &length);
  inner = g_bytes_new (raw, length);
  return relais_dialect_get (dialect)->decode_request (inner, model, FALSE, error);
}

/**
 * relais_count_encode_request:
 * @dialect: the upstream's, one that counts: not Chat
 * @model: the upstream's name of the model
 * @request: (array length=length): a generation request for it
 * @length: its bytes
 *
 * Returns: (transfer full): the body to ask with
 */
GBytes *
relais_count_encode_request (RelaisDialectId  dialect,
                             const char      *model,
                             const char      *request,
                             gsize            length)
{
  g_autoptr (RelaisJson) tree = relais_json_parse (request, length, RELAIS_JSON_MAX_DEPTH, NULL);
  const RelaisJsonNode *root = relais_json_get_root (tree);
  RelaisJsonWriter writer;
  GString *out = g_string_sized_new (length);

  relais_json_writer_init (&writer, out);
  relais_json_writer_object (&writer, NULL);
  if (dialect == RELAIS_DIALECT_GEMINI)
    {
      g_autofree char *name =
        g_strconcat (strchr (model, '/') != NULL ? "" : "models/", model, NULL);

      relais_json_writer_object (&writer, "generateContentRequest");
      relais_json_writer_string (&writer, "model", name);
    }
  for (const char *const *name = counted[dialect]; *name != NULL; name++)
    {
      const RelaisJsonNode *value = relais_json_node_get_member (root, *name);
      gsize n_raw;
      const char *raw = relais_json_node_get_raw (value, &n_raw);

      if (value != NULL)
        relais_json_writer_raw (&writer, *name, raw, n_raw);
    }
  if (dialect == RELAIS_DIALECT_GEMINI)
    relais_json_writer_end_object (&writer);
  relais_json_writer_end_object (&writer);
  return g_string_free_to_bytes (out);
}

/**
 * relais_count_decode:
 * @dialect: the upstream's
 * @json: (array length=length): its answer
 * @length: its bytes
 *
 * Returns: the tokens; -1 where it does not say
 */
gint64
relais_count_decode (RelaisDialectId  dialect,
                     const char      *json,
                     gsize            length)
{
  g_autoptr (RelaisJson) tree = relais_json_parse (json, length, RELAIS_JSON_MAX_DEPTH, NULL);
  const char *name = dialect == RELAIS_DIALECT_GEMINI ? "totalTokens" : "input_tokens";
  gint64 n_tokens;

  if (!relais_json_node_get_int (relais_json_node_get_member (relais_json_get_root (tree), name),
                                 &n_tokens))
    return -1;
  return MAX (n_tokens, -1);
}

/**
 * relais_count_encode:
 * @dialect: the client's
 * @n_tokens: tokens of what it asked about
 * @out: where to append the answer
 */
void
relais_count_encode (RelaisDialectId  dialect,
                     gint64           n_tokens,
                     GString         *out)
{
  RelaisJsonWriter writer;

  relais_json_writer_init (&writer, out);
  relais_json_writer_object (&writer, NULL);
  if (dialect == RELAIS_DIALECT_OPENAI_RESPONSES)
    relais_json_writer_string (&writer, "object", "response.input_tokens");
  relais_json_writer_int (&writer, dialect == RELAIS_DIALECT_GEMINI ? "totalTokens" : "input_tokens",
                          n_tokens);
  relais_json_writer_end_object (&writer);
}

#define WEIGHT_PER_TOKEN 12

/**
 * relais_count_weigh:
 * @text: (array length=length): some of a text, UTF-8; it may begin and end anywhere
 * @length: its bytes
 *
 * In twelfths of a token, so that nothing is rounded before the end: 3 a byte of ASCII, 8 another
 * character. The parts of a text weigh what the whole does.
 *
 * Returns: its weight, for [func@count_from_weight]
 */
gint64
relais_count_weigh (const char *text,
                    gsize       length)
{
  gint64 weight = 0;

  for (gsize i = 0; i < length; i++)
    weight += (guchar)text[i] < 0x80 ? 3 : (guchar)text[i] >= 0xc0 ? 8
                                                                   : 0;
  return weight;
}

/**
 * relais_count_from_weight:
 * @weight: what texts weigh, together
 *
 * Returns: about how many tokens that is, rounded up
 */
gint64
relais_count_from_weight (gint64 weight)
{
  return (weight + WEIGHT_PER_TOKEN - 1) / WEIGHT_PER_TOKEN;
}

static gint64
weigh (const char *text)
{
  return text != NULL ? relais_count_weigh (text, strlen (text)) : 0;
}

static gint64
weigh_parts (const GPtrArray *parts,
             gint64           image)
{
  gint64 weight = 0;

  for (guint i = 0; parts != NULL && i < parts->len; i++)
    {
      const RelaisPart *part = g_ptr_array_index (parts, i);

      weight += weigh (part->text) + weigh (part->name) + weigh (part->args);
      if (part->type == RELAIS_PART_IMAGE)
        weight += image * WEIGHT_PER_TOKEN;
      else if (part->data != NULL) /* base64 of a document: 3 bytes of it in 4 characters */
        weight += (gint64)strlen (part->data) * 3 / 4 * 3;
      weight += weigh_parts (part->content, image);
    }
  return weight;
}

/**
 * relais_count_estimate:
 * @prompt: a request
 * @upstream: who would answer it: pictures cost differently
 *
 * A quarter of a token for a byte of ASCII, two thirds for another character, four for each
 * message, and what each vendor says a usual picture costs.
 *
 * Returns: about how many tokens it has, at least 1
 */
gint64
relais_count_estimate (const RelaisPrompt *prompt,
                       RelaisDialectId     upstream)
{
  static const gint64 images[] = {
    [RELAIS_DIALECT_OPENAI_CHAT] = 765,
    [RELAIS_DIALECT_OPENAI_RESPONSES] = 765,
    [RELAIS_DIALECT_ANTHROPIC] = 1100,
    [RELAIS_DIALECT_GEMINI] = 258,
  };
  gint64 image = images[upstream];
  gint64 weight = weigh_parts (prompt->system, image);

  for (guint i = 0; i < prompt->messages->len; i++)
    {
      const RelaisMessage *message = g_ptr_array_index (prompt->messages, i);

      weight += weigh_parts (message->parts, image) + 4 * WEIGHT_PER_TOKEN;
    }
  for (guint i = 0; i < prompt->tools->len; i++)
    {
      const RelaisTool *tool = g_ptr_array_index (prompt->tools, i);

      weight += weigh (tool->name) + weigh (tool->description) + weigh (tool->schema);
    }
  weight += weigh (prompt->format_schema);
  return MAX (1, relais_count_from_weight (weight));
}
