/* relais-openai-responses-decode.c: answers of upstreams that speak OpenAI's Responses
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-openai-responses"

#include "config.h"

#include <string.h>

#include "relais-openai-responses.h"

#define member(node, name) relais_json_node_get_member ((node), (name))

/* What stands between the parts of a summary. */
static const char part_break[] = "\n\n";

typedef struct
{
  RelaisDecoder base;
  RelaisDecoderText stray; /* of items that never began */
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

  relais_decoder_call_rest (&self->base, call, text);
  if (relais_json_node_equals (member (item, "status"), "incomplete"))
    relais_decoder_call_cut (&self->base, call);
  else
    relais_decoder_call_end (&self->base, call);
}

/* The next piece of an item's whole: what the fragments before lack. */
static void
read_piece (RelaisDecoder           *decoder,
            RelaisDecoderTold       *seen,
            const RelaisDecoderTold *told,
            RelaisEventType          type,
            const RelaisJsonNode    *piece)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gsize known;

  if (!relais_json_node_append_string (piece, text))
    return;
  known = relais_decoder_told_pass (seen, told, text->str, text->len);
  relais_decoder_value (decoder, type, text->str + known, text->len - known, NULL);
}

static void
read_message (RelaisDecoder           *decoder,
              const RelaisJsonNode    *item,
              RelaisDecoderTold       *seen,
              const RelaisDecoderTold *told)
{
  const RelaisJsonNode *part;
  RelaisJsonIter iter;

  relais_json_iter_init (&iter, member (item, "content"));
  while (relais_json_iter_next (&iter, NULL, &part))
    if (relais_json_node_equals (member (part, "type"), "refusal"))
      read_piece (decoder, seen, told, RELAIS_EVENT_REFUSAL, member (part, "refusal"));
    else
      read_piece (decoder, seen, told, RELAIS_EVENT_TEXT, member (part, "text"));
}

static void
read_summary (RelaisDecoder           *decoder,
              const RelaisJsonNode    *item,
              RelaisDecoderTold       *seen,
              const RelaisDecoderTold *told)
{
  const RelaisJsonNode *part;
  gboolean first = TRUE;
  RelaisJsonIter iter;

  relais_json_iter_init (&iter, member (item, "summary"));
  for (; relais_json_iter_next (&iter, NULL, &part); first = FALSE)
    {
      if (!first)
        {
          gsize known = relais_decoder_told_pass (seen, told, part_break, strlen (part_break));

          relais_decoder_value (decoder, RELAIS_EVENT_THINK, part_break + known, -1, NULL);
        }
      read_piece (decoder, seen, told, RELAIS_EVENT_THINK, member (part, "text"));
    }
  if (!first)
    return;
  /* models of other makers tell their thoughts as they are */
  relais_json_iter_init (&iter, member (item, "content"));
  while (relais_json_iter_next (&iter, NULL, &part))
    read_piece (decoder, seen, told, RELAIS_EVENT_THINK, member (part, "text"));
}

/* What of an item did not come as deltas, and its end. */
static void
close_item (ResponsesDecoder     *self,
            const RelaisJsonNode *item,
            guint                 call,
            RelaisDecoderText    *text)
{
  const RelaisJsonNode *type = member (item, "type");
  RelaisDecoderTold seen = { 0 };

  if (relais_json_node_equals (type, "message"))
    read_message (&self->base, item, &seen, &text->all);
  else if (relais_json_node_equals (type, "reasoning"))
    {
      read_summary (&self->base, item, &seen, &text->all);
      relais_decoder_text (&self->base, RELAIS_EVENT_SIGNATURE, member (item, "encrypted_content"));
    }
  else
    close_call (self, item, call);
  /* what it has is not told of another one as well */
  if (relais_decoder_told_equal (&seen, &text->all))
    *text = (RelaisDecoderText){ 0 };
}

static gboolean
is_call (const RelaisJsonNode *item)
{
  return relais_json_node_equals (member (item, "type"), "function_call") ||
         relais_json_node_equals (member (item, "type"), "custom_tool_call");
}

/* An item that is whole. Some servers only ever send it so. */
static void
read_item (ResponsesDecoder     *self,
           const RelaisJsonNode *data)
{
  const RelaisJsonNode *item = member (data, "item");
  RelaisDecoderOpen *open;

  open = relais_decoder_find (&self->base, member (data, "output_index"), member (item, "id"),
                              is_call (item) ? RELAIS_DECODER_CALLS : RELAIS_DECODER_TEXTS);
  if (open != NULL)
    close_item (self, item, open->call, &open->text);
  else
    close_item (self, item, open_item (self, item), &self->stray);
  relais_decoder_close (&self->base, open);
}

/* What is still open when the response ends. */
static void
read_output (ResponsesDecoder     *self,
             const RelaisJsonNode *response)
{
  const RelaisJsonNode *item;
  RelaisJsonIter iter;

  relais_json_iter_init (&iter, member (response, "output"));
  while (self->base.n_open > 0 && relais_json_iter_next (&iter, NULL, &item))
    {
      RelaisDecoderOpen *open = relais_decoder_find_id (&self->base, member (item, "id"),
                                                        is_call (item) ? RELAIS_DECODER_CALLS
                                                                       : RELAIS_DECODER_TEXTS);

      if (open == NULL)
        continue;
      close_item (self, item, open->call, &open->text);
      relais_decoder_close (&self->base, open);
    }
}

