/* main.c: the relais-window program
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-window"

#include "config.h"

#include <locale.h>
#include <sysexits.h>

#include <glib/gi18n.h>

#include "relais-application.h"

/* The directory of the build tree this program stands in, or NULL when it is installed. */
static char *
find_build_tree (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *room = program != NULL ? g_path_get_dirname (program) : NULL;
  g_autofree char *root = NULL;
  g_autofree char *schemas = NULL;

  if (room == NULL || g_str_equal (room, RELAIS_LIBEXECDIR))
    return NULL;
  root = g_build_filename (room, "..", "..", NULL);
  schemas = g_build_filename (root, "data", "gschemas.compiled", NULL);
  if (!g_file_test (schemas, G_FILE_TEST_IS_REGULAR))
    return NULL;
  return g_canonicalize_filename (root, NULL);
}

/* Before anything asks for a setting or a translation. */
static void
set_up_data (void)
{
  g_autofree char *build = find_build_tree ();
  g_autofree char *schemas = build != NULL ? g_build_filename (build, "data", NULL) : NULL;
  g_autofree char *catalogs = build != NULL ? g_build_filename (build, "po", NULL) : NULL;
  const char *localedir = g_getenv ("RELAIS_LOCALEDIR");

  if (schemas != NULL)
    g_setenv ("GSETTINGS_SCHEMA_DIR", schemas, FALSE);
  if (localedir == NULL)
    localedir = catalogs != NULL ? catalogs : RELAIS_LOCALEDIR;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, localedir);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr (RelaisApplication) application = NULL;

  set_up_data ();
  if (!gtk_init_check ())
    {
      g_printerr ("%s\n", _("relais: no display to show the window on; “relais serve” needs none"));
      return EX_UNAVAILABLE;
    }
  application = relais_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
