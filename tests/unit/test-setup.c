/* test-setup.c: a client is set up, and set back to the last byte
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "setup/relais-setup-file.h"
#include "setup/relais-setup.h"

#define KEY "sk-test-0123456789abcdef"

typedef struct
{
  char *home, *config, *data;
  RelaisSetupPlaces places;
} Fixture;

static const char *const all_clients[] = { "claude-code", "codex", "gemini-cli", "opencode" };

static const RelaisSetupValues values = { "http://127.0.0.1:8045", KEY, "gemini-3-flash" };

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *root = g_dir_make_tmp ("relais-setup-XXXXXX", &error);

  g_assert_no_error (error);
  fixture->home = g_build_filename (root, "home", NULL);
  fixture->config = g_build_filename (fixture->home, ".config", NULL);
  fixture->data = g_build_filename (root, "data", NULL);
  g_assert_cmpint (g_mkdir (fixture->home, 0700), ==, 0);
  fixture->places = (RelaisSetupPlaces){ fixture->home, fixture->config, fixture->data };
}

static void
remove_all (const char *path)
{
  gboolean link = g_file_test (path, G_FILE_TEST_IS_SYMLINK);
  g_autoptr (GDir) folder = link ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *inside = g_build_filename (path, name, NULL);

      remove_all (inside);
    }
  g_remove (path);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_autofree char *root = g_path_get_dirname (fixture->home);

  remove_all (root);
  g_free (fixture->home);
  g_free (fixture->config);
  g_free (fixture->data);
}

static char *
path_of (Fixture    *fixture,
         const char *file)
{
  if (g_str_has_prefix (file, "@config@/"))
    return g_build_filename (fixture->config, strchr (file, '/'), NULL);
  return g_build_filename (fixture->home, file, NULL);
}

static void
put (const char *path,
     const char *text,
     guint       mode)
{
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_cmpint (g_chmod (path, (int)mode), ==, 0);
}

static char *
get (const char *path)
{
  char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) ? text : NULL;
}

static guint
mode_of (const char *path)
{
  struct stat info;

  g_assert_cmpint (lstat (path, &info), ==, 0);
  return info.st_mode & 07777;
}

static int
compare (gconstpointer a,
         gconstpointer b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

/* Every name below the folder, with what it is: to see that nothing is left. */
static void
list_all (const char *path,
          GString    *out)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *inside = g_build_filename (path, g_ptr_array_index (names, i), NULL);
      g_autofree char *text = g_file_test (inside, G_FILE_TEST_IS_REGULAR) ? get (inside) : NULL;

      g_string_append_printf (out, "%s %o %s\n", inside, mode_of (inside), text != NULL ? text : "");
      if (!g_file_test (inside, G_FILE_TEST_IS_SYMLINK))
        list_all (inside, out);
    }
}

static char *
look (Fixture *fixture)
{
  GString *out = g_string_new (NULL);

  list_all (fixture->home, out);
  return g_string_free (out, FALSE);
}

static void
apply (Fixture                 *fixture,
       const char              *client,
       const RelaisSetupValues *wanted)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RelaisSetup) setup = relais_setup_new (&fixture->places, client, wanted, &error);

  g_assert_no_error (error);
  g_assert_true (relais_setup_apply (setup, &error));
  g_assert_no_error (error);
}

static void
undo (Fixture    *fixture,
      const char *client)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (relais_setup_undo (&fixture->places, client, FALSE, &error));
  g_assert_no_error (error);
  g_assert_false (relais_setup_can_undo (&fixture->places, client));
}

static void
test_nothing_there (Fixture       *fixture,
                    gconstpointer  data)
{
  g_autofree char *before = look (fixture);

  for (guint i = 0; i < G_N_ELEMENTS (all_clients); i++)
    {
      g_autofree char *after = NULL;
      const char *const *files = relais_setup_client_get_files (all_clients[i]);

      g_assert_false (relais_setup_can_undo (&fixture->places, all_clients[i]));
      apply (fixture, all_clients[i], &values);
      g_assert_true (relais_setup_can_undo (&fixture->places, all_clients[i]));
      for (guint j = 0; files[j] != NULL; j++)
        {
          g_autofree char *path = path_of (fixture, files[j]);

          g_assert_cmpuint (mode_of (path), ==, 0600);
        }
      undo (fixture, all_clients[i]);
      after = look (fixture);
      g_assert_cmpstr (after, ==, before);
    }
  g_assert_null (relais_setup_client_get_files ("curl-openai"));
}

