/* test-contents.c: what requests said, read, copied, sent again and exported
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include <glib/gstdio.h>

#include "app/relais-dialogs.h"
#include "app/relais-monitor-page.h"

#include "puppet-engine.h"
#include "ui-kit.h"

#define LONG (256 * 1024)

static const RelaisEngineOptions bare = { 0 };

/* A chat that passed through. */
static const RelaisRecordBodies usual = { 0 };

static const PuppetRecord done = { 0, 200, "/v1/messages", "m", "Work", 1200, 12 };

/* A window with one request, and its details. */
static GtkWidget *
open_details (UiStage                  *stage,
              const PuppetRecord       *record,
              const RelaisRecordBodies *bodies)
{
  GtkWidget *view = NULL;

  ui_kit_open (stage, &bare, 900);
  puppet_engine_set_state (stage->engine, RELAIS_ENGINE_RUNNING);
  if (bodies != &usual)
    puppet_engine_set_bodies (stage->engine, bodies);
  gtk_widget_activate_action (stage->window, "win.page", "s", "monitor");
  puppet_engine_add_record (stage->engine, record);
  ui_kit_drain ();
  g_signal_emit_by_name (ui_kit_child (ui_kit_page (stage, "RelaisMonitorPage"), "lines"), "activate", 0);
  ui_kit_drain ();
  view = ui_kit_dialog (stage);
  g_assert_nonnull (view);
  return view;
}

static void
close_details (UiStage *stage)
{
  if (ui_kit_dialog (stage) != NULL)
    gtk_window_destroy (GTK_WINDOW (ui_kit_dialog (stage)));
  ui_kit_close (stage);
}

static void
assert_row (GtkWidget  *view,
            const char *id,
            const char *title,
            const char *subtitle)
{
  gpointer row = ui_kit_child (ui_kit_child (view, "contents"), id);

  g_assert_cmpint (gtk_widget_get_visible (row), ==, title != NULL);
  if (title == NULL)
    return;
  g_assert_cmpstr (adw_preferences_row_get_title (row), ==, title);
  g_assert_cmpstr (adw_action_row_get_subtitle (row), ==, subtitle);
}

/* The action, by way of the menu that has it. */
static gboolean
is_enabled (GtkWidget  *view,
            const char *action)
{
  GtkWidget *button = ui_kit_find (view, "GtkMenuButton");
  GtkWidget *item = NULL;

  gtk_menu_button_popup (GTK_MENU_BUTTON (button));
  ui_kit_drain ();
  item = ui_kit_find_label (view, action);
  g_assert_nonnull (item);
  item = gtk_widget_get_parent (item);
  gtk_menu_button_popdown (GTK_MENU_BUTTON (button));
  return gtk_widget_is_sensitive (item);
}

static char *
dup_text (GtkWidget *view)
{
  gpointer text = ui_kit_child (ui_kit_child (view, "content_page"), "text");
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (text);
  char *all = NULL;

  g_object_get (buffer, "text", &all, NULL);
  return all;
}

static gboolean
is_reading (gpointer view)
{
  gpointer page = ui_kit_child (view, "content_page");

  return gtk_stack_get_visible_child (ui_kit_child (view, "stack")) == page;
}

static gboolean
is_not_reading (gpointer view)
{
  return !is_reading (view);
}

static gboolean
is_closed (gpointer stage)
{
  return ui_kit_dialog (stage) == NULL;
}

/* What passed through is there once, is laid out to read, and copied as it was. */
static void
test_plain (void)
{
  UiStage stage = { 0 };
  GtkWidget *view = open_details (&stage, &done, &usual);
  GtkWidget *page = ui_kit_child (view, "content_page");
  g_autofree char *text = NULL;
  g_autofree char *copied = NULL;

  assert_row (view, "request", "Request", "104 bytes");
  assert_row (view, "asked", NULL, NULL);
  assert_row (view, "heard", NULL, NULL);
  assert_row (view, "answer", "Answer", "223 bytes");
  assert_row (view, "none", NULL, NULL);
  gtk_widget_grab_focus (ui_kit_child (ui_kit_child (view, "contents"), "request"));
  ui_kit_press (view, "Return");
  ui_kit_until (is_reading, view);
  ui_kit_drain ();
  g_assert_cmpstr (adw_window_title_get_title (ui_kit_child (page, "title")), ==, "Request");
  g_assert_cmpstr (adw_window_title_get_subtitle (ui_kit_child (page, "title")), ==, "104 bytes");
  text = dup_text (view);
  g_assert_true (g_str_has_prefix (text, "{\n  \"model\": \"gemini-3-flash\",\n"));

  /* from there back, and out */
  g_assert_true (gtk_window_get_focus (GTK_WINDOW (view)) == ui_kit_child (page, "text"));
  ui_kit_press (view, "Escape");
  ui_kit_until (is_not_reading, view);
  gtk_widget_activate (ui_kit_child (ui_kit_child (view, "contents"), "answer"));
  ui_kit_drain ();
  ui_kit_click (ui_kit_child (page, "copy"));
  copied = ui_kit_dup_clipboard (view);
  g_assert_true (g_str_has_prefix (copied, "{\"id\":\"msg_01\","));
  ui_kit_press (view, "alt+Left");
  ui_kit_until (is_not_reading, view);
  ui_kit_press (view, "Escape");
  ui_kit_until (is_closed, &stage);
  close_details (&stage);
}

