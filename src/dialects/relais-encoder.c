/* relais-encoder.c: what the encoders of all dialects share: order, ids, gathering of whole answers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-encoder"

#include "config.h"

#include <string.h>

#include "base/relais-error.h"
#include "base/relais-json.h"

#include "relais-encoder-private.h"
#include "relais-seal.h"

#define NO_CALL G_MAXUINT
/* Of one answer. */
#define MAX_CALLS 512

static void deliver (RelaisEncoder     *self,
                     const RelaisEvent *event,
                     GString           *out);

static RelaisEncoderCall *
get_call (RelaisEncoder *self,
          guint          number)
{
  return number < self->calls->len ? &g_array_index (self->calls, RelaisEncoderCall, number) : NULL;
}

static RelaisEvent *
event_copy (const RelaisEvent *event)
{
  RelaisEvent *copy = g_memdup2 (event, sizeof *event);

  copy->text = event->text != NULL ? g_strndup (event->text, event->length) : NULL;
  copy->id = g_strdup (event->id);
  copy->name = g_strdup (event->name);
  copy->name_space = g_strdup (event->name_space);
  copy->signature = g_strdup (event->signature);
  copy->failure = NULL;
  return copy;
}

static void
event_free (gpointer data)
{
  RelaisEvent *event = data;

  g_free ((char *)event->text);
  g_free ((char *)event->id);
  g_free ((char *)event->name);
  g_free ((char *)event->name_space);
  g_free ((char *)event->signature);
  g_free (event);
}

static void
call_clear (gpointer data)
{
  RelaisEncoderCall *call = data;

  g_clear_pointer (&call->id, g_free);
  if (call->args != NULL)
    g_string_free (g_steal_pointer (&call->args), TRUE);
  g_queue_clear_full (&call->held, event_free);
}

/**
 * relais_encoder_new:
 * @klass: what the dialect says of it
 * @prompt: the request; must outlive the encoder
 * @form: how the answer goes out
 * @make_id: makes fresh ids
 * @id_data: (closure): for @make_id
 *
 * Returns: (transfer full): an encoder; free it with [func@encoder_free]
 */
RelaisEncoder *
relais_encoder_new (const RelaisEncoderClass *klass,
                    const RelaisPrompt       *prompt,
                    RelaisForm                form,
                    RelaisIdFunc              make_id,
                    gpointer                  id_data)
{
  RelaisEncoder *self = g_malloc0 (klass->size);

  self->klass = klass;
  self->form = form;
  self->prompt = prompt;
  self->make_id = make_id;
  self->id_data = id_data;
  self->open_call = NO_CALL;
  relais_usage_clear (&self->usage);
  self->parts = g_ptr_array_new_with_free_func ((GDestroyNotify)relais_part_free);
  self->run = g_string_new (NULL);
  self->calls = g_array_new (FALSE, TRUE, sizeof (RelaisEncoderCall));
  g_array_set_clear_func (self->calls, call_clear);
  return self;
}

/**
 * relais_encoder_free:
 * @self: (transfer full) (nullable): an encoder
 *
 * Frees it, whether or not the answer was complete.
 */
void
relais_encoder_free (RelaisEncoder *self)
{
  if (self == NULL)
    return;
  if (self->klass->clear != NULL)
    self->klass->clear (self);
  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->model, g_free);
  g_ptr_array_unref (self->parts);
  g_string_free (self->run, TRUE);
  g_array_unref (self->calls);
  g_queue_clear_full (&self->held, event_free);
  relais_failure_free (self->failure);
  g_free (self);
}

/**
 * relais_encoder_make_id:
 * @self: an encoder
 * @prefix: what it starts with
 *
 * Returns: (transfer full): a fresh id
 */
char *
relais_encoder_make_id (RelaisEncoder *self,
                        const char    *prefix)
{
  g_autofree char *id = self->make_id (self->id_data);

  return g_strconcat (prefix, id, NULL);
}

/**
 * relais_encoder_get_call_id:
 * @self: an encoder
 * @call: the number of a call that has started
 *
 * Returns: (transfer none): its id as the client sees it
 */
