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

#include "base/relais-json.h"

#include "../translation-kit.h"

static const struct
{
  const char *path; /* the end of it, without a query */
  RelaisDialectId dialect;
} paths[] = {
  { "/v1/chat/completions", KIT_C },
  { "/v1/responses", KIT_R },
  { "/v1/messages", KIT_A },
  { ":generateContent", KIT_G },
  { ":streamGenerateContent", KIT_G },
};

static gboolean
find_dialect (const RelaisJsonNode *request,
              RelaisDialectId      *dialect)
{
  g_autofree char *path = relais_json_node_dup_string (relais_json_node_get_member (request, "path"));

  path[strcspn (path, "?")] = '\0';
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    if (g_str_has_suffix (path, paths[i].path))
      {
        *dialect = paths[i].dialect;
        return TRUE;
      }
  return FALSE;
}

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
carry_requests (GString    *page,
                const char *name)
{
  g_autofree char *path = g_build_filename (TESTS_DIR, "captures", "clients", name, NULL);
  g_autofree char *text = NULL;
  g_autoptr (RelaisJson) tree = NULL;
  const RelaisJsonNode *request;
  RelaisJsonIter iter;
  gsize length;

  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  tree = relais_json_parse (text, length, RELAIS_JSON_MAX_DEPTH, NULL);
  g_assert_nonnull (tree);
  relais_json_iter_init (&iter, relais_json_node_get_member (relais_json_get_root (tree), "requests"));
  for (guint number = 0; relais_json_iter_next (&iter, NULL, &request); number++)
    {
      g_autofree char *raw = relais_json_node_dup_raw (relais_json_node_get_member (request, "body"));
      g_autoptr (GBytes) body = NULL;
      RelaisDialectId source;

      if (!find_dialect (request, &source))
        continue;
      body = g_bytes_new (raw, strlen (raw));
      g_string_append_printf (page, "%s %u\n", name, number);
      for (RelaisDialectId target = 0; target < RELAIS_N_DIALECTS; target++)
        if (target != source)
          carry (page, source, target, body);
    }
}

static int
compare_names (gconstpointer one,
               gconstpointer other)
{
  return strcmp (*(char *const *)one, *(char *const *)other);
}

static void
test_captures (void)
{
  g_autofree char *folder = g_build_filename (TESTS_DIR, "captures", "clients", NULL);
  g_autofree char *list = g_build_filename (TESTS_DIR, "golden", "captures.txt", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) page = g_string_new (NULL);
  g_autofree char *written = NULL;
  g_auto (GStrv) lines = NULL;
  g_auto (GStrv) wanted = NULL;
  const char *name;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    carry_requests (page, g_ptr_array_index (names, i));
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
