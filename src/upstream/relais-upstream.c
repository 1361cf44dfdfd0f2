/* relais-upstream.c: sends one request over the network and hands the answer on as it comes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-upstream"

#include "config.h"

#include <string.h>

#include <libsoup/soup.h>

#include "base/relais-error.h"
#include "base/relais-timer.h"

#include "relais-provider.h"
#include "relais-sessions.h"
#include "relais-upstream.h"

#define READ_SIZE (16 * 1024)
#define READS_PER_DISPATCH 8

struct _RelaisUpstream
{
  GObject         parent_instance;

  /* owned */
  RelaisConfig   *config;
  RelaisSessions *sessions;
  guint           running;
};

G_DEFINE_FINAL_TYPE (RelaisUpstream, relais_upstream, G_TYPE_OBJECT)

struct _RelaisTransfer
{
  /* owned */
  RelaisUpstream     *upstream;
  SoupMessage        *message;
  GInputStream       *stream;
  GCancellable       *cancellable;
  GSource            *read_source;
  GSource            *timer;
  GBytes             *body;
  char               *content_type;

  /* borrowed */
  RelaisSession      *session;
  RelaisTransferSink  sink;
  gpointer            user_data;

  gint64              deadline_us;
  gint64              first_byte_deadline_us;
  gboolean fresh; /* this connection was opened for this message */
  gboolean            retried;
  gboolean was_sent; /* the upstream has its head */
  gboolean            got_head;
  gboolean            paused;
  gboolean gone; /* freed or done: nobody is to be called any more */
};

static void transfer_send (RelaisTransfer *self);

static void
relais_upstream_finalize (GObject *object)
{
  RelaisUpstream *self = RELAIS_UPSTREAM (object);

  g_clear_object (&self->config);
  g_clear_pointer (&self->sessions, relais_sessions_free);

  G_OBJECT_CLASS (relais_upstream_parent_class)->finalize (object);
}

static void
relais_upstream_class_init (RelaisUpstreamClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = relais_upstream_finalize;
}

static void
relais_upstream_init (RelaisUpstream *self)
{
  self->sessions = relais_sessions_new ();
}

/**
 * relais_upstream_new:
 * @config: whose limits hold
 *
 * Belongs to the thread-default context it is made in.
 *
 * Returns: (transfer full): an upstream without connections
 */
RelaisUpstream *
relais_upstream_new (RelaisConfig *config)
{
  RelaisUpstream *self = g_object_new (RELAIS_TYPE_UPSTREAM, NULL);

  self->config = g_object_ref (config);
  return self;
}

/**
 * relais_upstream_set_proxy:
 * @self: an upstream
 * @url: (nullable): an address that [func@Outbound.check] takes, or %NULL for none
 *
 * Goes for what is sent from now on; what is under way ends where it is. Upstreams on this computer
 * are reached without it.
 */
void
relais_upstream_set_proxy (RelaisUpstream *self,
                           const char     *url)
{
  relais_sessions_set_proxy (self->sessions, url);
}

static RelaisTransfer *
transfer_ref (RelaisTransfer *self)
{
  return g_rc_box_acquire (self);
}

static void
transfer_clear (gpointer data)
{
  RelaisTransfer *self = data;

  g_signal_handlers_disconnect_by_data (self->message, self);
  g_clear_object (&self->message);
  g_clear_object (&self->stream);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_pointer (&self->content_type, g_free);
  g_clear_object (&self->upstream);
}

