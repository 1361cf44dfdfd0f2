/* relais-setup-ledger.h: what was done to a client's files, for the way back
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  char *path;
  char *backup;     /* as it was; NULL where there was none */
  char *folder;     /* the outermost that was made for it, or NULL */
  char *written;    /* SHA-256 of what was put there, in hexadecimal digits */
  gboolean changed; /* by another, between two set-ups */
} RelaisSetupEntry;

GPtrArray        *relais_setup_ledger_load (const char  *path,
                                            GError     **error);
gboolean          relais_setup_ledger_save (GPtrArray   *ledger,
                                            const char  *path,
                                            GError     **error);
RelaisSetupEntry *relais_setup_ledger_find (GPtrArray   *ledger,
                                            const char  *path);
GPtrArray        *relais_setup_ledger_new  (void);

G_END_DECLS
