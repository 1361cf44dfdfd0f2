/* relais-gemini-encode.c: requests to upstreams that speak Gemini's generateContent
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-gemini"

#include "config.h"

#include <string.h>

#include "base/relais-json.h"

#include "relais-gemini.h"
#include "relais-model-facts.h"
#include "relais-schema.h"
#include "relais-seal.h"
#include "relais-target-private.h"

#define MAX_STOP 5
#define UNSAID "Gemini has no such setting"
#define CUT_SCHEMA "the schema refers to itself too often or too deep"
#define LESS_SCHEMA "what Gemini does not take of a schema is told in words or left out"
#define ROOM_BESIDE_BUDGET 4096

typedef struct
{
  RelaisTargetWriter base;
  gboolean           gemini_3;
  RelaisSchemaBudget schemas;
  gboolean json_in_words; /* an older model takes no JSON mode beside tools */
} Writer;

static void
write_text (RelaisJsonWriter *writer,
            const char       *text,
            const char       *signature)
{
  relais_json_writer_object (writer, NULL);
  relais_json_writer_string (writer, "text", text);
  if (signature != NULL)
    relais_json_writer_string (writer, "thoughtSignature", signature);
  relais_json_writer_end_object (writer);
}

/* By what the address ends with, as nothing is fetched to find out. */
static const char *
guess_type (const char *url)
{
  static const char *const types[][2] = {
    { ".png", "image/png" },
    { ".webp", "image/webp" },
    { ".gif", "image/gif" },
    { ".heic", "image/heic" },
    { ".pdf", "application/pdf" },
    { ".mp3", "audio/mp3" },
    { ".wav", "audio/wav" },
    { ".mp4", "video/mp4" },
  };
  gsize length = strcspn (url, "?#");

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      gsize suffix = strlen (types[i][0]);

      if (length > suffix && g_ascii_strncasecmp (url + length - suffix, types[i][0], suffix) == 0)
        return types[i][1];
    }
  return "image/jpeg";
}

static void
write_media (RelaisJsonWriter *writer,
             const RelaisPart *part)
{
  g_autofree char *mime = NULL;
  g_autofree char *data = NULL;

  relais_json_writer_object (writer, NULL);
  if (part->data != NULL)
    {
      mime = relais_target_media_type (part);
      data = relais_target_clean_base64 (part->data);
      /* OpenAI names audio by its format alone */
      if (part->type == RELAIS_PART_AUDIO && strchr (mime, '/') == NULL)
        {
          g_autofree char *format = mime;

          mime = g_strconcat ("audio/", format, NULL);
        }
      relais_json_writer_object (writer, "inlineData");
      relais_json_writer_string (writer, "mimeType", mime);
      relais_json_writer_string (writer, "data", data);
    }
  else
    {
      relais_json_writer_object (writer, "fileData");
      relais_json_writer_string (writer, "mimeType", part->mime != NULL ? part->mime : guess_type (part->url));
      relais_json_writer_string (writer, "fileUri", part->url);
    }
  relais_json_writer_end_object (writer);
  relais_json_writer_end_object (writer);
}

/* `response` is an object: a result's own, unless it would be taken for one of ours. */
static void
write_response (RelaisJsonWriter *writer,
                const RelaisPart *result)
{
  g_autofree char *text = relais_target_join_texts (result->content, "\n");
  g_autoptr (RelaisJson) tree = NULL;
  const RelaisJsonNode *root;
  RelaisJsonKind kind;

  if (text == NULL)
    text = g_strdup (result->is_error ? "The call failed" : "");
  if (!result->is_error)
    tree = relais_json_parse (text, strlen (text), RELAIS_JSON_MAX_DEPTH, NULL);
  root = relais_json_get_root (tree);
  kind = relais_json_node_get_kind (root);
  if (kind == RELAIS_JSON_OBJECT && relais_json_node_get_member (root, "output") == NULL &&
      relais_json_node_get_member (root, "error") == NULL)
    {
      relais_json_writer_raw (writer, "response", text, -1);
      return;
    }
  relais_json_writer_object (writer, "response");
  if (result->is_error)
    relais_json_writer_string (writer, "error", text);
  else if (kind == RELAIS_JSON_NONE || kind == RELAIS_JSON_STRING)
    relais_json_writer_string (writer, "output", text);
  else
    relais_json_writer_raw (writer, "output", text, -1);
  relais_json_writer_end_object (writer);
}

