/* relais-preferences.h: what is set rarely, and on no page
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "engine/relais-engine.h"

G_BEGIN_DECLS

#define RELAIS_TYPE_PREFERENCES (relais_preferences_get_type ())

G_DECLARE_FINAL_TYPE (RelaisPreferences, relais_preferences, RELAIS, PREFERENCES, AdwWindow)

GtkWidget *relais_preferences_new (GSettings    *settings,
                                   RelaisEngine *engine);

G_END_DECLS
