/* relais-health.c: what became of the last requests to each account, and until when it counts
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-health"

#include "config.h"

#include <string.h>

#include "relais-health-private.h"

#define STREAK_KEPT_US (10 * G_TIME_SPAN_MINUTE) /* after the end of a wait nobody told */

static void
mark_clear (RelaisMark *mark)
{
  g_free (mark->words);
  *mark = (RelaisMark){ 0 };
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
  RelaisHealthEntry *entry = data;

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

static RelaisHealthEntry *
ensure_entry (RelaisHealth *self,
              const char   *account_id)
{
  RelaisHealthEntry *entry = g_hash_table_lookup (self->entries, account_id);

  if (entry != NULL)
    return entry;
  entry = g_new0 (RelaisHealthEntry, 1);
  entry->models = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, mark_free);
  g_hash_table_insert (self->entries, g_strdup (account_id), entry);
  return entry;
}

/* An account nothing is held against needs no entry. */
static void
drop_if_well (RelaisHealth *self,
              const char   *account_id)
{
  RelaisHealthEntry *entry = g_hash_table_lookup (self->entries, account_id);

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
 * Where a breaker is due to be tried, this is the request that tries it: until it is answered,
 * others go elsewhere.
 *
 * Returns: what to report it with
 */
RelaisTicket
relais_health_begin (RelaisHealth *self,
                     const char   *account_id)
{
  RelaisTicket ticket = { .began_us = relais_clock_get_now_us (self->clock) };
  RelaisHealthEntry *entry = g_hash_table_lookup (self->entries, account_id);

  if (entry != NULL && entry->breaker.kind != RELAIS_HEALTH_WELL && entry->probe == 0 &&
      entry->breaker.until_us <= ticket.began_us)
    entry->probe = ticket.probe = ++self->last_probe;
  /* whatever becomes of it, the next one waits as long again */
  if (entry != NULL && entry->account.kind == RELAIS_HEALTH_BAD_KEY &&
      entry->account.again_us <= ticket.began_us)
    entry->account.again_us = ticket.began_us + RELAIS_HEALTH_KEY_RECHECK_US;
  return ticket;
}

static gboolean
end_probe (RelaisHealthEntry  *entry,
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
  RelaisHealthEntry *entry = g_hash_table_lookup (self->entries, account_id);

  if (entry != NULL)
    end_probe (entry, ticket);
}

/**
 * relais_health_note_alive:
 * @self: a health
 * @account_id: whom it went to
 * @ticket: of a request whose answer begins to come
 *
 * The breaker closes: others need not wait for the end of a long answer. Whether that is a good one
 * is not known yet: a fault opens it again.
 */
void
relais_health_note_alive (RelaisHealth       *self,
                          const char         *account_id,
                          const RelaisTicket *ticket)
{
  RelaisHealthEntry *entry = g_hash_table_lookup (self->entries, account_id);
  guint streak;

  if (entry == NULL || entry->breaker.kind == RELAIS_HEALTH_WELL ||
      ticket->began_us < entry->breaker.since_us)
    return;
  streak = entry->breaker.streak;
  mark_clear (&entry->breaker);
  entry->breaker.streak = streak;
  entry->probe = 0;
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
           RelaisMark          *mark,
           const RelaisOutcome *outcome)
{
  g_free (mark->words);
  mark->words = dup_words (outcome->words);
  mark->status = outcome->status;
  mark->wall_us = relais_clock_get_wall_us (self->clock);
}

static void
mark_set (RelaisHealth        *self,
          RelaisMark          *mark,
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
forget_a_model (RelaisHealthEntry *entry)
{
  GHashTableIter iter;
  gpointer model, value;
  const char *first = NULL;
  gint64 first_us = G_MAXINT64;

  g_hash_table_iter_init (&iter, entry->models);
  while (g_hash_table_iter_next (&iter, &model, &value))
    if (first == NULL || ((RelaisMark *)value)->until_us < first_us)
      {
        first = model;
        first_us = ((RelaisMark *)value)->until_us;
      }
  g_hash_table_remove (entry->models, first);
}

static RelaisMark *
ensure_model (RelaisHealthEntry *entry,
              const char        *model)
{
  RelaisMark *mark = g_hash_table_lookup (entry->models, model);

  if (mark != NULL)
    return mark;
  if (g_hash_table_size (entry->models) >= RELAIS_HEALTH_MODELS_MAX)
    forget_a_model (entry);
  mark = g_new0 (RelaisMark, 1);
  g_hash_table_insert (entry->models, g_strdup (model), mark);
  return mark;
}

/* The upstream said how long: its last word counts, up to the cap. */
static void
limit_as_told (RelaisHealth        *self,
               RelaisMark          *mark,
               RelaisHealthKind     kind,
               const RelaisOutcome *outcome)
{
  gint64 wait_us = MIN (outcome->wait_ms, RELAIS_HEALTH_WAIT_MAX_US / 1000) * 1000;

  /* at once, to who has just had too much: no wait to rely on */
  mark_set (self, mark, kind, wait_us > 0 ? wait_us : RELAIS_HEALTH_LIMIT_MIN_US, outcome);
  mark->told = wait_us > 0;
  mark->streak = 0;
}

/* It did not: longer each time, but requests that were under way together count once. */
static void
limit_as_guessed (RelaisHealth        *self,
                  RelaisMark          *mark,
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
             RelaisHealthEntry   *entry,
             const RelaisTicket  *ticket,
             gboolean             is_probe,
             const RelaisOutcome *outcome)
{
  RelaisMark *breaker = &entry->breaker;
  gint64 now_us = relais_clock_get_now_us (self->clock);

  entry->n_faults = MIN (entry->n_faults + 1, RELAIS_HEALTH_BREAK_AFTER);
  if (breaker->kind != RELAIS_HEALTH_WELL && (breaker->until_us > now_us || !is_probe))
    {
      mark_note (self, breaker, outcome);
      return;
    }
  if (entry->n_faults < RELAIS_HEALTH_BREAK_AFTER)
    return;
  breaker->streak = ticket->probe != 0 ? breaker->streak + 1 : 0;
  mark_set (self, breaker, RELAIS_HEALTH_FAULTY,
            doubled (RELAIS_HEALTH_BREAK_MIN_US, breaker->streak, RELAIS_HEALTH_BREAK_MAX_US),
            outcome);
}

/* It answers: whatever it said, it is there. */
static void
close_breaker (RelaisHealthEntry *entry)
{
  entry->n_faults = 0;
  entry->probe = 0;
  mark_clear (&entry->breaker);
}

/* What was held against it before this request began is over. */
static void
note_served (RelaisHealthEntry  *entry,
             const char         *model,
             const RelaisTicket *ticket)
{
  RelaisMark *mark = g_hash_table_lookup (entry->models, model);

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
 * request tried it in vain. Credit and a model that was refused are tried again after an hour. A
 * refused key has no end, but one request every two minutes may try it where nothing else is left.
 */
void
relais_health_report (RelaisHealth        *self,
                      const char          *account_id,
                      const char          *model,
                      const RelaisTicket  *ticket,
                      const RelaisOutcome *outcome)
{
  RelaisHealthEntry *entry = ensure_entry (self, account_id);
  gboolean is_probe = end_probe (entry, ticket);
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
      count_fault (self, entry, ticket, is_probe, outcome);
      if (outcome->wait_ms > 0)
        limit_as_told (self, ensure_model (entry, model), RELAIS_HEALTH_LIMITED, outcome);
      break;
    case RELAIS_OUTCOME_BAD_KEY:
      mark_set (self, &entry->account, RELAIS_HEALTH_BAD_KEY, RELAIS_HEALTH_NEVER_US, outcome);
      entry->account.again_us = entry->account.since_us + RELAIS_HEALTH_KEY_RECHECK_US;
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
  mark_clear (&((RelaisHealthEntry *)g_hash_table_lookup (self->entries, account_id))->account);
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
