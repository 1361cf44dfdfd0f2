/* relais-setup-diff.h: what changes between two texts, for a person to read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *relais_setup_diff (const char *before,
                         const char *after);

G_END_DECLS
