/* relais-json-node.c: reads the values of a parsed text
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-json"

#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "relais-json-private.h"
#include "relais-text.h"

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

static inline void
mark_read (const RelaisJsonNode *node)
{
  ((RelaisJsonNode *)node)->read = TRUE;
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
 * Looks through all members: the last of equal keys wins. They count as read from then on.
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
      {
        mark_read (key);
        found = key + 1;
      }
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
          mark_read (key);
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
 * relais_json_node_take:
 * @node: (nullable): a value
 *
 * Marks it as read with all that is in it, for who looks at it in a way of their own.
 */
void
relais_json_node_take (const RelaisJsonNode *node)
{
  if (node != NULL)
    mark_read (node);
}

/**
 * relais_json_node_get_raw:
 * @node: (nullable): a value
 * @length: (out): its bytes
 *
 * What is in it counts as read.
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
  mark_read (node);
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
    relais_text_append_len (out, node->start, node->length);
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

/* Null, or a container of nothing. */
static gboolean
says_nothing (const RelaisJsonNode *node)
{
  gboolean holds = node->kind == RELAIS_JSON_OBJECT || node->kind == RELAIS_JSON_ARRAY;

  return node->kind == RELAIS_JSON_NULL || (holds && node->count == 0);
}

static gboolean
visit_unread (const RelaisJsonNode *node,
              GString              *path,
              RelaisJsonUnreadFunc  func,
              gpointer              user_data)
{
  const RelaisJsonNode *key, *value;
  gsize length = path->len;
  gboolean more = TRUE;
  RelaisJsonIter iter;

  relais_json_iter_init (&iter, node);
  while (more && relais_json_iter_next (&iter, &key, &value))
    {
      gboolean unread = key != NULL && !key->read;

      if (value->read || says_nothing (value) || (!unread && value->count == 0))
        continue;
      if (key == NULL)
        relais_text_append (path, "[]");
      else
        {
          if (length > 0)
            g_string_append_c (path, '.');
          relais_json_node_append_string (key, path);
        }
      more = unread ? func (path->str, user_data) : visit_unread (value, path, func, user_data);
      g_string_truncate (path, length);
    }
  return more;
}

/**
 * relais_json_foreach_unread:
 * @self: (nullable): a tree
 * @func: told the way to each member, `a.b[].c`; says whether it wants more
 * @user_data: (closure): for @func
 *
 * Goes through the members of objects that nobody asked for and that are not inside a value that
 * was taken. What is null, or empty, says nothing and is passed over; so is the inside of an unread
 * value.
 */
void
relais_json_foreach_unread (const RelaisJson     *self,
                            RelaisJsonUnreadFunc  func,
                            gpointer              user_data)
{
  g_autoptr (GString) path = g_string_new (NULL);

  visit_unread (relais_json_get_root (self), path, func, user_data);
}
