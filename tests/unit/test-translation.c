/* test-translation.c: the messages of a request in another dialect
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/relais-error.h"

#include "translation-kit.h"

#define C(messages) "{'model':'m','messages':[" messages "]}"
#define A(messages) "{'model':'m','max_tokens':99,'messages':[" messages "]}"
#define G(contents) "{'model':'m','contents':[" contents "]}"
#define R(items) "{'model':'m','input':[" items "]}"
#define U "{'role':'user','content':'hi'}"
#define CALLS "'tool_calls':[{'id':'c1','type':'function','function':{'name':'f','arguments':'{}'}}]"
#define RESULT "{'role':'tool','tool_call_id':'c1','content':'r'}"
#define TEXT_A(text) "{'type':'text','text':" text "}"
#define IN(text) "{'type':'input_text','text':" text "}"

static const KitRequest requests[] = {
  { "037-string/chat-anthropic", KIT_C, KIT_A, .body = C (U), .expect = { { "messages", "[{'role':'user','content':[" TEXT_A ("'hi'") "]}]" } } },
  { "037-parts/chat-anthropic", KIT_C, KIT_A, .body = C ("{'role':'user','content':[" TEXT_A ("'hi'") "]}"), .expect = { { "messages", "[{'role':'user','content':[" TEXT_A ("'hi'") "]}]" } } },
  { "037-string/chat-gemini", KIT_C, KIT_G, .body = C (U), .expect = { { "contents", "[{'role':'user','parts':[{'text':'hi'}]}]" } } },
  { "037-parts/chat-gemini", KIT_C, KIT_G, .body = C ("{'role':'user','content':[" TEXT_A ("'hi'") "]}"), .expect = { { "contents", "[{'role':'user','parts':[{'text':'hi'}]}]" } } },
  { "037-string/chat-responses", KIT_C, KIT_R, .body = C (U), .expect = { { "input", "[{'type':'message','role':'user','content':[" IN ("'hi'") "]}]" } } },
  { "037-parts/chat-responses", KIT_C, KIT_R, .body = C ("{'role':'user','content':[" TEXT_A ("'hi'") "]}"), .expect = { { "input", "[{'type':'message','role':'user','content':[" IN ("'hi'") "]}]" } } },
  { "037-string/anthropic-chat", KIT_A, KIT_C, .body = A (U), .expect = { { "messages", "[" U "]" } } },
  { "037-parts/anthropic-chat", KIT_A, KIT_C, .body = A ("{'role':'user','content':[" TEXT_A ("'hi'") "]}"), .expect = { { "messages", "[" U "]" } } },
  { "037-string/responses-chat", KIT_R, KIT_C, .body = "{'model':'m','input':'hi'}", .expect = { { "messages", "[" U "]" } } },
  { "037-parts/responses-chat", KIT_R, KIT_C, .body = R ("{'role':'user','content':[" IN ("'hi'") "]}"), .expect = { { "messages", "[" U "]" } } },
  { "037-parts/gemini-chat", KIT_G, KIT_C, .body = G ("{'role':'user','parts':[{'text':'hi'}]}"), .expect = { { "messages", "[" U "]" } } },

  { "038-null-content/anthropic", KIT_C, KIT_A, .body = C (U ",{'role':'assistant','content':null," CALLS "}," RESULT), .expect = { { "messages.1.content", "[{'type':'tool_use','id':'c1','name':'f','input':{}}]" } } },
  { "038-null-content/gemini", KIT_C, KIT_G, .model = "gemini-2.5-pro", .body = C (U ",{'role':'assistant','content':null," CALLS "}," RESULT), .expect = { { "contents.1", "{'role':'model','parts':[{'functionCall':{'name':'f','args':{}}}]}" } } },
  { "038-null-content/responses", KIT_C, KIT_R, .body = C (U ",{'role':'assistant','content':null," CALLS "}," RESULT), .expect = { { "input.1", "{'type':'function_call','call_id':'c1','name':'f','arguments':'{}'}" } } },

  { "039-empty-content/anthropic", KIT_C, KIT_A, .body = C (U ",{'role':'assistant','content':''}," U), .expect = { { "messages", "[{'role':'user','content':[" TEXT_A ("'hi'") "," TEXT_A ("'hi'") "]}]" } } },
  { "039-empty-content/responses", KIT_C, KIT_R, .body = C (U ",{'role':'assistant','content':''}," U), .expect = { { "input.1.role", "'user'" }, { "input.2", NULL } } },
  { "039-empty-content/gemini", KIT_C, KIT_G, .body = C (U ",{'role':'assistant','content':''}," U), .expect = { { "contents.1.role", "'user'" }, { "contents.2", NULL } } },

  { "040-refusal/anthropic", KIT_C, KIT_A, .body = C (U ",{'role':'assistant','content':[{'type':'refusal','refusal':'no'}]}," U), .expect = { { "messages.1.content", "[" TEXT_A ("'no'") "]" } } },
  { "040-refusal/gemini", KIT_C, KIT_G, .body = C (U ",{'role':'assistant','content':[{'type':'refusal','refusal':'no'}]}," U), .expect = { { "contents.1.parts", "[{'text':'no'}]" } } },
  { "040-refusal/responses", KIT_C, KIT_R, .body = C (U ",{'role':'assistant','content':[{'type':'refusal','refusal':'no'}]}," U), .expect = { { "input.1.content", "[{'type':'refusal','refusal':'no'}]" } } },

  { "041-users/anthropic", KIT_C, KIT_A, .body = C (U "," U), .expect = { { "messages.0.content", "[" TEXT_A ("'hi'") "," TEXT_A ("'hi'") "]" }, { "messages.1", NULL } } },
  { "041-users/gemini", KIT_C, KIT_G, .body = C (U "," U), .expect = { { "contents.1.parts", "[{'text':'hi'}]" } } },
  { "041-users/responses", KIT_C, KIT_R, .body = C (U "," U), .expect = { { "input.1.content", "[" IN ("'hi'") "]" } } },
  { "041-users/chat", KIT_A, KIT_C, .body = A (U "," U), .expect = { { "messages", "[" U "," U "]" } } },

  { "042-system-midway/newest", KIT_C, KIT_A, .body = C (U ",{'role':'system','content':'now'}," U), .expect = { { "messages.1", "{'role':'system','content':[" TEXT_A ("'now'") "]}" }, { "messages.2.role", "'user'" } } },
  { "042-system-midway/4.5", KIT_C, KIT_A, .model = "claude-sonnet-4-5-20250929", .body = C (U ",{'role':'system','content':'now'}," U), .expect = { { "messages", "[{'role':'user','content':[" TEXT_A ("'hi'") "," TEXT_A ("'<system-reminder>\\nnow\\n</system-reminder>'") "," TEXT_A ("'hi'") "]}]" } } },
  { "042-system-midway/gemini", KIT_C, KIT_G, .body = C (U ",{'role':'system','content':'now'}," U), .expect = { { "contents.1", "{'role':'user','parts':[{'text':'<system-reminder>\\nnow\\n</system-reminder>'}]}" }, { "contents.2.parts.0.text", "'hi'" } } },
  { "042-system-midway/responses", KIT_A, KIT_R, .body = A (U ",{'role':'system','content':'now'}," U), .expect = { { "input.1", "{'type':'message','role':'developer','content':[" IN ("'now'") "]}" } } },
  { "042-system-midway/chat", KIT_A, KIT_C, .body = A (U ",{'role':'system','content':'now'}," U), .expect = { { "messages.1", "{'role':'system','content':'now'}" } } },
  { "042-system-after-assistant", KIT_C, KIT_A, .body = C (U ",{'role':'assistant','content':'a'},{'role':'system','content':'now'}," U), .expect = { { "messages.2.role", "'user'" }, { "messages.2.content.0.text", "'<system-reminder>\\nnow\\n</system-reminder>'" } } },

  { "043-developer/compatible", KIT_R, KIT_C, .body = R ("{'role':'developer','content':'d'}," U), .expect = { { "messages.0", "{'role':'system','content':'d'}" } } },
  { "043-developer/openai", KIT_R, KIT_C, .quirks = RELAIS_QUIRK_DEVELOPER_ROLE, .body = R ("{'role':'developer','content':'d'}," U), .expect = { { "messages.0", "{'role':'developer','content':'d'}" } } },
  { "043-developer/anthropic", KIT_C, KIT_A, .body = C ("{'role':'developer','content':'d'}," U), .expect = { { "system", "[" TEXT_A ("'d'") "]" }, { "messages.0.role", "'user'" }, { "messages.1", NULL } } },

  { "044-system-alone/anthropic", KIT_C, KIT_A, .body = C ("{'role':'system','content':'s'}"), .expect = { { "messages", "[{'role':'user','content':[" TEXT_A ("'s'") "]}]" }, { "system", NULL } } },
  { "044-system-alone/gemini", KIT_C, KIT_G, .body = C ("{'role':'system','content':'s'}"), .expect = { { "contents", "[{'role':'user','parts':[{'text':'s'}]}]" }, { "systemInstruction", NULL } } },
  { "044-two-systems-alone", KIT_C, KIT_A, .body = C ("{'role':'system','content':'s'},{'role':'system','content':'t'}"), .expect = { { "system", "[" TEXT_A ("'s'") "]" }, { "messages", "[{'role':'user','content':[" TEXT_A ("'t'") "]}]" } } },

  { "045-assistant-first", KIT_C, KIT_A, .body = C ("{'role':'assistant','content':'a'}," U), .expect = { { "messages.0", "{'role':'user','content':[" TEXT_A ("'(continued)'") "]}" }, { "messages.1.role", "'assistant'" } } },

  { "046-prefill/chat", KIT_A, KIT_C, .body = A (U ",{'role':'assistant','content':'so'}"), .expect = { { "messages.1", "{'role':'assistant','content':'so'}" } }, .dropped = "prefill" },
  { "046-prefill/responses", KIT_A, KIT_R, .body = A (U ",{'role':'assistant','content':'so'}"), .expect = { { "input.1.role", "'assistant'" } }, .dropped = "prefill" },
  { "046-prefill/gemini", KIT_A, KIT_G, .body = A (U ",{'role':'assistant','content':'so'}"), .expect = { { "contents.1", "{'role':'model','parts':[{'text':'so'}]}" } }, .dropped = "prefill" },
  { "046-prefill/anthropic", KIT_C, KIT_A, .body = C (U ",{'role':'assistant','content':'so'}"), .expect = { { "messages.1", "{'role':'assistant','content':[" TEXT_A ("'so'") "]}" } } },

  { "047-name", KIT_C, KIT_A, .body = C ("{'role':'user','name':'ann','content':'hi'}"), .expect = { { "messages", "[{'role':'user','content':[" TEXT_A ("'hi'") "]}]" } } },

  { "048-unknown-part/anthropic", KIT_C, KIT_A, .body = C ("{'role':'user','content':[{'type':'smell','smell':1}," TEXT_A ("'hi'") "]}"), .expect = { { "messages", "[{'role':'user','content':[" TEXT_A ("'hi'") "]}]" } }, .dropped = "messages[0].content[0]" },
  { "048-unknown-part/gemini", KIT_A, KIT_G, .body = A ("{'role':'user','content':[" TEXT_A ("'hi'") ",{'type':'smell','smell':1}]}"), .expect = { { "contents", "[{'role':'user','parts':[{'text':'hi'}]}]" } }, .dropped = "messages[0].content[1]" },
  { "048-unknown-part/chat", KIT_R, KIT_C, .body = R ("{'role':'user','content':[" IN ("'hi'") ",{'type':'smell','smell':1}]}"), .expect = { { "messages", "[" U "]" } }, .dropped = "input[0].content[1]" },
  { "048-unknown-item/chat", KIT_R, KIT_C, .body = R ("{'role':'user','content':'hi'},{'type':'smell_call','id':'x'}"), .expect = { { "messages", "[" U "]" } }, .dropped = "input[1]" },

  { "049-unknown-field/anthropic", KIT_C, KIT_A, .body = "{'model':'m','messages':[" U "],'smell':true}", .expect = { { "smell", NULL } } },
  { "049-unknown-field/gemini", KIT_C, KIT_G, .body = "{'model':'m','messages':[" U "],'smell':true}", .expect = { { "smell", NULL } } },
  { "049-unknown-field/chat", KIT_A, KIT_C, .body = "{'model':'m','max_tokens':99,'messages':[" U "],'smell':true}", .expect = { { "smell", NULL } } },

  { "050-snake-case", KIT_G, KIT_C, .body = "{'model':'m','system_instruction':{'parts':[{'text':'s'}]},'contents':[{'parts':[{'inline_data':{'mime_type':'image/png','data':'iVBORw0KGgo='}}]}],"
                                            "'generation_config':{'max_output_tokens':9,'top_p':0.5,'stop_sequences':['x']},'tools':[{'function_declarations':[{'name':'f'}]}],'tool_config':{'function_calling_config':{'mode':'ANY','allowed_function_names':['f']}}}",
    .expect = { { "messages", "[{'role':'system','content':'s'},{'role':'user','content':[{'type':'image_url','image_url':{'url':'data:image/png;base64,iVBORw0KGgo='}}]}]" }, { "max_tokens", "9" }, { "top_p", "0.5" }, { "stop", "['x']" }, { "tool_choice", "{'type':'function','function':{'name':'f'}}" }, { "tools.0.function.name", "'f'" } } },
  { "050-camel-case", KIT_G, KIT_C, .body = "{'model':'m','systemInstruction':{'parts':[{'text':'s'}]},'contents':[{'parts':[{'inlineData':{'mimeType':'image/png','data':'iVBORw0KGgo='}}]}],"
                                            "'generationConfig':{'maxOutputTokens':9,'topP':0.5,'stopSequences':['x']},'tools':[{'functionDeclarations':[{'name':'f'}]}],'toolConfig':{'functionCallingConfig':{'mode':'ANY','allowedFunctionNames':['f']}}}",
    .expect = { { "messages", "[{'role':'system','content':'s'},{'role':'user','content':[{'type':'image_url','image_url':{'url':'data:image/png;base64,iVBORw0KGgo='}}]}]" }, { "max_tokens", "9" }, { "top_p", "0.5" }, { "stop", "['x']" }, { "tool_choice", "{'type':'function','function':{'name':'f'}}" }, { "tools.0.function.name", "'f'" } } },

  { "051-no-role", KIT_G, KIT_A, .body = G ("{'parts':[{'text':'hi'}]}"), .expect = { { "messages", "[{'role':'user','content':[" TEXT_A ("'hi'") "]}]" } } },

  { "052-blank-alone", KIT_C, KIT_A, .body = C ("{'role':'user','content':' \\n'}," U), .expect = { { "messages.0.content", "[" TEXT_A ("'hi'") "]" } } },
  { "052-blank-beside", KIT_C, KIT_A, .body = C ("{'role':'user','content':[" TEXT_A ("' '") "," TEXT_A ("'hi'") "]}"), .expect = { { "messages.0.content", "[" TEXT_A ("' '") "," TEXT_A ("'hi'") "]" } } },

  { "054-lone-surrogate", KIT_C, KIT_A, .body = C ("{'role':'user','content':'a\\ud83db'}"), .expect = { { "messages.0.content.0.text", "'a\357\277\275b'" } } },
  { "054-lone-surrogate/gemini", KIT_C, KIT_G, .body = C ("{'role':'user','content':'a\\udd8a'}"), .expect = { { "contents.0.parts.0.text", "'a\357\277\275'" } } },

  { "055-duplicate-keys", KIT_C, KIT_A, .body = "{'model':'m','messages':[{'role':'user','content':'a','content':'b'}],'temperature':1,'messages':[{'role':'user','content':'c','content':'d'}]}", .expect = { { "messages.0.content.0.text", "'d'" } } },

  { "126-previous-response/chat", KIT_R, KIT_C, .body = "{'model':'m','input':'hi','previous_response_id':'resp_1'}", .param = "previous_response_id" },
  { "126-previous-response/anthropic", KIT_R, KIT_A, .body = "{'model':'m','input':'hi','previous_response_id':'resp_1'}", .param = "previous_response_id" },
  { "126-previous-response/null", KIT_R, KIT_C, .body = "{'model':'m','input':'hi','previous_response_id':null}", .expect = { { "messages", "[" U "]" } } },

  { "127-store/absent", KIT_C, KIT_R, .body = C (U), .expect = { { "store", "false" } } },
  { "127-store/true", KIT_C, KIT_R, .body = "{'model':'m','messages':[" U "],'store':true}", .expect = { { "store", "true" } } },
  { "127-store/anthropic", KIT_A, KIT_R, .body = A (U), .expect = { { "store", "false" } } },

  { "clients-3-billing-header/chat", KIT_A, KIT_C, .body = "{'model':'m','max_tokens':99,'system':[{'type':'text','text':'x-anthropic-billing-header: cc_version=2.1; cc_entrypoint=cli;'},{'type':'text','text':'s'}],'messages':[" U "]}", .expect = { { "messages.0", "{'role':'system','content':'s'}" } } },
  { "clients-3-system-blocks/gemini", KIT_A, KIT_G, .body = "{'model':'m','max_tokens':99,'system':[{'type':'text','text':'a'},{'type':'text','text':''},{'type':'text','text':'b','cache_control':{'type':'ephemeral'}}],'messages':[" U "]}", .expect = { { "systemInstruction.parts", "[{'text':'a'},{'text':'b'}]" } } },
  { "clients-3-effort-in-message", KIT_A, KIT_C, .body = A ("{'role':'user','content':'hi','output_config':{'effort':'low'}}"), .expect = { { "messages", "[" U "]" } } },
};

/* A text of a mebibyte with a NUL in it arrives whole, or is refused; it is never cut short. */
static void
test_053 (gconstpointer data)
{
  RelaisDialectId target = GPOINTER_TO_UINT (data);
  static const char *const models[] = { "m", "m", "claude-opus-5-5", "gemini-3.8-flash" };
  RelaisTarget to = { .dialect = target, .model = models[target] };
  g_autoptr (GString) body = g_string_new ("{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"a\\u0000");
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (RelaisTranslation) translation = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  RelaisDialectId source = target == KIT_A ? KIT_C : KIT_A;
  RelaisPrompt *prompt;

  for (guint i = 0; i < 1024 * 1024; i++)
    g_string_append_c (body, 'b');
  g_string_append (body, "END\"}]}");
  bytes = g_bytes_new (body->str, body->len);
  prompt = relais_dialect_get (source)->decode_request (bytes, NULL, FALSE, &error);
  if (prompt != NULL)
    {
      translation = relais_translation_new (prompt, source, &to);
      relais_translation_encode (translation, out, &error);
    }
  if (error != NULL)
    {
      g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_REQUEST);
      return;
    }
  g_assert_cmpuint (out->len, >, 1024 * 1024);
  g_assert_nonnull (strstr (out->str, "a\\u0000b"));
  g_assert_nonnull (strstr (out->str, "bbbEND"));
}

