/* relais-exchange-keep.c: what both sides say is kept for a person to read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-exchange"

#include "config.h"

#include "relais-exchange-private.h"

/* A request begins. What the wire refuses is not among them: a flood of it would push out what is
 * worth reading, and the record has its words. */
void
relais_exchange_keep_begin (RelaisExchange *self)
{
  gsize length;
  const char *bytes = g_bytes_get_data (self->body, &length);

  if (self->gateway->bodies == NULL)
    return;
  self->record->bodies = relais_body_store_open (self->gateway->bodies, self->record->id);
  relais_exchange_keep (self, RELAIS_BODY_CLIENT_IN, bytes, length);
}

void
relais_exchange_keep (RelaisExchange *self,
                      RelaisBodyKind  kind,
                      const char     *bytes,
                      gsize           length)
{
  if (self->record->bodies != NULL)
    relais_body_store_append (self->gateway->bodies, self->record->bodies, kind, bytes, length);
}

/* Another attempt: the record is about the last one. */
void
relais_exchange_keep_anew (RelaisExchange *self)
{
  if (self->record->bodies == NULL)
    return;
  relais_body_store_restart (self->gateway->bodies, self->record->bodies, RELAIS_BODY_UPSTREAM_OUT);
  relais_body_store_restart (self->gateway->bodies, self->record->bodies, RELAIS_BODY_UPSTREAM_IN);
}

/* Sends @request upstream; what comes of it, `data` of @sink keeps. */
void
relais_exchange_send (RelaisExchange               *self,
                      const RelaisUpstreamRequest  *request,
                      const RelaisTransferSink     *sink,
                      GError                      **error)
{
  relais_exchange_keep_anew (self);
  self->transfer = relais_upstream_send (self->gateway->upstream, request, sink, self, error);
  if (self->transfer != NULL && request->body != NULL)
    relais_exchange_keep (self, RELAIS_BODY_UPSTREAM_OUT, g_bytes_get_data (request->body, NULL),
                          g_bytes_get_size (request->body));
}
