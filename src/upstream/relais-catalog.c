/* relais-catalog.c: which models the accounts serve, asked for lazily
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-catalog"

#include "config.h"

#include <string.h>

#include <libsoup/soup.h>

#include "base/relais-redact.h"
#include "dialects/relais-model-list.h"

#include "relais-catalog.h"
#include "relais-outcome.h"
#include "relais-practice.h"
#include "relais-provider.h"

#define KEEP_US (3600 * G_TIME_SPAN_SECOND)
#define KEEP_FAILURE_US (30 * G_TIME_SPAN_SECOND)
#define LIST_SIZE_MAX (4 * 1024 * 1024)

/* What one account said last. */
typedef struct
{
  GPtrArray *models; /* owned; char *; NULL: it never had a list for us */
  gint64 until_us;   /* not asked again before */
} Entry;

struct _RelaisCatalog
{
  GObject         parent_instance;

  /* owned */
  RelaisUpstream *upstream;
  GHashTable *entries;   /* account id -> Entry */
  GHashTable *waits;     /* account id -> Wait, borrowed: its question owns it */
  GCancellable *stopped; /* ends what the lists ask */

  /* borrowed */
  const RelaisClock *clock; /* or NULL */
};

G_DEFINE_FINAL_TYPE (RelaisCatalog, relais_catalog, G_TYPE_OBJECT)

/* One question under way; lives as long as its task. */
typedef struct
{
  RelaisAccount *account;      /* owned */
  GString *body;               /* owned */
  GSource *timer;              /* owned */
  GSource *cancelled;          /* owned */
  RelaisTransfer *transfer;    /* owned until done */
  SoupMessageHeaders *headers; /* owned; of the answer, once there is one */
  RelaisDialectId     dialect;
  gint64              started_us;
  RelaisCatalogAnswer answer;
} Question;

/* The unions that wait for one account, asked once for them all. */
typedef struct
{
  char *account_id; /* owned */
  GPtrArray *tasks; /* owned */
} Wait;

/* A union under way. */
typedef struct
{
  GPtrArray *accounts; /* owned */
  guint asked;
} Union;

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_clear_pointer (&entry->models, g_ptr_array_unref);
  g_free (entry);
}

static void
relais_catalog_finalize (GObject *object)
{
  RelaisCatalog *self = RELAIS_CATALOG (object);

  g_clear_object (&self->upstream);
  g_clear_object (&self->stopped);
  g_clear_pointer (&self->entries, g_hash_table_unref);
  g_clear_pointer (&self->waits, g_hash_table_unref);

  G_OBJECT_CLASS (relais_catalog_parent_class)->finalize (object);
}

static void
relais_catalog_class_init (RelaisCatalogClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = relais_catalog_finalize;
}

static void
relais_catalog_init (RelaisCatalog *self)
{
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, entry_free);
  self->waits = g_hash_table_new (g_str_hash, g_str_equal);
  self->stopped = g_cancellable_new ();
}

/**
 * relais_catalog_new:
 * @upstream: how to ask
 *
 * Returns: (transfer full): a catalog that knows nothing yet
 */
RelaisCatalog *
relais_catalog_new (RelaisUpstream *upstream)
{
  RelaisCatalog *self = g_object_new (RELAIS_TYPE_CATALOG, NULL);

  self->upstream = g_object_ref (upstream);
  return self;
}

/**
 * relais_catalog_set_clock:
 * @self: a catalog that knows nothing yet
 * @clock: outlives it
 */
void
relais_catalog_set_clock (RelaisCatalog     *self,
                          const RelaisClock *clock)
{
  self->clock = clock;
}

/**
 * relais_catalog_answer_clear:
 * @answer: an answer whose strings go
 */
void
relais_catalog_answer_clear (RelaisCatalogAnswer *answer)
{
  g_clear_pointer (&answer->message, g_free);
}

