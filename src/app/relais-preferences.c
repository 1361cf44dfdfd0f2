/* relais-preferences.c: what is set rarely, and on no page
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-preferences"

#include "config.h"

#include "relais-names.h"
#include "relais-preferences.h"
#include "relais-setting-row.h"
#include "relais-switch-row.h"

struct _RelaisPreferences
{
  AdwWindow         parent_instance;

  /* template children */
  RelaisSettingRow *proxy;
  RelaisSwitchRow  *strict;
};

G_DEFINE_FINAL_TYPE (RelaisPreferences, relais_preferences, ADW_TYPE_WINDOW)

static void
relais_preferences_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), RELAIS_TYPE_PREFERENCES);

  G_OBJECT_CLASS (relais_preferences_parent_class)->dispose (object);
}

static void
relais_preferences_class_init (RelaisPreferencesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = relais_preferences_dispose;

  g_type_ensure (RELAIS_TYPE_SETTING_ROW);
  g_type_ensure (RELAIS_TYPE_SWITCH_ROW);

  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
  gtk_widget_class_set_template_from_resource (widget_class, "/dev/relais/Relais/relais-preferences.ui");
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
 *
 * Returns: (transfer none): a window, not yet shown
 */
GtkWidget *
relais_preferences_new (GSettings *settings)
{
  RelaisPreferences *self = NULL;

  g_return_val_if_fail (G_IS_SETTINGS (settings), NULL);

  self = g_object_new (RELAIS_TYPE_PREFERENCES, NULL);
  g_object_set (self->proxy, "settings", settings, NULL);
  g_settings_bind (settings, "strict-translation", self->strict, "active", G_SETTINGS_BIND_DEFAULT);
  return GTK_WIDGET (self);
}
