/* relais-clock.c: what time it is, in a way that tests can set
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-clock"

#include "config.h"

#include <time.h>

#include "relais-clock.h"

/**
 * relais_clock_get_now_us:
 * @self: (nullable): a clock, or %NULL for the system's
 *
 * For all that is kept in memory only: it neither stops in suspend nor follows a corrected time of
 * day.
 *
 * Returns: microseconds since some moment
 */
gint64
relais_clock_get_now_us (const RelaisClock *self)
{
  struct timespec now;

  if (self != NULL)
    return self->now_us (self->data);
  clock_gettime (CLOCK_BOOTTIME, &now);
  return now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

/**
 * relais_clock_get_wall_us:
 * @self: (nullable): a clock, or %NULL for the system's
 *
 * For what others say as a time of day, and for what people read.
 *
 * Returns: microseconds since 1970
 */
gint64
relais_clock_get_wall_us (const RelaisClock *self)
{
  return self != NULL ? self->wall_us (self->data) : g_get_real_time ();
}
