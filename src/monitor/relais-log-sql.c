/* relais-log-sql.c: what the log asks of SQLite, and how that fails
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-log"

#include "config.h"

#include <errno.h>

#include "relais-log-sql.h"

/**
 * relais_log_sql_fail:
 * @code: what SQLite said
 * @error: where to put it
 *
 * In words for people; never those of the database, which may quote what was to be written.
 * [error@Gio.IOErrorEnum] `NO_SPACE`, `PERMISSION_DENIED`, `BUSY`, `FAILED`, or `INVALID_DATA` for
 * what is no database or a broken one.
 *
 * Returns: %FALSE
 */
gboolean
relais_log_sql_fail (int      code,
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

/**
 * relais_log_sql_fail_by_errno:
 * @error: where to put what a call of the system left in errno
 *
 * Returns: %FALSE
 */
gboolean
relais_log_sql_fail_by_errno (GError **error)
{
  if (errno == ENOSPC || errno == EDQUOT)
    return relais_log_sql_fail (SQLITE_FULL, error);
  return relais_log_sql_fail (SQLITE_CANTOPEN, error);
}

/**
 * relais_log_sql_run:
 * @db: a database
 * @sql: statements without an answer
 * @error: where to put a failure
 *
 * Returns: whether all of them were done
 */
gboolean
relais_log_sql_run (sqlite3     *db,
                    const char  *sql,
                    GError     **error)
{
  int code = sqlite3_exec (db, sql, NULL, NULL, NULL);

  return code == SQLITE_OK || relais_log_sql_fail (code, error);
}

/**
 * relais_log_sql_prepare:
 * @db: a database
 * @sql: a statement
 * @error: where to put a failure
 *
 * Returns: (transfer full) (nullable): the statement, for sqlite3_finalize()
 */
sqlite3_stmt *
relais_log_sql_prepare (sqlite3     *db,
                        const char  *sql,
                        GError     **error)
{
  sqlite3_stmt *statement = NULL;
  int code = sqlite3_prepare_v2 (db, sql, -1, &statement, NULL);

  if (code != SQLITE_OK)
    relais_log_sql_fail (code, error);
  return statement;
}

/**
 * relais_log_sql_ask:
 * @db: a database
 * @sql: a statement
 * @first: its first parameter, where it has one
 * @second: its second one
 * @answer: (out) (optional): the number in its first row; as it was where there is none
 * @error: where to put a failure
 *
 * Returns: whether it was done
 */
gboolean
relais_log_sql_ask (sqlite3     *db,
                    const char  *sql,
                    gint64       first,
                    gint64       second,
                    gint64      *answer,
                    GError     **error)
{
  sqlite3_stmt *statement = relais_log_sql_prepare (db, sql, error);
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
  return code == SQLITE_DONE || relais_log_sql_fail (code, error);
}
