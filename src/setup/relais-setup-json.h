/* relais-setup-json.h: one value of a JSON file changed, the rest left byte for byte
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

char *relais_setup_json_set (const char         *text,
                             const char * const *path,
                             const char         *value,
                             gboolean            keep,
                             GError            **error);

G_END_DECLS
