/* relais-provider-chooser.c: the providers in a combo row, with icons and in groups
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-provider-chooser"

#include "config.h"

#include <glib/gi18n.h>

#include "relais-provider-chooser.h"
#include "relais-words.h"

typedef enum {
  GROUP_SERVICES,
  GROUP_LOCAL,
  GROUP_OTHER,
} Group;

static Group
group_of (const RelaisEngineProvider *provider)
{
  if (provider->local)
    return GROUP_LOCAL;
  return provider->needs_key ? GROUP_SERVICES : GROUP_OTHER;
}

static const char *
group_title (Group group)
{
  switch (group)
    {
    case GROUP_LOCAL:
      return _("On This Computer");
    case GROUP_OTHER:
      return _("Others");
    case GROUP_SERVICES:
    default:
      return _("Services");
    }
}

/* Rows made in C: a factory in markup cannot see which item is the first of its group. */
static void
relais_provider_chooser_setup_cb (GtkSignalListItemFactory *factory,
                                  GtkListItem              *item,
                                  gpointer                  data)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9);
  GtkWidget *title = gtk_label_new (NULL);
  GtkWidget *image = gtk_image_new ();
  GtkWidget *name = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_widget_add_css_class (title, "caption-heading");
  gtk_widget_add_css_class (title, "dim-label");
  gtk_widget_set_margin_top (title, 6);
  gtk_widget_set_margin_bottom (title, 9);
  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
  gtk_box_append (GTK_BOX (line), image);
  gtk_box_append (GTK_BOX (line), name);
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), line);
  gtk_list_item_set_child (item, box);
}

static void
relais_provider_chooser_bind_cb (GtkSignalListItemFactory *factory,
                                 GtkListItem              *item,
                                 gpointer                  data)
{
  gsize n_providers = 0;
  const RelaisEngineProvider *providers = relais_engine_get_providers (&n_providers);
  guint position = gtk_list_item_get_position (item);
  const RelaisEngineProvider *provider = &providers[position];
  GtkWidget *title = gtk_widget_get_first_child (gtk_list_item_get_child (item));
  GtkWidget *image = gtk_widget_get_first_child (gtk_widget_get_next_sibling (title));
  g_autofree char *icon = relais_provider_chooser_dup_icon (provider);

  gtk_label_set_label (GTK_LABEL (title), group_title (group_of (provider)));
  gtk_widget_set_visible (title,
                          position == 0 ||
                            group_of (&providers[position - 1]) != group_of (provider));
  gtk_image_set_from_icon_name (GTK_IMAGE (image), icon);
  gtk_label_set_label (GTK_LABEL (gtk_widget_get_next_sibling (image)),
                       relais_words_provider (provider->id, provider->name));
}

/**
 * relais_provider_chooser_fill:
 * @row: a combo row
 *
 * What is selected is the position in [func@Engine.get_providers].
 */
void
relais_provider_chooser_fill (AdwComboRow *row)
{
  gsize n_providers = 0;
  const RelaisEngineProvider *providers = relais_engine_get_providers (&n_providers);
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();

  for (gsize i = 0; i < n_providers; i++)
    gtk_string_list_append (names, relais_words_provider (providers[i].id, providers[i].name));
  g_signal_connect (factory, "setup", G_CALLBACK (relais_provider_chooser_setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (relais_provider_chooser_bind_cb), NULL);
  adw_combo_row_set_model (row, G_LIST_MODEL (names));
  adw_combo_row_set_list_factory (row, factory);
}

/**
 * relais_provider_chooser_dup_icon:
 * @provider: a provider
 *
 * Returns: (transfer full): the name of its icon
 */
char *
relais_provider_chooser_dup_icon (const RelaisEngineProvider *provider)
{
  return g_strdup_printf ("relais-provider-%s-symbolic", provider->id);
}