static void
test_files_of_their_own (Fixture       *fixture,
                         gconstpointer  data)
{
  static const struct
  {
    const char *client, *file, *text, *after;
    guint mode;
  } rows[] = {
    { "claude-code", ".claude/settings.json", "{\n  \"env\": {\n    \"FOO\": \"1\"\n  },\n  \"n\": 1.0\n}",
      "{\n  \"env\": {\n    \"FOO\": \"1\",\n    \"ANTHROPIC_BASE_URL\": \"http://127.0.0.1:8045\",\n"
      "    \"ANTHROPIC_AUTH_TOKEN\": \"" KEY "\",\n    \"ANTHROPIC_MODEL\": \"gemini-3-flash\"\n  },\n  \"n\": 1.0\n}",
      0644 },
    { "codex", ".codex/config.toml", "model = \"gpt-5\" # mine\n\n[mcp_servers.x]\ncommand = \"y\"\n",
      "model = \"gemini-3-flash\" # mine\nmodel_provider = \"relais\"\n\n[mcp_servers.x]\ncommand = \"y\"\n\n"
      "[model_providers.relais]\nname = \"Relais\"\nbase_url = \"http://127.0.0.1:8045/v1\"\nwire_api = \"responses\"\n"
      "experimental_bearer_token = \"" KEY "\"\n",
      0400 },
    { "gemini-cli", ".gemini/.env", "# mine\nexport GEMINI_API_KEY=old\nX=1",
      "# mine\nGEMINI_API_KEY=\"" KEY "\"\nX=1\nGOOGLE_GEMINI_BASE_URL=\"http://127.0.0.1:8045\"\n"
      "GEMINI_MODEL=\"gemini-3-flash\"\n",
      0640 },
    { "opencode", "@config@/opencode/opencode.json",
      "{\"provider\": {\"relais\": {\"models\": {\"gemini-3-flash\": {\"name\": \"F\"}}}}}", NULL, 0600 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = path_of (fixture, rows[i].file);
      g_autofree char *before = NULL;
      g_autofree char *text = NULL;
      g_autofree char *after = NULL;

      put (path, rows[i].text, rows[i].mode);
      before = look (fixture);
      apply (fixture, rows[i].client, &values);
      text = get (path);
      if (rows[i].after != NULL)
        g_assert_cmpstr (text, ==, rows[i].after);
      else
        g_assert_nonnull (strstr (text, "\"models\": {\"gemini-3-flash\": {\"name\": \"F\"}}"));
      g_assert_cmpuint (mode_of (path), ==, rows[i].mode);
      /* another model, another key: still back to what was there first */
      apply (fixture, rows[i].client, &(RelaisSetupValues){ "http://127.0.0.1:9000", KEY "2", "glm-5" });
      undo (fixture, rows[i].client);
      after = look (fixture);
      g_assert_cmpstr (after, ==, before);
    }
}

static void
test_a_link_stays_one (Fixture       *fixture,
                       gconstpointer  data)
{
  g_autofree char *real = path_of (fixture, "dotfiles/claude.json");
  g_autofree char *link = path_of (fixture, ".claude/settings.json");
  g_autofree char *folder = path_of (fixture, ".claude");
  g_autofree char *nowhere = path_of (fixture, ".codex/config.toml");
  g_autofree char *nowhere_folder = path_of (fixture, ".codex");
  g_autofree char *before = NULL;
  g_autofree char *text = NULL;
  g_autofree char *after = NULL;
  g_autoptr (GError) error = NULL;

  put (real, "{}\n", 0644);
  g_assert_cmpint (g_mkdir (folder, 0755), ==, 0);
  g_assert_cmpint (symlink (real, link), ==, 0);
  before = look (fixture);
  apply (fixture, "claude-code", &values);
  g_assert_true (g_file_test (link, G_FILE_TEST_IS_SYMLINK));
  text = get (real);
  g_assert_nonnull (strstr (text, KEY));
  undo (fixture, "claude-code");
  after = look (fixture);
  g_assert_cmpstr (after, ==, before);
  /* one that leads nowhere is not ours to make */
  g_assert_cmpint (g_mkdir (nowhere_folder, 0755), ==, 0);
  g_assert_cmpint (symlink ("/nonexistent/file", nowhere), ==, 0);
  g_assert_null (relais_setup_new (&fixture->places, "codex", &values, &error));
  g_assert_error (error, RELAIS_SETUP_ERROR, RELAIS_SETUP_ERROR_FAILED);
}

static void
test_changed_in_between (Fixture       *fixture,
                         gconstpointer  data)
{
  g_autofree char *path = path_of (fixture, ".claude/settings.json");
  g_autofree char *aside = g_strconcat (path, ".set-aside", NULL);
  g_autofree char *text = NULL;
  g_autofree char *kept = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) again = NULL;
  g_autoptr (RelaisSetup) setup = NULL;

  put (path, "{\"mine\": 1}", 0644);
  setup = relais_setup_new (&fixture->places, "claude-code", &values, &error);
  g_assert_no_error (error);
  /* between the look and the yes */
  put (path, "{\"mine\": 2}", 0644);
  g_assert_false (relais_setup_apply (setup, &error));
  g_assert_error (error, RELAIS_SETUP_ERROR, RELAIS_SETUP_ERROR_CHANGED);
  g_assert_nonnull (strstr (error->message, "~/.claude/settings.json"));
  g_assert_false (relais_setup_can_undo (&fixture->places, "claude-code"));
  /* after it */
  apply (fixture, "claude-code", &values);
  put (path, "{\"mine\": 3}", 0644);
  g_assert_false (relais_setup_undo (&fixture->places, "claude-code", FALSE, &again));
  g_assert_error (again, RELAIS_SETUP_ERROR, RELAIS_SETUP_ERROR_CHANGED);
  text = get (path);
  g_assert_cmpstr (text, ==, "{\"mine\": 3}");
  /* and that is not forgotten by setting up once more */
  apply (fixture, "claude-code", &values);
  g_assert_false (relais_setup_undo (&fixture->places, "claude-code", FALSE, NULL));
  g_assert_true (relais_setup_undo (&fixture->places, "claude-code", TRUE, NULL));
  g_clear_pointer (&text, g_free);
  text = get (path);
  g_assert_cmpstr (text, ==, "{\"mine\": 2}");
  kept = get (aside);
  g_assert_nonnull (strstr (kept, "\"mine\": 3"));
  /* set back by hand: nothing to ask */
  apply (fixture, "claude-code", &values);
  put (path, "{\"mine\": 2}", 0644);
  undo (fixture, "claude-code");
  /* deleted since */
  apply (fixture, "claude-code", &values);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_false (relais_setup_undo (&fixture->places, "claude-code", FALSE, NULL));
  g_assert_true (relais_setup_undo (&fixture->places, "claude-code", TRUE, NULL));
  g_clear_pointer (&text, g_free);
  text = get (path);
  g_assert_cmpstr (text, ==, "{\"mine\": 2}");
}

