/* relais-history-group.c: what of the requests is kept on this computer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-history-group"

#include "config.h"

#include <glib/gi18n.h>

#include "engine/relais-engine.h"

#include "relais-dialogs.h"
#include "relais-history-group.h"
#include "relais-spin-row.h"
#include "relais-switch-row.h"
#include "relais-toast.h"
#include "relais-words.h"

struct _RelaisHistoryGroup
{
  AdwPreferencesGroup  parent_instance;

  /* template children */
  RelaisSwitchRow     *bodies;
  RelaisSpinRow       *days;
  GtkWidget           *delete_button;
  RelaisSwitchRow     *keep;
  AdwActionRow        *kept;
  AdwActionRow        *trouble;

  /* owned */
  RelaisEngine        *engine;
  GSettings           *settings;
  char *amount; /* what there is to delete, or NULL */
};

enum {
  PROP_0,
  PROP_ENGINE,
  PROP_SETTINGS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (RelaisHistoryGroup, relais_history_group, ADW_TYPE_PREFERENCES_GROUP)

/* In the words of the engine; listed here for those who translate them. */
static const char *const troubles[] = {
  N_ ("The disk is full"),
  N_ ("The file cannot be written to"),
  N_ ("Another program uses the file"),
  N_ ("The file is damaged"),
  N_ ("The file is of a newer version of Relais"),
  N_ ("The disk reported an error"),
};

static const char *
translate (const char *trouble)
{
  for (gsize i = 0; i < G_N_ELEMENTS (troubles); i++)
    if (g_strcmp0 (trouble, troubles[i]) == 0)
      return _(troubles[i]);
  return trouble;
}

static void
relais_history_group_trouble_cb (RelaisHistoryGroup *self)
{
  g_autofree char *trouble = NULL;

  g_object_get (self->engine, "log-trouble", &trouble, NULL);
  adw_action_row_set_subtitle (self->trouble, trouble != NULL ? translate (trouble) : "");
  gtk_widget_set_visible (GTK_WIDGET (self->trouble), trouble != NULL);
}

/* “1,234 requests, 3.4 MB” */
static char *
make_amount (gint64 n_requests,
             gint64 size_bytes)
{
  g_autofree char *count = relais_words_amount (n_requests);
  g_autofree char *size = g_format_size ((guint64)size_bytes);

  /* Translators: a number, and a size as in “3.4 MB” */
  return g_strdup_printf (ngettext ("%s request, %s", "%s requests, %s", (gulong)n_requests), count,
                          size);
}

static void
relais_history_group_measured_cb (GObject      *source,
                                  GAsyncResult *result,
                                  gpointer      data)
{
  g_autoptr (RelaisHistoryGroup) self = data;
  g_autoptr (GError) error = NULL;
  gint64 n_requests = 0, size_bytes = 0;
  gboolean is_known = relais_engine_measure_log_finish (RELAIS_ENGINE (source), result, &n_requests,
                                                        &size_bytes, &error);

  if (self->engine == NULL)
    return;
  g_clear_pointer (&self->amount, g_free);
  /* a damaged one that is kept holds requests nobody can count */
  if (is_known && (n_requests > 0 || size_bytes > 0))
    self->amount = make_amount (n_requests, size_bytes);
  if (is_known)
    adw_action_row_set_subtitle (self->kept,
                                 self->amount != NULL ? self->amount : _("Nothing is kept"));
  else
    adw_action_row_set_subtitle (self->kept, translate (error->message));
  gtk_widget_set_sensitive (self->delete_button, !is_known || self->amount != NULL);
}

static void
relais_history_group_measure (RelaisHistoryGroup *self)
{
  if (self->engine != NULL)
    relais_engine_measure_log_async (self->engine, NULL, relais_history_group_measured_cb,
                                     g_object_ref (self));
}

static void
relais_history_group_deleted_cb (GObject      *source,
                                 GAsyncResult *result,
                                 gpointer      data)
{
  g_autoptr (RelaisHistoryGroup) self = data;
  g_autoptr (GError) error = NULL;
  gboolean is_deleted = relais_engine_delete_log_finish (RELAIS_ENGINE (source), result, &error);

  if (self->engine == NULL)
    return;
  if (is_deleted)
    relais_toast_show (GTK_WIDGET (self), _("History deleted"));
  else
    relais_dialogs_tell (GTK_WIDGET (self), _("History Not Deleted"), translate (error->message));
  relais_history_group_measure (self);
}

static void
relais_history_group_delete_answered (gpointer object,
                                      gboolean confirmed)
{
  RelaisHistoryGroup *self = object;

  if (confirmed && self->engine != NULL)
    relais_engine_delete_log_async (self->engine, NULL, relais_history_group_deleted_cb,
                                    g_object_ref (self));
}

static void
relais_history_group_delete_cb (RelaisHistoryGroup *self)
{
  g_autofree char *body = NULL;

  /* Translators: how much, as in “1,234 requests, 3.4 MB” */
  body = g_strdup_printf (_("%s will be deleted from the Monitor and from this computer. This cannot be undone."),
                             self->amount != NULL ? self->amount : _("History"));
  relais_dialogs_confirm (GTK_WIDGET (self), _("Delete the History?"), body, _("_Delete"), TRUE, relais_history_group_delete_answered, self);
}

static void
set_engine (RelaisHistoryGroup *self,
            RelaisEngine       *engine)
{
  if (!g_set_object (&self->engine, engine))
    return;
  if (engine != NULL)
    {
      g_signal_connect_object (engine, "notify::log-trouble",
                               G_CALLBACK (relais_history_group_trouble_cb), self,
                               G_CONNECT_SWAPPED);
      relais_history_group_trouble_cb (self);
      relais_history_group_measure (self);
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ENGINE]);
}

