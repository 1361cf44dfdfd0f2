/* relais-repeat.c: a request sent once more, its answer read to the end and dropped
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-repeat"

#include "config.h"

#include <libsoup/soup.h>

#include "relais-repeat.h"

struct _RelaisRepeat
{
  RelaisTransfer *transfer; /* owned, NULL once it is done */
  RelaisRepeatFunc ended;
  gpointer         user_data;
};

static void
head_cb (RelaisTransfer     *transfer,
         guint               status,
         SoupMessageHeaders *headers,
         gpointer            user_data)
{
}

static void
data_cb (RelaisTransfer *transfer,
         const char     *bytes,
         gsize           length,
         gpointer        user_data)
{
}

static void
done_cb (RelaisTransfer *transfer,
         const GError   *error,
         gpointer        user_data)
{
  RelaisRepeat *self = user_data;

  self->transfer = NULL;
  self->ended (self, self->user_data);
}

/**
 * relais_repeat_send:
 * @upstream: how to send
 * @request: what; its headers are made here
 * @header: (nullable): one more header
 * @value: (nullable): its value; %NULL leaves it out
 * @ended: told when the answer has ended, well or not, from the main loop; frees the repeat
 * @user_data: for @ended
 * @error: where to put a failure
 *
 * Takes as long as the answer does, within the limits of @upstream. Fails as
 * [method@Upstream.send] does.
 *
 * Returns: (transfer full) (nullable): the repeat
 */
RelaisRepeat *
relais_repeat_send (RelaisUpstream               *upstream,
                    const RelaisUpstreamRequest  *request,
                    const char                   *header,
                    const char                   *value,
                    RelaisRepeatFunc              ended,
                    gpointer                      user_data,
                    GError                      **error)
{
  static const RelaisTransferSink sink = { head_cb, data_cb, done_cb };
  SoupMessageHeaders *headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  RelaisUpstreamRequest fixed = *request;
  RelaisRepeat *self = g_new0 (RelaisRepeat, 1);

  soup_message_headers_append (headers, "user-agent", "Relais/" RELAIS_VERSION);
  if (header != NULL && value != NULL)
    soup_message_headers_append (headers, header, value);
  fixed.headers = headers;
  self->ended = ended;
  self->user_data = user_data;
  self->transfer = relais_upstream_send (upstream, &fixed, &sink, self, error);
  soup_message_headers_unref (headers);
  if (self->transfer == NULL)
    g_clear_pointer (&self, g_free);
  return self;
}

/**
 * relais_repeat_free:
 * @self: a repeat; one that is under way is cut
 */
void
relais_repeat_free (RelaisRepeat *self)
{
  g_clear_pointer (&self->transfer, relais_transfer_free);
  g_free (self);
}