static void
test_what_cannot_be_read_is_left (Fixture       *fixture,
                                  gconstpointer  data)
{
  static const struct
  {
    const char *client, *file, *text, *words;
  } rows[] = {
    { "claude-code", ".claude/settings.json", "{\"a\": 1} // mine", "~/.claude/settings.json: it is not plain JSON" },
    { "claude-code", ".claude/settings.json", "{\"env\": 1}", "“env” is not an object" },
    { "claude-code", ".claude/settings.json", "{\"a\": \"\xff\"}", "UTF-8" },
    { "codex", ".codex/config.toml", "a = 1\nb = \n", "~/.codex/config.toml: it is not TOML: a key without its value at line 2" },
    { "codex", ".codex/config.toml", "model_providers = {}\n", "in a form that Relais cannot change" },
    { "gemini-cli", ".gemini/settings.json", "{", "~/.gemini/settings.json: it is not plain JSON" },
    { "opencode", "@config@/opencode/opencode.json", "[]", "it is not a JSON object" },
  };
  g_autofree char *huge = g_strnfill (RELAIS_SETUP_FILE_MAX + 1, ' ');
  g_autofree char *path = path_of (fixture, ".claude/settings.json");
  g_autoptr (GError) too_large = NULL;
  g_autoptr (GError) no_file = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *file = path_of (fixture, rows[i].file);
      g_autofree char *before = NULL;
      g_autofree char *after = NULL;
      g_autoptr (GError) error = NULL;

      put (file, rows[i].text, 0644);
      before = look (fixture);
      g_assert_null (relais_setup_new (&fixture->places, rows[i].client, &values, &error));
      g_assert_error (error, RELAIS_SETUP_ERROR, RELAIS_SETUP_ERROR_UNREADABLE);
      g_assert_nonnull (strstr (error->message, rows[i].words));
      after = look (fixture);
      g_assert_cmpstr (after, ==, before);
      g_assert_cmpint (g_unlink (file), ==, 0);
    }
  put (path, huge, 0644);
  g_assert_null (relais_setup_new (&fixture->places, "claude-code", &values, &too_large));
  g_assert_nonnull (strstr (too_large->message, "too large"));
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_mkdir (path, 0755), ==, 0);
  g_assert_null (relais_setup_new (&fixture->places, "claude-code", &values, &no_file));
  g_assert_error (no_file, RELAIS_SETUP_ERROR, RELAIS_SETUP_ERROR_UNREADABLE);
}

