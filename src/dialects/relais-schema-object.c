/* relais-schema-object.c: the schema of a tool's arguments, made one of an object
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-schema"

#include "config.h"

#include <string.h>

#include "relais-schema-private.h"

#define member(node, name) relais_json_node_get_member ((node), (name))

/* What OpenAI and Anthropic refuse at the top (github.com/langchain-ai/langchainjs/issues/9804,
 * github.com/anthropics/claude-code/issues/5319), and whether an object says less without it. */
static const struct
{
  const char *key;
  gboolean less;
} refused[] = {
  { "$ref", FALSE },
  { "allOf", FALSE },
  { "anyOf", TRUE },
  { "oneOf", TRUE },
  { "not", TRUE },
  { "enum", TRUE },
  { "const", TRUE },
};

static gboolean
is_refused (const RelaisJsonNode *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    if (relais_json_node_equals (key, refused[i].key))
      return TRUE;
  return FALSE;
}

/**
 * relais_schema_is_object:
 * @schema: (nullable): a JSON Schema
 *
 * Returns: whether it is one of an object in the form all upstreams take
 */
gboolean
relais_schema_is_object (const RelaisJsonNode *schema)
{
  const RelaisJsonNode *key, *value;
  gboolean typed = FALSE;
  RelaisJsonIter iter;

  if (relais_json_node_get_kind (schema) != RELAIS_JSON_OBJECT)
    return FALSE;
  relais_json_iter_init (&iter, schema);
  while (relais_json_iter_next (&iter, &key, &value))
    {
      if (is_refused (key))
        return FALSE;
      if (relais_json_node_equals (key, "type"))
        typed = relais_json_node_equals (value, "object");
    }
  return typed;
}

/* Schemas folded into one. Each is read once, or twice where it is first met as one of several and
 * then as demanded. */
typedef struct
{
  RelaisSchemaTrim  trim;
  GQueue waiting;        /* schemas to fold, the nearest first */
  GQueue demanded;       /* beside each, whether it must hold */
  GHashTable *folded[2]; /* schemas that wait or waited, as one of several or as demanded; owned */
  GHashTable       *properties_seen;
  GHashTable       *required_seen;
  RelaisJsonWriter  properties;
  RelaisJsonWriter  required;
  gboolean moved; /* some reference leads into a branch, which is kept in `$defs` for it */
} Fold;

static const char *const branched[] = { "allOf", "anyOf", "oneOf" };

/* Where a reference into a branch of the top leads by now; NULL for any other. */
static char *
move_reference (const char *ref)
{
  for (guint i = 0; ref != NULL && i < G_N_ELEMENTS (branched); i++)
    {
      g_autofree char *old = g_strdup_printf ("#/%s/", branched[i]);

      if (g_str_has_prefix (ref, old))
        return g_strdup_printf ("#/$defs/%s_%s", branched[i], ref + strlen (old));
    }
  return NULL;
}

/* As it stands, but for references that moved. */
static void
copy (Fold                 *self,
      RelaisJsonWriter     *writer,
      const char           *name,
      const RelaisJsonNode *node)
{
  gboolean object = relais_json_node_get_kind (node) == RELAIS_JSON_OBJECT;
  const RelaisJsonNode *key, *value;
  RelaisJsonIter iter;
  gsize length;
  const char *raw;

  if (!object && relais_json_node_get_kind (node) != RELAIS_JSON_ARRAY)
    {
      raw = relais_json_node_get_raw (node, &length);
      relais_json_writer_raw (writer, name, raw, length);
      return;
    }
  if (object)
    relais_json_writer_object (writer, name);
  else
    relais_json_writer_array (writer, name);
  relais_json_iter_init (&iter, node);
  while (relais_json_iter_next (&iter, &key, &value))
    {
      g_autofree char *inner = relais_json_node_dup_string (key);
      g_autofree char *ref = NULL;
      g_autofree char *moved = NULL;

      if (g_strcmp0 (inner, "$ref") == 0)
        {
          ref = relais_json_node_dup_string (value);
          moved = move_reference (ref);
        }
      self->moved |= moved != NULL;
      if (moved != NULL)
        relais_json_writer_string (writer, inner, moved);
      else
        copy (self, writer, inner, value);
    }
  if (object)
    relais_json_writer_end_object (writer);
  else
    relais_json_writer_end_array (writer);
}

