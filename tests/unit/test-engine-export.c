/* test-engine-export.c: what requests said: sent again, exported
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/relais-error.h"
#include "bodies-kit.h"
#include "relais-test-server.h"

static gboolean
send_again (BodiesKit        *self,
            RelaisRecordRow  *row,
            GError          **error)
{
  GAsyncResult *slot = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  relais_engine_send_again_async (self->engine, row, NULL, bodies_kit_slot_cb, &slot);
  result = bodies_kit_wait_for (&slot);
  return relais_engine_send_again_finish (self->engine, result, error);
}

/* In each dialect, with its query; the answer is that of a new request. */
static void
test_send_again (BodiesKit     *self,
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
      int fd = bodies_kit_send_post (self, requests[i][0], requests[i][1], requests[i][2]);
      g_autofree char *answer = NULL;
      g_autoptr (RelaisRecordRow) row = NULL;
      g_autoptr (RelaisRecordRow) again = NULL;
      g_autoptr (RelaisRecordBodies) bodies = NULL;
      g_autoptr (RelaisRecordBodies) again_bodies = NULL;
      const char *again_answer;
      gboolean stream, again_stream;

      g_assert_cmpuint (relais_test_receive (fd, NULL, &answer), ==, 200);
      close (fd);
      row = bodies_kit_wait_for_row (self, 2 * i + 1, FALSE);
      g_assert_true (send_again (self, row, &error));
      g_assert_no_error (error);
      again = bodies_kit_wait_for_row (self, 2 * i + 2, FALSE);
      bodies = bodies_kit_load (self, row, NULL);
      again_bodies = bodies_kit_load (self, again, NULL);
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

    relais_engine_stop_async (self->engine, NULL, bodies_kit_slot_cb, &slot);
    result = bodies_kit_wait_for (&slot);
  }
  g_assert_false (send_again (self, last, &error));
  g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING);
}

/* What was not kept whole is not sent; more than a handful at once neither. */
static void
test_send_again_bounds (BodiesKit     *self,
                        gconstpointer  data)
{
  static const char slow[] = "{\"model\":\"slow\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"?\"}]}";
  g_autofree char *words = g_strnfill (300 * 1024, ' ');
  g_autofree char *large =
    g_strconcat ("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"", words, "\"}]}", NULL);
  g_autoptr (RelaisRecordRow) row = NULL;
  g_autoptr (RelaisRecordBodies) bodies = NULL;
  g_autoptr (RelaisRecordRow) cut_row = NULL;
  g_autoptr (RelaisRecordRow) slow_row = NULL;
  g_autofree char *query = NULL;
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  int fd;

  g_free (bodies_kit_post (self, "/v1/chat/completions", large));
  row = bodies_kit_wait_for_row (self, 1, FALSE);
  bodies = bodies_kit_load (self, row, NULL);
  g_assert_false (bodies->can_send_again);
  g_assert_null (bodies->curl);
  g_assert_false (bodies->parts[RELAIS_BODY_CLIENT_IN].is_whole);
  g_assert_cmpuint (bodies->parts[RELAIS_BODY_CLIENT_IN].size, ==, RELAIS_BODY_MAX);
  g_assert_cmpuint (bodies->parts[RELAIS_BODY_CLIENT_IN].total, ==, strlen (large));
  g_assert_false (send_again (self, row, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);

  query = g_strnfill (3000, 'x');
  path = g_strconcat ("/v1/chat/completions?", query, NULL);
  g_free (bodies_kit_post (self, path, "{\"model\":\"m\",\"messages\":[]}"));
  cut_row = bodies_kit_wait_for_row (self, 2, FALSE);
  g_assert_false (send_again (self, cut_row, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);

  fd = bodies_kit_send_post (self, "/v1/chat/completions", "", slow);
  slow_row = bodies_kit_wait_for_row (self, 3, TRUE);
  for (guint i = 0; i < 16; i++)
    g_assert_true (send_again (self, slow_row, NULL));
  g_assert_false (send_again (self, slow_row, &error));
  g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_BUSY);
  close (fd);
}

static gboolean
export_rows (BodiesKit           *self,
             RelaisExportFormat   format,
             const char          *path,
             GCancellable        *cancellable,
             GError             **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GAsyncResult *slot = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  relais_engine_export_async (self->engine, relais_engine_list_records (self->engine), format, file,
                              cancellable, bodies_kit_slot_cb, &slot);
  result = bodies_kit_wait_for (&slot);
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
check_lines (BodiesKit  *self,
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
        g_assert_cmpstr (json_object_get_string_member (said, "text"), ==, BODIES_KIT_ANSWER);
    }
}

/* What tools want to see of each entry is there. */
static void
check_har (BodiesKit  *self,
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
        g_assert_cmpstr (json_object_get_string_member (content, "text"), ==, BODIES_KIT_ANSWER);
      g_assert_true (g_str_has_prefix (json_object_get_string_member (json_object_get_object_member (request, "postData"), "text"), "{\"model\""));
    }
}

