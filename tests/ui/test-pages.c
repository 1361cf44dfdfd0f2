/* test-pages.c: accounts, connect and monitor in each of their states
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "app/relais-account-dialog.h"
#include "app/relais-account-item.h"
#include "app/relais-banner.h"
#include "app/relais-switch-row.h"

#include "puppet-engine.h"
#include "ui-kit.h"

static const RelaisEngineOptions bare = { 0 };

static void
add_accounts (UiStage *stage)
{
  puppet_engine_add_account (stage->engine, &(PuppetAccount){ "a1", "Work", "gemini" });
  puppet_engine_add_account (stage->engine, &(PuppetAccount){ "a2", "Personal", "gemini" });
  puppet_engine_add_account (stage->engine, &(PuppetAccount){ "a3", "Claude", "anthropic" });
}

static void
assert_order (UiStage    *stage,
              const char *want)
{
  g_auto (GStrv) order = relais_engine_dup_account_order (stage->engine);
  g_auto (GStrv) stored = g_settings_get_strv (stage->settings, "account-order");
  g_autofree char *have = g_strjoinv (" ", order);
  g_autofree char *kept = g_strjoinv (" ", stored);

  g_assert_cmpstr (have, ==, want);
  g_assert_cmpstr (kept, ==, want);
}

static void
test_keyring_states (void)
{
  static const struct
  {
    RelaisEngineKeyring keyring;
    const char *empty;
    gboolean empty_banner;
    gboolean list_banner;
  } cases[] = {
    { RELAIS_ENGINE_KEYRING_UNKNOWN, "loading", FALSE, FALSE },
    { RELAIS_ENGINE_KEYRING_READY, "empty", FALSE, FALSE },
    { RELAIS_ENGINE_KEYRING_LOCKED, "locked", FALSE, TRUE },
    { RELAIS_ENGINE_KEYRING_NO_COLLECTION, "empty", TRUE, TRUE },
    { RELAIS_ENGINE_KEYRING_NO_SERVICE, "no-service", FALSE, TRUE },
    { RELAIS_ENGINE_KEYRING_UNUSED, "empty", FALSE, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      UiStage stage = { 0 };
      GtkWidget *page = NULL;

      ui_kit_open (&stage, &bare, 900);
      page = ui_kit_page (&stage, "RelaisAccountsPage");
      gtk_widget_activate_action (stage.window, "win.page", "s", "accounts");
      puppet_engine_set_keyring (stage.engine, cases[i].keyring);
      g_assert_cmpstr (gtk_stack_get_visible_child_name (ui_kit_child (page, "stack")), ==, cases[i].empty);
      g_assert_cmpint (relais_banner_get_revealed (ui_kit_child (page, "banner")), ==, cases[i].empty_banner);
      add_accounts (&stage);
      g_assert_cmpstr (gtk_stack_get_visible_child_name (ui_kit_child (page, "stack")), ==, "list");
      g_assert_cmpint (relais_banner_get_revealed (ui_kit_child (page, "banner")), ==, cases[i].list_banner);
      ui_kit_close (&stage);
    }
}

static void
assert_way (GtkWidget  *root,
            const char *label,
            gboolean    there)
{
  g_assert_cmpint (ui_kit_find_button (root, label) != NULL, ==, there);
}

/* With nothing set up each page says what comes next: an account, Start, a client. */
static void
test_next_steps (void)
{
  static const struct
  {
    RelaisEngineKeyring keyring;
    gboolean account;
    RelaisEngineState state;
    const char *way; /* on Connect and Monitor */
    gboolean banner;
  } cases[] = {
    { RELAIS_ENGINE_KEYRING_LOCKED, FALSE, RELAIS_ENGINE_STOPPED, "Unlock", TRUE },
    { RELAIS_ENGINE_KEYRING_READY, FALSE, RELAIS_ENGINE_STOPPED, "Add Account…", TRUE },
    { RELAIS_ENGINE_KEYRING_READY, TRUE, RELAIS_ENGINE_STOPPED, "Start Proxy", TRUE },
    { RELAIS_ENGINE_KEYRING_READY, TRUE, RELAIS_ENGINE_FAILED, "Start Proxy", TRUE },
    { RELAIS_ENGINE_KEYRING_READY, TRUE, RELAIS_ENGINE_STARTING, NULL, FALSE },
    { RELAIS_ENGINE_KEYRING_READY, TRUE, RELAIS_ENGINE_RUNNING, "Connect a Client", FALSE },
  };
  static const char *const ways[] = { "Unlock", "Add Account…", "Add Practice Account",
                                      "Start Proxy", "Connect a Client" };
  UiStage stage = { 0 };
  GtkWidget *connect = NULL;
  GtkWidget *monitor = NULL;
  GtkWidget *proxy = NULL;

  ui_kit_open (&stage, &bare, 900);
  connect = ui_kit_page (&stage, "RelaisConnectPage");
  monitor = ui_kit_page (&stage, "RelaisMonitorPage");
  proxy = ui_kit_page (&stage, "RelaisProxyPage");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      puppet_engine_set_keyring (stage.engine, cases[i].keyring);
      if (cases[i].account && relais_engine_get_n_accounts (stage.engine) == 0)
        puppet_engine_add_account (stage.engine, &(PuppetAccount){ "a1", "Work", "gemini" });
      puppet_engine_set_state (stage.engine, cases[i].state);
      for (gsize k = 0; k < G_N_ELEMENTS (ways); k++)
        {
          /* practice is the other way to an account */
          const char *with = k == 2 ? ways[1] : ways[k];

          assert_way (monitor, ways[k], g_strcmp0 (with, cases[i].way) == 0);
        }
      g_assert_cmpint (relais_banner_get_revealed (ui_kit_child (connect, "banner")), ==, cases[i].banner);
    }

  /* the last way leads there, and goes when the first request comes */
  assert_way (proxy, "Connect a Client", TRUE);
  ui_kit_click (ui_kit_find_button (proxy, "Connect a Client"));
  g_assert_cmpstr (adw_view_stack_get_visible_child_name (ui_kit_child (stage.window, "stack")), ==, "connect");
  puppet_engine_add_record (stage.engine, &(PuppetRecord){ 0, 200, "/v1/messages", "m", "Work", 12, 3, NULL });
  assert_way (proxy, "Connect a Client", FALSE);
  ui_kit_close (&stage);
}

