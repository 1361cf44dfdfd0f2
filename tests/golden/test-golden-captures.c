/* test-golden-captures.c: what of real clients' requests is not carried into the other dialects
 *
 * `captures.txt` has each change of the report on each request of tests/captures/clients that a
 * model answers, for an upstream of each other dialect. With
 * RELAIS_GOLDEN_WRITE set, it is written anew: read the difference.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "../captures-kit.h"
#include "../translation-kit.h"

static void
tell_changes (GString             *page,
              const RelaisChanges *changes)
{
  static const char *const types[] = {
    [RELAIS_CHANGE_RENAMED] = "renamed",
    [RELAIS_CHANGE_APPROXIMATED] = "near",
    [RELAIS_CHANGE_DROPPED] = "dropped",
    [RELAIS_CHANGE_ADDED] = "added",
  };

  for (guint i = 0; i < relais_changes_get_length (changes); i++)
    {
      const RelaisChange *change = relais_changes_get (changes, i);

      g_string_append_printf (page, "  %s%s %s: %s\n", types[change->type], change->notable ? ", told:" : ":",
                              change->field, change->reason);
    }
}

static void
carry (GString         *page,
       RelaisDialectId  source,
       RelaisDialectId  target,
       GBytes          *body)
{
  RelaisTarget to = { .dialect = target, .model = kit_newest (target) };
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (RelaisTranslation) translation = NULL;
  RelaisPrompt *prompt = relais_dialect_get (source)->decode_request (body, "m", FALSE, &error);

  g_assert_no_error (error);
  translation = relais_translation_new (prompt, source, &to);
  relais_translation_encode (translation, out, &error);
  g_assert_no_error (error);
  g_string_append_printf (page, " to %s\n", relais_dialect_get (target)->name);
  tell_changes (page, relais_translation_get_changes (translation));
}

static void
request_cb (const char      *name,
            guint            number,
            RelaisDialectId  source,
            GBytes          *body,
            gpointer         user_data)
{
  GString *page = user_data;

  g_string_append_printf (page, "%s %u\n", name, number);
  for (RelaisDialectId target = 0; target < RELAIS_N_DIALECTS; target++)
    if (target != source)
      carry (page, source, target, body);
}

static void
test_captures (void)
{
  g_autofree char *list = g_build_filename (TESTS_DIR, "golden", "captures.txt", NULL);
  g_autoptr (GString) page = g_string_new (NULL);
  g_autofree char *written = NULL;
  g_auto (GStrv) lines = NULL;
  g_auto (GStrv) wanted = NULL;

  kit_foreach_capture (request_cb, page);
  if (g_getenv ("RELAIS_GOLDEN_WRITE") != NULL)
    g_assert_true (g_file_set_contents (list, page->str, page->len, NULL));
  g_assert_true (g_file_get_contents (list, &written, NULL, NULL));
  lines = g_strsplit (page->str, "\n", -1);
  wanted = g_strsplit (written, "\n", -1);
  for (guint i = 0; lines[i] != NULL && wanted[i] != NULL; i++)
    g_assert_cmpstr (lines[i], ==, wanted[i]);
  g_assert_cmpstr (page->str, ==, written);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/golden/captures", test_captures);
  return g_test_run ();
}
