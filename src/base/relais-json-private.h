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

/* A place in a source. All pointers borrowed. */
typedef struct
{
  const char *start;
  const char *end;
  const char *at;
  const char *fault; /* what was wrong at `at`, or NULL */
} RelaisJsonLexer;

#define RELAIS_JSON_DEPTH_CEILING 1024

void           relais_json_lexer_init      (RelaisJsonLexer        *lexer,
                                            const char             *json,
                                            gsize                   length);
gboolean       relais_json_lexer_string    (RelaisJsonLexer        *lexer,
                                            RelaisJsonSlice        *slice);
RelaisJsonKind relais_json_lexer_scalar    (RelaisJsonLexer        *lexer,
                                            RelaisJsonSlice        *slice);
gboolean       relais_json_lexer_fail      (RelaisJsonLexer        *lexer,
                                            const char             *fault);
char          *relais_json_lexer_dup_fault (const RelaisJsonLexer  *lexer);
void           relais_json_lexer_report    (const RelaisJsonLexer  *lexer,
                                            GError                **error);
void           relais_json_unescape        (const char             *text,
                                            gsize                   length,
                                            GString                *out);
gboolean       relais_json_slice_equals    (const char             *start,
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

G_END_DECLS
