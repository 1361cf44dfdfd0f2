/* test-engine-bodies.c: what requests said, as it went over the wire: read, sent again, exported
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/relais-error.h"
#include "engine/relais-engine.h"
#include "relais-test-peer.h"
#include "relais-test-server.h"

#define WAIT_S 30
#define ACCOUNT_KEY "sk-account-0123456789abcdefghijklm"
#define EVENTS "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
#define JSON "Content-Type: application/json\r\n"
#define ANSWER                                                                               \
 "{\"id\":\"c\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\",\"choices\":[{" \
 "\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"hi\"},\"finish_reason\":"    \
 "\"stop\"}]}"
#define FIRST "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n"
#define LAST                                                                             \
 "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: " \
 "[DONE]\n\n"

typedef struct
{
  RelaisTestPeer *peer;
  RelaisEngine   *engine;
  char           *folder;
} Fixture;

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

static gboolean
say_chunk (int         fd,
           const char *text)
{
  g_autofree char *chunk =
    g_strdup_printf ("%x\r\n%s\r\n", (guint)strlen (text), text);

  return relais_test_peer_say (fd, chunk);
}

/* Says what the model's name asks for; a failure quotes the key, as some vendors do. */
static gboolean
peer_func (RelaisTestPeer        *peer,
           int                    fd,
           const RelaisTestAsked *asked,
           gpointer               user_data)
{
  if (strstr (asked->body, "\"boom\"") != NULL)
    {
      g_autofree char *words =
        g_strdup_printf ("{\"error\":{\"message\":\"no: %s\",\"attempt\":%d}}", asked->head,
                         g_atomic_int_get (&relais_test_peer_counts (peer)->requests));
      g_auto (GStrv) lines = g_strsplit (words, "\r\n", -1);
      g_autofree char *line = g_strjoinv (" ", lines);

      return relais_test_peer_answer (fd, 503, JSON, line);
    }
  if (strstr (asked->body, "\"slow\"") != NULL)
    return relais_test_peer_say (fd, EVENTS) && say_chunk (fd, FIRST) &&
           !relais_test_peer_wait_for_end (peer, fd);
  if (strstr (asked->body, "\"stream\":true") == NULL)
    return relais_test_peer_answer (fd, 200, JSON, ANSWER);
  return relais_test_peer_say (fd, EVENTS) && say_chunk (fd, FIRST) && say_chunk (fd, LAST) &&
         relais_test_peer_say (fd, "0\r\n\r\n");
}

static void
set_up (Fixture       *self,
        gconstpointer  n_accounts)
{
  g_autofree char *file = NULL;
  g_autofree char *url = NULL;
  g_autoptr (GString) accounts = g_string_new ("{\"accounts\":[");
  RelaisEngineOptions options = { .api_key = RELAIS_TEST_KEY, .keep_bodies = TRUE };
  GAsyncResult *slot = NULL;
  g_autoptr (GAsyncResult) loaded = NULL;
  g_autoptr (GAsyncResult) started = NULL;
  g_autoptr (GError) error = NULL;

  self->folder = g_dir_make_tmp ("relais-bodies-XXXXXX", NULL);
  file = g_build_filename (self->folder, "accounts.json", NULL);
  self->peer = relais_test_peer_new (peer_func, NULL);
  url = relais_test_peer_dup_url (self->peer, "");
  for (guint i = 0; i < GPOINTER_TO_UINT (n_accounts); i++)
    g_string_append_printf (accounts,
                            "%s{\"id\":\"a%u\",\"provider\":\"openai-compatible\",\"base_url\":\"%s\","
                            "\"api_key\":\"" ACCOUNT_KEY "\",\"models\":[\"*\"]}",
                            i > 0 ? "," : "", i, url);
  g_string_append (accounts, "]}");
  g_assert_true (g_file_set_contents_full (file, accounts->str, -1, G_FILE_SET_CONTENTS_NONE, 0600,
                                           NULL));
  options.accounts_file = file;
  options.practice = GPOINTER_TO_UINT (n_accounts) == 0;
  self->engine = relais_engine_new (&options);
  relais_engine_load_async (self->engine, FALSE, NULL, slot_cb, &slot);
  loaded = wait_for (&slot);
  g_assert_true (relais_engine_load_finish (self->engine, loaded, &error));
  g_remove (file);
  g_assert_true (relais_engine_set_port (self->engine, 0, NULL));
  relais_engine_start_async (self->engine, NULL, slot_cb, &slot);
  started = wait_for (&slot);
  g_assert_true (relais_engine_start_finish (self->engine, started, &error));
}

