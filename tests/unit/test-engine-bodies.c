/* test-engine-bodies.c: what requests said, as it went over the wire, to read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>
#include <unistd.h>

#include "bodies-kit.h"
#include "relais-test-server.h"

/* NULL: nothing of it is there. */
static void
assert_parts (RelaisRecordBodies *bodies,
              const char         *client_in,
              const char         *upstream_out,
              const char         *upstream_in,
              const char         *client_out)
{
  const char *texts[] = { client_in, upstream_out, upstream_in, client_out };

  for (int kind = 0; kind < RELAIS_N_BODIES; kind++)
    {
      gsize length = texts[kind] != NULL ? strlen (texts[kind]) : 0;

      g_assert_cmpstr (bodies->parts[kind].text, ==, texts[kind]);
      g_assert_cmpuint (bodies->parts[kind].total, ==, length);
      g_assert_cmpuint (bodies->parts[kind].size, ==, length);
      g_assert_cmpint (bodies->parts[kind].is_whole, ==, texts[kind] != NULL);
    }
}

static char *
dup_asked_body (BodiesKit *self,
                guint      index)
{
  g_autofree char *asked = relais_test_peer_dup_asked (self->peer, index);

  return g_strdup (strstr (asked, "\r\n\r\n") + 4);
}

/* Same dialect and another, whole and as a stream: each of the four is what went over the wire. */
static void
test_wire (BodiesKit     *self,
           gconstpointer  data)
{
  static const struct
  {
    const char *path;
    const char *body;
    gboolean translated;
    const char *said;
  } cases[] = {
    { "/v1/chat/completions", "{\"model\": \"m\",\"messages\":[{\"role\":\"user\",\"content\":\"é?\"}]}",
      FALSE, BODIES_KIT_ANSWER },
    { "/v1/chat/completions", "{\"model\":\"m\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"?\"}]}",
      FALSE, BODIES_KIT_FIRST BODIES_KIT_LAST },
    { "/v1/messages", "{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"?\"}]}",
      TRUE, BODIES_KIT_ANSWER },
    { "/v1/messages", "{\"model\":\"m\",\"max_tokens\":9,\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"?\"}]}",
      TRUE, BODIES_KIT_FIRST BODIES_KIT_LAST },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *answer = bodies_kit_post (self, cases[i].path, cases[i].body);
      g_autoptr (RelaisRecordRow) row = bodies_kit_wait_for_row (self, i + 1, FALSE);
      g_autofree char *asked = dup_asked_body (self, i);
      g_autoptr (GError) error = NULL;
      g_autoptr (RelaisRecordBodies) bodies = bodies_kit_load (self, row, &error);

      g_assert_no_error (error);
      assert_parts (bodies, cases[i].body, asked, cases[i].said, answer);
      g_assert_cmpint (strcmp (asked, cases[i].body) != 0, ==, cases[i].translated);
      g_assert_cmpint (strcmp (answer, cases[i].said) != 0, ==, cases[i].translated);
      g_assert_true (bodies->can_send_again);
    }
}

/* Practice has no wire, and what is refused has no upstream. */
static void
test_one_side (BodiesKit     *self,
               gconstpointer  data)
{
  static const char body[] = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";
  g_autofree char *answer = bodies_kit_post (self, "/v1/chat/completions", body);
  g_autoptr (RelaisRecordRow) row = bodies_kit_wait_for_row (self, 1, FALSE);
  g_autoptr (RelaisRecordBodies) bodies = bodies_kit_load (self, row, NULL);
  g_autofree char *refused = bodies_kit_post (self, "/v1/chat/completions", "{}");
  g_autoptr (RelaisRecordRow) refused_row = bodies_kit_wait_for_row (self, 2, FALSE);
  g_autoptr (RelaisRecordBodies) refused_bodies = bodies_kit_load (self, refused_row, NULL);

  g_assert_nonnull (strstr (answer, "practice"));
  assert_parts (bodies, body, NULL, NULL, answer);
  assert_parts (refused_bodies, "{}", NULL, NULL, refused);
  g_assert_true (refused_bodies->can_send_again);
  g_assert_null (strstr (refused_bodies->curl, "Authorization"));
}

