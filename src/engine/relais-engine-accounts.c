/* relais-engine-accounts.c: accounts, and tests of them, through the facade
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-engine"

#include "config.h"

#include "base/relais-error.h"
#include "base/relais-key.h"
#include "upstream/relais-asker.h"
#include "upstream/relais-provider.h"

#include "relais-engine-private.h"

#define TEST_TIMEOUT_MS 30000
#define TEST_TEXT_MAX 200

/* A draft of its own, since the dialog may close before it is used. */
typedef struct
{
  char      *id;
  char      *label;
  char      *provider;
  char      *base_url;
  char *api_key; /* wiped */
  char     **models;
  char      *dispatch;
  gboolean   models_set;
  gboolean   enabled;
  gboolean   enabled_set;
  RelaisAccount *account; /* owned; what came of it */
} Draft;

/**
 * relais_test_result_free:
 * @self: (nullable): a result
 */
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

/**
 * relais_engine_get_providers:
 * @n_providers: (out): how many
 *
 * Returns: (transfer none) (array length=n_providers): what accounts can be made of, in the order
 *   to offer them
 */
const RelaisEngineProvider *
relais_engine_get_providers (gsize *n_providers)
{
  static RelaisEngineProvider *rows;
  GPtrArray *list = relais_provider_list ();

  if (g_once_init_enter (&rows))
    {
      RelaisEngineProvider *made = g_new0 (RelaisEngineProvider, list->len);

      for (guint i = 0; i < list->len; i++)
        {
          const RelaisProvider *provider = g_ptr_array_index (list, i);

          made[i] = (RelaisEngineProvider){ .id = provider->id,
                                            .name = provider->name,
                                            .key_url = provider->key_url,
                                            .base_url = provider->base_urls[provider->preferred],
                                            .needs_base_url = provider->needs_base_url,
                                            .needs_key = provider->needs_key,
                                            .local = provider->local };
        }
      g_once_init_leave (&rows, made);
    }
  *n_providers = list->len;
  return rows;
}

static void
draft_free (gpointer data)
{
  Draft *draft = data;

  g_free (draft->id);
  g_free (draft->label);
  g_free (draft->provider);
  g_free (draft->base_url);
  g_clear_pointer (&draft->api_key, relais_key_wipe);
  g_strfreev (draft->models);
  g_free (draft->dispatch);
  g_clear_pointer (&draft->account, relais_account_unref);
  g_free (draft);
}

static Draft *
draft_new (const char               *id,
           const RelaisAccountDraft *source)
{
  Draft *draft = g_new0 (Draft, 1);

  draft->id = g_strdup (id);
  if (source == NULL)
    return draft;
  draft->label = g_strdup (source->label);
  draft->provider = g_strdup (source->provider);
  draft->base_url = g_strdup (source->base_url);
  draft->api_key = g_strdup (source->api_key);
  draft->models = g_strdupv ((char **)source->models);
  draft->dispatch = g_strdup (source->dispatch);
  draft->models_set = source->models_set || source->models != NULL;
  draft->enabled = source->enabled;
  draft->enabled_set = source->enabled_set;
  return draft;
}

static void
replace (char       **member,
         const char  *value)
{
  if (value == NULL)
    return;
  g_free (*member);
  *member = g_strstrip (g_strdup (value));
}

/* To leave an account unused is always possible, whatever is wrong with it. */
static gboolean
only_disables (const Draft *draft)
{
  return draft->enabled_set && !draft->enabled && draft->label == NULL &&
         draft->provider == NULL && draft->base_url == NULL && draft->api_key == NULL &&
         !draft->models_set;
}

