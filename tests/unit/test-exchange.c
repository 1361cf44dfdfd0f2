/* test-exchange.c: relais-exchange, its -forward and -speak, and relais-reply: whole requests over
 * sockets, from the client's side, the upstream's, and the monitor's
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <json-glib/json-glib.h>
#include <string.h>
#include <unistd.h>

#include "base/relais-error.h"
#include "relais-test-peer.h"
#include "relais-test-server.h"
#include "server/relais-exchange.h"

#define SECRET "tok/en+0123456789"

typedef struct
{
  RelaisConfig     *config;
  RelaisLimits     *limits;
  RelaisGateway     gateway;
  RelaisTestServer *server;
  RelaisTestPeer   *peer;
  GMutex            mutex;
  GPtrArray *records; /* RelaisRecord, as they were told */
  int               n_done;
  int               n_rejected;
  guint             port;
} Fixture;

static void
record_cb (const RelaisRecord *record,
           gpointer            user_data)
{
  Fixture *self = user_data;

  g_mutex_lock (&self->mutex);
  g_ptr_array_add (self->records, relais_record_copy (record));
  g_mutex_unlock (&self->mutex);
  if (record->phase == RELAIS_RECORD_DONE)
    g_atomic_int_inc (&self->n_done);
}

static void
pool_changed_cb (gpointer user_data)
{
  g_atomic_int_inc (&((Fixture *)user_data)->n_rejected);
}

static void
request_cb (RelaisWire        *wire,
            SoupServerMessage *message,
            gpointer           user_data)
{
  relais_exchange_start (user_data, wire, message);
}

static void
refused_cb (const RelaisRefusal *refusal,
            gpointer             user_data)
{
  relais_exchange_refuse (user_data, refusal);
}

static gboolean peer_func (RelaisTestPeer        *peer,
                           int                    fd,
                           const RelaisTestAsked *asked,
                           gpointer               user_data);

static void
add_account (GPtrArray      *accounts,
             const char     *id,
             RelaisTestPeer *peer)
{
  RelaisAccount *account = relais_account_new (id, id);

  if (strcmp (id, "practice") != 0)
    {
      account->base_url = relais_test_peer_dup_url (peer, "");
      account->api_key = g_strdup (SECRET);
      account->models = g_strsplit ("up-* m-one m-two", " ", -1);
    }
  else
    account->models = g_strsplit ("practice*", " ", -1);
  g_ptr_array_add (accounts, account);
}

static void
set_up (Fixture       *self,
        gconstpointer  data)
{
  static const RelaisServerSink sink = { request_cb, refused_cb };
  GPtrArray *accounts = g_ptr_array_new_with_free_func ((GDestroyNotify)relais_account_unref);

  g_mutex_init (&self->mutex);
  self->records = g_ptr_array_new_with_free_func ((GDestroyNotify)relais_record_free);
  self->peer = relais_test_peer_new (peer_func, self);
  self->config = relais_config_new ();
  self->limits = relais_config_get_limits (self->config);
  self->gateway.config = self->config;
  self->gateway.pool = relais_account_pool_new ();
  self->gateway.upstream = relais_upstream_new (self->config);
  self->gateway.catalog = relais_catalog_new (self->gateway.upstream);
  self->gateway.quirks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->gateway.record = record_cb;
  self->gateway.pool_changed = pool_changed_cb;
  self->gateway.user_data = self;
  add_account (accounts, "practice", NULL);
  add_account (accounts, "openai", self->peer);
  add_account (accounts, "anthropic", self->peer);
  add_account (accounts, "gemini", self->peer);
  relais_account_pool_set_accounts (self->gateway.pool, accounts);
  self->server = relais_test_server_new_for (self->config, &sink, &self->gateway);
  self->port = relais_test_server_get_port (self->server);
}

/* In the server's thread: that is where its sessions live. */
static void
drop_gateway_cb (RelaisServer *server,
                 gpointer      user_data)
{
  Fixture *self = user_data;

  g_clear_object (&self->gateway.catalog);
  g_clear_pointer (&self->gateway.quirks, g_hash_table_unref);
  g_clear_object (&self->gateway.upstream);
  g_clear_object (&self->gateway.pool);
}

static void
tear_down (Fixture       *self,
           gconstpointer  data)
{
  relais_test_server_stop (self->server);
  relais_test_server_call (self->server, drop_gateway_cb, self);
  relais_test_server_free (self->server);
  relais_test_peer_free (self->peer);
  g_object_unref (self->config);
  for (guint i = 0; i < self->records->len; i++)
    {
      RelaisRecord *record = g_ptr_array_index (self->records, i);

      /* nobody's key, neither side's */
      g_assert_true (record->error == NULL || strstr (record->error, SECRET) == NULL);
      g_assert_true (record->path == NULL || strstr (record->path, RELAIS_TEST_KEY) == NULL);
    }
  g_ptr_array_unref (self->records);
  g_mutex_clear (&self->mutex);
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

/* One request on a connection of its own; @lines are headers ended by CR LF. */
static guint
ask (Fixture     *self,
     const char  *method,
     const char  *target,
     const char  *lines,
     const char  *body,
     char       **head,
     char       **answer)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint status;
  int fd;

  g_string_append_printf (text, "%s %s HTTP/1.1\r\nHost: localhost\r\n%s", method, target, lines != NULL ? lines : "");
  if (body != NULL)
    g_string_append_printf (text, "Content-Type: application/json\r\nContent-Length: %u\r\n", (guint)strlen (body));
  g_string_append (text, "\r\n");
  g_string_append (text, body != NULL ? body : "");
  fd = open_with (self, text->str);
  status = relais_test_receive (fd, head, answer);
  close (fd);
  return status;
}

