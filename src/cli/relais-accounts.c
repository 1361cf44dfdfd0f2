/* relais-accounts.c: relais accounts: list, add, remove, test
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-accounts"

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "relais-cli.h"

static char *label, *base_url;

static const GOptionEntry entries[] = {
  { "label", 0, 0, G_OPTION_ARG_STRING, &label, "What to call the account", "TEXT" },
  { "base-url", 0, 0, G_OPTION_ARG_STRING, &base_url, "Where a compatible server answers", "URL" },
  G_OPTION_ENTRY_NULL
};

static const char *
state_name (RelaisAccountState state)
{
  switch (state)
    {
    case RELAIS_ACCOUNT_PAUSED:
      return "paused";
    case RELAIS_ACCOUNT_KEY_REJECTED:
      return "key rejected";
    case RELAIS_ACCOUNT_ACTIVE:
    default:
      return "active";
    }
}

static int
list_accounts (RelaisEngine *engine)
{
  GListModel *rows = relais_engine_list_accounts (engine);
  guint n = g_list_model_get_n_items (rows);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (RelaisAccountRow) row = g_list_model_get_item (rows, i);

      printf ("%s\t%s\t%s\t%s\n", relais_account_row_get_id (row), relais_account_row_get_label (row),
              relais_account_row_get_provider (row),
              state_name (relais_account_row_get_state (row)));
    }
  if (n == 0)
    fprintf (stderr, "no accounts yet: relais accounts add PROVIDER\n");
  return RELAIS_EXIT_OK;
}

static int
complain (const GError *error)
{
  fprintf (stderr, "relais accounts: %s\n", error->message);
  return RELAIS_EXIT_FAILED;
}

static int
test_account (RelaisEngine *engine,
              const char   *id)
{
  GAsyncResult *slot = NULL;
  g_autoptr (GAsyncResult) done = NULL;
  g_autoptr (RelaisTestResult) result = NULL;
  g_autoptr (GError) error = NULL;

  relais_engine_test_account_async (engine, id, NULL, NULL, relais_cli_slot_cb, &slot);
  done = relais_cli_wait (&slot);
  result = relais_engine_test_account_finish (engine, done, &error);
  if (result == NULL)
    return complain (error);
  if (!result->ok)
    {
      fprintf (stderr, "%s: %s\n", id, result->message);
      return RELAIS_EXIT_FAILED;
    }
  printf ("%s: works, %u models, %" G_GINT64_FORMAT " ms\n", id, result->n_models, result->duration_us / 1000);
  return RELAIS_EXIT_OK;
}

static const RelaisEngineProvider *
find_provider (const char *id)
{
  gsize n;
  const RelaisEngineProvider *providers = relais_engine_get_providers (&n);

  for (gsize i = 0; i < n; i++)
    if (strcmp (providers[i].id, id) == 0)
      return &providers[i];
  fprintf (stderr, "relais accounts: there is no provider “%s”; choose one of:", id);
  for (gsize i = 0; i < n; i++)
    fprintf (stderr, "%s %s", i > 0 ? "," : "", providers[i].id);
  fputc ('\n', stderr);
  return NULL;
}

static int
add_account (RelaisEngine               *engine,
             const RelaisEngineProvider *provider)
{
  GAsyncResult *slot = NULL;
  g_autoptr (GAsyncResult) done = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *secret = NULL;
  g_autofree char *id = NULL;
  RelaisAccountDraft draft = { .provider = provider->id, .label = label, .base_url = base_url };

  if (provider->needs_key || provider->needs_base_url)
    secret = relais_cli_read_secret (provider->needs_key ? "API key" : "API key, or Return for none", &error);
  if (error != NULL)
    return complain (error);
  draft.api_key = secret;
  relais_engine_add_account_async (engine, &draft, NULL, relais_cli_slot_cb, &slot);
  if (secret != NULL)
    explicit_bzero (secret, strlen (secret));
  done = relais_cli_wait (&slot);
  id = relais_engine_add_account_finish (engine, done, &error);
  if (id == NULL)
    return complain (error);
  printf ("%s: added\n", id);
  return test_account (engine, id);
}

static int
remove_account (RelaisEngine *engine,
                const char   *id)
{
  GAsyncResult *slot = NULL;
  g_autoptr (GAsyncResult) done = NULL;
  g_autoptr (GError) error = NULL;

  relais_engine_remove_account_async (engine, id, NULL, relais_cli_slot_cb, &slot);
  done = relais_cli_wait (&slot);
  if (!relais_engine_remove_account_finish (engine, done, &error))
    return complain (error);
  printf ("%s: removed\n", id);
  return RELAIS_EXIT_OK;
}

/**
 * relais_accounts_main:
 * @argc: arguments
 * @argv: likewise, "accounts" first
 *
 * The accounts of the keyring. A credential is read from standard input, never an argument.
 *
 * Returns: the exit status
 */
int
relais_accounts_main (int    argc,
                      char **argv)
{
  g_autoptr (RelaisEngine) engine = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *key = NULL;
  RelaisEngineOptions options = { .use_keyring = TRUE };
  const RelaisEngineProvider *provider = NULL;
  const char *verb, *what;

  if (!relais_cli_parse ("accounts", "[list | add PROVIDER | remove ID | test ID]",
                         "Lists the accounts of the keyring, adds one, removes one, or tests one. The API\n"
                         "key of a new account is read from the terminal or standard input.",
                         entries, &argc, &argv))
    return RELAIS_EXIT_USAGE;
  verb = argc > 1 ? argv[1] : "list";
  what = argc > 2 ? argv[2] : NULL;
  if (!((argc <= 2 && strcmp (verb, "list") == 0) ||
        (argc == 3 && (strcmp (verb, "add") == 0 || strcmp (verb, "remove") == 0 || strcmp (verb, "test") == 0))))
    {
      fprintf (stderr, "usage: relais accounts list | add PROVIDER [--label TEXT] [--base-url URL] | "
                       "remove ID | test ID; see “relais accounts --help”\n");
      return RELAIS_EXIT_USAGE;
    }
  /* before the keyring is asked for anything */
  if (strcmp (verb, "add") == 0 && (provider = find_provider (what)) == NULL)
    return RELAIS_EXIT_USAGE;
  /* none of these needs the client key, nor makes one that stays */
  key = relais_engine_make_api_key ();
  options.api_key = key;
  engine = relais_engine_new (&options);
  if (!relais_cli_load (engine, &error))
    return complain (error);
  if (strcmp (verb, "add") == 0)
    return add_account (engine, provider);
  if (strcmp (verb, "remove") == 0)
    return remove_account (engine, what);
  if (strcmp (verb, "test") == 0)
    return test_account (engine, what);
  return list_accounts (engine);
}
