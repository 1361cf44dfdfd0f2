/* relais-setup-dialog.c: shows what would be written to a client's files, and writes it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-setup-dialog"

#include "config.h"

#include <string.h>

#include <glib/gi18n.h>

#include "relais-dialogs.h"
#include "relais-setup-dialog.h"

struct _RelaisSetupDialog
{
  AdwWindow            parent_instance;

  /* template children */
  GtkButton           *apply;
  GtkButton           *cancel;
  GtkLabel            *diff;
  AdwPreferencesGroup *diff_group;
  AdwStatusPage       *message;
  GtkStack            *stack;

  /* owned */
  RelaisSetup         *setup;
};

enum {
  DONE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RelaisSetupDialog, relais_setup_dialog, ADW_TYPE_WINDOW)

/* Nothing is left to do but to read it. */
static void
show_message (RelaisSetupDialog *self,
              const char        *icon,
              const char        *title,
              const char        *text)
{
  adw_status_page_set_icon_name (self->message, icon);
  adw_status_page_set_title (self->message, title);
  adw_status_page_set_description (self->message, text);
  gtk_stack_set_visible_child_name (self->stack, "message");
  gtk_widget_set_visible (GTK_WIDGET (self->apply), FALSE);
  gtk_button_set_label (self->cancel, _("_Close"));
  gtk_widget_grab_focus (GTK_WIDGET (self->cancel));
}

static void
show_error (RelaisSetupDialog *self,
            const GError      *error)
{
  g_autofree char *safe = g_markup_escape_text (error->message, -1);
  g_autofree char *text = NULL;

  text = g_strdup_printf ("%s\n\n%s", safe,
                          g_error_matches (error, RELAIS_SETUP_ERROR, RELAIS_SETUP_ERROR_UNREADABLE)
                          ? _("The file was not touched. Copy the settings and add them by hand.")
                          : _("Close this window and try again"));
  show_message (self, "dialog-error-symbolic", _("Could Not Set Up"), text);
}

/* Lines without a sign in front are the names of files. */
static void
show_diff (RelaisSetupDialog *self,
           const char        *diff)
{
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();

  for (gsize at = 0, length; diff[at] != '\0'; at += length + (diff[at + length] == '\n'))
    {
      length = strcspn (diff + at, "\n");
      if (diff[at] != '+' && diff[at] != '-')
        {
          PangoAttribute *bold = pango_attr_weight_new (PANGO_WEIGHT_BOLD);

          bold->start_index = at;
          bold->end_index = at + length;
          pango_attr_list_insert (attributes, bold);
        }
    }
  /* a hyphen would pass for part of the file */
  pango_attr_list_insert (attributes, pango_attr_insert_hyphens_new (FALSE));
  gtk_label_set_text (self->diff, diff);
  gtk_label_set_attributes (self->diff, attributes);
}

static void
relais_setup_dialog_applied_cb (GObject      *source,
                                GAsyncResult *result,
                                gpointer      data)
{
  g_autoptr (RelaisSetupDialog) self = data;
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      show_error (self, error);
      return;
    }
  g_signal_emit (self, signals[DONE], 0);
  gtk_window_close (GTK_WINDOW (self));
}

/* A disk may take its time. */
static void
apply_thread (GTask        *task,
              gpointer      source,
              gpointer      data,
              GCancellable *cancellable)
{
  GError *error = NULL;

  if (relais_setup_apply (data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
relais_setup_dialog_apply_cb (RelaisSetupDialog *self)
{
  g_autoptr (GTask) task = NULL;

  if (self->setup == NULL)
    return;
  /* no widget belongs to the task: the thread may be the last to let go of it */
  task = g_task_new (NULL, NULL, relais_setup_dialog_applied_cb, g_object_ref (self));
  gtk_widget_set_sensitive (GTK_WIDGET (self->apply), FALSE);
  g_task_set_task_data (task, g_steal_pointer (&self->setup), (GDestroyNotify)relais_setup_free);
  g_task_run_in_thread (task, apply_thread);
}

static void
relais_setup_dialog_dispose (GObject *object)
{
  RelaisSetupDialog *self = RELAIS_SETUP_DIALOG (object);

  g_clear_pointer (&self->setup, relais_setup_free);
  gtk_widget_dispose_template (GTK_WIDGET (object), RELAIS_TYPE_SETUP_DIALOG);

  G_OBJECT_CLASS (relais_setup_dialog_parent_class)->dispose (object);
}

static void
relais_setup_dialog_class_init (RelaisSetupDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = relais_setup_dialog_dispose;

  signals[DONE] = g_signal_new ("done", RELAIS_TYPE_SETUP_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/dev/relais/Relais/relais-setup-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, RelaisSetupDialog, apply);
  gtk_widget_class_bind_template_child (widget_class, RelaisSetupDialog, cancel);
  gtk_widget_class_bind_template_child (widget_class, RelaisSetupDialog, diff);
  gtk_widget_class_bind_template_child (widget_class, RelaisSetupDialog, diff_group);
  gtk_widget_class_bind_template_child (widget_class, RelaisSetupDialog, message);
  gtk_widget_class_bind_template_child (widget_class, RelaisSetupDialog, stack);
  gtk_widget_class_bind_template_callback (widget_class, relais_setup_dialog_apply_cb);
  relais_dialogs_bind_close (widget_class);
}

static void
relais_setup_dialog_init (RelaisSetupDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  /* as code does */
  gtk_widget_set_direction (GTK_WIDGET (self->diff), GTK_TEXT_DIR_LTR);
}

/**
 * relais_setup_dialog_get_places:
 *
 * Returns: where this person's files are
 */
RelaisSetupPlaces
relais_setup_dialog_get_places (void)
{
  static char *data;

  if (g_once_init_enter (&data))
    g_once_init_leave (&data, g_build_filename (g_get_user_data_dir (), "relais", NULL));
  return (RelaisSetupPlaces){ g_get_home_dir (), g_get_user_config_dir (), data };
}

/**
 * relais_setup_dialog_new:
 * @parent: the window to show it over
 * @name: the client's name
 * @client: its id; one that has files
 * @values: what to write
 * @mask: what to show in place of the key
 *
 * Returns: (transfer none): a dialog to present; says why where the client's files cannot be
 *   changed
 */
RelaisSetupDialog *
relais_setup_dialog_new (GtkWindow               *parent,
                         const char              *name,
                         const char              *client,
                         const RelaisSetupValues *values,
                         const char              *mask)
{
  RelaisSetupDialog *self = g_object_new (RELAIS_TYPE_SETUP_DIALOG, "transient-for", parent, NULL);
  RelaisSetupPlaces places = relais_setup_dialog_get_places ();
  g_autoptr (GError) error = NULL;
  g_autofree char *title = NULL;
  g_autofree char *diff = NULL;

  /* Translators: the name of a program, such as Claude Code */
  title = g_strdup_printf (_("Set Up %s"), name);
  gtk_window_set_title (GTK_WINDOW (self), title);
  self->setup = relais_setup_new (&places, client, values, &error);
  if (self->setup == NULL)
    {
      show_error (self, error);
      return self;
    }
  diff = relais_setup_dup_diff (self->setup, mask);
  if (*diff == '\0')
    {
      show_message (self, "object-select-symbolic", _("Already Set Up"), _("Its files already point to Relais"));
      return self;
    }
  show_diff (self, g_strchomp (diff));
  adw_preferences_group_set_description (
    self->diff_group, _("These lines will change. A copy of each file is kept, so that you can undo it."));
  return self;
}
