/* test-keyboard.c: the window and its dialogs by real keys
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "app/relais-switch-row.h"

#include "puppet-engine.h"
#include "ui-kit.h"

static const RelaisEngineOptions bare = { 0 };

/* Where the focus should come to be. */
typedef struct
{
  GtkWindow *window;
  GtkWidget *inside; /* or NULL: anywhere */
  GtkWidget *not_at; /* or NULL */
} Focus;

static gboolean
has_focus (gpointer data)
{
  const Focus *want = data;
  GtkWidget *focus = gtk_window_get_focus (want->window);

  if (focus == NULL || focus == want->not_at)
    return FALSE;
  return want->inside == NULL || focus == want->inside ||
         gtk_widget_is_ancestor (focus, want->inside);
}

static gboolean
is_gone (gpointer data)
{
  return ui_kit_dialog (data) == NULL;
}

static gboolean
is_paused (gpointer data)
{
  return !relais_switch_row_get_active (data);
}

static gboolean
is_open (gpointer data)
{
  return ui_kit_dialog (data) != NULL;
}

static gboolean
is_tested (gpointer data)
{
  return g_strcmp0 (adw_action_row_get_subtitle (ui_kit_child (data, "test")), "The key works: 23 models") == 0;
}

static GtkWidget *
open_dialog (UiStage *stage)
{
  GtkWidget *dialog = NULL;

  gtk_widget_activate_action (ui_kit_page (stage, "RelaisAccountsPage"), "accounts.edit", "s", "a1");
  dialog = ui_kit_dialog (stage);
  g_assert_nonnull (dialog);
  ui_kit_drain ();
  return dialog;
}

static void
open_stage (UiStage *stage)
{
  ui_kit_open (stage, &bare, 900);
  puppet_engine_add_account (stage->engine, &(PuppetAccount){ "a1", "Work", "openai-compatible" });
  gtk_widget_activate_action (stage->window, "win.page", "s", "accounts");
  ui_kit_drain ();
}

/* The template child where the focus is: the innermost comes first. */
static const char *
find_stop (GtkWidget *dialog)
{
  static const char *const stops[] = { "drop_key", "key", "name", "base_url", "enabled", "models", "dispatch",
                                       "test_button", "test", "remove_group", "save" };

  for (gsize i = 0; i < G_N_ELEMENTS (stops); i++)
    if (has_focus (&(Focus){ GTK_WINDOW (dialog), ui_kit_child (dialog, stops[i]), NULL }))
      return stops[i];
  return "cancel";
}

/* Everything is reached, from the top to the bottom and round again. */
static void
test_tab (void)
{
  UiStage stage = { 0 };
  GtkWidget *dialog = NULL;
  g_autoptr (GString) way = g_string_new (NULL);

  open_stage (&stage);
  dialog = open_dialog (&stage);
  gtk_editable_set_text (ui_kit_child (dialog, "base_url"), "http://127.0.0.1:11434/v1");
  g_string_append (way, find_stop (dialog));
  for (guint i = 0; i < 14; i++)
    {
      GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (dialog));

      ui_kit_press (dialog, "Tab");
      ui_kit_until (has_focus, &(Focus){ GTK_WINDOW (dialog), NULL, focus });
      g_string_append_printf (way, " %s", find_stop (dialog));
    }
  /* the key has a button that shows it; a row that can be activated is a stop of its own */
  g_assert_cmpstr (way->str, ==, "name base_url key key drop_key enabled enabled models dispatch test test_button remove_group "
                                 "cancel save name");
  ui_kit_press (dialog, "shift+Tab");
  ui_kit_until (has_focus, &(Focus){ GTK_WINDOW (dialog), ui_kit_child (dialog, "save"), NULL });
  gtk_window_destroy (GTK_WINDOW (dialog));
  ui_kit_close (&stage);
}

