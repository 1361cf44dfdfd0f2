/* test-translation-answers.c: the edge cases of answers, by their numbers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/relais-json.h"
#include "translation-kit.h"

#define WHOLE RELAIS_FORM_WHOLE
#define SSE RELAIS_FORM_SSE

/* pieces of streams, a line each */
#define C_HEAD "{'id':'c','object':'chat.completion.chunk','created':1,'model':'m','choices':[{'index':0,"
#define CD(delta) C_HEAD "'delta':" delta ",'finish_reason':null}]}\n"
#define CT(text) CD ("{'content':" text "}")
#define CC(index, id, name, args) CD ("{'tool_calls':[{'index':" index ",'id':" id ",'type':'function','function':{'name':" name ",'arguments':" args "}}]}")
#define CA(index, args) CD ("{'tool_calls':[{'index':" index ",'function':{'arguments':" args "}}]}")
#define CF(reason) C_HEAD "'delta':{},'finish_reason':" reason "}]}\n"
#define AS "{'type':'message_start','message':{'id':'a','type':'message','role':'assistant','model':'m','content':[],'usage':{'input_tokens':10,'output_tokens':1,'cache_read_input_tokens':90}}}\n"
#define AB(index, block) "{'type':'content_block_start','index':" index ",'content_block':" block "}\n"
#define AD(index, delta) "{'type':'content_block_delta','index':" index ",'delta':" delta "}\n"
#define AE(index) "{'type':'content_block_stop','index':" index "}\n"
#define AM(reason) "{'type':'message_delta','delta':{'stop_reason':" reason ",'stop_sequence':null},'usage':{'output_tokens':5}}\n{'type':'message_stop'}\n"
#define AT(index, text) AB (index, "{'type':'text','text':''}") AD (index, "{'type':'text_delta','text':" text "}") AE (index)
#define GP(parts) "{'candidates':[{'content':{'role':'model','parts':[" parts "]}}],'modelVersion':'m','responseId':'g'}\n"
#define GF(parts, reason) "{'candidates':[{'content':{'role':'model','parts':[" parts "]},'finishReason':" reason "}],'modelVersion':'m','responseId':'g'}\n"
#define RS "{'type':'response.created','sequence_number':0,'response':{'id':'r','status':'in_progress','model':'m','output':[]}}\n"
#define RT(text) "{'type':'response.output_text.delta','sequence_number':1,'item_id':'i','output_index':0,'content_index':0,'delta':" text "}\n"
#define RE "{'type':'response.completed','sequence_number':2,'response':{'id':'r','status':'completed','model':'m','output':[],'usage':{'input_tokens':1,'output_tokens':2}}}\n"

#define GREETING "{'model':'m','stream':true,'messages':[{'role':'user','content':'hi'}]}"
#define WITH_USAGE "{'model':'m','stream':true,'stream_options':{'include_usage':true},'messages':[{'role':'user','content':'hi'}]}"
#define A_TOOLS "{'model':'m','max_tokens':99,'stream':true,'messages':[{'role':'user','content':'hi'}],'tools':[{'name':'f','input_schema':{'type':'object'}}]}"

