/* relais-choice.c: one choice among the accounts
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-account-pool"

#include "config.h"

#include "relais-choice-private.h"

static guint
rank (const RelaisAccount *account)
{
  switch (account->dispatch)
    {
    case RELAIS_DISPATCH_EXCLUSIVE:
      return 0;
    case RELAIS_DISPATCH_FALLBACK:
      return 2;
    case RELAIS_DISPATCH_OFF:
    case RELAIS_DISPATCH_POOLED:
    default:
      return 1;
    }
}

/* A model that was refused is the last hope; of others behind a breaker the soonest to reopen. */
static int
compare_health (const RelaisHealthState *a,
                const RelaisHealthState *b)
{
  gboolean a_refused = a->kind == RELAIS_HEALTH_NO_MODEL || a->kind == RELAIS_HEALTH_FORBIDDEN;
  gboolean b_refused = b->kind == RELAIS_HEALTH_NO_MODEL || b->kind == RELAIS_HEALTH_FORBIDDEN;

  if (a_refused != b_refused)
    return a_refused - b_refused;
  return a->until_us < b->until_us ? -1 : a->until_us > b->until_us;
}

static gboolean
is_refused (const RelaisCandidate *candidate)
{
  return candidate->state.kind == RELAIS_HEALTH_BAD_KEY;
}

static int
order (gboolean          a_first,
       RelaisPrecedence  rule,
       RelaisPrecedence *by)
{
  *by = rule;
  return a_first ? -1 : 1;
}

/* A refused key behind all others; the well before those something is held against; exclusive ones
 * before pooled ones before fallbacks; then the lower priority; among equals whoever needs no
 * translation, then whose turn it is by the mode; then list order. */
static int
compare (const RelaisChoice    *choice,
         const RelaisCandidate *a,
         const RelaisCandidate *b,
         RelaisPrecedence      *by)
{
  gboolean a_well = a->state.kind == RELAIS_HEALTH_WELL;
  gboolean b_well = b->state.kind == RELAIS_HEALTH_WELL;
  int health;

  if (is_refused (a) != is_refused (b))
    return order (is_refused (b), RELAIS_PRECEDENCE_HEALTH, by);
  if (a_well != b_well)
    return order (a_well, RELAIS_PRECEDENCE_HEALTH, by);
  if (rank (a->account) != rank (b->account))
    return order (rank (a->account) < rank (b->account), RELAIS_PRECEDENCE_DISPATCH, by);
  health = a_well ? 0 : compare_health (&a->state, &b->state);
  if (health != 0)
    return order (health < 0, RELAIS_PRECEDENCE_HEALTH, by);
  if (a->account->priority != b->account->priority)
    return order (a->account->priority < b->account->priority, RELAIS_PRECEDENCE_PRIORITY, by);
  if (a->reach != b->reach)
    return order (a->reach > b->reach, RELAIS_PRECEDENCE_DIALECT, by);
  switch (choice->query->scheduling)
    {
    case RELAIS_SCHEDULING_BALANCE:
      if (a->used != b->used)
        return order (a->used < b->used, RELAIS_PRECEDENCE_TURN, by);
      break;
    case RELAIS_SCHEDULING_PERFORMANCE_FIRST:
      return order (a->turn < b->turn, RELAIS_PRECEDENCE_TURN, by);
    case RELAIS_SCHEDULING_CACHE_FIRST:
    case RELAIS_SCHEDULING_FIXED:
    default:
      break;
    }
  return order (a->place < b->place, RELAIS_PRECEDENCE_PLACE, by);
}

static gboolean
goes_before (const RelaisChoice    *choice,
             const RelaisCandidate *a,
             const RelaisCandidate *b)
{
  RelaisPrecedence by;

  return compare (choice, a, b, &by) < 0;
}

static void
tell (const RelaisChoice      *choice,
      const RelaisAccount     *account,
      RelaisStanding           standing,
      const RelaisHealthState *state)
{
  static const RelaisHealthState well = { .kind = RELAIS_HEALTH_WELL };

  if (choice->query->standing != NULL)
    choice->query->standing (account, standing, state != NULL ? state : &well,
                             choice->query->user_data);
}

/* What keeps the account out for good, as far as this request goes. */
static RelaisStanding
judge (RelaisChoice  *choice,
       RelaisAccount *account,
       RelaisReach   *reach)
{
  const RelaisPickQuery *query = choice->query;

  if (!account->enabled)
    return RELAIS_STANDING_DISABLED;
  if (account->dispatch == RELAIS_DISPATCH_OFF)
    return RELAIS_STANDING_OFF;
  if (query->scheduling == RELAIS_SCHEDULING_FIXED &&
      g_strcmp0 (account->id, query->fixed_account) != 0)
    return RELAIS_STANDING_NOT_FIXED;
  if (query->model != NULL && !relais_account_serves (account, query->model))
    {
      choice->why_not = MAX (choice->why_not, RELAIS_PICK_MODEL);
      return RELAIS_STANDING_MODEL;
    }
  *reach = query->reach (account, query->user_data);
  if (*reach == RELAIS_REACH_NONE)
    {
      choice->why_not = MAX (choice->why_not, RELAIS_PICK_DIALECT);
      return RELAIS_STANDING_DIALECT;
    }
  return RELAIS_STANDING_READY;
}

