/* test-window.c: the window on the real engine, with the practice account
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib/gstdio.h>

#include "app/relais-account-dialog.h"
#include "app/relais-application.h"
#include "app/relais-monitor-page.h"
#include "app/relais-provider-chooser.h"
#include "app/relais-spin-row.h"

#include "ui-kit.h"

static const RelaisEngineOptions practice = { .practice = TRUE };
static const RelaisEngineOptions keeping = { .practice = TRUE, .keep_bodies = TRUE };
static const RelaisEngineOptions bare = { 0 };

/* What is waited for. */
typedef struct
{
  UiStage           *stage;
  RelaisEngineState  state;
  guint              n;
  gboolean           done;
} Wait;

static gboolean
has_state (gpointer data)
{
  Wait *wait = data;

  return relais_engine_get_state (wait->stage->engine) == wait->state;
}

static gboolean
has_accounts (gpointer data)
{
  Wait *wait = data;

  return relais_engine_get_n_accounts (wait->stage->engine) == wait->n;
}

static gboolean
has_records (gpointer data)
{
  Wait *wait = data;

  return g_list_model_get_n_items (relais_engine_list_records (wait->stage->engine)) >= wait->n;
}

static gboolean
is_done (gpointer data)
{
  return ((Wait *)data)->done;
}

static gboolean
is_closed (gpointer data)
{
  return ui_kit_dialog (data) == NULL;
}

static void
until_state (UiStage           *stage,
             RelaisEngineState  state)
{
  ui_kit_until (has_state, &(Wait){ .stage = stage, .state = state });
}

static void
loaded_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      data)
{
  g_autoptr (GError) error = NULL;

  relais_engine_load_finish (RELAIS_ENGINE (source), result, &error);
  g_assert_no_error (error);
  ((Wait *)data)->done = TRUE;
}

static void
open_loaded (UiStage                   *stage,
             const RelaisEngineOptions *options)
{
  Wait wait = { .stage = stage };

  ui_kit_open (stage, options, 900);
  relais_engine_load_async (stage->engine, FALSE, NULL, loaded_cb, &wait);
  ui_kit_until (is_done, &wait);
  ui_kit_drain ();
}

/* A port nobody has: what the system gives to who asks for none. */
static guint
find_free_port (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  guint port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);

  g_assert_cmpuint (port, >=, 1024);
  g_socket_listener_close (listener);
  return port;
}

static gboolean
spin_is_sensitive (UiStage *stage)
{
  gboolean sensitive = FALSE;

  g_object_get (ui_kit_child (ui_kit_page (stage, "RelaisProxyPage"), "port"), "spin-sensitive", &sensitive, NULL);
  return sensitive;
}

