/* bodies-kit.c: an engine that keeps what requests say, and its upstream
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "bodies-kit.h"
#include "relais-test-server.h"

#define WAIT_S 30
#define EVENTS "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
#define JSON "Content-Type: application/json\r\n"

static gboolean
deadline_cb (gpointer user_data)
{
  g_error ("waited too long");
  return G_SOURCE_REMOVE;
}

void
bodies_kit_slot_cb (GObject      *source,
                    GAsyncResult *result,
                    gpointer      slot)
{
  *(GAsyncResult **)slot = g_object_ref (result);
}

GAsyncResult *
bodies_kit_wait_for (GAsyncResult **slot)
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
    return relais_test_peer_say (fd, EVENTS) && say_chunk (fd, BODIES_KIT_FIRST) &&
           !relais_test_peer_wait_for_end (peer, fd);
  if (strstr (asked->body, "\"stream\":true") == NULL)
    return relais_test_peer_answer (fd, 200, JSON, BODIES_KIT_ANSWER);
  return relais_test_peer_say (fd, EVENTS) && say_chunk (fd, BODIES_KIT_FIRST) &&
         say_chunk (fd, BODIES_KIT_LAST) && relais_test_peer_say (fd, "0\r\n\r\n");
}

void
bodies_kit_set_up (BodiesKit     *self,
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
                            "\"api_key\":\"" BODIES_KIT_ACCOUNT_KEY "\",\"models\":[\"*\"]}",
                            i > 0 ? "," : "", i, url);
  g_string_append (accounts, "]}");
  g_assert_true (g_file_set_contents_full (file, accounts->str, -1, G_FILE_SET_CONTENTS_NONE, 0600,
                                           NULL));
  options.accounts_file = file;
  options.practice = GPOINTER_TO_UINT (n_accounts) == 0;
  self->engine = relais_engine_new (&options);
  relais_engine_load_async (self->engine, FALSE, NULL, bodies_kit_slot_cb, &slot);
  loaded = bodies_kit_wait_for (&slot);
  g_assert_true (relais_engine_load_finish (self->engine, loaded, &error));
  g_remove (file);
  g_assert_true (relais_engine_set_port (self->engine, 0, NULL));
  relais_engine_start_async (self->engine, NULL, bodies_kit_slot_cb, &slot);
  started = bodies_kit_wait_for (&slot);
  g_assert_true (relais_engine_start_finish (self->engine, started, &error));
}

void
bodies_kit_tear_down (BodiesKit     *self,
                      gconstpointer  data)
{
  g_clear_object (&self->engine);
  relais_test_peer_free (self->peer);
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_free (self->folder);
}

int
bodies_kit_send_post (BodiesKit  *self,
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

char *
bodies_kit_post (BodiesKit  *self,
                 const char *path,
                 const char *body)
{
  int fd = bodies_kit_send_post (self, path, "", body);
  char *answer = NULL;

  g_assert_cmpuint (relais_test_receive (fd, NULL, &answer), >=, 200);
  close (fd);
  return answer;
}

/* The newest row, once there are @n and none runs but where @running. */
RelaisRecordRow *
bodies_kit_wait_for_row (BodiesKit *self,
                         guint      n,
                         gboolean   running)
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

RelaisRecordBodies *
bodies_kit_load (BodiesKit        *self,
                 RelaisRecordRow  *row,
                 GError          **error)
{
  GAsyncResult *slot = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  relais_engine_load_bodies_async (self->engine, row, NULL, bodies_kit_slot_cb, &slot);
  result = bodies_kit_wait_for (&slot);
  return relais_engine_load_bodies_finish (self->engine, result, error);
}
