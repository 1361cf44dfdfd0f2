/* relais-health.c: what became of the last requests to each account, and until when it counts
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-health"

#include "config.h"

#include <string.h>

#include "relais-health.h"

#define STREAK_KEPT_US (10 * G_TIME_SPAN_MINUTE) /* after the end of a wait nobody told */

/* One thing held against an account. Ended ones stay for their streak. */
typedef struct
{
  RelaisHealthKind kind;
  gint64           since_us;
  gint64           until_us;
  gint64           wall_us;
  char *words; /* owned */
  guint            status;
  guint streak;  /* how often in a row it came again */
  gboolean told; /* the upstream said how long */
} Mark;

typedef struct
{
  Mark account; /* key or credit */
  Mark breaker;
  GHashTable *models; /* model -> Mark, owned */
  guint64 probe;      /* the request that may close the breaker, 0 for none */
  guint n_faults;     /* in a row */
} Entry;

struct _RelaisHealth
{
  GHashTable *entries;      /* account id -> Entry, owned */
  const RelaisClock *clock; /* borrowed */
  guint64 last_probe;
};

static void
mark_clear (Mark *mark)
{
  g_free (mark->words);
  *mark = (Mark){ 0 };
}

static void
mark_free (gpointer data)
{
  mark_clear (data);
  g_free (data);
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  mark_clear (&entry->account);
  mark_clear (&entry->breaker);
  g_hash_table_unref (entry->models);
  g_free (entry);
}

/**
 * relais_health_new:
 * @clock: (nullable): outlives it; %NULL for the system's
 *
 * Returns: (transfer full): one that holds nothing against anybody
 */
RelaisHealth *
relais_health_new (const RelaisClock *clock)
{
  RelaisHealth *self = g_new0 (RelaisHealth, 1);

  self->clock = clock;
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, entry_free);
  return self;
}

/**
 * relais_health_free:
 * @self: (nullable): a health
 */
void
relais_health_free (RelaisHealth *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->entries);
  g_free (self);
}

/**
 * relais_health_get_clock:
 * @self: a health
 *
 * Returns: (transfer none) (nullable): the clock its times are of
 */
const RelaisClock *
relais_health_get_clock (RelaisHealth *self)
{
  return self->clock;
}

static Entry *
ensure_entry (RelaisHealth *self,
              const char   *account_id)
{
  Entry *entry = g_hash_table_lookup (self->entries, account_id);

  if (entry != NULL)
    return entry;
  entry = g_new0 (Entry, 1);
  entry->models = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, mark_free);
  g_hash_table_insert (self->entries, g_strdup (account_id), entry);
  return entry;
}

/* An account nothing is held against needs no entry. */
static void
drop_if_well (RelaisHealth *self,
              const char   *account_id)
{
  Entry *entry = g_hash_table_lookup (self->entries, account_id);

  if (entry != NULL && entry->account.kind == RELAIS_HEALTH_WELL &&
      entry->breaker.kind == RELAIS_HEALTH_WELL && entry->n_faults == 0 &&
      g_hash_table_size (entry->models) == 0)
    g_hash_table_remove (self->entries, account_id);
}

/**
 * relais_health_begin:
 * @self: a health
 * @account_id: whom a request goes to
 *
 * Where a breaker is due to be tried, this is the request that tries it: until it ended, others go
 * elsewhere.
 *
 * Returns: what to report it with
 */
RelaisTicket
relais_health_begin (RelaisHealth *self,
                     const char   *account_id)
{
  RelaisTicket ticket = { .began_us = relais_clock_get_now_us (self->clock) };
  Entry *entry = g_hash_table_lookup (self->entries, account_id);

  if (entry != NULL && entry->breaker.kind != RELAIS_HEALTH_WELL && entry->probe == 0 &&
      entry->breaker.until_us <= ticket.began_us)
    entry->probe = ticket.probe = ++self->last_probe;
  return ticket;
}

static gboolean
end_probe (Entry              *entry,
           const RelaisTicket *ticket)
{
  if (ticket->probe == 0 || entry->probe != ticket->probe)
    return FALSE;
  entry->probe = 0;
  return TRUE;
}

/**
 * relais_health_abandon:
 * @self: a health
 * @account_id: whom it went to
 * @ticket: of a request that ended without an outcome
 */
