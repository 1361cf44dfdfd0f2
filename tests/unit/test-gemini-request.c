/* test-gemini-request.c: every field of a generateContent request that is read, in both spellings
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "../dialect-kit.h"

#define ONE "{\"model\":\"m\",\"contents\":[{\"parts\":[{\"text\":\"x\"}]}],"
#define HEAD "{\"model\":\"models/m\",\"contents\":["
#define PARTS HEAD "{\"role\":\"user\",\"parts\":["
#define TAIL "]}"
#define decode(body) kit_decode (RELAIS_DIALECT_GEMINI, (body))

static void
test_settings (void)
{
  static const char *const spellings[] = {
    ONE "\"systemInstruction\":{\"parts\":[{\"text\":\"s\"}]},\"generationConfig\":{"
        "\"maxOutputTokens\":9,"
        "\"candidateCount\":1,\"thinkingConfig\":{\"includeThoughts\":true,\"thinkingBudget\":-1}},"
        "\"safetySettings\":[]}",
    ONE "\"system_instruction\":{\"parts\":{\"text\":\"s\"}},\"generation_config\":{\"max_output_"
        "tokens\":9,"
        "\"candidate_count\":1,\"thinking_config\":{\"include_thoughts\":true,\"thinking_budget\":-"
        "1}},\"unheard_of\":1}",
    ONE "\"systemInstruction\":\"s\",\"generationConfig\":{\"maxOutputTokens\":9,"
        "\"thinkingConfig\":{\"includeThoughts\":true,\"thinkingLevel\":\"LOW\"}}}",
  };
  g_autoptr (RelaisPrompt) bare = decode (HEAD "{\"parts\":[{\"text\":\"x\"}]}" TAIL);
  g_autoptr (RelaisPrompt) off = NULL;

  g_assert_cmpstr (bare->model, ==, "m");
  g_assert_false (bare->thinking);
  g_assert_cmpint (bare->show_thinking, ==, RELAIS_TRI_UNSET);
  for (guint i = 0; i < G_N_ELEMENTS (spellings); i++)
    {
      g_autoptr (RelaisPrompt) prompt = decode (spellings[i]);

      g_assert_cmpuint (prompt->system->len, ==, 1);
      g_assert_cmpint (prompt->max_tokens, ==, 9);
      g_assert_true (prompt->thinking);
      g_assert_cmpint (prompt->show_thinking, ==, RELAIS_TRI_TRUE);
    }
  off = decode (ONE "\"generationConfig\":{\"thinkingConfig\":{\"thinkingBudget\":0}}}");
  g_assert_false (off->thinking);
}

/* The path says which model and whether to stream. */
static void
test_path (void)
{
  static const char body[] = "{\"contents\":\"x\"}";
  g_autoptr (GBytes) bytes = g_bytes_new_static (body, sizeof body - 1);
  g_autoptr (RelaisPrompt) prompt = NULL;
  g_autofree char *shape = NULL;

  prompt =
    relais_dialect_get (RELAIS_DIALECT_GEMINI)->decode_request (bytes, "models/a/b", TRUE, NULL);
  g_assert_cmpstr (prompt->model, ==, "a/b");
  g_assert_true (prompt->stream);
  shape = kit_shape (prompt);
  g_assert_cmpstr (shape, ==, "Ut");
}

static void
test_contents (void)
{
  g_autoptr (RelaisPrompt) prompt = NULL;
  g_autofree char *shape = NULL;

  prompt = decode (
    PARTS "{\"text\":\"t\"},{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"AA==\"}},"
          "{\"inline_data\":{\"mime_type\":\"audio/wav\",\"data\":\"AA==\"}},"
          "{\"inlineData\":{\"mimeType\":\"application/pdf\",\"data\":\"AA==\"}},"
          "{\"fileData\":{\"fileUri\":\"https://e.org/a\",\"mimeType\":\"image/png\"}},"
          "{\"executableCode\":{\"code\":\"1\"}}]},"
          "{\"role\":\"model\",\"parts\":[{\"text\":\"hm\",\"thought\":true},"
          "{\"functionCall\":{\"name\":\"f\",\"args\":{\"a\":12345678901234567890}},"
          "\"thoughtSignature\":\"sig\"},"
          "{\"functionCall\":{\"name\":\"f\",\"id\":\"own\"}},{\"text\":\"\",\"thought_signature\":"
          "\"s2\"}]},"
          "{\"role\":\"function\",\"parts\":[{\"functionResponse\":{\"name\":\"f\",\"response\":{"
          "\"output\":\"r1\"}}},"
          "{\"functionResponse\":{\"id\":\"own\",\"name\":\"f\",\"response\":{\"error\":\"bad\"}}},"
          "{\"functionResponse\":{\"name\":\"g\",\"response\":{\"a\":1,\"output\":\"x\"}}}]}" TAIL);
  shape = kit_shape (prompt);
  g_assert_cmpstr (shape, ==, "UtiafioAkcctUrrr");
  g_assert_cmpstr (kit_part (prompt, 0, 4)->url, ==, "https://e.org/a");
  g_assert_cmpstr (kit_part (prompt, 1, 1)->args, ==, "{\"a\":12345678901234567890}");
  g_assert_cmpstr (kit_part (prompt, 1, 1)->signature, ==, "sig");
  g_assert_cmpstr (kit_part (prompt, 1, 1)->id, ==, "call_2_1");
  g_assert_cmpstr (kit_part (prompt, 1, 2)->args, ==, "{}");
  g_assert_cmpstr (kit_part (prompt, 1, 3)->signature, ==, "s2");
  g_assert_cmpstr (kit_part (prompt, 2, 0)->id, ==, "call_2_1");
  g_assert_cmpstr (((RelaisPart *)g_ptr_array_index (kit_part (prompt, 2, 0)->content, 0))->text,
                   ==, "r1");
  g_assert_true (kit_part (prompt, 2, 1)->is_error);
  g_assert_null (kit_part (prompt, 2, 2)->id);
  g_assert_cmpint (((RelaisPart *)g_ptr_array_index (kit_part (prompt, 2, 2)->content, 0))->type,
                   ==, RELAIS_PART_JSON);
}

