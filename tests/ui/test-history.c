/* test-history.c: what is kept of the requests, as a person sets it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "app/relais-spin-row.h"
#include "app/relais-switch-row.h"

#include "puppet-engine.h"
#include "ui-kit.h"

static const RelaisEngineOptions bare = { 0 };

static GtkWidget *
open_group (UiStage *stage)
{
  gtk_widget_activate_action (stage->window, "win.preferences", NULL);
  ui_kit_drain ();
  return ui_kit_child (ui_kit_dialog (stage), "history");
}

static void
assert_log (UiStage  *stage,
            gboolean  rows,
            gboolean  bodies,
            int       days)
{
  gboolean has_bodies = -1;
  int has_days = -1;

  g_assert_cmpint (puppet_engine_get_log (stage->engine, &has_bodies, &has_days), ==, rows);
  g_assert_cmpint (has_bodies, ==, bodies);
  g_assert_cmpint (has_days, ==, days);
}

/* In force at once; what depends on the history can be set only with it. */
static void
test_settings (void)
{
  UiStage stage = { 0 };
  GtkWidget *group = NULL;
  gpointer keep = NULL, bodies = NULL, days = NULL;

  ui_kit_open (&stage, &bare, 900);
  assert_log (&stage, TRUE, FALSE, 30);
  group = open_group (&stage);
  keep = ui_kit_child (group, "keep");
  bodies = ui_kit_child (group, "bodies");
  days = ui_kit_child (group, "days");
  g_assert_true (relais_switch_row_get_active (keep));
  g_assert_false (relais_switch_row_get_active (bodies));
  relais_switch_row_set_active (bodies, TRUE);
  assert_log (&stage, TRUE, TRUE, 30);
  relais_spin_row_set_value (days, 400);
  assert_log (&stage, TRUE, TRUE, 365);
  relais_switch_row_set_active (keep, FALSE);
  assert_log (&stage, FALSE, TRUE, 365);
  g_assert_false (gtk_widget_is_sensitive (bodies));
  g_assert_false (gtk_widget_is_sensitive (days));
  g_settings_set_boolean (stage.settings, "log-requests", TRUE);
  g_assert_true (gtk_widget_is_sensitive (bodies));
  g_assert_true (gtk_widget_is_sensitive (days));
  assert_log (&stage, TRUE, TRUE, 365);
  g_settings_reset (stage.settings, "record-bodies");
  g_settings_reset (stage.settings, "retention-days");
  g_settings_reset (stage.settings, "log-requests");
  ui_kit_close (&stage);
}

static gboolean
is_alone (gpointer over)
{
  return ui_kit_dialog (over) == NULL;
}

static gboolean
is_told (gpointer over)
{
  GtkWidget *dialog = ui_kit_dialog (over);

  return dialog != NULL &&
         g_str_equal (gtk_window_get_title (GTK_WINDOW (dialog)), "History Not Deleted");
}

