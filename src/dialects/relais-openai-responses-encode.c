/* relais-openai-responses-encode.c: requests to upstreams that speak OpenAI's Responses
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-openai-responses"

#include "config.h"

#include <string.h>

#include "relais-openai-responses.h"
#include "relais-target-private.h"

#define MIN_OUTPUT_TOKENS 16

static void
write_text (RelaisJsonWriter *writer,
            const char       *type,
            const char       *text)
{
  relais_json_writer_object (writer, NULL);
  relais_json_writer_string (writer, "type", type);
  relais_json_writer_string (writer, strcmp (type, "refusal") == 0 ? "refusal" : "text", text);
  relais_json_writer_end_object (writer);
}

static gboolean
is_picture (const RelaisPart *part)
{
  return part->type == RELAIS_PART_IMAGE || (part->mime != NULL && g_str_has_prefix (part->mime, "image/"));
}

/* An image or file; FALSE where the API has no form for it. */
static gboolean
write_media (RelaisJsonWriter *writer,
             const RelaisPart *part)
{
  g_autofree char *url = part->data != NULL ? relais_target_data_url (part) : g_strdup (part->url);
  gboolean picture = is_picture (part);

  if (url == NULL || part->type == RELAIS_PART_AUDIO || (part->mime != NULL && (g_str_has_prefix (part->mime, "video/") || g_str_has_prefix (part->mime, "audio/"))))
    return FALSE;
  relais_json_writer_object (writer, NULL);
  relais_json_writer_string (writer, "type", picture ? "input_image" : "input_file");
  if (picture)
    {
      relais_json_writer_string (writer, "image_url", url);
      relais_json_writer_string (writer, "detail", part->detail != NULL ? part->detail : "auto");
    }
  else if (part->data != NULL)
    {
      relais_json_writer_string (writer, "filename", part->filename != NULL ? part->filename : "file");
      relais_json_writer_string (writer, "file_data", url);
    }
  else
    relais_json_writer_string (writer, "file_url", url);
  relais_json_writer_end_object (writer);
  return TRUE;
}

static gboolean
write_parts (RelaisTargetWriter   *self,
             const RelaisMessage  *message,
             GPtrArray            *parts,
             GError              **error)
{
  for (guint i = 0; i < parts->len; i++)
    {
      const RelaisPart *part = g_ptr_array_index (parts, i);

      if (part->type == RELAIS_PART_TEXT || part->type == RELAIS_PART_JSON ||
          part->type == RELAIS_PART_REFUSAL)
        write_text (&self->writer, "input_text", part->text);
      else if (part->type == RELAIS_PART_OPAQUE)
        relais_json_writer_raw (&self->writer, NULL, part->text, -1);
      else if (!write_media (&self->writer, part))
        return relais_target_refuse (self, message, part, "is of a media type this upstream does not take", error);
    }
  return TRUE;
}

static void
begin_message (RelaisJsonWriter *writer,
               const char       *role)
{
  relais_json_writer_object (writer, NULL);
  relais_json_writer_string (writer, "type", "message");
  relais_json_writer_string (writer, "role", role);
  relais_json_writer_array (writer, "content");
}

static void
end_message (RelaisJsonWriter *writer)
{
  relais_json_writer_end_array (writer);
  relais_json_writer_end_object (writer);
}

static gboolean
has_media (const RelaisPart *result)
{
  for (guint i = 0; i < result->content->len; i++)
    {
      const RelaisPart *part = g_ptr_array_index (result->content, i);

      if (part->type == RELAIS_PART_IMAGE || part->type == RELAIS_PART_FILE ||
          part->type == RELAIS_PART_AUDIO)
        return TRUE;
    }
  return FALSE;
}

