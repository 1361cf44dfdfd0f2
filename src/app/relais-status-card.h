/* relais-status-card.h: the state of the proxy, its addresses, and the way out of trouble
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "engine/relais-engine.h"

G_BEGIN_DECLS

#define RELAIS_TYPE_STATUS_CARD (relais_status_card_get_type ())

G_DECLARE_FINAL_TYPE (RelaisStatusCard, relais_status_card, RELAIS, STATUS_CARD, GtkWidget)

RelaisEngine *relais_status_card_get_engine (RelaisStatusCard *self);
void          relais_status_card_set_engine (RelaisStatusCard *self,
                                             RelaisEngine     *engine);

G_END_DECLS
