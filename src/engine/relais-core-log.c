/* relais-core-log.c: what is kept between runs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-core"

#include "config.h"

#include "relais-core.h"

static void
trouble_cb (const char *trouble,
            gpointer    user_data)
{
  RelaisCore *self = user_data;

  g_free (self->log_trouble);
  self->log_trouble = g_strdup (trouble);
  self->log_changed = TRUE;
  relais_core_touch (self);
}

/**
 * relais_core_open_log:
 * @self: a core
 * @path: of its file
 *
 * Nothing is written before relais_log_set() says so.
 */
void
relais_core_open_log (RelaisCore *self,
                      const char *path)
{
  self->log = relais_log_new (path, NULL, trouble_cb, self);
}

/**
 * relais_core_close_log:
 * @self: a core
 *
 * What waits is written, for 2 s at most, and whoever asked is answered.
 */
void
relais_core_close_log (RelaisCore *self)
{
  g_clear_pointer (&self->log, relais_log_close);
  while (g_main_context_iteration (self->context, FALSE))
    ;
  g_clear_pointer (&self->log_trouble, g_free);
}

typedef struct
{
  RelaisCoreDone done;
  gpointer       user_data;
} Reading;

/* Nothing there is an answer; a log that cannot be read is not. */
static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autofree Reading *reading = user_data;
  GError *error = NULL;
  RelaisBodies *bodies = relais_log_read_bodies_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    g_clear_error (&error);
  reading->done (bodies, error, reading->user_data);
}

/**
 * relais_core_read_log:
 * @self: a core with a log
 * @id: a request's, of this run or one before
 * @done: told its frozen bodies (a reference), or %NULL where the log has none, or an error where
 *   it cannot be read
 * @user_data: for @done
 */
void
relais_core_read_log (RelaisCore     *self,
                      guint64         id,
                      RelaisCoreDone  done,
                      gpointer        user_data)
{
  Reading *reading = g_new0 (Reading, 1);

  reading->done = done;
  reading->user_data = user_data;
  relais_log_read_bodies_async (self->log, id, read_cb, reading);
}
