/* test-openai-chat-request.c: every field of a Chat Completions request that is read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "../dialect-kit.h"

#define HEAD "{\"model\":\"m\",\"messages\":["
#define ONE HEAD "{\"role\":\"user\",\"content\":\"x\"}],"
#define TAIL "]}"
#define decode(body) kit_decode (RELAIS_DIALECT_OPENAI_CHAT, (body))

static void
test_settings (void)
{
  g_autoptr (RelaisPrompt) bare = decode (HEAD "{\"role\":\"user\",\"content\":\"x\"}" TAIL);
  g_autoptr (RelaisPrompt) full = NULL;
  g_autoptr (RelaisPrompt) older = NULL;
  g_autoptr (RelaisPrompt) quiet = NULL;

  g_assert_cmpstr (bare->model, ==, "m");
  g_assert_false (bare->stream);
  g_assert_false (bare->include_usage);
  g_assert_cmpint (bare->max_tokens, ==, -1);
  g_assert_false (bare->thinking);
  full = decode (ONE "\"stream\":true,\"stream_options\":{\"include_usage\":true,\"include_obfuscation\":false},"
                     "\"max_tokens\":5,\"max_completion_tokens\":7,\"parallel_tool_calls\":false,\"reasoning_effort\":\"low\","
                     "\"n\":1,\"temperature\":0.5,\"unheard_of\":{\"a\":[1]}}");
  g_assert_true (full->stream);
  g_assert_true (full->include_usage);
  g_assert_cmpint (full->max_tokens, ==, 7);
  g_assert_cmpint (full->parallel_tools, ==, RELAIS_TRI_FALSE);
  g_assert_true (full->thinking);
  older = decode (ONE "\"max_tokens\":5,\"stream\":null,\"parallel_tool_calls\":true}");
  g_assert_cmpint (older->max_tokens, ==, 5);
  g_assert_cmpint (older->parallel_tools, ==, RELAIS_TRI_TRUE);
  quiet = decode (ONE "\"reasoning_effort\":\"none\"}");
  g_assert_false (quiet->thinking);
}

static void
test_messages (void)
{
  g_autoptr (RelaisPrompt) prompt = NULL;
  g_autofree char *shape = NULL;

  prompt = decode (HEAD
                   "{\"role\":\"system\",\"content\":\"s1\"},"
                   "{\"role\":\"developer\",\"content\":[{\"type\":\"text\",\"text\":\"s2\"}]},"
                   "{\"role\":\"user\",\"name\":\"n\",\"content\":[{\"type\":\"text\",\"text\":\"t\"},"
                   "{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://e.org/a\",\"detail\":\"low\"}},"
                   "{\"type\":\"image_url\",\"image_url\":\"data:image/png;base64,AA==\"},"
                   "{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"AA==\",\"format\":\"wav\"}},"
                   "{\"type\":\"file\",\"file\":{\"file_id\":\"f\",\"filename\":\"a.pdf\"}},{\"type\":\"new\",\"x\":1.50}]},"
                   "{\"role\":\"assistant\",\"content\":null,\"reasoning_content\":\"hm\",\"tool_calls\":[{\"id\":\"c1\","
                   "\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"},"
                   "\"extra_content\":{\"google\":{\"thought_signature\":\"sig\"}}},"
                   "{\"id\":\"c2\",\"type\":\"custom\",\"custom\":{\"name\":\"g\",\"input\":\"free\"}}]},"
                   "{\"role\":\"tool\",\"tool_call_id\":\"c2\",\"content\":\"r2\"},"
                   "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":[{\"type\":\"text\",\"text\":\"r1\"}]},"
                   "{\"role\":\"system\",\"content\":\"later\"},"
                   "{\"role\":\"assistant\",\"content\":[{\"type\":\"refusal\",\"refusal\":\"no\"}],\"refusal\":\"no\"},"
                   "{\"role\":\"assistant\",\"function_call\":{\"name\":\"old\",\"arguments\":\"[]\"}},"
                   "{\"role\":\"function\",\"name\":\"old\",\"content\":\"r3\"}" TAIL);
  shape = kit_shape (prompt);
  g_assert_cmpstr (shape, ==, "UtiiafoAkccUrrStAnnAcUr");
  g_assert_cmpuint (prompt->system->len, ==, 2);
  g_assert_cmpstr (kit_part (prompt, 0, 1)->url, ==, "https://e.org/a");
  g_assert_cmpstr (kit_part (prompt, 0, 1)->detail, ==, "low");
  g_assert_cmpstr (kit_part (prompt, 0, 2)->mime, ==, "image/png");
  g_assert_cmpstr (kit_part (prompt, 0, 3)->mime, ==, "wav");
  g_assert_cmpstr (kit_part (prompt, 0, 4)->file_id, ==, "f");
  /* What is not known stays as it was written. */
  g_assert_cmpstr (kit_part (prompt, 0, 5)->text, ==, "{\"type\":\"new\",\"x\":1.50}");
  g_assert_cmpstr (kit_part (prompt, 1, 1)->signature, ==, "sig");
  g_assert_cmpint (kit_part (prompt, 1, 1)->origin, ==, RELAIS_ORIGIN_GEMINI);
  g_assert_true (kit_part (prompt, 1, 2)->custom);
  g_assert_cmpstr (kit_part (prompt, 1, 2)->args, ==, "free");
  g_assert_cmpstr (kit_part (prompt, 2, 0)->name, ==, "g");
  g_assert_cmpstr (kit_part (prompt, 2, 1)->name, ==, "f");
  g_assert_cmpstr (kit_part (prompt, 5, 0)->id, ==, "call_fn_8");
  g_assert_cmpstr (kit_part (prompt, 6, 0)->id, ==, "call_fn_8");
}

