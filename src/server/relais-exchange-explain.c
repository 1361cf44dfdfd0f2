/* relais-exchange-explain.c: why nobody served a request, in words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-exchange"

#include "config.h"

#include "base/relais-error.h"

#include "relais-exchange-private.h"

#define ACCOUNTS_NAMED_MAX 16
#define NO_RETRY_MS (60 * 1000)

static const char *
readable (RelaisDialectId dialect)
{
  static const char *const names[] = {
    [RELAIS_DIALECT_OPENAI_CHAT] = "OpenAI Chat Completions",
    [RELAIS_DIALECT_OPENAI_RESPONSES] = "OpenAI Responses",
    [RELAIS_DIALECT_ANTHROPIC] = "Anthropic Messages",
    [RELAIS_DIALECT_GEMINI] = "Gemini",
  };

  return names[dialect];
}

/* Why a rule's wish cannot be met. */
static RelaisFailure *
rule_failure (RelaisExchange   *self,
              RelaisPickResult  result)
{
  const char *used = self->record->upstream_model;

  if (result == RELAIS_PICK_MODEL)
    return relais_failure_new (RELAIS_ERROR_MODEL_NOT_FOUND,
                               "Rule %u turns “%s” into “%s”, and no account serves that",
                               self->record->rule, self->model, used);
  if (self->rule->account != NULL)
    return relais_failure_new (RELAIS_ERROR_NO_ACCOUNT,
                               "Rule %u sends “%s” to the account “%s” only, and %s",
                               self->record->rule, self->model, self->rule->account,
                               relais_account_pool_find (self->gateway->pool,
                                                         self->rule->account) != NULL
                                 ? "that cannot serve it now"
                                 : "there is none with that id");
  return relais_failure_new (RELAIS_ERROR_NO_ACCOUNT,
                             "Rule %u sends “%s” to accounts of “%s” only, and none of them can serve it now",
                             self->record->rule, self->model, self->rule->provider);
}

/* Embeddings are not made of another dialect's answers. */
static RelaisFailure *
embed_failure (RelaisExchange *self)
{
  const char *speakers = self->dialect->id == RELAIS_DIALECT_GEMINI ? "Gemini" : "OpenAI Chat Completions or Gemini";

  return relais_failure_new (RELAIS_ERROR_NO_ACCOUNT,
                             "No account that serves “%s” can make embeddings for this request: add one that "
                             "speaks %s",
                             self->model, speakers);
}

/* Why there is nobody to ask at all. */
RelaisFailure *
relais_exchange_explain_pick (RelaisExchange   *self,
                              RelaisPickResult  result)
{
  self->record->error_is_own = TRUE;
  if (self->rule != NULL && ((result == RELAIS_PICK_MODEL && self->rule->model != NULL) ||
                             (result == RELAIS_PICK_DIALECT &&
                              (self->rule->account != NULL || self->rule->provider != NULL))))
    return rule_failure (self, result);
  switch (result)
    {
    case RELAIS_PICK_MODEL:
      return relais_failure_new (RELAIS_ERROR_MODEL_NOT_FOUND,
                                 "No account serves the model “%s”: see GET /v1/models for what there is",
                                 self->model);
    case RELAIS_PICK_DIALECT:
      if (self->route->operation == RELAIS_OPERATION_EMBED)
        return embed_failure (self);
      if (self->model == NULL)
        return relais_failure_new (RELAIS_ERROR_NO_ACCOUNT, "No account speaks %s: add one that does",
                                   readable (self->dialect->id));
      return relais_failure_new (RELAIS_ERROR_NO_ACCOUNT,
                                 "No account that serves “%s” speaks %s: add one that does",
                                 self->model, readable (self->dialect->id));
    case RELAIS_PICK_EMPTY:
    case RELAIS_PICK_FOUND:
    case RELAIS_PICK_SPENT:
    case RELAIS_PICK_WAIT:
    default:
      if (relais_config_get_scheduling (self->gateway->config) == RELAIS_SCHEDULING_FIXED)
        return relais_failure_new (RELAIS_ERROR_NO_ACCOUNT,
                                   "The account that is set to answer everything is not there, or not "
                                   "enabled: choose another one, or another scheduling");
      return relais_failure_new (RELAIS_ERROR_NO_ACCOUNT, "No account available: add one first");
    }
}

/* "12 s", "5 min", "3 h". */
static char *
dup_span (gint64 us)
{
  gint64 seconds = (us + G_TIME_SPAN_SECOND - 1) / G_TIME_SPAN_SECOND;

  if (seconds <= 120)
    return g_strdup_printf ("%" G_GINT64_FORMAT " s", seconds);
  if (seconds <= 2 * 3600)
    return g_strdup_printf ("%" G_GINT64_FORMAT " min", (seconds + 59) / 60);
  return g_strdup_printf ("%" G_GINT64_FORMAT " h", (seconds + 3599) / 3600);
}

