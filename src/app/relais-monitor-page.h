/* relais-monitor-page.h: the requests as they happen
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "engine/relais-engine.h"

G_BEGIN_DECLS

#define RELAIS_TYPE_MONITOR_PAGE (relais_monitor_page_get_type ())

/* Properties: "engine" (set once), "narrow" (lines in place of a table), "paused" (say so)
 * and "searching". */
G_DECLARE_FINAL_TYPE (RelaisMonitorPage, relais_monitor_page, RELAIS, MONITOR_PAGE, AdwBin)

void        relais_monitor_page_export     (RelaisMonitorPage  *self,
                                            RelaisExportFormat  format);
void        relais_monitor_page_export_to  (RelaisMonitorPage  *self,
                                            GFile              *file,
                                            RelaisExportFormat  format);
GListModel *relais_monitor_page_list_shown (RelaisMonitorPage  *self);

G_END_DECLS
