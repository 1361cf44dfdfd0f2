/* relais-background-group.c: when the proxy runs without being asked
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-background-group"

#include "config.h"

#include <glib/gi18n.h>

#include "relais-autostart.h"
#include "relais-background-group.h"
#include "relais-switch-row.h"

struct _RelaisBackgroundGroup
{
  AdwPreferencesGroup  parent_instance;

  /* template children */
  RelaisSwitchRow     *at_launch;
  RelaisSwitchRow     *at_login;
  RelaisSwitchRow     *keep_running;

  /* owned */
  GSettings           *settings;
  gboolean busy;     /* the file is read or written */
  gboolean in_force; /* what it said last */
  gboolean             showing;
};

enum {
  PROP_0,
  PROP_SETTINGS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (RelaisBackgroundGroup, relais_background_group, ADW_TYPE_PREFERENCES_GROUP)

static void relais_background_group_login_cb (RelaisBackgroundGroup *self);

/* What went wrong stays in the row until it goes well. */
static void
show_login (RelaisBackgroundGroup *self,
            const GError          *error)
{
  gboolean possible = relais_autostart_is_possible ();
  g_autofree char *words = NULL;

  if (possible && error != NULL)
    {
      words = g_strdup_printf (_("Not possible: %s"), error->message);
      gtk_widget_add_css_class (GTK_WIDGET (self->at_login), "error");
    }
  else
    {
      words = g_strdup (possible ? _("Relais starts out of sight when you log in")
                                 : _("Available once Relais is installed"));
      gtk_widget_remove_css_class (GTK_WIDGET (self->at_login), "error");
    }
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->at_login), words);
  gtk_widget_set_sensitive (GTK_WIDGET (self->at_login), possible);
  self->showing = TRUE;
  relais_switch_row_set_active (self->at_login, self->in_force);
  self->showing = FALSE;
}

static void
relais_background_group_read_cb (GObject      *source,
                                 GAsyncResult *result,
                                 gpointer      data)
{
  g_autoptr (RelaisBackgroundGroup) self = data;
  g_autoptr (GError) error = NULL;
  gboolean in_force = relais_autostart_read_finish (result, &error);
  gboolean turned;

  self->busy = FALSE;
  if (self->settings == NULL)
    return;
  turned = relais_switch_row_get_active (self->at_login) != self->in_force;
  self->in_force = in_force;
  if (turned && relais_switch_row_get_active (self->at_login) != in_force)
    relais_background_group_login_cb (self);
  else
    show_login (self, error);
}

/* Others may have changed the file since it was seen last. */
static void
relais_background_group_map_cb (RelaisBackgroundGroup *self)
{
  if (self->busy)
    return;
  self->busy = TRUE;
  relais_autostart_read_async (NULL, relais_background_group_read_cb, g_object_ref (self));
}

static void
relais_background_group_written_cb (GObject      *source,
                                    GAsyncResult *result,
                                    gpointer      data)
{
  g_autoptr (RelaisBackgroundGroup) self = data;
  g_autoptr (GError) error = NULL;

  self->busy = FALSE;
  if (self->settings == NULL)
    return;
  if (!relais_autostart_write_finish (result, &error))
    {
      show_login (self, error);
      return;
    }
  self->in_force = !self->in_force;
  if (relais_switch_row_get_active (self->at_login) != self->in_force)
    relais_background_group_login_cb (self);
  else
    show_login (self, NULL);
}

static void
relais_background_group_login_cb (RelaisBackgroundGroup *self)
{
  gboolean wanted = relais_switch_row_get_active (self->at_login);

  if (self->showing || self->busy || wanted == self->in_force)
    return;
  self->busy = TRUE;
  relais_autostart_write_async (wanted, NULL, relais_background_group_written_cb,
                                g_object_ref (self));
}

static void
set_settings (RelaisBackgroundGroup *self,
              GSettings             *settings)
{
  if (!g_set_object (&self->settings, settings))
    return;
  if (settings != NULL)
    {
      g_settings_bind (settings, "keep-running-when-closed", self->keep_running, "active",
                       G_SETTINGS_BIND_DEFAULT);
      g_settings_bind (settings, "start-at-launch", self->at_launch, "active",
                       G_SETTINGS_BIND_DEFAULT);
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SETTINGS]);
}

static void
relais_background_group_get_property (GObject    *object,
                                      guint       prop_id,
                                      GValue     *value,
                                      GParamSpec *pspec)
{
  RelaisBackgroundGroup *self = RELAIS_BACKGROUND_GROUP (object);

  switch (prop_id)
    {
    case PROP_SETTINGS:
      g_value_set_object (value, self->settings);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_background_group_set_property (GObject      *object,
                                      guint         prop_id,
                                      const GValue *value,
                                      GParamSpec   *pspec)
{
  RelaisBackgroundGroup *self = RELAIS_BACKGROUND_GROUP (object);

  switch (prop_id)
    {
    case PROP_SETTINGS:
      set_settings (self, g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_background_group_dispose (GObject *object)
{
  RelaisBackgroundGroup *self = RELAIS_BACKGROUND_GROUP (object);

  g_clear_object (&self->settings);
  gtk_widget_dispose_template (GTK_WIDGET (object), RELAIS_TYPE_BACKGROUND_GROUP);

  G_OBJECT_CLASS (relais_background_group_parent_class)->dispose (object);
}

static void
relais_background_group_class_init (RelaisBackgroundGroupClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = relais_background_group_dispose;
  object_class->get_property = relais_background_group_get_property;
  object_class->set_property = relais_background_group_set_property;

  properties[PROP_SETTINGS] =
    g_param_spec_object ("settings", NULL, NULL, G_TYPE_SETTINGS,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (RELAIS_TYPE_SWITCH_ROW);

  gtk_widget_class_set_template_from_resource (widget_class, "/dev/relais/Relais/relais-background-group.ui");
  gtk_widget_class_bind_template_child (widget_class, RelaisBackgroundGroup, at_launch);
  gtk_widget_class_bind_template_child (widget_class, RelaisBackgroundGroup, at_login);
  gtk_widget_class_bind_template_child (widget_class, RelaisBackgroundGroup, keep_running);
  gtk_widget_class_bind_template_callback (widget_class, relais_background_group_login_cb);
  gtk_widget_class_bind_template_callback (widget_class, relais_background_group_map_cb);
}

static void
relais_background_group_init (RelaisBackgroundGroup *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  show_login (self, NULL);
}
