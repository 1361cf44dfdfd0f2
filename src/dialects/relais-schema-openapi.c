/* relais-schema-openapi.c: Gemini's own kind of schema, as the JSON Schema others take
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-schema"

#include "config.h"

#include <string.h>

#include "base/relais-json-writer.h"

#include "relais-schema.h"

#define member(node, name) relais_json_node_get_member ((node), (name))

static void convert (RelaisJsonWriter     *writer,
                     const char           *name,
                     const RelaisJsonNode *node);

/* A type by name in any case, or by its number in the protocol buffer. */
static char *
lower_type (const RelaisJsonNode *type)
{
  static const char *const numbers[] = { NULL, "string", "number", "integer", "boolean", "array", "object", "null" };
  g_autofree char *text = relais_json_node_dup_string (type);
  gint64 number;

  if (text != NULL)
    return g_ascii_strcasecmp (text, "TYPE_UNSPECIFIED") != 0 ? g_ascii_strdown (text, -1) : NULL;
  if (relais_json_node_get_int (type, &number) && number > 0 &&
      number < (gint64)G_N_ELEMENTS (numbers))
    return g_strdup (numbers[number]);
  return NULL;
}

static void
convert_type (RelaisJsonWriter     *writer,
              const RelaisJsonNode *node,
              gboolean              nullable)
{
  g_autofree char *type = lower_type (member (node, "type"));

  if (type == NULL)
    return;
  if (!nullable)
    {
      relais_json_writer_string (writer, "type", type);
      return;
    }
  relais_json_writer_array (writer, "type");
  relais_json_writer_string (writer, NULL, type);
  relais_json_writer_string (writer, NULL, "null");
  relais_json_writer_end_array (writer);
}

static const char *
camel_key (const char *key)
{
  static const char *const keys[][2] = {
    { "any_of", "anyOf" },
    { "max_items", "maxItems" },
    { "min_items", "minItems" },
    { "max_length", "maxLength" },
    { "min_length", "minLength" },
    { "max_properties", "maxProperties" },
    { "min_properties", "minProperties" },
    { "property_ordering", "propertyOrdering" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (strcmp (key, keys[i][0]) == 0)
      return keys[i][1];
  return key;
}

static gboolean
is_count (const char *key)
{
  static const char *const keys[] = { "maxItems", "minItems", "maxLength", "minLength", "maxProperties",
                                      "minProperties", NULL };

  return g_strv_contains (keys, key);
}

static void
convert_member (RelaisJsonWriter     *writer,
                const char           *key,
                const RelaisJsonNode *value)
{
  const RelaisJsonNode *inner_key, *inner;
  g_autofree char *text = NULL;
  RelaisJsonIter iter;
  gsize length;
  const char *raw = relais_json_node_get_raw (value, &length);

  if (strcmp (key, "type") == 0 || strcmp (key, "nullable") == 0 || strcmp (key, "propertyOrdering") == 0)
    return;
  if (strcmp (key, "items") == 0)
    convert (writer, key, value);
  else if (strcmp (key, "properties") == 0 && relais_json_node_get_kind (value) == RELAIS_JSON_OBJECT)
    {
      relais_json_writer_object (writer, key);
      relais_json_iter_init (&iter, value);
      while (relais_json_iter_next (&iter, &inner_key, &inner))
        {
          g_autofree char *name = relais_json_node_dup_string (inner_key);

          convert (writer, name, inner);
        }
      relais_json_writer_end_object (writer);
    }
  else if (strcmp (key, "anyOf") == 0 && relais_json_node_get_kind (value) == RELAIS_JSON_ARRAY)
    {
      relais_json_writer_array (writer, key);
      relais_json_iter_init (&iter, value);
      while (relais_json_iter_next (&iter, NULL, &inner))
        convert (writer, NULL, inner);
      relais_json_writer_end_array (writer);
    }
  else if (is_count (key) && (text = relais_json_node_dup_string (value)) != NULL)
    relais_json_writer_int (writer, key,
                            g_ascii_strtoll (text, NULL, 10)); /* int64 is a string there */
  else if (strcmp (key, "example") != 0)
    relais_json_writer_raw (writer, key, raw, length);
}

static void
convert (RelaisJsonWriter     *writer,
         const char           *name,
         const RelaisJsonNode *node)
{
  const RelaisJsonNode *key, *value;
  RelaisJsonIter iter;
  gsize length;
  const char *raw = relais_json_node_get_raw (node, &length);

  if (relais_json_node_get_kind (node) != RELAIS_JSON_OBJECT)
    {
      relais_json_writer_raw (writer, name, raw, length);
      return;
    }
  relais_json_writer_object (writer, name);
  convert_type (writer, node, relais_json_node_get_boolean (member (node, "nullable"), FALSE));
  relais_json_iter_init (&iter, node);
  while (relais_json_iter_next (&iter, &key, &value))
    {
      g_autofree char *spelled = relais_json_node_dup_string (key);

      convert_member (writer, camel_key (spelled), value);
    }
  relais_json_writer_end_object (writer);
}

/**
 * relais_schema_from_openapi:
 * @schema: Gemini's `parameters` or `responseSchema`
 *
 * Types in lower case, `nullable` as a second type, counts as numbers, keys in camelCase; what says
 * nothing elsewhere is left out.
 *
 * Returns: (transfer full): the same as JSON Schema
 */
char *
relais_schema_from_openapi (const RelaisJsonNode *schema)
{
  g_autoptr (GString) out = g_string_new (NULL);
  RelaisJsonWriter writer;

  relais_json_node_take (schema);
  relais_json_writer_init (&writer, out);
  convert (&writer, NULL, schema);
  return g_strndup (out->str, out->len);
}
