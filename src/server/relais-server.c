/* relais-server.c: the listener: bind, accept, start, stop, drain
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-server"

#include "config.h"

#include <libsoup/soup.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "relais-addresses.h"
#include "relais-listener.h"
#include "relais-server-private.h"
#include "relais-wire-private.h"

#include "base/relais-error.h"

#define WANTED_DESCRIPTORS 8192
#define OTHER_DESCRIPTORS 64 /* of database, keyring, listeners and so on */
#define LINGERS_WHEN_FULL 64
#define VICTIMS_TRIED 64
#define ADDRESSES_KEPT_US (10 * G_USEC_PER_SEC)
#define LAST_WORDS_MS 500

struct _RelaisServer
{
  GObject            parent_instance;

  /* owned */
  RelaisConfig      *config;
  RelaisWireHost    *host;
  SoupServer *soup; /* NULL while stopped */
  RelaisListener    *listener;
  GSocketAddress    *local;
  char             **addresses;
  GPtrArray *stops; /* GTask, waiting for the end */
  GSource *grace;   /* until the end is forced */

  /* borrowed */
  RelaisServerSink   sink;
  gpointer           user_data;

  int dummy_fd; /* the other end of the listener libsoup is told of */
  guint              n_connections_max;
  gint64             addresses_us;
  gboolean           is_lan;
};

G_DEFINE_FINAL_TYPE (RelaisServer, relais_server, G_TYPE_OBJECT)

static void
refresh_addresses (RelaisServer *self)
{
  gint64 now_us = g_get_monotonic_time ();

  if (self->addresses != NULL && now_us - self->addresses_us < ADDRESSES_KEPT_US)
    return;
  g_strfreev (self->addresses);
  self->addresses = relais_addresses_list ();
  self->addresses_us = now_us;
  self->host->place.addresses = (const char *const *)self->addresses;
  self->host->place.host_name = g_get_host_name ();
}

/* Each connection may have one to an upstream. */
static guint
raise_descriptor_limit (guint wanted_connections)
{
  struct rlimit limit;
  rlim_t usable;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0)
    return wanted_connections;
  if (limit.rlim_cur < WANTED_DESCRIPTORS && limit.rlim_cur < limit.rlim_max)
    {
      limit.rlim_cur = MIN (limit.rlim_max, WANTED_DESCRIPTORS);
      if (setrlimit (RLIMIT_NOFILE, &limit) != 0)
        getrlimit (RLIMIT_NOFILE, &limit);
    }
  usable = limit.rlim_cur / 4;
  if (limit.rlim_cur > 2 * OTHER_DESCRIPTORS)
    usable = (limit.rlim_cur - OTHER_DESCRIPTORS) / 2;
  return MIN (usable, wanted_connections);
}

static void
relais_server_handle_cb (SoupServer        *soup,
                         SoupServerMessage *message,
                         const char        *path,
                         GHashTable        *query,
                         gpointer           user_data)
{
  RelaisServer *self = user_data;
  RelaisWire *wire = relais_wire_find (soup_server_message_get_remote_address (message));

  if (wire == NULL)
    {
      soup_server_message_set_status (message, SOUP_STATUS_INTERNAL_SERVER_ERROR, NULL);
      return;
    }
  relais_wire_handed_over (wire, message);
  self->sink.request (wire, message, self->user_data);
}

static void
relais_server_finished_cb (SoupServer        *soup,
                           SoupServerMessage *message,
                           RelaisServer      *self)
{
  RelaisWire *wire = relais_wire_find (soup_server_message_get_remote_address (message));

  if (wire != NULL)
    relais_wire_next (wire, FALSE);
}

static void
relais_server_aborted_cb (SoupServer        *soup,
                          SoupServerMessage *message,
                          RelaisServer      *self)
{
  RelaisWire *wire = relais_wire_find (soup_server_message_get_remote_address (message));

  if (wire != NULL)
    relais_wire_next (wire, TRUE);
}

