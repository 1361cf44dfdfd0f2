/* relais-reach.c: who could serve a model, before anybody is asked
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-reach"

#include "config.h"

#include "upstream/relais-provider.h"

#include "relais-reach.h"

/**
 * relais_reach_find:
 * @gateway: what exchanges share
 * @query: what is asked for
 * @account: an account
 *
 * Returns: how near it is; `RELAIS_REACH_NONE` where its dialects or the rule leave it out, or its
 *   list, and another's names the model
 */
RelaisReach
relais_reach_find (RelaisGateway          *gateway,
                   const RelaisReachQuery *query,
                   const RelaisAccount    *account)
{
  RelaisDialectId dialect;

  if (!relais_rule_allows (query->rule, account->id, account->provider))
    return RELAIS_REACH_NONE;
  if (query->is_listed && relais_catalog_lacks (gateway->catalog, account, query->model))
    return RELAIS_REACH_NONE;
  /* what is stored at a vendor is asked of the practice account last */
  if (relais_provider_reaches (account, query->dialect))
    return query->operation == RELAIS_OPERATION_STORED &&
               relais_provider_find (account->provider)->in_process
             ? RELAIS_REACH_TRANSLATED
             : RELAIS_REACH_NATIVE;
  switch (query->operation)
    {
    case RELAIS_OPERATION_GENERATE:
    case RELAIS_OPERATION_COUNT_TOKENS:
    case RELAIS_OPERATION_COMPLETIONS:
      return relais_provider_choose (account, query->dialect, &dialect) ? RELAIS_REACH_TRANSLATED
                                                                        : RELAIS_REACH_NONE;
    case RELAIS_OPERATION_EMBED:
      return query->dialect == RELAIS_DIALECT_OPENAI_CHAT &&
                 relais_provider_reaches (account, RELAIS_DIALECT_GEMINI)
               ? RELAIS_REACH_TRANSLATED
               : RELAIS_REACH_NONE;
    case RELAIS_OPERATION_COMPACT:
    case RELAIS_OPERATION_STORED:
    case RELAIS_OPERATION_HEALTH:
    case RELAIS_OPERATION_ROOT:
    case RELAIS_OPERATION_HELLO:
    case RELAIS_OPERATION_EVENT_LOGGING:
    case RELAIS_OPERATION_OPTIONS:
    case RELAIS_OPERATION_LIST_MODELS:
    case RELAIS_OPERATION_GET_MODEL:
    case RELAIS_OPERATION_UNKNOWN:
    default:
      return RELAIS_REACH_NONE;
    }
}

/**
 * relais_reach_list:
 * @gateway: what exchanges share
 * @query: what is asked for
 *
 * Returns: (transfer full) (element-type RelaisAccount): the active accounts that may serve it, as
 *   far as scheduling, patterns and dialects tell
 */
GPtrArray *
relais_reach_list (RelaisGateway          *gateway,
                   const RelaisReachQuery *query)
{
  g_autoptr (GPtrArray) active = relais_reach_active (gateway);
  GPtrArray *able = g_ptr_array_new_with_free_func ((GDestroyNotify)relais_account_unref);

  for (guint i = 0; query->model != NULL && i < active->len; i++)
    {
      RelaisAccount *account = g_ptr_array_index (active, i);

      if (relais_account_serves (account, query->model) &&
          relais_reach_find (gateway, query, account) != RELAIS_REACH_NONE)
        g_ptr_array_add (able, relais_account_ref (account));
    }
  return able;
}

/**
 * relais_reach_knows:
 * @gateway: what exchanges share
 * @accounts: (element-type RelaisAccount): some accounts
 * @model: (nullable): a model
 *
 * Returns: whether one of them is known to have it
 */
gboolean
relais_reach_knows (RelaisGateway *gateway,
                    GPtrArray     *accounts,
                    const char    *model)
{
  for (guint i = 0; i < accounts->len; i++)
    if (relais_catalog_lists (gateway->catalog, g_ptr_array_index (accounts, i), model))
      return TRUE;
  return FALSE;
}

typedef struct
{
  RelaisGateway    *gateway;
  RelaisReachQuery  query;
} Foresight;

