/* relais-account.c: one credential: who pays for a request
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-account"

#include "config.h"

#include "relais-account.h"
