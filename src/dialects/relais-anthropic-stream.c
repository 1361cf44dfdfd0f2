/* relais-anthropic-stream.c: streams of Anthropic's Messages
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-anthropic"

#include "config.h"

#include "base/relais-text.h"

#include "relais-anthropic.h"

#define TEXT_DELTA "\"type\":\"text_delta\",\"text\":"
#define THINKING_DELTA "\"type\":\"thinking_delta\",\"thinking\":"
#define SIGNATURE_DELTA "\"type\":\"signature_delta\",\"signature\":"
#define INPUT_DELTA "\"type\":\"input_json_delta\",\"partial_json\":"

typedef enum {
  BLOCK_NONE,
  BLOCK_TEXT,
  BLOCK_THINKING,
  BLOCK_CALL,
} Block;

typedef struct
{
  RelaisEncoder base;
  Block         open;
  guint n_blocks;        /* closed ones: the index of the open one */
  gboolean unsigned_yet; /* the open block holds thoughts without a signature */
  gboolean custom_begun; /* a free-text call has its first fragment */
} AnthropicEncoder;

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
end_event (RelaisJsonWriter *writer)
{
  relais_json_writer_end_object (writer);
  relais_text_append (writer->out, "\n\n");
}

static void
write_start (AnthropicEncoder *self,
             GString          *out)
{
  RelaisJsonWriter writer;

  begin_event (&writer, "message_start", out);
  relais_json_writer_object (&writer, "message");
  relais_json_writer_string (&writer, "id", self->base.id);
  relais_json_writer_string (&writer, "type", "message");
  relais_json_writer_string (&writer, "role", "assistant");
  relais_json_writer_string (&writer, "model", self->base.model);
  relais_json_writer_raw (&writer, "content", "[]", -1);
  relais_anthropic_write_stop (&writer, NULL);
  relais_json_writer_null (&writer, "diagnostics");
  relais_json_writer_object (&writer, "usage");
  relais_anthropic_write_input (&writer, &self->base.usage);
  relais_json_writer_object (&writer, "cache_creation");
  relais_json_writer_int (&writer, "ephemeral_5m_input_tokens",
                          relais_usage_or_zero (self->base.usage.cache_write));
  relais_json_writer_int (&writer, "ephemeral_1h_input_tokens", 0);
  relais_json_writer_end_object (&writer);
  relais_json_writer_int (&writer, "output_tokens", 1);
  relais_json_writer_null (&writer, "output_tokens_details");
  relais_json_writer_null (&writer, "server_tool_use");
  relais_json_writer_string (&writer, "service_tier", "standard");
  relais_json_writer_null (&writer, "inference_geo");
  relais_json_writer_null (&writer, "speed");
  relais_json_writer_end_object (&writer);
  relais_json_writer_end_object (&writer);
  end_event (&writer);
  g_string_append (out, relais_anthropic.keep_alive);
}

/* @delta is what its object begins with, up to the text. */
static void
write_delta (AnthropicEncoder *self,
             const char       *delta,
             const char       *text,
             gssize            length,
             GString          *out)
{
  RelaisJsonWriter writer;

  relais_text_append (out, "event: content_block_delta\ndata: {\"type\":\"content_block_delta\"");
  relais_json_writer_init (&writer, out);
  writer.comma = TRUE;
  relais_json_writer_int (&writer, "index", self->n_blocks);
  relais_text_append (out, ",\"delta\":{");
  relais_text_append (out, delta);
  relais_json_append_string (out, text, length);
  relais_text_append (out, "}}\n\n");
}

/* Thoughts nobody signed are marked: no vendor takes them back. */
static void
close_block (AnthropicEncoder *self,
             GString          *out)
{
  RelaisJsonWriter writer;

  if (self->open == BLOCK_NONE)
    return;
  if (self->unsigned_yet)
    {
      g_autofree char *sealed = relais_encoder_seal (&self->base, NULL, RELAIS_ORIGIN_OPENAI_CHAT);

      write_delta (self, SIGNATURE_DELTA, sealed, -1, out);
      self->unsigned_yet = FALSE;
    }
  begin_event (&writer, "content_block_stop", out);
  relais_json_writer_int (&writer, "index", self->n_blocks);
  end_event (&writer);
  self->n_blocks++;
  self->open = BLOCK_NONE;
}

/* Up to and into content_block; the caller writes its members, then calls end_block_start(). */
static void
begin_block_start (AnthropicEncoder *self,
                   RelaisJsonWriter *writer,
                   const char       *type,
                   GString          *out)
{
  close_block (self, out);
  begin_event (writer, "content_block_start", out);
  relais_json_writer_int (writer, "index", self->n_blocks);
  relais_json_writer_object (writer, "content_block");
  relais_json_writer_string (writer, "type", type);
}

