/* test-anthropic-request.c: every field of a Messages request that is read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "dialects/relais-anthropic.h"

#include "../dialect-kit.h"

#define TOP "{\"model\":\"m\",\"max_tokens\":9,"
#define ONE TOP "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],"
#define HEAD TOP "\"messages\":["
#define BLOCK HEAD "{\"role\":\"user\",\"content\":["
#define TAIL "]}"
#define decode(body) kit_decode (RELAIS_DIALECT_ANTHROPIC, (body))

static void
test_settings (void)
{
  g_autoptr (RelaisPrompt) full = NULL;
  g_autoptr (RelaisPrompt) off = NULL;
  g_autoptr (RelaisPrompt) omitted = NULL;
  g_autoptr (GBytes) uncounted = NULL;
  g_autoptr (RelaisPrompt) count = NULL;
  const char *unlimited = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";

  full = decode (ONE "\"stream\":true,\"system\":[{\"type\":\"text\",\"text\":\"s1\"},{\"type\":\"text\",\"text\":\"\"},"
                     "{\"type\":\"text\",\"text\":\"s2\",\"cache_control\":{\"type\":\"ephemeral\"}}],"
                     "\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":2048},\"metadata\":{\"user_id\":\"u\"},\"unheard_of\":1}");
  g_assert_cmpint (full->max_tokens, ==, 9);
  g_assert_true (full->stream);
  g_assert_cmpuint (full->system->len, ==, 2);
  g_assert_true (full->thinking);
  g_assert_true (full->keep_signatures);
  g_assert_cmpint (full->show_thinking, ==, RELAIS_TRI_UNSET);
  off = decode (ONE "\"thinking\":{\"type\":\"disabled\"},\"system\":\"s\"}");
  g_assert_false (off->thinking);
  g_assert_cmpuint (off->system->len, ==, 1);
  omitted = decode (ONE "\"thinking\":{\"type\":\"adaptive\",\"display\":\"omitted\"}}");
  g_assert_true (omitted->thinking);
  g_assert_cmpint (omitted->show_thinking, ==, RELAIS_TRI_FALSE);
  /* Only counting does without a limit. */
  uncounted = g_bytes_new (unlimited, strlen (unlimited));
  count = relais_anthropic_decode_count (uncounted, NULL);
  g_assert_nonnull (count);
}

static void
test_messages (void)
{
  g_autoptr (RelaisPrompt) prompt = NULL;
  g_autofree char *shape = NULL;

  prompt = decode (BLOCK "{\"type\":\"text\",\"text\":\"t\"},{\"type\":\"text\",\"text\":\"\"},"
                         "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/jpg\",\"data\":\"AA==\"}},"
                         "{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"https://e.org/a\"}},"
                         "{\"type\":\"document\",\"title\":\"d\",\"source\":{\"type\":\"file\",\"file_id\":\"f\"}},"
                         "{\"type\":\"document\",\"source\":{\"type\":\"text\",\"media_type\":\"text/plain\",\"data\":\"plain\"}},"
                         "{\"type\":\"document\",\"source\":{\"type\":\"content\",\"content\":[{\"type\":\"text\",\"text\":\"in\"}]}},"
                         "{\"type\":\"search_result\",\"title\":\"a\",\"source\":\"b\",\"content\":[{\"type\":\"text\",\"text\":\"c\"}]},"
                         "{\"type\":\"new\"}]},"
                         "{\"role\":\"assistant\",\"content\":[{\"type\":\"thinking\",\"thinking\":\"hm\",\"signature\":\"sig\"},"
                         "{\"type\":\"redacted_thinking\",\"data\":\"xx\"},{\"type\":\"tool_use\",\"id\":\"c1\",\"name\":\"f\","
                         "\"input\":{\"a\":1.0}},{\"type\":\"tool_use\",\"id\":\"c2\",\"name\":\"g\"}]},"
                         "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"and\"},"
                         "{\"type\":\"tool_result\",\"tool_use_id\":\"c1\",\"is_error\":true,\"content\":\"r\"},"
                         "{\"type\":\"tool_result\",\"tool_use_id\":\"c2\",\"content\":[{\"type\":\"text\",\"text\":\"r\"}]}]},"
                         "{\"role\":\"system\",\"content\":\"later\"}" TAIL);
  shape = kit_shape (prompt);
  /* Results go before what the user says beside them. */
  g_assert_cmpstr (shape, ==, "UtiiftttttoAkdccUrrUtSt");
  g_assert_cmpstr (kit_part (prompt, 0, 1)->mime, ==, "image/jpeg");
  g_assert_cmpstr (kit_part (prompt, 0, 2)->url, ==, "https://e.org/a");
  g_assert_cmpstr (kit_part (prompt, 0, 3)->file_id, ==, "f");
  g_assert_cmpstr (kit_part (prompt, 0, 3)->filename, ==, "d");
  g_assert_cmpstr (kit_part (prompt, 0, 4)->text, ==, "plain");
  g_assert_cmpstr (kit_part (prompt, 0, 9)->text, ==, "{\"type\":\"new\"}");
  g_assert_cmpstr (kit_part (prompt, 1, 0)->signature, ==, "sig");
  g_assert_cmpint (kit_part (prompt, 1, 0)->origin, ==, RELAIS_ORIGIN_ANTHROPIC);
  g_assert_cmpstr (kit_part (prompt, 1, 1)->text, ==, "xx");
  g_assert_cmpstr (kit_part (prompt, 1, 2)->args, ==, "{\"a\":1.0}");
  g_assert_cmpstr (kit_part (prompt, 1, 3)->args, ==, "{}");
  g_assert_true (kit_part (prompt, 2, 0)->is_error);
  g_assert_cmpstr (kit_part (prompt, 2, 0)->name, ==, "f");
  g_assert_cmpstr (kit_part (prompt, 2, 1)->name, ==, "g");
}