static void
transfer_unref (RelaisTransfer *self)
{
  g_rc_box_release_full (self, transfer_clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelaisTransfer, transfer_unref)

static void
drop_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

/* Ends it, whoever asked: nothing is called after this, the connection is given back or closed. */
static void
transfer_end (RelaisTransfer *self)
{
  if (self->gone)
    return;
  self->gone = TRUE;
  drop_source (&self->read_source);
  drop_source (&self->timer);
  relais_sessions_give (self->session);
  self->upstream->running--;
  g_cancellable_cancel (self->cancellable);
  if (self->stream != NULL)
    g_input_stream_close_async (self->stream, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
  transfer_unref (self);
}

static void
transfer_done (RelaisTransfer *self,
               const GError   *error)
{
  RelaisTransferSink sink = self->sink;
  gpointer user_data = self->user_data;

  if (self->gone)
    return;
  transfer_ref (self);
  transfer_end (self);
  sink.done (self, error, user_data);
  transfer_unref (self);
}

static void
transfer_fail (RelaisTransfer *self,
               int             code,
               const char     *words)
{
  g_autoptr (GError) error = g_error_new_literal (RELAIS_ERROR, code, words);

  transfer_done (self, error);
}

static void
allow_ms (RelaisTransfer *self,
          guint           ms)
{
  self->deadline_us = g_get_monotonic_time () + ms * (gint64)1000;
  if (!self->got_head)
    self->deadline_us = MIN (self->deadline_us, self->first_byte_deadline_us);
  if (self->timer != NULL && g_source_get_ready_time (self->timer) > self->deadline_us)
    g_source_set_ready_time (self->timer, self->deadline_us);
}

static gboolean
has_bytes (RelaisTransfer *self)
{
  return self->stream != NULL &&
         g_pollable_input_stream_is_readable (G_POLLABLE_INPUT_STREAM (self->stream));
}

static gboolean
timer_cb (gpointer user_data)
{
  RelaisTransfer *self = user_data;

  /* Setting the ready time at each byte would cost a wake-up each: look again instead. What came
   * while this thread was held up is no silence of the upstream's. */
  if (self->paused || has_bytes (self))
    allow_ms (self, relais_config_get_limits (self->upstream->config)->upstream_gap_timeout_ms);
  if (g_get_monotonic_time () < self->deadline_us)
    {
      g_source_set_ready_time (self->timer, self->deadline_us);
      return G_SOURCE_CONTINUE;
    }
  transfer_fail (self, RELAIS_ERROR_TIMEOUT,
                 self->got_head ? "The upstream fell silent" : "The upstream did not answer in time");
  return G_SOURCE_REMOVE;
}

static gboolean read_cb (GObject  *stream,
                         gpointer  user_data);

/* The source of a body follows its socket (libsoup 3.2.3): where the last byte was read but not yet
 * the end behind it, it would wait for ever. So only a read that found nothing may be waited on. */
static void
read_soon (RelaisTransfer *self)
{
  g_source_set_ready_time (self->read_source, 0);
}

static void
wait_for_bytes (RelaisTransfer *self)
{
  if (self->read_source != NULL)
    return;
  self->read_source =
    g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM (self->stream), NULL);
  g_source_set_callback (self->read_source, G_SOURCE_FUNC (read_cb), self, NULL);
  read_soon (self);
  g_source_attach (self->read_source, g_main_context_get_thread_default ());
}

/* Fills @buffer until it is full or nothing is there: many small chunks become one piece. Returns
 * FALSE at the end of the body, with @error set when it is none. */
static gboolean
read_piece (RelaisTransfer  *self,
            char            *buffer,
            gsize           *length,
            gboolean        *dry,
            GError         **error)
{
  *length = 0;
  *dry = FALSE;
  while (*length < READ_SIZE)
    {
      g_autoptr (GError) local = NULL;
      gssize n;

      n = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (self->stream),
                                                    buffer + *length, READ_SIZE - *length, NULL,
                                                    &local);
      if (n > 0)
        {
          *length += n;
          continue;
        }
      if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        {
          *dry = TRUE;
          return TRUE;
        }
      if (local != NULL)
        g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  return TRUE;
}

static gboolean
read_cb (GObject  *stream,
         gpointer  user_data)
{
  g_autoptr (RelaisTransfer) self = transfer_ref (user_data);
  RelaisLimits *limits = relais_config_get_limits (self->upstream->config);
  char buffer[READ_SIZE];
  gboolean dry = FALSE;

  g_source_set_ready_time (self->read_source, -1);
  for (guint i = 0; i < READS_PER_DISPATCH && !self->gone && !self->paused; i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean more;
      gsize length;

      more = read_piece (self, buffer, &length, &dry, &error);
      if (length > 0)
        {
          allow_ms (self, limits->upstream_gap_timeout_ms);
          self->sink.data (self, buffer, length, self->user_data);
        }
      if (!more)
        {
          transfer_done (self, error);
          return G_SOURCE_REMOVE;
        }
      if (dry)
        break;
    }
  if (self->gone)
    return G_SOURCE_REMOVE;
  if (!dry)
    read_soon (self);
  if (self->paused)
    {
      g_clear_pointer (&self->read_source, g_source_unref);
      return G_SOURCE_REMOVE;
    }
  return G_SOURCE_CONTINUE;
}

/* Even a torn head says that the request was taken. */
static gboolean
has_answered (RelaisTransfer *self)
{
  SoupMessageMetrics *metrics = soup_message_get_metrics (self->message);

  return self->got_head || metrics == NULL ||
         soup_message_metrics_get_response_start (metrics) != 0;
}

/* A kept connection that the other side closed meanwhile: nothing of this request was taken. */
static gboolean
is_stale (RelaisTransfer *self,
          const GError   *error)
{
  return !self->fresh && !self->retried && !has_answered (self) &&
         (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT) ||
          g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED) ||
          g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE));
}

