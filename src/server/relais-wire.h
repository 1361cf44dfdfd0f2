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

/* What happens to a wire while its request is being answered; never after that. */
typedef struct
{
  void (*gone) (RelaisWire *wire, /* the client left; once */
                gpointer user_data);
  void (*late) (RelaisWire *wire, /* the server stops, and waits for the answer no longer */
                gpointer user_data);
} RelaisWireSink;

const RelaisHead *relais_wire_get_head (RelaisWire           *self);
const char       *relais_wire_get_peer (RelaisWire           *self);
void              relais_wire_set_sink (RelaisWire           *self,
                                        const RelaisWireSink *sink,
                                        gpointer              user_data);
void              relais_wire_abort    (RelaisWire           *self);

G_END_DECLS
