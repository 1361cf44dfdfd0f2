/* relais-engine.h: the facade: everything the window and the command line see
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "base/relais-config.h"
#include "base/relais-start-failure.h"
#include "monitor/relais-bodies.h"

#include "relais-account-row.h"
#include "relais-record-row.h"

G_BEGIN_DECLS

typedef enum {
  RELAIS_ENGINE_STOPPED,
  RELAIS_ENGINE_STARTING,
  RELAIS_ENGINE_RUNNING,
  RELAIS_ENGINE_STOPPING,
  RELAIS_ENGINE_FAILED, /* the failure says why; as good as stopped */
} RelaisEngineState;

typedef enum {
  RELAIS_ENGINE_KEYRING_UNKNOWN,
  RELAIS_ENGINE_KEYRING_READY,
  RELAIS_ENGINE_KEYRING_LOCKED,
  RELAIS_ENGINE_KEYRING_NO_COLLECTION,
  RELAIS_ENGINE_KEYRING_NO_SERVICE, /* accounts added now live until quit */
  RELAIS_ENGINE_KEYRING_UNUSED,     /* accounts file or practice: the keyring is not touched */
} RelaisEngineKeyring;

/* Where the client key in force is kept. */
typedef enum {
  RELAIS_ENGINE_KEY_NOWHERE, /* none yet, or it lives until quit */
  RELAIS_ENGINE_KEY_GIVEN,   /* handed in with the options */
  RELAIS_ENGINE_KEY_KEYRING,
  RELAIS_ENGINE_KEY_FILE, /* the key_file of the options */
} RelaisEngineKeyPlace;

#define RELAIS_TYPE_ENGINE_STATE (relais_engine_state_get_type ())
#define RELAIS_TYPE_ENGINE_KEYRING (relais_engine_keyring_get_type ())

GType relais_engine_state_get_type   (void);
GType relais_engine_keyring_get_type (void);

/* A provider as the add dialog shows it. Static strings, for the life of the program. */
typedef struct
{
  const char *id;
  const char *name;
  const char *key_url;  /* where a person gets a key, or NULL */
  const char *base_url; /* default, or NULL where the person must say */
  gboolean    needs_base_url;
  gboolean    needs_key;
  gboolean local; /* a server on this computer; base_url says where it usually is */
} RelaisEngineProvider;

/* What a person typed in the add or edit dialog. NULL members of an edit keep what is; an empty
 * base_url is the provider's own, an empty api_key none. */
typedef struct
{
  const char *label;
  const char *provider;
  const char *base_url;
  const char *api_key;
  const char *const *models; /* patterns; NULL: all */
  const char *dispatch;      /* "off", "pooled", "fallback" or "exclusive" */
  gboolean    models_set;
  gboolean enabled; /* whether it may be picked; a new one may */
  gboolean    enabled_set;
} RelaisAccountDraft;

/* What a test of an account or of the proxy said. */
typedef struct
{
  gboolean ok;
  guint status;   /* HTTP status, 0 when none came */
  guint n_models; /* account test: how many models it lists */
  gint64   duration_us;
  char *model;   /* request test: who answered */
  char *text;    /* request test: the answer's text, at most 200 characters */
  char *message; /* not ok: what is wrong, in the server's or our words */
} RelaisTestResult;

void relais_test_result_free (RelaisTestResult *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelaisTestResult, relais_test_result_free)

#define RELAIS_FORECAST_ACCOUNTS_MAX 3 /* no request is tried with more */

/* Who would serve a model, or why nobody would. */
typedef enum {
  RELAIS_FORECAST_NO_ACCOUNT, /* there is no active one */
  RELAIS_FORECAST_NOT_FIXED,  /* the one that is to answer everything is not active */
  RELAIS_FORECAST_RULE,       /* none that its rule allows is active */
  RELAIS_FORECAST_NO_MODEL,   /* none of those serves it */
  RELAIS_FORECAST_SPENT,      /* none of those can now */
  RELAIS_FORECAST_HELD,       /* likewise, but one will soon enough to wait for it */
  RELAIS_FORECAST_SERVED,
} RelaisForecastEnd;

/* What would become of a request for a model. */
typedef struct
{
  guint rule;      /* the number of the rule that holds, 0 where none does */
  char *model;     /* what the upstream would be asked for */
  char **accounts; /* labels of those that would be asked, each where those before it failed */
  guint n_first;   /* so many of them go first, each for a client of another dialect */
  gint64 free_us;  /* SPENT, HELD: when the first can serve, since 1970; 0: unknown */
  RelaisForecastEnd end;
} RelaisForecast;

