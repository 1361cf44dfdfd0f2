/* puppet-engine.c: an engine without a proxy, to put the pages in every state
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "base/relais-error.h"
#include "base/relais-key.h"

#include "puppet-engine.h"
#include "puppet-rows.h"

struct _RelaisEngine
{
  GObject               parent_instance;

  RelaisEngineState     state;
  RelaisEngineKeyring   keyring;
  GError               *trouble;
  RelaisStartFailure   *failure;
  RelaisStartFailure   *next_failure;
  RelaisTestResult     *test;
  GListStore           *accounts;
  GListStore           *records;
  RelaisAccountRow     *removed;
  guint                 removed_at;
  char                **urls;
  char                 *fixed_account;
  RelaisScheduling      scheduling;
  int                   max_wait;
  char                 *api_key;
  guint                 port;
  guint                 n_running;
  gboolean              allow_lan_access;
  RelaisAuthMode        auth_mode;
  gboolean              paused;
};

enum {
  PROP_0,
  PROP_ALLOW_LAN_ACCESS,
  PROP_API_KEY_SET,
  PROP_AUTH_MODE,
  PROP_EFFECTIVE_AUTH_MODE,
  PROP_FAILURE,
  PROP_KEYRING,
  PROP_LOG_TROUBLE,
  PROP_N_ACCOUNTS,
  PROP_N_ACTIVE,
  PROP_N_RUNNING,
  PROP_PORT,
  PROP_STATE,
  PROP_TROUBLE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

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
G_DEFINE_FINAL_TYPE (RelaisEngine, relais_engine, G_TYPE_OBJECT)

static const RelaisEngineProvider providers[] = {
  { "gemini", "Google Gemini", "https://aistudio.google.com/apikey", NULL, FALSE, TRUE },
  { "anthropic", "Anthropic", "https://console.anthropic.com/settings/keys", NULL, FALSE, TRUE },
  { "openai", "OpenAI", "https://platform.openai.com/api-keys", NULL, FALSE, TRUE },
  { "zai", "z.ai", "https://z.ai/manage-apikey/apikey-list", NULL, FALSE, TRUE },
  { "openrouter", "OpenRouter", "https://openrouter.ai/settings/keys", NULL, FALSE, TRUE },
  { "ollama", "Ollama", NULL, "http://localhost:11434/v1", FALSE, FALSE, TRUE },
  { "openai-compatible", "OpenAI-compatible", NULL, NULL, TRUE, FALSE },
  { "anthropic-compatible", "Anthropic-compatible", NULL, NULL, TRUE, FALSE },
  { "practice", "Practice account", NULL, NULL, FALSE, FALSE },
};

static RelaisAuthMode
effective_mode (RelaisEngine *self)
{
  if (self->auth_mode != RELAIS_AUTH_MODE_AUTO)
    return self->auth_mode;
  return self->allow_lan_access ? RELAIS_AUTH_MODE_ALL_EXCEPT_HEALTH : RELAIS_AUTH_MODE_OFF;
}

static void
notify (RelaisEngine *self,
        guint         prop_id)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[prop_id]);
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
    case PROP_ALLOW_LAN_ACCESS:
      g_value_set_boolean (value, self->allow_lan_access);
      break;
    case PROP_API_KEY_SET:
      g_value_set_boolean (value, self->api_key != NULL);
      break;
    case PROP_AUTH_MODE:
      g_value_set_enum (value, self->auth_mode);
      break;
    case PROP_EFFECTIVE_AUTH_MODE:
      g_value_set_enum (value, effective_mode (self));
      break;
    case PROP_FAILURE:
      g_value_set_boxed (value, self->failure);
      break;
    case PROP_KEYRING:
      g_value_set_enum (value, self->keyring);
      break;
    case PROP_LOG_TROUBLE:
      g_value_set_string (value, puppet_engine_get_log_trouble (self));
      break;
    case PROP_N_ACCOUNTS:
      g_value_set_uint (value, relais_engine_get_n_accounts (self));
      break;
    case PROP_N_ACTIVE:
      g_value_set_uint (value, relais_engine_get_n_active (self));
      break;
    case PROP_N_RUNNING:
      g_value_set_uint (value, self->n_running);
      break;
    case PROP_PORT:
      g_value_set_uint (value, self->port);
      break;
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_TROUBLE:
      g_value_set_boxed (value, self->trouble);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
relais_engine_finalize (GObject *object)
{
  RelaisEngine *self = RELAIS_ENGINE (object);

  g_clear_error (&self->trouble);
  relais_start_failure_free (self->failure);
  relais_start_failure_free (self->next_failure);
  relais_test_result_free (self->test);
  g_clear_object (&self->removed);
  g_object_unref (self->accounts);
  g_object_unref (self->records);
  g_strfreev (self->urls);
  g_free (self->fixed_account);
  g_free (self->api_key);

  G_OBJECT_CLASS (relais_engine_parent_class)->finalize (object);
}

static void
relais_engine_class_init (RelaisEngineClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = relais_engine_finalize;
  object_class->get_property = relais_engine_get_property;

  properties[PROP_ALLOW_LAN_ACCESS] = g_param_spec_boolean ("allow-lan-access", NULL, NULL, FALSE, flags);
  properties[PROP_API_KEY_SET] = g_param_spec_boolean ("api-key-set", NULL, NULL, FALSE, flags);
  properties[PROP_AUTH_MODE] =
    g_param_spec_enum ("auth-mode", NULL, NULL, RELAIS_TYPE_AUTH_MODE, RELAIS_AUTH_MODE_AUTO, flags);
  properties[PROP_EFFECTIVE_AUTH_MODE] =
    g_param_spec_enum ("effective-auth-mode", NULL, NULL, RELAIS_TYPE_AUTH_MODE, RELAIS_AUTH_MODE_OFF, flags);
  properties[PROP_FAILURE] = g_param_spec_boxed ("failure", NULL, NULL, RELAIS_TYPE_START_FAILURE, flags);
  properties[PROP_KEYRING] = g_param_spec_enum ("keyring", NULL, NULL, RELAIS_TYPE_ENGINE_KEYRING,
                                                RELAIS_ENGINE_KEYRING_UNKNOWN, flags);
  properties[PROP_LOG_TROUBLE] = g_param_spec_string ("log-trouble", NULL, NULL, NULL, flags);
  properties[PROP_N_ACCOUNTS] = g_param_spec_uint ("n-accounts", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_N_ACTIVE] = g_param_spec_uint ("n-active", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_N_RUNNING] = g_param_spec_uint ("n-running", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_PORT] = g_param_spec_uint ("port", NULL, NULL, 0, 65535, 8045, flags);
  properties[PROP_STATE] =
    g_param_spec_enum ("state", NULL, NULL, RELAIS_TYPE_ENGINE_STATE, RELAIS_ENGINE_STOPPED, flags);
  properties[PROP_TROUBLE] = g_param_spec_boxed ("trouble", NULL, NULL, G_TYPE_ERROR, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_signal_new ("accounts-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                NULL, G_TYPE_NONE, 0);
  g_signal_new ("models-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 0);
}

static void
puppet_engine_accounts_cb (RelaisEngine *self)
{
  notify (self, PROP_N_ACCOUNTS);
  notify (self, PROP_N_ACTIVE);
}

static void
relais_engine_init (RelaisEngine *self)
{
  self->accounts = g_list_store_new (RELAIS_TYPE_ACCOUNT_ROW);
  self->records = g_list_store_new (RELAIS_TYPE_RECORD_ROW);
  self->api_key = g_strdup ("sk-puppet0123456789abcdefghijklmnopqrstuvwf3a9");
  self->port = RELAIS_DEFAULT_PORT;
  self->auth_mode = RELAIS_AUTH_MODE_AUTO;
  self->keyring = RELAIS_ENGINE_KEYRING_READY;
  g_signal_connect_object (self->accounts, "items-changed", G_CALLBACK (puppet_engine_accounts_cb), self,
                           G_CONNECT_SWAPPED);
}

void
puppet_engine_set_state (RelaisEngine      *self,
                         RelaisEngineState  state)
{
  self->state = state;
  notify (self, PROP_STATE);
}

void
puppet_engine_set_n_running (RelaisEngine *self,
                             guint         n_running)
{
  self->n_running = n_running;
  notify (self, PROP_N_RUNNING);
}

void
puppet_engine_set_keyring (RelaisEngine        *self,
                           RelaisEngineKeyring  keyring)
{
  self->keyring = keyring;
  notify (self, PROP_KEYRING);
}

void
puppet_engine_set_trouble (RelaisEngine *self,
                           const GError *trouble)
{
  g_clear_error (&self->trouble);
  self->trouble = trouble != NULL ? g_error_copy (trouble) : NULL;
  notify (self, PROP_TROUBLE);
}

void
puppet_engine_fail (RelaisEngine             *self,
                    const RelaisStartFailure *failure)
{
  g_clear_pointer (&self->next_failure, relais_start_failure_free);
  if (failure != NULL)
    self->next_failure = relais_start_failure_copy (failure);
}

void
puppet_engine_set_urls (RelaisEngine         *self,
                        const char   * const *urls)
{
  g_strfreev (self->urls);
  self->urls = g_strdupv ((char **)urls);
  notify (self, PROP_PORT);
}

static RelaisTestResult *
copy_result (const RelaisTestResult *self)
{
  RelaisTestResult *copy = g_memdup2 (self, sizeof *self);

  copy->model = g_strdup (self->model);
  copy->text = g_strdup (self->text);
  copy->message = g_strdup (self->message);
  return copy;
}

void
puppet_engine_set_test (RelaisEngine           *self,
                        const RelaisTestResult *result)
{
  relais_test_result_free (self->test);
  self->test = copy_result (result);
}

void
puppet_engine_add_account (RelaisEngine        *self,
                           const PuppetAccount *account)
{
  gboolean kept = self->keyring == RELAIS_ENGINE_KEYRING_READY;
  g_autoptr (RelaisAccountRow) row = puppet_account_row_new (account, kept);

  g_list_store_append (self->accounts, row);
  notify (self, PROP_N_ACCOUNTS);
  notify (self, PROP_N_ACTIVE);
  g_signal_emit_by_name (self, "accounts-changed");
}

void
puppet_engine_add_record (RelaisEngine       *self,
                          const PuppetRecord *record)
{
  guint64 id = g_list_model_get_n_items (G_LIST_MODEL (self->records)) + 1;
  g_autoptr (RelaisRecordRow) row = puppet_record_row_new (record, id, g_get_real_time ());

  g_list_store_insert (self->records, 0, row);
}

/* The newest one, which ran. */
void
puppet_engine_end_record (RelaisEngine *self,
                          guint         status)
{
  g_autoptr (RelaisRecordRow) row = g_list_model_get_item (G_LIST_MODEL (self->records), 0);

  puppet_record_row_end (row, status);
}

