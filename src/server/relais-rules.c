/* relais-rules.c: model asked for -> model, account or provider to use
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-rules"

#include "config.h"

#include <string.h>

#include "base/relais-error.h"
#include "base/relais-json.h"
#include "base/relais-pattern.h"

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
fail (guint        number,
      const char  *words,
      GError     **error)
{
  g_set_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING, "rule %u: %s", number, words);
  return FALSE;
}

static gboolean
read_member (RelaisRule            *rule,
             guint                  number,
             const char            *name,
             const RelaisJsonNode  *value,
             GError               **error)
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
  g_autofree char *words = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      if (strcmp (name, members[i].name) != 0)
        continue;
      if (text != NULL && *text != '\0' && strlen (text) <= NAME_SIZE_MAX)
        {
          g_free (*members[i].place);
          *members[i].place = g_steal_pointer (&text);
          return TRUE;
        }
      words = g_strdup_printf ("“%s” must be a text of 1 to %d bytes", name, NAME_SIZE_MAX);
      return fail (number, words, error);
    }
  words = g_strdup_printf ("there is no field “%s”; there are match, model, account and provider",
                           name);
  return fail (number, words, error);
}

static gboolean
read_rule (RelaisRule            *rule,
           guint                  number,
           const RelaisJsonNode  *node,
           GError               **error)
{
  RelaisJsonIter iter;
  const RelaisJsonNode *key, *value;

  if (relais_json_node_get_kind (node) != RELAIS_JSON_OBJECT)
    return fail (number, "it must be an object", error);
  relais_json_iter_init (&iter, node);
  while (relais_json_iter_next (&iter, &key, &value))
    {
      g_autofree char *name = relais_json_node_dup_string (key);

      if (!read_member (rule, number, name, value, error))
        return FALSE;
    }
  if (rule->match == NULL)
    return fail (number, "“match” is missing: the model it is for, * stands for any characters",
                 error);
  if (rule->model == NULL && rule->account == NULL && rule->provider == NULL)
    return fail (number, "it says nothing: give it a model, an account or a provider", error);
  if (rule->model != NULL && strchr (rule->model, '*') != NULL)
    return fail (number, "“model” is one model's name, without *", error);
  return TRUE;
}

static gboolean
read_all (RelaisRules           *self,
          const RelaisJsonNode  *root,
          GError               **error)
{
  const RelaisJsonNode *list = relais_json_node_get_member (root, "rules");
  RelaisJsonIter iter;
  const RelaisJsonNode *key, *value;

  if (relais_json_node_get_kind (list) != RELAIS_JSON_ARRAY ||
      relais_json_node_get_count (root) != 1)
    {
      g_set_error_literal (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING,
                           "it must be {\"rules\": […]} and nothing else");
      return FALSE;
    }
  if (relais_json_node_get_count (list) > RELAIS_RULES_MAX)
    {
      g_set_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING,
                   "there are more than %d rules", RELAIS_RULES_MAX);
      return FALSE;
    }
  relais_json_iter_init (&iter, list);
  while (relais_json_iter_next (&iter, &key, &value))
    {
      RelaisRule *rule = g_new0 (RelaisRule, 1);

      g_ptr_array_add (self->list, rule);
      if (!read_rule (rule, self->list->len, value, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * relais_rules_parse:
 * @json: (array length=length): `{"rules":[{"match","model","account","provider"}]}`
 * @length: its bytes
 * @error: where to put a failure
 *
 * `match` is there, and one of the others. Fails with [error@Error] `INVALID_SETTING`, naming the
 * rule and what is wrong with it.
 *
 * Returns: (transfer full): the rules
 */
RelaisRules *
relais_rules_parse (const char  *json,
                    gsize        length,
                    GError     **error)
{
  g_autoptr (RelaisRules) self = g_atomic_rc_box_new0 (RelaisRules);
  g_autoptr (RelaisJson) tree = NULL;
  g_autoptr (GError) local = NULL;

  self->list = g_ptr_array_new_with_free_func (rule_free);
  tree = relais_json_parse (json, length, DEPTH_MAX, &local);
  if (tree == NULL)
    {
      const char *fault = strstr (local->message, "JSON: ");

      g_set_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING, "it is not valid %s",
                   fault != NULL ? fault : "JSON");
      return NULL;
    }
  return read_all (self, relais_json_get_root (tree), error) ? g_steal_pointer (&self) : NULL;
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
