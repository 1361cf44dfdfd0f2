/* relais-setup-toml.c: one value of a TOML file changed, the rest left byte for byte
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-setup"

#include "config.h"

#include <string.h>

#include <glib/gi18n.h>

#include "relais-setup-toml.h"
#include "relais-setup.h"

#define MAX_DEPTH 64
#define SEPARATOR '\x1f' /* between the parts of a path; no key holds it */

#define BARE "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

/* A key with its value, or a table's header. */
typedef struct
{
  char *path;         /* from the root */
  gsize table_length; /* how much of it is the table's, in a key */
  gboolean header;
  gboolean array;               /* a header of [[these]] */
  gsize value_start, value_end; /* bytes; of a key only */
  gsize line_end;               /* after its line break */
} Entry;

typedef struct
{
  const char *text;
  const char *at;
  const char *wrong; /* static */
} Scan;

static void
entry_free (Entry *self)
{
  g_free (self->path);
  g_free (self);
}

static gboolean
fail (Scan       *scan,
      const char *wrong)
{
  if (scan->wrong == NULL)
    scan->wrong = wrong;
  return FALSE;
}

static void
skip_blanks (Scan *scan)
{
  scan->at += strspn (scan->at, " \t");
}

static gboolean
skip_comment (Scan *scan)
{
  if (*scan->at == '#')
    scan->at += strcspn (scan->at, "\r\n");
  return TRUE;
}

static gboolean
skip_break (Scan *scan)
{
  if (scan->at[0] == '\r' && scan->at[1] == '\n')
    scan->at += 2;
  else if (scan->at[0] == '\n')
    scan->at += 1;
  else
    return FALSE;
  return TRUE;
}

/* Blanks, line breaks and comments. */
static void
skip_gap (Scan *scan)
{
  do
    {
      skip_blanks (scan);
      skip_comment (scan);
    }
  while (skip_break (scan));
}

static gboolean
skip_escape (Scan    *scan,
             GString *out)
{
  static const char names[] = "btnfr\"\\", meant[] = "\b\t\n\f\r\"\\";
  const char *name = scan->at[1] != '\0' ? strchr (names, scan->at[1]) : NULL;
  int digits = scan->at[1] == 'u' ? 4 : scan->at[1] == 'U' ? 8
                                                           : 0;
  gunichar c = 0;

  if (name != NULL)
    {
      if (out != NULL)
        g_string_append_c (out, meant[name - names]);
      scan->at += 2;
      return TRUE;
    }
  if (digits == 0)
    return fail (scan, N_ ("an invalid escape"));
  for (int i = 0; i < digits; i++)
    {
      if (!g_ascii_isxdigit (scan->at[2 + i]))
        return fail (scan, N_ ("an invalid escape"));
      c = c << 4 | (guint)g_ascii_xdigit_value (scan->at[2 + i]);
    }
  if (!g_unichar_validate (c) || c == 0)
    return fail (scan, N_ ("an invalid escape"));
  if (out != NULL)
    g_string_append_unichar (out, c);
  scan->at += 2 + digits;
  return TRUE;
}

static gboolean
skip_string (Scan    *scan,
             GString *out)
{
  char quote = *scan->at++;

  while (*scan->at != quote)
    {
      if ((guchar)*scan->at < ' ' && *scan->at != '\t')
        return fail (scan, N_ ("an unterminated string"));
      if (quote == '"' && *scan->at == '\\')
        {
          if (!skip_escape (scan, out))
            return FALSE;
          continue;
        }
      if (out != NULL)
        g_string_append_c (out, *scan->at);
      scan->at++;
    }
  scan->at++;
  return TRUE;
}

