/* relais-engine-rules.c: what the rules come to, before anybody asks
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-engine"

#include "config.h"

#include "server/relais-reach.h"

#include "relais-engine-private.h"

/**
 * relais_forecast_free:
 * @self: (nullable): a forecast
 */
void
relais_forecast_free (RelaisForecast *self)
{
  if (self == NULL)
    return;
  g_free (self->model);
  g_strfreev (self->accounts);
  g_free (self);
}

static gboolean
add_label (GPtrArray           *labels,
           const RelaisAccount *account)
{
  if (labels->len >= RELAIS_FORECAST_ACCOUNTS_MAX ||
      g_ptr_array_find_with_equal_func (labels, account->label, g_str_equal, NULL))
    return FALSE;
  g_ptr_array_add (labels, g_strdup (account->label));
  return TRUE;
}

static gboolean
allows_active (RelaisCore       *core,
               const RelaisRule *rule)
{
  GPtrArray *all = relais_account_pool_get_accounts (core->pool);

  for (guint i = 0; i < all->len; i++)
    {
      RelaisAccount *account = g_ptr_array_index (all, i);

      if (relais_account_pool_is_active (core->pool, account) &&
          relais_rule_allows (rule, account->id, account->provider))
        return TRUE;
    }
  return FALSE;
}

static RelaisForecastEnd
find_end (RelaisCore       *core,
          const RelaisRule *rule,
          RelaisPickResult  result)
{
  switch (result)
    {
    case RELAIS_PICK_FOUND:
      return RELAIS_FORECAST_SERVED;
    case RELAIS_PICK_WAIT:
      return RELAIS_FORECAST_HELD;
    case RELAIS_PICK_SPENT:
      return RELAIS_FORECAST_SPENT;
    case RELAIS_PICK_MODEL:
      return allows_active (core, rule) ? RELAIS_FORECAST_NO_MODEL : RELAIS_FORECAST_RULE;
    case RELAIS_PICK_DIALECT:
      return RELAIS_FORECAST_RULE;
    case RELAIS_PICK_EMPTY:
    default:
      return relais_account_pool_get_n_active (core->pool) > 0 ? RELAIS_FORECAST_NOT_FIXED
                                                               : RELAIS_FORECAST_NO_ACCOUNT;
    }
}

/* As the pool would choose for the first request of a conversation, in each dialect. */
static void
foresee (RelaisCore       *core,
         const RelaisRule *rule,
         RelaisForecast   *forecast)
{
  const RelaisClock *clock = core->gateway.clock;
  g_autoptr (GPtrArray) labels = g_ptr_array_new ();
  g_autoptr (GPtrArray) ranked = NULL;

  for (RelaisDialectId dialect = 0; dialect < RELAIS_N_DIALECTS; dialect++)
    {
      RelaisReachQuery query = { rule, forecast->model, dialect, RELAIS_OPERATION_GENERATE };
      g_auto (RelaisPick) pick = { 0 };

      g_clear_pointer (&ranked, g_ptr_array_unref);
      ranked = relais_reach_foresee (&core->gateway, &query, &pick);
      forecast->end = find_end (core, rule, pick.result);
      if (pick.result == RELAIS_PICK_FOUND)
        forecast->n_first += add_label (labels, pick.account);
      else if (pick.until_us != RELAIS_HEALTH_NEVER_US)
        forecast->free_us = relais_clock_get_wall_us (clock) + pick.until_us -
                            relais_clock_get_now_us (clock);
    }
  for (guint i = 0; i < ranked->len; i++)
    add_label (labels, g_ptr_array_index (ranked, i));
  g_ptr_array_add (labels, NULL);
  forecast->accounts = (char **)g_ptr_array_steal (labels, NULL);
}

static void
forecast_job (RelaisCore *core,
              RelaisJob  *job)
{
  RelaisForecast *forecast = g_new0 (RelaisForecast, 1);
  const RelaisRule *rule = relais_rules_find (core->gateway.rules, job->text, &forecast->rule);

  forecast->model = g_strdup (rule != NULL && rule->model != NULL ? rule->model : job->text);
  foresee (core, rule, forecast);
  job->result = forecast;
  relais_job_return (job);
}

