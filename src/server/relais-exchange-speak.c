/* relais-exchange-speak.c: events become an answer in the client's dialect
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-exchange"

#include "config.h"

#include <string.h>

#include "base/relais-error.h"
#include "base/relais-key.h"
#include "base/relais-redact.h"
#include "dialects/relais-settle.h"

#include "relais-exchange-private.h"

/* A fresh id, for translation, which makes none by itself. */
char *
relais_exchange_make_id_cb (gpointer user_data)
{
  return relais_key_random (24);
}

static void
begin_answer (RelaisExchange *self)
{
  if (self->form == RELAIS_FORM_SSE)
    {
      relais_exchange_begin_stream (self);
      return;
    }
  relais_reply_begin (self->reply, 200, "application/json");
  relais_exchange_report (self, RELAIS_RECORD_ANSWERED);
}

static void
flush (RelaisExchange *self)
{
  if (self->out->len == 0)
    return;
  if (!relais_reply_has_begun (self->reply))
    begin_answer (self);
  relais_exchange_write (self, self->out->str, self->out->len);
  g_string_truncate (self->out, 0);
  if (!relais_reply_is_full (self->reply))
    return;
  if (self->practice != NULL)
    relais_practice_set_paused (self->practice, TRUE);
  if (self->transfer != NULL)
    relais_transfer_set_paused (self->transfer, TRUE);
}

static void
finish_answer (RelaisExchange *self)
{
  if (self->form == RELAIS_FORM_WHOLE)
    {
      self->record->first_byte_us = g_get_monotonic_time () - self->started_us;
      relais_reply_send (self->reply, 200, "application/json", self->out->str, self->out->len);
      return;
    }
  flush (self);
  relais_reply_finish (self->reply);
}

/* The answer cannot be encoded any further: the upstream's work ends here. */
static void
fail_encoded (RelaisExchange *self)
{
  g_autoptr (RelaisFailure) failure =
               relais_failure_copy (relais_encoder_get_failure (self->encoder));

  if (!relais_reply_has_begun (self->reply))
    relais_exchange_fail (self, failure);
  else
    {
      g_free (self->record->error);
      self->record->error = g_strdup (failure->message);
      flush (self);
      relais_reply_finish (self->reply);
    }
  relais_exchange_forward_stop (self);
  relais_exchange_speak_stop (self);
}

/* One step of the answer on its way to the client. */
void
relais_exchange_speak_event (RelaisExchange    *self,
                             const RelaisEvent *event)
{
  RelaisEvent fixed = *event;

  if (event->type == RELAIS_EVENT_USAGE)
    relais_exchange_note_end (self, &event->usage, -1);
  if (event->type == RELAIS_EVENT_FINISH)
    relais_exchange_note_end (self, NULL, (int)event->finish);
  if (event->type == RELAIS_EVENT_ERROR)
    {
      g_autoptr (RelaisFailure) failure = relais_failure_copy (event->failure);
      g_autofree char *words = failure->message;

      failure->message = relais_redact (words, self->account->api_key);
      if (self->practice != NULL)
        self->record->upstream_status = failure->status;
      else
        relais_exchange_note_broken (self, failure);
      relais_exchange_fail (self, failure);
      relais_exchange_speak_stop (self);
      return;
    }
  /* some vendors do not say when */
  fixed.created = event->type == RELAIS_EVENT_START && event->created == 0
                    ? g_get_real_time () / G_USEC_PER_SEC
                    : event->created;
  self->dialect->encoder_push (self->encoder, &fixed, self->out);
  if (relais_encoder_get_failure (self->encoder) != NULL)
    fail_encoded (self);
  else if (event->type == RELAIS_EVENT_FINISH)
    {
      relais_exchange_note_served (self);
      finish_answer (self);
      relais_exchange_speak_stop (self);
    }
  /* START alone is held back: until more is there, a status can still be an error */
  else if (event->type != RELAIS_EVENT_START && self->form != RELAIS_FORM_WHOLE)
    flush (self);
}

static void
event_cb (const RelaisEvent *event,
          gpointer           user_data)
{
  g_autoptr (RelaisExchange) self = relais_exchange_ref (user_data);

  relais_exchange_speak_event (self, event);
}

/* Gets ready for the events of an answer to @prompt, which must outlive it. */
void
relais_exchange_speak_begin (RelaisExchange     *self,
                             const RelaisPrompt *prompt)
{
  self->out = g_string_new (NULL);
  self->encoder = self->dialect->encoder_new (prompt, self->form, relais_exchange_make_id_cb, NULL);
}

/* Asks the practice account and encodes what it says. */
void
relais_exchange_speak (RelaisExchange *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RelaisFailure) failure = NULL;

  if (self->route->operation != RELAIS_OPERATION_GENERATE &&
      self->route->operation != RELAIS_OPERATION_COMPLETIONS)
    {
      failure = relais_failure_new (RELAIS_ERROR_NOT_SUPPORTED,
                                    "The practice account answers generation requests only");
      self->record->error_is_own = TRUE;
      relais_exchange_fail (self, failure);
      return;
    }
  self->prompt = self->dialect->decode_request (self->body, self->route->model,
                                                self->form != RELAIS_FORM_WHOLE, &error);
  if (self->prompt == NULL || !relais_settle_check (self->prompt, self->dialect->id, &error))
    {
      failure = relais_dialect_failure_from_error (error);
      self->record->error_is_own = TRUE;
      relais_exchange_fail (self, failure);
      return;
    }
  relais_exchange_keep_anew (self);
  relais_exchange_speak_begin (self, self->prompt);
  self->practice = relais_practice_start (self->prompt, event_cb, self);
}

/* The client took what it was given: go on. */
void
relais_exchange_speak_resume (RelaisExchange *self)
{
  if (self->practice != NULL)
    relais_practice_set_paused (self->practice, FALSE);
}

/* Ends the work, if there is any, and lets go of what it needed. */
void
relais_exchange_speak_stop (RelaisExchange *self)
{
  g_clear_pointer (&self->practice, relais_practice_free);
  if (self->encoder != NULL)
    self->dialect->encoder_free (g_steal_pointer (&self->encoder));
  g_clear_pointer (&self->prompt, relais_prompt_free);
  if (self->out != NULL)
    g_string_free (g_steal_pointer (&self->out), TRUE);
}
