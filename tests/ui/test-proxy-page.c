/* test-proxy-page.c: the proxy page in each of its states
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "app/relais-proxy-page.h"
#include "app/relais-spin-row.h"
#include "app/relais-switch-row.h"
#include "base/relais-error.h"

#include "puppet-engine.h"
#include "ui-kit.h"

static const RelaisEngineOptions bare = { 0 };

static void
add_account (UiStage *stage)
{
  puppet_engine_add_account (stage->engine, &(PuppetAccount){ "a1", "Work", "gemini" });
}

static gboolean
spin_is_sensitive (GtkWidget *page)
{
  gboolean sensitive = FALSE;

  g_object_get (ui_kit_child (page, "port"), "spin-sensitive", &sensitive, NULL);
  return sensitive;
}

static void
test_no_account (void)
{
  UiStage stage = { 0 };
  GtkWidget *card = NULL;

  ui_kit_open (&stage, &bare, 900);
  card = ui_kit_page (&stage, "RelaisStatusCard");
  ui_kit_assert_label (card, "title", "Stopped");
  ui_kit_assert_label (card, "detail", "Add an account first");
  g_assert_true (gtk_widget_get_visible (ui_kit_child (card, "ways_out")));
  ui_kit_click (ui_kit_child (card, "secondary"));
  ui_kit_drain ();
  g_assert_cmpuint (relais_engine_get_n_accounts (stage.engine), ==, 1);
  ui_kit_assert_label (card, "detail", "Start the proxy to let clients connect");
  g_assert_false (gtk_widget_get_visible (ui_kit_child (card, "ways_out")));
  ui_kit_close (&stage);
}

static void
test_running (void)
{
  UiStage stage = { 0 };
  GtkWidget *card = NULL;
  GtkWidget *page = NULL;
  GtkButton *toggle = NULL;
  g_autofree char *copied = NULL;

  ui_kit_open (&stage, &bare, 900);
  add_account (&stage);
  puppet_engine_add_account (stage.engine, &(PuppetAccount){ "a2", "Spare", "openai", RELAIS_ACCOUNT_PAUSED });
  card = ui_kit_page (&stage, "RelaisStatusCard");
  page = ui_kit_page (&stage, "RelaisProxyPage");
  toggle = ui_kit_child (stage.window, "toggle");
  g_assert_cmpstr (gtk_button_get_label (toggle), ==, "_Start");
  g_assert_true (spin_is_sensitive (page));
  ui_kit_click (toggle);
  ui_kit_drain ();
  ui_kit_assert_label (card, "title", "Running");
  ui_kit_assert_label (card, "detail", "1 of 2 accounts active");
  gtk_test_accessible_assert_role (ui_kit_child (card, "words"), GTK_ACCESSIBLE_ROLE_STATUS);
  gtk_test_accessible_assert_property (ui_kit_child (card, "words"), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       "Running\n1 of 2 accounts active");
  g_assert_cmpstr (gtk_button_get_label (toggle), ==, "_Stop");
  g_assert_false (spin_is_sensitive (page));
  g_assert_cmpstr (adw_action_row_get_subtitle (ui_kit_child (page, "port")), ==, "Stop the proxy to change the port");
  ui_kit_click (ui_kit_child (ui_kit_find (card, "RelaisUrlWell"), "copy"));
  copied = ui_kit_dup_clipboard (card);
  g_assert_cmpstr (copied, ==, "http://127.0.0.1:8045");
  g_assert_nonnull (ui_kit_find_label (stage.window, "Base URL copied"));

  /* what bypasses the insensitive widget is refused by the engine, and put back */
  relais_spin_row_set_value (ui_kit_child (page, "port"), 9000);
  ui_kit_drain ();
  g_assert_cmpuint (relais_engine_get_port (stage.engine), ==, 8045);
  g_assert_cmpint (relais_spin_row_get_value (ui_kit_child (page, "port")), ==, 8045);

  ui_kit_click (toggle);
  ui_kit_drain ();
  ui_kit_assert_label (card, "title", "Stopped");
  g_assert_true (spin_is_sensitive (page));
  relais_spin_row_set_value (ui_kit_child (page, "port"), 9000);
  ui_kit_drain ();
  g_assert_cmpuint (relais_engine_get_port (stage.engine), ==, 9000);
  ui_kit_close (&stage);
}

