/* relais-exchange-forward.c: the same dialect on both sides, bytes go through
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-exchange"

#include "config.h"

#include <string.h>

#include "base/relais-error.h"
#include "base/relais-json-writer.h"
#include "dialects/relais-seal.h"
#include "upstream/relais-provider.h"

#include "relais-exchange-private.h"

/* What of a client's head goes upstream; a star ends a prefix. Nothing that tells who or where the
 * client is, and no key. */
static const char *const request_headers[] = {
  "accept",
  "anthropic-version",
  "anthropic-beta",
  "openai-beta",
  "idempotency-key",
  "x-goog-api-client",
  "user-agent",
  "x-stainless-*",
};

/* Who at OpenAI the request is for: means something to one account at most. */
static const char *const owner_headers[] = {
  "openai-organization",
  "openai-project",
};

/* White space, and the byte order mark. */
#define BLANKS " \t\r\n\357\273\277"

/* How long the beginning of a stream is held for its first word: what nobody here can read may be
 * one. */
#define OPENING_MAX_US G_TIME_SPAN_SECOND

/* The upstream's stream fills its own silences. */
static void
begin_stream (RelaisExchange *self)
{
  relais_exchange_end_silence (self);
  if (relais_reply_has_begun (self->reply))
    return;
  relais_exchange_copy_headers (self);
  if (self->form == RELAIS_FORM_SSE)
    {
      relais_reply_set_header (self->reply, "Cache-Control", "no-cache");
      relais_reply_set_header (self->reply, "X-Accel-Buffering", "no");
    }
  relais_reply_begin (self->reply, self->upstream_status, NULL);
  relais_exchange_report (self, RELAIS_RECORD_ANSWERED);
}

/* Claude Code gives up where its counting fails. */
static gboolean
must_count (RelaisExchange *self)
{
  return self->route->operation == RELAIS_OPERATION_COUNT_TOKENS &&
         self->dialect->id == RELAIS_DIALECT_ANTHROPIC;
}

/* The upstream is unwell, or has no such operation; an unknown model is another matter. */
static gboolean
cannot_count (RelaisExchange *self)
{
  return self->upstream_status >= 500 ||
         ((self->upstream_status == 404 || self->upstream_status == 405) &&
          g_strstr_len (self->held->str, self->held->len, "model") == NULL);
}

/* Whether what was asked for is answered by JSON, and this is none: a wrong address has a page
 * there, or nothing. */
static gboolean
is_foreign (RelaisExchange *self)
{
  char first = self->held->str[strspn (self->held->str, BLANKS)];

  return self->form == RELAIS_FORM_WHOLE && self->route->operation != RELAIS_OPERATION_STORED &&
         first != '{' && first != '[';
}

static gboolean
settle_foreign (RelaisExchange *self)
{
  gboolean empty = self->held->str[strspn (self->held->str, BLANKS)] == '\0';
  g_autoptr (RelaisFailure) failure = relais_exchange_describe_foreign (self, empty);

  if (relais_exchange_settle_failure (self, failure))
    return TRUE;
  if (must_count (self))
    {
      relais_exchange_estimate (self);
      return TRUE;
    }
  self->record->error_is_own = TRUE;
  relais_exchange_fail (self, failure);
  return TRUE;
}

/* A whole answer of 200 that is an error. */
static gboolean
settle_whole (RelaisExchange *self)
{
  const char *words = self->route->operation == RELAIS_OPERATION_GENERATE
                        ? relais_tap_get_error (self->tap)
                        : NULL;
  g_autoptr (RelaisFailure) failure = NULL;

  if (is_foreign (self))
    return settle_foreign (self);
  if (words == NULL)
    {
      relais_exchange_note_served (self);
      return FALSE;
    }
  failure = relais_failure_new (RELAIS_ERROR_UPSTREAM, "%s", words);
  return relais_exchange_settle_failure (self, failure);
}

