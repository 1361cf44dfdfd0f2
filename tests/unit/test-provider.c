/* test-provider.c: providers and the base URLs people type
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include <json-glib/json-glib.h>

#include "base/relais-error.h"
#include "upstream/relais-provider.h"

static void
test_rows (void)
{
  GPtrArray *list = relais_provider_list ();

  static const char *const wanted[] = { "gemini", "anthropic", "openai", "zai", "openrouter", "deepseek",
                                        "mistral", "groq", "xai", "moonshot", "minimax", "qwen", "together",
                                        "fireworks", "cerebras", "ollama", "llama-cpp", "lm-studio", "vllm",
                                        "openai-compatible", "anthropic-compatible", "gemini-compatible",
                                        "practice" };

  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    g_assert_nonnull (relais_provider_find (wanted[i]));
  for (guint i = 0; i < list->len; i++)
    {
      const RelaisProvider *provider = g_ptr_array_index (list, i);
      guint n = 0;

      g_assert_true (provider == relais_provider_find (provider->id));
      g_assert_nonnull (provider->name);
      g_assert_true (provider->speaks[provider->preferred]);
      g_assert_true (provider->speaks[provider->lists_models]);
      if (provider->key_url != NULL)
        {
          g_autoptr (GUri) uri = g_uri_parse (provider->key_url, G_URI_FLAGS_NONE, NULL);

          g_assert_nonnull (uri);
          g_assert_cmpstr (g_uri_get_scheme (uri), ==, "https");
        }
      /* who asks for a key says where there is one */
      g_assert_true ((provider->key_url != NULL) == provider->needs_key);
      for (int dialect = 0; dialect < RELAIS_N_DIALECTS; dialect++)
        {
          g_autoptr (GError) error = NULL;
          g_autofree char *checked = NULL;

          n += provider->speaks[dialect];
          if (provider->base_urls[dialect] == NULL)
            continue;
          checked = relais_provider_check_base_url (provider->base_urls[dialect], dialect, &error);
          g_assert_no_error (error);
          g_assert_cmpstr (checked, ==, provider->base_urls[dialect]);
          g_assert_true (g_str_has_prefix (checked, provider->local ? "http://localhost:" : "https://"));
          g_assert_cmpint (provider->auth[dialect], !=, RELAIS_AUTH_NONE);
        }
      g_assert_cmpuint (n, >, 0);
    }
  g_assert_null (relais_provider_find ("nobody"));
  g_assert_null (relais_provider_find (NULL));
}

