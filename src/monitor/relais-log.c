/* relais-log.c: requests kept between runs: what waits to be written, and what is asked
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-log"

#include "config.h"

#include "relais-log-private.h"

#define CLOSE_US (2 * G_USEC_PER_SEC)
#define ENTRY_BYTES 1024 /* a usual row */
#define CHANGE_BYTES 256

void
relais_log_ask_free (RelaisLogAsk *self)
{
  g_clear_object (&self->task);
  g_clear_pointer (&self->ids, g_array_unref);
  g_free (self);
}

void
relais_log_entry_free (RelaisLogEntry *self)
{
  relais_record_free (self->record);
  g_clear_pointer (&self->bodies, relais_bodies_unref);
  g_free (self);
}

/* About what it holds in memory. */
gsize
relais_log_entry_size (RelaisLogEntry *self)
{
  const RelaisRecord *record = self->record;
  gsize size = ENTRY_BYTES;

  if (self->bodies != NULL)
    size += relais_bodies_get_size (self->bodies);
  if (record->changes != NULL)
    size += relais_changes_get_length (record->changes) * CHANGE_BYTES;
  if (record->trace != NULL)
    size += record->trace->len * (sizeof (RelaisTraceStep) + RELAIS_TRACE_WORDS_MAX);
  return size;
}

/* With the mutex: the oldest give way, and are counted. */
void
relais_log_bound (RelaisLog *self)
{
  while (self->entries.length > RELAIS_LOG_QUEUE_MAX ||
         self->entries_bytes > RELAIS_LOG_QUEUE_BYTES_MAX)
    {
      RelaisLogEntry *oldest = g_queue_pop_head (&self->entries);

      self->entries_bytes -= relais_log_entry_size (oldest);
      self->n_dropped++;
      relais_log_entry_free (oldest);
    }
}

static void
log_clear (gpointer data)
{
  RelaisLog *self = data;

  g_queue_clear_full (&self->entries, (GDestroyNotify)relais_log_entry_free);
  g_queue_clear_full (&self->asks, (GDestroyNotify)relais_log_ask_free);
  g_queue_clear_full (&self->postponed, (GDestroyNotify)relais_log_ask_free);
  g_clear_error (&self->trouble);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->wake);
  g_cond_clear (&self->ended);
  g_main_context_unref (self->context);
  g_free (self->path);
}

void
relais_log_unref (RelaisLog *self)
{
  g_atomic_rc_box_release_full (self, log_clear);
}

/**
 * relais_log_new:
 * @path: of its file, which is made by the first write
 * @clock: (nullable): what time it is; borrowed
 * @trouble: told why it cannot be written, and when it can again
 * @user_data: for @trouble
 *
 * Nothing is written before relais_log_set() says so. No failure of the disk comes out of any
 * function that adds: it is told by @trouble and one line, and tried again every 30 s, as long as
 * something waits.
 *
 * Returns: (transfer full): a log, with its thread; for relais_log_close()
 */
RelaisLog *
relais_log_new (const char           *path,
                const RelaisClock    *clock,
                RelaisLogTroubleFunc  trouble,
                gpointer              user_data)
{
  RelaisLog *self = g_atomic_rc_box_new0 (RelaisLog);

  self->path = g_strdup (path);
  self->context = g_main_context_ref_thread_default ();
  self->clock = clock;
  self->trouble_func = trouble;
  self->user_data = user_data;
  self->retry_us = G_MININT64;
  self->thorough_us = G_MININT64;
  self->refused_us = relais_clock_get_now_us (clock);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->wake);
  g_cond_init (&self->ended);
  g_queue_init (&self->entries);
  g_queue_init (&self->asks);
  g_queue_init (&self->postponed);
  self->thread = g_thread_new ("relais-log", relais_log_work, g_atomic_rc_box_acquire (self));
  return self;
}

/**
 * relais_log_close:
 * @self: (transfer full) (nullable): a log
 *
 * Writes what waits and answers what was asked, and waits 2 s at most for that: a disk that hangs
 * ends nothing. Trouble is not told any more.
 */
