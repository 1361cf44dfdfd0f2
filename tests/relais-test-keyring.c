/* relais-test-keyring.c: scenes with a real keyring, each on a bus of its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "relais-test-keyring.h"

void
relais_test_keyring_set_up (RelaisTestKeyring *self,
                            gconstpointer      data)
{
  g_autofree char *run = NULL;
  g_autofree char *share = NULL;

  self->folder = g_dir_make_tmp ("relais-keyring-XXXXXX", NULL);
  run = g_build_filename (self->folder, "run", NULL);
  share = g_build_filename (self->folder, "data", NULL);
  g_assert_cmpint (g_mkdir (run, 0700), ==, 0);
  g_assert_cmpint (g_mkdir (share, 0700), ==, 0);
}

static void
remove_all (GFile *file)
{
  g_autoptr (GFileEnumerator) children =
               g_file_enumerate_children (file, "standard::name", G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, NULL, NULL);
  GFile *child;

  while (children != NULL && g_file_enumerator_iterate (children, NULL, &child, NULL, NULL))
    {
      if (child == NULL)
        break;
      remove_all (child);
    }
  g_file_delete (file, NULL, NULL);
}

void
relais_test_keyring_tear_down (RelaisTestKeyring *self,
                               gconstpointer      data)
{
  g_autoptr (GFile) dir = g_file_new_for_path (self->folder);

  remove_all (dir);
  g_free (self->folder);
}

/* A bus that starts the keyring's daemon at most. Its prompter is not among what it starts: without
 * a display it dies, and a daemon that waits for it just then waits for ever. */
static char *
write_bus (const char *dir,
           gboolean    with_daemon)
{
  g_autofree char *services = g_build_filename (dir, "services", NULL);
  g_autofree char *service = g_build_filename (services, "org.freedesktop.secrets.service", NULL);
  g_autofree char *text = NULL;
  char *config = g_build_filename (dir, "bus.conf", NULL);

  g_assert_cmpint (g_mkdir_with_parents (services, 0700), ==, 0);
  if (with_daemon)
    g_assert_true (g_file_set_contents (service,
                                        "[D-BUS Service]\nName=org.freedesktop.secrets\n"
                                        "Exec=/usr/bin/env -u G_DEBUG "
                                        "/usr/bin/gnome-keyring-daemon --start --foreground --components=secrets\n",
                                        -1, NULL));
  else
    g_unlink (service);
  text = g_strdup_printf ("<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><servicedir>%s</servicedir>"
                          "<policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/>"
                          "<allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>",
                          services);
  g_assert_true (g_file_set_contents (config, text, -1, NULL));
  return config;
}

/* A daemon whose bus goes just as it starts stays for ever: such come here, and end here. */
static void
end_orphans (void)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/task/%d/children", (int)getpid ());
  g_autofree char *text = NULL;
  g_auto (GStrv) pids = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  pids = g_strsplit (g_strstrip (text), " ", -1);
  for (guint i = 0; pids[i] != NULL && *pids[i] != '\0'; i++)
    {
      pid_t pid = (pid_t)g_ascii_strtoll (pids[i], NULL, 10);

      kill (pid, SIGKILL);
      waitpid (pid, NULL, 0);
    }
}

/* Runs "@program --scene @scene", and gives what it and the daemon said. Into a file: the end of a pipe
 * comes only when the last daemon has let go of it. */
char *
relais_test_keyring_run (RelaisTestKeyring         *self,
                         const char                *program,
                         const char                *daemon,
                         const char                *scene,
                         const char        * const *environment)
{
  g_autoptr (GSubprocessLauncher) launcher =
               g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDERR_MERGE);
  g_autofree char *said = g_build_filename (self->folder, "said", NULL);
  g_autofree char *runtime = g_build_filename (self->folder, "run", NULL);
  g_autofree char *share = g_build_filename (self->folder, "data", NULL);
  g_autofree char *config = write_bus (self->folder, daemon != NULL);
  g_autofree char *command = NULL;
  g_autofree char *output = NULL;
  g_autoptr (GSubprocess) child = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (prctl (PR_SET_CHILD_SUBREAPER, 1), ==, 0);
  g_unlink (said); /* not written over: a daemon of the scene before may hold it yet */
  g_subprocess_launcher_set_stdout_file_path (launcher, said);
  g_subprocess_launcher_setenv (launcher, "HOME", self->folder, TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_DATA_HOME", share, TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_RUNTIME_DIR", runtime, TRUE);
  g_subprocess_launcher_unsetenv (launcher, "DISPLAY");
  g_subprocess_launcher_unsetenv (launcher, "WAYLAND_DISPLAY");
  for (guint i = 0; environment != NULL && environment[i] != NULL; i += 2)
    g_subprocess_launcher_setenv (launcher, environment[i], environment[i + 1], TRUE);
  command = g_strdup_printf ("%s%sexec \"$0\" --scene %s", daemon != NULL ? daemon : "",
                             daemon != NULL ? "; " : "", scene);
  if (environment != NULL)
    child = g_subprocess_launcher_spawn (launcher, &error, "sh", "-c", command, program, NULL);
  else
    child = g_subprocess_launcher_spawn (launcher, &error, "dbus-run-session", "--config-file", config, "--",
                                         "sh", "-c", command, program, NULL);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait (child, NULL, &error));
  g_assert_no_error (error);
  end_orphans ();
  g_assert_true (g_file_get_contents (said, &output, NULL, &error));
  g_test_message ("%s: %s", scene, output);
  g_assert_true (g_subprocess_get_successful (child));
  return g_steal_pointer (&output);
}
