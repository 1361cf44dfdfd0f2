/* relais-anthropic-encode.c: requests to upstreams that speak Anthropic's Messages
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-anthropic"

#include "config.h"

#include <string.h>

#include "base/relais-error.h"

#include "relais-anthropic.h"
#include "relais-model-facts.h"
#include "relais-target-private.h"

#define DEFAULT_MAX_TOKENS 8192
#define LARGEST_WHOLE 21333 /* Anthropic's own SDKs refuse more without streaming */
#define MAX_BODY_BYTES (32 * 1000 * 1000)
#define MIN_BUDGET 1024
#define AUTOMATIC_BUDGET 10000
#define LARGEST_BUDGET 32000
#define ROOM_BEYOND_BUDGET 4096
#define EMPTY_SCHEMA "{\"type\":\"object\",\"properties\":{}}"
#define STUB_SCHEMA "{\"type\":\"object\"}"

typedef struct
{
  RelaisTargetWriter base;
  RelaisClaudeFacts  facts;
  gint64             max_tokens;
  gint64 budget;     /* manual thinking, 0 for none */
  gboolean adaptive; /* adaptive thinking */
  gboolean           thinking_off;
  RelaisRole open; /* the role of the message being written */
  gboolean any;    /* some message is being written */
} Writer;

/* --- thinking --- */

static const char *
effort_name (RelaisEffort effort)
{
  static const char *const names[] = {
    [RELAIS_EFFORT_UNSET] = NULL,
    [RELAIS_EFFORT_NONE] = NULL,
    [RELAIS_EFFORT_MINIMAL] = "low",
    [RELAIS_EFFORT_LOW] = "low",
    [RELAIS_EFFORT_MEDIUM] = "medium",
    [RELAIS_EFFORT_HIGH] = "high",
    [RELAIS_EFFORT_XHIGH] = "xhigh",
    [RELAIS_EFFORT_MAX] = "max",
  };

  return names[effort];
}

static gboolean
is_user_turn (const RelaisMessage *message)
{
  const RelaisPart *first = g_ptr_array_index (message->parts, 0);

  return message->role == RELAIS_ROLE_USER && first->type != RELAIS_PART_TOOL_RESULT;
}

/* Whether a turn of the tool loop under way made calls without the thinking before them: with
 * manual thinking the API refuses that. */
static gboolean
lacks_thinking (const RelaisPrompt *prompt)
{
  for (guint i = prompt->messages->len; i-- > 0;)
    {
      const RelaisMessage *message = g_ptr_array_index (prompt->messages, i);
      gboolean calls = FALSE, thinks = FALSE;

      if (is_user_turn (message))
        return FALSE;
      for (guint j = 0; j < message->parts->len; j++)
        {
          const RelaisPart *part = g_ptr_array_index (message->parts, j);

          calls |= part->type == RELAIS_PART_TOOL_CALL;
          thinks |= part->type == RELAIS_PART_THINKING || part->type == RELAIS_PART_REDACTED;
        }
      if (calls && !thinks)
        return TRUE;
    }
  return FALSE;
}

/* The budget is part of what the answer may take. */
static void
make_room (Writer *self)
{
  gint64 wanted = self->budget + ROOM_BEYOND_BUDGET;

  if (self->facts.max_output > 0 && wanted > self->facts.max_output)
    {
      wanted = self->facts.max_output;
      self->budget = wanted - ROOM_BEYOND_BUDGET;
      relais_target_approximate (&self->base, RELAIS_FIELD_REASONING, FALSE, "the model writes no more in one answer");
    }
  if (wanted > self->max_tokens)
    {
      self->max_tokens = wanted;
      relais_target_approximate (&self->base, RELAIS_FIELD_MAX_TOKENS, FALSE, "raised to make room for thinking");
    }
}

