/* relais-openai-responses-decode.c: answers of upstreams that speak OpenAI's Responses
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-openai-responses"

#include "config.h"

#include <string.h>

#include "relais-openai-responses.h"

#define member(node, name) relais_json_node_get_member ((node), (name))

typedef struct
{
  RelaisDecoder base;
  gboolean streamed; /* some of the open item's text came as deltas */
} ResponsesDecoder;

static void
read_status (RelaisDecoder        *decoder,
             const RelaisJsonNode *response)
{
  RelaisFinish finish = RELAIS_FINISH_UNKNOWN;
  RelaisUsage usage = RELAIS_USAGE_INIT;

  relais_openai_responses_read_usage (member (response, "usage"), &usage);
  relais_decoder_usage (decoder, &usage);
  if (relais_json_node_equals (member (response, "status"), "failed") ||
      relais_json_node_get_kind (member (response, "error")) == RELAIS_JSON_OBJECT)
    {
      relais_decoder_fail_error (decoder, member (response, "error"));
      return;
    }
  relais_openai_responses_read_status (response, &finish);
  relais_decoder_end (decoder, finish, NULL);
}

static guint
start_call (ResponsesDecoder     *self,
            const RelaisJsonNode *item,
            gboolean              custom)
{
  g_autofree char *id = relais_json_node_dup_string (member (item, "call_id"));
  g_autofree char *name = relais_json_node_dup_string (member (item, "name"));
  g_autofree char *name_space = relais_json_node_dup_string (member (item, "namespace"));

  return relais_decoder_call_start (&self->base, id, name, name_space, NULL, custom);
}

/* Starts what an item is, where that has a start. */
static guint
open_item (ResponsesDecoder     *self,
           const RelaisJsonNode *item)
{
  const RelaisJsonNode *type = member (item, "type");

  self->streamed = FALSE;
  if (relais_json_node_equals (type, "function_call"))
    return start_call (self, item, FALSE);
  if (relais_json_node_equals (type, "custom_tool_call"))
    return start_call (self, item, TRUE);
  return RELAIS_DECODER_NO_CALL;
}

static void
close_call (ResponsesDecoder     *self,
            const RelaisJsonNode *item,
            guint                 call)
{
  const RelaisJsonNode *args = member (item, "arguments");
  g_autofree char *text = relais_json_node_dup_string (args != NULL ? args : member (item, "input"));

  if (call == RELAIS_DECODER_NO_CALL)
    return;
  if (!g_array_index (self->base.calls, RelaisDecoderCall, call).has_args)
    relais_decoder_call_args (&self->base, call, text, -1);
  if (relais_json_node_equals (member (item, "status"), "incomplete"))
    relais_decoder_call_cut (&self->base, call);
  else
    relais_decoder_call_end (&self->base, call);
}

static void
read_message (RelaisDecoder        *decoder,
              const RelaisJsonNode *item)
{
  const RelaisJsonNode *part;
  RelaisJsonIter iter;

  relais_json_iter_init (&iter, member (item, "content"));
  while (relais_json_iter_next (&iter, NULL, &part))
    if (relais_json_node_equals (member (part, "type"), "refusal"))
      relais_decoder_text (decoder, RELAIS_EVENT_REFUSAL, member (part, "refusal"));
    else
      relais_decoder_text (decoder, RELAIS_EVENT_TEXT, member (part, "text"));
}

static void
read_summary (RelaisDecoder        *decoder,
              const RelaisJsonNode *item)
{
  const RelaisJsonNode *part;
  gboolean first = TRUE;
  RelaisJsonIter iter;

  relais_json_iter_init (&iter, member (item, "summary"));
  for (; relais_json_iter_next (&iter, NULL, &part); first = FALSE)
    {
      if (!first)
        relais_decoder_value (decoder, RELAIS_EVENT_THINK, "\n\n", -1, NULL);
      relais_decoder_text (decoder, RELAIS_EVENT_THINK, member (part, "text"));
    }
  if (!first)
    return;
  /* models of other makers tell their thoughts as they are */
  relais_json_iter_init (&iter, member (item, "content"));
  while (relais_json_iter_next (&iter, NULL, &part))
    relais_decoder_text (decoder, RELAIS_EVENT_THINK, member (part, "text"));
}

