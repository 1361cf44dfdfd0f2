/* relais-record-view.c: all that is known of one request
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-record-view"

#include "config.h"

#include <glib/gi18n.h>

#include "base/relais-error.h"

#include "relais-account-words.h"
#include "relais-allow-row.h"
#include "relais-content-page.h"
#include "relais-contents-group.h"
#include "relais-record-view.h"
#include "relais-toast.h"
#include "relais-words.h"

struct _RelaisRecordView
{
  AdwWindow            parent_instance;

  /* template children */
  GtkWidget           *content;
  RelaisContentPage   *content_page;
  RelaisContentsGroup *contents;
  GtkStack            *stack;

  /* owned */
  RelaisEngine        *engine;
  RelaisRecordRow     *record;
  GSettings           *settings;
};

enum {
  PROP_0,
  PROP_ENGINE,
  PROP_RECORD,
  PROP_SETTINGS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (RelaisRecordView, relais_record_view, ADW_TYPE_WINDOW)

static gboolean
is_empty (const char *text)
{
  return text == NULL || *text == '\0';
}

static gboolean
relais_record_view_has (gpointer    object,
                        const char *text)
{
  return !is_empty (text);
}

static gboolean
relais_record_view_has_number (gpointer object,
                               guint    number)
{
  return number > 0;
}

static char *
relais_record_view_text (gpointer    object,
                         const char *text)
{
  return g_strdup (is_empty (text) ? "–" : text);
}

/* Two words of one line, the second only where there is one. */
static char *
relais_record_view_pair (gpointer    object,
                         const char *first,
                         const char *second)
{
  if (is_empty (second))
    return relais_record_view_text (object, first);
  if (is_empty (first))
    return g_strdup (second);
  return g_strdup_printf ("%s · %s", first, second);
}

static char *
relais_record_view_request (gpointer    object,
                            const char *method,
                            const char *path)
{
  return is_empty (method) ? relais_record_view_text (object, path)
                           : g_strdup_printf ("%s %s", method, is_empty (path) ? "–" : path);
}

static char *
relais_record_view_formats (gpointer    object,
                            const char *dialect,
                            const char *upstream_dialect)
{
  if (is_empty (upstream_dialect) || g_strcmp0 (dialect, upstream_dialect) == 0)
    return relais_record_view_text (object, dialect);
  return g_strdup_printf ("%s → %s", is_empty (dialect) ? "–" : dialect, upstream_dialect);
}

static char *
relais_record_view_number (gpointer object,
                           guint64  number)
{
  return g_strdup_printf ("%" G_GUINT64_FORMAT, number);
}

static char *
relais_record_view_count (gpointer object,
                          guint    count)
{
  return count > 0 ? g_strdup_printf ("%u", count) : g_strdup ("–");
}

static char *
relais_record_view_moment (gpointer object,
                           gint64   time_us)
{
  g_autofree char *text = relais_words_moment (time_us);

  return g_strdup (g_strstrip (text));
}

static char *
relais_record_view_status (gpointer object,
                           guint    status,
                           gboolean running,
                           gboolean aborted)
{
  g_autofree char *number = status > 0 ? g_strdup_printf ("%u", status) : NULL;

  if (aborted)
    return relais_record_view_pair (object, number, _("The client left before the end"));
  if (running)
    return relais_record_view_pair (object, number, _("Still running"));
  return relais_record_view_text (object, number);
}

static char *
relais_record_view_duration (gpointer object,
                             gint64   duration_us,
                             gboolean running)
{
  if (duration_us < 0 && !running)
    return g_strdup ("–");
  return relais_words_duration (duration_us);
}

static char *
relais_record_view_tokens (gpointer object,
                           gint64   tokens,
                           gint64   input,
                           gint64   output,
                           gboolean estimated)
{
  g_autofree char *text = NULL;

  if (tokens < 0)
    return g_strdup ("–");
  if (input < 0 || output < 0)
    text = g_strdup_printf ("%'" G_GINT64_FORMAT, tokens);
  else
    /* Translators: tokens in all, read and written, as in “1,204 (980 in, 224 out)” */
    text = g_strdup_printf (_("%'d (%'d in, %'d out)"), (int)tokens, (int)input,
                               (int)output);
  return g_strconcat (estimated ? "≈ " : "", text, NULL);
}

static gboolean
relais_record_view_has_trace (gpointer   object,
                              GPtrArray *trace)
{
  g_autofree char *text = relais_account_words_trace (trace);

  return text != NULL;
}

static char *
relais_record_view_trace (gpointer   object,
                          GPtrArray *trace)
{
  return relais_account_words_trace (trace);
}

/* Of the account that was asked last, or where none was, of the last that was left out. */
static const RelaisTraceStep *
find_last (GPtrArray *trace)
{
  for (guint i = trace != NULL ? trace->len : 0; i-- > 0;)
    {
      const RelaisTraceStep *step = g_ptr_array_index (trace, i);

      if (step->kind == RELAIS_TRACE_TRIED || step->kind == RELAIS_TRACE_SKIPPED)
        return step;
    }
  return NULL;
}

/* Where a person can mend that account. */
static gboolean
relais_record_view_may_edit (gpointer   object,
                             guint      status,
                             GPtrArray *trace)
{
  const RelaisTraceStep *last = find_last (trace);

  return status >= 400 && last != NULL &&
         (g_strcmp0 (last->reason, "bad-key") == 0 || g_strcmp0 (last->reason, "no-credit") == 0);
}

/* Where one could help: the request failed, named a model, and nothing else is to be mended. */
static gboolean
relais_record_view_may_rule (gpointer    object,
                             const char *model,
                             guint       status,
                             gboolean    may_edit)
{
  return !is_empty (model) && status >= 400 && !may_edit;
}

/* One that was left out is known by its label alone, which it may have no more. */
static char *
dup_account_id (RelaisRecordView *self)
{
  g_autoptr (GPtrArray) trace = NULL;
  g_autofree char *id = NULL;
  const RelaisTraceStep *last = NULL;
  GListModel *accounts = relais_engine_list_accounts (self->engine);

  g_object_get (self->record, "account-id", &id, "trace", &trace, NULL);
  last = find_last (trace);
  if (!is_empty (id) || last == NULL)
    return g_steal_pointer (&id);
  for (guint i = 0; i < g_list_model_get_n_items (accounts); i++)
    {
      g_autoptr (RelaisAccountRow) row = g_list_model_get_item (accounts, i);

      if (g_strcmp0 (relais_account_row_get_label (row), last->account) == 0)
        return g_strdup (relais_account_row_get_id (row));
    }
  return NULL;
}

/* For another window of the same, about @target where there is one. */
static void
leave_for (RelaisRecordView *self,
           const char       *action,
           const char       *target)
{
  GtkWindow *window = gtk_window_get_transient_for (GTK_WINDOW (self));

  gtk_window_destroy (GTK_WINDOW (self));
  if (window != NULL)
    gtk_widget_activate_action_variant (GTK_WIDGET (window), action,
                                        target != NULL ? g_variant_new_string (target) : NULL);
}

static gboolean
leave_for_rule_cb (gpointer data)
{
  RelaisRecordView *self = data;

  /* else closed meanwhile */
  if (self->record != NULL)
    leave_for (self, "win.add-rule", relais_record_row_get_model (self->record));
  return G_SOURCE_REMOVE;
}

static gboolean
leave_for_account_cb (gpointer data)
{
  RelaisRecordView *self = data;
  g_autofree char *id = self->record != NULL ? dup_account_id (self) : NULL;

  if (self->record != NULL)
    leave_for (self, id != NULL ? "win.edit-account" : "win.page", id != NULL ? id : "accounts");
  return G_SOURCE_REMOVE;
}

static gboolean
leave_for_preferences_cb (gpointer data)
{
  RelaisRecordView *self = data;

  if (self->record != NULL)
    leave_for (self, "win.preferences", NULL);
  return G_SOURCE_REMOVE;
}

/* Not at once: the button that was clicked goes with the window. */
static void
relais_record_view_add_rule_cb (RelaisRecordView *self)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, leave_for_rule_cb, g_object_ref (self), g_object_unref);
}

