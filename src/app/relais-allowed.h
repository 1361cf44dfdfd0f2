/* relais-allowed.h: the lists of hosts and of web pages that are let in, as the settings keep them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Each list is a key of the settings: */
#define RELAIS_ALLOWED_HOSTS "allowed-hosts"
#define RELAIS_ALLOWED_ORIGINS "allowed-origins"

gboolean relais_allowed_contains (GSettings  *settings,
                                  const char *key,
                                  const char *value);
guint    relais_allowed_get_room (GSettings  *settings,
                                  const char *key);
gboolean relais_allowed_insert   (GSettings  *settings,
                                  const char *key,
                                  const char *value,
                                  int         place);
int      relais_allowed_remove   (GSettings  *settings,
                                  const char *key,
                                  const char *value);

G_END_DECLS
