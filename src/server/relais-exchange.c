/* relais-exchange.c: one request's life, from its head to the last byte of its answer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-exchange"

#include "config.h"

#include <string.h>

#include "base/relais-error.h"
#include "base/relais-json.h"
#include "base/relais-key.h"

#include "relais-exchange-private.h"
#include "relais-reach.h"
#include "relais-refusal.h"

#define MODEL_SIZE_MAX 512

static const char *const finish_names[] = {
  [RELAIS_FINISH_STOP] = "stop",
  [RELAIS_FINISH_STOP_SEQUENCE] = "stop sequence",
  [RELAIS_FINISH_LENGTH] = "length",
  [RELAIS_FINISH_TOOL_CALLS] = "tool calls",
  [RELAIS_FINISH_FILTER] = "filter",
  [RELAIS_FINISH_PAUSE] = "pause",
  [RELAIS_FINISH_BAD_CALL] = "bad call",
  [RELAIS_FINISH_UNKNOWN] = "unknown",
};

RelaisExchange *
relais_exchange_ref (RelaisExchange *self)
{
  return g_rc_box_acquire (self);
}

static void
exchange_clear (gpointer data)
{
  RelaisExchange *self = data;

  g_clear_pointer (&self->reply, relais_reply_free);
  g_clear_object (&self->wire);
  g_clear_pointer (&self->record, relais_record_free);
  g_clear_pointer (&self->account, relais_account_unref);
  g_clear_pointer (&self->translation, relais_translation_free);
  g_clear_pointer (&self->thinking, g_ptr_array_unref);
  if (self->thought != NULL)
    g_string_free (g_steal_pointer (&self->thought), TRUE);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_pointer (&self->sent, g_bytes_unref);
  g_clear_pointer (&self->model, g_free);
  g_clear_pointer (&self->rules, relais_rules_unref);
  g_clear_pointer (&self->request_id, g_free);
  g_clear_pointer (&self->tried, g_hash_table_unref);
  g_clear_pointer (&self->session, g_free);
  g_clear_pointer (&self->behind, g_ptr_array_unref);
  g_clear_pointer (&self->holder, g_free);
  g_clear_pointer (&self->event_failure, relais_failure_free);
}

void
relais_exchange_unref (RelaisExchange *self)
{
  g_rc_box_release_full (self, exchange_clear);
}

void
relais_exchange_report (RelaisExchange    *self,
                        RelaisRecordPhase  phase)
{
  self->record->phase = phase;
  if (self->reply != NULL)
    {
      self->record->status = relais_reply_get_status (self->reply);
      self->record->bytes_out = relais_reply_get_size (self->reply);
    }
  self->gateway->record (self->record, self->gateway->user_data);
}

void
relais_exchange_write (RelaisExchange *self,
                       const char     *bytes,
                       gsize           length)
{
  relais_reply_write (self->reply, bytes, length);
  self->written_us = g_get_monotonic_time ();
  if (!self->spoken && length > 0)
    relais_exchange_note_alive (self);
  self->spoken |= length > 0;
  if (self->record->first_byte_us >= 0 || length == 0)
    return;
  self->record->first_byte_us = g_get_monotonic_time () - self->started_us;
  relais_exchange_report (self, RELAIS_RECORD_FIRST_BYTE);
}

void
relais_exchange_note_end (RelaisExchange    *self,
                          const RelaisUsage *usage,
                          int                finish)
{
  if (usage != NULL)
    relais_usage_update (&self->record->usage, usage);
  if (finish < 0 || finish >= (int)G_N_ELEMENTS (finish_names))
    return;
  g_free (self->record->finish);
  self->record->finish = g_strdup (finish_names[finish]);
}

static void
set_retry_headers (RelaisExchange *self,
                   gint64          wait_ms)
{
  g_autofree char *seconds = NULL;
  g_autofree char *ms = NULL;

  if (wait_ms >= 0)
    {
      seconds = g_strdup_printf ("%" G_GINT64_FORMAT, (wait_ms + 999) / 1000);
      ms = g_strdup_printf ("%" G_GINT64_FORMAT, wait_ms);
      relais_reply_set_header (self->reply, "retry-after", seconds);
      relais_reply_set_header (self->reply, "retry-after-ms", ms);
    }
  if (self->no_retry || wait_ms > 60 * 1000)
    relais_reply_set_header (self->reply, "x-should-retry", "false");
}

/* The upstream's own words go to the client: when to come back is said in a way it understands. */
void
relais_exchange_set_wait (RelaisExchange *self)
{
  if (self->upstream_status >= 400)
    set_retry_headers (self, self->wait_ms);
}