static const char *
name_health (const RelaisHealthState *state)
{
  static const char *const names[] = {
    [RELAIS_HEALTH_WELL] = "was not asked",
    [RELAIS_HEALTH_NO_MODEL] = "does not know the model",
    [RELAIS_HEALTH_FORBIDDEN] = "may not use the model",
    [RELAIS_HEALTH_FAULTY] = "fails again and again",
    [RELAIS_HEALTH_LIMITED] = "is rate limited",
    [RELAIS_HEALTH_QUOTA] = "has used up its quota of the day",
    [RELAIS_HEALTH_NO_CREDIT] = "is out of credit",
    [RELAIS_HEALTH_BAD_KEY] = "had its key refused (correct it)",
  };

  if (state->kind == RELAIS_HEALTH_LIMITED && state->status >= 500)
    return "asked to wait";
  return names[state->kind];
}

typedef struct
{
  RelaisExchange *exchange;
  GString        *text;
  guint           n;
  guint           n_limited;
  guint n_free;        /* could have served, had there been more attempts */
  guint n_unknown;     /* have no such model */
  gboolean is_foreign; /* some of the text is an upstream's */
} Report;

/* What is held against an account may be over already, or never was for long. */
static gboolean
is_limited (const RelaisHealthState *state,
            const RelaisTried       *tried)
{
  return state->kind == RELAIS_HEALTH_LIMITED || state->kind == RELAIS_HEALTH_QUOTA ||
         (tried != NULL &&
          (tried->kind == RELAIS_OUTCOME_LIMITED || tried->kind == RELAIS_OUTCOME_QUOTA));
}

/* Each account that could have served, and what was against it. What an upstream said of another
 * request may quote that. */
static void
add_account (Report                  *report,
             const RelaisAccount     *account,
             RelaisStanding           standing,
             const RelaisHealthState *state)
{
  RelaisExchange *self = report->exchange;
  RelaisTried *tried = self->tried != NULL ? g_hash_table_lookup (self->tried, account->id) : NULL;
  gint64 left_us = state->until_us - relais_clock_get_now_us (self->gateway->clock);

  if (standing != RELAIS_STANDING_READY && standing != RELAIS_STANDING_UNWELL &&
      standing != RELAIS_STANDING_TRIED)
    return;
  report->n++;
  report->n_free += standing == RELAIS_STANDING_READY;
  report->n_limited += is_limited (state, tried);
  report->n_unknown += state->kind == RELAIS_HEALTH_NO_MODEL;
  if (report->n > ACCOUNTS_NAMED_MAX)
    return;
  g_string_append_printf (report->text, "%s“%s” ", report->n > 1 ? "; " : "", account->label);
  if (state->kind != RELAIS_HEALTH_WELL || tried == NULL)
    g_string_append (report->text, name_health (state));
  if (state->kind != RELAIS_HEALTH_WELL && state->until_us != RELAIS_HEALTH_NEVER_US)
    {
      g_autofree char *span = dup_span (left_us);

      g_string_append_printf (report->text, " for another %s", span);
    }
  if (tried == NULL)
    return;
  report->is_foreign |= tried->is_foreign;
  g_string_append_printf (report->text, "%s%s", state->kind != RELAIS_HEALTH_WELL ? ": it " : "",
                          tried->words);
}

static void
standing_cb (const RelaisAccount     *account,
             RelaisStanding           standing,
             const RelaisHealthState *state,
             gpointer                 user_data)
{
  add_account (user_data, account, standing, state);
}

/* Until the first of those excluded may be asked again, or -1: while others are free, what rests
 * for long is nothing to wait for. Where nobody is, but some had too much to do and did not say for
 * how long, a short while. */
static gint64
find_wait_ms (const Report *report,
              gint64        until_us)
{
  gint64 left_us;

  if (until_us == RELAIS_HEALTH_NEVER_US)
    return report->n_limited > 0 ? RELAIS_HEALTH_LIMIT_MIN_US / 1000 : -1;
  left_us = until_us - relais_clock_get_now_us (report->exchange->gateway->clock);
  if (report->n_free > 0 && left_us > NO_RETRY_MS * (gint64)1000)
    return -1;
  return (MAX (0, left_us) + 999) / 1000;
}

/* Nobody can serve now: names each account, and the first moment one can. */
RelaisFailure *
relais_exchange_explain_all (RelaisExchange *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  Report report = { .exchange = self, .text = text };
  RelaisFailure *failure;
  gint64 until_us = relais_exchange_look_around (self, standing_cb, &report);
  gint64 wait_ms = find_wait_ms (&report, until_us);
  int code = RELAIS_ERROR_UPSTREAM;

  self->record->error_is_own = !report.is_foreign;
  if (report.n > ACCOUNTS_NAMED_MAX)
    g_string_append_printf (text, "; and %u more", report.n - ACCOUNTS_NAMED_MAX);
  if (report.n > 0 && report.n_unknown == report.n)
    return relais_failure_new (RELAIS_ERROR_MODEL_NOT_FOUND, "No account serves the model “%s”: %s",
                               self->record->upstream_model, text->str);
  if (wait_ms >= 0)
    {
      g_autofree char *span = dup_span (wait_ms * 1000);

      code = report.n_limited == report.n ? RELAIS_ERROR_RATE_LIMIT : RELAIS_ERROR_NO_ACCOUNT;
      if (report.n_free == 0)
        g_string_append_printf (text, ". The first may be free in %s", span);
    }
  self->no_retry = wait_ms < 0 || wait_ms > NO_RETRY_MS;
  failure = relais_failure_new (code, "No account could serve this request: %s", text->str);
  failure->retry_after_ms = wait_ms;
  return failure;
}
