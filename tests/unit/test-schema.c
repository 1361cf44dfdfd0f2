/* test-schema.c: trimming a schema takes work in proportion to its size
 *
 * Every walk through a container's members is counted: the linker puts the functions below before
 * those of relais-json (see meson.build).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/relais-json.h"
#include "dialects/relais-schema.h"

const RelaisJsonNode *__real_relais_json_node_get_member  (const RelaisJsonNode  *node,
                                                           const char            *name);
const RelaisJsonNode *__real_relais_json_node_get_element (const RelaisJsonNode  *node,
                                                           gsize                  position);
gboolean              __real_relais_json_iter_next        (RelaisJsonIter        *iter,
                                                           const RelaisJsonNode **key,
                                                           const RelaisJsonNode **value);
const RelaisJsonNode *__wrap_relais_json_node_get_member  (const RelaisJsonNode  *node,
                                                           const char            *name);
const RelaisJsonNode *__wrap_relais_json_node_get_element (const RelaisJsonNode  *node,
                                                           gsize                  position);
gboolean              __wrap_relais_json_iter_next        (RelaisJsonIter        *iter,
                                                           const RelaisJsonNode **key,
                                                           const RelaisJsonNode **value);

static gint64 n_visited; /* members and elements that were looked at */

const RelaisJsonNode *
__wrap_relais_json_node_get_member (const RelaisJsonNode *node,
                                    const char           *name)
{
  n_visited += relais_json_node_get_count (node);
  return __real_relais_json_node_get_member (node, name);
}

const RelaisJsonNode *
__wrap_relais_json_node_get_element (const RelaisJsonNode *node,
                                     gsize                 position)
{
  n_visited += position;
  return __real_relais_json_node_get_element (node, position);
}

gboolean
__wrap_relais_json_iter_next (RelaisJsonIter        *iter,
                              const RelaisJsonNode **key,
                              const RelaisJsonNode **value)
{
  n_visited++;
  return __real_relais_json_iter_next (iter, key, value);
}

typedef void (*WriteFunc) (GString *schema,
                           guint n);

/* @template with each number from 0 on for `@`, a comma between. */
static void
append_each (GString    *schema,
             guint       n,
             const char *template)
{
  g_auto (GStrv) pieces = g_strsplit (template, "@", -1);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *number = g_strdup_printf ("%u", i);
      g_autofree char *item = g_strjoinv (number, pieces);

      g_string_append (schema, i > 0 ? "," : "");
      g_string_append (schema, item);
    }
}

/* Every property required, by the list or by itself. */
static void
write_required (GString *schema,
                guint    n)
{
  g_string_append (schema, "{\"type\":\"object\",\"properties\":{");
  append_each (schema, n, "\"p@\":{\"type\":\"string\"}");
  g_string_append_c (schema, ',');
  append_each (schema, n, "\"q@\":{\"type\":\"string\",\"required\":true}");
  g_string_append (schema, "},\"required\":[");
  append_each (schema, n, "\"p@\"");
  g_string_append_c (schema, ',');
  append_each (schema, n, "\"missing@\"");
  g_string_append (schema, "]}");
}

/* Keys nobody knows. */
static void
write_unknown (GString *schema,
               guint    n)
{
  g_string_append (schema, "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"}},");
  append_each (schema, n, "\"x@\":1");
  g_string_append_c (schema, '}');
}

/* As many definitions as references to them. */
static void
write_references (GString *schema,
                  guint    n)
{
  g_string_append (schema, "{\"type\":\"object\",\"$defs\":{");
  append_each (schema, n, "\"d@\":{\"type\":\"string\"}");
  g_string_append (schema, "},\"properties\":{");
  append_each (schema, n, "\"p@\":{\"$ref\":\"#/$defs/d@\"}");
  g_string_append (schema, "}}");
}

/* References to places in a list. */
static void
write_places (GString *schema,
              guint    n)
{
  g_string_append (schema, "{\"type\":\"object\",\"anyOf\":[");
  append_each (schema, n, "{\"type\":\"string\",\"title\":\"@\"}");
  g_string_append (schema, "],\"properties\":{");
  append_each (schema, n, "\"p@\":{\"$ref\":\"#/anyOf/@\"}");
  g_string_append (schema, "}}");
}

