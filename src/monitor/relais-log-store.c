/* relais-log-store.c: the file of the log
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-log"

#include "config.h"

#include "relais-log-bounds.h"
#include "relais-log-file.h"
#include "relais-log-schema.h"
#include "relais-log-sql.h"
#include "relais-log-store.h"

#define BUSY_MS 1000
#define RUN_SHIFT 32

struct _RelaisLogStore
{
  /* owned */
  sqlite3      *db;
  sqlite3_stmt *insert;
  sqlite3_stmt *insert_body;

  gint64 n_rows; /* as far as is known; counted now and then */
  gboolean      is_counted;

  /* borrowed */
  gint64 *run; /* this one's number, 0 before anything of it was written */
};

/* What was begun and cannot be ended is undone. */
static gboolean
end (RelaisLogStore  *self,
     gboolean         is_fine,
     GError         **error)
{
  if (is_fine && relais_log_sql_run (self->db, "COMMIT", error))
    return TRUE;
  sqlite3_exec (self->db, "ROLLBACK", NULL, NULL, NULL);
  return FALSE;
}

static gboolean
set_up (RelaisLogStore  *self,
        GError         **error)
{
  g_autofree char *create = NULL;
  gint64 version = 0;
  gboolean is_fine;

  sqlite3_busy_timeout (self->db, BUSY_MS);
  if (!relais_log_sql_ask (self->db, "PRAGMA user_version", 0, 0, &version, error))
    return FALSE;
  if (version > RELAIS_LOG_VERSION)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                           "The file is of a newer version of Relais");
      return FALSE;
    }
  if (!relais_log_sql_run (self->db,
                           "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;"
                           "PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON;"
                           "PRAGMA journal_size_limit = 4194304; BEGIN IMMEDIATE",
                           error))
    return FALSE;
  /* somebody else may have made it meanwhile */
  is_fine = relais_log_sql_ask (self->db, "PRAGMA user_version", 0, 0, &version, error);
  if (is_fine && version == 0)
    {
      create = relais_log_schema_dup_create ();
      is_fine = relais_log_sql_run (self->db, create, error);
    }
  if (is_fine && *self->run > 0)
    is_fine = relais_log_sql_ask (self->db, "UPDATE last_run SET run = max (run, ?)", *self->run, 0, NULL, error);
  return end (self, is_fine, error);
}

/**
 * relais_log_store_open:
 * @path: of the file; made with its folder where it is not there, 0600
 * @run: the number of this run; 0 until the first write sets it. Borrowed
 * @error: where to put a failure
 *
 * Waits up to a second for another process that writes to it. Fails, like all that follows, with
 * [error@Gio.IOErrorEnum] `NO_SPACE`, `PERMISSION_DENIED`, `BUSY` or `FAILED`; `INVALID_DATA` for
 * what is no database or a broken one; `NOT_SUPPORTED` for a newer version's, which stays as it is.
 *
 * Returns: (transfer full) (nullable): the file, open
 */
