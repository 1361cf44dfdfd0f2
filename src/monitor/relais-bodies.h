/* relais-bodies.h: what one request and its answer said, on both sides of Relais, bounded
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  RELAIS_BODY_CLIENT_IN,    /* the client's request */
  RELAIS_BODY_UPSTREAM_OUT, /* what the upstream was asked */
  RELAIS_BODY_UPSTREAM_IN,  /* what it answered */
  RELAIS_BODY_CLIENT_OUT,   /* what the client got */
  RELAIS_N_BODIES
} RelaisBodyKind;

#define RELAIS_BODY_MAX (256 * 1024)

/* Filled in the engine thread; read, there and elsewhere, only as a frozen copy. */
typedef struct _RelaisBodies RelaisBodies;

RelaisBodies *relais_bodies_new      (void);
RelaisBodies *relais_bodies_new_from (GBytes          * const bytes[RELAIS_N_BODIES],
                                      const gsize             totals[RELAIS_N_BODIES]);
RelaisBodies *relais_bodies_ref      (RelaisBodies           *self);
void          relais_bodies_unref    (RelaisBodies           *self);
void          relais_bodies_append   (RelaisBodies           *self,
                                      RelaisBodyKind          kind,
                                      const char             *bytes,
                                      gsize                   length);
void          relais_bodies_restart  (RelaisBodies           *self,
                                      RelaisBodyKind          kind);
void          relais_bodies_forget   (RelaisBodies           *self);
RelaisBodies *relais_bodies_freeze   (RelaisBodies           *self,
                                      const char     * const *secrets);
GBytes       *relais_bodies_get      (RelaisBodies           *self,
                                      RelaisBodyKind          kind,
                                      gsize                  *total);
gsize         relais_bodies_get_size (RelaisBodies           *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelaisBodies, relais_bodies_unref)

G_END_DECLS
