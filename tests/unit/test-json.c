/* test-json.c: the wire path's JSON: what is accepted, what is read, what is written
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "base/relais-error.h"
#include "base/relais-json-writer.h"
#include "base/relais-json.h"

/* A copy that ends where the text ends, so that a sanitizer sees a read too far. */
static gboolean
accepts (const char *json,
         gsize       length,
         gboolean    scan)
{
  g_autofree char *tight = g_memdup2 (json, length);
  g_autoptr (GError) error = NULL;
  g_autoptr (RelaisJson) tree = NULL;
  g_auto (RelaisJsonScan) found = { 0 };
  gboolean good;

  if (scan)
    good = relais_json_scan_request (tight, length, RELAIS_JSON_MAX_DEPTH, &found, &error);
  else
    good = (tree = relais_json_parse (tight, length, RELAIS_JSON_MAX_DEPTH, &error)) != NULL;
  if (good)
    g_assert_no_error (error);
  else
    g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_REQUEST);
  return good;
}

static RelaisJson *
parse (const char *json)
{
  g_autoptr (GError) error = NULL;
  RelaisJson *tree = relais_json_parse (json, strlen (json), RELAIS_JSON_MAX_DEPTH, &error);

  g_assert_no_error (error);
  g_assert_nonnull (tree);
  return tree;
}

static const struct
{
  const char *json;
  gboolean good;
} cases[] = {
  { "null", TRUE },
  { "true", TRUE },
  { "false", TRUE },
  { "\"\"", TRUE },
  { " [ ] ", TRUE },
  { " { } ", TRUE },
  { "\t\r\n[1 , 2 ]\n", TRUE },
  { "{\"a\":{\"b\":[{}, [], \"\"]}, \"c\":null}", TRUE },
  { "{\"\":0}", TRUE },
  { "0", TRUE },
  { "-0", TRUE },
  { "-0.0e-10", TRUE },
  { "1E+2", TRUE },
  { "12345678901234567890", TRUE },
  { "1e400", TRUE },
  { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"", TRUE },
  { "\"\\ud83e\\udd8a\"", TRUE },
  { "\"\\ud83d\"", TRUE },
  { "\"\\ude00\\ud83d\"", TRUE },
  { "\"\\u0000\"", TRUE },
  { "\"\177\"", TRUE },
  { "\"\303\251 \342\200\257 \360\237\246\212\"", TRUE },
  { "\"\357\277\277\364\217\277\277\"", TRUE },
  { "", FALSE },
  { " ", FALSE },
  { "nul", FALSE },
  { "nulll", FALSE },
  { "True", FALSE },
  { "NaN", FALSE },
  { "Infinity", FALSE },
  { "-Infinity", FALSE },
  { "'a'", FALSE },
  { "\"", FALSE },
  { "\"a", FALSE },
  { "\"\\", FALSE },
  { "\"\\\"", FALSE },
  { "\"\\a\"", FALSE },
  { "\"\\u12\"", FALSE },
  { "\"\\u12g4\"", FALSE },
  { "\"\\U1234\"", FALSE },
  { "\"\n\"", FALSE },
  { "\"\t\"", FALSE },
  { "\"\300\200\"", FALSE },
  { "\"\340\200\200\"", FALSE },
  { "\"\355\240\200\"", FALSE },
  { "\"\364\220\200\200\"", FALSE },
  { "\"\365\200\200\200\"", FALSE },
  { "\"\360\200\200\200\"", FALSE },
  { "\"\200\"", FALSE },
  { "\"\303\"", FALSE },
  { "\"\342\200\"", FALSE },
  { "\"\360\237\246\"", FALSE },
  { "\303\251", FALSE },
  { "\357\273\277{}", FALSE },
  { "01", FALSE },
  { "-", FALSE },
  { "+1", FALSE },
  { "-01", FALSE },
  { "1.", FALSE },
  { ".5", FALSE },
  { "1.e1", FALSE },
  { "1e", FALSE },
  { "1e+", FALSE },
  { "0x1", FALSE },
  { "1 2", FALSE },
  { "1,", FALSE },
  { "[", FALSE },
  { "]", FALSE },
  { "[1", FALSE },
  { "[1,", FALSE },
  { "[1,]", FALSE },
  { "[,1]", FALSE },
  { "[1 2]", FALSE },
  { "[1}", FALSE },
  { "[]]", FALSE },
  { "[\"a\":1]", FALSE },
  { "{", FALSE },
  { "}", FALSE },
  { "{\"a\"", FALSE },
  { "{\"a\":", FALSE },
  { "{\"a\":}", FALSE },
  { "{\"a\":1", FALSE },
  { "{\"a\":1,", FALSE },
  { "{\"a\":1,}", FALSE },
  { "{\"a\" 1}", FALSE },
  { "{\"a\",1}", FALSE },
  { "{a:1}", FALSE },
  { "{1:1}", FALSE },
  { "{\"a\":1]", FALSE },
  { "{}{}", FALSE },
  { "{} x", FALSE },
  { "[1/* */]", FALSE },
  { "[1] // x", FALSE },
  { "[\v1]", FALSE },
};

