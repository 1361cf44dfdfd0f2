/* relais-log-schema.c: the tables of the log, and how a record stands in them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-log-schema"

#include "config.h"

#include "relais-log-schema.h"
#include "relais-record-json.h"

typedef enum {
  TEXT,
  UINT,
  INT64,
  BOOLEAN,
} ColumnType;

#define COLUMN(name, type, member)                   \
 {                                                   \
  name, type, G_STRUCT_OFFSET (RelaisRecord, member) \
 }

/* What a record says, but for its key, its time and its lists. */
static const struct
{
  const char *name;
  ColumnType type;
  gsize offset;
} columns[] = {
  COLUMN ("client", TEXT, client),
  COLUMN ("peer", TEXT, peer),
  COLUMN ("method", TEXT, method),
  COLUMN ("path", TEXT, path),
  COLUMN ("query", TEXT, query),
  COLUMN ("beta", TEXT, beta),
  COLUMN ("dialect", TEXT, dialect),
  COLUMN ("upstream_dialect", TEXT, upstream_dialect),
  COLUMN ("model", TEXT, model),
  COLUMN ("upstream_model", TEXT, upstream_model),
  COLUMN ("account_id", TEXT, account_id),
  COLUMN ("account", TEXT, account),
  COLUMN ("finish", TEXT, finish),
  COLUMN ("hint", TEXT, hint),
  COLUMN ("error", TEXT, error),
  COLUMN ("error_is_own", BOOLEAN, error_is_own),
  COLUMN ("refused_host", TEXT, refused_host),
  COLUMN ("refused_origin", TEXT, refused_origin),
  COLUMN ("status", UINT, status),
  COLUMN ("upstream_status", UINT, upstream_status),
  COLUMN ("attempts", UINT, attempts),
  COLUMN ("rule", UINT, rule),
  COLUMN ("first_byte_us", INT64, first_byte_us),
  COLUMN ("duration_us", INT64, duration_us),
  COLUMN ("bytes_in", INT64, bytes_in),
  COLUMN ("bytes_out", INT64, bytes_out),
  COLUMN ("stream", BOOLEAN, stream),
  COLUMN ("aborted", BOOLEAN, aborted),
  COLUMN ("input_tokens", INT64, usage.input),
  COLUMN ("cache_read_tokens", INT64, usage.cache_read),
  COLUMN ("cache_write_tokens", INT64, usage.cache_write),
  COLUMN ("output_tokens", INT64, usage.output),
  COLUMN ("reasoning_tokens", INT64, usage.reasoning),
  COLUMN ("tokens_are_estimated", BOOLEAN, usage.estimated),
};

static void
append_names (GString    *sql,
              const char *after_each)
{
  for (gsize i = 0; i < G_N_ELEMENTS (columns); i++)
    g_string_append_printf (sql, ", %s%s", columns[i].name,
                            after_each == NULL        ? ""
                            : columns[i].type == TEXT ? " TEXT"
                                                      : after_each);
}

/**
 * relais_log_schema_dup_create:
 *
 * `key` is the number of the run times 2³² plus that of the request in it. A row's bodies go with
 * it; one has bytes, or is the same as one of a lower kind. `last_run` has one row.
 *
 * Returns: (transfer full): what makes an empty log, version included
 */
char *
relais_log_schema_dup_create (void)
{
  GString *sql = g_string_new ("CREATE TABLE records (key INTEGER PRIMARY KEY, "
                               "time_us INTEGER NOT NULL");

  append_names (sql, " INTEGER");
  g_string_append_printf (
    sql,
    ", changes TEXT, trace TEXT);"
    "CREATE INDEX records_time ON records (time_us);"
    "CREATE INDEX records_refused ON records (time_us) WHERE " RELAIS_LOG_REFUSED ";"
    "CREATE TABLE bodies (key INTEGER, kind INTEGER, total INTEGER NOT NULL, bytes BLOB, same INTEGER, "
    "PRIMARY KEY (key, kind));"
    "CREATE TRIGGER records_delete AFTER DELETE ON records "
    "BEGIN DELETE FROM bodies WHERE key = old.key; END;"
    "CREATE TABLE last_run (run INTEGER NOT NULL);"
    "INSERT INTO last_run VALUES (0);"
    "PRAGMA user_version = %d;",
    RELAIS_LOG_VERSION);
  return g_string_free (sql, FALSE);
}

