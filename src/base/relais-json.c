/* relais-json.c: a tree of slices over JSON text, in one block
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-json"

#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "relais-error.h"
#include "relais-json-private.h"

/* Children follow their container at once; `span` leads past them. The members of an object are
 * key, value, key, value. While a container is open `span` holds the place of the one around it. */
struct _RelaisJsonNode
{
  const char *start; /* borrowed; strings without their quotes */
  guint32 length;
  guint32 span; /* nodes from here to the next sibling */
  guint32 count;
  guint8  kind;
  guint8  escaped;
};

struct _RelaisJson
{
  RelaisJsonNode *nodes; /* owned, unless they are `few` */
  gsize          n_nodes;
  gsize          n_room;
  gboolean       nul;
  RelaisJsonNode few[];
};

#define NO_PARENT G_MAXUINT32

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

static RelaisJsonNode *
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
  g_autoptr (RelaisJson) self = NULL;
  RelaisJsonLexer lexer;

  g_return_val_if_fail (json != NULL || length == 0, NULL);

  self = json_new (MIN (length / 8 + 16, 4096));
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

/**
 * relais_json_node_get_kind:
 * @node: (nullable): a value
 *
 * Returns: what it is; `NONE` for %NULL
 */
RelaisJsonKind
relais_json_node_get_kind (const RelaisJsonNode *node)
{
  return node != NULL ? (RelaisJsonKind)node->kind : RELAIS_JSON_NONE;
}

/**
 * relais_json_node_get_count:
 * @node: (nullable): a value
 *
 * Returns: its members or elements, repeated keys counted each; 0 for what is no container
 */
gsize
relais_json_node_get_count (const RelaisJsonNode *node)
{
  return node != NULL ? node->count : 0;
}

static inline gboolean
is_key (const RelaisJsonNode *key,
        const char           *name,
        gsize                 length)
{
  if (G_UNLIKELY (key->escaped))
    return relais_json_slice_equals (key->start, key->length, TRUE, name);
  return key->length == length && memcmp (key->start, name, length) == 0;
}

/**
 * relais_json_node_get_member:
 * @node: (nullable): a value
 * @name: a key, as it reads unescaped
 *
 * Looks through all members: the last of equal keys wins.
 *
 * Returns: (transfer none) (nullable): the value, or %NULL when @node is no object or has no such
 *   key
 */
const RelaisJsonNode *
relais_json_node_get_member (const RelaisJsonNode *node,
                             const char           *name)
{
  const RelaisJsonNode *found = NULL;
  const RelaisJsonNode *end;
  gsize length = strlen (name);

  if (relais_json_node_get_kind (node) != RELAIS_JSON_OBJECT)
    return NULL;
  end = node + node->span;
  for (const RelaisJsonNode *key = node + 1; key < end; key += 1 + key[1].span)
    if (is_key (key, name, length))
      found = key + 1;
  return found;
}

/**
 * relais_json_node_get_members:
 * @node: (nullable): a value
 * @names: (array length=n_names): keys without a backslash
 * @n_names: how many
 * @found: (out) (array length=n_names): the value of each, or %NULL; none of them when @node is no
 *   object
 *
 * As [func@json_node_get_member], for several keys in one walk.
 */
void
relais_json_node_get_members (const RelaisJsonNode  *node,
                              const RelaisJsonName  *names,
                              gsize                  n_names,
                              const RelaisJsonNode **found)
{
  const RelaisJsonNode *end;

  memset (found, 0, n_names * sizeof *found);
  if (relais_json_node_get_kind (node) != RELAIS_JSON_OBJECT)
    return;
  end = node + node->span;
  for (const RelaisJsonNode *key = node + 1; key < end; key += 1 + key[1].span)
    for (gsize i = 0; i < n_names; i++)
      if (is_key (key, names[i].text, names[i].length))
        {
          found[i] = key + 1;
          break;
        }
}

/**
 * relais_json_node_get_path:
 * @node: (nullable): a value
 * @name: the first key
 * @...: further keys, ended by %NULL
 *
 * Returns: (transfer none) (nullable): the member of the member …, or %NULL when one is missing
 */
const RelaisJsonNode *
relais_json_node_get_path (const RelaisJsonNode *node,
                           const char           *name,
                           ...)
{
  va_list names;

  va_start (names, name);
  for (; name != NULL && node != NULL; name = va_arg (names, const char *))
    node = relais_json_node_get_member (node, name);
  va_end (names);
  return node;
}

/**
 * relais_json_node_get_element:
 * @node: (nullable): a value
 * @position: 0 for the first
 *
 * Takes time with @position; walk with a [struct@JsonIter] instead of counting up.
 *
 * Returns: (transfer none) (nullable): the element, or %NULL when @node is no array or too short
 */
const RelaisJsonNode *
relais_json_node_get_element (const RelaisJsonNode *node,
                              gsize                 position)
{
  const RelaisJsonNode *element;

  if (relais_json_node_get_kind (node) != RELAIS_JSON_ARRAY || position >= node->count)
    return NULL;
  for (element = node + 1; position > 0; position--)
    element += element->span;
  return element;
}

/**
 * relais_json_node_get_raw:
 * @node: (nullable): a value
 * @length: (out): its bytes
 *
 * Returns: (transfer none) (nullable): the value as it stands in the source, strings with their
 *   quotes, not NUL-terminated; %NULL for %NULL
 */
const char *
relais_json_node_get_raw (const RelaisJsonNode *node,
                          gsize                *length)
{
  gboolean string = relais_json_node_get_kind (node) == RELAIS_JSON_STRING;

  *length = node != NULL ? node->length + (string ? 2 : 0) : 0;
  if (node == NULL)
    return NULL;
  return string ? node->start - 1 : node->start;
}

