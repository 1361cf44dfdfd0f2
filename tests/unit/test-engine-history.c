/* test-engine-history.c: relais-engine-log, relais-core-log: requests that outlive their engine
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

#include "engine/relais-engine.h"

#define WAIT_S 30
#define DAYS 30
#define KEY "sk-client-0123456789abcdefghijklm"

typedef struct
{
  RelaisEngine *engine;
  char         *folder;
  char         *path;
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

static guint
count (Fixture *self)
{
  return g_list_model_get_n_items (relais_engine_list_records (self->engine));
}

static RelaisRecordRow *
get_row (Fixture *self,
         guint    place)
{
  return g_list_model_get_item (relais_engine_list_records (self->engine), place);
}

static void
wait_for_rows (Fixture *self,
               guint    n)
{
  guint id = g_timeout_add_seconds (WAIT_S, deadline_cb, NULL);

  while (count (self) < n)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (id);
  g_assert_cmpuint (count (self), ==, n);
}

/* Another run: its port is any that is free, its account the one for practice. */
static void
begin (Fixture *self)
{
  RelaisEngineOptions options = { .practice = TRUE, .api_key = KEY, .keep_bodies = TRUE };
  g_autoptr (GAsyncResult) loaded = NULL;
  g_autoptr (GAsyncResult) started = NULL;
  GAsyncResult *slot = NULL;

  options.log_file = self->path;
  self->engine = relais_engine_new (&options);
  relais_engine_load_async (self->engine, FALSE, NULL, slot_cb, &slot);
  loaded = wait_for (&slot);
  g_assert_true (relais_engine_load_finish (self->engine, loaded, NULL));
  g_assert_true (relais_engine_set_port (self->engine, 0, NULL));
  relais_engine_start_async (self->engine, NULL, slot_cb, &slot);
  started = wait_for (&slot);
  g_assert_true (relais_engine_start_finish (self->engine, started, NULL));
}

static gint64
measure (Fixture *self)
{
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;
  gint64 n = -1, size = -1;

  relais_engine_measure_log_async (self->engine, NULL, slot_cb, &slot);
  result = wait_for (&slot);
  g_assert_true (relais_engine_measure_log_finish (self->engine, result, &n, &size, NULL));
  return n;
}

/* The end of a run: what it kept is in the file. */
static void
end (Fixture *self)
{
  g_autoptr (GAsyncResult) stopped = NULL;
  GAsyncResult *slot = NULL;

  /* what was asked before it is answered too, and holds the engine no longer */
  measure (self);
  relais_engine_stop_async (self->engine, NULL, slot_cb, &slot);
  stopped = wait_for (&slot);
  g_clear_object (&stopped);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (g_steal_pointer (&self->engine));
}

static void
set_up (Fixture       *self,
        gconstpointer  data)
{
  self->folder = g_dir_make_tmp ("relais-history-XXXXXX", NULL);
  self->path = g_build_filename (self->folder, "data", "history.db", NULL);
  begin (self);
  relais_engine_set_log (self->engine, TRUE, FALSE, DAYS);
}

static void
tear_down (Fixture       *self,
           gconstpointer  data)
{
  g_autofree char *folder = g_path_get_dirname (self->path);

  end (self);
  g_remove (self->path);
  g_remove (folder);
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_free (self->folder);
  g_free (self->path);
}

/* A request over the port, and its row at its end. */
static void
ask (Fixture *self)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (RelaisRecordRow) row = NULL;
  RelaisTestResult *answer;
  GAsyncResult *slot = NULL;
  guint n = count (self);

  relais_engine_test_request_async (self->engine, "openai-chat", "practice", NULL, slot_cb, &slot);
  result = wait_for (&slot);
  answer = relais_engine_test_request_finish (self->engine, result, NULL);
  g_assert_nonnull (answer);
  g_assert_cmpuint (answer->status, ==, 200);
  relais_test_result_free (answer);
  wait_for_rows (self, n + 1);
  row = get_row (self, 0);
  while (relais_record_row_get_running (row))
    g_main_context_iteration (NULL, TRUE);
}

static RelaisRecordBodies *
load_bodies (Fixture          *self,
             RelaisRecordRow  *row,
             GError          **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;

  relais_engine_load_bodies_async (self->engine, row, NULL, slot_cb, &slot);
  result = wait_for (&slot);
  return relais_engine_load_bodies_finish (self->engine, result, error);
}

/* What the list had. */
static GPtrArray *
clear (Fixture *self)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < count (self); i++)
    g_ptr_array_add (rows, get_row (self, i));
  relais_engine_clear_records (self->engine);
  g_assert_cmpuint (count (self), ==, 0);
  return rows;
}

