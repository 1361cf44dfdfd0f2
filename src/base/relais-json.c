/* relais-json.c: a tree of slices over JSON text, in one block
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-json"

#include "config.h"

#include <string.h>

#include "relais-error.h"
#include "relais-json-private.h"

struct _RelaisJson
{
  RelaisJsonNode *nodes; /* owned, unless they are `few` */
  gsize          n_nodes;
  gsize          n_room;
  gboolean       nul;
  RelaisJsonNode few[];
};

#define NO_PARENT G_MAXUINT32
/* Nodes made room for before any was read, and kept from one text to the next. */
#define MAX_FIRST_ROOM 4096

static RelaisJson *
json_new (gsize n_room)
{
  RelaisJson *self = g_malloc (sizeof *self + n_room * sizeof (RelaisJsonNode));

  self->nodes = self->few;
  self->n_nodes = 0;
  self->n_room = n_room;
  self->nul = FALSE;
  return self;
}

static void
grow (RelaisJson *self)
{
  RelaisJsonNode *before = self->nodes == self->few ? NULL : self->nodes;

  self->nodes = g_renew (RelaisJsonNode, before, self->n_room * 2);
  if (before == NULL)
    memcpy (self->nodes, self->few, self->n_room * sizeof (RelaisJsonNode));
  self->n_room *= 2;
}

static inline RelaisJsonNode *
add_node (RelaisJson     *self,
          RelaisJsonKind  kind,
          const char     *start,
          gsize           length)
{
  RelaisJsonNode *node;

  if (G_UNLIKELY (self->n_nodes == self->n_room))
    grow (self);
  node = &self->nodes[self->n_nodes++];
  node->start = start;
  node->length = length;
  node->span = 1;
  node->count = 0;
  node->kind = kind;
  node->escaped = FALSE;
  node->read = FALSE;
  return node;
}

static gboolean
add_string (RelaisJson      *self,
            RelaisJsonLexer *lexer)
{
  RelaisJsonSlice slice;

  if (!relais_json_lexer_string (lexer, &slice))
    return FALSE;
  add_node (self, RELAIS_JSON_STRING, slice.start, slice.length)->escaped = slice.escaped;
  self->nul |= slice.nul;
  return TRUE;
}

static gboolean
add_scalar (RelaisJson      *self,
            RelaisJsonLexer *lexer)
{
  RelaisJsonSlice slice = { 0 };
  RelaisJsonKind kind = relais_json_lexer_scalar (lexer, &slice);

  if (kind == RELAIS_JSON_NONE)
    return FALSE;
  add_node (self, kind, slice.start, slice.length)->escaped = slice.escaped;
  self->nul |= slice.nul;
  return TRUE;
}

/* A key and its colon. */
static gboolean
add_key (RelaisJson      *self,
         RelaisJsonLexer *lexer)
{
  if (relais_json_lexer_peek (lexer) != '"')
    return relais_json_lexer_fail (lexer, "no name in double quotes");
  if (!add_string (self, lexer))
    return FALSE;
  if (relais_json_lexer_peek (lexer) != ':')
    return relais_json_lexer_fail (lexer, "no colon after a name");
  lexer->at++;
  return TRUE;
}

/* Ends the container at @open; returns the one around it. */
static guint32
close_container (RelaisJson      *self,
                 RelaisJsonLexer *lexer,
                 guint32          open)
{
  RelaisJsonNode *node = &self->nodes[open];
  guint32 parent = node->span;

  lexer->at++;
  node->span = self->n_nodes - open;
  node->length = lexer->at - node->start;
  return parent;
}

/* After a value: closes what ends here, steps over a comma. Sets @open to NO_PARENT at the very
   end. */
static gboolean
after_value (RelaisJson      *self,
             RelaisJsonLexer *lexer,
             guint32         *open,
             guint           *depth)
{
  while (*open != NO_PARENT)
    {
      gboolean object = self->nodes[*open].kind == RELAIS_JSON_OBJECT;
      char c = relais_json_lexer_peek (lexer);

      if (c == ',')
        {
          lexer->at++;
          self->nodes[*open].count++;
          return !object || add_key (self, lexer);
        }
      if (c != (object ? '}' : ']'))
        return relais_json_lexer_fail (lexer, "no comma or closing bracket");
      *open = close_container (self, lexer, *open);
      --*depth;
    }
  return TRUE;
}

