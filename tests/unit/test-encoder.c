/* test-encoder.c: what all encoders do alike: order, ids, signatures, arguments, bounds
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/relais-error.h"
#include "dialects/relais-encoder-private.h"

#include "../dialect-kit.h"

#define MEBIBYTE (1024 * 1024)
#define C RELAIS_DIALECT_OPENAI_CHAT
#define R RELAIS_DIALECT_OPENAI_RESPONSES
#define A RELAIS_DIALECT_ANTHROPIC
#define G RELAIS_DIALECT_GEMINI

static RelaisPrompt *
ask (void)
{
  RelaisPrompt *prompt = relais_prompt_new ();

  prompt->model = g_strdup ("asked-for");
  prompt->thinking = TRUE;
  prompt->show_thinking = RELAIS_TRI_TRUE;
  prompt->keep_signatures = TRUE;
  return prompt;
}

#define encode(dialect, form, events) \
 kit_encode ((dialect), prompt, (form), (events), G_N_ELEMENTS (events))

/* What makes no sense after what came before is passed over. */
static void
test_nonsense (void)
{
  static const RelaisEvent events[] = {
    { .type = RELAIS_EVENT_START, .name = "m" },
    { .type = RELAIS_EVENT_CALL_ARGS, .call = 0, KIT_TEXT ("lost") },
    { .type = RELAIS_EVENT_CALL_END, .call = 0 },
    { .type = RELAIS_EVENT_CALL_START, .call = 1, .name = "skipped" },
    { .type = RELAIS_EVENT_TEXT, .text = "", .length = 0 },
    { .type = RELAIS_EVENT_TEXT },
    { .type = RELAIS_EVENT_CALL_START, .call = 0, .name = "f" },
    { .type = RELAIS_EVENT_CALL_START, .call = 0, .name = "again" },
    { .type = RELAIS_EVENT_CALL_END, .call = 0 },
    { .type = RELAIS_EVENT_CALL_END, .call = 0 },
    { .type = RELAIS_EVENT_CALL_ARGS, .call = 0, KIT_TEXT ("late") },
    { .type = RELAIS_EVENT_START, .name = "other" },
    { .type = RELAIS_EVENT_OPAQUE, .origin = RELAIS_ORIGIN_NONE, KIT_TEXT ("{}") },
    { .type = RELAIS_EVENT_FINISH, .finish = RELAIS_FINISH_STOP },
    { .type = RELAIS_EVENT_TEXT, KIT_TEXT ("after the end") },
    { .type = RELAIS_EVENT_FINISH, .finish = RELAIS_FINISH_STOP },
  };
  static const RelaisEvent sense[] = {
    { .type = RELAIS_EVENT_START, .name = "m" },
    { .type = RELAIS_EVENT_CALL_START, .call = 0, .name = "f" },
    { .type = RELAIS_EVENT_CALL_END, .call = 0 },
    { .type = RELAIS_EVENT_FINISH, .finish = RELAIS_FINISH_STOP },
  };
  g_autoptr (RelaisPrompt) prompt = ask ();

  for (RelaisDialectId dialect = 0; dialect < RELAIS_N_DIALECTS; dialect++)
    for (RelaisForm form = RELAIS_FORM_WHOLE; form <= RELAIS_FORM_SSE; form++)
      {
        g_autofree char *made = encode (dialect, form, events);
        g_autofree char *wanted = encode (dialect, form, sense);

        g_assert_cmpstr (made, ==, wanted);
      }
}

