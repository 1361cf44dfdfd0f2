/* relais-openai-chat-request.c: requests of OpenAI's Chat Completions
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-openai-chat"

#include "config.h"

#include "relais-openai-chat.h"
#include "relais-request-private.h"
#include "relais-schema.h"

#define member(node, name) relais_json_node_get_member ((node), (name))

static gboolean
decode_image (const RelaisJsonNode  *node,
              GPtrArray             *parts,
              GError               **error)
{
  const RelaisJsonNode *image = member (node, "image_url");
  g_autoptr (RelaisPart) part = relais_part_new (RELAIS_PART_IMAGE);
  g_autofree char *url = NULL;

  /* Some clients give the address alone. */
  if (relais_json_node_get_kind (image) == RELAIS_JSON_STRING)
    url = relais_json_node_dup_string (image);
  else if (!relais_request_check (image, "image_url", RELAIS_JSON_OBJECT, error) ||
           !relais_request_need_string (member (image, "url"), "image_url.url", &url, error) ||
           !relais_request_read_string (member (image, "detail"), "image_url.detail", &part->detail, error))
    return FALSE;
  relais_request_set_media (part, url);
  g_ptr_array_add (parts, g_steal_pointer (&part));
  return TRUE;
}

static gboolean
decode_file (const RelaisJsonNode  *node,
             GPtrArray             *parts,
             GError               **error)
{
  const RelaisJsonNode *file = member (node, "file");
  g_autoptr (RelaisPart) part = relais_part_new (RELAIS_PART_FILE);
  g_autofree char *data = NULL;

  if (!relais_request_check (file, "file", RELAIS_JSON_OBJECT, error) ||
      !relais_request_read_string (member (file, "file_data"), "file.file_data", &data, error) ||
      !relais_request_read_string (member (file, "file_id"), "file.file_id", &part->file_id, error) ||
      !relais_request_read_string (member (file, "filename"), "file.filename", &part->filename, error))
    return FALSE;
  if (data != NULL)
    relais_request_set_media (part, data);
  g_ptr_array_add (parts, g_steal_pointer (&part));
  return TRUE;
}

static gboolean
decode_audio (const RelaisJsonNode  *node,
              GPtrArray             *parts,
              GError               **error)
{
  const RelaisJsonNode *audio = member (node, "input_audio");
  g_autoptr (RelaisPart) part = relais_part_new (RELAIS_PART_AUDIO);

  if (!relais_request_check (audio, "input_audio", RELAIS_JSON_OBJECT, error) ||
      !relais_request_read_string (member (audio, "data"), "input_audio.data", &part->data, error) ||
      !relais_request_read_string (member (audio, "format"), "input_audio.format", &part->mime, error))
    return FALSE;
  g_ptr_array_add (parts, g_steal_pointer (&part));
  return TRUE;
}

static gboolean
decode_part (const RelaisJsonNode  *node,
             GPtrArray             *parts,
             GError               **error)
{
  const RelaisJsonNode *type = member (node, "type");

  if (relais_json_node_get_kind (node) == RELAIS_JSON_STRING)
    return relais_request_read_words (node, "content", RELAIS_PART_TEXT, parts, error);
  if (!relais_request_check (node, "content", RELAIS_JSON_OBJECT, error) ||
      !relais_request_check (type, "type", RELAIS_JSON_STRING, error))
    return FALSE;
  if (relais_json_node_equals (type, "text") || relais_json_node_equals (type, "input_text") ||
      relais_json_node_equals (type, "output_text"))
    return relais_request_read_words (member (node, "text"), "text", RELAIS_PART_TEXT, parts, error);
  if (relais_json_node_equals (type, "refusal"))
    return relais_request_read_words (member (node, "refusal"), "refusal", RELAIS_PART_REFUSAL, parts, error);
  if (relais_json_node_equals (type, "image_url"))
    return decode_image (node, parts, error);
  if (relais_json_node_equals (type, "file"))
    return decode_file (node, parts, error);
  if (relais_json_node_equals (type, "input_audio"))
    return decode_audio (node, parts, error);
  relais_request_add_opaque (parts, RELAIS_ORIGIN_OPENAI_CHAT, node);
  return TRUE;
}

