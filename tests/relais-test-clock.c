/* relais-test-clock.c: a clock that stands still until a test moves it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "relais-test-clock.h"

static gint64
read_time (RelaisTestClock *self,
           const gint64    *time)
{
  gint64 us;

  g_mutex_lock (&self->mutex);
  us = *time;
  g_mutex_unlock (&self->mutex);
  return us;
}

static gint64
now_cb (gpointer data)
{
  return read_time (data, &((RelaisTestClock *)data)->now_us);
}

static gint64
wall_cb (gpointer data)
{
  return read_time (data, &((RelaisTestClock *)data)->wall_us);
}

void
relais_test_clock_init (RelaisTestClock *self,
                        gint64           wall_us)
{
  g_mutex_init (&self->mutex);
  self->clock = (RelaisClock){ now_cb, wall_cb, self };
  self->now_us = G_USEC_PER_SEC;
  self->wall_us = wall_us;
}

void
relais_test_clock_clear (RelaisTestClock *self)
{
  g_mutex_clear (&self->mutex);
}

void
relais_test_clock_advance (RelaisTestClock *self,
                           gint64           us)
{
  g_mutex_lock (&self->mutex);
  self->now_us += us;
  self->wall_us += us;
  g_mutex_unlock (&self->mutex);
}
