/* relais-engine.c: the facade: everything the window and the command line see
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-engine"

#include "config.h"

#include <malloc.h>

#include "base/relais-error.h"
#include "base/relais-key.h"

#include "relais-engine-private.h"

static GParamSpec *properties[N_PROPS];
static guint accounts_changed_signal, models_changed_signal;

G_DEFINE_FINAL_TYPE (RelaisEngine, relais_engine, G_TYPE_OBJECT)

G_DEFINE_ENUM_TYPE (RelaisEngineState, relais_engine_state,
                    G_DEFINE_ENUM_VALUE (RELAIS_ENGINE_STOPPED, "stopped"),
                    G_DEFINE_ENUM_VALUE (RELAIS_ENGINE_STARTING, "starting"),
                    G_DEFINE_ENUM_VALUE (RELAIS_ENGINE_RUNNING, "running"),
                    G_DEFINE_ENUM_VALUE (RELAIS_ENGINE_STOPPING, "stopping"),
                    G_DEFINE_ENUM_VALUE (RELAIS_ENGINE_FAILED, "failed"))

G_DEFINE_ENUM_TYPE (RelaisEngineKeyring, relais_engine_keyring,
                    G_DEFINE_ENUM_VALUE (RELAIS_ENGINE_KEYRING_UNKNOWN, "unknown"),
                    G_DEFINE_ENUM_VALUE (RELAIS_ENGINE_KEYRING_READY, "ready"),
                    G_DEFINE_ENUM_VALUE (RELAIS_ENGINE_KEYRING_LOCKED, "locked"),
                    G_DEFINE_ENUM_VALUE (RELAIS_ENGINE_KEYRING_NO_COLLECTION, "no-collection"),
                    G_DEFINE_ENUM_VALUE (RELAIS_ENGINE_KEYRING_NO_SERVICE, "no-service"),
                    G_DEFINE_ENUM_VALUE (RELAIS_ENGINE_KEYRING_UNUSED, "unused"))

void
relais_engine_notify (RelaisEngine *self,
                      guint         property)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static void
set_state (RelaisEngine      *self,
           RelaisEngineState  state)
{
  if (self->state == state)
    return;
  self->state = state;
  relais_engine_notify (self, PROP_STATE);
}

/* A start that failed for want of an account, or of the keyring's, may go well now: what was wrong
 * is no longer told. */
void
relais_engine_forget_failure (RelaisEngine *self)
{
  gboolean over;

  if (self->state != RELAIS_ENGINE_FAILED || self->failure == NULL)
    return;
  over = self->n_active > 0 &&
         (self->failure->code == RELAIS_ERROR_NO_ACCOUNT ||
          self->failure->code == RELAIS_ERROR_NO_KEYRING ||
          self->failure->code == RELAIS_ERROR_KEYRING_LOCKED);
  over |= self->failure->code == RELAIS_ERROR_KEYRING_LOCKED &&
          self->keyring != RELAIS_ENGINE_KEYRING_LOCKED;
  if (!over)
    return;
  g_clear_pointer (&self->failure, relais_start_failure_free);
  set_state (self, RELAIS_ENGINE_STOPPED);
  relais_engine_notify (self, PROP_FAILURE);
}

void
relais_engine_take_models (RelaisEngine  *self,
                           char         **models)
{
  g_strfreev (self->models);
  self->models = models;
  g_signal_emit (self, models_changed_signal, 0);
}

void
relais_engine_tell_accounts (RelaisEngine *self)
{
  g_signal_emit (self, accounts_changed_signal, 0);
}

static gboolean
quit_cb (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_REMOVE;
}

static void
relais_engine_dispose (GObject *object)
{
  RelaisEngine *self = RELAIS_ENGINE (object);

  if (self->thread != NULL)
    {
      self->link->engine = NULL;
      /* from within: the loop may not run yet */
      relais_attach (self->context, quit_cb, self->loop, NULL);
      g_thread_join (g_steal_pointer (&self->thread));
      self->core = NULL;
    }

  G_OBJECT_CLASS (relais_engine_parent_class)->dispose (object);
}

