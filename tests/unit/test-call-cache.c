/* test-call-cache.c: what is remembered of tool calls, and for how long
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "server/relais-call-cache.h"

static void
put (RelaisCallCache *cache,
     const char      *call_id,
     const char      *account_id,
     gsize            thinking_bytes,
     gint64           now_us)
{
  g_autoptr (GPtrArray) thinking =
               g_ptr_array_new_with_free_func ((GDestroyNotify)relais_part_free);
  RelaisPart *part = relais_part_new (RELAIS_PART_THINKING);
  RelaisRecall recall = { .origin = RELAIS_ORIGIN_ANTHROPIC, .id = "toolu_1", .thinking = thinking };

  part->text = g_strnfill (thinking_bytes, 'x');
  part->signature = g_strdup ("signed");
  g_ptr_array_add (thinking, part);
  relais_call_cache_put (cache, call_id, account_id, &recall, now_us);
}

static void
test_recall (void)
{
  g_autoptr (RelaisCallCache) cache = relais_call_cache_new ();
  RelaisRecall signed_call = { .origin = RELAIS_ORIGIN_GEMINI, .id = "fc-7", .signature = "c2ln" };
  const RelaisRecall *found;

  put (cache, "call_a", "one", 10, 1);
  relais_call_cache_put (cache, "call_b", "one", &signed_call, 2);
  found = relais_call_cache_lookup (cache, "call_a", 3);
  g_assert_cmpint (found->origin, ==, RELAIS_ORIGIN_ANTHROPIC);
  g_assert_cmpuint (found->thinking->len, ==, 1);
  g_assert_cmpstr (((RelaisPart *)g_ptr_array_index (found->thinking, 0))->text, ==, "xxxxxxxxxx");
  g_assert_cmpstr (((RelaisPart *)g_ptr_array_index (found->thinking, 0))->signature, ==, "signed");
  found = relais_call_cache_lookup (cache, "call_b", 3);
  g_assert_cmpstr (found->id, ==, "fc-7");
  g_assert_cmpstr (found->signature, ==, "c2ln");
  g_assert_null (found->thinking);
  g_assert_null (relais_call_cache_lookup (cache, "call_c", 3));
  g_assert_null (relais_call_cache_lookup (cache, NULL, 3));

  /* the same id again takes the place of the first */
  relais_call_cache_put (cache, "call_a", "one", &signed_call, 4);
  g_assert_cmpuint (relais_call_cache_get_length (cache), ==, 2);
  g_assert_null (relais_call_cache_lookup (cache, "call_a", 4)->thinking);
}

static void
test_age (void)
{
  g_autoptr (RelaisCallCache) cache = relais_call_cache_new ();

  put (cache, "old", "one", 1, 0);
  put (cache, "used", "one", 1, 0);
  g_assert_nonnull (relais_call_cache_lookup (cache, "used", RELAIS_CALL_CACHE_MAX_AGE_US));
  g_assert_null (relais_call_cache_lookup (cache, "old", RELAIS_CALL_CACHE_MAX_AGE_US + 1));
  g_assert_nonnull (relais_call_cache_lookup (cache, "used", RELAIS_CALL_CACHE_MAX_AGE_US + 1));
  g_assert_cmpuint (relais_call_cache_get_length (cache), ==, 1);
}

static void
test_entries (void)
{
  g_autoptr (RelaisCallCache) cache = relais_call_cache_new ();

  for (guint i = 0; i < RELAIS_CALL_CACHE_MAX_ENTRIES + 2; i++)
    {
      g_autofree char *id = g_strdup_printf ("call_%u", i);

      put (cache, id, "one", 1, i);
      if (i == 2)
        g_assert_nonnull (relais_call_cache_lookup (cache, "call_0", i));
    }
  g_assert_cmpuint (relais_call_cache_get_length (cache), ==, RELAIS_CALL_CACHE_MAX_ENTRIES);
  /* the least recently used went */
  g_assert_nonnull (relais_call_cache_lookup (cache, "call_0", 5000));
  g_assert_null (relais_call_cache_lookup (cache, "call_1", 5000));
  g_assert_null (relais_call_cache_lookup (cache, "call_2", 5000));
  g_assert_nonnull (relais_call_cache_lookup (cache, "call_3", 5000));
}

static void
test_bytes (void)
{
  g_autoptr (RelaisCallCache) cache = relais_call_cache_new ();
  g_autofree char *long_signature = g_strnfill (RELAIS_CALL_CACHE_MAX_ENTRY_BYTES, 's');
  RelaisRecall recall = { .origin = RELAIS_ORIGIN_GEMINI, .signature = long_signature };

  /* too much thinking: ids and signature stay */
  put (cache, "large", "one", RELAIS_CALL_CACHE_MAX_ENTRY_BYTES, 0);
  g_assert_null (relais_call_cache_lookup (cache, "large", 0)->thinking);
  g_assert_cmpstr (relais_call_cache_lookup (cache, "large", 0)->id, ==, "toolu_1");
  relais_call_cache_put (cache, "larger", "one", &recall, 0);
  g_assert_null (relais_call_cache_lookup (cache, "larger", 0));

  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *id = g_strdup_printf ("call_%u", i);

      put (cache, id, "one", RELAIS_CALL_CACHE_MAX_ENTRY_BYTES * 7 / 8, i);
    }
  g_assert_cmpuint (relais_call_cache_get_size (cache), <=, RELAIS_CALL_CACHE_MAX_BYTES);
  g_assert_cmpuint (relais_call_cache_get_length (cache), >, 100);
  g_assert_null (relais_call_cache_lookup (cache, "call_0", 200));
  g_assert_nonnull (relais_call_cache_lookup (cache, "call_199", 200));
}

static void
test_forget (void)
{
  g_autoptr (RelaisCallCache) cache = relais_call_cache_new ();

  put (cache, "a", "one", 1, 0);
  put (cache, "b", "two", 1, 0);
  put (cache, "c", "one", 1, 0);
  relais_call_cache_forget_account (cache, "one");
  g_assert_cmpuint (relais_call_cache_get_length (cache), ==, 1);
  g_assert_nonnull (relais_call_cache_lookup (cache, "b", 0));
  relais_call_cache_forget_account (cache, "two");
  g_assert_cmpuint (relais_call_cache_get_size (cache), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/call-cache/recall", test_recall);
  g_test_add_func ("/call-cache/age", test_age);
  g_test_add_func ("/call-cache/entries", test_entries);
  g_test_add_func ("/call-cache/bytes", test_bytes);
  g_test_add_func ("/call-cache/forget", test_forget);
  return g_test_run ();
}
