/* relais-openai-responses-request.c: requests of OpenAI's Responses
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-openai-responses"

#include "config.h"

#include "relais-openai-responses.h"
#include "relais-request-private.h"
#include "relais-schema.h"

#define member(node, name) relais_json_node_get_member ((node), (name))

static gboolean
decode_media (const RelaisJsonNode  *node,
              RelaisPartType         type,
              GPtrArray             *parts,
              GError               **error)
{
  g_autoptr (RelaisPart) part = relais_part_new (type);
  g_autofree char *url = NULL;

  if (!relais_request_read_string (member (node, "image_url"), "image_url", &url, error) ||
      !relais_request_read_string (member (node, "file_url"), "file_url", &url, error) ||
      !relais_request_read_string (member (node, "file_data"), "file_data", &url, error) ||
      !relais_request_read_string (member (node, "file_id"), "file_id", &part->file_id, error) ||
      !relais_request_read_string (member (node, "filename"), "filename", &part->filename, error) ||
      !relais_request_read_string (member (node, "detail"), "detail", &part->detail, error))
    return FALSE;
  if (url != NULL)
    relais_request_set_media (part, url);
  g_ptr_array_add (parts, g_steal_pointer (&part));
  return TRUE;
}

static gboolean
decode_part (const RelaisJsonNode  *node,
             GPtrArray             *parts,
             GError               **error)
{
  const RelaisJsonNode *type = member (node, "type");

  if (relais_json_node_get_kind (node) != RELAIS_JSON_OBJECT)
    return relais_request_fail (error, "content", "must hold objects");
  if (!relais_request_check (type, "type", RELAIS_JSON_STRING, error))
    return FALSE;
  if (relais_json_node_equals (type, "input_text") || relais_json_node_equals (type, "output_text") ||
      relais_json_node_equals (type, "text"))
    return relais_request_read_words (member (node, "text"), "text", RELAIS_PART_TEXT, parts, error);
  if (relais_json_node_equals (type, "refusal"))
    return relais_request_read_words (member (node, "refusal"), "refusal", RELAIS_PART_REFUSAL, parts, error);
  if (relais_json_node_equals (type, "input_image"))
    return decode_media (node, RELAIS_PART_IMAGE, parts, error);
  if (relais_json_node_equals (type, "input_file"))
    return decode_media (node, RELAIS_PART_FILE, parts, error);
  relais_request_add_opaque (parts, RELAIS_ORIGIN_OPENAI_RESPONSES, node);
  return TRUE;
}

static gboolean
decode_message (const RelaisJsonNode  *node,
                RelaisPrompt          *prompt,
                GError               **error)
{
  const RelaisJsonNode *role = member (node, "role");
  const RelaisJsonNode *content = member (node, "content");
  g_autofree char *name = NULL;
  GPtrArray *parts;

  if (!relais_request_need_string (role, "role", &name, error))
    return FALSE;
  if (relais_json_node_equals (role, "user"))
    parts = relais_prompt_add_message (prompt, RELAIS_ROLE_USER)->parts;
  else if (relais_json_node_equals (role, "assistant"))
    parts = relais_request_get_assistant (prompt)->parts;
  else if (!relais_json_node_equals (role, "system") && !relais_json_node_equals (role, "developer"))
    return relais_request_fail (error, "role", "must be user, assistant, system or developer");
  else if (prompt->messages->len == 0)
    parts = prompt->system;
  else
    parts = relais_prompt_add_message (prompt, RELAIS_ROLE_SYSTEM)->parts;
  return relais_request_read_content (content, "content", decode_part, parts, error);
}

static gboolean
decode_call (const RelaisJsonNode  *node,
             gboolean               custom,
             RelaisPrompt          *prompt,
             GError               **error)
{
  g_autoptr (RelaisPart) part = relais_part_new (RELAIS_PART_TOOL_CALL);
  const char *field = custom ? "input" : "arguments";

  part->custom = custom;
  if (!relais_request_need_string (member (node, "call_id"), "call_id", &part->id, error) ||
      !relais_request_need_string (member (node, "name"), "name", &part->name, error) ||
      !relais_request_read_string (member (node, "namespace"), "namespace", &part->name_space, error) ||
      !relais_request_read_string (member (node, field), field, &part->args, error))
    return FALSE;
  g_ptr_array_add (relais_request_get_assistant (prompt)->parts, g_steal_pointer (&part));
  return TRUE;
}

static gboolean
decode_result (const RelaisJsonNode  *node,
               RelaisPrompt          *prompt,
               GError               **error)
{
  g_autoptr (RelaisPart) part = relais_part_new (RELAIS_PART_TOOL_RESULT);

  if (!relais_request_need_string (member (node, "call_id"), "call_id", &part->id, error) ||
      !relais_request_read_content (member (node, "output"), "output", decode_part, part->content, error))
    return FALSE;
  g_ptr_array_add (relais_request_get_results (prompt)->parts, g_steal_pointer (&part));
  return TRUE;
}

static gboolean
decode_reasoning (const RelaisJsonNode  *node,
                  RelaisPrompt          *prompt,
                  GError               **error)
{
  const RelaisJsonNode *summary = member (node, "summary");
  g_autoptr (RelaisPart) part = relais_part_new (RELAIS_PART_THINKING);
  g_autoptr (GString) text = g_string_new (NULL);
  const RelaisJsonNode *piece;
  RelaisJsonIter iter;

  part->origin = RELAIS_ORIGIN_OPENAI_RESPONSES;
  if (!relais_request_check (summary, "summary", RELAIS_JSON_ARRAY, error) ||
      !relais_request_read_string (member (node, "encrypted_content"), "encrypted_content",
                                   &part->signature, error))
    return FALSE;
  relais_json_node_take (summary);
  relais_json_iter_init (&iter, summary);
  while (relais_json_iter_next (&iter, NULL, &piece))
    {
      g_autofree char *words = relais_json_node_dup_string (member (piece, "text"));

      if (words != NULL)
        g_string_append_printf (text, "%s%s", text->len > 0 ? "\n\n" : "", words);
    }
  part->text = g_strdup (text->str);
  g_ptr_array_add (relais_request_get_assistant (prompt)->parts, g_steal_pointer (&part));
  return TRUE;
}

static gboolean
decode_item (const RelaisJsonNode  *node,
             RelaisPrompt          *prompt,
             GError               **error)
{
  const RelaisJsonNode *type = member (node, "type");

  if (relais_json_node_get_kind (node) != RELAIS_JSON_OBJECT)
    return relais_request_fail (error, "input", "must hold objects");
  if (!relais_request_check (type, "type", RELAIS_JSON_STRING, error))
    return FALSE;
  if (!relais_request_is_given (type) || relais_json_node_equals (type, "message"))
    return decode_message (node, prompt, error);
  if (relais_json_node_equals (type, "function_call"))
    return decode_call (node, FALSE, prompt, error);
  if (relais_json_node_equals (type, "custom_tool_call"))
    return decode_call (node, TRUE, prompt, error);
  if (relais_json_node_equals (type, "function_call_output") ||
      relais_json_node_equals (type, "custom_tool_call_output"))
    return decode_result (node, prompt, error);
  if (relais_json_node_equals (type, "reasoning"))
    return decode_reasoning (node, prompt, error);
  if (relais_json_node_equals (type, "item_reference"))
    return relais_request_fail (error, "type", "must not be item_reference: this upstream keeps no items");
  relais_request_add_opaque (relais_request_get_assistant (prompt)->parts,
                             RELAIS_ORIGIN_OPENAI_RESPONSES, node);
  return TRUE;
}

static gboolean
decode_input (const RelaisJsonNode  *input,
              RelaisPrompt          *prompt,
              GError               **error)
{
  const RelaisJsonNode *node;
  RelaisJsonIter iter;

  if (!relais_request_is_given (input))
    return relais_request_fail (error, "input", "is missing");
  if (relais_json_node_get_kind (input) == RELAIS_JSON_STRING)
    return relais_request_read_words (input, "input", RELAIS_PART_TEXT,
                                      relais_prompt_add_message (prompt, RELAIS_ROLE_USER)->parts,
                                      error);
  if (relais_json_node_get_kind (input) != RELAIS_JSON_ARRAY)
    return relais_request_fail (error, "input", "must be a string or an array of items");
  relais_json_iter_init (&iter, input);
  for (guint i = 0; relais_json_iter_next (&iter, NULL, &node); i++)
    {
      guint before = prompt->messages->len;
      guint n_parts = relais_request_count_parts (prompt);

      if (!decode_item (node, prompt, error))
        {
          g_prefix_error (error, "input[%u]: ", i);
          return FALSE;
        }
      if (prompt->messages->len > before)
        ((RelaisMessage *)g_ptr_array_index (prompt->messages, before))->position = i;
      else
        relais_request_note_item (prompt, n_parts, i);
    }
  return TRUE;
}

static gboolean decode_tool (const RelaisJsonNode  *node,
                             RelaisPrompt          *prompt,
                             GError               **error);

/* A group of functions, as Codex declares them: each is called with the group's name beside its
 * own. */