void relais_forecast_free (RelaisForecast *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelaisForecast, relais_forecast_free)

/* What a request or an answer said, for a person to read. */
typedef struct
{
  char *text;  /* UTF-8, media cut and keys hidden; NULL where nothing is kept or it is none */
  gsize size;  /* bytes kept */
  gsize total; /* bytes there were */
  gboolean is_whole;
} RelaisBodyText;

typedef struct
{
  RelaisBodyText parts[RELAIS_N_BODIES]; /* by RelaisBodyKind */
  gboolean can_send_again;
  char *curl; /* what asks the same on a command line, without the key; NULL where it cannot */
} RelaisRecordBodies;

void relais_record_bodies_free (RelaisRecordBodies *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelaisRecordBodies, relais_record_bodies_free)

typedef enum {
  RELAIS_EXPORT_JSON_LINES,
  RELAIS_EXPORT_HAR,
} RelaisExportFormat;

/* How to make an engine. Strings are copied. */
typedef struct
{
  gboolean practice;         /* the practice account, for this run only */
  const char *accounts_file; /* instead of the keyring */
  const char *rules_file;    /* which model is used for which; NULL: none */
  gboolean use_keyring;      /* FALSE: accounts live in memory (or come from the file) */
  const char *api_key;       /* the client key, instead of the keyring's */
  const char *key_source;    /* where @api_key came from, as people know it; or NULL */
  const char *key_file;      /* where the client key is, 0600, when the keyring has none */
  gboolean keep_bodies;      /* what the last requests and their answers said stays in memory */
  const char *log_file;      /* where requests are kept between runs; NULL: nowhere */
} RelaisEngineOptions;

/* Everything of it is used from the main context only; notify comes there too, at most 10 times a
 * second for what changes with traffic. Properties (all read-only): "state", "keyring",
 * "failure" (RelaisStartFailure), "trouble" (GError), "n-active", "n-accounts", "n-running",
 * "api-key-set", "port" (the one bound while running, else the one to bind), "allow-lan-access",
 * "auth-mode", "effective-auth-mode", "log-trouble" (string or NULL: why the log of requests cannot
 * be written).
 * Signal "models-changed": what dup_models says changed; refresh_models asks for it. */
#define RELAIS_TYPE_ENGINE (relais_engine_get_type ())

G_DECLARE_FINAL_TYPE (RelaisEngine, relais_engine, RELAIS, ENGINE, GObject)

RelaisEngine               *relais_engine_new            (const RelaisEngineOptions *options);
RelaisEngineState           relais_engine_get_state      (RelaisEngine              *self);
RelaisEngineKeyring         relais_engine_get_keyring    (RelaisEngine              *self);
const RelaisStartFailure   *relais_engine_get_failure    (RelaisEngine              *self);
const GError               *relais_engine_get_trouble    (RelaisEngine              *self);
guint                       relais_engine_get_n_active   (RelaisEngine              *self);
guint                       relais_engine_get_n_accounts (RelaisEngine              *self);
guint                       relais_engine_get_n_running  (RelaisEngine              *self);
guint                       relais_engine_get_port       (RelaisEngine              *self);
char                      **relais_engine_dup_urls       (RelaisEngine              *self);
char                       *relais_engine_dup_api_key    (RelaisEngine              *self);
RelaisEngineKeyPlace        relais_engine_get_key_place  (RelaisEngine              *self);
RelaisAuthMode              relais_engine_get_key_mode   (RelaisEngine              *self);
GListModel                 *relais_engine_list_accounts  (RelaisEngine              *self);
GListModel                 *relais_engine_list_records   (RelaisEngine              *self);
char                      **relais_engine_dup_models     (RelaisEngine              *self);
void                        relais_engine_refresh_models (RelaisEngine              *self);
const RelaisEngineProvider *relais_engine_get_providers  (gsize                     *n_providers);

/* Loads accounts and key; call once, before start. Ends without error in every keyring state. */
void     relais_engine_load_async   (RelaisEngine         *self,
                                     gboolean              unlock,
                                     GCancellable         *cancellable,
                                     GAsyncReadyCallback   callback,
                                     gpointer              user_data);
gboolean relais_engine_load_finish  (RelaisEngine         *self,
                                     GAsyncResult         *result,
                                     GError              **error);
char   **relais_engine_dup_notes    (RelaisEngine         *self);
void     relais_engine_start_async  (RelaisEngine         *self,
                                     GCancellable         *cancellable,
                                     GAsyncReadyCallback   callback,
                                     gpointer              user_data);
