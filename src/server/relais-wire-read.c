/* relais-wire-read.c: what libsoup gets to see of a connection
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-wire"

#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "relais-wire-private.h"

#include "base/relais-error.h"

#define READ_AHEAD_BYTES (32 * 1024)

/**
 * relais_wire_receive:
 * @self: a wire
 * @buffer: where to put bytes
 * @size: how many fit
 * @blocked: (out): there is nothing right now
 *
 * Returns: how many bytes came; 0 when blocked, at the end, and after an error
 */
gsize
relais_wire_receive (RelaisWire *self,
                     void       *buffer,
                     gsize       size,
                     gboolean   *blocked)
{
  gssize n;

  do
    n = recv (g_socket_get_fd (self->socket), buffer, size, 0);
  while (n < 0 && errno == EINTR);
  *blocked = n < 0 && errno == EAGAIN;
  return MAX (n, 0);
}

/**
 * relais_wire_is_ahead:
 * @self: a wire
 *
 * Returns: whether the client has sent enough of its next requests for now
 */
gboolean
relais_wire_is_ahead (RelaisWire *self)
{
  return self->phase == RELAIS_WIRE_ANSWER && self->end - self->start >= READ_AHEAD_BYTES;
}

/**
 * relais_wire_count_body:
 * @self: a wire
 * @size: how many more bytes of a body came
 *
 * Returns: whether all bodies are still few enough; else the request was refused
 */
gboolean
relais_wire_count_body (RelaisWire *self,
                        gsize       size)
{
  const RelaisLimits *limits = relais_config_get_limits (self->host->config);

  self->body_held += size;
  self->host->bodies_size_bytes += size;
  if (self->host->bodies_size_bytes <= limits->all_bodies_size_bytes)
    return TRUE;
  relais_wire_refuse_with (self, RELAIS_ERROR_OVERLOADED, "Too many large requests are being received at once: try again.");
  return FALSE;
}

/**
 * relais_wire_is_readable:
 * @self: a wire
 *
 * Returns: whether relais_wire_read() has something to say
 */
gboolean
relais_wire_is_readable (RelaisWire *self)
{
  return self->head_out != NULL || self->released > 0 || self->phase >= RELAIS_WIRE_DEAD;
}

/* After an answer libsoup 3.2 looks after a connection only once it has read a byte of another
 * request: so it gets a newline first, then the error, and lets go of everything. An end of file in
 * place of the error would make it answer. */
static gssize
read_end (RelaisWire  *self,
          void        *buffer,
          GError     **error)
{
  if (self->n_answered > 0 && !self->soup_began && !self->newline_out)
    {
      self->newline_out = TRUE;
      *(char *)buffer = '\n';
      return 1;
    }
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "The connection is closed");
  return -1;
}

/* Never head and body in one read: what libsoup holds beyond the head it would take for a request,
 * should it answer without reading the body. */
static gssize
read_head (RelaisWire *self,
           void       *buffer,
           gsize       count)
{
  gsize n = MIN (count, self->head_out->len - self->head_taken);

  memcpy (buffer, self->head_out->data + self->head_taken, n);
  self->head_taken += n;
  self->soup_began = TRUE;
  if (self->head_taken == self->head_out->len)
    g_clear_pointer (&self->head_out, g_byte_array_unref);
  return n;
}

static gssize
read_released (RelaisWire *self,
               void       *buffer,
               gsize       count)
{
  gsize n = MIN (count, self->released);

  memcpy (buffer, self->buffer + self->start, n);
  self->start += n;
  self->released -= n;
  if (self->phase == RELAIS_WIRE_ANSWER)
    relais_wire_trim (self);
  if (self->phase != RELAIS_WIRE_WAIT && !relais_wire_is_ahead (self))
    relais_wire_watch (self, G_IO_IN);
  return n;
}

/* A long body, straight from the socket to where libsoup wants it. */
static gssize
read_through (RelaisWire  *self,
              void        *buffer,
              gsize        count,
              GError     **error)
{
  gboolean blocked = FALSE;
  gsize n = relais_wire_receive (self, buffer, MIN (count, (gsize)self->body_left), &blocked);

  if (blocked)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "Nothing there yet");
      return -1;
    }
  self->body_left -= n;
  if (n == 0)
    relais_wire_reach_end (self);
  if (n == 0 || !relais_wire_count_body (self, n))
    return read_end (self, buffer, error);
  if (self->body_left == 0)
    {
      self->phase = RELAIS_WIRE_ANSWER;
      self->deadline_us = 0;
    }
  return n;
}

/**
 * relais_wire_read:
 * @self: a wire
 * @buffer: where to put bytes
 * @count: how many fit, at least 1
 * @error: where to put a failure
 *
 * What libsoup may see: heads that were let in, their bodies, and the end. Ends with a
 * [error@Gio.IOErrorEnum] `WOULD_BLOCK` or `CLOSED`, never with an end of file.
 *
 * Returns: how many bytes, or -1 with @error set
 */
gssize
relais_wire_read (RelaisWire  *self,
                  void        *buffer,
                  gsize        count,
                  GError     **error)
{
  if (self->phase >= RELAIS_WIRE_DEAD)
    return read_end (self, buffer, error);
  if (self->head_out != NULL)
    return read_head (self, buffer, count);
  if (self->released > 0)
    return read_released (self, buffer, count);
  if (self->phase == RELAIS_WIRE_LENGTH && self->start == self->end && !self->eof)
    return read_through (self, buffer, count, error);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "Nothing there yet");
  return -1;
}
