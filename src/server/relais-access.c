/* relais-access.c: mode, path, headers, peer -> allow or refuse
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-access"

#include "config.h"

#include <gio/gio.h>
#include <string.h>

#include "relais-access.h"

#include "base/relais-error.h"
#include "base/relais-key.h"

/* Origins of programs that show web pages, not of web pages. */
static const char *const app_schemes[] = { "app", "tauri", "vscode-webview", "vscode-file", NULL };

/* Where a key may stand. The first is special: with a scheme or without. */
static const char *const key_headers[] = { "Authorization", "x-api-key", "x-goog-api-key", "api-key" };

/* What a request said of keys. */
typedef struct
{
  gboolean good_header;
  gboolean good_query;
  GString *seen; /* where, in words; empty: nowhere */
} Keys;

static void
refuse (RelaisAccess  *access,
        RelaisFailure *failure)
{
  access->verdict = RELAIS_ACCESS_REFUSE;
  access->failure = failure;
}

/* Host, origin form or not: the name alone, in lower case, without brackets, port and final dot. */
static char *
dup_host_name (const char *authority)
{
  gsize length = *authority == '[' ? strcspn (authority, "]") : strcspn (authority, ":");
  gsize skip = *authority == '[';
  char *name = g_ascii_strdown (authority + skip, length - skip);
  gsize n = strlen (name);

  if (n > 1 && name[n - 1] == '.')
    name[n - 1] = '\0';
  return name;
}

static gboolean
is_address (GInetAddress *address,
            const char   *text)
{
  g_autoptr (GInetAddress) other = g_inet_address_new_from_string (text);

  return other != NULL && g_inet_address_equal (address, other);
}

static gboolean
is_loopback (const char *name)
{
  g_autoptr (GInetAddress) address = NULL;

  /* nearly every request */
  if (strcmp (name, "127.0.0.1") == 0 || strcmp (name, "localhost") == 0)
    return TRUE;
  address = g_inet_address_new_from_string (name);
  return address != NULL && g_inet_address_get_is_loopback (address);
}

static gboolean
is_machine_name (const char *name,
                 const char *host_name)
{
  g_autofree char *first = g_strndup (host_name, strcspn (host_name, "."));
  g_autofree char *local = g_strconcat (first, ".local", NULL);

  return g_ascii_strcasecmp (name, host_name) == 0 || g_ascii_strcasecmp (name, local) == 0;
}

static gboolean
is_our_host (RelaisConfig            *config,
             const RelaisAccessPlace *place,
             const char              *host)
{
  const char *const *hosts = relais_config_get_allowed_hosts (config);
  g_autofree char *name = dup_host_name (host);
  g_autoptr (GInetAddress) address = NULL;

  if (is_loopback (name))
    return TRUE;
  address = g_inet_address_new_from_string (name);
  for (guint i = 0; address != NULL && place->addresses != NULL && place->addresses[i] != NULL; i++)
    if (is_address (address, place->addresses[i]))
      return TRUE;
  if (relais_config_get_allow_lan_access (config) &&
      place->host_name != NULL && is_machine_name (name, place->host_name))
    return TRUE;
  for (guint i = 0; hosts[i] != NULL; i++)
    if (g_ascii_strcasecmp (name, hosts[i]) == 0 ||
        (address != NULL && is_address (address, hosts[i])))
      return TRUE;
  return FALSE;
}

/* Who came in while other devices were let in does not stay in when they no longer are: without a
 * key asked for on this computer, nothing else would stop them. */
static gboolean
check_peer (RelaisConfig            *config,
            const RelaisAccessPlace *place,
            RelaisAccess            *access)
{
  if (!place->peer_remote || relais_config_get_allow_lan_access (config))
    return TRUE;
  refuse (access, relais_failure_new (RELAIS_ERROR_FORBIDDEN,
                                      "Relais answers this computer only. Turn on Local Network Access in Relais "
                                      "(relais serve --lan) to let other devices in."));
  return FALSE;
}

/* A page whose name suddenly resolves to us (DNS rebinding) ends here. HTTP/1.0 may say no host at
 * all; browsers always do. */
