/* test-openai-chat-answer.c: whole answers, errors and lists of Chat Completions, and its tap
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/relais-error.h"
#include "dialects/relais-openai-chat.h"

#include "../dialect-kit.h"

#define DIALECT RELAIS_DIALECT_OPENAI_CHAT

static void
expect (const char *json,
        const char *path,
        const char *wanted)
{
  g_autofree char *value = kit_pick (json, path);

  g_test_message ("%s", path);
  g_assert_cmpstr (value, ==, wanted);
}

/* Texts around a call are one content; thinking goes beside it, foreign signatures nowhere. */
static void
test_whole (void)
{
  static const RelaisEvent events[] = {
    { .type = RELAIS_EVENT_START, .id = "chatcmpl-1", .name = "m", .created = 1795000000 },
    { .type = RELAIS_EVENT_THINK, KIT_TEXT ("hm") },
    { .type = RELAIS_EVENT_SIGNATURE, .origin = RELAIS_ORIGIN_ANTHROPIC, KIT_TEXT ("sig") },
    { .type = RELAIS_EVENT_TEXT, KIT_TEXT ("a") },
    { .type = RELAIS_EVENT_CALL_START,
      .name = "f",
      .id = "c",
      .signature = "gs",
      .origin = RELAIS_ORIGIN_GEMINI },
    { .type = RELAIS_EVENT_CALL_END },
    { .type = RELAIS_EVENT_IMAGE_OUT, .name = "image/gif", KIT_TEXT ("R0lG") },
    { .type = RELAIS_EVENT_USAGE, .usage = { 9, 4, 2, 7, 3 } },
    { .type = RELAIS_EVENT_FINISH, .finish = RELAIS_FINISH_STOP },
  };
  g_autoptr (RelaisPrompt) prompt = relais_prompt_new ();
  g_autofree char *json =
    kit_encode (DIALECT, prompt, RELAIS_FORM_WHOLE, events, G_N_ELEMENTS (events));

  expect (json, "object", "chat.completion");
  expect (json, "created", "1795000000");
  expect (json, "choices.0.message.content", "a![image](data:image/gif;base64,R0lG)");
  expect (json, "choices.0.message.reasoning_content", "hm");
  expect (json, "choices.0.message.refusal", "null");
  expect (json, "choices.0.message.tool_calls.0.function.arguments", "{}");
  expect (json, "choices.0.message.tool_calls.0.extra_content.google.thought_signature", "gs");
  expect (json, "choices.0.finish_reason", "tool_calls");
  expect (json, "usage.prompt_tokens", "9");
  expect (json, "usage.prompt_tokens_details.cached_tokens", "4");
  expect (json, "usage.prompt_tokens_details.cache_write_tokens", "2");
  expect (json, "usage.completion_tokens", "7");
  expect (json, "usage.completion_tokens_details.reasoning_tokens", "3");
  expect (json, "usage.total_tokens", "16");
  g_assert_null (strstr (json, "sig\""));
}

static void
test_no_usage (void)
{
  static const RelaisEvent events[] = {
    { .type = RELAIS_EVENT_START },
    { .type = RELAIS_EVENT_FINISH, .finish = RELAIS_FINISH_FILTER },
  };
  g_autoptr (RelaisPrompt) prompt = relais_prompt_new ();
  g_autofree char *json =
    kit_encode (DIALECT, prompt, RELAIS_FORM_WHOLE, events, G_N_ELEMENTS (events));

  /* Nobody knew the counts, so none are claimed. */
  expect (json, "usage", NULL);
  expect (json, "choices.0.message.content", "null");
  expect (json, "choices.0.finish_reason", "content_filter");
}