static void
test_mnemonics (void)
{
  static const struct
  {
    const char *key;
    const char *id;
  } rows[] = { { "alt+u", "base_url" }, { "alt+k", "key" }, { "alt+o", "models" }, { "alt+n", "name" } };
  UiStage stage = { 0 };
  GtkWidget *dialog = NULL;
  g_autoptr (RelaisAccountRow) account = NULL;

  open_stage (&stage);
  account = g_list_model_get_item (relais_engine_list_accounts (stage.engine), 0);
  dialog = open_dialog (&stage);
  gtk_editable_set_text (ui_kit_child (dialog, "base_url"), "http://127.0.0.1:11434/v1");
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Focus want = { GTK_WINDOW (dialog), ui_kit_child (dialog, rows[i].id), NULL };

      ui_kit_press (dialog, rows[i].key);
      ui_kit_until (has_focus, &want);
    }
  gtk_editable_set_text (ui_kit_child (dialog, "name"), "Office");
  ui_kit_press (dialog, "alt+e");
  ui_kit_until (is_paused, ui_kit_child (dialog, "enabled"));
  ui_kit_press (dialog, "alt+t");
  ui_kit_until (is_tested, dialog);
  ui_kit_press (dialog, "alt+s");
  ui_kit_until (is_gone, &stage);
  g_assert_cmpstr (relais_account_row_get_label (account), ==, "Office");
  g_assert_false (relais_account_row_get_enabled (account));

  dialog = open_dialog (&stage);
  ui_kit_press (dialog, "alt+c");
  ui_kit_until (is_gone, &stage);
  dialog = open_dialog (&stage);
  ui_kit_press (dialog, "alt+r");
  ui_kit_until (is_gone, &stage);
  ui_kit_drain ();
  g_assert_cmpuint (relais_engine_get_n_accounts (stage.engine), ==, 0);
  ui_kit_close (&stage);
}

/* What was changed goes after a yes alone, and the focus goes back to where it was. */
static void
test_escape (void)
{
  UiStage stage = { 0 };
  UiStage over = { 0 };
  GtkWidget *dialog = NULL;
  GtkWidget *row = NULL;
  g_autoptr (RelaisAccountRow) account = NULL;

  open_stage (&stage);
  account = g_list_model_get_item (relais_engine_list_accounts (stage.engine), 0);
  row = GTK_WIDGET (gtk_list_box_get_row_at_index (ui_kit_child (ui_kit_page (&stage, "RelaisAccountsPage"), "list"), 0));
  gtk_widget_grab_focus (row);
  ui_kit_press (stage.window, "Return");
  ui_kit_until (is_open, &stage);
  dialog = ui_kit_dialog (&stage);
  ui_kit_until (has_focus, &(Focus){ GTK_WINDOW (dialog), ui_kit_child (dialog, "name"), NULL });
  gtk_editable_set_text (ui_kit_child (dialog, "name"), "Office");
  relais_switch_row_set_active (ui_kit_child (dialog, "enabled"), FALSE);
  over.window = dialog;
  ui_kit_press (dialog, "Escape");
  ui_kit_until (is_open, &over);
  ui_kit_drain ();
  ui_kit_press (ui_kit_dialog (&over), "Escape");
  ui_kit_until (is_gone, &over);
  g_assert_cmpstr (gtk_editable_get_text (ui_kit_child (dialog, "name")), ==, "Office");
  ui_kit_press (dialog, "Escape");
  ui_kit_until (is_open, &over);
  ui_kit_drain ();
  ui_kit_press (ui_kit_dialog (&over), "alt+d");
  ui_kit_until (is_gone, &stage);
  g_assert_cmpstr (relais_account_row_get_label (account), ==, "Work");
  g_assert_true (relais_account_row_get_enabled (account));
  g_assert_true (has_focus (&(Focus){ GTK_WINDOW (stage.window), row, NULL }));
  ui_kit_close (&stage);
}

/* Ctrl+W closes what stands on top. */
static void
test_close (void)
{
  UiStage stage = { 0 };

  open_stage (&stage);
  ui_kit_press (open_dialog (&stage), "ctrl+w");
  ui_kit_until (is_gone, &stage);
  gtk_widget_activate_action (stage.window, "win.preferences", NULL);
  ui_kit_drain ();
  ui_kit_press (ui_kit_dialog (&stage), "ctrl+w");
  ui_kit_until (is_gone, &stage);
  ui_kit_close (&stage);
}