static void
drop_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
question_free (gpointer data)
{
  Question *question = data;

  if (question->transfer != NULL)
    relais_transfer_free (question->transfer);
  drop_source (&question->timer);
  drop_source (&question->cancelled);
  g_clear_pointer (&question->headers, soup_message_headers_unref);
  g_string_free (question->body, TRUE);
  relais_account_unref (question->account);
  relais_catalog_answer_clear (&question->answer);
  g_free (question);
}

/* NULL @models: what was known before stays, and is good for a while more. */
static void
remember (RelaisCatalog *self,
          const char    *account_id,
          GPtrArray     *models)
{
  Entry *known = g_hash_table_lookup (self->entries, account_id);
  Entry *entry = g_new0 (Entry, 1);

  entry->until_us =
    relais_clock_get_now_us (self->clock) + (models != NULL ? KEEP_US : KEEP_FAILURE_US);
  if (models == NULL && known != NULL)
    models = known->models;
  entry->models = models != NULL ? g_ptr_array_ref (models) : NULL;
  g_hash_table_replace (self->entries, g_strdup (account_id), entry);
}

/* Ends the task exactly once: stops what could end it again. */
static void
answer_question (GTask      *task,
                 GPtrArray  *models,
                 const char *message)
{
  Question *question = g_task_get_task_data (task);

  drop_source (&question->timer);
  drop_source (&question->cancelled);
  question->answer.duration_us = g_get_monotonic_time () - question->started_us;
  if (message != NULL)
    question->answer.message = relais_redact (message, question->account->api_key);
  if (models == NULL)
    models = g_ptr_array_new ();
  g_task_return_pointer (task, models, (GDestroyNotify)g_ptr_array_unref);
  g_object_unref (task);
}

static void
head_cb (RelaisTransfer     *transfer,
         guint               status,
         SoupMessageHeaders *headers,
         gpointer            user_data)
{
  Question *question = g_task_get_task_data (user_data);

  question->answer.status = status;
  question->headers = soup_message_headers_ref (headers);
}

static void
data_cb (RelaisTransfer *transfer,
         const char     *bytes,
         gsize           length,
         gpointer        user_data)
{
  Question *question = g_task_get_task_data (user_data);

  if (question->body->len + length <= LIST_SIZE_MAX)
    {
      g_string_append_len (question->body, bytes, length);
      return;
    }
  g_clear_pointer (&question->transfer, relais_transfer_free);
  answer_question (user_data, NULL, "The list of models is longer than 4 MiB");
}

static gboolean
is_key_refused (Question *question)
{
  RelaisOutcome outcome;

  relais_outcome_read (&(RelaisAnswer){ .dialect = question->dialect,
                                        .status = question->answer.status,
                                        .headers = question->headers,
                                        .body = question->body->str,
                                        .length = question->body->len },
                       0, &outcome);
  return outcome.kind == RELAIS_OUTCOME_BAD_KEY;
}

static void
done_cb (RelaisTransfer *transfer,
         const GError   *error,
         gpointer        user_data)
{
  GTask *task = user_data;
  Question *question = g_task_get_task_data (task);
  g_autoptr (GPtrArray) models = NULL;
  g_autoptr (GError) local = NULL;
  g_autofree char *message = NULL;
  RelaisUsage usage = RELAIS_USAGE_INIT;
  RelaisFinish finish;
  const RelaisDialect *dialect = relais_dialect_get (question->dialect);

  question->transfer = NULL;
  if (error != NULL)
    message = g_strdup (error->message);
  else if (question->answer.status / 100 == 2)
    {
      models = relais_model_list_decode (question->dialect, question->body->str,
                                         question->body->len, &local);
      if (models == NULL)
        message = g_strdup (local->message);
    }
  else
    {
      dialect->tap (question->body->str, question->body->len, &usage, &finish, &message);
      if (message == NULL)
        message = g_strdup_printf ("The server answered %u", question->answer.status);
      question->answer.key_refused = is_key_refused (question);
    }
  answer_question (task, g_steal_pointer (&models), message);
}