/* What the client's own reader finds in what it gets. */
static const KitAnswer answers[] = {
  { "014-one-object-for-a-stream", KIT_A, KIT_C, NULL, "{'id':'c','choices':[{'message':{'content':'hello'},'finish_reason':'stop'}]}", SSE, "text(hello) usage(5 0 0 2 0) stop" },
  { "014-one-object-for-a-stream/chat", KIT_C, KIT_A, WITH_USAGE, "{'id':'a','type':'message','role':'assistant','model':'m','content':[{'type':'text','text':'hello'}],'stop_reason':'end_turn','usage':{'input_tokens':1,'output_tokens':2}}", SSE, "text(hello) usage(1 0 0 2 0) stop" },
  { "014-one-object-for-a-stream/responses", KIT_R, KIT_G, NULL, "{'candidates':[{'content':{'parts':[{'text':'hello'}]},'finishReason':'STOP'}],'usageMetadata':{'promptTokenCount':1,'candidatesTokenCount':2}}", SSE, "text(hello) usage(1 0 0 2 0) stop" },
  { "014-one-object-for-a-stream/gemini", KIT_G, KIT_R, NULL, "{'id':'r','object':'response','status':'completed','model':'m','output':[{'type':'message','content':[{'type':'output_text','text':'hello'}]}],'usage':{'input_tokens':1,'output_tokens':2}}", SSE, "text(hello) usage(1 0 0 2 0) stop" },
  { "015-a-stream-for-one-object/chat", KIT_C, KIT_A, NULL, AS AT ("0", "'hello'") AM ("'end_turn'"), WHOLE, "text(hello) usage(100 90 0 5 0) stop", { { "choices.0.message.content", "'hello'" } } },
  { "015-a-stream-for-one-object/responses", KIT_R, KIT_G, NULL, GP ("{'text':'hel'}") GF ("{'text':'lo'}", "'STOP'"), WHOLE, "text(hello) usage(5 0 0 2 0) stop", { { "output.0.content.0.text", "'hello'" } } },
  { "015-a-stream-for-one-object/gemini", KIT_G, KIT_R, NULL, RS RT ("'hel'") RT ("'lo'") RE, WHOLE, "text(hello) usage(1 0 0 2 0) stop", { { "candidates.0.content.parts", "[{'text':'hello'}]" } } },
  { "015-a-stream-for-one-object", KIT_A, KIT_C, NULL, CT ("'hel'") CT ("'lo'") CF ("'stop'"), WHOLE, "text(hello) usage(5 0 0 2 0) stop" },
  { "019-empty-deltas", KIT_A, KIT_C, NULL, CT ("''") CT ("'a'") CT ("''") CF ("'stop'"), SSE, "text(a) usage(5 0 0 1 0) stop" },
  { "020-usage-comes-last", KIT_A, KIT_C, NULL, CT ("'a'") CF ("'stop'") "{'choices':[],'usage':{'prompt_tokens':7,'completion_tokens':3}}\n", SSE, "text(a) usage(7 0 0 3 0) stop" },
  { "021-no-usage-asked", KIT_C, KIT_A, GREETING, AS AT ("0", "'a'") AM ("'end_turn'"), SSE, "text(a) stop" },
  { "021-usage-asked", KIT_C, KIT_A, WITH_USAGE, AS AT ("0", "'a'") AM ("'end_turn'"), SSE, "text(a) usage(100 90 0 5 0) stop" },
  { "022-no-role", KIT_R, KIT_C, NULL, CT ("'a'") CF ("'stop'"), SSE, "text(a) usage(5 0 0 1 0) stop" },
  { "023-no-finish", KIT_A, KIT_C, NULL, CT ("'a'") CT ("'b'"), SSE, "text(ab) error(The upstream closed the stream before its end)" },
  { "025-error-first", KIT_A, KIT_C, NULL, "{'error':{'message':'no','type':'server_error'}}\n", SSE, "failed: no" },
  { "026-error-midway/anthropic", KIT_A, KIT_C, NULL, CT ("'a'") CT ("'b'") CT ("'c'") "{'error':{'message':'no','type':'server_error'}}\n", SSE, "text(abc) error(no)" },
  { "026-error-midway/chat", KIT_C, KIT_A, NULL, AS AB ("0", "{'type':'text','text':''}") AD ("0", "{'type':'text_delta','text':'abc'}") "{'type':'error','error':{'type':'overloaded_error','message':'no'}}\n", SSE, "text(abc) error(no)" },
  { "026-error-midway/responses", KIT_R, KIT_A, NULL, AS AB ("0", "{'type':'text','text':''}") AD ("0", "{'type':'text_delta','text':'abc'}") "{'type':'error','error':{'type':'api_error','message':'no'}}\n", SSE, "text(abc) error(no)" },
  { "026-error-midway/gemini", KIT_G, KIT_A, NULL, AS AB ("0", "{'type':'text','text':''}") AD ("0", "{'type':'text_delta','text':'abc'}") "{'type':'error','error':{'type':'api_error','message':'no'}}\n", SSE, "text(abc) error(no)" },
  { "027-unknown-event", KIT_C, KIT_A, NULL, AS "{'type':'news','x':1}\n" AT ("0", "'a'") AM ("'end_turn'"), SSE, "text(a) stop" },
  { "027-unknown-block", KIT_C, KIT_A, NULL, AS AB ("0", "{'type':'news'}") AD ("0", "{'type':'news_delta','x':1}") AE ("0") AT ("1", "'a'") AM ("'end_turn'"), SSE, "text(a) stop" },
  { "028-unknown-event", KIT_C, KIT_R, NULL, RS "{'type':'response.news','sequence_number':1}\n" RT ("'a'") RE, SSE, "text(a) stop" },
  { "029-interleaved", KIT_A, KIT_C, A_TOOLS, CC ("0", "'x'", "'f'", "''") CC ("1", "'y'", "'f'", "''") CA ("0", "'{\\\"a\\\":'") CA ("1", "'{}'") CA ("0", "'1}'") CF ("'tool_calls'"), SSE, "call0(f) args0({\"a\":1}) end0 call1(f) args1({}) end1 usage(9 0 0 3 0) calls" },
#define AX(index, id) AB (index, "{'type':'tool_use','id':" id ",'name':'f','input':{}}")
#define AJ(index, json) AD (index, "{'type':'input_json_delta','partial_json':" json "}")
#define RC(index, id) "{'type':'response.output_item.added','output_index':" index ",'item':{'type':'function_call','id':" id ",'call_id':" id ",'name':'f','arguments':''}}\n"
#define RA(index, json) "{'type':'response.function_call_arguments.delta','output_index':" index ",'delta':" json "}\n"
#define RD(index, id, json) "{'type':'response.output_item.done','output_index':" index ",'item':{'type':'function_call','id':" id ",'call_id':" id ",'name':'f','arguments':" json ",'status':'completed'}}\n"
  { "029-interleaved/from-anthropic", KIT_C, KIT_A, GREETING, AS AX ("0", "'x'") AX ("1", "'y'") AJ ("0", "'{\\'a\\':'") AJ ("1", "'{}'") AJ ("0", "'1}'") AE ("0") AE ("1") AM ("'tool_use'"), WHOLE, NULL, { { "choices.0.message.tool_calls.0.function.arguments", "'{\\'a\\':1}'" }, { "choices.0.message.tool_calls.1.function.arguments", "'{}'" } } },
  { "029-interleaved/from-responses", KIT_C, KIT_R, GREETING, RS RC ("0", "'x'") RC ("1", "'y'") RA ("0", "'{\\'a\\':'") RA ("1", "'{}'") RA ("0", "'1}'") RD ("1", "'y'", "'{}'") RD ("0", "'x'", "'{\\'a\\':1}'") RE, WHOLE, NULL, { { "choices.0.message.tool_calls.0.function.arguments", "'{\\'a\\':1}'" }, { "choices.0.message.tool_calls.1.function.arguments", "'{}'" } } },
  { "029-nobodys-arguments/from-anthropic", KIT_C, KIT_A, GREETING, AS AT ("0", "'a'") AX ("1", "'x'") AJ ("7", "'{}'") AE ("1") AM ("'tool_use'"), SSE, "text(a) call0(f) error(The upstream sent arguments of a call that it did not begin)" },
  { "029-nobodys-arguments/from-responses", KIT_C, KIT_R, GREETING, RS RT ("'a'") RC ("1", "'x'") RA ("7", "'{}'") RD ("1", "'x'", "'{}'") RE, SSE, "text(a) call0(f) error(The upstream sent arguments of a call that it did not begin)" },
  { "029-no-index/from-anthropic", KIT_C, KIT_A, GREETING, AS "{'type':'content_block_start','content_block':{'type':'tool_use','id':'x','name':'f','input':{}}}\n{'type':'content_block_delta','delta':{'type':'input_json_delta','partial_json':'{}'}}\n{'type':'content_block_stop'}\n" AM ("'tool_use'"), SSE, "call0(f) args0({}) end0 calls" },
  { "026-error-in-words/chat", KIT_A, KIT_C, NULL, CT ("'a'") "{'error':'no'}\n", SSE, "text(a) error(no)" },
  { "026-error-in-words/gemini", KIT_A, KIT_G, NULL, GP ("{'text':'a'}") "{'error':'no'}\n", SSE, "text(a) error(no)" },
  { "113-unknown-reason-with-calls", KIT_A, KIT_C, A_TOOLS, CC ("0", "'x'", "'f'", "'{}'") CF ("'whatever'"), SSE, "call0(f) args0({}) end0 usage(9 0 0 1 0) calls" },
  { "113-unknown-reason-with-calls/from-anthropic", KIT_C, KIT_A, GREETING, AS AX ("0", "'x'") AJ ("0", "'{}'") AE ("0") AM ("'whatever'"), WHOLE, NULL, { { "choices.0.finish_reason", "'tool_calls'" } } },
  { "114-cache-left-out-at-the-end", KIT_C, KIT_A, WITH_USAGE, AS AT ("0", "'a'") "{'type':'message_delta','delta':{'stop_reason':'end_turn'},'usage':{'input_tokens':10,'output_tokens':5}}\n{'type':'message_stop'}\n", WHOLE, NULL, { { "usage.prompt_tokens", "100" }, { "usage.prompt_tokens_details.cached_tokens", "90" } } },
  { "030-text-behind-a-call", KIT_A, KIT_C, A_TOOLS, CC ("0", "'x'", "'f'", "'{}'") CT ("'a'") CF ("'tool_calls'"), SSE, "call0(f) args0({}) end0 text(a) usage(9 0 0 1 0) calls" },
  { "030-text-behind-a-call/responses", KIT_R, KIT_C, NULL, CT ("'b'") CC ("0", "'x'", "'f'", "'{}'") CT ("'a'") CF ("'tool_calls'"), WHOLE, NULL, { { "output.0.content.0.text", "'b'" }, { "output.1.call_id", "'x'" }, { "output.2.content.0.text", "'a'" }, { "output.3", NULL } } },
  { "031-thinking-behind-text", KIT_A, KIT_G, "{'model':'m','max_tokens':9000,'stream':true,'thinking':{'type':'enabled','budget_tokens':4000},'messages':[{'role':'user','content':'hi'}]}", GP ("{'text':'a'}") GP ("{'text':'b','thought':true}") GF ("{'text':'c'}", "'STOP'"), SSE, "text(a) think(b) signature(relais1.c.dW5zaWduZWQ) text(c) usage(5 0 0 1 0) stop" },
  { "033-two-calls/gemini", KIT_G, KIT_C, NULL, CC ("0", "'x'", "'f'", "'{}'") CC ("1", "'y'", "'f'", "'{}'") CF ("'tool_calls'"), SSE, "call0(f) args0({}) end0 call1(f) args1({}) end1 calls" },
  { "058-no-arguments/chat", KIT_C, KIT_A, NULL, AS AB ("0", "{'type':'tool_use','id':'x','name':'f','input':{}}") AE ("0") AM ("'tool_use'"), WHOLE, NULL, { { "choices.0.message.tool_calls.0.function", "{'name':'f','arguments':'{}'}" } } },
  { "058-no-arguments/chat-streamed", KIT_C, KIT_A, NULL, AS AB ("0", "{'type':'tool_use','id':'x','name':'f','input':{}}") AE ("0") AM ("'tool_use'"), SSE, "call0(f) args0({}) end0 calls" },
  { "061-digits/chat", KIT_C, KIT_G, NULL, GF ("{'functionCall':{'name':'f','args':{'n':12345678901234567890,'d':1.10}}}", "'STOP'"), WHOLE, NULL, { { "choices.0.message.tool_calls.0.function.arguments", "'{\\'n\\':12345678901234567890,\\'d\\':1.10}'" } } },
  { "069-no-id", KIT_C, KIT_G, NULL, GF ("{'functionCall':{'name':'f','args':{}}}", "'STOP'"), WHOLE, NULL, { { "choices.0.message.tool_calls.0.id", "'call_made1'" } } },
  { "070-same-name/chat", KIT_C, KIT_G, NULL, GF ("{'functionCall':{'name':'f','args':{'n':1}}},{'functionCall':{'name':'f','args':{'n':2}}}", "'STOP'"), WHOLE, NULL, { { "choices.0.message.tool_calls.0.id", "'call_made1'" }, { "choices.0.message.tool_calls.1.id", "'call_made2'" } } },
  { "071-one-id-twice", KIT_R, KIT_C, NULL, CC ("0", "'x'", "'f'", "'{}'") CC ("1", "'x'", "'f'", "'{}'") CF ("'tool_calls'"), WHOLE, "call0(f) args0({}) end0 call1(f) args1({}) end1 usage(5 0 0 2 0) calls", { { "output.0.call_id", "'x'" }, { "output.1.call_id", "'call_made1'" } } },
#define CG "{'id':'c','choices':[{'message':{'tool_calls':[{'id':'x','type':'function','function':{'name':'f','arguments':'{}'},'extra_content':{'google':{'thought_signature':'c2ln'}}}]},'finish_reason':'tool_calls'}],'usage':{'prompt_tokens':1,'completion_tokens':2}}"
  { "072-dotted-name-restored", KIT_G, KIT_A, "{'model':'m','contents':[{'parts':[{'text':'hi'}]}],'tools':[{'functionDeclarations':[{'name':'fs.read'}]}]}", AS AB ("0", "{'type':'tool_use','id':'x','name':'fs_read','input':{}}") AE ("0") AM ("'tool_use'"), WHOLE, NULL, { { "candidates.0.content.parts.0.functionCall.name", "'fs.read'" } } },
#define NAME_90 "n234567890n234567890n234567890n234567890n234567890n234567890n234567890n234567890n234567890"
  { "073-long-name-restored", KIT_A, KIT_C, "{'model':'m','max_tokens':99,'messages':[{'role':'user','content':'hi'}],'tools':[{'name':'" NAME_90 "','input_schema':{'type':'object'}}]}", CC ("0", "'x'", "'n234567890n234567890n234567890n234567890n234567890n2345_4cceafc2'", "'{}'") CF ("'tool_calls'"), WHOLE, NULL, { { "content.0.name", "'" NAME_90 "'" } } },
#define PATCH "{'model':'m','input':'hi','tools':[{'type':'custom','name':'patch'}]}"
  { "080-custom-comes-back", KIT_R, KIT_A, PATCH, AS AB ("0", "{'type':'tool_use','id':'x','name':'patch','input':{}}") AD ("0", "{'type':'input_json_delta','partial_json':'{\\'input\\':\\'say '}") AD ("0", "{'type':'input_json_delta','partial_json':'x\\'}'}") AE ("0") AM ("'tool_use'"), WHOLE, NULL, { { "output.0.type", "'custom_tool_call'" }, { "output.0.input", "'say x'" }, { "output.0.name", "'patch'" } } },
  { "080-custom-comes-back/streamed", KIT_R, KIT_A, PATCH, AS AB ("0", "{'type':'tool_use','id':'x','name':'patch','input':{}}") AD ("0", "{'type':'input_json_delta','partial_json':'{\\'input\\':\\'say '}") AD ("0", "{'type':'input_json_delta','partial_json':'x\\'}'}") AE ("0") AM ("'tool_use'"), SSE, "call0(patch custom) args0(say x) end0 usage(100 90 0 5 0) calls" },
  { "082-first-of-two", KIT_C, KIT_G, NULL, GF ("{'functionCall':{'name':'f','args':{}},'thoughtSignature':'c2ln'},{'functionCall':{'name':'f','args':{}}}", "'STOP'"), WHOLE, NULL, { { "choices.0.message.tool_calls.0.extra_content", "{'google':{'thought_signature':'c2ln'}}" }, { "choices.0.message.tool_calls.1.extra_content", NULL }, { "choices.0.message.tool_calls.1.type", "'function'" } } },
  { "082-first-of-two/streamed", KIT_C, KIT_G, NULL, GP ("{'functionCall':{'name':'f','args':{}},'thoughtSignature':'c2ln'}") GF ("{'functionCall':{'name':'f','args':{}}}", "'STOP'"), SSE, "call0(f signed) args0({}) call1(f) args1({}) end0 end1 calls" },
  { "082-chat-of-google/gemini", KIT_G, KIT_C, NULL, CG, WHOLE, NULL, { { "candidates.0.content.parts.0.thoughtSignature", "'c2ln'" } } },
  { "082-chat-of-google/anthropic", KIT_A, KIT_C, "{'model':'m','max_tokens':9000,'thinking':{'type':'enabled','budget_tokens':4000},'messages':[{'role':'user','content':'hi'}]}", CG, WHOLE, NULL, { { "content.0", "{'type':'thinking','thinking':'','signature':'relais1.g.YzJsbg'}" }, { "content.1.type", "'tool_use'" } } },
  { "082-chat-of-google/not-asked", KIT_A, KIT_C, NULL, CG, WHOLE, NULL, { { "content.0.type", "'tool_use'" } } },
  { "082-chat-of-google/responses", KIT_R, KIT_C, "{'model':'m','input':'hi','include':['reasoning.encrypted_content']}", CG, WHOLE, NULL, { { "output.0.encrypted_content", "'relais1.g.YzJsbg'" }, { "output.1.type", "'function_call'" } } },
  { "082-chat-of-google/streamed", KIT_G, KIT_C, NULL, CD ("{'tool_calls':[{'index':0,'id':'x','type':'function','function':{'name':'f','arguments':'{}'},'extra_content':{'google':{'thought_signature':'c2ln'}}}]}") CF ("'tool_calls'"), SSE, "call0(f signed) args0({}) end0 calls" },
#define ENCRYPTED "{'model':'m','input':'hi','include':['reasoning.encrypted_content']}"
  { "089-omitted/responses", KIT_R, KIT_A, ENCRYPTED, "{'id':'a','type':'message','role':'assistant','model':'m','content':[{'type':'thinking','thinking':'','signature':'sig'},{'type':'text','text':'a'}],'stop_reason':'end_turn'}", WHOLE, NULL, { { "output.0.type", "'reasoning'" }, { "output.0.summary", "[]" }, { "output.0.encrypted_content", "'relais1.a.c2ln'" } } },
  { "089-omitted/anthropic", KIT_A, KIT_R, "{'model':'m','max_tokens':9000,'thinking':{'type':'enabled','budget_tokens':4000,'display':'omitted'},'messages':[{'role':'user','content':'hi'}]}", "{'id':'r','object':'response','status':'completed','model':'m','output':[{'type':'reasoning','summary':[],'encrypted_content':'sig'},{'type':'message','content':[{'type':'output_text','text':'a'}]}]}", WHOLE, NULL, { { "content.0", "{'type':'thinking','thinking':'','signature':'relais1.r.c2ln'}" }, { "content.1.text", "'a'" } } },
#define THOUGHT GP ("{'text':'secret','thought':true}") GF ("{'text':'a'}", "'STOP'")
#define REASONED CD ("{'reasoning_content':'secret'}") CT ("'a'") CF ("'stop'")
  { "093-not-asked/anthropic", KIT_A, KIT_G, NULL, THOUGHT, WHOLE, "text(a) usage(5 0 0 2 0) stop" },
  { "093-not-asked/anthropic-streamed", KIT_A, KIT_C, NULL, REASONED, SSE, "text(a) usage(5 0 0 2 0) stop" },
  { "093-not-asked/responses", KIT_R, KIT_G, NULL, THOUGHT, WHOLE, "text(a) usage(5 0 0 2 0) stop" },
  { "093-not-asked/responses-streamed", KIT_R, KIT_C, NULL, REASONED, SSE, "text(a) usage(5 0 0 2 0) stop" },
  { "093-not-asked/gemini", KIT_G, KIT_C, NULL, REASONED, WHOLE, "text(a) stop", { { "candidates.0.content.parts", "[{'text':'a'}]" } } },
  { "093-not-asked/gemini-streamed", KIT_G, KIT_C, NULL, REASONED, SSE, "text(a) stop" },
  { "093-not-asked/chat", KIT_C, KIT_G, NULL, THOUGHT, WHOLE, NULL, { { "choices.0.message.content", "'a'" } } },
  { "101-stop-sequence/chat", KIT_C, KIT_A, NULL, "{'id':'a','type':'message','role':'assistant','model':'m','content':[{'type':'text','text':'a'}],'stop_reason':'stop_sequence','stop_sequence':'END','usage':{'input_tokens':1,'output_tokens':2}}", WHOLE, "text(a) usage(1 0 0 2 0) stop" },
  { "108-image", KIT_C, KIT_G, NULL, "{'candidates':[{'content':{'role':'model','parts':[{'inlineData':{'mimeType':'image/png','data':'AAAA'}}]},'finishReason':'STOP'}]}", WHOLE, "text(![image](data:image/png;base64,AAAA)) stop" },
  { "109-blocked/chat", KIT_C, KIT_G, NULL, "{'promptFeedback':{'blockReason':'SAFETY'},'modelVersion':'m'}", WHOLE, NULL, { { "choices.0.finish_reason", "'content_filter'" }, { "choices.0.message.content", "null" }, { "choices.0.message.refusal", "'The prompt was blocked: SAFETY'" } } },
  { "109-blocked/anthropic", KIT_A, KIT_G, NULL, "{'promptFeedback':{'blockReason':'SAFETY'},'modelVersion':'m'}", WHOLE, NULL, { { "stop_reason", "'refusal'" } } },
  { "109-blocked/responses", KIT_R, KIT_G, NULL, "{'promptFeedback':{'blockReason':'SAFETY'},'modelVersion':'m'}", WHOLE, NULL, { { "status", "'incomplete'" }, { "incomplete_details.reason", "'content_filter'" } } },
  { "110-filtered-late", KIT_C, KIT_G, NULL, GP ("{'text':'a'}") GF ("{'text':'b'}", "'SAFETY'"), SSE, "text(ab) filter" },
  { "111-recitation", KIT_C, KIT_G, NULL, GF ("{'text':'a'}", "'RECITATION'"), SSE, "text(a) filter" },
  { "111-malformed-call", KIT_C, KIT_G, NULL, "{'candidates':[{'content':{},'finishReason':'MALFORMED_FUNCTION_CALL'}]}", WHOLE, "failed: The model wrote a tool call that cannot be read" },
  { "112-limit-inside-a-call", KIT_A, KIT_C, A_TOOLS, CT ("'a'") CC ("0", "'x'", "'f'", "'{\\\"a'") CF ("'length'"), WHOLE, "text(a) usage(9 0 0 2 0) length" },
  { "112-limit-before-arguments", KIT_A, KIT_C, A_TOOLS, CT ("'a'") CC ("0", "'x'", "'f'", "''") CF ("'length'"), WHOLE, "text(a) usage(9 0 0 1 0) length" },
  { "112-limit-inside-a-custom-call", KIT_A, KIT_R, A_TOOLS, "{'id':'r','object':'response','status':'incomplete','incomplete_details':{'reason':'max_output_tokens'},'output':[{'type':'custom_tool_call','call_id':'x','name':'f','input':'ab','status':'incomplete'}]}", WHOLE, "usage(9 0 0 1 0) length" },
  { "112-limit-behind-a-call", KIT_A, KIT_C, A_TOOLS, CC ("0", "'x'", "'f'", "'{}'") CF ("'length'"), WHOLE, "call0(f) end0 usage(9 0 0 1 0) length" },
  { "112-limit-inside-a-call/chat", KIT_C, KIT_A, WITH_USAGE, AS AB ("0", "{'type':'tool_use','id':'x','name':'f','input':{}}") AD ("0", "{'type':'input_json_delta','partial_json':'{'}") AM ("'max_tokens'"), SSE, "call0(f) args0({) usage(100 90 0 5 0) length" },
  { "112-limit-inside-a-call/gemini", KIT_G, KIT_C, NULL, CT ("'a'") CC ("0", "'x'", "'f'", "'{\\\"a'") CF ("'length'"), SSE, "text(a) length" },
  { "113-stop-with-calls/chat", KIT_C, KIT_G, NULL, GF ("{'functionCall':{'name':'f','args':{}}}", "'STOP'"), SSE, "call0(f) args0({}) end0 calls" },
  { "113-stop-with-calls/anthropic", KIT_A, KIT_G, A_TOOLS, GF ("{'functionCall':{'name':'f','args':{}}}", "'STOP'"), SSE, "call0(f) args0({}) end0 usage(9 0 0 1 0) calls" },
  { "114-cached/chat", KIT_C, KIT_A, NULL, AS AT ("0", "'a'") AM ("'end_turn'"), WHOLE, NULL, { { "usage.prompt_tokens", "100" }, { "usage.prompt_tokens_details.cached_tokens", "90" } } },
  { "114-cached/anthropic", KIT_A, KIT_C, NULL, CT ("'a'") CF ("'stop'") "{'choices':[],'usage':{'prompt_tokens':100,'completion_tokens':3,'prompt_tokens_details':{'cached_tokens':90}}}\n", WHOLE, NULL, { { "usage.input_tokens", "10" }, { "usage.cache_read_input_tokens", "90" } } },
  { "115-thoughts", KIT_C, KIT_G, NULL, "{'candidates':[{'content':{'parts':[{'text':'a'}]},'finishReason':'STOP'}],'usageMetadata':{'promptTokenCount':1,'candidatesTokenCount':20,'thoughtsTokenCount':30}}", WHOLE, NULL, { { "usage.completion_tokens", "50" }, { "usage.completion_tokens_details.reasoning_tokens", "30" } } },
};

