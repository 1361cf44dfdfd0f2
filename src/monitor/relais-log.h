/* relais-log.h: requests kept between runs, bounded, written off the way of a request
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/relais-clock.h"

#include "relais-log-store.h"

G_BEGIN_DECLS

/* What waits to be written. */
#define RELAIS_LOG_QUEUE_MAX 4096
#define RELAIS_LOG_QUEUE_BYTES_MAX (64 * 1024 * 1024)

/* Requests that were turned away, in a second. */
#define RELAIS_LOG_REFUSED_RATE 20

#define RELAIS_LOG_RETRY_US (30 * G_USEC_PER_SEC)

typedef struct
{
  gint64 n_rows;
  gint64 size_bytes; /* on the disk */
} RelaisLogSize;

/* Why it cannot be written, for people, or NULL once it can. */
typedef void (*RelaisLogTroubleFunc) (const char *trouble,
                                      gpointer user_data);

/* Used by the thread that made it, where callbacks come too. */
typedef struct _RelaisLog RelaisLog;

RelaisLog     *relais_log_new                (const char            *path,
                                              const RelaisClock     *clock,
                                              RelaisLogTroubleFunc   trouble,
                                              gpointer               user_data);
void           relais_log_close              (RelaisLog             *self);
void           relais_log_set                (RelaisLog             *self,
                                              gboolean               rows,
                                              gboolean               bodies,
                                              int                    retention_days);
void           relais_log_add                (RelaisLog             *self,
                                              const RelaisRecord    *record,
                                              RelaisBodies          *bodies);
guint          relais_log_get_n_dropped      (RelaisLog             *self);
void           relais_log_load_async         (RelaisLog             *self,
                                              guint                  n,
                                              GAsyncReadyCallback    callback,
                                              gpointer               user_data);
GPtrArray     *relais_log_load_finish        (GAsyncResult          *result,
                                              GError               **error);
void           relais_log_read_bodies_async  (RelaisLog             *self,
                                              guint64                id,
                                              GAsyncReadyCallback    callback,
                                              gpointer               user_data);
RelaisBodies  *relais_log_read_bodies_finish (GAsyncResult          *result,
                                              GError               **error);
void           relais_log_measure_async      (RelaisLog             *self,
                                              GAsyncReadyCallback    callback,
                                              gpointer               user_data);
RelaisLogSize *relais_log_measure_finish     (GAsyncResult          *result,
                                              GError               **error);
void           relais_log_delete             (RelaisLog             *self,
                                              gint64                 before_us,
                                              GArray                *ids);
void           relais_log_delete_all_async   (RelaisLog             *self,
                                              GAsyncReadyCallback    callback,
                                              gpointer               user_data);
gboolean       relais_log_delete_all_finish  (GAsyncResult          *result,
                                              GError               **error);

G_END_DECLS