static void
relais_server_ready_cb (RelaisWire *wire,
                        gpointer    user_data)
{
  RelaisServer *self = user_data;

  soup_server_accept_iostream (self->soup, G_IO_STREAM (wire), self->local,
                               relais_wire_get_address (wire), NULL);
}

static void
relais_server_refused_cb (const RelaisRefusal *refusal,
                          gpointer             user_data)
{
  RelaisServer *self = user_data;

  self->sink.refused (refusal, self->user_data);
}

/* The connection that waits longest for nothing makes room. One whose request has come already is
 * spared; it will be read in this turn of the loop. */
static RelaisRoom
relais_server_spare_cb (gpointer user_data)
{
  RelaisServer *self = user_data;
  GList *link = self->host->idle.head;
  gboolean soon = FALSE;

  for (guint i = 0; link != NULL && i < VICTIMS_TRIED; i++)
    {
      GList *next = link->next;

      if (relais_wire_expel (link->data, TRUE))
        return RELAIS_ROOM_FREE;
      soon = TRUE;
      link = next;
    }
  return soon ? RELAIS_ROOM_SOON : RELAIS_ROOM_NONE;
}

static RelaisRoom
relais_server_room_cb (gpointer user_data)
{
  RelaisServer *self = user_data;

  if (relais_wire_host_count_live (self->host) < self->n_connections_max)
    return RELAIS_ROOM_FREE;
  return relais_server_spare_cb (self);
}

static void
relais_server_accepted_cb (GSocket  *socket,
                           gboolean  room,
                           gpointer  user_data)
{
  RelaisServer *self = user_data;
  const RelaisLimits *limits = relais_config_get_limits (self->config);
  g_autoptr (RelaisWire) wire = NULL;

  if (!room)
    {
      if (self->host->lingers.length < LINGERS_WHEN_FULL)
        relais_wire_host_turn_away (self->host, socket);
      return;
    }
  refresh_addresses (self);
  g_socket_set_timeout (socket, (limits->write_timeout_ms + 999) / 1000);
  wire = relais_wire_new (self->host, socket);
  relais_wire_start (wire);
}

/* libsoup keeps connections alive only when it listens somewhere. It hears nothing on this. */
static gboolean
listen_dummy (RelaisServer  *self,
              GError       **error)
{
  g_autoptr (GSocket) socket = NULL;
  int fds[2];

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "No descriptor is free");
      return FALSE;
    }
  self->dummy_fd = fds[1];
  socket = g_socket_new_from_fd (fds[0], error);
  if (socket != NULL)
    return soup_server_listen_socket (self->soup, socket, 0, error);
  close (fds[0]);
  return FALSE;
}

static RelaisStartFailure *
explain (gboolean      is_lan,
         guint         port,
         const GError *error)
{
  RelaisStartFailure *failure = relais_start_failure_new (RELAIS_ERROR_ADDRESS_FAILED);

  failure->host = g_strdup (is_lan ? "0.0.0.0" : "127.0.0.1");
  failure->port = port;
  failure->detail = g_strdup (error->message);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
    {
      failure->code = RELAIS_ERROR_ADDRESS_IN_USE;
      failure->owner = relais_port_find_owner (port);
      failure->free_port = relais_port_find_free_near (port, is_lan);
    }
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    failure->code = RELAIS_ERROR_ADDRESS_DENIED;
  return failure;
}

static RelaisStartFailure *
bind_listener (RelaisServer *self,
               gboolean      is_lan,
               guint         port)
{
  static const RelaisListenerSink sink = {
    relais_server_room_cb, relais_server_accepted_cb, relais_server_spare_cb
  };
  g_autoptr (GError) error = NULL;

  self->listener = relais_listener_new (is_lan, port, &sink, self, &error);
  if (self->listener == NULL)
    return explain (is_lan, port, error);
  self->is_lan = is_lan;
  self->host->port = relais_listener_get_port (self->listener);
  g_set_object (&self->local, relais_listener_get_address (self->listener));
  return NULL;
}

