/* relais-application.c: life cycle, command line, application actions
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-application"

#include "config.h"

#include <glib/gi18n.h>

#include "relais-application.h"
#include "relais-dialogs.h"
#include "relais-news.h"
#include "relais-settings-link.h"
#include "relais-window.h"
#include "relais-words.h"

#define BACKGROUND_NOTE "background"

struct _RelaisApplication
{
  AdwApplication      parent_instance;

  /* owned */
  RelaisEngine       *engine;
  GSettings          *settings;
  RelaisSettingsLink *link;
  RelaisNews         *news;
  GCancellable *patience; /* with running answers, once it quits */

  gboolean            practice;
  gboolean background; /* the next activation shows no window */
  gboolean held;       /* alive without a window */
  gboolean            loaded;
  gboolean start_loaded; /* as soon as it is */
};

G_DEFINE_FINAL_TYPE (RelaisApplication, relais_application, ADW_TYPE_APPLICATION)

static const struct
{
  const char *action;
  const char *keys[3];
} accels[] = {
  { "app.quit", { "<Control>q" } },
  { "app.shortcuts", { "<Control>question" } },
  { "window.close", { "<Control>w" } },
  { "win.toggle", { "<Control>Return", "<Control>KP_Enter" } },
  { "win.page('proxy')", { "<Alt>1" } },
  { "win.page('accounts')", { "<Alt>2" } },
  { "win.page('rules')", { "<Alt>3" } },
  { "win.page('connect')", { "<Alt>4" } },
  { "win.page('monitor')", { "<Alt>5" } },
  { "win.preferences", { "<Control>comma" } },
  { "win.add-account", { "<Control>n" } },
  { "win.add-rule('')", { "<Control><Shift>n" } },
  { "win.search", { "<Control>f" } },
  { "win.pause-monitor", { "<Control>p" } },
  { "win.clear-monitor", { "<Control>l" } },
};

static void
set_held (RelaisApplication *self,
          gboolean           held)
{
  if (self->held == held)
    return;
  self->held = held;
  if (held)
    g_application_hold (G_APPLICATION (self));
  else
    g_application_release (G_APPLICATION (self));
}

/* The main window, which there may not be yet. */
static GtkWidget *
find_window (RelaisApplication *self)
{
  GList *windows = gtk_application_get_windows (GTK_APPLICATION (self));

  for (GList *l = windows; l != NULL; l = l->next)
    if (RELAIS_IS_WINDOW (l->data))
      return l->data;
  return NULL;
}

static gboolean
is_in_sight (RelaisApplication *self)
{
  GtkWidget *window = find_window (self);

  return window != NULL && gtk_widget_get_visible (window);
}

static void
notify (RelaisApplication *self,
        const char        *title,
        const char        *body)
{
  g_autoptr (GNotification) note = g_notification_new (title);

  g_notification_set_body (note, body);
  g_notification_set_default_action (note, "app.show");
  g_notification_add_button (note, _("Open"), "app.show");
  g_notification_add_button (note, _("Stop"), "app.quit");
  g_application_send_notification (G_APPLICATION (self), BACKGROUND_NOTE, note);
}

static void
relais_application_hidden_cb (RelaisApplication *self)
{
  g_auto (GStrv) urls = relais_engine_dup_urls (self->engine);

  notify (self, _("Relais Keeps Running"),
                   urls != NULL && urls[0] != NULL ? urls[0] : _("The proxy stays available in the background"));
}

static GtkWidget *
present_window (RelaisApplication *self)
{
  GtkWidget *window = find_window (self);

  if (window == NULL)
    {
      window = relais_window_new (GTK_APPLICATION (self), self->engine, self->settings);
      g_signal_connect_object (window, "hidden", G_CALLBACK (relais_application_hidden_cb), self, G_CONNECT_SWAPPED);
    }
  g_application_withdraw_notification (G_APPLICATION (self), BACKGROUND_NOTE);
  gtk_window_present (GTK_WINDOW (window));
  set_held (self, FALSE);
  return window;
}

