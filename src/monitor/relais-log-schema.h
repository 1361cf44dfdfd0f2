/* relais-log-schema.h: the tables of the log, and how a record stands in them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <sqlite3.h>

#include "relais-record.h"

G_BEGIN_DECLS

#define RELAIS_LOG_VERSION 1

/* Of relais_record_is_refused(), for its index. */
#define RELAIS_LOG_REFUSED "account_id IS NULL AND model IS NULL AND status >= 400"

char         *relais_log_schema_dup_create (void);
char         *relais_log_schema_dup_insert (void);
char         *relais_log_schema_dup_select (void);
void          relais_log_schema_bind       (sqlite3_stmt       *statement,
                                            const RelaisRecord *record);
RelaisRecord *relais_log_schema_read       (sqlite3_stmt       *statement);

G_END_DECLS
