/* test-glean.c: what taps take from an answer, and what they leave
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "dialects/relais-glean-private.h"

static void
test_mentions (void)
{
  const char *json = "{\"error\":1,\"text\":\"\\\"usage\\\"\"}";

  g_assert_true (relais_glean_mentions (json, strlen (json), "\"error\""));
  g_assert_false (relais_glean_mentions (json, strlen (json), "\"usage\""));
  g_assert_false (relais_glean_mentions (json, 5, "\"error\""));
}

static void
test_count (void)
{
  const char *json = "{\"a\":7,\"b\":-1,\"c\":\"7\",\"d\":9223372036854775807,\"e\":null,\"f\":0,\"g\":1.5}";
  g_autoptr (RelaisJson) tree = relais_json_parse (json, strlen (json), 8, NULL);
  const RelaisJsonNode *root = relais_json_get_root (tree);
  static const char *const refused[] = { "b", "c", "e", "g", "missing" };
  gint64 count = 3;

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_assert_false (relais_glean_count (root, refused[i], &count));
      g_assert_cmpint (count, ==, 3);
    }
  g_assert_false (relais_glean_count (NULL, "a", &count));
  g_assert_true (relais_glean_count (root, "a", &count));
  g_assert_cmpint (count, ==, 7);
  g_assert_true (relais_glean_count (root, "f", &count));
  g_assert_cmpint (count, ==, 0);
  /* Sums of a few of the largest must not go over. */
  g_assert_true (relais_glean_count (root, "d", &count));
  g_assert_cmpint (count, ==, G_MAXINT64 / 16);
}

static void
check_error (const char *json,
             const char *wanted)
{
  g_autoptr (RelaisJson) tree = relais_json_parse (json, strlen (json), 8, NULL);
  g_autofree char *message = g_strdup ("before");

  g_assert_nonnull (tree);
  relais_glean_error (relais_json_get_root (tree), &message);
  g_assert_cmpstr (message, ==, wanted);
}

static void
test_error (void)
{
  g_autoptr (GString) json = g_string_new ("\"");
  g_autofree char *message = NULL;
  g_autoptr (RelaisJson) tree = NULL;

  check_error ("{\"message\":\"no luck\",\"code\":3}", "no luck");
  check_error ("\"no luck\"", "no luck");
  check_error ("null", "before");
  check_error ("{\"code\":3}", "The upstream reported an error without a message");
  check_error ("{\"message\":{}}", "The upstream reported an error without a message");
  /* 2048 is no multiple of 3: the cut must not go through a character. */
  for (guint i = 0; i < 2000; i++)
    g_string_append (json, "日");
  g_string_append_c (json, '"');
  tree = relais_json_parse (json->str, json->len, 8, NULL);
  relais_glean_error (relais_json_get_root (tree), &message);
  g_assert_cmpuint (strlen (message), ==, 2046);
  g_assert_true (g_utf8_validate (message, -1, NULL));
}

static void
check_detail (const char *json,
              const char *wanted)
{
  g_autoptr (RelaisJson) tree = relais_json_parse (json, strlen (json), 8, NULL);
  g_autofree char *message = NULL;

  g_assert_nonnull (tree);
  relais_glean_detail (relais_json_get_root (tree), &message);
  g_assert_cmpstr (message, ==, wanted);
}

static void
test_detail (void)
{
  g_autoptr (GString) json = g_string_new ("{\"detail\":[");
  g_autoptr (RelaisJson) tree = NULL;
  g_autofree char *message = g_strdup ("before");

  check_detail ("{\"detail\":\"Not Found\"}", "Not Found");
  check_detail ("{\"detail\":{\"message\":\"no luck\"}}", "no luck");
  check_detail ("{\"detail\":[{\"type\":\"missing\",\"loc\":[\"body\",\"messages\",0,\"content\"],\"msg\":\"Field required\",\"input\":{}},"
                "{\"loc\":[],\"msg\":\"and more\"},\"plain\"]}",
                "body.messages.0.content: Field required; and more; plain");
  check_detail ("{\"detail\":[{\"msg\":\"Field required\"}]}", "Field required");
  check_detail ("{\"detail\":[]}", NULL);
  check_detail ("{\"detail\":null}", NULL);
  check_detail ("{\"usage\":{}}", NULL);
  check_detail ("[]", NULL);
  for (guint i = 0; i < 3000; i++)
    g_string_append (json, i > 0 ? ",\"no\"" : "\"no\"");
  g_string_append (json, "]}");
  tree = relais_json_parse (json->str, json->len, 8, NULL);
  relais_glean_detail (relais_json_get_root (tree), &message);
  g_assert_cmpstr (message, ==, "before");
  g_clear_pointer (&message, g_free);
  relais_glean_detail (relais_json_get_root (tree), &message);
  g_assert_cmpuint (strlen (message), <=, 2048);
  g_assert_cmpuint (strlen (message), >, 2000);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/glean/mentions", test_mentions);
  g_test_add_func ("/glean/count", test_count);
  g_test_add_func ("/glean/error", test_error);
  g_test_add_func ("/glean/detail", test_detail);
  return g_test_run ();
}
