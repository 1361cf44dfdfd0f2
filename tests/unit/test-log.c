/* test-log.c: relais-log and -schema: what is kept of requests, and a disk that does not take it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log-kit.h"

#define TEXT(name) G_STRUCT_OFFSET (RelaisRecord, name)

static const gsize texts[] = {
  TEXT (client),
  TEXT (peer),
  TEXT (method),
  TEXT (path),
  TEXT (query),
  TEXT (beta),
  TEXT (dialect),
  TEXT (upstream_dialect),
  TEXT (model),
  TEXT (upstream_model),
  TEXT (account_id),
  TEXT (account),
  TEXT (finish),
  TEXT (hint),
  TEXT (error),
  TEXT (refused_host),
  TEXT (refused_origin),
};

static char **
get_text (const RelaisRecord *record,
          gsize               i)
{
  return (char **)G_STRUCT_MEMBER_P (record, texts[i]);
}

static RelaisRecord *
make_full_record (void)
{
  RelaisRecord *record = relais_record_new (7);
  RelaisTraceStep *step;

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    *get_text (record, i) = g_strdup_printf ("“text” %u", (guint)i);
  record->phase = RELAIS_RECORD_DONE;
  record->time_us = LOG_KIT_WALL_US - 5;
  record->error_is_own = TRUE;
  record->status = 502;
  record->upstream_status = 401;
  record->attempts = 3;
  record->rule = 4;
  record->first_byte_us = 5;
  record->duration_us = G_GINT64_CONSTANT (6000000000);
  record->bytes_in = 7;
  record->bytes_out = 8;
  record->stream = TRUE;
  record->aborted = TRUE;
  record->usage = (RelaisUsage){ 9, 10, -1, 12, 13, TRUE };
  record->changes = relais_changes_new ();
  relais_changes_add (record->changes, RELAIS_CHANGE_RENAMED, TRUE, "tools[].x", "100 %% “why”");
  relais_changes_add (record->changes, RELAIS_CHANGE_DROPPED, FALSE, "seed", "nothing like it");
  record->trace = relais_trace_new ();
  step = relais_trace_add (record->trace, RELAIS_TRACE_SKIPPED, "Work", "limited", "slow \"down\"");
  step->status = 429;
  step->wait_us = 14;
  step = relais_trace_add (record->trace, RELAIS_TRACE_HELD, NULL, NULL, NULL);
  step->took_us = 15;
  return record;
}

static void
assert_same_lists (const RelaisRecord *record,
                   const RelaisRecord *expected)
{
  g_assert_cmpuint (relais_changes_get_length (record->changes), ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      const RelaisChange *a = relais_changes_get (record->changes, i);
      const RelaisChange *b = relais_changes_get (expected->changes, i);

      g_assert_cmpint (a->type, ==, b->type);
      g_assert_cmpint (a->notable, ==, b->notable);
      g_assert_cmpstr (a->field, ==, b->field);
      g_assert_cmpstr (a->reason, ==, b->reason);
    }
  g_assert_cmpuint (record->trace->len, ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      const RelaisTraceStep *a = g_ptr_array_index (record->trace, i);
      const RelaisTraceStep *b = g_ptr_array_index (expected->trace, i);

      g_assert_cmpint (a->kind, ==, b->kind);
      g_assert_cmpstr (a->account, ==, b->account);
      g_assert_cmpstr (a->reason, ==, b->reason);
      g_assert_cmpstr (a->words, ==, b->words);
      g_assert_cmpuint (a->status, ==, b->status);
      g_assert_cmpint (a->took_us, ==, b->took_us);
      g_assert_cmpint (a->wait_us, ==, b->wait_us);
    }
}

static void
assert_same (const RelaisRecord *record,
             const RelaisRecord *expected)
{
  RelaisRecord plain[2] = { *record, *expected };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_assert_cmpstr (*get_text (record, i), ==, *get_text (expected, i));
      *get_text (&plain[0], i) = *get_text (&plain[1], i) = NULL;
    }
  /* the id became the key; bodies are apart, and lists others with the same in them */
  for (guint i = 0; i < 2; i++)
    {
      plain[i].id = 0;
      plain[i].changes = NULL;
      plain[i].trace = NULL;
      plain[i].bodies = NULL;
    }
  g_assert_cmpmem (&plain[0], sizeof plain[0], &plain[1], sizeof plain[1]);
  assert_same_lists (record, expected);
}

