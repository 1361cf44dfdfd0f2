/* test-seal.c: foreign signatures marked, opened, and kept from upstreams that did not mint them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/relais-json.h"
#include "dialects/relais-seal.h"

void                 *__real_memmem                      (const void           *haystack,
                                                          size_t                length,
                                                          const void           *needle,
                                                          size_t                needle_length);
void                 *__wrap_memmem                      (const void           *haystack,
                                                          size_t                length,
                                                          const void           *needle,
                                                          size_t                needle_length);
const RelaisJsonNode *__real_relais_json_node_get_member (const RelaisJsonNode *node,
                                                          const char           *name);
const RelaisJsonNode *__wrap_relais_json_node_get_member (const RelaisJsonNode *node,
                                                          const char           *name);

static gint64 n_visited; /* bytes and members that were looked at */

void *
__wrap_memmem (const void *haystack,
               size_t      length,
               const void *needle,
               size_t      needle_length)
{
  const char *found = __real_memmem (haystack, length, needle, needle_length);

  n_visited += found != NULL ? found - (const char *)haystack : (gssize)length;
  return (void *)found;
}

const RelaisJsonNode *
__wrap_relais_json_node_get_member (const RelaisJsonNode *node,
                                    const char           *name)
{
  n_visited += relais_json_node_get_count (node);
  return __real_relais_json_node_get_member (node, name);
}

static gboolean
is_marked (const char *text)
{
  g_autoptr (GPtrArray) marks = relais_seal_find (text, strlen (text));

  return marks->len > 0;
}

static void
test_round_trip (void)
{
  static const char *const values[] = { "a", "EqQBCgI+/=", "caf\303\251", "{\"blocks\":[]}" };
  static const RelaisOrigin origins[] = { RELAIS_ORIGIN_OPENAI_CHAT, RELAIS_ORIGIN_OPENAI_RESPONSES,
                                          RELAIS_ORIGIN_ANTHROPIC, RELAIS_ORIGIN_GEMINI };

  for (guint i = 0; i < G_N_ELEMENTS (values) * 16; i++)
    {
      RelaisOrigin origin = origins[i / 4 % 4], slot = origins[i % 4], seen = slot;
      g_autofree char *value = relais_seal_close (values[i / 16], origin, slot);

      g_assert_cmpint (is_marked (value), ==, origin != slot);
      g_assert_true (relais_seal_open (&value, &seen));
      g_assert_cmpstr (value, ==, values[i / 16]);
      g_assert_cmpint (seen, ==, origin);
    }
}

static void
test_broken (void)
{
  static const char *const values[] = { "relais1.", "relais1.x.YQ", "relais1.g", "relais1.g.", "cmVsYWlzMS5", "cmVsYWlzMS5n!" };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autofree char *value = g_strdup (values[i]);
      RelaisOrigin origin = RELAIS_ORIGIN_ANTHROPIC;

      g_assert_false (relais_seal_open (&value, &origin));
      g_assert_cmpint (origin, ==, RELAIS_ORIGIN_ANTHROPIC);
    }
}

#define G_SEAL "relais1.g.YWJj" /* "abc", minted by Gemini */
#define A_SEAL "relais1.a.YWJj"
#define NO_SEAL "relais1.c.dW5zaWduZWQ"  /* of thoughts nobody signed */
#define A_SEAL_64 "cmVsYWlzMS5hLllXSmo=" /* the same, encoded once more */
#define G_SEAL_64 "cmVsYWlzMS5nLllXSmo="

