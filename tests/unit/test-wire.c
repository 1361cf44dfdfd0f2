/* test-wire.c: the real server against well and badly behaved clients, byte by byte
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "relais-test-server.h"
#include "server/relais-server-private.h"

#define HOST "Host: localhost\r\n"
#define JSON "Content-Type: application/json\r\n"
#define GET(path) "GET " path " HTTP/1.1\r\n" HOST
#define POST(path) "POST " path " HTTP/1.1\r\n" HOST JSON
#define CHUNKED POST ("/v1/messages") "Transfer-Encoding: chunked\r\n\r\n"

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
  g_assert_cmpint (self->counts->smuggled, ==, 0);
  relais_test_server_free (self->server);
  g_object_unref (self->config);
}

static void
expect (int         fd,
        guint       status,
        const char *in_head,
        const char *in_body)
{
  g_autofree char *head = NULL;
  g_autofree char *body = NULL;

  g_assert_cmpuint (relais_test_receive (fd, &head, &body), ==, status);
  if (in_head != NULL && strstr (head, in_head) == NULL)
    g_error ("no %s in %s", in_head, head);
  if (in_body != NULL && strstr (body, in_body) == NULL)
    g_error ("no %s in %s", in_body, body);
}

/* One request on a connection of its own. */
static void
ask (Fixture    *self,
     const char *bytes,
     guint       status,
     const char *in_head,
     const char *in_body)
{
  int fd = relais_test_connect (self->port);

  g_assert_true (relais_test_send (fd, bytes, -1));
  expect (fd, status, in_head, in_body);
  close (fd);
}

static void
test_keep_alive (Fixture       *self,
                 gconstpointer  data)
{
  static const gsize sizes[] = { 0, 1, 8191, 8192, 8193, 65536, 100000, 3000000 };
  int fd = relais_test_connect (self->port);

  for (guint i = 0; i < 100; i++)
    {
      g_assert_true (relais_test_send (fd, GET ("/v1/models/x") "\r\n", -1));
      expect (fd, 200, NULL, "GET /v1/models/x 0");
    }
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *body = g_strnfill (sizes[i], 'x');
      g_autofree char *head = g_strdup_printf (POST ("/v1/messages") "Content-Length: %zu\r\n\r\n", sizes[i]);
      g_autofree char *chunk = g_strdup_printf ("%zx\r\n", sizes[i]);
      g_autofree char *answer = g_strdup_printf ("POST /v1/messages %zu", sizes[i]);

      g_assert_true (relais_test_send (fd, head, -1) && relais_test_send (fd, body, sizes[i]));
      expect (fd, 200, NULL, answer);
      g_assert_true (relais_test_send (fd, CHUNKED, -1));
      if (sizes[i] > 0)
        g_assert_true (relais_test_send (fd, chunk, -1) && relais_test_send (fd, body, sizes[i]) &&
                       relais_test_send (fd, "\r\n", -1));
      g_assert_true (relais_test_send (fd, "0\r\n\r\n", -1));
      expect (fd, 200, NULL, answer);
    }
  g_assert_cmpint (self->counts->requests, ==, 100 + 2 * G_N_ELEMENTS (sizes));
  close (fd);
}

static void
test_drip (Fixture       *self,
           gconstpointer  data)
{
  static const char *const requests[] = {
    GET ("/healthz") "\r\n",
    POST ("/v1/messages") "Content-Length: 5\r\n\r\nabcde",
    CHUNKED "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
    "\r\n" GET ("/v1/models") "\r\n",
  };
  int fd = relais_test_connect (self->port);
  int yes = 1;

  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      for (const char *c = requests[i]; *c != '\0'; c++)
        g_assert_true (relais_test_send (fd, c, 1));
      expect (fd, 200, NULL, NULL);
    }
  g_assert_cmpint (self->counts->requests, ==, G_N_ELEMENTS (requests));
  close (fd);
}

static void
test_continue (Fixture       *self,
               gconstpointer  data)
{
  int fd = relais_test_connect (self->port);
  char line[24] = "";

  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (relais_test_send (fd, POST ("/v1/messages") "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n", -1));
      g_assert_cmpint (recv (fd, line, sizeof line - 1, MSG_PEEK | MSG_WAITALL), ==, 23);
      g_assert_cmpstr (line, ==, "HTTP/1.1 100 Continue\r\n");
      g_assert_true (relais_test_send (fd, "abc", 3));
      expect (fd, 200, NULL, "POST /v1/messages 3");
    }
  /* refused before any of the body */
  g_assert_true (relais_test_send (fd, POST ("/nowhere") "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n", -1));
  expect (fd, 404, NULL, NULL);
  g_assert_true (relais_test_is_closed (fd));
  close (fd);
}