/* Branches that demand, all of them together. */
static void
write_all_of (GString *schema,
              guint    n)
{
  g_string_append (schema, "{\"type\":\"object\",\"allOf\":[");
  append_each (schema, n, "{\"properties\":{\"p@\":{\"type\":\"string\"}},\"required\":[\"p@\"]}");
  g_string_append (schema, "]}");
}

static gint64
count_visits (WriteFunc        write,
              guint            n,
              RelaisSchemaForm form)
{
  gboolean less;
  g_autoptr (GString) schema = g_string_new (NULL);
  g_autoptr (GString) out = g_string_new (NULL);

  write (schema, n);
  n_visited = 0;
  g_assert_true (relais_schema_trim (schema->str, form, NULL, out, &less));
  return n_visited;
}

/* Twice the schema is twice the work, but for what every schema takes. */
static void
test_linear (gconstpointer data)
{
  WriteFunc write = *(const WriteFunc *)data;

  for (RelaisSchemaForm form = RELAIS_SCHEMA_JSON; form <= RELAIS_SCHEMA_OPENAPI; form++)
    {
      gint64 half = count_visits (write, 1000, form);
      gint64 whole = count_visits (write, 2000, form);

      g_assert_cmpint (half, >, 1000);
      g_assert_cmpint (whole, >, half);
      g_assert_cmpint (whole, <=, 2 * half + 100);
    }
}

/* Whether all of a schema is said, in the one form and in the other. */
static void
test_less (void)
{
  static const struct
  {
    const char *schema;
    gboolean json;
    gboolean openapi;
  } cases[] = {
    { "{\"type\":\"object\"}", FALSE, FALSE },
    { "{\"type\":\"object\",\"properties\":{}}", FALSE, FALSE },
    { "{\"type\":\"object\",\"minProperties\":1}", TRUE, TRUE },
    { "{\"type\":\"object\",\"properties\":{\"$schema\":{\"type\":\"string\"}}}", FALSE, FALSE },
    { "{\"$schema\":\"x\",\"type\":\"string\"}", TRUE, TRUE },
    { "{\"type\":\"string\",\"maxLength\":3}", TRUE, FALSE },
    { "{\"type\":\"string\",\"format\":\"uri\"}", FALSE, TRUE },
    { "{\"type\":\"integer\",\"exclusiveMinimum\":3}", TRUE, TRUE },
    { "{\"const\":\"a\"}", FALSE, FALSE },
    { "{\"type\":\"array\",\"items\":{\"not\":{}}}", TRUE, TRUE },
    { "{\"type\":\"array\",\"items\":true}", TRUE, TRUE },
    { "{\"anyOf\":[{\"required\":[\"a\"]},{\"type\":\"string\"}]}", TRUE, TRUE },
    { "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"null\"}},\"required\":[\"b\"]}", TRUE, TRUE },
    { "{\"definitions\":{\"a\":{\"type\":\"null\"}},\"$ref\":\"#/definitions/a\"}", FALSE, FALSE },
    { "{\"$defs\":{\"a\":{\"type\":\"null\"}},\"$ref\":\"#/$defs/a\",\"title\":\"t\"}", TRUE, FALSE },
    { "{\"$defs\":{\"a\":{\"$ref\":\"#/$defs/a\"}},\"$ref\":\"#/$defs/a\"}", FALSE, TRUE },
    { "7", TRUE, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) out = g_string_new (NULL);
      gboolean less = -1;

      g_test_message ("%s", cases[i].schema);
      relais_schema_trim (cases[i].schema, RELAIS_SCHEMA_JSON, NULL, out, &less);
      g_assert_cmpint (less, ==, cases[i].json);
      relais_schema_trim (cases[i].schema, RELAIS_SCHEMA_OPENAPI, NULL, out, &less);
      g_assert_cmpint (less, ==, cases[i].openapi);
    }
}

/* The list first, then what says it of itself; each once, and only what there is. */
static void
test_required (void)
{
  gboolean less;
  static const char schema[] =
    "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\",\"required\":true},\"b\":{\"type\":\"string\"},"
    "\"c\":{\"type\":\"string\",\"required\":true},\"d\":{\"type\":\"string\",\"required\":false}},"
    "\"required\":[\"b\",\"z\",\"a\",\"b\",7]}";
  g_autoptr (GString) out = g_string_new (NULL);

  g_assert_true (relais_schema_trim (schema, RELAIS_SCHEMA_JSON, NULL, out, &less));
  g_assert_nonnull (strstr (out->str, "\"required\":[\"b\",\"a\",\"c\"]"));
}

