/* scenes.c: every page in every state
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "app/relais-account-dialog.h"
#include "app/relais-record-view.h"
#include "app/relais-window.h"
#include "base/relais-error.h"

#include "puppet-engine.h"
#include "scenes.h"

static GtkWidget *
find_type (GtkWidget  *widget,
           const char *type)
{
  if (g_str_equal (G_OBJECT_TYPE_NAME (widget), type))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_type (child, type);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
add_accounts (RelaisEngine *engine)
{
  puppet_engine_add_account (engine, &(PuppetAccount){ "a1", "Work", "gemini", RELAIS_ACCOUNT_ACTIVE, 812 });
  puppet_engine_add_account (engine, &(PuppetAccount){ "a2", "Personal", "gemini", RELAIS_ACCOUNT_ACTIVE, 140 });
  puppet_engine_add_account (engine, &(PuppetAccount){ "a3", "Claude", "anthropic", RELAIS_ACCOUNT_PAUSED, 96 });
  puppet_engine_add_account (engine, &(PuppetAccount){ "a4", "z.ai", "zai", RELAIS_ACCOUNT_KEY_REJECTED, 1 });
}

static void
run (RelaisEngine *engine)
{
  add_accounts (engine);
  puppet_engine_set_state (engine, RELAIS_ENGINE_RUNNING);
}

static void
set_up_running (RelaisEngine *engine,
                GSettings    *settings,
                GtkWindow    *window)
{
  run (engine);
}

static void
set_up_troubles (RelaisEngine *engine,
                 GSettings    *settings,
                 GtkWindow    *window)
{
  gint64 now_us = g_get_real_time ();

  run (engine);
  puppet_engine_add_account (engine, &(PuppetAccount){ "a5", "Second", "openai", RELAIS_ACCOUNT_ACTIVE, 12 });
  puppet_engine_add_account (engine, &(PuppetAccount){ "a6", "Box", "ollama", RELAIS_ACCOUNT_ACTIVE, 3 });
  puppet_engine_set_trouble_of (engine, "a1", &(RelaisAccountTrouble){ RELAIS_ACCOUNT_COOLING, (char *)"gemini-3-flash", (char *)"Resource has been exhausted (e.g. check quota).", 429, now_us + 12 * G_USEC_PER_SEC });
  puppet_engine_set_trouble_of (engine, "a2", &(RelaisAccountTrouble){ RELAIS_ACCOUNT_QUOTA, (char *)"gemini-3-pro", (char *)"You exceeded your current quota.", 429, now_us + 5 * 3600 * (gint64)G_USEC_PER_SEC });
  puppet_engine_set_trouble_of (engine, "a4", &(RelaisAccountTrouble){ RELAIS_ACCOUNT_KEY_REJECTED, NULL, (char *)"token expired or incorrect", 401, 0 });
  puppet_engine_set_trouble_of (engine, "a5", &(RelaisAccountTrouble){ RELAIS_ACCOUNT_NO_CREDIT, NULL, (char *)"You exceeded your current quota, please check your plan and billing details.", 429, now_us + 40 * 60 * (gint64)G_USEC_PER_SEC });
  puppet_engine_set_trouble_of (engine, "a6", &(RelaisAccountTrouble){ RELAIS_ACCOUNT_FAULTY, NULL, (char *)"Connection refused", 0, now_us + 30 * G_USEC_PER_SEC });
  g_settings_set_string (settings, "fixed-account", "a2");
  g_settings_set_enum (settings, "scheduling", RELAIS_SCHEDULING_FIXED);
}

static void
set_up_stopped (RelaisEngine *engine,
                GSettings    *settings,
                GtkWindow    *window)
{
  add_accounts (engine);
}

static void
set_up_nothing (RelaisEngine *engine,
                GSettings    *settings,
                GtkWindow    *window)
{
}

static void
set_up_starting (RelaisEngine *engine,
                 GSettings    *settings,
                 GtkWindow    *window)
{
  add_accounts (engine);
  puppet_engine_set_state (engine, RELAIS_ENGINE_STARTING);
}

static void
set_up_failed (RelaisEngine *engine,
               GSettings    *settings,
               GtkWindow    *window)
{
  RelaisStartFailure failure = { .code = RELAIS_ERROR_ADDRESS_IN_USE };

  failure.port = 8045;
  failure.free_port = 8046;
  failure.host = (char *)"127.0.0.1";
  failure.owner = (char *)"nginx";
  add_accounts (engine);
  puppet_engine_fail (engine, &failure);
  gtk_widget_activate_action (GTK_WIDGET (window), "win.toggle", NULL);
}

static void
set_up_lan (RelaisEngine *engine,
            GSettings    *settings,
            GtkWindow    *window)
{
  const char *urls[] = { "http://127.0.0.1:8045", "http://192.168.1.23:8045", "http://[2001:db8::17:44ff]:8045",
                         NULL };

  run (engine);
  g_settings_set_enum (settings, "auth-mode", RELAIS_AUTH_MODE_OFF);
  g_settings_set_boolean (settings, "allow-lan-access", TRUE);
  puppet_engine_set_urls (engine, urls);
}

static void
set_up_locked (RelaisEngine *engine,
               GSettings    *settings,
               GtkWindow    *window)
{
  puppet_engine_set_keyring (engine, RELAIS_ENGINE_KEYRING_LOCKED);
}

static void
set_up_no_service (RelaisEngine *engine,
                   GSettings    *settings,
                   GtkWindow    *window)
{
  puppet_engine_set_keyring (engine, RELAIS_ENGINE_KEYRING_NO_SERVICE);
}

static void
set_up_not_kept (RelaisEngine *engine,
                 GSettings    *settings,
                 GtkWindow    *window)
{
  puppet_engine_set_keyring (engine, RELAIS_ENGINE_KEYRING_NO_SERVICE);
  puppet_engine_add_account (engine, &(PuppetAccount){ "a1", "Practice", "practice" });
}

static void
set_up_add (RelaisEngine *engine,
            GSettings    *settings,
            GtkWindow    *window)
{
  add_accounts (engine);
  gtk_widget_activate_action (GTK_WIDGET (window), "win.add-account", NULL);
}

static void
set_up_add_refused (RelaisEngine *engine,
                    GSettings    *settings,
                    GtkWindow    *window)
{
  RelaisTestResult refused = { .status = 401 };
  GtkWidget *dialog = relais_account_dialog_new (engine, NULL);

  refused.message = (char *)"API key not valid. Please pass a valid API key.";
  puppet_engine_set_test (engine, &refused);
  gtk_window_set_transient_for (GTK_WINDOW (dialog), window);
  gtk_editable_set_text (
    GTK_EDITABLE (gtk_widget_get_template_child (dialog, RELAIS_TYPE_ACCOUNT_DIALOG, "key")), "AIza-not-a-key");
  gtk_window_present (GTK_WINDOW (dialog));
  g_signal_emit_by_name (gtk_widget_get_template_child (dialog, RELAIS_TYPE_ACCOUNT_DIALOG, "save"), "clicked");
}

static void
set_up_edit (RelaisEngine *engine,
             GSettings    *settings,
             GtkWindow    *window)
{
  GtkWidget *dialog = NULL;
  g_autoptr (RelaisAccountRow) account = NULL;

  add_accounts (engine);
  account = g_list_model_get_item (relais_engine_list_accounts (engine), 0);
  dialog = relais_account_dialog_new (engine, account);
  gtk_window_set_transient_for (GTK_WINDOW (dialog), window);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
set_up_records (RelaisEngine *engine,
                GSettings    *settings,
                GtkWindow    *window)
{
  static const PuppetRecord shapes[] = {
    { 0, 200, "/v1/chat/completions", "gemini-3-flash", "Work", 1200, 1204, NULL },
    { 0, 200, "/v1/messages", "claude-sonnet-4-5", "Claude", 3800, 8911, NULL },
    { 0, 429, "/v1/messages", "claude-sonnet-4-5", "Claude", 200, 0, "Rate limit reached" },
    { 0, 200, "/v1/messages", "claude-sonnet-4-5", "Claude 2", 4100, 9020, NULL },
    { 0, 401, "/v1/responses", "gpt-5", NULL, 1, -1, "No key was sent" },
    { 0, 200, "/v1beta/models/gemini-3-flash:generateContent", "gemini-3-flash", "Work", 900, 640, NULL },
    { 0, 200, "/v1/chat/completions", "glm-4.6", "z.ai", 2200, 2311, NULL },
    { 0, 502, "/v1/chat/completions", "glm-4.6", "z.ai", 30000, 0, "The server closed the connection" },
    { 0, 200, "/v1/chat/completions", "gemini-3-flash", "Personal", 1000, 980, NULL },
  };
  static const guint ages[] = { 58, 57, 55, 52, 51, 50, 49, 44, 40, 39, 38, 37, 36, 33, 28, 27, 26,
                                25, 24,
                                23, 22, 20, 19, 15, 14, 13, 12, 12, 11, 10,
                                9, 9, 8, 8, 7, 6, 5, 4, 3, 2 };

  run (engine);
  for (gsize i = 0; i < G_N_ELEMENTS (ages); i++)
    {
      PuppetRecord record = shapes[(G_N_ELEMENTS (ages) - i) % G_N_ELEMENTS (shapes)];

      /* few of them failed, and lately */
      if (record.status >= 400 && i + G_N_ELEMENTS (shapes) < G_N_ELEMENTS (ages))
        record = shapes[0];
      record.age_s = ages[i];
      puppet_engine_add_record (engine, &record);
    }
  puppet_engine_add_record (engine, &(PuppetRecord){ 1, 0, "/v1/messages", "claude-sonnet-4-5", "Claude", -1, -1 });
}

