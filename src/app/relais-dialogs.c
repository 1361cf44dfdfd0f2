/* relais-dialogs.c: the only home of calls deprecated after Debian 12
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-dialogs"

#include "config.h"

#include <string.h>

#include <glib/gi18n.h>

#include "relais-dialogs.h"

typedef struct
{
  GWeakRef                object;
  RelaisDialogsAnswerFunc answered;
} Question;

static void
question_free (gpointer  data,
               GClosure *closure)
{
  Question *question = data;

  g_weak_ref_clear (&question->object);
  g_free (question);
}

static void
relais_dialogs_response_cb (AdwMessageDialog *dialog,
                            const char       *response,
                            gpointer          data)
{
  Question *question = data;
  g_autoptr (GObject) object = g_weak_ref_get (&question->object);

  if (object != NULL)
    question->answered (object, g_str_equal (response, "confirm"));
}

/**
 * relais_dialogs_confirm:
 * @parent: a widget of the window to ask in
 * @heading: the question
 * @body: what follows from saying yes
 * @confirm_label: the verb, with a mnemonic
 * @destructive: whether yes loses something
 * @answered: gets the answer, once; not called when @object is gone by then
 * @object: a GObject, not kept alive
 *
 * Asks a question over the window of @parent. Cancel is the default answer.
 */
void
relais_dialogs_confirm (GtkWidget               *parent,
                        const char              *heading,
                        const char              *body,
                        const char              *confirm_label,
                        gboolean                 destructive,
                        RelaisDialogsAnswerFunc  answered,
                        gpointer                 object)
{
  Question *question = NULL;
  AdwMessageDialog *dialog = NULL;

  g_return_if_fail (GTK_IS_WIDGET (parent));
  g_return_if_fail (G_IS_OBJECT (object));

  question = g_new0 (Question, 1);
  g_weak_ref_init (&question->object, object);
  question->answered = answered;

  dialog = ADW_MESSAGE_DIALOG (
    adw_message_dialog_new (GTK_WINDOW (gtk_widget_get_root (parent)), heading, body));
  adw_message_dialog_add_responses (dialog, "cancel", _("_Cancel"), "confirm", confirm_label, NULL);
  adw_message_dialog_set_response_appearance (
    dialog, "confirm", destructive ? ADW_RESPONSE_DESTRUCTIVE : ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (dialog, "cancel");
  adw_message_dialog_set_close_response (dialog, "cancel");
  /* what a screen reader says of the window */
  gtk_window_set_title (GTK_WINDOW (dialog), heading);
  gtk_window_set_destroy_with_parent (GTK_WINDOW (dialog), TRUE);
  g_signal_connect_data (dialog, "response", G_CALLBACK (relais_dialogs_response_cb),
                         question, question_free, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

/**
 * relais_dialogs_bind_close:
 * @widget_class: of a window that stands over another one
 *
 * Lets Escape and Ctrl+W close it. The application's own keys hold in its main window alone.
 */
void
relais_dialogs_bind_close (GtkWidgetClass *widget_class)
{
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_w, GDK_CONTROL_MASK, "window.close", NULL);
}

static gboolean
relais_dialogs_discard_cb (gpointer data)
{
  gtk_window_destroy (data);
  return G_SOURCE_REMOVE;
}

/* Not at once: the question goes with the dialog, and it is not done with its answer. */
static void
relais_dialogs_discard_answered (gpointer object,
                                 gboolean yes)
{
  if (yes)
    g_idle_add_full (G_PRIORITY_DEFAULT, relais_dialogs_discard_cb, g_object_ref (object),
                     g_object_unref);
}

/**
 * relais_dialogs_ask_discard:
 * @dialog: a dialog with something typed in it that somebody closes
 * @heading: the question
 *
 * Asks whether what was entered may go, and destroys @dialog on a yes. For a close-request, which
 * it leaves to the caller to stop.
 */
void
relais_dialogs_ask_discard (GtkWindow  *dialog,
                            const char *heading)
{
  g_return_if_fail (GTK_IS_WINDOW (dialog));

  relais_dialogs_confirm (GTK_WIDGET (dialog), heading, _("What you entered is not kept"), _("_Discard"), TRUE, relais_dialogs_discard_answered, dialog);
}

/**
 * relais_dialogs_tell:
 * @parent: a widget of the window to say it in
 * @heading: what happened
 * @body: why, and what it means
 *
 * Says over the window of @parent what a toast is too short for.
 */
void
relais_dialogs_tell (GtkWidget  *parent,
                     const char *heading,
                     const char *body)
{
  AdwMessageDialog *dialog = NULL;

  g_return_if_fail (GTK_IS_WIDGET (parent));

  dialog = ADW_MESSAGE_DIALOG (
    adw_message_dialog_new (GTK_WINDOW (gtk_widget_get_root (parent)), heading, body));
  adw_message_dialog_add_responses (dialog, "close", _("_Close"), NULL);
  adw_message_dialog_set_close_response (dialog, "close");
  gtk_window_set_title (GTK_WINDOW (dialog), heading);
  gtk_window_set_destroy_with_parent (GTK_WINDOW (dialog), TRUE);
  gtk_window_present (GTK_WINDOW (dialog));
}

typedef struct
{
  GWeakRef              object;
  RelaisDialogsFileFunc chosen;
} Choice;

static void
choice_free (gpointer  data,
             GClosure *closure)
{
  Choice *choice = data;

  g_weak_ref_clear (&choice->object);
  g_free (choice);
}

static void
relais_dialogs_chosen_cb (GtkNativeDialog *dialog,
                          int              response,
                          gpointer         data)
{
  Choice *choice = data;
  g_autoptr (GObject) object = g_weak_ref_get (&choice->object);
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));

  if (object != NULL && file != NULL && response == GTK_RESPONSE_ACCEPT)
    choice->chosen (object, file);
  g_object_unref (dialog);
}

