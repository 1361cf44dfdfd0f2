/* test-background.c: what runs without being asked, and what ends
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include <glib/gstdio.h>

#include "app/relais-background-group.h"
#include "app/relais-switch-row.h"
#include "app/relais-window.h"

#include "puppet-engine.h"
#include "ui-kit.h"

static const RelaisEngineOptions bare = { 0 };

/* What is waited for. */
typedef struct
{
  RelaisSwitchRow *row;
  const char      *path;
  const char *text;     /* of the file; NULL: there is none */
  const char *subtitle; /* what the row says, or a part of it */
  gboolean         active;
} Wait;

static char *
dup_path (void)
{
  return g_build_filename (g_get_user_config_dir (), "autostart", RELAIS_APP_ID ".desktop", NULL);
}

static gboolean
has_file (gpointer data)
{
  Wait *wait = data;
  g_autofree char *text = NULL;

  g_file_get_contents (wait->path, &text, NULL, NULL);
  return g_strcmp0 (text, wait->text) == 0;
}

static gboolean
has_changed (gpointer data)
{
  return !has_file (data);
}

static gboolean
has_shown (gpointer data)
{
  Wait *wait = data;
  const char *subtitle = adw_action_row_get_subtitle (ADW_ACTION_ROW (wait->row));

  return relais_switch_row_get_active (wait->row) == wait->active &&
         strstr (subtitle, wait->subtitle) != NULL;
}

static RelaisSwitchRow *
find_login (UiStage *stage)
{
  return ui_kit_child (ui_kit_child (ui_kit_page (stage, "RelaisProxyPage"), "background"), "at_login");
}

