/* test-server.c: binding, stopping, rebinding, and that nothing stays behind
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/relais-error.h"
#include "relais-test-server.h"
#include "server/relais-addresses.h"
#include "server/relais-server-private.h"

#define HOST "Host: localhost\r\n"
#define GET "GET /healthz HTTP/1.1\r\n" HOST "\r\n"
#define POST(model) "POST /v1/models/" model ":generateContent HTTP/1.1\r\n" HOST \
                    "Content-Type: application/json\r\nContent-Length: 0\r\n\r\n"

typedef struct
{
  RelaisConfig     *config;
  RelaisLimits     *limits;
  RelaisTestServer *server;
  RelaisTestCounts *counts;
  guint             port;
} Fixture;

static void
set_up (Fixture       *self,
        gconstpointer  data)
{
  self->config = relais_config_new ();
  self->limits = relais_config_get_limits (self->config);
  self->server = relais_test_server_new (self->config);
  self->counts = relais_test_server_counts (self->server);
  self->port = relais_test_server_get_port (self->server);
}

static void
tear_down (Fixture       *self,
           gconstpointer  data)
{
  relais_test_server_free (self->server);
  g_object_unref (self->config);
}

static int
open_with (Fixture    *self,
           const char *bytes)
{
  int fd = relais_test_connect (self->port);

  g_assert_cmpint (fd, >=, 0);
  g_assert_true (relais_test_send (fd, bytes, -1));
  return fd;
}

static guint
ask (int         fd,
     const char *bytes)
{
  if (!relais_test_send (fd, bytes, -1))
    return 0;
  return relais_test_receive (fd, NULL, NULL);
}

static void
failure_cb (RelaisServer *server,
            gpointer      user_data)
{
  *(RelaisStartFailure **)user_data = relais_server_start (server);
}

static void
test_port (Fixture       *self,
           gconstpointer  data)
{
  struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
  int fd = socket (AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

  v6.sin6_port = htons (self->port);
  g_assert_cmpuint (self->port, >=, 1024);
  close (open_with (self, GET));
  /* IPv6 is best effort: where the machine has it, it is the same port */
  if (fd >= 0 && connect (fd, (struct sockaddr *)&v6, sizeof v6) == 0)
    g_assert_cmpuint (ask (fd, "GET /healthz HTTP/1.1\r\nHost: [::1]\r\n\r\n"), ==, 200);
  if (fd >= 0)
    close (fd);
}

/* Who holds the port, and where one is free. */
static void
test_taken (Fixture       *self,
            gconstpointer  data)
{
  g_autoptr (RelaisConfig) config = relais_config_new ();
  g_autoptr (RelaisTestServer) other = relais_test_server_new (config);
  g_autoptr (RelaisStartFailure) failure = NULL;
  g_autofree char *name = g_path_get_basename (g_get_prgname ());
  int fd;

  relais_test_server_stop (other);
  g_assert_true (relais_config_set_port (config, self->port, NULL));
  relais_test_server_call (other, failure_cb, &failure);
  g_assert_nonnull (failure);
  g_assert_cmpint (failure->code, ==, RELAIS_ERROR_ADDRESS_IN_USE);
  g_assert_cmpstr (failure->host, ==, "127.0.0.1");
  g_assert_cmpuint (failure->port, ==, self->port);
  g_assert_true (g_str_has_prefix (name, failure->owner));
  g_assert_cmpuint (failure->free_port, >, self->port);
  g_assert_nonnull (failure->detail);
  g_assert_cmpuint (relais_test_server_get_port (other), ==, 0);
  /* the way out works */
  g_assert_true (relais_config_set_port (config, failure->free_port, NULL));
  relais_test_server_start (other);
  g_assert_cmpuint (relais_test_server_get_port (other), ==, failure->free_port);
  fd = relais_test_connect (failure->free_port);
  g_assert_cmpuint (ask (fd, GET), ==, 200);
  close (fd);
}

static void
test_owner (Fixture       *self,
            gconstpointer  data)
{
  g_autofree char *owner = relais_port_find_owner (self->port);
  g_autofree char *name = g_path_get_basename (g_get_prgname ());

  g_assert_true (g_str_has_prefix (name, owner));
  relais_test_server_stop (self->server);
  g_assert_null (relais_port_find_owner (self->port));
}