static gboolean
write_result (RelaisTargetWriter   *self,
              const RelaisMessage  *message,
              const RelaisPart     *result,
              GError              **error)
{
  RelaisJsonWriter *writer = &self->writer;

  relais_json_writer_object (writer, NULL);
  relais_json_writer_string (writer, "type", result->custom ? "custom_tool_call_output" : "function_call_output");
  relais_json_writer_string (writer, "call_id", result->id);
  if (has_media (result))
    {
      relais_json_writer_array (writer, "output");
      if (!write_parts (self, message, result->content, error))
        return FALSE;
      relais_json_writer_end_array (writer);
    }
  else
    {
      g_autofree char *text = relais_target_join_texts (result->content, "\n");

      relais_json_writer_string (writer, "output", text != NULL ? text : "");
    }
  relais_json_writer_end_object (writer);
  return TRUE;
}

static gboolean
write_user (RelaisTargetWriter   *self,
            const RelaisMessage  *message,
            GError              **error)
{
  const RelaisPart *first = g_ptr_array_index (message->parts, 0);

  if (first->type == RELAIS_PART_TOOL_RESULT)
    {
      for (guint i = 0; i < message->parts->len; i++)
        if (!write_result (self, message, g_ptr_array_index (message->parts, i), error))
          return FALSE;
      return TRUE;
    }
  begin_message (&self->writer, "user");
  if (!write_parts (self, message, message->parts, error))
    return FALSE;
  end_message (&self->writer);
  return TRUE;
}

static void
write_call (RelaisJsonWriter *writer,
            const RelaisPart *call)
{
  relais_json_writer_object (writer, NULL);
  relais_json_writer_string (writer, "type", call->custom ? "custom_tool_call" : "function_call");
  relais_json_writer_string (writer, "call_id", call->id);
  relais_json_writer_string (writer, "name", call->name);
  relais_json_writer_string (writer, call->custom ? "input" : "arguments", call->args);
  relais_json_writer_end_object (writer);
}

static void
write_reasoning (RelaisJsonWriter *writer,
                 const RelaisPart *part)
{
  relais_json_writer_object (writer, NULL);
  relais_json_writer_string (writer, "type", "reasoning");
  relais_json_writer_array (writer, "summary");
  if (part->text != NULL && *part->text != '\0')
    write_text (writer, "summary_text", part->text);
  relais_json_writer_end_array (writer);
  relais_json_writer_string (writer, "encrypted_content", part->signature);
  relais_json_writer_end_object (writer);
}

/* Each kind of part is an item of its own; texts in a row share one. */
static void
write_assistant (RelaisTargetWriter  *self,
                 const RelaisMessage *message)
{
  RelaisJsonWriter *writer = &self->writer;
  gboolean open = FALSE;

  for (guint i = 0; i < message->parts->len; i++)
    {
      const RelaisPart *part = g_ptr_array_index (message->parts, i);
      gboolean words = part->type == RELAIS_PART_TEXT || part->type == RELAIS_PART_REFUSAL ||
                       part->type == RELAIS_PART_JSON;

      if (open && !words)
        {
          end_message (writer);
          open = FALSE;
        }
      if (words && !open)
        begin_message (writer, "assistant");
      open |= words;
      if (words)
        write_text (writer, part->type == RELAIS_PART_REFUSAL ? "refusal" : "output_text", part->text);
      else if (part->type == RELAIS_PART_TOOL_CALL)
        write_call (writer, part);
      else if (part->type == RELAIS_PART_THINKING && part->signature != NULL)
        write_reasoning (writer, part);
      else if (part->type == RELAIS_PART_OPAQUE)
        relais_json_writer_raw (writer, NULL, part->text, -1);
    }
  if (open)
    end_message (writer);
}

static gboolean
write_input (RelaisTargetWriter  *self,
             GError             **error)
{
  GPtrArray *messages = self->prompt->messages;
  const RelaisMessage *last = g_ptr_array_index (messages, messages->len - 1);

  relais_json_writer_array (&self->writer, "input");
  for (guint i = 0; i < messages->len; i++)
    {
      const RelaisMessage *message = g_ptr_array_index (messages, i);

      if (message->role == RELAIS_ROLE_ASSISTANT)
        write_assistant (self, message);
      else if (message->role == RELAIS_ROLE_USER)
        {
          if (!write_user (self, message, error))
            return FALSE;
        }
      else
        {
          begin_message (&self->writer, "developer");
          if (!write_parts (self, message, message->parts, error))
            return FALSE;
          end_message (&self->writer);
        }
    }
  relais_json_writer_end_array (&self->writer);
  if (last->role == RELAIS_ROLE_ASSISTANT)
    relais_changes_add (self->changes, RELAIS_CHANGE_APPROXIMATED, TRUE, "prefill",
                        "the upstream may answer anew instead of going on from the last message");
  return TRUE;
}

