/* relais-window.c: the main window: header, pages, toasts
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-window"

#include "config.h"

#include <glib/gi18n.h>

#include "base/relais-error.h"

#include "relais-accounts-page.h"
#include "relais-application.h"
#include "relais-banner.h"
#include "relais-connect-page.h"
#include "relais-monitor-page.h"
#include "relais-names.h"
#include "relais-next-step.h"
#include "relais-preferences.h"
#include "relais-proxy-page.h"
#include "relais-rules-page.h"
#include "relais-toast.h"
#include "relais-view-title.h"
#include "relais-window.h"
#include "relais-words.h"

struct _RelaisWindow
{
  AdwApplicationWindow  parent_instance;

  /* template children */
  RelaisAccountsPage   *accounts;
  RelaisBanner         *banner;
  RelaisMonitorPage    *monitor;
  GtkWidget            *pause_button;
  RelaisRulesPage      *rules;
  GtkWidget            *search_button;
  AdwViewStack         *stack;
  GtkButton            *toggle;
  RelaisViewTitle      *view_title;

  /* borrowed */
  GtkWidget *preferences; /* once they were opened; keep what is half typed */

  /* owned */
  RelaisEngine         *engine;
  GSettings            *settings;
  RelaisNextStep       *next_step;
  gboolean start_unlocked; /* what the lock kept from starting */
  gboolean leaving;        /* the program ends with its last answer */
};

enum {
  PROP_0,
  PROP_ENGINE,
  PROP_MONITOR_PAUSED,
  PROP_SETTINGS,
  N_PROPS
};

enum {
  HIDDEN,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RelaisWindow, relais_window, ADW_TYPE_APPLICATION_WINDOW)

static void
relais_window_state_cb (RelaisWindow *self)
{
  RelaisEngineState state = relais_engine_get_state (self->engine);
  gboolean running = state == RELAIS_ENGINE_RUNNING || state == RELAIS_ENGINE_STOPPING;
  gboolean settled = state != RELAIS_ENGINE_STARTING && state != RELAIS_ENGINE_STOPPING;

  gtk_button_set_label (self->toggle, running ? _("_Stop") : _("_Start"));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->toggle), running ? _("Stop Proxy") : _("Start Proxy"));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.toggle", settled);
}

/* What the program waits for before it ends; until then what it could not load. */
static char *
dup_banner (RelaisWindow *self)
{
  const GError *trouble = relais_engine_get_trouble (self->engine);
  g_autofree char *key_file = relais_application_dup_key_file ();
  guint n = relais_engine_get_n_running (self->engine);

  if (self->leaving)
    return n > 0 ? g_strdup_printf (ngettext ("Waiting for %u answer to end…",
                                              "Waiting for %u answers to end…", n),
                                    n)
                 : NULL;
  return trouble != NULL ? relais_words_trouble (trouble, key_file) : NULL;
}

static void
relais_window_banner_cb (RelaisWindow *self)
{
  g_autofree char *words = dup_banner (self);

  if (words != NULL)
    relais_banner_set_title (self->banner, words);
  relais_banner_set_revealed (self->banner, words != NULL);
}

/* No more than one button of a view stands out: the other pages have their own. */
static void
relais_window_suggest_cb (RelaisWindow *self)
{
  const char *page = adw_view_stack_get_visible_child_name (self->stack);

  if (g_strcmp0 (page, "proxy") == 0 && self->next_step != NULL &&
      relais_next_step_get (self->next_step) == RELAIS_STEP_START &&
      relais_engine_get_state (self->engine) == RELAIS_ENGINE_STOPPED)
    gtk_widget_add_css_class (GTK_WIDGET (self->toggle), "suggested-action");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->toggle), "suggested-action");
}

/* What the header shows beside the switcher belongs to the page, and to the room there is. */
static void
relais_window_page_cb (RelaisWindow *self)
{
  gboolean monitor = g_strcmp0 (adw_view_stack_get_visible_child_name (self->stack), "monitor") == 0;
  gboolean narrow = relais_view_title_get_narrow (self->view_title);

  relais_window_suggest_cb (self);
  gtk_widget_set_visible (self->search_button, monitor);
  gtk_widget_set_visible (self->pause_button, monitor && !narrow);
}

