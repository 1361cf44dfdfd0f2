/* relais-autostart.c: whether the desktop starts the program at login
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-autostart"

#include "config.h"

#include <errno.h>

#include <glib/gstdio.h>

#include "setup/relais-setup-file.h"

#include "relais-autostart.h"

#define GROUP G_KEY_FILE_DESKTOP_GROUP
#define HIDDEN G_KEY_FILE_DESKTOP_KEY_HIDDEN
#define GNOME_ENABLED "X-GNOME-Autostart-enabled"

/* What is written where nothing is; a file that says the same is ours alone. */
static const char entry[] = "[Desktop Entry]\n"
                            "Type=Application\n"
                            "Name=Relais\n"
                            "Exec=" RELAIS_BINDIR "/relais --background\n"
                            "Icon=" RELAIS_APP_ID "\n"
                            "Terminal=false\n"
                            "StartupNotify=false\n"
                            "X-GNOME-UsesNotifications=true\n";

static char *
dup_path (void)
{
  return g_build_filename (g_get_user_config_dir (), "autostart", RELAIS_APP_ID ".desktop", NULL);
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

static gboolean
is_enabled (GKeyFile *keys)
{
  return !g_key_file_get_boolean (keys, GROUP, HIDDEN, NULL) &&
         (!g_key_file_has_key (keys, GROUP, GNOME_ENABLED, NULL) ||
          g_key_file_get_boolean (keys, GROUP, GNOME_ENABLED, NULL));
}

static void
read_in_thread (GTask        *task,
                gpointer      source,
                gpointer      path,
                GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RelaisSetupFile) file = relais_setup_file_read (path, &error);
  g_autoptr (GKeyFile) keys = NULL;

  if (file != NULL && file->text != NULL)
    keys = parse (file, &error);
  if (error != NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_boolean (task, keys != NULL && is_enabled (keys));
}

static gboolean
enable (const RelaisSetupFile  *file,
        GError                **error)
{
  g_autoptr (GKeyFile) keys = NULL;
  g_autofree char *text = NULL;

  if (file->text == NULL)
    return relais_setup_file_write (file, entry, error);
  keys = parse (file, error);
  if (keys == NULL || is_enabled (keys))
    return keys != NULL;
  g_key_file_remove_key (keys, GROUP, HIDDEN, NULL);
  g_key_file_remove_key (keys, GROUP, GNOME_ENABLED, NULL);
  text = g_key_file_to_data (keys, NULL, NULL);
  return relais_setup_file_write (file, text, error);
}

/* What a person made of it stays, and is no longer followed. */
static gboolean
disable (const RelaisSetupFile  *file,
         GError                **error)
{
  g_autoptr (GKeyFile) keys = NULL;
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
  if (keys == NULL || !is_enabled (keys))
    return keys != NULL;
  g_key_file_set_boolean (keys, GROUP, HIDDEN, TRUE);
  text = g_key_file_to_data (keys, NULL, NULL);
  return relais_setup_file_write (file, text, error);
}

static void
change_in_thread (GTask      *task,
                  const char *path,
                  gboolean    enabled)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RelaisSetupFile) file = relais_setup_file_read (path, &error);

  if (file != NULL && (enabled ? enable (file, &error) : disable (file, &error)))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
enable_in_thread (GTask        *task,
                  gpointer      source,
                  gpointer      path,
                  GCancellable *cancellable)
{
  change_in_thread (task, path, TRUE);
}

static void
disable_in_thread (GTask        *task,
                   gpointer      source,
                   gpointer      path,
                   GCancellable *cancellable)
{
  change_in_thread (task, path, FALSE);
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
  g_task_set_task_data (task, dup_path (), g_free);
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
 * Returns: whether the file is there and in force; %FALSE with @error set when nobody knows
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
 * put in force, or out of force by `Hidden`; else it comes and goes.
 */
void
relais_autostart_write_async (gboolean             enabled,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, relais_autostart_write_async);
  g_task_set_task_data (task, dup_path (), g_free);
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
