/* test-redact.c: no secret survives in what others say, and their words do
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/relais-redact.h"

static void
test_words (void)
{
  static const struct
  {
    const char *text;
    const char *key;
    const char *expected;
  } rows[] = {
    { "Too many requests", "key-0123456789", "Too many requests" },
    { "", NULL, "" },
    { "Incorrect API key provided: sk-proj-********abcd.", NULL, "Incorrect API key provided: [hidden]" },
    { "API key AIzaSyA-0_b not valid", NULL, "API key [hidden] not valid" },
    { "Write to help+1@vendor.example, please", NULL, "Write to [hidden], please" },
    { "no sk- here, and a@b neither", NULL, "no sk- here, and a@b neither" },
    { "bad token: tok/en+0123==!", "tok/en+0123==", "bad token: [hidden]!" },
    { "twice: s3cret s3cret", "s3cret", "twice: [hidden] [hidden]" },
    /* the pattern alone would leave the end of it */
    { "key sk-abcdef/ghijkl is wrong", "sk-abcdef/ghijkl", "key [hidden] is wrong" },
    /* one that is too short stands in words by chance */
    { "abc is not a model", "abc", "abc is not a model" },
    /* a terminal would do what they say */
    { "\x1b]0;title\x07no\x7f", NULL, "\xef\xbf\xbd]0;title\xef\xbf\xbdno\xef\xbf\xbd" },
    { "\xc2\x9b[2J \xc2\xa0é", NULL, "\xef\xbf\xbd[2J \xc2\xa0é" },
    { "one\ntwo\tthree", NULL, "one two three" },
    { "broken \xff utf-8", "key-0123456789", "broken \xef\xbf\xbd utf-8" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *plain = relais_redact (rows[i].text, rows[i].key);

      g_assert_cmpstr (plain, ==, rows[i].expected);
    }
}

/* Of a book the beginning is enough; a key across the cut is gone, too. */
static void
test_long (void)
{
  for (guint offset = 0; offset < 20; offset++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autofree char *plain = NULL;

      for (guint i = 0; i < 4096 / 2 - 10; i++)
        g_string_append (text, "é");
      for (guint i = 0; i < offset; i++)
        g_string_append_c (text, ' ');
      g_string_append (text, "0000key/1111");
      for (guint i = 0; i < 64 * 1024; i++)
        g_string_append (text, "a.b-c_d+e");
      plain = relais_redact (text->str, "0000key/1111");
      g_assert_cmpuint (strlen (plain), <=, 4096);
      g_assert_cmpuint (strlen (plain), >, 4000);
      g_assert_true (g_utf8_validate (plain, -1, NULL));
      g_assert_true (g_str_has_prefix (plain, "éééé"));
      g_assert_null (strstr (plain, "0000"));
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/redact/words", test_words);
  g_test_add_func ("/redact/long", test_long);
  return g_test_run ();
}