/* The failure is in the engine's state, and every page shows that. */
static void
relais_window_started_cb (GObject      *source,
                          GAsyncResult *result,
                          gpointer      data)
{
  g_autoptr (RelaisWindow) self = data;
  g_autoptr (GError) error = NULL;

  if (relais_engine_start_finish (RELAIS_ENGINE (source), result, &error))
    return;
  if (self->engine != NULL && relais_engine_get_state (self->engine) == RELAIS_ENGINE_FAILED)
    adw_view_stack_set_visible_child_name (self->stack, "proxy");
}

static void
relais_window_stopped_cb (GObject      *source,
                          GAsyncResult *result,
                          gpointer      data)
{
  g_autoptr (GError) error = NULL;

  if (!relais_engine_stop_finish (RELAIS_ENGINE (source), result, &error))
    g_debug ("Stop: %s", error->message);
}

/* A port that was typed and not yet entered counts, also for who starts by a shortcut. */
static void
start (RelaisWindow *self)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));
  GtkWidget *spin = focus != NULL ? gtk_widget_get_ancestor (focus, GTK_TYPE_SPIN_BUTTON) : NULL;

  if (spin != NULL)
    gtk_spin_button_update (GTK_SPIN_BUTTON (spin));
  relais_engine_start_async (self->engine, NULL, relais_window_started_cb, g_object_ref (self));
}

static void
relais_window_toggle (GtkWidget  *widget,
                      const char *action,
                      GVariant   *parameter)
{
  RelaisWindow *self = RELAIS_WINDOW (widget);

  if (relais_engine_get_state (self->engine) == RELAIS_ENGINE_RUNNING)
    relais_engine_stop_async (self->engine, NULL, relais_window_stopped_cb, NULL);
  else
    start (self);
}

static void
relais_window_use_free_port (GtkWidget  *widget,
                             const char *action,
                             GVariant   *parameter)
{
  RelaisWindow *self = RELAIS_WINDOW (widget);
  const RelaisStartFailure *failure = relais_engine_get_failure (self->engine);

  if (failure == NULL || failure->free_port == 0)
    return;
  g_settings_set_int (self->settings, "port", failure->free_port);
  start (self);
}

static void
relais_window_unlocked_cb (GObject      *source,
                           GAsyncResult *result,
                           gpointer      data)
{
  g_autoptr (RelaisWindow) self = data;
  g_autoptr (GError) error = NULL;

  if (!relais_engine_load_finish (RELAIS_ENGINE (source), result, &error))
    g_debug ("Unlock: %s", error->message);
  if (self->engine != NULL && self->start_unlocked &&
      relais_engine_get_keyring (self->engine) == RELAIS_ENGINE_KEYRING_READY)
    start (self);
}

static void
relais_window_unlock (GtkWidget  *widget,
                      const char *action,
                      GVariant   *parameter)
{
  RelaisWindow *self = RELAIS_WINDOW (widget);
  const RelaisStartFailure *failure = relais_engine_get_failure (self->engine);

  /* asked for now: with the lock the failure goes */
  self->start_unlocked = failure != NULL && failure->code == RELAIS_ERROR_KEYRING_LOCKED;
  relais_engine_load_async (self->engine, TRUE, NULL, relais_window_unlocked_cb,
                            g_object_ref (self));
}

static void
relais_window_reloaded_cb (GObject      *source,
                           GAsyncResult *result,
                           gpointer      data)
{
  g_autoptr (GError) error = NULL;

  if (!relais_engine_load_finish (RELAIS_ENGINE (source), result, &error))
    g_debug ("Reload: %s", error->message);
}

static void
relais_window_reload (GtkWidget  *widget,
                      const char *action,
                      GVariant   *parameter)
{
  RelaisWindow *self = RELAIS_WINDOW (widget);

  relais_engine_load_async (self->engine, FALSE, NULL, relais_window_reloaded_cb, NULL);
}

static void
relais_window_page (GtkWidget  *widget,
                    const char *action,
                    GVariant   *parameter)
{
  RelaisWindow *self = RELAIS_WINDOW (widget);
  const char *name = g_variant_get_string (parameter, NULL);

  if (adw_view_stack_get_child_by_name (self->stack, name) != NULL)
    adw_view_stack_set_visible_child_name (self->stack, name);
}

static void
relais_window_add_account (GtkWidget  *widget,
                           const char *action,
                           GVariant   *parameter)
{
  RelaisWindow *self = RELAIS_WINDOW (widget);

  adw_view_stack_set_visible_child_name (self->stack, "accounts");
  relais_accounts_page_add (self->accounts);
}

