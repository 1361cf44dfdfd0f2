/* relais-core-accounts.c: accounts and the client key, in memory and in the keyring
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-core"

#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>

#include "accounts/relais-account-json.h"
#include "accounts/relais-key-store.h"
#include "base/relais-error.h"
#include "base/relais-key.h"
#include "upstream/relais-provider.h"

#include "relais-core.h"

#define PRACTICE_ID "practice"
#define ACCOUNTS_MAX 1000

/* A step on its way through the keyring. */
typedef struct
{
  RelaisCore     *core;
  RelaisAccount *account; /* owned */
  char           *id;
  char *key; /* owned, wiped */
  int             position;
  gboolean        unlock;
  GError *unread; /* owned: why the keyring's accounts are missing, told once the rest is done */
  RelaisCoreDone  done;
  gpointer        user_data;
} Step;

static Step *
step_new (RelaisCore     *core,
          RelaisCoreDone  done,
          gpointer        user_data)
{
  Step *step = g_new0 (Step, 1);

  step->core = core;
  step->done = done;
  step->user_data = user_data;
  return step;
}

static void
step_end (Step   *step,
          GError *error)
{
  if (error == NULL)
    error = g_steal_pointer (&step->unread);
  step->done (NULL, error, step->user_data);
  g_clear_error (&step->unread);
  g_clear_pointer (&step->account, relais_account_unref);
  g_clear_pointer (&step->key, relais_key_wipe);
  g_free (step->id);
  g_free (step);
}

static int
find_position (RelaisCore *self,
               const char *id)
{
  for (guint i = 0; i < self->accounts->len; i++)
    if (g_strcmp0 (((RelaisAccount *)g_ptr_array_index (self->accounts, i))->id, id) == 0)
      return (int)i;
  return -1;
}

/**
 * relais_core_find:
 * @self: a core
 * @id: (nullable): an account's id
 *
 * Returns: (transfer none) (nullable): the account as it is kept, its credential with it
 */
RelaisAccount *
relais_core_find (RelaisCore *self,
                  const char *id)
{
  int position = find_position (self, id);

  return position >= 0 ? g_ptr_array_index (self->accounts, position) : NULL;
}

static gboolean
is_practice (const RelaisAccount *account)
{
  return strcmp (account->provider, PRACTICE_ID) == 0;
}

/* The practice account answers any name only while it is alone. */
static RelaisAccount *
as_served (RelaisAccount *account,
           gboolean       alone)
{
  const char *const own[] = { "practice*", NULL };
  RelaisAccount *copy;

  if (!is_practice (account) || alone)
    return relais_account_ref (account);
  copy = relais_account_copy (account);
  g_strfreev (copy->models);
  copy->models = g_strdupv ((char **)own);
  return copy;
}

static int
place_in_order (RelaisCore          *self,
                const RelaisAccount *account)
{
  for (int i = 0; self->order[i] != NULL; i++)
    if (strcmp (self->order[i], account->id) == 0)
      return i;
  return G_MAXINT;
}

static int
compare_places (gconstpointer a,
                gconstpointer b,
                gpointer      user_data)
{
  int first = place_in_order (user_data, *(RelaisAccount *const *)a);
  int second = place_in_order (user_data, *(RelaisAccount *const *)b);

  return first < second ? -1 : first > second;
}

/**
 * relais_core_apply_accounts:
 * @self: a core
 *
 * The list changed: orders it, hands it to the pool, tells by snapshot. Requests under way are not
 * touched.
 */
void
relais_core_apply_accounts (RelaisCore *self)
{
  GPtrArray *served = g_ptr_array_new_with_free_func ((GDestroyNotify)relais_account_unref);
  gboolean alone = TRUE;

  relais_core_remember_secrets (self);
  g_ptr_array_sort_with_data (self->accounts, compare_places, self);
  for (guint i = 0; i < self->accounts->len; i++)
    {
      RelaisAccount *account = g_ptr_array_index (self->accounts, i);

      alone &= is_practice (account) || !account->enabled ||
               account->dispatch == RELAIS_DISPATCH_OFF;
    }
  for (guint i = 0; i < self->accounts->len; i++)
    g_ptr_array_add (served, as_served (g_ptr_array_index (self->accounts, i), alone));
  relais_account_pool_set_accounts (self->pool, served);
  relais_gateway_wake (&self->gateway);
  self->accounts_changed = TRUE;
  relais_core_touch (self);
}

