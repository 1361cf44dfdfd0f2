/* relais-toast.c: short messages over the window, some with a way back
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-toast"

#include "config.h"

#include <glib/gi18n.h>

#include "relais-toast.h"

static AdwToast *
toast_new (const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  return adw_toast_new (escaped);
}

/* libadwaita 1.2 leaves the button that closes a toast without a name. */
static void
name_close_buttons (GtkWidget *widget)
{
  if (GTK_IS_BUTTON (widget) && gtk_button_get_icon_name (GTK_BUTTON (widget)) != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Close"), -1);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    name_close_buttons (child);
}

static void
name_toasts (AdwToastOverlay *overlay)
{
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (overlay)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (child != adw_toast_overlay_get_child (overlay))
      name_close_buttons (child);
}

static gboolean
relais_toast_name_later_cb (gpointer data)
{
  name_toasts (data);
  return G_SOURCE_REMOVE;
}

/* The one that waited behind it shows next. */
static void
relais_toast_dismissed_cb (AdwToastOverlay *overlay)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  GCallback callback = G_CALLBACK (relais_toast_name_later_cb);

  /* a window that is closed does not wait for it */
  g_source_set_closure (source, g_cclosure_new_object (callback, G_OBJECT (overlay)));
  g_source_attach (source, NULL);
}

/* At once: who copies twice sees it twice. What says nothing new gives way; an offer comes back. */
static AdwToast *
toast_add (GtkWidget *widget,
           AdwToast  *toast,
           gboolean   stays)
{
  GtkWidget *overlay = gtk_widget_get_ancestor (widget, ADW_TYPE_TOAST_OVERLAY);
  AdwToast *last = NULL;

  if (overlay == NULL)
    {
      g_object_unref (toast);
      return NULL;
    }
  last = g_object_get_data (G_OBJECT (overlay), "relais-toast");
  if (last != NULL)
    adw_toast_dismiss (last);
  if (!stays)
    g_object_set_data_full (G_OBJECT (overlay), "relais-toast", g_object_ref (toast), g_object_unref);
  adw_toast_set_priority (toast, ADW_TOAST_PRIORITY_HIGH);
  g_signal_connect_object (toast, "dismissed", G_CALLBACK (relais_toast_dismissed_cb), overlay, G_CONNECT_SWAPPED);
  adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (overlay), toast);
  name_toasts (ADW_TOAST_OVERLAY (overlay));
  return toast;
}

/**
 * relais_toast_show:
 * @widget: a widget of the window to show it in
 * @text: plain text
 */
void
relais_toast_show (GtkWidget  *widget,
                   const char *text)
{
  g_return_if_fail (GTK_IS_WIDGET (widget));
  g_return_if_fail (text != NULL);

  toast_add (widget, toast_new (text), FALSE);
}

/**
 * relais_toast_offer:
 * @widget: a widget of the window to show it in
 * @text: plain text
 * @label: what the button says
 * @clicked: called as `clicked (data)` when the button is used
 * @data: (transfer full): for @clicked
 * @free_data: frees @data when the toast goes, clicked or not
 *
 * Shows a message with a button, such as Undo.
 *
 * Returns: (transfer none) (nullable): the message, for who wants it gone before its time
 */
AdwToast *
relais_toast_offer (GtkWidget      *widget,
                    const char     *text,
                    const char     *label,
                    GCallback       clicked,
                    gpointer        data,
                    GClosureNotify  free_data)
{
  AdwToast *toast = NULL;

  g_return_val_if_fail (GTK_IS_WIDGET (widget), NULL);
  g_return_val_if_fail (text != NULL && label != NULL, NULL);

  toast = toast_new (text);
  adw_toast_set_button_label (toast, label);
  g_signal_connect_data (toast, "button-clicked", clicked, data, free_data, G_CONNECT_SWAPPED);
  return toast_add (widget, toast, TRUE);
}

/**
 * relais_toast_copy:
 * @widget: a widget of the window to show it in
 * @content: what goes to the clipboard
 * @text: what to say about it
 */
void
relais_toast_copy (GtkWidget  *widget,
                   const char *content,
                   const char *text)
{
  g_return_if_fail (GTK_IS_WIDGET (widget));
  g_return_if_fail (content != NULL);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), content);
  relais_toast_show (widget, text);
}
