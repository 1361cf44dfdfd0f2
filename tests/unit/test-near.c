/* test-near.c: which names are proposed for one that is not there
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "server/relais-near.h"

static void
test_find (void)
{
  static const char *const names[] = { "claude-haiku-4-5", "claude-opus-4-5", "claude-sonnet-4-5", "gemini-3-flash",
                                       "gemini-3.1-pro-preview", "glm-4.7", "glm-5.2", "gpt-5.2",
                                       "openai/gpt-oss-120b", "" };
  static const struct
  {
    const char *asked;
    const char *near;
  } rows[] = {
    { "claude-sonnet-4", "claude-sonnet-4-5" },
    { "claude-sonnet-4-5-20250929", "claude-sonnet-4-5" },
    { "Claude-Opus-4.5", "claude-opus-4-5" },
    { "gemini-pro", "gemini-3.1-pro-preview" },
    { "gemini-flash", "gemini-3-flash" },
    { "models/gemini-3-flash", "gemini-3-flash" },
    { "gpt-oss-120b", "openai/gpt-oss-120b" },
    { "glm-4.6", "glm-4.7 glm-5.2" },
    { "gpt-5", "gpt-5.2" },
    { "llama-3", "" },
    { "", "" },
    { "/", "" },
  };
  g_autoptr (GPtrArray) all = g_ptr_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_ptr_array_add (all, (char *)names[i]);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (GStrv) found = relais_near_find (all, rows[i].asked);
      g_autofree char *line = g_strjoinv (" ", found);

      g_test_message ("%s: %s", rows[i].asked, line);
      g_assert_cmpstr (line, ==, rows[i].near);
    }
}

/* Many long names, all alike: it takes no time to speak of, and few of them are named. */
static void
test_bounded (void)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *asked = g_strnfill (512, 'a');
  g_autofree char *dashes = g_strnfill (90, '-');
  g_auto (GStrv) found = NULL;
  g_auto (GStrv) none = NULL;

  for (guint i = 0; i < 5000; i++)
    g_ptr_array_add (all, g_strdup_printf ("%s%04u", dashes, i));
  found = relais_near_find (all, dashes);
  g_assert_cmpuint (g_strv_length (found), ==, RELAIS_NEAR_MAX);
  g_assert_true (g_str_has_suffix (found[0], "0000"));
  g_ptr_array_add (all, g_strdup (asked));
  none = relais_near_find (all, asked);
  g_assert_null (none[0]);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/near/find", test_find);
  g_test_add_func ("/near/bounded", test_bounded);
  return g_test_run ();
}