static void
choose_thinking (Writer *self)
{
  const RelaisPrompt *prompt = self->base.prompt;
  gint64 budget = relais_target_budget (prompt);
  gboolean asked = prompt->effort != RELAIS_EFFORT_UNSET || prompt->budget != RELAIS_BUDGET_UNSET;

  if (!asked)
    return;
  if (prompt->effort == RELAIS_EFFORT_NONE || budget == 0)
    {
      self->thinking_off = TRUE;
      return;
    }
  if (self->facts.thinking == RELAIS_CLAUDE_ADAPTIVE ||
      (self->facts.thinking == RELAIS_CLAUDE_BOTH && budget == RELAIS_BUDGET_AUTOMATIC))
    {
      self->adaptive = TRUE;
      return;
    }
  if ((self->base.target->quirks & RELAIS_QUIRK_NO_SIGNATURES) || lacks_thinking (prompt))
    {
      self->thinking_off = TRUE;
      relais_target_drop (&self->base, RELAIS_FIELD_REASONING, TRUE,
                          "the thinking before an earlier tool call is not at hand any more");
      return;
    }
  if (budget == RELAIS_BUDGET_AUTOMATIC)
    budget = AUTOMATIC_BUDGET;
  self->budget = CLAMP (budget, MIN_BUDGET, LARGEST_BUDGET);
  if (self->budget >= self->max_tokens)
    make_room (self);
}

static void
write_thinking (Writer *self)
{
  RelaisJsonWriter *writer = &self->base.writer;
  const char *effort = effort_name (relais_target_effort (self->base.prompt));

  if (self->thinking_off)
    {
      relais_json_writer_object (writer, "thinking");
      relais_json_writer_string (writer, "type", "disabled");
      relais_json_writer_end_object (writer);
    }
  else if (self->budget > 0 || self->adaptive)
    {
      relais_json_writer_object (writer, "thinking");
      relais_json_writer_string (writer, "type", self->adaptive ? "adaptive" : "enabled");
      if (!self->adaptive)
        relais_json_writer_int (writer, "budget_tokens", self->budget);
      else if (self->base.prompt->show_thinking == RELAIS_TRI_TRUE)
        relais_json_writer_string (writer, "display", "summarized");
      relais_json_writer_end_object (writer);
    }
  if (!self->adaptive)
    effort = NULL;
  if (effort == NULL &&
      (self->base.prompt->format != RELAIS_FORMAT_SCHEMA || !self->facts.structured))
    return;
  relais_json_writer_object (writer, "output_config");
  if (effort != NULL)
    relais_json_writer_string (writer, "effort", effort);
  if (self->base.prompt->format == RELAIS_FORMAT_SCHEMA && self->facts.structured)
    {
      relais_json_writer_object (writer, "format");
      relais_json_writer_string (writer, "type", "json_schema");
      relais_json_writer_raw (writer, "schema",
                              self->base.prompt->format_schema != NULL
                                ? self->base.prompt->format_schema
                                : STUB_SCHEMA,
                              -1);
      relais_json_writer_end_object (writer);
    }
  relais_json_writer_end_object (writer);
}

/* With thinking, whoever chooses how much, Anthropic takes no temperature, no top k and a top p of
 * 0.95 at least (platform.claude.com/docs/en/build-with-claude/extended-thinking, May 2026). */
static gboolean
thinks (const Writer *self)
{
  return self->budget > 0 || self->adaptive;
}

/* --- content --- */

static void
write_text (RelaisJsonWriter *writer,
            const char       *text)
{
  relais_json_writer_object (writer, NULL);
  relais_json_writer_string (writer, "type", "text");
  relais_json_writer_string (writer, "text", text);
  relais_json_writer_end_object (writer);
}

static void
write_base64 (RelaisJsonWriter *writer,
              const char       *mime,
              const char       *data)
{
  g_autofree char *clean = relais_target_clean_base64 (data);

  relais_json_writer_object (writer, "source");
  relais_json_writer_string (writer, "type", "base64");
  relais_json_writer_string (writer, "media_type", mime);
  relais_json_writer_string (writer, "data", clean);
  relais_json_writer_end_object (writer);
}

static void
write_url (RelaisJsonWriter *writer,
           const char       *url)
{
  relais_json_writer_object (writer, "source");
  relais_json_writer_string (writer, "type", "url");
  relais_json_writer_string (writer, "url", url);
  relais_json_writer_end_object (writer);
}

static gboolean
is_picture (const char *mime)
{
  static const char *const types[] = { "image/png", "image/jpeg", "image/gif", "image/webp", NULL };

  return mime != NULL && g_strv_contains (types, mime);
}

