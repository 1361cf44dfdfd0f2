/* relais-core.h: what lives in the engine's own thread
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "accounts/relais-account-store.h"
#include "monitor/relais-log.h"
#include "server/relais-exchange.h"
#include "upstream/relais-repeat.h"

#include "relais-engine.h"

G_BEGIN_DECLS

/* An account without its credential, as it crosses to the main context. */
typedef struct
{
  char                *id;
  char                *label;
  char                *provider;
  char                *base_url;
  char               **models;
  const char *dispatch; /* static */
  int                  priority;
  RelaisAccountState   state;
  guint                n_requests;
  gboolean             enabled;
  gboolean             has_key;
  gboolean             kept;
  GPtrArray *troubles; /* RelaisAccountTrouble */
} RelaisAccountInfo;

/* What changed since the last one; NULL members did not. Owned by who receives it. */
typedef struct
{
  GPtrArray *records;  /* RelaisRecord, oldest first */
  GPtrArray *accounts; /* RelaisAccountInfo, in list order */
  char               **models;
  guint                n_active;
  RelaisKeyringState   keyring;
  gboolean log_changed; /* the next one counts */
  char *log_trouble;    /* why the log cannot be written, or NULL */
} RelaisSnapshot;

typedef void (*RelaisSnapshotFunc) (RelaisSnapshot *snapshot,
                                    gpointer user_data);

/* A change of the accounts that waits for the one before it to end. */
typedef struct _RelaisCore RelaisCore;
typedef void (*RelaisCoreChange) (RelaisCore *self,
                                  gpointer data);

/* Everything in the engine thread. Made there and freed there. */
struct _RelaisCore
{
  /* owned */
  GMainContext          *context;
  RelaisConfig          *config;
  RelaisAccountPool     *pool;
  RelaisUpstream        *upstream;
  RelaisCatalog         *catalog;
  RelaisServer *server;      /* NULL while stopped */
  GPtrArray *endings;        /* of RelaisServer: those that let their last answers end */
  RelaisAccountStore *store; /* NULL when the keyring is not used */
  GPtrArray *secrets;        /* of char, wiped: keys in force, and the last that were */
  GPtrArray *exports;        /* of those that run, each its own owner */
  GPtrArray *repeats;        /* of RelaisRepeat: requests that were sent again */
  GPtrArray *accounts;       /* RelaisAccount, in list order */
  GHashTable *unkept;        /* ids of accounts that live until quit */
  RelaisAccount *removed;    /* the last one removed, for Undo */
  gboolean removed_unkept;   /* it lived until quit */
  guint                  removed_at;
  GHashTable *n_requests; /* account id -> count */
  GHashTable *records;    /* id -> RelaisRecord, changed since the last snapshot */
  RelaisLog *log;         /* NULL: nothing is kept between runs */
  char *log_trouble;      /* why it cannot be written, or NULL */
  gboolean               log_changed;
  GSource               *flush;
  GSource *ends; /* when something ends that is held against an account */
  char                 **order;
  char                  *key_file;
  char                  *key_source;
  GPtrArray *notes; /* what of the accounts file should be told */
  gboolean               accounts_changed;
  gboolean               models_changed;
  char                 **models;
  RelaisKeyringState     keyring;
  RelaisEngineKeyPlace   key_place;
  RelaisGateway          gateway;
  GQueue                 changes;
  gboolean               changing;
  gboolean practice_run; /* the practice account is for this run only */

  /* borrowed */
  RelaisSnapshotFunc     snapshot;
  gpointer               user_data;
};

/* A step that ends later. @result is the step's own; @error NULL for success; both are taken. */
typedef void (*RelaisCoreDone) (gpointer result,
                                GError *error,
                                gpointer user_data);

typedef struct
{
  RelaisStartFailure *failure; /* NULL: it listens */
  char  **urls;
  guint   port;
} RelaisListening;

RelaisCore      *relais_core_new             (GMainContext                      *context,
                                              const RelaisEngineOptions         *options,
                                              RelaisSnapshotFunc                 snapshot,
                                              gpointer                           user_data);
