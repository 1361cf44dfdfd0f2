/* test-openai-responses-request.c: every field of a Responses request that is read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "../dialect-kit.h"

#define ONE "{\"model\":\"m\",\"input\":\"x\","
#define HEAD "{\"model\":\"m\",\"input\":["
#define TAIL "]}"
#define decode(body) kit_decode (RELAIS_DIALECT_OPENAI_RESPONSES, (body))

static const char *
echo (const RelaisPrompt *prompt,
      const char         *name)
{
  return g_hash_table_lookup (prompt->echo, name);
}

static void
test_settings (void)
{
  g_autoptr (RelaisPrompt) bare = decode ("{\"model\":\"m\",\"input\":\"x\"}");
  g_autoptr (RelaisPrompt) full = NULL;
  g_autoptr (RelaisPrompt) off = NULL;
  g_autoptr (RelaisPrompt) older = NULL;
  g_autofree char *shape = kit_shape (bare);

  g_assert_cmpstr (shape, ==, "Ut");
  g_assert_true (bare->include_usage);
  g_assert_false (bare->thinking);
  g_assert_false (bare->keep_signatures);
  g_assert_cmpuint (g_hash_table_size (bare->echo), ==, 0);
  full = decode (ONE "\"instructions\":\"s\",\"stream\":true,\"max_output_tokens\":9,\"parallel_tool_calls\":false,"
                     "\"reasoning\":{\"effort\":\"low\",\"summary\":\"auto\"},\"include\":[\"reasoning.encrypted_content\",\"y\"],"
                     "\"temperature\":0.70,\"store\":false,\"background\":false,\"unheard_of\":1}");
  g_assert_cmpuint (full->system->len, ==, 1);
  g_assert_true (full->stream);
  g_assert_cmpint (full->max_tokens, ==, 9);
  g_assert_cmpint (full->parallel_tools, ==, RELAIS_TRI_FALSE);
  g_assert_true (full->thinking);
  g_assert_cmpint (full->show_thinking, ==, RELAIS_TRI_TRUE);
  g_assert_true (full->keep_signatures);
  /* What the answer repeats keeps its digits. */
  g_assert_cmpstr (echo (full, "temperature"), ==, "0.70");
  g_assert_cmpstr (echo (full, "instructions"), ==, "\"s\"");
  g_assert_null (echo (full, "unheard_of"));
  off = decode (ONE "\"reasoning\":{\"effort\":\"none\"}}");
  g_assert_false (off->thinking);
  older = decode (ONE "\"reasoning\":{\"generate_summary\":\"concise\"}}");
  g_assert_cmpint (older->show_thinking, ==, RELAIS_TRI_TRUE);
}

static void
test_items (void)
{
  g_autoptr (RelaisPrompt) prompt = NULL;
  g_autofree char *shape = NULL;

  prompt = decode (HEAD
                   "{\"role\":\"developer\",\"content\":\"s\"},"
                   "{\"type\":\"message\",\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"t\"},"
                   "{\"type\":\"input_image\",\"image_url\":\"data:image/png;base64,AA==\",\"detail\":\"low\"},"
                   "{\"type\":\"input_file\",\"file_url\":\"https://e.org/a.pdf\",\"filename\":\"a.pdf\"},{\"type\":\"new\"}]},"
                   "{\"type\":\"reasoning\",\"id\":\"rs_1\",\"summary\":[{\"type\":\"summary_text\",\"text\":\"a\"},"
                   "{\"type\":\"summary_text\",\"text\":\"b\"}],\"encrypted_content\":\"enc\"},"
                   "{\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"text\":\"t\"},"
                   "{\"type\":\"refusal\",\"refusal\":\"no\"}]},"
                   "{\"type\":\"function_call\",\"call_id\":\"c1\",\"name\":\"f\",\"arguments\":\"{}\"},"
                   "{\"type\":\"custom_tool_call\",\"call_id\":\"c2\",\"name\":\"g\",\"input\":\"free\"},"
                   "{\"type\":\"web_search_call\",\"id\":\"ws\"},"
                   "{\"type\":\"function_call_output\",\"call_id\":\"c1\",\"output\":\"r\"},"
                   "{\"type\":\"custom_tool_call_output\",\"call_id\":\"c2\",\"output\":[{\"type\":\"input_text\",\"text\":\"r\"}]},"
                   "{\"role\":\"system\",\"content\":\"later\"}" TAIL);
  shape = kit_shape (prompt);
  g_assert_cmpstr (shape, ==, "UtifoAktnccoUrrSt");
  g_assert_cmpuint (prompt->system->len, ==, 1);
  g_assert_cmpstr (kit_part (prompt, 0, 1)->data, ==, "AA==");
  g_assert_cmpstr (kit_part (prompt, 0, 2)->url, ==, "https://e.org/a.pdf");
  g_assert_cmpstr (kit_part (prompt, 1, 0)->text, ==, "a\n\nb");
  g_assert_cmpstr (kit_part (prompt, 1, 0)->signature, ==, "enc");
  g_assert_cmpint (kit_part (prompt, 1, 0)->origin, ==, RELAIS_ORIGIN_OPENAI_RESPONSES);
  g_assert_true (kit_part (prompt, 1, 4)->custom);
  g_assert_cmpstr (kit_part (prompt, 2, 1)->name, ==, "g");
}

