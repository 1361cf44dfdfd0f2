/* test-trace.c: steps of a trace, bounded and shared
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "monitor/relais-trace.h"

static void
test_line (void)
{
  g_autoptr (GPtrArray) trace = relais_trace_new ();
  g_autofree char *none = relais_trace_dup_line (trace);
  g_autofree char *first = NULL, *second = NULL;

  g_assert_null (none);
  g_assert_null (relais_trace_dup_line (NULL));
  relais_trace_add (trace, RELAIS_TRACE_TRIED, "Work", "limited", "secret words")->status = 429;
  first = relais_trace_dup_line (trace);
  g_assert_null (first);
  relais_trace_add (trace, RELAIS_TRACE_HELD, NULL, NULL, NULL)->took_us = 7 * G_USEC_PER_SEC;
  relais_trace_add (trace, RELAIS_TRACE_SKIPPED, "Old", "bad-key", NULL);
  relais_trace_add (trace, RELAIS_TRACE_TRIED, "Home", "served", NULL)->status = 200;
  second = relais_trace_dup_line (trace);
  g_assert_cmpstr (second, ==, "“Work” limited 429, held 7.0 s, “Old” left out: bad-key");
}

/* Who else could have served is no detour. */
static void
test_behind (void)
{
  g_autoptr (GPtrArray) trace = relais_trace_new ();
  g_autoptr (GPtrArray) behind = relais_trace_new ();
  g_autofree char *none = NULL, *line = NULL;

  relais_trace_add (behind, RELAIS_TRACE_BEHIND, "Spare", "fallback", NULL);
  relais_trace_add (trace, RELAIS_TRACE_TRIED, "Home", "served", NULL);
  relais_trace_append (trace, behind);
  none = relais_trace_dup_line (trace);
  g_assert_null (none);
  g_ptr_array_set_size (trace, 0);
  for (guint i = 0; i < RELAIS_TRACE_MAX; i++)
    relais_trace_add (trace, RELAIS_TRACE_SKIPPED, "Old", "bad-key", NULL);
  relais_trace_append (trace, behind);
  g_assert_cmpuint (trace->len, ==, RELAIS_TRACE_MAX);
  g_assert_cmpstr (((RelaisTraceStep *)trace->pdata[RELAIS_TRACE_MAX - 1])->account, ==, "Spare");
  line = relais_trace_dup_line (trace);
  g_assert_null (strstr (line, "Spare"));
}

static void
test_bounds (void)
{
  g_autoptr (GPtrArray) trace = relais_trace_new ();
  g_autoptr (GPtrArray) copy = NULL;
  g_autoptr (GString) words = g_string_new (NULL);
  RelaisTraceStep *step;

  for (guint i = 0; i < 200; i++)
    g_string_append (words, "é");
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *account = g_strdup_printf ("%u", i);

      relais_trace_add (trace, RELAIS_TRACE_TRIED, account, "fault", words->str);
    }
  g_assert_cmpuint (trace->len, ==, RELAIS_TRACE_MAX);
  step = g_ptr_array_index (trace, 0);
  g_assert_cmpstr (step->account, ==, "0");
  step = g_ptr_array_index (trace, RELAIS_TRACE_MAX - 1);
  g_assert_cmpstr (step->account, ==, "99");
  g_assert_cmpuint (strlen (step->words), <=, RELAIS_TRACE_WORDS_MAX);
  g_assert_true (g_utf8_validate (step->words, -1, NULL));
  /* a copy outlives its source, and does not grow with it */
  copy = relais_trace_copy (trace);
  relais_trace_add (trace, RELAIS_TRACE_TRIED, "new", "served", NULL);
  g_clear_pointer (&trace, g_ptr_array_unref);
  step = g_ptr_array_index (copy, RELAIS_TRACE_MAX - 1);
  g_assert_cmpstr (step->account, ==, "99");
  g_assert_null (relais_trace_copy (NULL));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/trace/behind", test_behind);
  g_test_add_func ("/trace/line", test_line);
  g_test_add_func ("/trace/bounds", test_bounds);
  return g_test_run ();
}
