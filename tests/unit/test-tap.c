/* test-tap.c: what the tap reads of answers that pass by
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "dialects/relais-tap.h"

static const struct
{
  RelaisDialectId dialect;
  const char *stream;
  const char *whole;
} answers[] = {
  { RELAIS_DIALECT_OPENAI_CHAT,
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"},\"finish_reason\":null}]}\n\n"
    "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":5,\"total_tokens\":12}}\n\n"
    "data: [DONE]\n\n",
    "{\"choices\":[{\"index\":0,\"message\":{\"content\":\"x\"},\"finish_reason\":\"stop\"}],"
    "\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":5}}" },
  { RELAIS_DIALECT_OPENAI_RESPONSES,
    "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"status\":\"in_progress\",\"output\":[]}}\n\n"
    "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"status\":\"completed\",\"output\":[],"
    "\"usage\":{\"input_tokens\":7,\"output_tokens\":5}}}\n\n",
    "{\"object\":\"response\",\"status\":\"completed\",\"output\":[],\"usage\":{\"input_tokens\":7,\"output_tokens\":5}}" },
  { RELAIS_DIALECT_ANTHROPIC,
    "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":7,\"output_tokens\":1}}}\n\n"
    "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":5}}\n\n"
    "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
    "{\"type\":\"message\",\"content\":[],\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":7,\"output_tokens\":5}}" },
  { RELAIS_DIALECT_GEMINI,
    "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"x\"}]}}]}\r\n\r\n"
    "data: {\"candidates\":[{\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":7,\"candidatesTokenCount\":5}}\r\n\r\n",
    "{\"candidates\":[{\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":7,\"candidatesTokenCount\":5}}" },
};

static void
expect (RelaisTap *tap)
{
  g_assert_true (relais_tap_is_complete (tap));
  g_assert_cmpint (relais_tap_get_finish (tap), ==, RELAIS_FINISH_STOP);
  g_assert_cmpint (relais_tap_get_usage (tap)->input, ==, 7);
  g_assert_cmpint (relais_tap_get_usage (tap)->output, ==, 5);
  g_assert_null (relais_tap_get_error (tap));
}

static void
test_streams (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    for (gsize cut = 0; cut <= strlen (answers[i].stream); cut++)
      {
        g_autoptr (RelaisTap) tap = NULL;

        tap = relais_tap_new (relais_dialect_get (answers[i].dialect), RELAIS_FORM_SSE, 1 << 20);
        relais_tap_feed (tap, answers[i].stream, cut);
        relais_tap_feed (tap, answers[i].stream + cut, strlen (answers[i].stream) - cut);
        g_assert_true (relais_tap_is_between (tap));
        relais_tap_end (tap);
        expect (tap);
      }
}

static void
test_whole (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (RelaisTap) tap = NULL;

      tap = relais_tap_new (relais_dialect_get (answers[i].dialect), RELAIS_FORM_WHOLE, 1 << 20);
      for (const char *p = answers[i].whole; *p != '\0'; p++)
        {
          g_assert_false (relais_tap_is_complete (tap));
          relais_tap_feed (tap, p, 1);
        }
      g_assert_true (relais_tap_is_complete (tap));
      relais_tap_end (tap);
      expect (tap);
    }
}

static void
test_array (void)
{
  const char *body = "[{\"candidates\":[{}]},\r\n{\"candidates\":[{\"finishReason\":\"STOP\"}],"
                     "\"usageMetadata\":{\"promptTokenCount\":7,\"candidatesTokenCount\":5}}]";
  g_autoptr (RelaisTap) tap = NULL;

  tap = relais_tap_new (relais_dialect_get (RELAIS_DIALECT_GEMINI), RELAIS_FORM_WHOLE, 1 << 20);
  relais_tap_feed (tap, body, strlen (body));
  relais_tap_end (tap);
  expect (tap);
}

static void
test_cut (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (RelaisTap) tap = NULL;
      const char *second = strstr (answers[i].stream, i == 3 ? "\r\n\r\n" : "\n\n") + (i == 3 ? 4 : 2);

      tap = relais_tap_new (relais_dialect_get (answers[i].dialect), RELAIS_FORM_SSE, 1 << 20);
      relais_tap_feed (tap, answers[i].stream, second - answers[i].stream);
      g_assert_true (relais_tap_is_between (tap));
      relais_tap_feed (tap, second, 10);
      g_assert_false (relais_tap_is_between (tap));
      relais_tap_end (tap);
      g_assert_false (relais_tap_is_complete (tap));
    }
}

/* A reason is not the end: Anthropic says when it stopped, Chat has a reason for each choice. */
static void
test_reason_is_no_end (void)
{
  static const char *const stop = "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":"
                                  "{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":5}}\n\n";
  static const char *const first = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":null}]}\n\n"
                                   "data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"b\"},\"finish_reason\":null}]}\n\n"
                                   "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
  static const char *const second = "data: {\"choices\":[{\"index\":1,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
  g_autoptr (RelaisTap) anthropic = NULL, chat = NULL;

  anthropic = relais_tap_new (relais_dialect_get (RELAIS_DIALECT_ANTHROPIC), RELAIS_FORM_SSE,
                              1 << 20);
  relais_tap_feed (anthropic, stop, strlen (stop));
  g_assert_false (relais_tap_is_complete (anthropic));
  relais_tap_feed (anthropic, "data: {\"type\":\"message_stop\"}\n\n", 32);
  g_assert_true (relais_tap_is_complete (anthropic));

  chat = relais_tap_new (relais_dialect_get (RELAIS_DIALECT_OPENAI_CHAT), RELAIS_FORM_SSE, 1 << 20);
  relais_tap_feed (chat, first, strlen (first));
  g_assert_false (relais_tap_is_complete (chat));
  relais_tap_feed (chat, second, strlen (second));
  g_assert_true (relais_tap_is_complete (chat));
}

