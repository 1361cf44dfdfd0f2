/* relais-exchange-settle.c: what an attempt came to, and whether another follows
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-exchange"

#include "config.h"

#include "base/relais-error.h"
#include "base/relais-redact.h"
#include "upstream/relais-outcome.h"

#include "relais-exchange-private.h"

#define ATTEMPTS_MAX 3

static const char *const reasons[] = {
  [RELAIS_OUTCOME_SERVED] = "served",
  [RELAIS_OUTCOME_REQUEST] = "request",
  [RELAIS_OUTCOME_LIMITED] = "limited",
  [RELAIS_OUTCOME_QUOTA] = "quota",
  [RELAIS_OUTCOME_FAULT] = "fault",
  [RELAIS_OUTCOME_TIMEOUT] = "timeout",
  [RELAIS_OUTCOME_BAD_KEY] = "bad-key",
  [RELAIS_OUTCOME_NO_CREDIT] = "no-credit",
  [RELAIS_OUTCOME_FORBIDDEN] = "forbidden",
  [RELAIS_OUTCOME_NO_MODEL] = "no-model",
};

static void
count_considered_cb (const RelaisAccount     *account,
                     RelaisStanding           standing,
                     const RelaisHealthState *state,
                     gpointer                 user_data)
{
  guint *n = user_data;

  *n += standing == RELAIS_STANDING_READY || standing == RELAIS_STANDING_UNWELL ||
        standing == RELAIS_STANDING_TRIED;
}

/* How many accounts could serve it, well or not. */
guint
relais_exchange_count_considered (RelaisExchange *self)
{
  guint n = 0;

  relais_exchange_look_around (self, count_considered_cb, &n);
  return n;
}

static gboolean
may_try (RelaisExchange *self)
{
  return self->n_attempts < ATTEMPTS_MAX && g_get_monotonic_time () < self->deadline_us &&
         !self->over;
}

/* The request ended: nobody waits for it, and nothing came of the attempt under way. */
void
relais_exchange_dispatch_stop (RelaisExchange *self)
{
  relais_exchange_leave_hold (self);
  if (self->has_ticket)
    relais_account_pool_abandon (self->gateway->pool, self->account, &self->ticket);
  self->has_ticket = FALSE;
}

/* What is heard while counting says nothing of how much else the account may do. */
static gboolean
counts_for_all (RelaisExchange      *self,
                const RelaisOutcome *outcome)
{
  return !relais_exchange_is_count (self) || outcome->kind == RELAIS_OUTCOME_SERVED ||
         outcome->kind == RELAIS_OUTCOME_BAD_KEY || outcome->kind == RELAIS_OUTCOME_NO_CREDIT;
}

static void
trace (RelaisExchange      *self,
       const RelaisOutcome *outcome)
{
  RelaisTraceStep *step = relais_trace_add (self->record->trace, RELAIS_TRACE_TRIED,
                                            self->account->label, reasons[outcome->kind],
                                            outcome->words);

  step->status = outcome->status;
  step->took_us = g_get_monotonic_time () - self->asked_us;
  if (outcome->wait_ms >= 0)
    step->wait_us = outcome->wait_ms * 1000;
  if (outcome->kind == RELAIS_OUTCOME_SERVED)
    relais_trace_append (self->record->trace, self->behind);
}

static void
report (RelaisExchange      *self,
        const RelaisOutcome *outcome)
{
  if (!self->has_ticket)
    return;
  self->has_ticket = FALSE;
  trace (self, outcome);
  if (!counts_for_all (self, outcome))
    relais_account_pool_abandon (self->gateway->pool, self->account, &self->ticket);
  else if (relais_account_pool_report (self->gateway->pool, self->account,
                                       self->record->upstream_model, &self->ticket, outcome))
    self->gateway->pool_changed (self->gateway->user_data);
}

/* The first of an answer came. */
void
relais_exchange_note_alive (RelaisExchange *self)
{
  if (self->has_ticket &&
      relais_account_pool_note_alive (self->gateway->pool, self->account, &self->ticket))
    self->gateway->pool_changed (self->gateway->user_data);
}

/* A whole answer came. */
void
relais_exchange_note_served (RelaisExchange *self)
{
  RelaisPickQuery query = relais_exchange_make_query (self);

  if (self->has_ticket)
    relais_account_pool_keep (self->gateway->pool, self->account, &query);
  report (self, &(RelaisOutcome){ .kind = RELAIS_OUTCOME_SERVED,
                                  .wait_ms = -1,
                                  .status = self->upstream_status });
}

/* An answer that began ended badly: too late for another account, and held against this one. */
void
relais_exchange_note_broken (RelaisExchange      *self,
                             const RelaisFailure *failure)
{
  g_autofree char *words = relais_redact (failure->message, self->account->api_key);
  RelaisOutcome outcome;

  relais_outcome_read_failure (failure, &outcome);
  outcome.words = words;
  report (self, &outcome);
}