/* What answers in the upstream's place: it says nothing of the account. libsoup hands on what a
 * proxy says to CONNECT as if the upstream had said it (3.2.3). */
static gboolean
is_of_proxy (RelaisTransfer *self)
{
  GUri *uri = soup_message_get_uri (self->message);

  if (!self->session->proxied)
    return FALSE;
  return soup_message_get_status (self->message) == SOUP_STATUS_PROXY_AUTHENTICATION_REQUIRED ||
         (strcmp (g_uri_get_scheme (uri), "https") == 0 &&
          soup_message_get_tls_peer_certificate (self->message) == NULL);
}

static void
fail_for_proxy (RelaisTransfer *self,
                GInputStream   *stream)
{
  guint status = soup_message_get_status (self->message);
  g_autofree char *words = NULL;

  if (status == SOUP_STATUS_PROXY_AUTHENTICATION_REQUIRED)
    words = g_strdup ("The outbound proxy asks for a name and a password, which is not supported");
  else
    words = g_strdup_printf ("The outbound proxy refused to connect (%u)", status);
  g_input_stream_close_async (stream, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
  transfer_fail (self, RELAIS_ERROR_UPSTREAM, words);
}

/* Who reads it may have typed the address, or forgotten to start what answers there. */
static void
name_place (RelaisTransfer *self,
            GError         *error)
{
  GUri *uri = soup_message_get_uri (self->message);

  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED) || self->session->proxied)
    return;
  g_free (error->message);
  error->message = g_strdup_printf ("Connection refused: nothing listens on port %d of %s",
                                    g_uri_get_port (uri), g_uri_get_host (uri));
}

static void
sent_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (RelaisTransfer) self = user_data;
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GError) error = NULL;

  stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  if (self->gone)
    {
      if (stream != NULL)
        g_input_stream_close_async (stream, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
      return;
    }
  if (stream == NULL && is_stale (self, error))
    {
      self->retried = TRUE;
      self->was_sent = FALSE;
      transfer_send (self);
      return;
    }
  if (stream == NULL)
    {
      name_place (self, error);
      transfer_done (self, error);
      return;
    }
  if (is_of_proxy (self))
    {
      fail_for_proxy (self, stream);
      return;
    }
  self->stream = g_steal_pointer (&stream);
  self->got_head = TRUE;
  allow_ms (self, relais_config_get_limits (self->upstream->config)->upstream_gap_timeout_ms);
  self->sink.head (self, soup_message_get_status (self->message),
                   soup_message_get_response_headers (self->message), self->user_data);
  if (!self->gone && !self->paused)
    wait_for_bytes (self);
}

static void
network_event_cb (RelaisTransfer *self)
{
  self->fresh = TRUE;
}

