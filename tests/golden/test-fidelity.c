/* test-fidelity.c: docs/fidelity.md says what becomes of each feature, and this finds it so
 *
 * Each row is a feature, written in every dialect that has it. It is carried into each other one
 * and read back there: kept, approximated, dropped (and told or not), or refused. With
 * RELAIS_GOLDEN_WRITE set, the page is written anew.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "../translation-kit.h"

typedef gboolean (*Probe) (const RelaisPrompt *prompt);

/* @members go into the plainest request; a text that begins with a brace is a whole request. */
typedef struct
{
  const char *feature;
  Probe       probe;
  const char *members[RELAIS_N_DIALECTS]; /* NULL: the dialect has nothing like it */
  Probe near;                             /* or NULL; finds what takes its place */
} Row;

#define PNG "iVBORw0KGgo="
#define PDF "JVBERi0="
#define SCHEMA "{'type':'object','properties':{'city':{'type':'string'}},'required':['city'],'additionalProperties':false}"
#define C_TOOL "'tools':[{'type':'function','function':{'name':'f','parameters':" SCHEMA "}}]"
#define R_TOOL "'tools':[{'type':'function','name':'f','strict':false,'parameters':" SCHEMA "}]"
#define A_TOOL "'tools':[{'name':'f','input_schema':" SCHEMA "}]"
#define G_TOOL "'tools':[{'functionDeclarations':[{'name':'f','parametersJsonSchema':" SCHEMA "}]}]"
#define C_SAID(parts) "{'model':'m','messages':[{'role':'user','content':[" parts "]}]}"
#define R_SAID(parts) "{'model':'m','input':[{'role':'user','content':[" parts "]}]}"
#define A_SAID(parts) "{'model':'m','max_tokens':99,'messages':[{'role':'user','content':[" parts "]}]}"
#define G_SAID(parts) "{'model':'m','contents':[{'role':'user','parts':[" parts "]}]}"
/* a turn with two calls, and their results */
#define C_ROUND(results) "{'model':'m'," C_TOOL ",'messages':[{'role':'user','content':'go'},{'role':'assistant','content':null,'tool_calls':[" \
                         "{'id':'call_1','type':'function','function':{'name':'f','arguments':'{\\\"city\\\":1.0}'}},{'id':'call_2','type':'function','function':{'name':'f','arguments':'{}'}}]}," results "]}"
#define R_ROUND(results) "{'model':'m'," R_TOOL ",'input':[{'role':'user','content':'go'},{'type':'function_call','call_id':'call_1','name':'f','arguments':'{\\\"city\\\":1.0}'}," \
                         "{'type':'function_call','call_id':'call_2','name':'f','arguments':'{}'}," results "]}"
#define A_ROUND(results) "{'model':'m','max_tokens':99," A_TOOL ",'messages':[{'role':'user','content':'go'},{'role':'assistant','content':[" \
                         "{'type':'tool_use','id':'call_1','name':'f','input':{'city':1.0}},{'type':'tool_use','id':'call_2','name':'f','input':{}}]},{'role':'user','content':[" results "]}]}"
#define G_ROUND(results) "{'model':'m'," G_TOOL ",'contents':[{'role':'user','parts':[{'text':'go'}]},{'role':'model','parts':[" \
                         "{'functionCall':{'name':'f','args':{'city':1.0}},'thoughtSignature':'c2ln'},{'functionCall':{'name':'f','args':{}}}]},{'role':'user','parts':[" results "]}]}"

static const RelaisPart *
find_part (const GPtrArray *parts,
           RelaisPartType   type)
{
  for (guint i = 0; parts != NULL && i < parts->len; i++)
    {
      const RelaisPart *part = g_ptr_array_index (parts, i);
      const RelaisPart *inner = find_part (part->content, type);

      if (part->type == type || inner != NULL)
        return part->type == type ? part : inner;
    }
  return NULL;
}

static const RelaisPart *
find (const RelaisPrompt *prompt,
      RelaisPartType      type)
{
  const RelaisPart *found = NULL;

  for (guint i = 0; i < prompt->messages->len && found == NULL; i++)
    found = find_part (((RelaisMessage *)g_ptr_array_index (prompt->messages, i))->parts, type);
  return found;
}

