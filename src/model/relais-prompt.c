/* relais-prompt.c: one request to a model, owned by no wire format
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-prompt"

#include "config.h"

#include "relais-prompt.h"