static void
test_starting (void)
{
  UiStage stage = { 0 };
  GtkWidget *card = NULL;

  ui_kit_open (&stage, &bare, 900);
  card = ui_kit_page (&stage, "RelaisStatusCard");
  puppet_engine_set_state (stage.engine, RELAIS_ENGINE_STARTING);
  ui_kit_assert_label (card, "title", "Starting…");
  g_assert_true (gtk_spinner_get_spinning (ui_kit_child (card, "spinner")));
  g_assert_false (gtk_widget_is_sensitive (ui_kit_child (stage.window, "toggle")));
  g_assert_false (spin_is_sensitive (ui_kit_page (&stage, "RelaisProxyPage")));
  puppet_engine_set_state (stage.engine, RELAIS_ENGINE_STOPPING);
  ui_kit_assert_label (card, "title", "Stopping…");
  puppet_engine_set_state (stage.engine, RELAIS_ENGINE_STOPPED);
  g_assert_false (gtk_spinner_get_spinning (ui_kit_child (card, "spinner")));
  ui_kit_close (&stage);
}

static void
test_port_in_use (void)
{
  UiStage stage = { 0 };
  RelaisStartFailure failure = { .code = RELAIS_ERROR_ADDRESS_IN_USE };
  GtkWidget *card = NULL;
  GtkWidget *focus = NULL;

  failure.port = 8045;
  failure.free_port = 8046;
  failure.host = (char *)"127.0.0.1";
  failure.owner = (char *)"nginx";
  ui_kit_open (&stage, &bare, 900);
  add_account (&stage);
  puppet_engine_fail (stage.engine, &failure);
  card = ui_kit_page (&stage, "RelaisStatusCard");
  gtk_widget_activate_action (stage.window, "win.page", "s", "monitor");
  ui_kit_click (ui_kit_child (stage.window, "toggle"));
  ui_kit_drain ();

  g_assert_cmpstr (adw_view_stack_get_visible_child_name (ui_kit_child (stage.window, "stack")), ==, "proxy");
  ui_kit_assert_label (card, "title", "Could Not Start");
  ui_kit_assert_label (card, "detail",
                       "Port 8045 is already in use by nginx. Choose another port, or quit that program.");
  g_assert_cmpstr (gtk_button_get_label (ui_kit_child (card, "primary")), ==, "_Use Port 8046");
  g_assert_true (spin_is_sensitive (ui_kit_page (&stage, "RelaisProxyPage")));
  focus = gtk_window_get_focus (GTK_WINDOW (stage.window));
  g_assert_nonnull (focus);
  g_assert_true (gtk_widget_is_ancestor (focus, ui_kit_child (ui_kit_page (&stage, "RelaisProxyPage"), "port")));
  g_assert_true (gtk_editable_get_selection_bounds (GTK_EDITABLE (focus), NULL, NULL));
  ui_kit_click (ui_kit_child (card, "primary"));
  ui_kit_drain ();
  g_assert_cmpint (relais_engine_get_state (stage.engine), ==, RELAIS_ENGINE_RUNNING);
  g_assert_cmpuint (relais_engine_get_port (stage.engine), ==, 8046);
  g_assert_cmpint (g_settings_get_int (stage.settings, "port"), ==, 8046);
  ui_kit_close (&stage);
}