static void
test_grammar (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *member = g_strconcat ("{\"x\":", cases[i].json, "}", NULL);
      g_autofree char *plain = g_strescape (cases[i].json, NULL);

      g_test_message ("case %s", plain);
      g_assert_cmpint (accepts (cases[i].json, strlen (cases[i].json), FALSE), ==, cases[i].good);
      /* Inside an object both readers agree, whatever stands outside it. */
      g_assert_cmpint (accepts (member, strlen (member), FALSE), ==,
                       accepts (member, strlen (member), TRUE));
      if (cases[i].good)
        g_assert_true (accepts (member, strlen (member), TRUE));
    }
  g_assert_false (accepts ("[1]\0", 4, FALSE));
  g_assert_false (accepts ("\"a\0b\"", 5, FALSE));
  g_assert_false (accepts ("\"\\\0\"", 4, FALSE));
}

/* Every cut of a sound text is refused, by both readers. */
static void
test_cut (void)
{
  static const char json[] =
    "{\"model\":\"m\\u00e9\303\251\",\"a\":[1.5e3,true,null,{\"b\":\"\\ud83e\\udd8a\"}],\"stream\":false}";

  for (gsize length = 0; length < sizeof json - 1; length++)
    {
      g_assert_false (accepts (json, length, FALSE));
      g_assert_false (accepts (json, length, TRUE));
    }
  g_assert_true (accepts (json, sizeof json - 1, FALSE));
  g_assert_true (accepts (json, sizeof json - 1, TRUE));
}

static char *
nested (guint    depth,
        gboolean objects)
{
  GString *json = g_string_new (NULL);

  for (guint i = 0; i < depth; i++)
    g_string_append (json, objects || i == 0 ? "{\"a\":" : "[");
  g_string_append (json, "1");
  for (guint i = depth; i > 0; i--)
    g_string_append (json, objects || i == 1 ? "}" : "]");
  return g_string_free (json, FALSE);
}

static void
test_depth (void)
{
  for (guint objects = 0; objects < 2; objects++)
    for (guint scan = 0; scan < 2; scan++)
      {
        g_autofree char *fits = nested (128, objects);
        g_autofree char *too_deep = nested (129, objects);
        g_autofree char *absurd = nested (1000000, objects);

        g_assert_true (accepts (fits, strlen (fits), scan));
        g_assert_false (accepts (too_deep, strlen (too_deep), scan));
        g_assert_false (accepts (absurd, strlen (absurd), scan));
      }
}

/* The ceiling holds whatever a caller asks for. */
static void
test_depth_ceiling (void)
{
  g_autofree char *fits = nested (1024, FALSE);
  g_autofree char *too_deep = nested (1025, FALSE);
  g_auto (RelaisJsonScan) scan = { 0 };
  g_autoptr (RelaisJson) tree = NULL;

  g_assert_true (relais_json_scan_request (fits, strlen (fits), G_MAXUINT, &scan, NULL));
  tree = relais_json_parse (fits, strlen (fits), G_MAXUINT, NULL);
  g_assert_nonnull (tree);
  g_assert_null (relais_json_parse (too_deep, strlen (too_deep), G_MAXUINT, NULL));
  g_assert_false (relais_json_scan_request (too_deep, strlen (too_deep), G_MAXUINT, &scan, NULL));
}

static void
test_too_many (void)
{
  gsize count = RELAIS_JSON_MAX_NODES + 1;
  g_autofree char *json = g_malloc (count * 2 + 1);
  g_autoptr (GError) error = NULL;

  memset (json, '0', count * 2 + 1);
  json[0] = '[';
  for (gsize i = 2; i < count * 2; i += 2)
    json[i] = ',';
  json[count * 2] = ']';
  g_assert_null (relais_json_parse (json, count * 2 + 1, RELAIS_JSON_MAX_DEPTH, &error));
  g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_REQUEST);
}

