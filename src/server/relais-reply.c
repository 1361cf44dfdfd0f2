/* relais-reply.c: writes one answer to the client, streaming, telling when it lags
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-reply"

#include "config.h"

#include "relais-refusal.h"
#include "relais-reply.h"

#define HIGH_MARK_BYTES (256 * 1024)
#define LOW_MARK_BYTES (64 * 1024)

struct _RelaisReply
{
  /* owned */
  RelaisWire        *wire;
  SoupServerMessage *message;

  /* borrowed */
  RelaisReplySink    sink;
  gpointer           user_data;

  gsize queued_bytes; /* appended, not yet taken by the socket */
  gint64             size_bytes;
  gboolean           begun;
  gboolean complete; /* nothing more will be appended */
  gboolean           full;
  gboolean cutting; /* the connection is cut once what is queued has left */
  gboolean over;    /* the message is finished or its connection gone: hands off */
};

static void
end (RelaisReply *self,
     gboolean     whole)
{
  RelaisReplySink sink = self->sink;

  if (self->over)
    return;
  self->over = TRUE;
  g_signal_handlers_disconnect_by_data (self->message, self);
  sink.ended (self, whole, self->user_data);
}

/* Who has it all may hang up before libsoup has said that it is finished. */
static void
finished_cb (RelaisReply *self)
{
  end (self, self->complete && self->queued_bytes == 0);
}

static void
wrote_body_data_cb (RelaisReply *self,
                    guint        size)
{
  self->queued_bytes -= MIN (self->queued_bytes, size);
  if (self->cutting && self->queued_bytes == 0)
    {
      relais_wire_abort (self->wire);
      return;
    }
  if (!self->full || self->queued_bytes > LOW_MARK_BYTES)
    return;
  self->full = FALSE;
  self->sink.drained (self, self->user_data);
}

/**
 * relais_reply_new:
 * @wire: the connection
 * @message: the request to answer, paused until the first byte is there
 * @sink: who is told
 * @user_data: for @sink
 *
 * `drained` and `ended` come from the main loop, never from within a call to the reply but
 * [method@Reply.abort] and [method@Reply.drop].
 *
 * Returns: (transfer full): a reply
 */
RelaisReply *
relais_reply_new (RelaisWire            *wire,
                  SoupServerMessage     *message,
                  const RelaisReplySink *sink,
                  gpointer               user_data)
{
  RelaisReply *self = g_new0 (RelaisReply, 1);

  self->wire = g_object_ref (wire);
  self->message = g_object_ref (message);
  self->sink = *sink;
  self->user_data = user_data;
  g_signal_connect_swapped (message, "finished", G_CALLBACK (finished_cb), self);
  g_signal_connect_swapped (message, "disconnected", G_CALLBACK (finished_cb), self);
  g_signal_connect_swapped (message, "wrote-body-data", G_CALLBACK (wrote_body_data_cb), self);
  soup_server_message_pause (message);
  return self;
}

/**
 * relais_reply_set_header:
 * @self: a reply
 * @name: a header's name
 * @value: (nullable): its value; one that no header may hold is left out; %NULL takes it back
 *
 * Too late once the reply has begun: nothing happens then.
 */
void
relais_reply_set_header (RelaisReply *self,
                         const char  *name,
                         const char  *value)
{
  if (self->begun)
    return;
  if (value == NULL)
    {
      soup_message_headers_remove (soup_server_message_get_response_headers (self->message), name);
      return;
    }
  /* libsoup answers CR, LF and the like with a critical */
  for (const char *p = value; *p != '\0'; p++)
    if ((guchar)*p < 0x20 || *p == 0x7f)
      return;
  soup_message_headers_replace (soup_server_message_get_response_headers (self->message), name,
                                value);
}

static void
begin (RelaisReply  *self,
       guint         status,
       const char   *content_type,
       SoupEncoding  encoding)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (self->message);

  g_return_if_fail (!self->begun);
  if (content_type != NULL)
    relais_reply_set_header (self, "Content-Type", content_type);
  self->begun = TRUE;
  soup_message_headers_set_encoding (headers, encoding);
  soup_message_body_set_accumulate (soup_server_message_get_response_body (self->message), FALSE);
  /* never the upstream's own phrase */
  soup_server_message_set_status (self->message, status, relais_status_get_phrase (status));
}

static void
append (RelaisReply *self,
        const char  *bytes,
        gsize        length)
{
  soup_message_body_append (soup_server_message_get_response_body (self->message),
                            SOUP_MEMORY_COPY, bytes, length);
  self->queued_bytes += length;
  self->size_bytes += length;
  self->sink.written (self, bytes, length, self->user_data);
}

