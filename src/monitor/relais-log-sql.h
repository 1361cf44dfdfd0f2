/* relais-log-sql.h: what the log asks of SQLite, and how that fails
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>
#include <sqlite3.h>

G_BEGIN_DECLS

gboolean      relais_log_sql_fail          (int          code,
                                            GError     **error);
gboolean      relais_log_sql_fail_by_errno (GError     **error);
gboolean      relais_log_sql_run           (sqlite3     *db,
                                            const char  *sql,
                                            GError     **error);
sqlite3_stmt *relais_log_sql_prepare       (sqlite3     *db,
                                            const char  *sql,
                                            GError     **error);
gboolean      relais_log_sql_ask           (sqlite3     *db,
                                            const char  *sql,
                                            gint64       first,
                                            gint64       second,
                                            gint64      *answer,
                                            GError     **error);

G_END_DECLS
