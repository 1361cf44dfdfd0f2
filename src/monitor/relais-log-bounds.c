/* relais-log-bounds.c: how large the log is, and may become
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-log"

#include "config.h"

#include <glib/gstdio.h>

#include "relais-log-bounds.h"
#include "relais-log-schema.h"
#include "relais-log-sql.h"

#define ROOM (G_GINT64_CONSTANT (8) * 1024 * 1024)
#define ROWS_AT_ONCE 64 /* between two looks at the size */
#define DELETE_ROWS \
 "DELETE FROM records WHERE key IN (SELECT key FROM records ORDER BY time_us LIMIT ?)"

static gboolean
get_size (sqlite3  *db,
          gint64   *used_bytes,
          gint64   *file_bytes,
          GError  **error)
{
  gint64 page_size = 0, n_pages = 0, n_free = 0;

  if (!relais_log_sql_ask (db, "PRAGMA page_size", 0, 0, &page_size, error) ||
      !relais_log_sql_ask (db, "PRAGMA page_count", 0, 0, &n_pages, error) ||
      !relais_log_sql_ask (db, "PRAGMA freelist_count", 0, 0, &n_free, error))
    return FALSE;
  *used_bytes = (n_pages - n_free) * page_size;
  *file_bytes = n_pages * page_size;
  return TRUE;
}

/* A journal that somebody reads stays, which is no error to SQLite. */
static gboolean
shrink (sqlite3  *db,
        gint64   *is_busy,
        GError  **error)
{
  return relais_log_sql_ask (db, "PRAGMA incremental_vacuum", 0, 0, NULL, error) &&
         relais_log_sql_ask (db, "PRAGMA wal_checkpoint (TRUNCATE)", 0, 0, is_busy, error);
}

/**
 * relais_log_bounds_shrink:
 * @db: an open log
 * @error: where to put a failure
 *
 * Pages nobody uses go back to the disk, and with the journal what was in them. Fails while another
 * program reads them.
 *
 * Returns: whether they did
 */
gboolean
relais_log_bounds_shrink (sqlite3  *db,
                          GError  **error)
{
  gint64 is_busy = 0;

  return shrink (db, &is_busy, error) &&
         (is_busy == 0 || relais_log_sql_fail (SQLITE_BUSY, error));
}

/* Of the oldest requests as many as hold these bytes lose their bodies. */
static gboolean
delete_bodies (sqlite3  *db,
               gint64    size_bytes,
               GError  **error)
{
  sqlite3_stmt *statement = relais_log_sql_prepare (db, "SELECT key, length (bytes) FROM bodies ORDER BY key", error);
  gint64 last = G_MININT64;
  int code = SQLITE_DONE;

  if (statement == NULL)
    return FALSE;
  while (size_bytes > 0 && (code = sqlite3_step (statement)) == SQLITE_ROW)
    {
      last = sqlite3_column_int64 (statement, 0);
      size_bytes -= sqlite3_column_int64 (statement, 1);
    }
  sqlite3_finalize (statement);
  if (code != SQLITE_ROW && code != SQLITE_DONE)
    return relais_log_sql_fail (code, error);
  return relais_log_sql_ask (db, "DELETE FROM bodies WHERE key <= ?", last, 0, NULL, error);
}

/* The oldest go until the rest fits: bodies first, as rows tell the most in the least space. Some
 * room is made beyond that, so that it does not begin anew with the next request. */
static gboolean
trim_bytes (sqlite3  *db,
            gint64   *n_rows,
            GError  **error)
{
  const gint64 goal = RELAIS_LOG_FILE_MAX - ROOM;
  gint64 used = 0, file = 0;
  gboolean has_bodies = TRUE;

  if (!get_size (db, &used, &file, error))
    return FALSE;
  if (used <= RELAIS_LOG_FILE_MAX)
    return TRUE;
  while (used > goal)
    {
      if (has_bodies ? !delete_bodies (db, used - goal, error)
                     : !relais_log_sql_ask (db, DELETE_ROWS, ROWS_AT_ONCE, 0, NULL, error))
        return FALSE;
      if (sqlite3_changes (db) == 0 && !has_bodies)
        return TRUE;
      *n_rows -= has_bodies ? 0 : sqlite3_changes (db);
      has_bodies = sqlite3_changes (db) > 0 && has_bodies;
      if (!get_size (db, &used, &file, error))
        return FALSE;
    }
  return TRUE;
}