/* An image or file; FALSE where the API has no form for it. */
static gboolean
write_media (RelaisJsonWriter *writer,
             const RelaisPart *part)
{
  g_autofree char *mime = relais_target_media_type (part);
  gboolean picture = part->data == NULL ? part->type == RELAIS_PART_IMAGE : is_picture (mime);
  gboolean words = part->data != NULL && g_str_has_prefix (mime, "text/");

  if (part->data != NULL && !picture && !words && strcmp (mime, "application/pdf") != 0)
    return FALSE;
  relais_json_writer_object (writer, NULL);
  relais_json_writer_string (writer, "type", picture ? "image" : "document");
  if (words)
    {
      g_autofree char *text = relais_target_plain_text (part);

      relais_json_writer_object (writer, "source");
      relais_json_writer_string (writer, "type", "text");
      relais_json_writer_string (writer, "media_type", "text/plain");
      relais_json_writer_string (writer, "data", text);
      relais_json_writer_end_object (writer);
    }
  else if (part->data != NULL)
    write_base64 (writer, mime, part->data);
  else
    write_url (writer, part->url);
  if (!picture && part->filename != NULL)
    relais_json_writer_string (writer, "title", part->filename);
  relais_json_writer_end_object (writer);
  return TRUE;
}

static gboolean
write_result (Writer               *self,
              const RelaisMessage  *message,
              const RelaisPart     *result,
              GError              **error)
{
  RelaisJsonWriter *writer = &self->base.writer;

  relais_json_writer_object (writer, NULL);
  relais_json_writer_string (writer, "type", "tool_result");
  relais_json_writer_string (writer, "tool_use_id", result->id);
  if (result->content->len > 0)
    {
      relais_json_writer_array (writer, "content");
      for (guint i = 0; i < result->content->len; i++)
        {
          const RelaisPart *part = g_ptr_array_index (result->content, i);

          if (part->type == RELAIS_PART_TEXT || part->type == RELAIS_PART_JSON)
            write_text (writer, part->text);
          else if ((part->type != RELAIS_PART_IMAGE && part->type != RELAIS_PART_FILE) ||
                   !write_media (writer, part))
            return relais_target_refuse (&self->base, message, part, "holds media this upstream does not take", error);
        }
      relais_json_writer_end_array (writer);
    }
  if (result->is_error)
    relais_json_writer_boolean (writer, "is_error", TRUE);
  relais_json_writer_end_object (writer);
  return TRUE;
}

static void
write_thinking_part (RelaisJsonWriter *writer,
                     const RelaisPart *part)
{
  gboolean redacted = part->type == RELAIS_PART_REDACTED;

  relais_json_writer_object (writer, NULL);
  relais_json_writer_string (writer, "type", redacted ? "redacted_thinking" : "thinking");
  relais_json_writer_string (writer, redacted ? "data" : "thinking", part->text != NULL ? part->text : "");
  if (!redacted)
    relais_json_writer_string (writer, "signature", part->signature);
  relais_json_writer_end_object (writer);
}

static void
write_call (RelaisJsonWriter *writer,
            const RelaisPart *call)
{
  relais_json_writer_object (writer, NULL);
  relais_json_writer_string (writer, "type", "tool_use");
  relais_json_writer_string (writer, "id", call->id);
  relais_json_writer_string (writer, "name", call->name);
  relais_json_writer_raw (writer, "input", call->args, -1);
  relais_json_writer_end_object (writer);
}

static gboolean
write_part (Writer               *self,
            const RelaisMessage  *message,
            const RelaisPart     *part,
            GError              **error)
{
  RelaisJsonWriter *writer = &self->base.writer;

  switch (part->type)
    {
    case RELAIS_PART_TEXT:
    case RELAIS_PART_REFUSAL:
    case RELAIS_PART_JSON:
      write_text (writer, part->text);
      return TRUE;
    case RELAIS_PART_IMAGE:
    case RELAIS_PART_FILE:
      return write_media (writer, part) ||
             relais_target_refuse (&self->base, message, part, "is of a media type this upstream does not take", error);
    case RELAIS_PART_AUDIO:
      return relais_target_refuse (&self->base, message, part, "holds audio, which this upstream does not take", error);
    case RELAIS_PART_THINKING:
    case RELAIS_PART_REDACTED:
      if (!self->thinking_off)
        write_thinking_part (writer, part);
      return TRUE;
    case RELAIS_PART_TOOL_CALL:
      write_call (writer, part);
      return TRUE;
    case RELAIS_PART_TOOL_RESULT:
      return write_result (self, message, part, error);
    case RELAIS_PART_OPAQUE:
    default:
      relais_json_writer_raw (writer, NULL, part->text, -1);
      return TRUE;
    }
}

