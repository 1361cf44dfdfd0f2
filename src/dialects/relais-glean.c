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
  if (text == NULL)
    text = g_strdup ("The upstream reported an error without a message");
  if (strlen (text) > MAX_MESSAGE_BYTES)
    *g_utf8_find_prev_char (text, text + MAX_MESSAGE_BYTES) = '\0';
  g_free (*message);
  *message = g_steal_pointer (&text);
}
