/* test-engine.c: the facade as the window uses it: states, settings, accounts, records
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/relais-error.h"
#include "engine/relais-engine.h"
#include "relais-test-peer.h"
#include "relais-test-server.h"

#define WAIT_S 20

typedef gboolean (*Check) (RelaisEngine *engine);

static gboolean
deadline_cb (gpointer user_data)
{
  g_error ("waited too long");
  return G_SOURCE_REMOVE;
}

static void
wait_until (RelaisEngine *engine,
            Check         check)
{
  guint id = g_timeout_add_seconds (WAIT_S, deadline_cb, NULL);

  while (!check (engine))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (id);
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
make_engine (gboolean practice)
{
  RelaisEngineOptions options = { .practice = practice };
  RelaisEngine *engine = relais_engine_new (&options);
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;
  g_autoptr (GError) error = NULL;

  relais_engine_load_async (engine, FALSE, NULL, slot_cb, &slot);
  result = wait_for (&slot);
  g_assert_true (relais_engine_load_finish (engine, result, &error));
  g_assert_no_error (error);
  g_assert_true (relais_engine_set_port (engine, 0, &error));
  return engine;
}

static gboolean
start (RelaisEngine  *engine,
       GError       **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;

  relais_engine_start_async (engine, NULL, slot_cb, &slot);
  result = wait_for (&slot);
  return relais_engine_start_finish (engine, result, error);
}

static void
stop (RelaisEngine *engine)
{
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;

  relais_engine_stop_async (engine, NULL, slot_cb, &slot);
  result = wait_for (&slot);
  g_assert_true (relais_engine_stop_finish (engine, result, NULL));
  g_assert_cmpint (relais_engine_get_state (engine), ==, RELAIS_ENGINE_STOPPED);
}

static RelaisTestResult *
ask (RelaisEngine *engine,
     const char   *dialect,
     const char   *model)
{
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;
  g_autoptr (GError) error = NULL;
  RelaisTestResult *answer;

  relais_engine_test_request_async (engine, dialect, model, NULL, slot_cb, &slot);
  result = wait_for (&slot);
  answer = relais_engine_test_request_finish (engine, result, &error);
  g_assert_no_error (error);
  return answer;
}

static gboolean
has_records (RelaisEngine *engine)
{
  GListModel *records = relais_engine_list_records (engine);

  for (guint i = 0; i < g_list_model_get_n_items (records); i++)
    {
      g_autoptr (RelaisRecordRow) row = g_list_model_get_item (records, i);

      if (relais_record_row_get_running (row))
        return FALSE;
    }
  return g_list_model_get_n_items (records) > 0;
}

static gboolean
has_five_records (RelaisEngine *engine)
{
  return g_list_model_get_n_items (relais_engine_list_records (engine)) == 5 &&
         has_records (engine);
}

/* No snapshot has to be waited for: who loads and lists at once sees them all. */
static void
test_load_fills_lists (void)
{
  g_autofree char *folder = g_dir_make_tmp ("relais-engine-XXXXXX", NULL);
  g_autofree char *file = g_build_filename (folder, "accounts.json", NULL);
  g_autoptr (GString) text = g_string_new ("{\"accounts\":[");
  RelaisEngineOptions options = { .accounts_file = file, .practice = TRUE };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 200; i++)
    g_string_append_printf (text, "%s{\"id\":\"a%03u\",\"provider\":\"openai\",\"api_key\":\"k-0123456789\"}",
                            i > 0 ? "," : "", i);
  g_string_append (text, "]}");
  g_assert_true (g_file_set_contents_full (file, text->str, -1, G_FILE_SET_CONTENTS_NONE, 0600,
                                           &error));
  /* the one that is slow to be made may be the one that hides a race */
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (RelaisEngine) engine = relais_engine_new (&options);
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (RelaisAccountRow) first = NULL;
      GAsyncResult *slot = NULL;

      relais_engine_load_async (engine, FALSE, NULL, slot_cb, &slot);
      result = wait_for (&slot);
      g_assert_true (relais_engine_load_finish (engine, result, &error));
      g_assert_cmpuint (relais_engine_get_n_accounts (engine), ==, 201);
      g_assert_cmpuint (relais_engine_get_n_active (engine), ==, 201);
      first = g_list_model_get_item (relais_engine_list_accounts (engine), 0);
      g_assert_cmpstr (relais_account_row_get_id (first), ==, "a000");
    }
  g_remove (file);
  g_rmdir (folder);
}

static void
test_states (void)
{
  g_autoptr (RelaisEngine) engine = make_engine (TRUE);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) urls = NULL;

  g_assert_cmpint (relais_engine_get_keyring (engine), ==, RELAIS_ENGINE_KEYRING_UNUSED);
  g_assert_true (start (engine, &error));
  g_assert_no_error (error);
  g_assert_cmpint (relais_engine_get_state (engine), ==, RELAIS_ENGINE_RUNNING);
  g_assert_cmpuint (relais_engine_get_port (engine), >=, 1024);
  urls = relais_engine_dup_urls (engine);
  g_assert_true (g_str_has_prefix (urls[0], "http://127.0.0.1:"));

  /* the engine refuses, whatever a widget may allow */
  g_assert_false (relais_engine_set_port (engine, 8046, &error));
  g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING);
  stop (engine);
}

