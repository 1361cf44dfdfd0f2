/* relais-exchange-dispatch.c: who is asked, and who next when that came to nothing
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-exchange"

#include "config.h"

#include <string.h>

#include "base/relais-error.h"
#include "dialects/relais-session.h"
#include "upstream/relais-provider.h"

#include "relais-exchange-private.h"
#include "relais-reach.h"

#define BEHIND_MAX 3 /* told of those that could have served as well */

static RelaisReachQuery
make_reach_query (RelaisExchange *self)
{
  return (RelaisReachQuery){ .rule = self->rule,
                             .model = self->record->upstream_model,
                             .dialect = self->dialect->id,
                             .operation = self->route->operation,
                             .is_listed = self->is_listed };
}

static RelaisReach
reach_cb (const RelaisAccount *account,
          gpointer             user_data)
{
  RelaisExchange *self = user_data;
  RelaisReachQuery query = make_reach_query (self);

  return relais_reach_find (self->gateway, &query, account);
}

/* To who answers it: the upstream's own bytes where both speak alike, else what is made of them. */
static void
hand_over (RelaisExchange *self)
{
  RelaisOperation operation = self->route->operation;
  gboolean in_process = relais_provider_find (self->account->provider)->in_process;

  if (!in_process && relais_exchange_refuse_circle (self))
    return;
  if (!in_process && self->upstream_dialect == self->dialect->id)
    {
      relais_exchange_forward (self);
      return;
    }
  if (operation == RELAIS_OPERATION_COMPLETIONS)
    self->dialect = relais_dialect_get_completions ();
  if (operation == RELAIS_OPERATION_COUNT_TOKENS)
    relais_exchange_count (self);
  else if (in_process)
    relais_exchange_speak (self);
  else if (operation == RELAIS_OPERATION_EMBED)
    relais_exchange_embed (self);
  else
    relais_exchange_translate (self);
}

static GPtrArray *
list_able (RelaisExchange *self)
{
  RelaisReachQuery query = make_reach_query (self);

  return relais_reach_list (self->gateway, &query);
}

gboolean
relais_exchange_is_count (RelaisExchange *self)
{
  return self->route->operation == RELAIS_OPERATION_COUNT_TOKENS;
}

/* What the request needs now. */
RelaisPickQuery
relais_exchange_make_query (RelaisExchange *self)
{
  RelaisConfig *config = self->gateway->config;

  return (RelaisPickQuery){ .model = self->record->upstream_model,
                            .session = self->session,
                            .holder = self->holder,
                            .scheduling = relais_config_get_scheduling (config),
                            .fixed_account = relais_config_get_fixed_account (config),
                            .patience_us = relais_exchange_get_patience_us (self),
                            .by_the_way =
                              relais_exchange_is_count (self) ||
                              self->route->operation == RELAIS_OPERATION_STORED,
                            .tried = self->tried,
                            .reach = reach_cb,
                            .user_data = self };
}

typedef struct
{
  RelaisExchange     *exchange;
  RelaisStandingFunc  func;
  gpointer            user_data;
} Look;

static RelaisReach
look_reach_cb (const RelaisAccount *account,
               gpointer             user_data)
{
  return reach_cb (account, ((Look *)user_data)->exchange);
}

static void
look_standing_cb (const RelaisAccount     *account,
                  RelaisStanding           standing,
                  const RelaisHealthState *state,
                  gpointer                 user_data)
{
  Look *look = user_data;

  look->func (account, standing, state, look->user_data);
}

/* Tells how each account stands, without choosing one. When the first of them may serve. */
gint64
relais_exchange_look_around (RelaisExchange     *self,
                             RelaisStandingFunc  standing,
                             gpointer            user_data)
{
  Look look = { self, standing, user_data };
  RelaisPickQuery query = relais_exchange_make_query (self);

  query.reach = look_reach_cb;
  query.standing = look_standing_cb;
  query.user_data = &look;
  return relais_account_pool_look (self->gateway->pool, &query);
}