/* Neither the account's key, which the upstream quotes, nor the client's own. */
static void
test_keys (BodiesKit     *self,
           gconstpointer  data)
{
  g_autoptr (RelaisRecordRow) row = NULL;
  g_autoptr (RelaisRecordBodies) bodies = NULL;
  g_autofree char *asked = NULL;

  g_free (bodies_kit_post (self, "/v1/chat/completions", "{\"model\":\"boom\",\"messages\":[{\"role\":\"user\",\"content\":\"" RELAIS_TEST_KEY "\"}]}"));
  row = bodies_kit_wait_for_row (self, 1, FALSE);
  bodies = bodies_kit_load (self, row, NULL);
  asked = relais_test_peer_dup_asked (self->peer, 0);
  g_assert_nonnull (strstr (asked, BODIES_KIT_ACCOUNT_KEY));
  g_assert_nonnull (strstr (asked, RELAIS_TEST_KEY));
  for (int kind = 0; kind < RELAIS_N_BODIES; kind++)
    {
      g_assert_cmpuint (bodies->parts[kind].size, >, 0);
      g_assert_null (strstr (bodies->parts[kind].text, "sk-"));
    }
  g_assert_nonnull (strstr (bodies->parts[RELAIS_BODY_UPSTREAM_IN].text, "Bearer *****"));
  /* what it was is not known any more */
  g_assert_false (bodies->parts[RELAIS_BODY_CLIENT_IN].is_whole);
  g_assert_false (bodies->can_send_again);
  g_assert_null (bodies->curl);
}

static void
edit_key (BodiesKit  *self,
          const char *key)
{
  const RelaisAccountDraft draft = { .api_key = key };
  GAsyncResult *slot = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  relais_engine_edit_account_async (self->engine, "a0", &draft, NULL, bodies_kit_slot_cb, &slot);
  result = bodies_kit_wait_for (&slot);
  g_assert_true (relais_engine_edit_account_finish (self->engine, result, NULL));
}

/* One that was in force as the request began is hidden though others came since. */
static void
test_former_keys (BodiesKit     *self,
                  gconstpointer  data)
{
  static const char body[] = "{\"model\":\"slow\",\"stream\":true,\"user\":\"" BODIES_KIT_ACCOUNT_KEY
                             "\",\"messages\":[{\"role\":\"user\",\"content\":\"?\"}]}";
  int fd = bodies_kit_send_post (self, "/v1/chat/completions", "", body);
  g_autoptr (RelaisRecordRow) row = bodies_kit_wait_for_row (self, 1, TRUE);
  g_autoptr (RelaisRecordRow) ended = NULL;
  g_autoptr (RelaisRecordBodies) running = NULL;
  g_autoptr (RelaisRecordBodies) over = NULL;

  edit_key (self, "sk-second-0123456789abcdefghijklmn");
  edit_key (self, "sk-third-0123456789abcdefghijklmno");
  running = bodies_kit_load (self, row, NULL);
  close (fd);
  ended = bodies_kit_wait_for_row (self, 1, FALSE);
  over = bodies_kit_load (self, row, NULL);
  for (int kind = RELAIS_BODY_CLIENT_IN; kind <= RELAIS_BODY_UPSTREAM_OUT; kind++)
    {
      g_assert_nonnull (strstr (running->parts[kind].text, "\"user\":\"*****\""));
      g_assert_nonnull (strstr (over->parts[kind].text, "\"user\":\"*****\""));
    }
}

/* The record is about the last attempt, and so are they. */
static void
test_attempts (BodiesKit     *self,
               gconstpointer  data)
{
  static const char body[] = "{\"model\":\"boom\",\"messages\":[{\"role\":\"user\",\"content\":\"?\"}]}";
  g_autofree char *answer = bodies_kit_post (self, "/v1/chat/completions", body);
  g_autoptr (RelaisRecordRow) row = bodies_kit_wait_for_row (self, 1, FALSE);
  g_autoptr (RelaisRecordBodies) bodies = bodies_kit_load (self, row, NULL);
  const char *said = bodies->parts[RELAIS_BODY_UPSTREAM_IN].text;
  const char *first = strstr (said, "\"attempt\":");
  guint attempts;

  g_object_get (row, "attempts", &attempts, NULL);
  g_assert_cmpuint (attempts, ==, 3);
  g_assert_true (g_str_has_prefix (first, "\"attempt\":3"));
  g_assert_null (strstr (first + 1, "\"attempt\":"));
  g_assert_cmpstr (bodies->parts[RELAIS_BODY_UPSTREAM_OUT].text, ==, body);
  g_assert_cmpstr (bodies->parts[RELAIS_BODY_CLIENT_OUT].text, ==, answer);
}

