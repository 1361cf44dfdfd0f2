/* test-settle.c: requests of many calls, results and parts; what is remembered of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>
#include <time.h>

#include "dialects/relais-settle.h"

#include "translation-kit.h"

/* Four times as much takes about four times as long; sixteen times where each looks at all. */
#define FACTOR 4
#define MAX_RATIO 10.0

static RelaisMessage *
add_message (RelaisPrompt *prompt,
             RelaisRole    role)
{
  RelaisMessage *message = relais_prompt_add_message (prompt, role);

  message->position = prompt->messages->len - 1;
  return message;
}

static RelaisPart *
add_part (RelaisMessage  *message,
          RelaisPartType  type,
          guint           id)
{
  RelaisPart *part = relais_part_new (type);

  part->position = message->parts->len;
  part->id = g_strdup_printf ("call_%u", id);
  if (type == RELAIS_PART_TOOL_CALL)
    part->name = g_strdup ("f");
  else
    g_ptr_array_add (part->content, relais_part_new_text (part->id));
  g_ptr_array_add (message->parts, part);
  return part;
}

static RelaisPart *
get_part (const RelaisPrompt *prompt,
          guint               message,
          guint               part)
{
  const RelaisMessage *found;

  g_assert_cmpuint (message, <, prompt->messages->len);
  found = g_ptr_array_index (prompt->messages, message);
  g_assert_cmpuint (part, <, found->parts->len);
  return g_ptr_array_index (found->parts, part);
}

static void
check_result (const RelaisPrompt *prompt,
              guint               message,
              guint               part,
              guint               id)
{
  const RelaisPart *result = get_part (prompt, message, part);
  g_autofree char *wanted = g_strdup_printf ("call_%u", id);

  g_assert_cmpint (result->type, ==, RELAIS_PART_TOOL_RESULT);
  g_assert_cmpstr (result->id, ==, wanted);
  g_assert_cmpstr (((RelaisPart *)g_ptr_array_index (result->content, 0))->text, ==, wanted);
}

/* Of this thread alone, in seconds: a busy machine takes nothing away from it. */
static double
get_own_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* How long settling took, in seconds. */
static double
settle (RelaisPrompt       *prompt,
        RelaisDialectId     source,
        const RelaisTarget *target)
{
  g_autoptr (RelaisNames) names = relais_names_new ();
  g_autoptr (GError) error = NULL;
  RelaisChanges *changes = relais_changes_new ();
  double start = get_own_time ();
  double taken;

  relais_settle (prompt, source, target, names, changes, &error);
  taken = get_own_time () - start;
  g_assert_no_error (error);
  relais_changes_unref (changes);
  return taken;
}

static double
settle_calls (guint n)
{
  g_autoptr (RelaisPrompt) prompt = relais_prompt_new ();
  RelaisTarget target = { .dialect = KIT_C, .model = "m" };
  RelaisMessage *calls = add_message (prompt, RELAIS_ROLE_ASSISTANT);
  RelaisMessage *results = add_message (prompt, RELAIS_ROLE_USER);
  double taken;

  for (guint i = 0; i < n; i++)
    add_part (calls, RELAIS_PART_TOOL_CALL, i);
  for (guint i = n; i-- > 0;)
    add_part (results, RELAIS_PART_TOOL_RESULT, i);
  taken = settle (prompt, KIT_A, &target);
  g_assert_cmpuint (prompt->messages->len, ==, 2);
  for (guint i = 0; i < n; i++)
    check_result (prompt, 1, i, i);
  return taken;
}

static double
settle_texts (guint n)
{
  g_autoptr (RelaisPrompt) prompt = relais_prompt_new ();
  RelaisTarget target = { .dialect = KIT_C, .model = "m" };
  RelaisMessage *message = add_message (prompt, RELAIS_ROLE_ASSISTANT);
  double taken;

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (message->parts, relais_part_new_text ("x"));
  taken = settle (prompt, KIT_G, &target);
  g_assert_cmpuint (message->parts->len, ==, 1);
  g_assert_cmpuint (strlen (get_part (prompt, 0, 0)->text), ==, n);
  return taken;
}

