/* relais-autostart.c: whether the desktop starts the program at login
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-autostart"

#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <glib/gstdio.h>

#include "setup/relais-setup-file.h"

#include "relais-autostart.h"

#define GROUP G_KEY_FILE_DESKTOP_GROUP
#define HIDDEN G_KEY_FILE_DESKTOP_KEY_HIDDEN
#define GNOME_ENABLED "X-GNOME-Autostart-enabled"

#define EXEC G_KEY_FILE_DESKTOP_KEY_EXEC
#define TRY_EXEC G_KEY_FILE_DESKTOP_KEY_TRY_EXEC

/* What the file is about, found in the thread that asks for it. */
typedef struct
{
  char *path;
  char *program; /* that is to be started */
} Place;

static void
place_free (gpointer data)
{
  Place *place = data;

  g_free (place->path);
  g_free (place->program);
  g_free (place);
}

/* Who runs what is not installed names another folder, as with RELAIS_LOCALEDIR. */
static char *
dup_program (void)
{
  const char *bindir = g_getenv ("RELAIS_BINDIR");

  return g_build_filename (bindir != NULL ? bindir : RELAIS_BINDIR, "relais", NULL);
}

static Place *
place_new (void)
{
  Place *place = g_new0 (Place, 1);

  place->path = g_build_filename (g_get_user_config_dir (), "autostart", RELAIS_APP_ID ".desktop", NULL);
  place->program = dup_program ();
  return place;
}

/* By the rules of desktop entries, which are not the shell's. */
static char *
dup_exec (const char *program)
{
  GString *exec = g_string_new ("\"");

  for (const char *c = program; *c != '\0'; c++)
    {
      if (strchr ("\"`$\\", *c) != NULL)
        g_string_append_c (exec, '\\');
      else if (*c == '%')
        g_string_append_c (exec, '%');
      g_string_append_c (exec, *c);
    }
  g_string_append (exec, "\" --background");
  return g_string_free (exec, FALSE);
}

static void
set_program (GKeyFile   *keys,
             const char *program)
{
  g_autofree char *exec = dup_exec (program);

  g_key_file_set_string (keys, GROUP, TRY_EXEC, program);
  g_key_file_set_string (keys, GROUP, EXEC, exec);
}

/* What is written where nothing is; a file that says the same is ours alone. */
static char *
dup_entry (const char *program)
{
  g_autoptr (GKeyFile) keys = g_key_file_new ();

  g_key_file_set_value (keys, GROUP, "Type", "Application");
  g_key_file_set_value (keys, GROUP, "Name", "Relais");
  set_program (keys, program);
  g_key_file_set_value (keys, GROUP, "Icon", RELAIS_APP_ID);
  g_key_file_set_value (keys, GROUP, "Terminal", "false");
  g_key_file_set_value (keys, GROUP, "StartupNotify", "false");
  g_key_file_set_value (keys, GROUP, "X-GNOME-UsesNotifications", "true");
  return g_key_file_to_data (keys, NULL, NULL);
}

static GKeyFile *
parse (const RelaisSetupFile  *file,
       GError                **error)
{
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autofree char *type = NULL;
  GKeyFileFlags flags = G_KEY_FILE_KEEP_COMMENTS | G_KEY_FILE_KEEP_TRANSLATIONS;

  if (g_key_file_load_from_data (keys, file->text, -1, flags, error))
    type = g_key_file_get_value (keys, GROUP, G_KEY_FILE_DESKTOP_KEY_TYPE, error);
  if (type != NULL)
    return g_steal_pointer (&keys);
  g_prefix_error (error, "%s: ", file->path);
  return NULL;
}

/* The file itself, links followed. */
static char *
dup_found (const char *program)
{
  g_autofree char *path = g_find_program_in_path (program);

  return path != NULL ? realpath (path, NULL) : NULL;
}

/* With whatever arguments. */
static gboolean
starts (GKeyFile   *keys,
        const char *program)
{
  g_autofree char *exec = g_key_file_get_string (keys, GROUP, EXEC, NULL);
  g_autofree char *tried = g_key_file_get_string (keys, GROUP, TRY_EXEC, NULL);
  g_autofree char *tried_found = tried != NULL ? dup_found (tried) : NULL;
  g_autofree char *wanted = dup_found (program);
  g_autofree char *found = NULL;
  g_autoptr (GString) first = NULL;
  g_auto (GStrv) argv = NULL;

  if ((tried != NULL && tried_found == NULL) || exec == NULL ||
      !g_shell_parse_argv (exec, NULL, &argv, NULL))
    return FALSE;
  first = g_string_new (argv[0]);
  g_string_replace (first, "%%", "%", 0);
  found = dup_found (first->str);
  return wanted != NULL && g_strcmp0 (found, wanted) == 0;
}

static gboolean
is_hidden (GKeyFile *keys)
{
  return g_key_file_get_boolean (keys, GROUP, HIDDEN, NULL) ||
         (g_key_file_has_key (keys, GROUP, GNOME_ENABLED, NULL) &&
          !g_key_file_get_boolean (keys, GROUP, GNOME_ENABLED, NULL));
}

