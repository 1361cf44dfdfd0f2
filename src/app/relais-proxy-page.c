/* relais-proxy-page.c: the server's state and settings
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-proxy-page"

#include "config.h"

#include <glib/gi18n.h>

#include "base/relais-error.h"
#include "base/relais-key.h"

#include "relais-background-group.h"
#include "relais-dialogs.h"
#include "relais-names.h"
#include "relais-proxy-page.h"
#include "relais-spin-row.h"
#include "relais-status-card.h"
#include "relais-switch-row.h"
#include "relais-toast.h"
#include "relais-words.h"

struct _RelaisProxyPage
{
  AdwBin           parent_instance;

  /* template children */
  AdwComboRow     *auth_mode;
  GtkWidget       *background;
  GtkWidget       *copy_key;
  GtkWidget       *generate_key;
  AdwEntryRow     *key;
  RelaisSwitchRow *lan;
  GtkWidget       *open_warning;
  RelaisSpinRow   *port;

  /* owned */
  RelaisEngine    *engine;
  GSignalGroup    *engine_signals;
  GSettings       *settings;
  GSignalGroup    *settings_signals;
  GCancellable    *cancellable;
  gboolean port_failed; /* the page is shown for its port's sake next time */
};

enum {
  PROP_0,
  PROP_ENGINE,
  PROP_SETTINGS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (RelaisProxyPage, relais_proxy_page, ADW_TYPE_BIN)

/* In the order of the combo row. */
static const RelaisAuthMode modes[] = {
  RELAIS_AUTH_MODE_AUTO,
  RELAIS_AUTH_MODE_OFF,
  RELAIS_AUTH_MODE_ALL_EXCEPT_HEALTH,
  RELAIS_AUTH_MODE_STRICT,
};

/* For the way back: the key that was replaced, until its toast goes. */
typedef struct
{
  GWeakRef  page;
  char     *key;
} KeyUndo;

static void
key_undo_free (gpointer  data,
               GClosure *closure)
{
  KeyUndo *undo = data;

  g_weak_ref_clear (&undo->page);
  relais_key_wipe (undo->key);
  g_free (undo);
}

static RelaisAuthMode
get_auth_mode (RelaisProxyPage *self)
{
  return g_settings_get_enum (self->settings, "auth-mode");
}

static void
update_server (RelaisProxyPage *self)
{
  RelaisEngineState state = relais_engine_get_state (self->engine);
  RelaisAuthMode effective = RELAIS_AUTH_MODE_AUTO;
  gboolean idle = state == RELAIS_ENGINE_STOPPED || state == RELAIS_ENGINE_FAILED;
  gboolean lan = FALSE;

  g_object_get (self->engine, "allow-lan-access", &lan, "effective-auth-mode", &effective, NULL);
  g_object_set (self->port, "spin-sensitive", idle, NULL);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->port),
                               idle ? _("Where clients find the proxy") : _("Stop the proxy to change the port"));
  gtk_widget_set_visible (self->open_warning, lan && effective == RELAIS_AUTH_MODE_OFF);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->auth_mode),
                               relais_words_auth_mode (get_auth_mode (self), effective));
}

static void
relais_proxy_page_engine_changed_cb (RelaisProxyPage *self)
{
  if (self->engine != NULL && self->settings != NULL)
    update_server (self);
}

/* The window shows this page when the proxy cannot start from another one. */
static void
relais_proxy_page_map_cb (RelaisProxyPage *self)
{
  if (self->port_failed)
    relais_spin_row_select_text (self->port);
  self->port_failed = FALSE;
}

/* A port that is taken is the one thing to change here: put the cursor there. */
static void
relais_proxy_page_state_changed_cb (RelaisProxyPage *self)
{
  const RelaisStartFailure *failure = NULL;

  relais_proxy_page_engine_changed_cb (self);
  failure = relais_engine_get_failure (self->engine);
  self->port_failed = failure != NULL &&
                      relais_engine_get_state (self->engine) == RELAIS_ENGINE_FAILED &&
                      (failure->code == RELAIS_ERROR_ADDRESS_IN_USE ||
                       failure->code == RELAIS_ERROR_ADDRESS_DENIED);
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    relais_proxy_page_map_cb (self);
}

static void
relais_proxy_page_settings_changed_cb (RelaisProxyPage *self)
{
  RelaisAuthMode mode = get_auth_mode (self);

  relais_switch_row_set_active (self->lan, g_settings_get_boolean (self->settings, "allow-lan-access"));
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    if (modes[i] == mode)
      adw_combo_row_set_selected (self->auth_mode, i);
  relais_proxy_page_engine_changed_cb (self);
}