static void
relais_record_view_edit_cb (RelaisRecordView *self)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, leave_for_account_cb, g_object_ref (self), g_object_unref);
}

static void
relais_record_view_preferences (GtkWidget  *widget,
                                const char *action,
                                GVariant   *parameter)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, leave_for_preferences_cb, g_object_ref (widget),
                   g_object_unref);
}

static void
append_rows (GtkWidget *widget,
             GString   *text)
{
  if (!gtk_widget_get_visible (widget) || RELAIS_IS_ALLOW_ROW (widget) ||
      RELAIS_IS_CONTENTS_GROUP (widget))
    return;
  if (ADW_IS_ACTION_ROW (widget))
    {
      const char *value = adw_action_row_get_subtitle (ADW_ACTION_ROW (widget));

      g_string_append (text, adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)));
      if (!is_empty (value))
        g_string_append_printf (text, ": %s", value);
      g_string_append_c (text, '\n');
      return;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    append_rows (child, text);
}

/* As plain text, one line a row: to ask somebody, or to report it. */
static void
relais_record_view_copy (GtkWidget  *widget,
                         const char *action,
                         GVariant   *parameter)
{
  RelaisRecordView *self = RELAIS_RECORD_VIEW (widget);
  g_autoptr (GString) text = g_string_new (NULL);

  append_rows (self->content, text);
  relais_toast_copy (self->content, text->str, _("Details copied"));
}

