/* relais-upstream.h: sends one request over the network and hands the answer on as it comes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "accounts/relais-account.h"
#include "base/relais-config.h"
#include "dialects/relais-dialect.h"

G_BEGIN_DECLS

typedef struct _SoupMessageHeaders SoupMessageHeaders; /* the engine needs no libsoup header */

/* One request on its way and its answer. Ends by `done`, or by relais_transfer_free, after which
 * nothing is called any more. */
typedef struct _RelaisTransfer RelaisTransfer;

/* What to send. Borrowed for the call. */
typedef struct
{
  const RelaisAccount *account;
  RelaisDialectId      dialect;
  const char          *method;
  const char *tail;            /* behind the base and its version, e.g. "messages" */
  const char *version;         /* Gemini's, or NULL for v1beta */
  const char *query;           /* or NULL */
  SoupMessageHeaders *headers; /* what of the client's goes along, or NULL */
  const char *content_type;    /* with a body */
  GBytes *body;                /* or NULL */
  gint64 deadline_us;          /* monotonic: of the first byte; 0 for the limit's alone */
} RelaisUpstreamRequest;

/* Called in the context the transfer was begun in, never from within relais_upstream_send. `data`
 * bytes are borrowed. `done` is last: @error NULL at a clean end of the body, which on 3.2.3 does
 * not prove that it was whole. */
typedef struct
{
  void (*head) (RelaisTransfer *transfer,
                guint status,
                SoupMessageHeaders *headers,
                gpointer user_data);
  void (*data) (RelaisTransfer *transfer,
                const char *bytes,
                gsize length,
                gpointer user_data);
  void (*done) (RelaisTransfer *transfer,
                const GError *error,
                gpointer user_data);
} RelaisTransferSink;

#define RELAIS_TYPE_UPSTREAM (relais_upstream_get_type ())

G_DECLARE_FINAL_TYPE (RelaisUpstream, relais_upstream, RELAIS, UPSTREAM, GObject)

RelaisUpstream *relais_upstream_new          (RelaisConfig                 *config);
RelaisTransfer *relais_upstream_send         (RelaisUpstream               *self,
                                              const RelaisUpstreamRequest  *request,
                                              const RelaisTransferSink     *sink,
                                              gpointer                      user_data,
                                              GError                      **error);
void            relais_upstream_set_proxy    (RelaisUpstream               *self,
                                              const char                   *url);
guint           relais_upstream_get_running  (RelaisUpstream               *self);
RelaisLimits   *relais_upstream_get_limits   (RelaisUpstream               *self);
void            relais_transfer_set_paused   (RelaisTransfer               *transfer,
                                              gboolean                      paused);
gboolean        relais_transfer_get_was_sent (RelaisTransfer               *transfer);
void            relais_transfer_free         (RelaisTransfer               *transfer);

G_END_DECLS
