/* relais-request.c: what the request decoders of all dialects share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-request"

#include "config.h"

#include <string.h>

#include "base/relais-error.h"

#include "relais-request-private.h"

#define MAX_FIELD_BYTES 256
/* Fields nobody read that are noted. */
#define MAX_UNREAD 256

/**
 * relais_request_fail:
 * @error: where to put the failure
 * @field: the field to blame
 * @fault: what is wrong with it, going on from its name
 *
 * Sets [error@Error] `INVALID_REQUEST` that begins with the field between “ and ”.
 *
 * Returns: always %FALSE
 */
gboolean
relais_request_fail (GError     **error,
                     const char  *field,
                     const char  *fault)
{
  g_set_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_REQUEST, "“%s” %s", field, fault);
  return FALSE;
}

/**
 * relais_request_parse:
 * @body: a request body; must outlive the tree
 * @error: where to put a failure
 *
 * Fails with [error@Error] `INVALID_REQUEST` when it is no JSON object, nested too deep, or holds
 * U+0000 anywhere: texts here end at one, and none may be cut short in silence.
 *
 * Returns: (transfer full) (nullable): its tree
 */
RelaisJson *
relais_request_parse (GBytes  *body,
                      GError **error)
{
  gsize length;
  const char *json = g_bytes_get_data (body, &length);
  g_autoptr (RelaisJson) tree = NULL;
  const char *fault = NULL;

  if (length == 0)
    fault = "The body is empty; a JSON object was expected";
  else if ((tree = relais_json_parse (json, length, RELAIS_JSON_MAX_DEPTH, error)) == NULL)
    return NULL;
  else if (relais_json_node_get_kind (relais_json_get_root (tree)) != RELAIS_JSON_OBJECT)
    fault = "The body must be a JSON object";
  else if (relais_json_has_nul (tree))
    fault = "The body holds the character U+0000, which cannot be passed on";
  if (fault == NULL)
    return g_steal_pointer (&tree);
  g_set_error_literal (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_REQUEST, fault);
  return NULL;
}

/**
 * relais_request_is_given:
 * @node: (nullable): a value
 *
 * Returns: whether it is there and not null
 */
gboolean
relais_request_is_given (const RelaisJsonNode *node)
{
  RelaisJsonKind kind = relais_json_node_get_kind (node);

  return kind != RELAIS_JSON_NONE && kind != RELAIS_JSON_NULL;
}

/**
 * relais_request_check:
 * @node: (nullable): a value
 * @field: its name
 * @kind: what it must be when given
 * @error: where to put a failure
 *
 * Returns: %FALSE with @error set to [error@Error] `INVALID_REQUEST` when it is something else
 */
gboolean
relais_request_check (const RelaisJsonNode  *node,
                      const char            *field,
                      RelaisJsonKind         kind,
                      GError               **error)
{
  static const char *const faults[] = {
    [RELAIS_JSON_NONE] = "must be absent",
    [RELAIS_JSON_NULL] = "must be null",
    [RELAIS_JSON_BOOLEAN] = "must be true or false",
    [RELAIS_JSON_NUMBER] = "must be a number",
    [RELAIS_JSON_STRING] = "must be a string",
    [RELAIS_JSON_ARRAY] = "must be an array",
    [RELAIS_JSON_OBJECT] = "must be an object",
  };

  if (!relais_request_is_given (node) || relais_json_node_get_kind (node) == kind)
    return TRUE;
  return relais_request_fail (error, field, faults[kind]);
}

/**
 * relais_request_read_string:
 * @node: (nullable): a value
 * @field: its name
 * @value: (inout): owned; replaced when a string is given
 * @error: where to put a failure
 *
 * Returns: %FALSE with @error set to [error@Error] `INVALID_REQUEST` when it is something else
 */
gboolean
relais_request_read_string (const RelaisJsonNode  *node,
                            const char            *field,
                            char                 **value,
                            GError               **error)
{
  if (!relais_request_check (node, field, RELAIS_JSON_STRING, error))
    return FALSE;
  if (relais_request_is_given (node))
    {
      g_free (*value);
      *value = relais_json_node_dup_string (node);
    }
  return TRUE;
}

/**
 * relais_request_need_string:
 * @node: (nullable): a value
 * @field: its name
 * @value: (inout): owned; replaced
 * @error: where to put a failure
 *
 * As [func@request_read_string], but it must be given and not be empty.
 *
 * Returns: whether it was
 */