static void
relais_engine_finalize (GObject *object)
{
  RelaisEngine *self = RELAIS_ENGINE (object);

  g_atomic_rc_box_release (self->link);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_main_context_unref (self->owner);
  g_hash_table_unref (self->record_rows);
  g_hash_table_unref (self->held);
  g_hash_table_unref (self->cleared);
  g_hash_table_unref (self->running);
  g_object_unref (self->records);
  g_object_unref (self->accounts);
  g_object_unref (self->config);
  relais_start_failure_free (self->failure);
  g_clear_error (&self->load_error);
  g_clear_error (&self->trouble);
  g_free (self->log_trouble);
  g_ptr_array_unref (self->notes);
  g_clear_pointer (&self->rules, relais_rules_unref);
  g_strfreev (self->models);
  g_strfreev (self->urls);

  G_OBJECT_CLASS (relais_engine_parent_class)->finalize (object);
}

static void
relais_engine_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  RelaisEngine *self = RELAIS_ENGINE (object);

  switch (prop_id)
    {
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_KEYRING:
      g_value_set_enum (value, self->keyring);
      break;
    case PROP_FAILURE:
      g_value_set_boxed (value, self->failure);
      break;
    case PROP_TROUBLE:
      g_value_set_boxed (value, self->trouble);
      break;
    case PROP_N_ACTIVE:
      g_value_set_uint (value, self->n_active);
      break;
    case PROP_N_ACCOUNTS:
      g_value_set_uint (value, relais_engine_get_n_accounts (self));
      break;
    case PROP_N_RUNNING:
      g_value_set_uint (value, relais_engine_get_n_running (self));
      break;
    case PROP_API_KEY_SET:
      g_value_set_boolean (value, relais_config_get_api_key (self->config) != NULL);
      break;
    case PROP_PORT:
      g_value_set_uint (value, relais_engine_get_port (self));
      break;
    case PROP_ALLOW_LAN_ACCESS:
      g_value_set_boolean (value, relais_config_get_allow_lan_access (self->config));
      break;
    case PROP_AUTH_MODE:
      g_value_set_enum (value, relais_config_get_auth_mode (self->config));
      break;
    case PROP_EFFECTIVE_AUTH_MODE:
      g_value_set_enum (value, relais_config_get_effective_mode (self->config));
      break;
    case PROP_LOG_TROUBLE:
      g_value_set_string (value, self->log_trouble);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

/* Bodies and events of many MiB go back to the system when they are freed: glibc would raise this
 * threshold with the first of them and keep those that follow in its heap. */
static void
keep_heap_small (void)
{
#ifdef __GLIBC__
  mallopt (M_MMAP_THRESHOLD, 1024 * 1024);
#endif
}

static void
relais_engine_class_init (RelaisEngineClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  keep_heap_small ();

  object_class->dispose = relais_engine_dispose;
  object_class->finalize = relais_engine_finalize;
  object_class->get_property = relais_engine_get_property;

  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, RELAIS_TYPE_ENGINE_STATE,
                                              RELAIS_ENGINE_STOPPED, flags);
  properties[PROP_KEYRING] = g_param_spec_enum ("keyring", NULL, NULL, RELAIS_TYPE_ENGINE_KEYRING,
                                                RELAIS_ENGINE_KEYRING_UNKNOWN, flags);
  properties[PROP_FAILURE] = g_param_spec_boxed ("failure", NULL, NULL, RELAIS_TYPE_START_FAILURE, flags);
  properties[PROP_TROUBLE] = g_param_spec_boxed ("trouble", NULL, NULL, G_TYPE_ERROR, flags);
  properties[PROP_N_ACTIVE] = g_param_spec_uint ("n-active", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_N_ACCOUNTS] = g_param_spec_uint ("n-accounts", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_N_RUNNING] = g_param_spec_uint ("n-running", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_API_KEY_SET] = g_param_spec_boolean ("api-key-set", NULL, NULL, FALSE, flags);
  properties[PROP_PORT] = g_param_spec_uint ("port", NULL, NULL, 0, G_MAXUINT16, RELAIS_DEFAULT_PORT, flags);
  properties[PROP_ALLOW_LAN_ACCESS] = g_param_spec_boolean ("allow-lan-access", NULL, NULL, FALSE, flags);
  properties[PROP_AUTH_MODE] = g_param_spec_enum ("auth-mode", NULL, NULL, RELAIS_TYPE_AUTH_MODE,
                                                  RELAIS_AUTH_MODE_AUTO, flags);
  properties[PROP_EFFECTIVE_AUTH_MODE] = g_param_spec_enum ("effective-auth-mode", NULL, NULL, RELAIS_TYPE_AUTH_MODE,
                                                            RELAIS_AUTH_MODE_OFF, flags);
  properties[PROP_LOG_TROUBLE] = g_param_spec_string ("log-trouble", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  accounts_changed_signal = g_signal_new ("accounts-changed", RELAIS_TYPE_ENGINE, G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  models_changed_signal = g_signal_new ("models-changed", RELAIS_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
relais_engine_init (RelaisEngine *self)
{
  self->owner = g_main_context_ref_thread_default ();
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->link = g_atomic_rc_box_new0 (RelaisLink);
  self->link->engine = self;
  self->accounts = g_list_store_new (RELAIS_TYPE_ACCOUNT_ROW);
  self->records = g_list_store_new (RELAIS_TYPE_RECORD_ROW);
  self->record_rows = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->cleared = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_object_unref);
  self->held = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL,
                                      (GDestroyNotify)relais_record_free);
  self->running = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->config = relais_config_new ();
  self->models = g_new0 (char *, 1);
  self->urls = g_new0 (char *, 1);
}

/**
 * relais_engine_new:
 * @options: how to make it
 *
 * Starts the engine's thread; nothing listens yet. What is wrong with @options comes out of
 * [method@Engine.load_async]. Used from the main context it is made in.
 *
 * Returns: (transfer full): an engine
 */
RelaisEngine *
relais_engine_new (const RelaisEngineOptions *options)
{
  RelaisEngine *self = g_object_new (RELAIS_TYPE_ENGINE, NULL);

  self->uses_keyring = options->use_keyring;
  self->keyring = options->use_keyring ? RELAIS_ENGINE_KEYRING_UNKNOWN
                                       : RELAIS_ENGINE_KEYRING_UNUSED;
  relais_engine_start_thread (self, options);
  if (options->log_file != NULL)
    relais_engine_load_log (self);
  return self;
}

/**
 * relais_engine_get_state:
 * @self: an engine
 *
 * Returns: what the proxy does
 */
RelaisEngineState
relais_engine_get_state (RelaisEngine *self)
{
  return self->state;
}

/**
 * relais_engine_get_keyring:
 * @self: an engine
 *
 * Returns: how the keyring was found
 */
RelaisEngineKeyring
relais_engine_get_keyring (RelaisEngine *self)
{
  return self->keyring;
}

/**
 * relais_engine_get_trouble:
 * @self: an engine
 *
 * Returns: (transfer none) (nullable): why the last load did not read all it should have, as
 *   [method@Engine.load_finish] says
 */
const GError *
relais_engine_get_trouble (RelaisEngine *self)
{
  return self->trouble;
}

/**
 * relais_engine_get_failure:
 * @self: an engine
 *
 * Returns: (transfer none) (nullable): why the last start failed; %NULL in every other state
 */
const RelaisStartFailure *
relais_engine_get_failure (RelaisEngine *self)
{
  return self->failure;
}

/**
 * relais_engine_get_n_active:
 * @self: an engine
 *
 * Returns: accounts that are enabled, dispatched and not rejected
 */
guint
relais_engine_get_n_active (RelaisEngine *self)
{
  return self->n_active;
}

/**
 * relais_engine_get_n_accounts:
 * @self: an engine
 *
 * Returns: all accounts
 */
guint
relais_engine_get_n_accounts (RelaisEngine *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (self->accounts));
}

/**
 * relais_engine_get_n_running:
 * @self: an engine
 *
 * Returns: requests that arrived and are not over, as last heard; also while the list of records
 *   stands still
 */
guint
relais_engine_get_n_running (RelaisEngine *self)
{
  return g_hash_table_size (self->running);
}

/**
 * relais_engine_get_port:
 * @self: an engine
 *
 * Returns: the port bound while running, else the one a start will bind
 */
guint
relais_engine_get_port (RelaisEngine *self)
{
  return self->bound_port != 0 ? self->bound_port : relais_config_get_port (self->config);
}

/**
 * relais_engine_dup_urls:
 * @self: an engine
 *
 * Returns: (transfer full) (array zero-terminated=1): where clients reach it, this computer first;
 *   what a start would give while it is stopped
 */
char **
relais_engine_dup_urls (RelaisEngine *self)
{
  char **urls;

  if (self->urls[0] != NULL)
    return g_strdupv (self->urls);
  urls = g_new0 (char *, 2);
  urls[0] = g_strdup_printf ("http://127.0.0.1:%u", relais_engine_get_port (self));
  return urls;
}

/**
 * relais_engine_dup_api_key:
 * @self: an engine
 *
 * Returns: (transfer full) (nullable): the client key in force, to show or copy; %NULL while the
 *   keyring that may hold one is locked
 */
char *
relais_engine_dup_api_key (RelaisEngine *self)
{
  return g_strdup (relais_config_get_api_key (self->config));
}

/**
 * relais_engine_get_key_place:
 * @self: an engine
 *
 * Returns: where the client key in force is kept
 */
RelaisEngineKeyPlace
relais_engine_get_key_place (RelaisEngine *self)
{
  return self->key_place;
}

/**
 * relais_engine_get_key_mode:
 * @self: an engine
 *
 * Returns: when the key is asked for right now; never `auto`
 */
RelaisAuthMode
relais_engine_get_key_mode (RelaisEngine *self)
{
  return relais_config_get_effective_mode (self->config);
}

/**
 * relais_engine_list_accounts:
 * @self: an engine
 *
 * Returns: (transfer none): #RelaisAccountRow in the order of choice
 */
GListModel *
relais_engine_list_accounts (RelaisEngine *self)
{
  return G_LIST_MODEL (self->accounts);
}

/**
 * relais_engine_list_records:
 * @self: an engine
 *
 * Returns: (transfer none): #RelaisRecordRow, newest first, at most 2 000
 */
GListModel *
relais_engine_list_records (RelaisEngine *self)
{
  return G_LIST_MODEL (self->records);
}

/**
 * relais_engine_dup_models:
 * @self: an engine
 *
 * Returns: (transfer full) (array zero-terminated=1): models the active accounts serve, as last
 *   heard
 */
char **
relais_engine_dup_models (RelaisEngine *self)
{
  return g_strdupv (self->models);
}

static void
refresh_job (RelaisCore *core,
             RelaisJob  *job)
{
  relais_core_refresh_models (core);
  relais_job_return (job);
}

/**
 * relais_engine_refresh_models:
 * @self: an engine
 *
 * Asks the active accounts for what they serve, where the last answer is older than an hour;
 * "models-changed" tells.
 */
void
relais_engine_refresh_models (RelaisEngine *self)
{
  relais_job_run (relais_job_new (self, relais_engine_refresh_models, NULL, NULL, NULL,
                                  refresh_job));
}

/* A start or a re-binding is over: the facade follows. */
void
relais_engine_relay_listening (RelaisEngine *self,
                               RelaisJob    *job)
{
  RelaisListening *listening = job->input;

  if (listening == NULL)
    return;
  g_clear_pointer (&self->failure, relais_start_failure_free);
  self->failure = g_steal_pointer (&listening->failure);
  self->bound_port = listening->port;
  g_strfreev (self->urls);
  self->urls = listening->urls != NULL ? g_steal_pointer (&listening->urls) : g_new0 (char *, 1);
  if (self->failure != NULL)
    {
      g_autofree char *words = relais_start_failure_to_english (self->failure);

      job->error = g_error_new_literal (RELAIS_ERROR, self->failure->code, words);
    }
  set_state (self, self->failure != NULL ? RELAIS_ENGINE_FAILED : RELAIS_ENGINE_RUNNING);
  relais_engine_notify (self, PROP_FAILURE);
  relais_engine_notify (self, PROP_PORT);
}

static void
start_job (RelaisCore *core,
           RelaisJob  *job)
{
  job->input = relais_core_start (core);
  relais_job_return (job);
}

/**
 * relais_engine_start_async:
 * @self: an engine
 * @cancellable: (nullable): not looked at: it binds at once
 * @callback: told when it listens, or cannot
 * @user_data: for @callback
 */
void
relais_engine_start_async (RelaisEngine        *self,
                           GCancellable        *cancellable,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  RelaisJob *job = relais_job_new (self, relais_engine_start_async, cancellable, callback,
                                   user_data, start_job);

  job->input_free = (GDestroyNotify)relais_listening_free;
  job->after = relais_engine_relay_listening;
  self->n_starts++;
  if (self->state != RELAIS_ENGINE_RUNNING)
    set_state (self, RELAIS_ENGINE_STARTING);
  relais_job_run (job);
}

/**
 * relais_engine_start_finish:
 * @self: an engine
 * @result: what the callback got
 * @error: where to put a failure
 *
 * Fails with [error@Error] `NO_ACCOUNT`, `KEYRING_LOCKED`, `ADDRESS_IN_USE`, `ADDRESS_DENIED` or
 * `ADDRESS_FAILED`, the words in English; [method@Engine.get_failure] has the parts.
 *
 * Returns: whether it listens
 */
gboolean
relais_engine_start_finish (RelaisEngine  *self,
                            GAsyncResult  *result,
                            GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
relay_stop (RelaisEngine *self,
            RelaisJob    *job)
{
  /* somebody started it again before the last answer ended: how that went counts */
  if (job->number != (int)self->n_starts)
    return;
  self->bound_port = 0;
  g_strfreev (self->urls);
  self->urls = g_new0 (char *, 1);
  g_clear_pointer (&self->failure, relais_start_failure_free);
  set_state (self, RELAIS_ENGINE_STOPPED);
  relais_engine_notify (self, PROP_FAILURE);
  relais_engine_notify (self, PROP_PORT);
}

static void
stop_job (RelaisCore *core,
          RelaisJob  *job)
{
  relais_core_stop (core, job->cancellable, relais_job_done, job);
}

/**
 * relais_engine_stop_async:
 * @self: an engine
 * @cancellable: (nullable): does not undo it: what still runs is cut then
 * @callback: told when nothing runs any more
 * @user_data: for @callback
 *
 * Closes the listener at once and lets streams end for up to 5 s; those that do not are told that
 * Relais was stopped, and cut.
 */
void
relais_engine_stop_async (RelaisEngine        *self,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  RelaisJob *job = relais_job_new (self, relais_engine_stop_async, cancellable, callback,
                                   user_data, stop_job);

  job->after = relay_stop;
  job->number = self->n_starts;
  if (self->state == RELAIS_ENGINE_RUNNING)
    set_state (self, RELAIS_ENGINE_STOPPING);
  relais_job_run (job);
}

/**
 * relais_engine_stop_finish:
 * @self: an engine
 * @result: what the callback got
 * @error: where to put a failure
 *
 * Returns: whether it stopped; it always does
 */
gboolean
relais_engine_stop_finish (RelaisEngine  *self,
                           GAsyncResult  *result,
                           GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * relais_engine_check_api_key:
 * @key: what a person typed
 *
 * Returns: whether it may become the client key: it starts with `sk-` and has at least 10
 *   characters
 */
gboolean
relais_engine_check_api_key (const char *key)
{
  return relais_key_validate (key, NULL);
}

/**
 * relais_engine_make_api_key:
 *
 * Returns: (transfer full): a new client key from the system's random source; not in force yet
 */
char *
relais_engine_make_api_key (void)
{
  return relais_key_make ();
}

/**
 * relais_engine_mask_api_key:
 * @key: a client key
 *
 * Returns: (transfer full): what may be shown of it
 */
char *
relais_engine_mask_api_key (const char *key)
{
  return relais_key_mask (key);
}

static void
set_trouble (RelaisEngine *self,
             const GError *error)
{
  if (self->trouble == NULL && error == NULL)
    return;
  g_clear_error (&self->trouble);
  self->trouble = error != NULL ? g_error_copy (error) : NULL;
  relais_engine_notify (self, PROP_TROUBLE);
}

/* The core says which key is in force; the facade follows. */
static void
take_key (RelaisEngine *self,
          RelaisJob    *job)
{
  if (job->text != NULL)
    {
      relais_config_set_api_key (self->config, job->text, NULL);
      self->key_place = job->key_place;
    }
  relais_engine_notify (self, PROP_API_KEY_SET);
}

/* A new key is in force: what was wrong with the old one's file is no longer told. */
static void
relay_key (RelaisEngine *self,
           RelaisJob    *job)
{
  if (job->error != NULL)
    return;
  if (self->trouble != NULL &&
      (self->trouble->domain == RELAIS_ERROR || self->trouble->domain == G_FILE_ERROR))
    set_trouble (self, NULL);
  take_key (self, job);
}

static void
key_saved (gpointer  result,
           GError   *error,
           gpointer  user_data)
{
  RelaisJob *job = user_data;

  job->key_place = job->core->key_place;
  relais_job_end_change (result, error, job);
}

static void
key_change (RelaisCore *core,
            gpointer    data)
{
  RelaisJob *job = data;

  if (!relais_job_is_cancelled (job))
    relais_core_save_key (core, job->text, key_saved, job);
}

/* After a load that runs: what that finds is older. */
static void
key_job (RelaisCore *core,
         RelaisJob  *job)
{
  relais_core_begin_change (core, key_change, job);
}

/**
 * relais_engine_set_api_key_async:
 * @self: an engine
 * @key: the new client key
 * @cancellable: (nullable): not looked at once it is being kept
 * @callback: told when it is kept and in force
 * @user_data: for @callback
 */
void
relais_engine_set_api_key_async (RelaisEngine        *self,
                                 const char          *key,
                                 GCancellable        *cancellable,
                                 GAsyncReadyCallback  callback,
                                 gpointer             user_data)
{
  RelaisJob *job = relais_job_new (self, relais_engine_set_api_key_async, cancellable, callback,
                                   user_data, key_job);

  job->text = g_strdup (key);
  job->after = relay_key;
  relais_job_run (job);
}

/**
 * relais_engine_set_api_key_finish:
 * @self: an engine
 * @result: what the callback got
 * @error: where to put a failure
 *
 * Fails with [error@Error] `INVALID_SETTING` or `KEYRING_LOCKED`; the old key stays in force.
 *
 * Returns: whether the new key is in force
 */
gboolean
relais_engine_set_api_key_finish (RelaisEngine  *self,
                                  GAsyncResult  *result,
                                  GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static RelaisEngineKeyring
keyring_from_store (RelaisKeyringState state)
{
  switch (state)
    {
    case RELAIS_KEYRING_READY:
      return RELAIS_ENGINE_KEYRING_READY;
    case RELAIS_KEYRING_LOCKED:
      return RELAIS_ENGINE_KEYRING_LOCKED;
    case RELAIS_KEYRING_NO_COLLECTION:
      return RELAIS_ENGINE_KEYRING_NO_COLLECTION;
    case RELAIS_KEYRING_NO_SERVICE:
      return RELAIS_ENGINE_KEYRING_NO_SERVICE;
    case RELAIS_KEYRING_UNKNOWN:
    default:
      return RELAIS_ENGINE_KEYRING_UNKNOWN;
    }
}

/* How the keyring fares, which a save may find otherwise than the load did. */
void
relais_engine_take_keyring (RelaisEngine       *self,
                            RelaisKeyringState  state)
{
  RelaisEngineKeyring keyring = keyring_from_store (state);

  if (!self->uses_keyring || self->keyring == keyring)
    return;
  self->keyring = keyring;
  relais_engine_notify (self, PROP_KEYRING);
  relais_engine_forget_failure (self);
}

static void
relay_load (RelaisEngine *self,
            RelaisJob    *job)
{
  relais_engine_take_keyring (self, (RelaisKeyringState)job->number);
  set_trouble (self, job->error);
  take_key (self, job);
}

static void
loaded (gpointer  result,
        GError   *error,
        gpointer  user_data)
{
  RelaisJob *job = user_data;

  job->number = job->core->keyring;
  job->key_place = job->core->key_place;
  job->text = g_strdup (relais_config_get_api_key (job->core->config));
  relais_job_end_change (result, error, job);
}

static void
load_change (RelaisCore *core,
             gpointer    data)
{
  relais_core_load (core, ((RelaisJob *)data)->number, loaded, data);
}

/* A change like any other: an edit that overtook it would be undone by what it read before. */
static void
load_job (RelaisCore *core,
          RelaisJob  *job)
{
  relais_core_begin_change (core, load_change, job);
}

/**
 * relais_engine_load_async:
 * @self: an engine
 * @unlock: whether the person may be asked to unlock the keyring
 * @cancellable: (nullable): not looked at
 * @callback: told when accounts and key are there, or known not to be
 * @user_data: for @callback
 */
void
relais_engine_load_async (RelaisEngine        *self,
                          gboolean             unlock,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  RelaisJob *job = relais_job_new (self, relais_engine_load_async, cancellable, callback,
                                   user_data, load_job);

  job->number = unlock;
  job->after = relay_load;
  relais_job_run (job);
}

/**
 * relais_engine_load_finish:
 * @self: an engine
 * @result: what the callback got
 * @error: where to put a failure
 *
 * A locked or absent keyring is no failure, see the "keyring" property. The list of accounts shows
 * what was found already. Fails with [error@Error] `INVALID_SETTING` for an accounts file, a key or
 * a key file that is no good, with [error@GLib.FileError] for a key file that cannot be read or
 * made, or with the keyring's own words where it is there and could not be read.
 *
 * Returns: whether all that was asked for could be read
 */
gboolean
relais_engine_load_finish (RelaisEngine  *self,
                           GAsyncResult  *result,
                           GError       **error)
{
  if (self->load_error != NULL)
    {
      g_propagate_error (error, g_error_copy (self->load_error));
      return FALSE;
    }
  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * relais_engine_dup_notes:
 * @self: an engine
 *
 * Returns: (transfer full) (array zero-terminated=1): what of the accounts file is no failure but
 *   should be told, such as a field nobody knows; there as soon as the engine is
 */
char **
relais_engine_dup_notes (RelaisEngine *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < self->notes->len; i++)
    g_strv_builder_add (builder, g_ptr_array_index (self->notes, i));
  return g_strv_builder_end (builder);
}
