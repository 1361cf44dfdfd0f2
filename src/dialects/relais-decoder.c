/* relais-decoder.c: what the answer decoders of all dialects share: framing, order, ends
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-decoder"

#include "config.h"

#include <string.h>

#include "base/relais-error.h"
#include "base/relais-sse.h"

#include "relais-decoder-private.h"
#include "relais-glean-private.h"

#define MAX_MALFORMED 3
#define MAX_CALLS 512
/* Of a buffer, from one event to the next. */
#define KEPT_BYTES (64 * 1024)

static void
tell (RelaisDecoder     *self,
      const RelaisEvent *event)
{
  if (!self->over)
    self->func (event, self->user_data);
}

static void
tell_failure (RelaisDecoder *self,
              RelaisFailure *failure)
{
  RelaisEvent event = { .type = RELAIS_EVENT_ERROR, .failure = failure };

  tell (self, &event);
  self->over = TRUE;
  relais_failure_free (failure);
}

/**
 * relais_decoder_fail:
 * @self: a decoder
 * @code: a #RelaisError
 * @format: what went wrong, as a printf() format
 * @...: its arguments
 *
 * Ends the answer with ERROR.
 */
void
relais_decoder_fail (RelaisDecoder *self,
                     int            code,
                     const char    *format,
                     ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  tell_failure (self, relais_failure_new (code, "%s", message));
}

/* The kind of an error by the words of any of the vendors: `type`, `code` or `status`. */
static int
error_code (const RelaisJsonNode *error)
{
  static const struct
  {
    const char *word;
    int code;
  } kinds[] = {
    { "overloaded_error", RELAIS_ERROR_OVERLOADED },
    { "overloaded", RELAIS_ERROR_OVERLOADED },
    { "rate_limit_error", RELAIS_ERROR_RATE_LIMIT },
    { "rate_limit_exceeded", RELAIS_ERROR_RATE_LIMIT },
    { "RESOURCE_EXHAUSTED", RELAIS_ERROR_RATE_LIMIT },
    { "invalid_request_error", RELAIS_ERROR_INVALID_REQUEST },
    { "INVALID_ARGUMENT", RELAIS_ERROR_INVALID_REQUEST },
    { "timeout_error", RELAIS_ERROR_TIMEOUT },
    { "DEADLINE_EXCEEDED", RELAIS_ERROR_TIMEOUT },
    { "UNAVAILABLE", RELAIS_ERROR_OVERLOADED },
  };
  static const char *const fields[] = { "type", "code", "status" };

  for (guint f = 0; f < G_N_ELEMENTS (fields); f++)
    for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
      if (relais_json_node_equals (relais_json_node_get_member (error, fields[f]), kinds[i].word))
        return kinds[i].code;
  return RELAIS_ERROR_UPSTREAM;
}

/**
 * relais_decoder_fail_error:
 * @self: a decoder
 * @error: an `error` value: an object with a message, or a string
 *
 * Ends the answer with the ERROR the upstream told.
 */
void
relais_decoder_fail_error (RelaisDecoder        *self,
                           const RelaisJsonNode *error)
{
  g_autofree char *message = NULL;
  RelaisFailure *failure;

  relais_glean_error (error, &message);
  failure = relais_failure_new (error_code (error), "%s",
                                message != NULL ? message : "The upstream reported an error");
  tell_failure (self, failure);
}

/**
 * relais_decoder_start:
 * @self: a decoder
 * @id: (nullable): the answer's id
 * @model: (nullable): who answers
 * @created: seconds since 1970, 0 where not known
 *
 * Tells START, the first time.
 */
void
relais_decoder_start (RelaisDecoder        *self,
                      const RelaisJsonNode *id,
                      const RelaisJsonNode *model,
                      gint64                created)
{
  g_autofree char *id_text = NULL;
  g_autofree char *model_text = NULL;
  RelaisEvent event = { .type = RELAIS_EVENT_START, .created = created };

  if (self->started)
    return;
  self->started = TRUE;
  event.id = id_text = relais_json_node_dup_string (id);
  event.name = model_text = relais_json_node_dup_string (model);
  tell (self, &event);
}

static void
need_start (RelaisDecoder *self)
{
  if (!self->started)
    relais_decoder_start (self, NULL, NULL, 0);
}

