/* test-stream.c: the order of each dialect's stream events, as the SDKs' accumulators demand it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/relais-error.h"

#include "../dialect-kit.h"

#define C RELAIS_DIALECT_OPENAI_CHAT
#define R RELAIS_DIALECT_OPENAI_RESPONSES
#define A RELAIS_DIALECT_ANTHROPIC
#define G RELAIS_DIALECT_GEMINI

/* Thinking after text, text after a call, signatures of its own and foreign, an image. */
static const RelaisEvent events[] = {
  { .type = RELAIS_EVENT_START, .name = "m" },
  { .type = RELAIS_EVENT_TEXT, KIT_TEXT ("a") },
  { .type = RELAIS_EVENT_THINK, KIT_TEXT ("h") },
  { .type = RELAIS_EVENT_THINK, KIT_TEXT ("m") },
  { .type = RELAIS_EVENT_SIGNATURE, .origin = RELAIS_ORIGIN_ANTHROPIC, KIT_TEXT ("sig") },
  { .type = RELAIS_EVENT_REDACTED, .origin = RELAIS_ORIGIN_ANTHROPIC, KIT_TEXT ("xx") },
  { .type = RELAIS_EVENT_CALL_START, .name = "f", .id = "c", .signature = "gs", .origin = RELAIS_ORIGIN_GEMINI },
  { .type = RELAIS_EVENT_CALL_ARGS, KIT_TEXT ("{") },
  { .type = RELAIS_EVENT_CALL_ARGS, KIT_TEXT ("}") },
  { .type = RELAIS_EVENT_CALL_END },
  { .type = RELAIS_EVENT_IMAGE_OUT, .name = "image/gif", KIT_TEXT ("R0lG") },
  { .type = RELAIS_EVENT_FINISH, .finish = RELAIS_FINISH_STOP },
};

static char *
stream (RelaisDialectId dialect,
        gboolean        all)
{
  g_autoptr (RelaisPrompt) prompt = relais_prompt_new ();

  prompt->thinking = all;
  prompt->keep_signatures = all;
  prompt->show_thinking = all ? RELAIS_TRI_TRUE : RELAIS_TRI_UNSET;
  return kit_encode (dialect, prompt, RELAIS_FORM_SSE, events, G_N_ELEMENTS (events));
}

static void
expect_names (RelaisDialectId  dialect,
              gboolean         all,
              const char      *wanted)
{
  g_autofree char *text = stream (dialect, all);
  g_autofree char *names = kit_names (text);

  g_assert_cmpstr (names, ==, wanted);
}

/* The data of the events, one a line, as kit_pick() finds it at @path; "-" where there is nothing. */
static void
expect_data (RelaisDialectId  dialect,
             gboolean         all,
             const char      *path,
             const char      *wanted)
{
  g_autofree char *text = stream (dialect, all);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GString) found = g_string_new (NULL);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *value = NULL;

      if (!g_str_has_prefix (lines[i], "data: {"))
        continue;
      value = kit_pick (lines[i] + 6, path);
      g_string_append_printf (found, " %s", value != NULL ? value : "-");
    }
  g_assert_cmpuint (found->len, >, 0);
  g_assert_cmpstr (found->str + 1, ==, wanted);
}

static void
test_anthropic (void)
{
  /* text 0, thinking 1, redacted 2, the call's foreign signature 3, call 4, the image as text 5 */
  expect_names (A, TRUE, "start ping start delta stop start delta delta delta stop start stop start delta stop "
                         "start delta delta stop start delta stop delta stop");
  expect_data (A, TRUE, "index", "- - 0 0 0 1 1 1 1 1 2 2 3 3 3 4 4 4 4 5 5 5 - -");
  expect_data (A, TRUE, "delta.signature", "- - - - - - - - sig - - - - relais1.g.Z3M - - - - - - - - - -");
  expect_names (A, FALSE, "start ping start delta stop start delta delta stop start delta stop delta stop");
}

static void
test_responses (void)
{
  expect_names (R, FALSE, "created in_progress output_item.added content_part.added output_text.delta output_text.done "
                          "content_part.done output_item.done output_item.added function_call_arguments.delta "
                          "function_call_arguments.delta function_call_arguments.done output_item.done output_item.added "
                          "content_part.added output_text.delta output_text.done content_part.done output_item.done completed");
  expect_names (R, TRUE, "created in_progress output_item.added content_part.added output_text.delta output_text.done "
                         "content_part.done output_item.done output_item.added reasoning_summary_part.added "
                         "reasoning_summary_text.delta reasoning_summary_text.delta reasoning_summary_text.done "
                         "reasoning_summary_part.done output_item.done output_item.added output_item.done output_item.added "
                         "function_call_arguments.delta function_call_arguments.delta function_call_arguments.done "
                         "output_item.done output_item.added content_part.added output_text.delta output_text.done "
                         "content_part.done output_item.done completed");
  expect_data (R, FALSE, "sequence_number", "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19");
  expect_data (R, FALSE, "output_index", "- - 0 0 0 0 0 0 1 1 1 1 1 2 2 2 2 2 2 -");
  expect_data (R, FALSE, "item_id", "- - - msg_made1 msg_made1 msg_made1 msg_made1 - - fc_made3 fc_made3 fc_made3 - "
                                    "- msg_made4 msg_made4 msg_made4 msg_made4 - -");
  expect_data (R, TRUE, "item.encrypted_content", "- - - - - - - - null - - - - - relais1.a.c2ln null relais1.g.Z3M "
                                                  "- - - - - - - - - - - -");
}

