/* relais-wire-run.c: reads a connection and follows its requests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-wire"

#include "config.h"

#include <string.h>

#include "relais-wire-private.h"

#include "base/relais-error.h"

#define BUFFER_BYTES (64 * 1024)
#define FIRST_BUFFER_BYTES (4 * 1024)

/* TRUE when there may be more to do. */
static gboolean
run_head (RelaisWire *self)
{
  const RelaisLimits *limits = relais_config_get_limits (self->host->config);
  g_autoptr (RelaisFailure) failure = NULL;
  gint64 begun_us;

  if (self->start == self->end)
    return FALSE;
  relais_wire_leave_idle (self);
  if (self->head_us == 0)
    {
      self->head_us = g_get_monotonic_time ();
      g_clear_pointer (&self->head, relais_head_free);
    }
  switch (relais_head_scan (&self->scan, (const char *)self->buffer + self->start,
                            self->end - self->start, limits, &failure))
    {
    case RELAIS_HEAD_COMPLETE:
      relais_wire_take_head (self);
      return TRUE;
    case RELAIS_HEAD_BAD:
      relais_wire_refuse (self, failure);
      return FALSE;
    case RELAIS_HEAD_INCOMPLETE:
    default:
      begun_us = self->n_answered == 0 ? self->opened_us : self->head_us;
      relais_wire_set_deadline (self, begun_us + 1000 * (gint64)limits->head_timeout_ms);
      return FALSE;
    }
}

static gboolean
run_length (RelaisWire *self)
{
  gsize n = MIN (self->body_left, (gint64)(self->end - self->start - self->released));

  self->body_left -= n;
  self->released += n;
  if (!relais_wire_count_body (self, n) || self->body_left > 0)
    return FALSE;
  self->phase = RELAIS_WIRE_ANSWER;
  self->deadline_us = 0;
  return TRUE;
}

static gboolean
run_chunk (RelaisWire *self)
{
  const RelaisLimits *limits = relais_config_get_limits (self->host->config);
  const char *data = (const char *)self->buffer + self->start + self->released;
  gsize used = 0;
  RelaisChunkState state =
    relais_chunk_feed (&self->chunk, data, self->end - self->start - self->released, &used);

  if (state == RELAIS_CHUNK_BAD)
    {
      relais_wire_refuse_with (self, RELAIS_ERROR_INVALID_REQUEST,
                               "The chunked body is malformed: plain sizes only, no extensions, no trailers.");
      return FALSE;
    }
  if (self->chunk.size_bytes > limits->body_size_bytes)
    {
      relais_wire_refuse_with (self, RELAIS_ERROR_TOO_LARGE, "The request body is larger than %" G_GSIZE_FORMAT " bytes.",
                               limits->body_size_bytes);
      return FALSE;
    }
  self->released += used;
  if (!relais_wire_count_body (self, used) || state == RELAIS_CHUNK_MORE)
    return FALSE;
  self->phase = RELAIS_WIRE_ANSWER;
  self->deadline_us = 0;
  return TRUE;
}

/**
 * relais_wire_run:
 * @self: a wire
 *
 * Looks at what has come, as far as the current request goes.
 */
void
relais_wire_run (RelaisWire *self)
{
  gboolean more = TRUE;

  while (more)
    switch (self->phase)
      {
      case RELAIS_WIRE_HEAD:
        more = run_head (self);
        break;
      case RELAIS_WIRE_LENGTH:
        more = run_length (self);
        break;
      case RELAIS_WIRE_CHUNK:
        more = run_chunk (self);
        break;
      case RELAIS_WIRE_WAIT:
      case RELAIS_WIRE_ANSWER:
      case RELAIS_WIRE_DEAD:
      case RELAIS_WIRE_CLOSED:
      default:
        more = FALSE;
        break;
      }
}

/**
 * relais_wire_call_gone:
 * @self: a wire that answers
 *
 * Tells, once, that nobody waits for the answer any more.
 */
void
relais_wire_call_gone (RelaisWire *self)
{
  const RelaisWireSink *sink = g_steal_pointer (&self->sink);

  self->gone_pending = FALSE;
  if (sink != NULL)
    sink->gone (self, self->sink_data);
}