/* Bytes as they come, the same for every client. */
static const struct
{
  const char *name;
  RelaisDialectId target;
  const char *bytes;
  const char *events; /* less usage */
} framings[] = {
  { "001-split-characters", KIT_C, "data: {\"choices\":[{\"delta\":{\"content\":\"\303\251\360\237\246\212\"}}]}\n\ndata: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n", "text(\303\251\360\237\246\212) stop" },
  { "001-split-characters/gemini", KIT_G, "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"\303\251\360\237\246\212\"}]},\"finishReason\":\"STOP\"}]}\n\n", "text(\303\251\360\237\246\212) stop" },
  { "002-crlf", KIT_G, "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a\"}]},\"finishReason\":\"STOP\"}]}\r\n\r\n", "text(a) stop" },
  { "003-crlf-apart", KIT_C, "data: {\"choices\":[{\"delta\":\r\ndata: {\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\r\n\r\n", "text(a) stop" },
  { "004-lone-cr", KIT_C, "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\r\r", "text(a) stop" },
  { "005-two-lines", KIT_C, "data: {\"choices\":[{\"delta\":{\"content\":\ndata: \"a\"},\"finish_reason\":\"stop\"}]}\n\n", "text(a) stop" },
  { "006-comments", KIT_C, ": hello\n\ndata: {\"choices\":[{\"delta\":\n: inside\ndata: {\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\n:\n", "text(a) stop" },
  { "007-ping", KIT_A, "event: ping\n\nevent: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"a\",\"model\":\"m\"}}\n\nevent: ping\n\nevent: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"a\"}}\n\nevent: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\nevent: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n", "text(a) stop" },
  { "008-mark-at-the-start", KIT_C, "\357\273\277data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\n", "text(a) stop" },
  { "009-no-space", KIT_C, "data:{\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\n", "text(a) stop" },
  { "010-no-blank-line", KIT_C, "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}", "text(a) stop" },
  { "011-done-early", KIT_A, "data: {\"type\":\"message_start\",\"message\":{\"id\":\"a\",\"model\":\"m\"}}\n\ndata: [DONE]\n\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"a\"}}\n\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}\n\ndata: {\"type\":\"message_stop\"}\n\n", "text(a) stop" },
  { "011-behind-done", KIT_C, "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"b\"}}]}\n\n", "text(a) stop" },
  { "013-one-broken", KIT_C, "data: {\"choices\"\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\n", "text(a) stop" },
  { "016-an-array", KIT_G, "[{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a\"}]}}]}\n,\r\n{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"b\"}]},\"finishReason\":\"STOP\"}]}\n]", "text(ab) stop" },
};

