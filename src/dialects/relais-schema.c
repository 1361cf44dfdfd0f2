/* relais-schema.c: JSON Schema trimmed to what a target accepts
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-schema"

#include "config.h"

#include <string.h>

#include "relais-schema-private.h"

#define member(node, name) relais_json_node_get_member ((node), (name))
#define MAX_NOTE_BYTES 200
#define MIN_BUDGET (1024 * 1024)
#define BUDGET_FACTOR 4

/* What each form keeps; sorted by use. */
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
static const char *const formats[] = {
  "enum", "date-time", "date", "email", "byte", "password", "int32", "int64", "float", "double", NULL
};

static void write_schema (RelaisSchemaTrim     *self,
                          const char           *name,
                          const RelaisJsonNode *node,
                          gboolean              top);

/**
 * relais_schema_budget_init:
 * @self: (out caller-allocates): a budget
 * @n_bytes: how long the schemas of the request are, all together
 *
 * Lets trimming them cost a few times what they are long, however often they refer to themselves.
 */
void
relais_schema_budget_init (RelaisSchemaBudget *self,
                           gsize               n_bytes)
{
  *self = (RelaisSchemaBudget){ .left = BUDGET_FACTOR * n_bytes + MIN_BUDGET };
}

/**
 * relais_schema_spend:
 * @self: a schema being trimmed
 * @n_bytes: what was done
 *
 * Takes it off the budget.
 */
void
relais_schema_spend (RelaisSchemaTrim *self,
                     gsize             n_bytes)
{
  self->budget->left -= MIN (self->budget->left, n_bytes);
}

static gboolean
is_listed (const char         *key,
           const char * const *list)
{
  return g_strv_contains (list, key);
}

static gboolean
is_null_branch (const RelaisJsonNode *branch)
{
  return relais_json_node_equals (member (branch, "type"), "null");
}

/* The one type of a schema, its null left out where there is another; NULL for none or several. */
static char *
single_type (const RelaisJsonNode *node,
             gboolean             *nullable)
{
  const RelaisJsonNode *type = member (node, "type");
  const RelaisJsonNode *one;
  g_autofree char *found = relais_json_node_dup_string (type);
  RelaisJsonIter iter;

  if (relais_json_node_get_kind (type) == RELAIS_JSON_ARRAY)
    {
      relais_json_iter_init (&iter, type);
      while (relais_json_iter_next (&iter, NULL, &one))
        if (relais_json_node_equals (one, "null"))
          *nullable = TRUE;
        else if (found != NULL)
          return NULL;
        else
          found = relais_json_node_dup_string (one);
      if (found == NULL && *nullable)
        found = g_strdup ("null");
    }
  return found != NULL ? g_ascii_strdown (found, -1) : NULL;
}

static void
write_type (RelaisSchemaTrim *self,
            const char       *name,
            const char       *type)
{
  g_autofree char *upper = g_ascii_strup (type, -1);

  if (self->form == RELAIS_SCHEMA_OPENAPI)
    type = upper;
  relais_json_writer_string (&self->writer, name, type);
}

/* Several types become as many branches. */
static void
write_types (RelaisSchemaTrim     *self,
             const RelaisJsonNode *types)
{
  const RelaisJsonNode *one;
  guint n_words = 0;
  RelaisJsonIter iter;

  relais_json_iter_init (&iter, types);
  while (relais_json_iter_next (&iter, NULL, &one))
    n_words += relais_json_node_get_kind (one) == RELAIS_JSON_STRING;
  if (n_words == 0)
    return;
  relais_json_writer_array (&self->writer, "anyOf");
  relais_json_iter_init (&iter, types);
  while (relais_json_iter_next (&iter, NULL, &one))
    {
      g_autofree char *type = relais_json_node_dup_string (one);

      if (type == NULL || strcmp (type, "null") == 0)
        continue;
      relais_json_writer_object (&self->writer, NULL);
      write_type (self, "type", type);
      relais_json_writer_end_object (&self->writer);
    }
  relais_json_writer_end_array (&self->writer);
}

static void
write_raw (RelaisSchemaTrim     *self,
           const char           *name,
           const RelaisJsonNode *value)
{
  gsize length;
  const char *raw = relais_json_node_get_raw (value, &length);

  relais_json_writer_raw (&self->writer, name, raw, length);
}