/**
 * relais_wire_reach_end:
 * @self: a wire
 *
 * The other side will send no more. Who leaves in the middle of an answer wants it no longer.
 */
void
relais_wire_reach_end (RelaisWire *self)
{
  self->eof = TRUE;
  relais_wire_stop_watching (self);
  if (self->phase == RELAIS_WIRE_ANSWER)
    relais_wire_call_gone (self);
  else
    relais_wire_die (self);
}

/**
 * relais_wire_trim:
 * @self: a wire
 *
 * Gives a large buffer back that holds nothing: an answer may take minutes.
 */
void
relais_wire_trim (RelaisWire *self)
{
  if (self->start < self->end || self->capacity <= FIRST_BUFFER_BYTES)
    return;
  g_clear_pointer (&self->buffer, g_free);
  self->capacity = self->start = self->end = 0;
}

/* Room for at least one byte, or FALSE. */
static gboolean
make_room (RelaisWire *self)
{
  if (self->start == self->end)
    self->start = self->end = 0;
  if (self->capacity - self->end >= FIRST_BUFFER_BYTES / 2)
    return TRUE;
  if (self->start > 0)
    {
      memmove (self->buffer, self->buffer + self->start, self->end - self->start);
      self->end -= self->start;
      self->start = 0;
    }
  if (self->capacity - self->end < FIRST_BUFFER_BYTES / 2 && self->capacity < BUFFER_BYTES)
    {
      self->capacity = self->capacity == 0 ? FIRST_BUFFER_BYTES : self->capacity * 4;
      self->buffer = g_realloc (self->buffer, self->capacity);
    }
  return self->end < self->capacity;
}

/* The other side is done, with bytes of its still unread, for which there is no room yet. */
static void
leave (RelaisWire *self)
{
  self->left = TRUE;
  relais_wire_stop_watching (self);
  if (self->phase == RELAIS_WIRE_ANSWER)
    relais_wire_call_gone (self);
  else if (self->phase == RELAIS_WIRE_WAIT)
    relais_wire_die (self);
}

/**
 * relais_wire_fill:
 * @self: a wire
 * @condition: what poll() said of its socket
 *
 * Reads what there is room for, and goes on with it.
 */
void
relais_wire_fill (RelaisWire   *self,
                  GIOCondition  condition)
{
  gboolean blocked = FALSE;
  gsize n;

  if (self->phase == RELAIS_WIRE_WAIT || relais_wire_is_ahead (self) || !make_room (self))
    {
      relais_wire_watch (self, RELAIS_CONDITION_LEFT);
      if ((condition & (G_IO_HUP | G_IO_ERR)) != 0)
        relais_wire_reach_end (self);
      else if ((condition & RELAIS_CONDITION_LEFT) != 0)
        leave (self);
      return;
    }
  n = relais_wire_receive (self, self->buffer + self->end, self->capacity - self->end, &blocked);
  self->end += n;
  if (n > 0)
    relais_wire_run (self);
  else if (!blocked)
    relais_wire_reach_end (self);
}

/**
 * relais_wire_expire:
 * @self: a wire whose deadline has passed
 *
 * A request that is late is refused; a client that said nothing is not worth words.
 */
void
relais_wire_expire (RelaisWire *self)
{
  switch (self->phase)
    {
    case RELAIS_WIRE_HEAD:
      if (self->head_us == 0)
        relais_wire_die (self);
      else
        relais_wire_refuse_with (self, RELAIS_ERROR_REQUEST_TIMEOUT, "The request head did not come in time.");
      break;
    case RELAIS_WIRE_LENGTH:
    case RELAIS_WIRE_CHUNK:
      /* what came meanwhile has earned more time */
      if (relais_wire_get_body_deadline (self) > self->deadline_us)
        relais_wire_set_deadline (self, relais_wire_get_body_deadline (self));
      else
        relais_wire_refuse_with (self, RELAIS_ERROR_REQUEST_TIMEOUT, "The request body did not come in time.");
      break;
    case RELAIS_WIRE_WAIT:
      relais_wire_die (self);
      break;
    case RELAIS_WIRE_ANSWER:
    case RELAIS_WIRE_DEAD:
    case RELAIS_WIRE_CLOSED:
    default:
      break;
    }
}
