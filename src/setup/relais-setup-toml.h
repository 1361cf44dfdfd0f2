/* relais-setup-toml.h: one value of a TOML file changed, the rest left byte for byte
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

char *relais_setup_toml_set (const char  *text,
                             const char  *table,
                             const char  *key,
                             const char  *value,
                             GError     **error);

G_END_DECLS
