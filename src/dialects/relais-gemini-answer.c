/* relais-gemini-answer.c: whole bodies of Gemini's generateContent: answers, errors, models
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-gemini"

#include "config.h"

#include <string.h>

#include "relais-gemini.h"
#include "relais-glean-private.h"

/**
 * relais_gemini_name_finish:
 * @finish: a reason
 *
 * Returns: (transfer none): its name
 */
const char *
relais_gemini_name_finish (RelaisFinish finish)
{
  switch (finish)
    {
    case RELAIS_FINISH_LENGTH:
      return "MAX_TOKENS";
    case RELAIS_FINISH_FILTER:
      return "SAFETY";
    case RELAIS_FINISH_BAD_CALL:
      return "MALFORMED_FUNCTION_CALL";
    case RELAIS_FINISH_STOP:
    case RELAIS_FINISH_STOP_SEQUENCE:
    case RELAIS_FINISH_TOOL_CALLS:
    case RELAIS_FINISH_PAUSE:
    case RELAIS_FINISH_UNKNOWN:
    default:
      return "STOP";
    }
}

/**
 * relais_gemini_write_usage:
 * @writer: where to
 * @usage: counts
 * @last: whether the answer has ended; before that only what was read is told
 *
 * Writes `usageMetadata`, or nothing while the upstream told nothing. Here the tokens of thinking
 * are counted apart from those of the answer.
 */
void
relais_gemini_write_usage (RelaisJsonWriter  *writer,
                           const RelaisUsage *usage,
                           gboolean           last)
{
  gint64 input = relais_usage_or_zero (usage->input);
  gint64 thoughts = relais_usage_or_zero (usage->reasoning);

  if (!relais_usage_is_told (usage) || (!last && usage->input < 0))
    return;
  relais_json_writer_object (writer, "usageMetadata");
  relais_json_writer_int (writer, "promptTokenCount", input);
  if (last)
    {
      relais_json_writer_int (writer, "candidatesTokenCount",
                              MAX (relais_usage_or_zero (usage->output) - thoughts, 0));
      relais_json_writer_int (writer, "totalTokenCount", relais_usage_total (usage));
      relais_json_writer_array (writer, "promptTokensDetails");
      relais_json_writer_object (writer, NULL);
      relais_json_writer_string (writer, "modality", "TEXT");
      relais_json_writer_int (writer, "tokenCount", input);
      relais_json_writer_end_object (writer);
      relais_json_writer_end_array (writer);
      if (usage->cache_read > 0)
        relais_json_writer_int (writer, "cachedContentTokenCount", usage->cache_read);
      if (thoughts > 0)
        relais_json_writer_int (writer, "thoughtsTokenCount", thoughts);
    }
  else
    relais_json_writer_int (writer, "totalTokenCount", input);
  relais_json_writer_end_object (writer);
}

static void
write_signature (RelaisJsonWriter *writer,
                 RelaisEncoder    *encoder,
                 const RelaisPart *part)
{
  g_autofree char *sealed = NULL;

  if (part->signature == NULL)
    return;
  sealed = relais_encoder_seal (encoder, part->signature, part->origin);
  relais_json_writer_string (writer, "thoughtSignature", sealed);
}

/**
 * relais_gemini_write_call:
 * @writer: where to, inside `parts`
 * @encoder: the encoder
 * @part: a tool call with whole arguments
 *
 * Writes a `functionCall` part.
 */
void
relais_gemini_write_call (RelaisJsonWriter *writer,
                          RelaisEncoder    *encoder,
                          const RelaisPart *part)
{
  relais_json_writer_object (writer, NULL);
  relais_json_writer_object (writer, "functionCall");
  relais_json_writer_string (writer, "name", part->name);
  relais_encoder_write_args (writer, "args", part->args, -1, part->custom);
  relais_json_writer_string (writer, "id", part->id);
  relais_json_writer_end_object (writer);
  write_signature (writer, encoder, part);
  relais_json_writer_end_object (writer);
}

