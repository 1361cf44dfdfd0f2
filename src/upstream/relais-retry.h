/* relais-retry.h: what an upstream says of when to come back
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "base/relais-json.h"

#include "relais-upstream.h"

G_BEGIN_DECLS

#define RELAIS_RETRY_WAIT_MAX_MS (24 * 3600 * (gint64)1000)

gint64   relais_retry_read_wait          (SoupMessageHeaders   *headers,
                                          const RelaisJsonNode *error,
                                          const char           *words,
                                          gint64                wall_us);
gint64   relais_retry_read_words         (const char           *words);
gboolean relais_retry_read_day_quota     (const RelaisJsonNode *error);
gint64   relais_retry_get_until_midnight (gint64                wall_us);

G_END_DECLS
