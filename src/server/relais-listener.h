/* relais-listener.h: bound sockets, and an accept loop that survives failing
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _RelaisListener RelaisListener;

typedef enum {
  RELAIS_ROOM_FREE,
  RELAIS_ROOM_SOON, /* the next turn of the loop will tell */
  RELAIS_ROOM_NONE,
} RelaisRoom;

typedef struct
{
  RelaisRoom (*room) (gpointer user_data); /* asked before each accept */
  void (*accepted) (GSocket *socket,
                    gboolean room,
                    gpointer user_data);
  RelaisRoom (*spare) (gpointer user_data); /* out of descriptors: can one be freed? */
} RelaisListenerSink;

RelaisListener *relais_listener_new         (gboolean                   any_address,
                                             guint                      port,
                                             const RelaisListenerSink  *sink,
                                             gpointer                   user_data,
                                             GError                   **error);
void            relais_listener_free        (RelaisListener            *self);
guint           relais_listener_get_port    (RelaisListener            *self);
gboolean        relais_listener_has_v6      (RelaisListener            *self);
GSocketAddress *relais_listener_get_address (RelaisListener            *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelaisListener, relais_listener_free)

G_END_DECLS
