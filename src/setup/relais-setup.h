/* relais-setup.h: a client's files made to send its requests here, and back
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "relais-setup-client.h"

G_BEGIN_DECLS

#define RELAIS_SETUP_ERROR (relais_setup_error_quark ())

typedef enum {
  RELAIS_SETUP_ERROR_UNREADABLE, /* a file is not what the client itself would write */
  RELAIS_SETUP_ERROR_CHANGED,    /* a file is not as it was left */
  RELAIS_SETUP_ERROR_FAILED,     /* the file system said no */
} RelaisSetupError;

/* Folders; borrowed. */
typedef struct
{
  const char *home;
  const char *config;
  const char *data; /* where it is kept what to undo */
} RelaisSetupPlaces;

typedef struct _RelaisSetup RelaisSetup;

GQuark       relais_setup_error_quark (void);
RelaisSetup *relais_setup_new         (const RelaisSetupPlaces  *places,
                                       const char               *client,
                                       const RelaisSetupValues  *values,
                                       GError                  **error);
void         relais_setup_free        (RelaisSetup              *self);
char        *relais_setup_dup_diff    (const RelaisSetup        *self,
                                       const char               *mask);
gboolean     relais_setup_apply       (const RelaisSetup        *self,
                                       GError                  **error);
gboolean     relais_setup_can_undo    (const RelaisSetupPlaces  *places,
                                       const char               *client);
gboolean     relais_setup_undo        (const RelaisSetupPlaces  *places,
                                       const char               *client,
                                       gboolean                  overwrite,
                                       GError                  **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelaisSetup, relais_setup_free)

G_END_DECLS
