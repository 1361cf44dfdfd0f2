/* relais-test-row.h: sends a real request, as a client would, and says what came of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "engine/relais-engine.h"

G_BEGIN_DECLS

#define RELAIS_TYPE_TEST_ROW (relais_test_row_get_type ())

G_DECLARE_FINAL_TYPE (RelaisTestRow, relais_test_row, RELAIS, TEST_ROW, AdwActionRow)

void relais_test_row_set_engine  (RelaisTestRow *self,
                                  RelaisEngine  *engine);
void relais_test_row_set_request (RelaisTestRow *self,
                                  const char    *dialect,
                                  const char    *model);

G_END_DECLS
