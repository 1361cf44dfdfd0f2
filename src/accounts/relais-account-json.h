/* relais-account-json.h: accounts in files and keyring items
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <json-glib/json-glib.h>

#include "relais-account.h"

G_BEGIN_DECLS

RelaisAccount *relais_account_new_from_json (JsonObject           *object,
                                             GError              **error);
JsonObject    *relais_account_to_json       (const RelaisAccount  *self);
GPtrArray     *relais_account_list_load     (const char           *path,
                                             GPtrArray            *notes,
                                             GError              **error);
char          *relais_account_dup_name      (guint                 position,
                                             const char           *id);

G_END_DECLS