/* --- messages --- */

static void
close_message (Writer *self)
{
  if (!self->any)
    return;
  relais_json_writer_end_array (&self->base.writer);
  relais_json_writer_end_object (&self->base.writer);
  self->any = FALSE;
}

/* Goes on in the open message if it is of that role: two in a row become one. */
static void
open_message (Writer     *self,
              RelaisRole  role)
{
  static const char *const names[] = {
    [RELAIS_ROLE_USER] = "user",
    [RELAIS_ROLE_ASSISTANT] = "assistant",
    [RELAIS_ROLE_SYSTEM] = "system",
  };

  if (self->any && self->open == role)
    return;
  close_message (self);
  relais_json_writer_object (&self->base.writer, NULL);
  relais_json_writer_string (&self->base.writer, "role", names[role]);
  relais_json_writer_array (&self->base.writer, "content");
  self->open = role;
  self->any = TRUE;
}

static gboolean
is_thought (const RelaisPart *part)
{
  return part->type == RELAIS_PART_THINKING || part->type == RELAIS_PART_REDACTED;
}

static gboolean
is_blank (const Writer        *self,
          const RelaisMessage *message)
{
  for (guint i = 0; i < message->parts->len; i++)
    {
      const RelaisPart *part = g_ptr_array_index (message->parts, i);

      if (self->thinking_off && is_thought (part))
        continue;
      if (part->type != RELAIS_PART_TEXT && part->type != RELAIS_PART_REFUSAL)
        return FALSE;
      for (const char *c = part->text; *c != '\0'; c++)
        if (!g_ascii_isspace (*c))
          return FALSE;
    }
  return TRUE;
}

/* An instruction in mid-conversation: as such where the model takes it there, else in words of the
 * user. */
static void
write_instruction (Writer              *self,
                   const RelaisMessage *message)
{
  g_autofree char *text = relais_target_join_texts (message->parts, "\n\n");
  g_autofree char *wrapped = NULL;

  if (text == NULL)
    return;
  if (self->facts.system_messages && self->any && self->open == RELAIS_ROLE_USER)
    {
      open_message (self, RELAIS_ROLE_SYSTEM);
      write_text (&self->base.writer, text);
      return;
    }
  relais_target_retell (&self->base, message);
  wrapped = relais_target_wrap_instruction (text);
  open_message (self, RELAIS_ROLE_USER);
  write_text (&self->base.writer, wrapped);
}

/* With thinking off the thoughts of the history stay out. */
static void
note_thoughts (Writer              *self,
               const RelaisMessage *message)
{
  for (guint i = 0; self->thinking_off && i < message->parts->len; i++)
    if (is_thought (g_ptr_array_index (message->parts, i)))
      relais_target_drop (&self->base, RELAIS_FIELD_REASONING, FALSE,
                          "with thinking off the thoughts of the history are left out");
}

static gboolean
write_messages (Writer  *self,
                GError **error)
{
  GPtrArray *messages = self->base.prompt->messages;
  gboolean begun = FALSE;

  relais_json_writer_array (&self->base.writer, "messages");
  for (guint i = 0; i < messages->len; i++)
    {
      const RelaisMessage *message = g_ptr_array_index (messages, i);

      note_thoughts (self, message);
      if (is_blank (self, message))
        continue;
      if (!begun && message->role == RELAIS_ROLE_ASSISTANT)
        {
          open_message (self, RELAIS_ROLE_USER);
          write_text (&self->base.writer, "(continued)");
          relais_changes_add (self->base.changes, RELAIS_CHANGE_ADDED, FALSE, "messages[0]",
                              "a conversation has to begin with the user");
        }
      begun = TRUE;
      if (message->role == RELAIS_ROLE_SYSTEM)
        {
          write_instruction (self, message);
          continue;
        }
      open_message (self, message->role);
      for (guint j = 0; j < message->parts->len; j++)
        if (!write_part (self, message, g_ptr_array_index (message->parts, j), error))
          return FALSE;
    }
  close_message (self);
  relais_json_writer_end_array (&self->base.writer);
  return begun || relais_target_refuse (&self->base, NULL, NULL, "says nothing", error);
}

