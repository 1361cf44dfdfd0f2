/* relais-practice.c: the built-in upstream: answers from the prompt, no network
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-practice"

#include "config.h"

#include "relais-practice.h"
