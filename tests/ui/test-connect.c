/* test-connect.c: a client is set up from the window, and seen when it comes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include <glib/gstdio.h>

#include "app/relais-window.h"

#include "puppet-engine.h"
#include "ui-kit.h"

static const RelaisEngineOptions bare = { 0 };

static char *home, *file;

static gboolean
is_gone (gpointer stage)
{
  return ui_kit_dialog (stage) == NULL;
}

static gboolean
can_undo (gpointer row)
{
  return gtk_widget_get_visible (ui_kit_child (row, "undo"));
}

static gboolean
cannot_undo (gpointer row)
{
  return !can_undo (row);
}

static char *
get (const char *path)
{
  char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) ? text : NULL;
}

static void
put (const char *text)
{
  g_autofree char *folder = g_path_get_dirname (file);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, text, -1, NULL));
}

static GtkWidget *
open_page (UiStage *stage)
{
  GtkWidget *page;

  ui_kit_open (stage, &bare, 900);
  page = ui_kit_page (stage, "RelaisConnectPage");
  gtk_widget_activate_action (stage->window, "win.page", "s", "connect");
  adw_combo_row_set_selected (ui_kit_child (page, "client"), 0);
  return page;
}

static void
test_set_up (void)
{
  UiStage stage = { 0 };
  GtkWidget *row, *dialog;
  g_autofree char *key = NULL;
  g_autofree char *text = NULL;
  g_autofree char *after = NULL;

  put ("{\"mine\": 1}\n");
  row = ui_kit_child (open_page (&stage), "set_up");
  key = relais_engine_dup_api_key (stage.engine);
  g_assert_false (can_undo (row));
  g_assert_cmpstr (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)), ==, "Set Up Claude Code");
  ui_kit_click (ui_kit_child (row, "set_up"));
  dialog = ui_kit_dialog (&stage);
  g_assert_cmpstr (gtk_window_get_title (GTK_WINDOW (dialog)), ==, "Set Up Claude Code");
  text = g_strdup (gtk_label_get_text (ui_kit_child (dialog, "diff")));
  g_assert_nonnull (strstr (text, "~/.claude/settings.json\n- {\"mine\": 1}\n+ {\"mine\": 1, \"env\": {\n"));
  g_assert_nonnull (strstr (text, "f3a9"));
  g_assert_null (strstr (text, key));

  /* a look alone changes nothing */
  gtk_window_close (GTK_WINDOW (dialog));
  ui_kit_until (is_gone, &stage);
  g_clear_pointer (&text, g_free);
  text = get (file);
  g_assert_cmpstr (text, ==, "{\"mine\": 1}\n");
  g_assert_false (can_undo (row));

  ui_kit_click (ui_kit_child (row, "set_up"));
  ui_kit_click (ui_kit_child (ui_kit_dialog (&stage), "apply"));
  ui_kit_until (can_undo, row);
  ui_kit_until (is_gone, &stage);
  g_clear_pointer (&text, g_free);
  text = get (file);
  g_assert_nonnull (strstr (text, key));

  /* once more: there is nothing left to do */
  ui_kit_click (ui_kit_child (row, "set_up"));
  dialog = ui_kit_dialog (&stage);
  g_assert_cmpstr (adw_status_page_get_title (ui_kit_child (dialog, "message")), ==, "Already Set Up");
  g_assert_false (gtk_widget_get_visible (ui_kit_child (dialog, "apply")));
  gtk_window_close (GTK_WINDOW (dialog));
  ui_kit_until (is_gone, &stage);

  ui_kit_click (ui_kit_child (row, "undo"));
  ui_kit_until (cannot_undo, row);
  after = get (file);
  g_assert_cmpstr (after, ==, "{\"mine\": 1}\n");
  ui_kit_close (&stage);
}

static gboolean
is_there (gpointer stage)
{
  return ui_kit_dialog (stage) != NULL;
}