static void
relais_application_started_cb (GObject      *source,
                               GAsyncResult *result,
                               gpointer      data)
{
  g_autoptr (RelaisApplication) self = data;
  g_autoptr (GError) error = NULL;
  const RelaisStartFailure *failure = NULL;
  g_autofree char *words = NULL;

  /* the window shows it by itself */
  if (relais_engine_start_finish (RELAIS_ENGINE (source), result, &error) || is_in_sight (self))
    return;
  failure = relais_engine_get_failure (RELAIS_ENGINE (source));
  words = failure != NULL ? relais_words_failure (failure) : relais_words_error (error);
  notify (self, _("Proxy Could Not Start"), words);
}

static void
start (RelaisApplication *self)
{
  if (self->loaded)
    relais_engine_start_async (self->engine, NULL, relais_application_started_cb,
                               g_object_ref (self));
  else
    self->start_loaded = TRUE;
}

static void
relais_application_loaded_cb (GObject      *source,
                              GAsyncResult *result,
                              gpointer      data)
{
  g_autoptr (RelaisApplication) self = data;
  g_autoptr (GError) error = NULL;

  /* the window tells, as soon as there is one */
  if (!relais_engine_load_finish (RELAIS_ENGINE (source), result, &error))
    g_debug ("Load: %s", error->message);
  self->loaded = TRUE;
  if (self->engine != NULL &&
      (self->start_loaded || g_settings_get_boolean (self->settings, "start-at-launch")))
    start (self);
}

static void
relais_application_activate (GApplication *application)
{
  RelaisApplication *self = RELAIS_APPLICATION (application);

  if (self->background)
    {
      self->background = FALSE;
      set_held (self, TRUE);
      start (self);
      return;
    }
  present_window (self);
}

static void
relais_application_show (GSimpleAction *action,
                         GVariant      *parameter,
                         gpointer       data)
{
  present_window (data);
}

static void
relais_application_page (GSimpleAction *action,
                         GVariant      *parameter,
                         gpointer       data)
{
  gtk_widget_activate_action_variant (present_window (data), "win.page", parameter);
}

static void
relais_application_start (GSimpleAction *action,
                          GVariant      *parameter,
                          gpointer       data)
{
  RelaisApplication *self = data;

  if (self->patience != NULL)
    return;
  if (find_window (self) == NULL)
    set_held (self, TRUE);
  start (self);
}

static void
relais_application_about (GSimpleAction *action,
                          GVariant      *parameter,
                          gpointer       data)
{
  relais_dialogs_show_about (gtk_application_get_active_window (data));
}

static void
relais_application_shortcuts (GSimpleAction *action,
                              GVariant      *parameter,
                              gpointer       data)
{
  relais_dialogs_show_shortcuts (gtk_application_get_active_window (data));
}

static void
relais_application_stopped_cb (GObject      *source,
                               GAsyncResult *result,
                               gpointer      data)
{
  g_autoptr (RelaisApplication) self = data;

  relais_engine_stop_finish (RELAIS_ENGINE (source), result, NULL);
  g_application_quit (G_APPLICATION (self));
}

/* Open answers may end first, which the window tells; asked a second time they may not. */
static void
relais_application_quit (GSimpleAction *action,
                         GVariant      *parameter,
                         gpointer       data)
{
  RelaisApplication *self = data;
  RelaisEngineState state = relais_engine_get_state (self->engine);
  GtkWidget *window = find_window (self);

  g_application_withdraw_notification (G_APPLICATION (self), BACKGROUND_NOTE);
  if (state == RELAIS_ENGINE_STOPPED || state == RELAIS_ENGINE_FAILED)
    {
      g_application_quit (G_APPLICATION (self));
      return;
    }
  if (self->patience != NULL)
    {
      g_cancellable_cancel (self->patience);
      return;
    }
  self->patience = g_cancellable_new ();
  if (window != NULL)
    relais_window_leave (RELAIS_WINDOW (window));
  relais_engine_stop_async (self->engine, self->patience, relais_application_stopped_cb,
                            g_object_ref (self));
}

/* Out of sight there is nothing left to run for. */
static void
relais_application_stop (GSimpleAction *action,
                         GVariant      *parameter,
                         gpointer       data)
{
  RelaisApplication *self = data;

  if (is_in_sight (self))
    relais_engine_stop_async (self->engine, NULL, NULL, NULL);
  else
    relais_application_quit (action, parameter, data);
}

static const GActionEntry actions[] = {
  { "about", relais_application_about },
  { "page", relais_application_page, "s" },
  { "quit", relais_application_quit },
  { "shortcuts", relais_application_shortcuts },
  { "show", relais_application_show },
  { "start", relais_application_start },
  { "stop", relais_application_stop },
};

