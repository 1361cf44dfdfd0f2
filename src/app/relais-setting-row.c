/* relais-setting-row.c: a setting that is written on one line, in force once it is applied
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-setting-row"

#include "config.h"

#include <string.h>

#include <glib/gi18n.h>

#include "base/relais-config.h"
#include "base/relais-outbound.h"

#include "relais-allowed.h"
#include "relais-names.h"
#include "relais-setting-row.h"

struct _RelaisSettingRow
{
  AdwEntryRow   parent_instance;

  /* owned */
  GSettings    *settings;
  GSignalGroup *signals;
  char         *key;
  gboolean showing; /* the text changes, and nobody typed it */
  gboolean edited;  /* what stands there was typed and not taken yet */
};

enum {
  PROP_0,
  PROP_KEY,
  PROP_SETTINGS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (RelaisSettingRow, relais_setting_row, ADW_TYPE_ENTRY_ROW)

/* What may stand there. */
typedef struct
{
  const char *key;
  const char *title;
  const char *wrong; /* the same, while what stands there is no good */
  const char *full;  /* of what adds to a list: the same, while it has no room; else NULL */
  gboolean (*check) (const char *value);
} Kind;

static gboolean
check_proxy (const char *url)
{
  return relais_outbound_check (url) == RELAIS_OUTBOUND_FINE;
}

static const Kind kinds[] = {
  { RELAIS_ALLOWED_HOSTS, N_ ("Add _Host"), N_ ("_Host: without http:// or port"),
    N_ ("_Host: the list is full"), relais_config_check_host },
  { RELAIS_ALLOWED_ORIGINS, N_ ("Add _Web Page"), N_ ("_Web Page: as in https://app.example"),
    N_ ("_Web Page: the list is full"), relais_config_check_origin },
  { "outbound-proxy", N_ ("_Proxy"), N_ ("_Proxy: as in http://proxy.example:3128"), NULL,
    check_proxy },
};

static const Kind *
get_kind (RelaisSettingRow *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_strcmp0 (kinds[i].key, self->key) == 0)
      return &kinds[i];
  return &kinds[0];
}

/* As typed, parted by spaces, commas or both; not what a list has already. A browser shows a slash
 * after an origin, and after a proxy it means nothing. */
static char **
dup_values (RelaisSettingRow *self)
{
  const Kind *kind = get_kind (self);
  g_auto (GStrv) parts = g_strsplit_set (gtk_editable_get_text (GTK_EDITABLE (self)), ", \t", -1);
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func (g_free);

  for (char **part = parts; *part != NULL; part++)
    {
      gsize length = strlen (*part);

      if (kind->check != relais_config_check_host && length > 0 && (*part)[length - 1] == '/')
        (*part)[length - 1] = '\0';
      if (kind->full != NULL && self->settings != NULL &&
          relais_allowed_contains (self->settings, kind->key, *part))
        continue;
      if (**part != '\0' &&
          !g_ptr_array_find_with_equal_func (values, *part, g_str_equal, NULL))
        g_ptr_array_add (values, g_strdup (*part));
    }
  g_ptr_array_add (values, NULL);
  return (char **)g_ptr_array_free (g_steal_pointer (&values), FALSE);
}

/* The title that says what is wrong with them, NULL for nothing. Of a proxy a password is said to
 * be unwanted, whatever else is wrong. */
static const char *
find_fault (RelaisSettingRow  *self,
            char             **values)
{
  const Kind *kind = get_kind (self);
  guint n = g_strv_length (values);

  if (kind->check == check_proxy &&
      relais_outbound_check (gtk_editable_get_text (GTK_EDITABLE (self))) == RELAIS_OUTBOUND_SECRET)
    return _("_Proxy: without name and password");
  for (guint i = 0; i < n; i++)
    if (!kind->check (values[i]))
      return _(kind->wrong);
  if (kind->full == NULL)
    return n > 1 ? _(kind->wrong) : NULL;
  return n > 0 && self->settings != NULL && n > relais_allowed_get_room (self->settings, kind->key)
    ? _(kind->full)
    : NULL;
}

/* While something in it could never match there is nothing to apply: the old ones hold, and what
 * was typed stays. */
static void
update (RelaisSettingRow *self)
{
  g_auto (GStrv) values = dup_values (self);
  const char *fault = find_fault (self, values);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self),
                                 fault != NULL ? fault : _(get_kind (self)->title));
  if (fault == NULL)
    gtk_widget_remove_css_class (GTK_WIDGET (self), "error");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self), "error");
  adw_entry_row_set_show_apply_button (ADW_ENTRY_ROW (self), fault == NULL && !self->showing);
}

