/* relais-account-store.c: accounts in the keyring: load, save, delete
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-account-store"

#include "config.h"

#include <string.h>

#include <libsecret/secret.h>

#include "relais-account-json.h"
#include "relais-keyring.h"

struct _RelaisAccountStore
{
  GObject parent_instance;
};

G_DEFINE_FINAL_TYPE (RelaisAccountStore, relais_account_store, G_TYPE_OBJECT)

static const SecretSchema schema = {
  "dev.relais.Relais.Account",
  SECRET_SCHEMA_NONE,
  { { "id", SECRET_SCHEMA_ATTRIBUTE_STRING }, { "provider", SECRET_SCHEMA_ATTRIBUTE_STRING }, { NULL, 0 } },
};

/* A load under way. */
typedef struct
{
  GPtrArray *accounts; /* owned */
  GList *items;        /* owned; still to be read */
  RelaisKeyringState state;
  gboolean           unlock;
} Load;

/* A save or delete under way. */
typedef struct
{
  RelaisAccount *account; /* owned */
  char               *id;
  GList *items; /* owned; of a save: what has the same id */
  RelaisKeyringState  state;
} Change;

static void
relais_account_store_class_init (RelaisAccountStoreClass *klass)
{
}

static void
relais_account_store_init (RelaisAccountStore *self)
{
}

/**
 * relais_account_store_new:
 *
 * Returns: (transfer full): a store over the system keyring
 */
RelaisAccountStore *
relais_account_store_new (void)
{
  return g_object_new (RELAIS_TYPE_ACCOUNT_STORE, NULL);
}

static void
load_free (gpointer data)
{
  Load *load = data;

  g_ptr_array_unref (load->accounts);
  g_list_free_full (load->items, g_object_unref);
  g_free (load);
}

static void
change_free (gpointer data)
{
  Change *change = data;

  g_clear_pointer (&change->account, relais_account_unref);
  g_list_free_full (change->items, g_object_unref);
  g_free (change->id);
  g_free (change);
}

static void
read_account (Load        *load,
              SecretValue *value)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (RelaisAccount) account = NULL;
  g_autoptr (GError) error = NULL;
  const char *text = secret_value_get_text (value);
  JsonNode *root;

  /* what cannot be read stays in the keyring, untouched; its words may hold a key */
  if (text == NULL || !json_parser_load_from_data (parser, text, -1, NULL) ||
      (root = json_parser_get_root (parser)) == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      g_message ("An account in the keyring is not readable and is left alone");
      return;
    }
  account = relais_account_new_from_json (json_node_get_object (root), &error);
  if (account == NULL)
    g_message ("An account in the keyring is left alone: %s", error->message);
  else
    g_ptr_array_add (load->accounts, g_steal_pointer (&account));
}

static void read_next (GTask *task);

static void
secret_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  SecretRetrievable *item = SECRET_RETRIEVABLE (source);
  g_autoptr (SecretValue) value = secret_retrievable_retrieve_secret_finish (item, result, NULL);

  if (value != NULL)
    read_account (g_task_get_task_data (task), value);
  read_next (task);
}

static void
read_next (GTask *task)
{
  Load *load = g_task_get_task_data (task);
  g_autoptr (SecretRetrievable) item = NULL;
  g_autoptr (GHashTable) attributes = NULL;

  if (load->items == NULL)
    {
      g_task_return_pointer (task, g_ptr_array_ref (load->accounts),
                             (GDestroyNotify)g_ptr_array_unref);
      return;
    }
  item = load->items->data;
  load->items = g_list_delete_link (load->items, load->items);
  attributes = secret_retrievable_get_attributes (item);
  if (!g_hash_table_contains (attributes, "id"))
    {
      /* the file backend finds items of any schema */
      read_next (task);
      return;
    }
  secret_retrievable_retrieve_secret (item, g_task_get_cancellable (task), secret_cb,
                                      g_object_ref (task));
}

