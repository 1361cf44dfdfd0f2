/* relais-refusal.h: the bytes of an answer the wire gives by itself
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "relais-head.h"

G_BEGIN_DECLS

GBytes *relais_refusal_compose (const RelaisHead    *head,
                                RelaisDialectId      dialect,
                                const RelaisFailure *failure);
/* What the script of an allowed page may read of any answer. */
#define RELAIS_EXPOSED_HEADERS                                                            \
 "x-request-id, request-id, retry-after, retry-after-ms, x-should-retry, X-Relais-Hint, " \
 "X-Relais-Dropped, X-Relais-Estimated"

const char *relais_status_get_phrase (guint             status);
GBytes     *relais_preflight_compose (const RelaisHead *head);

G_END_DECLS
