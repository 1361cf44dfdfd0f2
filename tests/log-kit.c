/* log-kit.c: a log on a disk of its own, and a look at its file past it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>

#include "log-kit.h"

#define PATIENCE_S 30

void
log_kit_trouble_cb (const char *trouble,
                    gpointer    user_data)
{
  LogKit *self = user_data;

  g_free (self->trouble);
  self->trouble = g_strdup (trouble);
  self->n_told++;
}

static int refusal = SQLITE_OK;
static int (*real_open) (sqlite3_vfs *, const char *, sqlite3_file *, int, int *);
static int (*real_write) (sqlite3_file *, const void *, int, sqlite3_int64);

static int
refusing_write (sqlite3_file  *file,
                const void    *bytes,
                int            length,
                sqlite3_int64  offset)
{
  int code = g_atomic_int_get (&refusal);

  return code != SQLITE_OK ? code : real_write (file, bytes, length, offset);
}

static int
refusing_open (sqlite3_vfs  *vfs,
               const char   *name,
               sqlite3_file *file,
               int           flags,
               int          *flags_out)
{
  static sqlite3_io_methods of_file, of_journal; /* they lock in other ways, and write alike */
  sqlite3_io_methods *methods = flags & SQLITE_OPEN_MAIN_DB ? &of_file : &of_journal;
  int code = real_open (vfs, name, file, flags, flags_out);

  if (code != SQLITE_OK || (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) == 0)
    return code;
  *methods = *file->pMethods;
  real_write = methods->xWrite;
  methods->xWrite = refusing_write;
  file->pMethods = methods;
  return code;
}

/* From the next file opened on, the disk can be told to take nothing. */
void
log_kit_take_disk (void)
{
  sqlite3_vfs *vfs = sqlite3_vfs_find (NULL);

  if (vfs->xOpen == refusing_open)
    return;
  real_open = vfs->xOpen;
  vfs->xOpen = refusing_open;
}

/* What the disk says to each write: an SQLite code, 0 for nothing. */
void
log_kit_refuse (int code)
{
  g_atomic_int_set (&refusal, code);
}

void
log_kit_open (LogKit *self)
{
  g_clear_pointer (&self->trouble, g_free);
  self->log = relais_log_new (self->path, &self->clock.clock, log_kit_trouble_cb, self);
  relais_log_set (self->log, TRUE, TRUE, LOG_KIT_DAYS);
}

void
log_kit_close (LogKit *self)
{
  g_clear_pointer (&self->log, relais_log_close);
  /* what it told on its way stays without an effect */
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* Another run of the program. */
void
log_kit_restart (LogKit *self)
{
  log_kit_close (self);
  log_kit_open (self);
}

void
log_kit_set_up (LogKit        *self,
                gconstpointer  data)
{
  self->folder = g_dir_make_tmp ("relais-log-XXXXXX", NULL);
  self->path = g_build_filename (self->folder, "data", "history.db", NULL);
  relais_test_clock_init (&self->clock, LOG_KIT_WALL_US);
  log_kit_open (self);
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR))
        remove_folder (child);
      else
        g_assert_cmpint (g_remove (child), ==, 0);
    }
  g_assert_cmpint (g_rmdir (path), ==, 0);
}

void
log_kit_tear_down (LogKit        *self,
                   gconstpointer  data)
{
  log_kit_close (self);
  remove_folder (self->folder);
  relais_test_clock_clear (&self->clock);
  g_free (self->trouble);
  g_free (self->folder);
  g_free (self->path);
}

static gboolean
late_cb (gpointer user_data)
{
  g_error ("waited too long");
  return G_SOURCE_REMOVE;
}

static void
result_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  *(GAsyncResult **)user_data = g_object_ref (result);
}

