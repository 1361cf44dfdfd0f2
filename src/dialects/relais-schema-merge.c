/* relais-schema-merge.c: what a schema refers to, and several that are demanded together as one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-schema"

#include "config.h"

#include <string.h>

#include "relais-schema-private.h"

/**
 * relais_schema_index:
 * @container: an object or a list
 *
 * Returns: (transfer full): its members by their names, of two by one name the last, or its
 *   elements by their places
 */
GHashTable *
relais_schema_index (const RelaisJsonNode *container)
{
  GHashTable *index = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const RelaisJsonNode *key, *value;
  RelaisJsonIter iter;

  relais_json_iter_init (&iter, container);
  for (guint i = 0; relais_json_iter_next (&iter, &key, &value); i++)
    g_hash_table_insert (index,
                         key != NULL ? relais_json_node_dup_string (key) : g_strdup_printf ("%u", i),
                         (gpointer)value);
  return index;
}

/* Each reference goes through the same few containers, which may be large: one walk serves all. */
static const RelaisJsonNode *
find_inside (RelaisSchemaTrim     *self,
             const RelaisJsonNode *container,
             const char           *name)
{
  GHashTable *index = g_hash_table_lookup (self->indexes, container);

  if (index == NULL)
    {
      index = relais_schema_index (container);
      g_hash_table_insert (self->indexes, (gpointer)container, index);
    }
  return g_hash_table_lookup (index, name);
}

/**
 * relais_schema_resolve:
 * @self: a schema being trimmed
 * @ref: a reference in it
 *
 * Returns: (transfer none) (nullable): the schema a local reference names; %NULL for any other
 */
const RelaisJsonNode *
relais_schema_resolve (RelaisSchemaTrim *self,
                       const char       *ref)
{
  const RelaisJsonNode *node = self->root;
  g_auto (GStrv) steps = NULL;

  if (ref[0] != '#')
    return NULL;
  steps = g_strsplit (ref + 1, "/", -1);
  for (guint i = 1; node != NULL && steps[0] != NULL && steps[i] != NULL; i++)
    {
      g_autoptr (GString) step = g_string_new (steps[i]);

      g_string_replace (step, "~1", "/", 0);
      g_string_replace (step, "~0", "~", 0);
      node = find_inside (self, node, step->str);
    }
  return node;
}

/**
 * relais_schema_goes_on:
 * @self: a schema being trimmed
 *
 * Returns: whether one more schema may be put in place inside those that are; if not, it is noted
 */
gboolean
relais_schema_goes_on (RelaisSchemaTrim *self)
{
  relais_schema_spend (self, self->writer.out->len - self->n_paid);
  self->n_paid = self->writer.out->len;
  if (self->n_inlined < RELAIS_SCHEMA_MAX_INLINED && self->budget->left > 0)
    return TRUE;
  self->budget->cut = TRUE;
  return FALSE;
}

/**
 * relais_schema_follow:
 * @self: a schema being trimmed
 * @node: (nullable): what a reference names
 *
 * Returns: whether it may be followed: %FALSE if it is being followed or costs too much
 */
gboolean
relais_schema_follow (RelaisSchemaTrim     *self,
                      const RelaisJsonNode *node)
{
  if (node == NULL || g_hash_table_contains (self->followed, node) || !relais_schema_goes_on (self))
    return FALSE;
  g_hash_table_add (self->followed, (gpointer)node);
  g_ptr_array_add (self->following, (gpointer)node);
  return TRUE;
}

/**
 * relais_schema_return:
 * @self: a schema being trimmed
 * @n_following: how many were followed before
 *
 * Forgets those that were followed since.
 */
void
relais_schema_return (RelaisSchemaTrim *self,
                      guint             n_following)
{
  for (guint i = n_following; i < self->following->len; i++)
    g_hash_table_remove (self->followed, g_ptr_array_index (self->following, i));
  g_ptr_array_set_size (self->following, n_following);
}

/* All that the branches of an `allOf` demand, under way. */
typedef struct
{
  RelaisSchemaTrim *trim;
  GHashTable *seen; /* keys that are written; owned */
  GHashTable       *properties_seen;
  GString          *properties;
  GString          *required;
  GString          *rest;
  RelaisJsonWriter  property_writer;
  RelaisJsonWriter  required_writer;
  RelaisJsonWriter  rest_writer;
} Merge;

static void merge_schema (Merge                *self,
                          const RelaisJsonNode *node);