static void
send_held (RelaisExchange *self)
{
  relais_tap_end (self->tap);
  if (self->upstream_status >= 300 ? relais_exchange_settle (self, NULL) : settle_whole (self))
    return;
  if (must_count (self) && cannot_count (self))
    {
      relais_exchange_estimate (self);
      return;
    }
  relais_exchange_note_tap (self);
  if (relais_exchange_fail_upstream (self))
    return;
  if (self->held_cut || self->streams)
    {
      g_autoptr (GError) error = g_error_new (RELAIS_ERROR, RELAIS_ERROR_UPSTREAM,
                                              self->held_cut ? "The upstream answered %u with an oversized body"
                                                             : "The upstream answered %u, but no stream",
                                              self->upstream_status);

      relais_exchange_fail_error (self, error);
      return;
    }
  relais_exchange_copy_headers (self);
  relais_exchange_set_wait (self);
  relais_reply_send (self->reply, self->upstream_status, NULL, self->held->str, self->held->len);
  self->record->first_byte_us = g_get_monotonic_time () - self->started_us;
}

static void
opening_cb (const RelaisEvent *event,
            gpointer           user_data)
{
  RelaisExchange *self = user_data;

  if (event->type == RELAIS_EVENT_START || event->type == RELAIS_EVENT_USAGE ||
      self->opening_read || self->event_failure != NULL)
    return;
  if (event->type == RELAIS_EVENT_ERROR)
    self->event_failure = relais_failure_copy (event->failure);
  else
    self->opening_read = TRUE;
}

/* It says something: from here on its bytes go through as they come. */
static void
end_opening (RelaisExchange *self)
{
  g_autoptr (GString) opening = g_steal_pointer (&self->held);

  g_clear_pointer (&self->opening, relais_decoder_free);
  begin_stream (self);
  relais_exchange_write (self, opening->str, opening->len);
}

/* The beginning of a stream, read before it goes anywhere: an error may still become a status, or
 * another account's answer. */
static void
read_opening (RelaisExchange *self,
              const char     *bytes,
              gsize           length)
{
  if (self->opened_us == 0)
    self->opened_us = g_get_monotonic_time ();
  g_string_append_len (self->held, bytes, length);
  relais_decoder_push (self->opening, bytes, length);
  if (self->event_failure != NULL)
    relais_exchange_end_failed (self);
  else if (self->opening_read || self->held->len > RELAIS_EXCHANGE_HELD_MAX ||
           g_get_monotonic_time () - self->opened_us > OPENING_MAX_US)
    end_opening (self);
}

static void
head_cb (RelaisTransfer     *transfer,
         guint               status,
         SoupMessageHeaders *headers,
         gpointer            user_data)
{
  RelaisExchange *self = user_data;
  RelaisLimits *limits = relais_config_get_limits (self->gateway->config);
  goffset length = soup_message_headers_get_content_length (headers);
  gboolean known, stream;

  self->upstream_status = status;
  self->upstream_headers = soup_message_headers_ref (headers);
  self->record->upstream_status = status;
  stream = g_ascii_strncasecmp (relais_exchange_get_type (self), "text/event-stream", 17) == 0;
  self->form = stream ? RELAIS_FORM_SSE : RELAIS_FORM_WHOLE;
  self->tap = relais_tap_new (self->dialect, self->form, limits->upstream_event_size_bytes);
  known = soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH &&
          length <= RELAIS_EXCHANGE_HELD_MAX;
  self->held = g_string_new (NULL);
  self->held_begins = FALSE;
  if (status >= 300 || status == 204 || (!stream && (known || self->streams)))
    return;
  if (stream && self->route->operation == RELAIS_OPERATION_GENERATE)
    {
      self->opening = relais_decoder_new (self->dialect->id, limits->upstream_event_size_bytes,
                                          opening_cb, self);
      self->opening_read = FALSE;
      self->opened_us = 0;
    }
  else
    self->held_begins = TRUE;
}

/* An answer of a length nobody knows has begun with its first byte, not with its head: until then
 * another account may be asked. */
static void
begin_with_first_byte (RelaisExchange *self)
{
  g_autoptr (GString) held = NULL;

  if (self->held->str[strspn (self->held->str, BLANKS)] == '\0' || is_foreign (self))
    return;
  self->held_begins = FALSE;
  held = g_steal_pointer (&self->held);
  begin_stream (self);
  relais_exchange_write (self, held->str, held->len);
}