/* The last one told, once so many requests are done: nothing is added to the list then. */
static RelaisRecord *
last_record (Fixture *self,
             int      n_done)
{
  g_assert_true (relais_test_server_wait (&self->n_done, n_done));
  return g_ptr_array_index (self->records, self->records->len - 1);
}

static JsonObject *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = json_from_string (text, &error);

  g_assert_no_error (error);
  return json_object_ref (json_node_get_object (node));
}

#define EVENTS "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
#define FIRST "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"
#define LAST "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4,\"total_tokens\":7}}\n\ndata: [DONE]\n\n"

static gboolean
say_chunk (int         fd,
           const char *text)
{
  g_autofree char *chunk = g_strdup_printf ("%x\r\n%s\r\n", (guint)strlen (text), text);

  return relais_test_peer_say (fd, chunk);
}

/* What a model's name asks for. */
static gboolean
peer_func (RelaisTestPeer        *peer,
           int                    fd,
           const RelaisTestAsked *asked,
           gpointer               user_data)
{
  static const char headers[] = "Content-Type: application/json\r\nx-request-id: up-1\r\nretry-after: 7\r\nx-ratelimit-limit-tokens: 9\r\n"
                                "anthropic-ratelimit-tokens-limit: 8\r\nSet-Cookie: a=b\r\nServer: vendor\r\nAlt-Svc: h3\r\nVia: x\r\n"
                                "Access-Control-Allow-Origin: *\r\nX-Powered-By: y\r\nProxy-Authenticate: z\r\n";
  const char *text = asked->body;
  gboolean streams;

  if (g_str_has_prefix (asked->head, "GET "))
    return relais_test_peer_answer (fd, 200, "Content-Type: application/json\r\n",
                                    strstr (asked->head, "/v1beta/") != NULL
                                      ? "{\"models\":[{\"name\":\"models/up-g\"}]}"
                                      : "{\"data\":[{\"id\":\"up-o\"}],\"has_more\":false}");
  if (strstr (text, "up-late") != NULL)
    {
      g_usleep (150000);
      if (strstr (text, "up-late-429") != NULL && strstr (asked->head, "another-key") == NULL)
        return relais_test_peer_answer (fd, 429, headers, "{\"error\":{\"message\":\"busy\"}}");
      return relais_test_peer_say (fd, EVENTS) && say_chunk (fd, FIRST) && say_chunk (fd, LAST) &&
             relais_test_peer_say (fd, "0\r\n\r\n");
    }
  if (strstr (text, "up-first-error") != NULL && strstr (asked->head, "/v1/chat/") != NULL)
    return relais_test_peer_say (fd, EVENTS) &&
           say_chunk (fd, "data: {\"error\":{\"message\":\"no room\",\"type\":\"server_error\"}}\n\n") &&
           relais_test_peer_say (fd, "0\r\n\r\n");
  if (strstr (text, "up-first-error") != NULL)
    return relais_test_peer_say (fd, EVENTS) &&
           say_chunk (fd, "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"model\":\"m\",\"usage\":{\"input_tokens\":5}}}\n\n"
                          "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n") &&
           relais_test_peer_say (fd, "0\r\n\r\n");
  if (strstr (text, "up-hang") != NULL)
    return !relais_test_peer_wait_for_end (peer, fd);
  if (strstr (text, "up-key") != NULL || strstr (asked->head, "up-key") != NULL)
    return relais_test_peer_answer (fd, 401, headers, "{\"error\":{\"message\":\"wrong: " SECRET "\"}}");
  if (strstr (text, "up-large") != NULL)
    {
      g_autofree char *large = g_strnfill (300 * 1024, 'x');

      return relais_test_peer_answer (fd, 500, headers, large);
    }
  streams = strstr (text, "up-stream") != NULL || strstr (text, "up-cut") != NULL || strstr (text, "up-half") != NULL ||
            strstr (text, "up-open") != NULL || strstr (text, "up-event") != NULL;
  if (!streams)
    return relais_test_peer_answer (fd, 200, headers, "{\"choices\":[{\"finish_reason\":\"stop\"}],\"temperature\":0.70,\"usage\":"
                                                      "{\"prompt_tokens\":3,\"completion_tokens\":4,\"total_tokens\":7}}");
  if (!relais_test_peer_say (fd, EVENTS) || !say_chunk (fd, FIRST))
    return FALSE;
  if (strstr (text, "up-open") != NULL)
    return !relais_test_peer_wait_for_end (peer, fd);
  if (strstr (text, "up-half") != NULL)
    say_chunk (fd, "data: {\"cho");
  if (strstr (text, "up-event") != NULL)
    {
      g_autofree char *padding = g_strnfill (8000, 'x');
      g_autofree char *event = g_strconcat ("data: {\"padding\":\"", padding, "\"}\n\n", NULL);

      say_chunk (fd, event);
    }
  if (strstr (text, "up-cut") != NULL || strstr (text, "up-half") != NULL)
    return FALSE; /* not even the chunk that ends the body */
  return say_chunk (fd, LAST) && relais_test_peer_say (fd, "0\r\n\r\n");
}

