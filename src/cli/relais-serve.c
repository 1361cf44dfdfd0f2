/* relais-serve.c: relais serve: the proxy without a window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-serve"

#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <glib-unix.h>

#include "base/relais-error.h"

#include "relais-cli.h"
#include "relais-request-log.h"

#define FIXED "fixed:"

typedef struct
{
  RelaisEngine     *engine;
  RelaisRequestLog *log;
  GMainLoop        *loop;
  GCancellable *patience; /* with running answers, once it stops */
  const char *key_source; /* how the key was given, or NULL */
  const char       *key_file;
  int               status;
} Serve;

static gboolean lan, practice, strict_translation, no_log;
static char *port, *auth_mode, *api_key_file, *accounts_file, *rules_file, *proxy, *data_dir;
static char *scheduling, *max_wait, *first_byte_timeout, *gap_timeout;
static char **allowed_hosts, **allowed_origins;

static const GOptionEntry entries[] = {
  { "port", 0, 0, G_OPTION_ARG_STRING, &port, "Port to listen on, from 1024; 0 picks a free one (8045)", "N" },
  { "lan", 0, 0, G_OPTION_ARG_NONE, &lan, "Let other devices on the network connect", NULL },
  { "auth-mode", 0, 0, G_OPTION_ARG_STRING, &auth_mode, "off, strict, all_except_health or auto (auto)", "MODE" },
  { "allowed-host", 0, 0, G_OPTION_ARG_STRING_ARRAY, &allowed_hosts,
    "Answer to this name too; may be given again", "NAME" },
  { "allowed-origin", 0, 0, G_OPTION_ARG_STRING_ARRAY, &allowed_origins,
    "Let web pages from there in (https://app.example); may be given again", "ORIGIN" },
  { "api-key-file", 0, 0, G_OPTION_ARG_FILENAME, &api_key_file, "Read the client key from FILE", "FILE" },
  { "accounts-file", 0, 0, G_OPTION_ARG_FILENAME, &accounts_file, "Read accounts from FILE, not the keyring", "FILE" },
  { "rules-file", 0, 0, G_OPTION_ARG_FILENAME, &rules_file, "Which model is used for which, from FILE", "FILE" },
  { "scheduling", 0, 0, G_OPTION_ARG_STRING, &scheduling,
    "How to choose among accounts: cache-first, balance, performance-first or fixed:ID (cache-first)", "MODE" },
  { "max-wait", 0, 0, G_OPTION_ARG_STRING, &max_wait, "Hold a request up to N seconds for an account, 0 to 60 (10)", "N" },
  { "first-byte-timeout", 0, 0, G_OPTION_ARG_STRING, &first_byte_timeout,
    "Give up a provider that has not begun to answer after N seconds, 1 to 3600 (600)", "N" },
  { "gap-timeout", 0, 0, G_OPTION_ARG_STRING, &gap_timeout,
    "Give up a provider that is silent for N seconds within an answer, 1 to 3600 (300)", "N" },
  { "proxy", 0, 0, G_OPTION_ARG_STRING, &proxy, RELAIS_CLI_PROXY_HELP, "URL" },
  { "strict-translation", 0, 0, G_OPTION_ARG_NONE, &strict_translation, "Refuse what cannot be translated as it is", NULL },
  { "practice", 0, 0, G_OPTION_ARG_NONE, &practice, "Add the practice account, for this run", NULL },
  { "data-dir", 0, 0, G_OPTION_ARG_FILENAME, &data_dir, "Where the client key is kept without a keyring", "DIR" },
  { "no-log", 0, 0, G_OPTION_ARG_NONE, &no_log, "Print no line for each request", NULL },
  G_OPTION_ENTRY_NULL
};

static void
stopped_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Serve *serve = user_data;

  relais_engine_stop_finish (RELAIS_ENGINE (source), result, NULL);
  g_main_loop_quit (serve->loop);
}