static void
test_tools (void)
{
  g_autoptr (RelaisPrompt) prompt = NULL;
  const RelaisTool *tool;

  prompt = decode (
    ONE "\"tools\":[{\"functionDeclarations\":[{\"name\":\"f\",\"description\":\"d\","
        "\"parameters\":{\"type\":\"OBJECT\"}},"
        "{\"name\":\"g\",\"parametersJsonSchema\":{\"type\":\"object\"}}]},{\"googleSearch\":{}}],"
        "\"toolConfig\":{\"functionCallingConfig\":{\"mode\":\"ANY\",\"allowedFunctionNames\":["
        "\"g\"]}}}");
  g_assert_cmpuint (prompt->tools->len, ==, 3);
  tool = g_ptr_array_index (prompt->tools, 0);
  /* its own notation becomes plain JSON Schema */
  g_assert_cmpstr (tool->schema, ==, "{\"type\":\"object\"}");
  tool = g_ptr_array_index (prompt->tools, 1);
  g_assert_cmpstr (tool->schema, ==, "{\"type\":\"object\"}");
  tool = g_ptr_array_index (prompt->tools, 2);
  g_assert_cmpint (tool->type, ==, RELAIS_TOOL_HOSTED);
  g_assert_cmpint (prompt->tool_choice, ==, RELAIS_TOOL_CHOICE_NAMED);
  g_assert_cmpstr (prompt->tool_choice_name, ==, "g");
}

static void
test_choices (void)
{
#define MODE(mode) ONE "\"toolConfig\":{\"functionCallingConfig\":{\"mode\":" mode "}}}"
  static const struct
  {
    const char *body;
    RelaisToolChoice choice;
  } cases[] = {
    { MODE ("\"AUTO\""), RELAIS_TOOL_CHOICE_AUTO },
    { MODE ("\"none\""), RELAIS_TOOL_CHOICE_NONE },
    { MODE ("\"ANY\""), RELAIS_TOOL_CHOICE_REQUIRED },
    { MODE ("\"VALIDATED\""), RELAIS_TOOL_CHOICE_AUTO },
    { MODE ("1"), RELAIS_TOOL_CHOICE_AUTO },
    { MODE ("2"), RELAIS_TOOL_CHOICE_REQUIRED },
    { MODE ("3"), RELAIS_TOOL_CHOICE_NONE },
    { MODE ("0"), RELAIS_TOOL_CHOICE_UNSET },
    { ONE "\"tool_config\":{\"function_calling_config\":{\"mode\":\"ANY\",\"allowed_function_"
          "names\":[\"f\",\"g\"]}}}",
      RELAIS_TOOL_CHOICE_SUBSET },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RelaisPrompt) prompt = decode (cases[i].body);

      g_assert_cmpint (prompt->tool_choice, ==, cases[i].choice);
    }
}