static void
test_pipeline (Fixture       *self,
               gconstpointer  data)
{
  g_autoptr (GString) requests = g_string_new (NULL);
  int fd = relais_test_connect (self->port);
  int rest = relais_test_connect (self->port);

  for (guint i = 0; i < 3001; i++)
    g_string_append_printf (requests, GET ("/v1/models/%u.") "\r\n", i);
  g_assert_true (relais_test_send (fd, requests->str, requests->len));
  for (guint i = 0; i < 3001; i++)
    {
      g_autofree char *answer = g_strdup_printf ("GET /v1/models/%u. 0", i);

      expect (fd, 200, NULL, answer);
    }
  close (fd);

  /* each kind of request behind each */
  g_assert_true (relais_test_send (rest,
                                   POST ("/v1/messages") "Content-Length: 3\r\n\r\nabc" CHUNKED
                                                         "3\r\nabc\r\n0\r\n\r\n" GET ("/v1/models") "\r\n" POST ("/v1/messages") "Content-Length: 0\r\n\r\n" POST ("/v1/models/stream3:generateContent") "Content-Length: 0\r\n\r\n" GET ("/healthz") "\r\n",
                                   -1));
  expect (rest, 200, NULL, "POST /v1/messages 3");
  expect (rest, 200, NULL, "POST /v1/messages 3");
  expect (rest, 200, NULL, "GET /v1/models 0");
  expect (rest, 200, NULL, "POST /v1/messages 0");
  expect (rest, 200, "chunked", "data: tick\n\ndata: tick\n\ndata: tick\n\n");
  expect (rest, 200, NULL, "GET /healthz 0");
  close (rest);
}

static void
test_half_close (Fixture       *self,
                 gconstpointer  data)
{
  for (guint n = 1; n <= 3; n++)
    {
      int fd = relais_test_connect (self->port);

      for (guint i = 0; i < n; i++)
        g_assert_true (relais_test_send (fd, GET ("/healthz") "\r\n", -1));
      shutdown (fd, SHUT_WR);
      for (guint i = 0; i < n; i++)
        expect (fd, 200, NULL, NULL);
      g_assert_true (relais_test_is_closed (fd));
      close (fd);
    }
}