static gboolean
signal_cb (gpointer user_data)
{
  Serve *serve = user_data;

  if (serve->patience != NULL)
    {
      g_cancellable_cancel (serve->patience);
      return G_SOURCE_CONTINUE;
    }
  serve->patience = g_cancellable_new ();
  relais_request_log_say (serve->log, "stopping; running answers get up to 5 seconds");
  relais_engine_stop_async (serve->engine, serve->patience, stopped_cb, serve);
  return G_SOURCE_CONTINUE;
}

/* Whether it is asked for, and where it is: never the key itself. */
static void
say_key (Serve *serve)
{
  switch (relais_engine_get_key_mode (serve->engine))
    {
    case RELAIS_AUTH_MODE_STRICT:
      fprintf (stderr, "every request needs the client key\n");
      break;
    case RELAIS_AUTH_MODE_ALL_EXCEPT_HEALTH:
      fprintf (stderr, "every request but GET /healthz needs the client key\n");
      break;
    case RELAIS_AUTH_MODE_OFF:
    case RELAIS_AUTH_MODE_AUTO:
    default:
      fprintf (stderr, "no client key is needed%s\n", lan ? "" : ": only this computer can connect");
      break;
    }
  switch (relais_engine_get_key_place (serve->engine))
    {
    case RELAIS_ENGINE_KEY_GIVEN:
      fprintf (stderr, "the client key is the one from %s\n", serve->key_source);
      break;
    case RELAIS_ENGINE_KEY_KEYRING:
      fprintf (stderr, "the client key is in the keyring: “relais key” prints it\n");
      break;
    case RELAIS_ENGINE_KEY_FILE:
      fprintf (stderr, "the client key is in %s\n", serve->key_file);
      break;
    case RELAIS_ENGINE_KEY_NOWHERE:
    default:
      break;
    }
}

/* For a person who looks around; the account answers only who asks it. */
static void
say_what_to_try (Serve      *serve,
                 const char *url)
{
  gboolean open = relais_engine_get_key_mode (serve->engine) == RELAIS_AUTH_MODE_OFF;

  fprintf (stderr,
           "to try the practice account, from another terminal:\n"
           "  curl -sS %s/v1/chat/completions -H 'Content-Type: application/json' %s\\\n"
           "    -d '{\"model\": \"practice\", \"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]}'\n",
           url, open ? "" : "-H 'Authorization: Bearer THE-CLIENT-KEY' ");
}

/* Where an account would come from depends on what was asked for, and on the machine. */
static void
say_where_accounts_go (RelaisEngine *engine)
{
  if (accounts_file != NULL)
    fprintf (stderr, "%s has no account that is enabled: write one there; the README shows how\n", accounts_file);
  else if (relais_engine_get_keyring (engine) == RELAIS_ENGINE_KEYRING_NO_SERVICE)
    fprintf (stderr, "no keyring service answers here, so accounts come from a file: --accounts-file FILE; the "
                     "README shows how\n");
  else
    fprintf (stderr, "“relais accounts add PROVIDER” adds one to the keyring; --accounts-file FILE reads them from a "
                     "file instead\n");
}

/* A rule that serves nobody is no reason not to start: others may serve. */
static void
say_idle_rules (RelaisEngine *engine)
{
  g_auto (GStrv) notes = relais_engine_dup_rule_notes (engine);

  for (guint i = 0; notes[i] != NULL; i++)
    fprintf (stderr, "warning: %s: %s\n", rules_file, notes[i]);
}

static const char *
find_fixed (void)
{
  return scheduling != NULL && g_str_has_prefix (scheduling, FIXED) ? scheduling + strlen (FIXED)
                                                                    : NULL;
}

/* Without the account that is to answer everything nothing could be: there are no others than those
 * that are there at the start. */
