/* test-preferences.c: what is let in, and how long is waited, set and in force
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "app/relais-record-view.h"
#include "app/relais-spin-row.h"
#include "base/relais-config.h"

#include "puppet-engine.h"
#include "ui-kit.h"

#define N_STOPS_MAX 30

static const RelaisEngineOptions bare = { 0 };

static GtkWidget *
open_preferences (UiStage *stage)
{
  GtkWidget *dialog = NULL;

  gtk_widget_activate_action (stage->window, "win.preferences", NULL);
  ui_kit_drain ();
  dialog = ui_kit_dialog (stage);
  g_assert_nonnull (dialog);
  return dialog;
}

static GtkWidget *
get_entry (GtkWidget  *dialog,
           const char *group)
{
  return ui_kit_find (ui_kit_child (dialog, group), "RelaisSettingRow");
}

/* What the group lists, one a line. */
static void
assert_list (GtkWidget  *dialog,
             const char *group,
             const char *expected)
{
  GtkListBox *list = ui_kit_child (ui_kit_child (dialog, group), "list");
  g_autoptr (GString) text = g_string_new (NULL);
  GtkListBoxRow *row = NULL;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (list, i)) != NULL; i++)
    if (g_str_equal (G_OBJECT_TYPE_NAME (row), "RelaisAllowedRow"))
      g_string_append_printf (text, "%s\n", adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)));
  g_assert_cmpstr (text->str, ==, expected);
}

static GtkWidget *
get_row (GtkWidget  *dialog,
         const char *group,
         int         place)
{
  return GTK_WIDGET (gtk_list_box_get_row_at_index (ui_kit_child (ui_kit_child (dialog, group), "list"), place));
}

static gboolean
is_in_focus (gpointer widget)
{
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (widget));

  return focus != NULL && (focus == widget || gtk_widget_is_ancestor (focus, widget));
}

/* One by one or several at once; what could never match is told, kept in the row and not taken. */
static void
test_add (void)
{
  static const struct
  {
    const char *group;
    const char *text;
    const char *fault; /* in the title, or NULL */
    const char *listed;
  } steps[] = {
    { "hosts", "http://box.example", "_Host: without http:// or port", "" },
    { "hosts", "box.example, 10.0.0.7:8045", "_Host: without http:// or port", "" },
    { "hosts", "box.example", NULL, "box.example\n" },
    { "hosts", "10.0.0.7, BOX.example  b.example b.example", NULL, "box.example\n10.0.0.7\nb.example\n" },
    { "origins", "app.example", "_Web Page: as in https://app.example", "" },
    { "origins", "https://app.example/a", "_Web Page: as in https://app.example", "" },
    { "origins", "https://app.example/", NULL, "https://app.example\n" },
  };
  const char *hosts[] = { "box.example", "10.0.0.7", "b.example", NULL };
  const char *origins[] = { "https://app.example", NULL };
  UiStage stage = { 0 };
  GtkWidget *dialog = NULL;

  ui_kit_open (&stage, &bare, 900);
  dialog = open_preferences (&stage);
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      GtkWidget *entry = get_entry (dialog, steps[i].group);

      g_test_message ("%s", steps[i].text);
      gtk_editable_set_text (GTK_EDITABLE (entry), steps[i].text);
      g_assert_cmpint (gtk_widget_has_css_class (entry, "error"), ==, steps[i].fault != NULL);
      g_assert_cmpint (adw_entry_row_get_show_apply_button (ADW_ENTRY_ROW (entry)), ==,
                       steps[i].fault == NULL);
      if (steps[i].fault != NULL)
        g_assert_cmpstr (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (entry)), ==,
                         steps[i].fault);
      g_signal_emit_by_name (entry, "apply");
      assert_list (dialog, steps[i].group, steps[i].listed);
      g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (entry)), ==,
                       steps[i].fault != NULL ? steps[i].text : "");
    }
  g_assert_cmpstrv (puppet_engine_get_hosts (stage.engine), hosts);
  g_assert_cmpstrv (puppet_engine_get_origins (stage.engine), origins);
  ui_kit_close (&stage);
}

