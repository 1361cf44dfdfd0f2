/* relais-addresses.h: this machine's addresses, and who holds its ports
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

char **relais_addresses_list      (void);
char  *relais_port_find_owner     (guint    port);
guint  relais_port_find_free_near (guint    port,
                                   gboolean any_address);

G_END_DECLS