static void
write_result (RelaisJsonWriter *writer,
              const RelaisPart *result)
{
  gboolean media = FALSE;

  relais_json_writer_object (writer, NULL);
  relais_json_writer_object (writer, "functionResponse");
  if (result->id != NULL)
    relais_json_writer_string (writer, "id", result->id);
  relais_json_writer_string (writer, "name", result->name);
  write_response (writer, result);
  for (guint i = 0; i < result->content->len; i++)
    {
      const RelaisPart *part = g_ptr_array_index (result->content, i);

      if (part->type != RELAIS_PART_IMAGE && part->type != RELAIS_PART_FILE &&
          part->type != RELAIS_PART_AUDIO)
        continue;
      if (!media)
        relais_json_writer_array (writer, "parts");
      media = TRUE;
      write_media (writer, part);
    }
  if (media)
    relais_json_writer_end_array (writer);
  relais_json_writer_end_object (writer);
  relais_json_writer_end_object (writer);
}

static void
write_call (RelaisJsonWriter *writer,
            const RelaisPart *call,
            const char       *signature)
{
  relais_json_writer_object (writer, NULL);
  relais_json_writer_object (writer, "functionCall");
  if (call->id != NULL)
    relais_json_writer_string (writer, "id", call->id);
  relais_json_writer_string (writer, "name", call->name);
  relais_json_writer_raw (writer, "args", call->args, -1);
  relais_json_writer_end_object (writer);
  if (signature != NULL)
    relais_json_writer_string (writer, "thoughtSignature", signature);
  relais_json_writer_end_object (writer);
}

/* Signatures stand on the part they came with: carried in a thinking part by dialects that have no
 * other place, they belong to the part behind it. */
static void
write_model (Writer              *self,
             const RelaisMessage *message)
{
  RelaisJsonWriter *writer = &self->base.writer;
  const char *carried = NULL;
  gboolean called = FALSE;

  for (guint i = 0; i < message->parts->len; i++)
    {
      const RelaisPart *part = g_ptr_array_index (message->parts, i);
      const char *signature = part->signature != NULL ? part->signature : carried;

      switch (part->type)
        {
        case RELAIS_PART_THINKING:
          carried = part->signature;
          continue;
        case RELAIS_PART_TOOL_CALL:
          if (signature == NULL && !called && self->gemini_3)
            signature = RELAIS_SIGNATURE_BYPASS;
          write_call (writer, part, signature);
          called = TRUE;
          break;
        case RELAIS_PART_IMAGE:
        case RELAIS_PART_FILE:
        case RELAIS_PART_AUDIO:
          write_media (writer, part);
          break;
        case RELAIS_PART_OPAQUE:
          relais_json_writer_raw (writer, NULL, part->text, -1);
          break;
        case RELAIS_PART_REDACTED:
        case RELAIS_PART_TOOL_RESULT:
          break;
        case RELAIS_PART_TEXT:
        case RELAIS_PART_REFUSAL:
        case RELAIS_PART_JSON:
        default:
          write_text (writer, part->text, signature);
          break;
        }
      carried = NULL;
    }
}

static gboolean
write_user (Writer               *self,
            const RelaisMessage  *message,
            GError              **error)
{
  for (guint i = 0; i < message->parts->len; i++)
    {
      const RelaisPart *part = g_ptr_array_index (message->parts, i);

      if (part->type == RELAIS_PART_TOOL_RESULT)
        write_result (&self->base.writer, part);
      else if (part->type == RELAIS_PART_OPAQUE)
        relais_json_writer_raw (&self->base.writer, NULL, part->text, -1);
      else if (part->type == RELAIS_PART_TEXT || part->type == RELAIS_PART_JSON ||
               part->type == RELAIS_PART_REFUSAL)
        write_text (&self->base.writer, part->text, NULL);
      else if (part->data != NULL || part->url != NULL)
        write_media (&self->base.writer, part);
      else
        return relais_target_refuse (&self->base, message, part, "holds nothing this upstream can be given", error);
    }
  return TRUE;
}

static gboolean
says_something (const RelaisMessage *message)
{
  for (guint i = 0; i < message->parts->len; i++)
    {
      const RelaisPart *part = g_ptr_array_index (message->parts, i);

      if (part->type != RELAIS_PART_THINKING && part->type != RELAIS_PART_REDACTED)
        return TRUE;
    }
  return FALSE;
}

