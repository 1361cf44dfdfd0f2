/* relais-exchange-embed.c: OpenAI's embeddings, answered by Gemini
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-exchange"

#include "config.h"

#include "base/relais-error.h"
#include "dialects/relais-embed.h"
#include "upstream/relais-provider.h"

#include "relais-exchange-private.h"

static void
head_cb (RelaisTransfer     *transfer,
         guint               status,
         SoupMessageHeaders *headers,
         gpointer            user_data)
{
  RelaisExchange *self = user_data;
  gsize limit = relais_config_get_limits (self->gateway->config)->upstream_event_size_bytes;

  self->upstream_status = status;
  self->record->upstream_status = status;
  self->upstream_headers = soup_message_headers_ref (headers);
  self->held = g_string_new (NULL);
  self->tap = relais_tap_new (relais_dialect_get (RELAIS_DIALECT_GEMINI), RELAIS_FORM_WHOLE, limit);
}

static void
data_cb (RelaisTransfer *transfer,
         const char     *bytes,
         gsize           length,
         gpointer        user_data)
{
  RelaisExchange *self = user_data;
  gsize limit = relais_config_get_limits (self->gateway->config)->upstream_event_size_bytes;

  relais_exchange_keep (self, RELAIS_BODY_UPSTREAM_IN, bytes, length);
  if (self->held->len + length <= limit)
    {
      g_string_append_len (self->held, bytes, length);
      relais_tap_feed (self->tap, bytes, length);
      return;
    }
  {
    g_autoptr (GError) error = g_error_new_literal (RELAIS_ERROR, RELAIS_ERROR_UPSTREAM,
                                                    "The upstream's embeddings are too large");

    relais_exchange_forward_stop (self);
    relais_exchange_fail_error (self, error);
  }
}

static void
done_cb (RelaisTransfer *transfer,
         const GError   *error,
         gpointer        user_data)
{
  g_autoptr (RelaisExchange) self = relais_exchange_ref (user_data);
  g_autoptr (GError) local = error != NULL ? g_error_copy (error) : NULL;
  g_autoptr (GString) out = g_string_new (NULL);

  self->was_sent = relais_transfer_get_was_sent (transfer);
  self->transfer = NULL;
  if ((local != NULL || self->upstream_status >= 300) && relais_exchange_settle (self, local))
    return;
  if (local != NULL)
    {
      g_prefix_error (&local, "The account “%s” could not be used: ", self->account->label);
      relais_exchange_fail_error (self, local);
      return;
    }
  relais_exchange_note_tap (self);
  if (relais_exchange_fail_upstream (self))
    return;
  if (relais_embed_encode_answer (&self->embedding, self->record->upstream_model, self->held->str,
                                  self->held->len, out))
    {
      relais_exchange_note_served (self);
      self->record->first_byte_us = g_get_monotonic_time () - self->started_us;
      relais_reply_send (self->reply, 200, "application/json", out->str, out->len);
      return;
    }
  local = g_error_new_literal (RELAIS_ERROR, RELAIS_ERROR_UPSTREAM, "The upstream's answer holds not all embeddings");
  relais_exchange_fail_error (self, local);
}

/* Asks for all texts at once. */
void
relais_exchange_embed (RelaisExchange *self)
{
  static const RelaisTransferSink sink = { head_cb, data_cb, done_cb };
  const char *model = self->record->upstream_model;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body =
               relais_embed_encode_request (self->body, model, &self->embedding, &error);
  g_autofree char *tail = relais_provider_dup_model_tail (model, "batchEmbedContents");
  SoupMessageHeaders *headers;
  RelaisUpstreamRequest request = {
    .account = self->account,
    .dialect = RELAIS_DIALECT_GEMINI,
    .method = "POST",
    .tail = tail,
    .content_type = "application/json",
    .body = body,
    .deadline_us = self->deadline_us,
  };

  if (body == NULL)
    {
      g_autoptr (RelaisFailure) failure = relais_dialect_failure_from_error (error);

      self->record->error_is_own = TRUE;
      relais_exchange_fail (self, failure);
      return;
    }
  self->upstream_dialect = RELAIS_DIALECT_GEMINI;
  headers = relais_exchange_make_headers (self);
  request.headers = headers;
  relais_exchange_send (self, &request, &sink, &error);
  soup_message_headers_unref (headers);
  if (self->transfer != NULL)
    return;
  relais_exchange_fail_unsent (self, error);
}