static void
test_restart (Fixture       *self,
              gconstpointer  data)
{
  guint fds = 0;
  gint64 rss = 0;

  /* the descriptors of the process are raised once, and arenas settle */
  for (guint i = 0; i < 60; i++)
    {
      int kept, running;

      if (i == 10)
        {
          fds = relais_test_count_fds ();
          rss = relais_test_get_rss ();
        }
      kept = open_with (self, GET);
      g_assert_cmpuint (relais_test_receive (kept, NULL, NULL), ==, 200);
      running = open_with (self, POST ("stream5"));
      g_assert_true (relais_test_server_wait (&self->counts->requests, 2 * (i + 1)));
      relais_test_server_stop (self->server);
      g_assert_cmpint (relais_test_connect (self->port), ==, -1);
      close (kept);
      close (running);
      relais_test_server_start (self->server);
      self->port = relais_test_server_get_port (self->server);
    }
  g_test_message ("fds %u -> %u, RSS %" G_GINT64_FORMAT " -> %" G_GINT64_FORMAT " KiB", fds,
                  relais_test_count_fds (), rss, relais_test_get_rss ());
  g_assert_cmpuint (relais_test_count_fds (), ==, fds);
  /* a sanitizer keeps freed memory aside */
#ifndef __SANITIZE_ADDRESS__
  g_assert_cmpint (relais_test_get_rss () - rss, <, 2048);
#endif
}

/* What runs may end, what waits is closed at once, what comes new is turned down. */
static void
test_stop_gently (Fixture       *self,
                  gconstpointer  data)
{
  g_autofree char *body = NULL;
  int idle = open_with (self, GET);
  int running, behind;
  gint64 start_us;

  self->limits->stop_grace_ms = 8000;
  g_assert_cmpuint (relais_test_receive (idle, NULL, NULL), ==, 200);
  running = open_with (self, POST ("slow10"));
  behind = open_with (self, POST ("slow4") GET);
  g_assert_true (relais_test_server_wait (&self->counts->requests, 3));
  start_us = g_get_monotonic_time ();
  relais_test_server_stop (self->server);
  g_assert_cmpint (g_get_monotonic_time () - start_us, <, 5 * G_USEC_PER_SEC);
  g_assert_true (relais_test_is_closed (idle));
  g_assert_cmpuint (relais_test_receive (running, NULL, &body), ==, 200);
  g_assert_cmpuint (strlen (body), ==, 10 * strlen ("data: tick\n\n"));
  g_assert_true (relais_test_is_closed (running));
  g_assert_cmpuint (relais_test_receive (behind, NULL, NULL), ==, 200);
  g_assert_cmpuint (relais_test_receive (behind, NULL, NULL), ==, 503);
  g_assert_true (relais_test_is_closed (behind));
  g_assert_cmpint (relais_test_connect (self->port), ==, -1);
  g_assert_cmpint (self->counts->requests, ==, 3);
  close (idle);
  close (running);
  close (behind);
}

/* Two hundred connections in every phase: cut when the grace is over. */
static void
test_stop_hard (Fixture       *self,
                gconstpointer  data)
{
  static const char *const states[] = {
    "",
    GET,
    "GET /hea",
    GET "GET /v1",
    POST ("hang"),
    POST ("slow10000"),
    POST ("stream1000000"),
    "POST /v1/messages HTTP/1.1\r\n" HOST "Content-Type: application/json\r\nContent-Length: 9\r\n\r\nabc",
    "POST /v1/messages HTTP/1.1\r\n" HOST "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    POST ("hang") GET GET,
  };
  int fds[200];
  guint before;
  gint64 start_us;

  /* one round for what a process opens once */
  fds[0] = open_with (self, GET);
  g_assert_cmpuint (relais_test_receive (fds[0], NULL, NULL), ==, 200);
  close (fds[0]);
  relais_test_server_stop (self->server);
  relais_test_server_start (self->server);
  self->port = relais_test_server_get_port (self->server);
  before = relais_test_count_fds ();
  self->limits->stop_grace_ms = 100;
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    fds[i] = open_with (self, states[i % G_N_ELEMENTS (states)]);
  g_assert_true (relais_test_server_wait (&self->counts->requests, 121));
  start_us = g_get_monotonic_time ();
  relais_test_server_stop (self->server);
  g_assert_cmpint (g_get_monotonic_time () - start_us, <, 3 * G_USEC_PER_SEC);
  g_assert_true (relais_test_server_wait (&self->counts->ended, 121));
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    close (fds[i]);
  relais_test_server_start (self->server);
  self->port = relais_test_server_get_port (self->server);
  g_assert_cmpuint (relais_test_count_fds (), ==, before);
  close (open_with (self, GET));
}