/**
 * relais_decoder_value:
 * @self: a decoder
 * @type: TEXT, THINK, SIGNATURE, REDACTED, REFUSAL, IMAGE_OUT or OPAQUE
 * @text: (nullable) (array length=length): its value, NUL-terminated
 * @length: its bytes, or -1
 * @mime: (nullable): IMAGE_OUT: its media type
 *
 * Tells it unless it is empty.
 */
void
relais_decoder_value (RelaisDecoder   *self,
                      RelaisEventType  type,
                      const char      *text,
                      gssize           length,
                      const char      *mime)
{
  RelaisEvent event = { .type = type, .origin = self->klass->origin, .text = text, .name = mime };

  if (text == NULL)
    return;
  event.length = length < 0 ? strlen (text) : (gsize)length;
  if (event.length == 0)
    return;
  need_start (self);
  self->has_text = TRUE;
  tell (self, &event);
}

/**
 * relais_decoder_text:
 * @self: a decoder
 * @type: as in [func@decoder_value]
 * @text: (nullable): a string; anything else is passed over
 *
 * Tells it unless it is empty.
 */
void
relais_decoder_text (RelaisDecoder        *self,
                     RelaisEventType       type,
                     const RelaisJsonNode *text)
{
  g_string_truncate (self->value, 0);
  if (relais_json_node_append_string (text, self->value))
    relais_decoder_value (self, type, self->value->str, self->value->len, NULL);
  if (self->value->allocated_len <= KEPT_BYTES)
    return;
  g_string_free (self->value, TRUE);
  self->value = g_string_new (NULL);
}

/**
 * relais_decoder_call_start:
 * @self: a decoder
 * @id: (nullable): the upstream's id
 * @name: (nullable): the tool
 * @name_space: (nullable): the group of the tool
 * @signature: (nullable): what signs it
 * @custom: whether its arguments are free text
 *
 * Returns: the number of the call; G_MAXUINT when there are too many, which ends the answer
 */
guint
relais_decoder_call_start (RelaisDecoder *self,
                           const char    *id,
                           const char    *name,
                           const char    *name_space,
                           const char    *signature,
                           gboolean       custom)
{
  RelaisDecoderCall call = { .open = TRUE, .custom = custom };
  /* Chat Completions signs nothing; what stands there is Google's */
  gboolean google = signature != NULL && self->klass->origin == RELAIS_ORIGIN_OPENAI_CHAT;
  RelaisEvent event = {
    .type = RELAIS_EVENT_CALL_START,
    .origin = google ? RELAIS_ORIGIN_GEMINI : self->klass->origin,
    .id = id,
    .name = name,
    .name_space = name_space,
    .signature = signature,
    .custom = custom,
    .call = self->calls->len,
  };

  if (self->calls->len >= MAX_CALLS)
    {
      relais_decoder_fail (self, RELAIS_ERROR_UPSTREAM, "The answer holds more than %d tool calls", MAX_CALLS);
      return G_MAXUINT;
    }
  need_start (self);
  g_array_append_val (self->calls, call);
  tell (self, &event);
  return event.call;
}

static RelaisDecoderCall *
open_call (RelaisDecoder *self,
           guint          number)
{
  RelaisDecoderCall *call = number < self->calls->len
                              ? &g_array_index (self->calls, RelaisDecoderCall, number)
                              : NULL;

  return call != NULL && call->open ? call : NULL;
}

/* Notes where in their JSON the arguments are. */
static void
follow_args (RelaisDecoderCall *call,
             const char        *text,
             gsize              length)
{
  for (gsize i = 0; i < length; i++)
    if (call->escaped)
      call->escaped = FALSE;
    else if (call->quoted)
      {
        call->escaped = text[i] == '\\';
        call->quoted = text[i] != '"';
      }
    else if (text[i] == '"')
      call->quoted = TRUE;
    else if (text[i] == '{' || text[i] == '[')
      call->depth++;
    else if ((text[i] == '}' || text[i] == ']') && call->depth > 0)
      call->depth--;
}

static gboolean
is_cut (const RelaisDecoderCall *call)
{
  return !call->custom && (call->quoted || call->depth > 0);
}

