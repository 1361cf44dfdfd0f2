/* relais-timer.c: a source that is due at a moment, which may be moved
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-timer"

#include "config.h"

#include "relais-timer.h"

static gboolean
ready_time_dispatch (GSource     *source,
                     GSourceFunc  callback,
                     gpointer     user_data)
{
  return callback (user_data);
}

/**
 * relais_timer_new:
 * @ready_us: when it is due, of the monotonic clock
 * @callback: told then
 * @user_data: for @callback
 *
 * Runs in the thread's default context. g_source_set_ready_time() moves it; a callback that wants
 * to be told again has to.
 *
 * Returns: (transfer full): a source that is attached
 */
GSource *
relais_timer_new (gint64      ready_us,
                  GSourceFunc callback,
                  gpointer    user_data)
{
  static GSourceFuncs funcs = { .dispatch = ready_time_dispatch };
  GSource *source = g_source_new (&funcs, sizeof (GSource));

  g_source_set_callback (source, callback, user_data, NULL);
  g_source_set_ready_time (source, ready_us);
  g_source_attach (source, g_main_context_get_thread_default ());
  return source;
}
