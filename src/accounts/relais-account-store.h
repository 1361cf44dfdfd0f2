/* relais-account-store.h: accounts in the keyring: load, save, delete
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "relais-account.h"

G_BEGIN_DECLS

typedef enum {
  RELAIS_KEYRING_UNKNOWN, /* not asked yet */
  RELAIS_KEYRING_READY,
  RELAIS_KEYRING_LOCKED,
  RELAIS_KEYRING_NO_COLLECTION, /* a first store makes one */
  RELAIS_KEYRING_NO_SERVICE,
} RelaisKeyringState;

#define RELAIS_TYPE_ACCOUNT_STORE (relais_account_store_get_type ())

G_DECLARE_FINAL_TYPE (RelaisAccountStore, relais_account_store, RELAIS, ACCOUNT_STORE, GObject)

/* All of it async, in the thread-default context of the caller; a prompt may take minutes. The key
 * store of relais-key-store.h has the same manners. */
RelaisAccountStore *relais_account_store_new           (void);
void                relais_account_store_load_async    (RelaisAccountStore   *self,
                                                        gboolean              unlock,
                                                        GCancellable         *cancellable,
                                                        GAsyncReadyCallback   callback,
                                                        gpointer              user_data);
GPtrArray          *relais_account_store_load_finish   (RelaisAccountStore   *self,
                                                        GAsyncResult         *result,
                                                        RelaisKeyringState   *state,
                                                        GError              **error);
void                relais_account_store_save_async    (RelaisAccountStore   *self,
                                                        RelaisAccount        *account,
                                                        GCancellable         *cancellable,
                                                        GAsyncReadyCallback   callback,
                                                        gpointer              user_data);
gboolean            relais_account_store_save_finish   (RelaisAccountStore   *self,
                                                        GAsyncResult         *result,
                                                        GError              **error);
void                relais_account_store_delete_async  (RelaisAccountStore   *self,
                                                        const char           *id,
                                                        GCancellable         *cancellable,
                                                        GAsyncReadyCallback   callback,
                                                        gpointer              user_data);
gboolean            relais_account_store_delete_finish (RelaisAccountStore   *self,
                                                        GAsyncResult         *result,
                                                        GError              **error);

G_END_DECLS
