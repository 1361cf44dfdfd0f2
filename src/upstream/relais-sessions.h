/* relais-sessions.h: the connections to upstreams, and the way they take
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* A SoupSession with room for some transfers. Owned by all of them together. */
typedef struct
{
  SoupSession *session;
  guint        running;
  gboolean     proxied;
  gboolean retired; /* takes no more: it goes another way than is asked for now */
} RelaisSession;

typedef struct _RelaisSessions RelaisSessions;

RelaisSessions *relais_sessions_new       (void);
void            relais_sessions_free      (RelaisSessions *self);
void            relais_sessions_set_proxy (RelaisSessions *self,
                                           const char     *url);
RelaisSession  *relais_sessions_take      (RelaisSessions *self);
void            relais_sessions_give      (RelaisSession  *session);

G_END_DECLS