static void
test_errors (void)
{
  static const struct
  {
    RelaisDialectId dialect;
    const char *body;
  } cases[] = {
    { RELAIS_DIALECT_OPENAI_CHAT, "{\"error\":{\"message\":\"no luck\",\"type\":\"x\"}}" },
    { RELAIS_DIALECT_OPENAI_RESPONSES, "{\"error\":{\"message\":\"no luck\"}}" },
    { RELAIS_DIALECT_ANTHROPIC, "{\"type\":\"error\",\"error\":{\"type\":\"x\",\"message\":\"no luck\"}}" },
    { RELAIS_DIALECT_GEMINI, "{\"error\":{\"code\":500,\"message\":\"no luck\"}}" },
    /* servers made with FastAPI */
    { RELAIS_DIALECT_OPENAI_CHAT, "{\"detail\":\"no luck\"}" },
    { RELAIS_DIALECT_OPENAI_RESPONSES, "{\"detail\":\"no luck\"}" },
    { RELAIS_DIALECT_ANTHROPIC, "{\"detail\":[{\"msg\":\"no luck\"}]}" },
    { RELAIS_DIALECT_GEMINI, "{\"detail\":[{\"msg\":\"no luck\"}]}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RelaisTap) tap = NULL;

      tap = relais_tap_new (relais_dialect_get (cases[i].dialect), RELAIS_FORM_WHOLE, 1 << 20);
      relais_tap_feed (tap, cases[i].body, strlen (cases[i].body));
      relais_tap_end (tap);
      g_assert_cmpstr (relais_tap_get_error (tap), ==, "no luck");
      g_assert_true (relais_tap_is_complete (tap));
    }
}

/* More than it may hold makes it blind, not fat, and never claims a cut it did not see. */
static void
test_bounds (void)
{
  g_autofree char *block = g_strnfill (1024, 'x');
  g_autoptr (RelaisTap) whole = NULL, stream = NULL, garbage = NULL;

  whole = relais_tap_new (relais_dialect_get (RELAIS_DIALECT_ANTHROPIC), RELAIS_FORM_WHOLE, 4096);
  stream = relais_tap_new (relais_dialect_get (RELAIS_DIALECT_ANTHROPIC), RELAIS_FORM_SSE, 4096);
  relais_tap_feed (stream, "data: ", 6);
  relais_tap_feed (whole, "{\"x\":\"\\\"]", 9);
  for (guint i = 0; i < 8; i++)
    {
      relais_tap_feed (whole, block, 1024);
      relais_tap_feed (stream, block, 1024);
    }
  relais_tap_end (whole);
  relais_tap_end (stream);
  g_assert_false (relais_tap_is_complete (whole));
  relais_tap_feed (whole, "\"}", 2);
  g_assert_true (relais_tap_is_complete (whole));
  g_assert_true (relais_tap_is_complete (stream));
  g_assert_false (relais_usage_is_known (relais_tap_get_usage (whole)));

  garbage = relais_tap_new (relais_dialect_get (RELAIS_DIALECT_GEMINI), RELAIS_FORM_SSE, 4096);
  relais_tap_feed (garbage, "data: \xff\xfe{{{\n\ndata: 7\n\n\n\n", 22);
  relais_tap_end (garbage);
  g_assert_false (relais_tap_is_complete (garbage));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tap/streams", test_streams);
  g_test_add_func ("/tap/whole", test_whole);
  g_test_add_func ("/tap/array", test_array);
  g_test_add_func ("/tap/cut", test_cut);
  g_test_add_func ("/tap/errors", test_errors);
  g_test_add_func ("/tap/bounds", test_bounds);
  g_test_add_func ("/tap/reason-is-no-end", test_reason_is_no_end);
  return g_test_run ();
}