static void
tear_down (Fixture       *self,
           gconstpointer  data)
{
  g_clear_object (&self->engine);
  relais_test_peer_free (self->peer);
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_free (self->folder);
}

static int
send_post (Fixture    *self,
           const char *path,
           const char *headers,
           const char *body)
{
  int fd = relais_test_connect (relais_engine_get_port (self->engine));
  g_autofree char *request = g_strdup_printf (
    "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " RELAIS_TEST_KEY "\r\n%s"
    "Content-Type: application/json\r\nContent-Length: %" G_GSIZE_FORMAT "\r\n\r\n%s",
    path, headers, strlen (body), body);

  g_assert_true (relais_test_send (fd, request, -1));
  return fd;
}

static char *
post (Fixture    *self,
      const char *path,
      const char *body)
{
  int fd = send_post (self, path, "", body);
  char *answer = NULL;

  g_assert_cmpuint (relais_test_receive (fd, NULL, &answer), >=, 200);
  close (fd);
  return answer;
}

/* The newest row, once there are @n and none runs but where @running. */
static RelaisRecordRow *
wait_for_row (Fixture  *self,
              guint     n,
              gboolean  running)
{
  GListModel *rows = relais_engine_list_records (self->engine);
  guint id = g_timeout_add_seconds (WAIT_S, deadline_cb, NULL);

  while (TRUE)
    {
      g_autoptr (RelaisRecordRow) row = g_list_model_get_item (rows, 0);

      if (g_list_model_get_n_items (rows) == n &&
          relais_record_row_get_running (row) == running)
        {
          g_source_remove (id);
          return g_steal_pointer (&row);
        }
      g_main_context_iteration (NULL, TRUE);
    }
}

static RelaisRecordBodies *
load (Fixture          *self,
      RelaisRecordRow  *row,
      GError          **error)
{
  GAsyncResult *slot = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  relais_engine_load_bodies_async (self->engine, row, NULL, slot_cb, &slot);
  result = wait_for (&slot);
  return relais_engine_load_bodies_finish (self->engine, result, error);
}

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
dup_asked_body (Fixture *self,
                guint    index)
{
  g_autofree char *asked = relais_test_peer_dup_asked (self->peer, index);

  return g_strdup (strstr (asked, "\r\n\r\n") + 4);
}

/* Same dialect and another, whole and as a stream: each of the four is what went over the wire. */
static void
test_wire (Fixture       *self,
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
      FALSE, ANSWER },
    { "/v1/chat/completions", "{\"model\":\"m\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"?\"}]}",
      FALSE, FIRST LAST },
    { "/v1/messages", "{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"?\"}]}",
      TRUE, ANSWER },
    { "/v1/messages", "{\"model\":\"m\",\"max_tokens\":9,\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"?\"}]}",
      TRUE, FIRST LAST },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *answer = post (self, cases[i].path, cases[i].body);
      g_autoptr (RelaisRecordRow) row = wait_for_row (self, i + 1, FALSE);
      g_autofree char *asked = dup_asked_body (self, i);
      g_autoptr (GError) error = NULL;
      g_autoptr (RelaisRecordBodies) bodies = load (self, row, &error);

      g_assert_no_error (error);
      assert_parts (bodies, cases[i].body, asked, cases[i].said, answer);
      g_assert_cmpint (strcmp (asked, cases[i].body) != 0, ==, cases[i].translated);
      g_assert_cmpint (strcmp (answer, cases[i].said) != 0, ==, cases[i].translated);
      g_assert_true (bodies->can_send_again);
    }
}