/* Also thoughts that no other vendor takes back, all in one message. */
static double
settle_thoughts (guint n)
{
  g_autoptr (RelaisPrompt) prompt = relais_prompt_new ();
  RelaisTarget target = { .dialect = KIT_C, .model = "m" };
  RelaisMessage *message = add_message (prompt, RELAIS_ROLE_ASSISTANT);
  double taken;

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (message->parts, relais_part_new (RELAIS_PART_THINKING));
  g_ptr_array_add (message->parts, relais_part_new_text ("x"));
  taken = settle (prompt, KIT_A, &target);
  g_assert_cmpuint (message->parts->len, ==, 1);
  return taken;
}

static double
settle_turns (guint n)
{
  g_autoptr (RelaisPrompt) prompt = relais_prompt_new ();
  RelaisTarget target = { .dialect = KIT_C, .model = "m" };
  double taken;

  for (guint i = 0; i < n; i++)
    {
      add_part (add_message (prompt, RELAIS_ROLE_ASSISTANT), RELAIS_PART_TOOL_CALL, i);
      add_part (add_message (prompt, RELAIS_ROLE_USER), RELAIS_PART_TOOL_RESULT, i);
    }
  taken = settle (prompt, KIT_A, &target);
  g_assert_cmpuint (prompt->messages->len, ==, 2 * n);
  for (guint i = 0; i < n; i++)
    check_result (prompt, 2 * i + 1, 0, i);
  return taken;
}

typedef struct
{
  const char *name;
  double (*settle) (guint n);
  guint       n;
} Load;

static void
test_load (gconstpointer data)
{
  const Load *load = data;
  double few = MIN (load->settle (load->n / FACTOR), load->settle (load->n / FACTOR));
  double many = load->settle (load->n);

  if (many >= MAX_RATIO * few) /* once more: something else may have been running */
    many = MIN (many, load->settle (load->n));
  g_test_message ("%u: %.3f s, %u: %.3f s", load->n / FACTOR, few, load->n, many);
  /* what takes no time tells nothing of its growth */
  g_assert_true (many < 0.25 || many < MAX_RATIO * few);
}

/* --- what is remembered --- */

#define N_REMEMBERED (256 * 1024)

typedef struct
{
  GPtrArray *thinking;
  guint      n_calls;
} Memory;

static const RelaisRecall *
recall_cb (const char *call_id,
           gpointer    user_data)
{
  static RelaisRecall known = { .origin = RELAIS_ORIGIN_ANTHROPIC };
  Memory *self = user_data;

  self->n_calls++;
  known.thinking = self->thinking;
  return &known;
}

/* Of turns that each make a call, how many got their thinking back; whether the last did. */
static guint
count_recalled (gboolean  one_id,
                guint     n,
                gboolean *last)
{
  g_autoptr (RelaisPrompt) prompt = relais_prompt_new ();
  g_autoptr (GPtrArray) thinking =
               g_ptr_array_new_with_free_func ((GDestroyNotify)relais_part_free);
  Memory memory = { .thinking = thinking };
  RelaisTarget target = {
    .dialect = KIT_A,
    .model = "m",
    .recall = recall_cb,
    .recall_data = &memory,
  };
  RelaisPart *part = relais_part_new (RELAIS_PART_THINKING);
  guint n_recalled = 0;

  part->origin = RELAIS_ORIGIN_ANTHROPIC;
  part->signature = g_strdup ("sig");
  part->text = g_strnfill (N_REMEMBERED - sizeof *part - strlen (part->signature), 'x');
  g_ptr_array_add (thinking, part);
  for (guint i = 0; i < n; i++)
    add_part (add_message (prompt, RELAIS_ROLE_ASSISTANT), RELAIS_PART_TOOL_CALL, one_id ? 0 : i);
  settle (prompt, KIT_C, &target);
  g_assert_cmpuint (memory.n_calls, ==, one_id ? 1 : n);
  for (guint i = 0; i < n; i++)
    {
      *last = get_part (prompt, 2 * i, 0)->type == RELAIS_PART_THINKING;
      n_recalled += *last;
    }
  return n_recalled;
}

