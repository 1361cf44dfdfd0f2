/* relais-redact.c: words of others without the secrets in them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-redact"

#include "config.h"

#include <string.h>

#include "relais-redact.h"

#define HIDDEN "[hidden]"
#define TEXT_SIZE_MAX 4096
#define KEY_LENGTH_MIN 4 /* a shorter one is no secret, and stands in too many words */

/**
 * relais_redact_controls:
 * @text: what somebody else said
 *
 * A terminal, or a log, does what control characters in it say: none is left.
 *
 * Returns: (transfer full): valid UTF-8 in one line, other control characters as U+FFFD
 */
char *
relais_redact_controls (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autoptr (GString) plain = g_string_sized_new (strlen (valid));

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar character = g_utf8_get_char (at);

      if (character == '\n' || character == '\t' || character == '\r')
        g_string_append_c (plain, ' ');
      else
        g_string_append_unichar (plain, g_unichar_iscntrl (character) ? 0xfffd : character);
    }
  return g_string_free (g_steal_pointer (&plain), FALSE);
}

/**
 * relais_redact:
 * @text: what somebody else said
 * @key: (nullable): a credential that may stand in it
 *
 * Vendors quote keys and addresses in their messages. Takes out @key, whatever it looks like, then
 * all that looks like a key or a mail address, and control characters. Of more than 4 KiB only the
 * beginning is kept: it goes into every row of a list.
 *
 * Returns: (transfer full): the rest, valid UTF-8 in one line
 */
char *
relais_redact (const char *text,
               const char *key)
{
  static GRegex *secrets;
  g_autofree char *valid = relais_redact_controls (text);
  char *plain;
  const char *end;

  if (g_once_init_enter (&secrets))
    g_once_init_leave (&secrets, g_regex_new ("(?:sk-|AIza|key-)[A-Za-z0-9_*.\\-]{4,}|[\\w.+\\-]+@[\\w\\-]+\\.[\\w.\\-]+",
                                              G_REGEX_OPTIMIZE, 0, NULL));
  /* first, while it is whole: the pattern may fit a part of it only */
  if (key != NULL && strlen (key) >= KEY_LENGTH_MIN && strstr (valid, key) != NULL)
    {
      g_auto (GStrv) parts = g_strsplit (valid, key, -1);

      g_free (g_steal_pointer (&valid));
      valid = g_strjoinv (HIDDEN, parts);
    }
  if (strlen (valid) > TEXT_SIZE_MAX)
    {
      end = g_utf8_find_prev_char (valid, valid + TEXT_SIZE_MAX);
      valid[end - valid] = '\0';
    }
  plain = g_regex_replace_literal (secrets, valid, -1, 0, HIDDEN, 0, NULL);
  return plain != NULL ? plain : g_strdup ("");
}