static void
test_start_stop (void)
{
  UiStage stage = { 0 };
  GtkWidget *card = NULL;
  GtkWidget *connect = NULL;
  RelaisSpinRow *port = NULL;
  guint number = find_free_port ();
  g_autofree char *typed = NULL;

  open_loaded (&stage, &practice);
  card = ui_kit_page (&stage, "RelaisStatusCard");
  connect = ui_kit_page (&stage, "RelaisConnectPage");
  port = ui_kit_child (ui_kit_page (&stage, "RelaisProxyPage"), "port");
  relais_spin_row_set_value (port, number);
  g_assert_cmpuint (relais_engine_get_port (stage.engine), ==, number);
  ui_kit_assert_label (card, "title", "Stopped");
  g_assert_true (spin_is_sensitive (&stage));

  ui_kit_click (ui_kit_child (stage.window, "toggle"));
  until_state (&stage, RELAIS_ENGINE_RUNNING);
  ui_kit_drain ();
  ui_kit_assert_label (card, "title", "Running");
  ui_kit_assert_label (card, "detail", "1 of 1 account active");
  g_assert_false (spin_is_sensitive (&stage));

  /* the engine refuses what the insensitive widget lets through */
  relais_spin_row_set_value (port, number == 65535 ? 65534 : number + 1);
  ui_kit_drain ();
  g_assert_cmpint (relais_spin_row_get_value (port), ==, number);
  g_assert_cmpint (g_settings_get_int (stage.settings, "port"), ==, number);

  /* typed, not entered, started by the shortcut */
  gtk_widget_activate_action (stage.window, "win.toggle", NULL);
  until_state (&stage, RELAIS_ENGINE_STOPPED);
  ui_kit_drain ();
  number = find_free_port ();
  typed = g_strdup_printf ("%u", number);
  relais_spin_row_select_text (port);
  gtk_editable_set_text (GTK_EDITABLE (ui_kit_find (GTK_WIDGET (port), "GtkSpinButton")), typed);
  gtk_widget_activate_action (stage.window, "win.toggle", NULL);
  until_state (&stage, RELAIS_ENGINE_RUNNING);
  g_assert_cmpuint (relais_engine_get_port (stage.engine), ==, number);

  /* a request as a client sends it, seen by the monitor */
  gtk_widget_activate_action (stage.window, "win.page", "s", "connect");
  ui_kit_click (ui_kit_child (ui_kit_child (connect, "test"), "button"));
  ui_kit_until (has_records, &(Wait){ .stage = &stage, .n = 1 });
  ui_kit_until ((UiCheck)gtk_widget_is_sensitive, ui_kit_child (ui_kit_child (connect, "test"), "button"));
  g_test_message ("%s", adw_action_row_get_subtitle (ui_kit_child (connect, "test")));
  g_assert_true (g_str_has_prefix (adw_action_row_get_subtitle (ui_kit_child (connect, "test")), "Answered by "));
  gtk_widget_activate_action (stage.window, "win.page", "s", "monitor");
  ui_kit_drain ();
  g_assert_nonnull (ui_kit_find_label (ui_kit_page (&stage, "RelaisMonitorPage"), "POST /v1/messages"));

  gtk_widget_activate_action (stage.window, "win.toggle", NULL);
  until_state (&stage, RELAIS_ENGINE_STOPPED);
  ui_kit_drain ();
  ui_kit_assert_label (card, "title", "Stopped");
  g_assert_true (spin_is_sensitive (&stage));
  g_assert_false (gtk_widget_is_sensitive (ui_kit_child (ui_kit_child (connect, "test"), "button")));
  ui_kit_close (&stage);
}

static void
test_port_in_use (void)
{
  UiStage stage = { 0 };
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autofree char *words = NULL;
  GtkWidget *card = NULL;
  guint port = 0;

  g_assert_true (g_socket_listener_add_address (listener, address, G_SOCKET_TYPE_STREAM,
                                                G_SOCKET_PROTOCOL_TCP, NULL,
                                                &bound, NULL));
  port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  open_loaded (&stage, &practice);
  card = ui_kit_page (&stage, "RelaisStatusCard");
  g_settings_set_int (stage.settings, "port", port);
  ui_kit_click (ui_kit_child (stage.window, "toggle"));
  until_state (&stage, RELAIS_ENGINE_FAILED);
  ui_kit_drain ();
  ui_kit_assert_label (card, "title", "Could Not Start");
  words = g_strdup_printf ("Port %u is already in use", port);
  g_assert_true (g_str_has_prefix (gtk_label_get_label (ui_kit_child (card, "detail")), words));
  ui_kit_click (ui_kit_child (card, "primary"));
  until_state (&stage, RELAIS_ENGINE_RUNNING);
  g_assert_cmpuint (relais_engine_get_port (stage.engine), !=, port);
  gtk_widget_activate_action (stage.window, "win.toggle", NULL);
  until_state (&stage, RELAIS_ENGINE_STOPPED);
  ui_kit_close (&stage);
}

static void
test_no_account (void)
{
  UiStage stage = { 0 };
  GtkWidget *card = NULL;

  open_loaded (&stage, &bare);
  card = ui_kit_page (&stage, "RelaisStatusCard");
  g_settings_set_int (stage.settings, "port", find_free_port ());
  ui_kit_assert_label (card, "detail", "Add an account first");
  ui_kit_click (ui_kit_child (stage.window, "toggle"));
  until_state (&stage, RELAIS_ENGINE_FAILED);
  ui_kit_drain ();
  ui_kit_assert_label (card, "detail", "No account is available. Add one first, or try the practice account.");
  ui_kit_click (ui_kit_child (card, "secondary"));
  ui_kit_until (has_accounts, &(Wait){ .stage = &stage, .n = 1 });
  ui_kit_click (ui_kit_child (stage.window, "toggle"));
  until_state (&stage, RELAIS_ENGINE_RUNNING);
  gtk_widget_activate_action (stage.window, "win.toggle", NULL);
  until_state (&stage, RELAIS_ENGINE_STOPPED);
  ui_kit_close (&stage);
}