static void
test_recall_once (void)
{
  gboolean last;

  g_assert_cmpuint (count_recalled (TRUE, 5000, &last), ==, 1);
  g_assert_true (last);
}

static void
test_recall_limit (void)
{
  gboolean last;

  g_assert_cmpuint (count_recalled (FALSE, 1000, &last), ==,
                    RELAIS_SETTLE_MAX_RECALLED_BYTES / N_REMEMBERED);
  g_assert_true (last);
}

/* The line for Anthropic's accounts is reported where the client wrote it. */
static void
test_billing (void)
{
#define LINE "'x-anthropic-billing-header: cch=1;'"
  static const struct
  {
    RelaisDialectId source;
    const char *body;
    const char *field;
  } cases[] = {
    { KIT_A, "{'model':'m','max_tokens':9,'system':" LINE ",'messages':[{'role':'user','content':'a'}]}", "system" },
    { KIT_A, "{'model':'m','max_tokens':9,'system':[{'type':'text','text':" LINE "}],'messages':[{'role':'user','content':'a'}]}", "system[0]" },
    { KIT_C, "{'model':'m','messages':[{'role':'system','content':" LINE "},{'role':'user','content':'a'}]}", "messages[0]" },
    { KIT_C, "{'model':'m','messages':[{'role':'system','content':null},{'role':'system','content':[{'type':'text','text':" LINE "}]},{'role':'user','content':'a'}]}", "messages[1].content[0]" },
    { KIT_R, "{'model':'m','instructions':" LINE ",'input':'a'}", "instructions" },
    { KIT_R, "{'model':'m','input':[{'role':'developer','content':" LINE "},{'role':'user','content':'a'}]}", "input[0]" },
    { KIT_R, "{'model':'m','input':[{'role':'developer','content':[{'type':'input_text','text':" LINE "}]},{'role':'user','content':'a'}]}", "input[0].content[0]" },
    { KIT_G, "{'systemInstruction':{'parts':[{'text':" LINE "}]},'contents':[{'parts':[{'text':'a'}]}]}", "systemInstruction.parts[0]" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      RelaisTarget target = { .dialect = cases[i].source == KIT_G ? KIT_C : KIT_G, .model = "m" };
      g_autofree char *json = kit_json (cases[i].body);
      g_autoptr (GBytes) body = g_bytes_new (json, strlen (json));
      g_autoptr (RelaisNames) names = relais_names_new ();
      g_autoptr (GError) error = NULL;
      g_autoptr (RelaisPrompt) prompt = NULL;
      g_autoptr (RelaisChanges) changes = relais_changes_new ();

      prompt = relais_dialect_get (cases[i].source)->decode_request (body, "m", FALSE, &error);
      g_assert_no_error (error);
      g_assert_true (relais_settle (prompt, cases[i].source, &target, names, changes, &error));
      g_assert_cmpuint (prompt->system->len, ==, 0);
      g_assert_cmpuint (relais_changes_get_length (changes), ==, 1);
      g_assert_cmpstr (relais_changes_get (changes, 0)->field, ==, cases[i].field);
    }
}

int
main (int   argc,
      char *argv[])
{
  static const Load loads[] = {
    { "/settle/load/calls", settle_calls, 20000 },
    { "/settle/load/texts", settle_texts, 300000 },
    { "/settle/load/thoughts", settle_thoughts, 300000 },
    { "/settle/load/turns", settle_turns, 50000 },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (loads); i++)
    g_test_add_data_func (loads[i].name, &loads[i], test_load);
  g_test_add_func ("/settle/recall/once", test_recall_once);
  g_test_add_func ("/settle/recall/limit", test_recall_limit);
  g_test_add_func ("/settle/billing", test_billing);
  return g_test_run ();
}