/* As many as the engine takes; the one too many is told while it is typed. */
static void
test_full (void)
{
  const char *many[RELAIS_ALLOWED_MAX + 1] = { NULL };
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  UiStage stage = { 0 };
  GtkWidget *dialog = NULL;
  GtkWidget *entry = NULL;

  for (guint i = 0; i < RELAIS_ALLOWED_MAX; i++)
    {
      g_ptr_array_add (names, g_strdup_printf ("box%u.example", i));
      many[i] = g_ptr_array_index (names, i);
    }
  ui_kit_open (&stage, &bare, 900);
  many[RELAIS_ALLOWED_MAX - 1] = NULL;
  g_settings_set_strv (stage.settings, "allowed-hosts", many);
  many[RELAIS_ALLOWED_MAX - 1] = g_ptr_array_index (names, RELAIS_ALLOWED_MAX - 1);
  dialog = open_preferences (&stage);
  entry = get_entry (dialog, "hosts");
  gtk_editable_set_text (GTK_EDITABLE (entry), "box63.example one.more");
  g_assert_cmpstr (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (entry)), ==, "_Host: the list is full");
  gtk_editable_set_text (GTK_EDITABLE (entry), "box63.example");
  g_signal_emit_by_name (entry, "apply");
  g_assert_cmpstrv (puppet_engine_get_hosts (stage.engine), many);

  /* full, and then there is room while something is typed */
  gtk_editable_set_text (GTK_EDITABLE (entry), "one.more");
  g_assert_true (gtk_widget_has_css_class (entry, "error"));
  ui_kit_click (ui_kit_find_named (get_row (dialog, "hosts", 0), "Remove"));
  g_assert_false (gtk_widget_has_css_class (entry, "error"));
  g_signal_emit_by_name (entry, "apply");
  ui_kit_click (ui_kit_find_button (dialog, "Undo"));
  g_assert_nonnull (ui_kit_find_label (dialog, "The list is full"));
  g_settings_reset (stage.settings, "allowed-hosts");
  ui_kit_close (&stage);
}

/* Gone at once, with a way back to the same place; the focus goes on to the next. */
static void
test_remove (void)
{
  const char *before[] = { "a.example", "b.example", "c.example", NULL };
  const char *after[] = { "a.example", "c.example", NULL };
  UiStage stage = { 0 };
  GtkWidget *dialog = NULL;

  ui_kit_open (&stage, &bare, 900);
  g_settings_set_strv (stage.settings, "allowed-hosts", before);
  dialog = open_preferences (&stage);
  ui_kit_click (ui_kit_find_named (get_row (dialog, "hosts", 1), "Remove"));
  g_assert_cmpstrv (puppet_engine_get_hosts (stage.engine), after);
  assert_list (dialog, "hosts", "a.example\nc.example\n");
  g_assert_true (is_in_focus (get_row (dialog, "hosts", 1)));
  g_assert_nonnull (ui_kit_find_label (dialog, "“b.example” removed"));
  ui_kit_click (ui_kit_find_button (dialog, "Undo"));
  g_assert_cmpstrv (puppet_engine_get_hosts (stage.engine), before);
  assert_list (dialog, "hosts", "a.example\nb.example\nc.example\n");

  /* what comes past the window shows */
  g_settings_set_strv (stage.settings, "allowed-hosts", after);
  assert_list (dialog, "hosts", "a.example\nc.example\n");
  g_settings_reset (stage.settings, "allowed-hosts");
  assert_list (dialog, "hosts", "");
  ui_kit_close (&stage);
}

static gboolean
is_closed (gpointer stage)
{
  return ui_kit_dialog (stage) == NULL;
}

static gboolean
is_empty (gpointer entry)
{
  return *gtk_editable_get_text (GTK_EDITABLE (entry)) == '\0';
}

static gboolean
is_x (gpointer entry)
{
  return g_str_equal (gtk_editable_get_text (GTK_EDITABLE (entry)), "x");
}

typedef struct
{
  GSettings  *settings;
  const char *key;
  int         value;
} Number;

static gboolean
has_number (gpointer data)
{
  Number *want = data;

  return g_settings_get_int (want->settings, want->key) == want->value;
}

static gboolean
has_no_hosts (gpointer settings)
{
  g_auto (GStrv) hosts = g_settings_get_strv (settings, "allowed-hosts");

  return hosts[0] == NULL;
}

static gboolean
has_hosts (gpointer settings)
{
  return !has_no_hosts (settings);
}

static gboolean
has_no_toast (gpointer dialog)
{
  return ui_kit_find_button (dialog, "Undo") == NULL;
}

