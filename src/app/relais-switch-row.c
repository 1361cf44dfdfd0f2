/* relais-switch-row.c: a row with a switch, which libadwaita 1.2 lacks
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-switch-row"

#include "config.h"

#include "relais-switch-row.h"

struct _RelaisSwitchRow
{
  AdwActionRow  parent_instance;

  /* template children */
  GtkSwitch    *toggle;
};

enum {
  PROP_0,
  PROP_ACTIVE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (RelaisSwitchRow, relais_switch_row, ADW_TYPE_ACTION_ROW)

static void
relais_switch_row_notify_active_cb (RelaisSwitchRow *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ACTIVE]);
}

static void
relais_switch_row_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  RelaisSwitchRow *self = RELAIS_SWITCH_ROW (object);

  switch (prop_id)
    {
    case PROP_ACTIVE:
      g_value_set_boolean (value, relais_switch_row_get_active (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_switch_row_set_property (GObject      *object,
                                guint         prop_id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  RelaisSwitchRow *self = RELAIS_SWITCH_ROW (object);

  switch (prop_id)
    {
    case PROP_ACTIVE:
      relais_switch_row_set_active (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_switch_row_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), RELAIS_TYPE_SWITCH_ROW);

  G_OBJECT_CLASS (relais_switch_row_parent_class)->dispose (object);
}

static void
relais_switch_row_class_init (RelaisSwitchRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = relais_switch_row_dispose;
  object_class->get_property = relais_switch_row_get_property;
  object_class->set_property = relais_switch_row_set_property;

  properties[PROP_ACTIVE] =
    g_param_spec_boolean ("active", NULL, NULL, FALSE,
                          G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (widget_class, "/dev/relais/Relais/relais-switch-row.ui");
  gtk_widget_class_bind_template_child (widget_class, RelaisSwitchRow, toggle);
  gtk_widget_class_bind_template_callback (widget_class, relais_switch_row_notify_active_cb);
}

static void
relais_switch_row_init (RelaisSwitchRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * relais_switch_row_get_active:
 * @self: a row
 *
 * Returns: whether the switch is on
 */
gboolean
relais_switch_row_get_active (RelaisSwitchRow *self)
{
  g_return_val_if_fail (RELAIS_IS_SWITCH_ROW (self), FALSE);

  return gtk_switch_get_active (self->toggle);
}

/**
 * relais_switch_row_set_active:
 * @self: a row
 * @active: on or off
 */
void
relais_switch_row_set_active (RelaisSwitchRow *self,
                              gboolean         active)
{
  g_return_if_fail (RELAIS_IS_SWITCH_ROW (self));

  gtk_switch_set_active (self->toggle, active);
}