/* What its conversation goes by; worth reading only where there is a choice. */
static void
read_session (RelaisExchange *self,
              guint           n_able)
{
  static const char *const fields[] = { "x-claude-code-session-id", "session-id", "x-session-id",
                                        "x-session-affinity" };
  const RelaisHead *head = self->head;
  g_autoptr (GPtrArray) calls = NULL;

  if (n_able < 2 || self->session != NULL || self->route->operation == RELAIS_OPERATION_STORED ||
      self->route->operation == RELAIS_OPERATION_EMBED)
    return;
  calls = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < G_N_ELEMENTS (fields) && self->session == NULL; i++)
    self->session = g_strdup (relais_field_find (head->fields, head->n_fields, fields[i]));
  relais_session_read (self->dialect->id, self->body, &self->session, calls);
  if (self->session != NULL)
    {
      /* the same words in another dialect may have another account that speaks it */
      g_autofree char *words = g_steal_pointer (&self->session);

      self->session = g_strdup_printf ("%s\n%s", self->dialect->name, words);
    }
  for (guint i = calls->len; self->gateway->calls != NULL && i-- > 0 && self->holder == NULL;)
    self->holder = g_strdup (relais_call_cache_find_account (self->gateway->calls,
                                                             g_ptr_array_index (calls, i)));
}

/* Of the last attempt nothing is left. */
void
relais_exchange_reset_attempt (RelaisExchange *self)
{
  relais_exchange_speak_stop (self);
  relais_exchange_forward_stop (self);
  relais_exchange_translate_reset (self);
  g_clear_pointer (&self->account, relais_account_unref);
  g_clear_pointer (&self->sent, g_bytes_unref);
  g_clear_pointer (&self->record->error, g_free);
  self->record->error_is_own = FALSE;
  g_clear_pointer (&self->record->account_id, g_free);
  g_clear_pointer (&self->record->account, g_free);
  g_clear_pointer (&self->record->upstream_dialect, g_free);
  g_clear_pointer (&self->record->changes, relais_changes_unref);
  g_clear_pointer (&self->record->finish, g_free);
  relais_usage_add (&self->spent, &self->record->usage);
  relais_usage_clear (&self->record->usage);
  self->record->upstream_status = 0;
  self->upstream_status = 0;
  self->refusal = RELAIS_OUTCOME_SERVED;
  self->was_sent = FALSE;
  self->dialect = relais_dialect_get (self->route->dialect);
  self->form = self->asked_form;
  relais_reply_set_header (self->reply, "X-Relais-Dropped", NULL);
}

/* Goes to the account that was found. */
void
relais_exchange_use (RelaisExchange *self,
                     RelaisPick     *pick)
{
  self->account = g_steal_pointer (&pick->account);
  self->ticket = pick->ticket;
  self->has_ticket = TRUE;
  self->n_attempts++;
  self->asked_us = g_get_monotonic_time ();
  self->record->account_id = g_strdup (self->account->id);
  self->record->account = g_strdup (self->account->label);
  relais_provider_choose (self->account, self->dialect->id, &self->upstream_dialect);
  self->record->upstream_dialect = g_strdup (relais_dialect_get (self->upstream_dialect)->name);
  self->record->attempts++;
  relais_exchange_report (self, RELAIS_RECORD_ARRIVED);
  hand_over (self);
}

/* Nobody serves it: says why. */
void
relais_exchange_fail_all (RelaisExchange   *self,
                          RelaisPickResult  result)
{
  g_autoptr (RelaisFailure) failure = NULL;

  if (result == RELAIS_PICK_SPENT && relais_exchange_is_count (self))
    {
      relais_exchange_estimate (self);
      return;
    }
  failure = result == RELAIS_PICK_SPENT ? relais_exchange_explain_all (self)
                                        : relais_exchange_explain_pick (self, result);
  relais_exchange_fail_unserved (self, g_steal_pointer (&failure));
}

static void
note_skipped_cb (const RelaisAccount     *account,
                 RelaisStanding           standing,
                 const RelaisHealthState *state,
                 gpointer                 user_data)
{
  static const char *const reasons[] = {
    [RELAIS_HEALTH_NO_MODEL] = "no-model",
    [RELAIS_HEALTH_FORBIDDEN] = "forbidden",
    [RELAIS_HEALTH_FAULTY] = "fault",
    [RELAIS_HEALTH_LIMITED] = "limited",
    [RELAIS_HEALTH_QUOTA] = "quota",
    [RELAIS_HEALTH_NO_CREDIT] = "no-credit",
    [RELAIS_HEALTH_BAD_KEY] = "bad-key",
  };
  RelaisExchange *self = user_data;
  RelaisTraceStep *step;

  /* who is only behind the others may yet be the one */
  if (standing != RELAIS_STANDING_UNWELL || !state->excludes)
    return;
  step = relais_trace_add (self->record->trace, RELAIS_TRACE_SKIPPED, account->label,
                           reasons[state->kind], state->words);
  step->status = state->status;
  if (state->until_us != RELAIS_HEALTH_NEVER_US)
    step->wait_us = state->until_us - relais_clock_get_now_us (self->gateway->clock);
}

