/* test-exchange-translate.c: relais-exchange-translate and -count: whole requests that another
 * dialect's upstream answers, over sockets, from the client's side, the upstream's and the
 * monitor's
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>
#include <unistd.h>

#include "relais-test-clock.h"
#include "relais-test-peer.h"
#include "relais-test-server.h"
#include "server/relais-exchange.h"

#define JSON "Content-Type: application/json\r\n"
#define EVENTS "Content-Type: text/event-stream\r\n"
#define BAD_CALL "{\"candidates\":[{\"content\":{},\"finishReason\":\"MALFORMED_FUNCTION_CALL\"}]," \
                 "\"usageMetadata\":{\"promptTokenCount\":100,\"candidatesTokenCount\":20,\"totalTokenCount\":120}}"
#define SOME "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"so\"}]}}]}"
#define GOOD "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"good\"}]},\"finishReason\":\"STOP\"}]}"
#define SSE(event) "data: " event "\n\n"
#define ASK(model, more) "{\"model\":\"" model "\",\"max_tokens\":99,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]" more "}"
#define STREAM ",\"stream\":true"

typedef struct
{
  RelaisConfig     *config;
  RelaisGateway     gateway;
  RelaisTestServer *server;
  RelaisTestPeer   *peer;
  RelaisRecord *record; /* the last one that is done */
  int               n_done;
  const char *const *answers; /* what the upstream says to one request after the other */
  int               n_asked;
  gboolean gated; /* it waits for the test before it answers */
  int               n_gate;
  int               n_lists;
  guint             n_running;
  RelaisTestClock   clock;
} Fixture;

