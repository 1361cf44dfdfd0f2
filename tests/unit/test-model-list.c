/* test-model-list.c: the ids in vendors' lists, and nothing that is none
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/relais-error.h"
#include "dialects/relais-model-list.h"

static void
check (RelaisDialectId  dialect,
       const char      *json,
       const char      *wanted)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) ids = relais_model_list_decode (dialect, json, strlen (json), &error);
  g_autofree char *joined = NULL;

  if (wanted == NULL)
    {
      g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_REQUEST);
      g_assert_null (ids);
      return;
    }
  g_assert_no_error (error);
  g_ptr_array_add (ids, NULL);
  joined = g_strjoinv (" ", (char **)ids->pdata);
  g_assert_cmpstr (joined, ==, wanted);
}

static void
test_shapes (void)
{
  const char *data = "{\"data\":[{\"id\":\"b\"},{\"id\":\"a/c\"},{\"id\":\"\"},{\"id\":7},{},3,{\"name\":\"x\"}]}";
  const char *models = "{\"models\":[{\"name\":\"models/g\"},{\"name\":\"tunedModels/t\"},{\"name\":\"models/\"},"
                       "{\"name\":\"bare\"}]}";

  check (RELAIS_DIALECT_OPENAI_CHAT, data, "b a/c");
  check (RELAIS_DIALECT_OPENAI_RESPONSES, data, "b a/c");
  check (RELAIS_DIALECT_ANTHROPIC, data, "b a/c");
  check (RELAIS_DIALECT_OPENAI_CHAT, "[{\"id\":\"b\"},{\"id\":\"a/c\"}]", "b a/c");
  check (RELAIS_DIALECT_GEMINI, models, "g tunedModels/t bare");
  check (RELAIS_DIALECT_GEMINI, "{\"models\":[]}", "");
}

/* What says that it answers no prompts is left out; what says nothing is not. */
static void
test_methods (void)
{
  check (RELAIS_DIALECT_GEMINI,
         "{\"models\":[{\"name\":\"models/e\",\"supportedGenerationMethods\":[\"embedContent\"]},"
         "{\"name\":\"models/g\",\"supportedGenerationMethods\":[\"countTokens\",\"generateContent\"]},"
         "{\"name\":\"models/n\",\"supportedGenerationMethods\":[]},"
         "{\"name\":\"models/u\",\"supportedGenerationMethods\":null},{\"name\":\"models/v\"}]}",
         "g u v");
  check (RELAIS_DIALECT_OPENAI_CHAT, "{\"data\":[{\"id\":\"o\",\"supportedGenerationMethods\":[]}]}", "o");
}

static void
test_refusals (void)
{
  static const char *const bodies[] = { "", "[]", "{}", "<html>", "{\"data\":{}}", "{\"data\":null}", "{\"data\":[" };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      check (RELAIS_DIALECT_OPENAI_CHAT, bodies[i], NULL);
      check (RELAIS_DIALECT_GEMINI, bodies[i], NULL);
    }
  check (RELAIS_DIALECT_GEMINI, "{\"data\":[{\"id\":\"a\"}]}", NULL);
}

static void
test_bounds (void)
{
  g_autoptr (GString) json = g_string_new ("{\"data\":[");
  g_autoptr (GPtrArray) ids = NULL;
  g_autofree char *fits = g_strnfill (256, 'f');
  g_autofree char *long_one = g_strnfill (257, 'l');

  g_string_append_printf (json, "{\"id\":\"%s\"},{\"id\":\"%s\"}", long_one, fits);
  for (guint i = 0; i < 5200; i++)
    g_string_append_printf (json, ",{\"id\":\"m%u\"}", i);
  g_string_append (json, "]}");
  ids = relais_model_list_decode (RELAIS_DIALECT_ANTHROPIC, json->str, json->len, NULL);
  g_assert_cmpuint (ids->len, ==, 5000);
  g_assert_cmpstr (g_ptr_array_index (ids, 0), ==, fits);
  g_assert_cmpstr (g_ptr_array_index (ids, 4999), ==, "m4998");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model-list/shapes", test_shapes);
  g_test_add_func ("/model-list/methods", test_methods);
  g_test_add_func ("/model-list/refusals", test_refusals);
  g_test_add_func ("/model-list/bounds", test_bounds);
  return g_test_run ();
}