static void
rebind_cb (RelaisServer *server,
           gpointer      user_data)
{
  g_autoptr (RelaisStartFailure) failure = relais_server_rebind (server);

  g_assert_null (failure);
}

static void
urls_cb (RelaisServer *server,
         gpointer      user_data)
{
  *(char ***)user_data = relais_server_dup_urls (server);
}

static void
test_rebind (Fixture       *self,
             gconstpointer  data)
{
  g_auto (GStrv) addresses = relais_addresses_list ();
  g_autofree char *first = g_strdup_printf ("http://127.0.0.1:%u", self->port);
  g_autofree char *body = NULL;
  int stream = open_with (self, POST ("slow10"));
  int waiting;

  g_assert_true (relais_test_server_wait (&self->counts->requests, 1));
  for (guint i = 0; i < 10; i++)
    {
      g_auto (GStrv) urls = NULL;

      relais_config_set_allow_lan_access (self->config, i % 2 == 0);
      /* one that the old listener has not taken in yet is not lost */
      waiting = open_with (self, GET);
      relais_test_server_call (self->server, rebind_cb, NULL);
      g_assert_cmpuint (relais_test_receive (waiting, NULL, NULL), ==, 200);
      close (waiting);
      g_assert_cmpuint (relais_test_server_get_port (self->server), ==, self->port);
      relais_test_server_call (self->server, urls_cb, &urls);
      g_assert_cmpstr (urls[0], ==, first);
      if (i % 2 == 1)
        g_assert_null (urls[1]);
      else
        for (guint j = 0; addresses[j] != NULL && strchr (addresses[j], ':') == NULL; j++)
          g_assert_nonnull (strstr (urls[j + 1], addresses[j]));
      close (open_with (self, GET));
    }
  g_assert_cmpuint (relais_test_receive (stream, NULL, &body), ==, 200);
  g_assert_cmpuint (strlen (body), ==, 10 * strlen ("data: tick\n\n"));
  close (stream);
}

static void
distrust_cb (RelaisServer *server,
             gpointer      user_data)
{
  relais_server_get_host (server)->trusts_nobody = TRUE;
}

/* Without LAN access other machines end: who waits at once, who is answered when that is done. */
static void
test_lan_off (Fixture       *self,
              gconstpointer  data)
{
  g_autofree char *body = NULL;
  int idle, running, pipelined, held;

  relais_config_set_allow_lan_access (self->config, TRUE);
  relais_config_set_auth_mode (self->config, RELAIS_AUTH_MODE_OFF);
  relais_test_server_call (self->server, rebind_cb, NULL);
  relais_test_server_call (self->server, distrust_cb, NULL);
  idle = open_with (self, GET);
  g_assert_cmpuint (relais_test_receive (idle, NULL, NULL), ==, 200);
  running = open_with (self, POST ("slow10"));
  pipelined = open_with (self, POST ("slow10") GET);
  held = open_with (self, "GET /v1/models HTTP/1.1\r\n");
  g_assert_true (relais_test_server_wait (&self->counts->requests, 3));
  relais_config_set_allow_lan_access (self->config, FALSE);
  relais_test_server_call (self->server, rebind_cb, NULL);
  g_assert_true (relais_test_is_closed (idle));
  /* a head begun before is not finished into an answer, though no key is asked for any more */
  relais_test_send (held, "Host: localhost\r\n\r\n", -1);
  g_assert_cmpuint (relais_test_receive (held, NULL, NULL), ==, 403);
  close (held);
  g_assert_cmpuint (relais_test_receive (running, NULL, &body), ==, 200);
  g_assert_cmpuint (strlen (body), ==, 10 * strlen ("data: tick\n\n"));
  g_assert_true (relais_test_is_closed (running));
  g_assert_cmpuint (relais_test_receive (pipelined, NULL, NULL), ==, 200);
  g_assert_true (relais_test_is_closed (pipelined));
  g_assert_cmpint (self->counts->requests, ==, 3);
  close (idle);
  close (running);
  close (pipelined);
}

