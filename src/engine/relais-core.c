/* relais-core.c: what lives in the engine's own thread
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-core"

#include "config.h"

#include "base/relais-error.h"
#include "base/relais-key.h"
#include "server/relais-reach.h"

#include "relais-core.h"

#define FLUSH_MS 100
#define RECORDS_MAX 2000

static void
account_info_free (gpointer data)
{
  RelaisAccountInfo *info = data;

  g_free (info->id);
  g_free (info->label);
  g_free (info->provider);
  g_free (info->base_url);
  g_strfreev (info->models);
  g_ptr_array_unref (info->troubles);
  g_free (info);
}

/**
 * relais_snapshot_free:
 * @self: (nullable): a snapshot
 */
void
relais_snapshot_free (RelaisSnapshot *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->records, g_ptr_array_unref);
  g_clear_pointer (&self->accounts, g_ptr_array_unref);
  g_strfreev (self->models);
  g_free (self->log_trouble);
  g_free (self);
}

/**
 * relais_listening_free:
 * @self: (nullable): what a start came to
 */
void
relais_listening_free (RelaisListening *self)
{
  if (self == NULL)
    return;
  relais_start_failure_free (self->failure);
  g_strfreev (self->urls);
  g_free (self);
}

static GPtrArray *
list_infos (RelaisCore *self)
{
  GPtrArray *infos = g_ptr_array_new_with_free_func (account_info_free);

  for (guint i = 0; i < self->accounts->len; i++)
    {
      RelaisAccount *account = g_ptr_array_index (self->accounts, i);
      RelaisAccountInfo *info = g_new0 (RelaisAccountInfo, 1);

      info->id = g_strdup (account->id);
      info->label = g_strdup (account->label);
      info->provider = g_strdup (account->provider);
      info->base_url = g_strdup (account->base_url);
      info->models = g_strdupv (account->models);
      info->dispatch = relais_dispatch_get_nick (account->dispatch);
      info->priority = account->priority;
      info->state = relais_core_get_account_state (self, account);
      info->troubles = relais_core_list_troubles (self, account->id);
      info->n_requests = GPOINTER_TO_UINT (g_hash_table_lookup (self->n_requests, account->id));
      info->enabled = account->enabled;
      info->has_key = account->api_key != NULL && *account->api_key != '\0';
      info->kept = !g_hash_table_contains (self->unkept, account->id);
      g_ptr_array_add (infos, info);
    }
  return infos;
}

static int
compare_records (gconstpointer a,
                 gconstpointer b)
{
  const RelaisRecord *first = *(RelaisRecord *const *)a, *second = *(RelaisRecord *const *)b;

  return first->id < second->id ? -1 : first->id > second->id;
}

/**
 * relais_core_sort_records:
 * @records: (element-type RelaisRecord): records; sorted, oldest first
 */
void
relais_core_sort_records (GPtrArray *records)
{
  g_ptr_array_sort (records, compare_records);
}

static void
send_snapshot (RelaisCore *self)
{
  RelaisSnapshot *snapshot = g_new0 (RelaisSnapshot, 1);
  GHashTableIter iter;
  gpointer record;

  if (g_hash_table_size (self->records) > 0)
    {
      snapshot->records = g_ptr_array_new_with_free_func ((GDestroyNotify)relais_record_free);
      g_hash_table_iter_init (&iter, self->records);
      while (g_hash_table_iter_next (&iter, NULL, &record))
        {
          g_ptr_array_add (snapshot->records, record);
          g_hash_table_iter_steal (&iter);
        }
      relais_core_sort_records (snapshot->records);
    }
  if (self->accounts_changed)
    snapshot->accounts = list_infos (self);
  if (self->models_changed)
    snapshot->models = g_strdupv (self->models);
  if (self->log_changed)
    snapshot->log_trouble = g_strdup (self->log_trouble);
  snapshot->log_changed = self->log_changed;
  snapshot->keyring = self->keyring;
  snapshot->n_active = relais_account_pool_get_n_active (self->pool);
  if (self->accounts_changed)
    relais_core_watch_ends (self);
  self->accounts_changed = FALSE;
  self->models_changed = FALSE;
  self->log_changed = FALSE;
  self->snapshot (snapshot, self->user_data);
}

static gboolean
flush_cb (gpointer user_data)
{
  RelaisCore *self = user_data;

  g_clear_pointer (&self->flush, g_source_unref);
  send_snapshot (self);
  return G_SOURCE_REMOVE;
}

/**
 * relais_core_touch:
 * @self: a core
 *
 * Something of it changed: a snapshot goes out within 100 ms, one for all that happens meanwhile.
 */
