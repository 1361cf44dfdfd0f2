/* relais-news.c: what a person should hear of while the window is elsewhere
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-news"

#include "config.h"

#include <glib/gi18n.h>

#include "relais-account-words.h"
#include "relais-news.h"

#define GATHER_MS 1000 /* what happens within makes one notification */
#define LINES_MAX 3
#define KNOWN_MAX 64

#define ACCOUNTS_NOTE "accounts"
#define CLIENTS_NOTE "clients"

struct _RelaisNews
{
  GObject         parent_instance;

  /* borrowed */
  GtkApplication *application;

  /* owned */
  RelaisEngine   *engine;
  GSettings      *settings;
  GPtrArray *known;   /* names of clients that were answered before, the oldest first */
  GPtrArray *arrived; /* names of those to tell of */
  char *told;         /* the accounts in trouble and their states, as last told; NULL: none */
  guint           gather;
};

G_DEFINE_FINAL_TYPE (RelaisNews, relais_news, G_TYPE_OBJECT)

/* No news to who looks at it. */
static gboolean
is_watched (RelaisNews *self)
{
  GList *windows = gtk_application_get_windows (self->application);

  for (GList *l = windows; l != NULL; l = l->next)
    if (gtk_window_is_active (l->data))
      return TRUE;
  return FALSE;
}

static void
send (RelaisNews *self,
      const char *id,
      const char *title,
      const char *body,
      const char *page)
{
  g_autoptr (GNotification) note = g_notification_new (title);

  g_notification_set_body (note, body);
  g_notification_set_default_action_and_target (note, "app.page", "s", page);
  g_application_send_notification (G_APPLICATION (self->application), id, note);
}

static void
withdraw (RelaisNews *self,
          const char *id)
{
  g_application_withdraw_notification (G_APPLICATION (self->application), id);
}

static gboolean
has_stopped (RelaisAccountRow *row)
{
  RelaisAccountState state = relais_account_row_get_state (row);

  return state == RELAIS_ACCOUNT_KEY_REJECTED || state == RELAIS_ACCOUNT_NO_CREDIT ||
         state == RELAIS_ACCOUNT_QUOTA;
}

static GPtrArray *
list_stopped (RelaisNews *self)
{
  GListModel *accounts = relais_engine_list_accounts (self->engine);
  GPtrArray *stopped = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (accounts); i++)
    {
      g_autoptr (RelaisAccountRow) row = g_list_model_get_item (accounts, i);

      if (has_stopped (row))
        g_ptr_array_add (stopped, g_steal_pointer (&row));
    }
  return stopped;
}

static int
compare_ids (gconstpointer a,
             gconstpointer b)
{
  RelaisAccountRow *first = *(RelaisAccountRow *const *)a;
  RelaisAccountRow *second = *(RelaisAccountRow *const *)b;

  return g_strcmp0 (relais_account_row_get_id (first), relais_account_row_get_id (second));
}

/* The same for the same accounts in the same states, whatever their order. */
static char *
dup_digest (GPtrArray *stopped)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_copy (stopped, (GCopyFunc)g_object_ref, NULL);
  GString *digest = g_string_new (NULL);

  g_ptr_array_sort (sorted, compare_ids);
  for (guint i = 0; i < sorted->len; i++)
    {
      RelaisAccountRow *row = g_ptr_array_index (sorted, i);

      g_string_append_printf (digest, "%s %d\n", relais_account_row_get_id (row),
                              relais_account_row_get_state (row));
    }
  return g_string_free (digest, FALSE);
}

static void
append_line (GString    *text,
             const char *line)
{
  if (text->len > 0)
    g_string_append_c (text, '\n');
  g_string_append (text, line);
}

static void
append_rest (GString *text,
             guint    n)
{
  g_autofree char *rest = NULL;

  if (n <= LINES_MAX)
    return;
  rest = g_strdup_printf (ngettext ("and %u more", "and %u more", n - LINES_MAX), n - LINES_MAX);
  append_line (text, rest);
}

