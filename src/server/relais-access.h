/* relais-access.h: mode, path, headers, peer -> allow or refuse
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/relais-config.h"

#include "relais-route.h"

G_BEGIN_DECLS

typedef enum {
  RELAIS_ACCESS_ALLOW,
  RELAIS_ACCESS_PREFLIGHT, /* answer 204 at once, without a key */
  RELAIS_ACCESS_REFUSE,
} RelaisVerdict;

typedef struct
{
  RelaisVerdict verdict;
  RelaisFailure *failure; /* REFUSE: owned */
  char *allowed_origin;   /* to echo with Vary: Origin, or NULL; owned */
  char *refused_host;     /* what a person could allow, or NULL; owned */
  char *refused_origin;   /* likewise */
  gboolean bad_key;       /* the guesser's counter goes up */
  gboolean      good_key;
} RelaisAccess;

/* What access needs to know of the machine and the connection. */
typedef struct
{
  const char *host_name;        /* of the machine, or NULL */
  const char *const *addresses; /* literal addresses of ours beside loopback, or NULL */
  gboolean peer_remote;         /* the peer's socket address is no loopback one */
} RelaisAccessPlace;

void relais_access_check (RelaisConfig            *config,
                          const RelaisAccessPlace *place,
                          const char              *method,
                          const RelaisRoute       *route,
                          const RelaisField       *fields,
                          gsize                    n_fields,
                          RelaisAccess            *access);
void relais_access_clear (RelaisAccess            *access);

G_END_DECLS