static void
test_accounts (void)
{
  UiStage stage = { 0 };
  GtkWidget *page = NULL;
  GtkWidget *dialog = NULL;
  GListModel *accounts = NULL;
  g_autofree char *id = NULL;
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u/v1", find_free_port ());

  open_loaded (&stage, &bare);
  page = ui_kit_page (&stage, "RelaisAccountsPage");
  accounts = relais_engine_list_accounts (stage.engine);
  gtk_widget_activate_action (stage.window, "win.page", "s", "accounts");
  gtk_widget_activate_action (stage.window, "win.add-practice", NULL);
  ui_kit_until (has_accounts, &(Wait){ .stage = &stage, .n = 1 });

  /* nobody answers there: said so, added all the same when told to */
  gtk_widget_activate_action (stage.window, "win.add-account", NULL);
  dialog = ui_kit_dialog (&stage);
  relais_account_dialog_select_provider (RELAIS_ACCOUNT_DIALOG (dialog), "openai-compatible");
  gtk_editable_set_text (ui_kit_child (dialog, "base_url"), url);
  gtk_widget_grab_focus (ui_kit_child (dialog, "base_url"));
  ui_kit_click (ui_kit_child (dialog, "save"));
  g_assert_false (gtk_widget_is_sensitive (ui_kit_child (dialog, "content")));
  g_assert_null (gtk_window_get_focus (GTK_WINDOW (dialog)));
  ui_kit_until ((UiCheck)gtk_widget_get_visible, ui_kit_child (dialog, "save_anyway"));
  g_assert_true (gtk_widget_is_ancestor (gtk_window_get_focus (GTK_WINDOW (dialog)), ui_kit_child (dialog, "base_url")));
  g_test_message ("%s", adw_action_row_get_subtitle (ui_kit_child (dialog, "test")));
  ui_kit_click (ui_kit_child (dialog, "save_anyway"));
  ui_kit_until (has_accounts, &(Wait){ .stage = &stage, .n = 2 });
  ui_kit_drain ();
  {
    g_autoptr (RelaisAccountRow) first = g_list_model_get_item (accounts, 0);

    id = g_strdup (relais_account_row_get_id (first));
  }
  gtk_widget_activate_action (page, "accounts.move", "(si)", id, 1);
  ui_kit_drain ();
  ui_kit_drain ();
  {
    g_autoptr (RelaisAccountRow) second = g_list_model_get_item (accounts, 1);

    g_assert_cmpstr (relais_account_row_get_id (second), ==, id);
  }

  gtk_widget_activate_action (page, "accounts.edit", "s", id);
  dialog = ui_kit_dialog (&stage);
  gtk_editable_set_text (ui_kit_child (dialog, "name"), "Renamed");
  ui_kit_click (ui_kit_child (dialog, "save"));
  for (int i = 0; i < 100 && ui_kit_find_label (page, "Renamed") == NULL; i++)
    ui_kit_drain ();
  g_assert_nonnull (ui_kit_find_label (page, "Renamed"));

  gtk_widget_activate_action (page, "accounts.remove", "s", id);
  ui_kit_until (has_accounts, &(Wait){ .stage = &stage, .n = 1 });
  ui_kit_drain ();
  ui_kit_click (ui_kit_find_button (stage.window, "Undo"));
  ui_kit_until (has_accounts, &(Wait){ .stage = &stage, .n = 2 });
  ui_kit_drain ();
  g_assert_nonnull (ui_kit_find_label (page, "Renamed"));
  ui_kit_close (&stage);
}

static void
hidden_cb (gboolean *hidden)
{
  *hidden = TRUE;
}

static void
test_keep_running (void)
{
  UiStage stage = { 0 };
  gboolean hidden = FALSE;

  open_loaded (&stage, &practice);
  g_settings_set_int (stage.settings, "port", find_free_port ());
  g_settings_set_boolean (stage.settings, "keep-running-when-closed", TRUE);
  g_signal_connect_swapped (stage.window, "hidden", G_CALLBACK (hidden_cb), &hidden);
  ui_kit_click (ui_kit_child (stage.window, "toggle"));
  until_state (&stage, RELAIS_ENGINE_RUNNING);
  gtk_window_close (GTK_WINDOW (stage.window));
  ui_kit_drain ();
  g_assert_true (hidden);
  g_assert_false (gtk_widget_get_visible (stage.window));
  g_assert_cmpint (relais_engine_get_state (stage.engine), ==, RELAIS_ENGINE_RUNNING);
  gtk_window_present (GTK_WINDOW (stage.window));
  ui_kit_drain ();
  gtk_widget_activate_action (stage.window, "win.toggle", NULL);
  until_state (&stage, RELAIS_ENGINE_STOPPED);
  ui_kit_close (&stage);
}

