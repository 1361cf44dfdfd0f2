/* relais-json-lexer.c: strings, numbers and words of JSON, checked to the letter
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-json"

#include "config.h"

#include <string.h>

#include "relais-error.h"
#include "relais-json-private.h"
#include "relais-text.h"

/**
 * relais_json_lexer_init:
 * @lexer: what to set up
 * @json: (array length=length): the source, borrowed
 * @length: bytes in it
 *
 * Places @lexer at the start.
 */
void
relais_json_lexer_init (RelaisJsonLexer *lexer,
                        const char      *json,
                        gsize            length)
{
  lexer->start = json;
  lexer->end = json + length;
  lexer->at = json;
  lexer->fault = NULL;
}

/**
 * relais_json_lexer_fail:
 * @lexer: a lexer, standing where the fault is
 * @fault: a constant phrase
 *
 * Notes the first fault.
 *
 * Returns: always %FALSE
 */
gboolean
relais_json_lexer_fail (RelaisJsonLexer *lexer,
                        const char      *fault)
{
  if (lexer->fault == NULL)
    lexer->fault = fault;
  return FALSE;
}

/**
 * relais_json_lexer_dup_fault:
 * @lexer: a lexer that failed
 *
 * Returns: (transfer full): what is wrong and where, lines and characters counted from 1; never
 *   quotes the source
 */
char *
relais_json_lexer_dup_fault (const RelaisJsonLexer *lexer)
{
  gsize line = 1, column = 1;

  for (const char *at = lexer->start; at < lexer->at; at++)
    if (*at == '\n')
      {
        line++;
        column = 1;
      }
    else if (((guchar)*at & 0xc0) != 0x80)
      column++;
  return g_strdup_printf ("%s at line %" G_GSIZE_FORMAT ", column %" G_GSIZE_FORMAT,
                          lexer->fault != NULL ? lexer->fault : "unexpected text", line, column);
}

/**
 * relais_json_lexer_report:
 * @lexer: a lexer that failed
 * @error: where to put the failure
 *
 * Turns the fault into a [error@Error] `INVALID_REQUEST` with its place; never quotes the source.
 */
void
relais_json_lexer_report (const RelaisJsonLexer  *lexer,
                          GError                **error)
{
  g_autofree char *fault = relais_json_lexer_dup_fault (lexer);

  g_set_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_REQUEST, "The body is not valid JSON: %s", fault);
}

static gboolean
read_hex (const char *at,
          guint      *unit)
{
  *unit = 0;
  for (guint i = 0; i < 4; i++)
    {
      int digit = g_ascii_xdigit_value (at[i]);

      if (digit < 0)
        return FALSE;
      *unit = *unit << 4 | (guint)digit;
    }
  return TRUE;
}

/* What stands for what behind a backslash; 0: nothing does. */
static const char plain_escapes[256] = {
  ['"'] = '"',
  ['\\'] = '\\',
  ['/'] = '/',
  ['b'] = '\b',
  ['f'] = '\f',
  ['n'] = '\n',
  ['r'] = '\r',
  ['t'] = '\t',
};

static gboolean
skip_escape (RelaisJsonLexer *lexer,
             RelaisJsonSlice *slice)
{
  guint unit;

  slice->escaped = TRUE;
  if (lexer->end - lexer->at < 2)
    return relais_json_lexer_fail (lexer, "an unfinished string");
  if (lexer->at[1] != 'u')
    {
      if (plain_escapes[(guchar)lexer->at[1]] == 0)
        return relais_json_lexer_fail (lexer, "an unknown escape");
      lexer->at += 2;
      return TRUE;
    }
  if (lexer->end - lexer->at < 6 || !read_hex (lexer->at + 2, &unit))
    return relais_json_lexer_fail (lexer, "a broken escape");
  if (unit == 0)
    slice->nul = TRUE;
  lexer->at += 6;
  return TRUE;
}

/**
 * relais_json_lexer_odd_string:
 * @lexer: a lexer inside a string, behind characters that it can simply hold
 * @start: the first of them
 * @slice: (out): what stands between the quotes
 *
 * Goes on with what [func@json_lexer_string] began, for any string.
 *
 * Returns: whether it was a string
 */
gboolean
relais_json_lexer_odd_string (RelaisJsonLexer *lexer,
                              const char      *start,
                              RelaisJsonSlice *slice)
{
  slice->start = start;
  slice->escaped = slice->nul = FALSE;
  for (;; lexer->at = relais_json_skip_plain (lexer->at, lexer->end))
    {
      if (lexer->at == lexer->end)
        return relais_json_lexer_fail (lexer, "an unfinished string");
      if (*lexer->at == '"')
        {
          slice->length = lexer->at++ - slice->start;
          return TRUE;
        }
      if (*lexer->at == '\\')
        {
          if (!skip_escape (lexer, slice))
            return FALSE;
          continue;
        }
      if ((guchar)*lexer->at < 0x20)
        return relais_json_lexer_fail (lexer, "a control character");
      do
        {
          guint size = relais_json_utf8_length (lexer->at, lexer->end);

          if (size == 0)
            return relais_json_lexer_fail (lexer, "text that is not UTF-8");
          lexer->at += size;
        }
      while (lexer->at < lexer->end && (guchar)*lexer->at >= 0x80);
    }
}