static void
assert_said (gpointer *member,
             gpointer *end)
{
  for (; member < end; member++)
    g_assert_nonnull (*member);
}

/* A full one has no text or list that says nothing, or one that is forgotten would not be seen. */
static void
test_full (void)
{
  g_autoptr (RelaisRecord) record = make_full_record ();

  assert_said ((gpointer *)&record->client, (gpointer *)(&record->error + 1));
  assert_said ((gpointer *)&record->refused_host, (gpointer *)&record->bodies);
}

/* All of a record comes back in the next run, under an id that none of that run has. */
static void
test_record (LogKit        *self,
             gconstpointer  data)
{
  g_autoptr (RelaisRecord) record = make_full_record ();
  g_autoptr (GPtrArray) own = NULL;
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (RelaisBodies) kept = NULL;
  g_autoptr (RelaisBodies) bodies = NULL;
  gsize total = 0;
  RelaisRecord *first;
  GBytes *bytes;

  kept = log_kit_make_bodies (LOG_KIT_SECRET);
  relais_log_add (self->log, record, kept);
  own = log_kit_load (self->log, 10, NULL);
  g_assert_cmpuint (own->len, ==, 0);
  log_kit_restart (self);
  records = log_kit_load (self->log, 10, NULL);
  g_assert_cmpuint (records->len, ==, 1);
  first = g_ptr_array_index (records, 0);
  assert_same (first, record);
  g_assert_cmpuint (first->id, ==, (G_GUINT64_CONSTANT (1) << 32) + 7);
  bodies = log_kit_read_bodies (self, first->id, NULL);
  g_assert_nonnull (bodies);
  g_assert_null (relais_bodies_get (bodies, RELAIS_BODY_UPSTREAM_OUT, &total));
  bytes = relais_bodies_get (bodies, RELAIS_BODY_UPSTREAM_IN, &total);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), LOG_KIT_SECRET,
                   strlen (LOG_KIT_SECRET) - 2);
  g_assert_cmpuint (total, ==, strlen (LOG_KIT_SECRET) - 2);
}

/* What went through unchanged is in the file once, and comes back on both sides. */
static void
test_same (LogKit        *self,
           gconstpointer  data)
{
  g_autoptr (RelaisRecord) record = make_full_record ();
  g_autoptr (RelaisBodies) bodies = relais_bodies_new ();
  g_autoptr (RelaisBodies) frozen = NULL;
  g_autoptr (RelaisBodies) kept = NULL;

  for (int kind = 0; kind < RELAIS_N_BODIES; kind++)
    {
      const char *text = kind < RELAIS_BODY_UPSTREAM_IN ? "the question" : "the answer";

      relais_bodies_append (bodies, (RelaisBodyKind)kind, text, strlen (text));
    }
  frozen = relais_bodies_freeze (bodies, NULL);
  relais_log_add (self->log, record, frozen);
  log_kit_flush (self);
  g_assert_cmpint (log_kit_ask_sql (self, "SELECT sum(length(bytes)) FROM bodies"), ==,
                   strlen ("the question") + strlen ("the answer"));
  log_kit_restart (self);
  kept = log_kit_read_bodies (self, (G_GUINT64_CONSTANT (1) << 32) + 7, NULL);
  for (int kind = 0; kind < RELAIS_N_BODIES; kind++)
    {
      gsize total = 0, expected = 0;
      GBytes *bytes = relais_bodies_get (kept, (RelaisBodyKind)kind, &total);
      GBytes *first = relais_bodies_get (frozen, (RelaisBodyKind)kind, &expected);

      g_assert_nonnull (bytes);
      g_assert_true (g_bytes_equal (bytes, first));
      g_assert_cmpuint (total, ==, expected);
    }
  /* what refers to nothing is not there, and the rest is */
  g_clear_pointer (&kept, relais_bodies_unref);
  log_kit_run_sql (self, "DELETE FROM bodies WHERE kind = 0");
  kept = log_kit_read_bodies (self, (G_GUINT64_CONSTANT (1) << 32) + 7, NULL);
  g_assert_null (relais_bodies_get (kept, RELAIS_BODY_UPSTREAM_OUT, NULL));
  g_assert_nonnull (relais_bodies_get (kept, RELAIS_BODY_CLIENT_OUT, NULL));
}