static void
write_system (Writer *self)
{
  const RelaisPrompt *prompt = self->base.prompt;
  gboolean json = prompt->format == RELAIS_FORMAT_JSON;
  gboolean schema = prompt->format == RELAIS_FORMAT_SCHEMA && !self->facts.structured;

  if (prompt->system->len == 0 && !json && !schema)
    return;
  relais_json_writer_array (&self->base.writer, "system");
  for (guint i = 0; i < prompt->system->len; i++)
    {
      const RelaisPart *part = g_ptr_array_index (prompt->system, i);

      if (part->type == RELAIS_PART_TEXT)
        write_text (&self->base.writer, part->text);
    }
  if (json || schema)
    {
      g_autofree char *words = relais_target_format_words (prompt);

      write_text (&self->base.writer, words);
      relais_target_approximate (&self->base, RELAIS_FIELD_FORMAT, TRUE, "asked for in words; the upstream does not force it");
    }
  relais_json_writer_end_array (&self->base.writer);
}

/* --- tools --- */

static void
write_tool (RelaisJsonWriter *writer,
            const char       *name,
            const char       *description,
            const char       *schema,
            RelaisTri         strict)
{
  relais_json_writer_object (writer, NULL);
  relais_json_writer_string (writer, "name", name);
  if (description != NULL)
    relais_json_writer_string (writer, "description", description);
  relais_json_writer_raw (writer, "input_schema", schema, -1);
  if (strict != RELAIS_TRI_UNSET)
    relais_json_writer_boolean (writer, "strict", strict == RELAIS_TRI_TRUE);
  relais_json_writer_end_object (writer);
}

/* A history with calls wants tools, though none may be called any more. */
static void
write_stubs (Writer *self)
{
  const RelaisPrompt *prompt = self->base.prompt;
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < prompt->messages->len; i++)
    {
      const RelaisMessage *message = g_ptr_array_index (prompt->messages, i);

      for (guint j = 0; j < message->parts->len; j++)
        {
          const RelaisPart *part = g_ptr_array_index (message->parts, j);

          if (part->type != RELAIS_PART_TOOL_CALL || !g_hash_table_add (seen, part->name))
            continue;
          if (g_hash_table_size (seen) == 1)
            relais_json_writer_array (&self->base.writer, "tools");
          write_tool (&self->base.writer, part->name, NULL, STUB_SCHEMA, RELAIS_TRI_UNSET);
        }
    }
  if (g_hash_table_size (seen) == 0)
    return;
  relais_json_writer_end_array (&self->base.writer);
  relais_json_writer_object (&self->base.writer, "tool_choice");
  relais_json_writer_string (&self->base.writer, "type", "none");
  relais_json_writer_end_object (&self->base.writer);
  relais_changes_add (self->base.changes, RELAIS_CHANGE_ADDED, FALSE, "tools", "the history holds calls");
}

static void
write_choice (Writer *self)
{
  const RelaisPrompt *prompt = self->base.prompt;
  gboolean serial = prompt->parallel_tools == RELAIS_TRI_FALSE;
  gboolean forced = prompt->tool_choice == RELAIS_TOOL_CHOICE_REQUIRED ||
                    prompt->tool_choice == RELAIS_TOOL_CHOICE_NAMED;
  const char *type = "auto";

  if (prompt->tool_choice == RELAIS_TOOL_CHOICE_UNSET && !serial)
    return;
  if (forced && thinks (self) && !self->facts.forces_thinking)
    relais_target_approximate (&self->base, RELAIS_FIELD_TOOL_CHOICE, TRUE, "no call can be forced while the model thinks");
  else if (forced)
    type = prompt->tool_choice == RELAIS_TOOL_CHOICE_NAMED ? "tool" : "any";
  else if (prompt->tool_choice == RELAIS_TOOL_CHOICE_NONE)
    type = "none";
  relais_json_writer_object (&self->base.writer, "tool_choice");
  relais_json_writer_string (&self->base.writer, "type", type);
  if (strcmp (type, "tool") == 0)
    relais_json_writer_string (&self->base.writer, "name", prompt->tool_choice_name);
  if (serial && strcmp (type, "none") != 0)
    relais_json_writer_boolean (&self->base.writer, "disable_parallel_tool_use", TRUE);
  relais_json_writer_end_object (&self->base.writer);
}

