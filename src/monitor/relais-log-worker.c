/* relais-log-worker.c: the one thread that reads and writes the log's file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-log"

#include "config.h"

#include "relais-log-file.h"
#include "relais-log-private.h"

#define BATCH_US G_USEC_PER_SEC
#define TRIM_US (G_TIME_SPAN_HOUR)
#define THOROUGH_US (10 * G_TIME_SPAN_MINUTE)

typedef struct
{
  RelaisLog *log; /* owned */
  char *trouble;  /* owned */
} Telling;

static void
telling_free (gpointer data)
{
  Telling *telling = data;

  relais_log_unref (telling->log);
  g_free (telling->trouble);
  g_free (telling);
}

static gboolean
relais_log_tell_cb (gpointer data)
{
  Telling *telling = data;

  if (!telling->log->is_closed)
    telling->log->trouble_func (telling->trouble, telling->log->user_data);
  return G_SOURCE_REMOVE;
}

/* One line for all that goes wrong until it goes well. */
static void
set_trouble (RelaisLog    *self,
             const GError *error)
{
  g_autoptr (GSource) source = NULL;
  Telling *telling;

  if (error != NULL && self->trouble == NULL)
    g_message ("The history cannot be kept: %s", error->message);
  if (g_strcmp0 (error != NULL ? error->message : NULL,
                 self->trouble != NULL ? self->trouble->message : NULL) == 0)
    return;
  g_clear_error (&self->trouble);
  self->trouble = error != NULL ? g_error_copy (error) : NULL;
  telling = g_new0 (Telling, 1);
  telling->log = g_atomic_rc_box_acquire (self);
  telling->trouble = error != NULL ? g_strdup (error->message) : NULL;
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, relais_log_tell_cb, telling, telling_free);
  g_source_attach (source, self->context);
}

static gboolean
is_waiting (RelaisLog *self)
{
  return self->trouble != NULL && relais_clock_get_now_us (self->clock) < self->retry_us;
}

typedef gboolean (*StoreFunc) (RelaisLogStore *store,
                               gpointer data,
                               GError **error);

