/* relais-gemini-stream.c: streams of Gemini's generateContent, as events and as one array
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-gemini"

#include "config.h"

#include "base/relais-text.h"

#include "relais-gemini.h"

typedef struct
{
  RelaisEncoder base;
  RelaisPart *call;  /* owned; the one under way, its arguments not yet whole */
  GString *args;     /* owned */
  GString *held;     /* owned; a call's part that waits, as it may be the last of the answer */
  GString *tail;     /* owned; what every chunk ends with; NULL: not made yet */
  gboolean in_array; /* array form: an element has gone out */
} GeminiEncoder;

static void
gemini_clear (RelaisEncoder *encoder)
{
  GeminiEncoder *self = (GeminiEncoder *)encoder;

  g_clear_pointer (&self->call, relais_part_free);
  if (self->args != NULL)
    g_string_free (g_steal_pointer (&self->args), TRUE);
  if (self->held != NULL)
    g_string_free (g_steal_pointer (&self->held), TRUE);
  if (self->tail != NULL)
    g_string_free (g_steal_pointer (&self->tail), TRUE);
}

static void
begin_element (RelaisForm  form,
               gboolean    first,
               GString    *out)
{
  if (form == RELAIS_FORM_ARRAY)
    g_string_append (out, first ? "[" : ",\r\n");
  else
    relais_text_append (out, "data: ");
}

/* Every chunk has one part, which the caller writes between this and end_chunk(): the older SDK
 * garbles a chunk with two. */
static void
begin_chunk (GeminiEncoder *self,
             GString       *out)
{
  begin_element (self->base.form, !self->in_array, out);
  self->in_array = TRUE;
  relais_text_append (out, "{\"candidates\":[{\"content\":{\"parts\":[");
}

static void
end_chunk (GeminiEncoder     *self,
           const RelaisEvent *finish,
           GString           *out)
{
  RelaisJsonWriter writer;

  relais_json_writer_init (&writer, out);
  relais_text_append (out, "],\"role\":\"model\"},\"index\":0");
  writer.comma = TRUE;
  if (finish != NULL)
    relais_json_writer_string (&writer, "finishReason", relais_gemini_name_finish (finish->finish));
  relais_text_append (out, "}]");
  relais_gemini_write_usage (&writer, &self->base.usage, finish != NULL);
  if (self->tail == NULL)
    {
      RelaisJsonWriter tail;

      self->tail = g_string_new (NULL);
      relais_json_writer_init (&tail, self->tail);
      tail.comma = TRUE;
      relais_json_writer_string (&tail, "modelVersion", self->base.model);
      relais_json_writer_string (&tail, "responseId", self->base.id);
      relais_json_writer_end_object (&tail);
      if (self->base.form != RELAIS_FORM_ARRAY)
        relais_text_append (self->tail, "\n\n");
    }
  relais_text_append_len (out, self->tail->str, self->tail->len);
}

static void
write_chunk (GeminiEncoder     *self,
             const char        *part,
             gsize              length,
             const RelaisEvent *finish,
             GString           *out)
{
  begin_chunk (self, out);
  relais_json_append_raw (out, part, length);
  end_chunk (self, finish, out);
}

static void
flush_held (GeminiEncoder     *self,
            const RelaisEvent *finish,
            GString           *out)
{
  g_autoptr (GString) held = g_steal_pointer (&self->held);

  if (held != NULL)
    write_chunk (self, held->str, held->len, finish, out);
  else if (finish != NULL)
    write_chunk (self, "{\"text\":\"\"}", 11, finish, out);
}

static void
write_text (GeminiEncoder     *self,
            const RelaisEvent *event,
            gboolean           thought,
            GString           *out)
{
  begin_chunk (self, out);
  relais_text_append (out, "{\"text\":");
  relais_json_append_string (out, event->text, event->length);
  relais_text_append (out, thought ? ",\"thought\":true}" : "}");
  end_chunk (self, NULL, out);
}

static void
write_signature (GeminiEncoder     *self,
                 const RelaisEvent *event,
                 GString           *out)
{
  g_autofree char *signature = g_strndup (event->text, event->length);
  g_autofree char *sealed = relais_encoder_seal (&self->base, signature, event->origin);
  begin_chunk (self, out);
  relais_text_append (out, "{\"text\":\"\",\"thoughtSignature\":");
  relais_json_append_string (out, sealed, -1);
  relais_text_append (out, "}");
  end_chunk (self, NULL, out);
}

static void
write_image (GeminiEncoder     *self,
             const RelaisEvent *event,
             GString           *out)
{
  begin_chunk (self, out);
  relais_text_append (out, "{\"inlineData\":{\"mimeType\":");
  relais_json_append_string (out, event->name != NULL ? event->name : "image/png", -1);
  relais_text_append (out, ",\"data\":");
  relais_json_append_string (out, event->text, event->length);
  relais_text_append (out, "}}");
  end_chunk (self, NULL, out);
}

static void
begin_call (GeminiEncoder     *self,
            const RelaisEvent *event)
{
  g_clear_pointer (&self->call, relais_part_free);
  self->call = relais_part_new (RELAIS_PART_TOOL_CALL);
  self->call->id = g_strdup (event->id);
  self->call->name = g_strdup (event->name);
  self->call->signature = g_strdup (event->signature);
  self->call->origin = event->origin;
  self->call->custom = event->custom;
  if (self->args == NULL)
    self->args = g_string_new (NULL);
  g_string_truncate (self->args, 0);
}

