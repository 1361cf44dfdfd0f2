/* relais-request-log.c: a line on standard error for each request that is over
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-request-log"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib-unix.h>

#include "base/relais-redact.h"

#include "relais-request-log.h"

#define WINDOW_S 10
#define LINES_MAX 1000 /* in a window; the rest is counted */
#define KINDS_MAX 100  /* of refusals in a window; likewise */
#define WAITING_SIZE_MAX (64 * 1024)
#define PATH_SHOWN_MAX 200
#define MODEL_SHOWN_MAX 100
#define REASON_SHOWN_MAX 200

/* Requests that were refused alike within a window: the first has its line. */
typedef struct
{
  char  *text;
  guint  n_more;
} Kind;

struct _RelaisRequestLog
{
  GObject  parent_instance;

  /* owned */
  GHashTable *kinds; /* what tells them apart -> Kind */
  GString *waiting;  /* for the reader of standard error */

  int      fd;
  gboolean is_socket;
  gboolean closed; /* nobody reads any more */
  guint    n_lines;
  guint    n_left_out;
  guint    window_id;
  guint    watch_id;
};

G_DEFINE_FINAL_TYPE (RelaisRequestLog, relais_request_log, G_TYPE_OBJECT)

static void
kind_free (gpointer data)
{
  Kind *kind = data;

  g_free (kind->text);
  g_free (kind);
}

static gssize
write_some (RelaisRequestLog *self)
{
  if (self->is_socket)
    return send (self->fd, self->waiting->str, self->waiting->len, MSG_DONTWAIT | MSG_NOSIGNAL);
  return write (self->fd, self->waiting->str, self->waiting->len);
}

static void flush (RelaisRequestLog *self);

static gboolean
writable_cb (int          fd,
             GIOCondition condition,
             gpointer     user_data)
{
  RelaisRequestLog *self = user_data;

  self->watch_id = 0;
  flush (self);
  return G_SOURCE_REMOVE;
}

static void
flush (RelaisRequestLog *self)
{
  while (self->waiting->len > 0 && self->watch_id == 0)
    {
      gssize n = write_some (self);

      if (n >= 0)
        g_string_erase (self->waiting, 0, n);
      else if (errno == EAGAIN)
        self->watch_id = g_unix_fd_add (self->fd, G_IO_OUT, writable_cb, self);
      else if (errno != EINTR)
        {
          self->closed = TRUE;
          g_string_truncate (self->waiting, 0);
        }
    }
}

/* FALSE when the reader is too far behind for one more. */
static gboolean
put_line (RelaisRequestLog *self,
          const char       *line)
{
  if (self->closed)
    return TRUE;
  if (self->waiting->len + strlen (line) + 1 > WAITING_SIZE_MAX)
    return FALSE;
  g_string_append_printf (self->waiting, "%s\n", line);
  flush (self);
  return TRUE;
}

/* A terminal that was stopped, or a pipe that nobody empties, must hold up neither the engine nor
 * the end of the program. To open it once more makes it non-blocking for us alone: who else writes
 * there shares the file description. A regular file is written to as it is, at the place that is
 * shared with them. */
static void
open_output (RelaisRequestLog *self)
{
  struct stat info;
  int fd = -1;

  self->fd = STDERR_FILENO;
  if (fstat (STDERR_FILENO, &info) != 0)
    self->closed = TRUE;
  else if (S_ISSOCK (info.st_mode))
    self->is_socket = TRUE;
  else if (!S_ISREG (info.st_mode))
    fd = open ("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd >= 0)
    self->fd = fd;
}

/* The summary of a window. */
static void
close_window (RelaisRequestLog *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->kinds);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Kind *kind = value;
      g_autofree char *line = NULL;

      if (kind->n_more == 0)
        continue;
      line = g_strdup_printf ("… %u more like it: %s", kind->n_more, kind->text);
      if (!put_line (self, line))
        self->n_left_out += kind->n_more;
    }
  g_hash_table_remove_all (self->kinds);
  self->n_lines = 0;
  if (self->n_left_out > 0)
    {
      g_autofree char *line = g_strdup_printf ("… %u more requests", self->n_left_out);

      if (put_line (self, line))
        self->n_left_out = 0;
    }
}

static gboolean
window_cb (gpointer user_data)
{
  RelaisRequestLog *self = user_data;

  close_window (self);
  /* what the reader had no room for is told later */
  if (self->n_left_out > 0)
    return G_SOURCE_CONTINUE;
  self->window_id = 0;
  return G_SOURCE_REMOVE;
}

/* Of a client's or an upstream's words: no key, no control character, not for ever. */
static void
append_words (GString    *line,
              const char *words,
              glong       length_max)
{
  g_autofree char *plain = relais_redact (words, NULL);
  g_autofree char *cut = NULL;

  if (g_utf8_strlen (plain, -1) > length_max)
    cut = g_utf8_substring (plain, 0, length_max);
  g_string_append_printf (line, "%s%s", cut != NULL ? cut : plain, cut != NULL ? "…" : "");
}