const char *
relais_encoder_get_call_id (RelaisEncoder *self,
                            guint          call)
{
  RelaisEncoderCall *known = get_call (self, call);

  return known != NULL && known->id != NULL ? known->id : "";
}

/**
 * relais_encoder_seal:
 * @self: an encoder
 * @signature: (nullable): an opaque value; %NULL: nobody signed
 * @origin: who minted it
 *
 * Returns: (transfer full): what to send to the client: marked when it is foreign, or nobody's
 */
char *
relais_encoder_seal (RelaisEncoder *self,
                     const char    *signature,
                     RelaisOrigin   origin)
{
  if (signature == NULL)
    {
      signature = RELAIS_SIGNATURE_NONE;
      origin = RELAIS_ORIGIN_OPENAI_CHAT;
    }
  return relais_seal_close (signature, origin, self->klass->origin);
}

/**
 * relais_encoder_write_args:
 * @writer: where to
 * @name: (nullable): the key
 * @args: (array length=length): the arguments of a call, as they came
 * @length: their bytes, or -1 when NUL-terminated
 * @custom: whether they are free text
 *
 * Writes them as an object, spliced so that numbers keep their digits: no text is an empty object,
 * other JSON becomes `{"value":…}`, free text `{"input":…}`, and what is no JSON `{"_raw":…}`.
 */
void
relais_encoder_write_args (RelaisJsonWriter *writer,
                           const char       *name,
                           const char       *args,
                           gssize            length,
                           gboolean          custom)
{
  gsize n_args = length < 0 ? strlen (args) : (gsize)length;
  g_autoptr (RelaisJson) tree = NULL;
  const RelaisJsonNode *root;
  const char *raw;
  gsize n_raw;

  if (!custom)
    tree = relais_json_parse (args, n_args, RELAIS_JSON_MAX_DEPTH, NULL);
  root = relais_json_get_root (tree);
  raw = relais_json_node_get_raw (root, &n_raw);
  if (relais_json_node_get_kind (root) == RELAIS_JSON_OBJECT)
    {
      relais_json_writer_raw (writer, name, raw, n_raw);
      return;
    }
  relais_json_writer_object (writer, name);
  if (custom)
    relais_json_writer_text (writer, "input", args, n_args);
  else if (root != NULL)
    relais_json_writer_raw (writer, "value", raw, n_raw);
  else if (n_args > 0)
    relais_json_writer_text (writer, "_raw", args, n_args);
  relais_json_writer_end_object (writer);
}

/* Whether an upstream's id can stay: one of the right form that no call of the answer has. */
static gboolean
keeps_id (RelaisEncoder *self,
          const char    *id)
{
  if (!relais_dialect_id_fits (id))
    return FALSE;
  for (guint i = 0; i < self->calls->len; i++)
    if (g_strcmp0 (g_array_index (self->calls, RelaisEncoderCall, i).id, id) == 0)
      return FALSE;
  return TRUE;
}

static void
begin (RelaisEncoder     *self,
       const RelaisEvent *event)
{
  const char *prefix = self->klass->answer_prefix;
  const char *id = event != NULL ? event->id : NULL;

  if (self->begun)
    return;
  self->begun = TRUE;
  self->id = keeps_id (self, id) &&
                 g_str_has_prefix (id, prefix)
               ? g_strdup (id)
               : relais_encoder_make_id (self, prefix);
  self->model = g_strdup (event != NULL && event->name != NULL ? event->name : self->prompt->model);
  self->created = event != NULL ? event->created : 0;
}

static void
deliver_failure (RelaisEncoder       *self,
                 const RelaisFailure *failure,
                 GString             *out)
{
  RelaisEvent event = { .type = RELAIS_EVENT_ERROR, .failure = failure };

  self->ended = TRUE;
  relais_failure_free (self->failure);
  self->failure = relais_failure_copy (failure);
  g_queue_clear_full (&self->held, event_free);
  for (guint i = 0; i < self->calls->len; i++)
    g_queue_clear_full (&get_call (self, i)->held, event_free);
  if (self->form != RELAIS_FORM_WHOLE)
    self->klass->fail (self, &event, out);
}