/* What a message says. */
static gboolean
decode_content (const RelaisJsonNode  *message,
                GPtrArray             *parts,
                GError               **error)
{
  return relais_request_read_content (member (message, "content"), "content", decode_part, parts, error);
}

static gboolean
decode_call (const RelaisJsonNode  *node,
             GPtrArray             *parts,
             GError               **error)
{
  gboolean custom = relais_json_node_equals (member (node, "type"), "custom");
  const RelaisJsonNode *function = member (node, custom ? "custom" : "function");
  const RelaisJsonNode *signature = relais_json_node_get_path (node, "extra_content", "google",
                                                               "thought_signature", NULL);
  g_autoptr (RelaisPart) part = relais_part_new (RELAIS_PART_TOOL_CALL);

  part->custom = custom;
  if (!relais_request_check (node, "tool_calls", RELAIS_JSON_OBJECT, error) ||
      !relais_request_read_string (member (node, "id"), "id", &part->id, error) ||
      !relais_request_check (function, custom ? "custom" : "function", RELAIS_JSON_OBJECT, error) ||
      !relais_request_need_string (member (function, "name"), "function.name", &part->name, error))
    return FALSE;
  if (custom)
    {
      if (!relais_request_read_string (member (function, "input"), "custom.input", &part->args, error))
        return FALSE;
    }
  else if (relais_json_node_get_kind (member (function, "arguments")) == RELAIS_JSON_OBJECT)
    part->args = relais_json_node_dup_raw (member (function, "arguments"));
  else if (!relais_request_read_string (member (function, "arguments"), "function.arguments",
                                        &part->args, error))
    return FALSE;
  part->signature = relais_json_node_dup_string (signature);
  if (part->signature != NULL)
    part->origin = RELAIS_ORIGIN_GEMINI;
  g_ptr_array_add (parts, g_steal_pointer (&part));
  return TRUE;
}

static gboolean
decode_old_call (const RelaisJsonNode  *node,
                 guint                  position,
                 GPtrArray             *parts,
                 GError               **error)
{
  g_autoptr (RelaisPart) part = relais_part_new (RELAIS_PART_TOOL_CALL);

  if (!relais_request_check (node, "function_call", RELAIS_JSON_OBJECT, error) ||
      !relais_request_need_string (member (node, "name"), "function_call.name", &part->name, error) ||
      !relais_request_read_string (member (node, "arguments"), "function_call.arguments", &part->args, error))
    return FALSE;
  part->id = g_strdup_printf ("call_fn_%u", position);
  g_ptr_array_add (parts, g_steal_pointer (&part));
  return TRUE;
}

static gboolean
decode_assistant (const RelaisJsonNode  *node,
                  guint                  position,
                  RelaisPrompt          *prompt,
                  GError               **error)
{
  RelaisMessage *message = relais_prompt_add_message (prompt, RELAIS_ROLE_ASSISTANT);
  const RelaisJsonNode *thinking = member (node, "reasoning_content");
  const RelaisJsonNode *calls = member (node, "tool_calls");
  const RelaisJsonNode *call;
  RelaisJsonIter iter;

  if (relais_json_node_get_kind (thinking) != RELAIS_JSON_STRING)
    thinking = member (node, "reasoning");
  if (relais_json_node_get_kind (thinking) == RELAIS_JSON_STRING && !relais_json_node_equals (thinking, "") &&
      !relais_request_read_words (thinking, "reasoning_content", RELAIS_PART_THINKING,
                                  message->parts, error))
    return FALSE;
  if (!decode_content (node, message->parts, error) ||
      !relais_request_read_words (member (node, "refusal"), "refusal", RELAIS_PART_REFUSAL,
                                  message->parts, error) ||
      !relais_request_check (calls, "tool_calls", RELAIS_JSON_ARRAY, error))
    return FALSE;
  relais_json_iter_init (&iter, calls);
  for (guint i = 0; relais_json_iter_next (&iter, NULL, &call); i++)
    if (!decode_call (call, message->parts, error))
      {
        g_prefix_error (error, "tool_calls[%u]: ", i);
        return FALSE;
      }
  return !relais_request_is_given (member (node, "function_call")) ||
         decode_old_call (member (node, "function_call"), position, message->parts, error);
}

