/* relais-call-cache.c: what upstreams signed, remembered by tool call for clients that drop it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-call-cache"

#include "config.h"

#include <string.h>

#include "relais-call-cache.h"

typedef struct
{
  GList link; /* in the order of use, oldest first; data is the entry */
  RelaisRecall  recall;
  char         *call_id;
  char         *account_id;
  gsize         size;
  gint64        used_us;
} Entry;

struct _RelaisCallCache
{
  GHashTable *entries; /* call id -> Entry, owned */
  GQueue order;
  gsize  size;
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_free ((char *)entry->recall.id);
  g_free ((char *)entry->recall.signature);
  g_clear_pointer (&entry->recall.thinking, g_ptr_array_unref);
  g_free (entry->call_id);
  g_free (entry->account_id);
  g_free (entry);
}

/**
 * relais_call_cache_new:
 *
 * Returns: (transfer full): an empty cache
 */
RelaisCallCache *
relais_call_cache_new (void)
{
  RelaisCallCache *self = g_new0 (RelaisCallCache, 1);

  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, entry_free);
  return self;
}

/**
 * relais_call_cache_free:
 * @self: (transfer full) (nullable): a cache
 */
void
relais_call_cache_free (RelaisCallCache *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->entries);
  g_free (self);
}

static void
drop (RelaisCallCache *self,
      Entry           *entry)
{
  g_queue_unlink (&self->order, &entry->link);
  self->size -= entry->size;
  g_hash_table_remove (self->entries, entry->call_id);
}

static gsize
length_of (const char *text)
{
  return text != NULL ? strlen (text) : 0;
}

static gsize
size_of_thinking (GPtrArray *parts)
{
  gsize size = 0;

  for (guint i = 0; parts != NULL && i < parts->len; i++)
    {
      const RelaisPart *part = g_ptr_array_index (parts, i);

      size += sizeof *part + length_of (part->text) + length_of (part->signature);
    }
  return size;
}

static GPtrArray *
copy_thinking (GPtrArray *parts)
{
  GPtrArray *copy = g_ptr_array_new_with_free_func ((GDestroyNotify)relais_part_free);

  for (guint i = 0; i < parts->len; i++)
    {
      const RelaisPart *part = g_ptr_array_index (parts, i);
      RelaisPart *same = relais_part_new (part->type);

      same->origin = part->origin;
      same->text = g_strdup (part->text);
      same->signature = g_strdup (part->signature);
      g_ptr_array_add (copy, same);
    }
  return copy;
}

/**
 * relais_call_cache_put:
 * @self: a cache
 * @call_id: a call's id as the client sees it
 * @account_id: who answered
 * @recall: what to remember; copied
 * @now_us: microseconds of a clock that goes on in suspend
 *
 * In memory only: it is conversation content. Of an entry over 256 KiB only the ids and the
 * signature stay, and nothing when the signature alone is longer. Above 4 096 entries or 32 MiB the
 * least recently used go.
 */
void
relais_call_cache_put (RelaisCallCache    *self,
                       const char         *call_id,
                       const char         *account_id,
                       const RelaisRecall *recall,
                       gint64              now_us)
{
  Entry *old = g_hash_table_lookup (self->entries, call_id);
  gsize base =
    sizeof (Entry) + length_of (call_id) + length_of (account_id) + length_of (recall->id) +
    length_of (recall->signature);
  gsize thinking = size_of_thinking (recall->thinking);
  Entry *entry;

  if (old != NULL)
    drop (self, old);
  if (base > RELAIS_CALL_CACHE_MAX_ENTRY_BYTES)
    return;
  if (base + thinking > RELAIS_CALL_CACHE_MAX_ENTRY_BYTES)
    thinking = 0;
  entry = g_new0 (Entry, 1);
  entry->link.data = entry;
  entry->recall.origin = recall->origin;
  entry->recall.id = g_strdup (recall->id);
  entry->recall.signature = g_strdup (recall->signature);
  if (thinking > 0)
    entry->recall.thinking = copy_thinking (recall->thinking);
  entry->call_id = g_strdup (call_id);
  entry->account_id = g_strdup (account_id);
  entry->size = base + thinking;
  entry->used_us = now_us;
  self->size += entry->size;
  g_hash_table_insert (self->entries, entry->call_id, entry);
  g_queue_push_tail_link (&self->order, &entry->link);
  while (self->order.length > RELAIS_CALL_CACHE_MAX_ENTRIES ||
         self->size > RELAIS_CALL_CACHE_MAX_BYTES)
    drop (self, self->order.head->data);
}

/**
 * relais_call_cache_lookup:
 * @self: a cache
 * @call_id: a call's id as the client sees it
 * @now_us: microseconds of the same clock
 *
 * Finding one keeps it for another twelve hours.
 *
 * Returns: (transfer none) (nullable): what is remembered, until the cache changes
 */
const RelaisRecall *
relais_call_cache_lookup (RelaisCallCache *self,
                          const char      *call_id,
                          gint64           now_us)
{
  Entry *entry;

  while (self->order.head != NULL &&
         now_us - ((Entry *)self->order.head->data)->used_us > RELAIS_CALL_CACHE_MAX_AGE_US)
    drop (self, self->order.head->data);
  entry = call_id != NULL ? g_hash_table_lookup (self->entries, call_id) : NULL;
  if (entry == NULL)
    return NULL;
  entry->used_us = now_us;
  g_queue_unlink (&self->order, &entry->link);
  g_queue_push_tail_link (&self->order, &entry->link);
  return &entry->recall;
}

/**
 * relais_call_cache_find_account:
 * @self: a cache
 * @call_id: a call's id as the client sees it
 *
 * Returns: (transfer none) (nullable): the id of the account that made the call and signed it, or
 *   the thinking before it
 */
const char *
relais_call_cache_find_account (RelaisCallCache *self,
                                const char      *call_id)
{
  Entry *entry = g_hash_table_lookup (self->entries, call_id);

  return entry != NULL && (entry->recall.signature != NULL || entry->recall.thinking != NULL)
           ? entry->account_id
           : NULL;
}

/**
 * relais_call_cache_forget_account:
 * @self: a cache
 * @account_id: an account that is gone
 */
void
relais_call_cache_forget_account (RelaisCallCache *self,
                                  const char      *account_id)
{
  for (GList *link = self->order.head; link != NULL;)
    {
      Entry *entry = link->data;

      link = link->next;
      if (g_strcmp0 (entry->account_id, account_id) == 0)
        drop (self, entry);
    }
}

/**
 * relais_call_cache_get_length:
 * @self: a cache
 *
 * Returns: how many calls it remembers
 */
guint
relais_call_cache_get_length (const RelaisCallCache *self)
{
  return self->order.length;
}

/**
 * relais_call_cache_get_size:
 * @self: a cache
 *
 * Returns: bytes it takes
 */
gsize
relais_call_cache_get_size (const RelaisCallCache *self)
{
  return self->size;
}
