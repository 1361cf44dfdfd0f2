/* fuzz-accounts.c: any accounts file is refused, or its accounts write back as they were read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "accounts/relais-account-json.h"
#include "base/relais-error.h"

#include "relais-fuzz.h"

static char *
to_text (const RelaisAccount *account)
{
  g_autoptr (JsonObject) object = relais_account_to_json (account);
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);

  return json_to_string (node, FALSE);
}

static void
check_account (const RelaisAccount *account)
{
  g_autoptr (JsonObject) object = relais_account_to_json (account);
  g_autoptr (GError) error = NULL;
  g_autoptr (RelaisAccount) again = relais_account_new_from_json (object, &error);
  g_autofree char *first = to_text (account);
  g_autofree char *second = NULL;

  g_assert_no_error (error);
  second = to_text (again);
  g_assert_cmpstr (first, ==, second);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  int file = memfd_create ("accounts", MFD_CLOEXEC);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", file);
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) accounts = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (file, >=, 0);
  g_assert_cmpint (fchmod (file, 0600), ==, 0);
  g_assert_cmpint (write (file, data, size), ==, size);
  accounts = relais_account_list_load (path, notes, &error);
  g_assert_cmpint (accounts == NULL, ==, error != NULL);
  for (guint i = 0; accounts != NULL && i < accounts->len; i++)
    check_account (g_ptr_array_index (accounts, i));
  close (file);
  return 0;
}