static gboolean
decode_result (const RelaisJsonNode  *node,
               gboolean               old,
               RelaisPrompt          *prompt,
               GError               **error)
{
  g_autoptr (RelaisPart) part = relais_part_new (RELAIS_PART_TOOL_RESULT);

  if (old)
    {
      if (!relais_request_need_string (member (node, "name"), "name", &part->name, error))
        return FALSE;
    }
  else if (!relais_request_is_given (member (node, "tool_call_id")))
    return relais_request_fail (error, "tool_call_id", "is missing");
  else if (!relais_request_read_string (member (node, "tool_call_id"), "tool_call_id", &part->id, error))
    return FALSE;
  if (!decode_content (node, part->content, error))
    return FALSE;
  g_ptr_array_add (relais_request_get_results (prompt)->parts, g_steal_pointer (&part));
  return TRUE;
}

static gboolean
decode_message (const RelaisJsonNode  *node,
                guint                  position,
                RelaisPrompt          *prompt,
                GError               **error)
{
  const RelaisJsonNode *role = member (node, "role");
  g_autofree char *name = NULL;

  if (relais_json_node_get_kind (node) != RELAIS_JSON_OBJECT)
    return relais_request_fail (error, "message", "must be an object");
  if (!relais_request_need_string (role, "role", &name, error))
    return FALSE;
  if (relais_json_node_equals (role, "user"))
    return decode_content (node, relais_prompt_add_message (prompt, RELAIS_ROLE_USER)->parts,
                           error);
  if (relais_json_node_equals (role, "assistant"))
    return decode_assistant (node, position, prompt, error);
  if (relais_json_node_equals (role, "tool"))
    return decode_result (node, FALSE, prompt, error);
  if (relais_json_node_equals (role, "function"))
    return decode_result (node, TRUE, prompt, error);
  if (!relais_json_node_equals (role, "system") && !relais_json_node_equals (role, "developer"))
    return relais_request_fail (error, "role", "must be system, developer, user, assistant or tool");
  if (prompt->messages->len == 0)
    return decode_content (node, prompt->system, error);
  return decode_content (node, relais_prompt_add_message (prompt, RELAIS_ROLE_SYSTEM)->parts,
                         error);
}

static gboolean
decode_messages (const RelaisJsonNode  *messages,
                 RelaisPrompt          *prompt,
                 GError               **error)
{
  const RelaisJsonNode *node;
  RelaisJsonIter iter;

  if (!relais_request_is_given (messages))
    return relais_request_fail (error, "messages", "is missing");
  if (!relais_request_check (messages, "messages", RELAIS_JSON_ARRAY, error))
    return FALSE;
  if (relais_json_node_get_count (messages) == 0)
    return relais_request_fail (error, "messages", "is empty");
  relais_json_iter_init (&iter, messages);
  for (guint i = 0; relais_json_iter_next (&iter, NULL, &node); i++)
    {
      guint before = prompt->messages->len;
      guint n_parts = relais_request_count_parts (prompt);

      if (!decode_message (node, i, prompt, error))
        {
          g_prefix_error (error, "messages[%u]: ", i);
          return FALSE;
        }
      if (prompt->messages->len > before)
        ((RelaisMessage *)g_ptr_array_index (prompt->messages, before))->position = i;
      else
        relais_request_note_item (prompt, n_parts, i);
    }
  return TRUE;
}

