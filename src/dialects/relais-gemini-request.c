/* relais-gemini-request.c: requests of Gemini's generateContent
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-gemini"

#include "config.h"

#include <string.h>

#include "relais-gemini.h"
#include "relais-request-private.h"
#include "relais-schema.h"

/* Google's service takes each key in camelCase and in snake_case. */
static const RelaisJsonNode *
member (const RelaisJsonNode *node,
        const char           *name)
{
  const RelaisJsonNode *found = relais_json_node_get_member (node, name);
  char snake[64];
  gsize length = 0;

  if (found != NULL || node == NULL)
    return found;
  for (const char *c = name; *c != '\0' && length < sizeof snake - 2; c++)
    {
      if (g_ascii_isupper (*c))
        snake[length++] = '_';
      snake[length++] = g_ascii_tolower (*c);
    }
  snake[length] = '\0';
  return relais_json_node_get_member (node, snake);
}

static RelaisPartType
type_of_mime (const char *mime)
{
  if (g_ascii_strncasecmp (mime, "image/", 6) == 0)
    return RELAIS_PART_IMAGE;
  return g_ascii_strncasecmp (mime, "audio/", 6) == 0 ? RELAIS_PART_AUDIO : RELAIS_PART_FILE;
}

static gboolean
decode_data (const RelaisJsonNode  *node,
             GPtrArray             *parts,
             GError               **error)
{
  g_autoptr (RelaisPart) part = relais_part_new (RELAIS_PART_FILE);
  g_autofree char *mime = NULL;

  if (!relais_request_check (node, "inlineData", RELAIS_JSON_OBJECT, error) ||
      !relais_request_need_string (member (node, "data"), "inlineData.data", &part->data, error) ||
      !relais_request_read_string (member (node, "mimeType"), "inlineData.mimeType", &mime, error))
    return FALSE;
  part->mime = relais_request_fix_mime (mime, part->data);
  part->type = type_of_mime (part->mime);
  g_ptr_array_add (parts, g_steal_pointer (&part));
  return TRUE;
}

/* What Google keeps for one account: the Files API, or a bucket. */
static gboolean
is_kept_file (const char *uri)
{
  return g_str_has_prefix (uri, "gs://") || g_str_has_prefix (uri, "files/") ||
         g_str_has_prefix (uri, "https://generativelanguage.googleapis.com/");
}

static gboolean
decode_file (const RelaisJsonNode  *node,
             GPtrArray             *parts,
             GError               **error)
{
  g_autoptr (RelaisPart) part = relais_part_new (RELAIS_PART_FILE);

  if (!relais_request_check (node, "fileData", RELAIS_JSON_OBJECT, error) ||
      !relais_request_need_string (member (node, "fileUri"), "fileData.fileUri", &part->url, error) ||
      !relais_request_read_string (member (node, "mimeType"), "fileData.mimeType", &part->mime, error))
    return FALSE;
  if (part->mime != NULL)
    part->type = type_of_mime (part->mime);
  if (is_kept_file (part->url))
    part->file_id = g_steal_pointer (&part->url);
  g_ptr_array_add (parts, g_steal_pointer (&part));
  return TRUE;
}

static gboolean
decode_call (const RelaisJsonNode  *node,
             const RelaisPrompt    *prompt,
             const char            *signature,
             GPtrArray             *parts,
             GError               **error)
{
  const RelaisJsonNode *args = member (node, "args");
  g_autoptr (RelaisPart) part = relais_part_new (RELAIS_PART_TOOL_CALL);

  if (!relais_request_check (node, "functionCall", RELAIS_JSON_OBJECT, error) ||
      !relais_request_read_string (member (node, "id"), "functionCall.id", &part->id, error) ||
      !relais_request_need_string (member (node, "name"), "functionCall.name", &part->name, error) ||
      !relais_request_check (args, "functionCall.args", RELAIS_JSON_OBJECT, error))
    return FALSE;
  part->args = relais_request_is_given (args) ? relais_json_node_dup_raw (args) : g_strdup ("{}");
  part->signature = g_strdup (signature);
  part->origin = RELAIS_ORIGIN_GEMINI;
  /* Where there is no id, its place in the request serves. */
  if (part->id == NULL || *part->id == '\0')
    {
      g_free (part->id);
      part->id = g_strdup_printf ("call_%u_%u", prompt->messages->len, parts->len);
    }
  g_ptr_array_add (parts, g_steal_pointer (&part));
  return TRUE;
}