/* --- tools --- */

static void
write_tool (RelaisTargetWriter *self,
            const RelaisTool   *tool)
{
  RelaisJsonWriter *writer = &self->writer;
  gboolean custom = tool->type == RELAIS_TOOL_CUSTOM;

  if (tool->type == RELAIS_TOOL_HOSTED)
    {
      relais_json_writer_raw (writer, NULL, tool->schema, -1);
      return;
    }
  relais_json_writer_object (writer, NULL);
  relais_json_writer_string (writer, "type", custom ? "custom" : "function");
  relais_json_writer_string (writer, "name", tool->name);
  if (tool->description != NULL)
    relais_json_writer_string (writer, "description", tool->description);
  if (tool->schema != NULL)
    relais_json_writer_raw (writer, custom ? "format" : "parameters", tool->schema, -1);
  else if (!custom)
    relais_json_writer_raw (writer, "parameters", "{\"type\":\"object\",\"properties\":{}}", -1);
  /* left out, it would mean strict */
  if (!custom)
    relais_json_writer_boolean (writer, "strict", tool->strict == RELAIS_TRI_TRUE);
  relais_json_writer_end_object (writer);
}

static void
write_named (RelaisTargetWriter *self,
             const char         *field,
             const char         *name,
             GHashTable         *custom)
{
  relais_json_writer_object (&self->writer, field);
  relais_json_writer_string (&self->writer, "type", g_hash_table_contains (custom, name) ? "custom" : "function");
  relais_json_writer_string (&self->writer, "name", name);
  relais_json_writer_end_object (&self->writer);
}

/* The names of the tools that take free text. */
static GHashTable *
list_custom (const RelaisPrompt *prompt)
{
  GHashTable *names = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < prompt->tools->len; i++)
    {
      const RelaisTool *tool = g_ptr_array_index (prompt->tools, i);

      if (tool->type == RELAIS_TOOL_CUSTOM)
        g_hash_table_add (names, tool->name);
    }
  return names;
}

static void
write_choice (RelaisTargetWriter *self)
{
  static const char *const words[] = {
    [RELAIS_TOOL_CHOICE_UNSET] = NULL,
    [RELAIS_TOOL_CHOICE_AUTO] = "auto",
    [RELAIS_TOOL_CHOICE_NONE] = "none",
    [RELAIS_TOOL_CHOICE_REQUIRED] = "required",
    [RELAIS_TOOL_CHOICE_NAMED] = NULL,
    [RELAIS_TOOL_CHOICE_SUBSET] = NULL,
  };
  const RelaisPrompt *prompt = self->prompt;
  g_autoptr (GHashTable) custom = list_custom (prompt);

  if (words[prompt->tool_choice] != NULL)
    relais_json_writer_string (&self->writer, "tool_choice", words[prompt->tool_choice]);
  else if (prompt->tool_choice == RELAIS_TOOL_CHOICE_NAMED)
    write_named (self, "tool_choice", prompt->tool_choice_name, custom);
  else if (prompt->tool_choice == RELAIS_TOOL_CHOICE_SUBSET)
    {
      relais_json_writer_object (&self->writer, "tool_choice");
      relais_json_writer_string (&self->writer, "type", "allowed_tools");
      relais_json_writer_string (&self->writer, "mode", prompt->tool_choice_forced ? "required" : "auto");
      relais_json_writer_array (&self->writer, "tools");
      for (guint i = 0; i < prompt->tool_choice_names->len; i++)
        write_named (self, NULL, g_ptr_array_index (prompt->tool_choice_names, i), custom);
      relais_json_writer_end_array (&self->writer);
      relais_json_writer_end_object (&self->writer);
    }
}