/* The first request of a day, and those of the days before. */
static void
set_up_earlier (RelaisEngine *engine,
                GSettings    *settings,
                GtkWindow    *window)
{
  static const guint ages_s[] = { 40 * 86400, 9 * 86400, 90000, 89000, 88000, 3 };

  run (engine);
  for (gsize i = 0; i < G_N_ELEMENTS (ages_s); i++)
    puppet_engine_add_record (engine, &(PuppetRecord){ ages_s[i], 200, "/v1/messages", "claude-sonnet-4-5", "Claude", 1200 + 700 * i, 5 * i });
}

static gboolean
add_two_cb (gpointer engine)
{
  puppet_engine_add_record (engine, &(PuppetRecord){ 0, 200, "/v1/messages", "claude-sonnet-4-5", "Claude", 900, 1200 });
  puppet_engine_add_record (engine, &(PuppetRecord){ 0, 200, "/v1/responses", "gpt-5", "Work", 800, 1100 });
  return G_SOURCE_REMOVE;
}

static gboolean
scroll_a_little_cb (gpointer data)
{
  GtkAdjustment *adjustment = data;

  gtk_adjustment_set_value (adjustment, 120);
  g_idle_add (add_two_cb, g_object_get_data (G_OBJECT (adjustment), "engine"));
  return G_SOURCE_REMOVE;
}