/* Ends the answer with a failure in the client's dialect: as a status while that is open, else as
 * the stream's own kind of event, else by cutting it. */
void
relais_exchange_fail (RelaisExchange      *self,
                      const RelaisFailure *failure)
{
  g_autoptr (GString) event = NULL;
  g_autofree char *body = NULL;
  guint status = relais_dialect_failure_status (self->dialect->id, failure);
  gsize length;

  if (self->over)
    return;
  g_free (self->record->error);
  self->record->error = g_strdup (failure->message);
  if (!relais_reply_has_begun (self->reply))
    {
      set_retry_headers (self, failure->retry_after_ms);
      body = relais_dialect_encode_failure (self->dialect->id, failure, self->request_id, &length);
      relais_reply_send (self->reply, status, "application/json", body, length);
      return;
    }
  if (self->form == RELAIS_FORM_WHOLE && !self->streams)
    {
      relais_reply_abort (self->reply);
      return;
    }
  event = g_string_new (NULL);
  /* an answer under way knows what number its events have come to */
  if (self->encoder != NULL)
    self->dialect->encoder_push (self->encoder,
                                 &(RelaisEvent){ .type = RELAIS_EVENT_ERROR, .failure = failure },
                                 event);
  else
    self->dialect->encode_failure_event (failure, status,
                                         self->streams ? RELAIS_FORM_SSE : self->form, event);
  relais_reply_write (self->reply, event->str, event->len);
  relais_reply_finish (self->reply);
}

void
relais_exchange_fail_error (RelaisExchange *self,
                            const GError   *error)
{
  g_autoptr (RelaisFailure) failure = NULL;

  failure = relais_failure_new (error->domain == RELAIS_ERROR ? error->code : RELAIS_ERROR_UPSTREAM,
                                "%s", error->message);
  self->record->error_is_own = TRUE;
  relais_exchange_fail (self, failure);
}

/* The account is set up so that nothing could even be sent. */
void
relais_exchange_fail_unsent (RelaisExchange *self,
                             const GError   *error)
{
  g_autoptr (GError) local = g_error_copy (error);

  if (relais_exchange_settle (self, error))
    return;
  g_prefix_error (&local, "The account “%s” cannot be used: ", self->account->label);
  local->code = RELAIS_ERROR_UPSTREAM;
  relais_exchange_fail_error (self, local);
}

static void
stop_work (RelaisExchange *self)
{
  relais_exchange_dispatch_stop (self);
  relais_exchange_end_silence (self);
  relais_exchange_forward_stop (self);
  relais_exchange_speak_stop (self);
}

static void
drained_cb (RelaisReply *reply,
            gpointer     user_data)
{
  g_autoptr (RelaisExchange) self = relais_exchange_ref (user_data);

  relais_exchange_forward_resume (self);
  relais_exchange_speak_resume (self);
}

static void
written_cb (RelaisReply *reply,
            const char  *bytes,
            gsize        length,
            gpointer     user_data)
{
  relais_exchange_keep (user_data, RELAIS_BODY_CLIENT_OUT, bytes, length);
}

static void
ended_cb (RelaisReply *reply,
          gboolean     whole,
          gpointer     user_data)
{
  RelaisExchange *self = user_data;

  self->over = TRUE;
  relais_wire_set_sink (self->wire, NULL, NULL);
  stop_work (self);
  relais_usage_add (&self->record->usage, &self->spent);
  /* else it was the upstream that broke off, or Relais */
  self->record->aborted = !whole && self->record->error == NULL;
  self->record->duration_us = g_get_monotonic_time () - self->started_us;
  relais_exchange_report (self, RELAIS_RECORD_DONE);
  self->head = NULL;
  self->route = NULL;
  relais_exchange_unref (self);
}

static void
gone_cb (RelaisWire *wire,
         gpointer    user_data)
{
  g_autoptr (RelaisExchange) self = relais_exchange_ref (user_data);

  /* Nobody listens: the upstream's work is stopped now, not at the next write. */
  stop_work (self);
  relais_reply_drop (self->reply);
}

