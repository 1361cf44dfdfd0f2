/* relais-anthropic-request.c: requests of Anthropic's Messages
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-anthropic"

#include "config.h"

#include "relais-anthropic.h"
#include "relais-request-private.h"
#include "relais-schema.h"

#define member(node, name) relais_json_node_get_member ((node), (name))

static gboolean decode_blocks (const RelaisJsonNode  *content,
                               GPtrArray             *parts,
                               GError               **error);

static void
add_text (GPtrArray  *parts,
          const char *text)
{
  if (text != NULL && *text != '\0')
    g_ptr_array_add (parts, relais_part_new_text (text));
}

/* Images and documents: base64, plain text, an address, an id, or blocks. */
static gboolean
decode_source (const RelaisJsonNode  *node,
               RelaisPartType         type,
               GPtrArray             *parts,
               GError               **error)
{
  const RelaisJsonNode *source = member (node, "source");
  const RelaisJsonNode *kind = member (source, "type");
  g_autoptr (RelaisPart) part = relais_part_new (type);
  g_autofree char *mime = NULL;
  g_autofree char *context = NULL;

  if (!relais_request_is_given (source))
    return relais_request_fail (error, "source", "is missing");
  if (!relais_request_check (source, "source", RELAIS_JSON_OBJECT, error) ||
      !relais_request_read_string (member (source, "media_type"), "source.media_type", &mime, error) ||
      !relais_request_read_string (member (node, "title"), "title", &part->filename, error))
    return FALSE;
  if (!relais_request_read_string (member (node, "context"), "context", &context, error))
    return FALSE;
  /* what a document says of itself, and no other vendor has a place for, stands before it */
  if (relais_json_node_equals (kind, "content"))
    add_text (parts, part->filename);
  add_text (parts, context);
  if (relais_json_node_equals (kind, "content"))
    return decode_blocks (member (source, "content"), parts, error);
  if (relais_json_node_equals (kind, "text"))
    {
      g_autofree char *text = NULL;

      part->type = RELAIS_PART_TEXT;
      if (!relais_request_read_string (member (source, "data"), "source.data", &text, error))
        return FALSE;
      if (text != NULL && part->filename != NULL)
        part->text = g_strconcat (part->filename, "\n", text, NULL);
      else
        part->text = g_steal_pointer (&text);
    }
  else if (relais_json_node_equals (kind, "base64"))
    {
      if (!relais_request_need_string (member (source, "data"), "source.data", &part->data, error))
        return FALSE;
      part->mime = relais_request_fix_mime (mime, part->data);
    }
  else if (relais_json_node_equals (kind, "url"))
    {
      if (!relais_request_need_string (member (source, "url"), "source.url", &part->url, error))
        return FALSE;
    }
  else if (!relais_json_node_equals (kind, "file"))
    return relais_request_fail (error, "source.type", "must be base64, text, content, url or file");
  else if (!relais_request_need_string (member (source, "file_id"), "source.file_id", &part->file_id, error))
    return FALSE;
  if (part->type == RELAIS_PART_TEXT && part->text == NULL)
    part->text = g_strdup ("");
  g_ptr_array_add (parts, g_steal_pointer (&part));
  return TRUE;
}

static gboolean
decode_call (const RelaisJsonNode  *node,
             GPtrArray             *parts,
             GError               **error)
{
  const RelaisJsonNode *input = member (node, "input");
  g_autoptr (RelaisPart) part = relais_part_new (RELAIS_PART_TOOL_CALL);

  if (!relais_request_need_string (member (node, "id"), "id", &part->id, error) ||
      !relais_request_need_string (member (node, "name"), "name", &part->name, error))
    return FALSE;
  part->args = relais_request_is_given (input) ? relais_json_node_dup_raw (input) : g_strdup ("{}");
  g_ptr_array_add (parts, g_steal_pointer (&part));
  return TRUE;
}

