/* relais-pattern.c: names with a star in them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-pattern"

#include "config.h"

#include "relais-pattern.h"

/**
 * relais_pattern_matches:
 * @pattern: `*` stands for any run of characters, even none, all else for itself
 * @text: a name
 *
 * Goes back to the last star only, without recursion: the time is bounded by the product of the
 * lengths.
 *
 * Returns: whether @pattern covers all of @text
 */
gboolean
relais_pattern_matches (const char *pattern,
                        const char *text)
{
  const char *star = NULL, *mark = NULL;

  while (*text != '\0')
    {
      if (*pattern == '*')
        {
          star = pattern++;
          mark = text;
        }
      else if (*pattern == *text)
        {
          pattern++;
          text++;
        }
      else if (star != NULL)
        {
          pattern = star + 1;
          text = ++mark;
        }
      else
        return FALSE;
    }
  while (*pattern == '*')
    pattern++;
  return *pattern == '\0';
}

/**
 * relais_pattern_count_literals:
 * @pattern: a pattern
 *
 * Returns: its bytes that stand for themselves
 */
gsize
relais_pattern_count_literals (const char *pattern)
{
  gsize n = 0;

  for (; *pattern != '\0'; pattern++)
    n += *pattern != '*';
  return n;
}
