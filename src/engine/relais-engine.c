/* relais-engine.c: the facade: everything the window and the command line see
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-engine"

#include "config.h"

#include "relais-engine.h"
