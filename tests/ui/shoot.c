/* shoot.c: pictures of every page in every state
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <locale.h>

#include <glib/gi18n.h>

#include "app/relais-account-dialog.h"
#include "app/relais-record-view.h"
#include "app/relais-settings-link.h"
#include "app/relais-window.h"
#include "base/relais-error.h"

#include "puppet-engine.h"

typedef struct
{
  const char *name;
  const char *page;
  void (*set_up) (RelaisEngine *engine,
                  GSettings *settings,
                  GtkWindow *window);
} Scene;

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

static void
set_up_paused (RelaisEngine *engine,
               GSettings    *settings,
               GtkWindow    *window)
{
  set_up_records (engine, settings, window);
  gtk_widget_activate_action (GTK_WIDGET (window), "win.pause-monitor", NULL);
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
  g_autoptr (RelaisRecordRow) record = NULL;
  GtkWidget *view = NULL;

  run (engine);
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    g_ptr_array_add (trace, &steps[i]);
  puppet_engine_add_record (engine, &(PuppetRecord){ 1, 502, "/v1/messages", "claude-sonnet-4-5", "Claude", 30000, 1204, "The server closed the connection before the answer was complete", FALSE, trace });
  record = g_list_model_get_item (relais_engine_list_records (engine), 0);
  view = relais_record_view_new (record, settings);
  gtk_window_set_transient_for (GTK_WINDOW (view), window);
  gtk_window_present (GTK_WINDOW (view));
}

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
set_up_tested (RelaisEngine *engine,
               GSettings    *settings,
               GtkWindow    *window)
{
  GtkWidget *page = find_type (GTK_WIDGET (window), "RelaisConnectPage");

  run (engine);
  g_signal_emit_by_name (
    gtk_widget_get_template_child (page, G_OBJECT_TYPE (page), "test_button"), "clicked");
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

static void
settle (guint milliseconds)
{
  gint64 end = g_get_monotonic_time () + milliseconds * 1000;

  while (g_get_monotonic_time () < end)
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (2000);
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

/* Below the fold: the focus brings it into view. */
static void
set_up_preferences_end (RelaisEngine *engine,
                        GSettings    *settings,
                        GtkWindow    *window)
{
  GtkWidget *preferences = NULL;

  g_settings_set_int (settings, "gap-timeout", 120);
  set_up_preferences (engine, settings, window);
  preferences = find_preferences ();
  settle (150);
  gtk_widget_grab_focus (
    GTK_WIDGET (gtk_widget_get_template_child (preferences, G_OBJECT_TYPE (preferences), "strict")));
}

static void
set_up_refused (RelaisEngine *engine,
                GSettings    *settings,
                GtkWindow    *window)
{
  g_autoptr (RelaisRecordRow) record = NULL;
  GtkWidget *view = NULL;

  run (engine);
  puppet_engine_add_record (engine, &(PuppetRecord){ 1, 403, "/v1/messages", NULL, NULL, 1, -1, "Web pages from https://app.example may not use Relais. To let them: relais serve --allowed-origin https://app.example; in the window, “Allowed Web Pages” in Preferences.", FALSE, NULL, NULL, "https://app.example" });
  record = g_list_model_get_item (relais_engine_list_records (engine), 0);
  view = relais_record_view_new (record, settings);
  gtk_window_set_transient_for (GTK_WINDOW (view), window);
  gtk_window_present (GTK_WINDOW (view));
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

static const Scene scenes[] = {
  { "proxy", "proxy", set_up_running },
  { "proxy-stopped", "proxy", set_up_stopped },
  { "proxy-no-account", "proxy", set_up_nothing },
  { "proxy-starting", "proxy", set_up_starting },
  { "proxy-failed", "proxy", set_up_failed },
  { "proxy-lan", "proxy", set_up_lan },
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
  { "rules", "rules", set_up_rules },
  { "rules-empty", "rules", set_up_nothing },
  { "rule-edit", "rules", set_up_rule },
  { "connect", "connect", set_up_tested },
  { "connect-setup", "connect", set_up_setup },
  { "connect-stopped", "connect", set_up_stopped },
  { "connect-lan", "connect", set_up_lan },
  { "connect-phone", "connect", set_up_phone },
  { "monitor", "monitor", set_up_records },
  { "monitor-details", "monitor", set_up_details },
  { "monitor-refused", "monitor", set_up_refused },
  { "monitor-empty", "monitor", set_up_stopped },
  { "monitor-paused", "monitor", set_up_paused },
};

/* NULL while a change waits to be laid out: a busy machine takes longer than others. */
static GskRenderNode *
draw (GtkWindow *window)
{
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (GTK_WIDGET (window));
  GtkSnapshot *snapshot = gtk_snapshot_new ();

  gdk_paintable_snapshot (paintable, snapshot, gtk_widget_get_width (GTK_WIDGET (window)),
                          gtk_widget_get_height (GTK_WIDGET (window)));
  return gtk_snapshot_free_to_node (snapshot);
}

static void
save (GtkWindow  *window,
      const char *path)
{
  g_autoptr (GskRenderNode) node = draw (window);
  g_autoptr (GdkTexture) texture = NULL;
  graphene_rect_t all = GRAPHENE_RECT_INIT (0, 0, gtk_widget_get_width (GTK_WIDGET (window)),
                                            gtk_widget_get_height (GTK_WIDGET (window)));

  for (guint i = 0; node == NULL && i < 100; i++)
    {
      settle (100);
      node = draw (window);
    }
  texture = gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (window)), node, &all);
  if (!gdk_texture_save_to_png (texture, path))
    g_error ("%s: cannot be written", path);
}

