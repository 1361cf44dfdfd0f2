/* relais-setup-row.h: has a client set up, or set back
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "setup/relais-setup.h"

G_BEGIN_DECLS

#define RELAIS_TYPE_SETUP_ROW (relais_setup_row_get_type ())

G_DECLARE_FINAL_TYPE (RelaisSetupRow, relais_setup_row, RELAIS, SETUP_ROW, AdwActionRow)

/* Signal "set-up" (): asked for; whoever has the values answers with relais_setup_row_open(). */
void relais_setup_row_set_client (RelaisSetupRow          *self,
                                  const char              *client,
                                  const char              *name);
void relais_setup_row_open       (RelaisSetupRow          *self,
                                  const RelaisSetupValues *values,
                                  const char              *mask);

G_END_DECLS
