/* test-embed.c: OpenAI's embeddings asked of Gemini, and answers that are not what they should be
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "dialects/relais-embed.h"

static char *
encode (const char      *text,
        RelaisEmbedding *embedding)
{
  g_autofree char *json = g_strdelimit (g_strdup (text), "'", '"');
  g_autoptr (GBytes) body = g_bytes_new (json, strlen (json));
  g_autoptr (GBytes) got = relais_embed_encode_request (body, "e", embedding, NULL);
  gsize length;
  const char *bytes;

  if (got == NULL)
    return NULL;
  bytes = g_bytes_get_data (got, &length);
  return g_strdelimit (g_strndup (bytes, length), "\"", '\'');
}

static void
test_request (void)
{
  RelaisEmbedding embedding;
  g_autofree char *one = encode ("{'model':'x','input':'a\\u00e9','encoding_format':'base64'}", &embedding);
  g_autofree char *two = NULL;

  g_assert_cmpstr (one, ==, "{'requests':[{'model':'models/e','content':{'parts':[{'text':'a\\u00e9'}]}}]}");
  g_assert_true (embedding.base64);
  g_assert_cmpuint (embedding.n_texts, ==, 1);
  two = encode ("{'model':'x','input':['a','b'],'dimensions':8}", &embedding);
  g_assert_cmpstr (two, ==, "{'requests':[{'model':'models/e','content':{'parts':[{'text':'a'}]},'outputDimensionality':8},"
                            "{'model':'models/e','content':{'parts':[{'text':'b'}]},'outputDimensionality':8}]}");
  g_assert_false (embedding.base64);
  g_assert_cmpuint (embedding.n_texts, ==, 2);
  g_free (one);
  one = encode ("{'model':'x','input':'a','dimensions':null,'encoding_format':null}", &embedding);
  g_assert_cmpstr (one, ==, "{'requests':[{'model':'models/e','content':{'parts':[{'text':'a'}]}}]}");
}

/* Gemini takes 100 texts at once. */
static void
test_bound (void)
{
  g_autoptr (GString) many = g_string_new ("{'model':'x','input':['a'");
  RelaisEmbedding embedding;
  g_autofree char *most = NULL;

  for (guint i = 1; i < 100; i++)
    g_string_append (many, ",'a'");
  g_string_append (many, "]}");
  most = encode (many->str, &embedding);
  g_assert_nonnull (most);
  g_assert_cmpuint (embedding.n_texts, ==, 100);
  g_string_insert (many, many->len - 2, ",'a'");
  g_assert_null (encode (many->str, &embedding));
}

static void
test_answer (void)
{
  static const char *const broken[] = {
    "", "{}", "{\"embeddings\":{}}", "{\"embeddings\":[]}", "{\"embeddings\":[{}]}", "{\"embeddings\":[{\"values\":1}]}",
    "{\"embeddings\":[{\"values\":[\"a\"]}]}", "{\"embeddings\":[{\"values\":[1]},{\"values\":[1]}]}"
  };
  RelaisEmbedding embedding = { .n_texts = 1, .base64 = TRUE };
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    g_assert_false (relais_embed_encode_answer (&embedding, "e", broken[i], strlen (broken[i]), out));
  g_string_truncate (out, 0);
  g_assert_true (relais_embed_encode_answer (&embedding, "e", "{\"embeddings\":[{\"values\":[1,-2]}]}", 34, out));
  g_assert_nonnull (strstr (out->str, "\"embedding\":\"AACAPwAAAMA=\""));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/embed/request", test_request);
  g_test_add_func ("/embed/bound", test_bound);
  g_test_add_func ("/embed/answer", test_answer);
  return g_test_run ();
}
