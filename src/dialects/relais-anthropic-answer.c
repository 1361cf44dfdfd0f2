/* relais-anthropic-answer.c: whole bodies of Anthropic's Messages: answers, errors, models
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-anthropic"

#include "config.h"

#include <string.h>

#include "relais-anthropic.h"
#include "relais-glean-private.h"

static const char *
name_finish (RelaisFinish finish)
{
  switch (finish)
    {
    case RELAIS_FINISH_STOP_SEQUENCE:
      return "stop_sequence";
    case RELAIS_FINISH_LENGTH:
      return "max_tokens";
    case RELAIS_FINISH_TOOL_CALLS:
      return "tool_use";
    case RELAIS_FINISH_FILTER:
      return "refusal";
    case RELAIS_FINISH_PAUSE:
      return "pause_turn";
    case RELAIS_FINISH_STOP:
    case RELAIS_FINISH_BAD_CALL:
    case RELAIS_FINISH_UNKNOWN:
    default:
      return "end_turn";
    }
}

/**
 * relais_anthropic_write_stop:
 * @writer: where to
 * @finish: (nullable): how the answer ended, %NULL while it is under way
 *
 * Writes `stop_reason` and what belongs to it.
 */
void
relais_anthropic_write_stop (RelaisJsonWriter  *writer,
                             const RelaisEvent *finish)
{
  RelaisFinish reason = finish != NULL ? finish->finish : RELAIS_FINISH_UNKNOWN;

  relais_json_writer_string (writer, "stop_reason", finish != NULL ? name_finish (reason) : NULL);
  relais_json_writer_string (writer, "stop_sequence",
                             reason == RELAIS_FINISH_STOP_SEQUENCE ? finish->text : NULL);
  if (reason == RELAIS_FINISH_FILTER)
    {
      relais_json_writer_object (writer, "stop_details");
      relais_json_writer_string (writer, "type", "refusal");
      relais_json_writer_null (writer, "category");
      relais_json_writer_null (writer, "explanation");
      relais_json_writer_end_object (writer);
    }
  else
    relais_json_writer_null (writer, "stop_details");
  relais_json_writer_null (writer, "container");
}

/**
 * relais_anthropic_write_input:
 * @writer: where to, inside `usage`
 * @usage: counts; unknown ones are written as 0
 *
 * Writes what was read; here `input_tokens` leaves out what came from or went to the cache.
 */
void
relais_anthropic_write_input (RelaisJsonWriter  *writer,
                              const RelaisUsage *usage)
{
  gint64 cached =
    relais_usage_or_zero (usage->cache_read) + relais_usage_or_zero (usage->cache_write);

  relais_json_writer_int (writer, "input_tokens", MAX (relais_usage_or_zero (usage->input) - cached, 0));
  relais_json_writer_int (writer, "cache_creation_input_tokens", relais_usage_or_zero (usage->cache_write));
  relais_json_writer_int (writer, "cache_read_input_tokens", relais_usage_or_zero (usage->cache_read));
}

static void
write_usage (RelaisJsonWriter  *writer,
             const RelaisUsage *usage)
{
  relais_json_writer_object (writer, "usage");
  relais_anthropic_write_input (writer, usage);
  relais_json_writer_object (writer, "cache_creation");
  relais_json_writer_int (writer, "ephemeral_5m_input_tokens", relais_usage_or_zero (usage->cache_write));
  relais_json_writer_int (writer, "ephemeral_1h_input_tokens", 0);
  relais_json_writer_end_object (writer);
  relais_json_writer_int (writer, "output_tokens", relais_usage_or_zero (usage->output));
  relais_json_writer_object (writer, "output_tokens_details");
  relais_json_writer_int (writer, "thinking_tokens", relais_usage_or_zero (usage->reasoning));
  relais_json_writer_end_object (writer);
  relais_json_writer_null (writer, "server_tool_use");
  relais_json_writer_string (writer, "service_tier", "standard");
  relais_json_writer_null (writer, "inference_geo");
  relais_json_writer_null (writer, "speed");
  relais_json_writer_end_object (writer);
}

static void
write_thinking (RelaisJsonWriter *writer,
                RelaisEncoder    *encoder,
                const char       *text,
                const char       *signature,
                RelaisOrigin      origin)
{
  g_autofree char *sealed = relais_encoder_seal (encoder, signature, origin);

  relais_json_writer_object (writer, NULL);
  relais_json_writer_string (writer, "type", "thinking");
  relais_json_writer_string (writer, "thinking",
                             encoder->prompt->show_thinking != RELAIS_TRI_FALSE ? text : "");
  relais_json_writer_string (writer, "signature", sealed);
  relais_json_writer_end_object (writer);
}

