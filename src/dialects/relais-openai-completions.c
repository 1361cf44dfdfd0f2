/* relais-openai-completions.c: OpenAI's older text completions, as a kind of Chat
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-openai-completions"

#include "config.h"

#include <string.h>

#include "base/relais-json.h"

#include "relais-openai-chat.h"
#include "relais-request-private.h"

/* What has another form in Chat Completions, or none; all else goes there as it is, but for what
 * it takes to call. */
static const char *const own[] = { "prompt", "suffix", "echo", "logprobs", "best_of", "messages", NULL };

/* A text cannot answer with a call. */
static const char *const calling[] = { "tools", "tool_choice", "functions", "function_call", NULL };

/* What is the same as saying nothing. */
static gboolean
is_void (const RelaisJsonNode *value)
{
  switch (relais_json_node_get_kind (value))
    {
    case RELAIS_JSON_NONE:
    case RELAIS_JSON_NULL:
      return TRUE;
    case RELAIS_JSON_BOOLEAN:
      return !relais_json_node_get_boolean (value, TRUE);
    case RELAIS_JSON_STRING:
      return relais_json_node_equals (value, "");
    case RELAIS_JSON_NUMBER:
    case RELAIS_JSON_ARRAY:
    case RELAIS_JSON_OBJECT:
    default:
      return FALSE;
    }
}

/* The one text there is, or NULL. */
static const RelaisJsonNode *
find_prompt (const RelaisJsonNode  *root,
             GError               **error)
{
  const RelaisJsonNode *prompt = relais_json_node_get_member (root, "prompt");

  if (relais_json_node_get_kind (prompt) == RELAIS_JSON_ARRAY &&
      relais_json_node_get_count (prompt) == 1)
    prompt = relais_json_node_get_element (prompt, 0);
  if (relais_json_node_get_kind (prompt) == RELAIS_JSON_STRING)
    return prompt;
  relais_request_fail (error, "prompt", "must be one text; lists of texts or tokens cannot be translated");
  return NULL;
}

/* A prompt becomes what the user says. @stream stands in the body. */
static RelaisPrompt *
decode_request (GBytes      *body,
                const char  *model,
                gboolean     stream,
                GError     **error)
{
  static const char *const refused[] = { "suffix", "echo", "logprobs", NULL };
  g_autoptr (RelaisJson) tree = relais_request_parse (body, error);
  const RelaisJsonNode *root = relais_json_get_root (tree);
  const RelaisJsonNode *said, *key, *value;
  RelaisJsonIter iter;
  g_autoptr (GBytes) chat = NULL;
  RelaisJsonWriter writer;
  RelaisPrompt *prompt;
  GString *out;
  const char *raw;
  gsize length;
  gint64 best_of = 1;

  if (tree == NULL || (said = find_prompt (root, error)) == NULL)
    return NULL;
  for (const char *const *name = refused; *name != NULL; name++)
    if (!is_void (relais_json_node_get_member (root, *name)))
      {
        relais_request_fail (error, *name, "cannot be translated for this account");
        return NULL;
      }
  if (relais_json_node_get_int (relais_json_node_get_member (root, "best_of"), &best_of) &&
      best_of != 1)
    {
      relais_request_fail (error, "best_of", "cannot be translated for this account");
      return NULL;
    }
  out = g_string_new (NULL);
  relais_json_writer_init (&writer, out);
  relais_json_writer_object (&writer, NULL);
  relais_json_iter_init (&iter, root);
  while (relais_json_iter_next (&iter, &key, &value))
    {
      g_autofree char *name = relais_json_node_dup_string (key);

      raw = relais_json_node_get_raw (value, &length);
      if (!g_strv_contains (own, name) && !g_strv_contains (calling, name))
        relais_json_writer_raw (&writer, name, raw, length);
    }
  raw = relais_json_node_get_raw (said, &length);
  relais_json_writer_array (&writer, "messages");
  relais_json_writer_object (&writer, NULL);
  relais_json_writer_string (&writer, "role", "user");
  relais_json_writer_raw (&writer, "content", raw, length);
  relais_json_writer_end_object (&writer);
  relais_json_writer_end_array (&writer);
  relais_json_writer_end_object (&writer);
  chat = g_string_free_to_bytes (out);
  prompt = relais_openai_chat_decode_request (chat, NULL, stream, error);
  if (prompt == NULL)
    return NULL;
  relais_request_note_unread (prompt, tree);
  for (const char *const *name = calling; *name != NULL; name++)
    relais_request_note_extra (prompt, relais_json_node_get_member (root, *name), *name,
                               RELAIS_EXTRA_TOLD);
  return prompt;
}