/* A sole `output`, `result` or `error` that is a string is the text, and what says just an error
 * failed; else the object. Programs have `error` beside their output, often empty. */
static void
decode_response (const RelaisJsonNode *response,
                 RelaisPart           *part)
{
  static const char *const texts[] = { "output", "result", "error" };
  gboolean sole = relais_json_node_get_count (response) == 1;
  const RelaisJsonNode *text = NULL;
  RelaisPart *content = NULL;

  for (guint i = 0; sole && text == NULL && i < G_N_ELEMENTS (texts); i++)
    text = member (response, texts[i]);
  if (relais_json_node_get_kind (text) == RELAIS_JSON_STRING)
    {
      content = relais_part_new (RELAIS_PART_TEXT);
      content->text = relais_json_node_dup_string (text);
      part->is_error = member (response, "error") != NULL && *content->text != '\0';
    }
  else
    {
      content = relais_part_new (RELAIS_PART_JSON);
      content->text = relais_request_is_given (response) ? relais_json_node_dup_raw (response) : g_strdup ("{}");
    }
  g_ptr_array_add (part->content, content);
}

static gboolean
decode_result (const RelaisJsonNode  *node,
               GPtrArray             *parts,
               GError               **error)
{
  const RelaisJsonNode *response = member (node, "response");
  g_autoptr (RelaisPart) part = relais_part_new (RELAIS_PART_TOOL_RESULT);
  const RelaisJsonNode *inner;
  RelaisJsonIter iter;

  if (!relais_request_check (node, "functionResponse", RELAIS_JSON_OBJECT, error) ||
      !relais_request_read_string (member (node, "id"), "functionResponse.id", &part->id, error) ||
      !relais_request_need_string (member (node, "name"), "functionResponse.name", &part->name, error) ||
      !relais_request_check (response, "functionResponse.response", RELAIS_JSON_OBJECT, error) ||
      !relais_request_check (member (node, "parts"), "functionResponse.parts", RELAIS_JSON_ARRAY, error))
    return FALSE;
  if (g_strcmp0 (part->id, "") == 0)
    g_clear_pointer (&part->id, g_free);
  decode_response (response, part);
  relais_json_iter_init (&iter, member (node, "parts"));
  for (guint i = 0; relais_json_iter_next (&iter, NULL, &inner); i++)
    {
      guint before = part->content->len;

      if (relais_request_is_given (member (inner, "inlineData")) &&
          !decode_data (member (inner, "inlineData"), part->content, error))
        return FALSE;
      if (part->content->len > before)
        ((RelaisPart *)g_ptr_array_index (part->content, before))->position = i;
    }
  g_ptr_array_add (parts, g_steal_pointer (&part));
  return TRUE;
}

static gboolean
decode_text (const RelaisJsonNode  *node,
             const char            *signature,
             GPtrArray             *parts,
             GError               **error)
{
  g_autoptr (RelaisPart) part = relais_part_new (RELAIS_PART_TEXT);
  gboolean thought = FALSE;

  if (!relais_request_read_string (member (node, "text"), "text", &part->text, error) ||
      !relais_request_read_boolean (member (node, "thought"), "thought", &thought, error))
    return FALSE;
  if (thought)
    part->type = RELAIS_PART_THINKING;
  part->signature = g_strdup (signature);
  part->origin = RELAIS_ORIGIN_GEMINI;
  g_ptr_array_add (parts, g_steal_pointer (&part));
  return TRUE;
}

