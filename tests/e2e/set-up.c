/* set-up.c: sets a client up as the window does, or back
 *
 * set-up HOME CLIENT URL MODEL, the key in RELAIS_API_KEY; set-up HOME CLIENT sets it back.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "setup/relais-setup.h"

int
main (int   argc,
      char *argv[])
{
  g_autofree char *config = g_build_filename (argv[1], ".config", NULL);
  g_autofree char *data = g_build_filename (argv[1], ".local/share/relais", NULL);
  RelaisSetupPlaces places = { argv[1], config, data };
  RelaisSetupValues values = { argv[3], g_getenv ("RELAIS_API_KEY"), argc > 4 ? argv[4] : NULL };
  g_autoptr (RelaisSetup) setup = NULL;
  g_autoptr (GError) error = NULL;
  gboolean done;

  if (argc < 5)
    done = relais_setup_undo (&places, argv[2], FALSE, &error);
  else
    {
      setup = relais_setup_new (&places, argv[2], &values, &error);
      done = setup != NULL && relais_setup_apply (setup, &error);
    }
  if (!done)
    g_printerr ("%s\n", error->message);
  return done ? 0 : 1;
}
