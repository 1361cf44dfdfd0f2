/* relais-openai-responses-answer.c: whole bodies of OpenAI's Responses, and the items they are
   made of
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-openai-responses"

#include "config.h"

#include <string.h>

#include "relais-openai-responses.h"
#include "relais-glean-private.h"

/**
 * relais_openai_responses_name_end:
 * @end: (nullable): FINISH or ERROR, %NULL while the answer is under way
 *
 * Returns: (transfer none): the response's status
 */
const char *
relais_openai_responses_name_end (const RelaisEvent *end)
{
  if (end == NULL)
    return "in_progress";
  if (end->type == RELAIS_EVENT_ERROR)
    return "failed";
  return end->finish == RELAIS_FINISH_LENGTH ||
             end->finish == RELAIS_FINISH_FILTER
           ? "incomplete"
           : "completed";
}

/**
 * relais_openai_responses_write_part:
 * @writer: where to
 * @name: (nullable): the key
 * @refusal: whether it refuses
 * @text: its text
 *
 * Writes one part of a message.
 */
void
relais_openai_responses_write_part (RelaisJsonWriter *writer,
                                    const char       *name,
                                    gboolean          refusal,
                                    const char       *text)
{
  relais_json_writer_object (writer, name);
  relais_json_writer_string (writer, "type", refusal ? "refusal" : "output_text");
  if (!refusal)
    {
      relais_json_writer_raw (writer, "annotations", "[]", -1);
      relais_json_writer_raw (writer, "logprobs", "[]", -1);
    }
  relais_json_writer_string (writer, refusal ? "refusal" : "text", text);
  relais_json_writer_end_object (writer);
}

/**
 * relais_openai_responses_write_message:
 * @writer: where to
 * @name: (nullable): the key
 * @id: its id
 * @parts: (nullable): its parts as JSON with commas between; %NULL while it is under way
 *
 * Writes a message of the assistant.
 */
void
relais_openai_responses_write_message (RelaisJsonWriter *writer,
                                       const char       *name,
                                       const char       *id,
                                       const GString    *parts)
{
  relais_json_writer_object (writer, name);
  relais_json_writer_string (writer, "id", id);
  relais_json_writer_string (writer, "type", "message");
  relais_json_writer_string (writer, "status", parts != NULL ? "completed" : "in_progress");
  relais_json_writer_string (writer, "role", "assistant");
  relais_json_writer_array (writer, "content");
  if (parts != NULL)
    g_string_append_len (writer->out, parts->str, parts->len);
  relais_json_writer_end_array (writer);
  relais_json_writer_end_object (writer);
}

/**
 * relais_openai_responses_write_call:
 * @writer: where to
 * @name: (nullable): the key
 * @id: the item's id, not the call's
 * @call: a tool call; without arguments while it is under way
 * @cut: whether it ended before it was whole
 *
 * Writes a call.
 */
void
relais_openai_responses_write_call (RelaisJsonWriter *writer,
                                    const char       *name,
                                    const char       *id,
                                    const RelaisPart *call,
                                    gboolean          cut)
{
  const char *ended = cut ? "incomplete" : "completed";

  relais_json_writer_object (writer, name);
  relais_json_writer_string (writer, "id", id);
  relais_json_writer_string (writer, "type", call->custom ? "custom_tool_call" : "function_call");
  relais_json_writer_string (writer, "status", call->args != NULL ? ended : "in_progress");
  relais_json_writer_string (writer, call->custom ? "input" : "arguments",
                             call->args != NULL ? call->args : "");
  relais_json_writer_string (writer, "call_id", call->id);
  relais_json_writer_string (writer, "name", call->name);
  if (call->name_space != NULL)
    relais_json_writer_string (writer, "namespace", call->name_space);
  relais_json_writer_end_object (writer);
}

/**
 * relais_openai_responses_write_reasoning:
 * @writer: where to
 * @name: (nullable): the key
 * @id: the item's id
 * @summary: (nullable): the text of thinking to show
 * @encrypted: (nullable): the signature to hand back
 *
 * Writes a reasoning item.
 */
void
relais_openai_responses_write_reasoning (RelaisJsonWriter *writer,
                                         const char       *name,
                                         const char       *id,
                                         const char       *summary,
                                         const char       *encrypted)
{
  relais_json_writer_object (writer, name);
  relais_json_writer_string (writer, "id", id);
  relais_json_writer_string (writer, "type", "reasoning");
  relais_json_writer_array (writer, "summary");
  if (summary != NULL && *summary != '\0')
    {
      relais_json_writer_object (writer, NULL);
      relais_json_writer_string (writer, "type", "summary_text");
      relais_json_writer_string (writer, "text", summary);
      relais_json_writer_end_object (writer);
    }
  relais_json_writer_end_array (writer);
  relais_json_writer_string (writer, "encrypted_content", encrypted);
  relais_json_writer_end_object (writer);
}

