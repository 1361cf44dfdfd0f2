/* relais-listener.h: bound sockets, and an accept loop that survives failing
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _RelaisListener RelaisListener;

typedef struct
{
  void (*accepted) (GSocket *socket,
                    gpointer user_data);
  gboolean (*spare) (gpointer user_data); /* out of descriptors: FALSE when none could be freed */
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