/* Said over every page, until a new try goes well. */
static void
test_trouble (void)
{
  g_autoptr (GError) trouble = g_error_new_literal (G_FILE_ERROR, G_FILE_ERROR_ACCES, "It is closed");
  UiStage stage = { 0 };
  RelaisBanner *banner = NULL;

  ui_kit_open (&stage, &bare, 900);
  banner = ui_kit_child (stage.window, "banner");
  g_assert_false (relais_banner_get_revealed (banner));
  puppet_engine_set_trouble (stage.engine, trouble);
  g_assert_true (relais_banner_get_revealed (banner));
  g_assert_nonnull (strstr (relais_banner_get_title (banner), "It is closed"));
  ui_kit_click (ui_kit_child (banner, "button"));
  ui_kit_drain ();
  g_assert_false (relais_banner_get_revealed (banner));
  ui_kit_close (&stage);
}

static void
test_unlock (void)
{
  UiStage stage = { 0 };
  GtkWidget *page = NULL;

  ui_kit_open (&stage, &bare, 900);
  page = ui_kit_page (&stage, "RelaisAccountsPage");
  gtk_widget_activate_action (stage.window, "win.page", "s", "accounts");
  puppet_engine_set_keyring (stage.engine, RELAIS_ENGINE_KEYRING_LOCKED);
  ui_kit_click (ui_kit_find_button (gtk_stack_get_visible_child (ui_kit_child (page, "stack")), "Unlock"));
  ui_kit_drain ();
  g_assert_cmpint (relais_engine_get_keyring (stage.engine), ==, RELAIS_ENGINE_KEYRING_READY);
  /* nobody asked for a start */
  g_assert_cmpint (relais_engine_get_state (stage.engine), ==, RELAIS_ENGINE_STOPPED);
  ui_kit_close (&stage);
}

static void
test_order (void)
{
  UiStage stage = { 0 };
  GtkWidget *page = NULL;
  GtkListBox *list = NULL;
  GtkListBoxRow *row = NULL;

  ui_kit_open (&stage, &bare, 900);
  add_accounts (&stage);
  page = ui_kit_page (&stage, "RelaisAccountsPage");
  gtk_widget_activate_action (stage.window, "win.page", "s", "accounts");
  ui_kit_drain ();
  assert_order (&stage, "a1 a2 a3");
  list = ui_kit_child (page, "list");

  gtk_widget_activate_action (page, "accounts.move", "(si)", "a1", 1);
  ui_kit_drain ();
  assert_order (&stage, "a2 a1 a3");
  row = gtk_list_box_get_row_at_index (list, 1);
  g_assert_cmpstr (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)), ==, "Work");
  g_assert_true (gtk_window_get_focus (GTK_WINDOW (stage.window)) == GTK_WIDGET (row));

  gtk_widget_activate_action (page, "accounts.move", "(si)", "a1", -5);
  ui_kit_drain ();
  assert_order (&stage, "a1 a2 a3");

  /* a locked keyring lists nothing: the stored order stays */
  puppet_engine_set_keyring (stage.engine, RELAIS_ENGINE_KEYRING_LOCKED);
  g_list_store_remove_all (G_LIST_STORE (relais_engine_list_accounts (stage.engine)));
  {
    g_auto (GStrv) stored = g_settings_get_strv (stage.settings, "account-order");

    g_assert_cmpuint (g_strv_length (stored), ==, 3);
  }
  ui_kit_close (&stage);
}

static void
test_remove (void)
{
  UiStage stage = { 0 };
  GtkWidget *page = NULL;

  ui_kit_open (&stage, &bare, 900);
  add_accounts (&stage);
  page = ui_kit_page (&stage, "RelaisAccountsPage");
  gtk_widget_activate_action (page, "accounts.remove", "s", "a2");
  ui_kit_drain ();
  assert_order (&stage, "a1 a3");
  g_assert_nonnull (ui_kit_find_label (stage.window, "“Personal” removed"));
  ui_kit_click (ui_kit_find_button (stage.window, "Undo"));
  ui_kit_drain ();
  assert_order (&stage, "a1 a2 a3");
  ui_kit_close (&stage);
}

