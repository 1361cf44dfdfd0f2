/* test-outcome.c: relais-outcome and relais-retry: what a refusal means, and for how long
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <libsoup/soup.h>
#include <string.h>

#include "base/relais-error.h"
#include "upstream/relais-outcome.h"
#include "upstream/relais-retry.h"

/* Thursday, 26 November 2026, 08:00:00 UTC: midnight in California. */
#define WALL_US (1795680000 * (gint64)G_USEC_PER_SEC)
#define HOUR_US (3600 * (gint64)G_USEC_PER_SEC)
#define UNTIL(us) relais_retry_get_until_midnight (us)
#define DAY_MS (24 * 3600 * 1000)

#define GOOGLE(details) "{\"error\":{\"code\":429,\"message\":\"Quota.\",\"status\":\"RESOURCE_EXHAUSTED\",\"details\":[" details "]}}"
#define VIOLATION(id) "{\"@type\":\"type.googleapis.com/google.rpc.QuotaFailure\",\"violations\":[{\"quotaId\":\"Other\"},{\"quotaId\":\"" id "\"}]}"
#define OPENAI_RESETS                                                       \
 "x-ratelimit-remaining-requests: 4999\nx-ratelimit-reset-requests: 12ms\n" \
 "x-ratelimit-remaining-tokens: 500\nx-ratelimit-reset-tokens: 5.5s\n"
#define INFO(delay) "{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"" delay "\"}"

/* @lines: "name: value" and a line feed each. */
static void
read_answer (RelaisDialectId  dialect,
             guint            status,
             const char      *lines,
             const char      *body,
             RelaisOutcome   *outcome)
{
  SoupMessageHeaders *headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_RESPONSE);
  g_auto (GStrv) rows = g_strsplit (lines, "\n", -1);

  for (guint i = 0; rows[i] != NULL && *rows[i] != '\0'; i++)
    {
      char *colon = strstr (rows[i], ": ");

      *colon = '\0';
      soup_message_headers_append (headers, rows[i], colon + 2);
    }
  relais_outcome_read (&(RelaisAnswer){ .dialect = dialect,
                                        .status = status,
                                        .headers = headers,
                                        .body = body,
                                        .length = strlen (body) },
                       WALL_US, outcome);
  soup_message_headers_unref (headers);
}

