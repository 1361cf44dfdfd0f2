/* relais-target.c: what the request encoders of all dialects share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-target"

#include "config.h"

#include <string.h>

#include "base/relais-error.h"

#include "relais-request-private.h"
#include "relais-settle.h"
#include "relais-target-private.h"

#define MAX_USER_BYTES 64

static RelaisDialectId
client_dialect (const RelaisPrompt *prompt)
{
  for (RelaisDialectId id = 0; id < RELAIS_N_DIALECTS; id++)
    if (relais_dialect_get (id)->origin == prompt->origin)
      return id;
  return RELAIS_DIALECT_OPENAI_CHAT;
}

/**
 * relais_target_field:
 * @prompt: a settled request
 * @field: a field
 *
 * Returns: (transfer none): its name in the client's dialect, for reports
 */
const char *
relais_target_field (const RelaisPrompt *prompt,
                     RelaisFieldId       field)
{
  static const char *const names[RELAIS_N_FIELDS][4] = {
    /* Chat, Responses, Anthropic, Gemini */
    [RELAIS_FIELD_MAX_TOKENS] = { "max_completion_tokens", "max_output_tokens", "max_tokens",
                                  "generationConfig.maxOutputTokens" },
    [RELAIS_FIELD_TEMPERATURE] = { "temperature", "temperature", "temperature",
                                   "generationConfig.temperature" },
    [RELAIS_FIELD_TOP_P] = { "top_p", "top_p", "top_p", "generationConfig.topP" },
    [RELAIS_FIELD_TOP_K] = { "top_k", "top_k", "top_k", "generationConfig.topK" },
    [RELAIS_FIELD_PRESENCE_PENALTY] = { "presence_penalty", "presence_penalty", "presence_penalty",
                                        "generationConfig.presencePenalty" },
    [RELAIS_FIELD_FREQUENCY_PENALTY] = { "frequency_penalty", "frequency_penalty",
                                         "frequency_penalty", "generationConfig.frequencyPenalty" },
    [RELAIS_FIELD_SEED] = { "seed", "seed", "seed", "generationConfig.seed" },
    [RELAIS_FIELD_LOGIT_BIAS] = { "logit_bias", "logit_bias", "logit_bias", "logit_bias" },
    [RELAIS_FIELD_LOGPROBS] = { "logprobs", "top_logprobs", "logprobs",
                                "generationConfig.responseLogprobs" },
    [RELAIS_FIELD_STOP] = { "stop", "stop", "stop_sequences", "generationConfig.stopSequences" },
    [RELAIS_FIELD_FORMAT] = { "response_format", "text.format", "output_config.format",
                              "generationConfig.responseMimeType" },
    [RELAIS_FIELD_FORMAT_NAME] = { "response_format.json_schema.name", "text.format.name",
                                   "output_config.format.name", "generationConfig.responseSchema.title" },
    [RELAIS_FIELD_FORMAT_STRICT] = { "response_format.json_schema.strict", "text.format.strict",
                                     "output_config.format.strict", "generationConfig.responseSchema" },
    [RELAIS_FIELD_REASONING] = { "reasoning_effort", "reasoning", "thinking",
                                 "generationConfig.thinkingConfig" },
    [RELAIS_FIELD_VERBOSITY] = { "verbosity", "text.verbosity", "verbosity", "verbosity" },
    [RELAIS_FIELD_PARALLEL_TOOLS] = { "parallel_tool_calls", "parallel_tool_calls",
                                      "tool_choice.disable_parallel_tool_use", "toolConfig" },
    [RELAIS_FIELD_TOOL_CHOICE] = { "tool_choice", "tool_choice", "tool_choice",
                                   "toolConfig.functionCallingConfig" },
    [RELAIS_FIELD_TOOL_SCHEMA] = { "tools[].function.parameters", "tools[].parameters",
                                   "tools[].input_schema", "tools[].functionDeclarations[].parameters" },
    [RELAIS_FIELD_TOOL_STRICT] = { "tools[].function.strict", "tools[].strict", "tools[].strict",
                                   "tools[].functionDeclarations[].strict" },
    [RELAIS_FIELD_METADATA] = { "metadata", "metadata", "metadata", "labels" },
    [RELAIS_FIELD_USER] = { "user", "user", "metadata.user_id", "user" },
    [RELAIS_FIELD_SESSION] = { "prompt_cache_key", "prompt_cache_key", "metadata.user_id",
                               "cachedContent" },
    [RELAIS_FIELD_SERVICE_TIER] = { "service_tier", "service_tier", "service_tier", "serviceTier" },
    [RELAIS_FIELD_STORE] = { "store", "store", "store", "store" },
  };

  return names[field][client_dialect (prompt)];
}