static guint
count (const RelaisPrompt *prompt,
       RelaisPartType      type)
{
  guint n = 0;

  for (guint i = 0; i < prompt->messages->len; i++)
    {
      const RelaisMessage *message = g_ptr_array_index (prompt->messages, i);

      for (guint j = 0; j < message->parts->len; j++)
        n += ((RelaisPart *)g_ptr_array_index (message->parts, j))->type == type;
    }
  return n;
}

/* The first one, or one that is nothing. */
static const RelaisTool *
first_tool (const RelaisPrompt *prompt)
{
  static const RelaisTool none = { .type = RELAIS_TOOL_HOSTED + 1 };

  return prompt->tools->len > 0 ? g_ptr_array_index (prompt->tools, 0) : &none;
}

static gboolean
has_error (const RelaisPrompt *prompt)
{
  const RelaisPart *result = find (prompt, RELAIS_PART_TOOL_RESULT);

  return result != NULL && result->is_error;
}

static gboolean
has_digits (const RelaisPrompt *prompt)
{
  const RelaisPart *call = find (prompt, RELAIS_PART_TOOL_CALL);

  return call != NULL && strcmp (call->args, "{\"city\":1.0}") == 0;
}

static gboolean
is_json (const char *made,
         const char *wanted)
{
  g_autofree char *json = kit_json (wanted);

  return made != NULL && kit_json_equal (made, json);
}

static gboolean
has_tool (const RelaisPrompt *prompt)
{
  const RelaisTool *tool = first_tool (prompt);

  return tool->type == RELAIS_TOOL_FUNCTION && strcmp (tool->name, "f") == 0 &&
         is_json (tool->schema, SCHEMA);
}

/* The words of all parts, in a row. */
static gboolean
says (const RelaisPrompt *prompt,
      const char         *wanted)
{
  g_autoptr (GString) said = g_string_new (NULL);

  for (guint i = 0; i < prompt->messages->len; i++)
    {
      const RelaisMessage *message = g_ptr_array_index (prompt->messages, i);

      for (guint j = 0; j < message->parts->len; j++)
        {
          const RelaisPart *part = g_ptr_array_index (message->parts, j);
          const RelaisPart *text = part;

          if (part->content != NULL)
            text = find_part (part->content, RELAIS_PART_TEXT);
          if (text != NULL && text->type == RELAIS_PART_TEXT)
            g_string_append (said, text->text);
        }
    }
  return strcmp (said->str, wanted) == 0;
}

static gboolean
names_tool (const RelaisPrompt *prompt)
{
  return prompt->tool_choice == RELAIS_TOOL_CHOICE_NAMED ||
         (prompt->tool_choice == RELAIS_TOOL_CHOICE_SUBSET && prompt->tool_choice_forced);
}

static gboolean
thinks (const RelaisPrompt *prompt)
{
  return prompt->effort == RELAIS_EFFORT_HIGH || (prompt->budget > 8192 && prompt->budget <= 24576);
}

static gboolean
is_instruction (const RelaisPrompt *prompt,
                guint               number)
{
  const RelaisMessage *message = NULL;

  if (number < prompt->messages->len)
    message = g_ptr_array_index (prompt->messages, number);
  return message != NULL && message->role == RELAIS_ROLE_SYSTEM;
}

/* The one tool, whose arguments are the answer. */
static gboolean
is_respond (const RelaisPrompt *prompt)
{
  return prompt->tools->len == 1 && strcmp (first_tool (prompt)->name, "respond") == 0 &&
         is_json (first_tool (prompt)->schema, SCHEMA);
}

static gboolean
find_words (const RelaisPrompt *prompt,
            const char         *wanted)
{
  const RelaisPart *text = find_part (prompt->system, RELAIS_PART_TEXT);

  return text != NULL && strstr (text->text, wanted) != NULL;
}

#define PROBE(name, condition)               \
 static gboolean                             \
   probe_##name (const RelaisPrompt *prompt) \
 {                                           \
  return (condition);                        \
 }