static void
test_waits (void)
{
  static const struct
  {
    const char *lines;
    const char *body;
    gint64 wait_ms;
  } rows[] = {
    /* retry-after-ms before retry-after, in seconds and as a date */
    { "retry-after-ms: 1500\nretry-after: 9\n", "", 1500 },
    { "retry-after: 20\n", "", 20000 },
    { "retry-after: 1.5\n", "", 1500 },
    { "retry-after: 0\n", "", 0 },
    { "retry-after: Thu, 26 Nov 2026 08:00:30 GMT\n", "", 30000 },
    { "retry-after: Thu, 26 Nov 2026 07:00:30 GMT\n", "", 0 },
    /* by the clock of who wrote it */
    { "date: Thu, 26 Nov 2026 07:00:00 GMT\nretry-after: Thu, 26 Nov 2026 07:00:30 GMT\n", "", 30000 },
    /* resets of several limits: of those used up the last, else what it says, else the last */
    { "anthropic-ratelimit-requests-reset: 2026-11-26T08:00:05Z\n", "", 5000 },
    { "anthropic-ratelimit-requests-reset: 2026-11-26T08:00:05Z\nanthropic-ratelimit-tokens-reset: 2026-11-26T08:01:00Z\n", "", 60000 },
    { "anthropic-ratelimit-requests-reset: 2026-11-26T08:00:05Z\nanthropic-ratelimit-tokens-reset: 2026-11-26T08:01:00Z\n"
      "anthropic-ratelimit-tokens-remaining: 0\nanthropic-ratelimit-requests-remaining: 7\n",
      "", 60000 },
    { "x-ratelimit-reset-requests: 1s\n", "", 1000 },
    { "x-ratelimit-reset-tokens: 6m0s\n", "", 360000 },
    { "X-RateLimit-Reset-Tokens: 17ms\n", "", 17 },
    { "x-ratelimit-reset-requests: 1h2m3.5s\n", "", 3723500 },
    { "x-ratelimit-reset-requests-day: 33011.4\n", "", 33011400 },
    { "x-ratelimit-reset-requests: 1s\nx-ratelimit-reset-tokens: 9s\nx-ratelimit-remaining-tokens: 0\n", "", 9000 },
    { OPENAI_RESETS, "{\"error\":{\"message\":\"Limit 30000, Used 29500, Requested 3500. Please try again in 6s.\"}}", 6000 },
    { OPENAI_RESETS, GOOGLE (INFO ("4s")), 4000 },
    { OPENAI_RESETS, "{\"error\":{\"message\":\"slow down\"}}", 5500 },
    { OPENAI_RESETS "x-ratelimit-remaining-images: 0\nx-ratelimit-reset-images: 1s\n", "retry in 9s", 1000 },
    { "x-ratelimit-reset-requests: soon\n", "", -1 },
    /* Gemini's */
    { "", GOOGLE (INFO ("20s")), 20000 },
    { "", "[" GOOGLE (INFO ("1.5s")) "]", 1500 },
    { "", GOOGLE ("{\"@type\":\"x.Help\",\"retryDelay\":\"3s\"}," INFO ("4s")), 4000 },
    { "", GOOGLE (VIOLATION ("GenerateRequestsPerMinutePerProject") "," INFO ("8s")), 8000 },
    { "retry-after: 3\n", GOOGLE (INFO ("20s")), 3000 },
    /* words */
    { "", "{\"error\":{\"message\":\"Please retry in 20.5s.\"}}", 20500 },
    { "", "{\"error\":{\"message\":\"Rate limit reached. Please try again in 6m0s. Visit\"}}", 360000 },
    { "", "{\"error\":{\"message\":\"try again in 345ms\"}}", 345 },
    { "", "{\"error\":\"Retry after 20 seconds.\"}", 20000 },
    { "", "{\"error\":{\"message\":\"retry in 2 minutes\"}}", 120000 },
    { "", "{\"error\":{\"message\":\"retry in 1 hour\"}}", 3600000 },
    { "", "Slow down, retry in 7", 7000 },
    { "", "{\"error\":{\"message\":\"retry in 2 hrs\"}}", 7200000 },
    { "", "{\"error\":{\"message\":\"try again in 0.5 days\"}}", 43200000 },
    { "", "{\"error\":{\"message\":\"retry after 2 days\"}}", DAY_MS },
    /* a unit nobody knows is not seconds, nor what it begins like */
    { "", "{\"error\":{\"message\":\"retry after 1 month\"}}", -1 },
    { "", "{\"error\":{\"message\":\"retry after 2 weeks\"}}", -1 },
    { "", "{\"error\":{\"message\":\"retry after 3 attempts\"}}", -1 },
    { "x-ratelimit-reset-requests: 3 moons\n", "", -1 },
    { "", "{\"error\":{\"message\":\"retry in a while\"}}", -1 },
    { "", "{\"error\":{\"message\":\"say: retry in\"}}", -1 },
    /* nothing, or nothing sensible; years are a day */
    { "", "", -1 },
    { "", "{}", -1 },
    { "retry-after: -5\n", "", -1 },
    { "retry-after: soon\n", "", -1 },
    { "retry-after: nan\n", "", -1 },
    { "retry-after: 1e300\n", "", DAY_MS },
    { "retry-after: 1555200\n", "", DAY_MS },
    { "retry-after: Thu, 26 Nov 2099 07:00:30 GMT\n", "", DAY_MS },
    { "anthropic-ratelimit-tokens-reset: 2099-11-26T08:01:00Z\n", "", DAY_MS },
    { "x-ratelimit-reset-tokens: 99999h\n", "", DAY_MS },
    { "", GOOGLE (INFO ("-7s")), -1 },
    { "", GOOGLE (INFO ("9999999999s")), DAY_MS },
    { "", "{\"error\":{\"message\":\"retry in 99999999999999999999s\"}}", DAY_MS },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      RelaisOutcome outcome;

      g_test_message ("%s%s", rows[i].lines, rows[i].body);
      read_answer (RELAIS_DIALECT_OPENAI_CHAT, 429, rows[i].lines, rows[i].body, &outcome);
      g_assert_cmpint (outcome.kind, ==, RELAIS_OUTCOME_LIMITED);
      g_assert_cmpint (outcome.wait_ms, ==, rows[i].wait_ms);
      g_assert_cmpuint (outcome.status, ==, 429);
    }
}

