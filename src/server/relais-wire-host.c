/* relais-wire-host.c: what all wires of a server share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-wire"

#include "config.h"

#include "relais-refusal.h"
#include "relais-wire-host.h"

#include "base/relais-error.h"

static void
linger_closed_cb (RelaisLinger *linger,
                  gpointer      user_data)
{
  RelaisWireHost *host = user_data;

  g_queue_remove (&host->lingers, linger);
  if (host->changed != NULL)
    host->changed (host->user_data);
  relais_wire_host_unref (host);
}

/**
 * relais_wire_host_new:
 * @config: limits, mode, key
 *
 * Returns: (transfer full): a host without wires
 */
RelaisWireHost *
relais_wire_host_new (RelaisConfig *config)
{
  RelaisWireHost *self = g_rc_box_new0 (RelaisWireHost);

  self->config = g_object_ref (config);
  self->guess = relais_guess_new ();
  return self;
}

/**
 * relais_wire_host_ref:
 * @self: a host
 *
 * Returns: (transfer full): @self
 */
RelaisWireHost *
relais_wire_host_ref (RelaisWireHost *self)
{
  return g_rc_box_acquire (self);
}

static void
host_clear (gpointer data)
{
  RelaisWireHost *self = data;

  g_clear_object (&self->config);
  g_clear_pointer (&self->guess, relais_guess_free);
}

/**
 * relais_wire_host_unref:
 * @self: (transfer full): a host
 */
void
relais_wire_host_unref (RelaisWireHost *self)
{
  g_rc_box_release_full (self, host_clear);
}

/**
 * relais_wire_host_count:
 * @self: a host
 *
 * Returns: how many sockets are open
 */
guint
relais_wire_host_count (RelaisWireHost *self)
{
  return self->wires.length + self->lingers.length;
}

/**
 * relais_wire_host_count_live:
 * @self: a host
 *
 * Returns: how many sockets are open and not about to close
 */
guint
relais_wire_host_count_live (RelaisWireHost *self)
{
  return relais_wire_host_count (self) - self->n_dying;
}

/**
 * relais_wire_host_linger:
 * @self: a host
 * @socket: a socket to say goodbye to
 * @stream: its stream
 * @words: (nullable): last words
 *
 * Counts the socket as open until it is closed.
 */
void
relais_wire_host_linger (RelaisWireHost *self,
                         GSocket        *socket,
                         GIOStream      *stream,
                         GBytes         *words)
{
  relais_wire_host_ref (self);
  g_queue_push_tail (&self->lingers,
                     relais_linger_start (socket, stream, words, linger_closed_cb, self));
}

/**
 * relais_wire_host_turn_away:
 * @self: a host
 * @socket: an accepted socket there is no room for
 *
 * Says 503 on it and closes it.
 */
void
relais_wire_host_turn_away (RelaisWireHost *self,
                            GSocket        *socket)
{
  g_autoptr (GSocketConnection) stream = g_socket_connection_factory_create_connection (socket);
  g_autoptr (RelaisFailure) failure =
               relais_failure_new (RELAIS_ERROR_OVERLOADED, "Relais has too many connections: close some, or try again.");
  g_autoptr (GBytes) words = NULL;

  failure->retry_after_ms = 1000;
  words = relais_refusal_compose (NULL, RELAIS_DIALECT_OPENAI_CHAT, failure);
  relais_wire_host_linger (self, socket, G_IO_STREAM (stream), words);
}
