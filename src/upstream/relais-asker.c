/* relais-asker.c: one small question to one account, and what it said
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-asker"

#include "config.h"

#include <string.h>

#include "base/relais-redact.h"
#include "dialects/relais-probe.h"

#include "relais-asker.h"

#define ANSWER_SIZE_MAX (1024 * 1024)
#define QUESTION "Say hello in one short sentence."

typedef struct
{
  RelaisTransfer *transfer; /* owned until done */
  GString *body;            /* owned */
  GSource *timer;           /* owned */
  GSource *cancelled;       /* owned */
  RelaisAccount *account;   /* owned */
  RelaisDialectId   dialect;
  gint64            started_us;
  RelaisAskerAnswer answer;

  /* borrowed */
  RelaisAskerFunc   func;
  gpointer          user_data;
} Ask;

/**
 * relais_asker_answer_clear:
 * @answer: an answer whose strings go
 */
void
relais_asker_answer_clear (RelaisAskerAnswer *answer)
{
  g_clear_pointer (&answer->text, g_free);
  g_clear_pointer (&answer->model, g_free);
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
ask_end (Ask *ask)
{
  drop_source (&ask->timer);
  drop_source (&ask->cancelled);
  g_clear_pointer (&ask->transfer, relais_transfer_free);
  ask->answer.duration_us = g_get_monotonic_time () - ask->started_us;
  ask->func (&ask->answer, ask->user_data);
  relais_asker_answer_clear (&ask->answer);
  g_string_free (ask->body, TRUE);
  relais_account_unref (ask->account);
  g_free (ask);
}

static void
head_cb (RelaisTransfer     *transfer,
         guint               status,
         SoupMessageHeaders *headers,
         gpointer            user_data)
{
  ((Ask *)user_data)->answer.status = status;
}

static void
data_cb (RelaisTransfer *transfer,
         const char     *bytes,
         gsize           length,
         gpointer        user_data)
{
  Ask *ask = user_data;

  if (ask->body->len + length <= ANSWER_SIZE_MAX)
    {
      g_string_append_len (ask->body, bytes, length);
      return;
    }
  ask->answer.message = g_strdup ("The answer is longer than 1 MiB");
  ask_end (ask);
}

static void
done_cb (RelaisTransfer *transfer,
         const GError   *error,
         gpointer        user_data)
{
  Ask *ask = user_data;
  RelaisUsage usage = RELAIS_USAGE_INIT;
  RelaisFinish finish;
  const RelaisDialect *dialect = relais_dialect_get (ask->dialect);
  g_autofree char *words = NULL;

  ask->transfer = NULL;
  if (error != NULL)
    ask->answer.message = g_strdup (error->message);
  else if (ask->answer.status != 200)
    dialect->tap (ask->body->str, ask->body->len, &usage, &finish, &words);
  else if (!relais_probe_decode (ask->dialect, ask->body->str, ask->body->len, &ask->answer.text,
                                 &ask->answer.model))
    ask->answer.message = g_strdup ("The answer holds no text");
  if (words != NULL)
    ask->answer.message = relais_redact (words, ask->account->api_key);
  if (ask->answer.text == NULL && ask->answer.message == NULL)
    ask->answer.message = g_strdup_printf ("The server answered %u", ask->answer.status);
  ask_end (ask);
}

static gboolean
timed_out_cb (gpointer user_data)
{
  Ask *ask = user_data;

  ask->answer.message = g_strdup ("No answer in time");
  ask_end (ask);
  return G_SOURCE_REMOVE;
}

static gboolean
cancelled_cb (GCancellable *cancellable,
              gpointer      user_data)
{
  Ask *ask = user_data;

  ask->answer.message = g_strdup ("Cancelled");
  ask_end (ask);
  return G_SOURCE_REMOVE;
}

static gboolean
failed_cb (gpointer user_data)
{
  ask_end (user_data);
  return G_SOURCE_REMOVE;
}

/**
 * relais_asker_ask:
 * @upstream: how to ask
 * @account: whom
 * @dialect: one the account reaches
 * @model: the model to ask for
 * @timeout_ms: when to give up
 * @cancellable: (nullable): ends it at once; @func is told all the same
 * @func: told once, from the main loop; what it is given lives as long as the call
 * @user_data: for @func
 */
void
relais_asker_ask (RelaisUpstream  *upstream,
                  RelaisAccount   *account,
                  RelaisDialectId  dialect,
                  const char      *model,
                  guint            timeout_ms,
                  GCancellable    *cancellable,
                  RelaisAskerFunc  func,
                  gpointer         user_data)
{
  static const RelaisTransferSink sink = { head_cb, data_cb, done_cb };
  g_autofree char *tail = relais_probe_dup_tail (dialect, model);
  char *question = relais_probe_encode (dialect, model, QUESTION);
  g_autoptr (GBytes) body = g_bytes_new_take (question, strlen (question));
  g_autoptr (GError) error = NULL;
  Ask *ask = g_new0 (Ask, 1);
  RelaisUpstreamRequest request = {
    .account = account,
    .dialect = dialect,
    .method = "POST",
    .tail = tail,
    .content_type = "application/json",
    .body = body,
  };

  ask->account = relais_account_ref (account);
  ask->body = g_string_new (NULL);
  ask->dialect = dialect;
  ask->started_us = g_get_monotonic_time ();
  ask->func = func;
  ask->user_data = user_data;
  ask->transfer = relais_upstream_send (upstream, &request, &sink, ask, &error);
  if (ask->transfer == NULL)
    ask->answer.message = g_strdup (error->message);
  ask->timer = g_timeout_source_new (ask->transfer != NULL ? timeout_ms : 0);
  g_source_set_callback (ask->timer, ask->transfer != NULL ? timed_out_cb : failed_cb, ask, NULL);
  g_source_attach (ask->timer, g_main_context_get_thread_default ());
  if (cancellable == NULL)
    return;
  ask->cancelled = g_cancellable_source_new (cancellable);
  g_source_set_callback (ask->cancelled, G_SOURCE_FUNC (cancelled_cb), ask, NULL);
  g_source_attach (ask->cancelled, g_main_context_get_thread_default ());
}
