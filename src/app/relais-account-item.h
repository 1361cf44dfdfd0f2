/* relais-account-item.h: one account in the list
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "engine/relais-account-row.h"

G_BEGIN_DECLS

#define RELAIS_TYPE_ACCOUNT_ITEM (relais_account_item_get_type ())

/* Activates the actions `accounts.edit (id)`, `accounts.remove (id)` and `accounts.move (id,
 * steps)` of whatever holds it. */
G_DECLARE_FINAL_TYPE (RelaisAccountItem, relais_account_item, RELAIS, ACCOUNT_ITEM, AdwActionRow)

GtkWidget        *relais_account_item_new         (RelaisAccountRow  *account);
RelaisAccountRow *relais_account_item_get_account (RelaisAccountItem *self);

G_END_DECLS
