/* relais-scheduling-group.h: how one of several accounts is chosen
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Properties: "settings" and "accounts" (a GListModel of RelaisAccountRow), both writable. */
#define RELAIS_TYPE_SCHEDULING_GROUP (relais_scheduling_group_get_type ())

G_DECLARE_FINAL_TYPE (RelaisSchedulingGroup, relais_scheduling_group, RELAIS, SCHEDULING_GROUP,
                      AdwPreferencesGroup)

G_END_DECLS