static void
relais_record_view_copy_curl (GtkWidget  *widget,
                              const char *action,
                              GVariant   *parameter)
{
  RelaisRecordView *self = RELAIS_RECORD_VIEW (widget);

  relais_toast_copy (self->content, relais_contents_group_get_bodies (self->contents)->curl,
                     _("Command copied: it reads the key from RELAIS_API_KEY"));
}

/* Why it was not sent again. */
static char *
dup_reason (const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return g_strdup (_("Not sent: it is not kept whole any more"));
  if (g_error_matches (error, RELAIS_ERROR, RELAIS_ERROR_BUSY))
    return g_strdup (_("Not sent: too many are still running"));
  if (g_error_matches (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING))
    return g_strdup (_("Not sent: the proxy is stopped"));
  /* Translators: the system’s own words */
  return g_strdup_printf (_("Not sent: %s"), error->message);
}

static void
relais_record_view_sent_again_cb (GObject      *source,
                                  GAsyncResult *result,
                                  gpointer      data)
{
  g_autoptr (RelaisRecordView) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *reason = NULL;

  relais_engine_send_again_finish (RELAIS_ENGINE (source), result, &error);
  if (self->record == NULL)
    return;
  reason = error != NULL ? dup_reason (error) : NULL;
  relais_toast_show (self->content, reason != NULL ? reason : _("Sent again: a new request in the monitor"));
}

static void
relais_record_view_send_again (GtkWidget  *widget,
                               const char *action,
                               GVariant   *parameter)
{
  RelaisRecordView *self = RELAIS_RECORD_VIEW (widget);

  relais_engine_send_again_async (self->engine, self->record, NULL,
                                  relais_record_view_sent_again_cb, g_object_ref (self));
}

static void
relais_record_view_update_actions (RelaisRecordView *self)
{
  const RelaisRecordBodies *bodies = relais_contents_group_get_bodies (self->contents);
  gboolean running = relais_engine_get_state (self->engine) == RELAIS_ENGINE_RUNNING;

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "record.copy-curl",
                                 bodies != NULL && bodies->curl != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "record.send-again",
                                 running && bodies != NULL && bodies->can_send_again);
}

static gboolean
is_reading (RelaisRecordView *self)
{
  return gtk_stack_get_visible_child (self->stack) == GTK_WIDGET (self->content_page);
}

static void
relais_record_view_read (GtkWidget  *widget,
                         const char *action,
                         GVariant   *parameter)
{
  RelaisRecordView *self = RELAIS_RECORD_VIEW (widget);

  gtk_stack_set_visible_child (self->stack, GTK_WIDGET (self->content_page));
  relais_contents_group_show (self->contents, g_variant_get_uint32 (parameter), self->content_page);
}

static void
relais_record_view_back (GtkWidget  *widget,
                         const char *action,
                         GVariant   *parameter)
{
  gtk_stack_set_visible_child_name (RELAIS_RECORD_VIEW (widget)->stack, "details");
}

/* Escape goes back to the details first. */
static gboolean
relais_record_view_escape_cb (GtkWidget *widget,
                              GVariant  *args,
                              gpointer   data)
{
  gtk_widget_activate_action (widget, is_reading (RELAIS_RECORD_VIEW (widget)) ? "record.back" : "window.close",
                              NULL);
  return GDK_EVENT_STOP;
}