/* Once there is something to scroll; not yet: what is being laid out does not move. */
static void
filled_cb (GtkAdjustment *adjustment,
           gpointer       engine)
{
  if (gtk_adjustment_get_upper (adjustment) < gtk_adjustment_get_page_size (adjustment) + 120)
    return;
  g_signal_handlers_disconnect_by_func (adjustment, filled_cb, engine);
  g_object_set_data (G_OBJECT (adjustment), "engine", engine);
  g_idle_add_full (G_PRIORITY_DEFAULT, scroll_a_little_cb, g_object_ref (adjustment),
                   g_object_unref);
}

static void
set_up_scrolled (RelaisEngine *engine,
                 GSettings    *settings,
                 GtkWindow    *window)
{
  static const char *const lists[] = { "GtkColumnView", "GtkListView" };
  GtkWidget *page = find_type (GTK_WIDGET (window), "RelaisMonitorPage");

  set_up_records (engine, settings, window);
  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      GtkScrollable *list = GTK_SCROLLABLE (find_type (page, lists[i]));

      g_signal_connect_object (gtk_scrollable_get_vadjustment (list), "changed",
                               G_CALLBACK (filled_cb), engine, 0);
    }
}

static void
set_up_paused (RelaisEngine *engine,
               GSettings    *settings,
               GtkWindow    *window)
{
  set_up_records (engine, settings, window);
  gtk_widget_activate_action (GTK_WIDGET (window), "win.pause-monitor", NULL);
}