/* As many branches as references to one large definition, and to one another. */
static void
write_choices (GString *schema,
               guint    n)
{
  g_string_append (schema, "{\"$defs\":{\"all\":{\"properties\":{");
  append_each (schema, n, "\"p@\":{\"type\":\"string\"}");
  g_string_append (schema, "},\"required\":[");
  append_each (schema, n, "\"p@\"");
  g_string_append (schema, "]},");
  append_each (schema, n, "\"d@\":{\"anyOf\":[{\"$ref\":\"#/$defs/all\"},{\"$ref\":\"#/$defs/d0\"}],\"allOf\":[{\"$ref\":\"#/$defs/all\"}]}");
  g_string_append (schema, "},\"oneOf\":[");
  append_each (schema, n, "{\"$ref\":\"#/$defs/d@\"},{\"$ref\":\"#/$defs/all\"}");
  g_string_append (schema, "],\"allOf\":[");
  append_each (schema, n, "{\"$ref\":\"#/$defs/d@\"}");
  g_string_append (schema, "]}");
}

/* Each reference names what holds the next. */
static void
write_chain (GString *schema,
             guint    n)
{
  g_string_append (schema, "{\"$ref\":\"#/$defs/d0\",\"$defs\":{");
  for (guint i = 0; i < n; i++)
    g_string_append_printf (schema, "\"d%u\":{\"properties\":{\"p%u\":{}},\"allOf\":[{\"$ref\":\"#/$defs/d%u\"}]},", i, i, i + 1);
  g_string_append (schema, "\"end\":{}}}");
}

static gint64
count_object_visits (WriteFunc write,
                     guint     n)
{
  g_autoptr (GString) schema = g_string_new (NULL);
  g_autofree char *made = NULL;
  gboolean less;

  write (schema, n);
  n_visited = 0;
  made = relais_schema_make_object (schema->str, FALSE, &less);
  g_assert_nonnull (made);
  return n_visited;
}

static void
test_linear_object (gconstpointer data)
{
  WriteFunc write = *(const WriteFunc *)data;
  gint64 half = count_object_visits (write, 1000);
  gint64 whole = count_object_visits (write, 2000);

  g_assert_cmpint (half, >, 1000);
  g_assert_cmpint (whole, <=, 2 * half + 200);
}

static void
check_object (const char *schema,
              gboolean    choices,
              const char *wanted,
              gboolean    wanted_less)
{
  g_autofree char *made = NULL;
  gboolean less = FALSE;

  made = relais_schema_make_object (schema, choices, &less);
  g_assert_cmpstr (made, ==, wanted);
  if (made != NULL)
    g_assert_cmpint (less, ==, wanted_less);
}