static void
deliver_image (RelaisEncoder     *self,
               const RelaisEvent *image,
               GString           *out)
{
  g_autofree char *text = g_strdup_printf ("![image](data:%s;base64,%s)",
                                           image->name != NULL ? image->name : "image/png", image->text);
  RelaisEvent event = { .type = RELAIS_EVENT_TEXT, .text = text, .length = strlen (text) };

  deliver (self, &event, out);
}

static void
deliver_finish (RelaisEncoder     *self,
                const RelaisEvent *event,
                GString           *out)
{
  RelaisEvent finish = *event;

  if (finish.finish == RELAIS_FINISH_BAD_CALL && !self->klass->takes_bad_calls)
    {
      g_autoptr (RelaisFailure) failure = relais_failure_new (RELAIS_ERROR_UPSTREAM,
                                                              "The model wrote a tool call that cannot be read");

      failure->code_name = g_strdup ("malformed_function_call");
      deliver_failure (self, failure, out);
      return;
    }
  if (finish.finish == RELAIS_FINISH_STOP && self->has_call)
    finish.finish = RELAIS_FINISH_TOOL_CALLS;
  self->ended = TRUE;
  if (self->form != RELAIS_FORM_WHOLE)
    {
      self->klass->step (self, &finish, out);
      return;
    }
  relais_encoder_end_run (self);
  self->klass->whole (self, &finish, out);
}

/* Hands one event of the right order to the dialect. */
static void
deliver (RelaisEncoder     *self,
         const RelaisEvent *event,
         GString           *out)
{
  RelaisEvent fixed = *event;
  RelaisEncoderCall *call = get_call (self, event->call);

  if (!self->started)
    {
      RelaisEvent start = { .type = RELAIS_EVENT_START };

      self->started = TRUE;
      if (self->form != RELAIS_FORM_WHOLE)
        self->klass->step (self, &start, out);
    }
  if (event->type == RELAIS_EVENT_FINISH)
    {
      deliver_finish (self, event, out);
      return;
    }
  if (event->type == RELAIS_EVENT_IMAGE_OUT && !self->klass->takes_images)
    {
      deliver_image (self, event, out);
      return;
    }
  if (event->type == RELAIS_EVENT_CALL_START)
    {
      self->has_call = TRUE;
      fixed.id = call->id;
      if (fixed.name == NULL)
        fixed.name = "";
    }
  else if (event->type == RELAIS_EVENT_CALL_ARGS)
    call->has_args = TRUE;
  else if (event->type == RELAIS_EVENT_CALL_END && !call->has_args && !call->custom && !event->cut)
    {
      RelaisEvent none = { .type = RELAIS_EVENT_CALL_ARGS, .call = event->call, .text = "{}", .length = 2 };

      deliver (self, &none, out);
    }
  if (self->form == RELAIS_FORM_WHOLE)
    relais_encoder_gather (self, &fixed);
  else
    self->klass->step (self, &fixed, out);
}

static gboolean
is_call_event (const RelaisEvent *event)
{
  return event->type == RELAIS_EVENT_CALL_START || event->type == RELAIS_EVENT_CALL_ARGS ||
         event->type == RELAIS_EVENT_CALL_END;
}

static gboolean
must_wait (RelaisEncoder     *self,
           const RelaisEvent *event)
{
  return self->open_call != NO_CALL && !(is_call_event (event) && event->call == self->open_call);
}

static void
hold (RelaisEncoder     *self,
      const RelaisEvent *event)
{
  gboolean inside = is_call_event (event) && event->type != RELAIS_EVENT_CALL_START;
  GQueue *queue = inside ? &get_call (self, event->call)->held : &self->held;

  g_queue_push_tail (queue, event_copy (event));
}

/* No call is under way: what waited goes out, each call with all that came for it, until one that
   has not ended. */
