/* test-asker.c: one question in each dialect, and every way not to get an answer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "relais-test-peer.h"
#include "upstream/relais-asker.h"

#define KEY "tok/en+0123456789=="
#define PATIENCE_S 20

typedef struct
{
  RelaisConfig   *config;
  RelaisUpstream *upstream;
} Fixture;

/* A copy of what was told. */
typedef struct
{
  RelaisAskerAnswer answer;
  guint             n;
} Told;

static void
told_clear (Told *told)
{
  relais_asker_answer_clear (&told->answer);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Told, told_clear)

static void
set_up (Fixture       *self,
        gconstpointer  data)
{
  self->config = relais_config_new ();
  self->upstream = relais_upstream_new (self->config);
}

static void
tear_down (Fixture       *self,
           gconstpointer  data)
{
  g_assert_cmpuint (relais_upstream_get_running (self->upstream), ==, 0);
  g_object_unref (self->upstream);
  g_object_unref (self->config);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
told_cb (RelaisAskerAnswer *answer,
         gpointer           user_data)
{
  Told *told = user_data;

  told->n++;
  told->answer = *answer;
  told->answer.text = g_strdup (answer->text);
  told->answer.model = g_strdup (answer->model);
  told->answer.message = g_strdup (answer->message);
}

static gboolean
late_cb (gpointer user_data)
{
  g_error ("waited too long");
  return G_SOURCE_REMOVE;
}

static void
ask (Fixture         *self,
     const char      *url,
     RelaisDialectId  dialect,
     guint            timeout_ms,
     GCancellable    *cancellable,
     Told            *told)
{
  static const char *const providers[] = {
    [RELAIS_DIALECT_OPENAI_CHAT] = "openai",
    [RELAIS_DIALECT_OPENAI_RESPONSES] = "openai",
    [RELAIS_DIALECT_ANTHROPIC] = "anthropic-compatible",
    [RELAIS_DIALECT_GEMINI] = "gemini-compatible",
  };
  g_autoptr (RelaisAccount) account = relais_account_new ("a", providers[dialect]);
  guint late = g_timeout_add_seconds (PATIENCE_S, late_cb, NULL);

  account->base_url = g_strdup (url);
  account->api_key = g_strdup (KEY);
  relais_asker_ask (self->upstream, account, dialect, "some model", timeout_ms, cancellable, told_cb, told);
  g_assert_cmpuint (told->n, ==, 0);
  while (told->n == 0)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (late);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (told->n, ==, 1);
}

static const struct
{
  const char *line;
  const char *answer;
} dialects[] = {
  [RELAIS_DIALECT_OPENAI_CHAT] = {
    "POST /v1/chat/completions ",
    "{\"id\":\"c\",\"object\":\"chat.completion\",\"model\":\"m-1\",\"choices\":[{\"index\":0,\"message\":"
    "{\"role\":\"assistant\",\"content\":\"Hello\"},\"finish_reason\":\"stop\"}]}" },
  [RELAIS_DIALECT_OPENAI_RESPONSES] = { "POST /v1/responses ", "{\"id\":\"r\",\"object\":\"response\",\"status\":\"completed\",\"model\":\"m-1\",\"output\":[{\"type\":\"message\","
                                                               "\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"text\":\"Hello\"}]}]}" },
  [RELAIS_DIALECT_ANTHROPIC] = { "POST /v1/messages ", "{\"id\":\"msg\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m-1\",\"content\":[{\"type\":\"text\","
                                                       "\"text\":\"Hello\"}],\"stop_reason\":\"end_turn\"}" },
  [RELAIS_DIALECT_GEMINI] = { "POST /v1beta/models/some%20model:generateContent ", "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"Hello\"}]},\"finishReason\":\"STOP\"}],"
                                                                                   "\"modelVersion\":\"m-1\"}" },
};

static gboolean
dialect_func (RelaisTestPeer        *peer,
              int                    fd,
              const RelaisTestAsked *asked,
              gpointer               user_data)
{
  for (guint i = 0; i < G_N_ELEMENTS (dialects); i++)
    if (g_str_has_prefix (asked->head, dialects[i].line))
      return relais_test_peer_answer (fd, 200, "Content-Type: application/json\r\n", dialects[i].answer);
  return relais_test_peer_answer (fd, 404, "", "");
}

static void
test_dialects (Fixture       *self,
               gconstpointer  data)
{
  g_autoptr (RelaisTestPeer) peer = relais_test_peer_new (dialect_func, NULL);
  g_autofree char *url = relais_test_peer_dup_url (peer, "");

  for (guint i = 0; i < RELAIS_N_DIALECTS; i++)
    {
      g_auto (Told) told = { 0 };

      ask (self, url, i, 10000, NULL, &told);
      g_assert_cmpstr (told.answer.message, ==, NULL);
      g_assert_cmpuint (told.answer.status, ==, 200);
      g_assert_cmpstr (told.answer.text, ==, "Hello");
      g_assert_cmpstr (told.answer.model, ==, "m-1");
      g_assert_cmpint (told.answer.duration_us, >, 0);
    }
}

typedef struct
{
  guint       status;
  const char *body;
  const char *message;
} Refusal;

static gboolean
refuse_func (RelaisTestPeer        *peer,
             int                    fd,
             const RelaisTestAsked *asked,
             gpointer               user_data)
{
  const Refusal *refusal = user_data;

  return relais_test_peer_answer (fd, refusal->status, "Content-Type: application/json\r\n", refusal->body);
}

/* In the words of the other side, without our key. */
static void
test_refused (Fixture       *self,
              gconstpointer  data)
{
  g_autofree char *big = g_strnfill (2 * 1024 * 1024, ' ');
  const Refusal rows[] = {
    { 401, "{\"error\":{\"message\":\"Wrong key: " KEY "\"}}", "Wrong key: [hidden]" },
    { 500, "<html>", "The server answered 500" },
    { 302, "", "The server answered 302" },
    { 200, "{}", "The answer holds no text" },
    { 200, "", "The answer holds no text" },
    { 200, "{\"choices\":[]}", "The answer holds no text" },
    { 200, big, "The answer is longer than 1 MiB" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (RelaisTestPeer) peer = relais_test_peer_new (refuse_func, (gpointer)&rows[i]);
      g_autofree char *url = relais_test_peer_dup_url (peer, "");
      g_auto (Told) told = { 0 };

      ask (self, url, RELAIS_DIALECT_OPENAI_CHAT, 10000, NULL, &told);
      g_assert_cmpstr (told.answer.text, ==, NULL);
      g_assert_cmpstr (told.answer.message, ==, rows[i].message);
      g_assert_cmpuint (told.answer.status, ==, rows[i].status);
    }
}

static gboolean
hang_func (RelaisTestPeer        *peer,
           int                    fd,
           const RelaisTestAsked *asked,
           gpointer               user_data)
{
  relais_test_peer_wait_for_end (peer, fd);
  return FALSE;
}

static gboolean
cancel_cb (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return G_SOURCE_REMOVE;
}

static void
test_silent (Fixture       *self,
             gconstpointer  data)
{
  g_autoptr (RelaisTestPeer) peer = relais_test_peer_new (hang_func, NULL);
  g_autofree char *url = relais_test_peer_dup_url (peer, "");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (Told) late = { 0 };
  g_auto (Told) cancelled = { 0 };
  g_auto (Told) again = { 0 };

  ask (self, url, RELAIS_DIALECT_GEMINI, 100, NULL, &late);
  g_assert_cmpstr (late.answer.message, ==, "No answer in time");
  g_assert_cmpint (late.answer.duration_us, >=, 100 * 1000);

  g_timeout_add (20, cancel_cb, cancellable);
  ask (self, url, RELAIS_DIALECT_GEMINI, 15000, cancellable, &cancelled);
  g_assert_cmpstr (cancelled.answer.message, ==, "Cancelled");
  g_assert_cmpint (cancelled.answer.duration_us, <, 5 * G_USEC_PER_SEC);
  ask (self, url, RELAIS_DIALECT_GEMINI, 15000, cancellable, &again);
  g_assert_cmpstr (again.answer.message, ==, "Cancelled");
}

static void
test_nowhere (Fixture       *self,
              gconstpointer  data)
{
  RelaisTestPeer *peer = relais_test_peer_new (hang_func, NULL);
  g_autofree char *url = relais_test_peer_dup_url (peer, "");
  g_auto (Told) refused = { 0 };
  g_auto (Told) bad = { 0 };

  relais_test_peer_free (peer);
  ask (self, url, RELAIS_DIALECT_OPENAI_CHAT, 10000, NULL, &refused);
  g_assert_nonnull (refused.answer.message);
  g_assert_cmpuint (refused.answer.status, ==, 0);
  ask (self, "nonsense", RELAIS_DIALECT_OPENAI_CHAT, 10000, NULL, &bad);
  g_assert_nonnull (bad.answer.message);
  g_assert_cmpuint (bad.answer.status, ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_setenv ("SOUP_FORCE_HTTP1", "1", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/asker/dialects", Fixture, NULL, set_up, test_dialects, tear_down);
  g_test_add ("/asker/refused", Fixture, NULL, set_up, test_refused, tear_down);
  g_test_add ("/asker/silent", Fixture, NULL, set_up, test_silent, tear_down);
  g_test_add ("/asker/nowhere", Fixture, NULL, set_up, test_nowhere, tear_down);
  return g_test_run ();
}