PROBE (system, prompt->system->len > 0)
PROBE (image, find (prompt, RELAIS_PART_IMAGE) != NULL)
PROBE (file, find (prompt, RELAIS_PART_FILE) != NULL)
PROBE (audio, find (prompt, RELAIS_PART_AUDIO) != NULL)
PROBE (tool, has_tool (prompt))
PROBE (digits, has_digits (prompt))
PROBE (calls, count (prompt, RELAIS_PART_TOOL_CALL) == 2)
PROBE (results, count (prompt, RELAIS_PART_TOOL_RESULT) == 2 && says (prompt, "goab"))
PROBE (error, has_error (prompt))
PROBE (strict, first_tool (prompt)->strict == RELAIS_TRI_TRUE)
PROBE (custom, first_tool (prompt)->type == RELAIS_TOOL_CUSTOM)
PROBE (hosted, first_tool (prompt)->type == RELAIS_TOOL_HOSTED)
PROBE (none, prompt->tool_choice == RELAIS_TOOL_CHOICE_NONE)
PROBE (required, prompt->tool_choice == RELAIS_TOOL_CHOICE_REQUIRED)
PROBE (named, names_tool (prompt))
PROBE (single, prompt->parallel_tools == RELAIS_TRI_FALSE)
PROBE (thinking, thinks (prompt))
PROBE (max_tokens, prompt->max_tokens == 99)
PROBE (temperature, g_strcmp0 (prompt->temperature, "0.70") == 0)
PROBE (top_p, g_strcmp0 (prompt->top_p, "0.90") == 0)
PROBE (top_k, g_strcmp0 (prompt->top_k, "40") == 0)
PROBE (stop, prompt->stop->len == 2 && strcmp (prompt->stop->pdata[1], "b") == 0)
PROBE (seed, g_strcmp0 (prompt->seed, "7") == 0)
PROBE (presence, g_strcmp0 (prompt->presence_penalty, "0.5") == 0)
PROBE (frequency, g_strcmp0 (prompt->frequency_penalty, "0.5") == 0)
PROBE (bias, prompt->logit_bias != NULL)
PROBE (logprobs, prompt->logprobs || prompt->top_logprobs >= 0)
PROBE (choices, prompt->n == 2)
PROBE (json, prompt->format == RELAIS_FORMAT_JSON)
PROBE (schema, prompt->format == RELAIS_FORMAT_SCHEMA && is_json (prompt->format_schema, SCHEMA))
PROBE (respond, names_tool (prompt) && is_respond (prompt))
PROBE (words, find_words (prompt, "\"city\""))
PROBE (user, g_strcmp0 (prompt->user_id, "u") == 0)
PROBE (metadata, is_json (prompt->metadata, "{'a':'b'}"))
PROBE (verbosity, g_strcmp0 (prompt->verbosity, "low") == 0)
PROBE (tier, prompt->service_tier != NULL)
PROBE (store, prompt->store == RELAIS_TRI_TRUE)
PROBE (document, says (prompt, "CT\nbody"))
PROBE (later, is_instruction (prompt, 2))
PROBE (shown, find_part (prompt->system, RELAIS_PART_IMAGE) != NULL)
PROBE (group, g_strcmp0 (first_tool (prompt)->name_space, "agents") == 0)
PROBE (mixed, prompt->tools->len == 2)
PROBE (thoughts, find (prompt, RELAIS_PART_THINKING) != NULL)
PROBE (nothing, FALSE)

