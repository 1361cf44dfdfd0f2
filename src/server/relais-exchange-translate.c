/* relais-exchange-translate.c: another dialect upstream: request and answer are translated
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-exchange"

#include "config.h"

#include <string.h>

#include "base/relais-error.h"
#include "upstream/relais-provider.h"
#include "upstream/relais-quirks.h"

#include "relais-exchange-private.h"

/* What is asked for in translated requests: the last version of Anthropic's that takes sampling
 * parameters of the models that have them. */
#define ANTHROPIC_VERSION "2023-06-01"
#define QUIRKS_MAX 1024

static const RelaisRecall *
recall_cb (const char *call_id,
           gpointer    user_data)
{
  RelaisExchange *self = user_data;

  return relais_call_cache_lookup (self->gateway->calls, call_id,
                                   relais_clock_get_now_us (self->gateway->clock));
}

static void
add_thinking (RelaisExchange    *self,
              RelaisPartType     type,
              const RelaisEvent *event)
{
  RelaisPart *part = relais_part_new (type);

  part->origin = event->origin;
  if (type == RELAIS_PART_THINKING)
    {
      part->text = g_strndup (self->thought->str, self->thought->len);
      part->signature = g_strndup (event->text, event->length);
      g_string_truncate (self->thought, 0);
    }
  else
    part->text = g_strndup (event->text, event->length);
  g_ptr_array_add (self->thinking, part);
}

/* What has to come back with the calls of this turn, in case the client does not hand it back. */
static void
note_thinking (RelaisExchange    *self,
               const RelaisEvent *event)
{
  if (self->thinking == NULL)
    {
      self->thinking = g_ptr_array_new_with_free_func ((GDestroyNotify)relais_part_free);
      self->thought = g_string_new (NULL);
    }
  if (event->type == RELAIS_EVENT_THINK && self->thought->len < RELAIS_CALL_CACHE_MAX_ENTRY_BYTES)
    g_string_append_len (self->thought, event->text, event->length);
  else if (event->type == RELAIS_EVENT_SIGNATURE)
    add_thinking (self, RELAIS_PART_THINKING, event);
  else if (event->type == RELAIS_EVENT_REDACTED)
    add_thinking (self, RELAIS_PART_REDACTED, event);
}

/* What one model does not take another of the same account may. */
static char *
dup_quirks_key (RelaisExchange *self)
{
  return g_strconcat (self->account->id, "\n", self->record->upstream_model, NULL);
}

static guint
get_quirks (RelaisExchange *self)
{
  g_autofree char *key = dup_quirks_key (self);
  guint known = GPOINTER_TO_UINT (g_hash_table_lookup (self->gateway->quirks, key));

  return relais_provider_find (self->account->provider)->quirks ^ (known | self->turned);
}

/* A try without them went well: account and model are known for it from now on. */
static void
keep_quirks (RelaisExchange *self)
{
  g_autofree char *key = dup_quirks_key (self);
  guint known = GPOINTER_TO_UINT (g_hash_table_lookup (self->gateway->quirks, key));

  /* it may be gone by now, with all that is known of it */
  if ((known | self->turned) == known ||
      relais_account_pool_find (self->gateway->pool, self->account->id) == NULL)
    return;
  if (g_hash_table_size (self->gateway->quirks) >= QUIRKS_MAX)
    g_hash_table_remove_all (self->gateway->quirks);
  g_hash_table_replace (self->gateway->quirks, g_steal_pointer (&key),
                        GUINT_TO_POINTER (known | self->turned));
}

/* Only Google signs calls in Chat Completions, and it wants that back. */
static void
note_google (RelaisExchange *self)
{
  if (get_quirks (self) & RELAIS_QUIRK_GOOGLE_SIGNATURES)
    return;
  self->turned |= RELAIS_QUIRK_GOOGLE_SIGNATURES;
  keep_quirks (self);
}

