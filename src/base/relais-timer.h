/* relais-timer.h: a source that is due at a moment, which may be moved
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

GSource *relais_timer_new (gint64      ready_us,
                           GSourceFunc callback,
                           gpointer    user_data);

G_END_DECLS
