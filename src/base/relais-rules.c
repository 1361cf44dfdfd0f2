/* relais-rules.c: model asked for -> model, account or provider to use
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-rules"

#include "config.h"

#include <string.h>

#include "relais-error.h"
#include "relais-json-writer.h"
#include "relais-json.h"
#include "relais-pattern.h"
#include "relais-rules.h"

#define DEPTH_MAX 8
#define NAME_SIZE_MAX 512

struct _RelaisRules
{
  GPtrArray *list; /* RelaisRule */
};

static void
rule_free (gpointer data)
{
  RelaisRule *rule = data;

  g_free (rule->match);
  g_free (rule->model);
  g_free (rule->account);
  g_free (rule->provider);
  g_free (rule);
}

static gboolean
fail (RelaisRulesFault     *fault,
      RelaisRulesFaultKind  kind,
      guint                 number,
      const char           *field)
{
  fault->kind = kind;
  fault->number = number;
  if (field != NULL && g_strlcpy (fault->field, field, sizeof fault->field) >= sizeof fault->field)
    /* no half a character at its end */
    *(char *)g_utf8_find_prev_char (fault->field, fault->field + sizeof fault->field - 1) = '\0';
  return FALSE;
}

static gboolean
is_good_text (const char *text)
{
  return text != NULL && *text != '\0' && strlen (text) <= NAME_SIZE_MAX;
}

static gboolean
read_member (RelaisRule           *rule,
             guint                 number,
             const char           *name,
             const RelaisJsonNode *value,
             RelaisRulesFault     *fault)
{
  const struct
  {
    const char *name;
    char **place;
  } members[] = {
    { "match", &rule->match },
    { "model", &rule->model },
    { "account", &rule->account },
    { "provider", &rule->provider },
  };
  g_autofree char *text = relais_json_node_dup_string (value);

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      if (g_strcmp0 (name, members[i].name) != 0)
        continue;
      if (!is_good_text (text))
        return fail (fault, RELAIS_RULES_BAD_TEXT, number, name);
      g_free (*members[i].place);
      *members[i].place = g_steal_pointer (&text);
      return TRUE;
    }
  return fail (fault, RELAIS_RULES_UNKNOWN_FIELD, number, name);
}

static gboolean
check (const RelaisRule *rule,
       guint             number,
       RelaisRulesFault *fault)
{
  if (rule->match == NULL)
    return fail (fault, RELAIS_RULES_NO_MATCH, number, NULL);
  if (rule->model == NULL && rule->account == NULL && rule->provider == NULL)
    return fail (fault, RELAIS_RULES_NO_TARGET, number, NULL);
  if (rule->model != NULL && strchr (rule->model, '*') != NULL)
    return fail (fault, RELAIS_RULES_STAR, number, "model");
  return TRUE;
}

static gboolean
read_rule (RelaisRule           *rule,
           guint                 number,
           const RelaisJsonNode *node,
           RelaisRulesFault     *fault)
{
  RelaisJsonIter iter;
  const RelaisJsonNode *key, *value;

  if (relais_json_node_get_kind (node) != RELAIS_JSON_OBJECT)
    return fail (fault, RELAIS_RULES_NOT_OBJECT, number, NULL);
  relais_json_iter_init (&iter, node);
  while (relais_json_iter_next (&iter, &key, &value))
    {
      g_autofree char *name = relais_json_node_dup_string (key);

      if (!read_member (rule, number, name, value, fault))
        return FALSE;
    }
  return check (rule, number, fault);
}

static gboolean
read_all (RelaisRules          *self,
          const RelaisJsonNode *root,
          RelaisRulesFault     *fault)
{
  const RelaisJsonNode *list = relais_json_node_get_member (root, "rules");
  RelaisJsonIter iter;
  const RelaisJsonNode *key, *value;

  if (relais_json_node_get_kind (list) != RELAIS_JSON_ARRAY ||
      relais_json_node_get_count (root) != 1)
    return fail (fault, RELAIS_RULES_NOT_RULES, 0, NULL);
  if (relais_json_node_get_count (list) > RELAIS_RULES_MAX)
    return fail (fault, RELAIS_RULES_TOO_MANY, 0, NULL);
  relais_json_iter_init (&iter, list);
  while (relais_json_iter_next (&iter, &key, &value))
    {
      RelaisRule *rule = g_new0 (RelaisRule, 1);

      g_ptr_array_add (self->list, rule);
      if (!read_rule (rule, self->list->len, value, fault))
        return FALSE;
    }
  return TRUE;
}