static void
fold_later (Fold                 *self,
            const RelaisJsonNode *schema,
            gboolean              demanded)
{
  if (relais_json_node_get_kind (schema) != RELAIS_JSON_OBJECT ||
      g_hash_table_contains (self->folded[TRUE], schema) ||
      !g_hash_table_add (self->folded[demanded], (gpointer)schema))
    return;
  g_queue_push_tail (&self->waiting, (gpointer)schema);
  g_queue_push_tail (&self->demanded, GINT_TO_POINTER (demanded));
}

static void
fold_properties (Fold                 *self,
                 const RelaisJsonNode *properties)
{
  const RelaisJsonNode *key, *value;
  RelaisJsonIter iter;

  if (relais_json_node_get_kind (properties) != RELAIS_JSON_OBJECT)
    return;
  relais_json_iter_init (&iter, properties);
  while (relais_json_iter_next (&iter, &key, &value))
    {
      char *name = relais_json_node_dup_string (key);

      if (!g_hash_table_contains (self->properties_seen, name))
        copy (self, &self->properties, name, value);
      g_hash_table_add (self->properties_seen, name);
    }
}

static void
fold_required (Fold                 *self,
               const RelaisJsonNode *required)
{
  const RelaisJsonNode *one;
  RelaisJsonIter iter;

  if (relais_json_node_get_kind (required) != RELAIS_JSON_ARRAY)
    return;
  relais_json_iter_init (&iter, required);
  while (relais_json_iter_next (&iter, NULL, &one))
    {
      char *name = relais_json_node_dup_string (one);

      if (name != NULL && !g_hash_table_contains (self->required_seen, name))
        relais_json_writer_string (&self->required, NULL, name);
      if (name != NULL)
        g_hash_table_add (self->required_seen, name);
    }
}

static void
fold_branches (Fold                 *self,
               const RelaisJsonNode *branches,
               gboolean              demanded)
{
  const RelaisJsonNode *branch;
  RelaisJsonIter iter;

  if (relais_json_node_get_kind (branches) != RELAIS_JSON_ARRAY)
    return;
  relais_json_iter_init (&iter, branches);
  while (relais_json_iter_next (&iter, NULL, &branch))
    fold_later (self, branch, demanded);
}

static void
fold (Fold                 *self,
      const RelaisJsonNode *schema,
      gboolean              demanded)
{
  g_autofree char *ref = relais_json_node_dup_string (member (schema, "$ref"));

  fold_properties (self, member (schema, "properties"));
  if (demanded)
    fold_required (self, member (schema, "required"));
  if (ref != NULL)
    fold_later (self, relais_schema_resolve (&self->trim, ref), demanded);
  fold_branches (self, member (schema, "allOf"), demanded);
  fold_branches (self, member (schema, "anyOf"), FALSE);
  fold_branches (self, member (schema, "oneOf"), FALSE);
}

/* The branches references lead into. */
static void
write_branches (Fold             *self,
                RelaisJsonWriter *writer)
{
  const RelaisJsonNode *branch;
  RelaisJsonIter iter;

  for (guint i = 0; i < G_N_ELEMENTS (branched); i++)
    {
      relais_json_iter_init (&iter, member (self->trim.root, branched[i]));
      for (guint j = 0; relais_json_iter_next (&iter, NULL, &branch); j++)
        {
          g_autofree char *name = g_strdup_printf ("%s_%u", branched[i], j);

          copy (self, writer, name, branch);
        }
    }
}

static void
write_definitions (Fold             *self,
                   RelaisJsonWriter *writer)
{
  const RelaisJsonNode *definitions = member (self->trim.root, "$defs");
  g_autoptr (GString) all = g_string_new ("{");
  RelaisJsonWriter inner = { .out = all };
  const RelaisJsonNode *key, *value;
  RelaisJsonIter iter;

  /* whatever else it is defines nothing */
  if (relais_json_node_get_kind (definitions) != RELAIS_JSON_OBJECT)
    definitions = NULL;
  relais_json_iter_init (&iter, definitions);
  while (relais_json_iter_next (&iter, &key, &value))
    {
      g_autofree char *name = relais_json_node_dup_string (key);

      copy (self, &inner, name, value);
    }
  if (self->moved)
    write_branches (self, &inner);
  g_string_append_c (all, '}');
  if (definitions != NULL || self->moved)
    relais_json_writer_raw (writer, "$defs", all->str, all->len);
}

