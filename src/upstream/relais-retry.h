/* relais-retry.h: what an upstream says of when to come back
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "relais-upstream.h"

G_BEGIN_DECLS

gint64 relais_retry_read_wait (SoupMessageHeaders *headers,
                               const char         *body,
                               gsize               length);

G_END_DECLS