/**
 * relais_core_set_order:
 * @self: a core
 * @ids: (array zero-terminated=1): accounts in the order wanted; unknown ones are kept for later
 */
void
relais_core_set_order (RelaisCore         *self,
                       const char * const *ids)
{
  g_strfreev (self->order);
  self->order = g_strdupv ((char **)ids);
  relais_core_apply_accounts (self);
}

static void
add_practice (RelaisCore *self)
{
  RelaisAccount *account;

  if (relais_core_find (self, PRACTICE_ID) != NULL)
    return;
  account = relais_account_new (PRACTICE_ID, PRACTICE_ID);
  g_free (account->label);
  account->label = g_strdup ("Practice");
  g_hash_table_add (self->unkept, g_strdup (account->id));
  g_ptr_array_add (self->accounts, account);
}

/* What a file says is used as it stands: what could never work is told at start. */
static gboolean
check_accounts (GPtrArray  *accounts,
                GError    **error)
{
  for (guint i = 0; i < accounts->len; i++)
    {
      RelaisAccount *account = g_ptr_array_index (accounts, i);

      if (!relais_provider_check_account (account, error))
        {
          g_autofree char *name = relais_account_dup_name (i, account->id);

          g_prefix_error (error, "%s: ", name);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
read_rules (RelaisCore  *self,
            const char  *path,
            GError     **error)
{
  g_autofree char *text = NULL;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, error))
    return FALSE;
  self->gateway.rules = relais_rules_parse (text, length, NULL, error);
  if (self->gateway.rules == NULL)
    g_prefix_error (error, "%s: ", path);
  return self->gateway.rules != NULL;
}

/* What is said of it to who lacks the key follows. */
static void
set_key_place (RelaisCore           *self,
               RelaisEngineKeyPlace  place)
{
  g_autofree char *words = NULL;

  self->key_place = place;
  if (place == RELAIS_ENGINE_KEY_FILE)
    words = g_strdup_printf ("in %s", self->key_file);
  else if (place == RELAIS_ENGINE_KEY_GIVEN && self->key_source != NULL)
    words = g_strdup_printf ("that “relais serve” was given by %s", self->key_source);
  relais_config_set_key_place (self->config, words);
}

/**
 * relais_core_take_options:
 * @self: a core
 * @options: how the engine was made
 * @error: where to put a failure
 *
 * Reads the files of accounts and rules, adds the practice account, sets the client key as
 * @options say. For start-up: reads files at once.
 *
 * Returns: whether all of it could be done
 */
gboolean
relais_core_take_options (RelaisCore                 *self,
                          const RelaisEngineOptions  *options,
                          GError                    **error)
{
  if (options->accounts_file != NULL)
    {
      GPtrArray *list = relais_account_list_load (options->accounts_file, self->notes, error);

      if (list == NULL)
        return FALSE;
      g_ptr_array_unref (self->accounts);
      self->accounts = list;
      if (!check_accounts (list, error))
        {
          g_prefix_error (error, "%s: ", options->accounts_file);
          return FALSE;
        }
    }
  if (options->rules_file != NULL && !read_rules (self, options->rules_file, error))
    return FALSE;
  self->practice_run = options->practice;
  if (options->practice)
    add_practice (self);
  relais_core_apply_accounts (self);
  if (options->api_key == NULL)
    return TRUE;
  set_key_place (self, RELAIS_ENGINE_KEY_GIVEN);
  return relais_config_set_api_key (self->config, options->api_key, error);
}

/* What the thread that writes it needs. */
typedef struct
{
  char *path;
  char *key; /* wiped */
} KeyFile;

static void
key_file_free (gpointer data)
{
  KeyFile *file = data;

  g_free (file->path);
  relais_key_wipe (file->key);
  g_free (file);
}

/* In its folder, made if need be, and for its owner only; until it is on the disk. */
static void
write_key_thread (GTask        *task,
                  gpointer      source,
                  gpointer      task_data,
                  GCancellable *cancellable)
{
  KeyFile *file = task_data;
  g_autofree char *folder = g_path_get_dirname (file->path);
  GError *error = NULL;

  if (g_mkdir_with_parents (folder, 0700) != 0)
    g_set_error (&error, G_FILE_ERROR, g_file_error_from_errno (errno), "%s cannot be made: %s", folder, g_strerror (errno));
  else
    g_file_set_contents_full (file->path, file->key, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                              &error);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
key_written_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  Step *step = user_data;
  RelaisCore *self = step->core;
  GError *error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    {
      set_key_place (self, RELAIS_ENGINE_KEY_FILE);
      relais_config_set_api_key (self->config, step->key, &error);
    }
  step_end (step, error);
}

/* Its step's key: in force once it is there. Ends the step. */
static void
write_key_file (Step *step)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, key_written_cb, step);
  KeyFile *file = g_new0 (KeyFile, 1);

  g_task_set_source_tag (task, write_key_file);
  file->path = g_strdup (step->core->key_file);
  file->key = g_strdup (step->key);
  g_task_set_task_data (task, file, key_file_free);
  g_task_run_in_thread (task, write_key_thread);
}