/* Says whether it wrote something. */
static gboolean
write_part (RelaisJsonWriter *writer,
            RelaisEncoder    *encoder,
            const RelaisPart *part)
{
  gboolean shown = encoder->prompt->show_thinking == RELAIS_TRI_TRUE;
  gboolean thought = part->type == RELAIS_PART_THINKING;

  switch (part->type)
    {
    case RELAIS_PART_TOOL_CALL:
      relais_gemini_write_call (writer, encoder, part);
      return TRUE;
    case RELAIS_PART_IMAGE:
      relais_json_writer_object (writer, NULL);
      relais_json_writer_object (writer, "inlineData");
      relais_json_writer_string (writer, "mimeType", part->mime);
      relais_json_writer_string (writer, "data", part->data);
      relais_json_writer_end_object (writer);
      relais_json_writer_end_object (writer);
      return TRUE;
    case RELAIS_PART_OPAQUE:
      relais_json_writer_raw (writer, NULL, part->text, -1);
      return TRUE;
    case RELAIS_PART_THINKING:
    case RELAIS_PART_TEXT:
    case RELAIS_PART_REFUSAL:
      if (thought && !shown && part->signature == NULL)
        return FALSE;
      relais_json_writer_object (writer, NULL);
      relais_json_writer_string (writer, "text", thought && !shown ? "" : part->text);
      if (thought && shown && *part->text != '\0')
        relais_json_writer_boolean (writer, "thought", TRUE);
      write_signature (writer, encoder, part);
      relais_json_writer_end_object (writer);
      return TRUE;
    case RELAIS_PART_FILE:
    case RELAIS_PART_AUDIO:
    case RELAIS_PART_TOOL_RESULT:
    case RELAIS_PART_REDACTED:
    case RELAIS_PART_JSON:
    default:
      return FALSE;
    }
}

/**
 * relais_gemini_encode_whole:
 * @encoder: an encoder with the whole answer gathered
 * @finish: how it ended
 * @out: where to append
 *
 * Appends a `GenerateContentResponse`.
 */
void
relais_gemini_encode_whole (RelaisEncoder     *encoder,
                            const RelaisEvent *finish,
                            GString           *out)
{
  RelaisJsonWriter writer;
  gboolean written = FALSE;

  relais_json_writer_init (&writer, out);
  relais_json_writer_object (&writer, NULL);
  relais_json_writer_array (&writer, "candidates");
  relais_json_writer_object (&writer, NULL);
  relais_json_writer_object (&writer, "content");
  relais_json_writer_array (&writer, "parts");
  for (guint i = 0; i < encoder->parts->len; i++)
    written |= write_part (&writer, encoder, g_ptr_array_index (encoder->parts, i));
  /* The chat helper of Google's SDK drops a turn without parts. */
  if (!written)
    relais_json_writer_raw (&writer, NULL, "{\"text\":\"\"}", -1);
  relais_json_writer_end_array (&writer);
  relais_json_writer_string (&writer, "role", "model");
  relais_json_writer_end_object (&writer);
  relais_json_writer_string (&writer, "finishReason", relais_gemini_name_finish (finish->finish));
  relais_json_writer_int (&writer, "index", 0);
  relais_json_writer_end_object (&writer);
  relais_json_writer_end_array (&writer);
  relais_gemini_write_usage (&writer, &encoder->usage, TRUE);
  relais_json_writer_string (&writer, "modelVersion", encoder->model);
  relais_json_writer_string (&writer, "responseId", encoder->id);
  relais_json_writer_end_object (&writer);
}

static const char *
name_status (guint status)
{
  switch (status)
    {
    case 401:
      return "UNAUTHENTICATED";
    case 403:
      return "PERMISSION_DENIED";
    case 404:
      return "NOT_FOUND";
    case 409:
      return "ABORTED";
    case 429:
      return "RESOURCE_EXHAUSTED";
    case 499:
      return "CANCELLED";
    case 500:
      return "INTERNAL";
    case 501:
      return "UNIMPLEMENTED";
    case 504:
      return "DEADLINE_EXCEEDED";
    default:
      return status < 500 ? "INVALID_ARGUMENT" : "UNAVAILABLE";
    }
}

/**
 * relais_gemini_encode_failure:
 * @failure: what went wrong
 * @status: the HTTP status answered with
 * @request_id: (nullable): not shown in this dialect
 * @out: where to append
 *
 * Appends the body of an error answer; a known wait is told as `RetryInfo`.
 */