static void
write_properties (RelaisSchemaTrim     *self,
                  const char           *name,
                  const RelaisJsonNode *properties)
{
  const RelaisJsonNode *key, *value;
  RelaisJsonIter iter;

  relais_json_writer_object (&self->writer, name);
  relais_json_iter_init (&iter, properties);
  while (relais_json_iter_next (&iter, &key, &value))
    {
      g_autofree char *property = relais_json_node_dup_string (key);

      write_schema (self, property, value, FALSE);
    }
  relais_json_writer_end_object (&self->writer);
}

static void
write_branches (RelaisSchemaTrim     *self,
                const char           *name,
                const RelaisJsonNode *branches,
                gboolean             *nullable)
{
  const RelaisJsonNode *branch;
  RelaisJsonIter iter;

  relais_json_writer_array (&self->writer, name);
  relais_json_iter_init (&iter, branches);
  while (relais_json_iter_next (&iter, NULL, &branch))
    if (self->form == RELAIS_SCHEMA_OPENAPI && is_null_branch (branch))
      *nullable = TRUE;
    else
      write_schema (self, NULL, branch, FALSE);
  relais_json_writer_end_array (&self->writer);
}

/* What a schema leaves a choice between; NULL for nothing. OpenAPI has one key for it, and says a
 * null branch by another. */
static const RelaisJsonNode *
get_branches (const RelaisJsonNode *node)
{
  static const char *const keys[] = { "anyOf", "oneOf" };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      const RelaisJsonNode *branches = member (node, keys[i]);
      const RelaisJsonNode *branch;
      RelaisJsonIter iter;

      if (relais_json_node_get_kind (branches) != RELAIS_JSON_ARRAY)
        continue;
      relais_json_iter_init (&iter, branches);
      while (relais_json_iter_next (&iter, NULL, &branch))
        if (!is_null_branch (branch))
          return branches;
    }
  return NULL;
}

/* A list of schemas, one for each place, as drafts before 2020 had it. */
static void
write_tuple (RelaisSchemaTrim     *self,
             const RelaisJsonNode *items)
{
  gboolean nullable = FALSE;

  if (self->form == RELAIS_SCHEMA_JSON)
    {
      write_branches (self, "prefixItems", items, &nullable);
      return;
    }
  relais_json_writer_object (&self->writer, "items");
  write_branches (self, "anyOf", items, &nullable);
  if (nullable)
    relais_json_writer_boolean (&self->writer, "nullable", TRUE);
  relais_json_writer_end_object (&self->writer);
}

/* Whether `items` comes out as something. */
static gboolean
has_items (const RelaisJsonNode *node)
{
  const RelaisJsonNode *items = member (node, "items");
  const RelaisJsonNode *item;
  RelaisJsonIter iter;

  if (relais_json_node_get_kind (items) != RELAIS_JSON_ARRAY)
    return items != NULL;
  relais_json_iter_init (&iter, items);
  while (relais_json_iter_next (&iter, NULL, &item))
    if (!is_null_branch (item))
      return TRUE;
  return FALSE;
}

/* `required`: what exists only, and what some tools mark inside the property itself. */
static void
write_required (RelaisSchemaTrim     *self,
                const RelaisJsonNode *node)
{
  const RelaisJsonNode *properties = member (node, "properties");
  const RelaisJsonNode *required = member (node, "required");
  const RelaisJsonNode *one, *key, *value;
  g_autoptr (GHashTable) left = NULL; /* properties that are not listed yet */
  g_autoptr (GString) names = g_string_new ("[");
  RelaisJsonWriter writer = { .out = names };
  RelaisJsonIter iter;

  if (relais_json_node_get_kind (properties) != RELAIS_JSON_OBJECT)
    {
      self->less |= required != NULL;
      return;
    }
  left = relais_schema_index (properties);
  if (relais_json_node_get_kind (required) == RELAIS_JSON_ARRAY)
    {
      relais_json_iter_init (&iter, required);
      while (relais_json_iter_next (&iter, NULL, &one))
        {
          g_autofree char *name = relais_json_node_dup_string (one);

          relais_schema_spend (self, RELAIS_SCHEMA_MEMBER_COST);
          if (name != NULL && g_hash_table_remove (left, name))
            relais_json_writer_string (&writer, NULL, name);
          else
            self->less = TRUE;
        }
    }
  relais_json_iter_init (&iter, properties);
  while (relais_json_iter_next (&iter, &key, &value))
    {
      g_autofree char *name = relais_json_node_dup_string (key);

      if (relais_json_node_get_boolean (member (value, "required"), FALSE) &&
          g_hash_table_remove (left, name))
        relais_json_writer_string (&writer, NULL, name);
    }
  g_string_append_c (names, ']');
  if (names->len > 2)
    relais_json_writer_raw (&self->writer, "required", names->str, names->len);
}