static void
test_add (void)
{
  UiStage stage = { 0 };
  RelaisTestResult refused = { .status = 401 };
  GtkWidget *dialog = NULL;

  refused.message = (char *)"API key not valid";
  ui_kit_open (&stage, &bare, 900);
  puppet_engine_set_test (stage.engine, &refused);
  gtk_widget_activate_action (stage.window, "win.add-account", NULL);
  dialog = ui_kit_dialog (&stage);
  g_assert_false (gtk_widget_is_sensitive (ui_kit_child (dialog, "save")));
  g_assert_true (gtk_widget_get_visible (ui_kit_child (dialog, "get_key")));
  g_assert_false (gtk_widget_get_visible (ui_kit_child (dialog, "base_url")));
  gtk_editable_set_text (ui_kit_child (dialog, "key"), "AIza-not-one");
  ui_kit_click (ui_kit_child (dialog, "save"));
  ui_kit_drain ();

  /* refused: says why, and saves it only when told to */
  g_assert_cmpuint (relais_engine_get_n_accounts (stage.engine), ==, 0);
  g_assert_cmpstr (adw_action_row_get_subtitle (ui_kit_child (dialog, "test")), ==, "API key not valid");
  ui_kit_click (ui_kit_child (dialog, "save_anyway"));
  ui_kit_drain ();
  g_assert_null (ui_kit_dialog (&stage));
  g_assert_cmpuint (relais_engine_get_n_accounts (stage.engine), ==, 1);
  g_assert_nonnull (ui_kit_find_label (stage.window, "Account added"));
  ui_kit_close (&stage);
}

static void
test_add_compatible (void)
{
  UiStage stage = { 0 };
  GtkWidget *dialog = NULL;

  ui_kit_open (&stage, &bare, 900);
  gtk_widget_activate_action (stage.window, "win.add-account", NULL);
  dialog = ui_kit_dialog (&stage);
  relais_account_dialog_select_provider (RELAIS_ACCOUNT_DIALOG (dialog), "openai-compatible");
  g_assert_true (gtk_widget_get_visible (ui_kit_child (dialog, "base_url")));
  g_assert_false (gtk_widget_get_visible (ui_kit_child (dialog, "get_key")));
  g_assert_false (gtk_widget_is_sensitive (ui_kit_child (dialog, "save")));
  g_assert_cmpstr (adw_preferences_row_get_title (ui_kit_child (dialog, "base_url")), ==, "Base _URL, like http://localhost:1234/v1");
  gtk_editable_set_text (ui_kit_child (dialog, "base_url"), "not a url");
  g_assert_false (gtk_widget_is_sensitive (ui_kit_child (dialog, "save")));
  g_assert_cmpstr (adw_preferences_row_get_title (ui_kit_child (dialog, "base_url")), ==, "Base _URL: must start with http:// or https://");
  g_assert_true (gtk_widget_has_css_class (ui_kit_child (dialog, "base_url"), "error"));
  gtk_editable_set_text (ui_kit_child (dialog, "base_url"), "http://127.0.0.1:11434/v1");
  g_assert_true (gtk_widget_is_sensitive (ui_kit_child (dialog, "save")));
  g_assert_cmpstr (adw_preferences_row_get_title (ui_kit_child (dialog, "base_url")), ==, "Base _URL");
  g_assert_false (gtk_widget_has_css_class (ui_kit_child (dialog, "base_url"), "error"));
  relais_account_dialog_select_provider (RELAIS_ACCOUNT_DIALOG (dialog), "practice");
  g_assert_false (gtk_widget_get_visible (ui_kit_child (dialog, "base_url")));
  g_assert_false (gtk_widget_get_visible (ui_kit_child (dialog, "key")));
  ui_kit_click (ui_kit_child (dialog, "save"));
  ui_kit_drain ();
  g_assert_null (ui_kit_dialog (&stage));
  g_assert_cmpuint (relais_engine_get_n_accounts (stage.engine), ==, 1);
  ui_kit_close (&stage);
}

