/* test-practice.c: the built-in upstream says what it was asked to, and stops when told
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/relais-error.h"
#include "base/relais-json.h"
#include "upstream/relais-practice-plan.h"
#include "upstream/relais-practice.h"

typedef struct
{
  GMainContext   *context;
  RelaisPractice *practice;
  GString *shape; /* a letter an event */
  GString *text;  /* all TEXT */
  GString        *thinking;
  GString        *args[4];
  char           *names[4];
  RelaisUsage     usage;
  RelaisFinish    finish;
  RelaisFailure  *failure;
  guint           n_events;
  guint stop_after; /* frees the work from inside the callback */
  guint           pause_after;
  gboolean        ended;
  char           *model;
} Seen;

static void
note_cb (const RelaisEvent *event,
         gpointer           user_data)
{
  static const char letters[] = "StKsrfCAEiUFX?";
  Seen *seen = user_data;

  g_assert_false (seen->ended);
  seen->n_events++;
  if (seen->shape->len == 0 || seen->shape->str[seen->shape->len - 1] != letters[event->type])
    g_string_append_c (seen->shape, letters[event->type]);
  switch (event->type)
    {
    case RELAIS_EVENT_START:
      seen->model = g_strdup (event->name);
      g_assert_cmpint (event->created, >, 1700000000);
      break;
    case RELAIS_EVENT_TEXT:
      g_assert_cmpuint (event->length, >, 0);
      g_assert_cmpuint (strlen (event->text), ==, event->length);
      g_assert_true (g_utf8_validate (event->text, event->length, NULL));
      g_string_append (seen->text, event->text);
      break;
    case RELAIS_EVENT_THINK:
      g_string_append (seen->thinking, event->text);
      break;
    case RELAIS_EVENT_CALL_START:
      seen->names[event->call] = g_strdup (event->name);
      seen->args[event->call] = g_string_new (NULL);
      break;
    case RELAIS_EVENT_CALL_ARGS:
      g_string_append (seen->args[event->call], event->text);
      break;
    case RELAIS_EVENT_USAGE:
      relais_usage_update (&seen->usage, &event->usage);
      break;
    case RELAIS_EVENT_FINISH:
      seen->finish = event->finish;
      seen->ended = TRUE;
      break;
    case RELAIS_EVENT_ERROR:
      seen->failure = relais_failure_copy (event->failure);
      seen->ended = TRUE;
      break;
    case RELAIS_EVENT_SIGNATURE:
    case RELAIS_EVENT_REDACTED:
    case RELAIS_EVENT_REFUSAL:
    case RELAIS_EVENT_CALL_END:
    case RELAIS_EVENT_IMAGE_OUT:
    case RELAIS_EVENT_OPAQUE:
    default:
      break;
    }
  if (seen->n_events == seen->stop_after)
    {
      g_clear_pointer (&seen->practice, relais_practice_free);
      seen->ended = TRUE;
    }
  if (seen->n_events == seen->pause_after)
    relais_practice_set_paused (seen->practice, TRUE);
}

static void
begin (Seen               *seen,
       const RelaisPrompt *prompt)
{
  seen->context = g_main_context_new ();
  seen->shape = g_string_new (NULL);
  seen->text = g_string_new (NULL);
  seen->thinking = g_string_new (NULL);
  relais_usage_clear (&seen->usage);
  g_main_context_push_thread_default (seen->context);
  seen->practice = relais_practice_start (prompt, note_cb, seen);
  g_assert_cmpuint (seen->n_events, ==, 0);
}

static void
run (Seen *seen)
{
  while (!seen->ended)
    g_main_context_iteration (seen->context, TRUE);
  while (g_main_context_iteration (seen->context, FALSE))
    ;
}

static void
end (Seen *seen)
{
  relais_practice_free (seen->practice);
  while (g_main_context_iteration (seen->context, FALSE))
    ;
  g_main_context_pop_thread_default (seen->context);
  g_main_context_unref (seen->context);
  g_string_free (seen->shape, TRUE);
  g_string_free (seen->text, TRUE);
  g_string_free (seen->thinking, TRUE);
  for (guint i = 0; i < 4; i++)
    {
      g_free (seen->names[i]);
      if (seen->args[i] != NULL)
        g_string_free (seen->args[i], TRUE);
    }
  relais_failure_free (seen->failure);
  g_free (seen->model);
}