void
relais_test_result_free (RelaisTestResult *self)
{
  if (self == NULL)
    return;
  g_free (self->model);
  g_free (self->text);
  g_free (self->message);
  g_free (self);
}

RelaisEngine *
relais_engine_new (const RelaisEngineOptions *options)
{
  RelaisEngine *self = g_object_new (RELAIS_TYPE_ENGINE, NULL);

  if (options->practice)
    puppet_engine_add_account (self, &(PuppetAccount){ "practice", "Practice", "practice" });
  return self;
}

RelaisEngineState
relais_engine_get_state (RelaisEngine *self)
{
  return self->state;
}

RelaisEngineKeyring
relais_engine_get_keyring (RelaisEngine *self)
{
  return self->keyring;
}

const GError *
relais_engine_get_trouble (RelaisEngine *self)
{
  return self->trouble;
}

const RelaisStartFailure *
relais_engine_get_failure (RelaisEngine *self)
{
  return self->failure;
}

guint
relais_engine_get_n_active (RelaisEngine *self)
{
  guint n_active = 0;

  for (guint i = 0; i < relais_engine_get_n_accounts (self); i++)
    {
      g_autoptr (RelaisAccountRow) row = g_list_model_get_item (G_LIST_MODEL (self->accounts), i);

      n_active += relais_account_row_get_state (row) == RELAIS_ACCOUNT_ACTIVE;
    }
  return n_active;
}