static const Row rows[] = {
  { "system text", probe_system, { "'messages':[{'role':'system','content':'s'},{'role':'user','content':'hi'}]", "'instructions':'s'", "'system':'s'", "'systemInstruction':{'parts':[{'text':'s'}]}" } },
  { "image as data", probe_image, { C_SAID ("{'type':'image_url','image_url':{'url':'data:image/png;base64," PNG "'}}"), R_SAID ("{'type':'input_image','detail':'auto','image_url':'data:image/png;base64," PNG "'}"), A_SAID ("{'type':'image','source':{'type':'base64','media_type':'image/png','data':'" PNG "'}}"), G_SAID ("{'inlineData':{'mimeType':'image/png','data':'" PNG "'}}") } },
  { "image by URL", probe_image, { C_SAID ("{'type':'image_url','image_url':{'url':'https://a.example/b.png'}}"), R_SAID ("{'type':'input_image','detail':'auto','image_url':'https://a.example/b.png'}"), A_SAID ("{'type':'image','source':{'type':'url','url':'https://a.example/b.png'}}"), G_SAID ("{'fileData':{'mimeType':'image/png','fileUri':'https://a.example/b.png'}}") } },
  { "PDF as data", probe_file, { C_SAID ("{'type':'file','file':{'filename':'a.pdf','file_data':'data:application/pdf;base64," PDF "'}}"), R_SAID ("{'type':'input_file','filename':'a.pdf','file_data':'data:application/pdf;base64," PDF "'}"), A_SAID ("{'type':'document','source':{'type':'base64','media_type':'application/pdf','data':'" PDF "'}}"), G_SAID ("{'inlineData':{'mimeType':'application/pdf','data':'" PDF "'}}") } },
  { "audio as data", probe_audio, { C_SAID ("{'type':'input_audio','input_audio':{'format':'wav','data':'UklG'}}"), NULL, NULL, G_SAID ("{'inlineData':{'mimeType':'audio/wav','data':'UklG'}}") } },
  { "a file kept at the vendor", probe_file, { C_SAID ("{'type':'file','file':{'file_id':'file-1'}}"), R_SAID ("{'type':'input_file','file_id':'file-1'}"), A_SAID ("{'type':'document','source':{'type':'file','file_id':'file_1'}}"), NULL } },
  { "function tools", probe_tool, { C_TOOL, R_TOOL, A_TOOL, G_TOOL } },
  { "strict tools", probe_strict, { "'tools':[{'type':'function','function':{'name':'f','strict':true,'parameters':" SCHEMA "}}]", "'tools':[{'type':'function','name':'f','strict':true,'parameters':" SCHEMA "}]", "'tools':[{'name':'f','strict':true,'input_schema':" SCHEMA "}]", NULL } },
  { "tools that take free text", probe_custom, { "'tools':[{'type':'custom','custom':{'name':'f'}}]", "'tools':[{'type':'custom','name':'f'}]", NULL, NULL } },
  { "the vendor's own tools (web search)", probe_hosted, { NULL, "'tools':[{'type':'web_search'}]", "'tools':[{'type':'web_search_20250305','name':'web_search'}]", "'tools':[{'googleSearch':{}}]" } },
  { "several calls in a turn", probe_calls, { C_ROUND ("{'role':'tool','tool_call_id':'call_1','content':'a'},{'role':'tool','tool_call_id':'call_2','content':'b'}"), R_ROUND ("{'type':'function_call_output','call_id':'call_1','output':'a'},{'type':'function_call_output','call_id':'call_2','output':'b'}"), A_ROUND ("{'type':'tool_result','tool_use_id':'call_1','content':'a'},{'type':'tool_result','tool_use_id':'call_2','content':'b'}"), G_ROUND ("{'functionResponse':{'name':'f','response':{'output':'a'}}},{'functionResponse':{'name':'f','response':{'output':'b'}}}") } },
  { "numbers in arguments, to the digit", probe_digits, { C_ROUND ("{'role':'tool','tool_call_id':'call_1','content':'a'},{'role':'tool','tool_call_id':'call_2','content':'b'}"), R_ROUND ("{'type':'function_call_output','call_id':'call_1','output':'a'},{'type':'function_call_output','call_id':'call_2','output':'b'}"), A_ROUND ("{'type':'tool_result','tool_use_id':'call_1','content':'a'},{'type':'tool_result','tool_use_id':'call_2','content':'b'}"), G_ROUND ("{'functionResponse':{'name':'f','response':{'output':'a'}}},{'functionResponse':{'name':'f','response':{'output':'b'}}}") } },
  { "results of tools", probe_results, { C_ROUND ("{'role':'tool','tool_call_id':'call_1','content':'a'},{'role':'tool','tool_call_id':'call_2','content':'b'}"), R_ROUND ("{'type':'function_call_output','call_id':'call_1','output':'a'},{'type':'function_call_output','call_id':'call_2','output':'b'}"), A_ROUND ("{'type':'tool_result','tool_use_id':'call_1','content':'a'},{'type':'tool_result','tool_use_id':'call_2','content':'b'}"), G_ROUND ("{'functionResponse':{'name':'f','response':{'output':'a'}}},{'functionResponse':{'name':'f','response':{'output':'b'}}}") } },
  { "an image in a result", probe_image, { NULL, R_ROUND ("{'type':'function_call_output','call_id':'call_1','output':[{'type':'input_image','image_url':'data:image/png;base64," PNG "'}]},{'type':'function_call_output','call_id':'call_2','output':'b'}"), A_ROUND ("{'type':'tool_result','tool_use_id':'call_1','content':[{'type':'image','source':{'type':'base64','media_type':'image/png','data':'" PNG "'}}]},{'type':'tool_result','tool_use_id':'call_2','content':'b'}"), NULL } },
  { "audio in a result", probe_audio, { C_ROUND ("{'role':'tool','tool_call_id':'call_1','content':[{'type':'input_audio','input_audio':{'format':'wav','data':'UklG'}}]},{'role':'tool','tool_call_id':'call_2','content':'b'}"), NULL, NULL, G_ROUND ("{'functionResponse':{'name':'f','response':{'output':'a'},'parts':[{'inlineData':{'mimeType':'audio/wav','data':'UklG'}}]}},{'functionResponse':{'name':'f','response':{'output':'b'}}}") } },
  { "an instruction in mid-conversation", probe_later, { "'messages':[{'role':'user','content':'a'},{'role':'assistant','content':'b'},{'role':'system','content':'s'},{'role':'user','content':'c'}]", "'input':[{'role':'user','content':'a'},{'role':'assistant','content':'b'},{'role':'developer','content':'s'},{'role':'user','content':'c'}]", "'messages':[{'role':'user','content':'a'},{'role':'assistant','content':'b'},{'role':'system','content':'s'},{'role':'user','content':'c'}]", NULL } },
  { "an image in instructions", probe_shown, { NULL, "'input':[{'role':'developer','content':[{'type':'input_image','image_url':'data:image/png;base64," PNG "'}]},{'role':'user','content':'c'}]", NULL, NULL } },
  { "a document's context and title", probe_document, { NULL, NULL, A_SAID ("{'type':'document','title':'T','context':'C','source':{'type':'text','media_type':'text/plain','data':'body'}}"), NULL } },
  { "groups of tools", probe_group, { NULL, "'tools':[{'type':'namespace','name':'agents','tools':[{'type':'function','name':'f','parameters':" SCHEMA "}]}]", NULL, NULL } },
  { "the vendor's own tools beside functions", probe_mixed, { NULL, "'tools':[{'type':'function','name':'f','parameters':" SCHEMA "},{'type':'web_search'}]", "'tools':[{'name':'f','input_schema':" SCHEMA "},{'type':'web_search_20250305','name':'web_search'}]", "'tools':[{'functionDeclarations':[{'name':'f'}],'googleSearch':{}}]" } },
  { "thoughts of earlier answers", probe_thoughts, { NULL, "'input':[{'role':'user','content':'a'},{'type':'reasoning','summary':[{'type':'summary_text','text':'t'}],'encrypted_content':'e'},{'role':'assistant','content':'b'},{'role':'user','content':'c'}]", "'messages':[{'role':'user','content':'a'},{'role':'assistant','content':[{'type':'thinking','thinking':'t','signature':'s'},{'type':'text','text':'b'}]},{'role':'user','content':'c'}]", "'contents':[{'role':'user','parts':[{'text':'a'}]},{'role':'model','parts':[{'text':'t','thought':true},{'text':'b','thoughtSignature':'c2ln'}]},{'role':'user','parts':[{'text':'c'}]}]" } },
  { "a result marked as an error", probe_error, { NULL, NULL, A_ROUND ("{'type':'tool_result','tool_use_id':'call_1','is_error':true,'content':'a'},{'type':'tool_result','tool_use_id':'call_2','content':'b'}"), G_ROUND ("{'functionResponse':{'name':'f','response':{'error':'a'}}},{'functionResponse':{'name':'f','response':{'output':'b'}}}") } },
  { "tool choice: none", probe_none, { C_TOOL ",'tool_choice':'none'", R_TOOL ",'tool_choice':'none'", A_TOOL ",'tool_choice':{'type':'none'}", G_TOOL ",'toolConfig':{'functionCallingConfig':{'mode':'NONE'}}" } },
  { "tool choice: some tool", probe_required, { C_TOOL ",'tool_choice':'required'", R_TOOL ",'tool_choice':'required'", A_TOOL ",'tool_choice':{'type':'any'}", G_TOOL ",'toolConfig':{'functionCallingConfig':{'mode':'ANY'}}" } },
  { "tool choice: this tool", probe_named, { C_TOOL ",'tool_choice':{'type':'function','function':{'name':'f'}}", R_TOOL ",'tool_choice':{'type':'function','name':'f'}", A_TOOL ",'tool_choice':{'type':'tool','name':'f'}", G_TOOL ",'toolConfig':{'functionCallingConfig':{'mode':'ANY','allowedFunctionNames':['f']}}" } },
  { "one call at a time", probe_single, { C_TOOL ",'parallel_tool_calls':false", R_TOOL ",'parallel_tool_calls':false", A_TOOL ",'tool_choice':{'type':'auto','disable_parallel_tool_use':true}", NULL } },
  { "thinking", probe_thinking, { "'reasoning_effort':'high'", "'reasoning':{'effort':'high'}", "{'model':'m','max_tokens':32000,'messages':[{'role':'user','content':'hi'}],'thinking':{'type':'enabled','budget_tokens':16384}}", "'generationConfig':{'thinkingConfig':{'thinkingLevel':'high'}}" } },
  { "limit of tokens", probe_max_tokens, { "'max_tokens':99", "'max_output_tokens':99", "'stop_sequences':[]", "'generationConfig':{'maxOutputTokens':99}" } },
  { "temperature", probe_temperature, { "'temperature':0.70", "'temperature':0.70", "'temperature':0.70", "'generationConfig':{'temperature':0.70}" } },
  { "top p", probe_top_p, { "'top_p':0.90", "'top_p':0.90", "'top_p':0.90", "'generationConfig':{'topP':0.90}" } },
  { "top k", probe_top_k, { "'top_k':40", NULL, "'top_k':40", "'generationConfig':{'topK':40}" } },
  { "stop sequences", probe_stop, { "'stop':['a','b']", NULL, "'stop_sequences':['a','b']", "'generationConfig':{'stopSequences':['a','b']}" } },
  { "seed", probe_seed, { "'seed':7", NULL, NULL, "'generationConfig':{'seed':7}" } },
  { "presence penalty", probe_presence, { "'presence_penalty':0.5", NULL, NULL, "'generationConfig':{'presencePenalty':0.5}" } },
  { "frequency penalty", probe_frequency, { "'frequency_penalty':0.5", NULL, NULL, "'generationConfig':{'frequencyPenalty':0.5}" } },
  { "bias of tokens", probe_bias, { "'logit_bias':{'5':1}", NULL, NULL, NULL } },
  { "probabilities of tokens", probe_logprobs, { "'logprobs':true", "'top_logprobs':2", NULL, "'generationConfig':{'responseLogprobs':true}" } },
  { "several answers", probe_choices, { "'n':2", NULL, NULL, "'generationConfig':{'candidateCount':2}" } },
  { "answers in JSON", probe_json, { "'response_format':{'type':'json_object'}", "'text':{'format':{'type':'json_object'}}", NULL, "'generationConfig':{'responseMimeType':'application/json'}" } },
  { "answers by a schema", probe_schema, { "'response_format':{'type':'json_schema','json_schema':{'name':'s','schema':" SCHEMA "}}", "'text':{'format':{'type':'json_schema','name':'s','schema':" SCHEMA "}}", "'output_config':{'format':{'type':'json_schema','schema':" SCHEMA "}}", "'generationConfig':{'responseMimeType':'application/json','responseJsonSchema':" SCHEMA "}" } },
  { "the user's id", probe_user, { "'safety_identifier':'u'", "'safety_identifier':'u'", "'metadata':{'user_id':'u'}", NULL } },
  { "metadata", probe_metadata, { "'metadata':{'a':'b'}", "'metadata':{'a':'b'}", NULL, NULL } },
  { "verbosity", probe_verbosity, { "'verbosity':'low'", "'text':{'verbosity':'low'}", NULL, NULL } },
  { "service tier", probe_tier, { "'service_tier':'flex'", "'service_tier':'flex'", "'service_tier':'standard_only'", NULL } },
  { "keeping the answer", probe_store, { "'store':true", "'store':true", NULL, NULL } },
  { "an earlier answer's id", probe_nothing, { NULL, "'previous_response_id':'resp_1'", NULL, NULL } },
  { "work in the background", probe_nothing, { NULL, "'background':true", NULL, NULL } },
  { "cached content", probe_nothing, { NULL, NULL, NULL, "'cachedContent':'cachedContents/1'" } },
  { "safety settings", probe_nothing, { NULL, NULL, NULL, "'safetySettings':[{'category':'HARM_CATEGORY_HARASSMENT','threshold':'BLOCK_NONE'}]" } },
};