static gboolean
decode_namespace (const RelaisJsonNode  *node,
                  RelaisPrompt          *prompt,
                  GError               **error)
{
  const RelaisJsonNode *inner;
  g_autofree char *name = NULL;
  guint before = prompt->tools->len;
  RelaisJsonIter iter;

  if (!relais_request_need_string (member (node, "name"), "name", &name, error) ||
      !relais_request_check (member (node, "tools"), "tools", RELAIS_JSON_ARRAY, error))
    return FALSE;
  relais_json_iter_init (&iter, member (node, "tools"));
  for (guint i = 0; relais_json_iter_next (&iter, NULL, &inner); i++)
    if (!decode_tool (inner, prompt, error))
      {
        g_prefix_error (error, "tools[%u]: ", i);
        return FALSE;
      }
  for (; before < prompt->tools->len; before++)
    {
      RelaisTool *tool = g_ptr_array_index (prompt->tools, before);

      if (tool->name_space == NULL)
        tool->name_space = g_strdup (name);
    }
  return TRUE;
}

static gboolean
decode_tool (const RelaisJsonNode  *node,
             RelaisPrompt          *prompt,
             GError               **error)
{
  const RelaisJsonNode *type = member (node, "type");
  const RelaisJsonNode *schema = member (node, "parameters");
  gboolean custom = relais_json_node_equals (type, "custom");
  g_autofree char *name = NULL;
  RelaisTool *tool;

  if (relais_json_node_get_kind (node) != RELAIS_JSON_OBJECT)
    return relais_request_fail (error, "tools", "must hold objects");
  if (relais_json_node_equals (type, "namespace"))
    return decode_namespace (node, prompt, error);
  if (!custom && !relais_json_node_equals (type, "function"))
    {
      tool = relais_prompt_add_tool (prompt, RELAIS_TOOL_HOSTED, NULL);
      tool->origin = RELAIS_ORIGIN_OPENAI_RESPONSES;
      tool->schema = relais_json_node_dup_raw (node);
      return TRUE;
    }
  if (!relais_request_need_string (member (node, "name"), "name", &name, error) ||
      !relais_request_check (schema, "parameters", RELAIS_JSON_OBJECT, error))
    return FALSE;
  tool = relais_prompt_add_tool (prompt, custom ? RELAIS_TOOL_CUSTOM : RELAIS_TOOL_FUNCTION, name);
  if (custom && relais_request_is_given (member (node, "format")))
    tool->schema = relais_json_node_dup_raw (member (node, "format"));
  else if (!custom && relais_request_is_given (schema))
    {
      tool->schema = relais_json_node_dup_raw (schema);
      tool->plain = relais_schema_is_object (schema);
    }
  return relais_request_read_string (member (node, "description"), "description", &tool->description, error) &&
         relais_request_read_tri (member (node, "strict"), "strict", &tool->strict, error);
}

