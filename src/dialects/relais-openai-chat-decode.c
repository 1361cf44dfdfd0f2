/* relais-openai-chat-decode.c: answers of upstreams that speak OpenAI's Chat Completions
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-openai-chat"

#include "config.h"

#include "relais-openai-chat.h"

#define member(node, name) relais_json_node_get_member ((node), (name))
#define MAX_INDEX 512

typedef struct
{
  RelaisDecoder base;
  GArray *calls;  /* guint: by the upstream's index, the number of the call + 1; 0 for none */
  GPtrArray *ids; /* char: by the number of the call, its id; owned */
} ChatDecoder;

static void
chat_decoder_clear (RelaisDecoder *decoder)
{
  ChatDecoder *self = (ChatDecoder *)decoder;

  g_clear_pointer (&self->calls, g_array_unref);
  g_clear_pointer (&self->ids, g_ptr_array_unref);
}

static gint64
read_created (const RelaisJsonNode *root)
{
  gint64 created = 0;

  relais_json_node_get_int (member (root, "created"), &created);
  return created;
}

enum {
  DELTA_CONTENT,
  DELTA_REASONING_CONTENT,
  DELTA_REASONING,
  DELTA_REASONING_DETAILS,
  DELTA_REFUSAL,
  DELTA_TOOL_CALLS,
  DELTA_FUNCTION_CALL,
  N_DELTA,
};

static const RelaisJsonName delta_names[N_DELTA] = {
  [DELTA_CONTENT] = RELAIS_JSON_NAME ("content"),
  [DELTA_REASONING_CONTENT] = RELAIS_JSON_NAME ("reasoning_content"),
  [DELTA_REASONING] = RELAIS_JSON_NAME ("reasoning"),
  [DELTA_REASONING_DETAILS] = RELAIS_JSON_NAME ("reasoning_details"),
  [DELTA_REFUSAL] = RELAIS_JSON_NAME ("refusal"),
  [DELTA_TOOL_CALLS] = RELAIS_JSON_NAME ("tool_calls"),
  [DELTA_FUNCTION_CALL] = RELAIS_JSON_NAME ("function_call"),
};

/* Thinking is no part of the API; vendors put it in one of these. */
static void
read_thinking (RelaisDecoder         *decoder,
               const RelaisJsonNode **delta)
{
  const RelaisJsonNode *detail;
  RelaisJsonIter iter;

  if (relais_json_node_get_kind (delta[DELTA_REASONING_CONTENT]) == RELAIS_JSON_STRING)
    relais_decoder_text (decoder, RELAIS_EVENT_THINK, delta[DELTA_REASONING_CONTENT]);
  else if (relais_json_node_get_kind (delta[DELTA_REASONING]) == RELAIS_JSON_STRING)
    relais_decoder_text (decoder, RELAIS_EVENT_THINK, delta[DELTA_REASONING]);
  else if (relais_json_node_get_kind (delta[DELTA_REASONING_DETAILS]) == RELAIS_JSON_ARRAY)
    {
      relais_json_iter_init (&iter, delta[DELTA_REASONING_DETAILS]);
      while (relais_json_iter_next (&iter, NULL, &detail))
        relais_decoder_text (decoder, RELAIS_EVENT_THINK, member (detail, "text"));
    }
}

/* Text as a string, or as the parts some servers send. */
static void
read_content (RelaisDecoder        *decoder,
              const RelaisJsonNode *content)
{
  const RelaisJsonNode *part;
  RelaisJsonIter iter;

  relais_decoder_text (decoder, RELAIS_EVENT_TEXT, content);
  if (relais_json_node_get_kind (content) != RELAIS_JSON_ARRAY)
    return;
  relais_json_iter_init (&iter, content);
  while (relais_json_iter_next (&iter, NULL, &part))
    relais_decoder_text (decoder, RELAIS_EVENT_TEXT, member (part, "text"));
}

static guint
start_call (ChatDecoder          *self,
            const RelaisJsonNode *call,
            gint64                index)
{
  gboolean custom = relais_json_node_get_kind (member (call, "custom")) == RELAIS_JSON_OBJECT;
  const RelaisJsonNode *body = member (call, custom ? "custom" : "function");
  g_autofree char *id = relais_json_node_dup_string (member (call, "id"));
  g_autofree char *name = relais_json_node_dup_string (member (body, "name"));
  g_autofree char *signature = relais_json_node_dup_string (
    relais_json_node_get_path (call, "extra_content", "google", "thought_signature", NULL));
  guint number = relais_decoder_call_start (&self->base, id, name, NULL, signature, custom);

  if (number == G_MAXUINT)
    return number;
  if (self->calls->len <= index)
    g_array_set_size (self->calls, index + 1);
  g_array_index (self->calls, guint, index) = number + 1;
  g_ptr_array_set_size (self->ids, number + 1);
  self->ids->pdata[number] = g_steal_pointer (&id);
  return number;
}

/* Which call a delta goes on with: that of its index, unless it brings another id, which some
 * servers do for each call while they leave the index out or at 0. */
static guint
find_call (ChatDecoder          *self,
           const RelaisJsonNode *call,
           gint64                index)
{
  guint known = index < self->calls->len ? g_array_index (self->calls, guint, index) : 0;
  const RelaisJsonNode *id = member (call, "id");

  if (known == 0)
    return start_call (self, call, index);
  if (relais_json_node_get_kind (id) != RELAIS_JSON_STRING || relais_json_node_equals (id, "") ||
      g_ptr_array_index (self->ids, known - 1) == NULL ||
      relais_json_node_equals (id, g_ptr_array_index (self->ids, known - 1)))
    return known - 1;
  relais_decoder_call_end (&self->base, known - 1);
  return start_call (self, call, index);
}

