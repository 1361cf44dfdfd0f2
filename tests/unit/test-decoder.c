/* test-decoder.c: answers of upstreams, read into the same events whatever form they come in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "translation-kit.h"

static const char *const dialects[] = { "chat", "responses", "anthropic", "gemini" };
static const char *const scenarios[] = { "01-plain-text", "02-system-multi-turn", "03-image-input",
                                         "04-tool-call", "05-parallel-tools", "06-thinking" };

static char *
load (const char      *scenario,
      RelaisDialectId  dialect,
      const char      *kind,
      gsize           *length)
{
  g_autofree char *name = g_strconcat (dialects[dialect], ".", kind, NULL);
  g_autofree char *path = g_build_filename (TESTS_DIR, "examples", scenario, name, NULL);
  g_autoptr (GError) error = NULL;
  char *bytes = NULL;

  g_file_get_contents (path, &bytes, length, &error);
  g_assert_no_error (error);
  return bytes;
}

/* The files are laid out for people; upstreams send no white space between values. */
static gsize
compact (char *json)
{
  gboolean inside = FALSE;
  char *to = json;

  for (const char *c = json; *c != '\0'; c++)
    {
      if (*c == '"')
        inside = !inside;
      if (inside || !g_ascii_isspace (*c))
        *to++ = *c;
      if (inside && *c == '\\')
        *to++ = *++c;
    }
  *to = '\0';
  return to - json;
}

static void
test_forms (void)
{
  for (guint s = 0; s < G_N_ELEMENTS (scenarios); s++)
    for (RelaisDialectId id = 0; id < RELAIS_N_DIALECTS; id++)
      {
        gsize n_whole, n_stream;
        g_autofree char *whole = load (scenarios[s], id, "response.json", &n_whole);
        g_autofree char *stream = load (scenarios[s], id, "stream.sse", &n_stream);
        g_autofree char *expected = kit_events (id, whole, compact (whole), 0);
        g_autofree char *events = kit_events (id, stream, n_stream, 0);
        static const char *const ends[] = { "\r\n", "\r" };

        g_test_message ("%s %s", scenarios[s], dialects[id]);
        g_assert_null (strstr (expected, "error("));
        g_assert_cmpstr (events, ==, expected);
        for (gsize piece = 1; piece < 9; piece++)
          {
            g_autofree char *cut = kit_events (id, stream, n_stream, piece);

            g_assert_cmpstr (cut, ==, expected);
          }
        for (guint e = 0; e < G_N_ELEMENTS (ends); e++)
          {
            g_auto (GStrv) lines = g_strsplit (stream, "\n", -1);
            g_autofree char *other = g_strjoinv (ends[e], lines);
            g_autofree char *same = kit_events (id, other, strlen (other), 1);

            g_assert_cmpstr (same, ==, expected);
          }
      }
}

/* What a client of any dialect reads is what a reader of the upstream's own bytes would. */
static void
test_across (void)
{
  for (guint s = 0; s < 5; s++)
    for (RelaisDialectId target = 0; target < RELAIS_N_DIALECTS; target++)
      for (RelaisDialectId source = 0; source < RELAIS_N_DIALECTS; source++)
        {
          gsize length;
          g_autofree char *stream = load (scenarios[s], target, "stream.sse", &length);
          g_autofree char *out = NULL;
          g_autofree char *whole = NULL;
          g_autofree char *events = NULL;
          g_autofree char *whole_events = NULL;

          if (source == target)
            continue;
          out = kit_translate (source, target, NULL, stream, length, RELAIS_FORM_SSE);
          whole = kit_translate (source, target, NULL, stream, length, RELAIS_FORM_WHOLE);
          events = kit_events (source, out, strlen (out), 0);
          whole_events = kit_events (source, whole, strlen (whole), 0);
          g_test_message ("%s %s for %s: %s", scenarios[s], dialects[target], dialects[source], events);
          g_assert_null (strstr (events, "error("));
          g_assert_nonnull (strstr (whole_events, s < 3 ? "text(" : "call0("));
          g_assert_nonnull (strstr (events, s < 3 ? "text(" : "call0("));
        }
}

/* As many parallel calls as a stream may hold open, and one more. */
static void
test_open (void)
{
  for (guint n = 128; n <= 129; n++)
    {
      g_autoptr (GString) stream = g_string_new ("data: {\"type\":\"message_start\",\"message\":{\"id\":\"a\"}}\n\n");
      g_autofree char *events = NULL;

      for (guint i = 0; i < n; i++)
        g_string_append_printf (stream,
                                "data: {\"type\":\"content_block_start\",\"index\":%u,\"content_block\":"
                                "{\"type\":\"tool_use\",\"id\":\"t%u\",\"name\":\"f\",\"input\":{}}}\n\n",
                                i, i);
      for (guint i = 0; i < n; i++)
        g_string_append_printf (stream, "data: {\"type\":\"content_block_stop\",\"index\":%u}\n\n", i);
      g_string_append (stream, "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"tool_use\"}}\n\n"
                               "data: {\"type\":\"message_stop\"}\n\n");
      events = kit_events (RELAIS_DIALECT_ANTHROPIC, stream->str, stream->len, 0);
      if (n == 128)
        {
          g_assert_null (strstr (events, "error("));
          g_assert_nonnull (strstr (events, "end127"));
        }
      else
        g_assert_nonnull (strstr (events, "error(The answer has more than 128 blocks open at once)"));
    }
}

/* One byte order mark, at the very front; in any pieces the same. */
static void
test_mark (void)
{
  static const char body[] =
    "{\"choices\":[{\"index\":0,\"message\":{\"content\":\"hi\"},\"finish_reason\":\"stop\"}]}";
  static const struct
  {
    const char *front;
    gboolean good;
  } cases[] = {
    { "", TRUE },
    { "\xef\xbb\xbf", TRUE },
    { "\xef\xbb\xbf\r\n ", TRUE },
    { " \r\n", TRUE },
    { " \xef\xbb\xbf", FALSE },
    { "\xef \xbb\xbf", FALSE },
    { "\xef\xbb\xbf\xef\xbb\xbf", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strconcat (cases[i].front, body, NULL);
      g_autofree char *whole = kit_events (RELAIS_DIALECT_OPENAI_CHAT, text, strlen (text), 0);

      g_test_message ("%" G_GSIZE_FORMAT ": %s", i, whole);
      g_assert_cmpint (strstr (whole, "error(") == NULL, ==, cases[i].good);
      for (gsize piece = 1; piece < 5; piece++)
        {
          g_autofree char *cut = NULL;

          cut = kit_events (RELAIS_DIALECT_OPENAI_CHAT, text, strlen (text), piece);
          g_assert_cmpstr (cut, ==, whole);
        }
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/decoder/002-forms", test_forms);
  g_test_add_func ("/decoder/across", test_across);
  g_test_add_func ("/decoder/open", test_open);
  g_test_add_func ("/decoder/mark", test_mark);
  return g_test_run ();
}
