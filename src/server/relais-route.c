/* relais-route.c: method and path -> dialect and operation
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-route"

#include "config.h"

#include "relais-route.h"