static void
merge_properties (Merge                *self,
                  const RelaisJsonNode *properties)
{
  const RelaisJsonNode *key, *value;
  RelaisJsonIter iter;
  gsize length;

  relais_json_iter_init (&iter, properties);
  while (relais_json_iter_next (&iter, &key, &value))
    {
      char *name = relais_json_node_dup_string (key);
      const char *raw = relais_json_node_get_raw (value, &length);

      relais_schema_spend (self->trim, RELAIS_SCHEMA_MEMBER_COST);
      if (!g_hash_table_contains (self->properties_seen, name))
        relais_json_writer_raw (&self->property_writer, name, raw, length);
      g_hash_table_add (self->properties_seen, name);
    }
}

static void
merge_list (Merge                *self,
            const char           *key,
            const RelaisJsonNode *list)
{
  const RelaisJsonNode *value;
  RelaisJsonIter iter;
  gsize length;

  relais_json_iter_init (&iter, list);
  while (relais_json_iter_next (&iter, NULL, &value))
    {
      const char *raw = relais_json_node_get_raw (value, &length);

      relais_schema_spend (self->trim, RELAIS_SCHEMA_MEMBER_COST);
      if (strcmp (key, "allOf") == 0)
        merge_schema (self, value);
      else
        relais_json_writer_raw (&self->required_writer, NULL, raw, length);
    }
}

/* What a reference names, unless that is being followed or is merged already. */
static void
merge_reference (Merge      *self,
                 const char *ref)
{
  RelaisSchemaTrim *trim = self->trim;
  const RelaisJsonNode *node = ref != NULL ? relais_schema_resolve (trim, ref) : NULL;

  if (!relais_schema_follow (trim, node))
    return;
  trim->n_inlined++;
  merge_schema (self, node);
  trim->n_inlined--;
}

static void
merge_schema (Merge                *self,
              const RelaisJsonNode *node)
{
  const RelaisJsonNode *key, *value;
  RelaisJsonIter iter;
  gsize length;

  if (relais_json_node_get_kind (node) != RELAIS_JSON_OBJECT)
    return;
  relais_json_iter_init (&iter, node);
  while (relais_json_iter_next (&iter, &key, &value))
    {
      char *name = relais_json_node_dup_string (key);
      const char *raw = relais_json_node_get_raw (value, &length);
      RelaisJsonKind kind = relais_json_node_get_kind (value);

      relais_schema_spend (self->trim, RELAIS_SCHEMA_MEMBER_COST);
      if (strcmp (name, "properties") == 0 && kind == RELAIS_JSON_OBJECT)
        merge_properties (self, value);
      else if ((strcmp (name, "required") == 0 || strcmp (name, "allOf") == 0) && kind == RELAIS_JSON_ARRAY)
        merge_list (self, name, value);
      else if (strcmp (name, "$ref") == 0)
        {
          g_autofree char *ref = relais_json_node_dup_string (value);

          merge_reference (self, ref);
        }
      else if (!g_hash_table_contains (self->seen, name))
        relais_json_writer_raw (&self->rest_writer, name, raw, length);
      g_hash_table_add (self->seen, name);
    }
}

/**
 * relais_schema_merge:
 * @trim: a schema being trimmed
 * @node: a schema with `allOf`
 *
 * What is followed for it stays noted.
 *
 * Returns: (transfer full): all that its branches demand, as the text of one schema
 */
char *
relais_schema_merge (RelaisSchemaTrim     *trim,
                     const RelaisJsonNode *node)
{
  g_autoptr (GString) properties = g_string_new ("{");
  g_autoptr (GString) required = g_string_new ("[");
  g_autoptr (GString) rest = g_string_new ("{");
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Merge self = {
    .trim = trim,
    .seen = seen,
    .properties_seen = names,
    .property_writer = { .out = properties },
    .required_writer = { .out = required },
    .rest_writer = { .out = rest },
  };

  merge_schema (&self, node);
  g_string_append_c (properties, '}');
  g_string_append_c (required, ']');
  if (properties->len > 2)
    relais_json_writer_raw (&self.rest_writer, "properties", properties->str, properties->len);
  if (required->len > 2)
    relais_json_writer_raw (&self.rest_writer, "required", required->str, required->len);
  g_string_append_c (rest, '}');
  relais_schema_spend (trim, rest->len);
  return g_strndup (rest->str, rest->len);
}
