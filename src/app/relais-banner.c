/* relais-banner.c: a line across a page with a way out, which libadwaita 1.2 lacks
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-banner"

#include "config.h"

#include "relais-banner.h"

struct _RelaisBanner
{
  GtkWidget    parent_instance;

  /* template children */
  GtkWidget   *bar;
  GtkButton   *button;
  GtkRevealer *revealer;
  GtkLabel    *title;
};

enum {
  PROP_0,
  PROP_REVEALED,
  PROP_TITLE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (RelaisBanner, relais_banner, GTK_TYPE_WIDGET)

static void
relais_banner_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  RelaisBanner *self = RELAIS_BANNER (object);

  switch (prop_id)
    {
    case PROP_REVEALED:
      g_value_set_boolean (value, relais_banner_get_revealed (self));
      break;
    case PROP_TITLE:
      g_value_set_string (value, relais_banner_get_title (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_banner_set_property (GObject      *object,
                            guint         prop_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  RelaisBanner *self = RELAIS_BANNER (object);

  switch (prop_id)
    {
    case PROP_REVEALED:
      relais_banner_set_revealed (self, g_value_get_boolean (value));
      break;
    case PROP_TITLE:
      relais_banner_set_title (self, g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_banner_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), RELAIS_TYPE_BANNER);

  G_OBJECT_CLASS (relais_banner_parent_class)->dispose (object);
}

static void
relais_banner_class_init (RelaisBannerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = relais_banner_dispose;
  object_class->get_property = relais_banner_get_property;
  object_class->set_property = relais_banner_set_property;

  properties[PROP_REVEALED] =
    g_param_spec_boolean ("revealed", NULL, NULL, FALSE,
                          G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_TITLE] =
    g_param_spec_string ("title", NULL, NULL, "",
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "relaisbanner");
  gtk_widget_class_set_template_from_resource (widget_class, "/dev/relais/Relais/relais-banner.ui");
  gtk_widget_class_bind_template_child (widget_class, RelaisBanner, bar);
  gtk_widget_class_bind_template_child (widget_class, RelaisBanner, button);
  gtk_widget_class_bind_template_child (widget_class, RelaisBanner, revealer);
  gtk_widget_class_bind_template_child (widget_class, RelaisBanner, title);
}

/* An alert is heard as it gets its name: GTK 4.8 tells nobody that a revealer opens. */
static void
name_bar (RelaisBanner *self)
{
  const char *name = relais_banner_get_revealed (self) ? relais_banner_get_title (self) : "";

  gtk_accessible_update_property (GTK_ACCESSIBLE (self->bar), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  -1);
}

static void
relais_banner_init (RelaisBanner *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  name_bar (self);
}

/**
 * relais_banner_get_title:
 * @self: a banner
 *
 * Returns: (transfer none): its sentence
 */
const char *
relais_banner_get_title (RelaisBanner *self)
{
  g_return_val_if_fail (RELAIS_IS_BANNER (self), NULL);

  return gtk_label_get_label (self->title);
}

/**
 * relais_banner_set_title:
 * @self: a banner
 * @title: (nullable): a sentence, wrapped where it is long
 */
void
relais_banner_set_title (RelaisBanner *self,
                         const char   *title)
{
  g_return_if_fail (RELAIS_IS_BANNER (self));

  if (g_strcmp0 (title, gtk_label_get_label (self->title)) == 0)
    return;
  gtk_label_set_label (self->title, title != NULL ? title : "");
  name_bar (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TITLE]);
}

/**
 * relais_banner_get_revealed:
 * @self: a banner
 *
 * Returns: whether it shows
 */
gboolean
relais_banner_get_revealed (RelaisBanner *self)
{
  g_return_val_if_fail (RELAIS_IS_BANNER (self), FALSE);

  return gtk_revealer_get_reveal_child (self->revealer);
}

/**
 * relais_banner_set_revealed:
 * @self: a banner
 * @revealed: whether to show it
 */
void
relais_banner_set_revealed (RelaisBanner *self,
                            gboolean      revealed)
{
  g_return_if_fail (RELAIS_IS_BANNER (self));

  if (relais_banner_get_revealed (self) == revealed)
    return;
  gtk_revealer_set_reveal_child (self->revealer, revealed);
  name_bar (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_REVEALED]);
}

/**
 * relais_banner_set_button:
 * @self: a banner
 * @label: (nullable): what the button says; %NULL for no button
 * @action_name: (nullable): the action it activates
 */
void
relais_banner_set_button (RelaisBanner *self,
                          const char   *label,
                          const char   *action_name)
{
  g_return_if_fail (RELAIS_IS_BANNER (self));

  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->button), action_name);
  gtk_button_set_label (self->button, label != NULL ? label : "");
  gtk_widget_set_visible (GTK_WIDGET (self->button), label != NULL);
}
