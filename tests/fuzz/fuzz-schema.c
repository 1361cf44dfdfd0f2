/* fuzz-schema.c: any schema becomes one of nothing but the keys its field takes, and stays so
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "dialects/relais-schema.h"

#include "relais-fuzz.h"

#define member(node, name) relais_json_node_get_member ((node), (name))
#define MAX_DEPTH (16 * RELAIS_JSON_MAX_DEPTH)

/* As protocols and tests write them down, not as the code does. */
static const char *const json_keys[] = {
  "$id", "$defs", "$ref", "$anchor", "type", "format", "title", "description", "enum", "items",
  "prefixItems", "minItems", "maxItems", "minimum", "maximum", "anyOf", "oneOf", "properties",
  "additionalProperties", "required", "propertyOrdering", NULL
};
static const char *const openapi_keys[] = {
  "type", "format", "title", "description", "nullable", "enum", "items", "minItems", "maxItems",
  "properties", "required", "propertyOrdering", "minProperties", "maxProperties", "minLength",
  "maxLength", "pattern", "minimum", "maximum", "anyOf", "default", "example", NULL
};

static void check_schema (const RelaisJsonNode *node,
                          RelaisSchemaForm      form);

static void
check_each (const RelaisJsonNode *container,
            RelaisSchemaForm      form)
{
  const RelaisJsonNode *value;
  RelaisJsonIter iter;

  relais_json_iter_init (&iter, container);
  while (relais_json_iter_next (&iter, NULL, &value))
    check_schema (value, form);
}

static void
check_required (const RelaisJsonNode *node)
{
  const RelaisJsonNode *value;
  RelaisJsonIter iter;

  if (member (node, "required") == NULL)
    return;
  g_assert_cmpint (relais_json_node_get_kind (member (node, "required")), ==, RELAIS_JSON_ARRAY);
  relais_json_iter_init (&iter, member (node, "required"));
  while (relais_json_iter_next (&iter, NULL, &value))
    {
      g_autofree char *name = relais_json_node_dup_string (value);

      g_assert_nonnull (name);
      g_assert_nonnull (member (member (node, "properties"), name));
    }
}

static void
check_schema (const RelaisJsonNode *node,
              RelaisSchemaForm      form)
{
  const RelaisJsonNode *key, *value;
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  RelaisJsonIter iter;

  g_assert_cmpint (relais_json_node_get_kind (node), ==, RELAIS_JSON_OBJECT);
  relais_json_iter_init (&iter, node);
  while (relais_json_iter_next (&iter, &key, &value))
    {
      char *name = relais_json_node_dup_string (key);

      g_assert_true (g_strv_contains (form == RELAIS_SCHEMA_JSON ? json_keys : openapi_keys, name));
      if (member (node, "$ref") != NULL)
        g_assert_true (name[0] == '$');
      if (strcmp (name, "properties") == 0 || strcmp (name, "$defs") == 0 || strcmp (name, "anyOf") == 0 ||
          strcmp (name, "oneOf") == 0 || strcmp (name, "prefixItems") == 0)
        check_each (value, form);
      if (strcmp (name, "items") == 0 || (strcmp (name, "additionalProperties") == 0 &&
                                          relais_json_node_get_kind (value) == RELAIS_JSON_OBJECT))
        check_schema (value, form);
      if (form == RELAIS_SCHEMA_OPENAPI && strcmp (name, "anyOf") == 0)
        {
          g_assert_cmpuint (relais_json_node_get_count (value), >, 0);
          g_assert_null (member (node, "type"));
        }
      g_assert_true (g_hash_table_add (seen, name));
    }
  if (form == RELAIS_SCHEMA_OPENAPI && relais_json_node_equals (member (node, "type"), "ARRAY"))
    g_assert_nonnull (member (node, "items"));
  check_required (node);
}

static void
check_form (const char       *schema,
            RelaisSchemaForm  form)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GString) again = g_string_new (NULL);
  g_autoptr (GString) third = g_string_new (NULL);
  g_autoptr (RelaisJson) tree = NULL;
  gboolean less;

  if (!relais_schema_trim (schema, form, NULL, out, &less))
    {
      g_assert_cmpuint (out->len, ==, 0);
      return;
    }
  tree = relais_json_parse (out->str, out->len, MAX_DEPTH, NULL);
  g_assert_nonnull (tree);
  check_schema (relais_json_get_root (tree), form);
  /* The order of keys has settled after the second time. */
  if (form == RELAIS_SCHEMA_JSON && relais_schema_trim (out->str, form, NULL, again, &less))
    {
      g_assert_true (relais_schema_trim (again->str, form, NULL, third, &less));
      g_assert_cmpstr (again->str, ==, third->str);
      g_assert_cmpuint (again->len, ==, out->len);
    }
}

/* An object all upstreams take, which stays as it is. */
static void
check_object (const char *schema)
{
  for (guint choices = 0; choices < 2; choices++)
    {
      gboolean less;
      g_autofree char *object = relais_schema_make_object (schema, choices, &less);
      g_autofree char *again = NULL;
      g_autoptr (RelaisJson) tree = NULL;

      if (object == NULL)
        continue;
      tree = relais_json_parse (object, strlen (object), MAX_DEPTH, NULL);
      g_assert_true (relais_schema_is_object (relais_json_get_root (tree)));
      again = relais_schema_make_object (object, choices, &less);
      g_assert_null (again);
      g_assert_false (less);
      check_form (object, RELAIS_SCHEMA_JSON);
      check_form (object, RELAIS_SCHEMA_OPENAPI);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autofree char *schema = g_strndup ((const char *)data, size);
  g_autoptr (RelaisJson) tree = relais_json_parse (schema, strlen (schema), RELAIS_JSON_MAX_DEPTH,
                                                   NULL);
  g_autofree char *lower = NULL;

  check_form (schema, RELAIS_SCHEMA_JSON);
  check_form (schema, RELAIS_SCHEMA_OPENAPI);
  check_object (schema);
  if (relais_json_node_get_kind (relais_json_get_root (tree)) != RELAIS_JSON_OBJECT)
    return 0;
  lower = relais_schema_from_openapi (relais_json_get_root (tree));
  relais_json_free (g_steal_pointer (&tree));
  tree = relais_json_parse (lower, strlen (lower), MAX_DEPTH, NULL);
  g_assert_nonnull (tree);
  check_form (lower, RELAIS_SCHEMA_JSON);
  check_form (lower, RELAIS_SCHEMA_OPENAPI);
  return 0;
}
