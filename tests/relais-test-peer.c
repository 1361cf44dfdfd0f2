/* relais-test-peer.c: an upstream on loopback that says what a test tells it to, byte by byte
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "relais-test-peer.h"

struct _RelaisTestPeer
{
  RelaisTestPeerFunc    func;
  gpointer              user_data;
  GThread              *thread;
  GMutex                mutex;
  GPtrArray *threads; /* of connections */
  GArray *fds;        /* of connections, all of them; closed at the end */
  GPtrArray *asked;   /* char *: head and body of each request */
  RelaisTestPeerCounts  counts;
  gint64                gone_us;
  guint                 port;
  int                   listener;
};

typedef struct
{
  RelaisTestPeer *self;
  int             fd;
  guint           number;
} Connection;

/* Up to the end of a head, the rest of which stays in @text. */
static gboolean
read_head (int      fd,
           GString *text,
           gsize   *length)
{
  char *end;

  while ((end = strstr (text->str, "\r\n\r\n")) == NULL)
    {
      char buffer[16384];
      gssize n = recv (fd, buffer, sizeof buffer, 0);

      if (n <= 0)
        return FALSE;
      g_string_append_len (text, buffer, n);
    }
  *length = end + 4 - text->str;
  return TRUE;
}

static gboolean
read_body (int      fd,
           GString *text,
           gsize    length)
{
  while (text->len < length)
    {
      char buffer[65536];
      gssize n = recv (fd, buffer, sizeof buffer, 0);

      if (n <= 0)
        return FALSE;
      g_string_append_len (text, buffer, n);
    }
  return TRUE;
}

static gsize
get_content_length (const char *head)
{
  g_autofree char *lower = g_ascii_strdown (head, -1);
  const char *field = strstr (lower, "\r\ncontent-length:");

  return field != NULL ? g_ascii_strtoull (field + strlen ("\r\ncontent-length:"), NULL, 10) : 0;
}

static gpointer
run_connection (gpointer data)
{
  g_autofree Connection *connection = data;
  RelaisTestPeer *self = connection->self;
  g_autoptr (GString) text = g_string_new (NULL);
  RelaisTestAsked asked = { .connection = connection->number };
  gsize n_head;
  gboolean again = TRUE;

  while (again && read_head (connection->fd, text, &n_head))
    {
      g_autofree char *head = g_strndup (text->str, n_head);
      gsize n_body = get_content_length (head);
      g_autofree char *body = NULL;

      if (!read_body (connection->fd, text, n_head + n_body))
        break;
      body = g_memdup2 (text->str + n_head, n_body + 1);
      body[n_body] = '\0';
      g_string_erase (text, 0, n_head + n_body);
      asked.number++;
      asked.head = head;
      asked.body = body;
      asked.body_length = n_body;
      g_mutex_lock (&self->mutex);
      g_ptr_array_add (self->asked, g_strconcat (head, body, NULL));
      g_mutex_unlock (&self->mutex);
      g_atomic_int_inc (&self->counts.requests);
      again = self->func (self, connection->fd, &asked, self->user_data);
    }
  /* the descriptor itself is closed when all threads are gone: none may get its number meanwhile */
  shutdown (connection->fd, SHUT_RDWR);
  return NULL;
}

static gpointer
run_listener (gpointer data)
{
  RelaisTestPeer *self = data;
  int fd;

  while ((fd = accept4 (self->listener, NULL, NULL, SOCK_CLOEXEC)) >= 0 || errno == ECONNABORTED)
    {
      Connection *connection = g_new0 (Connection, 1);
      int on = 1;

      setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      connection->self = self;
      connection->fd = fd;
      connection->number = (guint)g_atomic_int_add (&self->counts.connections, 1) + 1;
      g_mutex_lock (&self->mutex);
      g_array_append_val (self->fds, fd);
      g_ptr_array_add (self->threads, g_thread_new ("peer", run_connection, connection));
      g_mutex_unlock (&self->mutex);
    }
  return NULL;
}

