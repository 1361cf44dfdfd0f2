/* test-count-cache.c: counts of tokens are remembered for a minute, and so many at most
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "server/relais-count-cache.h"

#define MINUTE RELAIS_COUNT_CACHE_MAX_AGE_US

static GBytes *
words (guint number)
{
  char *text = g_strdup_printf ("{\"n\":%u}", number);

  return g_bytes_new_take (text, strlen (text));
}

static gint64
lookup (RelaisCountCache *cache,
        const char       *account_id,
        guint             number,
        gint64            now_us)
{
  g_autoptr (GBytes) asked = words (number);

  return relais_count_cache_lookup (cache, account_id, asked, now_us);
}

static void
put (RelaisCountCache *cache,
     const char       *account_id,
     guint             number,
     gint64            n_tokens,
     gint64            now_us)
{
  g_autoptr (GBytes) asked = words (number);

  relais_count_cache_put (cache, account_id, asked, n_tokens, now_us);
}

static void
test_lookup (void)
{
  g_autoptr (RelaisCountCache) cache = relais_count_cache_new ();

  g_assert_cmpint (lookup (cache, "a", 1, 5), ==, -1);
  put (cache, "a", 1, 7, 5);
  put (cache, "a", 2, 0, 5);
  g_assert_cmpint (lookup (cache, "a", 1, 5), ==, 7);
  g_assert_cmpint (lookup (cache, "a", 2, 5), ==, 0);
  g_assert_cmpint (lookup (cache, "a", 3, 5), ==, -1);
  /* what one vendor counts another counts differently */
  g_assert_cmpint (lookup (cache, "b", 1, 5), ==, -1);
}

static void
test_age (void)
{
  g_autoptr (RelaisCountCache) cache = relais_count_cache_new ();

  put (cache, "a", 1, 7, 5);
  put (cache, "a", 2, 8, 9);
  g_assert_cmpint (lookup (cache, "a", 1, 5 + MINUTE - 1), ==, 7);
  /* neither a look nor another count of the same makes it younger */
  put (cache, "a", 1, 9, 5 + MINUTE - 1);
  g_assert_cmpint (lookup (cache, "a", 1, 5 + MINUTE), ==, -1);
  g_assert_cmpint (lookup (cache, "a", 2, 5 + MINUTE), ==, 8);
  g_assert_cmpuint (relais_count_cache_get_length (cache), ==, 1);
  put (cache, "a", 3, 1, 9 + MINUTE);
  g_assert_cmpuint (relais_count_cache_get_length (cache), ==, 1);
}

static void
test_bound (void)
{
  g_autoptr (RelaisCountCache) cache = relais_count_cache_new ();

  for (guint i = 0; i < RELAIS_COUNT_CACHE_MAX_ENTRIES + 10; i++)
    {
      put (cache, "a", i, i, i);
      g_assert_cmpuint (relais_count_cache_get_length (cache), <=, RELAIS_COUNT_CACHE_MAX_ENTRIES);
    }
  g_assert_cmpuint (relais_count_cache_get_length (cache), ==, RELAIS_COUNT_CACHE_MAX_ENTRIES);
  g_assert_cmpint (lookup (cache, "a", 9, 9), ==, -1);
  g_assert_cmpint (lookup (cache, "a", 10, 10), ==, 10);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/count-cache/lookup", test_lookup);
  g_test_add_func ("/count-cache/age", test_age);
  g_test_add_func ("/count-cache/bound", test_bound);
  return g_test_run ();
}