static void
read_call (ChatDecoder          *self,
           const RelaisJsonNode *call,
           gint64                position)
{
  const RelaisJsonNode *args = relais_json_node_get_path (call, "function", "arguments", NULL);
  g_autofree char *text = NULL;
  gint64 index = position;
  guint number;

  relais_json_node_get_int (member (call, "index"), &index);
  if (relais_json_node_get_kind (call) != RELAIS_JSON_OBJECT || index < 0 || index >= MAX_INDEX)
    return;
  number = find_call (self, call, index);
  if (args == NULL)
    args = relais_json_node_get_path (call, "custom", "input", NULL);
  /* Some servers send the object itself. */
  if (relais_json_node_get_kind (args) == RELAIS_JSON_OBJECT)
    text = relais_json_node_dup_raw (args);
  else
    text = relais_json_node_dup_string (args);
  relais_decoder_call_args (&self->base, number, text, -1);
}

/* A call of the time before there were several. */
static void
read_old_call (RelaisDecoder        *decoder,
               const RelaisJsonNode *old)
{
  g_autofree char *name = relais_json_node_dup_string (member (old, "name"));
  g_autofree char *args = relais_json_node_dup_string (member (old, "arguments"));
  guint number = 0;

  if (decoder->calls->len == 0)
    number = relais_decoder_call_start (decoder, NULL, name, NULL, NULL, FALSE);
  relais_decoder_call_args (decoder, number, args, -1);
}

static void
read_message (ChatDecoder          *self,
              const RelaisJsonNode *message)
{
  const RelaisJsonNode *delta[N_DELTA];
  const RelaisJsonNode *call;
  RelaisJsonIter iter;

  if (self->calls == NULL)
    {
      self->calls = g_array_new (FALSE, TRUE, sizeof (guint));
      self->ids = g_ptr_array_new_with_free_func (g_free);
    }
  relais_json_node_get_members (message, delta_names, N_DELTA, delta);
  read_thinking (&self->base, delta);
  read_content (&self->base, delta[DELTA_CONTENT]);
  relais_decoder_text (&self->base, RELAIS_EVENT_REFUSAL, delta[DELTA_REFUSAL]);
  relais_json_iter_init (&iter, delta[DELTA_TOOL_CALLS]);
  for (guint i = 0; relais_json_iter_next (&iter, NULL, &call); i++)
    read_call (self, call, i);
  if (relais_json_node_get_kind (delta[DELTA_FUNCTION_CALL]) == RELAIS_JSON_OBJECT)
    read_old_call (&self->base, delta[DELTA_FUNCTION_CALL]);
}

static void
read_choice (RelaisDecoder        *decoder,
             const RelaisJsonNode *root,
             const char           *field)
{
  enum {
    CHOICES,
    USAGE,
    ERROR,
    N_ROOT,
  };
  static const RelaisJsonName names[N_ROOT] = {
    [CHOICES] = RELAIS_JSON_NAME ("choices"),
    [USAGE] = RELAIS_JSON_NAME ("usage"),
    [ERROR] = RELAIS_JSON_NAME ("error"),
  };
  const RelaisJsonNode *found[N_ROOT];
  const RelaisJsonNode *choice;
  RelaisUsage usage = RELAIS_USAGE_INIT;
  RelaisFinish finish;

  relais_json_node_get_members (root, names, N_ROOT, found);
  if (relais_json_node_get_kind (found[ERROR]) == RELAIS_JSON_OBJECT ||
      relais_json_node_get_kind (found[ERROR]) == RELAIS_JSON_STRING)
    {
      relais_decoder_fail_error (decoder, found[ERROR]);
      return;
    }
  choice = relais_json_node_get_element (found[CHOICES], 0);
  if (!decoder->started)
    relais_decoder_start (decoder, member (root, "id"), member (root, "model"), read_created (root));
  read_message ((ChatDecoder *)decoder, member (choice, field));
  if (relais_json_node_get_kind (found[USAGE]) == RELAIS_JSON_OBJECT)
    {
      relais_openai_chat_read_usage (found[USAGE], &usage);
      relais_decoder_usage (decoder, &usage);
    }
  if (relais_openai_chat_read_finish (member (choice, "finish_reason"), &finish))
    relais_decoder_end (decoder, finish, NULL);
}

static void
chat_decoder_event (RelaisDecoder        *decoder,
                    const char           *name,
                    const RelaisJsonNode *data)
{
  read_choice (decoder, data, "delta");
}

static void
chat_decoder_whole (RelaisDecoder        *decoder,
                    const RelaisJsonNode *body)
{
  read_choice (decoder, body, "message");
  /* a whole body is whole, whatever its reason says */
  if (!decoder->finished && relais_json_node_get_element (member (body, "choices"), 0) != NULL)
    relais_decoder_end (decoder, RELAIS_FINISH_STOP, NULL);
}

const RelaisDecoderClass relais_openai_chat_decoder = {
  .origin = RELAIS_ORIGIN_OPENAI_CHAT,
  .size = sizeof (ChatDecoder),
  .event = chat_decoder_event,
  .whole = chat_decoder_whole,
  .clear = chat_decoder_clear,
};
