/* relais-core-standing.c: how each account stands, for who looks on
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-core"

#include "config.h"

#include "base/relais-timer.h"

#include "relais-core.h"

#define TROUBLES_MAX 16                        /* told of one account */
#define LOOK_AGAIN_US (5 * G_TIME_SPAN_SECOND) /* timers stand still in suspend */

static const RelaisAccountState states[] = {
  [RELAIS_HEALTH_WELL] = RELAIS_ACCOUNT_ACTIVE,
  [RELAIS_HEALTH_NO_MODEL] = RELAIS_ACCOUNT_MODEL_REFUSED,
  [RELAIS_HEALTH_FORBIDDEN] = RELAIS_ACCOUNT_MODEL_REFUSED,
  [RELAIS_HEALTH_FAULTY] = RELAIS_ACCOUNT_FAULTY,
  [RELAIS_HEALTH_LIMITED] = RELAIS_ACCOUNT_COOLING,
  [RELAIS_HEALTH_QUOTA] = RELAIS_ACCOUNT_QUOTA,
  [RELAIS_HEALTH_NO_CREDIT] = RELAIS_ACCOUNT_NO_CREDIT,
  [RELAIS_HEALTH_BAD_KEY] = RELAIS_ACCOUNT_KEY_REJECTED,
};

static void
trouble_free (gpointer data)
{
  RelaisAccountTrouble *trouble = data;

  g_free (trouble->model);
  g_free (trouble->words);
  g_free (trouble);
}

/**
 * relais_core_list_troubles:
 * @self: a core
 * @id: an account's id
 *
 * Returns: (transfer full) (element-type RelaisAccountTrouble): what is held against it, what
 *   concerns all of it first; at most 16
 */
GPtrArray *
relais_core_list_troubles (RelaisCore *self,
                           const char *id)
{
  RelaisHealth *health = relais_account_pool_get_health (self->pool);
  const RelaisClock *clock = relais_health_get_clock (health);
  g_autoptr (GArray) held = relais_health_list (health, id);
  GPtrArray *troubles = g_ptr_array_new_with_free_func (trouble_free);

  for (guint i = 0; i < MIN (held->len, TROUBLES_MAX); i++)
    {
      const RelaisHealthState *state = &g_array_index (held, RelaisHealthState, i);
      RelaisAccountTrouble *trouble = g_new0 (RelaisAccountTrouble, 1);

      trouble->state = states[state->kind];
      trouble->model = g_strdup (state->model);
      trouble->words = g_strdup (state->words);
      trouble->status = state->status;
      if (state->until_us != RELAIS_HEALTH_NEVER_US)
        trouble->until_us = relais_clock_get_wall_us (clock) + state->until_us -
                            relais_clock_get_now_us (clock);
      g_ptr_array_add (troubles, trouble);
    }
  return troubles;
}

/**
 * relais_core_get_account_state:
 * @self: a core
 * @account: an account
 *
 * Returns: how it fares: the gravest of what is held against it. A model that was refused leaves
 *   it active
 */
RelaisAccountState
relais_core_get_account_state (RelaisCore    *self,
                               RelaisAccount *account)
{
  g_autoptr (GArray) held = NULL;
  RelaisHealthKind worst = RELAIS_HEALTH_WELL;

  if (!account->enabled || account->dispatch == RELAIS_DISPATCH_OFF)
    return RELAIS_ACCOUNT_PAUSED;
  held = relais_health_list (relais_account_pool_get_health (self->pool), account->id);
  for (guint i = 0; i < held->len; i++)
    worst = MAX (worst, g_array_index (held, RelaisHealthState, i).kind);
  return worst > RELAIS_HEALTH_FORBIDDEN ? states[worst] : RELAIS_ACCOUNT_ACTIVE;
}

static gboolean
ends_cb (gpointer user_data)
{
  RelaisCore *self = user_data;

  g_clear_pointer (&self->ends, g_source_unref);
  self->accounts_changed = TRUE;
  relais_core_touch (self);
  return G_SOURCE_REMOVE;
}

/**
 * relais_core_watch_ends:
 * @self: a core
 *
 * Tells again once something ends that is held against an account.
 */
void
relais_core_watch_ends (RelaisCore *self)
{
  RelaisHealth *health = relais_account_pool_get_health (self->pool);
  gint64 end_us = relais_health_get_next_end_us (health);
  gint64 left_us;

  relais_core_unwatch_ends (self);
  if (end_us == RELAIS_HEALTH_NEVER_US)
    return;
  left_us = end_us - relais_clock_get_now_us (relais_health_get_clock (health));
  self->ends = relais_timer_new (g_get_monotonic_time () + CLAMP (left_us, 0, LOOK_AGAIN_US),
                                 ends_cb, self);
}

/**
 * relais_core_unwatch_ends:
 * @self: a core
 */
void
relais_core_unwatch_ends (RelaisCore *self)
{
  if (self->ends != NULL)
    g_source_destroy (self->ends);
  g_clear_pointer (&self->ends, g_source_unref);
}
