/* relais-session-table.h: which account each conversation stays with
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define RELAIS_SESSIONS_MAX 4096

typedef struct _RelaisSessionTable RelaisSessionTable;

RelaisSessionTable *relais_session_table_new            (void);
void                relais_session_table_free           (RelaisSessionTable *self);
void                relais_session_table_bind           (RelaisSessionTable *self,
                                                         const char         *session,
                                                         const char         *model,
                                                         const char         *account_id);
const char         *relais_session_table_find           (RelaisSessionTable *self,
                                                         const char         *session,
                                                         const char         *model);
void                relais_session_table_forget_account (RelaisSessionTable *self,
                                                         const char         *account_id);
void                relais_session_table_clear          (RelaisSessionTable *self);
guint               relais_session_table_get_length     (RelaisSessionTable *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelaisSessionTable, relais_session_table_free)

G_END_DECLS
