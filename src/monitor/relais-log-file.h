/* relais-log-file.h: the log as a file among others
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

gboolean relais_log_file_make          (const char  *path,
                                        GError     **error);
gboolean relais_log_file_set_aside     (const char  *path,
                                        gint64       now_us,
                                        GError     **error);
gint64   relais_log_file_measure_aside (const char  *path);
gboolean relais_log_file_delete_aside  (const char  *path,
                                        gint64       before_us,
                                        GError     **error);

G_END_DECLS