gboolean
relais_request_need_string (const RelaisJsonNode  *node,
                            const char            *field,
                            char                 **value,
                            GError               **error)
{
  if (!relais_request_read_string (node, field, value, error))
    return FALSE;
  if (!relais_request_is_given (node))
    return relais_request_fail (error, field, "is missing");
  return **value != '\0' || relais_request_fail (error, field, "is empty");
}

/**
 * relais_request_read_boolean:
 * @node: (nullable): a value
 * @field: its name
 * @value: (inout): replaced when given
 * @error: where to put a failure
 *
 * Returns: %FALSE with @error set to [error@Error] `INVALID_REQUEST` when it is no boolean
 */
gboolean
relais_request_read_boolean (const RelaisJsonNode  *node,
                             const char            *field,
                             gboolean              *value,
                             GError               **error)
{
  if (!relais_request_check (node, field, RELAIS_JSON_BOOLEAN, error))
    return FALSE;
  *value = relais_json_node_get_boolean (node, *value);
  return TRUE;
}

/**
 * relais_request_read_tri:
 * @node: (nullable): a value
 * @field: its name
 * @value: (inout): replaced when given
 * @error: where to put a failure
 *
 * Returns: %FALSE with @error set to [error@Error] `INVALID_REQUEST` when it is no boolean
 */
gboolean
relais_request_read_tri (const RelaisJsonNode  *node,
                         const char            *field,
                         RelaisTri             *value,
                         GError               **error)
{
  gboolean given = FALSE;

  if (!relais_request_read_boolean (node, field, &given, error))
    return FALSE;
  if (relais_request_is_given (node))
    *value = given ? RELAIS_TRI_TRUE : RELAIS_TRI_FALSE;
  return TRUE;
}

/**
 * relais_request_read_count:
 * @node: (nullable): a value
 * @field: its name
 * @value: (inout): replaced when given
 * @error: where to put a failure
 *
 * Returns: %FALSE with @error set to [error@Error] `INVALID_REQUEST` when it is no whole number of
 *   0 or more
 */
gboolean
relais_request_read_count (const RelaisJsonNode  *node,
                           const char            *field,
                           gint64                *value,
                           GError               **error)
{
  gint64 count;

  if (!relais_request_is_given (node))
    return TRUE;
  if (!relais_json_node_get_int (node, &count) || count < 0)
    return relais_request_fail (error, field, "must be a whole number, not negative");
  *value = count;
  return TRUE;
}

/**
 * relais_request_read_number:
 * @node: (nullable): a value
 * @field: its name
 * @value: (inout): owned; replaced by the number's own text when one is given
 * @error: where to put a failure
 *
 * Returns: %FALSE with @error set to [error@Error] `INVALID_REQUEST` when it is no number
 */
gboolean
relais_request_read_number (const RelaisJsonNode  *node,
                            const char            *field,
                            char                 **value,
                            GError               **error)
{
  if (!relais_request_check (node, field, RELAIS_JSON_NUMBER, error))
    return FALSE;
  if (relais_request_is_given (node))
    {
      g_free (*value);
      *value = relais_json_node_dup_raw (node);
    }
  return TRUE;
}

/**
 * relais_request_read_strings:
 * @node: (nullable): a string or an array of strings
 * @field: its name
 * @values: (element-type utf8): where to add them; empty ones are left out
 * @error: where to put a failure
 *
 * Returns: %FALSE with @error set to [error@Error] `INVALID_REQUEST` when it is something else
 */
gboolean
relais_request_read_strings (const RelaisJsonNode  *node,
                             const char            *field,
                             GPtrArray             *values,
                             GError               **error)
{
  const RelaisJsonNode *one;
  RelaisJsonIter iter;

  if (!relais_request_is_given (node))
    return TRUE;
  if (relais_json_node_get_kind (node) == RELAIS_JSON_STRING)
    {
      if (!relais_json_node_equals (node, ""))
        g_ptr_array_add (values, relais_json_node_dup_string (node));
      return TRUE;
    }
  if (relais_json_node_get_kind (node) != RELAIS_JSON_ARRAY)
    return relais_request_fail (error, field, "must be a string or an array of strings");
  relais_json_iter_init (&iter, node);
  while (relais_json_iter_next (&iter, NULL, &one))
    {
      if (relais_json_node_get_kind (one) != RELAIS_JSON_STRING)
        return relais_request_fail (error, field, "must hold strings");
      if (!relais_json_node_equals (one, ""))
        g_ptr_array_add (values, relais_json_node_dup_string (one));
    }
  return TRUE;
}

