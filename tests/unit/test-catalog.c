/* test-catalog.c: what accounts say they serve, remembered, forgotten, and not waited for too long
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "relais-test-clock.h"
#include "relais-test-peer.h"
#include "upstream/relais-catalog.h"

#define KEY "tok/en+0123456789=="
#define PATIENCE_S 20

typedef struct
{
  RelaisConfig    *config;
  RelaisLimits    *limits;
  RelaisUpstream  *upstream;
  RelaisCatalog   *catalog;
  RelaisTestClock  clock;
} Fixture;

static void
set_up (Fixture       *self,
        gconstpointer  data)
{
  self->config = relais_config_new ();
  self->limits = relais_config_get_limits (self->config);
  self->upstream = relais_upstream_new (self->config);
  self->catalog = relais_catalog_new (self->upstream);
  relais_test_clock_init (&self->clock, 1000 * G_TIME_SPAN_SECOND);
  relais_catalog_set_clock (self->catalog, &self->clock.clock);
}

static void
tear_down (Fixture       *self,
           gconstpointer  data)
{
  g_assert_cmpuint (relais_upstream_get_running (self->upstream), ==, 0);
  g_assert_finalize_object (self->catalog);
  g_object_unref (self->upstream);
  g_object_unref (self->config);
  relais_test_clock_clear (&self->clock);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static gboolean
late_cb (gpointer user_data)
{
  g_error ("waited too long");
  return G_SOURCE_REMOVE;
}

static void
slot_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      slot)
{
  *(GAsyncResult **)slot = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **slot)
{
  guint late = g_timeout_add_seconds (PATIENCE_S, late_cb, NULL);

  while (*slot == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (late);
  return g_steal_pointer (slot);
}

static RelaisAccount *
make_account (const char     *id,
              const char     *provider,
              RelaisTestPeer *peer,
              const char     *models)
{
  RelaisAccount *account = relais_account_new (id, provider);

  if (peer != NULL)
    account->base_url = relais_test_peer_dup_url (peer, "");
  account->api_key = g_strdup (KEY);
  account->models = models != NULL ? g_strsplit (models, " ", -1) : NULL;
  return account;
}

/* The models, joined by spaces. */
static char *
ask (Fixture              *self,
     RelaisAccount        *account,
     GCancellable         *cancellable,
     RelaisCatalogAnswer  *answer,
     GError              **error)
{
  GAsyncResult *slot = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) models = NULL;

  relais_catalog_ask_async (self->catalog, account, cancellable, slot_cb, &slot);
  result = wait_for (&slot);
  models = relais_catalog_ask_finish (self->catalog, result, answer, error);
  if (models == NULL)
    return NULL;
  g_ptr_array_add (models, NULL);
  return g_strjoinv (" ", (char **)models->pdata);
}

/* Takes the accounts, up to the NULL. */
static char *
list (Fixture *self,
      ...)
{
  g_autoptr (GPtrArray) accounts =
               g_ptr_array_new_with_free_func ((GDestroyNotify)relais_account_unref);
  GAsyncResult *slot = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) models = NULL;
  g_autoptr (GError) error = NULL;
  RelaisAccount *account;
  va_list args;

  va_start (args, self);
  while ((account = va_arg (args, RelaisAccount *)) != NULL)
    g_ptr_array_add (accounts, account);
  va_end (args);
  relais_catalog_list_async (self->catalog, accounts, NULL, slot_cb, &slot);
  result = wait_for (&slot);
  models = relais_catalog_list_finish (self->catalog, result, &error);
  g_assert_no_error (error);
  g_ptr_array_add (models, NULL);
  return g_strjoinv (" ", (char **)models->pdata);
}

#define OPENAI_LIST "{\"object\":\"list\",\"data\":[{\"id\":\"m-two\"},{\"id\":\"m-one\"},{\"id\":\"other\"}]}"
#define GEMINI_LIST "{\"models\":[{\"name\":\"models/g-one\"},{\"name\":\"models/m-one\"}]}"