static void
test_translated (void)
{
  const RelaisRecordBodies bodies = { { { (char *)"{}", 2, 2, TRUE },
                                        { (char *)"[1]", 3, 3, TRUE },
                                        { NULL, 2000, 2000, TRUE },
                                        { (char *)"data: {}\n\n", 10, 5000000, FALSE } },
                                      FALSE,
                                      NULL };
  UiStage stage = { 0 };
  GtkWidget *view = open_details (&stage, &done, &bodies);
  g_autofree char *text = NULL;

  assert_row (view, "request", "Request of the Client", "2 bytes");
  assert_row (view, "asked", "Request to the Provider", "3 bytes");
  assert_row (view, "heard", "Answer of the Provider", "2.0\302\240kB");
  assert_row (view, "answer", "Answer to the Client", "10 bytes of 5.0\302\240MB kept");
  g_assert_cmpstr (adw_preferences_group_get_description (ui_kit_child (view, "contents")), ==,
                   "This request was not kept whole, so it cannot be sent again");
  g_assert_false (is_enabled (view, "Send Again"));
  g_assert_false (is_enabled (view, "Copy as curl"));

  /* what is no text can neither be read nor copied */
  gtk_widget_activate (ui_kit_child (ui_kit_child (view, "contents"), "heard"));
  ui_kit_drain ();
  text = dup_text (view);
  g_assert_cmpstr (text, ==, "Not text");
  g_assert_false (gtk_widget_is_sensitive (ui_kit_child (ui_kit_child (view, "content_page"), "copy")));
  close_details (&stage);
}

static gboolean
has_preferences (gpointer data)
{
  return g_str_equal (G_OBJECT_TYPE_NAME (ui_kit_dialog (data)), "RelaisPreferences");
}

/* Says why, and leads to where it can be changed. */
static void
test_none (void)
{
  UiStage stage = { 0 };
  GtkWidget *view = open_details (&stage, &done, NULL);
  gpointer button = ui_kit_child (ui_kit_child (view, "contents"), "preferences");

  assert_row (view, "request", NULL, NULL);
  assert_row (view, "answer", NULL, NULL);
  assert_row (view, "none", "Nothing Kept", "Only the last 200 requests keep their contents, and only until Relais quits");
  g_assert_false (is_enabled (view, "Send Again"));
  ui_kit_click (button);
  ui_kit_drain ();
  ui_kit_until (has_preferences, &stage);
  gtk_window_destroy (GTK_WINDOW (ui_kit_dialog (&stage)));

  /* who has them kept is not sent there */
  g_settings_set_boolean (stage.settings, "record-bodies", TRUE);
  g_signal_emit_by_name (ui_kit_child (ui_kit_page (&stage, "RelaisMonitorPage"), "lines"), "activate", 0);
  ui_kit_drain ();
  view = ui_kit_dialog (&stage);
  assert_row (view, "none", "Nothing Kept", "");
  g_assert_false (gtk_widget_get_visible (ui_kit_child (ui_kit_child (view, "contents"), "preferences")));
  close_details (&stage);
}

/* What comes while it is looked at is there as the answer begins, and at the end. */
static void
test_running (void)
{
  UiStage stage = { 0 };
  const PuppetRecord running = { 0, 0, "/v1/messages", "m", "Work", -1, -1 };
  GtkWidget *view = open_details (&stage, &running, NULL);
  GListModel *records = relais_engine_list_records (stage.engine);
  g_autoptr (RelaisRecordRow) row = g_list_model_get_item (records, 0);
  RelaisRecordBodies bodies = { { { (char *)"{}", 2, 2, TRUE } }, TRUE, NULL };
  GtkWidget *answer = ui_kit_child (ui_kit_child (view, "contents"), "answer");

  assert_row (view, "none", "Nothing Yet", "");
  puppet_engine_set_bodies (stage.engine, &bodies);
  g_object_notify (G_OBJECT (row), "first-byte-us");
  ui_kit_drain ();
  assert_row (view, "none", NULL, NULL);
  assert_row (view, "request", "Request", "2 bytes");
  assert_row (view, "answer", "Answer", "Still running");
  g_assert_false (gtk_widget_get_sensitive (answer));
  bodies.parts[RELAIS_BODY_CLIENT_OUT] = (RelaisBodyText){ (char *)"ok\n", 3, 3, TRUE };
  puppet_engine_set_bodies (stage.engine, &bodies);
  puppet_engine_end_record (stage.engine, 200);
  ui_kit_drain ();
  assert_row (view, "request", "Request", "2 bytes");
  assert_row (view, "answer", "Answer", "3 bytes");
  g_assert_true (gtk_widget_get_sensitive (answer));
  g_clear_object (&row);
  close_details (&stage);
}