static void
write_tools (RelaisTargetWriter *self)
{
  const RelaisPrompt *prompt = self->prompt;

  if (prompt->tools->len == 0)
    return;
  relais_json_writer_array (&self->writer, "tools");
  for (guint i = 0; i < prompt->tools->len; i++)
    write_tool (self, g_ptr_array_index (prompt->tools, i));
  relais_json_writer_end_array (&self->writer);
  write_choice (self);
  if (prompt->parallel_tools != RELAIS_TRI_UNSET)
    relais_json_writer_boolean (&self->writer, "parallel_tool_calls", prompt->parallel_tools == RELAIS_TRI_TRUE);
}

/* --- settings --- */

static void
write_text_settings (RelaisTargetWriter *self)
{
  const RelaisPrompt *prompt = self->prompt;
  RelaisJsonWriter *writer = &self->writer;

  if (prompt->format == RELAIS_FORMAT_TEXT && prompt->verbosity == NULL)
    return;
  relais_json_writer_object (writer, "text");
  if (prompt->format != RELAIS_FORMAT_TEXT)
    {
      relais_json_writer_object (writer, "format");
      relais_json_writer_string (writer, "type", prompt->format == RELAIS_FORMAT_JSON ? "json_object" : "json_schema");
      if (prompt->format == RELAIS_FORMAT_SCHEMA)
        {
          g_autofree char *name = relais_target_schema_name (prompt);

          relais_json_writer_string (writer, "name", name);
          if (prompt->format_description != NULL)
            relais_json_writer_string (writer, "description", prompt->format_description);
          relais_json_writer_raw (writer, "schema", prompt->format_schema != NULL ? prompt->format_schema : "{\"type\":\"object\"}", -1);
          if (prompt->format_strict != RELAIS_TRI_UNSET)
            relais_json_writer_boolean (writer, "strict", prompt->format_strict == RELAIS_TRI_TRUE);
        }
      relais_json_writer_end_object (writer);
    }
  if (prompt->verbosity != NULL)
    relais_json_writer_string (writer, "verbosity", prompt->verbosity);
  relais_json_writer_end_object (writer);
}

static void
write_reasoning_settings (RelaisTargetWriter *self)
{
  const RelaisPrompt *prompt = self->prompt;
  RelaisJsonWriter *writer = &self->writer;
  const char *effort = relais_target_openai_effort (relais_target_effort (prompt));
  gboolean asks = prompt->origin == RELAIS_ORIGIN_ANTHROPIC ||
                  prompt->origin == RELAIS_ORIGIN_OPENAI_CHAT;
  gboolean shown = prompt->show_thinking == RELAIS_TRI_TRUE ||
                   (prompt->thinking && prompt->show_thinking == RELAIS_TRI_UNSET && asks);

  if (self->target->quirks & RELAIS_QUIRK_NO_REASONING_EFFORT)
    {
      if (effort != NULL)
        relais_target_drop (self, RELAIS_FIELD_REASONING, FALSE, "the upstream refuses it");
      return;
    }
  if (effort != NULL || shown)
    {
      relais_json_writer_object (writer, "reasoning");
      if (effort != NULL)
        relais_json_writer_string (writer, "effort", effort);
      if (shown)
        relais_json_writer_string (writer, "summary", "auto");
      relais_json_writer_end_object (writer);
    }
  if (prompt->thinking && !(self->target->quirks & RELAIS_QUIRK_NO_ENCRYPTED_REASONING))
    {
      relais_json_writer_array (writer, "include");
      relais_json_writer_string (writer, NULL, "reasoning.encrypted_content");
      relais_json_writer_end_array (writer);
    }
}

