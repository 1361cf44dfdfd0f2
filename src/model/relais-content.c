/* relais-content.c: the parts of a message, owned by no wire format
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-content"

#include "config.h"

#include "relais-content.h"
