/* relais-account-pool.c: the accounts, and the choice among them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-account-pool"

#include "config.h"

#include <string.h>

#include "relais-choice-private.h"
#include "relais-session-table.h"

#define ROUNDS_MAX 256 /* models whose turn is remembered */

struct _RelaisAccountPool
{
  GObject             parent_instance;

  /* owned */
  GPtrArray *accounts; /* in list order */
  RelaisHealth       *health;
  RelaisSessionTable *sessions;
  GHashTable *used;   /* id -> turn it was last picked in */
  GHashTable *rounds; /* model -> id of who had the last turn */
  guint64             turn;
};

G_DEFINE_FINAL_TYPE (RelaisAccountPool, relais_account_pool, G_TYPE_OBJECT)

static void
relais_account_pool_finalize (GObject *object)
{
  RelaisAccountPool *self = RELAIS_ACCOUNT_POOL (object);

  g_clear_pointer (&self->accounts, g_ptr_array_unref);
  g_clear_pointer (&self->used, g_hash_table_unref);
  g_clear_pointer (&self->rounds, g_hash_table_unref);
  g_clear_pointer (&self->sessions, relais_session_table_free);
  g_clear_pointer (&self->health, relais_health_free);

  G_OBJECT_CLASS (relais_account_pool_parent_class)->finalize (object);
}

static void
relais_account_pool_class_init (RelaisAccountPoolClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = relais_account_pool_finalize;
}

static void
relais_account_pool_init (RelaisAccountPool *self)
{
  self->accounts = g_ptr_array_new_with_free_func ((GDestroyNotify)relais_account_unref);
  self->used = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->rounds = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->sessions = relais_session_table_new ();
  self->health = relais_health_new (NULL);
}

/**
 * relais_account_pool_new:
 *
 * Returns: (transfer full): an empty pool
 */
RelaisAccountPool *
relais_account_pool_new (void)
{
  return g_object_new (RELAIS_TYPE_ACCOUNT_POOL, NULL);
}

/**
 * relais_account_pool_set_clock:
 * @self: a pool nobody was picked of yet
 * @clock: outlives it
 */
void
relais_account_pool_set_clock (RelaisAccountPool *self,
                               const RelaisClock *clock)
{
  relais_health_free (self->health);
  self->health = relais_health_new (clock);
}

static gboolean
is_stranger_cb (gpointer key,
                gpointer value,
                gpointer user_data)
{
  return relais_account_pool_find (user_data, key) == NULL;
}

static gboolean
round_of_stranger_cb (gpointer key,
                      gpointer value,
                      gpointer user_data)
{
  return relais_account_pool_find (user_data, value) == NULL;
}

/**
 * relais_account_pool_set_accounts:
 * @self: a pool
 * @accounts: (element-type RelaisAccount) (transfer full): all of them, in list order
 *
 * Requests that run keep the accounts they have. Nothing is held any more against an account whose
 * credential or address changed; what was known of those gone is forgotten. Other priorities order
 * conversations anew.
 */
void
relais_account_pool_set_accounts (RelaisAccountPool *self,
                                  GPtrArray         *accounts)
{
  g_autoptr (GPtrArray) old = g_steal_pointer (&self->accounts);
  gboolean reordered = FALSE;

  self->accounts = accounts;
  for (guint i = 0; i < old->len; i++)
    {
      RelaisAccount *before = g_ptr_array_index (old, i);
      RelaisAccount *now = relais_account_pool_find (self, before->id);

      if (now == NULL || !relais_account_is_same_upstream (before, now))
        relais_health_forget (self->health, before->id);
      if (now == NULL)
        relais_session_table_forget_account (self->sessions, before->id);
      reordered |= now != NULL && now->priority != before->priority;
    }
  if (reordered)
    relais_session_table_clear (self->sessions);
  g_hash_table_foreach_remove (self->used, is_stranger_cb, self);
  g_hash_table_foreach_remove (self->rounds, round_of_stranger_cb, self);
}

/**
 * relais_account_pool_get_accounts:
 * @self: a pool
 *
 * Returns: (transfer none) (element-type RelaisAccount): all of them, in list order
 */