static void
test_words (Fixture       *self,
            gconstpointer  data)
{
  ask (self, GET ("/nowhere") "anthropic-version: x\r\n\r\n", 404, "request-id: req_", "\"not_found_error\"");
  ask (self, GET ("/nowhere") "\r\n", 404, "x-request-id: req_", "base URL to http://localhost/v1");
  ask (self, GET ("/v1/v1/messages") "\r\n", 405, "X-Relais-Hint: base URL should be http://localhost\r\n", "error");
  ask (self, POST ("/v1/v1/messages") "Content-Length: x\r\n\r\n", 400, "X-Relais-Hint: base URL should be http://localhost\r\n", "error");
  ask (self, GET ("/v1/messages") "\r\n", 405, "Allow: POST, OPTIONS\r\n", "use POST");
  ask (self, "PUT /v1/messages HTTP/1.1\r\n" HOST "\r\n", 405, "Allow: POST, OPTIONS\r\n", "\"type\":\"error\"");
  ask (self, "CONNECT localhost:80 HTTP/1.1\r\n" HOST "\r\n", 405, "Allow: GET, HEAD, POST, OPTIONS, DELETE\r\n", NULL);
  ask (self, GET ("/v1/responses") "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n", 426, "Upgrade: HTTP/1.1\r\n", "error");
  ask (self, "GET /healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421, "application/json", "serve --allowed-host evil.example; in the window, “Allowed Hosts” in Preferences");
  ask (self, GET ("/healthz") "Origin: https://evil.example\r\n\r\n", 403, NULL, "serve --allowed-origin https://evil.example; in the window, “Allowed Web Pages”");
  ask (self, "POST /v1/messages HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n", 415, NULL, "application/json");
  ask (self, "\x16\x03\x01", 400, "Connection: close", "plain HTTP");
  relais_config_set_auth_mode (self->config, RELAIS_AUTH_MODE_STRICT);
  ask (self, GET ("/v1/models") "\r\n", 401, "WWW-Authenticate: Bearer\r\n", "invalid_api_key");
  ask (self, POST ("/v1/messages") "Content-Length: 3\r\n\r\n", 401, "request-id", "authentication_error");
  ask (self, POST ("/v1beta/models/m:generateContent") "Content-Length: 3\r\n\r\n", 401, NULL, "UNAUTHENTICATED");
  ask (self, GET ("/v1/models") "Origin: http://localhost:1\r\n\r\n", 401,
       "Access-Control-Allow-Origin: http://localhost:1\r\n", NULL);
  ask (self, GET ("/v1/models?key=" RELAIS_TEST_KEY) "\r\n", 200, NULL, "GET /v1/models 0");
  g_assert_cmpint (self->counts->requests, ==, 1);
  g_assert_true (relais_test_server_wait (&self->counts->refused, 15));
}

static void
test_preflight (Fixture       *self,
                gconstpointer  data)
{
  relais_config_set_auth_mode (self->config, RELAIS_AUTH_MODE_STRICT);
  ask (self,
       "OPTIONS /v1/messages HTTP/1.1\r\n" HOST "Origin: http://localhost:1\r\nAccess-Control-Request-Method: POST\r\n"
       "Access-Control-Request-Headers: x-api-key, x-other\r\nAccess-Control-Request-Private-Network: true\r\n\r\n",
       204, "Access-Control-Allow-Headers: x-api-key, x-other\r\n", NULL);
  ask (self,
       "OPTIONS /v1/messages HTTP/1.1\r\n" HOST "Origin: http://localhost:1\r\nAccess-Control-Request-Method: POST\r\n"
       "Access-Control-Request-Headers: \"x\"\r\n\r\n",
       204, "Access-Control-Allow-Headers: authorization,", NULL);
  ask (self, "OPTIONS * HTTP/1.1\r\n" HOST "\r\n", 401, NULL, NULL);
  ask (self, "OPTIONS * HTTP/1.1\r\n" HOST "x-api-key: " RELAIS_TEST_KEY "\r\n\r\n", 204,
       "Allow: GET, HEAD, POST, OPTIONS, DELETE\r\n", NULL);
  g_assert_cmpint (self->counts->requests, ==, 0);
}

static void
test_forms (Fixture       *self,
            gconstpointer  data)
{
  int fd = relais_test_connect (self->port);
  char buffer[1000] = "";

  ask (self, "GET http://localhost/v1/models/a HTTP/1.1\r\n" HOST "\r\n", 200, NULL, "GET /v1/models/a 0");
  ask (self, GET ("/v1/models") "Range: bytes=0-1\r\n\r\n", 200, NULL, "GET /v1/models 0");
  ask (self, GET ("/v1/x/%2e%2e/models") "\r\n", 200, NULL, NULL);
  ask (self, "GET /healthz HTTP/1.0\r\n\r\n", 200, NULL, "GET /healthz 0");
  ask (self, POST ("/v1/models/stream2:generateContent") "Connection: close\r\nContent-Length: 0\r\n\r\n", 200, NULL,
       "tick");
  /* HEAD has the headers and no more */
  g_assert_true (relais_test_send (fd, "HEAD /healthz HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", -1));
  g_assert_cmpint (recv (fd, buffer, sizeof buffer - 1, MSG_WAITALL), >, 0);
  g_assert_nonnull (strstr (buffer, "Content-Length: 15\r\n"));
  g_assert_true (g_str_has_suffix (buffer, "\r\n\r\n"));
  close (fd);
}

/* libsoup calls every 500 a failure, but the connection lives. */
static void
test_failing (Fixture       *self,
              gconstpointer  data)
{
  int fd = relais_test_connect (self->port);

  for (guint i = 0; i < 3; i++)
    {
      g_assert_true (relais_test_send (fd,
                                       POST ("/v1/models/fail:generateContent") "Content-Length: 0\r\n\r\n" GET ("/healthz") "\r\n",
                                       -1));
      expect (fd, 500, NULL, NULL);
      expect (fd, 200, NULL, NULL);
    }
  close (fd);
}

/* An answer that is cut ends with the connection, never with what looks like its end. */
static void
test_cut (Fixture       *self,
          gconstpointer  data)
{
  static const char *const models[] = { "cut", "snap" };
  static const char rest[] = HOST JSON "Content-Length: 0\r\n\r\n";

  for (guint i = 0; i < G_N_ELEMENTS (models); i++)
    {
      g_autofree char *line = g_strdup_printf ("POST /v1/models/%s:generateContent HTTP/1.", models[i]);
      g_autofree char *request = g_strconcat (line, "1\r\n", rest, NULL);
      g_autofree char *old_request = g_strconcat (line, "0\r\n", rest, NULL);
      g_autofree char *body = NULL;
      char buffer[100000];
      int fd = relais_test_connect (self->port);
      int old = relais_test_connect (self->port);

      g_assert_true (relais_test_send (fd, request, -1));
      g_assert_cmpuint (relais_test_receive (fd, NULL, &body), ==, 1);
      g_assert_cmpuint (strlen (body), >=, 29 * strlen ("data: tick\n\n"));
      g_assert_true (relais_test_is_closed (fd));
      close (fd);
      g_assert_true (relais_test_send (old, old_request, -1));
      g_assert_cmpint (recv (old, buffer, sizeof buffer, MSG_WAITALL), >, 0);
      g_assert_cmpint (recv (old, buffer, sizeof buffer, 0), ==, -1);
      close (old);
    }
  g_assert_true (relais_test_server_wait (&self->counts->ended, 4));
}

/* Who leaves is noticed at once, while the answer is paused, too. */
static void
test_gone (Fixture       *self,
           gconstpointer  data)
{
  static const char *const models[] = { "hang", "slow1000" };
  int gone = 0;

  for (guint i = 0; i < G_N_ELEMENTS (models); i++)
    for (guint reset = 0; reset < 3; reset++)
      {
        g_autofree char *request =
          g_strdup_printf (POST ("/v1/models/%s:generateContent") "Content-Length: 2\r\n\r\n{}", models[i]);
        int fd = relais_test_connect (self->port);
        int before = g_atomic_int_get (&self->counts->requests);
        gint64 start_us;

        /* the second of its connection, now and then */
        if (reset > 0)
          ask (self, GET ("/healthz") "\r\n", 200, NULL, NULL);
        before = g_atomic_int_get (&self->counts->requests);
        g_assert_true (relais_test_send (fd, request, -1));
        g_assert_true (relais_test_server_wait (&self->counts->requests, before + 1));
        start_us = g_get_monotonic_time ();
        if (reset == 0)
          close (fd);
        else if (reset == 1)
          relais_test_reset (fd);
        else
          shutdown (fd, SHUT_WR);
        g_assert_true (relais_test_server_wait (&self->counts->gone, ++gone));
        g_test_message ("%s gone after %" G_GINT64_FORMAT " us", models[i], g_get_monotonic_time () - start_us);
        g_assert_cmpint (g_get_monotonic_time () - start_us, <, 500 * 1000);
        if (reset == 2)
          close (fd);
      }
  /* the request and the end of it in one piece */
  for (guint i = 0; i < 2; i++)
    {
      int fd = relais_test_connect (self->port);

      g_assert_true (relais_test_send (fd, POST ("/v1/models/hang:generateContent") "Content-Length: 0\r\n\r\n", -1));
      if (i == 1)
        g_assert_true (relais_test_send (fd, GET ("/v1/models/smuggled-not-yet") "\r\n", 0));
      shutdown (fd, SHUT_WR);
      g_assert_true (relais_test_server_wait (&self->counts->gone, ++gone));
      close (fd);
    }
}

/* A client that sent far ahead is seen leaving all the same. */
static void
test_gone_ahead (Fixture       *self,
                 gconstpointer  data)
{
  g_autoptr (GString) ahead = g_string_new (POST ("/v1/models/hang:generateContent") "Content-Length: 0\r\n\r\n");
  int fd = relais_test_connect (self->port);

  while (ahead->len < 64 * 1024)
    g_string_append (ahead, GET ("/v1/models/later") "\r\n");
  g_assert_true (relais_test_send (fd, ahead->str, ahead->len));
  g_assert_true (relais_test_server_wait (&self->counts->requests, 1));
  close (fd);
  g_assert_true (relais_test_server_wait (&self->counts->gone, 1));
  g_assert_true (relais_test_server_wait (&self->counts->ended, 1));
  g_assert_cmpint (self->counts->requests, ==, 1);
}

static void
test_body_limits (Fixture       *self,
                  gconstpointer  data)
{
  g_autofree char *kilobytes = g_strnfill (200 * 1000, 'x');
  int held[3];
  int fd;

  self->limits->body_size_bytes = 100 * 1000;
  ask (self, POST ("/v1/messages") "Content-Length: 100001\r\n\r\n", 413, NULL, "request_too_large");
  ask (self, POST ("/v1/messages") "Content-Length: 999999999999999999\r\n\r\n", 413, NULL, NULL);
  ask (self, CHUNKED "186a1\r\n", 413, NULL, NULL);
  ask (self, CHUNKED "ffffffff\r\n", 413, NULL, NULL);
  fd = relais_test_connect (self->port);
  g_assert_true (relais_test_send (fd, CHUNKED "186a0\r\n", -1) && relais_test_send (fd, kilobytes, 100000) &&
                 relais_test_send (fd, "\r\n1\r\n", -1));
  expect (fd, 413, NULL, NULL);
  close (fd);
  g_assert_cmpint (self->counts->requests, ==, 0);

  /* all of them together */
  self->limits->all_bodies_size_bytes = 250 * 1000;
  for (guint i = 0; i < G_N_ELEMENTS (held); i++)
    {
      held[i] = relais_test_connect (self->port);
      g_assert_true (relais_test_send (held[i], POST ("/v1/models/hang:generateContent") "Content-Length: 80000\r\n\r\n", -1));
      g_assert_true (relais_test_send (held[i], kilobytes, 80000));
    }
  g_assert_true (relais_test_server_wait (&self->counts->requests, 3));
  ask (self, POST ("/v1/chat/completions") "Content-Length: 80000\r\n\r\n", 503, "Retry-After: 1\r\n", "\"error\"");
  fd = relais_test_connect (self->port);
  g_assert_true (relais_test_send (fd, CHUNKED "ffff\r\n", -1) && relais_test_send (fd, kilobytes, 65535));
  expect (fd, 529, NULL, "overloaded_error");
  close (fd);
  close (held[0]);
  g_assert_true (relais_test_server_wait (&self->counts->gone, 1));
  fd = relais_test_connect (self->port);
  g_assert_true (relais_test_send (fd, POST ("/v1/messages") "Content-Length: 80000\r\n\r\n", -1));
  g_assert_true (relais_test_send (fd, kilobytes, 80000));
  expect (fd, 200, NULL, NULL);
  close (fd);
  close (held[1]);
  close (held[2]);
}

static void
test_exchange_limit (Fixture       *self,
                     gconstpointer  data)
{
  int fds[3];

  self->limits->exchanges = G_N_ELEMENTS (fds);
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    {
      fds[i] = relais_test_connect (self->port);
      g_assert_true (relais_test_send (fds[i], POST ("/v1/models/hang:generateContent") "Content-Length: 0\r\n\r\n", -1));
    }
  g_assert_true (relais_test_server_wait (&self->counts->requests, 3));
  ask (self, GET ("/v1/models") "\r\n", 503, "retry-after-ms: 1000\r\n", "3 requests");
  ask (self, GET ("/healthz") "\r\n", 200, NULL, NULL);
  close (fds[0]);
  g_assert_true (relais_test_server_wait (&self->counts->ended, 2));
  ask (self, GET ("/v1/models") "\r\n", 200, NULL, NULL);
  close (fds[1]);
  close (fds[2]);
}

static void
test_deadlines (Fixture       *self,
                gconstpointer  data)
{
  int silent, head, second, idle, body, chunk;

  self->limits->head_timeout_ms = 150;
  self->limits->idle_timeout_ms = 150;
  self->limits->body_timeout_ms = 150;
  self->limits->body_timeout_ms_per_mib = 0;
  silent = relais_test_connect (self->port);
  g_assert_true (relais_test_is_closed (silent));
  head = relais_test_connect (self->port);
  g_assert_true (relais_test_send (head, "GET / HT", -1));
  expect (head, 408, NULL, "request_timeout");
  g_assert_true (relais_test_is_closed (head));
  idle = relais_test_connect (self->port);
  g_assert_true (relais_test_send (idle, GET ("/healthz") "\r\n", -1));
  expect (idle, 200, NULL, NULL);
  g_assert_true (relais_test_is_closed (idle));
  second = relais_test_connect (self->port);
  g_assert_true (relais_test_send (second, GET ("/healthz") "\r\n"
                                                            "G",
                                   -1));
  expect (second, 200, NULL, NULL);
  expect (second, 408, NULL, NULL);
  g_assert_true (relais_test_is_closed (second));
  body = relais_test_connect (self->port);
  g_assert_true (relais_test_send (body, POST ("/v1/messages") "Content-Length: 9\r\n\r\nabc", -1));
  expect (body, 408, "request-id", "body");
  g_assert_true (relais_test_is_closed (body));
  chunk = relais_test_connect (self->port);
  g_assert_true (relais_test_send (chunk, CHUNKED "5\r\nabc", -1));
  expect (chunk, 408, NULL, "body");
  g_assert_true (relais_test_is_closed (chunk));
  g_assert_cmpint (self->counts->requests, ==, 2);
  for (guint i = 0; i < 6; i++)
    close ((int[]){ silent, head, second, idle, body, chunk }[i]);
}

/* An answer may take longer than any deadline of a request. */
static void
test_no_deadline (Fixture       *self,
                  gconstpointer  data)
{
  int fd = relais_test_connect (self->port);

  self->limits->head_timeout_ms = 30;
  self->limits->idle_timeout_ms = 30;
  self->limits->body_timeout_ms = 30;
  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (relais_test_send (fd, POST ("/v1/models/slow5:generateContent") "Content-Length: 2\r\n\r\n{}", -1));
      expect (fd, 200, NULL, "tick");
    }
  close (fd);
}

