/* relais-account-json.c: accounts in files and keyring items
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-account"

#include "config.h"

#include <string.h>
#include <sys/stat.h>

#include "base/relais-error.h"
#include "base/relais-json.h"

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
  if (id == NULL)
    {
      g_set_error_literal (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING, "“id” is missing");
      return NULL;
    }
  if (!id_is_valid (id))
    {
      fail (error, "id", "1 to 64 letters, digits, “_” or “-”");
      return NULL;
    }
  if (provider == NULL || *provider == '\0')
    {
      g_set_error_literal (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING, "“provider” is missing");
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

/**
 * relais_account_dup_name:
 * @position: its place in the file, from 0
 * @id: (nullable): its id, as far as there is a good one
 *
 * Returns: (transfer full): how messages call an account of a file
 */
char *
relais_account_dup_name (guint       position,
                         const char *id)
{
  return id_is_valid (id) ? g_strdup_printf ("account %u (“%s”)", position + 1, id)
                          : g_strdup_printf ("account %u", position + 1);
}

static char *
dup_item_name (guint       position,
               JsonObject *object)
{
  JsonNode *id = json_object_get_member (object, "id");
  gboolean text = id != NULL && json_node_get_value_type (id) == G_TYPE_STRING;

  return relais_account_dup_name (position, text ? json_node_get_string (id) : NULL);
}

/* A newer version's field is no fault; a misspelt one should be seen. A name that is none could be
 * a key: only what looks like a field's is told. */
static void
note_unknown (JsonObject *object,
              const char *name,
              GPtrArray  *notes)
{
  static const char *const known[] = {
    "id",
    "label",
    "provider",
    "base_url",
    "base_urls",
    "api_key",
    "models",
    "dialects",
    "priority",
    "enabled",
    "dispatch",
    NULL,
  };
  g_autofree char *all = g_strjoinv (", ", (char **)known);
  g_autoptr (GList) members = json_object_get_members (object);

  for (const GList *link = members; link != NULL; link = link->next)
    {
      const char *member = link->data;
      gboolean plain = strlen (member) <= 24 && strspn (member, G_CSET_A_2_Z G_CSET_a_2_z "_") == strlen (member);

      if (g_strv_contains (known, member))
        continue;
      if (plain)
        g_ptr_array_add (notes, g_strdup_printf ("%s: the unknown field “%s” is ignored; there are: %s", name, member, all));
      else
        g_ptr_array_add (notes, g_strdup_printf ("%s: an unknown field is ignored; there are: %s", name, all));
    }
}

static gboolean
refuse_form (GError     **error,
             const char  *found)
{
  g_set_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING,
               "%s; it should look like {\"accounts\": [{\"id\": \"work\", \"provider\": \"openai\", \"api_key\": \"…\"}]}",
               found);
  return FALSE;
}

static gboolean
find_list (JsonNode   *root,
           JsonArray **list,
           GError    **error)
{
  JsonNode *accounts;

  if (root == NULL)
    return refuse_form (error, "the file is empty");
  if (!JSON_NODE_HOLDS_OBJECT (root))
    return refuse_form (error, JSON_NODE_HOLDS_ARRAY (root) ? "the file holds an array, not an object"
                                                            : "the file holds no object");
  accounts = json_object_get_member (json_node_get_object (root), "accounts");
  if (accounts == NULL)
    return refuse_form (error, "“accounts” is missing");
  if (!JSON_NODE_HOLDS_ARRAY (accounts))
    return refuse_form (error, "“accounts” must be an array");
  *list = json_node_get_array (accounts);
  if (json_array_get_length (*list) > ACCOUNTS_MAX)
    return fail (error, "accounts", "an array of at most 1000 accounts");
  return TRUE;
}

static GPtrArray *
list_from_root (JsonNode   *root,
                GPtrArray  *notes,
                GError    **error)
{
  g_autoptr (GPtrArray) list =
               g_ptr_array_new_with_free_func ((GDestroyNotify)relais_account_unref);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  JsonArray *accounts = NULL;

  if (!find_list (root, &accounts, error))
    return NULL;
  for (guint i = 0; i < json_array_get_length (accounts); i++)
    {
      JsonNode *item = json_array_get_element (accounts, i);
      g_autofree char *name = NULL;
      RelaisAccount *account;

      if (!JSON_NODE_HOLDS_OBJECT (item))
        {
          g_set_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING, "account %u must be an object", i + 1);
          return NULL;
        }
      name = dup_item_name (i, json_node_get_object (item));
      note_unknown (json_node_get_object (item), name, notes);
      account = relais_account_new_from_json (json_node_get_object (item), error);
      if (account == NULL)
        {
          g_prefix_error (error, "%s: ", name);
          return NULL;
        }
      g_ptr_array_add (list, account);
      if (g_hash_table_contains (seen, account->id))
        {
          g_set_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING,
                       "%s: account %u has the same id; each needs its own", name,
                       GPOINTER_TO_UINT (g_hash_table_lookup (seen, account->id)));
          return NULL;
        }
      g_hash_table_insert (seen, account->id, GUINT_TO_POINTER (i + 1));
    }
  return g_steal_pointer (&list);
}

/**
 * relais_account_list_load:
 * @path: an accounts file
 * @notes: (element-type utf8): where to put what is no failure but should be told; owns its texts
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
                          GPtrArray   *notes,
                          GError     **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *text = NULL;
  g_autofree char *fault = NULL;
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
  /* json-glib takes more than JSON, and quotes what it stumbled on, which may be a key */
  else if (strspn (text, " \t\r\n") < length && (fault = relais_json_dup_fault (text, length)) != NULL)
    g_set_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING, "%s is not valid JSON: %s", path, fault);
  else if (!json_parser_load_from_data (parser, text, length, NULL))
    g_set_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING, "%s is not valid JSON", path);
  else if ((list = list_from_root (json_parser_get_root (parser), notes, error)) == NULL)
    g_prefix_error (error, "%s: ", path);
  explicit_bzero (text, length);
  return list;
}
