/* relais-arrival-row.c: whether a client's requests arrive, and what becomes of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-arrival-row"

#include "config.h"

#include <glib/gi18n.h>

#include "relais-arrival-row.h"
#include "relais-words.h"

/* How far back a client is looked for. */
#define LOOK_BACK 200

struct _RelaisArrivalRow
{
  AdwActionRow  parent_instance;

  /* template children */
  GtkImage     *icon;

  /* owned */
  RelaisEngine *engine;
  GSignalGroup *list;  /* of the records */
  GSignalGroup *state; /* of the engine */
  GSignalGroup *row;   /* of the request that is shown */
  char         *name;
  char *agent; /* as records name the client; NULL: any */
};

G_DEFINE_FINAL_TYPE (RelaisArrivalRow, relais_arrival_row, ADW_TYPE_ACTION_ROW)

static void
show (RelaisArrivalRow *self,
      const char       *icon,
      const char       *style,
      const char       *title,
      const char       *subtitle)
{
  g_autofree char *before = g_strdup (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (self)));

  gtk_widget_set_visible (gtk_widget_get_parent (GTK_WIDGET (self->icon)), icon != NULL);
  gtk_image_set_from_icon_name (self->icon, icon);
  gtk_widget_remove_css_class (GTK_WIDGET (self->icon), "success");
  gtk_widget_remove_css_class (GTK_WIDGET (self->icon), "error");
  if (style != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self->icon), style);
  if (g_strcmp0 (before, title) != 0)
    adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), subtitle);
}

static gboolean
is_from (RelaisArrivalRow *self,
         RelaisRecordRow  *row)
{
  const char *client = relais_record_row_get_client (row);

  /* the window's own test; what an earlier run was asked */
  if (client == NULL || g_str_equal (client, "Relais") || relais_record_row_get_earlier (row))
    return FALSE;
  return self->agent == NULL || g_str_equal (client, self->agent);
}

/* Its newest request, or NULL. */
static RelaisRecordRow *
find (RelaisArrivalRow *self)
{
  GListModel *records = relais_engine_list_records (self->engine);
  guint n = MIN (g_list_model_get_n_items (records), LOOK_BACK);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (RelaisRecordRow) row = g_list_model_get_item (records, i);

      if (is_from (self, row))
        return g_steal_pointer (&row);
    }
  return NULL;
}

static void
show_failure (RelaisArrivalRow *self,
              RelaisRecordRow  *row)
{
  const char *error = relais_record_row_get_error (row);
  guint status = relais_record_row_get_status (row);
  g_autofree char *title = NULL;
  g_autofree char *text = NULL;

  /* Translators: the name of a program, such as Claude Code */
  title = g_strdup_printf (_("%s got an error"), self->name);
  switch (status)
    {
    case 401:
      text = g_strdup (_("It sent no key, or another one: copy the settings again"));
      break;
    case 404:
      text = relais_record_row_get_model (row) != NULL
        ? g_strdup_printf (_("No account serves the model “%s”: choose another one above"),
                              relais_record_row_get_model (row))
        : g_strdup (_("It uses another address: compare its base URL with the one above"));
      break;
    default:
      text = error != NULL ? g_strdup (error) : g_strdup_printf (_("Status %u; see the Monitor page"), status);
      break;
    }
  show (self, "dialog-error-symbolic", "error", title, text);
}

static void
show_success (RelaisArrivalRow *self,
              RelaisRecordRow  *row)
{
  const char *model = relais_record_row_get_model (row);
  g_autofree char *title = NULL;
  g_autofree char *text = NULL;
  g_autofree char *time = relais_words_time (relais_record_row_get_time (row));

  /* Translators: the name of a program, such as Claude Code */
  title = g_strdup_printf (_("%s is connected"), self->name);
  if (model != NULL)
    /* Translators: a model and a time, as in “Last answered by gemini-3-flash at 13:20:45” */
    text = g_strdup_printf (_("Last answered by %s at %s"), model, time);
  else
    text = g_strdup_printf (_("Last request at %s"), time);
  show (self, "object-select-symbolic", "success", title, text);
}

