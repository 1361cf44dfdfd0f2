/* test-news.c: what a person is told while the window is elsewhere
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "app/relais-news.h"

#include "puppet-engine.h"
#include "ui-kit.h"
#include "ui-notices.h"

static GtkApplication *application; /* a process has one on the bus */

/* What it tells of, and who shows that. */
typedef struct
{
  RelaisEngine *engine;
  GSettings    *settings;
  RelaisNews   *news;
  UiNotices    *notices;
  char *page; /* asked for last */
  guint         n;
} Stage;

static void
page_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       data)
{
  Stage *stage = data;

  g_free (stage->page);
  stage->page = g_variant_dup_string (parameter, NULL);
}

static void
open_stage (Stage *stage)
{
  static const GActionEntry actions[] = { { "page", page_cb, "s" } };

  stage->notices = ui_notices_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (application), actions, 1, stage);
  stage->engine = relais_engine_new (&(RelaisEngineOptions){ 0 });
  stage->settings = g_settings_new (RELAIS_APP_ID);
  g_settings_reset (stage->settings, "known-clients");
  stage->news = relais_news_new (application, stage->engine, stage->settings);
}

static void
close_stage (Stage *stage)
{
  g_assert_finalize_object (stage->news);
  g_assert_finalize_object (stage->engine);
  g_object_unref (stage->settings);
  ui_notices_free (stage->notices);
  g_free (stage->page);
}

static gboolean
has_sent (gpointer data)
{
  Stage *stage = data;

  return stage->notices->n_sent >= stage->n;
}

static gboolean
has_none (gpointer data)
{
  return ((Stage *)data)->notices->shown->len == 0;
}

static gboolean
has_page (gpointer data)
{
  return ((Stage *)data)->page != NULL;
}

/* The newest one of @n_shown after @n were sent. */
static const UiNotice *
wait_for (Stage *stage,
          guint  n,
          guint  n_shown)
{
  stage->n = n;
  ui_kit_until (has_sent, stage);
  ui_kit_drain (); /* its number has to be heard of, too */
  g_assert_cmpuint (stage->notices->n_sent, ==, n);
  g_assert_cmpuint (stage->notices->shown->len, ==, n_shown);
  return g_ptr_array_index (stage->notices->shown, n_shown - 1);
}

static void
set_state (Stage              *stage,
           const char         *id,
           RelaisAccountState  state,
           const char         *model)
{
  RelaisAccountTrouble trouble = { state, (char *)model, (char *)"sk-secret? <no>", 401, 0 };

  puppet_engine_set_trouble_of (stage->engine, id,
                                state != RELAIS_ACCOUNT_ACTIVE ? &trouble : NULL);
}

static void
add_answered (Stage      *stage,
              const char *client)
{
  puppet_engine_add_record (stage->engine, &(PuppetRecord){ .status = 200, .account = "Work", .client = client });
}

/* One notification whatever fails, with the way to the accounts; it goes when all work again. */
static void
test_accounts (void)
{
  Stage stage = { 0 };
  const UiNotice *notice = NULL;

  open_stage (&stage);
  puppet_engine_add_account (stage.engine, &(PuppetAccount){ "a1", "Work", "gemini" });
  puppet_engine_add_account (stage.engine, &(PuppetAccount){ "a2", "Home", "gemini" });
  set_state (&stage, "a2", RELAIS_ACCOUNT_COOLING, NULL);
  set_state (&stage, "a1", RELAIS_ACCOUNT_KEY_REJECTED, NULL);
  notice = wait_for (&stage, 1, 1);
  g_assert_cmpstr (notice->title, ==, "Trouble With an Account");
  g_assert_cmpstr (notice->body, ==, "Work: the provider refused the key");
  g_assert_cmpstr (notice->actions[0], ==, "default");
  g_assert_null (notice->actions[2]);

  set_state (&stage, "a2", RELAIS_ACCOUNT_QUOTA, "gemini-3-pro");
  notice = wait_for (&stage, 2, 1);
  g_assert_cmpstr (notice->title, ==, "Trouble With 2 Accounts");
  g_assert_cmpstr (notice->body, ==,
                   "Work: the provider refused the key\nHome: the quota of the day is used up (gemini-3-pro)");

  set_state (&stage, "a1", RELAIS_ACCOUNT_ACTIVE, NULL);
  notice = wait_for (&stage, 3, 1);
  ui_notices_invoke (stage.notices, notice, "default");
  ui_kit_until (has_page, &stage);
  g_assert_cmpstr (stage.page, ==, "accounts");

  set_state (&stage, "a1", RELAIS_ACCOUNT_NO_CREDIT, NULL);
  wait_for (&stage, 4, 1);
  set_state (&stage, "a1", RELAIS_ACCOUNT_ACTIVE, NULL);
  set_state (&stage, "a2", RELAIS_ACCOUNT_ACTIVE, NULL);
  ui_kit_until (has_none, &stage);
  close_stage (&stage);
}

/* What is told again tells something new: a client that comes then is told of alone. */
static void
test_same (void)
{
  Stage stage = { 0 };

  open_stage (&stage);
  puppet_engine_add_account (stage.engine, &(PuppetAccount){ "a1", "Work", "gemini" });
  puppet_engine_add_account (stage.engine, &(PuppetAccount){ "a2", "Home", "gemini" });
  set_state (&stage, "a1", RELAIS_ACCOUNT_NO_CREDIT, NULL);
  wait_for (&stage, 1, 1);
  set_state (&stage, "a1", RELAIS_ACCOUNT_NO_CREDIT, NULL);
  set_state (&stage, "a2", RELAIS_ACCOUNT_COOLING, NULL);
  add_answered (&stage, NULL);
  g_assert_cmpstr (wait_for (&stage, 2, 2)->title, ==, "Claude Code Connected");
  close_stage (&stage);
}