/* What signs a text is for Gemini alone: thoughts made to carry it would end the answer. */
static void
test_signed_text (void)
{
  static const RelaisEvent events[] = {
    { .type = RELAIS_EVENT_START, .name = "m" },
    { .type = RELAIS_EVENT_THINK, KIT_TEXT ("hm") },
    { .type = RELAIS_EVENT_SIGNATURE, .origin = RELAIS_ORIGIN_GEMINI, KIT_TEXT ("thought") },
    { .type = RELAIS_EVENT_TEXT, KIT_TEXT ("words") },
    { .type = RELAIS_EVENT_FINISH, .finish = RELAIS_FINISH_STOP },
  };
  static const RelaisEvent signed_text[] = {
    { .type = RELAIS_EVENT_START, .name = "m" },
    { .type = RELAIS_EVENT_THINK, KIT_TEXT ("hm") },
    { .type = RELAIS_EVENT_SIGNATURE, .origin = RELAIS_ORIGIN_GEMINI, KIT_TEXT ("thought") },
    { .type = RELAIS_EVENT_TEXT, KIT_TEXT ("words") },
    { .type = RELAIS_EVENT_SIGNATURE, .origin = RELAIS_ORIGIN_GEMINI, KIT_TEXT ("text") },
    { .type = RELAIS_EVENT_FINISH, .finish = RELAIS_FINISH_STOP },
  };
  g_autoptr (RelaisPrompt) prompt = ask ();

  for (RelaisDialectId dialect = 0; dialect < RELAIS_N_DIALECTS; dialect++)
    for (RelaisForm form = RELAIS_FORM_WHOLE; form <= RELAIS_FORM_SSE; form++)
      {
        g_autofree char *made = encode (dialect, form, signed_text);
        g_autofree char *wanted = encode (dialect, form, events);

        if (dialect == G)
          g_assert_cmpstr (made, !=, wanted);
        else
          g_assert_cmpstr (made, ==, wanted);
      }
}

/* START waits for what comes after usage, so that a failure can still have a status. */
static void
test_start_waits (void)
{
  static const RelaisEvent events[] = {
    { .type = RELAIS_EVENT_START, .name = "m" },
    { .type = RELAIS_EVENT_USAGE, .usage = { 1, -1, -1, -1, -1 } },
  };
  g_autoptr (RelaisPrompt) prompt = ask ();

  for (RelaisDialectId dialect = 0; dialect < RELAIS_N_DIALECTS; dialect++)
    {
      g_autofree char *made = encode (dialect, RELAIS_FORM_SSE, events);

      g_assert_cmpstr (made, ==, "");
    }
}

static void
test_ids (void)
{
  g_autofree char *fits = g_strnfill (64, 'a');
  g_autofree char *long_one = g_strnfill (65, 'a');
  g_autoptr (RelaisPrompt) prompt = ask ();
  const char *const given[] = { fits, "own_1", "own_1", long_one,
                                "", NULL, "with space", "caf\303\251" };
  const char *const wanted[] = { fits, "own_1", "call_made1", "call_made2",
                                 "call_made3", "call_made4", "call_made5", "call_made6" };
  RelaisEvent events[2 + 2 * G_N_ELEMENTS (given)] = { { .type = RELAIS_EVENT_START,
                                                         .id = "strange id" } };
  g_autofree char *made = NULL;
  g_autofree char *id = NULL;
  g_autofree char *model = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (given); i++)
    {
      events[1 + 2 * i] =
        (RelaisEvent){ .type = RELAIS_EVENT_CALL_START, .call = i, .id = given[i], .name = "f" };
      events[2 + 2 * i] = (RelaisEvent){ .type = RELAIS_EVENT_CALL_END, .call = i };
    }
  events[G_N_ELEMENTS (events) - 1] = (RelaisEvent){ .type = RELAIS_EVENT_FINISH };
  made = encode (C, RELAIS_FORM_WHOLE, events);
  id = kit_pick (made, "id");
  model = kit_pick (made, "model");
  g_assert_cmpstr (id, ==, "chatcmpl-made0");
  g_assert_cmpstr (model, ==, "asked-for");
  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    {
      g_autofree char *path = g_strdup_printf ("choices.0.message.tool_calls.%u.id", i);
      g_autofree char *call = kit_pick (made, path);

      g_assert_cmpstr (call, ==, wanted[i]);
    }
}