static gboolean
write_contents (Writer  *self,
                GError **error)
{
  GPtrArray *messages = self->base.prompt->messages;
  RelaisJsonWriter *writer = &self->base.writer;
  const RelaisMessage *last = g_ptr_array_index (messages, messages->len - 1);
  guint n_contents = 0;

  relais_json_writer_array (writer, "contents");
  for (guint i = 0; i < messages->len; i++)
    {
      const RelaisMessage *message = g_ptr_array_index (messages, i);

      if (!says_something (message))
        continue;
      n_contents++;
      relais_json_writer_object (writer, NULL);
      relais_json_writer_string (writer, "role", message->role == RELAIS_ROLE_ASSISTANT ? "model" : "user");
      relais_json_writer_array (writer, "parts");
      if (message->role == RELAIS_ROLE_ASSISTANT)
        write_model (self, message);
      else if (message->role == RELAIS_ROLE_SYSTEM)
        {
          g_autofree char *text = relais_target_join_texts (message->parts, "\n\n");
          g_autofree char *wrapped = relais_target_wrap_instruction (text != NULL ? text : "");

          relais_target_retell (&self->base, message);
          write_text (writer, wrapped, NULL);
        }
      else if (!write_user (self, message, error))
        return FALSE;
      relais_json_writer_end_array (writer);
      relais_json_writer_end_object (writer);
    }
  relais_json_writer_end_array (writer);
  if (n_contents == 0)
    return relais_target_refuse (&self->base, NULL, NULL, "holds nothing this upstream can be given", error);
  if (last->role == RELAIS_ROLE_ASSISTANT)
    relais_changes_add (self->base.changes, RELAIS_CHANGE_APPROXIMATED, TRUE, "prefill",
                        "the upstream may answer anew instead of going on from the last message");
  return TRUE;
}

static void
write_system (Writer *self)
{
  const RelaisPrompt *prompt = self->base.prompt;
  RelaisJsonWriter *writer = &self->base.writer;

  if (prompt->system->len == 0 && !self->json_in_words)
    return;
  relais_json_writer_object (writer, "systemInstruction");
  relais_json_writer_array (writer, "parts");
  for (guint i = 0; i < prompt->system->len; i++)
    {
      const RelaisPart *part = g_ptr_array_index (prompt->system, i);

      if (part->type == RELAIS_PART_TEXT)
        write_text (writer, part->text, NULL);
    }
  if (self->json_in_words)
    {
      g_autofree char *words = relais_target_format_words (prompt);

      write_text (writer, words, NULL);
    }
  relais_json_writer_end_array (writer);
  relais_json_writer_end_object (writer);
}

/* --- tools --- */

static RelaisSchemaBudget
schema_budget (const RelaisPrompt *prompt)
{
  gsize n_bytes = prompt->format_schema != NULL ? strlen (prompt->format_schema) : 0;
  RelaisSchemaBudget budget;

  for (guint i = 0; i < prompt->tools->len; i++)
    {
      const RelaisTool *tool = g_ptr_array_index (prompt->tools, i);

      n_bytes += tool->schema != NULL ? strlen (tool->schema) : 0;
    }
  relais_schema_budget_init (&budget, n_bytes);
  return budget;
}

static void
write_function (Writer           *self,
                const RelaisTool *tool)
{
  RelaisJsonWriter *writer = &self->base.writer;
  gboolean openapi = (self->base.target->quirks & RELAIS_QUIRK_OPENAPI_SCHEMA) != 0;
  RelaisSchemaForm form = openapi ? RELAIS_SCHEMA_OPENAPI : RELAIS_SCHEMA_JSON;
  g_autoptr (GString) schema = g_string_new (NULL);
  gboolean less = FALSE;

  relais_json_writer_object (writer, NULL);
  relais_json_writer_string (writer, "name", tool->name);
  if (tool->description != NULL)
    relais_json_writer_string (writer, "description", tool->description);
  if (tool->schema != NULL &&
      relais_schema_trim (tool->schema, form, &self->schemas, schema, &less))
    relais_json_writer_raw (writer, openapi ? "parameters" : "parametersJsonSchema", schema->str, schema->len);
  if (tool->schema != NULL && self->schemas.cut)
    {
      g_autofree char *path = g_strdup_printf ("tools[%d]", tool->position);

      relais_changes_add (self->base.changes, RELAIS_CHANGE_APPROXIMATED, TRUE, path,
                          CUT_SCHEMA);
    }
  relais_json_writer_end_object (writer);
  if (less)
    relais_target_approximate (&self->base, RELAIS_FIELD_TOOL_SCHEMA, FALSE, LESS_SCHEMA);
  if (tool->strict != RELAIS_TRI_UNSET)
    relais_target_drop (&self->base, RELAIS_FIELD_TOOL_STRICT, FALSE, UNSAID);
}