static gboolean
decode_result (const RelaisJsonNode  *node,
               GPtrArray             *parts,
               GError               **error)
{
  g_autoptr (RelaisPart) part = relais_part_new (RELAIS_PART_TOOL_RESULT);

  if (!relais_request_need_string (member (node, "tool_use_id"), "tool_use_id", &part->id, error) ||
      !relais_request_read_boolean (member (node, "is_error"), "is_error", &part->is_error, error) ||
      !decode_blocks (member (node, "content"), part->content, error))
    return FALSE;
  g_ptr_array_add (parts, g_steal_pointer (&part));
  return TRUE;
}

static gboolean
decode_thinking (const RelaisJsonNode  *node,
                 gboolean               redacted,
                 GPtrArray             *parts,
                 GError               **error)
{
  RelaisPartType type = redacted ? RELAIS_PART_REDACTED : RELAIS_PART_THINKING;
  g_autoptr (RelaisPart) part = relais_part_new (type);
  const char *field = redacted ? "data" : "thinking";

  part->origin = RELAIS_ORIGIN_ANTHROPIC;
  if (!relais_request_read_string (member (node, field), field, &part->text, error) ||
      !relais_request_read_string (member (node, "signature"), "signature", &part->signature, error))
    return FALSE;
  if (part->text == NULL)
    part->text = g_strdup ("");
  g_ptr_array_add (parts, g_steal_pointer (&part));
  return TRUE;
}

/* Becomes text: title, source, then the text blocks. */
static gboolean
decode_search_result (const RelaisJsonNode  *node,
                      GPtrArray             *parts,
                      GError               **error)
{
  g_autofree char *title = relais_json_node_dup_string (member (node, "title"));
  g_autofree char *source = relais_json_node_dup_string (member (node, "source"));

  add_text (parts, title);
  add_text (parts, source);
  return decode_blocks (member (node, "content"), parts, error);
}

static gboolean
decode_block (const RelaisJsonNode  *node,
              GPtrArray             *parts,
              GError               **error)
{
  const RelaisJsonNode *type = member (node, "type");
  g_autofree char *text = NULL;

  if (relais_json_node_get_kind (node) != RELAIS_JSON_OBJECT)
    return relais_request_fail (error, "content", "must hold objects");
  if (!relais_request_need_string (type, "type", &text, error))
    return FALSE;
  if (relais_json_node_equals (type, "text"))
    {
      g_clear_pointer (&text, g_free);
      if (!relais_request_read_string (member (node, "text"), "text", &text, error))
        return FALSE;
      add_text (parts, text);
      return TRUE;
    }
  if (relais_json_node_equals (type, "image"))
    return decode_source (node, RELAIS_PART_IMAGE, parts, error);
  if (relais_json_node_equals (type, "document"))
    return decode_source (node, RELAIS_PART_FILE, parts, error);
  if (relais_json_node_equals (type, "tool_use"))
    return decode_call (node, parts, error);
  if (relais_json_node_equals (type, "tool_result"))
    return decode_result (node, parts, error);
  if (relais_json_node_equals (type, "thinking") || relais_json_node_equals (type, "redacted_thinking"))
    return decode_thinking (node, !relais_json_node_equals (type, "thinking"), parts, error);
  if (relais_json_node_equals (type, "search_result"))
    return decode_search_result (node, parts, error);
  relais_request_add_opaque (parts, RELAIS_ORIGIN_ANTHROPIC, node);
  return TRUE;
}

/* A string, or blocks. Blocks may hold blocks; the depth of the body bounds how often. */
static gboolean
decode_blocks (const RelaisJsonNode  *content,
               GPtrArray             *parts,
               GError               **error)
{
  const RelaisJsonNode *node;
  RelaisJsonIter iter;

  if (!relais_request_is_given (content))
    return TRUE;
  if (relais_json_node_get_kind (content) == RELAIS_JSON_STRING)
    {
      g_autofree char *text = relais_json_node_dup_string (content);

      add_text (parts, text);
      return TRUE;
    }
  if (relais_json_node_get_kind (content) != RELAIS_JSON_ARRAY)
    return relais_request_fail (error, "content", "must be a string or an array of blocks");
  relais_json_iter_init (&iter, content);
  for (guint i = 0; relais_json_iter_next (&iter, NULL, &node); i++)
    {
      guint before = parts->len;

      if (!decode_block (node, parts, error))
        {
          g_prefix_error (error, "content[%u]: ", i);
          return FALSE;
        }
      while (before < parts->len)
        ((RelaisPart *)g_ptr_array_index (parts, before++))->position = i;
    }
  return TRUE;
}