/* What another version wrote into the lists is left out; the rest is there. */
static void
test_unknown (LogKit        *self,
              gconstpointer  data)
{
  g_autoptr (RelaisRecord) record = make_full_record ();
  g_autoptr (GPtrArray) records = NULL;
  RelaisRecord *first, *second;

  relais_log_add (self->log, record, NULL);
  record->id++;
  record->time_us--;
  relais_log_add (self->log, record, NULL);
  log_kit_flush (self);
  log_kit_run_sql (self, "UPDATE records SET changes = '[{\"type\":\"new\",\"field\":\"a\",\"reason\":\"b\"},"
                         "7,{\"type\":\"dropped\",\"field\":\"seed\",\"reason\":\"c\",\"new\":[]}]',"
                         "trace = '[{\"step\":\"new\"},{\"step\":\"tried\"},"
                         "{\"step\":\"tried\",\"reason\":\"served\",\"account\":7}]' WHERE key & 15 = 7;"
                         "UPDATE records SET changes = '{', trace = '{}' WHERE key & 15 = 8");
  log_kit_restart (self);
  records = log_kit_load (self->log, 10, NULL);
  first = g_ptr_array_index (records, 0);
  second = g_ptr_array_index (records, 1);
  g_assert_cmpuint (relais_changes_get_length (first->changes), ==, 1);
  g_assert_cmpuint (first->trace->len, ==, 1);
  g_assert_null (second->changes);
  g_assert_null (second->trace);
  g_assert_cmpstr (second->path, ==, record->path);
}