static void
write_choice (Writer *self)
{
  const RelaisPrompt *prompt = self->base.prompt;
  RelaisJsonWriter *writer = &self->base.writer;
  const char *mode = "ANY";

  if (prompt->tool_choice == RELAIS_TOOL_CHOICE_UNSET)
    return;
  if (prompt->tool_choice == RELAIS_TOOL_CHOICE_AUTO)
    mode = "AUTO";
  else if (prompt->tool_choice == RELAIS_TOOL_CHOICE_NONE)
    mode = "NONE";
  else if (prompt->tool_choice == RELAIS_TOOL_CHOICE_SUBSET && !prompt->tool_choice_forced)
    mode = "VALIDATED";
  relais_json_writer_object (writer, "toolConfig");
  relais_json_writer_object (writer, "functionCallingConfig");
  relais_json_writer_string (writer, "mode", mode);
  if (prompt->tool_choice == RELAIS_TOOL_CHOICE_NAMED ||
      prompt->tool_choice == RELAIS_TOOL_CHOICE_SUBSET)
    {
      relais_json_writer_array (writer, "allowedFunctionNames");
      if (prompt->tool_choice == RELAIS_TOOL_CHOICE_NAMED)
        relais_json_writer_string (writer, NULL, prompt->tool_choice_name);
      for (guint i = 0; prompt->tool_choice == RELAIS_TOOL_CHOICE_SUBSET &&
                        i < prompt->tool_choice_names->len;
           i++)
        relais_json_writer_string (writer, NULL, g_ptr_array_index (prompt->tool_choice_names, i));
      relais_json_writer_end_array (writer);
    }
  relais_json_writer_end_object (writer);
  relais_json_writer_end_object (writer);
}

static void
write_tools (Writer *self)
{
  const RelaisPrompt *prompt = self->base.prompt;
  RelaisJsonWriter *writer = &self->base.writer;
  gboolean functions = FALSE;

  if (prompt->tools->len == 0)
    return;
  relais_json_writer_array (writer, "tools");
  for (guint i = 0; i < prompt->tools->len; i++)
    {
      const RelaisTool *tool = g_ptr_array_index (prompt->tools, i);

      if (tool->type == RELAIS_TOOL_HOSTED)
        relais_json_writer_raw (writer, NULL, tool->schema, -1);
      functions |= tool->type == RELAIS_TOOL_FUNCTION;
    }
  if (functions)
    {
      relais_json_writer_object (writer, NULL);
      relais_json_writer_array (writer, "functionDeclarations");
      for (guint i = 0; i < prompt->tools->len; i++)
        {
          const RelaisTool *tool = g_ptr_array_index (prompt->tools, i);

          if (tool->type == RELAIS_TOOL_FUNCTION)
            write_function (self, tool);
        }
      relais_json_writer_end_array (writer);
      relais_json_writer_end_object (writer);
    }
  relais_json_writer_end_array (writer);
  write_choice (self);
  if (prompt->parallel_tools == RELAIS_TRI_FALSE)
    relais_target_drop (&self->base, RELAIS_FIELD_PARALLEL_TOOLS, TRUE, "Gemini has no such setting");
}

/* --- generationConfig --- */

static const char *
level_name (RelaisEffort effort,
            gboolean     low_and_high)
{
  static const char *const names[][2] = {
    [RELAIS_EFFORT_UNSET] = { NULL, NULL },
    [RELAIS_EFFORT_NONE] = { "MINIMAL", "LOW" },
    [RELAIS_EFFORT_MINIMAL] = { "MINIMAL", "LOW" },
    [RELAIS_EFFORT_LOW] = { "LOW", "LOW" },
    [RELAIS_EFFORT_MEDIUM] = { "MEDIUM", "HIGH" },
    [RELAIS_EFFORT_HIGH] = { "HIGH", "HIGH" },
    [RELAIS_EFFORT_XHIGH] = { "HIGH", "HIGH" },
    [RELAIS_EFFORT_MAX] = { "HIGH", "HIGH" },
  };

  return names[effort][low_and_high];
}