static void
set_up_search (RelaisEngine *engine,
               GSettings    *settings,
               GtkWindow    *window)
{
  GtkWidget *page = find_type (GTK_WIDGET (window), "RelaisMonitorPage");

  set_up_records (engine, settings, window);
  gtk_widget_activate_action (GTK_WIDGET (window), "win.search", NULL);
  gtk_toggle_button_set_active (
    GTK_TOGGLE_BUTTON (gtk_widget_get_template_child (page, G_OBJECT_TYPE (page), "failed")), TRUE);
}

static GtkWidget *
show_newest (RelaisEngine *engine,
             GSettings    *settings,
             GtkWindow    *window)
{
  g_autoptr (RelaisRecordRow) record = NULL;
  GtkWidget *view = NULL;

  record = g_list_model_get_item (relais_engine_list_records (engine), 0);
  view = relais_record_view_new (record, settings, engine);
  gtk_window_set_transient_for (GTK_WINDOW (view), window);
  gtk_window_present (GTK_WINDOW (view));
  return view;
}

static void
set_up_details (RelaisEngine *engine,
                GSettings    *settings,
                GtkWindow    *window)
{
  static RelaisTraceStep steps[] = {
    { RELAIS_TRACE_SKIPPED, (char *)"z.ai", "bad-key", (char *)"token expired or incorrect", 401, 0, -1 },
    { RELAIS_TRACE_TRIED, (char *)"Work", "limited", (char *)"Resource has been exhausted", 429, 120000, 7000000 },
    { RELAIS_TRACE_HELD, NULL, NULL, NULL, 0, 7000000, -1 },
    { RELAIS_TRACE_TRIED, (char *)"Claude", "fault", NULL, 0, 20000000, -1 },
  };
  g_autoptr (GPtrArray) trace = g_ptr_array_new ();

  run (engine);
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    g_ptr_array_add (trace, &steps[i]);
  puppet_engine_add_record (engine, &(PuppetRecord){ 1, 502, "/v1/messages", "claude-sonnet-4-5", "Claude", 30000, 1204, "The server closed the connection before the answer was complete", FALSE, trace });
  show_newest (engine, settings, window);
}

static void
set_up_tested (RelaisEngine *engine,
               GSettings    *settings,
               GtkWindow    *window)
{
  GtkWidget *row = find_type (GTK_WIDGET (window), "RelaisTestRow");

  run (engine);
  g_signal_emit_by_name (gtk_widget_get_template_child (row, G_OBJECT_TYPE (row), "button"), "clicked");
}

static void
set_up_phone (RelaisEngine *engine,
              GSettings    *settings,
              GtkWindow    *window)
{
  GtkWidget *page = find_type (GTK_WIDGET (window), "RelaisConnectPage");
  gpointer row = gtk_widget_get_template_child (page, G_OBJECT_TYPE (page), "phone");

  set_up_lan (engine, settings, window);
  g_signal_emit_by_name (find_type (row, "GtkButton"), "clicked");
}

static void
set_up_setup (RelaisEngine *engine,
              GSettings    *settings,
              GtkWindow    *window)
{
  GtkWidget *row = find_type (GTK_WIDGET (window), "RelaisSetupRow");

  run (engine);
  g_signal_emit_by_name (gtk_widget_get_template_child (row, G_OBJECT_TYPE (row), "set_up"), "clicked");
}

