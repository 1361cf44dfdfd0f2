/* test-engine-keyring.c: the facade on a real keyring that is slow, missing, locked or gone
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <signal.h>
#include <string.h>

#include "accounts/relais-account-store.h"
#include "base/relais-error.h"
#include "base/relais-key.h"
#include "engine/relais-engine.h"
#include "relais-test-keyring.h"

#define WAIT_S 20

/* Each scene is this program once more, on a bus and with a keyring of its own. */
static const char *program;

static gboolean
deadline_cb (gpointer user_data)
{
  g_error ("waited too long");
  return G_SOURCE_REMOVE;
}

static void
slot_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      slot)
{
  *(GAsyncResult **)slot = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **slot)
{
  guint id = g_timeout_add_seconds (WAIT_S, deadline_cb, NULL);

  while (*slot == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (id);
  return g_steal_pointer (slot);
}

static RelaisEngine *
make_engine (RelaisEngineKeyring keyring)
{
  g_autofree char *key_file = g_build_filename (g_get_user_data_dir (), "relais", "client-key", NULL);
  RelaisEngineOptions options = { .use_keyring = TRUE, .key_file = key_file };
  RelaisEngine *engine = relais_engine_new (&options);
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;
  g_autoptr (GError) error = NULL;

  relais_engine_load_async (engine, FALSE, NULL, slot_cb, &slot);
  result = wait_for (&slot);
  g_assert_true (relais_engine_load_finish (engine, result, &error));
  g_assert_no_error (error);
  g_assert_cmpint (relais_engine_get_keyring (engine), ==, keyring);
  return engine;
}

static char *
add (RelaisEngine *engine,
     const char   *provider,
     const char   *label)
{
  RelaisAccountDraft draft = { .provider = provider, .label = label };
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;
  g_autoptr (GError) error = NULL;
  char *id;

  if (strcmp (provider, "practice") != 0)
    {
      draft.base_url = "http://127.0.0.1:9/v1";
      draft.api_key = "a-key";
    }
  relais_engine_add_account_async (engine, &draft, NULL, slot_cb, &slot);
  result = wait_for (&slot);
  id = relais_engine_add_account_finish (engine, result, &error);
  g_assert_no_error (error);
  return id;
}

/* The code of the failure, or -1. */
static int
edit (RelaisEngine             *engine,
      const char               *id,
      const RelaisAccountDraft *draft)
{
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;
  g_autoptr (GError) error = NULL;

  relais_engine_edit_account_async (engine, id, draft, NULL, slot_cb, &slot);
  result = wait_for (&slot);
  if (relais_engine_edit_account_finish (engine, result, &error))
    return -1;
  g_assert_cmpint (error->domain, ==, RELAIS_ERROR);
  return error->code;
}

static RelaisAccountRow *
get_row (RelaisEngine *engine,
         guint         position)
{
  return g_list_model_get_item (relais_engine_list_accounts (engine), position);
}

/* Changes that overlap are all made, one on top of the other. */
static void
scene_overlap (void)
{
  const char *models[] = { "m-*", NULL };
  const RelaisAccountDraft renamed = { .label = "Renamed" };
  const RelaisAccountDraft paused = { .enabled = FALSE, .enabled_set = TRUE };
  const RelaisAccountDraft narrowed = { .models = models, .models_set = TRUE };
  const RelaisAccountDraft cleared = { .api_key = "" };
  g_autoptr (RelaisEngine) engine = make_engine (RELAIS_ENGINE_KEYRING_READY);
  g_autofree char *id = add (engine, "openai-compatible", "Mine");
  g_autofree char *other = add (engine, "openai-compatible", "Other");
  GAsyncResult *done[6] = { NULL };

  relais_engine_edit_account_async (engine, id, &renamed, NULL, slot_cb, &done[0]);
  relais_engine_edit_account_async (engine, id, &narrowed, NULL, slot_cb, &done[1]);
  relais_engine_edit_account_async (engine, id, &paused, NULL, slot_cb, &done[2]);
  relais_engine_edit_account_async (engine, id, &cleared, NULL, slot_cb, &done[3]);
  relais_engine_remove_account_async (engine, other, NULL, slot_cb, &done[4]);
  relais_engine_edit_account_async (engine, other, &renamed, NULL, slot_cb, &done[5]);
  for (guint i = 0; i < G_N_ELEMENTS (done); i++)
    done[i] = wait_for (&done[i]);
  g_assert_false (relais_engine_edit_account_finish (engine, done[5], NULL));
  for (guint i = 0; i < G_N_ELEMENTS (done); i++)
    g_object_unref (done[i]);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (RelaisEngine) again = i == 0 ? g_object_ref (engine)
                                              : make_engine (RELAIS_ENGINE_KEYRING_READY);
      g_autoptr (RelaisAccountRow) row = get_row (again, 0);

      g_assert_cmpuint (relais_engine_get_n_accounts (again), ==, 1);
      g_assert_cmpstr (relais_account_row_get_label (row), ==, "Renamed");
      g_assert_cmpstrv (relais_account_row_get_models (row), models);
      g_assert_false (relais_account_row_get_enabled (row));
      g_assert_false (relais_account_row_get_has_key (row));
    }
}

