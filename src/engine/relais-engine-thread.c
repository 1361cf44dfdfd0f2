/* relais-engine-thread.c: the engine's thread, and what crosses between it and the owner
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-engine"

#include "config.h"

#include "base/relais-key.h"

#include "relais-engine-private.h"
#include "relais-row-private.h"

typedef struct
{
  RelaisLink *link;         /* owned */
  RelaisSnapshot *snapshot; /* owned */
} Delivery;

static void
delivery_free (gpointer data)
{
  Delivery *delivery = data;

  g_atomic_rc_box_release (delivery->link);
  relais_snapshot_free (delivery->snapshot);
  g_free (delivery);
}

static gboolean
has_same_ids (RelaisEngine *self,
              GPtrArray    *infos)
{
  if (g_list_model_get_n_items (G_LIST_MODEL (self->accounts)) != infos->len)
    return FALSE;
  for (guint i = 0; i < infos->len; i++)
    {
      g_autoptr (RelaisAccountRow) row = g_list_model_get_item (G_LIST_MODEL (self->accounts), i);
      RelaisAccountInfo *info = g_ptr_array_index (infos, i);

      if (g_strcmp0 (relais_account_row_get_id (row), info->id) != 0)
        return FALSE;
    }
  return TRUE;
}

static RelaisAccountRow *
find_row (RelaisEngine *self,
          const char   *id)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->accounts)); i++)
    {
      g_autoptr (RelaisAccountRow) row = g_list_model_get_item (G_LIST_MODEL (self->accounts), i);

      if (g_strcmp0 (relais_account_row_get_id (row), id) == 0)
        return g_steal_pointer (&row);
    }
  return NULL;
}

static void
apply_accounts (RelaisEngine *self,
                GPtrArray    *infos)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_object_unref);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->accounts));

  for (guint i = 0; i < infos->len; i++)
    {
      RelaisAccountInfo *info = g_ptr_array_index (infos, i);
      RelaisAccountRow *row = find_row (self, info->id);

      if (row == NULL)
        row = relais_account_row_new (info);
      else
        relais_account_row_update (row, info);
      g_ptr_array_add (rows, row);
    }
  if (has_same_ids (self, infos))
    return;
  g_list_store_splice (self->accounts, 0, n, rows->pdata, rows->len);
  if (n != rows->len)
    relais_engine_notify (self, PROP_N_ACCOUNTS);
}

static void
count_running (RelaisEngine *self,
               GPtrArray    *records)
{
  guint n_before = g_hash_table_size (self->running);

  for (guint i = 0; i < records->len; i++)
    {
      const RelaisRecord *record = g_ptr_array_index (records, i);

      if (record->phase == RELAIS_RECORD_DONE)
        g_hash_table_remove (self->running, &record->id);
      else
        g_hash_table_add (self->running, g_memdup2 (&record->id, sizeof record->id));
    }
  if (g_hash_table_size (self->running) != n_before)
    relais_engine_notify (self, PROP_N_RUNNING);
}

static gboolean
deliver_cb (gpointer user_data)
{
  Delivery *delivery = user_data;
  RelaisSnapshot *snapshot = delivery->snapshot;
  RelaisEngine *self = delivery->link->engine;

  if (self == NULL)
    return G_SOURCE_REMOVE;
  g_object_ref (self);
  if (snapshot->records != NULL && self->paused)
    relais_engine_hold_records (self, snapshot->records);
  else if (snapshot->records != NULL)
    relais_engine_apply_records (self, snapshot->records);
  if (snapshot->records != NULL)
    count_running (self, snapshot->records);
  if (snapshot->accounts != NULL)
    {
      apply_accounts (self, snapshot->accounts);
      relais_engine_tell_accounts (self);
    }
  if (snapshot->models != NULL)
    {
      relais_engine_take_models (self, g_steal_pointer (&snapshot->models));
    }
  if (snapshot->log_changed)
    relais_engine_take_log_trouble (self, snapshot->log_trouble);
  relais_engine_take_keyring (self, snapshot->keyring);
  if (self->n_active != snapshot->n_active)
    {
      self->n_active = snapshot->n_active;
      relais_engine_notify (self, PROP_N_ACTIVE);
      relais_engine_forget_failure (self);
    }
  g_object_unref (self);
  return G_SOURCE_REMOVE;
}