/**
 * relais_reply_send:
 * @self: a reply that has not begun
 * @status: an HTTP status
 * @content_type: (nullable): the body's type
 * @body: (nullable): the whole body
 * @length: its bytes
 *
 * The whole answer at once, with its length said in the head.
 */
void
relais_reply_send (RelaisReply *self,
                   guint        status,
                   const char  *content_type,
                   const char  *body,
                   gsize        length)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (self->message);

  if (self->over)
    return;
  begin (self, status, content_type, SOUP_ENCODING_CONTENT_LENGTH);
  soup_message_headers_set_content_length (headers, length);
  if (length > 0 && g_strcmp0 (soup_server_message_get_method (self->message), "HEAD") != 0)
    append (self, body, length);
  relais_reply_finish (self);
}

/**
 * relais_reply_begin:
 * @self: a reply that has not begun
 * @status: an HTTP status
 * @content_type: (nullable): the body's type
 *
 * The head of an answer whose length nobody knows yet.
 */
void
relais_reply_begin (RelaisReply *self,
                    guint        status,
                    const char  *content_type)
{
  SoupHTTPVersion version = soup_server_message_get_http_version (self->message);

  if (self->over)
    return;
  begin (self, status, content_type,
         version == SOUP_HTTP_1_0 ? SOUP_ENCODING_EOF : SOUP_ENCODING_CHUNKED);
  soup_server_message_unpause (self->message);
}

/**
 * relais_reply_write:
 * @self: a reply that has begun
 * @bytes: some of the body; copied
 * @length: how many
 *
 * Never refuses: who writes looks at [method@Reply.is_full] afterwards, stops, and waits for
 * `drained`.
 */
void
relais_reply_write (RelaisReply *self,
                    const char  *bytes,
                    gsize        length)
{
  if (self->over || length == 0)
    return;
  append (self, bytes, length);
  if (self->queued_bytes > HIGH_MARK_BYTES)
    self->full = TRUE;
  soup_server_message_unpause (self->message);
}

/**
 * relais_reply_finish:
 * @self: a reply that has begun
 *
 * A good end: the client sees a whole body.
 */
void
relais_reply_finish (RelaisReply *self)
{
  if (self->over)
    return;
  self->complete = TRUE;
  soup_message_body_complete (soup_server_message_get_response_body (self->message));
  soup_server_message_unpause (self->message);
}

/**
 * relais_reply_abort:
 * @self: a reply
 *
 * A bad end: the connection closes in mid-body, behind what was written, so that no client takes
 * it for a whole one.
 */
void
relais_reply_abort (RelaisReply *self)
{
  if (self->over)
    return;
  self->cutting = TRUE;
  if (self->queued_bytes == 0)
    relais_wire_abort (self->wire);
}

/**
 * relais_reply_drop:
 * @self: a reply
 *
 * The end for a client that left: nothing more is written.
 */
void
relais_reply_drop (RelaisReply *self)
{
  if (!self->over)
    relais_wire_abort (self->wire);
}

/**
 * relais_reply_has_begun:
 * @self: a reply
 *
 * Returns: whether its head is on its way, so that its status stands
 */
gboolean
relais_reply_has_begun (RelaisReply *self)
{
  return self->begun;
}

/**
 * relais_reply_is_complete:
 * @self: a reply
 *
 * Returns: whether all of it was handed over
 */
gboolean
relais_reply_is_complete (RelaisReply *self)
{
  return self->complete;
}

/**
 * relais_reply_is_full:
 * @self: a reply
 *
 * Returns: whether the client lags by more than 256 KiB
 */
gboolean
relais_reply_is_full (RelaisReply *self)
{
  return self->full && !self->over;
}

/**
 * relais_reply_get_size:
 * @self: a reply
 *
 * Returns: bytes of body handed over so far
 */
gint64
relais_reply_get_size (RelaisReply *self)
{
  return self->size_bytes;
}

/**
 * relais_reply_get_status:
 * @self: a reply
 *
 * Returns: its HTTP status, 0 before it has begun
 */
guint
relais_reply_get_status (RelaisReply *self)
{
  return self->begun ? soup_server_message_get_status (self->message) : 0;
}

/**
 * relais_reply_free:
 * @self: a reply; when it has not ended, nobody is told
 */
void
relais_reply_free (RelaisReply *self)
{
  g_signal_handlers_disconnect_by_data (self->message, self);
  g_object_unref (self->message);
  g_object_unref (self->wire);
  g_free (self);
}