/* Practice has no wire, and what is refused has no upstream. */
static void
test_one_side (Fixture       *self,
               gconstpointer  data)
{
  static const char body[] = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";
  g_autofree char *answer = post (self, "/v1/chat/completions", body);
  g_autoptr (RelaisRecordRow) row = wait_for_row (self, 1, FALSE);
  g_autoptr (RelaisRecordBodies) bodies = load (self, row, NULL);
  g_autofree char *refused = post (self, "/v1/chat/completions", "{}");
  g_autoptr (RelaisRecordRow) refused_row = wait_for_row (self, 2, FALSE);
  g_autoptr (RelaisRecordBodies) refused_bodies = load (self, refused_row, NULL);

  g_assert_nonnull (strstr (answer, "practice"));
  assert_parts (bodies, body, NULL, NULL, answer);
  assert_parts (refused_bodies, "{}", NULL, NULL, refused);
  g_assert_true (refused_bodies->can_send_again);
  g_assert_null (strstr (refused_bodies->curl, "Authorization"));
}

/* Neither the account's key, which the upstream quotes, nor the client's own. */
static void
test_keys (Fixture       *self,
           gconstpointer  data)
{
  g_autoptr (RelaisRecordRow) row = NULL;
  g_autoptr (RelaisRecordBodies) bodies = NULL;
  g_autofree char *asked = NULL;

  g_free (post (self, "/v1/chat/completions", "{\"model\":\"boom\",\"messages\":[{\"role\":\"user\",\"content\":\"" RELAIS_TEST_KEY "\"}]}"));
  row = wait_for_row (self, 1, FALSE);
  bodies = load (self, row, NULL);
  asked = relais_test_peer_dup_asked (self->peer, 0);
  g_assert_nonnull (strstr (asked, ACCOUNT_KEY));
  g_assert_nonnull (strstr (asked, RELAIS_TEST_KEY));
  for (int kind = 0; kind < RELAIS_N_BODIES; kind++)
    {
      g_assert_cmpuint (bodies->parts[kind].size, >, 0);
      g_assert_null (strstr (bodies->parts[kind].text, "sk-"));
    }
  g_assert_nonnull (strstr (bodies->parts[RELAIS_BODY_UPSTREAM_IN].text, "Bearer *******"));
  g_assert_null (strstr (bodies->curl, RELAIS_TEST_KEY));
}

