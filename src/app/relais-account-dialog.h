/* relais-account-dialog.h: add an account, or change one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "engine/relais-engine.h"

G_BEGIN_DECLS

#define RELAIS_TYPE_ACCOUNT_DIALOG (relais_account_dialog_get_type ())

/* Signals: "saved" (what was done, in words: string) and "remove" (id: string). */
G_DECLARE_FINAL_TYPE (RelaisAccountDialog, relais_account_dialog, RELAIS, ACCOUNT_DIALOG, AdwWindow)

GtkWidget *relais_account_dialog_new             (RelaisEngine        *engine,
                                                  RelaisAccountRow    *account);
void       relais_account_dialog_select_provider (RelaisAccountDialog *self,
                                                  const char          *id);

G_END_DECLS