/**
 * relais_json_node_dup_raw:
 * @node: (nullable): a value
 *
 * Returns: (transfer full) (nullable): a copy of what [func@json_node_get_raw] lends
 */
char *
relais_json_node_dup_raw (const RelaisJsonNode *node)
{
  gsize length;
  const char *raw = relais_json_node_get_raw (node, &length);

  return raw != NULL ? g_strndup (raw, length) : NULL;
}

/**
 * relais_json_node_dup_string:
 * @node: (nullable): a value
 *
 * U+0000 reads as U+FFFD; ask [func@json_has_nul] where that matters.
 *
 * Returns: (transfer full) (nullable): the text meant, UTF-8; %NULL for what is no string
 */
char *
relais_json_node_dup_string (const RelaisJsonNode *node)
{
  GString *text;

  if (relais_json_node_get_kind (node) != RELAIS_JSON_STRING)
    return NULL;
  if (!node->escaped)
    return g_strndup (node->start, node->length);
  text = g_string_sized_new (node->length);
  relais_json_unescape (node->start, node->length, text);
  return g_string_free (text, FALSE);
}

/**
 * relais_json_node_append_string:
 * @node: (nullable): a value
 * @out: where to append
 *
 * Appends what [func@json_node_dup_string] copies.
 *
 * Returns: whether it is a string
 */
gboolean
relais_json_node_append_string (const RelaisJsonNode *node,
                                GString              *out)
{
  if (relais_json_node_get_kind (node) != RELAIS_JSON_STRING)
    return FALSE;
  if (node->escaped)
    relais_json_unescape (node->start, node->length, out);
  else
    g_string_append_len (out, node->start, node->length);
  return TRUE;
}

/**
 * relais_json_node_equals:
 * @node: (nullable): a value
 * @text: what to compare with
 *
 * Returns: whether @node is a string that means @text
 */
gboolean
relais_json_node_equals (const RelaisJsonNode *node,
                         const char           *text)
{
  return relais_json_node_get_kind (node) == RELAIS_JSON_STRING &&
         relais_json_slice_equals (node->start, node->length, node->escaped, text);
}

/**
 * relais_json_node_get_boolean:
 * @node: (nullable): a value
 * @fallback: what to say when it is none
 *
 * Returns: the boolean, or @fallback
 */
gboolean
relais_json_node_get_boolean (const RelaisJsonNode *node,
                              gboolean              fallback)
{
  return relais_json_node_get_kind (node) == RELAIS_JSON_BOOLEAN ? node->start[0] == 't' : fallback;
}

/* Numbers end in the source without a NUL; longer ones than this are no sane number. */
static gboolean
copy_number (const RelaisJsonNode *node,
             char                  number[64])
{
  if (relais_json_node_get_kind (node) != RELAIS_JSON_NUMBER || node->length > 63)
    return FALSE;
  memcpy (number, node->start, node->length);
  number[node->length] = '\0';
  return TRUE;
}

/**
 * relais_json_node_get_int:
 * @node: (nullable): a value
 * @value: (out): the number; untouched when there is none
 *
 * Takes `7.0` and `7e0` for 7.
 *
 * Returns: whether it is a whole number that fits
 */
gboolean
relais_json_node_get_int (const RelaisJsonNode *node,
                          gint64               *value)
{
  char number[64];
  char *end;
  gint64 whole;
  double real;

  if (!copy_number (node, number))
    return FALSE;
  errno = 0;
  whole = g_ascii_strtoll (number, &end, 10);
  if (*end == '\0')
    {
      if (errno != 0)
        return FALSE;
      *value = whole;
      return TRUE;
    }
  real = g_ascii_strtod (number, NULL);
  if (!(real >= -9007199254740992.0 && real <= 9007199254740992.0) || real != (double)(gint64)real)
    return FALSE;
  *value = (gint64)real;
  return TRUE;
}

/**
 * relais_json_node_get_double:
 * @node: (nullable): a value
 * @value: (out): the number; untouched when there is none
 *
 * Returns: whether it is a number, and finite
 */
gboolean
relais_json_node_get_double (const RelaisJsonNode *node,
                             double               *value)
{
  char number[64];
  double real;

  if (!copy_number (node, number))
    return FALSE;
  real = g_ascii_strtod (number, NULL);
  if (real > G_MAXDOUBLE || real < -G_MAXDOUBLE)
    return FALSE;
  *value = real;
  return TRUE;
}

/**
 * relais_json_iter_init:
 * @iter: what to set up
 * @container: (nullable): a value; what is no container has nothing to walk
 *
 * Places @iter before the first member or element.
 */
void
relais_json_iter_init (RelaisJsonIter       *iter,
                       const RelaisJsonNode *container)
{
  RelaisJsonKind kind = relais_json_node_get_kind (container);

  iter->object = kind == RELAIS_JSON_OBJECT;
  iter->at = iter->end = NULL;
  if (kind == RELAIS_JSON_OBJECT || kind == RELAIS_JSON_ARRAY)
    {
      iter->at = container + 1;
      iter->end = container + container->span;
    }
}

/**
 * relais_json_iter_next:
 * @iter: a walk
 * @key: (out) (optional) (nullable): the key, a string; %NULL in an array
 * @value: (out): the value
 *
 * Visits members in the order of the source, repeated keys included.
 *
 * Returns: whether there was one more
 */
gboolean
relais_json_iter_next (RelaisJsonIter        *iter,
                       const RelaisJsonNode **key,
                       const RelaisJsonNode **value)
{
  if (iter->at == iter->end)
    return FALSE;
  if (key != NULL)
    *key = iter->object ? iter->at : NULL;
  if (iter->object)
    iter->at++;
  *value = iter->at;
  iter->at += iter->at->span;
  return TRUE;
}