static void
test_no_account_failure (void)
{
  UiStage stage = { 0 };
  RelaisStartFailure failure = { .code = RELAIS_ERROR_NO_ACCOUNT };
  GtkWidget *card = NULL;

  ui_kit_open (&stage, &bare, 900);
  puppet_engine_fail (stage.engine, &failure);
  card = ui_kit_page (&stage, "RelaisStatusCard");
  ui_kit_click (ui_kit_child (stage.window, "toggle"));
  ui_kit_drain ();
  ui_kit_assert_label (card, "title", "Could Not Start");
  ui_kit_click (ui_kit_child (card, "primary"));
  ui_kit_drain ();
  g_assert_cmpstr (adw_view_stack_get_visible_child_name (ui_kit_child (stage.window, "stack")), ==, "accounts");
  g_assert_cmpstr (G_OBJECT_TYPE_NAME (ui_kit_dialog (&stage)), ==, "RelaisAccountDialog");
  gtk_window_destroy (GTK_WINDOW (ui_kit_dialog (&stage)));
  ui_kit_close (&stage);
}

static void
test_keyring_locked (void)
{
  UiStage stage = { 0 };
  RelaisStartFailure failure = { .code = RELAIS_ERROR_KEYRING_LOCKED };
  GtkWidget *card = NULL;

  ui_kit_open (&stage, &bare, 900);
  puppet_engine_set_keyring (stage.engine, RELAIS_ENGINE_KEYRING_LOCKED);
  puppet_engine_fail (stage.engine, &failure);
  card = ui_kit_page (&stage, "RelaisStatusCard");
  ui_kit_assert_label (card, "detail", "Unlock the keyring to use your accounts");
  ui_kit_click (ui_kit_child (stage.window, "toggle"));
  ui_kit_drain ();
  ui_kit_assert_label (card, "title", "Could Not Start");
  g_assert_cmpstr (gtk_button_get_label (ui_kit_child (card, "primary")), ==, "_Unlock");

  /* unlocked, it does what was asked for */
  ui_kit_click (ui_kit_child (card, "primary"));
  ui_kit_drain ();
  ui_kit_assert_label (card, "title", "Running");
  ui_kit_close (&stage);
}

static void
respond (UiStage    *stage,
         const char *label)
{
  GtkWidget *dialog = ui_kit_dialog (stage);

  g_assert_true (ADW_IS_MESSAGE_DIALOG (dialog));
  ui_kit_click (ui_kit_find_button (dialog, label));
  ui_kit_drain ();
  g_assert_null (ui_kit_dialog (stage));
}

static void
test_lan_without_key (void)
{
  UiStage stage = { 0 };
  GtkWidget *page = NULL;
  RelaisSwitchRow *lan = NULL;
  GtkWidget *warning = NULL;

  ui_kit_open (&stage, &bare, 900);
  page = ui_kit_page (&stage, "RelaisProxyPage");
  lan = ui_kit_child (page, "lan");
  warning = ui_kit_child (page, "open_warning");

  /* with a key nobody asks, and nothing warns */
  relais_switch_row_set_active (lan, TRUE);
  g_assert_null (ui_kit_dialog (&stage));
  g_assert_true (g_settings_get_boolean (stage.settings, "allow-lan-access"));
  g_assert_cmpstr (adw_action_row_get_subtitle (ui_kit_child (page, "auth_mode")), ==,
                   "Required while other devices have access");
  g_assert_false (gtk_widget_get_visible (warning));

  /* away with the key while it is open: asked, and refused */
  adw_combo_row_set_selected (ui_kit_child (page, "auth_mode"), 1);
  respond (&stage, "Cancel");
  g_assert_cmpint (g_settings_get_enum (stage.settings, "auth-mode"), ==, RELAIS_AUTH_MODE_AUTO);
  g_assert_cmpuint (adw_combo_row_get_selected (ui_kit_child (page, "auth_mode")), ==, 0);

  /* open it while there is no key: asked, refused, asked again */
  relais_switch_row_set_active (lan, FALSE);
  adw_combo_row_set_selected (ui_kit_child (page, "auth_mode"), 1);
  g_assert_null (ui_kit_dialog (&stage));
  relais_switch_row_set_active (lan, TRUE);
  g_assert_false (g_settings_get_boolean (stage.settings, "allow-lan-access"));
  respond (&stage, "Cancel");
  g_assert_false (relais_switch_row_get_active (lan));
  relais_switch_row_set_active (lan, TRUE);
  respond (&stage, "Open to Everyone");
  g_assert_true (g_settings_get_boolean (stage.settings, "allow-lan-access"));
  g_assert_true (gtk_widget_get_visible (warning));

  ui_kit_click (ui_kit_find (warning, "GtkButton"));
  g_assert_cmpint (g_settings_get_enum (stage.settings, "auth-mode"), ==, RELAIS_AUTH_MODE_AUTO);
  g_assert_false (gtk_widget_get_visible (warning));
  ui_kit_close (&stage);
}