void
relais_core_touch (RelaisCore *self)
{
  if (self->flush != NULL)
    return;
  self->flush = g_timeout_source_new (FLUSH_MS);
  g_source_set_callback (self->flush, flush_cb, self, NULL);
  g_source_attach (self->flush, self->context);
}

/**
 * relais_core_flush:
 * @self: a core
 *
 * What changed goes out now, ahead of whatever the caller sends next.
 */
void
relais_core_flush (RelaisCore *self)
{
  if (self->flush == NULL)
    return;
  g_source_destroy (self->flush);
  g_clear_pointer (&self->flush, g_source_unref);
  send_snapshot (self);
}

static void
forget_oldest_record (RelaisCore *self)
{
  GHashTableIter iter;
  gpointer key;
  guint64 oldest = G_MAXUINT64;

  g_hash_table_iter_init (&iter, self->records);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    oldest = MIN (oldest, *(guint64 *)key);
  g_hash_table_remove (self->records, &oldest);
}

static void
record_cb (const RelaisRecord *record,
           gpointer            user_data)
{
  RelaisCore *self = user_data;
  RelaisRecord *copy = relais_record_copy (record);
  RelaisBodies *bodies = NULL;

  /* the rows of the window are many: what is kept stays within the budget of this thread */
  g_clear_pointer (&copy->bodies, relais_bodies_unref);
  if (record->phase == RELAIS_RECORD_ARRIVED)
    relais_core_remember_secrets (self);
  if (record->phase == RELAIS_RECORD_DONE)
    bodies = relais_core_close_bodies (self, record);
  if (record->phase == RELAIS_RECORD_DONE && self->log != NULL)
    relais_log_add (self->log, record, bodies);
  g_hash_table_replace (self->records, &copy->id, copy);
  if (g_hash_table_size (self->records) > RECORDS_MAX)
    forget_oldest_record (self);
  if (record->phase == RELAIS_RECORD_DONE && relais_core_find (self, record->account_id) != NULL)
    {
      guint n = GPOINTER_TO_UINT (g_hash_table_lookup (self->n_requests, record->account_id));

      g_hash_table_replace (self->n_requests, g_strdup (record->account_id),
                            GUINT_TO_POINTER (n + 1));
      self->accounts_changed = TRUE;
    }
  relais_core_touch (self);
}

static void
pool_changed_cb (gpointer user_data)
{
  RelaisCore *self = user_data;

  self->accounts_changed = TRUE;
  relais_core_touch (self);
}

/**
 * relais_core_new:
 * @context: the engine thread's
 * @options: how the engine was made
 * @snapshot: told what changed; takes it
 * @user_data: for @snapshot
 *
 * Call it in the engine thread, with @context its thread default.
 *
 * Returns: (transfer full): a core that knows no accounts yet
 */
RelaisCore *
relais_core_new (GMainContext              *context,
                 const RelaisEngineOptions *options,
                 RelaisSnapshotFunc         snapshot,
                 gpointer                   user_data)
{
  RelaisCore *self = g_new0 (RelaisCore, 1);

  self->context = g_main_context_ref (context);
  self->config = relais_config_new ();
  self->pool = relais_account_pool_new ();
  self->endings = g_ptr_array_new_with_free_func (g_object_unref);
  self->upstream = relais_upstream_new (self->config);
  self->secrets = g_ptr_array_new_with_free_func ((GDestroyNotify)relais_key_wipe);
  self->exports = g_ptr_array_new ();
  self->repeats = g_ptr_array_new_with_free_func ((GDestroyNotify)relais_repeat_free);
  self->catalog = relais_catalog_new (self->upstream);
  self->accounts = g_ptr_array_new_with_free_func ((GDestroyNotify)relais_account_unref);
  self->unkept = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->n_requests = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->records = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL,
                                         (GDestroyNotify)relais_record_free);
  g_queue_init (&self->changes);
  self->models = g_new0 (char *, 1);
  self->order = g_new0 (char *, 1);
  self->key_file = g_strdup (options->key_file);
  self->key_source = g_strdup (options->key_source);
  self->notes = g_ptr_array_new_with_free_func (g_free);
  self->snapshot = snapshot;
  self->user_data = user_data;
  if (options->use_keyring)
    self->store = relais_account_store_new ();
  if (options->log_file != NULL)
    relais_core_open_log (self, options->log_file);
  self->gateway = (RelaisGateway){ .config = self->config,
                                   .pool = self->pool,
                                   .upstream = self->upstream,
                                   .catalog = self->catalog,
                                   .calls = relais_call_cache_new (),
                                   .counts = relais_count_cache_new (),
                                   .quirks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                                                    NULL),
                                   .bodies = options->keep_bodies ? relais_body_store_new () : NULL,
                                   .record = record_cb,
                                   .pool_changed = pool_changed_cb,
                                   .user_data = self };
  return self;
}