static void
test_changed (void)
{
  UiStage stage = { 0 };
  GtkWidget *row;
  g_autofree char *text = NULL;
  g_autofree char *aside = g_strconcat (file, ".set-aside", NULL);
  g_autofree char *kept = NULL;

  put ("{}\n");
  row = ui_kit_child (open_page (&stage), "set_up");
  ui_kit_click (ui_kit_child (row, "set_up"));
  ui_kit_click (ui_kit_child (ui_kit_dialog (&stage), "apply"));
  ui_kit_until (can_undo, row);
  ui_kit_until (is_gone, &stage);
  put ("{\"mine\": 2}\n");
  /* no: all stays */
  ui_kit_click (ui_kit_child (row, "undo"));
  ui_kit_until (is_there, &stage);
  ui_kit_click (ui_kit_find_button (ui_kit_dialog (&stage), "Cancel"));
  ui_kit_until (is_gone, &stage);
  text = get (file);
  g_assert_cmpstr (text, ==, "{\"mine\": 2}\n");
  g_assert_true (can_undo (row));
  /* yes: and nothing is lost */
  ui_kit_click (ui_kit_child (row, "undo"));
  ui_kit_until (is_there, &stage);
  ui_kit_click (ui_kit_find_button (ui_kit_dialog (&stage), "Undo"));
  ui_kit_until (cannot_undo, row);
  ui_kit_until (is_gone, &stage);
  g_clear_pointer (&text, g_free);
  text = get (file);
  g_assert_cmpstr (text, ==, "{}\n");
  kept = get (aside);
  g_assert_cmpstr (kept, ==, "{\"mine\": 2}\n");
  ui_kit_close (&stage);
}

static void
test_unreadable (void)
{
  UiStage stage = { 0 };
  GtkWidget *page, *row, *dialog;
  g_autofree char *text = NULL;

  put ("{} // mine\n");
  page = open_page (&stage);
  row = ui_kit_child (page, "set_up");
  ui_kit_click (ui_kit_child (row, "set_up"));
  dialog = ui_kit_dialog (&stage);
  g_assert_cmpstr (adw_status_page_get_title (ui_kit_child (dialog, "message")), ==, "Could Not Set Up");
  g_assert_nonnull (strstr (adw_status_page_get_description (ui_kit_child (dialog, "message")),
                            "~/.claude/settings.json: it is not plain JSON"));
  g_assert_false (gtk_widget_get_visible (ui_kit_child (dialog, "apply")));
  gtk_window_close (GTK_WINDOW (dialog));
  ui_kit_until (is_gone, &stage);
  text = get (file);
  g_assert_cmpstr (text, ==, "{} // mine\n");
  /* a client without files of its own is set up by hand */
  for (guint i = 0; i < 4; i++)
    {
      adw_combo_row_set_selected (ui_kit_child (page, "client"), i);
      g_assert_true (gtk_widget_get_visible (row));
    }
  adw_combo_row_set_selected (ui_kit_child (page, "client"), 4);
  g_assert_false (gtk_widget_get_visible (row));
  ui_kit_close (&stage);
}

/* What a phone would read, by a program that is not ours. */
static char *
read_code (GtkPicture *picture)
{
  g_autofree char *path = g_build_filename (home, "code.png", NULL);
  g_autoptr (GSubprocess) reader = NULL;
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_assert_true (gdk_texture_save_to_png (GDK_TEXTURE (gtk_picture_get_paintable (picture)), path));
  reader = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, "zbarimg", "--raw",
                             "--quiet", path, NULL);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate_utf8 (reader, NULL, NULL, &text, NULL, &error));
  g_assert_no_error (error);
  return g_strchomp (text);
}

