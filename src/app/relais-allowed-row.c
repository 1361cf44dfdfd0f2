/* relais-allowed-row.c: one host, or one web page's origin, that is let in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-allowed-row"

#include "config.h"

#include <glib/gi18n.h>

#include "relais-allowed-row.h"

struct _RelaisAllowedRow
{
  AdwActionRow  parent_instance;

  /* template children */
  GtkWidget    *remove;
};

G_DEFINE_FINAL_TYPE (RelaisAllowedRow, relais_allowed_row, ADW_TYPE_ACTION_ROW)

static gboolean
relais_allowed_row_remove_cb (GtkWidget *widget,
                              GVariant  *args,
                              gpointer   data)
{
  gtk_widget_activate_action (widget, "allowed.remove", "s",
                              adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)));
  return GDK_EVENT_STOP;
}

static void
relais_allowed_row_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), RELAIS_TYPE_ALLOWED_ROW);

  G_OBJECT_CLASS (relais_allowed_row_parent_class)->dispose (object);
}

static void
relais_allowed_row_class_init (RelaisAllowedRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = relais_allowed_row_dispose;

  gtk_widget_class_add_binding (widget_class, GDK_KEY_Delete, 0, relais_allowed_row_remove_cb,
                                NULL);
  gtk_widget_class_set_template_from_resource (widget_class, "/dev/relais/Relais/relais-allowed-row.ui");
  gtk_widget_class_bind_template_child (widget_class, RelaisAllowedRow, remove);
}

static void
relais_allowed_row_init (RelaisAllowedRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * relais_allowed_row_new:
 * @value: the host or origin
 *
 * Its button activates `allowed.remove` with @value, and so does Delete.
 *
 * Returns: (transfer floating): a row for a list box
 */
GtkWidget *
relais_allowed_row_new (const char *value)
{
  RelaisAllowedRow *self = g_object_new (RELAIS_TYPE_ALLOWED_ROW, "title", value, NULL);
  /* Translators: a host name or a web address */
  g_autofree char *name = g_strdup_printf (_("Remove %s"), value);

  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->remove), "s", value);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->remove), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  name, -1);
  return GTK_WIDGET (self);
}
