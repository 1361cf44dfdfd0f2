/* relais-body-store.c: bodies of the last requests, in memory, within a budget
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-body-store"

#include "config.h"

#include "relais-body-store.h"

typedef struct
{
  guint64  id;
  RelaisBodies *bodies; /* owned; live while the request runs, then frozen */
  gboolean is_live;
} Entry;

struct _RelaisBodyStore
{
  /* owned */
  GQueue entries;    /* of Entry, oldest first */
  GHashTable *links; /* id -> its link in them, borrowed */
  gsize size;
};

static void
entry_free (Entry *entry)
{
  relais_bodies_unref (entry->bodies);
  g_free (entry);
}

/**
 * relais_body_store_new:
 *
 * Returns: (transfer full): an empty store
 */
RelaisBodyStore *
relais_body_store_new (void)
{
  RelaisBodyStore *self = g_new0 (RelaisBodyStore, 1);

  g_queue_init (&self->entries);
  self->links = g_hash_table_new (g_int64_hash, g_int64_equal);
  return self;
}

/**
 * relais_body_store_free:
 * @self: (nullable): a store
 */
void
relais_body_store_free (RelaisBodyStore *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->links);
  g_queue_clear_full (&self->entries, (GDestroyNotify)entry_free);
  g_free (self);
}

/* What still runs goes on without being kept. */
static void
drop (RelaisBodyStore *self,
      GList           *link)
{
  Entry *entry = link->data;

  g_queue_delete_link (&self->entries, link);
  g_hash_table_remove (self->links, &entry->id);
  self->size -= relais_bodies_get_size (entry->bodies);
  if (entry->is_live)
    relais_bodies_forget (entry->bodies);
  entry_free (entry);
}

static void
keep_within (RelaisBodyStore *self)
{
  while (self->size > RELAIS_BODY_STORE_SIZE_MAX ||
         self->entries.length > RELAIS_BODY_STORE_REQUESTS_MAX)
    drop (self, self->entries.head);
}

/**
 * relais_body_store_open:
 * @self: a store
 * @id: a request that begins; each has its own
 *
 * Returns: (transfer full): where its bodies go, through the store
 */
RelaisBodies *
relais_body_store_open (RelaisBodyStore *self,
                        guint64          id)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->id = id;
  entry->bodies = relais_bodies_new ();
  entry->is_live = TRUE;
  g_queue_push_tail (&self->entries, entry);
  g_hash_table_insert (self->links, &entry->id, self->entries.tail);
  keep_within (self);
  return relais_bodies_ref (entry->bodies);
}

/**
 * relais_body_store_append:
 * @self: a store
 * @bodies: what it opened and has not closed
 * @kind: which of them
 * @bytes: some of it; copied
 * @length: how many
 */
void
relais_body_store_append (RelaisBodyStore *self,
                          RelaisBodies    *bodies,
                          RelaisBodyKind   kind,
                          const char      *bytes,
                          gsize            length)
{
  self->size -= relais_bodies_get_size (bodies);
  relais_bodies_append (bodies, kind, bytes, length);
  self->size += relais_bodies_get_size (bodies);
  keep_within (self);
}

/**
 * relais_body_store_restart:
 * @self: a store
 * @bodies: what it opened and has not closed
 * @kind: which of them begins anew
 */
void
relais_body_store_restart (RelaisBodyStore *self,
                           RelaisBodies    *bodies,
                           RelaisBodyKind   kind)
{
  self->size -= relais_bodies_get_size (bodies);
  relais_bodies_restart (bodies, kind);
  self->size += relais_bodies_get_size (bodies);
}

static Entry *
find (RelaisBodyStore *self,
      guint64          id)
{
  GList *link = g_hash_table_lookup (self->links, &id);

  return link != NULL ? link->data : NULL;
}

/**
 * relais_body_store_close:
 * @self: a store
 * @id: a request that ended
 * @secrets: (nullable): what must not stand in its bodies
 *
 * Returns: (transfer none) (nullable): its bodies, frozen; %NULL where they were dropped
 */
RelaisBodies *
relais_body_store_close (RelaisBodyStore         *self,
                         guint64                  id,
                         const char      * const *secrets)
{
  Entry *entry = find (self, id);
  RelaisBodies *frozen;

  if (entry == NULL)
    return NULL;
  frozen = relais_bodies_freeze (entry->bodies, secrets);
  self->size += relais_bodies_get_size (frozen);
  self->size -= relais_bodies_get_size (entry->bodies);
  if (entry->is_live)
    relais_bodies_forget (entry->bodies);
  relais_bodies_unref (entry->bodies);
  entry->bodies = frozen;
  entry->is_live = FALSE;
  return frozen;
}

/**
 * relais_body_store_dup:
 * @self: a store
 * @id: a request
 * @secrets: (nullable): what must not stand in its bodies
 *
 * Returns: (transfer full) (nullable): its bodies, frozen, so far where it runs; %NULL where none
 *   are there
 */
RelaisBodies *
relais_body_store_dup (RelaisBodyStore         *self,
                       guint64                  id,
                       const char      * const *secrets)
{
  Entry *entry = find (self, id);

  return entry != NULL ? relais_bodies_freeze (entry->bodies, secrets) : NULL;
}

static gboolean
is_among (GArray  *ids,
          guint64  id)
{
  for (guint i = 0; i < ids->len; i++)
    if (g_array_index (ids, guint64, i) == id)
      return TRUE;
  return FALSE;
}

/**
 * relais_body_store_forget:
 * @self: a store
 * @ids: (element-type guint64) (nullable): requests; %NULL for all
 *
 * Those of them that are over are kept no longer.
 */
void
relais_body_store_forget (RelaisBodyStore *self,
                          GArray          *ids)
{
  for (GList *link = self->entries.head; link != NULL;)
    {
      const Entry *entry = link->data;
      GList *next = link->next;

      if (!entry->is_live && (ids == NULL || is_among (ids, entry->id)))
        drop (self, link);
      link = next;
    }
}
