/* relais-wire.c: the guarded stream under libsoup: checks and frames each request
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-wire"

#include "config.h"

#include <sys/ioctl.h>
#include <sys/socket.h>

#include "relais-wire-private.h"

typedef struct
{
  GSource source;
  RelaisWire *wire; /* borrowed */
} WireSource;

G_DEFINE_FINAL_TYPE (RelaisWire, relais_wire, G_TYPE_IO_STREAM)

/* On the peer's address object, by which libsoup's messages lead back here. */
static GQuark
relais_wire_quark (void)
{
  return g_quark_from_static_string ("relais-wire");
}

/**
 * relais_wire_set_deadline:
 * @self: a wire
 * @deadline_us: monotonic time; 0 for none
 *
 * Each move of a source costs a wake-up of the loop, so it is only moved when the deadline is
 * nearer.
 */
void
relais_wire_set_deadline (RelaisWire *self,
                          gint64      deadline_us)
{
  self->deadline_us = deadline_us;
  if (deadline_us == 0 || self->source == NULL ||
      (self->ready_us != 0 && self->ready_us <= deadline_us))
    return;
  self->ready_us = deadline_us;
  g_source_set_ready_time (self->source, deadline_us);
}

/* Come back from the main loop at once. */
static void
wake (RelaisWire *self)
{
  if (self->source == NULL)
    return;
  self->ready_us = 1;
  g_source_set_ready_time (self->source, 0);
}

/**
 * relais_wire_watch:
 * @self: a wire
 * @condition: what to wait for on its socket; nothing once its end was read
 */
void
relais_wire_watch (RelaisWire   *self,
                   GIOCondition  condition)
{
  if (self->tag != NULL && self->watched != condition)
    g_source_modify_unix_fd (self->source, self->tag, condition);
  else if (self->tag == NULL && self->left && !self->eof && self->phase < RELAIS_WIRE_DEAD)
    self->tag = g_source_add_unix_fd (self->source, g_socket_get_fd (self->socket), condition);
  self->watched = condition;
}

/**
 * relais_wire_stop_watching:
 * @self: a wire
 *
 * Hang-ups cannot be masked and would make the loop spin.
 */
void
relais_wire_stop_watching (RelaisWire *self)
{
  if (self->tag != NULL)
    g_source_remove_unix_fd (self->source, g_steal_pointer (&self->tag));
}

/* Who waits for a request is the first to go when there are too many. */
static void
enter_idle (RelaisWire *self)
{
  self->is_idle = TRUE;
  g_queue_push_tail_link (&self->host->idle, &self->idle_link);
}

/**
 * relais_wire_leave_idle:
 * @self: a wire
 *
 * It does not wait for a request, or not any longer.
 */
void
relais_wire_leave_idle (RelaisWire *self)
{
  if (self->is_idle)
    g_queue_unlink (&self->host->idle, &self->idle_link);
  self->is_idle = FALSE;
}

/* What the current request held is free again; its head stays for whoever still looks at it. */
static void
end_request (RelaisWire *self)
{
  if (!self->running)
    return;
  self->running = FALSE;
  self->host->n_running--;
  self->host->bodies_size_bytes -= self->body_held;
  self->body_held = 0;
  self->message = NULL;
  self->sink = NULL;
  self->gone_pending = FALSE;
}

/* Of a wire libsoup was never given, nobody else will. */
static void
close_unattached (RelaisWire *self)
{
  g_io_stream_close (G_IO_STREAM (self), NULL, NULL);
  if (!self->kept)
    return;
  self->kept = FALSE;
  g_object_unref (self);
}

/**
 * relais_wire_die:
 * @self: a wire
 *
 * The end begins: libsoup, when it has the wire, reads an error next and closes it. One it never
 * had is closed at once.
 */
void
relais_wire_die (RelaisWire *self)
{
  if (self->phase >= RELAIS_WIRE_DEAD)
    return;
  self->phase = RELAIS_WIRE_DEAD;
  self->host->n_dying++;
  self->deadline_us = 0;
  relais_wire_leave_idle (self);
  relais_wire_stop_watching (self);
  if (!self->attached)
    close_unattached (self);
}

static void
attach (RelaisWire *self)
{
  self->attached = TRUE;
  if (self->host->ready != NULL)
    self->host->ready (self, self->host->user_data);
  else
    g_io_stream_close (G_IO_STREAM (self), NULL, NULL);
  if (!self->kept)
    return;
  self->kept = FALSE;
  g_object_unref (self);
}