/* Over the limit the one that waits longest goes; when none waits, the new one hears why not. */
static void
test_connection_limit (Fixture       *self,
                       gconstpointer  data)
{
  int fds[10];
  int one_more;

  relais_test_server_stop (self->server);
  self->limits->connections = G_N_ELEMENTS (fds);
  relais_test_server_start (self->server);
  self->port = relais_test_server_get_port (self->server);
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    {
      fds[i] = open_with (self, GET);
      g_assert_cmpuint (relais_test_receive (fds[i], NULL, NULL), ==, 200);
    }
  one_more = open_with (self, GET);
  g_assert_cmpuint (relais_test_receive (one_more, NULL, NULL), ==, 200);
  g_assert_true (relais_test_is_closed (fds[0]));
  close (fds[0]);
  fds[0] = one_more;
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    g_assert_true (relais_test_send (fds[i], POST ("hang"), -1));
  g_assert_true (relais_test_server_wait (&self->counts->requests, 21));
  one_more = open_with (self, GET);
  g_assert_cmpuint (relais_test_receive (one_more, NULL, NULL), ==, 503);
  g_assert_true (relais_test_is_closed (one_more));
  close (one_more);
  close (fds[0]);
  g_assert_true (relais_test_server_wait (&self->counts->ended, 12));
  one_more = open_with (self, GET);
  g_assert_cmpuint (relais_test_receive (one_more, NULL, NULL), ==, 200);
  close (one_more);
  for (guint i = 1; i < G_N_ELEMENTS (fds); i++)
    close (fds[i]);
}

/* Key and mode count from the next request on, on connections that are open, too. */
static void
test_settings (Fixture       *self,
               gconstpointer  data)
{
  int fd = open_with (self, GET);

  g_assert_cmpuint (relais_test_receive (fd, NULL, NULL), ==, 200);
  relais_config_set_auth_mode (self->config, RELAIS_AUTH_MODE_STRICT);
  g_assert_cmpuint (ask (fd, "GET /healthz HTTP/1.1\r\n" HOST "x-api-key: " RELAIS_TEST_KEY "\r\n\r\n"), ==, 200);
  g_assert_true (relais_config_set_api_key (self->config, "sk-another-key", NULL));
  g_assert_cmpuint (ask (fd, "GET /healthz HTTP/1.1\r\n" HOST "x-api-key: " RELAIS_TEST_KEY "\r\n\r\n"), ==, 401);
  close (fd);
}

static void
test_stopped_twice (Fixture       *self,
                    gconstpointer  data)
{
  relais_test_server_stop (self->server);
  relais_test_server_stop (self->server);
  relais_test_server_start (self->server);
  relais_test_server_start (self->server);
  self->port = relais_test_server_get_port (self->server);
  close (open_with (self, GET));
}

int
main (int    argc,
      char **argv)
{
  static const struct
  {
    const char *name;
    void (*func) (Fixture *self,
                  gconstpointer data);
  } tests[] = {
    { "/server/port", test_port },
    { "/server/taken", test_taken },
    { "/server/owner", test_owner },
    { "/server/restart", test_restart },
    { "/server/stop-gently", test_stop_gently },
    { "/server/stop-hard", test_stop_hard },
    { "/server/rebind", test_rebind },
    { "/server/lan-off", test_lan_off },
    { "/server/connection-limit", test_connection_limit },
    { "/server/settings", test_settings },
    { "/server/stopped-twice", test_stopped_twice },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Fixture, NULL, set_up, tests[i].func, tear_down);
  return g_test_run ();
}
