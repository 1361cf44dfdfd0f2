/* relais-indent.c: JSON laid out for reading
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-indent"

#include "config.h"

#include <string.h>

#include "relais-indent.h"

#define STEP 2
#define DEPTH_SHOWN_MAX 20 /* deeper ones stand below one another */
#define GROWTH_MAX 8       /* what gets longer than that has no lines worth reading */

static const char *
skip_space (const char *text)
{
  return text + strspn (text, " \t\r\n");
}

/* The end of the string that begins here, or of the text. */
static const char *
skip_string (const char *text)
{
  text++;
  while (*text != '\0' && *text != '"')
    text += *text == '\\' && text[1] != '\0' ? 2 : 1;
  return *text == '"' ? text + 1 : text;
}

static void
begin_line (GString *out,
            guint    depth)
{
  static const char spaces[STEP * DEPTH_SHOWN_MAX] = "                                        ";

  g_string_append_c (out, '\n');
  g_string_append_len (out, spaces, STEP * MIN (depth, DEPTH_SHOWN_MAX));
}

/* One mark or one word, and the line's end where one belongs. */
static const char *
append_token (GString    *out,
              const char *text,
              guint      *depth)
{
  const char *end = text + 1;
  gboolean opens = *text == '{' || *text == '[';
  gboolean closes = *text == '}' || *text == ']';

  if (*text == '"')
    end = skip_string (text);
  else if (!opens && !closes && *text != ',' && *text != ':')
    end = text + strcspn (text, "{}[],:\" \t\r\n");
  if (closes && *depth > 0)
    begin_line (out, --*depth);
  g_string_append_len (out, text, end - text);
  if (*text == ':')
    g_string_append_c (out, ' ');
  if (*text == ',')
    begin_line (out, *depth);
  end = skip_space (end);
  if (opens && (*end == '}' || *end == ']'))
    {
      g_string_append_c (out, *end);
      end = skip_space (end + 1);
    }
  else if (opens)
    begin_line (out, ++*depth);
  /* lines of JSON, one value each */
  if (*depth == 0 && *end != '\0' && *text != ',' && *text != ':')
    begin_line (out, 0);
  return end;
}

/**
 * relais_indent_json:
 * @text: UTF-8, JSON or not
 *
 * Lays a JSON object or array out, a member a line. It looks at the marks alone, so that one that
 * was cut is laid out as far as it goes, and strings and numbers keep every character.
 *
 * Returns: (transfer full) (nullable): the same with other white space; %NULL where @text begins
 *   like no object or array, or would become many times as long
 */
char *
relais_indent_json (const char *text)
{
  g_autoptr (GString) out = NULL;
  gsize length = 0;
  guint depth = 0;

  g_return_val_if_fail (text != NULL, NULL);

  text = skip_space (text);
  if (*text != '{' && *text != '[')
    return NULL;
  length = strlen (text);
  out = g_string_sized_new (length + length / 2);
  while (*text != '\0' && out->len <= GROWTH_MAX * (length + STEP * DEPTH_SHOWN_MAX))
    text = append_token (out, text, &depth);
  return *text == '\0' ? g_string_free (g_steal_pointer (&out), FALSE) : NULL;
}