static gboolean
check_host (RelaisConfig            *config,
            const RelaisAccessPlace *place,
            const RelaisField       *fields,
            gsize                    n_fields,
            RelaisAccess            *access)
{
  const char *host = relais_field_find (fields, n_fields, "Host");
  g_autofree char *name = NULL;

  if (host == NULL || is_our_host (config, place, host))
    return TRUE;
  name = dup_host_name (host);
  if (relais_config_check_host (name))
    access->refused_host = g_strdup (name);
  refuse (access, relais_failure_new (RELAIS_ERROR_MISDIRECTED,
                                      "Relais does not answer to the host “%s”. Use its own address, "
                                      "http://127.0.0.1 with the port of Relais. To let it in: relais serve "
                                      "--allowed-host %s; in the window, “Allowed Hosts” in Preferences.",
                                      name, name));
  return FALSE;
}

static gboolean
is_allowed_origin (RelaisConfig *config,
                   const char   *origin)
{
  const char *const *origins = relais_config_get_allowed_origins (config);
  g_autofree char *scheme = NULL;
  g_autofree char *name = NULL;

  if (!relais_config_check_origin (origin))
    return FALSE;
  for (guint i = 0; origins[i] != NULL; i++)
    if (g_ascii_strcasecmp (origin, origins[i]) == 0)
      return TRUE;
  scheme = g_ascii_strdown (origin, strcspn (origin, ":"));
  if (g_strv_contains (app_schemes, scheme))
    return TRUE;
  if (strcmp (scheme, "http") != 0 && strcmp (scheme, "https") != 0)
    return FALSE;
  name = dup_host_name (strstr (origin, "://") + 3);
  return is_loopback (name) || g_str_has_suffix (name, ".localhost");
}

static gboolean
refuse_origin (RelaisAccess *access,
               const char   *origin)
{
  if (origin != NULL && relais_config_check_origin (origin))
    {
      access->refused_origin = g_strdup (origin);
      refuse (access, relais_failure_new (RELAIS_ERROR_FORBIDDEN,
                                          "Web pages from %s may not use Relais. "
                                          "To let them: relais serve --allowed-origin %s; in the window, “Allowed Web "
                                          "Pages” in Preferences.",
                                          origin, origin));
    }
  else if (origin != NULL && strcmp (origin, "null") == 0)
    refuse (access, relais_failure_new (RELAIS_ERROR_FORBIDDEN,
                                        "A page without an origin of its own may use Relais only with the API key."));
  else
    refuse (access, relais_failure_new (RELAIS_ERROR_FORBIDDEN,
                                        "Other web sites may not use Relais. "
                                        "To let one: relais serve --allowed-origin ORIGIN; in the window, “Allowed "
                                        "Web Pages” in Preferences."));
  return FALSE;
}

/* Programs send neither header. A browser sends Sec-Fetch-Site with everything and Origin with
 * whatever could do harm, and no page can forge either. */
static gboolean
check_origin (RelaisConfig      *config,
              const RelaisField *fields,
              gsize              n_fields,
              const Keys        *keys,
              RelaisAccess      *access)
{
  const char *origin = relais_field_find (fields, n_fields, "Origin");
  const char *site = relais_field_find (fields, n_fields, "Sec-Fetch-Site");

  if (origin == NULL)
    {
      if (site == NULL ||
          (g_ascii_strcasecmp (site, "cross-site") != 0 && g_ascii_strcasecmp (site, "same-site") != 0))
        return TRUE;
      return refuse_origin (access, NULL);
    }
  if (strcmp (origin, "null") == 0)
    {
      if (keys->good_header || keys->good_query)
        return TRUE;
      access->bad_key = keys->seen->len > 0;
      return refuse_origin (access, origin);
    }
  if (!is_allowed_origin (config, origin))
    return refuse_origin (access, origin);
  access->allowed_origin = g_strdup (origin);
  return TRUE;
}

static void
see_key (Keys       *keys,
         const char *where)
{
  if (strstr (keys->seen->str, where) != NULL)
    return;
  g_string_append_printf (keys->seen, "%s%s", keys->seen->len > 0 ? " and " : "", where);
}

