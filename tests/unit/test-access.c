/* test-access.c: who may do what, in every mode, from every origin, with a key in every place
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/relais-error.h"
#include "server/relais-access.h"

#define KEY "sk-0123456789abcdef"
#define MAX_FIELDS 8

static const char *const paths[] = {
  "/healthz",
  "/v1/models",
  "/v1/chat/completions",
  "/v1/responses",
  "/v1/messages",
  "/v1beta/models/m:generateContent",
};

static const char *const addresses[] = { "192.168.1.5", "fd00::5", NULL };

static RelaisConfig *
make_config (void)
{
  RelaisConfig *config = relais_config_new ();

  g_assert_true (relais_config_set_api_key (config, KEY, NULL));
  return config;
}

/* Lines of "Name: value", as many as there are; returns the status, 0 for allowed, 204 for a
 * preflight. */
static guint
check_from (gboolean      remote,
            RelaisConfig *config,
            const char   *method,
            const char   *target,
            const char   *lines,
            RelaisAccess *access)
{
  const RelaisAccessPlace place = { "box.example.org", addresses, remote };
  g_auto (GStrv) parts = g_strsplit (lines, "\n", MAX_FIELDS);
  RelaisField fields[MAX_FIELDS];
  g_autoptr (RelaisRoute) route = NULL;
  gsize n = 0;

  for (; parts[n] != NULL && *parts[n] != '\0'; n++)
    {
      char *colon = strstr (parts[n], ": ");

      g_assert_nonnull (colon);
      *colon = '\0';
      fields[n].name = parts[n];
      fields[n].value = colon + 2;
    }
  route = relais_route_new (method, target, fields, n, "http://127.0.0.1:8045");
  relais_access_check (config, &place, method, route, fields, n, access);
  g_assert_cmpint (access->verdict == RELAIS_ACCESS_REFUSE, ==, access->failure != NULL);
  if (access->failure != NULL)
    {
      g_assert_null (strstr (access->failure->message, KEY));
      return relais_error_get_status (access->failure->code);
    }
  return access->verdict == RELAIS_ACCESS_PREFLIGHT ? 204 : 0;
}

static guint
check (RelaisConfig *config,
       const char   *method,
       const char   *target,
       const char   *lines,
       RelaisAccess *access)
{
  return check_from (FALSE, config, method, target, lines, access);
}

/* Without LAN access another device is nobody, whatever the mode and whatever it shows. */
static void
test_remote (void)
{
  g_autoptr (RelaisConfig) config = make_config ();

  for (guint mode = RELAIS_AUTH_MODE_OFF; mode <= RELAIS_AUTH_MODE_AUTO; mode++)
    for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
      for (guint lan = 0; lan < 2; lan++)
        {
          RelaisAccess access;
          guint status;

          relais_config_set_auth_mode (config, mode);
          relais_config_set_allow_lan_access (config, lan);
          status = check_from (TRUE, config, i < 2 ? "GET" : "POST", paths[i],
                               "Host: 192.168.1.5\nContent-Type: application/json\nx-api-key: " KEY, &access);
          g_assert_cmpuint (status, ==, lan ? 0 : 403);
          relais_access_clear (&access);
        }
}

static void
expect (RelaisConfig *config,
        const char   *method,
        const char   *target,
        const char   *lines,
        guint         status)
{
  RelaisAccess access = { 0 };

  g_test_message ("%s %s\n%s", method, target, lines);
  g_assert_cmpuint (check (config, method, target, lines, &access), ==, status);
  relais_access_clear (&access);
}

/* Every mode, with and without other machines, no key, a wrong and the right one, in every place,
 * on every kind of path. */
