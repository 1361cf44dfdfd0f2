/* test-account-store.c: accounts and client key in a real keyring, in each state it may be in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "accounts/relais-account-store.h"
#include "accounts/relais-key-store.h"
#include "base/relais-error.h"
#include "base/relais-key.h"
#include "relais-test-keyring.h"

#define SECRET "sk-very-secret-value"

/* Each scene is this program once more, on a bus and with a keyring of its own. */
static const char *program;

static void
result_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  *(GAsyncResult **)user_data = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

static GPtrArray *
load (gboolean           unlock,
      RelaisKeyringState state)
{
  g_autoptr (RelaisAccountStore) store = relais_account_store_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  RelaisKeyringState found = RELAIS_KEYRING_UNKNOWN;
  GPtrArray *accounts;

  relais_account_store_load_async (store, unlock, NULL, result_cb, &result);
  accounts = relais_account_store_load_finish (store, wait_for (&result), &found, &error);
  g_assert_no_error (error);
  g_assert_cmpint (found, ==, state);
  g_assert_nonnull (accounts);
  return accounts;
}

static void
expect_n (guint n)
{
  g_autoptr (GPtrArray) accounts = load (FALSE, RELAIS_KEYRING_READY);

  g_assert_cmpuint (accounts->len, ==, n);
}

/* The code of the failure, or -1. */
static int
save (const char *id,
      const char *provider,
      const char *label)
{
  g_autoptr (RelaisAccountStore) store = relais_account_store_new ();
  g_autoptr (RelaisAccount) account = relais_account_new (id, provider);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  account->api_key = g_strdup (SECRET);
  g_free (account->label);
  account->label = g_strdup (label);
  account->models = g_strsplit ("a-*,b", ",", -1);
  account->priority = 3;
  relais_account_store_save_async (store, account, NULL, result_cb, &result);
  if (relais_account_store_save_finish (store, wait_for (&result), &error))
    return -1;
  g_assert_cmpuint (error->domain, ==, RELAIS_ERROR);
  g_assert_null (strstr (error->message, SECRET));
  return error->code;
}

static int delete (const char *id)
{
  g_autoptr (RelaisAccountStore) store = relais_account_store_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  relais_account_store_delete_async (store, id, NULL, result_cb, &result);
  if (relais_account_store_delete_finish (store, wait_for (&result), &error))
    return -1;
  g_assert_cmpuint (error->domain, ==, RELAIS_ERROR);
  return error->code;
}

static int
save_key (const char *key)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  relais_key_store_save_async (key, NULL, result_cb, &result);
  if (relais_key_store_save_finish (wait_for (&result), &error))
    return -1;
  g_assert_cmpuint (error->domain, ==, RELAIS_ERROR);
  g_assert_null (strstr (error->message, key));
  return error->code;
}

static int
load_key (const char *expected)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  char *key;

  relais_key_store_load_async (NULL, result_cb, &result);
  key = relais_key_store_load_finish (wait_for (&result), &error);
  g_assert_cmpstr (key, ==, expected);
  relais_key_wipe (key);
  if (error == NULL)
    return -1;
  g_assert_cmpuint (error->domain, ==, RELAIS_ERROR);
  return error->code;
}

static RelaisAccount *
find (GPtrArray  *accounts,
      const char *id)
{
  for (guint i = 0; i < accounts->len; i++)
    {
      RelaisAccount *account = g_ptr_array_index (accounts, i);

      if (strcmp (account->id, id) == 0)
        return account;
    }
  return NULL;
}

