/* relais-wire.h: the guarded stream under libsoup: checks and frames each request
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "base/relais-config.h"

#include "relais-head.h"

G_BEGIN_DECLS

#define RELAIS_TYPE_WIRE (relais_wire_get_type ())

G_DECLARE_FINAL_TYPE (RelaisWire, relais_wire, RELAIS, WIRE, GIOStream)

/* Told when the client left while its request was being answered. Once, and never after the answer
 * was finished. */
typedef void (*RelaisWireGoneFunc) (RelaisWire *wire,
                                    gpointer user_data);

const RelaisHead *relais_wire_get_head (RelaisWire         *self);
const char       *relais_wire_get_peer (RelaisWire         *self);
void              relais_wire_set_gone (RelaisWire         *self,
                                        RelaisWireGoneFunc  gone,
                                        gpointer            user_data);
void              relais_wire_abort    (RelaisWire         *self);

G_END_DECLS