/* Whoever is turned away a thousand times pushes out nothing but that. */
static gboolean
trim_refused (sqlite3  *db,
              gint64   *n_rows,
              GError  **error)
{
  gint64 n = 0;

  if (!relais_log_sql_ask (db, "SELECT count(*) FROM records WHERE " RELAIS_LOG_REFUSED, 0, 0, &n, error))
    return FALSE;
  if (n <= RELAIS_LOG_REFUSED_MAX)
    return TRUE;
  if (!relais_log_sql_ask (db, "DELETE FROM records WHERE key IN (SELECT key FROM records WHERE " RELAIS_LOG_REFUSED " ORDER BY time_us LIMIT ?)", n - RELAIS_LOG_REFUSED_MAX, 0, NULL, error))
    return FALSE;
  *n_rows -= sqlite3_changes (db);
  return TRUE;
}

static gboolean
trim_rows (sqlite3  *db,
           gint64    oldest_us,
           gint64   *n_rows,
           GError  **error)
{
  if (!relais_log_sql_ask (db, "DELETE FROM records WHERE time_us < ?", oldest_us, 0, NULL, error))
    return FALSE;
  *n_rows -= sqlite3_changes (db);
  if (!trim_refused (db, n_rows, error))
    return FALSE;
  if (*n_rows <= RELAIS_LOG_ROWS_MAX)
    return TRUE;
  if (!relais_log_sql_ask (db, DELETE_ROWS, *n_rows - RELAIS_LOG_ROWS_MAX, 0, NULL, error))
    return FALSE;
  *n_rows -= sqlite3_changes (db);
  return TRUE;
}

/**
 * relais_log_bounds_trim:
 * @db: an open log
 * @oldest_us: what came before it goes, microseconds since 1970
 * @is_thorough: whether rows are counted, and all that is free goes back to the disk; else that
 *   waits for 8 MiB of it
 * @n_rows: (inout): how many rows there are, as far as the caller knows
 * @error: where to put a failure
 *
 * Keeps what fits: 100 000 rows, 2 000 of requests that were turned away among them, and 256 MiB,
 * the newest.
 *
 * Returns: whether the file is within its bounds
 */
gboolean
relais_log_bounds_trim (sqlite3   *db,
                        gint64     oldest_us,
                        gboolean   is_thorough,
                        gint64    *n_rows,
                        GError   **error)
{
  gint64 used = 0, file = 0, is_busy = 0;

  if (is_thorough && !relais_log_sql_ask (db, "SELECT count(*) FROM records", 0, 0, n_rows, error))
    return FALSE;
  if (!trim_rows (db, oldest_us, n_rows, error) || !trim_bytes (db, n_rows, error) ||
      !get_size (db, &used, &file, error))
    return FALSE;
  if (is_thorough ? used == file : file - used <= ROOM && file <= RELAIS_LOG_FILE_MAX)
    return TRUE;
  return shrink (db, &is_busy, error);
}

/**
 * relais_log_bounds_measure:
 * @db: an open log
 * @n_rows: (out): records in it
 * @size_bytes: (out): what it takes on the disk
 * @error: where to put a failure
 *
 * Returns: whether it could be measured
 */
gboolean
relais_log_bounds_measure (sqlite3  *db,
                           gint64   *n_rows,
                           gint64   *size_bytes,
                           GError  **error)
{
  const char *journal = sqlite3_filename_wal (sqlite3_db_filename (db, "main"));
  gint64 used = 0;
  GStatBuf info;

  if (!relais_log_sql_ask (db, "SELECT count(*) FROM records", 0, 0, n_rows, error) ||
      !get_size (db, &used, size_bytes, error))
    return FALSE;
  if (g_stat (journal, &info) == 0)
    *size_bytes += info.st_size;
  return TRUE;
}