void
relais_health_abandon (RelaisHealth       *self,
                       const char         *account_id,
                       const RelaisTicket *ticket)
{
  Entry *entry = g_hash_table_lookup (self->entries, account_id);

  if (entry != NULL)
    end_probe (entry, ticket);
}

static char *
dup_words (const char *words)
{
  const char *end;

  if (words == NULL || strlen (words) <= RELAIS_HEALTH_WORDS_MAX)
    return g_strdup (words);
  end = g_utf8_find_prev_char (words, words + RELAIS_HEALTH_WORDS_MAX);
  return g_strndup (words, end != NULL ? end - words : 0);
}

/* The last words count, whatever becomes of the wait. */
static void
mark_note (RelaisHealth        *self,
           Mark                *mark,
           const RelaisOutcome *outcome)
{
  g_free (mark->words);
  mark->words = dup_words (outcome->words);
  mark->status = outcome->status;
  mark->wall_us = relais_clock_get_wall_us (self->clock);
}

static void
mark_set (RelaisHealth        *self,
          Mark                *mark,
          RelaisHealthKind     kind,
          gint64               wait_us,
          const RelaisOutcome *outcome)
{
  mark_note (self, mark, outcome);
  mark->kind = kind;
  mark->told = FALSE;
  mark->since_us = relais_clock_get_now_us (self->clock);
  mark->until_us = wait_us == RELAIS_HEALTH_NEVER_US ? wait_us : mark->since_us + wait_us;
}

static gint64
doubled (gint64 first_us,
         guint  times,
         gint64 most_us)
{
  return times < 16 ? MIN (first_us << times, most_us) : most_us;
}

/* Makes room: the one whose end is nearest, or longest past. */
static void
forget_a_model (Entry *entry)
{
  GHashTableIter iter;
  gpointer model, value;
  const char *first = NULL;
  gint64 first_us = G_MAXINT64;

  g_hash_table_iter_init (&iter, entry->models);
  while (g_hash_table_iter_next (&iter, &model, &value))
    if (first == NULL || ((Mark *)value)->until_us < first_us)
      {
        first = model;
        first_us = ((Mark *)value)->until_us;
      }
  g_hash_table_remove (entry->models, first);
}

static Mark *
ensure_model (Entry      *entry,
              const char *model)
{
  Mark *mark = g_hash_table_lookup (entry->models, model);

  if (mark != NULL)
    return mark;
  if (g_hash_table_size (entry->models) >= RELAIS_HEALTH_MODELS_MAX)
    forget_a_model (entry);
  mark = g_new0 (Mark, 1);
  g_hash_table_insert (entry->models, g_strdup (model), mark);
  return mark;
}

/* The upstream said how long: its last word counts, up to the cap. */
static void
limit_as_told (RelaisHealth        *self,
               Mark                *mark,
               RelaisHealthKind     kind,
               const RelaisOutcome *outcome)
{
  gint64 wait_us = MIN (outcome->wait_ms, RELAIS_HEALTH_WAIT_MAX_US / 1000) * 1000;

  mark_set (self, mark, kind, wait_us, outcome);
  mark->told = TRUE;
  mark->streak = 0;
}

/* It did not: longer each time, but requests that were under way together count once. */
static void
limit_as_guessed (RelaisHealth        *self,
                  Mark                *mark,
                  const RelaisTicket  *ticket,
                  const RelaisOutcome *outcome)
{
  gint64 now_us = relais_clock_get_now_us (self->clock);
  gboolean guessed = mark->kind == RELAIS_HEALTH_LIMITED && !mark->told;

  if (mark->kind != RELAIS_HEALTH_WELL && mark->until_us > now_us &&
      (mark->told || ticket->began_us <= mark->since_us))
    {
      mark_note (self, mark, outcome);
      return;
    }
  if (guessed && now_us - mark->until_us < STREAK_KEPT_US)
    mark->streak++;
  else
    mark->streak = 0;
  mark_set (self, mark, RELAIS_HEALTH_LIMITED,
            doubled (RELAIS_HEALTH_LIMIT_MIN_US, mark->streak, RELAIS_HEALTH_LIMIT_MAX_US),
            outcome);
}