static void
test_read (void)
{
  g_autoptr (RelaisJson) tree =
               parse ("{\"s\":\"a\\n\\u00e9\",\"n\":12345678901234567890,\"i\":-7,\"f\":0.7,\"w\":7e1,"
                      "\"b\":true,\"z\":null,\"a\":[1,[2,3],{\"k\":\"v\"}],\"d\":1,\"d\":2,\"\\u0064\":3}");
  const RelaisJsonNode *root = relais_json_get_root (tree);
  const RelaisJsonNode *array = relais_json_node_get_member (root, "a");
  g_autofree char *text = relais_json_node_dup_string (relais_json_node_get_member (root, "s"));
  g_autofree char *number = relais_json_node_dup_raw (relais_json_node_get_member (root, "n"));
  g_autofree char *raw = relais_json_node_dup_raw (array);
  g_autofree char *quoted = relais_json_node_dup_raw (relais_json_node_get_member (root, "s"));
  gint64 whole = 99;
  double real = 0;

  g_assert_cmpint (relais_json_node_get_kind (root), ==, RELAIS_JSON_OBJECT);
  g_assert_cmpuint (relais_json_node_get_count (root), ==, 11);
  g_assert_cmpstr (text, ==, "a\n\303\251");
  g_assert_cmpstr (number, ==, "12345678901234567890");
  g_assert_cmpstr (raw, ==, "[1,[2,3],{\"k\":\"v\"}]");
  g_assert_cmpstr (quoted, ==, "\"a\\n\\u00e9\"");
  g_assert_false (relais_json_node_get_int (relais_json_node_get_member (root, "n"), &whole));
  g_assert_false (relais_json_node_get_int (relais_json_node_get_member (root, "f"), &whole));
  g_assert_cmpint (whole, ==, 99);
  g_assert_true (relais_json_node_get_int (relais_json_node_get_member (root, "i"), &whole));
  g_assert_cmpint (whole, ==, -7);
  g_assert_true (relais_json_node_get_int (relais_json_node_get_member (root, "w"), &whole));
  g_assert_cmpint (whole, ==, 70);
  g_assert_true (relais_json_node_get_double (relais_json_node_get_member (root, "f"), &real));
  g_assert_cmpfloat (real, ==, 0.7);
  g_assert_true (relais_json_node_get_boolean (relais_json_node_get_member (root, "b"), FALSE));
  g_assert_true (relais_json_node_get_boolean (relais_json_node_get_member (root, "z"), TRUE));
  g_assert_cmpint (relais_json_node_get_kind (relais_json_node_get_member (root, "z")), ==, RELAIS_JSON_NULL);
  g_assert_true (relais_json_node_equals (relais_json_node_get_path (root, "a", NULL), "x") == FALSE);
  g_assert_cmpuint (relais_json_node_get_count (array), ==, 3);
  g_assert_true (relais_json_node_equals (relais_json_node_get_member (relais_json_node_get_element (array, 2), "k"), "v"));
  g_assert_null (relais_json_node_get_element (array, 3));
  g_assert_null (relais_json_node_get_element (root, 0));
  /* The last of equal keys wins, also when spelt with an escape. */
  g_assert_true (relais_json_node_get_int (relais_json_node_get_member (root, "d"), &whole));
  g_assert_cmpint (whole, ==, 3);
}

static void
test_missing (void)
{
  const RelaisJsonNode *none = relais_json_get_root (NULL);
  const RelaisJsonNode *key, *value;
  RelaisJsonIter iter;
  gint64 whole;
  double real;
  gsize length;

  g_assert_null (none);
  g_assert_false (relais_json_has_nul (NULL));
  g_assert_cmpint (relais_json_node_get_kind (none), ==, RELAIS_JSON_NONE);
  g_assert_cmpuint (relais_json_node_get_count (none), ==, 0);
  g_assert_null (relais_json_node_get_member (none, "a"));
  g_assert_null (relais_json_node_get_path (none, "a", "b", NULL));
  g_assert_null (relais_json_node_get_element (none, 0));
  g_assert_null (relais_json_node_get_raw (none, &length));
  g_assert_null (relais_json_node_dup_raw (none));
  g_assert_null (relais_json_node_dup_string (none));
  g_assert_false (relais_json_node_equals (none, ""));
  g_assert_false (relais_json_node_get_boolean (none, FALSE));
  g_assert_false (relais_json_node_get_int (none, &whole));
  g_assert_false (relais_json_node_get_double (none, &real));
  relais_json_iter_init (&iter, none);
  g_assert_false (relais_json_iter_next (&iter, &key, &value));
}