/* Arguments are whole now, but the chunk waits: the last one must carry the reason. */
static void
end_call (GeminiEncoder *self)
{
  RelaisJsonWriter writer;

  self->call->args = g_strndup (self->args->str, self->args->len);
  self->held = g_string_new (NULL);
  relais_json_writer_init (&writer, self->held);
  relais_gemini_write_call (&writer, &self->base, self->call);
  g_clear_pointer (&self->call, relais_part_free);
}

static void
gemini_step (RelaisEncoder     *encoder,
             const RelaisEvent *event,
             GString           *out)
{
  GeminiEncoder *self = (GeminiEncoder *)encoder;

  if (event->type == RELAIS_EVENT_FINISH)
    {
      flush_held (self, event, out);
      if (encoder->form == RELAIS_FORM_ARRAY)
        g_string_append_c (out, ']');
      return;
    }
  flush_held (self, NULL, out);
  switch (event->type)
    {
    case RELAIS_EVENT_TEXT:
    case RELAIS_EVENT_REFUSAL:
      write_text (self, event, FALSE, out);
      break;
    case RELAIS_EVENT_THINK:
      if (encoder->prompt->show_thinking == RELAIS_TRI_TRUE)
        write_text (self, event, TRUE, out);
      break;
    case RELAIS_EVENT_SIGNATURE:
      write_signature (self, event, out);
      break;
    case RELAIS_EVENT_IMAGE_OUT:
      write_image (self, event, out);
      break;
    case RELAIS_EVENT_CALL_START:
      begin_call (self, event);
      break;
    case RELAIS_EVENT_CALL_ARGS:
      g_string_append_len (self->args, event->text, event->length);
      break;
    case RELAIS_EVENT_CALL_END:
      end_call (self);
      break;
    case RELAIS_EVENT_OPAQUE:
      write_chunk (self, event->text, event->length, NULL, out);
      break;
    case RELAIS_EVENT_START:
    case RELAIS_EVENT_REDACTED:
    case RELAIS_EVENT_USAGE:
    case RELAIS_EVENT_FINISH:
    case RELAIS_EVENT_ERROR:
    default:
      break;
    }
}

static void
write_failure (const RelaisFailure *failure,
               guint                status,
               RelaisForm           form,
               gboolean             first,
               GString             *out)
{
  begin_element (form, first, out);
  relais_gemini_encode_failure (failure, status, NULL, out);
  g_string_append (out, form == RELAIS_FORM_ARRAY ? "]" : "\n\n");
}

/**
 * relais_gemini_encode_failure_event:
 * @failure: what went wrong
 * @status: the HTTP status it would have had
 * @form: how the answer goes out; an array must have an element already
 * @out: where to append
 *
 * Appends the error as one more event, or as the last element of the array.
 */
void
relais_gemini_encode_failure_event (const RelaisFailure *failure,
                                    guint                status,
                                    RelaisForm           form,
                                    GString             *out)
{
  write_failure (failure, status, form, FALSE, out);
}

static void
gemini_fail (RelaisEncoder     *encoder,
             const RelaisEvent *event,
             GString           *out)
{
  GeminiEncoder *self = (GeminiEncoder *)encoder;
  guint status = relais_dialect_failure_status (RELAIS_DIALECT_GEMINI, event->failure);

  write_failure (event->failure, status, encoder->form, !self->in_array, out);
}

static const RelaisEncoderClass gemini_class = {
  .dialect = RELAIS_DIALECT_GEMINI,
  .origin = RELAIS_ORIGIN_GEMINI,
  .size = sizeof (GeminiEncoder),
  .answer_prefix = "",
  .call_prefix = "call_",
  .takes_images = TRUE,
  .takes_bad_calls = TRUE,
  .step = gemini_step,
  .whole = relais_gemini_encode_whole,
  .fail = gemini_fail,
  .clear = gemini_clear,
};

/**
 * relais_gemini_encoder_new:
 * @prompt: the request; must outlive the encoder
 * @form: how the answer goes out
 * @make_id: makes fresh ids
 * @id_data: (closure): for @make_id
 *
 * Returns: (transfer full): an encoder for one answer
 */
RelaisEncoder *
relais_gemini_encoder_new (const RelaisPrompt *prompt,
                           RelaisForm          form,
                           RelaisIdFunc        make_id,
                           gpointer            id_data)
{
  return relais_encoder_new (&gemini_class, prompt, form, make_id, id_data);
}

/* Silence is not broken here: a comment breaks the older SDK. */
const RelaisDialect relais_gemini = {
  .id = RELAIS_DIALECT_GEMINI,
  .name = "gemini",
  .origin = RELAIS_ORIGIN_GEMINI,
  .decode_request = relais_gemini_decode_request,
  .encode_request = relais_gemini_encode_request,
  .decoder = &relais_gemini_decoder,
  .encoder_new = relais_gemini_encoder_new,
  .encoder_push = relais_encoder_push,
  .encoder_free = relais_encoder_free,
  .keep_alive = NULL,
  .encode_failure = relais_gemini_encode_failure,
  .encode_failure_event = relais_gemini_encode_failure_event,
  .encode_models = relais_gemini_encode_models,
  .encode_model = relais_gemini_encode_model,
  .tap = relais_gemini_tap,
};
