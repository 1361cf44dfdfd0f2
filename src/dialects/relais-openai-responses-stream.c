/* relais-openai-responses-stream.c: streams of OpenAI's Responses
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-openai-responses"

#include "config.h"

#include "base/relais-text.h"

#include "relais-openai-chat.h"
#include "relais-openai-responses.h"

typedef enum {
  ITEM_NONE,
  ITEM_MESSAGE,
  ITEM_REASONING,
  ITEM_CALL,
} Item;

typedef struct
{
  RelaisEncoder  base;
  guint sequence; /* number of the next event */
  guint n_items;  /* finished ones: the index of the open one */

  /* the open item; owned */
  Item           open;
  char          *item_id;
  GString *text;       /* of the open part, the summary or the arguments */
  GString *head;       /* what each delta of the open part begins with; empty: not made yet */
  GString *parts;      /* message: finished parts as JSON */
  guint n_parts;       /* message: finished parts, the index of the open one */
  gboolean in_part;    /* message: a part is open; reasoning: the summary is */
  gboolean in_refusal; /* message: and refuses */
  RelaisPart    *call;
  gboolean cut; /* the call ended before it was whole */

  GString *output; /* owned; finished items as JSON */
} ResponsesEncoder;

static void
responses_clear (RelaisEncoder *encoder)
{
  ResponsesEncoder *self = (ResponsesEncoder *)encoder;

  g_clear_pointer (&self->item_id, g_free);
  g_clear_pointer (&self->call, relais_part_free);
  if (self->text == NULL)
    return;
  g_string_free (g_steal_pointer (&self->text), TRUE);
  g_string_free (g_steal_pointer (&self->head), TRUE);
  g_string_free (g_steal_pointer (&self->parts), TRUE);
  g_string_free (g_steal_pointer (&self->output), TRUE);
}

static void
begin_event (RelaisJsonWriter *writer,
             const char       *type,
             GString          *out)
{
  relais_text_append (out, "event: ");
  relais_text_append (out, type);
  relais_text_append (out, "\ndata: ");
  relais_json_writer_init (writer, out);
  relais_json_writer_object (writer, NULL);
  relais_json_writer_string (writer, "type", type);
}

static void
end_event (ResponsesEncoder *self,
           RelaisJsonWriter *writer)
{
  relais_json_writer_int (writer, "sequence_number", self->sequence++);
  relais_text_append (writer->out, "}\n\n");
}

static void
write_response (ResponsesEncoder  *self,
                const char        *type,
                const RelaisEvent *end,
                const GString     *output,
                GString           *out)
{
  RelaisJsonWriter writer;

  begin_event (&writer, type, out);
  relais_openai_responses_write_response (&writer, "response", &self->base, end, output);
  end_event (self, &writer);
}

/* Writes the open item, with what it holds once @done. */
static void
write_item (ResponsesEncoder *self,
            RelaisJsonWriter *writer,
            const char       *name,
            const char       *encrypted,
            gboolean          done)
{
  if (self->open == ITEM_MESSAGE)
    relais_openai_responses_write_message (writer, name, self->item_id, done ? self->parts : NULL);
  else if (self->open == ITEM_REASONING)
    relais_openai_responses_write_reasoning (writer, name, self->item_id,
                                             done ? self->text->str : NULL, encrypted);
  else
    relais_openai_responses_write_call (writer, name, self->item_id, self->call, self->cut);
}

static void
open_item (ResponsesEncoder *self,
           Item              item,
           const char       *prefix,
           GString          *out)
{
  RelaisJsonWriter writer;

  self->open = item;
  g_free (self->item_id);
  self->item_id = relais_encoder_make_id (&self->base, prefix);
  g_string_truncate (self->text, 0);
  g_string_truncate (self->head, 0);
  g_string_truncate (self->parts, 0);
  self->n_parts = 0;
  self->in_part = FALSE;
  begin_event (&writer, "response.output_item.added", out);
  relais_json_writer_int (&writer, "output_index", self->n_items);
  write_item (self, &writer, "item", NULL, FALSE);
  end_event (self, &writer);
}

static void
close_item (ResponsesEncoder *self,
            const char       *encrypted,
            GString          *out)
{
  g_autofree char *none = NULL;
  RelaisJsonWriter writer, item;

  /* the item is ours: a vendor would look for it in vain */
  if (self->open == ITEM_REASONING && encrypted == NULL)
    encrypted = none = relais_encoder_seal (&self->base, NULL, RELAIS_ORIGIN_OPENAI_CHAT);
  relais_json_writer_init (&item, self->output);
  item.comma = self->output->len > 0;
  write_item (self, &item, NULL, encrypted, TRUE);
  begin_event (&writer, "response.output_item.done", out);
  relais_json_writer_int (&writer, "output_index", self->n_items);
  write_item (self, &writer, "item", encrypted, TRUE);
  end_event (self, &writer);
  self->n_items++;
  self->open = ITEM_NONE;
}

