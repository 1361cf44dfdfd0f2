/* relais-test-server.c: the real server with a trivial sink, in a thread of its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <errno.h>
#include <libsoup/soup.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "relais-test-server.h"

#define WAIT_MS 10000

struct _RelaisTestServer
{
  RelaisConfig     *config;
  RelaisServer     *server;
  GMainContext     *context;
  GMainLoop        *loop;
  GThread          *thread;
  RelaisTestCounts  counts;
  GMutex            mutex;
  char *last; /* method, path and body size of the last request */
};

/* A request that is answered later, or in pieces. */
typedef struct
{
  RelaisTestServer  *server;
  SoupServerMessage *message;
  RelaisWire        *wire;
  GSource           *timer;
  guint              left;
  guint cut_after; /* ticks; 0: never */
  gboolean snaps;  /* it is cut from within a write */
} Answer;

static void
answer_free (Answer *self)
{
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  g_signal_handlers_disconnect_by_data (self->message, self);
  relais_wire_set_sink (self->wire, NULL, NULL);
  g_atomic_int_inc (&self->server->counts.ended);
  g_object_unref (self->message);
  g_object_unref (self->wire);
  g_free (self);
}

static void
answer_gone_cb (RelaisWire *wire,
                gpointer    user_data)
{
  Answer *self = user_data;

  g_atomic_int_inc (&self->server->counts.gone);
  relais_wire_abort (wire);
}

/* It has no last words. */
static void
answer_late_cb (RelaisWire *wire,
                gpointer    user_data)
{
}

static Answer *
answer_new (RelaisTestServer  *server,
            RelaisWire        *wire,
            SoupServerMessage *message)
{
  static const RelaisWireSink sink = { answer_gone_cb, answer_late_cb };
  Answer *self = g_new0 (Answer, 1);

  self->server = server;
  self->message = g_object_ref (message);
  self->wire = g_object_ref (wire);
  g_signal_connect_swapped (message, "finished", G_CALLBACK (answer_free), self);
  g_signal_connect_swapped (message, "disconnected", G_CALLBACK (answer_free), self);
  relais_wire_set_sink (wire, &sink, self);
  return self;
}

static gboolean
answer_tick_cb (gpointer user_data)
{
  Answer *self = user_data;
  SoupMessageBody *body = soup_server_message_get_response_body (self->message);
  static const char event[] = "data: tick\n\n";

  if (!self->snaps && self->cut_after > 0 && --self->cut_after == 0)
    {
      relais_wire_abort (self->wire);
      return G_SOURCE_REMOVE;
    }
  if (self->left-- > 0)
    soup_message_body_append (body, SOUP_MEMORY_STATIC, event, sizeof event - 1);
  else
    soup_message_body_complete (body);
  soup_server_message_unpause (self->message);
  return G_SOURCE_CONTINUE;
}

/* Within libsoup's own write. */
static void
answer_wrote_cb (Answer *self)
{
  if (self->cut_after > 0 && --self->cut_after == 0)
    relais_wire_abort (self->wire);
}

static void
set_timer (Answer      *self,
           guint        ms,
           GSourceFunc  func)
{
  self->timer = g_timeout_source_new (ms);
  g_source_set_callback (self->timer, func, self, NULL);
  g_source_attach (self->timer, g_main_context_get_thread_default ());
}

static void
start_stream (Answer *self,
              guint   n,
              guint   ms)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (self->message);

  soup_server_message_set_status (self->message, 200, NULL);
  soup_message_headers_set_encoding (headers, SOUP_ENCODING_CHUNKED);
  if (soup_server_message_get_http_version (self->message) == SOUP_HTTP_1_0)
    soup_message_headers_set_encoding (headers, SOUP_ENCODING_EOF);
  soup_message_headers_set_content_type (headers, "text/event-stream", NULL);
  soup_message_body_set_accumulate (soup_server_message_get_response_body (self->message), FALSE);
  self->left = n;
  set_timer (self, ms, answer_tick_cb);
}