void
relais_attach (GMainContext   *context,
               GSourceFunc     func,
               gpointer        data,
               GDestroyNotify  destroy)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, data, destroy);
  g_source_attach (source, context);
}

/* What the engine thread needs; made before it starts, freed by it at its end. */
typedef struct
{
  GMainContext         *context;
  GMainContext         *owner;
  GMainLoop            *loop;
  RelaisLink           *link;
  RelaisEngineOptions   options;
  RelaisCore          **core;
  GPtrArray           **notes;
  RelaisRules         **rules;
  GError              **error;
  GMutex               *mutex;
  GCond                *ready;
  gboolean             *is_ready;
} Birth;

typedef struct
{
  GMainContext *owner;
  RelaisLink   *link;
} Outlet;

static void
snapshot_cb (RelaisSnapshot *snapshot,
             gpointer        user_data)
{
  Outlet *outlet = user_data;
  Delivery *delivery = g_new0 (Delivery, 1);

  delivery->link = g_atomic_rc_box_acquire (outlet->link);
  delivery->snapshot = snapshot;
  relais_attach (outlet->owner, deliver_cb, delivery, delivery_free);
}

static gpointer
engine_thread (gpointer data)
{
  Birth *birth = data;
  Outlet outlet = { g_main_context_ref (birth->owner), g_atomic_rc_box_acquire (birth->link) };
  GMainContext *context = g_main_context_ref (birth->context);
  GMainLoop *loop = g_main_loop_ref (birth->loop);
  RelaisCore *core;

  g_main_context_push_thread_default (context);
  core = relais_core_new (context, &birth->options, snapshot_cb, &outlet);
  relais_core_take_options (core, &birth->options, birth->error);
  g_mutex_lock (birth->mutex);
  *birth->core = core;
  *birth->notes = g_ptr_array_ref (core->notes); /* nobody writes to them any more */
  *birth->rules = core->gateway.rules != NULL ? relais_rules_ref (core->gateway.rules) : NULL;
  *birth->is_ready = TRUE;
  g_cond_signal (birth->ready);
  g_mutex_unlock (birth->mutex); /* birth is gone from here */

  g_main_loop_run (loop);
  relais_core_free (core);
  g_main_context_pop_thread_default (context);
  g_main_loop_unref (loop);
  g_main_context_unref (context);
  g_main_context_unref (outlet.owner);
  g_atomic_rc_box_release (outlet.link);
  return NULL;
}

void
relais_engine_start_thread (RelaisEngine              *self,
                            const RelaisEngineOptions *options)
{
  GMutex mutex;
  GCond ready;
  gboolean is_ready = FALSE;
  Birth birth = { self->context, self->owner, self->loop, self->link, *options,
                  &self->core, &self->notes, &self->rules, &self->load_error, &mutex, &ready,
                  &is_ready };

  g_mutex_init (&mutex);
  g_cond_init (&ready);
  self->thread = g_thread_new ("relais-engine", engine_thread, &birth);
  g_mutex_lock (&mutex);
  while (!is_ready)
    g_cond_wait (&ready, &mutex);
  g_mutex_unlock (&mutex);
  g_mutex_clear (&mutex);
  g_cond_clear (&ready);
}

static gboolean
cancel_cb (gpointer user_data)
{
  g_cancellable_cancel (user_data);
  return G_SOURCE_REMOVE;
}

typedef struct
{
  GMainContext *context;     /* owned; the engine's */
  GCancellable *cancellable; /* owned; the job's */
} Crossing;

static void
crossing_free (gpointer data)
{
  Crossing *crossing = data;

  g_main_context_unref (crossing->context);
  g_object_unref (crossing->cancellable);
  g_free (crossing);
}

