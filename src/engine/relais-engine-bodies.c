/* relais-engine-bodies.c: what requests and their answers said: to read, to send again, to export
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-engine"

#include "config.h"

#include <string.h>

#include "monitor/relais-curl.h"

#include "relais-engine-private.h"
#include "relais-row-private.h"

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

static RelaisJob *
make_job (RelaisEngine        *self,
          gpointer             source_tag,
          RelaisRecordRow     *row,
          GCancellable        *cancellable,
          GAsyncReadyCallback  callback,
          gpointer             user_data,
          RelaisJobFunc        func)
{
  RelaisJob *job = relais_job_new (self, source_tag, cancellable, callback, user_data, func);

  job->input = relais_record_row_dup (row);
  job->input_free = (GDestroyNotify)relais_record_free;
  return job;
}

static void
read_part (RelaisBodies   *bodies,
           RelaisBodyKind  kind,
           RelaisBodyText *part)
{
  GBytes *bytes = relais_bodies_get (bodies, kind, &part->total);
  const char *text;

  if (bytes == NULL)
    return;
  text = g_bytes_get_data (bytes, &part->size);
  part->is_whole = part->size == part->total;
  if (g_utf8_validate_len (text, part->size, NULL))
    part->text = g_strndup (text, part->size);
}

static void
loaded_cb (gpointer  result,
           GError   *error,
           gpointer  user_data)
{
  RelaisJob *job = user_data;
  RelaisCore *core = job->core;
  g_autoptr (RelaisBodies) bodies = result;
  g_autofree char *url = relais_core_dup_own_url (core);
  RelaisRecordBodies *read;
  gboolean needs_key;

  if (bodies == NULL)
    {
      job->error = error != NULL ? error
                                 : g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                                                        "Nothing of this request was kept");
      relais_job_return (job);
      return;
    }
  read = g_new0 (RelaisRecordBodies, 1);
  for (int kind = 0; kind < RELAIS_N_BODIES; kind++)
    read_part (bodies, kind, &read->parts[kind]);
  read->can_send_again = relais_core_can_repeat (job->input, bodies);
  needs_key = relais_config_get_effective_mode (core->config) != RELAIS_AUTH_MODE_OFF;
  read->curl = relais_curl_write (job->input, bodies, url, needs_key);
  job->result = read;
  job->result_free = (GDestroyNotify)relais_record_bodies_free;
  relais_job_return (job);
}

static void
load_job (RelaisCore *core,
          RelaisJob  *job)
{
  relais_core_load_bodies (core, job->input, loaded_cb, job);
}

/**
 * relais_engine_load_bodies_async:
 * @self: an engine
 * @row: a request
 * @cancellable: (nullable): not looked at once it has begun
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
  relais_job_run (make_job (self, relais_engine_load_bodies_async, row, cancellable, callback,
                            user_data, load_job));
}

/**
 * relais_engine_load_bodies_finish:
 * @self: an engine
 * @result: what the callback got
 * @error: where to put a failure
 *
 * Fails with [error@Gio.IOErrorEnum] `NOT_FOUND` when nothing of it is kept; in the words of
 * "log-trouble" when the log cannot be read.
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

static void
to_repeat_cb (gpointer  result,
              GError   *error,
              gpointer  user_data)
{
  RelaisJob *job = user_data;
  g_autoptr (RelaisBodies) bodies = result;

  if (error == NULL)
    relais_core_repeat (job->core, job->input, bodies, &error);
  relais_job_done (NULL, error, job);
}

static void
send_again_job (RelaisCore *core,
                RelaisJob  *job)
{
  relais_core_load_bodies (core, job->input, to_repeat_cb, job);
}

/**
 * relais_engine_send_again_async:
 * @self: an engine
 * @row: a request
 * @cancellable: (nullable): not looked at once it has begun
 * @callback: told when it is on its way; its answer is in its row
 * @user_data: for @callback
 *
 * Sent as it was, in the same dialect; of its headers only the one that asks for what its vendor is
 * still trying out. One that had a key in its body, or a very long URL, is not kept whole.
 */
void
relais_engine_send_again_async (RelaisEngine        *self,
                                RelaisRecordRow     *row,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  relais_job_run (make_job (self, relais_engine_send_again_async, row, cancellable, callback,
                            user_data, send_again_job));
}

/**
 * relais_engine_send_again_finish:
 * @self: an engine
 * @result: what the callback got
 * @error: where to put a failure
 *
 * Fails with [error@Gio.IOErrorEnum] `NOT_FOUND` when it was not kept whole, with [error@Error]
 * `INVALID_SETTING` while the proxy is stopped, and `BUSY` when 16 such are still running.
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

typedef struct
{
  GPtrArray *records; /* owned */
  char *path;         /* owned */
  RelaisExportFormat format;
} ExportInput;

static void
export_input_free (gpointer data)
{
  ExportInput *input = data;

  g_clear_pointer (&input->records, g_ptr_array_unref);
  g_free (input->path);
  g_free (input);
}

static void
export_job (RelaisCore *core,
            RelaisJob  *job)
{
  ExportInput *input = job->input;

  if (input->path != NULL)
    {
      relais_core_export (core, g_steal_pointer (&input->records), input->format, input->path,
                          job->cancellable, relais_job_done, job);
      return;
    }
  job->error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                                    "Requests can be written to a folder of this computer only");
  relais_job_return (job);
}

/**
 * relais_engine_export_async:
 * @self: an engine
 * @rows: (element-type RelaisRecordRow): what goes into it, in this order
 * @format: what it is written as
 * @file: where to; replaced if it is there
 * @cancellable: (nullable): ends it; the file is as it was then
 * @callback: told when it is on the disk, 0600
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
  RelaisJob *job = relais_job_new (self, relais_engine_export_async, cancellable, callback,
                                   user_data, export_job);
  ExportInput *input = g_new0 (ExportInput, 1);

  input->records = g_ptr_array_new_with_free_func ((GDestroyNotify)relais_record_free);
  for (guint i = 0; i < g_list_model_get_n_items (rows); i++)
    {
      g_autoptr (RelaisRecordRow) row = g_list_model_get_item (rows, i);

      g_ptr_array_add (input->records, relais_record_row_dup (row));
    }
  input->path = g_file_get_path (file);
  input->format = format;
  job->input = input;
  job->input_free = export_input_free;
  relais_job_run (job);
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
