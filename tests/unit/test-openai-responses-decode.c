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
#define CALLED(id, call_id, args) "{'type':'function_call','id':" id ",'call_id':" call_id ",'name':'f','arguments':" args ",'status':'completed'}"
#define CALL(id, args) CALLED (id, id, args)
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
  { "all-0/thought-and-text", ADDED ("0", REASONING ("'a'", "")) THINKS (A, "0", "'one'") DONE ("0", MESSAGE ("'b'", WORDS ("'x'"))) DONE ("0", REASONING ("'a'", SUMMARY ("'one'"))) ENDED (REASONING ("'a'", SUMMARY ("'one'")) "," MESSAGE ("'b'", WORDS ("'x'"))), "think(one) text(x) stop" },
  { "all-0/thought-and-text-no-ids", ADDED ("0", REASONING ("null", "")) THINKS ("'output_index':0", "0", "'one'") ADDED ("0", MESSAGE ("null", "")) SAYS ("'output_index':0", "0", "'x'") DONE ("0", REASONING ("null", SUMMARY ("'one'"))) DONE ("0", MESSAGE ("null", WORDS ("'xy'"))) END, "think(one) text(xy) stop" },
  { "all-0/thought-never-begun", THINKS (A, "0", "'one'") DONE ("0", MESSAGE ("'b'", WORDS ("'x'"))) DONE ("0", REASONING ("'a'", SUMMARY ("'one'"))) END, "think(one) text(x) stop" },

  { "end-alone/call", ADDED ("0", MESSAGE ("'a'", "")) SAYS (A, "0", "'x'") DONE ("0", MESSAGE ("'a'", WORDS ("'x'"))) ENDED (MESSAGE ("'a'", WORDS ("'x'")) "," CALL ("'b'", "'{}'")), "text(x) call0(f) args0({}) end0 calls" },
  { "end-alone/call-text-never-begun", SAYS (A, "0", "'x'") ENDED (MESSAGE ("'a'", WORDS ("'xy'")) "," CALL ("'b'", "'{}'")), "text(xy) call0(f) args0({}) end0 calls" },
  { "end-alone/call-no-ids", ADDED ("0", MESSAGE ("null", "")) SAYS ("'output_index':0", "0", "'x'") ENDED (MESSAGE ("null", WORDS ("'x'")) "," CALL ("null", "'{}'")), "text(x) call0(f) args0({}) end0 calls" },
  { "end-alone/first-call", DONE ("1", CALL ("'b'", "'{}'")) ENDED (CALL ("'a'", "'{\\'n\\':1}'") "," CALL ("'b'", "'{}'")), "call0(f) args0({}) end0 call1(f) args1({\"n\":1}) end1 calls" },
  { "end-alone/first-call-other-ids", DONE ("1", CALLED ("'b'", "'d'", "'{}'")) ENDED (CALLED ("'y'", "'c'", "'{\\'n\\':1}'") "," CALLED ("'z'", "'d'", "'{}'")), "call0(f) args0({}) end0 call1(f) args1({\"n\":1}) end1 calls" },
  { "end-alone/second-call-no-ids", DONE ("0", CALL ("null", "'{}'")) ENDED (CALL ("null", "'{}'") "," CALL ("null", "'{\\'n\\':1}'")), "call0(f) args0({}) end0 call1(f) args1({\"n\":1}) end1 calls" },
  { "end-alone/call-cut", SAYS (A, "0", "'x'") "{'type':'response.incomplete','response':{'id':'r','status':'incomplete','incomplete_details':{'reason':'max_output_tokens'},'output':[" MESSAGE ("'a'", WORDS ("'x'")) ",{'type':'function_call','id':'b','call_id':'b','name':'f','arguments':'{','status':'incomplete'}]}}\n", "text(x) call0(f) args0({) length" },
  { "end-alone/message", ADDED ("0", REASONING ("'a'", "")) THINKS (A, "0", "'one'") ENDED (REASONING ("'a'", SUMMARY ("'one'")) "," MESSAGE ("'b'", WORDS ("'x'"))), "think(one) text(x) stop" },
  { "end-alone/message-begun-as-another", DONE ("0", REASONING ("'a'", SUMMARY ("'one'"))) ADDED ("1", MESSAGE ("'b'", "")) ENDED (REASONING ("'a'", SUMMARY ("'one'")) "," MESSAGE ("'c'", WORDS ("'x'"))), "think(one) text(x) stop" },
  { "end-alone/second-message", DONE ("0", MESSAGE ("'a'", WORDS ("'one'"))) ENDED (MESSAGE ("'a'", WORDS ("'one'")) "," MESSAGE ("'b'", WORDS ("'two'"))), "text(onetwo) stop" },
  { "end-alone/second-message-same-id", DONE ("0", MESSAGE ("'a'", WORDS ("'one'"))) ENDED (MESSAGE ("'a'", WORDS ("'one'")) "," MESSAGE ("'a'", WORDS ("'two'"))), "text(onetwo) stop" },
  { "end-alone/thought-before-its-call", DONE ("0", MESSAGE ("'a'", WORDS ("'x'"))) ENDED (MESSAGE ("'a'", WORDS ("'x'")) "," REASONING ("'b'", SUMMARY ("'one'")) "," CALL ("'c'", "'{}'")), "text(x) think(one) call0(f) args0({}) end0 calls" },
  { "end-alone/thought-too-late", DONE ("1", MESSAGE ("'a'", WORDS ("'x'"))) ENDED (REASONING ("'b'", SUMMARY ("'one'")) "," MESSAGE ("'a'", WORDS ("'x'"))), "text(x) stop" },
  { "end-alone/thought-too-late-no-ids", DONE ("1", MESSAGE ("null", WORDS ("'x'"))) ENDED (REASONING ("null", SUMMARY ("'one'")) "," MESSAGE ("null", WORDS ("'x'"))), "text(x) stop" },
  { "end-alone/thought-too-late-never-begun", SAYS (A, "0", "'x'") ENDED (REASONING ("'b'", SUMMARY ("'one'")) "," MESSAGE ("'a'", WORDS ("'x'"))), "text(x) stop" },

  { "end-again/whole", DONE ("0", REASONING ("'a'", SUMMARY ("'one'"))) DONE ("1", MESSAGE ("'b'", WORDS ("'x'"))) DONE ("2", CALL ("'c'", "'{}'")) ENDED (REASONING ("'a'", SUMMARY ("'one'")) "," MESSAGE ("'b'", WORDS ("'x'")) "," CALL ("'c'", "'{}'")), "think(one) text(x) call0(f) args0({}) end0 calls" },
  { "end-again/other-ids", DONE ("0", MESSAGE ("'a'", WORDS ("'x'"))) DONE ("1", CALL ("'b'", "'{}'")) ENDED (MESSAGE ("'y'", WORDS ("'x'")) "," CALL ("'z'", "'{}'")), "text(x) call0(f) args0({}) end0 calls" },
  { "end-again/no-ids", DONE ("0", MESSAGE ("null", WORDS ("'x'"))) DONE ("1", CALL ("null", "'{}'")) ENDED (MESSAGE ("null", WORDS ("'x'")) "," CALL ("null", "'{}'")), "text(x) call0(f) args0({}) end0 calls" },
  { "end-again/never-begun", SAYS (A, "0", "'one'") SAYS (B, "0", "'two'") ENDED (MESSAGE ("'a'", WORDS ("'one'")) "," MESSAGE ("'b'", WORDS ("'two'"))), "text(onetwo) stop" },

  { "ids-change", ADDED ("0", CALL ("'a'", "''")) ADDED ("1", CALL ("'b'", "''")) ARGS (AT ("0", "'x'"), "'{}'") ARGS (AT ("1", "'y'"), "'{\\'n\\':1}'") DONE ("1", CALL ("'z'", "'{\\'n\\':1}'")) DONE ("0", CALL ("'w'", "'{}'")) END, "call0(f) call1(f) args0({}) args1({\"n\":1}) end1 end0 calls" },
};

