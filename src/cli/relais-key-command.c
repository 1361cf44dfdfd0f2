/* relais-key-command.c: relais key: show the client key, or make a new one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-key-command"

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "relais-cli.h"

static const GOptionEntry entries[] = { G_OPTION_ENTRY_NULL };

static int
complain (const GError *error)
{
  fprintf (stderr, "relais key: %s\n", error->message);
  return RELAIS_EXIT_FAILED;
}

/**
 * relais_key_main:
 * @argc: arguments
 * @argv: likewise, "key" first
 *
 * Prints the client key of the keyring: it was asked for.
 *
 * Returns: the exit status
 */
int
relais_key_main (int    argc,
                 char **argv)
{
  g_autoptr (RelaisEngine) engine = NULL;
  g_autoptr (GAsyncResult) done = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *key = NULL;
  GAsyncResult *slot = NULL;
  RelaisEngineOptions options = { .use_keyring = TRUE };
  const char *verb;

  if (!relais_cli_parse ("key", "show or new: the key that clients send", entries, &argc, &argv))
    return RELAIS_EXIT_USAGE;
  verb = argc > 1 ? argv[1] : "show";
  if (argc > 2 || (strcmp (verb, "show") != 0 && strcmp (verb, "new") != 0))
    {
      fprintf (stderr, "usage: relais key show | new\n");
      return RELAIS_EXIT_USAGE;
    }
  engine = relais_engine_new (&options);
  if (!relais_cli_load (engine, &error))
    return complain (error);
  if (strcmp (verb, "new") == 0)
    {
      key = relais_engine_make_api_key ();
      relais_engine_set_api_key_async (engine, key, NULL, relais_cli_slot_cb, &slot);
      done = relais_cli_wait (&slot);
      if (!relais_engine_set_api_key_finish (engine, done, &error))
        return complain (error);
    }
  else
    key = relais_engine_dup_api_key (engine);
  printf ("%s\n", key);
  explicit_bzero (key, strlen (key));
  return RELAIS_EXIT_OK;
}
