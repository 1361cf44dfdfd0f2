/* relais-cli.c: what the commands have in common
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-cli"

#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/relais-error.h"

#include "relais-cli.h"

#define SECRET_MAX 4096
#define KEY_VARIABLE "RELAIS_API_KEY"

static char *key_of_environment; /* owned; NULL once it is handed out */

/**
 * relais_cli_take_key:
 *
 * Takes RELAIS_API_KEY out of the environment, for [func@Cli.find_key]: neither a child nor who may
 * read /proc sees it there. Before any thread starts.
 */
void
relais_cli_take_key (void)
{
  char *value = getenv (KEY_VARIABLE);

  if (value == NULL)
    return;
  if (*value != '\0')
    key_of_environment = g_strdup (value);
  explicit_bzero (value, strlen (value));
  unsetenv (KEY_VARIABLE);
}

/**
 * relais_cli_parse:
 * @name: the command, for the usage line
 * @arguments: (nullable): what it takes besides options
 * @summary: what it does
 * @entries: its options
 * @argc: (inout): arguments, the command's name first
 * @argv: (inout): likewise; what is no option stays
 *
 * Returns: whether they make sense; if not, stderr says why
 */
gboolean
relais_cli_parse (const char           *name,
                  const char           *arguments,
                  const char           *summary,
                  const GOptionEntry   *entries,
                  int                  *argc,
                  char               ***argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (arguments);
  g_autoptr (GError) error = NULL;
  g_autofree char *program = g_strdup_printf ("relais %s", name);

  g_set_prgname (program);
  g_option_context_set_summary (context, summary);
  g_option_context_add_main_entries (context, entries, NULL);
  if (g_option_context_parse (context, argc, argv, &error))
    return TRUE;
  fprintf (stderr, "%s: %s; see “%s --help”\n", program, error->message, program);
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
 * relais_cli_dup_listed:
 * @result: of a test of an account that went well
 *
 * Returns: (transfer full): what it said, which is no more than that
 */
char *
relais_cli_dup_listed (const RelaisTestResult *result)
{
  return g_strdup_printf ("lists %u %s, %" G_GINT64_FORMAT " ms", result->n_models,
                          result->n_models == 1 ? "model" : "models", result->duration_us / 1000);
}

/**
 * relais_cli_dup_unlisted:
 * @result: of a test of an account that did not go well
 *
 * Returns: (transfer full): what was asked, and what the server said to that
 */
char *
relais_cli_dup_unlisted (const RelaisTestResult *result)
{
  return result->status > 0 ? g_strdup_printf ("the list of models: %u: %s", result->status, result->message)
                            : g_strdup (result->message);
}

/**
 * relais_cli_say_notes:
 * @engine: an engine
 * @file: (nullable): its accounts file
 *
 * Says on stderr what of the file is no failure but should be seen.
 */
void
relais_cli_say_notes (RelaisEngine *engine,
                      const char   *file)
{
  g_auto (GStrv) notes = relais_engine_dup_notes (engine);

  for (guint i = 0; notes[i] != NULL; i++)
    fprintf (stderr, "warning: %s: %s\n", file, notes[i]);
}

/**
 * relais_cli_set_proxy:
 * @engine: an engine
 * @url: (nullable): what --proxy says
 * @error: where to put a failure
 *
 * Returns: whether it is one, or none
 */
gboolean
relais_cli_set_proxy (RelaisEngine  *engine,
                      const char    *url,
                      GError       **error)
{
  if (relais_engine_set_proxy (engine, url, error))
    return TRUE;
  g_prefix_error (error, "--proxy: ");
  return FALSE;
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
                           "The keyring is locked: unlock it, or give “relais serve” an --accounts-file");
      return FALSE;
    }
  if (relais_engine_get_keyring (engine) == RELAIS_ENGINE_KEYRING_NO_SERVICE)
    {
      g_set_error_literal (error, RELAIS_ERROR, RELAIS_ERROR_NO_KEYRING,
                           "No keyring service answers, as on most machines without a desktop: give “relais serve” an --accounts-file");
      return FALSE;
    }
  return TRUE;
}

