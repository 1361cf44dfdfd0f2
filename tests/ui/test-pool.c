/* test-pool.c: how accounts fare and are chosen, in the window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "app/relais-account-item.h"
#include "app/relais-account-words.h"
#include "app/relais-record-view.h"
#include "app/relais-spin-row.h"

#include "puppet-engine.h"
#include "ui-kit.h"

static const RelaisEngineOptions bare = { 0 };

static GtkWidget *
open_accounts (UiStage *stage)
{
  ui_kit_open (stage, &bare, 900);
  puppet_engine_add_account (stage->engine, &(PuppetAccount){ "a1", "Work", "gemini" });
  puppet_engine_add_account (stage->engine, &(PuppetAccount){ "a2", "Home", "gemini" });
  gtk_widget_activate_action (stage->window, "win.page", "s", "accounts");
  ui_kit_drain ();
  return ui_kit_page (stage, "RelaisAccountsPage");
}

/* What is held against an account shows with its end, and ends at a person's word. */
static void
test_trouble (void)
{
  RelaisAccountTrouble trouble = { RELAIS_ACCOUNT_COOLING, (char *)"gemini-3-flash",
                                   (char *)"Slow <down>", 429,
                                   g_get_real_time () + 90 * G_TIME_SPAN_MINUTE };
  UiStage stage = { 0 };
  GtkWidget *page = open_accounts (&stage);
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (ui_kit_child (page, "list"), 0);
  const char *subtitle = NULL;

  ui_kit_assert_label (row, "pill", "Active");
  g_assert_false (gtk_widget_get_visible (ui_kit_child (row, "try_now")));
  puppet_engine_set_trouble_of (stage.engine, "a1", &trouble);
  ui_kit_assert_label (row, "pill", "Cooling Down · 90 min");
  subtitle = adw_action_row_get_subtitle (ADW_ACTION_ROW (row));
  g_assert_nonnull (strstr (subtitle, "gemini-3-flash: too many requests, for 90 min (“Slow <down>”)"));
  g_object_set (page, "narrow", TRUE, NULL);
  ui_kit_assert_label (row, "pill", "Cooling Down");
  ui_kit_click (ui_kit_child (row, "try_now"));
  ui_kit_drain ();
  ui_kit_assert_label (row, "pill", "Active");
  g_assert_false (gtk_widget_get_visible (ui_kit_child (row, "try_now")));
  ui_kit_close (&stage);
}

static void
assert_scheduling (UiStage          *stage,
                   RelaisScheduling  want)
{
  const char *fixed;
  int wait;

  g_assert_cmpint (puppet_engine_get_scheduling (stage->engine, &fixed, &wait), ==, want);
}

static void
assert_fixed (UiStage    *stage,
              const char *want)
{
  const char *fixed;
  int wait;

  puppet_engine_get_scheduling (stage->engine, &fixed, &wait);
  g_assert_cmpstr (fixed, ==, want);
}

static void
assert_wait (UiStage *stage,
             int      want)
{
  const char *fixed;
  int wait;

  puppet_engine_get_scheduling (stage->engine, &fixed, &wait);
  g_assert_cmpint (wait, ==, want);
}

static gboolean
is_other_subtitle (gpointer data)
{
  const char *before = g_object_get_data (data, "before");

  return g_strcmp0 (adw_action_row_get_subtitle (data), before) != 0;
}

/* Also where the pill has no end to tell. */
static void
test_countdown (void)
{
  RelaisAccountTrouble trouble = { RELAIS_ACCOUNT_MODEL_REFUSED, (char *)"m-9", NULL, 404,
                                   g_get_real_time () + 60 * G_USEC_PER_SEC };
  UiStage stage = { 0 };
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (ui_kit_child (open_accounts (&stage), "list"), 0);
  const char *before = NULL;

  puppet_engine_set_trouble_of (stage.engine, "a1", &trouble);
  ui_kit_assert_label (row, "pill", "Active");
  before = adw_action_row_get_subtitle (ADW_ACTION_ROW (row));
  g_assert_nonnull (strstr (before, " s"));
  g_object_set_data_full (G_OBJECT (row), "before", g_strdup (before), g_free);
  ui_kit_until (is_other_subtitle, row);
  ui_kit_close (&stage);
}

