/* test-curl.c: a request as a command line that a shell reads as it was
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "monitor/relais-curl.h"

#define URL "http://127.0.0.1:8045"

static RelaisRecord *
make_record (const char *method,
             const char *path,
             const char *query,
             const char *dialect)
{
  RelaisRecord *record = relais_record_new (1);

  record->method = g_strdup (method);
  record->path = g_strdup (path);
  record->query = g_strdup (query);
  record->dialect = g_strdup (dialect);
  return record;
}

static RelaisBodies *
make_bodies (const char *text,
             gsize       length)
{
  g_autoptr (RelaisBodies) bodies = relais_bodies_new ();

  relais_bodies_append (bodies, RELAIS_BODY_CLIENT_IN, text, length);
  return relais_bodies_freeze (bodies, NULL);
}

static void
test_text (void)
{
  g_autoptr (RelaisRecord) record = make_record ("POST", "/v1/chat/completions", NULL, "openai-chat");
  g_autoptr (RelaisBodies) bodies = make_bodies ("{\"a\":\"it's\"}", 12);
  g_autofree char *text = relais_curl_write (record, bodies, URL, TRUE);
  g_autofree char *open = relais_curl_write (record, bodies, URL, FALSE);

  g_assert_cmpstr (text, ==,
                   "curl " URL "/v1/chat/completions -H 'Content-Type: application/json' "
                   "-H \"Authorization: Bearer $RELAIS_API_KEY\" --data-raw '{\"a\":\"it'\\''s\"}'");
  g_assert_null (strstr (open, "Authorization"));
}

static void
test_others (void)
{
  g_autoptr (RelaisRecord) list = make_record ("GET", "/v1/models", "limit=2", "anthropic");
  g_autoptr (RelaisRecord) cancel = make_record ("DELETE", "/v1/responses/r", NULL, "openai-responses");
  g_autofree char *text = relais_curl_write (list, NULL, URL, FALSE);

  g_assert_cmpstr (text, ==, "curl '" URL "/v1/models?limit=2' -H 'anthropic-version: 2023-06-01'");
  g_assert_null (relais_curl_write (cancel, NULL, URL, FALSE));
}

/* curl reads sets and ranges into a URL. */
static void
test_globs (void)
{
  static const char *const queries[] = { "ids[]=1", "a={b,c}" };

  for (guint i = 0; i < G_N_ELEMENTS (queries); i++)
    {
      g_autoptr (RelaisRecord) record = make_record ("GET", "/v1/models", queries[i], NULL);
      g_autofree char *text = relais_curl_write (record, NULL, URL, FALSE);
      g_autofree char *wanted = g_strconcat ("curl -g '" URL "/v1/models?", queries[i], "'", NULL);

      g_assert_cmpstr (text, ==, wanted);
    }
}

/* What a real shell makes of it: a program in curl's place tells its arguments and its input. */
static char *
run_shell (const char *command)
{
  g_autofree char *script = g_strconcat ("curl () { printf '%s\\n' \"$@\"; cat; }\n",
                                         command, NULL);
  g_autoptr (GSubprocess) shell = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *said = NULL;

  shell = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error,
                            "sh", NULL);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate_utf8 (shell, script, NULL, &said, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_successful (shell));
  return g_steal_pointer (&said);
}

static void
test_shell (void)
{
  static const char hostile[] = "{\"a\":\"'; touch /nowhere; $(id) `id` \\\\ \\\" ! \xc3\xa9\"}\n";
  g_autofree char *large = g_strnfill (100 * 1024, 'x');
  g_autofree char *long_text = g_strconcat ("{\"a\":\"$(id) ' ", large, "\"}", NULL);
  const char *texts[] = { hostile, long_text, "@/etc/passwd" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (RelaisRecord) record = make_record ("POST", "/v1/'$(id)", "a=';id;'", "openai-chat");
      g_autoptr (RelaisBodies) bodies = NULL;
      g_autofree char *command = NULL;
      g_autofree char *said = NULL;

      if (i == 1) /* a run that long is media */
        for (gsize at = 20; at < strlen (long_text) - 20; at += 1000)
          long_text[at] = ' ';
      bodies = make_bodies (texts[i], strlen (texts[i]));
      command = relais_curl_write (record, bodies, URL, FALSE);
      said = run_shell (command);
      g_assert_true (g_str_has_prefix (said, URL "/v1/'$(id)?a=';id;'\n-H\n"));
      g_assert_nonnull (strstr (said, texts[i]));
    }
}

/* What was not kept whole, or would play on a terminal's keys. */
static void
test_none (void)
{
  static const char *const texts[] = { "\"\x1b[201~rm\"", "\"\x7f\"", "\"\xff\"" };
  g_autofree char *words = g_strnfill (RELAIS_BODY_MAX + 1, ' ');
  g_autoptr (RelaisRecord) record = make_record ("POST", "/v1/messages", NULL, "anthropic");
  g_autoptr (RelaisBodies) cut = make_bodies (words, strlen (words));
  g_autoptr (RelaisBodies) zero = make_bodies ("\"\0\"", 3);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (RelaisBodies) bodies = make_bodies (texts[i], strlen (texts[i]));

      g_assert_null (relais_curl_write (record, bodies, URL, FALSE));
    }
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (RelaisRecord) hostile =
                   make_record ("GET", "/v1/models", i == 0 ? "a=\x1b[201~" : NULL, "anthropic");

      hostile->beta = g_strdup (i == 1 ? "b\x1b[201~" : "b");
      g_assert_null (relais_curl_write (hostile, NULL, URL, FALSE));
    }
  {
    g_autofree char *endless = g_strnfill (3000, 'x');
    g_autofree char *shown = relais_record_dup_shown (endless);
    g_autoptr (RelaisRecord) part = make_record ("GET", "/v1/models", shown, NULL);

    g_assert_null (relais_curl_write (part, NULL, URL, FALSE));
  }
  g_assert_null (relais_curl_write (record, cut, URL, FALSE));
  g_assert_null (relais_curl_write (record, zero, URL, FALSE));
  g_assert_null (relais_curl_write (record, NULL, URL, FALSE));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/curl/text", test_text);
  g_test_add_func ("/curl/others", test_others);
  g_test_add_func ("/curl/globs", test_globs);
  g_test_add_func ("/curl/shell", test_shell);
  g_test_add_func ("/curl/none", test_none);
  return g_test_run ();
}