static void
scene_ready (void)
{
  g_autoptr (GPtrArray) accounts = NULL;
  RelaisAccount *account;

  expect_n (0);
  g_assert_cmpint (save ("a", "gemini", "first"), ==, -1);
  g_assert_cmpint (save ("b", "openai", "Zweite — 2"), ==, -1);
  g_assert_cmpint (save ("c", "practice", "third"), ==, -1);
  expect_n (3);
  /* in place of what has the id, with another provider, too */
  g_assert_cmpint (save ("a", "gemini", "renamed"), ==, -1);
  expect_n (3);
  g_assert_cmpint (save ("c", "anthropic", "moved"), ==, -1);
  expect_n (3);
  accounts = load (TRUE, RELAIS_KEYRING_READY);
  account = find (accounts, "a");
  g_assert_cmpstr (account->label, ==, "renamed");
  g_assert_cmpstr (account->api_key, ==, SECRET);
  g_assert_cmpstr (account->models[0], ==, "a-*");
  g_assert_cmpint (account->priority, ==, 3);
  g_assert_cmpstr (find (accounts, "b")->label, ==, "Zweite — 2");
  g_assert_cmpstr (find (accounts, "c")->provider, ==, "anthropic");
  g_assert_cmpint (delete ("b"), ==, -1);
  g_assert_cmpint (delete ("b"), ==, -1);
  expect_n (2);
  g_assert_cmpint (load_key (NULL), ==, -1);
  g_assert_cmpint (save_key ("sk-0123456789"), ==, -1);
  g_assert_cmpint (load_key ("sk-0123456789"), ==, -1);
  g_assert_cmpint (save_key ("sk-another-one"), ==, -1);
  g_assert_cmpint (load_key ("sk-another-one"), ==, -1);
  /* the one is not taken for the other */
  expect_n (2);
}

static void
scene_kept (void)
{
  expect_n (2);
  g_assert_cmpint (load_key ("sk-another-one"), ==, -1);
}

/* A locked keyring looks empty to libsecret; it must not to us. */
static void
scene_locked (void)
{
  g_autoptr (GPtrArray) accounts = load (FALSE, RELAIS_KEYRING_LOCKED);

  g_assert_cmpuint (accounts->len, ==, 0);
  g_assert_cmpint (save ("a", "gemini", "x"), ==, RELAIS_ERROR_KEYRING_LOCKED);
  g_assert_cmpint (delete ("a"), ==, RELAIS_ERROR_KEYRING_LOCKED);
  g_assert_cmpint (load_key (NULL), ==, RELAIS_ERROR_KEYRING_LOCKED);
  g_assert_cmpint (save_key ("sk-0123456789"), ==, RELAIS_ERROR_KEYRING_LOCKED);
}

/* Nobody is there to ask for the password: it stays locked, and says so. */
static void
scene_refused (void)
{
  g_autoptr (GPtrArray) accounts = load (TRUE, RELAIS_KEYRING_LOCKED);

  g_assert_cmpuint (accounts->len, ==, 0);
}

static void
scene_absent (void)
{
  g_autoptr (GPtrArray) accounts = load (TRUE, RELAIS_KEYRING_NO_SERVICE);

  g_assert_cmpuint (accounts->len, ==, 0);
  g_assert_cmpint (save ("a", "gemini", "x"), ==, RELAIS_ERROR_NO_KEYRING);
  g_assert_cmpint (delete ("a"), ==, RELAIS_ERROR_NO_KEYRING);
  g_assert_cmpint (load_key (NULL), ==, RELAIS_ERROR_NO_KEYRING);
  g_assert_cmpint (save_key ("sk-0123456789"), ==, RELAIS_ERROR_NO_KEYRING);
}

/* The first store would make a keyring, but nobody is there to give it a password. */
static void
scene_no_collection (void)
{
  g_autoptr (GPtrArray) accounts = load (FALSE, RELAIS_KEYRING_NO_COLLECTION);

  g_assert_cmpuint (accounts->len, ==, 0);
  g_assert_cmpint (load_key (NULL), ==, -1);
  g_assert_cmpint (save ("a", "gemini", "x"), ==, RELAIS_ERROR_NO_KEYRING);
  g_assert_cmpint (save_key ("sk-0123456789"), ==, RELAIS_ERROR_NO_KEYRING);
  g_assert_cmpint (delete ("a"), ==, -1);
}