static gboolean
shows_thinking (const RelaisPrompt *prompt)
{
  if (prompt->show_thinking != RELAIS_TRI_UNSET)
    return prompt->show_thinking == RELAIS_TRI_TRUE;
  return prompt->thinking &&
         (prompt->origin == RELAIS_ORIGIN_ANTHROPIC || prompt->origin == RELAIS_ORIGIN_OPENAI_CHAT);
}

/* Here thoughts count against the limit of the answer, so a budget leaves room for one, as far as
 * the model can think so little. */
static gint64
fit_budget (Writer            *self,
            RelaisGeminiFacts  facts,
            gint64             budget)
{
  const RelaisPrompt *prompt = self->base.prompt;
  gint64 limit = prompt->max_tokens;
  gint64 most = limit - MIN (limit / 2, ROOM_BESIDE_BUDGET);

  if (budget < 0)
    return budget;
  if (budget < facts.min_budget || budget > facts.max_budget)
    {
      relais_target_approximate (&self->base, RELAIS_FIELD_REASONING, budget == 0, "the model thinks within bounds of its own");
      budget = CLAMP (budget, facts.min_budget, facts.max_budget);
    }
  /* who says a budget below the limit leaves the room there is to be */
  if (limit <= 0 || budget <= MAX (most, facts.min_budget) ||
      (prompt->budget != RELAIS_BUDGET_UNSET && budget < limit))
    return budget;
  relais_target_approximate (&self->base, RELAIS_FIELD_REASONING, FALSE, "thoughts count against the limit of tokens");
  return MAX (most, facts.min_budget);
}

static void
write_thinking (Writer *self)
{
  const RelaisPrompt *prompt = self->base.prompt;
  RelaisJsonWriter *writer = &self->base.writer;
  RelaisGeminiFacts facts = relais_model_get_gemini (self->base.target->model);
  const char *level = facts.levels ? level_name (relais_target_effort (prompt), facts.low_and_high)
                                   : NULL;
  gint64 budget = relais_target_budget (prompt);
  gboolean budgeted = !facts.levels && budget != RELAIS_BUDGET_UNSET;
  gboolean shown = shows_thinking (prompt);

  if (level == NULL && !budgeted && !shown)
    return;
  relais_json_writer_object (writer, "thinkingConfig");
  if (level != NULL)
    relais_json_writer_string (writer, "thinkingLevel", level);
  if (budgeted)
    relais_json_writer_int (writer, "thinkingBudget", fit_budget (self, facts, budget));
  if (shown)
    relais_json_writer_boolean (writer, "includeThoughts", TRUE);
  relais_json_writer_end_object (writer);
}

static void
write_format (Writer *self)
{
  const RelaisPrompt *prompt = self->base.prompt;
  RelaisJsonWriter *writer = &self->base.writer;
  g_autoptr (GString) schema = g_string_new (NULL);
  gboolean less = FALSE;

  if (prompt->format == RELAIS_FORMAT_TEXT || self->json_in_words)
    return;
  relais_json_writer_string (writer, "responseMimeType", "application/json");
  if (prompt->format == RELAIS_FORMAT_SCHEMA && prompt->format_schema != NULL &&
      relais_schema_trim (prompt->format_schema, RELAIS_SCHEMA_JSON, &self->schemas, schema, &less))
    {
      relais_json_writer_raw (writer, "responseJsonSchema", schema->str, schema->len);
      if (self->schemas.cut)
        relais_target_approximate (&self->base, RELAIS_FIELD_FORMAT, TRUE, CUT_SCHEMA);
    }
  if (less)
    relais_target_approximate (&self->base, RELAIS_FIELD_FORMAT, FALSE, LESS_SCHEMA);
}

/* Only where every picture asks for it: the setting is one for all. */
static gboolean
wants_low_detail (const RelaisPrompt *prompt)
{
  guint n_images = 0;

  for (guint i = 0; i < prompt->messages->len; i++)
    {
      const RelaisMessage *message = g_ptr_array_index (prompt->messages, i);

      for (guint j = 0; j < message->parts->len; j++)
        {
          const RelaisPart *part = g_ptr_array_index (message->parts, j);

          if (part->type != RELAIS_PART_IMAGE)
            continue;
          if (g_strcmp0 (part->detail, "low") != 0)
            return FALSE;
          n_images++;
        }
    }
  return n_images > 0;
}