static void
test_tools (void)
{
  g_autoptr (RelaisPrompt) prompt = NULL;
  const RelaisTool *tool;

  prompt = decode (ONE "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"description\":\"d\",\"strict\":true,"
                       "\"parameters\":{\"type\":\"object\",\"x\":1e2}}},{\"type\":\"custom\",\"custom\":{\"name\":\"g\","
                       "\"format\":{\"type\":\"text\"}}},{\"type\":\"web_search\"}],\"functions\":[{\"name\":\"h\"}],"
                       "\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"f\"}}}");
  g_assert_cmpuint (prompt->tools->len, ==, 4);
  tool = g_ptr_array_index (prompt->tools, 0);
  g_assert_cmpstr (tool->schema, ==, "{\"type\":\"object\",\"x\":1e2}");
  g_assert_cmpstr (tool->description, ==, "d");
  g_assert_cmpint (tool->strict, ==, RELAIS_TRI_TRUE);
  tool = g_ptr_array_index (prompt->tools, 1);
  g_assert_cmpint (tool->type, ==, RELAIS_TOOL_CUSTOM);
  tool = g_ptr_array_index (prompt->tools, 2);
  g_assert_cmpint (tool->type, ==, RELAIS_TOOL_HOSTED);
  g_assert_cmpstr (tool->schema, ==, "{\"type\":\"web_search\"}");
  tool = g_ptr_array_index (prompt->tools, 3);
  g_assert_cmpstr (tool->name, ==, "h");
  g_assert_null (tool->schema);
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
    { ONE "\"tool_choice\":null}", RELAIS_TOOL_CHOICE_UNSET },
    { ONE "\"function_call\":{\"name\":\"f\"}}", RELAIS_TOOL_CHOICE_NAMED },
    { ONE "\"tool_choice\":{\"type\":\"custom\",\"custom\":{\"name\":\"f\"}}}", RELAIS_TOOL_CHOICE_NAMED },
    { ONE "\"tool_choice\":{\"type\":\"allowed_tools\",\"allowed_tools\":{\"mode\":\"required\",\"tools\":[]}}}",
      RELAIS_TOOL_CHOICE_SUBSET },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RelaisPrompt) prompt = decode (cases[i].body);

      g_assert_cmpint (prompt->tool_choice, ==, cases[i].choice);
    }
}

