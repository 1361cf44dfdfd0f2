/* relais-tap.h: reads along an answer that is passed through, for usage and its end
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "relais-dialect.h"

G_BEGIN_DECLS

typedef struct _RelaisTap RelaisTap;

RelaisTap         *relais_tap_new         (const RelaisDialect *dialect,
                                           RelaisForm           form,
                                           gsize                event_max);
void               relais_tap_feed        (RelaisTap           *self,
                                           const char          *bytes,
                                           gsize                length);
void               relais_tap_end         (RelaisTap           *self);
gboolean           relais_tap_is_complete (const RelaisTap     *self);
gboolean           relais_tap_is_between  (const RelaisTap     *self);
const RelaisUsage *relais_tap_get_usage   (const RelaisTap     *self);
int                relais_tap_get_finish  (const RelaisTap     *self);
const char        *relais_tap_get_error   (const RelaisTap     *self);
void               relais_tap_free        (RelaisTap           *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelaisTap, relais_tap_free)

G_END_DECLS