static void
choose (GtkWidget             *parent,
        GtkFileChooserAction   action,
        const char            *title,
        const char            *kind,
        const char            *suffix,
        const char            *name,
        RelaisDialogsFileFunc  chosen,
        gpointer               object)
{
  Choice *choice = g_new0 (Choice, 1);
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();
  GtkFileChooserNative *dialog = NULL;

  g_weak_ref_init (&choice->object, object);
  choice->chosen = chosen;
  dialog = gtk_file_chooser_native_new (title, GTK_WINDOW (gtk_widget_get_root (parent)), action,
                                        NULL, NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  gtk_file_filter_set_name (filter, kind);
  gtk_file_filter_add_suffix (filter, suffix);
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog), filter);
  if (name != NULL)
    gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  g_signal_connect_data (dialog, "response", G_CALLBACK (relais_dialogs_chosen_cb), choice,
                         choice_free, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

/**
 * relais_dialogs_open_json:
 * @parent: a widget of the window to ask in
 * @title: what the file is for
 * @chosen: gets the file, unless nobody chose one or @object is gone by then
 * @object: a GObject, not kept alive
 *
 * Asks which file to read.
 */
void
relais_dialogs_open_json (GtkWidget             *parent,
                          const char            *title,
                          RelaisDialogsFileFunc  chosen,
                          gpointer               object)
{
  choose (parent, GTK_FILE_CHOOSER_ACTION_OPEN, title, _("JSON Files"), "json", NULL, chosen, object);
}

/**
 * relais_dialogs_save:
 * @parent: a widget of the window to ask in
 * @title: what the file is for
 * @kind: what files of its kind are called
 * @name: what it would be called, with their ending
 * @chosen: gets the file, unless nobody chose one or @object is gone by then
 * @object: a GObject, not kept alive
 *
 * Asks which file to write.
 */
void
relais_dialogs_save (GtkWidget             *parent,
                     const char            *title,
                     const char            *kind,
                     const char            *name,
                     RelaisDialogsFileFunc  chosen,
                     gpointer               object)
{
  const char *dot = strrchr (name, '.');

  g_return_if_fail (dot != NULL);

  choose (parent, GTK_FILE_CHOOSER_ACTION_SAVE, title, kind, dot + 1, name, chosen, object);
}

/**
 * relais_dialogs_show_about:
 * @parent: (nullable): the window to show it over
 */
void
relais_dialogs_show_about (GtkWindow *parent)
{
  static const char *developers[] = { "The Relais authors", NULL };

  /* Translators: your name, one a line; it is shown in the About window */
  const char *credits = _("translator-credits");

  adw_show_about_window (parent,
                         "application-name", "Relais",
                         "application-icon", RELAIS_APP_ID,
                         "version", RELAIS_VERSION, "website", "https://relais.dev/",
                         "developer-name", _("The Relais authors"), "developers", developers, "comments", _("One local address for all your AI accounts"), "copyright", "© 2026 The Relais authors", "license-type", GTK_LICENSE_GPL_3_0, "translator-credits", credits, NULL);
}

/* Only the window that GtkApplication makes looks its keys up by itself. */
static void
fill_keys (GtkApplication *application,
           GtkWidget      *widget)
{
  g_autofree char *action = NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    fill_keys (application, child);
  if (!GTK_IS_SHORTCUTS_SHORTCUT (widget))
    return;
  g_object_get (widget, "action-name", &action, NULL);
  if (action != NULL)
    {
      g_auto (GStrv) keys = gtk_application_get_accels_for_action (application, action);

      g_object_set (widget, "accelerator", keys[0], NULL);
    }
}

/**
 * relais_dialogs_show_shortcuts:
 * @parent: (nullable): the window to show them over
 *
 * Made when asked for. The one that GtkApplication would make with each window stands hidden in the
 * list of windows, and GTK 4.8 crashes there when a screen reader asks for a window that just went.
 */
void
relais_dialogs_show_shortcuts (GtkWindow *parent)
{
  g_autoptr (GtkBuilder) builder = gtk_builder_new_from_resource ("/dev/relais/Relais/relais-shortcuts.ui");
  GtkWindow *window = GTK_WINDOW (gtk_builder_get_object (builder, "shortcuts"));

  gtk_window_set_transient_for (window, parent);
  if (parent != NULL && gtk_window_get_application (parent) != NULL)
    fill_keys (gtk_window_get_application (parent), GTK_WIDGET (window));
  gtk_window_present (window);
}
