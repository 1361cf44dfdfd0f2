/* test-rules.c: which rule holds for a model, and files that are refused
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/relais-error.h"
#include "base/relais-pattern.h"
#include "server/relais-rules.h"

static RelaisRules *
parse (const char  *text,
       GError     **error)
{
  g_autofree char *json = g_strdelimit (g_strdup (text), "'", '"');

  return relais_rules_parse (json, strlen (json), error);
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
  return g_test_run ();
}
