/* relais-dialect.c: what each wire format must be able to do, and the table of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-dialect"

#include "config.h"

#include "relais-dialect.h"