static void
end_block_start (AnthropicEncoder *self,
                 RelaisJsonWriter *writer,
                 Block             block)
{
  relais_json_writer_end_object (writer);
  end_event (writer);
  self->open = block;
}

static void
write_text (AnthropicEncoder  *self,
            const RelaisEvent *event,
            GString           *out)
{
  RelaisJsonWriter writer;

  if (self->open != BLOCK_TEXT)
    {
      begin_block_start (self, &writer, "text", out);
      relais_json_writer_string (&writer, "text", "");
      relais_json_writer_null (&writer, "citations");
      end_block_start (self, &writer, BLOCK_TEXT);
    }
  write_delta (self, TEXT_DELTA, event->text, event->length, out);
}

static void
open_thinking (AnthropicEncoder *self,
               GString          *out)
{
  RelaisJsonWriter writer;

  if (self->open == BLOCK_THINKING)
    return;
  begin_block_start (self, &writer, "thinking", out);
  relais_json_writer_string (&writer, "thinking", "");
  relais_json_writer_string (&writer, "signature", "");
  end_block_start (self, &writer, BLOCK_THINKING);
  self->unsigned_yet = TRUE;
}

static void
write_signature (AnthropicEncoder *self,
                 const char       *signature,
                 RelaisOrigin      origin,
                 GString          *out)
{
  g_autofree char *sealed = relais_encoder_seal (&self->base, signature, origin);

  open_thinking (self, out);
  self->unsigned_yet = FALSE;
  write_delta (self, SIGNATURE_DELTA, sealed, -1, out);
  close_block (self, out);
}

static void
write_redacted (AnthropicEncoder  *self,
                const RelaisEvent *event,
                GString           *out)
{
  RelaisJsonWriter writer;

  begin_block_start (self, &writer, "redacted_thinking", out);
  relais_json_writer_text (&writer, "data", event->text, event->length);
  end_block_start (self, &writer, BLOCK_THINKING);
  close_block (self, out);
}

static void
write_call_start (AnthropicEncoder  *self,
                  const RelaisEvent *event,
                  GString           *out)
{
  RelaisJsonWriter writer;

  if (event->signature != NULL && self->base.prompt->thinking)
    write_signature (self, event->signature, event->origin, out);
  begin_block_start (self, &writer, "tool_use", out);
  relais_json_writer_string (&writer, "id", event->id);
  relais_json_writer_string (&writer, "name", event->name);
  relais_json_writer_raw (&writer, "input", "{}", -1);
  relais_json_writer_raw (&writer, "caller", "{\"type\":\"direct\"}", -1);
  end_block_start (self, &writer, BLOCK_CALL);
  self->custom_begun = FALSE;
}

/* Free text goes out as the string `input` of an object. */
static void
write_custom_args (AnthropicEncoder  *self,
                   const RelaisEvent *event,
                   GString           *out)
{
  g_autoptr (GString) json = g_string_new (self->custom_begun ? "" : "{\"input\":\"");

  relais_json_append_escaped (json, event->text, event->length);
  write_delta (self, INPUT_DELTA, json->str, json->len, out);
  self->custom_begun = TRUE;
}

static void
write_call_end (AnthropicEncoder  *self,
                const RelaisEvent *event,
                GString           *out)
{
  if (!event->cut && g_array_index (self->base.calls, RelaisEncoderCall, event->call).custom)
    write_delta (self, INPUT_DELTA,
                 self->custom_begun ? "\"}" : "{\"input\":\"\"}", -1, out);
  close_block (self, out);
}

static void
write_finish (AnthropicEncoder  *self,
              const RelaisEvent *event,
              GString           *out)
{
  RelaisJsonWriter writer;

  close_block (self, out);
  begin_event (&writer, "message_delta", out);
  relais_json_writer_object (&writer, "delta");
  relais_anthropic_write_stop (&writer, event);
  relais_json_writer_end_object (&writer);
  relais_json_writer_object (&writer, "usage");
  relais_anthropic_write_input (&writer, &self->base.usage);
  relais_json_writer_int (&writer, "output_tokens", relais_usage_or_zero (self->base.usage.output));
  relais_json_writer_object (&writer, "output_tokens_details");
  relais_json_writer_int (&writer, "thinking_tokens", relais_usage_or_zero (self->base.usage.reasoning));
  relais_json_writer_end_object (&writer);
  relais_json_writer_null (&writer, "server_tool_use");
  relais_json_writer_end_object (&writer);
  end_event (&writer);
  begin_event (&writer, "message_stop", out);
  end_event (&writer);
}

