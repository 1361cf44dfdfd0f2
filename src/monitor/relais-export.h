/* relais-export.h: requests for other programs: JSON Lines, HTTP Archive
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "relais-record.h"

G_BEGIN_DECLS

void relais_export_line      (const RelaisRecord *record,
                              RelaisBodies       *bodies,
                              GString            *out);
void relais_export_har_begin (GString            *out);
void relais_export_har_entry (const RelaisRecord *record,
                              RelaisBodies       *bodies,
                              const char         *base_url,
                              gboolean            is_first,
                              GString            *out);
void relais_export_har_end   (GString            *out);

G_END_DECLS
