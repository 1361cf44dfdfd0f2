/* relais-contents-group.c: what a request and its answer said, as far as it is kept
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-contents-group"

#include "config.h"

#include <glib/gi18n.h>

#include "relais-contents-group.h"
#include "relais-words.h"

struct _RelaisContentsGroup
{
  AdwPreferencesGroup  parent_instance;

  /* template children */
  AdwActionRow        *answer;
  AdwActionRow        *asked;
  AdwActionRow        *heard;
  AdwActionRow        *none;
  GtkWidget           *preferences;
  AdwActionRow        *request;

  /* owned */
  RelaisEngine        *engine;
  RelaisRecordRow     *record;
  GSettings           *settings;
  GSignalGroup        *engine_signals;
  GSignalGroup        *record_signals;
  GCancellable *cancellable;  /* of what is being loaded, or NULL */
  RelaisRecordBodies *bodies; /* or NULL */
  GError *error;              /* why there are none, or NULL */
};

enum {
  PROP_0,
  PROP_ENGINE,
  PROP_RECORD,
  PROP_SETTINGS,
  N_PROPS
};

enum {
  LOADED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RelaisContentsGroup, relais_contents_group, ADW_TYPE_PREFERENCES_GROUP)

static AdwActionRow *
get_row (RelaisContentsGroup *self,
         RelaisBodyKind       kind)
{
  switch (kind)
    {
    case RELAIS_BODY_CLIENT_IN:
      return self->request;
    case RELAIS_BODY_UPSTREAM_OUT:
      return self->asked;
    case RELAIS_BODY_UPSTREAM_IN:
      return self->heard;
    case RELAIS_BODY_CLIENT_OUT:
    case RELAIS_N_BODIES:
    default:
      return self->answer;
    }
}

static gboolean
is_same (const RelaisBodyText *one,
         const RelaisBodyText *other)
{
  return one->total == other->total && one->size == other->size &&
         g_strcmp0 (one->text, other->text) == 0;
}

static void
show_part (RelaisContentsGroup *self,
           RelaisBodyKind       kind,
           gboolean             shown,
           const char          *title)
{
  const RelaisBodyText *part = &self->bodies->parts[kind];
  AdwActionRow *row = get_row (self, kind);
  g_autofree char *size = relais_words_size (part->size, part->total, part->is_whole);
  gboolean awaited = kind == RELAIS_BODY_CLIENT_OUT && part->total == 0 &&
                     relais_record_row_get_running (self->record);

  gtk_widget_set_visible (GTK_WIDGET (row), shown && (part->total > 0 || awaited));
  gtk_widget_set_sensitive (GTK_WIDGET (row), !awaited);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (row, awaited ? _("Still running") : size);
}

/* What went through as it came is shown once. */
static void
show_pair (RelaisContentsGroup *self,
           RelaisBodyKind       of_client,
           RelaisBodyKind       of_upstream,
           const char          *both,
           const char          *client,
           const char          *upstream)
{
  const RelaisBodyText *parts = self->bodies->parts;
  gboolean once =
    parts[of_upstream].total == 0 || is_same (&parts[of_client], &parts[of_upstream]);

  show_part (self, of_client, TRUE, once ? both : client);
  show_part (self, of_upstream, !once, upstream);
}

static gboolean
has_any (const RelaisRecordBodies *bodies)
{
  for (guint i = 0; bodies != NULL && i < RELAIS_N_BODIES; i++)
    if (bodies->parts[i].total > 0)
      return TRUE;
  return FALSE;
}

/* Why it cannot be sent again, or NULL. */
static const char *
get_description (RelaisContentsGroup *self)
{
  if (!self->bodies->can_send_again)
    return _("This request was not kept whole, so it cannot be sent again");
  if (relais_engine_get_state (self->engine) != RELAIS_ENGINE_RUNNING)
    return _("Start the proxy to send this request again");
  return NULL;
}

