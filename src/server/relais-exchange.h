/* relais-exchange.h: one request's life, from its head to the last byte of its answer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "accounts/relais-account-pool.h"
#include "base/relais-rules.h"
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
  RelaisRules *rules;              /* or NULL */
  GHashTable *quirks;              /* account id, LF, model -> quirks turned round */
  RelaisRecordFunc record;         /* told at each milestone; copies what it keeps */
  void (*pool_changed) (gpointer); /* an account was rejected */
  gpointer           user_data;
  guint64            next_id;
} RelaisGateway;

void relais_exchange_start        (RelaisGateway       *gateway,
                                   RelaisWire          *wire,
                                   SoupServerMessage   *message);
void relais_exchange_refuse       (RelaisGateway       *gateway,
                                   const RelaisRefusal *refusal);
void relais_gateway_forget_quirks (RelaisGateway       *gateway,
                                   const char          *account_id);

G_END_DECLS