static void
test_edit (void)
{
  UiStage stage = { 0 };
  GtkWidget *page = NULL;
  GtkWidget *dialog = NULL;
  GtkListBoxRow *row = NULL;

  ui_kit_open (&stage, &bare, 900);
  add_accounts (&stage);
  page = ui_kit_page (&stage, "RelaisAccountsPage");
  gtk_widget_activate_action (page, "accounts.edit", "s", "a1");
  dialog = ui_kit_dialog (&stage);
  g_assert_cmpstr (gtk_editable_get_text (ui_kit_child (dialog, "name")), ==, "Work");
  /* the key is never shown again */
  g_assert_cmpstr (gtk_editable_get_text (ui_kit_child (dialog, "key")), ==, "");
  ui_kit_click (ui_kit_child (dialog, "test_button"));
  ui_kit_drain ();
  g_assert_cmpstr (adw_action_row_get_subtitle (ui_kit_child (dialog, "test")), ==, "The key works: 23 models");
  gtk_editable_set_text (ui_kit_child (dialog, "name"), "Office");
  relais_switch_row_set_active (ui_kit_child (dialog, "enabled"), FALSE);
  /* what could not be kept is told, and is still there to be tried again */
  puppet_engine_set_keyring (stage.engine, RELAIS_ENGINE_KEYRING_LOCKED);
  ui_kit_click (ui_kit_child (dialog, "save"));
  ui_kit_drain ();
  g_assert_true (ui_kit_dialog (&stage) == dialog);
  g_assert_cmpstr (adw_action_row_get_subtitle (ui_kit_child (dialog, "test")), ==, "The keyring is locked");
  g_assert_false (relais_switch_row_get_active (ui_kit_child (dialog, "enabled")));
  /* whole or not at all */
  row = gtk_list_box_get_row_at_index (ui_kit_child (page, "list"), 0);
  g_assert_cmpstr (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)), ==, "Work");
  ui_kit_assert_label (row, "pill", "Active");
  puppet_engine_set_keyring (stage.engine, RELAIS_ENGINE_KEYRING_READY);
  ui_kit_click (ui_kit_child (dialog, "save"));
  ui_kit_drain ();
  g_assert_null (ui_kit_dialog (&stage));
  row = gtk_list_box_get_row_at_index (ui_kit_child (page, "list"), 0);
  g_assert_cmpstr (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)), ==, "Office");
  ui_kit_assert_label (row, "pill", "Paused");

  gtk_widget_activate_action (page, "accounts.edit", "s", "a1");
  ui_kit_click (ui_kit_find_button (ui_kit_dialog (&stage), "Remove Account"));
  ui_kit_drain ();
  g_assert_cmpuint (relais_engine_get_n_accounts (stage.engine), ==, 2);
  ui_kit_close (&stage);
}

static void
test_snippet (void)
{
  UiStage stage = { 0 };
  GtkWidget *page = NULL;
  g_autofree char *key = NULL;
  g_autofree char *copied = NULL;
  g_autofree char *url = NULL;

  ui_kit_open (&stage, &bare, 900);
  page = ui_kit_page (&stage, "RelaisConnectPage");
  gtk_widget_activate_action (stage.window, "win.page", "s", "connect");
  key = relais_engine_dup_api_key (stage.engine);

  /* masked on the screen, whole in the clipboard */
  g_assert_nonnull (strstr (gtk_label_get_text (ui_kit_child (page, "snippet")), "f3a9"));
  g_assert_null (strstr (gtk_label_get_text (ui_kit_child (page, "snippet")), key));
  ui_kit_click (ui_kit_child (page, "copy"));
  copied = ui_kit_dup_clipboard (page);
  g_assert_nonnull (strstr (copied, key));
  gtk_toggle_button_set_active (ui_kit_child (page, "show"), TRUE);
  g_assert_nonnull (strstr (gtk_label_get_text (ui_kit_child (page, "snippet")), key));

  /* the port and the address are the live ones */
  g_settings_set_int (stage.settings, "port", 9001);
  g_assert_nonnull (strstr (gtk_label_get_text (ui_kit_child (page, "snippet")), "http://127.0.0.1:9001"));
  g_assert_false (gtk_widget_get_visible (ui_kit_child (page, "address")));
  puppet_engine_set_urls (stage.engine, (const char *[]){ "http://127.0.0.1:9001", "http://10.0.0.7:9001", NULL });
  g_assert_true (gtk_widget_get_visible (ui_kit_child (page, "address")));
  adw_combo_row_set_selected (ui_kit_child (page, "address"), 1);
  g_assert_nonnull (strstr (gtk_label_get_text (ui_kit_child (page, "snippet")), "http://10.0.0.7:9001"));

  /* only some clients want the version in it */
  g_assert_cmpstr (adw_action_row_get_subtitle (ui_kit_child (page, "base_url")), ==, "http://10.0.0.7:9001");
  adw_combo_row_set_selected (ui_kit_child (page, "client"), 1);
  g_assert_cmpstr (adw_action_row_get_subtitle (ui_kit_child (page, "base_url")), ==, "http://10.0.0.7:9001/v1");
  for (guint i = 0; i < 15; i++)
    {
      adw_combo_row_set_selected (ui_kit_child (page, "client"), i);
      g_assert_null (strstr (adw_action_row_get_subtitle (ui_kit_child (page, "base_url")), "v1beta"));
    }
  adw_combo_row_set_selected (ui_kit_child (page, "client"), 1);
  url = g_settings_get_string (stage.settings, "connect-client");
  g_assert_cmpstr (url, ==, "codex");
  ui_kit_close (&stage);
}