static void
wrote_headers_cb (RelaisTransfer *self)
{
  self->was_sent = TRUE;
  allow_ms (self,
            relais_config_get_limits (self->upstream->config)->upstream_first_byte_timeout_ms);
}

static void
copy_header (const char *name,
             const char *value,
             gpointer    headers)
{
  soup_message_headers_append (headers, name, value);
}

static void
transfer_send (RelaisTransfer *self)
{
  SoupMessage *message = self->message;

  if (self->retried)
    {
      message = soup_message_new_from_uri (soup_message_get_method (self->message),
                                           soup_message_get_uri (self->message));
      soup_message_headers_foreach (soup_message_get_request_headers (self->message),
                                    copy_header,
                                    soup_message_get_request_headers (message));
      soup_message_add_flags (message, SOUP_MESSAGE_NEW_CONNECTION);
      g_signal_handlers_disconnect_by_data (self->message, self);
      g_object_unref (self->message);
      self->message = message;
    }
  /* libsoup opens a connection for each POST without IDEMPOTENT; 3xx of an AI API is an error. */
  soup_message_add_flags (message, SOUP_MESSAGE_IDEMPOTENT | SOUP_MESSAGE_NO_REDIRECT |
                                     SOUP_MESSAGE_COLLECT_METRICS);
  if (self->body != NULL)
    soup_message_set_request_body_from_bytes (message, self->content_type, self->body);
  g_signal_connect_swapped (message, "network-event", G_CALLBACK (network_event_cb), self);
  g_signal_connect_swapped (message, "wrote-headers", G_CALLBACK (wrote_headers_cb), self);
  allow_ms (self, relais_config_get_limits (self->upstream->config)->upstream_connect_timeout_ms);
  soup_session_send_async (self->session->session, message, G_PRIORITY_DEFAULT, self->cancellable,
                           sent_cb, transfer_ref (self));
}

static void
add_auth (SoupMessageHeaders          *headers,
          const RelaisUpstreamRequest *request)
{
  const RelaisProvider *provider = relais_provider_find (request->account->provider);
  const char *key = request->account->api_key;
  g_autofree char *bearer = NULL;

  if (key == NULL || *key == '\0')
    return;
  switch (provider->auth[request->dialect])
    {
    case RELAIS_AUTH_BEARER:
      bearer = g_strconcat ("Bearer ", key, NULL);
      soup_message_headers_replace (headers, "Authorization", bearer);
      explicit_bzero (bearer, strlen (bearer));
      break;
    case RELAIS_AUTH_X_API_KEY:
      soup_message_headers_replace (headers, "x-api-key", key);
      break;
    case RELAIS_AUTH_X_GOOG_API_KEY:
      soup_message_headers_replace (headers, "x-goog-api-key", key);
      break;
    case RELAIS_AUTH_NONE:
    default:
      break;
    }
}

static char *
build_url (const RelaisUpstreamRequest  *request,
           GError                      **error)
{
  g_autofree char *base = relais_provider_dup_base (request->account, request->dialect, error);
  const char *version = "";

  if (base == NULL)
    return NULL;
  if (request->dialect == RELAIS_DIALECT_ANTHROPIC)
    version = "/v1";
  return g_strconcat (base, version,
                      request->dialect == RELAIS_DIALECT_GEMINI ? "/" : "",
                      request->dialect != RELAIS_DIALECT_GEMINI ? "" : request->version != NULL ? request->version
                                                                                                : "v1beta",
                      "/", request->tail,
                      request->query != NULL ? "?" : "", request->query, NULL);
}

/**
 * relais_upstream_send:
 * @self: an upstream
 * @request: what to send
 * @sink: who is told
 * @user_data: for @sink
 * @error: where to put a failure
 *
 * Sends with the account's credential in the provider's way; a kept connection that turns out to be
 * dead before anything was received is replaced once, silently. Redirects are handed on as they
 * are. Fails at once with [error@Error] `INVALID_SETTING` when the account's base URL is no good.
 * `done` may bring `TIMEOUT` of ours, or what GIO or libsoup say.
 *
 * Returns: (transfer full) (nullable): the transfer; gone by itself once `done` was called, else
 *   to be ended by [method@Transfer.free]
 */