static void
test_tools (void)
{
  g_autoptr (RelaisPrompt) prompt = NULL;
  const RelaisTool *tool;

  prompt = decode (ONE "\"tools\":[{\"name\":\"f\",\"description\":\"d\",\"input_schema\":{\"type\":\"object\"},\"strict\":true},"
                       "{\"type\":\"custom\",\"name\":\"g\"},{\"type\":\"web_search_20250305\",\"name\":\"web_search\"}],"
                       "\"tool_choice\":{\"type\":\"tool\",\"name\":\"f\",\"disable_parallel_tool_use\":true}}");
  g_assert_cmpuint (prompt->tools->len, ==, 3);
  tool = g_ptr_array_index (prompt->tools, 0);
  g_assert_cmpstr (tool->schema, ==, "{\"type\":\"object\"}");
  g_assert_cmpint (tool->strict, ==, RELAIS_TRI_TRUE);
  tool = g_ptr_array_index (prompt->tools, 1);
  g_assert_cmpint (tool->type, ==, RELAIS_TOOL_FUNCTION);
  tool = g_ptr_array_index (prompt->tools, 2);
  g_assert_cmpint (tool->type, ==, RELAIS_TOOL_HOSTED);
  g_assert_cmpint (prompt->tool_choice, ==, RELAIS_TOOL_CHOICE_NAMED);
  g_assert_cmpstr (prompt->tool_choice_name, ==, "f");
  g_assert_cmpint (prompt->parallel_tools, ==, RELAIS_TRI_FALSE);
}

static void
test_choices (void)
{
  static const struct
  {
    const char *body;
    RelaisToolChoice choice;
  } cases[] = {
    { ONE "\"tool_choice\":{\"type\":\"auto\"}}", RELAIS_TOOL_CHOICE_AUTO },
    { ONE "\"tool_choice\":{\"type\":\"any\"}}", RELAIS_TOOL_CHOICE_REQUIRED },
    { ONE "\"tool_choice\":{\"type\":\"none\"}}", RELAIS_TOOL_CHOICE_NONE },
    { ONE "\"tool_choice\":null}", RELAIS_TOOL_CHOICE_UNSET },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RelaisPrompt) prompt = decode (cases[i].body);

      g_assert_cmpint (prompt->tool_choice, ==, cases[i].choice);
    }
}