void
relais_log_close (RelaisLog *self)
{
  gint64 end_us = g_get_monotonic_time () + CLOSE_US;
  gboolean has_ended;

  if (self == NULL)
    return;
  self->is_closed = TRUE;
  g_mutex_lock (&self->mutex);
  self->is_closing = TRUE;
  g_cond_signal (&self->wake);
  while (!self->has_ended && g_cond_wait_until (&self->ended, &self->mutex, end_us))
    ;
  has_ended = self->has_ended;
  g_mutex_unlock (&self->mutex);
  if (has_ended)
    g_thread_join (self->thread);
  else
    g_thread_unref (self->thread);
  relais_log_unref (self);
}

/**
 * relais_log_set:
 * @self: a log
 * @rows: whether records are written from now on
 * @bodies: whether their bodies are as well
 * @retention_days: what is older goes, as long as records are written
 */
void
relais_log_set (RelaisLog *self,
                gboolean   rows,
                gboolean   bodies,
                int        retention_days)
{
  g_mutex_lock (&self->mutex);
  self->rows = rows;
  self->bodies = bodies;
  self->retention_days = retention_days;
  self->is_trim_due = TRUE;
  self->is_trim_thorough = TRUE;
  g_cond_signal (&self->wake);
  g_mutex_unlock (&self->mutex);
}

/* Nobody reads more of them than these. */
static gboolean
is_flood (RelaisLog          *self,
          const RelaisRecord *record)
{
  gint64 now_us = relais_clock_get_now_us (self->clock);

  if (!relais_record_is_refused (record))
    return FALSE;
  if (now_us - self->refused_us >= G_USEC_PER_SEC)
    {
      self->refused_us = now_us;
      self->n_refused = 0;
    }
  return ++self->n_refused > RELAIS_LOG_REFUSED_RATE;
}

/**
 * relais_log_add:
 * @self: a log
 * @record: of a request that is over; copied, without its bodies
 * @bodies: (nullable): what was said, frozen; taken a reference to
 *
 * Never waits for the disk. 4 096 records and 64 MiB may wait; the oldest give way.
 * Of requests that were turned away 20 in a second are taken.
 */
void
relais_log_add (RelaisLog          *self,
                const RelaisRecord *record,
                RelaisBodies       *bodies)
{
  RelaisLogEntry *entry;

  if (is_flood (self, record))
    return;
  g_mutex_lock (&self->mutex);
  if (self->rows)
    {
      entry = g_new0 (RelaisLogEntry, 1);
      entry->record = relais_record_copy (record);
      g_clear_pointer (&entry->record->bodies, relais_bodies_unref);
      if (bodies != NULL && self->bodies)
        entry->bodies = relais_bodies_ref (bodies);
      if (self->entries.length == 0)
        self->entries_us = g_get_monotonic_time ();
      self->entries_bytes += relais_log_entry_size (entry);
      g_queue_push_tail (&self->entries, entry);
      relais_log_bound (self);
      g_cond_signal (&self->wake);
    }
  g_mutex_unlock (&self->mutex);
}

/**
 * relais_log_get_n_dropped:
 * @self: a log
 *
 * Returns: how many records gave way because too many waited
 */
guint
relais_log_get_n_dropped (RelaisLog *self)
{
  guint n;

  g_mutex_lock (&self->mutex);
  n = self->n_dropped;
  g_mutex_unlock (&self->mutex);
  return n;
}

static RelaisLogAsk *
ask_new (RelaisLogAskKind    kind,
         gpointer            source_tag,
         GAsyncReadyCallback callback,
         gpointer            user_data)
{
  RelaisLogAsk *self = g_new0 (RelaisLogAsk, 1);

  self->kind = kind;
  self->task = g_task_new (NULL, NULL, callback, user_data);
  g_task_set_source_tag (self->task, source_tag);
  return self;
}

static void
push_ask (RelaisLog    *self,
          RelaisLogAsk *question)
{
  g_mutex_lock (&self->mutex);
  g_queue_push_tail (&self->asks, question);
  g_cond_signal (&self->wake);
  g_mutex_unlock (&self->mutex);
}

/**
 * relais_log_load_async:
 * @self: a log
 * @n: how many records at most
 * @callback: told what there is
 * @user_data: for @callback
 *
 * A file that is not there holds none, and is not made.
 */
void
relais_log_load_async (RelaisLog           *self,
                       guint                n,
                       GAsyncReadyCallback  callback,
                       gpointer             user_data)
{
  RelaisLogAsk *question = ask_new (RELAIS_LOG_ASK_LOAD, relais_log_load_async, callback,
                                    user_data);

  question->number = n;
  push_ask (self, question);
}

