/* relais-openai-chat-encode.c: requests to upstreams that speak OpenAI's Chat Completions
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-openai-chat"

#include "config.h"

#include <string.h>

#include "relais-model-facts.h"
#include "relais-openai-chat.h"
#include "relais-seal.h"
#include "relais-target-private.h"

#define MAX_STOP 4 /* documented by OpenAI */

static const char *
system_role (RelaisTargetWriter *self)
{
  return self->target->quirks & RELAIS_QUIRK_DEVELOPER_ROLE ? "developer" : "system";
}

static void
write_instruction (RelaisTargetWriter *self,
                   const char         *text)
{
  relais_json_writer_object (&self->writer, NULL);
  relais_json_writer_string (&self->writer, "role", system_role (self));
  relais_json_writer_string (&self->writer, "content", text);
  relais_json_writer_end_object (&self->writer);
}

static void
write_system (RelaisTargetWriter *self,
              GPtrArray          *parts)
{
  g_autofree char *text = relais_target_join_texts (parts, "\n\n");

  if (text == NULL)
    return;
  write_instruction (self, text);
}

static gboolean
takes_schema (const RelaisTargetWriter *self)
{
  return (self->target->quirks & RELAIS_QUIRK_NO_JSON_SCHEMA) == 0;
}

/* A schema the upstream cannot be given stands behind the instructions, in words. */
static void
write_instructions (RelaisTargetWriter *self)
{
  const RelaisPrompt *prompt = self->prompt;
  g_autofree char *text = NULL;
  g_autofree char *words = NULL;
  g_autofree char *whole = NULL;

  if (prompt->format != RELAIS_FORMAT_SCHEMA || takes_schema (self))
    {
      write_system (self, prompt->system);
      return;
    }
  text = relais_target_join_texts (prompt->system, "\n\n");
  words = relais_target_format_words (prompt);
  whole = text != NULL ? g_strconcat (text, "\n\n", words, NULL) : g_strdup (words);
  write_instruction (self, whole);
}

static void
write_image (RelaisTargetWriter *self,
             const RelaisPart   *part)
{
  g_autofree char *url = part->data != NULL ? relais_target_data_url (part) : g_strdup (part->url);

  relais_json_writer_string (&self->writer, "type", "image_url");
  relais_json_writer_object (&self->writer, "image_url");
  relais_json_writer_string (&self->writer, "url", url);
  if (part->detail != NULL)
    relais_json_writer_string (&self->writer, "detail", part->detail);
  relais_json_writer_end_object (&self->writer);
}

static void
write_file (RelaisTargetWriter *self,
            const RelaisPart   *part)
{
  g_autofree char *url = relais_target_data_url (part);

  relais_json_writer_string (&self->writer, "type", "file");
  relais_json_writer_object (&self->writer, "file");
  relais_json_writer_string (&self->writer, "filename", part->filename != NULL ? part->filename : "file");
  relais_json_writer_string (&self->writer, "file_data", url);
  relais_json_writer_end_object (&self->writer);
}

/* "wav" or "mp3", which is all there is; NULL for anything else. */
static const char *
audio_format (const RelaisPart *part)
{
  const char *mime = part->mime != NULL ? part->mime : "";

  if (strstr (mime, "wav") != NULL)
    return "wav";
  return strstr (mime, "mp3") != NULL || strstr (mime, "mpeg") != NULL ? "mp3" : NULL;
}

static gboolean
write_part (RelaisTargetWriter   *self,
            const RelaisMessage  *message,
            const RelaisPart     *part,
            GError              **error)
{
  gboolean picture = part->type == RELAIS_PART_IMAGE ||
                     (part->type == RELAIS_PART_FILE && part->mime != NULL && g_str_has_prefix (part->mime, "image/"));

  if (part->type == RELAIS_PART_FILE && part->data == NULL && !picture)
    return relais_target_refuse (self, message, part, "names a file by its address, which this upstream does not take",
                                 error);
  if (part->type == RELAIS_PART_FILE && part->mime != NULL && g_str_has_prefix (part->mime, "video/"))
    return relais_target_refuse (self, message, part, "holds a video, which this upstream does not take", error);
  if (part->type == RELAIS_PART_AUDIO && (part->data == NULL || audio_format (part) == NULL))
    return relais_target_refuse (self, message, part, "holds audio other than WAV or MP3", error);
  relais_json_writer_object (&self->writer, NULL);
  if (picture)
    write_image (self, part);
  else if (part->type == RELAIS_PART_FILE)
    write_file (self, part);
  else if (part->type == RELAIS_PART_AUDIO)
    {
      g_autofree char *clean = relais_target_clean_base64 (part->data);

      relais_json_writer_string (&self->writer, "type", "input_audio");
      relais_json_writer_object (&self->writer, "input_audio");
      relais_json_writer_string (&self->writer, "data", clean);
      relais_json_writer_string (&self->writer, "format", audio_format (part));
      relais_json_writer_end_object (&self->writer);
    }
  else
    {
      relais_json_writer_string (&self->writer, "type", "text");
      relais_json_writer_string (&self->writer, "text", part->text != NULL ? part->text : "");
    }
  relais_json_writer_end_object (&self->writer);
  return TRUE;
}