/* An event about a part of the open message, or about its call. */
static void
begin_item_event (ResponsesEncoder *self,
                  RelaisJsonWriter *writer,
                  const char       *type,
                  GString          *out)
{
  begin_event (writer, type, out);
  relais_json_writer_string (writer, "item_id", self->item_id);
  relais_json_writer_int (writer, "output_index", self->n_items);
  if (self->open == ITEM_MESSAGE)
    relais_json_writer_int (writer, "content_index", self->n_parts);
  else if (self->open == ITEM_REASONING)
    relais_json_writer_int (writer, "summary_index", 0);
}

/* The next piece of what is open. All pieces of one part begin alike. */
static void
begin_delta (ResponsesEncoder *self,
             RelaisJsonWriter *writer,
             const char       *type,
             GString          *out)
{
  if (self->head->len == 0)
    begin_item_event (self, writer, type, self->head);
  relais_text_append_len (out, self->head->str, self->head->len);
  relais_json_writer_init (writer, out);
  writer->comma = TRUE;
}

static void
close_part (ResponsesEncoder *self,
            GString          *out)
{
  RelaisJsonWriter writer, part;

  if (!self->in_part)
    return;
  begin_item_event (self, &writer,
                    self->in_refusal ? "response.refusal.done" : "response.output_text.done", out);
  relais_json_writer_text (&writer, self->in_refusal ? "refusal" : "text", self->text->str, self->text->len);
  if (!self->in_refusal)
    relais_json_writer_raw (&writer, "logprobs", "[]", -1);
  end_event (self, &writer);
  begin_item_event (self, &writer, "response.content_part.done", out);
  relais_openai_responses_write_part (&writer, "part", self->in_refusal, self->text->str);
  end_event (self, &writer);

  relais_json_writer_init (&part, self->parts);
  part.comma = self->parts->len > 0;
  relais_openai_responses_write_part (&part, NULL, self->in_refusal, self->text->str);
  g_string_truncate (self->text, 0);
  g_string_truncate (self->head, 0);
  self->n_parts++;
  self->in_part = FALSE;
}

static void
close_summary (ResponsesEncoder *self,
               GString          *out)
{
  RelaisJsonWriter writer;

  if (!self->in_part)
    return;
  begin_item_event (self, &writer, "response.reasoning_summary_text.done", out);
  relais_json_writer_text (&writer, "text", self->text->str, self->text->len);
  end_event (self, &writer);
  begin_item_event (self, &writer, "response.reasoning_summary_part.done", out);
  relais_json_writer_object (&writer, "part");
  relais_json_writer_string (&writer, "type", "summary_text");
  relais_json_writer_text (&writer, "text", self->text->str, self->text->len);
  relais_json_writer_end_object (&writer);
  end_event (self, &writer);
  self->in_part = FALSE;
}

static void
close_open (ResponsesEncoder *self,
            const char       *encrypted,
            GString          *out)
{
  if (self->open == ITEM_MESSAGE)
    close_part (self, out);
  else if (self->open == ITEM_REASONING)
    close_summary (self, out);
  if (self->open != ITEM_NONE)
    close_item (self, encrypted, out);
}

static void
write_text (ResponsesEncoder  *self,
            const RelaisEvent *event,
            GString           *out)
{
  gboolean refusal = event->type == RELAIS_EVENT_REFUSAL;
  RelaisJsonWriter writer;

  if (self->open != ITEM_MESSAGE)
    {
      close_open (self, NULL, out);
      open_item (self, ITEM_MESSAGE, "msg_", out);
    }
  if (self->in_part && self->in_refusal != refusal)
    close_part (self, out);
  if (!self->in_part)
    {
      self->in_refusal = refusal;
      begin_item_event (self, &writer, "response.content_part.added", out);
      relais_openai_responses_write_part (&writer, "part", refusal, "");
      end_event (self, &writer);
      self->in_part = TRUE;
    }
  relais_text_append_len (self->text, event->text, event->length);
  begin_delta (self, &writer, refusal ? "response.refusal.delta" : "response.output_text.delta", out);
  relais_json_writer_text (&writer, "delta", event->text, event->length);
  if (!refusal)
    relais_text_append (out, ",\"logprobs\":[]");
  end_event (self, &writer);
}