static char *
describe (const RelaisRulesFault *fault)
{
  switch (fault->kind)
    {
    case RELAIS_RULES_TOO_LARGE:
      return g_strdup ("it is larger than 1 MiB");
    case RELAIS_RULES_TOO_MANY:
      return g_strdup_printf ("there are more than %d rules", RELAIS_RULES_MAX);
    case RELAIS_RULES_NOT_OBJECT:
      return g_strdup ("it must be an object");
    case RELAIS_RULES_UNKNOWN_FIELD:
      return g_strdup_printf ("there is no field “%s”; there are match, model, account and provider",
                              fault->field);
    case RELAIS_RULES_BAD_TEXT:
      return g_strdup_printf ("“%s” must be a text of 1 to %d bytes", fault->field, NAME_SIZE_MAX);
    case RELAIS_RULES_NO_MATCH:
      return g_strdup ("“match” is missing: the model it is for, * stands for any characters");
    case RELAIS_RULES_NO_TARGET:
      return g_strdup ("it says nothing: give it a model, an account or a provider");
    case RELAIS_RULES_STAR:
      return g_strdup ("“model” is one model's name, without *");
    case RELAIS_RULES_FINE:
    case RELAIS_RULES_NOT_JSON:
    case RELAIS_RULES_NOT_RULES:
    default:
      return g_strdup ("it must be {\"rules\": […]} and nothing else");
    }
}

static void
set_error (GError                 **error,
           const RelaisRulesFault  *fault)
{
  g_autofree char *words = describe (fault);

  if (fault->number > 0)
    g_set_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING, "rule %u: %s", fault->number,
                 words);
  else
    g_set_error_literal (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING, words);
}

static RelaisRules *
rules_new (void)
{
  RelaisRules *self = g_atomic_rc_box_new0 (RelaisRules);

  self->list = g_ptr_array_new_with_free_func (rule_free);
  return self;
}

/**
 * relais_rules_parse:
 * @json: (array length=length): `{"rules":[{"match","model","account","provider"}]}`
 * @length: its bytes, at most `RELAIS_RULES_SIZE_MAX`
 * @fault: (out) (optional): what is wrong, for who says it in other words
 * @error: where to put a failure
 *
 * `match` is there, and one of the others. Fails with [error@Error] `INVALID_SETTING`, naming the
 * rule and what is wrong with it.
 *
 * Returns: (transfer full): the rules
 */
RelaisRules *
relais_rules_parse (const char        *json,
                    gsize              length,
                    RelaisRulesFault  *fault,
                    GError           **error)
{
  g_autoptr (RelaisRules) self = rules_new ();
  g_autoptr (RelaisJson) tree = NULL;
  g_autoptr (GError) local = NULL;
  RelaisRulesFault own;

  fault = fault != NULL ? fault : &own;
  *fault = (RelaisRulesFault){ RELAIS_RULES_FINE };
  if (length > RELAIS_RULES_SIZE_MAX)
    {
      fail (fault, RELAIS_RULES_TOO_LARGE, 0, NULL);
      set_error (error, fault);
      return NULL;
    }
  tree = relais_json_parse (json, length, DEPTH_MAX, &local);
  if (tree == NULL)
    {
      const char *where = strstr (local->message, "JSON: ");

      fail (fault, RELAIS_RULES_NOT_JSON, 0, NULL);
      g_set_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING, "it is not valid %s",
                   where != NULL ? where : "JSON");
      return NULL;
    }
  if (read_all (self, relais_json_get_root (tree), fault))
    return g_steal_pointer (&self);
  set_error (error, fault);
  return NULL;
}

static void
add_copy (RelaisRules      *self,
          const RelaisRule *rule)
{
  RelaisRule *copy = g_new0 (RelaisRule, 1);

  copy->match = g_strdup (rule->match);
  copy->model = g_strdup (rule->model);
  copy->account = g_strdup (rule->account);
  copy->provider = g_strdup (rule->provider);
  g_ptr_array_add (self->list, copy);
}

/**
 * relais_rules_splice:
 * @self: (nullable): rules; %NULL for none
 * @position: where to change them, from 0; beyond the end is at the end
 * @n_removals: how many of them to leave out from there on
 * @additions: (array length=n_additions): what to put there; copied
 * @n_additions: how many
 * @fault: (out) (optional): why not, with the place in @additions as its number
 *
 * Returns: (transfer full) (nullable): the rules with that change, or %NULL when one of @additions
 *   is none or there would be too many
 */