/* Only what another upstream signed goes; numbers, order, space and unknown fields stay. */
static void
test_guard (void)
{
  static const struct
  {
    RelaisOrigin upstream;
    const char *model;
    const char *before;
    const char *after;
  } rows[] = {
    /* nothing marked, not even valid: not looked at */
    { RELAIS_ORIGIN_ANTHROPIC, "claude-opus-5", "{ 'a' :1.0, broken", "{ 'a' :1.0, broken" },
    { RELAIS_ORIGIN_ANTHROPIC, "claude-opus-5", "{ 'said':'relais1.', broken", "{ 'said':'relais1.', broken" },
    /* a person may write what they like */
    { RELAIS_ORIGIN_ANTHROPIC, "claude-opus-5", "{'n':1.50,'messages':[{'content':[{'type':'text', 'text':'" G_SEAL "'}]}]}",
      "{'n':1.50,'messages':[{'content':[{'type':'text','text':'" G_SEAL "'}]}]}" },
    { RELAIS_ORIGIN_ANTHROPIC, "claude-opus-5",
      "{'t':0.70,'messages':[{'role':'assistant','content':[{'type':'thinking','thinking':'x','signature':'" G_SEAL "'},"
      "{'type':'tool_use','id':'t','input':{'n': 1.0}}]}]}",
      "{'t':0.70,'messages':[{'role':'assistant','content':[{'type':'tool_use','id':'t','input':{'n': 1.0}}]}]}" },
    { RELAIS_ORIGIN_ANTHROPIC, "claude-opus-5", "{'c':[{'type':'thinking','signature':'" A_SEAL "'}]}",
      "{'c':[{'type':'thinking','signature':'abc'}]}" },
    { RELAIS_ORIGIN_ANTHROPIC, "claude-opus-5", "{'c':[{'type':'thinking','signature':'relais1.broken'},2]}", "{'c':[2]}" },
    { RELAIS_ORIGIN_ANTHROPIC, "claude-opus-5", "{'c':[{'type':'thinking','thinking':'x','signature':'" NO_SEAL "'},2]}", "{'c':[2]}" },
    { RELAIS_ORIGIN_OPENAI_RESPONSES, "gpt-5", "{'input':[{'type':'reasoning','id':'rs_1','encrypted_content':'" NO_SEAL "'},2]}",
      "{'input':[2]}" },
    /* nothing is left of the message */
    { RELAIS_ORIGIN_ANTHROPIC, "claude-opus-5",
      "{'messages':[{'role':'user','content':'a'},{'role':'assistant','content':[{'type':'thinking','signature':'" G_SEAL "'}]},{'role':'user','content':'b'}]}",
      "{'messages':[{'role':'user','content':'a'},{'role':'user','content':'b'}]}" },
    { RELAIS_ORIGIN_GEMINI, "gemini-3-pro", "{'contents':[{'role':'model','parts':[{'thought':true,'text':'a','thoughtSignature':'" A_SEAL_64 "'}]},1]}", "{'contents':[1]}" },
    { RELAIS_ORIGIN_OPENAI_RESPONSES, "gpt-5", "{'input':[{'type':'reasoning','encrypted_content':'" G_SEAL "'},{'a': 1}]}",
      "{'input':[{'a': 1}]}" },
    { RELAIS_ORIGIN_OPENAI_CHAT, "gpt-5",
      "{'m':[{'tool_calls':[{'id':'c','extra_content':{'google':{'thought_signature':'" A_SEAL "'}},'x':1}]}]}",
      "{'m':[{'tool_calls':[{'id':'c','x':1}]}]}" },
    /* a call must stay; newer models want something in its place */
    { RELAIS_ORIGIN_GEMINI, "gemini-3-pro", "{'parts':[{'functionCall':{'name':'f'},'thoughtSignature':'" A_SEAL_64 "'}]}",
      "{'parts':[{'functionCall':{'name':'f'},'thoughtSignature':'skip_thought_signature_validator'}]}" },
    { RELAIS_ORIGIN_GEMINI, "gemini-2.5-pro", "{'parts':[{'thoughtSignature':'" A_SEAL_64 "','functionCall':{'name':'f'}}]}",
      "{'parts':[{'functionCall':{'name':'f'}}]}" },
    { RELAIS_ORIGIN_GEMINI, "gemini-3-pro", "{'parts':[{'text':'hm','thought':true,'thoughtSignature':'" A_SEAL_64 "'},"
                                            "{'text':'so', 'thoughtSignature':'" A_SEAL_64 "'}]}",
      "{'parts':[{'text':'so'}]}" },
    { RELAIS_ORIGIN_GEMINI, "gemini-3-pro", "{'parts':[{'text':'hm','thoughtSignature':'" G_SEAL_64 "'}]}",
      "{'parts':[{'text':'hm','thoughtSignature':'abc'}]}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *before = g_strdelimit (g_strdup (rows[i].before), "'", '"');
      g_autofree char *after = g_strdelimit (g_strdup (rows[i].after), "'", '"');
      g_autoptr (GBytes) body = g_bytes_new (before, strlen (before));
      g_autoptr (GBytes) guarded = relais_seal_guard (body, rows[i].upstream, rows[i].model);
      gsize length;
      const char *bytes = g_bytes_get_data (guarded, &length);
      g_autofree char *got = g_strndup (bytes, length);

      g_assert_cmpstr (got, ==, after);
    }
}

static gint64
count_visits (const char *body,
              guint       n)
{
  g_auto (GStrv) pieces = g_strsplit (body, "@", 3);
  g_autoptr (GString) text = g_string_new (pieces[0]);
  g_autoptr (GBytes) whole = NULL;
  g_autoptr (GBytes) guarded = NULL;

  for (guint i = 0; i < n; i++)
    g_string_append (text, pieces[1]);
  g_string_append (text, pieces[2]);
  whole = g_bytes_new (text->str, text->len);
  n_visited = 0;
  guarded = relais_seal_guard (whole, RELAIS_ORIGIN_GEMINI, "gemini-3-pro");
  return n_visited;
}

/* Twice the body is twice the work: between @ stands what is repeated. */
static void
test_linear (gconstpointer body)
{
  gint64 half = count_visits (body, 1000);
  gint64 whole = count_visits (body, 2000);

  g_assert_cmpint (half, >, 1000);
  g_assert_cmpint (whole, >, half);
  g_assert_cmpint (whole, <=, 2 * half + 100);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/seal/round-trip", test_round_trip);
  g_test_add_func ("/seal/broken", test_broken);
  g_test_add_func ("/seal/guard", test_guard);
  g_test_add_data_func ("/seal/linear/plain", "{\"a\":\"@relais1.@\"}", test_linear);
  g_test_add_data_func ("/seal/linear/coded", "{\"a\":\"@cmVsYWlzMS5@\"}", test_linear);
  g_test_add_data_func ("/seal/linear/mixed", "{\"a\":\"@relais1.cmVsYWlzMS5@\"}", test_linear);
  g_test_add_data_func ("/seal/linear/parts",
                        "{\"parts\":[@{\"text\":\"a\",\"thought\":true,\"thoughtSignature\":\"" A_SEAL_64 "\"},@1]}",
                        test_linear);
  g_test_add_data_func ("/seal/linear/members",
                        "{\"parts\":[{@\"thoughtSignature\":\"" A_SEAL_64 "\",@\"functionCall\":{}}]}",
                        test_linear);
  return g_test_run ();
}