static gboolean
is_elsewhere (gpointer widget)
{
  return !is_in_focus (widget);
}

/* To add, to remove, to undo and to leave, nothing but keys is needed. */
static void
test_keyboard (void)
{
  UiStage stage = { 0 };
  GtkWidget *dialog = NULL;
  GtkWidget *entry = NULL;
  const char *x[] = { "x", NULL };

  ui_kit_open (&stage, &bare, 900);
  dialog = open_preferences (&stage);
  entry = get_entry (dialog, "hosts");
  ui_kit_press (dialog, "alt+h");
  ui_kit_until (is_in_focus, entry);
  ui_kit_press (dialog, "x");
  ui_kit_until (is_x, entry);
  ui_kit_press (dialog, "Return");
  ui_kit_until (has_hosts, stage.settings);
  g_assert_cmpstrv (puppet_engine_get_hosts (stage.engine), x);
  g_assert_true (is_in_focus (entry));

  ui_kit_press (dialog, "shift+Tab");
  ui_kit_until (is_in_focus, get_row (dialog, "hosts", 0));
  ui_kit_press (dialog, "Delete");
  ui_kit_until (has_no_hosts, stage.settings);
  ui_kit_until (is_in_focus, entry);
  for (guint i = 0; i < N_STOPS_MAX && !is_in_focus (ui_kit_find_button (dialog, "Undo")); i++)
    {
      GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (dialog));

      ui_kit_press (dialog, "shift+Tab");
      ui_kit_until (is_elsewhere, focus);
    }
  ui_kit_press (dialog, "Return");
  ui_kit_until (has_hosts, stage.settings);
  g_assert_cmpstrv (puppet_engine_get_hosts (stage.engine), x);

  gtk_widget_grab_focus (get_row (dialog, "hosts", 0));
  ui_kit_press (dialog, "Delete");
  ui_kit_until (has_no_hosts, stage.settings);
  ui_kit_until (is_in_focus, entry);

  /* Escape takes back what is typed, then the toast, then the window */
  ui_kit_press (dialog, "x");
  ui_kit_until (is_x, entry);
  ui_kit_press (dialog, "Escape");
  ui_kit_until (is_empty, entry);
  g_assert_false (is_closed (&stage));
  g_assert_nonnull (ui_kit_find_button (dialog, "Undo"));
  ui_kit_press (dialog, "Escape");
  ui_kit_until (has_no_toast, dialog);
  g_assert_false (is_closed (&stage));
  ui_kit_press (dialog, "Escape");
  ui_kit_until (is_closed, &stage);
  ui_kit_close (&stage);
}

/* What is half typed when the window is closed stands there when it is opened again; what is typed
 * as a number is taken. */
static void
test_close (void)
{
  UiStage stage = { 0 };
  GtkWidget *dialog = NULL;
  GtkWidget *first = NULL;
  GtkWidget *entry = NULL;

  ui_kit_open (&stage, &bare, 900);
  dialog = open_preferences (&stage);
  entry = get_entry (dialog, "origins");
  gtk_editable_set_text (GTK_EDITABLE (entry), "https:/");
  first = ui_kit_child (dialog, "first_byte_timeout");
  relais_spin_row_select_text (RELAIS_SPIN_ROW (first));
  ui_kit_press (dialog, "9");
  ui_kit_press (dialog, "0");
  ui_kit_press (dialog, "Escape");
  ui_kit_until (is_closed, &stage);
  ui_kit_until (has_number, &(Number){ stage.settings, "first-byte-timeout", 90 });
  g_assert_cmpint (puppet_engine_get_timeout (stage.engine, "first-byte-timeout"), ==, 90);
  g_assert_true (open_preferences (&stage) == dialog);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (entry)), ==, "https:/");
  g_assert_true (gtk_widget_has_css_class (entry, "error"));
  ui_kit_close (&stage);
}