GPtrArray *
relais_account_pool_get_accounts (RelaisAccountPool *self)
{
  return self->accounts;
}

/**
 * relais_account_pool_find:
 * @self: a pool
 * @id: an account's id
 *
 * Returns: (transfer none) (nullable): the account
 */
RelaisAccount *
relais_account_pool_find (RelaisAccountPool *self,
                          const char        *id)
{
  for (guint i = 0; i < self->accounts->len; i++)
    {
      RelaisAccount *account = g_ptr_array_index (self->accounts, i);

      if (g_strcmp0 (account->id, id) == 0)
        return account;
    }
  return NULL;
}

static guint64
last_turn (RelaisAccountPool *self,
           RelaisAccount     *account)
{
  guint64 *turn = g_hash_table_lookup (self->used, account->id);

  return turn != NULL ? *turn : 0;
}

/* Where in the list the next turn for @model begins. */
static guint
find_turn (RelaisAccountPool *self,
           const char        *model)
{
  const char *last = g_hash_table_lookup (self->rounds, model != NULL ? model : "");

  for (guint i = 0; last != NULL && i < self->accounts->len; i++)
    if (strcmp (((RelaisAccount *)g_ptr_array_index (self->accounts, i))->id, last) == 0)
      return i + 1;
  return 0;
}

static void
note_turn (RelaisAccountPool     *self,
           const RelaisPickQuery *query,
           const RelaisAccount   *account)
{
  const char *model = query->model != NULL ? query->model : "";

  if (query->by_the_way)
    return;
  g_hash_table_replace (self->used, g_strdup (account->id),
                        g_memdup2 (&(guint64){ ++self->turn }, sizeof (guint64)));
  if (query->scheduling == RELAIS_SCHEDULING_PERFORMANCE_FIRST)
    {
      if (g_hash_table_size (self->rounds) >= ROUNDS_MAX)
        g_hash_table_remove_all (self->rounds);
      g_hash_table_replace (self->rounds, g_strdup (model), g_strdup (account->id));
    }
}

static void
look_at_all (RelaisAccountPool *self,
             RelaisChoice      *choice)
{
  const RelaisPickQuery *query = choice->query;
  guint n = self->accounts->len, first = find_turn (self, query->model);

  choice->stays = query->holder;
  choice->until_us = RELAIS_HEALTH_NEVER_US;
  choice->why_not = RELAIS_PICK_EMPTY;
  if (choice->stays == NULL && query->session != NULL &&
      query->scheduling == RELAIS_SCHEDULING_CACHE_FIRST)
    choice->stays = relais_session_table_find (self->sessions, query->session, query->model);
  for (guint i = 0; i < n; i++)
    {
      RelaisAccount *account = g_ptr_array_index (self->accounts, i);

      relais_choice_look_at (choice, account, i, (i + n - first % n) % n,
                             last_turn (self, account));
    }
}

/**
 * relais_account_pool_look:
 * @self: a pool
 * @query: what a request needs
 *
 * Tells how each account stands, and chooses none.
 *
 * Returns: the first end of what excludes one, or `RELAIS_HEALTH_NEVER_US`
 */
gint64
relais_account_pool_look (RelaisAccountPool     *self,
                          const RelaisPickQuery *query)
{
  RelaisChoice choice = { .health = self->health, .query = query };

  look_at_all (self, &choice);
  return choice.until_us;
}

/**
 * relais_account_pool_foresee:
 * @self: a pool
 * @query: what a request would need
 * @pick: (out caller-allocates): what a pick would come to now, without a ticket; to be cleared
 *
 * No turn is taken.
 *
 * Returns: (transfer full) (element-type RelaisAccount): who would be asked, in that order, each
 *   where those before it failed
 */