static void
tell_accounts (RelaisNews *self)
{
  g_autoptr (GPtrArray) stopped = list_stopped (self);
  g_autofree char *digest = dup_digest (stopped);
  g_autofree char *title = NULL;
  g_autoptr (GString) body = g_string_new (NULL);

  if (stopped->len == 0 || g_strcmp0 (digest, self->told) == 0)
    return;
  g_free (self->told);
  self->told = g_steal_pointer (&digest);
  if (is_watched (self))
    {
      /* one from before would name other accounts */
      withdraw (self, ACCOUNTS_NOTE);
      return;
    }
  title = g_strdup_printf (ngettext ("Trouble With an Account", "Trouble With %u Accounts", stopped->len),
                           stopped->len);
  for (guint i = 0; i < MIN (stopped->len, LINES_MAX); i++)
    {
      g_autofree char *words = relais_account_words_stopped (g_ptr_array_index (stopped, i));

      append_line (body, words);
    }
  append_rest (body, stopped->len);
  send (self, ACCOUNTS_NOTE, title, body->str, "accounts");
}

static void
tell_clients (RelaisNews *self)
{
  guint n = self->arrived->len;
  g_autofree char *title = NULL;
  g_autoptr (GString) body = g_string_new (NULL);

  if (n == 1)
    {
      /* Translators: the name of a program, such as Claude Code */
      title = g_strdup_printf (_("%s Connected"), (char *)g_ptr_array_index (self->arrived, 0));
      append_line (body, _("Its first request was answered"));
    }
  else if (n > 1)
    {
      title = g_strdup_printf (ngettext ("%u Program Connected", "%u Programs Connected", n), n);
      for (guint i = 0; i < MIN (n, LINES_MAX); i++)
        append_line (body, g_ptr_array_index (self->arrived, i));
      append_rest (body, n);
    }
  if (n > 0 && !is_watched (self))
    send (self, CLIENTS_NOTE, title, body->str, "monitor");
  g_ptr_array_set_size (self->arrived, 0);
}

static gboolean
relais_news_tell_cb (gpointer data)
{
  RelaisNews *self = data;

  self->gather = 0;
  tell_accounts (self);
  tell_clients (self);
  return G_SOURCE_REMOVE;
}

static void
tell_soon (RelaisNews *self)
{
  if (self->gather == 0)
    self->gather = g_timeout_add (GATHER_MS, relais_news_tell_cb, self);
}

static void
relais_news_accounts_cb (RelaisNews *self)
{
  g_autoptr (GPtrArray) stopped = list_stopped (self);

  if (stopped->len > 0)
    {
      tell_soon (self);
    }
  else if (self->told != NULL)
    {
      withdraw (self, ACCOUNTS_NOTE);
      g_clear_pointer (&self->told, g_free);
    }
}

static gboolean
is_known (RelaisNews *self,
          const char *client)
{
  return g_ptr_array_find_with_equal_func (self->known, client, g_str_equal, NULL);
}

static void
learn (RelaisNews *self,
       const char *client)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_auto (GStrv) stored = NULL;

  g_ptr_array_add (self->known, g_strdup (client));
  if (self->known->len > KNOWN_MAX)
    g_ptr_array_remove_range (self->known, 0, self->known->len - KNOWN_MAX);
  for (guint i = 0; i < self->known->len; i++)
    g_strv_builder_add (names, g_ptr_array_index (self->known, i));
  stored = g_strv_builder_end (names);
  g_settings_set_strv (self->settings, "known-clients", (const char *const *)stored);
}

static void relais_news_ended_cb (RelaisRecordRow *row,
                                  GParamSpec      *pspec,
                                  RelaisNews      *self);

