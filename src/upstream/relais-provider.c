/* relais-provider.c: a kind of upstream: base URLs, paths, auth style, dialects
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-provider"

#include "config.h"

#include <string.h>

#include <json-glib/json-glib.h>

#include "base/relais-error.h"

#include "relais-provider.h"
#include "relais-upstream-resource.h"

static RelaisAuthStyle
parse_auth (const char *style)
{
  if (g_strcmp0 (style, "bearer") == 0)
    return RELAIS_AUTH_BEARER;
  if (g_strcmp0 (style, "x-api-key") == 0)
    return RELAIS_AUTH_X_API_KEY;
  if (g_strcmp0 (style, "x-goog-api-key") == 0)
    return RELAIS_AUTH_X_GOOG_API_KEY;
  return RELAIS_AUTH_NONE;
}

static const char *
member (JsonObject *object,
        const char *name)
{
  return json_object_get_string_member_with_default (object, name, NULL);
}

static guint
read_quirks (JsonObject *object)
{
  JsonArray *names = json_object_has_member (object, "quirks") ? json_object_get_array_member (object, "quirks") : NULL;
  guint quirks = 0;

  for (guint i = 0; names != NULL && i < json_array_get_length (names); i++)
    quirks |= relais_dialect_find_quirk (json_array_get_string_element (names, i));
  return quirks;
}

static RelaisProvider *
read_provider (JsonObject *object)
{
  RelaisProvider *self = g_new0 (RelaisProvider, 1);
  JsonObject *dialects = json_object_get_object_member (object, "dialects");
  JsonObject *models = json_object_has_member (object, "models") ? json_object_get_object_member (object, "models") : NULL;
  const RelaisDialect *preferred = relais_dialect_find (member (object, "preferred"));

  self->id = g_strdup (member (object, "id"));
  self->name = g_strdup (member (object, "name"));
  self->key_url = g_strdup (member (object, "key_url"));
  self->needs_key = json_object_get_boolean_member_with_default (object, "needs_key", TRUE);
  self->local = json_object_get_boolean_member_with_default (object, "local", FALSE);
  self->in_process = json_object_get_boolean_member_with_default (object, "in_process", FALSE);
  self->needs_base_url = !self->in_process;
  self->preferred = preferred->id;
  self->lists_models = models != NULL ? relais_dialect_find (member (models, "dialect"))->id : preferred->id;
  self->quirks = read_quirks (object);
  for (int i = 0; i < RELAIS_N_DIALECTS; i++)
    {
      const char *name = relais_dialect_get (i)->name;
      JsonObject *row;

      if (!json_object_has_member (dialects, name))
        continue;
      row = json_object_get_object_member (dialects, name);
      self->speaks[i] = TRUE;
      self->base_urls[i] = g_strdup (member (row, "base_url"));
      self->auth[i] = parse_auth (member (row, "auth"));
      self->needs_base_url &= self->base_urls[i] == NULL;
    }
  return self;
}

/**
 * relais_provider_list:
 *
 * Safe from any thread.
 *
 * Returns: (transfer none) (element-type RelaisProvider): every provider, in the file's order
 */
GPtrArray *
relais_provider_list (void)
{
  static GPtrArray *list;

  if (g_once_init_enter (&list))
    {
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (JsonParser) parser = json_parser_new ();
      GPtrArray *rows = g_ptr_array_new ();
      JsonArray *array;

      bytes = g_resource_lookup_data (relais_upstream_get_resource (),
                                      "/dev/relais/Relais/upstream/providers.json", 0, NULL);
      if (!json_parser_load_from_data (parser, g_bytes_get_data (bytes, NULL),
                                       g_bytes_get_size (bytes), NULL))
        g_error ("providers.json is broken");
      array = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)),
                                            "providers");
      for (guint i = 0; i < json_array_get_length (array); i++)
        g_ptr_array_add (rows, read_provider (json_array_get_object_element (array, i)));
      g_once_init_leave (&list, rows);
    }
  return list;
}

/**
 * relais_provider_find:
 * @id: (nullable): a provider's id, as in the accounts file
 *
 * Returns: (transfer none) (nullable): the provider, for the life of the program
 */
const RelaisProvider *
relais_provider_find (const char *id)
{
  GPtrArray *list = relais_provider_list ();

  for (guint i = 0; i < list->len; i++)
    {
      const RelaisProvider *provider = g_ptr_array_index (list, i);

      if (g_strcmp0 (provider->id, id) == 0)
        return provider;
    }
  return NULL;
}

/**
 * relais_provider_reaches:
 * @account: an account
 * @dialect: a dialect
 *
 * Returns: whether the account's provider speaks @dialect natively, its own "dialects" allowing
 */