static char *
carry (RelaisDialectId  source,
       RelaisDialectId  target,
       const char      *bytes,
       gsize            piece,
       RelaisForm       form)
{
  g_autofree char *request = kit_hello (source);
  KitWay way = { .source = source, .target = target, .request = request, .form = form };
  g_autoptr (RelaisFailure) failure = NULL;
  char *out = kit_carry (&way, bytes, strlen (bytes), piece, piece, &failure);

  if (failure == NULL)
    return out;
  g_free (out);
  return g_strdup_printf ("failed: %s", failure->message);
}

/* Whatever the pieces and whoever listens. */
static void
test_framing (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);

  for (RelaisDialectId source = 0; source < RELAIS_N_DIALECTS; source++)
    for (gsize piece = 1; source != framings[i].target && piece < 8; piece++)
      {
        g_autofree char *out = carry (source, framings[i].target, framings[i].bytes, piece, SSE);
        g_autofree char *events = kit_events (source, out, strlen (out), 0);
        g_autoptr (GRegex) usage = g_regex_new ("usage\\([^)]*\\) ", 0, 0, NULL);
        g_autofree char *bare = g_regex_replace_literal (usage, events, -1, 0, "", 0, NULL);

        g_assert_cmpstr (bare, ==, framings[i].events);
      }
}