static void
found_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Load *load = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  load->items = secret_password_search_finish (result, &error);
  if (error != NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    read_next (task);
}

static void
load_state_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GHashTable) attributes = g_hash_table_new (g_str_hash, g_str_equal);
  Load *load = g_task_get_task_data (task);

  load->state = relais_keyring_ask_finish (result);
  if (load->state == RELAIS_KEYRING_READY)
    secret_password_searchv (&schema, attributes, SECRET_SEARCH_ALL | SECRET_SEARCH_LOAD_SECRETS,
                             g_task_get_cancellable (task), found_cb, g_object_ref (task));
  else
    read_next (task);
}

/**
 * relais_account_store_load_async:
 * @self: a store
 * @unlock: whether the person may be asked to unlock the keyring, which may take minutes
 * @cancellable: (nullable): ends it
 * @callback: told when all is read
 * @user_data: for @callback
 */
void
relais_account_store_load_async (RelaisAccountStore  *self,
                                 gboolean             unlock,
                                 GCancellable        *cancellable,
                                 GAsyncReadyCallback  callback,
                                 gpointer             user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Load *load = g_new0 (Load, 1);

  g_task_set_source_tag (task, relais_account_store_load_async);
  load->accounts = g_ptr_array_new_with_free_func ((GDestroyNotify)relais_account_unref);
  g_task_set_task_data (task, load, load_free);
  relais_keyring_ask_async (unlock, cancellable, load_state_cb, task);
}

/**
 * relais_account_store_load_finish:
 * @self: a store
 * @result: what the callback got
 * @state: (out): how the keyring fares: an empty list means "no accounts" only when it is `READY`
 * @error: where to put a failure
 *
 * Returns: (transfer full) (element-type RelaisAccount) (nullable): the accounts, in no order
 */
GPtrArray *
relais_account_store_load_finish (RelaisAccountStore  *self,
                                  GAsyncResult        *result,
                                  RelaisKeyringState  *state,
                                  GError             **error)
{
  Load *load = g_task_get_task_data (G_TASK (result));

  *state = load->state;
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void clear_next (GTask *task);

static void
cleared_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;

  secret_password_clear_finish (result, &error);
  if (error != NULL)
    g_message ("An older form of an account stays in the keyring: %s", error->message);
  clear_next (task);
}

/* The account is kept; now what had its id and another provider goes. */
static void
clear_next (GTask *task)
{
  Change *change = g_task_get_task_data (task);

  while (change->items != NULL)
    {
      g_autoptr (SecretRetrievable) item = change->items->data;
      g_autoptr (GHashTable) attributes = secret_retrievable_get_attributes (item);

      change->items = g_list_delete_link (change->items, change->items);
      if (g_strcmp0 (g_hash_table_lookup (attributes, "provider"), change->account->provider) == 0)
        continue;
      g_hash_table_remove (attributes, "xdg:schema");
      secret_password_clearv (&schema, attributes, g_task_get_cancellable (task), cleared_cb,
                              g_object_ref (task));
      return;
    }
  g_task_return_boolean (task, TRUE);
}

static void
older_found_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Change *change = g_task_get_task_data (task);

  change->items = secret_password_search_finish (result, NULL);
  clear_next (task);
}

static void
stored_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Change *change = g_task_get_task_data (task);
  g_autoptr (GHashTable) attributes = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GError) error = NULL;

  if (secret_password_store_finish (result, &error))
    {
      /* libsecret replaces what has the same attributes, and the provider is one of them */
      g_hash_table_insert (attributes, (char *)"id", change->account->id);
      secret_password_searchv (&schema, attributes, SECRET_SEARCH_ALL,
                               g_task_get_cancellable (task), older_found_cb, g_object_ref (task));
      return;
    }
  relais_keyring_translate (change->state, &error);
  g_task_return_error (task, g_steal_pointer (&error));
}