/* Those something is held against were named already. */
static void
note_behind_cb (const RelaisAccount *account,
                RelaisPrecedence     by,
                gpointer             user_data)
{
  static const char *const reasons[] = {
    [RELAIS_PRECEDENCE_CONVERSATION] = "conversation",
    [RELAIS_PRECEDENCE_DISPATCH] = "exclusive",
    [RELAIS_PRECEDENCE_PRIORITY] = "priority",
    [RELAIS_PRECEDENCE_DIALECT] = "dialect",
    [RELAIS_PRECEDENCE_TURN] = "turn",
    [RELAIS_PRECEDENCE_PLACE] = "place",
  };
  RelaisExchange *self = user_data;
  gboolean spare = by == RELAIS_PRECEDENCE_DISPATCH &&
                   account->dispatch == RELAIS_DISPATCH_FALLBACK;

  if (by != RELAIS_PRECEDENCE_HEALTH && self->behind->len < BEHIND_MAX)
    relais_trace_add (self->behind, RELAIS_TRACE_BEHIND, account->label,
                      spare ? "fallback" : reasons[by], NULL);
}

/* Looks for somebody to serve it, and keeps in mind why that one. */
void
relais_exchange_pick (RelaisExchange *self,
                      RelaisPick     *pick)
{
  RelaisPickQuery query = relais_exchange_make_query (self);

  if (self->record->trace->len == 0)
    query.standing = note_skipped_cb;
  query.behind = note_behind_cb;
  g_ptr_array_set_size (self->behind, 0);
  relais_account_pool_pick (self->gateway->pool, &query, pick);
}

/* Looks for somebody to serve it, now or soon. */
void
relais_exchange_choose (RelaisExchange *self)
{
  g_auto (RelaisPick) pick = { 0 };

  relais_exchange_pick (self, &pick);
  if (pick.result == RELAIS_PICK_FOUND)
    relais_exchange_use (self, &pick);
  else if (pick.result == RELAIS_PICK_WAIT)
    relais_exchange_hold (self, pick.until_us);
  else
    relais_exchange_fail_all (self, pick.result);
}

static void
begin (RelaisExchange *self)
{
  g_autoptr (GPtrArray) able = list_able (self);

  self->is_listed = relais_reach_knows (self->gateway, able, self->record->upstream_model);
  read_session (self, able->len);
  relais_exchange_choose (self);
}

static void
told_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (RelaisExchange) self = user_data;
  GPtrArray *ids = relais_catalog_list_finish (RELAIS_CATALOG (source), result, NULL);

  g_clear_pointer (&ids, g_ptr_array_unref); /* remembered already */
  if (!self->over)
    begin (self);
}

/* Where several accounts may serve a model, and one was never asked which it has, all are asked
 * first: that takes a few seconds at most, once. What is known for long is asked for by the way. */
static gboolean
wait_for_lists (RelaisExchange *self)
{
  g_autoptr (GPtrArray) able = list_able (self);
  gboolean known = TRUE;

  for (guint i = 0; i < able->len; i++)
    known &= relais_catalog_knows (self->gateway->catalog, g_ptr_array_index (able, i));
  if (able->len < 2)
    return FALSE;
  if (known)
    {
      relais_catalog_refresh (self->gateway->catalog, able);
      return FALSE;
    }
  relais_catalog_list_async (self->gateway->catalog, able, NULL, told_cb,
                             relais_exchange_ref (self));
  return TRUE;
}

/* Begins the search for somebody to serve it. */
void
relais_exchange_dispatch (RelaisExchange *self)
{
  RelaisLimits *limits = relais_config_get_limits (self->gateway->config);

  self->asked_form = self->form;
  relais_exchange_watch_silence (self);
  self->deadline_us = g_get_monotonic_time () + limits->upstream_total_timeout_ms * (gint64)1000;
  if (!wait_for_lists (self))
    begin (self);
}
