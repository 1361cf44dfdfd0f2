/* relais-call-cache.h: what upstreams signed, remembered by tool call for clients that drop it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "dialects/relais-dialect.h"

G_BEGIN_DECLS

#define RELAIS_CALL_CACHE_MAX_ENTRIES 4096
#define RELAIS_CALL_CACHE_MAX_BYTES (32 * 1024 * 1024)
#define RELAIS_CALL_CACHE_MAX_ENTRY_BYTES (256 * 1024)
#define RELAIS_CALL_CACHE_MAX_AGE_US (12 * G_TIME_SPAN_HOUR)

typedef struct _RelaisCallCache RelaisCallCache;

RelaisCallCache    *relais_call_cache_new            (void);
void                relais_call_cache_free           (RelaisCallCache       *self);
void                relais_call_cache_put            (RelaisCallCache       *self,
                                                      const char            *call_id,
                                                      const char            *account_id,
                                                      const RelaisRecall    *recall,
                                                      gint64                 now_us);
const RelaisRecall *relais_call_cache_lookup         (RelaisCallCache       *self,
                                                      const char            *call_id,
                                                      gint64                 now_us);
const char         *relais_call_cache_find_account   (RelaisCallCache       *self,
                                                      const char            *call_id);
void                relais_call_cache_forget_account (RelaisCallCache       *self,
                                                      const char            *account_id);
guint               relais_call_cache_get_length     (const RelaisCallCache *self);
gsize               relais_call_cache_get_size       (const RelaisCallCache *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelaisCallCache, relais_call_cache_free)

G_END_DECLS