/* Results come first, in a message of their own; what the user says besides follows. */
static void
add_user_parts (RelaisPrompt *prompt,
                GPtrArray    *parts)
{
  RelaisMessage *rest = NULL;
  RelaisMessage *results = NULL;

  for (guint i = 0; i < parts->len; i++)
    if (((RelaisPart *)g_ptr_array_index (parts, i))->type == RELAIS_PART_TOOL_RESULT)
      {
        if (results == NULL)
          results = relais_prompt_add_message (prompt, RELAIS_ROLE_USER);
        g_ptr_array_add (results->parts, g_steal_pointer (&g_ptr_array_index (parts, i)));
      }
  for (guint i = 0; i < parts->len; i++)
    if (g_ptr_array_index (parts, i) != NULL)
      {
        if (rest == NULL)
          rest = relais_prompt_add_message (prompt, RELAIS_ROLE_USER);
        g_ptr_array_add (rest->parts, g_steal_pointer (&g_ptr_array_index (parts, i)));
      }
}

static gboolean
decode_message (const RelaisJsonNode  *node,
                RelaisPrompt          *prompt,
                GError               **error)
{
  const RelaisJsonNode *role = member (node, "role");
  g_autofree char *name = NULL;
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func ((GDestroyNotify)relais_part_free);

  if (relais_json_node_get_kind (node) != RELAIS_JSON_OBJECT)
    return relais_request_fail (error, "message", "must be an object");
  if (!relais_request_need_string (role, "role", &name, error))
    return FALSE;
  if (!relais_request_is_given (member (node, "content")))
    return relais_request_fail (error, "content", "is missing");
  if (relais_json_node_equals (role, "assistant"))
    return decode_blocks (member (node, "content"),
                          relais_prompt_add_message (prompt, RELAIS_ROLE_ASSISTANT)->parts, error);
  if (relais_json_node_equals (role, "system"))
    return decode_blocks (member (node, "content"),
                          relais_prompt_add_message (prompt, RELAIS_ROLE_SYSTEM)->parts, error);
  if (!relais_json_node_equals (role, "user"))
    return relais_request_fail (error, "role", "must be user, assistant or system");
  if (!decode_blocks (member (node, "content"), parts, error))
    return FALSE;
  add_user_parts (prompt, parts);
  return TRUE;
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

      if (!decode_message (node, prompt, error))
        {
          g_prefix_error (error, "messages[%u]: ", i);
          return FALSE;
        }
      while (before < prompt->messages->len)
        ((RelaisMessage *)g_ptr_array_index (prompt->messages, before++))->position = i;
    }
  return TRUE;
}

static gboolean
decode_tool (const RelaisJsonNode  *node,
             RelaisPrompt          *prompt,
             GError               **error)
{
  const RelaisJsonNode *type = member (node, "type");
  const RelaisJsonNode *schema = member (node, "input_schema");
  g_autofree char *name = NULL;
  RelaisTool *tool;

  if (relais_json_node_get_kind (node) != RELAIS_JSON_OBJECT)
    return relais_request_fail (error, "tools", "must hold objects");
  if (relais_request_is_given (type) && !relais_json_node_equals (type, "custom"))
    {
      name = relais_json_node_dup_string (member (node, "name"));
      tool = relais_prompt_add_tool (prompt, RELAIS_TOOL_HOSTED, name);
      tool->origin = RELAIS_ORIGIN_ANTHROPIC;
      tool->schema = relais_json_node_dup_raw (node);
      return TRUE;
    }
  if (!relais_request_need_string (member (node, "name"), "name", &name, error) ||
      !relais_request_check (schema, "input_schema", RELAIS_JSON_OBJECT, error))
    return FALSE;
  tool = relais_prompt_add_tool (prompt, RELAIS_TOOL_FUNCTION, name);
  if (relais_request_is_given (schema))
    {
      tool->schema = relais_json_node_dup_raw (schema);
      tool->plain = relais_schema_is_object (schema);
    }
  return relais_request_read_string (member (node, "description"), "description", &tool->description, error) &&
         relais_request_read_tri (member (node, "strict"), "strict", &tool->strict, error);
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
      if (!decode_tool (node, prompt, error))
        {
          g_prefix_error (error, "tools[%u]: ", i);
          return FALSE;
        }
      ((RelaisTool *)g_ptr_array_index (prompt->tools, prompt->tools->len - 1))->position = i;
    }
  return TRUE;
}