/* What is small and fixed, with GET and with HEAD. */
static void
test_small (Fixture       *self,
            gconstpointer  data)
{
  static const struct
  {
    const char *target;
    const char *body;
    const char *type;
  } rows[] = {
    { "/healthz", "{\"status\":\"ok\"}", "application/json" },
    { "/", "Relais " RELAIS_VERSION "\n", "text/plain; charset=utf-8" },
    { "/api/hello", "", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *head = NULL, *body = NULL, *bare = NULL, *nothing = NULL;
      g_autofree char *length = g_strdup_printf ("\r\nContent-Length: %u\r\n", (guint)strlen (rows[i].body));
      g_autofree char *request = g_strdup_printf ("HEAD %s HTTP/1.1\r\nHost: localhost\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
                                                  rows[i].target);
      int fd;

      g_assert_cmpuint (ask (self, "GET", rows[i].target, NULL, NULL, &head, &body), ==, 200);
      g_assert_cmpstr (body, ==, rows[i].body);
      g_assert_nonnull (strstr (head, length));
      g_assert_null (strstr (head, "Server:"));
      if (rows[i].type != NULL)
        g_assert_nonnull (strstr (head, rows[i].type));
      /* of HEAD the same head, and the next answer right behind it */
      fd = open_with (self, request);
      bare = g_malloc0 (4096);
      for (gsize n = 0; strstr (bare, "{\"status\":\"ok\"}") == NULL;)
        {
          gssize got = read (fd, bare + n, 4095 - n);

          g_assert_cmpint (got, >, 0);
          n += got;
        }
      close (fd);
      g_assert_nonnull (strstr (bare, length));
      nothing = g_strdup (strstr (bare, "\r\n\r\n") + 4);
      g_assert_true (g_str_has_prefix (nothing, "HTTP/1.1 200 "));
    }
}

static void
test_event_logging (Fixture       *self,
                    gconstpointer  data)
{
  static const char *const targets[] = { "/api/event_logging/batch", "/api/event_logging/v2/batch" };

  for (guint i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      g_autofree char *body = NULL;

      g_assert_cmpuint (ask (self, "POST", targets[i], NULL, "{\"events\":[1]}", NULL, &body), ==, 200);
      g_assert_cmpstr (body, ==, "{}");
    }
  g_assert_cmpint (g_atomic_int_get (&relais_test_peer_counts (self->peer)->requests), ==, 0);
}

static const char *
get_error_field (const char *body,
                 const char *field)
{
  g_autoptr (JsonObject) object = parse (body);
  JsonObject *error = json_object_get_object_member (object, "error");

  g_assert_nonnull (error);
  return json_object_has_member (error, field) ? g_intern_string (json_object_get_string_member_with_default (error, field, "")) : NULL;
}

/* What is refused before anybody is asked, each in the shape of its path. */
static void
test_refused (Fixture       *self,
              gconstpointer  data)
{
  static const struct
  {
    const char *method;
    const char *target;
    const char *lines;
    const char *body;
    guint status;
    const char *field; /* of the error, and what it says */
    const char *value;
    const char *header;
  } rows[] = {
    { "GET", "/v1/nothing", NULL, NULL, 404, "code", "unknown_url", NULL },
    { "GET", "/v1beta/nothing", NULL, NULL, 404, "status", "NOT_FOUND", NULL },
    { "POST", "/v1/audio/speech", NULL, "{}", 404, NULL, NULL, NULL },
    { "GET", "/v1/messages", NULL, NULL, 405, "type", "invalid_request_error", "\r\nAllow: " },
    { "DELETE", "/v1/chat/completions", NULL, NULL, 405, NULL, NULL, "\r\nAllow: " },
    { "PUT", "/v1/models", NULL, NULL, 405, NULL, NULL, "\r\nAllow: " },
    { "POST", "/v1/messages", "Content-Type: text/plain\r\nContent-Length: 0\r\n", NULL, 415, "type", "invalid_request_error", NULL },
    { "POST", "/v1/messages", "Content-Encoding: gzip\r\n", "{}", 415, NULL, NULL, NULL },
    { "POST", "/v1beta/models/m:generateContent", "Content-Type: application/json\r\nContent-Length: 99999999\r\n", NULL, 413, "status", "INVALID_ARGUMENT", NULL },
    { "POST", "/v1/responses", NULL, "{\"input\":1}", 400, "param", "model", NULL },
    { "POST", "/v1/responses", NULL, "[]", 400, NULL, NULL, NULL },
    { "POST", "/v1/responses", NULL, "{bad", 400, "param", "", NULL },
    { "POST", "/v1/chat/completions", NULL, "{\"model\":\"m\"", 400, "param", "", NULL },
    { "POST", "/v1/chat/completions", NULL, "{\"model\":\"m\",\"stream\":1}", 400, "param", "stream", NULL },
    { "POST", "/v1/chat/completions", NULL, "{\"model\":7}", 400, "param", "model", NULL },
    { "POST", "/v1/messages", NULL, "{\"model\":\"nobody-has-it\",\"messages\":[]}", 404, "type", "not_found_error", NULL },
    { "GET", "/v1/models/nobody-has-it", NULL, NULL, 404, "code", "model_not_found", NULL },
    { "GET", "/v1/models", "Origin: https://app.example\r\n", NULL, 403, NULL, NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *head = NULL, *body = NULL;
      RelaisRecord *record;
      guint status;

      g_test_message ("%s %s", rows[i].method, rows[i].target);
      status = ask (self, rows[i].method, rows[i].target, rows[i].lines, rows[i].body, &head,
                    &body);
      g_assert_cmpuint (status, ==, rows[i].status);
      g_test_message ("%s", body);
      g_assert_nonnull (get_error_field (body, "message"));
      if (rows[i].field != NULL)
        g_assert_cmpstr (get_error_field (body, rows[i].field), ==, rows[i].value);
      if (rows[i].header != NULL)
        g_assert_nonnull (strstr (head, rows[i].header));
      record = last_record (self, i + 1);
      g_assert_cmpuint (record->status, ==, rows[i].status);
      g_assert_cmpstr (record->method, ==, rows[i].method);
      g_assert_nonnull (record->error);
      g_assert_cmpint (record->duration_us, >=, 0);
      g_assert_cmpstr (record->refused_origin, ==, status == 403 ? "https://app.example" : NULL);
      g_assert_null (record->refused_host);
    }
}

static void
test_options (Fixture       *self,
              gconstpointer  data)
{
  g_autofree char *plain = NULL, *star = NULL, *preflight = NULL;

  g_assert_cmpuint (ask (self, "OPTIONS", "/v1/messages", NULL, NULL, &plain, NULL), ==, 204);
  g_assert_nonnull (strstr (plain, "\r\nAllow: POST"));
  g_assert_cmpuint (ask (self, "OPTIONS", "*", NULL, NULL, &star, NULL), ==, 204);
  g_assert_nonnull (strstr (star, "\r\nAllow: "));
  g_assert_cmpuint (ask (self, "OPTIONS", "/v1/messages", "Origin: http://localhost:3000\r\nAccess-Control-Request-Method: POST\r\n",
                         NULL, &preflight, NULL),
                    ==, 204);
  g_assert_nonnull (strstr (preflight, "\r\nAccess-Control-Allow-Origin: http://localhost:3000\r\n"));
}

/* An origin that is let in hears so with the answer, and no other does. */
static void
test_origin (Fixture       *self,
             gconstpointer  data)
{
  g_autofree char *with = NULL, *without = NULL;

  g_assert_cmpuint (ask (self, "GET", "/v1/models", "Origin: http://localhost:3000\r\n", NULL, &with, NULL), ==, 200);
  g_assert_nonnull (strstr (with, "\r\nAccess-Control-Allow-Origin: http://localhost:3000\r\n"));
  g_assert_nonnull (strstr (with, "\r\nVary: Origin\r\n"));
  g_assert_cmpuint (ask (self, "GET", "/v1/models", NULL, NULL, &without, NULL), ==, 200);
  g_assert_null (strstr (without, "Access-Control"));
}

/* Ids of a list, joined by spaces, in whichever shape it has. */
static char *
list_ids (Fixture     *self,
          const char  *target,
          const char  *lines,
          gboolean    *more,
          char       **token)
{
  g_autofree char *body = NULL;
  g_autoptr (JsonObject) object = NULL;
  GString *ids = g_string_new (NULL);
  gboolean gemini;
  JsonArray *rows;

  g_assert_cmpuint (ask (self, "GET", target, lines, NULL, NULL, &body), ==, 200);
  object = parse (body);
  gemini = json_object_has_member (object, "models");
  rows = json_object_get_array_member (object, gemini ? "models" : "data");
  for (guint i = 0; i < json_array_get_length (rows); i++)
    {
      JsonObject *row = json_array_get_object_element (rows, i);

      g_string_append_printf (ids, "%s%s", i > 0 ? " " : "", json_object_get_string_member (row, gemini ? "name" : "id"));
    }
  if (more != NULL)
    *more = json_object_get_boolean_member_with_default (object, "has_more", FALSE);
  if (token != NULL)
    *token = g_strdup (json_object_get_string_member_with_default (object, "nextPageToken", NULL));
  return g_string_free (ids, FALSE);
}

#define ANTHROPIC "anthropic-version: 2023-06-01\r\n"

static void
test_models (Fixture       *self,
             gconstpointer  data)
{
  static const char all[] = "m-one m-two practice up-g up-o";
  g_autofree char *openai = list_ids (self, "/v1/models", NULL, NULL, NULL);
  g_autofree char *anthropic = NULL, *gemini = NULL, *first = NULL, *second = NULL;
  g_autofree char *before = NULL, *token = NULL;
  g_autofree char *page = NULL, *target = NULL, *end = NULL;
  g_autoptr (GString) walked = g_string_new (NULL);
  gboolean more;

  g_assert_cmpstr (openai, ==, all);
  anthropic = list_ids (self, "/v1/models", ANTHROPIC, &more, NULL);
  g_assert_cmpstr (anthropic, ==, all);
  g_assert_false (more);
  gemini = list_ids (self, "/v1beta/models", NULL, NULL, &end);
  g_assert_cmpstr (gemini, ==, "models/m-one models/m-two models/practice models/up-g models/up-o");
  g_assert_null (end);

  first = list_ids (self, "/v1/models?limit=2", ANTHROPIC, &more, NULL);
  g_assert_cmpstr (first, ==, "m-one m-two");
  g_assert_true (more);
  second = list_ids (self, "/v1/models?limit=4&after_id=m-two", ANTHROPIC, &more, NULL);
  g_assert_cmpstr (second, ==, "practice up-g up-o");
  g_assert_false (more);
  before = list_ids (self, "/v1/models?limit=1&before_id=practice", ANTHROPIC, &more, NULL);
  g_assert_cmpstr (before, ==, "m-two");

  /* page after page, as a client walks them */
  page = list_ids (self, "/v1beta/models?pageSize=2", NULL, NULL, &token);
  for (guint i = 0; i < 10; i++)
    {
      g_string_append_printf (walked, "%s%s", i > 0 ? " " : "", page);
      if (token == NULL)
        break;
      g_free (target);
      target = g_strconcat ("/v1beta/models?pageSize=2&pageToken=", token, NULL);
      g_clear_pointer (&token, g_free);
      g_free (page);
      page = list_ids (self, target, NULL, NULL, &token);
    }
  g_assert_cmpstr (walked->str, ==, gemini);
}

static void
test_one_model (Fixture       *self,
                gconstpointer  data)
{
  static const struct
  {
    const char *target;
    const char *lines;
    const char *member;
    const char *value;
  } rows[] = {
    { "/v1/models/m-one", NULL, "object", "model" },
    { "/v1/models/m-one", ANTHROPIC, "type", "model" },
    { "/v1beta/models/m-one", NULL, "name", "models/m-one" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *body = NULL;
      g_autoptr (JsonObject) object = NULL;

      g_assert_cmpuint (ask (self, "GET", rows[i].target, rows[i].lines, NULL, NULL, &body), ==, 200);
      object = parse (body);
      g_assert_cmpstr (json_object_get_string_member (object, rows[i].member), ==, rows[i].value);
    }
}

/* A base URL that is nearly right works, and says what would be right. */
static void
test_hints (Fixture       *self,
            gconstpointer  data)
{
  static const struct
  {
    const char *target;
    const char *body;
    const char *base;
  } rows[] = {
    { "/v1/chat/completions/responses", "{\"model\":\"practice\",\"input\":\"hi\"}", "/v1" },
    { "/v1/v1/messages", "{\"model\":\"practice\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}", "" },
    { "/chat/completions", "{\"model\":\"practice\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}", "/v1" },
    { "/v1/v1beta/models/practice:generateContent", "{\"contents\":[{\"parts\":[{\"text\":\"hi\"}]}]}", "" },
    { "/v1/messages", "{\"model\":\"practice\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *head = NULL;
      g_autofree char *line = g_strdup_printf ("\r\nX-Relais-Hint: base URL should be http://localhost%s\r\n", rows[i].base);

      g_assert_cmpuint (ask (self, "POST", rows[i].target, NULL, rows[i].body, &head, NULL), ==, 200);
      if (rows[i].base != NULL)
        g_assert_nonnull (strstr (head, line));
      else
        g_assert_null (strstr (head, "X-Relais-Hint"));
      g_assert_cmpint (last_record (self, i + 1)->hint != NULL, ==, rows[i].base != NULL);
    }
}

#define CHAT(model, more) "{\"model\":\"" model "\"" more ",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"
#define STREAM ",\"stream\":true"

/* Both ways only what is on the lists. */
static void
test_headers (Fixture       *self,
              gconstpointer  data)
{
  static const char *const pass[] = {
    "accept: x/y", "anthropic-version: 2026-10-21", "anthropic-beta: one", "openai-beta: two",
    "idempotency-key: id", "x-goog-api-client: c/1", "User-Agent: Test/1", "x-stainless-lang: js"
  };
  static const char *const stay[] = {
    "cookie: a=b", "referer: http://localhost/", "x-forwarded-for: 10.0.0.1", "forwarded: for=x", "via: 1.1 x",
    "x-real-ip: 10.0.0.1", "range: bytes=0-1", "te: trailers", "x-api-key: " RELAIS_TEST_KEY, "x-app: cli",
    "accept-language: fr", "proxy-authorization: Basic x", "api-key: " RELAIS_TEST_KEY, "traceparent: 00-0-0-0",
    /* several accounts could serve: they are one's at most */
    "openai-organization: org", "openai-project: proj"
  };
  static const char *const back[] = { "x-request-id: up-1", "retry-after: 7", "x-ratelimit-limit-tokens: 9", "anthropic-ratelimit-tokens-limit: 8" };
  static const char *const gone[] = { "Set-Cookie", "Server:", "Alt-Svc", "Via", "Access-Control", "X-Powered-By", "Proxy-Authenticate" };
  g_autoptr (GString) lines = g_string_new ("Accept-Encoding: gzip\r\n");
  g_autofree char *head = NULL, *body = NULL, *asked = NULL, *lower = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (pass); i++)
    g_string_append_printf (lines, "%s\r\n", pass[i]);
  for (guint i = 0; i < G_N_ELEMENTS (stay); i++)
    g_string_append_printf (lines, "%s\r\n", stay[i]);
  g_assert_cmpuint (ask (self, "POST", "/v1/chat/completions?key=" RELAIS_TEST_KEY "&x=1", lines->str, CHAT ("up-x", ""), &head, &body), ==, 200);
  asked = relais_test_peer_dup_asked (self->peer, 0);
  lower = g_ascii_strdown (asked, -1);
  g_assert_true (g_str_has_prefix (asked, "POST /v1/chat/completions?x=1 HTTP/1.1\r\n"));
  for (guint i = 0; i < G_N_ELEMENTS (pass); i++)
    {
      g_autofree char *line = g_strdup_printf ("\r\n%s\r\n", pass[i]);
      g_autofree char *small = g_ascii_strdown (line, -1);

      g_test_message ("%s", pass[i]);
      g_assert_nonnull (strstr (lower, small));
    }
  for (guint i = 0; i < G_N_ELEMENTS (stay); i++)
    {
      g_autofree char *name = g_strndup (stay[i], strcspn (stay[i], ":"));
      g_autofree char *line = g_strdup_printf ("\r\n%s:", name);

      g_test_message ("%s", name);
      g_assert_null (strstr (lower, line));
    }
  g_assert_null (strstr (asked, RELAIS_TEST_KEY));
  g_assert_nonnull (strstr (asked, "\r\nAuthorization: Bearer " SECRET "\r\n"));
  g_assert_nonnull (strstr (asked, "\r\nAccept-Encoding: identity\r\n"));
  g_assert_true (g_str_has_suffix (asked, CHAT ("up-x", "")));
  for (guint i = 0; i < G_N_ELEMENTS (back); i++)
    g_assert_nonnull (strstr (head, back[i]));
  for (guint i = 0; i < G_N_ELEMENTS (gone); i++)
    g_assert_null (strstr (head, gone[i]));
  /* a number is what it was, to the byte */
  g_assert_nonnull (strstr (body, "\"temperature\":0.70,"));
}

/* One request, as the monitor sees it grow. */
static void
test_record (Fixture       *self,
             gconstpointer  data)
{
  static const RelaisRecordPhase phases[] = { RELAIS_RECORD_ARRIVED, RELAIS_RECORD_ARRIVED,
                                              RELAIS_RECORD_ANSWERED, RELAIS_RECORD_FIRST_BYTE,
                                              RELAIS_RECORD_DONE };
  g_autofree char *body = NULL;
  RelaisRecord *record;

  g_assert_cmpuint (ask (self, "POST", "/v1/chat/completions", "User-Agent: curl/7\r\n", CHAT ("up-stream", STREAM), NULL, &body), ==, 200);
  g_assert_cmpstr (body, ==, FIRST LAST);
  record = last_record (self, 1);
  g_assert_cmpuint (self->records->len, ==, G_N_ELEMENTS (phases));
  for (guint i = 0; i < G_N_ELEMENTS (phases); i++)
    g_assert_cmpint (((RelaisRecord *)g_ptr_array_index (self->records, i))->phase, ==, phases[i]);
  g_assert_cmpuint (record->id, ==, 1);
  g_assert_cmpstr (record->client, ==, "curl");
  g_assert_cmpstr (record->peer, ==, "127.0.0.1");
  g_assert_cmpstr (record->method, ==, "POST");
  g_assert_cmpstr (record->path, ==, "/v1/chat/completions");
  g_assert_cmpstr (record->dialect, ==, "openai-chat");
  g_assert_cmpstr (record->upstream_dialect, ==, "openai-chat");
  g_assert_cmpstr (record->model, ==, "up-stream");
  g_assert_cmpstr (record->upstream_model, ==, "up-stream");
  g_assert_cmpstr (record->account_id, ==, "openai");
  g_assert_cmpstr (record->finish, ==, "stop");
  g_assert_cmpuint (record->status, ==, 200);
  g_assert_cmpuint (record->upstream_status, ==, 200);
  g_assert_cmpuint (record->attempts, ==, 1);
  g_assert_cmpint (record->bytes_in, ==, strlen (CHAT ("up-stream", STREAM)));
  /* who served it, and who would have had to translate */
  g_assert_cmpuint (record->trace->len, ==, 3);
  for (guint i = 0; i < record->trace->len; i++)
    {
      const RelaisTraceStep *step = g_ptr_array_index (record->trace, i);

      g_assert_cmpint (step->kind, ==, i == 0 ? RELAIS_TRACE_TRIED : RELAIS_TRACE_BEHIND);
      g_assert_cmpstr (step->reason, ==, i == 0 ? "served" : "dialect");
      g_assert_cmpstr (step->account, ==, ((const char *[]){ "openai", "anthropic", "gemini" })[i]);
    }
  g_assert_cmpint (record->bytes_out, ==, strlen (FIRST LAST));
  g_assert_cmpint (record->usage.input, ==, 3);
  g_assert_cmpint (record->usage.output, ==, 4);
  g_assert_true (record->stream);
  g_assert_false (record->aborted);
  g_assert_cmpint (record->first_byte_us, >, 0);
  g_assert_cmpint (record->duration_us, >=, record->first_byte_us);
  g_assert_null (record->error);
}

/* Nobody works on for a client that left. */
static void
test_leave (Fixture       *self,
            gconstpointer  data)
{
  static const char *const bodies[] = { CHAT ("up-hang", ""), CHAT ("up-open", STREAM) };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      RelaisTestPeerCounts *counts = relais_test_peer_counts (self->peer);
      g_autofree char *request = g_strdup_printf ("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                                                  "Content-Length: %u\r\n\r\n%s",
                                                  (guint)strlen (bodies[i]), bodies[i]);
      int fd = open_with (self, request);
      char c;
      gint64 left_us;
      RelaisRecord *record;

      g_assert_true (relais_test_server_wait (&counts->requests, i + 1));
      if (i == 1)
        g_assert_cmpint (read (fd, &c, 1), ==, 1);
      left_us = g_get_monotonic_time ();
      close (fd);
      g_assert_true (relais_test_server_wait (&counts->gone, i + 1));
      g_assert_cmpint (relais_test_peer_get_gone_us (self->peer) - left_us, <, 100 * 1000);
      record = last_record (self, i + 1);
      g_assert_true (record->aborted);
      g_assert_cmpint (record->duration_us, >, 0);
    }
}

/* Cut between events it ends with words, within one without an end; never as if it were whole. */
static void
test_cut (Fixture       *self,
          gconstpointer  data)
{
  g_autofree char *cut = NULL, *half = NULL;
  RelaisRecord *record;

  g_assert_cmpuint (ask (self, "POST", "/v1/chat/completions", NULL, CHAT ("up-cut", STREAM), NULL, &cut), ==, 200);
  g_assert_true (g_str_has_prefix (cut, FIRST "data: {\"error\":"));
  g_assert_null (strstr (cut, "finish_reason"));
  record = last_record (self, 1);
  g_assert_nonnull (record->error);
  g_assert_cmpuint (ask (self, "POST", "/v1/chat/completions", NULL, CHAT ("up-half", STREAM), NULL, &half), ==, 1);
  g_assert_cmpstr (half, ==, FIRST "data: {\"cho");
  record = last_record (self, 2);
  g_assert_nonnull (record->error);
  /* it was not the client that left */
  g_assert_false (record->aborted);
}

/* An event longer than the limit goes through to the byte; what stands in it is not read. */
static void
test_long_event (Fixture       *self,
                 gconstpointer  data)
{
  g_autofree char *body = NULL;
  RelaisRecord *record;

  self->limits->upstream_event_size_bytes = 4000;
  g_assert_cmpuint (ask (self, "POST", "/v1/chat/completions", NULL, CHAT ("up-event", STREAM), NULL, &body), ==, 200);
  g_assert_true (g_str_has_suffix (body, LAST));
  g_assert_cmpuint (strlen (body), >, 8000);
  record = last_record (self, 1);
  g_assert_cmpint (record->usage.output, ==, -1);
  g_assert_null (record->error);
}

static void
test_faults (Fixture       *self,
             gconstpointer  data)
{
  g_autofree char *large = NULL, *refused = NULL, *after = NULL, *head = NULL;
  RelaisRecord *record;

  g_assert_cmpuint (ask (self, "POST", "/v1/chat/completions", NULL, CHAT ("up-large", ""), NULL, &large), ==, 503);
  g_assert_nonnull (strstr (large, "“openai” asked to wait for another 7 s: it answered 500; “anthropic” asked to wait"));
  g_assert_cmpuint (last_record (self, 1)->attempts, ==, 3);

  self->limits->upstream_first_byte_timeout_ms = 100;
  g_free (g_steal_pointer (&large));
  g_assert_cmpuint (ask (self, "POST", "/v1/chat/completions", NULL, CHAT ("up-hang", ""), NULL, &large), ==, 504);
  /* it may have run, and been paid for: nobody else is asked */
  g_assert_cmpuint (last_record (self, 2)->attempts, ==, 1);
  self->limits->upstream_first_byte_timeout_ms = 10000;

  g_assert_cmpuint (ask (self, "POST", "/v1/chat/completions", NULL, CHAT ("up-key", ""), &head, &refused), ==, 502);
  g_assert_nonnull (strstr (head, "\r\nx-should-retry: false\r\n"));
  g_assert_nonnull (strstr (refused, "“openai” had its key refused (correct it): it answered 401: wrong: [hidden]"));
  g_assert_nonnull (strstr (refused, "“gemini” had its key refused"));
  record = last_record (self, 3);
  g_assert_false (record->error_is_own);
  g_assert_cmpuint (record->upstream_status, ==, 401);
  g_assert_cmpuint (record->attempts, ==, 3);
  g_assert_cmpint (g_atomic_int_get (&self->n_rejected), >=, 3);
  /* they are out: nobody is asked any more */
  g_assert_cmpuint (ask (self, "POST", "/v1/chat/completions", NULL, CHAT ("up-x", ""), NULL, &after), ==, 502);
  g_assert_nonnull (strstr (after, "“openai” had its key refused (correct it)"));
  record = last_record (self, 4);
  g_assert_cmpuint (record->attempts, ==, 0);
  /* what was said of another request may quote it */
  g_assert_null (strstr (after, "wrong"));
  g_assert_true (record->error_is_own);
}

/* A name goes into every row of the monitor: it has a length. */
static void
test_long_model (Fixture       *self,
                 gconstpointer  data)
{
  g_autofree char *name = g_strnfill (1024 * 1024, 'm');
  g_autofree char *body = g_strdup_printf ("{\"model\":\"%s\",\"messages\":[]}", name);
  g_autofree char *answer = NULL, *target = NULL;
  RelaisRecord *record;

  g_assert_cmpuint (ask (self, "POST", "/v1/messages", NULL, body, NULL, &answer), ==, 400);
  g_assert_cmpuint (strlen (answer), <, 1000);
  record = last_record (self, 1);
  g_assert_null (record->model);
  name[20000] = '\0';
  target = g_strdup_printf ("/v1/%s", name);
  g_assert_cmpuint (ask (self, "GET", target, NULL, NULL, NULL, NULL), ==, 404);
  record = last_record (self, 2);
  g_assert_cmpint (g_utf8_strlen (record->path, -1), ==, 2048);
  g_assert_true (relais_record_is_cut (record));
}

/* No chunks, an end by closing, and all of it there. */
static void
test_http10 (Fixture       *self,
             gconstpointer  data)
{
  static const char body[] = CHAT ("up-stream", STREAM);
  g_autofree char *request = g_strdup_printf ("POST /v1/chat/completions HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: %u\r\n\r\n%s",
                                              (guint)strlen (body), body);
  int fd = open_with (self, request);
  char text[8192];
  gsize n = 0;
  gssize got;

  while ((got = read (fd, text + n, sizeof text - 1 - n)) > 0)
    n += got;
  g_assert_cmpint (got, ==, 0);
  close (fd);
  text[n] = '\0';
  g_assert_null (strstr (text, "chunked"));
  g_assert_true (g_str_has_suffix (text, "\r\n\r\n" FIRST LAST));
}

static void
test_http10_cut (Fixture       *self,
                 gconstpointer  data)
{
  static const char body[] = CHAT ("up-half", STREAM);
  g_autofree char *request = g_strdup_printf ("POST /v1/chat/completions HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: %u\r\n\r\n%s",
                                              (guint)strlen (body), body);
  int fd = open_with (self, request);
  char text[8192];
  gssize got;

  /* a close would pass for the end of the body */
  while ((got = read (fd, text, sizeof text)) > 0)
    ;
  g_assert_cmpint (got, ==, -1);
  close (fd);
}

/* While the practice account thinks, the client hears that somebody is there. */
static void
test_keep_alive (Fixture       *self,
                 gconstpointer  data)
{
  static const struct
  {
    const char *target;
    const char *body;
    const char *comment; /* NULL: the dialect has none */
    const char *end;
    gboolean greets; /* the answer begins with one of them in any case */
  } rows[] = {
    { "/v1/chat/completions", "{\"model\":\"practice\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"PRACTICE slow 3 150\"}]}", ": ka\n\n", "data: [DONE]" },
    { "/v1/responses", "{\"model\":\"practice\",\"stream\":true,\"input\":\"PRACTICE slow 3 150\"}", ": ka\n\n", "event: response.completed" },
    { "/v1/messages", "{\"model\":\"practice\",\"stream\":true,\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"PRACTICE slow 3 150\"}]}", "event: ping\n", "event: message_stop", TRUE },
    { "/v1beta/models/practice:streamGenerateContent?alt=sse", "{\"contents\":[{\"parts\":[{\"text\":\"PRACTICE slow 3 150\"}]}]}", NULL, "\"finishReason\":\"STOP\"" },
  };

  self->limits->keep_alive_ms = 30;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *body = NULL;
      const char *comment;

      g_assert_cmpuint (ask (self, "POST", rows[i].target, NULL, rows[i].body, NULL, &body), ==, 200);
      if (rows[i].comment != NULL)
        {
          comment = strstr (body, rows[i].comment);
          if (rows[i].greets && comment != NULL)
            comment = strstr (comment + 1, rows[i].comment);
          g_assert_nonnull (comment);
          /* a whole event or comment of its own, and the answer is whole, too */
          g_assert_true (comment == body || comment[-1] == '\n');
        }
      else
        {
          g_assert_null (strstr (body, "\n:"));
          g_assert_null (strstr (body, "event:"));
        }
      g_assert_nonnull (strstr (body, rows[i].end));
      g_assert_false (last_record (self, i + 1)->aborted);
    }
}

/* Who waits for a stream hears that somebody is there before the first token is. */
static void
test_late (Fixture       *self,
           gconstpointer  data)
{
  g_autofree char *body = NULL, *head = NULL, *refused = NULL, *served = NULL;
  RelaisAccount *second = NULL;
  RelaisRecord *record;

  self->limits->head_delay_ms = 40;
  self->limits->keep_alive_ms = 40;
  relais_config_set_max_wait_ms (self->config, 0, NULL);
  g_assert_cmpuint (ask (self, "POST", "/v1/chat/completions", NULL, CHAT ("up-late", STREAM), &head, &body), ==, 200);
  g_assert_true (g_str_has_prefix (body, ": ka\n\n"));
  g_assert_true (g_str_has_suffix (body, "\n\n" FIRST LAST));
  g_assert_nonnull (strstr (head, "text/event-stream"));
  record = last_record (self, 1);
  g_assert_cmpint (record->first_byte_us, >=, 100000); /* of the answer */
  g_assert_null (record->error);
  /* nothing of an answer left: a failure is told in the stream */
  for (guint i = 0; i < 2; i++)
    {
      GPtrArray *accounts = relais_account_pool_get_accounts (self->gateway.pool);

      ((RelaisAccount *)g_ptr_array_index (accounts, 2 + i))->enabled = FALSE;
    }
  g_assert_cmpuint (ask (self, "POST", "/v1/chat/completions", NULL, CHAT ("up-late-429", STREAM), NULL, &refused), ==, 200);
  g_assert_true (g_str_has_prefix (refused, ": ka\n\n"));
  g_assert_nonnull (strstr (refused, "data: {\"error\":{\"message\":\"busy\""));
  g_assert_cmpuint (last_record (self, 2)->upstream_status, ==, 429);
  relais_account_pool_try_now (self->gateway.pool, "openai");
  second = relais_account_new ("second", "openai");
  second->base_url = relais_test_peer_dup_url (self->peer, "");
  second->api_key = g_strdup ("another-key");
  second->models = g_strsplit ("up-*", " ", -1);
  g_ptr_array_add (relais_account_pool_get_accounts (self->gateway.pool), second);
  g_assert_cmpuint (ask (self, "POST", "/v1/chat/completions", NULL, CHAT ("up-late-429", STREAM), NULL, &served), ==, 200);
  g_assert_true (g_str_has_prefix (served, ": ka\n\n"));
  g_assert_true (g_str_has_suffix (served, "\n\n" FIRST LAST));
  g_assert_null (strstr (served, "busy"));
  g_assert_cmpuint (last_record (self, 3)->attempts, ==, 2);
}

/* A stream that begins with an error has not begun: the next account is asked, and the last one's
 * words become a status. */
static void
test_first_error (Fixture       *self,
                  gconstpointer  data)
{
  g_autofree char *body = NULL;
  RelaisRecord *record;

  g_assert_cmpuint (ask (self, "POST", "/v1/chat/completions", NULL, CHAT ("up-first-error", STREAM), NULL, &body), ==, 502);
  g_assert_nonnull (strstr (body, "“openai” could not be used: no room; “anthropic” could not be used: Overloaded"));
  record = last_record (self, 1);
  g_assert_cmpuint (record->attempts, ==, 3);
  g_assert_cmpuint (record->trace->len, ==, 3);
  g_assert_cmpstr (((RelaisTraceStep *)g_ptr_array_index (record->trace, 0))->reason, ==, "fault");
  g_assert_cmpstr (((RelaisTraceStep *)g_ptr_array_index (record->trace, 1))->words, ==, "Overloaded");
  g_assert_cmpint (record->usage.input, ==, 5); /* what came to nothing was paid for */
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
    { "/exchange/small", test_small },
    { "/exchange/event-logging", test_event_logging },
    { "/exchange/refused", test_refused },
    { "/exchange/options", test_options },
    { "/exchange/origin", test_origin },
    { "/exchange/models", test_models },
    { "/exchange/one-model", test_one_model },
    { "/exchange/hints", test_hints },
    { "/exchange/headers", test_headers },
    { "/exchange/record", test_record },
    { "/exchange/leave", test_leave },
    { "/exchange/cut", test_cut },
    { "/exchange/long-event", test_long_event },
    { "/exchange/faults", test_faults },
    { "/exchange/long-model", test_long_model },
    { "/exchange/http10", test_http10 },
    { "/exchange/http10-cut", test_http10_cut },
    { "/exchange/036-keep-alive", test_keep_alive },
    { "/exchange/late", test_late },
    { "/exchange/025-first-error", test_first_error },
  };

  g_setenv ("SOUP_FORCE_HTTP1", "1", TRUE);
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Fixture, NULL, set_up, tests[i].func, tear_down);
  return g_test_run ();
}
