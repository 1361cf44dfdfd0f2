/* relais-rule-words.c: what rules say, what is wrong with them and what they come to, in words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-rule-words"

#include "config.h"

#include <glib/gi18n.h>

#include "relais-account-words.h"
#include "relais-rule-words.h"
#include "relais-words.h"

static const char *
name_provider (const char *id)
{
  gsize n_providers = 0;
  const RelaisEngineProvider *providers = relais_engine_get_providers (&n_providers);

  for (gsize i = 0; i < n_providers; i++)
    if (g_strcmp0 (providers[i].id, id) == 0)
      return relais_words_provider (id, providers[i].name);
  return id;
}

/* The account's name, or its id where there is none of that id. */
static char *
dup_account_name (RelaisEngine *engine,
                  const char   *id)
{
  GListModel *accounts = relais_engine_list_accounts (engine);

  for (guint i = 0; i < g_list_model_get_n_items (accounts); i++)
    {
      g_autoptr (RelaisAccountRow) row = g_list_model_get_item (accounts, i);

      if (g_strcmp0 (relais_account_row_get_id (row), id) == 0)
        return g_strdup (relais_account_row_get_label (row));
    }
  return g_strdup (id);
}

/* While the keyring keeps the accounts to itself, nothing can be said to be missing. */
static RelaisRuleLack
find_lack (RelaisEngine     *engine,
           const RelaisRule *rule)
{
  GListModel *accounts = relais_engine_list_accounts (engine);
  guint n_accounts = g_list_model_get_n_items (accounts);
  g_autofree RelaisRuleTarget *targets = g_new0 (RelaisRuleTarget, n_accounts);
  RelaisEngineKeyring keyring = relais_engine_get_keyring (engine);
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  gsize n_providers = 0;
  const RelaisEngineProvider *providers = relais_engine_get_providers (&n_providers);

  if (keyring == RELAIS_ENGINE_KEYRING_UNKNOWN || keyring == RELAIS_ENGINE_KEYRING_LOCKED)
    return RELAIS_RULE_LACKS_NOTHING;
  for (guint i = 0; i < n_accounts; i++)
    {
      g_autoptr (RelaisAccountRow) row = g_list_model_get_item (accounts, i);

      targets[i].id = relais_account_row_get_id (row);
      targets[i].provider = relais_account_row_get_provider (row);
    }
  for (gsize i = 0; i < n_providers; i++)
    g_ptr_array_add (ids, (char *)providers[i].id);
  g_ptr_array_add (ids, NULL);
  return relais_rule_find_lack (rule, targets, n_accounts, (const char *const *)ids->pdata);
}

/**
 * relais_rule_words_target:
 * @engine: whose accounts there are
 * @rule: a rule
 * @broken: (out) (optional): whether it names what is not there, and nobody would be asked
 *
 * Returns: (transfer full) (nullable): who alone may serve it, or what is wrong with that; %NULL
 *   when anybody may
 */
char *
relais_rule_words_target (RelaisEngine     *engine,
                          const RelaisRule *rule,
                          gboolean         *broken)
{
  RelaisRuleLack lack = find_lack (engine, rule);
  g_autofree char *account = NULL;

  if (rule->account != NULL)
    account = dup_account_name (engine, rule->account);
  if (broken != NULL)
    *broken = lack != RELAIS_RULE_LACKS_NOTHING;
  switch (lack)
    {
    case RELAIS_RULE_LACKS_ACCOUNT:
      /* Translators: the id of an account */
      return g_strdup_printf (_("There is no account “%s”"), account);
    case RELAIS_RULE_LACKS_PROVIDER:
      /* Translators: the id of a provider */
      return g_strdup_printf (_("There is no provider “%s”"), rule->provider);
    case RELAIS_RULE_LACKS_MEMBERS:
      /* Translators: the name of a provider */
      return g_strdup_printf (_("There is no account of %s"), name_provider (rule->provider));
    case RELAIS_RULE_LACKS_BOTH:
      /* Translators: the name of an account, and that of a provider */
      return g_strdup_printf (_("The account “%s” is not one of %s"), account, name_provider (rule->provider));
    case RELAIS_RULE_LACKS_NOTHING:
    default:
      break;
    }
  if (account != NULL)
    /* Translators: the name of an account */
    return g_strdup_printf (_("Only the account “%s”"), account);
  if (rule->provider != NULL)
    /* Translators: the name of a provider */
    return g_strdup_printf (_("Only accounts of %s"), name_provider (rule->provider));
  return NULL;
}