static void
drop_soup (RelaisServer *self)
{
  if (self->soup != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->soup, self);
      soup_server_disconnect (self->soup);
    }
  g_clear_object (&self->soup);
  if (self->dummy_fd >= 0)
    close (self->dummy_fd);
  self->dummy_fd = -1;
}

static void
clear_grace (RelaisServer *self)
{
  if (self->grace != NULL)
    g_source_destroy (self->grace);
  g_clear_pointer (&self->grace, g_source_unref);
}

/* The end, gentle or not: nothing is open after it. */
static void
cut (RelaisServer *self)
{
  g_autoptr (GPtrArray) stops = g_steal_pointer (&self->stops);

  self->host->changed = NULL;
  clear_grace (self);
  g_clear_pointer (&self->listener, relais_listener_free);
  drop_soup (self);
  while (self->host->wires.head != NULL)
    relais_wire_cut (self->host->wires.head->data);
  while (self->host->lingers.head != NULL)
    relais_linger_cut (self->host->lingers.head->data);
  self->host->draining = FALSE;
  for (guint i = 0; stops != NULL && i < stops->len; i++)
    g_task_return_boolean (g_ptr_array_index (stops, i), TRUE);
}

static void
relais_server_changed_cb (gpointer user_data)
{
  RelaisServer *self = user_data;

  if (self->stops == NULL || relais_wire_host_count (self->host) > 0 || self->grace == NULL)
    return;
  /* not from within libsoup's own clean-up */
  g_source_set_ready_time (self->grace, 0);
}

static gboolean
relais_server_cut_cb (gpointer user_data)
{
  g_autoptr (RelaisServer) self = g_object_ref (user_data);

  cut (self);
  return G_SOURCE_REMOVE;
}

static void
set_grace (RelaisServer *self,
           guint         ms,
           GSourceFunc   func)
{
  clear_grace (self);
  self->grace = g_timeout_source_new (ms);
  g_source_set_callback (self->grace, func, self, NULL);
  g_source_attach (self->grace, g_main_context_get_thread_default ());
}

/* Who still waits for an answer hears why none comes; that has a moment to leave. */
static gboolean
relais_server_late_cb (gpointer user_data)
{
  g_autoptr (RelaisServer) self = g_object_ref (user_data);
  g_autoptr (GPtrArray) wires = g_ptr_array_new_with_free_func (g_object_unref);

  if (relais_wire_host_count (self->host) == 0)
    return relais_server_cut_cb (self);
  for (GList *link = self->host->wires.head; link != NULL; link = link->next)
    g_ptr_array_add (wires, g_object_ref (link->data));
  set_grace (self, LAST_WORDS_MS, relais_server_cut_cb);
  for (guint i = 0; i < wires->len; i++)
    relais_wire_call_late (g_ptr_array_index (wires, i));
  return G_SOURCE_REMOVE;
}

static void
relais_server_dispose (GObject *object)
{
  RelaisServer *self = RELAIS_SERVER (object);

  cut (self);
  self->host->ready = NULL;
  self->host->refused = NULL;
  self->host->place = (RelaisAccessPlace){ 0 };
  G_OBJECT_CLASS (relais_server_parent_class)->dispose (object);
}

static void
relais_server_finalize (GObject *object)
{
  RelaisServer *self = RELAIS_SERVER (object);

  g_clear_pointer (&self->host, relais_wire_host_unref);
  g_clear_pointer (&self->addresses, g_strfreev);
  g_clear_object (&self->local);
  g_clear_object (&self->config);
  G_OBJECT_CLASS (relais_server_parent_class)->finalize (object);
}

static void
relais_server_class_init (RelaisServerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = relais_server_dispose;
  object_class->finalize = relais_server_finalize;
}