static void
test_three_broken (void)
{
  static const char broken[] = "data: {\"choices\"\n\n";
  g_autofree char *bytes = g_strconcat ("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n", broken, broken, broken, NULL);
  g_autofree char *out = carry (KIT_A, KIT_C, bytes, 1, SSE);
  g_autofree char *events = kit_events (KIT_A, out, strlen (out), 0);

  g_assert_cmpstr (events, ==, "text(a) error(The upstream sent three events in a row that are no JSON objects)");
}

static guint
count_words (const char *text,
             const char *words)
{
  guint n = 0;

  for (text = strstr (text, words); text != NULL; text = strstr (text + 1, words))
    n++;
  return n;
}

/* What says nothing is no event for a client. */
static void
test_empty_deltas (void)
{
  g_autofree char *json = kit_json (CT ("''") CT ("'a'") CT ("''") CF ("'stop'"));
  g_autofree char *bytes = kit_stream (KIT_C, json);
  g_autofree char *anthropic = carry (KIT_A, KIT_C, bytes, 1, SSE);
  g_autofree char *responses = carry (KIT_R, KIT_C, bytes, 1, SSE);
  g_autofree char *gemini = carry (KIT_G, KIT_C, bytes, 1, SSE);

  g_assert_cmpuint (count_words (anthropic, "text_delta"), ==, 1);
  g_assert_cmpuint (count_words (responses, "event: response.output_text.delta\n"), ==, 1);
  /* the last one has the reason only */
  g_assert_cmpuint (count_words (gemini, "data: "), ==, 2);
  g_assert_cmpuint (count_words (gemini, "\"text\":\"\""), ==, 1);
}

