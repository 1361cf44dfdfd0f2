/* relais-setup-json.c: one value of a JSON file changed, the rest left byte for byte
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-setup"

#include "config.h"

#include <string.h>

#include <glib/gi18n.h>

#include "base/relais-json-writer.h"
#include "base/relais-json.h"

#include "relais-setup-json.h"
#include "relais-setup.h"

#define MAX_DEPTH 64

/* The last of the name, as programs read it; and whether there is more than one. */
static const RelaisJsonNode *
find_member (const RelaisJsonNode *object,
             const char           *name,
             gboolean             *twice)
{
  RelaisJsonIter iter;
  const RelaisJsonNode *key, *value, *found = NULL;

  *twice = FALSE;
  relais_json_iter_init (&iter, object);
  while (relais_json_iter_next (&iter, &key, &value))
    {
      if (!relais_json_node_equals (key, name))
        continue;
      *twice = found != NULL;
      found = value;
    }
  return found;
}

/* What stands before the first member, or NULL in an empty object. */
static char *
dup_gap (const char           *text,
         const RelaisJsonNode *object)
{
  RelaisJsonIter iter;
  const RelaisJsonNode *key, *value;
  const char *end, *start;
  gsize length;

  relais_json_iter_init (&iter, object);
  if (!relais_json_iter_next (&iter, &key, &value))
    return NULL;
  start = relais_json_node_get_raw (object, &length) + 1;
  end = relais_json_node_get_raw (key, &length);
  g_assert (start >= text && end >= start);
  return g_strndup (start, end - start);
}

/* The white space from the start of the line on which @at stands. */
static char *
dup_indent (const char *text,
            const char *at)
{
  const char *line = at;
  gsize length;

  while (line > text && line[-1] != '\n')
    line--;
  length = strspn (line, " \t");
  return g_strndup (line, length);
}

static void
append_members (GString            *out,
                const char * const *path,
                const char         *value,
                const char         *indent)
{
  relais_json_append_string (out, path[0], -1);
  g_string_append (out, ": ");
  if (path[1] == NULL)
    g_string_append (out, value);
  else
    {
      g_autofree char *deeper = g_strconcat (indent, "  ", NULL);

      g_string_append_printf (out, "{\n%s", deeper);
      append_members (out, path + 1, value, deeper);
      g_string_append_printf (out, "\n%s}", indent);
    }
}

static char *
insert (const char                   *text,
        const RelaisJsonNode         *object,
        const char           * const *path,
        const char                   *value)
{
  gsize length;
  const char *start = relais_json_node_get_raw (object, &length);
  const char *at = start + length - 1; /* its closing brace */
  g_autofree char *gap = dup_gap (text, object);
  g_autofree char *outer = dup_indent (text, start);
  g_autofree char *indent = NULL;
  GString *out = NULL;

  if (gap == NULL)
    {
      indent = g_strconcat (outer, "  ", NULL);
      out = g_string_new_len (text, start + 1 - text);
      g_string_append_printf (out, "\n%s", indent);
      append_members (out, path, value, indent);
      g_string_append_printf (out, "\n%s", outer);
      g_string_append (out, at);
      return g_string_free (out, FALSE);
    }
  while (strchr (" \t\r\n", at[-1]) != NULL)
    at--;
  indent = strrchr (gap, '\n') != NULL ? g_strdup (strrchr (gap, '\n') + 1) : g_strdup (outer);
  out = g_string_new_len (text, at - text);
  g_string_append_c (out, ',');
  g_string_append (out, *gap != '\0' ? gap : " ");
  append_members (out, path, value, indent);
  g_string_append (out, at);
  return g_string_free (out, FALSE);
}

/**
 * relais_setup_json_set:
 * @text: a JSON object; nothing but white space stands for an empty one
 * @path: (array zero-terminated=1): names from the outermost, at least one
 * @value: what to put there, as JSON
 * @keep: whether what is there already stays
 * @error: where to put %RELAIS_SETUP_ERROR_UNREADABLE
 *
 * Objects on the way are made where they are missing, indented as their neighbours. A text that is
 * not JSON (one with comments is none), where something on the way is no object, or a name stands
 * twice, is refused.
 *
 * Returns: (transfer full): the new text
 */
char *
relais_setup_json_set (const char         *text,
                       const char * const *path,
                       const char         *value,
                       gboolean            keep,
                       GError            **error)
{
  g_autoptr (RelaisJson) json = NULL;
  g_autoptr (GError) parse = NULL;
  const RelaisJsonNode *node;

  if (text[strspn (text, " \t\r\n")] == '\0')
    text = "{}\n";
  json = relais_json_parse (text, strlen (text), MAX_DEPTH, &parse);
  if (json == NULL)
    {
      g_autofree char *fault = relais_json_dup_fault (text, strlen (text));

      g_set_error (error, RELAIS_SETUP_ERROR, RELAIS_SETUP_ERROR_UNREADABLE, _("it is not plain JSON: %s"), fault != NULL ? fault : parse->message);
      return NULL;
    }
  node = relais_json_get_root (json);
  for (guint i = 0;; i++)
    {
      const RelaisJsonNode *member;
      gboolean twice;

      if (relais_json_node_get_kind (node) != RELAIS_JSON_OBJECT)
        {
          g_set_error (error, RELAIS_SETUP_ERROR, RELAIS_SETUP_ERROR_UNREADABLE,
                       i == 0 ? _("it is not a JSON object") : _("“%s” is not an object"), i == 0 ? "" : path[i - 1]);
          return NULL;
        }
      member = find_member (node, path[i], &twice);
      if (twice)
        {
          g_set_error (error, RELAIS_SETUP_ERROR, RELAIS_SETUP_ERROR_UNREADABLE, _("“%s” is there twice"), path[i]);
          return NULL;
        }
      if (member == NULL)
        return insert (text, node, path + i, value);
      if (path[i + 1] == NULL)
        {
          gsize length;
          const char *start = relais_json_node_get_raw (member, &length);
          GString *out = g_string_new_len (text, start - text);

          if (keep)
            g_string_append_len (out, start, (gssize)length);
          else
            g_string_append (out, value);
          g_string_append (out, start + length);
          return g_string_free (out, FALSE);
        }
      node = member;
    }
}
