/* fuzz-tap.c: however an answer is cut up, the tap says the same of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "dialects/relais-tap.h"

#include "relais-fuzz.h"

static RelaisTap *
read_in_pieces (const char *bytes,
                gsize       length,
                RelaisForm  form,
                gsize       first,
                gsize       piece)
{
  RelaisTap *tap = relais_tap_new (relais_dialect_get (FUZZ_DIALECT), form, 8192);
  gsize at = 0;

  for (gsize n = first; at < length; n = piece)
    {
      gsize take = MIN (n, length - at);
      g_autofree char *copy = g_memdup2 (bytes + at, take);

      relais_tap_feed (tap, copy, take);
      at += take;
    }
  relais_tap_end (tap);
  return tap;
}

static void
check_usage (const RelaisUsage *usage)
{
  const gint64 counts[] = { usage->input, usage->cache_read, usage->cache_write, usage->output,
                            usage->reasoning };

  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      g_assert_cmpint (counts[i], >=, -1);
      g_assert_cmpint (counts[i], <, G_MAXINT64);
    }
  g_assert_cmpint (relais_usage_total (usage), >=, 0);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  const char *bytes = (const char *)data;
  gsize cut;
  RelaisForm last = FUZZ_DIALECT == RELAIS_DIALECT_GEMINI ? RELAIS_FORM_ARRAY : RELAIS_FORM_SSE;

  if (size == 0)
    return 0;
  cut = relais_fuzz_pick (data, size);
  for (RelaisForm form = RELAIS_FORM_WHOLE; form <= last; form++)
    {
      g_autoptr (RelaisTap) whole = read_in_pieces (bytes, size, form, size, size);
      g_autoptr (RelaisTap) split = read_in_pieces (bytes, size, form, cut, size);
      g_autoptr (RelaisTap) single = read_in_pieces (bytes, size, form, 1, 1);
      RelaisTap *const others[] = { split, single };

      check_usage (relais_tap_get_usage (whole));
      if (relais_tap_get_error (whole) != NULL)
        {
          g_assert_true (g_utf8_validate (relais_tap_get_error (whole), -1, NULL));
          g_assert_cmpuint (strlen (relais_tap_get_error (whole)), <=, 2048);
        }
      for (guint i = 0; i < G_N_ELEMENTS (others); i++)
        {
          g_assert_cmpmem (relais_tap_get_usage (whole), sizeof (RelaisUsage),
                           relais_tap_get_usage (others[i]), sizeof (RelaisUsage));
          g_assert_cmpint (relais_tap_get_finish (whole), ==, relais_tap_get_finish (others[i]));
          g_assert_cmpint (relais_tap_is_complete (whole), ==, relais_tap_is_complete (others[i]));
          g_assert_cmpint (relais_tap_is_between (whole), ==, relais_tap_is_between (others[i]));
          g_assert_cmpstr (relais_tap_get_error (whole), ==, relais_tap_get_error (others[i]));
        }
    }
  return 0;
}