/* What Claude takes from 4.5 on only. */
static const Row older[] = {
  { "answers by a schema", probe_schema, { "'response_format':{'type':'json_schema','json_schema':{'name':'s','schema':" SCHEMA "}}", "'text':{'format':{'type':'json_schema','name':'s','schema':" SCHEMA "}}", NULL, "'generationConfig':{'responseMimeType':'application/json','responseJsonSchema':" SCHEMA "}" }, probe_respond },
  { "answers by a schema, beside tools", probe_schema, { C_TOOL ",'response_format':{'type':'json_schema','json_schema':{'name':'s','schema':" SCHEMA "}}", R_TOOL ",'text':{'format':{'type':'json_schema','name':'s','schema':" SCHEMA "}}", NULL, G_TOOL ",'generationConfig':{'responseMimeType':'application/json','responseJsonSchema':" SCHEMA "}" }, probe_words },
  { "answers by a schema, with thinking", probe_schema, { "'reasoning_effort':'high','response_format':{'type':'json_schema','json_schema':{'name':'s','schema':" SCHEMA "}}", "'reasoning':{'effort':'high'},'text':{'format':{'type':'json_schema','name':'s','schema':" SCHEMA "}}", NULL, "'generationConfig':{'thinkingConfig':{'thinkingLevel':'high'},'responseMimeType':'application/json','responseJsonSchema':" SCHEMA "}" }, probe_words },
};