static gboolean
try_store (RelaisLog  *self,
           StoreFunc   func,
           gpointer    data,
           GError    **error)
{
  g_autoptr (GError) local = NULL;

  if (self->store == NULL)
    self->store = relais_log_store_open (self->path, &self->run, error);
  if (self->store == NULL)
    return FALSE;
  if (func (self->store, data, &local))
    return TRUE;
  /* nothing there is an answer */
  if (!g_error_matches (local, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    g_clear_pointer (&self->store, relais_log_store_close);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* A damaged file makes room for a new one at once. */
static gboolean
with_store (RelaisLog  *self,
            StoreFunc   func,
            gpointer    data,
            GError    **error)
{
  g_autoptr (GError) local = NULL;
  gboolean is_fine = try_store (self, func, data, &local);

  if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_INVALID_DATA) &&
      relais_log_file_set_aside (self->path, relais_clock_get_wall_us (self->clock), NULL))
    {
      g_clear_error (&local);
      is_fine = try_store (self, func, data, &local);
    }
  if (is_fine || g_error_matches (local, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    {
      set_trouble (self, NULL);
    }
  else
    {
      self->retry_us = relais_clock_get_now_us (self->clock) + RELAIS_LOG_RETRY_US;
      set_trouble (self, local);
    }
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return is_fine;
}

static gboolean
write_func (RelaisLogStore  *store,
            gpointer         data,
            GError         **error)
{
  return relais_log_store_write (store, data, error);
}

typedef struct
{
  gint64   oldest_us;
  gboolean is_thorough;
} Trim;

static gboolean
trim_func (RelaisLogStore  *store,
           gpointer         data,
           GError         **error)
{
  const Trim *what = data;

  return relais_log_store_trim (store, what->oldest_us, what->is_thorough, error);
}

/* With the mutex. Nothing more is written: not what waits for a disk either. */
static void
drop_entries (RelaisLog *self)
{
  g_queue_clear_full (&self->entries, (GDestroyNotify)relais_log_entry_free);
  self->entries_bytes = 0;
}

/* Also tells whether a file that could not be written can be now; without rows to write there is no
 * trouble. */
static void
trim (RelaisLog *self)
{
  gint64 now_us = relais_clock_get_now_us (self->clock);
  Trim what = { 0 };
  gboolean rows, is_quiet;

  g_mutex_lock (&self->mutex);
  rows = self->rows;
  is_quiet = !rows && self->postponed.length == 0;
  what.oldest_us = relais_clock_get_wall_us (self->clock) -
                   self->retention_days * G_TIME_SPAN_DAY;
  what.is_thorough = self->is_trim_thorough || now_us >= self->thorough_us;
  self->is_trim_due = FALSE;
  self->is_trim_thorough = FALSE;
  if (!rows)
    drop_entries (self);
  g_mutex_unlock (&self->mutex);
  if (what.is_thorough)
    self->thorough_us = now_us + THOROUGH_US;
  relais_log_file_delete_aside (self->path, what.oldest_us, NULL);
  if (is_quiet)
    set_trouble (self, NULL);
  if (rows && self->trouble != NULL)
    with_store (self, trim_func, &what, NULL);
  else if (self->store == NULL && !g_file_test (self->path, G_FILE_TEST_EXISTS))
    return;
  else if (rows)
    with_store (self, trim_func, &what, NULL);
  else
    try_store (self, trim_func, &what, NULL);
}

static void
tell_dropped (RelaisLog *self)
{
  guint n_dropped = relais_log_get_n_dropped (self);

  if (n_dropped > self->n_told)
    g_message ("Requests missing from the history: %u", n_dropped - self->n_told);
  self->n_told = n_dropped;
}

/* What cannot be written waits on, before what came meanwhile. */
static void
put_back (RelaisLog *self,
          GPtrArray *entries)
{
  g_mutex_lock (&self->mutex);
  while (entries->len > 0)
    {
      RelaisLogEntry *entry = g_ptr_array_steal_index (entries, entries->len - 1);

      self->entries_bytes += relais_log_entry_size (entry);
      g_queue_push_head (&self->entries, entry);
    }
  relais_log_bound (self);
  g_mutex_unlock (&self->mutex);
}

static void
write_entries (RelaisLog *self)
{
  g_autoptr (GPtrArray) entries =
               g_ptr_array_new_with_free_func ((GDestroyNotify)relais_log_entry_free);
  RelaisLogEntry *entry;

  g_mutex_lock (&self->mutex);
  while ((entry = g_queue_pop_head (&self->entries)) != NULL)
    g_ptr_array_add (entries, entry);
  self->entries_bytes = 0;
  g_mutex_unlock (&self->mutex);
  if (entries->len == 0)
    return;
  if (with_store (self, write_func, entries, NULL))
    {
      tell_dropped (self);
      trim (self);
    }
  else
    {
      put_back (self, entries);
    }
}

static gboolean
ask_func (RelaisLogStore  *store,
          gpointer         data,
          GError         **error)
{
  RelaisLogAsk *question = data;
  RelaisLogSize size = { 0 };
  GPtrArray *records;
  RelaisBodies *bodies;

  switch (question->kind)
    {
    case RELAIS_LOG_ASK_LOAD:
      records = relais_log_store_load (store, (guint)question->number, error);
      if (records != NULL)
        g_task_return_pointer (question->task, records, (GDestroyNotify)g_ptr_array_unref);
      return records != NULL;
    case RELAIS_LOG_ASK_BODIES:
      bodies = relais_log_store_read_bodies (store, question->number, error);
      if (bodies != NULL)
        g_task_return_pointer (question->task, bodies, (GDestroyNotify)relais_bodies_unref);
      return bodies != NULL;
    case RELAIS_LOG_ASK_MEASURE:
      if (!relais_log_store_measure (store, &size.n_rows, &size.size_bytes, error))
        return FALSE;
      size.size_bytes = (size.n_rows > 0 ? size.size_bytes : 0) + question->aside_bytes;
      g_task_return_pointer (question->task, g_memdup2 (&size, sizeof size), g_free);
      return TRUE;
    case RELAIS_LOG_ASK_DELETE:
    default:
      if (!relais_log_store_delete (store, question->moment_us, question->ids, error))
        return FALSE;
      if (question->task != NULL)
        g_task_return_boolean (question->task, TRUE);
      return TRUE;
    }
}

/* Of a file that is not there, and is not made for it. */
static void
answer_nothing (RelaisLogAsk *question)
{
  RelaisLogSize size = { 0, question->aside_bytes };

  switch (question->kind)
    {
    case RELAIS_LOG_ASK_LOAD:
      g_task_return_pointer (question->task, g_ptr_array_new (), (GDestroyNotify)g_ptr_array_unref);
      break;
    case RELAIS_LOG_ASK_BODIES:
      g_task_return_new_error (question->task, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                               "Nothing of it was kept");
      break;
    case RELAIS_LOG_ASK_MEASURE:
      g_task_return_pointer (question->task, g_memdup2 (&size, sizeof size), g_free);
      break;
    case RELAIS_LOG_ASK_DELETE:
    default:
      if (question->task != NULL)
        g_task_return_boolean (question->task, TRUE);
    }
}

/* What is deleted without anybody waiting for it is what the list had, and no damaged file. */
static gboolean
delete_aside (RelaisLog     *self,
              RelaisLogAsk  *question,
              GError       **error)
{
  return question->kind != RELAIS_LOG_ASK_DELETE || question->task == NULL ||
         relais_log_file_delete_aside (self->path, G_MAXINT64, error);
}

static void
postpone (RelaisLog    *self,
          RelaisLogAsk *question)
{
  g_mutex_lock (&self->mutex);
  g_queue_push_tail (&self->postponed, question);
  g_mutex_unlock (&self->mutex);
}

static void
answer (RelaisLog    *self,
        RelaisLogAsk *question)
{
  g_autoptr (GError) error = NULL;
  gboolean is_fine = FALSE;

  if (question->task == NULL && is_waiting (self) && !self->is_ending)
    {
      postpone (self, question);
      return;
    }
  question->aside_bytes = relais_log_file_measure_aside (self->path);
  if (!delete_aside (self, question, &error))
    {
      is_fine = FALSE;
    }
  else if (self->store == NULL && !g_file_test (self->path, G_FILE_TEST_EXISTS))
    {
      answer_nothing (question);
      is_fine = TRUE;
    }
  else if (self->trouble != NULL && question->kind != RELAIS_LOG_ASK_DELETE)
    {
      /* that it can be read tells nothing of writing */
      is_fine = try_store (self, ask_func, question, &error);
    }
  else
    {
      is_fine = with_store (self, ask_func, question, &error);
    }
  if (!is_fine && question->task == NULL)
    {
      postpone (self, question);
      return;
    }
  if (!is_fine)
    g_task_return_error (question->task, g_steal_pointer (&error));
  relais_log_ask_free (question);
}

static void
answer_all (RelaisLog *self,
            GQueue    *asks)
{
  RelaisLogAsk *question;

  while ((question = g_queue_pop_head (asks)) != NULL)
    answer (self, question);
}

static void
move_all (GQueue *from,
          GQueue *to)
{
  gpointer item;

  while ((item = g_queue_pop_head (from)) != NULL)
    g_queue_push_tail (to, item);
}

/* With the mutex: when it has to look again, monotonic; 0 for now. */
static gint64
get_due_us (RelaisLog *self)
{
  gint64 now_us = g_get_monotonic_time ();
  gint64 due_us = now_us + TRIM_US;

  if (self->is_closing || self->asks.length > 0 || (self->is_trim_due && !self->rows))
    return 0;
  /* what was to be deleted is, or there is trouble again */
  if (self->postponed.length > 0 && self->trouble == NULL)
    return 0;
  if (self->trouble != NULL)
    due_us = now_us + self->retry_us - relais_clock_get_now_us (self->clock);
  else if (self->is_trim_due)
    return 0;
  else if (self->entries.length > 0)
    due_us = self->entries_us + BATCH_US;
  return due_us > now_us ? due_us : 0;
}

/* With the mutex. What has nothing to do for an hour, or is to try again, looks at the bounds. */
static void
wait_for_work (RelaisLog *self)
{
  gint64 due_us;
  gboolean is_idle = FALSE;

  while ((due_us = get_due_us (self)) != 0 && !is_idle)
    is_idle = !g_cond_wait_until (&self->wake, &self->mutex, due_us) && self->entries.length == 0;
  self->is_trim_due |= is_idle || self->trouble != NULL;
}

/* One round. What is asked is taken first: what was added before it is written then. */
static gboolean
work (RelaisLog *self)
{
  GQueue asks = G_QUEUE_INIT, postponed = G_QUEUE_INIT;
  gboolean is_closing, is_trim_due, rows;

  g_mutex_lock (&self->mutex);
  wait_for_work (self);
  is_closing = self->is_closing;
  is_trim_due = self->is_trim_due;
  rows = self->rows;
  move_all (&self->asks, &asks);
  self->is_ending = is_closing;
  if (!is_waiting (self) || is_closing)
    move_all (&self->postponed, &postponed);
  g_mutex_unlock (&self->mutex);
  if (!is_waiting (self) || is_closing)
    write_entries (self);
  answer_all (self, &postponed);
  if (is_trim_due && !is_closing && (!rows || !is_waiting (self)))
    trim (self);
  answer_all (self, &asks);
  return !is_closing;
}

gpointer
relais_log_work (gpointer data)
{
  RelaisLog *self = data;

  while (work (self))
    ;
  g_clear_pointer (&self->store, relais_log_store_close);
  g_mutex_lock (&self->mutex);
  self->has_ended = TRUE;
  g_cond_signal (&self->ended);
  g_mutex_unlock (&self->mutex);
  relais_log_unref (self);
  return NULL;
}