static RelaisPrompt *
ask (const char *text)
{
  RelaisPrompt *prompt = relais_prompt_new ();

  prompt->model = g_strdup ("some-model");
  g_ptr_array_add (relais_prompt_add_message (prompt, RELAIS_ROLE_USER)->parts,
                   relais_part_new_text (text));
  return prompt;
}

static void
offer (RelaisPrompt *prompt,
       const char   *name,
       const char   *schema)
{
  relais_prompt_add_tool (prompt, RELAIS_TOOL_FUNCTION, name)->schema = g_strdup (schema);
}

static void
test_plain (void)
{
  g_autoptr (RelaisPrompt) prompt = ask ("caf\303\251 \360\237\246\212");
  Seen seen = { 0 };

  begin (&seen, prompt);
  run (&seen);
  g_assert_cmpstr (seen.shape->str, ==, "SUtUF");
  g_assert_cmpstr (seen.model, ==, "some-model");
  g_assert_nonnull (strstr (seen.text->str, "practice account"));
  g_assert_nonnull (strstr (seen.text->str, "some-model"));
  g_assert_nonnull (strstr (seen.text->str, "“caf\303\251 \360\237\246\212”"));
  g_assert_cmpint (seen.finish, ==, RELAIS_FINISH_STOP);
  g_assert_cmpint (seen.usage.input, >, 0);
  g_assert_cmpint (seen.usage.output, ==, (gint64)(seen.text->len + 3) / 4);
  end (&seen);
}

static void
test_long_quote (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (RelaisPrompt) prompt = NULL;
  Seen seen = { 0 };

  for (guint i = 0; i < 5000; i++)
    g_string_append (text, "\360\237\246\212");
  prompt = ask (text->str);
  begin (&seen, prompt);
  run (&seen);
  g_assert_cmpuint (seen.text->len, <, 1024);
  g_assert_nonnull (strstr (seen.text->str, "…”"));
  end (&seen);
}

static void
test_attachment (void)
{
  g_autoptr (RelaisPrompt) prompt = ask ("look");
  RelaisPart *image = relais_part_new (RELAIS_PART_IMAGE);
  Seen seen = { 0 };

  image->mime = g_strdup ("image/png");
  image->data = g_strdup ("AAAAAAAAAAAA");
  g_ptr_array_add (((RelaisMessage *)g_ptr_array_index (prompt->messages, 0))->parts, image);
  begin (&seen, prompt);
  run (&seen);
  g_assert_nonnull (strstr (seen.text->str, "image, image/png, 9 bytes"));
  end (&seen);
}

static void
test_tool (void)
{
  static const char schema[] =
    "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"},\"unit\":{\"enum\":[\"c\",\"f\"]},"
    "\"days\":{\"type\":\"integer\",\"minimum\":3},\"x\":{\"type\":\"boolean\"}},\"required\":[\"city\",\"unit\",\"days\"]}";
  g_autoptr (RelaisPrompt) prompt = ask ("PRACTICE tool please");
  Seen seen = { 0 };

  relais_prompt_add_tool (prompt, RELAIS_TOOL_HOSTED, "web_search");
  offer (prompt, "get_weather", schema);
  offer (prompt, "other", NULL);
  begin (&seen, prompt);
  run (&seen);
  g_assert_cmpstr (seen.shape->str, ==, "SUtCAEUF");
  g_assert_cmpstr (seen.names[0], ==, "get_weather");
  g_assert_cmpstr (seen.args[0]->str, ==, "{\"city\":\"practice\",\"unit\":\"c\",\"days\":3}");
  end (&seen);
}