/* What no account answered, such as a health check, says nothing about a client. */
static void
judge (RelaisNews      *self,
       RelaisRecordRow *row)
{
  const char *client = relais_record_row_get_client (row);
  guint status = relais_record_row_get_status (row);

  /* the window's own test */
  if (client == NULL || g_str_equal (client, "Relais") || is_known (self, client))
    return;
  /* no news */
  if (relais_record_row_get_earlier (row))
    return;
  if (relais_record_row_get_running (row))
    {
      g_signal_connect_object (row, "notify::running", G_CALLBACK (relais_news_ended_cb), self, 0);
      return;
    }
  if (status < 200 || status >= 300 || relais_record_row_get_account (row) == NULL)
    return;
  learn (self, client);
  if (is_watched (self))
    return;
  g_ptr_array_add (self->arrived, g_strdup (client));
  tell_soon (self);
}

static void
relais_news_ended_cb (RelaisRecordRow *row,
                      GParamSpec      *pspec,
                      RelaisNews      *self)
{
  g_signal_handlers_disconnect_by_func (row, relais_news_ended_cb, self);
  judge (self, row);
}

static void
relais_news_records_cb (GListModel *records,
                        guint       position,
                        guint       n_removed,
                        guint       n_added,
                        RelaisNews *self)
{
  for (guint i = position; i < position + n_added; i++)
    {
      g_autoptr (RelaisRecordRow) row = g_list_model_get_item (records, i);

      judge (self, row);
    }
}

static void
relais_news_dispose (GObject *object)
{
  RelaisNews *self = RELAIS_NEWS (object);

  g_clear_handle_id (&self->gather, g_source_remove);
  if (self->told != NULL)
    withdraw (self, ACCOUNTS_NOTE);
  g_clear_pointer (&self->told, g_free);
  g_clear_object (&self->engine);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (relais_news_parent_class)->dispose (object);
}

static void
relais_news_finalize (GObject *object)
{
  RelaisNews *self = RELAIS_NEWS (object);

  g_ptr_array_unref (self->known);
  g_ptr_array_unref (self->arrived);

  G_OBJECT_CLASS (relais_news_parent_class)->finalize (object);
}

static void
relais_news_class_init (RelaisNewsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = relais_news_dispose;
  object_class->finalize = relais_news_finalize;
}

static void
relais_news_init (RelaisNews *self)
{
  self->known = g_ptr_array_new_with_free_func (g_free);
  self->arrived = g_ptr_array_new_with_free_func (g_free);
}

/**
 * relais_news_new:
 * @application: registered, with an action `page` that takes the name of one; outlives the news
 * @engine: whose accounts and clients are told of
 * @settings: of the schema `dev.relais.Relais`
 *
 * Tells by notification, as long as none of the application's windows is active: of accounts whose
 * key is refused or whose credit or quota of the day is used up, all of them in one notification
 * that goes when all work again; and of programs that are answered for the first time.
 *
 * Returns: (transfer full): the news
 */
RelaisNews *
relais_news_new (GtkApplication *application,
                 RelaisEngine   *engine,
                 GSettings      *settings)
{
  RelaisNews *self = NULL;
  g_auto (GStrv) known = NULL;

  g_return_val_if_fail (GTK_IS_APPLICATION (application), NULL);
  g_return_val_if_fail (RELAIS_IS_ENGINE (engine), NULL);
  g_return_val_if_fail (G_IS_SETTINGS (settings), NULL);

  self = g_object_new (RELAIS_TYPE_NEWS, NULL);
  self->application = application;
  self->engine = g_object_ref (engine);
  self->settings = g_object_ref (settings);
  known = g_settings_get_strv (settings, "known-clients");
  for (gsize i = 0; known[i] != NULL && i < KNOWN_MAX; i++)
    g_ptr_array_add (self->known, g_strdup (known[i]));
  g_signal_connect_object (engine, "accounts-changed", G_CALLBACK (relais_news_accounts_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (relais_engine_list_records (engine), "items-changed",
                           G_CALLBACK (relais_news_records_cb), self, 0);
  return self;
}
