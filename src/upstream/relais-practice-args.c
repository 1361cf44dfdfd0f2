/* relais-practice-args.c: arguments that fit a tool's schema
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-practice"

#include "config.h"

#include <string.h>

#include "base/relais-json-writer.h"
#include "base/relais-json.h"

#include "relais-practice-plan.h"

#define MAX_DEPTH 12
#define MAX_PROPERTIES 128

typedef struct
{
  RelaisJsonWriter writer;
  const RelaisJsonNode *root; /* borrowed; where references point into */
  guint left;                 /* properties that may still be written */
  guint position;             /* varies the values of several calls */
} Filler;

static void fill (Filler               *self,
                  const char           *name,
                  const RelaisJsonNode *schema,
                  guint                 depth);

/* A type by its name in any case, or its number in Gemini's protocol buffers. */
static RelaisJsonKind
read_type (const RelaisJsonNode *type,
           gboolean             *whole)
{
  static const struct
  {
    const char *name;
    RelaisJsonKind kind;
  } types[] = {
    { "string", RELAIS_JSON_STRING },
    { "number", RELAIS_JSON_NUMBER },
    { "integer", RELAIS_JSON_NUMBER },
    { "boolean", RELAIS_JSON_BOOLEAN },
    { "array", RELAIS_JSON_ARRAY },
    { "object", RELAIS_JSON_OBJECT },
    { "null", RELAIS_JSON_NULL },
  };
  g_autofree char *name = relais_json_node_dup_string (type);
  gint64 number = 0;

  relais_json_node_get_int (type, &number);
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if ((name != NULL && g_ascii_strcasecmp (name, types[i].name) == 0) || number == (gint64)i + 1)
      {
        *whole = i == 2;
        return types[i].kind;
      }
  return RELAIS_JSON_NONE;
}

/* What the schema says the value is; the first that is not null where it says several. */
static RelaisJsonKind
find_type (const RelaisJsonNode *schema,
           gboolean             *whole)
{
  const RelaisJsonNode *type = relais_json_node_get_member (schema, "type");
  const RelaisJsonNode *node;
  RelaisJsonIter iter;
  RelaisJsonKind kind = RELAIS_JSON_NONE;

  if (relais_json_node_get_kind (type) != RELAIS_JSON_ARRAY)
    kind = read_type (type, whole);
  relais_json_iter_init (&iter,
                         relais_json_node_get_kind (type) == RELAIS_JSON_ARRAY ? type : NULL);
  while (relais_json_iter_next (&iter, NULL, &node) &&
         (kind == RELAIS_JSON_NONE || kind == RELAIS_JSON_NULL))
    kind = read_type (node, whole);
  if (kind == RELAIS_JSON_NONE && relais_json_node_get_member (schema, "properties") != NULL)
    return RELAIS_JSON_OBJECT;
  return kind;
}

/* Follows `#/…` inside the schema; NULL when it leads nowhere. */
static const RelaisJsonNode *
follow (Filler               *self,
        const RelaisJsonNode *reference)
{
  g_autofree char *path = relais_json_node_dup_string (reference);
  g_auto (GStrv) steps = NULL;
  const RelaisJsonNode *node = self->root;

  if (path == NULL || !g_str_has_prefix (path, "#/") || strlen (path) > 256)
    return NULL;
  steps = g_strsplit (path + 2, "/", 16);
  for (guint i = 0; steps[i] != NULL; i++)
    node = relais_json_node_get_member (node, steps[i]);
  return node;
}

static void
fill_string (Filler               *self,
             const char           *name,
             const RelaisJsonNode *schema)
{
  static const struct
  {
    const char *format;
    const char *value;
  } formats[] = {
    { "date", "2026-01-31" },
    { "date-time", "2026-01-31T12:00:00Z" },
    { "time", "12:00:00Z" },
    { "email", "practice@example.org" },
    { "uri", "https://example.org/" },
    { "url", "https://example.org/" },
    { "uuid", "00000000-0000-4000-8000-000000000001" },
  };
  const RelaisJsonNode *format = relais_json_node_get_member (schema, "format");
  g_autofree char *value = g_strdup_printf (self->position > 0 ? "practice %u" : "practice",
                                            self->position + 1);

  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    if (relais_json_node_equals (format, formats[i].format))
      {
        relais_json_writer_string (&self->writer, name, formats[i].value);
        return;
      }
  relais_json_writer_string (&self->writer, name, value);
}

static void
fill_number (Filler               *self,
             const char           *name,
             const RelaisJsonNode *schema,
             gboolean              whole)
{
  const RelaisJsonNode *minimum = relais_json_node_get_member (schema, "minimum");
  gint64 least;
  gsize length;
  const char *raw = relais_json_node_get_raw (minimum, &length);

  if (relais_json_node_get_int (minimum, &least) && least > 1)
    relais_json_writer_int (&self->writer, name, least);
  else if (relais_json_node_get_kind (minimum) == RELAIS_JSON_NUMBER && raw[0] != '-' && !whole)
    relais_json_writer_raw (&self->writer, name, raw, length);
  else
    relais_json_writer_raw (&self->writer, name, whole ? "1" : "1.5", -1);
}