RelaisTransfer *
relais_upstream_send (RelaisUpstream               *self,
                      const RelaisUpstreamRequest  *request,
                      const RelaisTransferSink     *sink,
                      gpointer                      user_data,
                      GError                      **error)
{
  RelaisLimits *limits = relais_config_get_limits (self->config);
  g_autofree char *url = build_url (request, error);
  g_autoptr (GUri) uri = NULL;
  RelaisTransfer *transfer;
  SoupMessageHeaders *headers;

  if (url == NULL)
    return NULL;
  uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL);
  if (uri == NULL)
    {
      g_set_error_literal (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING, "The base URL is not valid");
      return NULL;
    }
  transfer = g_rc_box_new0 (RelaisTransfer);
  transfer->upstream = g_object_ref (self);
  transfer->message = soup_message_new_from_uri (request->method, uri);
  transfer->cancellable = g_cancellable_new ();
  transfer->sink = *sink;
  transfer->user_data = user_data;
  transfer->session = relais_sessions_take (self->sessions);
  self->running++;
  if (request->body != NULL)
    {
      transfer->body = g_bytes_ref (request->body);
      transfer->content_type = g_strdup (request->content_type);
    }
  headers = soup_message_get_request_headers (transfer->message);
  if (request->headers != NULL)
    soup_message_headers_foreach (request->headers,
                                  copy_header, headers);
  soup_message_headers_replace (headers, "Accept-Encoding", "identity");
  if (request->dialect == RELAIS_DIALECT_ANTHROPIC &&
      soup_message_headers_get_one (headers, "anthropic-version") == NULL)
    soup_message_headers_replace (headers, "anthropic-version", "2023-06-01");
  add_auth (headers, request);

  transfer->first_byte_deadline_us =
    g_get_monotonic_time () + limits->upstream_total_timeout_ms * (gint64)1000;
  if (request->deadline_us != 0)
    transfer->first_byte_deadline_us = MIN (transfer->first_byte_deadline_us, request->deadline_us);
  allow_ms (transfer, limits->upstream_connect_timeout_ms);
  transfer->timer = relais_timer_new (transfer->deadline_us, timer_cb, transfer);
  transfer_send (transfer);
  return transfer;
}

/**
 * relais_upstream_get_running:
 * @self: an upstream
 *
 * Returns: how many transfers are under way
 */
guint
relais_upstream_get_running (RelaisUpstream *self)
{
  return self->running;
}

/**
 * relais_upstream_get_limits:
 * @self: an upstream
 *
 * Returns: (transfer none): the limits it keeps to
 */
RelaisLimits *
relais_upstream_get_limits (RelaisUpstream *self)
{
  return relais_config_get_limits (self->config);
}

/**
 * relais_transfer_set_paused:
 * @transfer: a transfer
 * @paused: whether to stop reading
 *
 * Backpressure: a paused transfer leaves bytes in the socket; its gap deadline stands still.
 */
void
relais_transfer_set_paused (RelaisTransfer *transfer,
                            gboolean        paused)
{
  if (transfer->gone || transfer->paused == paused)
    return;
  transfer->paused = paused;
  if (paused || transfer->stream == NULL)
    return;
  allow_ms (transfer,
            relais_config_get_limits (transfer->upstream->config)->upstream_gap_timeout_ms);
  wait_for_bytes (transfer);
}

/**
 * relais_transfer_get_was_sent:
 * @transfer: a transfer, also from within `done`
 *
 * Returns: whether the upstream got the request, or a part of it: it may have begun to work
 */
gboolean
relais_transfer_get_was_sent (RelaisTransfer *transfer)
{
  return transfer->was_sent;
}

/**
 * relais_transfer_free:
 * @transfer: a transfer that is not done
 *
 * Ends it: closes its connection at once, calls nobody.
 */
void
relais_transfer_free (RelaisTransfer *transfer)
{
  transfer_end (transfer);
}
