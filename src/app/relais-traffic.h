/* relais-traffic.h: the figures of the last requests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define RELAIS_TRAFFIC_SECONDS 60

/* Of the records in the list: a minute by the second, the rest over all of them. */
typedef struct
{
  guint  per_minute;
  double success;   /* 0 to 1, or -1 while nothing ended */
  gint64 median_us; /* of those that ended well, or -1 */
  gint64 tokens;
  guint counts[RELAIS_TRAFFIC_SECONDS]; /* oldest first; the last one is the current second */
  guint  failures[RELAIS_TRAFFIC_SECONDS];
} RelaisTraffic;

void relais_traffic_measure (RelaisTraffic *self,
                             GListModel    *records,
                             gint64         now_us);

G_END_DECLS