static void
test_flood (void)
{
  Stage stage = { 0 };
  const UiNotice *notice = NULL;

  open_stage (&stage);
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *id = g_strdup_printf ("a%u", i);
      g_autofree char *label = g_strdup_printf ("Number %u", i);

      puppet_engine_add_account (stage.engine, &(PuppetAccount){ id, label, "gemini" });
      set_state (&stage, id, RELAIS_ACCOUNT_KEY_REJECTED, NULL);
    }
  notice = wait_for (&stage, 1, 1);
  g_assert_cmpstr (notice->title, ==, "Trouble With 20 Accounts");
  g_assert_true (g_str_has_prefix (notice->body, "Number 0: the provider refused the key\n"));
  g_assert_true (g_str_has_suffix (notice->body, "\nand 17 more"));
  close_stage (&stage);
}

static void
changed_cb (guint *n_written)
{
  (*n_written)++;
}

/* A client is told of once, when an account first answers it, and remembered by one write. */
static void
test_clients (void)
{
  Stage stage = { 0 };
  const UiNotice *notice = NULL;
  g_auto (GStrv) known = NULL;
  guint n_written = 0;

  open_stage (&stage);
  g_signal_connect_swapped (stage.settings, "changed::known-clients", G_CALLBACK (changed_cb), &n_written);
  add_answered (&stage, "Relais");
  puppet_engine_add_record (stage.engine, &(PuppetRecord){ .status = 401, .client = "curl" });
  puppet_engine_add_record (stage.engine, &(PuppetRecord){ .status = 200, .client = "Prometheus" });
  puppet_engine_add_record (stage.engine, &(PuppetRecord){ .account = "Work", .duration_ms = -1 });
  puppet_engine_end_record (stage.engine, 200);
  add_answered (&stage, NULL);
  notice = wait_for (&stage, 1, 1);
  g_assert_cmpstr (notice->title, ==, "Claude Code Connected");
  ui_notices_invoke (stage.notices, notice, "default");
  ui_kit_until (has_page, &stage);
  g_assert_cmpstr (stage.page, ==, "monitor");
  known = g_settings_get_strv (stage.settings, "known-clients");
  g_assert_cmpstrv (known, ((const char *const[]){ "Claude Code", NULL }));

  add_answered (&stage, NULL);
  add_answered (&stage, "Codex");
  add_answered (&stage, "curl");
  notice = wait_for (&stage, 2, 1);
  g_assert_cmpstr (notice->title, ==, "2 Programs Connected");
  g_assert_cmpstr (notice->body, ==, "Codex\ncurl");
  g_assert_cmpuint (n_written, ==, 3);
  close_stage (&stage);
}

/* What is remembered has an end, and is read back. */
static void
test_known (void)
{
  Stage stage = { 0 };
  g_auto (GStrv) known = NULL;

  open_stage (&stage);
  for (guint i = 0; i < 70; i++)
    {
      g_autofree char *client = g_strdup_printf ("client-%u", i);

      add_answered (&stage, client);
    }
  known = g_settings_get_strv (stage.settings, "known-clients");
  g_assert_cmpuint (g_strv_length (known), ==, 64);
  g_assert_cmpstr (known[0], ==, "client-6");
  g_assert_cmpstr (known[63], ==, "client-69");
  g_assert_cmpstr (wait_for (&stage, 1, 1)->title, ==, "70 Programs Connected");

  g_assert_finalize_object (stage.news);
  stage.news = relais_news_new (application, stage.engine, stage.settings);
  add_answered (&stage, "client-6");
  add_answered (&stage, "client-5");
  g_assert_cmpstr (wait_for (&stage, 2, 1)->title, ==, "client-5 Connected");
  close_stage (&stage);
}

static gboolean
is_active (gpointer data)
{
  return gtk_window_is_active (data);
}

/* Nothing of what the person looks at; what comes later is told. */
static void
test_watched (void)
{
  Stage stage = { 0 };
  GtkWidget *window = NULL;

  open_stage (&stage);
  window = gtk_application_window_new (application);
  gtk_window_present (GTK_WINDOW (window));
  ui_kit_until (is_active, window);
  puppet_engine_add_account (stage.engine, &(PuppetAccount){ "a1", "Work", "gemini" });
  add_answered (&stage, NULL);
  gtk_window_destroy (GTK_WINDOW (window));
  add_answered (&stage, NULL);
  set_state (&stage, "a1", RELAIS_ACCOUNT_NO_CREDIT, NULL);
  g_assert_cmpstr (wait_for (&stage, 1, 1)->body, ==, "Work: out of credit");
  close_stage (&stage);
}

int
main (int   argc,
      char *argv[])
{
  ui_kit_init (&argc, &argv);
  application = gtk_application_new ("dev.relais.Test", G_APPLICATION_DEFAULT_FLAGS);
  g_assert_true (g_application_register (G_APPLICATION (application), NULL, NULL));
  g_test_add_func ("/news/accounts", test_accounts);
  g_test_add_func ("/news/same", test_same);
  g_test_add_func ("/news/flood", test_flood);
  g_test_add_func ("/news/clients", test_clients);
  g_test_add_func ("/news/known", test_known);
  g_test_add_func ("/news/watched", test_watched);
  return g_test_run ();
}