/**
 * relais_log_load_finish:
 * @result: what the callback got
 * @error: where to put a failure
 *
 * Fails with a [error@Gio.IOErrorEnum], in words for people.
 *
 * Returns: (transfer full) (element-type RelaisRecord) (nullable): the newest records of other
 *   runs, newest first; an id tells each from all others, those of this run included
 */
GPtrArray *
relais_log_load_finish (GAsyncResult  *result,
                        GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * relais_log_read_bodies_async:
 * @self: a log
 * @id: of a record that was added, or loaded
 * @callback: told what there is
 * @user_data: for @callback
 */
void
relais_log_read_bodies_async (RelaisLog           *self,
                              guint64              id,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  RelaisLogAsk *question = ask_new (RELAIS_LOG_ASK_BODIES, relais_log_read_bodies_async, callback,
                                    user_data);

  question->number = id;
  push_ask (self, question);
}

/**
 * relais_log_read_bodies_finish:
 * @result: what the callback got
 * @error: where to put a failure
 *
 * Fails with [error@Gio.IOErrorEnum] `NOT_FOUND` when none are kept.
 *
 * Returns: (transfer full) (nullable): the bodies
 */
RelaisBodies *
relais_log_read_bodies_finish (GAsyncResult  *result,
                               GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * relais_log_measure_async:
 * @self: a log
 * @callback: told how much there is
 * @user_data: for @callback
 */
void
relais_log_measure_async (RelaisLog           *self,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  push_ask (self, ask_new (RELAIS_LOG_ASK_MEASURE, relais_log_measure_async, callback, user_data));
}

/**
 * relais_log_measure_finish:
 * @result: what the callback got
 * @error: where to put a failure
 *
 * Returns: (transfer full) (nullable): how much it is, for g_free()
 */
RelaisLogSize *
relais_log_measure_finish (GAsyncResult  *result,
                           GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gboolean
is_among (GArray  *ids,
          guint64  id)
{
  for (guint i = 0; i < ids->len; i++)
    if (g_array_index (ids, guint64, i) == id)
      return TRUE;
  return FALSE;
}

/* What waits is not written first to be deleted then: the disk may be full. */
static void
push_delete (RelaisLog    *self,
             RelaisLogAsk *question)
{
  g_mutex_lock (&self->mutex);
  for (GList *l = self->entries.head; l != NULL;)
    {
      RelaisLogEntry *entry = l->data;
      GList *next = l->next;

      if (entry->record->time_us < question->moment_us ||
          is_among (question->ids, entry->record->id))
        {
          self->entries_bytes -= relais_log_entry_size (entry);
          relais_log_entry_free (entry);
          g_queue_delete_link (&self->entries, l);
        }
      l = next;
    }
  g_mutex_unlock (&self->mutex);
  push_ask (self, question);
}

/**
 * relais_log_delete:
 * @self: a log
 * @before_us: what arrived before it goes, microseconds since 1970
 * @ids: (element-type guint64): the records that go as well, whether added or loaded
 *
 * As soon as the disk lets it.
 */
void
relais_log_delete (RelaisLog *self,
                   gint64     before_us,
                   GArray    *ids)
{
  RelaisLogAsk *question = g_new0 (RelaisLogAsk, 1);

  question->kind = RELAIS_LOG_ASK_DELETE;
  question->moment_us = before_us;
  question->ids = g_array_ref (ids);
  push_delete (self, question);
}

/**
 * relais_log_delete_all_async:
 * @self: a log
 * @callback: told when nothing of it is on the disk any more
 * @user_data: for @callback
 */
void
relais_log_delete_all_async (RelaisLog           *self,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  RelaisLogAsk *question = ask_new (RELAIS_LOG_ASK_DELETE, relais_log_delete_all_async, callback,
                                    user_data);

  question->moment_us = G_MAXINT64;
  question->ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  push_delete (self, question);
}

/**
 * relais_log_delete_all_finish:
 * @result: what the callback got
 * @error: where to put a failure
 *
 * Returns: whether it is gone
 */
gboolean
relais_log_delete_all_finish (GAsyncResult  *result,
                              GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
