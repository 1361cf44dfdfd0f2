/* relais-test-peer.h: an upstream on loopback that says what a test tells it to, byte by byte
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* One request as it came. */
typedef struct
{
  guint connection; /* counts from 1 */
  guint number;     /* of the request on its connection, from 1 */
  const char *head; /* request line and headers, each line ended by CR LF */
  const char *body;
  gsize       body_length;
} RelaisTestAsked;

typedef struct _RelaisTestPeer RelaisTestPeer;

/* Called in a thread of the connection's own. Says what it likes on @fd; FALSE closes it. */
typedef gboolean (*RelaisTestPeerFunc) (RelaisTestPeer *self,
                                        int fd,
                                        const RelaisTestAsked *asked,
                                        gpointer user_data);

/* What happened so far; read with g_atomic_int_get(). */
typedef struct
{
  int connections;
  int requests;
  int gone; /* the other side left while a function waited for that */
} RelaisTestPeerCounts;

RelaisTestPeer       *relais_test_peer_new          (RelaisTestPeerFunc  func,
                                                     gpointer            user_data);
void                  relais_test_peer_free         (RelaisTestPeer     *self);
guint                 relais_test_peer_get_port     (RelaisTestPeer     *self);
char                 *relais_test_peer_dup_url      (RelaisTestPeer     *self,
                                                     const char         *path);
RelaisTestPeerCounts *relais_test_peer_counts       (RelaisTestPeer     *self);
char                 *relais_test_peer_dup_asked    (RelaisTestPeer     *self,
                                                     guint               index);
gint64                relais_test_peer_get_gone_us  (RelaisTestPeer     *self);
gboolean              relais_test_peer_say          (int                 fd,
                                                     const char         *bytes);
gboolean              relais_test_peer_answer       (int                 fd,
                                                     guint               status,
                                                     const char         *headers,
                                                     const char         *body);
gboolean              relais_test_peer_wait_for_end (RelaisTestPeer     *self,
                                                     int                 fd);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelaisTestPeer, relais_test_peer_free)

G_END_DECLS