/**
 * relais_request_read_effort:
 * @node: (nullable): a value
 * @field: its name
 * @value: (inout): replaced when one is given
 * @error: where to put a failure
 *
 * Returns: %FALSE with @error set to [error@Error] `INVALID_REQUEST` when it is no effort we know
 */
gboolean
relais_request_read_effort (const RelaisJsonNode  *node,
                            const char            *field,
                            RelaisEffort          *value,
                            GError               **error)
{
  static const char *const names[] = {
    [RELAIS_EFFORT_NONE] = "none",
    [RELAIS_EFFORT_MINIMAL] = "minimal",
    [RELAIS_EFFORT_LOW] = "low",
    [RELAIS_EFFORT_MEDIUM] = "medium",
    [RELAIS_EFFORT_HIGH] = "high",
    [RELAIS_EFFORT_XHIGH] = "xhigh",
    [RELAIS_EFFORT_MAX] = "max",
  };

  if (!relais_request_check (node, field, RELAIS_JSON_STRING, error))
    return FALSE;
  if (!relais_request_is_given (node))
    return TRUE;
  for (guint i = RELAIS_EFFORT_NONE; i < G_N_ELEMENTS (names); i++)
    if (relais_json_node_equals (node, names[i]))
      {
        *value = i;
        return TRUE;
      }
  return relais_request_fail (error, field, "must be none, minimal, low, medium, high, xhigh or max");
}

typedef struct
{
  RelaisPrompt *prompt;
  GHashTable   *seen;
} Unread;

static gboolean
note_unread_cb (const char *path,
                gpointer    user_data)
{
  Unread *self = user_data;
  const char *end;
  g_autofree char *field = NULL;

  g_utf8_validate (path, MIN (strlen (path), MAX_FIELD_BYTES), &end);
  field = g_strndup (path, end - path);
  if (!g_hash_table_contains (self->seen, field))
    relais_prompt_add_extra (self->prompt, RELAIS_EXTRA_QUIET, field);
  g_hash_table_add (self->seen, g_steal_pointer (&field));
  return g_hash_table_size (self->seen) < MAX_UNREAD;
}

/**
 * relais_request_note_unread:
 * @prompt: a request that was decoded
 * @tree: what from
 *
 * Notes the fields that were given and not read; an upstream of another dialect does without them.
 * One that is in several elements of a list is noted once, as `tools[].x`.
 */
void
relais_request_note_unread (RelaisPrompt     *prompt,
                            const RelaisJson *tree)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Unread unread = { prompt, seen };

  relais_json_foreach_unread (tree, note_unread_cb, &unread);
}

/**
 * relais_request_note_extra:
 * @prompt: a request
 * @node: (nullable): the value of a field without a neutral form
 * @field: its name
 * @need: what becomes of it at an upstream of another dialect
 *
 * Notes it when it is given.
 */
void
relais_request_note_extra (RelaisPrompt         *prompt,
                           const RelaisJsonNode *node,
                           const char           *field,
                           RelaisExtraNeed       need)
{
  if (!relais_request_is_given (node))
    return;
  relais_json_node_take (node);
  relais_prompt_add_extra (prompt, need, field);
}

static RelaisMessage *
last_message (RelaisPrompt *prompt)
{
  guint length = prompt->messages->len;

  return length > 0 ? g_ptr_array_index (prompt->messages, length - 1) : NULL;
}

/**
 * relais_request_get_results:
 * @prompt: a request as far as it is read
 *
 * Returns: (transfer none): the message tool results go to: the last one if it began with one, or
 *   a new one of the user
 */
RelaisMessage *
relais_request_get_results (RelaisPrompt *prompt)
{
  RelaisMessage *last = last_message (prompt);
  const RelaisPart *first = last != NULL &&
                                last->parts->len > 0
                              ? g_ptr_array_index (last->parts, 0)
                              : NULL;

  if (first != NULL && last->role == RELAIS_ROLE_USER && first->type == RELAIS_PART_TOOL_RESULT)
    return last;
  return relais_prompt_add_message (prompt, RELAIS_ROLE_USER);
}