/* The keyring's answer to a load, held back until the one to a ping is handed out in its place. */
typedef struct
{
  GDBusMessage *answer; /* owned */
  guint32 secret;       /* serials of the calls */
  guint32 ping;
  int is_held; /* atomic */
} Holder;

static GDBusMessage *
hold_secret (GDBusConnection *bus,
             GDBusMessage    *message,
             gboolean         incoming,
             gpointer         user_data)
{
  Holder *holder = user_data;
  guint32 serial = g_dbus_message_get_reply_serial (message);
  const char *member = g_dbus_message_get_member (message);

  if (!incoming && holder->secret == 0 && g_strcmp0 (member, "GetSecret") == 0)
    holder->secret = g_dbus_message_get_serial (message);
  if (!incoming && g_strcmp0 (member, "Ping") == 0)
    holder->ping = g_dbus_message_get_serial (message);
  if (incoming && serial != 0 && serial == holder->secret)
    {
      holder->answer = message;
      g_atomic_int_set (&holder->is_held, TRUE);
      return NULL;
    }
  if (incoming && serial != 0 && serial == holder->ping)
    {
      g_object_unref (message);
      return g_steal_pointer (&holder->answer);
    }
  return message;
}

/* The keyring's answer to a search is turned into a failure. */
static GDBusMessage *
break_search (GDBusConnection *bus,
              GDBusMessage    *message,
              gboolean         incoming,
              gpointer         user_data)
{
  guint32 *search = user_data;
  GDBusMessage *broken;

  if (!incoming && g_strcmp0 (g_dbus_message_get_member (message), "SearchItems") == 0)
    *search = g_dbus_message_get_serial (message);
  if (!incoming || *search == 0 || g_dbus_message_get_reply_serial (message) != *search)
    return message;
  broken = g_dbus_message_new ();
  g_dbus_message_set_message_type (broken, G_DBUS_MESSAGE_TYPE_ERROR);
  g_dbus_message_set_sender (broken, g_dbus_message_get_sender (message));
  g_dbus_message_set_reply_serial (broken, *search);
  g_dbus_message_set_error_name (broken, "org.freedesktop.DBus.Error.NoMemory");
  g_dbus_message_set_body (broken, g_variant_new ("(s)", "Out of order"));
  g_object_unref (message);
  return broken;
}

/* Told until a load went well; no other client key is made up meanwhile. */
static void
scene_broken (void)
{
  g_autoptr (RelaisEngine) first = make_engine (RELAIS_ENGINE_KEYRING_READY);
  g_autofree char *key_file = g_build_filename (g_get_user_data_dir (), "relais", "client-key", NULL);
  RelaisEngineOptions options = { .use_keyring = TRUE, .key_file = key_file };
  g_autoptr (RelaisEngine) engine = relais_engine_new (&options);
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  g_autoptr (RelaisKey) key = relais_engine_dup_api_key (first);
  guint32 search = 0;
  guint filter;

  g_free (add (first, "openai-compatible", "Mine"));
  filter = g_dbus_connection_add_filter (bus, break_search, &search, NULL);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (RelaisKey) found = NULL;
      GAsyncResult *slot = NULL;

      relais_engine_load_async (engine, FALSE, NULL, slot_cb, &slot);
      result = wait_for (&slot);
      g_assert_true (relais_engine_load_finish (engine, result, &error) == (i == 1));
      found = relais_engine_dup_api_key (engine);
      g_assert_cmpstr (found, ==, i == 0 ? NULL : key);
      g_assert_true ((relais_engine_get_trouble (engine) == NULL) == (i == 1));
      g_assert_cmpuint (relais_engine_get_n_accounts (engine), ==, i);
      if (i == 0)
        {
          g_assert_nonnull (strstr (error->message, "Out of order"));
          g_assert_cmpstr (relais_engine_get_trouble (engine)->message, ==, error->message);
          g_dbus_connection_remove_filter (bus, filter);
        }
    }
}

