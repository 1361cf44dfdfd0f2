/* relais-url-well.c: an address to read, select and copy
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-url-well"

#include "config.h"

#include <glib/gi18n.h>

#include "relais-toast.h"
#include "relais-url-well.h"

struct _RelaisUrlWell
{
  GtkWidget  parent_instance;

  /* template children */
  GtkWidget *copy;
  GtkLabel  *label;
};

G_DEFINE_FINAL_TYPE (RelaisUrlWell, relais_url_well, GTK_TYPE_WIDGET)

static void
relais_url_well_copy_cb (RelaisUrlWell *self)
{
  relais_toast_copy (GTK_WIDGET (self), gtk_label_get_label (self->label), _("Base URL copied"));
}

static void
relais_url_well_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), RELAIS_TYPE_URL_WELL);

  G_OBJECT_CLASS (relais_url_well_parent_class)->dispose (object);
}

static void
relais_url_well_class_init (RelaisUrlWellClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = relais_url_well_dispose;

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/dev/relais/Relais/relais-url-well.ui");
  gtk_widget_class_bind_template_child (widget_class, RelaisUrlWell, copy);
  gtk_widget_class_bind_template_child (widget_class, RelaisUrlWell, label);
  gtk_widget_class_bind_template_callback (widget_class, relais_url_well_copy_cb);
}

static void
relais_url_well_init (RelaisUrlWell *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * relais_url_well_new:
 * @url: what to show
 *
 * Returns: (transfer floating): a well
 */
GtkWidget *
relais_url_well_new (const char *url)
{
  RelaisUrlWell *self = NULL;
  g_autofree char *name = NULL;

  g_return_val_if_fail (url != NULL, NULL);

  self = g_object_new (RELAIS_TYPE_URL_WELL, NULL);
  gtk_label_set_label (self->label, url);
  /* Translators: what a button does; an address */
  name = g_strdup_printf (_("Copy %s"), url);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->copy), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  -1);
  return GTK_WIDGET (self);
}
