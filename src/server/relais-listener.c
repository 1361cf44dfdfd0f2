/* relais-listener.c: bound sockets, and an accept loop that survives failing
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-listener"

#include "config.h"

#include <fcntl.h>
#include <gio/gnetworking.h>
#include <sys/socket.h>
#include <unistd.h>

#include "relais-listener.h"

#define BACKLOG 511
#define ACCEPTS_PER_TURN 64
#define PAUSE_MS 100

struct _RelaisListener
{
  /* owned; IPv4, then IPv6 */
  GSocket            *sockets[2];
  GSource            *sources[2];
  GSocketAddress     *address;
  GSource            *pause;

  /* borrowed */
  RelaisListenerSink  sink;
  gpointer            user_data;

  guint               port;
  int spare_fd; /* given up for a moment to get rid of a connection we cannot take */
};

static void attach (RelaisListener *self);

static void
detach (RelaisListener *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->sources); i++)
    if (self->sources[i] != NULL)
      {
        g_source_destroy (self->sources[i]);
        g_clear_pointer (&self->sources[i], g_source_unref);
      }
}

static gboolean
relais_listener_resume_cb (gpointer user_data)
{
  RelaisListener *self = user_data;

  g_clear_pointer (&self->pause, g_source_unref);
  attach (self);
  return G_SOURCE_REMOVE;
}

/* Nothing can be accepted, and the sockets stay readable: look again a little later. */
static void
pause_for_a_while (RelaisListener *self)
{
  detach (self);
  if (self->pause != NULL)
    return;
  self->pause = g_timeout_source_new (PAUSE_MS);
  g_source_set_callback (self->pause, relais_listener_resume_cb, self, NULL);
  g_source_attach (self->pause, g_main_context_get_thread_default ());
}

static int
open_spare (void)
{
  return open ("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* Out of descriptors: the waiting client gets a clean close in place of silence. */
static gboolean
drop_one (RelaisListener *self,
          GSocket        *socket)
{
  int fd;

  if (self->spare_fd < 0)
    return FALSE;
  close (self->spare_fd);
  fd = accept4 (g_socket_get_fd (socket), NULL, NULL, SOCK_CLOEXEC);
  if (fd >= 0)
    close (fd);
  self->spare_fd = open_spare ();
  return fd >= 0;
}

static gboolean
relais_listener_accept_cb (GSocket      *socket,
                           GIOCondition  condition,
                           gpointer      user_data)
{
  RelaisListener *self = user_data;

  for (guint i = 0; i < ACCEPTS_PER_TURN; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GSocket) client = NULL;
      RelaisRoom room;

      /* nobody is to make room for nobody */
      if (g_socket_condition_check (socket, G_IO_IN) == 0)
        break;
      room = self->sink.room (self->user_data);
      if (room == RELAIS_ROOM_SOON)
        break;
      client = g_socket_accept (socket, NULL, &error);
      if (client != NULL)
        {
          g_socket_set_option (client, IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
          self->sink.accepted (client, room == RELAIS_ROOM_FREE, self->user_data);
          continue;
        }
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        break;
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES))
        {
          /* a client that left before we came (ECONNABORTED), or a system short of memory */
          g_debug ("Could not accept: %s", error->message);
          continue;
        }
      room = self->sink.spare (self->user_data);
      if (room == RELAIS_ROOM_SOON)
        break;
      if (room == RELAIS_ROOM_NONE && !drop_one (self, socket))
        {
          pause_for_a_while (self);
          break;
        }
    }
  return G_SOURCE_CONTINUE;
}

static void
attach (RelaisListener *self)
{
  if (self->spare_fd < 0)
    self->spare_fd = open_spare ();
  for (guint i = 0; i < G_N_ELEMENTS (self->sockets); i++)
    {
      GSource *source;

      if (self->sockets[i] == NULL)
        continue;
      source = g_socket_create_source (self->sockets[i], G_IO_IN, NULL);
      g_source_set_callback (source, G_SOURCE_FUNC (relais_listener_accept_cb), self, NULL);
      g_source_set_static_name (source, "relais-listener");
      g_source_attach (source, g_main_context_get_thread_default ());
      self->sources[i] = source;
    }
}