static void
count_fault (RelaisHealth        *self,
             Entry               *entry,
             gboolean             was_probe,
             const RelaisOutcome *outcome)
{
  Mark *breaker = &entry->breaker;
  gint64 now_us = relais_clock_get_now_us (self->clock);

  entry->n_faults = MIN (entry->n_faults + 1, RELAIS_HEALTH_BREAK_AFTER);
  if (breaker->kind != RELAIS_HEALTH_WELL && (breaker->until_us > now_us || !was_probe))
    {
      mark_note (self, breaker, outcome);
      return;
    }
  if (entry->n_faults < RELAIS_HEALTH_BREAK_AFTER)
    return;
  breaker->streak = was_probe ? breaker->streak + 1 : 0;
  mark_set (self, breaker, RELAIS_HEALTH_FAULTY,
            doubled (RELAIS_HEALTH_BREAK_MIN_US, breaker->streak, RELAIS_HEALTH_BREAK_MAX_US),
            outcome);
}

/* It answers: whatever it said, it is there. */
static void
close_breaker (Entry *entry)
{
  entry->n_faults = 0;
  entry->probe = 0;
  mark_clear (&entry->breaker);
}

/* What was held against it before this request began is over. */
static void
note_served (Entry              *entry,
             const char         *model,
             const RelaisTicket *ticket)
{
  Mark *mark = g_hash_table_lookup (entry->models, model);

  if (mark != NULL && ticket->began_us >= mark->since_us)
    g_hash_table_remove (entry->models, model);
  if (entry->account.kind != RELAIS_HEALTH_WELL && ticket->began_us >= entry->account.since_us)
    mark_clear (&entry->account);
}

/**
 * relais_health_report:
 * @self: a health
 * @account_id: whom a request went to
 * @model: (nullable): the model it asked for
 * @ticket: what it began with
 * @outcome: what it came to
 *
 * A limit holds for that model: as long as the upstream said, at most a day, else 5 s, doubling up
 * to 5 min. Faults, three in a row, hold for the account: 30 s, doubling up to 10 min each time one
 * request tried it in vain. Credit and a model that was refused are tried again after an hour, a
 * refused key is not.
 */
void
relais_health_report (RelaisHealth        *self,
                      const char          *account_id,
                      const char          *model,
                      const RelaisTicket  *ticket,
                      const RelaisOutcome *outcome)
{
  Entry *entry = ensure_entry (self, account_id);
  gboolean was_probe = end_probe (entry, ticket);
  gboolean faulty =
    outcome->kind == RELAIS_OUTCOME_FAULT || outcome->kind == RELAIS_OUTCOME_TIMEOUT;

  if (model == NULL)
    model = "";
  if (!faulty)
    close_breaker (entry);
  switch (outcome->kind)
    {
    case RELAIS_OUTCOME_SERVED:
      note_served (entry, model, ticket);
      break;
    case RELAIS_OUTCOME_LIMITED:
    case RELAIS_OUTCOME_QUOTA:
      if (outcome->wait_ms < 0)
        limit_as_guessed (self, ensure_model (entry, model), ticket, outcome);
      else
        limit_as_told (self, ensure_model (entry, model),
                       outcome->kind == RELAIS_OUTCOME_QUOTA ? RELAIS_HEALTH_QUOTA
                                                             : RELAIS_HEALTH_LIMITED,
                       outcome);
      break;
    case RELAIS_OUTCOME_FAULT:
    case RELAIS_OUTCOME_TIMEOUT:
      count_fault (self, entry, was_probe, outcome);
      if (outcome->wait_ms > 0)
        limit_as_told (self, ensure_model (entry, model), RELAIS_HEALTH_LIMITED, outcome);
      break;
    case RELAIS_OUTCOME_BAD_KEY:
      mark_set (self, &entry->account, RELAIS_HEALTH_BAD_KEY, RELAIS_HEALTH_NEVER_US, outcome);
      break;
    case RELAIS_OUTCOME_NO_CREDIT:
      mark_set (self, &entry->account, RELAIS_HEALTH_NO_CREDIT, RELAIS_HEALTH_RECHECK_US, outcome);
      break;
    case RELAIS_OUTCOME_FORBIDDEN:
      mark_set (self, ensure_model (entry, model), RELAIS_HEALTH_FORBIDDEN,
                RELAIS_HEALTH_RECHECK_US, outcome);
      break;
    case RELAIS_OUTCOME_NO_MODEL:
      mark_set (self, ensure_model (entry, model), RELAIS_HEALTH_NO_MODEL,
                RELAIS_HEALTH_RECHECK_US, outcome);
      break;
    case RELAIS_OUTCOME_REQUEST:
    default:
      break;
    }
  drop_if_well (self, account_id);
}

