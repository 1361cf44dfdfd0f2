/* relais-test-server.h: the real server with a trivial sink, in a thread of its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "server/relais-server.h"

G_BEGIN_DECLS

#define RELAIS_TEST_KEY "sk-0123456789abcdefghij"

typedef struct _RelaisTestServer RelaisTestServer;

typedef void (*RelaisTestServerFunc) (RelaisServer *server,
                                      gpointer user_data);

/* What happened so far. Read with g_atomic_int_get(), or wait with relais_test_server_wait(). */
typedef struct
{
  int requests; /* handed to the sink */
  int refused;  /* answered by the wire */
  int smuggled; /* handed over with "smuggled" in the path */
  int gone;     /* clients that left early */
  int ended;    /* requests that are over, one way or the other */
} RelaisTestCounts;

RelaisTestServer *relais_test_server_new      (RelaisConfig           *config);
RelaisTestServer *relais_test_server_new_for  (RelaisConfig           *config,
                                               const RelaisServerSink *sink,
                                               gpointer                user_data);
void              relais_test_server_free     (RelaisTestServer       *self);
guint             relais_test_server_get_port (RelaisTestServer       *self);
RelaisTestCounts *relais_test_server_counts   (RelaisTestServer       *self);
char             *relais_test_server_last     (RelaisTestServer       *self);
void              relais_test_server_call     (RelaisTestServer       *self,
                                               RelaisTestServerFunc    func,
                                               gpointer                user_data);
void              relais_test_server_stop     (RelaisTestServer       *self);
void              relais_test_server_start    (RelaisTestServer       *self);
gboolean          relais_test_server_wait     (const int              *count,
                                               int                     value);

/* A client that speaks bytes. Each waits at most 10 s. */
int      relais_test_connect   (guint        port);
gboolean relais_test_send      (int          fd,
                                const char  *bytes,
                                gssize       length);
guint    relais_test_receive   (int          fd,
                                char       **head,
                                char       **body);
gboolean relais_test_is_closed (int          fd);
void     relais_test_reset     (int          fd);
guint    relais_test_count_fds (void);
gint64   relais_test_get_rss   (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelaisTestServer, relais_test_server_free)

G_END_DECLS