/* What describes a group has no place where tools stand alone. */
static void
note_group (const RelaisJsonNode *node,
            guint                 position,
            RelaisPrompt         *prompt)
{
  g_autofree char *field = g_strdup_printf ("tools[%u].description", position);

  relais_request_note_extra (prompt, member (node, "description"), field, RELAIS_EXTRA_QUIET);
}

static gboolean
decode_tools (const RelaisJsonNode  *tools,
              RelaisPrompt          *prompt,
              GError               **error)
{
  const RelaisJsonNode *node;
  RelaisJsonIter iter;

  if (!relais_request_check (tools, "tools", RELAIS_JSON_ARRAY, error))
    return FALSE;
  relais_json_iter_init (&iter, tools);
  for (guint i = 0; relais_json_iter_next (&iter, NULL, &node); i++)
    {
      guint before = prompt->tools->len;

      if (!decode_tool (node, prompt, error))
        {
          g_prefix_error (error, "tools[%u]: ", i);
          return FALSE;
        }
      while (before < prompt->tools->len)
        ((RelaisTool *)g_ptr_array_index (prompt->tools, before++))->position = i;
      if (relais_json_node_equals (member (node, "type"), "namespace"))
        note_group (node, i, prompt);
    }
  return TRUE;
}

/* `allowed_tools`: some of the tools, each named as in a choice. */
static gboolean
decode_subset (const RelaisJsonNode  *choice,
               RelaisPrompt          *prompt,
               GError               **error)
{
  const RelaisJsonNode *tool;
  RelaisJsonIter iter;

  prompt->tool_choice = RELAIS_TOOL_CHOICE_SUBSET;
  prompt->tool_choice_forced = relais_json_node_equals (member (choice, "mode"), "required");
  prompt->tool_choice_names = g_ptr_array_new_with_free_func (g_free);
  relais_json_iter_init (&iter, member (choice, "tools"));
  while (relais_json_iter_next (&iter, NULL, &tool))
    {
      g_autofree char *name = NULL;

      if (!relais_request_need_string (member (tool, "name"), "tool_choice.tools", &name, error))
        return FALSE;
      g_ptr_array_add (prompt->tool_choice_names, g_steal_pointer (&name));
    }
  return TRUE;
}

