/* relais-anthropic-decode.c: answers of upstreams that speak Anthropic's Messages
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-anthropic"

#include "config.h"

#include "relais-anthropic.h"

#define member(node, name) relais_json_node_get_member ((node), (name))

typedef struct
{
  RelaisDecoder base;
  RelaisUsage   usage;
  guint input_call; /* the call whose start said its input already */
  char *input;      /* JSON, owned; NULL: none did */
} AnthropicDecoder;

static AnthropicDecoder *
state_of (RelaisDecoder *decoder)
{
  AnthropicDecoder *self = (AnthropicDecoder *)decoder;

  if (!decoder->started)
    relais_usage_clear (&self->usage);
  return self;
}

static void
anthropic_decoder_clear (RelaisDecoder *decoder)
{
  g_clear_pointer (&((AnthropicDecoder *)decoder)->input, g_free);
}

static void
read_usage (AnthropicDecoder     *self,
            const RelaisJsonNode *usage)
{
  relais_anthropic_read_usage (usage, &self->usage);
  if (relais_json_node_get_kind (usage) == RELAIS_JSON_OBJECT)
    relais_decoder_usage (&self->base, &self->usage);
}

/* Some compatible servers put the whole input into the start and send no delta. */
static void
tell_input (AnthropicDecoder *self)
{
  if (self->input == NULL)
    return;
  if (g_array_index (self->base.calls, RelaisDecoderCall, self->input_call).args.length == 0)
    relais_decoder_call_args (&self->base, self->input_call, self->input, -1);
  g_clear_pointer (&self->input, g_free);
}

static guint
start_call (AnthropicDecoder     *self,
            const RelaisJsonNode *block)
{
  g_autofree char *id = relais_json_node_dup_string (member (block, "id"));
  g_autofree char *name = relais_json_node_dup_string (member (block, "name"));
  const RelaisJsonNode *input = member (block, "input");
  guint call = relais_decoder_call_start (&self->base, id, name, NULL, NULL, FALSE);

  tell_input (self);
  if (call == RELAIS_DECODER_NO_CALL || relais_json_node_get_kind (input) != RELAIS_JSON_OBJECT ||
      relais_json_node_get_count (input) == 0)
    return call;
  self->input_call = call;
  self->input = relais_json_node_dup_raw (input);
  return call;
}

static void
end_call (AnthropicDecoder *self,
          guint             call)
{
  if (call == RELAIS_DECODER_NO_CALL)
    return;
  if (call == self->input_call)
    tell_input (self);
  relais_decoder_call_end (&self->base, call);
}

/* A block as a whole body holds it, or as it starts in a stream. */
static guint
read_block (AnthropicDecoder     *self,
            const RelaisJsonNode *block)
{
  const RelaisJsonNode *type = member (block, "type");

  if (relais_json_node_equals (type, "text"))
    relais_decoder_text (&self->base, RELAIS_EVENT_TEXT, member (block, "text"));
  else if (relais_json_node_equals (type, "thinking"))
    {
      relais_decoder_text (&self->base, RELAIS_EVENT_THINK, member (block, "thinking"));
      relais_decoder_text (&self->base, RELAIS_EVENT_SIGNATURE, member (block, "signature"));
    }
  else if (relais_json_node_equals (type, "redacted_thinking"))
    relais_decoder_text (&self->base, RELAIS_EVENT_REDACTED, member (block, "data"));
  else if (relais_json_node_equals (type, "tool_use"))
    return start_call (self, block);
  return RELAIS_DECODER_NO_CALL;
}

