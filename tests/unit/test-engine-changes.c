/* test-engine-changes.c: what changes while answers run breaks none of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "base/relais-error.h"
#include "engine/relais-engine.h"
#include "relais-test-peer.h"
#include "relais-test-server.h"

#define WAIT_S 30
#define N_STREAMS 50
#define N_STEPS 25

static gboolean
deadline_cb (gpointer user_data)
{
  g_error ("waited too long");
  return G_SOURCE_REMOVE;
}

static void
slot_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      slot)
{
  *(GAsyncResult **)slot = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **slot)
{
  guint id = g_timeout_add_seconds (WAIT_S, deadline_cb, NULL);

  while (*slot == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (id);
  return g_steal_pointer (slot);
}

static RelaisEngine *
make_engine (const char *accounts)
{
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "relais-changes-XXXXXX", NULL);
  RelaisEngineOptions options = { .api_key = RELAIS_TEST_KEY };
  RelaisEngine *engine;
  GAsyncResult *slot = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  int fd = g_mkstemp_full (path, O_RDWR, 0600);

  g_assert_cmpint (write (fd, accounts, strlen (accounts)), ==, strlen (accounts));
  close (fd);
  options.accounts_file = path;
  engine = relais_engine_new (&options);
  g_remove (path);
  relais_engine_load_async (engine, FALSE, NULL, slot_cb, &slot);
  result = wait_for (&slot);
  relais_engine_load_finish (engine, result, &error);
  g_assert_no_error (error);
  g_assert_true (relais_engine_set_port (engine, 0, NULL));
  return engine;
}

/* Also a barrier: what was set before is in force when it returns. */
static RelaisForecast *
forecast (RelaisEngine *engine,
          const char   *model)
{
  GAsyncResult *slot = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  RelaisForecast *answer;

  relais_engine_forecast_async (engine, model, NULL, slot_cb, &slot);
  result = wait_for (&slot);
  answer = relais_engine_forecast_finish (engine, result, &error);
  g_assert_no_error (error);
  return answer;
}