/* The first sentence says what is wrong, the others what to do: who asked reads those. */
static void
append_reason (GString    *line,
               const char *error)
{
  const char *end = strstr (error, ". ");
  g_autofree char *first = end != NULL ? g_strndup (error, end - error) : g_strdup (error);

  g_string_append (line, ": ");
  append_words (line, first, REASON_SHOWN_MAX);
}

/* An upstream may quote the prompt in its error: of that only the status is told. Where none was
 * asked there are no words but ours. */
static void
append_fault (GString         *line,
              RelaisRecordRow *row)
{
  const char *error = relais_record_row_get_error (row);
  guint upstream_status, attempts;
  gboolean aborted, is_own;

  g_object_get (row, "upstream-status", &upstream_status, "attempts", &attempts, "aborted",
                &aborted, "error-is-own", &is_own, NULL);
  if (upstream_status >= 400)
    g_string_append_printf (line, ": the upstream answered %u", upstream_status);
  else if (error != NULL && (is_own || attempts == 0))
    append_reason (line, error);
  else if (error != NULL)
    g_string_append (line, upstream_status > 0 ? ": the upstream's answer failed"
                                               : ": no account could serve it");
  else if (aborted)
    g_string_append (line, ": cut before its end");
}

static void
append_request (GString         *line,
                RelaisRecordRow *row)
{
  const char *model = relais_record_row_get_model (row);
  const char *account = relais_record_row_get_account (row);
  const char *path = relais_record_row_get_path (row);
  g_autofree char *method = NULL;
  g_autofree char *used = NULL;
  g_autofree char *label = account != NULL ? relais_redact_controls (account) : NULL;

  g_object_get (row, "method", &method, "upstream-model", &used, NULL);
  append_words (line, method != NULL ? method : "-", MODEL_SHOWN_MAX);
  g_string_append_c (line, ' ');
  append_words (line, path != NULL ? path : "-", PATH_SHOWN_MAX);
  if (model != NULL)
    {
      g_string_append_c (line, ' ');
      append_words (line, model, MODEL_SHOWN_MAX);
    }
  if (model != NULL && used != NULL && strcmp (model, used) != 0)
    {
      g_string_append (line, " → ");
      append_words (line, used, MODEL_SHOWN_MAX);
    }
  if (label != NULL)
    g_string_append_printf (line, " “%s”", label);
  if (relais_record_row_get_status (row) > 0)
    g_string_append_printf (line, " %u", relais_record_row_get_status (row));
}

static char *
dup_line (RelaisRecordRow *row)
{
  gint64 time_us = relais_record_row_get_time (row);
  gint64 took_us = relais_record_row_get_duration_us (row);
  g_autofree char *detours = NULL;
  g_autofree char *plain = NULL;
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (time_us / G_USEC_PER_SEC);
  GString *line = g_string_new (NULL);

  g_string_append_printf (line, "%04d-%02d-%02d %02d:%02d:%02d ",
                          g_date_time_get_year (time), g_date_time_get_month (time),
                          g_date_time_get_day_of_month (time), g_date_time_get_hour (time),
                          g_date_time_get_minute (time), g_date_time_get_second (time));
  append_request (line, row);
  if (took_us < G_USEC_PER_SEC)
    g_string_append_printf (line, " %" G_GINT64_FORMAT " ms", MAX (took_us, 0) / 1000);
  else
    g_string_append_printf (line, " %.1f s", (double)took_us / G_USEC_PER_SEC);
  append_fault (line, row);
  g_object_get (row, "detours", &detours, NULL);
  plain = detours != NULL ? relais_redact_controls (detours) : NULL;
  if (plain != NULL)
    g_string_append_printf (line, " (%s)", plain);
  return g_string_free (line, FALSE);
}

static char *
dup_text (RelaisRecordRow *row)
{
  GString *text = g_string_new (NULL);

  append_request (text, row);
  append_fault (text, row);
  return g_string_free (text, FALSE);
}

/* Whether it was refused by ourselves, and one just like it has had its line. */
static gboolean
count_alike (RelaisRequestLog *self,
             RelaisRecordRow  *row)
{
  const char *model = relais_record_row_get_model (row);
  const char *path = relais_record_row_get_path (row);
  const char *error = relais_record_row_get_error (row);
  guint status = relais_record_row_get_status (row);
  g_autofree char *method = NULL;
  g_autofree char *key = NULL;
  Kind *kind;

  if (status < 400 || relais_record_row_get_account (row) != NULL)
    return FALSE;
  g_object_get (row, "method", &method, NULL);
  key = g_strdup_printf ("%u %s %s %s %s", status, method != NULL ? method : "", path != NULL ? path : "",
                         model != NULL ? model : "", error != NULL ? error : "");
  kind = g_hash_table_lookup (self->kinds, key);
  if (kind != NULL)
    kind->n_more++;
  else if (g_hash_table_size (self->kinds) >= KINDS_MAX)
    self->n_left_out++;
  else
    {
      kind = g_new0 (Kind, 1);
      kind->text = dup_text (row);
      g_hash_table_insert (self->kinds, g_steal_pointer (&key), kind);
      return FALSE;
    }
  return TRUE;
}