static void
wait_for (gpointer *thing)
{
  guint late = g_timeout_add_seconds (PATIENCE_S, late_cb, NULL);

  while (*thing == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (late);
}

GPtrArray *
log_kit_load (RelaisLog  *log,
              guint       n,
              GError    **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  relais_log_load_async (log, n, result_cb, &result);
  wait_for ((gpointer *)&result);
  return relais_log_load_finish (result, error);
}

RelaisBodies *
log_kit_read_bodies (LogKit   *self,
                     guint64   id,
                     GError  **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  relais_log_read_bodies_async (self->log, id, result_cb, &result);
  wait_for ((gpointer *)&result);
  return relais_log_read_bodies_finish (result, error);
}

gboolean
log_kit_has_bodies (LogKit  *self,
                    guint64  id)
{
  g_autoptr (RelaisBodies) bodies = log_kit_read_bodies (self, id, NULL);

  return bodies != NULL;
}

RelaisLogSize *
log_kit_measure (LogKit *self)
{
  g_autoptr (GAsyncResult) result = NULL;

  relais_log_measure_async (self->log, result_cb, &result);
  wait_for ((gpointer *)&result);
  return relais_log_measure_finish (result, NULL);
}

gboolean
log_kit_delete_all (LogKit *self)
{
  g_autoptr (GAsyncResult) result = NULL;

  relais_log_delete_all_async (self->log, result_cb, &result);
  wait_for ((gpointer *)&result);
  return relais_log_delete_all_finish (result, NULL);
}

void
log_kit_assert_rows (LogKit *self,
                     gint64  n_rows)
{
  g_autofree RelaisLogSize *size = log_kit_measure (self);

  g_assert_nonnull (size);
  g_assert_cmpint (size->n_rows, ==, n_rows);
}

/* What waits is written by now. */
void
log_kit_flush (LogKit *self)
{
  g_free (log_kit_measure (self));
}

/* As much as is kept of one body; not taken for media. */
char *
log_kit_make_text (void)
{
  g_autoptr (GString) text = g_string_new (NULL);

  while (text->len < RELAIS_BODY_MAX)
    g_string_append (text, "word by word ");
  g_string_truncate (text, RELAIS_BODY_MAX);
  return g_strdup (text->str);
}

RelaisBodies *
log_kit_make_bodies (const char *text)
{
  g_autoptr (RelaisBodies) bodies = relais_bodies_new ();
  const char *const none[] = { NULL };

  for (int kind = 0; kind < RELAIS_N_BODIES; kind++)
    if (kind != RELAIS_BODY_UPSTREAM_OUT)
      relais_bodies_append (bodies, (RelaisBodyKind)kind, text, strlen (text) - kind);
  return relais_bodies_freeze (bodies, none);
}

void
log_kit_add (RelaisLog  *log,
             guint64     id,
             gint64      age_us,
             const char *body)
{
  g_autoptr (RelaisRecord) record = relais_record_new (id);
  g_autoptr (RelaisBodies) bodies = NULL;

  record->phase = RELAIS_RECORD_DONE;
  record->time_us = LOG_KIT_WALL_US - age_us;
  record->path = g_strdup ("/v1/messages");
  record->account_id = g_strdup (id % 2 == 1 ? "odd" : "even");
  record->status = 200;
  bodies = body != NULL ? log_kit_make_bodies (body) : NULL;
  relais_log_add (log, record, bodies);
}

void
log_kit_add_refused (RelaisLog *log,
                     guint64    id)
{
  g_autoptr (RelaisRecord) record = relais_record_new (id);

  record->phase = RELAIS_RECORD_DONE;
  record->time_us = LOG_KIT_WALL_US;
  record->path = g_strdup ("/v1/messages");
  record->status = 401;
  relais_log_add (log, record, NULL);
}

/* A look, and a hand, at the file past the log. */
void
log_kit_run_sql (LogKit     *self,
                 const char *sql)
{
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open (self->path, &db), ==, SQLITE_OK);
  sqlite3_busy_timeout (db, 5000);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_close (db), ==, SQLITE_OK);
}

gint64
log_kit_ask_sql (LogKit     *self,
                 const char *sql)
{
  sqlite3 *db = NULL;
  sqlite3_stmt *statement = NULL;
  gint64 answer;

  g_assert_cmpint (sqlite3_open (self->path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  answer = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  g_assert_cmpint (sqlite3_close (db), ==, SQLITE_OK);
  return answer;
}

gint64
log_kit_get_file_size (const char *path)
{
  struct stat info;

  return stat (path, &info) == 0 ? info.st_size : -1;
}

gboolean
log_kit_is_in_file (const char *path,
                    const char *text)
{
  g_autofree char *content = NULL;
  gsize length = 0;

  return g_file_get_contents (path, &content, &length, NULL) &&
         memmem (content, length, text, strlen (text)) != NULL;
}

/* Something stands where the folder should be. */
void
log_kit_block (LogKit *self)
{
  g_autofree char *folder = g_path_get_dirname (self->path);

  g_assert_true (g_file_set_contents (folder, "", 0, NULL));
}

void
log_kit_unblock (LogKit *self)
{
  g_autofree char *folder = g_path_get_dirname (self->path);

  g_assert_cmpint (g_remove (folder), ==, 0);
}

void
log_kit_wait_for_trouble (LogKit *self)
{
  wait_for ((gpointer *)&self->trouble);
}

void
log_kit_wait_until_told (LogKit *self,
                         guint   n_told)
{
  guint late = g_timeout_add_seconds (PATIENCE_S, late_cb, NULL);

  while (self->n_told < n_told)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (late);
}
