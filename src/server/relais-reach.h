/* relais-reach.h: who could serve a model, before anybody is asked
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "relais-exchange.h"
#include "relais-route.h"

G_BEGIN_DECLS

/* What is asked for. Borrowed for the call. */
typedef struct
{
  const RelaisRule *rule; /* that holds, or NULL */
  const char *model;      /* what the upstream would be asked for, or NULL for none */
  RelaisDialectId dialect;
  RelaisOperation operation;
  gboolean is_listed; /* some account is known to have the model */
} RelaisReachQuery;

RelaisReach relais_reach_find     (RelaisGateway          *gateway,
                                   const RelaisReachQuery *query,
                                   const RelaisAccount    *account);
GPtrArray  *relais_reach_list     (RelaisGateway          *gateway,
                                   const RelaisReachQuery *query);
gboolean    relais_reach_knows    (RelaisGateway          *gateway,
                                   GPtrArray              *accounts,
                                   const char             *model);
GPtrArray  *relais_reach_foresee  (RelaisGateway          *gateway,
                                   const RelaisReachQuery *query,
                                   RelaisPick             *pick);
GPtrArray  *relais_reach_active   (RelaisGateway          *gateway);
gboolean    relais_reach_serves   (RelaisGateway          *gateway,
                                   const char             *model);
void        relais_reach_complete (RelaisGateway          *gateway,
                                   GPtrArray              *ids);

G_END_DECLS