/* What else the top says; references point into it. */
static void
write_rest (Fold                 *self,
            RelaisJsonWriter     *writer,
            const RelaisJsonNode *schema)
{
  const RelaisJsonNode *key, *value;
  RelaisJsonIter iter;

  relais_json_iter_init (&iter, schema);
  while (relais_json_iter_next (&iter, &key, &value))
    {
      g_autofree char *name = relais_json_node_dup_string (key);

      if (!is_refused (key) && strcmp (name, "type") != 0 && strcmp (name, "properties") != 0 &&
          strcmp (name, "required") != 0 && strcmp (name, "$defs") != 0)
        copy (self, writer, name, value);
    }
}

static char *
write_object (Fold          *self,
              const GString *properties,
              GString       *required)
{
  g_autoptr (GString) whole = g_string_new (NULL);
  RelaisJsonWriter writer;

  relais_json_writer_init (&writer, whole);
  relais_json_writer_object (&writer, NULL);
  relais_json_writer_string (&writer, "type", "object");
  relais_json_writer_raw (&writer, "properties", properties->str, properties->len);
  if (required->len > strlen ("[]"))
    relais_json_writer_raw (&writer, "required", required->str, required->len);
  write_rest (self, &writer, self->trim.root);
  write_definitions (self, &writer);
  relais_json_writer_end_object (&writer);
  return g_strndup (whole->str, whole->len);
}

static char *
fold_all (const RelaisJsonNode *root)
{
  g_autoptr (GHashTable) indexes = g_hash_table_new_full (NULL, NULL, NULL,
                                                          (GDestroyNotify)g_hash_table_unref);
  g_autoptr (GHashTable) chosen = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) demanded = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) needed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GString) properties = g_string_new ("{");
  g_autoptr (GString) required = g_string_new ("[");
  Fold self = {
    .trim = { .root = root, .indexes = indexes },
    .waiting = G_QUEUE_INIT,
    .demanded = G_QUEUE_INIT,
    .folded = { chosen, demanded },
    .properties_seen = names,
    .required_seen = needed,
    .properties = { .out = properties },
    .required = { .out = required },
  };
  const RelaisJsonNode *schema;

  fold_later (&self, root, TRUE);
  while ((schema = g_queue_pop_head (&self.waiting)) != NULL)
    fold (&self, schema, GPOINTER_TO_INT (g_queue_pop_head (&self.demanded)));
  g_string_append_c (properties, '}');
  g_string_append_c (required, ']');
  return write_object (&self, properties, required);
}

/**
 * relais_schema_make_object:
 * @schema: a JSON Schema, as text
 * @choices: whether the target takes a choice and a reference at the top
 * @less: (out): whether the new schema says less
 *
 * Anthropic and OpenAI refuse a schema without the type of an object, and one with a choice at its
 * top. The properties of all branches become one object's; what is required stays so where it was
 * whichever branch is meant. Takes time and space in proportion to @schema.
 *
 * Returns: (transfer full) (nullable): the schema to send; %NULL: @schema itself
 */
char *
relais_schema_make_object (const char *schema,
                           gboolean    choices,
                           gboolean   *less)
{
  g_autoptr (RelaisJson) tree = relais_json_parse (schema, strlen (schema), RELAIS_JSON_MAX_DEPTH,
                                                   NULL);
  const RelaisJsonNode *root = relais_json_get_root (tree);
  gboolean typed = relais_json_node_equals (member (root, "type"), "object");
  gboolean refuses = FALSE;

  *less = FALSE;
  if (relais_json_node_get_kind (root) != RELAIS_JSON_OBJECT)
    return g_strdup ("{\"type\":\"object\",\"properties\":{}}");
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    if (member (root, refused[i].key) != NULL)
      {
        refuses = TRUE;
        *less |= refused[i].less;
      }
  if (choices ? refuses || member (root, "type") != NULL : typed && !refuses)
    return NULL;
  return fold_all (root);
}
