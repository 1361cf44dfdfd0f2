/* relais-openai-chat-stream.c: streams of OpenAI's Chat Completions
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-openai-chat"

#include "config.h"

#include "base/relais-text.h"

#include "relais-openai-chat.h"

typedef struct
{
  RelaisEncoder  base;
  GString *head; /* owned; every chunk up to its choices */
  const char    *tail;
} ChatEncoder;

static void
chat_clear (RelaisEncoder *encoder)
{
  ChatEncoder *self = (ChatEncoder *)encoder;

  if (self->head != NULL)
    g_string_free (g_steal_pointer (&self->head), TRUE);
}

/* What every chunk begins and ends with is written once. */
static void
start (ChatEncoder *self)
{
  RelaisEncoder *base = &self->base;

  self->head = g_string_new ("data: {\"id\":");
  relais_json_append_string (self->head, base->id, -1);
  g_string_append_printf (self->head,
                          ",\"object\":\"chat.completion.chunk\",\"created\":%" G_GINT64_FORMAT ",\"model\":", base->created);
  relais_json_append_string (self->head, base->model, -1);
  g_string_append (self->head, ",\"choices\":[");
  /* Where usage was asked for, each chunk before it says null. */
  self->tail = base->prompt->include_usage ? "}],\"usage\":null}\n\n" : "}]}\n\n";
}

static void
begin_chunk (ChatEncoder *self,
             GString     *out)
{
  relais_text_append_len (out, self->head->str, self->head->len);
  relais_text_append (out, "{\"index\":0,\"delta\":{");
}

static void
end_chunk (ChatEncoder *self,
           const char  *finish,
           GString     *out)
{
  relais_text_append (out, "},\"logprobs\":null,\"finish_reason\":");
  if (finish != NULL)
    relais_json_append_string (out, finish, -1);
  else
    relais_text_append (out, "null");
  relais_text_append (out, self->tail);
}

static void
write_text (ChatEncoder       *self,
            const char        *key,
            const RelaisEvent *event,
            GString           *out)
{
  begin_chunk (self, out);
  relais_text_append (out, key);
  relais_json_append_string (out, event->text, event->length);
  end_chunk (self, NULL, out);
}

static void
write_call_start (ChatEncoder       *self,
                  const RelaisEvent *event,
                  GString           *out)
{
  RelaisJsonWriter writer;

  begin_chunk (self, out);
  relais_json_writer_init (&writer, out);
  relais_json_writer_array (&writer, "tool_calls");
  relais_json_writer_object (&writer, NULL);
  relais_json_writer_int (&writer, "index", event->call);
  relais_json_writer_string (&writer, "id", event->id);
  relais_json_writer_string (&writer, "type", event->custom ? "custom" : "function");
  relais_json_writer_object (&writer, event->custom ? "custom" : "function");
  relais_json_writer_string (&writer, "name", event->name);
  relais_json_writer_string (&writer, event->custom ? "input" : "arguments", "");
  relais_json_writer_end_object (&writer);
  if (event->signature != NULL && event->origin == RELAIS_ORIGIN_GEMINI)
    {
      relais_json_writer_object (&writer, "extra_content");
      relais_json_writer_object (&writer, "google");
      relais_json_writer_string (&writer, "thought_signature", event->signature);
      relais_json_writer_end_object (&writer);
      relais_json_writer_end_object (&writer);
    }
  relais_json_writer_end_object (&writer);
  relais_json_writer_end_array (&writer);
  end_chunk (self, NULL, out);
}

static void
write_call_args (ChatEncoder       *self,
                 const RelaisEvent *event,
                 GString           *out)
{
  gboolean custom = g_array_index (self->base.calls, RelaisEncoderCall, event->call).custom;

  begin_chunk (self, out);
  g_string_append_printf (out, "\"tool_calls\":[{\"index\":%u,\"%s\":{\"%s\":", event->call,
                          custom ? "custom" : "function",
                          custom ? "input" : "arguments");
  relais_json_append_string (out, event->text, event->length);
  g_string_append (out, "}}]");
  end_chunk (self, NULL, out);
}

static void
write_finish (ChatEncoder       *self,
              const RelaisEvent *event,
              GString           *out)
{
  RelaisJsonWriter writer;

  begin_chunk (self, out);
  end_chunk (self, relais_openai_chat_name_finish (event->finish), out);
  if (self->base.prompt->include_usage && relais_usage_is_told (&self->base.usage))
    {
      g_string_append_len (out, self->head->str, self->head->len);
      g_string_append (out, "]");
      relais_json_writer_init (&writer, out);
      writer.comma = TRUE;
      relais_openai_chat_write_usage (&writer, "usage", &self->base.usage);
      g_string_append (out, "}\n\n");
    }
  g_string_append (out, "data: [DONE]\n\n");
}