static void
write_text (RelaisJsonWriter *writer,
            const char       *text)
{
  relais_json_writer_object (writer, NULL);
  relais_json_writer_string (writer, "type", "text");
  relais_json_writer_string (writer, "text", text);
  relais_json_writer_null (writer, "citations");
  relais_json_writer_end_object (writer);
}

static void
write_call (RelaisJsonWriter *writer,
            const RelaisPart *part)
{
  relais_json_writer_object (writer, NULL);
  relais_json_writer_string (writer, "type", "tool_use");
  relais_json_writer_string (writer, "id", part->id);
  relais_json_writer_string (writer, "name", part->name);
  relais_encoder_write_args (writer, "input", part->args, -1, part->custom);
  relais_json_writer_object (writer, "caller");
  relais_json_writer_string (writer, "type", "direct");
  relais_json_writer_end_object (writer);
  relais_json_writer_end_object (writer);
}

static void
write_part (RelaisJsonWriter *writer,
            RelaisEncoder    *encoder,
            const RelaisPart *part)
{
  gboolean thinking = encoder->prompt->thinking;

  switch (part->type)
    {
    case RELAIS_PART_TEXT:
    case RELAIS_PART_REFUSAL:
      write_text (writer, part->text);
      break;
    case RELAIS_PART_THINKING:
      if (thinking)
        write_thinking (writer, encoder, part->text, part->signature, part->origin);
      break;
    case RELAIS_PART_REDACTED:
      if (!thinking || part->origin != RELAIS_ORIGIN_ANTHROPIC)
        break;
      relais_json_writer_object (writer, NULL);
      relais_json_writer_string (writer, "type", "redacted_thinking");
      relais_json_writer_string (writer, "data", part->text);
      relais_json_writer_end_object (writer);
      break;
    case RELAIS_PART_TOOL_CALL:
      if (thinking && part->signature != NULL)
        write_thinking (writer, encoder, "", part->signature, part->origin);
      write_call (writer, part);
      break;
    case RELAIS_PART_OPAQUE:
      relais_json_writer_raw (writer, NULL, part->text, -1);
      break;
    case RELAIS_PART_IMAGE:
    case RELAIS_PART_FILE:
    case RELAIS_PART_AUDIO:
    case RELAIS_PART_TOOL_RESULT:
    case RELAIS_PART_JSON:
    default:
      break;
    }
}

/**
 * relais_anthropic_encode_whole:
 * @encoder: an encoder with the whole answer gathered
 * @finish: how it ended
 * @out: where to append
 *
 * Appends a `message`.
 */
void
relais_anthropic_encode_whole (RelaisEncoder     *encoder,
                               const RelaisEvent *finish,
                               GString           *out)
{
  RelaisJsonWriter writer;

  relais_json_writer_init (&writer, out);
  relais_json_writer_object (&writer, NULL);
  relais_json_writer_string (&writer, "id", encoder->id);
  relais_json_writer_string (&writer, "type", "message");
  relais_json_writer_string (&writer, "role", "assistant");
  relais_json_writer_string (&writer, "model", encoder->model);
  relais_json_writer_array (&writer, "content");
  for (guint i = 0; i < encoder->parts->len; i++)
    write_part (&writer, encoder, g_ptr_array_index (encoder->parts, i));
  relais_json_writer_end_array (&writer);
  relais_anthropic_write_stop (&writer, finish);
  relais_json_writer_null (&writer, "diagnostics");
  write_usage (&writer, &encoder->usage);
  relais_json_writer_end_object (&writer);
}

static const char *
name_type (guint status)
{
  switch (status)
    {
    case 401:
      return "authentication_error";
    case 402:
      return "billing_error";
    case 403:
      return "permission_error";
    case 404:
      return "not_found_error";
    case 413:
      return "request_too_large";
    case 429:
      return "rate_limit_error";
    case 503:
    case 529:
      return "overloaded_error";
    case 504:
      return "timeout_error";
    default:
      return status < 500 ? "invalid_request_error" : "api_error";
    }
}

/**
 * relais_anthropic_write_failure:
 * @writer: where to
 * @failure: what went wrong
 * @status: the HTTP status answered with
 *
 * Writes `type` and `error`, inside the body or the event.
 */