static gboolean
decode_choice (const RelaisJsonNode  *choice,
               RelaisPrompt          *prompt,
               GError               **error)
{
  const RelaisJsonNode *name = member (choice, "name");
  const RelaisJsonNode *mode = relais_json_node_get_kind (choice) == RELAIS_JSON_OBJECT ? member (choice, "mode") : choice;

  if (!relais_request_is_given (choice))
    return TRUE;
  if (relais_json_node_equals (member (choice, "type"), "allowed_tools"))
    return decode_subset (choice, prompt, error);
  if (relais_json_node_get_kind (name) == RELAIS_JSON_STRING)
    {
      prompt->tool_choice = RELAIS_TOOL_CHOICE_NAMED;
      prompt->tool_choice_name = relais_json_node_dup_string (name);
    }
  else if (relais_json_node_equals (mode, "none"))
    prompt->tool_choice = RELAIS_TOOL_CHOICE_NONE;
  else if (relais_json_node_equals (mode, "auto"))
    prompt->tool_choice = RELAIS_TOOL_CHOICE_AUTO;
  else if (relais_json_node_equals (mode, "required"))
    prompt->tool_choice = RELAIS_TOOL_CHOICE_REQUIRED;
  else if (relais_json_node_get_kind (choice) != RELAIS_JSON_OBJECT)
    return relais_request_fail (error, "tool_choice", "must be none, auto, required, or name a tool");
  else
    {
      /* one the vendor runs is named by its type */
      prompt->tool_choice = RELAIS_TOOL_CHOICE_NAMED;
      return relais_request_need_string (member (choice, "type"), "tool_choice.type", &prompt->tool_choice_name, error);
    }
  return TRUE;
}