static char *
describe_kind (const RelaisRulesFault *fault)
{
  switch (fault->kind)
    {
    case RELAIS_RULES_TOO_LARGE:
      return g_strdup (_("it is larger than 1 MiB"));
    case RELAIS_RULES_TOO_MANY:
      return g_strdup_printf (ngettext ("there is more than %u rule", "there are more than %u rules", RELAIS_RULES_MAX),
                              RELAIS_RULES_MAX);
    case RELAIS_RULES_NOT_JSON:
      return g_strdup (_("it is not valid JSON"));
    case RELAIS_RULES_NOT_OBJECT:
      return g_strdup (_("it is no object"));
    case RELAIS_RULES_UNKNOWN_FIELD:
      /* Translators: the name of a field in a file; the names after it stay as they are */
      return g_strdup_printf (_("there is no field “%s”, only match, model, account and provider"), fault->field);
    case RELAIS_RULES_BAD_TEXT:
      /* Translators: the name of a field in a file */
      return g_strdup_printf (_("the field “%s” is empty, too long or no text"), fault->field);
    case RELAIS_RULES_NO_MATCH:
      return g_strdup (_("the field “match” is missing: the model it is for"));
    case RELAIS_RULES_NO_TARGET:
      return g_strdup (_("it names no model, no account and no provider to use"));
    case RELAIS_RULES_STAR:
      return g_strdup (_("the field “model” is one model’s name, without *"));
    case RELAIS_RULES_FINE:
    case RELAIS_RULES_NOT_RULES:
    default:
      return g_strdup (_("it is no list of rules, as in {\"rules\": []}"));
    }
}

/**
 * relais_rule_words_fault:
 * @fault: why rules were not taken
 *
 * Returns: (transfer full): what is wrong with them, a part of a sentence
 */
char *
relais_rule_words_fault (const RelaisRulesFault *fault)
{
  g_autofree char *words = describe_kind (fault);

  if (fault->number == 0)
    return g_steal_pointer (&words);
  /* Translators: the number of a rule, and what is wrong with it */
  return g_strdup_printf (_("rule %u: %s"), fault->number, words);
}

/**
 * relais_rule_words_rule:
 * @forecast: what would become of a request
 *
 * Returns: (transfer full): which rule holds, and what it makes of the model
 */
char *
relais_rule_words_rule (const RelaisForecast *forecast)
{
  if (forecast->rule == 0)
    /* Translators: the name of a model */
    return g_strdup_printf (_("No rule: %s is used as it is"), forecast->model);
  /* Translators: the number of a rule, and the name of a model */
  return g_strdup_printf (_("Rule %u: %s is used"), forecast->rule, forecast->model);
}

static char *
describe_wait (const RelaisForecast *forecast)
{
  g_autofree char *span = NULL;

  if (forecast->free_us == 0)
    return g_strdup (_("No account can serve it now"));
  span = relais_account_words_span (forecast->free_us - g_get_real_time ());
  if (forecast->end == RELAIS_FORECAST_HELD)
    /* Translators: a request waits for an account, a time such as “7 s” */
    return g_strdup_printf (_("Held for %s, until an account is free"), span);
  /* Translators: a time such as “5 min” */
  return g_strdup_printf (_("No account can serve it now; the first may in %s"), span);
}

static char *
describe_order (const RelaisForecast *forecast)
{
  guint n_accounts = g_strv_length (forecast->accounts);
  g_autofree char *others = g_strjoinv (", ", forecast->accounts + 1);
  g_autofree char *names = g_strjoinv (", ", forecast->accounts);

  if (n_accounts == 1)
    /* Translators: the name of an account */
    return g_strdup_printf (_("Answered by %s"), forecast->accounts[0]);
  if (forecast->n_first == 1)
    /* Translators: the name of an account, and those of accounts that are asked where it fails,
     * parted by commas */
    return g_strdup_printf (_("Answered by %s, or else by %s"), forecast->accounts[0], others);
  /* Translators: the names of accounts, parted by commas */
  return g_strdup_printf (_("Answered by one of %s, depending on the program’s API"), names);
}

/**
 * relais_rule_words_accounts:
 * @forecast: what would become of a request
 *
 * Returns: (transfer full): who would answer, or why nobody would
 */
char *
relais_rule_words_accounts (const RelaisForecast *forecast)
{
  switch (forecast->end)
    {
    case RELAIS_FORECAST_NO_ACCOUNT:
      return g_strdup (_("No account is active"));
    case RELAIS_FORECAST_NOT_FIXED:
      return g_strdup (_("The account that is to answer everything is not active"));
    case RELAIS_FORECAST_RULE:
      return g_strdup (_("None of the accounts the rule allows is active"));
    case RELAIS_FORECAST_NO_MODEL:
      return g_strdup (_("None of the accounts serves this model"));
    case RELAIS_FORECAST_HELD:
    case RELAIS_FORECAST_SPENT:
      return describe_wait (forecast);
    case RELAIS_FORECAST_SERVED:
    default:
      return describe_order (forecast);
    }
}