static gboolean
has_fixed (RelaisEngine  *engine,
           GError       **error)
{
  const char *id = find_fixed ();
  GListModel *rows = relais_engine_list_accounts (engine);
  g_autoptr (GString) ids = g_string_new (NULL);

  for (guint i = 0; id != NULL && i < g_list_model_get_n_items (rows); i++)
    {
      g_autoptr (RelaisAccountRow) row = g_list_model_get_item (rows, i);

      if (strcmp (relais_account_row_get_id (row), id) == 0)
        return TRUE;
      g_string_append_printf (ids, "%s“%s”", i > 0 ? ", " : "", relais_account_row_get_id (row));
    }
  /* that there are none at all is told at the start */
  if (ids->len == 0)
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               "--scheduling %s: no account has that id; there is %s", scheduling, ids->str);
  return FALSE;
}

static void
started_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Serve *serve = user_data;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) urls = NULL;

  if (!relais_engine_start_finish (serve->engine, result, &error))
    {
      fprintf (stderr, "relais serve: %s\n", error->message);
      if (g_error_matches (error, RELAIS_ERROR, RELAIS_ERROR_NO_ACCOUNT))
        say_where_accounts_go (serve->engine);
      serve->status = RELAIS_EXIT_FAILED;
      g_main_loop_quit (serve->loop);
      return;
    }
  say_idle_rules (serve->engine);
  say_key (serve);
  urls = relais_engine_dup_urls (serve->engine);
  printf ("listening on %s\n", urls[0]);
  for (guint i = 1; urls[i] != NULL; i++)
    printf ("  also on %s\n", urls[i]);
  fflush (stdout);
  if (practice)
    say_what_to_try (serve, urls[0]);
}

static void
loaded_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Serve *serve = user_data;
  g_autoptr (GError) error = NULL;

  if (relais_engine_load_finish (serve->engine, result, &error) &&
      has_fixed (serve->engine, &error))
    {
      relais_engine_start_async (serve->engine, NULL, started_cb, serve);
      return;
    }
  fprintf (stderr, "relais serve: %s\n", error->message);
  serve->status = RELAIS_EXIT_FAILED;
  g_main_loop_quit (serve->loop);
}

static gboolean
set_scheduling (RelaisEngine  *engine,
                GError       **error)
{
  const char *account = find_fixed ();
  RelaisScheduling mode = RELAIS_SCHEDULING_FIXED;

  if (scheduling == NULL)
    return TRUE;
  if ((account != NULL || relais_scheduling_parse (scheduling, &mode)) &&
      relais_engine_set_scheduling (engine, mode, account, NULL))
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               "--scheduling takes cache-first, balance, performance-first or fixed:ID, not “%s”", scheduling);
  return FALSE;
}

static gboolean
set_seconds (RelaisEngine  *engine,
             const char    *option,
             const char    *value,
             const char    *range,
             gboolean (*set) (RelaisEngine *engine, int seconds, GError **error),
             GError       **error)
{
  gint64 number = 0;

  if (value == NULL)
    return TRUE;
  if (g_ascii_string_to_signed (value, 10, 0, G_MAXINT, &number, NULL) &&
      set (engine, (int)number, NULL))
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               "--%s takes a number of seconds from %s, not “%s”", option, range, value);
  return FALSE;
}

static gboolean
apply_settings (RelaisEngine  *engine,
                GError       **error)
{
  RelaisAuthMode mode = RELAIS_AUTH_MODE_AUTO;
  gint64 number = RELAIS_DEFAULT_PORT;

  if (auth_mode != NULL && !relais_auth_mode_parse (auth_mode, &mode))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   "--auth-mode takes off, strict, all_except_health or auto, not “%s”", auth_mode);
      return FALSE;
    }
  if (port != NULL &&
      (!g_ascii_string_to_signed (port, 10, 0, G_MAXUINT16, &number, NULL) ||
       !relais_engine_set_port (engine, (int)number, NULL)))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   "--port takes a number from 1024 to 65535, or 0 for any free port, not “%s”", port);
      return FALSE;
    }
  if (!relais_engine_set_allowed_hosts (engine, (const char *const *)allowed_hosts, error))
    {
      g_prefix_error (error, "--allowed-host: ");
      return FALSE;
    }
  if (!relais_engine_set_allowed_origins (engine, (const char *const *)allowed_origins, error))
    {
      g_prefix_error (error, "--allowed-origin: ");
      return FALSE;
    }
  if (!set_scheduling (engine, error))
    return FALSE;
  if (!set_seconds (engine, "max-wait", max_wait, "0 to 60", relais_engine_set_max_wait, error) ||
      !set_seconds (engine, "first-byte-timeout", first_byte_timeout, "1 to 3600",
                    relais_engine_set_first_byte_timeout, error) ||
      !set_seconds (engine, "gap-timeout", gap_timeout, "1 to 3600", relais_engine_set_gap_timeout,
                    error))
    return FALSE;
  if (!relais_cli_set_proxy (engine, proxy, error))
    return FALSE;
  relais_engine_set_auth_mode (engine, mode);
  relais_engine_set_allow_lan_access (engine, lan);
  relais_engine_set_strict_translation (engine, strict_translation);
  if (lan && mode == RELAIS_AUTH_MODE_OFF)
    fprintf (stderr, "warning: anyone on this network can use your accounts (--lan with --auth-mode off)\n");
  return TRUE;
}