static void
test_case (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autofree char *lines = g_strconcat (START, cases[i].lines, NULL);
  g_autofree char *json = kit_json (lines);
  g_autofree char *stream = kit_stream (KIT_R, json);

  for (gsize piece = 0; piece < strlen (stream); piece++)
    {
      g_autofree char *events = kit_events (KIT_R, stream, strlen (stream), piece);

      g_assert_cmpstr (events, ==, cases[i].events);
    }
}

/* More items than are remembered, of which the end tells none again. */
static void
test_many (void)
{
  g_autoptr (GString) lines = g_string_new (START);
  g_autoptr (GString) output = g_string_new (NULL);
  g_autofree char *json = NULL;
  g_autofree char *stream = NULL;
  g_autofree char *events = NULL;

  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *item = g_strdup_printf (CALL ("'c%u'", "'{}'"), i, i);

      g_string_append_printf (lines, DONE ("%u", "%s"), i, item);
      g_string_append_printf (output, "%s,", item);
    }
  g_string_append_printf (lines, ENDED ("%s" MESSAGE ("'a'", WORDS ("'x'"))), output->str);
  json = kit_json (lines->str);
  stream = kit_stream (KIT_R, json);
  events = kit_events (KIT_R, stream, strlen (stream), 0);
  g_assert_true (g_str_has_suffix (events, "call199(f) args199({}) end199 text(x) calls"));
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
  g_test_add_func ("/openai-responses-decode/end-again/many", test_many);
  return g_test_run ();
}
