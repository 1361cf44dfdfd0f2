/* test-account-pool.c: who serves a request, and in which turn
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "accounts/relais-account-pool.h"

/* "id[priority]" and flags: d disabled, o dispatch off, f fallback, x exclusive, u unreachable, a model
 * pattern after a colon. */
static GPtrArray *
make (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, " ", -1);
  GPtrArray *accounts = g_ptr_array_new_with_free_func ((GDestroyNotify)relais_account_unref);

  for (guint i = 0; parts[i] != NULL && *parts[i] != '\0'; i++)
    {
      char *colon = strchr (parts[i], ':');
      RelaisAccount *account;

      if (colon != NULL)
        *colon = '\0';
      account = relais_account_new (parts[i], "p");
      account->api_key = g_strdup ("k");
      account->priority = strcspn (parts[i], "0123456789") < strlen (parts[i])
                            ? atoi (parts[i] + strcspn (parts[i], "0123456789"))
                            : 0;
      account->enabled = strchr (parts[i], 'd') == NULL;
      if (strchr (parts[i], 'o') != NULL)
        account->dispatch = RELAIS_DISPATCH_OFF;
      else if (strchr (parts[i], 'f') != NULL)
        account->dispatch = RELAIS_DISPATCH_FALLBACK;
      else if (strchr (parts[i], 'x') != NULL)
        account->dispatch = RELAIS_DISPATCH_EXCLUSIVE;
      if (colon != NULL)
        account->models = g_strsplit (colon + 1, ",", -1);
      g_ptr_array_add (accounts, account);
    }
  return accounts;
}

static RelaisReach
reach (const RelaisAccount *account,
       gpointer             user_data)
{
  if (strchr (account->id, 'u') != NULL)
    return RELAIS_REACH_NONE;
  return strchr (account->id, 't') != NULL ? RELAIS_REACH_TRANSLATED : RELAIS_REACH_NATIVE;
}

static RelaisScheduling scheduling;

static void
report (RelaisAccountPool *pool,
        const char        *id,
        RelaisOutcomeKind  kind,
        gint64             wait_ms)
{
  RelaisAccount *account = relais_account_pool_find (pool, id);
  RelaisTicket ticket;
  RelaisOutcome outcome = { .kind = kind, .wait_ms = wait_ms };

  if (account == NULL)
    return;
  ticket = relais_health_begin (relais_account_pool_get_health (pool), id);
  relais_account_pool_report (pool, account, "m", &ticket, &outcome);
}

static void
reject (RelaisAccountPool *pool,
        const char        *id)
{
  report (pool, id, RELAIS_OUTCOME_BAD_KEY, -1);
}

static void
expect (RelaisAccountPool *pool,
        const char        *model,
        RelaisPickResult   result,
        const char        *id)
{
  RelaisPickQuery query = { .model = model, .scheduling = scheduling, .reach = reach };
  g_auto (RelaisPick) pick = { 0 };

  relais_account_pool_pick (pool, &query, &pick);
  g_assert_cmpint (pick.result, ==, result);
  g_assert_cmpstr (pick.account != NULL ? pick.account->id : NULL, ==, id);
}

static void
test_turns (void)
{
  g_autoptr (RelaisAccountPool) pool = relais_account_pool_new ();

  expect (pool, "m", RELAIS_PICK_EMPTY, NULL);
  relais_account_pool_set_accounts (pool, make ("a b c"));
  for (guint i = 0; i < 6; i++)
    expect (pool, "m", RELAIS_PICK_FOUND, ((const char *[]){ "a", "b", "c" })[i % 3]);
  /* turns outlive a new list */
  expect (pool, "m", RELAIS_PICK_FOUND, "a");
  relais_account_pool_set_accounts (pool, make ("c b a n"));
  expect (pool, "m", RELAIS_PICK_FOUND, "n");
  expect (pool, "m", RELAIS_PICK_FOUND, "b");
  expect (pool, "m", RELAIS_PICK_FOUND, "c");
  expect (pool, "m", RELAIS_PICK_FOUND, "a");
}

static void
test_priority (void)
{
  g_autoptr (RelaisAccountPool) pool = relais_account_pool_new ();

  relais_account_pool_set_accounts (pool, make ("a2 b1 c1 e3"));
  expect (pool, "m", RELAIS_PICK_FOUND, "b1");
  expect (pool, "m", RELAIS_PICK_FOUND, "c1");
  reject (pool, "b1");
  expect (pool, "m", RELAIS_PICK_FOUND, "c1");
  reject (pool, "c1");
  expect (pool, "m", RELAIS_PICK_FOUND, "a2");
}

