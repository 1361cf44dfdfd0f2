/* test-account.c: accounts from files and back, and which models they serve
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "accounts/relais-account-json.h"
#include "base/relais-error.h"

#define SECRET "sk-very-secret-value"

static RelaisAccount *
parse (const char  *text,
       GError     **error)
{
  g_autoptr (JsonNode) node = json_from_string (text, NULL);

  g_assert_nonnull (node);
  return relais_account_new_from_json (json_node_get_object (node), error);
}

static char *
print (const RelaisAccount *account)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, relais_account_to_json (account));
  return json_to_string (node, FALSE);
}

static void
test_whole (void)
{
  static const char text[] =
    "{\"id\":\"a-1_B\",\"label\":\"Wörk\",\"provider\":\"gemini\",\"base_url\":\"http://127.0.0.1:9000\","
    "\"api_key\":\"" SECRET "\",\"models\":[\"gemini-*\",\"x\"],\"dialects\":[\"gemini\"],\"priority\":-5,"
    "\"enabled\":false,\"dispatch\":\"exclusive\",\"base_urls\":{\"gemini\":\"http://127.0.0.1:9001\"}}";
  g_autoptr (GError) error = NULL;
  g_autoptr (RelaisAccount) account = parse (text, &error);
  g_autoptr (RelaisAccount) copy = NULL;
  g_autofree char *printed = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (account->id, ==, "a-1_B");
  g_assert_cmpstr (account->label, ==, "Wörk");
  g_assert_cmpstr (account->api_key, ==, SECRET);
  g_assert_cmpstr (account->models[1], ==, "x");
  g_assert_cmpstr (account->dialects[0], ==, "gemini");
  g_assert_cmpint (account->priority, ==, -5);
  g_assert_false (account->enabled);
  g_assert_cmpint (account->dispatch, ==, RELAIS_DISPATCH_EXCLUSIVE);
  g_assert_cmpstr (g_hash_table_lookup (account->base_urls, "gemini"), ==, "http://127.0.0.1:9001");
  copy = relais_account_copy (account);
  g_clear_pointer (&account, relais_account_unref);
  printed = print (copy);
  g_assert_cmpstr (printed, ==, text);
}

static void
test_least (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RelaisAccount) account = parse ("{\"id\":\"a\",\"provider\":\"p\",\"label\":null,\"new\":1}", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (account->label, ==, "a");
  g_assert_null (account->api_key);
  g_assert_null (account->base_urls);
  g_assert_true (account->enabled);
  g_assert_cmpint (account->dispatch, ==, RELAIS_DISPATCH_POOLED);
  g_assert_cmpint (account->priority, ==, 0);
  g_assert_true (relais_account_serves (account, "anything"));
}

/* Each names the member that is wrong, and never its value. */
static void
test_bad (void)
{
  static const struct
  {
    const char *text;
    const char *member;
  } cases[] = {
    { "{}", "id" },
    { "{\"id\":\"\",\"provider\":\"p\"}", "id" },
    { "{\"id\":7,\"provider\":\"p\"}", "id" },
    { "{\"id\":\"" SECRET "!\",\"provider\":\"p\"}", "id" },
    { "{\"id\":\"a b\",\"provider\":\"p\"}", "id" },
    { "{\"id\":\"é\",\"provider\":\"p\"}", "id" },
    { "{\"id\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"provider\":\"p\"}", "id" },
    { "{\"id\":\"a\"}", "provider" },
    { "{\"id\":\"a\",\"provider\":\"\"}", "provider" },
    { "{\"id\":\"a\",\"provider\":\"p\",\"api_key\":[\"" SECRET "\"]}", "api_key" },
    { "{\"id\":\"a\",\"provider\":\"p\",\"label\":{\"x\":\"" SECRET "\"}}", "label" },
    { "{\"id\":\"a\",\"provider\":\"p\",\"models\":\"" SECRET "\"}", "models" },
    { "{\"id\":\"a\",\"provider\":\"p\",\"models\":[1]}", "models" },
    { "{\"id\":\"a\",\"provider\":\"p\",\"dialects\":[[]]}", "dialects" },
    { "{\"id\":\"a\",\"provider\":\"p\",\"base_urls\":[]}", "base_urls" },
    { "{\"id\":\"a\",\"provider\":\"p\",\"base_urls\":{\"gemini\":1}}", "base_urls" },
    { "{\"id\":\"a\",\"provider\":\"p\",\"priority\":\"1\"}", "priority" },
    { "{\"id\":\"a\",\"provider\":\"p\",\"priority\":1.5}", "priority" },
    { "{\"id\":\"a\",\"provider\":\"p\",\"priority\":1001}", "priority" },
    { "{\"id\":\"a\",\"provider\":\"p\",\"priority\":99999999999}", "priority" },
    { "{\"id\":\"a\",\"provider\":\"p\",\"enabled\":\"yes\"}", "enabled" },
    { "{\"id\":\"a\",\"provider\":\"p\",\"enabled\":null}", "enabled" },
    { "{\"id\":\"a\",\"provider\":\"p\",\"dispatch\":\"sometimes\"}", "dispatch" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", cases[i].text);
      g_assert_null (parse (cases[i].text, &error));
      g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING);
      g_assert_nonnull (strstr (error->message, cases[i].member));
      g_assert_null (strstr (error->message, SECRET));
    }
}

