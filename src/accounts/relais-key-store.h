/* relais-key-store.h: the client key in the keyring
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Load gives NULL without an error when the ready keyring holds no key; a locked one is
 * RELAIS_ERROR_KEYRING_LOCKED, an absent one RELAIS_ERROR_NO_KEYRING. */
void     relais_key_store_load_async  (GCancellable         *cancellable,
                                       GAsyncReadyCallback   callback,
                                       gpointer              user_data);
char    *relais_key_store_load_finish (GAsyncResult         *result,
                                       GError              **error);
void     relais_key_store_save_async  (const char           *key,
                                       GCancellable         *cancellable,
                                       GAsyncReadyCallback   callback,
                                       gpointer              user_data);
gboolean relais_key_store_save_finish (GAsyncResult         *result,
                                       GError              **error);

G_END_DECLS