/* For its owner only, and nothing before there is something to write. */
static void
test_file (LogKit        *self,
           gconstpointer  data)
{
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autofree char *journal = g_strconcat (self->path, "-wal", NULL);
  g_autoptr (GPtrArray) records = NULL;
  struct stat info;

  relais_log_set (self->log, FALSE, TRUE, LOG_KIT_DAYS);
  log_kit_add (self->log, 1, 0, LOG_KIT_SECRET);
  records = log_kit_load (self->log, 10, NULL);
  g_assert_cmpuint (records->len, ==, 0);
  log_kit_assert_rows (self, 0);
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  relais_log_set (self->log, TRUE, TRUE, LOG_KIT_DAYS);
  log_kit_add (self->log, 2, 0, LOG_KIT_SECRET);
  log_kit_assert_rows (self, 1);
  g_assert_cmpint (stat (folder, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0700);
  g_assert_cmpint (stat (self->path, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0600);
  g_assert_cmpint (stat (journal, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0600);
  g_assert_null (self->trouble);
}

/* What is no file of its own is neither written to nor given other rights. */
static void
test_no_file (LogKit        *self,
              gconstpointer  data)
{
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autofree char *other = g_build_filename (folder, "other", NULL);
  struct stat info;

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (other, "", 0, NULL));
  g_assert_cmpint (g_chmod (other, 0644), ==, 0);
  g_assert_cmpint (symlink (other, self->path), ==, 0);
  log_kit_add (self->log, 1, 0, NULL);
  log_kit_wait_for_trouble (self);
  g_assert_cmpint (log_kit_get_file_size (other), ==, 0);
  g_assert_cmpint (stat (other, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0644);
  log_kit_close (self);
  g_assert_cmpint (g_remove (self->path), ==, 0);
  g_assert_cmpint (mkfifo (self->path, 0644), ==, 0);
  log_kit_open (self);
  log_kit_add (self->log, 2, 0, NULL);
  log_kit_wait_for_trouble (self);
  g_assert_cmpint (stat (self->path, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0644);

  /* one that others could read is theirs no longer */
  log_kit_close (self);
  g_assert_cmpint (g_rename (other, self->path), ==, 0);
  log_kit_open (self);
  log_kit_add (self->log, 3, 0, NULL);
  log_kit_assert_rows (self, 1);
  g_assert_cmpint (stat (self->path, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0600);
}

static void
test_no_bodies (LogKit        *self,
                gconstpointer  data)
{
  g_autofree char *journal = g_strconcat (self->path, "-wal", NULL);
  g_autoptr (GError) error = NULL;

  relais_log_set (self->log, TRUE, FALSE, LOG_KIT_DAYS);
  log_kit_add (self->log, 1, 0, LOG_KIT_SECRET);
  log_kit_assert_rows (self, 1);
  g_assert_null (log_kit_read_bodies (self, 1, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_null (self->trouble);
  g_assert_false (log_kit_is_in_file (self->path, LOG_KIT_SECRET));
  g_assert_false (log_kit_is_in_file (journal, LOG_KIT_SECRET));
  relais_log_set (self->log, TRUE, TRUE, LOG_KIT_DAYS);
  log_kit_add (self->log, 2, 0, LOG_KIT_SECRET);
  log_kit_flush (self);
  g_assert_true (log_kit_is_in_file (journal, LOG_KIT_SECRET));
}

/* It is told once, tried again after 30 s and no sooner, and nothing is lost that had room. */
static void
test_trouble (LogKit        *self,
              gconstpointer  data)
{
  g_autoptr (GPtrArray) records = NULL;
  RelaisRecord *oldest;

  log_kit_block (self);
  g_test_expect_message ("relais-log", G_LOG_LEVEL_MESSAGE, "*cannot be kept*cannot be written to*");
  log_kit_add (self->log, 1, 0, NULL);
  log_kit_wait_for_trouble (self);
  g_test_assert_expected_messages ();
  g_assert_cmpstr (self->trouble, ==, "The file cannot be written to");
  for (guint64 id = 2; id <= RELAIS_LOG_QUEUE_MAX + 10; id++)
    log_kit_add (self->log, id, -(gint64)id, NULL);
  g_assert_cmpuint (relais_log_get_n_dropped (self->log), ==, 10);
  log_kit_unblock (self);
  relais_test_clock_advance (&self->clock, RELAIS_LOG_RETRY_US - 1);
  log_kit_assert_rows (self, 0);
  g_assert_false (g_file_test (self->path, G_FILE_TEST_EXISTS));
  relais_test_clock_advance (&self->clock, 1);
  g_test_expect_message ("relais-log", G_LOG_LEVEL_MESSAGE, "*missing from the history: 10");
  log_kit_assert_rows (self, RELAIS_LOG_QUEUE_MAX);
  g_test_assert_expected_messages ();
  log_kit_wait_until_told (self, 2);
  g_assert_null (self->trouble);
  log_kit_restart (self);
  records = log_kit_load (self->log, RELAIS_LOG_QUEUE_MAX + 10, NULL);
  g_assert_cmpuint (records->len, ==, RELAIS_LOG_QUEUE_MAX);
  oldest = g_ptr_array_index (records, records->len - 1);
  g_assert_cmpuint (oldest->id & G_MAXUINT32, ==, 11);
}

/* Who keeps nothing has no trouble with it, from then on. */
static void
test_trouble_off (LogKit        *self,
                  gconstpointer  data)
{
  log_kit_block (self);
  log_kit_add (self->log, 1, 0, NULL);
  log_kit_wait_for_trouble (self);
  relais_log_set (self->log, FALSE, TRUE, LOG_KIT_DAYS);
  log_kit_wait_until_told (self, 2);
  g_assert_null (self->trouble);

  /* what waited is not written later */
  log_kit_unblock (self);
  relais_log_set (self->log, TRUE, TRUE, LOG_KIT_DAYS);
  log_kit_add (self->log, 2, 0, NULL);
  log_kit_assert_rows (self, 1);
}

/* What is to be deleted and cannot be is trouble all the same. */
static void
test_trouble_delete (LogKit        *self,
                     gconstpointer  data)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  guint n_told;

  log_kit_take_disk ();
  log_kit_restart (self);
  log_kit_add (self->log, 1, 0, NULL);
  log_kit_flush (self);
  log_kit_refuse (SQLITE_FULL);
  relais_log_delete (self->log, G_MAXINT64 - 1, ids);
  log_kit_wait_for_trouble (self);
  n_told = self->n_told;
  relais_log_set (self->log, FALSE, TRUE, LOG_KIT_DAYS);
  log_kit_flush (self);
  g_assert_cmpstr (self->trouble, ==, "The disk is full");
  g_assert_cmpuint (self->n_told, ==, n_told);
  log_kit_refuse (SQLITE_OK);
  relais_test_clock_advance (&self->clock, RELAIS_LOG_RETRY_US);
  log_kit_assert_rows (self, 0);
}

/* The end is no time to wait for a better one. */
static void
test_trouble_end (LogKit        *self,
                  gconstpointer  data)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint64));

  log_kit_take_disk ();
  log_kit_restart (self);
  log_kit_add (self->log, 1, 0, NULL);
  log_kit_flush (self);
  log_kit_refuse (SQLITE_FULL);
  relais_log_delete (self->log, G_MAXINT64 - 1, ids);
  log_kit_wait_for_trouble (self);
  log_kit_refuse (SQLITE_OK);
  log_kit_restart (self);
  log_kit_assert_rows (self, 0);
}

/* What somebody reads is not deleted yet, and nobody says so. */
static void
test_read_elsewhere (LogKit        *self,
                     gconstpointer  data)
{
  sqlite3 *other = NULL;

  log_kit_add (self->log, 1, 0, NULL);
  log_kit_flush (self);
  g_assert_cmpint (sqlite3_open (self->path, &other), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (other, "BEGIN; SELECT count(*) FROM records", NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_false (log_kit_delete_all (self));
  g_assert_cmpint (sqlite3_close (other), ==, SQLITE_OK);
  g_assert_true (log_kit_delete_all (self));
  log_kit_assert_rows (self, 0);
}

/* 64 MiB may wait, whatever their number. */
static void
test_queue_bytes (LogKit        *self,
                  gconstpointer  data)
{
  g_autofree char *text = log_kit_make_text ();
  g_autoptr (RelaisRecord) record = relais_record_new (1);
  g_autoptr (RelaisBodies) bodies = NULL;
  guint n_fit;

  log_kit_block (self);
  log_kit_add (self->log, 1000, 0, NULL);
  log_kit_wait_for_trouble (self);
  bodies = log_kit_make_bodies (text);
  n_fit = RELAIS_LOG_QUEUE_BYTES_MAX / (relais_bodies_get_size (bodies) + 1024);
  for (; record->id <= n_fit; record->id++)
    relais_log_add (self->log, record, bodies);
  g_assert_cmpuint (relais_log_get_n_dropped (self->log), ==, 0);
  relais_log_add (self->log, record, bodies);
  g_assert_cmpuint (relais_log_get_n_dropped (self->log), >=, 1);
  g_assert_cmpuint (relais_log_get_n_dropped (self->log), <=, 2);
  log_kit_unblock (self);
}

/* A disk that takes nothing, and then does. */
static void
test_disk (LogKit        *self,
           gconstpointer  data)
{
  static const struct
  {
    int code;
    const char *words;
  } cases[] = {
    { SQLITE_FULL, "The disk is full" },
    { SQLITE_READONLY, "The file cannot be written to" },
    { SQLITE_IOERR_WRITE, "The disk reported an error" },
  };

  log_kit_take_disk ();
  log_kit_restart (self);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      log_kit_add (self->log, 2 * i + 1, 0, NULL);
      log_kit_flush (self);
      log_kit_refuse (cases[i].code);
      log_kit_add (self->log, 2 * i + 2, 0, LOG_KIT_SECRET);
      log_kit_wait_for_trouble (self);
      log_kit_refuse (SQLITE_OK);
      g_assert_cmpstr (self->trouble, ==, cases[i].words);
      relais_test_clock_advance (&self->clock, RELAIS_LOG_RETRY_US);
      log_kit_assert_rows (self, 2 * i + 2);
      log_kit_wait_until_told (self, 2 * i + 2);
      g_assert_null (self->trouble);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/log/" name, LogKit, NULL, log_kit_set_up, func, log_kit_tear_down)
  g_test_add_func ("/log/full", test_full);
  ADD ("record", test_record);
  ADD ("same", test_same);
  ADD ("unknown", test_unknown);
  ADD ("file", test_file);
  ADD ("no-file", test_no_file);
  ADD ("no-bodies", test_no_bodies);
  ADD ("trouble", test_trouble);
  ADD ("trouble-off", test_trouble_off);
  ADD ("trouble-delete", test_trouble_delete);
  ADD ("trouble-end", test_trouble_end);
  ADD ("read-elsewhere", test_read_elsewhere);
  ADD ("queue-bytes", test_queue_bytes);
  ADD ("disk", test_disk);
  return g_test_run ();
}