static void
remember_call (RelaisExchange    *self,
               const RelaisEvent *call)
{
  gboolean thought = self->upstream_dialect != RELAIS_DIALECT_GEMINI && self->thinking != NULL &&
                     self->thinking->len > 0;
  RelaisRecall recall = {
    .origin = call->origin,
    .id = self->upstream_dialect == RELAIS_DIALECT_GEMINI ? call->id : NULL,
    .signature = call->signature,
    .thinking = thought ? self->thinking : NULL,
  };

  if (self->upstream_dialect == RELAIS_DIALECT_OPENAI_CHAT && call->signature != NULL)
    note_google (self);
  /* most calls have nothing to hand back, and would push out those that do */
  if (recall.id == NULL && recall.signature == NULL && recall.thinking == NULL)
    return;
  relais_call_cache_put (self->gateway->calls,
                         relais_encoder_get_call_id (self->encoder, call->call),
                         self->account->id, &recall,
                         relais_clock_get_now_us (self->gateway->clock));
}

/* A model that wrote a call nobody can read mostly writes a good one when it is asked again. */
static gboolean
may_forget (RelaisExchange    *self,
            const RelaisEvent *event)
{
  return event->type == RELAIS_EVENT_FINISH && event->finish == RELAIS_FINISH_BAD_CALL &&
         !self->bad_call_try && !self->spoken;
}

static void
event_cb (const RelaisEvent *event,
          gpointer           user_data)
{
  RelaisExchange *self = user_data;

  if (self->encoder == NULL || self->event_failure != NULL)
    return;
  if (event->type == RELAIS_EVENT_ERROR && !self->spoken)
    {
      self->event_failure = relais_failure_copy (event->failure);
      return;
    }
  if (may_forget (self, event))
    {
      self->bad_call = self->bad_call_try = TRUE;
      return;
    }
  note_thinking (self, event);
  relais_exchange_speak_event (self, event);
  if (event->type == RELAIS_EVENT_CALL_START && self->encoder != NULL)
    remember_call (self, event);
}

static gboolean
is_of_account (gpointer key,
               gpointer value,
               gpointer account_id)
{
  gsize length = strlen (account_id);

  return strncmp (key, account_id, length) == 0 && ((char *)key)[length] == '\n';
}

/**
 * relais_gateway_forget_quirks:
 * @gateway: what exchanges share
 * @account_id: an account that was edited or removed
 *
 * What its upstream does not take is learnt anew.
 */
void
relais_gateway_forget_quirks (RelaisGateway *gateway,
                              const char    *account_id)
{
  g_hash_table_foreach_remove (gateway->quirks, is_of_account, (gpointer)account_id);
}

static void
head_cb (RelaisTransfer     *transfer,
         guint               status,
         SoupMessageHeaders *headers,
         gpointer            user_data)
{
  RelaisExchange *self = user_data;
  RelaisLimits *limits = relais_config_get_limits (self->gateway->config);

  self->upstream_status = status;
  self->upstream_headers = soup_message_headers_ref (headers);
  self->record->upstream_status = status;
  if (status == 200 && g_ascii_strncasecmp (relais_exchange_get_type (self), "text/html", 9) != 0)
    {
      keep_quirks (self);
      relais_translation_listen (self->translation, limits->upstream_event_size_bytes, event_cb,
                                 self);
      return;
    }
  self->held = g_string_new (NULL);
  self->tap = relais_tap_new (relais_dialect_get (self->upstream_dialect), RELAIS_FORM_WHOLE,
                              limits->upstream_event_size_bytes);
}

/* The upstream refused a field that not all of its kind take. Another request may have learnt the
 * same meanwhile: then this one goes by it, too. */
static gboolean
learn_quirk (RelaisExchange *self)
{
  guint quirk = relais_quirks_learn (self->upstream_dialect, self->sent_quirks, self->sent,
                                     self->held->str, self->held->len);

  if (quirk == 0 || (self->turned & quirk) != 0)
    return FALSE;
  self->turned |= quirk;
  return TRUE;
}

static gboolean
holds_signature (GBytes *body)
{
  static const char *const words[] = { "\"signature\"", "\"thoughtSignature\"", "\"thought_signature\"",
                                       "\"encrypted_content\"", "\"redacted_thinking\"" };
  gsize length;
  const char *bytes = g_bytes_get_data (body, &length);

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (memmem (bytes, length, words[i], strlen (words[i])) != NULL)
      return TRUE;
  return FALSE;
}

/* A signature may be bound to a key, a model or a route that is not the one of now: then once more
 * without any. */
static gboolean
forgo_signatures (RelaisExchange *self)
{
  const char *words = relais_tap_get_error (self->tap);
  g_autofree char *lower = words != NULL ? g_utf8_strdown (words, -1) : NULL;

  if (self->unsigned_try || lower == NULL || !holds_signature (self->sent) ||
      (strstr (lower, "signature") == NULL && strstr (lower, "thinking") == NULL))
    return FALSE;
  self->unsigned_try = TRUE;
  return TRUE;
}

