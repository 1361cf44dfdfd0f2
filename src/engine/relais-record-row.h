/* relais-record-row.h: a request as the monitor lists it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "monitor/relais-trace.h"

G_BEGIN_DECLS

/* Lives in the main context and is updated in place while its request runs. Properties, all
 * read-only and notified: "id" (uint64, its number within its run), "time" (int64, microseconds since 1970), "status" (uint, 0
 * while running), "running" (boolean), "method", "path", "client", "dialect", "model",
 * "upstream-model", "account", "account-id", "hint", "error", "finish", "peer", "upstream-dialect"
 * (strings or NULL), "upstream-status", "attempts" (uint, 0 before), "duration-us" (int64, -1 while
 * running), "first-byte-us" (int64), "tokens", "input-tokens", "output-tokens" (int64, -1 when
 * unknown), "stream", "aborted", "error-is-own" (boolean: no word of it is the upstream's), "rule"
 * (uint, the number of the model rule that applied, 0 for none), "dropped" (string, the fields the
 * upstream's dialect has nothing like, or NULL), "trace" (GPtrArray of RelaisTraceStep), "detours"
 * (string, what of that came before the last attempt, in one line, or NULL), "refused-host",
 * "refused-origin" (strings, what a person could allow so that the like of it is let in, or
 * NULL). */
#define RELAIS_TYPE_RECORD_ROW (relais_record_row_get_type ())

G_DECLARE_FINAL_TYPE (RelaisRecordRow, relais_record_row, RELAIS, RECORD_ROW, GObject)

guint64     relais_record_row_get_id          (RelaisRecordRow *self);
gint64      relais_record_row_get_time        (RelaisRecordRow *self);
guint       relais_record_row_get_status      (RelaisRecordRow *self);
gboolean    relais_record_row_get_running     (RelaisRecordRow *self);
const char *relais_record_row_get_path        (RelaisRecordRow *self);
const char *relais_record_row_get_client      (RelaisRecordRow *self);
const char *relais_record_row_get_model       (RelaisRecordRow *self);
const char *relais_record_row_get_account     (RelaisRecordRow *self);
const char *relais_record_row_get_error       (RelaisRecordRow *self);
gint64      relais_record_row_get_duration_us (RelaisRecordRow *self);
gint64      relais_record_row_get_tokens      (RelaisRecordRow *self);
const char *relais_record_row_get_method      (RelaisRecordRow *self);
const char *relais_record_row_get_hint        (RelaisRecordRow *self);
gboolean    relais_record_row_get_estimated   (RelaisRecordRow *self);
gboolean    relais_record_row_get_earlier     (RelaisRecordRow *self);

G_END_DECLS
