/* relais-quirks.c: what an upstream's refusal teaches about it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-quirks"

#include "config.h"

#include <string.h>

#include "relais-quirks.h"

#define C (1 << RELAIS_DIALECT_OPENAI_CHAT)
#define R (1 << RELAIS_DIALECT_OPENAI_RESPONSES)
#define A (1 << RELAIS_DIALECT_ANTHROPIC)
#define G (1 << RELAIS_DIALECT_GEMINI)

/* A refusal that holds @word, of a body that holds @sent and not @unsent, says that @quirk is to be
 * as in @set. The first that fits, and is not so yet. */
static const struct
{
  guint dialects;
  const char *word;
  const char *sent;   /* NULL: any body */
  const char *unsent; /* NULL: any body */
  guint quirk;
  gboolean set;
} lessons[] = {
  { C, "stream_options", "\"stream_options\"", NULL, RELAIS_QUIRK_NO_STREAM_OPTIONS, TRUE },
  { C, "max_completion_tokens", "\"max_tokens\"", "\"max_completion_tokens\"", RELAIS_QUIRK_MAX_COMPLETION_TOKENS, TRUE },
  { C, "max_completion_tokens", "\"max_completion_tokens\"", NULL, RELAIS_QUIRK_MAX_COMPLETION_TOKENS, FALSE },
  { C, "developer", "\"developer\"", NULL, RELAIS_QUIRK_DEVELOPER_ROLE, FALSE },
  { C, "parallel_tool_calls", "\"parallel_tool_calls\"", NULL, RELAIS_QUIRK_NO_PARALLEL_FLAG, TRUE },
  { C, "reasoning_content", NULL, NULL, RELAIS_QUIRK_REASONING_ECHO, TRUE },
  { C, "thought_signature", NULL, "\"thought_signature\"", RELAIS_QUIRK_GOOGLE_SIGNATURES, TRUE },
  { C, "reasoning_effort", "\"reasoning_effort\"", NULL, RELAIS_QUIRK_NO_REASONING_EFFORT, TRUE },
  { C, "json_schema", "\"json_schema\"", NULL, RELAIS_QUIRK_NO_JSON_SCHEMA, TRUE },
  { C, "response_format", "\"json_schema\"", NULL, RELAIS_QUIRK_NO_JSON_SCHEMA, TRUE },
  { C | A, "strict", "\"strict\"", NULL, RELAIS_QUIRK_NO_STRICT, TRUE },
  { R, "encrypted_content", "\"reasoning.encrypted_content\"", NULL, RELAIS_QUIRK_NO_ENCRYPTED_REASONING, TRUE },
  { R, "reasoning.effort", "\"effort\"", NULL, RELAIS_QUIRK_NO_REASONING_EFFORT, TRUE },
  { G, "parametersJsonSchema", "\"parametersJsonSchema\"", NULL, RELAIS_QUIRK_OPENAPI_SCHEMA, TRUE },
  { G, "parameters_json_schema", "\"parametersJsonSchema\"", NULL, RELAIS_QUIRK_OPENAPI_SCHEMA, TRUE },
};

/* A field that is not known there, in the words of the servers there are. What is wrong with a
 * field's value is another matter: that is the request's fault. */
static const char *const refusals[] = {
  "unsupported",
  "not supported",
  "does not support",
  "doesn't support",
  "unknown",
  "unrecognized",
  "unexpected",
  "extra input",
  "extra field",
  "not permitted",
  "not allowed",
  "no such",
  "cannot find field",
  "must be passed back",
  "missing a thought_signature",
  "use 'max_completion_tokens'",
  "instead",
};

static gboolean
is_word_part (char c)
{
  return g_ascii_isalnum (c) || c == '_';
}

/* The word alone, not a part of another. */
static gboolean
holds_word (const char *bytes,
            gsize       length,
            const char *word)
{
  gsize size = strlen (word);
  const char *end = bytes + length;

  for (const char *at = bytes; (at = memmem (at, end - at, word, size)) != NULL; at++)
    if ((at == bytes || !is_word_part (at[-1])) && (at + size == end || !is_word_part (at[size])))
      return TRUE;
  return FALSE;
}

static gboolean
refuses_field (const char *words,
               gsize       length)
{
  g_autofree char *lower = g_ascii_strdown (words, length);

  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    if (strstr (lower, refusals[i]) != NULL)
      return TRUE;
  return FALSE;
}

static gboolean
holds (const char *bytes,
       gsize       length,
       const char *word)
{
  return bytes != NULL && memmem (bytes, length, word, strlen (word)) != NULL;
}

/**
 * relais_quirks_learn:
 * @dialect: what the upstream speaks
 * @quirks: #RelaisQuirks it is known for
 * @sent: the body it refused
 * @words: (array length=length): the body of its answer, status 400
 * @length: its bytes
 *
 * Compatible servers differ in what they take; most name the field they refuse, and say that it is
 * not known. The lesson holds once a try without it went well.
 *
 * Returns: the one quirk to turn round before the next try; 0 when the refusal is about something
 *   else
 */
guint
relais_quirks_learn (RelaisDialectId  dialect,
                     guint            quirks,
                     GBytes          *sent,
                     const char      *words,
                     gsize            length)
{
  gsize n_sent;
  const char *body = g_bytes_get_data (sent, &n_sent);

  if (!refuses_field (words, length))
    return 0;
  for (guint i = 0; i < G_N_ELEMENTS (lessons); i++)
    if ((lessons[i].dialects & (1 << dialect)) &&
        ((quirks & lessons[i].quirk) != 0) != lessons[i].set &&
        holds_word (words, length, lessons[i].word) &&
        (lessons[i].sent == NULL || holds (body, n_sent, lessons[i].sent)) &&
        (lessons[i].unsent == NULL || !holds (body, n_sent, lessons[i].unsent)))
      return lessons[i].quirk;
  return 0;
}
