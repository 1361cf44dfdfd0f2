/* test-openai-responses-decode.c: streams of servers that send less than OpenAI, or otherwise
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "translation-kit.h"

#define START "{'type':'response.created','response':{'id':'r','status':'in_progress','model':'m','output':[]}}\n"
#define ENDED(output) "{'type':'response.completed','response':{'id':'r','status':'completed','model':'m','output':[" output "]}}\n"
#define END ENDED ("")
#define AT(index, id) "'output_index':" index ",'item_id':" id
#define ADDED(index, item) "{'type':'response.output_item.added','output_index':" index ",'item':" item "}\n"
#define DONE(index, item) "{'type':'response.output_item.done','output_index':" index ",'item':" item "}\n"
#define MESSAGE(id, parts) "{'type':'message','id':" id ",'role':'assistant','content':[" parts "]}"
#define WORDS(text) "{'type':'output_text','text':" text "}"
#define SAYS(at, part, text) "{'type':'response.output_text.delta'," at ",'content_index':" part ",'delta':" text "}\n"
#define SAID(at, part, text) "{'type':'response.output_text.done'," at ",'content_index':" part ",'text':" text "}\n"
#define CALL(id, args) "{'type':'function_call','id':" id ",'call_id':" id ",'name':'f','arguments':" args ",'status':'completed'}"
#define ARGS(at, json) "{'type':'response.function_call_arguments.delta'," at ",'delta':" json "}\n"
#define ALL_ARGS(at, json) "{'type':'response.function_call_arguments.done'," at ",'arguments':" json "}\n"
#define CUSTOM(args) "{'type':'custom_tool_call','id':'c','call_id':'c','name':'f','input':" args ",'status':'completed'}"
#define REASONING(id, parts) "{'type':'reasoning','id':" id ",'summary':[" parts "]}"
#define SUMMARY(text) "{'type':'summary_text','text':" text "}"
#define PART(at, part) "{'type':'response.reasoning_summary_part.added'," at ",'summary_index':" part ",'part':{'type':'summary_text','text':''}}\n"
#define THINKS(at, part, text) "{'type':'response.reasoning_summary_text.delta'," at ",'summary_index':" part ",'delta':" text "}\n"
#define THOUGHT(at, part, text) "{'type':'response.reasoning_summary_text.done'," at ",'summary_index':" part ",'text':" text "}\n"
#define A AT ("0", "'a'")
#define B AT ("1", "'b'")
/* all that a server numbers 0 */
#define B0 AT ("0", "'b'")