/* Everything up to the end of the text's value. */
static void
write_head (RelaisEncoder    *encoder,
            RelaisJsonWriter *writer,
            const char       *text,
            gssize            length)
{
  relais_json_writer_object (writer, NULL);
  relais_json_writer_string (writer, "id", encoder->id);
  relais_json_writer_string (writer, "object", "text_completion");
  relais_json_writer_int (writer, "created", encoder->created);
  relais_json_writer_string (writer, "model", encoder->model);
  relais_json_writer_array (writer, "choices");
  if (text == NULL)
    return;
  relais_json_writer_object (writer, NULL);
  relais_json_writer_int (writer, "index", 0);
  relais_json_writer_text (writer, "text", text, length);
  relais_json_writer_null (writer, "logprobs");
}

static void
write_chunk (RelaisEncoder *encoder,
             const char    *text,
             gssize         length,
             const char    *finish,
             GString       *out)
{
  RelaisJsonWriter writer;

  g_string_append (out, "data: ");
  relais_json_writer_init (&writer, out);
  write_head (encoder, &writer, text, length);
  if (text != NULL)
    {
      relais_json_writer_string (&writer, "finish_reason", finish);
      relais_json_writer_end_object (&writer);
    }
  relais_json_writer_end_array (&writer);
  if (text == NULL)
    relais_openai_chat_write_usage (&writer, "usage", &encoder->usage);
  relais_json_writer_end_object (&writer);
  g_string_append (out, "\n\n");
}

/* Thoughts have no place here; tools were never declared. */
static void
step (RelaisEncoder     *encoder,
      const RelaisEvent *event,
      GString           *out)
{
  if (event->type == RELAIS_EVENT_TEXT || event->type == RELAIS_EVENT_REFUSAL)
    write_chunk (encoder, event->text, event->length, NULL, out);
  if (event->type != RELAIS_EVENT_FINISH)
    return;
  write_chunk (encoder, "", 0, relais_openai_chat_name_finish (event->finish), out);
  if (encoder->prompt->include_usage && relais_usage_is_told (&encoder->usage))
    write_chunk (encoder, NULL, 0, NULL, out);
  g_string_append (out, "data: [DONE]\n\n");
}

static void
whole (RelaisEncoder     *encoder,
       const RelaisEvent *finish,
       GString           *out)
{
  g_autoptr (GString) text = g_string_new (NULL);
  RelaisJsonWriter writer;

  for (guint i = 0; i < encoder->parts->len; i++)
    {
      const RelaisPart *part = g_ptr_array_index (encoder->parts, i);

      if (part->type == RELAIS_PART_TEXT || part->type == RELAIS_PART_REFUSAL)
        g_string_append (text, part->text);
    }
  relais_json_writer_init (&writer, out);
  write_head (encoder, &writer, text->str, text->len);
  relais_json_writer_string (&writer, "finish_reason", relais_openai_chat_name_finish (finish->finish));
  relais_json_writer_end_object (&writer);
  relais_json_writer_end_array (&writer);
  if (relais_usage_is_told (&encoder->usage))
    relais_openai_chat_write_usage (&writer, "usage", &encoder->usage);
  relais_json_writer_end_object (&writer);
}

static void
fail (RelaisEncoder     *encoder,
      const RelaisEvent *event,
      GString           *out)
{
  guint status = relais_dialect_failure_status (RELAIS_DIALECT_OPENAI_CHAT, event->failure);

  relais_openai_chat_encode_failure_event (event->failure, status, encoder->form, out);
}

static const RelaisEncoderClass completions_class = {
  .dialect = RELAIS_DIALECT_OPENAI_CHAT,
  .origin = RELAIS_ORIGIN_OPENAI_CHAT,
  .size = sizeof (RelaisEncoder),
  .answer_prefix = "cmpl-",
  .call_prefix = "call_",
  .step = step,
  .whole = whole,
  .fail = fail,
};

static RelaisEncoder *
encoder_new (const RelaisPrompt *prompt,
             RelaisForm          form,
             RelaisIdFunc        make_id,
             gpointer            id_data)
{
  return relais_encoder_new (&completions_class, prompt, form, make_id, id_data);
}

const RelaisDialect relais_openai_completions = {
  .id = RELAIS_DIALECT_OPENAI_CHAT,
  .name = "openai-chat",
  .origin = RELAIS_ORIGIN_OPENAI_CHAT,
  .decode_request = decode_request,
  .encoder_new = encoder_new,
  .encoder_push = relais_encoder_push,
  .encoder_free = relais_encoder_free,
  .keep_alive = ": ka\n\n",
  .encode_failure = relais_openai_chat_encode_failure,
  .encode_failure_event = relais_openai_chat_encode_failure_event,
};