static void
request_cb (RelaisWire        *wire,
            SoupServerMessage *message,
            gpointer           user_data)
{
  RelaisTestServer *self = user_data;
  const RelaisHead *head = relais_wire_get_head (wire);
  const char *model = head->route->model != NULL ? head->route->model : "";
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  char *last = g_strdup_printf ("%s %s %" G_GINT64_FORMAT, head->method, head->route->path, (gint64)body->length);

  g_mutex_lock (&self->mutex);
  g_free (self->last);
  self->last = last;
  g_mutex_unlock (&self->mutex);
  g_atomic_int_inc (&self->counts.requests);
  if (strstr (head->target, "smuggled") != NULL)
    g_atomic_int_inc (&self->counts.smuggled);
  if (g_str_has_prefix (model, "hang"))
    {
      answer_new (self, wire, message);
      soup_server_message_pause (message);
    }
  else if (g_str_has_prefix (model, "stream"))
    start_stream (answer_new (self, wire, message), atoi (model + 6), 1);
  else if (g_str_has_prefix (model, "slow"))
    start_stream (answer_new (self, wire, message), atoi (model + 4), 50);
  else if (g_str_has_prefix (model, "cut"))
    {
      Answer *answer = answer_new (self, wire, message);

      start_stream (answer, 1000, 1);
      answer->cut_after = 30;
    }
  else if (g_str_has_prefix (model, "snap"))
    {
      Answer *answer = answer_new (self, wire, message);

      g_signal_connect_swapped (message, "wrote-body-data", G_CALLBACK (answer_wrote_cb), answer);
      start_stream (answer, 1000, 1);
      answer->cut_after = 30;
      answer->snaps = TRUE;
    }
  else if (g_str_has_prefix (model, "fail"))
    {
      answer_new (self, wire, message);
      soup_server_message_set_status (message, 500, NULL);
    }
  else
    {
      static char big[8 * 1024 * 1024];
      gsize size = g_str_has_prefix (model, "big") ? MIN (atoi (model + 3), sizeof big) : 0;

      answer_new (self, wire, message);
      soup_server_message_set_status (message, 200, NULL);
      if (size > 0)
        soup_server_message_set_response (message, "application/json", SOUP_MEMORY_STATIC, big, size);
      else
        soup_server_message_set_response (message, "application/json", SOUP_MEMORY_COPY, last, strlen (last));
    }
}

static void
refused_cb (const RelaisRefusal *refusal,
            gpointer             user_data)
{
  RelaisTestServer *self = user_data;

  g_atomic_int_inc (&self->counts.refused);
  if (refusal->path != NULL && strchr (refusal->path, '?') != NULL)
    g_error ("a refusal's path holds a query");
}

static gpointer
run_thread (gpointer data)
{
  RelaisTestServer *self = data;

  g_main_context_push_thread_default (self->context);
  g_main_loop_run (self->loop);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

typedef struct
{
  RelaisTestServer     *self;
  RelaisTestServerFunc  func;
  gpointer              user_data;
  GMutex                mutex;
  GCond                 cond;
  gboolean              done;
} Call;

static void
finish_call (Call *call)
{
  g_mutex_lock (&call->mutex);
  call->done = TRUE;
  g_cond_signal (&call->cond);
  g_mutex_unlock (&call->mutex);
}

static gboolean
call_cb (gpointer user_data)
{
  Call *call = user_data;

  call->func (call->self->server, call->user_data);
  finish_call (call);
  return G_SOURCE_REMOVE;
}

static void
run_call (Call        *call,
          GSourceFunc  func)
{
  g_mutex_init (&call->mutex);
  g_cond_init (&call->cond);
  g_main_context_invoke (call->self->context, func, call);
  g_mutex_lock (&call->mutex);
  while (!call->done)
    g_cond_wait (&call->cond, &call->mutex);
  g_mutex_unlock (&call->mutex);
  g_mutex_clear (&call->mutex);
  g_cond_clear (&call->cond);
}

/* Runs @func in the server's thread, and waits for it. */
void
relais_test_server_call (RelaisTestServer     *self,
                         RelaisTestServerFunc  func,
                         gpointer              user_data)
{
  Call call = { .self = self, .func = func, .user_data = user_data };

  run_call (&call, call_cb);
}

static void
start_cb (RelaisServer *server,
          gpointer      user_data)
{
  g_autoptr (RelaisStartFailure) failure = relais_server_start (server);

  g_assert_null (failure);
}

void
relais_test_server_start (RelaisTestServer *self)
{
  relais_test_server_call (self, start_cb, NULL);
}

static void
stopped_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (relais_server_stop_finish (RELAIS_SERVER (source), result, &error));
  g_assert_no_error (error);
  finish_call (user_data);
}