static void
relais_arrival_row_update (RelaisArrivalRow *self)
{
  g_autoptr (RelaisRecordRow) row = NULL;
  g_autofree char *text = NULL;

  if (self->engine == NULL || self->name == NULL)
    return;
  row = find (self);
  g_signal_group_set_target (self->row, row);
  if (row != NULL && relais_record_row_get_running (row))
    {
      /* Translators: the name of a program, such as Claude Code */
      text = g_strdup_printf (_("%s is asking…"), self->name);
      show (self, "object-select-symbolic", "success", text, relais_record_row_get_model (row));
    }
  else if (row != NULL && relais_record_row_get_status (row) >= 400)
    show_failure (self, row);
  else if (row != NULL)
    show_success (self, row);
  else if (relais_engine_get_state (self->engine) != RELAIS_ENGINE_RUNNING)
    show (self, NULL, NULL, _("No Request Yet"), _("Start the proxy, then use the client"));
  else
    {
      text = g_strdup_printf (_("Use %s, and its first request shows up here"), self->name);
      show (self, NULL, NULL, _("Waiting for the First Request…"), text);
    }
}

static void
relais_arrival_row_dispose (GObject *object)
{
  RelaisArrivalRow *self = RELAIS_ARRIVAL_ROW (object);

  g_clear_object (&self->list);
  g_clear_object (&self->state);
  g_clear_object (&self->row);
  g_clear_object (&self->engine);
  gtk_widget_dispose_template (GTK_WIDGET (object), RELAIS_TYPE_ARRIVAL_ROW);

  G_OBJECT_CLASS (relais_arrival_row_parent_class)->dispose (object);
}

static void
relais_arrival_row_finalize (GObject *object)
{
  RelaisArrivalRow *self = RELAIS_ARRIVAL_ROW (object);

  g_free (self->name);
  g_free (self->agent);

  G_OBJECT_CLASS (relais_arrival_row_parent_class)->finalize (object);
}

static void
relais_arrival_row_class_init (RelaisArrivalRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = relais_arrival_row_dispose;
  object_class->finalize = relais_arrival_row_finalize;

  gtk_widget_class_set_template_from_resource (widget_class, "/dev/relais/Relais/relais-arrival-row.ui");
  gtk_widget_class_bind_template_child (widget_class, RelaisArrivalRow, icon);
}

static GSignalGroup *
watch (RelaisArrivalRow *self,
       GType             type,
       const char       *signal)
{
  GSignalGroup *group = g_signal_group_new (type);

  g_signal_group_connect_swapped (group, signal, G_CALLBACK (relais_arrival_row_update), self);
  return group;
}

static void
relais_arrival_row_init (RelaisArrivalRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->list = watch (self, G_TYPE_LIST_MODEL, "items-changed");
  self->state = watch (self, RELAIS_TYPE_ENGINE, "notify::state");
  self->row = watch (self, RELAIS_TYPE_RECORD_ROW, "notify::running");
}

/**
 * relais_arrival_row_set_engine:
 * @self: a row
 * @engine: (nullable): whose requests to watch
 */
void
relais_arrival_row_set_engine (RelaisArrivalRow *self,
                               RelaisEngine     *engine)
{
  GListModel *records = engine != NULL ? relais_engine_list_records (engine) : NULL;

  g_return_if_fail (RELAIS_IS_ARRIVAL_ROW (self));

  if (!g_set_object (&self->engine, engine))
    return;
  g_signal_group_set_target (self->list, records);
  g_signal_group_set_target (self->state, engine);
  relais_arrival_row_update (self);
}

/**
 * relais_arrival_row_set_client:
 * @self: a row
 * @name: the client's name
 * @agent: (nullable): what records call it; %NULL for one that says no name of its own
 */
void
relais_arrival_row_set_client (RelaisArrivalRow *self,
                               const char       *name,
                               const char       *agent)
{
  g_return_if_fail (RELAIS_IS_ARRIVAL_ROW (self));

  g_free (self->name);
  g_free (self->agent);
  self->name = g_strdup (name);
  self->agent = g_strdup (agent);
  relais_arrival_row_update (self);
}