static void
relais_application_startup (GApplication *application)
{
  RelaisApplication *self = RELAIS_APPLICATION (application);
  RelaisEngineOptions options = { 0 };
  g_autofree char *key_file = NULL;
  g_autofree char *log_file = NULL;

  G_APPLICATION_CLASS (relais_application_parent_class)->startup (application);

  gtk_window_set_default_icon_name (RELAIS_APP_ID);
  for (gsize i = 0; i < G_N_ELEMENTS (accels); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (self), accels[i].action,
                                           accels[i].keys);

  /* a try leaves nothing behind: no keyring then, and neither key nor history beside the data */
  options.practice = self->practice;
  options.use_keyring = !self->practice;
  options.keep_bodies = TRUE;
  key_file = relais_application_dup_key_file ();
  options.key_file = self->practice ? NULL : key_file;
  log_file = g_build_filename (g_get_user_data_dir (), "relais", "history.db", NULL);
  options.log_file = self->practice ? NULL : log_file;
  self->engine = relais_engine_new (&options);
  self->settings = g_settings_new (RELAIS_APP_ID);
  self->link = relais_settings_link_new (self->settings, self->engine);
  self->news = relais_news_new (GTK_APPLICATION (self), self->engine, self->settings);
  relais_engine_load_async (self->engine, FALSE, NULL, relais_application_loaded_cb,
                            g_object_ref (self));
}

static void
relais_application_shutdown (GApplication *application)
{
  RelaisApplication *self = RELAIS_APPLICATION (application);
  GtkWidget *window = find_window (self);

  /* what was cleared in it can no longer be brought back */
  if (window != NULL)
    gtk_window_destroy (GTK_WINDOW (window));

  G_APPLICATION_CLASS (relais_application_parent_class)->shutdown (application);

  g_clear_object (&self->news);
  g_clear_object (&self->patience);
  g_clear_object (&self->link);
  /* whoever still holds it: what waits to be kept is written */
  if (self->engine != NULL)
    g_object_run_dispose (G_OBJECT (self->engine));
  g_clear_object (&self->engine);
  g_clear_object (&self->settings);
}

/* Runs in every launch; in a second one only to tell it from the first. */
static int
relais_application_handle_local_options (GApplication *application,
                                         GVariantDict *options)
{
  RelaisApplication *self = RELAIS_APPLICATION (application);
  g_autoptr (GError) error = NULL;

  if (g_variant_dict_contains (options, "version"))
    {
      g_print ("relais %s\n", RELAIS_VERSION);
      return 0;
    }
  self->practice = g_variant_dict_contains (options, "practice");
  self->background = g_variant_dict_contains (options, "background");
  if (!g_application_register (application, NULL, &error))
    {
      g_printerr ("relais: %s\n", error->message);
      return 1;
    }
  /* already there: asked to keep out of sight it has nothing to do */
  return g_application_get_is_remote (application) && self->background ? 0 : -1;
}

static void
relais_application_class_init (RelaisApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  application_class->activate = relais_application_activate;
  application_class->handle_local_options = relais_application_handle_local_options;
  application_class->shutdown = relais_application_shutdown;
  application_class->startup = relais_application_startup;
}

static const GOptionEntry options[] = {
  { "background", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Start the proxy and show no window yet"), NULL },
  { "practice", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Use the practice account only, for this run"), NULL },
  { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Print the version and exit"), NULL },
  { NULL }
};

static void
relais_application_init (RelaisApplication *self)
{
  g_application_add_main_option_entries (G_APPLICATION (self), options);
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
}

/**
 * relais_application_new:
 *
 * Returns: (transfer full): the application; its engine is made when it starts up
 */
RelaisApplication *
relais_application_new (void)
{
  return g_object_new (RELAIS_TYPE_APPLICATION,
                       "application-id", RELAIS_APP_ID,
                       "resource-base-path", "/dev/relais/Relais",
                       NULL);
}

/**
 * relais_application_dup_key_file:
 *
 * Returns: (transfer full): where the client key is when no keyring keeps it
 */
char *
relais_application_dup_key_file (void)
{
  return g_build_filename (g_get_user_data_dir (), "relais", "client-key", NULL);
}
