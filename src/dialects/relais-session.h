/* relais-session.h: what tells one conversation from others
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "relais-dialect.h"

G_BEGIN_DECLS

/* Claude Code begins with a block that differs from run to run (seen 2026-11-23). */
#define RELAIS_SESSION_BILLING "x-anthropic-billing-header:"

void relais_session_read (RelaisDialectId   dialect,
                          GBytes           *body,
                          char            **session,
                          GPtrArray        *calls);

G_END_DECLS
