/* relais-account-labels.c: the names of accounts, as they change
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-account-labels"

#include "config.h"

#include "engine/relais-account-row.h"

#include "relais-account-labels.h"

/**
 * relais_account_labels_watch:
 * @accounts: (nullable): a list of #RelaisAccountRow
 * @changed: called as `changed (object)` when one of them gets another name
 * @object: a GObject, not kept alive
 *
 * To be called again whenever @accounts has other items.
 *
 * Returns: (transfer full): the names now, in order
 */
char **
relais_account_labels_watch (GListModel *accounts,
                             GCallback   changed,
                             gpointer    object)
{
  g_autoptr (GStrvBuilder) labels = g_strv_builder_new ();
  guint n = accounts != NULL ? g_list_model_get_n_items (accounts) : 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (RelaisAccountRow) row = g_list_model_get_item (accounts, i);

      g_signal_handlers_disconnect_by_func (row, changed, object);
      g_signal_connect_object (row, "notify::label", changed, object, G_CONNECT_SWAPPED);
      g_strv_builder_add (labels, relais_account_row_get_label (row));
    }
  return g_strv_builder_end (labels);
}
