/* relais-account-pool.c: the accounts, and the choice among them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-account-pool"

#include "config.h"

#include "relais-account-pool.h"

struct _RelaisAccountPool
{
  GObject parent_instance;

  /* owned */
  GPtrArray *accounts;  /* in list order */
  GHashTable *used;     /* id -> turn it was last picked in */
  GHashTable *rejected; /* ids whose key the upstream refused */
  guint64 turn;
};

G_DEFINE_FINAL_TYPE (RelaisAccountPool, relais_account_pool, G_TYPE_OBJECT)

static void
relais_account_pool_finalize (GObject *object)
{
  RelaisAccountPool *self = RELAIS_ACCOUNT_POOL (object);

  g_clear_pointer (&self->accounts, g_ptr_array_unref);
  g_clear_pointer (&self->used, g_hash_table_unref);
  g_clear_pointer (&self->rejected, g_hash_table_unref);

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
  self->rejected = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
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

static gboolean
forget_stranger_cb (gpointer key,
                    gpointer value,
                    gpointer user_data)
{
  return relais_account_pool_find (user_data, key) == NULL;
}

/**
 * relais_account_pool_set_accounts:
 * @self: a pool
 * @accounts: (element-type RelaisAccount) (transfer full): all of them, in list order
 *
 * Requests that run keep the accounts they have. An account whose credential changed is no longer
 * rejected; what was known of those gone is forgotten.
 */
void
relais_account_pool_set_accounts (RelaisAccountPool *self,
                                  GPtrArray         *accounts)
{
  g_autoptr (GPtrArray) old = g_steal_pointer (&self->accounts);

  self->accounts = accounts;
  for (guint i = 0; i < old->len; i++)
    {
      RelaisAccount *before = g_ptr_array_index (old, i);
      RelaisAccount *now = relais_account_pool_find (self, before->id);

      if (now != NULL && g_strcmp0 (before->api_key, now->api_key) != 0)
        g_hash_table_remove (self->rejected, before->id);
    }
  g_hash_table_foreach_remove (self->used, forget_stranger_cb, self);
  g_hash_table_foreach_remove (self->rejected, forget_stranger_cb, self);
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

/* Who is known to have the model before who is not; exclusive ones before pooled ones before
 * fallbacks; then the lower priority; among equals whoever needs no translation, then whoever
 * waited longest; then list order. */
static gboolean
goes_before (RelaisAccountPool *self,
             RelaisAccount     *a,
             RelaisReach        a_reach,
             RelaisAccount     *b,
             RelaisReach        b_reach)
{
  if ((a_reach == RELAIS_REACH_UNLISTED) != (b_reach == RELAIS_REACH_UNLISTED))
    return b_reach == RELAIS_REACH_UNLISTED;
  if (rank (a) != rank (b))
    return rank (a) < rank (b);
  if (a->priority != b->priority)
    return a->priority < b->priority;
  if (a_reach != b_reach)
    return a_reach > b_reach;
  return last_turn (self, a) < last_turn (self, b);
}

/**
 * relais_account_pool_pick:
 * @self: a pool
 * @model: (nullable): the model to serve; %NULL for a request that names none: any account will do
 * @reach: says how an account's provider can be spoken to for this request
 * @user_data: for @reach
 * @account: (out) (transfer full) (nullable): who serves
 *
 * Where an exclusive account can serve, only those count; fallbacks count where no other can. Takes
 * the one with the lowest priority; among those of one priority the ones that speak the client's
 * own dialect take turns, and only where there is none, the others do: what needs no translation
 * loses nothing.
 *
 * Returns: `FOUND`, or why nobody can
 */
RelaisPickResult
relais_account_pool_pick (RelaisAccountPool  *self,
                          const char         *model,
                          RelaisReachFunc     reach,
                          gpointer            user_data,
                          RelaisAccount     **account)
{
  RelaisPickResult result = RELAIS_PICK_EMPTY;
  RelaisAccount *best = NULL;
  RelaisReach best_reach = RELAIS_REACH_NONE;

  *account = NULL;
  for (guint i = 0; i < self->accounts->len; i++)
    {
      RelaisAccount *candidate = g_ptr_array_index (self->accounts, i);
      RelaisReach near;

      if (!relais_account_pool_is_active (self, candidate))
        continue;
      if (model != NULL && !relais_account_serves (candidate, model))
        {
          result = MAX (result, RELAIS_PICK_MODEL);
          continue;
        }
      near = reach (candidate, user_data);
      if (near == RELAIS_REACH_NONE)
        {
          result = MAX (result, RELAIS_PICK_DIALECT);
          continue;
        }
      if (best == NULL || goes_before (self, candidate, near, best, best_reach))
        {
          best = candidate;
          best_reach = near;
        }
    }
  if (best == NULL)
    return result;

  g_hash_table_replace (self->used, g_strdup (best->id),
                        g_memdup2 (&(guint64){ ++self->turn }, sizeof (guint64)));
  *account = relais_account_ref (best);
  return RELAIS_PICK_FOUND;
}

/**
 * relais_account_pool_reject:
 * @self: a pool
 * @id: an account's id
 *
 * The upstream refused its key: out of the choice until its credential is edited.
 */
void
relais_account_pool_reject (RelaisAccountPool *self,
                            const char        *id)
{
  if (relais_account_pool_find (self, id) != NULL)
    g_hash_table_add (self->rejected, g_strdup (id));
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
  g_hash_table_remove (self->rejected, id);
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
  return g_hash_table_contains (self->rejected, id);
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
