/* test-account-row.c: what a row of accounts shows, and what it tells of a change
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "engine/relais-row-private.h"

static void
note_cb (RelaisAccountRow *row,
         GParamSpec       *pspec,
         GSequence        *notes)
{
  g_sequence_insert_sorted (notes, (gpointer)pspec->name, (GCompareDataFunc)g_strcmp0, NULL);
}

static void
append_cb (gpointer name,
           gpointer text)
{
  g_string_append_printf (text, "%s ", (char *)name);
}

static void
expect_notes (RelaisAccountRow        *row,
              const RelaisAccountInfo *info,
              const char              *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GSequence) notes = g_sequence_new (NULL);
  gulong id = g_signal_connect (row, "notify", G_CALLBACK (note_cb), notes);

  relais_account_row_update (row, info);
  g_signal_handler_disconnect (row, id);
  g_sequence_foreach (notes, append_cb, text);
  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_row (void)
{
  char *models[] = { (char *)"a-*", NULL };
  RelaisAccountInfo info = { .id = (char *)"a",
                             .label = (char *)"Work",
                             .provider = (char *)"openai",
                             .base_url = (char *)"http://127.0.0.1:9",
                             .models = models,
                             .dispatch = "fallback",
                             .priority = -3,
                             .state = RELAIS_ACCOUNT_KEY_REJECTED,
                             .n_requests = 7,
                             .enabled = TRUE,
                             .has_key = TRUE };
  g_autoptr (RelaisAccountRow) row = relais_account_row_new (&info);
  g_autofree char *id = NULL, *label = NULL, *provider = NULL, *name = NULL, *url = NULL;
  g_auto (GStrv) patterns = NULL;
  RelaisAccountState state;
  gboolean enabled, has_key, kept;
  guint n;

  g_object_get (row, "id", &id, "label", &label, "provider", &provider, "provider-name", &name, "base-url", &url, "models", &patterns,
                "state", &state, "n-requests", &n, "enabled", &enabled, "has-key", &has_key, "kept", &kept, NULL);
  g_assert_cmpstr (id, ==, relais_account_row_get_id (row));
  g_assert_cmpstr (label, ==, "Work");
  g_assert_cmpstr (relais_account_row_get_label (row), ==, "Work");
  g_assert_cmpstr (provider, ==, relais_account_row_get_provider (row));
  g_assert_cmpstr (name, ==, "OpenAI");
  g_assert_cmpstr (relais_account_row_get_provider_name (row), ==, "OpenAI");
  g_assert_cmpstr (url, ==, relais_account_row_get_base_url (row));
  g_assert_cmpstr (url, ==, "http://127.0.0.1:9");
  g_assert_cmpstr (patterns[0], ==, "a-*");
  g_assert_cmpstr (relais_account_row_get_models (row)[0], ==, "a-*");
  g_assert_cmpstr (relais_account_row_get_dispatch (row), ==, "fallback");
  g_assert_cmpint (relais_account_row_get_priority (row), ==, -3);
  g_assert_cmpint (state, ==, RELAIS_ACCOUNT_KEY_REJECTED);
  g_assert_cmpint (relais_account_row_get_state (row), ==, RELAIS_ACCOUNT_KEY_REJECTED);
  g_assert_cmpuint (n, ==, 7);
  g_assert_cmpuint (relais_account_row_get_n_requests (row), ==, 7);
  g_assert_true (enabled);
  g_assert_true (relais_account_row_get_enabled (row));
  g_assert_true (has_key);
  g_assert_true (relais_account_row_get_has_key (row));
  g_assert_false (kept);
  g_assert_false (relais_account_row_get_kept (row));
}

/* Only what differs, so that a list of hundreds is not drawn anew with each request. */
static void
test_update (void)
{
  char *models[] = { (char *)"a-*", NULL };
  char *same[] = { (char *)"a-*", NULL };
  RelaisAccountInfo info = { .id = (char *)"a", .label = (char *)"Work", .provider = (char *)"openai", .models = models, .enabled = TRUE };
  g_autoptr (RelaisAccountRow) row = relais_account_row_new (&info);

  expect_notes (row, &info, "");
  info.models = same;
  expect_notes (row, &info, "");
  info.n_requests = 1;
  expect_notes (row, &info, "n-requests ");
  info.models = NULL;
  expect_notes (row, &info, "models ");
  info.label = (char *)"Home";
  info.state = RELAIS_ACCOUNT_PAUSED;
  info.enabled = FALSE;
  expect_notes (row, &info, "enabled label state ");
  g_assert_cmpint (relais_account_row_get_state (row), ==, RELAIS_ACCOUNT_PAUSED);
  info.provider = (char *)"unheard-of";
  info.has_key = info.kept = TRUE;
  info.base_url = (char *)"http://127.0.0.1:9";
  expect_notes (row, &info, "base-url has-key kept provider provider-name ");
  g_assert_cmpstr (relais_account_row_get_provider_name (row), ==, "unheard-of");
}

/* A countdown is nobody's news: only another end is. */
static void
test_troubles (void)
{
  RelaisAccountTrouble limited = { RELAIS_ACCOUNT_COOLING, (char *)"m", (char *)"slow down", 429, 9000000 };
  RelaisAccountTrouble again = limited, later = limited;
  g_autoptr (GPtrArray) none = g_ptr_array_new (), first = g_ptr_array_new ();
  g_autoptr (GPtrArray) same = g_ptr_array_new (), other = g_ptr_array_new ();
  RelaisAccountInfo info = { .id = (char *)"a", .label = (char *)"Work", .provider = (char *)"openai", .troubles = none };
  g_autoptr (RelaisAccountRow) row = relais_account_row_new (&info);

  again.until_us += 1000;
  later.until_us += 2000000;
  g_ptr_array_add (first, &limited);
  g_ptr_array_add (same, &again);
  g_ptr_array_add (other, &later);
  expect_notes (row, &info, "");
  info.troubles = first;
  info.state = RELAIS_ACCOUNT_COOLING;
  expect_notes (row, &info, "state troubles ");
  g_assert_cmpuint (relais_account_row_get_troubles (row)->len, ==, 1);
  info.troubles = same;
  expect_notes (row, &info, "");
  info.troubles = other;
  expect_notes (row, &info, "troubles ");
  info.troubles = none;
  info.state = RELAIS_ACCOUNT_ACTIVE;
  expect_notes (row, &info, "state troubles ");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/account-row/row", test_row);
  g_test_add_func ("/account-row/update", test_update);
  g_test_add_func ("/account-row/troubles", test_troubles);
  return g_test_run ();
}
