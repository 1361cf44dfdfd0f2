/* relais-key-store.c: the client key in the keyring
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-key-store"

#include "config.h"

#include <libsecret/secret.h>

#include "base/relais-key.h"

#include "relais-key-store.h"
#include "relais-keyring.h"

static const SecretSchema schema = {
  "dev.relais.Relais.ClientKey",
  SECRET_SCHEMA_NONE,
  { { "purpose", SECRET_SCHEMA_ATTRIBUTE_STRING }, { NULL, 0 } },
};

/* libsecret's file backend (0.20.5, 2026-11-24) does not look at the schema's name: without an
 * attribute of its own any account would be taken for the key. */
static GHashTable *
make_attributes (void)
{
  GHashTable *attributes = g_hash_table_new (g_str_hash, g_str_equal);

  g_hash_table_insert (attributes, (char *)"purpose", (char *)"client");
  return attributes;
}

/* A save under way. */
typedef struct
{
  char *key; /* wiped */
  RelaisKeyringState state;
} Save;

static void
save_free (gpointer data)
{
  Save *save = data;

  relais_key_wipe (save->key);
  g_free (save);
}

static void
looked_up_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  char *found = secret_password_lookup_finish (result, &error);

  if (error != NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  g_task_return_pointer (task, g_strdup (found), (GDestroyNotify)relais_key_wipe);
  secret_password_free (found);
}

static void
load_state_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GHashTable) attributes = make_attributes ();
  RelaisKeyringState state = relais_keyring_ask_finish (result);
  GError *error = NULL;

  if (!relais_keyring_is_writable (state, &error))
    g_task_return_error (task, error);
  else if (state == RELAIS_KEYRING_NO_COLLECTION)
    g_task_return_pointer (task, NULL, NULL);
  else
    secret_password_lookupv (&schema, attributes, g_task_get_cancellable (task), looked_up_cb,
                             g_object_ref (task));
}

/**
 * relais_key_store_load_async:
 * @cancellable: (nullable): ends it
 * @callback: told what was found
 * @user_data: for @callback
 *
 * Never asks for the keyring to be unlocked.
 */
void
relais_key_store_load_async (GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, relais_key_store_load_async);
  relais_keyring_ask_async (FALSE, cancellable, load_state_cb, task);
}

/**
 * relais_key_store_load_finish:
 * @result: what the callback got
 * @error: where to put a failure
 *
 * Fails with [error@Error] `KEYRING_LOCKED` or `NO_KEYRING`, or in libsecret's words.
 *
 * Returns: (transfer full) (nullable): the key, to be ended by relais_key_wipe(); %NULL without an
 *   error when there is none
 */
char *
relais_key_store_load_finish (GAsyncResult  *result,
                              GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
stored_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Save *save = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (secret_password_store_finish (result, &error))
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  relais_keyring_translate (save->state, &error);
  g_task_return_error (task, g_steal_pointer (&error));
}

static void
save_state_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GHashTable) attributes = make_attributes ();
  Save *save = g_task_get_task_data (task);
  GError *error = NULL;

  save->state = relais_keyring_ask_finish (result);
  if (relais_keyring_is_writable (save->state, &error))
    secret_password_storev (&schema, attributes, SECRET_COLLECTION_DEFAULT, "Relais: client key", save->key,
                            g_task_get_cancellable (task), stored_cb, g_object_ref (task));
  else
    g_task_return_error (task, error);
}

/**
 * relais_key_store_save_async:
 * @key: the client key; copied
 * @cancellable: (nullable): ends it
 * @callback: told when it is kept
 * @user_data: for @callback
 */
void
relais_key_store_save_async (const char          *key,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Save *save = g_new0 (Save, 1);

  g_task_set_source_tag (task, relais_key_store_save_async);
  save->key = g_strdup (key);
  g_task_set_task_data (task, save, save_free);
  relais_keyring_ask_async (FALSE, cancellable, save_state_cb, task);
}

/**
 * relais_key_store_save_finish:
 * @result: what the callback got
 * @error: where to put a failure
 *
 * Fails as loading does; the key kept before is kept then.
 *
 * Returns: whether it is kept
 */
gboolean
relais_key_store_save_finish (GAsyncResult  *result,
                              GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