/* What the form has no key for is told in the description. */
static void
add_note (GString    *notes,
          const char *key,
          const char *raw,
          gsize       length)
{
  if (notes->len > 0)
    g_string_append (notes, "; ");
  g_string_append_printf (notes, "%s: ", key);
  if (length > MAX_NOTE_BYTES)
    length = g_utf8_find_prev_char (raw, raw + MAX_NOTE_BYTES + 1) - raw;
  g_string_append_len (notes, raw, length);
}

static gboolean
is_noted (const char *key)
{
  static const char *const keys[] = {
    "multipleOf", "uniqueItems", "not", "if", "then", "else", "patternProperties", "propertyNames",
    "dependentRequired", "dependentSchemas", "contains", "minContains", "maxContains",
    "contentEncoding", "contentMediaType", "examples", NULL
  };

  return is_listed (key, keys);
}

/* Bounds that exclude their value: the next whole number, or the value itself. */
static void
write_exclusive (RelaisSchemaTrim     *self,
                 const RelaisJsonNode *node,
                 const char           *type)
{
  static const struct
  {
    const char *from;
    const char *to;
    int step;
  } bounds[] = {
    { "exclusiveMinimum", "minimum", 1 },
    { "exclusiveMaximum", "maximum", -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bounds); i++)
    {
      const RelaisJsonNode *bound = member (node, bounds[i].from);
      gint64 whole;

      if (relais_json_node_get_kind (bound) != RELAIS_JSON_NUMBER ||
          member (node, bounds[i].to) != NULL)
        continue;
      if (g_strcmp0 (type, "integer") == 0 && relais_json_node_get_int (bound, &whole) && whole > G_MININT64 / 2 && whole < G_MAXINT64 / 2)
        relais_json_writer_int (&self->writer, bounds[i].to, whole + bounds[i].step);
      else
        write_raw (self, bounds[i].to, bound);
    }
}

/* Values of an enumeration are strings there; others are told in the description. */
static void
write_enum (RelaisSchemaTrim     *self,
            const RelaisJsonNode *values,
            const char           *type,
            GString              *notes)
{
  const RelaisJsonNode *value;
  RelaisJsonIter iter;

  if (self->form == RELAIS_SCHEMA_JSON)
    {
      write_raw (self, "enum", values);
      return;
    }
  if (type != NULL && strcmp (type, "string") != 0)
    {
      gsize length;
      const char *raw = relais_json_node_get_raw (values, &length);

      add_note (notes, "one of", raw, length);
      return;
    }
  relais_json_writer_array (&self->writer, "enum");
  relais_json_iter_init (&iter, values);
  while (relais_json_iter_next (&iter, NULL, &value))
    {
      g_autofree char *text = relais_json_node_dup_string (value);
      g_autofree char *raw = text == NULL ? relais_json_node_dup_raw (value) : NULL;

      if (relais_json_node_get_kind (value) != RELAIS_JSON_NULL)
        relais_json_writer_string (&self->writer, NULL, text != NULL ? text : raw);
    }
  relais_json_writer_end_array (&self->writer);
}

static gboolean
is_kept (RelaisSchemaTrim *self,
         const char       *key)
{
  return is_listed (key, self->form == RELAIS_SCHEMA_JSON ? json_keys : openapi_keys);
}

/* Whether a key says the same under this name or another. */
static gboolean
is_carried (RelaisSchemaTrim *self,
            const char       *key)
{
  static const char *const turned[] = { "const", "allOf", "definitions", "$defs", "$ref", NULL };

  return is_kept (self, key) || is_listed (key, turned);
}

static void
write_choice (RelaisSchemaTrim     *self,
              const RelaisJsonNode *node,
              const char           *key,
              const RelaisJsonNode *branches,
              gboolean             *nullable)
{
  if (relais_json_node_get_kind (branches) != RELAIS_JSON_ARRAY)
    return;
  if (self->form == RELAIS_SCHEMA_JSON)
    write_branches (self, key, branches, nullable);
  else if (branches == get_branches (node))
    write_branches (self, "anyOf", branches, nullable);
  else if (get_branches (node) == NULL && relais_json_node_get_count (branches) > 0)
    *nullable = TRUE;
}

/* The schemas that references name; older drafts call them `definitions`, which Gemini does not
 * know. */