/* What was told of the item an event belongs to. */
static RelaisDecoderText *
find_text (ResponsesDecoder     *self,
           const RelaisJsonNode *data)
{
  RelaisDecoderOpen *open;

  open = relais_decoder_find (&self->base, member (data, "output_index"), member (data, "item_id"),
                              RELAIS_DECODER_TEXTS);
  return open != NULL ? &open->text : &self->stray;
}

/* A fragment of a part, or the whole of it. */
static void
read_words (ResponsesDecoder     *self,
            RelaisEventType       type,
            const RelaisJsonNode *data,
            const char           *field,
            gboolean              whole)
{
  RelaisDecoderText *text = find_text (self, data);
  RelaisDecoderTold seen = { 0 };
  g_autoptr (GString) words = g_string_new (NULL);
  gint64 number = 0;
  gsize known = 0;

  if (!relais_json_node_get_int (member (data, "content_index"), &number))
    relais_json_node_get_int (member (data, "summary_index"), &number);
  if (!relais_json_node_append_string (member (data, field), words) ||
      (whole && number < text->n_part))
    return;
  if (number != text->n_part)
    {
      text->part = (RelaisDecoderTold){ 0 };
      text->n_part = number;
    }
  if (whole)
    known = relais_decoder_told_pass (&seen, &text->part, words->str, words->len);
  relais_decoder_told_add (&text->part, words->str + known, words->len - known);
  relais_decoder_told_add (&text->all, words->str + known, words->len - known);
  relais_decoder_value (&self->base, type, words->str + known, words->len - known, NULL);
}

/* Between two parts of a summary. */
static void
read_break (ResponsesDecoder     *self,
            const RelaisJsonNode *data)
{
  gint64 number = 0;

  if (!relais_json_node_get_int (member (data, "summary_index"), &number) || number <= 0)
    return;
  relais_decoder_told_add (&find_text (self, data)->all, part_break, strlen (part_break));
  relais_decoder_value (&self->base, RELAIS_EVENT_THINK, part_break, -1, NULL);
}

/* The events that carry words of an item; returns whether it is one of them. */
static gboolean
read_text_event (ResponsesDecoder     *self,
                 const char           *name,
                 const RelaisJsonNode *data)
{
  static const struct
  {
    const char *name;
    const char *field;
    RelaisEventType type;
    gboolean whole;
  } events[] = {
    { "response.output_text.delta", "delta", RELAIS_EVENT_TEXT, FALSE },
    { "response.output_text.done", "text", RELAIS_EVENT_TEXT, TRUE },
    { "response.refusal.delta", "delta", RELAIS_EVENT_REFUSAL, FALSE },
    { "response.refusal.done", "refusal", RELAIS_EVENT_REFUSAL, TRUE },
    { "response.reasoning_summary_text.delta", "delta", RELAIS_EVENT_THINK, FALSE },
    { "response.reasoning_summary_text.done", "text", RELAIS_EVENT_THINK, TRUE },
    { "response.reasoning_text.delta", "delta", RELAIS_EVENT_THINK, FALSE },
    { "response.reasoning_text.done", "text", RELAIS_EVENT_THINK, TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (events); i++)
    if (strcmp (name, events[i].name) == 0)
      {
        read_words (self, events[i].type, data, events[i].field, events[i].whole);
        return TRUE;
      }
  return FALSE;
}

/* The same of a call. */
static gboolean
read_call_event (ResponsesDecoder     *self,
                 const char           *name,
                 const RelaisJsonNode *data)
{
  const RelaisJsonNode *index = member (data, "output_index");
  const RelaisJsonNode *id = member (data, "item_id");
  const char *field = NULL;
  g_autofree char *text = NULL;

  if (strcmp (name, "response.function_call_arguments.delta") == 0 ||
      strcmp (name, "response.custom_tool_call_input.delta") == 0)
    {
      text = relais_json_node_dup_string (member (data, "delta"));
      relais_decoder_call_args (&self->base, relais_decoder_look_up (&self->base, index, id), text,
                                -1);
      return TRUE;
    }
  if (strcmp (name, "response.function_call_arguments.done") == 0)
    field = "arguments";
  else if (strcmp (name, "response.custom_tool_call_input.done") == 0)
    field = "input";
  if (field != NULL)
    {
      RelaisDecoderOpen *open = relais_decoder_find (&self->base, index, id, RELAIS_DECODER_CALLS);

      text = relais_json_node_dup_string (member (data, field));
      if (open != NULL)
        relais_decoder_call_rest (&self->base, open->call, text);
    }
  return field != NULL;
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
    {
      RelaisDecoderText text = { 0 };

      close_item (self, item, open_item (self, item), &text);
    }
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
  if (read_text_event (self, type, data) || read_call_event (self, type, data))
    return;
  if (strcmp (type, "response.created") == 0)
    {
      relais_json_node_get_int (member (response, "created_at"), &number);
      relais_decoder_start (decoder, member (response, "id"), member (response, "model"), number);
    }
  else if (strcmp (type, "response.output_item.added") == 0)
    relais_decoder_open (decoder, member (data, "output_index"), relais_json_node_get_path (data, "item", "id", NULL),
                         open_item (self, member (data, "item")));
  else if (strcmp (type, "response.output_item.done") == 0)
    read_item (self, data);
  else if (strcmp (type, "response.reasoning_summary_part.added") == 0)
    read_break (self, data);
  else if (strcmp (type, "response.completed") == 0 || strcmp (type, "response.incomplete") == 0 ||
           strcmp (type, "response.failed") == 0)
    {
      if (!decoder->has_text && decoder->calls->len == 0)
        read_response (decoder, response);
      else
        {
          read_output (self, response);
          read_status (decoder, response);
        }
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
