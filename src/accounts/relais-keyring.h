/* relais-keyring.h: how the system keyring fares
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "relais-account-store.h"

G_BEGIN_DECLS

void               relais_keyring_ask_async   (gboolean              unlock,
                                               GCancellable         *cancellable,
                                               GAsyncReadyCallback   callback,
                                               gpointer              user_data);
RelaisKeyringState relais_keyring_ask_finish  (GAsyncResult         *result);
gboolean           relais_keyring_is_writable (RelaisKeyringState    state,
                                               GError              **error);
void               relais_keyring_translate   (RelaisKeyringState    state,
                                               GError              **error);

G_END_DECLS
