/* relais-wire-input.h: the side of a wire that libsoup reads from
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "relais-wire.h"

G_BEGIN_DECLS

#define RELAIS_TYPE_WIRE_INPUT (relais_wire_input_get_type ())

G_DECLARE_FINAL_TYPE (RelaisWireInput, relais_wire_input, RELAIS, WIRE_INPUT, GInputStream)

GInputStream *relais_wire_input_new    (RelaisWire      *wire);
void          relais_wire_input_detach (RelaisWireInput *self);

G_END_DECLS
