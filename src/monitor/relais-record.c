/* relais-record.c: one finished or running exchange, a plain immutable snapshot
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-record"

#include "config.h"

#include <string.h>

#include "relais-record.h"

#define SHOWN_MAX 2048
#define CUT_MARK "\xe2\x80\xa6"
#define CLIENT_NAME_MAX 48

/* How programs call themselves, and how people do; the first that fits. */
static const struct
{
  const char *prefix;
  const char *name;
} clients[] = {
  { "claude-cli/0.", "Qwen Code" }, /* its Anthropic mode, seen 2026-11-23 */
  { "claude-cli/", "Claude Code" },
  { "codex_cli_rs/", "Codex" },
  { "codex_exec/", "Codex" },
  { "GeminiCLI", "Gemini CLI" },
  { "opencode/", "OpenCode" },
  { "Kilo-Code/", "Kilo Code" },
  { "Cline/", "Cline" },
  { "QwenCode/", "Qwen Code" },
  { "OpenAI/JS", "OpenAI SDK (JS)" },
  { "OpenAI/Python", "OpenAI SDK (Python)" },
  { "AsyncOpenAI/Python", "OpenAI SDK (Python)" },
  { "Anthropic/JS", "Anthropic SDK (JS)" },
  { "Anthropic/Python", "Anthropic SDK (Python)" },
  { "AsyncAnthropic/Python", "Anthropic SDK (Python)" },
  { "google-genai-sdk/", "Gemini SDK" },
  { "curl/", "curl" },
  { "Relais/", "Relais" },
};

/**
 * relais_record_new:
 * @id: its number within this run
 *
 * Returns: (transfer full): a record of now, nothing known yet
 */
RelaisRecord *
relais_record_new (guint64 id)
{
  RelaisRecord *self = g_new0 (RelaisRecord, 1);

  self->id = id;
  self->time_us = g_get_real_time ();
  self->first_byte_us = -1;
  self->duration_us = -1;
  relais_usage_clear (&self->usage);
  return self;
}

/**
 * relais_record_is_refused:
 * @self: a record of a request that is over
 *
 * As the log's index `records_refused` has it.
 *
 * Returns: whether it was turned away before anybody looked what it asks for
 */
gboolean
relais_record_is_refused (const RelaisRecord *self)
{
  return self->account_id == NULL && self->model == NULL && self->status >= 400;
}

/**
 * relais_record_copy:
 * @self: a record
 *
 * Returns: (transfer full): a snapshot that no longer changes
 */
RelaisRecord *
relais_record_copy (const RelaisRecord *self)
{
  RelaisRecord *copy = g_memdup2 (self, sizeof *self);

  copy->client = g_strdup (self->client);
  copy->peer = g_strdup (self->peer);
  copy->method = g_strdup (self->method);
  copy->path = g_strdup (self->path);
  copy->query = g_strdup (self->query);
  copy->beta = g_strdup (self->beta);
  copy->dialect = g_strdup (self->dialect);
  copy->upstream_dialect = g_strdup (self->upstream_dialect);
  copy->model = g_strdup (self->model);
  copy->upstream_model = g_strdup (self->upstream_model);
  copy->account_id = g_strdup (self->account_id);
  copy->account = g_strdup (self->account);
  copy->finish = g_strdup (self->finish);
  copy->hint = g_strdup (self->hint);
  copy->error = g_strdup (self->error);
  copy->refused_host = g_strdup (self->refused_host);
  copy->refused_origin = g_strdup (self->refused_origin);
  if (self->changes != NULL)
    copy->changes = relais_changes_ref (self->changes);
  copy->trace = relais_trace_copy (self->trace);
  if (self->bodies != NULL)
    copy->bodies = relais_bodies_ref (self->bodies);
  return copy;
}

/**
 * relais_record_free:
 * @self: (nullable): a record
 */
void
relais_record_free (RelaisRecord *self)
{
  if (self == NULL)
    return;
  g_free (self->client);
  g_free (self->peer);
  g_free (self->method);
  g_free (self->path);
  g_free (self->query);
  g_free (self->beta);
  g_free (self->dialect);
  g_free (self->upstream_dialect);
  g_free (self->model);
  g_free (self->upstream_model);
  g_free (self->account_id);
  g_free (self->account);
  g_free (self->finish);
  g_free (self->hint);
  g_free (self->error);
  g_free (self->refused_host);
  g_free (self->refused_origin);
  relais_changes_unref (self->changes);
  g_clear_pointer (&self->trace, g_ptr_array_unref);
  relais_bodies_unref (self->bodies);
  g_free (self);
}

/**
 * relais_record_name_client:
 * @user_agent: (nullable): what the client calls itself
 *
 * For display only: anybody may send anything.
 *
 * Returns: (transfer full) (nullable): a known client's name, else the first word of @user_agent up
 *   to its version, valid UTF-8, at most 48 characters
 */
char *
relais_record_name_client (const char *user_agent)
{
  g_autofree char *word = NULL;

  if (user_agent == NULL || *user_agent == '\0')
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    if (g_str_has_prefix (user_agent, clients[i].prefix))
      return g_strdup (clients[i].name);
  word = g_strndup (user_agent, MIN (strcspn (user_agent, " (/"), CLIENT_NAME_MAX));
  if (*word == '\0')
    return NULL;
  return g_utf8_make_valid (word, -1);
}

/**
 * relais_record_dup_shown:
 * @text: (nullable): a path, a query or a header's value, valid UTF-8
 *
 * Returns: (transfer full) (nullable): at most 2 048 characters of it, for a record: thousands of
 *   them are kept; one that is cut ends with an ellipsis
 */
char *
relais_record_dup_shown (const char *text)
{
  g_autofree char *start = NULL;

  if (text == NULL || g_utf8_strlen (text, -1) <= SHOWN_MAX)
    return g_strdup (text);
  start = g_utf8_substring (text, 0, SHOWN_MAX - 1);
  return g_strconcat (start, CUT_MARK, NULL);
}

/**
 * relais_record_is_cut:
 * @self: a record
 *
 * Returns: whether it knows a part only of where the request went, or of its beta header: what is
 *   sent from it would be another request
 */
gboolean
relais_record_is_cut (const RelaisRecord *self)
{
  const char *texts[] = { self->path, self->query, self->beta };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (texts[i] != NULL && g_str_has_suffix (texts[i], CUT_MARK))
      return TRUE;
  return FALSE;
}

/**
 * relais_record_get_beta_header:
 * @dialect: (nullable): a dialect's name
 *
 * Returns: (nullable): the header whose value is a record's `beta`, in lower case; %NULL where its
 *   vendor has none
 */
const char *
relais_record_get_beta_header (const char *dialect)
{
  if (dialect == NULL)
    return NULL;
  if (strcmp (dialect, "anthropic") == 0)
    return "anthropic-beta";
  return g_str_has_prefix (dialect, "openai-") ? "openai-beta" : NULL;
}
