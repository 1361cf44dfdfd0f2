/* test-core.c: relais-core and relais-core-accounts: what the engine thread holds, without it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/relais-error.h"
#include "base/relais-key.h"
#include "engine/relais-core.h"

#define PATIENCE_S 20

typedef struct
{
  RelaisCore *core;
  RelaisSnapshot *last; /* the newest one */
  guint       n_snapshots;
  char       *folder;
  char       *key_file;
} Fixture;

static void
snapshot_cb (RelaisSnapshot *snapshot,
             gpointer        user_data)
{
  Fixture *self = user_data;

  relais_snapshot_free (self->last);
  self->last = snapshot;
  self->n_snapshots++;
}

static void
make_core (Fixture                   *self,
           const RelaisEngineOptions *options)
{
  g_autoptr (GError) error = NULL;

  self->core = relais_core_new (g_main_context_default (), options, snapshot_cb, self);
  relais_config_set_port (self->core->config, 0, NULL);
  g_assert_true (relais_core_take_options (self->core, options, &error));
  g_assert_no_error (error);
}

static void
set_up (Fixture       *self,
        gconstpointer  data)
{
  self->folder = g_dir_make_tmp ("relais-core-XXXXXX", NULL);
  self->key_file = g_build_filename (self->folder, "data", "key", NULL);
}

static void
tear_down (Fixture       *self,
           gconstpointer  data)
{
  g_autofree char *data_dir = g_path_get_dirname (self->key_file);

  g_clear_pointer (&self->core, relais_core_free);
  g_clear_pointer (&self->last, relais_snapshot_free);
  g_remove (self->key_file);
  g_remove (data_dir);
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_free (self->key_file);
  g_free (self->folder);
}

static gboolean
late_cb (gpointer user_data)
{
  g_error ("waited too long");
  return G_SOURCE_REMOVE;
}

/* How a step ended. */
typedef struct
{
  GError *error;
  guint   n;
} End;