/* Return in a field saves. */
static void
test_return (void)
{
  UiStage stage = { 0 };
  GtkWidget *dialog = NULL;
  g_autoptr (RelaisAccountRow) account = NULL;

  open_stage (&stage);
  account = g_list_model_get_item (relais_engine_list_accounts (stage.engine), 0);
  dialog = open_dialog (&stage);
  gtk_editable_set_text (ui_kit_child (dialog, "base_url"), "http://127.0.0.1:11434/v1");
  gtk_editable_set_text (ui_kit_child (dialog, "name"), "Office");
  ui_kit_press (dialog, "Return");
  ui_kit_until (is_gone, &stage);
  g_assert_cmpstr (relais_account_row_get_label (account), ==, "Office");
  ui_kit_close (&stage);
}

typedef struct
{
  GSettings  *settings;
  const char *json;
} Rules;

static gboolean
are_stored (gpointer data)
{
  const Rules *want = data;
  g_autofree char *stored = g_settings_get_string (want->settings, "rules");

  return g_str_equal (stored, want->json);
}

/* Until the rules are these, in the short form “a>m b>m”. */
static void
wait_for_rules (UiStage    *stage,
                const char *want)
{
  g_auto (GStrv) parts = g_strsplit (want, " ", -1);
  g_autoptr (GString) json = g_string_new ("{\"rules\": [");

  for (guint i = 0; parts[i] != NULL && *parts[i] != '\0'; i++)
    {
      g_auto (GStrv) names = g_strsplit (parts[i], ">", 2);

      g_string_append_printf (json, "%s\n  {\"match\":\"%s\",\"model\":\"%s\"}", i > 0 ? "," : "", names[0], names[1]);
    }
  g_string_append (json, *want != '\0' ? "\n]}\n" : "]}\n");
  ui_kit_until (are_stored, &(Rules){ stage->settings, json->str });
}

static void
type (GtkWidget  *window,
      const char *text)
{
  for (const char *c = text; *c != '\0'; c++)
    ui_kit_press (window, (char[]){ *c, '\0' });
}

static gboolean
is_rule_dialog (gpointer data)
{
  GtkWidget *dialog = ui_kit_dialog (data);

  return dialog != NULL && g_str_equal (G_OBJECT_TYPE_NAME (dialog), "RelaisRuleDialog") &&
         gtk_window_get_focus (GTK_WINDOW (dialog)) != NULL;
}

static gboolean
is_question (gpointer data)
{
  UiStage over = { .window = ui_kit_dialog (data) };

  return over.window != NULL && ui_kit_dialog (&over) != NULL;
}