static void
write_definitions (RelaisSchemaTrim     *self,
                   const RelaisJsonNode *node)
{
  const RelaisJsonNode *defs = member (node, "$defs");

  if (defs == NULL)
    defs = member (node, "definitions");
  if (self->form == RELAIS_SCHEMA_JSON && relais_json_node_get_kind (defs) == RELAIS_JSON_OBJECT)
    write_properties (self, "$defs", defs);
}

static void
write_member (RelaisSchemaTrim     *self,
              const RelaisJsonNode *node,
              const char           *key,
              const RelaisJsonNode *value,
              const char           *type,
              GString              *notes,
              gboolean             *nullable)
{
  gboolean openapi = self->form == RELAIS_SCHEMA_OPENAPI;
  RelaisJsonKind kind = relais_json_node_get_kind (value);

  if (strcmp (key, "properties") == 0)
    {
      if (kind == RELAIS_JSON_OBJECT)
        write_properties (self, key, value);
    }
  else if (strcmp (key, "items") == 0 && kind != RELAIS_JSON_ARRAY)
    write_schema (self, key, value, FALSE);
  else if (strcmp (key, "items") == 0)
    {
      if (has_items (node) && (openapi || member (node, "prefixItems") == NULL))
        write_tuple (self, value);
    }
  else if (strcmp (key, "anyOf") == 0 || strcmp (key, "oneOf") == 0)
    write_choice (self, node, key, value, nullable);
  else if (strcmp (key, "prefixItems") == 0)
    {
      if (kind == RELAIS_JSON_ARRAY && !openapi)
        write_branches (self, key, value, nullable);
    }
  else if (strcmp (key, "additionalProperties") == 0 && kind == RELAIS_JSON_OBJECT && !openapi)
    write_schema (self, key, value, FALSE);
  else if (strcmp (key, "enum") == 0)
    {
      if (kind == RELAIS_JSON_ARRAY && member (node, "const") == NULL)
        write_enum (self, value, type, notes);
    }
  else if (strcmp (key, "const") == 0)
    {
      gsize length;
      const char *raw = relais_json_node_get_raw (value, &length);

      if (openapi && type != NULL && strcmp (type, "string") != 0)
        add_note (notes, "always", raw, length);
      else
        {
          relais_json_writer_array (&self->writer, "enum");
          if (kind == RELAIS_JSON_STRING || !openapi)
            write_raw (self, NULL, value);
          else
            {
              g_autofree char *text = g_strndup (raw, length);

              relais_json_writer_string (&self->writer, NULL, text);
            }
          relais_json_writer_end_array (&self->writer);
        }
    }
  else if (strcmp (key, "format") == 0)
    {
      g_autofree char *format = relais_json_node_dup_string (value);

      if (format != NULL && (!openapi || is_listed (format, formats)))
        relais_json_writer_string (&self->writer, "format", format);
      else
        self->less = TRUE;
    }
  else if (is_noted (key))
    {
      gsize length;
      const char *raw = relais_json_node_get_raw (value, &length);

      add_note (notes, key, raw, length);
    }
  else if (strcmp (key, "nullable") == 0)
    *nullable |= relais_json_node_get_boolean (value, FALSE);
  else if (is_kept (self, key) && strcmp (key, "type") != 0 && strcmp (key, "description") != 0 &&
           strcmp (key, "required") != 0 && strcmp (key, "$defs") != 0 && strcmp (key, "$ref") != 0)
    write_raw (self, key, value);
}

static void
write_description (RelaisSchemaTrim     *self,
                   const RelaisJsonNode *node,
                   GString              *notes)
{
  g_autofree char *description = relais_json_node_dup_string (member (node, "description"));
  g_autoptr (GString) whole = g_string_new (description);

  if (notes->len > 0)
    g_string_append_printf (whole, "%s(%s)", whole->len > 0 ? " " : "", notes->str);
  if (whole->len > 0)
    relais_json_writer_string (&self->writer, "description", whole->str);
}