/* A function as `tools` and the old `functions` both describe it. */
static gboolean
decode_function (const RelaisJsonNode  *function,
                 RelaisPrompt          *prompt,
                 GError               **error)
{
  const RelaisJsonNode *schema = member (function, "parameters");
  g_autofree char *name = NULL;
  RelaisTool *tool;

  if (!relais_request_check (function, "function", RELAIS_JSON_OBJECT, error) ||
      !relais_request_need_string (member (function, "name"), "function.name", &name, error) ||
      !relais_request_check (schema, "function.parameters", RELAIS_JSON_OBJECT, error))
    return FALSE;
  tool = relais_prompt_add_tool (prompt, RELAIS_TOOL_FUNCTION, name);
  if (relais_request_is_given (schema))
    {
      tool->schema = relais_json_node_dup_raw (schema);
      tool->plain = relais_schema_is_object (schema);
    }
  return relais_request_read_string (member (function, "description"), "function.description",
                                     &tool->description, error) &&
         relais_request_read_tri (member (function, "strict"), "function.strict", &tool->strict, error);
}

/* The format of free text as Responses writes it: a grammar is flat there. */
static char *
decode_grammar (const RelaisJsonNode *format)
{
  g_autoptr (GString) flat = NULL;
  const RelaisJsonNode *key, *value;
  RelaisJsonWriter writer;
  RelaisJsonIter iter;

  if (relais_json_node_get_kind (member (format, "grammar")) != RELAIS_JSON_OBJECT)
    return relais_json_node_dup_raw (format);
  flat = g_string_new (NULL);
  relais_json_writer_init (&writer, flat);
  relais_json_writer_object (&writer, NULL);
  relais_json_writer_string (&writer, "type", "grammar");
  relais_json_iter_init (&iter, member (format, "grammar"));
  while (relais_json_iter_next (&iter, &key, &value))
    {
      g_autofree char *name = relais_json_node_dup_string (key);
      gsize length;
      const char *raw = relais_json_node_get_raw (value, &length);

      relais_json_writer_raw (&writer, name, raw, length);
    }
  relais_json_writer_end_object (&writer);
  return g_strndup (flat->str, flat->len);
}

static gboolean
decode_tool (const RelaisJsonNode  *node,
             RelaisPrompt          *prompt,
             GError               **error)
{
  const RelaisJsonNode *type = member (node, "type");
  g_autofree char *name = NULL;
  RelaisTool *tool;

  if (relais_json_node_get_kind (node) != RELAIS_JSON_OBJECT)
    return relais_request_fail (error, "tools", "must hold objects");
  if (relais_json_node_equals (type, "function") || (type == NULL && member (node, "function") != NULL))
    return decode_function (member (node, "function"), prompt, error);
  if (!relais_json_node_equals (type, "custom"))
    {
      tool = relais_prompt_add_tool (prompt, RELAIS_TOOL_HOSTED, NULL);
      tool->origin = RELAIS_ORIGIN_OPENAI_CHAT;
      tool->schema = relais_json_node_dup_raw (node);
      return TRUE;
    }
  node = member (node, "custom");
  if (!relais_request_need_string (member (node, "name"), "custom.name", &name, error))
    return FALSE;
  tool = relais_prompt_add_tool (prompt, RELAIS_TOOL_CUSTOM, name);
  tool->schema = decode_grammar (member (node, "format"));
  return relais_request_read_string (member (node, "description"), "custom.description",
                                     &tool->description, error);
}

