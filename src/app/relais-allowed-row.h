/* relais-allowed-row.h: a setting that lists hosts, or origins, to be written on one line
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define RELAIS_TYPE_ALLOWED_ROW (relais_allowed_row_get_type ())

/* Properties: "settings", and "origins" (boolean, construct only): which of the two lists. */
G_DECLARE_FINAL_TYPE (RelaisAllowedRow, relais_allowed_row, RELAIS, ALLOWED_ROW, AdwEntryRow)

G_END_DECLS
