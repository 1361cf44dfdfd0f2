/* fuzz-models.c: any text as a vendor's model list, in each dialect
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "dialects/relais-model-list.h"

#include "relais-fuzz.h"

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autofree char *text = g_memdup2 (data, size);

  for (RelaisDialectId dialect = 0; dialect < RELAIS_N_DIALECTS; dialect++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) ids = relais_model_list_decode (dialect, text, size, &error);

      g_assert_cmpint (ids == NULL, ==, error != NULL);
      for (guint i = 0; ids != NULL && i < ids->len; i++)
        {
          const char *id = g_ptr_array_index (ids, i);

          g_assert_true (g_utf8_validate (id, -1, NULL));
          g_assert_cmpuint (strlen (id), >, 0);
          g_assert_cmpuint (strlen (id), <=, 256);
        }
    }
  return 0;
}