static void
test_base_urls (void)
{
  static const struct
  {
    RelaisDialectId dialect;
    const char *typed;
    const char *base; /* NULL: refused */
  } cases[] = {
    { RELAIS_DIALECT_OPENAI_CHAT, "http://localhost:11434", "http://localhost:11434/v1" },
    { RELAIS_DIALECT_OPENAI_CHAT, "http://localhost:11434/", "http://localhost:11434/v1" },
    { RELAIS_DIALECT_OPENAI_CHAT, " http://h/v1 ", "http://h/v1" },
    { RELAIS_DIALECT_OPENAI_CHAT, "http://h/v1/chat/completions", "http://h/v1" },
    { RELAIS_DIALECT_OPENAI_CHAT, "http://h/v1/v1/", "http://h/v1" },
    { RELAIS_DIALECT_OPENAI_CHAT, "https://api.z.ai/api/paas/v4", "https://api.z.ai/api/paas/v4" },
    { RELAIS_DIALECT_OPENAI_RESPONSES, "https://h/v1/responses/", "https://h/v1" },
    { RELAIS_DIALECT_ANTHROPIC, "https://h/v1/messages", "https://h" },
    { RELAIS_DIALECT_ANTHROPIC, "https://h/api/anthropic/", "https://h/api/anthropic" },
    { RELAIS_DIALECT_ANTHROPIC, "https://h/v1", "https://h" },
    { RELAIS_DIALECT_GEMINI, "https://h/v1beta/models", "https://h" },
    { RELAIS_DIALECT_GEMINI, "http://[::1]:9", "http://[::1]:9" },
    { RELAIS_DIALECT_OPENAI_CHAT, "", NULL },
    { RELAIS_DIALECT_OPENAI_CHAT, "localhost:11434", NULL },
    { RELAIS_DIALECT_OPENAI_CHAT, "ftp://h/", NULL },
    { RELAIS_DIALECT_OPENAI_CHAT, "file:///etc/passwd", NULL },
    { RELAIS_DIALECT_OPENAI_CHAT, "http://user@h/", NULL },
    { RELAIS_DIALECT_OPENAI_CHAT, "http://h/?key=1", NULL },
    { RELAIS_DIALECT_OPENAI_CHAT, "http://h/#x", NULL },
    { RELAIS_DIALECT_OPENAI_CHAT, "http:///v1", NULL },
    { RELAIS_DIALECT_OPENAI_CHAT, "http://a%0d%0ab/", NULL },
    { RELAIS_DIALECT_OPENAI_CHAT, "http://a b/", NULL },
    { RELAIS_DIALECT_OPENAI_CHAT, "http://h/a\r\nX: y", NULL },
    { RELAIS_DIALECT_OPENAI_CHAT, "http://h:0/", NULL },
    { RELAIS_DIALECT_OPENAI_CHAT, "http://h:99999/", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *base = relais_provider_check_base_url (cases[i].typed, cases[i].dialect,
                                                              &error);

      g_test_message ("%s", cases[i].typed);
      g_assert_cmpstr (base, ==, cases[i].base);
      if (cases[i].base == NULL)
        g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING);
    }
}

static void
test_reach (void)
{
  g_autoptr (RelaisAccount) openai = relais_account_new ("a", "openai");
  g_autoptr (RelaisAccount) stranger = relais_account_new ("b", "nobody");
  g_autoptr (RelaisAccount) practice = relais_account_new ("c", "practice");
  const char *const only[] = { "openai-chat", NULL };

  g_assert_true (relais_provider_reaches (openai, RELAIS_DIALECT_OPENAI_CHAT));
  g_assert_true (relais_provider_reaches (openai, RELAIS_DIALECT_OPENAI_RESPONSES));
  g_assert_false (relais_provider_reaches (openai, RELAIS_DIALECT_ANTHROPIC));
  openai->dialects = g_strdupv ((char **)only);
  g_assert_true (relais_provider_reaches (openai, RELAIS_DIALECT_OPENAI_CHAT));
  g_assert_false (relais_provider_reaches (openai, RELAIS_DIALECT_OPENAI_RESPONSES));
  for (int dialect = 0; dialect < RELAIS_N_DIALECTS; dialect++)
    {
      g_assert_false (relais_provider_reaches (stranger, dialect));
      g_assert_true (relais_provider_reaches (practice, dialect));
    }
}

static void
test_which_base (void)
{
  g_autoptr (RelaisAccount) zai = relais_account_new ("z", "zai");
  const char *const chat[] = { "openai-chat", NULL };
  g_autofree char *own = relais_provider_dup_base (zai, RELAIS_DIALECT_OPENAI_CHAT, NULL);
  g_autofree char *preferred = NULL, *other = NULL, *listed = NULL, *named = NULL;

  g_assert_cmpstr (own, ==, "https://api.z.ai/api/paas/v4");

  /* one base URL belongs to the preferred dialect */
  zai->base_url = g_strdup ("http://127.0.0.1:9");
  preferred = relais_provider_dup_base (zai, RELAIS_DIALECT_ANTHROPIC, NULL);
  other = relais_provider_dup_base (zai, RELAIS_DIALECT_OPENAI_CHAT, NULL);
  g_assert_cmpstr (preferred, ==, "http://127.0.0.1:9");
  g_assert_cmpstr (other, ==, "https://api.z.ai/api/paas/v4");

  /* or to those the account lists */
  zai->dialects = g_strdupv ((char **)chat);
  listed = relais_provider_dup_base (zai, RELAIS_DIALECT_OPENAI_CHAT, NULL);
  g_assert_cmpstr (listed, ==, "http://127.0.0.1:9/v1");

  /* and one named for a dialect wins */
  zai->base_urls = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_insert (zai->base_urls, g_strdup ("openai-chat"), g_strdup ("http://127.0.0.1:8/x"));
  named = relais_provider_dup_base (zai, RELAIS_DIALECT_OPENAI_CHAT, NULL);
  g_assert_cmpstr (named, ==, "http://127.0.0.1:8/x");
}

