/* relais-near.h: names close to one that is not there
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define RELAIS_NEAR_MAX 3

char **relais_near_find (GPtrArray  *names,
                         const char *name);

G_END_DECLS
