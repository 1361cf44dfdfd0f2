/* relais-names.h: names for the buttons that libadwaita leaves nameless
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void relais_names_from_tooltips (GtkWidget *root);

G_END_DECLS
