/* relais-openai-chat-answer.c: whole bodies of OpenAI's Chat Completions: answers, errors, models
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-openai-chat"

#include "config.h"

#include "base/relais-error.h"

#include "relais-openai-chat.h"
#include "relais-glean-private.h"

/**
 * relais_openai_chat_name_finish:
 * @finish: a reason
 *
 * Returns: (transfer none): its name
 */
const char *
relais_openai_chat_name_finish (RelaisFinish finish)
{
  switch (finish)
    {
    case RELAIS_FINISH_LENGTH:
      return "length";
    case RELAIS_FINISH_TOOL_CALLS:
      return "tool_calls";
    case RELAIS_FINISH_FILTER:
      return "content_filter";
    case RELAIS_FINISH_STOP:
    case RELAIS_FINISH_STOP_SEQUENCE:
    case RELAIS_FINISH_PAUSE:
    case RELAIS_FINISH_BAD_CALL:
    case RELAIS_FINISH_UNKNOWN:
    default:
      return "stop";
    }
}

/**
 * relais_openai_chat_write_usage:
 * @writer: where to
 * @name: (nullable): the key
 * @usage: counts; unknown ones are written as 0
 *
 * Writes the `usage` object.
 */
void
relais_openai_chat_write_usage (RelaisJsonWriter  *writer,
                                const char        *name,
                                const RelaisUsage *usage)
{
  relais_json_writer_object (writer, name);
  relais_json_writer_int (writer, "prompt_tokens", relais_usage_or_zero (usage->input));
  relais_json_writer_int (writer, "completion_tokens", relais_usage_or_zero (usage->output));
  relais_json_writer_int (writer, "total_tokens", relais_usage_total (usage));
  relais_json_writer_object (writer, "prompt_tokens_details");
  relais_json_writer_int (writer, "cached_tokens", relais_usage_or_zero (usage->cache_read));
  if (usage->cache_write > 0)
    relais_json_writer_int (writer, "cache_write_tokens", usage->cache_write);
  relais_json_writer_end_object (writer);
  relais_json_writer_object (writer, "completion_tokens_details");
  relais_json_writer_int (writer, "reasoning_tokens", relais_usage_or_zero (usage->reasoning));
  relais_json_writer_end_object (writer);
  relais_json_writer_end_object (writer);
}

/* The texts of all parts of one type, one after the other; NULL when there are none. */
static char *
join_parts (RelaisEncoder  *encoder,
            RelaisPartType  type)
{
  GString *text = NULL;

  for (guint i = 0; i < encoder->parts->len; i++)
    {
      const RelaisPart *part = g_ptr_array_index (encoder->parts, i);

      if (part->type != type || *part->text == '\0')
        continue;
      if (text == NULL)
        text = g_string_new (NULL);
      g_string_append (text, part->text);
    }
  return text != NULL ? g_string_free (text, FALSE) : NULL;
}

static void
write_call (RelaisJsonWriter *writer,
            const RelaisPart *part)
{
  relais_json_writer_object (writer, NULL);
  relais_json_writer_string (writer, "id", part->id);
  relais_json_writer_string (writer, "type", part->custom ? "custom" : "function");
  relais_json_writer_object (writer, part->custom ? "custom" : "function");
  relais_json_writer_string (writer, "name", part->name);
  relais_json_writer_string (writer, part->custom ? "input" : "arguments", part->args);
  relais_json_writer_end_object (writer);
  if (part->signature != NULL && part->origin == RELAIS_ORIGIN_GEMINI)
    {
      /* Google's own Chat Completions carry it here. */
      relais_json_writer_object (writer, "extra_content");
      relais_json_writer_object (writer, "google");
      relais_json_writer_string (writer, "thought_signature", part->signature);
      relais_json_writer_end_object (writer);
      relais_json_writer_end_object (writer);
    }
  relais_json_writer_end_object (writer);
}