/* The terminal while it does not echo; for the signal handler. */
static struct termios echoing, silent;
static const int ends[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };

/* Echoes again before it ends or stops; silent again when it goes on. */
static void
echo_cb (int number)
{
  struct sigaction action, again;
  int error = errno;

  tcsetattr (STDIN_FILENO, TCSANOW, &echoing);
  action = (struct sigaction){ .sa_handler = SIG_DFL };
  sigaction (number, &action, &again);
  raise (number);
  /* only a stop comes back */
  sigaction (number, &again, NULL);
  tcsetattr (STDIN_FILENO, TCSANOW, &silent);
  errno = error;
}

/* What is ignored, as under nohup, stays so. */
static void
guard_echo (struct sigaction *before)
{
  struct sigaction action = { .sa_handler = echo_cb, .sa_flags = SA_NODEFER | SA_RESTART };

  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      sigaction (ends[i], NULL, &before[i]);
      if (before[i].sa_handler != SIG_IGN)
        sigaction (ends[i], &action, NULL);
    }
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
  struct sigaction before[G_N_ELEMENTS (ends)];
  gboolean terminal = isatty (STDIN_FILENO) && tcgetattr (STDIN_FILENO, &echoing) == 0;
  char line[SECRET_MAX] = "";
  char *secret = NULL;

  if (terminal)
    {
      silent = echoing;
      silent.c_lflag &= ~(tcflag_t)ECHO;
      guard_echo (before);
      tcsetattr (STDIN_FILENO, TCSAFLUSH, &silent);
      fprintf (stderr, "%s: ", prompt);
    }
  if (fgets (line, sizeof line, stdin) != NULL && strlen (line) == sizeof line - 1)
    g_set_error_literal (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING, "The line on standard input is too long for a key");
  else if (!ferror (stdin) && *line != '\0')
    secret = g_strdup (g_strstrip (line));
  else
    g_set_error_literal (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING, "Nothing to read on standard input");
  explicit_bzero (line, sizeof line);
  if (terminal)
    {
      tcsetattr (STDIN_FILENO, TCSAFLUSH, &echoing);
      for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
        sigaction (ends[i], &before[i], NULL);
      fputc ('\n', stderr);
    }
  return secret;
}

/**
 * relais_cli_has_key:
 *
 * Returns: whether [func@Cli.find_key] will say what RELAIS_API_KEY said
 */
gboolean
relais_cli_has_key (void)
{
  return key_of_environment != NULL;
}

/**
 * relais_cli_find_key:
 * @file: (nullable): what `--api-key-file` said
 * @error: where to put a failure
 *
 * Fails with a [error@GLib.FileError], `PERM` for a file that others may read.
 *
 * Returns: (transfer full) (nullable): the client key of RELAIS_API_KEY, else of @file; %NULL
 *   without an error when neither is given: the engine looks on, in the keyring and the data folder
 */
char *
relais_cli_find_key (const char  *file,
                     GError     **error)
{
  char *text = g_steal_pointer (&key_of_environment);
  struct stat info;

  if (text != NULL || file == NULL)
    return text;
  if (stat (file, &info) == 0 && (info.st_mode & 077) != 0)
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_PERM, "%s can be read by others: run “chmod 600 %s” first",
                   file, file);
      return NULL;
    }
  return g_file_get_contents (file, &text, NULL, error) ? g_strstrip (text) : NULL;
}

/**
 * relais_cli_key_file:
 * @data_dir: (nullable): what `--data-dir` said
 *
 * Returns: (transfer full): where the client key is kept without a keyring; nothing is made
 */
char *
relais_cli_key_file (const char *data_dir)
{
  return data_dir != NULL ? g_build_filename (data_dir, "client-key", NULL)
                          : g_build_filename (g_get_user_data_dir (), "relais", "client-key", NULL);
}