/* Each line of it says a key. */
static void
assert_keys (GtkWidget *widget)
{
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    assert_keys (child);
  if (GTK_IS_SHORTCUTS_SHORTCUT (widget))
    {
      g_autofree char *title = NULL;
      g_autofree char *keys = NULL;

      g_object_get (widget, "title", &title, "accelerator", &keys, NULL);
      g_test_message ("%s: %s", title, keys);
      g_assert_nonnull (keys);
      g_assert_cmpstr (keys, !=, "");
    }
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

static gboolean
is_shown (gpointer data)
{
  return ui_kit_find_label (data, "Quit") != NULL;
}

static void
quit_by_menu (GtkWidget *window)
{
  GtkMenuButton *button = GTK_MENU_BUTTON (find_primary (window));
  GtkWidget *item = NULL;

  gtk_menu_button_popup (button);
  ui_kit_until (is_shown, gtk_menu_button_get_popover (button));
  item = ui_kit_find_label (GTK_WIDGET (gtk_menu_button_get_popover (button)), "Quit");
  g_signal_emit_by_name (gtk_widget_get_parent (item), "clicked");
}

static void
assert_standard_keys (GtkWindow *window)
{
  static const char *const keys[][2] = {
    { "window.close", "<Control>w" },
    { "app.quit", "<Control>q" },
    { "app.shortcuts", "<Control>question" },
    { "win.preferences", "<Control>comma" },
    { "win.add-account", "<Control>n" },
    { "win.search", "<Control>f" },
  };
  GtkApplication *application = gtk_window_get_application (window);

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_auto (GStrv) actions = gtk_application_get_actions_for_accel (application, keys[i][1]);

      g_assert_cmpstr (actions[0], ==, keys[i][0]);
    }
}

/* Everything the program does but its main function. */
static void
activated_cb (GApplication *application,
              gpointer      data)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (application));
  GtkWidget *shortcuts = NULL;

  g_assert_nonnull (window);
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (window)));
  g_action_group_activate_action (G_ACTION_GROUP (application), "shortcuts", NULL);
  shortcuts = ui_kit_dialog (&(UiStage){ .window = GTK_WIDGET (window) });
  g_assert_nonnull (ui_kit_find (shortcuts, "GtkShortcutsShortcut"));
  assert_keys (shortcuts);
  gtk_window_destroy (GTK_WINDOW (shortcuts));
  assert_standard_keys (window);
  quit_by_menu (GTK_WIDGET (window));
}

static void
test_application (void)
{
  g_autoptr (RelaisApplication) application = relais_application_new ();
  char *argv[] = { (char *)"relais", (char *)"--practice", NULL };

  g_signal_connect_after (application, "activate", G_CALLBACK (activated_cb), NULL);
  g_assert_cmpint (g_application_run (G_APPLICATION (application), 2, argv), ==, 0);
}