void
relais_gemini_encode_failure (const RelaisFailure *failure,
                              guint                status,
                              const char          *request_id,
                              GString             *out)
{
  RelaisJsonWriter writer;
  g_autofree char *delay = NULL;

  relais_json_writer_init (&writer, out);
  relais_json_writer_object (&writer, NULL);
  relais_json_writer_object (&writer, "error");
  relais_json_writer_int (&writer, "code", status);
  relais_json_writer_string (&writer, "message", failure->message);
  relais_json_writer_string (&writer, "status", name_status (status));
  if (failure->retry_after_ms >= 0)
    {
      if (failure->retry_after_ms % 1000 == 0)
        delay = g_strdup_printf ("%" G_GINT64_FORMAT "s", failure->retry_after_ms / 1000);
      else
        delay = g_strdup_printf ("%" G_GINT64_FORMAT ".%03ds", failure->retry_after_ms / 1000,
                                 (int)(failure->retry_after_ms % 1000));
      relais_json_writer_array (&writer, "details");
      relais_json_writer_object (&writer, NULL);
      relais_json_writer_string (&writer, "@type", "type.googleapis.com/google.rpc.RetryInfo");
      relais_json_writer_string (&writer, "retryDelay", delay);
      relais_json_writer_end_object (&writer);
      relais_json_writer_end_array (&writer);
    }
  relais_json_writer_end_object (&writer);
  relais_json_writer_end_object (&writer);
}

static void
write_model (RelaisJsonWriter      *writer,
             const RelaisModelInfo *model)
{
  gboolean prefixed = g_str_has_prefix (model->id, "models/") || g_str_has_prefix (model->id, "tunedModels/");
  g_autofree char *name = g_strconcat (prefixed ? "" : "models/", model->id, NULL);

  relais_json_writer_object (writer, NULL);
  relais_json_writer_string (writer, "name", name);
  relais_json_writer_string (writer, "version", "001");
  relais_json_writer_string (writer, "displayName",
                             model->display_name != NULL ? model->display_name : model->id);
  relais_json_writer_string (writer, "description", "Served through Relais");
  /* Clients want numbers here; these are those of current Gemini models. */
  relais_json_writer_int (writer, "inputTokenLimit", 1048576);
  relais_json_writer_int (writer, "outputTokenLimit", 65536);
  relais_json_writer_raw (writer, "supportedGenerationMethods", "[\"generateContent\",\"countTokens\"]", -1);
  relais_json_writer_boolean (writer, "thinking", TRUE);
  relais_json_writer_end_object (writer);
}

/**
 * relais_gemini_encode_models:
 * @models: (array length=n_models): the models
 * @n_models: how many
 * @query: (nullable): `limit` is pageSize (1 to 1000, all when absent), `after_id` the pageToken
 * @out: where to append
 *
 * Appends the page asked for; the token of the next one is the id of its last model.
 */
void
relais_gemini_encode_models (const RelaisModelInfo *models,
                             gsize                  n_models,
                             const RelaisListQuery *query,
                             GString               *out)
{
  RelaisJsonWriter writer;
  guint64 limit = 1000;
  gsize first = 0, end;

  if (query != NULL && query->limit != NULL &&
      !g_ascii_string_to_unsigned (query->limit, 10, 1, 1000, &limit, NULL))
    limit = 1000;
  for (gsize i = 0; query != NULL && query->after_id != NULL && i < n_models; i++)
    if (strcmp (models[i].id, query->after_id) == 0)
      first = i + 1;
  end = MIN (n_models, first + limit);
  relais_json_writer_init (&writer, out);
  relais_json_writer_object (&writer, NULL);
  relais_json_writer_array (&writer, "models");
  for (gsize i = first; i < end; i++)
    write_model (&writer, &models[i]);
  relais_json_writer_end_array (&writer);
  if (end < n_models && end > first)
    relais_json_writer_string (&writer, "nextPageToken", models[end - 1].id);
  relais_json_writer_end_object (&writer);
}

/**
 * relais_gemini_encode_model:
 * @model: one model
 * @out: where to append
 *
 * Appends it as an object of its own.
 */
void
relais_gemini_encode_model (const RelaisModelInfo *model,
                            GString               *out)
{
  RelaisJsonWriter writer;

  relais_json_writer_init (&writer, out);
  write_model (&writer, model);
}