static void
read_in_thread (GTask        *task,
                gpointer      source,
                gpointer      data,
                GCancellable *cancellable)
{
  const Place *place = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (RelaisSetupFile) file = relais_setup_file_read (place->path, &error);
  g_autoptr (GKeyFile) keys = NULL;

  if (file != NULL && file->text != NULL)
    keys = parse (file, &error);
  if (error != NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_boolean (task, keys != NULL && !is_hidden (keys) &&
                                   starts (keys, place->program));
}

static gboolean
enable (const RelaisSetupFile  *file,
        const char             *program,
        GError                **error)
{
  g_autoptr (GKeyFile) keys = NULL;
  g_autofree char *text = NULL;

  if (file->text == NULL)
    {
      text = dup_entry (program);
      return relais_setup_file_write (file, text, error);
    }
  keys = parse (file, error);
  if (keys == NULL || (!is_hidden (keys) && starts (keys, program)))
    return keys != NULL;
  g_key_file_remove_key (keys, GROUP, HIDDEN, NULL);
  g_key_file_remove_key (keys, GROUP, GNOME_ENABLED, NULL);
  if (!starts (keys, program))
    set_program (keys, program);
  text = g_key_file_to_data (keys, NULL, NULL);
  return relais_setup_file_write (file, text, error);
}

/* What a person made of it stays, and is no longer followed. */
static gboolean
disable (const RelaisSetupFile  *file,
         const char             *program,
         GError                **error)
{
  g_autoptr (GKeyFile) keys = NULL;
  g_autofree char *entry = dup_entry (program);
  g_autofree char *text = NULL;

  if (file->text == NULL)
    return TRUE;
  if (g_str_equal (file->text, entry))
    {
      if (g_unlink (file->path) == 0)
        return TRUE;
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s: %s", file->path,
                   g_strerror (errno));
      return FALSE;
    }
  keys = parse (file, error);
  if (keys == NULL || is_hidden (keys))
    return keys != NULL;
  g_key_file_set_boolean (keys, GROUP, HIDDEN, TRUE);
  text = g_key_file_to_data (keys, NULL, NULL);
  return relais_setup_file_write (file, text, error);
}

static void
change_in_thread (GTask       *task,
                  const Place *place,
                  gboolean     enabled)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RelaisSetupFile) file = relais_setup_file_read (place->path, &error);

  if (file != NULL && (enabled ? enable (file, place->program, &error)
                               : disable (file, place->program, &error)))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
enable_in_thread (GTask        *task,
                  gpointer      source,
                  gpointer      place,
                  GCancellable *cancellable)
{
  change_in_thread (task, place, TRUE);
}

static void
disable_in_thread (GTask        *task,
                   gpointer      source,
                   gpointer      place,
                   GCancellable *cancellable)
{
  change_in_thread (task, place, FALSE);
}

/**
 * relais_autostart_is_possible:
 *
 * Returns: whether the program is installed, so that there is something to start
 */
gboolean
relais_autostart_is_possible (void)
{
  g_autofree char *program = dup_program ();

  return g_file_test (program, G_FILE_TEST_IS_EXECUTABLE);
}

/**
 * relais_autostart_read_async:
 * @cancellable: (nullable): a cancellable
 * @callback: told what the file says
 * @user_data: for @callback
 *
 * Reads `autostart/dev.relais.Relais.desktop` in the person's configuration folder.
 */
void
relais_autostart_read_async (GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, relais_autostart_read_async);
  g_task_set_task_data (task, place_new (), place_free);
  g_task_run_in_thread (task, read_in_thread);
}

/**
 * relais_autostart_read_finish:
 * @result: what the callback got
 * @error: where to put a failure
 *
 * Fails with what relais_setup_file_read() does, a [error@GLib.KeyFileError] where the file is no
 * desktop entry, and [error@Gio.IOErrorEnum] `CANCELLED`.
 *
 * Returns: whether the file is there, in force and starts this program; %FALSE with @error set when
 *   nobody knows
 */
gboolean
relais_autostart_read_finish (GAsyncResult  *result,
                              GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * relais_autostart_write_async:
 * @enabled: whether the desktop should start the program, out of sight
 * @cancellable: (nullable): a cancellable
 * @callback: told when it is so
 * @user_data: for @callback
 *
 * The file is replaced as a whole. One that says more than was written here keeps it and is only
 * put in force, or out of force by `Hidden`; else it comes and goes. One that starts another
 * program, or one that is gone, is made to start this one.
 */
void
relais_autostart_write_async (gboolean             enabled,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, relais_autostart_write_async);
  g_task_set_task_data (task, place_new (), place_free);
  g_task_run_in_thread (task, enabled ? enable_in_thread : disable_in_thread);
}

/**
 * relais_autostart_write_finish:
 * @result: what the callback got
 * @error: where to put a failure
 *
 * Fails as reading does, and where the file cannot be written or removed.
 *
 * Returns: whether it is so
 */
gboolean
relais_autostart_write_finish (GAsyncResult  *result,
                               GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