static void
relais_server_init (RelaisServer *self)
{
  self->dummy_fd = -1;
}

/**
 * relais_server_new:
 * @config: port, LAN access, mode, key and limits; read again with every request
 * @sink: who is told
 * @user_data: for @sink
 *
 * Returns: (transfer full): a server that is stopped
 */
RelaisServer *
relais_server_new (RelaisConfig           *config,
                   const RelaisServerSink *sink,
                   gpointer                user_data)
{
  RelaisServer *self = g_object_new (RELAIS_TYPE_SERVER, NULL);

  self->config = g_object_ref (config);
  self->sink = *sink;
  self->user_data = user_data;
  self->host = relais_wire_host_new (config);
  self->host->ready = relais_server_ready_cb;
  self->host->refused = relais_server_refused_cb;
  self->host->user_data = self;
  return self;
}

/**
 * relais_server_start:
 * @self: a stopped server
 *
 * Binds the configured port and serves, in the thread-default main context of the caller. One that
 * is still stopping is cut first. Raises the soft limit of descriptors of the process.
 *
 * Returns: (transfer full) (nullable): why it could not, or %NULL when it runs
 */
RelaisStartFailure *
relais_server_start (RelaisServer *self)
{
  const RelaisLimits *limits = relais_config_get_limits (self->config);
  g_autoptr (GError) error = NULL;
  RelaisStartFailure *failure;

  g_return_val_if_fail (RELAIS_IS_SERVER (self), NULL);

  cut (self);
  refresh_addresses (self);
  self->n_connections_max = raise_descriptor_limit (limits->connections);
  self->soup = soup_server_new ("raw-paths", TRUE, NULL);
  soup_server_add_handler (self->soup, NULL, relais_server_handle_cb, self, NULL);
  g_signal_connect (self->soup, "request-finished", G_CALLBACK (relais_server_finished_cb), self);
  g_signal_connect (self->soup, "request-aborted", G_CALLBACK (relais_server_aborted_cb), self);
  if (!listen_dummy (self, &error))
    failure = explain (FALSE, relais_config_get_port (self->config), error);
  else
    failure = bind_listener (self, relais_config_get_allow_lan_access (self->config),
                             relais_config_get_port (self->config));
  if (failure != NULL)
    drop_soup (self);
  return failure;
}

/* Wires that wait for a request go at once. */
static void
expel_all (RelaisServer *self,
           gboolean      remote_only)
{
  g_autoptr (GPtrArray) wires = g_ptr_array_new_with_free_func (g_object_unref);

  for (GList *link = self->host->wires.head; link != NULL; link = link->next)
    if (!remote_only || !relais_wire_is_local (link->data))
      g_ptr_array_add (wires, g_object_ref (link->data));
  for (guint i = 0; i < wires->len; i++)
    relais_wire_expel (g_ptr_array_index (wires, i), FALSE);
}

/**
 * relais_server_stop_async:
 * @self: a server
 * @cancellable: (nullable): cuts the wait short
 * @callback: called when nothing is open any more
 * @user_data: for @callback
 *
 * Closes the listener and what waits for requests at once, answers new requests with 503, and lets
 * running answers end for `stop_grace_ms`; those that do not are told, and cut. @self stays alive
 * until then.
 */
void
relais_server_stop_async (RelaisServer        *self,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_return_if_fail (RELAIS_IS_SERVER (self));

  g_task_set_source_tag (task, relais_server_stop_async);
  if (self->stops == NULL)
    self->stops = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (self->stops, g_steal_pointer (&task));
  self->host->draining = TRUE;
  g_clear_pointer (&self->listener, relais_listener_free);
  if (self->grace == NULL)
    set_grace (self, relais_config_get_limits (self->config)->stop_grace_ms,
               relais_server_late_cb);
  if (cancellable != NULL)
    {
      g_autoptr (GSource) cancelled = g_cancellable_source_new (cancellable);

      g_source_set_dummy_callback (cancelled);
      g_source_add_child_source (self->grace, cancelled);
    }
  self->host->changed = relais_server_changed_cb;
  expel_all (self, FALSE);
  relais_server_changed_cb (self);
}

