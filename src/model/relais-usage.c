/* relais-usage.c: token counts of one answer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-usage"

#include "config.h"

#include "relais-usage.h"
