/* relais-allowed-group.h: a list of what is let in, to add to and to remove from
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define RELAIS_TYPE_ALLOWED_GROUP (relais_allowed_group_get_type ())

/* Properties: "settings", and "key" (construct only): which list of relais-allowed.h. Needs a toast
 * overlay above it. */
G_DECLARE_FINAL_TYPE (RelaisAllowedGroup, relais_allowed_group, RELAIS, ALLOWED_GROUP,
                      AdwPreferencesGroup)

G_END_DECLS