GPtrArray *
relais_account_pool_foresee (RelaisAccountPool     *self,
                             const RelaisPickQuery *query,
                             RelaisPick            *pick)
{
  g_autoptr (GArray) able = g_array_new (FALSE, FALSE, sizeof (RelaisCandidate));
  RelaisChoice choice = { .health = self->health, .query = query, .able = able };
  GPtrArray *accounts = g_ptr_array_new_with_free_func ((GDestroyNotify)relais_account_unref);

  *pick = (RelaisPick){ .until_us = RELAIS_HEALTH_NEVER_US };
  look_at_all (self, &choice);
  relais_choice_decide (&choice, pick);
  relais_choice_sort (&choice);
  for (guint i = 0; i < able->len; i++)
    {
      RelaisCandidate *candidate = &g_array_index (able, RelaisCandidate, i);

      g_ptr_array_add (accounts, relais_account_ref (candidate->account));
    }
  return accounts;
}

/**
 * relais_account_pool_pick:
 * @self: a pool
 * @query: what a request needs
 * @pick: (out caller-allocates): who serves it, or why nobody does; to be cleared
 *
 * Where an exclusive account can serve, only those count; fallbacks count where no other can. Takes
 * the one with the lowest priority; among those of one priority one that speaks the client's own
 * dialect: what needs no translation loses nothing. Among equals the mode decides: the first in the
 * list for a new conversation and the same again for its next request, the least recently used, or
 * each in its turn: one that generates nothing goes to whose turn it is, and leaves it that.
 * What continues something that was signed stays with who signed it in each mode.
 *
 * An account that is told to wait, has used up its quota or credit, or whose key was refused within
 * the last minutes is not chosen. Anything else held against one only puts it behind the others:
 * where nothing better is left, it is chosen all the same.
 */
void
relais_account_pool_pick (RelaisAccountPool     *self,
                          const RelaisPickQuery *query,
                          RelaisPick            *pick)
{
  g_autoptr (GArray) able = query->behind != NULL
                              ? g_array_new (FALSE, FALSE, sizeof (RelaisCandidate))
                              : NULL;
  RelaisChoice choice = { .health = self->health, .query = query, .able = able };

  *pick = (RelaisPick){ .until_us = RELAIS_HEALTH_NEVER_US };
  look_at_all (self, &choice);
  relais_choice_decide (&choice, pick);
  if (pick->result != RELAIS_PICK_FOUND)
    return;
  if (able != NULL)
    relais_choice_tell_behind (&choice);
  pick->ticket = relais_health_begin (self->health, pick->account->id);
  note_turn (self, query, pick->account);
}

/**
 * relais_pick_clear:
 * @self: a pick
 */
void
relais_pick_clear (RelaisPick *self)
{
  g_clear_pointer (&self->account, relais_account_unref);
}

/**
 * relais_account_pool_report:
 * @self: a pool
 * @account: who was asked, as it was then
 * @model: (nullable): the model asked for
 * @ticket: of the pick
 * @outcome: what it came to
 *
 * What is heard of an account that is gone or was edited meanwhile says nothing of the one of now.
 *
 * Returns: whether something is, or was until now, held against it
 */
gboolean
relais_account_pool_report (RelaisAccountPool   *self,
                            const RelaisAccount *account,
                            const char          *model,
                            const RelaisTicket  *ticket,
                            const RelaisOutcome *outcome)
{
  const RelaisAccount *now = relais_account_pool_find (self, account->id);
  guint before = relais_health_get_size (self->health);

  if (now == NULL || !relais_account_is_same_upstream (account, now))
    return FALSE;
  relais_health_report (self->health, account->id, model, ticket, outcome);
  return before + relais_health_get_size (self->health) > 0;
}

/**
 * relais_account_pool_note_alive:
 * @self: a pool
 * @account: who was asked, as it was then
 * @ticket: of the pick
 *
 * The answer begins to come; what it comes to is still to be reported.
 *
 * Returns: whether something is, or was until now, held against the account
 */
gboolean
relais_account_pool_note_alive (RelaisAccountPool   *self,
                                const RelaisAccount *account,
                                const RelaisTicket  *ticket)
{
  const RelaisAccount *now = relais_account_pool_find (self, account->id);

  if (now == NULL || !relais_account_is_same_upstream (account, now) ||
      relais_health_get_size (self->health) == 0)
    return FALSE;
  relais_health_note_alive (self->health, account->id, ticket);
  return TRUE;
}

