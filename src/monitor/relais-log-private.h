/* relais-log-private.h: what the two files of the log share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "relais-log.h"

G_BEGIN_DECLS

typedef enum {
  RELAIS_LOG_ASK_LOAD,
  RELAIS_LOG_ASK_BODIES,
  RELAIS_LOG_ASK_MEASURE,
  RELAIS_LOG_ASK_DELETE,
} RelaisLogAskKind;

/* Something to be answered, after all that was to be written before it. */
typedef struct
{
  RelaisLogAskKind kind;
  GTask *task;    /* owned; NULL: nobody waits */
  guint64 number; /* how many, or which */
  gint64           moment_us;
  gint64 aside_bytes; /* of a damaged file that was kept */
  GArray *ids;        /* owned, or NULL */
} RelaisLogAsk;

/* Shared by the thread that made it and the worker, by reference. */
struct _RelaisLog
{
  /* the same all its life */
  char *path;               /* owned */
  GMainContext *context;    /* owned */
  const RelaisClock *clock; /* borrowed */
  RelaisLogTroubleFunc  trouble_func;
  gpointer              user_data;

  /* the owner's */
  GThread              *thread;
  gboolean              is_closed;
  gint64 refused_us; /* of the clock: when the second began in which they are counted */
  guint                 n_refused;

  /* both: with the mutex */
  GMutex                mutex;
  GCond wake;     /* there is something to do */
  GCond ended;    /* the worker is through */
  GQueue entries; /* RelaisLogEntry, oldest first */
  gsize                 entries_bytes;
  gint64 entries_us; /* when the first of them came, monotonic */
  guint                 n_dropped;
  GQueue asks;      /* RelaisLogAsk */
  GQueue postponed; /* the same: for when it works again */
  gboolean              rows;
  gboolean              bodies;
  int                   retention_days;
  gboolean              is_trim_due;
  gboolean is_trim_thorough; /* what is set anew holds for all of it, at once */
  gboolean              is_closing;
  gboolean              has_ended;

  /* the worker's */
  RelaisLogStore *store; /* owned; NULL: not open */
  gint64                run;
  gint64 thorough_us; /* of the clock: when a trim is next */
  gint64 retry_us;    /* of the clock: no sooner */
  guint n_told;       /* of those that were dropped */
  gboolean is_ending; /* it is the last round: nothing waits for better times */
  GError *trouble;    /* owned, or NULL */
};

void     relais_log_ask_free   (RelaisLogAsk   *self);
void     relais_log_entry_free (RelaisLogEntry *self);
gsize    relais_log_entry_size (RelaisLogEntry *self);
void     relais_log_bound      (RelaisLog      *self);
void     relais_log_unref      (RelaisLog      *self);
gpointer relais_log_work       (gpointer        data);

G_END_DECLS