/**
 * relais_server_stop_finish:
 * @self: a server
 * @result: what the callback got
 * @error: where to put a failure
 *
 * Ends what [method@Server.stop_async] began. Everything is closed in any case.
 *
 * Returns: %TRUE, or %FALSE with [error@Gio.IOErrorEnum] `CANCELLED`
 */
gboolean
relais_server_stop_finish (RelaisServer  *self,
                           GAsyncResult  *result,
                           GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * relais_server_rebind:
 * @self: a server
 *
 * Follows a change of LAN access: the same port on other addresses, while answers run on. When
 * access is taken away, connections from other machines end with their current answer. On failure
 * what was bound before is bound again.
 *
 * Returns: (transfer full) (nullable): why it could not, or %NULL
 */
RelaisStartFailure *
relais_server_rebind (RelaisServer *self)
{
  gboolean is_lan = relais_config_get_allow_lan_access (self->config);
  gboolean was_lan = self->is_lan;
  guint port;
  RelaisStartFailure *failure;

  g_return_val_if_fail (RELAIS_IS_SERVER (self), NULL);

  if (self->listener == NULL || is_lan == was_lan)
    return NULL;
  port = relais_listener_get_port (self->listener);
  /* one port cannot be held on all addresses and on one of them at the same time */
  g_clear_pointer (&self->listener, relais_listener_free);
  failure = bind_listener (self, is_lan, port);
  if (failure != NULL)
    {
      g_autoptr (RelaisStartFailure) again = bind_listener (self, was_lan, port);

      if (again != NULL)
        g_warning ("The port %u is lost: %s", port, again->detail);
    }
  else if (!is_lan)
    expel_all (self, TRUE);
  return failure;
}

/**
 * relais_server_get_port:
 * @self: a server
 *
 * Returns: the port it is bound to; 0 while it is stopped
 */
guint
relais_server_get_port (RelaisServer *self)
{
  g_return_val_if_fail (RELAIS_IS_SERVER (self), 0);
  return self->listener != NULL ? relais_listener_get_port (self->listener) : 0;
}

/**
 * relais_server_dup_urls:
 * @self: a server
 *
 * Returns: (transfer full): the base URLs it answers to, without a path; the loopback one first,
 *   and with LAN access one for each address of the machine. Empty while it is stopped
 */
char **
relais_server_dup_urls (RelaisServer *self)
{
  GPtrArray *urls = g_ptr_array_new ();
  guint port = relais_server_get_port (self);

  g_return_val_if_fail (RELAIS_IS_SERVER (self), NULL);

  if (port != 0)
    {
      refresh_addresses (self);
      g_ptr_array_add (urls, g_strdup_printf ("http://127.0.0.1:%u", port));
    }
  for (guint i = 0; port != 0 && self->is_lan && self->addresses[i] != NULL; i++)
    {
      const char *address = self->addresses[i];

      if (strchr (address, ':') == NULL)
        g_ptr_array_add (urls, g_strdup_printf ("http://%s:%u", address, port));
      /* a link-local one means nothing without the other side's interface */
      else if (relais_listener_has_v6 (self->listener) && !g_str_has_prefix (address, "fe80:"))
        g_ptr_array_add (urls, g_strdup_printf ("http://[%s]:%u", address, port));
    }
  g_ptr_array_add (urls, NULL);
  return (char **)g_ptr_array_free (urls, FALSE);
}

/**
 * relais_server_get_host:
 * @self: a server
 *
 * Returns: (transfer none): what its wires share
 */
RelaisWireHost *
relais_server_get_host (RelaisServer *self)
{
  return self->host;
}
