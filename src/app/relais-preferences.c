/* relais-preferences.c: what is set rarely, and on no page
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-preferences"

#include "config.h"

#include "relais-allowed-group.h"
#include "relais-dialogs.h"
#include "relais-history-group.h"
#include "relais-names.h"
#include "relais-preferences.h"
#include "relais-setting-row.h"
#include "relais-spin-row.h"
#include "relais-switch-row.h"

struct _RelaisPreferences
{
  AdwWindow           parent_instance;

  /* template children */
  RelaisSpinRow      *first_byte_timeout;
  RelaisSpinRow      *gap_timeout;
  RelaisHistoryGroup *history;
  RelaisAllowedGroup *hosts;
  RelaisAllowedGroup *origins;
  RelaisSettingRow   *proxy;
  RelaisSwitchRow    *strict;

  /* owned */
  GSettings          *settings;
};

G_DEFINE_FINAL_TYPE (RelaisPreferences, relais_preferences, ADW_TYPE_WINDOW)

static const char *const timeouts[] = { "first-byte-timeout", "gap-timeout" };

static void
relais_preferences_reset_timeouts (GtkWidget  *widget,
                                   const char *action,
                                   GVariant   *parameter)
{
  for (gsize i = 0; i < G_N_ELEMENTS (timeouts); i++)
    g_settings_reset (RELAIS_PREFERENCES (widget)->settings, timeouts[i]);
}

static void
relais_preferences_settings_cb (RelaisPreferences *self)
{
  gboolean changed = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (timeouts); i++)
    {
      g_autoptr (GVariant) value = g_settings_get_value (self->settings, timeouts[i]);
      g_autoptr (GVariant) usual = g_settings_get_default_value (self->settings, timeouts[i]);

      changed |= !g_variant_equal (value, usual);
    }
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "preferences.reset-timeouts", changed);
}

static void
set_settings (RelaisPreferences *self,
              GSettings         *settings,
              RelaisEngine      *engine)
{
  GObject *children[] = { G_OBJECT (self->hosts), G_OBJECT (self->origins),
                          G_OBJECT (self->proxy) };

  self->settings = g_object_ref (settings);
  for (gsize i = 0; i < G_N_ELEMENTS (children); i++)
    g_object_set (children[i], "settings", settings, NULL);
  g_object_set (self->history, "settings", settings, "engine", engine, NULL);
  g_settings_bind (settings, "first-byte-timeout", self->first_byte_timeout, "value", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "gap-timeout", self->gap_timeout, "value", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "strict-translation", self->strict, "active", G_SETTINGS_BIND_DEFAULT);
  g_signal_connect_object (settings, "changed", G_CALLBACK (relais_preferences_settings_cb), self,
                           G_CONNECT_SWAPPED);
  relais_preferences_settings_cb (self);
}

/* A number is taken when the focus leaves it. */
static gboolean
relais_preferences_close_request (GtkWindow *window)
{
  gtk_window_set_focus (window, NULL);
  return GTK_WINDOW_CLASS (relais_preferences_parent_class)->close_request (window);
}

static void
relais_preferences_dispose (GObject *object)
{
  RelaisPreferences *self = RELAIS_PREFERENCES (object);

  gtk_widget_dispose_template (GTK_WIDGET (object), RELAIS_TYPE_PREFERENCES);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (relais_preferences_parent_class)->dispose (object);
}

static void
relais_preferences_class_init (RelaisPreferencesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = relais_preferences_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = relais_preferences_close_request;

  g_type_ensure (RELAIS_TYPE_ALLOWED_GROUP);
  g_type_ensure (RELAIS_TYPE_HISTORY_GROUP);
  g_type_ensure (RELAIS_TYPE_SETTING_ROW);
  g_type_ensure (RELAIS_TYPE_SPIN_ROW);
  g_type_ensure (RELAIS_TYPE_SWITCH_ROW);

  relais_dialogs_bind_close (widget_class);
  gtk_widget_class_install_action (widget_class, "preferences.reset-timeouts", NULL,
                                   relais_preferences_reset_timeouts);
  gtk_widget_class_set_template_from_resource (widget_class, "/dev/relais/Relais/relais-preferences.ui");
  gtk_widget_class_bind_template_child (widget_class, RelaisPreferences, first_byte_timeout);
  gtk_widget_class_bind_template_child (widget_class, RelaisPreferences, gap_timeout);
  gtk_widget_class_bind_template_child (widget_class, RelaisPreferences, history);
  gtk_widget_class_bind_template_child (widget_class, RelaisPreferences, hosts);
  gtk_widget_class_bind_template_child (widget_class, RelaisPreferences, origins);
  gtk_widget_class_bind_template_child (widget_class, RelaisPreferences, proxy);
  gtk_widget_class_bind_template_child (widget_class, RelaisPreferences, strict);
}

static void
relais_preferences_init (RelaisPreferences *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  relais_names_from_tooltips (GTK_WIDGET (self));
}

/**
 * relais_preferences_new:
 * @settings: of the schema `dev.relais.Relais`
 * @engine: whose history it tells of
 *
 * When it is closed it hides, and keeps what was typed and not applied yet.
 *
 * Returns: (transfer none): a window, not yet shown; it goes with the one it is transient for
 */
GtkWidget *
relais_preferences_new (GSettings    *settings,
                        RelaisEngine *engine)
{
  RelaisPreferences *self = NULL;

  g_return_val_if_fail (G_IS_SETTINGS (settings), NULL);
  g_return_val_if_fail (RELAIS_IS_ENGINE (engine), NULL);

  self = g_object_new (RELAIS_TYPE_PREFERENCES, NULL);
  set_settings (self, settings, engine);
  return GTK_WIDGET (self);
}
