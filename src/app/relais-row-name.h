/* relais-row-name.h: the accessible name of the list row it is in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define RELAIS_TYPE_ROW_NAME (relais_row_name_get_type ())

/* Never to be seen. Property: "text". */
G_DECLARE_FINAL_TYPE (RelaisRowName, relais_row_name, RELAIS, ROW_NAME, GtkWidget)

G_END_DECLS
