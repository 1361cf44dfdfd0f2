/* relais-log-store.h: the file of the log
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "relais-bodies.h"
#include "relais-record.h"

G_BEGIN_DECLS

/* What goes into the file. */
typedef struct
{
  RelaisRecord *record; /* owned */
  RelaisBodies *bodies; /* owned, frozen, or NULL */
} RelaisLogEntry;

/* Used by one thread at a time, which it may keep waiting. */
typedef struct _RelaisLogStore RelaisLogStore;

RelaisLogStore *relais_log_store_open        (const char      *path,
                                              gint64          *run,
                                              GError         **error);
void            relais_log_store_close       (RelaisLogStore  *self);
gboolean        relais_log_store_write       (RelaisLogStore  *self,
                                              GPtrArray       *entries,
                                              GError         **error);
gboolean        relais_log_store_trim        (RelaisLogStore  *self,
                                              gint64           oldest_us,
                                              gboolean         is_thorough,
                                              GError         **error);
GPtrArray      *relais_log_store_load        (RelaisLogStore  *self,
                                              guint            n,
                                              GError         **error);
RelaisBodies   *relais_log_store_read_bodies (RelaisLogStore  *self,
                                              guint64          id,
                                              GError         **error);
gboolean        relais_log_store_delete      (RelaisLogStore  *self,
                                              gint64           before_us,
                                              GArray          *ids,
                                              GError         **error);
gboolean        relais_log_store_measure     (RelaisLogStore  *self,
                                              gint64          *n_rows,
                                              gint64          *size_bytes,
                                              GError         **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelaisLogStore, relais_log_store_close)

G_END_DECLS