static gboolean
decode_tools (const RelaisJsonNode  *root,
              RelaisPrompt          *prompt,
              GError               **error)
{
  const RelaisJsonNode *tools = member (root, "tools");
  const RelaisJsonNode *functions = member (root, "functions");
  const RelaisJsonNode *node;
  RelaisJsonIter iter;

  if (!relais_request_check (tools, "tools", RELAIS_JSON_ARRAY, error) ||
      !relais_request_check (functions, "functions", RELAIS_JSON_ARRAY, error))
    return FALSE;
  relais_json_iter_init (&iter, tools);
  for (guint i = 0; relais_json_iter_next (&iter, NULL, &node); i++)
    {
      if (!decode_tool (node, prompt, error))
        {
          g_prefix_error (error, "tools[%u]: ", i);
          return FALSE;
        }
      ((RelaisTool *)g_ptr_array_index (prompt->tools, prompt->tools->len - 1))->position = i;
    }
  relais_json_iter_init (&iter, functions);
  for (guint i = 0; relais_json_iter_next (&iter, NULL, &node); i++)
    if (!decode_function (node, prompt, error))
      {
        g_prefix_error (error, "functions[%u]: ", i);
        return FALSE;
      }
  return TRUE;
}

/* `allowed_tools`: some of the tools, each named as in a choice. */
static gboolean
decode_subset (const RelaisJsonNode  *subset,
               RelaisPrompt          *prompt,
               GError               **error)
{
  const RelaisJsonNode *tool;
  RelaisJsonIter iter;

  prompt->tool_choice = RELAIS_TOOL_CHOICE_SUBSET;
  prompt->tool_choice_forced = relais_json_node_equals (member (subset, "mode"), "required");
  prompt->tool_choice_names = g_ptr_array_new_with_free_func (g_free);
  relais_json_iter_init (&iter, member (subset, "tools"));
  while (relais_json_iter_next (&iter, NULL, &tool))
    {
      const RelaisJsonNode *name = member (tool, "name");
      g_autofree char *text = NULL;

      if (name == NULL)
        name = relais_json_node_get_path (tool, "function", "name", NULL);
      if (name == NULL)
        name = relais_json_node_get_path (tool, "custom", "name", NULL);
      if (!relais_request_need_string (name, "tool_choice.allowed_tools.tools", &text, error))
        return FALSE;
      g_ptr_array_add (prompt->tool_choice_names, g_steal_pointer (&text));
    }
  return TRUE;
}

static gboolean
decode_choice (const RelaisJsonNode  *choice,
               const char            *field,
               RelaisPrompt          *prompt,
               GError               **error)
{
  const RelaisJsonNode *name = member (choice, "name");
  const RelaisJsonNode *mode = choice;

  if (!relais_request_is_given (choice))
    return TRUE;
  if (relais_json_node_get_kind (choice) == RELAIS_JSON_OBJECT)
    {
      if (name == NULL)
        name = relais_json_node_get_path (choice, "function", "name", NULL);
      if (name == NULL)
        name = relais_json_node_get_path (choice, "custom", "name", NULL);
      mode = relais_json_node_get_path (choice, "allowed_tools", "mode", NULL);
      if (mode != NULL)
        return decode_subset (member (choice, "allowed_tools"), prompt, error);
    }
  if (relais_json_node_get_kind (name) == RELAIS_JSON_STRING)
    {
      prompt->tool_choice = RELAIS_TOOL_CHOICE_NAMED;
      prompt->tool_choice_name = relais_json_node_dup_string (name);
      return TRUE;
    }
  if (relais_json_node_equals (mode, "none"))
    prompt->tool_choice = RELAIS_TOOL_CHOICE_NONE;
  else if (relais_json_node_equals (mode, "auto"))
    prompt->tool_choice = RELAIS_TOOL_CHOICE_AUTO;
  else if (relais_json_node_equals (mode, "required"))
    prompt->tool_choice = RELAIS_TOOL_CHOICE_REQUIRED;
  else
    return relais_request_fail (error, field, "must be none, auto, required, or name a tool");
  return TRUE;
}

