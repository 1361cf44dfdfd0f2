/* relais-health-read.c: what is held against each account now
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-health"

#include "config.h"

#include <string.h>

#include "relais-health-private.h"

static gboolean
is_in_force (const RelaisMark *mark,
             gint64            now_us)
{
  return mark != NULL && mark->kind != RELAIS_HEALTH_WELL && mark->until_us > now_us;
}

static gboolean
excludes (const RelaisMark *mark,
          gint64            now_us)
{
  if (mark->kind == RELAIS_HEALTH_BAD_KEY)
    return mark->again_us > now_us;
  return mark->kind >= RELAIS_HEALTH_QUOTA || (mark->kind == RELAIS_HEALTH_LIMITED && mark->told);
}

static RelaisHealthState
describe (const RelaisMark *mark,
          const char       *model,
          gint64            now_us)
{
  return (RelaisHealthState){ .kind = mark->kind,
                              .model = model,
                              .until_us = mark->until_us,
                              .excludes = excludes (mark, now_us),
                              .since_us = mark->since_us,
                              .wall_us = mark->wall_us,
                              .status = mark->status,
                              .words = mark->words };
}

/* Open, or tried by somebody else right now, whose end nobody knows. */
static gboolean
describe_breaker (const RelaisHealthEntry *entry,
                  gint64                   now_us,
                  RelaisHealthState       *state)
{
  if (entry->breaker.kind == RELAIS_HEALTH_WELL ||
      (entry->breaker.until_us <= now_us && entry->probe == 0))
    return FALSE;
  *state = describe (&entry->breaker, NULL, now_us);
  if (state->until_us <= now_us)
    state->until_us = RELAIS_HEALTH_NEVER_US;
  return TRUE;
}

/**
 * relais_health_get:
 * @self: a health
 * @account_id: an account
 * @model: (nullable): a model
 * @state: (out caller-allocates): what is held against them now, the gravest; `WELL` for nothing.
 *   Where something excludes, its end is when nothing does any more
 */
void
relais_health_get (RelaisHealth      *self,
                   const char        *account_id,
                   const char        *model,
                   RelaisHealthState *state)
{
  gint64 now_us = relais_clock_get_now_us (self->clock);
  RelaisHealthEntry *entry = g_hash_table_lookup (self->entries, account_id);
  const RelaisMark *mark;

  *state = (RelaisHealthState){ .kind = RELAIS_HEALTH_WELL };
  if (entry == NULL)
    return;
  describe_breaker (entry, now_us, state);
  mark = g_hash_table_lookup (entry->models, model != NULL ? model : "");
  if (is_in_force (mark, now_us) && mark->kind > state->kind)
    *state = describe (mark, model, now_us);
  if (is_in_force (&entry->account, now_us))
    {
      gboolean was_excluded = state->excludes;
      gint64 until_us = was_excluded ? state->until_us : 0;

      *state = describe (&entry->account, NULL, now_us);
      state->until_us = MAX (state->until_us, until_us);
      state->excludes |= was_excluded;
    }
}

/**
 * relais_health_list:
 * @self: a health
 * @account_id: an account
 *
 * Returns: (transfer full) (element-type RelaisHealthState): all that is held against it now, what
 *   concerns the whole account first, then by model
 */
GArray *
relais_health_list (RelaisHealth *self,
                    const char   *account_id)
{
  gint64 now_us = relais_clock_get_now_us (self->clock);
  RelaisHealthEntry *entry = g_hash_table_lookup (self->entries, account_id);
  GArray *states = g_array_new (FALSE, FALSE, sizeof (RelaisHealthState));
  g_autoptr (GList) models = NULL;
  RelaisHealthState state;

  if (entry == NULL)
    return states;
  if (is_in_force (&entry->account, now_us))
    {
      state = describe (&entry->account, NULL, now_us);
      g_array_append_val (states, state);
    }
  if (describe_breaker (entry, now_us, &state))
    g_array_append_val (states, state);
  models = g_list_sort (g_hash_table_get_keys (entry->models), (GCompareFunc)strcmp);
  for (GList *link = models; link != NULL; link = link->next)
    {
      const RelaisMark *mark = g_hash_table_lookup (entry->models, link->data);

      if (!is_in_force (mark, now_us))
        continue;
      state = describe (mark, link->data, now_us);
      g_array_append_val (states, state);
    }
  return states;
}

/**
 * relais_health_is_bad_key:
 * @self: a health
 * @account_id: an account
 *
 * Returns: whether its upstream refused its key
 */
gboolean
relais_health_is_bad_key (RelaisHealth *self,
                          const char   *account_id)
{
  RelaisHealthEntry *entry = g_hash_table_lookup (self->entries, account_id);

  return entry != NULL && entry->account.kind == RELAIS_HEALTH_BAD_KEY;
}

static void
take_earlier (gint64           *first_us,
              const RelaisMark *mark,
              gint64            now_us)
{
  if (is_in_force (mark, now_us))
    *first_us = MIN (*first_us, mark->until_us);
}

/**
 * relais_health_get_next_end_us:
 * @self: a health
 *
 * Returns: when the next thing held against anybody ends, or `RELAIS_HEALTH_NEVER_US`
 */
gint64
relais_health_get_next_end_us (RelaisHealth *self)
{
  gint64 now_us = relais_clock_get_now_us (self->clock);
  gint64 first_us = RELAIS_HEALTH_NEVER_US;
  GHashTableIter entries, models;
  gpointer value, mark;

  g_hash_table_iter_init (&entries, self->entries);
  while (g_hash_table_iter_next (&entries, NULL, &value))
    {
      RelaisHealthEntry *entry = value;

      take_earlier (&first_us, &entry->account, now_us);
      take_earlier (&first_us, &entry->breaker, now_us);
      g_hash_table_iter_init (&models, entry->models);
      while (g_hash_table_iter_next (&models, NULL, &mark))
        take_earlier (&first_us, mark, now_us);
    }
  return first_us;
}

/**
 * relais_health_get_size:
 * @self: a health
 *
 * Returns: how many accounts and models something is remembered of
 */
guint
relais_health_get_size (RelaisHealth *self)
{
  guint n = g_hash_table_size (self->entries);
  GHashTableIter iter;
  gpointer entry;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, &entry))
    n += g_hash_table_size (((RelaisHealthEntry *)entry)->models);
  return n;
}