static void
test_bad_port (void)
{
  g_autoptr (RelaisEngine) engine = make_engine (TRUE);

  for (guint i = 0; i < 4; i++)
    {
      const int bad[] = { -1, 80, 1023, 65536 };
      g_autoptr (GError) error = NULL;

      g_assert_false (relais_engine_set_port (engine, bad[i], &error));
      g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING);
    }
}

static char *
add (RelaisEngine              *engine,
     const RelaisAccountDraft  *draft,
     GError                   **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;

  relais_engine_add_account_async (engine, draft, NULL, slot_cb, &slot);
  result = wait_for (&slot);
  return relais_engine_add_account_finish (engine, result, error);
}

static void
test_no_account (void)
{
  g_autoptr (RelaisEngine) engine = make_engine (FALSE);
  RelaisAccountDraft practice = { .provider = "practice" };
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;
  const RelaisStartFailure *failure;

  g_assert_false (start (engine, &error));
  g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_NO_ACCOUNT);
  g_assert_cmpint (relais_engine_get_state (engine), ==, RELAIS_ENGINE_FAILED);
  failure = relais_engine_get_failure (engine);
  g_assert_cmpint (failure->code, ==, RELAIS_ERROR_NO_ACCOUNT);

  /* once there is one, nothing is wrong any more */
  id = add (engine, &practice, NULL);
  g_assert_nonnull (id);
  g_assert_cmpint (relais_engine_get_state (engine), ==, RELAIS_ENGINE_STOPPED);
  g_assert_null (relais_engine_get_failure (engine));
}

static void
test_taken_port (void)
{
  g_autoptr (RelaisEngine) engine = make_engine (TRUE);
  g_autoptr (GSocket) holder = NULL;
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GError) error = NULL;
  const RelaisStartFailure *failure;
  int port;

  holder = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_assert_true (g_socket_bind (holder, address, FALSE, NULL));
  g_assert_true (g_socket_listen (holder, NULL));
  bound = g_socket_get_local_address (holder, NULL);
  port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));

  g_assert_true (relais_engine_set_port (engine, port, NULL));
  g_assert_false (start (engine, &error));
  g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_ADDRESS_IN_USE);
  failure = relais_engine_get_failure (engine);
  g_assert_cmpuint (failure->port, ==, port);
  g_assert_cmpstr (failure->host, ==, "127.0.0.1");
  g_assert_nonnull (failure->owner);
  g_assert_cmpuint (failure->free_port, !=, 0);

  /* the way out works */
  g_assert_true (relais_engine_set_port (engine, failure->free_port, NULL));
  g_clear_error (&error);
  g_assert_true (start (engine, &error));
  g_assert_no_error (error);
  g_assert_null (relais_engine_get_failure (engine));
  stop (engine);
}

static guint
count_files (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static gsize
resident_kib (void)
{
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents ("/proc/self/status", &text, NULL, NULL));
  return g_ascii_strtoull (strstr (text, "VmRSS:") + strlen ("VmRSS:"), NULL, 10);
}

static void
test_fifty_starts (void)
{
  g_autoptr (RelaisEngine) engine = make_engine (TRUE);
  guint files = 0;
  gsize memory = 0;

  for (guint i = 0; i < 55; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (RelaisTestResult) answer = NULL;

      g_assert_true (start (engine, &error));
      g_assert_no_error (error);
      answer = ask (engine, "openai-chat", "any");
      g_assert_true (answer->ok);
      stop (engine);
      if (i == 4)
        {
          files = count_files ();
          memory = resident_kib ();
        }
    }
  g_assert_cmpuint (count_files (), <=, files);
  /* sanitizers keep what is freed for a while */
#if !defined(__SANITIZE_ADDRESS__)
  g_assert_cmpuint (resident_kib (), <, memory + 1024);
#else
  g_assert_cmpuint (memory, >, 0);
#endif
}

static void
test_dialects (void)
{
  static const char *const dialects[] = { "openai-chat", "openai-responses", "anthropic", "gemini" };
  g_autoptr (RelaisEngine) engine = make_engine (TRUE);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GAsyncResult *slot = NULL;

  relais_engine_test_request_async (engine, "gemini", "x", NULL, slot_cb, &slot);
  result = wait_for (&slot);
  g_assert_null (relais_engine_test_request_finish (engine, result, &error));
  g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING);

  relais_engine_set_auth_mode (engine, RELAIS_AUTH_MODE_STRICT);
  g_assert_true (start (engine, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (dialects); i++)
    {
      g_autoptr (RelaisTestResult) answer = ask (engine, dialects[i], "some-model");

      g_assert_cmpstr (answer->message, ==, NULL);
      g_assert_true (answer->ok);
      g_assert_cmpuint (answer->status, ==, 200);
      g_assert_cmpstr (answer->model, ==, "some-model");
      g_assert_nonnull (strstr (answer->text, "practice account"));
    }
  stop (engine);
}

static GAsyncResult *
cancel_and_wait (GCancellable  *cancellable,
                 GAsyncResult **slot)
{
  /* behind the change in the engine's queue, ahead of its outcome in ours */
  g_cancellable_cancel (cancellable);
  return wait_for (slot);
}