static void
write_message (RelaisJsonWriter  *writer,
               RelaisEncoder     *encoder,
               const RelaisEvent *finish)
{
  g_autofree char *text = join_parts (encoder, RELAIS_PART_TEXT);
  g_autofree char *refusal = join_parts (encoder, RELAIS_PART_REFUSAL);
  g_autofree char *thinking = join_parts (encoder, RELAIS_PART_THINKING);

  relais_json_writer_object (writer, "message");
  relais_json_writer_string (writer, "role", "assistant");
  if (text == NULL && !encoder->has_call && finish->finish != RELAIS_FINISH_FILTER &&
      refusal == NULL)
    relais_json_writer_string (writer, "content", "");
  else
    relais_json_writer_string (writer, "content", text);
  if (refusal == NULL && text == NULL && finish->finish == RELAIS_FINISH_FILTER)
    refusal = g_strdup ("The upstream's filter stopped this answer");
  relais_json_writer_string (writer, "refusal", refusal);
  if (thinking != NULL)
    relais_json_writer_string (writer, "reasoning_content", thinking);
  if (encoder->has_call)
    {
      relais_json_writer_array (writer, "tool_calls");
      for (guint i = 0; i < encoder->parts->len; i++)
        {
          const RelaisPart *part = g_ptr_array_index (encoder->parts, i);

          if (part->type == RELAIS_PART_TOOL_CALL)
            write_call (writer, part);
        }
      relais_json_writer_end_array (writer);
    }
  relais_json_writer_end_object (writer);
}

/**
 * relais_openai_chat_encode_whole:
 * @encoder: an encoder with the whole answer gathered
 * @finish: how it ended
 * @out: where to append
 *
 * Appends a `chat.completion`.
 */
void
relais_openai_chat_encode_whole (RelaisEncoder     *encoder,
                                 const RelaisEvent *finish,
                                 GString           *out)
{
  RelaisJsonWriter writer;

  relais_json_writer_init (&writer, out);
  relais_json_writer_object (&writer, NULL);
  relais_json_writer_string (&writer, "id", encoder->id);
  relais_json_writer_string (&writer, "object", "chat.completion");
  relais_json_writer_int (&writer, "created", encoder->created);
  relais_json_writer_string (&writer, "model", encoder->model);
  relais_json_writer_array (&writer, "choices");
  relais_json_writer_object (&writer, NULL);
  relais_json_writer_int (&writer, "index", 0);
  write_message (&writer, encoder, finish);
  relais_json_writer_null (&writer, "logprobs");
  relais_json_writer_string (&writer, "finish_reason", relais_openai_chat_name_finish (finish->finish));
  relais_json_writer_end_object (&writer);
  relais_json_writer_end_array (&writer);
  if (relais_usage_is_told (&encoder->usage))
    relais_openai_chat_write_usage (&writer, "usage", &encoder->usage);
  relais_json_writer_end_object (&writer);
}

