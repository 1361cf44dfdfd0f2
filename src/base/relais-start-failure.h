/* relais-start-failure.h: why the proxy could not start, in parts
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* In parts, so that the window can say it in any language and offer the way out. */
typedef struct
{
  int code;   /* a RelaisError: NO_ACCOUNT, KEYRING_LOCKED, ADDRESS_IN_USE, ADDRESS_DENIED … */
  char *host; /* of an address failure, or NULL */
  guint port;
  char *owner;     /* name of the program that holds the port, or NULL */
  guint free_port; /* a port nearby that is free now, or 0 */
  char *detail;    /* the system's own words, or NULL */
} RelaisStartFailure;

#define RELAIS_TYPE_START_FAILURE (relais_start_failure_get_type ())

GType               relais_start_failure_get_type   (void);
RelaisStartFailure *relais_start_failure_new        (int                       code);
RelaisStartFailure *relais_start_failure_copy       (const RelaisStartFailure *self);
void                relais_start_failure_free       (RelaisStartFailure       *self);
char               *relais_start_failure_to_english (const RelaisStartFailure *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelaisStartFailure, relais_start_failure_free)

G_END_DECLS