static void
test_timeouts (void)
{
  UiStage stage = { 0 };
  GtkWidget *dialog = NULL;
  GtkWidget *reset = NULL;
  RelaisSpinRow *first = NULL;
  RelaisSpinRow *gap = NULL;

  ui_kit_open (&stage, &bare, 900);
  g_assert_cmpint (puppet_engine_get_timeout (stage.engine, "first-byte-timeout"), ==, 600);
  g_assert_cmpint (puppet_engine_get_timeout (stage.engine, "gap-timeout"), ==, 300);
  dialog = open_preferences (&stage);
  first = ui_kit_child (dialog, "first_byte_timeout");
  gap = ui_kit_child (dialog, "gap_timeout");
  reset = ui_kit_find_named (dialog, "Reset to Defaults");
  g_assert_cmpint (relais_spin_row_get_value (first), ==, 600);
  g_assert_cmpint (relais_spin_row_get_value (gap), ==, 300);
  g_assert_false (gtk_widget_is_sensitive (reset));

  relais_spin_row_set_value (first, 0);
  relais_spin_row_set_value (gap, 4000);
  g_assert_cmpint (puppet_engine_get_timeout (stage.engine, "first-byte-timeout"), ==, 1);
  g_assert_cmpint (puppet_engine_get_timeout (stage.engine, "gap-timeout"), ==, 3600);
  ui_kit_click (reset);
  g_assert_cmpint (relais_spin_row_get_value (first), ==, 600);
  g_assert_cmpint (relais_spin_row_get_value (gap), ==, 300);
  g_assert_cmpint (puppet_engine_get_timeout (stage.engine, "first-byte-timeout"), ==, 600);
  g_assert_cmpint (puppet_engine_get_timeout (stage.engine, "gap-timeout"), ==, 300);
  g_assert_false (gtk_widget_is_sensitive (reset));
  ui_kit_close (&stage);
}

/* From the details of what was refused: let in at once, with a way back. */
static void
test_allow (void)
{
  static const struct
  {
    PuppetRecord record;
    const char *key;
    const char *value; /* NULL: nothing to allow */
  } rows[] = {
    { { .status = 421, .refused_host = "box.example" }, "allowed-hosts", "box.example" },
    { { .status = 403, .refused_origin = "https://app.example" }, "allowed-origins", "https://app.example" },
    { { .status = 403 }, "allowed-origins", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      UiStage stage = { 0 };
      GtkWidget *view = NULL;
      GtkWidget *allow = NULL;
      const char *expected[] = { rows[i].value, NULL };
      g_auto (GStrv) stored = NULL;
      g_auto (GStrv) undone = NULL;
      g_autofree char *said = g_strdup_printf ("“%s” allowed", rows[i].value);

      ui_kit_open (&stage, &bare, 900);
      gtk_widget_activate_action (stage.window, "win.page", "s", "monitor");
      puppet_engine_add_record (stage.engine, &rows[i].record);
      ui_kit_drain ();
      g_signal_emit_by_name (ui_kit_child (ui_kit_page (&stage, "RelaisMonitorPage"), "lines"), "activate", 0);
      ui_kit_drain ();
      view = ui_kit_dialog (&stage);
      allow = ui_kit_find_button (view, "Allow");
      if (rows[i].value != NULL)
        {
          gtk_widget_grab_focus (allow);
          ui_kit_click (allow);
          stored = g_settings_get_strv (stage.settings, rows[i].key);
          g_assert_cmpstrv (stored, expected);
          g_assert_null (ui_kit_find_button (view, "Allow"));
          g_assert_true (is_in_focus (gtk_widget_get_ancestor (allow, ADW_TYPE_ACTION_ROW)));
          g_assert_nonnull (ui_kit_find_label (view, "Allowed from the next request on"));
          g_assert_nonnull (ui_kit_find_label (view, said));
          ui_kit_click (ui_kit_find_button (view, "Undo"));
          undone = g_settings_get_strv (stage.settings, rows[i].key);
          g_assert_cmpstrv (undone, &expected[1]);
        }
      g_assert_true (ui_kit_find_button (view, "Allow") == allow);
      g_assert_cmpint (allow != NULL, ==, rows[i].value != NULL);
      gtk_window_destroy (GTK_WINDOW (view));
      ui_kit_close (&stage);
    }
}

int
main (int   argc,
      char *argv[])
{
  ui_kit_init (&argc, &argv);
  g_test_add_func ("/preferences/add", test_add);
  g_test_add_func ("/preferences/full", test_full);
  g_test_add_func ("/preferences/remove", test_remove);
  g_test_add_func ("/preferences/keyboard", test_keyboard);
  g_test_add_func ("/preferences/close", test_close);
  g_test_add_func ("/preferences/timeouts", test_timeouts);
  g_test_add_func ("/preferences/allow", test_allow);
  return g_test_run ();
}
