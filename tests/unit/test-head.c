/* test-head.c: which heads are taken, which are refused and why, at whatever speed they come
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/relais-error.h"
#include "server/relais-head.h"

#define LINE "GET / HTTP/1.1\r\n"
#define HOST "Host: localhost\r\n"
#define POST "POST /v1/messages HTTP/1.1\r\n" HOST

typedef struct
{
  const char *bytes;
  gsize length; /* 0: up to the NUL */
  int code;     /* a RelaisError, -1: taken, -2: no end in sight */
} Case;

#define TAKEN -1
#define WAITS -2
#define BAD RELAIS_ERROR_INVALID_REQUEST

static const Case cases[] = {
  { LINE HOST "\r\n", 0, TAKEN },
  { "\r\n" LINE HOST "\r\n", 0, TAKEN },
  { "\r\n\r\n" LINE HOST "\r\n", 0, TAKEN },
  { "\r\n\r\n\r\n" LINE HOST "\r\n", 0, BAD },
  { LINE "Host:localhost\r\n\r\n", 0, TAKEN },
  { LINE "Host: \t localhost:80 \t\r\n\r\n", 0, TAKEN },
  { LINE HOST "X-Empty:\r\n\r\n", 0, TAKEN },
  { LINE HOST "X-Colon: a: b\r\n\r\n", 0, TAKEN },
  { LINE HOST "X-Latin: caf\xe9\r\n\r\n", 0, TAKEN },
  { LINE HOST "!#$%&'*+-.^_`|~: token\r\n\r\n", 0, TAKEN },
  { "HEAD /a?b=c%20d HTTP/1.1\r\n" HOST "\r\n", 0, TAKEN },
  { "DELETE /v1/responses/r HTTP/1.1\r\n" HOST "\r\n", 0, TAKEN },
  { "OPTIONS * HTTP/1.1\r\n" HOST "\r\n", 0, TAKEN },
  { "GET / HTTP/1.0\r\n\r\n", 0, TAKEN },
  { "GET / HTTP/1.0\r\n" HOST "\r\n", 0, TAKEN },
  { POST "Content-Length: 0\r\n\r\n", 0, TAKEN },
  { POST "Content-Length: 999999999999999999\r\n\r\n", 0, TAKEN },
  { POST "Content-Length: 007\r\n\r\n", 0, TAKEN },
  { POST "Transfer-Encoding: chunked\r\n\r\n", 0, TAKEN },
  { POST "transfer-encoding: CHUNKED\r\n\r\n", 0, TAKEN },
  { POST "Content-Length: 5\r\nExpect: 100-Continue\r\n\r\n", 0, TAKEN },
  { "GET http://localhost/x HTTP/1.1\r\n" HOST "\r\n", 0, TAKEN },
  { "GET HTTP://LOCALHOST HTTP/1.1\r\n" HOST "\r\n", 0, TAKEN },

  /* not whole yet */
  { "", 0, WAITS },
  { "\r\n", 0, WAITS },
  { "GET", 0, WAITS },
  { LINE HOST, 0, WAITS },
  { LINE HOST "\r", 0, WAITS },
  { "SSH-2.0-OpenSSH_9.2\r\n", 0, WAITS },

  /* bytes no head may hold */
  { "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11, BAD },
  { LINE "Host: local\0host\r\n\r\n", sizeof (LINE "Host: local\0host\r\n\r\n") - 1, BAD },
  { "G\0T / HTTP/1.1\r\n" HOST "\r\n", sizeof ("G\0T / HTTP/1.1\r\n" HOST "\r\n") - 1, BAD },
  { "GET / HTTP/1.1\n" HOST "\r\n", 0, BAD },
  { LINE "Host: localhost\n\r\n", 0, BAD },
  { LINE HOST "\n", 0, BAD },
  { "\n" LINE HOST "\r\n", 0, BAD },
  { LINE "Host: local\rhost\r\n\r\n", 0, BAD },
  { LINE HOST "X: a\r\r\n\r\n", 0, BAD },
  { LINE HOST "X: a\x01\r\n\r\n", 0, BAD },
  { LINE HOST "X: a\x7f\r\n\r\n", 0, BAD },
  { LINE HOST "X: a\x0b\r\n\r\n", 0, BAD },

  /* the request line */
  { "GET /\r\n" HOST "\r\n", 0, BAD },
  { "GET\r\n" HOST "\r\n", 0, BAD },
  { "GET  / HTTP/1.1\r\n" HOST "\r\n", 0, BAD },
  { "GET /  HTTP/1.1\r\n" HOST "\r\n", 0, BAD },
  { " GET / HTTP/1.1\r\n" HOST "\r\n", 0, BAD },
  { "GET / HTTP/1.1 \r\n" HOST "\r\n", 0, BAD },
  { "GET\t/\tHTTP/1.1\r\n" HOST "\r\n", 0, BAD },
  { "GET / HTTP/1.1 x\r\n" HOST "\r\n", 0, BAD },
  { "G(T / HTTP/1.1\r\n" HOST "\r\n", 0, BAD },
  { "G\xc3\x89T / HTTP/1.1\r\n" HOST "\r\n", 0, BAD },
  { "GET / http/1.1\r\n" HOST "\r\n", 0, BAD },
  { "GET / HTTP/x\r\n" HOST "\r\n", 0, BAD },
  { "GET / FTP/1.1\r\n" HOST "\r\n", 0, BAD },
  { "GET / HTTP/1.2\r\n" HOST "\r\n", 0, RELAIS_ERROR_HTTP_VERSION },
  { "GET / HTTP/1.10\r\n" HOST "\r\n", 0, RELAIS_ERROR_HTTP_VERSION },
  { "GET / HTTP/11\r\n" HOST "\r\n", 0, RELAIS_ERROR_HTTP_VERSION },
  { "GET / HTTP/2.0\r\n" HOST "\r\n", 0, RELAIS_ERROR_HTTP_VERSION },
  { "GET / HTTP/0.9\r\n" HOST "\r\n", 0, RELAIS_ERROR_HTTP_VERSION },
  { "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 0, RELAIS_ERROR_HTTP_VERSION },
  { "PUT / HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n", 0, RELAIS_ERROR_METHOD_NOT_ALLOWED },
  { "PATCH / HTTP/1.1\r\n" HOST "\r\n", 0, RELAIS_ERROR_METHOD_NOT_ALLOWED },
  { "TRACE / HTTP/1.1\r\n" HOST "\r\n", 0, RELAIS_ERROR_METHOD_NOT_ALLOWED },
  { "CONNECT localhost:80 HTTP/1.1\r\n" HOST "\r\n", 0, RELAIS_ERROR_METHOD_NOT_ALLOWED },
  { "CONNECT / HTTP/1.1\r\n" HOST "\r\n", 0, RELAIS_ERROR_METHOD_NOT_ALLOWED },
  { "get / HTTP/1.1\r\n" HOST "\r\n", 0, RELAIS_ERROR_METHOD_NOT_ALLOWED },
  { "FROB / HTTP/1.1\r\n" HOST "\r\n", 0, RELAIS_ERROR_METHOD_NOT_ALLOWED },

  /* targets */
  { "GET /\xff HTTP/1.1\r\n" HOST "\r\n", 0, BAD },
  { "GET /\xc3\xa9 HTTP/1.1\r\n" HOST "\r\n", 0, BAD },
  { "GET /a#b HTTP/1.1\r\n" HOST "\r\n", 0, BAD },
  { "GET /%zz HTTP/1.1\r\n" HOST "\r\n", 0, BAD },
  { "GET /% HTTP/1.1\r\n" HOST "\r\n", 0, BAD },
  { "GET /%4 HTTP/1.1\r\n" HOST "\r\n", 0, BAD },
  { "GET /?a=%g0 HTTP/1.1\r\n" HOST "\r\n", 0, BAD },
  { "GET /%00 HTTP/1.1\r\n" HOST "\r\n", 0, BAD },
  { "GET * HTTP/1.1\r\n" HOST "\r\n", 0, BAD },
  { "GET v1/models HTTP/1.1\r\n" HOST "\r\n", 0, BAD },
  { "GET ?x HTTP/1.1\r\n" HOST "\r\n", 0, BAD },
  { "GET localhost:80 HTTP/1.1\r\n" HOST "\r\n", 0, BAD },
  { "GET https://localhost/ HTTP/1.1\r\n" HOST "\r\n", 0, BAD },
  { "GET ftp://localhost/ HTTP/1.1\r\n" HOST "\r\n", 0, BAD },
  { "GET http:///x HTTP/1.1\r\n" HOST "\r\n", 0, BAD },
  { "GET http://a@localhost/x HTTP/1.1\r\n" HOST "\r\n", 0, BAD },
  { "GET http://evil.example/x HTTP/1.1\r\n" HOST "\r\n", 0, BAD },
  { "GET http://localhost/x HTTP/1.0\r\n\r\n", 0, BAD },

  /* header lines */
  { LINE " X: a\r\n" HOST "\r\n", 0, BAD },
  { LINE HOST "X: a\r\n b\r\n\r\n", 0, BAD },
  { LINE HOST "X: a\r\n\tb\r\n\r\n", 0, BAD },
  { LINE HOST " \r\n\r\n", 0, BAD },
  { LINE HOST "X : a\r\n\r\n", 0, BAD },
  { LINE HOST "X\t: a\r\n\r\n", 0, BAD },
  { LINE HOST ": a\r\n\r\n", 0, BAD },
  { LINE HOST "nocolon\r\n\r\n", 0, BAD },
  { LINE HOST "X(: a\r\n\r\n", 0, BAD },
  { LINE HOST "X\xe9: a\r\n\r\n", 0, BAD },

  /* hosts */
  { LINE "\r\n", 0, BAD },
  { LINE HOST HOST "\r\n", 0, BAD },
  { LINE HOST "hOST: other\r\n\r\n", 0, BAD },
  { LINE "Host:\r\n\r\n", 0, BAD },
  { LINE "Host: a b\r\n\r\n", 0, BAD },
  { LINE "Host: a?b\r\n\r\n", 0, BAD },
  { LINE "Host: a#b\r\n\r\n", 0, BAD },
  { LINE "Host: a@b\r\n\r\n", 0, BAD },
  { LINE "Host: a/b\r\n\r\n", 0, BAD },
  { LINE "Host: a\\b\r\n\r\n", 0, BAD },
  { LINE "Host: a%41\r\n\r\n", 0, BAD },
  { LINE "Host: a,b\r\n\r\n", 0, BAD },
  { LINE "Host: a:b\r\n\r\n", 0, BAD },
  { LINE "Host: a:\r\n\r\n", 0, BAD },
  { LINE "Host: a:+80\r\n\r\n", 0, BAD },
  { LINE "Host: a:65536\r\n\r\n", 0, BAD },
  { LINE "Host: a:000080\r\n\r\n", 0, BAD },
  { LINE "Host: :80\r\n\r\n", 0, BAD },
  { LINE "Host: ::1\r\n\r\n", 0, BAD },
  { LINE "Host: [::1\r\n\r\n", 0, BAD },
  { LINE "Host: [::1]x\r\n\r\n", 0, BAD },
  { LINE "Host: [::1%25lo]\r\n\r\n", 0, BAD },
  { LINE "Host: [1.2.3.4]\r\n\r\n", 0, BAD },
  { LINE "Host: []\r\n\r\n", 0, BAD },
  { LINE "Host: [\r\n\r\n", 0, BAD },

  /* bodies */
  { POST "\r\n", 0, RELAIS_ERROR_LENGTH_REQUIRED },
  { "POST / HTTP/1.0\r\n\r\n", 0, RELAIS_ERROR_LENGTH_REQUIRED },
  { POST "Content-Length:\r\n\r\n", 0, BAD },
  { POST "Content-Length: -1\r\n\r\n", 0, BAD },
  { POST "Content-Length: +3\r\n\r\n", 0, BAD },
  { POST "Content-Length: 3 3\r\n\r\n", 0, BAD },
  { POST "Content-Length: 3, 3\r\n\r\n", 0, BAD },
  { POST "Content-Length: 0x3\r\n\r\n", 0, BAD },
  { POST "Content-Length: 3.0\r\n\r\n", 0, BAD },
  { POST "Content-Length: 1000000000000000000\r\n\r\n", 0, BAD },
  { POST "Content-Length: 18446744073709551617\r\n\r\n", 0, BAD },
  { POST "Content-Length: 3\r\nContent-Length: 3\r\n\r\n", 0, BAD },
  { POST "Content-Length: 3\r\nContent-Length: 4\r\n\r\n", 0, BAD },
  { POST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 0, BAD },
  { POST "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", 0, BAD },
  { POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 0, BAD },
  { POST "Transfer-Encoding: chunked, chunked\r\n\r\n", 0, BAD },
  { POST "Transfer-Encoding: chunked, gzip\r\n\r\n", 0, BAD },
  { POST "Transfer-Encoding: identity\r\n\r\n", 0, BAD },
  { POST "Transfer-Encoding:\r\n\r\n", 0, BAD },
  { POST "Transfer-Encoding: , chunked\r\n\r\n", 0, BAD },
  { POST "Transfer-Encoding: chunked chunked\r\n\r\n", 0, BAD },
  { POST "Transfer-Encoding: \"chunked\"\r\n\r\n", 0, BAD },
  { POST "Transfer-Encoding: gzip, chunked\r\n\r\n", 0, RELAIS_ERROR_NOT_IMPLEMENTED },
  { POST "Transfer-Encoding: xchunked\r\n\r\n", 0, RELAIS_ERROR_NOT_IMPLEMENTED },
  { "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 0, BAD },
  { "GET / HTTP/1.1\r\n" HOST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 0, BAD },
  { POST "Content-Length: 3\r\nExpect: 200-ok\r\n\r\n", 0, RELAIS_ERROR_EXPECTATION },
  { POST "Content-Length: 3\r\nExpect:\r\n\r\n", 0, RELAIS_ERROR_EXPECTATION },
  { POST "Content-Length: 3\r\nExpect: 100-continue\r\nExpect: 100-continue\r\n\r\n", 0, BAD },
  { POST "Content-Length: 3\r\nContent-Type: text/plain\r\nContent-Type: application/json\r\n\r\n", 0, BAD },
  { LINE HOST "Origin: http://localhost\r\nOrigin: http://evil.example\r\n\r\n", 0, BAD },
};

static const RelaisLimits limits = { .head_size_bytes = 1024, .head_fields = 10 };

/* Scans @length bytes handed over @step at a time. Returns the code, as in a Case. */
static int
read_head (const char  *bytes,
           gsize        length,
           gsize        step,
           RelaisHead **head)
{
  RelaisHeadScan scan = { 0 };
  RelaisHeadState state = RELAIS_HEAD_INCOMPLETE;
  RelaisFailure *failure = NULL;
  int code = WAITS;

  *head = NULL;
  for (gsize n = MIN (step, length); state == RELAIS_HEAD_INCOMPLETE; n = MIN (n + step, length))
    {
      /* a copy without room to spare, so that reading past it shows */
      g_autofree char *copy = g_memdup2 (bytes, n);

      state = relais_head_scan (&scan, copy, n, &limits, &failure);
      g_assert_cmpint (failure != NULL, ==, state == RELAIS_HEAD_BAD);
      if (state == RELAIS_HEAD_COMPLETE)
        {
          code = TAKEN;
          *head = relais_head_new (copy + scan.start, scan.at - scan.start, &limits, &failure);
        }
      if (n == length)
        break;
    }
  if (failure != NULL)
    {
      code = failure->code;
      g_assert_true (g_utf8_validate (failure->message, -1, NULL));
    }
  relais_failure_free (failure);
  return code;
}

static void
test_cases (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize step = 1; step < 4096; step = step * 3 + 1)
      {
        gsize length = cases[i].length > 0 ? cases[i].length : strlen (cases[i].bytes);
        RelaisHead *head = NULL;

        g_autofree char *escaped = g_strescape (cases[i].bytes, NULL);

        g_test_message ("%u, %" G_GSIZE_FORMAT " at a time: %s", i, step, escaped);
        g_assert_cmpint (read_head (cases[i].bytes, length, step, &head), ==, cases[i].code);
        relais_head_free (head);
      }
}

static void
test_parts (void)
{
  static const char bytes[] = "\r\nPOST http://localhost:80?key=k&a=b HTTP/1.1\r\nhost: LOCALHOST:80\r\n"
                              "X-A:  caf\xe9 \t\r\nRange: bytes=0-1\r\nupgrade: websocket\r\ncontent-length: 0012\r\n"
                              "Expect: 100-continue\r\n\r\n{\"body\":0}";
  g_autoptr (GByteArray) out = g_byte_array_new ();
  RelaisHead *head = NULL;

  g_assert_cmpint (read_head (bytes, sizeof bytes - 1, 5, &head), ==, TAKEN);
  g_assert_cmpstr (head->method, ==, "POST");
  g_assert_cmpstr (head->target, ==, "/?key=k&a=b");
  g_assert_cmpstr (head->host, ==, "LOCALHOST:80");
  g_assert_cmpuint (head->n_fields, ==, 6);
  g_assert_cmpstr (head->fields[1].name, ==, "X-A");
  g_assert_cmpstr (head->fields[1].value, ==, "caf?");
  g_assert_cmpint (head->framing, ==, RELAIS_FRAMING_LENGTH);
  g_assert_cmpint (head->body_size, ==, 12);
  g_assert_cmpuint (head->minor_version, ==, 1);
  head->route = relais_route_new (head->method, head->target, head->fields, head->n_fields, "");
  relais_head_write (head, out);
  g_byte_array_append (out, (const guint8 *)"", 1);
  g_assert_cmpstr ((const char *)out->data, ==,
                   "POST /?a=b HTTP/1.1\r\nHost: LOCALHOST:80\r\n"
                   "content-length: 0012\r\nExpect: 100-continue\r\n\r\n");
  relais_head_free (head);
}

/* What could be read of a refused head is there, to find the client's dialect by. */
static void
test_refused_parts (void)
{
  static const char bytes[] = "PUT /v1/messages HTTP/1.1\r\nHost: localhost\r\nanthropic-version: 1\r\n\r\n";
  static const char fold[] = "GET /v1/models HTTP/1.1\r\nHost: localhost\r\n fold\r\n\r\n";
  RelaisHead *head = NULL;
  int code = read_head (bytes, sizeof bytes - 1, 4096, &head);

  g_assert_cmpint (code, ==, RELAIS_ERROR_METHOD_NOT_ALLOWED);
  g_assert_cmpstr (head->method, ==, "PUT");
  g_assert_cmpstr (head->target, ==, "/v1/messages");
  g_assert_cmpstr (relais_field_find (head->fields, head->n_fields, "Anthropic-Version"), ==, "1");
  relais_head_free (head);
  code = read_head (fold, sizeof fold - 1, 4096, &head);
  g_assert_cmpint (code, ==, BAD);
  g_assert_cmpstr (head->target, ==, "/v1/models");
  g_assert_cmpuint (head->n_fields, ==, 1);
  relais_head_free (head);
}

static void
test_limits (void)
{
  for (gsize size = 1000; size < 1050; size++)
    {
      g_autoptr (GString) bytes = g_string_new (LINE HOST "X: ");
      RelaisHead *head = NULL;

      while (bytes->len < size - 4)
        g_string_append_c (bytes, 'x');
      g_string_append (bytes, "\r\n\r\n");
      g_assert_cmpint (read_head (bytes->str, bytes->len, 7, &head), ==,
                       size > 1024 ? RELAIS_ERROR_HEADERS_TOO_LARGE : TAKEN);
      relais_head_free (head);
      /* without an end, too */
      g_assert_cmpint (read_head (bytes->str, bytes->len - 4, 64, &head), ==,
                       size - 4 > 1024 ? RELAIS_ERROR_HEADERS_TOO_LARGE : WAITS);
    }
  for (guint n = 8; n < 12; n++)
    {
      g_autoptr (GString) bytes = g_string_new (LINE HOST);
      RelaisHead *head = NULL;

      for (guint i = 1; i < n; i++)
        g_string_append_printf (bytes, "X%u: x\r\n", i);
      g_string_append (bytes, "\r\n");
      g_assert_cmpint (read_head (bytes->str, bytes->len, 4096, &head), ==,
                       n > 10 ? RELAIS_ERROR_HEADERS_TOO_LARGE : TAKEN);
      relais_head_free (head);
    }
}

/* Mutated heads: whatever is taken reads the same again once written anew. */
static void
test_noise (void)
{
  static const char *const parts[] = {
    "\r\n",
    "\r",
    "\n",
    " ",
    "\t",
    ":",
    ",",
    "%",
    "%2e",
    "?",
    "#",
    "chunked",
    "Content-Length",
    "Transfer-Encoding: ",
    "Host: ",
    "HTTP/1.1",
    "GET ",
    "/",
    "*",
    "http://",
    "localhost",
    "[::1]",
    "0",
    "-1",
    "\xff",
    "\x16",
    "key=",
    "&",
  };
  GRand *random = g_rand_new_with_seed (20261124);
  guint n_taken = 0;

  for (guint i = 0; i < 20000; i++)
    {
      const Case *base = &cases[g_rand_int_range (random, 0, G_N_ELEMENTS (cases))];
      gsize size = base->length > 0 ? base->length : strlen (base->bytes);
      g_autoptr (GString) bytes = g_string_new_len (base->bytes, size);
      g_autoptr (GByteArray) out = g_byte_array_new ();
      RelaisHead *head = NULL, *again = NULL;

      for (gint32 n = g_rand_int_range (random, 0, 4); n > 0; n--)
        {
          gsize at = g_rand_int_range (random, 0, bytes->len + 1);
          gsize length = g_rand_int_range (random, 1, 8);

          if (g_rand_boolean (random))
            g_string_insert (bytes, at, parts[g_rand_int_range (random, 0, G_N_ELEMENTS (parts))]);
          else if (at < bytes->len)
            g_string_erase (bytes, at, MIN (bytes->len - at, length));
        }
      if (read_head (bytes->str, bytes->len, 4096, &head) == TAKEN)
        {
          n_taken++;
          head->route =
            relais_route_new (head->method, head->target, head->fields, head->n_fields, "http://x");
          relais_head_write (head, out);
          g_assert_cmpint (read_head ((const char *)out->data, out->len, 4096, &again), ==, TAKEN);
          g_assert_cmpstr (again->method, ==, head->method);
          g_assert_cmpstr (again->host, ==, head->host);
          g_assert_cmpint (again->framing, ==, head->framing);
          g_assert_cmpint (again->body_size, ==, head->body_size);
          g_assert_cmpuint (again->minor_version, ==, head->minor_version);
          g_assert_true (g_str_has_prefix (again->target, head->route->path));
        }
      relais_head_free (head);
      relais_head_free (again);
    }
  g_assert_cmpuint (n_taken, >, 1000);
  g_rand_free (random);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/head/cases", test_cases);
  g_test_add_func ("/head/parts", test_parts);
  g_test_add_func ("/head/refused-parts", test_refused_parts);
  g_test_add_func ("/head/limits", test_limits);
  g_test_add_func ("/head/noise", test_noise);
  return g_test_run ();
}
