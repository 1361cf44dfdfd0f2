/* main.c: the relais program: picks the command, or becomes the window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais"

#include "config.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "relais-cli.h"

static const struct
{
  const char *name;
  int (*run) (int argc,
              char **argv);
} commands[] = {
  { "serve", relais_serve_main },
  { "accounts", relais_accounts_main },
  { "key", relais_key_main },
  { "check", relais_check_main },
};

static void
print_help (FILE *out)
{
  fprintf (out,
           "Relais " RELAIS_VERSION ": one local address for every AI API\n\n"
           "  relais                    open the window\n"
           "  relais --practice         open it with the practice account, for this run\n"
           "  relais --background       start without showing the window\n"
           "  relais serve              run the proxy without a window\n"
           "  relais accounts           list, add, remove or test accounts\n"
           "  relais key                show the client key, or make a new one\n"
           "  relais check              say what works and what does not\n"
           "  relais COMMAND --help     options of a command\n"
           "  relais --version          print the version\n");
}

/* Told before a display is asked for; the others are the window's. */
static gboolean
is_option (const char *argument)
{
  static const char *const options[] = { "--practice", "--background", "--gapplication-service", "--display", NULL };
  const char *value = strchr (argument, '=');
  g_autofree char *name = value != NULL ? g_strndup (argument, value - argument)
                                        : g_strdup (argument);

  return g_strv_contains (options, name);
}

/* The window is a program of its own, so that a server links no GTK. */
static int
become_window (char **argv)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = self != NULL ? g_path_get_dirname (self) : NULL;
  g_autofree char *beside = NULL;
  const char *program = RELAIS_LIBEXECDIR "/relais-window";

  /* in its build tree: src/cli/relais and src/app/relais-window */
  if (folder != NULL)
    beside = g_build_filename (folder, "..", "app", "relais-window", NULL);
  if (beside != NULL && g_str_has_suffix (folder, "/src/cli") && g_file_test (beside, G_FILE_TEST_IS_EXECUTABLE))
    program = beside;
  if (!g_file_test (program, G_FILE_TEST_IS_EXECUTABLE))
    return -1;
  execv (program, argv);
  fprintf (stderr, "relais: %s: %s\n", program, g_strerror (errno));
  return RELAIS_EXIT_FAILED;
}

int
main (int    argc,
      char **argv)
{
  int status;

  /* libsoup 3.2's HTTP/2 has known faults; before any thread starts. */
  g_setenv ("SOUP_FORCE_HTTP1", "1", TRUE);
  relais_cli_take_key ();
  setlocale (LC_ALL, "");
  if (argc > 1 && strcmp (argv[1], "help") == 0)
    {
      print_help (stdout);
      return RELAIS_EXIT_OK;
    }
  /* also behind other options, before a display is asked for */
  for (int i = 1; i < argc && argv[i][0] == '-'; i++)
    if (strcmp (argv[i], "--help") == 0 || strcmp (argv[i], "-h") == 0)
      {
        print_help (stdout);
        return RELAIS_EXIT_OK;
      }
    else if (strcmp (argv[i], "--version") == 0)
      {
        printf ("relais " RELAIS_VERSION "\n");
        return RELAIS_EXIT_OK;
      }
    else if (!is_option (argv[i]))
      {
        fprintf (stderr, "relais: there is no option “%s”\n", argv[i]);
        print_help (stderr);
        return RELAIS_EXIT_USAGE;
      }
  for (guint i = 0; argc > 1 && i < G_N_ELEMENTS (commands); i++)
    if (strcmp (argv[1], commands[i].name) == 0)
      return commands[i].run (argc - 1, argv + 1);
  if (argc > 1 && argv[1][0] != '-')
    {
      fprintf (stderr, "relais: there is no command “%s”\n", argv[1]);
      print_help (stderr);
      return RELAIS_EXIT_USAGE;
    }
  status = become_window (argv);
  if (status >= 0)
    return status;
  print_help (stderr);
  return argc > 1 ? RELAIS_EXIT_USAGE : RELAIS_EXIT_OK;
}
