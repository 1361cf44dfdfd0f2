/* relais-exchange-forward.c: the same dialect on both sides, bytes go through
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-exchange"

#include "config.h"

#include <string.h>

#include "base/relais-error.h"
#include "base/relais-redact.h"

#include "relais-exchange-private.h"

/* Failed answers and short whole ones are held until they are known to be what they say. */
#define HELD_BYTES_MAX (256 * 1024)

/* What of a client's head goes upstream; a star ends a prefix. Nothing that tells who or where the
 * client is, and no key. */
static const char *const request_headers[] = {
  "accept",
  "anthropic-version",
  "anthropic-beta",
  "openai-beta",
  "openai-organization",
  "openai-project",
  "idempotency-key",
  "x-goog-api-client",
  "user-agent",
  "x-stainless-*",
};

/* What of an upstream's head reaches the client. */
static const char *const response_headers[] = {
  "content-type",
  "retry-after",
  "retry-after-ms",
  "x-should-retry",
  "x-request-id",
  "request-id",
  "openai-processing-ms",
  "openai-version",
  "x-ratelimit-*",
  "anthropic-ratelimit-*",
};

static gboolean
is_listed (const char         *name,
           const char * const *list,
           gsize               n)
{
  for (gsize i = 0; i < n; i++)
    {
      gsize length = strlen (list[i]);

      if (list[i][length - 1] == '*' ? g_ascii_strncasecmp (name, list[i], length - 1) == 0
                                     : g_ascii_strcasecmp (name, list[i]) == 0)
        return TRUE;
    }
  return FALSE;
}

static void
copy_response_header (const char *name,
                      const char *value,
                      gpointer    user_data)
{
  RelaisExchange *self = user_data;

  if (is_listed (name, response_headers, G_N_ELEMENTS (response_headers)))
    relais_reply_set_header (self->reply, name, value);
}

static const char *
upstream_type (RelaisExchange *self)
{
  const char *type = soup_message_headers_get_one (self->upstream_headers, "Content-Type");

  return type != NULL ? type : "";
}

static void
note_tap (RelaisExchange *self)
{
  relais_tap_end (self->tap);
  relais_exchange_note_end (self, relais_tap_get_usage (self->tap),
                            relais_tap_get_finish (self->tap));
  if (relais_tap_get_error (self->tap) != NULL && self->record->error == NULL)
    self->record->error = relais_redact (relais_tap_get_error (self->tap), self->account->api_key);
}

/* A refusal of our account is not the client's fault: it must not start a login dance there. */
static gboolean
is_account_fault (RelaisExchange *self)
{
  switch (self->upstream_status)
    {
    case 401:
    case 402:
    case 403:
      return TRUE;
    case 400:
      return self->dialect->id == RELAIS_DIALECT_GEMINI && strstr (self->held->str, "API_KEY_INVALID") != NULL;
    default:
      return FALSE;
    }
}

static gboolean
is_key_fault (RelaisExchange *self)
{
  if (self->upstream_status == 402)
    return FALSE;
  if (self->upstream_status != 403)
    return TRUE;
  return g_strstr_len (self->held->str, self->held->len, "API key") != NULL ||
         g_strstr_len (self->held->str, self->held->len, "api_key") != NULL ||
         g_strstr_len (self->held->str, self->held->len, "API_KEY") != NULL;
}

static void
fail_account (RelaisExchange *self)
{
  g_autoptr (RelaisFailure) failure = NULL;
  g_autofree char *words = NULL;
  const char *error = relais_tap_get_error (self->tap);

  words = relais_redact (error != NULL ? error : "it gave no reason", self->account->api_key);
  failure = relais_failure_new (RELAIS_ERROR_UPSTREAM, "The upstream refused the account “%s” (%u): %s",
                                self->account->label, self->upstream_status, words);
  if (is_key_fault (self))
    {
      relais_account_pool_reject (self->gateway->pool, self->account->id);
      self->gateway->pool_changed (self->gateway->user_data);
    }
  self->no_retry = TRUE;
  relais_exchange_fail (self, failure);
}

static void
fail_foreign_body (RelaisExchange *self)
{
  g_autoptr (RelaisFailure) failure = NULL;
  g_autofree char *type = g_strndup (upstream_type (self), strcspn (upstream_type (self), "; "));

  failure = relais_failure_new (RELAIS_ERROR_UPSTREAM, "The upstream answered %u (%s)", self->upstream_status,
                                *type != '\0' ? type : "no content type");
  if (self->upstream_status >= 400)
    failure->status = self->upstream_status;
  soup_message_headers_foreach (self->upstream_headers, copy_response_header, self);
  relais_exchange_fail (self, failure);
}

static void
begin_stream (RelaisExchange *self)
{
  soup_message_headers_foreach (self->upstream_headers, copy_response_header, self);
  if (self->form == RELAIS_FORM_SSE)
    {
      relais_reply_set_header (self->reply, "Cache-Control", "no-cache");
      relais_reply_set_header (self->reply, "X-Accel-Buffering", "no");
    }
  relais_reply_begin (self->reply, self->upstream_status, NULL);
  relais_exchange_report (self, RELAIS_RECORD_ANSWERED);
}