void
relais_anthropic_write_failure (RelaisJsonWriter    *writer,
                                const RelaisFailure *failure,
                                guint                status)
{
  relais_json_writer_string (writer, "type", "error");
  relais_json_writer_object (writer, "error");
  relais_json_writer_string (writer, "type", name_type (status));
  relais_json_writer_string (writer, "message", failure->message);
  relais_json_writer_end_object (writer);
}

/**
 * relais_anthropic_encode_failure:
 * @failure: what went wrong
 * @status: the HTTP status answered with
 * @request_id: (nullable): the id of the exchange
 * @out: where to append
 *
 * Appends the body of an error answer.
 */
void
relais_anthropic_encode_failure (const RelaisFailure *failure,
                                 guint                status,
                                 const char          *request_id,
                                 GString             *out)
{
  RelaisJsonWriter writer;

  relais_json_writer_init (&writer, out);
  relais_json_writer_object (&writer, NULL);
  relais_anthropic_write_failure (&writer, failure, status);
  relais_json_writer_string (&writer, "request_id", request_id);
  relais_json_writer_end_object (&writer);
}

static void
write_model (RelaisJsonWriter      *writer,
             const RelaisModelInfo *model)
{
  g_autoptr (GDateTime) created = g_date_time_new_from_unix_utc (model->created);
  g_autofree char *created_at = created != NULL ? g_date_time_format_iso8601 (created) : NULL;

  relais_json_writer_object (writer, NULL);
  relais_json_writer_string (writer, "type", "model");
  relais_json_writer_string (writer, "id", model->id);
  relais_json_writer_string (writer, "display_name",
                             model->display_name != NULL ? model->display_name : model->id);
  relais_json_writer_string (writer, "created_at", created_at != NULL ? created_at : "1970-01-01T00:00:00Z");
  relais_json_writer_null (writer, "capabilities");
  relais_json_writer_null (writer, "deprecated_at");
  relais_json_writer_string (writer, "lifecycle", "active");
  relais_json_writer_null (writer, "line");
  relais_json_writer_null (writer, "max_input_tokens");
  relais_json_writer_null (writer, "max_tokens");
  relais_json_writer_null (writer, "retires_at");
  relais_json_writer_end_object (writer);
}

/* The page asked for, as [first, end); a cursor that is no longer there starts from the beginning.
   */
static void
find_page (const RelaisModelInfo *models,
           gsize                  n_models,
           const RelaisListQuery *query,
           gsize                 *first,
           gsize                 *end)
{
  guint64 limit = 1000;
  gboolean before = query != NULL && query->before_id != NULL;

  *first = 0;
  *end = n_models;
  if (query == NULL)
    return;
  if (query->limit == NULL || !g_ascii_string_to_unsigned (query->limit, 10, 1, 1000, &limit, NULL))
    limit = 1000;
  for (gsize i = 0; i < n_models; i++)
    {
      if (query->after_id != NULL && strcmp (models[i].id, query->after_id) == 0)
        *first = i + 1;
      if (before && strcmp (models[i].id, query->before_id) == 0)
        *end = i;
    }
  if (*end < *first)
    *end = *first;
  if (*end - *first > limit)
    {
      if (before && query->after_id == NULL)
        *first = *end - limit;
      else
        *end = *first + limit;
    }
}

/**
 * relais_anthropic_encode_models:
 * @models: (array length=n_models): the models
 * @n_models: how many
 * @query: (nullable): `limit` (1 to 1000, all when absent), `after_id`, `before_id`
 * @out: where to append
 *
 * Appends the page asked for.
 */
void
relais_anthropic_encode_models (const RelaisModelInfo *models,
                                gsize                  n_models,
                                const RelaisListQuery *query,
                                GString               *out)
{
  RelaisJsonWriter writer;
  gsize first, end;
  gboolean before = query != NULL && query->before_id != NULL && query->after_id == NULL;

  find_page (models, n_models, query, &first, &end);
  relais_json_writer_init (&writer, out);
  relais_json_writer_object (&writer, NULL);
  relais_json_writer_array (&writer, "data");
  for (gsize i = first; i < end; i++)
    write_model (&writer, &models[i]);
  relais_json_writer_end_array (&writer);
  relais_json_writer_boolean (&writer, "has_more", before ? first > 0 : end < n_models);
  relais_json_writer_string (&writer, "first_id", first < end ? models[first].id : NULL);
  relais_json_writer_string (&writer, "last_id", first < end ? models[end - 1].id : NULL);
  relais_json_writer_end_object (&writer);
}

/**
 * relais_anthropic_encode_model:
 * @model: one model
 * @out: where to append
 *
 * Appends it as an object of its own.
 */