/**
 * relais_target_drop:
 * @self: a translation under way
 * @field: what is not carried over
 * @notable: whether the client may rely on it
 * @reason: why
 */
void
relais_target_drop (RelaisTargetWriter *self,
                    RelaisFieldId       field,
                    gboolean            notable,
                    const char         *reason)
{
  relais_changes_add (self->changes, RELAIS_CHANGE_DROPPED, notable,
                      relais_target_field (self->prompt, field), "%s", reason);
}

/**
 * relais_target_approximate:
 * @self: a translation under way
 * @field: what is carried over as something near
 * @notable: whether the client may rely on it
 * @reason: why
 */
void
relais_target_approximate (RelaisTargetWriter *self,
                           RelaisFieldId       field,
                           gboolean            notable,
                           const char         *reason)
{
  relais_changes_add (self->changes, RELAIS_CHANGE_APPROXIMATED, notable,
                      relais_target_field (self->prompt, field), "%s", reason);
}

static void
drop_details_of (RelaisTargetWriter  *self,
                 const RelaisMessage *message,
                 const GPtrArray     *parts)
{
  RelaisDialectId source = client_dialect (self->prompt);

  for (guint i = 0; parts != NULL && i < parts->len; i++)
    {
      const RelaisPart *part = g_ptr_array_index (parts, i);

      drop_details_of (self, message, part->content);
      if (part->detail != NULL)
        {
          g_autofree char *path = relais_settle_path (source, message, part);
          g_autofree char *field =
            g_strconcat (path, source == RELAIS_DIALECT_OPENAI_CHAT ? ".image_url" : "", ".detail", NULL);

          relais_changes_add (self->changes, RELAIS_CHANGE_DROPPED, FALSE, field,
                              "the upstream looks at each picture as it does");
        }
    }
}

/**
 * relais_target_drop_details:
 * @self: a translation under way
 *
 * Reports how closely the client wants pictures looked at, where the target cannot be told.
 */
void
relais_target_drop_details (RelaisTargetWriter *self)
{
  for (guint i = 0; i < self->prompt->messages->len; i++)
    {
      const RelaisMessage *message = g_ptr_array_index (self->prompt->messages, i);

      drop_details_of (self, message, message->parts);
    }
}

/**
 * relais_target_retell:
 * @self: a translation under way
 * @message: an instruction in mid-conversation, told in words of the user
 *
 * Notes it.
 */
void
relais_target_retell (RelaisTargetWriter  *self,
                      const RelaisMessage *message)
{
  g_autofree char *path = relais_settle_path (client_dialect (self->prompt), message, NULL);

  relais_changes_add (self->changes, RELAIS_CHANGE_APPROXIMATED, FALSE, path, "%s",
                      "told in words of the user; the upstream takes no instruction there");
}

/**
 * relais_target_refuse:
 * @self: a translation under way
 * @message: (nullable): the message to blame
 * @part: (nullable): the part of it
 * @fault: what is wrong with it, going on from its name
 * @error: where to put [error@Error] `INVALID_REQUEST`
 *
 * Returns: always %FALSE
 */
gboolean
relais_target_refuse (RelaisTargetWriter   *self,
                      const RelaisMessage  *message,
                      const RelaisPart     *part,
                      const char           *fault,
                      GError              **error)
{
  g_autofree char *path = relais_settle_path (client_dialect (self->prompt), message, part);

  g_set_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_REQUEST, "“%s” %s", path, fault);
  return FALSE;
}

/**
 * relais_target_refuse_field:
 * @self: a translation under way
 * @field: the field to blame
 * @fault: what is wrong with it, going on from its name
 * @error: where to put [error@Error] `INVALID_REQUEST`
 *
 * Returns: always %FALSE
 */
gboolean
relais_target_refuse_field (RelaisTargetWriter  *self,
                            RelaisFieldId        field,
                            const char          *fault,
                            GError             **error)
{
  g_set_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_REQUEST, "“%s” %s",
               relais_target_field (self->prompt, field), fault);
  return FALSE;
}

/**
 * relais_target_number:
 * @self: a translation under way
 * @name: the target's name for it
 * @number: (nullable): a JSON number as the client wrote it; nothing is written for %NULL
 */
void
relais_target_number (RelaisTargetWriter *self,
                      const char         *name,
                      const char         *number)
{
  if (number != NULL)
    relais_json_writer_raw (&self->writer, name, number, -1);
}

/**
 * relais_target_stop:
 * @self: a translation under way
 * @name: the target's name for it
 * @most: how many it takes
 * @blank: whether it takes those of white space alone
 *
 * Writes the stop sequences, as many as may be; the others are reported.
 */
