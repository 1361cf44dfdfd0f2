/* relais-exchange-dispatch.c: who is asked, and who next when that came to nothing
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-exchange"

#include "config.h"

#include <string.h>

#include "base/relais-error.h"
#include "base/relais-redact.h"
#include "dialects/relais-session.h"
#include "upstream/relais-outcome.h"
#include "upstream/relais-provider.h"

#include "relais-exchange-private.h"

#define ATTEMPTS_MAX 3
#define LOOK_AGAIN_US G_TIME_SPAN_SECOND /* while held: timers stand still in suspend */

static void choose (RelaisExchange *self);

static RelaisReach
reach_by_dialect (RelaisExchange      *self,
                  const RelaisAccount *account)
{
  const RelaisRule *rule = self->rule;
  RelaisDialectId dialect;

  if (rule != NULL &&
      ((rule->account != NULL && strcmp (rule->account, account->id) != 0) ||
       (rule->provider != NULL && strcmp (rule->provider, account->provider) != 0)))
    return RELAIS_REACH_NONE;
  /* what is stored at a vendor is asked of the practice account last */
  if (relais_provider_reaches (account, self->dialect->id))
    return self->route->operation == RELAIS_OPERATION_STORED &&
               relais_provider_find (account->provider)->in_process
             ? RELAIS_REACH_TRANSLATED
             : RELAIS_REACH_NATIVE;
  switch (self->route->operation)
    {
    case RELAIS_OPERATION_GENERATE:
    case RELAIS_OPERATION_COUNT_TOKENS:
    case RELAIS_OPERATION_COMPLETIONS:
      return relais_provider_choose (account, self->dialect->id, &dialect)
               ? RELAIS_REACH_TRANSLATED
               : RELAIS_REACH_NONE;
    case RELAIS_OPERATION_EMBED:
      return self->dialect->id == RELAIS_DIALECT_OPENAI_CHAT &&
                 relais_provider_reaches (account, RELAIS_DIALECT_GEMINI)
               ? RELAIS_REACH_TRANSLATED
               : RELAIS_REACH_NONE;
    case RELAIS_OPERATION_COMPACT:
    case RELAIS_OPERATION_STORED:
    case RELAIS_OPERATION_HEALTH:
    case RELAIS_OPERATION_ROOT:
    case RELAIS_OPERATION_HELLO:
    case RELAIS_OPERATION_EVENT_LOGGING:
    case RELAIS_OPERATION_OPTIONS:
    case RELAIS_OPERATION_LIST_MODELS:
    case RELAIS_OPERATION_GET_MODEL:
    case RELAIS_OPERATION_UNKNOWN:
    default:
      return RELAIS_REACH_NONE;
    }
}

static RelaisReach
reach_cb (const RelaisAccount *account,
          gpointer             user_data)
{
  RelaisExchange *self = user_data;
  RelaisReach near = reach_by_dialect (self, account);

  return near != RELAIS_REACH_NONE && self->is_listed &&
             !relais_catalog_lists (self->gateway->catalog, account, self->record->upstream_model)
           ? RELAIS_REACH_UNLISTED
           : near;
}