static void
write_identity (RelaisTargetWriter *self)
{
  const RelaisPrompt *prompt = self->prompt;
  RelaisJsonWriter *writer = &self->writer;
  gboolean chat = prompt->origin == RELAIS_ORIGIN_OPENAI_CHAT;

  if (prompt->user_id != NULL)
    {
      g_autofree char *user = relais_target_short_user (prompt->user_id);

      relais_json_writer_string (writer, "safety_identifier", user);
    }
  if (prompt->session_key != NULL && chat)
    relais_json_writer_string (writer, "prompt_cache_key", prompt->session_key);
  if (prompt->metadata != NULL && chat)
    relais_json_writer_raw (writer, "metadata", prompt->metadata, -1);
  if (prompt->service_tier != NULL && chat)
    relais_json_writer_string (writer, "service_tier", prompt->service_tier);
  else if (prompt->service_tier != NULL)
    relais_target_drop (self, RELAIS_FIELD_SERVICE_TIER, FALSE, "tiers differ between vendors");
  /* the service's own default is to keep answers */
  relais_json_writer_boolean (writer, "store", chat && prompt->store == RELAIS_TRI_TRUE);
}

static void
note_unsaid (RelaisTargetWriter *self)
{
  const RelaisPrompt *prompt = self->prompt;
  const struct
  {
    gboolean said;
    RelaisFieldId field;
  } unsaid[] = {
    { prompt->stop->len > 0, RELAIS_FIELD_STOP },
    { prompt->top_k != NULL, RELAIS_FIELD_TOP_K },
    { prompt->presence_penalty != NULL, RELAIS_FIELD_PRESENCE_PENALTY },
    { prompt->frequency_penalty != NULL, RELAIS_FIELD_FREQUENCY_PENALTY },
    { prompt->seed != NULL, RELAIS_FIELD_SEED },
    { prompt->logit_bias != NULL, RELAIS_FIELD_LOGIT_BIAS },
    { prompt->logprobs || prompt->top_logprobs >= 0, RELAIS_FIELD_LOGPROBS },
  };

  for (guint i = 0; i < G_N_ELEMENTS (unsaid); i++)
    if (unsaid[i].said)
      relais_target_drop (self, unsaid[i].field, TRUE, "Responses has no such setting");
}

/**
 * relais_openai_responses_encode_request:
 * @prompt: a request settled for @target
 * @target: whom it is for
 * @changes: what could not be carried over
 * @out: where to append the body
 * @error: where to put a failure
 *
 * Nothing is kept at OpenAI unless the client asked for it. Fails with [error@Error]
 * `INVALID_REQUEST` for audio and video, and a limit of no tokens.
 *
 * Returns: whether it could be said
 */
gboolean
relais_openai_responses_encode_request (const RelaisPrompt  *prompt,
                                        const RelaisTarget  *target,
                                        RelaisChanges       *changes,
                                        GString             *out,
                                        GError             **error)
{
  RelaisTargetWriter self = { .prompt = prompt, .target = target, .changes = changes };
  g_autofree char *instructions = relais_target_join_texts (prompt->system, "\n\n");

  if (prompt->max_tokens == 0)
    return relais_target_refuse_field (&self, RELAIS_FIELD_MAX_TOKENS, "must be more than 0 for this upstream", error);
  relais_json_writer_init (&self.writer, out);
  relais_json_writer_object (&self.writer, NULL);
  relais_json_writer_string (&self.writer, "model", target->model);
  if (instructions != NULL)
    relais_json_writer_string (&self.writer, "instructions", instructions);
  if (!write_input (&self, error))
    return FALSE;
  write_tools (&self);
  if (prompt->max_tokens > 0)
    relais_json_writer_int (&self.writer, "max_output_tokens", MAX (prompt->max_tokens, MIN_OUTPUT_TOKENS));
  if (prompt->max_tokens > 0 && prompt->max_tokens < MIN_OUTPUT_TOKENS)
    relais_target_approximate (&self, RELAIS_FIELD_MAX_TOKENS, TRUE, "the upstream takes 16 and more");
  relais_target_number (&self, "temperature", prompt->temperature);
  relais_target_number (&self, "top_p", prompt->top_p);
  write_text_settings (&self);
  write_reasoning_settings (&self);
  write_identity (&self);
  if (prompt->stream)
    relais_json_writer_boolean (&self.writer, "stream", TRUE);
  relais_json_writer_end_object (&self.writer);
  note_unsaid (&self);
  return TRUE;
}