static void
set_settings (RelaisHistoryGroup *self,
              GSettings          *settings)
{
  if (!g_set_object (&self->settings, settings))
    return;
  if (settings != NULL)
    {
      g_settings_bind (settings, "log-requests", self->keep, "active", G_SETTINGS_BIND_DEFAULT);
      g_settings_bind (settings, "record-bodies", self->bodies, "active",
                       G_SETTINGS_BIND_DEFAULT | G_SETTINGS_BIND_NO_SENSITIVITY);
      g_settings_bind (settings, "retention-days", self->days, "value",
                       G_SETTINGS_BIND_DEFAULT | G_SETTINGS_BIND_NO_SENSITIVITY);
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SETTINGS]);
}

static void
relais_history_group_get_property (GObject    *object,
                                   guint       prop_id,
                                   GValue     *value,
                                   GParamSpec *pspec)
{
  RelaisHistoryGroup *self = RELAIS_HISTORY_GROUP (object);

  switch (prop_id)
    {
    case PROP_ENGINE:
      g_value_set_object (value, self->engine);
      break;
    case PROP_SETTINGS:
      g_value_set_object (value, self->settings);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_history_group_set_property (GObject      *object,
                                   guint         prop_id,
                                   const GValue *value,
                                   GParamSpec   *pspec)
{
  RelaisHistoryGroup *self = RELAIS_HISTORY_GROUP (object);

  switch (prop_id)
    {
    case PROP_ENGINE:
      set_engine (self, g_value_get_object (value));
      break;
    case PROP_SETTINGS:
      set_settings (self, g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_history_group_dispose (GObject *object)
{
  RelaisHistoryGroup *self = RELAIS_HISTORY_GROUP (object);

  g_clear_object (&self->engine);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->amount, g_free);
  gtk_widget_dispose_template (GTK_WIDGET (object), RELAIS_TYPE_HISTORY_GROUP);

  G_OBJECT_CLASS (relais_history_group_parent_class)->dispose (object);
}

static void
relais_history_group_class_init (RelaisHistoryGroupClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = relais_history_group_dispose;
  object_class->get_property = relais_history_group_get_property;
  object_class->set_property = relais_history_group_set_property;

  properties[PROP_ENGINE] = g_param_spec_object ("engine", NULL, NULL, RELAIS_TYPE_ENGINE, flags);
  properties[PROP_SETTINGS] = g_param_spec_object ("settings", NULL, NULL, G_TYPE_SETTINGS, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (RELAIS_TYPE_SPIN_ROW);
  g_type_ensure (RELAIS_TYPE_SWITCH_ROW);

  gtk_widget_class_set_template_from_resource (widget_class, "/dev/relais/Relais/relais-history-group.ui");
  gtk_widget_class_bind_template_child (widget_class, RelaisHistoryGroup, bodies);
  gtk_widget_class_bind_template_child (widget_class, RelaisHistoryGroup, days);
  gtk_widget_class_bind_template_child (widget_class, RelaisHistoryGroup, delete_button);
  gtk_widget_class_bind_template_child (widget_class, RelaisHistoryGroup, keep);
  gtk_widget_class_bind_template_child (widget_class, RelaisHistoryGroup, kept);
  gtk_widget_class_bind_template_child (widget_class, RelaisHistoryGroup, trouble);
  gtk_widget_class_bind_template_callback (widget_class, relais_history_group_delete_cb);
  gtk_widget_class_bind_template_callback (widget_class, relais_history_group_measure);
}

static void
relais_history_group_init (RelaisHistoryGroup *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