/* The account a draft makes: a new one, or an edited copy of the one with its id. */
static RelaisAccount *
draft_to_account (RelaisCore  *core,
                  Draft       *draft,
                  GError     **error)
{
  g_autoptr (RelaisAccount) account = NULL;
  RelaisAccount *stored = relais_core_find (core, draft->id);
  g_autofree char *id = NULL;

  if (draft->id != NULL && stored == NULL)
    {
      g_set_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING, "There is no account “%s”", draft->id);
      return NULL;
    }
  if (stored != NULL)
    account = relais_account_copy (stored);
  else
    {
      const RelaisProvider *provider = relais_provider_find (draft->provider);

      id = provider != NULL && provider->in_process ? g_strdup (provider->id)
                                                    : relais_key_random (12);
      account = relais_account_new (id, draft->provider != NULL ? draft->provider : "");
      replace (&account->label, provider != NULL ? provider->name : NULL);
    }
  replace (&account->provider, draft->provider);
  if (draft->label != NULL && *draft->label != '\0')
    replace (&account->label, draft->label);
  replace (&account->base_url, draft->base_url);
  if (account->base_url != NULL && *account->base_url == '\0')
    g_clear_pointer (&account->base_url, g_free);
  if (draft->api_key != NULL)
    {
      g_clear_pointer (&account->api_key, relais_key_wipe);
      account->api_key = g_strstrip (g_strdup (draft->api_key));
      if (*account->api_key == '\0')
        g_clear_pointer (&account->api_key, relais_key_wipe);
    }
  if (draft->models_set)
    {
      g_strfreev (account->models);
      account->models = draft->models != NULL && draft->models[0] != NULL
                          ? g_strdupv (draft->models)
                          : NULL;
    }
  if (draft->enabled_set)
    account->enabled = draft->enabled;
  if (draft->dispatch != NULL && !relais_dispatch_parse (draft->dispatch, &account->dispatch))
    {
      g_set_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING,
                   "An account is off, pooled, fallback or exclusive, not “%s”", draft->dispatch);
      return NULL;
    }
  if ((stored == NULL || !only_disables (draft)) && !relais_provider_check_account (account, error))
    return NULL;
  return g_steal_pointer (&account);
}

static void
put_done (gpointer  result,
          GError   *error,
          gpointer  user_data)
{
  RelaisJob *job = user_data;
  Draft *draft = job->input;

  if (error == NULL)
    {
      job->result = g_strdup (draft->account->id);
      job->result_free = g_free;
    }
  relais_job_end_change (result, error, job);
}

static void
put_change (RelaisCore *core,
            gpointer    data)
{
  RelaisJob *job = data;
  Draft *draft = job->input;
  GError *error = NULL;

  if (relais_job_is_cancelled (job))
    return;
  draft->account = draft_to_account (core, draft, &error);
  if (draft->account == NULL)
    relais_job_end_change (NULL, error, job);
  else
    relais_core_put_account (core, draft->account, -1, put_done, job);
}

static void
put_job (RelaisCore *core,
         RelaisJob  *job)
{
  relais_core_begin_change (core, put_change, job);
}

static RelaisJob *
draft_job (RelaisEngine             *self,
           gpointer                  tag,
           const char               *id,
           const RelaisAccountDraft *source,
           GCancellable             *cancellable,
           GAsyncReadyCallback       callback,
           gpointer                  user_data,
           RelaisJobFunc             func)
{
  RelaisJob *job = relais_job_new (self, tag, cancellable, callback, user_data, func);

  job->input = draft_new (id, source);
  job->input_free = draft_free;
  return job;
}

/**
 * relais_engine_add_account_async:
 * @self: an engine
 * @draft: what the person typed; copied
 * @cancellable: (nullable): not looked at once it is being kept
 * @callback: told when it is kept
 * @user_data: for @callback
 */
void
relais_engine_add_account_async (RelaisEngine             *self,
                                 const RelaisAccountDraft *draft,
                                 GCancellable             *cancellable,
                                 GAsyncReadyCallback       callback,
                                 gpointer                  user_data)
{
  relais_job_run (draft_job (self, relais_engine_add_account_async, NULL, draft, cancellable,
                             callback,
                             user_data, put_job));
}

/**
 * relais_engine_add_account_finish:
 * @self: an engine
 * @result: what the callback got
 * @error: where to put a failure
 *
 * Fails with [error@Error] `INVALID_SETTING` naming what is wrong, `KEYRING_LOCKED`, or the
 * keyring's own words. Without a keyring service the account lives until quit; its row says so.
 *
 * Returns: (transfer full) (nullable): the new account's id
 */
