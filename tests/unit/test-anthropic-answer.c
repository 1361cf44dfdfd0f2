/* test-anthropic-answer.c: whole answers, errors and lists of Messages, and its tap
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/relais-error.h"
#include "dialects/relais-anthropic.h"

#include "../dialect-kit.h"

#define DIALECT RELAIS_DIALECT_ANTHROPIC

static void
expect (const char *json,
        const char *path,
        const char *wanted)
{
  g_autofree char *value = kit_pick (json, path);

  g_test_message ("%s", path);
  g_assert_cmpstr (value, ==, wanted);
}

static const RelaisEvent events[] = {
  { .type = RELAIS_EVENT_START, .id = "msg_1", .name = "m" },
  { .type = RELAIS_EVENT_THINK, KIT_TEXT ("hm") },
  { .type = RELAIS_EVENT_SIGNATURE, .origin = RELAIS_ORIGIN_ANTHROPIC, KIT_TEXT ("sig") },
  { .type = RELAIS_EVENT_REDACTED, .origin = RELAIS_ORIGIN_ANTHROPIC, KIT_TEXT ("xx") },
  { .type = RELAIS_EVENT_REDACTED, .origin = RELAIS_ORIGIN_GEMINI, KIT_TEXT ("foreign") },
  { .type = RELAIS_EVENT_TEXT, KIT_TEXT ("a") },
  { .type = RELAIS_EVENT_CALL_START, .name = "f", .id = "c", .signature = "gs", .origin = RELAIS_ORIGIN_GEMINI },
  { .type = RELAIS_EVENT_CALL_ARGS, KIT_TEXT ("[1]") },
  { .type = RELAIS_EVENT_CALL_END },
  { .type = RELAIS_EVENT_USAGE, .usage = { 9, 4, 2, 7, 3 } },
  { .type = RELAIS_EVENT_FINISH, .finish = RELAIS_FINISH_STOP },
};

static void
test_whole (void)
{
  g_autoptr (RelaisPrompt) prompt = relais_prompt_new ();
  g_autofree char *json = NULL;
  g_autofree char *plain = NULL;

  prompt->thinking = TRUE;
  json = kit_encode (DIALECT, prompt, RELAIS_FORM_WHOLE, events, G_N_ELEMENTS (events));
  expect (json, "content.0.thinking", "hm");
  expect (json, "content.0.signature", "sig");
  expect (json, "content.1.type", "redacted_thinking");
  expect (json, "content.1.data", "xx");
  expect (json, "content.2.text", "a");
  expect (json, "content.3.type", "thinking");
  expect (json, "content.3.signature", "relais1.g.Z3M");
  expect (json, "content.4.type", "tool_use");
  expect (json, "content.4.input", "{\"value\":[1]}");
  expect (json, "content.4.caller.type", "direct");
  expect (json, "content.5", NULL);
  expect (json, "stop_reason", "tool_use");
  /* Input without the cache. */
  expect (json, "usage.input_tokens", "3");
  expect (json, "usage.cache_read_input_tokens", "4");
  expect (json, "usage.cache_creation_input_tokens", "2");
  expect (json, "usage.output_tokens", "7");
  prompt->thinking = FALSE;
  plain = kit_encode (DIALECT, prompt, RELAIS_FORM_WHOLE, events, G_N_ELEMENTS (events));
  expect (plain, "content.0.text", "a");
  expect (plain, "content.1.type", "tool_use");
  expect (plain, "content.2", NULL);
}

/* More cached than read, as some upstreams claim, is no negative count. */
static void
test_usage (void)
{
  static const RelaisEvent odd[] = {
    { .type = RELAIS_EVENT_START },
    { .type = RELAIS_EVENT_USAGE, .usage = { 5, 9, 9, -1, -1 } },
    { .type = RELAIS_EVENT_FINISH, .finish = RELAIS_FINISH_STOP_SEQUENCE, KIT_TEXT ("END") },
  };
  g_autoptr (RelaisPrompt) prompt = relais_prompt_new ();
  g_autofree char *json = kit_encode (DIALECT, prompt, RELAIS_FORM_WHOLE, odd, G_N_ELEMENTS (odd));

  expect (json, "usage.input_tokens", "0");
  expect (json, "usage.output_tokens", "0");
  expect (json, "stop_reason", "stop_sequence");
  expect (json, "stop_sequence", "END");
  expect (json, "content", "[]");
}

