/* relais-provider-chooser.h: the providers in a combo row, with icons and in groups
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "engine/relais-engine.h"

G_BEGIN_DECLS

void  relais_provider_chooser_fill     (AdwComboRow                *row);
char *relais_provider_chooser_dup_icon (const RelaisEngineProvider *provider);

G_END_DECLS