/* Of the last message; what instructs before the first one. */
static GPtrArray *
last_parts (RelaisPrompt *prompt)
{
  RelaisMessage *last = last_message (prompt);

  return last != NULL ? last->parts : prompt->system;
}

/**
 * relais_request_count_parts:
 * @prompt: a request as far as it is read
 *
 * Returns: how many parts its last message has, or what instructs where there is no message
 */
guint
relais_request_count_parts (RelaisPrompt *prompt)
{
  return last_parts (prompt)->len;
}

/**
 * relais_request_note_item:
 * @prompt: a request as far as it is read
 * @n_parts: how many parts [func@request_count_parts] found before
 * @item: the place of what was read since, in the list the client sent
 *
 * Notes it in the parts that came there, for reports: a message may gather several of the client's.
 */
void
relais_request_note_item (RelaisPrompt *prompt,
                          guint         n_parts,
                          int           item)
{
  GPtrArray *parts = last_parts (prompt);

  for (; n_parts < parts->len; n_parts++)
    ((RelaisPart *)g_ptr_array_index (parts, n_parts))->item = item;
}

/**
 * relais_request_get_assistant:
 * @prompt: a request as far as it is read
 *
 * Returns: (transfer none): the last message if it is the assistant's, or a new one
 */
RelaisMessage *
relais_request_get_assistant (RelaisPrompt *prompt)
{
  RelaisMessage *last = last_message (prompt);

  return last != NULL &&
             last->role == RELAIS_ROLE_ASSISTANT
           ? last
           : relais_prompt_add_message (prompt, RELAIS_ROLE_ASSISTANT);
}

static void
queue_free (gpointer data)
{
  g_queue_free (data);
}

static void
note_call (GHashTable *waiting,
           const char *name,
           RelaisPart *call)
{
  GQueue *queue = g_hash_table_lookup (waiting, name);

  if (queue == NULL)
    {
      queue = g_queue_new ();
      g_hash_table_insert (waiting, (gpointer)name, queue);
    }
  g_queue_push_tail (queue, call);
}

static gboolean
is_named (const char *value)
{
  return value != NULL && *value != '\0';
}

/* The first call of that name without an answer; of any name for "". */
static const RelaisPart *
take_waiting (GHashTable *waiting,
              GHashTable *answered,
              const char *name)
{
  GQueue *queue = g_hash_table_lookup (waiting, name);
  const RelaisPart *call = NULL;

  while (queue != NULL && (call = g_queue_pop_head (queue)) != NULL)
    if (!g_hash_table_contains (answered, call->id))
      break;
  return call;
}

/**
 * relais_request_match_results:
 * @prompt: a request whose messages are all read
 *
 * Gives each call without an id one by its place, and each tool result what it lacks: the name of
 * the call its id belongs to, or, where it has no id, that of the first unanswered call of its
 * name; of any name where it has none either.
 */
void
relais_request_match_results (RelaisPrompt *prompt)
{
  g_autoptr (GHashTable) calls = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) answered = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) waiting = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                                          queue_free);

  for (guint i = 0; i < prompt->messages->len; i++)
    {
      const RelaisMessage *message = g_ptr_array_index (prompt->messages, i);

      for (guint j = 0; j < message->parts->len; j++)
        {
          RelaisPart *part = g_ptr_array_index (message->parts, j);
          const RelaisPart *call;

          if (part->type == RELAIS_PART_TOOL_CALL && part->name != NULL)
            {
              if (!is_named (part->id))
                {
                  g_free (part->id);
                  part->id = g_strdup_printf ("call_%u_%u", i, j);
                }
              g_hash_table_insert (calls, part->id, part);
              note_call (waiting, part->name, part);
              note_call (waiting, "", part);
            }
          if (part->type != RELAIS_PART_TOOL_RESULT)
            continue;
          if (!is_named (part->id))
            {
              call = take_waiting (waiting, answered, part->name != NULL ? part->name : "");
              g_free (part->id);
              part->id = call != NULL ? g_strdup (call->id) : NULL;
            }
          call = part->id != NULL ? g_hash_table_lookup (calls, part->id) : NULL;
          if (part->name == NULL && call != NULL)
            part->name = g_strdup (call->name);
          if (part->id != NULL)
            g_hash_table_add (answered, part->id);
        }
    }
}
