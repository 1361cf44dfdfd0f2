/* test-limits.c: the limits a person may change
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "base/relais-error.h"
#include "base/relais-limits.h"

/* The total goes with the first byte: it would cut it short, or never be met. */
static void
test_timeouts (void)
{
  static const int good[] = { RELAIS_TIMEOUT_MIN_MS, 90 * 1000, RELAIS_TIMEOUT_MAX_MS };
  static const int bad[] = { 0, -1, RELAIS_TIMEOUT_MIN_MS - 1, RELAIS_TIMEOUT_MAX_MS + 1,
                             G_MAXINT };
  RelaisLimits limits;

  relais_limits_init (&limits);
  g_assert_cmpuint (limits.upstream_first_byte_timeout_ms, ==, 600 * 1000);
  g_assert_cmpuint (limits.upstream_total_timeout_ms, ==, 660 * 1000);
  g_assert_cmpuint (limits.upstream_gap_timeout_ms, ==, 300 * 1000);
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_assert_true (relais_limits_set_first_byte_timeout (&limits, good[i], NULL));
      g_assert_true (relais_limits_set_gap_timeout (&limits, good[i], NULL));
      g_assert_cmpuint (limits.upstream_first_byte_timeout_ms, ==, good[i]);
      g_assert_cmpuint (limits.upstream_total_timeout_ms, ==, good[i] + 60 * 1000);
      g_assert_cmpuint (limits.upstream_gap_timeout_ms, ==, good[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (relais_limits_set_first_byte_timeout (&limits, bad[i], &error));
      g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING);
      g_assert_cmpstr (error->message, ==, "An upstream can be waited for from 1 to 3600 seconds.");
      g_assert_false (relais_limits_set_gap_timeout (&limits, bad[i], NULL));
      g_assert_cmpuint (limits.upstream_first_byte_timeout_ms, ==, RELAIS_TIMEOUT_MAX_MS);
      g_assert_cmpuint (limits.upstream_total_timeout_ms, ==, RELAIS_TIMEOUT_MAX_MS + 60 * 1000);
      g_assert_cmpuint (limits.upstream_gap_timeout_ms, ==, RELAIS_TIMEOUT_MAX_MS);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/limits/timeouts", test_timeouts);
  return g_test_run ();
}