static void
set_up_rules (RelaisEngine *engine,
              GSettings    *settings,
              GtkWindow    *window)
{
  GtkWidget *page = find_type (GTK_WIDGET (window), "RelaisRulesPage");
  gpointer probe = gtk_widget_get_template_child (page, G_OBJECT_TYPE (page), "probe");

  run (engine);
  g_settings_set_string (settings, "rules",
                         "{\"rules\":[{\"match\":\"claude-*opus*\",\"model\":\"glm-5.2\",\"provider\":\"zai\"},"
                         "{\"match\":\"claude-*sonnet*\",\"model\":\"glm-4.7\",\"provider\":\"zai\"},"
                         "{\"match\":\"gpt-*\",\"model\":\"gemini-3.1-pro-preview\"},"
                         "{\"match\":\"gemini-3-flash\",\"account\":\"a1\"},"
                         "{\"match\":\"mistral-*\",\"account\":\"gone\"}]}");
  gtk_editable_set_text (GTK_EDITABLE (probe), "gpt-5.2");
}

static void
set_up_rule (RelaisEngine *engine,
             GSettings    *settings,
             GtkWindow    *window)
{
  set_up_rules (engine, settings, window);
  gtk_widget_activate_action (find_type (GTK_WIDGET (window), "RelaisRulesPage"), "rules.edit", "u", 1);
}

static void
set_up_preferences (RelaisEngine *engine,
                    GSettings    *settings,
                    GtkWindow    *window)
{
  run (engine);
  g_settings_set_string (settings, "outbound-proxy", "socks5://proxy.example:1080");
  gtk_widget_activate_action (GTK_WIDGET (window), "win.preferences", NULL);
}

static GtkWidget *
find_preferences (void)
{
  GListModel *toplevels = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (toplevels); i++)
    {
      g_autoptr (GtkWidget) top = g_list_model_get_item (toplevels, i);

      if (find_type (top, "RelaisAllowedGroup") != NULL)
        return top;
    }
  g_error ("The preferences are not open");
}

static void
set_up_preferences_typed (RelaisEngine *engine,
                          GSettings    *settings,
                          GtkWindow    *window)
{
  GtkWidget *row = NULL;

  g_settings_set_strv (settings, "allowed-hosts", (const char *[]){ "relais.example", "10.0.0.7", NULL });
  g_settings_set_strv (settings, "allowed-origins", (const char *[]){ "https://app.example", NULL });
  set_up_preferences (engine, settings, window);
  row = find_type (find_preferences (), "RelaisSettingRow");
  gtk_editable_set_text (GTK_EDITABLE (row), "http://box.example:8045");
}

static gboolean
scroll_down_cb (gpointer adjustment)
{
  gtk_adjustment_set_value (adjustment, gtk_adjustment_get_upper (adjustment));
  return G_SOURCE_REMOVE;
}

/* Not yet: what is being laid out does not move. */
static void
scroll_soon_cb (GtkAdjustment *adjustment)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, scroll_down_cb, g_object_ref (adjustment), g_object_unref);
}

/* Down to the last of a page, however long that gets. */
static void
show_end (GtkWidget *page)
{
  GtkWidget *scroller = find_type (page, "GtkScrolledWindow");
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scroller));

  g_signal_connect (adjustment, "changed", G_CALLBACK (scroll_soon_cb), NULL);
}

static void
set_up_preferences_end (RelaisEngine *engine,
                        GSettings    *settings,
                        GtkWindow    *window)
{
  g_settings_set_int (settings, "gap-timeout", 120);
  set_up_preferences (engine, settings, window);
  show_end (find_preferences ());
}

/* What is kept, while the disk is full. */
static void
set_up_preferences_history (RelaisEngine *engine,
                            GSettings    *settings,
                            GtkWindow    *window)
{
  g_settings_set_boolean (settings, "record-bodies", TRUE);
  puppet_engine_set_n_kept (engine, 12345);
  puppet_engine_set_log_trouble (engine, "The disk is full");
  set_up_preferences_end (engine, settings, window);
}