/* What stands nearer wins; only what holds whichever branch is meant is required. */
static void
test_object (void)
{
  check_object ("{\"type\":\"object\"}", FALSE, NULL, FALSE);
  check_object ("{\"type\":\"object\",\"properties\":{\"a\":{\"anyOf\":[]}}}", FALSE, NULL, FALSE);
  check_object ("{}", FALSE, "{\"type\":\"object\",\"properties\":{}}", FALSE);
  check_object ("[]", FALSE, "{\"type\":\"object\",\"properties\":{}}", FALSE);
  check_object ("{\"properties\":{\"a\":{}},\"required\":[\"a\",\"a\"],\"title\":\"t\"}", FALSE,
                "{\"type\":\"object\",\"properties\":{\"a\":{}},\"required\":[\"a\"],\"title\":\"t\"}", FALSE);
  check_object ("{\"type\":\"object\",\"properties\":{\"k\":1},\"required\":[\"k\"],\"anyOf\":[{\"properties\":{\"a\":1,\"k\":2},\"required\":[\"a\"]},"
                "{\"$ref\":\"#/$defs/B\"},{\"type\":\"null\"},7],\"$defs\":{\"B\":{\"properties\":{\"b\":1,\"a\":2},\"required\":[\"b\"]}}}",
                FALSE,
                "{\"type\":\"object\",\"properties\":{\"k\":1,\"a\":1,\"b\":1},\"required\":[\"k\"],"
                "\"$defs\":{\"B\":{\"properties\":{\"b\":1,\"a\":2},\"required\":[\"b\"]}}}",
                TRUE);
  check_object ("{\"allOf\":[{\"anyOf\":[{\"$ref\":\"#/definitions/P\"}]},{\"$ref\":\"#/definitions/P\"}],"
                "\"definitions\":{\"P\":{\"properties\":{\"p\":1},\"required\":[\"p\"],\"allOf\":[{\"$ref\":\"#\"},{\"$ref\":\"http://x/y\"}]}}}",
                FALSE,
                "{\"type\":\"object\",\"properties\":{\"p\":1},\"required\":[\"p\"],"
                "\"definitions\":{\"P\":{\"properties\":{\"p\":1},\"required\":[\"p\"],\"allOf\":[{\"$ref\":\"#\"},{\"$ref\":\"http://x/y\"}]}}}",
                FALSE);
  check_object ("{\"type\":\"object\",\"not\":{},\"enum\":[{}],\"properties\":{}}", FALSE,
                "{\"type\":\"object\",\"properties\":{}}", TRUE);
  check_object ("{\"$defs\":[\"a\"]}", FALSE, "{\"type\":\"object\",\"properties\":{}}", FALSE);
  /* a branch that something refers to is kept elsewhere */
  check_object ("{\"$defs\":{\"d\":{\"$ref\":\"#/oneOf/1/properties/n\"}},\"oneOf\":[{\"properties\":{\"a\":{\"default\":1.50}}},"
                "{\"properties\":{\"n\":{\"$ref\":\"#/oneOf/0\"}}}]}",
                FALSE,
                "{\"type\":\"object\",\"properties\":{\"a\":{\"default\":1.50},\"n\":{\"$ref\":\"#/$defs/oneOf_0\"}},"
                "\"$defs\":{\"d\":{\"$ref\":\"#/$defs/oneOf_1/properties/n\"},\"oneOf_0\":{\"properties\":{\"a\":{\"default\":1.50}}},"
                "\"oneOf_1\":{\"properties\":{\"n\":{\"$ref\":\"#/$defs/oneOf_0\"}}}}}",
                TRUE);
  /* what takes a choice keeps it */
  check_object ("{\"anyOf\":[{\"type\":\"object\"}]}", TRUE, NULL, FALSE);
  check_object ("{\"$ref\":\"#/$defs/a\"}", TRUE, NULL, FALSE);
  check_object ("{\"properties\":{\"a\":{}}}", TRUE, "{\"type\":\"object\",\"properties\":{\"a\":{}}}", FALSE);
}

/* Each reference finds its own; of two by one name the last counts. */
static void
test_references (void)
{
  gboolean less;
  static const char schema[] =
    "{\"type\":\"object\",\"$defs\":{\"a\":{\"type\":\"string\"},\"a\":{\"type\":\"number\"},\"b/c\":{\"type\":\"boolean\"}},"
    "\"anyOf\":[{\"type\":\"null\"},{\"type\":\"integer\"}],\"properties\":{\"a\":{\"$ref\":\"#/$defs/a\"},"
    "\"b\":{\"$ref\":\"#/$defs/b~1c\"},\"c\":{\"$ref\":\"#/anyOf/1\"},\"d\":{\"$ref\":\"#/$defs/none\"},\"e\":{\"$ref\":\"#/anyOf/1/type/x\"}}}";
  g_autoptr (GString) out = g_string_new (NULL);

  g_assert_true (relais_schema_trim (schema, RELAIS_SCHEMA_OPENAPI, NULL, out, &less));
  g_assert_nonnull (strstr (out->str, "\"properties\":{\"a\":{\"type\":\"NUMBER\"},\"b\":{\"type\":\"BOOLEAN\"},\"c\":{\"type\":\"INTEGER\"},"
                                      "\"d\":{\"type\":\"OBJECT\",\"description\":\"recursive none\"},\"e\":{\"type\":\"OBJECT\",\"description\":\"recursive x\"}}"));
}