/**
 * relais_decoder_call_args:
 * @self: a decoder
 * @call: the number of an open call; others are passed over
 * @text: (nullable) (array length=length): a fragment, NUL-terminated
 * @length: its bytes, or -1
 */
void
relais_decoder_call_args (RelaisDecoder *self,
                          guint          call,
                          const char    *text,
                          gssize         length)
{
  RelaisDecoderCall *known = open_call (self, call);
  RelaisEvent event = { .type = RELAIS_EVENT_CALL_ARGS, .call = call, .text = text };

  if (known == NULL || text == NULL)
    return;
  event.length = length < 0 ? strlen (text) : (gsize)length;
  if (event.length == 0)
    return;
  relais_decoder_told_add (&known->args, text, event.length);
  follow_args (known, text, event.length);
  tell (self, &event);
}

/**
 * relais_decoder_call_rest:
 * @self: a decoder
 * @call: the number of an open call; others are passed over
 * @text: (nullable): all of its arguments
 *
 * Tells what the fragments before lack.
 */
void
relais_decoder_call_rest (RelaisDecoder *self,
                          guint          call,
                          const char    *text)
{
  RelaisDecoderCall *known = open_call (self, call);
  RelaisDecoderTold seen = { 0 };

  if (known == NULL || text == NULL)
    return;
  text += relais_decoder_told_pass (&seen, &known->args, text, strlen (text));
  relais_decoder_call_args (self, call, text, -1);
}

/**
 * relais_decoder_call_end:
 * @self: a decoder
 * @call: the number of an open call; others are passed over
 *
 * A call whose arguments break off stays open until the reason for the end is known.
 */
void
relais_decoder_call_end (RelaisDecoder *self,
                         guint          call)
{
  RelaisDecoderCall *known = open_call (self, call);
  RelaisEvent event = { .type = RELAIS_EVENT_CALL_END, .call = call };

  if (known == NULL || (is_cut (known) && !self->ending))
    return;
  known->open = FALSE;
  tell (self, &event);
}

/**
 * relais_decoder_call_cut:
 * @self: a decoder
 * @call: the number of an open call; others are passed over
 *
 * The upstream itself says that the arguments are not whole: the call never ends.
 */
void
relais_decoder_call_cut (RelaisDecoder *self,
                         guint          call)
{
  RelaisDecoderCall *known = open_call (self, call);

  if (known != NULL)
    known->incomplete = TRUE;
}

/**
 * relais_decoder_usage:
 * @self: a decoder
 * @usage: what is known by now
 */
void
relais_decoder_usage (RelaisDecoder     *self,
                      const RelaisUsage *usage)
{
  RelaisEvent event = { .type = RELAIS_EVENT_USAGE, .usage = *usage };

  if (!relais_usage_is_known (usage))
    return;
  need_start (self);
  tell (self, &event);
}

/**
 * relais_decoder_end:
 * @self: a decoder
 * @finish: why the model stopped
 * @stop_sequence: (nullable): what it stopped at
 *
 * Notes the reason; FINISH is told at the answer's end, since usage may follow.
 */
void
relais_decoder_end (RelaisDecoder        *self,
                    RelaisFinish          finish,
                    const RelaisJsonNode *stop_sequence)
{
  need_start (self);
  self->finished = TRUE;
  self->finish = finish;
  if (relais_json_node_get_kind (stop_sequence) != RELAIS_JSON_STRING)
    return;
  g_free (self->stop_sequence);
  self->stop_sequence = relais_json_node_dup_string (stop_sequence);
}

/* Whether a call that is still open was cut off with the answer. Free text does not show it, nor do
 * arguments that have not begun: there it is the last call that was under way. */
static gboolean
is_half (const RelaisDecoder *self,
         guint                number)
{
  const RelaisDecoderCall *call = &g_array_index (self->calls, RelaisDecoderCall, number);
  gboolean last = number + 1 == self->calls->len;

  if (!call->open || self->ending)
    return call->open && call->incomplete;
  if (call->incomplete || is_cut (call))
    return TRUE;
  return last && (call->custom ||
                  (call->args.length == 0 && self->finish != RELAIS_FINISH_UNKNOWN));
}

