/* relais-allowed-row.c: a setting that lists hosts, or origins, to be written on one line
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-allowed-row"

#include "config.h"

#include <string.h>

#include <glib/gi18n.h>

#include "base/relais-config.h"

#include "relais-allowed-row.h"
#include "relais-names.h"

struct _RelaisAllowedRow
{
  AdwEntryRow   parent_instance;

  /* owned */
  GSettings    *settings;
  GSignalGroup *signals;
  gboolean      origins;
  gboolean showing; /* the text changes, and nobody typed it */
  gboolean edited;  /* what stands there was typed and not taken yet */
};

enum {
  PROP_0,
  PROP_ORIGINS,
  PROP_SETTINGS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (RelaisAllowedRow, relais_allowed_row, ADW_TYPE_ENTRY_ROW)

static const char *
get_key (RelaisAllowedRow *self)
{
  return self->origins ? "allowed-origins" : "allowed-hosts";
}

/* As typed, parted by spaces, commas or both. A browser shows a slash after an origin. */
static char **
dup_values (RelaisAllowedRow *self)
{
  g_auto (GStrv) parts = g_strsplit_set (gtk_editable_get_text (GTK_EDITABLE (self)), ", \t", -1);
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func (g_free);

  for (char **part = parts; *part != NULL; part++)
    {
      gsize length = strlen (*part);

      if (self->origins && length > 0 && (*part)[length - 1] == '/')
        (*part)[length - 1] = '\0';
      if (**part != '\0' &&
          !g_ptr_array_find_with_equal_func (values, *part, g_str_equal, NULL))
        g_ptr_array_add (values, g_strdup (*part));
    }
  g_ptr_array_add (values, NULL);
  return (char **)g_ptr_array_free (g_steal_pointer (&values), FALSE);
}

static gboolean
is_good (RelaisAllowedRow  *self,
         char             **values)
{
  for (guint i = 0; values[i] != NULL; i++)
    if (i >= RELAIS_ALLOWED_MAX || (self->origins ? !relais_config_check_origin (values[i])
                                                  : !relais_config_check_host (values[i])))
      return FALSE;
  return TRUE;
}

/* While something in it could never match there is nothing to apply: the old ones hold, and what
 * was typed stays. */
static void
update (RelaisAllowedRow *self)
{
  g_auto (GStrv) values = dup_values (self);
  gboolean good = is_good (self, values);
  const char *title = NULL;

  if (self->origins)
    title = good ? _("Web Pa_ges") : _("Web Pa_ges: as in https://app.example");
  else
    title = good ? _("_Host Names") : _("_Host Names: without http:// or port");
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), title);
  if (good)
    gtk_widget_remove_css_class (GTK_WIDGET (self), "error");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self), "error");
  adw_entry_row_set_show_apply_button (ADW_ENTRY_ROW (self), good && !self->showing);
}

static void
show (RelaisAllowedRow *self)
{
  g_auto (GStrv) values = NULL;
  g_autofree char *text = NULL;

  if (self->settings == NULL)
    return;
  values = g_settings_get_strv (self->settings, get_key (self));
  text = g_strjoinv (" ", values);
  self->showing = TRUE;
  self->edited = FALSE;
  adw_entry_row_set_show_apply_button (ADW_ENTRY_ROW (self), FALSE);
  gtk_editable_set_text (GTK_EDITABLE (self), text);
  self->showing = FALSE;
  update (self);
}

/* What somebody is typing is not taken from under their hands. */
static void
relais_allowed_row_setting_cb (RelaisAllowedRow *self,
                               const char       *key)
{
  if (g_str_equal (key, get_key (self)) && !self->edited)
    show (self);
}

static void
relais_allowed_row_changed_cb (RelaisAllowedRow *self)
{
  if (self->showing)
    return;
  self->edited = TRUE;
  update (self);
}

static void
relais_allowed_row_apply_cb (RelaisAllowedRow *self)
{
  g_auto (GStrv) values = dup_values (self);

  if (self->settings == NULL || !is_good (self, values))
    return;
  g_settings_set_strv (self->settings, get_key (self), (const char *const *)values);
  show (self);
}

static void
relais_allowed_row_revert (GtkWidget  *widget,
                           const char *action,
                           GVariant   *parameter)
{
  show (RELAIS_ALLOWED_ROW (widget));
}

static void
set_settings (RelaisAllowedRow *self,
              GSettings        *settings)
{
  if (!g_set_object (&self->settings, settings))
    return;
  g_signal_group_set_target (self->signals, settings);
  show (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SETTINGS]);
}

static void
relais_allowed_row_constructed (GObject *object)
{
  RelaisAllowedRow *self = RELAIS_ALLOWED_ROW (object);

  G_OBJECT_CLASS (relais_allowed_row_parent_class)->constructed (object);

  update (self);
}

static void
relais_allowed_row_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  RelaisAllowedRow *self = RELAIS_ALLOWED_ROW (object);

  switch (prop_id)
    {
    case PROP_ORIGINS:
      g_value_set_boolean (value, self->origins);
      break;
    case PROP_SETTINGS:
      g_value_set_object (value, self->settings);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_allowed_row_set_property (GObject      *object,
                                 guint         prop_id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  RelaisAllowedRow *self = RELAIS_ALLOWED_ROW (object);

  switch (prop_id)
    {
    case PROP_ORIGINS:
      self->origins = g_value_get_boolean (value);
      break;
    case PROP_SETTINGS:
      set_settings (self, g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_allowed_row_dispose (GObject *object)
{
  RelaisAllowedRow *self = RELAIS_ALLOWED_ROW (object);

  g_clear_object (&self->signals);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (relais_allowed_row_parent_class)->dispose (object);
}

static void
relais_allowed_row_class_init (RelaisAllowedRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->constructed = relais_allowed_row_constructed;
  object_class->dispose = relais_allowed_row_dispose;
  object_class->get_property = relais_allowed_row_get_property;
  object_class->set_property = relais_allowed_row_set_property;

  properties[PROP_ORIGINS] =
    g_param_spec_boolean ("origins", NULL, NULL, FALSE,
                          G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_SETTINGS] =
    g_param_spec_object ("settings", NULL, NULL, G_TYPE_SETTINGS,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_install_action (widget_class, "allowed.revert", NULL, relais_allowed_row_revert);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "allowed.revert", NULL);
}

static void
relais_allowed_row_init (RelaisAllowedRow *self)
{
  relais_names_from_tooltips (GTK_WIDGET (self));
  adw_preferences_row_set_use_underline (ADW_PREFERENCES_ROW (self), TRUE);
  adw_entry_row_set_input_purpose (ADW_ENTRY_ROW (self), GTK_INPUT_PURPOSE_URL);

  self->signals = g_signal_group_new (G_TYPE_SETTINGS);
  g_signal_group_connect_swapped (self->signals, "changed",
                                  G_CALLBACK (relais_allowed_row_setting_cb), self);
  g_signal_connect (self, "changed", G_CALLBACK (relais_allowed_row_changed_cb), NULL);
  g_signal_connect (self, "apply", G_CALLBACK (relais_allowed_row_apply_cb), NULL);
}