void             relais_core_free            (RelaisCore                        *self);
void             relais_core_touch           (RelaisCore                        *self);
void             relais_core_flush           (RelaisCore                        *self);
void             relais_core_apply_accounts  (RelaisCore                        *self);
gboolean         relais_core_is_listening    (RelaisCore                        *self);
RelaisListening *relais_core_start           (RelaisCore                        *self);
RelaisListening *relais_core_rebind          (RelaisCore                        *self);
void             relais_core_stop            (RelaisCore                        *self,
                                              GCancellable                      *cancellable,
                                              RelaisCoreDone                     done,
                                              gpointer                           user_data);
void             relais_core_set_rules       (RelaisCore                        *self,
                                              RelaisRules                       *rules);
void             relais_core_refresh_models  (RelaisCore                        *self);
void             relais_core_load            (RelaisCore                        *self,
                                              gboolean                           unlock,
                                              RelaisCoreDone                     done,
                                              gpointer                           user_data);
void             relais_core_save_key        (RelaisCore                        *self,
                                              const char                        *key,
                                              RelaisCoreDone                     done,
                                              gpointer                           user_data);
void             relais_core_begin_change    (RelaisCore                        *self,
                                              RelaisCoreChange                   change,
                                              gpointer                           data);
void             relais_core_end_change      (RelaisCore                        *self);
void             relais_core_put_account     (RelaisCore                        *self,
                                              RelaisAccount                     *account,
                                              int                                position,
                                              RelaisCoreDone                     done,
                                              gpointer                           user_data);
void             relais_core_remove_account  (RelaisCore                        *self,
                                              const char                        *id,
                                              RelaisCoreDone                     done,
                                              gpointer                           user_data);
void             relais_core_restore_account (RelaisCore                        *self,
                                              const char                        *id,
                                              RelaisCoreDone                     done,
                                              gpointer                           user_data);
RelaisAccount   *relais_core_find            (RelaisCore                        *self,
                                              const char                        *id);
void             relais_core_set_order       (RelaisCore                        *self,
                                              const char                * const *ids);
gboolean         relais_core_take_options    (RelaisCore                        *self,
                                              const RelaisEngineOptions         *options,
                                              GError                           **error);
void             relais_listening_free       (RelaisListening                   *self);
void             relais_snapshot_free        (RelaisSnapshot                    *self);

void relais_core_sort_records (GPtrArray *records);

/* relais-core-log.c: what is kept between runs */
void relais_core_open_log  (RelaisCore     *self,
                            const char     *path);
void relais_core_close_log (RelaisCore     *self);
void relais_core_read_log  (RelaisCore     *self,
                            guint64         id,
                            RelaisCoreDone  done,
                            gpointer        user_data);

/* relais-core-bodies.c: what requests said */
void          relais_core_remember_secrets (RelaisCore         *self);
RelaisBodies *relais_core_close_bodies     (RelaisCore         *self,
                                            const RelaisRecord *record);
void          relais_core_load_bodies      (RelaisCore         *self,
                                            const RelaisRecord *record,
                                            RelaisCoreDone      done,
                                            gpointer            user_data);

char *relais_core_dup_own_url (RelaisCore *self);

/* relais-core-repeat.c: requests to this proxy itself */
RelaisAccount *relais_core_make_own_account (RelaisCore          *self,
                                             RelaisDialectId      dialect);
gboolean       relais_core_can_repeat       (const RelaisRecord  *record,
                                             RelaisBodies        *bodies);
gboolean       relais_core_repeat           (RelaisCore          *self,
                                             const RelaisRecord  *record,
                                             RelaisBodies        *bodies,
                                             GError             **error);

/* relais-core-export.c: requests into a file */
void relais_core_export       (RelaisCore         *self,
                               GPtrArray          *records,
                               RelaisExportFormat  format,
                               const char         *path,
                               GCancellable       *cancellable,
                               RelaisCoreDone      done,
                               gpointer            user_data);
void relais_core_stop_exports (RelaisCore         *self);

/* relais-core-standing.c: how each account stands */
GPtrArray         *relais_core_list_troubles     (RelaisCore    *self,
                                                  const char    *id);
RelaisAccountState relais_core_get_account_state (RelaisCore    *self,
                                                  RelaisAccount *account);
void               relais_core_watch_ends        (RelaisCore    *self);
void               relais_core_unwatch_ends      (RelaisCore    *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelaisListening, relais_listening_free)

G_END_DECLS
