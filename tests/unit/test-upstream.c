/* test-upstream.c: requests as they leave, answers as they come, and everything that may go wrong
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <fcntl.h>
#include <libsoup/soup.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/relais-error.h"
#include "relais-test-peer.h"
#include "upstream/relais-upstream.h"

#define KEY "key-0123456789"
#define PATIENCE_S 20
#define MUCH (64 * 1024 * 1024)

typedef struct
{
  RelaisConfig   *config;
  RelaisLimits   *limits;
  RelaisUpstream *upstream;
} Fixture;

/* One transfer, and what its sink was told. */
typedef struct
{
  RelaisTransfer *transfer; /* NULL when over */
  GString  *body;
  char *type; /* its content type */
  GError   *error;
  guint     status;
  guint     n_heads;
  guint     n_data;
  guint     n_done;
  gsize     size;
  gboolean  pause_first;
  gboolean  free_in_head;
  gboolean  free_in_data;
} Call;

static void
set_up (Fixture       *self,
        gconstpointer  data)
{
  self->config = relais_config_new ();
  self->limits = relais_config_get_limits (self->config);
  self->upstream = relais_upstream_new (self->config);
}

static void
tear_down (Fixture       *self,
           gconstpointer  data)
{
  g_assert_cmpuint (relais_upstream_get_running (self->upstream), ==, 0);
  g_object_unref (self->upstream);
  g_object_unref (self->config);
  /* connections that were given back end in the loop */
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
head_cb (RelaisTransfer     *transfer,
         guint               status,
         SoupMessageHeaders *headers,
         gpointer            user_data)
{
  Call *call = user_data;

  call->n_heads++;
  call->status = status;
  call->type = g_strdup (soup_message_headers_get_one (headers, "Content-Type"));
  if (call->free_in_head)
    relais_transfer_free (g_steal_pointer (&call->transfer));
}

static void
data_cb (RelaisTransfer *transfer,
         const char     *bytes,
         gsize           length,
         gpointer        user_data)
{
  Call *call = user_data;

  g_assert_cmpuint (call->n_heads, ==, 1);
  g_assert_cmpuint (call->n_done, ==, 0);
  call->size += length;
  if (call->size < 1024 * 1024)
    g_string_append_len (call->body, bytes, length);
  if (call->n_data++ == 0 && call->pause_first)
    relais_transfer_set_paused (transfer, TRUE);
  if (call->free_in_data)
    relais_transfer_free (g_steal_pointer (&call->transfer));
}

static void
done_cb (RelaisTransfer *transfer,
         const GError   *error,
         gpointer        user_data)
{
  Call *call = user_data;

  call->n_done++;
  call->transfer = NULL;
  call->error = error != NULL ? g_error_copy (error) : NULL;
}

static void
call_clear (Call *call)
{
  g_clear_pointer (&call->transfer, relais_transfer_free);
  if (call->body != NULL)
    g_string_free (call->body, TRUE);
  g_clear_error (&call->error);
  g_free (call->type);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Call, call_clear)

static RelaisAccount *
make_account (const char *provider,
              const char *base_url)
{
  RelaisAccount *account = relais_account_new ("a", provider);

  account->base_url = g_strdup (base_url);
  account->api_key = g_strdup (KEY);
  return account;
}

static void
send_request (Fixture               *self,
              Call                  *call,
              RelaisUpstreamRequest *request)
{
  static const RelaisTransferSink sink = { head_cb, data_cb, done_cb };
  g_autoptr (GError) error = NULL;

  call->body = g_string_new (NULL);
  call->transfer = relais_upstream_send (self->upstream, request, &sink, call, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (call->n_heads + call->n_done, ==, 0);
}

/* A chat completion at @peer. */
static void
ask (Fixture        *self,
     RelaisTestPeer *peer,
     Call           *call)
{
  g_autofree char *url = relais_test_peer_dup_url (peer, "/v1");
  g_autoptr (RelaisAccount) account = make_account ("openai", url);
  g_autoptr (GBytes) body = g_bytes_new_static ("{\"model\":\"m\"}", 13);
  RelaisUpstreamRequest request = {
    .account = account,
    .dialect = RELAIS_DIALECT_OPENAI_CHAT,
    .method = "POST",
    .tail = "chat/completions",
    .content_type = "application/json",
    .body = body,
  };

  send_request (self, call, &request);
}

static gboolean
late_cb (gpointer user_data)
{
  g_error ("waited too long");
  return G_SOURCE_REMOVE;
}

#define WAIT_UNTIL(condition)                                     \
 G_STMT_START                                                     \
 {                                                                \
  guint late = g_timeout_add_seconds (PATIENCE_S, late_cb, NULL); \
  guint look = g_timeout_add (2, look_cb, NULL);                  \
  while (!(condition))                                            \
   g_main_context_iteration (NULL, TRUE);                         \
  g_source_remove (look);                                         \
  g_source_remove (late);                                         \
 }                                                                \
 G_STMT_END

/* What another thread did shows at the next look. */
static gboolean
look_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

static gboolean
elapsed_cb (gpointer user_data)
{
  *(gboolean *)user_data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Lets time pass that must make no difference. */
static void
pass (guint ms)
{
  gboolean over = FALSE;

  g_timeout_add (ms, elapsed_cb, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
}

static void
wait_for_end (Call *call)
{
  WAIT_UNTIL (call->n_done > 0);
  g_assert_cmpuint (call->n_done, ==, 1);
}

static gboolean
answer_func (RelaisTestPeer        *peer,
             int                    fd,
             const RelaisTestAsked *asked,
             gpointer               user_data)
{
  return relais_test_peer_answer (fd, 200, "Content-Type: application/json\r\n", "{\"ok\":1}");
}

static gboolean
has_line (const char *asked,
          const char *line)
{
  g_autofree char *whole = g_strconcat ("\r\n", line, "\r\n", NULL);

  return strstr (asked, whole) != NULL;
}

/* Path and credential of each dialect, the headers of the list, and nothing of our own. */
static void
test_request (Fixture       *self,
              gconstpointer  data)
{
  static const struct
  {
    const char *provider;
    const char *base;
    RelaisDialectId dialect;
    const char *tail;
    const char *version;
    const char *query;
    const char *line; /* the request line */
    const char *key;
  } rows[] = {
    { "openai", "/v1", RELAIS_DIALECT_OPENAI_CHAT, "chat/completions", NULL, NULL, "POST /v1/chat/completions HTTP/1.1", "Authorization: Bearer " KEY },
    { "openai", "", RELAIS_DIALECT_OPENAI_RESPONSES, "responses", NULL, NULL, "POST /v1/responses HTTP/1.1", "Authorization: Bearer " KEY },
    { "anthropic", "", RELAIS_DIALECT_ANTHROPIC, "messages", NULL, "beta=true", "POST /v1/messages?beta=true HTTP/1.1", "x-api-key: " KEY },
    { "gemini", "/v1beta", RELAIS_DIALECT_GEMINI, "models/m:generateContent", NULL, NULL, "POST /v1beta/models/m:generateContent HTTP/1.1", "x-goog-api-key: " KEY },
    { "gemini", "", RELAIS_DIALECT_GEMINI, "models/m:streamGenerateContent", "v1", "alt=sse", "POST /v1/models/m:streamGenerateContent?alt=sse HTTP/1.1", "x-goog-api-key: " KEY },
    { "openai-compatible", "/api/paas/v4", RELAIS_DIALECT_OPENAI_CHAT, "chat/completions", NULL, NULL, "POST /api/paas/v4/chat/completions HTTP/1.1", "Authorization: Bearer " KEY },
  };
  g_autoptr (RelaisTestPeer) peer = relais_test_peer_new (answer_func, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (Call) call = { 0 };
      g_autofree char *url = relais_test_peer_dup_url (peer, rows[i].base);
      g_autoptr (RelaisAccount) account = make_account (rows[i].provider, url);
      g_autoptr (GBytes) body = g_bytes_new_static ("{ \"a\" : 0.70 }", 14);
      g_autofree char *host = g_strdup_printf ("Host: 127.0.0.1:%u", relais_test_peer_get_port (peer));
      g_autofree char *asked = NULL;
      SoupMessageHeaders *headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
      RelaisUpstreamRequest request = {
        .account = account,
        .dialect = rows[i].dialect,
        .method = "POST",
        .tail = rows[i].tail,
        .version = rows[i].version,
        .query = rows[i].query,
        .headers = headers,
        .content_type = "application/json",
        .body = body,
      };

      soup_message_headers_append (headers, "user-agent", "Test/1");
      soup_message_headers_append (headers, "anthropic-beta", "one");
      soup_message_headers_append (headers, "anthropic-beta", "two");
      send_request (self, &call, &request);
      soup_message_headers_unref (headers);
      wait_for_end (&call);
      g_assert_no_error (call.error);
      g_assert_cmpuint (call.status, ==, 200);
      g_assert_cmpstr (call.type, ==, "application/json");
      g_assert_cmpstr (call.body->str, ==, "{\"ok\":1}");

      asked = relais_test_peer_dup_asked (peer, i);
      g_test_message ("%s", asked);
      g_assert_true (g_str_has_prefix (asked, rows[i].line));
      g_assert_true (has_line (asked, rows[i].key));
      g_assert_true (has_line (asked, host));
      g_assert_true (has_line (asked, "User-Agent: Test/1"));
      g_assert_nonnull (strstr (asked, "one"));
      g_assert_nonnull (strstr (asked, "two"));
      g_assert_true (has_line (asked, "Accept-Encoding: identity"));
      g_assert_true (has_line (asked, "Content-Length: 14"));
      g_assert_true (g_str_has_suffix (asked, "\r\n\r\n{ \"a\" : 0.70 }"));
      g_assert_cmpint (strstr (asked, "anthropic-version: 2023-06-01") != NULL, ==,
                       rows[i].dialect == RELAIS_DIALECT_ANTHROPIC);
      g_assert_null (strstr (asked, "Cookie"));
      g_assert_null (strstr (asked, "Accept-Language"));
    }
}

/* A version the client chose stays; an account without a key sends none. */
static void
test_optional (Fixture       *self,
               gconstpointer  data)
{
  g_auto (Call) call = { 0 };
  g_autoptr (RelaisTestPeer) peer = relais_test_peer_new (answer_func, NULL);
  g_autofree char *url = relais_test_peer_dup_url (peer, "");
  g_autoptr (RelaisAccount) account = make_account ("anthropic-compatible", url);
  g_autofree char *asked = NULL;
  SoupMessageHeaders *headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  RelaisUpstreamRequest request = {
    .account = account, .dialect = RELAIS_DIALECT_ANTHROPIC, .method = "GET", .tail = "models", .headers = headers
  };

  g_clear_pointer (&account->api_key, g_free);
  soup_message_headers_append (headers, "anthropic-version", "2026-10-21");
  send_request (self, &call, &request);
  soup_message_headers_unref (headers);
  wait_for_end (&call);
  asked = relais_test_peer_dup_asked (peer, 0);
  g_assert_true (g_str_has_prefix (asked, "GET /v1/models HTTP/1.1\r\n"));
  g_assert_true (has_line (asked, "anthropic-version: 2026-10-21"));
  g_assert_null (strstr (asked, "2023-06-01"));
  g_assert_null (strstr (asked, "x-api-key"));
}

static void
test_bad_base (Fixture       *self,
               gconstpointer  data)
{
  static const RelaisTransferSink sink = { head_cb, data_cb, done_cb };
  static const char *const bad[] = { "nonsense", "ftp://host/", "http://user:word@host/", "http://ho st/", "http://a%0d%0ab/" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (RelaisAccount) account = make_account ("openai", bad[i]);
      g_autoptr (GError) error = NULL;
      RelaisUpstreamRequest request = {
        .account = account, .dialect = RELAIS_DIALECT_OPENAI_CHAT, .method = "GET", .tail = "models"
      };

      g_assert_null (relais_upstream_send (self->upstream, &request, &sink, NULL, &error));
      g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING);
      g_assert_null (strstr (error->message, KEY));
    }
}

/* Connections are kept: one after the other they need one, at the same time one each. */
static void
test_reuse (Fixture       *self,
            gconstpointer  data)
{
  g_autoptr (RelaisTestPeer) peer = relais_test_peer_new (answer_func, NULL);
  Call *calls = g_new0 (Call, 40);

  for (guint i = 0; i < 30; i++)
    {
      g_auto (Call) call = { 0 };

      ask (self, peer, &call);
      g_assert_cmpuint (relais_upstream_get_running (self->upstream), ==, 1);
      wait_for_end (&call);
      g_assert_no_error (call.error);
    }
  g_assert_cmpint (g_atomic_int_get (&relais_test_peer_counts (peer)->connections), ==, 1);
  for (guint i = 0; i < 40; i++)
    ask (self, peer, &calls[i]);
  g_assert_cmpuint (relais_upstream_get_running (self->upstream), ==, 40);
  for (guint i = 0; i < 40; i++)
    {
      wait_for_end (&calls[i]);
      g_assert_no_error (calls[i].error);
      g_assert_cmpstr (calls[i].body->str, ==, "{\"ok\":1}");
      call_clear (&calls[i]);
    }
  g_assert_cmpint (g_atomic_int_get (&relais_test_peer_counts (peer)->connections), <=, 40);
  g_assert_cmpint (g_atomic_int_get (&relais_test_peer_counts (peer)->requests), ==, 70);
  g_free (calls);
}

static gboolean
redirect_func (RelaisTestPeer        *peer,
               int                    fd,
               const RelaisTestAsked *asked,
               gpointer               user_data)
{
  static const guint statuses[] = { 301, 302, 303, 307, 308 };
  g_autofree char *url = relais_test_peer_dup_url (user_data, "/elsewhere");
  g_autofree char *headers = g_strconcat ("Location: ", url, "\r\n", NULL);

  return relais_test_peer_answer (fd, statuses[(asked->number - 1) % G_N_ELEMENTS (statuses)], headers, "");
}

/* It is handed on, and nobody else gets the credential. */
static void
test_redirect (Fixture       *self,
               gconstpointer  data)
{
  g_autoptr (RelaisTestPeer) elsewhere = relais_test_peer_new (answer_func, NULL);
  g_autoptr (RelaisTestPeer) peer = relais_test_peer_new (redirect_func, elsewhere);

  for (guint i = 0; i < 5; i++)
    {
      g_auto (Call) call = { 0 };

      ask (self, peer, &call);
      wait_for_end (&call);
      g_assert_no_error (call.error);
      g_assert_cmpuint (call.status / 100, ==, 3);
    }
  g_assert_cmpint (g_atomic_int_get (&relais_test_peer_counts (peer)->requests), ==, 5);
  g_assert_cmpint (g_atomic_int_get (&relais_test_peer_counts (elsewhere)->connections), ==, 0);
}

/* How a kept connection ends under the second request on it. */
typedef enum {
  STALE_CLOSED,   /* without a word */
  STALE_RESET,    /* likewise, by a reset */
  STALE_TORN,     /* after a part of the head */
  STALE_TORN_RST, /* likewise, by a reset */
  STALE_ALWAYS,   /* every request but the first ends so */
  STALE_FRESH,    /* even the first */
} Stale;

static gboolean
stale_func (RelaisTestPeer        *peer,
            int                    fd,
            const RelaisTestAsked *asked,
            gpointer               user_data)
{
  Stale stale = (Stale)GPOINTER_TO_INT (user_data);
  struct linger linger = { .l_onoff = 1 };
  gboolean first = asked->connection == 1 && asked->number == 1;

  if (stale != STALE_FRESH && (first || (stale != STALE_ALWAYS && asked->connection > 1)))
    return answer_func (peer, fd, asked, NULL);
  if (stale == STALE_TORN || stale == STALE_TORN_RST)
    relais_test_peer_say (fd, "HTTP/1.1 200 OK\r\nContent-Ty");
  if (stale == STALE_RESET || stale == STALE_TORN_RST)
    {
      int null = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

      /* what was said is to be read before the reset comes */
      if (stale == STALE_TORN_RST)
        g_usleep (20 * 1000);
      setsockopt (fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
      dup3 (null, fd, O_CLOEXEC);
      close (null);
    }
  return FALSE;
}

/* What was never looked at is sent once more, and only then, and only once. */
static void
test_stale (Fixture       *self,
            gconstpointer  data)
{
  static const struct
  {
    Stale stale;
    gboolean served;
    int requests;
  } rows[] = {
    { STALE_CLOSED, TRUE, 3 },
    { STALE_RESET, TRUE, 3 },
    { STALE_TORN, FALSE, 2 },
    { STALE_TORN_RST, FALSE, 2 },
    { STALE_ALWAYS, FALSE, 3 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (RelaisTestPeer) peer =
                   relais_test_peer_new (stale_func, GINT_TO_POINTER (rows[i].stale));
      RelaisTestPeerCounts *counts = relais_test_peer_counts (peer);
      g_auto (Call) first = { 0 };
      g_auto (Call) second = { 0 };
      g_autofree char *before = NULL;
      g_autofree char *again = NULL;

      g_test_message ("row %u", i);
      ask (self, peer, &first);
      wait_for_end (&first);
      g_assert_no_error (first.error);
      ask (self, peer, &second);
      wait_for_end (&second);
      g_assert_cmpint (second.error == NULL, ==, rows[i].served);
      g_assert_cmpint (g_atomic_int_get (&counts->requests), ==, rows[i].requests);
      if (!rows[i].served)
        continue;
      g_assert_cmpstr (second.body->str, ==, "{\"ok\":1}");
      before = relais_test_peer_dup_asked (peer, 1);
      again = relais_test_peer_dup_asked (peer, 2);
      g_assert_nonnull (strstr (again, "Authorization: Bearer " KEY));
      g_assert_cmpuint (strlen (again), ==, strlen (before));
      g_assert_true (g_str_has_suffix (again, "{\"model\":\"m\"}"));
    }
}

/* A connection opened for the request has no excuse: it may have been run, and billed. */
static void
test_fresh_fault (Fixture       *self,
                  gconstpointer  data)
{
  g_autoptr (RelaisTestPeer) peer =
               relais_test_peer_new (stale_func, GINT_TO_POINTER (STALE_FRESH));
  g_auto (Call) call = { 0 };

  ask (self, peer, &call);
  wait_for_end (&call);
  g_assert_nonnull (call.error);
  g_assert_cmpuint (call.n_heads, ==, 0);
  g_assert_cmpint (g_atomic_int_get (&relais_test_peer_counts (peer)->requests), ==, 1);
}

static gboolean
hang_func (RelaisTestPeer        *peer,
           int                    fd,
           const RelaisTestAsked *asked,
           gpointer               user_data)
{
  if (user_data != NULL && !relais_test_peer_say (fd, user_data))
    return FALSE;
  relais_test_peer_wait_for_end (peer, fd);
  return FALSE;
}

#define BEGUN "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n" \
              "9\r\ndata: 1\n\n\r\n"

static void
expect_timeout (Call       *call,
                const char *words)
{
  wait_for_end (call);
  g_assert_error (call->error, RELAIS_ERROR, RELAIS_ERROR_TIMEOUT);
  g_assert_cmpstr (call->error->message, ==, words);
}

static void
test_first_byte (Fixture       *self,
                 gconstpointer  data)
{
  g_autoptr (RelaisTestPeer) peer = relais_test_peer_new (hang_func, NULL);
  g_auto (Call) call = { 0 };
  gint64 start_us = g_get_monotonic_time ();

  self->limits->upstream_first_byte_timeout_ms = 150;
  ask (self, peer, &call);
  expect_timeout (&call, "The upstream did not answer in time");
  g_assert_cmpint (g_get_monotonic_time () - start_us, >=, 150 * 1000);
  g_assert_cmpuint (call.n_heads, ==, 0);
  /* it is not left to work for nobody */
  WAIT_UNTIL (g_atomic_int_get (&relais_test_peer_counts (peer)->gone) == 1);
}

/* Whatever the single steps may take, all of them together may not take longer. */
static void
test_total (Fixture       *self,
            gconstpointer  data)
{
  g_autoptr (RelaisTestPeer) peer = relais_test_peer_new (hang_func, NULL);
  g_auto (Call) call = { 0 };
  gint64 start_us = g_get_monotonic_time ();

  self->limits->upstream_total_timeout_ms = 150;
  ask (self, peer, &call);
  expect_timeout (&call, "The upstream did not answer in time");
  g_assert_cmpint (g_get_monotonic_time () - start_us, >=, 150 * 1000);
}

static void
test_gap (Fixture       *self,
          gconstpointer  data)
{
  g_autoptr (RelaisTestPeer) peer = relais_test_peer_new (hang_func, (gpointer)BEGUN);
  g_auto (Call) call = { 0 };

  self->limits->upstream_gap_timeout_ms = 150;
  ask (self, peer, &call);
  expect_timeout (&call, "The upstream fell silent");
  g_assert_cmpuint (call.n_heads, ==, 1);
  g_assert_cmpstr (call.body->str, ==, "data: 1\n\n");
  WAIT_UNTIL (g_atomic_int_get (&relais_test_peer_counts (peer)->gone) == 1);
}

static gboolean
drip_func (RelaisTestPeer        *peer,
           int                    fd,
           const RelaisTestAsked *asked,
           gpointer               user_data)
{
  if (!relais_test_peer_say (fd, BEGUN))
    return FALSE;
  for (guint i = 0; i < 20; i++)
    {
      g_usleep (20 * 1000); /* the pace of this upstream */
      if (!relais_test_peer_say (fd, "1\r\n.\r\n"))
        return FALSE;
    }
  return relais_test_peer_say (fd, "0\r\n\r\n");
}

/* A stream may take as long as it likes while something comes: neither of the others counts. */
static void
test_slow_stream (Fixture       *self,
                  gconstpointer  data)
{
  g_autoptr (RelaisTestPeer) peer = relais_test_peer_new (drip_func, NULL);
  g_auto (Call) call = { 0 };

  self->limits->upstream_gap_timeout_ms = 250;
  self->limits->upstream_first_byte_timeout_ms = 250;
  self->limits->upstream_total_timeout_ms = 250;
  ask (self, peer, &call);
  wait_for_end (&call);
  g_assert_no_error (call.error);
  g_assert_cmpuint (call.size, ==, 9 + 20);
}

/* This thread is held up for longer than the gap, while what the upstream says waits for it. */
static void
test_held_up (Fixture       *self,
              gconstpointer  data)
{
  g_autoptr (RelaisTestPeer) peer = relais_test_peer_new (drip_func, NULL);
  g_auto (Call) call = { 0 };

  self->limits->upstream_gap_timeout_ms = 250;
  ask (self, peer, &call);
  WAIT_UNTIL (call.n_data == 1);
  g_usleep (600 * 1000);
  wait_for_end (&call);
  g_assert_no_error (call.error);
  g_assert_cmpuint (call.size, ==, 9 + 20);
}

/* Nobody takes the connection: the queue of the listener is full. */
static void
test_connect (Fixture       *self,
              gconstpointer  data)
{
  struct sockaddr_in address = { .sin_family = AF_INET };
  socklen_t length = sizeof address;
  int listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int waiting[8];
  g_auto (Call) call = { 0 };
  g_autofree char *url = NULL;
  g_autoptr (RelaisAccount) account = NULL;
  RelaisUpstreamRequest request = { .dialect = RELAIS_DIALECT_OPENAI_CHAT, .method = "GET", .tail = "models" };

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  g_assert_cmpint (bind (listener, (struct sockaddr *)&address, sizeof address), ==, 0);
  g_assert_cmpint (listen (listener, 0), ==, 0);
  getsockname (listener, (struct sockaddr *)&address, &length);
  for (guint i = 0; i < G_N_ELEMENTS (waiting); i++)
    {
      waiting[i] = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      connect (waiting[i], (struct sockaddr *)&address, sizeof address);
    }
  self->limits->upstream_connect_timeout_ms = 200;
  url = g_strdup_printf ("http://127.0.0.1:%u/v1", ntohs (address.sin_port));
  account = make_account ("openai", url);
  request.account = account;
  send_request (self, &call, &request);
  expect_timeout (&call, "The upstream did not answer in time");
  for (guint i = 0; i < G_N_ELEMENTS (waiting); i++)
    close (waiting[i]);
  close (listener);
}

static void
test_refused (Fixture       *self,
              gconstpointer  data)
{
  RelaisTestPeer *peer = relais_test_peer_new (answer_func, NULL);
  g_autofree char *url = relais_test_peer_dup_url (peer, "/v1");
  g_autoptr (RelaisAccount) account = make_account ("openai", url);
  g_auto (Call) call = { 0 };
  RelaisUpstreamRequest request = {
    .account = account, .dialect = RELAIS_DIALECT_OPENAI_CHAT, .method = "GET", .tail = "models"
  };

  relais_test_peer_free (peer);
  send_request (self, &call, &request);
  wait_for_end (&call);
  g_assert_error (call.error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
  g_assert_null (strstr (call.error->message, KEY));
}

/* Whoever asked leaves: the upstream's connection closes at once, and nobody is told anything. */
static void
test_free (Fixture       *self,
           gconstpointer  data)
{
  static const char *const moments[] = { NULL, BEGUN };

  for (guint i = 0; i < G_N_ELEMENTS (moments); i++)
    {
      g_autoptr (RelaisTestPeer) peer = relais_test_peer_new (hang_func, (gpointer)moments[i]);
      RelaisTestPeerCounts *counts = relais_test_peer_counts (peer);
      g_auto (Call) call = { 0 };
      gint64 left_us;
      guint told;

      ask (self, peer, &call);
      WAIT_UNTIL (g_atomic_int_get (&counts->requests) == 1);
      if (moments[i] != NULL)
        WAIT_UNTIL (call.n_data == 1);
      told = call.n_heads + call.n_data;
      left_us = g_get_monotonic_time ();
      relais_transfer_free (g_steal_pointer (&call.transfer));
      g_assert_cmpuint (relais_upstream_get_running (self->upstream), ==, 0);
      WAIT_UNTIL (g_atomic_int_get (&counts->gone) == 1);
      g_assert_cmpint (relais_test_peer_get_gone_us (peer) - left_us, <, 100 * 1000);
      pass (20);
      g_assert_cmpuint (call.n_heads + call.n_data + call.n_done, ==, told);
    }
}

static void
test_free_within (Fixture       *self,
                  gconstpointer  data)
{
  g_autoptr (RelaisTestPeer) peer = relais_test_peer_new (hang_func, (gpointer)BEGUN);
  RelaisTestPeerCounts *counts = relais_test_peer_counts (peer);
  g_auto (Call) in_head = { .free_in_head = TRUE };
  g_auto (Call) in_data = { .free_in_data = TRUE };

  ask (self, peer, &in_head);
  ask (self, peer, &in_data);
  WAIT_UNTIL (g_atomic_int_get (&counts->gone) == 2);
  pass (20);
  g_assert_cmpuint (in_head.n_heads, ==, 1);
  g_assert_cmpuint (in_head.n_data + in_head.n_done, ==, 0);
  g_assert_cmpuint (in_data.n_data, ==, 1);
  g_assert_cmpuint (in_data.n_done, ==, 0);
}

/* Bytes the peer got rid of. */
static int sent_kib;

static gboolean
flood_func (RelaisTestPeer        *peer,
            int                    fd,
            const RelaisTestAsked *asked,
            gpointer               user_data)
{
  static char piece[64 * 1024 + 1];
  g_autofree char *head = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", MUCH);

  memset (piece, 'x', sizeof piece - 1);
  if (!relais_test_peer_say (fd, head))
    return FALSE;
  for (guint i = 0; i < MUCH / (64 * 1024); i++)
    {
      if (!relais_test_peer_say (fd, piece))
        return FALSE;
      g_atomic_int_add (&sent_kib, 64);
    }
  return TRUE;
}

/* While it is paused no more comes in than the kernel holds, and no deadline runs. */
static void
test_backpressure (Fixture       *self,
                   gconstpointer  data)
{
  g_autoptr (RelaisTestPeer) peer = relais_test_peer_new (flood_func, NULL);
  g_auto (Call) call = { .pause_first = TRUE };
  gsize size;
  int stuck = -1;

  self->limits->upstream_gap_timeout_ms = 100;
  g_atomic_int_set (&sent_kib, 0);
  ask (self, peer, &call);
  WAIT_UNTIL (call.n_data == 1);
  size = call.size;
  /* until it is stuck, and twice the gap */
  while (stuck != g_atomic_int_get (&sent_kib))
    {
      stuck = g_atomic_int_get (&sent_kib);
      pass (250);
    }
  g_assert_cmpint (stuck, <, 16 * 1024);
  g_assert_cmpuint (call.size, ==, size);
  g_assert_cmpuint (call.n_done, ==, 0);
  /* the kernel takes its time to open a window that was shut */
  self->limits->upstream_gap_timeout_ms = 10000;
  relais_transfer_set_paused (call.transfer, FALSE);
  wait_for_end (&call);
  g_assert_no_error (call.error);
  g_assert_cmpuint (call.size, ==, MUCH);
}

static gboolean
exact_func (RelaisTestPeer        *peer,
            int                    fd,
            const RelaisTestAsked *asked,
            gpointer               user_data)
{
  g_autofree char *body = g_strnfill (GPOINTER_TO_UINT (user_data), 'x');

  return relais_test_peer_answer (fd, 200, "Content-Type: application/json\r\n", body);
}

/* A body whose last byte is the last that fits into the buffer ends there, although nothing more
 * comes on a connection that is kept; so does one that was paused behind its last byte. */
static void
test_exact (Fixture       *self,
            gconstpointer  data)
{
  static const gsize sizes[] = { 0, 1, 16383, 16384, 16385, 32768, 131072, 147456, 262144 };

  self->limits->upstream_gap_timeout_ms = 1000;
  for (guint i = 0; i < 2 * G_N_ELEMENTS (sizes); i++)
    {
      gsize size = sizes[i / 2];
      g_autoptr (RelaisTestPeer) peer =
                   relais_test_peer_new (exact_func, GUINT_TO_POINTER (size));
      g_auto (Call) call = { .pause_first = i % 2 == 1 && size > 0 };

      g_test_message ("%u: %" G_GSIZE_FORMAT " bytes", i, size);
      ask (self, peer, &call);
      if (call.pause_first)
        {
          WAIT_UNTIL (call.n_data == 1);
          /* the end may have come with the last byte */
          if (call.transfer != NULL)
            relais_transfer_set_paused (call.transfer, FALSE);
        }
      wait_for_end (&call);
      g_assert_no_error (call.error);
      g_assert_cmpuint (call.size, ==, size);
    }
}

static gboolean
short_func (RelaisTestPeer        *peer,
            int                    fd,
            const RelaisTestAsked *asked,
            gpointer               user_data)
{
  relais_test_peer_say (fd, user_data);
  return FALSE;
}

/* What libsoup tells of a body that ends too early. */
static void
test_short_body (Fixture       *self,
                 gconstpointer  data)
{
  static const char *const answers[] = {
    "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\nabc",
    "nonsense\r\n\r\n",
    "",
  };

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (RelaisTestPeer) peer = relais_test_peer_new (short_func, (gpointer)answers[i]);
      g_auto (Call) call = { 0 };

      ask (self, peer, &call);
      wait_for_end (&call);
      g_assert_nonnull (call.error);
      g_assert_cmpstr (call.body->str, ==, i < 2 ? "abc" : "");
    }
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
    { "/upstream/request", test_request },
    { "/upstream/optional", test_optional },
    { "/upstream/bad-base", test_bad_base },
    { "/upstream/reuse", test_reuse },
    { "/upstream/redirect", test_redirect },
    { "/upstream/stale", test_stale },
    { "/upstream/fresh-fault", test_fresh_fault },
    { "/upstream/first-byte", test_first_byte },
    { "/upstream/total", test_total },
    { "/upstream/gap", test_gap },
    { "/upstream/slow-stream", test_slow_stream },
    { "/upstream/held-up", test_held_up },
    { "/upstream/connect", test_connect },
    { "/upstream/refused", test_refused },
    { "/upstream/free", test_free },
    { "/upstream/free-within", test_free_within },
    { "/upstream/backpressure", test_backpressure },
    { "/upstream/exact", test_exact },
    { "/upstream/short-body", test_short_body },
  };

  g_setenv ("SOUP_FORCE_HTTP1", "1", TRUE);
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Fixture, NULL, set_up, tests[i].func, tear_down);
  return g_test_run ();
}
