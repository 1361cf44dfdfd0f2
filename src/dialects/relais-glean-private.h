/* relais-glean-private.h: what the taps of all dialects share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/relais-json.h"

#include "relais-dialect.h"

G_BEGIN_DECLS

gboolean relais_glean_mentions (const char            *json,
                                gsize                  length,
                                const char            *text);
gboolean relais_glean_count    (const RelaisJsonNode  *object,
                                const char            *name,
                                gint64                *count);
void     relais_glean_error    (const RelaisJsonNode  *error,
                                char                 **message);
void     relais_glean_detail   (const RelaisJsonNode  *body,
                                char                 **message);

G_END_DECLS
