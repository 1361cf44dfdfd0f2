/* relais-json-scan.c: finds model and stream in a request without building a tree
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-json"

#include "config.h"

#include "relais-error.h"
#include "relais-json-private.h"

/* Which of the open containers are objects, a bit each. */
typedef struct
{
  guint64 objects[RELAIS_JSON_DEPTH_CEILING / 64];
  guint   depth;
  guint   max_depth;
} Nest;

static gboolean
nest_open (Nest            *nest,
           RelaisJsonLexer *lexer,
           gboolean         object)
{
  guint64 bit = G_GUINT64_CONSTANT (1) << (nest->depth % 64);

  if (nest->depth == nest->max_depth)
    return relais_json_lexer_fail (lexer, "nesting too deep");
  if (object)
    nest->objects[nest->depth / 64] |= bit;
  else
    nest->objects[nest->depth / 64] &= ~bit;
  nest->depth++;
  lexer->at++;
  return TRUE;
}

static inline gboolean
nest_is_object (const Nest *nest)
{
  return (nest->objects[(nest->depth - 1) / 64] >> ((nest->depth - 1) % 64) & 1) != 0;
}

static gboolean
skip_key (RelaisJsonLexer *lexer,
          RelaisJsonSlice *key)
{
  if (relais_json_lexer_peek (lexer) != '"')
    return relais_json_lexer_fail (lexer, "no name in double quotes");
  if (!relais_json_lexer_string (lexer, key))
    return FALSE;
  if (relais_json_lexer_peek (lexer) != ':')
    return relais_json_lexer_fail (lexer, "no colon after a name");
  lexer->at++;
  return TRUE;
}

/* Steps over one value of any depth. */
static gboolean
skip_value (RelaisJsonLexer *lexer,
            Nest            *nest)
{
  guint outside = nest->depth;
  RelaisJsonSlice slice;

  do
    {
      char c = relais_json_lexer_peek (lexer);

      if (c == '{' || c == '[')
        {
          if (!nest_open (nest, lexer, c == '{'))
            return FALSE;
          if (relais_json_lexer_peek (lexer) != (c == '{' ? '}' : ']'))
            {
              if (c == '{' && !skip_key (lexer, &slice))
                return FALSE;
              continue;
            }
          lexer->at++;
          nest->depth--;
        }
      else if (relais_json_lexer_scalar (lexer, &slice) == RELAIS_JSON_NONE)
        return FALSE;

      while (nest->depth > outside)
        {
          gboolean object = nest_is_object (nest);

          c = relais_json_lexer_peek (lexer);
          if (c == ',')
            {
              lexer->at++;
              if (object && !skip_key (lexer, &slice))
                return FALSE;
              break;
            }
          if (c != (object ? '}' : ']'))
            return relais_json_lexer_fail (lexer, "no comma or closing bracket");
          lexer->at++;
          nest->depth--;
        }
    }
  while (nest->depth > outside);
  return TRUE;
}

static gboolean
refuse (RelaisJsonScan  *scan,
        const char      *wrong,
        const char      *message,
        GError         **error)
{
  scan->wrong = wrong;
  g_set_error_literal (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_REQUEST, message);
  return FALSE;
}

/* The value of `model`: a string, or null for none. */
static gboolean
scan_model (RelaisJsonLexer  *lexer,
            Nest             *nest,
            RelaisJsonScan   *scan,
            GError          **error)
{
  RelaisJsonSlice slice;
  GString *model;
  char c = relais_json_lexer_peek (lexer);

  if (c == 'n')
    return skip_value (lexer, nest);
  if (c != '"')
    return skip_value (lexer, nest) && refuse (scan, "model", "“model” must be a string", error);
  scan->model_start = lexer->at - lexer->start;
  if (!relais_json_lexer_string (lexer, &slice))
    return FALSE;
  scan->model_end = lexer->at - lexer->start;
  model = g_string_sized_new (slice.length);
  relais_json_unescape (slice.start, slice.length, model);
  scan->model = g_string_free (model, FALSE);
  scan->has_model = TRUE;
  return TRUE;
}