static const KitRefusal refusals[] = {
  { "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}", "max_tokens" },
  { "{\"max_tokens\":9,\"messages\":[]}", "model" },
  { TOP "\"x\":1}", "messages" },
  { TOP "\"messages\":[]}", "messages" },
  { TOP "\"messages\":\"x\"}", "messages" },
  { ONE "\"max_tokens\":\"9\"}", "max_tokens" },
  { ONE "\"max_tokens\":-1}", "max_tokens" },
  { ONE "\"stream\":\"x\"}", "stream" },
  { ONE "\"system\":7}", "system.content" },
  { ONE "\"thinking\":true}", "thinking" },
  { ONE "\"tool_choice\":\"auto\"}", "tool_choice" },
  { ONE "\"tool_choice\":{}}", "tool_choice.type" },
  { ONE "\"tool_choice\":{\"type\":\"tool\"}}", "tool_choice.name" },
  { ONE "\"tool_choice\":{\"type\":\"auto\",\"disable_parallel_tool_use\":1}}", "tool_choice.disable_parallel_tool_use" },
  { ONE "\"tools\":{}}", "tools" },
  { ONE "\"tools\":[{\"input_schema\":{}}]}", "tools[0].name" },
  { ONE "\"tools\":[{\"name\":\"f\",\"input_schema\":[]}]}", "tools[0].input_schema" },
  { ONE "\"tools\":[{\"name\":\"f\",\"description\":7}]}", "tools[0].description" },
  { ONE "\"tools\":[{\"name\":\"f\",\"strict\":7}]}", "tools[0].strict" },
  { HEAD "{\"content\":\"x\"}" TAIL, "messages[0].role" },
  { HEAD "{\"role\":\"tool\",\"content\":\"x\"}" TAIL, "messages[0].role" },
  { HEAD "{\"role\":\"user\"}" TAIL, "messages[0].content" },
  { HEAD "{\"role\":\"user\",\"content\":7}" TAIL, "messages[0].content" },
  { BLOCK "{}]}" TAIL, "messages[0].content[0].type" },
  { BLOCK "{\"type\":\"text\",\"text\":7}]}" TAIL, "messages[0].content[0].text" },
  { BLOCK "{\"type\":\"image\"}]}" TAIL, "messages[0].content[0].source" },
  { BLOCK "{\"type\":\"image\",\"source\":{\"type\":\"new\"}}]}" TAIL, "messages[0].content[0].source.type" },
  { BLOCK "{\"type\":\"image\",\"source\":{\"type\":\"base64\"}}]}" TAIL, "messages[0].content[0].source.data" },
  { BLOCK "{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":7}}]}" TAIL, "messages[0].content[0].source.url" },
  { BLOCK "{\"type\":\"image\",\"source\":{\"type\":\"file\"}}]}" TAIL, "messages[0].content[0].source.file_id" },
  { BLOCK "{\"type\":\"tool_result\"}]}" TAIL, "messages[0].content[0].tool_use_id" },
  { BLOCK "{\"type\":\"tool_result\",\"tool_use_id\":\"a\",\"is_error\":1}]}" TAIL, "messages[0].content[0].is_error" },
  { BLOCK "{\"type\":\"tool_result\",\"tool_use_id\":\"a\",\"content\":[{\"type\":\"text\",\"text\":1}]}]}" TAIL,
    "messages[0].content[0].content[0].text" },
  { HEAD "{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"name\":\"f\"}]}" TAIL, "messages[0].content[0].id" },
  { HEAD "{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"a\"}]}" TAIL, "messages[0].content[0].name" },
  { HEAD "{\"role\":\"assistant\",\"content\":[{\"type\":\"thinking\",\"thinking\":7}]}" TAIL,
    "messages[0].content[0].thinking" },
  { HEAD "{\"role\":\"assistant\",\"content\":[{\"type\":\"thinking\",\"signature\":7}]}" TAIL,
    "messages[0].content[0].signature" },
  { HEAD "{\"role\":\"assistant\",\"content\":[{\"type\":\"redacted_thinking\",\"data\":7}]}" TAIL,
    "messages[0].content[0].data" },
};

static void
test_refusals (void)
{
  kit_refuse (RELAIS_DIALECT_ANTHROPIC, refusals, G_N_ELEMENTS (refusals));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/anthropic-request/settings", test_settings);
  g_test_add_func ("/anthropic-request/messages", test_messages);
  g_test_add_func ("/anthropic-request/tools", test_tools);
  g_test_add_func ("/anthropic-request/choices", test_choices);
  g_test_add_func ("/anthropic-request/refusals", test_refusals);
  return g_test_run ();
}