/**
 * relais_log_schema_dup_insert:
 *
 * Returns: (transfer full): what writes a record; parameter 1 is the key, the rest is
 *   relais_log_schema_bind()'s
 */
char *
relais_log_schema_dup_insert (void)
{
  GString *sql = g_string_new ("INSERT OR REPLACE INTO records (key, time_us");

  append_names (sql, NULL);
  g_string_append (sql, ", changes, trace) VALUES (?, ?");
  for (gsize i = 0; i < G_N_ELEMENTS (columns) + 2; i++)
    g_string_append (sql, ", ?");
  g_string_append_c (sql, ')');
  return g_string_free (sql, FALSE);
}

/**
 * relais_log_schema_dup_select:
 *
 * Returns: (transfer full): what reads records, for relais_log_schema_read(), the newest first;
 *   parameter 1 is a run whose own are left out, 2 the most there may be
 */
char *
relais_log_schema_dup_select (void)
{
  GString *sql = g_string_new ("SELECT key, time_us");

  append_names (sql, NULL);
  g_string_append (sql, ", changes, trace FROM records WHERE key >> 32 <> ? "
                        "ORDER BY time_us DESC, key DESC LIMIT ?");
  return g_string_free (sql, FALSE);
}

/**
 * relais_log_schema_bind:
 * @statement: made of relais_log_schema_dup_insert(), reset
 * @record: what it is to write; lent until it is reset
 */
void
relais_log_schema_bind (sqlite3_stmt       *statement,
                        const RelaisRecord *record)
{
  int place = 2; /* behind the key; they count from 1 */

  sqlite3_bind_int64 (statement, place++, record->time_us);
  for (gsize i = 0; i < G_N_ELEMENTS (columns); i++, place++)
    {
      gconstpointer field = G_STRUCT_MEMBER_P (record, columns[i].offset);

      switch (columns[i].type)
        {
        case TEXT:
          sqlite3_bind_text (statement, place, *(char *const *)field, -1, SQLITE_STATIC);
          break;
        case UINT:
          sqlite3_bind_int64 (statement, place, *(const guint *)field);
          break;
        case BOOLEAN:
          sqlite3_bind_int (statement, place, *(const gboolean *)field);
          break;
        case INT64:
        default:
          sqlite3_bind_int64 (statement, place, *(const gint64 *)field);
          break;
        }
    }
  sqlite3_bind_text (statement, place++, relais_record_json_from_changes (record->changes), -1,
                     g_free);
  sqlite3_bind_text (statement, place, relais_record_json_from_trace (record->trace), -1, g_free);
}

static const char *
get_text (sqlite3_stmt *statement,
          int           place)
{
  return (const char *)sqlite3_column_text (statement, place);
}

/**
 * relais_log_schema_read:
 * @statement: made of relais_log_schema_dup_select(), at a row
 *
 * Returns: (transfer full): the record of that row; its id is its key
 */
RelaisRecord *
relais_log_schema_read (sqlite3_stmt *statement)
{
  RelaisRecord *record = relais_record_new ((guint64)sqlite3_column_int64 (statement, 0));
  int place = 1; /* behind the key; they count from 0 */

  record->phase = RELAIS_RECORD_DONE;
  record->time_us = sqlite3_column_int64 (statement, place++);
  for (gsize i = 0; i < G_N_ELEMENTS (columns); i++, place++)
    {
      gpointer field = G_STRUCT_MEMBER_P (record, columns[i].offset);
      const char *text = NULL;

      switch (columns[i].type)
        {
        case TEXT:
          text = get_text (statement, place);
          *(char **)field = text != NULL ? g_utf8_make_valid (text, -1) : NULL;
          break;
        case UINT:
          *(guint *)field = (guint)sqlite3_column_int64 (statement, place);
          break;
        case BOOLEAN:
          *(gboolean *)field = sqlite3_column_int (statement, place) != 0;
          break;
        case INT64:
        default:
          *(gint64 *)field = sqlite3_column_int64 (statement, place);
          break;
        }
    }
  record->changes = relais_record_json_to_changes (get_text (statement, place++));
  record->trace = relais_record_json_to_trace (get_text (statement, place));
  return record;
}