/* Closing with bytes unread makes a reset of it, and the other side may lose our last words. */
static gboolean
has_unread (RelaisWire *self)
{
  int waiting = 0;

  if (self->eof)
    return FALSE;
  if (self->end > self->start || self->body_left > 0)
    return TRUE;
  return ioctl (g_socket_get_fd (self->socket), FIONREAD, &waiting) == 0 && waiting > 0;
}

static void
begin_idle (RelaisWire *self)
{
  const RelaisLimits *limits = relais_config_get_limits (self->host->config);

  if (self->eof || (self->host->draining && !has_unread (self)))
    {
      relais_wire_die (self);
      return;
    }
  g_clear_pointer (&self->buffer, g_free);
  self->capacity = self->start = self->end = 0;
  enter_idle (self);
  relais_wire_watch (self, G_IO_IN);
  relais_wire_set_deadline (self, g_get_monotonic_time () + 1000 * (gint64)limits->idle_timeout_ms);
}

/* The answer has left: on to the next request, when both of us agree where this one ended. */
static void
finish_answer (RelaisWire *self)
{
  self->next_pending = FALSE;
  end_request (self);
  self->n_answered++;
  self->soup_began = FALSE;
  /* when Relais stops, what was sent ahead gets its 503 */
  if (self->phase != RELAIS_WIRE_ANSWER || relais_wire_is_readable (self) ||
      (self->last && !self->host->draining))
    {
      relais_wire_die (self);
      return;
    }
  self->phase = RELAIS_WIRE_HEAD;
  self->head_us = 0;
  if (self->start == self->end)
    {
      begin_idle (self);
      return;
    }
  relais_wire_watch (self, G_IO_IN);
  relais_wire_run (self);
  if (self->phase == RELAIS_WIRE_HEAD && self->eof)
    relais_wire_die (self);
}