/* Whatever the upstream says besides, a quota of the day comes back at midnight in California. */
static void
test_day (void)
{
  RelaisOutcome outcome;

  read_answer (RELAIS_DIALECT_GEMINI, 429, "",
               GOOGLE (INFO ("20s") "," VIOLATION ("GenerateRequestsPerDayPerProjectPerModel-FreeTier")), &outcome);
  g_assert_cmpint (outcome.kind, ==, RELAIS_OUTCOME_QUOTA);
  g_assert_cmpint (outcome.wait_ms, ==, DAY_MS);
  g_assert_cmpint (UNTIL (WALL_US - 1 * G_USEC_PER_SEC), ==, 1000);
  g_assert_cmpint (UNTIL (WALL_US + HOUR_US), ==, DAY_MS - 3600 * 1000);
  /* in summer it is an hour earlier: 1 July 2026, 06:00 UTC */
  g_assert_cmpint (UNTIL (1782885600 * (gint64)G_USEC_PER_SEC), ==, 3600 * 1000);
  /* the day the clocks go back has 25 hours: 1 November 2026, 07:00 UTC */
  g_assert_cmpint (UNTIL (1793516400 * (gint64)G_USEC_PER_SEC), ==, DAY_MS);
}

static void
test_kinds (void)
{
  static const struct
  {
    RelaisDialectId dialect;
    guint status;
    const char *body;
    RelaisOutcomeKind kind;
  } rows[] = {
    { RELAIS_DIALECT_OPENAI_CHAT, 200, "{}", RELAIS_OUTCOME_SERVED },
    { RELAIS_DIALECT_OPENAI_CHAT, 204, "", RELAIS_OUTCOME_SERVED },
    { RELAIS_DIALECT_OPENAI_CHAT, 400, "{\"error\":{\"message\":\"bad\"}}", RELAIS_OUTCOME_REQUEST },
    { RELAIS_DIALECT_OPENAI_CHAT, 413, "", RELAIS_OUTCOME_REQUEST },
    { RELAIS_DIALECT_OPENAI_CHAT, 422, "", RELAIS_OUTCOME_REQUEST },
    { RELAIS_DIALECT_OPENAI_CHAT, 401, "", RELAIS_OUTCOME_BAD_KEY },
    { RELAIS_DIALECT_OPENAI_CHAT, 401, "{\"error\":{\"code\":\"invalid_api_key\"}}", RELAIS_OUTCOME_BAD_KEY },
    /* what the client named is not the account's fault */
    { RELAIS_DIALECT_OPENAI_CHAT, 401, "{\"error\":{\"code\":\"mismatched_organization\"}}", RELAIS_OUTCOME_REQUEST },
    { RELAIS_DIALECT_OPENAI_CHAT, 401, "{\"error\":{\"code\":\"invalid_organization\"}}", RELAIS_OUTCOME_REQUEST },
    { RELAIS_DIALECT_OPENAI_RESPONSES, 401, "{\"error\":{\"code\":\"mismatched_project\"}}", RELAIS_OUTCOME_REQUEST },
    { RELAIS_DIALECT_OPENAI_CHAT, 402, "", RELAIS_OUTCOME_NO_CREDIT },
    { RELAIS_DIALECT_GEMINI, 400,
      "{\"error\":{\"code\":400,\"message\":\"API key not valid.\",\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\","
      "\"reason\":\"API_KEY_INVALID\"}]}}",
      RELAIS_OUTCOME_BAD_KEY },
    /* somebody who only writes of it */
    { RELAIS_DIALECT_GEMINI, 400, "{\"error\":{\"message\":\"contents: API_KEY_INVALID\"}}", RELAIS_OUTCOME_REQUEST },
    { RELAIS_DIALECT_ANTHROPIC, 400, "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"Your credit balance is too low to access\"}}",
      RELAIS_OUTCOME_NO_CREDIT },
    { RELAIS_DIALECT_OPENAI_CHAT, 400, "{\"error\":{\"message\":\"credit balance is too low\"}}", RELAIS_OUTCOME_REQUEST },
    { RELAIS_DIALECT_OPENAI_CHAT, 429, "{\"error\":{\"code\":\"insufficient_quota\",\"type\":\"insufficient_quota\"}}", RELAIS_OUTCOME_NO_CREDIT },
    { RELAIS_DIALECT_OPENAI_CHAT, 429, "{\"error\":{\"code\":null,\"type\":\"insufficient_quota\"}}", RELAIS_OUTCOME_NO_CREDIT },
    { RELAIS_DIALECT_OPENAI_CHAT, 429, "nonsense", RELAIS_OUTCOME_LIMITED },
    { RELAIS_DIALECT_OPENAI_CHAT, 403, "{\"error\":{\"message\":\"Your API key may not do this\"}}", RELAIS_OUTCOME_BAD_KEY },
    { RELAIS_DIALECT_GEMINI, 403, "{\"error\":{\"details\":[{\"reason\":\"API_KEY_SERVICE_BLOCKED\"}]}}", RELAIS_OUTCOME_BAD_KEY },
    { RELAIS_DIALECT_OPENAI_CHAT, 403, "{\"error\":{\"message\":\"No access to this model\"}}", RELAIS_OUTCOME_FORBIDDEN },
    { RELAIS_DIALECT_OPENAI_CHAT, 404, "{\"error\":{\"code\":\"model_not_found\"}}", RELAIS_OUTCOME_NO_MODEL },
    { RELAIS_DIALECT_GEMINI, 404, "{\"error\":{\"message\":\"models/x is not found\"}}", RELAIS_OUTCOME_NO_MODEL },
    { RELAIS_DIALECT_OPENAI_CHAT, 404, "<html>", RELAIS_OUTCOME_REQUEST },
    { RELAIS_DIALECT_OPENAI_CHAT, 301, "", RELAIS_OUTCOME_FAULT },
    { RELAIS_DIALECT_OPENAI_CHAT, 500, "", RELAIS_OUTCOME_FAULT },
    { RELAIS_DIALECT_OPENAI_CHAT, 503, "{bad", RELAIS_OUTCOME_FAULT },
    { RELAIS_DIALECT_ANTHROPIC, 529, "", RELAIS_OUTCOME_FAULT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      RelaisOutcome outcome;

      g_test_message ("%u %s", rows[i].status, rows[i].body);
      read_answer (rows[i].dialect, rows[i].status, "", rows[i].body, &outcome);
      g_assert_cmpint (outcome.kind, ==, rows[i].kind);
      g_assert_cmpint (outcome.wait_ms, ==, -1);
    }
}

static void
test_errors (void)
{
  g_autoptr (GError) timeout = g_error_new_literal (RELAIS_ERROR, RELAIS_ERROR_TIMEOUT, "late");
  g_autoptr (GError) refused = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, "no");
  RelaisOutcome outcome;

  relais_outcome_read_error (timeout, TRUE, &outcome);
  g_assert_cmpint (outcome.kind, ==, RELAIS_OUTCOME_TIMEOUT);
  g_assert_true (relais_outcome_is_final (outcome.kind));
  /* who was not even reached did nothing */
  relais_outcome_read_error (timeout, FALSE, &outcome);
  g_assert_cmpint (outcome.kind, ==, RELAIS_OUTCOME_FAULT);
  g_assert_false (relais_outcome_is_final (outcome.kind));
  relais_outcome_read_error (refused, TRUE, &outcome);
  g_assert_cmpint (outcome.kind, ==, RELAIS_OUTCOME_FAULT);
}

