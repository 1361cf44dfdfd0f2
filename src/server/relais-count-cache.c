/* relais-count-cache.c: tokens upstreams counted, remembered for a minute
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-count-cache"

#include "config.h"

#include <string.h>

#include "relais-count-cache.h"

#define DIGEST_BYTES 32

/* Nothing of the request itself is kept. */
typedef struct
{
  guint8 digest[DIGEST_BYTES];
  gint64 n_tokens;
  gint64 counted_us;
} Entry;

struct _RelaisCountCache
{
  GHashTable *entries; /* Entry by itself, owned */
  GQueue order;        /* Entry, oldest first, borrowed */
};

static guint
entry_hash (gconstpointer data)
{
  guint hash;

  memcpy (&hash, ((const Entry *)data)->digest, sizeof hash);
  return hash;
}

static gboolean
entry_equal (gconstpointer one,
             gconstpointer other)
{
  return memcmp (((const Entry *)one)->digest, ((const Entry *)other)->digest, DIGEST_BYTES) == 0;
}

static void
digest (Entry      *entry,
        const char *account_id,
        GBytes     *asked)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize length = DIGEST_BYTES;
  gsize n_asked;
  const guchar *bytes = g_bytes_get_data (asked, &n_asked);

  g_checksum_update (sum, (const guchar *)account_id, strlen (account_id) + 1);
  g_checksum_update (sum, bytes, n_asked);
  g_checksum_get_digest (sum, entry->digest, &length);
}

/**
 * relais_count_cache_new:
 *
 * Returns: (transfer full): an empty cache
 */
RelaisCountCache *
relais_count_cache_new (void)
{
  RelaisCountCache *self = g_new0 (RelaisCountCache, 1);

  self->entries = g_hash_table_new_full (entry_hash, entry_equal, g_free, NULL);
  return self;
}

/**
 * relais_count_cache_free:
 * @self: (transfer full) (nullable): a cache
 */
void
relais_count_cache_free (RelaisCountCache *self)
{
  if (self == NULL)
    return;
  g_queue_clear (&self->order);
  g_hash_table_unref (self->entries);
  g_free (self);
}

static void
drop_oldest (RelaisCountCache *self)
{
  g_hash_table_remove (self->entries, g_queue_pop_head (&self->order));
}

/* Counts are kept in the order they came in, so the oldest are in front. */
static void
drop_stale (RelaisCountCache *self,
            gint64            now_us)
{
  const Entry *oldest;

  while ((oldest = g_queue_peek_head (&self->order)) != NULL &&
         now_us - oldest->counted_us >= RELAIS_COUNT_CACHE_MAX_AGE_US)
    drop_oldest (self);
}

/**
 * relais_count_cache_put:
 * @self: a cache
 * @account_id: whose upstream counted
 * @asked: what it was asked with
 * @n_tokens: what it said
 * @now_us: microseconds of a clock that goes on in suspend
 *
 * Above 1 024 counts the oldest go. A count that is known stays as old as it is.
 */
void
relais_count_cache_put (RelaisCountCache *self,
                        const char       *account_id,
                        GBytes           *asked,
                        gint64            n_tokens,
                        gint64            now_us)
{
  Entry *entry = g_new0 (Entry, 1);

  digest (entry, account_id, asked);
  entry->n_tokens = n_tokens;
  entry->counted_us = now_us;
  drop_stale (self, now_us);
  if (g_hash_table_contains (self->entries, entry))
    {
      g_free (entry);
      return;
    }
  g_hash_table_add (self->entries, entry);
  g_queue_push_tail (&self->order, entry);
  if (self->order.length > RELAIS_COUNT_CACHE_MAX_ENTRIES)
    drop_oldest (self);
}

/**
 * relais_count_cache_lookup:
 * @self: a cache
 * @account_id: whose upstream is to count
 * @asked: what it would be asked with
 * @now_us: microseconds of the same clock
 *
 * Returns: the tokens it counted within the last minute; -1 where it did not
 */
gint64
relais_count_cache_lookup (RelaisCountCache *self,
                           const char       *account_id,
                           GBytes           *asked,
                           gint64            now_us)
{
  Entry wanted;
  const Entry *found;

  drop_stale (self, now_us);
  digest (&wanted, account_id, asked);
  found = g_hash_table_lookup (self->entries, &wanted);
  return found != NULL ? found->n_tokens : -1;
}

/**
 * relais_count_cache_get_length:
 * @self: a cache
 *
 * Returns: how many counts it remembers
 */
guint
relais_count_cache_get_length (const RelaisCountCache *self)
{
  return self->order.length;
}