static gboolean
write_user (RelaisTargetWriter   *self,
            const RelaisMessage  *message,
            GError              **error)
{
  const RelaisPart *first = g_ptr_array_index (message->parts, 0);

  relais_json_writer_object (&self->writer, NULL);
  relais_json_writer_string (&self->writer, "role", "user");
  if (message->parts->len == 1 && first->type == RELAIS_PART_TEXT)
    relais_json_writer_string (&self->writer, "content", first->text);
  else
    {
      relais_json_writer_array (&self->writer, "content");
      for (guint i = 0; i < message->parts->len; i++)
        if (!write_part (self, message, g_ptr_array_index (message->parts, i), error))
          return FALSE;
      relais_json_writer_end_array (&self->writer);
    }
  relais_json_writer_end_object (&self->writer);
  return TRUE;
}

static void
write_results (RelaisTargetWriter  *self,
               const RelaisMessage *message)
{
  for (guint i = 0; i < message->parts->len; i++)
    {
      const RelaisPart *part = g_ptr_array_index (message->parts, i);
      g_autofree char *text = relais_target_join_texts (part->content, "\n");

      relais_json_writer_object (&self->writer, NULL);
      relais_json_writer_string (&self->writer, "role", "tool");
      relais_json_writer_string (&self->writer, "tool_call_id", part->id);
      relais_json_writer_string (&self->writer, "content", text != NULL ? text : "");
      relais_json_writer_end_object (&self->writer);
    }
}

/* In Google's own place for it. */
static void
write_signature (RelaisTargetWriter *self,
                 const char         *signature)
{
  relais_json_writer_object (&self->writer, "extra_content");
  relais_json_writer_object (&self->writer, "google");
  relais_json_writer_string (&self->writer, "thought_signature", signature);
  relais_json_writer_end_object (&self->writer);
  relais_json_writer_end_object (&self->writer);
}

static void
write_call (RelaisTargetWriter *self,
            const RelaisPart   *call,
            const char         *signature)
{
  const char *kind = call->custom ? "custom" : "function";

  relais_json_writer_object (&self->writer, NULL);
  relais_json_writer_string (&self->writer, "id", call->id);
  relais_json_writer_string (&self->writer, "type", kind);
  relais_json_writer_object (&self->writer, kind);
  relais_json_writer_string (&self->writer, "name", call->name);
  relais_json_writer_string (&self->writer, call->custom ? "input" : "arguments", call->args);
  relais_json_writer_end_object (&self->writer);
  if (signature != NULL)
    write_signature (self, signature);
  relais_json_writer_end_object (&self->writer);
}

/* Signatures stand on the call they came with, or in the thoughts before it; as for Gemini itself,
 * the first call of a turn gets Google's documented bypass where none is left. */
static void
write_calls (RelaisTargetWriter  *self,
             const RelaisMessage *message)
{
  gboolean google = (self->target->quirks & RELAIS_QUIRK_GOOGLE_SIGNATURES) != 0;
  const char *bypass = google && relais_model_is_gemini_3 (self->target->model)
                         ? RELAIS_SIGNATURE_BYPASS
                         : NULL;
  const char *carried = NULL;

  relais_json_writer_array (&self->writer, "tool_calls");
  for (guint i = 0; i < message->parts->len; i++)
    {
      const RelaisPart *part = g_ptr_array_index (message->parts, i);
      const char *signature = part->signature != NULL ? part->signature : carried;

      if (part->type == RELAIS_PART_TOOL_CALL)
        {
          write_call (self, part, google && signature != NULL ? signature : bypass);
          bypass = NULL;
        }
      carried = part->type == RELAIS_PART_THINKING ? part->signature : NULL;
    }
  relais_json_writer_end_array (&self->writer);
}