static void
drain (RelaisEncoder *self,
       GString       *out)
{
  RelaisEvent *next, *inner;

  while (self->open_call == NO_CALL && (next = g_queue_pop_head (&self->held)) != NULL)
    {
      deliver (self, next, out);
      if (next->type == RELAIS_EVENT_CALL_START)
        self->open_call = next->call;
      while (self->open_call != NO_CALL &&
             (inner = g_queue_pop_head (&get_call (self, self->open_call)->held)) != NULL)
        {
          deliver (self, inner, out);
          if (inner->type == RELAIS_EVENT_CALL_END)
            self->open_call = NO_CALL;
          event_free (inner);
        }
      event_free (next);
    }
}

/* Delivers or holds: where calls may not interleave, all that is not of the open call waits for
   its end. */
static void
sequence (RelaisEncoder     *self,
          const RelaisEvent *event,
          GString           *out)
{
  if (self->klass->interleaves || self->form == RELAIS_FORM_WHOLE)
    {
      deliver (self, event, out);
      return;
    }
  if (must_wait (self, event))
    {
      hold (self, event);
      return;
    }
  deliver (self, event, out);
  if (event->type == RELAIS_EVENT_CALL_START)
    self->open_call = event->call;
  if (event->type != RELAIS_EVENT_CALL_END)
    return;
  self->open_call = NO_CALL;
  drain (self, out);
}

static gboolean
has_call_part (RelaisEncoder *self)
{
  for (guint i = 0; i < self->parts->len; i++)
    if (((RelaisPart *)g_ptr_array_index (self->parts, i))->type == RELAIS_PART_TOOL_CALL)
      return TRUE;
  return FALSE;
}

/* A call that was cut off is none; where it cannot be taken back it ends as cut. */
static void
drop_call (RelaisEncoder *self,
           guint          number,
           GString       *out)
{
  RelaisEncoderCall *call = get_call (self, number);

  call->open = FALSE;
  if (call->part != NULL)
    g_ptr_array_remove (self->parts, g_steal_pointer (&call->part));
  self->has_call = has_call_part (self);
  g_queue_clear_full (&call->held, event_free);
  if (self->open_call == number)
    {
      self->open_call = NO_CALL;
      drain (self, out);
    }
}

static void
end_calls (RelaisEncoder *self,
           gboolean       cut,
           GString       *out)
{
  gboolean whole = self->form == RELAIS_FORM_WHOLE || self->klass->origin == RELAIS_ORIGIN_GEMINI;

  for (guint i = 0; i < self->calls->len; i++)
    if (get_call (self, i)->open && cut && whole)
      drop_call (self, i, out);
    else if (get_call (self, i)->open)
      {
        RelaisEvent end = { .type = RELAIS_EVENT_CALL_END, .call = i, .cut = cut };

        get_call (self, i)->open = FALSE;
        sequence (self, &end, out);
      }
}

/* Gemini signs texts too, behind them, and does not insist on having that back. Others have only
 * thoughts to carry a signature, and it would stand for the part behind them: an answer must not
 * end with thoughts (Claude Code 2.1 then prints nothing, 2026-11-26). */
static gboolean
fits_signature (const RelaisEncoder *self,
                const RelaisEvent   *event)
{
  return event->origin != RELAIS_ORIGIN_GEMINI || self->klass->origin == RELAIS_ORIGIN_GEMINI ||
         self->before == RELAIS_EVENT_THINK;
}