static void
test_request (void)
{
  static const char idle[] = "Sends a real request, as this client would";
  UiStage stage = { 0 };
  RelaisTestResult failed = { .status = 429 };
  GtkWidget *page = NULL;
  GtkWidget *button = NULL;
  AdwActionRow *test = NULL;

  failed.message = (char *)"All accounts are limited for 2 minutes";
  ui_kit_open (&stage, &bare, 900);
  page = ui_kit_page (&stage, "RelaisConnectPage");
  test = ui_kit_child (page, "test");
  button = ui_kit_child (GTK_WIDGET (test), "button");
  gtk_widget_activate_action (stage.window, "win.page", "s", "connect");
  g_assert_false (gtk_widget_is_sensitive (button));
  g_assert_cmpstr (adw_action_row_get_subtitle (test), ==, "Start the proxy to test");
  puppet_engine_set_state (stage.engine, RELAIS_ENGINE_RUNNING);
  ui_kit_click (button);
  g_assert_false (gtk_widget_is_sensitive (button));
  ui_kit_drain ();
  g_assert_cmpstr (adw_action_row_get_subtitle (test), ==,
                   "Answered by gemini-3-flash in 412 ms");
  puppet_engine_set_test (stage.engine, &failed);
  ui_kit_click (button);
  ui_kit_drain ();
  g_assert_cmpstr (adw_action_row_get_subtitle (test), ==, failed.message);

  /* a result is of the client and the model it was made with, also one that is still to come */
  for (guint i = 0; i < 2; i++)
    {
      static const char *const rows[] = { "client", "model" };

      adw_combo_row_set_selected (ui_kit_child (page, rows[i]), 1);
      g_assert_cmpstr (adw_action_row_get_subtitle (test), ==, idle);
      ui_kit_click (button);
      adw_combo_row_set_selected (ui_kit_child (page, rows[i]), 0);
      g_assert_true (gtk_widget_is_sensitive (button));
      ui_kit_drain ();
      g_assert_cmpstr (adw_action_row_get_subtitle (test), ==, idle);
      ui_kit_click (button);
      ui_kit_drain ();
      g_assert_cmpstr (adw_action_row_get_subtitle (test), ==, failed.message);
    }
  ui_kit_close (&stage);
}

static const char *
get_model (GtkWidget *page)
{
  return gtk_string_object_get_string (adw_combo_row_get_selected_item (ui_kit_child (page, "model")));
}

/* Its own model is offered first while it is active, and what was chosen by hand stays. */
static void
test_practice_model (void)
{
  UiStage stage = { 0 };
  GtkWidget *page = NULL;

  ui_kit_open (&stage, &bare, 900);
  page = ui_kit_page (&stage, "RelaisConnectPage");
  gtk_widget_activate_action (stage.window, "win.page", "s", "connect");
  g_assert_cmpstr (get_model (page), ==, "gemini-3-flash");
  puppet_engine_add_account (stage.engine, &(PuppetAccount){ "p", "Practice", "practice", RELAIS_ACCOUNT_ACTIVE, 0 });
  ui_kit_drain ();
  g_assert_cmpstr (get_model (page), ==, "practice");
  g_assert_nonnull (strstr (gtk_label_get_text (ui_kit_child (page, "snippet")), "practice"));
  adw_combo_row_set_selected (ui_kit_child (page, "model"), 2);
  g_assert_cmpstr (get_model (page), ==, "gemini-3.1-pro-preview");
  g_signal_emit_by_name (stage.engine, "models-changed");
  puppet_engine_add_account (stage.engine, &(PuppetAccount){ "w", "Work", "gemini", RELAIS_ACCOUNT_ACTIVE, 0 });
  ui_kit_drain ();
  g_assert_cmpstr (get_model (page), ==, "gemini-3.1-pro-preview");
  ui_kit_close (&stage);
}

static guint
count_rows (GtkWidget *page)
{
  return g_list_model_get_n_items (ui_kit_child (page, "filtered"));
}

/* The wide form comes with the first frame. */
static gboolean
is_wide (gpointer data)
{
  return strcmp (gtk_stack_get_visible_child_name (ui_kit_child (data, "rows_stack")), "table") == 0;
}