static void
test_tools (void)
{
  g_autoptr (RelaisPrompt) prompt = NULL;
  const RelaisTool *tool;

  prompt = decode (ONE "\"tools\":[{\"type\":\"function\",\"name\":\"f\",\"parameters\":{\"type\":\"object\"},\"strict\":false},"
                       "{\"type\":\"custom\",\"name\":\"g\",\"format\":{\"type\":\"text\"}},{\"type\":\"mcp\",\"server_label\":\"x\"}],"
                       "\"tool_choice\":{\"type\":\"function\",\"name\":\"f\"}}");
  g_assert_cmpuint (prompt->tools->len, ==, 3);
  tool = g_ptr_array_index (prompt->tools, 0);
  g_assert_cmpstr (tool->schema, ==, "{\"type\":\"object\"}");
  g_assert_cmpint (tool->strict, ==, RELAIS_TRI_FALSE);
  tool = g_ptr_array_index (prompt->tools, 2);
  g_assert_cmpint (tool->type, ==, RELAIS_TOOL_HOSTED);
  g_assert_cmpint (tool->origin, ==, RELAIS_ORIGIN_OPENAI_RESPONSES);
  g_assert_cmpint (prompt->tool_choice, ==, RELAIS_TOOL_CHOICE_NAMED);
  g_assert_cmpstr (prompt->tool_choice_name, ==, "f");
}

static void
test_choices (void)
{
  static const struct
  {
    const char *body;
    RelaisToolChoice choice;
  } cases[] = {
    { ONE "\"tool_choice\":\"none\"}", RELAIS_TOOL_CHOICE_NONE },
    { ONE "\"tool_choice\":\"auto\"}", RELAIS_TOOL_CHOICE_AUTO },
    { ONE "\"tool_choice\":\"required\"}", RELAIS_TOOL_CHOICE_REQUIRED },
    { ONE "\"tool_choice\":{\"type\":\"allowed_tools\",\"mode\":\"auto\",\"tools\":[]}}", RELAIS_TOOL_CHOICE_SUBSET },
    { ONE "\"tool_choice\":{\"type\":\"custom\",\"name\":\"f\"}}", RELAIS_TOOL_CHOICE_NAMED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RelaisPrompt) prompt = decode (cases[i].body);

      g_assert_cmpint (prompt->tool_choice, ==, cases[i].choice);
    }
}

