/* relais-account-labels.h: the names of accounts, as they change
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

char **relais_account_labels_watch (GListModel *accounts,
                                    GCallback   changed,
                                    gpointer    object);

G_END_DECLS
