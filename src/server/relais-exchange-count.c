/* relais-exchange-count.c: tokens of a request, counted by another dialect's upstream or guessed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-exchange"

#include "config.h"

#include "base/relais-error.h"
#include "dialects/relais-count.h"
#include "upstream/relais-provider.h"

#include "relais-exchange-private.h"

static void
answer (RelaisExchange *self,
        gint64          n_tokens,
        gboolean        estimated)
{
  g_autoptr (GString) out = g_string_new (NULL);

  if (estimated)
    relais_reply_set_header (self->reply, "X-Relais-Estimated", "true");
  relais_count_encode (self->dialect->id, n_tokens, out);
  relais_reply_send (self->reply, 200, "application/json", out->str, out->len);
}

static gint64
find_count (RelaisExchange *self)
{
  return self->gateway->counts != NULL
           ? relais_count_cache_lookup (self->gateway->counts, self->account->id, self->sent,
                                        relais_clock_get_now_us (self->gateway->clock))
           : -1;
}

static void
keep_count (RelaisExchange *self,
            gint64          n_tokens)
{
  if (self->gateway->counts != NULL)
    relais_count_cache_put (self->gateway->counts, self->account->id, self->sent, n_tokens,
                            relais_clock_get_now_us (self->gateway->clock));
}

/* Answers with a guess: no upstream can count this one, or none did. */
void
relais_exchange_estimate (RelaisExchange *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RelaisPrompt) prompt = relais_count_decode_request (self->dialect->id, self->body,
                                                                 self->route->model, &error);
  g_autoptr (RelaisFailure) failure = NULL;

  if (prompt != NULL)
    {
      answer (self, relais_count_estimate (prompt, self->upstream_dialect), TRUE);
      return;
    }
  failure = relais_dialect_failure_from_error (error);
  self->record->error_is_own = TRUE;
  relais_exchange_fail (self, failure);
}

static void
head_cb (RelaisTransfer     *transfer,
         guint               status,
         SoupMessageHeaders *headers,
         gpointer            user_data)
{
  RelaisExchange *self = user_data;

  self->upstream_status = status;
  self->record->upstream_status = status;
  self->upstream_headers = soup_message_headers_ref (headers);
  self->held = g_string_new (NULL);
}

static void
data_cb (RelaisTransfer *transfer,
         const char     *bytes,
         gsize           length,
         gpointer        user_data)
{
  RelaisExchange *self = user_data;

  relais_exchange_keep (self, RELAIS_BODY_UPSTREAM_IN, bytes, length);
  g_string_append_len (self->held, bytes, MIN (length, RELAIS_EXCHANGE_HELD_MAX - self->held->len));
}

static void
done_cb (RelaisTransfer *transfer,
         const GError   *error,
         gpointer        user_data)
{
  g_autoptr (RelaisExchange) self = relais_exchange_ref (user_data);
  gint64 n_tokens = -1;

  self->was_sent = relais_transfer_get_was_sent (transfer);
  self->transfer = NULL;
  if (error == NULL && self->upstream_status == 200)
    n_tokens = relais_count_decode (self->upstream_dialect, self->held->str, self->held->len);
  if (n_tokens >= 0)
    relais_exchange_note_served (self);
  else if ((error != NULL || self->upstream_status >= 300) && relais_exchange_settle (self, error))
    return;
  if (n_tokens < 0)
    {
      relais_exchange_estimate (self);
      return;
    }
  keep_count (self, n_tokens);
  answer (self, n_tokens, FALSE);
}

static char *
dup_tail (RelaisExchange *self)
{
  if (self->upstream_dialect == RELAIS_DIALECT_GEMINI)
    return relais_provider_dup_model_tail (self->record->upstream_model, "countTokens");
  return g_strdup (self->upstream_dialect == RELAIS_DIALECT_ANTHROPIC ? "messages/count_tokens"
                                                                      : "responses/input_tokens");
}

/* Asks an upstream of another dialect; a guess where it has nothing of the kind, or fails: programs
 * ask this often, by the way, and go astray on errors. What was counted within the last minute is
 * not asked again. */
void
relais_exchange_count (RelaisExchange *self)
{
  static const RelaisTransferSink sink = { head_cb, data_cb, done_cb };
  g_autoptr (GError) error = NULL;
  g_autoptr (RelaisPrompt) prompt = relais_count_decode_request (self->dialect->id, self->body,
                                                                 self->route->model, &error);
  g_autoptr (GString) request = g_string_new (NULL);
  g_autofree char *tail = dup_tail (self);
  SoupMessageHeaders *headers;
  gint64 n_tokens;
  RelaisUpstreamRequest asked = {
    .account = self->account,
    .dialect = self->upstream_dialect,
    .method = "POST",
    .tail = tail,
    .content_type = "application/json",
    .deadline_us = self->deadline_us,
  };

  if (prompt == NULL || self->upstream_dialect == RELAIS_DIALECT_OPENAI_CHAT ||
      relais_provider_find (self->account->provider)->in_process)
    {
      relais_exchange_estimate (self);
      return;
    }
  if (!relais_exchange_encode_for (self, g_steal_pointer (&prompt), request, NULL))
    {
      relais_exchange_estimate (self);
      return;
    }
  g_clear_pointer (&self->sent, g_bytes_unref);
  self->sent = relais_count_encode_request (self->upstream_dialect, self->record->upstream_model,
                                            request->str, request->len);
  n_tokens = find_count (self);
  if (n_tokens >= 0)
    {
      answer (self, n_tokens, FALSE);
      return;
    }
  headers = relais_exchange_make_headers (self);
  asked.body = self->sent;
  asked.headers = headers;
  relais_exchange_send (self, &asked, &sink, &error);
  soup_message_headers_unref (headers);
  if (self->transfer == NULL)
    relais_exchange_estimate (self);
}
