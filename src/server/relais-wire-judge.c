/* relais-wire-judge.c: which request is let in, and what the others hear
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-wire"

#include "config.h"

#include <string.h>

#include "relais-refusal.h"
#include "relais-wire-private.h"

#include "base/relais-error.h"

#define GUESSER_DELAY_US G_USEC_PER_SEC
#define MIB (1024 * 1024)

static void
report (RelaisWire          *self,
        RelaisDialectId      dialect,
        guint                status,
        const RelaisFailure *failure)
{
  const RelaisHead *head = self->head_us != 0 ? self->head : NULL;
  RelaisRefusal refusal = {
    .peer = self->peer, .dialect = dialect, .status = status, .failure = failure
  };

  refusal.started_us = self->head_us != 0 ? self->head_us : self->opened_us;
  if (head != NULL)
    {
      refusal.method = head->method;
      refusal.path = head->route != NULL ? head->route->path : NULL;
      refusal.user_agent = relais_field_find (head->fields, head->n_fields, "User-Agent");
      refusal.host = head->access.refused_host;
      refusal.origin = head->access.refused_origin;
    }
  if (self->host->refused != NULL)
    self->host->refused (&refusal, self->host->user_data);
}

/* Answers by ourselves. @failure may belong to the head; NULL is a 204. */
static void
prepare_words (RelaisWire          *self,
               const RelaisFailure *failure)
{
  const RelaisHead *head = self->head_us != 0 ? self->head : NULL;
  RelaisDialectId dialect = RELAIS_DIALECT_OPENAI_CHAT;

  if (head != NULL && head->route != NULL)
    dialect = head->route->dialect;
  if (failure == NULL)
    {
      self->words = relais_preflight_compose (head);
      report (self, dialect, 204, NULL);
      return;
    }
  self->words = relais_refusal_compose (head, dialect, failure);
  report (self, dialect, relais_dialect_failure_status (dialect, failure), failure);
}

/**
 * relais_wire_refuse:
 * @self: a wire
 * @failure: (nullable): what is wrong, it may belong to the head; %NULL for a 204
 *
 * Answers the current request in place of libsoup, and ends the wire.
 */
void
relais_wire_refuse (RelaisWire          *self,
                    const RelaisFailure *failure)
{
  prepare_words (self, failure);
  relais_wire_die (self);
}

/**
 * relais_wire_refuse_with:
 * @self: a wire
 * @code: a [error@Error]
 * @format: the message, as for printf()
 * @...: what it asks for
 *
 * Answers the current request in place of libsoup, and ends the wire.
 */
void
relais_wire_refuse_with (RelaisWire *self,
                         int         code,
                         const char *format,
                         ...)
{
  g_autoptr (RelaisFailure) failure = NULL;
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  failure = relais_failure_new (code, "%s", message);
  if (code == RELAIS_ERROR_OVERLOADED || code == RELAIS_ERROR_BUSY)
    failure->retry_after_ms = 1000;
  relais_wire_refuse (self, failure);
}

/**
 * relais_wire_get_body_deadline:
 * @self: a wire whose body is arriving
 *
 * Returns: until when it must have come whole; of a chunked one, more with each MiB
 */
gint64
relais_wire_get_body_deadline (RelaisWire *self)
{
  const RelaisLimits *limits = relais_config_get_limits (self->host->config);
  gint64 size = self->phase == RELAIS_WIRE_LENGTH ? self->head->body_size : (gint64)self->body_held;

  gint64 size_mib = (size + MIB - 1) / MIB;

  return self->body_us +
         1000 * (limits->body_timeout_ms + size_mib * limits->body_timeout_ms_per_mib);
}

static void
expect_body (RelaisWire *self)
{
  self->body_us = g_get_monotonic_time ();
  self->chunk = (RelaisChunk){ 0 };
  self->body_left = self->head->body_size;
  switch (self->head->framing)
    {
    case RELAIS_FRAMING_LENGTH:
      self->phase = RELAIS_WIRE_LENGTH;
      break;
    case RELAIS_FRAMING_CHUNKED:
      self->phase = RELAIS_WIRE_CHUNK;
      break;
    case RELAIS_FRAMING_NONE:
    default:
      self->phase = RELAIS_WIRE_ANSWER;
      self->deadline_us = 0;
      relais_wire_trim (self);
      return;
    }
  relais_wire_set_deadline (self, relais_wire_get_body_deadline (self));
}

/* The request is let in: from here on it is libsoup's. */
static void
release_head (RelaisWire *self)
{
  self->head_out = g_byte_array_sized_new (1024);
  relais_head_write (self->head, self->head_out);
  self->head_taken = 0;
  self->running = TRUE;
  self->host->n_running++;
  expect_body (self);
}

static void
hold_back (RelaisWire          *self,
           const RelaisFailure *failure)
{
  prepare_words (self, failure);
  self->phase = RELAIS_WIRE_WAIT;
  relais_wire_watch (self, RELAIS_CONDITION_LEFT);
  relais_wire_set_deadline (self, g_get_monotonic_time () + GUESSER_DELAY_US);
}

