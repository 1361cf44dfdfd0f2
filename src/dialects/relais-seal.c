/* relais-seal.c: foreign signatures, marked so that they find their way back
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-seal"

#include "config.h"

#include <string.h>

#include "relais-seal.h"

#define MARK "relais1."
#define MARK_BASE64 "cmVsYWlzMS5" /* what MARK becomes where it is encoded once more */
#define MAX_BYTES (4 * 1024 * 1024)

static const struct
{
  char letter;
  RelaisOrigin origin;
} letters[] = {
  { 'c', RELAIS_ORIGIN_OPENAI_CHAT },
  { 'r', RELAIS_ORIGIN_OPENAI_RESPONSES },
  { 'a', RELAIS_ORIGIN_ANTHROPIC },
  { 'g', RELAIS_ORIGIN_GEMINI },
};

/**
 * relais_seal_close:
 * @value: what an upstream signed
 * @origin: who minted it
 * @slot: whose field it will stand in
 *
 * A dialect's own stay as they are. Gemini types the field as bytes and some of its clients decode
 * it, so there the whole mark is encoded once more.
 *
 * Returns: (transfer full): what to put there
 */
char *
relais_seal_close (const char   *value,
                   RelaisOrigin  origin,
                   RelaisOrigin  slot)
{
  g_autofree char *base64 = NULL;
  g_autofree char *marked = NULL;
  char letter = 'x';

  if (origin == slot)
    return g_strdup (value);
  for (guint i = 0; i < G_N_ELEMENTS (letters); i++)
    if (letters[i].origin == origin)
      letter = letters[i].letter;
  base64 = g_base64_encode ((const guchar *)value, strlen (value));
  g_strdelimit (base64, "+", '-');
  g_strdelimit (base64, "/", '_');
  g_strdelimit (base64, "=", '\0');
  marked = g_strdup_printf (MARK "%c.%s", letter, base64);
  if (slot == RELAIS_ORIGIN_GEMINI)
    return g_base64_encode ((const guchar *)marked, strlen (marked));
  return g_steal_pointer (&marked);
}

/* Base64 in either alphabet, with or without padding, that holds text; NULL for anything else. */
static char *
decode (const char *text)
{
  g_autofree char *plain = g_strdup (text);
  g_autoptr (GString) padded = NULL;
  g_autofree guchar *bytes = NULL;
  gsize length = strlen (plain);

  if (length > MAX_BYTES)
    return NULL;
  g_strdelimit (plain, "-", '+');
  g_strdelimit (plain, "_", '/');
  padded = g_string_new (plain);
  while (padded->len % 4 != 0)
    g_string_append_c (padded, '=');
  bytes = g_base64_decode (padded->str, &length);
  if (length == 0 || memchr (bytes, '\0', length) != NULL ||
      !g_utf8_validate ((const char *)bytes, length, NULL))
    return NULL;
  return g_strndup ((const char *)bytes, length);
}

/**
 * relais_seal_open:
 * @value: (inout): a signature as a client sent it; replaced by what was sealed
 * @origin: (inout): who the client's dialect says minted it; replaced by who did
 *
 * Leaves both alone where there is no mark.
 *
 * Returns: %FALSE for a mark that cannot be read; @value is then worth nothing to anybody
 */
gboolean
relais_seal_open (char         **value,
                  RelaisOrigin  *origin)
{
  g_autofree char *outer = g_str_has_prefix (*value, MARK_BASE64) ? decode (*value)
                                                                  : g_strdup (*value);
  char *inner;

  if (outer == NULL || !g_str_has_prefix (outer, MARK))
    return !g_str_has_prefix (*value, MARK_BASE64);
  for (guint i = 0; i < G_N_ELEMENTS (letters); i++)
    if (outer[strlen (MARK)] == letters[i].letter && outer[strlen (MARK) + 1] == '.')
      {
        inner = decode (outer + strlen (MARK) + 2);
        if (inner == NULL)
          return FALSE;
        g_free (*value);
        *value = inner;
        *origin = letters[i].origin;
        return TRUE;
      }
  return FALSE;
}

/**
 * relais_seal_find:
 * @bytes: (array length=length): a request body, or some of it
 * @length: its bytes
 *
 * Goes over the bytes once for each of the two forms of a mark, however many there are.
 *
 * Returns: (transfer full) (element-type utf8): where marks may stand in it, in order
 */
GPtrArray *
relais_seal_find (const char *bytes,
                  gsize       length)
{
  GPtrArray *marks = g_ptr_array_new ();
  const char *end = bytes + length;
  const char *plain = memmem (bytes, length, MARK, strlen (MARK));
  const char *coded = memmem (bytes, length, MARK_BASE64, strlen (MARK_BASE64));

  while (plain != NULL || coded != NULL)
    if (coded == NULL || (plain != NULL && plain < coded))
      {
        g_ptr_array_add (marks, (gpointer)plain);
        plain = memmem (plain + 1, end - plain - 1, MARK, strlen (MARK));
      }
    else
      {
        g_ptr_array_add (marks, (gpointer)coded);
        coded = memmem (coded + 1, end - coded - 1, MARK_BASE64, strlen (MARK_BASE64));
      }
  return marks;
}
