/* relais-exchange-circle.c: an upstream that is this Relais itself
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-exchange"

#include "config.h"

#include "base/relais-error.h"
#include "upstream/relais-provider.h"

#include "relais-exchange-private.h"

static gboolean
is_here (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);
  g_autofree char *local = g_strconcat (g_get_host_name (), ".local", NULL);

  if (address != NULL)
    return g_inet_address_get_is_loopback (address) || g_inet_address_get_is_any (address);
  return g_ascii_strcasecmp (host, "localhost") == 0 ||
         g_ascii_strcasecmp (host, g_get_host_name ()) == 0 ||
         g_ascii_strcasecmp (host, local) == 0;
}

/* A request that came back would go round until nothing is left to open. TRUE when it was refused
 * for that. */
gboolean
relais_exchange_refuse_circle (RelaisExchange *self)
{
  g_autofree char *base = relais_provider_dup_base (self->account, self->upstream_dialect, NULL);
  g_autoptr (GUri) uri = base != NULL ? g_uri_parse (base, G_URI_FLAGS_NONE, NULL) : NULL;
  g_autoptr (RelaisFailure) failure = NULL;

  if (uri == NULL || self->gateway->port == 0 ||
      g_uri_get_port (uri) != (int)self->gateway->port || !is_here (g_uri_get_host (uri)))
    return FALSE;
  failure = relais_failure_new (RELAIS_ERROR_LOOP,
                                "The account “%s” points at this Relais itself (%s): correct its base URL",
                                self->account->label, base);
  self->no_retry = TRUE;
  self->record->error_is_own = TRUE;
  relais_exchange_fail (self, failure);
  return TRUE;
}