static char *
make_id_cb (gpointer user_data)
{
  return g_strdup ("000000000000000000000001");
}

static GBytes *
make_request (RelaisDialectId  dialect,
              const char      *members)
{
  g_autofree char *hello = kit_hello (dialect);
  g_autofree char *json = kit_json (members);
  char *text;

  if (*json == '{')
    text = g_steal_pointer (&json);
  else
    {
      hello[strlen (hello) - 1] = '\0';
      text = g_strdup_printf ("%s,%s}", hello, json);
    }
  return g_bytes_new_take (text, strlen (text));
}

static RelaisPrompt *
decode (RelaisDialectId  dialect,
        GBytes          *body)
{
  g_autoptr (GError) error = NULL;
  RelaisPrompt *prompt = relais_dialect_get (dialect)->decode_request (
    body, dialect == RELAIS_DIALECT_GEMINI ? "m" : NULL, FALSE, &error);

  if (prompt == NULL)
    g_error ("%s: %s", error->message, (const char *)g_bytes_get_data (body, NULL));
  return prompt;
}

/* Anthropic wants a limit of tokens, so one is added where there is none. */
static gboolean
is_limit (const char *field)
{
  return strstr (field, "_tokens") != NULL || strstr (field, "OutputTokens") != NULL;
}

static const char *
find_change (const RelaisChanges *changes)
{
  gboolean approximated = FALSE;

  if (relais_changes_get_notable (changes) != NULL &&
      relais_changes_get_notable (changes)->type == RELAIS_CHANGE_DROPPED)
    return "dropped, told";
  for (guint i = 0; i < relais_changes_get_length (changes); i++)
    approximated |= relais_changes_get (changes, i)->type == RELAIS_CHANGE_RENAMED ||
                    (relais_changes_get (changes, i)->type == RELAIS_CHANGE_APPROXIMATED &&
                     !is_limit (relais_changes_get (changes, i)->field));
  return approximated ? "near" : NULL;
}