static void
test_seal (void)
{
  static const struct
  {
    RelaisDialectId dialect;
    RelaisOrigin origin;
    const char *sealed;
  } cases[] = {
    { A, RELAIS_ORIGIN_ANTHROPIC, "~?>s\xc3\xbf" },
    { G, RELAIS_ORIGIN_GEMINI, "~?>s\xc3\xbf" },
    { A, RELAIS_ORIGIN_GEMINI, "relais1.g.fj8-c8O_" },
    { A, RELAIS_ORIGIN_OPENAI_RESPONSES, "relais1.r.fj8-c8O_" },
    { R, RELAIS_ORIGIN_ANTHROPIC, "relais1.a.fj8-c8O_" },
    { G, RELAIS_ORIGIN_ANTHROPIC, "cmVsYWlzMS5hLmZqOC1jOE9f" },
  };
  g_autoptr (RelaisPrompt) prompt = ask ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      RelaisEncoder *encoder = NULL;
      g_autofree char *sealed = NULL;

      encoder =
        relais_dialect_get (cases[i].dialect)->encoder_new (prompt, RELAIS_FORM_WHOLE, NULL, NULL);
      sealed = relais_encoder_seal (encoder, "~?>s\xc3\xbf", cases[i].origin);
      g_assert_cmpstr (sealed, ==, cases[i].sealed);
      relais_encoder_free (encoder);
    }
}

