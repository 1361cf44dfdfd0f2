/* relais-traffic-graph.h: a minute of requests, drawn
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "relais-traffic.h"

G_BEGIN_DECLS

#define RELAIS_TYPE_TRAFFIC_GRAPH (relais_traffic_graph_get_type ())

G_DECLARE_FINAL_TYPE (RelaisTrafficGraph, relais_traffic_graph, RELAIS, TRAFFIC_GRAPH, GtkWidget)

void relais_traffic_graph_set_traffic (RelaisTrafficGraph  *self,
                                       const RelaisTraffic *traffic);

G_END_DECLS
