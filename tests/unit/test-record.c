/* test-record.c: records and the names of clients
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "monitor/relais-record.h"

static void
test_copy (void)
{
  g_autoptr (RelaisRecord) record = relais_record_new (7);
  g_autoptr (RelaisRecord) copy = NULL;

  g_assert_cmpint (record->first_byte_us, ==, -1);
  g_assert_cmpint (record->duration_us, ==, -1);
  g_assert_false (relais_usage_is_known (&record->usage));
  record->path = g_strdup ("/v1/messages");
  record->query = g_strdup ("beta=true");
  record->beta = g_strdup ("context-1m");
  record->bodies = relais_bodies_new ();
  record->error = g_strdup ("words");
  record->status = 502;
  copy = relais_record_copy (record);
  g_free (record->path);
  record->path = g_strdup ("changed");
  g_assert_cmpuint (copy->id, ==, 7);
  g_assert_cmpstr (copy->path, ==, "/v1/messages");
  g_assert_cmpstr (copy->query, ==, "beta=true");
  g_assert_cmpstr (copy->beta, ==, "context-1m");
  g_assert_true (copy->bodies == record->bodies);
  g_assert_cmpstr (copy->error, ==, "words");
  g_assert_cmpuint (copy->status, ==, 502);
  g_assert_null (copy->account);
}

static void
test_clients (void)
{
  static const struct
  {
    const char *agent;
    const char *name;
  } cases[] = {
    { NULL, NULL },
    { "", NULL },
    { "claude-cli/2.1.330 (external, sdk-cli)", "Claude Code" },
    { "claude-cli/0.24.4 (external)", "Qwen Code" },
    { "codex_exec/0.169.0 (Debian 12.0.0; x86_64)", "Codex" },
    { "GeminiCLI-tui/0.61.0/gemini (linux)", "Gemini CLI" },
    { "OpenAI/JS 7.57.0", "OpenAI SDK (JS)" },
    { "OpenAI/Python 3.54.0", "OpenAI SDK (Python)" },
    { "Anthropic/JS 1.12.0", "Anthropic SDK (JS)" },
    { "google-genai-sdk/3.1.0 gl-node/v22", "Gemini SDK" },
    { "curl/7.88.1", "curl" },
    { "my-tool/1.0 (x)", "my-tool" },
    { "/1.0", NULL },
    { "a\xff\xfe", "a\uFFFD\uFFFD" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = relais_record_name_client (cases[i].agent);

      g_assert_cmpstr (name, ==, cases[i].name);
    }
  {
    g_autofree char *endless = g_strnfill (10000, 'x');
    g_autofree char *name = relais_record_name_client (endless);

    g_assert_cmpuint (strlen (name), ==, 48);
  }
}

/* What is cut says so, in whichever part of it. */
static void
test_cut (void)
{
  g_autofree char *most = g_strnfill (2048, 'x');
  g_autofree char *more = g_strconcat (most, "x", NULL);

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (RelaisRecord) record = relais_record_new (1);
      char **texts[] = { &record->path, &record->query, &record->beta };

      *texts[i] = relais_record_dup_shown (most);
      g_assert_cmpstr (*texts[i], ==, most);
      g_assert_false (relais_record_is_cut (record));
      g_free (*texts[i]);
      *texts[i] = relais_record_dup_shown (more);
      g_assert_cmpint (g_utf8_strlen (*texts[i], -1), ==, 2048);
      g_assert_true (relais_record_is_cut (record));
    }
  g_assert_null (relais_record_dup_shown (NULL));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record/copy", test_copy);
  g_test_add_func ("/record/clients", test_clients);
  g_test_add_func ("/record/cut", test_cut);
  return g_test_run ();
}
