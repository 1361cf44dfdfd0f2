/* lent-store.c: preloaded, lets a program find another file in the place of the system's store of
 * certificates: that of RELAIS_TEST_STORE
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#undef _FILE_OFFSET_BITS /* it would make this fopen64, and GnuTLS calls the other */

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STORE "/etc/ssl/certs/ca-certificates.crt"

__attribute__ ((visibility ("default"))) FILE *
fopen (const char *path,
       const char *mode)
{
  FILE *(*real) (const char *, const char *) = dlsym (RTLD_NEXT, "fopen");
  const char *lent = getenv ("RELAIS_TEST_STORE");

  return real (lent != NULL && strcmp (path, STORE) == 0 ? lent : path, mode);
}