static void
send_held (RelaisExchange *self)
{
  gboolean json = g_ascii_strncasecmp (upstream_type (self), "application/json", 16) == 0;

  note_tap (self);
  if (is_account_fault (self))
    fail_account (self);
  else if (self->upstream_status / 100 == 3 || (self->upstream_status >= 400 && !json))
    fail_foreign_body (self);
  else
    {
      soup_message_headers_foreach (self->upstream_headers, copy_response_header, self);
      relais_reply_send (self->reply, self->upstream_status, NULL, self->held->str,
                         self->held->len);
      self->record->first_byte_us = g_get_monotonic_time () - self->started_us;
    }
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
  stream = g_ascii_strncasecmp (upstream_type (self), "text/event-stream", 17) == 0;
  self->form = stream ? RELAIS_FORM_SSE : RELAIS_FORM_WHOLE;
  self->tap = relais_tap_new (self->dialect, self->form, limits->upstream_event_size_bytes);
  known = soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH &&
          length <= HELD_BYTES_MAX;
  if (status >= 300 || (known && !stream))
    self->held = g_string_new (NULL);
  else
    begin_stream (self);
}

static void
data_cb (RelaisTransfer *transfer,
         const char     *bytes,
         gsize           length,
         gpointer        user_data)
{
  RelaisExchange *self = user_data;

  if (self->held != NULL && self->held->len + length > HELD_BYTES_MAX)
    {
      g_autoptr (GError) error = g_error_new (RELAIS_ERROR, RELAIS_ERROR_UPSTREAM,
                                              "The upstream answered %u with an oversized body", self->upstream_status);

      relais_exchange_forward_stop (self);
      relais_exchange_fail_error (self, error);
      return;
    }
  if (self->held != NULL)
    g_string_append_len (self->held, bytes, length);
  else
    relais_exchange_write (self, bytes, length);
  relais_tap_feed (self->tap, bytes, length);
  if (relais_reply_is_full (self->reply))
    relais_transfer_set_paused (transfer, TRUE);
}

static void
end_cut_stream (RelaisExchange *self,
                const GError   *error)
{
  note_tap (self);
  if (self->form == RELAIS_FORM_SSE && relais_tap_is_between (self->tap))
    {
      relais_exchange_fail_error (self, error);
      return;
    }
  /* in the middle of an event nothing can be said any more */
  g_free (self->record->error);
  self->record->error = g_strdup (error->message);
  relais_reply_abort (self->reply);
}

static void
done_cb (RelaisTransfer *transfer,
         const GError   *error,
         gpointer        user_data)
{
  g_autoptr (RelaisExchange) self = relais_exchange_ref (user_data);
  g_autoptr (GError) local = error != NULL ? g_error_copy (error) : NULL;

  self->transfer = NULL;
  if (local == NULL && self->held == NULL && self->form == RELAIS_FORM_SSE &&
      !relais_tap_is_complete (self->tap))
    {
      relais_tap_end (self->tap);
      if (!relais_tap_is_complete (self->tap))
        local = g_error_new_literal (RELAIS_ERROR, RELAIS_ERROR_UPSTREAM,
                                     "The upstream closed the stream before its end");
    }
  if (local != NULL && relais_reply_has_begun (self->reply))
    end_cut_stream (self, local);
  else if (local != NULL)
    {
      g_prefix_error (&local, "The account “%s” could not be used: ", self->account->label);
      relais_exchange_fail_error (self, local);
    }
  else if (self->held != NULL)
    send_held (self);
  else
    {
      note_tap (self);
      relais_reply_finish (self->reply);
    }
}

static SoupMessageHeaders *
pick_request_headers (RelaisExchange *self)
{
  SoupMessageHeaders *headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);

  for (gsize i = 0; i < self->head->n_fields; i++)
    if (is_listed (self->head->fields[i].name, request_headers, G_N_ELEMENTS (request_headers)))
      soup_message_headers_append (headers, self->head->fields[i].name,
                                   self->head->fields[i].value);
  return headers;
}

/* Sends the client's bytes as they are. */
void
relais_exchange_forward (RelaisExchange *self)
{
  static const RelaisTransferSink sink = { head_cb, data_cb, done_cb };
  SoupMessageHeaders *headers = pick_request_headers (self);
  g_autoptr (GError) error = NULL;
  RelaisUpstreamRequest request = {
    .account = self->account,
    .dialect = self->dialect->id,
    .method = self->head->method,
    .tail = self->route->tail,
    .version = self->route->version,
    .query = self->route->query,
    .headers = headers,
    .content_type = "application/json",
    .body = g_strcmp0 (self->head->method, "POST") == 0 ? self->body : NULL,
  };

  self->transfer = relais_upstream_send (self->gateway->upstream, &request, &sink, self, &error);
  soup_message_headers_unref (headers);
  if (self->transfer != NULL)
    return;
  g_prefix_error (&error, "The account “%s” cannot be used: ", self->account->label);
  error->code = RELAIS_ERROR_UPSTREAM;
  relais_exchange_fail_error (self, error);
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
  if (self->held != NULL)
    g_string_free (g_steal_pointer (&self->held), TRUE);
}