/* The name of what went wrong, NULL where OpenAI has none. */
static const char *
name_code (const RelaisFailure *failure)
{
  static const char *const names[] = {
    [RELAIS_ERROR_INVALID_REQUEST] = "invalid_value",
    [RELAIS_ERROR_BAD_KEY] = "invalid_api_key",
    [RELAIS_ERROR_FORBIDDEN] = "forbidden",
    [RELAIS_ERROR_MODEL_NOT_FOUND] = "model_not_found",
    [RELAIS_ERROR_UNKNOWN_URL] = "unknown_url",
    [RELAIS_ERROR_NOT_SUPPORTED] = "not_supported",
    [RELAIS_ERROR_METHOD_NOT_ALLOWED] = "method_not_allowed",
    [RELAIS_ERROR_REQUEST_TIMEOUT] = "request_timeout",
    [RELAIS_ERROR_LENGTH_REQUIRED] = "length_required",
    [RELAIS_ERROR_TOO_LARGE] = "request_too_large",
    [RELAIS_ERROR_UNSUPPORTED_MEDIA_TYPE] = "unsupported_media_type",
    [RELAIS_ERROR_EXPECTATION] = "expectation_failed",
    [RELAIS_ERROR_MISDIRECTED] = "misdirected_request",
    [RELAIS_ERROR_UPGRADE_REQUIRED] = "upgrade_required",
    [RELAIS_ERROR_RATE_LIMIT] = "rate_limit_exceeded",
    [RELAIS_ERROR_HEADERS_TOO_LARGE] = "headers_too_large",
    [RELAIS_ERROR_INTERNAL] = NULL,
    [RELAIS_ERROR_NOT_IMPLEMENTED] = "not_implemented",
    [RELAIS_ERROR_UPSTREAM] = "upstream_error",
    [RELAIS_ERROR_NO_ACCOUNT] = "no_account_available",
    [RELAIS_ERROR_BUSY] = "overloaded",
    [RELAIS_ERROR_OVERLOADED] = "overloaded",
    [RELAIS_ERROR_TIMEOUT] = "timeout",
    [RELAIS_ERROR_HTTP_VERSION] = "http_version_not_supported",
    [RELAIS_ERROR_LOOP] = "loop_detected",
  };

  if (failure->code_name != NULL)
    return failure->code_name;
  return (guint)failure->code < G_N_ELEMENTS (names) ? names[failure->code] : NULL;
}

/**
 * relais_openai_chat_write_failure:
 * @writer: where to
 * @failure: what went wrong
 * @status: the HTTP status answered with
 *
 * Writes the `error` member, which both of OpenAI's dialects share.
 */
void
relais_openai_chat_write_failure (RelaisJsonWriter    *writer,
                                  const RelaisFailure *failure,
                                  guint                status)
{
  relais_json_writer_object (writer, "error");
  relais_json_writer_string (writer, "message", failure->message);
  relais_json_writer_string (writer, "type",
                             status == 429 ? "rate_limit_error" : status < 500 ? "invalid_request_error"
                                                                               : "server_error");
  relais_json_writer_string (writer, "param", failure->param);
  relais_json_writer_string (writer, "code", name_code (failure));
  relais_json_writer_end_object (writer);
}

/**
 * relais_openai_chat_encode_failure:
 * @failure: what went wrong
 * @status: the HTTP status answered with
 * @request_id: (nullable): not shown in this dialect
 * @out: where to append
 *
 * Appends the body of an error answer.
 */
void
relais_openai_chat_encode_failure (const RelaisFailure *failure,
                                   guint                status,
                                   const char          *request_id,
                                   GString             *out)
{
  RelaisJsonWriter writer;

  relais_json_writer_init (&writer, out);
  relais_json_writer_object (&writer, NULL);
  relais_openai_chat_write_failure (&writer, failure, status);
  relais_json_writer_end_object (&writer);
}

static void
write_model (RelaisJsonWriter      *writer,
             const RelaisModelInfo *model)
{
  relais_json_writer_object (writer, NULL);
  relais_json_writer_string (writer, "id", model->id);
  relais_json_writer_string (writer, "object", "model");
  relais_json_writer_int (writer, "created", model->created);
  relais_json_writer_string (writer, "owned_by", model->owner != NULL ? model->owner : "relais");
  relais_json_writer_end_object (writer);
}

/**
 * relais_openai_chat_encode_models:
 * @models: (array length=n_models): the models
 * @n_models: how many
 * @query: (nullable): paging, which this dialect does not have
 * @out: where to append
 *
 * Appends a list of all models.
 */
void
relais_openai_chat_encode_models (const RelaisModelInfo *models,
                                  gsize                  n_models,
                                  const RelaisListQuery *query,
                                  GString               *out)
{
  RelaisJsonWriter writer;

  relais_json_writer_init (&writer, out);
  relais_json_writer_object (&writer, NULL);
  relais_json_writer_string (&writer, "object", "list");
  relais_json_writer_array (&writer, "data");
  for (gsize i = 0; i < n_models; i++)
    write_model (&writer, &models[i]);
  relais_json_writer_end_array (&writer);
  relais_json_writer_end_object (&writer);
}

