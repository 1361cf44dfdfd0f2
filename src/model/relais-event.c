/* relais-event.c: one step of an answer, owned by no wire format
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-event"

#include "config.h"

#include "relais-event.h"
