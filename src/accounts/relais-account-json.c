/* relais-account-json.c: accounts in files and keyring items
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-account"

#include "config.h"

#include <string.h>
#include <sys/stat.h>

#include "base/relais-error.h"

#include "relais-account-json.h"

#define LIST_SIZE_MAX (4 * 1024 * 1024)
#define ACCOUNTS_MAX 1000

static gboolean
fail (GError     **error,
      const char  *member,
      const char  *wanted)
{
  g_set_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING, "“%s” must be %s", member, wanted);
  return FALSE;
}

static gboolean
read_string (JsonObject  *object,
             const char  *member,
             char       **value,
             GError     **error)
{
  JsonNode *node = json_object_get_member (object, member);

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (json_node_get_value_type (node) != G_TYPE_STRING)
    return fail (error, member, "a string");
  g_free (*value);
  *value = json_node_dup_string (node);
  return TRUE;
}

static gboolean
read_strings (JsonObject   *object,
              const char   *member,
              char       ***value,
              GError      **error)
{
  JsonNode *node = json_object_get_member (object, member);
  g_autoptr (GStrvBuilder) builder = NULL;
  JsonArray *array;

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return fail (error, member, "an array of strings");
  array = json_node_get_array (node);
  builder = g_strv_builder_new ();
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *item = json_array_get_element (array, i);

      if (json_node_get_value_type (item) != G_TYPE_STRING)
        return fail (error, member, "an array of strings");
      g_strv_builder_add (builder, json_node_get_string (item));
    }
  *value = g_strv_builder_end (builder);
  return TRUE;
}

static gboolean
read_urls (JsonObject  *object,
           GHashTable **value,
           GError     **error)
{
  JsonNode *node = json_object_get_member (object, "base_urls");
  g_autoptr (GList) names = NULL;

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return fail (error, "base_urls", "an object of strings");
  *value = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  names = json_object_get_members (json_node_get_object (node));
  for (GList *link = names; link != NULL; link = link->next)
    {
      JsonNode *url = json_object_get_member (json_node_get_object (node), link->data);

      if (json_node_get_value_type (url) != G_TYPE_STRING)
        return fail (error, "base_urls", "an object of strings");
      g_hash_table_insert (*value, g_strdup (link->data), json_node_dup_string (url));
    }
  return TRUE;
}

static gboolean
id_is_valid (const char *id)
{
  gsize length = id != NULL ? strlen (id) : 0;

  return length >= 1 && length <= 64 &&
         strspn (id, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_-") == length;
}

static gboolean
read_rest (RelaisAccount  *self,
           JsonObject     *object,
           GError        **error)
{
  JsonNode *node;
  g_autofree char *dispatch = NULL;

  node = json_object_get_member (object, "priority");
  if (node != NULL)
    {
      gint64 priority = json_node_get_value_type (node) == G_TYPE_INT64 ? json_node_get_int (node)
                                                                        : G_MAXINT64;

      if (priority < -1000 || priority > 1000)
        return fail (error, "priority", "a whole number from -1000 to 1000");
      self->priority = (int)priority;
    }
  node = json_object_get_member (object, "enabled");
  if (node != NULL)
    {
      if (json_node_get_value_type (node) != G_TYPE_BOOLEAN)
        return fail (error, "enabled", "true or false");
      self->enabled = json_node_get_boolean (node);
    }
  if (!read_string (object, "dispatch", &dispatch, error))
    return FALSE;
  if (dispatch != NULL && !relais_dispatch_parse (dispatch, &self->dispatch))
    return fail (error, "dispatch", "off, pooled, fallback or exclusive");
  return TRUE;
}

/**
 * relais_account_new_from_json:
 * @object: an account as in the accounts file or a keyring item
 * @error: where to put a failure
 *
 * Unknown members are ignored. Fails with [error@Error] `INVALID_SETTING` naming the member, never
 * its value.
 *
 * Returns: (transfer full) (nullable): the account, or %NULL with @error set
 */
RelaisAccount *
relais_account_new_from_json (JsonObject  *object,
                              GError     **error)
{
  g_autoptr (RelaisAccount) self = NULL;
  g_autofree char *id = NULL;
  g_autofree char *provider = NULL;

  if (!read_string (object, "id", &id, error) || !read_string (object, "provider", &provider, error))
    return NULL;
  if (!id_is_valid (id))
    {
      fail (error, "id", "1 to 64 letters, digits, “_” or “-”");
      return NULL;
    }
  if (provider == NULL || *provider == '\0')
    {
      fail (error, "provider", "the name of a provider");
      return NULL;
    }
  self = relais_account_new (id, provider);
  if (!read_string (object, "label", &self->label, error) ||
      !read_string (object, "base_url", &self->base_url, error) ||
      !read_string (object, "api_key", &self->api_key, error) ||
      !read_strings (object, "models", &self->models, error) ||
      !read_strings (object, "dialects", &self->dialects, error) ||
      !read_urls (object, &self->base_urls, error) ||
      !read_rest (self, object, error))
    return NULL;
  return g_steal_pointer (&self);
}