/* The required properties; where none is, the first ones. */
static void
fill_object (Filler               *self,
             const char           *name,
             const RelaisJsonNode *schema,
             guint                 depth)
{
  const RelaisJsonNode *properties = relais_json_node_get_member (schema, "properties");
  const RelaisJsonNode *required = relais_json_node_get_member (schema, "required");
  gboolean by_name = relais_json_node_get_kind (required) == RELAIS_JSON_ARRAY &&
                     relais_json_node_get_count (required) > 0;
  const RelaisJsonNode *key, *value;
  RelaisJsonIter iter;

  relais_json_writer_object (&self->writer, name);
  relais_json_iter_init (&iter, by_name ? required : properties);
  for (guint i = 0; self->left > 0 && (by_name || i < 3) &&
                    relais_json_iter_next (&iter, &key, &value);
       i++)
    {
      g_autofree char *property = relais_json_node_dup_string (by_name ? value : key);

      if (property == NULL)
        continue;
      self->left--;
      fill (self, property, by_name ? relais_json_node_get_member (properties, property) : value,
            depth + 1);
    }
  relais_json_writer_end_object (&self->writer);
}

static void
fill_array (Filler               *self,
            const char           *name,
            const RelaisJsonNode *schema,
            guint                 depth)
{
  relais_json_writer_array (&self->writer, name);
  if (self->left > 0)
    {
      self->left--;
      fill (self, NULL, relais_json_node_get_member (schema, "items"), depth + 1);
    }
  relais_json_writer_end_array (&self->writer);
}

/* A value the schema spells out: const, default, example, or one of enum. */
static gboolean
fill_given (Filler               *self,
            const char           *name,
            const RelaisJsonNode *schema)
{
  const RelaisJsonNode *list = relais_json_node_get_member (schema, "enum");
  const RelaisJsonNode *value = relais_json_node_get_member (schema, "const");
  gsize length;
  const char *raw;

  if (value == NULL && relais_json_node_get_count (list) > 0)
    value = relais_json_node_get_element (list,
                                          MIN (self->position,
                                               relais_json_node_get_count (list) - 1));
  if (value == NULL)
    value = relais_json_node_get_member (schema, "default");
  raw = relais_json_node_get_raw (value, &length);
  if (raw == NULL || length > 1024)
    return FALSE;
  relais_json_writer_raw (&self->writer, name, raw, length);
  return TRUE;
}

static void
fill (Filler               *self,
      const char           *name,
      const RelaisJsonNode *schema,
      guint                 depth)
{
  static const char *const unions[] = { "anyOf", "oneOf", "allOf" };
  const RelaisJsonNode *reference = relais_json_node_get_member (schema, "$ref");
  gboolean whole = FALSE;
  RelaisJsonKind kind;

  if (depth > MAX_DEPTH)
    {
      relais_json_writer_null (&self->writer, name);
      return;
    }
  if (reference != NULL)
    {
      fill (self, name, follow (self, reference), depth + 1);
      return;
    }
  if (fill_given (self, name, schema))
    return;
  kind = find_type (schema, &whole);
  for (gsize i = 0; kind == RELAIS_JSON_NONE && i < G_N_ELEMENTS (unions); i++)
    {
      const RelaisJsonNode *first =
        relais_json_node_get_element (relais_json_node_get_member (schema, unions[i]), 0);

      if (first == NULL)
        continue;
      fill (self, name, first, depth + 1);
      return;
    }
  switch (kind)
    {
    case RELAIS_JSON_NUMBER:
      fill_number (self, name, schema, whole);
      break;
    case RELAIS_JSON_BOOLEAN:
      relais_json_writer_boolean (&self->writer, name, TRUE);
      break;
    case RELAIS_JSON_ARRAY:
      fill_array (self, name, schema, depth);
      break;
    case RELAIS_JSON_OBJECT:
      fill_object (self, name, schema, depth);
      break;
    case RELAIS_JSON_NULL:
      relais_json_writer_null (&self->writer, name);
      break;
    case RELAIS_JSON_NONE:
    case RELAIS_JSON_STRING:
    default:
      fill_string (self, name, schema);
      break;
    }
}

/**
 * relais_practice_make_args:
 * @tool: a tool the client offered
 * @position: 0 for the first call of it, 1 for the next: their values differ where they can
 *
 * Fills in what the schema requires: values it spells out, else something of the right type. At
 * most 128 properties, 12 deep.
 *
 * Returns: (transfer full): a JSON object; free text for a custom tool
 */
char *
relais_practice_make_args (const RelaisTool *tool,
                           guint             position)
{
  g_autoptr (RelaisJson) tree = NULL;
  GString *out = g_string_new (NULL);
  Filler self = { .left = MAX_PROPERTIES, .position = position };

  if (tool->type == RELAIS_TOOL_CUSTOM)
    {
      g_string_printf (out, "practice input %u", position + 1);
      return g_string_free (out, FALSE);
    }
  if (tool->schema != NULL)
    tree = relais_json_parse (tool->schema, strlen (tool->schema), RELAIS_JSON_MAX_DEPTH, NULL);
  self.root = relais_json_get_root (tree);
  relais_json_writer_init (&self.writer, out);
  fill_object (&self, NULL, self.root, 0);
  return g_string_free (out, FALSE);
}