static void
log_row (RelaisRequestLog *self,
         RelaisRecordRow  *row)
{
  g_autofree char *line = NULL;

  if (self->window_id == 0)
    self->window_id = g_timeout_add_seconds (WINDOW_S, window_cb, self);
  if (count_alike (self, row))
    return;
  if (self->n_lines >= LINES_MAX)
    {
      self->n_left_out++;
      return;
    }
  self->n_lines++;
  line = dup_line (row);
  if (!put_line (self, line))
    self->n_left_out++;
}

static void
running_cb (RelaisRecordRow  *row,
            GParamSpec       *pspec,
            RelaisRequestLog *self)
{
  if (!relais_record_row_get_running (row))
    log_row (self, row);
}

static void
records_changed_cb (GListModel       *records,
                    guint             position,
                    guint             removed,
                    guint             added,
                    RelaisRequestLog *self)
{
  /* the newest stands first */
  for (guint i = position + added; i-- > position;)
    {
      g_autoptr (RelaisRecordRow) row = g_list_model_get_item (records, i);

      if (relais_record_row_get_running (row))
        g_signal_connect_object (row, "notify::running", G_CALLBACK (running_cb), self, 0);
      else
        log_row (self, row);
    }
}

static void
state_cb (RelaisAccountRow *row,
          GParamSpec       *pspec,
          RelaisRequestLog *self)
{
  g_autofree char *label = relais_redact_controls (relais_account_row_get_label (row));
  g_autofree char *line = NULL;

  if (relais_account_row_get_state (row) != RELAIS_ACCOUNT_KEY_REJECTED)
    return;
  line = g_strdup_printf ("account “%s”: key rejected by the upstream; the account is left out until the server "
                          "is started again",
                          label);
  put_line (self, line);
}

static void
accounts_changed_cb (GListModel       *accounts,
                     guint             position,
                     guint             removed,
                     guint             added,
                     RelaisRequestLog *self)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (RelaisAccountRow) row = g_list_model_get_item (accounts, i);

      /* a row that only moved is added again */
      g_signal_handlers_disconnect_by_func (row, state_cb, self);
      g_signal_connect_object (row, "notify::state", G_CALLBACK (state_cb), self, 0);
    }
}

static void
relais_request_log_finalize (GObject *object)
{
  RelaisRequestLog *self = RELAIS_REQUEST_LOG (object);

  g_clear_handle_id (&self->window_id, g_source_remove);
  g_clear_handle_id (&self->watch_id, g_source_remove);
  if (self->fd > STDERR_FILENO)
    close (self->fd);
  g_hash_table_unref (self->kinds);
  g_string_free (self->waiting, TRUE);

  G_OBJECT_CLASS (relais_request_log_parent_class)->finalize (object);
}

static void
relais_request_log_class_init (RelaisRequestLogClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = relais_request_log_finalize;
}

static void
relais_request_log_init (RelaisRequestLog *self)
{
  self->kinds = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, kind_free);
  self->waiting = g_string_new (NULL);
  open_output (self);
}

/**
 * relais_request_log_new:
 * @engine: an engine
 * @with_requests: %FALSE: accounts only
 *
 * From now on tells on standard error of each request that is over, and of accounts whose key was
 * refused. Never waits for who reads it: what does not fit is counted. Requests that are refused
 * alike have one line and a count every 10 seconds. No key, query or text of a prompt is in it, and
 * no control character.
 *
 * Returns: (transfer full): the log
 */
RelaisRequestLog *
relais_request_log_new (RelaisEngine *engine,
                        gboolean      with_requests)
{
  RelaisRequestLog *self = g_object_new (RELAIS_TYPE_REQUEST_LOG, NULL);
  GListModel *accounts = relais_engine_list_accounts (engine);

  g_signal_connect_object (accounts, "items-changed", G_CALLBACK (accounts_changed_cb), self, 0);
  accounts_changed_cb (accounts, 0, 0, g_list_model_get_n_items (accounts), self);
  if (with_requests)
    g_signal_connect_object (relais_engine_list_records (engine), "items-changed",
                             G_CALLBACK (records_changed_cb), self, 0);
  return self;
}

/**
 * relais_request_log_say:
 * @self: a log
 * @line: words of our own, without the end of the line
 *
 * Among the others, and without waiting.
 */
void
relais_request_log_say (RelaisRequestLog *self,
                        const char       *line)
{
  put_line (self, line);
}

/**
 * relais_request_log_end:
 * @self: a log
 *
 * Tells what was counted only so far; for the end of the program.
 */
void
relais_request_log_end (RelaisRequestLog *self)
{
  close_window (self);
}
