/* relais-switch-row.h: a row with a switch, which libadwaita 1.2 lacks
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define RELAIS_TYPE_SWITCH_ROW (relais_switch_row_get_type ())

G_DECLARE_FINAL_TYPE (RelaisSwitchRow, relais_switch_row, RELAIS, SWITCH_ROW, AdwActionRow)

gboolean relais_switch_row_get_active (RelaisSwitchRow *self);
void     relais_switch_row_set_active (RelaisSwitchRow *self,
                                       gboolean         active);

G_END_DECLS
