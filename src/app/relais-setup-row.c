/* relais-setup-row.c: has a client set up, or set back
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-setup-row"

#include "config.h"

#include <glib/gi18n.h>

#include "relais-dialogs.h"
#include "relais-setup-dialog.h"
#include "relais-setup-row.h"
#include "relais-toast.h"

struct _RelaisSetupRow
{
  AdwActionRow  parent_instance;

  /* template children */
  GtkButton    *set_up;
  GtkButton    *undo;

  /* owned */
  char         *client;
  char         *name;
};

enum {
  SET_UP,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RelaisSetupRow, relais_setup_row, ADW_TYPE_ACTION_ROW)

static void
update (RelaisSetupRow *self)
{
  RelaisSetupPlaces places = relais_setup_dialog_get_places ();
  gboolean done = self->client != NULL && relais_setup_can_undo (&places, self->client);
  g_autofree char *title = NULL;
  g_autofree char *text = NULL;

  /* Translators: the name of a program, such as Claude Code */
  title = g_strdup_printf (_("Set Up %s"), self->name);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), title);
  if (done && gtk_widget_has_focus (GTK_WIDGET (self->undo)))
    gtk_widget_grab_focus (GTK_WIDGET (self->set_up));
  gtk_widget_set_visible (GTK_WIDGET (self->undo), done);
  if (done)
    text = g_strdup (_("Set up by Relais. Undo restores its files as they were"));
  else
    /* Translators: the name of a program, such as Claude Code */
    text = g_strdup_printf (_("Shows the changes to the files of %s before it writes them"), self->name);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), text);
}

static void
relais_setup_row_done_cb (RelaisSetupRow *self)
{
  g_autofree char *text = NULL;

  update (self);
  /* Translators: the name of a program, such as Claude Code */
  text = g_strdup_printf (_("%s is set up. Restart it to use the new settings"), self->name);
  relais_toast_show (GTK_WIDGET (self), text);
}

static void
relais_setup_row_set_up_cb (RelaisSetupRow *self)
{
  g_signal_emit (self, signals[SET_UP], 0);
}

static void run_undo (RelaisSetupRow *self,
                      gboolean        overwrite);

static void
answered (gpointer object,
          gboolean confirmed)
{
  if (confirmed)
    run_undo (object, TRUE);
}

static void
ask (RelaisSetupRow *self,
     const GError   *error)
{
  g_autofree char *body = NULL;

  body = g_strdup_printf ("%s\n\n%s", error->message,
                          _("Undo puts back what was there before it was set up. What is there now is "
                            "kept beside it."));
  relais_dialogs_confirm (GTK_WIDGET (self), _("Undo Anyway?"), body, _("_Undo"), TRUE, answered, self);
}

static void
relais_setup_row_undone_cb (GObject      *source,
                            GAsyncResult *result,
                            gpointer      data)
{
  g_autoptr (RelaisSetupRow) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  gtk_widget_set_sensitive (GTK_WIDGET (self->undo), TRUE);
  if (gtk_widget_get_root (GTK_WIDGET (self)) == NULL)
    return;
  if (g_task_propagate_boolean (G_TASK (result), &error))
    {
      update (self);
      relais_toast_show (GTK_WIDGET (self), _("The files are back as they were"));
      return;
    }
  if (g_error_matches (error, RELAIS_SETUP_ERROR, RELAIS_SETUP_ERROR_CHANGED))
    {
      ask (self, error);
      return;
    }
  text = g_strdup_printf (_("Could not undo: %s"), error->message);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), text);
}

static void
undo_thread (GTask        *task,
             gpointer      source,
             gpointer      data,
             GCancellable *cancellable)
{
  RelaisSetupPlaces places = relais_setup_dialog_get_places ();
  gboolean overwrite = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (task), "overwrite"));
  GError *error = NULL;

  if (relais_setup_undo (&places, data, overwrite, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
run_undo (RelaisSetupRow *self,
          gboolean        overwrite)
{
  /* no widget belongs to the task: the thread may be the last to let go of it */
  g_autoptr (GTask) task = g_task_new (NULL, NULL, relais_setup_row_undone_cb, g_object_ref (self));

  gtk_widget_set_sensitive (GTK_WIDGET (self->undo), FALSE);
  g_object_set_data (G_OBJECT (task), "overwrite", GINT_TO_POINTER (overwrite));
  g_task_set_task_data (task, g_strdup (self->client), g_free);
  g_task_run_in_thread (task, undo_thread);
}

static void
relais_setup_row_undo_cb (RelaisSetupRow *self)
{
  run_undo (self, FALSE);
}

static void
relais_setup_row_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), RELAIS_TYPE_SETUP_ROW);

  G_OBJECT_CLASS (relais_setup_row_parent_class)->dispose (object);
}

static void
relais_setup_row_finalize (GObject *object)
{
  RelaisSetupRow *self = RELAIS_SETUP_ROW (object);

  g_free (self->client);
  g_free (self->name);

  G_OBJECT_CLASS (relais_setup_row_parent_class)->finalize (object);
}

static void
relais_setup_row_class_init (RelaisSetupRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = relais_setup_row_dispose;
  object_class->finalize = relais_setup_row_finalize;

  signals[SET_UP] = g_signal_new ("set-up", RELAIS_TYPE_SETUP_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, "/dev/relais/Relais/relais-setup-row.ui");
  gtk_widget_class_bind_template_child (widget_class, RelaisSetupRow, set_up);
  gtk_widget_class_bind_template_child (widget_class, RelaisSetupRow, undo);
  gtk_widget_class_bind_template_callback (widget_class, relais_setup_row_set_up_cb);
  gtk_widget_class_bind_template_callback (widget_class, relais_setup_row_undo_cb);
}

static void
relais_setup_row_init (RelaisSetupRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * relais_setup_row_set_client:
 * @self: a row
 * @client: a client's id
 * @name: its name
 *
 * Shows itself for a client that has files to write.
 */
void
relais_setup_row_set_client (RelaisSetupRow *self,
                             const char     *client,
                             const char     *name)
{
  g_return_if_fail (RELAIS_IS_SETUP_ROW (self));

  if (g_strcmp0 (self->client, client) != 0)
    {
      g_free (self->client);
      g_free (self->name);
      self->client = g_strdup (client);
      self->name = g_strdup (name);
    }
  gtk_widget_set_visible (GTK_WIDGET (self), relais_setup_client_get_files (client) != NULL);
  update (self);
}

/**
 * relais_setup_row_open:
 * @self: a row with a client
 * @values: what to write
 * @mask: what to show in place of the key
 *
 * Shows what would be written, and writes it on a yes.
 */
void
relais_setup_row_open (RelaisSetupRow          *self,
                       const RelaisSetupValues *values,
                       const char              *mask)
{
  GtkWindow *parent = GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self)));
  RelaisSetupDialog *dialog = NULL;

  dialog = relais_setup_dialog_new (parent, self->name, self->client, values, mask);
  g_signal_connect_object (dialog, "done", G_CALLBACK (relais_setup_row_done_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}