static gboolean
decode_part (const RelaisJsonNode  *node,
             const RelaisPrompt    *prompt,
             GPtrArray             *parts,
             GError               **error)
{
  g_autofree char *signature = NULL;

  if (relais_json_node_get_kind (node) == RELAIS_JSON_STRING)
    {
      RelaisPart *part = relais_part_new (RELAIS_PART_TEXT);

      part->text = relais_json_node_dup_string (node);
      g_ptr_array_add (parts, part);
      return TRUE;
    }
  if (relais_json_node_get_kind (node) != RELAIS_JSON_OBJECT)
    return relais_request_fail (error, "parts", "must hold objects");
  if (!relais_request_read_string (member (node, "thoughtSignature"), "thoughtSignature", &signature, error))
    return FALSE;
  if (relais_request_is_given (member (node, "text")))
    return decode_text (node, signature, parts, error);
  if (relais_request_is_given (member (node, "inlineData")))
    return decode_data (member (node, "inlineData"), parts, error);
  if (relais_request_is_given (member (node, "fileData")))
    return decode_file (member (node, "fileData"), parts, error);
  if (relais_request_is_given (member (node, "functionCall")))
    return decode_call (member (node, "functionCall"), prompt, signature, parts, error);
  if (relais_request_is_given (member (node, "functionResponse")))
    return decode_result (member (node, "functionResponse"), parts, error);
  relais_request_add_opaque (parts, RELAIS_ORIGIN_GEMINI, node);
  return TRUE;
}

/* `parts`: an array, or one part alone. */
static gboolean
decode_parts (const RelaisJsonNode  *node,
              const RelaisPrompt    *prompt,
              GPtrArray             *parts,
              GError               **error)
{
  const RelaisJsonNode *part;
  RelaisJsonIter iter;

  if (relais_json_node_get_kind (node) != RELAIS_JSON_ARRAY)
    return !relais_request_is_given (node) || decode_part (node, prompt, parts, error);
  relais_json_iter_init (&iter, node);
  for (guint i = 0; relais_json_iter_next (&iter, NULL, &part); i++)
    {
      guint before = parts->len;

      if (!decode_part (part, prompt, parts, error))
        {
          g_prefix_error (error, "parts[%u]: ", i);
          return FALSE;
        }
      if (parts->len > before)
        ((RelaisPart *)g_ptr_array_index (parts, before))->position = i;
    }
  return TRUE;
}

static gboolean
decode_content (const RelaisJsonNode  *node,
                RelaisPrompt          *prompt,
                GError               **error)
{
  const RelaisJsonNode *role = member (node, "role");
  RelaisRole speaker = RELAIS_ROLE_USER;

  if (relais_json_node_get_kind (node) == RELAIS_JSON_STRING)
    return decode_part (node, prompt, relais_prompt_add_message (prompt, RELAIS_ROLE_USER)->parts,
                        error);
  if (relais_json_node_get_kind (node) != RELAIS_JSON_OBJECT)
    return relais_request_fail (error, "contents", "must hold objects");
  if (!relais_request_check (role, "role", RELAIS_JSON_STRING, error))
    return FALSE;
  if (relais_json_node_equals (role, "model"))
    speaker = RELAIS_ROLE_ASSISTANT;
  else if (relais_request_is_given (role) && !relais_json_node_equals (role, "user") &&
           !relais_json_node_equals (role, "function") && !relais_json_node_equals (role, ""))
    return relais_request_fail (error, "role", "must be user or model");
  return decode_parts (member (node, "parts"), prompt,
                       relais_prompt_add_message (prompt, speaker)->parts, error);
}

static gboolean
decode_contents (const RelaisJsonNode  *contents,
                 RelaisPrompt          *prompt,
                 GError               **error)
{
  const RelaisJsonNode *node;
  RelaisJsonIter iter;

  if (!relais_request_is_given (contents))
    return relais_request_fail (error, "contents", "is missing");
  if (relais_json_node_get_kind (contents) != RELAIS_JSON_ARRAY)
    return decode_content (contents, prompt, error);
  if (relais_json_node_get_count (contents) == 0)
    return relais_request_fail (error, "contents", "is empty");
  relais_json_iter_init (&iter, contents);
  for (guint i = 0; relais_json_iter_next (&iter, NULL, &node); i++)
    {
      if (!decode_content (node, prompt, error))
        {
          g_prefix_error (error, "contents[%u]: ", i);
          return FALSE;
        }
      ((RelaisMessage *)g_ptr_array_index (prompt->messages,
                                           prompt->messages->len - 1))
        ->position = i;
    }
  return TRUE;
}