static void
anthropic_step (RelaisEncoder     *encoder,
                const RelaisEvent *event,
                GString           *out)
{
  AnthropicEncoder *self = (AnthropicEncoder *)encoder;
  gboolean thinking = encoder->prompt->thinking;
  g_autofree char *signature = NULL;

  switch (event->type)
    {
    case RELAIS_EVENT_START:
      write_start (self, out);
      break;
    case RELAIS_EVENT_TEXT:
    case RELAIS_EVENT_REFUSAL:
      write_text (self, event, out);
      break;
    case RELAIS_EVENT_THINK:
      if (!thinking)
        break;
      open_thinking (self, out);
      if (encoder->prompt->show_thinking != RELAIS_TRI_FALSE)
        write_delta (self, THINKING_DELTA, event->text, event->length, out);
      break;
    case RELAIS_EVENT_SIGNATURE:
      signature = g_strndup (event->text, event->length);
      if (thinking)
        write_signature (self, signature, event->origin, out);
      break;
    case RELAIS_EVENT_REDACTED:
      if (thinking && event->origin == RELAIS_ORIGIN_ANTHROPIC)
        write_redacted (self, event, out);
      break;
    case RELAIS_EVENT_CALL_START:
      write_call_start (self, event, out);
      break;
    case RELAIS_EVENT_CALL_ARGS:
      if (g_array_index (encoder->calls, RelaisEncoderCall, event->call).custom)
        write_custom_args (self, event, out);
      else
        write_delta (self, INPUT_DELTA, event->text, event->length, out);
      break;
    case RELAIS_EVENT_CALL_END:
      write_call_end (self, event, out);
      break;
    case RELAIS_EVENT_FINISH:
      write_finish (self, event, out);
      break;
    case RELAIS_EVENT_IMAGE_OUT:
    case RELAIS_EVENT_USAGE:
    case RELAIS_EVENT_ERROR:
    case RELAIS_EVENT_OPAQUE:
    default:
      break;
    }
}

/**
 * relais_anthropic_encode_failure_event:
 * @failure: what went wrong
 * @status: the HTTP status it would have had
 * @form: how the answer goes out
 * @out: where to append
 *
 * Appends the `error` event, after which nothing more may come.
 */
void
relais_anthropic_encode_failure_event (const RelaisFailure *failure,
                                       guint                status,
                                       RelaisForm           form,
                                       GString             *out)
{
  RelaisJsonWriter writer;

  g_string_append (out, "event: error\ndata: ");
  relais_json_writer_init (&writer, out);
  relais_json_writer_object (&writer, NULL);
  relais_anthropic_write_failure (&writer, failure, status);
  end_event (&writer);
}

static void
anthropic_fail (RelaisEncoder     *encoder,
                const RelaisEvent *event,
                GString           *out)
{
  guint status = relais_dialect_failure_status (RELAIS_DIALECT_ANTHROPIC, event->failure);

  relais_anthropic_encode_failure_event (event->failure, status, encoder->form, out);
}

static const RelaisEncoderClass anthropic_class = {
  .dialect = RELAIS_DIALECT_ANTHROPIC,
  .origin = RELAIS_ORIGIN_ANTHROPIC,
  .size = sizeof (AnthropicEncoder),
  .answer_prefix = "msg_",
  .call_prefix = "toolu_",
  .step = anthropic_step,
  .whole = relais_anthropic_encode_whole,
  .fail = anthropic_fail,
};

/**
 * relais_anthropic_encoder_new:
 * @prompt: the request; must outlive the encoder
 * @form: how the answer goes out
 * @make_id: makes fresh ids
 * @id_data: (closure): for @make_id
 *
 * Returns: (transfer full): an encoder for one answer
 */
RelaisEncoder *
relais_anthropic_encoder_new (const RelaisPrompt *prompt,
                              RelaisForm          form,
                              RelaisIdFunc        make_id,
                              gpointer            id_data)
{
  return relais_encoder_new (&anthropic_class, prompt, form, make_id, id_data);
}

const RelaisDialect relais_anthropic = {
  .id = RELAIS_DIALECT_ANTHROPIC,
  .name = "anthropic",
  .origin = RELAIS_ORIGIN_ANTHROPIC,
  .decode_request = relais_anthropic_decode_request,
  .encode_request = relais_anthropic_encode_request,
  .decoder = &relais_anthropic_decoder,
  .encoder_new = relais_anthropic_encoder_new,
  .encoder_push = relais_encoder_push,
  .encoder_free = relais_encoder_free,
  .keep_alive = "event: ping\ndata: {\"type\":\"ping\"}\n\n",
  .encode_failure = relais_anthropic_encode_failure,
  .encode_failure_event = relais_anthropic_encode_failure_event,
  .encode_models = relais_anthropic_encode_models,
  .encode_model = relais_anthropic_encode_model,
  .tap = relais_anthropic_tap,
};