/* Of one that runs there is what came so far. */
static void
test_running (BodiesKit     *self,
              gconstpointer  data)
{
  static const char body[] = "{\"model\":\"slow\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"?\"}]}";
  int fd = bodies_kit_send_post (self, "/v1/chat/completions", "", body);
  g_autoptr (RelaisRecordRow) row = bodies_kit_wait_for_row (self, 1, TRUE);
  g_autoptr (RelaisRecordBodies) bodies = NULL;
  g_autoptr (RelaisRecordRow) ended = NULL;

  while (bodies == NULL || bodies->parts[RELAIS_BODY_CLIENT_OUT].text == NULL)
    {
      relais_record_bodies_free (bodies);
      bodies = bodies_kit_load (self, row, NULL);
    }
  assert_parts (bodies, body, body, BODIES_KIT_FIRST, BODIES_KIT_FIRST);
  close (fd);
  ended = bodies_kit_wait_for_row (self, 1, FALSE);
  relais_record_bodies_free (bodies);
  bodies = bodies_kit_load (self, row, NULL);
  assert_parts (bodies, body, body, BODIES_KIT_FIRST, BODIES_KIT_FIRST);
}

static void
test_not_kept (void)
{
  RelaisEngineOptions options = { .practice = TRUE };
  BodiesKit self = { .engine = relais_engine_new (&options) };
  g_autoptr (RelaisEngine) engine = self.engine;
  g_autoptr (RelaisTestResult) answer = NULL;
  g_autoptr (GAsyncResult) loaded = NULL;
  g_autoptr (GAsyncResult) started = NULL;
  g_autoptr (GAsyncResult) asked = NULL;
  g_autoptr (RelaisRecordRow) row = NULL;
  g_autoptr (GError) error = NULL;
  GAsyncResult *slot = NULL;

  relais_engine_load_async (engine, FALSE, NULL, bodies_kit_slot_cb, &slot);
  loaded = bodies_kit_wait_for (&slot);
  g_assert_true (relais_engine_set_port (engine, 0, NULL));
  relais_engine_start_async (engine, NULL, bodies_kit_slot_cb, &slot);
  started = bodies_kit_wait_for (&slot);
  relais_engine_test_request_async (engine, "openai-chat", "m", NULL, bodies_kit_slot_cb, &slot);
  asked = bodies_kit_wait_for (&slot);
  answer = relais_engine_test_request_finish (engine, asked, NULL);
  g_assert_true (answer->ok);
  row = bodies_kit_wait_for_row (&self, 1, FALSE);
  g_assert_null (bodies_kit_load (&self, row, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

int
main (int   argc,
      char *argv[])
{
  const gconstpointer none = GUINT_TO_POINTER (0);
  const gconstpointer one = GUINT_TO_POINTER (1);
  const gconstpointer three = GUINT_TO_POINTER (3);

  g_test_init (&argc, &argv, NULL);
  g_test_add ("/engine/bodies/wire", BodiesKit, one, bodies_kit_set_up, test_wire, bodies_kit_tear_down);
  g_test_add ("/engine/bodies/one-side", BodiesKit, none, bodies_kit_set_up, test_one_side, bodies_kit_tear_down);
  g_test_add ("/engine/bodies/keys", BodiesKit, one, bodies_kit_set_up, test_keys, bodies_kit_tear_down);
  g_test_add ("/engine/bodies/former-keys", BodiesKit, one, bodies_kit_set_up, test_former_keys, bodies_kit_tear_down);
  g_test_add ("/engine/bodies/attempts", BodiesKit, three, bodies_kit_set_up, test_attempts, bodies_kit_tear_down);
  g_test_add ("/engine/bodies/running", BodiesKit, one, bodies_kit_set_up, test_running, bodies_kit_tear_down);
  g_test_add_func ("/engine/bodies/not-kept", test_not_kept);
  return g_test_run ();
}