/* What was done is told, however late somebody gave up on it; what was given up before is not. */
static void
test_cancelled_changes (void)
{
  g_autoptr (RelaisEngine) engine = make_engine (FALSE);
  RelaisAccountDraft practice = { .provider = "practice" };
  RelaisAccountDraft edit = { .label = "Renamed" };
  RelaisAccountDraft paused = { .enabled = FALSE, .enabled_set = TRUE };
  g_autofree char *id = NULL;
  GAsyncResult *slot = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 8; i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GAsyncResult) result = NULL;

      switch (i)
        {
        case 0:
          relais_engine_add_account_async (engine, &practice, cancellable, slot_cb, &slot);
          result = cancel_and_wait (cancellable, &slot);
          id = relais_engine_add_account_finish (engine, result, &error);
          g_assert_cmpstr (id, ==, "practice");
          break;
        case 1:
          relais_engine_edit_account_async (engine, id, &edit, cancellable, slot_cb, &slot);
          result = cancel_and_wait (cancellable, &slot);
          g_assert_true (relais_engine_edit_account_finish (engine, result, &error));
          break;
        case 2:
          relais_engine_remove_account_async (engine, id, cancellable, slot_cb, &slot);
          result = cancel_and_wait (cancellable, &slot);
          g_assert_true (relais_engine_remove_account_finish (engine, result, &error));
          break;
        case 3:
          relais_engine_restore_account_async (engine, id, cancellable, slot_cb, &slot);
          result = cancel_and_wait (cancellable, &slot);
          g_assert_true (relais_engine_restore_account_finish (engine, result, &error));
          break;
        case 4:
          relais_engine_load_async (engine, FALSE, cancellable, slot_cb, &slot);
          result = cancel_and_wait (cancellable, &slot);
          g_assert_true (relais_engine_load_finish (engine, result, &error));
          break;
        case 5:
          relais_engine_start_async (engine, cancellable, slot_cb, &slot);
          result = cancel_and_wait (cancellable, &slot);
          g_assert_true (relais_engine_start_finish (engine, result, &error));
          break;
        case 6:
          relais_engine_stop_async (engine, cancellable, slot_cb, &slot);
          result = cancel_and_wait (cancellable, &slot);
          g_assert_true (relais_engine_stop_finish (engine, result, &error));
          break;
        default:
          g_cancellable_cancel (cancellable);
          relais_engine_edit_account_async (engine, id, &paused, cancellable, slot_cb, &slot);
          result = wait_for (&slot);
          g_assert_false (relais_engine_edit_account_finish (engine, result, &error));
          g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
          g_assert_cmpuint (relais_engine_get_n_active (engine), ==, 1);
          continue;
        }
      g_assert_no_error (error);
    }
}

static void
test_accounts (void)
{
  g_autoptr (RelaisEngine) engine = make_engine (FALSE);
  RelaisAccountDraft draft = { .provider = "openai-compatible", .label = "Mine", .base_url = "http://127.0.0.1:9/v1/chat/completions", .api_key = "key-0123456789" };
  RelaisAccountDraft practice = { .provider = "practice" };
  RelaisAccountDraft edit = { .label = "Renamed" };
  g_autofree char *id = NULL;
  g_autofree char *other = NULL;
  g_autoptr (GAsyncResult) done = NULL, removed = NULL, restored = NULL;
  g_autoptr (RelaisAccountRow) row = NULL;
  GAsyncResult *slot = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) order = NULL;

  id = add (engine, &draft, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (relais_engine_get_n_accounts (engine), ==, 1);
  other = add (engine, &practice, &error);
  g_assert_cmpstr (other, ==, "practice");
  g_assert_cmpuint (relais_engine_get_n_accounts (engine), ==, 2);
  row = g_list_model_get_item (relais_engine_list_accounts (engine), 0);
  g_assert_cmpstr (relais_account_row_get_id (row), ==, id);
  g_assert_cmpstr (relais_account_row_get_label (row), ==, "Mine");
  g_assert_cmpstr (relais_account_row_get_provider_name (row), ==, "OpenAI-compatible");
  g_assert_true (relais_account_row_get_has_key (row));
  g_assert_false (relais_account_row_get_kept (row));

  relais_engine_edit_account_async (engine, id, &edit, NULL, slot_cb, &slot);
  done = wait_for (&slot);
  g_assert_true (relais_engine_edit_account_finish (engine, done, &error));

  relais_engine_set_account_order (engine, (const char *const[]){ "practice", id, NULL });
  relais_engine_remove_account_async (engine, id, NULL, slot_cb, &slot);
  removed = wait_for (&slot);
  g_assert_true (relais_engine_remove_account_finish (engine, removed, &error));
  g_assert_cmpuint (relais_engine_get_n_accounts (engine), ==, 1);
  g_assert_cmpuint (relais_engine_get_n_active (engine), ==, 1);
  relais_engine_restore_account_async (engine, id, NULL, slot_cb, &slot);
  restored = wait_for (&slot);
  g_assert_true (relais_engine_restore_account_finish (engine, restored, &error));
  g_assert_cmpuint (relais_engine_get_n_accounts (engine), ==, 2);
  order = relais_engine_dup_account_order (engine);
  g_assert_cmpstr (order[0], ==, "practice");
  g_assert_cmpstr (order[1], ==, id);
  g_clear_object (&row);
  row = g_list_model_get_item (relais_engine_list_accounts (engine), 1);
  g_assert_cmpstr (relais_account_row_get_label (row), ==, "Renamed");
  g_assert_true (relais_account_row_get_has_key (row));
}

