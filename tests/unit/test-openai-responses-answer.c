/* test-openai-responses-answer.c: whole answers of Responses, what they repeat, and its tap
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "dialects/relais-openai-responses.h"

#include "../dialect-kit.h"

#define DIALECT RELAIS_DIALECT_OPENAI_RESPONSES

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
  { .type = RELAIS_EVENT_START, .id = "resp_1", .name = "m", .created = 1795000000 },
  { .type = RELAIS_EVENT_THINK, KIT_TEXT ("hm") },
  { .type = RELAIS_EVENT_SIGNATURE, .origin = RELAIS_ORIGIN_OPENAI_RESPONSES, KIT_TEXT ("enc") },
  { .type = RELAIS_EVENT_TEXT, KIT_TEXT ("a") },
  { .type = RELAIS_EVENT_REFUSAL, KIT_TEXT ("no") },
  { .type = RELAIS_EVENT_CALL_START,
    .name = "f",
    .id = "c",
    .signature = "gs",
    .origin = RELAIS_ORIGIN_GEMINI },
  { .type = RELAIS_EVENT_CALL_END },
  { .type = RELAIS_EVENT_TEXT, KIT_TEXT ("b") },
  { .type = RELAIS_EVENT_USAGE, .usage = { 9, 4, 2, 7, 3 } },
  { .type = RELAIS_EVENT_FINISH, .finish = RELAIS_FINISH_STOP, .created = 1795000002 },
};

static void
test_whole (void)
{
  g_autoptr (RelaisPrompt) prompt = NULL;
  g_autofree char *json = NULL;

  prompt = kit_decode (
    DIALECT, "{\"model\":\"m\",\"input\":\"x\",\"include\":[\"reasoning.encrypted_content\"],"
             "\"reasoning\":{\"effort\":\"low\",\"summary\":\"auto\"},\"temperature\":0.70,"
             "\"store\":false,\"text\":{\"verbosity\":\"low\"},\"metadata\":{\"k\":\"v\"}}");
  json = kit_encode (DIALECT, prompt, RELAIS_FORM_WHOLE, events, G_N_ELEMENTS (events));
  expect (json, "status", "completed");
  expect (json, "output.0.type", "reasoning");
  expect (json, "output.0.summary.0.text", "hm");
  expect (json, "output.0.encrypted_content", "enc");
  expect (json, "output.1.type", "message");
  expect (json, "output.1.content.0.text", "a");
  expect (json, "output.1.content.1.type", "refusal");
  expect (json, "output.1.content.1.refusal", "no");
  /* A signature of a call stands in an item before it, marked as foreign. */
  expect (json, "output.2.type", "reasoning");
  expect (json, "output.2.encrypted_content", "relais1.g.Z3M");
  expect (json, "output.3.type", "function_call");
  expect (json, "output.3.arguments", "{}");
  /* Gemini's ids are not unique. */
  expect (json, "output.3.call_id", "call_made0");
  expect (json, "output.4.content.0.text", "b");
  expect (json, "output.5", NULL);
  expect (json, "usage.input_tokens", "9");
  expect (json, "usage.input_tokens_details.cached_tokens", "4");
  expect (json, "usage.output_tokens_details.reasoning_tokens", "3");
  expect (json, "usage.total_tokens", "16");
  expect (json, "reasoning.effort", "low");
  expect (json, "temperature", "0.70");
  expect (json, "store", "false");
  expect (json, "text.verbosity", "low");
  expect (json, "text.format.type", "text");
  expect (json, "metadata.k", "v");
  expect (json, "completed_at", "1795000002");
}

/* Thinking and signatures go to those who asked for them. */
static void
test_unasked (void)
{
  g_autoptr (RelaisPrompt) prompt = kit_decode (DIALECT, "{\"model\":\"m\",\"input\":\"x\"}");
  g_autofree char *json =
    kit_encode (DIALECT, prompt, RELAIS_FORM_WHOLE, events, G_N_ELEMENTS (events));

  expect (json, "output.0.type", "message");
  expect (json, "output.1.type", "function_call");
  expect (json, "output.2.type", "message");
  expect (json, "output.3", NULL);
  expect (json, "tool_choice", "auto");
  expect (json, "truncation", "disabled");
  g_assert_null (strstr (json, "hm"));
}