/* Says what it was made with, each vendor's shape where its path asks for it. */
static gboolean
list_func (RelaisTestPeer        *peer,
           int                    fd,
           const RelaisTestAsked *asked,
           gpointer               user_data)
{
  if (g_str_has_prefix (asked->head, "GET /v1beta/models?pageSize=1000 "))
    return relais_test_peer_answer (fd, 200, "Content-Type: application/json\r\n", GEMINI_LIST);
  if (g_str_has_prefix (asked->head, "GET /v1/models "))
    return relais_test_peer_answer (fd, 200, "Content-Type: application/json\r\n", OPENAI_LIST);
  if (g_str_has_prefix (asked->head, "GET /v1/models?limit=1000 "))
    return relais_test_peer_answer (fd, 200, "", "{\"data\":[{\"type\":\"model\",\"id\":\"a-one\"}],\"has_more\":false}");
  return relais_test_peer_answer (fd, 404, "", "");
}

static void
test_shapes (Fixture       *self,
             gconstpointer  data)
{
  static const struct
  {
    const char *provider;
    const char *models;
  } rows[] = {
    { "openai", "m-two m-one other" },
    { "openai-compatible", "m-two m-one other" },
    { "anthropic", "a-one" },
    { "gemini", "g-one m-one" },
  };
  g_autoptr (RelaisTestPeer) peer = relais_test_peer_new (list_func, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (RelaisAccount) account = make_account ("a", rows[i].provider, peer, NULL);
      g_auto (RelaisCatalogAnswer) answer = { 0 };
      g_autoptr (GError) error = NULL;
      g_autofree char *models = ask (self, account, NULL, &answer, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (answer.message, ==, NULL);
      g_assert_cmpuint (answer.status, ==, 200);
      g_assert_cmpint (answer.duration_us, >, 0);
      g_assert_cmpstr (models, ==, rows[i].models);
    }
}

/* Each once, sorted, within the patterns; what a person named without a star is there. */
static void
test_union (Fixture       *self,
            gconstpointer  data)
{
  g_autoptr (RelaisTestPeer) peer = relais_test_peer_new (list_func, NULL);
  RelaisTestPeerCounts *counts = relais_test_peer_counts (peer);
  g_autofree char *both = list (self, make_account ("o", "openai", peer, NULL), make_account ("g", "gemini", peer, NULL), NULL);
  g_autofree char *some = NULL;
  g_autofree char *practice = NULL;
  g_autofree char *none = NULL;
  g_autofree char *again = NULL;

  g_assert_cmpstr (both, ==, "g-one m-one m-two other");
  g_assert_cmpint (g_atomic_int_get (&counts->requests), ==, 2);
  /* remembered, and filtered anew */
  some = list (self, make_account ("o", "openai", peer, "m-* pinned"), NULL);
  g_assert_cmpstr (some, ==, "m-one m-two pinned");
  g_assert_cmpint (g_atomic_int_get (&counts->requests), ==, 2);
  practice = list (self, make_account ("practice", "practice", NULL, "practice*"), NULL);
  g_assert_cmpstr (practice, ==, "practice");
  none = list (self, NULL);
  g_assert_cmpstr (none, ==, "");
  relais_catalog_forget (self->catalog, "o");
  again = list (self, make_account ("o", "openai", peer, NULL), make_account ("g", "gemini", peer, NULL), NULL);
  g_assert_cmpstr (again, ==, both);
  g_assert_cmpint (g_atomic_int_get (&counts->requests), ==, 3);
}

static gboolean
refuse_func (RelaisTestPeer        *peer,
             int                    fd,
             const RelaisTestAsked *asked,
             gpointer               user_data)
{
  return relais_test_peer_answer (fd, 401, "Content-Type: application/json\r\n", user_data);
}

/* What went wrong is told in the other side's words, less the key in them. */
static void
test_refused (Fixture       *self,
              gconstpointer  data)
{
  static const struct
  {
    const char *body;
    const char *message;
  } rows[] = {
    { "{\"error\":{\"message\":\"Wrong key " KEY ", ask help@vendor.example\"}}", "Wrong key [hidden], ask [hidden]" },
    { "<html>no</html>", "The server answered 401" },
    { "", "The server answered 401" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (RelaisTestPeer) peer = relais_test_peer_new (refuse_func, (gpointer)rows[i].body);
      g_autoptr (RelaisAccount) account = make_account ("a", "openai", peer, NULL);
      g_auto (RelaisCatalogAnswer) answer = { 0 };
      g_autoptr (GError) error = NULL;
      g_autofree char *models = ask (self, account, NULL, &answer, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (models, ==, "");
      g_assert_cmpuint (answer.status, ==, 401);
      g_assert_cmpstr (answer.message, ==, rows[i].message);
    }
}

static gboolean
body_func (RelaisTestPeer        *peer,
           int                    fd,
           const RelaisTestAsked *asked,
           gpointer               user_data)
{
  return relais_test_peer_answer (fd, 200, "Content-Type: application/json\r\n", user_data);
}

static void
test_nonsense (Fixture       *self,
               gconstpointer  data)
{
  g_autoptr (GString) big = g_string_new ("{\"data\":[{\"id\":\"m\"}");
  const char *bodies[] = { "", "[]", "{", "nonsense", NULL };

  while (big->len < 5 * 1024 * 1024)
    g_string_append (big, ",{\"id\":\"one-more-of-very-many-models\"}");
  g_string_append (big, "]}");
  bodies[4] = big->str;
  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr (RelaisTestPeer) peer = relais_test_peer_new (body_func, (gpointer)bodies[i]);
      g_autoptr (RelaisAccount) account = make_account ("a", "openai", peer, NULL);
      g_auto (RelaisCatalogAnswer) answer = { 0 };
      g_autofree char *models = ask (self, account, NULL, &answer, NULL);

      g_assert_cmpstr (models, ==, "");
      g_assert_nonnull (answer.message);
      if (bodies[i] == big->str)
        g_assert_cmpstr (answer.message, ==, "The list of models is longer than 4 MiB");
    }
}

static void
test_nowhere (Fixture       *self,
              gconstpointer  data)
{
  g_autoptr (RelaisAccount) stranger = make_account ("a", "nobody", NULL, NULL);
  g_autoptr (RelaisAccount) astray = make_account ("a", "openai", NULL, NULL);
  g_auto (RelaisCatalogAnswer) unknown = { 0 };
  g_auto (RelaisCatalogAnswer) bad = { 0 };
  g_autofree char *first = ask (self, stranger, NULL, &unknown, NULL);
  g_autofree char *second = NULL;

  g_assert_cmpstr (first, ==, "");
  g_assert_cmpstr (unknown.message, ==, "No such provider");
  astray->base_url = g_strdup ("nonsense");
  second = ask (self, astray, NULL, &bad, NULL);
  g_assert_cmpstr (second, ==, "");
  g_assert_nonnull (bad.message);
}

static gboolean
hang_func (RelaisTestPeer        *peer,
           int                    fd,
           const RelaisTestAsked *asked,
           gpointer               user_data)
{
  relais_test_peer_wait_for_end (peer, fd);
  return FALSE;
}

/* One that says nothing holds nobody up, and what was heard before still holds. */
static void
test_silent (Fixture       *self,
             gconstpointer  data)
{
  g_autoptr (RelaisTestPeer) good = relais_test_peer_new (list_func, NULL);
  g_autoptr (RelaisTestPeer) silent = relais_test_peer_new (hang_func, NULL);
  g_autoptr (RelaisAccount) account = make_account ("s", "openai", silent, NULL);
  g_auto (RelaisCatalogAnswer) answer = { 0 };
  g_autofree char *alone = NULL;
  g_autofree char *models = NULL;
  g_autofree char *kept = NULL;

  self->limits->models_timeout_ms = 100;
  alone = ask (self, account, NULL, &answer, NULL);
  g_assert_cmpstr (alone, ==, "");
  g_assert_cmpstr (answer.message, ==, "No answer in time");
  g_assert_cmpint (answer.duration_us, >=, 100 * 1000);
  models = list (self, make_account ("o", "openai", good, NULL), make_account ("s", "openai", silent, "pinned"), NULL);
  g_assert_cmpstr (models, ==, "m-one m-two other pinned");
  /* a refusal does not take back what was heard */
  relais_catalog_answer_clear (&answer);
  g_free (g_steal_pointer (&alone));
  g_clear_pointer (&account, relais_account_unref);
  account = make_account ("o", "openai", silent, NULL);
  alone = ask (self, account, NULL, &answer, NULL);
  g_assert_cmpstr (alone, ==, "");
  kept = list (self, make_account ("o", "openai", silent, NULL), NULL);
  g_assert_cmpstr (kept, ==, "m-one m-two other");
}

static gboolean
cancel_cb (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return G_SOURCE_REMOVE;
}

static void
test_cancelled (Fixture       *self,
                gconstpointer  data)
{
  g_autoptr (RelaisTestPeer) peer = relais_test_peer_new (hang_func, NULL);
  g_autoptr (RelaisAccount) account = make_account ("a", "openai", peer, NULL);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_auto (RelaisCatalogAnswer) answer = { 0 };
      g_autoptr (GError) error = NULL;
      gint64 start_us = g_get_monotonic_time ();

      if (i == 0)
        g_cancellable_cancel (cancellable);
      else
        g_timeout_add (20, cancel_cb, cancellable);
      g_assert_null (ask (self, account, cancellable, &answer, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpint (g_get_monotonic_time () - start_us, <, 2 * G_USEC_PER_SEC);
      g_assert_cmpuint (relais_upstream_get_running (self->upstream), ==, 0);
    }
}

/* Who asks while the answer is on its way waits for that one; a refusal is not asked for again at
 * once, what was heard under an old key is not kept. */
static void
test_asked_once (Fixture       *self,
                 gconstpointer  data)
{
  g_autoptr (RelaisTestPeer) good = relais_test_peer_new (list_func, NULL);
  g_autoptr (RelaisTestPeer) bad = relais_test_peer_new (refuse_func, (gpointer) "");
  RelaisTestPeerCounts *n_good = relais_test_peer_counts (good);
  RelaisTestPeerCounts *n_bad = relais_test_peer_counts (bad);
  g_autoptr (GPtrArray) accounts =
               g_ptr_array_new_with_free_func ((GDestroyNotify)relais_account_unref);

  g_ptr_array_add (accounts, make_account ("good", "openai", good, NULL));
  g_ptr_array_add (accounts, make_account ("bad", "openai", bad, NULL));
  for (guint i = 0; i < 2; i++)
    {
      GAsyncResult *slots[3] = { NULL };

      for (guint j = 0; j < G_N_ELEMENTS (slots); j++)
        relais_catalog_list_async (self->catalog, accounts, NULL, slot_cb, &slots[j]);
      for (guint j = 0; j < G_N_ELEMENTS (slots); j++)
        {
          g_autoptr (GAsyncResult) result = wait_for (&slots[j]);
          g_autoptr (GPtrArray) models = relais_catalog_list_finish (self->catalog, result, NULL);

          g_assert_cmpuint (models->len, ==, 3);
        }
    }
  g_assert_cmpint (g_atomic_int_get (&n_good->requests), ==, 1);
  g_assert_cmpint (g_atomic_int_get (&n_bad->requests), ==, 1);

  for (guint i = 0; i < 2; i++)
    {
      GAsyncResult *slot = NULL;
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GPtrArray) models = NULL;

      if (i == 0)
        relais_catalog_forget (self->catalog, "good");
      relais_catalog_list_async (self->catalog, accounts, NULL, slot_cb, &slot);
      if (i == 0)
        relais_catalog_forget (self->catalog, "good");
      result = wait_for (&slot);
      models = relais_catalog_list_finish (self->catalog, result, NULL);
      g_assert_cmpuint (models->len, ==, i == 0 ? 0 : 3);
    }
  g_assert_cmpint (g_atomic_int_get (&n_good->requests), ==, 3);
}

/* One list that could not be had says nothing of what the account serves, and is asked for again
 * soon. */
static void
test_refresh (Fixture       *self,
              gconstpointer  data)
{
  g_autoptr (RelaisTestPeer) good = relais_test_peer_new (list_func, NULL);
  g_autoptr (RelaisTestPeer) bad = relais_test_peer_new (refuse_func, (gpointer) "");
  RelaisTestPeerCounts *n_good = relais_test_peer_counts (good);
  RelaisTestPeerCounts *n_bad = relais_test_peer_counts (bad);
  g_autoptr (GPtrArray) accounts =
               g_ptr_array_new_with_free_func ((GDestroyNotify)relais_account_unref);
  g_autofree char *models = NULL;
  static const struct
  {
    gint64 seconds;
    int n_good;
    int n_bad;
  } steps[] = { { 0, 1, 1 }, { 29, 1, 1 }, { 1, 1, 2 }, { 3570, 2, 3 } };

  g_ptr_array_add (accounts, make_account ("good", "openai", good, NULL));
  g_ptr_array_add (accounts, make_account ("bad", "openai", bad, NULL));
  g_assert_false (relais_catalog_knows (self->catalog, accounts->pdata[1]));
  models = list (self, relais_account_ref (accounts->pdata[0]),
                 relais_account_ref (accounts->pdata[1]), NULL);
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      guint late = g_timeout_add_seconds (10, late_cb, NULL);

      relais_test_clock_advance (&self->clock, steps[i].seconds * G_TIME_SPAN_SECOND);
      /* whoever comes meanwhile asks nothing twice */
      relais_catalog_refresh (self->catalog, accounts);
      relais_catalog_refresh (self->catalog, accounts);
      while (relais_upstream_get_running (self->upstream) > 0)
        g_main_context_iteration (NULL, TRUE);
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_source_remove (late);
      g_assert_cmpint (g_atomic_int_get (&n_good->requests), ==, steps[i].n_good);
      g_assert_cmpint (g_atomic_int_get (&n_bad->requests), ==, steps[i].n_bad);
      g_assert_true (relais_catalog_lists (self->catalog, accounts->pdata[0], "m-one"));
      g_assert_true (relais_catalog_lacks (self->catalog, accounts->pdata[0], "m-none"));
      g_assert_true (relais_catalog_knows (self->catalog, accounts->pdata[1]));
      g_assert_false (relais_catalog_lists (self->catalog, accounts->pdata[1], "m-one"));
      g_assert_false (relais_catalog_lacks (self->catalog, accounts->pdata[1], "m-one"));
    }
}

static void
test_stopped (Fixture       *self,
              gconstpointer  data)
{
  g_autoptr (RelaisTestPeer) peer = relais_test_peer_new (hang_func, NULL);
  g_autoptr (GPtrArray) accounts =
               g_ptr_array_new_with_free_func ((GDestroyNotify)relais_account_unref);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) models = NULL;
  GAsyncResult *slot = NULL;

  g_ptr_array_add (accounts, make_account ("a", "openai", peer, "pinned"));
  relais_catalog_list_async (self->catalog, accounts, NULL, slot_cb, &slot);
  relais_catalog_stop (self->catalog);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_nonnull (slot);
  result = g_steal_pointer (&slot);
  models = relais_catalog_list_finish (self->catalog, result, NULL);
  g_assert_cmpuint (models->len, ==, 1);
}

int
main (int    argc,
      char **argv)
{
  static const struct
  {
    const char *name;
    void (*func) (Fixture *self,
                  gconstpointer data);
  } tests[] = {
    { "/catalog/shapes", test_shapes },
    { "/catalog/union", test_union },
    { "/catalog/refused", test_refused },
    { "/catalog/nonsense", test_nonsense },
    { "/catalog/nowhere", test_nowhere },
    { "/catalog/silent", test_silent },
    { "/catalog/cancelled", test_cancelled },
    { "/catalog/asked-once", test_asked_once },
    { "/catalog/refresh", test_refresh },
    { "/catalog/stopped", test_stopped },
  };

  g_setenv ("SOUP_FORCE_HTTP1", "1", TRUE);
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Fixture, NULL, set_up, tests[i].func, tear_down);
  return g_test_run ();
}