/**
 * relais_gemini_read_finish:
 * @reason: (nullable): a `finishReason`
 * @finish: (inout): replaced when one is given
 *
 * Returns: whether one is given
 */
gboolean
relais_gemini_read_finish (const RelaisJsonNode *reason,
                           RelaisFinish         *finish)
{
  static const char *const filters[] = { "SAFETY", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII",
                                         "RECITATION", "LANGUAGE",
                                         "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION" };
  static const char *const bad_calls[] = { "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL",
                                           "TOO_MANY_TOOL_CALLS",
                                           "MALFORMED_RESPONSE" };

  if (relais_json_node_get_kind (reason) != RELAIS_JSON_STRING)
    return FALSE;
  *finish = RELAIS_FINISH_UNKNOWN;
  if (relais_json_node_equals (reason, "STOP"))
    *finish = RELAIS_FINISH_STOP;
  if (relais_json_node_equals (reason, "MAX_TOKENS") || relais_json_node_equals (reason, "CONTINUATION"))
    *finish = RELAIS_FINISH_LENGTH;
  for (gsize i = 0; i < G_N_ELEMENTS (filters); i++)
    if (relais_json_node_equals (reason, filters[i]))
      *finish = RELAIS_FINISH_FILTER;
  for (gsize i = 0; i < G_N_ELEMENTS (bad_calls); i++)
    if (relais_json_node_equals (reason, bad_calls[i]))
      *finish = RELAIS_FINISH_BAD_CALL;
  return TRUE;
}

/**
 * relais_gemini_read_usage:
 * @counts: (nullable): a `usageMetadata` object
 * @found: (inout): counts; what is not there is left alone
 */
void
relais_gemini_read_usage (const RelaisJsonNode *counts,
                          RelaisUsage          *found)
{
  gint64 tools = 0, answer = 0, thoughts = 0;

  if (relais_glean_count (counts, "promptTokenCount", &found->input) &&
      relais_glean_count (counts, "toolUsePromptTokenCount", &tools))
    found->input += tools;
  relais_glean_count (counts, "cachedContentTokenCount", &found->cache_read);
  if (relais_glean_count (counts, "thoughtsTokenCount", &thoughts))
    found->reasoning = thoughts;
  if (relais_glean_count (counts, "candidatesTokenCount", &answer) || found->reasoning >= 0)
    found->output = answer + thoughts;
}

static void
tap_object (const RelaisJsonNode  *object,
            RelaisUsage           *usage,
            RelaisFinish          *finish,
            char                 **error_message)
{
  const RelaisJsonNode *candidate =
    relais_json_node_get_element (relais_json_node_get_member (object, "candidates"), 0);
  RelaisUsage found = RELAIS_USAGE_INIT;

  relais_gemini_read_usage (relais_json_node_get_member (object, "usageMetadata"), &found);
  relais_usage_update (usage, &found);
  relais_gemini_read_finish (relais_json_node_get_member (candidate, "finishReason"), finish);
  if (relais_json_node_get_path (object, "promptFeedback", "blockReason", NULL) != NULL)
    *finish = RELAIS_FINISH_FILTER;
  relais_glean_error (relais_json_node_get_member (object, "error"), error_message);
  relais_glean_detail (object, error_message);
}

/**
 * relais_gemini_tap:
 * @json: (array length=length): a whole body, an array of chunks, or the data of one event
 * @length: its bytes
 * @usage: (inout): counts so far
 * @finish: (inout): the reason so far
 * @error_message: (inout): the upstream's words so far, owned
 *
 * Reads usage, reason and error; what cannot be read changes nothing.
 */
void
relais_gemini_tap (const char    *json,
                   gsize          length,
                   RelaisUsage   *usage,
                   RelaisFinish  *finish,
                   char         **error_message)
{
  g_autoptr (RelaisJson) tree = relais_json_parse (json, length, RELAIS_JSON_MAX_DEPTH, NULL);
  const RelaisJsonNode *root = relais_json_get_root (tree);
  const RelaisJsonNode *node;
  RelaisJsonIter iter;

  if (relais_json_node_get_kind (root) != RELAIS_JSON_ARRAY)
    {
      tap_object (root, usage, finish, error_message);
      return;
    }
  relais_json_iter_init (&iter, root);
  while (relais_json_iter_next (&iter, NULL, &node))
    tap_object (node, usage, finish, error_message);
}