/* Whether there is more to it than thoughts nobody reads there. */
static gboolean
says_something (const RelaisTargetWriter *self,
                const RelaisMessage      *message)
{
  for (guint i = 0; i < message->parts->len; i++)
    {
      const RelaisPart *part = g_ptr_array_index (message->parts, i);

      if (part->type != RELAIS_PART_THINKING || self->target->quirks & RELAIS_QUIRK_REASONING_ECHO)
        return TRUE;
    }
  return FALSE;
}

/* All the thoughts of a turn, in the one member there is for them. */
static void
write_thoughts (RelaisTargetWriter  *self,
                const RelaisMessage *message)
{
  g_autoptr (GString) thoughts = g_string_new (NULL);

  for (guint i = 0; i < message->parts->len; i++)
    {
      const RelaisPart *part = g_ptr_array_index (message->parts, i);

      if (part->type != RELAIS_PART_THINKING || part->text == NULL)
        continue;
      if (thoughts->len > 0)
        g_string_append (thoughts, "\n\n");
      g_string_append (thoughts, part->text);
    }
  if (thoughts->len > 0)
    relais_json_writer_string (&self->writer, "reasoning_content", thoughts->str);
}

static void
write_assistant (RelaisTargetWriter  *self,
                 const RelaisMessage *message)
{
  g_autofree char *text = relais_target_join_texts (message->parts, "");
  gboolean calls = FALSE;

  relais_json_writer_object (&self->writer, NULL);
  relais_json_writer_string (&self->writer, "role", "assistant");
  if (text != NULL)
    relais_json_writer_string (&self->writer, "content", text);
  else
    relais_json_writer_null (&self->writer, "content");
  for (guint i = 0; i < message->parts->len; i++)
    calls |= ((RelaisPart *)g_ptr_array_index (message->parts, i))->type == RELAIS_PART_TOOL_CALL;
  if (self->target->quirks & RELAIS_QUIRK_REASONING_ECHO)
    write_thoughts (self, message);
  if (calls)
    write_calls (self, message);
  relais_json_writer_end_object (&self->writer);
}

static gboolean
write_messages (RelaisTargetWriter  *self,
                GError             **error)
{
  GPtrArray *messages = self->prompt->messages;
  const RelaisMessage *last = g_ptr_array_index (messages, messages->len - 1);
  guint n_said = 0;

  relais_json_writer_array (&self->writer, "messages");
  write_instructions (self);
  for (guint i = 0; i < messages->len; i++)
    {
      const RelaisMessage *message = g_ptr_array_index (messages, i);
      const RelaisPart *first = g_ptr_array_index (message->parts, 0);

      if (!says_something (self, message))
        continue;
      n_said++;
      if (message->role == RELAIS_ROLE_SYSTEM)
        write_system (self, message->parts);
      else if (message->role == RELAIS_ROLE_ASSISTANT)
        write_assistant (self, message);
      else if (first->type == RELAIS_PART_TOOL_RESULT)
        write_results (self, message);
      else if (!write_user (self, message, error))
        return FALSE;
    }
  relais_json_writer_end_array (&self->writer);
  if (n_said == 0)
    return relais_target_refuse (self, NULL, NULL, "holds nothing this upstream can be given", error);
  if (last->role == RELAIS_ROLE_ASSISTANT)
    relais_changes_add (self->changes, RELAIS_CHANGE_APPROXIMATED, TRUE, "prefill",
                        "the upstream may answer anew instead of going on from the last message");
  return TRUE;
}