/* They stand behind those of this run, each apart from all others, and without their texts. */
static void
test_earlier (Fixture       *self,
              gconstpointer  data)
{
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (RelaisRecordRow) earlier = NULL;

  ask (self);
  ask (self);
  end (self);
  begin (self);
  relais_engine_set_log (self->engine, TRUE, FALSE, DAYS);
  wait_for_rows (self, 2);
  ask (self);
  end (self);
  begin (self);
  wait_for_rows (self, 3);
  ask (self);
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (RelaisRecordRow) row = get_row (self, i);
      guint64 id = relais_record_row_get_id (row);

      g_assert_true (g_hash_table_add (ids, g_memdup2 (&id, sizeof id)));
      g_assert_cmpint (relais_record_row_get_earlier (row), ==, i > 0);
      g_assert_cmpstr (relais_record_row_get_path (row), ==, "/v1/chat/completions");
      g_assert_cmpuint (relais_record_row_get_status (row), ==, 200);
      g_assert_false (relais_record_row_get_running (row));
    }
  earlier = get_row (self, 3);
  g_assert_null (load_bodies (self, earlier, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

/* Texts are there where they were asked for, the key nowhere. */
static void
test_bodies (Fixture       *self,
             gconstpointer  data)
{
  g_autoptr (RelaisRecordRow) row = NULL;
  g_autoptr (RelaisRecordBodies) bodies = NULL;
  g_autofree char *content = NULL;
  gsize length = 0;

  relais_engine_set_log (self->engine, TRUE, TRUE, DAYS);
  ask (self);
  end (self);
  g_assert_true (g_file_get_contents (self->path, &content, &length, NULL));
  g_assert_null (memmem (content, length, KEY, strlen (KEY)));
  begin (self);
  wait_for_rows (self, 1);
  row = get_row (self, 0);
  bodies = load_bodies (self, row, NULL);
  g_assert_nonnull (bodies);
  g_assert_nonnull (strstr (bodies->parts[RELAIS_BODY_CLIENT_IN].text, "\"practice\""));
  g_assert_true (bodies->parts[RELAIS_BODY_CLIENT_OUT].is_whole);
}

static void
test_off (Fixture       *self,
          gconstpointer  data)
{
  relais_engine_set_log (self->engine, FALSE, TRUE, DAYS);
  ask (self);
  g_assert_cmpint (measure (self), ==, 0);
  end (self);
  g_assert_false (g_file_test (self->path, G_FILE_TEST_EXISTS));
  begin (self);
  g_assert_cmpint (measure (self), ==, 0);
  g_assert_cmpuint (count (self), ==, 0);
}

/* A look, and a hand, at the file past the log. */
static void
run_sql (Fixture    *self,
         const char *sql)
{
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open (self->path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_close (db), ==, SQLITE_OK);
}

static void
assert_nothing_kept (Fixture         *self,
                     RelaisRecordRow *row)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (load_bodies (self, row, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

/* As long as it may come back it is kept; then it goes, and all that is older with it. */
static void
test_clear (Fixture       *self,
            gconstpointer  data)
{
  g_autoptr (GPtrArray) rows = NULL;

  ask (self);
  ask (self);
  rows = clear (self);
  relais_engine_restore_records (self->engine, rows);
  g_clear_pointer (&rows, g_ptr_array_unref);
  g_assert_cmpint (measure (self), ==, 2);
  end (self);
  begin (self);
  relais_engine_set_log (self->engine, TRUE, FALSE, DAYS);
  wait_for_rows (self, 2);
  rows = clear (self);
  ask (self);
  g_assert_cmpint (measure (self), ==, 3);
  relais_engine_forget_records (self->engine, rows);
  g_assert_cmpint (measure (self), ==, 1);
  g_assert_cmpuint (count (self), ==, 1);

  /* the last thing before the end, too; the oldest of them takes what is older along */
  g_ptr_array_unref (rows);
  ask (self);
  g_assert_cmpint (measure (self), ==, 2);
  run_sql (self, "INSERT INTO records (key, time_us) SELECT 1, min (time_us) - 1 FROM records");
  g_assert_cmpint (measure (self), ==, 3);
  rows = clear (self);
  relais_engine_forget_records (self->engine, rows);
  g_clear_pointer (&rows, g_ptr_array_unref);
  end (self);
  begin (self);
  g_assert_cmpint (measure (self), ==, 0);
}

/* What one Clear took and may give back, another one does not take along; nor what it gave back. */
static void
test_clear_twice (Fixture       *self,
                  gconstpointer  data)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GPtrArray) first = NULL;
      g_autoptr (GPtrArray) second = NULL;

      ask (self);
      first = clear (self);
      ask (self);
      second = clear (self);
      if (i == 0)
        relais_engine_forget_records (self->engine, second);
      relais_engine_restore_records (self->engine, first);
      if (i == 1)
        relais_engine_forget_records (self->engine, second);
      g_assert_cmpuint (count (self), ==, i + 1);
      g_assert_cmpint (measure (self), ==, i + 1);
      assert_nothing_kept (self, g_ptr_array_index (second, 0));
      relais_record_bodies_free (load_bodies (self, g_ptr_array_index (first, 0), NULL));
    }
}

/* What came again by itself stays. */
static void
test_clear_some (Fixture       *self,
                 gconstpointer  data)
{
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GPtrArray) back = g_ptr_array_new ();

  ask (self);
  ask (self);
  rows = clear (self);
  g_ptr_array_add (back, g_ptr_array_index (rows, 0));
  relais_engine_restore_records (self->engine, back);
  relais_engine_forget_records (self->engine, rows);
  g_assert_cmpint (measure (self), ==, 1);
}

