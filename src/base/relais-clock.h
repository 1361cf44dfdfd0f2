/* relais-clock.h: what time it is, in a way that tests can set
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Both in microseconds. Borrowed by who reads it; NULL stands for the system's. */
typedef struct
{
  gint64 (*now_us) (gpointer data);  /* goes on in suspend, never back */
  gint64 (*wall_us) (gpointer data); /* since 1970 */
  gpointer data;
} RelaisClock;

gint64 relais_clock_get_now_us  (const RelaisClock *self);
gint64 relais_clock_get_wall_us (const RelaisClock *self);

G_END_DECLS
