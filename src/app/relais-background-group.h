/* relais-background-group.h: when the proxy runs without being asked
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define RELAIS_TYPE_BACKGROUND_GROUP (relais_background_group_get_type ())

/* Its property "settings" (GSettings of the schema `dev.relais.Relais`) has to be set. */
G_DECLARE_FINAL_TYPE (RelaisBackgroundGroup, relais_background_group, RELAIS, BACKGROUND_GROUP,
                      AdwPreferencesGroup)

G_END_DECLS