static gboolean
parse_all (RelaisJson      *self,
           RelaisJsonLexer *lexer,
           guint            max_depth)
{
  guint32 open = NO_PARENT;
  guint depth = 0;

  do
    {
      char c = relais_json_lexer_peek (lexer);

      if (self->n_nodes + 2 > RELAIS_JSON_MAX_NODES)
        return relais_json_lexer_fail (lexer, "too many values");
      if (c == '{' || c == '[')
        {
          RelaisJsonNode *node;

          if (depth++ == max_depth)
            return relais_json_lexer_fail (lexer, "nesting too deep");
          node = add_node (self, c == '{' ? RELAIS_JSON_OBJECT : RELAIS_JSON_ARRAY, lexer->at, 0);
          node->span = open;
          open = self->n_nodes - 1;
          lexer->at++;
          if (relais_json_lexer_peek (lexer) != (c == '{' ? '}' : ']'))
            {
              node->count = 1;
              if (c == '{' && !add_key (self, lexer))
                return FALSE;
              continue;
            }
          open = close_container (self, lexer, open);
          depth--;
        }
      else if (!add_scalar (self, lexer))
        return FALSE;
      if (!after_value (self, lexer, &open, &depth))
        return FALSE;
    }
  while (open != NO_PARENT);

  relais_json_lexer_peek (lexer);
  return lexer->at == lexer->end || relais_json_lexer_fail (lexer, "more text after the end");
}

/**
 * relais_json_parse:
 * @json: (array length=length): the text; must outlive the result
 * @length: its bytes, below 4 GiB
 * @max_depth: how many containers may be open at once, at most 1024
 * @error: where to put a failure
 *
 * Checks the text against RFC 8259 and UTF-8, and makes a tree over it. A lone surrogate escape is
 * let through and reads as U+FFFD. Fails with [error@Error] `INVALID_REQUEST`, naming the byte but
 * never the text: not JSON, nested too deep, more than %RELAIS_JSON_MAX_NODES values.
 *
 * Returns: (transfer full) (nullable): the tree, or %NULL with @error set
 */
RelaisJson *
relais_json_parse (const char  *json,
                   gsize        length,
                   guint        max_depth,
                   GError     **error)
{
  return relais_json_reparse (NULL, json, length, max_depth, error);
}

/**
 * relais_json_reparse:
 * @before: (transfer full) (nullable): a tree nobody needs any more
 * @json: (array length=length): the text; must outlive the result
 * @length: its bytes, below 4 GiB
 * @max_depth: how many containers may be open at once, at most 1024
 * @error: where to put a failure
 *
 * As [func@json_parse], in the memory of @before where that is of a usual size.
 *
 * Returns: (transfer full) (nullable): the tree, or %NULL with @error set
 */
RelaisJson *
relais_json_reparse (RelaisJson  *before,
                     const char  *json,
                     gsize        length,
                     guint        max_depth,
                     GError     **error)
{
  g_autoptr (RelaisJson) self = before;
  RelaisJsonLexer lexer;

  g_return_val_if_fail (json != NULL || length == 0, NULL);

  if (self == NULL || self->n_room > MAX_FIRST_ROOM)
    {
      relais_json_free (self);
      self = json_new (MIN (length / 8 + 16, MAX_FIRST_ROOM));
    }
  self->n_nodes = 0;
  self->nul = FALSE;
  relais_json_lexer_init (&lexer, json != NULL ? json : "", length);
  if (length > G_MAXUINT32 - 1)
    relais_json_lexer_fail (&lexer, "too much text");
  else if (parse_all (self, &lexer, MIN (max_depth, RELAIS_JSON_DEPTH_CEILING)))
    return g_steal_pointer (&self);
  relais_json_lexer_report (&lexer, error);
  return NULL;
}

/**
 * relais_json_dup_fault:
 * @json: (array length=length): a text
 * @length: its bytes, below 4 GiB
 *
 * Returns: (transfer full) (nullable): why it is no JSON, with line and column but without any of
 *   it; %NULL when it is
 */
char *
relais_json_dup_fault (const char *json,
                       gsize       length)
{
  g_autoptr (RelaisJson) self = json_new (64);
  RelaisJsonLexer lexer;

  g_return_val_if_fail (json != NULL || length == 0, NULL);

  relais_json_lexer_init (&lexer, json != NULL ? json : "", length);
  return parse_all (self, &lexer, RELAIS_JSON_MAX_DEPTH) ? NULL
                                                         : relais_json_lexer_dup_fault (&lexer);
}

/**
 * relais_json_free:
 * @self: (transfer full) (nullable): a tree
 *
 * Ends every node of it.
 */
void
relais_json_free (RelaisJson *self)
{
  if (self == NULL)
    return;
  if (self->nodes != self->few)
    g_free (self->nodes);
  g_free (self);
}

/**
 * relais_json_get_root:
 * @self: (nullable): a tree
 *
 * Returns: (transfer none) (nullable): the outermost value, of any kind
 */
const RelaisJsonNode *
relais_json_get_root (const RelaisJson *self)
{
  return self != NULL ? self->nodes : NULL;
}

/**
 * relais_json_has_nul:
 * @self: (nullable): a tree
 *
 * Returns: whether any string or key holds U+0000, which our strings cannot carry
 */
gboolean
relais_json_has_nul (const RelaisJson *self)
{
  return self != NULL && self->nul;
}