static void
test_bad_accounts (void)
{
  static const RelaisAccountDraft drafts[] = {
    { .provider = "nobody", .api_key = "k-0123456789" },
    { .provider = "openai" },
    { .provider = "openai", .api_key = "two words" },
    { .provider = "openai-compatible" },
    { .provider = "openai-compatible", .base_url = "not a url" },
    { .provider = "gemini", .api_key = "k", .base_url = "http://x/?key=1" },
  };
  g_autoptr (RelaisEngine) engine = make_engine (FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (drafts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (add (engine, &drafts[i], &error));
      g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING);
    }
  g_assert_cmpuint (relais_engine_get_n_accounts (engine), ==, 0);
}

static void
test_pause_account (void)
{
  g_autoptr (RelaisEngine) engine = make_engine (TRUE);
  g_autoptr (GAsyncResult) done = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (RelaisAccountRow) row = NULL;
  RelaisAccountDraft draft = { .label = "Resting", .enabled = FALSE, .enabled_set = TRUE };
  GAsyncResult *slot = NULL;

  relais_engine_edit_account_async (engine, "practice", &draft, NULL, slot_cb, &slot);
  done = wait_for (&slot);
  g_assert_true (relais_engine_edit_account_finish (engine, done, &error));
  row = g_list_model_get_item (relais_engine_list_accounts (engine), 0);
  g_assert_cmpstr (relais_account_row_get_label (row), ==, "Resting");
  g_assert_false (relais_account_row_get_enabled (row));
  g_assert_false (start (engine, &error));
  g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_NO_ACCOUNT);
}

static void
test_records (void)
{
  g_autoptr (RelaisEngine) engine = make_engine (TRUE);
  GListModel *records = relais_engine_list_records (engine);
  g_autoptr (RelaisRecordRow) row = NULL;
  g_autoptr (GPtrArray) rows = NULL;

  g_assert_true (start (engine, NULL));
  relais_test_result_free (ask (engine, "anthropic", "claude-x"));
  wait_until (engine, has_records);
  g_assert_cmpuint (g_list_model_get_n_items (records), ==, 1);
  row = g_list_model_get_item (records, 0);
  g_assert_cmpuint (relais_record_row_get_status (row), ==, 200);
  g_assert_cmpstr (relais_record_row_get_path (row), ==, "/v1/messages");
  g_assert_cmpstr (relais_record_row_get_model (row), ==, "claude-x");
  g_assert_cmpstr (relais_record_row_get_account (row), ==, "Practice");
  g_assert_cmpint (relais_record_row_get_duration_us (row), >, 0);
  g_assert_cmpint (relais_record_row_get_tokens (row), >, 0);

  /* nothing that happens while it stands still is lost */
  relais_engine_set_records_paused (engine, TRUE);
  for (guint i = 0; i < 3; i++)
    relais_test_result_free (ask (engine, "gemini", "x"));
  stop (engine);
  g_assert_true (relais_engine_get_records_paused (engine));
  g_assert_cmpuint (g_list_model_get_n_items (records), ==, 1);
  g_assert_true (start (engine, NULL));
  relais_test_result_free (ask (engine, "gemini", "x"));
  stop (engine);
  relais_engine_set_records_paused (engine, FALSE);
  wait_until (engine, has_five_records);

  /* taken back they stand behind what came since, each once */
  rows = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < 5; i++)
    g_ptr_array_add (rows, g_list_model_get_item (records, i));
  relais_engine_clear_records (engine);
  g_assert_cmpuint (g_list_model_get_n_items (records), ==, 0);
  g_assert_true (start (engine, NULL));
  relais_test_result_free (ask (engine, "gemini", "x"));
  stop (engine);
  wait_until (engine, has_records);
  relais_engine_restore_records (engine, rows);
  relais_engine_restore_records (engine, rows);
  g_assert_cmpuint (g_list_model_get_n_items (records), ==, 6);
  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (RelaisRecordRow) kept = g_list_model_get_item (records, i + 1);

      g_assert_true (kept == g_ptr_array_index (rows, i));
    }
}

static void
test_key (void)
{
  g_autoptr (RelaisEngine) engine = make_engine (TRUE);
  g_autoptr (GAsyncResult) first = NULL, second = NULL;
  g_autofree char *made = relais_engine_dup_api_key (engine);
  g_autofree char *now = NULL;
  g_autofree char *masked = NULL;
  g_autoptr (GError) error = NULL;
  GAsyncResult *slot = NULL;

  g_assert_true (relais_engine_check_api_key (made));
  g_assert_false (relais_engine_check_api_key ("pk-0123456789"));
  relais_engine_set_api_key_async (engine, "sk-short", NULL, slot_cb, &slot);
  first = wait_for (&slot);
  g_assert_false (relais_engine_set_api_key_finish (engine, first, &error));
  g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING);
  now = relais_engine_dup_api_key (engine);
  g_assert_cmpstr (now, ==, made);

  relais_engine_set_api_key_async (engine, "sk-typed-by-hand", NULL, slot_cb, &slot);
  second = wait_for (&slot);
  g_clear_error (&error);
  g_assert_true (relais_engine_set_api_key_finish (engine, second, &error));
  g_free (g_steal_pointer (&now));
  now = relais_engine_dup_api_key (engine);
  g_assert_cmpstr (now, ==, "sk-typed-by-hand");
  masked = relais_engine_mask_api_key (now);
  g_assert_null (strstr (masked, "typed"));
}