/* An edit can take back what was typed once: the base URL, and a key that is not needed. */
static void
test_clear_account (void)
{
  UiStage stage = { 0 };
  Wait wait = { .stage = &stage, .n = 2 };
  const RelaisAccountDraft drafts[] = {
    { .provider = "openai", .label = "A", .base_url = "http://127.0.0.1:9/v1", .api_key = "one" },
    { .provider = "openai-compatible", .label = "B", .base_url = "http://127.0.0.1:9/v1", .api_key = "two" },
  };

  open_loaded (&stage, &bare);
  for (gsize i = 0; i < G_N_ELEMENTS (drafts); i++)
    relais_engine_add_account_async (stage.engine, &drafts[i], NULL, NULL, NULL);
  ui_kit_until (has_accounts, &wait);
  for (guint i = 0; i < G_N_ELEMENTS (drafts); i++)
    {
      GListModel *rows = relais_engine_list_accounts (stage.engine);
      g_autoptr (RelaisAccountRow) row = g_list_model_get_item (rows, i);
      GtkWidget *dialog = relais_account_dialog_new (stage.engine, row);
      GtkToggleButton *drop = ui_kit_child (dialog, "drop_key");
      GtkText *text = GTK_TEXT (gtk_editable_get_delegate (ui_kit_child (dialog, "key")));

      /* a buffer that wipes what it held */
      g_assert_true (GTK_IS_PASSWORD_ENTRY_BUFFER (gtk_text_get_buffer (text)));
      gtk_window_set_transient_for (GTK_WINDOW (dialog), GTK_WINDOW (stage.window));
      gtk_window_present (GTK_WINDOW (dialog));
      g_assert_true (gtk_widget_get_visible (GTK_WIDGET (drop)) == (i == 1));
      if (i == 0)
        gtk_editable_set_text (ui_kit_child (dialog, "base_url"), "");
      else
        {
          gtk_editable_set_text (ui_kit_child (dialog, "key"), "three");
          gtk_toggle_button_set_active (drop, TRUE);
          g_assert_cmpstr (gtk_editable_get_text (ui_kit_child (dialog, "key")), ==, "");
          gtk_editable_set_text (ui_kit_child (dialog, "key"), "four");
          g_assert_false (gtk_toggle_button_get_active (drop));
          gtk_toggle_button_set_active (drop, TRUE);
        }
      g_assert_true (gtk_widget_is_sensitive (ui_kit_child (dialog, "save")));
      /* not to ask the real OpenAI */
      g_signal_emit_by_name (ui_kit_child (dialog, "save_anyway"), "clicked");
      ui_kit_until (is_closed, &stage);
      g_assert_cmpstr (relais_account_row_get_base_url (row), ==,
                       i == 0 ? NULL : drafts[i].base_url);
      g_assert_true (relais_account_row_get_has_key (row) == (i == 0));
    }
  ui_kit_close (&stage);
}

/* The status line's number. Blocks: the engine has a thread of its own. */
static guint
ask_as (UiStage    *stage,
        const char *host)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *request = g_strdup_printf ("GET /healthz HTTP/1.1\r\nHost: %s\r\n\r\n", host);
  char answer[13] = { 0 };
  GIOStream *stream = NULL;

  connection = g_socket_client_connect_to_host (client, "127.0.0.1", relais_engine_get_port (stage->engine), NULL, &error);
  g_assert_no_error (error);
  stream = G_IO_STREAM (connection);
  g_assert_true (g_output_stream_write_all (g_io_stream_get_output_stream (stream), request,
                                            strlen (request), NULL, NULL, NULL));
  g_assert_true (g_input_stream_read_all (g_io_stream_get_input_stream (stream), answer,
                                          sizeof answer - 1, NULL, NULL, NULL));
  return (guint)g_ascii_strtoull (answer + strlen ("HTTP/1.1 "), NULL, 10);
}

/* A host is let in from where its refusal is told, and out again. */
static void
test_allow (void)
{
  UiStage stage = { 0 };
  Wait wait = { .stage = &stage, .n = 1 };
  GtkWidget *view = NULL;

  open_loaded (&stage, &practice);
  relais_spin_row_set_value (ui_kit_child (ui_kit_page (&stage, "RelaisProxyPage"), "port"), find_free_port ());
  ui_kit_click (ui_kit_child (stage.window, "toggle"));
  until_state (&stage, RELAIS_ENGINE_RUNNING);
  g_assert_cmpuint (ask_as (&stage, "Box.example:99"), ==, 421);
  gtk_widget_activate_action (stage.window, "win.page", "s", "monitor");
  ui_kit_until (has_records, &wait);
  ui_kit_drain ();
  g_signal_emit_by_name (ui_kit_child (ui_kit_page (&stage, "RelaisMonitorPage"), "lines"), "activate", 0);
  view = ui_kit_dialog (&stage);
  g_assert_nonnull (ui_kit_find_label (view, "box.example"));
  ui_kit_click (ui_kit_find_button (view, "Allow"));
  g_assert_cmpuint (ask_as (&stage, "Box.example:99"), ==, 200);
  ui_kit_click (ui_kit_find_button (view, "Undo"));
  g_assert_cmpuint (ask_as (&stage, "Box.example:99"), ==, 421);
  gtk_window_destroy (GTK_WINDOW (view));
  ui_kit_click (ui_kit_child (stage.window, "toggle"));
  until_state (&stage, RELAIS_ENGINE_STOPPED);
  ui_kit_close (&stage);
}

#define QUESTION "{\"model\":\"practice\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}"

