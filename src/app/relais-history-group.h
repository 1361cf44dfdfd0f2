/* relais-history-group.h: what of the requests is kept on this computer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define RELAIS_TYPE_HISTORY_GROUP (relais_history_group_get_type ())

/* Its properties "settings" (GSettings of the schema `dev.relais.Relais`) and "engine"
 * (RelaisEngine) have to be set. */
G_DECLARE_FINAL_TYPE (RelaisHistoryGroup, relais_history_group, RELAIS, HISTORY_GROUP,
                      AdwPreferencesGroup)

G_END_DECLS