static void
test_failures (void)
{
  static const struct
  {
    int code;
    const char *status;
    const char *type;
    const char *name;
  } cases[] = {
    { RELAIS_ERROR_INVALID_REQUEST, "400", "invalid_request_error", "invalid_value" },
    { RELAIS_ERROR_BAD_KEY, "401", "invalid_request_error", "invalid_api_key" },
    { RELAIS_ERROR_FORBIDDEN, "403", "invalid_request_error", "forbidden" },
    { RELAIS_ERROR_MODEL_NOT_FOUND, "404", "invalid_request_error", "model_not_found" },
    { RELAIS_ERROR_UNKNOWN_URL, "404", "invalid_request_error", "unknown_url" },
    { RELAIS_ERROR_METHOD_NOT_ALLOWED, "405", "invalid_request_error", "method_not_allowed" },
    { RELAIS_ERROR_REQUEST_TIMEOUT, "408", "invalid_request_error", "request_timeout" },
    { RELAIS_ERROR_LENGTH_REQUIRED, "411", "invalid_request_error", "length_required" },
    { RELAIS_ERROR_TOO_LARGE, "413", "invalid_request_error", "request_too_large" },
    { RELAIS_ERROR_UNSUPPORTED_MEDIA_TYPE, "415", "invalid_request_error",
      "unsupported_media_type" },
    { RELAIS_ERROR_MISDIRECTED, "421", "invalid_request_error", "misdirected_request" },
    { RELAIS_ERROR_UPGRADE_REQUIRED, "426", "invalid_request_error", "upgrade_required" },
    { RELAIS_ERROR_RATE_LIMIT, "429", "rate_limit_error", "rate_limit_exceeded" },
    { RELAIS_ERROR_HEADERS_TOO_LARGE, "431", "invalid_request_error", "headers_too_large" },
    { RELAIS_ERROR_INTERNAL, "500", "server_error", "null" },
    { RELAIS_ERROR_UPSTREAM, "502", "server_error", "upstream_error" },
    { RELAIS_ERROR_NO_ACCOUNT, "503", "server_error", "no_account_available" },
    { RELAIS_ERROR_OVERLOADED, "503", "server_error", "overloaded" },
    { RELAIS_ERROR_TIMEOUT, "504", "server_error", "timeout" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RelaisFailure) failure = relais_failure_new (cases[i].code, "no “luck”");
      g_autofree char *status =
        g_strdup_printf ("%u", relais_dialect_failure_status (DIALECT, failure));
      g_autofree char *json = NULL;
      gsize length;

      failure->param = g_strdup ("a.b");
      json = relais_dialect_encode_failure (DIALECT, failure, "req_1", &length);
      g_assert_cmpuint (length, ==, strlen (json));
      g_assert_cmpstr (status, ==, cases[i].status);
      expect (json, "error.message", "no “luck”");
      expect (json, "error.type", cases[i].type);
      expect (json, "error.code", cases[i].name);
      expect (json, "error.param", "a.b");
    }
}

static void
test_models (void)
{
  static const RelaisModelInfo models[] = { { "a", "A", 5, "me" }, { "b/c", NULL, 0, NULL } };
  g_autoptr (GString) list = g_string_new (NULL);
  g_autoptr (GString) one = g_string_new (NULL);

  relais_openai_chat_encode_models (models, 2, NULL, list);
  expect (list->str, "object", "list");
  expect (list->str, "data.0.id", "a");
  expect (list->str, "data.0.created", "5");
  expect (list->str, "data.0.owned_by", "me");
  expect (list->str, "data.1.id", "b/c");
  expect (list->str, "data.1.owned_by", "relais");
  expect (list->str, "data.2", NULL);
  relais_openai_chat_encode_model (models, one);
  expect (one->str, "object", "model");
}

static void
test_tap (void)
{
  static const struct
  {
    const char *reason;
    RelaisFinish finish;
  } cases[] = {
    { "\"stop\"", RELAIS_FINISH_STOP },
    { "\"length\"", RELAIS_FINISH_LENGTH },
    { "\"tool_calls\"", RELAIS_FINISH_TOOL_CALLS },
    { "\"function_call\"", RELAIS_FINISH_TOOL_CALLS },
    { "\"content_filter\"", RELAIS_FINISH_FILTER },
    { "\"new\"", RELAIS_FINISH_UNKNOWN },
    { "\"\"", (RelaisFinish)-1 },
    { "null", (RelaisFinish)-1 },
    { "7", (RelaisFinish)-1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *json = g_strdup_printf (
        "{\"choices\":[{\"finish_reason\":%s}],\"usage\": {\"prompt_tokens\":3}}", cases[i].reason);
      RelaisUsage usage = RELAIS_USAGE_INIT;
      RelaisFinish finish = (RelaisFinish)-1;
      char *error = NULL;

      relais_openai_chat_tap (json, strlen (json), &usage, &finish, &error);
      g_assert_cmpint (finish, ==, cases[i].finish);
      g_assert_cmpint (usage.input, ==, 3);
      g_assert_null (error);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/openai-chat-answer/whole", test_whole);
  g_test_add_func ("/openai-chat-answer/no-usage", test_no_usage);
  g_test_add_func ("/openai-chat-answer/failures", test_failures);
  g_test_add_func ("/openai-chat-answer/models", test_models);
  g_test_add_func ("/openai-chat-answer/tap", test_tap);
  return g_test_run ();
}