/**
 * relais_core_free:
 * @self: a core
 *
 * Cuts what runs. In the engine thread, last.
 */
void
relais_core_free (RelaisCore *self)
{
  g_clear_object (&self->server);
  while (self->endings->len > 0)
    {
      g_autoptr (RelaisServer) server = g_ptr_array_steal_index (self->endings, 0);

      g_object_run_dispose (G_OBJECT (server));
    }
  relais_catalog_stop (self->catalog);
  g_ptr_array_unref (self->repeats);
  /* what the server let go of ends its work in the context */
  while (g_main_context_iteration (self->context, FALSE))
    ;
  relais_core_stop_exports (self);
  relais_core_close_log (self);
  if (self->flush != NULL)
    g_source_destroy (self->flush);
  g_clear_pointer (&self->flush, g_source_unref);
  relais_core_unwatch_ends (self);
  g_ptr_array_unref (self->endings);
  g_clear_object (&self->store);
  g_clear_pointer (&self->gateway.calls, relais_call_cache_free);
  g_clear_pointer (&self->gateway.counts, relais_count_cache_free);
  g_clear_pointer (&self->gateway.bodies, relais_body_store_free);
  g_clear_pointer (&self->gateway.rules, relais_rules_unref);
  g_clear_pointer (&self->gateway.quirks, g_hash_table_unref);
  g_clear_object (&self->catalog);
  g_clear_object (&self->upstream);
  g_clear_object (&self->pool);
  g_clear_object (&self->config);
  g_clear_pointer (&self->removed, relais_account_unref);
  g_queue_clear_full (&self->changes, g_free);
  g_ptr_array_unref (self->accounts);
  g_ptr_array_unref (self->secrets);
  g_ptr_array_unref (self->exports);
  g_hash_table_unref (self->unkept);
  g_hash_table_unref (self->n_requests);
  g_hash_table_unref (self->records);
  g_strfreev (self->models);
  g_strfreev (self->order);
  g_free (self->key_file);
  g_free (self->key_source);
  g_ptr_array_unref (self->notes);
  g_main_context_unref (self->context);
  g_free (self);
}

static void
request_cb (RelaisWire        *wire,
            SoupServerMessage *message,
            gpointer           user_data)
{
  relais_exchange_start (user_data, wire, message);
}

static void
refused_cb (const RelaisRefusal *refusal,
            gpointer             user_data)
{
  relais_exchange_refuse (user_data, refusal);
}

static RelaisListening *
describe_listening (RelaisCore         *self,
                    RelaisStartFailure *failure)
{
  RelaisListening *listening = g_new0 (RelaisListening, 1);

  listening->failure = failure;
  if (failure != NULL)
    return listening;
  listening->port = relais_server_get_port (self->server);
  self->gateway.port = listening->port;
  listening->urls = relais_server_dup_urls (self->server);
  return listening;
}

/**
 * relais_core_is_listening:
 * @self: a core
 *
 * Returns: whether new requests come in; %FALSE while the last ones of a stop end
 */
gboolean
relais_core_is_listening (RelaisCore *self)
{
  return self->server != NULL && relais_server_get_port (self->server) != 0;
}

/**
 * relais_core_start:
 * @self: a core
 *
 * Listens, if an account can serve. A failure leaves nothing half-started. What a stop before it
 * lets end goes on ending beside it.
 *
 * Returns: (transfer full): where it listens, or why not
 */
RelaisListening *
relais_core_start (RelaisCore *self)
{
  static const RelaisServerSink sink = { request_cb, refused_cb };
  RelaisStartFailure *failure;
  RelaisListening *listening;

  if (relais_core_is_listening (self))
    return describe_listening (self, NULL);
  g_clear_object (&self->server);
  if (relais_account_pool_get_n_active (self->pool) == 0)
    return describe_listening (self,
                               relais_start_failure_new (self->keyring == RELAIS_KEYRING_LOCKED
                                                           ? RELAIS_ERROR_KEYRING_LOCKED
                                                           : RELAIS_ERROR_NO_ACCOUNT));
  relais_gateway_set_stopping (&self->gateway, FALSE);
  self->server = relais_server_new (self->config, &sink, &self->gateway);
  failure = relais_server_start (self->server);
  listening = describe_listening (self, failure);
  if (failure != NULL)
    g_clear_object (&self->server);
  return listening;
}

static void
forget_server (RelaisCore   *self,
               RelaisServer *server)
{
  if (self->server == server)
    g_clear_object (&self->server);
  g_ptr_array_remove (self->endings, server);
}

static void
ended_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (RelaisServer) server = g_object_ref (RELAIS_SERVER (source));

  relais_server_stop_finish (server, result, NULL);
  forget_server (user_data, server);
}