/* The key kept beside the data where no keyring keeps it. Fails with [error@GLib.FileError] `NOENT`
 * where there is none. */
static gboolean
read_key_file (RelaisCore  *self,
               GError     **error)
{
  g_autofree char *text = NULL;
  gboolean set;
  struct stat info;

  if (stat (self->key_file, &info) == 0 && (info.st_mode & 077) != 0)
    {
      g_set_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING,
                   "%s can be read by others: run “chmod 600 %s” first", self->key_file, self->key_file);
      return FALSE;
    }
  if (!g_file_get_contents (self->key_file, &text, NULL, error))
    return FALSE;
  set_key_place (self, RELAIS_ENGINE_KEY_FILE);
  set = relais_config_set_api_key (self->config, g_strstrip (text), error);
  explicit_bzero (text, strlen (text));
  if (!set)
    g_prefix_error (error, "%s: ", self->key_file);
  return set;
}

/* Read, or made: one that is there is never written over. Ends the step. */
static void
use_key_file (Step *step)
{
  GError *unread = NULL;

  if (read_key_file (step->core, &unread) ||
      !g_error_matches (unread, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    {
      step_end (step, unread);
      return;
    }
  g_clear_error (&unread);
  step->key = relais_key_make ();
  write_key_file (step);
}

/* Without a place to keep it the key lives until quit. */
static void
use_fresh_key (RelaisCore *self)
{
  char *made;

  if (relais_config_get_api_key (self->config) != NULL)
    return;
  made = relais_key_make ();
  relais_config_set_api_key (self->config, made, NULL);
  relais_key_wipe (made);
}

static void
key_kept_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  Step *step = user_data;
  RelaisCore *self = step->core;
  g_autoptr (GError) error = NULL;

  if (relais_key_store_save_finish (result, &error))
    set_key_place (self, RELAIS_ENGINE_KEY_KEYRING);
  else if (self->key_file != NULL)
    {
      step->key = g_strdup (relais_config_get_api_key (self->config));
      write_key_file (step);
      return;
    }
  else
    {
      g_warning ("The client key could not be kept: %s", error->message);
      g_clear_error (&error);
    }
  step_end (step, g_steal_pointer (&error));
}

/* The keyring holds none: the file's, else one is made and kept, in the keyring where that can be
 * asked without a question to anybody. */
static void
find_other_key (Step     *step,
                gboolean  keeps)
{
  RelaisCore *self = step->core;
  g_autoptr (GError) error = NULL;

  if (self->key_file != NULL)
    {
      if (!keeps || self->keyring != RELAIS_KEYRING_READY)
        {
          use_key_file (step);
          return;
        }
      if (read_key_file (self, &error) ||
          !g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        {
          step_end (step, g_steal_pointer (&error));
          return;
        }
    }
  use_fresh_key (self);
  if (keeps)
    relais_key_store_save_async (relais_config_get_api_key (self->config), NULL, key_kept_cb, step);
  else
    step_end (step, NULL);
}

static void
key_loaded_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  Step *step = user_data;
  RelaisCore *self = step->core;
  g_autoptr (GError) error = NULL;
  char *key = relais_key_store_load_finish (result, &error);

  if (key != NULL && relais_config_set_api_key (self->config, key, NULL))
    set_key_place (self, RELAIS_ENGINE_KEY_KEYRING);
  g_clear_pointer (&key, relais_key_wipe);
  /* a keyring that is locked, or fails, may hold one: nothing is made up in its place */
  if (self->key_place == RELAIS_ENGINE_KEY_KEYRING ||
      g_error_matches (error, RELAIS_ERROR, RELAIS_ERROR_KEYRING_LOCKED))
    step_end (step, NULL);
  else if (error != NULL && !g_error_matches (error, RELAIS_ERROR, RELAIS_ERROR_NO_KEYRING))
    step_end (step, g_steal_pointer (&error));
  else
    find_other_key (step, error == NULL);
}

static void
load_key (Step *step)
{
  RelaisCore *self = step->core;

  if (relais_config_get_api_key (self->config) != NULL)
    step_end (step, NULL);
  else if (self->store != NULL)
    relais_key_store_load_async (NULL, key_loaded_cb, step);
  else if (self->key_file != NULL)
    use_key_file (step);
  else
    {
      use_fresh_key (self);
      step_end (step, NULL);
    }
}

/* An account on its way into a keyring that was not there before. */
typedef struct
{
  RelaisCore *core;
  char       *id;
} Rest;

static void
rest_kept (gpointer  result,
           GError   *error,
           gpointer  user_data)
{
  Rest *rest = user_data;
  RelaisCore *self = rest->core;

  if (error != NULL)
    g_hash_table_add (self->unkept, g_strdup (rest->id));
  g_clear_error (&error);
  g_free (rest->id);
  g_free (rest);
  relais_core_end_change (self);
}

static void
keep_one (RelaisCore *self,
          gpointer    data)
{
  Rest *rest = data;
  RelaisAccount *account = relais_core_find (self, rest->id);

  if (account == NULL || !g_hash_table_remove (self->unkept, rest->id))
    rest_kept (NULL, NULL, rest);
  else
    relais_core_put_account (self, account, -1, rest_kept, rest);
}

/* The keyring is there now: what lived in memory for want of it goes in. */
static void
keep_rest (RelaisCore *self)
{
  for (guint i = 0; i < self->accounts->len; i++)
    {
      RelaisAccount *account = g_ptr_array_index (self->accounts, i);
      Rest *rest;

      if (!g_hash_table_contains (self->unkept, account->id) ||
          (self->practice_run && is_practice (account)))
        continue;
      rest = g_new0 (Rest, 1);
      rest->core = self;
      rest->id = g_strdup (account->id);
      relais_core_begin_change (self, keep_one, rest);
    }
}

static void
loaded_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Step *step = user_data;
  RelaisCore *self = step->core;
  g_autoptr (GPtrArray) list = NULL;

  list = relais_account_store_load_finish (self->store, result, &self->keyring, &step->unread);
  for (guint i = 0; list != NULL && i < list->len; i++)
    {
      RelaisAccount *account = g_ptr_array_index (list, i);
      int position = find_position (self, account->id);

      g_hash_table_remove (self->unkept, account->id);
      if (position >= 0)
        {
          relais_account_unref (g_ptr_array_index (self->accounts, position));
          g_ptr_array_index (self->accounts, position) = relais_account_ref (account);
        }
      else
        g_ptr_array_add (self->accounts, relais_account_ref (account));
    }
  relais_core_apply_accounts (self);
  if (self->keyring == RELAIS_KEYRING_READY)
    keep_rest (self);
  load_key (step);
}

