/* relais-usage.h: token counts of one answer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Counts in tokens, -1 where the upstream said nothing. `input` holds everything read, cache
 * included; `output` everything written, thinking included. */
typedef struct
{
  gint64 input;
  gint64 cache_read;
  gint64 cache_write;
  gint64 output;
  gint64 reasoning;
  gboolean estimated; /* the upstream said nothing; these are a guess */
} RelaisUsage;

#define RELAIS_USAGE_INIT   \
 {                          \
  -1, -1, -1, -1, -1, FALSE \
 }

void     relais_usage_clear    (RelaisUsage       *self);
void     relais_usage_update   (RelaisUsage       *self,
                                const RelaisUsage *newer);
void     relais_usage_add      (RelaisUsage       *self,
                                const RelaisUsage *other);
gboolean relais_usage_is_known (const RelaisUsage *self);
gboolean relais_usage_is_told  (const RelaisUsage *self);
gint64   relais_usage_or_zero  (gint64             count);
gint64   relais_usage_total    (const RelaisUsage *self);

G_END_DECLS
