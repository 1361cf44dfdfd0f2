/* puppet-history.c: what the puppet keeps of requests, and its log
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "puppet-engine.h"

#define QUESTION                                                                     \
 "{\"model\":\"gemini-3-flash\",\"max_tokens\":64,\"messages\":[{\"role\":\"user\"," \
 "\"content\":\"Why is the sky blue?\"}]}"
#define ANSWER                                                                                  \
 "{\"id\":\"msg_01\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"gemini-3-flash\"," \
 "\"content\":[{\"type\":\"text\",\"text\":\"Air scatters blue light more than red.\"}],"       \
 "\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":12,\"output_tokens\":9}}"
#define CURL \
 "curl http://127.0.0.1:8045/v1/messages -H 'Content-Type: application/json' -d '" QUESTION "'"

typedef struct
{
  RelaisRecordBodies *bodies; /* owned; NULL: the usual ones */
  gboolean no_bodies;
  char *log_trouble; /* owned */
  gboolean log_rows;
  gboolean log_bodies;
  int      retention_days;
  guint    n_deleted;
  guint    n_forgotten;
  gint64   n_kept;
} History;

void
relais_record_bodies_free (RelaisRecordBodies *self)
{
  if (self == NULL)
    return;
  for (int kind = 0; kind < RELAIS_N_BODIES; kind++)
    g_free (self->parts[kind].text);
  g_free (self->curl);
  g_free (self);
}

static void
history_free (gpointer data)
{
  History *history = data;

  relais_record_bodies_free (history->bodies);
  g_free (history->log_trouble);
  g_free (history);
}

static History *
get_history (RelaisEngine *self)
{
  History *history = g_object_get_data (G_OBJECT (self), "history");

  if (history != NULL)
    return history;
  history = g_new0 (History, 1);
  g_object_set_data_full (G_OBJECT (self), "history", history, history_free);
  return history;
}

static RelaisRecordBodies *
copy_bodies (const RelaisRecordBodies *bodies)
{
  RelaisRecordBodies *copy = g_memdup2 (bodies, sizeof *bodies);

  for (int kind = 0; kind < RELAIS_N_BODIES; kind++)
    copy->parts[kind].text = g_strdup (bodies->parts[kind].text);
  copy->curl = g_strdup (bodies->curl);
  return copy;
}

void
puppet_engine_set_bodies (RelaisEngine             *self,
                          const RelaisRecordBodies *bodies)
{
  History *history = get_history (self);

  g_clear_pointer (&history->bodies, relais_record_bodies_free);
  history->bodies = bodies != NULL ? copy_bodies (bodies) : NULL;
  history->no_bodies = bodies == NULL;
}

static RelaisRecordBodies *
make_bodies (void)
{
  static const char *const texts[] = { QUESTION, QUESTION, ANSWER, ANSWER };
  RelaisRecordBodies *bodies = g_new0 (RelaisRecordBodies, 1);

  for (int kind = 0; kind < RELAIS_N_BODIES; kind++)
    bodies->parts[kind] = (RelaisBodyText){ g_strdup (texts[kind]), strlen (texts[kind]),
                                            strlen (texts[kind]), TRUE };
  bodies->can_send_again = TRUE;
  bodies->curl = g_strdup (CURL);
  return bodies;
}

void
relais_engine_load_bodies_async (RelaisEngine        *self,
                                 RelaisRecordRow     *row,
                                 GCancellable        *cancellable,
                                 GAsyncReadyCallback  callback,
                                 gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  History *history = get_history (self);
  RelaisRecordBodies *bodies;

  if (history->no_bodies)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "Nothing of it was kept");
      return;
    }
  bodies = history->bodies != NULL ? copy_bodies (history->bodies) : make_bodies ();
  g_task_return_pointer (task, bodies, (GDestroyNotify)relais_record_bodies_free);
}