static gboolean
timed_out_cb (gpointer user_data)
{
  Question *question = g_task_get_task_data (user_data);

  g_clear_pointer (&question->transfer, relais_transfer_free);
  answer_question (user_data, NULL, "No answer in time");
  return G_SOURCE_REMOVE;
}

static gboolean
cancelled_cb (GCancellable *cancellable,
              gpointer      user_data)
{
  Question *question = g_task_get_task_data (user_data);

  g_clear_pointer (&question->transfer, relais_transfer_free);
  answer_question (user_data, NULL, NULL); /* the task says CANCELLED by itself */
  return G_SOURCE_REMOVE;
}

static GPtrArray *
practice_models (void)
{
  GPtrArray *models = g_ptr_array_new_with_free_func (g_free);

  for (const char *const *id = relais_practice_get_models (); *id != NULL; id++)
    g_ptr_array_add (models, g_strdup (*id));
  return models;
}

/**
 * relais_catalog_ask_async:
 * @self: a catalog
 * @account: whom to ask
 * @cancellable: (nullable): ends it at once
 * @callback: told when it is known
 * @user_data: for @callback
 *
 * Asks the account's provider for its models, whatever is remembered, and remembers nothing: the
 * account may be one that is being tried.
 */
void
relais_catalog_ask_async (RelaisCatalog       *self,
                          RelaisAccount       *account,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  static const RelaisTransferSink sink = { head_cb, data_cb, done_cb };
  const RelaisProvider *provider = relais_provider_find (account->provider);
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Question *question = g_new0 (Question, 1);
  RelaisUpstreamRequest request = { .account = account, .method = "GET", .tail = "models" };
  g_autoptr (GError) error = NULL;

  g_task_set_source_tag (task, relais_catalog_ask_async);
  question->account = relais_account_ref (account);
  question->body = g_string_new (NULL);
  question->started_us = g_get_monotonic_time ();
  g_task_set_task_data (task, question, question_free);

  if (provider == NULL)
    {
      answer_question (task, NULL, "No such provider");
      return;
    }
  if (provider->in_process)
    {
      question->answer.status = 200;
      answer_question (task, practice_models (), NULL);
      return;
    }
  request.dialect = relais_provider_choose_models (account);
  if (request.dialect == RELAIS_DIALECT_GEMINI)
    request.query = "pageSize=1000";
  else if (request.dialect == RELAIS_DIALECT_ANTHROPIC)
    request.query = "limit=1000";
  question->dialect = request.dialect;
  question->transfer = relais_upstream_send (self->upstream, &request, &sink, task, &error);
  if (question->transfer == NULL)
    {
      answer_question (task, NULL, error->message);
      return;
    }
  question->timer =
    g_timeout_source_new (relais_upstream_get_limits (self->upstream)->models_timeout_ms);
  g_source_set_callback (question->timer, timed_out_cb, task, NULL);
  g_source_attach (question->timer, g_main_context_get_thread_default ());
  if (cancellable == NULL)
    return;
  question->cancelled = g_cancellable_source_new (cancellable);
  g_source_set_callback (question->cancelled, G_SOURCE_FUNC (cancelled_cb), task, NULL);
  g_source_attach (question->cancelled, g_main_context_get_thread_default ());
}

/**
 * relais_catalog_ask_finish:
 * @self: a catalog
 * @result: what the callback got
 * @answer: (out) (optional): what came back; clear it
 * @error: where to put a failure
 *
 * Fails only when cancelled: what a provider refuses stands in @answer.
 *
 * Returns: (transfer full) (element-type utf8) (nullable): the models, none when refused
 */
