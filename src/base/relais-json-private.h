/* relais-json-private.h: the lexer that the tree, the scanner and the writer's tests rest on
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "relais-json.h"

G_BEGIN_DECLS

/* A string as it stands in the source, without its quotes. */
typedef struct
{
  const char *start;
  gsize       length;
  gboolean escaped; /* holds a backslash */
  gboolean nul;     /* holds an escaped U+0000 */
} RelaisJsonSlice;

/* Children follow their container at once; `span` leads past them. The members of an object are
 * key, value, key, value. While a container is open `span` holds the place of the one around it.
 * `read` alone changes once a text is parsed. */
struct _RelaisJsonNode
{
  const char *start; /* borrowed; strings without their quotes */
  guint32 length;
  guint32 span; /* nodes from here to the next sibling */
  guint32 count;
  guint8  kind;
  guint8  escaped;
  guint8 read; /* a key: somebody asked for it; a value: it was taken with all that is in it */
};

/* A place in a source. All pointers borrowed. */
typedef struct
{
  const char *start;
  const char *end;
  const char *at;
  const char *fault; /* what was wrong at `at`, or NULL */
} RelaisJsonLexer;

#define RELAIS_JSON_DEPTH_CEILING 1024

void           relais_json_lexer_init       (RelaisJsonLexer        *lexer,
                                             const char             *json,
                                             gsize                   length);
gboolean       relais_json_lexer_odd_string (RelaisJsonLexer        *lexer,
                                             const char             *start,
                                             RelaisJsonSlice        *slice);
RelaisJsonKind relais_json_lexer_scalar     (RelaisJsonLexer        *lexer,
                                             RelaisJsonSlice        *slice);
gboolean       relais_json_lexer_fail       (RelaisJsonLexer        *lexer,
                                             const char             *fault);
char          *relais_json_lexer_dup_fault  (const RelaisJsonLexer  *lexer);
void           relais_json_lexer_report     (const RelaisJsonLexer  *lexer,
                                             GError                **error);
void           relais_json_unescape         (const char             *text,
                                             gsize                   length,
                                             GString                *out);
gboolean       relais_json_slice_equals     (const char             *start,
                                             gsize                   length,
                                             gboolean                escaped,
                                             const char             *text);

/* Skips white space; returns the character there, '\0' at the end. */
static inline char
relais_json_lexer_peek (RelaisJsonLexer *lexer)
{
  while (lexer->at < lexer->end &&
         (*lexer->at == ' ' || *lexer->at == '\n' || *lexer->at == '\r' || *lexer->at == '\t'))
    lexer->at++;
  return lexer->at < lexer->end ? *lexer->at : '\0';
}

#define RELAIS_JSON_REPEAT(byte) (G_GUINT64_CONSTANT (0x0101010101010101) * (byte))

/* The first byte in [at, end) that a string cannot simply hold: quote, backslash, control, not
   ASCII. */
static inline const char *
relais_json_skip_plain (const char *at,
                        const char *end)
{
  while (end - at >= 8)
    {
      guint64 word, odd;

      memcpy (&word, at, 8);
      word = GUINT64_FROM_LE (word);
      odd = ((word ^ RELAIS_JSON_REPEAT ('"')) - RELAIS_JSON_REPEAT (1)) | ((word ^ RELAIS_JSON_REPEAT ('\\')) - RELAIS_JSON_REPEAT (1)) | (word - RELAIS_JSON_REPEAT (0x20)) | word;
      odd &= RELAIS_JSON_REPEAT (0x80);
      /* the lowest byte that is marked is one of them; a borrow may mark those above */
      if (odd != 0)
        return at + __builtin_ctzll (odd) / 8;
      at += 8;
    }
  while (at < end && *at != '"' && *at != '\\' && (guchar)*at >= 0x20 && (guchar)*at < 0x80)
    at++;
  return at;
}

/* Takes the string whose opening quote is here, and moves past its closing quote. The text between
   is UTF-8, its escapes well-formed, though surrogates may stand alone. Says whether it was one. */
static inline gboolean
relais_json_lexer_string (RelaisJsonLexer *lexer,
                          RelaisJsonSlice *slice)
{
  const char *start = lexer->at + 1;
  const char *end = relais_json_skip_plain (start, lexer->end);

  lexer->at = end;
  if (end == lexer->end || *end != '"')
    return relais_json_lexer_odd_string (lexer, start, slice);
  slice->start = start;
  slice->length = end - start;
  slice->escaped = slice->nul = FALSE;
  lexer->at++;
  return TRUE;
}

/* Length of the well-formed UTF-8 character at @at, 0 when it is none. Unicode table 3-7. */
static inline guint
relais_json_utf8_length (const char *at,
                         const char *end)
{
  const guchar *c = (const guchar *)at;
  gsize left = end - at;

  if (c[0] < 0x80)
    return 1;
  if (c[0] >= 0xc2 && c[0] <= 0xdf)
    return left >= 2 && (c[1] & 0xc0) == 0x80 ? 2 : 0;
  if (c[0] >= 0xe0 && c[0] <= 0xef)
    {
      guchar low = c[0] == 0xe0 ? 0xa0 : 0x80;
      guchar high = c[0] == 0xed ? 0x9f : 0xbf;

      return left >= 3 && c[1] >= low && c[1] <= high && (c[2] & 0xc0) == 0x80 ? 3 : 0;
    }
  if (c[0] >= 0xf0 && c[0] <= 0xf4)
    {
      guchar low = c[0] == 0xf0 ? 0x90 : 0x80;
      guchar high = c[0] == 0xf4 ? 0x8f : 0xbf;

      return left >= 4 && c[1] >= low && c[1] <= high && (c[2] & 0xc0) == 0x80 &&
                 (c[3] & 0xc0) == 0x80
               ? 4
               : 0;
    }
  return 0;
}

G_END_DECLS