static void
open_to_lan_ask (RelaisProxyPage         *self,
                 RelaisDialogsAnswerFunc  answered)
{
  relais_dialogs_confirm (GTK_WIDGET (self),
                          _("Open to Everyone on This Network?"),
                             _("Without an API key, any device on this network can use your accounts, and you pay for it"),
                                _("_Open to Everyone"), TRUE, answered, self);
}

static void
relais_proxy_page_lan_answered (gpointer object,
                                gboolean confirmed)
{
  RelaisProxyPage *self = object;

  if (confirmed)
    g_settings_set_boolean (self->settings, "allow-lan-access", TRUE);
  else
    relais_switch_row_set_active (self->lan, FALSE);
}

static void
relais_proxy_page_lan_cb (RelaisProxyPage *self)
{
  gboolean active = relais_switch_row_get_active (self->lan);

  if (self->settings == NULL || active == g_settings_get_boolean (self->settings, "allow-lan-access"))
    return;
  if (active && get_auth_mode (self) == RELAIS_AUTH_MODE_OFF)
    open_to_lan_ask (self, relais_proxy_page_lan_answered);
  else
    g_settings_set_boolean (self->settings, "allow-lan-access", active);
}

static void
relais_proxy_page_auth_mode_answered (gpointer object,
                                      gboolean confirmed)
{
  RelaisProxyPage *self = object;

  if (confirmed)
    g_settings_set_enum (self->settings, "auth-mode", RELAIS_AUTH_MODE_OFF);
  else
    relais_proxy_page_settings_changed_cb (self);
}

static void
relais_proxy_page_auth_mode_cb (RelaisProxyPage *self)
{
  guint selected = adw_combo_row_get_selected (self->auth_mode);
  RelaisAuthMode mode = RELAIS_AUTH_MODE_AUTO;

  if (self->settings == NULL || selected >= G_N_ELEMENTS (modes))
    return;
  mode = modes[selected];
  if (mode == get_auth_mode (self))
    return;
  if (mode == RELAIS_AUTH_MODE_OFF && g_settings_get_boolean (self->settings, "allow-lan-access"))
    open_to_lan_ask (self, relais_proxy_page_auth_mode_answered);
  else
    g_settings_set_enum (self->settings, "auth-mode", mode);
}

static void
relais_proxy_page_require_key_cb (RelaisProxyPage *self)
{
  g_settings_set_enum (self->settings, "auth-mode", RELAIS_AUTH_MODE_AUTO);
}

static gboolean
key_is_good (RelaisProxyPage *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->key));
  g_autoptr (RelaisKey) current = relais_engine_dup_api_key (self->engine);

  return g_strcmp0 (text, current != NULL ? current : "") == 0 || relais_engine_check_api_key (text);
}

/* While what is typed is no key there is nothing to apply: the old one stays in force. */
static void
relais_proxy_page_key_changed_cb (RelaisProxyPage *self)
{
  gboolean good = FALSE;

  if (self->engine == NULL)
    return;
  good = key_is_good (self);
  if (good)
    gtk_widget_remove_css_class (GTK_WIDGET (self->key), "error");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self->key), "error");
  adw_preferences_row_set_title (
    ADW_PREFERENCES_ROW (self->key),
    good ? _("API _Key") : _("API _Key: must start with “sk-” and have at least 10 characters"));
  adw_entry_row_set_show_apply_button (self->key, good);
}

static void
show_key (RelaisProxyPage *self)
{
  g_autoptr (RelaisKey) key = relais_engine_dup_api_key (self->engine);

  adw_entry_row_set_show_apply_button (self->key, FALSE);
  gtk_editable_set_text (GTK_EDITABLE (self->key), key != NULL ? key : "");
  adw_entry_row_set_show_apply_button (self->key, TRUE);
  gtk_widget_set_sensitive (self->copy_key, key != NULL);
}

/* Away with what was typed: the key in force is shown again. */
static void
relais_proxy_page_revert_key (GtkWidget  *widget,
                              const char *action,
                              GVariant   *parameter)
{
  show_key (RELAIS_PROXY_PAGE (widget));
}