static void
test_chat (void)
{
  expect_names (C, TRUE, "");
  expect_data (C, TRUE, "choices.0.delta.role", "assistant - - - - - - - -");
  expect_data (C, TRUE, "choices.0.delta.reasoning_content", "- - h m - - - - -");
  expect_data (C, TRUE, "choices.0.delta.tool_calls.0.id", "- - - - call_made1 - - - -");
  expect_data (C, TRUE, "choices.0.delta.tool_calls.0.type", "- - - - function - - - -");
  expect_data (C, TRUE, "choices.0.delta.tool_calls.0.function.arguments", "- - - -  { } - -");
  expect_data (C, TRUE, "choices.0.finish_reason", "null null null null null null null null tool_calls");
  expect_data (C, TRUE, "choices.0.delta.content", " a - - - - - ![image](data:image/gif;base64,R0lG) -");
}

static void
test_gemini (void)
{
  expect_names (G, TRUE, "");
  /* One part a chunk; the last one carries the reason. */
  expect_data (G, TRUE, "candidates.0.content.parts.1", "- - - - - - -");
  expect_data (G, TRUE, "candidates.0.content.parts.0.thought", "- true true - - - -");
  expect_data (G, TRUE, "candidates.0.content.parts.0.functionCall.name", "- - - - f - -");
  expect_data (G, TRUE, "candidates.0.content.parts.0.inlineData.data", "- - - - - R0lG -");
  expect_data (G, TRUE, "candidates.0.finishReason", "- - - - - - STOP");
  expect_data (G, FALSE, "candidates.0.content.parts.0.thought", "- - - - -");
}

/* The failure event stands alone and ends with a blank line, wherever it is put. */
static void
test_failure_events (void)
{
  static const char *const wanted[RELAIS_N_DIALECTS] = {
    [C] = "data: {\"error\":{\"message\":\"wait\",\"type\":\"rate_limit_error\",\"param\":null,"
          "\"code\":\"rate_limit_exceeded\"}}\n\ndata: [DONE]\n\n",
    [R] = "event: error\ndata: {\"type\":\"error\",\"code\":\"rate_limit_exceeded\",\"message\":\"wait\",\"param\":null,"
          "\"sequence_number\":0}\n\n",
    [A] = "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"wait\"}}\n\n",
    [G] = "data: {\"error\":{\"code\":429,\"message\":\"wait\",\"status\":\"RESOURCE_EXHAUSTED\"}}\n\n",
  };
  g_autoptr (RelaisFailure) failure = relais_failure_new (RELAIS_ERROR_RATE_LIMIT, "wait");
  g_autoptr (GString) array = g_string_new (NULL);

  for (RelaisDialectId dialect = 0; dialect < RELAIS_N_DIALECTS; dialect++)
    {
      g_autoptr (GString) out = g_string_new (NULL);

      relais_dialect_get (dialect)->encode_failure_event (failure, 429, RELAIS_FORM_SSE, out);
      g_assert_cmpstr (out->str, ==, wanted[dialect]);
    }
  relais_dialect_get (G)->encode_failure_event (failure, 429, RELAIS_FORM_ARRAY, array);
  g_assert_cmpstr (array->str, ==,
                   ",\r\n{\"error\":{\"code\":429,\"message\":\"wait\",\"status\":\"RESOURCE_EXHAUSTED\"}}]");
}

static void
test_keep_alive (void)
{
  g_assert_cmpstr (relais_dialect_get (C)->keep_alive, ==, ": ka\n\n");
  g_assert_cmpstr (relais_dialect_get (R)->keep_alive, ==, ": ka\n\n");
  g_assert_cmpstr (relais_dialect_get (A)->keep_alive, ==, "event: ping\ndata: {\"type\":\"ping\"}\n\n");
  /* A comment breaks Google's older SDK. */
  g_assert_null (relais_dialect_get (G)->keep_alive);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stream/anthropic", test_anthropic);
  g_test_add_func ("/stream/responses", test_responses);
  g_test_add_func ("/stream/chat", test_chat);
  g_test_add_func ("/stream/gemini", test_gemini);
  g_test_add_func ("/stream/failure-events", test_failure_events);
  g_test_add_func ("/stream/036-keep-alive", test_keep_alive);
  return g_test_run ();
}