/* OpenAI's clients want a role in the first chunk, and only there. */
static void
test_role (void)
{
  g_autofree char *json = kit_json (GP ("{'text':'a'}") GF ("{'text':'b'}", "'STOP'"));
  g_autofree char *bytes = kit_stream (KIT_G, json);
  g_autofree char *out = carry (KIT_C, KIT_G, bytes, 1, SSE);
  g_autofree char *first = g_strndup (out, strcspn (out, "\n"));

  g_assert_nonnull (strstr (first, "\"role\":\"assistant\""));
  g_assert_cmpuint (count_words (out, "\"role\""), ==, 1);
}

/* What is passed over leaves no gap in the numbers of what follows. */
static void
test_gapless (void)
{
  static const char answer[] = AS AB ("0", "{'type':'news'}") AD ("0", "{'type':'news_delta','x':1}") AE ("0") AT ("1", "'a'")
    AB ("2", "{'type':'news'}") AE ("2") AB ("3", "{'type':'tool_use','id':'x','name':'f','input':{}}") AE ("3") AM ("'tool_use'");
  g_autofree char *json = kit_json (answer);
  g_autofree char *bytes = kit_stream (KIT_A, json);
  g_autofree char *responses = carry (KIT_R, KIT_A, bytes, 1, SSE);
  g_autofree char *chat = carry (KIT_C, KIT_A, bytes, 1, SSE);

  g_assert_nonnull (strstr (responses, "\"output_index\":0,\"item\":{\"id\":\"msg_"));
  g_assert_nonnull (strstr (responses, "\"output_index\":1,\"item\":{\"id\":\"fc_"));
  g_assert_null (strstr (responses, "\"output_index\":2"));
  g_assert_nonnull (strstr (chat, "\"tool_calls\":[{\"index\":0,"));
  g_assert_null (strstr (chat, "\"tool_calls\":[{\"index\":1,"));
}