/* More than one batch of them. */
static void
test_export (BodiesKit     *self,
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

      g_free (bodies_kit_post (self, "/v1/chat/completions?a=b%20c", body));
    }
  row = bodies_kit_wait_for_row (self, n, FALSE);
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
test_export_fails (BodiesKit     *self,
                   gconstpointer  data)
{
  g_autofree char *path = g_build_filename (self->folder, "requests", NULL);
  g_autofree char *nowhere = g_build_filename (self->folder, "nowhere", "requests", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_free (bodies_kit_post (self, "/v1/chat/completions", "{\"model\":\"m\"}"));
  g_object_unref (bodies_kit_wait_for_row (self, 1, FALSE));
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

/* Who quits meanwhile leaves nothing of what was said behind. */
static void
test_export_ends (BodiesKit     *self,
                  gconstpointer  data)
{
  g_autofree char *path = g_build_filename (self->folder, "requests", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GListStore) rows = g_list_store_new (RELAIS_TYPE_RECORD_ROW);
  g_autoptr (RelaisRecordRow) row = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GAsyncResult *slot = NULL;
  gboolean has_begun = FALSE;

  g_free (bodies_kit_post (self, "/v1/chat/completions", "{\"model\":\"m\"}"));
  row = bodies_kit_wait_for_row (self, 1, FALSE);
  for (guint i = 0; i < 20000; i++)
    g_list_store_append (rows, row);
  relais_engine_export_async (self->engine, G_LIST_MODEL (rows), RELAIS_EXPORT_HAR, file, NULL,
                              bodies_kit_slot_cb, &slot);
  while (!has_begun)
    {
      g_autoptr (GDir) folder = g_dir_open (self->folder, 0, NULL);

      has_begun = g_dir_read_name (folder) != NULL;
    }
  g_assert_null (slot);
  g_object_run_dispose (G_OBJECT (self->engine));
  result = bodies_kit_wait_for (&slot);
  g_assert_false (relais_engine_export_finish (self->engine, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  /* that the folder is empty the end of the test sees */
}

int
main (int   argc,
      char *argv[])
{
  const gconstpointer none = GUINT_TO_POINTER (0);
  const gconstpointer one = GUINT_TO_POINTER (1);

  g_test_init (&argc, &argv, NULL);
  g_test_add ("/engine/send-again", BodiesKit, none, bodies_kit_set_up, test_send_again, bodies_kit_tear_down);
  g_test_add ("/engine/send-again-bounds", BodiesKit, one, bodies_kit_set_up, test_send_again_bounds, bodies_kit_tear_down);
  g_test_add ("/engine/export", BodiesKit, one, bodies_kit_set_up, test_export, bodies_kit_tear_down);
  g_test_add ("/engine/export-fails", BodiesKit, one, bodies_kit_set_up, test_export_fails, bodies_kit_tear_down);
  g_test_add ("/engine/export-ends", BodiesKit, one, bodies_kit_set_up, test_export_ends, bodies_kit_tear_down);
  return g_test_run ();
}