/* TRUE when the address is blocked, and the request is answered with that. */
static gboolean
check_guesser (RelaisWire       *self,
               RelaisGuessState *state)
{
  gint64 wait_us = 0;
  g_autoptr (RelaisFailure) failure = NULL;

  *state = RELAIS_GUESS_FREE;
  if (self->guess_key == NULL)
    return FALSE;
  *state = relais_guess_check (self->host->guess, self->guess_key, g_get_monotonic_time (),
                               &wait_us);
  if (*state != RELAIS_GUESS_BLOCKED)
    return FALSE;
  failure = relais_failure_new (RELAIS_ERROR_RATE_LIMIT,
                                "Too many wrong API keys came from this address: it must wait.");
  failure->retry_after_ms = (wait_us + 999) / 1000;
  relais_wire_refuse (self, failure);
  return TRUE;
}

static void
refuse_access (RelaisWire       *self,
               RelaisGuessState  state)
{
  const RelaisAccess *access = &self->head->access;

  if (self->guess_key != NULL && access->bad_key)
    {
      relais_guess_fail (self->host->guess, self->guess_key, g_get_monotonic_time ());
      if (state == RELAIS_GUESS_SLOW)
        {
          hold_back (self, access->failure);
          return;
        }
    }
  relais_wire_refuse (self, access->failure);
}

/* The request may come in by its head; is there room for it? */
static void
admit (RelaisWire *self)
{
  const RelaisLimits *limits = relais_config_get_limits (self->host->config);
  const RelaisHead *head = self->head;
  guint64 size = MAX (head->body_size, 0);

  if (self->host->draining)
    relais_wire_refuse_with (self, RELAIS_ERROR_BUSY, "Relais is stopping.");
  else if (self->host->n_running >= limits->exchanges &&
           head->route->operation != RELAIS_OPERATION_HEALTH)
    relais_wire_refuse_with (self, RELAIS_ERROR_OVERLOADED, "Relais is answering %u requests already: try again.",
                             self->host->n_running);
  else if (size > limits->body_size_bytes)
    relais_wire_refuse_with (self, RELAIS_ERROR_TOO_LARGE, "The request body is larger than %" G_GSIZE_FORMAT " bytes.",
                             limits->body_size_bytes);
  else if (size + self->host->bodies_size_bytes > limits->all_bodies_size_bytes)
    relais_wire_refuse_with (self, RELAIS_ERROR_OVERLOADED, "Too many large requests are being received at once: try again.");
  else
    release_head (self);
}

static void
find_route (RelaisWire *self)
{
  RelaisHead *head = self->head;
  g_autofree char *base_url =
    head->host != NULL ? g_strconcat ("http://", head->host, NULL)
                       : g_strdup_printf ("http://127.0.0.1:%u", self->host->port);

  head->route =
    relais_route_new (head->method, head->target, head->fields, head->n_fields, base_url);
}

static void
judge (RelaisWire *self)
{
  RelaisHead *head = self->head;
  RelaisAccessPlace place = self->host->place;
  RelaisGuessState state;

  find_route (self);
  if (check_guesser (self, &state))
    return;
  place.peer_remote = !self->is_local;
  relais_access_check (self->host->config, &place, head->method, head->route,
                       head->fields, head->n_fields, &head->access);
  if (self->guess_key != NULL && head->access.good_key)
    relais_guess_forgive (self->host->guess, self->guess_key);
  switch (head->access.verdict)
    {
    case RELAIS_ACCESS_REFUSE:
      refuse_access (self, state);
      break;
    case RELAIS_ACCESS_PREFLIGHT:
      relais_wire_refuse (self, NULL);
      break;
    case RELAIS_ACCESS_ALLOW:
    default:
      if (head->route->operation == RELAIS_OPERATION_OPTIONS)
        relais_wire_refuse (self, NULL);
      else
        admit (self);
      break;
    }
}

/**
 * relais_wire_take_head:
 * @self: a wire with a complete head at the start of its buffer
 *
 * Takes the head out of the buffer, judges it, and either releases it to libsoup or refuses it.
 */
void
relais_wire_take_head (RelaisWire *self)
{
  const char *data = (const char *)self->buffer + self->start + self->scan.start;
  gsize length = self->scan.at - self->scan.start;
  const RelaisLimits *limits = relais_config_get_limits (self->host->config);
  RelaisFailure *failure = NULL;

  g_clear_pointer (&self->head, relais_head_free);
  self->head = relais_head_new (data, length, limits, &failure);
  self->head->started_us = self->head_us;
  explicit_bzero (self->buffer + self->start, self->scan.at);
  self->start += self->scan.at;
  self->scan = (RelaisHeadScan){ 0 };
  if (failure == NULL)
    {
      judge (self);
      return;
    }
  /* its shape is the path's, where the path could be read */
  if (self->head->target != NULL)
    find_route (self);
  relais_wire_refuse (self, failure);
  relais_failure_free (failure);
}
