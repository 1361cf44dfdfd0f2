/* relais-outcome.c: what an upstream's answer says of the account it was for
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-outcome"

#include "config.h"

#include <string.h>

#include "base/relais-error.h"
#include "base/relais-json.h"

#include "relais-outcome.h"
#include "relais-retry.h"

#define TEXT_READ_MAX 4096 /* of a body that is no JSON */

/* The error of a body: all dialects have an object of that name, Gemini's may stand in an array. */
static const RelaisJsonNode *
find_error (const RelaisJson *tree)
{
  const RelaisJsonNode *root = relais_json_get_root (tree);

  if (relais_json_node_get_kind (root) == RELAIS_JSON_ARRAY)
    root = relais_json_node_get_element (root, 0);
  return relais_json_node_get_member (root, "error");
}

/* Its message, in small letters; never NULL. */
static char *
dup_lower_words (const RelaisJson     *tree,
                 const RelaisJsonNode *error,
                 const RelaisAnswer   *answer)
{
  g_autofree char *words = NULL;

  if (tree == NULL)
    words = g_strndup (answer->body, MIN (answer->length, TEXT_READ_MAX));
  else if (relais_json_node_get_kind (error) == RELAIS_JSON_STRING)
    words = relais_json_node_dup_string (error);
  else
    words = relais_json_node_dup_string (relais_json_node_get_member (error, "message"));
  return words != NULL ? g_ascii_strdown (words, -1) : g_strdup ("");
}

static gboolean
has_reason (const RelaisJsonNode *error,
            const char           *reason)
{
  const RelaisJsonNode *detail;
  RelaisJsonIter iter;

  relais_json_iter_init (&iter, relais_json_node_get_member (error, "details"));
  while (relais_json_iter_next (&iter, NULL, &detail))
    if (relais_json_node_equals (relais_json_node_get_member (detail, "reason"), reason))
      return TRUE;
  return FALSE;
}

static gboolean
names (const RelaisJsonNode *error,
       const char           *text)
{
  return relais_json_node_equals (relais_json_node_get_member (error, "code"), text) ||
         relais_json_node_equals (relais_json_node_get_member (error, "type"), text);
}

/* OpenAI: the key is good, but not of the organization or project the client named. */
static gboolean
names_stranger (const RelaisJsonNode *error)
{
  return names (error, "mismatched_organization") || names (error, "invalid_organization") ||
         names (error, "mismatched_project");
}

static gboolean
speaks_of_key (const RelaisAnswer *answer)
{
  g_autofree char *text = g_strndup (answer->body, MIN (answer->length, TEXT_READ_MAX));
  g_autofree char *lower = g_ascii_strdown (text, -1);

  return strstr (lower, "api key") != NULL || strstr (lower, "api_key") != NULL;
}

static RelaisOutcomeKind
judge (const RelaisAnswer   *answer,
       const RelaisJsonNode *error,
       const char           *words)
{
  switch (answer->status)
    {
    case 400:
      if (has_reason (error, "API_KEY_INVALID"))
        return RELAIS_OUTCOME_BAD_KEY;
      if (answer->dialect == RELAIS_DIALECT_ANTHROPIC &&
          strstr (words, "credit balance is too low") != NULL)
        return RELAIS_OUTCOME_NO_CREDIT;
      return RELAIS_OUTCOME_REQUEST;
    case 401:
      return names_stranger (error) ? RELAIS_OUTCOME_REQUEST : RELAIS_OUTCOME_BAD_KEY;
    case 402:
      return RELAIS_OUTCOME_NO_CREDIT;
    case 403:
      return speaks_of_key (answer) ? RELAIS_OUTCOME_BAD_KEY : RELAIS_OUTCOME_FORBIDDEN;
    case 404:
      return strstr (words, "model") != NULL || names (error, "model_not_found")
               ? RELAIS_OUTCOME_NO_MODEL
               : RELAIS_OUTCOME_REQUEST;
    case 429:
      if (names (error, "insufficient_quota"))
        return RELAIS_OUTCOME_NO_CREDIT;
      return relais_retry_read_day_quota (error) ? RELAIS_OUTCOME_QUOTA : RELAIS_OUTCOME_LIMITED;
    default:
      if (answer->status / 100 == 2)
        return RELAIS_OUTCOME_SERVED;
      return answer->status / 100 == 4 ? RELAIS_OUTCOME_REQUEST : RELAIS_OUTCOME_FAULT;
    }
}