/* Who needs no translation goes first, but not before who has the lower priority. */
static void
test_near (void)
{
  g_autoptr (RelaisAccountPool) pool = relais_account_pool_new ();

  relais_account_pool_set_accounts (pool, make ("t a tt b"));
  for (guint i = 0; i < 6; i++)
    expect (pool, "m", RELAIS_PICK_FOUND, ((const char *[]){ "a", "b" })[i % 2]);
  reject (pool, "a");
  reject (pool, "b");
  expect (pool, "m", RELAIS_PICK_FOUND, "t");
  expect (pool, "m", RELAIS_PICK_FOUND, "tt");
  relais_account_pool_set_accounts (pool, make ("a2 t1"));
  expect (pool, "m", RELAIS_PICK_FOUND, "t1");
}

static void
test_dispatch (void)
{
  g_autoptr (RelaisAccountPool) pool = relais_account_pool_new ();

  relais_account_pool_set_accounts (pool, make ("f1 a5 b5"));
  expect (pool, "m", RELAIS_PICK_FOUND, "a5");
  expect (pool, "m", RELAIS_PICK_FOUND, "b5");
  reject (pool, "a5");
  reject (pool, "b5");
  expect (pool, "m", RELAIS_PICK_FOUND, "f1");
  /* an exclusive one leaves the models it does not serve to the others */
  relais_account_pool_set_accounts (pool, make ("f a x9:m xx9:m,n"));
  for (guint i = 0; i < 4; i++)
    expect (pool, "m", RELAIS_PICK_FOUND, i % 2 == 0 ? "x9" : "xx9");
  expect (pool, "n", RELAIS_PICK_FOUND, "xx9");
  expect (pool, "o", RELAIS_PICK_FOUND, "a");
  reject (pool, "x9");
  reject (pool, "xx9");
  expect (pool, "m", RELAIS_PICK_FOUND, "a");
  relais_account_pool_set_accounts (pool, make ("xu f"));
  expect (pool, "m", RELAIS_PICK_FOUND, "f");
}

static void
test_why_not (void)
{
  g_autoptr (RelaisAccountPool) pool = relais_account_pool_new ();

  relais_account_pool_set_accounts (pool, make ("d o"));
  expect (pool, "m", RELAIS_PICK_EMPTY, NULL);
  g_assert_cmpuint (relais_account_pool_get_n_active (pool), ==, 0);
  relais_account_pool_set_accounts (pool, make ("d a:x*"));
  expect (pool, "m", RELAIS_PICK_MODEL, NULL);
  expect (pool, "x1", RELAIS_PICK_FOUND, "a");
  relais_account_pool_set_accounts (pool, make ("a:x* u:m,n"));
  expect (pool, "m", RELAIS_PICK_DIALECT, NULL);
  expect (pool, "z", RELAIS_PICK_MODEL, NULL);
  g_assert_cmpuint (relais_account_pool_get_n_active (pool), ==, 2);
}

static void
test_rejected (void)
{
  g_autoptr (RelaisAccountPool) pool = relais_account_pool_new ();
  g_autoptr (GPtrArray) edited = NULL;
  RelaisAccount *account;

  relais_account_pool_set_accounts (pool, make ("a b"));
  reject (pool, "a");
  reject (pool, "stranger");
  g_assert_true (relais_account_pool_is_rejected (pool, "a"));
  g_assert_false (relais_account_pool_is_rejected (pool, "stranger"));
  g_assert_cmpuint (relais_account_pool_get_n_active (pool), ==, 1);
  expect (pool, "m", RELAIS_PICK_FOUND, "b");
  expect (pool, "m", RELAIS_PICK_FOUND, "b");
  /* another label changes nothing, another key does */
  edited = make ("a b");
  relais_account_pool_set_accounts (pool, g_ptr_array_ref (edited));
  g_assert_true (relais_account_pool_is_rejected (pool, "a"));
  g_clear_pointer (&edited, g_ptr_array_unref);
  edited = make ("a b");
  account = g_ptr_array_index (edited, 0);
  g_free (account->api_key);
  account->api_key = g_strdup ("another");
  relais_account_pool_set_accounts (pool, g_steal_pointer (&edited));
  g_assert_false (relais_account_pool_is_rejected (pool, "a"));
  reject (pool, "a");
  relais_account_pool_accept (pool, "a");
  g_assert_cmpuint (relais_account_pool_get_n_active (pool), ==, 2);
  /* one that goes and comes back starts afresh */
  reject (pool, "a");
  relais_account_pool_set_accounts (pool, make ("b"));
  relais_account_pool_set_accounts (pool, make ("a b"));
  g_assert_false (relais_account_pool_is_rejected (pool, "a"));
}

