/* test-setup-edit.c: one value of a client's file changes, the rest stays byte for byte
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "setup/relais-setup-diff.h"
#include "setup/relais-setup-json.h"
#include "setup/relais-setup-toml.h"
#include "setup/relais-setup.h"

static void
test_json (void)
{
  static const struct
  {
    const char *text, *path, *value;
    gboolean keep;
    const char *after;
  } rows[] = {
    { "", "a", "1", FALSE, "{\n  \"a\": 1\n}\n" },
    { " \n\t", "a", "1", FALSE, "{\n  \"a\": 1\n}\n" },
    { "{}", "env/URL", "\"x\"", FALSE, "{\n  \"env\": {\n    \"URL\": \"x\"\n  }\n}" },
    { "{\"a\":{\"b\":2},\"z\":[1, 2]}", "a/b", "3", FALSE, "{\"a\":{\"b\":3},\"z\":[1, 2]}" },
    { "{\"a\":{\"b\":2}}", "a/c", "3", FALSE, "{\"a\":{\"b\":2, \"c\": 3}}" },
    { "{ \"a\": 1 }", "b", "2", FALSE, "{ \"a\": 1, \"b\": 2 }" },
    { "{\n\t\"a\": {\n\t\t\"b\": 1.50\n\t}\n}\n", "a/c/d", "2", FALSE,
      "{\n\t\"a\": {\n\t\t\"b\": 1.50,\n\t\t\"c\": {\n\t\t  \"d\": 2\n\t\t}\n\t}\n}\n" },
    { "{\r\n  \"a\": 1\r\n}\r\n", "b", "2", FALSE, "{\r\n  \"a\": 1,\r\n  \"b\": 2\r\n}\r\n" },
    { "{\n  \"a\": {}\n}", "a/b", "1", FALSE, "{\n  \"a\": {\n    \"b\": 1\n  }\n}" },
    { "{\"\\u0061\": 1}", "a", "2", FALSE, "{\"\\u0061\": 2}" },
    { "{\"a\": {\"mine\": 1}}", "a", "{}", TRUE, "{\"a\": {\"mine\": 1}}" },
    { "{}", "a", "{}", TRUE, "{\n  \"a\": {}\n}" },
    { "{\"a\": null}", "a", "1", FALSE, "{\"a\": 1}" },
    { "{\"a\": 1} // mine", "a", "2", FALSE, NULL },
    { "{\"a\": 1,}", "a", "2", FALSE, NULL },
    { "[]", "a", "2", FALSE, NULL },
    { "{\"a\": null}", "a/b", "2", FALSE, NULL },
    { "{\"a\": 1, \"\\u0061\": 2}", "a", "2", FALSE, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (GStrv) path = g_strsplit (rows[i].path, "/", -1);
      g_autoptr (GError) error = NULL;
      g_autofree char *after = NULL;

      after = relais_setup_json_set (rows[i].text, (const char *const *)path, rows[i].value,
                                     rows[i].keep, &error);
      g_assert_cmpstr (after, ==, rows[i].after);
      if (rows[i].after == NULL)
        g_assert_error (error, RELAIS_SETUP_ERROR, RELAIS_SETUP_ERROR_UNREADABLE);
      else
        g_assert_no_error (error);
    }
}

static void
test_toml (void)
{
  static const struct
  {
    const char *text, *table, *key, *after;
  } rows[] = {
    { "", "", "model", "model = 1\n" },
    { "", "a.b", "k", "[a.b]\nk = 1\n" },
    { "model = \"x\" # mine\n", "", "model", "model = 1 # mine\n" },
    { "a=2", "", "model", "a=2\nmodel = 1\n" },
    { "# top\n\n[t]\nmodel = 2\n", "", "model", "model = 1\n\n# top\n\n[t]\nmodel = 2\n" },
    { "a = 2 # x\n\n# of t\n[t]\n", "", "model", "a = 2 # x\nmodel = 1\n\n# of t\n[t]\n" },
    { "[t]\nmodel = 2\n[u]\n", "t", "model", "[t]\nmodel = 1\n[u]\n" },
    { "[t] # x\n\n[u]\n", "t", "k", "[t] # x\nk = 1\n\n[u]\n" },
    { "[a]\nx = 2\n", "a.b", "k", "[a]\nx = 2\n\n[a.b]\nk = 1\n" },
    { "[a.b.c]\nx = 2", "a.b", "k", "[a.b.c]\nx = 2\n\n[a.b]\nk = 1\n" },
    { "[ a . \"b\" ]\nk=[ 1, # ]\n  2,\n]\nz=1\n", "a.b", "k", "[ a . \"b\" ]\nk=1\nz=1\n" },
    { "a.b.k = \"\"\"x\n\\\"\"\"\\\n y\"\"\"\"\" # z\n", "a.b", "k", "a.b.k = 1 # z\n" },
    { "k = '''\n[t]\nmodel = 2\n'''\n", "t", "model", "k = '''\n[t]\nmodel = 2\n'''\n\n[t]\nmodel = 1\n" },
    { "d = 1979-05-27 07:32:00Z\nf = -1e+5\ni = { a = [ {x=1}, 2 ], b.c = '}' }\nh = 0xff\nn = -nan\n", "", "k",
      "d = 1979-05-27 07:32:00Z\nf = -1e+5\ni = { a = [ {x=1}, 2 ], b.c = '}' }\nh = 0xff\nn = -nan\nk = 1\n" },
    { "a = 1\r\n[t]\r\n", "", "k", "a = 1\r\nk = 1\r\n[t]\r\n" },
    { "\"\\u006bey\" = 2", "", "key", "\"\\u006bey\" = 1" },
    /* not TOML */
    { "a = ", "", "k", NULL },
    { "a", "", "k", NULL },
    { "a = b", "", "k", NULL },
    { "a = \"x", "", "k", NULL },
    { "a = \"x\ny\"", "", "k", NULL },
    { "a = '''x", "", "k", NULL },
    { "a = \"\\q\"", "", "k", NULL },
    { "a = [1, 2", "", "k", NULL },
    { "a = [1 2]", "", "k", NULL },
    { "a = {b=1,}", "", "k", NULL },
    { "a = {b=1\n}", "", "k", NULL },
    { "a = 1 b = 2", "", "k", NULL },
    { "[t\n", "", "k", NULL },
    { "[[t]\n", "", "k", NULL },
    { "{\"a\": 1}", "", "k", NULL },
    { "= 1", "", "k", NULL },
    /* TOML, but in a form that cannot take the key */
    { "a = 1\na = 2\n", "", "a", NULL },
    { "a = { b = 1 }\n", "a", "k", NULL },
    { "a.b = 1\n", "a", "k", NULL },
    { "[[a]]\nk = 2\n", "a", "j", NULL },
    { "[k]\n", "", "k", NULL },
    { "k.j = 1\n", "", "k", NULL },
  };
  g_autofree char *deep = g_strnfill (100000, '[');
  g_autofree char *value = g_strconcat ("a = ", deep, NULL);
  g_autoptr (GError) too_deep = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *after = relais_setup_toml_set (rows[i].text, rows[i].table, rows[i].key, "1", &error);

      g_assert_cmpstr (after, ==, rows[i].after);
      if (rows[i].after == NULL)
        g_assert_error (error, RELAIS_SETUP_ERROR, RELAIS_SETUP_ERROR_UNREADABLE);
      else
        g_assert_no_error (error);
    }
  g_assert_null (relais_setup_toml_set (value, "", "k", "1", &too_deep));
  g_assert_cmpstr (too_deep->message, ==, "it is not TOML: too many brackets at line 1");
}