/* Whether the event makes sense after those before it; a new call gets its id here. */
static gboolean
accept_event (RelaisEncoder     *self,
              const RelaisEvent *event)
{
  RelaisEncoderCall *call = get_call (self, event->call);
  RelaisEncoderCall fresh = { 0 };

  switch (event->type)
    {
    case RELAIS_EVENT_CALL_START:
      if (event->call != self->calls->len || self->calls->len == MAX_CALLS)
        return FALSE;
      /* Gemini counts its ids anew in each answer: to others they would be the same again */
      if (keeps_id (self, event->id) && (event->origin != RELAIS_ORIGIN_GEMINI ||
                                         self->klass->origin == RELAIS_ORIGIN_GEMINI))
        fresh.id = g_strdup (event->id);
      else
        fresh.id = relais_encoder_make_id (self, self->klass->call_prefix);
      fresh.open = TRUE;
      fresh.custom = event->custom;
      g_array_append_val (self->calls, fresh);
      return TRUE;
    case RELAIS_EVENT_CALL_ARGS:
      return call != NULL && call->open && event->text != NULL && event->length > 0;
    case RELAIS_EVENT_CALL_END:
      if (call == NULL || !call->open)
        return FALSE;
      call->open = FALSE;
      return TRUE;
    case RELAIS_EVENT_TEXT:
    case RELAIS_EVENT_THINK:
    case RELAIS_EVENT_REDACTED:
    case RELAIS_EVENT_REFUSAL:
    case RELAIS_EVENT_IMAGE_OUT:
      return event->text != NULL && event->length > 0;
    case RELAIS_EVENT_SIGNATURE:
      return event->text != NULL && event->length > 0 && fits_signature (self, event);
    case RELAIS_EVENT_OPAQUE:
      return event->text != NULL && event->length > 0 && event->origin == self->klass->origin;
    case RELAIS_EVENT_START:
    case RELAIS_EVENT_USAGE:
    case RELAIS_EVENT_ERROR:
      return FALSE;
    case RELAIS_EVENT_FINISH:
    default:
      return TRUE;
    }
}

/* Counts what @event will hold on to; says whether that is still bearable. */
static gboolean
keep (RelaisEncoder     *self,
      const RelaisEvent *event)
{
  gboolean held = self->open_call != NO_CALL && !self->klass->interleaves;

  if (self->form == RELAIS_FORM_WHOLE || self->klass->keeps_text || held)
    self->n_kept += event->length + (held ? sizeof *event : 0);
  return self->n_kept <= RELAIS_ENCODER_MAX_KEPT_BYTES && event->call < MAX_CALLS;
}

/**
 * relais_encoder_get_failure:
 * @self: an encoder
 *
 * Returns: (transfer none) (nullable): the failure that ended the answer, whether it was pushed or
 *   found while encoding; a stream has its event by then
 */
const RelaisFailure *
relais_encoder_get_failure (RelaisEncoder *self)
{
  return self->failure;
}

/**
 * relais_encoder_push:
 * @self: an encoder
 * @event: what came
 * @out: where to append what may leave
 *
 * START waits for the first event that is neither USAGE nor ERROR, so that a failure before it can
 * still be answered with a status. Events that make no sense after those before them are passed
 * over; calls that interleave are put in a row where the dialect wants one; ids that are missing,
 * repeated or unfit are made anew. A whole answer appears with FINISH. A failure appends its event
 * to a stream and nothing to a whole answer; so does a bad call, an answer of more than 512 calls,
 * and one of which more than 64 MiB had to be kept.
 */
void
relais_encoder_push (RelaisEncoder     *self,
                     const RelaisEvent *event,
                     GString           *out)
{
  g_return_if_fail (self != NULL && event != NULL && out != NULL);

  if (self->ended)
    return;
  if (event->type == RELAIS_EVENT_ERROR)
    {
      deliver_failure (self, event->failure, out);
      return;
    }
  begin (self, event->type == RELAIS_EVENT_START ? event : NULL);
  if (event->type == RELAIS_EVENT_USAGE)
    relais_usage_update (&self->usage, &event->usage);
  if (!keep (self, event))
    {
      g_autoptr (RelaisFailure) failure = relais_failure_new (RELAIS_ERROR_UPSTREAM,
                                                              "The answer is larger than Relais may hold");

      deliver_failure (self, failure, out);
      return;
    }
  if (!accept_event (self, event))
    return;
  self->before = event->type;
  if (event->type == RELAIS_EVENT_FINISH)
    {
      gboolean cut = event->finish == RELAIS_FINISH_LENGTH || event->finish == RELAIS_FINISH_FILTER;

      end_calls (self, cut, out);
      deliver (self, event, out);
    }
  else
    sequence (self, event, out);
}
