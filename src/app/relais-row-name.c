/* relais-row-name.c: the accessible name of the list row it is in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-row-name"

#include "config.h"

#include "relais-row-name.h"

struct _RelaisRowName
{
  GtkWidget  parent_instance;

  /* owned */
  char      *text;
};

enum {
  PROP_0,
  PROP_TEXT,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (RelaisRowName, relais_row_name, GTK_TYPE_WIDGET)

/* GTK 4.8 names a row by its type, and lets nobody near it but from within. */
static void
update (RelaisRowName *self)
{
  GtkWidget *row = gtk_widget_get_parent (GTK_WIDGET (self));

  while (row != NULL && !g_str_equal (G_OBJECT_TYPE_NAME (row), "GtkListItemWidget"))
    row = gtk_widget_get_parent (row);
  if (row != NULL && self->text != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, self->text,
                                    -1);
}

static void
relais_row_name_root (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (relais_row_name_parent_class)->root (widget);

  update (RELAIS_ROW_NAME (widget));
}

static void
relais_row_name_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  RelaisRowName *self = RELAIS_ROW_NAME (object);

  switch (prop_id)
    {
    case PROP_TEXT:
      g_value_set_string (value, self->text);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_row_name_set_property (GObject      *object,
                              guint         prop_id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  RelaisRowName *self = RELAIS_ROW_NAME (object);

  switch (prop_id)
    {
    case PROP_TEXT:
      if (g_strcmp0 (self->text, g_value_get_string (value)) == 0)
        return;
      g_free (self->text);
      self->text = g_value_dup_string (value);
      update (self);
      g_object_notify_by_pspec (object, pspec);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_row_name_finalize (GObject *object)
{
  g_free (RELAIS_ROW_NAME (object)->text);

  G_OBJECT_CLASS (relais_row_name_parent_class)->finalize (object);
}

static void
relais_row_name_class_init (RelaisRowNameClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = relais_row_name_finalize;
  object_class->get_property = relais_row_name_get_property;
  object_class->set_property = relais_row_name_set_property;
  GTK_WIDGET_CLASS (klass)->root = relais_row_name_root;

  properties[PROP_TEXT] =
    g_param_spec_string ("text", NULL, NULL, NULL,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
relais_row_name_init (RelaisRowName *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}
