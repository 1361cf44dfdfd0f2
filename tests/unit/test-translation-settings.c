/* test-translation-settings.c: thinking, limits, formats and media of a request in another dialect
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/relais-error.h"
#include "dialects/relais-seal.h"

#include "translation-kit.h"

#define U "{'role':'user','content':'hi'}"
#define C(rest) "{'model':'m','messages':[" U "]," rest "}"
#define R(rest) "{'model':'m','input':'hi'," rest "}"
#define A(rest) "{'model':'m','messages':[" U "]," rest "}"
#define A9(rest) A ("'max_tokens':99," rest)
#define G(rest) "{'model':'m','contents':[{'parts':[{'text':'hi'}]}]," rest "}"
#define GC(rest) G ("'generationConfig':{" rest "}")
#define SONNET "claude-sonnet-4-5-20250929"
#define CALL(id, more) "{'id':'" id "','type':'function','function':{'name':'f','arguments':'{}'}" more "}"
#define TURN(calls, results) U ",{'role':'assistant','content':null,'tool_calls':[" calls "]}" results
#define TOOL(id) ",{'role':'tool','tool_call_id':'" id "','content':'r'}"
#define SIGNED ",'extra_content':{'google':{'thought_signature':'c2ln'}}"
#define BYPASS "skip_thought_signature_validator"
#define TEXT(text) "{'type':'text','text':" text "}"
#define SCHEMA "{'type':'object','properties':{'a':{'type':'string'}}}"

static const RelaisRecall *
recall_gemini (const char *call_id,
               gpointer    user_data)
{
  static const RelaisRecall known = { .origin = RELAIS_ORIGIN_GEMINI, .id = "g-7", .signature = "c2ln" };

  return strcmp (call_id, "a") == 0 ? &known : NULL;
}

static const RelaisRecall *
recall_claude (const char *call_id,
               gpointer    user_data)
{
  static RelaisRecall known = { .origin = RELAIS_ORIGIN_ANTHROPIC, .id = "toolu_7" };
  static RelaisPart thinking = { .type = RELAIS_PART_THINKING, .origin = RELAIS_ORIGIN_ANTHROPIC };
  static gpointer parts[] = { &thinking };
  static GPtrArray list = { parts, 1 };

  thinking.text = (char *)"so";
  thinking.signature = (char *)"sig";
  known.thinking = &list;
  return strcmp (call_id, "a") == 0 ? &known : NULL;
}

/* A conversation with a client of Anthropic's that holds what Google signed, sealed. */
#define SEALED "relais1.g.YzJsbg"
#define SEALED_TURN "{'model':'m','max_tokens':99,'messages':[" U ",{'role':'assistant','content':[{'type':'thinking','thinking':'so','signature':'" SEALED "'},{'type':'tool_use','id':'a','name':'f','input':{}},{'type':'tool_use','id':'b','name':'f','input':{}}]},{'role':'user','content':[{'type':'tool_result','tool_use_id':'a','content':'r'},{'type':'tool_result','tool_use_id':'b','content':'r'}]}]}"
#define UNSIGNED_TURN "{'model':'m','max_tokens':99,'messages':[" U ",{'role':'assistant','content':[{'type':'tool_use','id':'a','name':'f','input':{}},{'type':'tool_use','id':'b','name':'f','input':{}}]},{'role':'user','content':[{'type':'tool_result','tool_use_id':'a','content':'r'},{'type':'tool_result','tool_use_id':'b','content':'r'}]}]}"
#define GOOGLE .model = "gemini-3-pro-preview", .quirks = RELAIS_QUIRK_GOOGLE_SIGNATURES
#define EXTRA(signature) "{'google':{'thought_signature':'" signature "'}}"

