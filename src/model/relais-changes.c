/* relais-changes.c: what a translation could not carry over as it was
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-changes"

#include "config.h"

#include <string.h>

#include "relais-changes.h"

#define MAX_HEADER_BYTES 1024

struct _RelaisChanges
{
  GPtrArray *list; /* RelaisChange, owned */
};

static void
change_free (gpointer data)
{
  RelaisChange *change = data;

  g_free (change->field);
  g_free (change->reason);
  g_free (change);
}

/**
 * relais_changes_new:
 *
 * Returns: (transfer full): an empty report
 */
RelaisChanges *
relais_changes_new (void)
{
  RelaisChanges *self = g_atomic_rc_box_new0 (RelaisChanges);

  self->list = g_ptr_array_new_with_free_func (change_free);
  return self;
}

static void
changes_clear (gpointer data)
{
  g_ptr_array_unref (((RelaisChanges *)data)->list);
}

/**
 * relais_changes_ref:
 * @self: a report
 *
 * From any thread; nothing is added to a report that is shared.
 *
 * Returns: (transfer full): the same
 */
RelaisChanges *
relais_changes_ref (RelaisChanges *self)
{
  return g_atomic_rc_box_acquire (self);
}

/**
 * relais_changes_unref:
 * @self: (transfer full) (nullable): a report
 */
void
relais_changes_unref (RelaisChanges *self)
{
  if (self != NULL)
    g_atomic_rc_box_release_full (self, changes_clear);
}

static RelaisChange *
find (const RelaisChanges *self,
      RelaisChangeType     type,
      const char          *field)
{
  for (guint i = 0; i < self->list->len; i++)
    {
      RelaisChange *known = g_ptr_array_index (self->list, i);

      if (known->type == type && strcmp (known->field, field) == 0)
        return known;
    }
  return NULL;
}

/**
 * relais_changes_add:
 * @self: a report
 * @type: what was done
 * @notable: whether the client may rely on what was changed
 * @field: the way to the field in the client's dialect
 * @format: why, as a printf() format; no value of the request in it
 * @...: its arguments
 *
 * The same change of the same field stands once, notable if it is in any way. A report holds 256
 * changes and as many notable ones beyond; more are passed over.
 */
void
relais_changes_add (RelaisChanges    *self,
                    RelaisChangeType  type,
                    gboolean          notable,
                    const char       *field,
                    const char       *format,
                    ...)
{
  guint max = notable ? 2 * RELAIS_CHANGES_MAX : RELAIS_CHANGES_MAX;
  RelaisChange *change;
  va_list arguments;

  /* a full report costs no search, however much there is to tell */
  if (self->list->len >= max)
    return;
  change = find (self, type, field);
  if (change != NULL)
    {
      change->notable |= notable;
      return;
    }
  change = g_new0 (RelaisChange, 1);
  change->type = type;
  change->notable = notable;
  change->field = g_strdup (field);
  va_start (arguments, format);
  change->reason = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_ptr_array_add (self->list, change);
}

/**
 * relais_changes_get_length:
 * @self: a report
 *
 * Returns: how many changes it holds
 */
guint
relais_changes_get_length (const RelaisChanges *self)
{
  return self->list->len;
}

/**
 * relais_changes_get:
 * @self: a report
 * @position: below its length
 *
 * Returns: (transfer none): a change, in the order they were made
 */
const RelaisChange *
relais_changes_get (const RelaisChanges *self,
                    guint                position)
{
  g_return_val_if_fail (position < self->list->len, NULL);

  return g_ptr_array_index (self->list, position);
}

/**
 * relais_changes_get_notable:
 * @self: a report
 *
 * Returns: (transfer none) (nullable): the first notable change
 */
const RelaisChange *
relais_changes_get_notable (const RelaisChanges *self)
{
  for (guint i = 0; i < self->list->len; i++)
    {
      const RelaisChange *change = g_ptr_array_index (self->list, i);

      if (change->notable)
        return change;
    }
  return NULL;
}

/**
 * relais_changes_dup_header:
 * @self: a report
 *
 * Returns: (transfer full) (nullable): the fields of its notable changes, for `X-Relais-Dropped`:
 *   each once, separated by `, `, printable ASCII, at most 1 KiB; %NULL for none
 */
char *
relais_changes_dup_header (const RelaisChanges *self)
{
  g_autoptr (GString) header = g_string_new (NULL);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < self->list->len; i++)
    {
      const RelaisChange *change = g_ptr_array_index (self->list, i);

      if (!change->notable || !g_hash_table_add (seen, change->field))
        continue;
      if (header->len + strlen (change->field) + 2 > MAX_HEADER_BYTES)
        break;
      if (header->len > 0)
        g_string_append (header, ", ");
      for (const char *c = change->field; *c != '\0'; c++)
        g_string_append_c (header, g_ascii_isgraph (*c) && *c != ',' ? *c : '?');
    }
  return header->len > 0 ? g_strndup (header->str, header->len) : NULL;
}