/* Relais ends, and the answer has not. */
static void
late_cb (RelaisWire *wire,
         gpointer    user_data)
{
  g_autoptr (RelaisExchange) self = relais_exchange_ref (user_data);
  g_autoptr (RelaisFailure) failure = NULL;

  if (self->over || relais_reply_is_complete (self->reply))
    return;
  failure = relais_failure_new (RELAIS_ERROR_BUSY,
                                "Relais was stopped before this answer had ended");
  self->record->error_is_own = TRUE;
  if (relais_exchange_forward_may_speak (self))
    relais_exchange_fail (self, failure);
  else
    {
      g_free (self->record->error);
      self->record->error = g_strdup (failure->message);
      relais_reply_abort (self->reply);
    }
  stop_work (self);
}

static void
answer_text (RelaisExchange *self,
             guint           status,
             const char     *type,
             const char     *text)
{
  relais_reply_send (self->reply, status, type, text, strlen (text));
}

/* Any name that would be served, listed or not. */
static void
answer_model (RelaisExchange *self,
              GPtrArray      *ids)
{
  const char *id = self->route->model;
  RelaisModelInfo model = { .id = id, .display_name = id, .owner = "relais" };
  g_autoptr (RelaisFailure) failure = NULL;
  g_autoptr (GString) out = g_string_new (NULL);

  if (strlen (id) <= MODEL_SIZE_MAX && relais_reach_serves (self->gateway, id))
    {
      self->dialect->encode_model (&model, out);
      relais_reply_send (self->reply, 200, "application/json", out->str, out->len);
      return;
    }
  failure = relais_failure_new (RELAIS_ERROR_MODEL_NOT_FOUND, "No account serves the model “%s”", id);
  relais_exchange_fail_model (self, failure, id, ids);
}

static void
answer_models (RelaisExchange *self,
               GPtrArray      *ids)
{
  g_autofree RelaisModelInfo *models = g_new0 (RelaisModelInfo, ids->len + 1);
  g_autoptr (GHashTable) query = NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  RelaisListQuery list = { NULL };

  for (guint i = 0; i < ids->len; i++)
    models[i] = (RelaisModelInfo){ .id = g_ptr_array_index (ids, i),
                                   .display_name = g_ptr_array_index (ids, i),
                                   .owner = "relais" };
  if (self->route->query != NULL)
    query = g_uri_parse_params (self->route->query, -1, "&", G_URI_PARAMS_NONE, NULL);
  if (query != NULL)
    {
      gboolean gemini = self->dialect->id == RELAIS_DIALECT_GEMINI;

      list.limit = g_hash_table_lookup (query, gemini ? "pageSize" : "limit");
      list.after_id = g_hash_table_lookup (query, gemini ? "pageToken" : "after_id");
      list.before_id = g_hash_table_lookup (query, "before_id");
    }
  self->dialect->encode_models (models, ids->len, &list, out);
  relais_reply_send (self->reply, 200, "application/json", out->str, out->len);
}

static void
listed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (RelaisExchange) self = user_data;
  g_autoptr (GPtrArray) ids = relais_catalog_list_finish (RELAIS_CATALOG (source), result, NULL);

  if (self->over || ids == NULL)
    return;
  relais_reach_complete (self->gateway, ids);
  if (self->route->operation == RELAIS_OPERATION_GET_MODEL)
    answer_model (self, ids);
  else
    answer_models (self, ids);
}

static void
list_models (RelaisExchange *self)
{
  g_autoptr (GPtrArray) usable = relais_reach_active (self->gateway);

  relais_catalog_list_async (self->gateway->catalog, usable, NULL, listed_cb,
                             relais_exchange_ref (self));
}

/* Learns model and form from the body, without building a tree of it. Says which member is wrong,
 * if it is one. */