static void
drop_try (RelaisExchange *self)
{
  relais_exchange_speak_stop (self);
  relais_exchange_forward_stop (self);
  g_clear_pointer (&self->translation, relais_translation_free);
  g_clear_pointer (&self->thinking, g_ptr_array_unref);
  if (self->thought != NULL)
    g_string_free (g_steal_pointer (&self->thought), TRUE);
  self->bad_call = FALSE;
}

/* Another try with the same account; of the last one nothing is left. */
static void
begin_anew (RelaisExchange *self)
{
  self->record->attempts++;
  g_clear_pointer (&self->record->error, g_free);
  relais_usage_add (&self->spent, &self->record->usage);
  relais_usage_clear (&self->record->usage);
  drop_try (self);
  relais_exchange_translate (self);
}

/* What was learnt with one account says nothing of the next. */
void
relais_exchange_translate_reset (RelaisExchange *self)
{
  drop_try (self);
  self->unsigned_try = FALSE;
  self->bad_call_try = FALSE;
  self->sent_quirks = 0;
  self->turned = 0;
}

/* Each try differs from those before by one thing more, so they come to an end. */
static gboolean
try_again (RelaisExchange *self)
{
  if (self->upstream_status != 400 || (!learn_quirk (self) && !forgo_signatures (self)))
    return FALSE;
  begin_anew (self);
  return TRUE;
}

/* A refusal is there, or as much of it as may be held. */
static void
end_refused (RelaisExchange *self)
{
  g_autoptr (GError) error = NULL;

  if (self->upstream_status == 200)
    {
      self->event_failure = relais_exchange_describe_foreign (self, FALSE);
      self->record->error_is_own = TRUE;
      relais_exchange_end_failed (self);
      return;
    }
  relais_exchange_note_tap (self);
  if (try_again (self) || relais_exchange_settle (self, NULL) ||
      relais_exchange_fail_upstream (self))
    return;
  error = g_error_new (RELAIS_ERROR, RELAIS_ERROR_UPSTREAM, "The upstream answered %u",
                       self->upstream_status);
  relais_exchange_fail_error (self, error);
}

static void
data_cb (RelaisTransfer *transfer,
         const char     *bytes,
         gsize           length,
         gpointer        user_data)
{
  g_autoptr (RelaisExchange) self = relais_exchange_ref (user_data);

  relais_exchange_keep (self, RELAIS_BODY_UPSTREAM_IN, bytes, length);
  if (self->held == NULL)
    {
      relais_translation_push (self->translation, bytes, length);
      if (self->event_failure != NULL)
        relais_exchange_end_failed (self);
      return;
    }
  length = MIN (length, RELAIS_EXCHANGE_HELD_MAX - self->held->len);
  g_string_append_len (self->held, bytes, length);
  relais_tap_feed (self->tap, bytes, length);
  if (self->held->len < RELAIS_EXCHANGE_HELD_MAX)
    return;
  self->was_sent = TRUE;
  g_clear_pointer (&self->transfer, relais_transfer_free);
  end_refused (self);
}

static void
done_cb (RelaisTransfer *transfer,
         const GError   *error,
         gpointer        user_data)
{
  g_autoptr (RelaisExchange) self = relais_exchange_ref (user_data);
  g_autoptr (GError) local = error != NULL ? g_error_copy (error) : NULL;

  self->was_sent = relais_transfer_get_was_sent (transfer);
  self->transfer = NULL;
  if (local != NULL && relais_exchange_settle (self, local))
    return;
  if (local != NULL)
    {
      g_prefix_error (&local, "The account “%s” could not be used: ", self->account->label);
      relais_exchange_fail_error (self, local);
      relais_exchange_speak_stop (self);
    }
  else if (self->held != NULL)
    end_refused (self);
  else
    {
      relais_translation_finish (self->translation);
      if (self->event_failure != NULL)
        relais_exchange_end_failed (self);
      else if (self->bad_call)
        begin_anew (self);
    }
}