/* Nothing that could be taken for a whole call. */
static void
test_cut_call (void)
{
  g_autofree char *json = kit_json (CC ("0", "'x'", "'f'", "'{\\\"a'") CA ("0", "'b'"));
  g_autofree char *bytes = kit_stream (KIT_C, json);
  g_autofree char *whole = carry (KIT_A, KIT_C, bytes, 1, WHOLE);
  g_autofree char *stream = carry (KIT_A, KIT_C, bytes, 1, SSE);

  g_assert_true (g_str_has_prefix (whole, "failed: "));
  g_assert_null (strstr (stream, "message_stop"));
  g_assert_nonnull (strstr (stream, "event: error\n"));
}

/* Numbers without a gap, items that were announced, and at the end all of it once more. */
static void
test_responses_sequence (void)
{
  g_autofree char *json = kit_json (CT ("'a'") CC ("0", "'x'", "'f'", "'{}'") CC ("1", "'y'", "'f'", "'{}'") CF ("'tool_calls'"));
  g_autofree char *bytes = kit_stream (KIT_C, json);
  g_autofree char *out = carry (KIT_R, KIT_C, bytes, 1, SSE);
  g_auto (GStrv) lines = g_strsplit (out, "\n", -1);
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gint64 expected = 0;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autoptr (RelaisJson) tree = NULL;
      const RelaisJsonNode *root, *response;
      g_autofree char *id = NULL;
      gint64 number = -1;

      if (!g_str_has_prefix (lines[i], "data: "))
        continue;
      tree = relais_json_parse (lines[i] + 6, strlen (lines[i] + 6), RELAIS_JSON_MAX_DEPTH, NULL);
      root = relais_json_get_root (tree);
      g_assert_true (relais_json_node_get_int (relais_json_node_get_member (root, "sequence_number"), &number));
      g_assert_cmpint (number, ==, expected++);
      id = relais_json_node_dup_string (relais_json_node_get_path (root, "item", "id", NULL));
      if (id != NULL)
        g_hash_table_add (ids, g_steal_pointer (&id));
      id = relais_json_node_dup_string (relais_json_node_get_member (root, "item_id"));
      if (id != NULL)
        g_assert_true (g_hash_table_contains (ids, id));
      response = relais_json_node_get_member (root, "response");
      if (relais_json_node_equals (relais_json_node_get_member (response, "status"), "completed"))
        g_assert_cmpuint (relais_json_node_get_count (relais_json_node_get_member (response, "output")), ==, 3);
    }
  g_assert_cmpint (expected, >, 10);
  g_assert_cmpuint (g_hash_table_size (ids), ==, 3);
}

