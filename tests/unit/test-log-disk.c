/* test-log-disk.c: relais-log-store and -worker: the bounds of the file, and what may befall it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "monitor/relais-log-bounds.h"

#include "log-kit.h"

#define MIB (1024 * 1024)

/* What is older than it may be goes, of this run or another, as soon as it is. */
static void
test_retention (LogKit        *self,
                gconstpointer  data)
{
  log_kit_add (self->log, 1, 10 * G_TIME_SPAN_DAY, LOG_KIT_SECRET);
  log_kit_add (self->log, 2, 9 * G_TIME_SPAN_DAY, LOG_KIT_SECRET);
  log_kit_assert_rows (self, 2);
  relais_log_set (self->log, TRUE, TRUE, 10);
  log_kit_assert_rows (self, 2);
  relais_test_clock_advance (&self->clock, 1);
  log_kit_add (self->log, 3, 0, NULL);
  log_kit_flush (self);
  log_kit_assert_rows (self, 2);
  g_assert_cmpint (log_kit_ask_sql (self, "SELECT count(DISTINCT key) FROM bodies"), ==, 1);

  /* also where nothing is added any more */
  relais_log_set (self->log, FALSE, FALSE, 10);
  log_kit_assert_rows (self, 2);
  relais_log_set (self->log, FALSE, FALSE, 1);
  log_kit_assert_rows (self, 1);
}

static void
test_rows_max (LogKit        *self,
               gconstpointer  data)
{
  g_autofree char *fill = g_strdup_printf (
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) "
    "INSERT INTO records (key, time_us) SELECT i, %" G_GINT64_FORMAT " - i FROM n",
    RELAIS_LOG_ROWS_MAX, LOG_KIT_WALL_US);

  log_kit_add (self->log, 1, 0, NULL);
  log_kit_flush (self);
  log_kit_run_sql (self, "DELETE FROM records");
  log_kit_run_sql (self, fill);
  log_kit_assert_rows (self, RELAIS_LOG_ROWS_MAX);
  log_kit_restart (self);
  log_kit_add (self->log, 2, 0, NULL);
  log_kit_flush (self);
  log_kit_assert_rows (self, RELAIS_LOG_ROWS_MAX);
  /* the oldest one is the one that went */
  g_assert_cmpint (log_kit_ask_sql (self, "SELECT max(key) FROM records WHERE key < 1 << 32"), ==,
                   RELAIS_LOG_ROWS_MAX - 1);
}

/* Who is turned away over and over pushes out nobody else's requests, however fast. */
static void
test_refused (LogKit        *self,
              gconstpointer  data)
{
  g_autofree char *fill = g_strdup_printf (
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) "
    "INSERT INTO records (key, time_us, status) SELECT i, %" G_GINT64_FORMAT " - i, 404 "
    "FROM n",
    RELAIS_LOG_REFUSED_MAX, LOG_KIT_WALL_US);
  const char *ask = "SELECT count(*) FROM records WHERE status > 400";

  log_kit_add (self->log, 1, G_USEC_PER_SEC, NULL);
  for (guint64 id = 2; id <= 100; id++)
    log_kit_add_refused (self->log, id);
  log_kit_add (self->log, 101, G_USEC_PER_SEC, NULL);
  log_kit_assert_rows (self, 2 + RELAIS_LOG_REFUSED_RATE);
  relais_test_clock_advance (&self->clock, G_USEC_PER_SEC);
  for (guint64 id = 102; id <= 200; id++)
    log_kit_add_refused (self->log, id);
  log_kit_assert_rows (self, 2 + 2 * RELAIS_LOG_REFUSED_RATE);
  log_kit_run_sql (self, fill);
  log_kit_add (self->log, 201, 0, NULL);
  log_kit_flush (self);
  log_kit_assert_rows (self, 3 + RELAIS_LOG_REFUSED_MAX);
  g_assert_cmpint (log_kit_ask_sql (self, ask), ==, RELAIS_LOG_REFUSED_MAX);
  /* the oldest of them went */
  g_assert_cmpint (log_kit_ask_sql (self, "SELECT max(key) FROM records WHERE key < 1 << 32"), ==,
                   RELAIS_LOG_REFUSED_MAX - 2 * RELAIS_LOG_REFUSED_RATE);
}

