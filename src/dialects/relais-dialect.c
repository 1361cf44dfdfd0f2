/* relais-dialect.c: what each wire format must be able to do, and the table of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-dialect"

#include "config.h"

#include <string.h>

#include "base/relais-error.h"

#include "relais-anthropic.h"
#include "relais-dialect.h"
#include "relais-gemini.h"
#include "relais-openai-chat.h"
#include "relais-openai-responses.h"

/**
 * relais_dialect_get:
 * @id: a dialect
 *
 * Returns: (transfer none) (nullable): what it can do; %NULL only for a number that is no dialect
 */
const RelaisDialect *
relais_dialect_get (RelaisDialectId id)
{
  static const RelaisDialect *const dialects[RELAIS_N_DIALECTS] = {
    [RELAIS_DIALECT_OPENAI_CHAT] = &relais_openai_chat,
    [RELAIS_DIALECT_OPENAI_RESPONSES] = &relais_openai_responses,
    [RELAIS_DIALECT_ANTHROPIC] = &relais_anthropic,
    [RELAIS_DIALECT_GEMINI] = &relais_gemini,
  };

  return (guint)id < RELAIS_N_DIALECTS ? dialects[id] : NULL;
}

/**
 * relais_dialect_get_completions:
 *
 * Returns: (transfer none): what Chat's older text completions can do for a client: requests,
 *   answers and failures; with the id of Chat, and nothing of an upstream's side
 */
const RelaisDialect *
relais_dialect_get_completions (void)
{
  return &relais_openai_completions;
}

/**
 * relais_dialect_find:
 * @name: (nullable): `openai-chat`, `openai-responses`, `anthropic` or `gemini`
 *
 * Returns: (transfer none) (nullable): the dialect of that name
 */
const RelaisDialect *
relais_dialect_find (const char *name)
{
  for (guint id = 0; id < RELAIS_N_DIALECTS; id++)
    if (g_strcmp0 (relais_dialect_get (id)->name, name) == 0)
      return relais_dialect_get (id);
  return NULL;
}

/**
 * relais_dialect_find_quirk:
 * @name: (nullable): a quirk as providers.json names it
 *
 * Returns: one of #RelaisQuirks, or 0 for a name nobody knows
 */
guint
relais_dialect_find_quirk (const char *name)
{
  static const struct
  {
    const char *name;
    RelaisQuirks quirk;
  } quirks[] = {
    { "developer-role", RELAIS_QUIRK_DEVELOPER_ROLE },
    { "max-completion-tokens", RELAIS_QUIRK_MAX_COMPLETION_TOKENS },
    { "no-stream-options", RELAIS_QUIRK_NO_STREAM_OPTIONS },
    { "no-strict", RELAIS_QUIRK_NO_STRICT },
    { "no-json-schema", RELAIS_QUIRK_NO_JSON_SCHEMA },
    { "no-parallel-flag", RELAIS_QUIRK_NO_PARALLEL_FLAG },
    { "no-reasoning-effort", RELAIS_QUIRK_NO_REASONING_EFFORT },
    { "reasoning-echo", RELAIS_QUIRK_REASONING_ECHO },
    { "openapi-schema", RELAIS_QUIRK_OPENAPI_SCHEMA },
    { "no-encrypted-reasoning", RELAIS_QUIRK_NO_ENCRYPTED_REASONING },
    { "google-signatures", RELAIS_QUIRK_GOOGLE_SIGNATURES },
  };

  for (guint i = 0; i < G_N_ELEMENTS (quirks); i++)
    if (g_strcmp0 (quirks[i].name, name) == 0)
      return quirks[i].quirk;
  return 0;
}

/**
 * relais_dialect_id_fits:
 * @id: (nullable): an id of an answer or of a tool call
 *
 * Returns: whether every dialect takes it: 1 to 64 of A-Z, a-z, 0-9, _ and -
 */
gboolean
relais_dialect_id_fits (const char *id)
{
  gsize length = 0;

  if (id == NULL)
    return FALSE;
  while (length <= 64 && (g_ascii_isalnum (id[length]) || id[length] == '_' || id[length] == '-'))
    length++;
  return length > 0 && length <= 64 && id[length] == '\0';
}

/**
 * relais_dialect_failure_status:
 * @id: the client's dialect
 * @failure: what went wrong
 *
 * Overload is 529 for Anthropic clients and 503 for all others.
 *
 * Returns: the HTTP status to answer with, 400 to 599
 */
guint
relais_dialect_failure_status (RelaisDialectId      id,
                               const RelaisFailure *failure)
{
  guint status = failure->status;

  if (status == 0 && failure->code == RELAIS_ERROR_OVERLOADED)
    status = 529;
  if (status < 400 || status > 599)
    status = relais_error_get_status (failure->code);
  return status == 529 && id != RELAIS_DIALECT_ANTHROPIC ? 503 : status;
}

/**
 * relais_dialect_encode_failure:
 * @id: the client's dialect
 * @failure: what went wrong
 * @request_id: (nullable): shown where the dialect has a place for it
 * @length: (out): bytes of the result
 *
 * Returns: (transfer full): the JSON body of the answer, NUL-terminated
 */
char *
relais_dialect_encode_failure (RelaisDialectId      id,
                               const RelaisFailure *failure,
                               const char          *request_id,
                               gsize               *length)
{
  GString *out = g_string_new (NULL);

  relais_dialect_get (id)->encode_failure (failure, relais_dialect_failure_status (id, failure),
                                           request_id, out);
  *length = out->len;
  return g_string_free (out, FALSE);
}

/**
 * relais_dialect_failure_from_error:
 * @error: why a request could not be decoded
 *
 * Takes code and message over, and the field to blame from the message, which decoders begin with
 * the way to it: `messages[2]: “role” …` blames `messages[2].role`.
 *
 * Returns: (transfer full): a failure to answer with
 */
RelaisFailure *
relais_dialect_failure_from_error (const GError *error)
{
  int code = error->domain == RELAIS_ERROR ? error->code : RELAIS_ERROR_INTERNAL;
  RelaisFailure *failure = relais_failure_new (code, "%s", error->message);
  const char *open = strstr (error->message, "“");
  const char *close = open != NULL ? strstr (open, "”") : NULL;

  if (close != NULL && code == RELAIS_ERROR_INVALID_REQUEST)
    {
      g_autofree char *way = g_strndup (error->message, open - error->message);
      g_autofree char *field = g_strndup (open + strlen ("“"), close - open - strlen ("“"));
      g_auto (GStrv) steps = g_strsplit (way, ": ", -1);
      g_autofree char *dotted = g_strjoinv (".", steps);

      failure->param = g_strconcat (dotted, field, NULL);
    }
  if (g_strcmp0 (failure->param, "previous_response_id") == 0)
    failure->code_name = g_strdup ("previous_response_not_found");
  return failure;
}