/* What a save came to says how the keyring fares: it may have been locked, or have gone, since it
 * was asked. Without a collection it still is: nobody made one. */
static void
note_save (RelaisCore   *self,
           const GError *error)
{
  RelaisKeyringState state = self->keyring;

  if (error == NULL)
    state = RELAIS_KEYRING_READY;
  else if (g_error_matches (error, RELAIS_ERROR, RELAIS_ERROR_KEYRING_LOCKED))
    state = RELAIS_KEYRING_LOCKED;
  else if (g_error_matches (error, RELAIS_ERROR, RELAIS_ERROR_NO_KEYRING) &&
           state != RELAIS_KEYRING_NO_COLLECTION)
    state = RELAIS_KEYRING_NO_SERVICE;
  if (state == self->keyring)
    return;
  self->keyring = state;
  relais_core_touch (self);
  if (state == RELAIS_KEYRING_READY)
    keep_rest (self);
}

/**
 * relais_core_load:
 * @self: a core
 * @unlock: whether the person may be asked to unlock the keyring
 * @done: told when accounts and key are there, or known not to be
 * @user_data: for @done
 */
void
relais_core_load (RelaisCore     *self,
                  gboolean        unlock,
                  RelaisCoreDone  done,
                  gpointer        user_data)
{
  Step *step = step_new (self, done, user_data);

  if (self->store != NULL)
    relais_account_store_load_async (self->store, unlock, NULL, loaded_cb, step);
  else
    load_key (step);
}