/* What becomes free is used again; it goes back to the disk when it is much, or in 10 minutes. */
static void
test_shrink (LogKit        *self,
             gconstpointer  data)
{
  g_autofree char *text = log_kit_make_text ();
  const gint64 age_us = LOG_KIT_DAYS * G_TIME_SPAN_DAY;

  log_kit_add (self->log, 1, age_us - 1, text);
  log_kit_add (self->log, 2, 0, text);
  log_kit_flush (self);
  relais_test_clock_advance (&self->clock, 10);
  log_kit_add (self->log, 3, 0, NULL);
  log_kit_assert_rows (self, 2);
  g_assert_cmpint (log_kit_ask_sql (self, "PRAGMA freelist_count"), >, 100);
  relais_test_clock_advance (&self->clock, 10 * G_TIME_SPAN_MINUTE);
  log_kit_add (self->log, 4, 0, NULL);
  log_kit_assert_rows (self, 3);
  g_assert_cmpint (log_kit_ask_sql (self, "PRAGMA freelist_count"), ==, 0);

  /* at once when less is kept from now on */
  relais_log_set (self->log, TRUE, TRUE, 1);
  relais_test_clock_advance (&self->clock, G_TIME_SPAN_DAY);
  relais_log_set (self->log, TRUE, TRUE, 1);
  log_kit_assert_rows (self, 0);
  g_assert_cmpint (log_kit_ask_sql (self, "PRAGMA freelist_count"), ==, 0);
}

/* The file itself becomes smaller: the oldest bodies go, no more of them than have to; all rows
 * stay. */
static void
test_bytes_max (LogKit        *self,
                gconstpointer  data)
{
  g_autofree char *fill = g_strdup_printf (
    "PRAGMA synchronous = OFF;"
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) "
    "INSERT INTO records (key, time_us) SELECT i, %" G_GINT64_FORMAT " + i FROM n;"
    "INSERT INTO bodies (key, kind, total, bytes) SELECT key, 0, 9, zeroblob (%d) FROM records "
    "WHERE key < 1 << 32; PRAGMA wal_checkpoint (TRUNCATE)",
    LOG_KIT_WALL_US - G_USEC_PER_SEC, MIB);

  log_kit_add (self->log, 1, 0, NULL);
  log_kit_flush (self);
  log_kit_run_sql (self, fill);
  g_assert_cmpint (log_kit_get_file_size (self->path), >, 300 * MIB);
  log_kit_add (self->log, 2, 0, LOG_KIT_SECRET);
  log_kit_flush (self);
  log_kit_assert_rows (self, 302);
  g_assert_cmpint (log_kit_get_file_size (self->path), <=, RELAIS_LOG_FILE_MAX);
  g_assert_cmpint (log_kit_get_file_size (self->path), >, RELAIS_LOG_FILE_MAX - 12 * MIB);
  g_assert_cmpint (log_kit_ask_sql (self, "SELECT count(*) FROM bodies WHERE key < 53"), ==, 0);
  g_assert_cmpint (log_kit_ask_sql (self, "SELECT count(*) FROM bodies WHERE key > 56"), >, 244);
  g_assert_true (log_kit_has_bodies (self, 2));
}

/* Rows alone may be too much as well; then the oldest of them go. */
static void
test_bytes_of_rows (LogKit        *self,
                    gconstpointer  data)
{
  g_autofree char *fill = g_strdup_printf (
    "PRAGMA synchronous = OFF;"
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600) "
    "INSERT INTO records (key, time_us, error) "
    "SELECT i, %" G_GINT64_FORMAT " + i, zeroblob (%d) FROM n; PRAGMA wal_checkpoint (TRUNCATE)",
    LOG_KIT_WALL_US - G_USEC_PER_SEC, MIB / 2);

  log_kit_add (self->log, 1, 0, NULL);
  log_kit_flush (self);
  log_kit_run_sql (self, fill);
  log_kit_add (self->log, 2, 0, NULL);
  log_kit_flush (self);
  g_assert_cmpint (log_kit_get_file_size (self->path), <=, RELAIS_LOG_FILE_MAX);
  g_assert_cmpint (log_kit_get_file_size (self->path), >, RELAIS_LOG_FILE_MAX - 48 * MIB);
  g_assert_cmpint (log_kit_ask_sql (self, "SELECT count(*) FROM records WHERE key IN (1, 600)"), ==, 1);
}