/* A person alone changes which one is fixed: not a list that is filled, nor one that shrinks. */
static void
test_fixed (void)
{
  UiStage stage = { 0 };
  GtkWidget *page = NULL;
  AdwComboRow *account = NULL;

  ui_kit_open (&stage, &bare, 900);
  g_settings_set_string (stage.settings, "fixed-account", "a2");
  g_settings_set_enum (stage.settings, "scheduling", RELAIS_SCHEDULING_FIXED);
  page = ui_kit_page (&stage, "RelaisAccountsPage");
  account = ui_kit_child (ui_kit_child (page, "scheduling"), "account");
  gtk_widget_activate_action (stage.window, "win.page", "s", "accounts");
  puppet_engine_add_account (stage.engine, &(PuppetAccount){ "a1", "Work", "gemini" });
  puppet_engine_add_account (stage.engine, &(PuppetAccount){ "a2", "Home", "gemini" });
  ui_kit_drain ();
  assert_fixed (&stage, "a2");
  g_assert_cmpuint (adw_combo_row_get_selected (account), ==, 1);

  gtk_widget_activate_action (page, "accounts.remove", "s", "a2");
  ui_kit_drain ();
  assert_fixed (&stage, "a2");
  g_assert_cmpuint (adw_combo_row_get_selected (account), ==, GTK_INVALID_LIST_POSITION);
  ui_kit_click (ui_kit_find_button (stage.window, "Undo"));
  ui_kit_drain ();
  assert_fixed (&stage, "a2");
  g_assert_cmpuint (adw_combo_row_get_selected (account), ==, 1);
  g_settings_reset (stage.settings, "scheduling");
  g_settings_reset (stage.settings, "fixed-account");
  ui_kit_close (&stage);
}

static void
assert_first_has_focus (UiStage    *stage,
                        GtkListBox *list)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (stage->window));

  g_assert_true (focus == GTK_WIDGET (gtk_list_box_get_row_at_index (list, 0)));
}

/* A list box makes its rows anew: the focus stays where it makes sense. */
static void
test_remove_focus (void)
{
  UiStage stage = { 0 };
  GtkWidget *page = open_accounts (&stage);
  GtkListBox *list = ui_kit_child (page, "list");

  gtk_widget_grab_focus (GTK_WIDGET (gtk_list_box_get_row_at_index (list, 0)));
  gtk_widget_activate_action (page, "accounts.remove", "s", "a1");
  ui_kit_drain ();
  assert_first_has_focus (&stage, list);
  ui_kit_click (ui_kit_find_button (stage.window, "Undo"));
  ui_kit_drain ();
  assert_first_has_focus (&stage, list);
  ui_kit_close (&stage);
}

static gboolean
has_dialog (gpointer stage)
{
  return ui_kit_dialog (stage) != NULL;
}

static gboolean
has_no_dialog (gpointer stage)
{
  return ui_kit_dialog (stage) == NULL;
}

/* What was typed goes only when somebody says so. */
static void
test_discard (void)
{
  UiStage stage = { 0 };
  GtkWidget *page = open_accounts (&stage);
  GtkWidget *dialog = NULL;
  UiStage over = { 0 };

  for (int i = 0; i < 2; i++)
    {
      if (i == 0)
        gtk_widget_activate_action (stage.window, "win.add-account", NULL);
      else
        gtk_widget_activate_action (page, "accounts.edit", "s", "a1");
      ui_kit_until (has_dialog, &stage);
      dialog = ui_kit_dialog (&stage);
      gtk_window_close (GTK_WINDOW (dialog));
      ui_kit_until (has_no_dialog, &stage);

      if (i == 0)
        gtk_widget_activate_action (stage.window, "win.add-account", NULL);
      else
        gtk_widget_activate_action (page, "accounts.edit", "s", "a1");
      ui_kit_until (has_dialog, &stage);
      dialog = ui_kit_dialog (&stage);
      gtk_editable_set_text (ui_kit_child (dialog, "key"), "sk-test-typed");
      gtk_window_close (GTK_WINDOW (dialog));
      ui_kit_drain ();
      over.window = dialog;
      ui_kit_click (ui_kit_find_button (ui_kit_dialog (&over), "Cancel"));
      ui_kit_drain ();
      g_assert_cmpstr (gtk_editable_get_text (ui_kit_child (dialog, "key")), ==, "sk-test-typed");
      gtk_window_close (GTK_WINDOW (dialog));
      ui_kit_drain ();
      ui_kit_click (ui_kit_find_button (ui_kit_dialog (&over), "Discard"));
      ui_kit_until (has_no_dialog, &stage);
    }
  ui_kit_close (&stage);
}