RelaisLogStore *
relais_log_store_open (const char  *path,
                       gint64      *run,
                       GError     **error)
{
  g_autoptr (RelaisLogStore) self = g_new0 (RelaisLogStore, 1);
  int code;

  self->run = run;
  if (!relais_log_file_make (path, error))
    return NULL;
  code = sqlite3_open_v2 (path, &self->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
  if (code != SQLITE_OK)
    relais_log_sql_fail (code, error);
  return code == SQLITE_OK && set_up (self, error) ? g_steal_pointer (&self) : NULL;
}

/**
 * relais_log_store_close:
 * @self: (nullable): an open file
 */
void
relais_log_store_close (RelaisLogStore *self)
{
  if (self == NULL)
    return;
  sqlite3_finalize (self->insert);
  sqlite3_finalize (self->insert_body);
  sqlite3_close (self->db);
  g_free (self);
}

static gint64
to_key (RelaisLogStore *self,
        guint64         id)
{
  return id >> RUN_SHIFT != 0 ? (gint64)id : *self->run << RUN_SHIFT | (gint64)id;
}

static gboolean
step (sqlite3_stmt  *statement,
      GError       **error)
{
  int code = sqlite3_step (statement);

  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
  return code == SQLITE_DONE || relais_log_sql_fail (code, error);
}

/* What both sides said alike is held once, and so it is written. */
static int
find_same (RelaisBodies *bodies,
           int           kind)
{
  GBytes *bytes = relais_bodies_get (bodies, (RelaisBodyKind)kind, NULL);
  int same = 0;

  while (relais_bodies_get (bodies, (RelaisBodyKind)same, NULL) != bytes)
    same++;
  return same;
}

static gboolean
write_body (RelaisLogStore  *self,
            gint64           key,
            RelaisBodies    *bodies,
            int              kind,
            GError         **error)
{
  gsize total = 0, size = 0;
  GBytes *bytes = relais_bodies_get (bodies, (RelaisBodyKind)kind, &total);
  int same = find_same (bodies, kind);
  gconstpointer data;

  if (bytes == NULL)
    return TRUE;
  data = g_bytes_get_data (bytes, &size);
  sqlite3_bind_int64 (self->insert_body, 1, key);
  sqlite3_bind_int (self->insert_body, 2, kind);
  sqlite3_bind_int64 (self->insert_body, 3, (gint64)total);
  if (same == kind)
    sqlite3_bind_blob64 (self->insert_body, 4, data != NULL ? data : "", size, SQLITE_STATIC);
  else
    sqlite3_bind_int (self->insert_body, 5, same);
  return step (self->insert_body, error);
}

static gboolean
write_entry (RelaisLogStore        *self,
             const RelaisLogEntry  *entry,
             GError               **error)
{
  gint64 key = to_key (self, entry->record->id);

  sqlite3_bind_int64 (self->insert, 1, key);
  relais_log_schema_bind (self->insert, entry->record);
  if (!step (self->insert, error))
    return FALSE;
  for (int kind = 0; kind < RELAIS_N_BODIES && entry->bodies != NULL; kind++)
    if (!write_body (self, key, entry->bodies, kind, error))
      return FALSE;
  return TRUE;
}

static gboolean
prepare_writing (RelaisLogStore  *self,
                 GError         **error)
{
  g_autofree char *sql = relais_log_schema_dup_insert ();

  if (self->insert == NULL)
    self->insert = relais_log_sql_prepare (self->db, sql, error);
  if (self->insert != NULL && self->insert_body == NULL)
    self->insert_body = relais_log_sql_prepare (self->db,
                                                "INSERT OR REPLACE INTO bodies (key, kind, total, bytes, same) "
                                                "VALUES (?, ?, ?, ?, ?)",
                                                error);
  return self->insert_body != NULL;
}

/**
 * relais_log_store_write:
 * @self: an open file
 * @entries: (element-type RelaisLogEntry): what to write
 * @error: where to put a failure
 *
 * Returns: whether all of it is in the file; else none of it
 */
gboolean
relais_log_store_write (RelaisLogStore  *self,
                        GPtrArray       *entries,
                        GError         **error)
{
  gboolean is_fine = TRUE;
  gint64 run = *self->run;

  if (!prepare_writing (self, error) || !relais_log_sql_run (self->db, "BEGIN IMMEDIATE", error))
    return FALSE;
  if (run == 0)
    is_fine = relais_log_sql_ask (self->db, "UPDATE last_run SET run = run + 1 RETURNING run", 0, 0, self->run, error);
  for (guint i = 0; is_fine && i < entries->len; i++)
    is_fine = write_entry (self, g_ptr_array_index (entries, i), error);
  is_fine = end (self, is_fine, error);
  if (!is_fine)
    *self->run = run;
  else
    self->n_rows += entries->len;
  return is_fine;
}

/**
 * relais_log_store_load:
 * @self: an open file
 * @n: how many at most
 * @error: where to put a failure
 *
 * Returns: (transfer full) (element-type RelaisRecord) (nullable): the newest records of other
 *   runs, newest first, their ids being their keys
 */
GPtrArray *
relais_log_store_load (RelaisLogStore  *self,
                       guint            n,
                       GError         **error)
{
  g_autofree char *sql = relais_log_schema_dup_select ();
  g_autoptr (GPtrArray) records =
               g_ptr_array_new_with_free_func ((GDestroyNotify)relais_record_free);
  sqlite3_stmt *statement = relais_log_sql_prepare (self->db, sql, error);
  int code;

  if (statement == NULL)
    return NULL;
  sqlite3_bind_int64 (statement, 1, *self->run);
  sqlite3_bind_int64 (statement, 2, n);
  while ((code = sqlite3_step (statement)) == SQLITE_ROW)
    g_ptr_array_add (records, relais_log_schema_read (statement));
  sqlite3_finalize (statement);
  if (code != SQLITE_DONE)
    relais_log_sql_fail (code, error);
  return code == SQLITE_DONE ? g_steal_pointer (&records) : NULL;
}

/* NULL for what refers to nothing. */
static GBytes *
read_bytes (sqlite3_stmt         *statement,
            GBytes       * const *bytes,
            int                   kind)
{
  int same = sqlite3_column_int (statement, 3);

  if (sqlite3_column_type (statement, 3) == SQLITE_NULL)
    return g_bytes_new (sqlite3_column_blob (statement, 2),
                        (gsize)sqlite3_column_bytes (statement, 2));
  return same >= 0 && same < kind && bytes[same] != NULL ? g_bytes_ref (bytes[same]) : NULL;
}

/**
 * relais_log_store_read_bodies:
 * @self: an open file
 * @id: a record's id, of this run or of one that was loaded
 * @error: where to put a failure
 *
 * Fails with [error@Gio.IOErrorEnum] `NOT_FOUND` when there are none.
 *
 * Returns: (transfer full) (nullable): its bodies
 */
RelaisBodies *
relais_log_store_read_bodies (RelaisLogStore  *self,
                              guint64          id,
                              GError         **error)
{
  GBytes *bytes[RELAIS_N_BODIES] = { NULL };
  gsize totals[RELAIS_N_BODIES] = { 0 };
  RelaisBodies *bodies = NULL;
  sqlite3_stmt *statement = relais_log_sql_prepare (self->db, "SELECT kind, total, bytes, same "
                                                              "FROM bodies WHERE key = ? ORDER BY kind",
                                                    error);
  guint n = 0;
  int code;

  if (statement == NULL)
    return NULL;
  sqlite3_bind_int64 (statement, 1, to_key (self, id));
  while ((code = sqlite3_step (statement)) == SQLITE_ROW)
    {
      int kind = sqlite3_column_int (statement, 0);

      if (kind < 0 || kind >= RELAIS_N_BODIES || bytes[kind] != NULL)
        continue;
      bytes[kind] = read_bytes (statement, bytes, kind);
      if (bytes[kind] == NULL)
        continue;
      totals[kind] = (gsize)sqlite3_column_int64 (statement, 1);
      n++;
    }
  sqlite3_finalize (statement);
  if (code != SQLITE_DONE)
    relais_log_sql_fail (code, error);
  else if (n == 0)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "Nothing of it was kept");
  else
    bodies = relais_bodies_new_from (bytes, totals);
  for (int kind = 0; kind < RELAIS_N_BODIES; kind++)
    g_clear_pointer (&bytes[kind], g_bytes_unref);
  return bodies;
}

