/* relais-toast.c: short messages over the window, some with a way back
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-toast"

#include "config.h"

#include "relais-toast.h"

static AdwToast *
toast_new (const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  return adw_toast_new (escaped);
}

static void
toast_add (GtkWidget *widget,
           AdwToast  *toast)
{
  GtkWidget *overlay = gtk_widget_get_ancestor (widget, ADW_TYPE_TOAST_OVERLAY);

  if (overlay != NULL)
    adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (overlay), toast);
  else
    g_object_unref (toast);
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

  toast_add (widget, toast_new (text));
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
 */
void
relais_toast_offer (GtkWidget      *widget,
                    const char     *text,
                    const char     *label,
                    GCallback       clicked,
                    gpointer        data,
                    GClosureNotify  free_data)
{
  AdwToast *toast = NULL;

  g_return_if_fail (GTK_IS_WIDGET (widget));
  g_return_if_fail (text != NULL && label != NULL);

  toast = toast_new (text);
  adw_toast_set_button_label (toast, label);
  /* a way back must not wait behind what was copied */
  adw_toast_set_priority (toast, ADW_TOAST_PRIORITY_HIGH);
  g_signal_connect_data (toast, "button-clicked", clicked, data, free_data, G_CONNECT_SWAPPED);
  toast_add (widget, toast);
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