static void
keep_echo (const RelaisJsonNode *root,
           RelaisPrompt         *prompt)
{
  static const char *const fields[] = { "instructions", "max_output_tokens", "metadata",
                                        "parallel_tool_calls", "reasoning",
                                        "store", "temperature", "text", "tool_choice", "tools",
                                        "top_p", "truncation", "user" };

  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      const RelaisJsonNode *node = member (root, fields[i]);

      if (relais_request_is_given (node))
        g_hash_table_insert (prompt->echo, g_strdup (fields[i]), relais_json_node_dup_raw (node));
    }
}

static gboolean
decode_format (const RelaisJsonNode  *text,
               RelaisPrompt          *prompt,
               GError               **error)
{
  const RelaisJsonNode *format = member (text, "format");
  const RelaisJsonNode *type = member (format, "type");
  const RelaisJsonNode *schema = member (format, "schema");

  if (!relais_request_check (text, "text", RELAIS_JSON_OBJECT, error) ||
      !relais_request_read_string (member (text, "verbosity"), "text.verbosity", &prompt->verbosity, error) ||
      !relais_request_check (format, "text.format", RELAIS_JSON_OBJECT, error))
    return FALSE;
  if (!relais_request_is_given (format) || relais_json_node_equals (type, "text"))
    return TRUE;
  if (relais_json_node_equals (type, "json_object"))
    {
      prompt->format = RELAIS_FORMAT_JSON;
      return TRUE;
    }
  if (!relais_json_node_equals (type, "json_schema"))
    return relais_request_fail (error, "text.format.type", "must be text, json_object or json_schema");
  if (relais_json_node_get_kind (schema) != RELAIS_JSON_OBJECT)
    return relais_request_fail (error, "text.format.schema", "must be an object");
  prompt->format = RELAIS_FORMAT_SCHEMA;
  prompt->format_schema = relais_json_node_dup_raw (schema);
  return relais_request_read_string (member (format, "name"), "text.format.name", &prompt->format_name, error) &&
         relais_request_read_string (member (format, "description"), "text.format.description", &prompt->format_description, error) &&
         relais_request_read_tri (member (format, "strict"), "text.format.strict", &prompt->format_strict, error);
}

static gboolean
decode_reasoning_settings (const RelaisJsonNode  *root,
                           RelaisPrompt          *prompt,
                           GError               **error)
{
  const RelaisJsonNode *reasoning = member (root, "reasoning");
  const RelaisJsonNode *summary = member (reasoning, "summary");
  const RelaisJsonNode *include = member (root, "include");
  const RelaisJsonNode *node;
  gboolean more = FALSE;
  RelaisJsonIter iter;

  if (!relais_request_check (reasoning, "reasoning", RELAIS_JSON_OBJECT, error) ||
      !relais_request_read_effort (member (reasoning, "effort"), "reasoning.effort", &prompt->effort, error) ||
      !relais_request_check (include, "include", RELAIS_JSON_ARRAY, error))
    return FALSE;
  if (!relais_request_is_given (summary))
    summary = member (reasoning, "generate_summary");
  prompt->thinking = relais_request_is_given (reasoning) && prompt->effort != RELAIS_EFFORT_NONE;
  prompt->show_thinking = relais_request_is_given (summary) ? RELAIS_TRI_TRUE : RELAIS_TRI_UNSET;
  relais_json_iter_init (&iter, include);
  while (relais_json_iter_next (&iter, NULL, &node))
    if (relais_json_node_equals (node, "reasoning.encrypted_content"))
      prompt->keep_signatures = TRUE;
    else
      more = TRUE;
  if (more)
    relais_prompt_add_extra (prompt, RELAIS_EXTRA_QUIET, "include");
  return TRUE;
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
      !relais_request_read_tri (member (root, "store"), "store", &prompt->store, error) ||
      !relais_request_check (metadata, "metadata", RELAIS_JSON_OBJECT, error))
    return FALSE;
  if (relais_request_is_given (metadata))
    prompt->metadata = relais_json_node_dup_raw (metadata);
  return TRUE;
}