static gboolean
decode_system (const RelaisJsonNode  *system,
               RelaisPrompt          *prompt,
               GError               **error)
{
  if (!relais_request_is_given (system))
    return TRUE;
  if (relais_json_node_get_kind (system) == RELAIS_JSON_STRING)
    return decode_part (system, prompt, prompt->system, error);
  relais_json_node_take (member (system, "role")); /* whatever it is, these are instructions */
  return relais_request_check (system, "systemInstruction", RELAIS_JSON_OBJECT, error) &&
         decode_parts (member (system, "parts"), prompt, prompt->system, error);
}

static gboolean
decode_function (const RelaisJsonNode  *node,
                 RelaisPrompt          *prompt,
                 GError               **error)
{
  const RelaisJsonNode *schema = member (node, "parametersJsonSchema");
  g_autofree char *name = NULL;
  RelaisTool *tool;

  if (!relais_request_is_given (schema))
    schema = member (node, "parameters");
  if (relais_json_node_get_kind (node) != RELAIS_JSON_OBJECT)
    return relais_request_fail (error, "functionDeclarations", "must hold objects");
  if (!relais_request_need_string (member (node, "name"), "name", &name, error) ||
      !relais_request_check (schema, "parameters", RELAIS_JSON_OBJECT, error))
    return FALSE;
  tool = relais_prompt_add_tool (prompt, RELAIS_TOOL_FUNCTION, name);
  if (relais_request_is_given (member (node, "parametersJsonSchema")))
    {
      tool->schema = relais_json_node_dup_raw (schema);
      tool->plain = relais_schema_is_object (schema);
    }
  else if (relais_request_is_given (schema))
    tool->schema = relais_schema_from_openapi (schema);
  return relais_request_read_string (member (node, "description"), "description", &tool->description, error);
}

/* What is no function: tools that Google itself runs, of which one object may hold several. */
static void
add_hosted (const RelaisJsonNode *node,
            RelaisPrompt         *prompt)
{
  g_autoptr (GString) hosted = g_string_new (NULL);
  const RelaisJsonNode *key, *value;
  RelaisJsonWriter writer;
  RelaisJsonIter iter;
  RelaisTool *tool;

  relais_json_writer_init (&writer, hosted);
  relais_json_writer_object (&writer, NULL);
  relais_json_iter_init (&iter, node);
  while (relais_json_iter_next (&iter, &key, &value))
    {
      g_autofree char *name = relais_json_node_dup_string (key);
      gsize length;
      const char *raw = relais_json_node_get_raw (value, &length);

      if (relais_request_is_given (value) && strcmp (name, "functionDeclarations") != 0 &&
          strcmp (name, "function_declarations") != 0)
        relais_json_writer_raw (&writer, name, raw, length);
    }
  relais_json_writer_end_object (&writer);
  if (strcmp (hosted->str, "{}") == 0)
    return;
  tool = relais_prompt_add_tool (prompt, RELAIS_TOOL_HOSTED, NULL);
  tool->origin = RELAIS_ORIGIN_GEMINI;
  tool->schema = g_strndup (hosted->str, hosted->len);
}

static gboolean
decode_tool (const RelaisJsonNode  *node,
             RelaisPrompt          *prompt,
             GError               **error)
{
  const RelaisJsonNode *functions = member (node, "functionDeclarations");
  const RelaisJsonNode *function;
  RelaisJsonIter iter;

  if (relais_json_node_get_kind (node) != RELAIS_JSON_OBJECT)
    return relais_request_fail (error, "tools", "must hold objects");
  add_hosted (node, prompt);
  if (!relais_request_is_given (functions))
    return TRUE;
  if (!relais_request_check (functions, "functionDeclarations", RELAIS_JSON_ARRAY, error))
    return FALSE;
  relais_json_iter_init (&iter, functions);
  for (guint i = 0; relais_json_iter_next (&iter, NULL, &function); i++)
    if (!decode_function (function, prompt, error))
      {
        g_prefix_error (error, "functionDeclarations[%u]: ", i);
        return FALSE;
      }
  return TRUE;
}

