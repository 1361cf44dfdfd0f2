/* relais-engine-log.c: the engine's face of the log of requests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-engine"

#include "config.h"

#include "relais-engine-private.h"
#include "relais-row-private.h"

#define LOADED_MAX 2000

void
relais_engine_take_log_trouble (RelaisEngine *self,
                                const char   *trouble)
{
  if (g_strcmp0 (self->log_trouble, trouble) == 0)
    return;
  g_free (self->log_trouble);
  self->log_trouble = g_strdup (trouble);
  relais_engine_notify (self, PROP_LOG_TROUBLE);
}

/* What was cleared meanwhile is not to come back. */
static void
relay_loaded (RelaisEngine *self,
              RelaisJob    *job)
{
  /* why not is told as trouble */
  g_clear_error (&job->error);
  if (job->input != NULL && (guint)job->number == self->n_clears)
    relais_engine_append_records (self, job->input);
}

static void
loaded_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  RelaisJob *job = user_data;

  job->input = relais_log_load_finish (result, &job->error);
  job->input_free = (GDestroyNotify)g_ptr_array_unref;
  relais_job_return (job);
}

static void
load_job (RelaisCore *core,
          RelaisJob  *job)
{
  relais_log_load_async (core->log, LOADED_MAX, loaded_cb, job);
}

/* The requests of earlier runs, as soon as they are read. */
void
relais_engine_load_log (RelaisEngine *self)
{
  RelaisJob *job = relais_job_new (self, relais_engine_load_log, NULL, NULL, NULL, load_job);

  job->number = (int)self->n_clears;
  job->after = relay_loaded;
  relais_job_run (job);
}

typedef struct
{
  gboolean rows;
  gboolean bodies;
  int      retention_days;
} LogSettings;

static void
set_log_job (RelaisCore *core,
             RelaisJob  *job)
{
  const LogSettings *settings = job->input;

  if (core->log != NULL)
    relais_log_set (core->log, settings->rows, settings->bodies, settings->retention_days);
  relais_job_return (job);
}

/**
 * relais_engine_set_log:
 * @self: an engine
 * @rows: whether requests are written down from now on
 * @bodies: whether what they and their answers said is as well
 * @retention_days: how long they are kept, 1 to 365
 *
 * Nothing is before it was called, nor where the options name no file.
 */
void
relais_engine_set_log (RelaisEngine *self,
                       gboolean      rows,
                       gboolean      bodies,
                       int           retention_days)
{
  LogSettings settings = { rows, bodies, CLAMP (retention_days, 1, 365) };
  RelaisJob *job = relais_job_new (self, relais_engine_set_log, NULL, NULL, NULL, set_log_job);

  job->input = g_memdup2 (&settings, sizeof settings);
  job->input_free = g_free;
  relais_job_run (job);
}

typedef struct
{
  RelaisCore *core; /* borrowed */
  GArray *ids;      /* owned */
  gint64 before_us;
} Forgotten;

static void
forgotten_free (gpointer data)
{
  Forgotten *forgotten = data;

  g_array_unref (forgotten->ids);
  g_free (forgotten);
}

static gboolean
forget_cb (gpointer user_data)
{
  const Forgotten *forgotten = user_data;
  RelaisCore *core = forgotten->core;

  if (core->gateway.bodies != NULL)
    relais_body_store_forget (core->gateway.bodies, forgotten->ids);
  if (core->log != NULL)
    relais_log_delete (core->log, forgotten->before_us, forgotten->ids);
  return G_SOURCE_REMOVE;
}

/**
 * relais_engine_forget_records:
 * @self: an engine
 * @rows: (element-type RelaisRecordRow): what the list had before it was cleared
 *
 * They go from the log too, with what they said, and what arrived before all of them and before all
 * that is listed or may be restored, which the next run would list in their place. One that is
 * listed again stays.
 */