static void
test_diff (void)
{
  static const struct
  {
    const char *before, *after, *diff;
  } rows[] = {
    { "", "", "" },
    { "a\nb\n", "a\nb\n", "" },
    { "", "a\n", "+ a\n" },
    { "a\n", "", "- a\n" },
    { "a\nb\nc\n", "a\nx\nc\n", "  a\n- b\n+ x\n  c\n" },
    { "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\n5\n6\n7\n8\n9\nx\n", "…\n  7\n  8\n  9\n+ x\n" },
    { "x\n1\n2\n3\n4\n5\n6\n7\ny\n", "1\n2\n3\n4\n5\n6\n7\n", "- x\n  1\n  2\n  3\n…\n  5\n  6\n  7\n- y\n" },
    { "a", "a\nb", "  a\n+ b\n" },
  };
  g_autoptr (GString) before = g_string_new (NULL);
  g_autoptr (GString) after = g_string_new (NULL);
  g_autofree char *large = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *diff = relais_setup_diff (rows[i].before, rows[i].after);

      g_assert_cmpstr (diff, ==, rows[i].diff);
    }
  /* too much to compare line by line: one block */
  for (int i = 0; i < 3000; i++)
    {
      g_string_append_printf (before, "%d\n", i);
      g_string_append_printf (after, "%d\n", i + 1);
    }
  large = relais_setup_diff (before->str, after->str);
  g_assert_true (g_str_has_prefix (large, "- 0\n- 1\n"));
  g_assert_nonnull (strstr (large, "- 2999\n+ 1\n"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/setup-edit/json", test_json);
  g_test_add_func ("/setup-edit/toml", test_toml);
  g_test_add_func ("/setup-edit/diff", test_diff);
  return g_test_run ();
}
