/* relais-wire-host.h: what all wires of a server share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "relais-guess.h"
#include "relais-linger.h"
#include "relais-server.h"

G_BEGIN_DECLS

/* Outlives the server when a wire does. */
typedef struct
{
  RelaisConfig *config;    /* owned */
  RelaisGuess *guess;      /* owned */
  RelaisAccessPlace place; /* strings owned by the server; cleared with it */
  guint    port;
  gboolean draining;      /* Stop has begun */
  gboolean trusts_nobody; /* tests: who is on this machine counts as from another */

  GQueue wires;   /* all that are open; borrowed */
  GQueue idle;    /* those that wait for a request, the longest first; borrowed */
  GQueue lingers; /* sockets being said goodbye to; borrowed */
  guint n_dying;  /* of wires: those that end as soon as libsoup looks */
  guint    n_running;
  gsize    bodies_size_bytes;

  /* All NULL once the server is gone. */
  void (*ready) (RelaisWire *wire, /* its first request was let in: give it to libsoup */
                 gpointer user_data);
  void (*refused) (const RelaisRefusal *refusal,
                   gpointer user_data);
  void (*changed) (gpointer user_data); /* a wire or linger is gone */
  gpointer user_data;
} RelaisWireHost;

RelaisWireHost *relais_wire_host_new        (RelaisConfig   *config);
RelaisWireHost *relais_wire_host_ref        (RelaisWireHost *self);
void            relais_wire_host_unref      (RelaisWireHost *self);
guint           relais_wire_host_count      (RelaisWireHost *self);
guint           relais_wire_host_count_live (RelaisWireHost *self);
void            relais_wire_host_linger     (RelaisWireHost *self,
                                             GSocket        *socket,
                                             GIOStream      *stream,
                                             GBytes         *words);
void            relais_wire_host_turn_away  (RelaisWireHost *self,
                                             GSocket        *socket);

G_END_DECLS