static void
set_up_refused (RelaisEngine *engine,
                GSettings    *settings,
                GtkWindow    *window)
{
  run (engine);
  puppet_engine_add_record (engine, &(PuppetRecord){ 1, 403, "/v1/messages", NULL, NULL, 1, -1, "Web pages from https://app.example may not use Relais. To let them: relais serve --allowed-origin https://app.example; in the window, “Allowed Web Pages” in Preferences.", FALSE, NULL, NULL, "https://app.example" });
  show_newest (engine, settings, window);
}

/* The details of a request that went well; bodies NULL: none are kept. */
static GtkWidget *
show_contents (RelaisEngine             *engine,
               GSettings                *settings,
               GtkWindow                *window,
               const RelaisRecordBodies *bodies)
{
  run (engine);
  puppet_engine_set_bodies (engine, bodies);
  puppet_engine_add_record (engine, &(PuppetRecord){ 1, 200, "/v1/messages", "claude-sonnet-4-5",
                                                     "Work", 1200, 1204 });
  return show_newest (engine, settings, window);
}

static const char asked[] =
  "{\"model\":\"claude-sonnet-4-5\",\"max_tokens\":1024,\"stream\":true,\"system\":[{\"type\":\"text\",\"text\":"
  "\"Answer in one sentence.\"}],\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Why is "
  "the sky blue, and why is it red in the evening?\"}]}]}";
static const char asked_on[] =
  "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Why is the sky blue?\"}]}],"
  "\"generationConfig\":{\"maxOutputTokens\":1024}}";
static const char heard[] =
  "data: {\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"Air scatters "
  "blue light more than red.\"}]},\"finishReason\":\"STOP\"}]}\n\n";
static const char answered[] =
  "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_01\"}}\n\n"
  "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";

static const RelaisRecordBodies translated = {
  { { (char *)asked, sizeof asked - 1, sizeof asked - 1, TRUE },
    { (char *)asked_on, sizeof asked_on - 1, sizeof asked_on - 1, TRUE },
    { (char *)heard, sizeof heard - 1, sizeof heard - 1, TRUE },
    { (char *)answered, sizeof answered - 1, sizeof answered - 1, TRUE } },
  TRUE,
  (char *)"curl http://127.0.0.1:8045/v1/messages",
};

/* The request had an image in it, the answer was long. */
static const RelaisRecordBodies cut = {
  { { (char *)asked, sizeof asked - 1, 3145728, FALSE },
    { (char *)asked, sizeof asked - 1, 3145728, FALSE },
    { (char *)heard, 262144, 1048576, FALSE },
    { (char *)answered, 262144, 1310720, FALSE } },
  FALSE,
  NULL,
};

static void
set_up_contents (RelaisEngine *engine,
                 GSettings    *settings,
                 GtkWindow    *window)
{
  show_contents (engine, settings, window, &translated);
}

static void
set_up_contents_cut (RelaisEngine *engine,
                     GSettings    *settings,
                     GtkWindow    *window)
{
  show_contents (engine, settings, window, &cut);
}

static void
set_up_contents_none (RelaisEngine *engine,
                      GSettings    *settings,
                      GtkWindow    *window)
{
  g_settings_reset (settings, "record-bodies");
  show_contents (engine, settings, window, NULL);
}

static gboolean
read_cb (gpointer view)
{
  gtk_widget_activate_action (view, "record.contents", "u", (guint)RELAIS_BODY_CLIENT_IN);
  return G_SOURCE_REMOVE;
}

static void
set_up_contents_read (RelaisEngine *engine,
                      GSettings    *settings,
                      GtkWindow    *window)
{
  GtkWidget *view = show_contents (engine, settings, window, &cut);

  /* once they are loaded */
  g_idle_add_full (G_PRIORITY_LOW, read_cb, g_object_ref (view), g_object_unref);
}

static void
set_up_background (RelaisEngine *engine,
                   GSettings    *settings,
                   GtkWindow    *window)
{
  show_end (find_type (GTK_WIDGET (window), "RelaisProxyPage"));
  run (engine);
}