static void
write_strings (JsonObject         *object,
               const char         *member,
               const char * const *values)
{
  JsonArray *array;

  if (values == NULL)
    return;
  array = json_array_new ();
  for (; *values != NULL; values++)
    json_array_add_string_element (array, *values);
  json_object_set_array_member (object, member, array);
}

static void
write_string (JsonObject *object,
              const char *member,
              const char *value)
{
  if (value != NULL)
    json_object_set_string_member (object, member, value);
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (a, b);
}

/**
 * relais_account_to_json:
 * @self: an account
 *
 * Everything, the credential included: for the keyring only. The same account gives the same text.
 *
 * Returns: (transfer full): what [func@Account.new_from_json] reads back
 */
JsonObject *
relais_account_to_json (const RelaisAccount *self)
{
  JsonObject *object = json_object_new ();

  write_string (object, "id", self->id);
  write_string (object, "label", self->label);
  write_string (object, "provider", self->provider);
  write_string (object, "base_url", self->base_url);
  write_string (object, "api_key", self->api_key);
  write_strings (object, "models", (const char *const *)self->models);
  write_strings (object, "dialects", (const char *const *)self->dialects);
  json_object_set_int_member (object, "priority", self->priority);
  json_object_set_boolean_member (object, "enabled", self->enabled);
  write_string (object, "dispatch", relais_dispatch_get_nick (self->dispatch));
  if (self->base_urls != NULL)
    {
      JsonObject *urls = json_object_new ();
      g_autoptr (GList) names = g_list_sort (g_hash_table_get_keys (self->base_urls),
                                             compare_names);

      for (const GList *name = names; name != NULL; name = name->next)
        json_object_set_string_member (urls, name->data,
                                       g_hash_table_lookup (self->base_urls, name->data));
      json_object_set_object_member (object, "base_urls", urls);
    }
  return object;
}

static GPtrArray *
list_from_root (JsonNode  *root,
                GError   **error)
{
  g_autoptr (GPtrArray) list =
               g_ptr_array_new_with_free_func ((GDestroyNotify)relais_account_unref);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  JsonNode *accounts = NULL;

  if (root != NULL && JSON_NODE_HOLDS_OBJECT (root))
    accounts = json_object_get_member (json_node_get_object (root), "accounts");
  if (accounts == NULL || !JSON_NODE_HOLDS_ARRAY (accounts) ||
      json_array_get_length (json_node_get_array (accounts)) > ACCOUNTS_MAX)
    {
      fail (error, "accounts", "an array of at most 1000 accounts");
      return NULL;
    }
  for (guint i = 0; i < json_array_get_length (json_node_get_array (accounts)); i++)
    {
      JsonNode *item = json_array_get_element (json_node_get_array (accounts), i);
      RelaisAccount *account;

      if (!JSON_NODE_HOLDS_OBJECT (item))
        {
          fail (error, "accounts", "an array of objects");
          return NULL;
        }
      account = relais_account_new_from_json (json_node_get_object (item), error);
      if (account == NULL)
        {
          g_prefix_error (error, "account %u: ", i + 1);
          return NULL;
        }
      g_ptr_array_add (list, account);
      if (!g_hash_table_add (seen, account->id))
        {
          g_set_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING,
                       "account %u: the id “%s” stands twice", i + 1, account->id);
          return NULL;
        }
    }
  return g_steal_pointer (&list);
}

/**
 * relais_account_list_load:
 * @path: an accounts file
 * @error: where to put a failure
 *
 * Reads at once and whole, at most 4 MiB: for start-up. A file that others may read is refused.
 * Fails with [error@Error] `INVALID_SETTING`, whose message holds no content of the file, or with a
 * [error@GLib.FileError].
 *
 * Returns: (transfer full) (element-type RelaisAccount) (nullable): the accounts
 */
GPtrArray *
relais_account_list_load (const char  *path,
                          GError     **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *text = NULL;
  struct stat info;
  GPtrArray *list = NULL;
  gsize length = 0;

  if (stat (path, &info) == 0 && (info.st_mode & 077) != 0)
    {
      g_set_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING,
                   "%s can be read by others: run “chmod 600 %s” first", path, path);
      return NULL;
    }
  if (!g_file_get_contents (path, &text, &length, error))
    return NULL;
  if (length > LIST_SIZE_MAX)
    g_set_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING, "%s is larger than 4 MiB", path);
  else if (!json_parser_load_from_data (parser, text, length, NULL))
    /* json-glib quotes what it stumbled on, which may be a key */
    g_set_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING, "%s is not valid JSON", path);
  else if ((list = list_from_root (json_parser_get_root (parser), error)) == NULL)
    g_prefix_error (error, "%s: ", path);
  explicit_bzero (text, length);
  return list;
}
