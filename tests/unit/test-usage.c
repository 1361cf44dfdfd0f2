/* test-usage.c: counts are known or not, and add up without going over
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "model/relais-usage.h"

static void
test_update (void)
{
  RelaisUsage usage = RELAIS_USAGE_INIT;
  const RelaisUsage first = { 10, 4, -1, -1, -1 };
  const RelaisUsage second = { -1, 0, 2, 7, 3 };

  g_assert_false (relais_usage_is_known (&usage));
  relais_usage_update (&usage, &first);
  g_assert_true (relais_usage_is_known (&usage));
  relais_usage_update (&usage, &second);
  g_assert_cmpint (usage.input, ==, 10);
  g_assert_cmpint (usage.cache_read, ==, 0);
  g_assert_cmpint (usage.cache_write, ==, 2);
  g_assert_cmpint (usage.output, ==, 7);
  g_assert_cmpint (usage.reasoning, ==, 3);
  relais_usage_clear (&usage);
  g_assert_false (relais_usage_is_known (&usage));
}

/* A guess is known, but told by nobody; counts that come after it are no guess any more. */
static void
test_estimated (void)
{
  RelaisUsage usage = RELAIS_USAGE_INIT;
  const RelaisUsage guess = { 10, -1, -1, 4, -1, TRUE };
  const RelaisUsage counts = { 12, -1, -1, 5, -1, FALSE };

  g_assert_false (relais_usage_is_told (&usage));
  relais_usage_update (&usage, &guess);
  g_assert_true (relais_usage_is_known (&usage));
  g_assert_false (relais_usage_is_told (&usage));
  relais_usage_update (&usage, &counts);
  g_assert_true (relais_usage_is_told (&usage));
}

static void
test_known (void)
{
  for (guint i = 0; i < 5; i++)
    {
      gint64 counts[5] = { -1, -1, -1, -1, -1 };
      RelaisUsage usage;

      counts[i] = 0;
      usage = (RelaisUsage){ counts[0], counts[1], counts[2], counts[3], counts[4] };
      g_assert_true (relais_usage_is_known (&usage));
    }
}

static void
test_total (void)
{
  g_assert_cmpint (relais_usage_total (&(RelaisUsage)RELAIS_USAGE_INIT), ==, 0);
  g_assert_cmpint (relais_usage_total (&(RelaisUsage){ 3, 2, 1, 4, 2 }), ==, 7);
  g_assert_cmpint (relais_usage_total (&(RelaisUsage){ -1, 2, 1, 4, 2 }), ==, 4);
  g_assert_cmpint (relais_usage_total (&(RelaisUsage){ G_MAXINT64, -1, -1, 1, -1 }), ==,
                   G_MAXINT64);
  g_assert_cmpint (relais_usage_total (&(RelaisUsage){ G_MAXINT64 - 1, -1, -1, 1, -1 }), ==,
                   G_MAXINT64);
  g_assert_cmpint (relais_usage_or_zero (-1), ==, 0);
  g_assert_cmpint (relais_usage_or_zero (5), ==, 5);
}

static void
test_add (void)
{
  RelaisUsage usage = RELAIS_USAGE_INIT;
  RelaisUsage unknown = RELAIS_USAGE_INIT;
  RelaisUsage known = { 3, -1, -1, 4, 2, TRUE };

  relais_usage_add (&usage, &unknown);
  g_assert_false (relais_usage_is_known (&usage));
  relais_usage_add (&usage, &known);
  relais_usage_add (&usage, &unknown);
  relais_usage_add (&usage, &known);
  g_assert_cmpint (usage.input, ==, 6);
  g_assert_cmpint (usage.output, ==, 8);
  g_assert_cmpint (usage.reasoning, ==, 4);
  g_assert_cmpint (usage.cache_read, ==, -1);
  g_assert_true (usage.estimated);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/usage/update", test_update);
  g_test_add_func ("/usage/estimated", test_estimated);
  g_test_add_func ("/usage/known", test_known);
  g_test_add_func ("/usage/total", test_total);
  g_test_add_func ("/usage/add", test_add);
  return g_test_run ();
}