static void
chat_step (RelaisEncoder     *encoder,
           const RelaisEvent *event,
           GString           *out)
{
  ChatEncoder *self = (ChatEncoder *)encoder;

  switch (event->type)
    {
    case RELAIS_EVENT_START:
      start (self);
      begin_chunk (self, out);
      g_string_append (out, "\"role\":\"assistant\",\"content\":\"\"");
      end_chunk (self, NULL, out);
      break;
    case RELAIS_EVENT_TEXT:
      write_text (self, "\"content\":", event, out);
      break;
    case RELAIS_EVENT_THINK:
      write_text (self, "\"reasoning_content\":", event, out);
      break;
    case RELAIS_EVENT_REFUSAL:
      write_text (self, "\"refusal\":", event, out);
      break;
    case RELAIS_EVENT_CALL_START:
      write_call_start (self, event, out);
      break;
    case RELAIS_EVENT_CALL_ARGS:
      write_call_args (self, event, out);
      break;
    case RELAIS_EVENT_FINISH:
      write_finish (self, event, out);
      break;
    case RELAIS_EVENT_SIGNATURE:
    case RELAIS_EVENT_REDACTED:
    case RELAIS_EVENT_CALL_END:
    case RELAIS_EVENT_IMAGE_OUT:
    case RELAIS_EVENT_USAGE:
    case RELAIS_EVENT_ERROR:
    case RELAIS_EVENT_OPAQUE:
    default:
      break;
    }
}

/**
 * relais_openai_chat_encode_failure_event:
 * @failure: what went wrong
 * @status: the HTTP status it would have had
 * @form: how the answer goes out
 * @out: where to append
 *
 * Appends the error chunk and the end of the stream.
 */
void
relais_openai_chat_encode_failure_event (const RelaisFailure *failure,
                                         guint                status,
                                         RelaisForm           form,
                                         GString             *out)
{
  g_string_append (out, "data: ");
  relais_openai_chat_encode_failure (failure, status, NULL, out);
  g_string_append (out, "\n\ndata: [DONE]\n\n");
}

static void
chat_fail (RelaisEncoder     *encoder,
           const RelaisEvent *event,
           GString           *out)
{
  guint status = relais_dialect_failure_status (RELAIS_DIALECT_OPENAI_CHAT, event->failure);

  relais_openai_chat_encode_failure_event (event->failure, status, encoder->form, out);
}

static const RelaisEncoderClass chat_class = {
  .dialect = RELAIS_DIALECT_OPENAI_CHAT,
  .origin = RELAIS_ORIGIN_OPENAI_CHAT,
  .size = sizeof (ChatEncoder),
  .answer_prefix = "chatcmpl-",
  .call_prefix = "call_",
  .interleaves = TRUE,
  .step = chat_step,
  .whole = relais_openai_chat_encode_whole,
  .fail = chat_fail,
  .clear = chat_clear,
};

/**
 * relais_openai_chat_encoder_new:
 * @prompt: the request; must outlive the encoder
 * @form: how the answer goes out
 * @make_id: makes fresh ids
 * @id_data: (closure): for @make_id
 *
 * Returns: (transfer full): an encoder for one answer
 */
RelaisEncoder *
relais_openai_chat_encoder_new (const RelaisPrompt *prompt,
                                RelaisForm          form,
                                RelaisIdFunc        make_id,
                                gpointer            id_data)
{
  return relais_encoder_new (&chat_class, prompt, form, make_id, id_data);
}

const RelaisDialect relais_openai_chat = {
  .id = RELAIS_DIALECT_OPENAI_CHAT,
  .name = "openai-chat",
  .origin = RELAIS_ORIGIN_OPENAI_CHAT,
  .decode_request = relais_openai_chat_decode_request,
  .encode_request = relais_openai_chat_encode_request,
  .decoder = &relais_openai_chat_decoder,
  .encoder_new = relais_openai_chat_encoder_new,
  .encoder_push = relais_encoder_push,
  .encoder_free = relais_encoder_free,
  .keep_alive = ": ka\n\n",
  .encode_failure = relais_openai_chat_encode_failure,
  .encode_failure_event = relais_openai_chat_encode_failure_event,
  .encode_models = relais_openai_chat_encode_models,
  .encode_model = relais_openai_chat_encode_model,
  .tap = relais_openai_chat_tap,
};
