/* relais-setup-file.h: small text files read whole and written whole
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define RELAIS_SETUP_FILE_MAX (1024 * 1024)

typedef struct
{
  char *path; /* of the file itself, links followed */
  char *text; /* NULL where there is no file */
  guint mode; /* permission bits */
} RelaisSetupFile;

RelaisSetupFile *relais_setup_file_read    (const char             *path,
                                            GError                **error);
void             relais_setup_file_free    (RelaisSetupFile        *self);
gboolean         relais_setup_file_write   (const RelaisSetupFile  *self,
                                            const char             *text,
                                            GError                **error);
char            *relais_setup_file_back_up (const RelaisSetupFile  *self,
                                            const char             *suffix,
                                            GError                **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelaisSetupFile, relais_setup_file_free)

G_END_DECLS
