/* test-words.c: words, snippets and figures of the window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "app/relais-snippets.h"
#include "app/relais-traffic.h"
#include "app/relais-words.h"
#include "base/relais-error.h"

#include "puppet-engine.h"

static void
test_duration (void)
{
  static const struct
  {
    gint64 duration_us;
    const char *words;
  } cases[] = {
    { -1, "…" },
    { 0, "1 ms" },
    { 412000, "412 ms" },
    { 999499, "999 ms" },
    { 999500, "1.0 s" },
    { 1234000, "1.2 s" },
    { 9949000, "9.9 s" },
    { 9950000, "10 s" },
    { 30000000, "30 s" },
    { 59499000, "59 s" },
    { 59500000, "1 min 0 s" },
    { 3725000000, "62 min 5 s" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *words = relais_words_duration (cases[i].duration_us);

      g_assert_cmpstr (words, ==, cases[i].words);
    }
}

static void
test_amount (void)
{
  g_autofree char *few = relais_words_amount (1204);
  g_autofree char *many = relais_words_amount (120400);
  g_autofree char *most = relais_words_amount (1234567);
  g_autofree char *none = relais_words_share (-1);
  g_autofree char *all = relais_words_share (1);
  g_autofree char *nearly = relais_words_share (0.9999);
  g_autofree char *whole = relais_words_size (242, 242, TRUE);
  g_autofree char *cut = relais_words_size (242, 3145728, FALSE);

  g_assert_cmpstr (few, ==, "1204");
  g_assert_cmpstr (many, ==, "120 k");
  g_assert_cmpstr (most, ==, "1.2 M");
  g_assert_cmpstr (none, ==, "–");
  g_assert_cmpstr (all, ==, "100%");
  g_assert_cmpstr (nearly, ==, "99.9%");
  g_assert_cmpstr (whole, ==, "242 bytes");
  g_assert_cmpstr (cut, ==, "242 bytes of 3.1\302\240MB kept");
}

/* Each trouble has words of its own, with a next step. */
static void
test_trouble (void)
{
  const struct
  {
    GQuark domain;
    int code;
    const char *says;
  } cases[] = {
    { RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING, "The file /home/me/key is not used: it must hold a key that only you can read. Run “chmod 600” on it" },
    { G_FILE_ERROR, G_FILE_ERROR_ACCES, "The API key for clients could not be read or kept: own words. Correct this" },
    { G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "The keyring could not be read, so its accounts are missing: own words. Try again" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = g_error_new_literal (cases[i].domain, cases[i].code, "own words");
      g_autofree char *words = relais_words_trouble (error, "/home/me/key");

      g_assert_nonnull (strstr (words, cases[i].says));
    }
}

/* Each code has words of its own, and says the port where one is the matter. */
static void
test_failure (void)
{
  static const int codes[] = {
    RELAIS_ERROR_NO_ACCOUNT,
    RELAIS_ERROR_KEYRING_LOCKED,
    RELAIS_ERROR_NO_KEYRING,
    RELAIS_ERROR_ADDRESS_IN_USE,
    RELAIS_ERROR_ADDRESS_DENIED,
    RELAIS_ERROR_ADDRESS_FAILED,
  };
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_autoptr (RelaisStartFailure) failure = relais_start_failure_new (codes[i]);
      char *words = NULL;

      failure->host = g_strdup ("127.0.0.1");
      failure->port = 8045;
      words = relais_words_failure (failure);
      if (codes[i] >= RELAIS_ERROR_ADDRESS_IN_USE)
        g_assert_nonnull (strstr (words, "8045"));
      g_assert_true (g_hash_table_add (seen, words));
    }
}

static const RelaisSnippet *
find_snippet (const char *id)
{
  gsize n_snippets = 0;
  const RelaisSnippet *snippets = relais_snippets_get (&n_snippets);

  for (gsize i = 0; i < n_snippets; i++)
    if (g_str_equal (snippets[i].id, id))
      return &snippets[i];
  g_assert_not_reached ();
}

