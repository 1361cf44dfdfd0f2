/* test-gemini-answer.c: whole answers, errors and lists of generateContent, and its tap
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/relais-error.h"
#include "dialects/relais-gemini.h"

#include "../dialect-kit.h"

#define DIALECT RELAIS_DIALECT_GEMINI
#define PART "candidates.0.content.parts."

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
  { .type = RELAIS_EVENT_START, .id = "r1", .name = "m" },
  { .type = RELAIS_EVENT_THINK, KIT_TEXT ("hm") },
  { .type = RELAIS_EVENT_TEXT, KIT_TEXT ("a") },
  { .type = RELAIS_EVENT_SIGNATURE, .origin = RELAIS_ORIGIN_GEMINI, KIT_TEXT ("sig") },
  { .type = RELAIS_EVENT_CALL_START, .name = "f", .id = "c", .signature = "as", .origin = RELAIS_ORIGIN_ANTHROPIC },
  { .type = RELAIS_EVENT_CALL_ARGS, KIT_TEXT ("{\"n\":12345678901234567890}") },
  { .type = RELAIS_EVENT_CALL_END },
  { .type = RELAIS_EVENT_IMAGE_OUT, .name = "image/gif", KIT_TEXT ("R0lG") },
  { .type = RELAIS_EVENT_USAGE, .usage = { 9, 4, 2, 7, 3 } },
  { .type = RELAIS_EVENT_FINISH, .finish = RELAIS_FINISH_STOP },
};

static void
test_whole (void)
{
  g_autoptr (RelaisPrompt) prompt = relais_prompt_new ();
  g_autofree char *json = NULL;
  g_autofree char *plain = NULL;

  prompt->show_thinking = RELAIS_TRI_TRUE;
  json = kit_encode (DIALECT, prompt, RELAIS_FORM_WHOLE, events, G_N_ELEMENTS (events));
  expect (json, PART "0.text", "hm");
  expect (json, PART "0.thought", "true");
  expect (json, PART "1.text", "a");
  expect (json, PART "1.thoughtSignature", "sig");
  expect (json, PART "2.functionCall.args", "{\"n\":12345678901234567890}");
  /* base64 of relais1.a.YXM */
  expect (json, PART "2.thoughtSignature", "cmVsYWlzMS5hLllYTQ==");
  expect (json, PART "3.inlineData.mimeType", "image/gif");
  expect (json, PART "4", NULL);
  expect (json, "candidates.0.finishReason", "STOP");
  expect (json, "responseId", "r1");
  expect (json, "usageMetadata.promptTokenCount", "9");
  expect (json, "usageMetadata.candidatesTokenCount", "4");
  expect (json, "usageMetadata.thoughtsTokenCount", "3");
  expect (json, "usageMetadata.cachedContentTokenCount", "4");
  expect (json, "usageMetadata.totalTokenCount", "16");
  /* The older SDK would print thoughts: only who asked gets them. */
  prompt->show_thinking = RELAIS_TRI_UNSET;
  plain = kit_encode (DIALECT, prompt, RELAIS_FORM_WHOLE, events, G_N_ELEMENTS (events));
  expect (plain, PART "0.text", "a");
  g_assert_null (strstr (plain, "hm"));
}

static void
test_failures (void)
{
  static const struct
  {
    int code;
    const char *status;
    const char *name;
  } cases[] = {
    { RELAIS_ERROR_INVALID_REQUEST, "400", "INVALID_ARGUMENT" },
    { RELAIS_ERROR_BAD_KEY, "401", "UNAUTHENTICATED" },
    { RELAIS_ERROR_FORBIDDEN, "403", "PERMISSION_DENIED" },
    { RELAIS_ERROR_MODEL_NOT_FOUND, "404", "NOT_FOUND" },
    { RELAIS_ERROR_TOO_LARGE, "413", "INVALID_ARGUMENT" },
    { RELAIS_ERROR_RATE_LIMIT, "429", "RESOURCE_EXHAUSTED" },
    { RELAIS_ERROR_INTERNAL, "500", "INTERNAL" },
    { RELAIS_ERROR_UPSTREAM, "502", "UNAVAILABLE" },
    { RELAIS_ERROR_NO_ACCOUNT, "503", "UNAVAILABLE" },
    { RELAIS_ERROR_OVERLOADED, "503", "UNAVAILABLE" },
    { RELAIS_ERROR_TIMEOUT, "504", "DEADLINE_EXCEEDED" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RelaisFailure) failure = relais_failure_new (cases[i].code, "no luck");
      g_autofree char *json = NULL;
      g_autofree char *waiting = NULL;
      gsize length;

      json = relais_dialect_encode_failure (DIALECT, failure, "req_1", &length);
      expect (json, "error.code", cases[i].status);
      expect (json, "error.status", cases[i].name);
      expect (json, "error.details", NULL);
      failure->retry_after_ms = 1050;
      waiting = relais_dialect_encode_failure (DIALECT, failure, NULL, &length);
      expect (waiting, "error.details.0.retryDelay", "1.050s");
    }
}

