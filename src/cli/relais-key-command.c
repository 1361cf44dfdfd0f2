/* relais-key-command.c: relais key: show the client key, or make a new one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-key-command"

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/relais-error.h"
#include "base/relais-key.h"

#include "relais-cli.h"

static char *api_key_file, *data_dir;
static gboolean no_keyring;

static const GOptionEntry entries[] = {
  { "api-key-file", 0, 0, G_OPTION_ARG_FILENAME, &api_key_file, "The key that “relais serve” reads from FILE", "FILE" },
  { "data-dir", 0, 0, G_OPTION_ARG_FILENAME, &data_dir, "The folder that “relais serve” got", "DIR" },
  { "no-keyring", 0, 0, G_OPTION_ARG_NONE, &no_keyring,
    "The key of “relais serve” with --practice or --accounts-file", NULL },
  G_OPTION_ENTRY_NULL
};

static int
complain (const GError *error)
{
  fprintf (stderr, "relais key: %s\n", error->message);
  return RELAIS_EXIT_FAILED;
}

static gboolean
load (RelaisEngine  *engine,
      GError       **error)
{
  GAsyncResult *slot = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  relais_engine_load_async (engine, TRUE, NULL, relais_cli_slot_cb, &slot);
  result = relais_cli_wait (&slot);
  if (!relais_engine_load_finish (engine, result, error))
    return FALSE;
  if (relais_engine_get_keyring (engine) != RELAIS_ENGINE_KEYRING_LOCKED ||
      relais_engine_get_key_place (engine) == RELAIS_ENGINE_KEY_GIVEN)
    return TRUE;
  g_set_error_literal (error, RELAIS_ERROR, RELAIS_ERROR_KEYRING_LOCKED,
                       "The keyring is locked: unlock it; --no-keyring shows the key of a server that uses none");
  return FALSE;
}

static gboolean
make_key (RelaisEngine  *engine,
          GError       **error)
{
  GAsyncResult *slot = NULL;
  g_autoptr (GAsyncResult) done = NULL;
  g_autofree char *key = NULL;

  if (relais_engine_get_key_place (engine) == RELAIS_ENGINE_KEY_GIVEN)
    {
      g_set_error_literal (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING,
                           "The key comes from RELAIS_API_KEY or --api-key-file: change it there");
      return FALSE;
    }
  key = relais_engine_make_api_key ();
  relais_engine_set_api_key_async (engine, key, NULL, relais_cli_slot_cb, &slot);
  explicit_bzero (key, strlen (key));
  done = relais_cli_wait (&slot);
  return relais_engine_set_api_key_finish (engine, done, error);
}

/**
 * relais_key_main:
 * @argc: arguments
 * @argv: likewise, "key" first
 *
 * Prints the client key, found as `relais serve` finds it: it was asked for.
 *
 * Returns: the exit status
 */
int
relais_key_main (int    argc,
                 char **argv)
{
  g_autoptr (RelaisEngine) engine = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *key = NULL;
  g_autofree char *key_file = NULL;
  RelaisEngineOptions options = { 0 };
  const char *verb;

  if (!relais_cli_parse ("key", "[show | new]",
                         "Prints the key that clients send, or makes a new one and prints that.\n\n"
                         "It is looked for where “relais serve” looks: RELAIS_API_KEY, else --api-key-file,\n"
                         "else the keyring, else the file client-key in the data folder. If there is none\n"
                         "yet, one is made.",
                         entries, &argc, &argv))
    return RELAIS_EXIT_USAGE;
  verb = argc > 1 ? argv[1] : "show";
  if (argc > 2 || (strcmp (verb, "show") != 0 && strcmp (verb, "new") != 0))
    {
      fprintf (stderr, "usage: relais key [show | new]; see “relais key --help”\n");
      return RELAIS_EXIT_USAGE;
    }
  key = relais_cli_find_key (api_key_file, &error);
  if (error != NULL)
    return complain (error);
  key_file = relais_cli_key_file (data_dir);
  options.use_keyring = !no_keyring;
  options.api_key = key;
  options.key_file = key_file;
  engine = relais_engine_new (&options);
  g_clear_pointer (&key, relais_key_wipe);
  if (!load (engine, &error) || (strcmp (verb, "new") == 0 && !make_key (engine, &error)))
    return complain (error);
  key = relais_engine_dup_api_key (engine);
  printf ("%s\n", key);
  fflush (stdout);
  explicit_bzero (key, strlen (key));
  if (relais_engine_get_key_place (engine) == RELAIS_ENGINE_KEY_KEYRING &&
      g_file_test (key_file, G_FILE_TEST_EXISTS))
    fprintf (stderr, "with --practice or --accounts-file “relais serve” uses another one, in %s: "
                     "“relais key --no-keyring” prints it\n",
             key_file);
  return RELAIS_EXIT_OK;
}