/* A grammar stands in an object of its own here; Responses writes it flat. */
static void
write_grammar (RelaisJsonWriter *writer,
               const char       *format)
{
  g_autoptr (RelaisJson) tree = relais_json_parse (format, strlen (format), RELAIS_JSON_MAX_DEPTH,
                                                   NULL);
  const RelaisJsonNode *root = relais_json_get_root (tree);
  const RelaisJsonNode *key, *value;
  RelaisJsonIter iter;

  if (!relais_json_node_equals (relais_json_node_get_member (root, "type"), "grammar"))
    {
      relais_json_writer_raw (writer, "format", format, -1);
      return;
    }
  relais_json_writer_object (writer, "format");
  relais_json_writer_string (writer, "type", "grammar");
  relais_json_writer_object (writer, "grammar");
  relais_json_iter_init (&iter, root);
  while (relais_json_iter_next (&iter, &key, &value))
    {
      g_autofree char *name = relais_json_node_dup_string (key);
      gsize length;
      const char *raw = relais_json_node_get_raw (value, &length);

      if (strcmp (name, "type") != 0)
        relais_json_writer_raw (writer, name, raw, length);
    }
  relais_json_writer_end_object (writer);
  relais_json_writer_end_object (writer);
}

static void
write_tool (RelaisTargetWriter *self,
            const RelaisTool   *tool)
{
  const char *kind = tool->type == RELAIS_TOOL_CUSTOM ? "custom" : "function";

  if (tool->type == RELAIS_TOOL_HOSTED)
    {
      relais_json_writer_raw (&self->writer, NULL, tool->schema, -1);
      return;
    }
  relais_json_writer_object (&self->writer, NULL);
  relais_json_writer_string (&self->writer, "type", kind);
  relais_json_writer_object (&self->writer, kind);
  relais_json_writer_string (&self->writer, "name", tool->name);
  if (tool->description != NULL)
    relais_json_writer_string (&self->writer, "description", tool->description);
  if (tool->schema != NULL && tool->type == RELAIS_TOOL_CUSTOM)
    write_grammar (&self->writer, tool->schema);
  else if (tool->schema != NULL)
    relais_json_writer_raw (&self->writer, "parameters", tool->schema, -1);
  if (tool->strict != RELAIS_TRI_UNSET && tool->type == RELAIS_TOOL_FUNCTION &&
      !(self->target->quirks & RELAIS_QUIRK_NO_STRICT))
    relais_json_writer_boolean (&self->writer, "strict", tool->strict == RELAIS_TRI_TRUE);
  relais_json_writer_end_object (&self->writer);
  relais_json_writer_end_object (&self->writer);
}

static const RelaisTool *
find_tool (const RelaisPrompt *prompt,
           const char         *name)
{
  for (guint i = 0; i < prompt->tools->len; i++)
    {
      const RelaisTool *tool = g_ptr_array_index (prompt->tools, i);

      if (g_strcmp0 (tool->name, name) == 0)
        return tool;
    }
  return NULL;
}

static void
write_named (RelaisTargetWriter *self,
             const char         *field,
             const char         *name)
{
  const RelaisTool *tool = find_tool (self->prompt, name);
  const char *kind = tool != NULL && tool->type == RELAIS_TOOL_CUSTOM ? "custom" : "function";

  relais_json_writer_object (&self->writer, field);
  relais_json_writer_string (&self->writer, "type", kind);
  relais_json_writer_object (&self->writer, kind);
  relais_json_writer_string (&self->writer, "name", name);
  relais_json_writer_end_object (&self->writer);
  relais_json_writer_end_object (&self->writer);
}