/* Between three quotes; two more of them may stand before its end. */
static gboolean
skip_long_string (Scan *scan)
{
  char quote = *scan->at;
  const char end[] = { quote, quote, quote, '\0' };

  scan->at += 3;
  while (!g_str_has_prefix (scan->at, end))
    {
      if (*scan->at == '\0')
        return fail (scan, N_ ("an unterminated string"));
      if (quote == '"' && *scan->at == '\\')
        {
          const char *rest = scan->at + 1 + strspn (scan->at + 1, " \t\r");

          /* a break that does not count, or a character */
          if (*rest == '\n')
            scan->at = rest + 1;
          else if (!skip_escape (scan, NULL))
            return FALSE;
          continue;
        }
      scan->at++;
    }
  scan->at += 3;
  for (int i = 0; i < 2 && *scan->at == quote; i++)
    scan->at++;
  return TRUE;
}

/* A key with its dots, each part added to @path. */
static gboolean
read_key (Scan    *scan,
          GString *path)
{
  for (;;)
    {
      gsize before;

      skip_blanks (scan);
      if (path->len > 0)
        g_string_append_c (path, SEPARATOR);
      before = path->len;
      if (*scan->at == '"' || *scan->at == '\'')
        {
          if (!skip_string (scan, path))
            return FALSE;
          if (memchr (path->str + before, SEPARATOR, path->len - before) != NULL)
            return fail (scan, N_ ("a key with a control character"));
        }
      else
        {
          gsize length = strspn (scan->at, BARE);

          if (length == 0)
            return fail (scan, N_ ("no key"));
          g_string_append_len (path, scan->at, (gssize)length);
          scan->at += length;
        }
      skip_blanks (scan);
      if (*scan->at != '.')
        return TRUE;
      scan->at++;
    }
}

static gboolean skip_value (Scan  *scan,
                            guint  depth);

static gboolean
skip_array (Scan  *scan,
            guint  depth)
{
  scan->at++;
  for (;;)
    {
      skip_gap (scan);
      if (*scan->at == ']')
        break;
      if (!skip_value (scan, depth + 1))
        return FALSE;
      skip_gap (scan);
      if (*scan->at == ']')
        break;
      if (*scan->at != ',')
        return fail (scan, N_ ("an unterminated array"));
      scan->at++;
    }
  scan->at++;
  return TRUE;
}

static gboolean
skip_inline_table (Scan  *scan,
                   guint  depth)
{
  scan->at++;
  skip_blanks (scan);
  while (*scan->at != '}')
    {
      g_autoptr (GString) path = g_string_new (NULL);

      if (!read_key (scan, path))
        return FALSE;
      if (*scan->at != '=')
        return fail (scan, N_ ("a key without “=”"));
      scan->at++;
      skip_blanks (scan);
      if (!skip_value (scan, depth + 1))
        return FALSE;
      skip_blanks (scan);
      if (*scan->at == '}')
        break;
      if (*scan->at != ',')
        return fail (scan, N_ ("an unterminated table"));
      scan->at++;
      skip_blanks (scan);
      if (*scan->at == '}')
        return fail (scan, N_ ("a comma at the end of a table"));
    }
  scan->at++;
  return TRUE;
}

/* A number, a date or a word. */
static gboolean
skip_word (Scan *scan)
{
  static const char *const words[] = { "true", "false", "inf", "nan", "+inf", "+nan", "-inf", "-nan", NULL };
  gsize length = strspn (scan->at, BARE "+.:");
  g_autofree char *word = g_strndup (scan->at, length);
  const char *digits = word + strspn (word, "+-");

  if (!g_strv_contains (words, word) && !(g_ascii_isdigit (*digits) && digits - word <= 1))
    return fail (scan, length > 0 ? N_ ("an invalid value") : N_ ("a key without its value"));
  scan->at += length;
  /* a blank may stand between date and time */
  if (length == 10 && word[4] == '-' && word[7] == '-' && scan->at[0] == ' ' &&
      g_ascii_isdigit (scan->at[1]))
    scan->at += 1 + strspn (scan->at + 1, "0123456789:.+-Zz");
  return TRUE;
}