RelaisRules *
relais_rules_splice (const RelaisRules *self,
                     guint              position,
                     guint              n_removals,
                     const RelaisRule  *additions,
                     guint              n_additions,
                     RelaisRulesFault  *fault)
{
  g_autoptr (RelaisRules) changed = rules_new ();
  guint length = self != NULL ? self->list->len : 0;
  guint begin = MIN (position, length);
  guint end = begin + MIN (n_removals, length - begin);
  RelaisRulesFault own;

  fault = fault != NULL ? fault : &own;
  *fault = (RelaisRulesFault){ RELAIS_RULES_FINE };
  for (guint i = 0; i < begin; i++)
    add_copy (changed, g_ptr_array_index (self->list, i));
  for (guint i = 0; i < n_additions; i++)
    {
      const RelaisRule *rule = &additions[i];

      if ((rule->match != NULL && !is_good_text (rule->match)) ||
          (rule->model != NULL && !is_good_text (rule->model)) ||
          (rule->account != NULL && !is_good_text (rule->account)) ||
          (rule->provider != NULL && !is_good_text (rule->provider)))
        fail (fault, RELAIS_RULES_BAD_TEXT, i + 1, NULL);
      if (fault->kind != RELAIS_RULES_FINE || !check (rule, i + 1, fault))
        return NULL;
      add_copy (changed, rule);
    }
  for (guint i = end; i < length; i++)
    add_copy (changed, g_ptr_array_index (self->list, i));
  if (changed->list->len > RELAIS_RULES_MAX)
    {
      fail (fault, RELAIS_RULES_TOO_MANY, 0, NULL);
      return NULL;
    }
  return g_steal_pointer (&changed);
}

/**
 * relais_rules_move:
 * @self: rules
 * @from: which one, from 0
 * @to: the place it is to have
 *
 * Returns: (transfer full): the rules in that order
 */
RelaisRules *
relais_rules_move (const RelaisRules *self,
                   guint              from,
                   guint              to)
{
  g_autoptr (RelaisRules) without = NULL;

  g_return_val_if_fail (from < self->list->len && to < self->list->len, NULL);

  without = relais_rules_splice (self, from, 1, NULL, 0, NULL);
  return relais_rules_splice (without, to, 0, g_ptr_array_index (self->list, from), 1, NULL);
}

/**
 * relais_rules_ref:
 * @self: rules
 *
 * From any thread.
 *
 * Returns: (transfer full): the same
 */