static void
write_choice (RelaisTargetWriter *self)
{
  const RelaisPrompt *prompt = self->prompt;

  switch (prompt->tool_choice)
    {
    case RELAIS_TOOL_CHOICE_AUTO:
      relais_json_writer_string (&self->writer, "tool_choice", "auto");
      break;
    case RELAIS_TOOL_CHOICE_NONE:
      relais_json_writer_string (&self->writer, "tool_choice", "none");
      break;
    case RELAIS_TOOL_CHOICE_REQUIRED:
      relais_json_writer_string (&self->writer, "tool_choice", "required");
      break;
    case RELAIS_TOOL_CHOICE_NAMED:
      write_named (self, "tool_choice", prompt->tool_choice_name);
      break;
    case RELAIS_TOOL_CHOICE_SUBSET:
      relais_json_writer_object (&self->writer, "tool_choice");
      relais_json_writer_string (&self->writer, "type", "allowed_tools");
      relais_json_writer_object (&self->writer, "allowed_tools");
      relais_json_writer_string (&self->writer, "mode", prompt->tool_choice_forced ? "required" : "auto");
      relais_json_writer_array (&self->writer, "tools");
      for (guint i = 0; i < prompt->tool_choice_names->len; i++)
        write_named (self, NULL, g_ptr_array_index (prompt->tool_choice_names, i));
      relais_json_writer_end_array (&self->writer);
      relais_json_writer_end_object (&self->writer);
      relais_json_writer_end_object (&self->writer);
      break;
    case RELAIS_TOOL_CHOICE_UNSET:
    default:
      break;
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
  if (prompt->parallel_tools == RELAIS_TRI_UNSET)
    return;
  if (self->target->quirks & RELAIS_QUIRK_NO_PARALLEL_FLAG)
    relais_target_drop (self, RELAIS_FIELD_PARALLEL_TOOLS,
                        prompt->parallel_tools == RELAIS_TRI_FALSE,
                        "the upstream refuses it");
  else
    relais_json_writer_boolean (&self->writer, "parallel_tool_calls", prompt->parallel_tools == RELAIS_TRI_TRUE);
}

static void
write_format (RelaisTargetWriter *self)
{
  const RelaisPrompt *prompt = self->prompt;
  gboolean schema = prompt->format == RELAIS_FORMAT_SCHEMA && takes_schema (self);
  g_autofree char *name = NULL;

  if (prompt->format == RELAIS_FORMAT_TEXT)
    return;
  name = relais_target_schema_name (prompt);
  relais_json_writer_object (&self->writer, "response_format");
  relais_json_writer_string (&self->writer, "type", schema ? "json_schema" : "json_object");
  if (schema)
    {
      relais_json_writer_object (&self->writer, "json_schema");
      relais_json_writer_string (&self->writer, "name", name);
      if (prompt->format_description != NULL)
        relais_json_writer_string (&self->writer, "description", prompt->format_description);
      if (prompt->format_schema != NULL)
        relais_json_writer_raw (&self->writer, "schema", prompt->format_schema, -1);
      if (prompt->format_strict != RELAIS_TRI_UNSET)
        relais_json_writer_boolean (&self->writer, "strict", prompt->format_strict == RELAIS_TRI_TRUE);
      relais_json_writer_end_object (&self->writer);
    }
  else if (prompt->format == RELAIS_FORMAT_SCHEMA)
    relais_target_approximate (self, RELAIS_FIELD_FORMAT, TRUE, "the schema is asked for in words; the upstream takes JSON mode only");
  relais_json_writer_end_object (&self->writer);
}

static void
write_effort (RelaisTargetWriter *self)
{
  RelaisEffort effort = relais_target_effort (self->prompt);
  gboolean openai = (self->target->quirks & RELAIS_QUIRK_MAX_COMPLETION_TOKENS) != 0;

  if (effort == RELAIS_EFFORT_UNSET)
    return;
  if (self->target->quirks & RELAIS_QUIRK_NO_REASONING_EFFORT)
    {
      relais_target_drop (self, RELAIS_FIELD_REASONING, FALSE, "the upstream refuses it");
      return;
    }
  if (effort >= RELAIS_EFFORT_XHIGH && !openai)
    relais_target_approximate (self, RELAIS_FIELD_REASONING, FALSE, "the upstream knows no higher effort");
  relais_json_writer_string (&self->writer, "reasoning_effort",
                             effort >= RELAIS_EFFORT_XHIGH && !openai ? "high" : relais_target_openai_effort (effort));
}

static void
write_sampling (RelaisTargetWriter *self)
{
  const RelaisPrompt *prompt = self->prompt;

  relais_target_number (self, "temperature", prompt->temperature);
  relais_target_number (self, "top_p", prompt->top_p);
  relais_target_number (self, "presence_penalty", prompt->presence_penalty);
  relais_target_number (self, "frequency_penalty", prompt->frequency_penalty);
  relais_target_number (self, "seed", prompt->seed);
  if (prompt->top_k != NULL)
    relais_target_drop (self, RELAIS_FIELD_TOP_K, TRUE, "Chat Completions has no such setting");
  if (prompt->logprobs || prompt->top_logprobs >= 0)
    relais_target_drop (self, RELAIS_FIELD_LOGPROBS, TRUE, "probabilities are not translated");
  relais_target_stop (self, "stop", MAX_STOP, TRUE);
}

static void
write_identity (RelaisTargetWriter *self)
{
  const RelaisPrompt *prompt = self->prompt;
  gboolean openai = (self->target->quirks & RELAIS_QUIRK_MAX_COMPLETION_TOKENS) != 0;

  if (prompt->user_id != NULL)
    {
      g_autofree char *user = relais_target_short_user (prompt->user_id);

      relais_json_writer_string (&self->writer, openai ? "safety_identifier" : "user", user);
    }
  if (openai && prompt->session_key != NULL && prompt->origin == RELAIS_ORIGIN_OPENAI_RESPONSES)
    relais_json_writer_string (&self->writer, "prompt_cache_key", prompt->session_key);
  if (openai && prompt->service_tier != NULL && prompt->origin == RELAIS_ORIGIN_OPENAI_RESPONSES)
    relais_json_writer_string (&self->writer, "service_tier", prompt->service_tier);
  else if (prompt->service_tier != NULL)
    relais_target_drop (self, RELAIS_FIELD_SERVICE_TIER, FALSE, "tiers differ between vendors");
  if (prompt->metadata != NULL && prompt->origin == RELAIS_ORIGIN_OPENAI_RESPONSES && openai)
    relais_json_writer_raw (&self->writer, "metadata", prompt->metadata, -1);
}

static void
note_unsaid (RelaisTargetWriter *self)
{
  const RelaisPrompt *prompt = self->prompt;
  gboolean openai = (self->target->quirks & RELAIS_QUIRK_MAX_COMPLETION_TOKENS) != 0;
  gboolean near = openai && prompt->origin == RELAIS_ORIGIN_OPENAI_RESPONSES;
  const struct
  {
    gboolean said;
    RelaisFieldId field;
  } unsaid[] = {
    { prompt->verbosity != NULL && !openai, RELAIS_FIELD_VERBOSITY },
    { prompt->metadata != NULL && !near, RELAIS_FIELD_METADATA },
    { relais_target_has_cache_key (prompt) && !near, RELAIS_FIELD_SESSION },
    { prompt->store != RELAIS_TRI_UNSET, RELAIS_FIELD_STORE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (unsaid); i++)
    if (unsaid[i].said)
      relais_target_drop (self, unsaid[i].field, FALSE, "the upstream has no such setting");
}

/**
 * relais_openai_chat_encode_request:
 * @prompt: a request settled for @target
 * @target: whom it is for
 * @changes: what could not be carried over
 * @out: where to append the body
 * @error: where to put a failure
 *
 * Fails with [error@Error] `INVALID_REQUEST` for what Chat Completions has no form for: files by
 * address, video, audio other than WAV and MP3, a limit of no tokens.
 *
 * Returns: whether it could be said
 */
gboolean
relais_openai_chat_encode_request (const RelaisPrompt  *prompt,
                                   const RelaisTarget  *target,
                                   RelaisChanges       *changes,
                                   GString             *out,
                                   GError             **error)
{
  RelaisTargetWriter self = { .prompt = prompt, .target = target, .changes = changes };
  gboolean openai = (target->quirks & RELAIS_QUIRK_MAX_COMPLETION_TOKENS) != 0;

  if (prompt->max_tokens == 0)
    return relais_target_refuse_field (&self, RELAIS_FIELD_MAX_TOKENS, "must be more than 0 for this upstream", error);
  relais_json_writer_init (&self.writer, out);
  relais_json_writer_object (&self.writer, NULL);
  relais_json_writer_string (&self.writer, "model", target->model);
  if (!write_messages (&self, error))
    return FALSE;
  write_tools (&self);
  if (prompt->max_tokens > 0)
    relais_json_writer_int (&self.writer, openai ? "max_completion_tokens" : "max_tokens", prompt->max_tokens);
  write_sampling (&self);
  write_format (&self);
  write_effort (&self);
  if (prompt->verbosity != NULL && openai)
    relais_json_writer_string (&self.writer, "verbosity", prompt->verbosity);
  write_identity (&self);
  note_unsaid (&self);
  if (prompt->stream)
    {
      relais_json_writer_boolean (&self.writer, "stream", TRUE);
      if (!(target->quirks & RELAIS_QUIRK_NO_STREAM_OPTIONS))
        {
          relais_json_writer_object (&self.writer, "stream_options");
          relais_json_writer_boolean (&self.writer, "include_usage", TRUE);
          relais_json_writer_end_object (&self.writer);
        }
    }
  relais_json_writer_end_object (&self.writer);
  return TRUE;
}