/* In the file, where there is to be one; else until quit. Ends the step. */
static void
keep_key_here (Step *step)
{
  RelaisCore *self = step->core;
  GError *error = NULL;

  if (self->key_file != NULL)
    {
      write_key_file (step);
      return;
    }
  set_key_place (self, RELAIS_ENGINE_KEY_NOWHERE);
  relais_config_set_api_key (self->config, step->key, &error);
  step_end (step, error);
}

static void
key_saved_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  Step *step = user_data;
  RelaisCore *self = step->core;
  GError *error = NULL;

  gboolean saved = relais_key_store_save_finish (result, &error);

  note_save (self, error);
  if (saved)
    {
      set_key_place (self, RELAIS_ENGINE_KEY_KEYRING);
      relais_config_set_api_key (self->config, step->key, &error);
    }
  /* Without any keyring it goes beside the data, or holds until quit; a locked one refuses, and the
   * old key stays. */
  else if (g_error_matches (error, RELAIS_ERROR, RELAIS_ERROR_NO_KEYRING))
    {
      g_clear_error (&error);
      keep_key_here (step);
      return;
    }
  step_end (step, error);
}

/**
 * relais_core_save_key:
 * @self: a core
 * @key: the new client key
 * @done: told when it is kept and in force
 * @user_data: for @done
 *
 * Fails with [error@Error] `INVALID_SETTING` for what is no key, `KEYRING_LOCKED`, or the
 * keyring's own words; the old key stays in force then.
 */
void
relais_core_save_key (RelaisCore     *self,
                      const char     *key,
                      RelaisCoreDone  done,
                      gpointer        user_data)
{
  Step *step = step_new (self, done, user_data);
  GError *error = NULL;

  if (!relais_key_validate (key, &error))
    {
      step_end (step, error);
      return;
    }
  step->key = g_strdup (key);
  if (self->store != NULL)
    {
      relais_key_store_save_async (key, NULL, key_saved_cb, step);
      return;
    }
  keep_key_here (step);
}

static void
put (Step *step)
{
  RelaisCore *self = step->core;
  int position = find_position (self, step->account->id);

  if (position >= 0)
    g_ptr_array_remove_index (self->accounts, position);
  if (position < 0)
    position = step->position;
  if (position < 0 || position > (int)self->accounts->len)
    position = (int)self->accounts->len;
  g_ptr_array_insert (self->accounts, position, relais_account_ref (step->account));
  relais_catalog_forget (self->catalog, step->account->id);
  relais_gateway_forget_quirks (&self->gateway, step->account->id);
  relais_core_apply_accounts (self);
  step_end (step, NULL);
}

static void
saved_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  Step *step = user_data;
  g_autoptr (GError) error = NULL;

  relais_account_store_save_finish (RELAIS_ACCOUNT_STORE (source), result, &error);
  note_save (step->core, error);
  if (g_error_matches (error, RELAIS_ERROR, RELAIS_ERROR_NO_KEYRING))
    {
      g_hash_table_add (step->core->unkept, g_strdup (step->account->id));
      g_clear_error (&error);
    }
  if (error != NULL)
    step_end (step, g_steal_pointer (&error));
  else
    put (step);
}