static gboolean
relais_wire_dispatch (GSource     *source,
                      GSourceFunc  callback,
                      gpointer     user_data)
{
  g_autoptr (RelaisWire) self = g_object_ref (((WireSource *)source)->wire);
  gint64 now_us = g_source_get_time (source);
  GIOCondition condition = self->tag != NULL ? g_source_query_unix_fd (source, self->tag) : 0;

  if (self->ready_us != 0 && self->ready_us <= now_us)
    {
      self->ready_us = 0;
      g_source_set_ready_time (source, -1);
    }
  if (self->next_pending)
    finish_answer (self);
  if (condition != 0 && self->tag != NULL)
    relais_wire_fill (self, condition);
  if (self->gone_pending)
    relais_wire_call_gone (self);
  if (self->deadline_us != 0 && self->deadline_us <= now_us)
    relais_wire_expire (self);
  if (self->phase < RELAIS_WIRE_DEAD)
    relais_wire_set_deadline (self, self->deadline_us);
  if (self->running && !self->attached && self->phase < RELAIS_WIRE_DEAD)
    attach (self);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs source_funcs = { NULL, NULL, relais_wire_dispatch, NULL, NULL, NULL };

static gboolean
relais_wire_close (GIOStream     *stream,
                   GCancellable  *cancellable,
                   GError       **error)
{
  RelaisWire *self = RELAIS_WIRE (stream);

  if (self->phase == RELAIS_WIRE_CLOSED)
    return TRUE;
  if (self->phase == RELAIS_WIRE_DEAD)
    self->host->n_dying--;
  self->phase = RELAIS_WIRE_CLOSED;
  end_request (self);
  relais_wire_leave_idle (self);
  relais_wire_stop_watching (self);
  g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  relais_wire_input_detach (self->input);
  g_object_set_qdata (G_OBJECT (self->address), relais_wire_quark (), NULL);
  g_queue_unlink (&self->host->wires, &self->link);
  if (!g_socket_is_closed (self->socket) && (self->words != NULL || has_unread (self)))
    relais_wire_host_linger (self->host, self->socket, self->base, self->words);
  else
    g_socket_close (self->socket, NULL);
  if (self->host->changed != NULL)
    self->host->changed (self->host->user_data);
  return TRUE;
}

static GInputStream *
relais_wire_get_input_stream (GIOStream *stream)
{
  return G_INPUT_STREAM (RELAIS_WIRE (stream)->input);
}

static GOutputStream *
relais_wire_get_output_stream (GIOStream *stream)
{
  return g_io_stream_get_output_stream (RELAIS_WIRE (stream)->base);
}

static void
relais_wire_finalize (GObject *object)
{
  RelaisWire *self = RELAIS_WIRE (object);

  g_clear_pointer (&self->head, relais_head_free);
  g_clear_pointer (&self->head_out, g_byte_array_unref);
  g_clear_pointer (&self->words, g_bytes_unref);
  g_clear_pointer (&self->peer, g_free);
  g_clear_pointer (&self->guess_key, g_free);
  g_clear_pointer (&self->buffer, g_free);
  g_clear_object (&self->input);
  g_clear_object (&self->address);
  g_clear_object (&self->base);
  g_clear_object (&self->socket);
  g_clear_pointer (&self->host, relais_wire_host_unref);
  G_OBJECT_CLASS (relais_wire_parent_class)->finalize (object);
}

static void
relais_wire_class_init (RelaisWireClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GIOStreamClass *stream_class = G_IO_STREAM_CLASS (klass);

  object_class->finalize = relais_wire_finalize;
  stream_class->get_input_stream = relais_wire_get_input_stream;
  stream_class->get_output_stream = relais_wire_get_output_stream;
  stream_class->close_fn = relais_wire_close;
}

static void
relais_wire_init (RelaisWire *self)
{
  self->link.data = self;
  self->idle_link.data = self;
}

/**
 * relais_wire_get_head:
 * @self: a wire
 *
 * The one place for a request's headers: the #SoupServerMessage has only what frames it.
 *
 * Returns: (transfer none) (nullable): the request being answered, until the next one begins
 */
const RelaisHead *
relais_wire_get_head (RelaisWire *self)
{
  g_return_val_if_fail (RELAIS_IS_WIRE (self), NULL);
  return self->head;
}

/**
 * relais_wire_get_peer:
 * @self: a wire
 *
 * Returns: the address of the other side, without a port
 */
const char *
relais_wire_get_peer (RelaisWire *self)
{
  g_return_val_if_fail (RELAIS_IS_WIRE (self), NULL);
  return self->peer;
}

/**
 * relais_wire_set_sink:
 * @self: a wire
 * @sink: (nullable): who is told what becomes of it; static
 * @user_data: for @sink
 *
 * For the request being answered only. A client that ended its half right after the request counts
 * as gone; `gone` comes from the main loop all the same.
 */
void
relais_wire_set_sink (RelaisWire           *self,
                      const RelaisWireSink *sink,
                      gpointer              user_data)
{
  g_return_if_fail (RELAIS_IS_WIRE (self));

  if (sink != NULL && !self->running)
    return;
  self->sink = sink;
  self->sink_data = user_data;
  self->gone_pending =
    sink != NULL && (self->eof || self->left) && self->phase == RELAIS_WIRE_ANSWER;
  if (self->gone_pending)
    wake (self);
}

/**
 * relais_wire_abort:
 * @self: a wire
 *
 * Closes the connection in the middle of its answer, so that nobody takes it for a whole one. The
 * message is `disconnected` before this returns. Does nothing between answers.
 */
void
relais_wire_abort (RelaisWire *self)
{
  g_autoptr (SoupServerMessage) message = NULL;
  g_autoptr (GIOStream) stream = NULL;

  g_return_if_fail (RELAIS_IS_WIRE (self));

  if (self->phase == RELAIS_WIRE_CLOSED || self->message == NULL)
    return;
  message = g_object_ref (g_steal_pointer (&self->message));
  /* HTTP/1.0 has no end of its own: only a reset tells it was cut. In HTTP/1.1 libsoup would write
   * the chunk that ends a body while it cleans up. */
  if (self->head->minor_version == 0)
    setsockopt (g_socket_get_fd (self->socket), SOL_SOCKET, SO_LINGER,
                &(struct linger){ .l_onoff = 1 }, sizeof (struct linger));
  else
    shutdown (g_socket_get_fd (self->socket), SHUT_WR);
  stream = soup_server_message_steal_connection (message);
  if (stream != NULL)
    g_io_stream_close (stream, NULL, NULL);
}

/**
 * relais_wire_new:
 * @host: what all wires of the server share
 * @socket: an accepted socket
 *
 * Returns: (transfer full): a wire that does nothing yet
 */
RelaisWire *
relais_wire_new (RelaisWireHost *host,
                 GSocket        *socket)
{
  RelaisWire *self = g_object_new (RELAIS_TYPE_WIRE, NULL);
  GSocketAddress *address = g_socket_get_remote_address (socket, NULL);

  self->host = relais_wire_host_ref (host);
  self->socket = g_object_ref (socket);
  self->base = G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
  self->input = RELAIS_WIRE_INPUT (relais_wire_input_new (self));
  self->opened_us = g_get_monotonic_time ();
  self->is_local = TRUE;
  /* it may have left already */
  if (address == NULL)
    address = g_inet_socket_address_new_from_string ("0.0.0.0", 0);
  self->address = address;
  g_object_set_qdata (G_OBJECT (address), relais_wire_quark (), self);
  if (G_IS_INET_SOCKET_ADDRESS (address))
    {
      GInetAddress *inet = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address));

      self->peer = g_inet_address_to_string (inet);
      self->is_local = g_inet_address_get_is_loopback (inet) && !host->trusts_nobody;
      if (!self->is_local)
        self->guess_key = relais_guess_dup_key (inet);
    }
  self->source = g_source_new (&source_funcs, sizeof (WireSource));
  ((WireSource *)self->source)->wire = self;
  g_source_set_static_name (self->source, "relais-wire");
  self->watched = G_IO_IN;
  self->tag = g_source_add_unix_fd (self->source, g_socket_get_fd (socket), G_IO_IN);
  g_queue_push_tail_link (&host->wires, &self->link);
  return self;
}