static const KitRefusal refusals[] = {
  { "{\"input\":\"x\"}", "model" },
  { "{\"model\":\"m\"}", "input" },
  { "{\"model\":\"m\",\"input\":7}", "input" },
  { ONE "\"instructions\":7}", "instructions" },
  { ONE "\"stream\":1}", "stream" },
  { ONE "\"max_output_tokens\":\"9\"}", "max_output_tokens" },
  { ONE "\"parallel_tool_calls\":\"no\"}", "parallel_tool_calls" },
  { ONE "\"reasoning\":\"low\"}", "reasoning" },
  { ONE "\"include\":\"x\"}", "include" },
  { ONE "\"text\":[]}", "text" },
  { ONE "\"tool_choice\":\"any\"}", "tool_choice" },
  { ONE "\"tools\":{}}", "tools" },
  { ONE "\"tools\":[{\"type\":\"function\"}]}", "tools[0].name" },
  { ONE "\"tools\":[{\"type\":\"function\",\"name\":\"f\",\"parameters\":\"{}\"}]}", "tools[0].parameters" },
  { ONE "\"tools\":[{\"type\":\"function\",\"name\":\"f\",\"description\":7}]}", "tools[0].description" },
  { HEAD "{\"type\":7}" TAIL, "input[0].type" },
  { HEAD "{\"type\":\"item_reference\",\"id\":\"x\"}" TAIL, "input[0].type" },
  { HEAD "{\"content\":\"x\"}" TAIL, "input[0].role" },
  { HEAD "{\"role\":\"tool\",\"content\":\"x\"}" TAIL, "input[0].role" },
  { HEAD "{\"role\":\"user\",\"content\":7}" TAIL, "input[0].content" },
  { HEAD "{\"role\":\"user\",\"content\":[{\"type\":7}]}" TAIL, "input[0].content[0].type" },
  { HEAD "{\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":7}]}" TAIL, "input[0].content[0].text" },
  { HEAD "{\"role\":\"user\",\"content\":[{\"type\":\"input_image\",\"image_url\":{}}]}" TAIL, "input[0].content[0].image_url" },
  { HEAD "{\"role\":\"user\",\"content\":[{\"type\":\"input_file\",\"file_id\":7}]}" TAIL, "input[0].content[0].file_id" },
  { HEAD "{\"type\":\"function_call\",\"name\":\"f\"}" TAIL, "input[0].call_id" },
  { HEAD "{\"type\":\"function_call\",\"call_id\":\"c\"}" TAIL, "input[0].name" },
  { HEAD "{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":\"f\",\"arguments\":{}}" TAIL, "input[0].arguments" },
  { HEAD "{\"type\":\"custom_tool_call\",\"call_id\":\"c\",\"name\":\"f\",\"input\":{}}" TAIL, "input[0].input" },
  { HEAD "{\"type\":\"function_call_output\",\"output\":\"x\"}" TAIL, "input[0].call_id" },
  { HEAD "{\"type\":\"function_call_output\",\"call_id\":\"c\",\"output\":7}" TAIL, "input[0].output" },
  { HEAD "{\"type\":\"reasoning\",\"summary\":\"x\"}" TAIL, "input[0].summary" },
  { HEAD "{\"type\":\"reasoning\",\"encrypted_content\":7}" TAIL, "input[0].encrypted_content" },
};

/* Fine for an upstream of the same vendor. */
static const KitRefusal elsewhere[] = {
  { ONE "\"previous_response_id\":\"resp_1\"}", "previous_response_id" },
  { ONE "\"conversation\":{\"id\":\"c\"}}", "conversation" },
  { ONE "\"prompt\":{\"id\":\"p\"}}", "prompt" },
  { ONE "\"background\":true}", "background" },
};

static void
test_refusals (void)
{
  kit_refuse (RELAIS_DIALECT_OPENAI_RESPONSES, refusals, G_N_ELEMENTS (refusals));
  kit_refuse_elsewhere (RELAIS_DIALECT_OPENAI_RESPONSES, elsewhere, G_N_ELEMENTS (elsewhere));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/openai-responses-request/settings", test_settings);
  g_test_add_func ("/openai-responses-request/items", test_items);
  g_test_add_func ("/openai-responses-request/tools", test_tools);
  g_test_add_func ("/openai-responses-request/choices", test_choices);
  g_test_add_func ("/openai-responses-request/refusals", test_refusals);
  return g_test_run ();
}