static void
test_snippets (void)
{
  gsize n_snippets = 0;
  const RelaisSnippet *snippets = relais_snippets_get (&n_snippets);

  g_assert_cmpuint (n_snippets, >=, 12);
  for (gsize i = 0; i < n_snippets; i++)
    {
      g_autofree char *text =
        relais_snippets_format (&snippets[i], "http://127.0.0.1:8045", "sk-0123456789", "a-model", FALSE);
      g_autofree char *markup =
        relais_snippets_format (&snippets[i], "http://127.0.0.1:8045", "sk-0123456789", "a-model", TRUE);

      g_assert_nonnull (strstr (text, "http://127.0.0.1:8045"));
      g_assert_nonnull (strstr (text, "sk-0123456789"));
      g_assert_nonnull (strstr (text, "a-model"));
      g_assert_null (strstr (text, "@url@"));
      g_assert_null (strstr (text, "@key@"));
      g_assert_null (strstr (text, "@model@"));
      g_assert_nonnull (strstr (markup, "<b>sk-0123456789</b>"));
    }
}

/* What a provider calls its models is not ours to trust: it stays one word of the shell. */
static void
test_snippet_quotes (void)
{
  g_autofree char *shell =
    relais_snippets_format (find_snippet ("claude-code"), "http://[::1]:8045", "sk-0123456789", "a'; rm b", FALSE);
  g_autofree char *python =
    relais_snippets_format (find_snippet ("openai-python"), "http://[::1]:8045", "sk-0123456789", "a\"\\b\nc", FALSE);
  g_autofree char *curl =
    relais_snippets_format (find_snippet ("curl-openai"), "http://[::1]:8045", "sk-0123456789", "a'\"b", FALSE);
  g_autofree char *markup =
    relais_snippets_format (find_snippet ("claude-code"), "http://[::1]:8045", "sk-0123456789", "<b>&", TRUE);

  g_assert_nonnull (strstr (shell, "ANTHROPIC_BASE_URL='http://[::1]:8045'\n"));
  g_assert_nonnull (strstr (shell, "ANTHROPIC_MODEL='a'\\''; rm b'\n"));
  g_assert_nonnull (strstr (python, "model=\"a\\\"\\\\bc\","));
  g_assert_nonnull (strstr (curl, "{\"model\": \"a'\\''\\\"b\","));
  g_assert_nonnull (strstr (markup, "<b>&apos;&lt;b&gt;&amp;&apos;</b>"));
}

static void
test_traffic (void)
{
  static const PuppetRecord records[] = {
    { 100, 200, "/v1/messages", "m", "a", 5000, 100, NULL },
    { 59, 200, "/v1/messages", "m", "a", 1000, 10, NULL },
    { 10, 200, "/v1/messages", "m", "a", 2000, 20, NULL },
    { 10, 500, "/v1/messages", "m", "a", 9000, -1, NULL },
    { 0, 0, "/v1/messages", "m", "a", -1, -1, NULL },
  };
  g_autoptr (RelaisEngine) engine = relais_engine_new (&(RelaisEngineOptions){ 0 });
  GListModel *list = relais_engine_list_records (engine);
  RelaisTraffic traffic = { 0 };
  gint64 now_us = 0;

  relais_traffic_measure (&traffic, list, g_get_real_time ());
  g_assert_cmpuint (traffic.per_minute, ==, 0);
  g_assert_cmpfloat (traffic.success, <, 0);
  g_assert_cmpint (traffic.median_us, ==, -1);

  for (gsize i = 0; i < G_N_ELEMENTS (records); i++)
    puppet_engine_add_record (engine, &records[i]);
  {
    g_autoptr (RelaisRecordRow) newest = g_list_model_get_item (list, 0);

    now_us = relais_record_row_get_time (newest);
  }
  relais_traffic_measure (&traffic, list, now_us);
  g_assert_cmpuint (traffic.per_minute, ==, 4);
  g_assert_cmpfloat_with_epsilon (traffic.success, 0.75, 1e-9);
  g_assert_cmpint (traffic.median_us, ==, 2000000);
  g_assert_cmpint (traffic.tokens, ==, 130);
  g_assert_cmpuint (traffic.counts[RELAIS_TRAFFIC_SECONDS - 1], ==, 1);
  g_assert_cmpuint (traffic.counts[RELAIS_TRAFFIC_SECONDS - 11], ==, 2);
  g_assert_cmpuint (traffic.failures[RELAIS_TRAFFIC_SECONDS - 11], ==, 1);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/words/duration", test_duration);
  g_test_add_func ("/words/amount", test_amount);
  g_test_add_func ("/words/failure", test_failure);
  g_test_add_func ("/words/trouble", test_trouble);
  g_test_add_func ("/snippets/values", test_snippets);
  g_test_add_func ("/snippets/quotes", test_snippet_quotes);
  g_test_add_func ("/traffic", test_traffic);
  return g_test_run ();
}