/* As a client does, to the end of the answer. Blocks: the engine has a thread of its own. */
static void
ask (UiStage *stage)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *request = NULL;
  char answer[4096];
  gsize length = 0;
  GIOStream *stream = NULL;

  request = g_strdup_printf ("POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                             "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
                             strlen (QUESTION), QUESTION);
  connection = g_socket_client_connect_to_host (client, "127.0.0.1", relais_engine_get_port (stage->engine), NULL, &error);
  g_assert_no_error (error);
  stream = G_IO_STREAM (connection);
  g_assert_true (g_output_stream_write_all (g_io_stream_get_output_stream (stream), request,
                                            strlen (request), NULL, NULL, NULL));
  g_assert_true (g_input_stream_read_all (g_io_stream_get_input_stream (stream), answer,
                                          sizeof answer, &length, NULL, NULL));
  g_assert_cmpuint (length, >, strlen (QUESTION));
}

static gboolean
is_over (gpointer data)
{
  UiStage *stage = data;
  GListModel *records = relais_engine_list_records (stage->engine);
  g_autoptr (RelaisRecordRow) row = g_list_model_get_item (records, 0);

  return row != NULL && !relais_record_row_get_running (row);
}

static gboolean
has_request (gpointer view)
{
  return gtk_widget_get_mapped (ui_kit_child (ui_kit_child (view, "contents"), "request"));
}

static gboolean
is_exported (gpointer data)
{
  return ui_kit_find_label (((UiStage *)data)->window, "Requests exported") != NULL;
}