static void
relais_window_edit_account (GtkWidget  *widget,
                            const char *action,
                            GVariant   *parameter)
{
  RelaisWindow *self = RELAIS_WINDOW (widget);

  adw_view_stack_set_visible_child_name (self->stack, "accounts");
  relais_accounts_page_edit (self->accounts, g_variant_get_string (parameter, NULL));
}

static void
relais_window_add_practice (GtkWidget  *widget,
                            const char *action,
                            GVariant   *parameter)
{
  relais_accounts_page_add_practice (RELAIS_WINDOW (widget)->accounts);
}

/* For the model given; for any when that is empty. */
static void
relais_window_add_rule (GtkWidget  *widget,
                        const char *action,
                        GVariant   *parameter)
{
  RelaisWindow *self = RELAIS_WINDOW (widget);

  adw_view_stack_set_visible_child_name (self->stack, "rules");
  relais_rules_page_add (self->rules, g_variant_get_string (parameter, NULL));
}

static void
relais_window_preferences (GtkWidget  *widget,
                           const char *action,
                           GVariant   *parameter)
{
  RelaisWindow *self = RELAIS_WINDOW (widget);

  if (self->preferences == NULL)
    {
      g_set_weak_pointer (&self->preferences,
                          relais_preferences_new (self->settings, self->engine));
      gtk_window_set_transient_for (GTK_WINDOW (self->preferences), GTK_WINDOW (self));
    }
  gtk_window_present (GTK_WINDOW (self->preferences));
}

typedef struct
{
  RelaisEngine *engine; /* owned */
  GPtrArray *records;   /* owned; NULL: they are back */
} Cleared;

static void
cleared_free (gpointer  data,
              GClosure *closure)
{
  Cleared *cleared = data;

  if (cleared->records != NULL)
    relais_engine_forget_records (cleared->engine, cleared->records);
  g_clear_pointer (&cleared->records, g_ptr_array_unref);
  g_object_unref (cleared->engine);
  g_free (cleared);
}

static void
relais_window_restore_records_cb (Cleared *cleared)
{
  /* the button can be used once more while its message fades */
  if (cleared->records == NULL)
    return;
  relais_engine_restore_records (cleared->engine, cleared->records);
  g_clear_pointer (&cleared->records, g_ptr_array_unref);
}

static void
relais_window_clear_monitor (GtkWidget  *widget,
                             const char *action,
                             GVariant   *parameter)
{
  RelaisWindow *self = RELAIS_WINDOW (widget);
  GListModel *records = relais_engine_list_records (self->engine);
  guint n = g_list_model_get_n_items (records);
  GCallback undo = G_CALLBACK (relais_window_restore_records_cb);
  Cleared *cleared = g_new0 (Cleared, 1);

  cleared->engine = g_object_ref (self->engine);
  cleared->records = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (cleared->records, g_list_model_get_item (records, i));
  relais_engine_clear_records (self->engine);
  relais_toast_offer (GTK_WIDGET (self->stack), _("Monitor cleared"), _("_Undo"), undo, cleared,
                                                                          cleared_free);
}

static void
relais_window_export_lines (GtkWidget  *widget,
                            const char *action,
                            GVariant   *parameter)
{
  relais_monitor_page_export (RELAIS_WINDOW (widget)->monitor, RELAIS_EXPORT_JSON_LINES);
}

static void
relais_window_export_har (GtkWidget  *widget,
                          const char *action,
                          GVariant   *parameter)
{
  relais_monitor_page_export (RELAIS_WINDOW (widget)->monitor, RELAIS_EXPORT_HAR);
}

/* What the search leaves out is not exported. */
static void
relais_window_shown_cb (RelaisWindow *self)
{
  gboolean any = FALSE;

  /* the last of it goes with the page */
  if (self->monitor == NULL)
    return;
  any = g_list_model_get_n_items (relais_monitor_page_list_shown (self->monitor)) > 0;
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.export-har", any);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.export-lines", any);
}

/* What is not there is neither searched nor cleared. */
static void
relais_window_records_cb (RelaisWindow *self)
{
  gboolean any = g_list_model_get_n_items (relais_engine_list_records (self->engine)) > 0;

  gtk_widget_set_sensitive (self->search_button, any);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.clear-monitor", any);
}

static void
relais_window_search (GtkWidget  *widget,
                      const char *action,
                      GVariant   *parameter)
{
  RelaisWindow *self = RELAIS_WINDOW (widget);

  adw_view_stack_set_visible_child_name (self->stack, "monitor");
  g_object_set (self->monitor, "searching", TRUE, NULL);
}

