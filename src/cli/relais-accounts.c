/* relais-accounts.c: relais accounts: list, add, remove, test
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-accounts"

#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/relais-redact.h"

#include "relais-cli.h"

static char *label, *base_url, *dispatch, *proxy;
static char **served;
static gboolean no_key;

static const GOptionEntry entries[] = {
  { "label", 0, 0, G_OPTION_ARG_STRING, &label, "What to call the account", "TEXT" },
  { "base-url", 0, 0, G_OPTION_ARG_STRING, &base_url, "Where a compatible server answers", "URL" },
  { "model", 0, 0, G_OPTION_ARG_STRING_ARRAY, &served,
    "A model it serves, * for any characters; may be given again (all it lists)", "PATTERN" },
  { "dispatch", 0, 0, G_OPTION_ARG_STRING, &dispatch,
    "off, pooled, fallback or exclusive (pooled)", "HOW" },
  { "no-key", 0, 0, G_OPTION_ARG_NONE, &no_key, "Ask for no key: a compatible server may need none", NULL },
  { "proxy", 0, 0, G_OPTION_ARG_STRING, &proxy, RELAIS_CLI_PROXY_HELP, "URL" },
  G_OPTION_ENTRY_NULL
};

enum {
  COLUMN_ID,
  COLUMN_LABEL,
  COLUMN_PROVIDER,
  COLUMN_DISPATCH,
  COLUMN_PRIORITY,
  COLUMN_MODELS,
  COLUMN_ENABLED,
  COLUMN_STATE,
  N_COLUMNS
};

static const char *const titles[] = { "ID", "LABEL", "PROVIDER", "DISPATCH", "PRIORITY", "MODELS", "ENABLED", "STATE" };

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
    case RELAIS_ACCOUNT_COOLING:
    case RELAIS_ACCOUNT_QUOTA:
    case RELAIS_ACCOUNT_NO_CREDIT:
    case RELAIS_ACCOUNT_FAULTY:
    case RELAIS_ACCOUNT_MODEL_REFUSED:
    default:
      return "active";
    }
}

static void
print_providers (void)
{
  gsize n;
  const RelaisEngineProvider *providers = relais_engine_get_providers (&n);

  for (gsize i = 0; i < n; i++)
    fprintf (stderr, "%s %s", i > 0 ? "," : "", providers[i].id);
  fputc ('\n', stderr);
}

/* Its cells; labels and patterns are not ours to print as they are. */
static char **
describe (RelaisAccountRow *row)
{
  const char *const *models = relais_account_row_get_models (row);
  g_autofree char *patterns = models != NULL && models[0] != NULL ? g_strjoinv (",", (char **)models)
                                                                  : g_strdup ("*");
  char **cells = g_new0 (char *, N_COLUMNS + 1);

  cells[COLUMN_ID] = g_strdup (relais_account_row_get_id (row));
  cells[COLUMN_LABEL] = relais_redact_controls (relais_account_row_get_label (row));
  cells[COLUMN_PROVIDER] = relais_redact_controls (relais_account_row_get_provider (row));
  cells[COLUMN_DISPATCH] = g_strdup (relais_account_row_get_dispatch (row));
  cells[COLUMN_PRIORITY] = g_strdup_printf ("%d", relais_account_row_get_priority (row));
  cells[COLUMN_MODELS] = relais_redact_controls (patterns);
  cells[COLUMN_ENABLED] = g_strdup (relais_account_row_get_enabled (row) ? "yes" : "no");
  cells[COLUMN_STATE] = g_strdup (state_name (relais_account_row_get_state (row)));
  return cells;
}

static int
count_columns (const char *text)
{
  int n = 0;

  for (; *text != '\0'; text = g_utf8_next_char (text))
    if (!g_unichar_iszerowidth (g_utf8_get_char (text)))
      n += g_unichar_iswide (g_utf8_get_char (text)) ? 2 : 1;
  return n;
}

static void
print_aligned (const char * const *cells,
               const int          *widths)
{
  for (int i = 0; i < N_COLUMNS - 1; i++)
    printf ("%s%*s", cells[i], widths[i] + 2 - count_columns (cells[i]), "");
  printf ("%s\n", cells[N_COLUMNS - 1]);
}

/* A table for a person; for a script the same cells between tabs, without the head. */
static int
list_accounts (RelaisEngine *engine)
{
  GListModel *rows = relais_engine_list_accounts (engine);
  g_autoptr (GPtrArray) table = g_ptr_array_new_with_free_func ((GDestroyNotify)g_strfreev);
  gboolean terminal = isatty (STDOUT_FILENO);
  int widths[N_COLUMNS];

  for (int i = 0; i < N_COLUMNS; i++)
    widths[i] = count_columns (titles[i]);
  for (guint i = 0; i < g_list_model_get_n_items (rows); i++)
    {
      g_autoptr (RelaisAccountRow) row = g_list_model_get_item (rows, i);
      char **cells = describe (row);

      for (int j = 0; j < N_COLUMNS; j++)
        widths[j] = MAX (widths[j], count_columns (cells[j]));
      g_ptr_array_add (table, cells);
    }
  if (terminal && table->len > 0)
    print_aligned (titles, widths);
  for (guint i = 0; i < table->len; i++)
    {
      char **cells = g_ptr_array_index (table, i);
      g_autofree char *line = g_strjoinv ("\t", cells);

      if (terminal)
        print_aligned ((const char *const *)cells, widths);
      else
        printf ("%s\n", line);
    }
  if (table->len > 0)
    return RELAIS_EXIT_OK;
  fprintf (stderr, "no accounts yet; “relais accounts add PROVIDER” adds one. Providers:");
  print_providers ();
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
  g_autofree char *words = NULL;

  relais_engine_test_account_async (engine, id, NULL, NULL, relais_cli_slot_cb, &slot);
  done = relais_cli_wait (&slot);
  result = relais_engine_test_account_finish (engine, done, &error);
  if (result == NULL)
    return complain (error);
  if (!result->ok)
    {
      words = relais_cli_dup_unlisted (result);
      fprintf (stderr, "%s: %s\n", id, words);
      return RELAIS_EXIT_FAILED;
    }
  words = relais_cli_dup_listed (result);
  printf ("%s: %s\n", id, words);
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
  print_providers ();
  return NULL;
}