static gboolean
decode_choice (const RelaisJsonNode  *choice,
               RelaisPrompt          *prompt,
               GError               **error)
{
  const RelaisJsonNode *type = member (choice, "type");
  gboolean serial = FALSE;

  if (!relais_request_is_given (choice))
    return TRUE;
  if (!relais_request_check (choice, "tool_choice", RELAIS_JSON_OBJECT, error) ||
      !relais_request_read_boolean (member (choice, "disable_parallel_tool_use"),
                                    "tool_choice.disable_parallel_tool_use", &serial, error))
    return FALSE;
  if (serial)
    prompt->parallel_tools = RELAIS_TRI_FALSE;
  if (relais_json_node_equals (type, "auto"))
    prompt->tool_choice = RELAIS_TOOL_CHOICE_AUTO;
  else if (relais_json_node_equals (type, "any"))
    prompt->tool_choice = RELAIS_TOOL_CHOICE_REQUIRED;
  else if (relais_json_node_equals (type, "none"))
    prompt->tool_choice = RELAIS_TOOL_CHOICE_NONE;
  else if (!relais_json_node_equals (type, "tool"))
    return relais_request_fail (error, "tool_choice.type", "must be auto, any, tool or none");
  else
    {
      prompt->tool_choice = RELAIS_TOOL_CHOICE_NAMED;
      return relais_request_need_string (member (choice, "name"), "tool_choice.name",
                                         &prompt->tool_choice_name, error);
    }
  return TRUE;
}

static gboolean
decode_thinking_setting (const RelaisJsonNode  *thinking,
                         RelaisPrompt          *prompt,
                         GError               **error)
{
  const RelaisJsonNode *type = member (thinking, "type");
  const RelaisJsonNode *display = member (thinking, "display");

  if (!relais_request_check (thinking, "thinking", RELAIS_JSON_OBJECT, error) ||
      !relais_request_read_count (member (thinking, "budget_tokens"), "thinking.budget_tokens", &prompt->budget, error))
    return FALSE;
  if (!relais_request_is_given (type))
    return TRUE;
  prompt->thinking = !relais_json_node_equals (type, "disabled");
  if (!prompt->thinking)
    prompt->budget = 0;
  else if (!relais_json_node_equals (type, "enabled") || prompt->budget == RELAIS_BUDGET_UNSET)
    prompt->budget = RELAIS_BUDGET_AUTOMATIC;
  prompt->keep_signatures = prompt->thinking;
  if (relais_request_is_given (display))
    prompt->show_thinking = relais_json_node_equals (display, "omitted") ? RELAIS_TRI_FALSE : RELAIS_TRI_TRUE;
  return TRUE;
}

/* `output_config.format`, or the `output_format` of its beta; any type but this one is told as
 * dropped. */
static gboolean
decode_format (const RelaisJsonNode  *format,
               const char            *field,
               RelaisPrompt          *prompt,
               GError               **error)
{
  if (!relais_request_check (format, field, RELAIS_JSON_OBJECT, error))
    return FALSE;
  if (!relais_json_node_equals (member (format, "type"), "json_schema"))
    {
      relais_request_note_extra (prompt, format, field, RELAIS_EXTRA_TOLD);
      return TRUE;
    }
  if (relais_json_node_get_kind (member (format, "schema")) != RELAIS_JSON_OBJECT)
    return relais_request_fail (error, field, "must hold a schema");
  prompt->format = RELAIS_FORMAT_SCHEMA;
  g_free (prompt->format_schema);
  prompt->format_schema = relais_json_node_dup_raw (member (format, "schema"));
  return TRUE;
}

