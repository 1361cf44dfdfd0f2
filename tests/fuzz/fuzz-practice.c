/* fuzz-practice.c: whatever a client says and whatever its schema, there is a sound plan
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/relais-json.h"
#include "upstream/relais-practice-plan.h"

#include "relais-fuzz.h"

static void
check_args (const RelaisTool *tool,
            guint             position)
{
  g_autofree char *args = relais_practice_make_args (tool, position);
  g_autoptr (RelaisJson) tree =
               relais_json_parse (args, strlen (args), RELAIS_JSON_MAX_DEPTH, NULL);

  g_assert_true (g_utf8_validate (args, -1, NULL));
  if (tool->type == RELAIS_TOOL_FUNCTION)
    g_assert_cmpint (relais_json_node_get_kind (relais_json_get_root (tree)), ==,
                     RELAIS_JSON_OBJECT);
}

static void
check_plan (const GPtrArray *plan)
{
  guint n_open = 0;

  for (guint i = 0; i < plan->len; i++)
    {
      const RelaisPracticeStep *step = g_ptr_array_index (plan, i);
      gboolean last = step->type == RELAIS_EVENT_FINISH || step->type == RELAIS_EVENT_ERROR;

      g_assert_cmpint (last, ==, i + 1 == plan->len);
      g_assert_cmpint (step->type == RELAIS_EVENT_START, ==, i == 0 && !last);
      g_assert_cmpint (step->type == RELAIS_EVENT_ERROR, ==, step->failure != NULL);
      if (step->type == RELAIS_EVENT_CALL_START)
        g_assert_nonnull (step->name);
      n_open += (step->type == RELAIS_EVENT_CALL_START) - (step->type == RELAIS_EVENT_CALL_END);
      if (step->text == NULL)
        continue;
      g_assert_cmpuint (step->length, ==, strlen (step->text));
      g_assert_cmpuint (step->length, <=, RELAIS_PRACTICE_MAX_TEXT_BYTES);
      g_assert_true (g_utf8_validate (step->text, -1, NULL));
    }
  g_assert_cmpuint (n_open, ==, 0);
}

/* The first byte says which tools there are and how they must be used; then a line is what the user
 * says, and the rest a schema. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  RelaisFuzzDraw draw = { data, data + size };
  guint flags = relais_fuzz_draw_byte (&draw);
  g_autofree char *rest = g_utf8_make_valid ((const char *)draw.at, draw.end - draw.at);
  char *schema = strchr (rest, '\n');
  g_autoptr (RelaisPrompt) prompt = relais_prompt_new ();
  g_autoptr (GPtrArray) plan = NULL;

  if (schema != NULL)
    *schema++ = '\0';
  prompt->model = g_strdup ("m");
  prompt->tool_choice = flags % 5;
  prompt->tool_choice_name =
    prompt->tool_choice == RELAIS_TOOL_CHOICE_NAMED ? g_strdup (flags & 128 ? "f" : "h") : NULL;
  prompt->parallel_tools = (flags >> 3) % 3;
  g_ptr_array_add (relais_prompt_add_message (prompt, RELAIS_ROLE_USER)->parts,
                   relais_part_new_text (rest));
  if (flags & 32)
    relais_prompt_add_tool (prompt, RELAIS_TOOL_CUSTOM, "f");
  if (flags & 64)
    relais_prompt_add_tool (prompt, RELAIS_TOOL_FUNCTION, "g")->schema = g_strdup (schema);
  for (guint i = 0; i < prompt->tools->len; i++)
    for (guint position = 0; position < 3; position++)
      check_args (g_ptr_array_index (prompt->tools, i), position);
  plan = relais_practice_plan_new (prompt);
  check_plan (plan);
  return 0;
}
