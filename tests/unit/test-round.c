/* test-round.c: what all dialects can say comes back from each as it went
 *
 * Requests and answers are drawn from fixed seeds.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "translation-kit.h"

#define N_SEEDS 60
#define MODEL "m"
#define PNG "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNoAAAAggCB2kUIOwAAAABJRU5ErkJggg=="
#define SCHEMA "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"number\",\"maximum\":1.50}},\"required\":[\"n\"]}"

/* --- what is drawn --- */

static const char *const words[] = { "a", "Größe", "🦊", "\"q\"", "\\", "line\nnext", "<b>", "{", "日本", "\t", "\342\200\250", "x" };
static const char *const arguments[] = { "{}", "{\"n\":12345678901234567890}", "{\"s\":\"\\u00e9\\n\",\"l\":[1.50,null,true]}" };

/* Never empty, never only white space, never JSON. */
static char *
draw_text (GRand *rand)
{
  GString *text = g_string_new ("t");
  guint n = g_rand_int_range (rand, 0, 6);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, " %s", words[g_rand_int_range (rand, 0, G_N_ELEMENTS (words))]);
  return g_string_free (text, FALSE);
}

static void
add_text (GRand         *rand,
          RelaisMessage *message)
{
  g_autofree char *text = draw_text (rand);

  g_ptr_array_add (message->parts, relais_part_new_text (text));
}

static void
draw_calls (GRand        *rand,
            RelaisPrompt *prompt,
            guint        *n_calls)
{
  RelaisMessage *turn = g_ptr_array_index (prompt->messages, prompt->messages->len - 1);
  guint n = g_rand_int_range (rand, 1, 4);
  RelaisMessage *results = relais_prompt_add_message (prompt, RELAIS_ROLE_USER);

  for (guint i = 0; i < n; i++)
    {
      RelaisPart *call = relais_part_new (RELAIS_PART_TOOL_CALL);
      RelaisPart *result = relais_part_new (RELAIS_PART_TOOL_RESULT);
      g_autofree char *text = draw_text (rand);

      call->id = g_strdup_printf ("call_%u", *n_calls + i);
      call->name = g_strdup (g_rand_boolean (rand) ? "f" : "g");
      call->args = g_strdup (arguments[g_rand_int_range (rand, 0, G_N_ELEMENTS (arguments))]);
      g_ptr_array_add (turn->parts, call);
      result->id = g_strdup (call->id);
      g_ptr_array_add (result->content, relais_part_new_text (text));
      g_ptr_array_add (results->parts, result);
    }
  *n_calls += n;
}

static void
draw_turns (GRand        *rand,
            RelaisPrompt *prompt)
{
  guint n = g_rand_int_range (rand, 1, 5);
  guint n_calls = 0;

  for (guint i = 0; i < n; i++)
    {
      RelaisMessage *message = relais_prompt_add_message (prompt, RELAIS_ROLE_USER);

      add_text (rand, message);
      if (g_rand_int_range (rand, 0, 3) == 0)
        {
          RelaisPart *image = relais_part_new (RELAIS_PART_IMAGE);

          image->mime = g_strdup ("image/png");
          image->data = g_strdup (PNG);
          g_ptr_array_add (message->parts, image);
        }
      if (i + 1 == n)
        break;
      add_text (rand, relais_prompt_add_message (prompt, RELAIS_ROLE_ASSISTANT));
      if (g_rand_boolean (rand))
        draw_calls (rand, prompt, &n_calls);
    }
}

static void
draw_settings (GRand        *rand,
               RelaisPrompt *prompt)
{
  static const RelaisToolChoice choices[] = { RELAIS_TOOL_CHOICE_UNSET, RELAIS_TOOL_CHOICE_AUTO,
                                              RELAIS_TOOL_CHOICE_NONE, RELAIS_TOOL_CHOICE_REQUIRED,
                                              RELAIS_TOOL_CHOICE_NAMED };
  static const RelaisEffort efforts[] = { RELAIS_EFFORT_UNSET, RELAIS_EFFORT_LOW,
                                          RELAIS_EFFORT_MEDIUM, RELAIS_EFFORT_HIGH };
  RelaisTool *tool;

  prompt->max_tokens = g_rand_int_range (rand, 16, 9999);
  if (g_rand_boolean (rand))
    {
      g_autofree char *text = draw_text (rand);

      g_ptr_array_add (prompt->system, relais_part_new_text (text));
    }
  prompt->effort = efforts[g_rand_int_range (rand, 0, G_N_ELEMENTS (efforts))];
  prompt->thinking = prompt->effort != RELAIS_EFFORT_UNSET;
  if (g_rand_int_range (rand, 0, 3) == 0)
    {
      prompt->format = RELAIS_FORMAT_SCHEMA;
      prompt->format_schema = g_strdup (SCHEMA);
    }
  tool = relais_prompt_add_tool (prompt, RELAIS_TOOL_FUNCTION, "f");
  tool->description = draw_text (rand);
  tool->schema = g_strdup (SCHEMA);
  relais_prompt_add_tool (prompt, RELAIS_TOOL_FUNCTION, "g");
  prompt->tool_choice = choices[g_rand_int_range (rand, 0, G_N_ELEMENTS (choices))];
  if (prompt->tool_choice == RELAIS_TOOL_CHOICE_NAMED)
    prompt->tool_choice_name = g_strdup ("g");
}

