/* relais-outbound.h: the proxy that requests to upstreams may have to go through
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Why an address is not taken. */
typedef enum {
  RELAIS_OUTBOUND_FINE,
  RELAIS_OUTBOUND_WRONG,  /* no http:// or socks5:// address with host and port alone */
  RELAIS_OUTBOUND_SECRET, /* there is a name or a password in it */
} RelaisOutboundFault;

RelaisOutboundFault relais_outbound_check        (const char *url);
GProxyResolver     *relais_outbound_new_resolver (const char *url);

G_END_DECLS