/* Each choice is stored, and in force at once. */
static void
test_scheduling (void)
{
  UiStage stage = { 0 };
  GtkWidget *page = open_accounts (&stage);
  GtkWidget *group = ui_kit_child (page, "scheduling");
  AdwComboRow *scheduling = ui_kit_child (group, "scheduling");
  AdwComboRow *account = ui_kit_child (group, "account");
  g_autofree char *stored = NULL;

  g_assert_true (gtk_widget_get_visible (group));
  assert_scheduling (&stage, RELAIS_SCHEDULING_CACHE_FIRST);
  assert_wait (&stage, 10);
  adw_combo_row_set_selected (scheduling, RELAIS_SCHEDULING_BALANCE);
  assert_scheduling (&stage, RELAIS_SCHEDULING_BALANCE);
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (account)));
  adw_combo_row_set_selected (scheduling, RELAIS_SCHEDULING_FIXED);
  assert_scheduling (&stage, RELAIS_SCHEDULING_FIXED);
  assert_fixed (&stage, "a1");
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (account)));
  adw_combo_row_set_selected (account, 1);
  assert_fixed (&stage, "a2");
  stored = g_settings_get_string (stage.settings, "fixed-account");
  g_assert_cmpstr (stored, ==, "a2");
  gtk_widget_activate_action (page, "accounts.edit", "s", "a2");
  ui_kit_until (has_dialog, &stage);
  gtk_editable_set_text (ui_kit_child (ui_kit_dialog (&stage), "name"), "Garden");
  ui_kit_click (ui_kit_child (ui_kit_dialog (&stage), "save"));
  ui_kit_until (has_no_dialog, &stage);
  g_assert_cmpstr (gtk_string_object_get_string (adw_combo_row_get_selected_item (account)), ==, "Garden");
  relais_spin_row_set_value (ui_kit_child (group, "wait"), 25);
  assert_wait (&stage, 25);
  /* and the other way round */
  g_settings_set_enum (stage.settings, "scheduling", RELAIS_SCHEDULING_PERFORMANCE_FIRST);
  g_assert_cmpuint (adw_combo_row_get_selected (scheduling), ==, 2);
  ui_kit_close (&stage);
}

/* The person sees why the second one served it. */
static void
test_trace (void)
{
  static RelaisTraceStep steps[] = {
    { RELAIS_TRACE_SKIPPED, (char *)"Old", "bad-key", NULL, 401, 0, -1 },
    { RELAIS_TRACE_TRIED, (char *)"Work", "quota", (char *)"Quota exceeded", 429, 0, 20 * G_USEC_PER_SEC },
    { RELAIS_TRACE_HELD, NULL, NULL, NULL, 0, 7 * G_USEC_PER_SEC, -1 },
    { RELAIS_TRACE_TRIED, (char *)"Home", "served", NULL, 200, 0, -1 },
    { RELAIS_TRACE_BEHIND, (char *)"Spare", "fallback", NULL, 0, 0, -1 },
  };
  g_autoptr (GPtrArray) trace = g_ptr_array_new ();
  g_autoptr (RelaisRecordRow) record = NULL;
  g_autofree char *choice = NULL;
  g_autofree char *text = NULL;
  UiStage stage = { 0 };
  GtkWidget *view = NULL;

  g_ptr_array_add (trace, &steps[3]);
  g_assert_null (relais_account_words_trace (trace));
  g_ptr_array_add (trace, &steps[4]);
  choice = relais_account_words_trace (trace);
  g_assert_cmpstr (choice, ==, "Home: answered\nSpare not asked: is a fallback");
  g_ptr_array_set_size (trace, 0);
  g_assert_null (relais_account_words_trace (trace));
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    g_ptr_array_add (trace, &steps[i]);
  text = relais_account_words_trace (trace);
  g_assert_cmpstr (text, ==,
                   "Old not asked: key refused\n"
                   "Work: quota of the day used up (429) (“Quota exceeded”)\n"
                   "Held for 7 s\n"
                   "Home: answered\n"
                   "Spare not asked: is a fallback");
  ui_kit_open (&stage, &bare, 900);
  puppet_engine_add_record (stage.engine, &(PuppetRecord){ 1, 200, "/v1/messages", "m", "Home", 9, 9,
                                                           NULL, FALSE, trace });
  record = g_list_model_get_item (relais_engine_list_records (stage.engine), 0);
  view = relais_record_view_new (record, stage.settings,
                                 stage.engine);
  gtk_window_present (GTK_WINDOW (view));
  ui_kit_drain ();
  g_assert_nonnull (ui_kit_find_label (view, "How an Account Was Found"));
  g_assert_nonnull (ui_kit_find_label (view, text));
  gtk_window_destroy (GTK_WINDOW (view));
  ui_kit_close (&stage);
}

