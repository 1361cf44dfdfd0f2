/* relais-setup-client.h: which files of a client say where it sends its requests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What is written; borrowed. */
typedef struct
{
  const char *url; /* the gateway's root, without a slash at its end */
  const char *key;
  const char *model;
} RelaisSetupValues;

const char *const*relais_setup_client_get_files (const char               *client);
char             *relais_setup_client_edit      (const char               *client,
                                                 guint                     file,
                                                 const char               *text,
                                                 const RelaisSetupValues  *values,
                                                 GError                  **error);

G_END_DECLS