static void
data_cb (RelaisTransfer *transfer,
         const char     *bytes,
         gsize           length,
         gpointer        user_data)
{
  g_autoptr (RelaisExchange) self = relais_exchange_ref (user_data);

  relais_exchange_keep (self, RELAIS_BODY_UPSTREAM_IN, bytes, length);
  if (self->held != NULL && self->opening == NULL &&
      self->held->len + length > RELAIS_EXCHANGE_HELD_MAX)
    {
      self->held_cut = TRUE;
      self->was_sent = TRUE;
      g_clear_pointer (&self->transfer, relais_transfer_free);
      send_held (self);
      return;
    }
  relais_tap_feed (self->tap, bytes, length);
  if (self->opening != NULL)
    read_opening (self, bytes, length);
  else if (self->held != NULL)
    {
      g_string_append_len (self->held, bytes, length);
      if (self->held_begins)
        begin_with_first_byte (self);
    }
  else
    relais_exchange_write (self, bytes, length);
  if (self->transfer != transfer)
    return;
  if (relais_reply_is_full (self->reply))
    relais_transfer_set_paused (transfer, TRUE);
}

/* In the middle of an event, or of a whole answer, nothing of ours can be said. */
gboolean
relais_exchange_forward_may_speak (RelaisExchange *self)
{
  return self->tap == NULL || !self->spoken ||
         (self->form == RELAIS_FORM_SSE && relais_tap_is_between (self->tap));
}

static void
end_cut_stream (RelaisExchange *self,
                const GError   *error)
{
  g_autoptr (RelaisFailure) failure = NULL;

  failure = relais_failure_new (error->domain == RELAIS_ERROR ? error->code : RELAIS_ERROR_UPSTREAM,
                                "%s", error->message);
  relais_exchange_note_broken (self, failure);
  relais_exchange_note_tap (self);
  if (relais_exchange_forward_may_speak (self))
    {
      relais_exchange_fail_error (self, error);
      return;
    }
  g_free (self->record->error);
  self->record->error = g_strdup (error->message);
  self->record->error_is_own = TRUE;
  relais_reply_abort (self->reply);
}

/* Whether the answer's own bytes say where it ends. */
static gboolean
tells_its_end (RelaisExchange *self)
{
  return self->form == RELAIS_FORM_SSE ||
         (relais_exchange_says_json (self) && strcmp (self->head->method, "HEAD") != 0);
}

/* To the last byte: whether it is a good answer, the stream itself may have said. */
static void
end_stream (RelaisExchange *self)
{
  const char *words = relais_tap_get_error (self->tap);
  g_autoptr (RelaisFailure) failure = NULL;

  if (words != NULL)
    {
      failure = relais_failure_new (RELAIS_ERROR_UPSTREAM, "%s", words);
      relais_exchange_note_broken (self, failure);
    }
  else
    relais_exchange_note_served (self);
  relais_exchange_note_tap (self);
  relais_reply_finish (self->reply);
}

static void
done_cb (RelaisTransfer *transfer,
         const GError   *error,
         gpointer        user_data)
{
  g_autoptr (RelaisExchange) self = relais_exchange_ref (user_data);
  g_autoptr (GError) local = error != NULL ? g_error_copy (error) : NULL;

  self->was_sent = relais_transfer_get_was_sent (transfer);
  self->transfer = NULL;
  if (local == NULL &&
      (self->held == NULL || self->opening != NULL ||
       (self->held_begins && self->form == RELAIS_FORM_SSE)) &&
      tells_its_end (self) &&
      !relais_tap_is_complete (self->tap))
    {
      relais_tap_end (self->tap);
      if (!relais_tap_is_complete (self->tap))
        local = g_error_new_literal (RELAIS_ERROR, RELAIS_ERROR_UPSTREAM,
                                     "The upstream closed the answer before its end");
    }
  if (local == NULL && self->opening != NULL)
    end_opening (self);
  if (local != NULL && self->spoken)
    end_cut_stream (self, local);
  else if (local != NULL && relais_exchange_settle (self, local))
    return;
  else if (local != NULL && must_count (self))
    relais_exchange_estimate (self);
  else if (local != NULL)
    {
      g_prefix_error (&local, "The account “%s” could not be used: ", self->account->label);
      relais_exchange_fail_error (self, local);
    }
  else if (self->held != NULL)
    send_held (self);
  else
    end_stream (self);
}

