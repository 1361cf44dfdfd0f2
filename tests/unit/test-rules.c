/* test-rules.c: which rule holds for a model, and files that are refused
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/relais-error.h"
#include "base/relais-pattern.h"
#include "base/relais-rules.h"

static RelaisRules *
parse (const char  *text,
       GError     **error)
{
  g_autofree char *json = g_strdelimit (g_strdup (text), "'", '"');

  return relais_rules_parse (json, strlen (json), NULL, error);
}

static void
test_pattern (void)
{
  static const struct
  {
    const char *pattern;
    const char *text;
    gboolean matches;
  } rows[] = {
    { "", "", TRUE },
    { "*", "", TRUE },
    { "*", "anything", TRUE },
    { "gpt-*", "gpt-", TRUE },
    { "gpt-*", "gpt", FALSE },
    { "*-mini", "gpt-4o-mini", TRUE },
    { "*-mini", "gpt-4o-mini-x", FALSE },
    { "a*b*c", "a-b-b-c", TRUE },
    { "a*b*c", "a-c-b", FALSE },
    { "**a**", "bab", TRUE },
    { "m", "M", FALSE },
    { "m?", "mx", FALSE },
    { "[m]", "m", FALSE },
  };
  g_autofree char *stars = g_strnfill (200, '*');
  g_autofree char *text = g_strnfill (4000, 'a');
  g_autofree char *pattern = g_strconcat (stars, "a*a*a*a*a*a*a*b", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (relais_pattern_matches (rows[i].pattern, rows[i].text), ==, rows[i].matches);
  g_assert_false (relais_pattern_matches (pattern, text));
  g_assert_cmpuint (relais_pattern_count_literals ("a*b**"), ==, 2);
}

static void
test_find (void)
{
  static const struct
  {
    const char *model;
    guint number; /* 0: none */
  } rows[] = {
    { "claude-opus-5", 3 },
    { "claude-opus-5-5", 2 },
    { "claude-haiku", 1 },
    { "gpt-5", 5 },
    { "other", 6 },
    { "*", 6 },
    { "", 6 },
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (RelaisRules) rules =
               parse ("{'rules':[{'match':'claude-*','model':'one'},{'match':'claude-opus-*','model':'two','account':'a'},"
                      "{'match':'claude-opus-5','provider':'zai'},{'match':'claude-h*','account':'never'},"
                      "{'match':'gpt-*','model':'m','account':'a','provider':'p'},{'match':'*','model':'rest'}]}",
                      &error);

  g_assert_no_error (error);
  g_assert_cmpuint (relais_rules_get_length (rules), ==, 6);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      guint number = 0;
      const RelaisRule *rule = relais_rules_find (rules, rows[i].model, &number);

      /* of patterns the longer one holds; "claude-h*" is longer than "claude-*" */
      g_assert_cmpuint (number, ==, i == 2 ? 4 : rows[i].number);
      g_assert_true (rule == relais_rules_get (rules, number - 1));
    }
  g_assert_cmpstr (relais_rules_get (rules, 1)->account, ==, "a");
  g_assert_null (relais_rules_get (rules, 2)->model);
  g_assert_cmpstr (relais_rules_get (rules, 2)->provider, ==, "zai");
}

static void
test_equals (void)
{
  g_autoptr (RelaisRules) rules =
               parse ("{'rules':[{'match':'a*','model':'first'},{'match':'*a','model':'second'}]}", NULL);
  guint number = 0;

  g_assert_cmpstr (relais_rules_find (rules, "a-a", &number)->model, ==, "first");
  g_assert_cmpuint (number, ==, 1);
  g_assert_null (relais_rules_find (rules, "b", &number));
  g_assert_null (relais_rules_find (NULL, "a", NULL));
  g_assert_cmpuint (number, ==, 1);
}

static void
test_names (void)
{
  g_autoptr (RelaisRules) rules =
               parse ("{'rules':[{'match':'z','model':'m'},{'match':'b','model':'m'},{'match':'c*','model':'m'}]}", NULL);
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *all = NULL;

  g_ptr_array_add (ids, g_strdup ("b"));
  g_ptr_array_add (ids, g_strdup ("m"));
  relais_rules_add_names (rules, ids);
  relais_rules_add_names (NULL, ids);
  g_ptr_array_add (ids, NULL);
  all = g_strjoinv (" ", (char **)ids->pdata);
  g_assert_cmpstr (all, ==, "b m z");
}