static void
read_outcome (RelaisExchange *self,
              const GError   *error,
              RelaisOutcome  *outcome)
{
  if (error != NULL)
    relais_outcome_read_error (error, self->was_sent, outcome);
  else
    relais_outcome_read (&(RelaisAnswer){ .dialect = self->upstream_dialect,
                                          .status = self->upstream_status,
                                          .headers = self->upstream_headers,
                                          .body = self->held->str,
                                          .length = self->held->len },
                         relais_clock_get_wall_us (self->gateway->clock), outcome);
}

static char *
dup_words (RelaisExchange *self,
           const GError   *error)
{
  const char *words = error != NULL       ? error->message
                      : self->tap != NULL ? relais_tap_get_error (self->tap)
                                          : NULL;

  return words != NULL ? relais_redact (words, self->account->api_key) : NULL;
}

static void
tried_free (gpointer data)
{
  RelaisTried *tried = data;

  g_free (tried->words);
  g_free (tried);
}

static void
note_tried (RelaisExchange      *self,
            const RelaisOutcome *outcome,
            gboolean             is_foreign)
{
  RelaisTried *tried = g_new0 (RelaisTried, 1);

  tried->kind = outcome->kind;
  tried->is_foreign = is_foreign && outcome->words != NULL;
  tried->words = outcome->status > 0
                   ? g_strdup_printf ("answered %u%s%s", outcome->status,
                                      outcome->words != NULL ? ": " : "",
                                      outcome->words != NULL ? outcome->words : "")
                   : g_strdup_printf ("could not be used: %s", outcome->words);

  if (self->tried == NULL)
    self->tried = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, tried_free);
  g_hash_table_replace (self->tried, g_strdup (self->account->id), tried);
}

/* TRUE when the request goes on with another account, or later, or was answered with what became of
 * all. A keep-alive that left stands in no way: the answer itself has not begun. The words of
 * @outcome are the upstream's where they are @is_foreign. */
static gboolean
settle (RelaisExchange      *self,
        const RelaisOutcome *outcome,
        gboolean             is_foreign)
{
  g_auto (RelaisPick) pick = { .result = RELAIS_PICK_SPENT };

  report (self, outcome);
  self->refusal = outcome->kind;
  self->wait_ms = outcome->wait_ms;
  if (relais_outcome_is_final (outcome->kind) || self->spoken)
    return FALSE;
  note_tried (self, outcome, is_foreign);
  if (may_try (self))
    relais_exchange_pick (self, &pick);
  if (pick.result == RELAIS_PICK_FOUND || pick.result == RELAIS_PICK_WAIT)
    {
      relais_exchange_reset_attempt (self);
      if (pick.result == RELAIS_PICK_FOUND)
        relais_exchange_use (self, &pick);
      else
        relais_exchange_hold (self, pick.until_us);
      return TRUE;
    }
  if (relais_exchange_is_count (self) || relais_exchange_count_considered (self) < 2)
    return FALSE;
  relais_exchange_fail_all (self, RELAIS_PICK_SPENT);
  return TRUE;
}

/* An attempt came to nothing: @error, or the upstream's refusal, which is held. FALSE when this is
 * what the client is told. */
gboolean
relais_exchange_settle (RelaisExchange *self,
                        const GError   *error)
{
  g_autofree char *words = dup_words (self, error);
  RelaisOutcome outcome;

  read_outcome (self, error, &outcome);
  outcome.words = words;
  return settle (self, &outcome, error == NULL);
}

/* Likewise: the answer of 200 is an error. */
gboolean
relais_exchange_settle_failure (RelaisExchange      *self,
                                const RelaisFailure *failure)
{
  g_autofree char *words = relais_redact (failure->message, self->account->api_key);
  RelaisOutcome outcome;

  relais_outcome_read_failure (failure, &outcome);
  outcome.words = words;
  return settle (self, &outcome, TRUE);
}

/* The answer of 200 turned out to be an error before any of it left. */
void
relais_exchange_end_failed (RelaisExchange *self)
{
  g_autoptr (RelaisFailure) failure = g_steal_pointer (&self->event_failure);
  g_autofree char *words = NULL;

  g_clear_pointer (&self->transfer, relais_transfer_free);
  if (relais_exchange_settle_failure (self, failure))
    return;
  words = g_steal_pointer (&failure->message);
  failure->message = relais_redact (words, self->account->api_key);
  /* about our account, not about the client */
  if (failure->code == RELAIS_ERROR_BAD_KEY || failure->code == RELAIS_ERROR_FORBIDDEN)
    {
      failure->code = RELAIS_ERROR_UPSTREAM;
      failure->status = 0;
      self->no_retry = TRUE;
    }
  relais_exchange_fail (self, failure);
  relais_exchange_speak_stop (self);
  relais_exchange_forward_stop (self);
}