static void
test_tools (void)
{
  g_autoptr (RelaisPrompt) prompt = ask ("PRACTICE tools");
  g_autoptr (RelaisPrompt) alone = ask ("PRACTICE tools");
  g_autoptr (RelaisPrompt) serial = ask ("PRACTICE tools");
  Seen two = { 0 };
  Seen twice = { 0 };
  Seen once = { 0 };

  offer (prompt, "a", NULL);
  offer (prompt, "b", NULL);
  begin (&two, prompt);
  run (&two);
  g_assert_cmpstr (two.shape->str, ==, "SUtCAECAEUF");
  g_assert_cmpstr (two.names[0], ==, "a");
  g_assert_cmpstr (two.names[1], ==, "b");
  g_assert_cmpstr (two.args[1]->str, ==, "{}");
  end (&two);

  offer (alone, "a", "{\"properties\":{\"q\":{\"type\":\"STRING\"}}}");
  begin (&twice, alone);
  run (&twice);
  g_assert_cmpstr (twice.names[1], ==, "a");
  g_assert_cmpstr (twice.args[0]->str, ==, "{\"q\":\"practice\"}");
  g_assert_cmpstr (twice.args[1]->str, ==, "{\"q\":\"practice 2\"}");
  end (&twice);

  offer (serial, "a", NULL);
  serial->parallel_tools = RELAIS_TRI_FALSE;
  begin (&once, serial);
  run (&once);
  g_assert_cmpstr (once.shape->str, ==, "SUtCAEUF");
  end (&once);
}

static void
test_no_tool (void)
{
  g_autoptr (RelaisPrompt) prompt = ask ("PRACTICE tool");
  g_autoptr (RelaisPrompt) forbidden = ask ("PRACTICE tool");
  Seen seen = { 0 };
  Seen refused = { 0 };

  begin (&seen, prompt);
  run (&seen);
  g_assert_cmpstr (seen.shape->str, ==, "SUtUF");
  g_assert_nonnull (strstr (seen.text->str, "offers no tool"));
  end (&seen);

  offer (forbidden, "a", NULL);
  forbidden->tool_choice = RELAIS_TOOL_CHOICE_NONE;
  begin (&refused, forbidden);
  run (&refused);
  g_assert_cmpstr (refused.shape->str, ==, "SUtUF");
  g_assert_nonnull (strstr (refused.text->str, "forbids"));
  end (&refused);
}

static void
test_choice (void)
{
  g_autoptr (RelaisPrompt) named = ask ("hello");
  Seen seen = { 0 };

  offer (named, "a", NULL);
  offer (named, "b", NULL);
  named->tool_choice = RELAIS_TOOL_CHOICE_NAMED;
  named->tool_choice_name = g_strdup ("b");
  begin (&seen, named);
  run (&seen);
  g_assert_cmpstr (seen.shape->str, ==, "SUtCAEUF");
  g_assert_cmpstr (seen.names[0], ==, "b");
  end (&seen);
}

static void
test_results (void)
{
  g_autoptr (RelaisPrompt) prompt = ask ("PRACTICE tool");
  RelaisPart *call = relais_part_new (RELAIS_PART_TOOL_CALL);
  RelaisPart *result = relais_part_new (RELAIS_PART_TOOL_RESULT);
  Seen seen = { 0 };

  offer (prompt, "get_weather", NULL);
  call->id = g_strdup ("c1");
  call->name = g_strdup ("get_weather");
  g_ptr_array_add (relais_prompt_add_message (prompt, RELAIS_ROLE_ASSISTANT)->parts, call);
  result->id = g_strdup ("c1");
  result->name = g_strdup ("get_weather");
  g_ptr_array_add (result->content, relais_part_new_text ("18 degrees"));
  g_ptr_array_add (relais_prompt_add_message (prompt, RELAIS_ROLE_USER)->parts, result);
  begin (&seen, prompt);
  run (&seen);
  g_assert_cmpstr (seen.shape->str, ==, "SUtUF");
  g_assert_nonnull (strstr (seen.text->str, "get_weather gave “18 degrees”"));
  end (&seen);
}

static void
test_think (void)
{
  g_autoptr (RelaisPrompt) prompt = ask ("  PRACTICE think");
  Seen seen = { 0 };

  begin (&seen, prompt);
  run (&seen);
  g_assert_cmpstr (seen.shape->str, ==, "SUKstUF");
  g_assert_cmpint (seen.usage.reasoning, >, 0);
  g_assert_cmpint (seen.usage.output, >, seen.usage.reasoning);
  end (&seen);
}

static void
test_slow (void)
{
  g_autoptr (RelaisPrompt) prompt = ask ("PRACTICE slow 3 20");
  Seen seen = { 0 };
  gint64 start = g_get_monotonic_time ();

  begin (&seen, prompt);
  run (&seen);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 3 * 20 * 1000);
  g_assert_true (g_str_has_suffix (seen.text->str, "piece 1 of 3, piece 2 of 3, piece 3 of 3."));
  g_assert_cmpuint (seen.n_events, ==, 2 + 3 + 2);
  end (&seen);
}