static void
write_tools (Writer *self)
{
  const RelaisPrompt *prompt = self->base.prompt;

  if (prompt->tools->len == 0)
    {
      write_stubs (self);
      return;
    }
  relais_json_writer_array (&self->base.writer, "tools");
  for (guint i = 0; i < prompt->tools->len; i++)
    {
      const RelaisTool *tool = g_ptr_array_index (prompt->tools, i);

      if (tool->type == RELAIS_TOOL_HOSTED)
        relais_json_writer_raw (&self->base.writer, NULL, tool->schema, -1);
      else
        write_tool (&self->base.writer, tool->name, tool->description,
                    tool->schema != NULL ? tool->schema : EMPTY_SCHEMA,
                    self->base.target->quirks & RELAIS_QUIRK_NO_STRICT ? RELAIS_TRI_UNSET
                                                                       : tool->strict);
    }
  relais_json_writer_end_array (&self->base.writer);
  write_choice (self);
}

/* --- the rest --- */

static void
write_temperature (Writer *self)
{
  const RelaisPrompt *prompt = self->base.prompt;
  double value = prompt->temperature != NULL ? g_ascii_strtod (prompt->temperature, NULL) : 0;

  /* Newer models take the default at best, and some none at all: it need not be said. */
  if (prompt->temperature == NULL)
    return;
  if (thinks (self) || !self->facts.samples)
    relais_target_drop (&self->base, RELAIS_FIELD_TEMPERATURE, self->facts.samples || value != 1.0,
                        self->facts.samples ? "it does not go with thinking" : "the model does not take it");
  else if (value > 1)
    {
      relais_json_writer_raw (&self->base.writer, "temperature", "1.0", -1);
      relais_target_approximate (&self->base, RELAIS_FIELD_TEMPERATURE, TRUE, "the upstream takes 0 to 1");
    }
  else
    relais_target_number (&self->base, "temperature", prompt->temperature);
}

static void
write_sampling (Writer *self)
{
  const RelaisPrompt *prompt = self->base.prompt;
  gboolean both = prompt->temperature != NULL && prompt->top_p != NULL && self->facts.one_of_both &&
                  !thinks (self);
  gboolean unsaid = prompt->top_p != NULL && !self->facts.samples;
  double top_p = prompt->top_p != NULL ? g_ascii_strtod (prompt->top_p, NULL) : 1;

  write_temperature (self);
  if (self->facts.samples && thinks (self) && top_p < 0.95)
    relais_target_drop (&self->base, RELAIS_FIELD_TOP_P, TRUE, "with thinking it is at least 0.95");
  else if (both || (unsaid && top_p < 0.99))
    relais_target_drop (&self->base, RELAIS_FIELD_TOP_P, TRUE,
                        both ? "the model takes not both temperature and it" : "the model does not take it");
  else if (unsaid)
    relais_target_drop (&self->base, RELAIS_FIELD_TOP_P, FALSE, "the model does not take it");
  else
    relais_target_number (&self->base, "top_p", prompt->top_p);
  if (prompt->top_k != NULL && (!self->facts.samples || thinks (self)))
    relais_target_drop (&self->base, RELAIS_FIELD_TOP_K, TRUE,
                        self->facts.samples ? "it does not go with thinking" : "the model does not take it");
  else
    relais_target_number (&self->base, "top_k", prompt->top_k);
  relais_target_stop (&self->base, "stop_sequences", G_MAXUINT, FALSE);
}