/**
 * relais_core_put_account:
 * @self: a core
 * @account: (transfer none): a new account, or an edited one in place of that with its id
 * @position: where in the list a new one goes, or -1 for the end
 * @done: told when it is kept and in the pool
 * @user_data: for @done
 *
 * Kept in the keyring first; where there is none it lives in memory, and goes into the keyring once
 * one is there. The practice account has no secret and is no reason to make one. Fails with
 * [error@Error] `KEYRING_LOCKED`, or the keyring's own words: nothing has changed then.
 */
void
relais_core_put_account (RelaisCore     *self,
                         RelaisAccount  *account,
                         int             position,
                         RelaisCoreDone  done,
                         gpointer        user_data)
{
  Step *step = step_new (self, done, user_data);

  if (self->accounts->len >= ACCOUNTS_MAX && find_position (self, account->id) < 0)
    {
      step_end (step, g_error_new (RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING,
                                   "There are %d accounts already", ACCOUNTS_MAX));
      return;
    }
  step->account = relais_account_ref (account);
  step->position = position;
  if (self->store != NULL && !g_hash_table_contains (self->unkept, account->id) &&
      !(is_practice (account) && self->keyring == RELAIS_KEYRING_NO_COLLECTION))
    {
      relais_account_store_save_async (self->store, account, NULL, saved_cb, step);
      return;
    }
  g_hash_table_add (self->unkept, g_strdup (account->id));
  put (step);
}

static void
drop (Step *step)
{
  RelaisCore *self = step->core;
  int position = find_position (self, step->id);

  if (position >= 0)
    {
      g_clear_pointer (&self->removed, relais_account_unref);
      self->removed = relais_account_ref (g_ptr_array_index (self->accounts, position));
      self->removed_at = position;
      self->removed_unkept = g_hash_table_remove (self->unkept, step->id);
      g_hash_table_remove (self->n_requests, step->id);
      g_ptr_array_remove_index (self->accounts, position);
      relais_catalog_forget (self->catalog, step->id);
      relais_gateway_forget_quirks (&self->gateway, step->id);
      relais_call_cache_forget_account (self->gateway.calls, step->id);
      relais_core_apply_accounts (self);
    }
  step_end (step, NULL);
}

static void
deleted_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Step *step = user_data;
  GError *error = NULL;

  if (relais_account_store_delete_finish (RELAIS_ACCOUNT_STORE (source), result, &error))
    {
      drop (step);
      return;
    }
  note_save (step->core, error);
  step_end (step, error);
}

/**
 * relais_core_remove_account:
 * @self: a core
 * @id: an account's id
 * @done: told when it is gone
 * @user_data: for @done
 *
 * Out of the keyring, then out of the pool; kept in memory for [func@Core.restore_account] until
 * the next removal. Fails with [error@Error] `INVALID_SETTING` for an unknown id, `KEYRING_LOCKED`,
 * or the keyring's own words.
 */
void
relais_core_remove_account (RelaisCore     *self,
                            const char     *id,
                            RelaisCoreDone  done,
                            gpointer        user_data)
{
  Step *step = step_new (self, done, user_data);

  if (relais_core_find (self, id) == NULL)
    {
      step_end (step, g_error_new (RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING, "There is no account “%s”", id));
      return;
    }
  step->id = g_strdup (id);
  if (self->store != NULL && !g_hash_table_contains (self->unkept, id))
    relais_account_store_delete_async (self->store, id, NULL, deleted_cb, step);
  else
    drop (step);
}

/**
 * relais_core_restore_account:
 * @self: a core
 * @id: the account removed last
 * @done: told when it is back
 * @user_data: for @done
 *
 * Undo: back whole, credential and place included. Fails as [func@Core.put_account], or with
 * [error@Error] `INVALID_SETTING` when it is no longer there.
 */
void
relais_core_restore_account (RelaisCore     *self,
                             const char     *id,
                             RelaisCoreDone  done,
                             gpointer        user_data)
{
  g_autoptr (RelaisAccount) account = NULL;

  if (self->removed == NULL || g_strcmp0 (self->removed->id, id) != 0)
    {
      done (NULL, g_error_new (RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING, "It cannot be brought back any more"),
            user_data);
      return;
    }
  account = relais_account_ref (self->removed);
  if (self->removed_unkept)
    g_hash_table_add (self->unkept, g_strdup (id));
  relais_core_put_account (self, account, (int)self->removed_at, done, user_data);
}