/* A stream cannot take back what it began; nobody is told that it is whole. */
static void
test_cut_by_length (void)
{
  static const char *const calls[] = { CC ("0", "'x'", "'f'", "'{\\\"a'"), CC ("0", "'x'", "'f'", "''"),
                                       CD ("{'tool_calls':[{'index':0,'id':'x','type':'custom','custom':{'name':'f','input':'ab'}}]}") };

  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      g_autofree char *lines = g_strconcat (CT ("'a'"), calls[i], CF ("'length'"), NULL);
      g_autofree char *json = kit_json (lines);
      g_autofree char *bytes = kit_stream (KIT_C, json);
      g_autofree char *out = carry (KIT_R, KIT_C, bytes, 1, SSE);
      const char *end = strstr (out, "event: response.incomplete\ndata: ");
      g_autofree char *last = NULL;

      g_assert_null (strstr (out, "arguments.done"));
      g_assert_null (strstr (out, "input.done"));
      g_assert_nonnull (end);
      last = g_strndup (strstr (end, "{"), strcspn (strstr (end, "{"), "\n"));
      kit_expect (last, (KitExpect[]){ { "response.status", "'incomplete'" }, { "response.output.0.status", "'completed'" }, { "response.output.1.status", "'incomplete'" }, { "response.output.1.call_id", "'x'" } }, 4);
    }
}

static void
test_gemini_shape (void)
{
  g_autofree char *json = kit_json (CC ("0", "'x'", "'f'", "'{}'") CC ("1", "'y'", "'f'", "'{}'") CF ("'tool_calls'"));
  g_autofree char *bytes = kit_stream (KIT_C, json);
  g_autofree char *out = carry (KIT_G, KIT_C, bytes, 1, SSE);
  g_auto (GStrv) chunks = g_regex_split_simple ("\r?\n\r?\n", out, 0, 0);
  guint n_calls = 0;

  g_assert_null (strstr (out, "event:"));
  g_assert_null (strstr (out, "[DONE]"));
  g_assert_true (g_str_has_suffix (out, "\n\n") || g_str_has_suffix (out, "\r\n\r\n"));
  for (guint i = 0; chunks[i] != NULL; i++)
    {
      const char *call = strstr (chunks[i], "\"functionCall\"");

      n_calls += call != NULL;
      if (call != NULL)
        g_assert_null (strstr (call + 1, "\"functionCall\""));
      if (strstr (chunks[i], "finishReason") != NULL)
        g_assert_true (chunks[i + 1] == NULL || *chunks[i + 1] == '\0');
    }
  g_assert_cmpuint (n_calls, ==, 2);
}

static void
test_anthropic_shape (void)
{
  g_autofree char *json = kit_json (GP ("{'text':'b','thought':true,'thoughtSignature':'c2ln'}") GF ("{'text':'c'}", "'STOP'"));
  g_autofree char *bytes = kit_stream (KIT_G, json);
  g_autofree char *request = kit_json ("{'model':'m','max_tokens':9000,'stream':true,'thinking':{'type':'enabled','budget_tokens':4000},'messages':[{'role':'user','content':'hi'}]}");
  KitWay way = { .source = KIT_A, .target = KIT_G, .request = request, .form = SSE };
  g_autoptr (RelaisFailure) failure = NULL;
  g_autofree char *out = kit_carry (&way, bytes, strlen (bytes), 1, 1, &failure);
  g_auto (GStrv) events = g_strsplit (g_strchomp (out), "\n\n", -1);
  guint n_signatures = 0;

  for (guint i = 0; events[i] != NULL; i++)
    {
      g_autoptr (RelaisJson) tree = NULL;
      const char *data = strstr (events[i], "\ndata: ");
      g_autofree char *name = NULL;
      g_autofree char *type = NULL;

      g_assert_true (g_str_has_prefix (events[i], "event: "));
      name = g_strndup (events[i] + 7, data - events[i] - 7);
      tree = relais_json_parse (data + 7, strlen (data + 7), RELAIS_JSON_MAX_DEPTH, NULL);
      type = relais_json_node_dup_string (relais_json_node_get_member (relais_json_get_root (tree), "type"));
      g_assert_cmpstr (type, ==, name);
      n_signatures += strstr (data, "signature_delta") != NULL;
    }
  g_assert_cmpuint (n_signatures, ==, 1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  kit_add_answers (answers, G_N_ELEMENTS (answers));
  for (guint i = 0; i < G_N_ELEMENTS (framings); i++)
    {
      g_autofree char *path = g_strconcat ("/translation/", framings[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_framing);
    }
  g_test_add_func ("/translation/013-three-broken", test_three_broken);
  g_test_add_func ("/translation/019-empty-deltas/none", test_empty_deltas);
  g_test_add_func ("/translation/022-role", test_role);
  g_test_add_func ("/translation/027-gapless", test_gapless);
  g_test_add_func ("/translation/024-cut-call", test_cut_call);
  g_test_add_func ("/translation/032-responses-sequence", test_responses_sequence);
  g_test_add_func ("/translation/112-limit-inside-a-call/responses", test_cut_by_length);
  g_test_add_func ("/translation/034-gemini-shape", test_gemini_shape);
  g_test_add_func ("/translation/035-anthropic-shape", test_anthropic_shape);
  return g_test_run ();
}
