/* relais-engine-bodies.c: what requests and their answers said: to read, to send again, to export
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-engine"

#include "config.h"

#include "relais-engine-private.h"

/**
 * relais_record_bodies_free:
 * @self: (nullable): what a request and its answer said
 */
void
relais_record_bodies_free (RelaisRecordBodies *self)
{
  if (self == NULL)
    return;
  for (int kind = 0; kind < RELAIS_N_BODIES; kind++)
    g_free (self->parts[kind].text);
  g_free (self->curl);
  g_free (self);
}

static void
return_nothing (RelaisEngine        *self,
                gpointer             source_tag,
                GCancellable        *cancellable,
                GAsyncReadyCallback  callback,
                gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, source_tag);
  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "Nothing of it was kept");
}

/**
 * relais_engine_load_bodies_async:
 * @self: an engine
 * @row: a request
 * @cancellable: (nullable): ends the wait
 * @callback: told what there is
 * @user_data: for @callback
 */
void
relais_engine_load_bodies_async (RelaisEngine        *self,
                                 RelaisRecordRow     *row,
                                 GCancellable        *cancellable,
                                 GAsyncReadyCallback  callback,
                                 gpointer             user_data)
{
  return_nothing (self, relais_engine_load_bodies_async, cancellable, callback, user_data);
}

/**
 * relais_engine_load_bodies_finish:
 * @self: an engine
 * @result: what the callback got
 * @error: where to put a failure
 *
 * Fails with [error@Gio.IOErrorEnum] `NOT_FOUND` when nothing of it is kept.
 *
 * Returns: (transfer full) (nullable): what it and its answer said, so far where it runs
 */
RelaisRecordBodies *
relais_engine_load_bodies_finish (RelaisEngine  *self,
                                  GAsyncResult  *result,
                                  GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * relais_engine_send_again_async:
 * @self: an engine
 * @row: a request
 * @cancellable: (nullable): ends the wait, and the request
 * @callback: told when its answer has ended
 * @user_data: for @callback
 */
void
relais_engine_send_again_async (RelaisEngine        *self,
                                RelaisRecordRow     *row,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  return_nothing (self, relais_engine_send_again_async, cancellable, callback, user_data);
}

/**
 * relais_engine_send_again_finish:
 * @self: an engine
 * @result: what the callback got
 * @error: where to put a failure
 *
 * Fails with [error@Gio.IOErrorEnum] `NOT_FOUND` when it was not kept whole, and with
 * [error@Error] `INVALID_SETTING` while the proxy is stopped. What it is answered is in its row.
 *
 * Returns: whether it was sent
 */
gboolean
relais_engine_send_again_finish (RelaisEngine  *self,
                                 GAsyncResult  *result,
                                 GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * relais_engine_export_async:
 * @self: an engine
 * @rows: (element-type RelaisRecordRow): what goes into it, in this order
 * @format: what it is written as
 * @file: where to; replaced if it is there
 * @cancellable: (nullable): ends it; the file is as it was then
 * @callback: told when it is on the disk
 * @user_data: for @callback
 */
void
relais_engine_export_async (RelaisEngine        *self,
                            GListModel          *rows,
                            RelaisExportFormat   format,
                            GFile               *file,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  return_nothing (self, relais_engine_export_async, cancellable, callback, user_data);
}

/**
 * relais_engine_export_finish:
 * @self: an engine
 * @result: what the callback got
 * @error: where to put a failure
 *
 * Fails with a [error@Gio.IOErrorEnum] when the file cannot be written.
 *
 * Returns: whether it was written
 */
gboolean
relais_engine_export_finish (RelaisEngine  *self,
                             GAsyncResult  *result,
                             GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
