/* relais-setup-file.c: small text files read whole and written whole
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-setup"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "relais-setup-file.h"
#include "relais-setup.h"

#define NEW_MODE 0600 /* it holds a key */
#define MAX_BACKUPS 100

static void
set_failed (GError     **error,
            const char  *path,
            int          number)
{
  g_set_error (error, RELAIS_SETUP_ERROR, RELAIS_SETUP_ERROR_FAILED, "%s: %s", path, g_strerror (number));
}

static char *
read_text (int          fd,
           const char  *path,
           GError     **error)
{
  g_autofree char *text = g_malloc (RELAIS_SETUP_FILE_MAX + 2);
  gsize length = 0;

  for (;;)
    {
      gssize n = read (fd, text + length, RELAIS_SETUP_FILE_MAX + 1 - length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          set_failed (error, path, errno);
          return NULL;
        }
      if (n == 0)
        break;
      length += (gsize)n;
    }
  text[length] = '\0';
  if (length > RELAIS_SETUP_FILE_MAX || strlen (text) != length ||
      !g_utf8_validate (text, -1, NULL))
    {
      g_set_error (error, RELAIS_SETUP_ERROR, RELAIS_SETUP_ERROR_UNREADABLE, "%s: %s", path,
                   length > RELAIS_SETUP_FILE_MAX ? _("it is too large") : _("it is not text in UTF-8"));
      return NULL;
    }
  return g_realloc (g_steal_pointer (&text), length + 1);
}

/**
 * relais_setup_file_read:
 * @path: an absolute path; there need be no file
 * @error: where to put a %RELAIS_SETUP_ERROR
 *
 * A link is followed: what it leads to is read, and later written. A link that leads nowhere, what
 * is no file, and more than 1 MiB are refused.
 *
 * Returns: (transfer full): what is there
 */
RelaisSetupFile *
relais_setup_file_read (const char  *path,
                        GError     **error)
{
  g_autoptr (RelaisSetupFile) self = g_new0 (RelaisSetupFile, 1);
  struct stat info;
  char *real = realpath (path, NULL);
  int fd;

  self->mode = NEW_MODE;
  if (real == NULL && errno == ENOENT && lstat (path, &info) != 0 && errno == ENOENT)
    {
      self->path = g_strdup (path);
      return g_steal_pointer (&self);
    }
  if (real == NULL)
    {
      set_failed (error, path, errno != 0 ? errno : ENOENT);
      return NULL;
    }
  self->path = g_strdup (real);
  free (real);
  fd = open (self->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0 || fstat (fd, &info) != 0)
    {
      set_failed (error, path, errno);
      if (fd >= 0)
        close (fd);
      return NULL;
    }
  if (S_ISREG (info.st_mode))
    self->text = read_text (fd, path, error);
  else
    g_set_error (error, RELAIS_SETUP_ERROR, RELAIS_SETUP_ERROR_UNREADABLE, _("%s: it is not a regular file"), path);
  close (fd);
  self->mode = info.st_mode & 07777;
  return self->text != NULL ? g_steal_pointer (&self) : NULL;
}

/**
 * relais_setup_file_free:
 * @self: (transfer full) (nullable): a file
 */
void
relais_setup_file_free (RelaisSetupFile *self)
{
  if (self == NULL)
    return;
  g_free (self->path);
  g_free (self->text);
  g_free (self);
}

static gboolean
write_whole (const char  *path,
             const char  *text,
             guint        mode,
             GError     **error)
{
  GFileSetContentsFlags flags = G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE;
  g_autoptr (GError) failure = NULL;

  /* nobody else reads it until it has its own permissions */
  if (!g_file_set_contents_full (path, text, -1, flags, NEW_MODE, &failure))
    {
      g_set_error_literal (error, RELAIS_SETUP_ERROR, RELAIS_SETUP_ERROR_FAILED, failure->message);
      return FALSE;
    }
  if (mode != NEW_MODE && g_chmod (path, (int)mode) != 0)
    {
      set_failed (error, path, errno);
      return FALSE;
    }
  return TRUE;
}

/**
 * relais_setup_file_write:
 * @self: a file as it was read
 * @text: what it should hold
 * @error: where to put %RELAIS_SETUP_ERROR_FAILED
 *
 * Puts a new file in its place at once; its permissions stay. Folders that are missing are made.
 *
 * Returns: whether it is there
 */
gboolean
relais_setup_file_write (const RelaisSetupFile  *self,
                         const char             *text,
                         GError                **error)
{
  g_autofree char *folder = g_path_get_dirname (self->path);

  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      set_failed (error, folder, errno);
      return FALSE;
    }
  return write_whole (self->path, text, self->mode, error);
}

/**
 * relais_setup_file_back_up:
 * @self: a file that is there
 * @suffix: what the copy's name ends with
 * @error: where to put %RELAIS_SETUP_ERROR_FAILED
 *
 * Copies it beside itself, under a name that is free.
 *
 * Returns: (transfer full): where the copy is
 */
char *
relais_setup_file_back_up (const RelaisSetupFile  *self,
                           const char             *suffix,
                           GError                **error)
{
  for (int i = 1; i < MAX_BACKUPS; i++)
    {
      g_autofree char *number = i > 1 ? g_strdup_printf ("-%d", i) : g_strdup ("");
      g_autofree char *path = g_strconcat (self->path, suffix, number, NULL);
      /* the name is taken first: two that set up at once do not share it */
      int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, NEW_MODE);

      if (fd < 0 && errno == EEXIST)
        continue;
      if (fd < 0)
        {
          set_failed (error, path, errno);
          return NULL;
        }
      close (fd);
      return write_whole (path, self->text, self->mode, error) ? g_steal_pointer (&path) : NULL;
    }
  set_failed (error, self->path, EEXIST);
  return NULL;
}
