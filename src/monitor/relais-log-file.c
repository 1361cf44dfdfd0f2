/* relais-log-file.c: the log as a file among others
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-log"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include "relais-log-file.h"
#include "relais-log-sql.h"

/* One that is as it should be is not opened: closing it would end the locks of whoever has it open
 * in this process. */
static gboolean
is_private_file (const char *path)
{
  GStatBuf info;

  return g_lstat (path, &info) == 0 && S_ISREG (info.st_mode) && (info.st_mode & 0777) == 0600;
}

/**
 * relais_log_file_make:
 * @path: of the log
 * @error: where to put a failure
 *
 * For its owner only, and so what the database puts beside it. What is no file, or a link to one,
 * stays as it is.
 *
 * Returns: whether it is there
 */
gboolean
relais_log_file_make (const char  *path,
                      GError     **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  struct stat info;
  gboolean is_fine;
  int fd;

  if (g_mkdir_with_parents (folder, 0700) != 0)
    return relais_log_sql_fail_by_errno (error);
  if (is_private_file (path))
    return TRUE;
  fd = g_open (path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
  if (fd < 0)
    return relais_log_sql_fail_by_errno (error);
  is_fine = fstat (fd, &info) == 0 && S_ISREG (info.st_mode) && fchmod (fd, 0600) == 0;
  close (fd);
  return is_fine || relais_log_sql_fail (SQLITE_CANTOPEN, error);
}

static const char *const ends[] = { "", "-wal", "-shm" };

static char *
dup_aside (const char *path,
           const char *after)
{
  return g_strconcat (path, ".broken", after, NULL);
}

/**
 * relais_log_file_set_aside:
 * @path: of a log that is no good
 * @now_us: when, microseconds since 1970
 * @error: where to put a failure
 *
 * It gets another name, with what belongs to it, in the place of one that got it before.
 *
 * Returns: whether its place is free
 */
gboolean
relais_log_file_set_aside (const char  *path,
                           gint64       now_us,
                           GError     **error)
{
  g_autofree char *aside = dup_aside (path, "");
  struct utimbuf times = { now_us / G_USEC_PER_SEC, now_us / G_USEC_PER_SEC };

  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *from = g_strconcat (path, ends[i], NULL);
      g_autofree char *to = dup_aside (path, ends[i]);

      if (g_rename (from, to) == 0)
        continue;
      if (i == 0)
        return relais_log_sql_fail_by_errno (error);
      g_remove (to); /* the one before had it */
    }
  g_utime (aside, &times);
  g_message ("The history is damaged: it is kept as %s, and a new one begins", aside);
  return TRUE;
}

/**
 * relais_log_file_measure_aside:
 * @path: of a log
 *
 * Returns: bytes of the one that was set aside, 0 for none
 */
gint64
relais_log_file_measure_aside (const char *path)
{
  gint64 size_bytes = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *name = dup_aside (path, ends[i]);
      GStatBuf info;

      if (g_lstat (name, &info) == 0)
        size_bytes += info.st_size;
    }
  return size_bytes;
}

/**
 * relais_log_file_delete_aside:
 * @path: of a log
 * @before_us: one that was set aside before goes, microseconds since 1970
 * @error: where to put a failure
 *
 * Returns: whether none is there that should not be
 */
gboolean
relais_log_file_delete_aside (const char  *path,
                              gint64       before_us,
                              GError     **error)
{
  g_autofree char *aside = dup_aside (path, "");
  GStatBuf info;

  if (g_lstat (aside, &info) != 0 || info.st_mtime >= before_us / G_USEC_PER_SEC)
    return TRUE;
  /* the one by which it is found goes last */
  for (gsize i = G_N_ELEMENTS (ends); i-- > 0;)
    {
      g_autofree char *name = dup_aside (path, ends[i]);

      if (g_unlink (name) != 0 && errno != ENOENT)
        return relais_log_sql_fail_by_errno (error);
    }
  return TRUE;
}