/* A file where a folder must be: nothing of the client is half done. */
static void
test_a_failure_can_be_undone (Fixture       *fixture,
                              gconstpointer  data)
{
  g_autofree char *blocker = path_of (fixture, ".config");
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autoptr (GError) error = NULL;

  put (blocker, "mine", 0644);
  before = look (fixture);
  g_assert_null (relais_setup_new (&fixture->places, "opencode", &values, &error));
  g_assert_error (error, RELAIS_SETUP_ERROR, RELAIS_SETUP_ERROR_FAILED);
  after = look (fixture);
  g_assert_cmpstr (after, ==, before);
}

static void
test_the_diff_hides_the_key (Fixture       *fixture,
                             gconstpointer  data)
{
  g_autofree char *path = path_of (fixture, ".claude/settings.json");
  g_autoptr (GError) error = NULL;
  g_autoptr (RelaisSetup) setup = NULL;
  g_autoptr (RelaisSetup) again = NULL;
  g_autofree char *masked = NULL;
  g_autofree char *whole = NULL;
  g_autofree char *nothing = NULL;

  put (path, "{\n  \"env\": {\n    \"FOO\": \"1\"\n  }\n}\n", 0644);
  setup = relais_setup_new (&fixture->places, "claude-code", &values, &error);
  g_assert_no_error (error);
  masked = relais_setup_dup_diff (setup, "sk-••••cdef");
  g_assert_cmpstr (masked, ==,
                   "~/.claude/settings.json\n"
                   "  {\n"
                   "    \"env\": {\n"
                   "-     \"FOO\": \"1\"\n"
                   "+     \"FOO\": \"1\",\n"
                   "+     \"ANTHROPIC_BASE_URL\": \"http://127.0.0.1:8045\",\n"
                   "+     \"ANTHROPIC_AUTH_TOKEN\": \"sk-••••cdef\",\n"
                   "+     \"ANTHROPIC_MODEL\": \"gemini-3-flash\"\n"
                   "    }\n"
                   "  }\n");
  whole = relais_setup_dup_diff (setup, NULL);
  g_assert_nonnull (strstr (whole, KEY));
  g_assert_true (relais_setup_apply (setup, &error));
  again = relais_setup_new (&fixture->places, "claude-code", &values, &error);
  nothing = relais_setup_dup_diff (again, NULL);
  g_assert_cmpstr (nothing, ==, "");
}

static void
test_a_broken_ledger_is_told (Fixture       *fixture,
                              gconstpointer  data)
{
  static const char *const texts[] = { "", "{}", "[", "{\"files\": [{\"path\": \"/tmp/x\"}]}", "{\"files\": [1]}" };
  g_autofree char *path = g_build_filename (fixture->data, "setup", "codex.json", NULL);
  g_autoptr (RelaisSetup) setup = relais_setup_new (&fixture->places, "codex", &values, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) apply_error = NULL;

      put (path, texts[i], 0600);
      g_assert_false (relais_setup_undo (&fixture->places, "codex", TRUE, &error));
      g_assert_error (error, RELAIS_SETUP_ERROR, RELAIS_SETUP_ERROR_UNREADABLE);
      g_assert_false (relais_setup_apply (setup, &apply_error));
      g_assert_error (apply_error, RELAIS_SETUP_ERROR, RELAIS_SETUP_ERROR_UNREADABLE);
    }
}

int
main (int   argc,
      char *argv[])
{
  static const struct
  {
    const char *name;
    void (*run) (Fixture *, gconstpointer);
  } tests[] = {
    { "/setup/nothing-there", test_nothing_there },
    { "/setup/files-of-their-own", test_files_of_their_own },
    { "/setup/link", test_a_link_stays_one },
    { "/setup/changed", test_changed_in_between },
    { "/setup/unreadable", test_what_cannot_be_read_is_left },
    { "/setup/failure", test_a_failure_can_be_undone },
    { "/setup/diff", test_the_diff_hides_the_key },
    { "/setup/ledger", test_a_broken_ledger_is_told },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Fixture, NULL, set_up, tests[i].run, tear_down);
  return g_test_run ();
}