/* What a client said is read, copied, sent once more, and written to a file. */
static void
test_contents (void)
{
  UiStage stage = { 0 };
  Wait two = { .stage = &stage, .n = 2 };
  GtkWidget *view = NULL;
  GtkWidget *page = NULL;
  g_autofree char *copied = NULL;
  g_autofree char *curl = NULL;
  g_autofree char *folder = g_dir_make_tmp ("relais-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "requests.jsonl", NULL);
  g_autofree char *question = g_strescape (QUESTION, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_auto (GStrv) lines = NULL;
  g_autofree char *written = NULL;

  open_loaded (&stage, &keeping);
  page = ui_kit_page (&stage, "RelaisMonitorPage");
  relais_spin_row_set_value (ui_kit_child (ui_kit_page (&stage, "RelaisProxyPage"), "port"), find_free_port ());
  ui_kit_click (ui_kit_child (stage.window, "toggle"));
  until_state (&stage, RELAIS_ENGINE_RUNNING);
  ask (&stage);
  gtk_widget_activate_action (stage.window, "win.page", "s", "monitor");
  ui_kit_until (is_over, &stage);
  ui_kit_drain ();
  g_signal_emit_by_name (ui_kit_child (page, "lines"), "activate", 0);
  view = ui_kit_dialog (&stage);
  ui_kit_until (has_request, view);
  gtk_widget_activate (ui_kit_child (ui_kit_child (view, "contents"), "request"));
  ui_kit_drain ();
  ui_kit_click (ui_kit_child (ui_kit_child (view, "content_page"), "copy"));
  copied = ui_kit_dup_clipboard (view);
  g_assert_cmpstr (copied, ==, QUESTION);
  gtk_widget_activate_action (view, "record.copy-curl", NULL);
  curl = ui_kit_dup_clipboard (view);
  g_assert_true (g_str_has_prefix (curl, "curl http://127.0.0.1:"));
  g_assert_nonnull (strstr (curl, QUESTION));

  gtk_widget_activate_action (view, "record.send-again", NULL);
  ui_kit_until (has_records, &two);
  ui_kit_until (is_over, &stage);
  gtk_window_destroy (GTK_WINDOW (view));
  relais_monitor_page_export_to (RELAIS_MONITOR_PAGE (page), file, RELAIS_EXPORT_JSON_LINES);
  ui_kit_until (is_exported, &stage);
  g_assert_true (g_file_load_contents (file, NULL, &written, NULL, NULL, NULL));
  lines = g_strsplit (written, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 3);
  g_assert_nonnull (strstr (lines[0], question));
  g_assert_nonnull (strstr (lines[1], question));
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  ui_kit_click (ui_kit_child (stage.window, "toggle"));
  until_state (&stage, RELAIS_ENGINE_STOPPED);
  ui_kit_close (&stage);
}

static gboolean
has_rule_name (gpointer data)
{
  UiStage *stage = data;
  g_auto (GStrv) models = relais_engine_dup_models (stage->engine);

  return g_strv_contains ((const char *const *)models, "mine");
}

static gboolean
has_no_rule_name (gpointer data)
{
  return !has_rule_name (data);
}

/* The setting is in force at once; what is no good leaves the rules that hold. */
static void
test_rules_setting (void)
{
  UiStage stage = { 0 };

  ui_kit_open (&stage, &practice, 900);
  g_settings_set_string (stage.settings, "rules", "{\"rules\":[{\"match\":\"mine\",\"model\":\"practice\"}]}");
  relais_engine_refresh_models (stage.engine);
  ui_kit_until (has_rule_name, &stage);
  g_test_expect_message ("relais-settings-link", G_LOG_LEVEL_MESSAGE, "Ignored in the setting rules:*");
  g_settings_set_string (stage.settings, "rules", "{\"rules\":[{}]}");
  g_test_assert_expected_messages ();
  relais_engine_refresh_models (stage.engine);
  ui_kit_drain ();
  g_assert_true (has_rule_name (&stage));
  g_settings_reset (stage.settings, "rules");
  ui_kit_until (has_no_rule_name, &stage);
  ui_kit_close (&stage);
}

/* What the page shows for a model. */
typedef struct
{
  GtkWidget  *page;
  const char *title;
  const char *subtitle;
} Outcome;

static gboolean
has_outcome (gpointer data)
{
  const Outcome *want = data;
  gpointer row = ui_kit_child (want->page, "outcome");

  return gtk_widget_get_visible (row) &&
         g_strcmp0 (adw_preferences_row_get_title (row), want->title) == 0 &&
         g_strcmp0 (adw_action_row_get_subtitle (row), want->subtitle) == 0;
}

/* It is the engine that says it, with the rules that were just stored. */
static void
test_rules_try (void)
{
  UiStage stage = { 0 };
  GtkWidget *page = NULL;

  open_loaded (&stage, &practice);
  page = ui_kit_page (&stage, "RelaisRulesPage");
  gtk_widget_activate_action (stage.window, "win.page", "s", "rules");
  gtk_editable_set_text (ui_kit_child (page, "probe"), "mine");
  ui_kit_until (has_outcome, &(Outcome){ page, "No rule: mine is used as it is", "Answered by Practice" });
  g_settings_set_string (stage.settings, "rules", "{\"rules\":[{\"match\":\"m*\",\"model\":\"practice-2\"}]}");
  ui_kit_until (has_outcome, &(Outcome){ page, "Rule 1: practice-2 is used", "Answered by Practice" });
  g_settings_set_string (stage.settings, "rules", "{\"rules\":[{\"match\":\"mine\",\"account\":\"gone\"}]}");
  ui_kit_until (has_outcome, &(Outcome){ page, "Rule 1: mine is used", "None of the accounts the rule allows is active" });
  g_settings_reset (stage.settings, "rules");
  ui_kit_drain ();
  ui_kit_close (&stage);
}

/* Each provider has one, whatever the file of providers grows to. */
static void
test_provider_icons (void)
{
  GtkIconTheme *theme = gtk_icon_theme_get_for_display (gdk_display_get_default ());
  gsize n_providers = 0;
  const RelaisEngineProvider *providers = relais_engine_get_providers (&n_providers);

  for (gsize i = 0; i < n_providers; i++)
    {
      g_autofree char *icon = relais_provider_chooser_dup_icon (&providers[i]);

      g_test_message ("%s", icon);
      g_assert_true (gtk_icon_theme_has_icon (theme, icon));
    }
}

int
main (int   argc,
      char *argv[])
{
  ui_kit_see_whole_stacks (argv);
  ui_kit_init (&argc, &argv);
  g_test_add_func ("/window/start-stop", test_start_stop);
  g_test_add_func ("/window/port-in-use", test_port_in_use);
  g_test_add_func ("/window/no-account", test_no_account);
  g_test_add_func ("/window/accounts", test_accounts);
  g_test_add_func ("/window/keep-running", test_keep_running);
  g_test_add_func ("/window/application", test_application);
  g_test_add_func ("/window/clear-account", test_clear_account);
  g_test_add_func ("/window/allow", test_allow);
  g_test_add_func ("/window/contents", test_contents);
  g_test_add_func ("/window/rules-setting", test_rules_setting);
  g_test_add_func ("/window/rules-try", test_rules_try);
  g_test_add_func ("/window/provider-icons", test_provider_icons);
  return g_test_run ();
}