/* Why there is nothing to see, and what to do about it. */
static void
show_none (RelaisContentsGroup *self)
{
  gboolean running = relais_record_row_get_running (self->record);
  gboolean failed =
    self->error != NULL && !g_error_matches (self->error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  gboolean lost = !running && !failed && !g_settings_get_boolean (self->settings, "record-bodies");
  g_autofree char *words = failed ? relais_words_error (self->error) : NULL;
  const char *title = running ? _("Nothing Yet") : _("Nothing Kept");

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->none), failed ? _("Not Available") : title);
  adw_action_row_set_subtitle (
    self->none, lost ? _("Only the last 200 requests keep their contents, and only until Relais quits") : words);
  gtk_widget_set_visible (self->preferences, lost);
}

static void
relais_contents_group_update (RelaisContentsGroup *self)
{
  gboolean any = has_any (self->bodies);
  gboolean loaded = self->bodies != NULL || self->error != NULL;

  for (guint i = 0; i < RELAIS_N_BODIES && !any; i++)
    gtk_widget_set_visible (GTK_WIDGET (get_row (self, i)), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->none), !any);
  gtk_widget_set_visible (GTK_WIDGET (self), loaded);
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (self),
                                         any ? get_description (self) : NULL);
  if (loaded && !any)
    show_none (self);
  if (!any)
    return;
  show_pair (self, RELAIS_BODY_CLIENT_IN, RELAIS_BODY_UPSTREAM_OUT, _("Request"), _("Request of the Client"), _("Request to the Provider"));
  show_pair (self, RELAIS_BODY_CLIENT_OUT, RELAIS_BODY_UPSTREAM_IN, _("Answer"), _("Answer to the Client"), _("Answer of the Provider"));
}

static void
relais_contents_group_loaded_cb (GObject      *source,
                                 GAsyncResult *result,
                                 gpointer      data)
{
  g_autoptr (RelaisContentsGroup) self = data;
  g_autoptr (GError) error = NULL;
  RelaisRecordBodies *bodies =
    relais_engine_load_bodies_finish (RELAIS_ENGINE (source), result, &error);

  /* gone, or asked again since */
  if (g_task_get_cancellable (G_TASK (result)) != self->cancellable)
    {
      g_clear_pointer (&bodies, relais_record_bodies_free);
      return;
    }
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->bodies, relais_record_bodies_free);
  g_clear_error (&self->error);
  self->bodies = bodies;
  self->error = g_steal_pointer (&error);
  relais_contents_group_update (self);
  g_signal_emit (self, signals[LOADED], 0);
}

/* As it opens, as the answer begins, and when it is over. */
static void
relais_contents_group_load (RelaisContentsGroup *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->engine == NULL || self->record == NULL || self->settings == NULL)
    return;
  self->cancellable = g_cancellable_new ();
  relais_engine_load_bodies_async (self->engine, self->record, self->cancellable,
                                   relais_contents_group_loaded_cb, g_object_ref (self));
}