GPtrArray *
relais_catalog_ask_finish (RelaisCatalog        *self,
                           GAsyncResult         *result,
                           RelaisCatalogAnswer  *answer,
                           GError              **error)
{
  Question *question = g_task_get_task_data (G_TASK (result));

  if (answer != NULL)
    {
      *answer = question->answer;
      question->answer.message = NULL;
    }
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
union_free (gpointer data)
{
  Union *all = data;

  g_ptr_array_unref (all->accounts);
  g_free (all);
}

static int
compare_strings (gconstpointer a,
                 gconstpointer b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

static void
add_once (GHashTable *seen,
          GPtrArray  *models,
          const char *id)
{
  char *copy;

  if (g_hash_table_contains (seen, id))
    return;
  copy = g_strdup (id);
  g_hash_table_add (seen, copy);
  g_ptr_array_add (models, copy);
}

static void
finish_union (GTask *task)
{
  RelaisCatalog *self = g_task_get_source_object (task);
  Union *all = g_task_get_task_data (task);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *models = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < all->accounts->len; i++)
    {
      RelaisAccount *account = g_ptr_array_index (all->accounts, i);
      Entry *entry = g_hash_table_lookup (self->entries, account->id);

      for (guint j = 0; entry != NULL && entry->models != NULL && j < entry->models->len; j++)
        if (relais_account_serves (account, g_ptr_array_index (entry->models, j)))
          add_once (seen, models, g_ptr_array_index (entry->models, j));
      /* a pattern without a star is the person's own word that the model is there */
      for (char **name = account->models; name != NULL && *name != NULL; name++)
        if (strchr (*name, '*') == NULL)
          add_once (seen, models, *name);
    }
  g_ptr_array_sort (models, compare_strings);
  g_task_return_pointer (task, models, (GDestroyNotify)g_ptr_array_unref);
}

static void
union_step (GTask *task)
{
  Union *all = g_task_get_task_data (task);

  if (--all->asked == 0)
    finish_union (task);
}

static void
asked_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  RelaisCatalog *self = RELAIS_CATALOG (source);
  Wait *wait = user_data;
  g_auto (RelaisCatalogAnswer) answer = { 0 };
  g_autoptr (GPtrArray) models = relais_catalog_ask_finish (self, result, &answer, NULL);

  /* who forgot the account meanwhile took the wait out: this is the word of an old key */
  if (g_hash_table_lookup (self->waits, wait->account_id) == wait)
    {
      g_hash_table_remove (self->waits, wait->account_id);
      remember (self, wait->account_id, answer.message == NULL ? models : NULL);
    }
  for (guint i = 0; i < wait->tasks->len; i++)
    union_step (g_ptr_array_index (wait->tasks, i));
  g_ptr_array_unref (wait->tasks);
  g_free (wait->account_id);
  g_free (wait);
}

/**
 * relais_catalog_list_async:
 * @self: a catalog
 * @accounts: (element-type RelaisAccount): the usable ones
 * @cancellable: (nullable): ends the wait
 * @callback: told when it is known
 * @user_data: for @callback
 *
 * The union of what @accounts serve, filtered by their patterns. Lists older than an hour are
 * asked for again, all at once and each once for all who wait; one that cannot be had is served as
 * it was last and asked for again after half a minute.
 */
void
relais_catalog_list_async (RelaisCatalog       *self,
                           GPtrArray           *accounts,
                           GCancellable        *cancellable,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  gint64 now_us = relais_clock_get_now_us (self->clock);
  Union *all = g_new0 (Union, 1);

  g_task_set_source_tag (task, relais_catalog_list_async);
  all->accounts = g_ptr_array_ref (accounts);
  all->asked = 1;
  g_task_set_task_data (task, all, union_free);
  for (guint i = 0; i < accounts->len; i++)
    {
      RelaisAccount *account = g_ptr_array_index (accounts, i);
      Entry *entry = g_hash_table_lookup (self->entries, account->id);
      Wait *wait = g_hash_table_lookup (self->waits, account->id);

      if (entry != NULL && entry->until_us > now_us)
        continue;
      all->asked++;
      if (wait != NULL)
        {
          g_ptr_array_add (wait->tasks, g_object_ref (task));
          continue;
        }
      wait = g_new0 (Wait, 1);
      wait->account_id = g_strdup (account->id);
      wait->tasks = g_ptr_array_new_with_free_func (g_object_unref);
      g_ptr_array_add (wait->tasks, g_object_ref (task));
      g_hash_table_insert (self->waits, wait->account_id, wait);
      relais_catalog_ask_async (self, account, self->stopped, asked_cb, wait);
    }
  union_step (task);
}

