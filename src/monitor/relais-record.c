/* relais-record.c: one finished or running exchange, a plain immutable snapshot
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-record"

#include "config.h"

#include "relais-record.h"
