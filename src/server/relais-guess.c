/* relais-guess.c: slows down and stops who guesses keys
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-guess"

#include "config.h"

#include <string.h>

#include "relais-guess.h"

#define MAXIMUM_ADDRESSES 1024
#define SLOW_AFTER 10
#define BLOCK_AFTER 100
#define WINDOW_US (10 * 60 * G_USEC_PER_SEC)

typedef struct
{
  char *key;  /* owned; the table's, too */
  GList link; /* in `recent` */
  gint64 window_start_us;
  gint64 blocked_until_us; /* 0: not blocked */
  guint n_failures;        /* within the window */
} Address;

struct _RelaisGuess
{
  GHashTable *addresses; /* key -> Address, owned */
  GQueue recent;         /* the one that failed last is the tail */
};

static void
address_free (gpointer data)
{
  Address *address = data;

  g_free (address->key);
  g_free (address);
}

/**
 * relais_guess_new:
 *
 * Counts wrong keys by the address they came from: at most 1 024 addresses, the one that failed
 * longest ago forgotten first.
 *
 * Returns: (transfer full): a counter
 */
RelaisGuess *
relais_guess_new (void)
{
  RelaisGuess *self = g_new0 (RelaisGuess, 1);

  self->addresses = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, address_free);
  g_queue_init (&self->recent);
  return self;
}

/**
 * relais_guess_free:
 * @self: (nullable): a counter
 */
void
relais_guess_free (RelaisGuess *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->addresses);
  g_free (self);
}

/**
 * relais_guess_dup_key:
 * @address: a peer's
 *
 * One machine has a whole /64 of IPv6 addresses to guess from, so that counts as one.
 *
 * Returns: (transfer full): what to count by
 */
char *
relais_guess_dup_key (GInetAddress *address)
{
  guint8 bytes[16] = { 0 };
  g_autoptr (GInetAddress) network = NULL;

  if (g_inet_address_get_family (address) != G_SOCKET_FAMILY_IPV6 ||
      g_inet_address_get_is_link_local (address))
    return g_inet_address_to_string (address);
  memcpy (bytes, g_inet_address_to_bytes (address), 8);
  network = g_inet_address_new_from_bytes (bytes, G_SOCKET_FAMILY_IPV6);
  return g_inet_address_to_string (network);
}

static void
forget (RelaisGuess *self,
        Address     *address)
{
  g_queue_unlink (&self->recent, &address->link);
  g_hash_table_remove (self->addresses, address->key);
}

/* A window that has passed counts no more. */
static void
expire (RelaisGuess *self,
        const char  *key,
        gint64       now_us)
{
  Address *address = g_hash_table_lookup (self->addresses, key);

  if (address != NULL && now_us >= address->blocked_until_us &&
      now_us - address->window_start_us >= WINDOW_US)
    forget (self, address);
}

/**
 * relais_guess_check:
 * @self: a counter
 * @key: of the address a request came from
 * @now_us: monotonic time
 * @wait_us: (out): how long a block still lasts; 0 unless `BLOCKED`
 *
 * From 10 wrong keys within 10 minutes on an address is slow, from 100 on blocked for 10 minutes.
 *
 * Returns: how to treat a request from there
 */
RelaisGuessState
relais_guess_check (RelaisGuess *self,
                    const char  *key,
                    gint64       now_us,
                    gint64      *wait_us)
{
  Address *address;

  *wait_us = 0;
  expire (self, key, now_us);
  address = g_hash_table_lookup (self->addresses, key);
  if (address == NULL)
    return RELAIS_GUESS_FREE;
  if (now_us < address->blocked_until_us)
    {
      *wait_us = address->blocked_until_us - now_us;
      return RELAIS_GUESS_BLOCKED;
    }
  return address->n_failures >= SLOW_AFTER ? RELAIS_GUESS_SLOW : RELAIS_GUESS_FREE;
}

/**
 * relais_guess_fail:
 * @self: a counter
 * @key: of the address a wrong key came from
 * @now_us: monotonic time
 */
void
relais_guess_fail (RelaisGuess *self,
                   const char  *key,
                   gint64       now_us)
{
  Address *address;

  expire (self, key, now_us);
  address = g_hash_table_lookup (self->addresses, key);
  if (address == NULL)
    {
      if (g_hash_table_size (self->addresses) == MAXIMUM_ADDRESSES)
        forget (self, self->recent.head->data);
      address = g_new0 (Address, 1);
      address->key = g_strdup (key);
      address->link.data = address;
      address->window_start_us = now_us;
      g_hash_table_insert (self->addresses, address->key, address);
    }
  else
    g_queue_unlink (&self->recent, &address->link);
  g_queue_push_tail_link (&self->recent, &address->link);
  if (++address->n_failures >= BLOCK_AFTER && address->blocked_until_us == 0)
    address->blocked_until_us = now_us + WINDOW_US;
}

/**
 * relais_guess_forgive:
 * @self: a counter
 * @key: of an address that showed the right key while it was not blocked
 */
void
relais_guess_forgive (RelaisGuess *self,
                      const char  *key)
{
  Address *address = g_hash_table_lookup (self->addresses, key);

  if (address != NULL)
    forget (self, address);
}

/**
 * relais_guess_get_n:
 * @self: a counter
 *
 * Returns: how many addresses it remembers
 */
guint
relais_guess_get_n (RelaisGuess *self)
{
  return g_hash_table_size (self->addresses);
}