static void
relais_proxy_page_key_set_cb (GObject      *source,
                              GAsyncResult *result,
                              gpointer      data)
{
  g_autoptr (RelaisProxyPage) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *words = NULL;

  if (relais_engine_set_api_key_finish (RELAIS_ENGINE (source), result, &error))
    {
      if (self->engine != NULL)
        show_key (self);
      return;
    }
  if (self->engine == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  words = relais_words_error (error);
  relais_toast_show (GTK_WIDGET (self), words);
}

static void
set_key (RelaisProxyPage *self,
         const char      *key)
{
  relais_engine_set_api_key_async (self->engine, key, self->cancellable,
                                   relais_proxy_page_key_set_cb,
                                   g_object_ref (self));
}

static void
relais_proxy_page_key_apply_cb (RelaisProxyPage *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->key));

  if (relais_engine_check_api_key (text))
    set_key (self, text);
  else
    show_key (self);
}

static void
relais_proxy_page_key_undo_cb (KeyUndo *undo)
{
  g_autoptr (RelaisProxyPage) self = g_weak_ref_get (&undo->page);

  if (self != NULL && self->engine != NULL)
    set_key (self, undo->key);
}

static void
generate_key (RelaisProxyPage *self)
{
  const char *text = _("New API key generated");
  g_autoptr (RelaisKey) old = relais_engine_dup_api_key (self->engine);
  g_autoptr (RelaisKey) key = relais_engine_make_api_key ();
  KeyUndo *undo = NULL;

  set_key (self, key);
  if (old == NULL)
    {
      relais_toast_show (GTK_WIDGET (self), text);
      return;
    }
  undo = g_new0 (KeyUndo, 1);
  g_weak_ref_init (&undo->page, self);
  undo->key = g_steal_pointer (&old);
  relais_toast_offer (GTK_WIDGET (self), text, _("_Undo"), G_CALLBACK (relais_proxy_page_key_undo_cb), undo, key_undo_free);
}

static void
relais_proxy_page_generate_answered (gpointer object,
                                     gboolean confirmed)
{
  if (confirmed)
    generate_key (object);
}

static void
relais_proxy_page_generate_cb (RelaisProxyPage *self)
{
  g_autoptr (RelaisKey) old = relais_engine_dup_api_key (self->engine);

  if (old == NULL)
    generate_key (self);
  else
    relais_dialogs_confirm (GTK_WIDGET (self), _("Replace API Key?"),
                                                  _("Clients that use the current key are refused until they get the new one"),
                                                     _("_Replace"), TRUE, relais_proxy_page_generate_answered, self);
}

static void
relais_proxy_page_copy_key_cb (RelaisProxyPage *self)
{
  g_autoptr (RelaisKey) key = relais_engine_dup_api_key (self->engine);

  if (key != NULL)
    relais_toast_copy (GTK_WIDGET (self), key, _("API key copied"));
}

static void
set_engine (RelaisProxyPage *self,
            RelaisEngine    *engine)
{
  if (!g_set_object (&self->engine, engine))
    return;
  g_signal_group_set_target (self->engine_signals, engine);
  if (engine != NULL)
    show_key (self);
  relais_proxy_page_engine_changed_cb (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ENGINE]);
}

static void
set_settings (RelaisProxyPage *self,
              GSettings       *settings)
{
  if (!g_set_object (&self->settings, settings))
    return;
  g_signal_group_set_target (self->settings_signals, settings);
  if (settings != NULL)
    {
      g_settings_bind (settings, "port", self->port, "value", G_SETTINGS_BIND_NO_SENSITIVITY);
      relais_proxy_page_settings_changed_cb (self);
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SETTINGS]);
}