/* Looks at every place a key may stand in, always all of them. */
static void
find_keys (const char        *key,
           const RelaisRoute *route,
           const RelaisField *fields,
           gsize              n_fields,
           Keys              *keys)
{
  for (gsize i = 0; i < n_fields; i++)
    for (guint j = 0; j < G_N_ELEMENTS (key_headers); j++)
      {
        const char *value = fields[i].value;

        if (g_ascii_strcasecmp (fields[i].name, key_headers[j]) != 0 || *value == '\0')
          continue;
        see_key (keys, key_headers[j]);
        if (j == 0 && g_ascii_strncasecmp (value, "Bearer ", 7) == 0)
          value += 7 + strspn (value + 7, " ");
        if (relais_key_equal (key, value))
          keys->good_header = TRUE;
      }
  if (route->query_key == NULL || *route->query_key == '\0')
    return;
  see_key (keys, "key= in the query");
  if (relais_key_equal (key, route->query_key))
    keys->good_query = TRUE;
}

static gboolean
needs_key (RelaisConfig      *config,
           const RelaisRoute *route)
{
  switch (relais_config_get_effective_mode (config))
    {
    case RELAIS_AUTH_MODE_OFF:
      return FALSE;
    case RELAIS_AUTH_MODE_ALL_EXCEPT_HEALTH:
      return route->operation != RELAIS_OPERATION_HEALTH;
    case RELAIS_AUTH_MODE_STRICT:
    case RELAIS_AUTH_MODE_AUTO:
    default:
      return TRUE;
    }
}

/* Where the key is kept is the business of who sits here; behind a tunnel or a reverse proxy the
 * peer is local, but the host is not. */
static char *
dup_key_place (RelaisConfig            *config,
               const RelaisAccessPlace *place,
               const RelaisField       *fields,
               gsize                    n_fields)
{
  const char *kept = relais_config_get_key_place (config);
  const char *host = relais_field_find (fields, n_fields, "Host");
  g_autofree char *name = host != NULL ? dup_host_name (host) : NULL;

  if (kept == NULL || place->peer_remote || (name != NULL && !is_loopback (name)))
    return g_strdup ("that the Relais window shows and “relais key” prints");
  return g_strdup (kept);
}

static gboolean
check_key (RelaisConfig            *config,
           const RelaisAccessPlace *place,
           const RelaisRoute       *route,
           const RelaisField       *fields,
           gsize                    n_fields,
           const Keys              *keys,
           RelaisAccess            *access)
{
  static const char *const places = "“Authorization: Bearer <key>”, “x-api-key”, “x-goog-api-key” or “api-key”";
  g_autofree char *kept = NULL;

  if (!needs_key (config, route) || keys->good_header || keys->good_query)
    return TRUE;
  access->bad_key = keys->seen->len > 0;
  kept = dup_key_place (config, place, fields, n_fields);
  if (relais_config_get_api_key (config) == NULL)
    refuse (access, relais_failure_new (RELAIS_ERROR_BAD_KEY,
                                        "Relais has no API key yet, so none can be right: set one in Relais first."));
  else if (keys->seen->len > 0)
    refuse (access, relais_failure_new (RELAIS_ERROR_BAD_KEY,
                                        "The API key sent as %s is not the key of this Relais. Give the client the "
                                        "one %s; it is accepted as %s.",
                                        keys->seen->str, kept, places));
  else
    refuse (access, relais_failure_new (RELAIS_ERROR_BAD_KEY,
                                        "No API key was sent. Give the client the one %s; it is accepted as %s.",
                                        kept, places));
  return FALSE;
}

static gboolean
is_json (const char *type)
{
  g_autofree char *media = NULL;

  if (type == NULL)
    return FALSE;
  media = g_ascii_strdown (type, strcspn (type, ";"));
  g_strstrip (media);
  return strcmp (media, "application/json") == 0 || strcmp (media, "text/json") == 0 ||
         (g_str_has_prefix (media, "application/") && g_str_has_suffix (media, "+json"));
}

/* No page can post JSON, nor set a header with the key, without a preflight. */
static gboolean
check_media (const char        *method,
             const RelaisField *fields,
             gsize              n_fields,
             const Keys        *keys,
             RelaisAccess      *access)
{
  const char *encoding = relais_field_find (fields, n_fields, "Content-Encoding");

  if (strcmp (method, "POST") != 0)
    return TRUE;
  if (!keys->good_header && !is_json (relais_field_find (fields, n_fields, "Content-Type")))
    {
      access->bad_key = keys->seen->len > 0 && !keys->good_query;
      refuse (access, relais_failure_new (RELAIS_ERROR_UNSUPPORTED_MEDIA_TYPE,
                                          "Send the header “Content-Type: application/json” with a POST."));
      return FALSE;
    }
  if (encoding != NULL && *encoding != '\0' && g_ascii_strcasecmp (encoding, "identity") != 0)
    {
      refuse (access, relais_failure_new (RELAIS_ERROR_UNSUPPORTED_MEDIA_TYPE,
                                          "Compressed requests are not supported: send the body without Content-Encoding."));
      return FALSE;
    }
  return TRUE;
}