static void
write_file (const char *path,
            const char *text)
{
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* It comes and goes with the switch, which may be turned faster than files are written, and names
 * the program by the rules of desktop entries. */
static void
test_login (void)
{
  g_autofree char *path = dup_path ();
  g_autofree char *text = NULL;
  UiStage stage = { 0 };
  Wait wait = { .path = path, .active = TRUE, .subtitle = "" };

  text = g_strdup_printf ("[Desktop Entry]\nType=Application\nName=Relais\nTryExec=%s/bin $5 %%/relais\n"
                          "Exec=\"%s/bin \\\\$5 %%%%/relais\" --background\nIcon=" RELAIS_APP_ID "\n"
                          "Terminal=false\nStartupNotify=false\nX-GNOME-UsesNotifications=true\n",
                          g_get_user_config_dir (), g_get_user_config_dir ());
  wait.text = text;
  ui_kit_open (&stage, &bare, 900);
  wait.row = find_login (&stage);
  g_assert_false (relais_switch_row_get_active (wait.row));
  relais_switch_row_set_active (wait.row, TRUE);
  ui_kit_until (has_file, &wait);
  ui_kit_close (&stage);

  ui_kit_open (&stage, &bare, 900);
  wait.row = find_login (&stage);
  ui_kit_until (has_shown, &wait);
  for (int i = 0; i < 5; i++)
    relais_switch_row_set_active (wait.row, i % 2 == 1);
  wait.text = NULL;
  ui_kit_until (has_file, &wait);
  ui_kit_drain ();
  g_assert_false (relais_switch_row_get_active (wait.row));
  g_assert_true (has_file (&wait));
  ui_kit_close (&stage);
}

/* What a person wrote stays, whichever way it was turned off. */
static void
test_login_kept (void)
{
  static const char on[] = "# mine\n\n[Desktop Entry]\nType=Application\nName=Relais\nName[fr]=Relais à moi\n"
                           "Exec=relais --background --practice\n";
  g_autofree char *path = dup_path ();
  g_autofree char *off = g_strconcat (on, "Hidden=true\n", NULL);
  g_autofree char *off_in_gnome = g_strconcat (on, "X-GNOME-Autostart-enabled=false\n", NULL);
  UiStage stage = { 0 };
  Wait wait = { .path = path, .active = TRUE, .subtitle = "" };

  write_file (path, on);
  ui_kit_open (&stage, &bare, 900);
  wait.row = find_login (&stage);
  ui_kit_until (has_shown, &wait);
  relais_switch_row_set_active (wait.row, FALSE);
  wait.text = off;
  ui_kit_until (has_file, &wait);
  ui_kit_drain ();
  relais_switch_row_set_active (wait.row, TRUE);
  wait.text = on;
  ui_kit_until (has_file, &wait);
  ui_kit_close (&stage);

  write_file (path, off_in_gnome);
  ui_kit_open (&stage, &bare, 900);
  wait.row = find_login (&stage);
  ui_kit_drain ();
  g_assert_false (relais_switch_row_get_active (wait.row));
  relais_switch_row_set_active (wait.row, TRUE);
  ui_kit_until (has_file, &wait);
  ui_kit_close (&stage);
  g_assert_cmpint (g_unlink (path), ==, 0);
}

/* What starts another program, or none that is there, is off until it starts this one. */
static void
test_login_elsewhere (void)
{
  static const char *const lines[] = { "Exec=/bin/sh -c true\n", "Exec=/nowhere/relais --background\n",
                                       "Exec=relais --background\nTryExec=/nowhere/relais\n" };
  g_autofree char *path = dup_path ();

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autofree char *text = g_strconcat ("[Desktop Entry]\nType=Application\nName=Mine\n", lines[i], NULL);
      g_autoptr (GKeyFile) keys = g_key_file_new ();
      g_autofree char *exec = NULL;
      g_autofree char *name = NULL;
      g_autofree char *program = NULL;
      UiStage stage = { 0 };
      Wait wait = { .path = path, .text = text, .active = TRUE, .subtitle = "" };

      write_file (path, text);
      ui_kit_open (&stage, &bare, 900);
      wait.row = find_login (&stage);
      ui_kit_drain ();
      g_assert_false (relais_switch_row_get_active (wait.row));
      relais_switch_row_set_active (wait.row, TRUE);
      ui_kit_until (has_changed, &wait);
      ui_kit_close (&stage);
      ui_kit_open (&stage, &bare, 900);
      wait.row = find_login (&stage);
      ui_kit_until (has_shown, &wait);
      ui_kit_close (&stage);
      g_assert_true (g_key_file_load_from_file (keys, path, 0, NULL));
      name = g_key_file_get_string (keys, "Desktop Entry", "Name", NULL);
      program = g_key_file_get_string (keys, "Desktop Entry", "TryExec", NULL);
      exec = g_key_file_get_string (keys, "Desktop Entry", "Exec", NULL);
      g_assert_cmpstr (name, ==, "Mine");
      g_assert_true (g_file_test (program, G_FILE_TEST_IS_EXECUTABLE));
      g_assert_true (g_str_has_suffix (exec, "/relais\" --background"));
    }
  g_assert_cmpint (g_unlink (path), ==, 0);
}

/* As when it is run from its build directory. */
static void
test_login_not_installed (void)
{
  g_autofree char *bindir = g_strdup (g_getenv ("RELAIS_BINDIR"));
  g_autofree char *path = dup_path ();
  UiStage stage = { 0 };
  RelaisSwitchRow *row;

  write_file (path, "[Desktop Entry]\nType=Application\nName=Relais\nExec=/nowhere/relais --background\n");
  g_setenv ("RELAIS_BINDIR", "/nowhere", TRUE);
  ui_kit_open (&stage, &bare, 900);
  row = find_login (&stage);
  ui_kit_drain ();
  g_assert_false (relais_switch_row_get_active (row));
  g_assert_false (gtk_widget_is_sensitive (GTK_WIDGET (row)));
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), ==,
                   "Available once Relais is installed");
  g_setenv ("RELAIS_BINDIR", bindir, TRUE);

  /* it came meanwhile, and the page is looked at again */
  gtk_widget_unmap (GTK_WIDGET (stage.window));
  gtk_widget_map (GTK_WIDGET (stage.window));
  ui_kit_drain ();
  g_assert_true (gtk_widget_is_sensitive (GTK_WIDGET (row)));
  ui_kit_close (&stage);
  g_assert_cmpint (g_unlink (path), ==, 0);
}

