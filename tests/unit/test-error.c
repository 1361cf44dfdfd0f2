/* test-error.c: every code that reaches a client has a status of its own kind
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "base/relais-error.h"

static void
test_status (void)
{
  g_assert_cmpuint (relais_error_get_status (RELAIS_ERROR_INVALID_REQUEST), ==, 400);
  g_assert_cmpuint (relais_error_get_status (RELAIS_ERROR_BAD_KEY), ==, 401);
  g_assert_cmpuint (relais_error_get_status (RELAIS_ERROR_MISDIRECTED), ==, 421);
  g_assert_cmpuint (relais_error_get_status (RELAIS_ERROR_LOOP), ==, 508);
  g_assert_cmpuint (relais_error_get_status (RELAIS_ERROR_KEYRING_LOCKED), ==, 500);
  g_assert_cmpuint (relais_error_get_status (9999), ==, 500);
  for (int code = 0; code <= RELAIS_ERROR_LOOP; code++)
    {
      guint status = relais_error_get_status (code);

      g_assert_cmpuint (status, >=, 400);
      g_assert_cmpuint (status, <, 600);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/error/status", test_status);
  return g_test_run ();
}