/* What of an item did not come as deltas, and its end. */
static void
close_item (ResponsesDecoder     *self,
            const RelaisJsonNode *item,
            guint                 call)
{
  const RelaisJsonNode *type = member (item, "type");

  if (relais_json_node_equals (type, "message") && !self->streamed)
    read_message (&self->base, item);
  else if (relais_json_node_equals (type, "reasoning"))
    {
      if (!self->streamed)
        read_summary (&self->base, item);
      relais_decoder_text (&self->base, RELAIS_EVENT_SIGNATURE, member (item, "encrypted_content"));
    }
  else
    close_call (self, item, call);
}

static void
read_delta (ResponsesDecoder     *self,
            RelaisEventType       type,
            const RelaisJsonNode *data)
{
  self->streamed = TRUE;
  relais_decoder_text (&self->base, type, member (data, "delta"));
}

/* All of it: a whole body, or the end of a stream that told nothing before. */
static void
read_response (RelaisDecoder        *decoder,
               const RelaisJsonNode *response)
{
  ResponsesDecoder *self = (ResponsesDecoder *)decoder;
  const RelaisJsonNode *item;
  RelaisJsonIter iter;
  gint64 created = 0;

  relais_json_node_get_int (member (response, "created_at"), &created);
  relais_decoder_start (decoder, member (response, "id"), member (response, "model"), created);
  relais_json_iter_init (&iter, member (response, "output"));
  while (relais_json_iter_next (&iter, NULL, &item))
    close_item (self, item, open_item (self, item));
  read_status (decoder, response);
}

static void
responses_decoder_event (RelaisDecoder        *decoder,
                         const char           *name,
                         const RelaisJsonNode *data)
{
  ResponsesDecoder *self = (ResponsesDecoder *)decoder;
  const RelaisJsonNode *response = member (data, "response");
  g_autofree char *type = relais_json_node_dup_string (member (data, "type"));
  gint64 number = 0;

  if (type == NULL)
    type = g_strdup (name);
  if (strcmp (type, "response.created") == 0)
    {
      relais_json_node_get_int (member (response, "created_at"), &number);
      relais_decoder_start (decoder, member (response, "id"), member (response, "model"), number);
    }
  else if (strcmp (type, "response.output_item.added") == 0)
    relais_decoder_open (decoder, member (data, "output_index"), open_item (self, member (data, "item")));
  else if (strcmp (type, "response.output_item.done") == 0)
    close_item (self, member (data, "item"), relais_decoder_close (decoder, member (data, "output_index")));
  else if (strcmp (type, "response.output_text.delta") == 0)
    read_delta (self, RELAIS_EVENT_TEXT, data);
  else if (strcmp (type, "response.refusal.delta") == 0)
    read_delta (self, RELAIS_EVENT_REFUSAL, data);
  else if (strcmp (type, "response.reasoning_summary_text.delta") == 0 ||
           strcmp (type, "response.reasoning_text.delta") == 0)
    read_delta (self, RELAIS_EVENT_THINK, data);
  else if (strcmp (type, "response.reasoning_summary_part.added") == 0)
    {
      if (relais_json_node_get_int (member (data, "summary_index"), &number) && number > 0)
        relais_decoder_value (decoder, RELAIS_EVENT_THINK, "\n\n", -1, NULL);
    }
  else if (strcmp (type, "response.function_call_arguments.delta") == 0 ||
           strcmp (type, "response.custom_tool_call_input.delta") == 0)
    {
      g_autofree char *text = relais_json_node_dup_string (member (data, "delta"));

      relais_decoder_call_args (decoder, relais_decoder_look_up (decoder, member (data, "output_index")), text, -1);
    }
  else if (strcmp (type, "response.completed") == 0 || strcmp (type, "response.incomplete") == 0 ||
           strcmp (type, "response.failed") == 0)
    {
      if (decoder->has_text || decoder->calls->len > 0)
        read_status (decoder, response);
      else
        read_response (decoder, response);
      relais_decoder_terminate (decoder);
    }
  else if (strcmp (type, "error") == 0)
    relais_decoder_fail_error (decoder, member (data, "error") != NULL ? member (data, "error") : data);
}

const RelaisDecoderClass relais_openai_responses_decoder = {
  .origin = RELAIS_ORIGIN_OPENAI_RESPONSES,
  .size = sizeof (ResponsesDecoder),
  .event = responses_decoder_event,
  .whole = read_response,
};
