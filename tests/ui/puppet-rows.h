/* puppet-rows.h: rows to fill by hand
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "puppet-engine.h"

G_BEGIN_DECLS

RelaisAccountRow *puppet_account_row_new          (const PuppetAccount        *account,
                                                   gboolean                    kept);
void              puppet_account_row_set_label    (RelaisAccountRow           *self,
                                                   const char                 *label);
void              puppet_account_row_set_enabled  (RelaisAccountRow           *self,
                                                   gboolean                    enabled);
void              puppet_account_row_set_dispatch (RelaisAccountRow           *self,
                                                   const char                 *dispatch);
void              puppet_account_row_set_trouble  (RelaisAccountRow           *self,
                                                   const RelaisAccountTrouble *trouble);
RelaisRecordRow  *puppet_record_row_new           (const PuppetRecord         *record,
                                                   guint64                     id,
                                                   gint64                      now_us);
void              puppet_record_row_end           (RelaisRecordRow            *self,
                                                   guint                       status);

G_END_DECLS