void
relais_anthropic_encode_model (const RelaisModelInfo *model,
                               GString               *out)
{
  RelaisJsonWriter writer;

  relais_json_writer_init (&writer, out);
  write_model (&writer, model);
}

/**
 * relais_anthropic_read_stop:
 * @reason: (nullable): a `stop_reason`
 * @finish: (inout): replaced when one is given
 *
 * Returns: whether one is given
 */
gboolean
relais_anthropic_read_stop (const RelaisJsonNode *reason,
                            RelaisFinish         *finish)
{
  static const struct
  {
    const char *name;
    RelaisFinish finish;
  } reasons[] = {
    { "end_turn", RELAIS_FINISH_STOP },
    { "stop_sequence", RELAIS_FINISH_STOP_SEQUENCE },
    { "max_tokens", RELAIS_FINISH_LENGTH },
    { "model_context_window_exceeded", RELAIS_FINISH_LENGTH },
    { "tool_use", RELAIS_FINISH_TOOL_CALLS },
    { "refusal", RELAIS_FINISH_FILTER },
    { "pause_turn", RELAIS_FINISH_PAUSE },
  };

  if (relais_json_node_get_kind (reason) != RELAIS_JSON_STRING)
    return FALSE;
  *finish = RELAIS_FINISH_UNKNOWN;
  for (gsize i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (relais_json_node_equals (reason, reasons[i].name))
      *finish = reasons[i].finish;
  return TRUE;
}

/**
 * relais_anthropic_read_usage:
 * @counts: (nullable): a `usage` object
 * @usage: (inout): counts so far
 */
void
relais_anthropic_read_usage (const RelaisJsonNode *counts,
                             RelaisUsage          *usage)
{
  gint64 input = 0, cache_read = 0, cache_write = 0;
  RelaisUsage found = RELAIS_USAGE_INIT;
  gboolean known = relais_glean_count (counts, "input_tokens", &input);
  gboolean counted;

  if (relais_glean_count (counts, "cache_read_input_tokens", &cache_read))
    found.cache_read = cache_read;
  if (relais_glean_count (counts, "cache_creation_input_tokens", &cache_write))
    found.cache_write = cache_write;
  /* A count of 0 in the last event does not take back what the first one said, nor does one that
   * leaves the cache out. */
  counted = input + cache_read + cache_write > 0;
  if (found.cache_read < 0)
    cache_read = relais_usage_or_zero (usage->cache_read);
  if (found.cache_write < 0)
    cache_write = relais_usage_or_zero (usage->cache_write);
  if (known && (counted || usage->input < 0))
    found.input = input + cache_read + cache_write;
  relais_glean_count (counts, "output_tokens", &found.output);
  relais_glean_count (relais_json_node_get_member (counts, "output_tokens_details"),
                      "thinking_tokens", &found.reasoning);
  relais_usage_update (usage, &found);
}

/**
 * relais_anthropic_tap:
 * @json: (array length=length): a whole body, or the data of one event
 * @length: its bytes
 * @usage: (inout): counts so far
 * @finish: (inout): the reason so far
 * @error_message: (inout): the upstream's words so far, owned
 *
 * Reads usage, reason and error; what cannot be read changes nothing.
 */
void
relais_anthropic_tap (const char    *json,
                      gsize          length,
                      RelaisUsage   *usage,
                      RelaisFinish  *finish,
                      char         **error_message)
{
  g_autoptr (RelaisJson) tree = NULL;
  const RelaisJsonNode *root, *message;

  if (!relais_glean_mentions (json, length, "\"usage\"") &&
      !relais_glean_mentions (json, length, "\"error\"") &&
      !relais_glean_mentions (json, length, "\"detail\"") &&
      !relais_glean_mentions (json, length, "\"stop_reason\""))
    return;
  tree = relais_json_parse (json, length, RELAIS_JSON_MAX_DEPTH, NULL);
  root = relais_json_get_root (tree);
  message = relais_json_node_get_member (root, "message");
  relais_anthropic_read_usage (relais_json_node_get_member (message, "usage"), usage);
  relais_anthropic_read_usage (relais_json_node_get_member (root, "usage"), usage);
  relais_anthropic_read_stop (relais_json_node_get_member (root, "stop_reason"), finish);
  relais_anthropic_read_stop (relais_json_node_get_path (root, "delta", "stop_reason", NULL), finish);
  relais_glean_error (relais_json_node_get_member (root, "error"), error_message);
  relais_glean_detail (root, error_message);
}
