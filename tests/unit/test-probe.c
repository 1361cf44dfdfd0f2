/* test-probe.c: model lists, and the smallest question and its answer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/relais-error.h"
#include "base/relais-json.h"
#include "dialects/relais-model-list.h"
#include "dialects/relais-probe.h"

static void
test_questions (void)
{
  static const char *const tails[] = { "chat/completions", "responses", "messages", "models/a/b%20c:generateContent" };

  for (int dialect = 0; dialect < RELAIS_N_DIALECTS; dialect++)
    {
      g_autofree char *body = relais_probe_encode (dialect, "a/b c", "say \"hi\"");
      g_autofree char *tail = relais_probe_dup_tail (dialect, "a/b c");
      g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));
      g_autoptr (RelaisPrompt) prompt = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_cmpstr (tail, ==, tails[dialect]);
      prompt = relais_dialect_get (dialect)->decode_request (bytes, dialect == RELAIS_DIALECT_GEMINI ? "a/b c" : NULL,
                                                             FALSE, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (prompt->model, ==, "a/b c");
      g_assert_cmpuint (prompt->messages->len, ==, 1);
    }
}

static void
test_answers (void)
{
  static const char *const bodies[] = {
    "{\"model\":\"m\",\"choices\":[{\"message\":{\"content\":\"hi\"}}]}",
    "{\"model\":\"m\",\"output\":[{\"type\":\"reasoning\",\"summary\":[]},{\"type\":\"message\",\"content\":[{\"text\":\"hi\"}]}]}",
    "{\"model\":\"m\",\"content\":[{\"type\":\"thinking\",\"thinking\":\"hm\"},{\"type\":\"text\",\"text\":\"hi\"}]}",
    "{\"modelVersion\":\"m\",\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"hi\"}]}}]}",
  };

  for (int dialect = 0; dialect < RELAIS_N_DIALECTS; dialect++)
    {
      g_autofree char *text = NULL, *model = NULL, *no_text = NULL, *no_model = NULL;

      g_assert_true (relais_probe_decode (dialect, bodies[dialect], strlen (bodies[dialect]),
                                          &text, &model));
      g_assert_cmpstr (text, ==, "hi");
      g_assert_cmpstr (model, ==, "m");
      g_assert_false (relais_probe_decode (dialect, "[1]", 3, &no_text, &no_model));
    }
}

static void
test_lists (void)
{
  const char *openai = "{\"data\":[{\"id\":\"a\"},{\"id\":7},{},\"x\",{\"id\":\"\"},{\"id\":\"models/b\"}]}";
  const char *gemini = "{\"models\":[{\"name\":\"models/c\"},{\"name\":\"d\"}]}";
  g_autoptr (GPtrArray) first = relais_model_list_decode (RELAIS_DIALECT_ANTHROPIC, openai,
                                                          strlen (openai), NULL);
  g_autoptr (GPtrArray) second = relais_model_list_decode (RELAIS_DIALECT_GEMINI, gemini,
                                                           strlen (gemini), NULL);
  static const char *const bad[] = { "", "[]", "{}", "{\"data\":{}}", "<html>", "{\"data\":[" };

  g_assert_cmpuint (first->len, ==, 2);
  g_assert_cmpstr (g_ptr_array_index (first, 0), ==, "a");
  g_assert_cmpstr (g_ptr_array_index (first, 1), ==, "b");
  g_assert_cmpuint (second->len, ==, 2);
  g_assert_cmpstr (g_ptr_array_index (second, 0), ==, "c");
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (relais_model_list_decode (RELAIS_DIALECT_OPENAI_CHAT, bad[i], strlen (bad[i]),
                                               &error));
      g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_REQUEST);
    }
}

static void
test_long_list (void)
{
  g_autoptr (GString) body = g_string_new ("{\"data\":[{\"id\":\"m\"}");
  g_autoptr (GPtrArray) ids = NULL;

  for (guint i = 0; i < 6000; i++)
    g_string_append_printf (body, ",{\"id\":\"m-%u\"}", i);
  g_string_append (body, "]}");
  ids = relais_model_list_decode (RELAIS_DIALECT_OPENAI_CHAT, body->str, body->len, NULL);
  g_assert_cmpuint (ids->len, ==, 5000);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/probe/questions", test_questions);
  g_test_add_func ("/probe/answers", test_answers);
  g_test_add_func ("/probe/lists", test_lists);
  g_test_add_func ("/probe/long-list", test_long_list);
  return g_test_run ();
}