static gboolean
scan_body (RelaisExchange  *self,
           const char     **member,
           GError         **error)
{
  g_auto (RelaisJsonScan) scan = { 0 };
  gsize length;
  const char *data = g_bytes_get_data (self->body, &length);

  if (!relais_json_scan_request (data != NULL ? data : "", length,
                                 relais_config_get_limits (self->gateway->config)->json_depth,
                                 &scan, error))
    {
      *member = scan.wrong;
      return FALSE;
    }
  if (self->dialect->id == RELAIS_DIALECT_GEMINI)
    return TRUE;
  self->model = g_steal_pointer (&scan.model);
  self->model_start = scan.model_start;
  self->model_end = scan.model_end;
  if (self->model == NULL || *self->model == '\0')
    {
      *member = "model";
      g_set_error_literal (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_REQUEST,
                           "The request names no model: set “model” to a non-empty string");
      return FALSE;
    }
  self->form = scan.stream ? RELAIS_FORM_SSE : RELAIS_FORM_WHOLE;
  return TRUE;
}

static void
apply_rules (RelaisExchange *self)
{
  if (self->gateway->rules == NULL || self->model == NULL)
    return;
  self->rules = relais_rules_ref (self->gateway->rules);
  self->rule = relais_rules_find (self->rules, self->model, &self->record->rule);
  if (self->rule == NULL || self->rule->model == NULL)
    return;
  g_free (self->record->upstream_model);
  self->record->upstream_model = g_strdup (self->rule->model);
}

static void
serve (RelaisExchange *self)
{
  g_autoptr (RelaisFailure) failure = NULL;
  g_autoptr (GError) error = NULL;
  const char *member = NULL;

  self->form = self->route->form;
  self->model = g_strdup (self->route->model);
  if (self->route->operation != RELAIS_OPERATION_STORED && !scan_body (self, &member, &error))
    {
      failure = relais_failure_new (error->code, "%s", error->message);
      failure->param = g_strdup (member);
      relais_exchange_fail (self, failure);
      return;
    }
  if (self->model != NULL && strlen (self->model) > MODEL_SIZE_MAX)
    {
      failure = relais_failure_new (RELAIS_ERROR_INVALID_REQUEST,
                                    "The name of the model is longer than %d bytes", MODEL_SIZE_MAX);
      failure->param = g_strdup ("model");
      relais_exchange_fail (self, failure);
      return;
    }
  self->record->model = g_strdup (self->model);
  self->record->upstream_model = g_strdup (self->model);
  self->record->stream = self->form != RELAIS_FORM_WHOLE;
  apply_rules (self);
  relais_exchange_dispatch (self);
}

static void
perform (RelaisExchange *self)
{
  g_autoptr (RelaisFailure) failure = NULL;

  switch (self->route->operation)
    {
    case RELAIS_OPERATION_HEALTH:
      answer_text (self, 200, "application/json", "{\"status\":\"ok\"}");
      break;
    case RELAIS_OPERATION_ROOT:
      answer_text (self, 200, "text/plain; charset=utf-8", "Relais " RELAIS_VERSION "\n");
      break;
    case RELAIS_OPERATION_HELLO:
      answer_text (self, 200, NULL, "");
      break;
    case RELAIS_OPERATION_EVENT_LOGGING:
      answer_text (self, 200, "application/json", "{}");
      break;
    case RELAIS_OPERATION_OPTIONS:
      relais_reply_set_header (self->reply, "Allow", self->route->allow != NULL ? self->route->allow : "GET, HEAD, POST, OPTIONS");
      answer_text (self, 204, NULL, "");
      break;
    case RELAIS_OPERATION_LIST_MODELS:
    case RELAIS_OPERATION_GET_MODEL:
      list_models (self);
      break;
    case RELAIS_OPERATION_GENERATE:
    case RELAIS_OPERATION_COUNT_TOKENS:
    case RELAIS_OPERATION_EMBED:
    case RELAIS_OPERATION_COMPLETIONS:
    case RELAIS_OPERATION_COMPACT:
    case RELAIS_OPERATION_STORED:
      serve (self);
      break;
    case RELAIS_OPERATION_UNKNOWN:
    default:
      failure = relais_failure_new (RELAIS_ERROR_UNKNOWN_URL, "%s",
                                    self->route->message != NULL ? self->route->message : "Unknown URL");
      relais_exchange_fail (self, failure);
      break;
    }
}

static const char *
find_beta (RelaisExchange *self)
{
  const char *header = relais_record_get_beta_header (self->dialect->name);
  const char *value = NULL;

  if (header != NULL)
    value = relais_field_find (self->head->fields, self->head->n_fields, header);
  return value != NULL && g_str_is_ascii (value) ? value : NULL;
}