/* A local server moved elsewhere is there in every dialect; the list of models goes along. */
static void
test_moved (void)
{
  g_autoptr (RelaisAccount) ollama = relais_account_new ("o", "ollama");
  g_autoptr (RelaisAccount) zai = relais_account_new ("z", "zai");
  g_autofree char *chat = NULL, *anthropic = NULL;

  g_assert_cmpint (relais_provider_choose_models (zai), ==, RELAIS_DIALECT_OPENAI_CHAT);
  zai->base_url = g_strdup ("http://127.0.0.1:9");
  g_assert_cmpint (relais_provider_choose_models (zai), ==, RELAIS_DIALECT_ANTHROPIC);
  ollama->base_url = g_strdup ("http://box:9");
  chat = relais_provider_dup_base (ollama, RELAIS_DIALECT_OPENAI_CHAT, NULL);
  anthropic = relais_provider_dup_base (ollama, RELAIS_DIALECT_ANTHROPIC, NULL);
  g_assert_cmpstr (chat, ==, "http://box:9/v1");
  g_assert_cmpstr (anthropic, ==, "http://box:9");
  g_assert_cmpint (relais_provider_choose_models (ollama), ==, RELAIS_DIALECT_OPENAI_CHAT);
}

/* A name that nobody knows would be passed over in silence. */
static void
test_names (void)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *path = g_build_filename (TESTS_DIR, "..", "data", "providers.json", NULL);
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
  static const char *const styles[] = { "bearer", "x-api-key", "x-goog-api-key", NULL };
  JsonArray *rows;

  g_assert_true (json_parser_load_from_file (parser, path, NULL));
  rows = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)), "providers");
  for (guint i = 0; i < json_array_get_length (rows); i++)
    {
      JsonObject *row = json_array_get_object_element (rows, i);
      JsonObject *dialects = json_object_get_object_member (row, "dialects");
      g_autoptr (GList) names = json_object_get_members (dialects);
      const char *id = json_object_get_string_member (row, "id");
      g_autofree char *file = g_strdup_printf ("relais-provider-%s-symbolic.svg", id);
      g_autofree char *icon = g_build_filename (TESTS_DIR, "..", "data", "icons", "providers", file,
                                                NULL);

      g_test_message ("%s", id);
      g_assert_true (g_hash_table_add (ids, (gpointer)id));
      g_assert_true (g_file_test (icon, G_FILE_TEST_IS_REGULAR));
      for (GList *l = names; l != NULL; l = l->next)
        {
          JsonObject *dialect = json_object_get_object_member (dialects, l->data);

          g_assert_nonnull (relais_dialect_find (l->data));
          if (json_object_has_member (dialect, "auth"))
            g_assert_true (g_strv_contains (styles, json_object_get_string_member (dialect, "auth")));
        }
      if (json_object_has_member (row, "quirks"))
        {
          JsonArray *quirks = json_object_get_array_member (row, "quirks");

          for (guint j = 0; j < json_array_get_length (quirks); j++)
            {
              const char *quirk = json_array_get_string_element (quirks, j);

              g_assert_cmpuint (relais_dialect_find_quirk (quirk), !=, 0);
            }
        }
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/provider/rows", test_rows);
  g_test_add_func ("/provider/base-urls", test_base_urls);
  g_test_add_func ("/provider/reach", test_reach);
  g_test_add_func ("/provider/which-base", test_which_base);
  g_test_add_func ("/provider/moved", test_moved);
  g_test_add_func ("/provider/names", test_names);
  return g_test_run ();
}
