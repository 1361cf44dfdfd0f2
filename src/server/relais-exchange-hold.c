/* relais-exchange-hold.c: who waits for an account to be free again
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-exchange"

#include "config.h"

#include "base/relais-timer.h"

#include "relais-exchange-private.h"

#define LOOK_AGAIN_US G_TIME_SPAN_SECOND /* timers stand still in suspend */

static gint64
now_us (RelaisExchange *self)
{
  return relais_clock_get_now_us (self->gateway->clock);
}

/* How long it may still be held. Who counts gets a guess sooner. */
gint64
relais_exchange_get_patience_us (RelaisExchange *self)
{
  gint64 most_us = relais_config_get_max_wait_ms (self->gateway->config) * (gint64)1000;

  if (self->route->operation == RELAIS_OPERATION_COUNT_TOKENS || self->gateway->stopping)
    return -1;
  return self->held_since_us > 0 ? self->held_since_us + most_us - now_us (self) : most_us;
}

/* Waits no longer. */
void
relais_exchange_leave_hold (RelaisExchange *self)
{
  if (self->hold == NULL)
    return;
  g_queue_remove (&self->gateway->holding, self);
  g_source_destroy (self->hold);
  g_clear_pointer (&self->hold, g_source_unref);
}

/* Of the monotonic clock. */
static gint64
find_next_look (RelaisExchange *self)
{
  return g_get_monotonic_time () + CLAMP (self->hold_until_us - now_us (self), 0, LOOK_AGAIN_US);
}

/* The wait is over. */
static void
choose_again (RelaisExchange *self)
{
  relais_exchange_leave_hold (self);
  relais_trace_add (self->record->trace, RELAIS_TRACE_HELD, NULL, NULL, NULL)->took_us =
    now_us (self) - self->hold_began_us;
  relais_exchange_choose (self);
}

static gboolean
hold_cb (gpointer user_data)
{
  g_autoptr (RelaisExchange) self = relais_exchange_ref (user_data);

  if (now_us (self) < self->hold_until_us)
    {
      g_source_set_ready_time (self->hold, find_next_look (self));
      return G_SOURCE_CONTINUE;
    }
  choose_again (self);
  return G_SOURCE_REMOVE;
}

static gboolean
only_had_too_much_cb (gpointer id,
                      gpointer tried,
                      gpointer user_data)
{
  RelaisExchange *self = user_data;
  RelaisHealthState state;

  relais_health_get (relais_account_pool_get_health (self->gateway->pool), id,
                     self->record->upstream_model, &state);
  return ((RelaisTried *)tried)->kind == RELAIS_OUTCOME_LIMITED ||
         state.kind == RELAIS_HEALTH_LIMITED || state.kind == RELAIS_HEALTH_QUOTA;
}

/* Until one of those that had too much to do is free again; it may be asked again then. */
void
relais_exchange_hold (RelaisExchange *self,
                      gint64          until_us)
{
  self->hold_began_us = now_us (self);
  if (self->held_since_us == 0)
    self->held_since_us = now_us (self);
  if (self->tried != NULL)
    g_hash_table_foreach_remove (self->tried, only_had_too_much_cb, self);
  self->hold_until_us = until_us;
  self->hold = relais_timer_new (find_next_look (self), hold_cb, self);
  g_queue_push_tail (&self->gateway->holding, self);
}

/**
 * relais_gateway_wake:
 * @gateway: what exchanges share
 *
 * Something that requests may be waiting for has changed: an account, a setting, or the clock.
 * Those that are held choose again.
 */
void
relais_gateway_wake (RelaisGateway *gateway)
{
  g_autoptr (GPtrArray) held =
               g_ptr_array_new_with_free_func ((GDestroyNotify)relais_exchange_unref);

  for (GList *link = gateway->holding.head; link != NULL; link = link->next)
    g_ptr_array_add (held, relais_exchange_ref (link->data));
  for (guint i = 0; i < held->len; i++)
    {
      RelaisExchange *self = g_ptr_array_index (held, i);

      if (self->hold == NULL)
        continue;
      choose_again (self);
    }
}

/**
 * relais_gateway_set_stopping:
 * @gateway: what exchanges share
 * @stopping: whether the server is about to stop
 *
 * Nobody is held any more then: who was is told why not at once.
 */
void
relais_gateway_set_stopping (RelaisGateway *gateway,
                             gboolean       stopping)
{
  gateway->stopping = stopping;
  if (stopping)
    relais_gateway_wake (gateway);
}
