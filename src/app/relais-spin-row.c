/* relais-spin-row.c: a row with a spin button, which libadwaita 1.2 lacks
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-spin-row"

#include "config.h"

#include "relais-spin-row.h"

struct _RelaisSpinRow
{
  AdwActionRow   parent_instance;

  /* template children */
  GtkSpinButton *spin;
};

enum {
  PROP_0,
  PROP_ADJUSTMENT,
  PROP_SPIN_SENSITIVE,
  PROP_VALUE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (RelaisSpinRow, relais_spin_row, ADW_TYPE_ACTION_ROW)

static void
relais_spin_row_value_changed_cb (RelaisSpinRow *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_VALUE]);
}

/* A text that goes insensitive with the focus in it never hears of losing it, and GTK warns. */
static void
set_spin_sensitive (RelaisSpinRow *self,
                    gboolean       sensitive)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  if (!sensitive && focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self->spin)))
    gtk_root_set_focus (root, NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->spin), sensitive);
}

static void
relais_spin_row_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  RelaisSpinRow *self = RELAIS_SPIN_ROW (object);

  switch (prop_id)
    {
    case PROP_ADJUSTMENT:
      g_value_set_object (value, gtk_spin_button_get_adjustment (self->spin));
      break;
    case PROP_SPIN_SENSITIVE:
      g_value_set_boolean (value, gtk_widget_get_sensitive (GTK_WIDGET (self->spin)));
      break;
    case PROP_VALUE:
      g_value_set_int (value, relais_spin_row_get_value (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_spin_row_set_property (GObject      *object,
                              guint         prop_id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  RelaisSpinRow *self = RELAIS_SPIN_ROW (object);

  switch (prop_id)
    {
    case PROP_ADJUSTMENT:
      gtk_spin_button_set_adjustment (self->spin, g_value_get_object (value));
      break;
    case PROP_SPIN_SENSITIVE:
      set_spin_sensitive (self, g_value_get_boolean (value));
      break;
    case PROP_VALUE:
      relais_spin_row_set_value (self, g_value_get_int (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_spin_row_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), RELAIS_TYPE_SPIN_ROW);

  G_OBJECT_CLASS (relais_spin_row_parent_class)->dispose (object);
}

static void
relais_spin_row_class_init (RelaisSpinRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = relais_spin_row_dispose;
  object_class->get_property = relais_spin_row_get_property;
  object_class->set_property = relais_spin_row_set_property;

  properties[PROP_ADJUSTMENT] =
    g_param_spec_object ("adjustment", NULL, NULL, GTK_TYPE_ADJUSTMENT,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_SPIN_SENSITIVE] =
    g_param_spec_boolean ("spin-sensitive", NULL, NULL, TRUE,
                          G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_VALUE] =
    g_param_spec_int ("value", NULL, NULL, G_MININT, G_MAXINT, 0,
                      G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (widget_class, "/dev/relais/Relais/relais-spin-row.ui");
  gtk_widget_class_bind_template_child (widget_class, RelaisSpinRow, spin);
  gtk_widget_class_bind_template_callback (widget_class, relais_spin_row_value_changed_cb);
}

static void
relais_spin_row_init (RelaisSpinRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * relais_spin_row_get_value:
 * @self: a row
 *
 * Returns: the number shown
 */
int
relais_spin_row_get_value (RelaisSpinRow *self)
{
  g_return_val_if_fail (RELAIS_IS_SPIN_ROW (self), 0);

  return gtk_spin_button_get_value_as_int (self->spin);
}

/**
 * relais_spin_row_set_value:
 * @self: a row
 * @value: the number to show; clamped to the adjustment
 */
void
relais_spin_row_set_value (RelaisSpinRow *self,
                           int            value)
{
  g_return_if_fail (RELAIS_IS_SPIN_ROW (self));

  gtk_spin_button_set_value (self->spin, value);
}

/**
 * relais_spin_row_select_text:
 * @self: a row
 *
 * Gives the number the focus, selected, so that typing replaces it.
 */
void
relais_spin_row_select_text (RelaisSpinRow *self)
{
  g_return_if_fail (RELAIS_IS_SPIN_ROW (self));

  gtk_widget_grab_focus (GTK_WIDGET (self->spin));
  gtk_editable_select_region (GTK_EDITABLE (self->spin), 0, -1);
}