static const struct
{
  const char *name;
  const char *lines; /* between START and the end */
  const char *events;
} cases[] = {
  { "text/no-deltas", ADDED ("0", MESSAGE ("'a'", "")) SAID (A, "0", "'hello'") DONE ("0", MESSAGE ("'a'", WORDS ("'hello'"))) END, "text(hello) stop" },
  { "text/fewer", ADDED ("0", MESSAGE ("'a'", "")) SAYS (A, "0", "'hel'") SAID (A, "0", "'hello'") DONE ("0", MESSAGE ("'a'", WORDS ("'hello'"))) END, "text(hello) stop" },
  { "text/fewer-in-the-item", ADDED ("0", MESSAGE ("'a'", "")) SAYS (A, "0", "'hel'") DONE ("0", MESSAGE ("'a'", WORDS ("'hello'"))) END, "text(hello) stop" },
  { "text/equal", ADDED ("0", MESSAGE ("'a'", "")) SAYS (A, "0", "'hel'") SAYS (A, "0", "'lo'") SAID (A, "0", "'hello'") DONE ("0", MESSAGE ("'a'", WORDS ("'hello'"))) ENDED (MESSAGE ("'a'", WORDS ("'hello'"))), "text(hello) stop" },
  { "text/other", ADDED ("0", MESSAGE ("'a'", "")) SAYS (A, "0", "'hul'") SAID (A, "0", "'hello'") DONE ("0", MESSAGE ("'a'", WORDS ("'hello'"))) END, "text(hul) stop" },
  { "text/less", ADDED ("0", MESSAGE ("'a'", "")) SAYS (A, "0", "'hello'") SAID (A, "0", "'hel'") DONE ("0", MESSAGE ("'a'", WORDS ("'hel'"))) END, "text(hello) stop" },
  { "text/broken-pair", ADDED ("0", MESSAGE ("'a'", "")) SAYS (A, "0", "'\\ud83e'") SAYS (A, "0", "'\\udd8a'") DONE ("0", MESSAGE ("'a'", WORDS ("'\\ud83e\\udd8a'"))) END, "text(\357\277\275\357\277\275) stop" },
  { "text/item-alone", DONE ("0", MESSAGE ("'a'", WORDS ("'hello'"))) END, "text(hello) stop" },
  { "text/second-part", ADDED ("0", MESSAGE ("'a'", "")) SAYS (A, "0", "'one'") SAID (A, "0", "'one'") SAID (A, "1", "'two'") DONE ("0", MESSAGE ("'a'", WORDS ("'one'") "," WORDS ("'twofold'"))) END, "text(onetwofold) stop" },
  { "text/parts-overlap", ADDED ("0", MESSAGE ("'a'", "")) SAYS (A, "0", "'one'") SAYS (A, "1", "'two'") SAID (A, "0", "'one'") SAID (A, "1", "'two'") DONE ("0", MESSAGE ("'a'", WORDS ("'one'") "," WORDS ("'two'"))) END, "text(onetwo) stop" },
  { "text/parts-all-0", ADDED ("0", MESSAGE ("'a'", "")) SAID (A, "0", "'one'") SAID (A, "0", "'two'") DONE ("0", MESSAGE ("'a'", WORDS ("'one'") "," WORDS ("'two'"))) END, "text(onetwo) stop" },
  { "text/refusal", ADDED ("0", MESSAGE ("'a'", "")) "{'type':'response.refusal.delta'," A ",'content_index':0,'delta':'no'}\n"
                                                     "{'type':'response.refusal.done'," A ",'content_index':0,'refusal':'not so'}\n" DONE ("0", MESSAGE ("'a'", "{'type':'refusal','refusal':'not so'}")) END,
    "refusal(not so) stop" },
  { "text/at-the-end", ADDED ("0", MESSAGE ("'a'", "")) SAYS (A, "0", "'hel'") ENDED (MESSAGE ("'a'", WORDS ("'hello'"))), "text(hello) stop" },
  { "text/never-begun", SAYS (A, "0", "'hel'") DONE ("0", MESSAGE ("'a'", WORDS ("'hello'"))) DONE ("1", MESSAGE ("'b'", WORDS ("'you'"))) END, "text(helloyou) stop" },
  { "text/never-begun-mixed", SAYS (A, "0", "'one'") SAYS (B, "0", "'two'") DONE ("0", MESSAGE ("'a'", WORDS ("'one'"))) DONE ("1", MESSAGE ("'b'", WORDS ("'two'"))) END, "text(onetwo) stop" },

  { "thought/fewer", ADDED ("0", REASONING ("'a'", "")) PART (A, "0") THINKS (A, "0", "'o'") THOUGHT (A, "0", "'one'") PART (A, "1") DONE ("0", REASONING ("'a'", SUMMARY ("'one'") "," SUMMARY ("'two'"))) SAYS (B, "0", "'x'") END, "think(one\n\ntwo) text(x) stop" },
  { "thought/item-alone", DONE ("0", REASONING ("'a'", SUMMARY ("'one'") "," SUMMARY ("'two'"))) DONE ("1", MESSAGE ("'b'", WORDS ("'x'"))) END, "think(one\n\ntwo) text(x) stop" },
  { "thought/half-a-break", ADDED ("0", REASONING ("'a'", "")) THINKS (A, "0", "'one\\n'") DONE ("0", REASONING ("'a'", SUMMARY ("'one'") "," SUMMARY ("'two'"))) SAYS (B, "0", "'x'") END, "think(one\n\ntwo) text(x) stop" },
  { "thought/equal", ADDED ("0", REASONING ("'a'", "")) PART (A, "0") THINKS (A, "0", "'one'") THOUGHT (A, "0", "'one'") PART (A, "1") THINKS (A, "1", "'two'") THOUGHT (A, "1", "'two'") DONE ("0", REASONING ("'a'", SUMMARY ("'one'") "," SUMMARY ("'two'"))) SAYS (B, "0", "'x'") END, "think(one\n\ntwo) text(x) stop" },

  { "call/no-deltas", ADDED ("0", CALL ("'a'", "''")) ALL_ARGS (A, "'{}'") DONE ("0", CALL ("'a'", "'{}'")) END, "call0(f) args0({}) end0 calls" },
  { "call/fewer", ADDED ("0", CALL ("'a'", "''")) ARGS (A, "'{\\'n\\':'") ALL_ARGS (A, "'{\\'n\\':1}'") DONE ("0", CALL ("'a'", "'{\\'n\\':1}'")) END, "call0(f) args0({\"n\":1}) end0 calls" },
  { "call/fewer-in-the-item", ADDED ("0", CALL ("'a'", "''")) ARGS (A, "'{\\'n\\':'") DONE ("0", CALL ("'a'", "'{\\'n\\':1}'")) END, "call0(f) args0({\"n\":1}) end0 calls" },
  { "call/other", ADDED ("0", CALL ("'a'", "''")) ARGS (A, "'{\\'n\\': 1}'") ALL_ARGS (A, "'{\\'n\\':1,\\'o\\':2}'") DONE ("0", CALL ("'a'", "'{\\'n\\':1,\\'o\\':2}'")) END, "call0(f) args0({\"n\": 1}) end0 calls" },
  { "call/arguments-alone", ADDED ("0", CALL ("'a'", "''")) ALL_ARGS (A, "'{\\'n\\':1}'") END, "call0(f) args0({\"n\":1}) end0 calls" },
  { "call/item-alone", SAYS (AT ("0", "'m'"), "0", "'x'") DONE ("1", CALL ("'a'", "'{}'")) END, "text(x) call0(f) args0({}) end0 calls" },
  { "call/at-the-end", ADDED ("0", CALL ("'a'", "''")) ENDED (CALL ("'a'", "'{\\'n\\':1}'")), "call0(f) args0({\"n\":1}) end0 calls" },
  { "call/free-text", ADDED ("0", CUSTOM ("''")) "{'type':'response.custom_tool_call_input.delta','output_index':0,'item_id':'c','delta':'sa'}\n"
                                                 "{'type':'response.custom_tool_call_input.done','output_index':0,'item_id':'c','input':'say'}\n" END,
    "call0(f custom) args0(say) end0 calls" },
  { "call/nobodys-whole", SAYS (A, "0", "'x'") ALL_ARGS (B, "'{}'") END, "text(x) stop" },

  { "all-0/calls", ADDED ("0", CALL ("'a'", "''")) ADDED ("0", CALL ("'b'", "''")) ARGS (A, "'{\\'n\\':'") ARGS (B0, "'{}'") ARGS (A, "'1}'") DONE ("0", CALL ("'a'", "'{\\'n\\':1}'")) DONE ("0", CALL ("'b'", "'{}'")) END, "call0(f) call1(f) args0({\"n\":) args1({}) args0(1}) end0 end1 calls" },
  { "all-0/texts", ADDED ("0", MESSAGE ("'a'", "")) ADDED ("0", MESSAGE ("'b'", "")) SAYS (A, "0", "'one'") SAYS (B0, "0", "'tw'") DONE ("0", MESSAGE ("'a'", WORDS ("'one'"))) DONE ("0", MESSAGE ("'b'", WORDS ("'two'"))) END, "text(onetwo) stop" },
  { "all-0/text-and-call", ADDED ("0", MESSAGE ("'a'", "")) ADDED ("0", CALL ("'b'", "''")) SAYS (A, "0", "'one'") ARGS (B0, "'{}'") DONE ("0", MESSAGE ("'a'", WORDS ("'one'"))) DONE ("0", CALL ("'b'", "'{}'")) END, "call0(f) text(one) args0({}) end0 calls" },
  { "all-0/no-ids", ADDED ("0", CALL ("null", "''")) ARGS ("'output_index':0", "'{}'") ADDED ("0", CALL ("null", "''")) ARGS ("'output_index':0", "'{\\'n\\':1}'") END, "call0(f) args0({}) call1(f) args1({\"n\":1}) end0 end1 calls" },
  { "ids-change", ADDED ("0", CALL ("'a'", "''")) ADDED ("1", CALL ("'b'", "''")) ARGS (AT ("0", "'x'"), "'{}'") ARGS (AT ("1", "'y'"), "'{\\'n\\':1}'") DONE ("1", CALL ("'z'", "'{\\'n\\':1}'")) DONE ("0", CALL ("'w'", "'{}'")) END, "call0(f) call1(f) args0({}) args1({\"n\":1}) end1 end0 calls" },
};

static void
test_case (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autofree char *lines = g_strconcat (START, cases[i].lines, NULL);
  g_autofree char *json = kit_json (lines);
  g_autofree char *stream = kit_stream (KIT_R, json);
  g_autofree char *events = kit_events (KIT_R, stream, strlen (stream), 0);

  g_assert_cmpstr (events, ==, cases[i].events);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/openai-responses-decode/", cases[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_case);
    }
  return g_test_run ();
}