static gboolean
skip_digits (RelaisJsonLexer *lexer)
{
  const char *start = lexer->at;

  while (lexer->at < lexer->end && g_ascii_isdigit (*lexer->at))
    lexer->at++;
  return lexer->at > start || relais_json_lexer_fail (lexer, "a broken number");
}

static gboolean
skip_number (RelaisJsonLexer *lexer)
{
  if (*lexer->at == '-')
    lexer->at++;
  if (lexer->at < lexer->end && *lexer->at == '0')
    lexer->at++;
  else if (!skip_digits (lexer))
    return FALSE;
  if (lexer->at < lexer->end && *lexer->at == '.')
    {
      lexer->at++;
      if (!skip_digits (lexer))
        return FALSE;
    }
  if (lexer->at < lexer->end && (*lexer->at == 'e' || *lexer->at == 'E'))
    {
      lexer->at++;
      if (lexer->at < lexer->end && (*lexer->at == '+' || *lexer->at == '-'))
        lexer->at++;
      if (!skip_digits (lexer))
        return FALSE;
    }
  return TRUE;
}

static gboolean
skip_word (RelaisJsonLexer *lexer,
           const char      *word)
{
  gsize length = strlen (word);

  if ((gsize)(lexer->end - lexer->at) < length || memcmp (lexer->at, word, length) != 0)
    return relais_json_lexer_fail (lexer, "an unknown word");
  lexer->at += length;
  return TRUE;
}

/**
 * relais_json_lexer_scalar:
 * @lexer: a lexer standing on the first character of a value
 * @slice: (out): the value as it stands; a string without its quotes
 *
 * Moves past a string, number, boolean or null.
 *
 * Returns: what it was, `NONE` when it was none of these; the fault is then noted
 */
RelaisJsonKind
relais_json_lexer_scalar (RelaisJsonLexer *lexer,
                          RelaisJsonSlice *slice)
{
  RelaisJsonKind kind = RELAIS_JSON_NONE;
  gboolean good;

  if (lexer->at == lexer->end)
    {
      relais_json_lexer_fail (lexer, "an early end");
      return RELAIS_JSON_NONE;
    }
  if (*lexer->at == '"')
    return relais_json_lexer_string (lexer, slice) ? RELAIS_JSON_STRING : RELAIS_JSON_NONE;

  slice->start = lexer->at;
  slice->escaped = slice->nul = FALSE;
  switch (*lexer->at)
    {
    case 't':
    case 'f':
      kind = RELAIS_JSON_BOOLEAN;
      good = skip_word (lexer, *lexer->at == 't' ? "true" : "false");
      break;
    case 'n':
      kind = RELAIS_JSON_NULL;
      good = skip_word (lexer, "null");
      break;
    default:
      kind = RELAIS_JSON_NUMBER;
      good = *lexer->at == '-' ||
                 g_ascii_isdigit (*lexer->at)
               ? skip_number (lexer)
               : relais_json_lexer_fail (lexer, "an unexpected character");
      break;
    }
  slice->length = lexer->at - slice->start;
  return good ? kind : RELAIS_JSON_NONE;
}

/* One escape at @at, a backslash known to be well-formed; appends it, returns what follows. */
static const char *
append_escape (const char *at,
               const char *end,
               GString    *out)
{
  guint unit, low;

  if (at[1] != 'u')
    {
      g_string_append_c (out, plain_escapes[(guchar)at[1]]);
      return at + 2;
    }
  read_hex (at + 2, &unit);
  at += 6;
  if (unit >= 0xd800 && unit <= 0xdbff && end - at >= 6 && at[0] == '\\' && at[1] == 'u' &&
      read_hex (at + 2, &low) &&
      low >= 0xdc00 && low <= 0xdfff)
    {
      unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
      at += 6;
    }
  else if (unit == 0 || (unit >= 0xd800 && unit <= 0xdfff))
    unit = 0xfffd;
  g_string_append_unichar (out, unit);
  return at;
}

/**
 * relais_json_unescape:
 * @text: (array length=length): what stands between the quotes of a checked string
 * @length: its bytes
 * @out: where to append
 *
 * Appends the text meant, as UTF-8. A surrogate without its other half and U+0000 become U+FFFD,
 * so that nothing is ever cut short.
 */
void
relais_json_unescape (const char *text,
                      gsize       length,
                      GString    *out)
{
  const char *end = text + length;

  while (text < end)
    {
      const char *slash = memchr (text, '\\', end - text);

      relais_text_append_len (out, text, (slash != NULL ? slash : end) - text);
      text = slash != NULL ? append_escape (slash, end, out) : end;
    }
}

/**
 * relais_json_slice_equals:
 * @start: (array length=length): what stands between the quotes of a checked string
 * @length: its bytes
 * @escaped: whether it holds a backslash
 * @text: what to compare with, UTF-8
 *
 * Returns: whether the string means @text
 */
gboolean
relais_json_slice_equals (const char *start,
                          gsize       length,
                          gboolean    escaped,
                          const char *text)
{
  gsize wanted = strlen (text);
  g_autoptr (GString) plain = NULL;

  if (!escaped)
    return length == wanted && memcmp (start, text, length) == 0;
  /* No escape is longer than six bytes a byte of its text. */
  if (length > wanted * 6)
    return FALSE;
  plain = g_string_sized_new (length);
  relais_json_unescape (start, length, plain);
  return plain->len == wanted && memcmp (plain->str, text, wanted) == 0;
}
