/* relais-session-table.c: which account each conversation stays with
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-session-table"

#include "config.h"

#include "relais-session-table.h"

typedef struct
{
  GList link; /* in the order of use, oldest first; data is the session */
  char *key;
  char *account_id;
} Session;

struct _RelaisSessionTable
{
  GHashTable *sessions; /* key -> Session, owned */
  GQueue order;
};

static void
session_free (gpointer data)
{
  Session *session = data;

  g_free (session->key);
  g_free (session->account_id);
  g_free (session);
}

/**
 * relais_session_table_new:
 *
 * Returns: (transfer full): an empty table
 */
RelaisSessionTable *
relais_session_table_new (void)
{
  RelaisSessionTable *self = g_new0 (RelaisSessionTable, 1);

  self->sessions = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, session_free);
  return self;
}

/**
 * relais_session_table_free:
 * @self: (nullable): a table
 */
void
relais_session_table_free (RelaisSessionTable *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->sessions);
  g_free (self);
}

/* What clients call a session may be of any length, and name a person: neither is kept. What an
 * upstream keeps of a conversation it keeps for each model. */
static char *
dup_key (const char *session,
         const char *model)
{
  g_autofree char *both = g_strconcat (model != NULL ? model : "", "\n", session, NULL);

  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, both, -1);
}

static void
drop (RelaisSessionTable *self,
      Session            *session)
{
  g_queue_unlink (&self->order, &session->link);
  g_hash_table_remove (self->sessions, session->key);
}

/**
 * relais_session_table_bind:
 * @self: a table
 * @session: what tells a conversation from others
 * @model: (nullable): the model it uses
 * @account_id: who serves it from now on
 *
 * Above 4 096 the least recently used are forgotten.
 */
void
relais_session_table_bind (RelaisSessionTable *self,
                           const char         *session,
                           const char         *model,
                           const char         *account_id)
{
  g_autofree char *key = dup_key (session, model);
  Session *bound = g_hash_table_lookup (self->sessions, key);

  if (bound != NULL)
    drop (self, bound);
  bound = g_new0 (Session, 1);
  bound->link.data = bound;
  bound->key = g_steal_pointer (&key);
  bound->account_id = g_strdup (account_id);
  g_hash_table_insert (self->sessions, bound->key, bound);
  g_queue_push_tail_link (&self->order, &bound->link);
  if (self->order.length > RELAIS_SESSIONS_MAX)
    drop (self, self->order.head->data);
}

/**
 * relais_session_table_find:
 * @self: a table
 * @session: what tells a conversation from others
 * @model: (nullable): the model it uses
 *
 * Returns: (transfer none) (nullable): the id of the account it stays with
 */
const char *
relais_session_table_find (RelaisSessionTable *self,
                           const char         *session,
                           const char         *model)
{
  g_autofree char *key = dup_key (session, model);
  Session *bound = g_hash_table_lookup (self->sessions, key);

  return bound != NULL ? bound->account_id : NULL;
}

/**
 * relais_session_table_forget_account:
 * @self: a table
 * @account_id: an account that is gone
 */
void
relais_session_table_forget_account (RelaisSessionTable *self,
                                     const char         *account_id)
{
  for (GList *link = self->order.head; link != NULL;)
    {
      Session *session = link->data;

      link = link->next;
      if (g_strcmp0 (session->account_id, account_id) == 0)
        drop (self, session);
    }
}

/**
 * relais_session_table_clear:
 * @self: a table, empty afterwards
 */
void
relais_session_table_clear (RelaisSessionTable *self)
{
  g_queue_init (&self->order);
  g_hash_table_remove_all (self->sessions);
}

/**
 * relais_session_table_get_length:
 * @self: a table
 *
 * Returns: how many conversations it remembers
 */
guint
relais_session_table_get_length (RelaisSessionTable *self)
{
  return self->order.length;
}