gboolean
relais_provider_reaches (const RelaisAccount *account,
                         RelaisDialectId      dialect)
{
  const RelaisProvider *provider = relais_provider_find (account->provider);

  if (provider == NULL || !provider->speaks[dialect])
    return FALSE;
  return account->dialects == NULL || account->dialects[0] == NULL ||
         g_strv_contains ((const char *const *)account->dialects,
                          relais_dialect_get (dialect)->name);
}

/**
 * relais_provider_choose:
 * @account: an account
 * @client: the client's dialect
 * @dialect: (out): the one to speak to it: the client's own where it can, else the provider's
 *   preferred one, else the first it reaches
 *
 * Returns: whether it can be reached in any
 */
gboolean
relais_provider_choose (const RelaisAccount *account,
                        RelaisDialectId      client,
                        RelaisDialectId     *dialect)
{
  const RelaisProvider *provider = relais_provider_find (account->provider);

  *dialect = client;
  if (provider == NULL || relais_provider_reaches (account, client))
    return provider != NULL;
  *dialect = provider->preferred;
  if (relais_provider_reaches (account, provider->preferred))
    return TRUE;
  for (*dialect = 0; *dialect < RELAIS_N_DIALECTS; (*dialect)++)
    if (relais_provider_reaches (account, *dialect))
      return TRUE;
  return FALSE;
}

/* Whether the provider's two addresses differ by nothing but what each dialect appends. */
static gboolean
is_beside_preferred (const RelaisProvider *provider,
                     RelaisDialectId       dialect)
{
  const char *preferred = provider->base_urls[provider->preferred];
  g_autofree char *base = NULL;

  if (dialect == provider->preferred || provider->base_urls[dialect] == NULL || preferred == NULL)
    return TRUE;
  base = relais_provider_check_base_url (preferred, dialect, NULL);
  return g_strcmp0 (base, provider->base_urls[dialect]) == 0;
}

/* What the account itself says of where @dialect is spoken, or NULL. */
static const char *
find_own_base (const RelaisAccount  *account,
               const RelaisProvider *provider,
               RelaisDialectId       dialect)
{
  const char *name = relais_dialect_get (dialect)->name;
  const char *url = NULL;
  gboolean meant;

  if (account->base_urls != NULL)
    url = g_hash_table_lookup (account->base_urls, name);
  if (url != NULL || account->base_url == NULL || *account->base_url == '\0')
    return url;
  if (account->dialects != NULL && account->dialects[0] != NULL)
    meant = g_strv_contains ((const char *const *)account->dialects, name);
  else
    meant = is_beside_preferred (provider, dialect);
  return meant ? account->base_url : NULL;
}

/**
 * relais_provider_choose_models:
 * @account: an account
 *
 * Returns: the dialect to ask for the models in: the one the provider lists them in, unless the
 *   account's own base URL is for another
 */
RelaisDialectId
relais_provider_choose_models (const RelaisAccount *account)
{
  const RelaisProvider *provider = relais_provider_find (account->provider);
  gboolean moved = account->base_urls != NULL ||
                   (account->base_url != NULL && *account->base_url != '\0');
  RelaisDialectId dialect = provider->lists_models;

  if (!relais_provider_reaches (account, dialect) ||
      (moved && find_own_base (account, provider, dialect) == NULL))
    relais_provider_choose (account, provider->preferred, &dialect);
  return dialect;
}

/**
 * relais_provider_dup_model_tail:
 * @model: who is to answer
 * @method: what is asked of it, as Gemini names it: `countTokens`
 *
 * Returns: (transfer full): Gemini's path behind base and version
 */
char *
relais_provider_dup_model_tail (const char *model,
                                const char *method)
{
  g_autofree char *escaped = g_uri_escape_string (model, "/", FALSE);

  return g_strdup_printf ("%s%s:%s", g_str_has_prefix (model, "tunedModels/") ? "" : "models/",
                          escaped, method);
}

/**
 * relais_provider_dup_tail:
 * @dialect: a dialect
 * @model: who is to answer
 * @stream: whether as it comes
 * @query: (out) (transfer none) (nullable): what stands behind the path
 *
 * Returns: (transfer full): the path of a generation request, behind base and version
 */
char *
relais_provider_dup_tail (RelaisDialectId   dialect,
                          const char       *model,
                          gboolean          stream,
                          const char      **query)
{
  *query = NULL;
  switch (dialect)
    {
    case RELAIS_DIALECT_OPENAI_RESPONSES:
      return g_strdup ("responses");
    case RELAIS_DIALECT_ANTHROPIC:
      return g_strdup ("messages");
    case RELAIS_DIALECT_GEMINI:
      *query = stream ? "alt=sse" : NULL;
      return relais_provider_dup_model_tail (model,
                                             stream ? "streamGenerateContent" : "generateContent");
    case RELAIS_DIALECT_OPENAI_CHAT:
    case RELAIS_N_DIALECTS:
    default:
      return g_strdup ("chat/completions");
    }
}