static void
write_usage (RelaisJsonWriter  *writer,
             const RelaisUsage *usage)
{
  relais_json_writer_object (writer, "usage");
  relais_json_writer_int (writer, "input_tokens", relais_usage_or_zero (usage->input));
  relais_json_writer_object (writer, "input_tokens_details");
  relais_json_writer_int (writer, "cached_tokens", relais_usage_or_zero (usage->cache_read));
  relais_json_writer_int (writer, "cache_write_tokens", relais_usage_or_zero (usage->cache_write));
  relais_json_writer_end_object (writer);
  relais_json_writer_int (writer, "output_tokens", relais_usage_or_zero (usage->output));
  relais_json_writer_object (writer, "output_tokens_details");
  relais_json_writer_int (writer, "reasoning_tokens", relais_usage_or_zero (usage->reasoning));
  relais_json_writer_end_object (writer);
  relais_json_writer_int (writer, "total_tokens", relais_usage_total (usage));
  relais_json_writer_end_object (writer);
}

/* What the client sent, or what the service would say in its place. */
static void
write_echo (RelaisJsonWriter   *writer,
            const RelaisPrompt *prompt,
            const char         *name,
            const char         *otherwise)
{
  const char *json = g_hash_table_lookup (prompt->echo, name);

  relais_json_writer_raw (writer, name, json != NULL ? json : otherwise, -1);
}

/* One member of a field that is an object. */
static void
write_echo_member (RelaisJsonWriter   *writer,
                   const RelaisPrompt *prompt,
                   const char         *field,
                   const char         *name,
                   const char         *otherwise)
{
  const char *json = g_hash_table_lookup (prompt->echo, field);
  g_autoptr (RelaisJson) tree = NULL;
  const char *raw;
  gsize length;

  if (json != NULL)
    tree = relais_json_parse (json, strlen (json), RELAIS_JSON_MAX_DEPTH, NULL);
  raw = relais_json_node_get_raw (relais_json_node_get_member (relais_json_get_root (tree), name),
                                  &length);
  if (raw != NULL)
    relais_json_writer_raw (writer, name, raw, length);
  else if (otherwise != NULL)
    relais_json_writer_raw (writer, name, otherwise, -1);
}

static void
write_end (RelaisJsonWriter  *writer,
           const RelaisEvent *end)
{
  const char *reason = NULL;

  if (end != NULL && end->type == RELAIS_EVENT_ERROR)
    {
      relais_json_writer_object (writer, "error");
      relais_json_writer_string (writer, "code",
                                 relais_dialect_failure_status (RELAIS_DIALECT_OPENAI_RESPONSES,
                                                                end->failure) == 429
                                   ? "rate_limit_exceeded"
                                   : "server_error");
      relais_json_writer_string (writer, "message", end->failure->message);
      relais_json_writer_end_object (writer);
    }
  else
    relais_json_writer_null (writer, "error");
  if (end != NULL && end->type == RELAIS_EVENT_FINISH && end->finish == RELAIS_FINISH_LENGTH)
    reason = "{\"reason\":\"max_output_tokens\"}";
  if (end != NULL && end->type == RELAIS_EVENT_FINISH && end->finish == RELAIS_FINISH_FILTER)
    reason = "{\"reason\":\"content_filter\"}";
  relais_json_writer_raw (writer, "incomplete_details", reason != NULL ? reason : "null", -1);
}

/**
 * relais_openai_responses_write_response:
 * @writer: where to
 * @name: (nullable): the key
 * @encoder: the encoder
 * @end: (nullable): FINISH or ERROR, %NULL while the answer is under way
 * @output: (nullable): the finished items as JSON with commas between
 *
 * Writes the whole response object.
 */