/* The record is about the last attempt, and so are they. */
static void
test_attempts (Fixture       *self,
               gconstpointer  data)
{
  static const char body[] = "{\"model\":\"boom\",\"messages\":[{\"role\":\"user\",\"content\":\"?\"}]}";
  g_autofree char *answer = post (self, "/v1/chat/completions", body);
  g_autoptr (RelaisRecordRow) row = wait_for_row (self, 1, FALSE);
  g_autoptr (RelaisRecordBodies) bodies = load (self, row, NULL);
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
test_running (Fixture       *self,
              gconstpointer  data)
{
  static const char body[] = "{\"model\":\"slow\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"?\"}]}";
  int fd = send_post (self, "/v1/chat/completions", "", body);
  g_autoptr (RelaisRecordRow) row = wait_for_row (self, 1, TRUE);
  g_autoptr (RelaisRecordBodies) bodies = NULL;
  g_autoptr (RelaisRecordRow) ended = NULL;

  while (bodies == NULL || bodies->parts[RELAIS_BODY_CLIENT_OUT].text == NULL)
    {
      relais_record_bodies_free (bodies);
      bodies = load (self, row, NULL);
    }
  assert_parts (bodies, body, body, FIRST, FIRST);
  close (fd);
  ended = wait_for_row (self, 1, FALSE);
  relais_record_bodies_free (bodies);
  bodies = load (self, row, NULL);
  assert_parts (bodies, body, body, FIRST, FIRST);
}

static void
test_not_kept (void)
{
  RelaisEngineOptions options = { .practice = TRUE };
  Fixture self = { .engine = relais_engine_new (&options) };
  g_autoptr (RelaisEngine) engine = self.engine;
  g_autoptr (RelaisTestResult) answer = NULL;
  g_autoptr (GAsyncResult) loaded = NULL;
  g_autoptr (GAsyncResult) started = NULL;
  g_autoptr (GAsyncResult) asked = NULL;
  g_autoptr (RelaisRecordRow) row = NULL;
  g_autoptr (GError) error = NULL;
  GAsyncResult *slot = NULL;

  relais_engine_load_async (engine, FALSE, NULL, slot_cb, &slot);
  loaded = wait_for (&slot);
  g_assert_true (relais_engine_set_port (engine, 0, NULL));
  relais_engine_start_async (engine, NULL, slot_cb, &slot);
  started = wait_for (&slot);
  relais_engine_test_request_async (engine, "openai-chat", "m", NULL, slot_cb, &slot);
  asked = wait_for (&slot);
  answer = relais_engine_test_request_finish (engine, asked, NULL);
  g_assert_true (answer->ok);
  row = wait_for_row (&self, 1, FALSE);
  g_assert_null (load (&self, row, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

static gboolean
send_again (Fixture          *self,
            RelaisRecordRow  *row,
            GError          **error)
{
  GAsyncResult *slot = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  relais_engine_send_again_async (self->engine, row, NULL, slot_cb, &slot);
  result = wait_for (&slot);
  return relais_engine_send_again_finish (self->engine, result, error);
}

/* In each dialect, with its query; the answer is that of a new request. */
static void
test_send_again (Fixture       *self,
                 gconstpointer  data)
{
  static const char *const requests[][3] = {
    { "/v1/chat/completions", "", "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}" },
    { "/openai/v1/responses", "", "{\"model\":\"m\",\"stream\":true,\"input\":\"Hello\"}" },
    { "/v1/messages?beta=true", "anthropic-beta: context-1m-2025-08-07\r\n",
      "{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}" },
    { "/v1beta/models/gemini-3-flash:streamGenerateContent?alt=sse", "",
      "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hello\"}]}]}" },
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (RelaisRecordRow) last = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      int fd = send_post (self, requests[i][0], requests[i][1], requests[i][2]);
      g_autofree char *answer = NULL;
      g_autoptr (RelaisRecordRow) row = NULL;
      g_autoptr (RelaisRecordRow) again = NULL;
      g_autoptr (RelaisRecordBodies) bodies = NULL;
      g_autoptr (RelaisRecordBodies) again_bodies = NULL;
      const char *again_answer;
      gboolean stream, again_stream;

      g_assert_cmpuint (relais_test_receive (fd, NULL, &answer), ==, 200);
      close (fd);
      row = wait_for_row (self, 2 * i + 1, FALSE);
      g_assert_true (send_again (self, row, &error));
      g_assert_no_error (error);
      again = wait_for_row (self, 2 * i + 2, FALSE);
      bodies = load (self, row, NULL);
      again_bodies = load (self, again, NULL);
      g_object_get (row, "stream", &stream, NULL);
      g_object_get (again, "stream", &again_stream, NULL);
      g_assert_cmpuint (relais_record_row_get_status (again), ==, 200);
      g_assert_cmpstr (relais_record_row_get_client (again), ==, "Relais");
      g_assert_cmpint (again_stream, ==, stream);
      g_assert_cmpstr (again_bodies->parts[RELAIS_BODY_CLIENT_IN].text, ==, requests[i][2]);
      again_answer = again_bodies->parts[RELAIS_BODY_CLIENT_OUT].text;
      g_assert_cmpint (strncmp (again_answer, answer, 6), ==, 0);
      if (requests[i][1][0] != '\0')
        g_assert_nonnull (strstr (again_bodies->curl, "-H 'anthropic-beta: context-1m-2025-08-07'"));
      g_set_object (&last, again);
    }
  {
    GAsyncResult *slot = NULL;
    g_autoptr (GAsyncResult) result = NULL;

    relais_engine_stop_async (self->engine, NULL, slot_cb, &slot);
    result = wait_for (&slot);
  }
  g_assert_false (send_again (self, last, &error));
  g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING);
}

/* What was not kept whole is not sent; more than a handful at once neither. */
static void
test_send_again_bounds (Fixture       *self,
                        gconstpointer  data)
{
  static const char slow[] = "{\"model\":\"slow\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"?\"}]}";
  g_autofree char *words = g_strnfill (300 * 1024, ' ');
  g_autofree char *large =
    g_strconcat ("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"", words, "\"}]}", NULL);
  g_autoptr (RelaisRecordRow) row = NULL;
  g_autoptr (RelaisRecordBodies) bodies = NULL;
  g_autoptr (RelaisRecordRow) slow_row = NULL;
  g_autoptr (GError) error = NULL;
  int fd;

  g_free (post (self, "/v1/chat/completions", large));
  row = wait_for_row (self, 1, FALSE);
  bodies = load (self, row, NULL);
  g_assert_false (bodies->can_send_again);
  g_assert_null (bodies->curl);
  g_assert_false (bodies->parts[RELAIS_BODY_CLIENT_IN].is_whole);
  g_assert_cmpuint (bodies->parts[RELAIS_BODY_CLIENT_IN].size, ==, RELAIS_BODY_MAX);
  g_assert_cmpuint (bodies->parts[RELAIS_BODY_CLIENT_IN].total, ==, strlen (large));
  g_assert_false (send_again (self, row, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);

  fd = send_post (self, "/v1/chat/completions", "", slow);
  slow_row = wait_for_row (self, 2, TRUE);
  for (guint i = 0; i < 16; i++)
    g_assert_true (send_again (self, slow_row, NULL));
  g_assert_false (send_again (self, slow_row, &error));
  g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_BUSY);
  close (fd);
}

static gboolean
export_rows (Fixture             *self,
             RelaisExportFormat   format,
             const char          *path,
             GCancellable        *cancellable,
             GError             **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GAsyncResult *slot = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  relais_engine_export_async (self->engine, relais_engine_list_records (self->engine), format, file,
                              cancellable, slot_cb, &slot);
  result = wait_for (&slot);
  return relais_engine_export_finish (self->engine, result, error);
}

static JsonNode *
read_json (const char *text,
           gssize      length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();

  json_parser_load_from_data (parser, text, length, &error);
  g_assert_no_error (error);
  return json_parser_steal_root (parser);
}

static void
assert_private (const char *path)
{
  GStatBuf info;

  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
}

static void
check_lines (Fixture    *self,
             const char *path,
             guint       n)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_null (strstr (text, "sk-"));
  lines = g_strsplit (text, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, n + 1);
  g_assert_cmpstr (lines[n], ==, "");
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (JsonNode) root = read_json (lines[i], -1);
      JsonObject *line = json_node_get_object (root);
      JsonObject *bodies = json_object_get_object_member (line, "bodies");
      JsonObject *said = json_object_get_object_member (bodies, "upstream_in");

      g_assert_cmpint (json_object_get_int_member (line, "status"), ==, i == 0 ? 503 : 200);
      g_assert_cmpstr (json_object_get_string_member (line, "model"), ==, i == 0 ? "boom" : "m");
      if (i > 0)
        g_assert_cmpstr (json_object_get_string_member (said, "text"), ==, ANSWER);
    }
}

/* What tools want to see of each entry is there. */
static void
check_har (Fixture    *self,
           const char *path,
           guint       n)
{
  static const char *const entry_fields[] = { "startedDateTime", "time", "cache", "_relais" };
  static const char *const request_fields[] = { "method", "httpVersion", "cookies", "headers", "queryString",
                                                "headersSize", "bodySize" };
  static const char *const response_fields[] = { "statusText", "httpVersion", "cookies", "headers",
                                                 "redirectURL", "headersSize", "bodySize" };
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) root = NULL;
  JsonObject *log;
  JsonArray *entries;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_null (strstr (text, "sk-"));
  root = read_json (text, -1);
  log = json_object_get_object_member (json_node_get_object (root), "log");
  g_assert_cmpstr (json_object_get_string_member (log, "version"), ==, "1.2");
  g_assert_cmpstr (json_object_get_string_member (json_object_get_object_member (log, "creator"), "name"), ==, "Relais");
  entries = json_object_get_array_member (log, "entries");
  g_assert_cmpuint (json_array_get_length (entries), ==, n);
  for (guint i = 0; i < n; i++)
    {
      JsonObject *entry = json_array_get_object_element (entries, i);
      JsonObject *request = json_object_get_object_member (entry, "request");
      JsonObject *response = json_object_get_object_member (entry, "response");
      JsonObject *timings = json_object_get_object_member (entry, "timings");
      JsonObject *content = json_object_get_object_member (response, "content");
      g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u/v1/chat/completions?a=b%%20c",
                                              relais_engine_get_port (self->engine));

      for (guint j = 0; j < G_N_ELEMENTS (entry_fields); j++)
        g_assert_true (json_object_has_member (entry, entry_fields[j]));
      for (guint j = 0; j < G_N_ELEMENTS (request_fields); j++)
        g_assert_true (json_object_has_member (request, request_fields[j]));
      for (guint j = 0; j < G_N_ELEMENTS (response_fields); j++)
        g_assert_true (json_object_has_member (response, response_fields[j]));
      g_assert_cmpint (json_object_get_int_member (timings, "send") + json_object_get_int_member (timings, "wait") +
                         json_object_get_int_member (timings, "receive"),
                       ==, json_object_get_int_member (entry, "time"));
      g_assert_cmpstr (json_object_get_string_member (request, "url"), ==, url);
      g_assert_cmpstr (json_object_get_string_member (json_array_get_object_element (json_object_get_array_member (request, "queryString"), 0), "value"), ==, "b c");
      if (i > 0)
        g_assert_cmpstr (json_object_get_string_member (content, "text"), ==, ANSWER);
      g_assert_true (g_str_has_prefix (json_object_get_string_member (json_object_get_object_member (request, "postData"), "text"), "{\"model\""));
    }
}