static const char *const no_objects[] = { "nonsense", "[]", "7", "\"x\"", "null", "", "{\"model\":\"m\"", "{} {}" };

static void
test_056 (void)
{
  for (RelaisDialectId id = 0; id < RELAIS_N_DIALECTS; id++)
    for (guint i = 0; i < G_N_ELEMENTS (no_objects); i++)
      {
        g_autoptr (GBytes) bytes = g_bytes_new (no_objects[i], strlen (no_objects[i]));
        g_autoptr (GError) error = NULL;
        g_autoptr (RelaisPrompt) prompt = relais_dialect_get (id)->decode_request (bytes, "m", FALSE, &error);
        g_autoptr (RelaisFailure) failure = NULL;

        g_test_message ("%s: %s", relais_dialect_get (id)->name, no_objects[i]);
        g_assert_null (prompt);
        g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_REQUEST);
        failure = relais_dialect_failure_from_error (error);
        g_assert_cmpuint (relais_dialect_failure_status (id, failure), ==, 400);
      }
}

static void
test_057 (void)
{
  for (RelaisDialectId id = 0; id < RELAIS_N_DIALECTS; id++)
    {
      g_autofree char *hello = kit_hello (id);
      g_autoptr (GString) body = g_string_new_len (hello, strlen (hello) - 1);
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (GError) error = NULL;

      g_string_append (body, ",\"metadata\":");
      for (guint i = 0; i < 200; i++)
        g_string_append (body, "{\"a\":");
      g_string_append_c (body, '1');
      for (guint i = 0; i < 201; i++)
        g_string_append_c (body, '}');
      bytes = g_bytes_new (body->str, body->len);
      g_assert_null (relais_dialect_get (id)->decode_request (bytes, NULL, FALSE, &error));
      g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_REQUEST);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  kit_add_requests (requests, G_N_ELEMENTS (requests));
  g_test_add_data_func ("/translation/053-nul/chat", GUINT_TO_POINTER (KIT_C), test_053);
  g_test_add_data_func ("/translation/053-nul/responses", GUINT_TO_POINTER (KIT_R), test_053);
  g_test_add_data_func ("/translation/053-nul/anthropic", GUINT_TO_POINTER (KIT_A), test_053);
  g_test_add_data_func ("/translation/053-nul/gemini", GUINT_TO_POINTER (KIT_G), test_053);
  g_test_add_func ("/translation/056-no-object", test_056);
  g_test_add_func ("/translation/057-depth", test_057);
  return g_test_run ();
}