/* The head of a request made by ourselves; the caller's. */
SoupMessageHeaders *
relais_exchange_make_headers (RelaisExchange *self)
{
  SoupMessageHeaders *headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);

  soup_message_headers_append (headers, "user-agent", "Relais/" RELAIS_VERSION);
  soup_message_headers_append (headers, "accept", self->form != RELAIS_FORM_WHOLE ? "text/event-stream" : "application/json");
  if (self->upstream_dialect == RELAIS_DIALECT_ANTHROPIC)
    soup_message_headers_append (headers, "anthropic-version", ANTHROPIC_VERSION);
  return headers;
}

/* TRUE when a person wants no change the client may rely on, and there is one. */
static gboolean
refuse_change (RelaisExchange *self)
{
  const RelaisChange *change = relais_changes_get_notable (self->record->changes);
  g_autoptr (RelaisFailure) failure = NULL;

  if (change == NULL || !relais_config_get_strict_translation (self->gateway->config))
    return FALSE;
  failure = relais_failure_new (RELAIS_ERROR_INVALID_REQUEST,
                                "“%s” cannot go to the account “%s” as it is: %s. Relais is set to "
                                "refuse such requests (strict translation)",
                                change->field, self->account->label, change->reason);
  failure->param = g_strdup (change->field);
  self->record->error_is_own = TRUE;
  relais_exchange_fail (self, failure);
  return TRUE;
}

/* Appends the upstream's form of @prompt, which is taken. */
gboolean
relais_exchange_encode_for (RelaisExchange  *self,
                            RelaisPrompt    *prompt,
                            GString         *body,
                            GError         **error)
{
  RelaisTarget target = {
    .dialect = self->upstream_dialect,
    .model = self->record->upstream_model,
    .quirks = self->sent_quirks = get_quirks (self),
    .make_id = relais_exchange_make_id_cb,
    .recall = self->gateway->calls != NULL ? recall_cb : NULL,
    .recall_data = self,
  };

  if (self->unsigned_try)
    target.quirks |= RELAIS_QUIRK_NO_SIGNATURES;
  self->translation = relais_translation_new (prompt, self->dialect->id, &target);
  return relais_translation_encode (self->translation, body, error);
}

/* The request in the upstream's dialect; NULL when it was answered with why not. */
static GBytes *
encode (RelaisExchange *self)
{
  g_autoptr (GString) body = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *dropped = NULL;
  RelaisPrompt *prompt = self->dialect->decode_request (self->body, self->route->model,
                                                        self->form != RELAIS_FORM_WHOLE, &error);

  if (prompt == NULL || !relais_exchange_encode_for (self, prompt, body, &error))
    {
      g_autoptr (RelaisFailure) failure = relais_dialect_failure_from_error (error);

      self->record->error_is_own = TRUE;
      relais_exchange_fail (self, failure);
      return NULL;
    }
  relais_changes_unref (self->record->changes);
  self->record->changes = relais_changes_ref (relais_translation_get_changes (self->translation));
  if (refuse_change (self))
    return NULL;
  dropped = relais_changes_dup_header (self->record->changes);
  if (dropped != NULL)
    relais_reply_set_header (self->reply, "X-Relais-Dropped", dropped);
  return g_string_free_to_bytes (g_steal_pointer (&body));
}

/* Sends the request in the upstream's own dialect; its answer becomes events for the client. */
void
relais_exchange_translate (RelaisExchange *self)
{
  static const RelaisTransferSink sink = { head_cb, data_cb, done_cb };
  g_autoptr (GBytes) body = encode (self);
  g_autoptr (GError) error = NULL;
  g_autofree char *tail = NULL;
  SoupMessageHeaders *headers;
  RelaisUpstreamRequest request = {
    .account = self->account,
    .dialect = self->upstream_dialect,
    .method = "POST",
    .content_type = "application/json",
    .body = body,
    .deadline_us = self->deadline_us,
  };

  if (body == NULL)
    return;
  g_clear_pointer (&self->sent, g_bytes_unref);
  self->sent = g_bytes_ref (body);
  relais_exchange_speak_begin (self, relais_translation_get_prompt (self->translation));
  headers = relais_exchange_make_headers (self);
  tail = relais_provider_dup_tail (self->upstream_dialect, self->record->upstream_model,
                                   self->form != RELAIS_FORM_WHOLE, &request.query);
  request.tail = tail;
  request.headers = headers;
  relais_exchange_send (self, &request, &sink, &error);
  soup_message_headers_unref (headers);
  if (self->transfer != NULL)
    return;
  relais_exchange_fail_unsent (self, error);
}