/**
 * relais_core_rebind:
 * @self: a core
 *
 * LAN access changed: listens where it should now, streams run on. A failure ends in a stop, which
 * lets them end as any other does.
 *
 * Returns: (transfer full) (nullable): where it listens, or why not; %NULL when it is stopped, or
 *   about to
 */
RelaisListening *
relais_core_rebind (RelaisCore *self)
{
  RelaisStartFailure *failure;
  RelaisListening *listening;

  if (!relais_core_is_listening (self))
    return NULL;
  failure = relais_server_rebind (self->server);
  listening = describe_listening (self, failure);
  if (failure != NULL)
    {
      g_ptr_array_add (self->endings, g_object_ref (self->server));
      relais_server_stop_async (self->server, NULL, ended_cb, self);
      g_clear_object (&self->server);
    }
  return listening;
}

typedef struct
{
  RelaisCore     *core;
  guint n; /* servers that have not ended */
  RelaisCoreDone  done;
  gpointer        user_data;
} Stop;

static void
stopped_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Stop *stop = user_data;

  ended_cb (source, result, stop->core);
  if (--stop->n > 0)
    return;
  stop->done (NULL, NULL, stop->user_data);
  g_free (stop);
}

/**
 * relais_core_stop:
 * @self: a core
 * @cancellable: (nullable): ends the wait for streams to end
 * @done: told when the last stream ended or was cut, of this start and of those before
 * @user_data: for @done
 */
void
relais_core_stop (RelaisCore     *self,
                  GCancellable   *cancellable,
                  RelaisCoreDone  done,
                  gpointer        user_data)
{
  Stop *stop;

  if (self->server != NULL && !g_ptr_array_find (self->endings, self->server, NULL))
    g_ptr_array_add (self->endings, g_object_ref (self->server));
  if (self->endings->len == 0)
    {
      done (NULL, NULL, user_data);
      return;
    }
  relais_gateway_set_stopping (&self->gateway, TRUE);
  stop = g_new0 (Stop, 1);
  stop->core = self;
  stop->n = self->endings->len;
  stop->done = done;
  stop->user_data = user_data;
  for (guint i = 0; i < self->endings->len; i++)
    relais_server_stop_async (g_ptr_array_index (self->endings, i), cancellable, stopped_cb, stop);
}

typedef struct
{
  RelaisCoreChange func;
  gpointer         data;
} Change;

/**
 * relais_core_begin_change:
 * @self: a core
 * @change: what changes the accounts; ends with relais_core_end_change()
 * @data: for @change
 *
 * Now, or once the changes before it ended: each one starts from what the last one left, however
 * long the keyring takes.
 */
void
relais_core_begin_change (RelaisCore       *self,
                          RelaisCoreChange  change,
                          gpointer          data)
{
  Change *waiting;

  if (!self->changing)
    {
      self->changing = TRUE;
      change (self, data);
      return;
    }
  waiting = g_new0 (Change, 1);
  waiting->func = change;
  waiting->data = data;
  g_queue_push_tail (&self->changes, waiting);
}

/**
 * relais_core_end_change:
 * @self: a core
 *
 * Called once for each change that began.
 */
void
relais_core_end_change (RelaisCore *self)
{
  g_autofree Change *next = g_queue_pop_head (&self->changes);

  self->changing = next != NULL;
  if (next != NULL)
    next->func (self, next->data);
}

static void
models_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  RelaisCore *self = user_data;
  g_autoptr (GPtrArray) ids = relais_catalog_list_finish (RELAIS_CATALOG (source), result, NULL);

  if (ids == NULL)
    return;
  relais_reach_complete (&self->gateway, ids);
  g_strfreev (self->models);
  self->models = g_new0 (char *, ids->len + 1);
  for (guint i = 0; i < ids->len; i++)
    self->models[i] = g_strdup (g_ptr_array_index (ids, i));
  self->models_changed = TRUE;
  relais_core_touch (self);
}

/**
 * relais_core_refresh_models:
 * @self: a core
 *
 * Asks the active accounts, where what is known is older than an hour; a snapshot tells.
 */
void
relais_core_refresh_models (RelaisCore *self)
{
  g_autoptr (GPtrArray) active = relais_reach_active (&self->gateway);

  relais_catalog_list_async (self->catalog, active, NULL, models_cb, self);
}

/**
 * relais_core_set_rules:
 * @self: a core
 * @rules: what holds from the next request on; requests under way keep those they began with
 */
void
relais_core_set_rules (RelaisCore  *self,
                       RelaisRules *rules)
{
  g_clear_pointer (&self->gateway.rules, relais_rules_unref);
  self->gateway.rules = relais_rules_ref (rules);
  /* whoever looks at the models sees the new names among them */
  if (self->models[0] != NULL)
    relais_core_refresh_models (self);
}