static void
test_forecast (void)
{
  static const struct
  {
    const char *asked;
    guint rule;
    const char *model;
    RelaisForecastEnd end;
    const char *accounts;
  } rows[] = {
    { "gemini-3-flash", 0, "gemini-3-flash", RELAIS_FORECAST_SERVED, "Work Home Low" },
    { "claude-opus-5", 2, "glm-5.2", RELAIS_FORECAST_SERVED, "Zed" },
    { "claude-x", 1, "gemini-3-flash", RELAIS_FORECAST_SERVED, "Work Home Low" },
    { "one", 3, "gemini-3-flash", RELAIS_FORECAST_SERVED, "Home" },
    { "lost", 4, "lost", RELAIS_FORECAST_RULE, "" },
    { "wrong", 5, "gpt-5", RELAIS_FORECAST_NO_MODEL, "" },
    { "llama", 0, "llama", RELAIS_FORECAST_NO_MODEL, "" },
    { "spare", 0, "spare", RELAIS_FORECAST_SERVED, "Spare" },
    { "gemini-only-spare", 0, "gemini-only-spare", RELAIS_FORECAST_SERVED, "Work Home Low" },
    { "glm-9", 0, "glm-9", RELAIS_FORECAST_SERVED, "Zed Spare" },
  };
  const char *json =
    "{\"rules\":[{\"match\":\"claude-*\",\"model\":\"gemini-3-flash\"},"
    "{\"match\":\"claude-opus-*\",\"model\":\"glm-5.2\",\"provider\":\"zai\"},"
    "{\"match\":\"one\",\"model\":\"gemini-3-flash\",\"account\":\"home\"},"
    "{\"match\":\"lost\",\"account\":\"nobody\"},{\"match\":\"wrong\",\"model\":\"gpt-5\"}]}";
  g_autoptr (RelaisEngine) engine = make_engine (
    "{\"accounts\":["
    "{\"id\":\"work\",\"label\":\"Work\",\"provider\":\"gemini\",\"api_key\":\"k\",\"models\":[\"gemini-*\"]},"
    "{\"id\":\"home\",\"label\":\"Home\",\"provider\":\"gemini\",\"api_key\":\"k\",\"models\":[\"gemini-*\"]},"
    "{\"id\":\"low\",\"label\":\"Low\",\"provider\":\"gemini\",\"api_key\":\"k\",\"models\":[\"gemini-*\"],\"priority\":5},"
    "{\"id\":\"spare\",\"label\":\"Spare\",\"provider\":\"openai\",\"api_key\":\"k\","
    "\"models\":[\"spare\",\"gemini-*\",\"glm-*\"],\"dispatch\":\"fallback\"},"
    "{\"id\":\"zed\",\"label\":\"Zed\",\"provider\":\"zai\",\"api_key\":\"k\",\"models\":[\"glm-*\"],\"dispatch\":\"exclusive\"},"
    "{\"id\":\"gone\",\"label\":\"Gone\",\"provider\":\"gemini\",\"api_key\":\"k\",\"dispatch\":\"off\"}]}");
  g_auto (GStrv) notes = NULL;

  g_assert_true (relais_engine_set_rules (engine, json, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (RelaisForecast) answer = forecast (engine, rows[i].asked);
      g_autofree char *accounts = g_strjoinv (" ", answer->accounts);

      g_test_message ("%s", rows[i].asked);
      g_assert_cmpuint (answer->rule, ==, rows[i].rule);
      g_assert_cmpstr (answer->model, ==, rows[i].model);
      g_assert_cmpint (answer->end, ==, rows[i].end);
      g_assert_cmpstr (accounts, ==, rows[i].accounts);
    }
  notes = relais_engine_dup_rule_notes (engine);
  g_assert_cmpuint (g_strv_length (notes), ==, 1);
  g_assert_cmpstr (notes[0], ==, "rule 4 names the account “nobody”, and there is none with that id");
}

static void
post (guint       port,
      const char *path,
      const char *body)
{
  int fd = relais_test_connect (port);
  g_autofree char *request = g_strdup_printf (
    "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " RELAIS_TEST_KEY "\r\n"
    "Content-Type: application/json\r\nContent-Length: %" G_GSIZE_FORMAT "\r\n\r\n%s",
    path, strlen (body), body);

  g_assert_true (relais_test_send (fd, request, -1));
  g_assert_cmpuint (relais_test_receive (fd, NULL, NULL), ==, 200);
  close (fd);
}

/* The first account is limited; the others serve. */
static gboolean
limited_func (RelaisTestPeer        *peer,
              int                    fd,
              const RelaisTestAsked *asked,
              gpointer               user_data)
{
  if (strstr (asked->head, "key-of-one") != NULL)
    return relais_test_peer_answer (fd, 429, "Content-Type: application/json\r\nRetry-After: 30\r\n",
                                    "{\"error\":{\"message\":\"slow down\"}}");
  return relais_test_peer_answer (
    fd, 200, "Content-Type: application/json\r\n",
    "{\"id\":\"c\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,"
    "\"message\":{\"role\":\"assistant\",\"content\":\"hi\"},\"finish_reason\":\"stop\"}]}");
}

static void
assert_forecast (RelaisEngine      *engine,
                 const char        *model,
                 RelaisForecastEnd  end,
                 guint              n_first,
                 const char        *accounts)
{
  g_autoptr (RelaisForecast) answer = forecast (engine, model);
  g_autofree char *labels = g_strjoinv (" ", answer->accounts);

  g_assert_cmpint (answer->end, ==, end);
  g_assert_cmpuint (answer->n_first, ==, n_first);
  g_assert_cmpstr (labels, ==, accounts);
  if (end != RELAIS_FORECAST_SPENT && end != RELAIS_FORECAST_HELD)
    {
      g_assert_cmpint (answer->free_us, ==, 0);
      return;
    }
  g_assert_cmpint (answer->free_us, >, g_get_real_time ());
  g_assert_cmpint (answer->free_us, <=, g_get_real_time () + 30 * G_TIME_SPAN_SECOND);
}

/* It is the pool's own choice, as things are now. */
static void
test_forecast_now (void)
{
  g_autoptr (RelaisTestPeer) peer = relais_test_peer_new (limited_func, NULL);
  g_autofree char *url = relais_test_peer_dup_url (peer, "");
  g_autofree char *accounts = g_strdup_printf (
    "{\"accounts\":["
    "{\"id\":\"one\",\"label\":\"One\",\"provider\":\"openai\",\"base_url\":\"%1$s\",\"api_key\":\"key-of-one\",\"models\":[\"m\",\"n\"]},"
    "{\"id\":\"two\",\"label\":\"Two\",\"provider\":\"openai\",\"base_url\":\"%1$s\",\"api_key\":\"key-of-two\",\"models\":[\"m\"]},"
    "{\"id\":\"gem\",\"label\":\"Gem\",\"provider\":\"gemini\",\"base_url\":\"%1$s\",\"api_key\":\"key-of-gem\",\"models\":[\"m\"],"
    "\"priority\":0}]}",
    url);
  const char *body = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
  g_autoptr (RelaisEngine) engine = make_engine (accounts);
  GAsyncResult *slot = NULL;
  g_autoptr (GAsyncResult) started = NULL;
  g_autoptr (GAsyncResult) stopped = NULL;

  g_assert_true (relais_engine_set_rules (engine, "{\"rules\":[{\"match\":\"only\",\"model\":\"m\",\"account\":\"one\"}]}", NULL));
  /* what speaks a client's own dialect goes before its equals */
  assert_forecast (engine, "m", RELAIS_FORECAST_SERVED, 2, "One Gem Two");
  assert_forecast (engine, "only", RELAIS_FORECAST_SERVED, 1, "One");

  relais_engine_start_async (engine, NULL, slot_cb, &slot);
  started = wait_for (&slot);
  post (relais_engine_get_port (engine), "/v1/chat/completions", body);
  assert_forecast (engine, "m", RELAIS_FORECAST_SERVED, 2, "Two Gem");
  assert_forecast (engine, "n", RELAIS_FORECAST_SERVED, 1, "One"); /* another model */
  assert_forecast (engine, "only", RELAIS_FORECAST_SPENT, 0, "");
  g_assert_true (relais_engine_set_max_wait (engine, 60, NULL));
  assert_forecast (engine, "only", RELAIS_FORECAST_HELD, 0, "");
  g_assert_true (relais_engine_set_scheduling (engine, RELAIS_SCHEDULING_FIXED, "two", NULL));
  assert_forecast (engine, "m", RELAIS_FORECAST_SERVED, 1, "Two");
  assert_forecast (engine, "n", RELAIS_FORECAST_NO_MODEL, 0, "");
  g_assert_true (relais_engine_set_scheduling (engine, RELAIS_SCHEDULING_FIXED, "nobody", NULL));
  assert_forecast (engine, "m", RELAIS_FORECAST_NOT_FIXED, 0, "");
  /* turns are taken by requests alone */
  g_assert_true (relais_engine_set_scheduling (engine, RELAIS_SCHEDULING_BALANCE, NULL, NULL));
  relais_engine_try_account_now (engine, "one");
  for (guint i = 0; i < 2; i++)
    assert_forecast (engine, "only", RELAIS_FORECAST_SERVED, 1, "One");

  relais_engine_stop_async (engine, NULL, slot_cb, &slot);
  stopped = wait_for (&slot);
}

static void
test_forecast_nobody (void)
{
  g_autoptr (RelaisEngine) engine = make_engine ("{\"accounts\":[]}");
  g_autoptr (RelaisForecast) answer = forecast (engine, "m");

  g_assert_cmpint (answer->end, ==, RELAIS_FORECAST_NO_ACCOUNT);
  g_assert_null (answer->accounts[0]);
}

/* An upstream whose streams all take the next step when the test says so. */
typedef struct
{
  GMutex mutex;
  GCond  changed;
  guint step;    /* they may say so much */
  guint n_begun; /* streams that said the first */
} Gate;

static void
gate_open (Gate *gate)
{
  g_mutex_lock (&gate->mutex);
  gate->step++;
  g_cond_broadcast (&gate->changed);
  g_mutex_unlock (&gate->mutex);
}

static void
gate_pass (Gate  *gate,
           guint  step)
{
  g_mutex_lock (&gate->mutex);
  while (gate->step < step)
    g_cond_wait (&gate->changed, &gate->mutex);
  g_mutex_unlock (&gate->mutex);
}

static void
say_chunk (int         fd,
           const char *text)
{
  g_autofree char *chunk = g_strdup_printf ("%" G_GSIZE_MODIFIER "x\r\n%s\r\n", strlen (text), text);

  relais_test_peer_say (fd, chunk);
}

static gboolean
stream_func (RelaisTestPeer        *peer,
             int                    fd,
             const RelaisTestAsked *asked,
             gpointer               user_data)
{
  Gate *gate = user_data;

  relais_test_peer_say (fd, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                            "Transfer-Encoding: chunked\r\n\r\n");
  for (guint step = 0; step < N_STEPS; step++)
    {
      g_autofree char *event = g_strdup_printf (
        "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":"
        "[{\"index\":0,\"delta\":{\"content\":\"<%u>\"},\"finish_reason\":null}]}\n\n",
        step);

      gate_pass (gate, step);
      say_chunk (fd, event);
      if (step > 0)
        continue;
      g_mutex_lock (&gate->mutex);
      gate->n_begun++;
      g_cond_broadcast (&gate->changed);
      g_mutex_unlock (&gate->mutex);
    }
  say_chunk (fd, "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":"
                 "[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");
  return relais_test_peer_say (fd, "0\r\n\r\n");
}

static void
edit (RelaisEngine             *engine,
      const char               *id,
      const RelaisAccountDraft *draft)
{
  GAsyncResult *slot = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  relais_engine_edit_account_async (engine, id, draft, NULL, slot_cb, &slot);
  result = wait_for (&slot);
  relais_engine_edit_account_finish (engine, result, &error);
  g_assert_no_error (error);
}

static void
add (RelaisEngine *engine)
{
  RelaisAccountDraft draft = { .provider = "practice", .label = "New" };
  GAsyncResult *slot = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *id = NULL;

  relais_engine_add_account_async (engine, &draft, NULL, slot_cb, &slot);
  result = wait_for (&slot);
  id = relais_engine_add_account_finish (engine, result, NULL);
  g_assert_nonnull (id);
}

static void
set_key (RelaisEngine *engine)
{
  GAsyncResult *slot = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  relais_engine_set_api_key_async (engine, "sk-another-one-0123456789", NULL, slot_cb, &slot);
  result = wait_for (&slot);
  relais_engine_set_api_key_finish (engine, result, NULL);
}

static void
remove_and_restore (RelaisEngine *engine,
                    gboolean      restore)
{
  GAsyncResult *slot = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  if (restore)
    relais_engine_restore_account_async (engine, "up", NULL, slot_cb, &slot);
  else
    relais_engine_remove_account_async (engine, "up", NULL, slot_cb, &slot);
  result = wait_for (&slot);
}

/* Every setting, the account and the rules; one a step, and some there and back. */
static void
change (RelaisEngine *engine,
        guint         step)
{
  RelaisAccountDraft account = { 0 };
  const char *hosts[] = { "box.example", NULL };
  const char *origins[] = { "https://app.example", NULL };
  const char *order[] = { "other", "up", NULL };
  const char *models[] = { "something-else", NULL };

  switch (step)
    {
    case 0:
    case 9:
      g_assert_true (relais_engine_set_rules (engine, "{\"rules\":[{\"match\":\"*\",\"account\":\"other\"}]}", NULL));
      break;
    case 1:
      g_assert_true (relais_engine_set_rules (engine, "{\"rules\":[]}", NULL));
      break;
    case 2:
      account.label = "Renamed";
      account.api_key = "another";
      account.base_url = "http://127.0.0.1:1/v1";
      edit (engine, "up", &account);
      break;
    case 3:
    case 8:
      g_assert_true (relais_engine_set_proxy (engine, step == 3 ? "http://127.0.0.1:1" : NULL, NULL));
      break;
    case 4:
      relais_engine_set_auth_mode (engine, RELAIS_AUTH_MODE_STRICT);
      break;
    case 5:
      set_key (engine);
      break;
    case 6:
      g_assert_true (relais_engine_set_allowed_hosts (engine, hosts, NULL));
      g_assert_true (relais_engine_set_allowed_origins (engine, origins, NULL));
      break;
    case 7:
      relais_engine_set_strict_translation (engine, TRUE);
      break;
    case 10:
      relais_engine_set_account_order (engine, order);
      break;
    case 11:
    case 12:
      relais_engine_set_allow_lan_access (engine, step == 11);
      break;
    case 13:
      account.dispatch = "exclusive";
      edit (engine, "other", &account);
      break;
    case 14:
      account.enabled_set = TRUE;
      edit (engine, "up", &account);
      break;
    case 15:
    case 16:
      remove_and_restore (engine, step == 16);
      break;
    case 17:
      relais_engine_set_records_paused (engine, TRUE);
      relais_engine_clear_records (engine);
      break;
    case 18:
      /* the one that is not changed under way */
      g_assert_false (relais_engine_set_port (engine, 8046, NULL));
      break;
    case 19:
      g_assert_true (relais_engine_set_scheduling (engine, RELAIS_SCHEDULING_FIXED, "other", NULL));
      g_assert_true (relais_engine_set_max_wait (engine, 0, NULL));
      break;
    case 20:
      add (engine);
      break;
    case 21:
      account.models = models;
      account.models_set = TRUE;
      edit (engine, "up", &account);
      break;
    case 22:
      relais_engine_try_account_now (engine, "up");
      break;
    case 23:
      g_assert_true (relais_engine_set_scheduling (engine, RELAIS_SCHEDULING_BALANCE, NULL, NULL));
      break;
    default:
      break;
    }
}

static int
ask (guint    port,
     gboolean translated)
{
  int fd = relais_test_connect (port);
  const char *body = "{\"model\":\"m\",\"max_tokens\":9,\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
  g_autofree char *request = g_strdup_printf (
    "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " RELAIS_TEST_KEY "\r\n"
    "Content-Type: application/json\r\nanthropic-version: 2023-06-01\r\nContent-Length: %" G_GSIZE_FORMAT "\r\n\r\n%s",
    translated ? "/v1/messages" : "/v1/chat/completions", strlen (body), body);

  g_assert_true (relais_test_send (fd, request, -1));
  return fd;
}

/* From the first word to the last, in order. */
static void
assert_whole (int      fd,
              gboolean translated)
{
  g_autofree char *body = NULL;
  const char *at;

  g_assert_cmpuint (relais_test_receive (fd, NULL, &body), ==, 200);
  at = body;
  for (guint step = 0; step < N_STEPS; step++)
    {
      g_autofree char *word = g_strdup_printf ("\"<%u>\"", step);

      at = strstr (at, word);
      g_assert_nonnull (at);
    }
  g_assert_nonnull (strstr (at, translated ? "\"type\":\"message_stop\"" : "data: [DONE]"));
  close (fd);
}

static void
test_streams (void)
{
  Gate gate = { 0 };
  g_autoptr (RelaisTestPeer) peer = relais_test_peer_new (stream_func, &gate);
  g_autofree char *url = relais_test_peer_dup_url (peer, "/v1");
  g_autofree char *accounts = g_strdup_printf (
    "{\"accounts\":[{\"id\":\"up\",\"label\":\"Up\",\"provider\":\"openai-compatible\",\"base_url\":\"%s\","
    "\"api_key\":\"k\",\"models\":[\"m\"]},{\"id\":\"other\",\"label\":\"Other\",\"provider\":\"openai-compatible\","
    "\"base_url\":\"http://127.0.0.1:1/v1\",\"models\":[\"other\"]}]}",
    url);
  g_autoptr (RelaisEngine) engine = make_engine (accounts);
  GAsyncResult *slot = NULL;
  g_autoptr (GAsyncResult) started = NULL;
  g_autoptr (GAsyncResult) stopped = NULL;
  g_autoptr (GError) error = NULL;
  int fds[N_STREAMS];

  relais_engine_start_async (engine, NULL, slot_cb, &slot);
  started = wait_for (&slot);
  relais_engine_start_finish (engine, started, &error);
  g_assert_no_error (error);

  for (guint i = 0; i < N_STREAMS; i++)
    fds[i] = ask (relais_engine_get_port (engine), i % 2 == 1);
  g_mutex_lock (&gate.mutex);
  while (gate.n_begun < N_STREAMS)
    g_cond_wait (&gate.changed, &gate.mutex);
  g_mutex_unlock (&gate.mutex);
  for (guint step = 0; step < N_STEPS; step++)
    {
      g_autoptr (RelaisForecast) barrier = NULL;

      change (engine, step);
      barrier = forecast (engine, "m");
      gate_open (&gate);
    }
  for (guint i = 0; i < N_STREAMS; i++)
    assert_whole (fds[i], i % 2 == 1);
  g_assert_cmpint (g_atomic_int_get (&relais_test_peer_counts (peer)->requests), ==, N_STREAMS);

  relais_engine_stop_async (engine, NULL, slot_cb, &slot);
  stopped = wait_for (&slot);
}

/* Serves, then has too much to do for nine seconds, then serves again; or always serves. */
typedef struct
{
  const char *name;
  gboolean    limits;
  int         n_asked;
} Server;

static gboolean
serve_func (RelaisTestPeer        *peer,
            int                    fd,
            const RelaisTestAsked *asked,
            gpointer               user_data)
{
  Server *server = user_data;
  int n = g_atomic_int_add (&server->n_asked, 1);
  g_autofree char *event = g_strdup_printf (
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"<%s>\"},\"finish_reason\":\"stop\"}]}\n\n"
    "data: [DONE]\n\n",
    server->name);

  if (server->limits && n == 1)
    return relais_test_peer_answer (fd, 429, "Content-Type: application/json\r\nretry-after: 9\r\n",
                                    "{\"error\":{\"message\":\"slow down\"}}");
  return relais_test_peer_answer (fd, 200, "Content-Type: text/event-stream\r\n", event);
}

static void
wait_for_trouble (RelaisEngine *engine)
{
  guint id = g_timeout_add_seconds (WAIT_S, deadline_cb, NULL);

  for (guint n = 0; n == 0;)
    {
      g_autoptr (RelaisAccountRow) row = NULL;

      g_main_context_iteration (NULL, TRUE);
      row = g_list_model_get_item (relais_engine_list_accounts (engine), 0);
      n = relais_account_row_get_troubles (row)->len;
    }
  g_source_remove (id);
}

static void
assert_served_by (int         fd,
                  const char *name)
{
  g_autofree char *body = NULL;

  g_assert_cmpuint (relais_test_receive (fd, NULL, &body), ==, 200);
  g_assert_nonnull (strstr (body, name));
  close (fd);
}

static void
change_under_held (RelaisEngine *engine,
                   guint         what)
{
  if (what == 0)
    g_assert_true (relais_engine_set_scheduling (engine, RELAIS_SCHEDULING_BALANCE, NULL, NULL));
  else if (what == 1)
    g_assert_true (relais_engine_set_max_wait (engine, 0, NULL));
  else if (what == 2)
    relais_engine_try_account_now (engine, "up");
  else
    remove_and_restore (engine, FALSE);
}

/* A request that waits for its account goes as soon as that makes no sense any more. */
static void
test_held (void)
{
  static const char *const served_by[] = { "<other>", "<other>", "<up>", "<other>" };

  for (guint i = 0; i < G_N_ELEMENTS (served_by); i++)
    {
      Server up = { "up", TRUE, 0 }, other = { "other", FALSE, 0 };
      g_autoptr (RelaisTestPeer) first = relais_test_peer_new (serve_func, &up);
      g_autoptr (RelaisTestPeer) second = relais_test_peer_new (serve_func, &other);
      g_autofree char *first_url = relais_test_peer_dup_url (first, "/v1");
      g_autofree char *second_url = relais_test_peer_dup_url (second, "/v1");
      g_autofree char *accounts = g_strdup_printf (
        "{\"accounts\":[{\"id\":\"up\",\"label\":\"Up\",\"provider\":\"openai-compatible\",\"base_url\":\"%s\","
        "\"models\":[\"m\"]},{\"id\":\"other\",\"label\":\"Other\",\"provider\":\"openai-compatible\","
        "\"base_url\":\"%s\",\"models\":[\"m\"]}]}",
        first_url, second_url);
      g_autoptr (RelaisEngine) engine = make_engine (accounts);
      GAsyncResult *slot = NULL;
      g_autoptr (GAsyncResult) started = NULL, stopped = NULL;
      gint64 held_us;
      int fd;

      relais_engine_start_async (engine, NULL, slot_cb, &slot);
      started = wait_for (&slot);
      g_assert_true (relais_engine_start_finish (engine, started, NULL));
      assert_served_by (ask (relais_engine_get_port (engine), FALSE), "<up>");
      fd = ask (relais_engine_get_port (engine), FALSE);
      wait_for_trouble (engine);
      g_assert_cmpint (g_atomic_int_get (&other.n_asked), ==, 0);
      held_us = g_get_monotonic_time ();
      change_under_held (engine, i);
      assert_served_by (fd, served_by[i]);
      g_assert_cmpint (g_get_monotonic_time () - held_us, <, 7 * G_USEC_PER_SEC);
      relais_engine_stop_async (engine, NULL, slot_cb, &slot);
      stopped = wait_for (&slot);
    }
}

/* Says nothing at all, or falls silent after its first word. */
static gboolean
silent_func (RelaisTestPeer        *peer,
             int                    fd,
             const RelaisTestAsked *asked,
             gpointer               user_data)
{
  const gboolean *speaks = user_data;

  if (*speaks)
    relais_test_peer_say (fd, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
                              "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"one\"}}]}\n\n");
  return relais_test_peer_wait_for_end (peer, fd);
}

/* What is set while the proxy runs holds for the next request. */
static void
test_timeouts (void)
{
  static const int bad[] = { 0, -1, 3601, G_MAXINT, G_MININT };
  gboolean speaks = FALSE;
  g_autoptr (RelaisTestPeer) peer = relais_test_peer_new (silent_func, &speaks);
  g_autofree char *url = relais_test_peer_dup_url (peer, "/v1");
  g_autofree char *accounts = g_strdup_printf (
    "{\"accounts\":[{\"id\":\"up\",\"provider\":\"openai-compatible\",\"base_url\":\"%s\",\"models\":[\"m\"]}]}", url);
  g_autoptr (RelaisEngine) engine = make_engine (accounts);
  GAsyncResult *slot = NULL;
  g_autoptr (GAsyncResult) started = NULL, stopped = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (relais_engine_set_first_byte_timeout (engine, bad[i], &error));
      g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING);
      g_assert_false (relais_engine_set_gap_timeout (engine, bad[i], NULL));
    }
  relais_engine_start_async (engine, NULL, slot_cb, &slot);
  started = wait_for (&slot);
  g_assert_true (relais_engine_start_finish (engine, started, NULL));
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *body = NULL;
      gint64 begun_us = g_get_monotonic_time ();
      guint status;
      int fd;

      speaks = i == 1;
      g_assert_true (relais_engine_set_first_byte_timeout (engine, i == 0 ? 1 : 600, NULL));
      g_assert_true (relais_engine_set_gap_timeout (engine, i == 0 ? 300 : 1, NULL));
      fd = ask (relais_engine_get_port (engine), FALSE);
      status = relais_test_receive (fd, NULL, &body);
      g_assert_cmpuint (status, ==, i == 0 ? 504 : 200);
      g_assert_nonnull (strstr (body, i == 0 ? "did not answer in time" : "fell silent"));
      g_assert_cmpint (g_get_monotonic_time () - begun_us, >=, G_USEC_PER_SEC);
      close (fd);
    }
  relais_engine_stop_async (engine, NULL, slot_cb, &slot);
  stopped = wait_for (&slot);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/forecast", test_forecast);
  g_test_add_func ("/engine/forecast-now", test_forecast_now);
  g_test_add_func ("/engine/forecast-nobody", test_forecast_nobody);
  g_test_add_func ("/engine/changes-under-streams", test_streams);
  g_test_add_func ("/engine/changes-under-held", test_held);
  g_test_add_func ("/engine/changes-of-timeouts", test_timeouts);
  return g_test_run ();
}