static gboolean
decode_tools (const RelaisJsonNode  *tools,
              RelaisPrompt          *prompt,
              GError               **error)
{
  const RelaisJsonNode *node;
  RelaisJsonIter iter;

  if (relais_json_node_get_kind (tools) == RELAIS_JSON_OBJECT)
    return decode_tool (tools, prompt, error);
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
    }
  return TRUE;
}

/* An enum's value: its name in any case, or its number in the protocol buffer. */
static gboolean
is_value (const RelaisJsonNode *node,
          const char           *name,
          gint64                number)
{
  g_autofree char *text = relais_json_node_dup_string (node);
  gint64 value;

  if (text != NULL)
    return g_ascii_strcasecmp (text, name) == 0;
  return relais_json_node_get_int (node, &value) && value == number;
}

static gboolean
decode_subset (const RelaisJsonNode  *names,
               gboolean               forced,
               RelaisPrompt          *prompt,
               GError               **error)
{
  prompt->tool_choice = RELAIS_TOOL_CHOICE_SUBSET;
  prompt->tool_choice_forced = forced;
  prompt->tool_choice_names = g_ptr_array_new_with_free_func (g_free);
  return relais_request_read_strings (names, "toolConfig.functionCallingConfig.allowedFunctionNames",
                                      prompt->tool_choice_names, error);
}

static gboolean
decode_tool_config (const RelaisJsonNode  *config,
                    RelaisPrompt          *prompt,
                    GError               **error)
{
  const RelaisJsonNode *calling = member (config, "functionCallingConfig");
  const RelaisJsonNode *mode = member (calling, "mode");
  const RelaisJsonNode *names = member (calling, "allowedFunctionNames");
  const RelaisJsonNode *retrieval = member (config, "retrievalConfig");

  if (!relais_request_check (config, "toolConfig", RELAIS_JSON_OBJECT, error) ||
      !relais_request_check (calling, "toolConfig.functionCallingConfig", RELAIS_JSON_OBJECT, error) ||
      !relais_request_check (names, "toolConfig.functionCallingConfig.allowedFunctionNames",
                             RELAIS_JSON_ARRAY, error))
    return FALSE;
  relais_request_note_extra (prompt, retrieval, "toolConfig.retrievalConfig", RELAIS_EXTRA_TOLD);
  if (!relais_request_is_given (mode) || is_value (mode, "MODE_UNSPECIFIED", 0))
    return TRUE;
  if (is_value (mode, "VALIDATED", 4) && relais_json_node_get_count (names) > 0)
    return decode_subset (names, FALSE, prompt, error);
  if (is_value (mode, "AUTO", 1) || is_value (mode, "VALIDATED", 4))
    prompt->tool_choice = RELAIS_TOOL_CHOICE_AUTO;
  else if (is_value (mode, "NONE", 3))
    prompt->tool_choice = RELAIS_TOOL_CHOICE_NONE;
  else if (!is_value (mode, "ANY", 2))
    return relais_request_fail (error, "toolConfig.functionCallingConfig.mode",
                                "must be AUTO, ANY, NONE or VALIDATED");
  else if (relais_json_node_get_count (names) == 1)
    {
      prompt->tool_choice = RELAIS_TOOL_CHOICE_NAMED;
      return relais_request_need_string (relais_json_node_get_element (names, 0),
                                         "toolConfig.functionCallingConfig.allowedFunctionNames",
                                         &prompt->tool_choice_name, error);
    }
  else if (relais_json_node_get_count (names) > 1)
    return decode_subset (names, TRUE, prompt, error);
  else
    prompt->tool_choice = RELAIS_TOOL_CHOICE_REQUIRED;
  return TRUE;
}

