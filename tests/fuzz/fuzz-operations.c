/* fuzz-operations.c: any text as embeddings, counts of tokens, text completions and refusals
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/relais-json.h"
#include "dialects/relais-count.h"
#include "dialects/relais-embed.h"
#include "dialects/relais-openai-chat.h"
#include "upstream/relais-quirks.h"

#include "relais-fuzz.h"

static void
check_json (const char *text,
            gsize       length)
{
  g_autoptr (RelaisJson) tree = relais_json_parse (text, length, RELAIS_JSON_MAX_DEPTH, NULL);

  g_assert_cmpint (relais_json_node_get_kind (relais_json_get_root (tree)), ==, RELAIS_JSON_OBJECT);
}

static void
check_bytes (GBytes       *bytes,
             const GError *error)
{
  gsize length;
  const char *text;

  g_assert_cmpint (bytes == NULL, ==, error != NULL);
  if (bytes == NULL)
    return;
  text = g_bytes_get_data (bytes, &length);
  check_json (text, length);
}

static void
embed (GBytes *body)
{
  RelaisEmbedding embedding = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) asked = relais_embed_encode_request (body, "m", &embedding, &error);
  gsize length;
  const char *answer = g_bytes_get_data (body, &length);

  check_bytes (asked, error);
  if (asked != NULL)
    {
      g_assert_cmpuint (embedding.n_texts, >, 0);
      g_assert_cmpint (embedding.n_tokens, >=, 0);
    }
  /* the same text as the answer to a question of one text */
  for (guint base64 = 0; base64 < 2; base64++)
    {
      g_autoptr (GString) out = g_string_new (NULL);
      RelaisEmbedding one = { .n_texts = 1, .base64 = base64 };

      if (relais_embed_encode_answer (&one, "m", answer, length, out))
        check_json (out->str, out->len);
    }
}

/* What an upstream is asked is a request to count again. */
static void
ask (RelaisDialectId  dialect,
     GBytes          *body)
{
  gsize length, n_asked;
  const char *text = g_bytes_get_data (body, &length);
  g_autoptr (GBytes) asked = relais_count_encode_request (dialect, "m", text, length);
  g_autoptr (GBytes) again = NULL;
  const char *json = g_bytes_get_data (asked, &n_asked);

  check_json (json, n_asked);
  if (dialect == RELAIS_DIALECT_GEMINI)
    return;
  again = relais_count_encode_request (dialect, "m", json, n_asked);
  g_assert_true (g_bytes_equal (asked, again));
}

static void
count (RelaisDialectId  dialect,
       GBytes          *body)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RelaisPrompt) prompt = relais_count_decode_request (dialect, body, "m", &error);
  g_autoptr (GString) out = g_string_new (NULL);
  gsize length;
  const char *text = g_bytes_get_data (body, &length);
  gint64 counted = relais_count_decode (dialect, text, length);

  g_assert_cmpint (prompt == NULL, ==, error != NULL);
  g_assert_cmpint (counted, >=, -1);
  for (RelaisDialectId id = 0; prompt != NULL && id < RELAIS_N_DIALECTS; id++)
    g_assert_cmpint (relais_count_estimate (prompt, id), >=, 0);
  if (counted < 0 || (dialect != RELAIS_DIALECT_ANTHROPIC && dialect != RELAIS_DIALECT_GEMINI))
    return;
  relais_count_encode (dialect, counted, out);
  check_json (out->str, out->len);
  g_assert_cmpint (relais_count_decode (dialect, out->str, out->len), ==, counted);
}

static void
complete (GBytes *body)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RelaisPrompt) prompt =
               relais_openai_completions.decode_request (body, NULL, FALSE, &error);

  g_assert_cmpint (prompt == NULL, ==, error != NULL);
  if (prompt == NULL)
    return;
  g_assert_cmpuint (prompt->messages->len, <=, 1);
  g_assert_cmpuint (prompt->tools->len, ==, 0);
}

/* What is learnt once is known, and not learnt again. */
static void
learn (RelaisDialectId  dialect,
       GBytes          *body)
{
  gsize length;
  const char *words = g_bytes_get_data (body, &length);
  guint quirks = 0;

  for (guint i = 0; i <= 32; i++)
    {
      guint learnt = relais_quirks_learn (dialect, quirks, body, words, length);

      if (learnt == 0)
        return;
      g_assert_cmpuint (learnt & (learnt - 1), ==, 0);
      if (quirks & learnt)
        return;
      quirks ^= learnt;
    }
  g_assert_not_reached ();
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autoptr (GBytes) body = NULL;

  if (size == 0)
    return 0;
  body = g_bytes_new (data, size);
  embed (body);
  complete (body);
  for (RelaisDialectId dialect = 0; dialect < RELAIS_N_DIALECTS; dialect++)
    {
      count (dialect, body);
      ask (dialect, body);
      learn (dialect, body);
    }
  return 0;
}
