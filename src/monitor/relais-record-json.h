/* relais-record-json.h: the lists of a record as JSON, for what is kept on disk and for exports
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/relais-json-writer.h"

#include "relais-record.h"

G_BEGIN_DECLS

void           relais_record_json_write_changes (RelaisJsonWriter    *writer,
                                                 const char          *name,
                                                 const RelaisChanges *changes);
void           relais_record_json_write_trace   (RelaisJsonWriter    *writer,
                                                 const char          *name,
                                                 GPtrArray           *trace);
char          *relais_record_json_from_changes  (const RelaisChanges *changes);
RelaisChanges *relais_record_json_to_changes    (const char          *json);
char          *relais_record_json_from_trace    (GPtrArray           *trace);
GPtrArray     *relais_record_json_to_trace      (const char          *json);

G_END_DECLS
