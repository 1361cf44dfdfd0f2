/* test-event.c: a failure copies whole
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "base/relais-error.h"
#include "model/relais-event.h"

static void
test_failure (void)
{
  RelaisFailure *failure = relais_failure_new (RELAIS_ERROR_RATE_LIMIT, "wait %d s, 100 %%", 5);
  g_autoptr (RelaisFailure) copy = NULL;

  g_assert_cmpint (failure->code, ==, RELAIS_ERROR_RATE_LIMIT);
  g_assert_cmpuint (failure->status, ==, 0);
  g_assert_cmpint (failure->retry_after_ms, ==, -1);
  g_assert_cmpstr (failure->message, ==, "wait 5 s, 100 %");
  g_assert_null (failure->param);
  failure->status = 429;
  failure->retry_after_ms = 5000;
  failure->param = g_strdup ("model");
  failure->code_name = g_strdup ("slow_down");

  copy = relais_failure_copy (failure);
  relais_failure_free (failure);
  g_assert_cmpint (copy->code, ==, RELAIS_ERROR_RATE_LIMIT);
  g_assert_cmpuint (copy->status, ==, 429);
  g_assert_cmpint (copy->retry_after_ms, ==, 5000);
  g_assert_cmpstr (copy->message, ==, "wait 5 s, 100 %");
  g_assert_cmpstr (copy->param, ==, "model");
  g_assert_cmpstr (copy->code_name, ==, "slow_down");
  g_assert_null (relais_failure_copy (NULL));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/event/failure", test_failure);
  return g_test_run ();
}