static void
test_phone (void)
{
  const char *urls[] = { "http://127.0.0.1:8045", "http://192.168.1.23:8045", "http://[2001:db8::17:44ff]:8045", NULL };
  UiStage stage = { 0 };
  GtkWidget *page = open_page (&stage);
  GtkWidget *phone = ui_kit_child (page, "phone");
  g_autofree char *key = relais_engine_dup_api_key (stage.engine);

  g_assert_false (gtk_widget_get_visible (phone));
  puppet_engine_set_state (stage.engine, RELAIS_ENGINE_RUNNING);
  g_settings_set_boolean (stage.settings, "allow-lan-access", TRUE);
  puppet_engine_set_urls (stage.engine, urls);
  g_assert_true (gtk_widget_get_visible (phone));
  for (guint i = 0; i < 3; i++)
    {
      GtkWidget *dialog = NULL;
      g_autofree char *text = NULL;
      g_autofree char *want = g_strdup_printf ("%s\n%s", urls[MAX (i, 1)], key);

      adw_combo_row_set_selected (ui_kit_child (page, "address"), i);
      ui_kit_click (ui_kit_find_button (phone, "Show QR Code"));
      dialog = ui_kit_dialog (&stage);
      text = read_code (ui_kit_child (dialog, "picture"));
      g_assert_cmpstr (text, ==, want);
      g_assert_cmpstr (gtk_label_get_label (ui_kit_child (dialog, "address")), ==, urls[MAX (i, 1)]);
      gtk_window_close (GTK_WINDOW (dialog));
      ui_kit_until (is_gone, &stage);
    }
  g_settings_reset (stage.settings, "allow-lan-access");
  ui_kit_close (&stage);
}

static void
assert_row (gpointer    row,
            const char *title,
            const char *subtitle)
{
  g_assert_cmpstr (adw_preferences_row_get_title (row), ==, title);
  if (subtitle != NULL)
    g_assert_cmpstr (adw_action_row_get_subtitle (row), ==, subtitle);
}

static void
test_arrival (void)
{
  UiStage stage = { 0 };
  GtkWidget *page = open_page (&stage);
  gpointer row = ui_kit_child (page, "arrival");

  assert_row (row, "No Request Yet", "Start the proxy, then use the client");
  puppet_engine_set_state (stage.engine, RELAIS_ENGINE_RUNNING);
  assert_row (row, "Waiting for the First Request…", "Use Claude Code, and its first request shows up here");
  puppet_engine_add_record (stage.engine, &(PuppetRecord){ 0, 401, "/v1/messages", "m", NULL, 1, 0, "No API key was sent" });
  assert_row (row, "Claude Code got an error", "It sent no key, or another one: copy the settings again");
  puppet_engine_add_record (stage.engine, &(PuppetRecord){ 0, 404, "/v1/messages", "m-9", NULL, 1, 0, "No account" });
  assert_row (row, "Claude Code got an error", "No account serves the model “m-9”: choose another one above");
  puppet_engine_add_record (stage.engine, &(PuppetRecord){ 0, 404, "/v1/nothing", NULL, NULL, 1, 0, "Nothing" });
  assert_row (row, "Claude Code got an error", "It uses another address: compare its base URL with the one above");
  puppet_engine_add_record (stage.engine, &(PuppetRecord){ 0, 502, "/v1/messages", "m", "Work", 1, 0, "It broke" });
  assert_row (row, "Claude Code got an error", "It broke");
  puppet_engine_add_record (stage.engine, &(PuppetRecord){ 0, 0, "/v1/messages", "m", "Work", -1, -1 });
  assert_row (row, "Claude Code is asking…", "m");
  puppet_engine_add_record (stage.engine, &(PuppetRecord){ 0, 200, "/v1/messages", "m", "Work", 10, 20 });
  assert_row (row, "Claude Code is connected", NULL);
  g_assert_true (g_str_has_prefix (adw_action_row_get_subtitle (row), "Last answered by m at "));
  /* another client has not come yet */
  adw_combo_row_set_selected (ui_kit_child (page, "client"), 1);
  assert_row (row, "Waiting for the First Request…", "Use Codex, and its first request shows up here");
  ui_kit_close (&stage);
}

int
main (int   argc,
      char *argv[])
{
  g_autofree char *data = NULL;

  home = g_dir_make_tmp ("relais-connect-XXXXXX", NULL);
  data = g_build_filename (home, "data", NULL);
  file = g_build_filename (home, ".claude", "settings.json", NULL);
  g_setenv ("HOME", home, TRUE);
  g_setenv ("XDG_DATA_HOME", data, TRUE);
  ui_kit_init (&argc, &argv);
  g_test_add_func ("/connect/set-up", test_set_up);
  g_test_add_func ("/connect/changed", test_changed);
  g_test_add_func ("/connect/unreadable", test_unreadable);
  g_test_add_func ("/connect/phone", test_phone);
  g_test_add_func ("/connect/arrival", test_arrival);
  return g_test_run ();
}
