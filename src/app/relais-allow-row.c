/* relais-allow-row.c: what a request was refused for, to be let in from now on
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-allow-row"

#include "config.h"

#include <glib/gi18n.h>

#include "relais-allow-row.h"
#include "relais-allowed.h"
#include "relais-toast.h"

struct _RelaisAllowRow
{
  AdwActionRow  parent_instance;

  /* template children */
  GtkWidget    *allow;

  /* owned */
  GSettings    *settings;
  GSignalGroup *signals;
  char         *key;
  char         *value;
};

enum {
  PROP_0,
  PROP_KEY,
  PROP_SETTINGS,
  PROP_VALUE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (RelaisAllowRow, relais_allow_row, ADW_TYPE_ACTION_ROW)

static const char *
get_words (RelaisAllowRow *self,
           gboolean        allowed)
{
  if (allowed)
    return _("Allowed from the next request on");
  if (g_strcmp0 (self->key, RELAIS_ALLOWED_ORIGINS) == 0)
    return _("Web pages from there could use your accounts");
  return _("Clients could call this computer by that name");
}

static void
update (RelaisAllowRow *self)
{
  gboolean shown = self->settings != NULL && self->value != NULL;
  gboolean allowed = shown && relais_allowed_contains (self->settings, self->key, self->value);
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), shown ? self->value : "");
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), get_words (self, allowed));
  gtk_widget_set_visible (GTK_WIDGET (self), shown);
  if (allowed && root != NULL && gtk_root_get_focus (root) == self->allow)
    gtk_widget_grab_focus (GTK_WIDGET (self));
  gtk_widget_set_visible (self->allow, !allowed);
}

static void
relais_allow_row_setting_cb (RelaisAllowRow *self,
                             const char     *key)
{
  if (g_str_equal (key, self->key))
    update (self);
}

static void
relais_allow_row_undo_cb (GWeakRef *row)
{
  g_autoptr (RelaisAllowRow) self = g_weak_ref_get (row);

  if (self != NULL && self->settings != NULL)
    relais_allowed_remove (self->settings, self->key, self->value);
}

static void
relais_allow_row_undo_free (gpointer  data,
                            GClosure *closure)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static void
relais_allow_row_allow_cb (RelaisAllowRow *self)
{
  g_autofree char *text = NULL;
  GWeakRef *row = NULL;

  if (!relais_allowed_insert (self->settings, self->key, self->value, -1))
    {
      relais_toast_show (GTK_WIDGET (self), _("The list is full: remove something in Preferences first"));
      return;
    }
  /* Translators: a host name or a web address that is let in now */
  text = g_strdup_printf (_("“%s” allowed"), self->value);
  row = g_new0 (GWeakRef, 1);
  g_weak_ref_init (row, self);
  relais_toast_offer (GTK_WIDGET (self), text, _("_Undo"), G_CALLBACK (relais_allow_row_undo_cb), row, relais_allow_row_undo_free);
}

static void
set_settings (RelaisAllowRow *self,
              GSettings      *settings)
{
  if (!g_set_object (&self->settings, settings))
    return;
  g_signal_group_set_target (self->signals, settings);
  update (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SETTINGS]);
}

static void
set_value (RelaisAllowRow *self,
           const char     *value)
{
  if (g_strcmp0 (self->value, value) == 0)
    return;
  g_free (self->value);
  self->value = g_strdup (value);
  update (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_VALUE]);
}

static void
relais_allow_row_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  RelaisAllowRow *self = RELAIS_ALLOW_ROW (object);

  switch (prop_id)
    {
    case PROP_KEY:
      g_value_set_string (value, self->key);
      break;
    case PROP_SETTINGS:
      g_value_set_object (value, self->settings);
      break;
    case PROP_VALUE:
      g_value_set_string (value, self->value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_allow_row_set_property (GObject      *object,
                               guint         prop_id,
                               const GValue *value,
                               GParamSpec   *pspec)
{
  RelaisAllowRow *self = RELAIS_ALLOW_ROW (object);

  switch (prop_id)
    {
    case PROP_KEY:
      self->key = g_value_dup_string (value);
      break;
    case PROP_SETTINGS:
      set_settings (self, g_value_get_object (value));
      break;
    case PROP_VALUE:
      set_value (self, g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_allow_row_dispose (GObject *object)
{
  RelaisAllowRow *self = RELAIS_ALLOW_ROW (object);

  gtk_widget_dispose_template (GTK_WIDGET (object), RELAIS_TYPE_ALLOW_ROW);
  g_clear_object (&self->signals);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (relais_allow_row_parent_class)->dispose (object);
}

static void
relais_allow_row_finalize (GObject *object)
{
  RelaisAllowRow *self = RELAIS_ALLOW_ROW (object);

  g_free (self->key);
  g_free (self->value);

  G_OBJECT_CLASS (relais_allow_row_parent_class)->finalize (object);
}

static void
relais_allow_row_class_init (RelaisAllowRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = relais_allow_row_dispose;
  object_class->finalize = relais_allow_row_finalize;
  object_class->get_property = relais_allow_row_get_property;
  object_class->set_property = relais_allow_row_set_property;

  properties[PROP_KEY] =
    g_param_spec_string ("key", NULL, NULL, RELAIS_ALLOWED_HOSTS,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_SETTINGS] =
    g_param_spec_object ("settings", NULL, NULL, G_TYPE_SETTINGS,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_VALUE] =
    g_param_spec_string ("value", NULL, NULL, NULL,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (widget_class, "/dev/relais/Relais/relais-allow-row.ui");
  gtk_widget_class_bind_template_child (widget_class, RelaisAllowRow, allow);
  gtk_widget_class_bind_template_callback (widget_class, relais_allow_row_allow_cb);
}

static void
relais_allow_row_init (RelaisAllowRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  self->signals = g_signal_group_new (G_TYPE_SETTINGS);
  g_signal_group_connect_swapped (self->signals, "changed",
                                  G_CALLBACK (relais_allow_row_setting_cb), self);
}