static const KitRefusal refusals[] = {
  { "{\"messages\":[]}", "model" },
  { "{\"model\":\"\",\"messages\":[]}", "model" },
  { "{\"model\":7}", "model" },
  { "{\"model\":\"m\"}", "messages" },
  { HEAD TAIL, "messages" },
  { "{\"model\":\"m\",\"messages\":{}}", "messages" },
  { ONE "\"stream\":\"yes\"}", "stream" },
  { ONE "\"stream_options\":[]}", "stream_options" },
  { ONE "\"stream_options\":{\"include_usage\":1}}", "stream_options.include_usage" },
  { ONE "\"max_tokens\":-1}", "max_tokens" },
  { ONE "\"max_tokens\":1.5}", "max_tokens" },
  { ONE "\"max_completion_tokens\":\"9\"}", "max_completion_tokens" },
  { ONE "\"parallel_tool_calls\":0}", "parallel_tool_calls" },
  { ONE "\"reasoning_effort\":3}", "reasoning_effort" },
  { ONE "\"n\":\"1\"}", "n" },
  { ONE "\"tool_choice\":\"any\"}", "tool_choice" },
  { ONE "\"tool_choice\":[]}", "tool_choice" },
  { ONE "\"function_call\":5}", "function_call" },
  { HEAD "{\"content\":\"x\"}" TAIL, "messages[0].role" },
  { HEAD "{\"role\":\"robot\"}" TAIL, "messages[0].role" },
  { HEAD "{\"role\":7}" TAIL, "messages[0].role" },
  { HEAD "{\"role\":\"user\",\"content\":7}" TAIL, "messages[0].content" },
  { HEAD "{\"role\":\"user\",\"content\":[{\"type\":7}]}" TAIL, "messages[0].content[0].type" },
  { HEAD "{\"role\":\"user\",\"content\":[\"a\",{\"type\":\"text\",\"text\":{}}]}" TAIL, "messages[0].content[1].text" },
  { HEAD "{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":7}]}" TAIL,
    "messages[0].content[0].image_url" },
  { HEAD "{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{}}]}" TAIL,
    "messages[0].content[0].image_url.url" },
  { HEAD "{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"u\",\"detail\":1}}]}" TAIL,
    "messages[0].content[0].image_url.detail" },
  { HEAD "{\"role\":\"user\",\"content\":[{\"type\":\"file\",\"file\":[]}]}" TAIL, "messages[0].content[0].file" },
  { HEAD "{\"role\":\"user\",\"content\":[{\"type\":\"file\",\"file\":{\"file_data\":1}}]}" TAIL,
    "messages[0].content[0].file.file_data" },
  { HEAD "{\"role\":\"user\",\"content\":[{\"type\":\"input_audio\",\"input_audio\":{\"format\":1}}]}" TAIL,
    "messages[0].content[0].input_audio.format" },
  { HEAD "{\"role\":\"assistant\",\"refusal\":7}" TAIL, "messages[0].refusal" },
  { HEAD "{\"role\":\"assistant\",\"tool_calls\":{}}" TAIL, "messages[0].tool_calls" },
  { HEAD "{\"role\":\"assistant\",\"tool_calls\":[{\"id\":7}]}" TAIL, "messages[0].tool_calls[0].id" },
  { HEAD "{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"a\"}]}" TAIL, "messages[0].tool_calls[0].function.name" },
  { HEAD "{\"role\":\"assistant\",\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":7}}]}" TAIL,
    "messages[0].tool_calls[0].function.arguments" },
  { HEAD "{\"role\":\"assistant\",\"function_call\":{\"name\":\"\"}}" TAIL, "messages[0].function_call.name" },
  { HEAD "{\"role\":\"tool\",\"content\":\"x\"}" TAIL, "messages[0].tool_call_id" },
  { HEAD "{\"role\":\"function\",\"content\":\"x\"}" TAIL, "messages[0].name" },
  { ONE "\"tools\":{}}", "tools" },
  { ONE "\"functions\":7}", "functions" },
  { ONE "\"tools\":[{\"type\":\"function\",\"function\":{}}]}", "tools[0].function.name" },
  { ONE "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":[]}}]}",
    "tools[0].function.parameters" },
  { ONE "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"strict\":1}}]}", "tools[0].function.strict" },
  { ONE "\"tools\":[{\"type\":\"custom\",\"custom\":{\"name\":7}}]}", "tools[0].custom.name" },
  { "7", NULL },
};

/* Fine for an upstream of the same vendor. */
static const KitRefusal elsewhere[] = {
  { ONE "\"n\":2}", "n" },
};

static void
test_refusals (void)
{
  kit_refuse (RELAIS_DIALECT_OPENAI_CHAT, refusals, G_N_ELEMENTS (refusals));
  kit_refuse_elsewhere (RELAIS_DIALECT_OPENAI_CHAT, elsewhere, G_N_ELEMENTS (elsewhere));
}

/* A text to go on with: what it says beyond that is told like any field of a chat. */
static void
test_completion (void)
{
  static const char json[] = "{\"model\":\"m\",\"prompt\":[\"hi\"],\"best_of\":1,\"later\":1,\"top_k\":3,\"echo\":false,"
                             "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}],\"tool_choice\":\"auto\","
                             "\"stream_options\":{\"include_usage\":true,\"include_obfuscation\":true}}";
  g_autoptr (GBytes) body = g_bytes_new_static (json, strlen (json));
  g_autoptr (GError) error = NULL;
  g_autoptr (RelaisPrompt) prompt =
               relais_dialect_get_completions ()->decode_request (body, NULL, FALSE, &error);

  g_assert_no_error (error);
  g_assert_true (prompt->include_usage);
  g_assert_cmpuint (prompt->extras->len, ==, 4);
  g_assert_cmpstr (((RelaisExtra *)g_ptr_array_index (prompt->extras, 0))->field, ==, "later");
  g_assert_cmpstr (((RelaisExtra *)g_ptr_array_index (prompt->extras, 1))->field, ==,
                   "stream_options.include_obfuscation");
  /* a text cannot answer with a call */
  g_assert_cmpstr (((RelaisExtra *)g_ptr_array_index (prompt->extras, 2))->field, ==, "tools");
  g_assert_cmpstr (((RelaisExtra *)g_ptr_array_index (prompt->extras, 3))->field, ==, "tool_choice");
  g_assert_cmpuint (prompt->tools->len, ==, 0);
  g_assert_cmpstr (prompt->top_k, ==, "3");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/openai-chat-request/settings", test_settings);
  g_test_add_func ("/openai-chat-request/messages", test_messages);
  g_test_add_func ("/openai-chat-request/tools", test_tools);
  g_test_add_func ("/openai-chat-request/choices", test_choices);
  g_test_add_func ("/openai-chat-request/refusals", test_refusals);
  g_test_add_func ("/openai-chat-request/completion", test_completion);
  return g_test_run ();
}
