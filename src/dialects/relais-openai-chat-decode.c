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

/* Thinking is no part of the API; vendors put it in one of these. */
static void
read_thinking (RelaisDecoder        *decoder,
               const RelaisJsonNode *delta)
{
  const RelaisJsonNode *details = member (delta, "reasoning_details");
  const RelaisJsonNode *detail;
  RelaisJsonIter iter;

  if (relais_json_node_get_kind (member (delta, "reasoning_content")) == RELAIS_JSON_STRING)
    relais_decoder_text (decoder, RELAIS_EVENT_THINK, member (delta, "reasoning_content"));
  else if (relais_json_node_get_kind (member (delta, "reasoning")) == RELAIS_JSON_STRING)
    relais_decoder_text (decoder, RELAIS_EVENT_THINK, member (delta, "reasoning"));
  else if (relais_json_node_get_kind (details) == RELAIS_JSON_ARRAY)
    {
      relais_json_iter_init (&iter, details);
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

static void
read_message (ChatDecoder          *self,
              const RelaisJsonNode *message)
{
  const RelaisJsonNode *old = member (message, "function_call");
  const RelaisJsonNode *call;
  RelaisJsonIter iter;

  if (self->calls == NULL)
    {
      self->calls = g_array_new (FALSE, TRUE, sizeof (guint));
      self->ids = g_ptr_array_new_with_free_func (g_free);
    }
  read_thinking (&self->base, message);
  read_content (&self->base, member (message, "content"));
  relais_decoder_text (&self->base, RELAIS_EVENT_REFUSAL, member (message, "refusal"));
  relais_json_iter_init (&iter, member (message, "tool_calls"));
  for (guint i = 0; relais_json_iter_next (&iter, NULL, &call); i++)
    read_call (self, call, i);
  if (relais_json_node_get_kind (old) == RELAIS_JSON_OBJECT)
    {
      g_autofree char *name = relais_json_node_dup_string (member (old, "name"));
      g_autofree char *args = relais_json_node_dup_string (member (old, "arguments"));
      guint number = 0;

      if (self->base.calls->len == 0)
        number = relais_decoder_call_start (&self->base, NULL, name, NULL, NULL, FALSE);
      relais_decoder_call_args (&self->base, number, args, -1);
    }
}

static void
read_choice (RelaisDecoder        *decoder,
             const RelaisJsonNode *root,
             const char           *field)
{
  const RelaisJsonNode *choice = relais_json_node_get_element (member (root, "choices"), 0);
  RelaisUsage usage = RELAIS_USAGE_INIT;
  RelaisFinish finish;

  if (relais_json_node_get_kind (member (root, "error")) == RELAIS_JSON_OBJECT)
    {
      relais_decoder_fail_error (decoder, member (root, "error"));
      return;
    }
  relais_decoder_start (decoder, member (root, "id"), member (root, "model"), read_created (root));
  read_message ((ChatDecoder *)decoder, member (choice, field));
  relais_openai_chat_read_usage (member (root, "usage"), &usage);
  relais_decoder_usage (decoder, &usage);
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