/**
 * relais_openai_chat_encode_model:
 * @model: one model
 * @out: where to append
 *
 * Appends it as an object of its own.
 */
void
relais_openai_chat_encode_model (const RelaisModelInfo *model,
                                 GString               *out)
{
  RelaisJsonWriter writer;

  relais_json_writer_init (&writer, out);
  write_model (&writer, model);
}

/**
 * relais_openai_chat_read_finish:
 * @reason: (nullable): a `finish_reason`
 * @finish: (inout): replaced when one is given
 *
 * Returns: whether one is given
 */
gboolean
relais_openai_chat_read_finish (const RelaisJsonNode *reason,
                                RelaisFinish         *finish)
{
  static const struct
  {
    const char *word;
    RelaisFinish finish;
  } reasons[] = {
    { "stop", RELAIS_FINISH_STOP },
    { "length", RELAIS_FINISH_LENGTH },
    { "tool_calls", RELAIS_FINISH_TOOL_CALLS },
    { "function_call", RELAIS_FINISH_TOOL_CALLS },
    { "content_filter", RELAIS_FINISH_FILTER },
  };

  if (relais_json_node_get_kind (reason) != RELAIS_JSON_STRING || relais_json_node_equals (reason, ""))
    return FALSE;
  *finish = RELAIS_FINISH_UNKNOWN;
  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (relais_json_node_equals (reason, reasons[i].word))
      *finish = reasons[i].finish;
  return TRUE;
}

/**
 * relais_openai_chat_read_usage:
 * @usage: (nullable): a `usage` object
 * @found: (inout): counts; what is not there is left alone
 */
void
relais_openai_chat_read_usage (const RelaisJsonNode *usage,
                               RelaisUsage          *found)
{
  const RelaisJsonNode *details = relais_json_node_get_member (usage, "prompt_tokens_details");

  relais_glean_count (usage, "prompt_tokens", &found->input);
  relais_glean_count (usage, "completion_tokens", &found->output);
  relais_glean_count (details, "cached_tokens", &found->cache_read);
  relais_glean_count (details, "cache_write_tokens", &found->cache_write);
  details = relais_json_node_get_member (usage, "completion_tokens_details");
  relais_glean_count (details, "reasoning_tokens", &found->reasoning);
}

/**
 * relais_openai_chat_tap:
 * @json: (array length=length): a whole body, or the data of one event
 * @length: its bytes
 * @usage: (inout): counts so far
 * @finish: (inout): the reason so far
 * @error_message: (inout): the upstream's words so far, owned
 *
 * Reads usage, reason and error; what cannot be read changes nothing.
 */
void
relais_openai_chat_tap (const char    *json,
                        gsize          length,
                        RelaisUsage   *usage,
                        RelaisFinish  *finish,
                        char         **error_message)
{
  g_autoptr (RelaisJson) tree = NULL;
  const RelaisJsonNode *root, *choice;
  RelaisUsage found = RELAIS_USAGE_INIT;

  /* Most chunks only carry text. */
  if (relais_glean_mentions (json, length, "\"finish_reason\":null") &&
      !relais_glean_mentions (json, length, "\"usage\":{") &&
      !relais_glean_mentions (json, length, "\"usage\": {") &&
      !relais_glean_mentions (json, length, "\"error\""))
    return;
  tree = relais_json_parse (json, length, RELAIS_JSON_MAX_DEPTH, NULL);
  root = relais_json_get_root (tree);
  relais_openai_chat_read_usage (relais_json_node_get_member (root, "usage"), &found);
  relais_usage_update (usage, &found);

  choice = relais_json_node_get_element (relais_json_node_get_member (root, "choices"), 0);
  relais_openai_chat_read_finish (relais_json_node_get_member (choice, "finish_reason"), finish);
  relais_glean_error (relais_json_node_get_member (root, "error"), error_message);
  relais_glean_detail (root, error_message);
}