char *
relais_engine_add_account_finish (RelaisEngine  *self,
                                  GAsyncResult  *result,
                                  GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * relais_engine_edit_account_async:
 * @self: an engine
 * @id: an account's id
 * @draft: what changes; copied
 * @cancellable: (nullable): not looked at once it is being kept
 * @callback: told when it is kept
 * @user_data: for @callback
 */
void
relais_engine_edit_account_async (RelaisEngine             *self,
                                  const char               *id,
                                  const RelaisAccountDraft *draft,
                                  GCancellable             *cancellable,
                                  GAsyncReadyCallback       callback,
                                  gpointer                  user_data)
{
  relais_job_run (draft_job (self, relais_engine_edit_account_async, id, draft, cancellable,
                             callback,
                             user_data, put_job));
}

static gboolean
finish_put (GAsyncResult  *result,
            GError       **error)
{
  g_autofree char *id = g_task_propagate_pointer (G_TASK (result), error);

  return id != NULL;
}

/**
 * relais_engine_edit_account_finish:
 * @self: an engine
 * @result: what the callback got
 * @error: where to put a failure
 *
 * Fails as [method@Engine.add_account_finish]; the account is as it was then.
 *
 * Returns: whether it changed
 */
gboolean
relais_engine_edit_account_finish (RelaisEngine  *self,
                                   GAsyncResult  *result,
                                   GError       **error)
{
  return finish_put (result, error);
}

static void
remove_change (RelaisCore *core,
               gpointer    data)
{
  RelaisJob *job = data;

  relais_core_remove_account (core, job->text, relais_job_end_change, job);
}

static void
remove_job (RelaisCore *core,
            RelaisJob  *job)
{
  relais_core_begin_change (core, remove_change, job);
}

/**
 * relais_engine_remove_account_async:
 * @self: an engine
 * @id: an account's id
 * @cancellable: (nullable): not looked at
 * @callback: told when it is gone
 * @user_data: for @callback
 */
void
relais_engine_remove_account_async (RelaisEngine        *self,
                                    const char          *id,
                                    GCancellable        *cancellable,
                                    GAsyncReadyCallback  callback,
                                    gpointer             user_data)
{
  RelaisJob *job = relais_job_new (self, relais_engine_remove_account_async, cancellable, callback,
                                   user_data,
                                   remove_job);

  job->text = g_strdup (id);
  relais_job_run (job);
}

/**
 * relais_engine_remove_account_finish:
 * @self: an engine
 * @result: what the callback got
 * @error: where to put a failure
 *
 * Fails with [error@Error] `KEYRING_LOCKED`, or the keyring's own words; it is still there then.
 *
 * Returns: whether it is gone
 */
gboolean
relais_engine_remove_account_finish (RelaisEngine  *self,
                                     GAsyncResult  *result,
                                     GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
restore_change (RelaisCore *core,
                gpointer    data)
{
  RelaisJob *job = data;

  relais_core_restore_account (core, job->text, relais_job_end_change, job);
}

static void
restore_job (RelaisCore *core,
             RelaisJob  *job)
{
  relais_core_begin_change (core, restore_change, job);
}

/**
 * relais_engine_restore_account_async:
 * @self: an engine
 * @id: the account removed last
 * @cancellable: (nullable): not looked at
 * @callback: told when it is back
 * @user_data: for @callback
 */
void
relais_engine_restore_account_async (RelaisEngine        *self,
                                     const char          *id,
                                     GCancellable        *cancellable,
                                     GAsyncReadyCallback  callback,
                                     gpointer             user_data)
{
  RelaisJob *job = relais_job_new (self, relais_engine_restore_account_async, cancellable,
                                   callback, user_data,
                                   restore_job);

  job->text = g_strdup (id);
  relais_job_run (job);
}

/**
 * relais_engine_restore_account_finish:
 * @self: an engine
 * @result: what the callback got
 * @error: where to put a failure
 *
 * Fails with [error@Error] `INVALID_SETTING` when another was removed since, or as adding does.
 *
 * Returns: whether it is back
 */
gboolean
relais_engine_restore_account_finish (RelaisEngine  *self,
                                      GAsyncResult  *result,
                                      GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
order_job (RelaisCore *core,
           RelaisJob  *job)
{
  relais_core_set_order (core, job->input);
  relais_job_return (job);
}

/**
 * relais_engine_set_account_order:
 * @self: an engine
 * @ids: (array zero-terminated=1): accounts in the order wanted; unknown ids are kept in mind
 */
void
relais_engine_set_account_order (RelaisEngine         *self,
                                 const char   * const *ids)
{
  RelaisJob *job = relais_job_new (self, relais_engine_set_account_order, NULL, NULL, NULL,
                                   order_job);

  job->input = g_strdupv ((char **)ids);
  job->input_free = (GDestroyNotify)g_strfreev;
  relais_job_run (job);
}

/**
 * relais_engine_dup_account_order:
 * @self: an engine
 *
 * Returns: (transfer full) (array zero-terminated=1): the ids as listed now
 */
char **
relais_engine_dup_account_order (RelaisEngine *self)
{
  GListModel *rows = relais_engine_list_accounts (self);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < g_list_model_get_n_items (rows); i++)
    {
      g_autoptr (RelaisAccountRow) row = g_list_model_get_item (rows, i);

      g_strv_builder_add (builder, relais_account_row_get_id (row));
    }
  return g_strv_builder_end (builder);
}

static void
try_now_job (RelaisCore *core,
             RelaisJob  *job)
{
  relais_account_pool_try_now (core->pool, job->text);
  relais_gateway_wake (&core->gateway);
  core->accounts_changed = TRUE;
  relais_core_touch (core);
  relais_job_return (job);
}

/**
 * relais_engine_try_account_now:
 * @self: an engine
 * @id: an account's id
 *
 * Nothing is held against it any more: the next request may go to it, and those that are held for
 * it go at once.
 */
void
relais_engine_try_account_now (RelaisEngine *self,
                               const char   *id)
{
  RelaisJob *job = relais_job_new (self, relais_engine_try_account_now, NULL, NULL, NULL,
                                   try_now_job);

  job->text = g_strdup (id);
  relais_job_run (job);
}

static RelaisTestResult *
take_result (RelaisJob *job)
{
  RelaisTestResult *result = g_new0 (RelaisTestResult, 1);

  job->result = result;
  job->result_free = (GDestroyNotify)relais_test_result_free;
  return result;
}

/* A test changes nothing: who cancels it wants no answer. */
static void
run_test (RelaisJob *job)
{
  g_task_set_check_cancellable (job->task, TRUE);
  relais_job_run (job);
}

static gboolean
is_as_stored (RelaisCore          *core,
              const RelaisAccount *account)
{
  const RelaisAccount *stored = relais_core_find (core, account->id);

  return stored != NULL && relais_account_is_same_upstream (stored, account);
}

static void
models_asked_cb (GObject      *source,
                 GAsyncResult *async_result,
                 gpointer      user_data)
{
  RelaisJob *job = user_data;
  RelaisTestResult *result = take_result (job);
  g_auto (RelaisCatalogAnswer) answer = { 0 };
  g_autoptr (GPtrArray) models = NULL;
  Draft *draft = job->input;

  models = relais_catalog_ask_finish (RELAIS_CATALOG (source), async_result, &answer, NULL);
  result->ok = models != NULL && answer.message == NULL; /* NULL: cancelled */
  result->status = answer.status;
  result->duration_us = answer.duration_us;
  result->n_models = models != NULL ? models->len : 0;
  result->message = g_steal_pointer (&answer.message);
  /* what was heard holds for what is stored only when that was asked */
  if ((result->ok || answer.key_refused) && is_as_stored (job->core, draft->account))
    {
      if (answer.key_refused)
        relais_account_pool_reject (job->core->pool, draft->account, answer.status,
                                    result->message);
      else
        {
          relais_catalog_forget (job->core->catalog, draft->account->id);
          relais_account_pool_accept (job->core->pool, draft->account->id);
        }
      relais_gateway_wake (&job->core->gateway);
      job->core->accounts_changed = TRUE;
      relais_core_touch (job->core);
    }
  relais_job_return (job);
}

static void
test_account_job (RelaisCore *core,
                  RelaisJob  *job)
{
  Draft *draft = job->input;

  draft->account = draft_to_account (core, draft, &job->error);
  if (draft->account == NULL)
    relais_job_return (job);
  else
    relais_catalog_ask_async (core->catalog, draft->account, job->cancellable, models_asked_cb,
                              job);
}

/**
 * relais_engine_test_account_async:
 * @self: an engine
 * @id: (nullable): a stored account, whose key never leaves the engine
 * @draft: (nullable): what a dialog holds; over the stored account when both are given
 * @cancellable: (nullable): ends the wait
 * @callback: told within 5 s
 * @user_data: for @callback
 *
 * Asks the provider for its models. A stored account that passes is no longer rejected.
 */
void
relais_engine_test_account_async (RelaisEngine             *self,
                                  const char               *id,
                                  const RelaisAccountDraft *draft,
                                  GCancellable             *cancellable,
                                  GAsyncReadyCallback       callback,
                                  gpointer                  user_data)
{
  run_test (draft_job (self, relais_engine_test_account_async, id, draft, cancellable, callback,
                       user_data, test_account_job));
}

/**
 * relais_engine_test_account_finish:
 * @self: an engine
 * @result: what the callback got
 * @error: where to put a failure
 *
 * Fails with [error@Error] `INVALID_SETTING` when the draft makes no account; what the provider
 * refuses stands in the result.
 *
 * Returns: (transfer full) (nullable): what it said
 */
RelaisTestResult *
relais_engine_test_account_finish (RelaisEngine  *self,
                                   GAsyncResult  *result,
                                   GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
asked_cb (RelaisAskerAnswer *answer,
          gpointer           user_data)
{
  RelaisJob *job = user_data;
  RelaisTestResult *result = take_result (job);

  result->ok = answer->text != NULL;
  result->status = answer->status;
  result->duration_us = answer->duration_us;
  result->model = g_strdup (answer->model);
  result->message = g_strdup (answer->message);
  if (answer->text != NULL && g_utf8_strlen (answer->text, -1) > TEST_TEXT_MAX)
    result->text = g_utf8_substring (answer->text, 0, TEST_TEXT_MAX);
  else
    result->text = g_strdup (answer->text);
  relais_job_return (job);
}

static void
test_request_job (RelaisCore *core,
                  RelaisJob  *job)
{
  Draft *draft = job->input;
  const RelaisDialect *dialect = relais_dialect_find (draft->provider);

  if (!relais_core_is_listening (core) || dialect == NULL)
    {
      job->error = g_error_new_literal (RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING,
                                        dialect == NULL ? "There is no such dialect" : "Start the proxy to test");
      relais_job_return (job);
      return;
    }
  draft->account = relais_core_make_own_account (core, dialect->id);
  relais_asker_ask (core->upstream, draft->account, dialect->id, draft->label, TEST_TIMEOUT_MS,
                    job->cancellable, asked_cb, job);
}

/**
 * relais_engine_test_request_async:
 * @self: an engine
 * @dialect: "openai-chat", "openai-responses", "anthropic" or "gemini"
 * @model: the model to ask for
 * @cancellable: (nullable): ends the wait
 * @callback: told within 30 s
 * @user_data: for @callback
 */
void
relais_engine_test_request_async (RelaisEngine        *self,
                                  const char          *dialect,
                                  const char          *model,
                                  GCancellable        *cancellable,
                                  GAsyncReadyCallback  callback,
                                  gpointer             user_data)
{
  RelaisAccountDraft draft = { .label = model, .provider = dialect };

  run_test (draft_job (self, relais_engine_test_request_async, NULL, &draft, cancellable, callback,
                       user_data, test_request_job));
}

/**
 * relais_engine_test_request_finish:
 * @self: an engine
 * @result: what the callback got
 * @error: where to put a failure
 *
 * Fails with [error@Error] `INVALID_SETTING` while the proxy is stopped; what it answers stands in
 * the result.
 *
 * Returns: (transfer full) (nullable): what came back
 */
RelaisTestResult *
relais_engine_test_request_finish (RelaisEngine  *self,
                                   GAsyncResult  *result,
                                   GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