static void
end_clear (End *end)
{
  g_clear_error (&end->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (End, end_clear)

static void
done_cb (gpointer  result,
         GError   *error,
         gpointer  user_data)
{
  End *end = user_data;

  end->n++;
  end->error = error;
}

static void
wait_for (End *end)
{
  guint late = g_timeout_add_seconds (PATIENCE_S, late_cb, NULL);

  while (end->n == 0)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (late);
}

/* The code of what went wrong, or -1. */
static int
load (Fixture *self)
{
  g_auto (End) end = { 0 };

  relais_core_load (self->core, FALSE, done_cb, &end);
  wait_for (&end);
  return end.error != NULL ? end.error->code : -1;
}

static int
put (Fixture    *self,
     const char *id,
     const char *provider,
     gboolean    enabled)
{
  g_autoptr (RelaisAccount) account = relais_account_new (id, provider);
  g_auto (End) end = { 0 };

  account->enabled = enabled;
  account->api_key = g_strdup ("key-0123456789");
  relais_core_put_account (self->core, account, -1, done_cb, &end);
  wait_for (&end);
  return end.error != NULL ? end.error->code : -1;
}

static int
remove_or_restore (Fixture    *self,
                   const char *id,
                   gboolean    restore)
{
  g_auto (End) end = { 0 };

  if (restore)
    relais_core_restore_account (self->core, id, done_cb, &end);
  else
    relais_core_remove_account (self->core, id, done_cb, &end);
  wait_for (&end);
  return end.error != NULL ? end.error->code : -1;
}

/* Ids in the order of the last snapshot, after what is pending. */
static char *
list_ids (Fixture *self)
{
  GString *ids = g_string_new (NULL);

  relais_core_flush (self->core);
  for (guint i = 0; i < self->last->accounts->len; i++)
    {
      RelaisAccountInfo *info = g_ptr_array_index (self->last->accounts, i);

      g_string_append_printf (ids, "%s%s", i > 0 ? " " : "", info->id);
    }
  return g_string_free (ids, FALSE);
}

#define ASSERT_IDS(fixture, expected)        \
 G_STMT_START                                \
 {                                           \
  g_autofree char *ids = list_ids (fixture); \
  g_assert_cmpstr (ids, ==, expected);       \
 }                                           \
 G_STMT_END

/* Made once, for its owner only, and read the next time. */
static void
test_key_file (Fixture       *self,
               gconstpointer  data)
{
  RelaisEngineOptions options = { .key_file = self->key_file };
  g_autofree char *text = NULL;
  g_autofree char *key = NULL;
  struct stat info;

  make_core (self, &options);
  g_assert_cmpint (load (self), ==, -1);
  key = g_strdup (relais_config_get_api_key (self->core->config));
  g_assert_true (relais_key_validate (key, NULL));
  g_assert_cmpint (self->core->key_place, ==, RELAIS_ENGINE_KEY_FILE);
  g_assert_true (g_file_get_contents (self->key_file, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, key);
  g_assert_cmpint (stat (self->key_file, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0600);
  g_clear_pointer (&self->core, relais_core_free);
  make_core (self, &options);
  g_assert_cmpint (load (self), ==, -1);
  g_assert_cmpstr (relais_config_get_api_key (self->core->config), ==, key);
}

/* A key that is handed in is kept nowhere; a new one of its own makes the folder it goes to. */
static void
test_given_key (Fixture       *self,
                gconstpointer  data)
{
  RelaisEngineOptions options = { .api_key = "sk-0123456789", .key_file = self->key_file };
  g_autofree char *text = NULL;
  g_auto (End) end = { 0 };

  make_core (self, &options);
  g_assert_cmpint (load (self), ==, -1);
  g_assert_cmpint (self->core->key_place, ==, RELAIS_ENGINE_KEY_GIVEN);
  g_assert_cmpstr (relais_config_get_api_key (self->core->config), ==, "sk-0123456789");
  g_assert_false (g_file_test (self->key_file, G_FILE_TEST_EXISTS));
  relais_core_save_key (self->core, "sk-abcdefghij", done_cb, &end);
  wait_for (&end);
  g_assert_no_error (end.error);
  g_assert_cmpint (self->core->key_place, ==, RELAIS_ENGINE_KEY_FILE);
  g_assert_true (g_file_get_contents (self->key_file, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "sk-abcdefghij");
}

/* No good file is a failure that names it; it is left as it is, and no key is made up. */
static void
test_bad_key_file (Fixture       *self,
                   gconstpointer  data)
{
  RelaisEngineOptions options = { .key_file = self->key_file };
  g_autofree char *data_dir = g_path_get_dirname (self->key_file);
  g_autofree char *text = NULL;

  make_core (self, &options);
  /* where it should be is a file */
  g_assert_true (g_file_set_contents (data_dir, "", 0, NULL));
  g_assert_cmpint (load (self), !=, -1);
  g_assert_null (relais_config_get_api_key (self->core->config));
  g_assert_cmpint (g_remove (data_dir), ==, 0);

  /* a folder stands in its place */
  g_assert_cmpint (g_mkdir_with_parents (self->key_file, 0700), ==, 0);
  g_assert_cmpint (load (self), !=, -1);
  g_assert_null (relais_config_get_api_key (self->core->config));
  g_assert_cmpint (g_rmdir (self->key_file), ==, 0);

  g_assert_true (g_file_set_contents_full (self->key_file, "no key", -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  g_assert_cmpint (load (self), ==, RELAIS_ERROR_INVALID_SETTING);
  g_assert_null (relais_config_get_api_key (self->core->config));
  g_assert_true (g_file_get_contents (self->key_file, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "no key");

  g_assert_cmpint (g_chmod (self->key_file, 0644), ==, 0);
  g_assert_cmpint (load (self), ==, RELAIS_ERROR_INVALID_SETTING);
}

/* A folder that cannot be made. */
static void
test_no_folder (Fixture       *self,
                gconstpointer  data)
{
  RelaisEngineOptions options = { .key_file = "/proc/no/such/folder/key" };

  make_core (self, &options);
  g_assert_cmpint (load (self), !=, -1);
  g_assert_null (relais_config_get_api_key (self->core->config));
}

static void
test_save_key (Fixture       *self,
               gconstpointer  data)
{
  RelaisEngineOptions options = { .key_file = self->key_file };
  g_autofree char *text = NULL;
  g_auto (End) bad = { 0 };
  g_auto (End) good = { 0 };

  make_core (self, &options);
  g_assert_cmpint (load (self), ==, -1);
  relais_core_save_key (self->core, "pk-0123456789", done_cb, &bad);
  wait_for (&bad);
  g_assert_error (bad.error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING);
  relais_core_save_key (self->core, "sk-0123456789", done_cb, &good);
  wait_for (&good);
  g_assert_no_error (good.error);
  g_assert_cmpstr (relais_config_get_api_key (self->core->config), ==, "sk-0123456789");
  g_assert_true (g_file_get_contents (self->key_file, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "sk-0123456789");
}

/* Put, edited in place, ordered, removed, brought back where it was. */
static void
test_list (Fixture       *self,
           gconstpointer  data)
{
  RelaisEngineOptions options = { 0 };

  make_core (self, &options);
  for (const char *id = "abcd"; *id != '\0'; id++)
    g_assert_cmpint (put (self, (char[]){ *id, '\0' }, "openai", TRUE), ==, -1);
  ASSERT_IDS (self, "a b c d");
  g_assert_cmpint (put (self, "b", "anthropic", FALSE), ==, -1);
  ASSERT_IDS (self, "a b c d");
  g_assert_cmpuint (self->last->n_active, ==, 3);
  relais_core_set_order (self->core, (const char *const[]){ "d", "unknown", "b", NULL });
  ASSERT_IDS (self, "d b a c");
  relais_core_set_order (self->core, (const char *const[]){ NULL });

  g_assert_cmpint (remove_or_restore (self, "b", FALSE), ==, -1);
  ASSERT_IDS (self, "d a c");
  g_assert_cmpint (remove_or_restore (self, "b", FALSE), ==, RELAIS_ERROR_INVALID_SETTING);
  g_assert_cmpint (remove_or_restore (self, "d", TRUE), ==, RELAIS_ERROR_INVALID_SETTING);
  g_assert_cmpint (remove_or_restore (self, "b", TRUE), ==, -1);
  ASSERT_IDS (self, "d b a c");
  g_assert_cmpstr (relais_core_find (self->core, "b")->provider, ==, "anthropic");
  g_assert_cmpstr (relais_core_find (self->core, "b")->api_key, ==, "key-0123456789");
  g_assert_null (relais_core_find (self->core, "e"));
  g_assert_null (relais_core_find (self->core, NULL));
}

static void
test_full (Fixture       *self,
           gconstpointer  data)
{
  RelaisEngineOptions options = { 0 };

  make_core (self, &options);
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *id = g_strdup_printf ("a%u", i);

      g_assert_cmpint (put (self, id, "openai", TRUE), ==, -1);
    }
  g_assert_cmpint (put (self, "more", "openai", TRUE), ==, RELAIS_ERROR_INVALID_SETTING);
  g_assert_cmpint (put (self, "a7", "gemini", TRUE), ==, -1);
  g_assert_cmpuint (self->core->accounts->len, ==, 1000);
}

static RelaisReach
reach_all_cb (const RelaisAccount *account,
              gpointer             user_data)
{
  return RELAIS_REACH_NATIVE;
}

static gboolean
practice_serves (Fixture    *self,
                 const char *model)
{
  RelaisPickQuery query = { .model = model, .reach = reach_all_cb };
  g_auto (RelaisPick) pick = { 0 };

  relais_account_pool_pick (self->core->pool, &query, &pick);
  return pick.result == RELAIS_PICK_FOUND && strcmp (pick.account->provider, "practice") == 0;
}

/* Any name while it is alone, its own only beside others. */
static void
test_practice (Fixture       *self,
               gconstpointer  data)
{
  RelaisEngineOptions options = { .practice = TRUE };

  make_core (self, &options);
  g_assert_true (practice_serves (self, "any"));
  g_assert_cmpint (put (self, "o", "openai", FALSE), ==, -1);
  g_assert_true (practice_serves (self, "any"));
  g_assert_cmpint (put (self, "o", "openai", TRUE), ==, -1);
  for (guint i = 0; i < 4; i++)
    g_assert_false (practice_serves (self, "any"));
  g_assert_true (practice_serves (self, "practice") || practice_serves (self, "practice"));
  g_assert_cmpint (remove_or_restore (self, "o", FALSE), ==, -1);
  g_assert_true (practice_serves (self, "any"));
}

static gboolean
has_snapshot (Fixture *self,
              guint    n)
{
  return self->n_snapshots >= n;
}

static void
wait_for_snapshot (Fixture *self,
                   guint    n)
{
  guint late = g_timeout_add_seconds (PATIENCE_S, late_cb, NULL);

  while (!has_snapshot (self, n))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (late);
}

/* However much happens, one snapshot at a time, of bounded size, the newest kept. */
static void
test_burst (Fixture       *self,
            gconstpointer  data)
{
  RelaisEngineOptions options = { .practice = TRUE };
  RelaisAccountInfo *info;
  gint64 start_us;

  make_core (self, &options);
  relais_core_flush (self->core);
  g_assert_cmpuint (self->n_snapshots, ==, 1);
  relais_core_flush (self->core);
  g_assert_cmpuint (self->n_snapshots, ==, 1);
  start_us = g_get_monotonic_time ();
  for (guint64 id = 1; id <= 2500; id++)
    for (RelaisRecordPhase phase = RELAIS_RECORD_ARRIVED; phase <= RELAIS_RECORD_DONE; phase++)
      {
        g_autoptr (RelaisRecord) record = relais_record_new (id);

        record->phase = phase;
        record->account_id = g_strdup ("practice");
        self->core->gateway.record (record, self->core->gateway.user_data);
      }
  g_assert_cmpuint (self->n_snapshots, ==, 1);
  wait_for_snapshot (self, 2);
  g_assert_cmpint (g_get_monotonic_time () - start_us, >=, 90 * 1000);
  g_assert_cmpuint (self->last->records->len, ==, 2000);
  for (guint i = 0; i < 2000; i++)
    {
      RelaisRecord *record = g_ptr_array_index (self->last->records, i);

      g_assert_cmpuint (record->id, ==, 501 + i);
      g_assert_cmpint (record->phase, ==, RELAIS_RECORD_DONE);
    }
  info = g_ptr_array_index (self->last->accounts, 0);
  g_assert_cmpuint (info->n_requests, ==, 2500);
}

/* A request that outlives its account leaves nothing behind. */
static void
test_outlived (Fixture       *self,
               gconstpointer  data)
{
  RelaisEngineOptions options = { 0 };
  g_autoptr (RelaisRecord) record = relais_record_new (1);

  make_core (self, &options);
  g_assert_cmpint (put (self, "o", "openai", TRUE), ==, -1);
  record->account_id = g_strdup ("o");
  record->phase = RELAIS_RECORD_DONE;
  self->core->gateway.record (record, self->core->gateway.user_data);
  g_assert_cmpuint (g_hash_table_size (self->core->n_requests), ==, 1);
  g_assert_cmpint (remove_or_restore (self, "o", FALSE), ==, -1);
  self->core->gateway.record (record, self->core->gateway.user_data);
  g_assert_cmpuint (g_hash_table_size (self->core->n_requests), ==, 0);
}

/* A start that fails leaves nothing; a stop lets go of the port; what is there can be asked. */
static void
test_start (Fixture       *self,
            gconstpointer  data)
{
  RelaisEngineOptions options = { 0 };
  g_autoptr (RelaisListening) none = NULL, first = NULL, again = NULL, moved = NULL, last = NULL;
  g_auto (End) stopped = { 0 };
  g_auto (End) nothing = { 0 };

  make_core (self, &options);
  none = relais_core_start (self->core);
  g_assert_cmpint (none->failure->code, ==, RELAIS_ERROR_NO_ACCOUNT);
  g_assert_null (self->core->server);
  g_assert_null (relais_core_rebind (self->core));
  relais_core_stop (self->core, NULL, done_cb, &nothing);
  g_assert_cmpuint (nothing.n, ==, 1);

  self->core->keyring = RELAIS_KEYRING_LOCKED;
  g_clear_pointer (&none, relais_listening_free);
  none = relais_core_start (self->core);
  g_assert_cmpint (none->failure->code, ==, RELAIS_ERROR_KEYRING_LOCKED);

  g_assert_cmpint (put (self, "o", "openai", TRUE), ==, -1);
  first = relais_core_start (self->core);
  g_assert_null (first->failure);
  g_assert_cmpuint (first->port, !=, 0);
  g_assert_true (relais_core_is_listening (self->core));
  again = relais_core_start (self->core);
  g_assert_cmpuint (again->port, ==, first->port);
  relais_config_set_allow_lan_access (self->core->config, TRUE);
  moved = relais_core_rebind (self->core);
  g_assert_null (moved->failure);
  g_assert_cmpuint (moved->port, ==, first->port);

  relais_core_stop (self->core, NULL, done_cb, &stopped);
  g_assert_false (relais_core_is_listening (self->core));
  wait_for (&stopped);
  g_assert_null (self->core->server);
  last = relais_core_start (self->core);
  g_assert_null (last->failure);
}

/* An answer of an earlier start is waited for as well. */
static void
test_stop_twice (Fixture       *self,
                 gconstpointer  data)
{
  static const char body[] =
    "{\"model\":\"practice\",\"stream\":true,"
    "\"messages\":[{\"role\":\"user\",\"content\":\"PRACTICE slow 6 50\"}]}";
  RelaisEngineOptions options = { .practice = TRUE };
  g_autoptr (RelaisListening) first = NULL, second = NULL;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  GOutputStream *output;
  g_autofree char *request = g_strdup_printf ("POST /v1/chat/completions HTTP/1.0\r\n"
                                              "Content-Type: application/json\r\n"
                                              "Content-Length: %zu\r\n\r\n%s",
                                              strlen (body), body);
  g_auto (End) stopped = { 0 };
  g_auto (End) again = { 0 };
  guint late = g_timeout_add_seconds (PATIENCE_S, late_cb, NULL);

  make_core (self, &options);
  first = relais_core_start (self->core);
  connection = g_socket_client_connect_to_host (client, "127.0.0.1", first->port, NULL, NULL);
  output = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  g_assert_true (g_output_stream_write_all (output, request, strlen (request), NULL, NULL, NULL));
  while (g_hash_table_size (self->core->n_requests) == 0)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (late);
  relais_core_stop (self->core, NULL, done_cb, &stopped);
  second = relais_core_start (self->core);
  g_assert_null (second->failure);
  relais_core_stop (self->core, NULL, done_cb, &again);
  wait_for (&again);
  g_assert_cmpuint (stopped.n, ==, 1);
  g_assert_cmpuint (self->core->endings->len, ==, 0);
}

static void
test_bad_options (Fixture       *self,
                  gconstpointer  data)
{
  g_autofree char *file = g_build_filename (self->folder, "accounts.json", NULL);
  RelaisEngineOptions options = { .accounts_file = file };
  static const char *const bad[] = {
    "{\"accounts\":[{\"id\":\"a\",\"provider\":\"nobody\"}]}",
    "{\"accounts\":[{\"id\":\"a\",\"provider\":\"openai\"}]}",
    "{\"accounts\":[{\"id\":\"a\",\"provider\":\"openai-compatible\",\"base_url\":\"http://u:p@h/\"}]}",
    "nonsense",
  };

  self->core = relais_core_new (g_main_context_default (), &options, snapshot_cb, self);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (g_file_set_contents_full (file, bad[i], -1, G_FILE_SET_CONTENTS_NONE, 0600,
                                               NULL));
      g_assert_false (relais_core_take_options (self->core, &options, &error));
      g_assert_nonnull (error);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, file));
    }
  g_remove (file);
}

int
main (int    argc,
      char **argv)
{
  static const struct
  {
    const char *name;
    void (*func) (Fixture *self,
                  gconstpointer data);
  } tests[] = {
    { "/core/key-file", test_key_file },
    { "/core/given-key", test_given_key },
    { "/core/bad-key-file", test_bad_key_file },
    { "/core/no-folder", test_no_folder },
    { "/core/save-key", test_save_key },
    { "/core/list", test_list },
    { "/core/full", test_full },
    { "/core/practice", test_practice },
    { "/core/burst", test_burst },
    { "/core/outlived", test_outlived },
    { "/core/start", test_start },
    { "/core/stop-twice", test_stop_twice },
    { "/core/bad-options", test_bad_options },
  };

  g_setenv ("SOUP_FORCE_HTTP1", "1", TRUE);
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Fixture, NULL, set_up, tests[i].func, tear_down);
  return g_test_run ();
}
