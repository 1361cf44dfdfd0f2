/* relais-settings-link.h: the stored settings, in force
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "engine/relais-engine.h"

G_BEGIN_DECLS

#define RELAIS_TYPE_SETTINGS_LINK (relais_settings_link_get_type ())

G_DECLARE_FINAL_TYPE (RelaisSettingsLink, relais_settings_link, RELAIS, SETTINGS_LINK, GObject)

RelaisSettingsLink *relais_settings_link_new (GSettings    *settings,
                                              RelaisEngine *engine);

G_END_DECLS