void
relais_openai_responses_write_response (RelaisJsonWriter  *writer,
                                        const char        *name,
                                        RelaisEncoder     *encoder,
                                        const RelaisEvent *end,
                                        const GString     *output)
{
  const RelaisPrompt *prompt = encoder->prompt;
  gboolean finished = end != NULL && end->type == RELAIS_EVENT_FINISH;

  relais_json_writer_object (writer, name);
  relais_json_writer_string (writer, "id", encoder->id);
  relais_json_writer_string (writer, "object", "response");
  relais_json_writer_int (writer, "created_at", encoder->created);
  relais_json_writer_string (writer, "status", relais_openai_responses_name_end (end));
  relais_json_writer_boolean (writer, "background", FALSE);
  write_end (writer, end);
  write_echo (writer, prompt, "instructions", "null");
  write_echo (writer, prompt, "max_output_tokens", "null");
  relais_json_writer_string (writer, "model", encoder->model);
  relais_json_writer_array (writer, "output");
  if (output != NULL)
    g_string_append_len (writer->out, output->str, output->len);
  relais_json_writer_end_array (writer);
  write_echo (writer, prompt, "parallel_tool_calls", "true");
  relais_json_writer_null (writer, "previous_response_id");
  relais_json_writer_object (writer, "reasoning");
  write_echo_member (writer, prompt, "reasoning", "effort", "null");
  write_echo_member (writer, prompt, "reasoning", "summary", "null");
  relais_json_writer_end_object (writer);
  write_echo (writer, prompt, "store", "true");
  write_echo (writer, prompt, "temperature", "1");
  relais_json_writer_object (writer, "text");
  write_echo_member (writer, prompt, "text", "format", "{\"type\":\"text\"}");
  write_echo_member (writer, prompt, "text", "verbosity", NULL);
  relais_json_writer_end_object (writer);
  write_echo (writer, prompt, "tool_choice", "\"auto\"");
  write_echo (writer, prompt, "tools", "[]");
  write_echo (writer, prompt, "top_p", "1");
  write_echo (writer, prompt, "truncation", "\"disabled\"");
  if (finished)
    write_usage (writer, &encoder->usage);
  else
    relais_json_writer_null (writer, "usage");
  write_echo (writer, prompt, "user", "null");
  write_echo (writer, prompt, "metadata", "{}");
  if (finished && end->created > 0)
    relais_json_writer_int (writer, "completed_at", end->created);
  relais_json_writer_end_object (writer);
}

static void
write_thinking (RelaisJsonWriter *writer,
                RelaisEncoder    *encoder,
                const char       *text,
                const char       *signature,
                RelaisOrigin      origin)
{
  gboolean shown = encoder->prompt->show_thinking == RELAIS_TRI_TRUE && *text != '\0';
  gboolean kept = encoder->prompt->keep_signatures && signature != NULL;
  g_autofree char *sealed = relais_encoder_seal (encoder, kept ? signature : NULL, origin);
  g_autofree char *id = NULL;

  if (!shown && !kept)
    return;
  id = relais_encoder_make_id (encoder, "rs_");
  relais_openai_responses_write_reasoning (writer, NULL, id, shown ? text : NULL, sealed);
}

/* Texts and refusals that stand together are the parts of one message; returns where they end. */
static guint
write_message (RelaisJsonWriter *writer,
               RelaisEncoder    *encoder,
               guint             first)
{
  g_autoptr (GString) parts = g_string_new (NULL);
  g_autofree char *id = relais_encoder_make_id (encoder, "msg_");
  RelaisJsonWriter inner;
  guint i;

  relais_json_writer_init (&inner, parts);
  for (i = first; i < encoder->parts->len; i++)
    {
      const RelaisPart *part = g_ptr_array_index (encoder->parts, i);

      if (part->type != RELAIS_PART_TEXT && part->type != RELAIS_PART_REFUSAL)
        break;
      relais_openai_responses_write_part (&inner, NULL, part->type == RELAIS_PART_REFUSAL,
                                          part->text);
    }
  relais_openai_responses_write_message (writer, NULL, id, parts);
  return i;
}

static void
write_call (RelaisJsonWriter *writer,
            RelaisEncoder    *encoder,
            const RelaisPart *call)
{
  g_autofree char *id = NULL;

  if (call->signature != NULL)
    write_thinking (writer, encoder, "", call->signature, call->origin);
  id = relais_encoder_make_id (encoder, call->custom ? "ctc_" : "fc_");
  relais_openai_responses_write_call (writer, NULL, id, call, FALSE);
}

/**
 * relais_openai_responses_encode_whole:
 * @encoder: an encoder with the whole answer gathered
 * @finish: how it ended
 * @out: where to append
 *
 * Appends a `response`.
 */