RelaisRules *
relais_rules_ref (RelaisRules *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
rules_clear (gpointer data)
{
  g_ptr_array_unref (((RelaisRules *)data)->list);
}

/**
 * relais_rules_unref:
 * @self: (transfer full): rules
 */
void
relais_rules_unref (RelaisRules *self)
{
  g_atomic_rc_box_release_full (self, rules_clear);
}

/**
 * relais_rules_get_length:
 * @self: rules
 *
 * Returns: how many there are
 */
guint
relais_rules_get_length (const RelaisRules *self)
{
  return self->list->len;
}

/**
 * relais_rules_get:
 * @self: rules
 * @position: below their number
 *
 * Returns: (transfer none): one
 */
const RelaisRule *
relais_rules_get (const RelaisRules *self,
                  guint              position)
{
  g_return_val_if_fail (position < self->list->len, NULL);
  return g_ptr_array_index (self->list, position);
}

/**
 * relais_rules_to_json:
 * @self: rules
 *
 * Returns: (transfer full): what [func@Rules.parse] reads, one rule a line
 */
char *
relais_rules_to_json (const RelaisRules *self)
{
  g_autoptr (GString) text = g_string_new ("{\"rules\": [");

  for (guint i = 0; i < self->list->len; i++)
    {
      const RelaisRule *rule = g_ptr_array_index (self->list, i);
      RelaisJsonWriter writer;

      g_string_append (text, i > 0 ? ",\n  " : "\n  ");
      relais_json_writer_init (&writer, text);
      relais_json_writer_object (&writer, NULL);
      relais_json_writer_string (&writer, "match", rule->match);
      if (rule->model != NULL)
        relais_json_writer_string (&writer, "model", rule->model);
      if (rule->account != NULL)
        relais_json_writer_string (&writer, "account", rule->account);
      if (rule->provider != NULL)
        relais_json_writer_string (&writer, "provider", rule->provider);
      relais_json_writer_end_object (&writer);
    }
  g_string_append (text, self->list->len > 0 ? "\n]}\n" : "]}\n");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static int
compare_strings (gconstpointer a,
                 gconstpointer b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

/**
 * relais_rules_add_names:
 * @self: (nullable): rules
 * @ids: (element-type utf8): models that are served, sorted; it owns its strings
 *
 * Adds the names rules are for, patterns left out: to a client they are models like any other.
 */
void
relais_rules_add_names (const RelaisRules *self,
                        GPtrArray         *ids)
{
  for (guint i = 0; self != NULL && i < self->list->len; i++)
    {
      const RelaisRule *rule = g_ptr_array_index (self->list, i);

      if (strchr (rule->match, '*') == NULL &&
          !g_ptr_array_find_with_equal_func (ids, rule->match, g_str_equal, NULL))
        g_ptr_array_add (ids, g_strdup (rule->match));
    }
  g_ptr_array_sort (ids, compare_strings);
}

/**
 * relais_rules_find:
 * @self: (nullable): rules
 * @model: a model's name as the client spells it
 * @number: (out) (optional): its place in the list, from 1; untouched when there is none
 *
 * The rule with that very name; else, of the patterns that match, the one with the most characters
 * that stand for themselves; of equals the first.
 *
 * Returns: (transfer none) (nullable): the rule that holds
 */
const RelaisRule *
relais_rules_find (const RelaisRules *self,
                   const char        *model,
                   guint             *number)
{
  const RelaisRule *best = NULL;
  gsize best_weight = 0;

  for (guint i = 0; self != NULL && i < self->list->len; i++)
    {
      const RelaisRule *rule = g_ptr_array_index (self->list, i);
      gboolean exact = strcmp (rule->match, model) == 0;
      gsize weight = exact ? G_MAXSIZE : relais_pattern_count_literals (rule->match) + 1;

      if (weight <= best_weight || (!exact && !relais_pattern_matches (rule->match, model)))
        continue;
      best = rule;
      best_weight = weight;
      if (number != NULL)
        *number = i + 1;
    }
  return best;
}

/**
 * relais_rule_equals:
 * @a: a rule
 * @b: another one
 *
 * Returns: whether they say the same
 */
gboolean
relais_rule_equals (const RelaisRule *a,
                    const RelaisRule *b)
{
  return g_strcmp0 (a->match, b->match) == 0 && g_strcmp0 (a->model, b->model) == 0 &&
         g_strcmp0 (a->account, b->account) == 0 && g_strcmp0 (a->provider, b->provider) == 0;
}

/**
 * relais_rule_allows:
 * @self: (nullable): a rule; %NULL allows all
 * @account: an account's id
 * @provider: whose it is
 *
 * Returns: whether that account may serve what the rule is for
 */
gboolean
relais_rule_allows (const RelaisRule *self,
                    const char       *account,
                    const char       *provider)
{
  return self == NULL || ((self->account == NULL || strcmp (self->account, account) == 0) &&
                          (self->provider == NULL || strcmp (self->provider, provider) == 0));
}

/**
 * relais_rule_find_lack:
 * @self: a rule
 * @accounts: (array length=n_accounts): all there are
 * @n_accounts: how many
 * @providers: (array zero-terminated=1): the ids of all there are
 *
 * Returns: what it names that is not there, so that nobody could serve what it is for
 */
RelaisRuleLack
relais_rule_find_lack (const RelaisRule               *self,
                       const RelaisRuleTarget         *accounts,
                       gsize                           n_accounts,
                       const char             * const *providers)
{
  gboolean has_account = self->account == NULL;

  if (self->provider != NULL && !g_strv_contains (providers, self->provider))
    return RELAIS_RULE_LACKS_PROVIDER;
  for (gsize i = 0; i < n_accounts; i++)
    {
      if (relais_rule_allows (self, accounts[i].id, accounts[i].provider))
        return RELAIS_RULE_LACKS_NOTHING;
      has_account |= g_strcmp0 (self->account, accounts[i].id) == 0;
    }
  if (self->account == NULL)
    return self->provider != NULL ? RELAIS_RULE_LACKS_MEMBERS : RELAIS_RULE_LACKS_NOTHING;
  return has_account ? RELAIS_RULE_LACKS_BOTH : RELAIS_RULE_LACKS_ACCOUNT;
}
