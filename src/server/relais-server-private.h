/* relais-server-private.h: the inside of a server, for its tests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "relais-server.h"
#include "relais-wire-host.h"

G_BEGIN_DECLS

RelaisWireHost *relais_server_get_host (RelaisServer *self);

G_END_DECLS