static int
open_stream (RelaisEngine *engine)
{
  static const char body[] = "{\"model\":\"practice\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"PRACTICE slow 20 30\"}]}";
  g_autofree char *request = NULL;
  int fd = relais_test_connect (relais_engine_get_port (engine));

  request = g_strdup_printf ("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                             "Content-Length: %u\r\n\r\n%s",
                             (guint)strlen (body), body);
  g_assert_true (relais_test_send (fd, request, -1));
  return fd;
}

static gboolean
has_a_running_one (RelaisEngine *engine)
{
  GListModel *records = relais_engine_list_records (engine);
  g_autoptr (RelaisRecordRow) row = g_list_model_get_item (records, 0);

  return row != NULL && relais_record_row_get_running (row) &&
         relais_record_row_get_status (row) == 200;
}

/* Start does not wait for what Stop lets end, and Stop's end does not undo it. */
static void
test_start_while_stopping (void)
{
  g_autoptr (RelaisEngine) engine = make_engine (TRUE);
  g_autoptr (GAsyncResult) stopped = NULL;
  g_autoptr (RelaisTestResult) answer = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *body = NULL;
  GAsyncResult *slot = NULL;
  int running;

  g_assert_true (start (engine, NULL));
  running = open_stream (engine);
  wait_until (engine, has_a_running_one);
  g_assert_cmpuint (relais_engine_get_n_running (engine), ==, 1);
  relais_engine_stop_async (engine, NULL, slot_cb, &slot);
  g_assert_cmpint (relais_engine_get_state (engine), ==, RELAIS_ENGINE_STOPPING);
  /* nothing is bound any more that could be bound again */
  relais_engine_set_allow_lan_access (engine, TRUE);
  relais_engine_set_allow_lan_access (engine, FALSE);
  g_assert_true (start (engine, &error));
  g_assert_no_error (error);
  g_assert_null (slot);
  g_assert_cmpint (relais_engine_get_state (engine), ==, RELAIS_ENGINE_RUNNING);
  answer = ask (engine, "openai-chat", "any");
  g_assert_true (answer->ok);

  g_assert_cmpuint (relais_test_receive (running, NULL, &body), ==, 200);
  g_assert_true (g_str_has_suffix (body, "data: [DONE]\n\n"));
  close (running);
  stopped = wait_for (&slot);
  g_assert_true (relais_engine_stop_finish (engine, stopped, NULL));
  g_assert_cmpint (relais_engine_get_state (engine), ==, RELAIS_ENGINE_RUNNING);
  running = relais_test_connect (relais_engine_get_port (engine));
  g_assert_cmpint (running, >=, 0);
  close (running);
  stop (engine);
}

static void
note_state_cb (RelaisEngine *engine,
               GParamSpec   *pspec,
               GString      *states)
{
  g_string_append_printf (states, "%d ", relais_engine_get_state (engine));
}

static gboolean
is_stopped (RelaisEngine *engine)
{
  return relais_engine_get_state (engine) == RELAIS_ENGINE_STOPPED;
}

/* LAN access may change at any time; a proxy that is stopping goes on stopping. */
static void
test_lan_while_stopping (void)
{
  g_autoptr (RelaisEngine) engine = make_engine (TRUE);
  g_autoptr (GString) states = g_string_new (NULL);
  g_autofree char *expected = g_strdup_printf ("%d %d ", RELAIS_ENGINE_STOPPING, RELAIS_ENGINE_STOPPED);
  int running;

  g_assert_true (start (engine, NULL));
  running = open_stream (engine);
  wait_until (engine, has_a_running_one);
  g_signal_connect (engine, "notify::state", G_CALLBACK (note_state_cb), states);
  relais_engine_stop_async (engine, NULL, NULL, NULL);
  relais_engine_set_allow_lan_access (engine, TRUE);
  wait_until (engine, is_stopped);
  g_assert_cmpstr (states->str, ==, expected);
  close (running);
}

/* A change of LAN access re-binds: the same port, and what runs runs on. */
static void
test_lan_while_running (void)
{
  g_autoptr (RelaisEngine) engine = make_engine (TRUE);
  g_autofree char *body = NULL;
  guint port;
  int running;

  g_assert_true (start (engine, NULL));
  port = relais_engine_get_port (engine);
  running = open_stream (engine);
  wait_until (engine, has_a_running_one);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (RelaisTestResult) answer = NULL;
      RelaisAuthMode mode;

      relais_engine_set_allow_lan_access (engine, i == 0);
      g_object_get (engine, "effective-auth-mode", &mode, NULL);
      g_assert_cmpint (mode, ==,
                       i == 0 ? RELAIS_AUTH_MODE_ALL_EXCEPT_HEALTH : RELAIS_AUTH_MODE_OFF);
      answer = ask (engine, "gemini", "any");
      g_assert_true (answer->ok);
      g_assert_cmpuint (relais_engine_get_port (engine), ==, port);
    }
  g_assert_cmpuint (relais_test_receive (running, NULL, &body), ==, 200);
  g_assert_true (g_str_has_suffix (body, "data: [DONE]\n\n"));
  close (running);
  stop (engine);
}

