/* relais-traffic-card.h: the figures of the last requests, and their graph
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define RELAIS_TYPE_TRAFFIC_CARD (relais_traffic_card_get_type ())

/* Properties: "records" (a list of RelaisRecordRow) and "narrow". */
G_DECLARE_FINAL_TYPE (RelaisTrafficCard, relais_traffic_card, RELAIS, TRAFFIC_CARD, GtkWidget)

G_END_DECLS
