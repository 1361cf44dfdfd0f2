/* relais-check.c: relais check: what works and what does not, in plain words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-check"

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/relais-error.h"
#include "base/relais-redact.h"

#include "relais-cli.h"

#define CANDIDATES_MAX 3
#define MODELS_WAIT_S 6 /* a second more than each list may take */

static const char *const dialects[] = { "openai-chat", "openai-responses", "anthropic", "gemini" };
static gboolean practice;
static char *accounts_file, *proxy;

static const GOptionEntry entries[] = {
  { "accounts-file", 0, 0, G_OPTION_ARG_FILENAME, &accounts_file, "Check the accounts of FILE, not the keyring's", "FILE" },
  { "practice", 0, 0, G_OPTION_ARG_NONE, &practice, "Check with the practice account", NULL },
  { "proxy", 0, 0, G_OPTION_ARG_STRING, &proxy, RELAIS_CLI_PROXY_HELP, "URL" },
  G_OPTION_ENTRY_NULL
};

/* The names of models and accounts in it are not ours. */
static void
say_as (const char *kind,
        const char *what,
        const char *words)
{
  g_autofree char *plain_what = relais_redact_controls (what);
  g_autofree char *plain_words = relais_redact_controls (words);

  printf ("%-7s  %-18s %s\n", kind, plain_what, plain_words);
}

static gboolean
say (gboolean    good,
     const char *what,
     const char *words)
{
  say_as (good ? "ok" : "problem", what, words);
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
      return say (TRUE, "keyring", "there is none yet; the first account makes one");
    case RELAIS_ENGINE_KEYRING_LOCKED:
      return say (FALSE, "keyring", "locked: unlock it, for example by logging in again, or use --accounts-file");
    case RELAIS_ENGINE_KEYRING_NO_SERVICE:
    case RELAIS_ENGINE_KEYRING_UNKNOWN:
    default:
      return say (FALSE, "keyring", "no service answers: install gnome-keyring, or use --accounts-file");
    }
}

/* No fault where the person says what there is: not every server has a list. */
static gboolean
needs_no_list (RelaisAccountRow       *row,
               const RelaisTestResult *result)
{
  const char *const *models = relais_account_row_get_models (row);

  return models != NULL && models[0] != NULL &&
         (result->status == 404 || result->status == 405 || result->status == 501);
}

/* @works becomes TRUE when requests can go to it. */
static gboolean
check_account (RelaisEngine     *engine,
               RelaisAccountRow *row,
               gboolean         *works)
{
  GAsyncResult *slot = NULL;
  g_autoptr (GAsyncResult) done = NULL;
  g_autoptr (RelaisTestResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *words = NULL;

  if (relais_account_row_get_state (row) == RELAIS_ACCOUNT_PAUSED)
    return say (TRUE, relais_account_row_get_label (row), "paused");
  relais_engine_test_account_async (engine, relais_account_row_get_id (row), NULL, NULL,
                                    relais_cli_slot_cb, &slot);
  done = relais_cli_wait (&slot);
  result = relais_engine_test_account_finish (engine, done, &error);
  if (result == NULL)
    return say (FALSE, relais_account_row_get_label (row), error->message);
  words = result->ok ? relais_cli_dup_listed (result) : relais_cli_dup_unlisted (result);
  if (!result->ok && !needs_no_list (row, result))
    return say (FALSE, relais_account_row_get_label (row), words);
  *works = TRUE;
  say_as (result->ok ? "ok" : "note", relais_account_row_get_label (row), words);
  return TRUE;
}

static gboolean
check_accounts (RelaisEngine *engine,
                gboolean     *works)
{
  GListModel *rows = relais_engine_list_accounts (engine);
  guint n = g_list_model_get_n_items (rows);
  gboolean good = TRUE;

  *works = FALSE;
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (RelaisAccountRow) row = g_list_model_get_item (rows, i);

      good &= check_account (engine, row, works);
    }
  if (n == 0)
    return say (FALSE, "accounts", "none yet: add one with “relais accounts add PROVIDER”, or try --practice");
  if (good && !*works)
    return say (FALSE, "accounts", "all of them are paused");
  return good;
}