static const KitRequest requests[] = {
  { "095-no-tokens/anthropic", KIT_C, KIT_A, .body = C ("'max_tokens':0"), .param = "max_completion_tokens" },
  { "095-no-tokens/responses-anthropic", KIT_R, KIT_A, .body = R ("'max_output_tokens':0"), .param = "max_output_tokens" },
  { "098-blank-stop/anthropic", KIT_C, KIT_A, .body = C ("'stop':[' \\n','x']"), .expect = { { "stop_sequences", "['x']" } }, .dropped = "stop" },
  { "098-blank-stop/none-left", KIT_C, KIT_A, .body = C ("'stop':'\\n'"), .expect = { { "stop_sequences", NULL } }, .dropped = "stop" },
  { "098-blank-stop/gemini", KIT_C, KIT_G, .body = C ("'stop':'\\n'"), .expect = { { "generationConfig.stopSequences", "['\\n']" } } },
  { "087-only-thoughts-and-off/anthropic", KIT_G, KIT_A, .body = "{'model':'m','contents':[{'parts':[{'text':'hi'}]},{'role':'model','parts':[{'text':'so','thought':true,'thoughtSignature':'relais1.a.c2ln'}]},{'parts':[{'text':'on'}]}],'generationConfig':{'thinkingConfig':{'thinkingBudget':0}}}", .expect = { { "messages", "[{'role':'user','content':[" TEXT ("'hi'") "," TEXT ("'on'") "]}]" } } },
#define DOCUMENT(source) "{'model':'m','max_tokens':9,'messages':[{'role':'user','content':[{'type':'document','title':'T','context':'C','source':" source "}]}]}"
  { "document-context/text", KIT_A, KIT_C, .body = DOCUMENT ("{'type':'text','media_type':'text/plain','data':'body'}"), .expect = { { "messages.0.content", "[" TEXT ("'C'") "," TEXT ("'T\\nbody'") "]" } } },
  { "document-context/blocks", KIT_A, KIT_G, .body = DOCUMENT ("{'type':'content','content':[" TEXT ("'body'") "]}"), .expect = { { "contents.0.parts", "[{'text':'T'},{'text':'C'},{'text':'body'}]" } } },
  { "document-context/url", KIT_A, KIT_G, .body = DOCUMENT ("{'type':'url','url':'http://x/y.pdf'}"), .expect = { { "contents.0.parts.0.text", "'C'" }, { "contents.0.parts.1.fileData.fileUri", "'http://x/y.pdf'" } } },
  { "format-without-schema", KIT_A, KIT_C, .body = A9 ("'output_config':{'format':{'type':'json_schema'}}"), .param = "output_config.format" },
  { "schema-without-type", KIT_G, KIT_C, .body = GC ("'responseJsonSchema':" SCHEMA), .expect = { { "response_format", NULL } }, .dropped = "generationConfig.responseJsonSchema" },
  { "retrieval-config", KIT_G, KIT_C, .body = G ("'toolConfig':{'retrievalConfig':{'latLng':{}}}"), .dropped = "toolConfig.retrievalConfig" },
#define R_LOOK "{'type':'message','role':'developer','content':[{'type':'input_text','text':'look'},{'type':'input_image','image_url':'data:image/png;base64,iVBORw0KGgo='}]}"
#define R_SEE "{'type':'message','role':'developer','content':[{'type':'input_image','image_url':'data:image/png;base64,iVBORw0KGgo='}]}"
#define FROM_ABOVE "From the instructions above:"
#define C_PICTURE "{'type':'image_url','image_url':{'url':'data:image/png;base64,iVBORw0KGgo='}}"
#define A_PICTURE "{'type':'image','source':{'type':'base64','media_type':'image/png','data':'iVBORw0KGgo='}}"
#define G_PICTURE "{'inlineData':{'mimeType':'image/png','data':'iVBORw0KGgo='}}"
  { "picture-in-instructions/chat", KIT_R, KIT_C, .body = "{'model':'m','input':[" R_LOOK "," U "]}", .expect = { { "messages.0.content", "'look'" }, { "messages.1.content", "[" TEXT ("'" FROM_ABOVE "'") "," C_PICTURE "]" }, { "messages.2.content", "'hi'" } }, .dropped = "input[0].content[1]" },
  { "picture-in-instructions/anthropic", KIT_R, KIT_A, .body = "{'model':'m','input':[" R_LOOK "," U "]}", .expect = { { "system", "[" TEXT ("'look'") "]" }, { "messages.0.content", "[" TEXT ("'" FROM_ABOVE "'") "," A_PICTURE "," TEXT ("'hi'") "]" } }, .dropped = "input[0].content[1]" },
  { "picture-in-instructions/gemini", KIT_R, KIT_G, .body = "{'model':'m','input':[" R_LOOK "," U "]}", .expect = { { "systemInstruction.parts", "[{'text':'look'}]" }, { "contents.0.parts", "[{'text':'" FROM_ABOVE "'}," G_PICTURE "]" } }, .dropped = "input[0].content[1]" },
  { "picture-in-instructions/responses", KIT_C, KIT_R, .body = "{'model':'m','messages':[{'role':'system','content':[" C_PICTURE "]}," U "]}", .expect = { { "instructions", NULL }, { "input.0.role", "'user'" }, { "input.0.content.1.type", "'input_image'" } }, .dropped = "messages[0].content[0]" },
  { "picture-in-instructions/later-chat", KIT_R, KIT_C, .body = "{'model':'m','input':[" U "," R_SEE "," U "]}", .expect = { { "messages.1.content", "[" TEXT ("'" FROM_ABOVE "'") "," C_PICTURE "]" }, { "messages.1.role", "'user'" }, { "messages.3", NULL } }, .dropped = "input[1].content[0]" },
  { "picture-in-instructions/later-anthropic", KIT_R, KIT_A, .body = "{'model':'m','input':[" U "," R_LOOK "]}", .expect = { { "messages.1", "{'role':'system','content':[" TEXT ("'look'") "]}" }, { "messages.2.content", "[" TEXT ("'" FROM_ABOVE "'") "," A_PICTURE "]" } }, .dropped = "input[1].content[1]" },
  { "picture-in-instructions/later-gemini", KIT_R, KIT_G, .body = "{'model':'m','input':[" U "," R_SEE "]}", .expect = { { "contents.1.parts", "[{'text':'" FROM_ABOVE "'}," G_PICTURE "]" }, { "contents.2", NULL } }, .dropped = "input[1].content[0]" },
  { "picture-in-instructions/later-responses", KIT_C, KIT_R, .body = "{'model':'m','messages':[" U ",{'role':'system','content':[" C_PICTURE "]}]}", .expect = { { "input.1.role", "'developer'" }, { "input.1.content.0.type", "'input_image'" } } },
  { "040-empty-refusal/anthropic", KIT_C, KIT_A, .body = "{'model':'m','messages':[" U ",{'role':'assistant','content':'so','refusal':''}," U "]}", .expect = { { "messages.1.content", "[" TEXT ("'so'") "]" } } },
  { "040-blank-refusal/anthropic", KIT_C, KIT_A, .body = "{'model':'m','messages':[" U ",{'role':'assistant','content':[{'type':'refusal','refusal':' '}]}," U "]}", .expect = { { "messages.0.content.1.text", "'hi'" }, { "messages.1", NULL } } },
  { "040-empty-refusal/responses", KIT_C, KIT_R, .body = "{'model':'m','messages':[" U ",{'role':'assistant','content':'so','refusal':''}]}", .expect = { { "input.1.content", "[{'type':'output_text','text':'so'}]" } }, .dropped = "prefill" },
  { "082-chat-of-google", KIT_A, KIT_C, GOOGLE, .body = SEALED_TURN, .expect = { { "messages.1.tool_calls.0.extra_content", EXTRA ("c2ln") }, { "messages.1.tool_calls.1.extra_content", NULL } } },
  { "082-chat-of-others", KIT_A, KIT_C, .body = SEALED_TURN, .expect = { { "messages.1.tool_calls.0.extra_content", NULL } } },
  { "082-from-gemini", KIT_G, KIT_C, GOOGLE, .body = "{'model':'m','contents':[{'parts':[{'text':'hi'}]},{'role':'model','parts':[{'functionCall':{'name':'f','args':{}},'thoughtSignature':'c2ln'}]}]}", .expect = { { "messages.1.tool_calls.0.extra_content", EXTRA ("c2ln") } } },
  { "083-chat-of-google", KIT_A, KIT_C, GOOGLE, .recall = recall_gemini, .body = UNSIGNED_TURN, .expect = { { "messages.1.tool_calls.0.extra_content", EXTRA ("c2ln") }, { "messages.1.tool_calls.0.id", "'a'" }, { "messages.1.tool_calls.1.extra_content", NULL } } },
  { "083-chat-of-others", KIT_A, KIT_C, .recall = recall_gemini, .body = UNSIGNED_TURN, .expect = { { "messages.1.tool_calls.0.extra_content", NULL } } },
  { "084-chat-of-google", KIT_A, KIT_C, GOOGLE, .body = UNSIGNED_TURN, .expect = { { "messages.1.tool_calls.0.extra_content", EXTRA (BYPASS) }, { "messages.1.tool_calls.1.extra_content", NULL } } },
  { "084-chat-of-google/2.5", KIT_A, KIT_C, .model = "gemini-2.5-pro", .quirks = RELAIS_QUIRK_GOOGLE_SIGNATURES, .body = UNSIGNED_TURN, .expect = { { "messages.1.tool_calls.0.extra_content", NULL } } },
  { "084-chat-of-google/refused", KIT_A, KIT_C, .model = "gemini-3-pro-preview", .quirks = RELAIS_QUIRK_GOOGLE_SIGNATURES | RELAIS_QUIRK_NO_SIGNATURES, .body = SEALED_TURN, .expect = { { "messages.1.tool_calls.0.extra_content", EXTRA (BYPASS) } } },
  { "082-signature-back", KIT_C, KIT_G, .body = "{'model':'m','messages':[" TURN (CALL ("a", SIGNED) "," CALL ("b", ""), TOOL ("a") TOOL ("b")) "]}", .expect = { { "contents.1.parts.0.thoughtSignature", "'c2ln'" }, { "contents.1.parts.1.thoughtSignature", NULL } } },
  { "083-signature-recalled", KIT_C, KIT_G, .recall = recall_gemini, .body = "{'model':'m','messages':[" TURN (CALL ("a", "") "," CALL ("b", ""), TOOL ("a") TOOL ("b")) "]}", .expect = { { "contents.1.parts.0", "{'functionCall':{'id':'g-7','name':'f','args':{}},'thoughtSignature':'c2ln'}" }, { "contents.1.parts.1", "{'functionCall':{'name':'f','args':{}}}" }, { "contents.2.parts.0.functionResponse.id", "'g-7'" }, { "contents.2.parts.1.functionResponse.id", NULL } } },
  { "084-bypass", KIT_C, KIT_G, .body = "{'model':'m','messages':[" TURN (CALL ("a", "") "," CALL ("b", ""), TOOL ("a") TOOL ("b")) ",{'role':'assistant','tool_calls':[" CALL ("c", "") "]}" TOOL ("c") "]}", .expect = { { "contents.1.parts.0.thoughtSignature", "'" BYPASS "'" }, { "contents.1.parts.1.thoughtSignature", NULL }, { "contents.3.parts.0.thoughtSignature", "'" BYPASS "'" }, { "contents.2.parts.0.thoughtSignature", NULL } } },
  { "084-no-bypass/2.5", KIT_C, KIT_G, .model = "gemini-2.5-flash", .body = "{'model':'m','messages':[" TURN (CALL ("a", ""), TOOL ("a")) "]}", .expect = { { "contents.1.parts.0.thoughtSignature", NULL } } },

#define SO "{'type':'thinking','thinking':'so','signature':'sig'}"
  { "086-restored", KIT_C, KIT_A, .model = SONNET, .recall = recall_claude, .body = "{'model':'m','reasoning_effort':'low','messages':[" TURN (CALL ("a", ""), TOOL ("a")) "]}", .expect = { { "messages.1.content.0", SO }, { "messages.1.content.1.type", "'tool_use'" }, { "thinking", "{'type':'enabled','budget_tokens':1024}" } } },
  { "086-restored/adaptive", KIT_C, KIT_A, .recall = recall_claude, .body = "{'model':'m','reasoning_effort':'low','messages':[" TURN (CALL ("a", ""), TOOL ("a")) "]}", .expect = { { "messages.1.content.0", SO }, { "thinking.type", "'adaptive'" }, { "output_config.effort", "'low'" } } },
  { "087-lost", KIT_C, KIT_A, .model = SONNET, .body = "{'model':'m','reasoning_effort':'low','messages':[" TURN (CALL ("a", ""), TOOL ("a")) "]}", .expect = { { "messages.1.content.0.type", "'tool_use'" }, { "thinking", "{'type':'disabled'}" } }, .dropped = "reasoning_effort" },
  { "087-lost-long-ago", KIT_C, KIT_A, .model = SONNET, .body = "{'model':'m','reasoning_effort':'low','messages':[" TURN (CALL ("a", ""), TOOL ("a")) ",{'role':'assistant','content':'done'}," U "]}", .expect = { { "thinking.type", "'enabled'" } } },

  { "089-foreign-thinking", KIT_A, KIT_C, .body = "{'model':'m','max_tokens':99,'messages':[" U ",{'role':'assistant','content':[{'type':'thinking','thinking':'','signature':'sig'}," TEXT ("'a'") "]}," U "]}", .expect = { { "messages.1", "{'role':'assistant','content':'a'}" } } },

  { "089-omitted/anthropic", KIT_R, KIT_A, .body = "{'model':'m','input':[{'role':'user','content':'hi'},{'type':'reasoning','summary':[],'encrypted_content':'relais1.a.c2ln'},{'type':'function_call','call_id':'a','name':'f','arguments':'{}'},{'type':'function_call_output','call_id':'a','output':'r'}],'reasoning':{'effort':'low'}}", .expect = { { "messages.1.content.0", "{'type':'thinking','thinking':'','signature':'sig'}" }, { "messages.1.content.1.type", "'tool_use'" } } },

  { "090-small-budget", KIT_G, KIT_A, .model = SONNET, .body = GC ("'thinkingConfig':{'thinkingBudget':512},'maxOutputTokens':9000"), .expect = { { "thinking", "{'type':'enabled','budget_tokens':1024}" }, { "max_tokens", "9000" } } },
  { "090-large-budget", KIT_G, KIT_A, .model = SONNET, .body = GC ("'thinkingConfig':{'thinkingBudget':8192},'maxOutputTokens':4000"), .expect = { { "thinking.budget_tokens", "8192" }, { "max_tokens", "12288" } } },
  { "090-no-budget", KIT_G, KIT_A, .model = SONNET, .body = GC ("'thinkingConfig':{'thinkingBudget':0}"), .expect = { { "thinking", "{'type':'disabled'}" } } },
  { "090-automatic-budget", KIT_G, KIT_A, .body = GC ("'thinkingConfig':{'thinkingBudget':-1}"), .expect = { { "thinking", "{'type':'adaptive'}" }, { "output_config", NULL } } },
  { "090-newest/minimal", KIT_C, KIT_A, .body = C ("'reasoning_effort':'minimal'"), .expect = { { "output_config", "{'effort':'low'}" } } },

  { "091-xhigh/gemini-3", KIT_C, KIT_G, .body = C ("'reasoning_effort':'xhigh'"), .expect = { { "generationConfig.thinkingConfig.thinkingLevel", "'HIGH'" } } },
  { "091-none/flash", KIT_C, KIT_G, .body = C ("'reasoning_effort':'none'"), .expect = { { "generationConfig.thinkingConfig", "{'thinkingLevel':'MINIMAL'}" } } },
  { "091-none/pro", KIT_C, KIT_G, .model = "gemini-3.1-pro-preview", .body = C ("'reasoning_effort':'none'"), .expect = { { "generationConfig.thinkingConfig", "{'thinkingLevel':'LOW'}" } } },
  { "091-medium/chat", KIT_R, KIT_C, .body = R ("'reasoning':{'effort':'medium'}"), .expect = { { "reasoning_effort", "'medium'" } } },
  { "091-budget/chat", KIT_A, KIT_C, .body = A9 ("'thinking':{'type':'enabled','budget_tokens':31999,'display':'omitted'}"), .expect = { { "reasoning_effort", "'high'" } } },
  { "091-adaptive/responses", KIT_A, KIT_R, .body = A9 ("'thinking':{'type':'adaptive','display':'omitted'},'output_config':{'effort':'high'}"), .expect = { { "reasoning", "{'effort':'high'}" }, { "include", "['reasoning.encrypted_content']" } } },
  { "091-shown/responses", KIT_A, KIT_R, .body = A9 ("'thinking':{'type':'adaptive'}"), .expect = { { "reasoning", "{'summary':'auto'}" } } },

  { "092-one-way/level", KIT_C, KIT_G, .body = C ("'reasoning_effort':'low'"), .expect = { { "generationConfig.thinkingConfig.thinkingLevel", "'LOW'" }, { "generationConfig.thinkingConfig.thinkingBudget", NULL } } },
  { "092-one-way/budget", KIT_C, KIT_G, .model = "gemini-2.5-flash", .body = C ("'reasoning_effort':'low'"), .expect = { { "generationConfig.thinkingConfig.thinkingBudget", "1024" }, { "generationConfig.thinkingConfig.thinkingLevel", NULL } } },
  { "092-one-way/both-said", KIT_A, KIT_G, .body = A9 ("'thinking':{'type':'enabled','budget_tokens':5000,'display':'omitted'},'output_config':{'effort':'low'}"), .expect = { { "generationConfig.thinkingConfig", "{'thinkingLevel':'LOW'}" } } },
  { "092-pro-thinks-always", KIT_C, KIT_G, .model = "gemini-2.5-pro", .body = C ("'reasoning_effort':'none'"), .expect = { { "generationConfig.thinkingConfig.thinkingBudget", "128" } }, .dropped = "reasoning_effort" },
  { "092-room-for-an-answer", KIT_C, KIT_G, .model = "gemini-2.5-flash", .body = C ("'reasoning_effort':'high','max_tokens':20000"), .expect = { { "generationConfig.thinkingConfig.thinkingBudget", "15904" }, { "generationConfig.maxOutputTokens", "20000" } } },
  { "092-little-room", KIT_C, KIT_G, .model = "gemini-2.5-flash", .body = C ("'reasoning_effort':'low','max_tokens':1000"), .expect = { { "generationConfig.thinkingConfig.thinkingBudget", "500" }, { "generationConfig.maxOutputTokens", "1000" } } },
  { "092-less-than-pro-thinks", KIT_C, KIT_G, .model = "gemini-2.5-pro", .body = C ("'reasoning_effort':'low','max_tokens':100"), .expect = { { "generationConfig.thinkingConfig.thinkingBudget", "128" }, { "generationConfig.maxOutputTokens", "100" } } },
  { "092-room-enough", KIT_C, KIT_G, .model = "gemini-2.5-flash", .body = C ("'reasoning_effort':'low','max_tokens':9000"), .expect = { { "generationConfig.thinkingConfig.thinkingBudget", "1024" } } },
  { "092-room-as-said", KIT_A, KIT_G, .model = "gemini-2.5-flash", .body = A ("'max_tokens':9000,'thinking':{'type':'enabled','budget_tokens':8000,'display':'omitted'}"), .expect = { { "generationConfig.thinkingConfig.thinkingBudget", "8000" } } },
  { "092-automatic", KIT_A, KIT_G, .model = "gemini-2.5-flash", .body = A ("'max_tokens':900,'thinking':{'type':'adaptive','display':'omitted'}"), .expect = { { "generationConfig.thinkingConfig.thinkingBudget", "-1" } } },
  { "093-thoughts-not-asked", KIT_C, KIT_G, .body = C ("'seed':1"), .expect = { { "generationConfig", "{'seed':1}" } } },

  { "094-no-limit", KIT_C, KIT_A, .body = C ("'stream':false"), .expect = { { "max_tokens", "8192" } } },
  { "095-zero/chat", KIT_A, KIT_C, .body = A ("'max_tokens':0"), .param = "max_tokens" },
  { "095-zero/responses", KIT_A, KIT_R, .body = A ("'max_tokens':0"), .param = "max_tokens" },
  { "095-zero/gemini", KIT_A, KIT_G, .body = A ("'max_tokens':0"), .param = "max_tokens" },
  { "095-both", KIT_C, KIT_A, .body = C ("'max_completion_tokens':50,'max_tokens':60"), .expect = { { "max_tokens", "50" } } },
  { "095-name/compatible", KIT_A, KIT_C, .body = A ("'max_tokens':60"), .expect = { { "max_tokens", "60" }, { "max_completion_tokens", NULL } } },
  { "095-name/openai", KIT_A, KIT_C, .quirks = RELAIS_QUIRK_MAX_COMPLETION_TOKENS, .body = A ("'max_tokens':60"), .expect = { { "max_completion_tokens", "60" }, { "max_tokens", NULL } } },
  { "095-at-least-16", KIT_A, KIT_R, .body = A ("'max_tokens':1"), .expect = { { "max_output_tokens", "16" } }, .dropped = "max_tokens" },

  { "096-hot/4.5", KIT_C, KIT_A, .model = SONNET, .body = C ("'temperature':1.7"), .expect = { { "temperature", "1.0" } }, .dropped = "temperature" },
  { "096-cool/newest", KIT_C, KIT_A, .body = C ("'temperature':0.2"), .expect = { { "temperature", NULL } }, .dropped = "temperature" },
  { "096-default/newest", KIT_C, KIT_A, .body = C ("'temperature':1.0,'top_p':1"), .expect = { { "temperature", NULL }, { "top_p", NULL } } },
  { "096-top_p/newest", KIT_C, KIT_A, .body = C ("'top_p':0.9"), .expect = { { "top_p", NULL } }, .dropped = "top_p" },
  { "096-both/4.5", KIT_C, KIT_A, .model = SONNET, .body = C ("'temperature':0.2,'top_p':0.9"), .expect = { { "temperature", "0.2" }, { "top_p", NULL } }, .dropped = "top_p" },
  { "096-thinking/4.5", KIT_C, KIT_A, .model = SONNET, .body = C ("'temperature':0.2,'reasoning_effort':'low'"), .expect = { { "temperature", NULL } }, .dropped = "temperature" },
  { "096-digits", KIT_C, KIT_G, .body = C ("'temperature':0.70,'top_p':0.950"), .expect = { { "generationConfig", "{'temperature':0.70,'topP':0.950}" } } },

  { "097-top-k/chat", KIT_A, KIT_C, .body = A9 ("'top_k':5"), .expect = { { "top_k", NULL } }, .dropped = "top_k" },
  { "097-top-k/gemini", KIT_A, KIT_G, .body = A9 ("'top_k':5"), .expect = { { "generationConfig.topK", "5" } } },
  { "097-seed/anthropic", KIT_C, KIT_A, .body = C ("'seed':5"), .expect = { { "seed", NULL } } },
  { "097-seed/responses", KIT_C, KIT_R, .body = C ("'seed':5"), .expect = { { "seed", NULL } }, .dropped = "seed" },
  { "097-penalties/anthropic", KIT_C, KIT_A, .body = C ("'presence_penalty':1,'frequency_penalty':1"), .expect = { { "presence_penalty", NULL } }, .dropped = "presence_penalty, frequency_penalty" },

#define STOP6 "['1','2','3','4','5','6']"
  { "098-stop/chat", KIT_A, KIT_C, .body = A9 ("'stop_sequences':" STOP6), .expect = { { "stop", "['1','2','3','4']" } }, .dropped = "stop_sequences" },
  { "098-stop/gemini", KIT_A, KIT_G, .body = A9 ("'stop_sequences':" STOP6), .expect = { { "generationConfig.stopSequences", "['1','2','3','4','5']" } }, .dropped = "stop_sequences" },
  { "098-stop/anthropic", KIT_C, KIT_A, .body = C ("'stop':" STOP6), .expect = { { "stop_sequences", STOP6 } } },
  { "098-stop/responses", KIT_C, KIT_R, .body = C ("'stop':" STOP6), .expect = { { "stop", NULL } }, .dropped = "stop" },
  { "098-stop/one", KIT_C, KIT_A, .body = C ("'stop':'x'"), .expect = { { "stop_sequences", "['x']" } } },

  { "099-n/anthropic", KIT_C, KIT_A, .body = C ("'n':2"), .param = "n" },
  { "099-n/responses", KIT_C, KIT_R, .body = C ("'n':2"), .param = "n" },
  { "099-n/gemini", KIT_C, KIT_G, .body = C ("'n':2"), .param = "n" },
  { "099-n/from-gemini", KIT_G, KIT_C, .body = GC ("'candidateCount':2"), .param = "generationConfig.candidateCount" },
  { "100-logprobs/anthropic", KIT_C, KIT_A, .body = C ("'logprobs':true"), .expect = { { "logprobs", NULL } }, .dropped = "logprobs" },
  { "100-logprobs/gemini", KIT_C, KIT_G, .body = C ("'logprobs':true,'top_logprobs':2"), .expect = { { "generationConfig", "{}" } }, .dropped = "logprobs" },
  { "100-logit-bias/chat", KIT_C, KIT_R, .body = C ("'logit_bias':{'5':1}"), .expect = { { "logit_bias", NULL } }, .dropped = "logit_bias" },

#define IMAGE_URL(url) "{'model':'m','messages':[{'role':'user','content':[{'type':'image_url','image_url':{'url':'" url "'}}]}]}"
#define PNG "iVBORw0KGgo="
#define JPEG "/9j/4AAQ"
  { "103-jpg", KIT_C, KIT_A, .body = IMAGE_URL ("data:image/jpg;base64," JPEG), .expect = { { "messages.0.content.0.source", "{'type':'base64','media_type':'image/jpeg','data':'" JPEG "'}" } } },
  { "103-no-type", KIT_C, KIT_G, .body = IMAGE_URL ("data:;base64," PNG), .expect = { { "contents.0.parts.0.inlineData.mimeType", "'image/png'" } } },
  { "103-wrong-type", KIT_C, KIT_A, .body = IMAGE_URL ("data:image/png;base64," JPEG), .expect = { { "messages.0.content.0.source.media_type", "'image/jpeg'" } } },
  { "103-other-alphabet", KIT_C, KIT_A, .body = IMAGE_URL ("data:image/png;base64,iVBO Rw0K\\nGg-_"), .expect = { { "messages.0.content.0.source.data", "'iVBORw0KGg+/'" } } },
  { "103-svg", KIT_C, KIT_A, .body = IMAGE_URL ("data:image/svg+xml;base64,PHN2Zz4="), .param = "messages[0].content[0]" },
  { "103-detail", KIT_C, KIT_G, .body = "{'model':'m','messages':[{'role':'user','content':[{'type':'image_url','image_url':{'url':'data:;base64," PNG "','detail':'low'}}]}]}", .expect = { { "generationConfig.mediaResolution", "'MEDIA_RESOLUTION_LOW'" } } },
  { "104-address/gemini", KIT_C, KIT_G, .body = IMAGE_URL ("https://x.test/a.png?b"), .expect = { { "contents.0.parts.0", "{'fileData':{'mimeType':'image/png','fileUri':'https://x.test/a.png?b'}}" } } },
  { "104-address/anthropic", KIT_C, KIT_A, .body = IMAGE_URL ("https://x.test/a"), .expect = { { "messages.0.content.0.source", "{'type':'url','url':'https://x.test/a'}" } } },
  { "105-loopback", KIT_C, KIT_G, .body = IMAGE_URL ("http://127.0.0.1:1/a"), .expect = { { "contents.0.parts.0.fileData.fileUri", "'http://127.0.0.1:1/a'" } } },
#define PDF "JVBERi0x"
#define FILE "{'model':'m','messages':[{'role':'user','content':[{'type':'file','file':{'filename':'a.pdf','file_data':'data:application/pdf;base64," PDF "'}}]}]}"
  { "106-pdf/anthropic", KIT_C, KIT_A, .body = FILE, .expect = { { "messages.0.content.0", "{'type':'document','source':{'type':'base64','media_type':'application/pdf','data':'" PDF "'},'title':'a.pdf'}" } } },
  { "106-pdf/gemini", KIT_C, KIT_G, .body = FILE, .expect = { { "contents.0.parts.0.inlineData", "{'mimeType':'application/pdf','data':'" PDF "'}" } } },
  { "106-pdf/responses", KIT_C, KIT_R, .body = FILE, .expect = { { "input.0.content.0", "{'type':'input_file','filename':'a.pdf','file_data':'data:application/pdf;base64," PDF "'}" } } },
  { "106-pdf/chat", KIT_G, KIT_C, .body = "{'model':'m','contents':[{'parts':[{'inlineData':{'mimeType':'application/pdf','data':'" PDF "'}}]}]}", .expect = { { "messages.0.content.0.file.file_data", "'data:application/pdf;base64," PDF "'" } } },
  { "106-text/chat", KIT_A, KIT_C, .body = "{'model':'m','max_tokens':99,'messages':[{'role':'user','content':[{'type':'document','title':'T','source':{'type':'text','media_type':'text/plain','data':'words'}}]}]}", .expect = { { "messages.0.content", "'T\\nwords'" } } },
  { "106-file-id", KIT_C, KIT_A, .body = "{'model':'m','messages':[{'role':'user','content':[" TEXT ("'a'") ",{'type':'file','file':{'file_id':'f1'}}]}]}", .param = "messages[0].content[1]" },
  { "106-file-id/responses", KIT_R, KIT_C, .body = "{'model':'m','input':[{'role':'user','content':[{'type':'input_image','file_id':'f1'}]}]}", .param = "input[0].content[0]" },
  { "106-file-address", KIT_R, KIT_C, .body = "{'model':'m','input':[{'role':'user','content':[{'type':'input_file','file_url':'https://x.test/a.pdf'}]}]}", .param = "input[0].content[0]" },
#define AUDIO "{'model':'m','messages':[{'role':'user','content':[{'type':'input_audio','input_audio':{'data':'UklG','format':'wav'}}]}]}"
  { "107-audio/anthropic", KIT_C, KIT_A, .body = AUDIO, .param = "messages[0].content[0]" },
  { "107-audio/responses", KIT_C, KIT_R, .body = AUDIO, .param = "messages[0].content[0]" },
  { "107-audio/gemini", KIT_C, KIT_G, .body = AUDIO, .expect = { { "contents.0.parts.0.inlineData", "{'mimeType':'audio/wav','data':'UklG'}" } } },
  { "107-video/chat", KIT_G, KIT_C, .body = "{'model':'m','contents':[{'parts':[{'inlineData':{'mimeType':'video/mp4','data':'AAAA'}}]}]}", .param = "contents[0].parts[0]" },
  { "107-spoken", KIT_C, KIT_A, .body = C ("'modalities':['text','audio']"), .param = "modalities" },

  { "format-schema/anthropic", KIT_C, KIT_A, .body = C ("'response_format':{'type':'json_schema','json_schema':{'name':'n','schema':" SCHEMA "}}"), .expect = { { "output_config.format", "{'type':'json_schema','schema':" SCHEMA "}" } } },
  { "format-schema/anthropic-old", KIT_C, KIT_A, .model = "claude-sonnet-4-20250514", .body = C ("'response_format':{'type':'json_schema','json_schema':{'name':'n','schema':" SCHEMA "}}"), .expect = { { "tools", "[{'name':'respond','description':'Gives the answer.','input_schema':" SCHEMA "}]" }, { "tool_choice", "{'type':'tool','name':'respond'}" }, { "output_config", NULL }, { "system", NULL } } },
  { "format-schema/anthropic-old-tools", KIT_C, KIT_A, .model = "claude-sonnet-4-20250514", .body = C ("'tools':[{'type':'function','function':{'name':'f'}}],'response_format':{'type':'json_schema','json_schema':{'name':'n','schema':{}}}"), .expect = { { "system.0.text", "'Answer with one JSON object and nothing else. It must follow this JSON Schema: {}'" } }, .dropped = "response_format" },
  { "format-schema/gemini", KIT_C, KIT_G, .body = C ("'response_format':{'type':'json_schema','json_schema':{'name':'n','schema':" SCHEMA "}}"), .expect = { { "generationConfig", "{'responseMimeType':'application/json','responseJsonSchema':" SCHEMA "}" } } },
  { "format-schema/gemini-2.5-tools", KIT_C, KIT_G, .model = "gemini-2.5-pro", .body = C ("'tools':[{'type':'function','function':{'name':'f'}}],'response_format':{'type':'json_schema','json_schema':{'name':'n','schema':" SCHEMA "}}"), .expect = { { "generationConfig", "{}" }, { "systemInstruction.parts.0.text", "'Answer with one JSON object and nothing else. It must follow this JSON Schema: {\\'type\\':\\'object\\',\\'properties\\':{\\'a\\':{\\'type\\':\\'string\\'}}}'" } }, .dropped = "response_format" },
  { "format-schema/responses", KIT_A, KIT_R, .body = A9 ("'output_config':{'format':{'type':'json_schema','schema':" SCHEMA "}}"), .expect = { { "text.format", "{'type':'json_schema','name':'response','schema':" SCHEMA "}" } } },
  { "format-schema/from-gemini", KIT_G, KIT_C, .body = GC ("'responseMimeType':'application/json','responseSchema':{'type':'OBJECT','properties':{'a':{'type':'STRING','nullable':true}},'propertyOrdering':['a']}"), .expect = { { "response_format.json_schema.schema", "{'type':'object','properties':{'a':{'type':['string','null']}}}" }, { "response_format.json_schema.name", "'response'" }, { "response_format.json_schema.strict", "false" } } },
  { "format-schema/json-mode-only", KIT_A, KIT_C, .quirks = RELAIS_QUIRK_NO_JSON_SCHEMA, .body = A9 ("'system':'s','output_config':{'format':{'type':'json_schema','schema':" SCHEMA "}}"), .expect = { { "messages.0.content", "'s\\n\\nAnswer with one JSON object and nothing else. It must follow this JSON Schema: {\\'type\\':\\'object\\',\\'properties\\':{\\'a\\':{\\'type\\':\\'string\\'}}}'" }, { "messages.0.role", "'system'" }, { "response_format", "{'type':'json_object'}" }, { "messages.1.role", "'user'" } }, .dropped = "output_config.format" },
  { "format-schema/json-mode-only-no-system", KIT_R, KIT_C, .quirks = RELAIS_QUIRK_NO_JSON_SCHEMA, .body = R ("'text':{'format':{'type':'json_schema','name':'n','schema':{'type':'object'}}}"), .expect = { { "messages.0", "{'role':'system','content':'Answer with one JSON object and nothing else. It must follow this JSON Schema: {\\'type\\':\\'object\\'}'}" }, { "response_format", "{'type':'json_object'}" } }, .dropped = "text.format" },
  { "format-json/json-mode-only", KIT_R, KIT_C, .quirks = RELAIS_QUIRK_NO_JSON_SCHEMA, .body = R ("'text':{'format':{'type':'json_object'}}"), .expect = { { "messages.0.role", "'user'" }, { "response_format", "{'type':'json_object'}" } } },
  { "format-json/anthropic", KIT_C, KIT_A, .body = C ("'response_format':{'type':'json_object'}"), .expect = { { "system.0.text", "'Answer with one JSON object and nothing else.'" } }, .dropped = "response_format" },
  { "format-json/gemini", KIT_C, KIT_G, .body = C ("'response_format':{'type':'json_object'}"), .expect = { { "generationConfig", "{'responseMimeType':'application/json'}" } } },
  { "format-unknown/chat", KIT_A, KIT_C, .body = A9 ("'output_config':{'format':{'type':'grammar','grammar':'x'}}"), .expect = { { "response_format", NULL } }, .dropped = "output_config.format" },
  { "format-unknown/of-the-beta", KIT_A, KIT_R, .body = A9 ("'output_format':{'type':'grammar','grammar':'x'}"), .expect = { { "text", NULL } }, .dropped = "output_format" },
  { "format-unknown/no-type", KIT_A, KIT_G, .body = A9 ("'output_config':{'format':{'schema':{'type':'object'}}}"), .expect = { { "generationConfig.responseJsonSchema", NULL } }, .dropped = "output_config.format" },
  { "format-unknown/null", KIT_A, KIT_C, .body = A9 ("'output_config':{'format':null}"), .expect = { { "response_format", NULL } } },
  { "format-enum/anthropic", KIT_G, KIT_A, .body = GC ("'responseMimeType':'text/x.enum','responseSchema':{'type':'STRING','enum':['a','b']}"), .expect = { { "output_config.format.schema", "{'type':'string','enum':['a','b']}" } } },

  { "identity/responses", KIT_C, KIT_R, .body = C ("'user':'u','metadata':{'k':'v'},'service_tier':'flex'"), .expect = { { "safety_identifier", "'u'" }, { "metadata", "{'k':'v'}" }, { "service_tier", "'flex'" }, { "prompt_cache_key", "'u'" } } },
  { "identity/anthropic", KIT_C, KIT_A, .body = C ("'user':'u'"), .expect = { { "metadata", "{'user_id':'u'}" } } },
  { "whole-but-long", KIT_C, KIT_A, .body = C ("'max_tokens':30000"), .expect = { { "stream", "true" } } },
};

