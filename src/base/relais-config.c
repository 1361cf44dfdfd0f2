/* relais-config.c: every setting the engine reads, validated at the setter
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-config"

#include "config.h"

#include "relais-config.h"