static void
outer_cancelled_cb (GCancellable *outer,
                    gpointer      user_data)
{
  Crossing *crossing = user_data;

  relais_attach (crossing->context, cancel_cb, g_object_ref (crossing->cancellable),
                 g_object_unref);
}

/* A job has its own cancellable, cancelled where it runs: a source that waits for one while
 * another thread cancels it may be leaked by GLib. */
static void
connect_cancellable (RelaisJob    *job,
                     GCancellable *outer)
{
  Crossing *crossing = g_new0 (Crossing, 1);

  job->cancellable = g_cancellable_new ();
  crossing->context = g_main_context_ref (job->engine->context);
  crossing->cancellable = g_object_ref (job->cancellable);
  job->outer_handler = g_cancellable_connect (outer, G_CALLBACK (outer_cancelled_cb), crossing,
                                              crossing_free);
}

RelaisJob *
relais_job_new (RelaisEngine        *engine,
                gpointer             source_tag,
                GCancellable        *cancellable,
                GAsyncReadyCallback  callback,
                gpointer             user_data,
                RelaisJobFunc        func)
{
  RelaisJob *job = g_new0 (RelaisJob, 1);

  job->engine = engine;
  job->task = g_task_new (engine, cancellable, callback, user_data);
  g_task_set_source_tag (job->task, source_tag);
  /* what was done counts, also when nobody waits for it any more */
  g_task_set_check_cancellable (job->task, FALSE);
  if (cancellable != NULL)
    connect_cancellable (job, cancellable);
  job->func = func;
  return job;
}

static void
job_free (RelaisJob *job)
{
  if (job->input != NULL && job->input_free != NULL)
    job->input_free (job->input);
  if (job->result != NULL && job->result_free != NULL)
    job->result_free (job->result);
  g_clear_error (&job->error);
  if (job->text != NULL)
    relais_key_wipe (job->text);
  g_clear_object (&job->cancellable);
  g_clear_object (&job->task);
  g_free (job);
}

static gboolean
job_run_cb (gpointer user_data)
{
  RelaisJob *job = user_data;

  job->func (job->core, job);
  return G_SOURCE_REMOVE;
}

static gboolean
job_back_cb (gpointer user_data)
{
  RelaisJob *job = user_data;

  g_cancellable_disconnect (g_task_get_cancellable (job->task), job->outer_handler);
  if (job->after != NULL)
    job->after (job->engine, job);
  if (job->error != NULL)
    g_task_return_error (job->task, g_steal_pointer (&job->error));
  else if (job->result != NULL)
    g_task_return_pointer (job->task, g_steal_pointer (&job->result), job->result_free);
  else
    g_task_return_boolean (job->task, TRUE);
  job_free (job);
  return G_SOURCE_REMOVE;
}

void
relais_job_run (RelaisJob *job)
{
  job->core = job->engine->core;
  relais_attach (job->engine->context, job_run_cb, job, NULL);
}

/* In the engine thread: the work is done, its outcome stands in the job. What it changed crosses
 * first, so that the lists show it when the task returns. */
void
relais_job_return (RelaisJob *job)
{
  relais_core_flush (job->core);
  relais_attach (job->engine->owner, job_back_cb, job, NULL);
}

/* The same as the end of a step of the core. */
void
relais_job_done (gpointer  result,
                 GError   *error,
                 gpointer  job)
{
  ((RelaisJob *)job)->error = error;
  relais_job_return (job);
}

/* In the engine thread, as a change begins: one that nobody wants any more ends here. */
gboolean
relais_job_is_cancelled (RelaisJob *job)
{
  GError *error = NULL;

  if (!g_cancellable_set_error_if_cancelled (job->cancellable, &error))
    return FALSE;
  relais_job_end_change (NULL, error, job);
  return TRUE;
}

/* The same as the end of a change of the core: the next one may begin. */
void
relais_job_end_change (gpointer  result,
                       GError   *error,
                       gpointer  job)
{
  RelaisCore *core = ((RelaisJob *)job)->core;

  relais_job_done (result, error, job); /* it is gone from here */
  relais_core_end_change (core);
}
