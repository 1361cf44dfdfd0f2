/* relais-setup-diff.c: what changes between two texts, for a person to read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-setup"

#include "config.h"

#include <string.h>

#include "relais-setup-diff.h"

#define CONTEXT 3
/* Lines of one side times lines of the other; above it what differs is shown as one block. */
#define MAX_CELLS (4 * 1024 * 1024)

static char **
split (const char *text)
{
  char **lines = g_strsplit (text, "\n", -1);
  guint n = g_strv_length (lines);

  /* what follows the last line break is no line */
  if (n > 0 && *lines[n - 1] == '\0')
    g_clear_pointer (&lines[n - 1], g_free);
  return lines;
}

/* How many lines from here on stand on both sides, for each pair of places. */
static guint16 *
count_common (char  **before,
              guint   n_before,
              char  **after,
              guint   n_after)
{
  gsize width = n_after + 1;
  guint16 *common = g_new0 (guint16, (n_before + 1) * width);

  for (guint i = n_before; i-- > 0;)
    for (guint j = n_after; j-- > 0;)
      common[i * width + j] = strcmp (before[i], after[j]) == 0
                                ? common[(i + 1) * width + j + 1] + 1
                                : MAX (common[(i + 1) * width + j], common[i * width + j + 1]);
  return common;
}

static char *
mark (char  **before,
      guint   n_before,
      char  **after,
      guint   n_after)
{
  gsize n_cells = (gsize)(n_before + 1) * (n_after + 1);
  gboolean bounded = n_cells <= MAX_CELLS && MAX (n_before, n_after) < G_MAXUINT16;
  g_autofree guint16 *common = bounded ? count_common (before, n_before, after, n_after) : NULL;
  gsize width = n_after + 1;
  GString *marks = g_string_new (NULL);
  guint i = 0, j = 0;

  while (i < n_before || j < n_after)
    if (common != NULL && i < n_before && j < n_after && strcmp (before[i], after[j]) == 0)
      {
        g_string_append_c (marks, ' ');
        i++;
        j++;
      }
    else if (i < n_before &&
             (j >= n_after || common == NULL ||
              common[(i + 1) * width + j] >= common[i * width + j + 1]))
      {
        g_string_append_c (marks, '-');
        i++;
      }
    else
      {
        g_string_append_c (marks, '+');
        j++;
      }
  return g_string_free (marks, FALSE);
}

static gboolean
is_near_a_change (const char *marks,
                  gsize       length,
                  gsize       at)
{
  gsize end = MIN (at + CONTEXT + 1, length);

  for (gsize i = at > CONTEXT ? at - CONTEXT : 0; i < end; i++)
    if (marks[i] != ' ')
      return TRUE;
  return FALSE;
}

/**
 * relais_setup_diff:
 * @before: a text
 * @after: another
 *
 * Returns: (transfer full): a line for each that changes, "+" or "-" before it, with three
 *   unchanged ones around, "…" for those left out; "" where nothing changes
 */
char *
relais_setup_diff (const char *before,
                   const char *after)
{
  g_auto (GStrv) old = split (before);
  g_auto (GStrv) new = split (after);
  g_autofree char *marks = mark (old, g_strv_length (old), new, g_strv_length (new));
  gsize length = strlen (marks);
  GString *out = g_string_new (NULL);
  gboolean left_out = FALSE;
  guint i = 0, j = 0;

  for (gsize at = 0; at < length; at++)
    {
      const char *line = marks[at] == '+' ? new[j] : old[i];

      i += marks[at] != '+';
      j += marks[at] != '-';
      if (!is_near_a_change (marks, length, at))
        {
          left_out = TRUE;
          continue;
        }
      if (left_out)
        g_string_append (out, "…\n");
      left_out = FALSE;
      g_string_append_printf (out, "%c %s\n", marks[at], line);
    }
  if (left_out && out->len > 0)
    g_string_append (out, "…\n");
  return g_string_free (out, FALSE);
}