static void
test_args (void)
{
  static const struct
  {
    const char *args;
    gboolean custom;
    const char *wanted;
  } cases[] = {
    { "", FALSE, "{\"args\":{}}" },
    { "{\"a\":12345678901234567890}", FALSE, "{\"args\":{\"a\":12345678901234567890}}" },
    { " {\"a\" : 1} ", FALSE, "{\"args\":{\"a\" : 1}}" },
    { "[1.50]", FALSE, "{\"args\":{\"value\":[1.50]}}" },
    { "\"x\"", FALSE, "{\"args\":{\"value\":\"x\"}}" },
    { "null", FALSE, "{\"args\":{\"value\":null}}" },
    { "{\"a\":", FALSE, "{\"args\":{\"_raw\":\"{\\\"a\\\":\"}}" },
    { "{}", TRUE, "{\"args\":{\"input\":\"{}\"}}" },
    { "", TRUE, "{\"args\":{\"input\":\"\"}}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) out = g_string_new (NULL);
      RelaisJsonWriter writer;

      relais_json_writer_init (&writer, out);
      relais_json_writer_object (&writer, NULL);
      relais_encoder_write_args (&writer, "args", cases[i].args, -1, cases[i].custom);
      relais_json_writer_end_object (&writer);
      g_assert_cmpstr (out->str, ==, cases[i].wanted);
    }
}

/* Pushes text until the encoder has had enough; the mebibytes it took. */
static guint
fill (RelaisDialectId dialect,
      RelaisForm      form,
      gboolean        in_call)
{
  g_autofree char *block = g_strnfill (MEBIBYTE, 'x');
  g_autoptr (RelaisPrompt) prompt = ask ();
  const RelaisDialect *kind = relais_dialect_get (dialect);
  const RelaisEvent start = { .type = RELAIS_EVENT_START, .id = "x" };
  const RelaisEvent call = { .type = RELAIS_EVENT_CALL_START, .id = "x", .name = "f" };
  const RelaisEvent text = { .type = RELAIS_EVENT_TEXT, .text = block, .length = MEBIBYTE };
  const RelaisEvent finish = { .type = RELAIS_EVENT_FINISH };
  g_autoptr (GString) out = g_string_new (NULL);
  RelaisEncoder *encoder = kind->encoder_new (prompt, form, NULL, NULL);
  guint count = 0;

  encoder->begun = TRUE;
  encoder->id = g_strdup ("x");
  encoder->model = g_strdup ("m");
  kind->encoder_push (encoder, &start, out);
  if (in_call)
    kind->encoder_push (encoder, &call, out);
  for (; count < 80 && !encoder->ended; count++)
    {
      g_string_truncate (out, 0);
      kind->encoder_push (encoder, &text, out);
    }
  if (encoder->ended)
    {
      g_assert_cmpint (strstr (out->str, "larger than Relais may hold") != NULL, ==,
                       form != RELAIS_FORM_WHOLE);
      g_assert_cmpuint (encoder->held.length, ==, 0);
      g_string_truncate (out, 0);
      kind->encoder_push (encoder, &finish, out);
      g_assert_cmpuint (out->len, ==, 0);
    }
  kind->encoder_free (encoder);
  return count;
}

static void
test_bounds (void)
{
  /* What is kept is bounded: whole answers, held events; what passes through is not. */
  g_assert_cmpuint (fill (A, RELAIS_FORM_WHOLE, FALSE), ==,
                    RELAIS_ENCODER_MAX_KEPT_BYTES / MEBIBYTE + 1);
  g_assert_cmpuint (fill (C, RELAIS_FORM_WHOLE, FALSE), ==,
                    RELAIS_ENCODER_MAX_KEPT_BYTES / MEBIBYTE + 1);
  g_assert_cmpuint (fill (A, RELAIS_FORM_SSE, TRUE), ==, RELAIS_ENCODER_MAX_KEPT_BYTES / MEBIBYTE);
  g_assert_cmpuint (fill (G, RELAIS_FORM_ARRAY, TRUE), ==,
                    RELAIS_ENCODER_MAX_KEPT_BYTES / MEBIBYTE);
  g_assert_cmpuint (fill (A, RELAIS_FORM_SSE, FALSE), ==, 80);
  g_assert_cmpuint (fill (C, RELAIS_FORM_SSE, TRUE), ==, 80);
}

/* 512 calls at once, each with many fragments in turn, come out in a row. */
static void
test_calls (void)
{
  g_autoptr (GArray) events = g_array_new (FALSE, FALSE, sizeof (RelaisEvent));
  RelaisEvent event = { .type = RELAIS_EVENT_START };
  g_autoptr (RelaisPrompt) prompt = ask ();
  g_autofree char *stream = NULL;
  g_autofree char *too_many = NULL;
  const char *at = NULL;
  guint count = 0;

  g_array_append_val (events, event);
  event = (RelaisEvent){ .type = RELAIS_EVENT_CALL_START, .name = "f" };
  for (event.call = 0; event.call < 512; event.call++)
    g_array_append_val (events, event);
  event = (RelaisEvent){ .type = RELAIS_EVENT_CALL_ARGS, KIT_TEXT (" ") };
  for (guint i = 0; i < 300; i++)
    for (event.call = 0; event.call < 512; event.call++)
      g_array_append_val (events, event);
  event = (RelaisEvent){ .type = RELAIS_EVENT_FINISH };
  g_array_append_val (events, event);
  stream =
    kit_encode (A, prompt, RELAIS_FORM_SSE, &g_array_index (events, RelaisEvent, 0), events->len);
  for (at = stream; (at = strstr (at, "\"type\":\"tool_use\"")) != NULL; at++)
    count++;
  g_assert_cmpuint (count, ==, 512);
  g_assert_true (
    g_str_has_suffix (stream, "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"));

  event = (RelaisEvent){ .type = RELAIS_EVENT_CALL_START, .call = 512, .name = "f" };
  g_array_insert_val (events, 513, event);
  too_many =
    kit_encode (A, prompt, RELAIS_FORM_SSE, &g_array_index (events, RelaisEvent, 0), events->len);
  g_assert_nonnull (strstr (too_many, "event: error\n"));
  g_assert_null (strstr (too_many, "message_stop"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/encoder/nonsense", test_nonsense);
  g_test_add_func ("/encoder/start-waits", test_start_waits);
  g_test_add_func ("/encoder/signed-text", test_signed_text);
  g_test_add_func ("/encoder/ids", test_ids);
  g_test_add_func ("/encoder/seal", test_seal);
  g_test_add_func ("/encoder/args", test_args);
  g_test_add_func ("/encoder/bounds", test_bounds);
  g_test_add_func ("/encoder/calls", test_calls);
  return g_test_run ();
}
