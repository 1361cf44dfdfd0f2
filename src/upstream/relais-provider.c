/* relais-provider.c: a kind of upstream: base URLs, paths, auth style, dialects
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-provider"

#include "config.h"

#include "relais-provider.h"
