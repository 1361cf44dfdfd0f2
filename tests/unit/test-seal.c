/* test-seal.c: foreign signatures marked, opened, and kept from upstreams that did not mint them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "dialects/relais-seal.h"

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

      g_assert_cmpint (relais_seal_find (value, strlen (value)) != NULL, ==, origin != slot);
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

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/seal/round-trip", test_round_trip);
  g_test_add_func ("/seal/broken", test_broken);
  g_test_add_func ("/seal/guard", test_guard);
  return g_test_run ();
}