static void
test_refused (void)
{
  static const struct
  {
    const char *json;
    const char *words;
  } rows[] = {
    { "", "it is not valid JSON: " },
    { "{", "it is not valid JSON: " },
    { "[]", "{\"rules\": […]}" },
    { "{}", "{\"rules\": […]}" },
    { "{'rules':{}}", "{\"rules\": […]}" },
    { "{'rules':[],'more':1}", "nothing else" },
    { "{'rules':[1]}", "rule 1: it must be an object" },
    { "{'rules':[{'match':'a','model':'b'},{}]}", "rule 2: “match” is missing" },
    { "{'rules':[{'match':'a'}]}", "rule 1: it says nothing" },
    { "{'rules':[{'match':'','model':'b'}]}", "rule 1: “match” must be a text" },
    { "{'rules':[{'match':1,'model':'b'}]}", "rule 1: “match” must be a text" },
    { "{'rules':[{'match':'a','model':null}]}", "rule 1: “model” must be a text" },
    { "{'rules':[{'match':'a','model':'b*'}]}", "without *" },
    { "{'rules':[{'match':'a','modle':'b'}]}", "there is no field “modle”" },
  };
  g_autoptr (GString) many = g_string_new ("{'rules':[{'match':'a','model':'b'}");
  g_autofree char *name = g_strnfill (513, 'x');
  g_autofree char *long_name = g_strdup_printf ("{'rules':[{'match':'%s','model':'b'}]}", name);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) refusal = NULL;

      g_assert_null (parse (rows[i].json, &refusal));
      g_assert_error (refusal, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING);
      g_assert_nonnull (strstr (refusal->message, rows[i].words));
    }
  g_assert_null (parse (long_name, &error));
  g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING);
  g_clear_error (&error);
  for (guint i = 1; i <= RELAIS_RULES_MAX; i++)
    g_string_append (many, ",{'match':'a','model':'b'}");
  g_string_append (many, "]}");
  g_assert_null (parse (many->str, &error));
  g_assert_nonnull (strstr (error->message, "more than 1000"));
}

static void
assert_matches (RelaisRules *rules,
                const char  *want)
{
  g_autoptr (GString) have = g_string_new (NULL);

  for (guint i = 0; i < relais_rules_get_length (rules); i++)
    g_string_append_printf (have, "%s%s", i > 0 ? " " : "", relais_rules_get (rules, i)->match);
  g_assert_cmpstr (have->str, ==, want);
}

/* What was changed stands beside what was there, which stays as it is. */
static void
test_splice (void)
{
  const RelaisRule more[] = { { (char *)"x", (char *)"m" }, { (char *)"y", NULL, (char *)"a1" } };
  g_autoptr (RelaisRules) three =
               parse ("{'rules':[{'match':'a','model':'m'},{'match':'b','model':'m'},{'match':'c','model':'m'}]}", NULL);
  const struct
  {
    guint position;
    guint n_removals;
    guint n_additions;
    const char *want;
  } rows[] = {
    { 0, 0, 0, "a b c" },
    { 0, 1, 0, "b c" },
    { 1, 1, 2, "a x y c" },
    { 3, 0, 1, "a b c x" },
    { 99, 99, 1, "a b c x" },
    { 1, 99, 0, "a" },
    { 0, 3, 0, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (RelaisRules) changed =
                   relais_rules_splice (three, rows[i].position, rows[i].n_removals, more,
                                        rows[i].n_additions, NULL);

      assert_matches (changed, rows[i].want);
    }
  assert_matches (three, "a b c");
  {
    g_autoptr (RelaisRules) first = relais_rules_splice (NULL, 0, 0, more, 2, NULL);
    g_autoptr (RelaisRules) down = relais_rules_move (three, 0, 2);
    g_autoptr (RelaisRules) up = relais_rules_move (three, 2, 0);

    assert_matches (first, "x y");
    g_assert_true (relais_rule_equals (relais_rules_get (first, 1), &more[1]));
    g_assert_false (relais_rule_equals (relais_rules_get (first, 1), &more[0]));
    assert_matches (down, "b c a");
    assert_matches (up, "c a b");
  }
}

static void
test_splice_refused (void)
{
  g_autofree char *name = g_strnfill (513, 'x');
  const struct
  {
    RelaisRule rule;
    RelaisRulesFaultKind kind;
  } rows[] = {
    { { NULL, (char *)"m" }, RELAIS_RULES_NO_MATCH },
    { { (char *)"", (char *)"m" }, RELAIS_RULES_BAD_TEXT },
    { { (char *)"a" }, RELAIS_RULES_NO_TARGET },
    { { (char *)"a", (char *)"m*" }, RELAIS_RULES_STAR },
    { { (char *)"a", name }, RELAIS_RULES_BAD_TEXT },
    { { (char *)"a", NULL, (char *)"" }, RELAIS_RULES_BAD_TEXT },
  };
  const RelaisRule one = { (char *)"a", (char *)"m" };
  g_autoptr (RelaisRules) many = NULL;
  RelaisRulesFault fault;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const RelaisRule both[] = { { (char *)"a", (char *)"m" }, rows[i].rule };

      g_assert_null (relais_rules_splice (NULL, 0, 0, both, 2, &fault));
      g_assert_cmpint (fault.kind, ==, rows[i].kind);
      g_assert_cmpuint (fault.number, ==, 2);
    }
  many = relais_rules_splice (NULL, 0, 0, NULL, 0, &fault);
  g_assert_cmpint (fault.kind, ==, RELAIS_RULES_FINE);
  for (guint i = 0; i < RELAIS_RULES_MAX; i++)
    {
      RelaisRules *more = relais_rules_splice (many, i, 0, &one, 1, NULL);

      relais_rules_unref (many);
      many = more;
    }
  g_assert_null (relais_rules_splice (many, 0, 0, &one, 1, &fault));
  g_assert_cmpint (fault.kind, ==, RELAIS_RULES_TOO_MANY);
}

