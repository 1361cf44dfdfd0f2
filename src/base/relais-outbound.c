/* relais-outbound.c: the proxy that requests to upstreams may have to go through
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-outbound"

#include "config.h"

#include <string.h>

#include "relais-config.h"
#include "relais-outbound.h"

/* A list of names and networks; IPv4 is also written as IPv6. */
static const char *const loopback[] = { "localhost", "127.0.0.0/8", "0.0.0.0", "::1", "::",
                                        "::ffff:127.0.0.0/104", NULL };

/**
 * relais_outbound_check:
 * @url: what a person wrote
 *
 * A password would have to be kept somewhere, and shown where the address is: such a proxy is not
 * supported, and an address with one is refused rather than stored.
 *
 * Returns: whether it is the address of a proxy, `http://host:port` or `socks5://host:port`
 */
RelaisOutboundFault
relais_outbound_check (const char *url)
{
  g_autoptr (GUri) uri = NULL;
  const char *path = NULL;

  /* even where nothing else of it is right: it is not to be repeated */
  if (strchr (url, '@') != NULL)
    return RELAIS_OUTBOUND_SECRET;
  uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  if (uri == NULL || g_uri_get_host (uri) == NULL || g_uri_get_port (uri) <= 0 ||
      !relais_config_check_host (g_uri_get_host (uri)))
    return RELAIS_OUTBOUND_WRONG;
  path = g_uri_get_path (uri);
  if ((*path != '\0' && strcmp (path, "/") != 0) || g_uri_get_query (uri) != NULL ||
      g_uri_get_fragment (uri) != NULL)
    return RELAIS_OUTBOUND_WRONG;
  return strcmp (g_uri_get_scheme (uri), "http") == 0 ||
             strcmp (g_uri_get_scheme (uri), "socks5") == 0
           ? RELAIS_OUTBOUND_FINE
           : RELAIS_OUTBOUND_WRONG;
}

/**
 * relais_outbound_new_resolver:
 * @url: (nullable): an address that [func@Outbound.check] takes; %NULL: none
 *
 * What is on this computer is reached directly, whatever @url says.
 *
 * Returns: (transfer full) (nullable): says how to reach what; %NULL: all of it directly
 */
GProxyResolver *
relais_outbound_new_resolver (const char *url)
{
  return url != NULL ? g_simple_proxy_resolver_new (url, (char **)loopback) : NULL;
}
