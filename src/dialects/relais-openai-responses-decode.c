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

#define MAX_ITEMS 128

/* An item that events of its own told of. */
typedef struct
{
  guint64 id; /* a checksum, never 0 */
  RelaisDecoderKind kind;
  gboolean met; /* the response at the end lists it */
} ResponsesItem;

typedef struct
{
  RelaisDecoder base;
  RelaisDecoderText stray[RELAIS_DECODER_N_KINDS]; /* of items that never began */
  guint n_told[RELAIS_DECODER_N_KINDS];            /* items that began, or came whole */
  ResponsesItem items[MAX_ITEMS];                  /* those of them that have an id */
  guint         n_items;
} ResponsesDecoder;

static RelaisDecoderKind
kind_of (const RelaisJsonNode *item)
{
  static const struct
  {
    const char *type;
    RelaisDecoderKind kind;
  } kinds[] = {
    { "message", RELAIS_DECODER_MESSAGE },
    { "reasoning", RELAIS_DECODER_REASONING },
    { "function_call", RELAIS_DECODER_CALL },
    { "custom_tool_call", RELAIS_DECODER_CALL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (relais_json_node_equals (member (item, "type"), kinds[i].type))
      return kinds[i].kind;
  return RELAIS_DECODER_OTHER;
}

/* Some servers give one item several ids; that of the call is the client's as well, and stays. */
static guint64
sum_item (const RelaisJsonNode *item)
{
  guint64 sum = relais_decoder_sum_id (member (item, "call_id"));

  return sum != 0 ? sum : relais_decoder_sum_id (member (item, "id"));
}

/* Notes what is told of here, so that the response at the end does not double it. */
static void
note_item (ResponsesDecoder     *self,
           const RelaisJsonNode *item)
{
  ResponsesItem noted = { .id = sum_item (item), .kind = kind_of (item) };

  self->n_told[noted.kind]++;
  if (noted.id != 0 && self->n_items < MAX_ITEMS)
    self->items[self->n_items++] = noted;
}

/* The noted item this is, if it was @met so far or not. */
static ResponsesItem *
find_item (ResponsesDecoder     *self,
           const RelaisJsonNode *item,
           gboolean              met)
{
  RelaisDecoderKind kind = kind_of (item);
  guint64 id = sum_item (item);

  for (guint i = 0; id != 0 && i < self->n_items; i++)
    if (self->items[i].id == id && self->items[i].kind == kind && self->items[i].met == met)
      return &self->items[i];
  return NULL;
}

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
begin_item (ResponsesDecoder     *self,
            const RelaisJsonNode *data)
{
  const RelaisJsonNode *item = member (data, "item");

  note_item (self, item);
  relais_decoder_open (&self->base, member (data, "output_index"), member (item, "id"),
                       kind_of (item), open_item (self, item));
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

/* An item that is whole. Some servers only ever send it so. */
static void
read_item (ResponsesDecoder     *self,
           const RelaisJsonNode *data)
{
  const RelaisJsonNode *item = member (data, "item");
  RelaisDecoderKind kind = kind_of (item);
  RelaisDecoderOpen *open;

  open = relais_decoder_find (&self->base, member (data, "output_index"), member (item, "id"),
                              kind);
  if (open != NULL)
    close_item (self, item, open->call, &open->text);
  else
    {
      note_item (self, item);
      close_item (self, item, open_item (self, item), &self->stray[kind]);
    }
  relais_decoder_close (&self->base, open);
}

/* Whether nothing was told of an item that began, so that it may be told under another id. */
static gboolean
is_idle (const RelaisDecoderOpen *open)
{
  return open->kind != RELAIS_DECODER_CALL && open->text.all.length == 0;
}

/* Finds the items of the output that were told of, by their ids.
 *
 * Returns: how many go up to the last of them; in @spare how many of each kind were told of and are
 *   not among them: they have no id, or came by another one */
static guint
meet_items (ResponsesDecoder     *self,
            const RelaisJsonNode *output,
            guint                *spare)
{
  const RelaisJsonNode *item;
  RelaisJsonIter iter;
  guint n_met = 0;

  memcpy (spare, self->n_told, sizeof self->n_told);
  for (guint i = 0; i < self->base.n_open; i++)
    spare[self->base.open[i].kind] -= is_idle (&self->base.open[i]);
  relais_json_iter_init (&iter, output);
  for (guint i = 1; relais_json_iter_next (&iter, NULL, &item); i++)
    {
      RelaisDecoderKind kind = kind_of (item);
      RelaisDecoderOpen *open = relais_decoder_find_id (&self->base, member (item, "id"), kind);
      ResponsesItem *known = find_item (self, item, FALSE);

      if (open != NULL ? is_idle (open) : known == NULL)
        continue;
      if (known != NULL)
        known->met = TRUE;
      spare[kind] -= spare[kind] > 0;
      n_met = i;
    }
  return n_met;
}

/* Thoughts are of no use behind what came of them, and some upstreams refuse them there. */
static gboolean
is_late (const ResponsesDecoder *self,
         RelaisDecoderKind       kind,
         gboolean                before,
         const guint            *spare)
{
  return kind == RELAIS_DECODER_REASONING &&
         (before || spare[RELAIS_DECODER_MESSAGE] > 0 || spare[RELAIS_DECODER_CALL] > 0 ||
          self->stray[RELAIS_DECODER_MESSAGE].all.length > 0);
}

/* What of the output was not told when the response ends: the rest of what is still open, and items
 * without events of their own. */
static void
read_output (ResponsesDecoder     *self,
             const RelaisJsonNode *output)
{
  guint spare[RELAIS_DECODER_N_KINDS];
  guint n_met = meet_items (self, output, spare);
  const RelaisJsonNode *item;
  RelaisJsonIter iter;

  relais_json_iter_init (&iter, output);
  for (guint i = 1; relais_json_iter_next (&iter, NULL, &item); i++)
    {
      RelaisDecoderKind kind = kind_of (item);
      RelaisDecoderOpen *open = relais_decoder_find_id (&self->base, member (item, "id"), kind);
      ResponsesItem *known = find_item (self, item, TRUE);

      if (open != NULL)
        close_item (self, item, open->call, &open->text);
      else if (known == NULL && spare[kind] > 0)
        spare[kind]--;
      else if (known == NULL && !is_late (self, kind, i < n_met, spare))
        close_item (self, item, open_item (self, item), &self->stray[kind]);
      if (known != NULL)
        known->met = FALSE;
      relais_decoder_close (&self->base, open);
    }
}

/* What was told of the item an event belongs to. */
static RelaisDecoderText *
find_text (ResponsesDecoder     *self,
           RelaisDecoderKind     kind,
           const RelaisJsonNode *data)
{
  RelaisDecoderOpen *open;

  open = relais_decoder_find (&self->base, member (data, "output_index"), member (data, "item_id"),
                              kind);
  return open != NULL ? &open->text : &self->stray[kind];
}

/* A fragment of a part, or the whole of it. */
static void
read_words (ResponsesDecoder     *self,
            RelaisEventType       type,
            const RelaisJsonNode *data,
            const char           *field,
            gboolean              whole)
{
  RelaisDecoderKind kind = type == RELAIS_EVENT_THINK ? RELAIS_DECODER_REASONING
                                                      : RELAIS_DECODER_MESSAGE;
  RelaisDecoderText *text = find_text (self, kind, data);
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
  relais_decoder_told_add (&find_text (self, RELAIS_DECODER_REASONING, data)->all, part_break,
                           strlen (part_break));
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
      RelaisDecoderOpen *open = relais_decoder_find (&self->base, index, id, RELAIS_DECODER_CALL);

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
    begin_item (self, data);
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
          read_output (self, member (response, "output"));
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
