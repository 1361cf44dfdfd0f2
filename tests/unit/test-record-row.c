/* test-record-row.c: what a row of the monitor shows, and what it tells of a change
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "engine/relais-row-private.h"

static RelaisRecord *
make_record (RelaisRecordPhase phase)
{
  RelaisRecord *record = relais_record_new (42);

  record->phase = phase;
  record->time_us = 1000;
  record->method = g_strdup ("POST");
  record->path = g_strdup ("/v1/messages");
  record->client = g_strdup ("curl");
  record->dialect = g_strdup ("anthropic");
  record->hint = g_strdup ("hint");
  record->peer = g_strdup ("127.0.0.1");
  return record;
}

static void
fill (RelaisRecord *record)
{
  static RelaisChanges *changes = NULL; /* shared by all snapshots, as in an exchange */

  record->model = g_strdup ("asked");
  record->upstream_model = g_strdup ("used");
  record->account = g_strdup ("Work");
  record->status = 200;
  record->stream = TRUE;
  record->first_byte_us = 5;
  record->upstream_dialect = g_strdup ("gemini");
  record->upstream_status = 529;
  record->attempts = 2;
  record->rule = 3;
  if (changes == NULL)
    {
      changes = relais_changes_new ();
      relais_changes_add (changes, RELAIS_CHANGE_DROPPED, TRUE, "seed", "why");
    }
  record->changes = relais_changes_ref (changes);
}

static void
finish (RelaisRecord *record)
{
  record->error = g_strdup ("words");
  record->finish = g_strdup ("length");
  record->duration_us = 9;
  record->aborted = TRUE;
  record->usage.input = 3;
  record->usage.output = 4;
  record->usage.estimated = TRUE;
}

static void
test_row (void)
{
  RelaisRecord *record = make_record (RELAIS_RECORD_DONE);
  g_autoptr (RelaisRecordRow) row = NULL;
  g_autofree char *method = NULL, *path = NULL, *client = NULL, *dialect = NULL;
  g_autofree char *model = NULL, *used = NULL;
  g_autofree char *peer = NULL, *upstream_dialect = NULL, *dropped = NULL;
  g_autofree char *account = NULL, *hint = NULL, *error = NULL, *finished = NULL;
  guint64 id;
  gint64 when, duration, first, tokens, input, output;
  guint status, upstream_status, attempts, rule;
  gboolean running, stream, aborted;

  fill (record);
  finish (record);
  row = relais_record_row_new (record);
  g_object_get (row, "id", &id, "time", &when, "status", &status, "running", &running, "method", &method, "path", &path,
                "client", &client, "dialect", &dialect, "model", &model, "upstream-model", &used, "account", &account,
                "hint", &hint, "error", &error, "finish", &finished, "duration-us", &duration, "first-byte-us", &first,
                "tokens", &tokens, "stream", &stream, "aborted", &aborted, "peer", &peer,
                "upstream-dialect", &upstream_dialect, "upstream-status", &upstream_status, "attempts", &attempts,
                "input-tokens", &input, "output-tokens", &output, "rule", &rule, "dropped", &dropped, NULL);
  g_assert_cmpstr (peer, ==, "127.0.0.1");
  g_assert_cmpstr (upstream_dialect, ==, "gemini");
  g_assert_cmpuint (upstream_status, ==, 529);
  g_assert_cmpuint (attempts, ==, 2);
  g_assert_cmpuint (rule, ==, 3);
  g_assert_cmpstr (dropped, ==, "seed");
  g_assert_cmpint (input, ==, 3);
  g_assert_cmpint (output, ==, 4);
  g_assert_cmpuint (id, ==, 42);
  g_assert_cmpuint (relais_record_row_get_id (row), ==, 42);
  g_assert_cmpint (when, ==, 1000);
  g_assert_cmpint (relais_record_row_get_time (row), ==, 1000);
  g_assert_cmpuint (status, ==, 200);
  g_assert_cmpuint (relais_record_row_get_status (row), ==, 200);
  g_assert_false (running);
  g_assert_false (relais_record_row_get_running (row));
  g_assert_cmpstr (method, ==, "POST");
  g_assert_cmpstr (path, ==, "/v1/messages");
  g_assert_cmpstr (relais_record_row_get_path (row), ==, "/v1/messages");
  g_assert_cmpstr (client, ==, "curl");
  g_assert_cmpstr (relais_record_row_get_client (row), ==, "curl");
  g_assert_cmpstr (dialect, ==, "anthropic");
  g_assert_cmpstr (model, ==, "asked");
  g_assert_cmpstr (relais_record_row_get_model (row), ==, "asked");
  g_assert_cmpstr (used, ==, "used");
  g_assert_cmpstr (account, ==, "Work");
  g_assert_cmpstr (relais_record_row_get_account (row), ==, "Work");
  g_assert_cmpstr (hint, ==, "hint");
  g_assert_cmpstr (error, ==, "words");
  g_assert_cmpstr (relais_record_row_get_error (row), ==, "words");
  g_assert_cmpstr (finished, ==, "length");
  g_assert_cmpint (duration, ==, 9);
  g_assert_cmpint (relais_record_row_get_duration_us (row), ==, 9);
  g_assert_cmpint (first, ==, 5);
  g_assert_cmpint (tokens, ==, 7);
  g_assert_cmpint (relais_record_row_get_tokens (row), ==, 7);
  g_assert_true (stream);
  g_assert_true (aborted);
}

static void
note_cb (RelaisRecordRow *row,
         GParamSpec      *pspec,
         GString         *notes)
{
  g_string_append_printf (notes, "%s ", pspec->name);
}

static void
expect_notes (RelaisRecordRow *row,
              RelaisRecord    *record,
              const char      *expected)
{
  g_autoptr (GString) notes = g_string_new (NULL);
  gulong id = g_signal_connect (row, "notify", G_CALLBACK (note_cb), notes);

  relais_record_row_update (row, record);
  g_signal_handler_disconnect (row, id);
  g_assert_cmpstr (notes->str, ==, expected);
}

/* A request grows into its row; each step tells what it adds and no more. */
static void
test_update (void)
{
  g_autoptr (RelaisRecordRow) row = relais_record_row_new (make_record (RELAIS_RECORD_ARRIVED));
  RelaisRecord *same = make_record (RELAIS_RECORD_ARRIVED);
  RelaisRecord *begun = make_record (RELAIS_RECORD_FIRST_BYTE);
  RelaisRecord *counted = make_record (RELAIS_RECORD_FIRST_BYTE);
  RelaisRecord *done = make_record (RELAIS_RECORD_DONE);

  g_assert_true (relais_record_row_get_running (row));
  g_assert_cmpint (relais_record_row_get_tokens (row), ==, -1);
  expect_notes (row, same, "");
  fill (begun);
  expect_notes (row, begun, "status model upstream-model account first-byte-us stream "
                            "upstream-dialect upstream-status attempts rule dropped ");
  /* nothing counted is something else than a count of nothing */
  fill (counted);
  counted->usage.input = counted->usage.output = 0;
  expect_notes (row, counted, "tokens input-tokens output-tokens ");
  g_assert_cmpint (relais_record_row_get_tokens (row), ==, 0);
  fill (done);
  finish (done);
  g_free (done->hint);
  done->hint = g_strdup ("another");
  expect_notes (row, done, "running hint error finish duration-us tokens aborted input-tokens output-tokens estimated ");
  g_assert_false (relais_record_row_get_running (row));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record-row/row", test_row);
  g_test_add_func ("/record-row/update", test_update);
  return g_test_run ();
}