static void
read_delta (AnthropicDecoder     *self,
            const RelaisJsonNode *data,
            const RelaisJsonNode *delta)
{
  const RelaisJsonNode *type = member (delta, "type");

  if (relais_json_node_equals (type, "text_delta"))
    relais_decoder_text (&self->base, RELAIS_EVENT_TEXT, member (delta, "text"));
  else if (relais_json_node_equals (type, "thinking_delta"))
    relais_decoder_text (&self->base, RELAIS_EVENT_THINK, member (delta, "thinking"));
  else if (relais_json_node_equals (type, "signature_delta"))
    relais_decoder_text (&self->base, RELAIS_EVENT_SIGNATURE, member (delta, "signature"));
  else if (relais_json_node_equals (type, "input_json_delta"))
    {
      g_autofree char *text = relais_json_node_dup_string (member (delta, "partial_json"));

      relais_decoder_call_args (&self->base, relais_decoder_look_up (&self->base, member (data, "index"), NULL), text, -1);
    }
}

static void
open_block (AnthropicDecoder     *self,
            const RelaisJsonNode *data)
{
  guint call = read_block (self, member (data, "content_block"));

  relais_decoder_open (&self->base, member (data, "index"), NULL,
                       call != RELAIS_DECODER_NO_CALL ? RELAIS_DECODER_CALL : RELAIS_DECODER_OTHER,
                       call);
}

static guint
close_block (RelaisDecoder        *decoder,
             const RelaisJsonNode *data)
{
  return relais_decoder_close (decoder, relais_decoder_find (decoder, member (data, "index"), NULL, RELAIS_DECODER_ANY));
}

static void
anthropic_decoder_event (RelaisDecoder        *decoder,
                         const char           *name,
                         const RelaisJsonNode *data)
{
  AnthropicDecoder *self = state_of (decoder);
  const RelaisJsonNode *type = member (data, "type");
  const RelaisJsonNode *delta = member (data, "delta");
  RelaisFinish finish;

  if (relais_json_node_equals (type, "message_start"))
    {
      relais_decoder_start (decoder, relais_json_node_get_path (data, "message", "id", NULL),
                            relais_json_node_get_path (data, "message", "model", NULL), 0);
      read_usage (self, relais_json_node_get_path (data, "message", "usage", NULL));
    }
  else if (relais_json_node_equals (type, "content_block_start"))
    {
      /* one that begins by the number of another ends it */
      end_call (self, close_block (decoder, data));
      open_block (self, data);
    }
  else if (relais_json_node_equals (type, "content_block_delta"))
    read_delta (self, data, delta);
  else if (relais_json_node_equals (type, "content_block_stop"))
    end_call (self, close_block (decoder, data));
  else if (relais_json_node_equals (type, "message_delta"))
    {
      tell_input (self);
      read_usage (self, member (data, "usage"));
      if (relais_anthropic_read_stop (member (delta, "stop_reason"), &finish))
        relais_decoder_end (decoder, finish, member (delta, "stop_sequence"));
    }
  else if (relais_json_node_equals (type, "message_stop"))
    relais_decoder_terminate (decoder);
  else if (relais_json_node_equals (type, "error"))
    relais_decoder_fail_error (decoder, member (data, "error"));
}

static void
anthropic_decoder_whole (RelaisDecoder        *decoder,
                         const RelaisJsonNode *body)
{
  AnthropicDecoder *self = state_of (decoder);
  const RelaisJsonNode *block;
  RelaisFinish finish = RELAIS_FINISH_STOP;
  RelaisJsonIter iter;

  relais_decoder_start (decoder, member (body, "id"), member (body, "model"), 0);
  relais_json_iter_init (&iter, member (body, "content"));
  while (relais_json_iter_next (&iter, NULL, &block))
    end_call (self, read_block (self, block));
  read_usage (self, member (body, "usage"));
  if (relais_anthropic_read_stop (member (body, "stop_reason"), &finish) ||
      relais_json_node_get_kind (member (body, "content")) == RELAIS_JSON_ARRAY)
    relais_decoder_end (decoder, finish, member (body, "stop_sequence"));
}

const RelaisDecoderClass relais_anthropic_decoder = {
  .origin = RELAIS_ORIGIN_ANTHROPIC,
  .size = sizeof (AnthropicDecoder),
  .event = anthropic_decoder_event,
  .whole = anthropic_decoder_whole,
  .clear = anthropic_decoder_clear,
};
