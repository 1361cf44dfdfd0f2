/* relais-scheduling.c: how one of several accounts is chosen
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-scheduling"

#include "config.h"

#include "relais-scheduling.h"

static const char *const nicks[] = {
  [RELAIS_SCHEDULING_CACHE_FIRST] = "cache-first",
  [RELAIS_SCHEDULING_BALANCE] = "balance",
  [RELAIS_SCHEDULING_PERFORMANCE_FIRST] = "performance-first",
  [RELAIS_SCHEDULING_FIXED] = "fixed",
};

G_DEFINE_ENUM_TYPE (RelaisScheduling, relais_scheduling,
                    G_DEFINE_ENUM_VALUE (RELAIS_SCHEDULING_CACHE_FIRST, "cache-first"),
                    G_DEFINE_ENUM_VALUE (RELAIS_SCHEDULING_BALANCE, "balance"),
                    G_DEFINE_ENUM_VALUE (RELAIS_SCHEDULING_PERFORMANCE_FIRST, "performance-first"),
                    G_DEFINE_ENUM_VALUE (RELAIS_SCHEDULING_FIXED, "fixed"))

/**
 * relais_scheduling_get_nick:
 * @scheduling: a mode
 *
 * Returns: its name, as settings and the command line have it
 */
const char *
relais_scheduling_get_nick (RelaisScheduling scheduling)
{
  return nicks[scheduling];
}

/**
 * relais_scheduling_parse:
 * @nick: (nullable): a name
 * @scheduling: (out): where to put the mode; untouched on failure
 *
 * Returns: whether @nick is one of `cache-first`, `balance`, `performance-first` and `fixed`
 */
gboolean
relais_scheduling_parse (const char       *nick,
                         RelaisScheduling *scheduling)
{
  for (guint i = 0; i < G_N_ELEMENTS (nicks); i++)
    if (g_strcmp0 (nick, nicks[i]) == 0)
      {
        *scheduling = (RelaisScheduling)i;
        return TRUE;
      }
  return FALSE;
}
