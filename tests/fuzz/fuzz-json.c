/* fuzz-json.c: the tree of the wire path against json-glib, and every way to read a node
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#include "base/relais-json.h"

#include "relais-fuzz.h"

static void compare (const RelaisJsonNode *node,
                     JsonNode             *other,
                     guint                *n_values);

static void
compare_number (const RelaisJsonNode *node,
                JsonNode             *other)
{
  gint64 whole = 0;
  double real = 0;
  gsize length;

  relais_json_node_get_raw (node, &length);
  g_assert_true (json_node_get_value_type (other) == G_TYPE_INT64 ||
                 json_node_get_value_type (other) == G_TYPE_DOUBLE);
  /* json-glib wraps whole numbers of more than 64 bits around. */
  if (json_node_get_value_type (other) == G_TYPE_INT64)
    {
      if (length > 18)
        return;
      g_assert_true (relais_json_node_get_int (node, &whole));
      g_assert_cmpint (whole, ==, json_node_get_int (other));
    }
  else if (relais_json_node_get_double (node, &real))
    g_assert_cmpfloat (real, ==, json_node_get_double (other));
  if (relais_json_node_get_int (node, &whole) && relais_json_node_get_double (node, &real))
    g_assert_cmpfloat ((double)whole, ==, real);
}

/* What reads as U+FFFD here may read as anything there. */
static void
compare_string (const RelaisJsonNode *node,
                JsonNode             *other)
{
  g_autofree char *text = relais_json_node_dup_string (node);
  const char *theirs = json_node_get_string (other);

  g_assert_nonnull (text);
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_true (relais_json_node_equals (node, text));
  if (strstr (text, "\357\277\275") == NULL)
    g_assert_cmpstr (text, ==, theirs);
}

static void
compare_object (const RelaisJsonNode *node,
                JsonNode             *other,
                guint                *n_values)
{
  JsonObject *object = json_node_get_object (other);
  const RelaisJsonNode *key, *value;
  RelaisJsonIter iter;
  gsize count = 0;

  relais_json_iter_init (&iter, node);
  while (relais_json_iter_next (&iter, &key, &value))
    {
      g_autofree char *name = relais_json_node_dup_string (key);

      count++;
      g_assert_cmpint (relais_json_node_get_kind (key), ==, RELAIS_JSON_STRING);
      /* The last of equal keys wins in both. */
      if (strstr (name, "\357\277\275") == NULL &&
          relais_json_node_get_member (node, name) == value)
        compare (value, json_object_get_member (object, name), n_values);
    }
  g_assert_cmpuint (count, ==, relais_json_node_get_count (node));
  g_assert_cmpuint (count, >=, json_object_get_size (object));
}

static void
compare_array (const RelaisJsonNode *node,
               JsonNode             *other,
               guint                *n_values)
{
  JsonArray *array = json_node_get_array (other);
  const RelaisJsonNode *value;
  RelaisJsonIter iter;
  guint i = 0;

  g_assert_cmpuint (json_array_get_length (array), ==, relais_json_node_get_count (node));
  relais_json_iter_init (&iter, node);
  while (relais_json_iter_next (&iter, NULL, &value))
    {
      if (i < 16)
        g_assert_true (relais_json_node_get_element (node, i) == value);
      compare (value, json_array_get_element (array, i++), n_values);
    }
  g_assert_null (relais_json_node_get_element (node, i));
}

static void
compare (const RelaisJsonNode *node,
         JsonNode             *other,
         guint                *n_values)
{
  ++*n_values;
  g_assert_nonnull (other);
  switch (relais_json_node_get_kind (node))
    {
    case RELAIS_JSON_NULL:
      g_assert_true (JSON_NODE_HOLDS_NULL (other));
      break;
    case RELAIS_JSON_BOOLEAN:
      g_assert_true (json_node_get_value_type (other) == G_TYPE_BOOLEAN);
      g_assert_cmpint (relais_json_node_get_boolean (node, -1), ==, json_node_get_boolean (other));
      break;
    case RELAIS_JSON_NUMBER:
      g_assert_true (JSON_NODE_HOLDS_VALUE (other));
      compare_number (node, other);
      break;
    case RELAIS_JSON_STRING:
      g_assert_true (json_node_get_value_type (other) == G_TYPE_STRING);
      compare_string (node, other);
      break;
    case RELAIS_JSON_ARRAY:
      g_assert_true (JSON_NODE_HOLDS_ARRAY (other));
      compare_array (node, other, n_values);
      break;
    case RELAIS_JSON_OBJECT:
      g_assert_true (JSON_NODE_HOLDS_OBJECT (other));
      compare_object (node, other, n_values);
      break;
    case RELAIS_JSON_NONE:
    default:
      g_assert_not_reached ();
    }
}

/* Whether any escape stands for half a character or for U+0000: json-glib takes such a string for
 * one without an end, or cuts it. */
static gboolean
has_odd_escape (const RelaisJsonNode *node)
{
  const RelaisJsonNode *key, *value;
  RelaisJsonIter iter;

  if (relais_json_node_get_kind (node) == RELAIS_JSON_STRING)
    {
      g_autofree char *text = relais_json_node_dup_string (node);
      g_autofree char *raw = relais_json_node_dup_raw (node);

      return strstr (text, "\357\277\275") != NULL && strstr (raw, "\\u") != NULL;
    }
  relais_json_iter_init (&iter, node);
  while (relais_json_iter_next (&iter, &key, &value))
    if (has_odd_escape (key) || has_odd_escape (value))
      return TRUE;
  return FALSE;
}

/* What a value says of itself, cut out and read alone, is the same value. */
static void
check_raw (const RelaisJsonNode *root)
{
  g_autofree char *raw = relais_json_node_dup_raw (root);
  g_autoptr (RelaisJson) again = relais_json_parse (raw, strlen (raw), RELAIS_JSON_MAX_DEPTH, NULL);

  g_assert_nonnull (again);
  g_assert_cmpint (relais_json_node_get_kind (relais_json_get_root (again)), ==,
                   relais_json_node_get_kind (root));
  g_assert_cmpuint (relais_json_node_get_count (relais_json_get_root (again)), ==,
                    relais_json_node_get_count (root));
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autofree char *text = g_memdup2 (data, size);
  g_autoptr (RelaisJson) tree = NULL;
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) refused = NULL;
  guint n_values = 0;

  tree = relais_json_parse (text, size, RELAIS_JSON_MAX_DEPTH, &error);
  g_assert_true ((tree == NULL) == (error != NULL));
  if (tree == NULL)
    {
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      return 0;
    }
  g_assert_true (g_utf8_validate (text, size, NULL));
  check_raw (relais_json_get_root (tree));
  parser = json_parser_new ();
  if (!json_parser_load_from_data (parser, text, size, &refused) &&
      has_odd_escape (relais_json_get_root (tree)))
    return 0;
  g_assert_no_error (refused);
  compare (relais_json_get_root (tree), json_parser_get_root (parser), &n_values);
  g_assert_cmpuint (n_values, >, 0);
  return 0;
}