/* What a request in one dialect came to. */
typedef struct
{
  char *fault; /* owned; NULL: answered, and said so */
  guint status;
} Trial;

/* Of the newest request. */
static const char *
find_answerer (RelaisEngine *engine)
{
  g_autoptr (RelaisRecordRow) row = g_list_model_get_item (relais_engine_list_records (engine), 0);

  /* the list holds it, too */
  return row != NULL ? relais_record_row_get_account (row) : NULL;
}

static Trial
try_dialect (RelaisEngine *engine,
             const char   *dialect,
             const char   *model)
{
  GAsyncResult *slot = NULL;
  g_autoptr (GAsyncResult) done = NULL;
  g_autoptr (RelaisTestResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *words = NULL;
  const char *account;

  relais_engine_test_request_async (engine, dialect, model, NULL, relais_cli_slot_cb, &slot);
  done = relais_cli_wait (&slot);
  result = relais_engine_test_request_finish (engine, done, &error);
  if (result == NULL)
    return (Trial){ .fault = g_strdup (error->message) };
  if (!result->ok)
    return (Trial){ .fault = g_strdup (result->message), .status = result->status };
  account = find_answerer (engine);
  words = g_strdup_printf ("answered by %s of “%s” in %" G_GINT64_FORMAT " ms",
                           result->model != NULL ? result->model : model,
                           account != NULL ? account : "", result->duration_us / 1000);
  say (TRUE, dialect, words);
  return (Trial){ 0 };
}

/* What goes wrong in several dialects in the same way is said once. */
static gboolean
say_faults (Trial *trials)
{
  gboolean good = TRUE;

  for (guint i = 0; i < G_N_ELEMENTS (dialects); i++)
    {
      g_autofree char *fault = g_steal_pointer (&trials[i].fault);
      g_autoptr (GString) names = g_string_new (dialects[i]);

      if (fault == NULL)
        continue;
      for (guint j = i + 1; j < G_N_ELEMENTS (dialects); j++)
        if (g_strcmp0 (trials[j].fault, fault) == 0)
          {
            g_string_append_printf (names, ", %s", dialects[j]);
            g_clear_pointer (&trials[j].fault, g_free);
          }
      good = say (FALSE, names->str, fault);
    }
  return good;
}

/* Whether it is the model that takes no such request: no dialect got an answer, and each was told
 * that it asked for the wrong thing. */
static gboolean
is_fault_of_model (const Trial *trials)
{
  for (guint i = 0; i < G_N_ELEMENTS (dialects); i++)
    if (trials[i].fault == NULL ||
        (trials[i].status != 400 && trials[i].status != 404 && trials[i].status != 422))
      return FALSE;
  return TRUE;
}

static gboolean
is_chat_model (const char *model)
{
  static const char *const others[] = { "embed", "whisper", "tts", "dall-e", "moderation",
                                        "babbage", "davinci", "audio", "realtime", "image",
                                        "imagen", "veo", "aqa", "transcribe", "search" };
  g_autofree char *name = g_ascii_strdown (model, -1);

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    if (strstr (name, others[i]) != NULL)
      return FALSE;
  return TRUE;
}

/* A few worth asking: what plainly does something else only where there is nothing but that. */
static GPtrArray *
find_candidates (char **models)
{
  GPtrArray *candidates = g_ptr_array_new ();

  for (guint i = 0; models[i] != NULL && candidates->len < CANDIDATES_MAX; i++)
    if (is_chat_model (models[i]))
      g_ptr_array_add (candidates, models[i]);
  if (candidates->len > 0)
    return candidates;
  for (guint i = 0; models[i] != NULL && i < CANDIDATES_MAX; i++)
    g_ptr_array_add (candidates, models[i]);
  return candidates;
}

/* A model that takes no such request is no fault of the proxy or the account: another is tried. */
static gboolean
check_dialects (RelaisEngine  *engine,
                char         **models)
{
  g_autoptr (GPtrArray) candidates = find_candidates (models);

  for (guint i = 0; i < candidates->len; i++)
    {
      const char *model = g_ptr_array_index (candidates, i);
      g_autofree char *words = NULL;
      Trial trials[G_N_ELEMENTS (dialects)];

      for (guint j = 0; j < G_N_ELEMENTS (dialects); j++)
        trials[j] = try_dialect (engine, dialects[j], model);
      if (!is_fault_of_model (trials))
        return say_faults (trials);
      words = g_strdup_printf ("%s takes no such request: %s", model, trials[0].fault);
      say_as ("note", "model", words);
      for (guint j = 0; j < G_N_ELEMENTS (dialects); j++)
        g_free (trials[j].fault);
    }
  return say (FALSE, "models", "none that was tried takes a request: this may be the models’ fault, not the proxy’s");
}

static gboolean
check_listening (RelaisEngine *engine)
{
  GAsyncResult *slot = NULL;
  g_autoptr (GAsyncResult) done = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) urls = NULL;
  g_autofree char *words = NULL;

  relais_engine_start_async (engine, NULL, relais_cli_slot_cb, &slot);
  done = relais_cli_wait (&slot);
  if (!relais_engine_start_finish (engine, done, &error))
    return say (FALSE, "proxy", error->message);
  urls = relais_engine_dup_urls (engine);
  words = g_strdup_printf ("listens, for this check on %s", urls[0]);
  return say (TRUE, "proxy", words);
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
 * The doctor: keyring, accounts, and one request in each dialect through a proxy of its own on a
 * free port. One line a finding; what cannot work any more after one is not tried.
 *
 * Returns: 0 when all is well
 */
int
relais_check_main (int    argc,
                   char **argv)
{
  g_autoptr (RelaisEngine) engine = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) models = NULL;
  g_autofree char *key = NULL;
  RelaisEngineOptions options = { 0 };
  gboolean good, works;

  if (!relais_cli_parse ("check", NULL, "Says what works and what does not.", entries, &argc, &argv))
    return RELAIS_EXIT_USAGE;
  if (argc > 1)
    {
      fprintf (stderr, "relais check: unexpected argument “%s”; see “relais check --help”\n", argv[1]);
      return RELAIS_EXIT_USAGE;
    }
  /* it makes none that stays */
  key = relais_engine_make_api_key ();
  options.api_key = key;
  options.practice = practice;
  options.accounts_file = accounts_file;
  options.use_keyring = accounts_file == NULL && !practice;
  engine = relais_engine_new (&options);
  if (!relais_cli_set_proxy (engine, proxy, &error))
    {
      fprintf (stderr, "relais check: %s\n", error->message);
      return RELAIS_EXIT_USAGE;
    }
  relais_cli_say_notes (engine, accounts_file);
  relais_engine_set_port (engine, 0, NULL);
  if (!relais_cli_load (engine, &error) &&
      !g_error_matches (error, RELAIS_ERROR, RELAIS_ERROR_KEYRING_LOCKED) &&
      !g_error_matches (error, RELAIS_ERROR, RELAIS_ERROR_NO_KEYRING))
    {
      say (FALSE, "accounts", error->message);
      return RELAIS_EXIT_FAILED;
    }
  if (!check_keyring (engine))
    return RELAIS_EXIT_FAILED;
  good = check_accounts (engine, &works);
  if (!works || !check_listening (engine))
    return RELAIS_EXIT_FAILED;
  relais_engine_refresh_models (engine);
  wait_for_models (engine);
  models = relais_engine_dup_models (engine);
  if (models[0] == NULL)
    good = say (FALSE, "models", "no account lists any, so no request was tried");
  else
    good &= check_dialects (engine, models);
  return good ? RELAIS_EXIT_OK : RELAIS_EXIT_FAILED;
}
