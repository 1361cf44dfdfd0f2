/* relais-core-bodies.c: what the last requests and their answers said
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-core"

#include "config.h"

#include "relais-core.h"

/**
 * relais_core_list_secrets:
 * @self: a core
 *
 * Returns: (transfer container): the client key in force and the keys of all accounts, the one just
 *   removed among them, borrowed, with a %NULL behind them
 */
GPtrArray *
relais_core_list_secrets (RelaisCore *self)
{
  GPtrArray *secrets = g_ptr_array_new ();
  const char *key = relais_config_get_api_key (self->config);

  if (key != NULL)
    g_ptr_array_add (secrets, (gpointer)key);
  for (guint i = 0; i < self->accounts->len; i++)
    {
      RelaisAccount *account = g_ptr_array_index (self->accounts, i);

      if (account->api_key != NULL)
        g_ptr_array_add (secrets, account->api_key);
    }
  if (self->removed != NULL && self->removed->api_key != NULL)
    g_ptr_array_add (secrets, self->removed->api_key);
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
  secrets = relais_core_list_secrets (self);
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
  g_autoptr (GPtrArray) secrets = relais_core_list_secrets (self);
  RelaisBodies *bodies = NULL;

  if (self->gateway.bodies != NULL)
    bodies = relais_body_store_dup (self->gateway.bodies, record->id,
                                    (const char *const *)secrets->pdata);
  if (bodies != NULL)
    done (bodies, NULL, user_data);
  else
    load_from_log (self, record, done, user_data);
}
