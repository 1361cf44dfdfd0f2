/* relais-names.c: tool names a target would refuse, and the way back
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-names"

#include "config.h"

#include <string.h>

#include "relais-settle.h"

static void
name_free (gpointer data)
{
  RelaisName *name = data;

  g_free (name->name);
  g_free (name->name_space);
  g_free (name);
}

/**
 * relais_names_new:
 *
 * Returns: (transfer full): an empty map
 */
RelaisNames *
relais_names_new (void)
{
  RelaisNames *self = g_new0 (RelaisNames, 1);

  self->sent = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->taken = g_hash_table_new (g_str_hash, g_str_equal);
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, name_free);
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
  g_hash_table_unref (self->taken);
  g_hash_table_unref (self->sent);
  g_hash_table_unref (self->names);
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
 * relais_names_find:
 * @self: a map
 * @sent: (nullable): a name as an upstream writes it
 *
 * Returns: (transfer none) (nullable): the tool that was sent under it
 */
const RelaisName *
relais_names_find (const RelaisNames *self,
                   const char        *sent)
{
  return sent != NULL ? g_hash_table_lookup (self->names, sent) : NULL;
}

/* @whole as @dialect takes it, told from the others that were sent. */
static char *
choose (RelaisNames     *self,
        const char      *whole,
        RelaisDialectId  dialect)
{
  g_autoptr (GString) sent = g_string_new (*whole != '\0' ? whole : "unknown_tool");
  gsize limit = max_length (dialect);

  for (gsize i = 0; i < sent->len; i++)
    if (!is_allowed (sent->str[i], FALSE, dialect))
      sent->str[i] = '_';
  if (!is_allowed (sent->str[0], TRUE, dialect))
    g_string_prepend_c (sent, '_');
  if (sent->len > limit || g_hash_table_contains (self->taken, sent->str))
    {
      g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, whole, -1);

      g_string_truncate (sent, MIN (sent->len, limit - 9));
      g_string_append_printf (sent, "_%.8s", sum);
    }
  return g_strndup (sent->str, sent->len);
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
  const char *known = g_hash_table_lookup (self->sent, whole);
  char *sent = known != NULL ? g_strdup (known) : choose (self, whole, dialect);

  if (known == NULL)
    {
      char *copy = g_strdup (sent);

      g_hash_table_insert (self->sent, g_strdup (whole), copy);
      g_hash_table_add (self->taken, copy);
    }
  if (tool != NULL && !g_hash_table_contains (self->names, sent))
    {
      RelaisName *kept = g_new0 (RelaisName, 1);

      kept->name = g_strdup (name);
      kept->name_space = g_strdup (name_space);
      kept->custom = tool->custom;
      g_hash_table_insert (self->names, g_strdup (sent), kept);
    }
  return sent;
}