static gboolean
relais_window_close_request (GtkWindow *window)
{
  RelaisWindow *self = RELAIS_WINDOW (window);
  RelaisEngineState state = relais_engine_get_state (self->engine);

  if (state == RELAIS_ENGINE_STOPPED || state == RELAIS_ENGINE_FAILED)
    return GTK_WINDOW_CLASS (relais_window_parent_class)->close_request (window);

  if (self->leaving)
    {
      /* it has been told: the rest may happen out of sight */
      gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
    }
  else if (state != RELAIS_ENGINE_STOPPING &&
           g_settings_get_boolean (self->settings, "keep-running-when-closed"))
    {
      gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
      g_signal_emit (self, signals[HIDDEN], 0);
    }
  else
    {
      gtk_widget_activate_action (GTK_WIDGET (self), "app.quit", NULL);
    }
  return GDK_EVENT_STOP;
}

static void
relais_window_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  RelaisWindow *self = RELAIS_WINDOW (object);

  switch (prop_id)
    {
    case PROP_ENGINE:
      g_value_set_object (value, self->engine);
      break;
    case PROP_MONITOR_PAUSED:
      g_value_set_boolean (value, self->engine != NULL &&
                                    relais_engine_get_records_paused (self->engine));
      break;
    case PROP_SETTINGS:
      g_value_set_object (value, self->settings);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
set_monitor_paused (RelaisWindow *self,
                    gboolean      paused)
{
  if (relais_engine_get_records_paused (self->engine) == paused)
    return;
  relais_engine_set_records_paused (self->engine, paused);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MONITOR_PAUSED]);
}