static gboolean
stop_cb (gpointer user_data)
{
  Call *call = user_data;

  relais_server_stop_async (call->self->server, NULL, stopped_cb, call);
  return G_SOURCE_REMOVE;
}

void
relais_test_server_stop (RelaisTestServer *self)
{
  Call call = { .self = self };

  run_call (&call, stop_cb);
}

/* With the trivial sink when @sink is NULL. Another is called in the server's thread, and nothing
 * is counted. */
RelaisTestServer *
relais_test_server_new_for (RelaisConfig           *config,
                            const RelaisServerSink *sink,
                            gpointer                user_data)
{
  static const RelaisServerSink trivial = { request_cb, refused_cb };
  RelaisTestServer *self = g_new0 (RelaisTestServer, 1);

  g_mutex_init (&self->mutex);
  self->config = g_object_ref (config);
  relais_config_set_port (config, 0, NULL);
  if (relais_config_get_api_key (config) == NULL)
    relais_config_set_api_key (config, RELAIS_TEST_KEY, NULL);
  if (sink == NULL)
    {
      sink = &trivial;
      user_data = self;
    }
  self->server = relais_server_new (config, sink, user_data);
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->thread = g_thread_new ("server", run_thread, self);
  relais_test_server_start (self);
  return self;
}

RelaisTestServer *
relais_test_server_new (RelaisConfig *config)
{
  return relais_test_server_new_for (config, NULL, NULL);
}

static void
quit_cb (RelaisServer *server,
         gpointer      user_data)
{
  RelaisTestServer *self = user_data;

  g_clear_object (&self->server);
  g_main_loop_quit (self->loop);
}

void
relais_test_server_free (RelaisTestServer *self)
{
  relais_test_server_call (self, quit_cb, self);
  g_thread_join (self->thread);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_object_unref (self->config);
  g_mutex_clear (&self->mutex);
  g_free (self->last);
  g_free (self);
}

static void
port_cb (RelaisServer *server,
         gpointer      user_data)
{
  *(guint *)user_data = relais_server_get_port (server);
}

guint
relais_test_server_get_port (RelaisTestServer *self)
{
  guint port = 0;

  relais_test_server_call (self, port_cb, &port);
  return port;
}

RelaisTestCounts *
relais_test_server_counts (RelaisTestServer *self)
{
  return &self->counts;
}

/* "METHOD path size" of the last request. */
char *
relais_test_server_last (RelaisTestServer *self)
{
  char *last;

  g_mutex_lock (&self->mutex);
  last = g_strdup (self->last);
  g_mutex_unlock (&self->mutex);
  return last;
}

/* Until @count reaches @value; looks every millisecond. */
gboolean
relais_test_server_wait (const int *count,
                         int        value)
{
  for (guint i = 0; i < WAIT_MS && g_atomic_int_get (count) < value; i++)
    poll (NULL, 0, 1);
  return g_atomic_int_get (count) >= value;
}

int
relais_test_connect (guint port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (port) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (fd, >=, 0);
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  if (connect (fd, (struct sockaddr *)&address, sizeof address) == 0)
    return fd;
  close (fd);
  return -1;
}