/* Deleted is gone from the disk, with what it said; the rest stays. What still waits is as good as
 * written. */
static void
test_delete (LogKit        *self,
             gconstpointer  data)
{
  g_autofree char *journal = g_strconcat (self->path, "-wal", NULL);
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  guint64 second = 2;

  log_kit_add (self->log, 1, 3 * G_USEC_PER_SEC, LOG_KIT_SECRET);
  log_kit_add (self->log, 2, 2 * G_USEC_PER_SEC, LOG_KIT_SECRET);
  log_kit_add (self->log, 3, 2 * G_USEC_PER_SEC, "another text");
  log_kit_flush (self);
  log_kit_add (self->log, 4, 4 * G_USEC_PER_SEC, LOG_KIT_SECRET);
  g_assert_true (log_kit_is_in_file (journal, LOG_KIT_SECRET));
  g_array_append_val (ids, second);
  relais_log_delete (self->log, LOG_KIT_WALL_US - 2 * G_USEC_PER_SEC, ids);
  log_kit_assert_rows (self, 1);
  g_assert_false (log_kit_is_in_file (journal, LOG_KIT_SECRET));
  g_assert_false (log_kit_is_in_file (self->path, LOG_KIT_SECRET));
  g_assert_true (log_kit_is_in_file (self->path, "another text"));
  g_assert_true (log_kit_has_bodies (self, 3));
}

/* A disk that does not take it gets it later, and what waits is not written first. */
static void
test_delete_later (LogKit        *self,
                   gconstpointer  data)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_autofree char *aside = g_strconcat (self->path, ".away", NULL);

  log_kit_add (self->log, 1, 2, NULL);
  log_kit_flush (self);
  log_kit_close (self);
  g_assert_cmpint (g_rename (self->path, aside), ==, 0);
  g_assert_cmpint (g_mkdir (self->path, 0700), ==, 0);
  log_kit_open (self);
  log_kit_add (self->log, 2, 2, NULL);
  log_kit_wait_for_trouble (self);
  relais_log_delete (self->log, LOG_KIT_WALL_US - 1, ids);
  log_kit_add (self->log, 3, 0, NULL);
  g_assert_cmpint (g_rmdir (self->path), ==, 0);
  g_assert_cmpint (g_rename (aside, self->path), ==, 0);
  relais_test_clock_advance (&self->clock, RELAIS_LOG_RETRY_US);
  log_kit_assert_rows (self, 1);
  g_assert_cmpint (log_kit_ask_sql (self, "SELECT key & 15 FROM records"), ==, 3);
}

static void
test_delete_all (LogKit        *self,
                 gconstpointer  data)
{
  g_autofree char *text = log_kit_make_text ();
  g_autofree char *journal = g_strconcat (self->path, "-wal", NULL);
  g_autofree RelaisLogSize *size = NULL;

  for (guint64 id = 1; id <= 8; id++)
    log_kit_add (self->log, id, 0, text);
  size = log_kit_measure (self);
  g_assert_cmpint (size->n_rows, ==, 8);
  g_assert_cmpint (size->size_bytes, >, 4 * MIB);
  /* the journal, which holds all of it so far, is part of it */
  g_assert_cmpint (size->size_bytes, ==,
                   log_kit_ask_sql (self, "PRAGMA page_count") * 4096 + log_kit_get_file_size (journal));
  g_assert_true (log_kit_delete_all (self));
  log_kit_assert_rows (self, 0);
  g_assert_cmpint (log_kit_get_file_size (self->path), <, 64 * 1024);
  log_kit_add (self->log, 9, 0, NULL);
  log_kit_assert_rows (self, 1);
}