static void
behind_cb (const RelaisAccount *account,
           RelaisPrecedence     by,
           gpointer             user_data)
{
  g_string_append_printf (user_data, "%s%s=%d", ((GString *)user_data)->len > 0 ? " " : "",
                          account->id, by);
}

static void
expect_behind (RelaisAccountPool *pool,
               RelaisScheduling   mode,
               const char        *session,
               const char        *id,
               const char        *behind)
{
  g_autoptr (GString) said = g_string_new (NULL);
  RelaisPickQuery query = { .model = "m",
                            .session = session,
                            .scheduling = mode,
                            .reach = reach,
                            .behind = behind_cb,
                            .user_data = said };
  g_auto (RelaisPick) pick = { 0 };

  relais_account_pool_pick (pool, &query, &pick);
  g_assert_cmpstr (pick.account->id, ==, id);
  g_assert_cmpstr (said->str, ==, behind);
  relais_account_pool_keep (pool, pick.account, &query);
}

/* Why the others were not chosen, the next one first. */
static void
test_behind (void)
{
  g_autoptr (RelaisAccountPool) pool = relais_account_pool_new ();

  relais_account_pool_set_accounts (pool, make ("f1 t b a5 a"));
  expect_behind (pool, RELAIS_SCHEDULING_CACHE_FIRST, "s", "b", "a=6 t=4 a5=3 f1=2");
  relais_account_pool_set_accounts (pool, make ("x a b"));
  expect_behind (pool, RELAIS_SCHEDULING_CACHE_FIRST, NULL, "x", "a=2 b=2");
  reject (pool, "x");
  /* the conversation is with the one further down */
  expect_behind (pool, RELAIS_SCHEDULING_CACHE_FIRST, "s", "b", "a=0");
  expect_behind (pool, RELAIS_SCHEDULING_BALANCE, "s", "a", "b=5");
  expect_behind (pool, RELAIS_SCHEDULING_BALANCE, "s", "b", "a=5");
  expect_behind (pool, RELAIS_SCHEDULING_PERFORMANCE_FIRST, NULL, "a", "b=5");
  /* what is held against one comes before all that */
  for (guint i = 0; i < 3; i++)
    report (pool, "a", RELAIS_OUTCOME_FAULT, -1);
  expect_behind (pool, RELAIS_SCHEDULING_CACHE_FIRST, NULL, "b", "a=1");
}

/* Who runs keeps the account, whatever becomes of the list. */
static void
test_lives (void)
{
  g_autoptr (RelaisAccountPool) pool = relais_account_pool_new ();
  RelaisPickQuery query = { .model = "m", .reach = reach };
  g_auto (RelaisPick) pick = { 0 };

  relais_account_pool_set_accounts (pool, make ("a"));
  relais_account_pool_pick (pool, &query, &pick);
  g_assert_cmpint (pick.result, ==, RELAIS_PICK_FOUND);
  relais_account_pool_set_accounts (pool, make (""));
  g_assert_null (relais_account_pool_find (pool, "a"));
  g_assert_cmpstr (pick.account->api_key, ==, "k");
  g_assert_cmpuint (relais_account_pool_get_accounts (pool)->len, ==, 0);
}

int
main (int    argc,
      char **argv)
{
  scheduling = RELAIS_SCHEDULING_BALANCE;
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/account-pool/turns", test_turns);
  g_test_add_func ("/account-pool/priority", test_priority);
  g_test_add_func ("/account-pool/near", test_near);
  g_test_add_func ("/account-pool/dispatch", test_dispatch);
  g_test_add_func ("/account-pool/why-not", test_why_not);
  g_test_add_func ("/account-pool/rejected", test_rejected);
  g_test_add_func ("/account-pool/behind", test_behind);
  g_test_add_func ("/account-pool/lives", test_lives);
  return g_test_run ();
}