/* Over the port, while the list stands still. */
static void
ask_unlisted (Fixture *self)
{
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;
  gint64 n = measure (self);

  relais_engine_test_request_async (self->engine, "openai-chat", "practice", NULL, slot_cb, &slot);
  result = wait_for (&slot);
  relais_test_result_free (relais_engine_test_request_finish (self->engine, result, NULL));
  while (measure (self) == n)
    ;
}

static void
test_delete (Fixture       *self,
             gconstpointer  data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (RelaisRecordRow) row = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  GAsyncResult *slot = NULL;

  ask (self);
  rows = clear (self);
  ask (self);
  row = get_row (self, 0);
  relais_engine_set_records_paused (self->engine, TRUE);
  ask_unlisted (self);
  g_assert_cmpint (measure (self), ==, 3);
  relais_engine_delete_log_async (self->engine, NULL, slot_cb, &slot);
  result = wait_for (&slot);
  g_assert_true (relais_engine_delete_log_finish (self->engine, result, NULL));
  g_assert_cmpuint (count (self), ==, 0);
  g_assert_cmpint (measure (self), ==, 0);

  /* neither what was held nor what might have come back, nor what they said */
  relais_engine_set_records_paused (self->engine, FALSE);
  relais_engine_restore_records (self->engine, rows);
  g_assert_cmpuint (count (self), ==, 0);
  assert_nothing_kept (self, row);
  assert_nothing_kept (self, g_ptr_array_index (rows, 0));
  relais_engine_forget_records (self->engine, rows);
  ask (self);
  g_assert_cmpint (measure (self), ==, 1);
}

/* What cannot be read is not taken for nothing. */
static void
test_unreadable (Fixture       *self,
                 gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RelaisRecordRow) row = NULL;

  relais_engine_set_log (self->engine, TRUE, TRUE, DAYS);
  ask (self);
  end (self);
  begin (self);
  wait_for_rows (self, 1);
  row = get_row (self, 0);
  run_sql (self, "DROP TABLE bodies");
  g_assert_null (load_bodies (self, row, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
  g_assert_cmpstr (error->message, ==, "The disk reported an error");
  run_sql (self, "CREATE TABLE bodies (key INTEGER)");
}

static void
told_cb (guint *n_told)
{
  ++*n_told;
}

/* Requests are answered as ever, and the person is told. */
static void
test_trouble (Fixture       *self,
              gconstpointer  data)
{
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autofree char *trouble = NULL;
  guint n_told = 0;
  guint id = g_timeout_add_seconds (WAIT_S, deadline_cb, NULL);

  g_assert_true (g_file_set_contents (folder, "", 0, NULL));
  g_signal_connect_swapped (self->engine, "notify::log-trouble", G_CALLBACK (told_cb), &n_told);
  ask (self);
  while (n_told == 0)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (id);
  g_object_get (self->engine, "log-trouble", &trouble, NULL);
  g_assert_cmpstr (trouble, ==, "The file cannot be written to");
  ask (self);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/engine-history/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("earlier", test_earlier);
  ADD ("bodies", test_bodies);
  ADD ("off", test_off);
  ADD ("clear", test_clear);
  ADD ("clear-twice", test_clear_twice);
  ADD ("clear-some", test_clear_some);
  ADD ("delete", test_delete);
  ADD ("unreadable", test_unreadable);
  ADD ("trouble", test_trouble);
  return g_test_run ();
}