/* A load that has read, and is not over yet, does not undo the edit that comes now. */
static void
scene_load (void)
{
  const RelaisAccountDraft renamed = { .label = "Renamed" };
  const RelaisAccountDraft paused = { .enabled = FALSE, .enabled_set = TRUE };
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  g_autoptr (RelaisEngine) engine = make_engine (RELAIS_ENGINE_KEYRING_READY);
  g_autofree char *id = add (engine, "openai-compatible", "Mine");
  g_autoptr (GDBusMessage) ping = NULL;
  GAsyncResult *done[3] = { NULL };
  Holder holder = { 0 };
  guint filter;

  filter = g_dbus_connection_add_filter (bus, hold_secret, &holder, NULL);
  relais_engine_load_async (engine, TRUE, NULL, slot_cb, &done[0]);
  for (guint i = 0; !g_atomic_int_get (&holder.is_held); i++)
    {
      g_assert_cmpuint (i, <, WAIT_S * 1000);
      g_usleep (1000);
    }
  relais_engine_edit_account_async (engine, id, &renamed, NULL, slot_cb, &done[1]);
  for (guint i = 0; i < 300 && done[1] == NULL; i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
  ping = g_dbus_message_new_method_call ("org.freedesktop.DBus", "/", "org.freedesktop.DBus.Peer",
                                         "Ping");
  g_assert_true (g_dbus_connection_send_message (bus, ping, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL,
                                                 NULL));
  done[0] = wait_for (&done[0]);
  done[1] = wait_for (&done[1]);
  g_dbus_connection_remove_filter (bus, filter);
  g_assert_true (relais_engine_load_finish (engine, done[0], NULL));
  g_assert_true (relais_engine_edit_account_finish (engine, done[1], NULL));
  /* the next change starts from the last one */
  relais_engine_edit_account_async (engine, id, &paused, NULL, slot_cb, &done[2]);
  done[2] = wait_for (&done[2]);
  for (guint i = 0; i < G_N_ELEMENTS (done); i++)
    g_object_unref (done[i]);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (RelaisEngine) again = i == 0 ? g_object_ref (engine)
                                              : make_engine (RELAIS_ENGINE_KEYRING_READY);
      g_autoptr (RelaisAccountRow) row = get_row (again, 0);

      g_assert_cmpstr (relais_account_row_get_label (row), ==, "Renamed");
      g_assert_false (relais_account_row_get_enabled (row));
    }
}

static GDBusMessage *
count_prompts (GDBusConnection *bus,
               GDBusMessage    *message,
               gboolean         incoming,
               gpointer         user_data)
{
  if (incoming && g_dbus_message_get_message_type (message) == G_DBUS_MESSAGE_TYPE_METHOD_CALL &&
      g_strcmp0 (g_dbus_message_get_path (message), "/org/gnome/keyring/Prompter") == 0)
    g_atomic_int_inc ((int *)user_data);
  return message;
}

/* The desktop's dialog: it counts, and then refuses. */
static void
become_prompter (GDBusConnection *bus,
                 int             *n_prompts)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  g_dbus_connection_add_filter (bus, count_prompts, n_prompts, NULL);
  reply = g_dbus_connection_call_sync (bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                       "RequestName", g_variant_new ("(su)", "org.gnome.keyring.SystemPrompter", 0),
                                       NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_no_error (error);
}

/* A key and the practice account are no reason to ask for a keyring: the one is kept beside the
 * data, the other until quit. */
static void
scene_no_collection (void)
{
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  g_autofree char *key = NULL;
  int n_prompts = 0;

  become_prompter (bus, &n_prompts);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (RelaisEngine) engine = make_engine (RELAIS_ENGINE_KEYRING_NO_COLLECTION);
      g_autoptr (RelaisAccountRow) row = NULL;
      g_autofree char *again = relais_engine_dup_api_key (engine);
      g_autofree char *id = NULL;
      g_autofree char *other = NULL;

      g_assert_nonnull (again);
      if (i == 1)
        g_assert_cmpstr (again, ==, key);
      g_free (key);
      key = g_strdup (again);
      g_assert_cmpuint (relais_engine_get_n_accounts (engine), ==, 0);
      id = add (engine, "practice", NULL);
      row = get_row (engine, 0);
      g_assert_false (relais_account_row_get_kept (row));
      g_assert_cmpint (g_atomic_int_get (&n_prompts), ==, 0);
      if (i == 0)
        continue;
      /* an account with a secret is one; who says no to it has the account until quit */
      other = add (engine, "openai-compatible", "Mine");
      g_assert_cmpint (g_atomic_int_get (&n_prompts), >, 0);
      g_assert_cmpuint (relais_engine_get_n_accounts (engine), ==, 2);
      g_assert_cmpint (relais_engine_get_keyring (engine), ==, RELAIS_ENGINE_KEYRING_NO_COLLECTION);
    }
}