static const KitRefusal refusals[] = {
  { "{\"contents\":\"x\"}", "model" },
  { "{\"model\":\"m\"}", "contents" },
  { HEAD TAIL, "contents" },
  { "{\"model\":\"m\",\"contents\":7}", "contents" },
  { ONE "\"systemInstruction\":7}", "systemInstruction" },
  { ONE "\"tools\":7}", "tools" },
  { ONE "\"tools\":[{\"functionDeclarations\":{}}]}", "tools[0].functionDeclarations" },
  { ONE "\"tools\":[{\"functionDeclarations\":[{}]}]}", "tools[0].functionDeclarations[0].name" },
  { ONE "\"tools\":[{\"functionDeclarations\":[{\"name\":\"f\",\"parameters\":7}]}]}",
    "tools[0].functionDeclarations[0].parameters" },
  { ONE "\"tools\":[{\"functionDeclarations\":[{\"name\":\"f\",\"description\":7}]}]}",
    "tools[0].functionDeclarations[0].description" },
  { ONE "\"toolConfig\":7}", "toolConfig" },
  { ONE "\"toolConfig\":{\"functionCallingConfig\":7}}", "toolConfig.functionCallingConfig" },
  { MODE ("\"SOME\""), "toolConfig.functionCallingConfig.mode" },
  { ONE "\"toolConfig\":{\"functionCallingConfig\":{\"allowedFunctionNames\":\"f\"}}}",
    "toolConfig.functionCallingConfig.allowedFunctionNames" },
  { ONE "\"toolConfig\":{\"functionCallingConfig\":{\"mode\":\"ANY\",\"allowedFunctionNames\":[7]}}}",
    "toolConfig.functionCallingConfig.allowedFunctionNames" },
  { ONE "\"generationConfig\":[]}", "generationConfig" },
  { ONE "\"generationConfig\":{\"maxOutputTokens\":\"9\"}}", "generationConfig.maxOutputTokens" },
  { ONE "\"generationConfig\":{\"thinkingConfig\":7}}", "generationConfig.thinkingConfig" },
  { ONE "\"generationConfig\":{\"thinkingConfig\":{\"includeThoughts\":1}}}",
    "generationConfig.thinkingConfig.includeThoughts" },
  { ONE "\"generationConfig\":{\"thinkingConfig\":{\"thinkingBudget\":\"1\"}}}",
    "generationConfig.thinkingConfig.thinkingBudget" },
  { HEAD "{\"role\":7,\"parts\":[]}" TAIL, "contents[0].role" },
  { HEAD "{\"role\":\"robot\",\"parts\":[]}" TAIL, "contents[0].role" },
  { PARTS "{\"text\":7}]}" TAIL, "contents[0].parts[0].text" },
  { PARTS "{\"text\":\"a\",\"thought\":7}]}" TAIL, "contents[0].parts[0].thought" },
  { PARTS "{\"text\":\"a\",\"thoughtSignature\":7}]}" TAIL,
    "contents[0].parts[0].thoughtSignature" },
  { PARTS "{\"inlineData\":7}]}" TAIL, "contents[0].parts[0].inlineData" },
  { PARTS "{\"inlineData\":{}}]}" TAIL, "contents[0].parts[0].inlineData.data" },
  { PARTS "{\"inlineData\":{\"data\":\"AA==\",\"mimeType\":7}}]}" TAIL,
    "contents[0].parts[0].inlineData.mimeType" },
  { PARTS "{\"fileData\":{}}]}" TAIL, "contents[0].parts[0].fileData.fileUri" },
  { PARTS "{\"functionCall\":{}}]}" TAIL, "contents[0].parts[0].functionCall.name" },
  { PARTS "{\"functionCall\":{\"name\":\"f\",\"args\":\"{}\"}}]}" TAIL,
    "contents[0].parts[0].functionCall.args" },
  { PARTS "{\"functionResponse\":{\"name\":\"f\",\"response\":\"x\"}}]}" TAIL,
    "contents[0].parts[0].functionResponse.response" },
  { PARTS "{\"functionResponse\":{\"response\":{}}}]}" TAIL,
    "contents[0].parts[0].functionResponse.name" },
  { PARTS "{\"functionResponse\":{\"name\":\"f\",\"parts\":{}}}]}" TAIL,
    "contents[0].parts[0].functionResponse.parts" },
};

/* Fine for an upstream of the same vendor. */
static const KitRefusal elsewhere[] = {
  { ONE "\"generationConfig\":{\"candidateCount\":2}}", "generationConfig.candidateCount" },
};

static void
test_refusals (void)
{
  kit_refuse (RELAIS_DIALECT_GEMINI, refusals, G_N_ELEMENTS (refusals));
  kit_refuse_elsewhere (RELAIS_DIALECT_GEMINI, elsewhere, G_N_ELEMENTS (elsewhere));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gemini-request/settings", test_settings);
  g_test_add_func ("/gemini-request/path", test_path);
  g_test_add_func ("/gemini-request/contents", test_contents);
  g_test_add_func ("/gemini-request/tools", test_tools);
  g_test_add_func ("/gemini-request/choices", test_choices);
  g_test_add_func ("/gemini-request/refusals", test_refusals);
  return g_test_run ();
}
