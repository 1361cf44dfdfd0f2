/* relais-names.h: names for what GTK and libadwaita leave nameless
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void relais_names_from_tooltips (GtkWidget  *root);
void relais_names_set_all       (GtkWidget  *root,
                                 const char *type,
                                 const char *name);

G_END_DECLS
