/* relais-body-store.h: bodies of the last requests, in memory, within a budget
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "relais-bodies.h"

G_BEGIN_DECLS

#define RELAIS_BODY_STORE_REQUESTS_MAX 200
#define RELAIS_BODY_STORE_SIZE_MAX (32 * 1024 * 1024)

/* Of one thread. What goes over a bound loses its oldest first, running or not. */
typedef struct _RelaisBodyStore RelaisBodyStore;

RelaisBodyStore *relais_body_store_new     (void);
void             relais_body_store_free    (RelaisBodyStore         *self);
RelaisBodies    *relais_body_store_open    (RelaisBodyStore         *self,
                                            guint64                  id);
void             relais_body_store_append  (RelaisBodyStore         *self,
                                            RelaisBodies            *bodies,
                                            RelaisBodyKind           kind,
                                            const char              *bytes,
                                            gsize                    length);
void             relais_body_store_restart (RelaisBodyStore         *self,
                                            RelaisBodies            *bodies,
                                            RelaisBodyKind           kind);
RelaisBodies    *relais_body_store_close   (RelaisBodyStore         *self,
                                            guint64                  id,
                                            const char      * const *secrets);
RelaisBodies    *relais_body_store_dup     (RelaisBodyStore         *self,
                                            guint64                  id,
                                            const char      * const *secrets);
void             relais_body_store_forget  (RelaisBodyStore         *self,
                                            GArray                  *ids);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelaisBodyStore, relais_body_store_free)

G_END_DECLS
