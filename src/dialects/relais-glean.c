/* relais-glean.c: what the taps of all dialects share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-glean"

#include "config.h"

#include <string.h>

#include "relais-glean-private.h"

#define MAX_MESSAGE_BYTES 2048

/**
 * relais_glean_mentions:
 * @json: (array length=length): JSON text
 * @length: its bytes
 * @text: what to look for, with a quote in it
 *
 * A quote inside a JSON string has a backslash before it, so what is found with one stands outside.
 *
 * Returns: whether it stands there
 */
gboolean
relais_glean_mentions (const char *json,
                       gsize       length,
                       const char *text)
{
  return memmem (json, length, text, strlen (text)) != NULL;
}

/**
 * relais_glean_count:
 * @object: (nullable): where to look
 * @name: a key
 * @count: (inout): a count of tokens
 *
 * Takes a count of 0 or more; leaves @count alone otherwise.
 *
 * Returns: whether there was one
 */
gboolean
relais_glean_count (const RelaisJsonNode *object,
                    const char           *name,
                    gint64               *count)
{
  gint64 value;

  if (!relais_json_node_get_int (relais_json_node_get_member (object, name), &value) || value < 0)
    return FALSE;
  /* More than any model reads or writes; sums of a few of these still fit. */
  *count = MIN (value, G_MAXINT64 / 16);
  return TRUE;
}

static void
take_words (char       **message,
            const char  *words)
{
  gsize length = strlen (words);

  if (length > MAX_MESSAGE_BYTES)
    length = g_utf8_find_prev_char (words, words + MAX_MESSAGE_BYTES) - words;
  g_free (*message);
  *message = g_strndup (words, length);
}

/**
 * relais_glean_error:
 * @error: (nullable): the error of a body: an object with a message, or a string
 * @message: (inout): what to say of it
 *
 * Replaces @message by the words of the upstream, at most 2 KiB of them.
 */
void
relais_glean_error (const RelaisJsonNode  *error,
                    char                 **message)
{
  const RelaisJsonNode *words = error;
  g_autofree char *text = NULL;
  RelaisJsonKind kind = relais_json_node_get_kind (error);

  if (kind == RELAIS_JSON_NONE || kind == RELAIS_JSON_NULL)
    return;
  if (kind == RELAIS_JSON_OBJECT)
    words = relais_json_node_get_member (error, "message");
  text = relais_json_node_dup_string (words);
  take_words (message, text != NULL ? text : "The upstream reported an error without a message");
}

/* One fault of a list: the field and what is wrong with it. */
static void
append_fault (GString              *words,
              const RelaisJsonNode *fault)
{
  const RelaisJsonNode *step;
  RelaisJsonIter iter;

  if (words->len > 0)
    g_string_append (words, "; ");
  if (relais_json_node_append_string (fault, words))
    return;
  relais_json_iter_init (&iter, relais_json_node_get_member (fault, "loc"));
  for (const char *between = ""; relais_json_iter_next (&iter, NULL, &step); between = ".")
    {
      gsize length;
      const char *raw = relais_json_node_get_raw (step, &length);

      g_string_append (words, between);
      if (!relais_json_node_append_string (step, words))
        g_string_append_len (words, raw, length);
    }
  if (words->len > 0 && !g_str_has_suffix (words->str, "; "))
    g_string_append (words, ": ");
  relais_json_node_append_string (relais_json_node_get_member (fault, "msg"), words);
}

/**
 * relais_glean_detail:
 * @body: (nullable): a body that may be an error's
 * @message: (inout): what to say of it, if anything is known
 *
 * Servers made with FastAPI, many compatible ones among them, put their words in `detail`: a text,
 * or a list of faults. Sets @message to them, at most 2 KiB, where nothing is known yet.
 */
void
relais_glean_detail (const RelaisJsonNode  *body,
                     char                 **message)
{
  const RelaisJsonNode *detail = relais_json_node_get_member (body, "detail");
  const RelaisJsonNode *fault;
  g_autoptr (GString) words = NULL;
  RelaisJsonIter iter;

  if (*message != NULL)
    return;
  if (relais_json_node_get_kind (detail) != RELAIS_JSON_ARRAY)
    {
      relais_glean_error (detail, message);
      return;
    }
  words = g_string_new (NULL);
  relais_json_iter_init (&iter, detail);
  while (words->len <= MAX_MESSAGE_BYTES && relais_json_iter_next (&iter, NULL, &fault))
    append_fault (words, fault);
  if (words->len > 0)
    take_words (message, words->str);
}
