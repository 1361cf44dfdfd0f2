/* relais-names.c: tool names a target would refuse, and the way back
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-names"

#include "config.h"

#include <string.h>

#include "relais-settle.h"

/**
 * relais_names_new:
 *
 * Returns: (transfer full): an empty map
 */
RelaisNames *
relais_names_new (void)
{
  RelaisNames *self = g_new0 (RelaisNames, 1);

  self->tools = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

/**
 * relais_names_free:
 * @self: (transfer full) (nullable): a map
 */
void
relais_names_free (RelaisNames *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->tools);
  g_free (self);
}

static gsize
max_length (RelaisDialectId dialect)
{
  return dialect == RELAIS_DIALECT_ANTHROPIC || dialect == RELAIS_DIALECT_GEMINI ? 128 : 64;
}

static gboolean
is_allowed (char            c,
            gboolean        first,
            RelaisDialectId dialect)
{
  if (dialect != RELAIS_DIALECT_GEMINI)
    return g_ascii_isalnum (c) || c == '_' || c == '-';
  if (first)
    return g_ascii_isalpha (c) || c == '_';
  return g_ascii_isalnum (c) || strchr ("_.:-", c) != NULL;
}

/**
 * relais_names_add:
 * @self: a map
 * @tool: (nullable): the tool of that name, or %NULL for one only the history names
 * @name: its name as the client writes it
 * @name_space: (nullable): the group it is called in
 * @dialect: whom it is sent to
 *
 * A name the target would refuse has its bad bytes replaced; one that is too long, or would then be
 * taken for another, ends with eight digits of its SHA-256. The same name gives the same result.
 *
 * Returns: (transfer full): the name to send
 */
char *
relais_names_add (RelaisNames      *self,
                  const RelaisTool *tool,
                  const char       *name,
                  const char       *name_space,
                  RelaisDialectId   dialect)
{
  g_autofree char *whole = name_space != NULL && *name_space != '\0' ? g_strconcat (name_space, "__", name, NULL)
                                                                     : g_strdup (name);
  g_autoptr (GString) sent = g_string_new (whole);
  gboolean changed = FALSE;
  gsize limit = max_length (dialect);

  if (sent->len == 0)
    g_string_append (sent, "unknown_tool");
  for (gsize i = 0; i < sent->len; i++)
    if (!is_allowed (sent->str[i], FALSE, dialect))
      {
        sent->str[i] = '_';
        changed = TRUE;
      }
  if (!is_allowed (sent->str[0], TRUE, dialect))
    g_string_prepend_c (sent, '_');
  if (sent->len > limit || (changed && g_hash_table_contains (self->tools, sent->str)))
    {
      g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, whole, -1);

      g_string_truncate (sent, MIN (sent->len, limit - 9));
      g_string_append_printf (sent, "_%.8s", sum);
    }
  if (tool != NULL && !g_hash_table_contains (self->tools, sent->str))
    g_hash_table_insert (self->tools, g_strdup (sent->str), (gpointer)tool);
  return g_strdup (sent->str);
}