static void
open_reasoning (ResponsesEncoder *self,
                GString          *out)
{
  if (self->open == ITEM_REASONING)
    return;
  close_open (self, NULL, out);
  open_item (self, ITEM_REASONING, "rs_", out);
}

static void
write_thinking (ResponsesEncoder  *self,
                const RelaisEvent *event,
                GString           *out)
{
  RelaisJsonWriter writer;

  if (self->base.prompt->show_thinking != RELAIS_TRI_TRUE)
    return;
  open_reasoning (self, out);
  if (!self->in_part)
    {
      begin_item_event (self, &writer, "response.reasoning_summary_part.added", out);
      relais_json_writer_object (&writer, "part");
      relais_json_writer_string (&writer, "type", "summary_text");
      relais_json_writer_string (&writer, "text", "");
      relais_json_writer_end_object (&writer);
      end_event (self, &writer);
      self->in_part = TRUE;
    }
  relais_text_append_len (self->text, event->text, event->length);
  begin_delta (self, &writer, "response.reasoning_summary_text.delta", out);
  relais_json_writer_text (&writer, "delta", event->text, event->length);
  end_event (self, &writer);
}

/* Closes the thinking it belongs to, or stands in an item of its own. */
static void
write_signature (ResponsesEncoder *self,
                 const char       *signature,
                 RelaisOrigin      origin,
                 GString          *out)
{
  g_autofree char *sealed = NULL;

  if (!self->base.prompt->keep_signatures)
    {
      if (self->open == ITEM_REASONING)
        close_open (self, NULL, out);
      return;
    }
  sealed = relais_encoder_seal (&self->base, signature, origin);
  open_reasoning (self, out);
  close_open (self, sealed, out);
}

static void
write_call_start (ResponsesEncoder  *self,
                  const RelaisEvent *event,
                  GString           *out)
{
  if (event->signature != NULL)
    write_signature (self, event->signature, event->origin, out);
  close_open (self, NULL, out);
  g_clear_pointer (&self->call, relais_part_free);
  self->call = relais_part_new (RELAIS_PART_TOOL_CALL);
  self->call->id = g_strdup (event->id);
  self->call->name = g_strdup (event->name);
  self->call->name_space = g_strdup (event->name_space);
  self->call->custom = event->custom;
  self->cut = FALSE;
  open_item (self, ITEM_CALL, event->custom ? "ctc_" : "fc_", out);
}

static void
write_call_args (ResponsesEncoder  *self,
                 const RelaisEvent *event,
                 GString           *out)
{
  RelaisJsonWriter writer;

  relais_text_append_len (self->text, event->text, event->length);
  begin_delta (self, &writer,
               self->call->custom ? "response.custom_tool_call_input.delta" : "response.function_call_arguments.delta", out);
  relais_json_writer_text (&writer, "delta", event->text, event->length);
  end_event (self, &writer);
}

static void
write_args_done (ResponsesEncoder *self,
                 GString          *out)
{
  gboolean custom = self->call->custom;
  RelaisJsonWriter writer;

  begin_item_event (self, &writer,
                    custom ? "response.custom_tool_call_input.done" : "response.function_call_arguments.done", out);
  if (!custom)
    relais_json_writer_string (&writer, "name", self->call->name);
  relais_json_writer_text (&writer, custom ? "input" : "arguments", self->text->str, self->text->len);
  end_event (self, &writer);
}

/* Arguments that were cut are never done: a client may run what is. */
static void
write_call_end (ResponsesEncoder  *self,
                const RelaisEvent *event,
                GString           *out)
{
  self->cut = event->cut;
  if (!event->cut)
    write_args_done (self, out);
  self->call->args = g_strndup (self->text->str, self->text->len);
  close_item (self, NULL, out);
}

static void
write_finish (ResponsesEncoder  *self,
              const RelaisEvent *event,
              GString           *out)
{
  g_autofree char *type = g_strconcat ("response.", relais_openai_responses_name_end (event), NULL);

  close_open (self, NULL, out);
  write_response (self, type, event, self->output, out);
}

