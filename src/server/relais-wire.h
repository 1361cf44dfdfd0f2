/* relais-wire.h: the guarded stream under libsoup: checks and frames each request
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "base/relais-config.h"

#include "relais-access.h"

G_BEGIN_DECLS

#define RELAIS_TYPE_WIRE (relais_wire_get_type ())

G_DECLARE_FINAL_TYPE (RelaisWire, relais_wire, RELAIS, WIRE, GIOStream)

/* A request whose head was accepted; lives until the next one begins. */
typedef struct
{
  const char        *method;
  const char        *target;
  const RelaisField *fields;
  gsize              n_fields;
  RelaisRoute       *route;
  RelaisAccess       access;
  gint64 started_us; /* monotonic, first byte of the head */
  gint64 body_size;  /* Content-Length, or -1 when chunked */
} RelaisHead;

/* Told when the client left while its request was being answered. Once, and never after the answer
 * was finished. */
typedef void (*RelaisWireGoneFunc) (RelaisWire *wire,
                                    gpointer user_data);

const RelaisHead *relais_wire_get_head (RelaisWire         *self);
const char       *relais_wire_get_peer (RelaisWire         *self);
void              relais_wire_set_gone (RelaisWire         *self,
                                        RelaisWireGoneFunc  gone,
                                        gpointer            user_data);

G_END_DECLS