/* Several keys in one walk read as each alone does: the last of equal ones, written either way. */
static void
test_members (void)
{
  static const RelaisJsonName names[] = {
    RELAIS_JSON_NAME ("a"),
    RELAIS_JSON_NAME ("missing"),
    RELAIS_JSON_NAME ("ab"),
  };
  const char *json = "{\"a\":1,\"x\":{\"ab\":0},\"ab\":\"caf\\u00e9\",\"\\u0061\":2}";
  g_autoptr (RelaisJson) tree = relais_json_parse (json, strlen (json), 9, NULL);
  const RelaisJsonNode *root = relais_json_get_root (tree);
  const RelaisJsonNode *found[G_N_ELEMENTS (names)];
  g_autoptr (GString) text = g_string_new (">");

  relais_json_node_get_members (root, names, G_N_ELEMENTS (names), found);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_true (found[i] == relais_json_node_get_member (root, names[i].text));
  g_assert_false (relais_json_node_append_string (found[0], text));
  g_assert_true (relais_json_node_append_string (found[2], text));
  g_assert_cmpstr (text->str, ==, ">caf\303\251");

  relais_json_node_get_members (found[2], names, G_N_ELEMENTS (names), found);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_null (found[i]);
}

static void
test_numbers (void)
{
  static const struct
  {
    const char *json;
    gboolean whole;
    gint64 value;
  } numbers[] = {
    { "9223372036854775807", TRUE, G_MAXINT64 },
    { "-9223372036854775808", TRUE, G_MININT64 },
    { "9223372036854775808", FALSE, 0 },
    { "1e400", FALSE, 0 },
    { "-1e400", FALSE, 0 },
    { "1.5", FALSE, 0 },
    { "-3.0", TRUE, -3 },
    { "1e18", FALSE, 0 },
    { "\"7\"", FALSE, 0 },
    { "0.000000000000000000000000000000000000000000000000000000000000000001", FALSE, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autoptr (RelaisJson) tree = parse (numbers[i].json);
      gint64 value = 0;

      g_assert_cmpint (relais_json_node_get_int (relais_json_get_root (tree), &value), ==,
                       numbers[i].whole);
      g_assert_cmpint (value, ==, numbers[i].value);
    }
}

/* One tree after another in the same memory, whatever came before. */
static void
test_reparse (void)
{
  static const char *const texts[] = { "{\"a\":[1,{\"b\":\"\\u0000\"}]}", "[", "7", "\"x\"" };
  g_autoptr (GString) many = g_string_new ("[0");
  g_autoptr (RelaisJson) tree = NULL;

  for (guint i = 0; i < 10000; i++)
    g_string_append (many, ",0");
  g_string_append_c (many, ']');
  for (guint round = 0; round < 2; round++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
        {
          g_autofree char *raw = NULL;

          tree = relais_json_reparse (g_steal_pointer (&tree), texts[i], strlen (texts[i]),
                                      RELAIS_JSON_MAX_DEPTH, NULL);
          raw = relais_json_node_dup_raw (relais_json_get_root (tree));
          g_assert_cmpstr (raw, ==, strcmp (texts[i], "[") != 0 ? texts[i] : NULL);
          g_assert_cmpint (relais_json_has_nul (tree), ==, i == 0);
        }
      tree = relais_json_reparse (g_steal_pointer (&tree), many->str, many->len,
                                  RELAIS_JSON_MAX_DEPTH, NULL);
      g_assert_cmpuint (relais_json_node_get_count (relais_json_get_root (tree)), ==, 10001);
    }
}

static gboolean
unread_cb (const char *path,
           gpointer    user_data)
{
  g_string_append_printf (user_data, "%s ", path);
  return !g_str_has_suffix (path, "stop");
}

/* What nobody asked for is told: not what was taken whole, nor what is null or empty. */
static void
test_unread (void)
{
  g_autoptr (RelaisJson) tree = parse ("{\"a\":1,\"b\":{\"c\":[{\"d\":2,\"e\":3},{\"e\":4}]},\"n\":null,\"o\":[],"
                                       "\"p\":{\"q\":{\"r\":5}},\"s\":{\"t\":6},\"\\u0073top\":7,\"z\":8}");
  const RelaisJsonNode *root = relais_json_get_root (tree);
  const RelaisJsonNode *list = relais_json_node_get_path (root, "b", "c", NULL);
  g_autofree char *raw = relais_json_node_dup_raw (relais_json_node_get_member (root, "p"));
  g_autoptr (GString) paths = g_string_new (NULL);

  g_assert_cmpstr (raw, ==, "{\"q\":{\"r\":5}}");
  g_assert_nonnull (relais_json_node_get_member (relais_json_node_get_element (list, 0), "d"));
  g_assert_null (relais_json_node_get_member (root, "nowhere"));
  relais_json_foreach_unread (tree, unread_cb, paths);
  g_assert_cmpstr (paths->str, ==, "a b.c[].e b.c[].e s stop ");
  relais_json_node_take (root);
  relais_json_node_take (list);
  relais_json_node_take (NULL);
  g_string_truncate (paths, 0);
  relais_json_foreach_unread (tree, unread_cb, paths);
  g_assert_cmpstr (paths->str, ==, "a s stop ");
  relais_json_foreach_unread (NULL, unread_cb, paths);
}

static void
test_surrogates (void)
{
  static const struct
  {
    const char *json;
    const char *text;
  } strings[] = {
    { "\"\\ud83e\\udd8a\"", "\360\237\246\212" },
    { "\"\\uD83E\\uDD8A\"", "\360\237\246\212" },
    { "\"\\ud83dx\"", "\357\277\275x" },
    { "\"\\ud83d\\ud83e\\udd8a\"", "\357\277\275\360\237\246\212" },
    { "\"\\udd8a\\ud83e\"", "\357\277\275\357\277\275" },
    { "\"\\ud83d\\u0041\"", "\357\277\275A" },
    { "\"a\\u0000b\"", "a\357\277\275b" },
    { "\"\\/\\b\\f\\u2028\"", "/\b\f\342\200\250" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (strings); i++)
    {
      g_autoptr (RelaisJson) tree = parse (strings[i].json);
      g_autofree char *text = relais_json_node_dup_string (relais_json_get_root (tree));

      g_assert_cmpstr (text, ==, strings[i].text);
      g_assert_true (g_utf8_validate (text, -1, NULL));
      g_assert_true (relais_json_node_equals (relais_json_get_root (tree), strings[i].text));
      g_assert_cmpint (relais_json_has_nul (tree), ==, strstr (strings[i].json, "u0000") != NULL);
    }
}

static void
test_scan (void)
{
  static const char json[] =
    " { \"a\" : {\"model\":1,\"stream\":[]} , \"m\\u006fdel\" : \"g\\u0065m\" , \"stream\":true } ";
  g_auto (RelaisJsonScan) scan = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *cut = NULL;

  g_assert_true (relais_json_scan_request (json, strlen (json), 128, &scan, &error));
  g_assert_no_error (error);
  g_assert_true (scan.has_model);
  g_assert_cmpstr (scan.model, ==, "gem");
  cut = g_strndup (json + scan.model_start, scan.model_end - scan.model_start);
  g_assert_cmpstr (cut, ==, "\"g\\u0065m\"");
  g_assert_true (scan.has_stream);
  g_assert_true (scan.stream);
  relais_json_scan_clear (&scan);
  relais_json_scan_clear (&scan);

  g_assert_true (relais_json_scan_request ("{}", 2, 128, &scan, NULL));
  g_assert_false (scan.has_model);
  g_assert_false (scan.has_stream);
  g_assert_true (relais_json_scan_request ("{\"model\":null,\"stream\":null}", 28, 128, &scan, NULL));
  g_assert_false (scan.has_model);
  g_assert_false (scan.has_stream);
  g_assert_null (scan.model);
}

static void
test_scan_refuses (void)
{
  static const char *const bodies[] = {
    "{\"model\":\"a\",\"model\":\"b\"}",
    "{\"model\":\"a\",\"mod\\u0065l\":\"b\"}",
    "{\"model\":null,\"\\u006d\\u006f\\u0064\\u0065\\u006c\":\"b\"}",
    "{\"stream\":true,\"stream\":true}",
    "{\"stream\":true,\"x\":1,\"strea\\u006D\":false}",
    "{\"model\":1}",
    "{\"model\":[\"a\"]}",
    "{\"stream\":\"true\"}",
    "{\"stream\":1}",
    "{\"stream\":{}}",
    "[]",
    "\"model\"",
    "",
    "  ",
    "{\"model\":\"a\"}}",
    "{\"model\":\"a\"",
    "{\"model\":\"a\",}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_test_message ("body %s", bodies[i]);
      g_assert_false (accepts (bodies[i], strlen (bodies[i]), TRUE));
    }
}

/* Which member is wrong, if it is one: what is no JSON is nobody's. */
static void
test_scan_wrong (void)
{
  static const struct
  {
    const char *json;
    const char *wrong;
  } rows[] = {
    { "{bad", NULL },
    { "{\"model\":\"a\"", NULL },
    { "{\"model\":\"a", NULL },
    { "[]", NULL },
    { "", NULL },
    { "{\"model\":1}", "model" },
    { "{\"model\":\"a\",\"model\":\"b\"}", "model" },
    { "{\"stream\":1}", "stream" },
    { "{\"model\":\"a\"}", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (RelaisJsonScan) scan = { 0 };

      g_test_message ("body %s", rows[i].json);
      relais_json_scan_request (rows[i].json, strlen (rows[i].json), 128, &scan, NULL);
      g_assert_cmpstr (scan.wrong, ==, rows[i].wrong);
    }
}

static void
test_fault (void)
{
  static const struct
  {
    const char *json;
    const char *fault;
  } rows[] = {
    { "{\"a\": [1, true, null]}", NULL },
    { " 1 ", NULL },
    { "", "an early end at line 1, column 1" },
    { "{bad", "no name in double quotes at line 1, column 2" },
    { "{\"a\":1,}", "no name in double quotes at line 1, column 8" },
    { "{\"é\" 1}", "no colon after a name at line 1, column 6" },
    { "[\n  1,\r\n  2 3]", "no comma or closing bracket at line 3, column 5" },
    { "[1] 2", "more text after the end at line 1, column 5" },
  };
  g_autoptr (GString) long_one = g_string_new ("[0");

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *fault = relais_json_dup_fault (rows[i].json, strlen (rows[i].json));

      g_assert_cmpstr (fault, ==, rows[i].fault);
    }
  for (guint i = 0; i < 5000; i++)
    g_string_append (long_one, ",0");
  g_string_append_c (long_one, ']');
  g_assert_null (relais_json_dup_fault (long_one->str, long_one->len));
}

/* A fault names a place, never the text around it. */
static void
test_no_leak (void)
{
  static const char json[] = "{\"secret-word\":secret-word}";
  g_auto (RelaisJsonScan) scan = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) scan_error = NULL;

  g_assert_null (relais_json_parse (json, strlen (json), 128, &error));
  g_assert_null (strstr (error->message, "secret"));
  g_assert_nonnull (strstr (error->message, "line 1, column 16"));
  g_assert_false (relais_json_scan_request (json, strlen (json), 128, &scan, &scan_error));
  g_assert_cmpstr (error->message, ==, scan_error->message);
}

static void
test_write (void)
{
  g_autoptr (GString) out = g_string_new (NULL);
  RelaisJsonWriter writer;

  relais_json_writer_init (&writer, out);
  relais_json_writer_object (&writer, NULL);
  relais_json_writer_string (&writer, "s",
                             "q\"b\\s/\n\r\t\b\f\001\303\251\342\200\250\342\200\251\360\237\246\212\177");
  relais_json_writer_string (&writer, "none", NULL);
  relais_json_writer_text (&writer, "cut", "abcdef", 3);
  relais_json_writer_int (&writer, "i", G_MININT64);
  relais_json_writer_boolean (&writer, "b", TRUE);
  relais_json_writer_array (&writer, "a");
  relais_json_writer_raw (&writer, NULL, "12345678901234567890", -1);
  relais_json_writer_object (&writer, NULL);
  relais_json_writer_end_object (&writer);
  relais_json_writer_array (&writer, NULL);
  relais_json_writer_end_array (&writer);
  relais_json_writer_null (&writer, NULL);
  relais_json_writer_end_array (&writer);
  relais_json_writer_boolean (&writer, "e\"", FALSE);
  relais_json_writer_end_object (&writer);
  g_assert_cmpstr (out->str, ==,
                   "{\"s\":\"q\\\"b\\\\s/\\n\\r\\t\\b\\f\\u0001\303\251\\u2028\\u2029\360\237\246\212\177\",\"none\":null,\"cut\":\"abc\","
                   "\"i\":-9223372036854775808,\"b\":true,\"a\":[12345678901234567890,{},[],null],\"e\\\"\":false}");
  g_assert_true (accepts (out->str, out->len, FALSE));
}

/* Whatever bytes go in, sound JSON comes out, and reads back as the text. */
static void
test_write_hostile (void)
{
  static const char *const texts[] = { "\300\200", "\355\240\200", "a\377b", "\360\237\246",
                                       "\303", "\364\220\200\200" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GString) out = g_string_new (NULL);

      relais_json_append_string (out, texts[i], -1);
      g_assert_true (accepts (out->str, out->len, FALSE));
      g_assert_nonnull (strstr (out->str, "\357\277\275"));
    }
}