static void
test_keys (void)
{
  static const char *const places[] = {
    "Authorization: Bearer %s\n",
    "authorization: bEaReR  %s\n",
    "Authorization: %s\n",
    "x-api-key: %s\n",
    "X-Goog-Api-Key: %s\n",
    "api-key: %s\n",
    "query",
  };
  static const char *const values[] = { NULL, "sk-0123456789abcdeF", "sk-0123456789abcde", KEY };
  g_autoptr (RelaisConfig) config = make_config ();
  guint n = 0;

  for (int mode = RELAIS_AUTH_MODE_OFF; mode <= RELAIS_AUTH_MODE_AUTO; mode++)
    for (int lan = 0; lan < 2; lan++)
      for (guint path = 0; path < G_N_ELEMENTS (paths); path++)
        for (guint value = 0; value < G_N_ELEMENTS (values); value++)
          for (guint place = 0; place < G_N_ELEMENTS (places); place++)
            {
              const char *method = path < 2 ? "GET" : "POST";
              gboolean in_query = strcmp (places[place], "query") == 0;
              gboolean strict = mode == RELAIS_AUTH_MODE_STRICT;
              gboolean some = strict || mode == RELAIS_AUTH_MODE_ALL_EXCEPT_HEALTH ||
                              (mode == RELAIS_AUTH_MODE_AUTO && lan);
              gboolean needed = some && (strict || path != 0);
              gboolean right = value == 3;
              g_autoptr (GString) lines = g_string_new ("Host: localhost:8045\nContent-Type: application/json\n");
              g_autofree char *target = g_strdup (paths[path]);
              RelaisAccess access = { 0 };
              guint status;

              if (values[value] != NULL && in_query)
                {
                  g_free (target);
                  target = g_strdup_printf ("%s?x=1&key=%s", paths[path], values[value]);
                }
              else if (values[value] != NULL)
                {
                  char **halves = g_strsplit (places[place], "%s", 2);

                  g_string_append_printf (lines, "%s%s%s", halves[0], values[value], halves[1]);
                  g_strfreev (halves);
                }
              relais_config_set_auth_mode (config, mode);
              relais_config_set_allow_lan_access (config, lan);
              status = check (config, method, target, lines->str, &access);
              g_test_message ("mode %d lan %d %s %s", mode, lan, target, lines->str);
              g_assert_cmpuint (status, ==, needed && !right ? 401 : 0);
              g_assert_cmpint (access.good_key, ==, right);
              g_assert_cmpint (access.bad_key, ==, status == 401 && values[value] != NULL);
              relais_access_clear (&access);
              n++;
            }
  g_assert_cmpuint (n, ==, 4 * 2 * 6 * 4 * 7);
}

/* One right key is enough, wherever the wrong ones are; nearly a key is none. */
static void
test_key_forms (void)
{
  static const struct
  {
    const char *lines;
    guint status;
  } cases[] = {
    { "x-api-key: wrong\nAuthorization: Bearer " KEY, 0 },
    { "Authorization: Bearer wrong\nx-api-key: " KEY, 0 },
    { "Authorization: Bearer wrong\nAuthorization: Bearer " KEY, 0 },
    { "x-api-key: wrong\nx-goog-api-key: wrong\napi-key: " KEY, 0 },
    { "x-api-key: Bearer " KEY, 401 },
    { "Authorization: Basic " KEY, 401 },
    { "Authorization: Bearer" KEY, 401 },
    { "Authorization: Bearer " KEY " ", 401 },
    { "Authorization: Bearer " KEY "," KEY, 401 },
    { "Authorization: Bearer ", 401 },
    { "x-api-key: " KEY KEY, 401 },
    { "x-api-key: sk-", 401 },
    { "Cookie: key=" KEY, 401 },
    { "proxy-authorization: Bearer " KEY, 401 },
  };
  g_autoptr (RelaisConfig) config = make_config ();

  relais_config_set_auth_mode (config, RELAIS_AUTH_MODE_STRICT);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    expect (config, "GET", "/v1/models", cases[i].lines, cases[i].status);
  g_assert_true (relais_config_set_api_key (config, NULL, NULL));
  expect (config, "GET", "/v1/models", "x-api-key: " KEY, 401);
  expect (config, "GET", "/v1/models?key=", "x-api-key: ", 401);
}

/* The 401 says what was seen and what would do, never the key. */
static void
test_key_words (void)
{
  g_autoptr (RelaisConfig) config = make_config ();
  RelaisAccess access = { 0 };

  relais_config_set_auth_mode (config, RELAIS_AUTH_MODE_STRICT);
  check (config, "GET", "/v1/models?key=sk-secret-guess", "x-api-key: sk-other-guess", &access);
  g_assert_nonnull (strstr (access.failure->message, "x-api-key and key= in the query"));
  g_assert_nonnull (strstr (access.failure->message, "Authorization: Bearer"));
  g_assert_null (strstr (access.failure->message, "guess"));
  relais_access_clear (&access);
  check (config, "GET", "/v1/models", "", &access);
  g_assert_nonnull (strstr (access.failure->message, "No API key was sent"));
  g_assert_nonnull (strstr (access.failure->message, "x-goog-api-key"));
  relais_access_clear (&access);
}