static void
test_again (void)
{
  UiStage stage = { 0 };
  GtkWidget *view = open_details (&stage, &done, &usual);
  GListModel *records = relais_engine_list_records (stage.engine);
  g_autofree char *copied = NULL;

  g_assert_true (is_enabled (view, "Copy as curl"));
  gtk_widget_activate_action (view, "record.copy-curl", NULL);
  copied = ui_kit_dup_clipboard (view);
  g_assert_true (g_str_has_prefix (copied, "curl http://127.0.0.1:8045/v1/messages "));
  g_assert_true (is_enabled (view, "Send Again"));
  gtk_widget_activate_action (view, "record.send-again", NULL);
  ui_kit_drain ();
  g_assert_cmpuint (g_list_model_get_n_items (records), ==, 2);
  g_assert_nonnull (ui_kit_find_label (view, "Sent again: a new request in the monitor"));

  /* to nobody it is not sent */
  puppet_engine_set_state (stage.engine, RELAIS_ENGINE_STOPPED);
  g_assert_false (is_enabled (view, "Send Again"));
  g_assert_cmpstr (adw_preferences_group_get_description (ui_kit_child (view, "contents")), ==,
                   "Start the proxy to send this request again");
  close_details (&stage);
}

/* A line of 256 KiB would keep the window: it is broken, between words too, and loses nothing. */
static void
test_long (void)
{
  g_autofree char *text = g_strnfill (LONG, 'x');
  const RelaisRecordBodies bodies = { { { text, LONG, LONG, TRUE } }, FALSE, NULL };
  UiStage stage = { 0 };
  GtkWidget *view = NULL;
  g_autofree char *shown = NULL;
  g_autofree char *copied = NULL;
  g_auto (GStrv) lines = NULL;
  gsize n = 0;

  text[950] = ' ';
  view = open_details (&stage, &done, &bodies);
  gtk_widget_activate (ui_kit_child (ui_kit_child (view, "contents"), "request"));
  ui_kit_drain ();
  shown = dup_text (view);
  lines = g_strsplit (shown, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_assert_cmpuint (strlen (lines[i]), <=, 1000);
      n += strlen (lines[i]);
    }
  g_assert_cmpuint (n, ==, LONG);
  g_assert_cmpuint (strlen (lines[0]), ==, 951);
  g_assert_cmpuint (strlen (lines[1]), ==, 1000);
  ui_kit_click (ui_kit_child (ui_kit_child (view, "content_page"), "copy"));
  copied = ui_kit_dup_clipboard (view);
  g_assert_cmpuint (strlen (copied), ==, LONG);
  close_details (&stage);
}

/* In whatever form it comes: an event, a string of JSON, letters of more than one byte. */
static void
test_long_forms (void)
{
  static const char *const forms[][2] = { { "event: a\ndata: {\"t\":\"", "\"}\n\ndata: [DONE]\n\n" },
                                          { "{\"t\":[\"", "\"]}" },
                                          { "[", "" } };
  g_autofree char *xs = g_strnfill (LONG / 4, 'x');
  g_auto (GStrv) letters = g_strsplit (xs, "x", -1);
  g_autofree char *euros = g_strjoinv ("\xe2\x82\xac", letters);

  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autofree char *text = g_strconcat (forms[i][0], euros, forms[i][1], NULL);
      gsize length = strlen (text);
      const RelaisBodyText part = { text, length, length, TRUE };
      const RelaisRecordBodies bodies = { .parts = { [RELAIS_BODY_CLIENT_OUT] = part } };
      UiStage stage = { 0 };
      GtkWidget *view = open_details (&stage, &done, &bodies);
      g_autofree char *shown = NULL;
      g_auto (GStrv) lines = NULL;
      gsize n = 0;

      gtk_widget_activate (ui_kit_child (ui_kit_child (view, "contents"), "answer"));
      ui_kit_drain ();
      shown = dup_text (view);
      lines = g_strsplit (shown, "\n", -1);
      for (guint j = 0; lines[j] != NULL; j++)
        {
          g_assert_true (g_utf8_validate (lines[j], -1, NULL));
          g_assert_cmpint (g_utf8_strlen (lines[j], -1), <=, 1000);
          for (const char *p = lines[j]; (p = strstr (p, "\xe2\x82\xac")) != NULL; p += 3)
            n++;
        }
      g_assert_cmpuint (n, ==, LONG / 4);
      close_details (&stage);
    }
}

