/* relais-log-file.c: the log as a file among others
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-log"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "relais-log-file.h"
#include "relais-log-sql.h"

/**
 * relais_log_file_make:
 * @path: of the log
 * @error: where to put a failure
 *
 * For its owner only, and so what the database puts beside it.
 *
 * Returns: whether it is there
 */
gboolean
relais_log_file_make (const char  *path,
                      GError     **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int fd;

  if (g_mkdir_with_parents (folder, 0700) != 0)
    return relais_log_sql_fail_by_errno (error);
  fd = g_open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd >= 0)
    close (fd);
  else if (errno != EEXIST)
    return relais_log_sql_fail_by_errno (error);
  g_chmod (path, 0600);
  return TRUE;
}

/**
 * relais_log_file_set_aside:
 * @path: of a file that is no good
 * @error: where to put a failure
 *
 * Nothing is deleted: it gets a name of its own, with what belongs to it.
 *
 * Returns: whether its place is free
 */
gboolean
relais_log_file_set_aside (const char  *path,
                           GError     **error)
{
  static const char *const ends[] = { "", "-wal", "-shm" };
  g_autofree char *aside = g_strconcat (path, ".broken", NULL);

  for (guint i = 2; g_file_test (aside, G_FILE_TEST_EXISTS); i++)
    {
      g_free (aside);
      aside = g_strdup_printf ("%s.broken-%u", path, i);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *from = g_strconcat (path, ends[i], NULL);
      g_autofree char *to = g_strconcat (aside, ends[i], NULL);

      if (g_rename (from, to) != 0 && i == 0)
        return relais_log_sql_fail_by_errno (error);
    }
  g_message ("The history is damaged: it is kept as %s, and a new one begins", aside);
  return TRUE;
}