/* An error in an answer of 200. */
static void
test_failures (void)
{
  static const struct
  {
    int code;
    RelaisOutcomeKind kind;
  } rows[] = {
    { RELAIS_ERROR_INVALID_REQUEST, RELAIS_OUTCOME_REQUEST },
    { RELAIS_ERROR_BAD_KEY, RELAIS_OUTCOME_BAD_KEY },
    { RELAIS_ERROR_FORBIDDEN, RELAIS_OUTCOME_FORBIDDEN },
    { RELAIS_ERROR_MODEL_NOT_FOUND, RELAIS_OUTCOME_NO_MODEL },
    { RELAIS_ERROR_RATE_LIMIT, RELAIS_OUTCOME_LIMITED },
    { RELAIS_ERROR_OVERLOADED, RELAIS_OUTCOME_FAULT },
    { RELAIS_ERROR_UPSTREAM, RELAIS_OUTCOME_FAULT },
  };
  RelaisOutcome outcome;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (RelaisFailure) failure = relais_failure_new (rows[i].code, "retry in 3s");

      relais_outcome_read_failure (failure, &outcome);
      g_assert_cmpint (outcome.kind, ==, rows[i].kind);
      g_assert_cmpint (outcome.wait_ms, ==, rows[i].kind == RELAIS_OUTCOME_LIMITED ? 3000 : -1);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/outcome/waits", test_waits);
  g_test_add_func ("/outcome/day", test_day);
  g_test_add_func ("/outcome/kinds", test_kinds);
  g_test_add_func ("/outcome/errors", test_errors);
  g_test_add_func ("/outcome/failures", test_failures);
  return g_test_run ();
}