RelaisRecordBodies *
relais_engine_load_bodies_finish (RelaisEngine  *self,
                                  GAsyncResult  *result,
                                  GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
relais_engine_send_again_async (RelaisEngine        *self,
                                RelaisRecordRow     *row,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  PuppetRecord again = { .path = relais_record_row_get_path (row),
                         .model = relais_record_row_get_model (row),
                         .account = relais_record_row_get_account (row),
                         .client = relais_record_row_get_client (row),
                         .duration_ms = -1,
                         .tokens = -1 };

  puppet_engine_add_record (self, &again);
  g_task_return_boolean (task, TRUE);
}

gboolean
relais_engine_send_again_finish (RelaisEngine  *self,
                                 GAsyncResult  *result,
                                 GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* A line a row: which they were. */
void
relais_engine_export_async (RelaisEngine        *self,
                            GListModel          *rows,
                            RelaisExportFormat   format,
                            GFile               *file,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GString) text = g_string_new (format == RELAIS_EXPORT_HAR ? "HAR\n" : "JSON Lines\n");
  GError *error = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (rows); i++)
    {
      g_autoptr (RelaisRecordRow) row = g_list_model_get_item (rows, i);

      g_string_append_printf (text, "%" G_GUINT64_FORMAT "\n", relais_record_row_get_id (row));
    }
  if (g_file_replace_contents (file, text->str, text->len, NULL, FALSE, G_FILE_CREATE_PRIVATE, NULL,
                               NULL, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

gboolean
relais_engine_export_finish (RelaisEngine  *self,
                             GAsyncResult  *result,
                             GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
relais_engine_set_log (RelaisEngine *self,
                       gboolean      rows,
                       gboolean      bodies,
                       int           retention_days)
{
  History *history = get_history (self);

  history->log_rows = rows;
  history->log_bodies = bodies;
  history->retention_days = retention_days;
}

gboolean
puppet_engine_get_log (RelaisEngine *self,
                       gboolean     *bodies,
                       int          *retention_days)
{
  History *history = get_history (self);

  *bodies = history->log_bodies;
  *retention_days = history->retention_days;
  return history->log_rows;
}

const char *
puppet_engine_get_log_trouble (RelaisEngine *self)
{
  return get_history (self)->log_trouble;
}

void
puppet_engine_set_log_trouble (RelaisEngine *self,
                               const char   *trouble)
{
  History *history = get_history (self);

  g_free (history->log_trouble);
  history->log_trouble = g_strdup (trouble);
  g_object_notify (G_OBJECT (self), "log-trouble");
}

void
relais_engine_delete_log_async (RelaisEngine        *self,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  if (get_history (self)->log_trouble != NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_FAILED, "%s",
                               get_history (self)->log_trouble);
      return;
    }
  get_history (self)->n_deleted++;
  get_history (self)->n_kept = 0;
  g_task_return_boolean (task, TRUE);
}

gboolean
relais_engine_delete_log_finish (RelaisEngine  *self,
                                 GAsyncResult  *result,
                                 GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

guint
puppet_engine_get_n_deleted (RelaisEngine *self)
{
  return get_history (self)->n_deleted;
}

void
relais_engine_measure_log_async (RelaisEngine        *self,
                                 GCancellable        *cancellable,
                                 GAsyncReadyCallback  callback,
                                 gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_return_boolean (task, TRUE);
}

gboolean
relais_engine_measure_log_finish (RelaisEngine  *self,
                                  GAsyncResult  *result,
                                  gint64        *n_requests,
                                  gint64        *size_bytes,
                                  GError       **error)
{
  *n_requests = get_history (self)->n_kept;
  *size_bytes = *n_requests * 2800;
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
puppet_engine_set_n_kept (RelaisEngine *self,
                          guint         n_kept)
{
  get_history (self)->n_kept = n_kept;
}

void
relais_engine_forget_records (RelaisEngine *self,
                              GPtrArray    *rows)
{
  get_history (self)->n_forgotten += rows->len;
}

guint
puppet_engine_get_n_forgotten (RelaisEngine *self)
{
  return get_history (self)->n_forgotten;
}