/* Where it is kept, too, to people of this computer only. */
static void
test_key_place (void)
{
  static const struct
  {
    const char *lines;
    gboolean remote, told;
  } cases[] = {
    { "Host: 127.0.0.1:8045", FALSE, TRUE },
    { "", FALSE, TRUE },
    { "Host: 127.0.0.1:8045", TRUE, FALSE },
    { "Host: box.local:8045", FALSE, FALSE },
  };
  g_autoptr (RelaisConfig) config = make_config ();

  relais_config_set_auth_mode (config, RELAIS_AUTH_MODE_STRICT);
  relais_config_set_allow_lan_access (config, TRUE);
  relais_config_set_key_place (config, "in /home/me/key");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      RelaisAccess access = { 0 };
      const char *message;

      check_from (cases[i].remote, config, "GET", "/v1/models", cases[i].lines, &access);
      message = access.failure->message;
      g_assert_cmpint (strstr (message, "Give the client the one in /home/me/key; ") != NULL, ==, cases[i].told);
      g_assert_cmpint (strstr (message, "the one that the Relais window shows") == NULL, ==, cases[i].told);
      relais_access_clear (&access);
    }
}

static void
test_host (void)
{
  static const struct
  {
    const char *host;
    guint local, lan;
  } cases[] = {
    { "localhost", 0, 0 },
    { "localhost:8045", 0, 0 },
    { "LocalHost:1", 0, 0 },
    { "localhost.:8045", 0, 0 },
    { "127.0.0.1:8045", 0, 0 },
    { "127.0.0.1", 0, 0 },
    { "127.8.8.8:8045", 0, 0 },
    { "[::1]:8045", 0, 0 },
    { "[0:0:0:0:0:0:0:1]", 0, 0 },
    { "192.168.1.5:8045", 0, 0 },
    { "[fd00::5]:8045", 0, 0 },
    { "[fd00:0:0::5]", 0, 0 },
    { "box.example.org:8045", 421, 0 },
    { "BOX.local", 421, 0 },
    { "box", 421, 421 },
    { "listed.example:99", 0, 0 },
    { "LISTED.example.", 0, 0 },
    { "evil.example", 421, 421 },
    { "localhost.evil.example", 421, 421 },
    { "evil-localhost", 421, 421 },
    { "127.0.0.1.evil.example", 421, 421 },
    { "192.168.1.6", 421, 421 },
    { "8.8.8.8", 421, 421 },
    { "[fd00::6]", 421, 421 },
    { "0.0.0.0", 421, 421 },
    { "0x7f000001", 421, 421 },
    { "2130706433", 421, 421 },
    { "[2001:db8::9]:8045", 0, 0 },
    { "127.1", 421, 421 },
    { "local", 421, 421 },
    { ".local", 421, 421 },
    { ".", 421, 421 },
  };
  const char *hosts[] = { "listed.example", "2001:db8:0::9", NULL };
  g_autoptr (RelaisConfig) config = make_config ();
  RelaisAccess access = { 0 };

  g_assert_true (relais_config_set_allowed_hosts (config, hosts, NULL));
  relais_config_set_auth_mode (config, RELAIS_AUTH_MODE_OFF);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *line = g_strconcat ("Host: ", cases[i].host, NULL);

      relais_config_set_allow_lan_access (config, FALSE);
      expect (config, "GET", "/v1/models", line, cases[i].local);
      relais_config_set_allow_lan_access (config, TRUE);
      expect (config, "GET", "/v1/models", line, cases[i].lan);
      expect (config, "GET", "/healthz", line, cases[i].lan);
    }
  /* HTTP/1.0 without any: no browser speaks so */
  expect (config, "GET", "/v1/models", "", 0);
  /* a key does not help a wrong host, and the words say what would */
  g_assert_cmpuint (check (config, "GET", "/v1/models", "Host: evil.example\nx-api-key: " KEY, &access), ==, 421);
  g_assert_nonnull (strstr (access.failure->message, "--allowed-host"));
  g_assert_nonnull (strstr (access.failure->message, "evil.example"));
  relais_access_clear (&access);
}