static void
test_records (void)
{
  UiStage stage = { 0 };
  GtkWidget *page = NULL;
  GtkStack *stack = NULL;

  ui_kit_open (&stage, &bare, 900);
  page = ui_kit_page (&stage, "RelaisMonitorPage");
  stack = ui_kit_child (page, "stack");
  gtk_widget_activate_action (stage.window, "win.page", "s", "monitor");
  g_assert_cmpstr (gtk_stack_get_visible_child_name (stack), ==, "empty");
  g_assert_false (gtk_widget_get_sensitive (ui_kit_child (stage.window, "search_button")));
  gtk_widget_activate_action (stage.window, "win.pause-monitor", NULL);
  g_assert_true (gtk_widget_get_mapped (ui_kit_child (ui_kit_child (page, "banner"), "button")));
  gtk_test_accessible_assert_role (ui_kit_child (ui_kit_child (page, "banner"), "bar"), GTK_ACCESSIBLE_ROLE_ALERT);
  gtk_test_accessible_assert_property (ui_kit_child (ui_kit_child (page, "banner"), "bar"), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       "Paused: new requests are answered, and listed when you resume");
  gtk_widget_activate_action (stage.window, "win.pause-monitor", NULL);
  gtk_test_accessible_assert_property (ui_kit_child (ui_kit_child (page, "banner"), "bar"), GTK_ACCESSIBLE_PROPERTY_LABEL, "");

  for (guint i = 0; i < 40; i++)
    puppet_engine_add_record (stage.engine, &(PuppetRecord){ 40 - i, i % 4 == 0 ? 401 : 200, "/v1/messages", "gpt-5",
                                                             i % 2 == 0 ? "Work" : NULL, 1200, i });
  ui_kit_drain ();
  g_assert_cmpstr (gtk_stack_get_visible_child_name (stack), ==, "rows");
  ui_kit_until (is_wide, page);
  g_assert_cmpuint (count_rows (page), ==, 40);

  /* the newest is in view, and stays there when one more comes */
  puppet_engine_add_record (stage.engine, &(PuppetRecord){ 0, 0, "/v1/new", "gpt-5", "Work", -1, -1 });
  ui_kit_drain ();
  g_assert_cmpfloat (gtk_adjustment_get_value (gtk_scrollable_get_vadjustment (ui_kit_child (page, "table"))), <, 1);
  g_assert_nonnull (ui_kit_find_label (ui_kit_child (page, "table"), "POST /v1/new"));
  g_assert_nonnull (ui_kit_find_label (ui_kit_child (page, "table"), "1.2 s"));

  gtk_widget_activate_action (stage.window, "win.search", NULL);
  gtk_editable_set_text (ui_kit_child (page, "search_entry"), "401");
  g_signal_emit_by_name (ui_kit_child (page, "search_entry"), "search-changed");
  g_assert_cmpuint (count_rows (page), ==, 10);
  gtk_editable_set_text (ui_kit_child (page, "search_entry"), "WORK");
  g_signal_emit_by_name (ui_kit_child (page, "search_entry"), "search-changed");
  g_assert_cmpuint (count_rows (page), ==, 21);
  gtk_editable_set_text (ui_kit_child (page, "search_entry"), "nothing like it");
  g_signal_emit_by_name (ui_kit_child (page, "search_entry"), "search-changed");
  g_assert_cmpstr (gtk_stack_get_visible_child_name (ui_kit_child (page, "rows_stack")), ==, "none");
  g_object_set (page, "searching", FALSE, NULL);
  g_signal_emit_by_name (ui_kit_child (page, "search_entry"), "search-changed");
  g_assert_cmpuint (count_rows (page), ==, 41);

  /* those that failed, as long as one searches */
  g_object_set (page, "searching", TRUE, NULL);
  gtk_toggle_button_set_active (ui_kit_child (page, "failed"), TRUE);
  g_assert_cmpuint (count_rows (page), ==, 10);
  puppet_engine_end_record (stage.engine, 502);
  ui_kit_drain ();
  g_assert_cmpuint (count_rows (page), ==, 11);
  gtk_editable_set_text (ui_kit_child (page, "search_entry"), "200");
  g_signal_emit_by_name (ui_kit_child (page, "search_entry"), "search-changed");
  g_assert_cmpstr (gtk_stack_get_visible_child_name (ui_kit_child (page, "rows_stack")), ==, "none");
  g_object_set (page, "searching", FALSE, NULL);
  g_signal_emit_by_name (ui_kit_child (page, "search_entry"), "search-changed");
  g_assert_cmpuint (count_rows (page), ==, 41);

  gtk_widget_activate_action (stage.window, "win.pause-monitor", NULL);
  g_assert_true (relais_engine_get_records_paused (stage.engine));
  g_assert_true (relais_banner_get_revealed (ui_kit_child (page, "banner")));
  ui_kit_click (ui_kit_find_button (ui_kit_child (page, "banner"), "Resume"));
  g_assert_false (relais_engine_get_records_paused (stage.engine));
  g_assert_false (relais_banner_get_revealed (ui_kit_child (page, "banner")));

  /* nothing left to search or clear, until it is taken back */
  gtk_widget_activate_action (stage.window, "win.clear-monitor", NULL);
  g_assert_cmpstr (gtk_stack_get_visible_child_name (stack), ==, "empty");
  g_assert_false (gtk_widget_get_sensitive (ui_kit_child (stage.window, "search_button")));
  ui_kit_click (ui_kit_find_button (stage.window, "Undo"));
  g_assert_cmpuint (count_rows (page), ==, 41);
  g_assert_cmpstr (gtk_stack_get_visible_child_name (stack), ==, "rows");
  g_assert_true (gtk_widget_get_sensitive (ui_kit_child (stage.window, "search_button")));
  ui_kit_close (&stage);
}

/* Also what broke after its answer began well. */
static void
test_failed (void)
{
  static const PuppetRecord records[] = {
    { 4, 401, "/v1/messages", "gpt-5", "Work", 1200, 1, .error = "Wrong key" },
    { 3, 200, "/v1/messages", "gpt-5", "Work", 1200, 1 },
    { 2, 200, "/v1/messages", "gpt-5", "Work", 1200, 1, .error = "The answer broke off" },
    { 1, 200, "/v1/messages", "gpt-5", "Work", -1, -1, .error = "The first account was limited" },
  };
  UiStage stage = { 0 };
  GtkWidget *page = NULL;

  ui_kit_open (&stage, &bare, 900);
  page = ui_kit_page (&stage, "RelaisMonitorPage");
  gtk_widget_activate_action (stage.window, "win.page", "s", "monitor");
  for (gsize i = 0; i < G_N_ELEMENTS (records); i++)
    puppet_engine_add_record (stage.engine, &records[i]);
  ui_kit_drain ();
  gtk_widget_activate_action (stage.window, "win.search", NULL);
  gtk_toggle_button_set_active (ui_kit_child (page, "failed"), TRUE);
  g_assert_cmpuint (count_rows (page), ==, 2);
  ui_kit_close (&stage);
}

static gboolean
has_fact (GtkWidget  *widget,
          const char *title,
          const char *value)
{
  if (!gtk_widget_get_visible (widget))
    return FALSE;
  if (ADW_IS_ACTION_ROW (widget) &&
      g_strcmp0 (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)), title) == 0)
    return value == NULL ||
           g_strcmp0 (adw_action_row_get_subtitle (ADW_ACTION_ROW (widget)), value) == 0;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (has_fact (child, title, value))
      return TRUE;
  return FALSE;
}