static void
relais_proxy_page_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  RelaisProxyPage *self = RELAIS_PROXY_PAGE (object);

  switch (prop_id)
    {
    case PROP_ENGINE:
      g_value_set_object (value, self->engine);
      break;
    case PROP_SETTINGS:
      g_value_set_object (value, self->settings);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_proxy_page_set_property (GObject      *object,
                                guint         prop_id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  RelaisProxyPage *self = RELAIS_PROXY_PAGE (object);

  switch (prop_id)
    {
    case PROP_ENGINE:
      set_engine (self, g_value_get_object (value));
      break;
    case PROP_SETTINGS:
      set_settings (self, g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_proxy_page_dispose (GObject *object)
{
  RelaisProxyPage *self = RELAIS_PROXY_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->engine_signals);
  g_clear_object (&self->settings_signals);
  g_clear_object (&self->engine);
  g_clear_object (&self->settings);
  gtk_widget_dispose_template (GTK_WIDGET (object), RELAIS_TYPE_PROXY_PAGE);

  G_OBJECT_CLASS (relais_proxy_page_parent_class)->dispose (object);
}

static void
relais_proxy_page_finalize (GObject *object)
{
  RelaisProxyPage *self = RELAIS_PROXY_PAGE (object);

  g_clear_object (&self->cancellable);

  G_OBJECT_CLASS (relais_proxy_page_parent_class)->finalize (object);
}

static void
relais_proxy_page_class_init (RelaisProxyPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = relais_proxy_page_dispose;
  object_class->finalize = relais_proxy_page_finalize;
  object_class->get_property = relais_proxy_page_get_property;
  object_class->set_property = relais_proxy_page_set_property;

  properties[PROP_ENGINE] =
    g_param_spec_object ("engine", NULL, NULL, RELAIS_TYPE_ENGINE,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_SETTINGS] =
    g_param_spec_object ("settings", NULL, NULL, G_TYPE_SETTINGS,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (RELAIS_TYPE_BACKGROUND_GROUP);
  g_type_ensure (RELAIS_TYPE_SPIN_ROW);
  g_type_ensure (RELAIS_TYPE_STATUS_CARD);
  g_type_ensure (RELAIS_TYPE_SWITCH_ROW);

  gtk_widget_class_install_action (widget_class, "proxy.revert-key", NULL, relais_proxy_page_revert_key);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "proxy.revert-key", NULL);
  gtk_widget_class_set_template_from_resource (widget_class, "/dev/relais/Relais/relais-proxy-page.ui");
  gtk_widget_class_bind_template_child (widget_class, RelaisProxyPage, auth_mode);
  gtk_widget_class_bind_template_child (widget_class, RelaisProxyPage, background);
  gtk_widget_class_bind_template_child (widget_class, RelaisProxyPage, copy_key);
  gtk_widget_class_bind_template_child (widget_class, RelaisProxyPage, generate_key);
  gtk_widget_class_bind_template_child (widget_class, RelaisProxyPage, key);
  gtk_widget_class_bind_template_child (widget_class, RelaisProxyPage, lan);
  gtk_widget_class_bind_template_child (widget_class, RelaisProxyPage, open_warning);
  gtk_widget_class_bind_template_child (widget_class, RelaisProxyPage, port);
  gtk_widget_class_bind_template_callback (widget_class, relais_proxy_page_auth_mode_cb);
  gtk_widget_class_bind_template_callback (widget_class, relais_proxy_page_copy_key_cb);
  gtk_widget_class_bind_template_callback (widget_class, relais_proxy_page_generate_cb);
  gtk_widget_class_bind_template_callback (widget_class, relais_proxy_page_key_apply_cb);
  gtk_widget_class_bind_template_callback (widget_class, relais_proxy_page_key_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, relais_proxy_page_lan_cb);
  gtk_widget_class_bind_template_callback (widget_class, relais_proxy_page_map_cb);
  gtk_widget_class_bind_template_callback (widget_class, relais_proxy_page_require_key_cb);
}

static void
relais_proxy_page_init (RelaisProxyPage *self)
{
  static const char *const watched[] = { "allow-lan-access", "auth-mode", "effective-auth-mode" };

  gtk_widget_init_template (GTK_WIDGET (self));
  relais_names_from_tooltips (GTK_WIDGET (self->key));

  self->cancellable = g_cancellable_new ();
  self->engine_signals = g_signal_group_new (RELAIS_TYPE_ENGINE);
  for (gsize i = 0; i < G_N_ELEMENTS (watched); i++)
    {
      g_autofree char *signal = g_strconcat ("notify::", watched[i], NULL);

      g_signal_group_connect_swapped (self->engine_signals, signal,
                                      G_CALLBACK (relais_proxy_page_engine_changed_cb), self);
    }
  g_signal_group_connect_swapped (self->engine_signals, "notify::state",
                                  G_CALLBACK (relais_proxy_page_state_changed_cb), self);
  g_signal_group_connect_swapped (self->engine_signals, "notify::api-key-set",
                                  G_CALLBACK (show_key), self);

  self->settings_signals = g_signal_group_new (G_TYPE_SETTINGS);
  g_signal_group_connect_swapped (self->settings_signals, "changed::allow-lan-access",
                                  G_CALLBACK (relais_proxy_page_settings_changed_cb), self);
  g_signal_group_connect_swapped (self->settings_signals, "changed::auth-mode",
                                  G_CALLBACK (relais_proxy_page_settings_changed_cb), self);
}