static RelaisReach
reach_cb (const RelaisAccount *account,
          gpointer             user_data)
{
  const Foresight *self = user_data;

  return relais_reach_find (self->gateway, &self->query, account);
}

/**
 * relais_reach_foresee:
 * @gateway: what exchanges share
 * @query: what would be asked for
 * @pick: (out caller-allocates): what the choice would come to now; to be cleared
 *
 * For a conversation that begins. Nobody is asked, and no turn is taken.
 *
 * Returns: (transfer full) (element-type RelaisAccount): who would be asked, in that order
 */
GPtrArray *
relais_reach_foresee (RelaisGateway          *gateway,
                      const RelaisReachQuery *query,
                      RelaisPick             *pick)
{
  g_autoptr (GPtrArray) able = relais_reach_list (gateway, query);
  Foresight foresight = { gateway, *query };
  RelaisPickQuery need = { .model = query->model,
                           .scheduling = relais_config_get_scheduling (gateway->config),
                           .fixed_account = relais_config_get_fixed_account (gateway->config),
                           .patience_us = relais_config_get_max_wait_ms (gateway->config) *
                                          (gint64)1000,
                           .reach = reach_cb,
                           .user_data = &foresight };

  foresight.query.is_listed = relais_reach_knows (gateway, able, query->model);
  return relais_account_pool_foresee (gateway->pool, &need, pick);
}

/**
 * relais_reach_active:
 * @gateway: what exchanges share
 *
 * Returns: (transfer full) (element-type RelaisAccount): whose models are there to be asked for
 */
GPtrArray *
relais_reach_active (RelaisGateway *gateway)
{
  GPtrArray *all = relais_account_pool_get_accounts (gateway->pool);
  GPtrArray *active = g_ptr_array_new_with_free_func ((GDestroyNotify)relais_account_unref);
  const char *fixed = relais_config_get_scheduling (gateway->config) == RELAIS_SCHEDULING_FIXED
                        ? relais_config_get_fixed_account (gateway->config)
                        : NULL;

  for (guint i = 0; i < all->len; i++)
    {
      RelaisAccount *account = g_ptr_array_index (all, i);

      if (relais_account_pool_is_active (gateway->pool, account) &&
          (fixed == NULL || g_strcmp0 (account->id, fixed) == 0))
        g_ptr_array_add (active, relais_account_ref (account));
    }
  return active;
}

static gboolean
serves_by_rule (RelaisGateway    *gateway,
                const RelaisRule *rule,
                const char       *model)
{
  RelaisReachQuery query = { .rule = rule,
                             .model = rule != NULL && rule->model != NULL ? rule->model : model,
                             .operation = RELAIS_OPERATION_GENERATE };
  g_auto (RelaisPick) pick = { 0 };
  g_autoptr (GPtrArray) accounts = relais_reach_foresee (gateway, &query, &pick);

  return accounts->len > 0 || pick.result == RELAIS_PICK_WAIT || pick.result == RELAIS_PICK_SPENT;
}

/**
 * relais_reach_serves:
 * @gateway: what exchanges share
 * @model: a model's name as a client spells it
 *
 * Returns: whether somebody is there to be asked for it, maybe later
 */
gboolean
relais_reach_serves (RelaisGateway *gateway,
                     const char    *model)
{
  return serves_by_rule (gateway, relais_rules_find (gateway->rules, model, NULL), model);
}

/**
 * relais_reach_complete:
 * @gateway: what exchanges share
 * @ids: (element-type utf8): models that are listed; it owns its strings
 *
 * Adds the names the rules are for, and takes out those that a rule leads to nobody. Sorted.
 */
void
relais_reach_complete (RelaisGateway *gateway,
                       GPtrArray     *ids)
{
  relais_rules_add_names (gateway->rules, ids);
  for (guint i = ids->len; gateway->rules != NULL && i-- > 0;)
    {
      const char *id = g_ptr_array_index (ids, i);
      const RelaisRule *rule = relais_rules_find (gateway->rules, id, NULL);

      if (rule != NULL && !serves_by_rule (gateway, rule, id))
        g_ptr_array_remove_index (ids, i);
    }
}