/**
 * relais_serve_main:
 * @argc: arguments
 * @argv: likewise, "serve" first
 *
 * Serves until SIGTERM or SIGINT, which let running answers end; a second one does not wait.
 *
 * Returns: the exit status
 */
int
relais_serve_main (int    argc,
                   char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RelaisEngine) engine = NULL;
  g_autoptr (RelaisRequestLog) log = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autofree char *key = NULL;
  g_autofree char *key_file = NULL;
  g_autofree char *source = NULL;
  Serve serve = { .loop = loop };
  RelaisEngineOptions options = { 0 };

  if (!relais_cli_parse ("serve", NULL,
                         "Runs the proxy without a window, until Ctrl+C or SIGTERM.\n\n"
                         "The client key is that of RELAIS_API_KEY, else of --api-key-file, else of the\n"
                         "keyring, else of the file client-key in the data folder; if there is none yet,\n"
                         "one is made. “relais key” prints it. With --practice or --accounts-file the\n"
                         "keyring is not asked.\n\n"
                         "Each request that is over has a line on standard error: when it came, method and\n"
                         "path, the model asked for → the one used, the account, the status, how long it took.\n"
                         "Neither keys nor prompts are in it.",
                         entries, &argc, &argv))
    return RELAIS_EXIT_USAGE;
  if (argc > 1)
    {
      fprintf (stderr, "relais serve: unexpected argument “%s”; see “relais serve --help”\n", argv[1]);
      return RELAIS_EXIT_USAGE;
    }
  if (api_key_file != NULL)
    source = g_canonicalize_filename (api_key_file, NULL);
  serve.key_source = relais_cli_has_key () ? "RELAIS_API_KEY" : source;
  key = relais_cli_find_key (api_key_file, &error);
  if (error != NULL)
    {
      fprintf (stderr, "relais serve: %s\n", error->message);
      return RELAIS_EXIT_FAILED;
    }
  key_file = relais_cli_key_file (data_dir);
  options.practice = practice;
  options.accounts_file = accounts_file;
  options.rules_file = rules_file;
  options.use_keyring = accounts_file == NULL && !practice;
  options.api_key = key;
  options.key_source = serve.key_source;
  options.key_file = key_file;
  engine = relais_engine_new (&options);
  relais_cli_say_notes (engine, accounts_file);
  if (key != NULL)
    explicit_bzero (key, strlen (key));
  if (!apply_settings (engine, &error))
    {
      fprintf (stderr, "relais serve: %s\n", error->message);
      return RELAIS_EXIT_USAGE;
    }
  log = relais_request_log_new (engine, !no_log);
  serve.engine = engine;
  serve.log = log;
  serve.key_file = key_file;
  g_unix_signal_add (SIGTERM, signal_cb, &serve);
  g_unix_signal_add (SIGINT, signal_cb, &serve);
  relais_engine_load_async (engine, FALSE, NULL, loaded_cb, &serve);
  g_main_loop_run (loop);
  relais_request_log_end (log);
  g_clear_object (&serve.patience);
  return serve.status;
}
