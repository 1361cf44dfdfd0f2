/* puppet-engine.h: an engine without a proxy, to put the pages in every state
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "engine/relais-engine.h"

G_BEGIN_DECLS

/* Has every symbol of relais-engine.h. A start succeeds unless a failure was laid out; tests of
 * accounts and requests say what was laid out, or that all is well. A load ends trouble. Bodies are
 * those laid out, or of a small chat that passed through; to send again makes a row that runs. */

typedef struct
{
  const char         *id;
  const char         *label;
  const char         *provider;
  RelaisAccountState  state;
  guint               n_requests;
} PuppetAccount;

typedef struct
{
  guint       age_s;
  guint       status;
  const char *path;
  const char *model;
  const char *account;
  gint64      duration_ms;
  gint64      tokens;
  const char *error;
  gboolean estimated; /* the tokens are a guess */
  GPtrArray *trace;   /* RelaisTraceStep, or NULL */
  const char *refused_host;
  const char *refused_origin;
  const char *client; /* NULL: Claude Code */
  const char *account_id;
} PuppetRecord;

void              puppet_engine_set_state      (RelaisEngine                       *self,
                                                RelaisEngineState                   state);
void              puppet_engine_set_n_running  (RelaisEngine                       *self,
                                                guint                               n_running);
void              puppet_engine_set_keyring    (RelaisEngine                       *self,
                                                RelaisEngineKeyring                 keyring);
void              puppet_engine_set_trouble    (RelaisEngine                       *self,
                                                const GError                       *trouble);
void              puppet_engine_fail           (RelaisEngine                       *self,
                                                const RelaisStartFailure           *failure);
void              puppet_engine_set_urls       (RelaisEngine                       *self,
                                                const char                 * const *urls);
const char *const*puppet_engine_get_hosts      (RelaisEngine                       *self);
const char *const*puppet_engine_get_origins    (RelaisEngine                       *self);
int               puppet_engine_get_timeout    (RelaisEngine                       *self,
                                                const char                         *key);
const char       *puppet_engine_get_proxy      (RelaisEngine                       *self);
gboolean          puppet_engine_get_strict     (RelaisEngine                       *self);
void              puppet_engine_set_test       (RelaisEngine                       *self,
                                                const RelaisTestResult             *result);
void              puppet_engine_add_account    (RelaisEngine                       *self,
                                                const PuppetAccount                *account);
void              puppet_engine_set_trouble_of (RelaisEngine                       *self,
                                                const char                         *id,
                                                const RelaisAccountTrouble         *trouble);
RelaisScheduling  puppet_engine_get_scheduling (RelaisEngine                       *self,
                                                const char                        **fixed,
                                                int                                *max_wait);
void              puppet_engine_add_record     (RelaisEngine                       *self,
                                                const PuppetRecord                 *record);
void              puppet_engine_end_record     (RelaisEngine                       *self,
                                                guint                               status);

/* puppet-history.c; bodies NULL: none is kept */
void        puppet_engine_set_bodies      (RelaisEngine             *self,
                                           const RelaisRecordBodies *bodies);
const char *puppet_engine_get_log_trouble (RelaisEngine             *self);
void        puppet_engine_set_log_trouble (RelaisEngine             *self,
                                           const char               *trouble);
gboolean    puppet_engine_get_log         (RelaisEngine             *self,
                                           gboolean                 *bodies,
                                           int                      *retention_days);
guint       puppet_engine_get_n_deleted   (RelaisEngine             *self);
void        puppet_engine_set_n_kept      (RelaisEngine             *self,
                                           guint                     n_kept);
guint       puppet_engine_get_n_forgotten (RelaisEngine             *self);

G_END_DECLS