/* The members of one schema as far as the form knows them; the rest goes into the notes. */
static void
write_members (RelaisSchemaTrim     *self,
               const RelaisJsonNode *node,
               const char           *type,
               GString              *notes,
               gboolean             *nullable)
{
  g_autoptr (GHashTable) last = relais_schema_index (node); /* of two by one name the last counts */
  const RelaisJsonNode *key, *value;
  gboolean branches = get_branches (node) != NULL;
  RelaisJsonIter iter;

  if (self->form == RELAIS_SCHEMA_JSON &&
      relais_json_node_get_kind (member (node, "type")) == RELAIS_JSON_ARRAY)
    write_raw (self, "type", member (node, "type"));
  else if (type != NULL && !(self->form == RELAIS_SCHEMA_OPENAPI && branches))
    write_type (self, "type", type);
  else if (self->form == RELAIS_SCHEMA_JSON && member (node, "type") != NULL)
    write_raw (self, "type", member (node, "type"));
  else if (relais_json_node_get_kind (member (node, "type")) == RELAIS_JSON_ARRAY && !branches)
    write_types (self, member (node, "type"));
  relais_json_iter_init (&iter, node);
  while (relais_json_iter_next (&iter, &key, &value))
    {
      g_autofree char *name = relais_json_node_dup_string (key);

      self->less = self->less || !is_carried (self, name);
      relais_schema_spend (self, RELAIS_SCHEMA_MEMBER_COST);
      if (g_hash_table_lookup (last, name) == value)
        write_member (self, node, name, value, type, notes, nullable);
    }
  write_definitions (self, node);
  write_exclusive (self, node, type);
  if (g_strcmp0 (type, "array") == 0 && !has_items (node) && self->form == RELAIS_SCHEMA_OPENAPI)
    {
      relais_json_writer_object (&self->writer, "items");
      relais_json_writer_string (&self->writer, "type", "STRING");
      relais_json_writer_end_object (&self->writer);
    }
}

/* The reference of a schema, or of the one branch of its `allOf`, which is how a reference gets a
 * description in older drafts. */
static char *
dup_reference (const RelaisJsonNode *node)
{
  const RelaisJsonNode *all = member (node, "allOf");
  char *ref = relais_json_node_dup_string (member (node, "$ref"));

  if (ref == NULL && relais_json_node_get_kind (all) == RELAIS_JSON_ARRAY &&
      relais_json_node_get_count (all) == 1 && member (node, "properties") == NULL)
    ref = relais_json_node_dup_string (member (relais_json_node_get_element (all, 0), "$ref"));
  return ref;
}

static void
write_stub (RelaisSchemaTrim *self,
            const char       *name,
            const char       *type,
            const char       *description)
{
  self->less = TRUE;
  relais_json_writer_object (&self->writer, name);
  write_type (self, "type", type);
  if (description != NULL)
    relais_json_writer_string (&self->writer, "description", description);
  relais_json_writer_end_object (&self->writer);
}

/* What a reference points to, in its place; a circle ends in an object that says so. */
static void
write_reference (RelaisSchemaTrim *self,
                 const char       *name,
                 const char       *ref)
{
  const RelaisJsonNode *node = relais_schema_resolve (self, ref);
  const char *last = strrchr (ref, '/');
  g_autofree char *words = g_strdup_printf ("recursive %s", last != NULL ? last + 1 : ref);
  guint n_following = self->following->len;

  if (!relais_schema_follow (self, node))
    {
      relais_schema_spend (self, strlen (words));
      write_stub (self, name, "object", words);
      return;
    }
  self->n_inlined++;
  write_schema (self, name, node, FALSE);
  self->n_inlined--;
  relais_schema_return (self, n_following);
}

/* The reference itself; beside it only keys with a dollar may stay. */
static void
write_dollars (RelaisSchemaTrim     *self,
               const RelaisJsonNode *node,
               const char           *ref)
{
  static const char *const kept[] = { "$id", "$anchor" };
  static const char old[] = "#/definitions/";
  gsize n_written = 1;
  g_autofree char *renamed = NULL;

  if (g_str_has_prefix (ref, old))
    ref = renamed = g_strconcat ("#/$defs/", ref + strlen (old), NULL);
  relais_json_writer_string (&self->writer, "$ref", ref);
  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    if (member (node, kept[i]) != NULL)
      {
        write_raw (self, kept[i], member (node, kept[i]));
        n_written++;
      }
  write_definitions (self, node);
  n_written += member (node, "$defs") != NULL || member (node, "definitions") != NULL;
  self->less |= relais_json_node_get_count (node) > n_written;
}