/**
 * relais_catalog_list_finish:
 * @self: a catalog
 * @result: what the callback got
 * @error: where to put a failure
 *
 * Returns: (transfer full) (element-type utf8) (nullable): ids, each once, sorted
 */
GPtrArray *
relais_catalog_list_finish (RelaisCatalog  *self,
                            GAsyncResult   *result,
                            GError        **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * relais_catalog_refresh:
 * @self: a catalog
 * @accounts: (element-type RelaisAccount): whose lists count now
 *
 * Asks again for those that are due, as relais_catalog_list_async() does, for whoever comes next.
 */
void
relais_catalog_refresh (RelaisCatalog *self,
                        GPtrArray     *accounts)
{
  gint64 now_us = relais_clock_get_now_us (self->clock);

  for (guint i = 0; i < accounts->len; i++)
    {
      const RelaisAccount *account = g_ptr_array_index (accounts, i);
      const Entry *entry = g_hash_table_lookup (self->entries, account->id);

      if (entry != NULL && entry->until_us <= now_us &&
          !g_hash_table_contains (self->waits, account->id))
        {
          relais_catalog_list_async (self, accounts, NULL, NULL, NULL);
          return;
        }
    }
}

/**
 * relais_catalog_knows:
 * @self: a catalog
 * @account: an account
 *
 * Returns: whether it was asked before, even in vain, or needs not be: its own patterns say what it
 *   serves
 */
gboolean
relais_catalog_knows (RelaisCatalog       *self,
                      const RelaisAccount *account)
{
  return (account->models != NULL && account->models[0] != NULL) ||
         g_hash_table_contains (self->entries, account->id);
}

/**
 * relais_catalog_lists:
 * @self: a catalog
 * @account: an account
 * @model: a model's name
 *
 * An account may serve more: some models have names that no list shows.
 *
 * Returns: whether the account's patterns or its provider's list name the model
 */
gboolean
relais_catalog_lists (RelaisCatalog       *self,
                      const RelaisAccount *account,
                      const char          *model)
{
  const Entry *entry = g_hash_table_lookup (self->entries, account->id);

  if (account->models != NULL && account->models[0] != NULL)
    return relais_account_serves (account, model);
  return entry != NULL && entry->models != NULL &&
         g_ptr_array_find_with_equal_func (entry->models, model, g_str_equal, NULL);
}

/**
 * relais_catalog_lacks:
 * @self: a catalog
 * @account: an account
 * @model: a model's name
 *
 * Where no list could be had nothing is known.
 *
 * Returns: whether there are patterns or a list, and they do not name the model
 */
gboolean
relais_catalog_lacks (RelaisCatalog       *self,
                      const RelaisAccount *account,
                      const char          *model)
{
  const Entry *entry = g_hash_table_lookup (self->entries, account->id);
  gboolean known = (account->models != NULL && account->models[0] != NULL) ||
                   (entry != NULL && entry->models != NULL);

  return known && !relais_catalog_lists (self, account, model);
}

/**
 * relais_catalog_forget:
 * @self: a catalog
 * @account_id: an account that was edited or removed
 *
 * What it served is asked for anew.
 */
void
relais_catalog_forget (RelaisCatalog *self,
                       const char    *account_id)
{
  g_hash_table_remove (self->entries, account_id);
  g_hash_table_remove (self->waits, account_id);
}

/**
 * relais_catalog_stop:
 * @self: a catalog
 *
 * Ends what lists wait for: they come with what is known, once the context is iterated.
 */
void
relais_catalog_stop (RelaisCatalog *self)
{
  g_cancellable_cancel (self->stopped);
}