static gboolean
decode_thinking (const RelaisJsonNode  *thinking,
                 RelaisPrompt          *prompt,
                 GError               **error)
{
  static const char *const levels[] = { NULL, "LOW", "HIGH", "MEDIUM", "MINIMAL" }; /* by number */
  static const RelaisEffort efforts[] = { RELAIS_EFFORT_UNSET, RELAIS_EFFORT_LOW,
                                          RELAIS_EFFORT_HIGH,
                                          RELAIS_EFFORT_MEDIUM, RELAIS_EFFORT_MINIMAL };
  const RelaisJsonNode *level = member (thinking, "thinkingLevel");

  if (!relais_request_check (thinking, "generationConfig.thinkingConfig", RELAIS_JSON_OBJECT, error) ||
      !relais_request_read_tri (member (thinking, "includeThoughts"),
                                "generationConfig.thinkingConfig.includeThoughts", &prompt->show_thinking, error) ||
      !relais_request_check (member (thinking, "thinkingBudget"),
                             "generationConfig.thinkingConfig.thinkingBudget", RELAIS_JSON_NUMBER, error))
    return FALSE;
  if (relais_json_node_get_int (member (thinking, "thinkingBudget"), &prompt->budget) && prompt->budget < 0)
    prompt->budget = RELAIS_BUDGET_AUTOMATIC;
  for (guint i = 1; relais_request_is_given (level) && i < G_N_ELEMENTS (levels); i++)
    if (is_value (level, levels[i], i))
      prompt->effort = efforts[i];
  prompt->thinking = relais_request_is_given (thinking) && prompt->budget != 0;
  return TRUE;
}

static gboolean
decode_format (const RelaisJsonNode  *config,
               RelaisPrompt          *prompt,
               GError               **error)
{
  const RelaisJsonNode *openapi = member (config, "responseSchema");
  const RelaisJsonNode *schema = member (config, "responseJsonSchema");
  g_autofree char *mime = NULL;

  if (!relais_request_is_given (schema))
    schema = relais_json_node_get_member (config, "_responseJsonSchema");
  if (!relais_request_read_string (member (config, "responseMimeType"), "generationConfig.responseMimeType", &mime, error) ||
      !relais_request_check (openapi, "generationConfig.responseSchema", RELAIS_JSON_OBJECT, error))
    return FALSE;
  if (mime == NULL || strcmp (mime, "text/plain") == 0)
    {
      relais_request_note_extra (prompt, schema, "generationConfig.responseJsonSchema", RELAIS_EXTRA_TOLD);
      relais_request_note_extra (prompt, openapi, "generationConfig.responseSchema", RELAIS_EXTRA_TOLD);
      return TRUE;
    }
  prompt->format = RELAIS_FORMAT_JSON;
  if (relais_json_node_get_kind (schema) == RELAIS_JSON_OBJECT)
    prompt->format_schema = relais_json_node_dup_raw (schema);
  else if (relais_json_node_get_kind (openapi) == RELAIS_JSON_OBJECT)
    prompt->format_schema = relais_schema_from_openapi (openapi);
  if (prompt->format_schema != NULL)
    {
      prompt->format = RELAIS_FORMAT_SCHEMA;
      prompt->format_strict = RELAIS_TRI_FALSE;
      prompt->format_bare = g_strcmp0 (mime, "text/x.enum") == 0;
    }
  return TRUE;
}

static gboolean
decode_sampling (const RelaisJsonNode  *config,
                 RelaisPrompt          *prompt,
                 GError               **error)
{
  return relais_request_read_number (member (config, "temperature"), "generationConfig.temperature", &prompt->temperature, error) &&
         relais_request_read_number (member (config, "topP"), "generationConfig.topP", &prompt->top_p, error) &&
         relais_request_read_number (member (config, "topK"), "generationConfig.topK", &prompt->top_k, error) &&
         relais_request_read_number (member (config, "presencePenalty"), "generationConfig.presencePenalty",
                                     &prompt->presence_penalty, error) &&
         relais_request_read_number (member (config, "frequencyPenalty"), "generationConfig.frequencyPenalty",
                                     &prompt->frequency_penalty, error) &&
         relais_request_read_number (member (config, "seed"), "generationConfig.seed", &prompt->seed, error) &&
         relais_request_read_boolean (member (config, "responseLogprobs"), "generationConfig.responseLogprobs",
                                      &prompt->logprobs, error) &&
         relais_request_read_count (member (config, "logprobs"), "generationConfig.logprobs", &prompt->top_logprobs, error) &&
         relais_request_read_strings (member (config, "stopSequences"), "generationConfig.stopSequences", prompt->stop, error);
}