/* Rules without a pointer: put in, opened, moved, taken out. */
static void
test_rules (void)
{
  UiStage stage = { 0 };
  UiStage over = { 0 };
  GtkWidget *page = NULL;
  GtkWidget *dialog = NULL;

  open_stage (&stage);
  page = ui_kit_page (&stage, "RelaisRulesPage");
  g_settings_set_string (stage.settings, "rules", "{\"rules\":[{\"match\":\"a\",\"model\":\"m\"},{\"match\":\"b\",\"model\":\"m\"}]}");
  gtk_widget_activate_action (stage.window, "win.page", "s", "rules");
  ui_kit_drain ();
  ui_kit_press (stage.window, "alt+a");
  ui_kit_until (is_rule_dialog, &stage);
  dialog = ui_kit_dialog (&stage);
  type (dialog, "c");
  ui_kit_press (dialog, "alt+m");
  ui_kit_until (has_focus, &(Focus){ GTK_WINDOW (dialog), ui_kit_child (dialog, "model"), NULL });
  type (dialog, "m");
  ui_kit_press (dialog, "Return");
  ui_kit_until (is_gone, &stage);
  wait_for_rules (&stage, "a>m b>m c>m");

  gtk_widget_grab_focus (GTK_WIDGET (gtk_list_box_get_row_at_index (ui_kit_child (page, "list"), 2)));
  ui_kit_press (stage.window, "alt+Up");
  wait_for_rules (&stage, "a>m c>m b>m");
  ui_kit_press (stage.window, "alt+Up");
  wait_for_rules (&stage, "c>m a>m b>m");
  ui_kit_press (stage.window, "alt+Down");
  wait_for_rules (&stage, "a>m c>m b>m");
  ui_kit_press (stage.window, "Delete");
  wait_for_rules (&stage, "a>m b>m");

  /* Escape asks before it throws away what was typed */
  ui_kit_press (stage.window, "Return");
  ui_kit_until (is_rule_dialog, &stage);
  dialog = ui_kit_dialog (&stage);
  type (dialog, "x");
  ui_kit_press (dialog, "Escape");
  ui_kit_until (is_question, &stage);
  over.window = dialog;
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (ui_kit_dialog (&over)), "confirm");
  ui_kit_until (is_gone, &stage);
  ui_kit_drain ();
  wait_for_rules (&stage, "a>m b>m");
  ui_kit_close (&stage);
}

static gboolean
is_in_search (gpointer data)
{
  GtkWidget *entry = ui_kit_child (ui_kit_page (data, "RelaisMonitorPage"), "search_entry");

  return g_str_equal (gtk_editable_get_text (GTK_EDITABLE (entry)), "work");
}

static gboolean
is_out_of_search (gpointer data)
{
  return !gtk_search_bar_get_search_mode (ui_kit_child (ui_kit_page (data, "RelaisMonitorPage"), "search_bar"));
}

/* Who types in the monitor searches, and Escape ends it. */
static void
test_search (void)
{
  UiStage stage = { 0 };

  open_stage (&stage);
  puppet_engine_add_record (stage.engine, &(PuppetRecord){ 1, 200, "/v1/messages", "gpt-5", "Work", 1200, 12 });
  gtk_widget_activate_action (stage.window, "win.page", "s", "monitor");
  ui_kit_drain ();
  g_assert_true (is_out_of_search (&stage));
  type (stage.window, "work");
  ui_kit_until (is_in_search, &stage);
  ui_kit_press (stage.window, "Escape");
  ui_kit_until (is_out_of_search, &stage);
  ui_kit_close (&stage);
}

static gboolean
is_menu_open (gpointer data)
{
  GtkWidget *popover = GTK_WIDGET (gtk_menu_button_get_popover (data));

  return popover != NULL && gtk_widget_get_mapped (popover);
}

static gboolean
is_menu_closed (gpointer data)
{
  return !is_menu_open (data);
}

static GtkWidget *
find_primary (GtkWidget *widget)
{
  if (GTK_IS_MENU_BUTTON (widget) && gtk_menu_button_get_primary (GTK_MENU_BUTTON (widget)))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_primary (child);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
test_menu (void)
{
  UiStage stage = { 0 };
  GtkWidget *button = NULL;

  open_stage (&stage);
  button = find_primary (stage.window);
  ui_kit_press (stage.window, "F10");
  ui_kit_until (is_menu_open, button);
  ui_kit_press (stage.window, "Escape");
  ui_kit_until (is_menu_closed, button);
  ui_kit_close (&stage);
}

int
main (int   argc,
      char *argv[])
{
  ui_kit_init (&argc, &argv);
  g_test_add_func ("/keyboard/tab", test_tab);
  g_test_add_func ("/keyboard/mnemonics", test_mnemonics);
  g_test_add_func ("/keyboard/escape", test_escape);
  g_test_add_func ("/keyboard/return", test_return);
  g_test_add_func ("/keyboard/close", test_close);
  g_test_add_func ("/keyboard/rules", test_rules);
  g_test_add_func ("/keyboard/search", test_search);
  g_test_add_func ("/keyboard/menu", test_menu);
  return g_test_run ();
}