/* More references beside one another than may stand inside one another. */
static void
test_all_of_many (void)
{
  g_autoptr (GString) schema = g_string_new ("{\"type\":\"object\",\"$defs\":{");
  g_autoptr (GString) out = g_string_new (NULL);
  RelaisSchemaBudget budget;
  gboolean less;

  append_each (schema, 20, "\"d@\":{\"properties\":{\"p@\":{\"type\":\"string\"}}}");
  g_string_append (schema, "},\"properties\":{\"all\":{\"allOf\":[");
  append_each (schema, 20, "{\"$ref\":\"#/$defs/d@\"}");
  g_string_append (schema, "]}}}");
  for (RelaisSchemaForm form = RELAIS_SCHEMA_JSON; form <= RELAIS_SCHEMA_OPENAPI; form++)
    {
      relais_schema_budget_init (&budget, schema->len);
      g_string_truncate (out, 0);
      g_assert_true (relais_schema_trim (schema->str, form, &budget, out, &less));
      g_assert_false (budget.cut);
      for (guint i = 0; i < 20; i++)
        {
          g_autofree char *wanted = g_strdup_printf ("\"p%u\":{\"type\":", i);

          g_assert_nonnull (strstr (strstr (out->str, "\"all\":"), wanted));
        }
    }
}

/* Each definition holds several of the next, in place or merged: the tenth would be a million. */
static void
write_fan (GString  *schema,
           gboolean  merged)
{
  g_string_append (schema, "{\"type\":\"object\",\"properties\":{\"x\":{\"$ref\":\"#/$defs/d0\"},\"y\":{\"allOf\":[{\"$ref\":\"#/$defs/d0\"}],\"properties\":{}}},\"$defs\":{");
  for (guint i = 0; i < 10; i++)
    {
      g_string_append_printf (schema, "\"d%u\":{\"type\":\"object\",\"properties\":{", i);
      for (guint j = 0; j < 10; j++)
        if (merged)
          g_string_append_printf (schema, "\"q%u\":{\"allOf\":[{\"$ref\":\"#/$defs/d%u\"},{\"title\":\"t\"}]},", j, i + 1);
        else
          g_string_append_printf (schema, "\"q%u\":{\"$ref\":\"#/$defs/d%u\"},", j, i + 1);
      g_string_append (schema, "\"end\":{\"type\":\"string\"}}},");
    }
  g_string_append (schema, "\"d10\":{\"type\":\"object\",\"properties\":{");
  append_each (schema, 200, "\"p@\":{\"type\":\"string\"}");
  g_string_append (schema, "}}}}");
}

/* However often a schema refers to itself, all those of a request together cost a few times what
 * they are long, and what is cut off is told. */
static void
test_budget (gconstpointer data)
{
  g_autoptr (GString) schema = g_string_new (NULL);
  g_autoptr (GString) out = g_string_new (NULL);
  RelaisSchemaBudget budget;
  gboolean less;
  gsize most;

  write_fan (schema, data != NULL);
  relais_schema_budget_init (&budget, 20 * schema->len);
  most = budget.left + 21 * 4 * schema->len;
  n_visited = 0;
  for (guint i = 0; i < 20; i++)
    {
      RelaisSchemaForm form = i % 2 == 0 ? RELAIS_SCHEMA_OPENAPI : RELAIS_SCHEMA_JSON;

      g_assert_true (relais_schema_trim (schema->str, form, &budget, out, &less));
      if (i == 18)
        g_assert_true (budget.cut);
    }
  g_assert_cmpuint (budget.left, ==, 0);
  g_assert_cmpuint (out->len, <=, most);
  g_assert_cmpint (n_visited, <=, (gint64)most);
}

int
main (int    argc,
      char **argv)
{
  static const struct
  {
    const char *path;
    WriteFunc write;
  } cases[] = {
    { "/schema/linear/required", write_required },
    { "/schema/linear/unknown-keys", write_unknown },
    { "/schema/linear/references", write_references },
    { "/schema/linear/places", write_places },
    { "/schema/linear/all-of", write_all_of },
  };
  static const struct
  {
    const char *path;
    WriteFunc write;
  } objects[] = {
    { "/schema/linear/object/all-of", write_all_of },
    { "/schema/linear/object/choices", write_choices },
    { "/schema/linear/object/chain", write_chain },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add_data_func (cases[i].path, &cases[i].write, test_linear);
  for (guint i = 0; i < G_N_ELEMENTS (objects); i++)
    g_test_add_data_func (objects[i].path, &objects[i].write, test_linear_object);
  g_test_add_func ("/schema/object", test_object);
  g_test_add_func ("/schema/required", test_required);
  g_test_add_func ("/schema/less", test_less);
  g_test_add_func ("/schema/references", test_references);
  g_test_add_func ("/schema/all-of-many", test_all_of_many);
  g_test_add_data_func ("/schema/budget/references", NULL, test_budget);
  g_test_add_data_func ("/schema/budget/merged", "merged", test_budget);
  return g_test_run ();
}
