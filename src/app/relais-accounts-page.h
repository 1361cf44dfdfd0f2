/* relais-accounts-page.h: the accounts, their order and their state
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "engine/relais-engine.h"

G_BEGIN_DECLS

#define RELAIS_TYPE_ACCOUNTS_PAGE (relais_accounts_page_get_type ())

/* Properties: "engine" and "settings", set once, and "narrow" (boolean), all writable. */
G_DECLARE_FINAL_TYPE (RelaisAccountsPage, relais_accounts_page, RELAIS, ACCOUNTS_PAGE, AdwBin)

void relais_accounts_page_add          (RelaisAccountsPage *self);
void relais_accounts_page_edit         (RelaisAccountsPage *self,
                                        const char         *id);
void relais_accounts_page_add_practice (RelaisAccountsPage *self);

G_END_DECLS