/* The dialog over the window where there is one, else the window. */
static GtkWindow *
find_top (GtkWindow *window)
{
  GListModel *toplevels = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (toplevels); i++)
    {
      g_autoptr (GtkWindow) other = g_list_model_get_item (toplevels, i);

      if (gtk_window_get_transient_for (other) == window &&
          gtk_widget_get_visible (GTK_WIDGET (other)))
        return other;
    }
  return window;
}

static void
shoot (const Scene *scene,
       const char  *directory,
       int          width,
       gboolean     dark)
{
  g_autoptr (GSettings) settings = g_settings_new (RELAIS_APP_ID);
  g_autoptr (RelaisEngine) engine = relais_engine_new (&(RelaisEngineOptions){ 0 });
  g_autoptr (RelaisSettingsLink) link = NULL;
  GtkWindow *window = NULL;
  GtkWindow *top = NULL;
  g_autofree char *name = g_strdup_printf ("%s-%d-%s.png", scene->name, width, dark ? "dark" : "light");
  g_autofree char *path = g_build_filename (directory, name, NULL);

  g_settings_reset (settings, "auth-mode");
  g_settings_reset (settings, "allow-lan-access");
  g_settings_reset (settings, "allowed-hosts");
  g_settings_reset (settings, "allowed-origins");
  g_settings_reset (settings, "gap-timeout");
  g_settings_reset (settings, "outbound-proxy");
  g_settings_reset (settings, "rules");
  g_settings_set_int (settings, "window-width", width);
  g_settings_set_int (settings, "window-height", 720);
  link = relais_settings_link_new (settings, engine);
  window = GTK_WINDOW (relais_window_new (NULL, engine, settings));
  gtk_widget_activate_action (GTK_WIDGET (window), "win.page", "s", scene->page);
  gtk_window_present (window);
  settle (150);
  scene->set_up (engine, settings, window);
  top = find_top (window);
  if (top != window)
    gtk_window_set_default_size (top, MIN (width, 460), 600);
  settle (g_str_equal (scene->page, "monitor") ? 2300 : 450);
  if (gtk_widget_get_width (GTK_WIDGET (top)) > width)
    g_printerr ("%s: %d wide\n", name, gtk_widget_get_width (GTK_WIDGET (top)));
  save (top, path);
  if (top != window)
    gtk_window_destroy (top);
  gtk_window_destroy (window);
  settle (20);
}

int
main (int   argc,
      char *argv[])
{
  const char *directory = argc > 1 ? argv[1] : ".";
  const char *only = argc > 2 ? argv[2] : "";

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, g_getenv ("RELAIS_LOCALEDIR"));
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  gtk_init ();
  adw_init ();
  if (g_getenv ("RELAIS_RTL") != NULL)
    gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
  g_set_prgname ("relais");
  gtk_icon_theme_add_resource_path (gtk_icon_theme_get_for_display (gdk_display_get_default ()),
                                    "/dev/relais/Relais/icons");
  {
    g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();

    gtk_css_provider_load_from_resource (provider, "/dev/relais/Relais/style.css");
    gtk_style_context_add_provider_for_display (gdk_display_get_default (),
                                                GTK_STYLE_PROVIDER (provider),
                                                GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  }

  for (int dark = 0; dark < 2; dark++)
    {
      adw_style_manager_set_color_scheme (
        adw_style_manager_get_default (),
        dark ? ADW_COLOR_SCHEME_FORCE_DARK : ADW_COLOR_SCHEME_FORCE_LIGHT);
      for (gsize i = 0; i < G_N_ELEMENTS (scenes); i++)
        {
          if (!g_str_has_prefix (scenes[i].name, only))
            continue;
          shoot (&scenes[i], directory, 900, dark);
          shoot (&scenes[i], directory, 360, dark);
        }
    }
  return 0;
}