static void
suspect_cb (RelaisServer *server,
            gpointer      user_data)
{
  relais_server_get_host (server)->trusts_nobody = TRUE;
}

static void
test_guesser (Fixture       *self,
              gconstpointer  data)
{
  static const char *const wrong = GET ("/v1/models") "x-api-key: sk-wrong-key\r\n\r\n";
  static const char *const right = GET ("/v1/models") "x-api-key: " RELAIS_TEST_KEY "\r\n\r\n";
  int fds[90];
  gint64 start_us;

  relais_config_set_auth_mode (self->config, RELAIS_AUTH_MODE_STRICT);
  relais_config_set_allow_lan_access (self->config, TRUE);
  relais_test_server_call (self->server, suspect_cb, NULL);
  for (guint i = 0; i < 10; i++)
    ask (self, wrong, 401, NULL, NULL);
  start_us = g_get_monotonic_time ();
  ask (self, wrong, 401, NULL, NULL);
  g_assert_cmpint (g_get_monotonic_time () - start_us, >=, 990 * 1000);
  /* the right key is not made to wait, and ends it */
  start_us = g_get_monotonic_time ();
  ask (self, right, 200, NULL, NULL);
  ask (self, wrong, 401, NULL, NULL);
  g_assert_cmpint (g_get_monotonic_time () - start_us, <, 900 * 1000);
  for (guint i = 0; i < 9; i++)
    ask (self, wrong, 401, NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    {
      fds[i] = relais_test_connect (self->port);
      g_assert_true (relais_test_send (fds[i], wrong, -1));
    }
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    {
      expect (fds[i], 401, NULL, NULL);
      close (fds[i]);
    }
  ask (self, wrong, 429, "retry-after-ms: 5", "wait");
  ask (self, right, 429, "retry-after-ms: 5", "wait");
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
    { "/wire/keep-alive", test_keep_alive },
    { "/wire/drip", test_drip },
    { "/wire/continue", test_continue },
    { "/wire/pipeline", test_pipeline },
    { "/wire/half-close", test_half_close },
    { "/wire/words", test_words },
    { "/wire/preflight", test_preflight },
    { "/wire/forms", test_forms },
    { "/wire/failing", test_failing },
    { "/wire/cut", test_cut },
    { "/wire/gone", test_gone },
    { "/wire/gone-ahead", test_gone_ahead },
    { "/wire/body-limits", test_body_limits },
    { "/wire/exchange-limit", test_exchange_limit },
    { "/wire/deadlines", test_deadlines },
    { "/wire/no-deadline", test_no_deadline },
    { "/wire/guesser", test_guesser },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Fixture, NULL, set_up, tests[i].func, tear_down);
  return g_test_run ();
}
