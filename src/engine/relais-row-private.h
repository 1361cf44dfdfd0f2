/* relais-row-private.h: how the engine fills the rows that lists hold
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "monitor/relais-record.h"

#include "relais-account-row.h"
#include "relais-core.h"
#include "relais-record-row.h"

G_BEGIN_DECLS

RelaisRecordRow  *relais_record_row_new     (RelaisRecord            *record);
void              relais_record_row_update  (RelaisRecordRow         *self,
                                             RelaisRecord            *record);
RelaisRecord     *relais_record_row_dup     (RelaisRecordRow         *self);
RelaisAccountRow *relais_account_row_new    (const RelaisAccountInfo *info);
void              relais_account_row_update (RelaisAccountRow        *self,
                                             const RelaisAccountInfo *info);

G_END_DECLS
