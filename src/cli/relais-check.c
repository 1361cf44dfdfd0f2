/* relais-check.c: relais check: what works and what does not, in plain words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-check"

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "relais-cli.h"

#define MODELS_WAIT_S 6 /* a second more than each list may take */

static gboolean practice;
static char *accounts_file;

static const GOptionEntry entries[] = {
  { "accounts-file", 0, 0, G_OPTION_ARG_FILENAME, &accounts_file, "Check the accounts of FILE, not the keyring's", "FILE" },
  { "practice", 0, 0, G_OPTION_ARG_NONE, &practice, "Check with the practice account", NULL },
  G_OPTION_ENTRY_NULL
};

static gboolean
say (gboolean    good,
     const char *what,
     const char *words)
{
  printf ("%s  %-18s %s\n", good ? "ok " : "BAD", what, words);
  return good;
}

static gboolean
check_keyring (RelaisEngine *engine)
{
  switch (relais_engine_get_keyring (engine))
    {
    case RELAIS_ENGINE_KEYRING_READY:
      return say (TRUE, "keyring", "unlocked");
    case RELAIS_ENGINE_KEYRING_UNUSED:
      return say (TRUE, "keyring", "not used");
    case RELAIS_ENGINE_KEYRING_NO_COLLECTION:
      return say (TRUE, "keyring", "empty; the first account makes one");
    case RELAIS_ENGINE_KEYRING_LOCKED:
      return say (FALSE, "keyring", "locked: unlock it, for example by logging in again");
    case RELAIS_ENGINE_KEYRING_NO_SERVICE:
    case RELAIS_ENGINE_KEYRING_UNKNOWN:
    default:
      return say (FALSE, "keyring", "no service answers: install gnome-keyring");
    }
}

static gboolean
check_account (RelaisEngine     *engine,
               RelaisAccountRow *row)
{
  GAsyncResult *slot = NULL;
  g_autoptr (GAsyncResult) done = NULL;
  g_autoptr (RelaisTestResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *words = NULL;

  relais_engine_test_account_async (engine, relais_account_row_get_id (row), NULL, NULL,
                                    relais_cli_slot_cb, &slot);
  done = relais_cli_wait (&slot);
  result = relais_engine_test_account_finish (engine, done, &error);
  if (result == NULL || !result->ok)
    return say (FALSE, relais_account_row_get_label (row),
                result != NULL ? result->message : error->message);
  words = g_strdup_printf ("works, %u models, %" G_GINT64_FORMAT " ms", result->n_models, result->duration_us / 1000);
  return say (TRUE, relais_account_row_get_label (row), words);
}

static gboolean
check_dialect (RelaisEngine *engine,
               const char   *dialect,
               const char   *model)
{
  GAsyncResult *slot = NULL;
  g_autoptr (GAsyncResult) done = NULL;
  g_autoptr (RelaisTestResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *words = NULL;

  relais_engine_test_request_async (engine, dialect, model, NULL, relais_cli_slot_cb, &slot);
  done = relais_cli_wait (&slot);
  result = relais_engine_test_request_finish (engine, done, &error);
  if (result == NULL || !result->ok)
    return say (FALSE, dialect, result != NULL ? result->message : error->message);
  words = g_strdup_printf ("answered by %s in %" G_GINT64_FORMAT " ms", result->model != NULL ? result->model : model,
                           result->duration_us / 1000);
  return say (TRUE, dialect, words);
}

static gboolean
check_port (RelaisEngine *engine)
{
  GAsyncResult *slot = NULL;
  g_autoptr (GAsyncResult) done = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) urls = NULL;

  relais_engine_start_async (engine, NULL, relais_cli_slot_cb, &slot);
  done = relais_cli_wait (&slot);
  if (!relais_engine_start_finish (engine, done, &error))
    return say (FALSE, "port", error->message);
  urls = relais_engine_dup_urls (engine);
  return say (TRUE, "port", urls[0]);
}

static gboolean
late_cb (gpointer user_data)
{
  *(gboolean *)user_data = TRUE;
  return G_SOURCE_CONTINUE;
}

static void
wait_for_models (RelaisEngine *engine)
{
  gboolean late = FALSE;
  guint source = g_timeout_add_seconds (MODELS_WAIT_S, late_cb, &late);

  while (!late)
    {
      g_auto (GStrv) models = relais_engine_dup_models (engine);

      if (models[0] != NULL)
        break;
      g_main_context_iteration (NULL, TRUE);
    }
  g_source_remove (source);
}

/**
 * relais_check_main:
 * @argc: arguments
 * @argv: likewise, "check" first
 *
 * The doctor: keyring, accounts, a port, and one request in each dialect through a proxy of its
 * own on a free port.
 *
 * Returns: 0 when all is well
 */
int
relais_check_main (int    argc,
                   char **argv)
{
  static const char *const dialects[] = { "openai-chat", "openai-responses", "anthropic", "gemini" };
  g_autoptr (RelaisEngine) engine = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) models = NULL;
  RelaisEngineOptions options = { 0 };
  GListModel *rows;
  gboolean good, any = FALSE;

  if (!relais_cli_parse ("check", NULL, "Says what works and what does not.", entries, &argc, &argv) || argc > 1)
    return RELAIS_EXIT_USAGE;
  options.practice = practice;
  options.accounts_file = accounts_file;
  options.use_keyring = accounts_file == NULL && !practice;
  engine = relais_engine_new (&options);
  relais_engine_set_port (engine, 0, NULL);
  if (!relais_cli_load (engine, &error))
    say (FALSE, "loading", error->message);
  good = check_keyring (engine) && error == NULL;
  rows = relais_engine_list_accounts (engine);
  for (guint i = 0; i < g_list_model_get_n_items (rows); i++)
    {
      g_autoptr (RelaisAccountRow) row = g_list_model_get_item (rows, i);

      good &= check_account (engine, row);
    }
  if (!check_port (engine))
    return RELAIS_EXIT_FAILED;
  relais_engine_refresh_models (engine);
  wait_for_models (engine);
  models = relais_engine_dup_models (engine);
  for (guint i = 0; i < G_N_ELEMENTS (dialects); i++)
    any |= models[0] != NULL && check_dialect (engine, dialects[i], models[0]);
  if (!any)
    say (FALSE, "requests", "no dialect was answered");
  return good && any ? RELAIS_EXIT_OK : RELAIS_EXIT_FAILED;
}