static void
responses_step (RelaisEncoder     *encoder,
                const RelaisEvent *event,
                GString           *out)
{
  ResponsesEncoder *self = (ResponsesEncoder *)encoder;
  g_autofree char *signature = NULL;

  switch (event->type)
    {
    case RELAIS_EVENT_START:
      self->text = g_string_new (NULL);
      self->head = g_string_new (NULL);
      self->parts = g_string_new (NULL);
      self->output = g_string_new (NULL);
      write_response (self, "response.created", NULL, NULL, out);
      write_response (self, "response.in_progress", NULL, NULL, out);
      break;
    case RELAIS_EVENT_TEXT:
    case RELAIS_EVENT_REFUSAL:
      write_text (self, event, out);
      break;
    case RELAIS_EVENT_THINK:
      write_thinking (self, event, out);
      break;
    case RELAIS_EVENT_SIGNATURE:
      signature = g_strndup (event->text, event->length);
      write_signature (self, signature, event->origin, out);
      break;
    case RELAIS_EVENT_CALL_START:
      write_call_start (self, event, out);
      break;
    case RELAIS_EVENT_CALL_ARGS:
      write_call_args (self, event, out);
      break;
    case RELAIS_EVENT_CALL_END:
      write_call_end (self, event, out);
      break;
    case RELAIS_EVENT_FINISH:
      write_finish (self, event, out);
      break;
    case RELAIS_EVENT_REDACTED:
    case RELAIS_EVENT_IMAGE_OUT:
    case RELAIS_EVENT_USAGE:
    case RELAIS_EVENT_ERROR:
    case RELAIS_EVENT_OPAQUE:
    default:
      break;
    }
}

/**
 * relais_openai_responses_encode_failure_event:
 * @failure: what went wrong
 * @status: the HTTP status it would have had
 * @form: how the answer goes out
 * @out: where to append
 *
 * For a stream whose response this end did not make and so cannot fail: appends the `error` event,
 * which clients raise as an error of the API. Number and response are not known here.
 */
void
relais_openai_responses_encode_failure_event (const RelaisFailure *failure,
                                              guint                status,
                                              RelaisForm           form,
                                              GString             *out)
{
  RelaisJsonWriter writer;

  begin_event (&writer, "error", out);
  relais_json_writer_string (&writer, "code", status == 429 ? "rate_limit_exceeded" : "server_error");
  relais_json_writer_string (&writer, "message", failure->message);
  relais_json_writer_string (&writer, "param", failure->param);
  relais_json_writer_int (&writer, "sequence_number", 0);
  relais_json_writer_end_object (&writer);
  g_string_append (out, "\n\n");
}

/* What is open stays open; the response says that it failed. */
static void
responses_fail (RelaisEncoder     *encoder,
                const RelaisEvent *event,
                GString           *out)
{
  ResponsesEncoder *self = (ResponsesEncoder *)encoder;
  guint status = relais_dialect_failure_status (RELAIS_DIALECT_OPENAI_RESPONSES, event->failure);

  if (encoder->started)
    write_response (self, "response.failed", event, NULL, out);
  else
    relais_openai_responses_encode_failure_event (event->failure, status, encoder->form, out);
}

static const RelaisEncoderClass responses_class = {
  .dialect = RELAIS_DIALECT_OPENAI_RESPONSES,
  .origin = RELAIS_ORIGIN_OPENAI_RESPONSES,
  .size = sizeof (ResponsesEncoder),
  .answer_prefix = "resp_",
  .call_prefix = "call_",
  .keeps_text = TRUE,
  .step = responses_step,
  .whole = relais_openai_responses_encode_whole,
  .fail = responses_fail,
  .clear = responses_clear,
};

/**
 * relais_openai_responses_encoder_new:
 * @prompt: the request; must outlive the encoder
 * @form: how the answer goes out
 * @make_id: makes fresh ids
 * @id_data: (closure): for @make_id
 *
 * Returns: (transfer full): an encoder for one answer
 */
RelaisEncoder *
relais_openai_responses_encoder_new (const RelaisPrompt *prompt,
                                     RelaisForm          form,
                                     RelaisIdFunc        make_id,
                                     gpointer            id_data)
{
  return relais_encoder_new (&responses_class, prompt, form, make_id, id_data);
}

const RelaisDialect relais_openai_responses = {
  .id = RELAIS_DIALECT_OPENAI_RESPONSES,
  .name = "openai-responses",
  .origin = RELAIS_ORIGIN_OPENAI_RESPONSES,
  .decode_request = relais_openai_responses_decode_request,
  .encode_request = relais_openai_responses_encode_request,
  .decoder = &relais_openai_responses_decoder,
  .encoder_new = relais_openai_responses_encoder_new,
  .encoder_push = relais_encoder_push,
  .encoder_free = relais_encoder_free,
  .keep_alive = ": ka\n\n",
  .encode_failure = relais_openai_chat_encode_failure,
  .encode_failure_event = relais_openai_responses_encode_failure_event,
  .encode_models = relais_openai_chat_encode_models,
  .encode_model = relais_openai_chat_encode_model,
  .tap = relais_openai_responses_tap,
};
