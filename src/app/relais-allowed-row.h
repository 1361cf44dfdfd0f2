/* relais-allowed-row.h: one host, or one web page's origin, that is let in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define RELAIS_TYPE_ALLOWED_ROW (relais_allowed_row_get_type ())

G_DECLARE_FINAL_TYPE (RelaisAllowedRow, relais_allowed_row, RELAIS, ALLOWED_ROW, AdwActionRow)

GtkWidget *relais_allowed_row_new (const char *value);

G_END_DECLS
