/* relais-exchange.h: one request's life, from its head to the last byte of its answer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "accounts/relais-account-pool.h"
#include "base/relais-clock.h"
#include "base/relais-rules.h"
#include "monitor/relais-body-store.h"
#include "monitor/relais-record.h"
#include "upstream/relais-catalog.h"
#include "upstream/relais-upstream.h"

#include "relais-call-cache.h"
#include "relais-count-cache.h"

#include "relais-server.h"

G_BEGIN_DECLS

/* What all exchanges share. Borrowed by each for its whole life. */
typedef struct
{
  RelaisConfig      *config;
  RelaisAccountPool *pool;
  RelaisUpstream    *upstream;
  RelaisCatalog     *catalog;
  RelaisCallCache   *calls;
  RelaisCountCache  *counts;
  RelaisBodyStore *bodies;         /* NULL: what requests say is not kept */
  RelaisRules *rules;              /* or NULL */
  const RelaisClock *clock;        /* NULL: the system's */
  GHashTable *quirks;              /* account id, LF, model -> quirks turned round */
  RelaisRecordFunc record;         /* told at each milestone; copies what it keeps */
  void (*pool_changed) (gpointer); /* what is held against an account has changed */
  gpointer           user_data;
  guint64            next_id;
  guint port;        /* where this Relais listens, 0 for nowhere */
  GQueue holding;    /* exchanges that wait for an account */
  gboolean stopping; /* none may wait any more */
} RelaisGateway;

void relais_exchange_start        (RelaisGateway       *gateway,
                                   RelaisWire          *wire,
                                   SoupServerMessage   *message);
void relais_exchange_refuse       (RelaisGateway       *gateway,
                                   const RelaisRefusal *refusal);
void relais_gateway_forget_quirks (RelaisGateway       *gateway,
                                   const char          *account_id);

void relais_gateway_wake         (RelaisGateway *gateway);
void relais_gateway_set_stopping (RelaisGateway *gateway,
                                  gboolean       stopping);

G_END_DECLS
