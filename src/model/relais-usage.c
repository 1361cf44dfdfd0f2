/* relais-usage.c: token counts of one answer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-usage"

#include "config.h"

#include "relais-usage.h"

/**
 * relais_usage_clear:
 * @self: counts
 *
 * Makes every count unknown.
 */
void
relais_usage_clear (RelaisUsage *self)
{
  *self = (RelaisUsage)RELAIS_USAGE_INIT;
}

static void
update (gint64 *count,
        gint64  newer)
{
  if (newer >= 0)
    *count = newer;
}

/**
 * relais_usage_update:
 * @self: what is known so far
 * @newer: what came next
 *
 * Overwrites field by field; what @newer does not know stays. Whether it is a guess is what @newer
 * says.
 */
void
relais_usage_update (RelaisUsage       *self,
                     const RelaisUsage *newer)
{
  update (&self->input, newer->input);
  update (&self->cache_read, newer->cache_read);
  update (&self->cache_write, newer->cache_write);
  update (&self->output, newer->output);
  update (&self->reasoning, newer->reasoning);
  self->estimated = newer->estimated;
}

static gint64
sum (gint64 a,
     gint64 b)
{
  return a < 0 ? b : a + MAX (b, 0);
}

/**
 * relais_usage_add:
 * @self: counts of one answer
 * @other: those of another, which was paid for as well
 */
void
relais_usage_add (RelaisUsage       *self,
                  const RelaisUsage *other)
{
  self->input = sum (self->input, other->input);
  self->cache_read = sum (self->cache_read, other->cache_read);
  self->cache_write = sum (self->cache_write, other->cache_write);
  self->output = sum (self->output, other->output);
  self->reasoning = sum (self->reasoning, other->reasoning);
  self->estimated |= other->estimated;
}

/**
 * relais_usage_is_known:
 * @self: counts
 *
 * Returns: whether any count is known
 */
gboolean
relais_usage_is_known (const RelaisUsage *self)
{
  return self->input >= 0 || self->cache_read >= 0 || self->cache_write >= 0 ||
         self->output >= 0 || self->reasoning >= 0;
}

/**
 * relais_usage_is_told:
 * @self: counts
 *
 * Returns: whether any count is known, and from the upstream: dialects whose answers can do without
 *   counts show no guess
 */
gboolean
relais_usage_is_told (const RelaisUsage *self)
{
  return relais_usage_is_known (self) && !self->estimated;
}

/**
 * relais_usage_or_zero:
 * @count: one count
 *
 * Returns: @count, 0 when it is not known
 */
gint64
relais_usage_or_zero (gint64 count)
{
  return MAX (count, 0);
}

/**
 * relais_usage_total:
 * @self: counts
 *
 * Returns: input and output together, unknown ones as 0; never below 0, whatever an upstream
 *   claimed
 */
gint64
relais_usage_total (const RelaisUsage *self)
{
  gint64 input = relais_usage_or_zero (self->input);
  gint64 output = relais_usage_or_zero (self->output);

  return input > G_MAXINT64 - output ? G_MAXINT64 : input + output;
}