static GSocket *
bind_one (GSocketFamily   family,
          gboolean        any_address,
          guint           port,
          GError        **error)
{
  g_autoptr (GInetAddress) inet = any_address ? g_inet_address_new_any (family)
                                              : g_inet_address_new_loopback (family);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (inet, port);
  g_autoptr (GSocket) socket =
               g_socket_new (family, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);

  if (socket == NULL)
    return NULL;
  if (family == G_SOCKET_FAMILY_IPV6)
    g_socket_set_option (socket, IPPROTO_IPV6, IPV6_V6ONLY, TRUE, NULL);
  g_socket_set_listen_backlog (socket, BACKLOG);
  g_socket_set_blocking (socket, FALSE);
  if (!g_socket_bind (socket, address, TRUE, error) || !g_socket_listen (socket, error))
    return NULL;
  return g_steal_pointer (&socket);
}

/**
 * relais_listener_new:
 * @any_address: on every address, not just on loopback
 * @port: the port, 0 to let the system pick one
 * @sink: who is told
 * @user_data: for @sink
 * @error: where to put a failure
 *
 * Binds and listens, on IPv4 and with the same port on IPv6 where the machine has that, and accepts
 * in the thread-default main context. Fails with the [error@Gio.IOErrorEnum] of the IPv4 bind.
 *
 * Returns: (transfer full): a listener
 */
RelaisListener *
relais_listener_new (gboolean                   any_address,
                     guint                      port,
                     const RelaisListenerSink  *sink,
                     gpointer                   user_data,
                     GError                   **error)
{
  g_autoptr (GSocket) socket = bind_one (G_SOCKET_FAMILY_IPV4, any_address, port, error);
  RelaisListener *self;

  if (socket == NULL)
    return NULL;
  self = g_new0 (RelaisListener, 1);
  self->sink = *sink;
  self->user_data = user_data;
  self->spare_fd = -1;
  self->sockets[0] = g_steal_pointer (&socket);
  self->address = g_socket_get_local_address (self->sockets[0], NULL);
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (self->address));
  self->sockets[1] = bind_one (G_SOCKET_FAMILY_IPV6, any_address, self->port, NULL);
  attach (self);
  return self;
}

/**
 * relais_listener_free:
 * @self: (nullable): a listener
 *
 * Takes in the connections that wait already, then closes.
 */
void
relais_listener_free (RelaisListener *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (self->sockets); i++)
    for (guint j = 0; self->sources[i] != NULL && j <= BACKLOG / ACCEPTS_PER_TURN; j++)
      relais_listener_accept_cb (self->sockets[i], G_IO_IN, self);
  detach (self);
  if (self->pause != NULL)
    g_source_destroy (self->pause);
  g_clear_pointer (&self->pause, g_source_unref);
  for (guint i = 0; i < G_N_ELEMENTS (self->sockets); i++)
    if (self->sockets[i] != NULL)
      {
        g_socket_close (self->sockets[i], NULL);
        g_clear_object (&self->sockets[i]);
      }
  if (self->spare_fd >= 0)
    close (self->spare_fd);
  g_clear_object (&self->address);
  g_free (self);
}

/**
 * relais_listener_get_port:
 * @self: a listener
 *
 * Returns: the port it is bound to, never 0
 */
guint
relais_listener_get_port (RelaisListener *self)
{
  return self->port;
}

/**
 * relais_listener_has_v6:
 * @self: a listener
 *
 * Returns: whether it hears IPv6, too
 */
gboolean
relais_listener_has_v6 (RelaisListener *self)
{
  return self->sockets[1] != NULL;
}

/**
 * relais_listener_get_address:
 * @self: a listener
 *
 * Returns: (transfer none): what it is bound to
 */
GSocketAddress *
relais_listener_get_address (RelaisListener *self)
{
  return self->address;
}
