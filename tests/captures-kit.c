/* captures-kit.c: the requests of tests/captures/clients that a model answers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/relais-json.h"

#include "captures-kit.h"

static const struct
{
  const char *path; /* the end of it, without a query */
  RelaisDialectId dialect;
} paths[] = {
  { "/v1/chat/completions", RELAIS_DIALECT_OPENAI_CHAT },
  { "/v1/responses", RELAIS_DIALECT_OPENAI_RESPONSES },
  { "/v1/messages", RELAIS_DIALECT_ANTHROPIC },
  { ":generateContent", RELAIS_DIALECT_GEMINI },
  { ":streamGenerateContent", RELAIS_DIALECT_GEMINI },
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
visit_recording (const char     *name,
                 KitCaptureFunc  func,
                 gpointer        user_data)
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
      char *raw;
      g_autoptr (GBytes) body = NULL;
      RelaisDialectId dialect;

      if (!find_dialect (request, &dialect))
        continue;
      raw = relais_json_node_dup_raw (relais_json_node_get_member (request, "body"));
      body = g_bytes_new_take (raw, strlen (raw));
      func (name, number, dialect, body, user_data);
    }
}

static int
compare_names (gconstpointer one,
               gconstpointer other)
{
  return strcmp (*(char *const *)one, *(char *const *)other);
}

/**
 * kit_foreach_capture:
 * @func: told each request
 * @user_data: (closure): for @func
 *
 * Goes through the recordings by name, and through each in order.
 */
void
kit_foreach_capture (KitCaptureFunc func,
                     gpointer       user_data)
{
  g_autofree char *folder = g_build_filename (TESTS_DIR, "captures", "clients", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    visit_recording (g_ptr_array_index (names, i), func, user_data);
}