static void
test_models (void)
{
  static const RelaisModelInfo models[] = { { "a", "A", 0, NULL }, { "tunedModels/b", NULL, 0, NULL }, { "c", NULL, 0, NULL } };
  g_autoptr (GString) all = g_string_new (NULL);
  g_autoptr (GString) page = g_string_new (NULL);
  g_autoptr (GString) rest = g_string_new (NULL);

  relais_gemini_encode_models (models, 3, NULL, all);
  expect (all->str, "models.0.name", "models/a");
  expect (all->str, "models.1.name", "tunedModels/b");
  expect (all->str, "models.2.displayName", "c");
  expect (all->str, "nextPageToken", NULL);
  relais_gemini_encode_models (models, 3, &(RelaisListQuery){ .limit = "2" }, page);
  expect (page->str, "models.2", NULL);
  expect (page->str, "nextPageToken", "tunedModels/b");
  relais_gemini_encode_models (models, 3, &(RelaisListQuery){ .limit = "2", .after_id = "tunedModels/b" }, rest);
  expect (rest->str, "models.0.name", "models/c");
  expect (rest->str, "nextPageToken", NULL);
}

static void
test_tap (void)
{
  static const struct
  {
    const char *json;
    RelaisFinish finish;
  } cases[] = {
    { "{\"candidates\":[{\"finishReason\":\"STOP\"}]}", RELAIS_FINISH_STOP },
    { "{\"candidates\":[{\"finishReason\":\"MAX_TOKENS\"}]}", RELAIS_FINISH_LENGTH },
    { "{\"candidates\":[{\"finishReason\":\"RECITATION\"}]}", RELAIS_FINISH_FILTER },
    { "{\"candidates\":[{\"finishReason\":\"SPII\"}]}", RELAIS_FINISH_FILTER },
    { "{\"candidates\":[{\"finishReason\":\"UNEXPECTED_TOOL_CALL\"}]}", RELAIS_FINISH_BAD_CALL },
    { "{\"candidates\":[{\"finishReason\":\"OTHER\"}]}", RELAIS_FINISH_UNKNOWN },
    { "{\"promptFeedback\":{\"blockReason\":\"SAFETY\"}}", RELAIS_FINISH_FILTER },
    { "[{\"candidates\":[{}]},{\"candidates\":[{\"finishReason\":\"STOP\"}]}]", RELAIS_FINISH_STOP },
    { "{\"candidates\":[{\"content\":{}}]}", (RelaisFinish)-1 },
  };
  const char *counts = "{\"usageMetadata\":{\"promptTokenCount\":9,\"toolUsePromptTokenCount\":2,\"candidatesTokenCount\":4,"
                       "\"thoughtsTokenCount\":3,\"cachedContentTokenCount\":5}}";
  RelaisUsage usage = RELAIS_USAGE_INIT;
  char *error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      RelaisFinish finish = (RelaisFinish)-1;

      relais_gemini_tap (cases[i].json, strlen (cases[i].json), &usage, &finish, &error);
      g_assert_cmpint (finish, ==, cases[i].finish);
    }
  g_assert_false (relais_usage_is_known (&usage));
  relais_gemini_tap (counts, strlen (counts), &usage, &(RelaisFinish){ 0 }, &error);
  g_assert_cmpint (usage.input, ==, 11);
  g_assert_cmpint (usage.output, ==, 7);
  g_assert_cmpint (usage.reasoning, ==, 3);
  g_assert_cmpint (usage.cache_read, ==, 5);
  g_assert_null (error);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gemini-answer/whole", test_whole);
  g_test_add_func ("/gemini-answer/failures", test_failures);
  g_test_add_func ("/gemini-answer/models", test_models);
  g_test_add_func ("/gemini-answer/tap", test_tap);
  return g_test_run ();
}