/* Tells how the account stands, and takes it into account. */
void
relais_choice_look_at (RelaisChoice  *choice,
                       RelaisAccount *account,
                       guint          place,
                       guint          turn,
                       guint64        used)
{
  const RelaisPickQuery *query = choice->query;
  RelaisCandidate candidate = { .account = account,
                                .place = place,
                                .turn = turn,
                                .used = used };
  gboolean tried = query->tried != NULL && g_hash_table_contains (query->tried, account->id);
  RelaisStanding standing = judge (choice, account, &candidate.reach);
  gboolean can;

  if (standing != RELAIS_STANDING_READY)
    {
      tell (choice, account, standing, NULL);
      return;
    }
  choice->why_not = RELAIS_PICK_SPENT;
  relais_health_get (choice->health, account->id, query->model, &candidate.state);
  can = !candidate.state.excludes && !tried;
  if (candidate.state.excludes || candidate.state.kind != RELAIS_HEALTH_WELL)
    standing = RELAIS_STANDING_UNWELL;
  else if (tried)
    standing = RELAIS_STANDING_TRIED;
  tell (choice, account, standing, &candidate.state);
  if (g_strcmp0 (account->id, choice->stays) == 0)
    {
      choice->kept = candidate;
      choice->kept_can = can;
    }
  if (can && (choice->best.account == NULL || goes_before (choice, &candidate, &choice->best)))
    choice->best = candidate;
  if (can && choice->able != NULL)
    g_array_append_val (choice->able, candidate);
  if (candidate.state.excludes)
    choice->until_us = MIN (choice->until_us, candidate.state.until_us);
}

/* Whether the account of its conversation is one of those to choose from. */
static gboolean
ranks_with_best (const RelaisChoice *choice)
{
  return choice->kept.account != NULL &&
         (choice->best.account == NULL ||
          rank (choice->kept.account) <= rank (choice->best.account));
}

/* Whether it is worth waiting for: it only had too much to do, will be free soon, and nobody who
 * can serve now goes before it by priority. */
static gboolean
may_wait_for_kept (const RelaisChoice *choice,
                   gint64              now_us)
{
  RelaisHealthKind kind = choice->kept.state.kind;

  return choice->best.account != NULL &&
         choice->kept.account->priority <= choice->best.account->priority &&
         (kind == RELAIS_HEALTH_LIMITED || kind == RELAIS_HEALTH_QUOTA) &&
         choice->kept.state.until_us - now_us <= choice->query->patience_us;
}

/* Who it is, once all were looked at. */
void
relais_choice_decide (RelaisChoice *choice,
                      RelaisPick   *pick)
{
  gint64 now_us = relais_clock_get_now_us (relais_health_get_clock (choice->health));

  if (ranks_with_best (choice))
    {
      if (choice->kept_can && choice->kept.state.kind == RELAIS_HEALTH_WELL)
        choice->best = choice->kept;
      else if (may_wait_for_kept (choice, now_us))
        {
          pick->result = RELAIS_PICK_WAIT;
          pick->until_us = choice->kept.state.until_us;
          return;
        }
    }
  if (choice->best.account != NULL)
    {
      pick->result = RELAIS_PICK_FOUND;
      pick->account = relais_account_ref (choice->best.account);
    }
  else if (choice->why_not == RELAIS_PICK_SPENT && choice->until_us != RELAIS_HEALTH_NEVER_US &&
           choice->until_us - now_us <= choice->query->patience_us)
    {
      pick->result = RELAIS_PICK_WAIT;
      pick->until_us = choice->until_us;
    }
  else
    {
      pick->result = choice->why_not;
      pick->until_us = choice->until_us;
    }
}

static int
compare_candidates (gconstpointer a,
                    gconstpointer b,
                    gpointer      user_data)
{
  RelaisPrecedence by;

  return compare (user_data, a, b, &by);
}

/* Those that can serve, in the order they would be asked. */
void
relais_choice_sort (RelaisChoice *choice)
{
  g_array_sort_with_data (choice->able, compare_candidates, choice);
}

/* Why whoever was chosen goes before the others that can serve, the next ones first. */
void
relais_choice_tell_behind (RelaisChoice *choice)
{
  const RelaisCandidate *chosen = &choice->best;

  relais_choice_sort (choice);
  for (guint i = 0; i < choice->able->len; i++)
    {
      const RelaisCandidate *other = &g_array_index (choice->able, RelaisCandidate, i);
      RelaisPrecedence by;

      if (other->account == chosen->account)
        continue;
      if (compare (choice, chosen, other, &by) > 0)
        by = RELAIS_PRECEDENCE_CONVERSATION;
      choice->query->behind (other->account, by, choice->query->user_data);
    }
}
