/* fuzz-probe.c: any text as the answer to a probe, in each dialect
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/relais-json.h"
#include "dialects/relais-probe.h"

#include "relais-fuzz.h"

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autofree char *bytes = g_memdup2 (data, size);
  g_autofree char *valid = g_utf8_make_valid ((const char *)data, MIN (size, 512));

  for (RelaisDialectId dialect = 0; dialect < RELAIS_N_DIALECTS; dialect++)
    {
      g_autofree char *text = NULL;
      g_autofree char *model = NULL;
      g_autofree char *request = relais_probe_encode (dialect, valid, valid);
      g_autofree char *tail = relais_probe_dup_tail (dialect, valid);
      g_autoptr (RelaisJson) tree =
                   relais_json_parse (request, strlen (request), RELAIS_JSON_MAX_DEPTH, NULL);
      gboolean found = relais_probe_decode (dialect, bytes, size, &text, &model);

      g_assert_cmpint (found, ==, text != NULL);
      if (text != NULL)
        g_assert_true (g_utf8_validate (text, -1, NULL));
      if (model != NULL)
        g_assert_true (g_utf8_validate (model, -1, NULL));
      g_assert_nonnull (tree);
      /* A path without a query of its own. */
      g_assert_null (strpbrk (tail, " ?#\r\n"));
    }
  return 0;
}
