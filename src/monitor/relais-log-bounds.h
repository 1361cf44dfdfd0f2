/* relais-log-bounds.h: how large the log is, and may become
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>
#include <sqlite3.h>

G_BEGIN_DECLS

#define RELAIS_LOG_ROWS_MAX 100000
#define RELAIS_LOG_REFUSED_MAX 2000 /* of them */
#define RELAIS_LOG_FILE_MAX (G_GINT64_CONSTANT (256) * 1024 * 1024)

gboolean relais_log_bounds_trim    (sqlite3   *db,
                                    gint64     oldest_us,
                                    gboolean   is_thorough,
                                    gint64    *n_rows,
                                    GError   **error);
gboolean relais_log_bounds_shrink  (sqlite3   *db,
                                    GError   **error);
gboolean relais_log_bounds_measure (sqlite3   *db,
                                    gint64    *n_rows,
                                    gint64    *size_bytes,
                                    GError   **error);

G_END_DECLS