gboolean relais_engine_start_finish (RelaisEngine         *self,
                                     GAsyncResult         *result,
                                     GError              **error);
void     relais_engine_stop_async   (RelaisEngine         *self,
                                     GCancellable         *cancellable,
                                     GAsyncReadyCallback   callback,
                                     gpointer              user_data);
gboolean relais_engine_stop_finish  (RelaisEngine         *self,
                                     GAsyncResult         *result,
                                     GError              **error);

gboolean relais_engine_set_port               (RelaisEngine             *self,
                                               int                       port,
                                               GError                  **error);
void     relais_engine_set_allow_lan_access   (RelaisEngine             *self,
                                               gboolean                  allow);
void     relais_engine_set_auth_mode          (RelaisEngine             *self,
                                               RelaisAuthMode            mode);
gboolean relais_engine_set_allowed_hosts      (RelaisEngine             *self,
                                               const char       * const *hosts,
                                               GError                  **error);
gboolean relais_engine_set_allowed_origins    (RelaisEngine             *self,
                                               const char       * const *origins,
                                               GError                  **error);
void     relais_engine_set_strict_translation (RelaisEngine             *self,
                                               gboolean                  strict);
gboolean relais_engine_set_proxy              (RelaisEngine             *self,
                                               const char               *url,
                                               GError                  **error);
gboolean relais_engine_set_rules              (RelaisEngine             *self,
                                               const char               *json,
                                               GError                  **error);
char   **relais_engine_dup_rule_notes         (RelaisEngine             *self);
gboolean relais_engine_set_scheduling         (RelaisEngine             *self,
                                               RelaisScheduling          scheduling,
                                               const char               *account_id,
                                               GError                  **error);
gboolean relais_engine_set_max_wait           (RelaisEngine             *self,
                                               int                       seconds,
                                               GError                  **error);
gboolean relais_engine_set_first_byte_timeout (RelaisEngine             *self,
                                               int                       seconds,
                                               GError                  **error);
gboolean relais_engine_set_gap_timeout        (RelaisEngine             *self,
                                               int                       seconds,
                                               GError                  **error);
void     relais_engine_set_account_order      (RelaisEngine             *self,
                                               const char       * const *ids);
char   **relais_engine_dup_account_order      (RelaisEngine             *self);

gboolean relais_engine_check_api_key      (const char           *key);
char    *relais_engine_make_api_key       (void);
char    *relais_engine_mask_api_key       (const char           *key);
void     relais_engine_set_api_key_async  (RelaisEngine         *self,
                                           const char           *key,
                                           GCancellable         *cancellable,
                                           GAsyncReadyCallback   callback,
                                           gpointer              user_data);
gboolean relais_engine_set_api_key_finish (RelaisEngine         *self,
                                           GAsyncResult         *result,
                                           GError              **error);

void     relais_engine_add_account_async   (RelaisEngine              *self,
                                            const RelaisAccountDraft  *draft,
                                            GCancellable              *cancellable,
                                            GAsyncReadyCallback        callback,
                                            gpointer                   user_data);
char    *relais_engine_add_account_finish  (RelaisEngine              *self,
                                            GAsyncResult              *result,
                                            GError                   **error);
void     relais_engine_edit_account_async  (RelaisEngine              *self,
                                            const char                *id,
                                            const RelaisAccountDraft  *draft,
                                            GCancellable              *cancellable,
                                            GAsyncReadyCallback        callback,
                                            gpointer                   user_data);
gboolean relais_engine_edit_account_finish (RelaisEngine              *self,
                                            GAsyncResult              *result,
                                            GError                   **error);

/* Out of the pool and the keyring at once; kept in memory (never handed out) until the next
 * removal or quit, so that restore puts it back whole, key and place included. */
void     relais_engine_remove_account_async   (RelaisEngine         *self,
                                               const char           *id,
                                               GCancellable         *cancellable,
                                               GAsyncReadyCallback   callback,
                                               gpointer              user_data);
gboolean relais_engine_remove_account_finish  (RelaisEngine         *self,
                                               GAsyncResult         *result,
                                               GError              **error);
void     relais_engine_restore_account_async  (RelaisEngine         *self,
                                               const char           *id,
                                               GCancellable         *cancellable,
                                               GAsyncReadyCallback   callback,
                                               gpointer              user_data);
gboolean relais_engine_restore_account_finish (RelaisEngine         *self,
                                               GAsyncResult         *result,
                                               GError              **error);