static void
test_serves (void)
{
  static const struct
  {
    const char *pattern;
    const char *model;
    gboolean serves;
  } cases[] = {
    { "gpt-4o", "gpt-4o", TRUE },
    { "gpt-4o", "gpt-4o-mini", FALSE },
    { "gpt-*", "gpt-4o", TRUE },
    { "gpt-*", "gpt-", TRUE },
    { "gpt-*", "gpt", FALSE },
    { "*", "", TRUE },
    { "*-mini", "gpt-4o-mini", TRUE },
    { "*-mini", "gpt-4o-mini-x", FALSE },
    { "a*b*c", "a-b-b-c", TRUE },
    { "a*b*c", "a-c-b", FALSE },
    { "**", "x", TRUE },
    { "", "x", FALSE },
    { "GPT-4o", "gpt-4o", FALSE },
    { "a.c", "abc", FALSE },
    { "[abc]", "a", FALSE },
    { "*a*a*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RelaisAccount) account = relais_account_new ("a", "p");

      g_test_message ("%s %s", cases[i].pattern, cases[i].model);
      account->models = g_strsplit (cases[i].pattern, " ", -1);
      if (account->models[0] == NULL)
        {
          g_strfreev (account->models);
          account->models = g_strdupv ((char *[]){ (char *)"", NULL });
        }
      g_assert_cmpint (relais_account_serves (account, cases[i].model), ==, cases[i].serves);
    }
}

static void
test_dispatch (void)
{
  static const char *const nicks[] = { "off", "pooled", "fallback", "exclusive" };
  RelaisDispatch dispatch = RELAIS_DISPATCH_FALLBACK;

  for (guint i = 0; i < G_N_ELEMENTS (nicks); i++)
    {
      g_assert_true (relais_dispatch_parse (nicks[i], &dispatch));
      g_assert_cmpint (dispatch, ==, i);
      g_assert_cmpstr (relais_dispatch_get_nick (dispatch), ==, nicks[i]);
    }
  g_assert_false (relais_dispatch_parse ("Pooled", &dispatch));
  g_assert_false (relais_dispatch_parse (NULL, &dispatch));
}

static void
test_file (void)
{
  static const struct
  {
    const char *text;
    int mode;
    int n_accounts; /* -1: refused */
  } cases[] = {
    { "{\"accounts\":[{\"id\":\"a\",\"provider\":\"p\",\"api_key\":\"" SECRET "\"},{\"id\":\"b\",\"provider\":\"p\"}]}", 0600, 2 },
    { "{\"accounts\":[]}", 0400, 0 },
    { "{\"accounts\":[]}", 0640, -1 },
    { "{\"accounts\":[]}", 0604, -1 },
    { "{\"accounts\":[{\"id\":\"a\",\"provider\":\"p\"},{\"id\":\"a\",\"provider\":\"q\"}]}", 0600, -1 },
    { "{\"accounts\":[{\"id\":\"a\",\"provider\":\"p\"},{\"id\":\"" SECRET "!\",\"provider\":\"q\"}]}", 0600, -1 },
    { "{\"accounts\":{\"" SECRET "\":1}}", 0600, -1 },
    { "{\"accounts\":[\"" SECRET "\"]}", 0600, -1 },
    { "{\"accounts\":[{\"id\":" SECRET "}]}", 0600, -1 },
    { "[]", 0600, -1 },
    { "", 0600, -1 },
    { "\"" SECRET, 0600, -1 },
  };
  g_autofree char *dir = g_dir_make_tmp ("relais-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "accounts.json", NULL);
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GPtrArray) list = NULL;

      g_test_message ("%s", cases[i].text);
      g_assert_true (g_file_set_contents (path, cases[i].text, -1, NULL));
      g_assert_cmpint (g_chmod (path, cases[i].mode), ==, 0);
      list = relais_account_list_load (path, notes, &error);
      if (cases[i].n_accounts >= 0)
        {
          g_assert_no_error (error);
          g_assert_cmpuint (list->len, ==, cases[i].n_accounts);
        }
      else
        {
          g_assert_null (list);
          g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING);
          g_assert_null (strstr (error->message, SECRET));
          g_assert_nonnull (strstr (error->message, path));
        }
      g_clear_error (&error);
      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_assert_null (relais_account_list_load (path, notes, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_assert_cmpint (g_rmdir (dir), ==, 0);
}

/* The same account is written the same way, however its table of URLs is filled. */
static void
test_same_text (void)
{
  static const char *const orders[] = { "{\"gemini\":\"http://g\",\"anthropic\":\"http://a\",\"openai-chat\":\"http://c\"}",
                                        "{\"openai-chat\":\"http://c\",\"anthropic\":\"http://a\",\"gemini\":\"http://g\"}" };
  static const char urls[] = "{\"anthropic\":\"http://a\",\"gemini\":\"http://g\",\"openai-chat\":\"http://c\"}";

  for (guint i = 0; i < G_N_ELEMENTS (orders); i++)
    {
      g_autofree char *json = g_strdup_printf ("{\"id\":\"a\",\"provider\":\"p\",\"base_urls\":%s}", orders[i]);
      g_autoptr (JsonNode) node = json_from_string (json, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (RelaisAccount) account =
                   relais_account_new_from_json (json_node_get_object (node), &error);
      g_autoptr (JsonObject) object = NULL;
      g_autoptr (JsonNode) written = NULL;
      g_autofree char *text = NULL;

      g_assert_no_error (error);
      object = relais_account_to_json (account);
      written = json_node_init_object (json_node_alloc (), object);
      text = json_to_string (written, FALSE);
      g_assert_nonnull (strstr (text, urls));
    }
}

/* What was heard for the one holds for the other only where nothing that was asked differs. */
static void
test_same_upstream (void)
{
  static const char *const rows[] = {
    "{\"id\":\"a\",\"provider\":\"p\",\"api_key\":\"k\",\"base_url\":\"http://u\",\"base_urls\":{\"gemini\":\"http://g\"}}",
    "{\"id\":\"a\",\"provider\":\"q\",\"api_key\":\"k\",\"base_url\":\"http://u\",\"base_urls\":{\"gemini\":\"http://g\"}}",
    "{\"id\":\"a\",\"provider\":\"p\",\"api_key\":\"l\",\"base_url\":\"http://u\",\"base_urls\":{\"gemini\":\"http://g\"}}",
    "{\"id\":\"a\",\"provider\":\"p\",\"api_key\":\"k\",\"base_url\":\"http://v\",\"base_urls\":{\"gemini\":\"http://g\"}}",
    "{\"id\":\"a\",\"provider\":\"p\",\"api_key\":\"k\",\"base_url\":\"http://u\",\"base_urls\":{\"gemini\":\"http://h\"}}",
    "{\"id\":\"a\",\"provider\":\"p\",\"api_key\":\"k\",\"base_url\":\"http://u\"}",
  };
  g_autoptr (GPtrArray) accounts =
               g_ptr_array_new_with_free_func ((GDestroyNotify)relais_account_unref);
  g_autoptr (RelaisAccount) renamed = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (JsonNode) node = json_from_string (rows[i], NULL);

      g_ptr_array_add (accounts, relais_account_new_from_json (json_node_get_object (node), NULL));
    }
  for (guint i = 0; i < accounts->len; i++)
    for (guint j = 0; j < accounts->len; j++)
      g_assert_cmpint (relais_account_is_same_upstream (accounts->pdata[i], accounts->pdata[j]),
                       ==, i == j);
  renamed = relais_account_copy (accounts->pdata[0]);
  renamed->priority = 7;
  g_assert_true (relais_account_is_same_upstream (renamed, accounts->pdata[0]));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/account/whole", test_whole);
  g_test_add_func ("/account/least", test_least);
  g_test_add_func ("/account/bad", test_bad);
  g_test_add_func ("/account/serves", test_serves);
  g_test_add_func ("/account/dispatch", test_dispatch);
  g_test_add_func ("/account/file", test_file);
  g_test_add_func ("/account/same-text", test_same_text);
  g_test_add_func ("/account/same-upstream", test_same_upstream);
  return g_test_run ();
}