/* It says how much there is, asks, and says so when it went wrong. */
static void
test_delete (void)
{
  UiStage stage = { 0 };
  UiStage over = { 0 };
  GtkWidget *group = NULL;
  GtkWidget *preferences = NULL;
  GtkWidget *button = NULL;
  AdwActionRow *kept = NULL;

  ui_kit_open (&stage, &bare, 900);
  group = open_group (&stage);
  preferences = over.window = ui_kit_dialog (&stage);
  button = ui_kit_child (group, "delete_button");
  kept = ui_kit_child (group, "kept");
  g_assert_cmpstr (adw_action_row_get_subtitle (kept), ==, "Nothing is kept");
  g_assert_false (gtk_widget_is_sensitive (button));
  gtk_window_close (GTK_WINDOW (preferences));
  puppet_engine_set_n_kept (stage.engine, 1000);
  group = open_group (&stage);
  g_assert_cmpstr (adw_action_row_get_subtitle (kept), ==, "1000 requests, 2.8\302\240MB");

  ui_kit_click (button);
  ui_kit_drain ();
  ui_kit_click (ui_kit_find_button (ui_kit_dialog (&over), "Cancel"));
  ui_kit_until (is_alone, &over);
  g_assert_cmpuint (puppet_engine_get_n_deleted (stage.engine), ==, 0);

  puppet_engine_set_log_trouble (stage.engine, "The disk is full");
  ui_kit_click (button);
  ui_kit_drain ();
  ui_kit_click (ui_kit_find_button (ui_kit_dialog (&over), "Delete"));
  ui_kit_drain ();
  g_assert_cmpuint (puppet_engine_get_n_deleted (stage.engine), ==, 0);
  ui_kit_until (is_told, &over);
  g_assert_cmpstr (adw_message_dialog_get_body (ADW_MESSAGE_DIALOG (ui_kit_dialog (&over))), ==,
                   "The disk is full");
  ui_kit_click (ui_kit_find_button (ui_kit_dialog (&over), "Close"));
  ui_kit_until (is_alone, &over);

  puppet_engine_set_log_trouble (stage.engine, NULL);
  ui_kit_click (button);
  ui_kit_drain ();
  ui_kit_click (ui_kit_find_button (ui_kit_dialog (&over), "Delete"));
  ui_kit_drain ();
  g_assert_cmpuint (puppet_engine_get_n_deleted (stage.engine), ==, 1);
  g_assert_nonnull (ui_kit_find_label (preferences, "History deleted"));
  g_assert_cmpstr (adw_action_row_get_subtitle (kept), ==, "Nothing is kept");
  g_assert_false (gtk_widget_is_sensitive (button));
  ui_kit_close (&stage);
}

static void
test_trouble (void)
{
  UiStage stage = { 0 };
  GtkWidget *group = NULL;
  GtkWidget *trouble = NULL;

  ui_kit_open (&stage, &bare, 900);
  group = open_group (&stage);
  trouble = ui_kit_child (group, "trouble");
  g_assert_false (gtk_widget_get_visible (trouble));
  puppet_engine_set_log_trouble (stage.engine, "The disk is full");
  g_assert_true (gtk_widget_get_visible (trouble));
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (trouble)), ==, "The disk is full");
  puppet_engine_set_log_trouble (stage.engine, NULL);
  g_assert_false (gtk_widget_get_visible (trouble));
  ui_kit_close (&stage);
}

static gboolean
are_forgotten (gpointer engine)
{
  return puppet_engine_get_n_forgotten (engine) == 2;
}

/* Cleared is forgotten once it cannot be brought back, and not when it was. */
static void
test_clear (void)
{
  const PuppetRecord record = { 1, 200, "/v1/messages", "gpt-5", "Work", 1200, 7 };
  UiStage stage = { 0 };
  GtkWidget *undo = NULL;

  ui_kit_open (&stage, &bare, 900);
  puppet_engine_add_record (stage.engine, &record);
  puppet_engine_add_record (stage.engine, &record);
  gtk_widget_activate_action (stage.window, "win.clear-monitor", NULL);
  undo = ui_kit_find_button (stage.window, "Undo");
  ui_kit_click (undo);
  ui_kit_click (undo);
  ui_kit_drain ();
  g_assert_cmpuint (g_list_model_get_n_items (relais_engine_list_records (stage.engine)), ==, 2);
  g_assert_cmpuint (puppet_engine_get_n_forgotten (stage.engine), ==, 0);
  gtk_widget_activate_action (stage.window, "win.clear-monitor", NULL);
  g_assert_cmpuint (puppet_engine_get_n_forgotten (stage.engine), ==, 0);
  /* its last button closes it */
  ui_kit_click (gtk_widget_get_last_child (ui_kit_find (stage.window, "AdwToastWidget")));
  ui_kit_until (are_forgotten, stage.engine);
  ui_kit_close (&stage);
}

int
main (int   argc,
      char *argv[])
{
  ui_kit_init (&argc, &argv);
  g_test_add_func ("/history/settings", test_settings);
  g_test_add_func ("/history/delete", test_delete);
  g_test_add_func ("/history/trouble", test_trouble);
  g_test_add_func ("/history/clear", test_clear);
  return g_test_run ();
}
