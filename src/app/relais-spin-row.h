/* relais-spin-row.h: a row with a spin button, which libadwaita 1.2 lacks
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define RELAIS_TYPE_SPIN_ROW (relais_spin_row_get_type ())

G_DECLARE_FINAL_TYPE (RelaisSpinRow, relais_spin_row, RELAIS, SPIN_ROW, AdwActionRow)

int  relais_spin_row_get_value   (RelaisSpinRow *self);
void relais_spin_row_set_value   (RelaisSpinRow *self,
                                  int            value);
void relais_spin_row_select_text (RelaisSpinRow *self);

G_END_DECLS
