/* relais-allow-row.h: what a request was refused for, to be let in from now on
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define RELAIS_TYPE_ALLOW_ROW (relais_allow_row_get_type ())

/* Properties: "key" (construct only): which list of relais-allowed.h; "settings"; and "value", the
 * host or origin, or NULL. Needs a toast overlay above it. */
G_DECLARE_FINAL_TYPE (RelaisAllowRow, relais_allow_row, RELAIS, ALLOW_ROW, AdwActionRow)

G_END_DECLS