static int
listen_on (const char *address,
           guint       port)
{
  struct sockaddr_in name = { .sin_family = AF_INET, .sin_port = g_htons (port) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (inet_pton (AF_INET, address, &name.sin_addr), ==, 1);
  g_assert_cmpint (bind (fd, (struct sockaddr *)&name, sizeof name), ==, 0);
  g_assert_cmpint (listen (fd, 1), ==, 0);
  return fd;
}

static gboolean
has_failed (RelaisEngine *engine)
{
  return relais_engine_get_state (engine) == RELAIS_ENGINE_FAILED;
}

/* Another program holds the port elsewhere: the failure is told, and what runs runs on. */
static void
test_lan_fails (void)
{
  g_autoptr (RelaisEngine) engine = make_engine (TRUE);
  g_autofree char *body = NULL;
  int holder, running;

  g_assert_true (start (engine, NULL));
  running = open_stream (engine);
  wait_until (engine, has_a_running_one);
  holder = listen_on ("127.0.0.2", relais_engine_get_port (engine));
  relais_engine_set_allow_lan_access (engine, TRUE);
  wait_until (engine, has_failed);
  g_assert_cmpint (relais_engine_get_failure (engine)->code, ==, RELAIS_ERROR_ADDRESS_IN_USE);
  g_assert_cmpuint (relais_test_receive (running, NULL, &body), ==, 200);
  g_assert_true (g_str_has_suffix (body, "data: [DONE]\n\n"));
  close (running);
  close (holder);
  relais_engine_set_allow_lan_access (engine, FALSE);
  g_assert_true (start (engine, NULL));
  stop (engine);
}

/* A start that fails while the last answers of a stop end says why to the end. */
static void
test_failure_while_stopping (void)
{
  g_autoptr (RelaisEngine) engine = make_engine (TRUE);
  g_autoptr (GAsyncResult) started = NULL, stopped = NULL, removed = NULL;
  GAsyncResult *starting = NULL, *stopping = NULL, *removing = NULL;
  int running;

  g_assert_true (start (engine, NULL));
  running = open_stream (engine);
  wait_until (engine, has_a_running_one);
  relais_engine_stop_async (engine, NULL, slot_cb, &stopping);
  relais_engine_remove_account_async (engine, "practice", NULL, slot_cb, &removing);
  removed = wait_for (&removing);
  relais_engine_start_async (engine, NULL, slot_cb, &starting);
  started = wait_for (&starting);
  g_assert_false (relais_engine_start_finish (engine, started, NULL));
  g_assert_null (stopping);
  close (running);
  stopped = wait_for (&stopping);
  g_assert_true (relais_engine_stop_finish (engine, stopped, NULL));
  g_assert_cmpint (relais_engine_get_state (engine), ==, RELAIS_ENGINE_FAILED);
  g_assert_cmpint (relais_engine_get_failure (engine)->code, ==, RELAIS_ERROR_NO_ACCOUNT);
}

static guint
ask_as (RelaisEngine *engine,
        const char   *fields)
{
  g_autofree char *request = g_strdup_printf ("GET /v1/models HTTP/1.1\r\n%s\r\nConnection: close\r\n\r\n", fields);
  g_autoptr (RelaisTestResult) settled = ask (engine, "openai-chat", "any");
  int fd = relais_test_connect (relais_engine_get_port (engine));
  guint status;

  g_assert_true (settled->ok);
  g_assert_true (relais_test_send (fd, request, -1));
  status = relais_test_receive (fd, NULL, NULL);
  close (fd);
  return status;
}

/* What a 421 and a 403 tell to do helps at once, and can be taken back. */
static void
test_allowed (void)
{
  static const char host[] = "Host: box.example:8045";
  static const char origin[] = "Host: localhost\r\nOrigin: https://app.example";
  const char *hosts[] = { "box.example", NULL };
  const char *origins[] = { "https://app.example", NULL };
  const char *bad[] = { "http://box.example/", NULL };
  g_autoptr (RelaisEngine) engine = make_engine (TRUE);
  g_autoptr (GError) error = NULL;

  g_assert_true (start (engine, NULL));
  g_assert_cmpuint (ask_as (engine, host), ==, 421);
  g_assert_cmpuint (ask_as (engine, origin), ==, 403);
  g_assert_true (relais_engine_set_allowed_hosts (engine, hosts, &error));
  g_assert_true (relais_engine_set_allowed_origins (engine, origins, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (ask_as (engine, host), ==, 200);
  g_assert_cmpuint (ask_as (engine, origin), ==, 200);
  g_assert_false (relais_engine_set_allowed_hosts (engine, bad, &error));
  g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING);
  g_clear_error (&error);
  g_assert_false (relais_engine_set_allowed_origins (engine, bad, &error));
  g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING);
  g_assert_cmpuint (ask_as (engine, host), ==, 200);
  g_assert_cmpuint (ask_as (engine, origin), ==, 200);
  g_assert_true (relais_engine_set_allowed_hosts (engine, NULL, NULL));
  g_assert_true (relais_engine_set_allowed_origins (engine, NULL, NULL));
  g_assert_cmpuint (ask_as (engine, host), ==, 421);
  g_assert_cmpuint (ask_as (engine, origin), ==, 403);
  stop (engine);
}

static gboolean
cancel_cb (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return G_SOURCE_REMOVE;
}

static gboolean
peer_func (RelaisTestPeer        *peer,
           int                    fd,
           const RelaisTestAsked *asked,
           gpointer               user_data)
{
  /* by the key: refused, silent, or served */
  if (strstr (asked->head, "Bearer bad-key") != NULL)
    return relais_test_peer_answer (fd, 401, "Content-Type: application/json\r\n", "{\"error\":{\"message\":\"no: bad-key\"}}");
  if (strstr (asked->head, "Bearer slow-key") != NULL)
    return !relais_test_peer_wait_for_end (peer, fd);
  return relais_test_peer_answer (fd, 200, "Content-Type: application/json\r\n", "{\"data\":[{\"id\":\"m\"}]}");
}

static RelaisTestResult *
test_account (RelaisEngine              *engine,
              const char                *id,
              const RelaisAccountDraft  *draft,
              GCancellable              *cancellable,
              GError                   **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;

  relais_engine_test_account_async (engine, id, draft, cancellable, slot_cb, &slot);
  result = wait_for (&slot);
  return relais_engine_test_account_finish (engine, result, error);
}

static RelaisAccountState
first_state (RelaisEngine *engine)
{
  GListModel *rows = relais_engine_list_accounts (engine);
  g_autoptr (RelaisAccountRow) row = g_list_model_get_item (rows, 0);

  return relais_account_row_get_state (row);
}

static void
assert_trouble (RelaisEngine *engine,
                const char   *words)
{
  GListModel *rows = relais_engine_list_accounts (engine);
  g_autoptr (RelaisAccountRow) row = g_list_model_get_item (rows, 0);
  GPtrArray *troubles = relais_account_row_get_troubles (row);
  RelaisAccountTrouble *trouble;

  g_assert_cmpuint (troubles->len, ==, 1);
  trouble = g_ptr_array_index (troubles, 0);
  g_assert_cmpint (trouble->state, ==, RELAIS_ACCOUNT_KEY_REJECTED);
  g_assert_cmpstr (trouble->words, ==, words);
  g_assert_cmpuint (trouble->status, ==, 401);
  g_assert_cmpint (trouble->until_us, ==, 0);
}

/* Only a test of what is stored says something about what is stored. */
static void
test_account_tests (void)
{
  g_autoptr (RelaisTestPeer) peer = relais_test_peer_new (peer_func, NULL);
  g_autofree char *url = relais_test_peer_dup_url (peer, "/v1");
  g_autoptr (RelaisEngine) engine = make_engine (FALSE);
  RelaisAccountDraft draft = { .provider = "openai-compatible", .label = "Mine", .base_url = url, .api_key = "bad-key" };
  RelaisAccountDraft good = { .api_key = "good-key" };
  RelaisAccountDraft bad = { .api_key = "bad-key" };
  RelaisAccountDraft slow = { .api_key = "slow-key" };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (RelaisTestResult) refused = NULL, other = NULL;
  g_autoptr (GAsyncResult) done = NULL;
  GAsyncResult *slot = NULL;
  g_autofree char *id = add (engine, &draft, &error);

  g_assert_no_error (error);
  g_assert_true (start (engine, NULL));
  /* a request meets the refusal, and the account is out */
  relais_test_result_free (ask (engine, "openai-chat", "m"));
  stop (engine);
  g_assert_cmpint (first_state (engine), ==, RELAIS_ACCOUNT_KEY_REJECTED);
  assert_trouble (engine, "no: [hidden]");
  /* so it is by a test that meets it */
  relais_engine_try_account_now (engine, id);
  refused = test_account (engine, id, NULL, NULL, &error);
  g_assert_false (refused->ok);
  g_assert_cmpuint (refused->status, ==, 401);
  g_assert_cmpstr (refused->message, ==, "no: [hidden]");
  g_assert_cmpint (first_state (engine), ==, RELAIS_ACCOUNT_KEY_REJECTED);
  assert_trouble (engine, "no: [hidden]");

  other = test_account (engine, id, &good, NULL, &error);
  g_assert_true (other->ok);
  g_assert_cmpuint (other->n_models, ==, 1);
  g_assert_cmpint (first_state (engine), ==, RELAIS_ACCOUNT_KEY_REJECTED);

  g_timeout_add (20, cancel_cb, cancellable);
  g_assert_null (test_account (engine, id, &slow, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (first_state (engine), ==, RELAIS_ACCOUNT_KEY_REJECTED);
  g_clear_error (&error);

  relais_engine_edit_account_async (engine, id, &good, NULL, slot_cb, &slot);
  done = wait_for (&slot);
  g_assert_true (relais_engine_edit_account_finish (engine, done, &error));
  g_assert_cmpint (first_state (engine), ==, RELAIS_ACCOUNT_ACTIVE);
  relais_test_result_free (test_account (engine, id, &bad, NULL, &error));
  g_assert_cmpint (first_state (engine), ==, RELAIS_ACCOUNT_ACTIVE);
  g_assert_null (test_account (engine, "nobody", NULL, NULL, &error));
  g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING);
}

static void
models_changed_cb (RelaisEngine *engine,
                   guint        *n)
{
  (*n)++;
}

static gboolean
has_models (RelaisEngine *engine)
{
  g_auto (GStrv) models = relais_engine_dup_models (engine);

  return models[0] != NULL;
}

static gboolean
has_rule_name (RelaisEngine *engine)
{
  g_auto (GStrv) names = relais_engine_dup_models (engine);

  return g_strv_contains ((const char *const *)names, "mine");
}

static gboolean
has_no_rule_name (RelaisEngine *engine)
{
  return !has_rule_name (engine);
}

static void
test_models (void)
{
  g_autoptr (RelaisEngine) engine = make_engine (TRUE);
  g_auto (GStrv) models = NULL;
  guint n = 0;

  g_signal_connect (engine, "models-changed", G_CALLBACK (models_changed_cb), &n);
  relais_engine_refresh_models (engine);
  wait_until (engine, has_models);
  models = relais_engine_dup_models (engine);
  g_assert_cmpstr (models[0], ==, "gemini-3-flash");
  g_assert_cmpstr (models[1], ==, "practice");
  g_assert_null (models[2]);
  g_assert_cmpuint (n, ==, 1);
}

/* What a binding reads is what the functions say. */
static void
test_properties (void)
{
  g_autoptr (RelaisEngine) engine = make_engine (TRUE);
  RelaisEngineState state = RELAIS_ENGINE_FAILED;
  RelaisEngineKeyring keyring = RELAIS_ENGINE_KEYRING_UNKNOWN;
  RelaisAuthMode mode = RELAIS_AUTH_MODE_OFF, effective = RELAIS_AUTH_MODE_STRICT;
  g_autoptr (RelaisStartFailure) failure = NULL;
  guint n_active = 7, n_accounts = 7, port = 7;
  gboolean set = FALSE, lan = TRUE;

  g_object_get (engine, "state", &state, "keyring", &keyring, "failure", &failure, "n-active", &n_active,
                "n-accounts", &n_accounts, "api-key-set", &set, "port", &port, "allow-lan-access", &lan,
                "auth-mode", &mode, "effective-auth-mode", &effective, NULL);
  g_assert_cmpint (state, ==, RELAIS_ENGINE_STOPPED);
  g_assert_cmpint (keyring, ==, RELAIS_ENGINE_KEYRING_UNUSED);
  g_assert_null (failure);
  g_assert_cmpuint (n_active, ==, 1);
  g_assert_cmpuint (n_accounts, ==, 1);
  g_assert_true (set);
  g_assert_cmpuint (port, ==, 0);
  g_assert_false (lan);
  g_assert_cmpint (mode, ==, RELAIS_AUTH_MODE_AUTO);
  g_assert_cmpint (effective, ==, RELAIS_AUTH_MODE_OFF);
}

static void
test_dispose_while_running (void)
{
  RelaisEngine *engine = make_engine (TRUE);
  gpointer weak = engine;

  g_assert_true (start (engine, NULL));
  g_object_add_weak_pointer (G_OBJECT (engine), &weak);
  g_object_unref (engine);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_null (weak);
}

/* They are models to clients and hold at once; wrong ones leave the old ones. */
static void
test_rules (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RelaisTestResult) answer = NULL;
  g_autoptr (RelaisRecordRow) row = NULL;
  g_autofree char *used = NULL;
  const char *json = "{\"rules\":[{\"match\":\"mine\",\"model\":\"practice\"}]}";
  g_autoptr (RelaisEngine) engine = make_engine (TRUE);
  guint rule = 0;

  g_assert_true (start (engine, NULL));
  relais_engine_refresh_models (engine);
  wait_until (engine, has_models);
  g_assert_true (relais_engine_set_rules (engine, json, &error));
  wait_until (engine, has_rule_name);
  answer = ask (engine, "openai-chat", "mine");
  g_assert_true (answer->ok);
  wait_until (engine, has_records);
  row = g_list_model_get_item (relais_engine_list_records (engine), 0);
  g_object_get (row, "rule", &rule, "upstream-model", &used, NULL);
  g_assert_cmpuint (rule, ==, 1);
  g_assert_cmpstr (used, ==, "practice");
  g_assert_false (relais_engine_set_rules (engine, "{\"rules\":[{\"match\":\"x\"}]}", &error));
  g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING);
  g_assert_nonnull (strstr (error->message, "rule 1"));
  relais_engine_refresh_models (engine);
  g_assert_true (has_rule_name (engine));
  g_assert_true (relais_engine_set_rules (engine, "{\"rules\":[]}", NULL));
  wait_until (engine, has_no_rule_name);
  stop (engine);
}