/* One that nobody could tell from the new one: a second try is no second account. */
static gboolean
is_there (RelaisEngine               *engine,
          const RelaisEngineProvider *provider)
{
  GListModel *rows = relais_engine_list_accounts (engine);
  g_autofree char *name = g_strstrip (g_strdup (label != NULL ? label : ""));
  const char *wanted = *name != '\0' ? name : provider->name;

  for (guint i = 0; i < g_list_model_get_n_items (rows); i++)
    {
      g_autoptr (RelaisAccountRow) row = g_list_model_get_item (rows, i);
      const char *id = relais_account_row_get_id (row);
      /* there is one practice account at most */
      gboolean single = strcmp (id, provider->id) == 0;
      g_autofree char *plain = NULL;

      if (!single && (strcmp (relais_account_row_get_provider (row), provider->id) != 0 ||
                      strcmp (relais_account_row_get_label (row), wanted) != 0))
        continue;
      plain = relais_redact_controls (relais_account_row_get_label (row));
      fprintf (stderr, "relais accounts: there is an account “%s” of %s already, %s; ", plain, provider->id, id);
      if (!single)
        fprintf (stderr, "give the new one another name with --label, or ");
      fprintf (stderr, "remove that one first: relais accounts remove %s\n", id);
      return TRUE;
    }
  return FALSE;
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
  RelaisAccountDraft draft = { .provider = provider->id,
                               .label = label,
                               .base_url = base_url,
                               .models = (const char *const *)served,
                               .models_set = served != NULL,
                               .dispatch = dispatch };

  if (is_there (engine, provider))
    return RELAIS_EXIT_FAILED;
  if (!no_key && (provider->needs_key || provider->needs_base_url))
    secret = relais_cli_read_secret (provider->needs_key ? "API key" : "API key, or Return for none", &error);
  if (error != NULL && provider->needs_key)
    return complain (error);
  g_clear_error (&error);
  draft.api_key = secret;
  relais_engine_add_account_async (engine, &draft, NULL, relais_cli_slot_cb, &slot);
  if (secret != NULL)
    explicit_bzero (secret, strlen (secret));
  done = relais_cli_wait (&slot);
  id = relais_engine_add_account_finish (engine, done, &error);
  if (id == NULL)
    return complain (error);
  printf ("%s: added\n", id);
  if (test_account (engine, id) != RELAIS_EXIT_OK)
    fprintf (stderr, "it is kept all the same; “relais accounts test %s” tries again\n", id);
  return RELAIS_EXIT_OK;
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
                         "key of a new account is read from the terminal or standard input, up to the end\n"
                         "of the line.\n\n"
                         "What is listed of each: id, label, provider, dispatch, priority, models, whether it\n"
                         "is enabled, and its state; not to a terminal: between tabs, without the head.",
                         entries, &argc, &argv))
    return RELAIS_EXIT_USAGE;
  verb = argc > 1 ? argv[1] : "list";
  what = argc > 2 ? argv[2] : NULL;
  if (!((argc <= 2 && strcmp (verb, "list") == 0) ||
        (argc == 3 && (strcmp (verb, "add") == 0 || strcmp (verb, "remove") == 0 || strcmp (verb, "test") == 0))))
    {
      fprintf (stderr, "usage: relais accounts list | add PROVIDER [--label TEXT] [--base-url URL] [--model PATTERN]... "
                       "[--dispatch HOW] [--no-key] | remove ID | test ID, with --proxy URL; see “relais accounts --help”\n");
      return RELAIS_EXIT_USAGE;
    }
  /* before the keyring is asked for anything */
  if (strcmp (verb, "add") == 0 && (provider = find_provider (what)) == NULL)
    return RELAIS_EXIT_USAGE;
  if (provider != NULL && provider->needs_base_url && base_url == NULL)
    {
      fprintf (stderr, "relais accounts: %s needs --base-url URL: where the server answers\n", provider->id);
      return RELAIS_EXIT_USAGE;
    }
  /* none of these needs the client key, nor makes one that stays */
  key = relais_engine_make_api_key ();
  options.api_key = key;
  engine = relais_engine_new (&options);
  if (!relais_cli_set_proxy (engine, proxy, &error))
    {
      complain (error);
      return RELAIS_EXIT_USAGE;
    }
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