static void
store_account (GTask *task)
{
  Change *change = g_task_get_task_data (task);
  g_autoptr (GHashTable) attributes = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *label = NULL;
  char *text;

  g_hash_table_insert (attributes, (char *)"id", change->account->id);
  g_hash_table_insert (attributes, (char *)"provider", change->account->provider);
  label = g_strdup_printf ("Relais: %s", change->account->label);
  json_node_take_object (root, relais_account_to_json (change->account));
  text = json_to_string (root, FALSE);
  secret_password_storev (&schema, attributes, SECRET_COLLECTION_DEFAULT, label, text,
                          g_task_get_cancellable (task), stored_cb, g_object_ref (task));
  explicit_bzero (text, strlen (text));
  g_free (text);
}

static void
save_state_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Change *change = g_task_get_task_data (task);
  GError *error = NULL;

  change->state = relais_keyring_ask_finish (result);
  if (relais_keyring_is_writable (change->state, &error))
    store_account (task);
  else
    g_task_return_error (task, error);
}

/**
 * relais_account_store_save_async:
 * @self: a store
 * @account: the account, in place of the one with its id
 * @cancellable: (nullable): ends it
 * @callback: told when it is kept
 * @user_data: for @callback
 */
void
relais_account_store_save_async (RelaisAccountStore  *self,
                                 RelaisAccount       *account,
                                 GCancellable        *cancellable,
                                 GAsyncReadyCallback  callback,
                                 gpointer             user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Change *change = g_new0 (Change, 1);

  g_task_set_source_tag (task, relais_account_store_save_async);
  change->account = relais_account_ref (account);
  g_task_set_task_data (task, change, change_free);
  relais_keyring_ask_async (FALSE, cancellable, save_state_cb, task);
}

/**
 * relais_account_store_save_finish:
 * @self: a store
 * @result: what the callback got
 * @error: where to put a failure
 *
 * Fails with [error@Error] `KEYRING_LOCKED` or `NO_KEYRING`, or in libsecret's words; what was kept
 * before is kept then.
 *
 * Returns: whether it is kept
 */
gboolean
relais_account_store_save_finish (RelaisAccountStore  *self,
                                  GAsyncResult        *result,
                                  GError             **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
deleted_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;

  secret_password_clear_finish (result, &error);
  if (error != NULL)
    {
      relais_keyring_translate (RELAIS_KEYRING_READY, &error);
      g_task_return_error (task, g_steal_pointer (&error));
    }
  else
    g_task_return_boolean (task, TRUE);
}

static void
delete_state_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GHashTable) attributes = g_hash_table_new (g_str_hash, g_str_equal);
  Change *change = g_task_get_task_data (task);
  GError *error = NULL;

  change->state = relais_keyring_ask_finish (result);
  if (!relais_keyring_is_writable (change->state, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  g_hash_table_insert (attributes, (char *)"id", change->id);
  secret_password_clearv (&schema, attributes, g_task_get_cancellable (task), deleted_cb,
                          g_object_ref (task));
}

/**
 * relais_account_store_delete_async:
 * @self: a store
 * @id: an account's id
 * @cancellable: (nullable): ends it
 * @callback: told when it is gone
 * @user_data: for @callback
 */
void
relais_account_store_delete_async (RelaisAccountStore  *self,
                                   const char          *id,
                                   GCancellable        *cancellable,
                                   GAsyncReadyCallback  callback,
                                   gpointer             user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Change *change = g_new0 (Change, 1);

  g_task_set_source_tag (task, relais_account_store_delete_async);
  change->id = g_strdup (id);
  g_task_set_task_data (task, change, change_free);
  relais_keyring_ask_async (FALSE, cancellable, delete_state_cb, task);
}

/**
 * relais_account_store_delete_finish:
 * @self: a store
 * @result: what the callback got
 * @error: where to put a failure
 *
 * Fails as saving does. That it was not there is no failure.
 *
 * Returns: whether it is gone
 */
gboolean
relais_account_store_delete_finish (RelaisAccountStore  *self,
                                    GAsyncResult        *result,
                                    GError             **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