static void
test_ends (void)
{
  static const struct
  {
    RelaisFinish finish;
    const char *status;
    const char *reason;
  } cases[] = {
    { RELAIS_FINISH_STOP, "completed", NULL },
    { RELAIS_FINISH_STOP_SEQUENCE, "completed", NULL },
    { RELAIS_FINISH_PAUSE, "completed", NULL },
    { RELAIS_FINISH_UNKNOWN, "completed", NULL },
    { RELAIS_FINISH_LENGTH, "incomplete", "max_output_tokens" },
    { RELAIS_FINISH_FILTER, "incomplete", "content_filter" },
  };
  g_autoptr (RelaisPrompt) prompt = kit_decode (DIALECT, "{\"model\":\"m\",\"input\":\"x\"}");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const RelaisEvent end[] = { { .type = RELAIS_EVENT_START },
                                  { .type = RELAIS_EVENT_FINISH, .finish = cases[i].finish } };
      g_autofree char *json = kit_encode (DIALECT, prompt, RELAIS_FORM_WHOLE, end, 2);

      expect (json, "status", cases[i].status);
      expect (json, "incomplete_details.reason", cases[i].reason);
    }
}

static void
test_tap (void)
{
  static const struct
  {
    const char *json;
    RelaisFinish finish;
    const char *error;
  } cases[] = {
    { "{\"status\":\"completed\",\"output\":[],\"usage\":null}", RELAIS_FINISH_STOP, NULL },
    { "{\"status\":\"completed\",\"output\":[{\"type\":\"function_call\"}],\"usage\":null}",
      RELAIS_FINISH_TOOL_CALLS, NULL },
    { "{\"status\":\"completed\",\"output\":[{\"type\":\"custom_tool_call\"}],\"usage\":null}",
      RELAIS_FINISH_TOOL_CALLS, NULL },
    { "{\"response\":{\"status\":\"incomplete\",\"incomplete_details\":{\"reason\":\"max_output_"
      "tokens\"},\"usage\":null}}",
      RELAIS_FINISH_LENGTH, NULL },
    { "{\"response\":{\"status\":\"incomplete\",\"incomplete_details\":{\"reason\":\"content_"
      "filter\"},\"usage\":null}}",
      RELAIS_FINISH_FILTER, NULL },
    { "{\"response\":{\"status\":\"incomplete\",\"usage\":null}}", RELAIS_FINISH_UNKNOWN, NULL },
    { "{\"response\":{\"status\":\"in_progress\",\"usage\":null}}", (RelaisFinish)-1, NULL },
    { "{\"type\":\"response.failed\",\"response\":{\"status\":\"failed\",\"error\":{\"message\":"
      "\"no luck\"}}}",
      (RelaisFinish)-1, "no luck" },
    { "{\"type\":\"error\",\"code\":\"x\",\"message\":\"no luck\"}", (RelaisFinish)-1, "no luck" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      RelaisUsage usage = RELAIS_USAGE_INIT;
      RelaisFinish finish = (RelaisFinish)-1;
      g_autofree char *error = NULL;

      relais_openai_responses_tap (cases[i].json, strlen (cases[i].json), &usage, &finish, &error);
      g_assert_cmpint (finish, ==, cases[i].finish);
      g_assert_cmpstr (error, ==, cases[i].error);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/openai-responses-answer/whole", test_whole);
  g_test_add_func ("/openai-responses-answer/unasked", test_unasked);
  g_test_add_func ("/openai-responses-answer/ends", test_ends);
  g_test_add_func ("/openai-responses-answer/tap", test_tap);
  return g_test_run ();
}
