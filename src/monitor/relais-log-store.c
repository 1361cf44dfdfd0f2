/* relais-log-store.c: the file of the log
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-log"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "relais-log-schema.h"
#include "relais-log-store.h"

#define BUSY_MS 1000
#define RUN_SHIFT 32
#define DELETED_AT_ONCE 256 /* rows, or bodies, between two looks at the size */

struct _RelaisLogStore
{
  /* owned */
  sqlite3      *db;
  sqlite3_stmt *insert;
  sqlite3_stmt *insert_body;

  /* borrowed */
  gint64 *run; /* this one's number, 0 before anything of it was written */
};

/* In words for people; never those of the database, which may quote what was to be written. */
static gboolean
fail (int      code,
      GError **error)
{
  GIOErrorEnum reason = G_IO_ERROR_FAILED;
  const char *words = "The disk reported an error";

  switch (code & 0xff)
    {
    case SQLITE_FULL:
      reason = G_IO_ERROR_NO_SPACE;
      words = "The disk is full";
      break;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
    case SQLITE_AUTH:
      reason = G_IO_ERROR_PERMISSION_DENIED;
      words = "The file cannot be written to";
      break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      reason = G_IO_ERROR_BUSY;
      words = "Another program uses the file";
      break;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      reason = G_IO_ERROR_INVALID_DATA;
      words = "The file is damaged";
      break;
    default:
      g_debug ("SQLite says %d: %s", code, sqlite3_errstr (code));
    }
  g_set_error_literal (error, G_IO_ERROR, reason, words);
  return FALSE;
}

static gboolean
run_sql (RelaisLogStore  *self,
         const char      *sql,
         GError         **error)
{
  int code = sqlite3_exec (self->db, sql, NULL, NULL, NULL);

  return code == SQLITE_OK || fail (code, error);
}

/* What was begun and cannot be ended is undone. */
static gboolean
end (RelaisLogStore  *self,
     gboolean         is_fine,
     GError         **error)
{
  if (is_fine && run_sql (self, "COMMIT", error))
    return TRUE;
  sqlite3_exec (self->db, "ROLLBACK", NULL, NULL, NULL);
  return FALSE;
}

static sqlite3_stmt *
prepare (RelaisLogStore  *self,
         const char      *sql,
         GError         **error)
{
  sqlite3_stmt *statement = NULL;
  int code = sqlite3_prepare_v2 (self->db, sql, -1, &statement, NULL);

  if (code != SQLITE_OK)
    fail (code, error);
  return statement;
}

/* One number out of the database, for up to two numbers put in. */
static gboolean
ask (RelaisLogStore  *self,
     const char      *sql,
     gint64           first,
     gint64           second,
     gint64          *answer,
     GError         **error)
{
  sqlite3_stmt *statement = prepare (self, sql, error);
  int code;

  if (statement == NULL)
    return FALSE;
  if (sqlite3_bind_parameter_count (statement) > 0)
    sqlite3_bind_int64 (statement, 1, first);
  if (sqlite3_bind_parameter_count (statement) > 1)
    sqlite3_bind_int64 (statement, 2, second);
  code = sqlite3_step (statement);
  if (code == SQLITE_ROW && answer != NULL)
    *answer = sqlite3_column_int64 (statement, 0);
  /* a change that tells something is not over with its first row */
  while (code == SQLITE_ROW)
    code = sqlite3_step (statement);
  sqlite3_finalize (statement);
  return code == SQLITE_DONE || fail (code, error);
}

static gboolean
fail_by_errno (GError **error)
{
  if (errno == ENOSPC || errno == EDQUOT)
    return fail (SQLITE_FULL, error);
  return fail (SQLITE_CANTOPEN, error);
}

/* For its owner only, and so what the database puts beside it. */
static gboolean
make_file (const char  *path,
           GError     **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int fd;

  if (g_mkdir_with_parents (folder, 0700) != 0)
    return fail_by_errno (error);
  fd = g_open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd >= 0)
    close (fd);
  else if (errno != EEXIST)
    return fail_by_errno (error);
  g_chmod (path, 0600);
  return TRUE;
}