static gboolean
is_in_force (const Mark *mark,
             gint64      now_us)
{
  return mark != NULL && mark->kind != RELAIS_HEALTH_WELL && mark->until_us > now_us;
}

static RelaisHealthState
describe (const Mark *mark,
          const char *model)
{
  return (RelaisHealthState){ .kind = mark->kind,
                              .model = model,
                              .until_us = mark->until_us,
                              .excludes = mark->kind >= RELAIS_HEALTH_QUOTA ||
                                          (mark->kind == RELAIS_HEALTH_LIMITED && mark->told),
                              .since_us = mark->since_us,
                              .wall_us = mark->wall_us,
                              .status = mark->status,
                              .words = mark->words };
}

/* Open, or tried by somebody else right now, whose end nobody knows. */
static gboolean
describe_breaker (const Entry       *entry,
                  gint64             now_us,
                  RelaisHealthState *state)
{
  if (entry->breaker.kind == RELAIS_HEALTH_WELL ||
      (entry->breaker.until_us <= now_us && entry->probe == 0))
    return FALSE;
  *state = describe (&entry->breaker, NULL);
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
  Entry *entry = g_hash_table_lookup (self->entries, account_id);
  const Mark *mark;

  *state = (RelaisHealthState){ .kind = RELAIS_HEALTH_WELL };
  if (entry == NULL)
    return;
  describe_breaker (entry, now_us, state);
  mark = g_hash_table_lookup (entry->models, model != NULL ? model : "");
  if (is_in_force (mark, now_us) && mark->kind > state->kind)
    *state = describe (mark, model);
  if (is_in_force (&entry->account, now_us))
    {
      gint64 until_us = state->excludes ? state->until_us : 0;

      *state = describe (&entry->account, NULL);
      state->until_us = MAX (state->until_us, until_us);
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
  Entry *entry = g_hash_table_lookup (self->entries, account_id);
  GArray *states = g_array_new (FALSE, FALSE, sizeof (RelaisHealthState));
  g_autoptr (GList) models = NULL;
  RelaisHealthState state;

  if (entry == NULL)
    return states;
  if (is_in_force (&entry->account, now_us))
    {
      state = describe (&entry->account, NULL);
      g_array_append_val (states, state);
    }
  if (describe_breaker (entry, now_us, &state))
    g_array_append_val (states, state);
  models = g_list_sort (g_hash_table_get_keys (entry->models), (GCompareFunc)strcmp);
  for (GList *link = models; link != NULL; link = link->next)
    {
      const Mark *mark = g_hash_table_lookup (entry->models, link->data);

      if (!is_in_force (mark, now_us))
        continue;
      state = describe (mark, link->data);
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
  Entry *entry = g_hash_table_lookup (self->entries, account_id);

  return entry != NULL && entry->account.kind == RELAIS_HEALTH_BAD_KEY;
}

/**
 * relais_health_accept_key:
 * @self: a health
 * @account_id: an account whose key was seen to work
 */
void
relais_health_accept_key (RelaisHealth *self,
                          const char   *account_id)
{
  if (!relais_health_is_bad_key (self, account_id))
    return;
  mark_clear (&((Entry *)g_hash_table_lookup (self->entries, account_id))->account);
  drop_if_well (self, account_id);
}

/**
 * relais_health_forget:
 * @self: a health
 * @account_id: an account that is gone, was edited, or is to be tried whatever it did
 *
 * Nothing is held against it any more.
 */
void
relais_health_forget (RelaisHealth *self,
                      const char   *account_id)
{
  g_hash_table_remove (self->entries, account_id);
}

static void
take_earlier (gint64     *first_us,
              const Mark *mark,
              gint64      now_us)
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
      Entry *entry = value;

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
    n += g_hash_table_size (((Entry *)entry)->models);
  return n;
}