static gboolean
scan_stream (RelaisJsonLexer  *lexer,
             Nest             *nest,
             RelaisJsonScan   *scan,
             GError          **error)
{
  char c = relais_json_lexer_peek (lexer);

  if (!skip_value (lexer, nest))
    return FALSE;
  if (c != 't' && c != 'f' && c != 'n')
    return refuse (scan, "stream", "“stream” must be true or false", error);
  scan->has_stream = c != 'n';
  scan->stream = c == 't';
  return TRUE;
}

static gboolean
scan_members (RelaisJsonLexer  *lexer,
              Nest             *nest,
              RelaisJsonScan   *scan,
              GError          **error)
{
  gboolean model_seen = FALSE, stream_seen = FALSE;
  char c;

  do
    {
      RelaisJsonSlice key;
      gboolean good;

      if (!skip_key (lexer, &key))
        return FALSE;
      if (relais_json_slice_equals (key.start, key.length, key.escaped, "model"))
        {
          if (model_seen)
            return refuse (scan, "model", "“model” is given twice", error);
          model_seen = TRUE;
          good = scan_model (lexer, nest, scan, error);
        }
      else if (relais_json_slice_equals (key.start, key.length, key.escaped, "stream"))
        {
          if (stream_seen)
            return refuse (scan, "stream", "“stream” is given twice", error);
          stream_seen = TRUE;
          good = scan_stream (lexer, nest, scan, error);
        }
      else
        good = skip_value (lexer, nest);
      if (!good)
        return FALSE;
      c = relais_json_lexer_peek (lexer);
      if (c != ',' && c != '}')
        return relais_json_lexer_fail (lexer, "no comma or closing bracket");
      lexer->at++;
    }
  while (c == ',');
  return TRUE;
}

static gboolean
scan_all (RelaisJsonLexer  *lexer,
          guint             max_depth,
          RelaisJsonScan   *scan,
          GError          **error)
{
  Nest nest = { .max_depth = max_depth };

  if (relais_json_lexer_peek (lexer) != '{')
    return refuse (scan, NULL,
                   lexer->at < lexer->end ? "The body must be a JSON object"
                                          : "The body is empty; a JSON object was expected",
                   error);
  if (!nest_open (&nest, lexer, TRUE))
    return FALSE;
  if (relais_json_lexer_peek (lexer) == '}')
    lexer->at++;
  else if (!scan_members (lexer, &nest, scan, error))
    return FALSE;
  relais_json_lexer_peek (lexer);
  return lexer->at == lexer->end || relais_json_lexer_fail (lexer, "more text after the end");
}

/**
 * relais_json_scan_request:
 * @json: (array length=length): a request body
 * @length: its bytes
 * @max_depth: how many containers may be open at once, at most 1024
 * @scan: (out): what was found; clear it with [func@json_scan_clear], on failure too
 * @error: where to put a failure
 *
 * Accepts what [func@json_parse] accepts, without its limit on values, provided it is an object. A
 * `model` or `stream` of null counts as not given. Fails with [error@Error] `INVALID_REQUEST`: not
 * JSON, nested too deep, no object, `model` no string, `stream` no boolean, either given twice
 * (compared unescaped, so that no two readers of the body can disagree). `wrong` says which of the
 * two it was.
 *
 * Returns: whether the body is sound
 */
gboolean
relais_json_scan_request (const char      *json,
                          gsize            length,
                          guint            max_depth,
                          RelaisJsonScan  *scan,
                          GError         **error)
{
  g_autoptr (GError) refused = NULL;
  RelaisJsonLexer lexer;

  g_return_val_if_fail (json != NULL || length == 0, FALSE);
  g_return_val_if_fail (scan != NULL, FALSE);

  *scan = (RelaisJsonScan){ 0 };
  relais_json_lexer_init (&lexer, json != NULL ? json : "", length);
  if (scan_all (&lexer, MIN (max_depth, RELAIS_JSON_DEPTH_CEILING), scan, &refused))
    return TRUE;
  if (refused != NULL)
    g_propagate_error (error, g_steal_pointer (&refused));
  else
    relais_json_lexer_report (&lexer, error);
  return FALSE;
}

/**
 * relais_json_scan_clear:
 * @scan: what a scan found
 *
 * Frees what it owns; it may be cleared again.
 */
void
relais_json_scan_clear (RelaisJsonScan *scan)
{
  g_clear_pointer (&scan->model, g_free);
  scan->has_model = FALSE;
}