static void
relais_window_set_property (GObject      *object,
                            guint         prop_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  RelaisWindow *self = RELAIS_WINDOW (object);

  switch (prop_id)
    {
    case PROP_ENGINE:
      self->engine = g_value_dup_object (value);
      break;
    case PROP_MONITOR_PAUSED:
      set_monitor_paused (self, g_value_get_boolean (value));
      break;
    case PROP_SETTINGS:
      self->settings = g_value_dup_object (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_window_constructed (GObject *object)
{
  RelaisWindow *self = RELAIS_WINDOW (object);

  G_OBJECT_CLASS (relais_window_parent_class)->constructed (object);

  g_settings_bind (self->settings, "window-width", self, "default-width", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "window-height", self, "default-height", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "window-maximized", self, "maximized", G_SETTINGS_BIND_DEFAULT);
  g_signal_connect_object (self->engine, "notify::state", G_CALLBACK (relais_window_state_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->engine, "notify::trouble", G_CALLBACK (relais_window_banner_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->engine, "notify::n-running", G_CALLBACK (relais_window_banner_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (relais_engine_list_records (self->engine), "items-changed",
                           G_CALLBACK (relais_window_records_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (relais_monitor_page_list_shown (self->monitor), "items-changed",
                           G_CALLBACK (relais_window_shown_cb), self, G_CONNECT_SWAPPED);
  self->next_step = relais_next_step_new (self->engine);
  g_signal_connect_object (self->next_step, "changed", G_CALLBACK (relais_window_suggest_cb), self,
                           G_CONNECT_SWAPPED);
  relais_window_records_cb (self);
  relais_window_shown_cb (self);
  relais_banner_set_button (self->banner, _("Tr_y Again"), "win.reload");
  relais_window_state_cb (self);
  relais_window_banner_cb (self);
  relais_window_page_cb (self);
}

static void
relais_window_dispose (GObject *object)
{
  RelaisWindow *self = RELAIS_WINDOW (object);

  gtk_widget_dispose_template (GTK_WIDGET (object), RELAIS_TYPE_WINDOW);
  g_clear_weak_pointer (&self->preferences);
  g_clear_object (&self->next_step);
  g_clear_object (&self->engine);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (relais_window_parent_class)->dispose (object);
}

static void
relais_window_class_init (RelaisWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->constructed = relais_window_constructed;
  object_class->dispose = relais_window_dispose;
  object_class->get_property = relais_window_get_property;
  object_class->set_property = relais_window_set_property;
  GTK_WINDOW_CLASS (klass)->close_request = relais_window_close_request;

  properties[PROP_ENGINE] =
    g_param_spec_object ("engine", NULL, NULL, RELAIS_TYPE_ENGINE,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_MONITOR_PAUSED] =
    g_param_spec_boolean ("monitor-paused", NULL, NULL, FALSE,
                          G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_SETTINGS] =
    g_param_spec_object ("settings", NULL, NULL, G_TYPE_SETTINGS,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[HIDDEN] = g_signal_new ("hidden", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 0);

  gtk_widget_class_install_action (widget_class, "win.add-account", NULL, relais_window_add_account);
  gtk_widget_class_install_action (widget_class, "win.add-practice", NULL, relais_window_add_practice);
  gtk_widget_class_install_action (widget_class, "win.add-rule", "s", relais_window_add_rule);
  gtk_widget_class_install_action (widget_class, "win.edit-account", "s", relais_window_edit_account);
  gtk_widget_class_install_action (widget_class, "win.clear-monitor", NULL, relais_window_clear_monitor);
  gtk_widget_class_install_action (widget_class, "win.export-har", NULL, relais_window_export_har);
  gtk_widget_class_install_action (widget_class, "win.export-lines", NULL, relais_window_export_lines);
  gtk_widget_class_install_action (widget_class, "win.page", "s", relais_window_page);
  gtk_widget_class_install_property_action (widget_class, "win.pause-monitor", "monitor-paused");
  gtk_widget_class_install_action (widget_class, "win.preferences", NULL, relais_window_preferences);
  gtk_widget_class_install_action (widget_class, "win.reload", NULL, relais_window_reload);
  gtk_widget_class_install_action (widget_class, "win.search", NULL, relais_window_search);
  gtk_widget_class_install_action (widget_class, "win.toggle", NULL, relais_window_toggle);
  gtk_widget_class_install_action (widget_class, "win.unlock", NULL, relais_window_unlock);
  gtk_widget_class_install_action (widget_class, "win.use-free-port", NULL, relais_window_use_free_port);

  g_type_ensure (RELAIS_TYPE_ACCOUNTS_PAGE);
  g_type_ensure (RELAIS_TYPE_BANNER);
  g_type_ensure (RELAIS_TYPE_CONNECT_PAGE);
  g_type_ensure (RELAIS_TYPE_MONITOR_PAGE);
  g_type_ensure (RELAIS_TYPE_PROXY_PAGE);
  g_type_ensure (RELAIS_TYPE_RULES_PAGE);
  g_type_ensure (RELAIS_TYPE_VIEW_TITLE);

  gtk_widget_class_set_template_from_resource (widget_class, "/dev/relais/Relais/relais-window.ui");
  gtk_widget_class_bind_template_child (widget_class, RelaisWindow, accounts);
  gtk_widget_class_bind_template_child (widget_class, RelaisWindow, banner);
  gtk_widget_class_bind_template_child (widget_class, RelaisWindow, monitor);
  gtk_widget_class_bind_template_child (widget_class, RelaisWindow, pause_button);
  gtk_widget_class_bind_template_child (widget_class, RelaisWindow, rules);
  gtk_widget_class_bind_template_child (widget_class, RelaisWindow, search_button);
  gtk_widget_class_bind_template_child (widget_class, RelaisWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, RelaisWindow, toggle);
  gtk_widget_class_bind_template_child (widget_class, RelaisWindow, view_title);
  gtk_widget_class_bind_template_callback (widget_class, relais_window_page_cb);
}

static void
relais_window_init (RelaisWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  relais_names_set_all (GTK_WIDGET (self), "AdwViewSwitcher", _("Pages"));
}

/**
 * relais_window_new:
 * @application: (nullable): whose window it is
 * @engine: what it shows and drives; to be loaded by the caller
 * @settings: of the schema `dev.relais.Relais`
 *
 * Returns: (transfer none): a window, not yet shown
 */
GtkWidget *
relais_window_new (GtkApplication *application,
                   RelaisEngine   *engine,
                   GSettings      *settings)
{
  g_return_val_if_fail (application == NULL || GTK_IS_APPLICATION (application), NULL);
  g_return_val_if_fail (RELAIS_IS_ENGINE (engine), NULL);
  g_return_val_if_fail (G_IS_SETTINGS (settings), NULL);

  return g_object_new (RELAIS_TYPE_WINDOW,
                       "application", application,
                       "engine", engine,
                       "settings", settings,
                       NULL);
}

/**
 * relais_window_leave:
 * @self: a window
 *
 * The program ends as soon as the last answer has: shows how many are waited for, and a way to end
 * at once. To close the window then leaves them their time.
 */
void
relais_window_leave (RelaisWindow *self)
{
  g_return_if_fail (RELAIS_IS_WINDOW (self));

  self->leaving = TRUE;
  relais_banner_set_button (self->banner, _("_Quit Now"), "app.quit");
  relais_window_banner_cb (self);
}