/* What only OpenAI's own service can do is needed: it keeps answers, prompts and conversations. */
static void
note_extras (const RelaisJsonNode *root,
             RelaisPrompt         *prompt)
{
  static const char *const needed[] = { "previous_response_id", "conversation", "prompt" };

  for (guint i = 0; i < G_N_ELEMENTS (needed); i++)
    relais_request_note_extra (prompt, member (root, needed[i]), needed[i], RELAIS_EXTRA_NEEDED);
  if (relais_json_node_get_boolean (member (root, "background"), FALSE))
    relais_prompt_add_extra (prompt, RELAIS_EXTRA_NEEDED, "background");
}

static gboolean
decode_settings (const RelaisJsonNode  *root,
                 RelaisPrompt          *prompt,
                 GError               **error)
{
  if (!relais_request_need_string (member (root, "model"), "model", &prompt->model, error) ||
      !relais_request_read_boolean (member (root, "stream"), "stream", &prompt->stream, error) ||
      !relais_request_read_count (member (root, "max_output_tokens"), "max_output_tokens", &prompt->max_tokens, error) ||
      !relais_request_read_tri (member (root, "parallel_tool_calls"), "parallel_tool_calls", &prompt->parallel_tools, error) ||
      !relais_request_read_number (member (root, "temperature"), "temperature", &prompt->temperature, error) ||
      !relais_request_read_number (member (root, "top_p"), "top_p", &prompt->top_p, error) ||
      !relais_request_read_count (member (root, "top_logprobs"), "top_logprobs", &prompt->top_logprobs, error) ||
      !decode_format (member (root, "text"), prompt, error) ||
      !decode_reasoning_settings (root, prompt, error) || !decode_identity (root, prompt, error) ||
      !decode_choice (member (root, "tool_choice"), prompt, error))
    return FALSE;
  note_extras (root, prompt);
  return TRUE;
}

/**
 * relais_openai_responses_decode_request:
 * @body: a request body
 * @model: (nullable): not used, the model is in the body
 * @stream: not used, the flag is in the body
 * @error: where to put a failure
 *
 * Fields nobody here needs are noted as extras. Fails with [error@Error] `INVALID_REQUEST`, naming
 * the field: no JSON object, model or input missing, a field of the wrong type.
 *
 * Returns: (transfer full) (nullable): the request, or %NULL with @error set
 */
RelaisPrompt *
relais_openai_responses_decode_request (GBytes      *body,
                                        const char  *model,
                                        gboolean     stream,
                                        GError     **error)
{
  g_autoptr (RelaisJson) tree = relais_request_parse (body, error);
  g_autoptr (RelaisPrompt) prompt = relais_prompt_new ();
  const RelaisJsonNode *root = relais_json_get_root (tree);

  if (tree == NULL || !decode_settings (root, prompt, error))
    return NULL;
  if (!relais_request_read_words (member (root, "instructions"), "instructions", RELAIS_PART_TEXT,
                                  prompt->system, error) ||
      !decode_input (member (root, "input"), prompt, error) ||
      !decode_tools (member (root, "tools"), prompt, error))
    return NULL;
  relais_request_match_results (prompt);
  relais_request_note_unread (prompt, tree);
  keep_echo (root, prompt);
  return g_steal_pointer (&prompt);
}
