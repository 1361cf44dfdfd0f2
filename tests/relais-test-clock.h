/* relais-test-clock.h: a clock that stands still until a test moves it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/relais-clock.h"

G_BEGIN_DECLS

/* May be moved from another thread than the one that reads it. */
typedef struct
{
  RelaisClock clock;
  GMutex      mutex;
  gint64      now_us;
  gint64      wall_us;
} RelaisTestClock;

void relais_test_clock_init    (RelaisTestClock *self,
                                gint64           wall_us);
void relais_test_clock_clear   (RelaisTestClock *self);
void relais_test_clock_advance (RelaisTestClock *self,
                                gint64           us);

G_END_DECLS