/**
 * relais_log_store_delete:
 * @self: an open file
 * @before_us: what came before it goes, microseconds since 1970
 * @ids: (element-type guint64): what else goes
 * @error: where to put a failure
 *
 * Returns: whether all of it is gone; else nothing of it
 */
gboolean
relais_log_store_delete (RelaisLogStore  *self,
                         gint64           before_us,
                         GArray          *ids,
                         GError         **error)
{
  gboolean is_fine;

  if (!relais_log_sql_run (self->db, "BEGIN IMMEDIATE", error))
    return FALSE;
  is_fine = relais_log_sql_ask (self->db, "DELETE FROM records WHERE time_us < ?", before_us, 0,
                                NULL, error);
  for (guint i = 0; is_fine && i < ids->len; i++)
    is_fine = relais_log_sql_ask (self->db, "DELETE FROM records WHERE key = ?",
                                  to_key (self, g_array_index (ids, guint64, i)), 0, NULL, error);
  self->is_counted = FALSE;
  return end (self, is_fine, error) && relais_log_bounds_shrink (self->db, error);
}

/**
 * relais_log_store_trim:
 * @self: an open file
 * @oldest_us: what came before it goes, microseconds since 1970
 * @is_thorough: as relais_log_bounds_trim() takes it; the first time it is
 * @error: where to put a failure
 *
 * Returns: as relais_log_bounds_trim()
 */
gboolean
relais_log_store_trim (RelaisLogStore  *self,
                       gint64           oldest_us,
                       gboolean         is_thorough,
                       GError         **error)
{
  is_thorough |= !self->is_counted;
  self->is_counted =
    relais_log_bounds_trim (self->db, oldest_us, is_thorough, &self->n_rows, error);
  return self->is_counted;
}

/**
 * relais_log_store_measure:
 * @self: an open file
 * @n_rows: (out): records in it
 * @size_bytes: (out): what it takes on the disk
 * @error: where to put a failure
 *
 * Returns: whether it could be measured
 */
gboolean
relais_log_store_measure (RelaisLogStore  *self,
                          gint64          *n_rows,
                          gint64          *size_bytes,
                          GError         **error)
{
  return relais_log_bounds_measure (self->db, n_rows, size_bytes, error);
}
