/* relais-linger.c: the end of a connection: last words, then a bounded drain
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-linger"

#include "config.h"

#include <errno.h>
#include <sys/socket.h>

#include "relais-linger.h"

#define DRAIN_BYTES (256 * 1024)
#define DRAIN_US G_USEC_PER_SEC

struct _RelaisLinger
{
  /* owned */
  GSocket          *socket;
  GIOStream        *stream;
  GBytes           *words;
  GSource          *source;

  /* borrowed */
  RelaisLingerFunc  closed;
  gpointer          user_data;
  gpointer tag; /* of the fd in the source */

  gsize             sent;
  gsize             drained;
};

typedef struct
{
  GSource source;
  RelaisLinger *linger; /* borrowed */
} LingerSource;

/* TRUE when all is said, or the other side hears nothing any more. */
static gboolean
speak (RelaisLinger *self)
{
  int fd = g_socket_get_fd (self->socket);
  gsize size = 0;
  const char *data = self->words != NULL ? g_bytes_get_data (self->words, &size) : NULL;

  while (self->sent < size)
    {
      gssize n = send (fd, data + self->sent, size - self->sent, MSG_NOSIGNAL);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return errno != EAGAIN;
      self->sent += n;
    }
  return TRUE;
}

/* TRUE while it is worth waiting for more: a close with unread bytes would turn into a reset, and
 * the reset would take the last words back. */
static gboolean
drain (RelaisLinger *self)
{
  char buffer[16 * 1024];

  while (self->drained < DRAIN_BYTES)
    {
      gssize n = recv (g_socket_get_fd (self->socket), buffer, sizeof buffer, 0);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return n < 0 && errno == EAGAIN;
      self->drained += n;
    }
  return FALSE;
}

static gboolean
relais_linger_dispatch (GSource     *source,
                        GSourceFunc  callback,
                        gpointer     user_data)
{
  RelaisLinger *self = ((LingerSource *)source)->linger;
  gboolean late = g_source_get_time (source) >= g_source_get_ready_time (source);

  if (!late && self->words != NULL && speak (self))
    {
      g_clear_pointer (&self->words, g_bytes_unref);
      shutdown (g_socket_get_fd (self->socket), SHUT_WR);
      g_source_modify_unix_fd (source, self->tag, G_IO_IN);
    }
  if (late || !drain (self))
    relais_linger_cut (self);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs source_funcs = { NULL, NULL, relais_linger_dispatch, NULL, NULL, NULL };

/**
 * relais_linger_start:
 * @socket: a non-blocking socket nobody else uses any more
 * @stream: its stream, kept from closing it meanwhile
 * @words: (nullable): what to say before it closes
 * @closed: called when it is closed, never from within this call
 * @user_data: for @closed
 *
 * Writes @words, ends our half, reads on until the other side is done, and closes: after 256 KiB or
 * a second at the latest.
 *
 * Returns: (transfer none): the lingering socket; it frees itself after @closed
 */
RelaisLinger *
relais_linger_start (GSocket          *socket,
                     GIOStream        *stream,
                     GBytes           *words,
                     RelaisLingerFunc  closed,
                     gpointer          user_data)
{
  RelaisLinger *self = g_new0 (RelaisLinger, 1);
  GIOCondition condition = G_IO_IN;

  self->socket = g_object_ref (socket);
  self->stream = g_object_ref (stream);
  self->closed = closed;
  self->user_data = user_data;
  self->words = words != NULL ? g_bytes_ref (words) : NULL;
  if (speak (self))
    {
      g_clear_pointer (&self->words, g_bytes_unref);
      shutdown (g_socket_get_fd (socket), SHUT_WR);
    }
  else
    condition = G_IO_OUT;
  self->source = g_source_new (&source_funcs, sizeof (LingerSource));
  ((LingerSource *)self->source)->linger = self;
  g_source_set_static_name (self->source, "relais-linger");
  self->tag = g_source_add_unix_fd (self->source, g_socket_get_fd (socket), condition);
  g_source_set_ready_time (self->source, g_get_monotonic_time () + DRAIN_US);
  g_source_attach (self->source, g_main_context_get_thread_default ());
  return self;
}

/**
 * relais_linger_cut:
 * @self: (transfer full): a lingering socket
 *
 * Closes it now.
 */
void
relais_linger_cut (RelaisLinger *self)
{
  g_source_destroy (self->source);
  g_source_unref (self->source);
  g_socket_close (self->socket, NULL);
  self->closed (self, self->user_data);
  g_clear_pointer (&self->words, g_bytes_unref);
  g_object_unref (self->stream);
  g_object_unref (self->socket);
  g_free (self);
}