static void
write_generation (Writer *self)
{
  const RelaisPrompt *prompt = self->base.prompt;
  RelaisJsonWriter *writer = &self->base.writer;
  gint64 seed = prompt->seed != NULL ? g_ascii_strtoll (prompt->seed, NULL, 10) : 0;

  relais_json_writer_object (writer, "generationConfig");
  if (prompt->max_tokens > 0)
    relais_json_writer_int (writer, "maxOutputTokens", prompt->max_tokens);
  relais_target_number (&self->base, "temperature", prompt->temperature);
  relais_target_number (&self->base, "topP", prompt->top_p);
  relais_target_number (&self->base, "topK", prompt->top_k);
  relais_target_number (&self->base, "presencePenalty", prompt->presence_penalty);
  relais_target_number (&self->base, "frequencyPenalty", prompt->frequency_penalty);
  if (seed < G_MININT32 || seed > G_MAXINT32)
    relais_target_drop (&self->base, RELAIS_FIELD_SEED, TRUE, "the upstream takes 32 bits of it");
  else
    relais_target_number (&self->base, "seed", prompt->seed);
  relais_target_stop (&self->base, "stopSequences", MAX_STOP, TRUE);
  write_format (self);
  write_thinking (self);
  if (wants_low_detail (prompt))
    relais_json_writer_string (writer, "mediaResolution", "MEDIA_RESOLUTION_LOW");
  else
    relais_target_drop_details (&self->base);
  relais_json_writer_end_object (writer);
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
    { prompt->logit_bias != NULL, RELAIS_FIELD_LOGIT_BIAS, TRUE },
    { prompt->logprobs || prompt->top_logprobs >= 0, RELAIS_FIELD_LOGPROBS, TRUE },
    { prompt->verbosity != NULL, RELAIS_FIELD_VERBOSITY, FALSE },
    { prompt->service_tier != NULL, RELAIS_FIELD_SERVICE_TIER, FALSE },
    { prompt->metadata != NULL, RELAIS_FIELD_METADATA, FALSE },
    { relais_target_has_cache_key (prompt), RELAIS_FIELD_SESSION, FALSE },
    { prompt->user_id != NULL, RELAIS_FIELD_USER, FALSE },
    { prompt->store != RELAIS_TRI_UNSET, RELAIS_FIELD_STORE, FALSE },
    { prompt->format_name != NULL, RELAIS_FIELD_FORMAT_NAME, FALSE },
    { prompt->format_strict != RELAIS_TRI_UNSET, RELAIS_FIELD_FORMAT_STRICT, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (unsaid); i++)
    if (unsaid[i].said)
      relais_target_drop (&self->base, unsaid[i].field, unsaid[i].notable, UNSAID);
}

/**
 * relais_gemini_encode_request:
 * @prompt: a request settled for @target
 * @target: whom it is for
 * @changes: what could not be carried over
 * @out: where to append the body; the model goes into the path
 * @error: where to put a failure
 *
 * Calls without a signature get Google's documented bypass, the first of each turn and only for
 * models from 3 on. Fails with [error@Error] `INVALID_REQUEST` for a limit of no tokens.
 *
 * Returns: whether it could be said
 */
gboolean
relais_gemini_encode_request (const RelaisPrompt  *prompt,
                              const RelaisTarget  *target,
                              RelaisChanges       *changes,
                              GString             *out,
                              GError             **error)
{
  Writer self = {
    .base = { .prompt = prompt, .target = target, .changes = changes },
    .gemini_3 = relais_model_is_gemini_3 (target->model),
    .schemas = schema_budget (prompt),
  };

  if (prompt->max_tokens == 0)
    return relais_target_refuse_field (&self.base, RELAIS_FIELD_MAX_TOKENS, "must be more than 0 for this upstream", error);
  if (prompt->format != RELAIS_FORMAT_TEXT && prompt->tools->len > 0 && !self.gemini_3)
    {
      self.json_in_words = TRUE;
      relais_target_approximate (&self.base, RELAIS_FIELD_FORMAT, TRUE, "asked for in words; the model takes no JSON mode beside tools");
    }
  relais_json_writer_init (&self.base.writer, out);
  relais_json_writer_object (&self.base.writer, NULL);
  write_system (&self);
  if (!write_contents (&self, error))
    return FALSE;
  write_tools (&self);
  write_generation (&self);
  relais_json_writer_end_object (&self.base.writer);
  note_unsaid (&self);
  return TRUE;
}