static void
scene_no_service (void)
{
  g_autoptr (RelaisEngine) engine = make_engine (RELAIS_ENGINE_KEYRING_NO_SERVICE);
  g_autofree char *key = relais_engine_dup_api_key (engine);
  g_autoptr (RelaisEngine) again = make_engine (RELAIS_ENGINE_KEYRING_NO_SERVICE);
  g_autofree char *same = relais_engine_dup_api_key (again);

  g_assert_nonnull (key);
  g_assert_cmpstr (key, ==, same);
}

static void
call (const char *program_name,
      const char *first,
      ...)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  g_autoptr (GSubprocess) child = NULL;
  g_autoptr (GError) error = NULL;
  va_list list;

  g_ptr_array_add (words, (char *)program_name);
  va_start (list, first);
  for (const char *word = first; word != NULL; word = va_arg (list, const char *))
    g_ptr_array_add (words, (char *)word);
  va_end (list);
  g_ptr_array_add (words, NULL);
  child = g_subprocess_newv ((const char *const *)words->pdata, G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                             &error);
  g_assert_no_error (error);
  /* secret-tool 0.20.5 locks, and then falls over: its status says nothing */
  g_assert_true (g_subprocess_wait (child, NULL, &error));
}

/* Locked behind our back: the save says so, the state too, and nothing is lost. */
static void
scene_locked (void)
{
  const RelaisAccountDraft renamed = { .label = "Renamed" };
  g_autoptr (RelaisEngine) engine = make_engine (RELAIS_ENGINE_KEYRING_READY);
  g_autofree char *id = add (engine, "openai-compatible", "Mine");
  g_autoptr (RelaisAccountRow) row = get_row (engine, 0);

  call ("secret-tool", "lock", NULL);
  g_assert_cmpint (edit (engine, id, &renamed), ==, RELAIS_ERROR_KEYRING_LOCKED);
  g_assert_cmpint (relais_engine_get_keyring (engine), ==, RELAIS_ENGINE_KEYRING_LOCKED);
  g_assert_cmpstr (relais_account_row_get_label (row), ==, "Mine");
  g_assert_cmpuint (relais_engine_get_n_active (engine), ==, 1);
}

static void
name_lost_cb (GDBusConnection *bus,
              const char      *name,
              gpointer         user_data)
{
  *(gboolean *)user_data = TRUE;
}

