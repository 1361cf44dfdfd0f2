/* test-changes.c: reports of what a translation changed, also where there is very much of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "model/relais-changes.h"

static void
fill (RelaisChanges *changes,
      gboolean       notable,
      guint          n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *field = g_strdup_printf ("messages[%u]", i);

      relais_changes_add (changes, RELAIS_CHANGE_RENAMED, notable, field, "too long");
    }
}

static void
test_limit (void)
{
  g_autoptr (RelaisChanges) changes = relais_changes_new ();
  g_autofree char *header = NULL;

  fill (changes, FALSE, RELAIS_CHANGES_MAX + 10);
  g_assert_cmpuint (relais_changes_get_length (changes), ==, RELAIS_CHANGES_MAX);
  relais_changes_add (changes, RELAIS_CHANGE_DROPPED, TRUE, "seed", "no such setting");
  header = relais_changes_dup_header (changes);
  g_assert_cmpstr (header, ==, "seed");
  g_assert_cmpstr (relais_changes_get_notable (changes)->field, ==, "seed");
}

static void
test_limit_of_notable (void)
{
  g_autoptr (RelaisChanges) changes = relais_changes_new ();

  fill (changes, TRUE, 3 * RELAIS_CHANGES_MAX);
  g_assert_cmpuint (relais_changes_get_length (changes), ==, 2 * RELAIS_CHANGES_MAX);
}

static void
test_raised (void)
{
  g_autoptr (RelaisChanges) changes = relais_changes_new ();

  relais_changes_add (changes, RELAIS_CHANGE_APPROXIMATED, FALSE, "tools[0]", "wrapped");
  relais_changes_add (changes, RELAIS_CHANGE_APPROXIMATED, TRUE, "tools[0]", "some of its schema is lost");
  relais_changes_add (changes, RELAIS_CHANGE_APPROXIMATED, FALSE, "tools[0]", "wrapped");
  g_assert_cmpuint (relais_changes_get_length (changes), ==, 1);
  g_assert_cmpstr (relais_changes_get_notable (changes)->field, ==, "tools[0]");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/changes/limit", test_limit);
  g_test_add_func ("/changes/limit-of-notable", test_limit_of_notable);
  g_test_add_func ("/changes/raised", test_raised);
  return g_test_run ();
}