static const char *
carry (const Row       *row,
       RelaisDialectId  source,
       RelaisDialectId  dialect,
       const char      *model)
{
  /* those of the accounts of each vendor, as providers.json has them */
  static const guint quirks[RELAIS_N_DIALECTS] = {
    [RELAIS_DIALECT_OPENAI_CHAT] = RELAIS_QUIRK_DEVELOPER_ROLE | RELAIS_QUIRK_MAX_COMPLETION_TOKENS,
  };
  RelaisTarget target = {
    .dialect = dialect,
    .model = model,
    .quirks = quirks[dialect],
    .make_id = make_id_cb,
  };
  g_autoptr (GBytes) request = make_request (source, row->members[source]);
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GBytes) body = NULL;
  g_autoptr (RelaisPrompt) carried = NULL;
  g_autoptr (RelaisTranslation) translation =
               relais_translation_new (decode (source, request), source, &target);
  const char *change;

  if (row->probe != probe_nothing)
    {
      g_autoptr (RelaisPrompt) said = decode (source, request);

      /* a row whose own dialect does not read it proves nothing */
      if (!row->probe (said))
        g_error ("%s: not read in %s", row->feature, relais_dialect_get (source)->name);
    }
  if (!relais_translation_encode (translation, out, NULL))
    return "refused";
  change = find_change (relais_translation_get_changes (translation));
  body = g_bytes_new (out->str, out->len);
  carried = decode (dialect, body);
  if (row->probe (carried))
    return change != NULL && strcmp (change, "near") == 0 ? "near" : "kept";
  if (row->near != NULL && row->near (carried))
    return relais_changes_get_notable (relais_translation_get_changes (translation)) != NULL ? "near, told" : "near";
  return change != NULL ? change : "dropped";
}

