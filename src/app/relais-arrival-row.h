/* relais-arrival-row.h: whether a client's requests arrive, and what becomes of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "engine/relais-engine.h"

G_BEGIN_DECLS

#define RELAIS_TYPE_ARRIVAL_ROW (relais_arrival_row_get_type ())

G_DECLARE_FINAL_TYPE (RelaisArrivalRow, relais_arrival_row, RELAIS, ARRIVAL_ROW, AdwActionRow)

void relais_arrival_row_set_engine (RelaisArrivalRow *self,
                                    RelaisEngine     *engine);
void relais_arrival_row_set_client (RelaisArrivalRow *self,
                                    const char       *name,
                                    const char       *agent);

G_END_DECLS