/* --- what came of it, in words --- */

static void
tell_parts (GString    *out,
            GPtrArray  *parts,
            GHashTable *ids)
{
  for (guint i = 0; i < parts->len; i++)
    {
      const RelaisPart *part = g_ptr_array_index (parts, i);

      if (part->type == RELAIS_PART_TOOL_CALL)
        g_hash_table_insert (ids, g_strdup (part->id),
                             GUINT_TO_POINTER (g_hash_table_size (ids)));
      if (part->type == RELAIS_PART_TOOL_CALL || part->type == RELAIS_PART_TOOL_RESULT)
        g_string_append_printf (out, " #%u", GPOINTER_TO_UINT (g_hash_table_lookup (ids, part->id)));
      if (part->type == RELAIS_PART_TOOL_CALL)
        g_string_append_printf (out, " call %s(%s)", part->name, part->args);
      else if (part->type == RELAIS_PART_TOOL_RESULT)
        tell_parts (out, part->content, ids);
      else if (part->type == RELAIS_PART_IMAGE)
        g_string_append_printf (out, " image %s %s", part->mime, part->data);
      else
        g_string_append_printf (out, " “%s”", part->text);
    }
}

/* Messages of one role in a row are one; ids are numbers; what some dialect must always say is left
 * out where it was not said. */
static char *
tell_prompt (const RelaisPrompt *prompt)
{
  GString *out = g_string_new ("system:");
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  int role = -1;

  tell_parts (out, prompt->system, ids);
  for (guint i = 0; i < prompt->messages->len; i++)
    {
      const RelaisMessage *message = g_ptr_array_index (prompt->messages, i);

      if ((int)message->role != role)
        g_string_append_printf (out, "\n%s:", message->role == RELAIS_ROLE_USER ? "user" : "assistant");
      role = message->role;
      tell_parts (out, message->parts, ids);
    }
  for (guint i = 0; i < prompt->tools->len; i++)
    {
      const RelaisTool *tool = g_ptr_array_index (prompt->tools, i);

      g_string_append_printf (out, "\ntool %s “%s” %s", tool->name, tool->description,
                              i == 0 ? tool->schema : "");
    }
  g_string_append_printf (out, "\nchoice %d %s, %" G_GINT64_FORMAT " tokens",
                          prompt->tool_choice, prompt->tool_choice_name, prompt->max_tokens);
  g_string_append_printf (out, ", effort %d, format %d %s", prompt->effort, prompt->format,
                          prompt->format_schema);
  return g_string_free (out, FALSE);
}

/* The request as @target gets it from @source, read again. */
static RelaisPrompt *
pass (RelaisPrompt    *prompt,
      RelaisDialectId  source,
      RelaisDialectId  target)
{
  RelaisTarget to = { .dialect = target, .model = kit_newest (target) };
  g_autoptr (RelaisTranslation) translation = relais_translation_new (prompt, source, &to);
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GBytes) body = NULL;
  g_autoptr (GError) error = NULL;
  RelaisPrompt *read;

  relais_translation_encode (translation, out, &error);
  g_assert_no_error (error);
  body = g_bytes_new (out->str, out->len);
  read = relais_dialect_get (target)->decode_request (body, MODEL, FALSE, &error);
  g_assert_no_error (error);
  return read;
}

static void
test_request (gconstpointer data)
{
  guint seed = GPOINTER_TO_UINT (data);

  for (RelaisDialectId here = 0; here < RELAIS_N_DIALECTS; here++)
    for (RelaisDialectId there = 0; there < RELAIS_N_DIALECTS; there++)
      {
        g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
        RelaisPrompt *drawn = relais_prompt_new ();
        RelaisPrompt *prompt;
        g_autofree char *before = NULL;
        g_autofree char *between = NULL;
        g_autofree char *after = NULL;

        if (here == there)
          {
            relais_prompt_free (drawn);
            continue;
          }
        drawn->model = g_strdup (MODEL);
        draw_settings (rand, drawn);
        draw_turns (rand, drawn);
        prompt = pass (drawn, there, here);
        before = tell_prompt (prompt);
        prompt = pass (prompt, here, there);
        between = tell_prompt (prompt);
        prompt = pass (prompt, there, here);
        after = tell_prompt (prompt);
        relais_prompt_free (prompt);
        g_assert_cmpstr (before, ==, between);
        g_assert_cmpstr (before, ==, after);
      }
}

/* --- answers --- */

