/* relais-exchange-fault.c: answers of upstreams that failed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-exchange"

#include "config.h"

#include <string.h>

#include "base/relais-error.h"
#include "base/relais-redact.h"

#include "relais-exchange-private.h"

/* What of an upstream's head reaches the client. */
static const char *const response_headers[] = {
  "content-type",
  "retry-after",
  "retry-after-ms",
  "x-should-retry",
  "x-request-id",
  "request-id",
  "openai-processing-ms",
  "openai-version",
  "x-ratelimit-*",
  "anthropic-ratelimit-*",
};

/* A star ends a prefix. */
gboolean
relais_exchange_is_listed (const char         *name,
                           const char * const *list,
                           gsize               n)
{
  for (gsize i = 0; i < n; i++)
    {
      gsize length = strlen (list[i]);

      if (list[i][length - 1] == '*' ? g_ascii_strncasecmp (name, list[i], length - 1) == 0
                                     : g_ascii_strcasecmp (name, list[i]) == 0)
        return TRUE;
    }
  return FALSE;
}

static void
copy_response_header (const char *name,
                      const char *value,
                      gpointer    user_data)
{
  RelaisExchange *self = user_data;

  if (relais_exchange_is_listed (name, response_headers, G_N_ELEMENTS (response_headers)))
    relais_reply_set_header (self->reply, name, value);
}

/* What of the upstream's head may reach the client goes into the answer's. */
void
relais_exchange_copy_headers (RelaisExchange *self)
{
  soup_message_headers_foreach (self->upstream_headers, copy_response_header, self);
}

/* The upstream's content type, "" for none. */
const char *
relais_exchange_get_type (RelaisExchange *self)
{
  const char *type = soup_message_headers_get_one (self->upstream_headers, "Content-Type");

  return type != NULL ? type : "";
}

gboolean
relais_exchange_says_json (RelaisExchange *self)
{
  return g_ascii_strncasecmp (relais_exchange_get_type (self), "application/json", 16) == 0;
}

static char *
dup_bare_type (RelaisExchange *self)
{
  const char *type = relais_exchange_get_type (self);

  return *type != '\0' ? g_strndup (type, strcspn (type, "; ")) : g_strdup ("no content type");
}

/* A good status, and none of what was asked for; the caller's. */
RelaisFailure *
relais_exchange_describe_foreign (RelaisExchange *self,
                                  gboolean        empty)
{
  g_autofree char *type = dup_bare_type (self);

  return relais_failure_new (RELAIS_ERROR_UPSTREAM,
                             "The account “%s” was answered %u, but with no JSON (%s): is its base URL right?",
                             self->account->label, self->upstream_status,
                             empty ? "nothing at all" : type);
}

/* The answer is over: what the tap read of it goes into the record. */
void
relais_exchange_note_tap (RelaisExchange *self)
{
  relais_tap_end (self->tap);
  relais_exchange_note_end (self, relais_tap_get_usage (self->tap),
                            relais_tap_get_finish (self->tap));
  if (relais_tap_get_error (self->tap) != NULL && self->record->error == NULL)
    self->record->error = relais_redact (relais_tap_get_error (self->tap), self->account->api_key);
}

/* A refusal of our account is not the client's fault: it must not start a login dance there. */
static gboolean
is_account_fault (RelaisExchange *self)
{
  return self->refusal == RELAIS_OUTCOME_BAD_KEY || self->refusal == RELAIS_OUTCOME_NO_CREDIT ||
         self->refusal == RELAIS_OUTCOME_FORBIDDEN;
}

static void
fail_account (RelaisExchange *self)
{
  g_autoptr (RelaisFailure) failure = NULL;
  g_autofree char *words = NULL;
  const char *error = relais_tap_get_error (self->tap);

  words = relais_redact (error != NULL ? error : "it gave no reason", self->account->api_key);
  failure = relais_failure_new (RELAIS_ERROR_UPSTREAM, "The upstream refused the account “%s” (%u): %s",
                                self->account->label, self->upstream_status, words);
  self->no_retry = TRUE;
  relais_exchange_fail (self, failure);
}

static void
fail_foreign_body (RelaisExchange *self)
{
  g_autoptr (RelaisFailure) failure = NULL;
  g_autofree char *type = dup_bare_type (self);

  failure = relais_failure_new (RELAIS_ERROR_UPSTREAM, "The upstream answered %u (%s)",
                                self->upstream_status, type);
  self->record->error_is_own = TRUE;
  if (self->upstream_status >= 400)
    failure->status = self->upstream_status;
  relais_exchange_copy_headers (self);
  relais_exchange_fail (self, failure);
}

/* The upstream's own words about the request, in the client's dialect. */
static void
fail_foreign_error (RelaisExchange *self)
{
  g_autoptr (RelaisFailure) failure = NULL;
  g_autofree char *words = NULL;
  const char *error = relais_tap_get_error (self->tap);

  words = relais_redact (error != NULL ? error : "The upstream gave no reason", self->account->api_key);
  failure = relais_failure_new (relais_error_from_status (self->upstream_status), "%s", words);
  failure->status = self->upstream_status;
  failure->retry_after_ms = self->wait_ms;
  relais_exchange_fail (self, failure);
}

/* Answers for an upstream that failed, its body held, tapped and settled; %FALSE for one whose body
 * can go to the client as it is. */
gboolean
relais_exchange_fail_upstream (RelaisExchange *self)
{
  gboolean json = relais_exchange_says_json (self);

  if (is_account_fault (self))
    fail_account (self);
  else if (self->upstream_status / 100 == 3 || (self->upstream_status >= 400 && !json))
    fail_foreign_body (self);
  else if (self->upstream_status >= 400 &&
           (self->upstream_dialect != self->dialect->id || self->streams))
    fail_foreign_error (self);
  else
    return FALSE;
  return TRUE;
}