/* What only the account's key or credit can mend leads to the account, and to no rule. */
static void
test_mend (void)
{
  static RelaisTraceStep other = { RELAIS_TRACE_SKIPPED, (char *)"Home", "limited", NULL, 429, 0, -1 };
  static RelaisTraceStep steps[] = {
    { RELAIS_TRACE_TRIED, (char *)"Work", "bad-key", (char *)"invalid x-api-key", 401, 0, -1 },
    { RELAIS_TRACE_TRIED, (char *)"Work", "no-credit", NULL, 429, 0, -1 },
    { RELAIS_TRACE_SKIPPED, (char *)"Work", "bad-key", NULL, 401, 0, -1 },
    { RELAIS_TRACE_SKIPPED, (char *)"Work", "no-credit", NULL, 402, 0, -1 },
    { RELAIS_TRACE_TRIED, (char *)"Work", "no-model", NULL, 404, 0, -1 },
    { RELAIS_TRACE_SKIPPED, (char *)"Work", "limited", NULL, 429, 0, -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autoptr (GPtrArray) trace = g_ptr_array_new ();
      UiStage stage = { 0 };
      GtkWidget *button = NULL;

      g_ptr_array_add (trace, &other);
      g_ptr_array_add (trace, &steps[i]);
      ui_kit_open (&stage, &bare, 900);
      puppet_engine_add_account (stage.engine, &(PuppetAccount){ "a0", "Home", "anthropic", RELAIS_ACCOUNT_ACTIVE, 0 });
      puppet_engine_add_account (stage.engine, &(PuppetAccount){ "a1", "Work", "anthropic", RELAIS_ACCOUNT_ACTIVE, 0 });
      /* who was left out is not in the record */
      puppet_engine_add_record (stage.engine, &(PuppetRecord){ 1, 502, "/v1/messages", "m", NULL, 9, -1, "refused", .trace = trace,
                                                               .account_id = steps[i].kind == RELAIS_TRACE_TRIED ? "a1" : NULL });
      gtk_widget_activate_action (stage.window, "win.page", "s", "monitor");
      ui_kit_drain ();
      g_signal_emit_by_name (ui_kit_child (ui_kit_page (&stage, "RelaisMonitorPage"), "lines"), "activate", 0);
      ui_kit_drain ();
      button = ui_kit_find_button (ui_kit_dialog (&stage), "Edit the Account…");
      g_assert_cmpint (button != NULL, ==, i < 4);
      g_assert_cmpint (ui_kit_find_button (ui_kit_dialog (&stage), "Add Rule…") != NULL, ==, i >= 4);
      if (button != NULL)
        {
          ui_kit_click (button);
          ui_kit_drain ();
          g_assert_cmpstr (gtk_editable_get_text (ui_kit_child (ui_kit_dialog (&stage), "name")), ==, "Work");
        }
      gtk_window_destroy (GTK_WINDOW (ui_kit_dialog (&stage)));
      ui_kit_close (&stage);
    }
}

int
main (int    argc,
      char **argv)
{
  ui_kit_init (&argc, &argv);
  g_test_add_func ("/pool/trouble", test_trouble);
  g_test_add_func ("/pool/countdown", test_countdown);
  g_test_add_func ("/pool/fixed", test_fixed);
  g_test_add_func ("/pool/discard", test_discard);
  g_test_add_func ("/pool/remove-focus", test_remove_focus);
  g_test_add_func ("/pool/scheduling", test_scheduling);
  g_test_add_func ("/pool/trace", test_trace);
  g_test_add_func ("/pool/mend", test_mend);
  return g_test_run ();
}
