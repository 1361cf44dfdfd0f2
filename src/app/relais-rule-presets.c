/* relais-rule-presets.c: rules that are ready to be put in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-rule-presets"

#include "config.h"

#include "relais-rule-presets.h"

#define RULES_MAX 4
#define RULE(match, model, provider)                         \
 {                                                           \
  (char *)(match), (char *)(model), NULL, (char *)(provider) \
 }

/* The menu of the page names them. */
static const struct
{
  const char *id;
  guint n_rules;
  RelaisRule rules[RULES_MAX];
} presets[] = {
  { "claude-code-on-gemini",
    3,
    { RULE ("claude-*opus*", "gemini-3.1-pro-preview", "gemini"),
      RULE ("claude-*sonnet*", "gemini-3.1-pro-preview", "gemini"),
      RULE ("claude-*haiku*", "gemini-flash-latest", "gemini") } },
  { "claude-code-on-zai",
    3,
    { RULE ("claude-*opus*", "glm-5.2", "zai"), RULE ("claude-*sonnet*", "glm-4.7", "zai"),
      RULE ("claude-*haiku*", "glm-4.5-air", "zai") } },
  { "codex-on-gemini",
    2,
    { RULE ("gpt-*", "gemini-3.1-pro-preview", "gemini"),
      RULE ("gpt-*-mini", "gemini-flash-latest", "gemini") } },
  { "gemini-cli-on-claude",
    2,
    { RULE ("gemini-*pro*", "claude-sonnet-4-5", "anthropic"),
      RULE ("gemini-*flash*", "claude-haiku-4-5", "anthropic") } },
};

/**
 * relais_rule_presets_find:
 * @id: which preset
 * @n_rules: (out): how many rules it has; 0 when there is no such preset
 *
 * Returns: (transfer none) (array length=n_rules) (nullable): its rules
 */
const RelaisRule *
relais_rule_presets_find (const char *id,
                          guint      *n_rules)
{
  *n_rules = 0;
  for (gsize i = 0; i < G_N_ELEMENTS (presets); i++)
    if (g_strcmp0 (presets[i].id, id) == 0)
      {
        *n_rules = presets[i].n_rules;
        return presets[i].rules;
      }
  return NULL;
}

/**
 * relais_rule_presets_add:
 * @rules: (nullable): what is there
 * @id: which preset
 *
 * A rule that is for the same models as one of the preset gives way to it: behind it, the new one
 * would never hold.
 *
 * Returns: (transfer full) (nullable): @rules with those of the preset, or %NULL when there would
 *   be too many, or is no such preset
 */
RelaisRules *
relais_rule_presets_add (const RelaisRules *rules,
                         const char        *id)
{
  guint n_rules = 0;
  const RelaisRule *preset = relais_rule_presets_find (id, &n_rules);
  g_autoptr (RelaisRules) changed = relais_rules_splice (rules, 0, 0, NULL, 0, NULL);

  if (preset == NULL)
    return NULL;
  for (guint i = 0; i < n_rules && changed != NULL; i++)
    {
      RelaisRules *more = NULL;
      guint at = 0;

      while (at < relais_rules_get_length (changed) &&
             g_strcmp0 (relais_rules_get (changed, at)->match, preset[i].match) != 0)
        at++;
      more = relais_rules_splice (changed, at, 1, &preset[i], 1, NULL);
      relais_rules_unref (changed);
      changed = more;
    }
  return g_steal_pointer (&changed);
}