static void
set_up_leaving (RelaisEngine *engine,
                GSettings    *settings,
                GtkWindow    *window)
{
  g_autoptr (GSimpleActionGroup) actions = g_simple_action_group_new ();
  g_autoptr (GSimpleAction) quit = g_simple_action_new ("quit", NULL);

  /* which the application has */
  g_action_map_add_action (G_ACTION_MAP (actions), G_ACTION (quit));
  gtk_widget_insert_action_group (GTK_WIDGET (window), "app", G_ACTION_GROUP (actions));
  run (engine);
  puppet_engine_set_n_running (engine, 2);
  puppet_engine_set_state (engine, RELAIS_ENGINE_STOPPING);
  relais_window_leave (RELAIS_WINDOW (window));
}

static void
set_up_trouble (RelaisEngine *engine,
                GSettings    *settings,
                GtkWindow    *window)
{
  g_autoptr (GError) trouble = g_error_new_literal (RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING, "");

  set_up_stopped (engine, settings, window);
  puppet_engine_set_trouble (engine, trouble);
}

static const UiScene scenes[] = {
  { "proxy", "proxy", set_up_running },
  { "proxy-stopped", "proxy", set_up_stopped },
  { "proxy-no-account", "proxy", set_up_nothing },
  { "proxy-starting", "proxy", set_up_starting },
  { "proxy-failed", "proxy", set_up_failed },
  { "proxy-lan", "proxy", set_up_lan },
  { "proxy-background", "proxy", set_up_background },
  { "proxy-leaving", "proxy", set_up_leaving },
  { "proxy-locked", "proxy", set_up_locked },
  { "proxy-trouble", "proxy", set_up_trouble },
  { "accounts", "accounts", set_up_running },
  { "accounts-troubles", "accounts", set_up_troubles },
  { "accounts-empty", "accounts", set_up_nothing },
  { "accounts-locked", "accounts", set_up_locked },
  { "accounts-no-service", "accounts", set_up_no_service },
  { "accounts-not-kept", "accounts", set_up_not_kept },
  { "account-add", "accounts", set_up_add },
  { "account-refused", "accounts", set_up_add_refused },
  { "account-edit", "accounts", set_up_edit },
  { "preferences", "proxy", set_up_preferences },
  { "preferences-typed", "proxy", set_up_preferences_typed },
  { "preferences-end", "proxy", set_up_preferences_end },
  { "preferences-history", "proxy", set_up_preferences_history },
  { "rules", "rules", set_up_rules },
  { "rules-empty", "rules", set_up_nothing },
  { "rule-edit", "rules", set_up_rule },
  { "connect", "connect", set_up_tested },
  { "connect-no-account", "connect", set_up_nothing },
  { "connect-locked", "connect", set_up_locked },
  { "connect-setup", "connect", set_up_setup },
  { "connect-stopped", "connect", set_up_stopped },
  { "connect-lan", "connect", set_up_lan },
  { "connect-phone", "connect", set_up_phone },
  { "monitor", "monitor", set_up_records },
  { "monitor-earlier", "monitor", set_up_earlier },
  { "monitor-search", "monitor", set_up_search },
  { "monitor-details", "monitor", set_up_details },
  { "monitor-contents", "monitor", set_up_contents },
  { "monitor-contents-cut", "monitor", set_up_contents_cut },
  { "monitor-contents-none", "monitor", set_up_contents_none },
  { "monitor-contents-read", "monitor", set_up_contents_read },
  { "monitor-refused", "monitor", set_up_refused },
  { "monitor-empty", "monitor", set_up_running },
  { "monitor-stopped", "monitor", set_up_stopped },
  { "monitor-no-account", "monitor", set_up_nothing },
  { "monitor-locked", "monitor", set_up_locked },
  { "monitor-paused", "monitor", set_up_paused },
  { "monitor-scrolled", "monitor", set_up_scrolled },
};

const UiScene *
ui_scenes_get (gsize *n_scenes)
{
  *n_scenes = G_N_ELEMENTS (scenes);
  return scenes;
}
