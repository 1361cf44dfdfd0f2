/* relais-quirks.h: what an upstream's refusal teaches about it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "dialects/relais-dialect.h"

G_BEGIN_DECLS

guint relais_quirks_learn (RelaisDialectId  dialect,
                           guint            quirks,
                           GBytes          *sent,
                           const char      *words,
                           gsize            length);

G_END_DECLS