static gboolean
set_up (RelaisLogStore  *self,
        GError         **error)
{
  g_autofree char *create = NULL;
  gint64 version = 0;
  gboolean is_fine;

  sqlite3_busy_timeout (self->db, BUSY_MS);
  if (!ask (self, "PRAGMA user_version", 0, 0, &version, error))
    return FALSE;
  if (version > RELAIS_LOG_VERSION)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                           "The file is of a newer version of Relais");
      return FALSE;
    }
  if (!run_sql (self,
                "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;"
                "PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON;"
                "PRAGMA journal_size_limit = 4194304; BEGIN IMMEDIATE",
                error))
    return FALSE;
  /* somebody else may have made it meanwhile */
  is_fine = ask (self, "PRAGMA user_version", 0, 0, &version, error);
  if (is_fine && version == 0)
    {
      create = relais_log_schema_dup_create ();
      is_fine = run_sql (self, create, error);
    }
  if (is_fine && *self->run > 0)
    is_fine = ask (self, "UPDATE last_run SET run = max (run, ?)", *self->run, 0, NULL, error);
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
  if (!make_file (path, error))
    return NULL;
  code = sqlite3_open_v2 (path, &self->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
  if (code != SQLITE_OK)
    fail (code, error);
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
  return code == SQLITE_DONE || fail (code, error);
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
    {
      gsize total = 0, size = 0;
      GBytes *bytes = relais_bodies_get (entry->bodies, (RelaisBodyKind)kind, &total);
      gconstpointer data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;

      if (bytes == NULL)
        continue;
      sqlite3_bind_int64 (self->insert_body, 1, key);
      sqlite3_bind_int (self->insert_body, 2, kind);
      sqlite3_bind_int64 (self->insert_body, 3, (gint64)total);
      sqlite3_bind_blob64 (self->insert_body, 4, data != NULL ? data : "", size, SQLITE_STATIC);
      if (!step (self->insert_body, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
prepare_writing (RelaisLogStore  *self,
                 GError         **error)
{
  g_autofree char *sql = relais_log_schema_dup_insert ();

  if (self->insert == NULL)
    self->insert = prepare (self, sql, error);
  if (self->insert != NULL && self->insert_body == NULL)
    self->insert_body = prepare (self,
                                 "INSERT OR REPLACE INTO bodies (key, kind, total, bytes) "
                                 "VALUES (?, ?, ?, ?)",
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

  if (!prepare_writing (self, error) || !run_sql (self, "BEGIN IMMEDIATE", error))
    return FALSE;
  if (run == 0)
    is_fine = ask (self, "UPDATE last_run SET run = run + 1 RETURNING run", 0, 0, self->run, error);
  for (guint i = 0; is_fine && i < entries->len; i++)
    is_fine = write_entry (self, g_ptr_array_index (entries, i), error);
  is_fine = end (self, is_fine, error);
  if (!is_fine)
    *self->run = run;
  return is_fine;
}

static gboolean
get_size (RelaisLogStore  *self,
          gint64          *used_bytes,
          gint64          *file_bytes,
          GError         **error)
{
  gint64 page_size = 0, n_pages = 0, n_free = 0;

  if (!ask (self, "PRAGMA page_size", 0, 0, &page_size, error) ||
      !ask (self, "PRAGMA page_count", 0, 0, &n_pages, error) ||
      !ask (self, "PRAGMA freelist_count", 0, 0, &n_free, error))
    return FALSE;
  *used_bytes = (n_pages - n_free) * page_size;
  *file_bytes = n_pages * page_size;
  return TRUE;
}

/* Pages nobody uses go back to the disk, and with the journal what was in them. */
static gboolean
shrink (RelaisLogStore  *self,
        GError         **error)
{
  return ask (self, "PRAGMA incremental_vacuum", 0, 0, NULL, error) &&
         ask (self, "PRAGMA wal_checkpoint (TRUNCATE)", 0, 0, NULL, error);
}

/* The oldest go until the rest fits: bodies first, as rows tell the most in the least space. */
static gboolean
trim_bytes (RelaisLogStore  *self,
            GError         **error)
{
  static const char *const deletes[] = {
    "DELETE FROM bodies WHERE key IN (SELECT DISTINCT key FROM bodies ORDER BY key LIMIT ?)",
    "DELETE FROM records WHERE key IN (SELECT key FROM records ORDER BY time_us LIMIT ?)",
  };
  gint64 used = 0, file = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (deletes);)
    {
      if (!get_size (self, &used, &file, error))
        return FALSE;
      if (used <= RELAIS_LOG_FILE_MAX)
        return TRUE;
      if (!ask (self, deletes[i], DELETED_AT_ONCE, 0, NULL, error))
        return FALSE;
      if (sqlite3_changes (self->db) == 0)
        i++;
    }
  return TRUE;
}

/**
 * relais_log_store_trim:
 * @self: an open file
 * @oldest_us: what came before it goes, microseconds since 1970
 * @error: where to put a failure
 *
 * Keeps what fits: 100 000 rows and 256 MiB, the newest.
 *
 * Returns: whether the file is within its bounds
 */
gboolean
relais_log_store_trim (RelaisLogStore  *self,
                       gint64           oldest_us,
                       GError         **error)
{
  gint64 n_rows = 0, used = 0, file = 0;

  if (!ask (self, "DELETE FROM records WHERE time_us < ?", oldest_us, 0, NULL, error) ||
      !ask (self, "SELECT count(*) FROM records", 0, 0, &n_rows, error))
    return FALSE;
  if (n_rows > RELAIS_LOG_ROWS_MAX &&
      !ask (self,
            "DELETE FROM records WHERE key IN (SELECT key FROM records ORDER BY time_us LIMIT ?)",
            n_rows - RELAIS_LOG_ROWS_MAX, 0, NULL, error))
    return FALSE;
  if (!trim_bytes (self, error) || !get_size (self, &used, &file, error))
    return FALSE;
  return used == file || shrink (self, error);
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
  sqlite3_stmt *statement = prepare (self, sql, error);
  int code;

  if (statement == NULL)
    return NULL;
  sqlite3_bind_int64 (statement, 1, *self->run);
  sqlite3_bind_int64 (statement, 2, n);
  while ((code = sqlite3_step (statement)) == SQLITE_ROW)
    g_ptr_array_add (records, relais_log_schema_read (statement));
  sqlite3_finalize (statement);
  if (code != SQLITE_DONE)
    fail (code, error);
  return code == SQLITE_DONE ? g_steal_pointer (&records) : NULL;
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
  sqlite3_stmt *statement = prepare (self, "SELECT kind, total, bytes FROM bodies WHERE key = ?", error);
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
      totals[kind] = (gsize)sqlite3_column_int64 (statement, 1);
      bytes[kind] = g_bytes_new (sqlite3_column_blob (statement, 2),
                                 (gsize)sqlite3_column_bytes (statement, 2));
      n++;
    }
  sqlite3_finalize (statement);
  if (code != SQLITE_DONE)
    fail (code, error);
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

  if (!run_sql (self, "BEGIN IMMEDIATE", error))
    return FALSE;
  is_fine = ask (self, "DELETE FROM records WHERE time_us < ?", before_us, 0, NULL, error);
  for (guint i = 0; is_fine && i < ids->len; i++)
    is_fine = ask (self, "DELETE FROM records WHERE key = ?",
                   to_key (self, g_array_index (ids, guint64, i)), 0, NULL, error);
  return end (self, is_fine, error) && shrink (self, error);
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
  gint64 used = 0;

  return ask (self, "SELECT count(*) FROM records", 0, 0, n_rows, error) &&
         get_size (self, &used, size_bytes, error);
}

/**
 * relais_log_store_count:
 * @self: an open file
 * @since_us: what came before it is not counted, microseconds since 1970
 * @error: where to put a failure
 *
 * Returns: (transfer full) (element-type utf8 guint) (nullable): how many requests of other runs
 *   each account served, by its id
 */
GHashTable *
relais_log_store_count (RelaisLogStore  *self,
                        gint64           since_us,
                        GError         **error)
{
  g_autoptr (GHashTable) counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  sqlite3_stmt *statement = prepare (self,
                                     "SELECT account_id, count(*) FROM records WHERE time_us >= ? "
                                     "AND key >> 32 <> ? AND account_id NOT NULL "
                                     "GROUP BY account_id",
                                     error);
  int code;

  if (statement == NULL)
    return NULL;
  sqlite3_bind_int64 (statement, 1, since_us);
  sqlite3_bind_int64 (statement, 2, *self->run);
  while ((code = sqlite3_step (statement)) == SQLITE_ROW)
    g_hash_table_replace (counts, g_strdup ((const char *)sqlite3_column_text (statement, 0)),
                          GUINT_TO_POINTER ((guint)sqlite3_column_int64 (statement, 1)));
  sqlite3_finalize (statement);
  if (code != SQLITE_DONE)
    fail (code, error);
  return code == SQLITE_DONE ? g_steal_pointer (&counts) : NULL;
}

/**
 * relais_log_store_set_aside:
 * @path: of a file that is no good
 * @error: where to put a failure
 *
 * Nothing is deleted: it gets a name of its own, with what belongs to it.
 *
 * Returns: whether its place is free
 */
gboolean
relais_log_store_set_aside (const char  *path,
                            GError     **error)
{
  static const char *const ends[] = { "", "-wal", "-shm" };
  g_autofree char *aside = g_strconcat (path, ".broken", NULL);

  for (guint i = 2; g_file_test (aside, G_FILE_TEST_EXISTS); i++)
    {
      g_free (aside);
      aside = g_strdup_printf ("%s.broken-%u", path, i);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *from = g_strconcat (path, ends[i], NULL);
      g_autofree char *to = g_strconcat (aside, ends[i], NULL);

      if (g_rename (from, to) != 0 && i == 0)
        return fail_by_errno (error);
    }
  g_message ("The history is damaged: it is kept as %s, and a new one begins", aside);
  return TRUE;
}