/**
 * relais_engine_forecast_async:
 * @self: an engine
 * @model: a model's name as a client would spell it
 * @cancellable: (nullable): ends the wait
 * @callback: told at once
 * @user_data: for @callback
 *
 * What would become of a request for @model now. Nobody is asked, and no turn is taken.
 */
void
relais_engine_forecast_async (RelaisEngine        *self,
                              const char          *model,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  RelaisJob *job = relais_job_new (self, relais_engine_forecast_async, cancellable, callback,
                                   user_data, forecast_job);

  job->text = g_strdup (model);
  job->result_free = (GDestroyNotify)relais_forecast_free;
  relais_job_run (job);
}

/**
 * relais_engine_forecast_finish:
 * @self: an engine
 * @result: what the callback got
 * @error: where to put a failure
 *
 * Returns: (transfer full) (nullable): the forecast
 */
RelaisForecast *
relais_engine_forecast_finish (RelaisEngine  *self,
                               GAsyncResult  *result,
                               GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static char **
list_providers (void)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  gsize n_providers = 0;
  const RelaisEngineProvider *providers = relais_engine_get_providers (&n_providers);

  for (gsize i = 0; i < n_providers; i++)
    g_strv_builder_add (builder, providers[i].id);
  return g_strv_builder_end (builder);
}

static char *
describe_lack (guint             number,
               const RelaisRule *rule,
               RelaisRuleLack    lack)
{
  switch (lack)
    {
    case RELAIS_RULE_LACKS_ACCOUNT:
      return g_strdup_printf ("rule %u names the account “%s”, and there is none with that id",
                              number, rule->account);
    case RELAIS_RULE_LACKS_PROVIDER:
      return g_strdup_printf ("rule %u names the provider “%s”, which is none", number,
                              rule->provider);
    case RELAIS_RULE_LACKS_MEMBERS:
      return g_strdup_printf ("rule %u names the provider “%s”, and no account is of it", number,
                              rule->provider);
    case RELAIS_RULE_LACKS_BOTH:
      return g_strdup_printf ("rule %u names the account “%s”, which is not of the provider “%s”",
                              number, rule->account, rule->provider);
    case RELAIS_RULE_LACKS_NOTHING:
    default:
      return NULL;
    }
}

static char *
describe_double (RelaisRules *rules,
                 guint        i)
{
  const RelaisRule *rule = relais_rules_get (rules, i);

  for (guint j = 0; j < i; j++)
    if (strcmp (relais_rules_get (rules, j)->match, rule->match) == 0)
      return g_strdup_printf ("rule %u is never used: rule %u is for “%s”, too", i + 1, j + 1,
                              rule->match);
  return NULL;
}

/**
 * relais_engine_dup_rule_notes:
 * @self: an engine that has loaded its accounts
 *
 * Returns: (transfer full) (array zero-terminated=1): one line for each rule that can serve nobody,
 *   for what it names is not there, or an earlier one is for the same
 */
char **
relais_engine_dup_rule_notes (RelaisEngine *self)
{
  GListModel *accounts = G_LIST_MODEL (self->accounts);
  guint n_accounts = g_list_model_get_n_items (accounts);
  g_autofree RelaisRuleTarget *targets = g_new0 (RelaisRuleTarget, n_accounts);
  g_auto (GStrv) providers = list_providers ();
  g_autoptr (GStrvBuilder) notes = g_strv_builder_new ();

  for (guint i = 0; i < n_accounts; i++)
    {
      g_autoptr (RelaisAccountRow) row = g_list_model_get_item (accounts, i);

      targets[i].id = relais_account_row_get_id (row);
      targets[i].provider = relais_account_row_get_provider (row);
    }
  for (guint i = 0; self->rules != NULL && i < relais_rules_get_length (self->rules); i++)
    {
      const RelaisRule *rule = relais_rules_get (self->rules, i);
      RelaisRuleLack lack = relais_rule_find_lack (rule, targets, n_accounts,
                                                   (const char *const *)providers);
      g_autofree char *note = describe_lack (i + 1, rule, lack);

      if (note == NULL)
        note = describe_double (self->rules, i);
      if (note != NULL)
        g_strv_builder_add (notes, note);
    }
  return g_strv_builder_end (notes);
}