/**
 * relais_outcome_read:
 * @answer: what came
 * @wall_us: the time of day
 * @outcome: (out caller-allocates): what it means, without words
 *
 * The body tells a fault of the account from one of the request, where the status does not. A
 * redirect is a fault: no API answers so.
 */
void
relais_outcome_read (const RelaisAnswer *answer,
                     gint64              wall_us,
                     RelaisOutcome      *outcome)
{
  g_autoptr (RelaisJson) tree = NULL;
  g_autofree char *words = NULL;
  const RelaisJsonNode *error;

  *outcome = (RelaisOutcome){ .kind = RELAIS_OUTCOME_SERVED,
                              .wait_ms = -1,
                              .status = answer->status };
  if (answer->status / 100 == 2)
    return;
  tree = relais_json_parse (answer->body, answer->length, RELAIS_JSON_MAX_DEPTH, NULL);
  error = tree != NULL ? find_error (tree) : NULL;
  words = dup_lower_words (tree, error, answer);
  outcome->kind = judge (answer, error, words);
  if (outcome->kind == RELAIS_OUTCOME_QUOTA)
    outcome->wait_ms = relais_retry_get_until_midnight (wall_us);
  else if (outcome->kind == RELAIS_OUTCOME_LIMITED || outcome->kind == RELAIS_OUTCOME_FAULT)
    outcome->wait_ms = relais_retry_read_wait (answer->headers, error, words, wall_us);
}

/**
 * relais_outcome_read_error:
 * @error: why no answer came, or not all of it
 * @was_sent: whether the upstream got the request
 * @outcome: (out caller-allocates): what it means, without words
 */
void
relais_outcome_read_error (const GError  *error,
                           gboolean       was_sent,
                           RelaisOutcome *outcome)
{
  gboolean timed_out = was_sent && g_error_matches (error, RELAIS_ERROR, RELAIS_ERROR_TIMEOUT);

  *outcome = (RelaisOutcome){ .kind = timed_out ? RELAIS_OUTCOME_TIMEOUT : RELAIS_OUTCOME_FAULT,
                              .wait_ms = -1 };
}

/**
 * relais_outcome_read_failure:
 * @failure: what stands in an answer of 200, or is wrong with it
 * @outcome: (out caller-allocates): what it means, without words
 */
void
relais_outcome_read_failure (const RelaisFailure *failure,
                             RelaisOutcome       *outcome)
{
  *outcome = (RelaisOutcome){ .kind = RELAIS_OUTCOME_FAULT, .wait_ms = failure->retry_after_ms };
  switch (failure->code)
    {
    case RELAIS_ERROR_INVALID_REQUEST:
    case RELAIS_ERROR_TOO_LARGE:
      outcome->kind = RELAIS_OUTCOME_REQUEST;
      break;
    case RELAIS_ERROR_BAD_KEY:
      outcome->kind = RELAIS_OUTCOME_BAD_KEY;
      break;
    case RELAIS_ERROR_FORBIDDEN:
      outcome->kind = RELAIS_OUTCOME_FORBIDDEN;
      break;
    case RELAIS_ERROR_MODEL_NOT_FOUND:
      outcome->kind = RELAIS_OUTCOME_NO_MODEL;
      break;
    case RELAIS_ERROR_RATE_LIMIT:
      outcome->kind = RELAIS_OUTCOME_LIMITED;
      if (outcome->wait_ms < 0)
        outcome->wait_ms = relais_retry_read_words (failure->message);
      break;
    default:
      break;
    }
}

/**
 * relais_outcome_is_final:
 * @kind: what a request came to
 *
 * Returns: whether another account would be no help, or must not be asked: what timed out may have
 *   run, and been paid for
 */
gboolean
relais_outcome_is_final (RelaisOutcomeKind kind)
{
  return kind == RELAIS_OUTCOME_SERVED || kind == RELAIS_OUTCOME_REQUEST ||
         kind == RELAIS_OUTCOME_TIMEOUT;
}