int
main (int    argc,
      char **argv)
{
  g_setenv ("SOUP_FORCE_HTTP1", "1", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/load-fills-lists", test_load_fills_lists);
  g_test_add_func ("/engine/states", test_states);
  g_test_add_func ("/engine/bad-port", test_bad_port);
  g_test_add_func ("/engine/no-account", test_no_account);
  g_test_add_func ("/engine/taken-port", test_taken_port);
  g_test_add_func ("/engine/fifty-starts", test_fifty_starts);
  g_test_add_func ("/engine/dialects", test_dialects);
  g_test_add_func ("/engine/cancelled-changes", test_cancelled_changes);
  g_test_add_func ("/engine/accounts", test_accounts);
  g_test_add_func ("/engine/bad-accounts", test_bad_accounts);
  g_test_add_func ("/engine/pause-account", test_pause_account);
  g_test_add_func ("/engine/records", test_records);
  g_test_add_func ("/engine/key", test_key);
  g_test_add_func ("/engine/start-while-stopping", test_start_while_stopping);
  g_test_add_func ("/engine/lan-while-stopping", test_lan_while_stopping);
  g_test_add_func ("/engine/lan-while-running", test_lan_while_running);
  g_test_add_func ("/engine/lan-fails", test_lan_fails);
  g_test_add_func ("/engine/failure-while-stopping", test_failure_while_stopping);
  g_test_add_func ("/engine/allowed", test_allowed);
  g_test_add_func ("/engine/account-tests", test_account_tests);
  g_test_add_func ("/engine/models", test_models);
  g_test_add_func ("/engine/rules", test_rules);
  g_test_add_func ("/engine/properties", test_properties);
  g_test_add_func ("/engine/dispose-while-running", test_dispose_while_running);
  return g_test_run ();
}
