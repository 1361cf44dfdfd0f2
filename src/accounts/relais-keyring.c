/* relais-keyring.c: how the system keyring fares
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-keyring"

#include "config.h"

#include <libsecret/secret.h>

#include "base/relais-error.h"

#include "relais-keyring.h"

static void
return_state (GTask              *task,
              RelaisKeyringState  state)
{
  g_task_return_int (task, state);
}

static void
unlocked_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;

  /* 0 without an error: the person closed the dialog */
  return_state (task, secret_service_unlock_finish (SECRET_SERVICE (source), result, NULL, NULL) > 0
                        ? RELAIS_KEYRING_READY
                        : RELAIS_KEYRING_LOCKED);
}

static void
collection_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SecretCollection) collection = secret_collection_for_alias_finish (result, &error);
  g_autolist (GObject) list = NULL;

  if (collection == NULL)
    return_state (task, error == NULL ? RELAIS_KEYRING_NO_COLLECTION : RELAIS_KEYRING_NO_SERVICE);
  else if (!secret_collection_get_locked (collection))
    return_state (task, RELAIS_KEYRING_READY);
  else if (!GPOINTER_TO_INT (g_task_get_task_data (task)))
    return_state (task, RELAIS_KEYRING_LOCKED);
  else
    {
      list = g_list_append (NULL, g_object_ref (collection));
      secret_service_unlock (secret_collection_get_service (collection), list,
                             g_task_get_cancellable (task), unlocked_cb, g_object_ref (task));
    }
}

static void
service_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (SecretService) service = secret_service_get_finish (result, NULL);

  if (service == NULL)
    return_state (task, RELAIS_KEYRING_NO_SERVICE);
  else
    secret_collection_for_alias (service, SECRET_COLLECTION_DEFAULT, SECRET_COLLECTION_NONE,
                                 g_task_get_cancellable (task), collection_cb, g_object_ref (task));
}

/**
 * relais_keyring_ask_async:
 * @unlock: whether the person may be asked to unlock it, which may take minutes
 * @cancellable: (nullable): ends the wait
 * @callback: told how it fares
 * @user_data: for @callback
 *
 * libsecret 0.20 finds nothing in a locked keyring and calls that no error: ask first.
 */
void
relais_keyring_ask_async (gboolean             unlock,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, relais_keyring_ask_async);
  g_task_set_task_data (task, GINT_TO_POINTER (unlock), NULL);
  /* libsecret's other backend, a file, has no service to ask and no lock of this kind */
  if (g_strcmp0 (g_getenv ("SECRET_BACKEND"), "file") == 0)
    {
      return_state (task, RELAIS_KEYRING_READY);
      g_object_unref (task);
    }
  else
    /* Not cancellable: all share one connection to the bus, and who comes while another's cancel
     * ends its setup is told "cancelled", too (GLib 2.74, seen 2026-11-24). A cancelled task ends
     * with that in any case. */
    secret_service_get (SECRET_SERVICE_OPEN_SESSION | SECRET_SERVICE_LOAD_COLLECTIONS, NULL,
                        service_cb, task);
}

/**
 * relais_keyring_ask_finish:
 * @result: what the callback got
 *
 * Returns: how it fares; `UNKNOWN` when cancelled
 */
RelaisKeyringState
relais_keyring_ask_finish (GAsyncResult *result)
{
  gssize state = g_task_propagate_int (G_TASK (result), NULL);

  return state < 0 ? RELAIS_KEYRING_UNKNOWN : (RelaisKeyringState)state;
}

/**
 * relais_keyring_is_writable:
 * @state: how it fares
 * @error: where to put why not
 *
 * Fails with [error@Error] `KEYRING_LOCKED` or `NO_KEYRING`.
 *
 * Returns: whether something can be stored; a missing collection is made by the first store
 */
gboolean
relais_keyring_is_writable (RelaisKeyringState   state,
                            GError             **error)
{
  switch (state)
    {
    case RELAIS_KEYRING_READY:
    case RELAIS_KEYRING_NO_COLLECTION:
      return TRUE;
    case RELAIS_KEYRING_LOCKED:
      g_set_error_literal (error, RELAIS_ERROR, RELAIS_ERROR_KEYRING_LOCKED, "The keyring is locked");
      return FALSE;
    case RELAIS_KEYRING_UNKNOWN:
    case RELAIS_KEYRING_NO_SERVICE:
    default:
      g_set_error_literal (error, RELAIS_ERROR, RELAIS_ERROR_NO_KEYRING, "No keyring service answers");
      return FALSE;
    }
}

/**
 * relais_keyring_translate:
 * @state: how the keyring fared before
 * @error: (inout): what libsecret said of a store
 *
 * Brings what means "locked" or "there is no keyring" into [error@Error].
 */
void
relais_keyring_translate (RelaisKeyringState   state,
                          GError             **error)
{
  if (g_error_matches (*error, SECRET_ERROR, SECRET_ERROR_IS_LOCKED))
    {
      g_clear_error (error);
      relais_keyring_is_writable (RELAIS_KEYRING_LOCKED, error);
    }
  else if (state == RELAIS_KEYRING_NO_COLLECTION)
    {
      /* nobody could be asked for the password of a new one */
      g_clear_error (error);
      relais_keyring_is_writable (RELAIS_KEYRING_NO_SERVICE, error);
    }
}
