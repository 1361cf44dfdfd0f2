/* relais-core-export.c: requests and what they said, into a file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-core"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "monitor/relais-export.h"

#include "relais-core.h"

/* What is in memory at once; the rest waits where it is. */
#define BATCH_MAX 64
#define BATCH_SIZE_MAX (4 * 1024 * 1024)
#define STOP_MS 2000

/* Of the engine thread, and lent to the one that writes a batch while that lasts. */
typedef struct
{
  /* owned */
  GPtrArray *records; /* RelaisRecord */
  GPtrArray *bodies;  /* RelaisBodies or NULL, of the batch: those before `next` */
  GCancellable       *cancellable;
  char               *path;
  char *temporary; /* NULL until it is there */
  char               *base_url;
  int                 fd;
  guint first; /* of the batch */
  guint               next;
  gsize               batch_size;
  RelaisExportFormat  format;

  /* borrowed */
  RelaisCore         *core;
  RelaisCoreDone      done;
  gpointer            user_data;
} Export;

static void
bodies_free (gpointer data)
{
  relais_bodies_unref (data);
}

static void
export_end (Export *self,
            GError *error)
{
  g_ptr_array_remove_fast (self->core->exports, self);
  if (self->fd >= 0)
    close (self->fd);
  if (self->temporary != NULL)
    g_unlink (self->temporary);
  self->done (NULL, error, self->user_data);
  g_ptr_array_unref (self->records);
  g_ptr_array_unref (self->bodies);
  g_object_unref (self->cancellable);
  g_free (self->path);
  g_free (self->temporary);
  g_free (self->base_url);
  g_free (self);
}

static GString *
compose (Export *self)
{
  GString *out = g_string_new (NULL);
  gboolean har = self->format == RELAIS_EXPORT_HAR;

  if (har && self->first == 0)
    relais_export_har_begin (out);
  for (guint i = self->first; i < self->next; i++)
    {
      const RelaisRecord *record = g_ptr_array_index (self->records, i);
      RelaisBodies *bodies = g_ptr_array_index (self->bodies, i - self->first);

      if (har)
        relais_export_har_entry (record, bodies, self->base_url, i == 0, out);
      else
        relais_export_line (record, bodies, out);
    }
  if (har && self->next == self->records->len)
    relais_export_har_end (out);
  return out;
}

static gboolean
fail (GError **error)
{
  int saved = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved), "The file cannot be written: %s",
               g_strerror (saved));
  return FALSE;
}

static gboolean
open_temporary (Export  *self,
                GError **error)
{
  self->temporary = g_strconcat (self->path, ".XXXXXX", NULL);
  self->fd = g_mkstemp_full (self->temporary, O_WRONLY | O_CLOEXEC, 0600);
  if (self->fd >= 0)
    return TRUE;
  g_clear_pointer (&self->temporary, g_free);
  return fail (error);
}

static gboolean
write_all (int          fd,
           const char  *bytes,
           gsize        length,
           GError     **error)
{
  while (length > 0)
    {
      gssize n = write (fd, bytes, length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return fail (error);
      bytes += n;
      length -= n;
    }
  return TRUE;
}

/* It is there whole, or what was there before is. */
static gboolean
put_in_place (Export  *self,
              GError **error)
{
  int fd = self->fd;

  if (fsync (fd) != 0)
    return fail (error);
  self->fd = -1;
  if (close (fd) != 0 || g_rename (self->temporary, self->path) != 0)
    return fail (error);
  g_clear_pointer (&self->temporary, g_free);
  return TRUE;
}

static void
write_in_thread (GTask        *task,
                 gpointer      source,
                 gpointer      data,
                 GCancellable *cancellable)
{
  Export *self = data;
  g_autoptr (GString) out = compose (self);
  GError *error = NULL;

  if (!g_cancellable_set_error_if_cancelled (self->cancellable, &error) &&
      (self->fd >= 0 || open_temporary (self, &error)) &&
      write_all (self->fd, out->str, out->len, &error) &&
      (self->next < self->records->len || put_in_place (self, &error)))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void gather (Export *self);

static void
written_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Export *self = user_data;
  GError *error = NULL;

  g_task_propagate_boolean (G_TASK (result), &error);
  if (error != NULL || self->next == self->records->len)
    {
      export_end (self, error);
      return;
    }
  g_ptr_array_set_size (self->bodies, 0);
  self->first = self->next;
  self->batch_size = 0;
  gather (self);
}

static void
loaded_cb (gpointer  result,
           GError   *error,
           gpointer  user_data)
{
  Export *self = user_data;

  if (error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    {
      export_end (self, error);
      return;
    }
  g_clear_error (&error);
  g_ptr_array_add (self->bodies, result);
  self->batch_size += result != NULL ? relais_bodies_get_size (result) : 0;
  self->next++;
  gather (self);
}

/* Of one record after the other what it said; a batch of them is written by a thread, which is also
 * where one that was cancelled ends. */
static void
gather (Export *self)
{
  g_autoptr (GTask) task = NULL;
  guint next = self->next;

  if (next < self->records->len && self->bodies->len < BATCH_MAX &&
      self->batch_size < BATCH_SIZE_MAX && !g_cancellable_is_cancelled (self->cancellable))
    {
      relais_core_load_bodies (self->core, g_ptr_array_index (self->records, next), loaded_cb,
                               self);
      return;
    }
  task = g_task_new (NULL, NULL, written_cb, self);
  g_task_set_source_tag (task, gather);
  g_task_set_task_data (task, self, NULL);
  g_task_run_in_thread (task, write_in_thread);
}

/**
 * relais_core_export:
 * @self: a core
 * @records: (element-type RelaisRecord) (transfer full): what goes into the file, in this order
 * @format: what it is written as
 * @path: the file; replaced if it is there
 * @cancellable: (nullable): ends it between two batches
 * @done: told when it is there, or why it is not
 * @user_data: for @done
 *
 * The file is there whole or not at all, 0600. It is written a batch at a time, by another thread.
 */
void
relais_core_export (RelaisCore         *self,
                    GPtrArray          *records,
                    RelaisExportFormat  format,
                    const char         *path,
                    GCancellable       *cancellable,
                    RelaisCoreDone      done,
                    gpointer            user_data)
{
  Export *export = g_new0 (Export, 1);

  export->records = records;
  export->bodies = g_ptr_array_new_with_free_func (bodies_free);
  export->cancellable = cancellable != NULL ? g_object_ref (cancellable) : g_cancellable_new ();
  export->path = g_strdup (path);
  export->base_url = relais_core_dup_own_url (self);
  export->fd = -1;
  export->format = format;
  export->core = self;
  export->done = done;
  export->user_data = user_data;
  g_ptr_array_add (self->exports, export);
  gather (export);
}

static gboolean
late_cb (gpointer late)
{
  *(gboolean *)late = TRUE;
  return G_SOURCE_REMOVE;
}

/**
 * relais_core_stop_exports:
 * @self: a core that ends
 *
 * Cancels them and waits until what they had written is gone, for 2 s at most: a disk that hangs
 * ends nothing.
 */
void
relais_core_stop_exports (RelaisCore *self)
{
  g_autoptr (GSource) patience = g_timeout_source_new (STOP_MS);
  gboolean late = FALSE;

  for (guint i = 0; i < self->exports->len; i++)
    g_cancellable_cancel (((Export *)g_ptr_array_index (self->exports, i))->cancellable);
  g_source_set_callback (patience, late_cb, &late, NULL);
  g_source_attach (patience, self->context);
  while (self->exports->len > 0 && !late)
    g_main_context_iteration (self->context, TRUE);
  g_source_destroy (patience);
}
