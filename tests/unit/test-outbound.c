/* test-outbound.c: which proxies are taken, and what goes through them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "base/relais-outbound.h"

static void
test_check (void)
{
  static const struct
  {
    const char *url;
    RelaisOutboundFault fault;
  } rows[] = {
    { "http://proxy.example:3128", RELAIS_OUTBOUND_FINE },
    { "HTTP://proxy.example:3128/", RELAIS_OUTBOUND_FINE },
    { "http://10.0.0.1:8080", RELAIS_OUTBOUND_FINE },
    { "http://[fd00::1]:8080", RELAIS_OUTBOUND_FINE },
    { "socks5://127.0.0.1:1080", RELAIS_OUTBOUND_FINE },
    { "", RELAIS_OUTBOUND_WRONG },
    { "proxy.example:3128", RELAIS_OUTBOUND_WRONG },
    { "http://proxy.example", RELAIS_OUTBOUND_WRONG },
    { "http://proxy.example:0", RELAIS_OUTBOUND_WRONG },
    { "http://proxy.example:99999", RELAIS_OUTBOUND_WRONG },
    { "http://:3128", RELAIS_OUTBOUND_WRONG },
    { "http://pro xy:3128", RELAIS_OUTBOUND_WRONG },
    { "http://proxy.example:3128/path", RELAIS_OUTBOUND_WRONG },
    { "http://proxy.example:3128?a", RELAIS_OUTBOUND_WRONG },
    { "http://proxy.example:3128#a", RELAIS_OUTBOUND_WRONG },
    { "https://proxy.example:3128", RELAIS_OUTBOUND_WRONG },
    { "socks4://proxy.example:1080", RELAIS_OUTBOUND_WRONG },
    { "http://me:secret@proxy.example:3128", RELAIS_OUTBOUND_SECRET },
    { "http://me@proxy.example:3128", RELAIS_OUTBOUND_SECRET },
    { "me:secret@proxy.example", RELAIS_OUTBOUND_SECRET },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("%s", rows[i].url);
      g_assert_cmpint (relais_outbound_check (rows[i].url), ==, rows[i].fault);
    }
}

static void
test_loopback (void)
{
  static const struct
  {
    const char *url;
    gboolean direct;
  } rows[] = {
    { "https://api.example/v1", FALSE },
    { "http://192.168.1.5:11434", FALSE },
    { "http://localhost.example:1", FALSE },
    { "http://localhost:11434/v1", TRUE },
    { "http://a.localhost:11434/v1", TRUE },
    { "http://127.0.0.1:1", TRUE },
    { "https://127.8.9.10", TRUE },
    { "http://0.0.0.0:1", TRUE },
    { "http://[::1]:8080", TRUE },
    { "http://[::ffff:127.0.0.1]:8080", TRUE },
  };
  g_autoptr (GProxyResolver) resolver = relais_outbound_new_resolver ("socks5://proxy.example:1080");

  g_assert_null (relais_outbound_new_resolver (NULL));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (GStrv) ways = g_proxy_resolver_lookup (resolver, rows[i].url, NULL, NULL);

      g_test_message ("%s", rows[i].url);
      g_assert_cmpstr (ways[0], ==, rows[i].direct ? "direct://" : "socks5://proxy.example:1080");
      g_assert_null (ways[1]);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/outbound/check", test_check);
  g_test_add_func ("/outbound/loopback", test_loopback);
  return g_test_run ();
}
