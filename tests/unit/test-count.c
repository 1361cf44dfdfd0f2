/* test-count.c: questions about tokens, their answers, and guesses
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "dialects/relais-count.h"

#define C RELAIS_DIALECT_OPENAI_CHAT
#define R RELAIS_DIALECT_OPENAI_RESPONSES
#define A RELAIS_DIALECT_ANTHROPIC
#define G RELAIS_DIALECT_GEMINI

static char *
quote (const char *text)
{
  return g_strdelimit (g_strdup (text), "'", '"');
}

static RelaisPrompt *
decode (RelaisDialectId  dialect,
        const char      *text)
{
  g_autofree char *json = quote (text);
  g_autoptr (GBytes) body = g_bytes_new (json, strlen (json));
  g_autoptr (GError) error = NULL;
  RelaisPrompt *prompt = relais_count_decode_request (dialect, body, dialect == G ? "m" : NULL, &error);

  g_assert_no_error (error);
  return prompt;
}

static void
test_estimate (void)
{
  static const struct
  {
    RelaisDialectId dialect;
    const char *body;
    RelaisDialectId upstream;
    gint64 n_tokens;
  } rows[] = {
    { A, "{'model':'m','messages':[{'role':'user','content':''}]}", C, 1 },
    { A, "{'model':'m','messages':[{'role':'user','content':'12345678'}]}", C, 6 },
    { A, "{'model':'m','messages':[{'role':'user','content':'123456789'}]}", C, 7 },
    { A, "{'model':'m','messages':[{'role':'user','content':'\346\227\245\346\234\254\350\252\236'}]}", C, 6 },
    { A, "{'model':'m','system':'1234','messages':[{'role':'user','content':'1234'},{'role':'assistant','content':'1234'}]}", C, 11 },
    { R, "{'model':'m','input':'1234'}", C, 5 },
    { G, "{'contents':[{'parts':[{'text':'1234'}]}]}", C, 5 },
    { G, "{'generateContentRequest':{'model':'models/m','contents':[{'parts':[{'text':'1234'}]}]}}", C, 5 },
    { G, "{'contents':[{'parts':[{'inlineData':{'mimeType':'image/png','data':'AAAA'}}]}]}", G, 262 },
    { G, "{'contents':[{'parts':[{'inlineData':{'mimeType':'image/png','data':'AAAA'}}]}]}", A, 1104 },
    { G, "{'contents':[{'parts':[{'inlineData':{'mimeType':'image/png','data':'AAAA'}}]}]}", R, 769 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (RelaisPrompt) prompt = decode (rows[i].dialect, rows[i].body);

      g_assert_cmpint (relais_count_estimate (prompt, rows[i].upstream), ==, rows[i].n_tokens);
    }
}

static void
test_encode_request (void)
{
  static const struct
  {
    RelaisDialectId dialect;
    const char *request;
    const char *question;
  } rows[] = {
    { A, "{'max_tokens':9,'stream':true,'model':'m','messages':[1.0],'temperature':1}", "{'model':'m','messages':[1.0]}" },
    { R, "{'store':false,'input':'x','model':'m','include':[]}", "{'model':'m','input':'x'}" },
    { G, "{'contents':[],'generationConfig':{}}", "{'generateContentRequest':{'model':'models/m','contents':[],'generationConfig':{}}}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *request = quote (rows[i].request);
      g_autofree char *wanted = quote (rows[i].question);
      g_autoptr (GBytes) got =
                   relais_count_encode_request (rows[i].dialect, "m", request, strlen (request));
      gsize length;
      const char *bytes = g_bytes_get_data (got, &length);

      g_assert_cmpmem (bytes, length, wanted, strlen (wanted));
    }
}

static void
test_answers (void)
{
  static const char *const answers[] = {
    [R] = "{\"object\":\"response.input_tokens\",\"input_tokens\":7}",
    [A] = "{\"input_tokens\":7}",
    [G] = "{\"totalTokens\":7}",
  };
  static const char *const broken[] = { "", "{", "[]", "{}", "{\"input_tokens\":\"7\"}", "{\"totalTokens\":-5}" };

  for (RelaisDialectId dialect = R; dialect <= G; dialect++)
    {
      g_autoptr (GString) out = g_string_new (NULL);

      relais_count_encode (dialect, 7, out);
      g_assert_cmpstr (out->str, ==, answers[dialect]);
      g_assert_cmpint (relais_count_decode (dialect, out->str, out->len), ==, 7);
      for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
        g_assert_cmpint (relais_count_decode (dialect, broken[i], strlen (broken[i])), ==, -1);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/count/estimate", test_estimate);
  g_test_add_func ("/count/encode-request", test_encode_request);
  g_test_add_func ("/count/answers", test_answers);
  return g_test_run ();
}