/* To who answers it: the upstream's own bytes where both speak alike, else what is made of them. */
static void
hand_over (RelaisExchange *self)
{
  RelaisOperation operation = self->route->operation;
  gboolean in_process = relais_provider_find (self->account->provider)->in_process;

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

/* Who may serve the model, as far as patterns and dialects tell. */
static GPtrArray *
list_able (RelaisExchange *self)
{
  GPtrArray *all = relais_account_pool_get_accounts (self->gateway->pool);
  GPtrArray *able = g_ptr_array_new_with_free_func ((GDestroyNotify)relais_account_unref);

  for (guint i = 0; self->record->upstream_model != NULL && i < all->len; i++)
    {
      RelaisAccount *account = g_ptr_array_index (all, i);

      if (relais_account_pool_is_active (self->gateway->pool, account) &&
          relais_account_serves (account, self->record->upstream_model) &&
          reach_by_dialect (self, account) != RELAIS_REACH_NONE)
        g_ptr_array_add (able, relais_account_ref (account));
    }
  return able;
}

static gboolean
is_count (RelaisExchange *self)
{
  return self->route->operation == RELAIS_OPERATION_COUNT_TOKENS;
}

static gint64
now_us (RelaisExchange *self)
{
  return relais_clock_get_now_us (self->gateway->clock);
}

/* How long it may still be held. Who counts gets a guess sooner. */
static gint64
get_patience_us (RelaisExchange *self)
{
  gint64 most_us = relais_config_get_max_wait_ms (self->gateway->config) * (gint64)1000;

  if (is_count (self) || self->gateway->stopping)
    return -1;
  return self->held_since_us > 0 ? self->held_since_us + most_us - now_us (self) : most_us;
}

static RelaisPickQuery
make_query (RelaisExchange *self)
{
  RelaisConfig *config = self->gateway->config;

  return (RelaisPickQuery){ .model = self->record->upstream_model,
                            .session = self->session,
                            .holder = self->holder,
                            .scheduling = relais_config_get_scheduling (config),
                            .fixed_account = relais_config_get_fixed_account (config),
                            .patience_us = get_patience_us (self),
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
  RelaisPickQuery query = make_query (self);

  query.reach = look_reach_cb;
  query.standing = look_standing_cb;
  query.user_data = &look;
  return relais_account_pool_look (self->gateway->pool, &query);
}

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

static guint
count_considered (RelaisExchange *self)
{
  guint n = 0;

  relais_exchange_look_around (self, count_considered_cb, &n);
  return n;
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
static void
reset_attempt (RelaisExchange *self)
{
  relais_exchange_speak_stop (self);
  relais_exchange_forward_stop (self);
  relais_exchange_translate_reset (self);
  g_clear_pointer (&self->account, relais_account_unref);
  g_clear_pointer (&self->sent, g_bytes_unref);
  g_clear_pointer (&self->record->error, g_free);
  g_clear_pointer (&self->record->account_id, g_free);
  g_clear_pointer (&self->record->account, g_free);
  g_clear_pointer (&self->record->upstream_dialect, g_free);
  g_clear_pointer (&self->record->changes, relais_changes_unref);
  g_clear_pointer (&self->record->finish, g_free);
  relais_usage_clear (&self->record->usage);
  self->record->upstream_status = 0;
  self->upstream_status = 0;
  self->was_sent = FALSE;
  self->dialect = relais_dialect_get (self->route->dialect);
  self->form = self->asked_form;
  relais_reply_set_header (self->reply, "X-Relais-Dropped", NULL);
}

static void
use (RelaisExchange *self,
     RelaisPick     *pick)
{
  self->account = g_steal_pointer (&pick->account);
  self->ticket = pick->ticket;
  self->has_ticket = TRUE;
  self->n_attempts++;
  self->record->account_id = g_strdup (self->account->id);
  self->record->account = g_strdup (self->account->label);
  relais_provider_choose (self->account, self->dialect->id, &self->upstream_dialect);
  self->record->upstream_dialect = g_strdup (relais_dialect_get (self->upstream_dialect)->name);
  self->record->attempts++;
  relais_exchange_report (self, RELAIS_RECORD_ARRIVED);
  hand_over (self);
}

static gboolean
ready_dispatch (GSource     *source,
                GSourceFunc  callback,
                gpointer     user_data)
{
  return callback (user_data);
}

static GSourceFuncs hold_funcs = { .dispatch = ready_dispatch };

static void
leave_hold (RelaisExchange *self)
{
  if (self->hold == NULL)
    return;
  g_queue_remove (&self->gateway->holding, self);
  g_source_destroy (self->hold);
  g_clear_pointer (&self->hold, g_source_unref);
}

static void
wait_on (RelaisExchange *self)
{
  gint64 left_us = MAX (0, self->hold_until_us - now_us (self));

  g_source_set_ready_time (self->hold, g_get_monotonic_time () + MIN (left_us, LOOK_AGAIN_US));
}

static gboolean
hold_cb (gpointer user_data)
{
  g_autoptr (RelaisExchange) self = relais_exchange_ref (user_data);

  if (now_us (self) < self->hold_until_us)
    {
      wait_on (self);
      return G_SOURCE_CONTINUE;
    }
  leave_hold (self);
  choose (self);
  return G_SOURCE_REMOVE;
}

static gboolean
only_had_too_much_cb (gpointer id,
                      gpointer note,
                      gpointer user_data)
{
  RelaisExchange *self = user_data;
  RelaisHealthState state;

  relais_health_get (relais_account_pool_get_health (self->gateway->pool), id,
                     self->record->upstream_model, &state);
  return state.kind == RELAIS_HEALTH_LIMITED || state.kind == RELAIS_HEALTH_QUOTA;
}

/* Until one of those that had too much to do is free again; it may be asked again then. */
static void
hold (RelaisExchange *self,
      gint64          until_us)
{
  if (self->held_since_us == 0)
    self->held_since_us = now_us (self);
  if (self->tried != NULL)
    g_hash_table_foreach_remove (self->tried, only_had_too_much_cb, self);
  self->hold_until_us = until_us;
  self->hold = g_source_new (&hold_funcs, sizeof (GSource));
  g_source_set_callback (self->hold, hold_cb, self, NULL);
  wait_on (self);
  g_source_attach (self->hold, g_main_context_get_thread_default ());
  g_queue_push_tail (&self->gateway->holding, self);
}

/**
 * relais_gateway_wake:
 * @gateway: what exchanges share
 *
 * Something that requests may be waiting for has changed: an account, a setting, or the clock.
 * Those that are held choose again.
 */
void
relais_gateway_wake (RelaisGateway *gateway)
{
  g_autoptr (GPtrArray) held =
               g_ptr_array_new_with_free_func ((GDestroyNotify)relais_exchange_unref);

  for (GList *link = gateway->holding.head; link != NULL; link = link->next)
    g_ptr_array_add (held, relais_exchange_ref (link->data));
  for (guint i = 0; i < held->len; i++)
    {
      RelaisExchange *self = g_ptr_array_index (held, i);

      if (self->hold == NULL)
        continue;
      leave_hold (self);
      choose (self);
    }
}

/**
 * relais_gateway_set_stopping:
 * @gateway: what exchanges share
 * @stopping: whether the server is about to stop
 *
 * Nobody is held any more then: who was is told why not at once.
 */
void
relais_gateway_set_stopping (RelaisGateway *gateway,
                             gboolean       stopping)
{
  gateway->stopping = stopping;
  if (stopping)
    relais_gateway_wake (gateway);
}

static gboolean
may_try (RelaisExchange *self)
{
  return self->n_attempts < ATTEMPTS_MAX && g_get_monotonic_time () < self->deadline_us &&
         !relais_reply_has_begun (self->reply);
}

static void
fail_all (RelaisExchange   *self,
          RelaisPickResult  result)
{
  g_autoptr (RelaisFailure) failure = NULL;

  if (result == RELAIS_PICK_SPENT && is_count (self))
    {
      relais_exchange_estimate (self);
      return;
    }
  failure = result == RELAIS_PICK_SPENT ? relais_exchange_explain_all (self)
                                        : relais_exchange_explain_pick (self, result);
  relais_exchange_fail (self, failure);
}

static void
choose (RelaisExchange *self)
{
  g_auto (RelaisPick) pick = { 0 };
  RelaisPickQuery query = make_query (self);

  relais_account_pool_pick (self->gateway->pool, &query, &pick);
  if (pick.result == RELAIS_PICK_FOUND)
    use (self, &pick);
  else if (pick.result == RELAIS_PICK_WAIT)
    hold (self, pick.until_us);
  else
    fail_all (self, pick.result);
}

static void
begin (RelaisExchange *self)
{
  g_autoptr (GPtrArray) able = list_able (self);

  for (guint i = 0; i < able->len; i++)
    self->is_listed |= relais_catalog_lists (self->gateway->catalog, g_ptr_array_index (able, i),
                                             self->record->upstream_model);
  read_session (self, able->len);
  choose (self);
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
 * first: that takes a few seconds at most, once. */
static gboolean
wait_for_lists (RelaisExchange *self)
{
  g_autoptr (GPtrArray) able = list_able (self);
  gboolean known = TRUE;

  for (guint i = 0; i < able->len; i++)
    known &= relais_catalog_knows (self->gateway->catalog, g_ptr_array_index (able, i));
  if (known || able->len < 2)
    return FALSE;
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
  self->deadline_us = g_get_monotonic_time () + limits->upstream_total_timeout_ms * (gint64)1000;
  if (!wait_for_lists (self))
    begin (self);
}

/* The request ended: nobody waits for it, and nothing came of the attempt under way. */
void
relais_exchange_dispatch_stop (RelaisExchange *self)
{
  leave_hold (self);
  if (self->has_ticket)
    relais_account_pool_abandon (self->gateway->pool, self->account, &self->ticket);
  self->has_ticket = FALSE;
}

/* What is heard while counting says nothing of how much else the account may do. */
static gboolean
counts_for_all (RelaisExchange      *self,
                const RelaisOutcome *outcome)
{
  return !is_count (self) || outcome->kind == RELAIS_OUTCOME_SERVED ||
         outcome->kind == RELAIS_OUTCOME_BAD_KEY || outcome->kind == RELAIS_OUTCOME_NO_CREDIT;
}

static void
report (RelaisExchange      *self,
        const RelaisOutcome *outcome)
{
  if (!self->has_ticket)
    return;
  self->has_ticket = FALSE;
  if (!counts_for_all (self, outcome))
    relais_account_pool_abandon (self->gateway->pool, self->account, &self->ticket);
  else if (relais_account_pool_report (self->gateway->pool, self->account,
                                       self->record->upstream_model, &self->ticket, outcome))
    self->gateway->pool_changed (self->gateway->user_data);
}

/* An answer began: whatever becomes of it, the account serves. */
void
relais_exchange_note_served (RelaisExchange *self)
{
  report (self, &(RelaisOutcome){ .kind = RELAIS_OUTCOME_SERVED, .wait_ms = -1, .status = 200 });
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
note_tried (RelaisExchange      *self,
            const RelaisOutcome *outcome)
{
  char *note = outcome->status > 0
                 ? g_strdup_printf ("answered %u%s%s", outcome->status,
                                    outcome->words != NULL ? ": " : "",
                                    outcome->words != NULL ? outcome->words : "")
                 : g_strdup_printf ("could not be used: %s", outcome->words);

  if (self->tried == NULL)
    self->tried = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_replace (self->tried, g_strdup (self->account->id), note);
}

/* An attempt came to nothing: @error, or the upstream's refusal, which is held. TRUE when the
 * request goes on with another account, or later, or was answered with what became of all; FALSE
 * when this refusal is the answer. */
gboolean
relais_exchange_settle (RelaisExchange *self,
                        const GError   *error)
{
  g_auto (RelaisPick) pick = { 0 };
  g_autofree char *words = dup_words (self, error);
  RelaisPickQuery query;
  RelaisOutcome outcome;

  read_outcome (self, error, &outcome);
  outcome.words = words;
  report (self, &outcome);
  self->wait_ms = outcome.wait_ms;
  if (relais_outcome_is_final (outcome.kind) || relais_reply_has_begun (self->reply))
    return FALSE;
  note_tried (self, &outcome);
  pick.result = RELAIS_PICK_SPENT;
  if (may_try (self))
    {
      query = make_query (self);
      relais_account_pool_pick (self->gateway->pool, &query, &pick);
    }
  if (pick.result == RELAIS_PICK_FOUND || pick.result == RELAIS_PICK_WAIT)
    {
      reset_attempt (self);
      if (pick.result == RELAIS_PICK_FOUND)
        use (self, &pick);
      else
        hold (self, pick.until_us);
      return TRUE;
    }
  if (is_count (self) || count_considered (self) < 2)
    return FALSE;
  fail_all (self, RELAIS_PICK_SPENT);
  return TRUE;
}
