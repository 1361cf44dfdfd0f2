/* test-prompt.c: a request begins saying nothing, and keeps order
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "model/relais-prompt.h"

static void
test_new (void)
{
  g_autoptr (RelaisPrompt) prompt = relais_prompt_new ();

  g_assert_null (prompt->model);
  g_assert_false (prompt->stream);
  g_assert_true (prompt->include_usage);
  g_assert_cmpint (prompt->max_tokens, ==, -1);
  g_assert_cmpint (prompt->tool_choice, ==, RELAIS_TOOL_CHOICE_UNSET);
  g_assert_cmpint (prompt->parallel_tools, ==, RELAIS_TRI_UNSET);
  g_assert_cmpuint (prompt->system->len + prompt->messages->len + prompt->tools->len, ==, 0);
}

static void
test_order (void)
{
  g_autoptr (RelaisPrompt) prompt = relais_prompt_new ();
  RelaisMessage *first = relais_prompt_add_message (prompt, RELAIS_ROLE_USER);
  RelaisMessage *second = relais_prompt_add_message (prompt, RELAIS_ROLE_ASSISTANT);
  RelaisTool *tool = relais_prompt_add_tool (prompt, RELAIS_TOOL_CUSTOM, "run");

  g_assert_true (g_ptr_array_index (prompt->messages, 0) == first);
  g_assert_true (g_ptr_array_index (prompt->messages, 1) == second);
  g_assert_cmpint (second->role, ==, RELAIS_ROLE_ASSISTANT);
  g_assert_cmpuint (second->parts->len, ==, 0);
  g_assert_true (g_ptr_array_index (prompt->tools, 0) == tool);
  g_assert_cmpint (tool->type, ==, RELAIS_TOOL_CUSTOM);
  g_assert_cmpstr (tool->name, ==, "run");
  g_assert_null (relais_prompt_add_tool (prompt, RELAIS_TOOL_HOSTED, NULL)->name);
}

/* A result may hold results; the leak checker watches that all goes. */
static void
test_content (void)
{
  RelaisPart *result = relais_part_new (RELAIS_PART_TOOL_RESULT);
  RelaisPart *text = relais_part_new_text ("caf\303\251");
  g_autoptr (RelaisPrompt) prompt = relais_prompt_new ();

  g_assert_cmpint (text->type, ==, RELAIS_PART_TEXT);
  g_assert_cmpstr (text->text, ==, "caf\303\251");
  g_assert_null (text->content);
  g_assert_cmpuint (result->content->len, ==, 0);
  text->signature = g_strdup ("s");
  g_ptr_array_add (result->content, text);
  g_ptr_array_add (relais_prompt_add_message (prompt, RELAIS_ROLE_USER)->parts, result);
  g_ptr_array_add (prompt->system, relais_part_new_text (""));
  relais_part_free (NULL);
  relais_prompt_free (NULL);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/prompt/new", test_new);
  g_test_add_func ("/prompt/order", test_order);
  g_test_add_func ("/prompt/content", test_content);
  return g_test_run ();
}