/* What the key opens must exist, too. */
static gboolean
check_route (const char        *method,
             const RelaisRoute *route,
             const RelaisField *fields,
             gsize              n_fields,
             RelaisAccess      *access)
{
  const char *upgrade = relais_field_find (fields, n_fields, "Upgrade");
  gboolean web_socket = upgrade != NULL && g_ascii_strcasecmp (upgrade, "websocket") == 0;

  if (route->operation == RELAIS_OPERATION_UNKNOWN)
    {
      int code = route->not_supported ? RELAIS_ERROR_NOT_SUPPORTED : RELAIS_ERROR_UNKNOWN_URL;

      refuse (access, relais_failure_new (code, "%s", route->message));
      return FALSE;
    }
  if (route->method_known)
    return TRUE;
  if (web_socket && strcmp (method, "GET") == 0 && route->operation == RELAIS_OPERATION_GENERATE)
    refuse (access, relais_failure_new (RELAIS_ERROR_UPGRADE_REQUIRED,
                                        "Relais serves no WebSocket: send a POST over HTTP to this URL."));
  else
    refuse (access, relais_failure_new (RELAIS_ERROR_METHOD_NOT_ALLOWED,
                                        "This method does not go with this URL: use %s.", route->allow));
  return FALSE;
}

/**
 * relais_access_check:
 * @config: mode, key, hosts and origins
 * @place: the machine and the connection
 * @method: the request's method
 * @route: what it asks for
 * @fields: (array length=n_fields): its headers
 * @n_fields: how many
 * @access: (out caller-allocates): the verdict; clear it with relais_access_clear()
 *
 * Decides, before any of the body is read. In this order: the peer (`FORBIDDEN`), host
 * (`MISDIRECTED`), origin (`FORBIDDEN`), a preflight, the key (`BAD_KEY`), the content type
 * (`UNSUPPORTED_MEDIA_TYPE`), and whether path and method are served at all (`UNKNOWN_URL`,
 * `NOT_SUPPORTED`, `METHOD_NOT_ALLOWED`, `UPGRADE_REQUIRED`). Each message says what to change;
 * none holds a key.
 */
void
relais_access_check (RelaisConfig            *config,
                     const RelaisAccessPlace *place,
                     const char              *method,
                     const RelaisRoute       *route,
                     const RelaisField       *fields,
                     gsize                    n_fields,
                     RelaisAccess            *access)
{
  g_autoptr (GString) seen = g_string_new (NULL);
  Keys keys = { FALSE, FALSE, seen };

  memset (access, 0, sizeof *access);
  access->verdict = RELAIS_ACCESS_ALLOW;
  find_keys (relais_config_get_api_key (config), route, fields, n_fields, &keys);
  access->good_key = keys.good_header || keys.good_query;
  if (!check_peer (config, place, access) ||
      !check_host (config, place, fields, n_fields, access) ||
      !check_origin (config, fields, n_fields, &keys, access))
    return;
  if (strcmp (method, "OPTIONS") == 0 && access->allowed_origin != NULL &&
      relais_field_find (fields, n_fields, "Access-Control-Request-Method") != NULL)
    {
      access->verdict = RELAIS_ACCESS_PREFLIGHT;
      return;
    }
  if (check_key (config, place, route, fields, n_fields, &keys, access) &&
      check_media (method, fields, n_fields, &keys, access))
    check_route (method, route, fields, n_fields, access);
}

/**
 * relais_access_clear:
 * @access: a verdict
 *
 * Frees what it owns, and leaves it all zero.
 */
void
relais_access_clear (RelaisAccess *access)
{
  g_clear_pointer (&access->failure, relais_failure_free);
  g_clear_pointer (&access->allowed_origin, g_free);
  g_clear_pointer (&access->refused_host, g_free);
  g_clear_pointer (&access->refused_origin, g_free);
  memset (access, 0, sizeof *access);
}