/* What cannot be done is said in the row, and nothing is lost. */
static void
test_login_failed (void)
{
  static const char foreign[] = "not what it should be\n";
  g_autofree char *path = dup_path ();
  g_autofree char *folder = g_path_get_dirname (path);
  UiStage stage = { 0 };
  Wait wait = { .path = path, .text = foreign, .subtitle = RELAIS_APP_ID ".desktop: " };

  write_file (path, foreign);
  ui_kit_open (&stage, &bare, 900);
  wait.row = find_login (&stage);
  ui_kit_until (has_shown, &wait);
  g_assert_true (gtk_widget_has_css_class (GTK_WIDGET (wait.row), "error"));
  relais_switch_row_set_active (wait.row, TRUE);
  ui_kit_until (has_shown, &wait);
  g_assert_true (has_file (&wait));
  ui_kit_close (&stage);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);

  /* a file where the folder should be */
  ui_kit_open (&stage, &bare, 900);
  wait.row = find_login (&stage);
  ui_kit_drain ();
  write_file (folder, "");
  wait.subtitle = "Not possible: ";
  relais_switch_row_set_active (wait.row, TRUE);
  ui_kit_until (has_shown, &wait);
  ui_kit_close (&stage);
  g_assert_cmpint (g_unlink (folder), ==, 0);
}

/* To end is told as long as it is waited for. */
static void
test_leaving (void)
{
  UiStage stage = { 0 };
  GtkWidget *banner = NULL;
  gboolean revealed = TRUE;

  ui_kit_open (&stage, &bare, 900);
  banner = ui_kit_child (stage.window, "banner");
  puppet_engine_set_n_running (stage.engine, 2);
  g_object_get (banner, "revealed", &revealed, NULL);
  g_assert_false (revealed);
  puppet_engine_set_state (stage.engine, RELAIS_ENGINE_STOPPING);
  relais_window_leave (RELAIS_WINDOW (stage.window));
  ui_kit_assert_label (banner, "title", "Waiting for 2 answers to end…");
  g_assert_cmpstr (gtk_actionable_get_action_name (ui_kit_child (banner, "button")), ==, "app.quit");
  puppet_engine_set_n_running (stage.engine, 1);
  ui_kit_assert_label (banner, "title", "Waiting for 1 answer to end…");
  g_object_get (banner, "revealed", &revealed, NULL);
  g_assert_true (revealed);

  gtk_window_close (GTK_WINDOW (stage.window));
  ui_kit_drain ();
  g_assert_false (gtk_widget_get_visible (stage.window));
  puppet_engine_set_n_running (stage.engine, 0);
  g_object_get (banner, "revealed", &revealed, NULL);
  g_assert_false (revealed);
  ui_kit_close (&stage);
}

int
main (int   argc,
      char *argv[])
{
  g_autofree char *config = g_dir_make_tmp ("relais-XXXXXX", NULL);
  g_autofree char *folder = g_build_filename (config, "autostart", NULL);
  g_autofree char *bindir = g_build_filename (config, "bin $5 %", NULL);
  g_autofree char *program = g_build_filename (bindir, "relais", NULL);
  g_autofree char *path = g_strconcat (bindir, ":", g_getenv ("PATH"), NULL);
  int status;

  g_setenv ("XDG_CONFIG_HOME", config, TRUE);
  g_setenv ("RELAIS_BINDIR", bindir, TRUE);
  g_setenv ("PATH", path, TRUE);
  write_file (program, "");
  g_assert_cmpint (g_chmod (program, 0700), ==, 0);
  ui_kit_init (&argc, &argv);
  g_test_add_func ("/background/login", test_login);
  g_test_add_func ("/background/login/kept", test_login_kept);
  g_test_add_func ("/background/login/elsewhere", test_login_elsewhere);
  g_test_add_func ("/background/login/not-installed", test_login_not_installed);
  g_test_add_func ("/background/login/failed", test_login_failed);
  g_test_add_func ("/background/leaving", test_leaving);
  status = g_test_run ();
  g_unlink (program);
  g_rmdir (bindir);
  g_rmdir (folder);
  g_rmdir (config);
  return status;
}
