/* relais-setting-row.h: a setting that is written on one line, in force once it is applied
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define RELAIS_TYPE_SETTING_ROW (relais_setting_row_get_type ())

/* Properties: "settings", and "key" (construct only): "outbound-proxy", or a list of
 * relais-allowed.h, which what is applied is added to. */
G_DECLARE_FINAL_TYPE (RelaisSettingRow, relais_setting_row, RELAIS, SETTING_ROW, AdwEntryRow)

G_END_DECLS