static const char *const titles[] = { "OpenAI Chat", "OpenAI Responses", "Anthropic Messages", "Gemini" };

static void
start_table (GString         *page,
             RelaisDialectId  except)
{
  g_string_append (page, "\n\n| feature |");
  for (RelaisDialectId id = 0; id < RELAIS_N_DIALECTS; id++)
    if (id != except)
      g_string_append_printf (page, " %s |", titles[id]);
  g_string_append (page, "\n|---|---|---|---|\n");
}

/* Into each other dialect. */
static void
append_from (GString         *page,
             RelaisDialectId  source)
{
  static const char *const models[] = { "gpt-5.2", "gpt-5.2", "claude-sonnet-4-5", "gemini-3-pro" };

  g_string_append_printf (page, "\n## From %s", titles[source]);
  start_table (page, source);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      if (rows[i].members[source] == NULL)
        continue;
      g_string_append_printf (page, "| %s |", rows[i].feature);
      for (RelaisDialectId to = 0; to < RELAIS_N_DIALECTS; to++)
        if (to != source)
          g_string_append_printf (page, " %s |", carry (&rows[i], source, to, models[to]));
      g_string_append_c (page, '\n');
    }
}

/* From each other dialect. */
static void
append_older (GString *page)
{
  g_string_append (page, "\n## To a Claude older than 4.5\n\n"
                         "It has no answers by a schema. The schema becomes that of a tool it must call, whose arguments are the answer.\n"
                         "Where there are other tools, or it thinks, it is asked in words instead, and told means what it does above.\n"
                         "The model is claude-sonnet-4; a name that tells no version is taken for the newest.");
  start_table (page, RELAIS_DIALECT_ANTHROPIC);
  for (guint i = 0; i < G_N_ELEMENTS (older); i++)
    {
      g_string_append_printf (page, "| %s |", older[i].feature);
      for (RelaisDialectId source = 0; source < RELAIS_N_DIALECTS; source++)
        if (source != RELAIS_DIALECT_ANTHROPIC)
          g_string_append_printf (page, " %s |", carry (&older[i], source, RELAIS_DIALECT_ANTHROPIC, "claude-sonnet-4-20250514"));
      g_string_append_c (page, '\n');
    }
}

static GString *
make_page (void)
{
  GString *page = g_string_new (
    "# What a translation keeps\n\n"
    "Made by the test `fidelity`, which carries every feature below into every other dialect and reads it there.\n\n"
    "* **kept**: the upstream gets the same.\n"
    "* **near**: the upstream gets something like it; where a program may rely on the difference, the answer's\n"
    "  `X-Relais-Dropped` names the field.\n"
    "* **dropped, told**: the upstream has nothing like it, and `X-Relais-Dropped` names the field. With strict\n"
    "  translation the request is refused instead.\n"
    "* **dropped**: the upstream has nothing like it, and no program relies on it.\n"
    "* **refused**: leaving it out would change what the answer means: 400, naming the field.\n\n"
    "The models are gpt-5.2, claude-sonnet-4-5 and gemini-3-pro; what others take differs in places. Where both\n"
    "sides speak the same dialect nothing is translated: the bytes go through.\n");

  for (RelaisDialectId source = 0; source < RELAIS_N_DIALECTS; source++)
    append_from (page, source);
  append_older (page);
  return page;
}

static void
test_page (void)
{
  g_autoptr (GString) page = make_page ();
  g_autofree char *written = NULL;
  g_auto (GStrv) lines = NULL;
  g_auto (GStrv) wanted = NULL;

  if (g_getenv ("RELAIS_GOLDEN_WRITE") != NULL)
    g_assert_true (g_file_set_contents (PAGE, page->str, page->len, NULL));
  g_assert_true (g_file_get_contents (PAGE, &written, NULL, NULL));
  lines = g_strsplit (page->str, "\n", -1);
  wanted = g_strsplit (written, "\n", -1);
  for (guint i = 0; lines[i] != NULL && wanted[i] != NULL; i++)
    g_assert_cmpstr (lines[i], ==, wanted[i]);
  g_assert_cmpstr (page->str, ==, written);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fidelity/page", test_page);
  return g_test_run ();
}
