/* relais-serve.c: relais serve: the proxy without a window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-serve"

#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <glib-unix.h>

#include "relais-cli.h"

typedef struct
{
  RelaisEngine *engine;
  GMainLoop    *loop;
  const char *key_file; /* NULL when the key was given */
  gboolean      stopping;
  int           status;
} Serve;

static int port = RELAIS_DEFAULT_PORT;
static gboolean lan, practice, strict_translation;
static char *auth_mode, *api_key_file, *accounts_file, *rules_file, *data_dir;

static const GOptionEntry entries[] = {
  { "port", 0, 0, G_OPTION_ARG_INT, &port, "Port to listen on; 0 picks a free one (8045)", "N" },
  { "lan", 0, 0, G_OPTION_ARG_NONE, &lan, "Let other devices on the network connect", NULL },
  { "auth-mode", 0, 0, G_OPTION_ARG_STRING, &auth_mode, "off, strict, all_except_health or auto (auto)", "MODE" },
  { "api-key-file", 0, 0, G_OPTION_ARG_FILENAME, &api_key_file, "Read the client key from FILE", "FILE" },
  { "accounts-file", 0, 0, G_OPTION_ARG_FILENAME, &accounts_file, "Read accounts from FILE, not the keyring", "FILE" },
  { "rules-file", 0, 0, G_OPTION_ARG_FILENAME, &rules_file, "Which model is used for which, from FILE", "FILE" },
  { "strict-translation", 0, 0, G_OPTION_ARG_NONE, &strict_translation, "Refuse what cannot be translated as it is", NULL },
  { "practice", 0, 0, G_OPTION_ARG_NONE, &practice, "Add the practice account, for this run", NULL },
  { "data-dir", 0, 0, G_OPTION_ARG_FILENAME, &data_dir, "Where a key made at start is kept", "DIR" },
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

  if (serve->stopping)
    {
      g_main_loop_quit (serve->loop);
      return G_SOURCE_CONTINUE;
    }
  serve->stopping = TRUE;
  fprintf (stderr, "stopping; running answers get up to 5 seconds\n");
  relais_engine_stop_async (serve->engine, NULL, stopped_cb, serve);
  return G_SOURCE_CONTINUE;
}

/* Said only where the key was not given and no keyring has it. */
static void
say_key_file (Serve *serve)
{
  if (serve->key_file != NULL &&
      relais_engine_get_keyring (serve->engine) != RELAIS_ENGINE_KEYRING_READY)
    fprintf (stderr, "the client key is in %s\n", serve->key_file);
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
      serve->status = RELAIS_EXIT_FAILED;
      g_main_loop_quit (serve->loop);
      return;
    }
  say_key_file (serve);
  urls = relais_engine_dup_urls (serve->engine);
  printf ("listening on %s\n", urls[0]);
  for (guint i = 1; urls[i] != NULL; i++)
    printf ("  also on %s\n", urls[i]);
  fflush (stdout);
}

static void
loaded_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Serve *serve = user_data;
  g_autoptr (GError) error = NULL;

  if (relais_engine_load_finish (serve->engine, result, &error))
    {
      relais_engine_start_async (serve->engine, NULL, started_cb, serve);
      return;
    }
  fprintf (stderr, "relais serve: %s\n", error->message);
  serve->status = RELAIS_EXIT_FAILED;
  g_main_loop_quit (serve->loop);
}

/* RELAIS_API_KEY, else --api-key-file; NULL without an error: the keyring's, or one made. */
static char *
read_api_key (GError **error)
{
  const char *variable = g_getenv ("RELAIS_API_KEY");
  char *text = NULL;
  struct stat info;

  if (variable != NULL && *variable != '\0')
    {
      text = g_strdup (variable);
      g_unsetenv ("RELAIS_API_KEY"); /* no child inherits it */
      return text;
    }
  if (api_key_file == NULL)
    return NULL;
  if (stat (api_key_file, &info) == 0 && (info.st_mode & 077) != 0)
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_PERM, "%s can be read by others: run “chmod 600 %s” first",
                   api_key_file, api_key_file);
      return NULL;
    }
  if (!g_file_get_contents (api_key_file, &text, NULL, error))
    return NULL;
  return g_strstrip (text);
}

static gboolean
apply_settings (RelaisEngine  *engine,
                GError       **error)
{
  RelaisAuthMode mode = RELAIS_AUTH_MODE_AUTO;

  if (auth_mode != NULL && !relais_auth_mode_parse (auth_mode, &mode))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   "--auth-mode takes off, strict, all_except_health or auto, not “%s”", auth_mode);
      return FALSE;
    }
  if (!relais_engine_set_port (engine, port, error))
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
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autofree char *key = NULL;
  g_autofree char *folder = NULL;
  g_autofree char *key_file = NULL;
  Serve serve = { .loop = loop };
  RelaisEngineOptions options = { 0 };

  if (!relais_cli_parse ("serve", "run the proxy without a window", entries, &argc, &argv))
    return RELAIS_EXIT_USAGE;
  if (argc > 1)
    {
      fprintf (stderr, "relais serve: unexpected argument “%s”\n", argv[1]);
      return RELAIS_EXIT_USAGE;
    }
  key = read_api_key (&error);
  if (error != NULL)
    {
      fprintf (stderr, "relais serve: %s\n", error->message);
      return RELAIS_EXIT_FAILED;
    }
  folder = relais_cli_data_dir (data_dir);
  key_file = g_build_filename (folder, "client-key", NULL);
  options.practice = practice;
  options.accounts_file = accounts_file;
  options.rules_file = rules_file;
  options.use_keyring = accounts_file == NULL && !practice;
  options.api_key = key;
  options.key_file = key_file;
  engine = relais_engine_new (&options);
  if (key != NULL)
    explicit_bzero (key, strlen (key));
  if (!apply_settings (engine, &error))
    {
      fprintf (stderr, "relais serve: %s\n", error->message);
      return RELAIS_EXIT_USAGE;
    }
  serve.engine = engine;
  serve.key_file = key == NULL ? key_file : NULL;
  g_unix_signal_add (SIGTERM, signal_cb, &serve);
  g_unix_signal_add (SIGINT, signal_cb, &serve);
  relais_engine_load_async (engine, FALSE, NULL, loaded_cb, &serve);
  g_main_loop_run (loop);
  return serve.status;
}