static void
assert_written (GFile      *file,
                const char *content)
{
  g_autofree char *written = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_load_contents (file, NULL, &written, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (written, ==, content);
}

/* The rows that the search lets through; a failure is told in words. */
static void
test_export (void)
{
  UiStage stage = { 0 };
  g_autofree char *folder = g_dir_make_tmp ("relais-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "requests.har", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFile) nowhere = g_file_get_child (file, "x");
  RelaisMonitorPage *page = NULL;
  GtkWidget *dialog = NULL;

  ui_kit_open (&stage, &bare, 900);
  page = RELAIS_MONITOR_PAGE (ui_kit_page (&stage, "RelaisMonitorPage"));
  gtk_widget_activate_action (stage.window, "win.page", "s", "monitor");
  puppet_engine_add_record (stage.engine, &(PuppetRecord){ 2, 401, "/v1/models", NULL, NULL, 1, -1 });
  puppet_engine_add_record (stage.engine, &done);
  ui_kit_drain ();
  relais_monitor_page_export_to (page, file, RELAIS_EXPORT_JSON_LINES);
  ui_kit_drain ();
  assert_written (file, "JSON Lines\n2\n1\n");
  g_assert_nonnull (ui_kit_find_label (stage.window, "Requests exported"));

  gtk_editable_set_text (ui_kit_child (page, "search_entry"), "401");
  g_signal_emit_by_name (ui_kit_child (page, "search_entry"), "search-changed");
  relais_monitor_page_export_to (page, file, RELAIS_EXPORT_HAR);
  ui_kit_drain ();
  assert_written (file, "HAR\n1\n");

  relais_monitor_page_export_to (page, nowhere, RELAIS_EXPORT_HAR);
  ui_kit_drain ();
  dialog = ui_kit_dialog (&stage);
  g_assert_cmpstr (gtk_window_get_title (GTK_WINDOW (dialog)), ==, "Requests Not Exported");
  g_assert_cmpstr (adw_message_dialog_get_body (ADW_MESSAGE_DIALOG (dialog)), ==,
                   "The file cannot be written to");
  gtk_window_destroy (GTK_WINDOW (dialog));
  ui_kit_close (&stage);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static gboolean
has_chooser (gpointer data)
{
  GtkWidget *dialog = ui_kit_dialog (data);

  return dialog != NULL && GTK_IS_FILE_CHOOSER (dialog);
}

/* A name that ends as its format does; nothing shown is nothing to export. */
static void
test_choose (void)
{
  static const char *const rows[][2] = { { "win.export-lines", "relais-requests.jsonl" },
                                         { "win.export-har", "relais-requests.har" } };
  UiStage stage = { 0 };

  ui_kit_open (&stage, &bare, 900);
  gtk_widget_activate_action (stage.window, "win.page", "s", "monitor");
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gtk_widget_activate_action (stage.window, rows[i][0], NULL);
      ui_kit_drain ();
      g_assert_null (ui_kit_dialog (&stage));
    }
  puppet_engine_add_record (stage.engine, &done);
  ui_kit_drain ();
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *name = NULL;
      GtkWidget *dialog = NULL;

      gtk_widget_activate_action (stage.window, rows[i][0], NULL);
      ui_kit_until (has_chooser, &stage);
      dialog = ui_kit_dialog (&stage);
      name = gtk_file_chooser_get_current_name (GTK_FILE_CHOOSER (dialog));
      g_assert_cmpstr (name, ==, rows[i][1]);
      gtk_dialog_response (GTK_DIALOG (dialog), GTK_RESPONSE_CANCEL);
      ui_kit_drain ();
    }
  ui_kit_close (&stage);
}

int
main (int   argc,
      char *argv[])
{
  ui_kit_see_whole_stacks (argv); /* the file chooser's libraries leak */
  ui_kit_init (&argc, &argv);
  g_test_add_func ("/contents/plain", test_plain);
  g_test_add_func ("/contents/translated", test_translated);
  g_test_add_func ("/contents/none", test_none);
  g_test_add_func ("/contents/running", test_running);
  g_test_add_func ("/contents/again", test_again);
  g_test_add_func ("/contents/long", test_long);
  g_test_add_func ("/contents/long-forms", test_long_forms);
  g_test_add_func ("/contents/export", test_export);
  g_test_add_func ("/contents/choose", test_choose);
  return g_test_run ();
}