static gboolean
skip_value (Scan  *scan,
            guint  depth)
{
  if (depth > MAX_DEPTH)
    return fail (scan, N_ ("too many brackets"));
  switch (*scan->at)
    {
    case '"':
      return g_str_has_prefix (scan->at, "\"\"\"") ? skip_long_string (scan) : skip_string (scan, NULL);
    case '\'':
      return g_str_has_prefix (scan->at, "'''") ? skip_long_string (scan) : skip_string (scan, NULL);
    case '[':
      return skip_array (scan, depth);
    case '{':
      return skip_inline_table (scan, depth);
    default:
      return skip_word (scan);
    }
}

static gboolean
end_line (Scan *scan)
{
  skip_blanks (scan);
  skip_comment (scan);
  if (*scan->at != '\0' && !skip_break (scan))
    return fail (scan, N_ ("something after the end of the value"));
  return TRUE;
}

static gboolean
read_header (Scan  *scan,
             Entry *entry)
{
  g_autoptr (GString) path = g_string_new (NULL);

  entry->header = TRUE;
  entry->array = scan->at[1] == '[';
  scan->at += entry->array ? 2 : 1;
  if (!read_key (scan, path))
    return FALSE;
  if (!g_str_has_prefix (scan->at, entry->array ? "]]" : "]"))
    return fail (scan, N_ ("an unterminated table name"));
  scan->at += entry->array ? 2 : 1;
  entry->path = g_string_free (g_steal_pointer (&path), FALSE);
  return end_line (scan);
}

static gboolean
read_pair (Scan       *scan,
           const char *table,
           Entry      *entry)
{
  g_autoptr (GString) path = g_string_new (table);

  if (!read_key (scan, path))
    return FALSE;
  if (*scan->at != '=')
    return fail (scan, N_ ("a key without “=”"));
  scan->at++;
  skip_blanks (scan);
  entry->path = g_string_free (g_steal_pointer (&path), FALSE);
  entry->table_length = table != NULL ? strlen (table) : 0;
  entry->value_start = (gsize)(scan->at - scan->text);
  if (!skip_value (scan, 0))
    return FALSE;
  entry->value_end = (gsize)(scan->at - scan->text);
  return end_line (scan);
}

/* (transfer full): what the file holds, in its order */
static GPtrArray *
read_all (Scan *scan)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify)entry_free);
  g_autofree char *table = NULL;

  for (skip_gap (scan); *scan->at != '\0'; skip_gap (scan))
    {
      Entry *entry = g_new0 (Entry, 1);
      gboolean read;

      g_ptr_array_add (entries, entry);
      read = *scan->at == '[' ? read_header (scan, entry) : read_pair (scan, table, entry);
      if (!read)
        return NULL;
      entry->line_end = (gsize)(scan->at - scan->text);
      if (entry->header)
        {
          g_free (table);
          table = g_strdup (entry->path);
        }
    }
  return g_steal_pointer (&entries);
}

static guint
count_lines (const Scan *scan)
{
  guint line = 1;

  for (const char *at = scan->text; at < scan->at; at++)
    line += *at == '\n';
  return line;
}

/* Whether @path is @outer or lies in it. */
static gboolean
lies_in (const char *path,
         const char *outer)
{
  gsize length = strlen (outer);

  return strncmp (path, outer, length) == 0 && (path[length] == '\0' || path[length] == SEPARATOR);
}

static char *
splice (const char *text,
        gsize       start,
        gsize       end,
        const char *value)
{
  GString *out = g_string_new_len (text, (gssize)start);

  g_string_append (out, value);
  g_string_append (out, text + end);
  return g_string_free (out, FALSE);
}

/* (transfer full): from names with dots */
static char *
make_path (const char *names)
{
  return g_strdelimit (g_strdup (names), ".", SEPARATOR);
}

static const Entry *
find_header (GPtrArray  *entries,
             const char *path)
{
  for (guint i = 0; i < entries->len; i++)
    {
      const Entry *entry = g_ptr_array_index (entries, i);

      if (entry->header && strcmp (entry->path, path) == 0)
        return entry;
    }
  return NULL;
}