static gboolean
refuse_url (GError     **error,
            const char  *why)
{
  g_set_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING, "The base URL %s", why);
  return FALSE;
}

static gboolean
host_is_clean (const char *host)
{
  /* GUri lets "%0d%0a" through decoded, and libsoup 3.2.3 would write it into the Host header. */
  return host != NULL && *host != '\0' &&
         (strspn (host, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS ".-_") == strlen (host) ||
          g_hostname_is_ip_address (host));
}

/* What people paste after the base: the path of an operation, a version twice. */
static void
strip_known_tails (GString *path)
{
  static const char *const tails[] = {
    "/",
    "/chat/completions",
    "/responses",
    "/messages",
    "/completions",
    "/embeddings",
    "/models",
  };
  static const char *const doubled[] = { "/v1/v1", "/v1beta/v1beta", "/v1beta/v1", "/v1/v1beta" };
  gboolean again = TRUE;

  while (again)
    {
      again = FALSE;
      for (guint i = 0; i < G_N_ELEMENTS (tails); i++)
        if (g_str_has_suffix (path->str, tails[i]))
          {
            g_string_truncate (path, path->len - strlen (tails[i]));
            again = TRUE;
          }
      for (guint i = 0; i < G_N_ELEMENTS (doubled); i++)
        if (g_str_has_suffix (path->str, doubled[i]))
          {
            g_string_truncate (path, strrchr (path->str, '/') - path->str);
            again = TRUE;
          }
    }
}

static void
strip_version (GString *path)
{
  static const char *const versions[] = { "/v1", "/v1beta", "/v1alpha" };

  for (guint i = 0; i < G_N_ELEMENTS (versions); i++)
    if (g_str_has_suffix (path->str, versions[i]))
      g_string_truncate (path, path->len - strlen (versions[i]));
}

/**
 * relais_provider_check_base_url:
 * @url: what a person typed or an accounts file says
 * @dialect: the dialect to be spoken there
 * @error: where to put a failure
 *
 * Repairs what is commonly pasted: an operation's path at the end, a doubled version, a slash.
 * OpenAI bases keep their version (and get `/v1` when they have no path), the others lose it. Fails
 * with [error@Error] `INVALID_SETTING`.
 *
 * Returns: (transfer full) (nullable): the base, without a slash at the end, or %NULL with @error
 *   set
 */
char *
relais_provider_check_base_url (const char       *url,
                                RelaisDialectId   dialect,
                                GError          **error)
{
  g_autofree char *stripped = g_strstrip (g_strdup (url));
  g_autoptr (GUri) uri = g_uri_parse (stripped, G_URI_FLAGS_ENCODED, NULL);
  g_autoptr (GString) path = NULL;
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : NULL;
  gboolean openai;

  for (const char *p = stripped; *p != '\0'; p++)
    if (!g_ascii_isgraph (*p))
      return refuse_url (error, "must not hold spaces or special characters"), NULL;
  if (g_strcmp0 (scheme, "http") != 0 && g_strcmp0 (scheme, "https") != 0)
    return refuse_url (error, "must start with http:// or https://"), NULL;
  if (g_uri_get_userinfo (uri) != NULL)
    return refuse_url (error, "must not hold a user name or password"), NULL;
  if (g_uri_get_query (uri) != NULL || g_uri_get_fragment (uri) != NULL)
    return refuse_url (error, "must not hold “?” or “#”"), NULL;
  if (!host_is_clean (g_uri_get_host (uri)) || g_uri_get_port (uri) == 0)
    return refuse_url (error, "needs the name or address of a host"), NULL;

  openai = dialect == RELAIS_DIALECT_OPENAI_CHAT || dialect == RELAIS_DIALECT_OPENAI_RESPONSES;
  path = g_string_new (g_uri_get_path (uri));
  strip_known_tails (path);
  if (!openai)
    strip_version (path);
  else if (path->len == 0)
    g_string_append (path, "/v1");
  return g_uri_join (G_URI_FLAGS_ENCODED, scheme, NULL, g_uri_get_host (uri), g_uri_get_port (uri),
                     path->str, NULL, NULL);
}

/**
 * relais_provider_dup_base:
 * @account: an account
 * @dialect: a dialect it reaches
 * @error: where to put a failure
 *
 * An account's `base_urls` wins over its `base_url` (which applies to the dialects it lists, or to
 * the provider's preferred one and those found at the same place), that over the provider's own.
 * Fails with [error@Error] `INVALID_SETTING`.
 *
 * Returns: (transfer full) (nullable): where requests go, without a slash at the end
 */