static void
tell_finish (RelaisDecoder *self)
{
  gboolean half = FALSE;
  RelaisEvent event = {
    .type = RELAIS_EVENT_FINISH,
    .finish = self->finish,
    .created = self->created,
  };

  if (self->over)
    return;
  /* one that was cut is left open: nobody is to run it */
  self->ending = self->finish != RELAIS_FINISH_LENGTH && self->finish != RELAIS_FINISH_FILTER &&
                 self->finish != RELAIS_FINISH_UNKNOWN;
  for (guint i = 0; i < self->calls->len; i++)
    if (is_half (self, i))
      half = TRUE;
    else
      relais_decoder_call_end (self, i);
  if (half && self->finish != RELAIS_FINISH_FILTER)
    event.finish = RELAIS_FINISH_LENGTH;
  else if ((self->finish == RELAIS_FINISH_STOP || self->finish == RELAIS_FINISH_UNKNOWN) &&
           self->calls->len > 0)
    event.finish = RELAIS_FINISH_TOOL_CALLS;
  event.text = self->stop_sequence;
  event.length = self->stop_sequence != NULL ? strlen (self->stop_sequence) : 0;
  tell (self, &event);
  self->over = TRUE;
}

/**
 * relais_decoder_terminate:
 * @self: a decoder
 *
 * The dialect's own end of a stream was seen: what follows is passed over.
 */
void
relais_decoder_terminate (RelaisDecoder *self)
{
  self->terminated = TRUE;
  if (self->finished)
    tell_finish (self);
}

static void
read_event (RelaisDecoder *self,
            const char    *name,
            const char    *json,
            gsize          length)
{
  const RelaisJsonNode *root;

  self->tree = relais_json_reparse (self->tree, json, length, RELAIS_JSON_MAX_DEPTH, NULL);
  root = relais_json_get_root (self->tree);
  if (relais_json_node_get_kind (root) == RELAIS_JSON_OBJECT)
    {
      self->n_malformed = 0;
      self->klass->event (self, name, root);
    }
  else if (++self->n_malformed >= MAX_MALFORMED)
    relais_decoder_fail (self, RELAIS_ERROR_UPSTREAM, "The upstream sent three events in a row that are no JSON objects");
}

static void
sse_cb (const RelaisSseEvent *event,
        gpointer              user_data)
{
  RelaisDecoder *self = user_data;

  if (self->over || self->terminated)
    return;
  if (strcmp (event->data, "[DONE]") == 0)
    {
      /* some servers end Anthropic streams with it as well, before the real end */
      if (self->finished)
        relais_decoder_terminate (self);
      return;
    }
  read_event (self, event->name, event->data, event->length);
}

/**
 * relais_decoder_new:
 * @dialect: what the upstream speaks
 * @max_event_bytes: of one event; a whole body may have four times as many
 * @func: told each event, while pushing and finishing
 * @user_data: (closure): for @func
 *
 * Reads an answer of status 200 in whatever form it comes: events, Gemini's array, or one body.
 *
 * Returns: (transfer full): a decoder
 */
RelaisDecoder *
relais_decoder_new (RelaisDialectId dialect,
                    gsize           max_event_bytes,
                    RelaisEventFunc func,
                    gpointer        user_data)
{
  const RelaisDecoderClass *klass = relais_dialect_get (dialect)->decoder;
  RelaisDecoder *self = g_malloc0 (klass->size);

  self->klass = klass;
  self->max_bytes = max_event_bytes;
  self->func = func;
  self->user_data = user_data;
  self->finish = RELAIS_FINISH_UNKNOWN;
  self->value = g_string_new (NULL);
  self->calls = g_array_new (FALSE, TRUE, sizeof (RelaisDecoderCall));
  return self;
}

/* Takes white space and a byte order mark from the front; what comes next tells the form. */
static void
choose_form (RelaisDecoder  *self,
             const char    **bytes,
             gsize          *length)
{
  static const char mark[] = "\xef\xbb\xbf";

  while (*length > 0 && self->n_skip < 3 && **bytes == mark[self->n_skip])
    {
      self->n_skip++;
      (*bytes)++;
      (*length)--;
    }
  while (*length > 0 && g_ascii_isspace (**bytes))
    {
      self->n_skip = strlen (mark); /* too late for one */
      (*bytes)++;
      (*length)--;
    }
  if (*length == 0)
    return;
  if (**bytes == '{' || **bytes == '[')
    self->body = g_string_new (NULL);
  else
    self->reader = relais_sse_reader_new (self->max_bytes, sse_cb, self);
}

