/* relais-test-row.c: sends a real request, as a client would, and says what came of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-test-row"

#include "config.h"

#include <glib/gi18n.h>

#include "relais-test-row.h"
#include "relais-words.h"

struct _RelaisTestRow
{
  AdwActionRow  parent_instance;

  /* template children */
  GtkWidget    *button;
  GtkImage     *icon;
  GtkSpinner   *spinner;

  /* owned */
  RelaisEngine *engine;
  GSignalGroup *state; /* of the engine */
  GCancellable *cancellable;
  char         *dialect;
  char         *model;
  gboolean      testing;
};

G_DEFINE_FINAL_TYPE (RelaisTestRow, relais_test_row, ADW_TYPE_ACTION_ROW)

static void
show (RelaisTestRow *self,
      const char    *icon,
      const char    *style,
      const char    *text)
{
  /* its box, or the title keeps a distance from nothing */
  gtk_widget_set_visible (gtk_widget_get_parent (GTK_WIDGET (self->icon)), icon != NULL);
  gtk_image_set_from_icon_name (self->icon, icon);
  gtk_widget_remove_css_class (GTK_WIDGET (self->icon), "success");
  gtk_widget_remove_css_class (GTK_WIDGET (self->icon), "error");
  if (style != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self->icon), style);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), text);
}

static gboolean
is_running (RelaisTestRow *self)
{
  return self->engine != NULL && relais_engine_get_state (self->engine) == RELAIS_ENGINE_RUNNING;
}

static void
update_button (RelaisTestRow *self)
{
  gtk_widget_set_sensitive (self->button, is_running (self) && !self->testing);
  gtk_spinner_set_spinning (self->spinner, self->testing);
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), self->testing);
}

static void
relais_test_row_state_cb (RelaisTestRow *self)
{
  update_button (self);
  if (!self->testing)
    show (self, NULL, NULL,
          is_running (self) ? _("Sends a real request, as this client would") : _("Start the proxy to test"));
}

/* What a test said of another request says nothing of this one, not even when it says it later. */
static void
reset (RelaisTestRow *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  self->testing = FALSE;
  relais_test_row_state_cb (self);
}

static void
show_result (RelaisTestRow          *self,
             const RelaisTestResult *result)
{
  g_autofree char *text = NULL;
  g_autofree char *duration = NULL;

  if (!result->ok)
    {
      show (self, "dialog-error-symbolic", "error",
            result->message != NULL ? result->message : _("The test failed"));
      return;
    }
  duration = relais_words_duration (result->duration_us);
  /* Translators: a model and a duration, as in “Answered by gemini-3-flash in 412 ms” */
  text = g_strdup_printf (_("Answered by %s in %s"), result->model != NULL ? result->model : self->model, duration);
  show (self, "object-select-symbolic", "success", text);
}

static void
relais_test_row_tested_cb (GObject      *source,
                           GAsyncResult *result,
                           gpointer      data)
{
  g_autoptr (RelaisTestRow) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *words = NULL;
  g_autoptr (RelaisTestResult) test =
               relais_engine_test_request_finish (RELAIS_ENGINE (source), result, &error);

  /* gone, or reset since */
  if (self->engine == NULL || g_task_get_cancellable (G_TASK (result)) != self->cancellable)
    return;
  self->testing = FALSE;
  update_button (self);
  if (test != NULL)
    {
      show_result (self, test);
      return;
    }
  words = relais_words_error (error);
  show (self, "dialog-error-symbolic", "error", words);
}

static void
relais_test_row_clicked_cb (RelaisTestRow *self)
{
  self->testing = TRUE;
  update_button (self);
  show (self, NULL, NULL, _("Waiting for the answer…"));
  relais_engine_test_request_async (self->engine, self->dialect, self->model, self->cancellable,
                                    relais_test_row_tested_cb, g_object_ref (self));
}

static void
relais_test_row_dispose (GObject *object)
{
  RelaisTestRow *self = RELAIS_TEST_ROW (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->state);
  g_clear_object (&self->engine);
  gtk_widget_dispose_template (GTK_WIDGET (object), RELAIS_TYPE_TEST_ROW);

  G_OBJECT_CLASS (relais_test_row_parent_class)->dispose (object);
}

static void
relais_test_row_finalize (GObject *object)
{
  RelaisTestRow *self = RELAIS_TEST_ROW (object);

  g_clear_object (&self->cancellable);
  g_free (self->dialect);
  g_free (self->model);

  G_OBJECT_CLASS (relais_test_row_parent_class)->finalize (object);
}

static void
relais_test_row_class_init (RelaisTestRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = relais_test_row_dispose;
  object_class->finalize = relais_test_row_finalize;

  gtk_widget_class_set_template_from_resource (widget_class, "/dev/relais/Relais/relais-test-row.ui");
  gtk_widget_class_bind_template_child (widget_class, RelaisTestRow, button);
  gtk_widget_class_bind_template_child (widget_class, RelaisTestRow, icon);
  gtk_widget_class_bind_template_child (widget_class, RelaisTestRow, spinner);
  gtk_widget_class_bind_template_callback (widget_class, relais_test_row_clicked_cb);
}

static void
relais_test_row_init (RelaisTestRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->state = g_signal_group_new (RELAIS_TYPE_ENGINE);
  g_signal_group_connect_swapped (self->state, "notify::state", G_CALLBACK (relais_test_row_state_cb), self);
  reset (self);
}

/**
 * relais_test_row_set_engine:
 * @self: a row
 * @engine: (nullable): what sends the request
 */
void
relais_test_row_set_engine (RelaisTestRow *self,
                            RelaisEngine  *engine)
{
  g_return_if_fail (RELAIS_IS_TEST_ROW (self));
  g_return_if_fail (engine == NULL || RELAIS_IS_ENGINE (engine));

  if (!g_set_object (&self->engine, engine))
    return;
  g_signal_group_set_target (self->state, engine);
  reset (self);
}

/**
 * relais_test_row_set_request:
 * @self: a row
 * @dialect: in which to ask, as relais_engine_test_request_async() names them
 * @model: what to ask for
 *
 * Where this is another request than before, a test under way is dropped and the last one's
 * outcome is forgotten.
 */
void
relais_test_row_set_request (RelaisTestRow *self,
                             const char    *dialect,
                             const char    *model)
{
  g_return_if_fail (RELAIS_IS_TEST_ROW (self));
  g_return_if_fail (dialect != NULL && model != NULL);

  if (g_strcmp0 (self->dialect, dialect) == 0 && g_strcmp0 (self->model, model) == 0)
    return;
  g_free (self->dialect);
  g_free (self->model);
  self->dialect = g_strdup (dialect);
  self->model = g_strdup (model);
  reset (self);
}