static SoupMessageHeaders *
pick_request_headers (RelaisExchange *self)
{
  SoupMessageHeaders *headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  gboolean one = strcmp (self->account->provider, "openai") == 0 &&
                 relais_exchange_count_considered (self) == 1;

  for (gsize i = 0; i < self->head->n_fields; i++)
    {
      const RelaisField *field = &self->head->fields[i];

      if (relais_exchange_is_listed (field->name, request_headers,
                                     G_N_ELEMENTS (request_headers)) ||
          (one && relais_exchange_is_listed (field->name, owner_headers,
                                             G_N_ELEMENTS (owner_headers))))
        soup_message_headers_append (headers, field->name, field->value);
    }
  return headers;
}

/* The client's bytes but for the model, where a rule names another, and for what another upstream
 * signed. */
static GBytes *
make_body (RelaisExchange *self)
{
  const char *model = self->record->upstream_model;
  g_autoptr (GBytes) body = g_bytes_ref (self->body);

  if (strcmp (self->head->method, "POST") != 0)
    return NULL;
  if (self->model_end > 0 && strcmp (model, self->model) != 0)
    {
      gsize length;
      const char *bytes = g_bytes_get_data (self->body, &length);
      GString *out = g_string_sized_new (length + strlen (model));

      g_string_append_len (out, bytes, self->model_start);
      relais_json_append_string (out, model, -1);
      g_string_append_len (out, bytes + self->model_end, length - self->model_end);
      g_bytes_unref (body);
      body = g_string_free_to_bytes (out);
    }
  return relais_seal_guard (body, self->dialect->origin, model);
}

/* The path behind the version; Gemini's names the model. */
static char *
dup_tail (RelaisExchange *self)
{
  const char *model = self->record->upstream_model;

  if (self->route->method_name == NULL || strcmp (model, self->model) == 0)
    return g_strdup (self->route->tail);
  return relais_provider_dup_model_tail (model, self->route->method_name);
}

/* Sends the client's bytes as they are. */
void
relais_exchange_forward (RelaisExchange *self)
{
  static const RelaisTransferSink sink = { head_cb, data_cb, done_cb };
  SoupMessageHeaders *headers = pick_request_headers (self);
  g_autoptr (GBytes) body = make_body (self);
  g_autofree char *tail = dup_tail (self);
  g_autoptr (GError) error = NULL;
  RelaisUpstreamRequest request = {
    .account = self->account,
    .dialect = self->dialect->id,
    .method = self->head->method,
    .tail = tail,
    .version = self->route->version,
    .query = self->route->query,
    .headers = headers,
    .content_type = "application/json",
    .body = body,
    .deadline_us = self->deadline_us,
  };

  relais_exchange_send (self, &request, &sink, &error);
  soup_message_headers_unref (headers);
  if (self->transfer != NULL)
    return;
  relais_exchange_fail_unsent (self, error);
}

/* The client took what it was given: go on. */
void
relais_exchange_forward_resume (RelaisExchange *self)
{
  if (self->transfer != NULL)
    relais_transfer_set_paused (self->transfer, FALSE);
}

/* Ends the upstream's work, if there is any, and lets go of what it needed. */
void
relais_exchange_forward_stop (RelaisExchange *self)
{
  g_clear_pointer (&self->transfer, relais_transfer_free);
  if (self->tap != NULL && self->record->usage.output < 0)
    relais_exchange_note_end (self, relais_tap_get_usage (self->tap), -1);
  g_clear_pointer (&self->tap, relais_tap_free);
  g_clear_pointer (&self->upstream_headers, soup_message_headers_unref);
  g_clear_pointer (&self->opening, relais_decoder_free);
  self->held_cut = FALSE;
  if (self->held != NULL)
    g_string_free (g_steal_pointer (&self->held), TRUE);
}
