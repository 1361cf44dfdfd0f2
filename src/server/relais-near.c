/* relais-near.c: names close to one that is not there
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-near"

#include "config.h"

#include <string.h>

#include "relais-near.h"

#define NAME_SIZE_MAX 100 /* a longer one is not proposed: bounds the work and the answer */
#define WORDS_MAX 16
#define STEM_SIZE_MIN 4
#define FAR G_MAXUINT

/* Lower case, without what stands before the last slash: a vendor's name, or "models". */
static gboolean
fold (const char *name,
      char        folded[NAME_SIZE_MAX + 1])
{
  const char *slash = strrchr (name, '/');
  const char *start = slash != NULL ? slash + 1 : name;
  gsize length = strlen (start);

  if (length == 0 || length > NAME_SIZE_MAX)
    return FALSE;
  for (gsize i = 0; i <= length; i++)
    folded[i] = g_ascii_tolower (start[i]);
  return TRUE;
}

/* How many bytes have to be put in, left out or changed. */
static guint
measure (const char *a,
         const char *b)
{
  guint row[NAME_SIZE_MAX + 1];
  gsize length = strlen (b);

  for (gsize j = 0; j <= length; j++)
    row[j] = j;
  for (gsize i = 0; a[i] != '\0'; i++)
    {
      guint corner = row[0];

      row[0] = i + 1;
      for (gsize j = 0; j < length; j++)
        {
          guint changed = corner + (a[i] == b[j] ? 0 : 1);

          corner = row[j + 1];
          row[j + 1] = MIN (changed, 1 + MIN (row[j], row[j + 1]));
        }
    }
  return row[length];
}

/* Whether @asked is @name with more behind it, such as a date, or each word of it is in @name:
 * "gemini-pro" in "gemini-3.1-pro-preview". */
static gboolean
is_related (const char *name,
            const char *asked)
{
  g_auto (GStrv) words = g_strsplit_set (asked, "-_.:@ ", WORDS_MAX);

  if (strlen (name) >= STEM_SIZE_MIN && g_str_has_prefix (asked, name))
    return TRUE;
  for (guint i = 0; words[i] != NULL; i++)
    if (strstr (name, words[i]) == NULL)
      return FALSE;
  return TRUE;
}

static guint
rate (const char *name,
      const char *asked)
{
  char a[NAME_SIZE_MAX + 1], b[NAME_SIZE_MAX + 1];
  guint distance;

  if (!fold (name, a) || !fold (asked, b))
    return FAR;
  distance = measure (a, b);
  return distance * 3 <= MAX (strlen (a), strlen (b)) || is_related (a, b) ? distance : FAR;
}

/**
 * relais_near_find:
 * @names: (element-type utf8): all there are, the one to prefer among equals first
 * @name: what was asked for
 *
 * Compares at most some hundred bytes of each, so that what it takes grows with their number alone.
 *
 * Returns: (transfer full) (array zero-terminated=1): those a person may have meant, the closest
 *   first, at most `RELAIS_NEAR_MAX`
 */
char **
relais_near_find (GPtrArray  *names,
                  const char *name)
{
  const char *best[RELAIS_NEAR_MAX] = { NULL };
  guint ratings[RELAIS_NEAR_MAX] = { 0 };
  g_autoptr (GStrvBuilder) found = g_strv_builder_new ();
  guint n = 0;

  for (guint i = 0; i < names->len; i++)
    {
      guint rating = rate (names->pdata[i], name);
      guint at = n;

      while (at > 0 && ratings[at - 1] > rating)
        at--;
      if (rating == FAR || at == RELAIS_NEAR_MAX)
        continue;
      n = MIN (n + 1, RELAIS_NEAR_MAX);
      for (guint j = n - 1; j > at; j--)
        {
          best[j] = best[j - 1];
          ratings[j] = ratings[j - 1];
        }
      best[at] = names->pdata[i];
      ratings[at] = rating;
    }
  for (guint i = 0; i < n; i++)
    g_strv_builder_add (found, best[i]);
  return g_strv_builder_end (found);
}