/* What a person could allow is told, in the form that the lists take; nothing else is. */
static void
test_allowable (void)
{
  static const struct
  {
    const char *lines;
    guint status;
    const char *host, *origin;
  } cases[] = {
    { "Host: EVIL.example.:99", 421, "evil.example", NULL },
    { "Host: [fd00::6]:8045", 421, "fd00::6", NULL },
    { "Host: a..b", 421, NULL, NULL },
    { "Host: a b", 421, NULL, NULL },
    { "Host: localhost\nOrigin: https://App.example:8443", 403, NULL, "https://App.example:8443" },
    { "Host: localhost\nOrigin: https://app.example/path", 403, NULL, NULL },
    { "Host: localhost\nOrigin: null", 403, NULL, NULL },
    { "Host: localhost\nSec-Fetch-Site: cross-site", 403, NULL, NULL },
    { "Host: localhost", 0, NULL, NULL },
  };
  g_autoptr (RelaisConfig) config = make_config ();

  relais_config_set_auth_mode (config, RELAIS_AUTH_MODE_OFF);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      RelaisAccess access = { 0 };
      const char *hosts[] = { cases[i].host, NULL };
      const char *origins[] = { cases[i].origin, NULL };

      g_test_message ("%s", cases[i].lines);
      g_assert_cmpuint (check (config, "GET", "/v1/models", cases[i].lines, &access), ==, cases[i].status);
      g_assert_cmpstr (access.refused_host, ==, cases[i].host);
      g_assert_cmpstr (access.refused_origin, ==, cases[i].origin);
      relais_access_clear (&access);

      /* allowed, it comes in */
      if (cases[i].host == NULL && cases[i].origin == NULL)
        continue;
      g_assert_true (relais_config_set_allowed_hosts (config, hosts, NULL));
      g_assert_true (relais_config_set_allowed_origins (config, origins, NULL));
      expect (config, "GET", "/v1/models", cases[i].lines, 0);
    }
}

static void
test_origin (void)
{
  static const struct
  {
    const char *lines;
    guint without, with_key; /* status without and with the right key */
    gboolean echoed;
  } cases[] = {
    { "Origin: http://localhost:3000", 0, 0, TRUE },
    { "Origin: https://localhost", 0, 0, TRUE },
    { "Origin: http://127.0.0.1:5173", 0, 0, TRUE },
    { "Origin: http://[::1]:5173", 0, 0, TRUE },
    { "Origin: http://tauri.localhost", 0, 0, TRUE },
    { "Origin: app://obsidian.md", 0, 0, TRUE },
    { "Origin: tauri://localhost", 0, 0, TRUE },
    { "Origin: vscode-webview://1a2b3c", 0, 0, TRUE },
    { "Origin: vscode-file://vscode-app", 0, 0, TRUE },
    { "Origin: https://listed.example", 0, 0, TRUE },
    { "Origin: https://LISTED.example", 0, 0, TRUE },
    { "Origin: https://listed.example\nSec-Fetch-Site: cross-site", 0, 0, TRUE },
    { "Origin: http://localhost:3000\nSec-Fetch-Site: same-site", 0, 0, TRUE },
    { "Origin: http://listed.example", 403, 403, FALSE },
    { "Origin: https://listed.example:8443", 403, 403, FALSE },
    { "Origin: https://evil.example", 403, 403, FALSE },
    { "Origin: https://localhost.evil.example", 403, 403, FALSE },
    { "Origin: https://evillocalhost", 403, 403, FALSE },
    { "Origin: http://127.0.0.1.evil.example", 403, 403, FALSE },
    { "Origin: http://192.168.1.5:8045", 403, 403, FALSE },
    { "Origin: chrome-extension://abcdef", 403, 403, FALSE },
    { "Origin: file://", 403, 403, FALSE },
    { "Origin: ftp://localhost", 403, 403, FALSE },
    { "Origin: app:", 403, 403, FALSE },
    { "Origin: app://", 403, 403, FALSE },
    { "Origin: ", 403, 403, FALSE },
    { "Origin: http://localhost/path", 403, 403, FALSE },
    { "Origin: http://localhost http://evil.example", 403, 403, FALSE },
    { "Origin: http://evil.example@localhost", 403, 403, FALSE },
    { "Origin: *", 403, 403, FALSE },
    { "Origin: NULL", 403, 403, FALSE },
    { "Origin: null", 403, 0, FALSE },
    { "Origin: null\nSec-Fetch-Site: cross-site", 403, 0, FALSE },
    { "Sec-Fetch-Site: cross-site", 403, 403, FALSE },
    { "Sec-Fetch-Site: Same-Site", 403, 403, FALSE },
    { "Sec-Fetch-Site: same-origin", 0, 0, FALSE },
    { "Sec-Fetch-Site: none", 0, 0, FALSE },
    { "Host: localhost", 0, 0, FALSE },
  };
  const char *origins[] = { "https://listed.example", NULL };
  g_autoptr (RelaisConfig) config = make_config ();

  g_assert_true (relais_config_set_allowed_origins (config, origins, NULL));
  relais_config_set_auth_mode (config, RELAIS_AUTH_MODE_OFF);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *with_key = g_strconcat (cases[i].lines, "\nAuthorization: Bearer ", KEY, NULL);
      RelaisAccess access = { 0 };

      g_test_message ("%s", with_key);
      expect (config, "GET", "/v1/models", cases[i].lines, cases[i].without);
      g_assert_cmpuint (check (config, "GET", "/v1/models", with_key, &access), ==, cases[i].with_key);
      g_assert_cmpint (access.allowed_origin != NULL, ==, cases[i].echoed);
      if (cases[i].echoed)
        g_assert_nonnull (strstr (cases[i].lines, access.allowed_origin));
      if (cases[i].without == 403 && access.failure != NULL)
        g_assert_nonnull (strstr (access.failure->message, "--allowed-origin"));
      relais_access_clear (&access);
    }
}