/* The service is gone while we run: what is saved now lives until quit, and is said to. */
static void
scene_gone (void)
{
  const RelaisAccountDraft renamed = { .label = "Renamed" };
  g_autoptr (RelaisEngine) engine = make_engine (RELAIS_ENGINE_KEYRING_READY);
  g_autofree char *id = add (engine, "openai-compatible", "Mine");
  g_autoptr (RelaisAccountRow) row = get_row (engine, 0);
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  g_autoptr (GVariant) reply = NULL;
  g_autofree char *service = g_build_filename (g_get_home_dir (), "services", "org.freedesktop.secrets.service", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (service);
  gboolean lost = FALSE;
  guint32 pid = 0;
  guint watch, late;

  g_assert_true (relais_account_row_get_kept (row));
  /* nobody starts it again */
  g_assert_true (g_file_delete (file, NULL, NULL));
  call ("gdbus", "call", "--session", "--dest", "org.freedesktop.DBus", "--object-path",
        "/org/freedesktop/DBus", "--method", "org.freedesktop.DBus.ReloadConfig", NULL);
  reply = g_dbus_connection_call_sync (bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                       "GetConnectionUnixProcessID", g_variant_new ("(s)", "org.freedesktop.secrets"),
                                       NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
  g_variant_get (reply, "(u)", &pid);
  g_assert_cmpuint (pid, >, 1);
  kill (pid, SIGKILL);
  watch = g_bus_watch_name_on_connection (bus, "org.freedesktop.secrets", G_BUS_NAME_WATCHER_FLAGS_NONE, NULL,
                                          name_lost_cb, &lost, NULL);
  late = g_timeout_add_seconds (WAIT_S, deadline_cb, NULL);
  while (!lost)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (late);
  g_bus_unwatch_name (watch);

  g_assert_cmpint (edit (engine, id, &renamed), ==, -1);
  g_assert_cmpint (relais_engine_get_keyring (engine), ==, RELAIS_ENGINE_KEYRING_NO_SERVICE);
  g_assert_cmpstr (relais_account_row_get_label (row), ==, "Renamed");
  g_assert_false (relais_account_row_get_kept (row));
}

/* Kept by a version that checked less: it can be left unused, or removed; nothing else. */
static void
scene_unchecked (void)
{
  const RelaisAccountDraft paused = { .enabled = FALSE, .enabled_set = TRUE };
  const RelaisAccountDraft used = { .enabled = TRUE, .enabled_set = TRUE };
  const RelaisAccountDraft renamed = { .label = "Other", .enabled = FALSE, .enabled_set = TRUE };
  g_autoptr (RelaisAccountStore) store = relais_account_store_new ();
  g_autoptr (RelaisAccount) account = relais_account_new ("old", "openai-compatible");
  g_autoptr (RelaisEngine) engine = NULL;
  g_autoptr (RelaisAccountRow) row = NULL;
  g_autoptr (GAsyncResult) saved = NULL, removed = NULL;
  GAsyncResult *slot = NULL;

  account->base_url = g_strdup ("ftp://old.example");
  relais_account_store_save_async (store, account, NULL, slot_cb, &slot);
  saved = wait_for (&slot);
  g_assert_true (relais_account_store_save_finish (store, saved, NULL));
  engine = make_engine (RELAIS_ENGINE_KEYRING_READY);
  row = get_row (engine, 0);
  g_assert_cmpint (edit (engine, "old", &paused), ==, -1);
  g_assert_false (relais_account_row_get_enabled (row));
  g_assert_cmpint (edit (engine, "old", &used), ==, RELAIS_ERROR_INVALID_SETTING);
  g_assert_cmpint (edit (engine, "old", &renamed), ==, RELAIS_ERROR_INVALID_SETTING);
  relais_engine_remove_account_async (engine, "old", NULL, slot_cb, &slot);
  removed = wait_for (&slot);
  g_assert_true (relais_engine_remove_account_finish (engine, removed, NULL));
  g_assert_cmpuint (relais_engine_get_n_accounts (engine), ==, 0);
}

static const struct
{
  const char *name;
  const char *daemon;
  void (*func) (void);
} scenes[] = {
  { "overlap", RELAIS_TEST_KEYRING_UNLOCKED, scene_overlap },
  { "load", RELAIS_TEST_KEYRING_UNLOCKED, scene_load },
  { "broken", RELAIS_TEST_KEYRING_UNLOCKED, scene_broken },
  { "no-collection", RELAIS_TEST_KEYRING_STARTED, scene_no_collection },
  { "no-service", NULL, scene_no_service },
  { "locked", RELAIS_TEST_KEYRING_UNLOCKED, scene_locked },
  { "gone", RELAIS_TEST_KEYRING_UNLOCKED, scene_gone },
  { "unchecked", RELAIS_TEST_KEYRING_UNLOCKED, scene_unchecked },
};

static void
test_scene (RelaisTestKeyring *self,
            gconstpointer      data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autofree char *output = relais_test_keyring_run (self, program, scenes[i].daemon,
                                                     scenes[i].name, NULL);

  g_assert_null (strstr (output, "a-key"));
}

int
main (int    argc,
      char **argv)
{
  program = argv[0];
  for (gsize i = 0; argc > 2 && strcmp (argv[1], "--scene") == 0 && i < G_N_ELEMENTS (scenes); i++)
    if (strcmp (argv[2], scenes[i].name) == 0)
      {
        scenes[i].func ();
        return 0;
      }
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (scenes); i++)
    {
      g_autofree char *path = g_strconcat ("/engine-keyring/", scenes[i].name, NULL);

      g_test_add (path, RelaisTestKeyring, GSIZE_TO_POINTER (i), relais_test_keyring_set_up,
                  test_scene, relais_test_keyring_tear_down);
    }
  return g_test_run ();
}
