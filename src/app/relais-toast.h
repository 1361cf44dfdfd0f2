/* relais-toast.h: short messages over the window, some with a way back
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

void      relais_toast_show  (GtkWidget      *widget,
                              const char     *text);
AdwToast *relais_toast_offer (GtkWidget      *widget,
                              const char     *text,
                              const char     *label,
                              GCallback       clicked,
                              gpointer        data,
                              GClosureNotify  free_data);
void      relais_toast_copy  (GtkWidget      *widget,
                              const char     *content,
                              const char     *text);

G_END_DECLS