static void
test_round_trip (void)
{
  for (guint round = 0; round < 2000; round++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GString) out = g_string_new (NULL);
      g_autoptr (RelaisJson) tree = NULL;
      g_autofree char *back = NULL;
      guint length = g_test_rand_int_range (0, 40);

      for (guint i = 0; i < length; i++)
        {
          gint32 top = g_test_rand_int_range (1, 4) == 1 ? 0x110000 : 0x80;
          gunichar c = g_test_rand_int_range (1, top);

          if (g_unichar_validate (c))
            g_string_append_unichar (text, c);
        }
      relais_json_append_string (out, text->str, text->len);
      tree = parse (out->str);
      back = relais_json_node_dup_string (relais_json_get_root (tree));
      g_assert_cmpstr (back, ==, text->str);
    }
}

static void
compare (const RelaisJsonNode *ours,
         JsonNode             *theirs)
{
  const RelaisJsonNode *key, *value;
  RelaisJsonIter iter;
  double real;

  switch (relais_json_node_get_kind (ours))
    {
    case RELAIS_JSON_OBJECT:
      g_assert_true (JSON_NODE_HOLDS_OBJECT (theirs));
      relais_json_iter_init (&iter, ours);
      while (relais_json_iter_next (&iter, &key, &value))
        {
          g_autofree char *name = relais_json_node_dup_string (key);

          compare (relais_json_node_get_member (ours, name),
                   json_object_get_member (json_node_get_object (theirs), name));
        }
      break;
    case RELAIS_JSON_ARRAY:
      g_assert_true (JSON_NODE_HOLDS_ARRAY (theirs));
      g_assert_cmpuint (relais_json_node_get_count (ours), ==,
                        json_array_get_length (json_node_get_array (theirs)));
      for (guint i = 0; i < relais_json_node_get_count (ours); i++)
        compare (relais_json_node_get_element (ours, i),
                 json_array_get_element (json_node_get_array (theirs), i));
      break;
      case RELAIS_JSON_STRING: {
        g_autofree char *text = relais_json_node_dup_string (ours);

        g_assert_cmpstr (text, ==, json_node_get_string (theirs));
      }
      break;
    case RELAIS_JSON_NUMBER:
      g_assert_true (relais_json_node_get_double (ours, &real));
      g_assert_cmpfloat_with_epsilon (real, json_node_get_double (theirs), 1e-9);
      break;
    case RELAIS_JSON_BOOLEAN:
      g_assert_cmpint (relais_json_node_get_boolean (ours, FALSE), ==,
                       json_node_get_boolean (theirs));
      break;
    case RELAIS_JSON_NULL:
      g_assert_true (JSON_NODE_HOLDS_NULL (theirs));
      break;
    case RELAIS_JSON_NONE:
    default:
      g_assert_not_reached ();
    }
}

