/* relais-names.c: names for what GTK and libadwaita leave nameless
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-names"

#include "config.h"

#include "relais-names.h"

static void
relais_names_tooltip_cb (GtkWidget *button)
{
  const char *tooltip = gtk_widget_get_tooltip_text (button);

  if (tooltip != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, tooltip,
                                    -1);
}

/**
 * relais_names_from_tooltips:
 * @root: a widget
 *
 * Gives each icon button below @root the accessible name its tooltip is, now and when it changes.
 * Without it GTK 4.8 calls the buttons that libadwaita 1.2 puts into entry rows “GtkImage”.
 */
void
relais_names_from_tooltips (GtkWidget *root)
{
  g_return_if_fail (GTK_IS_WIDGET (root));

  if (GTK_IS_BUTTON (root) && gtk_button_get_icon_name (GTK_BUTTON (root)) != NULL)
    {
      g_signal_connect (root, "notify::tooltip-text", G_CALLBACK (relais_names_tooltip_cb), NULL);
      relais_names_tooltip_cb (root);
    }
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    relais_names_from_tooltips (child);
}

/**
 * relais_names_set_all:
 * @root: a widget
 * @type: the name of a type
 * @name: what to call each widget of it below @root
 *
 * For parts of GTK and libadwaita that go by their type and that nobody can get at in markup.
 */
void
relais_names_set_all (GtkWidget  *root,
                      const char *type,
                      const char *name)
{
  g_return_if_fail (GTK_IS_WIDGET (root));

  if (g_str_equal (G_OBJECT_TYPE_NAME (root), type))
    gtk_accessible_update_property (GTK_ACCESSIBLE (root), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    relais_names_set_all (child, type, name);
}