/* Why it failed, and all else that is known: by click and by Return, in both forms of the list. */
static void
check_details (UiStage    *stage,
               const char *list,
               const char *tokens)
{
  GtkWidget *page = ui_kit_page (stage, "RelaisMonitorPage");
  GtkWidget *view = NULL;
  g_autofree char *copied = NULL;

  g_signal_emit_by_name (ui_kit_child (page, list), "activate", 0);
  ui_kit_drain ();
  view = ui_kit_dialog (stage);
  g_assert_nonnull (view);
  g_assert_true (has_fact (view, "Upstream <said> no & more", NULL));
  g_assert_true (has_fact (view, "Method and Path", "POST /v1/messages"));
  g_assert_true (has_fact (view, "Client", "Claude Code · 127.0.0.1"));
  g_assert_true (has_fact (view, "Model Asked For", "gpt-5"));
  g_assert_true (has_fact (view, "Model Used", "gpt-5"));
  g_assert_true (has_fact (view, "Format", "anthropic → gemini"));
  g_assert_true (has_fact (view, "Account", "Work"));
  g_assert_true (has_fact (view, "Status", "502"));
  g_assert_true (has_fact (view, "Provider’s Status", "503"));
  g_assert_true (has_fact (view, "Attempts", "1"));
  g_assert_true (has_fact (view, "Duration", "1.2 s"));
  g_assert_true (has_fact (view, "Tokens", tokens));
  g_assert_true (has_fact (view, "Number", "2"));
  gtk_widget_activate_action (view, "record.copy", NULL);
  copied = ui_kit_dup_clipboard (view);
  g_assert_true (g_str_has_prefix (copied, "Status: 502\nUpstream <said> no & more\nMethod and Path: POST /v1/messages\n"));
  g_assert_nonnull (strstr (copied, "\nDuration: 1.2 s\n"));
  gtk_widget_activate_action (view, "window.close", NULL);
  ui_kit_drain ();
  g_assert_null (ui_kit_dialog (stage));
}

static void
test_details (void)
{
  static const char *const lists[] = { "lines", "table" };

  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      UiStage stage = { 0 };
      GtkWidget *list = NULL;
      GtkWidget *view = NULL;

      ui_kit_open (&stage, &bare, i == 0 ? 360 : 900);
      gtk_widget_activate_action (stage.window, "win.page", "s", "monitor");
      puppet_engine_add_record (stage.engine, &(PuppetRecord){ 9, 401, "/v1/models", NULL, NULL, 1, -1 });
      puppet_engine_add_record (stage.engine, &(PuppetRecord){ 0, 502, "/v1/messages", "gpt-5", "Work", 1200, 12, "Upstream <said> no & more", i == 1 });
      ui_kit_drain ();
      if (i == 1)
        ui_kit_until (is_wide, ui_kit_page (&stage, "RelaisMonitorPage"));
      /* the second's are a guess */
      check_details (&stage, lists[i], i == 1 ? "≈ 12 (9 in, 3 out)" : "12 (9 in, 3 out)");
      if (i == 1)
        g_assert_nonnull (ui_kit_find_label (ui_kit_page (&stage, "RelaisMonitorPage"), "≈ 12"));

      /* each row can be reached and activated from the keyboard */
      list = ui_kit_child (ui_kit_page (&stage, "RelaisMonitorPage"), lists[i]);
      g_assert_true (gtk_widget_child_focus (list, GTK_DIR_TAB_FORWARD));
      g_assert_true (gtk_widget_activate (gtk_window_get_focus (GTK_WINDOW (stage.window))));
      ui_kit_drain ();
      view = ui_kit_dialog (&stage);
      g_assert_nonnull (view);
      gtk_window_destroy (GTK_WINDOW (view));

      /* what was not sent on has no account, no model, no attempts to show */
      g_signal_emit_by_name (list, "activate", 1);
      ui_kit_drain ();
      view = ui_kit_dialog (&stage);
      g_assert_true (has_fact (view, "Status", "401"));
      g_assert_false (has_fact (view, "Account", "–"));
      g_assert_false (has_fact (view, "Attempts", "0"));
      gtk_window_destroy (GTK_WINDOW (view));
      ui_kit_close (&stage);
    }
}

/* A list works at each change also out of sight: the one that is seen has the rows, no other. */
static void
assert_filled (GtkWidget *page,
               gboolean   table,
               gboolean   lines)
{
  GtkSelectionModel *in_table = gtk_column_view_get_model (ui_kit_child (page, "table"));
  GtkSelectionModel *in_lines = gtk_list_view_get_model (ui_kit_child (page, "lines"));

  g_assert_cmpint (in_table != NULL, ==, table);
  g_assert_cmpint (in_lines != NULL, ==, lines);
}

