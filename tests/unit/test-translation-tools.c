/* test-translation-tools.c: tools, calls and results of a request in another dialect
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "translation-kit.h"

#define U "{'role':'user','content':'hi'}"
#define C(rest) "{'model':'m','messages':[" U "]," rest "}"
#define R(rest) "{'model':'m','input':'hi'," rest "}"
#define A(rest) "{'model':'m','max_tokens':99,'messages':[" U "]," rest "}"
#define G(rest) "{'model':'m','contents':[{'parts':[{'text':'hi'}]}]," rest "}"
#define FUNCTION(name) "{'type':'function','function':{'name':'" name "'}}"
#define CALL(id, args) "{'id':'" id "','type':'function','function':{'name':'f','arguments':'" args "'}}"
#define HISTORY(calls, after) "{'model':'m','messages':[" U ",{'role':'assistant','content':null,'tool_calls':[" calls "]}" after "]}"
#define TOOL(id, text) ",{'role':'tool','tool_call_id':'" id "','content':'" text "'}"
#define TEXT(text) "{'type':'text','text':" text "}"
#define USE(id, input) "{'type':'tool_use','id':'" id "','name':'f','input':" input "}"
#define GONE(id, text) "{'type':'tool_result','tool_use_id':'" id "','content':[" TEXT ("'" text "'") "]}"
#define NO_RESULT "No result was provided for this call."
#define PNG "iVBORw0KGgo="
#define PICTURE "{'type':'image','source':{'type':'base64','media_type':'image/png','data':'" PNG "'}}"
#define TWO CALL ("a", "{}") "," CALL ("b", "{}")
#define ID_64 "i234567890i234567890i234567890i234567890i234567890i234567890i234"
#define NAME_90 "n234567890n234567890n234567890n234567890n234567890n234567890n234567890n234567890n234567890"

static const KitRequest requests[] = {
  { "058-no-arguments/anthropic", KIT_C, KIT_A, .body = HISTORY (CALL ("a", ""), TOOL ("a", "r")), .expect = { { "messages.1.content.0.input", "{}" } } },
  { "058-no-arguments/gemini", KIT_C, KIT_G, .body = HISTORY (CALL ("a", ""), TOOL ("a", "r")), .expect = { { "contents.1.parts.0.functionCall.args", "{}" } } },
  { "058-no-arguments/responses", KIT_C, KIT_R, .body = HISTORY (CALL ("a", ""), TOOL ("a", "r")), .expect = { { "input.1.arguments", "'{}'" } } },

  { "059-array/anthropic", KIT_C, KIT_A, .body = HISTORY (CALL ("a", "[1,2]"), TOOL ("a", "r")), .expect = { { "messages.1.content.0.input", "{'value':[1,2]}" } } },
  { "059-array/gemini", KIT_C, KIT_G, .body = HISTORY (CALL ("a", "[1,2]"), TOOL ("a", "r")), .expect = { { "contents.1.parts.0.functionCall.args", "{'value':[1,2]}" } } },

  { "060-invalid/anthropic", KIT_C, KIT_A, .body = HISTORY (CALL ("a", "{no"), TOOL ("a", "r")), .expect = { { "messages.1.content.0.input", "{'_raw':'{no'}" } }, .dropped = "messages[1]" },
  { "060-invalid/gemini", KIT_C, KIT_G, .body = HISTORY (CALL ("a", "{no"), TOOL ("a", "r")), .expect = { { "contents.1.parts.0.functionCall.args", "{'_raw':'{no'}" } }, .dropped = "messages[1]" },

  { "061-digits/anthropic", KIT_C, KIT_A, .body = HISTORY (CALL ("a", "{\\'n\\':12345678901234567890,\\'d\\':1.10}"), TOOL ("a", "r")), .expect = { { "messages.1.content.0.input", "{'n':12345678901234567890,'d':1.10}" } } },
  { "061-digits/gemini", KIT_C, KIT_G, .body = HISTORY (CALL ("a", "{\\'n\\':12345678901234567890}"), TOOL ("a", "r")), .expect = { { "contents.1.parts.0.functionCall.args", "{'n':12345678901234567890}" } } },
  { "061-digits/from-anthropic", KIT_A, KIT_C, .body = "{'model':'m','max_tokens':9,'messages':[" U ",{'role':'assistant','content':[" USE ("a", "{'n':12345678901234567890}") "]}]}", .expect = { { "messages.1.tool_calls.0.function.arguments", "'{\\'n\\':12345678901234567890}'" } }, .dropped = NULL },

  { "062-order/anthropic", KIT_C, KIT_A, .body = HISTORY (TWO, TOOL ("b", "rb") TOOL ("a", "ra")), .expect = { { "messages.2.content", "[" GONE ("a", "ra") "," GONE ("b", "rb") "]" } } },
  { "062-order/chat", KIT_A, KIT_C, .body = "{'model':'m','max_tokens':9,'messages':[" U ",{'role':'assistant','content':[" USE ("a", "{}") "," USE ("b", "{}") "]},{'role':'user','content':[" GONE ("b", "rb") "," GONE ("a", "ra") "]}]}", .expect = { { "messages.2", "{'role':'tool','tool_call_id':'a','content':'ra'}" }, { "messages.3", "{'role':'tool','tool_call_id':'b','content':'rb'}" } } },
  { "062-order/gemini", KIT_C, KIT_G, .body = HISTORY (TWO, TOOL ("b", "rb") TOOL ("a", "ra")), .expect = { { "contents.2", "{'role':'user','parts':[{'functionResponse':{'name':'f','response':{'output':'ra'}}},{'functionResponse':{'name':'f','response':{'output':'rb'}}}]}" } } },
  { "062-order/responses", KIT_C, KIT_R, .body = HISTORY (TWO, TOOL ("b", "rb") TOOL ("a", "ra")), .expect = { { "input.3", "{'type':'function_call_output','call_id':'a','output':'ra'}" }, { "input.4", "{'type':'function_call_output','call_id':'b','output':'rb'}" } } },

  { "063-missing/anthropic", KIT_C, KIT_A, .body = HISTORY (TWO, TOOL ("b", "rb")), .expect = { { "messages.2.content", "[{'type':'tool_result','tool_use_id':'a','content':[" TEXT ("'" NO_RESULT "'") "],'is_error':true}," GONE ("b", "rb") "]" } } },
  { "063-missing/chat", KIT_R, KIT_C, .body = "{'model':'m','input':[" U ",{'type':'function_call','call_id':'a','name':'f','arguments':'{}'}]}", .expect = { { "messages.2", "{'role':'tool','tool_call_id':'a','content':'Error: " NO_RESULT "'}" } } },
  { "063-missing/responses", KIT_C, KIT_R, .body = HISTORY (TWO, TOOL ("b", "rb")), .expect = { { "input.3", "{'type':'function_call_output','call_id':'a','output':'Error: " NO_RESULT "'}" }, { "input.4.output", "'rb'" }, { "input.5", NULL } } },
  { "063-missing/gemini", KIT_C, KIT_G, .body = HISTORY (TWO, TOOL ("b", "rb")), .expect = { { "contents.2.parts.0.functionResponse", "{'name':'f','response':{'error':'" NO_RESULT "'}}" }, { "contents.2.parts.2", NULL } } },

  { "064-unknown-id/anthropic", KIT_C, KIT_A, .body = HISTORY (CALL ("a", "{}"), TOOL ("a", "ra") TOOL ("z", "rz")), .expect = { { "messages.2.content", "[" GONE ("a", "ra") "," TEXT ("'Result of tool call z: rz'") "]" } }, .dropped = "messages[3]" },
  { "064-unknown-id/gemini", KIT_A, KIT_G, .body = "{'model':'m','max_tokens':9,'messages':[{'role':'user','content':[" GONE ("z", "rz") "]}]}", .expect = { { "contents.0.parts", "[{'text':'Result of tool call z: rz'}]" } }, .dropped = "messages[0].content[0]" },

  { "064-unknown-id/responses", KIT_R, KIT_C, .body = "{'model':'m','input':[" U ",{'type':'function_call','call_id':'a','name':'f','arguments':'{}'},{'type':'function_call_output','call_id':'a','output':'ra'},{'type':'function_call_output','call_id':'z','output':'rz'}]}", .expect = { { "messages.3", "{'role':'user','content':'Result of tool call z: rz'}" } }, .dropped = "input[3]" },
  { "064-unknown-id/anthropic-second", KIT_A, KIT_C, .body = "{'model':'m','max_tokens':9,'messages':[" U ",{'role':'assistant','content':[" USE ("a", "{}") "]},{'role':'user','content':[" GONE ("a", "ra") "," GONE ("z", "rz") "]}]}", .expect = { { "messages.3.content", "'Result of tool call z: rz'" } }, .dropped = "messages[2].content[1]" },
  { "064-unknown-id/from-gemini", KIT_G, KIT_C, .body = "{'model':'m','contents':[{'parts':[{'text':'hi'}]},{'role':'user','parts':[{'functionResponse':{'id':'z','name':'f','response':{'output':'rz'}}}]}]}", .expect = { { "messages.1.content", "'Result of tool call z: rz'" } }, .dropped = "contents[1].parts[0]" },
  { "064-unknown-id/several-texts", KIT_A, KIT_C, .body = "{'model':'m','max_tokens':9,'messages':[{'role':'user','content':[{'type':'tool_result','tool_use_id':'z','content':[" TEXT ("'one'") "," PICTURE "," TEXT ("'two'") "]}]}]}", .expect = { { "messages.0.content", "[" TEXT ("'Result of tool call z: one\\ntwo'") ",{'type':'image_url','image_url':{'url':'data:image/png;base64," PNG "'}}]" } }, .dropped = "messages[0].content[0]" },
  { "064-where-inside/anthropic", KIT_A, KIT_C, .body = "{'model':'m','max_tokens':9,'messages':[" U ",{'role':'assistant','content':[" USE ("a", "{}") "]},{'role':'user','content':[" TEXT ("'so'") ",{'type':'tool_result','tool_use_id':'a','content':[" TEXT ("'r'") ",{'type':'smell'}]}]}]}", .expect = { { "messages.2.content", "'r'" } }, .dropped = "messages[2].content[1].content[1]" },
  { "064-where-inside/responses", KIT_R, KIT_C, .body = "{'model':'m','input':[" U ",{'type':'function_call','call_id':'a','name':'f','arguments':'{}'},{'type':'function_call','call_id':'b','name':'f','arguments':'{}'},{'type':'function_call_output','call_id':'a','output':'r'},{'type':'function_call_output','call_id':'b','output':[{'type':'smell'},{'type':'input_text','text':'r'}]}]}", .expect = { { "messages.3.content", "'r'" } }, .dropped = "input[4].output[0]" },
  { "064-where-inside/gemini", KIT_G, KIT_C, .body = "{'model':'m','contents':[{'parts':[{'text':'hi'}]},{'role':'model','parts':[{'functionCall':{'name':'f','args':{}}}]},{'parts':[{'functionResponse':{'name':'f','response':{'output':'r'},'parts':[{'inlineData':{'mimeType':'image/png','data':'" PNG "'}},{'inlineData':{'mimeType':'video/mp4','data':'AAAA'}}]}}]}]}", .param = "contents[2].parts[0].functionResponse.parts[1]" },
  { "048-which-item/responses", KIT_R, KIT_C, .body = "{'model':'m','input':[" U ",{'role':'assistant','content':'a'},{'type':'smell_call','id':'x'}," U "]}", .expect = { { "messages.1.content", "'a'" } }, .dropped = "input[2]" },

  { "065-twice/anthropic", KIT_C, KIT_A, .body = HISTORY (CALL ("a", "{}"), TOOL ("a", "one") TOOL ("a", "two")), .expect = { { "messages.2.content", "[" GONE ("a", "two") "]" }, { "messages.3", NULL } } },

  { "065-twice/chat", KIT_A, KIT_C, .body = "{'model':'m','max_tokens':9,'messages':[" U ",{'role':'assistant','content':[" USE ("a", "{}") "]},{'role':'user','content':[" GONE ("a", "one") "," GONE ("a", "two") "]}]}", .expect = { { "messages.2", "{'role':'tool','tool_call_id':'a','content':'two'}" }, { "messages.3", NULL } } },
  { "065-twice/responses", KIT_C, KIT_R, .body = HISTORY (CALL ("a", "{}"), TOOL ("a", "one") TOOL ("a", "two")), .expect = { { "input.2.output", "'two'" }, { "input.3", NULL } } },
  { "065-twice/gemini", KIT_C, KIT_G, .body = HISTORY (CALL ("a", "{}"), TOOL ("a", "one") TOOL ("a", "two")), .expect = { { "contents.2.parts", "[{'functionResponse':{'name':'f','response':{'output':'two'}}}]" }, { "contents.3", NULL } } },

  { "066-result-and-text/chat", KIT_A, KIT_C, .body = "{'model':'m','max_tokens':9,'messages':[" U ",{'role':'assistant','content':[" USE ("a", "{}") "]},{'role':'user','content':[" TEXT ("'so'") "," GONE ("a", "ra") "]}]}", .expect = { { "messages.2", "{'role':'tool','tool_call_id':'a','content':'ra'}" }, { "messages.3", "{'role':'user','content':'so'}" } } },
  { "066-result-and-text/gemini", KIT_A, KIT_G, .body = "{'model':'m','max_tokens':9,'messages':[" U ",{'role':'assistant','content':[" USE ("a", "{}") "]},{'role':'user','content':[" TEXT ("'so'") "," GONE ("a", "ra") "]}]}", .expect = { { "contents.2.parts", "[{'functionResponse':{'name':'f','response':{'output':'ra'}}}]" }, { "contents.3.parts", "[{'text':'so'}]" } } },
  { "066-result-and-text/anthropic", KIT_C, KIT_A, .body = HISTORY (CALL ("a", "{}"), ",{'role':'user','content':'so'}" TOOL ("a", "ra")), .expect = { { "messages.2.content", "[" GONE ("a", "ra") "," TEXT ("'so'") "]" }, { "messages.3", NULL } } },

#define SEEN "{'model':'m','max_tokens':99,'messages':[" U ",{'role':'assistant','content':[" USE ("a", "{}") "," USE ("b", "{}") "]},{'role':'user','content':[{'type':'tool_result','tool_use_id':'a','content':[" TEXT ("'ra'") "," PICTURE "]}," GONE ("b", "rb") "]}]}"
  { "067-image-in-result/chat", KIT_A, KIT_C, .body = SEEN, .expect = { { "messages.2", "{'role':'tool','tool_call_id':'a','content':'ra'}" }, { "messages.3.role", "'tool'" }, { "messages.4", "{'role':'user','content':[" TEXT ("'Image returned by f (a):'") ",{'type':'image_url','image_url':{'url':'data:image/png;base64," PNG "'}}]}" } } },
  { "067-image-in-result/gemini-3", KIT_A, KIT_G, .body = SEEN, .expect = { { "contents.2.parts.0.functionResponse", "{'name':'f','response':{'output':'ra'},'parts':[{'inlineData':{'mimeType':'image/png','data':'" PNG "'}}]}" }, { "contents.3", NULL } } },
  { "067-image-in-result/gemini-2.5", KIT_A, KIT_G, .model = "gemini-2.5-pro", .body = SEEN, .expect = { { "contents.2.parts.0.functionResponse", "{'name':'f','response':{'output':'ra'}}" }, { "contents.3.parts.1.inlineData.mimeType", "'image/png'" } } },
  { "067-image-in-result/responses", KIT_A, KIT_R, .body = SEEN, .expect = { { "input.3.output.0", "{'type':'input_text','text':'ra'}" }, { "input.3.output.1.image_url", "'data:image/png;base64," PNG "'" } } },
  { "067-image-in-result/from-responses", KIT_R, KIT_A, .body = "{'model':'m','input':[" U ",{'type':'function_call','call_id':'a','name':'f','arguments':'{}'},{'type':'function_call_output','call_id':'a','output':[{'type':'input_image','image_url':'data:image/png;base64," PNG "'}]}]}", .expect = { { "messages.2.content.0.content", "[" PICTURE "]" } } },

#define WAV "{'type':'input_audio','input_audio':{'data':'UklGRgAA','format':'wav'}}"
#define HEARD HISTORY (CALL ("a", "{}"), ",{'role':'tool','tool_call_id':'a','content':[" TEXT ("'ra'") "," WAV "]}")
#define HEARD_G "{'model':'m','contents':[{'role':'user','parts':[{'text':'hi'}]},{'role':'model','parts':[{'functionCall':{'name':'f','args':{}}}]},{'role':'user','parts':[{'functionResponse':{'name':'f','response':{'output':'ra'},'parts':[{'inlineData':{'mimeType':'audio/wav','data':'UklGRgAA'}}]}}]}]}"
  { "067-audio-in-result/chat", KIT_G, KIT_C, .body = HEARD_G, .expect = { { "messages.2.content", "'ra'" }, { "messages.3.content.0.text", "'Audio returned by f (call_2_0):'" }, { "messages.3.content.1", WAV } } },
  { "067-audio-in-result/gemini-3", KIT_C, KIT_G, .body = HEARD, .expect = { { "contents.2.parts.0.functionResponse.parts", "[{'inlineData':{'mimeType':'audio/wav','data':'UklGRgAA'}}]" } } },
  { "067-audio-in-result/gemini-2.5", KIT_C, KIT_G, .model = "gemini-2.5-pro", .body = HEARD, .expect = { { "contents.2.parts.0.functionResponse.parts", NULL }, { "contents.3.parts.1.inlineData.mimeType", "'audio/wav'" } } },
  { "067-audio-in-result/responses", KIT_C, KIT_R, .body = HEARD, .param = "messages[2].content[1]" },
  { "067-audio-in-result/anthropic", KIT_C, KIT_A, .body = HEARD, .param = "messages[2].content[1]" },

#define WRONG "{'model':'m','max_tokens':99,'messages':[" U ",{'role':'assistant','content':[" USE ("a", "{}") "]},{'role':'user','content':[{'type':'tool_result','tool_use_id':'a','content':'bad','is_error':true}]}]}"
  { "068-error/chat", KIT_A, KIT_C, .body = WRONG, .expect = { { "messages.2.content", "'Error: bad'" } } },
  { "068-error/responses", KIT_A, KIT_R, .body = WRONG, .expect = { { "input.2.output", "'Error: bad'" } } },
  { "068-error/gemini", KIT_A, KIT_G, .body = WRONG, .expect = { { "contents.2.parts.0.functionResponse.response", "{'error':'bad'}" } } },
  { "068-error/from-gemini", KIT_G, KIT_A, .body = "{'model':'m','contents':[{'role':'user','parts':[{'text':'hi'}]},{'role':'model','parts':[{'functionCall':{'name':'f','args':{}}}]},{'role':'user','parts':[{'functionResponse':{'name':'f','response':{'error':'bad'}}}]}]}", .expect = { { "messages.2.content.0.is_error", "true" }, { "messages.2.content.0.content.0.text", "'bad'" } } },

#define ANSWERED(response) "{'model':'m','contents':[{'role':'user','parts':[{'text':'hi'}]},{'role':'model','parts':[{'functionCall':{'name':'f','args':{}}}]},{'role':'user','parts':[{'functionResponse':{'name':'f','response':" response "}}]}]}"
  { "068-error/beside-output", KIT_G, KIT_C, .body = ANSWERED ("{'stdout':'42 files','error':'','code':0}"), .expect = { { "messages.2.content", "'{\\'stdout\\':\\'42 files\\',\\'error\\':\\'\\',\\'code\\':0}'" } } },
  { "068-error/beside-output-anthropic", KIT_G, KIT_A, .body = ANSWERED ("{'output':'42 files','error':'(none)'}"), .expect = { { "messages.2.content.0.content.0.text", "'{\\'output\\':\\'42 files\\',\\'error\\':\\'(none)\\'}'" }, { "messages.2.content.0.is_error", NULL } } },
  { "068-error/empty", KIT_G, KIT_A, .body = ANSWERED ("{'error':''}"), .expect = { { "messages.2.content.0.is_error", NULL } } },
  { "068-error/null", KIT_G, KIT_A, .body = ANSWERED ("{'error':null}"), .expect = { { "messages.2.content.0.content.0.text", "'{\\'error\\':null}'" }, { "messages.2.content.0.is_error", NULL } } },

  { "calls-of-the-user/chat", KIT_G, KIT_C, .body = "{'model':'m','contents':[{'parts':[{'text':'go'},{'functionCall':{'name':'fs.read','args':{}}}]},{'parts':[{'functionResponse':{'name':'fs.read','response':{'output':'r'}}}]}]}", .expect = { { "messages.0", "{'role':'user','content':'go'}" }, { "messages.1.role", "'assistant'" }, { "messages.1.tool_calls.0.function.name", "'fs_read'" }, { "messages.2", "{'role':'tool','tool_call_id':'call_1_1','content':'r'}" }, { "messages.3", NULL } } },
  { "calls-of-the-user/responses", KIT_G, KIT_R, .body = "{'model':'m','contents':[{'parts':[{'functionCall':{'name':'fs.read','args':{}}},{'text':'go'}]}]}", .expect = { { "input.0.type", "'function_call'" }, { "input.1.type", "'function_call_output'" }, { "input.2.content.0.text", "'go'" }, { "input.3", NULL } } },
  { "calls-of-the-user/anthropic", KIT_G, KIT_A, .body = "{'model':'m','contents':[{'parts':[{'text':'go'},{'functionCall':{'name':'fs.read','args':{}}}]}]}", .expect = { { "messages.0.content", "[" TEXT ("'go'") "]" }, { "messages.1.role", "'assistant'" }, { "messages.1.content.0.name", "'fs_read'" }, { "messages.2.content.0.type", "'tool_result'" } } },
  { "calls-of-the-user/gemini", KIT_A, KIT_G, .body = "{'model':'m','max_tokens':9,'messages':[{'role':'user','content':[" TEXT ("'go'") "," USE ("a", "{}") ",{'type':'thinking','thinking':'so','signature':'s'}]}]}", .expect = { { "contents.0.parts", "[{'text':'go'}]" }, { "contents.1.role", "'model'" }, { "contents.2.parts.0.functionResponse.name", "'f'" } } },
  { "thoughts-of-the-user/anthropic", KIT_G, KIT_A, .body = "{'model':'m','contents':[{'parts':[{'text':'go'},{'text':'so','thought':true,'thoughtSignature':'relais1.a.c2ln'}]}]}", .expect = { { "messages.0.content", "[" TEXT ("'go'") "]" } } },

  { "069-follow-up", KIT_C, KIT_G, .model = "gemini-2.5-pro", .body = HISTORY (CALL ("call_made0", "{}"), TOOL ("call_made0", "r")), .expect = { { "contents.1.parts.0.functionCall", "{'name':'f','args':{}}" }, { "contents.2.parts.0.functionResponse", "{'name':'f','response':{'output':'r'}}" } } },

#define PAIR "{'role':'user','parts':[{'text':'hi'}]},{'role':'model','parts':[{'functionCall':{'name':'f','args':{'n':1}}},{'functionCall':{'name':'f','args':{'n':2}}}]},{'role':'user','parts':[{'functionResponse':{'name':'f','response':{'output':'one'}}},{'functionResponse':{'name':'f','response':{'output':'two'}}}]}"
  { "070-same-name", KIT_G, KIT_C, .body = "{'model':'m','contents':[" PAIR "]}", .expect = { { "messages.2.content", "'one'" }, { "messages.3.content", "'two'" }, { "messages.4", NULL } } },
  { "070-same-name/responses", KIT_G, KIT_R, .body = "{'model':'m','contents':[" PAIR "]}", .expect = { { "input.3.output", "'one'" }, { "input.4.output", "'two'" } } },

  { "072-dotted-name/anthropic", KIT_G, KIT_A, .body = G ("'tools':[{'functionDeclarations':[{'name':'fs.read'}]}]"), .expect = { { "tools.0.name", "'fs_read'" } } },
  { "072-dotted-name/history", KIT_G, KIT_A, .body = "{'model':'m','contents':[{'parts':[{'text':'hi'}]},{'role':'model','parts':[{'functionCall':{'name':'fs.read','args':{}}}]}],'tools':[{'functionDeclarations':[{'name':'fs.read'}]}],'toolConfig':{'functionCallingConfig':{'mode':'ANY','allowedFunctionNames':['fs.read']}}}", .expect = { { "messages.1.content.0.name", "'fs_read'" }, { "tool_choice", "{'type':'tool','name':'fs_read'}" } } },
  { "072-dotted-twins", KIT_G, KIT_A, .body = G ("'tools':[{'functionDeclarations':[{'name':'fs_read'},{'name':'fs.read'}]}]"), .expect = { { "tools.0.name", "'fs_read'" }, { "tools.1.name", "'fs_read_4074bc02'" } } },

  { "073-long-name", KIT_A, KIT_C, .body = A ("'tools':[{'name':'" NAME_90 "','input_schema':{'type':'object'}}]"), .expect = { { "tools.0.function.name", "'n234567890n234567890n234567890n234567890n234567890n2345_4cceafc2'" } } },

#define WILD "{'$schema':'https://json-schema.org/draft/2020-12/schema','type':'object','additionalProperties':false,'properties':{'format':{'type':'string','format':'uuid'},'title':{'type':'string','const':'x'},'const':{'type':'integer','exclusiveMinimum':0},'r':{'$ref':'#/$defs/p'}},'$defs':{'p':{'type':'object','properties':{'x':{'type':'number'}}}},'required':['format','zzz']}"
  { "074-schema/json-schema", KIT_C, KIT_G, .body = C ("'tools':[{'type':'function','function':{'name':'f','parameters':" WILD "}}]"), .expect = { { "tools.0.functionDeclarations.0.parametersJsonSchema.$schema", NULL }, { "tools.0.functionDeclarations.0.parametersJsonSchema.properties.const", "{'type':'integer','minimum':1}" }, { "tools.0.functionDeclarations.0.parametersJsonSchema.properties.title", "{'type':'string','enum':['x']}" }, { "tools.0.functionDeclarations.0.parametersJsonSchema.additionalProperties", "false" }, { "tools.0.functionDeclarations.0.parametersJsonSchema.required", "['format']" } } },
  { "074-schema/openapi", KIT_C, KIT_G, .quirks = RELAIS_QUIRK_OPENAPI_SCHEMA, .body = C ("'tools':[{'type':'function','function':{'name':'f','parameters':" WILD "}}]"), .expect = { { "tools.0.functionDeclarations.0.parameters.type", "'OBJECT'" }, { "tools.0.functionDeclarations.0.parameters.$defs", NULL }, { "tools.0.functionDeclarations.0.parameters.additionalProperties", NULL }, { "tools.0.functionDeclarations.0.parameters.properties.r", "{'type':'OBJECT','properties':{'x':{'type':'NUMBER'}}}" }, { "tools.0.functionDeclarations.0.parameters.properties.const.minimum", "1" } } },
  { "075-properties-called-so", KIT_C, KIT_G, .quirks = RELAIS_QUIRK_OPENAPI_SCHEMA, .body = C ("'tools':[{'type':'function','function':{'name':'f','parameters':" WILD "}}]"), .expect = { { "tools.0.functionDeclarations.0.parameters.properties.format.type", "'STRING'" }, { "tools.0.functionDeclarations.0.parameters.properties.title.type", "'STRING'" }, { "tools.0.functionDeclarations.0.parameters.properties.const.type", "'INTEGER'" } } },

#define SCHEMA(schema) C ("'tools':[{'type':'function','function':{'name':'f','parameters':" schema "}}]")
#define JSON_SCHEMA "tools.0.functionDeclarations.0.parametersJsonSchema"
#define OPENAPI "tools.0.functionDeclarations.0.parameters"
#define PARENT "{'type':'object','definitions':{'B':{'type':'object','properties':{'b':{'type':'number'}},'required':['b']}},'properties':{'one':{'allOf':[{'$ref':'#/definitions/B'}],'description':'x'},'two':{'allOf':[{'$ref':'#/definitions/B'},{'properties':{'c':{'type':'null'}}}]},'kids':{'type':'array','items':{'$ref':'#'}}}}"
  { "074-schema/old-definitions", KIT_C, KIT_G, .body = SCHEMA (PARENT), .expect = { { JSON_SCHEMA ".$defs.B.required", "['b']" }, { JSON_SCHEMA ".properties.one", "{'$ref':'#/$defs/B'}" }, { JSON_SCHEMA ".properties.two", "{'type':'object','properties':{'b':{'type':'number'},'c':{'type':'null'}},'required':['b']}" }, { JSON_SCHEMA ".properties.kids.items", "{'$ref':'#'}" } } },
  { "074-schema/old-definitions-openapi", KIT_C, KIT_G, .quirks = RELAIS_QUIRK_OPENAPI_SCHEMA, .body = SCHEMA (PARENT), .expect = { { OPENAPI ".definitions", NULL }, { OPENAPI ".properties.one", "{'type':'OBJECT','properties':{'b':{'type':'NUMBER'}},'required':['b']}" }, { OPENAPI ".properties.two.properties", "{'b':{'type':'NUMBER'},'c':{'type':'NULL'}}" }, { OPENAPI ".properties.two.required", "['b']" } } },
  { "074-schema/root-reference", KIT_C, KIT_G, .body = SCHEMA ("{'$ref':'#/definitions/R','definitions':{'R':{'type':'object','properties':{'x':{'type':['string','null']}}}}}"), .expect = { { JSON_SCHEMA, "{'$ref':'#/$defs/R','$defs':{'R':{'type':'object','properties':{'x':{'type':['string','null']}}}}}" } } },
#define ODD "{'type':'object','properties':{'t':{'type':'array','items':[{'type':'string'},{'type':'integer'}]},'n':{'type':['null']},'o':{'anyOf':[{'type':'null'}]},'e':{'type':'array','items':[]}}}"
  { "074-schema/odd", KIT_C, KIT_G, .body = SCHEMA (ODD), .expect = { { JSON_SCHEMA ".properties.t.prefixItems", "[{'type':'string'},{'type':'integer'}]" }, { JSON_SCHEMA ".properties.n", "{'type':['null']}" } } },
  { "074-schema/odd-openapi", KIT_C, KIT_G, .quirks = RELAIS_QUIRK_OPENAPI_SCHEMA, .body = SCHEMA (ODD), .expect = { { OPENAPI ".properties.t.items", "{'anyOf':[{'type':'STRING'},{'type':'INTEGER'}]}" }, { OPENAPI ".properties.n.type", "'NULL'" }, { OPENAPI ".properties.o", "{'nullable':true}" }, { OPENAPI ".properties.e.items", "{'type':'STRING'}" } } },
  { "074-schema/tuple-from-gemini", KIT_G, KIT_C, .body = G ("'tools':[{'functionDeclarations':[{'name':'f','parameters':{'type':'OBJECT','properties':{'t':{'type':'ARRAY','items':[{'type':'STRING'}]}}}}]}]"), .expect = { { "tools.0.function.parameters.properties.t.type", "'array'" } } },

  { "076-no-parameters/anthropic", KIT_C, KIT_A, .body = C ("'tools':[" FUNCTION ("f") "]"), .expect = { { "tools", "[{'name':'f','input_schema':{'type':'object','properties':{}}}]" } } },
  { "076-no-parameters/gemini", KIT_C, KIT_G, .body = C ("'tools':[" FUNCTION ("f") "]"), .expect = { { "tools", "[{'functionDeclarations':[{'name':'f'}]}]" } } },
  { "076-empty-parameters/gemini", KIT_A, KIT_G, .body = A ("'tools':[{'name':'f','input_schema':{'type':'object','properties':{}}}]"), .expect = { { "tools", "[{'functionDeclarations':[{'name':'f'}]}]" } } },

#define NAMED "'tools':[" FUNCTION ("f") "," FUNCTION ("g") "],'tool_choice':"
  { "077-named/anthropic", KIT_C, KIT_A, .body = C (NAMED FUNCTION ("f")), .expect = { { "tool_choice", "{'type':'tool','name':'f'}" } } },
  { "077-named/gemini", KIT_C, KIT_G, .body = C (NAMED FUNCTION ("f")), .expect = { { "toolConfig.functionCallingConfig", "{'mode':'ANY','allowedFunctionNames':['f']}" } } },
  { "077-named/responses", KIT_C, KIT_R, .body = C (NAMED FUNCTION ("f")), .expect = { { "tool_choice", "{'type':'function','name':'f'}" } } },
  { "077-named/chat", KIT_A, KIT_C, .body = A ("'tools':[{'name':'f','input_schema':{'type':'object'}}],'tool_choice':{'type':'tool','name':'f'}"), .expect = { { "tool_choice", FUNCTION ("f") } } },
  { "077-unknown/chat", KIT_C, KIT_A, .body = C (NAMED FUNCTION ("z")), .param = "tool_choice" },
  { "077-unknown/gemini", KIT_G, KIT_C, .body = G ("'tools':[{'functionDeclarations':[{'name':'f'}]}],'toolConfig':{'functionCallingConfig':{'mode':'ANY','allowedFunctionNames':['z']}}"), .param = "toolConfig.functionCallingConfig" },
  { "077-words/anthropic-auto", KIT_C, KIT_A, .body = C (NAMED "'auto'"), .expect = { { "tool_choice", "{'type':'auto'}" } } },
  { "077-words/anthropic-none", KIT_C, KIT_A, .body = C (NAMED "'none'"), .expect = { { "tool_choice", "{'type':'none'}" } } },
  { "077-words/anthropic-any", KIT_C, KIT_A, .body = C (NAMED "'required'"), .expect = { { "tool_choice", "{'type':'any'}" } } },
  { "077-words/gemini-auto", KIT_C, KIT_G, .body = C (NAMED "'auto'"), .expect = { { "toolConfig.functionCallingConfig", "{'mode':'AUTO'}" } } },
  { "077-words/gemini-none", KIT_C, KIT_G, .body = C (NAMED "'none'"), .expect = { { "toolConfig.functionCallingConfig", "{'mode':'NONE'}" } } },
  { "077-words/gemini-any", KIT_C, KIT_G, .body = C (NAMED "'required'"), .expect = { { "toolConfig.functionCallingConfig", "{'mode':'ANY'}" } } },
  { "077-words/without-tools", KIT_C, KIT_A, .body = C ("'tool_choice':'auto'"), .expect = { { "tool_choice", NULL } } },
#define SUBSET NAMED "{'type':'allowed_tools','allowed_tools':{'mode':'required','tools':[" FUNCTION ("f") "]}}"
  { "077-subset/anthropic", KIT_C, KIT_A, .body = C (SUBSET), .expect = { { "tool_choice", "{'type':'any'}" }, { "tools.0.name", "'f'" }, { "tools.1", NULL } } },
  { "077-subset/gemini", KIT_C, KIT_G, .body = C (SUBSET), .expect = { { "toolConfig.functionCallingConfig", "{'mode':'ANY','allowedFunctionNames':['f']}" } } },
  { "077-subset/responses", KIT_C, KIT_R, .body = C (SUBSET), .expect = { { "tool_choice", "{'type':'allowed_tools','mode':'required','tools':[{'type':'function','name':'f'}]}" } } },

#define SERIAL "'tools':[" FUNCTION ("f") "],'parallel_tool_calls':false"
  { "078-serial/anthropic", KIT_C, KIT_A, .body = C (SERIAL), .expect = { { "tool_choice", "{'type':'auto','disable_parallel_tool_use':true}" } } },
  { "078-serial/responses", KIT_C, KIT_R, .body = C (SERIAL), .expect = { { "parallel_tool_calls", "false" } } },
  { "078-serial/gemini", KIT_C, KIT_G, .body = C (SERIAL), .expect = { { "parallel_tool_calls", NULL } }, .dropped = "parallel_tool_calls" },
  { "078-serial/from-anthropic", KIT_A, KIT_C, .body = A ("'tools':[{'name':'f','input_schema':{'type':'object'}}],'tool_choice':{'type':'any','disable_parallel_tool_use':true}"), .expect = { { "parallel_tool_calls", "false" }, { "tool_choice", "'required'" } } },

  { "079-hosted/anthropic", KIT_R, KIT_A, .body = R ("'tools':[{'type':'web_search','external_web_access':true}]"), .expect = { { "tools", NULL }, { "tool_choice", NULL } }, .dropped = "tools[0]" },
  { "079-hosted/gemini", KIT_A, KIT_G, .body = A ("'tools':[{'type':'web_search_20250305','name':'web_search'}]"), .expect = { { "tools", NULL }, { "toolConfig", NULL } }, .dropped = "tools[0]" },
  { "079-hosted/from-gemini", KIT_G, KIT_C, .body = G ("'tools':[{'googleSearch':{}}],'toolConfig':{'functionCallingConfig':{'mode':'AUTO'}}"), .expect = { { "tools", NULL }, { "tool_choice", NULL } }, .dropped = "tools[0]" },
  { "079-hosted/beside", KIT_A, KIT_C, .body = A ("'tools':[{'type':'web_search_20250305','name':'web_search'},{'name':'f','input_schema':{'type':'object'}}]"), .expect = { { "tools.0.function.name", "'f'" }, { "tools.1", NULL } }, .dropped = "tools[0]" },
  { "079-forced/responses", KIT_R, KIT_A, .body = R ("'tools':[{'type':'web_search'}],'tool_choice':{'type':'web_search'}"), .param = "tool_choice" },
  { "079-forced/anthropic", KIT_A, KIT_C, .body = A ("'tools':[{'type':'web_search_20250305','name':'web_search'}],'tool_choice':{'type':'tool','name':'web_search'}"), .param = "tool_choice" },
  { "079-forced/any", KIT_A, KIT_C, .body = A ("'tools':[{'type':'web_search_20250305','name':'web_search'}],'tool_choice':{'type':'any'}"), .param = "tool_choice" },

  { "079-hosted-beside-functions/chat", KIT_G, KIT_C, .body = G ("'tools':[{'functionDeclarations':[{'name':'f'}],'googleSearch':{}}]"), .expect = { { "tools.0.function.name", "'f'" }, { "tools.1", NULL } }, .dropped = "tools[0]" },
  { "077-no-tool-allowed/anthropic", KIT_C, KIT_A, .body = C ("'tools':[" FUNCTION ("f") "],'tool_choice':{'type':'allowed_tools','allowed_tools':{'mode':'auto','tools':[]}}"), .expect = { { "tools.0.name", "'f'" }, { "tool_choice", "{'type':'none'}" } } },
  { "077-no-tool-allowed/forced", KIT_C, KIT_A, .body = C ("'tools':[" FUNCTION ("f") "],'tool_choice':{'type':'allowed_tools','allowed_tools':{'mode':'required','tools':[]}}"), .param = "tool_choice" },
  { "call-in-a-result/chat", KIT_A, KIT_C, .body = "{'model':'m','max_tokens':9,'messages':[" U ",{'role':'assistant','content':[" USE ("a", "{}") "]},{'role':'user','content':[{'type':'tool_result','tool_use_id':'a','content':[" USE ("b", "{}") "," TEXT ("'r'") "]}]}]}", .expect = { { "messages.2.content", "'r'" }, { "messages.3", NULL } }, .dropped = "messages[2].content[0].content[0]" },

#define PATCH "'tools':[{'type':'custom','name':'patch','description':'Patches.','format':{'type':'grammar','syntax':'lark','definition':'x'}}]"
  { "080-custom/anthropic", KIT_R, KIT_A, .body = R (PATCH), .expect = { { "tools.0.input_schema", "{'type':'object','properties':{'input':{'type':'string'}},'required':['input']}" }, { "tools.0.name", "'patch'" } } },
  { "080-custom/no-format", KIT_R, KIT_A, .body = R ("'tools':[{'type':'custom','name':'patch','description':'Patches.','format':null}]"), .expect = { { "tools.0.description", "'Patches.'" } } },
  { "080-custom/chat", KIT_R, KIT_C, .body = R (PATCH), .expect = { { "tools.0", "{'type':'custom','custom':{'name':'patch','description':'Patches.','format':{'type':'grammar','grammar':{'syntax':'lark','definition':'x'}}}}" } } },
  { "080-custom/history", KIT_R, KIT_A, .body = "{'model':'m','input':[" U ",{'type':'custom_tool_call','call_id':'a','name':'patch','input':'say \\'x\\''},{'type':'custom_tool_call_output','call_id':'a','output':'done'}]," PATCH "}", .expect = { { "messages.1.content.0", "{'type':'tool_use','id':'a','name':'patch','input':{'input':'say \\'x\\''}}" }, { "messages.2.content.0.content.0.text", "'done'" } } },
  { "080-custom/history-chat", KIT_R, KIT_C, .body = "{'model':'m','input':[" U ",{'type':'custom_tool_call','call_id':'a','name':'patch','input':'x'},{'type':'custom_tool_call_output','call_id':'a','output':'done'}]," PATCH "}", .expect = { { "messages.1.tool_calls.0", "{'id':'a','type':'custom','custom':{'name':'patch','input':'x'}}" } } },

  { "clients-3-namespace", KIT_R, KIT_C, .body = R ("'tools':[{'type':'namespace','name':'agents','tools':[{'type':'function','name':'spawn','strict':false,'parameters':{'type':'object'}}]}]"), .expect = { { "tools.0.function.name", "'agents__spawn'" }, { "tools.1", NULL } } },
  { "clients-3-namespace/history", KIT_R, KIT_A, .body = "{'model':'m','input':[" U ",{'type':'function_call','call_id':'a','name':'spawn','namespace':'agents','arguments':'{}'},{'type':'function_call_output','call_id':'a','output':'done'}]}", .expect = { { "messages.1.content.0.name", "'agents__spawn'" }, { "tools", "[{'name':'agents__spawn','input_schema':{'type':'object'}}]" }, { "tool_choice", "{'type':'none'}" } } },
  { "clients-3-deferred", KIT_A, KIT_C, .body = A ("'tools':[{'name':'f','input_schema':{'type':'object'},'defer_loading':true,'eager_input_streaming':true}]"), .expect = { { "tools.0", "{'type':'function','function':{'name':'f','parameters':{'type':'object'}}}" } } },
  { "clients-3-old-functions", KIT_C, KIT_A, .body = "{'model':'m','messages':[" U ",{'role':'assistant','content':null,'function_call':{'name':'f','arguments':'{}'}},{'role':'function','name':'f','content':'r'}],'functions':[{'name':'f','parameters':{'type':'object'}}],'function_call':{'name':'f'}}", .expect = { { "messages.1.content.0.name", "'f'" }, { "messages.2.content.0.content.0.text", "'r'" }, { "messages.2.content.1", NULL }, { "tool_choice", "{'type':'tool','name':'f'}" } } },
  { "strict-unset/responses", KIT_C, KIT_R, .body = C ("'tools':[" FUNCTION ("f") "]"), .expect = { { "tools.0.strict", "false" } } },
  { "bad-id/anthropic", KIT_C, KIT_A, .body = HISTORY (CALL ("a:b", "{}"), TOOL ("a:b", "r")), .expect = { { "messages.1.content.0.id", "'toolu_6783a31eabf68ccc0660f935'" }, { "messages.2.content.0.tool_use_id", "'toolu_6783a31eabf68ccc0660f935'" } } },
  { "longest-id/anthropic", KIT_C, KIT_A, .body = HISTORY (CALL (ID_64, "{}"), TOOL (ID_64, "r")), .expect = { { "messages.1.content.0.id", "'" ID_64 "'" }, { "messages.2.content.0.tool_use_id", "'" ID_64 "'" } } },
  { "long-id/anthropic", KIT_C, KIT_A, .body = HISTORY (CALL (ID_64 "a", "{}"), TOOL (ID_64 "a", "r")), .expect = { { "messages.1.content.0.id", "'toolu_1c74c1857ac86f75843939d1'" }, { "messages.2.content.0.tool_use_id", "'toolu_1c74c1857ac86f75843939d1'" } } },
  { "long-id/chat", KIT_A, KIT_C, .body = "{'model':'m','max_tokens':9,'messages':[" U ",{'role':'assistant','content':[" USE (ID_64 "a", "{}") "]},{'role':'user','content':[" GONE (ID_64 "a", "r") "]}]}", .expect = { { "messages.1.tool_calls.0.id", "'call_1c74c1857ac86f75843939d1'" }, { "messages.2.tool_call_id", "'call_1c74c1857ac86f75843939d1'" } } },
  { "empty-ids/anthropic", KIT_C, KIT_A, .body = HISTORY (CALL ("", "{}") "," CALL ("", "{}"), TOOL ("", "one") TOOL ("", "two")), .expect = { { "messages.2.content.0.content.0.text", "'one'" }, { "messages.2.content.1.content.0.text", "'two'" } } },
  { "result-object/gemini", KIT_C, KIT_G, .body = HISTORY (CALL ("a", "{}"), TOOL ("a", "{\\'t\\':1.50}")), .expect = { { "contents.2.parts.0.functionResponse.response", "{'t':1.50}" } } },
  { "result-error-object/gemini", KIT_C, KIT_G, .body = HISTORY (CALL ("a", "{}"), TOOL ("a", "{\\'error\\':1}")), .expect = { { "contents.2.parts.0.functionResponse.response", "{'output':{'error':1}}" } } },
};

/* Twenty tools whose schemas would each fill megabytes once their references are put in place. */
static void
test_budget (void)
{
  g_autoptr (GString) schema = g_string_new ("{'type':'object','properties':{'x':{'$ref':'#/$defs/d0'}},'$defs':{");
  g_autoptr (GString) body = g_string_new ("{'model':'m','messages':[" U "],'tools':[");
  RelaisTarget target = { .dialect = KIT_G, .model = "gemini-3-pro", .quirks = RELAIS_QUIRK_OPENAPI_SCHEMA };
  g_autofree char *json = NULL;
  g_autofree char *header = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (RelaisTranslation) translation = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 10; i++)
    {
      g_string_append_printf (schema, "'d%u':{'type':'object','properties':{", i);
      for (guint j = 0; j < 10; j++)
        g_string_append_printf (schema, "'p%u':{'$ref':'#/$defs/d%u'},", j, i + 1);
      g_string_append (schema, "'end':{'type':'string'}}},");
    }
  g_string_append (schema, "'d10':{'type':'string'}}}");
  for (guint i = 0; i < 20; i++)
    g_string_append_printf (body, "%s{'type':'function','function':{'name':'f%u','parameters':%s}}", i > 0 ? "," : "", i, schema->str);
  g_string_append (body, "]}");
  json = kit_json (body->str);
  bytes = g_bytes_new (json, strlen (json));
  translation = relais_translation_new (relais_dialect_get (KIT_C)->decode_request (bytes, "m", FALSE, NULL), KIT_C, &target);
  g_assert_true (relais_translation_encode (translation, out, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (out->len, <=, 4 * strlen (json) + 3 * 1024 * 1024);
  header = relais_changes_dup_header (relais_translation_get_changes (translation));
  g_assert_nonnull (strstr (header, "tools[0]"));
}

static void
test_081 (gconstpointer data)
{
  guint n_tools = GPOINTER_TO_UINT (data);
  g_autoptr (GString) body = g_string_new ("{\"model\":\"m\",\"max_tokens\":99,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"tools\":[");
  g_autofree char *last = g_strdup_printf ("tools.%u", n_tools - 1);
  KitRequest request = { "081", KIT_A, KIT_C };

  for (guint i = 0; i < n_tools; i++)
    g_string_append_printf (body, "%s{\"name\":\"f%u\",\"input_schema\":{\"type\":\"object\"}}", i > 0 ? "," : "", i);
  g_string_append (body, "]}");
  request.body = body->str;
  if (n_tools > 128)
    request.param = "tools";
  else
    request.expect[0] = (KitExpect){ last, "{'type':'function','function':{'name':'f127','parameters':{'type':'object'}}}" };
  kit_check_request (&request);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/translation/schemas-budget", test_budget);
  kit_add_requests (requests, G_N_ELEMENTS (requests));
  g_test_add_data_func ("/translation/081-128-tools", GUINT_TO_POINTER (128), test_081);
  g_test_add_data_func ("/translation/081-129-tools", GUINT_TO_POINTER (129), test_081);
  return g_test_run ();
}