/* A wrong key with the null origin is a guess: otherwise 403 and 200 would tell the right one. */
static void
test_null_guess (void)
{
  g_autoptr (RelaisConfig) config = make_config ();
  RelaisAccess access = { 0 };

  g_assert_cmpuint (check (config, "GET", "/v1/models", "Origin: null\nx-api-key: sk-0", &access), ==, 403);
  g_assert_true (access.bad_key);
  relais_access_clear (&access);
  g_assert_cmpuint (check (config, "GET", "/v1/models", "Origin: null", &access), ==, 403);
  g_assert_false (access.bad_key);
  relais_access_clear (&access);
  g_assert_cmpuint (check (config, "POST", "/v1/messages", "x-api-key: sk-0", &access), ==, 415);
  g_assert_true (access.bad_key);
  relais_access_clear (&access);
}

static void
test_preflight (void)
{
  static const struct
  {
    const char *target;
    const char *lines;
    guint off, strict;
  } cases[] = {
    { "/v1/messages", "Origin: http://localhost:3000\nAccess-Control-Request-Method: POST", 204, 204 },
    { "/v1/nowhere", "Origin: app://x\nAccess-Control-Request-Method: POST", 204, 204 },
    { "/v1/messages", "Origin: https://evil.example\nAccess-Control-Request-Method: POST", 403, 403 },
    { "/v1/messages", "Origin: null\nAccess-Control-Request-Method: POST", 403, 403 },
    { "/v1/messages", "Access-Control-Request-Method: POST", 0, 401 },
    { "/v1/messages", "Origin: http://localhost:3000", 0, 401 },
    { "/v1/messages", "Host: localhost", 0, 401 },
    { "*", "Host: localhost", 0, 401 },
    { "*", "x-api-key: " KEY, 0, 0 },
    { "/nowhere", "x-api-key: " KEY, 0, 0 },
    { "/v1/messages", "Host: evil.example\nOrigin: http://localhost\nAccess-Control-Request-Method: POST", 421, 421 },
  };
  g_autoptr (RelaisConfig) config = make_config ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      relais_config_set_auth_mode (config, RELAIS_AUTH_MODE_OFF);
      expect (config, "OPTIONS", cases[i].target, cases[i].lines, cases[i].off);
      relais_config_set_auth_mode (config, RELAIS_AUTH_MODE_STRICT);
      expect (config, "OPTIONS", cases[i].target, cases[i].lines, cases[i].strict);
    }
}