static void
test_failures (void)
{
  static const struct
  {
    int code;
    guint status;
    const char *type;
  } cases[] = {
    { RELAIS_ERROR_INVALID_REQUEST, 400, "invalid_request_error" },
    { RELAIS_ERROR_BAD_KEY, 401, "authentication_error" },
    { RELAIS_ERROR_FORBIDDEN, 403, "permission_error" },
    { RELAIS_ERROR_MODEL_NOT_FOUND, 404, "not_found_error" },
    { RELAIS_ERROR_UNKNOWN_URL, 404, "not_found_error" },
    { RELAIS_ERROR_METHOD_NOT_ALLOWED, 405, "invalid_request_error" },
    { RELAIS_ERROR_TOO_LARGE, 413, "request_too_large" },
    { RELAIS_ERROR_RATE_LIMIT, 429, "rate_limit_error" },
    { RELAIS_ERROR_INTERNAL, 500, "api_error" },
    { RELAIS_ERROR_UPSTREAM, 502, "api_error" },
    { RELAIS_ERROR_NO_ACCOUNT, 503, "overloaded_error" },
    { RELAIS_ERROR_TIMEOUT, 504, "timeout_error" },
    { RELAIS_ERROR_OVERLOADED, 529, "overloaded_error" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RelaisFailure) failure = relais_failure_new (cases[i].code, "no luck");
      g_autofree char *json = NULL;
      gsize length;

      json = relais_dialect_encode_failure (DIALECT, failure, "req_1", &length);
      g_assert_cmpuint (relais_dialect_failure_status (DIALECT, failure), ==, cases[i].status);
      expect (json, "type", "error");
      expect (json, "error.type", cases[i].type);
      expect (json, "error.message", "no luck");
      expect (json, "request_id", "req_1");
    }
}

static void
list (const RelaisListQuery *query,
      const char            *first,
      const char            *last,
      const char            *more)
{
  static const RelaisModelInfo models[] = { { "a", "A", 0, NULL }, { "b", NULL, 1795000000, NULL }, { "c", NULL, 0, NULL } };
  g_autoptr (GString) out = g_string_new (NULL);

  relais_anthropic_encode_models (models, 3, query, out);
  expect (out->str, "first_id", first);
  expect (out->str, "last_id", last);
  expect (out->str, "has_more", more);
  expect (out->str, "data.0.id", first[0] == 'n' ? NULL : first);
}

static void
test_models (void)
{
  g_autoptr (GString) out = g_string_new (NULL);

  list (NULL, "a", "c", "false");
  list (&(RelaisListQuery){ .limit = "2" }, "a", "b", "true");
  list (&(RelaisListQuery){ .limit = "0" }, "a", "c", "false");
  list (&(RelaisListQuery){ .limit = "x" }, "a", "c", "false");
  list (&(RelaisListQuery){ .after_id = "a" }, "b", "c", "false");
  list (&(RelaisListQuery){ .limit = "1", .after_id = "a" }, "b", "b", "true");
  list (&(RelaisListQuery){ .before_id = "c" }, "a", "b", "false");
  list (&(RelaisListQuery){ .limit = "1", .before_id = "c" }, "b", "b", "true");
  list (&(RelaisListQuery){ .after_id = "c" }, "null", "null", "false");
  list (&(RelaisListQuery){ .after_id = "gone" }, "a", "c", "false");
  relais_anthropic_encode_model (&(RelaisModelInfo){ "b", NULL, 1795000000, NULL }, out);
  expect (out->str, "display_name", "b");
  expect (out->str, "created_at", "2026-11-18T11:06:40Z");
}

static void
test_tap (void)
{
  const char *start = "{\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":3,"
                      "\"cache_read_input_tokens\":4,\"cache_creation_input_tokens\":2,\"output_tokens\":1}}}";
  const char *end = "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"model_context_window_exceeded\"},"
                    "\"usage\":{\"input_tokens\":0,\"output_tokens\":7,\"output_tokens_details\":{\"thinking_tokens\":3}}}";
  RelaisUsage usage = RELAIS_USAGE_INIT;
  RelaisFinish finish = (RelaisFinish)-1;
  char *error = NULL;

  relais_anthropic_tap (start, strlen (start), &usage, &finish, &error);
  g_assert_cmpint (usage.input, ==, 9);
  g_assert_cmpint ((int)finish, ==, -1);
  relais_anthropic_tap (end, strlen (end), &usage, &finish, &error);
  /* A count of 0 in the last event takes nothing back. */
  g_assert_cmpint (usage.input, ==, 9);
  g_assert_cmpint (usage.cache_read, ==, 4);
  g_assert_cmpint (usage.output, ==, 7);
  g_assert_cmpint (usage.reasoning, ==, 3);
  g_assert_cmpint (finish, ==, RELAIS_FINISH_LENGTH);
  g_assert_null (error);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/anthropic-answer/whole", test_whole);
  g_test_add_func ("/anthropic-answer/usage", test_usage);
  g_test_add_func ("/anthropic-answer/failures", test_failures);
  g_test_add_func ("/anthropic-answer/models", test_models);
  g_test_add_func ("/anthropic-answer/tap", test_tap);
  return g_test_run ();
}