void
relais_openai_responses_encode_whole (RelaisEncoder     *encoder,
                                      const RelaisEvent *finish,
                                      GString           *out)
{
  g_autoptr (GString) output = g_string_new (NULL);
  RelaisJsonWriter writer;

  relais_json_writer_init (&writer, output);
  for (guint i = 0; i < encoder->parts->len;)
    {
      const RelaisPart *part = g_ptr_array_index (encoder->parts, i);

      if (part->type == RELAIS_PART_TEXT || part->type == RELAIS_PART_REFUSAL)
        {
          i = write_message (&writer, encoder, i);
          continue;
        }
      if (part->type == RELAIS_PART_TOOL_CALL)
        write_call (&writer, encoder, part);
      else if (part->type == RELAIS_PART_THINKING)
        write_thinking (&writer, encoder, part->text, part->signature, part->origin);
      else if (part->type == RELAIS_PART_OPAQUE)
        relais_json_writer_raw (&writer, NULL, part->text, -1);
      i++;
    }
  relais_json_writer_init (&writer, out);
  relais_openai_responses_write_response (&writer, NULL, encoder, finish, output);
}

/**
 * relais_openai_responses_read_usage:
 * @usage: (nullable): a `usage` object
 * @found: (inout): counts; what is not there is left alone
 */
void
relais_openai_responses_read_usage (const RelaisJsonNode *usage,
                                    RelaisUsage          *found)
{
  const RelaisJsonNode *details = relais_json_node_get_member (usage, "input_tokens_details");

  relais_glean_count (usage, "input_tokens", &found->input);
  relais_glean_count (usage, "output_tokens", &found->output);
  relais_glean_count (details, "cached_tokens", &found->cache_read);
  relais_glean_count (details, "cache_write_tokens", &found->cache_write);
  details = relais_json_node_get_member (usage, "output_tokens_details");
  relais_glean_count (details, "reasoning_tokens", &found->reasoning);
}

/**
 * relais_openai_responses_read_status:
 * @response: (nullable): a response
 * @finish: (inout): replaced when its status says why it ended
 */
void
relais_openai_responses_read_status (const RelaisJsonNode *response,
                                     RelaisFinish         *finish)
{
  const RelaisJsonNode *status = relais_json_node_get_member (response, "status");
  const RelaisJsonNode *reason = relais_json_node_get_path (response, "incomplete_details", "reason", NULL);
  const RelaisJsonNode *item;
  RelaisJsonIter iter;

  if (relais_json_node_equals (status, "completed"))
    *finish = RELAIS_FINISH_STOP;
  else if (relais_json_node_equals (status, "incomplete"))
    *finish = relais_json_node_equals (reason, "max_output_tokens") ? RELAIS_FINISH_LENGTH
              : relais_json_node_equals (reason, "content_filter")  ? RELAIS_FINISH_FILTER
                                                                    : RELAIS_FINISH_UNKNOWN;
  if (*finish != RELAIS_FINISH_STOP)
    return;
  relais_json_iter_init (&iter, relais_json_node_get_member (response, "output"));
  while (relais_json_iter_next (&iter, NULL, &item))
    if (relais_json_node_equals (relais_json_node_get_member (item, "type"), "function_call") ||
        relais_json_node_equals (relais_json_node_get_member (item, "type"), "custom_tool_call"))
      *finish = RELAIS_FINISH_TOOL_CALLS;
}

/**
 * relais_openai_responses_tap:
 * @json: (array length=length): a whole body, or the data of one event
 * @length: its bytes
 * @usage: (inout): counts so far
 * @finish: (inout): the reason so far
 * @error_message: (inout): the upstream's words so far, owned
 *
 * Reads usage, reason and error; what cannot be read changes nothing.
 */
void
relais_openai_responses_tap (const char    *json,
                             gsize          length,
                             RelaisUsage   *usage,
                             RelaisFinish  *finish,
                             char         **error_message)
{
  g_autoptr (RelaisJson) tree = NULL;
  const RelaisJsonNode *root, *response;
  RelaisUsage found = RELAIS_USAGE_INIT;

  /* Most events only carry text. */
  if (!relais_glean_mentions (json, length, "\"usage\"") &&
      !relais_glean_mentions (json, length, "\"error\"") &&
      !relais_glean_mentions (json, length, "\"detail\""))
    return;
  tree = relais_json_parse (json, length, RELAIS_JSON_MAX_DEPTH, NULL);
  root = relais_json_get_root (tree);
  response = relais_json_node_get_member (root, "response");
  if (response == NULL)
    response = root;
  relais_openai_responses_read_usage (relais_json_node_get_member (response, "usage"), &found);
  relais_usage_update (usage, &found);
  relais_openai_responses_read_status (response, finish);
  relais_glean_error (relais_json_node_get_member (response, "error"), error_message);
  relais_glean_detail (root, error_message);
  /* The event `error` has its words beside its type. */
  if (relais_json_node_equals (relais_json_node_get_member (root, "type"), "error") &&
      relais_json_node_get_member (root, "error") == NULL)
    relais_glean_error (root, error_message);
}