/* FALSE when the other side does not take it. */
gboolean
relais_test_send (int         fd,
                  const char *bytes,
                  gssize      length)
{
  if (length < 0)
    length = strlen (bytes);
  while (length > 0)
    {
      gssize n = send (fd, bytes, length, MSG_NOSIGNAL);

      if (n <= 0)
        return FALSE;
      bytes += n;
      length -= n;
    }
  return TRUE;
}

/* 0 at the end, after an error and after 10 s. */
static gsize
receive_some (int    fd,
              char  *buffer,
              gsize  size)
{
  struct pollfd poller = { .fd = fd, .events = POLLIN };
  gssize n;

  if (poll (&poller, 1, WAIT_MS) != 1)
    return 0;
  n = recv (fd, buffer, size, 0);
  return MAX (n, 0);
}

/* Byte by byte up to @end, so that nothing of a next answer is taken. */
static gboolean
receive_until (int         fd,
               GString    *text,
               const char *end)
{
  char c;

  while (!g_str_has_suffix (text->str, end))
    {
      if (receive_some (fd, &c, 1) == 0)
        return FALSE;
      g_string_append_c (text, c);
    }
  return TRUE;
}

static gboolean
receive_exactly (int      fd,
                 GString *text,
                 gsize    size)
{
  while (size > 0)
    {
      char buffer[16384];
      gsize n = receive_some (fd, buffer, MIN (sizeof buffer, size));

      if (n == 0)
        return FALSE;
      g_string_append_len (text, buffer, n);
      size -= n;
    }
  return TRUE;
}

static gboolean
receive_chunked (int      fd,
                 GString *text)
{
  while (TRUE)
    {
      g_autoptr (GString) line = g_string_new (NULL);
      guint64 size;

      if (!receive_until (fd, line, "\r\n"))
        return FALSE;
      size = g_ascii_strtoull (line->str, NULL, 16);
      if (!receive_exactly (fd, text, size))
        return FALSE;
      g_string_truncate (line, 0);
      if (!receive_until (fd, line, "\r\n"))
        return FALSE;
      if (size == 0)
        return TRUE;
    }
}

/* One answer. Its status; 0 when the connection ended first, 1 when it ended within the answer. */
guint
relais_test_receive (int    fd,
                     char **head,
                     char **body)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GString) content = g_string_new (NULL);
  g_autofree char *lower = NULL;
  const char *length;
  gboolean whole;
  guint status;

  if (!receive_until (fd, text, "\r\n\r\n"))
    return text->len > 0;
  status = atoi (text->str + strlen ("HTTP/1.1 "));
  if (status == 100)
    return relais_test_receive (fd, head, body);
  lower = g_ascii_strdown (text->str, -1);
  length = strstr (lower, "\r\ncontent-length:");
  if (strstr (lower, "\r\ntransfer-encoding: chunked") != NULL)
    whole = receive_chunked (fd, content);
  else
    whole = length == NULL || receive_exactly (fd, content, atoi (length + strlen ("\r\ncontent-length:")));
  if (head != NULL)
    *head = g_strdup (text->str);
  if (body != NULL)
    *body = g_strdup (content->str);
  return whole ? status : 1;
}

/* Whether the other side ends the connection, within 10 s and without another byte. */
gboolean
relais_test_is_closed (int fd)
{
  struct pollfd poller = { .fd = fd, .events = POLLIN };
  char c;

  return poll (&poller, 1, WAIT_MS) == 1 && recv (fd, &c, 1, 0) <= 0;
}

/* Closes with a reset. */
void
relais_test_reset (int fd)
{
  struct linger linger = { .l_onoff = 1 };

  setsockopt (fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  close (fd);
}

guint
relais_test_count_fds (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n - 1;
}

/* In KiB. */
gint64
relais_test_get_rss (void)
{
  g_autofree char *text = NULL;
  const char *line;

  g_file_get_contents ("/proc/self/status", &text, NULL, NULL);
  line = text != NULL ? strstr (text, "VmRSS:") : NULL;
  return line != NULL ? g_ascii_strtoll (line + strlen ("VmRSS:"), NULL, 10) : 0;
}