RelaisTestPeer *
relais_test_peer_new (RelaisTestPeerFunc func,
                      gpointer           user_data)
{
  RelaisTestPeer *self = g_new0 (RelaisTestPeer, 1);
  struct sockaddr_in address = { .sin_family = AF_INET };
  socklen_t length = sizeof address;

  self->func = func;
  self->user_data = user_data;
  g_mutex_init (&self->mutex);
  self->threads = g_ptr_array_new ();
  self->fds = g_array_new (FALSE, FALSE, sizeof (int));
  self->asked = g_ptr_array_new_with_free_func (g_free);
  self->listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  g_assert_cmpint (bind (self->listener, (struct sockaddr *)&address, sizeof address), ==, 0);
  g_assert_cmpint (listen (self->listener, 128), ==, 0);
  g_assert_cmpint (getsockname (self->listener, (struct sockaddr *)&address, &length), ==, 0);
  self->port = ntohs (address.sin_port);
  self->thread = g_thread_new ("peers", run_listener, self);
  return self;
}

/* Ends all connections, and waits for their threads. */
void
relais_test_peer_free (RelaisTestPeer *self)
{
  shutdown (self->listener, SHUT_RDWR);
  g_thread_join (self->thread);
  close (self->listener);
  for (guint i = 0; i < self->fds->len; i++)
    shutdown (g_array_index (self->fds, int, i), SHUT_RDWR);
  for (guint i = 0; i < self->threads->len; i++)
    g_thread_join (g_ptr_array_index (self->threads, i));
  for (guint i = 0; i < self->fds->len; i++)
    close (g_array_index (self->fds, int, i));
  g_ptr_array_unref (self->threads);
  g_array_unref (self->fds);
  g_ptr_array_unref (self->asked);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

guint
relais_test_peer_get_port (RelaisTestPeer *self)
{
  return self->port;
}

char *
relais_test_peer_dup_url (RelaisTestPeer *self,
                          const char     *path)
{
  return g_strdup_printf ("http://127.0.0.1:%u%s", self->port, path);
}

RelaisTestPeerCounts *
relais_test_peer_counts (RelaisTestPeer *self)
{
  return &self->counts;
}

/* Head and body of a request, in the order they came; NULL when there were fewer. */
char *
relais_test_peer_dup_asked (RelaisTestPeer *self,
                            guint           index)
{
  char *asked = NULL;

  g_mutex_lock (&self->mutex);
  if (index < self->asked->len)
    asked = g_strdup (g_ptr_array_index (self->asked, index));
  g_mutex_unlock (&self->mutex);
  return asked;
}

/* Monotonic time of the last end that relais_test_peer_wait_for_end() saw. */
gint64
relais_test_peer_get_gone_us (RelaisTestPeer *self)
{
  gint64 gone_us;

  g_mutex_lock (&self->mutex);
  gone_us = self->gone_us;
  g_mutex_unlock (&self->mutex);
  return gone_us;
}

/* FALSE when the other side does not take it. */
gboolean
relais_test_peer_say (int         fd,
                      const char *bytes)
{
  gsize left = strlen (bytes);

  while (left > 0)
    {
      gssize n = send (fd, bytes, left, MSG_NOSIGNAL);

      if (n <= 0)
        return FALSE;
      bytes += n;
      left -= n;
    }
  return TRUE;
}

/* A whole answer; @headers are lines ended by CR LF. */
gboolean
relais_test_peer_answer (int         fd,
                         guint       status,
                         const char *headers,
                         const char *body)
{
  g_autofree char *text = NULL;

  text = g_strdup_printf ("HTTP/1.1 %u Whatever\r\n%sContent-Length: %" G_GSIZE_FORMAT "\r\n\r\n%s", status, headers,
                          strlen (body), body);
  return relais_test_peer_say (fd, text);
}

/* Says nothing until the other side leaves. */
gboolean
relais_test_peer_wait_for_end (RelaisTestPeer *self,
                               int             fd)
{
  char c;

  if (recv (fd, &c, 1, 0) > 0)
    return FALSE;
  g_mutex_lock (&self->mutex);
  self->gone_us = g_get_monotonic_time ();
  g_mutex_unlock (&self->mutex);
  g_atomic_int_inc (&self->counts.gone);
  return TRUE;
}
