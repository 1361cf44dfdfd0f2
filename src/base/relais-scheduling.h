/* relais-scheduling.h: how one of several accounts is chosen
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Nicks are cache-first, balance, performance-first, fixed. */
typedef enum {
  RELAIS_SCHEDULING_CACHE_FIRST,       /* a session stays with its account, and waits for it */
  RELAIS_SCHEDULING_BALANCE,           /* the least recently used */
  RELAIS_SCHEDULING_PERFORMANCE_FIRST, /* in turns, whatever the session */
  RELAIS_SCHEDULING_FIXED,             /* one account and no other */
} RelaisScheduling;

#define RELAIS_TYPE_SCHEDULING (relais_scheduling_get_type ())

GType       relais_scheduling_get_type (void);
const char *relais_scheduling_get_nick (RelaisScheduling  scheduling);
gboolean    relais_scheduling_parse    (const char       *nick,
                                        RelaisScheduling *scheduling);

G_END_DECLS