static void
set_common_headers (RelaisExchange *self)
{
  relais_reply_set_header (self->reply,
                           self->dialect->id == RELAIS_DIALECT_ANTHROPIC ? "request-id" : "x-request-id",
                           self->request_id);
  if (self->route->hint != NULL)
    relais_reply_set_header (self->reply, "X-Relais-Hint", self->route->hint);
  if (self->head->access.allowed_origin == NULL)
    return;
  relais_reply_set_header (self->reply, "Access-Control-Allow-Origin", self->head->access.allowed_origin);
  relais_reply_set_header (self->reply, "Access-Control-Expose-Headers", RELAIS_EXPOSED_HEADERS);
  relais_reply_set_header (self->reply, "Vary", "Origin");
}

/**
 * relais_exchange_start:
 * @gateway: what it works with; outlives the exchange
 * @wire: the connection, its head accepted
 * @message: the request, its body read whole
 *
 * Answers the request, now or later, and leaves a record. The exchange ends by itself when its
 * answer left or its connection is gone.
 */
void
relais_exchange_start (RelaisGateway     *gateway,
                       RelaisWire        *wire,
                       SoupServerMessage *message)
{
  static const RelaisReplySink sink = { drained_cb, written_cb, ended_cb };
  static const RelaisWireSink wire_sink = { gone_cb, late_cb };
  g_autoptr (RelaisExchange) self = g_rc_box_new0 (RelaisExchange);
  g_autofree char *id = relais_key_random (24);

  self->gateway = gateway;
  self->wire = g_object_ref (wire);
  self->head = relais_wire_get_head (wire);
  self->route = self->head->route;
  self->dialect = relais_dialect_get (self->route->dialect);
  self->wait_ms = -1;
  self->started_us = self->head->started_us;
  self->request_id = g_strconcat ("req_", id, NULL);
  self->body = soup_message_body_flatten (soup_server_message_get_request_body (message));
  self->record = relais_record_new (++gateway->next_id);
  self->record->trace = relais_trace_new ();
  self->behind = relais_trace_new ();
  relais_usage_clear (&self->spent);
  self->record->client = relais_record_name_client (relais_field_find (self->head->fields,
                                                                       self->head->n_fields,
                                                                       "User-Agent"));
  self->record->peer = g_strdup (relais_wire_get_peer (wire));
  self->record->method = g_strdup (self->head->method);
  self->record->path = relais_record_dup_shown (self->route->path);
  self->record->query = relais_record_dup_shown (self->route->query);
  self->record->beta = relais_record_dup_shown (find_beta (self));
  self->record->dialect = g_strdup (self->dialect->name);
  self->record->hint = g_strdup (self->route->hint);
  self->record->bytes_in = g_bytes_get_size (self->body);
  self->reply = relais_reply_new (wire, message, &sink, relais_exchange_ref (self));
  relais_wire_set_sink (wire, &wire_sink, self);
  set_common_headers (self);
  relais_exchange_keep_begin (self);
  relais_exchange_report (self, RELAIS_RECORD_ARRIVED);
  perform (self);
}

/**
 * relais_exchange_refuse:
 * @gateway: what exchanges share
 * @refusal: a request the wire answered by itself
 *
 * Leaves a record of it, as of any request.
 */
void
relais_exchange_refuse (RelaisGateway       *gateway,
                        const RelaisRefusal *refusal)
{
  g_autoptr (RelaisRecord) record = relais_record_new (++gateway->next_id);

  record->phase = RELAIS_RECORD_DONE;
  record->client = relais_record_name_client (refusal->user_agent);
  record->peer = g_strdup (refusal->peer);
  record->method = g_strdup (refusal->method);
  record->path = relais_record_dup_shown (refusal->path);
  record->dialect = g_strdup (relais_dialect_get (refusal->dialect)->name);
  record->status = refusal->status;
  record->error = refusal->failure != NULL ? g_strdup (refusal->failure->message) : NULL;
  record->refused_host = g_strdup (refusal->host);
  record->refused_origin = g_strdup (refusal->origin);
  record->duration_us = g_get_monotonic_time () - refusal->started_us;
  gateway->record (record, gateway->user_data);
}
