/* relais-autostart.h: whether the desktop starts the program at login
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

gboolean relais_autostart_is_possible  (void);
void     relais_autostart_read_async   (GCancellable         *cancellable,
                                        GAsyncReadyCallback   callback,
                                        gpointer              user_data);
gboolean relais_autostart_read_finish  (GAsyncResult         *result,
                                        GError              **error);
void     relais_autostart_write_async  (gboolean              enabled,
                                        GCancellable         *cancellable,
                                        GAsyncReadyCallback   callback,
                                        gpointer              user_data);
gboolean relais_autostart_write_finish (GAsyncResult         *result,
                                        GError              **error);

G_END_DECLS
