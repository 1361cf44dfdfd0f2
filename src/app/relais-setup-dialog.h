/* relais-setup-dialog.h: shows what would be written to a client's files, and writes it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "setup/relais-setup.h"

G_BEGIN_DECLS

#define RELAIS_TYPE_SETUP_DIALOG (relais_setup_dialog_get_type ())

G_DECLARE_FINAL_TYPE (RelaisSetupDialog, relais_setup_dialog, RELAIS, SETUP_DIALOG, AdwWindow)

/* Signal "done" (): the files are written; the dialog is closing. */
RelaisSetupDialog *relais_setup_dialog_new        (GtkWindow               *parent,
                                                   const char              *name,
                                                   const char              *client,
                                                   const RelaisSetupValues *values,
                                                   const char              *mask);
RelaisSetupPlaces  relais_setup_dialog_get_places (void);

G_END_DECLS