static void
test_filled (void)
{
  UiStage stage = { 0 };
  GtkWidget *page = NULL;

  ui_kit_open (&stage, &bare, 900);
  page = ui_kit_page (&stage, "RelaisMonitorPage");
  for (guint i = 0; i < 60; i++)
    puppet_engine_add_record (stage.engine, &(PuppetRecord){ i, 200, "/v1/messages", "m", "Work", 12, 3, NULL });
  assert_filled (page, FALSE, FALSE);
  gtk_widget_activate_action (stage.window, "win.page", "s", "monitor");
  ui_kit_drain ();
  assert_filled (page, TRUE, FALSE);
  g_object_set (page, "narrow", TRUE, NULL);
  assert_filled (page, FALSE, TRUE);
  g_object_set (page, "narrow", FALSE, NULL);
  gtk_widget_activate_action (stage.window, "win.page", "s", "proxy");
  ui_kit_drain ();
  assert_filled (page, FALSE, FALSE);

  /* who scrolled away finds the place again */
  gtk_widget_activate_action (stage.window, "win.page", "s", "monitor");
  ui_kit_drain ();
  gtk_adjustment_set_value (gtk_scrollable_get_vadjustment (ui_kit_child (page, "table")), 300);
  ui_kit_drain ();
  gtk_widget_activate_action (stage.window, "win.page", "s", "proxy");
  ui_kit_drain ();
  assert_filled (page, TRUE, FALSE);
  ui_kit_close (&stage);
}

/* Who scrolled away reads on; what came meanwhile is one click away. */
static void
test_scrolled (void)
{
  UiStage stage = { 0 };
  GtkWidget *page = NULL;
  GtkAdjustment *place = NULL;
  GtkRevealer *newest = NULL;

  ui_kit_open (&stage, &bare, 900);
  page = ui_kit_page (&stage, "RelaisMonitorPage");
  place = gtk_scrollable_get_vadjustment (ui_kit_child (page, "table"));
  newest = ui_kit_child (page, "newest_revealer");
  gtk_widget_activate_action (stage.window, "win.page", "s", "monitor");
  for (guint i = 0; i < 60; i++)
    puppet_engine_add_record (stage.engine, &(PuppetRecord){ 60 - i, 200, "/v1/messages", "m", "Work", 12, 3, NULL });
  ui_kit_drain ();
  ui_kit_until (is_wide, page);
  gtk_adjustment_set_value (place, 300);
  ui_kit_drain ();
  g_assert_false (gtk_revealer_get_reveal_child (newest));

  puppet_engine_add_record (stage.engine, &(PuppetRecord){ 0, 200, "/v1/new", "m", "Work", 12, 3, NULL });
  ui_kit_drain ();
  g_assert_cmpuint (count_rows (page), ==, 60);
  g_assert_cmpfloat (gtk_adjustment_get_value (place), ==, 300);
  g_assert_true (gtk_revealer_get_reveal_child (newest));
  ui_kit_click (ui_kit_find_button (page, "1 New Request"));
  ui_kit_drain ();
  g_assert_cmpuint (count_rows (page), ==, 61);
  g_assert_cmpfloat (gtk_adjustment_get_value (place), <, 1);
  g_assert_false (gtk_revealer_get_reveal_child (newest));
  g_assert_nonnull (ui_kit_find_label (ui_kit_child (page, "table"), "POST /v1/new"));
  ui_kit_close (&stage);
}

static void
test_narrow (void)
{
  UiStage stage = { 0 };
  GtkWidget *page = NULL;

  ui_kit_open (&stage, &bare, 360);
  page = ui_kit_page (&stage, "RelaisMonitorPage");
  gtk_widget_activate_action (stage.window, "win.page", "s", "monitor");
  puppet_engine_add_record (stage.engine, &(PuppetRecord){ 0, 200, "/v1/messages", "gpt-5", "Work", 1200, 12 });
  ui_kit_drain ();
  g_assert_cmpstr (gtk_stack_get_visible_child_name (ui_kit_child (page, "rows_stack")), ==, "lines");
  g_assert_nonnull (ui_kit_find_label (ui_kit_child (page, "lines"), "POST /v1/messages"));
  g_assert_false (gtk_widget_get_visible (ui_kit_child (stage.window, "pause_button")));
  g_assert_true (gtk_widget_get_visible (ui_kit_child (stage.window, "search_button")));
  ui_kit_close (&stage);
}

int
main (int   argc,
      char *argv[])
{
  ui_kit_init (&argc, &argv);
  g_test_add_func ("/accounts/keyring", test_keyring_states);
  g_test_add_func ("/window/next-steps", test_next_steps);
  g_test_add_func ("/window/trouble", test_trouble);
  g_test_add_func ("/accounts/unlock", test_unlock);
  g_test_add_func ("/accounts/order", test_order);
  g_test_add_func ("/accounts/remove", test_remove);
  g_test_add_func ("/accounts/add", test_add);
  g_test_add_func ("/accounts/add-compatible", test_add_compatible);
  g_test_add_func ("/accounts/edit", test_edit);
  g_test_add_func ("/connect/snippet", test_snippet);
  g_test_add_func ("/connect/request", test_request);
  g_test_add_func ("/connect/practice-model", test_practice_model);
  g_test_add_func ("/monitor/records", test_records);
  g_test_add_func ("/monitor/failed", test_failed);
  g_test_add_func ("/monitor/details", test_details);
  g_test_add_func ("/monitor/filled", test_filled);
  g_test_add_func ("/monitor/scrolled", test_scrolled);
  g_test_add_func ("/monitor/narrow", test_narrow);
  return g_test_run ();
}