static void
note_unsaid (Writer *self)
{
  const RelaisPrompt *prompt = self->base.prompt;
  const struct
  {
    gboolean said;
    RelaisFieldId field;
    gboolean notable;
  } unsaid[] = {
    { prompt->presence_penalty != NULL, RELAIS_FIELD_PRESENCE_PENALTY, TRUE },
    { prompt->frequency_penalty != NULL, RELAIS_FIELD_FREQUENCY_PENALTY, TRUE },
    { prompt->seed != NULL, RELAIS_FIELD_SEED, prompt->origin == RELAIS_ORIGIN_GEMINI },
    { prompt->logit_bias != NULL, RELAIS_FIELD_LOGIT_BIAS, TRUE },
    { prompt->logprobs || prompt->top_logprobs >= 0, RELAIS_FIELD_LOGPROBS, TRUE },
    { prompt->verbosity != NULL, RELAIS_FIELD_VERBOSITY, FALSE },
    { prompt->service_tier != NULL, RELAIS_FIELD_SERVICE_TIER, FALSE },
    { prompt->metadata != NULL, RELAIS_FIELD_METADATA, FALSE },
    { relais_target_has_cache_key (prompt), RELAIS_FIELD_SESSION, FALSE },
    { prompt->store != RELAIS_TRI_UNSET, RELAIS_FIELD_STORE, FALSE },
    { prompt->format_name != NULL, RELAIS_FIELD_FORMAT_NAME, FALSE },
    { prompt->format_strict != RELAIS_TRI_UNSET && prompt->origin != RELAIS_ORIGIN_GEMINI,
      RELAIS_FIELD_FORMAT_STRICT, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (unsaid); i++)
    if (unsaid[i].said)
      relais_target_drop (&self->base, unsaid[i].field, unsaid[i].notable, "Anthropic has no such setting");
  relais_target_drop_details (&self->base);
}

/**
 * relais_anthropic_encode_request:
 * @prompt: a request settled for @target
 * @target: whom it is for
 * @changes: what could not be carried over
 * @out: where to append the body
 * @error: where to put a failure
 *
 * Messages of one role in a row become one, the first is made the user's. Fails with [error@Error]
 * `INVALID_REQUEST` for media the API has no form for and a limit of no tokens, and `TOO_LARGE`
 * above its 32 MB.
 *
 * Returns: whether it could be said
 */
gboolean
relais_anthropic_encode_request (const RelaisPrompt  *prompt,
                                 const RelaisTarget  *target,
                                 RelaisChanges       *changes,
                                 GString             *out,
                                 GError             **error)
{
  Writer self = {
    .base = { .prompt = prompt, .target = target, .changes = changes },
    .facts = relais_model_get_claude (target->model),
    .max_tokens = prompt->max_tokens,
  };
  RelaisJsonWriter *writer = &self.base.writer;

  if (self.max_tokens == 0)
    return relais_target_refuse_field (&self.base, RELAIS_FIELD_MAX_TOKENS,
                                       "must be more than 0 for this upstream", error);
  if (self.max_tokens < 0)
    {
      self.max_tokens = self.facts.max_output > 0 ? MIN (self.facts.max_output, 32000)
                                                  : DEFAULT_MAX_TOKENS;
      relais_target_approximate (&self.base, RELAIS_FIELD_MAX_TOKENS, FALSE, "the upstream wants a limit");
    }
  choose_thinking (&self);
  relais_json_writer_init (writer, out);
  relais_json_writer_object (writer, NULL);
  relais_json_writer_string (writer, "model", target->model);
  relais_json_writer_int (writer, "max_tokens", self.max_tokens);
  write_system (&self);
  if (!write_messages (&self, error))
    return FALSE;
  write_tools (&self);
  write_sampling (&self);
  write_thinking (&self);
  if (prompt->user_id != NULL)
    {
      relais_json_writer_object (writer, "metadata");
      relais_json_writer_string (writer, "user_id", prompt->user_id);
      relais_json_writer_end_object (writer);
    }
  if (prompt->stream || self.max_tokens > LARGEST_WHOLE)
    relais_json_writer_boolean (writer, "stream", TRUE);
  relais_json_writer_end_object (writer);
  note_unsaid (&self);
  if (out->len <= MAX_BODY_BYTES)
    return TRUE;
  g_set_error (error, RELAIS_ERROR, RELAIS_ERROR_TOO_LARGE, "The request is larger than the 32 MB this upstream takes");
  return FALSE;
}