static void
scene_cancelled (void)
{
  g_autoptr (RelaisAccountStore) store = relais_account_store_new ();
  g_autoptr (RelaisAccount) account = relais_account_new ("a", "gemini");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) loaded = NULL;
  g_autoptr (GAsyncResult) saved = NULL;
  g_autoptr (GAsyncResult) key = NULL;
  g_autoptr (GError) error = NULL;
  RelaisKeyringState state;

  relais_account_store_load_async (store, TRUE, cancellable, result_cb, &loaded);
  relais_account_store_save_async (store, account, cancellable, result_cb, &saved);
  relais_key_store_load_async (cancellable, result_cb, &key);
  g_cancellable_cancel (cancellable);
  g_assert_null (relais_account_store_load_finish (store, wait_for (&loaded), &state, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_false (relais_account_store_save_finish (store, wait_for (&saved), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_null (relais_key_store_load_finish (wait_for (&key), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  expect_n (0);
}

static void
scene_many (void)
{
  gint64 start_us;

  for (guint i = 0; i < 101; i++)
    {
      g_autofree char *id = g_strdup_printf ("a%u", i);

      g_assert_cmpint (save (id, "gemini", id), ==, -1);
    }
  start_us = g_get_monotonic_time ();
  expect_n (101);
  g_test_message ("101 accounts in %" G_GINT64_FORMAT " us", g_get_monotonic_time () - start_us);
}

static const struct
{
  const char *name;
  void (*func) (void);
} scenes[] = {
  { "ready", scene_ready },
  { "kept", scene_kept },
  { "locked", scene_locked },
  { "refused", scene_refused },
  { "absent", scene_absent },
  { "no-collection", scene_no_collection },
  { "cancelled", scene_cancelled },
  { "many", scene_many },
};

static int
play (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (scenes); i++)
    if (strcmp (scenes[i].name, name) == 0)
      {
        scenes[i].func ();
        return 0;
      }
  return 1;
}

/* Neither the scene nor the daemon says a secret. */
static void
run (RelaisTestKeyring         *self,
     const char                *daemon,
     const char                *scene,
     const char        * const *environment)
{
  g_autofree char *output = relais_test_keyring_run (self, program, daemon, scene, environment);

  g_assert_null (strstr (output, SECRET));
  g_assert_null (strstr (output, "sk-another-one"));
}

static void
test_ready (RelaisTestKeyring *self,
            gconstpointer      data)
{
  run (self, RELAIS_TEST_KEYRING_UNLOCKED, "ready", NULL);
  run (self, RELAIS_TEST_KEYRING_UNLOCKED, "kept", NULL);
}

static void
test_locked (RelaisTestKeyring *self,
             gconstpointer      data)
{
  run (self, RELAIS_TEST_KEYRING_UNLOCKED, "ready", NULL);
  run (self, RELAIS_TEST_KEYRING_STARTED, "locked", NULL);
  run (self, RELAIS_TEST_KEYRING_STARTED, "refused", NULL);
  run (self, RELAIS_TEST_KEYRING_UNLOCKED, "kept", NULL);
}

static void
test_absent (RelaisTestKeyring *self,
             gconstpointer      data)
{
  static const char *const nowhere[] = { "DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", NULL };

  run (self, NULL, "absent", NULL);
  run (self, NULL, "absent", nowhere);
}

static void
test_no_collection (RelaisTestKeyring *self,
                    gconstpointer      data)
{
  run (self, RELAIS_TEST_KEYRING_STARTED, "no-collection", NULL);
}

static void
test_cancelled (RelaisTestKeyring *self,
                gconstpointer      data)
{
  run (self, RELAIS_TEST_KEYRING_UNLOCKED, "cancelled", NULL);
}

static void
test_many (RelaisTestKeyring *self,
           gconstpointer      data)
{
  run (self, RELAIS_TEST_KEYRING_UNLOCKED, "many", NULL);
}

/* libsecret's other backend needs neither bus nor daemon; 0.20.5 loses an etag with each write. */
static void
test_file (RelaisTestKeyring *self,
           gconstpointer      data)
{
  g_autofree char *path = g_build_filename (self->folder, "test.keyring", NULL);
  const char *const environment[] = { "SECRET_BACKEND", "file", "SECRET_FILE_TEST_PATH", path,
                                      "SECRET_FILE_TEST_PASSWORD", "pw",
                                      "ASAN_OPTIONS", "detect_leaks=0", NULL };

  run (self, NULL, "ready", environment);
  run (self, NULL, "kept", environment);
}

int
main (int    argc,
      char **argv)
{
  static const struct
  {
    const char *name;
    void (*func) (RelaisTestKeyring *self,
                  gconstpointer data);
  } tests[] = {
    { "/account-store/ready", test_ready },
    { "/account-store/locked", test_locked },
    { "/account-store/absent", test_absent },
    { "/account-store/no-collection", test_no_collection },
    { "/account-store/cancelled", test_cancelled },
    { "/account-store/many", test_many },
    { "/account-store/file", test_file },
  };

  program = argv[0];
  if (argc > 2 && strcmp (argv[1], "--scene") == 0)
    return play (argv[2]);
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, RelaisTestKeyring, NULL, relais_test_keyring_set_up, tests[i].func,
                relais_test_keyring_tear_down);
  return g_test_run ();
}