/* More than one batch of them. */
static void
test_export (Fixture       *self,
             gconstpointer  data)
{
  g_autofree char *path = g_build_filename (self->folder, "requests", NULL);
  g_autoptr (RelaisRecordRow) row = NULL;
  g_autoptr (GError) error = NULL;
  const guint n = 70;

  for (guint i = 0; i < n; i++)
    {
      const char *body = i + 1 < n ? "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"?\"}]}"
                                   : "{\"model\":\"boom\",\"messages\":[{\"role\":\"user\",\"content\":\"?\"}]}";

      g_free (post (self, "/v1/chat/completions?a=b%20c", body));
    }
  row = wait_for_row (self, n, FALSE);
  g_assert_true (g_file_set_contents (path, "old", -1, NULL));
  g_assert_true (export_rows (self, RELAIS_EXPORT_JSON_LINES, path, NULL, &error));
  g_assert_no_error (error);
  assert_private (path);
  check_lines (self, path, n);
  g_assert_true (export_rows (self, RELAIS_EXPORT_HAR, path, NULL, &error));
  assert_private (path);
  check_har (self, path, n);
  g_remove (path);
}

/* What was there stays, and nothing is left over. */
static void
test_export_fails (Fixture       *self,
                   gconstpointer  data)
{
  g_autofree char *path = g_build_filename (self->folder, "requests", NULL);
  g_autofree char *nowhere = g_build_filename (self->folder, "nowhere", "requests", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_free (post (self, "/v1/chat/completions", "{\"model\":\"m\"}"));
  g_object_unref (wait_for_row (self, 1, FALSE));
  g_assert_true (g_file_set_contents (path, "old", -1, NULL));
  g_cancellable_cancel (cancellable);
  g_assert_false (export_rows (self, RELAIS_EXPORT_HAR, path, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "old");
  g_remove (path);
  g_assert_false (export_rows (self, RELAIS_EXPORT_HAR, nowhere, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  g_assert_false (export_rows (self, RELAIS_EXPORT_HAR, path, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY);
  g_rmdir (path);
}

int
main (int   argc,
      char *argv[])
{
  const gconstpointer none = GUINT_TO_POINTER (0);
  const gconstpointer one = GUINT_TO_POINTER (1);
  const gconstpointer three = GUINT_TO_POINTER (3);

  g_test_init (&argc, &argv, NULL);
  g_test_add ("/engine/bodies/wire", Fixture, one, set_up, test_wire, tear_down);
  g_test_add ("/engine/bodies/one-side", Fixture, none, set_up, test_one_side, tear_down);
  g_test_add ("/engine/bodies/keys", Fixture, one, set_up, test_keys, tear_down);
  g_test_add ("/engine/bodies/attempts", Fixture, three, set_up, test_attempts, tear_down);
  g_test_add ("/engine/bodies/running", Fixture, one, set_up, test_running, tear_down);
  g_test_add_func ("/engine/bodies/not-kept", test_not_kept);
  g_test_add ("/engine/bodies/send-again", Fixture, none, set_up, test_send_again, tear_down);
  g_test_add ("/engine/bodies/send-again-bounds", Fixture, one, set_up, test_send_again_bounds, tear_down);
  g_test_add ("/engine/bodies/export", Fixture, one, set_up, test_export, tear_down);
  g_test_add ("/engine/bodies/export-fails", Fixture, one, set_up, test_export_fails, tear_down);
  return g_test_run ();
}