static void
test_json (void)
{
  static const char *const texts[] = {
    "{'rules':[]}",
    "{'rules':[{'match':'*','account':'a\\u0022\\u000a'},{'provider':'p','match':'é','model':'m/1'}]}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (RelaisRules) before = parse (texts[i], NULL);
      g_autofree char *json = relais_rules_to_json (before);
      g_autoptr (RelaisRules) after = relais_rules_parse (json, strlen (json), NULL, NULL);

      g_assert_nonnull (after);
      g_assert_cmpuint (relais_rules_get_length (after), ==, relais_rules_get_length (before));
      for (guint j = 0; j < relais_rules_get_length (after); j++)
        g_assert_true (relais_rule_equals (relais_rules_get (after, j),
                                           relais_rules_get (before, j)));
      g_assert_true (g_str_has_suffix (json, "]}\n"));
    }
}

static void
test_fault (void)
{
  g_autofree char *field = g_strnfill (63, 'x');
  g_autofree char *json = g_strdup_printf ("{'rules':[{'match':'a','%sé':1}]}", field);
  g_autofree char *large = g_strnfill (RELAIS_RULES_SIZE_MAX + 1, ' ');
  g_autoptr (GError) error = NULL;
  RelaisRulesFault fault;

  json = g_strdelimit (json, "'", '"');
  g_assert_null (relais_rules_parse (json, strlen (json), &fault, NULL));
  g_assert_cmpint (fault.kind, ==, RELAIS_RULES_UNKNOWN_FIELD);
  g_assert_cmpuint (fault.number, ==, 1);
  g_assert_cmpstr (fault.field, ==, field);
  g_assert_null (relais_rules_parse (large, RELAIS_RULES_SIZE_MAX + 1, &fault, &error));
  g_assert_cmpint (fault.kind, ==, RELAIS_RULES_TOO_LARGE);
  g_assert_cmpstr (error->message, ==, "it is larger than 1 MiB");
}

static void
test_lack (void)
{
  static const RelaisRuleTarget accounts[] = { { "a1", "gemini" }, { "a2", "zai" } };
  static const char *const providers[] = { "gemini", "zai", "openai", NULL };
  const struct
  {
    RelaisRule rule;
    RelaisRuleLack lack;
  } rows[] = {
    { { (char *)"a", (char *)"m" }, RELAIS_RULE_LACKS_NOTHING },
    { { (char *)"a", NULL, (char *)"a1" }, RELAIS_RULE_LACKS_NOTHING },
    { { (char *)"a", NULL, (char *)"a3" }, RELAIS_RULE_LACKS_ACCOUNT },
    { { (char *)"a", NULL, NULL, (char *)"zai" }, RELAIS_RULE_LACKS_NOTHING },
    { { (char *)"a", NULL, NULL, (char *)"openai" }, RELAIS_RULE_LACKS_MEMBERS },
    { { (char *)"a", NULL, NULL, (char *)"zia" }, RELAIS_RULE_LACKS_PROVIDER },
    { { (char *)"a", NULL, (char *)"a2", (char *)"zai" }, RELAIS_RULE_LACKS_NOTHING },
    { { (char *)"a", NULL, (char *)"a1", (char *)"zai" }, RELAIS_RULE_LACKS_BOTH },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (relais_rule_find_lack (&rows[i].rule, accounts, 2, providers), ==,
                     rows[i].lack);
  g_assert_cmpint (relais_rule_find_lack (&rows[0].rule, NULL, 0, providers), ==,
                   RELAIS_RULE_LACKS_NOTHING);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rules/pattern", test_pattern);
  g_test_add_func ("/rules/find", test_find);
  g_test_add_func ("/rules/equals", test_equals);
  g_test_add_func ("/rules/names", test_names);
  g_test_add_func ("/rules/refused", test_refused);
  g_test_add_func ("/rules/splice", test_splice);
  g_test_add_func ("/rules/splice-refused", test_splice_refused);
  g_test_add_func ("/rules/json", test_json);
  g_test_add_func ("/rules/fault", test_fault);
  g_test_add_func ("/rules/lack", test_lack);
  return g_test_run ();
}
