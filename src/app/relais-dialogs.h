/* relais-dialogs.h: the only home of calls deprecated after Debian 12
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

typedef void (*RelaisDialogsAnswerFunc) (gpointer object,
                                         gboolean confirmed);

void relais_dialogs_confirm        (GtkWidget               *parent,
                                    const char              *heading,
                                    const char              *body,
                                    const char              *confirm_label,
                                    gboolean                 destructive,
                                    RelaisDialogsAnswerFunc  answered,
                                    gpointer                 object);
void relais_dialogs_show_about     (GtkWindow               *parent);
void relais_dialogs_show_shortcuts (GtkWindow               *parent);

G_END_DECLS