guint
relais_engine_get_n_accounts (RelaisEngine *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (self->accounts));
}

guint
relais_engine_get_n_running (RelaisEngine *self)
{
  return self->n_running;
}

guint
relais_engine_get_port (RelaisEngine *self)
{
  return self->port;
}

char **
relais_engine_dup_urls (RelaisEngine *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u", self->port);

  if (self->urls != NULL)
    return g_strdupv (self->urls);
  g_strv_builder_add (builder, url);
  return g_strv_builder_end (builder);
}

char *
relais_engine_dup_api_key (RelaisEngine *self)
{
  return g_strdup (self->api_key);
}

GListModel *
relais_engine_list_accounts (RelaisEngine *self)
{
  return G_LIST_MODEL (self->accounts);
}

GListModel *
relais_engine_list_records (RelaisEngine *self)
{
  return G_LIST_MODEL (self->records);
}

char **
relais_engine_dup_models (RelaisEngine *self)
{
  return g_strsplit ("gemini-3-flash gemini-3.1-pro-preview claude-sonnet-4-5 gpt-5 practice", " ", -1);
}

void
relais_engine_refresh_models (RelaisEngine *self)
{
}

const RelaisEngineProvider *
relais_engine_get_providers (gsize *n_providers)
{
  *n_providers = G_N_ELEMENTS (providers);
  return providers;
}