static void
record_cb (const RelaisRecord *record,
           gpointer            user_data)
{
  Fixture *self = user_data;

  if (record->phase != RELAIS_RECORD_DONE)
    return;
  g_clear_pointer (&self->record, relais_record_free);
  self->record = relais_record_copy (record);
  g_atomic_int_inc (&self->n_done);
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

static gboolean
peer_func (RelaisTestPeer        *peer,
           int                    fd,
           const RelaisTestAsked *asked,
           gpointer               user_data)
{
  Fixture *self = user_data;
  const char *answer;

  if (g_str_has_prefix (asked->head, "GET "))
    {
      g_atomic_int_inc (&self->n_lists);
      return relais_test_peer_answer (fd, 404, JSON, "{}");
    }
  answer = self->answers[g_atomic_int_add (&self->n_asked, 1)];
  if (self->gated)
    relais_test_server_wait (&self->n_gate, 1);
  if (*answer == '!')
    return relais_test_peer_answer (fd, 500, JSON, answer + 1);
  return relais_test_peer_answer (fd, 200, *answer == '{' ? JSON : EVENTS, answer);
}

static void
add_account (GPtrArray      *accounts,
             const char     *provider,
             RelaisTestPeer *peer)
{
  RelaisAccount *account = relais_account_new (provider, provider);

  account->base_url = relais_test_peer_dup_url (peer, "");
  account->api_key = g_strdup ("secret");
  account->models = g_strsplit (strcmp (provider, "gemini") == 0 ? "gemini-*" : "other-*", " ", -1);
  g_ptr_array_add (accounts, account);
}

static void
set_up (Fixture       *self,
        gconstpointer  data)
{
  static const RelaisServerSink sink = { request_cb, refused_cb };
  GPtrArray *accounts = g_ptr_array_new_with_free_func ((GDestroyNotify)relais_account_unref);

  self->peer = relais_test_peer_new (peer_func, self);
  self->config = relais_config_new ();
  self->gateway.config = self->config;
  self->gateway.pool = relais_account_pool_new ();
  self->gateway.upstream = relais_upstream_new (self->config);
  self->gateway.catalog = relais_catalog_new (self->gateway.upstream);
  relais_test_clock_init (&self->clock, 1000 * G_TIME_SPAN_SECOND);
  relais_catalog_set_clock (self->gateway.catalog, &self->clock.clock);
  self->gateway.calls = relais_call_cache_new ();
  self->gateway.counts = relais_count_cache_new ();
  self->gateway.quirks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->gateway.record = record_cb;
  self->gateway.user_data = self;
  add_account (accounts, "gemini", self->peer);
  add_account (accounts, "openai-compatible", self->peer);
  relais_account_pool_set_accounts (self->gateway.pool, accounts);
  self->server = relais_test_server_new_for (self->config, &sink, &self->gateway);
}

/* In the server's thread: that is where its sessions live. */
static void
drop_gateway_cb (RelaisServer *server,
                 gpointer      user_data)
{
  Fixture *self = user_data;

  g_clear_object (&self->gateway.catalog);
  g_clear_pointer (&self->gateway.calls, relais_call_cache_free);
  g_clear_pointer (&self->gateway.counts, relais_count_cache_free);
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
  relais_test_clock_clear (&self->clock);
  g_clear_pointer (&self->record, relais_record_free);
}

static int
send_request (Fixture    *self,
              const char *target,
              const char *body)
{
  g_autofree char *text = g_strdup_printf ("POST %s HTTP/1.1\r\nHost: localhost\r\n" JSON
                                           "Content-Length: %u\r\n\r\n%s",
                                           target, (guint)strlen (body), body);
  int fd = relais_test_connect (relais_test_server_get_port (self->server));

  g_assert_cmpint (fd, >=, 0);
  g_assert_true (relais_test_send (fd, text, -1));
  return fd;
}

static guint
ask (Fixture     *self,
     const char  *target,
     const char  *body,
     char       **head,
     char       **answer)
{
  int done = g_atomic_int_get (&self->n_done);
  int fd = send_request (self, target, body);
  guint status;

  status = relais_test_receive (fd, head, answer);
  close (fd);
  g_assert_true (relais_test_server_wait (&self->n_done, done + 1));
  return status;
}

/* 111: what the model wrote in vain is asked for once more, as long as the client saw nothing. */
static void
test_bad_call (Fixture       *self,
               gconstpointer  data)
{
  static const struct
  {
    const char *body;
    const char *answers[3];
    guint status;
    guint attempts;
    const char *has;
    const char *has_not;
  } cases[] = {
    { ASK ("gemini-3", ""), { BAD_CALL, GOOD }, 200, 2, "\"good\"", "malformed" },
    { ASK ("gemini-3", STREAM), { SSE (BAD_CALL), SSE (GOOD) }, 200, 2, "\"good\"", "malformed" },
    { ASK ("gemini-3", ""), { BAD_CALL, BAD_CALL }, 502, 2, "cannot be read", NULL },
    { ASK ("gemini-3", STREAM), { SSE (BAD_CALL), SSE (BAD_CALL) }, 502, 2, "cannot be read", NULL },
    /* nothing has left for a client that waits for the whole */
    { ASK ("gemini-3", ""), { SSE (SOME) SSE (BAD_CALL), GOOD }, 200, 2, "\"good\"", "\"so" },
    { ASK ("gemini-3", STREAM), { SSE (SOME) SSE (BAD_CALL) }, 200, 1, "event: error", "good" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *head = NULL;
      g_autofree char *answer = NULL;

      g_test_message ("case %u", i);
      self->answers = cases[i].answers;
      g_atomic_int_set (&self->n_asked, 0);
      g_assert_cmpuint (ask (self, "/v1/messages", cases[i].body, &head, &answer), ==,
                        cases[i].status);
      g_assert_cmpint (g_atomic_int_get (&self->n_asked), ==, cases[i].attempts);
      g_assert_cmpuint (self->record->attempts, ==, cases[i].attempts);
      g_assert_nonnull (strstr (answer, cases[i].has));
      if (cases[i].has_not != NULL)
        g_assert_null (strstr (answer, cases[i].has_not));
      /* what was written in vain is paid for as well */
      g_assert_cmpint (self->record->usage.input, >=, 100 * (cases[i].status == 502 ? 2 : 1));
      g_assert_cmpint (self->record->usage.output, >=, 20 * (cases[i].status == 502 ? 2 : 1));
      if (cases[i].status == 200 && cases[i].attempts == 2)
        g_assert_cmpstr (self->record->error, ==, NULL);
      else
        g_assert_cmpstr (self->record->error, ==, "The model wrote a tool call that cannot be read");
    }
}

/* Counts nobody gave are a guess, and the record says so. */
static void
test_estimate (Fixture       *self,
               gconstpointer  data)
{
  static const char choice[] = "{\"choices\":[{\"message\":{\"content\":\"hello\"},\"finish_reason\":\"stop\"}]}";
  static const char counted[] = "{\"choices\":[{\"message\":{\"content\":\"hello\"},\"finish_reason\":\"stop\"}],"
                                "\"usage\":{\"prompt_tokens\":8,\"completion_tokens\":9}}";
  static const char *const answers[] = { choice, counted };
  g_autofree char *guessed = NULL;
  g_autofree char *told = NULL;

  self->answers = answers;
  g_assert_cmpuint (ask (self, "/v1/messages", ASK ("other-1", ""), NULL, &guessed), ==, 200);
  g_assert_nonnull (strstr (guessed, "\"input_tokens\":5,"));
  g_assert_true (self->record->usage.estimated);
  g_assert_cmpint (self->record->usage.input, ==, 5);
  g_assert_cmpint (self->record->usage.output, ==, 2);
  g_assert_cmpuint (ask (self, "/v1/messages", ASK ("other-1", ""), NULL, &told), ==, 200);
  g_assert_nonnull (strstr (told, "\"input_tokens\":8,"));
  g_assert_false (self->record->usage.estimated);
}

/* A call that nobody signed, with nothing thought before it, takes no place of those that are. */
static void
test_unsigned_call (Fixture       *self,
                    gconstpointer  data)
{
  static const char *const answers[] = {
    "{\"choices\":[{\"message\":{\"tool_calls\":[{\"id\":\"x\",\"type\":\"function\","
    "\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},"
    "\"finish_reason\":\"tool_calls\"}]}"
  };
  g_autofree char *answer = NULL;

  self->answers = answers;
  g_assert_cmpuint (ask (self, "/v1/messages", ASK ("other-1", ""), NULL, &answer), ==, 200);
  g_assert_nonnull (strstr (answer, "\"tool_use\""));
  g_assert_cmpuint (relais_call_cache_get_length (self->gateway.calls), ==, 0);
}

/* A count is asked for once a minute; a guess is not taken for one. */
static void
test_count (Fixture       *self,
            gconstpointer  data)
{
  static const char *const answers[] = { "!{}", "{\"totalTokens\":41}", "{\"totalTokens\":42}" };
  static const struct
  {
    const char *body;
    const char *answer;
    int n_asked;
    gboolean estimated;
  } cases[] = {
    { ASK ("gemini-3", ""), "{\"input_tokens\":5}", 1, TRUE },
    { ASK ("gemini-3", ""), "{\"input_tokens\":41}", 2, FALSE },
    { ASK ("gemini-3", ""), "{\"input_tokens\":41}", 2, FALSE },
    { ASK ("gemini-4", ""), "{\"input_tokens\":42}", 3, FALSE },
    { ASK ("gemini-3", ""), "{\"input_tokens\":41}", 3, FALSE },
  };

  self->answers = answers;
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *head = NULL;
      g_autofree char *answer = NULL;

      g_assert_cmpuint (ask (self, "/v1/messages/count_tokens", cases[i].body, &head, &answer), ==,
                        200);
      g_assert_cmpstr (answer, ==, cases[i].answer);
      g_assert_cmpint (g_atomic_int_get (&self->n_asked), ==, cases[i].n_asked);
      g_assert_cmpint (strstr (head, "X-Relais-Estimated") != NULL, ==, cases[i].estimated);
    }
}

static void
remove_accounts_cb (RelaisServer *server,
                    gpointer      user_data)
{
  Fixture *self = user_data;

  relais_account_pool_set_accounts (self->gateway.pool, g_ptr_array_new ());
}

/* What a request learns of an account is kept while that is there. */
static void
test_learnt (Fixture       *self,
             gconstpointer  data)
{
  static const char call[] =
    "{\"choices\":[{\"message\":{\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"f\","
    "\"arguments\":\"{}\"},\"extra_content\":{\"google\":{\"thought_signature\":\"c2ln\"}}}]},\"finish_reason\":\"tool_calls\"}]}";
  static const char *const answers[] = { call };

  self->answers = answers;
  self->gated = TRUE;
  for (guint i = 0; i < 2; i++)
    {
      int fd;

      g_atomic_int_set (&self->n_asked, 0);
      g_atomic_int_set (&self->n_gate, 0);
      g_hash_table_remove_all (self->gateway.quirks);
      fd = send_request (self, "/v1/messages", ASK ("other-1", ""));
      g_assert_true (relais_test_server_wait (&self->n_asked, 1));
      if (i == 1)
        relais_test_server_call (self->server, remove_accounts_cb, self);
      g_atomic_int_set (&self->n_gate, 1);
      g_assert_cmpuint (relais_test_receive (fd, NULL, NULL), ==, 200);
      close (fd);
      g_assert_true (relais_test_server_wait (&self->n_done, (int)i + 1));
      g_assert_cmpuint (g_hash_table_size (self->gateway.quirks), ==, 1 - i);
    }
}

static void
take_any_model_cb (RelaisServer *server,
                   gpointer      user_data)
{
  Fixture *self = user_data;
  GPtrArray *accounts = g_ptr_array_new_with_free_func ((GDestroyNotify)relais_account_unref);

  add_account (accounts, "gemini", self->peer);
  add_account (accounts, "openai-compatible", self->peer);
  for (guint i = 0; i < accounts->len; i++)
    g_clear_pointer (&((RelaisAccount *)accounts->pdata[i])->models, g_strfreev);
  relais_account_pool_set_accounts (self->gateway.pool, accounts);
}

static void
count_running_cb (RelaisServer *server,
                  gpointer      user_data)
{
  Fixture *self = user_data;

  self->n_running = relais_upstream_get_running (self->gateway.upstream);
}

/* Lists that could not be had are asked for again half a minute later, by the way. */
static void
test_lists (Fixture       *self,
            gconstpointer  data)
{
  static const char *const answers[] = { GOOD, GOOD, GOOD };

  self->answers = answers;
  relais_test_server_call (self->server, take_any_model_cb, self);
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_assert_cmpuint (ask (self, "/v1/messages", ASK ("gemini-3", ""), NULL, NULL), ==, 200);
      g_assert_true (relais_test_server_wait (&self->n_lists, i < 2 ? 2 : 4));
      g_assert_cmpint (g_atomic_int_get (&self->n_lists), ==, i < 2 ? 2 : 4);
      relais_test_clock_advance (&self->clock, 15 * G_TIME_SPAN_SECOND);
    }
  do
    relais_test_server_call (self->server, count_running_cb, self);
  while (self->n_running > 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/exchange-translate/111-bad-call", Fixture, NULL, set_up, test_bad_call, tear_down);
  g_test_add ("/exchange-translate/estimate", Fixture, NULL, set_up, test_estimate, tear_down);
  g_test_add ("/exchange-translate/unsigned-call", Fixture, NULL, set_up, test_unsigned_call, tear_down);
  g_test_add ("/exchange-translate/count", Fixture, NULL, set_up, test_count, tear_down);
  g_test_add ("/exchange-translate/learnt", Fixture, NULL, set_up, test_learnt, tear_down);
  g_test_add ("/exchange-translate/lists", Fixture, NULL, set_up, test_lists, tear_down);
  return g_test_run ();
}