static gboolean
decode_settings (const RelaisJsonNode  *root,
                 RelaisPrompt          *prompt,
                 GError               **error)
{
  const RelaisJsonNode *output = member (root, "output_config");
  const RelaisJsonNode *metadata = member (root, "metadata");

  if (!relais_request_need_string (member (root, "model"), "model", &prompt->model, error) ||
      !relais_request_read_boolean (member (root, "stream"), "stream", &prompt->stream, error) ||
      !relais_request_read_count (member (root, "max_tokens"), "max_tokens", &prompt->max_tokens, error) ||
      !decode_thinking_setting (member (root, "thinking"), prompt, error) ||
      !decode_choice (member (root, "tool_choice"), prompt, error) ||
      !relais_request_check (output, "output_config", RELAIS_JSON_OBJECT, error) ||
      !relais_request_read_effort (member (output, "effort"), "output_config.effort", &prompt->effort, error) ||
      !decode_format (member (root, "output_format"), "output_format", prompt, error) ||
      !decode_format (member (output, "format"), "output_config.format", prompt, error) ||
      !relais_request_read_number (member (root, "temperature"), "temperature", &prompt->temperature, error) ||
      !relais_request_read_number (member (root, "top_p"), "top_p", &prompt->top_p, error) ||
      !relais_request_read_number (member (root, "top_k"), "top_k", &prompt->top_k, error) ||
      !relais_request_read_strings (member (root, "stop_sequences"), "stop_sequences", prompt->stop, error) ||
      !relais_request_check (metadata, "metadata", RELAIS_JSON_OBJECT, error) ||
      !relais_request_read_string (member (metadata, "user_id"), "metadata.user_id", &prompt->user_id, error) ||
      !relais_request_read_string (member (root, "service_tier"), "service_tier", &prompt->service_tier, error))
    return FALSE;
  prompt->session_key = g_strdup (prompt->user_id);
  relais_request_note_extra (prompt, member (root, "mcp_servers"), "mcp_servers", RELAIS_EXTRA_TOLD);
  return TRUE;
}

/**
 * relais_anthropic_decode_count:
 * @body: a request body
 * @error: where to put a failure
 *
 * As [func@anthropic_decode_request], for counting tokens: no limit needs to be given.
 *
 * Returns: (transfer full) (nullable): the request, or %NULL with @error set
 */
RelaisPrompt *
relais_anthropic_decode_count (GBytes  *body,
                               GError **error)
{
  g_autoptr (RelaisJson) tree = relais_request_parse (body, error);
  g_autoptr (RelaisPrompt) prompt = relais_prompt_new ();
  const RelaisJsonNode *root = relais_json_get_root (tree);

  if (tree == NULL || !decode_settings (root, prompt, error))
    return NULL;
  if (!decode_blocks (member (root, "system"), prompt->system, error))
    {
      g_prefix_error (error, "system: ");
      return NULL;
    }
  if (!decode_messages (member (root, "messages"), prompt, error) ||
      !decode_tools (member (root, "tools"), prompt, error))
    return NULL;
  relais_request_match_results (prompt);
  relais_request_note_unread (prompt, tree);
  return g_steal_pointer (&prompt);
}

/**
 * relais_anthropic_decode_request:
 * @body: a request body
 * @model: (nullable): not used, the model is in the body
 * @stream: not used, the flag is in the body
 * @error: where to put a failure
 *
 * Fields nobody here needs are noted as extras. Fails with [error@Error] `INVALID_REQUEST`, naming
 * the field: no JSON object, model, max_tokens or messages missing, a field of the wrong type.
 *
 * Returns: (transfer full) (nullable): the request, or %NULL with @error set
 */
RelaisPrompt *
relais_anthropic_decode_request (GBytes      *body,
                                 const char  *model,
                                 gboolean     stream,
                                 GError     **error)
{
  g_autoptr (RelaisPrompt) prompt = relais_anthropic_decode_count (body, error);

  if (prompt == NULL)
    return NULL;
  if (prompt->max_tokens >= 0)
    return g_steal_pointer (&prompt);
  relais_request_fail (error, "max_tokens", "is missing");
  return NULL;
}