static void
done (RelaisEngine        *self,
      GAsyncReadyCallback  callback,
      gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);

  g_task_return_boolean (task, TRUE);
}

void
relais_engine_load_async (RelaisEngine        *self,
                          gboolean             unlock,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  if (unlock)
    puppet_engine_set_keyring (self, RELAIS_ENGINE_KEYRING_READY);
  puppet_engine_set_trouble (self, NULL);
  done (self, callback, user_data);
}

gboolean
relais_engine_load_finish (RelaisEngine  *self,
                           GAsyncResult  *result,
                           GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
relais_engine_start_async (RelaisEngine        *self,
                           GCancellable        *cancellable,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_clear_pointer (&self->failure, relais_start_failure_free);
  if (self->next_failure != NULL)
    {
      self->failure = g_steal_pointer (&self->next_failure);
      puppet_engine_set_state (self, RELAIS_ENGINE_FAILED);
      g_task_return_new_error (task, RELAIS_ERROR, self->failure->code, "Laid out to fail");
      return;
    }
  puppet_engine_set_state (self, RELAIS_ENGINE_RUNNING);
  g_task_return_boolean (task, TRUE);
}

gboolean
relais_engine_start_finish (RelaisEngine  *self,
                            GAsyncResult  *result,
                            GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
relais_engine_stop_async (RelaisEngine        *self,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  puppet_engine_set_state (self, RELAIS_ENGINE_STOPPED);
  done (self, callback, user_data);
}

gboolean
relais_engine_stop_finish (RelaisEngine  *self,
                           GAsyncResult  *result,
                           GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
relais_engine_set_port (RelaisEngine  *self,
                        int            port,
                        GError       **error)
{
  if (port < 1024 || port > 65535 || self->state == RELAIS_ENGINE_RUNNING)
    {
      g_set_error_literal (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING, "Not now, or not that one");
      return FALSE;
    }
  self->port = port;
  notify (self, PROP_PORT);
  return TRUE;
}

void
relais_engine_set_allow_lan_access (RelaisEngine *self,
                                    gboolean      allow)
{
  self->allow_lan_access = allow;
  notify (self, PROP_ALLOW_LAN_ACCESS);
  notify (self, PROP_EFFECTIVE_AUTH_MODE);
}

void
relais_engine_set_auth_mode (RelaisEngine   *self,
                             RelaisAuthMode  mode)
{
  self->auth_mode = mode;
  notify (self, PROP_AUTH_MODE);
  notify (self, PROP_EFFECTIVE_AUTH_MODE);
}

static int
compare_places (gconstpointer a,
                gconstpointer b,
                gpointer      data)
{
  const char *const *ids = data;
  int places[2] = { G_MAXINT, G_MAXINT };

  for (int i = 0; ids[i] != NULL; i++)
    {
      if (g_strcmp0 (ids[i], relais_account_row_get_id ((RelaisAccountRow *)a)) == 0)
        places[0] = i;
      if (g_strcmp0 (ids[i], relais_account_row_get_id ((RelaisAccountRow *)b)) == 0)
        places[1] = i;
    }
  return (places[0] > places[1]) - (places[0] < places[1]);
}

gboolean
relais_engine_set_scheduling (RelaisEngine      *self,
                              RelaisScheduling   scheduling,
                              const char        *account_id,
                              GError           **error)
{
  self->scheduling = scheduling;
  g_free (self->fixed_account);
  self->fixed_account = g_strdup (account_id);
  return TRUE;
}

gboolean
relais_engine_set_max_wait (RelaisEngine  *self,
                            int            seconds,
                            GError       **error)
{
  self->max_wait = seconds;
  return TRUE;
}

RelaisScheduling
puppet_engine_get_scheduling (RelaisEngine  *self,
                              const char   **fixed,
                              int           *max_wait)
{
  *fixed = self->fixed_account;
  *max_wait = self->max_wait;
  return self->scheduling;
}

void
relais_engine_set_account_order (RelaisEngine         *self,
                                 const char   * const *ids)
{
  g_list_store_sort (self->accounts, compare_places, (gpointer)ids);
}

char **
relais_engine_dup_account_order (RelaisEngine *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < relais_engine_get_n_accounts (self); i++)
    {
      g_autoptr (RelaisAccountRow) row = g_list_model_get_item (G_LIST_MODEL (self->accounts), i);

      g_strv_builder_add (builder, relais_account_row_get_id (row));
    }
  return g_strv_builder_end (builder);
}

gboolean
relais_engine_check_api_key (const char *key)
{
  return relais_key_validate (key, NULL);
}

char *
relais_engine_make_api_key (void)
{
  return relais_key_make ();
}

char *
relais_engine_mask_api_key (const char *key)
{
  return relais_key_mask (key);
}

void
relais_engine_set_api_key_async (RelaisEngine        *self,
                                 const char          *key,
                                 GCancellable        *cancellable,
                                 GAsyncReadyCallback  callback,
                                 gpointer             user_data)
{
  g_free (self->api_key);
  self->api_key = g_strdup (key);
  notify (self, PROP_API_KEY_SET);
  done (self, callback, user_data);
}

gboolean
relais_engine_set_api_key_finish (RelaisEngine  *self,
                                  GAsyncResult  *result,
                                  GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static RelaisAccountRow *
find (RelaisEngine *self,
      const char   *id,
      guint        *position)
{
  for (guint i = 0; i < relais_engine_get_n_accounts (self); i++)
    {
      g_autoptr (RelaisAccountRow) row = g_list_model_get_item (G_LIST_MODEL (self->accounts), i);

      if (g_strcmp0 (relais_account_row_get_id (row), id) != 0)
        continue;
      *position = i;
      return g_steal_pointer (&row);
    }
  return NULL;
}

void
puppet_engine_set_trouble_of (RelaisEngine               *self,
                              const char                 *id,
                              const RelaisAccountTrouble *trouble)
{
  guint position;
  g_autoptr (RelaisAccountRow) row = find (self, id, &position);

  puppet_account_row_set_trouble (row, trouble);
  g_signal_emit_by_name (self, "accounts-changed");
}

void
relais_engine_try_account_now (RelaisEngine *self,
                               const char   *id)
{
  puppet_engine_set_trouble_of (self, id, NULL);
}

void
relais_engine_add_account_async (RelaisEngine             *self,
                                 const RelaisAccountDraft *draft,
                                 GCancellable             *cancellable,
                                 GAsyncReadyCallback       callback,
                                 gpointer                  user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autofree char *id = g_uuid_string_random ();

  puppet_engine_add_account (self, &(PuppetAccount){ id, draft->label, draft->provider });
  if (draft->dispatch != NULL)
    {
      guint position = 0;
      g_autoptr (RelaisAccountRow) row = find (self, id, &position);

      puppet_account_row_set_dispatch (row, draft->dispatch);
    }
  g_task_return_pointer (task, g_steal_pointer (&id), g_free);
}

char *
relais_engine_add_account_finish (RelaisEngine  *self,
                                  GAsyncResult  *result,
                                  GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
relais_engine_edit_account_async (RelaisEngine             *self,
                                  const char               *id,
                                  const RelaisAccountDraft *draft,
                                  GCancellable             *cancellable,
                                  GAsyncReadyCallback       callback,
                                  gpointer                  user_data)
{
  guint position = 0;
  g_autoptr (RelaisAccountRow) row = find (self, id, &position);

  if (self->keyring == RELAIS_ENGINE_KEYRING_LOCKED)
    {
      g_task_report_new_error (self, callback, user_data, relais_engine_edit_account_async,
                               RELAIS_ERROR, RELAIS_ERROR_KEYRING_LOCKED, "Locked");
      return;
    }
  puppet_account_row_set_label (row, draft->label);
  if (draft->enabled_set)
    puppet_account_row_set_enabled (row, draft->enabled);
  if (draft->dispatch != NULL)
    puppet_account_row_set_dispatch (row, draft->dispatch);
  notify (self, PROP_N_ACTIVE);
  done (self, callback, user_data);
}

gboolean
relais_engine_edit_account_finish (RelaisEngine  *self,
                                   GAsyncResult  *result,
                                   GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
relais_engine_remove_account_async (RelaisEngine        *self,
                                    const char          *id,
                                    GCancellable        *cancellable,
                                    GAsyncReadyCallback  callback,
                                    gpointer             user_data)
{
  g_set_object (&self->removed, NULL);
  self->removed = find (self, id, &self->removed_at);
  g_list_store_remove (self->accounts, self->removed_at);
  done (self, callback, user_data);
}

gboolean
relais_engine_remove_account_finish (RelaisEngine  *self,
                                     GAsyncResult  *result,
                                     GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
relais_engine_restore_account_async (RelaisEngine        *self,
                                     const char          *id,
                                     GCancellable        *cancellable,
                                     GAsyncReadyCallback  callback,
                                     gpointer             user_data)
{
  g_list_store_insert (self->accounts, self->removed_at, self->removed);
  g_clear_object (&self->removed);
  done (self, callback, user_data);
}

gboolean
relais_engine_restore_account_finish (RelaisEngine  *self,
                                      GAsyncResult  *result,
                                      GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
tell_test (RelaisEngine        *self,
           GCancellable        *cancellable,
           GAsyncReadyCallback  callback,
           gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  RelaisTestResult well = { .ok = TRUE, .status = 200, .n_models = 23, .duration_us = 412000 };

  well.model = (char *)"gemini-3-flash";
  g_task_return_pointer (task, copy_result (self->test != NULL ? self->test : &well),
                         (GDestroyNotify)relais_test_result_free);
}

void
relais_engine_test_account_async (RelaisEngine             *self,
                                  const char               *id,
                                  const RelaisAccountDraft *draft,
                                  GCancellable             *cancellable,
                                  GAsyncReadyCallback       callback,
                                  gpointer                  user_data)
{
  tell_test (self, cancellable, callback, user_data);
}

RelaisTestResult *
relais_engine_test_account_finish (RelaisEngine  *self,
                                   GAsyncResult  *result,
                                   GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
relais_engine_test_request_async (RelaisEngine        *self,
                                  const char          *dialect,
                                  const char          *model,
                                  GCancellable        *cancellable,
                                  GAsyncReadyCallback  callback,
                                  gpointer             user_data)
{
  tell_test (self, cancellable, callback, user_data);
}

RelaisTestResult *
relais_engine_test_request_finish (RelaisEngine  *self,
                                   GAsyncResult  *result,
                                   GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
relais_engine_set_records_paused (RelaisEngine *self,
                                  gboolean      paused)
{
  self->paused = paused;
}

gboolean
relais_engine_get_records_paused (RelaisEngine *self)
{
  return self->paused;
}

void
relais_engine_clear_records (RelaisEngine *self)
{
  g_list_store_remove_all (self->records);
}

void
relais_engine_restore_records (RelaisEngine *self,
                               GPtrArray    *rows)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->records));

  g_list_store_splice (self->records, n, 0, rows->pdata, rows->len);
}
