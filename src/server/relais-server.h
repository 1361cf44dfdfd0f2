/* relais-server.h: the listener: bind, accept, start, stop, drain
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "base/relais-config.h"
#include "base/relais-start-failure.h"

#include "relais-wire.h"

G_BEGIN_DECLS

typedef struct _SoupServerMessage SoupServerMessage; /* the engine needs no libsoup header */

/* A request that was answered by the wire itself, for the record. Borrowed for the call. */
typedef struct
{
  const char      *peer;
  const char *method; /* NULL when the head could not be read */
  const char *path;   /* without query; NULL likewise */
  const char      *user_agent;
  const char *host;   /* refused, and a person could allow it; else NULL */
  const char *origin; /* likewise */
  RelaisDialectId  dialect;
  guint            status;
  const RelaisFailure *failure; /* NULL for a 204 preflight */
  gint64           started_us;
} RelaisRefusal;

/* Called in the thread that started the server. */
typedef struct
{
  void (*request) (RelaisWire *wire,
                   SoupServerMessage *message,
                   gpointer user_data);
  void (*refused) (const RelaisRefusal *refusal,
                   gpointer user_data);
} RelaisServerSink;

#define RELAIS_TYPE_SERVER (relais_server_get_type ())

G_DECLARE_FINAL_TYPE (RelaisServer, relais_server, RELAIS, SERVER, GObject)

RelaisServer       *relais_server_new         (RelaisConfig            *config,
                                               const RelaisServerSink  *sink,
                                               gpointer                 user_data);
RelaisStartFailure *relais_server_start       (RelaisServer            *self);
void                relais_server_stop_async  (RelaisServer            *self,
                                               GCancellable            *cancellable,
                                               GAsyncReadyCallback      callback,
                                               gpointer                 user_data);
gboolean            relais_server_stop_finish (RelaisServer            *self,
                                               GAsyncResult            *result,
                                               GError                 **error);
RelaisStartFailure *relais_server_rebind      (RelaisServer            *self);
guint               relais_server_get_port    (RelaisServer            *self);
char              **relais_server_dup_urls    (RelaisServer            *self);

G_END_DECLS
