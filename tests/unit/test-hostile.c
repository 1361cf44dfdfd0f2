/* test-hostile.c: requests that two parsers read in two ways, and other malice, against the server
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

#define CRLF "\r\n"
#define HOST "Host: localhost\r\n"
#define JSON "Content-Type: application/json\r\n"
#define GET "GET /v1/models HTTP/1.1\r\n" HOST
#define POST "POST /v1/messages HTTP/1.1\r\n" HOST JSON
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"
#define SMUGGLED "GET /v1/models/smuggled HTTP/1.1\r\n" HOST "\r\n"
#define BYTES(text) text, sizeof (text) - 1
#define SILENT 0

/* After each the connection must be at its end, and what stands behind it must never run. */
typedef struct
{
  const char *bytes;
  gsize       length;
  guint       status;
} Case;

static const Case cases[] = {
  /* two ways to tell where a body ends */
  { BYTES (POST "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400 },
  { BYTES (POST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"), 400 },
  { BYTES (POST "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400 },
  { BYTES (POST "Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd"), 400 },
  { BYTES (POST "Content-Length: 4\r\nContent-Length: 0\r\n\r\nabcd"), 400 },
  { BYTES (POST "Content-Length: 0\r\ncontent-length: 4\r\n\r\nabcd"), 400 },
  { BYTES (POST "Content-Length: 0, 4\r\n\r\nabcd"), 400 },
  { BYTES (POST "Content-Length: 4 4\r\n\r\nabcd"), 400 },
  { BYTES (POST "Content-Length: -4\r\n\r\nabcd"), 400 },
  { BYTES (POST "Content-Length: +4\r\n\r\nabcd"), 400 },
  { BYTES (POST "Content-Length: 4a\r\n\r\nabcd"), 400 },
  { BYTES (POST "Content-Length: 0x4\r\n\r\nabcd"), 400 },
  { BYTES (POST "Content-Length: 4.0\r\n\r\nabcd"), 400 },
  { BYTES (POST "Content-Length: \"4\"\r\n\r\nabcd"), 400 },
  { BYTES (POST "Content-Length: four\r\n\r\nabcd"), 400 },
  { BYTES (POST "Content-Length:\r\n\r\nabcd"), 400 },
  { BYTES (POST "Content-Length: 4;\r\n\r\nabcd"), 400 },
  { BYTES (POST "Content-Length: 18446744073709551620\r\n\r\nabcd"), 400 },
  { BYTES (POST "Content-Length: 9223372036854775808\r\n\r\nabcd"), 400 },
  { BYTES (POST "Content-Length: 99999999999999999999999\r\n\r\nabcd"), 400 },
  { BYTES (POST "Content-Length: 999999999999999999\r\n\r\nabcd"), 413 },
  { BYTES (POST "Content-Length : 4\r\n\r\nabcd"), 400 },
  { BYTES (POST "Content-Length\t: 4\r\n\r\nabcd"), 400 },
  { BYTES (POST " Content-Length: 4\r\n\r\nabcd"), 400 },
  { BYTES (POST "X: a\r\n Content-Length: 4\r\n\r\nabcd"), 400 },
  { BYTES (POST "Content-Length\r\n: 4\r\n\r\nabcd"), 400 },
  { BYTES (POST "\r\nContent-Length: 4\r\n\r\nabcd"), 411 },
  { BYTES (POST "Content_Length: 4\r\n\r\nabcd"), 411 },
  { BYTES (POST "\r\n"), 411 },
  { BYTES (POST "Transfer-Encoding: identity\r\n\r\n"), 400 },
  { BYTES (POST "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"), 400 },
  { BYTES (POST "Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n"), 400 },
  { BYTES (POST "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"), 400 },
  { BYTES (POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400 },
  { BYTES (POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n"), 400 },
  { BYTES (POST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"), 501 },
  { BYTES (POST "Transfer-Encoding: gzip\r\n\r\n0\r\n\r\n"), 501 },
  { BYTES (POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), 501 },
  { BYTES (POST "Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n"), 400 },
  { BYTES (POST "Transfer-Encoding: \x0b"
                "chunked\r\n\r\n0\r\n\r\n"),
    400 },
  { BYTES (POST "Transfer-Encoding: 'chunked'\r\n\r\n0\r\n\r\n"), 501 },
  { BYTES (POST "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n"), 400 },
  { BYTES (POST "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"), 400 },
  { BYTES (POST "Transfer\xad-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400 },
  { BYTES ("POST /v1/messages HTTP/1.0\r\n" HOST JSON "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400 },
  { BYTES (GET "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400 },

  /* chunks */
  { BYTES (CHUNKED "zz\r\n\r\n"), 400 },
  { BYTES (CHUNKED "-1\r\n\r\n"), 400 },
  { BYTES (CHUNKED "0x3\r\nabc\r\n0\r\n\r\n"), 400 },
  { BYTES (CHUNKED "\r\nabc\r\n0\r\n\r\n"), 400 },
  { BYTES (CHUNKED " 3\r\nabc\r\n0\r\n\r\n"), 400 },
  { BYTES (CHUNKED "3 \r\nabc\r\n0\r\n\r\n"), 400 },
  { BYTES (CHUNKED "3\nabc\r\n0\r\n\r\n"), 400 },
  { BYTES (CHUNKED "3\r\nabc\n0\r\n\r\n"), 400 },
  { BYTES (CHUNKED "3\r\nabcdef\r\n0\r\n\r\n"), 400 },
  { BYTES (CHUNKED "5\r\nabc\r\n0\r\n\r\nGET /"), 400 },
  { BYTES (CHUNKED "3;name=value\r\nabc\r\n0\r\n\r\n"), 400 },
  { BYTES (CHUNKED "3;\nxx\r\nabc\r\n0\r\n\r\n"), 400 },
  { BYTES (CHUNKED "0;\r\n\r\n"), 400 },
  { BYTES (CHUNKED "0\r\nX-Trailer: 1\r\n\r\n"), 400 },
  { BYTES (CHUNKED "0\r\nGET /v1/models/smuggled HTTP/1.1\r\n" HOST "\r\n"), 400 },
  { BYTES (CHUNKED "0\r\n\n"), 400 },
  { BYTES (CHUNKED "0\n\n"), 400 },
  { BYTES (CHUNKED "3\r\nabc\r\n00000000000000000\r\n\r\n"), 400 },
  { BYTES (CHUNKED "10000000000000000\r\nabc"), 400 },
  { BYTES (CHUNKED "fffffffffffffffff\r\nabc"), 400 },
  { BYTES (CHUNKED "ffffffff\r\nabc"), 413 },
  { BYTES (CHUNKED "7fffffff\r\nabc"), 413 },
  { BYTES (CHUNKED "3\r\nabc\r\n3\r\nabc\r\n\r\n0\r\n\r\n"), 400 },

  /* lines and bytes */
  { BYTES ("GET /v1/models HTTP/1.1\n" HOST "\n"), 400 },
  { BYTES ("GET /v1/models HTTP/1.1\nHost: localhost\n\n"), 400 },
  { BYTES (GET "X: a\n\r\n"), 400 },
  { BYTES (GET "X: a\rY: b\r\n\r\n"), 400 },
  { BYTES (GET "X: a\r\r\n\r\n"), 400 },
  { BYTES (GET "X: a\0b\r\n\r\n"), 400 },
  { BYTES ("GET /v1/models\0 HTTP/1.1\r\n" HOST "\r\n"), 400 },
  { BYTES (GET "X: a\x01\r\n\r\n"), 400 },
  { BYTES (GET "X: a\x7f\r\n\r\n"), 400 },
  { BYTES (GET ": a\r\n\r\n"), 400 },
  { BYTES (GET "no colon\r\n\r\n"), 400 },
  { BYTES (GET "X Y: a\r\n\r\n"), 400 },
  { BYTES (GET "X\"Y: a\r\n\r\n"), 400 },
  { BYTES (GET "X\xffY: a\r\n\r\n"), 400 },
  { BYTES ("GET /v1/models HTTP/1.1\r\n X: a\r\n" HOST "\r\n"), 400 },
  { BYTES ("GET /v1/models HTTP/1.1\r\n\tX: a\r\n" HOST "\r\n"), 400 },
  { BYTES ("\r\n\r\n\r\n" GET "\r\n"), 400 },
  { BYTES ("\n" GET "\r\n"), 400 },
  { BYTES ("\r" GET "\r\n"), 400 },
  { BYTES (" " GET "\r\n"), 400 },
  { BYTES ("\0" GET "\r\n"), 400 },

  /* request lines */
  { BYTES ("GET /v1/models\r\n" HOST "\r\n"), 400 },
  { BYTES ("GET\r\n" HOST "\r\n"), 400 },
  { BYTES ("/v1/models\r\n\r\n"), 400 },
  { BYTES ("GET  /v1/models HTTP/1.1\r\n" HOST "\r\n"), 400 },
  { BYTES ("GET /v1/models  HTTP/1.1\r\n" HOST "\r\n"), 400 },
  { BYTES ("GET /v1/models HTTP/1.1 \r\n" HOST "\r\n"), 400 },
  { BYTES ("GET\t/v1/models\tHTTP/1.1\r\n" HOST "\r\n"), 400 },
  { BYTES ("GET /v1/mo dels HTTP/1.1\r\n" HOST "\r\n"), 400 },
  { BYTES ("GET /v1/models http/1.1\r\n" HOST "\r\n"), 400 },
  { BYTES ("GET /v1/models HTTP/1,1\r\n" HOST "\r\n"), 505 },
  { BYTES ("GET /v1/models HTTP/1.\r\n" HOST "\r\n"), 505 },
  { BYTES ("GET /v1/models HTTP/1.2\r\n" HOST "\r\n"), 505 },
  { BYTES ("GET /v1/models HTTP/2.0\r\n" HOST "\r\n"), 505 },
  { BYTES ("GET /v1/models HTTP/0.9\r\n" HOST "\r\n"), 505 },
  { BYTES ("GET /v1/models HTTP/99999999999.1\r\n" HOST "\r\n"), 505 },
  { BYTES ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505 },
  { BYTES ("GET /v1/\xff HTTP/1.1\r\n" HOST "\r\n"), 400 },
  { BYTES ("GET /v1/caf\xc3\xa9 HTTP/1.1\r\n" HOST "\r\n"), 400 },
  { BYTES ("GET /v1/%zz HTTP/1.1\r\n" HOST "\r\n"), 400 },
  { BYTES ("GET /v1/%0 HTTP/1.1\r\n" HOST "\r\n"), 400 },
  { BYTES ("GET /v1/models%00x HTTP/1.1\r\n" HOST "\r\n"), 400 },
  { BYTES ("GET /v1/models#x HTTP/1.1\r\n" HOST "\r\n"), 400 },
  { BYTES ("GET v1/models HTTP/1.1\r\n" HOST "\r\n"), 400 },
  { BYTES ("GET * HTTP/1.1\r\n" HOST "\r\n"), 400 },
  { BYTES ("GET \\v1\\models HTTP/1.1\r\n" HOST "\r\n"), 400 },
  { BYTES ("GET file:///etc/passwd HTTP/1.1\r\n" HOST "\r\n"), 400 },
  { BYTES ("GET https://localhost/v1/models HTTP/1.1\r\n" HOST "\r\n"), 400 },
  { BYTES ("GET http://evil.example/v1/models HTTP/1.1\r\n" HOST "\r\n"), 400 },
  { BYTES ("GET http://localhost@evil.example/ HTTP/1.1\r\n" HOST "\r\n"), 400 },
  { BYTES ("GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n"), 421 },
  { BYTES ("GET /v1/%ff HTTP/1.1\r\n" HOST "\r\n"), 404 },
  { BYTES ("GET /v1/models/a%0d%0ab HTTP/1.1\r\n" HOST "\r\n"), 404 },
  { BYTES ("GET /etc/passwd HTTP/1.1\r\n" HOST "\r\n"), 404 },
  { BYTES ("GET /v1/../../../etc/passwd HTTP/1.1\r\n" HOST "\r\n"), 404 },

  /* methods */
  { BYTES ("CONNECT localhost:22 HTTP/1.1\r\n" HOST "\r\n"), 405 },
  { BYTES ("TRACE /v1/models HTTP/1.1\r\n" HOST "\r\n"), 405 },
  { BYTES ("TRACK /v1/models HTTP/1.1\r\n" HOST "\r\n"), 405 },
  { BYTES ("PUT /v1/models HTTP/1.1\r\n" HOST "Content-Length: 4\r\n\r\nabcd"), 405 },
  { BYTES ("PATCH /v1/models HTTP/1.1\r\n" HOST "\r\n"), 405 },
  { BYTES ("FROB /v1/models HTTP/1.1\r\n" HOST "\r\n"), 405 },
  { BYTES ("get /v1/models HTTP/1.1\r\n" HOST "\r\n"), 405 },
  { BYTES ("GETGET /v1/models HTTP/1.1\r\n" HOST "\r\n"), 405 },
  { BYTES ("G\xc3\x89T /v1/models HTTP/1.1\r\n" HOST "\r\n"), 400 },
  { BYTES ("DELETE /v1/messages HTTP/1.1\r\n" HOST "\r\n"), 405 },

  /* hosts and origins */
  { BYTES ("GET /v1/models HTTP/1.1\r\n\r\n"), 400 },
  { BYTES (GET HOST "\r\n"), 400 },
  { BYTES (GET "Host: evil.example\r\n\r\n"), 400 },
  { BYTES ("GET /v1/models HTTP/1.1\r\nHost:\r\n\r\n"), 400 },
  { BYTES ("GET /v1/models HTTP/1.1\r\nHost: localhost evil.example\r\n\r\n"), 400 },
  { BYTES ("GET /v1/models HTTP/1.1\r\nHost: localhost/v1\r\n\r\n"), 400 },
  { BYTES ("GET /v1/models HTTP/1.1\r\nHost: localhost?x\r\n\r\n"), 400 },
  { BYTES ("GET /v1/models HTTP/1.1\r\nHost: localhost#x\r\n\r\n"), 400 },
  { BYTES ("GET /v1/models HTTP/1.1\r\nHost: x@localhost\r\n\r\n"), 400 },
  { BYTES ("GET /v1/models HTTP/1.1\r\nHost: localhost:99999\r\n\r\n"), 400 },
  { BYTES ("GET /v1/models HTTP/1.1\r\nHost: localhost:8045:8045\r\n\r\n"), 400 },
  { BYTES ("GET /v1/models HTTP/1.1\r\nHost: local%68ost\r\n\r\n"), 400 },
  { BYTES ("GET /v1/models HTTP/1.1\r\nHost: [::1\r\n\r\n"), 400 },
  { BYTES ("GET /v1/models HTTP/1.1\r\nHost: evil.example\r\n\r\n"), 421 },
  { BYTES ("GET /v1/models HTTP/1.0\r\nHost: evil.example\r\n\r\n"), 421 },
  { BYTES ("GET /healthz HTTP/1.1\r\nHost: localhost.evil.example\r\n\r\n"), 421 },
  { BYTES (GET "Origin: https://evil.example\r\n\r\n"), 403 },
  { BYTES (GET "Origin: null\r\n\r\n"), 403 },
  { BYTES (GET "Origin: http://localhost\r\nOrigin: https://evil.example\r\n\r\n"), 400 },
  { BYTES (GET "Sec-Fetch-Site: cross-site\r\n\r\n"), 403 },
  { BYTES ("POST /v1/messages HTTP/1.1\r\n" HOST "Content-Length: 2\r\nContent-Type: text/plain\r\n\r\n{}"), 415 },
  { BYTES ("POST /v1/messages HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n{}"), 415 },
  { BYTES (POST "Content-Length: 2\r\nContent-Encoding: gzip\r\n\r\n{}"), 415 },
  { BYTES (POST "Content-Length: 2\r\nContent-Type: text/plain\r\n\r\n{}"), 400 },
  { BYTES (POST "Content-Length: 2\r\nExpect: 200-maybe\r\n\r\n{}"), 417 },
  { BYTES (POST "Content-Length: 2\r\nExpect: 100-continue\r\nExpect: x\r\n\r\n{}"), 400 },
  { BYTES ("GET /v1/responses HTTP/1.1\r\n" HOST "Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n"), 426 },

  /* other protocols */
  { BYTES ("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"), 400 },
  { BYTES ("SSH-2.0-OpenSSH_9.2\r\n\r\n"), 400 },
  { BYTES ("EHLO localhost\r\n\r\n"), 400 },
  { BYTES ("*1\r\n$4\r\nPING\r\n\r\n"), 400 },
  { BYTES ("\x05\x01\x00"
           "\r\n\r\n"),
    400 },
  { BYTES ("\x04\x01\x00\x50\x7f\x00\x00\x01\x00"), 400 },
};

static RelaisTestServer *server;
static guint port;

static const char *
print (const Case *c)
{
  static char *text;

  g_free (text);
  text = g_strescape (c->bytes, NULL);
  return text;
}

static void
test_case (const Case *c,
           gboolean    second,
           gboolean    drip)
{
  int fd = relais_test_connect (port);
  int yes = 1;
  guint status;

  g_test_message ("%s%s%s", second ? "second: " : "", drip ? "drip: " : "", print (c));
  if (second)
    {
      g_assert_true (relais_test_send (fd, GET "\r\n", -1));
      g_assert_cmpuint (relais_test_receive (fd, NULL, NULL), ==, 200);
    }
  if (drip)
    {
      setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
      /* the server may be done with us before we are */
      for (gsize i = 0; i < c->length && relais_test_send (fd, c->bytes + i, 1); i++)
        ;
      relais_test_send (fd, SMUGGLED, -1);
    }
  else
    {
      g_autofree char *bytes = g_malloc (c->length + strlen (SMUGGLED));

      memcpy (bytes, c->bytes, c->length);
      memcpy (bytes + c->length, SMUGGLED, strlen (SMUGGLED));
      g_assert_true (relais_test_send (fd, bytes, c->length + strlen (SMUGGLED)));
    }
  status = relais_test_receive (fd, NULL, NULL);
  g_assert_cmpuint (status, ==, c->status);
  g_assert_true (relais_test_is_closed (fd));
  close (fd);
  g_assert_cmpint (relais_test_server_counts (server)->smuggled, ==, 0);
}

static void
test_first (void)
{
  g_assert_cmpuint (G_N_ELEMENTS (cases), >=, 120);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    test_case (&cases[i], FALSE, FALSE);
}

static void
test_second (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    test_case (&cases[i], TRUE, FALSE);
}

static void
test_drip (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    test_case (&cases[i], i % 2 == 0, TRUE);
}

/* Behind a good request in the same piece. */
static void
test_pipelined (void)
{
  static const char good[] = POST "Content-Length: 2\r\n\r\n{}";

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gsize length = sizeof good - 1 + cases[i].length;
      g_autofree char *bytes = g_malloc (length);
      int fd = relais_test_connect (port);

      g_test_message ("pipelined: %s", print (&cases[i]));
      memcpy (bytes, good, sizeof good - 1);
      memcpy (bytes + sizeof good - 1, cases[i].bytes, cases[i].length);
      g_assert_true (relais_test_send (fd, bytes, length));
      relais_test_send (fd, SMUGGLED, -1);
      g_assert_cmpuint (relais_test_receive (fd, NULL, NULL), ==, 200);
      g_assert_cmpuint (relais_test_receive (fd, NULL, NULL), ==, cases[i].status);
      g_assert_true (relais_test_is_closed (fd));
      close (fd);
    }
  g_assert_cmpint (relais_test_server_counts (server)->smuggled, ==, 0);
}

/* Cut anywhere: no answer or a refusal, and never a request that was not whole. */
static void
test_truncated (void)
{
  static const char request[] = POST "Content-Length: 4\r\n\r\nabcd";
  static const char chunked[] = CHUNKED "4\r\nabcd\r\n0\r\n\r\n";
  static const char *const requests[] = { request, chunked };
  int before = relais_test_server_counts (server)->requests;

  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    for (gsize n = 0; n < strlen (requests[i]); n++)
      {
        int fd = relais_test_connect (port);

        g_assert_true (relais_test_send (fd, requests[i], n));
        shutdown (fd, SHUT_WR);
        g_assert_cmpuint (relais_test_receive (fd, NULL, NULL), ==, SILENT);
        close (fd);
      }
  g_assert_cmpint (relais_test_server_counts (server)->requests, ==, before);
}

/* Heads around the limits, and far beyond. */
static void
test_large (void)
{
  static const struct
  {
    const char *start;
    gsize fill;
    const char *end;
    guint status;
  } heads[] = {
    { "GET /", 40000, " HTTP/1.1\r\n" HOST "\r\n", 431 },
    { "GET /v1/models?", 30000, " HTTP/1.1\r\n" HOST "\r\n", 200 },
    { "", 40000, "", 431 },
    { GET "X: ", 32000, "\r\n\r\n", 200 },
    { GET "X: ", 33000, "\r\n\r\n", 431 },
    { GET, 33000, ": x\r\n\r\n", 431 },
    /* more than was ever read of it: the answer must not be lost to a reset */
    { GET "X: ", 200000, "\r\n\r\n", 431 },
    /* too much to wait for: any end will do */
    { GET "X: ", 1000000, "\r\n\r\n", 431 },
  };
  g_autoptr (GString) many = g_string_new (GET);

  for (guint i = 0; i < G_N_ELEMENTS (heads); i++)
    {
      g_autofree char *fill = g_strnfill (heads[i].fill, 'x');
      int fd = relais_test_connect (port);

      g_assert_true (relais_test_send (fd, heads[i].start, -1));
      /* the rest may hit a closed door */
      if (relais_test_send (fd, fill, heads[i].fill))
        relais_test_send (fd, heads[i].end, -1);
      if (heads[i].fill < 500000)
        g_assert_cmpuint (relais_test_receive (fd, NULL, NULL), ==, heads[i].status);
      close (fd);
    }
  for (guint i = 0; i < 101; i++)
    g_string_append_printf (many, "X%u: x\r\n", i);
  g_string_append (many, "\r\n");
  for (guint i = 0; i < 1; i++)
    {
      int fd = relais_test_connect (port);

      g_assert_true (relais_test_send (fd, many->str, many->len));
      g_assert_cmpuint (relais_test_receive (fd, NULL, NULL), ==, 431);
      close (fd);
    }
}

/* Bytes of no sense at all; what comes back must be an error or nothing. */
static void
test_noise (void)
{
  GRand *random = g_rand_new_with_seed (20261124);

  for (guint i = 0; i < 300; i++)
    {
      g_autoptr (GString) bytes = g_string_new (i % 3 == 0 ? "" : i % 3 == 1 ? GET
                                                                             : CHUNKED);
      guint n = g_rand_int_range (random, 1, 400);
      int fd = relais_test_connect (port);
      guint status;

      for (guint j = 0; j < n; j++)
        g_string_append_c (bytes, i % 2 == 0 ? g_rand_int_range (random, 0, 256) : " \r\n:;0aF,\t"[g_rand_int_range (random, 0, 10)]);
      relais_test_send (fd, bytes->str, bytes->len);
      relais_test_send (fd, SMUGGLED, -1);
      shutdown (fd, SHUT_WR);
      status = relais_test_receive (fd, NULL, NULL);
      g_assert_true (status == 0 || status >= 400 || i % 3 == 1);
      close (fd);
    }
  g_rand_free (random);
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (RelaisConfig) config = NULL;
  int result;

  g_test_init (&argc, &argv, NULL);
  config = relais_config_new ();
  server = relais_test_server_new (config);
  port = relais_test_server_get_port (server);
  g_test_add_func ("/hostile/first", test_first);
  g_test_add_func ("/hostile/second", test_second);
  g_test_add_func ("/hostile/drip", test_drip);
  g_test_add_func ("/hostile/pipelined", test_pipelined);
  g_test_add_func ("/hostile/truncated", test_truncated);
  g_test_add_func ("/hostile/large", test_large);
  g_test_add_func ("/hostile/noise", test_noise);
  result = g_test_run ();
  relais_test_server_free (server);
  return result;
}
