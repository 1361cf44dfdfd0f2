/* relais-allowed-group.c: a list of what is let in, to add to and to remove from
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-allowed-group"

#include "config.h"

#include <glib/gi18n.h>

#include "relais-allowed-group.h"
#include "relais-allowed-row.h"
#include "relais-allowed.h"
#include "relais-setting-row.h"
#include "relais-toast.h"

struct _RelaisAllowedGroup
{
  AdwPreferencesGroup  parent_instance;

  /* template children */
  GtkListBox          *list;

  /* owned */
  GSettings           *settings;
  GSignalGroup        *signals;
  GtkStringList       *values;
  char                *key;

  /* borrowed */
  GtkWidget *entry; /* the last row */
};

enum {
  PROP_0,
  PROP_KEY,
  PROP_SETTINGS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (RelaisAllowedGroup, relais_allowed_group, ADW_TYPE_PREFERENCES_GROUP)

/* The way back from a removal. */
typedef struct
{
  GWeakRef group;
  char *value; /* owned */
  int      place;
} Undo;

static void
undo_free (gpointer  data,
           GClosure *closure)
{
  Undo *undo = data;

  g_weak_ref_clear (&undo->group);
  g_free (undo->value);
  g_free (undo);
}

static void
relais_allowed_group_undo_cb (Undo *undo)
{
  g_autoptr (RelaisAllowedGroup) self = g_weak_ref_get (&undo->group);

  if (self == NULL || self->settings == NULL)
    return;
  if (!relais_allowed_insert (self->settings, self->key, undo->value, undo->place))
    relais_toast_show (GTK_WIDGET (self), _("The list is full"));
}

/* Whose button had the focus is gone: the next one has its place. */
static void
focus_row (RelaisAllowedGroup *self,
           int                 place)
{
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->list, place);

  gtk_widget_grab_focus (row != NULL ? GTK_WIDGET (row) : self->entry);
}

static void
relais_allowed_group_remove (GtkWidget  *widget,
                             const char *action,
                             GVariant   *parameter)
{
  RelaisAllowedGroup *self = RELAIS_ALLOWED_GROUP (widget);
  /* a copy: the parameter may be that of a button which goes with its row */
  g_autofree char *value = g_variant_dup_string (parameter, NULL);
  int place = relais_allowed_remove (self->settings, self->key, value);
  g_autofree char *text = NULL;
  Undo *undo = NULL;

  if (place < 0)
    return;
  focus_row (self, place);
  undo = g_new0 (Undo, 1);
  g_weak_ref_init (&undo->group, self);
  undo->place = place;
  /* Translators: a host name or a web address that is not let in any more */
  text = g_strdup_printf (_("“%s” removed"), value);
  undo->value = g_steal_pointer (&value);
  relais_toast_offer (widget, text, _("_Undo"), G_CALLBACK (relais_allowed_group_undo_cb), undo, undo_free);
}

/* Only what differs: the focus stays in a row that stays. */
static void
show (RelaisAllowedGroup *self)
{
  g_auto (GStrv) stored = NULL;
  guint n_shown = g_list_model_get_n_items (G_LIST_MODEL (self->values));
  guint n_stored, first = 0;
  char *rest = NULL;

  if (self->settings == NULL)
    return;
  stored = g_settings_get_strv (self->settings, self->key);
  n_stored = g_strv_length (stored);
  while (first < n_shown && first < n_stored &&
         g_str_equal (gtk_string_list_get_string (self->values, first), stored[first]))
    first++;
  while (n_shown > first && n_stored > first &&
         g_str_equal (gtk_string_list_get_string (self->values, n_shown - 1), stored[n_stored - 1]))
    {
      n_shown--;
      n_stored--;
    }
  rest = g_steal_pointer (&stored[n_stored]);
  gtk_string_list_splice (self->values, first, n_shown - first,
                          (const char *const *)&stored[first]);
  stored[n_stored] = rest;
}

static void
relais_allowed_group_setting_cb (RelaisAllowedGroup *self,
                                 const char         *key)
{
  if (g_str_equal (key, self->key))
    show (self);
}

static GtkWidget *
relais_allowed_group_create_row (gpointer item,
                                 gpointer data)
{
  if (GTK_IS_WIDGET (item))
    return g_object_ref (item);
  return relais_allowed_row_new (gtk_string_object_get_string (item));
}