static void
test_media (void)
{
  static const struct
  {
    const char *lines;
    guint without, with_key;
  } cases[] = {
    { "Content-Type: application/json", 0, 0 },
    { "Content-Type: application/json; charset=utf-8", 0, 0 },
    { "Content-Type: Application/JSON ;charset=utf-8", 0, 0 },
    { "Content-Type: application/vnd.api+json", 0, 0 },
    { "Content-Type: text/json", 0, 0 },
    { "Content-Type: text/plain", 415, 0 },
    { "Content-Type: text/plain; application/json", 415, 0 },
    { "Content-Type: application/x-www-form-urlencoded", 415, 0 },
    { "Content-Type: multipart/form-data; boundary=application/json", 415, 0 },
    { "Content-Type: application/jsonp", 415, 0 },
    { "Content-Type: ", 415, 0 },
    { "Host: localhost", 415, 0 },
    { "Content-Type: application/json\nContent-Encoding: gzip", 415, 415 },
    { "Content-Type: application/json\nContent-Encoding: identity", 0, 0 },
  };
  g_autoptr (RelaisConfig) config = make_config ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *with_key = g_strconcat (cases[i].lines, "\nx-api-key: ", KEY, NULL);

      relais_config_set_auth_mode (config, RELAIS_AUTH_MODE_OFF);
      expect (config, "POST", "/v1/messages", cases[i].lines, cases[i].without);
      expect (config, "POST", "/v1/messages?key=" KEY, cases[i].lines, cases[i].without);
      expect (config, "POST", "/v1/messages", with_key, cases[i].with_key);
      relais_config_set_auth_mode (config, RELAIS_AUTH_MODE_STRICT);
      expect (config, "POST", "/v1/messages", cases[i].lines, 401);
    }
  relais_config_set_auth_mode (config, RELAIS_AUTH_MODE_OFF);
  expect (config, "GET", "/v1/models", "Content-Type: text/plain", 0);
}

/* Only who may come in hears what there is. */
static void
test_served (void)
{
  static const struct
  {
    const char *method, *target, *lines;
    guint status;
  } cases[] = {
    { "GET", "/nowhere", "Host: localhost", 404 },
    { "POST", "/v1/files", "Content-Type: application/json", 404 },
    { "GET", "/v1/messages", "Host: localhost", 405 },
    { "DELETE", "/v1/models/m", "Host: localhost", 405 },
    { "GET", "/v1/responses", "Host: localhost", 405 },
    { "GET", "/v1/responses", "Upgrade: WebSocket", 426 },
    { "GET", "/v1/responses", "Upgrade: h2c", 405 },
    { "GET", "/v1/models", "Upgrade: websocket", 0 },
    { "POST", "/v1/responses", "Content-Type: application/json\nUpgrade: websocket", 0 },
  };
  g_autoptr (RelaisConfig) config = make_config ();
  RelaisAccess access = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      relais_config_set_auth_mode (config, RELAIS_AUTH_MODE_OFF);
      expect (config, cases[i].method, cases[i].target, cases[i].lines, cases[i].status);
      relais_config_set_auth_mode (config, RELAIS_AUTH_MODE_STRICT);
      expect (config, cases[i].method, cases[i].target, cases[i].lines, 401);
    }
  relais_config_set_auth_mode (config, RELAIS_AUTH_MODE_OFF);
  check (config, "POST", "/v1/files", "Content-Type: application/json", &access);
  g_assert_cmpint (access.failure->code, ==, RELAIS_ERROR_NOT_SUPPORTED);
  relais_access_clear (&access);
  check (config, "GET", "/v1/messages", "", &access);
  g_assert_nonnull (strstr (access.failure->message, "POST"));
  relais_access_clear (&access);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/access/keys", test_keys);
  g_test_add_func ("/access/key-forms", test_key_forms);
  g_test_add_func ("/access/key-words", test_key_words);
  g_test_add_func ("/access/key-place", test_key_place);
  g_test_add_func ("/access/host", test_host);
  g_test_add_func ("/access/allowable", test_allowable);
  g_test_add_func ("/access/origin", test_origin);
  g_test_add_func ("/access/null-guess", test_null_guess);
  g_test_add_func ("/access/preflight", test_preflight);
  g_test_add_func ("/access/media", test_media);
  g_test_add_func ("/access/served", test_served);
  g_test_add_func ("/access/remote", test_remote);
  return g_test_run ();
}
