/* relais-pattern.h: names with a star in them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean relais_pattern_matches        (const char *pattern,
                                        const char *text);
gsize    relais_pattern_count_literals (const char *pattern);

G_END_DECLS