/**
 * relais_account_pool_keep:
 * @self: a pool
 * @account: who answered
 * @query: what the request needed
 *
 * From now on the account has some of the conversation in its cache: where that counts, its next
 * requests go there.
 */
void
relais_account_pool_keep (RelaisAccountPool     *self,
                          const RelaisAccount   *account,
                          const RelaisPickQuery *query)
{
  if (query->scheduling == RELAIS_SCHEDULING_CACHE_FIRST && query->session != NULL &&
      !query->by_the_way && relais_account_pool_find (self, account->id) != NULL)
    relais_session_table_bind (self->sessions, query->session, query->model, account->id);
}

/**
 * relais_account_pool_abandon:
 * @self: a pool
 * @account: who was asked
 * @ticket: of the pick
 *
 * The request ended before anything came of it.
 */
void
relais_account_pool_abandon (RelaisAccountPool   *self,
                             const RelaisAccount *account,
                             const RelaisTicket  *ticket)
{
  relais_health_abandon (self->health, account->id, ticket);
}

/**
 * relais_account_pool_try_now:
 * @self: a pool
 * @id: an account's id
 *
 * A person wants it to be tried, whatever is held against it: nothing is any more.
 */
void
relais_account_pool_try_now (RelaisAccountPool *self,
                             const char        *id)
{
  relais_health_forget (self->health, id);
}

/**
 * relais_account_pool_reject:
 * @self: a pool
 * @account: who was asked, out of turn
 * @status: what was answered
 * @words: (nullable): the upstream's, without secrets
 *
 * Its key was seen to be refused.
 */
void
relais_account_pool_reject (RelaisAccountPool   *self,
                            const RelaisAccount *account,
                            guint                status,
                            const char          *words)
{
  RelaisTicket ticket = relais_health_begin (self->health, account->id);

  relais_account_pool_report (self, account, NULL, &ticket,
                              &(RelaisOutcome){ .kind = RELAIS_OUTCOME_BAD_KEY,
                                                .wait_ms = -1,
                                                .status = status,
                                                .words = words });
}

/**
 * relais_account_pool_accept:
 * @self: a pool
 * @id: an account's id
 *
 * Its key was seen to work: back into the choice.
 */
void
relais_account_pool_accept (RelaisAccountPool *self,
                            const char        *id)
{
  relais_health_accept_key (self->health, id);
}

/**
 * relais_account_pool_get_health:
 * @self: a pool
 *
 * Returns: (transfer none): what is held against its accounts
 */
RelaisHealth *
relais_account_pool_get_health (RelaisAccountPool *self)
{
  return self->health;
}

/**
 * relais_account_pool_get_size:
 * @self: a pool
 *
 * Returns: how much is remembered of past requests: 0 once all accounts are gone
 */
guint
relais_account_pool_get_size (RelaisAccountPool *self)
{
  return relais_health_get_size (self->health) + g_hash_table_size (self->used) +
         g_hash_table_size (self->rounds) + relais_session_table_get_length (self->sessions);
}

/**
 * relais_account_pool_is_rejected:
 * @self: a pool
 * @id: an account's id
 *
 * Returns: whether the upstream refused its key
 */
gboolean
relais_account_pool_is_rejected (RelaisAccountPool *self,
                                 const char        *id)
{
  return relais_health_is_bad_key (self->health, id);
}

/**
 * relais_account_pool_is_active:
 * @self: a pool
 * @account: one of its accounts
 *
 * Returns: whether it is enabled, its dispatch not off and its key not rejected
 */
gboolean
relais_account_pool_is_active (RelaisAccountPool *self,
                               RelaisAccount     *account)
{
  return account->enabled && account->dispatch != RELAIS_DISPATCH_OFF &&
         !relais_account_pool_is_rejected (self, account->id);
}

/**
 * relais_account_pool_get_n_active:
 * @self: a pool
 *
 * Returns: how many accounts are active
 */
guint
relais_account_pool_get_n_active (RelaisAccountPool *self)
{
  guint n = 0;

  for (guint i = 0; i < self->accounts->len; i++)
    n += relais_account_pool_is_active (self, g_ptr_array_index (self->accounts, i)) ? 1 : 0;
  return n;
}
