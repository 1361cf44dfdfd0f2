/* relais-core-bodies.c: what the last requests and their answers said
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-core"

#include "config.h"

#include <string.h>

#include "relais-core.h"

/* Keys that were replaced or removed: requests that began with them may still run. */
#define FORMER_MAX 16

static gboolean
is_same_key (gconstpointer a,
             gconstpointer b)
{
  return strcmp (a, b) == 0;
}

/* The last of them is the one remembered last. */
static void
remember (RelaisCore *self,
          const char *key)
{
  guint place;

  if (key == NULL)
    return;
  if (g_ptr_array_find_with_equal_func (self->secrets, key, is_same_key, &place))
    g_ptr_array_add (self->secrets, g_ptr_array_steal_index (self->secrets, place));
  else
    g_ptr_array_add (self->secrets, g_strdup (key));
}

/**
 * relais_core_remember_secrets:
 * @self: a core
 *
 * Notes the keys in force, those of the accounts and that of the clients: called before a request
 * can have come with one or be sent with one, so that none stands in what is kept of it. 16 that
 * are in force no more are remembered; what is forgotten is wiped.
 */
void
relais_core_remember_secrets (RelaisCore *self)
{
  guint n_max = FORMER_MAX + 1 + self->accounts->len;

  if (self->gateway.bodies == NULL)
    return;
  for (guint i = 0; i < self->accounts->len; i++)
    remember (self, ((RelaisAccount *)g_ptr_array_index (self->accounts, i))->api_key);
  remember (self, relais_config_get_api_key (self->config));
  if (self->secrets->len > n_max)
    g_ptr_array_remove_range (self->secrets, 0, self->secrets->len - n_max);
}

/* Borrowed, with a NULL behind them. */
static GPtrArray *
list_secrets (RelaisCore *self)
{
  GPtrArray *secrets = g_ptr_array_copy (self->secrets, NULL, NULL);

  g_ptr_array_set_free_func (secrets, NULL);
  g_ptr_array_add (secrets, NULL);
  return secrets;
}

/**
 * relais_core_close_bodies:
 * @self: a core
 * @record: a request that ended
 *
 * From here on no secret stands in what is kept of it.
 *
 * Returns: (transfer none) (nullable): what it and its answer said, frozen; %NULL where nothing is
 *   kept
 */
RelaisBodies *
relais_core_close_bodies (RelaisCore         *self,
                          const RelaisRecord *record)
{
  g_autoptr (GPtrArray) secrets = NULL;

  if (record->bodies == NULL)
    return NULL;
  secrets = list_secrets (self);
  return relais_body_store_close (self->gateway.bodies, record->id,
                                  (const char *const *)secrets->pdata);
}

/**
 * relais_core_dup_own_url:
 * @self: a core
 *
 * Returns: (transfer full): where programs on this computer reach the proxy, or would
 */
char *
relais_core_dup_own_url (RelaisCore *self)
{
  guint port = relais_core_is_listening (self) ? relais_server_get_port (self->server)
                                               : relais_config_get_port (self->config);

  return g_strdup_printf ("http://127.0.0.1:%u", port);
}

/* Those that are not in memory any more, or of a run before this one. */
static void
load_from_log (RelaisCore         *self,
               const RelaisRecord *record,
               RelaisCoreDone      done,
               gpointer            user_data)
{
  if (self->log != NULL)
    relais_core_read_log (self, record->id, done, user_data);
  else
    done (NULL, NULL, user_data);
}

/**
 * relais_core_load_bodies:
 * @self: a core
 * @record: a request; borrowed for the call
 * @done: told its frozen bodies (a reference), or %NULL where nothing is kept, or why the log
 *   cannot be read
 * @user_data: for @done
 */
void
relais_core_load_bodies (RelaisCore         *self,
                         const RelaisRecord *record,
                         RelaisCoreDone      done,
                         gpointer            user_data)
{
  g_autoptr (GPtrArray) secrets = list_secrets (self);
  RelaisBodies *bodies = NULL;

  if (self->gateway.bodies != NULL)
    bodies = relais_body_store_dup (self->gateway.bodies, record->id,
                                    (const char *const *)secrets->pdata);
  if (bodies != NULL)
    done (bodies, NULL, user_data);
  else
    load_from_log (self, record, done, user_data);
}