/* One card for the list and what is added to it, whose row never moves under who types in it. */
static void
relais_allowed_group_constructed (GObject *object)
{
  RelaisAllowedGroup *self = RELAIS_ALLOWED_GROUP (object);
  g_autoptr (GtkWidget) entry = NULL;
  g_autoptr (GListStore) last = g_list_store_new (GTK_TYPE_WIDGET);
  GListStore *parts = g_list_store_new (G_TYPE_LIST_MODEL);
  g_autoptr (GtkFlattenListModel) rows = gtk_flatten_list_model_new (G_LIST_MODEL (parts));

  G_OBJECT_CLASS (relais_allowed_group_parent_class)->constructed (object);

  entry = g_object_ref_sink (g_object_new (RELAIS_TYPE_SETTING_ROW, "key", self->key, NULL));
  g_object_bind_property (self, "settings", entry, "settings", G_BINDING_DEFAULT);
  self->entry = entry;
  g_list_store_append (last, entry);
  g_list_store_append (parts, self->values);
  g_list_store_append (parts, last);
  gtk_list_box_bind_model (self->list, G_LIST_MODEL (rows), relais_allowed_group_create_row, NULL,
                           NULL);
}

static void
set_settings (RelaisAllowedGroup *self,
              GSettings          *settings)
{
  if (!g_set_object (&self->settings, settings))
    return;
  g_signal_group_set_target (self->signals, settings);
  show (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SETTINGS]);
}

static void
relais_allowed_group_get_property (GObject    *object,
                                   guint       prop_id,
                                   GValue     *value,
                                   GParamSpec *pspec)
{
  RelaisAllowedGroup *self = RELAIS_ALLOWED_GROUP (object);

  switch (prop_id)
    {
    case PROP_KEY:
      g_value_set_string (value, self->key);
      break;
    case PROP_SETTINGS:
      g_value_set_object (value, self->settings);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_allowed_group_set_property (GObject      *object,
                                   guint         prop_id,
                                   const GValue *value,
                                   GParamSpec   *pspec)
{
  RelaisAllowedGroup *self = RELAIS_ALLOWED_GROUP (object);

  switch (prop_id)
    {
    case PROP_KEY:
      self->key = g_value_dup_string (value);
      break;
    case PROP_SETTINGS:
      set_settings (self, g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_allowed_group_dispose (GObject *object)
{
  RelaisAllowedGroup *self = RELAIS_ALLOWED_GROUP (object);

  if (self->list != NULL)
    gtk_list_box_bind_model (self->list, NULL, NULL, NULL, NULL);
  gtk_widget_dispose_template (GTK_WIDGET (object), RELAIS_TYPE_ALLOWED_GROUP);
  g_clear_object (&self->signals);
  g_clear_object (&self->settings);
  g_clear_object (&self->values);

  G_OBJECT_CLASS (relais_allowed_group_parent_class)->dispose (object);
}

static void
relais_allowed_group_finalize (GObject *object)
{
  g_free (RELAIS_ALLOWED_GROUP (object)->key);

  G_OBJECT_CLASS (relais_allowed_group_parent_class)->finalize (object);
}

static void
relais_allowed_group_class_init (RelaisAllowedGroupClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->constructed = relais_allowed_group_constructed;
  object_class->dispose = relais_allowed_group_dispose;
  object_class->finalize = relais_allowed_group_finalize;
  object_class->get_property = relais_allowed_group_get_property;
  object_class->set_property = relais_allowed_group_set_property;

  properties[PROP_KEY] =
    g_param_spec_string ("key", NULL, NULL, RELAIS_ALLOWED_HOSTS,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_SETTINGS] =
    g_param_spec_object ("settings", NULL, NULL, G_TYPE_SETTINGS,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_install_action (widget_class, "allowed.remove", "s", relais_allowed_group_remove);
  gtk_widget_class_set_template_from_resource (widget_class, "/dev/relais/Relais/relais-allowed-group.ui");
  gtk_widget_class_bind_template_child (widget_class, RelaisAllowedGroup, list);
}

static void
relais_allowed_group_title_cb (RelaisAllowedGroup *self)
{
  const char *title = adw_preferences_group_get_title (ADW_PREFERENCES_GROUP (self));

  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  title, -1);
}

static void
relais_allowed_group_init (RelaisAllowedGroup *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  g_signal_connect (self, "notify::title", G_CALLBACK (relais_allowed_group_title_cb), NULL);
  self->values = gtk_string_list_new (NULL);
  self->signals = g_signal_group_new (G_TYPE_SETTINGS);
  g_signal_group_connect_swapped (self->signals, "changed",
                                  G_CALLBACK (relais_allowed_group_setting_cb), self);
}
