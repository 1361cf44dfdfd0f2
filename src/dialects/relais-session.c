/* relais-session.c: what tells one conversation from others
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-session"

#include "config.h"

#include <string.h>

#include "base/relais-json.h"

#include "relais-session.h"

#define member(node, name) relais_json_node_get_member ((node), (name))
#define CALLS_MAX 64 /* of the last turns */

static void
add_text (GString              *text,
          const RelaisJsonNode *node)
{
  g_autofree char *words = relais_json_node_dup_string (node);

  if (words != NULL && !g_str_has_prefix (words, RELAIS_SESSION_BILLING))
    g_string_append (text, words);
}

/* A string, or parts with a text each; what else is in them moves from request to request. */
static void
add_content (GString              *text,
             const RelaisJsonNode *content)
{
  const RelaisJsonNode *part;
  RelaisJsonIter iter;

  if (relais_json_node_get_kind (content) == RELAIS_JSON_STRING)
    {
      add_text (text, content);
      return;
    }
  if (relais_json_node_get_kind (content) == RELAIS_JSON_OBJECT)
    content = member (content, "parts");
  relais_json_iter_init (&iter, content);
  while (relais_json_iter_next (&iter, NULL, &part))
    add_text (text, member (part, "text"));
}

/* Up to the first message of the user's. */
static void
add_beginning (GString              *text,
               const RelaisJsonNode *messages,
               const char           *parts)
{
  const RelaisJsonNode *message;
  RelaisJsonIter iter;

  relais_json_iter_init (&iter, messages);
  while (relais_json_iter_next (&iter, NULL, &message))
    {
      const RelaisJsonNode *role = member (message, "role");

      add_content (text, member (message, parts));
      g_string_append_c (text, '\n');
      if (role == NULL || relais_json_node_equals (role, "user"))
        return;
    }
}

static void
add_call (GPtrArray            *calls,
          const RelaisJsonNode *id)
{
  char *text = relais_json_node_dup_string (id);

  if (text == NULL)
    return;
  if (calls->len == CALLS_MAX)
    g_ptr_array_remove_index (calls, 0);
  g_ptr_array_add (calls, text);
}

/* Results of calls, wherever the dialect puts them. */
static void
add_calls (GPtrArray            *calls,
           const RelaisJsonNode *messages,
           const char           *parts)
{
  const RelaisJsonNode *message, *part;
  RelaisJsonIter outer, inner;

  relais_json_iter_init (&outer, messages);
  while (relais_json_iter_next (&outer, NULL, &message))
    {
      add_call (calls, member (message, "tool_call_id"));
      add_call (calls, member (message, "call_id"));
      if (relais_json_node_get_kind (member (message, parts)) != RELAIS_JSON_ARRAY)
        continue;
      relais_json_iter_init (&inner, member (message, parts));
      while (relais_json_iter_next (&inner, NULL, &part))
        {
          add_call (calls, member (part, "tool_use_id"));
          add_call (calls, relais_json_node_get_path (part, "functionResponse", "id", NULL));
        }
    }
}

/**
 * relais_session_read:
 * @dialect: the client's
 * @body: its request, valid JSON
 * @session: (inout): what tells its conversation from others; set only where it is %NULL and the
 *   request says anything
 * @calls: (element-type utf8): where to put the ids of the calls it answers, oldest first, at most
 *   64
 *
 * An id the client gives, else the beginning of the conversation: the system's words and the first
 * message of the user's.
 */
void
relais_session_read (RelaisDialectId   dialect,
                     GBytes           *body,
                     char            **session,
                     GPtrArray        *calls)
{
  static const char *const lists[] = {
    [RELAIS_DIALECT_OPENAI_CHAT] = "messages",
    [RELAIS_DIALECT_OPENAI_RESPONSES] = "input",
    [RELAIS_DIALECT_ANTHROPIC] = "messages",
    [RELAIS_DIALECT_GEMINI] = "contents",
  };
  gsize length;
  const char *bytes = g_bytes_get_data (body, &length);
  g_autoptr (RelaisJson) tree = relais_json_parse (bytes != NULL ? bytes : "", length,
                                                   RELAIS_JSON_MAX_DEPTH, NULL);
  const RelaisJsonNode *root = tree != NULL ? relais_json_get_root (tree) : NULL;
  const RelaisJsonNode *list = member (root, lists[dialect]);
  const char *parts = dialect == RELAIS_DIALECT_GEMINI ? "parts" : "content";
  g_autoptr (GString) text = NULL;

  add_calls (calls, list, parts);
  if (*session == NULL)
    *session = relais_json_node_dup_string (member (root, "prompt_cache_key"));
  if (*session == NULL)
    *session = relais_json_node_dup_string (relais_json_node_get_path (root, "metadata", "user_id", NULL));
  if (*session != NULL)
    return;
  text = g_string_new (NULL);
  add_content (text, member (root, "system"));
  add_content (text, member (root, "instructions"));
  add_content (text, member (root, "systemInstruction"));
  add_content (text, member (root, "system_instruction"));
  if (relais_json_node_get_kind (list) == RELAIS_JSON_STRING)
    add_content (text, list);
  else
    add_beginning (text, list, parts);
  if (text->len > 1)
    *session = g_string_free (g_steal_pointer (&text), FALSE);
}