void relais_engine_try_account_now (RelaisEngine *self,
                                    const char   *id);

/* Lists the models at the provider: of @draft when given, over the stored account @id when that is
 * given (so that an edit can be tested without the key leaving the engine). */
void              relais_engine_test_account_async  (RelaisEngine              *self,
                                                     const char                *id,
                                                     const RelaisAccountDraft  *draft,
                                                     GCancellable              *cancellable,
                                                     GAsyncReadyCallback        callback,
                                                     gpointer                   user_data);
RelaisTestResult *relais_engine_test_account_finish (RelaisEngine              *self,
                                                     GAsyncResult              *result,
                                                     GError                   **error);

/* A real request over the real port in that dialect: "openai-chat", "openai-responses",
 * "anthropic" or "gemini". */
void              relais_engine_test_request_async  (RelaisEngine         *self,
                                                     const char           *dialect,
                                                     const char           *model,
                                                     GCancellable         *cancellable,
                                                     GAsyncReadyCallback   callback,
                                                     gpointer              user_data);
RelaisTestResult *relais_engine_test_request_finish (RelaisEngine         *self,
                                                     GAsyncResult         *result,
                                                     GError              **error);

/* What would become of a request for a model now. */
void            relais_engine_forecast_async  (RelaisEngine         *self,
                                               const char           *model,
                                               GCancellable         *cancellable,
                                               GAsyncReadyCallback   callback,
                                               gpointer              user_data);
RelaisForecast *relais_engine_forecast_finish (RelaisEngine         *self,
                                               GAsyncResult         *result,
                                               GError              **error);

void     relais_engine_set_records_paused (RelaisEngine *self,
                                           gboolean      paused);
gboolean relais_engine_get_records_paused (RelaisEngine *self);
void     relais_engine_clear_records      (RelaisEngine *self);
void     relais_engine_restore_records    (RelaisEngine *self,
                                           GPtrArray    *rows);
void     relais_engine_forget_records     (RelaisEngine *self,
                                           GPtrArray    *rows);

/* What a request and its answer said: of a running one so far. */
void                relais_engine_load_bodies_async  (RelaisEngine         *self,
                                                      RelaisRecordRow      *row,
                                                      GCancellable         *cancellable,
                                                      GAsyncReadyCallback   callback,
                                                      gpointer              user_data);
RelaisRecordBodies *relais_engine_load_bodies_finish (RelaisEngine         *self,
                                                      GAsyncResult         *result,
                                                      GError              **error);

/* Over the real port, as a client does, with the key; the answer is a new row. */
void     relais_engine_send_again_async  (RelaisEngine         *self,
                                          RelaisRecordRow      *row,
                                          GCancellable         *cancellable,
                                          GAsyncReadyCallback   callback,
                                          gpointer              user_data);
gboolean relais_engine_send_again_finish (RelaisEngine         *self,
                                          GAsyncResult         *result,
                                          GError              **error);

/* Rows with what is kept of their bodies; the file is there whole or not at all, 0600. */
void     relais_engine_export_async  (RelaisEngine         *self,
                                      GListModel           *rows,
                                      RelaisExportFormat    format,
                                      GFile                *file,
                                      GCancellable         *cancellable,
                                      GAsyncReadyCallback   callback,
                                      gpointer              user_data);
gboolean relais_engine_export_finish (RelaisEngine         *self,
                                      GAsyncResult         *result,
                                      GError              **error);

/* What of the requests is kept between runs; at once. Without rows nothing more is written, and
 * what is there goes with age, or as it is deleted. */
void     relais_engine_set_log            (RelaisEngine         *self,
                                           gboolean              rows,
                                           gboolean              bodies,
                                           int                   retention_days);
void     relais_engine_delete_log_async   (RelaisEngine         *self,
                                           GCancellable         *cancellable,
                                           GAsyncReadyCallback   callback,
                                           gpointer              user_data);
gboolean relais_engine_delete_log_finish  (RelaisEngine         *self,
                                           GAsyncResult         *result,
                                           GError              **error);
void     relais_engine_measure_log_async  (RelaisEngine         *self,
                                           GCancellable         *cancellable,
                                           GAsyncReadyCallback   callback,
                                           gpointer              user_data);
gboolean relais_engine_measure_log_finish (RelaisEngine         *self,
                                           GAsyncResult         *result,
                                           gint64               *n_requests,
                                           gint64               *size_bytes,
                                           GError              **error);

G_END_DECLS