static gboolean
decode_format (const RelaisJsonNode  *format,
               RelaisPrompt          *prompt,
               GError               **error)
{
  const RelaisJsonNode *type = member (format, "type");
  const RelaisJsonNode *schema = member (format, "json_schema");

  if (!relais_request_check (format, "response_format", RELAIS_JSON_OBJECT, error))
    return FALSE;
  if (!relais_request_is_given (format) || relais_json_node_equals (type, "text"))
    return TRUE;
  if (relais_json_node_equals (type, "json_object"))
    {
      prompt->format = RELAIS_FORMAT_JSON;
      return TRUE;
    }
  if (!relais_json_node_equals (type, "json_schema"))
    return relais_request_fail (error, "response_format.type", "must be text, json_object or json_schema");
  prompt->format = RELAIS_FORMAT_SCHEMA;
  if (!relais_request_is_given (schema))
    return relais_request_fail (error, "response_format.json_schema", "is missing");
  if (relais_request_is_given (member (schema, "schema")))
    prompt->format_schema = relais_json_node_dup_raw (member (schema, "schema"));
  return relais_request_check (schema, "response_format.json_schema", RELAIS_JSON_OBJECT, error) &&
         relais_request_check (member (schema, "schema"), "response_format.json_schema.schema", RELAIS_JSON_OBJECT, error) &&
         relais_request_read_string (member (schema, "name"), "response_format.json_schema.name", &prompt->format_name, error) &&
         relais_request_read_string (member (schema, "description"), "response_format.json_schema.description",
                                     &prompt->format_description, error) &&
         relais_request_read_tri (member (schema, "strict"), "response_format.json_schema.strict", &prompt->format_strict, error);
}

static gboolean
decode_sampling (const RelaisJsonNode  *root,
                 RelaisPrompt          *prompt,
                 GError               **error)
{
  const RelaisJsonNode *bias = member (root, "logit_bias");

  if (!relais_request_check (bias, "logit_bias", RELAIS_JSON_OBJECT, error))
    return FALSE;
  if (relais_request_is_given (bias) && relais_json_node_get_count (bias) > 0)
    prompt->logit_bias = relais_json_node_dup_raw (bias);
  return relais_request_read_number (member (root, "temperature"), "temperature", &prompt->temperature, error) &&
         relais_request_read_number (member (root, "top_p"), "top_p", &prompt->top_p, error) &&
         relais_request_read_number (member (root, "top_k"), "top_k", &prompt->top_k, error) &&
         relais_request_read_number (member (root, "presence_penalty"), "presence_penalty", &prompt->presence_penalty, error) &&
         relais_request_read_number (member (root, "frequency_penalty"), "frequency_penalty", &prompt->frequency_penalty, error) &&
         relais_request_read_number (member (root, "seed"), "seed", &prompt->seed, error) &&
         relais_request_read_boolean (member (root, "logprobs"), "logprobs", &prompt->logprobs, error) &&
         relais_request_read_count (member (root, "top_logprobs"), "top_logprobs", &prompt->top_logprobs, error) &&
         relais_request_read_strings (member (root, "stop"), "stop", prompt->stop, error);
}

static gboolean
decode_identity (const RelaisJsonNode  *root,
                 RelaisPrompt          *prompt,
                 GError               **error)
{
  const RelaisJsonNode *metadata = member (root, "metadata");

  if (!relais_request_read_string (member (root, "user"), "user", &prompt->user_id, error) ||
      !relais_request_read_string (member (root, "user"), "user", &prompt->session_key, error) ||
      !relais_request_read_string (member (root, "safety_identifier"), "safety_identifier", &prompt->user_id, error) ||
      !relais_request_read_string (member (root, "prompt_cache_key"), "prompt_cache_key", &prompt->session_key, error) ||
      !relais_request_read_string (member (root, "service_tier"), "service_tier", &prompt->service_tier, error) ||
      !relais_request_read_string (member (root, "verbosity"), "verbosity", &prompt->verbosity, error) ||
      !relais_request_read_tri (member (root, "store"), "store", &prompt->store, error) ||
      !relais_request_check (metadata, "metadata", RELAIS_JSON_OBJECT, error))
    return FALSE;
  if (relais_request_is_given (metadata))
    prompt->metadata = relais_json_node_dup_raw (metadata);
  return TRUE;
}