void
relais_target_stop (RelaisTargetWriter *self,
                    const char         *name,
                    guint               most,
                    gboolean            blank)
{
  GPtrArray *stop = self->prompt->stop;
  guint n_written = 0, n_blank = 0;

  for (guint i = 0; i < stop->len; i++)
    {
      const char *sequence = g_ptr_array_index (stop, i);

      if (!blank && sequence[strspn (sequence, " \t\r\n\v\f")] == '\0')
        {
          n_blank++;
          continue;
        }
      if (n_written == most)
        break;
      if (n_written++ == 0)
        relais_json_writer_array (&self->writer, name);
      relais_json_writer_string (&self->writer, NULL, sequence);
    }
  if (n_written > 0)
    relais_json_writer_end_array (&self->writer);
  if (n_blank > 0)
    relais_target_drop (self, RELAIS_FIELD_STOP, TRUE, "the upstream takes no stop sequence of white space");
  else if (n_written < stop->len)
    relais_target_drop (self, RELAIS_FIELD_STOP, TRUE, "the upstream takes fewer stop sequences");
}

/**
 * relais_target_join_texts:
 * @parts: (element-type RelaisPart): parts
 * @separator: what stands between two texts
 *
 * Returns: (transfer full) (nullable): what has words in it (texts, refusals, JSON), joined; %NULL
 *   for none
 */
char *
relais_target_join_texts (GPtrArray  *parts,
                          const char *separator)
{
  g_autoptr (GString) joined = NULL;

  for (guint i = 0; i < parts->len; i++)
    {
      const RelaisPart *part = g_ptr_array_index (parts, i);

      if ((part->type != RELAIS_PART_TEXT && part->type != RELAIS_PART_REFUSAL &&
           part->type != RELAIS_PART_JSON) ||
          part->text == NULL)
        continue;
      if (joined == NULL)
        joined = g_string_new (NULL);
      else
        g_string_append (joined, separator);
      g_string_append (joined, part->text);
    }
  return joined != NULL ? g_string_free (g_steal_pointer (&joined), FALSE) : NULL;
}

/**
 * relais_target_clean_base64:
 * @base64: data as a client wrote it
 *
 * Returns: (transfer full): it in the usual alphabet, padded, without white space
 */
char *
relais_target_clean_base64 (const char *base64)
{
  gsize length = strlen (base64);
  char *clean = NULL;
  char *to = NULL;

  if (length % 4 == 0 && strpbrk (base64, "-_ \t\r\n") == NULL)
    return g_strdup (base64);
  to = clean = g_malloc (length + 3);
  for (const char *c = base64; *c != '\0'; c++)
    if (!g_ascii_isspace (*c))
      *to++ = *c == '-' ? '+' : *c == '_' ? '/'
                                          : *c;
  for (gsize part = (gsize)(to - clean) % 4; part > 1 && part < 4; part++)
    *to++ = '=';
  *to = '\0';
  return clean;
}

/**
 * relais_target_data_url:
 * @part: an image, file or audio with data
 *
 * Returns: (transfer full): it as a data URL
 */
char *
relais_target_data_url (const RelaisPart *part)
{
  g_autofree char *clean = relais_target_clean_base64 (part->data);

  return g_strconcat ("data:", part->mime != NULL ? part->mime : "application/octet-stream", ";base64,", clean, NULL);
}

/**
 * relais_target_media_type:
 * @part: an image, file or audio
 *
 * Returns: (transfer full): its media type: what its first bytes say, else what the client said
 */
char *
relais_target_media_type (const RelaisPart *part)
{
  g_autofree char *seen = relais_request_fix_mime (NULL, part->data);

  if (strcmp (seen, "application/octet-stream") != 0)
    return g_steal_pointer (&seen);
  return relais_request_fix_mime (part->mime, NULL);
}

/**
 * relais_target_plain_text:
 * @part: a file of a text type, with data
 *
 * Returns: (transfer full): its text, made valid UTF-8
 */
char *
relais_target_plain_text (const RelaisPart *part)
{
  g_autofree char *clean = relais_target_clean_base64 (part->data);
  gsize length;
  g_autofree guchar *bytes = g_base64_decode (clean, &length);

  return g_utf8_make_valid ((const char *)bytes, length);
}

/**
 * relais_target_wrap_instruction:
 * @text: an instruction in mid-conversation
 *
 * Returns: (transfer full): it as words of the user that are told from the user's own
 */
char *
relais_target_wrap_instruction (const char *text)
{
  return g_strconcat ("<system-reminder>\n", text, "\n</system-reminder>", NULL);
}

