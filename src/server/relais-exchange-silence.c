/* relais-exchange-silence.c: a client that waits for a stream hears that somebody is there
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-exchange"

#include "config.h"

#include <string.h>

#include "base/relais-timer.h"

#include "relais-exchange-private.h"

static gint64
due_us (RelaisExchange *self)
{
  RelaisLimits *limits = relais_config_get_limits (self->gateway->config);

  return self->written_us +
         (relais_reply_has_begun (self->reply) ? limits->keep_alive_ms : limits->head_delay_ms) *
           (gint64)1000;
}

static gboolean
silence_cb (gpointer user_data)
{
  RelaisExchange *self = user_data;
  const char *keep_alive = self->dialect->keep_alive;

  if (g_get_monotonic_time () >= due_us (self))
    {
      if (!relais_reply_has_begun (self->reply))
        relais_exchange_begin_stream (self);
      relais_reply_write (self->reply, keep_alive, strlen (keep_alive));
      self->written_us = g_get_monotonic_time ();
    }
  g_source_set_ready_time (self->silence, due_us (self));
  return G_SOURCE_CONTINUE;
}

/* Begins to watch. Only a dialect with an event that means nothing can fill a silence. */
void
relais_exchange_watch_silence (RelaisExchange *self)
{
  if (self->asked_form != RELAIS_FORM_SSE || self->dialect->keep_alive == NULL)
    return;
  self->written_us = g_get_monotonic_time ();
  self->silence = relais_timer_new (due_us (self), silence_cb, self);
}

/* Ours come to an end: the request has, or the upstream's own answer is on its way. */
void
relais_exchange_end_silence (RelaisExchange *self)
{
  if (self->silence != NULL)
    g_source_destroy (self->silence);
  g_clear_pointer (&self->silence, g_source_unref);
}

/* The head of a stream of our own making. */
void
relais_exchange_begin_stream (RelaisExchange *self)
{
  relais_reply_set_header (self->reply, "Cache-Control", "no-cache");
  relais_reply_set_header (self->reply, "X-Accel-Buffering", "no");
  relais_reply_begin (self->reply, 200, "text/event-stream; charset=utf-8");
  self->streams = TRUE;
  self->written_us = g_get_monotonic_time ();
  if (self->silence != NULL)
    g_source_set_ready_time (self->silence, due_us (self));
  relais_exchange_report (self, RELAIS_RECORD_ANSWERED);
}
