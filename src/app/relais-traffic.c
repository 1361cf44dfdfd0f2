/* relais-traffic.c: the figures of the last requests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-traffic"

#include "config.h"

#include "engine/relais-record-row.h"

#include "relais-traffic.h"

static int
compare_int64 (gconstpointer a,
               gconstpointer b)
{
  gint64 x = *(const gint64 *)a;
  gint64 y = *(const gint64 *)b;

  return (x > y) - (x < y);
}

static void
count_second (RelaisTraffic   *self,
              RelaisRecordRow *row,
              gint64           now_us)
{
  gint64 age = now_us / G_USEC_PER_SEC - relais_record_row_get_time (row) / G_USEC_PER_SEC;

  if (age < 0 || age >= RELAIS_TRAFFIC_SECONDS)
    return;
  self->per_minute++;
  self->counts[RELAIS_TRAFFIC_SECONDS - 1 - age]++;
  if (relais_record_row_get_status (row) >= 400)
    self->failures[RELAIS_TRAFFIC_SECONDS - 1 - age]++;
}

/**
 * relais_traffic_measure:
 * @self: (out caller-allocates): where to put the figures
 * @records: a list of [class@RecordRow], in any order
 * @now_us: microseconds since 1970
 */
void
relais_traffic_measure (RelaisTraffic *self,
                        GListModel    *records,
                        gint64         now_us)
{
  g_autoptr (GArray) durations = g_array_new (FALSE, FALSE, sizeof (gint64));
  guint n_records = g_list_model_get_n_items (records);
  guint n_ended = 0;
  guint n_good = 0;

  *self = (RelaisTraffic){ .success = -1, .median_us = -1 };

  for (guint i = 0; i < n_records; i++)
    {
      g_autoptr (RelaisRecordRow) row = g_list_model_get_item (records, i);
      gint64 duration_us = relais_record_row_get_duration_us (row);

      count_second (self, row, now_us);
      self->tokens += MAX (relais_record_row_get_tokens (row), 0);
      if (relais_record_row_get_running (row))
        continue;
      n_ended++;
      if (relais_record_row_get_status (row) >= 400)
        continue;
      n_good++;
      if (duration_us >= 0)
        g_array_append_val (durations, duration_us);
    }

  if (n_ended > 0)
    self->success = (double)n_good / n_ended;
  if (durations->len > 0)
    {
      g_array_sort (durations, compare_int64);
      self->median_us = g_array_index (durations, gint64, durations->len / 2);
    }
}