/* The last line of the table: its header, or a key; NULL where nothing of it is there. */
static const Entry *
find_last (GPtrArray  *entries,
           const char *path)
{
  const Entry *last = NULL;
  gboolean inside = *path == '\0';

  for (guint i = 0; i < entries->len; i++)
    {
      const Entry *entry = g_ptr_array_index (entries, i);

      if (entry->header)
        inside = strcmp (entry->path, path) == 0;
      if (inside)
        last = entry;
    }
  return last;
}

static char *
insert (const char *text,
        GPtrArray  *entries,
        const char *table,
        const char *key,
        const char *value)
{
  const char *line_break = strstr (text, "\r\n") != NULL ? "\r\n" : "\n";
  g_autofree char *path = make_path (table);
  g_autofree char *pair = g_strconcat (key, " = ", value, line_break, NULL);
  g_autofree char *added = NULL;
  const Entry *last = find_last (entries, path);
  gsize end = strlen (text);

  if (last != NULL)
    {
      added = g_strconcat (text[last->line_end - 1] != '\n' ? line_break : "", pair, NULL);
      return splice (text, last->line_end, last->line_end, added);
    }
  if (*table == '\0')
    {
      added = g_strconcat (pair, end > 0 ? line_break : "", NULL);
      return splice (text, 0, 0, added);
    }
  added = g_strconcat (end > 0 && text[end - 1] != '\n' ? line_break : "", end > 0 ? line_break : "",
                       "[", table, "]", line_break, pair, NULL);
  return splice (text, end, end, added);
}

/* Whether the file says it in a form that cannot take a key: an array of tables or an inline table
 * on the way, a table of that name, the key twice, or the table only by dots before its keys. */
static gboolean
is_in_the_way (const Entry *entry,
               const char  *table,
               const char  *wanted,
               gboolean     has_header)
{
  if (lies_in (entry->path, wanted))
    return TRUE;
  if (lies_in (wanted, entry->path))
    return !entry->header || entry->array;
  return *table != '\0' && !has_header && !entry->header && lies_in (entry->path, table) &&
         entry->table_length < strlen (table);
}

/**
 * relais_setup_toml_set:
 * @text: a TOML file
 * @table: a table's name, with dots between bare keys; "" for the root
 * @key: a bare key in it
 * @value: what to put there, as TOML
 * @error: where to put %RELAIS_SETUP_ERROR_UNREADABLE
 *
 * The table is made at the end where it is missing. What is not TOML is refused, and where the
 * table is not one with a header of its own.
 *
 * Returns: (transfer full): the new text
 */
char *
relais_setup_toml_set (const char  *text,
                       const char  *table,
                       const char  *key,
                       const char  *value,
                       GError     **error)
{
  Scan scan = { .text = text, .at = text };
  g_autoptr (GPtrArray) entries = read_all (&scan);
  g_autofree char *path = make_path (table);
  g_autofree char *wanted = *table != '\0' ? g_strdup_printf ("%s%c%s", path, SEPARATOR, key) : g_strdup (key);
  const Entry *found = NULL;
  gboolean has_header;

  if (entries == NULL)
    {
      g_set_error (error, RELAIS_SETUP_ERROR, RELAIS_SETUP_ERROR_UNREADABLE, _("it is not TOML: %s at line %u"), _(scan.wrong), count_lines (&scan));
      return NULL;
    }
  has_header = find_header (entries, path) != NULL;
  for (guint i = 0; i < entries->len; i++)
    {
      const Entry *entry = g_ptr_array_index (entries, i);

      if (found == NULL && !entry->header && strcmp (entry->path, wanted) == 0)
        found = entry;
      else if (is_in_the_way (entry, path, wanted, has_header))
        {
          g_set_error (error, RELAIS_SETUP_ERROR, RELAIS_SETUP_ERROR_UNREADABLE,
                       _("“%s” is written in a form that Relais cannot change"), key);
          return NULL;
        }
    }
  if (found != NULL)
    return splice (text, found->value_start, found->value_end, value);
  return insert (text, entries, table, key, value);
}