/**
 * relais_decoder_push:
 * @self: a decoder
 * @bytes: (array length=length): some of the answer
 * @length: how many
 *
 * An event or a body over its limit ends the answer with ERROR.
 */
void
relais_decoder_push (RelaisDecoder *self,
                     const char    *bytes,
                     gsize          length)
{
  if (self->reader == NULL && self->body == NULL)
    choose_form (self, &bytes, &length);
  if (self->over || length == 0)
    return;
  if (self->reader != NULL)
    {
      if (!relais_sse_reader_push (self->reader, bytes, length, NULL))
        relais_decoder_fail (self, RELAIS_ERROR_UPSTREAM, "The upstream sent an event of more than %" G_GSIZE_FORMAT " bytes",
                             self->max_bytes);
      return;
    }
  if (self->body->len + length > 4 * self->max_bytes)
    {
      relais_decoder_fail (self, RELAIS_ERROR_UPSTREAM, "The upstream sent a body of more than %" G_GSIZE_FORMAT " bytes",
                           4 * self->max_bytes);
      return;
    }
  g_string_append_len (self->body, bytes, length);
}

static void
read_elements (RelaisDecoder        *self,
               const RelaisJsonNode *array)
{
  const RelaisJsonNode *element;
  RelaisJsonIter iter;

  relais_json_iter_init (&iter, array);
  while (!self->over && relais_json_iter_next (&iter, NULL, &element))
    if (relais_json_node_get_kind (element) == RELAIS_JSON_OBJECT)
      self->klass->event (self, "", element);
}

static void
read_body (RelaisDecoder *self)
{
  g_autoptr (RelaisJson) tree = relais_json_parse (self->body->str, self->body->len,
                                                   RELAIS_JSON_MAX_DEPTH, NULL);
  const RelaisJsonNode *root = relais_json_get_root (tree);
  const RelaisJsonNode *error = relais_json_node_get_member (root, "error");

  if (relais_json_node_get_kind (root) == RELAIS_JSON_ARRAY)
    read_elements (self, root);
  else if (relais_json_node_get_kind (root) != RELAIS_JSON_OBJECT)
    relais_decoder_fail (self, RELAIS_ERROR_UPSTREAM, "The upstream's answer is cut off or no JSON");
  else if (relais_json_node_get_kind (error) == RELAIS_JSON_OBJECT ||
           relais_json_node_get_kind (error) == RELAIS_JSON_STRING)
    relais_decoder_fail_error (self, error);
  else
    self->klass->whole (self, root);
}

/**
 * relais_decoder_finish:
 * @self: a decoder
 *
 * The upstream closed. A reason that was seen is told as FINISH; without one the answer is not
 * whole, whatever the transport says, and ends with ERROR.
 */
void
relais_decoder_finish (RelaisDecoder *self)
{
  if (self->over)
    return;
  if (self->reader != NULL)
    relais_sse_reader_finish (self->reader);
  else if (self->body != NULL)
    read_body (self);
  if (self->over)
    return;
  if (self->finished)
    tell_finish (self);
  else
    relais_decoder_fail (self, RELAIS_ERROR_UPSTREAM, "The upstream closed the stream before its end");
}

/**
 * relais_decoder_is_over:
 * @self: a decoder
 *
 * Returns: whether FINISH or ERROR was told
 */
gboolean
relais_decoder_is_over (const RelaisDecoder *self)
{
  return self->over;
}

/**
 * relais_decoder_free:
 * @self: (transfer full) (nullable): a decoder
 */
void
relais_decoder_free (RelaisDecoder *self)
{
  if (self == NULL)
    return;
  if (self->klass->clear != NULL)
    self->klass->clear (self);
  g_clear_pointer (&self->reader, relais_sse_reader_free);
  if (self->body != NULL)
    g_string_free (self->body, TRUE);
  g_string_free (self->value, TRUE);
  relais_json_free (self->tree);
  g_array_unref (self->calls);
  g_free (self->stop_sequence);
  g_free (self);
}
