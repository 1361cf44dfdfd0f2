/* relais-indent.h: JSON laid out for reading
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *relais_indent_json (const char *text);

G_END_DECLS