/* The file becomes this text, which the log finds out. */
static void
spoil (LogKit     *self,
       const char *text)
{
  log_kit_add (self->log, 1, 0, NULL);
  log_kit_flush (self);
  log_kit_close (self);
  g_assert_true (g_file_set_contents (self->path, text, -1, NULL));
  log_kit_open (self);
  log_kit_add (self->log, 2, 0, NULL);
  log_kit_assert_rows (self, 1);
  g_assert_null (self->trouble);
}

/* What is no database makes room, and is not lost before the next one, or as long as all else is
 * kept, unless a person says so. */
static void
test_no_database (LogKit        *self,
                  gconstpointer  data)
{
  g_autofree char *aside = g_strconcat (self->path, ".broken", NULL);
  g_autofree char *journal = g_strconcat (self->path, ".broken-wal", NULL);
  g_autofree char *second = g_strconcat (self->path, ".broken-2", NULL);
  const char *const texts[] = { "the first one", "the second one" };
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_autofree RelaisLogSize *size = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_assert_true (i == 0 || g_file_set_contents (journal, "of the one before", -1, NULL));
      spoil (self, texts[i]);
      g_assert_true (log_kit_is_in_file (aside, texts[i]));
      g_assert_false (g_file_test (journal, G_FILE_TEST_EXISTS));
    }
  g_assert_false (g_file_test (second, G_FILE_TEST_EXISTS));
  relais_log_delete (self->log, G_MAXINT64 - 1, ids);
  log_kit_flush (self);
  g_assert_true (g_file_test (aside, G_FILE_TEST_EXISTS));
  /* there is something to delete, if nobody knows how many */
  size = log_kit_measure (self);
  g_assert_cmpint (size->n_rows, ==, 0);
  g_assert_cmpint (size->size_bytes, >=, (gint64)strlen (texts[1]));
  g_assert_true (log_kit_delete_all (self));
  g_assert_false (g_file_test (aside, G_FILE_TEST_EXISTS));

  spoil (self, texts[0]);
  relais_test_clock_advance (&self->clock, LOG_KIT_DAYS * G_TIME_SPAN_DAY);
  relais_log_set (self->log, TRUE, TRUE, LOG_KIT_DAYS);
  log_kit_flush (self);
  g_assert_true (g_file_test (aside, G_FILE_TEST_EXISTS));
  relais_test_clock_advance (&self->clock, G_USEC_PER_SEC);
  relais_log_set (self->log, TRUE, TRUE, LOG_KIT_DAYS);
  log_kit_flush (self);
  g_assert_false (g_file_test (aside, G_FILE_TEST_EXISTS));
}

/* So does one that turns out to be damaged within. */
static void
test_damage (LogKit        *self,
             gconstpointer  data)
{
  g_autofree char *text = log_kit_make_text ();
  g_autofree char *aside = g_strconcat (self->path, ".broken", NULL);
  g_autofree char *content = NULL;
  gsize length = 0;

  log_kit_add (self->log, 1, 0, text);
  log_kit_flush (self);
  log_kit_close (self);
  g_assert_true (g_file_get_contents (self->path, &content, &length, NULL));
  memset (content + 4096, 0xa5, length - 4096);
  g_assert_true (g_file_set_contents (self->path, content, (gssize)length, NULL));
  log_kit_open (self);
  log_kit_add (self->log, 2, 0, NULL);
  log_kit_assert_rows (self, 1);
  g_assert_null (self->trouble);
  g_assert_cmpint (log_kit_get_file_size (aside), ==, (gint64)length);
}