static char *
dup_stored (RelaisSettingRow *self)
{
  const Kind *kind = get_kind (self);

  return kind->full == NULL ? g_settings_get_string (self->settings, kind->key) : g_strdup ("");
}

static void
show (RelaisSettingRow *self)
{
  g_autofree char *text = NULL;

  if (self->settings == NULL)
    return;
  text = dup_stored (self);
  self->showing = TRUE;
  self->edited = FALSE;
  adw_entry_row_set_show_apply_button (ADW_ENTRY_ROW (self), FALSE);
  gtk_editable_set_text (GTK_EDITABLE (self), text);
  self->showing = FALSE;
  update (self);
}

/* What somebody is typing is not taken from under their hands. */
static void
relais_setting_row_setting_cb (RelaisSettingRow *self,
                               const char       *key)
{
  if (!g_str_equal (key, get_kind (self)->key))
    return;
  if (self->edited)
    update (self);
  else
    show (self);
}

static void
relais_setting_row_changed_cb (RelaisSettingRow *self)
{
  if (self->showing)
    return;
  self->edited = TRUE;
  update (self);
}

static void
relais_setting_row_apply_cb (RelaisSettingRow *self)
{
  g_auto (GStrv) values = dup_values (self);
  const Kind *kind = get_kind (self);

  if (self->settings == NULL || find_fault (self, values) != NULL)
    return;
  if (kind->full == NULL)
    g_settings_set_string (self->settings, kind->key, values[0] != NULL ? values[0] : "");
  else
    for (guint i = 0; values[i] != NULL; i++)
      relais_allowed_insert (self->settings, kind->key, values[i], -1);
  show (self);
}

/* With nothing to take back, the key is for the window. */
static gboolean
relais_setting_row_revert_cb (GtkWidget *widget,
                              GVariant  *args,
                              gpointer   data)
{
  RelaisSettingRow *self = RELAIS_SETTING_ROW (widget);

  if (!self->edited)
    return GDK_EVENT_PROPAGATE;
  show (self);
  return GDK_EVENT_STOP;
}

static void
set_settings (RelaisSettingRow *self,
              GSettings        *settings)
{
  if (!g_set_object (&self->settings, settings))
    return;
  g_signal_group_set_target (self->signals, settings);
  show (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SETTINGS]);
}

static void
relais_setting_row_constructed (GObject *object)
{
  RelaisSettingRow *self = RELAIS_SETTING_ROW (object);

  G_OBJECT_CLASS (relais_setting_row_parent_class)->constructed (object);

  update (self);
}

static void
relais_setting_row_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  RelaisSettingRow *self = RELAIS_SETTING_ROW (object);

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
relais_setting_row_set_property (GObject      *object,
                                 guint         prop_id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  RelaisSettingRow *self = RELAIS_SETTING_ROW (object);

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
relais_setting_row_dispose (GObject *object)
{
  RelaisSettingRow *self = RELAIS_SETTING_ROW (object);

  g_clear_object (&self->signals);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (relais_setting_row_parent_class)->dispose (object);
}

static void
relais_setting_row_finalize (GObject *object)
{
  g_free (RELAIS_SETTING_ROW (object)->key);

  G_OBJECT_CLASS (relais_setting_row_parent_class)->finalize (object);
}

static void
relais_setting_row_class_init (RelaisSettingRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->constructed = relais_setting_row_constructed;
  object_class->dispose = relais_setting_row_dispose;
  object_class->finalize = relais_setting_row_finalize;
  object_class->get_property = relais_setting_row_get_property;
  object_class->set_property = relais_setting_row_set_property;

  properties[PROP_KEY] =
    g_param_spec_string ("key", NULL, NULL, NULL,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_SETTINGS] =
    g_param_spec_object ("settings", NULL, NULL, G_TYPE_SETTINGS,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_add_binding (widget_class, GDK_KEY_Escape, 0, relais_setting_row_revert_cb,
                                NULL);
}

static void
relais_setting_row_init (RelaisSettingRow *self)
{
  relais_names_from_tooltips (GTK_WIDGET (self));
  adw_preferences_row_set_use_underline (ADW_PREFERENCES_ROW (self), TRUE);
  adw_entry_row_set_input_purpose (ADW_ENTRY_ROW (self), GTK_INPUT_PURPOSE_URL);

  self->signals = g_signal_group_new (G_TYPE_SETTINGS);
  g_signal_group_connect_swapped (self->signals, "changed",
                                  G_CALLBACK (relais_setting_row_setting_cb), self);
  g_signal_connect (self, "changed", G_CALLBACK (relais_setting_row_changed_cb), NULL);
  g_signal_connect (self, "apply", G_CALLBACK (relais_setting_row_apply_cb), NULL);
}
