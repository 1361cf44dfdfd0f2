/* relais-count-cache.h: tokens upstreams counted, remembered for a minute
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define RELAIS_COUNT_CACHE_MAX_ENTRIES 1024
#define RELAIS_COUNT_CACHE_MAX_AGE_US (60 * G_TIME_SPAN_SECOND)

typedef struct _RelaisCountCache RelaisCountCache;

RelaisCountCache *relais_count_cache_new        (void);
void              relais_count_cache_free       (RelaisCountCache       *self);
void              relais_count_cache_put        (RelaisCountCache       *self,
                                                 const char             *account_id,
                                                 GBytes                 *asked,
                                                 gint64                  n_tokens,
                                                 gint64                  now_us);
gint64            relais_count_cache_lookup     (RelaisCountCache       *self,
                                                 const char             *account_id,
                                                 GBytes                 *asked,
                                                 gint64                  now_us);
guint             relais_count_cache_get_length (const RelaisCountCache *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelaisCountCache, relais_count_cache_free)

G_END_DECLS