static void
push (const RelaisDialect *dialect,
      RelaisEncoder       *encoder,
      GString             *out,
      RelaisEvent          event)
{
  if (event.text != NULL)
    event.length = strlen (event.text);
  dialect->encoder_push (encoder, &event, out);
}

static char *
make_id_cb (gpointer user_data)
{
  guint *counter = user_data;

  return g_strdup_printf ("made%u", (*counter)++);
}

/* Thoughts, then text, then calls: the order in which a whole answer of Chat has them. */
static char *
write_answer (RelaisDialectId dialect,
              RelaisForm      form,
              guint           seed)
{
  const RelaisDialect *kind = relais_dialect_get (dialect);
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autoptr (RelaisPrompt) prompt = relais_prompt_new ();
  GString *out = g_string_new (NULL);
  guint counter = 0, n_calls, n_texts;
  RelaisFinish finish = seed % 3 == 0 ? RELAIS_FINISH_LENGTH : RELAIS_FINISH_STOP;
  RelaisEncoder *encoder;

  prompt->model = g_strdup (MODEL);
  prompt->include_usage = prompt->thinking = prompt->keep_signatures = TRUE;
  prompt->show_thinking = RELAIS_TRI_TRUE;
  encoder = kind->encoder_new (prompt, form, make_id_cb, &counter);
  push (kind, encoder, out, (RelaisEvent){ .type = RELAIS_EVENT_START, .id = "x", .created = 1 });
  n_texts = g_rand_int_range (rand, 0, 4);
  for (guint i = 0; i < n_texts; i++)
    {
      g_autofree char *text = draw_text (rand);
      RelaisEvent event = { .type = i < 1 ? RELAIS_EVENT_THINK : RELAIS_EVENT_TEXT, .text = text };

      push (kind, encoder, out, event);
    }
  n_calls = g_rand_int_range (rand, 0, 4);
  for (guint i = 0; i < n_calls; i++)
    {
      RelaisEvent event = { .type = RELAIS_EVENT_CALL_START, .call = i, .name = "f" };

      push (kind, encoder, out, event);
      event.type = RELAIS_EVENT_CALL_ARGS;
      event.text = arguments[g_rand_int_range (rand, 0, G_N_ELEMENTS (arguments))];
      push (kind, encoder, out, event);
      push (kind, encoder, out, (RelaisEvent){ .type = RELAIS_EVENT_CALL_END, .call = i });
    }
  push (kind, encoder, out,
        (RelaisEvent){ .type = RELAIS_EVENT_USAGE, .usage = { 90, 10, -1, 30, 7 } });
  push (kind, encoder, out, (RelaisEvent){ .type = RELAIS_EVENT_FINISH, .finish = finish });
  kind->encoder_free (encoder);
  return g_string_free (out, FALSE);
}

/* No arguments are arguments without a member; Chat tells the end of a call with that of all; that
 * nobody signed is said where a signature is due. */
static char *
read_answer (RelaisDialectId  dialect,
             const char      *bytes)
{
  g_autofree char *events = kit_events (dialect, bytes, strlen (bytes), 0);
  g_autoptr (GString) words_only = g_string_new (events);

  g_string_replace (words_only, "signature(relais1.c.dW5zaWduZWQ) ", "", 0);
  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *none = g_strdup_printf ("args%u({}) ", i);
      g_autofree char *end = g_strdup_printf ("end%u ", i);

      g_string_replace (words_only, none, "", 0);
      g_string_replace (words_only, end, "", 0);
    }
  return g_strndup (words_only->str, words_only->len);
}

static void
test_answer (gconstpointer data)
{
  guint seed = GPOINTER_TO_UINT (data);
  g_autofree char *first = NULL;

  for (RelaisDialectId id = 0; id < RELAIS_N_DIALECTS; id++)
    {
      g_autofree char *stream = write_answer (id, RELAIS_FORM_SSE, seed);
      g_autofree char *whole = write_answer (id, RELAIS_FORM_WHOLE, seed);
      g_autofree char *one = read_answer (id, stream);
      g_autofree char *other = read_answer (id, whole);

      g_assert_cmpstr (one, ==, other);
      if (first == NULL)
        first = g_strdup (one);
      g_assert_cmpstr (first, ==, one);
      if (id == KIT_G)
        {
          g_autofree char *array = write_answer (id, RELAIS_FORM_ARRAY, seed);
          g_autofree char *third = read_answer (id, array);

          g_assert_cmpstr (one, ==, third);
        }
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint seed = 0; seed < N_SEEDS; seed++)
    {
      g_autofree char *request = g_strdup_printf ("/round/request/%u", seed);
      g_autofree char *answer = g_strdup_printf ("/round/answer/%u", seed);

      g_test_add_data_func (request, GUINT_TO_POINTER (seed), test_request);
      g_test_add_data_func (answer, GUINT_TO_POINTER (seed), test_answer);
    }
  return g_test_run ();
}
