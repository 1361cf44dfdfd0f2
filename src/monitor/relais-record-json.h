/* relais-record-json.h: the lists of a record as JSON, for what is kept on disk
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "relais-record.h"

G_BEGIN_DECLS

char          *relais_record_json_from_changes (const RelaisChanges *changes);
RelaisChanges *relais_record_json_to_changes   (const char          *json);
char          *relais_record_json_from_trace   (GPtrArray           *trace);
GPtrArray     *relais_record_json_to_trace     (const char          *json);

G_END_DECLS
