/* relais-probe.h: the smallest request of each dialect, and the text of its answer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "relais-dialect.h"

G_BEGIN_DECLS

char    *relais_probe_encode   (RelaisDialectId   dialect,
                                const char       *model,
                                const char       *text);
char    *relais_probe_dup_tail (RelaisDialectId   dialect,
                                const char       *model);
gboolean relais_probe_decode   (RelaisDialectId   dialect,
                                const char       *json,
                                gsize             length,
                                char            **text,
                                char            **model);

G_END_DECLS
