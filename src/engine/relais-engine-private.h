/* relais-engine-private.h: what the files of the facade share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "relais-core.h"

G_BEGIN_DECLS

/* How the engine thread reaches an engine that may be gone: read and written in the owner's context
 * only. */
typedef struct
{
  RelaisEngine *engine;
} RelaisLink;

struct _RelaisEngine
{
  GObject                parent_instance;

  /* owned */
  GMainContext          *owner;
  GMainContext *context; /* the engine thread's */
  GMainLoop             *loop;
  GThread               *thread;
  RelaisLink            *link;
  GListStore            *accounts;
  GListStore *records;     /* newest first */
  GHashTable *record_rows; /* id -> RelaisRecordRow, borrowed from records */
  GHashTable *held;        /* id -> RelaisRecord, while paused */
  GHashTable *cleared;     /* id -> RelaisRecordRow: out of the list, not forgotten yet */
  GHashTable *running;     /* ids of requests not over yet */
  RelaisRules *rules;      /* asked for last, or NULL */
  RelaisConfig *config;    /* what was asked for; the core has its own copy */
  RelaisStartFailure    *failure;
  GError                *load_error;
  GError *trouble;   /* of the last load */
  char *log_trouble; /* why the log cannot be written, or NULL */
  GPtrArray             *notes;
  char                 **models;
  char                 **urls;

  RelaisCore *core; /* borrowed: made and freed in the engine thread */
  RelaisEngineState      state;
  RelaisEngineKeyring    keyring;
  RelaisEngineKeyPlace   key_place;
  guint                  n_active;
  guint                  bound_port;
  guint n_starts; /* times it was asked to start */
  gboolean               uses_keyring;
  gboolean               paused;
  guint n_clears; /* times the list was emptied */
};

enum {
  PROP_0,
  PROP_STATE,
  PROP_KEYRING,
  PROP_FAILURE,
  PROP_TROUBLE,
  PROP_N_ACTIVE,
  PROP_N_ACCOUNTS,
  PROP_N_RUNNING,
  PROP_API_KEY_SET,
  PROP_PORT,
  PROP_ALLOW_LAN_ACCESS,
  PROP_AUTH_MODE,
  PROP_EFFECTIVE_AUTH_MODE,
  PROP_LOG_TROUBLE,
  N_PROPS
};

/* A plain piece of work that crosses into the engine thread and comes back. Its task is touched in
 * the owner's context only. */
typedef struct _RelaisJob RelaisJob;

typedef void (*RelaisJobFunc) (RelaisCore *core,
                               RelaisJob *job);

/* Back in the owner's context, before the task returns. */
typedef void (*RelaisJobAfter) (RelaisEngine *engine,
                                RelaisJob *job);

struct _RelaisJob
{
  RelaisEngine *engine;      /* borrowed: the task holds it */
  GTask *task;               /* owned */
  GCancellable *cancellable; /* owned; cancelled in the engine thread; NULL: cannot be */
  gulong outer_handler;      /* of the cancellable of the task */
  RelaisCore *core;          /* borrowed, in the engine thread only */
  RelaisJobFunc         func;
  RelaisJobAfter        after;

  /* owned; what each job needs */
  gpointer              input;
  GDestroyNotify        input_free;
  gpointer              result;
  GDestroyNotify        result_free;
  GError               *error;
  char                 *text;
  int                   number;
  RelaisEngineKeyPlace  key_place;
};

RelaisJob *relais_job_new    (RelaisEngine        *engine,
                              gpointer             source_tag,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data,
                              RelaisJobFunc        func);
void       relais_job_run    (RelaisJob           *job);
void       relais_job_return (RelaisJob           *job);
void       relais_job_done   (gpointer             result,
                              GError              *error,
                              gpointer             job);

void     relais_job_end_change   (gpointer   result,
                                  GError    *error,
                                  gpointer   job);
gboolean relais_job_is_cancelled (RelaisJob *job);

void     relais_attach                  (GMainContext               *context,
                                         GSourceFunc                 func,
                                         gpointer                    data,
                                         GDestroyNotify              destroy);
void     relais_engine_start_thread     (RelaisEngine               *self,
                                         const RelaisEngineOptions  *options);
void     relais_engine_apply_records    (RelaisEngine               *self,
                                         GPtrArray                  *records);
void     relais_engine_hold_records     (RelaisEngine               *self,
                                         GPtrArray                  *records);
void     relais_engine_append_records   (RelaisEngine               *self,
                                         GPtrArray                  *records);
void     relais_engine_drop_records     (RelaisEngine               *self);
gint64   relais_engine_get_oldest_us    (RelaisEngine               *self);
gboolean relais_engine_knows_record     (RelaisEngine               *self,
                                         guint64                     id);
void     relais_engine_load_log         (RelaisEngine               *self);
void     relais_engine_take_log_trouble (RelaisEngine               *self,
                                         const char                 *trouble);
void     relais_engine_forget_failure   (RelaisEngine               *self);
void     relais_engine_take_keyring     (RelaisEngine               *self,
                                         RelaisKeyringState          state);
void     relais_engine_relay_listening  (RelaisEngine               *self,
                                         RelaisJob                  *job);
void     relais_engine_tell_accounts    (RelaisEngine               *self);
void     relais_engine_take_models      (RelaisEngine               *self,
                                         char                      **models);
void     relais_engine_notify           (RelaisEngine               *self,
                                         guint                       property);

G_END_DECLS