/* A newer version's is not touched, and the log says why it keeps nothing. */
static void
test_newer (LogKit        *self,
            gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  gsize length_before = 0, length_after = 0;

  log_kit_add (self->log, 1, 0, NULL);
  log_kit_flush (self);
  log_kit_close (self);
  log_kit_run_sql (self, "PRAGMA user_version = 2");
  g_assert_true (g_file_get_contents (self->path, &before, &length_before, NULL));
  log_kit_open (self);
  log_kit_add (self->log, 2, 0, NULL);
  log_kit_wait_for_trouble (self);
  g_assert_cmpstr (self->trouble, ==, "The file is of a newer version of Relais");
  g_assert_null (log_kit_load (self->log, 10, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
  log_kit_close (self);
  g_assert_true (g_file_get_contents (self->path, &after, &length_after, NULL));
  g_assert_cmpmem (before, length_before, after, length_after);
  log_kit_open (self);
}

/* Two at once, each with its own numbers; each sees the other's as another run's. */
static void
test_two (LogKit        *self,
          gconstpointer  data)
{
  RelaisLog *other = relais_log_new (self->path, &self->clock.clock, log_kit_trouble_cb, self);
  g_autoptr (GPtrArray) seen = NULL;

  relais_log_set (other, TRUE, TRUE, LOG_KIT_DAYS);
  for (guint64 id = 1; id <= 300; id++)
    {
      log_kit_add (self->log, id, 0, LOG_KIT_SECRET);
      log_kit_add (other, id, 0, LOG_KIT_SECRET);
      if (id % 100 == 0)
        log_kit_flush (self);
    }
  seen = log_kit_load (other, 1000, NULL);
  g_assert_cmpuint (seen->len, ==, 300);
  log_kit_assert_rows (self, 600);
  relais_log_close (other);
  g_assert_null (self->trouble);
}

/* The child of the next one: what it was asked for is on the disk when it answers. */
static int
write_and_wait (const char *path)
{
  LogKit self = { .path = (char *)path };

  relais_test_clock_init (&self.clock, LOG_KIT_WALL_US);
  log_kit_open (&self);
  for (guint64 id = 1; id <= 10; id++)
    log_kit_add (self.log, id, 0, LOG_KIT_SECRET);
  log_kit_flush (&self);
  for (guint64 id = 11; id <= 20; id++)
    log_kit_add (self.log, id, 0, LOG_KIT_SECRET);
  if (write (STDOUT_FILENO, "!", 1) != 1)
    return 1;
  for (;;)
    pause ();
}

/* Killed it loses the last second at most; what is there is whole. */
static void
test_killed (LogKit        *self,
             gconstpointer  data)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  const char *const argv[] = { program, "--write", self->path, NULL };
  g_autoptr (GSubprocess) child = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE, NULL);
  GInputStream *said = g_subprocess_get_stdout_pipe (child);
  g_autofree RelaisLogSize *size = NULL;
  char answer = 0;

  g_assert_cmpint (g_input_stream_read (said, &answer, 1, NULL, NULL), ==, 1);
  g_subprocess_send_signal (child, SIGKILL);
  g_assert_true (g_subprocess_wait (child, NULL, NULL));
  size = log_kit_measure (self);
  g_assert_cmpint (size->n_rows, >=, 10);
  g_assert_cmpint (size->n_rows, <=, 20);
  g_assert_cmpint (log_kit_ask_sql (self, "SELECT count(DISTINCT key) FROM bodies"), ==,
                   size->n_rows);
  log_kit_add (self->log, 1, 0, NULL);
  log_kit_assert_rows (self, size->n_rows + 1);
  g_assert_null (self->trouble);
}

/* What waits is written by the end. */
static void
test_close (LogKit        *self,
            gconstpointer  data)
{
  log_kit_add (self->log, 1, 0, LOG_KIT_SECRET);
  log_kit_close (self);
  g_assert_cmpint (log_kit_ask_sql (self, "SELECT count(*) FROM records"), ==, 1);
  log_kit_open (self);
}

int
main (int   argc,
      char *argv[])
{
  if (argc == 3 && g_str_equal (argv[1], "--write"))
    return write_and_wait (argv[2]);
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) \
 g_test_add ("/log-disk/" name, LogKit, NULL, log_kit_set_up, func, log_kit_tear_down)
  ADD ("retention", test_retention);
  ADD ("rows-max", test_rows_max);
  ADD ("refused", test_refused);
  ADD ("shrink", test_shrink);
  ADD ("bytes-max", test_bytes_max);
  ADD ("bytes-of-rows", test_bytes_of_rows);
  ADD ("delete", test_delete);
  ADD ("delete-later", test_delete_later);
  ADD ("delete-all", test_delete_all);
  ADD ("no-database", test_no_database);
  ADD ("damage", test_damage);
  ADD ("newer", test_newer);
  ADD ("two", test_two);
  ADD ("killed", test_killed);
  ADD ("close", test_close);
  return g_test_run ();
}