static void
relais_record_view_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  RelaisRecordView *self = RELAIS_RECORD_VIEW (object);

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
relais_record_view_set_property (GObject      *object,
                                 guint         prop_id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  RelaisRecordView *self = RELAIS_RECORD_VIEW (object);

  switch (prop_id)
    {
    case PROP_ENGINE:
      self->engine = g_value_dup_object (value);
      break;
    case PROP_RECORD:
      self->record = g_value_dup_object (value);
      break;
    case PROP_SETTINGS:
      self->settings = g_value_dup_object (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_record_view_constructed (GObject *object)
{
  RelaisRecordView *self = RELAIS_RECORD_VIEW (object);

  G_OBJECT_CLASS (relais_record_view_parent_class)->constructed (object);

  g_signal_connect_object (self->engine, "notify::state",
                           G_CALLBACK (relais_record_view_update_actions), self, G_CONNECT_SWAPPED);
  relais_record_view_update_actions (self);
}

static void
relais_record_view_dispose (GObject *object)
{
  RelaisRecordView *self = RELAIS_RECORD_VIEW (object);

  g_clear_object (&self->engine);
  g_clear_object (&self->record);
  g_clear_object (&self->settings);
  gtk_widget_dispose_template (GTK_WIDGET (object), RELAIS_TYPE_RECORD_VIEW);

  G_OBJECT_CLASS (relais_record_view_parent_class)->dispose (object);
}

static void
relais_record_view_class_init (RelaisRecordViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->constructed = relais_record_view_constructed;
  object_class->dispose = relais_record_view_dispose;
  object_class->get_property = relais_record_view_get_property;
  object_class->set_property = relais_record_view_set_property;

  properties[PROP_ENGINE] =
    g_param_spec_object ("engine", NULL, NULL, RELAIS_TYPE_ENGINE,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_RECORD] =
    g_param_spec_object ("record", NULL, NULL, RELAIS_TYPE_RECORD_ROW,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_SETTINGS] =
    g_param_spec_object ("settings", NULL, NULL, G_TYPE_SETTINGS,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (RELAIS_TYPE_ALLOW_ROW);
  g_type_ensure (RELAIS_TYPE_CONTENT_PAGE);
  g_type_ensure (RELAIS_TYPE_CONTENTS_GROUP);

  gtk_widget_class_install_action (widget_class, "record.back", NULL, relais_record_view_back);
  gtk_widget_class_install_action (widget_class, "record.contents", "u", relais_record_view_read);
  gtk_widget_class_install_action (widget_class, "record.copy", NULL, relais_record_view_copy);
  gtk_widget_class_install_action (widget_class, "record.copy-curl", NULL, relais_record_view_copy_curl);
  gtk_widget_class_install_action (widget_class, "record.preferences", NULL, relais_record_view_preferences);
  gtk_widget_class_install_action (widget_class, "record.send-again", NULL, relais_record_view_send_again);

  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_w, GDK_CONTROL_MASK, "window.close", NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Escape, 0, relais_record_view_escape_cb,
                                NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Left, GDK_ALT_MASK, "record.back", NULL);
  gtk_widget_class_set_template_from_resource (widget_class, "/dev/relais/Relais/relais-record-view.ui");
  gtk_widget_class_bind_template_child (widget_class, RelaisRecordView, content);
  gtk_widget_class_bind_template_child (widget_class, RelaisRecordView, content_page);
  gtk_widget_class_bind_template_child (widget_class, RelaisRecordView, contents);
  gtk_widget_class_bind_template_child (widget_class, RelaisRecordView, stack);
  gtk_widget_class_bind_template_callback (widget_class, relais_record_view_add_rule_cb);
  gtk_widget_class_bind_template_callback (widget_class, relais_record_view_count);
  gtk_widget_class_bind_template_callback (widget_class, relais_record_view_duration);
  gtk_widget_class_bind_template_callback (widget_class, relais_record_view_edit_cb);
  gtk_widget_class_bind_template_callback (widget_class, relais_record_view_formats);
  gtk_widget_class_bind_template_callback (widget_class, relais_record_view_has);
  gtk_widget_class_bind_template_callback (widget_class, relais_record_view_has_number);
  gtk_widget_class_bind_template_callback (widget_class, relais_record_view_has_trace);
  gtk_widget_class_bind_template_callback (widget_class, relais_record_view_may_edit);
  gtk_widget_class_bind_template_callback (widget_class, relais_record_view_may_rule);
  gtk_widget_class_bind_template_callback (widget_class, relais_record_view_moment);
  gtk_widget_class_bind_template_callback (widget_class, relais_record_view_number);
  gtk_widget_class_bind_template_callback (widget_class, relais_record_view_pair);
  gtk_widget_class_bind_template_callback (widget_class, relais_record_view_request);
  gtk_widget_class_bind_template_callback (widget_class, relais_record_view_status);
  gtk_widget_class_bind_template_callback (widget_class, relais_record_view_text);
  gtk_widget_class_bind_template_callback (widget_class, relais_record_view_tokens);
  gtk_widget_class_bind_template_callback (widget_class, relais_record_view_trace);
  gtk_widget_class_bind_template_callback (widget_class, relais_record_view_update_actions);
}

static void
relais_record_view_init (RelaisRecordView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * relais_record_view_new:
 * @record: a request, over or not
 * @settings: of the schema `dev.relais.Relais`; who was refused can be allowed there
 * @engine: whose request it is; it has its contents, and the account that is to be mended
 *
 * Follows it while it runs.
 *
 * Returns: (transfer none): a window, not yet shown
 */
GtkWidget *
relais_record_view_new (RelaisRecordRow *record,
                        GSettings       *settings,
                        RelaisEngine    *engine)
{
  g_return_val_if_fail (RELAIS_IS_RECORD_ROW (record), NULL);
  g_return_val_if_fail (G_IS_SETTINGS (settings), NULL);
  g_return_val_if_fail (RELAIS_IS_ENGINE (engine), NULL);

  return g_object_new (RELAIS_TYPE_RECORD_VIEW, "record", record, "settings", settings, "engine",
                       engine, NULL);
}