void
relais_engine_forget_records (RelaisEngine *self,
                              GPtrArray    *rows)
{
  Forgotten *forgotten = g_new0 (Forgotten, 1);

  forgotten->core = self->core;
  forgotten->ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  forgotten->before_us = rows->len > 0 ? G_MAXINT64 : G_MININT64;
  for (guint i = 0; i < rows->len; i++)
    {
      RelaisRecordRow *row = g_ptr_array_index (rows, i);
      guint64 id = relais_record_row_get_id (row);

      forgotten->before_us = MIN (forgotten->before_us, relais_record_row_get_time (row));
      g_hash_table_remove (self->cleared, &id);
      if (!relais_engine_knows_record (self, id))
        g_array_append_val (forgotten->ids, id);
    }
  forgotten->before_us = MIN (forgotten->before_us, relais_engine_get_oldest_us (self));
  /* no job: it would keep an engine that is about to end from ending */
  relais_attach (self->context, forget_cb, forgotten, forgotten_free);
}

/* What is listed, or may be, is as little to be seen as what was kept. */
static void
relay_deleted (RelaisEngine *self,
               RelaisJob    *job)
{
  if (job->error == NULL)
    relais_engine_drop_records (self);
}

static void
drop_bodies (RelaisCore *core)
{
  if (core->gateway.bodies != NULL)
    relais_body_store_forget (core->gateway.bodies, NULL);
}

static void
deleted_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  RelaisJob *job = user_data;

  if (relais_log_delete_all_finish (result, &job->error))
    drop_bodies (job->core);
  relais_job_return (job);
}

static void
delete_job (RelaisCore *core,
            RelaisJob  *job)
{
  if (core->log != NULL)
    {
      relais_log_delete_all_async (core->log, deleted_cb, job);
      return;
    }
  drop_bodies (core);
  relais_job_return (job);
}

/**
 * relais_engine_delete_log_async:
 * @self: an engine
 * @cancellable: (nullable): not looked at once it is begun
 * @callback: told when nothing of it is on the disk any more
 * @user_data: for @callback
 *
 * The list of records is emptied as well, with what is held while it is paused, what may be
 * restored, and what is kept in memory of what requests said; those that run go on.
 */
void
relais_engine_delete_log_async (RelaisEngine        *self,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  RelaisJob *job = relais_job_new (self, relais_engine_delete_log_async, cancellable, callback,
                                   user_data, delete_job);

  job->after = relay_deleted;
  relais_job_run (job);
}

/**
 * relais_engine_delete_log_finish:
 * @self: an engine
 * @result: what the callback got
 * @error: where to put a failure
 *
 * Fails with a [error@Gio.IOErrorEnum], in the words of "log-trouble".
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

static void
measured_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  RelaisJob *job = user_data;

  job->result = relais_log_measure_finish (result, &job->error);
  job->result_free = g_free;
  relais_job_return (job);
}

static void
measure_job (RelaisCore *core,
             RelaisJob  *job)
{
  if (core->log != NULL)
    {
      relais_log_measure_async (core->log, measured_cb, job);
      return;
    }
  job->result = g_new0 (RelaisLogSize, 1);
  job->result_free = g_free;
  relais_job_return (job);
}

/**
 * relais_engine_measure_log_async:
 * @self: an engine
 * @cancellable: (nullable): not looked at once it is begun
 * @callback: told how much there is
 * @user_data: for @callback
 */
void
relais_engine_measure_log_async (RelaisEngine        *self,
                                 GCancellable        *cancellable,
                                 GAsyncReadyCallback  callback,
                                 gpointer             user_data)
{
  relais_job_run (relais_job_new (self, relais_engine_measure_log_async, cancellable, callback,
                                  user_data, measure_job));
}

/**
 * relais_engine_measure_log_finish:
 * @self: an engine
 * @result: what the callback got
 * @n_requests: (out): how many the log holds
 * @size_bytes: (out): what it takes on the disk
 * @error: where to put a failure
 *
 * Fails as [method@Engine.delete_log_finish] does.
 *
 * Returns: whether it could be told
 */
gboolean
relais_engine_measure_log_finish (RelaisEngine  *self,
                                  GAsyncResult  *result,
                                  gint64        *n_requests,
                                  gint64        *size_bytes,
                                  GError       **error)
{
  g_autofree RelaisLogSize *size = g_task_propagate_pointer (G_TASK (result), error);

  if (size == NULL)
    return FALSE;
  *n_requests = size->n_rows;
  *size_bytes = size->size_bytes;
  return TRUE;
}
