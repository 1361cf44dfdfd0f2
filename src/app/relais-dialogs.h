/* relais-dialogs.h: the only home of calls deprecated after Debian 12
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

typedef void (*RelaisDialogsAnswerFunc) (gpointer object,
                                         gboolean confirmed);

/* Gets the file that was chosen. */
typedef void (*RelaisDialogsFileFunc) (gpointer object,
                                       GFile *file);

void relais_dialogs_confirm        (GtkWidget               *parent,
                                    const char              *heading,
                                    const char              *body,
                                    const char              *confirm_label,
                                    gboolean                 destructive,
                                    RelaisDialogsAnswerFunc  answered,
                                    gpointer                 object);
void relais_dialogs_bind_close     (GtkWidgetClass          *widget_class);
void relais_dialogs_ask_discard    (GtkWindow               *dialog,
                                    const char              *heading);
void relais_dialogs_tell           (GtkWidget               *parent,
                                    const char              *heading,
                                    const char              *body);
void relais_dialogs_open_json      (GtkWidget               *parent,
                                    const char              *title,
                                    RelaisDialogsFileFunc    chosen,
                                    gpointer                 object);
void relais_dialogs_save           (GtkWidget               *parent,
                                    const char              *title,
                                    const char              *kind,
                                    const char              *name,
                                    RelaisDialogsFileFunc    chosen,
                                    gpointer                 object);
void relais_dialogs_show_about     (GtkWindow               *parent);
void relais_dialogs_show_shortcuts (GtkWindow               *parent);

G_END_DECLS