static void
write_random (GString *out,
              guint    depth)
{
  static const char *const scalars[] = { "0", "-1", "2.5", "1e3", "true", "false", "null", "\"\"",
                                         "\"\\u00e9\\n\"", "\"caf\303\251\"", "12345" };
  guint kind = depth == 0 ? 2 : g_test_rand_int_range (0, 4);
  guint count = g_test_rand_int_range (0, 5);

  if (kind >= 2)
    {
      g_string_append (out, scalars[g_test_rand_int_range (0, G_N_ELEMENTS (scalars))]);
      return;
    }
  g_string_append_c (out, kind == 0 ? '{' : '[');
  for (guint i = 0; i < count; i++)
    {
      if (i > 0)
        g_string_append (out, " ,\n");
      if (kind == 0)
        g_string_append_printf (out, "\"k%d\" : ", g_test_rand_int_range (0, 6));
      write_random (out, depth - 1);
    }
  g_string_append_c (out, kind == 0 ? '}' : ']');
}

/* Texts made at random read the same here and in json-glib. */
static void
test_differential (void)
{
  for (guint round = 0; round < 500; round++)
    {
      g_autoptr (GString) json = g_string_new (NULL);
      g_autoptr (JsonParser) parser = json_parser_new ();
      g_autoptr (RelaisJson) tree = NULL;
      g_autoptr (GError) error = NULL;

      write_random (json, 5);
      tree = parse (json->str);
      g_assert_true (json_parser_load_from_data (parser, json->str, json->len, &error));
      g_assert_no_error (error);
      compare (relais_json_get_root (tree), json_parser_get_root (parser));
    }
}