static void
note_extras (const RelaisJsonNode *root,
             RelaisPrompt         *prompt)
{
  const RelaisJsonNode *config = member (root, "generationConfig");
  const RelaisJsonNode *modalities = member (config, "responseModalities");
  const RelaisJsonNode *one;
  RelaisJsonIter iter;

  relais_request_note_extra (prompt, member (root, "cachedContent"), "cachedContent", RELAIS_EXTRA_NEEDED);
  relais_request_note_extra (prompt, member (config, "speechConfig"), "generationConfig.speechConfig",
                             RELAIS_EXTRA_NEEDED);
  relais_request_note_extra (prompt, member (config, "imageConfig"), "generationConfig.imageConfig",
                             RELAIS_EXTRA_NEEDED);
  relais_json_iter_init (&iter, modalities);
  while (relais_json_iter_next (&iter, NULL, &one))
    if (!is_value (one, "TEXT", 1) && !is_value (one, "MODALITY_UNSPECIFIED", 0))
      relais_request_note_extra (prompt, modalities, "generationConfig.responseModalities", RELAIS_EXTRA_NEEDED);
}

static gboolean
decode_generation (const RelaisJsonNode  *config,
                   RelaisPrompt          *prompt,
                   GError               **error)
{
  return relais_request_check (config, "generationConfig", RELAIS_JSON_OBJECT, error) &&
         relais_request_read_count (member (config, "maxOutputTokens"), "generationConfig.maxOutputTokens",
                                    &prompt->max_tokens, error) &&
         relais_request_read_count (member (config, "candidateCount"), "generationConfig.candidateCount", &prompt->n, error) &&
         decode_sampling (config, prompt, error) && decode_format (config, prompt, error) &&
         decode_thinking (member (config, "thinkingConfig"), prompt, error);
}

/**
 * relais_gemini_decode_request:
 * @body: a request body
 * @model: (nullable): the model in the path, with or without `models/`; else the body must name it
 * @stream: whether the path asks for a stream
 * @error: where to put a failure
 *
 * Takes keys in camelCase and snake_case, enums by name and by number. Fields nobody here needs are
 * noted as extras. Fails with [error@Error] `INVALID_REQUEST`, naming the field: no JSON object,
 * model or contents missing, a field of the wrong type.
 *
 * Returns: (transfer full) (nullable): the request, or %NULL with @error set
 */
RelaisPrompt *
relais_gemini_decode_request (GBytes      *body,
                              const char  *model,
                              gboolean     stream,
                              GError     **error)
{
  g_autoptr (RelaisJson) tree = relais_request_parse (body, error);
  g_autoptr (RelaisPrompt) prompt = relais_prompt_new ();
  const RelaisJsonNode *root = relais_json_get_root (tree);
  const RelaisJsonNode *named;

  if (tree == NULL)
    return NULL;
  prompt->stream = stream;
  prompt->keep_signatures = TRUE;
  prompt->model = g_strdup (model);
  named = member (root, "model");
  if (model == NULL && !relais_request_need_string (named, "model", &prompt->model, error))
    return NULL;
  if (g_str_has_prefix (prompt->model, "models/"))
    memmove (prompt->model, prompt->model + 7, strlen (prompt->model + 7) + 1);
  if (!decode_system (member (root, "systemInstruction"), prompt, error) ||
      !decode_contents (member (root, "contents"), prompt, error) ||
      !decode_tools (member (root, "tools"), prompt, error) ||
      !decode_tool_config (member (root, "toolConfig"), prompt, error) ||
      !decode_generation (member (root, "generationConfig"), prompt, error))
    return NULL;
  relais_request_match_results (prompt);
  note_extras (root, prompt);
  relais_request_note_unread (prompt, tree);
  return g_steal_pointer (&prompt);
}
