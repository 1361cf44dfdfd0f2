/* relais-cli.c: what the commands have in common
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-cli"

#include "config.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/relais-error.h"

#include "relais-cli.h"

#define SECRET_MAX 4096

/**
 * relais_cli_parse:
 * @name: the command, for the usage line
 * @summary: what it does
 * @entries: its options
 * @argc: (inout): arguments, the command's name first
 * @argv: (inout): likewise; what is no option stays
 *
 * Returns: whether they make sense; if not, stderr says why
 */
gboolean
relais_cli_parse (const char           *name,
                  const char           *summary,
                  const GOptionEntry   *entries,
                  int                  *argc,
                  char               ***argv)
{
  g_autofree char *usage = g_strdup_printf ("- %s", summary);
  g_autoptr (GOptionContext) context = g_option_context_new (usage);
  g_autoptr (GError) error = NULL;
  g_autofree char *program = g_strdup_printf ("relais %s", name);

  g_set_prgname (program);
  g_option_context_add_main_entries (context, entries, NULL);
  if (g_option_context_parse (context, argc, argv, &error))
    return TRUE;
  fprintf (stderr, "%s: %s\n", program, error->message);
  return FALSE;
}

/**
 * relais_cli_slot_cb:
 * @source: (nullable): whose result
 * @result: a result
 * @slot: where to put it: a #GAsyncResult pointer
 *
 * The callback that [func@Cli.wait] waits for.
 */
void
relais_cli_slot_cb (GObject      *source,
                    GAsyncResult *result,
                    gpointer      slot)
{
  *(GAsyncResult **)slot = g_object_ref (result);
}

/**
 * relais_cli_wait:
 * @slot: what was given to [func@Cli.slot_cb]
 *
 * Runs the main context until the result is there: a command does one thing at a time.
 *
 * Returns: (transfer full): the result
 */
GAsyncResult *
relais_cli_wait (GAsyncResult **slot)
{
  while (*slot == NULL)
    g_main_context_iteration (NULL, TRUE);
  return g_steal_pointer (slot);
}

/**
 * relais_cli_load:
 * @engine: an engine
 * @error: where to put a failure
 *
 * Loads accounts and key, asking the person to unlock the keyring if need be. Fails with
 * [error@Error] `KEYRING_LOCKED` or `NO_KEYRING`, or as [method@Engine.load_finish].
 *
 * Returns: whether they are there
 */
gboolean
relais_cli_load (RelaisEngine  *engine,
                 GError       **error)
{
  GAsyncResult *slot = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  relais_engine_load_async (engine, TRUE, NULL, relais_cli_slot_cb, &slot);
  result = relais_cli_wait (&slot);
  if (!relais_engine_load_finish (engine, result, error))
    return FALSE;
  if (relais_engine_get_keyring (engine) == RELAIS_ENGINE_KEYRING_LOCKED)
    {
      g_set_error_literal (error, RELAIS_ERROR, RELAIS_ERROR_KEYRING_LOCKED,
                           "The keyring is locked: unlock it, or use an accounts file");
      return FALSE;
    }
  if (relais_engine_get_keyring (engine) == RELAIS_ENGINE_KEYRING_NO_SERVICE)
    {
      g_set_error_literal (error, RELAIS_ERROR, RELAIS_ERROR_NO_KEYRING,
                           "No keyring service answers: install gnome-keyring, or use an accounts file");
      return FALSE;
    }
  return TRUE;
}

/**
 * relais_cli_read_secret:
 * @prompt: what to ask for
 * @error: where to put a failure
 *
 * One line of standard input, not echoed on a terminal: secrets do not belong in an argument list.
 *
 * Returns: (transfer full) (nullable): the line
 */
char *
relais_cli_read_secret (const char  *prompt,
                        GError     **error)
{
  struct termios before, silent;
  gboolean terminal = isatty (STDIN_FILENO) && tcgetattr (STDIN_FILENO, &before) == 0;
  char line[SECRET_MAX];
  char *secret = NULL;

  if (terminal)
    {
      fprintf (stderr, "%s: ", prompt);
      silent = before;
      silent.c_lflag &= ~(tcflag_t)ECHO;
      tcsetattr (STDIN_FILENO, TCSAFLUSH, &silent);
    }
  if (fgets (line, sizeof line, stdin) != NULL)
    secret = g_strdup (g_strstrip (line));
  else
    g_set_error_literal (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING, "Nothing to read on standard input");
  explicit_bzero (line, sizeof line);
  if (terminal)
    {
      tcsetattr (STDIN_FILENO, TCSAFLUSH, &before);
      fputc ('\n', stderr);
    }
  return secret;
}

/**
 * relais_cli_data_dir:
 * @wanted: (nullable): what `--data-dir` said
 *
 * Returns: (transfer full): where data is kept; not made
 */
char *
relais_cli_data_dir (const char *wanted)
{
  return wanted != NULL ? g_strdup (wanted) : g_build_filename (g_get_user_data_dir (), "relais", NULL);
}