/* A signature carried by a client of another dialect comes back to its own vendor alone. */
static void
test_085 (void)
{
  static const struct
  {
    RelaisOrigin origin;
    RelaisDialectId target;
    KitExpect expect;
  } cases[] = {
    { RELAIS_ORIGIN_GEMINI, KIT_G, { "contents.1.parts.0.thoughtSignature", "'c2ln'" } },
    { RELAIS_ORIGIN_OPENAI_RESPONSES, KIT_R, { "input.1", "{'type':'reasoning','summary':[],'encrypted_content':'c2ln'}" } },
    { RELAIS_ORIGIN_OPENAI_RESPONSES, KIT_G, { "contents.1.parts.0.thoughtSignature", "'" BYPASS "'" } },
    { RELAIS_ORIGIN_GEMINI, KIT_R, { "input.1.type", "'function_call'" } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *sealed = relais_seal_close ("c2ln", cases[i].origin, RELAIS_ORIGIN_ANTHROPIC);
      g_autofree char *body = g_strdup_printf ("{'model':'m','max_tokens':99,'messages':[" U ",{'role':'assistant','content':[{'type':'thinking','thinking':'','signature':'%s'},{'type':'tool_use','id':'a','name':'f','input':{}}]},{'role':'user','content':[{'type':'tool_result','tool_use_id':'a','content':'r'}]}]}", sealed);
      KitRequest request = { "085", KIT_A, cases[i].target, .body = body, .expect = { cases[i].expect } };

      kit_check_request (&request);
    }
}

/* Thirty megabytes of picture pass to Gemini and are refused for Anthropic, which takes 32 MB. */
static void
test_102 (void)
{
  g_autoptr (GString) body = g_string_new ("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,iVBORw0KGgoA");
  static const struct
  {
    RelaisDialectId target;
    const char *model;
    int code;
  } cases[] = { { KIT_G, "gemini-3.8-flash", -1 }, { KIT_A, "claude-opus-5-5", RELAIS_ERROR_TOO_LARGE } };
  const RelaisDialect *chat = relais_dialect_get (KIT_C);
  gsize length = 40 * 1000 * 1000;

  g_string_set_size (body, body->len + length);
  memset (body->str + body->len - length, 'A', length);
  g_string_append (body, "\"}}]}]}");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (body->str, body->len);
      g_autoptr (GString) out = g_string_new (NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (RelaisTranslation) translation = NULL;
      RelaisTarget target = { .dialect = cases[i].target, .model = cases[i].model };
      RelaisPrompt *prompt = chat->decode_request (bytes, NULL, FALSE, &error);

      g_assert_no_error (error);
      translation = relais_translation_new (prompt, KIT_C, &target);
      relais_translation_encode (translation, out, &error);
      if (cases[i].code < 0)
        {
          g_assert_no_error (error);
          g_assert_cmpuint (out->len, >, length);
        }
      else
        {
          g_autoptr (RelaisFailure) failure = NULL;

          g_assert_error (error, RELAIS_ERROR, cases[i].code);
          failure = relais_dialect_failure_from_error (error);
          g_assert_cmpuint (relais_dialect_failure_status (KIT_C, failure), ==, 413);
        }
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  kit_add_requests (requests, G_N_ELEMENTS (requests));
  g_test_add_func ("/translation/085-carried-signature", test_085);
  g_test_add_func ("/translation/102-large-image", test_102);
  return g_test_run ();
}