static void
write_merged (RelaisSchemaTrim     *self,
              const char           *name,
              const RelaisJsonNode *node,
              gboolean              top)
{
  guint n_following = self->following->len;
  g_autofree char *merged = NULL;
  g_autoptr (RelaisJson) tree = NULL;

  /* a reference may have led here, and is being followed then */
  if (!relais_schema_goes_on (self))
    {
      write_stub (self, name, "object", NULL);
      return;
    }
  relais_schema_follow (self, node);
  self->n_inlined++;
  merged = relais_schema_merge (self, node);
  tree = relais_json_parse (merged, strlen (merged), RELAIS_JSON_MAX_DEPTH, NULL);
  write_schema (self, name, relais_json_get_root (tree), top);
  self->n_inlined--;
  relais_schema_return (self, n_following);
}

static void
write_schema (RelaisSchemaTrim     *self,
              const char           *name,
              const RelaisJsonNode *node,
              gboolean              top)
{
  g_autofree char *ref = dup_reference (node);
  g_autofree char *type = NULL;
  g_autoptr (GString) notes = NULL;
  gboolean nullable = FALSE;

  if (relais_json_node_get_kind (node) != RELAIS_JSON_OBJECT)
    {
      write_stub (self, name, top ? "object" : "string", NULL);
      return;
    }
  if (ref != NULL && self->form == RELAIS_SCHEMA_OPENAPI)
    {
      write_reference (self, name, ref);
      return;
    }
  if (ref == NULL && relais_json_node_get_kind (member (node, "allOf")) == RELAIS_JSON_ARRAY)
    {
      write_merged (self, name, node, top);
      return;
    }
  relais_json_writer_object (&self->writer, name);
  if (ref != NULL)
    write_dollars (self, node, ref);
  else
    {
      notes = g_string_new (NULL);
      type = single_type (node, &nullable);
      write_members (self, node, type, notes, &nullable);
      write_required (self, node);
      write_description (self, node, notes);
      if (nullable && self->form == RELAIS_SCHEMA_OPENAPI)
        relais_json_writer_boolean (&self->writer, "nullable", TRUE);
    }
  relais_json_writer_end_object (&self->writer);
}

/**
 * relais_schema_trim:
 * @schema: a JSON Schema, as text
 * @form: the field it will stand in
 * @budget: (nullable): what it and others of its request may cost; %NULL: one of its own
 * @out: where to append it
 * @less: (out): whether something was left out, or is only told in words
 *
 * Keeps what Gemini documents for that field and turns the rest into what is near, or into words of
 * the description; names of properties and values of defaults are left alone. Local references are
 * put in place for OpenAPI, and the branches of an `allOf` are made one, up to eight deep and
 * within @budget; what is cut off is an object without properties, and noted there.
 *
 * Returns: whether something is left to send: %FALSE for an object without properties, and nothing
 *   was appended
 */
gboolean
relais_schema_trim (const char         *schema,
                    RelaisSchemaForm    form,
                    RelaisSchemaBudget *budget,
                    GString            *out,
                    gboolean           *less)
{
  gsize length = strlen (schema);
  g_autoptr (RelaisJson) tree = relais_json_parse (schema, length, RELAIS_JSON_MAX_DEPTH, NULL);
  g_autoptr (GHashTable) indexes = g_hash_table_new_full (NULL, NULL, NULL,
                                                          (GDestroyNotify)g_hash_table_unref);
  g_autoptr (GPtrArray) following = g_ptr_array_new ();
  g_autoptr (GHashTable) followed = g_hash_table_new (NULL, NULL);
  RelaisSchemaBudget own;
  RelaisSchemaTrim self = {
    .root = relais_json_get_root (tree),
    .indexes = indexes,
    .form = form,
    .budget = budget != NULL ? budget : &own,
    .n_paid = out->len,
    .following = following,
    .followed = followed,
  };
  gboolean object = relais_json_node_get_kind (self.root) == RELAIS_JSON_OBJECT;
  const RelaisJsonNode *properties = member (self.root, "properties");

  relais_schema_budget_init (&own, length);
  self.budget->cut = FALSE;
  if (!object || (relais_json_node_equals (member (self.root, "type"), "object") &&
                  relais_json_node_get_count (properties) == 0 && member (self.root, "anyOf") == NULL &&
                  member (self.root, "oneOf") == NULL && member (self.root, "allOf") == NULL &&
                  member (self.root, "$ref") == NULL))
    {
      *less = !object || relais_json_node_get_count (self.root) > (properties != NULL ? 2 : 1);
      return FALSE;
    }
  relais_json_writer_init (&self.writer, out);
  write_schema (&self, NULL, self.root, TRUE);
  *less = self.less;
  relais_schema_spend (&self, out->len - self.n_paid);
  return TRUE;
}