static void
relais_contents_group_get_property (GObject    *object,
                                    guint       prop_id,
                                    GValue     *value,
                                    GParamSpec *pspec)
{
  RelaisContentsGroup *self = RELAIS_CONTENTS_GROUP (object);

  switch (prop_id)
    {
    case PROP_ENGINE:
      g_value_set_object (value, self->engine);
      break;
    case PROP_RECORD:
      g_value_set_object (value, self->record);
      break;
    case PROP_SETTINGS:
      g_value_set_object (value, self->settings);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_contents_group_set_property (GObject      *object,
                                    guint         prop_id,
                                    const GValue *value,
                                    GParamSpec   *pspec)
{
  RelaisContentsGroup *self = RELAIS_CONTENTS_GROUP (object);
  gboolean changed = FALSE;

  switch (prop_id)
    {
    case PROP_ENGINE:
      changed = g_set_object (&self->engine, g_value_get_object (value));
      g_signal_group_set_target (self->engine_signals, self->engine);
      break;
    case PROP_RECORD:
      changed = g_set_object (&self->record, g_value_get_object (value));
      g_signal_group_set_target (self->record_signals, self->record);
      break;
    case PROP_SETTINGS:
      changed = g_set_object (&self->settings, g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
  if (!changed)
    return;
  relais_contents_group_load (self);
  g_object_notify_by_pspec (object, pspec);
}

static void
relais_contents_group_dispose (GObject *object)
{
  RelaisContentsGroup *self = RELAIS_CONTENTS_GROUP (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->engine_signals);
  g_clear_object (&self->record_signals);
  g_clear_object (&self->engine);
  g_clear_object (&self->record);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->bodies, relais_record_bodies_free);
  g_clear_error (&self->error);
  gtk_widget_dispose_template (GTK_WIDGET (object), RELAIS_TYPE_CONTENTS_GROUP);

  G_OBJECT_CLASS (relais_contents_group_parent_class)->dispose (object);
}

static void
relais_contents_group_class_init (RelaisContentsGroupClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = relais_contents_group_dispose;
  object_class->get_property = relais_contents_group_get_property;
  object_class->set_property = relais_contents_group_set_property;

  properties[PROP_ENGINE] = g_param_spec_object ("engine", NULL, NULL, RELAIS_TYPE_ENGINE, flags);
  properties[PROP_RECORD] =
    g_param_spec_object ("record", NULL, NULL, RELAIS_TYPE_RECORD_ROW, flags);
  properties[PROP_SETTINGS] = g_param_spec_object ("settings", NULL, NULL, G_TYPE_SETTINGS, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[LOADED] = g_signal_new ("loaded", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, "/dev/relais/Relais/relais-contents-group.ui");
  gtk_widget_class_bind_template_child (widget_class, RelaisContentsGroup, answer);
  gtk_widget_class_bind_template_child (widget_class, RelaisContentsGroup, asked);
  gtk_widget_class_bind_template_child (widget_class, RelaisContentsGroup, heard);
  gtk_widget_class_bind_template_child (widget_class, RelaisContentsGroup, none);
  gtk_widget_class_bind_template_child (widget_class, RelaisContentsGroup, preferences);
  gtk_widget_class_bind_template_child (widget_class, RelaisContentsGroup, request);
}

static void
relais_contents_group_init (RelaisContentsGroup *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  self->engine_signals = g_signal_group_new (RELAIS_TYPE_ENGINE);
  g_signal_group_connect_swapped (self->engine_signals, "notify::state",
                                  G_CALLBACK (relais_contents_group_update), self);
  self->record_signals = g_signal_group_new (RELAIS_TYPE_RECORD_ROW);
  g_signal_group_connect_swapped (self->record_signals, "notify::first-byte-us",
                                  G_CALLBACK (relais_contents_group_load), self);
  g_signal_group_connect_swapped (self->record_signals, "notify::running",
                                  G_CALLBACK (relais_contents_group_load), self);
}

/**
 * relais_contents_group_get_bodies:
 * @self: a group
 *
 * Returns: (transfer none) (nullable): what is kept, until "loaded" is emitted again; %NULL while
 *   it is being loaded, and where nothing is
 */
const RelaisRecordBodies *
relais_contents_group_get_bodies (RelaisContentsGroup *self)
{
  g_return_val_if_fail (RELAIS_IS_CONTENTS_GROUP (self), NULL);

  return self->bodies;
}

/**
 * relais_contents_group_show:
 * @self: a group
 * @kind: a RelaisBodyKind; one that is kept
 * @page: where to show it
 */
void
relais_contents_group_show (RelaisContentsGroup *self,
                            guint                kind,
                            RelaisContentPage   *page)
{
  const char *title = NULL;

  g_return_if_fail (RELAIS_IS_CONTENTS_GROUP (self));
  g_return_if_fail (self->bodies != NULL && kind < RELAIS_N_BODIES);

  title = adw_preferences_row_get_title (ADW_PREFERENCES_ROW (get_row (self, kind)));
  relais_content_page_show (page, title, &self->bodies->parts[kind]);
}