/* Asking for spoken answers is asking for what no other dialect has. */
static void
note_extras (const RelaisJsonNode *root,
             RelaisPrompt         *prompt)
{
  const RelaisJsonNode *modalities = member (root, "modalities");
  const RelaisJsonNode *one;
  RelaisJsonIter iter;

  relais_request_note_extra (prompt, member (root, "audio"), "audio", RELAIS_EXTRA_NEEDED);
  relais_request_note_extra (prompt, member (root, "prediction"), "prediction", RELAIS_EXTRA_TOLD);
  relais_request_note_extra (prompt, member (root, "web_search_options"), "web_search_options", RELAIS_EXTRA_TOLD);
  relais_json_iter_init (&iter, modalities);
  while (relais_json_iter_next (&iter, NULL, &one))
    if (!relais_json_node_equals (one, "text"))
      relais_request_note_extra (prompt, modalities, "modalities", RELAIS_EXTRA_NEEDED);
}

static gboolean
decode_settings (const RelaisJsonNode  *root,
                 RelaisPrompt          *prompt,
                 GError               **error)
{
  const RelaisJsonNode *options = member (root, "stream_options");
  const RelaisJsonNode *choice = member (root, "tool_choice");
  const RelaisJsonNode *old_choice = member (root, "function_call");

  prompt->include_usage = FALSE;
  if (!relais_request_need_string (member (root, "model"), "model", &prompt->model, error) ||
      !relais_request_read_boolean (member (root, "stream"), "stream", &prompt->stream, error) ||
      !relais_request_check (options, "stream_options", RELAIS_JSON_OBJECT, error) ||
      !relais_request_read_boolean (member (options, "include_usage"),
                                    "stream_options.include_usage", &prompt->include_usage, error) ||
      !relais_request_read_count (member (root, "max_tokens"), "max_tokens", &prompt->max_tokens, error) ||
      !relais_request_read_count (member (root, "max_completion_tokens"), "max_completion_tokens",
                                  &prompt->max_tokens, error) ||
      !relais_request_read_tri (member (root, "parallel_tool_calls"), "parallel_tool_calls",
                                &prompt->parallel_tools, error) ||
      !relais_request_read_effort (member (root, "reasoning_effort"), "reasoning_effort", &prompt->effort, error) ||
      !relais_request_read_count (member (root, "n"), "n", &prompt->n, error) ||
      !decode_choice (old_choice, "function_call", prompt, error) ||
      !decode_choice (choice, "tool_choice", prompt, error) ||
      !decode_format (member (root, "response_format"), prompt, error) ||
      !decode_sampling (root, prompt, error) || !decode_identity (root, prompt, error))
    return FALSE;
  prompt->thinking = prompt->effort > RELAIS_EFFORT_NONE;
  note_extras (root, prompt);
  return TRUE;
}

/**
 * relais_openai_chat_decode_request:
 * @body: a request body
 * @model: (nullable): not used, the model is in the body
 * @stream: not used, the flag is in the body
 * @error: where to put a failure
 *
 * Fields nobody here needs are noted as extras. Fails with [error@Error] `INVALID_REQUEST`, naming
 * the field: no JSON object, model or messages missing, a field of the wrong type.
 *
 * Returns: (transfer full) (nullable): the request, or %NULL with @error set
 */
RelaisPrompt *
relais_openai_chat_decode_request (GBytes      *body,
                                   const char  *model,
                                   gboolean     stream,
                                   GError     **error)
{
  g_autoptr (RelaisJson) tree = relais_request_parse (body, error);
  g_autoptr (RelaisPrompt) prompt = relais_prompt_new ();
  const RelaisJsonNode *root = relais_json_get_root (tree);

  if (tree == NULL || !decode_settings (root, prompt, error) ||
      !decode_messages (member (root, "messages"), prompt, error) ||
      !decode_tools (root, prompt, error))
    return NULL;
  relais_request_match_results (prompt);
  relais_request_note_unread (prompt, tree);
  return g_steal_pointer (&prompt);
}