char *
relais_provider_dup_base (const RelaisAccount  *account,
                          RelaisDialectId       dialect,
                          GError              **error)
{
  const RelaisProvider *provider = relais_provider_find (account->provider);
  const char *url = NULL;

  if (provider == NULL || provider->in_process)
    return refuse_url (error, "is missing: this provider has none"), NULL;
  url = find_own_base (account, provider, dialect);
  if (url == NULL)
    url = provider->base_urls[dialect];
  if (url == NULL)
    return refuse_url (error, "is missing"), NULL;
  return relais_provider_check_base_url (url, dialect, error);
}

static gboolean
refuse_provider (const char  *id,
                 GError     **error)
{
  g_autoptr (GString) known = g_string_new (NULL);
  GPtrArray *list = relais_provider_list ();

  for (guint i = 0; i < list->len; i++)
    g_string_append_printf (known, "%s%s", i > 0 ? ", " : "",
                            ((const RelaisProvider *)g_ptr_array_index (list, i))->id);
  g_set_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING, "There is no provider “%s”; there are: %s",
               id, known->str);
  return FALSE;
}

static gboolean
check_dialect (const RelaisProvider  *provider,
               const char            *field,
               const char            *name,
               GError               **error)
{
  const RelaisDialect *dialect = relais_dialect_find (name);
  g_autoptr (GString) spoken = g_string_new (NULL);

  if (dialect != NULL && provider->speaks[dialect->id])
    return TRUE;
  if (dialect == NULL)
    {
      g_set_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING,
                   "“%s”: there is no dialect “%s”; there are: openai-chat, openai-responses, anthropic, gemini",
                   field, name);
      return FALSE;
    }
  for (int i = 0; i < RELAIS_N_DIALECTS; i++)
    if (provider->speaks[i])
      g_string_append_printf (spoken, "%s%s", spoken->len > 0 ? ", " : "", relais_dialect_get (i)->name);
  g_set_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING,
               "“%s”: the provider “%s” does not speak “%s”, only: %s", field, provider->id, name, spoken->str);
  return FALSE;
}

/* What a narrowing or an address that is never used would hide. */
static gboolean
check_dialects (const RelaisAccount   *account,
                const RelaisProvider  *provider,
                GError               **error)
{
  GHashTableIter iter;
  gpointer name, url;

  for (char **dialect = account->dialects; dialect != NULL && *dialect != NULL; dialect++)
    if (!check_dialect (provider, "dialects", *dialect, error))
      return FALSE;
  if (account->base_urls == NULL)
    return TRUE;
  g_hash_table_iter_init (&iter, account->base_urls);
  while (g_hash_table_iter_next (&iter, &name, &url))
    {
      g_autofree char *base = NULL;

      if (!check_dialect (provider, "base_urls", name, error))
        return FALSE;
      base = relais_provider_check_base_url (url, relais_dialect_find (name)->id, error);
      if (base == NULL)
        {
          g_prefix_error (error, "“base_urls”, “%s”: ", (const char *)name);
          return FALSE;
        }
    }
  return TRUE;
}

/**
 * relais_provider_check_account:
 * @account: an account
 * @error: where to put a failure
 *
 * Fails with [error@Error] `INVALID_SETTING` for a provider or dialect nobody knows, a dialect that
 * the provider does not speak, a key that is missing or could not stand in a header, or a base URL
 * that is missing or no good; never quotes the key.
 *
 * Returns: whether requests can be sent with it
 */
gboolean
relais_provider_check_account (const RelaisAccount  *account,
                               GError              **error)
{
  const RelaisProvider *provider = relais_provider_find (account->provider);

  if (provider == NULL)
    return refuse_provider (account->provider, error);
  if (!check_dialects (account, provider, error))
    return FALSE;
  if (provider->needs_key && (account->api_key == NULL || *account->api_key == '\0'))
    {
      g_set_error_literal (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING, "The API key is missing");
      return FALSE;
    }
  for (const char *p = account->api_key; p != NULL && *p != '\0'; p++)
    if (!g_ascii_isgraph (*p))
      {
        g_set_error_literal (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING,
                             "The API key must not hold spaces or special characters");
        return FALSE;
      }
  for (int i = 0; i < RELAIS_N_DIALECTS && !provider->in_process; i++)
    {
      g_autofree char *base = NULL;

      if (!relais_provider_reaches (account, i))
        continue;
      base = relais_provider_dup_base (account, i, error);
      if (base == NULL)
        return FALSE;
    }
  return TRUE;
}