/**
 * relais_wire_start:
 * @self: a new wire
 *
 * Begins to read, in the thread-default main context. The wire keeps itself alive until `ready` has
 * handed it to libsoup, or it is closed.
 */
void
relais_wire_start (RelaisWire *self)
{
  const RelaisLimits *limits = relais_config_get_limits (self->host->config);

  self->kept = TRUE;
  g_object_ref (self);
  enter_idle (self);
  relais_wire_set_deadline (self, self->opened_us + 1000 * (gint64)limits->head_timeout_ms);
  g_source_attach (self->source, g_main_context_get_thread_default ());
}

/**
 * relais_wire_next:
 * @self: a wire whose answer libsoup is done with
 * @aborted: libsoup calls it a failure; so it does with every status 500, and keeps the connection
 */
void
relais_wire_next (RelaisWire *self,
                  gboolean    aborted)
{
  if (self->phase == RELAIS_WIRE_CLOSED)
    return;
  if (!aborted)
    {
      finish_answer (self);
      return;
    }
  /* of a real failure the close comes first */
  self->next_pending = TRUE;
  end_request (self);
  wake (self);
}

/**
 * relais_wire_handed_over:
 * @self: a wire
 * @message: the request that is to be answered now
 */
void
relais_wire_handed_over (RelaisWire        *self,
                         SoupServerMessage *message)
{
  if (self->running)
    self->message = message;
}

/**
 * relais_wire_expel:
 * @self: a wire
 * @now: its descriptor is needed at once
 *
 * Ends a wire that waits for a request; of any other the current answer is the last.
 *
 * Returns: whether it waited; one whose request has come but was not read yet does not
 */
gboolean
relais_wire_expel (RelaisWire *self,
                   gboolean    now)
{
  G_GNUC_UNUSED g_autoptr (RelaisWire) wire = g_object_ref (self);

  if (self->phase != RELAIS_WIRE_HEAD || self->head_us != 0 || has_unread (self))
    {
      self->last = self->last || !now;
      return FALSE;
    }
  relais_wire_die (self);
  if (now)
    g_socket_close (self->socket, NULL);
  return TRUE;
}

/**
 * relais_wire_cut:
 * @self: a wire
 *
 * Closes it, whatever it is doing.
 */
void
relais_wire_cut (RelaisWire *self)
{
  G_GNUC_UNUSED g_autoptr (RelaisWire) wire = g_object_ref (self);

  close_unattached (self);
}

/**
 * relais_wire_call_late:
 * @self: a wire
 *
 * Tells who answers on it that its connection is about to be closed. Last words still leave.
 */
void
relais_wire_call_late (RelaisWire *self)
{
  if (self->sink != NULL)
    self->sink->late (self, self->sink_data);
}

/**
 * relais_wire_get_address:
 * @self: a wire
 *
 * Returns: (transfer none): where it comes from; an object no other wire has
 */
GSocketAddress *
relais_wire_get_address (RelaisWire *self)
{
  return self->address;
}

/**
 * relais_wire_find:
 * @address: (nullable): what relais_wire_get_address() gave
 *
 * Returns: (transfer none) (nullable): its wire, or %NULL when that is closed
 */
RelaisWire *
relais_wire_find (GSocketAddress *address)
{
  return address != NULL ? g_object_get_qdata (G_OBJECT (address), relais_wire_quark ()) : NULL;
}

/**
 * relais_wire_is_local:
 * @self: a wire
 *
 * Returns: whether the other side is on this machine
 */
gboolean
relais_wire_is_local (RelaisWire *self)
{
  return self->is_local;
}