static void
test_key (void)
{
  UiStage stage = { 0 };
  GtkWidget *page = NULL;
  GtkWidget *row = NULL;
  g_autofree char *old = NULL;
  g_autofree char *made = NULL;
  g_autofree char *now = NULL;
  g_autofree char *copied = NULL;

  ui_kit_open (&stage, &bare, 900);
  page = ui_kit_page (&stage, "RelaisProxyPage");
  row = ui_kit_child (page, "key");
  old = relais_engine_dup_api_key (stage.engine);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (row)), ==, old);
  ui_kit_click (ui_kit_child (page, "copy_key"));
  copied = ui_kit_dup_clipboard (page);
  g_assert_cmpstr (copied, ==, old);

  /* no key: says so, and there is nothing to apply */
  gtk_editable_set_text (GTK_EDITABLE (row), "hunter2");
  g_assert_true (gtk_widget_has_css_class (row, "error"));
  g_assert_false (adw_entry_row_get_show_apply_button (ADW_ENTRY_ROW (row)));
  g_signal_emit_by_name (row, "apply");
  now = relais_engine_dup_api_key (stage.engine);
  g_assert_cmpstr (now, ==, old);

  /* what Escape does */
  gtk_editable_set_text (GTK_EDITABLE (row), "hunter2");
  gtk_widget_activate_action (row, "proxy.revert-key", NULL);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (row)), ==, old);
  g_assert_false (gtk_widget_has_css_class (row, "error"));

  gtk_editable_set_text (GTK_EDITABLE (row), "sk-a-key-of-my-own");
  g_assert_false (gtk_widget_has_css_class (row, "error"));
  g_assert_true (adw_entry_row_get_show_apply_button (ADW_ENTRY_ROW (row)));
  g_signal_emit_by_name (row, "apply");
  ui_kit_drain ();
  g_free (now);
  now = relais_engine_dup_api_key (stage.engine);
  g_assert_cmpstr (now, ==, "sk-a-key-of-my-own");

  /* a new one: asked first, and there is a way back */
  ui_kit_click (ui_kit_child (page, "generate_key"));
  respond (&stage, "Cancel");
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (row)), ==, "sk-a-key-of-my-own");
  ui_kit_click (ui_kit_child (page, "generate_key"));
  respond (&stage, "Replace");
  made = relais_engine_dup_api_key (stage.engine);
  g_assert_cmpstr (made, !=, "sk-a-key-of-my-own");
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (row)), ==, made);
  ui_kit_click (ui_kit_find_button (stage.window, "Undo"));
  ui_kit_drain ();
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (row)), ==, "sk-a-key-of-my-own");
  ui_kit_close (&stage);
}

int
main (int   argc,
      char *argv[])
{
  ui_kit_init (&argc, &argv);
  g_test_add_func ("/proxy/no-account", test_no_account);
  g_test_add_func ("/proxy/running", test_running);
  g_test_add_func ("/proxy/starting", test_starting);
  g_test_add_func ("/proxy/port-in-use", test_port_in_use);
  g_test_add_func ("/proxy/no-account-failure", test_no_account_failure);
  g_test_add_func ("/proxy/keyring-locked", test_keyring_locked);
  g_test_add_func ("/proxy/lan-without-key", test_lan_without_key);
  g_test_add_func ("/proxy/key", test_key);
  return g_test_run ();
}