static void
test_cut (void)
{
  g_autoptr (RelaisPrompt) prompt = ask ("PRACTICE cut");
  Seen seen = { 0 };

  begin (&seen, prompt);
  run (&seen);
  g_assert_cmpstr (seen.shape->str, ==, "SUtX");
  g_assert_cmpint (seen.failure->code, ==, RELAIS_ERROR_UPSTREAM);
  end (&seen);
}

static void
test_status (void)
{
  static const guint statuses[] = { 400, 401, 403, 404, 418, 429, 500, 503, 529, 599 };

  for (gsize i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      g_autofree char *text = g_strdup_printf ("PRACTICE status %u", statuses[i]);
      g_autoptr (RelaisPrompt) prompt = ask (text);
      Seen seen = { 0 };

      begin (&seen, prompt);
      run (&seen);
      g_assert_cmpstr (seen.shape->str, ==, "X");
      g_assert_cmpuint (seen.failure->status, ==, statuses[i]);
      g_assert_cmpint (seen.failure->retry_after_ms, ==, statuses[i] == 429 ? 20000 : -1);
      end (&seen);
    }
}

static void
test_bounds (void)
{
  static const struct
  {
    const char *text;
    gsize length;
  } cases[] = {
    { "PRACTICE long 1", 1 },
    { "PRACTICE long 0", 1 },
    { "PRACTICE long 1000000", 1000000 },
    { "PRACTICE long 99999999999999999999", RELAIS_PRACTICE_MAX_TEXT_BYTES },
    { "PRACTICE long", 1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RelaisPrompt) prompt = ask (cases[i].text);
      Seen seen = { 0 };

      begin (&seen, prompt);
      run (&seen);
      g_assert_cmpuint (seen.text->len, ==, cases[i].length);
      g_assert_cmpuint (seen.n_events, <, 1000);
      end (&seen);
    }
}

static void
test_help (void)
{
  static const char *const texts[] = { "PRACTICE", "PRACTICE dance", "PRACTICE status 700",
                                       "PRACTICE status", "PRACTICE, please" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (RelaisPrompt) prompt = ask (texts[i]);
      Seen seen = { 0 };

      begin (&seen, prompt);
      run (&seen);
      g_assert_nonnull (strstr (seen.text->str, "It understands"));
      end (&seen);
    }
}

/* Freed from inside the callback at every event, and from outside at once. */
static void
test_free (void)
{
  for (guint stop = 0; stop < 12; stop++)
    {
      g_autoptr (RelaisPrompt) prompt = ask ("PRACTICE think");
      Seen seen = { .stop_after = stop };

      begin (&seen, prompt);
      if (stop > 0)
        run (&seen);
      g_assert_cmpuint (seen.n_events, ==, stop);
      end (&seen);
    }
}

static void
test_pause (void)
{
  g_autoptr (RelaisPrompt) prompt = ask ("PRACTICE long 100000");
  Seen seen = { .pause_after = 5 };

  begin (&seen, prompt);
  for (guint i = 0; i < 100; i++)
    g_main_context_iteration (seen.context, FALSE);
  g_assert_cmpuint (seen.n_events, ==, 5);
  relais_practice_set_paused (seen.practice, FALSE);
  run (&seen);
  g_assert_cmpuint (seen.text->len, ==, 100000);
  end (&seen);
}

/* A message of several parts: reminders before or after the words that steer do not hide them. */
static void
test_parts (void)
{
  g_autoptr (RelaisPrompt) prompt = ask ("reminder");
  RelaisMessage *message = g_ptr_array_index (prompt->messages, 0);
  Seen seen = { 0 };

  g_ptr_array_add (message->parts, relais_part_new_text ("PRACTICE long 7"));
  g_ptr_array_add (message->parts, relais_part_new_text ("reminder"));
  begin (&seen, prompt);
  run (&seen);
  g_assert_cmpuint (seen.text->len, ==, 7);
  end (&seen);
}