/**
 * relais_target_short_user:
 * @user_id: who the client says its user is
 *
 * Returns: (transfer full): the same, or its SHA-256 where it has over 64 bytes, OpenAI's limit
 */
char *
relais_target_short_user (const char *user_id)
{
  if (strlen (user_id) <= MAX_USER_BYTES)
    return g_strdup (user_id);
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, user_id, -1);
}

/**
 * relais_target_has_cache_key:
 * @prompt: a settled request
 *
 * Returns: whether the client named a key for the vendor's cache
 */
gboolean
relais_target_has_cache_key (const RelaisPrompt *prompt)
{
  /* without one the user stands for it */
  return prompt->session_key != NULL && g_strcmp0 (prompt->session_key, prompt->user_id) != 0 &&
         (prompt->origin == RELAIS_ORIGIN_OPENAI_CHAT ||
          prompt->origin == RELAIS_ORIGIN_OPENAI_RESPONSES);
}

/**
 * relais_target_schema_name:
 * @prompt: a request for an answer that follows a schema
 *
 * Returns: (transfer full): the schema's name; OpenAI wants one, of at most 64 of [A-Za-z0-9_-]
 */
char *
relais_target_schema_name (const RelaisPrompt *prompt)
{
  const char *given = prompt->format_name != NULL && *prompt->format_name != '\0' ? prompt->format_name : "response";
  char *name = g_strndup (given, 64);

  return g_strcanon (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_-", '_');
}

/**
 * relais_target_format_words:
 * @prompt: a request for an answer in JSON
 *
 * Returns: (transfer full): the same in words, for targets that cannot be told otherwise
 */
char *
relais_target_format_words (const RelaisPrompt *prompt)
{
  static const char words[] = "Answer with one JSON object and nothing else.";

  if (prompt->format != RELAIS_FORMAT_SCHEMA || prompt->format_schema == NULL)
    return g_strdup (words);
  return g_strconcat (words, " It must follow this JSON Schema: ", prompt->format_schema, NULL);
}

/**
 * relais_target_openai_effort:
 * @effort: how hard to think
 *
 * Returns: (transfer none) (nullable): OpenAI's name for it; %NULL for UNSET
 */
const char *
relais_target_openai_effort (RelaisEffort effort)
{
  static const char *const names[] = {
    [RELAIS_EFFORT_UNSET] = NULL,
    [RELAIS_EFFORT_NONE] = "none",
    [RELAIS_EFFORT_MINIMAL] = "minimal",
    [RELAIS_EFFORT_LOW] = "low",
    [RELAIS_EFFORT_MEDIUM] = "medium",
    [RELAIS_EFFORT_HIGH] = "high",
    [RELAIS_EFFORT_XHIGH] = "xhigh",
    [RELAIS_EFFORT_MAX] = "xhigh",
  };

  return names[effort];
}

/**
 * relais_target_effort:
 * @prompt: a request
 *
 * Returns: how hard to think: as said, else by the budget; UNSET where neither was said or the
 *   budget is automatic
 */
RelaisEffort
relais_target_effort (const RelaisPrompt *prompt)
{
  if (prompt->effort != RELAIS_EFFORT_UNSET || prompt->budget < 0)
    return prompt->effort;
  if (prompt->budget == 0)
    return RELAIS_EFFORT_NONE;
  if (prompt->budget <= 512)
    return RELAIS_EFFORT_MINIMAL;
  if (prompt->budget <= 1024)
    return RELAIS_EFFORT_LOW;
  if (prompt->budget <= 8192)
    return RELAIS_EFFORT_MEDIUM;
  return prompt->budget <= 24576 ? RELAIS_EFFORT_HIGH : RELAIS_EFFORT_XHIGH;
}

/**
 * relais_target_budget:
 * @prompt: a request
 *
 * Returns: thinking tokens: as said, else by the effort; RELAIS_BUDGET_UNSET where neither was
 *   said, G_MAXINT64 for the most the model has
 */
gint64
relais_target_budget (const RelaisPrompt *prompt)
{
  static const gint64 budgets[] = {
    [RELAIS_EFFORT_UNSET] = RELAIS_BUDGET_UNSET,
    [RELAIS_EFFORT_NONE] = 0,
    [RELAIS_EFFORT_MINIMAL] = 512,
    [RELAIS_EFFORT_LOW] = 1024,
    [RELAIS_EFFORT_MEDIUM] = 8192,
    [RELAIS_EFFORT_HIGH] = 24576,
    [RELAIS_EFFORT_XHIGH] = 32768,
    [RELAIS_EFFORT_MAX] = G_MAXINT64,
  };

  return prompt->budget != RELAIS_BUDGET_UNSET ? prompt->budget : budgets[prompt->effort];
}