/* JSONTestSuite: y_ must be taken, n_ refused, i_ may go either way but not wrong. */
/* Line ends in a spliced value would end the line of an event. */
static void
test_writer_raw (void)
{
  static const char json[] = "{\r\n  \"a\": [1,\n2] , \"b\":\"\\n\"\r}\n";
  g_autoptr (GString) out = g_string_new (NULL);
  RelaisJsonWriter writer;

  relais_json_writer_init (&writer, out);
  relais_json_writer_array (&writer, NULL);
  relais_json_writer_raw (&writer, NULL, json, -1);
  relais_json_writer_raw (&writer, NULL, json, sizeof json - 1);
  relais_json_writer_raw (&writer, NULL, "7\n", 1);
  relais_json_writer_end_array (&writer);
  g_assert_cmpstr (out->str, ==,
                   "[{  \"a\": [1,2] , \"b\":\"\\n\"},{  \"a\": [1,2] , \"b\":\"\\n\"},7]");
}

static void
test_corpus (void)
{
  g_autofree char *path = g_build_filename (TESTS_DIR, "corpus", "json-test-suite.txt", NULL);
  g_autofree char *list = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GError) error = NULL;
  guint taken = 0, refused = 0;

  g_file_get_contents (path, &list, NULL, &error);
  g_assert_no_error (error);
  lines = g_strsplit (list, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    {
      char *gap = strchr (lines[i], ' ');
      g_autofree char *json = NULL;
      g_autofree char *member = NULL;
      gsize length = 0;
      gboolean good;

      if (lines[i][0] == '#' || gap == NULL)
        continue;
      g_test_message ("%s", lines[i]);
      json = (char *)g_base64_decode (gap + 1, &length);
      good = accepts (json, length, FALSE);
      if (lines[i][0] == 'y')
        g_assert_true (good);
      else if (lines[i][0] == 'n')
        g_assert_false (good);
      taken += good;
      refused += !good;
      member = g_strdup_printf ("{\"x\":%s}", json);
      if (strlen (json) == length)
        g_assert_cmpint (accepts (member, strlen (member), FALSE), ==,
                         accepts (member, strlen (member), TRUE));
    }
  g_assert_cmpuint (taken, >=, 95);
  g_assert_cmpuint (refused, >=, 180);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json/grammar", test_grammar);
  g_test_add_func ("/json/members", test_members);
  g_test_add_func ("/json/cut", test_cut);
  g_test_add_func ("/json/depth", test_depth);
  g_test_add_func ("/json/depth-ceiling", test_depth_ceiling);
  g_test_add_func ("/json/too-many", test_too_many);
  g_test_add_func ("/json/read", test_read);
  g_test_add_func ("/json/missing", test_missing);
  g_test_add_func ("/json/numbers", test_numbers);
  g_test_add_func ("/json/reparse", test_reparse);
  g_test_add_func ("/json/unread", test_unread);
  g_test_add_func ("/json/surrogates", test_surrogates);
  g_test_add_func ("/json/scan", test_scan);
  g_test_add_func ("/json/scan-refuses", test_scan_refuses);
  g_test_add_func ("/json/scan-wrong", test_scan_wrong);
  g_test_add_func ("/json/fault", test_fault);
  g_test_add_func ("/json/no-leak", test_no_leak);
  g_test_add_func ("/json/write", test_write);
  g_test_add_func ("/json/write-hostile", test_write_hostile);
  g_test_add_func ("/json/round-trip", test_round_trip);
  g_test_add_func ("/json/differential", test_differential);
  g_test_add_func ("/json/writer/raw", test_writer_raw);
  g_test_add_func ("/json/corpus", test_corpus);
  return g_test_run ();
}