static void
test_args (void)
{
  static const struct
  {
    const char *schema;
    const char *args;
  } cases[] = {
    { NULL, "{}" },
    { "{}", "{}" },
    { "not json", "{}" },
    { "{\"properties\":{\"a\":{\"type\":\"number\"},\"b\":{\"type\":[\"null\",\"integer\"]},\"c\":{\"const\":{\"k\":1}},\"d\":{}}}",
      "{\"a\":1.5,\"b\":1,\"c\":{\"k\":1}}" },
    { "{\"properties\":{\"a\":{\"type\":1},\"b\":{\"type\":3},\"c\":{\"type\":5,\"items\":{\"type\":\"BOOLEAN\"}}}}",
      "{\"a\":\"practice\",\"b\":1,\"c\":[true]}" },
    { "{\"properties\":{\"a\":{\"$ref\":\"#/$defs/x\"}},\"$defs\":{\"x\":{\"type\":\"string\",\"format\":\"date\"}}}",
      "{\"a\":\"2026-01-31\"}" },
    { "{\"properties\":{\"a\":{\"anyOf\":[{\"type\":\"object\",\"properties\":{\"b\":{\"default\":\"q\"}}},{\"type\":\"null\"}]}}}",
      "{\"a\":{\"b\":\"q\"}}" },
    { "{\"properties\":{\"a\":1},\"required\":[\"a\",7,\"gone\"]}",
      "{\"a\":\"practice\",\"gone\":\"practice\"}" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      RelaisTool tool = { .type = RELAIS_TOOL_FUNCTION, .schema = (char *)cases[i].schema };
      g_autofree char *args = relais_practice_make_args (&tool, 0);

      g_assert_cmpstr (args, ==, cases[i].args);
    }
}

/* A schema that refers to itself, and one that fans out, end soon. */
static void
test_hostile_schema (void)
{
  static const char *const schemas[] = {
    "{\"properties\":{\"a\":{\"$ref\":\"#\"}}}",
    "{\"properties\":{\"a\":{\"$ref\":\"#/properties/a\"}}}",
    "{\"properties\":{\"a\":{\"$ref\":\"#\"},\"b\":{\"$ref\":\"#\"},\"c\":{\"$ref\":\"#\"}},\"required\":[\"a\",\"b\",\"c\"]}",
    "{\"properties\":{\"a\":{\"type\":\"array\",\"items\":{\"$ref\":\"#\"}}}}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (schemas); i++)
    {
      RelaisTool tool = { .type = RELAIS_TOOL_FUNCTION, .schema = (char *)schemas[i] };
      g_autofree char *args = relais_practice_make_args (&tool, 0);
      g_autoptr (RelaisJson) tree = relais_json_parse (args, strlen (args), RELAIS_JSON_MAX_DEPTH,
                                                       NULL);

      g_assert_nonnull (tree);
      g_assert_cmpuint (strlen (args), <, 4096);
    }
}

static void
test_models (void)
{
  g_assert_cmpstr (relais_practice_get_models ()[0], ==, "practice");
  g_assert_cmpstr (relais_practice_get_models ()[1], ==, "gemini-3-flash");
  g_assert_null (relais_practice_get_models ()[2]);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/practice/plain", test_plain);
  g_test_add_func ("/practice/long-quote", test_long_quote);
  g_test_add_func ("/practice/attachment", test_attachment);
  g_test_add_func ("/practice/tool", test_tool);
  g_test_add_func ("/practice/tools", test_tools);
  g_test_add_func ("/practice/no-tool", test_no_tool);
  g_test_add_func ("/practice/choice", test_choice);
  g_test_add_func ("/practice/results", test_results);
  g_test_add_func ("/practice/think", test_think);
  g_test_add_func ("/practice/slow", test_slow);
  g_test_add_func ("/practice/cut", test_cut);
  g_test_add_func ("/practice/status", test_status);
  g_test_add_func ("/practice/bounds", test_bounds);
  g_test_add_func ("/practice/help", test_help);
  g_test_add_func ("/practice/free", test_free);
  g_test_add_func ("/practice/pause", test_pause);
  g_test_add_func ("/practice/parts", test_parts);
  g_test_add_func ("/practice/args", test_args);
  g_test_add_func ("/practice/hostile-schema", test_hostile_schema);
  g_test_add_func ("/practice/models", test_models);
  return g_test_run ();
}
