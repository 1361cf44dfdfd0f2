/* relais-translation.c: one request carried into another dialect, and its answer read back
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-translation"

#include "config.h"

#include <string.h>

#include "base/relais-error.h"
#include "base/relais-json.h"

#include "relais-count.h"
#include "relais-decoder.h"
#include "relais-settle.h"
#include "relais-translation.h"

#define MAX_VALUE_BYTES (16 * 1024 * 1024)

struct _RelaisTranslation
{
  RelaisDialectId  source;
  RelaisTarget target; /* its strings borrowed */

  /* owned */
  RelaisPrompt    *prompt;
  RelaisNames     *names;
  RelaisChanges   *changes;
  RelaisDecoder   *decoder;
  GPtrArray *wrapped; /* by call: GString of the arguments of a wrapped call, or NULL */
  GString *value;     /* the text that holds a wrapped answer, as far as it came */

  gsize n_wrapped; /* bytes in there, all together */
  gint64 weight;   /* of what the answer says, as a guess at its tokens needs it */
  gboolean told;   /* the upstream counted its tokens itself */
  gboolean over;   /* more came than may be held */

  RelaisEventFunc  func;
  gpointer         user_data;
};

static void
string_free (gpointer data)
{
  if (data != NULL)
    g_string_free (data, TRUE);
}

/**
 * relais_translation_new:
 * @prompt: (transfer full): a request as its dialect decoded it
 * @source: that dialect
 * @target: whom to write it for, another dialect; its strings and functions must stay
 *
 * Returns: (transfer full): a translation
 */
RelaisTranslation *
relais_translation_new (RelaisPrompt       *prompt,
                        RelaisDialectId     source,
                        const RelaisTarget *target)
{
  RelaisTranslation *self = g_new0 (RelaisTranslation, 1);

  self->prompt = prompt;
  self->source = source;
  self->target = *target;
  self->names = relais_names_new ();
  self->changes = relais_changes_new ();
  self->wrapped = g_ptr_array_new_with_free_func (string_free);
  self->value = g_string_new (NULL);
  return self;
}

/**
 * relais_translation_free:
 * @self: (transfer full) (nullable): a translation
 */
void
relais_translation_free (RelaisTranslation *self)
{
  if (self == NULL)
    return;
  relais_prompt_free (self->prompt);
  relais_names_free (self->names);
  relais_changes_unref (self->changes);
  relais_decoder_free (self->decoder);
  g_ptr_array_unref (self->wrapped);
  g_string_free (self->value, TRUE);
  g_free (self);
}

/**
 * relais_translation_encode:
 * @self: a translation, not yet encoded
 * @out: where to append the body to send
 * @error: where to put a failure
 *
 * Fails with [error@Error] `INVALID_REQUEST` naming the client's field when the target has nothing
 * like what the client may rely on.
 *
 * Returns: whether it could be said
 */
gboolean
relais_translation_encode (RelaisTranslation  *self,
                           GString            *out,
                           GError            **error)
{
  const RelaisDialect *dialect = relais_dialect_get (self->target.dialect);

  return relais_settle (self->prompt, self->source, &self->target, self->names, self->changes,
                        error) &&
         dialect->encode_request (self->prompt, &self->target, self->changes, out, error);
}

/**
 * relais_translation_get_prompt:
 * @self: a translation
 *
 * Returns: (transfer none): the request, for the encoder of the answer
 */
const RelaisPrompt *
relais_translation_get_prompt (RelaisTranslation *self)
{
  return self->prompt;
}

/**
 * relais_translation_get_changes:
 * @self: a translation
 *
 * Returns: (transfer none): what could not be carried over as it was; complete once encoded
 */
RelaisChanges *
relais_translation_get_changes (RelaisTranslation *self)
{
  return self->changes;
}

static GString *
wrapped_call (RelaisTranslation *self,
              guint              call)
{
  return call < self->wrapped->len ? g_ptr_array_index (self->wrapped, call) : NULL;
}

static void
call_started (RelaisTranslation *self,
              const RelaisEvent *event)
{
  const RelaisName *tool = relais_names_find (self->names, event->name);
  RelaisEvent fixed = *event;

  if (self->wrapped->len <= event->call)
    g_ptr_array_set_size (self->wrapped, event->call + 1);
  if (tool != NULL)
    {
      fixed.name = tool->name;
      fixed.name_space = tool->name_space;
      if (tool->custom && !event->custom)
        {
          fixed.custom = TRUE;
          self->wrapped->pdata[event->call] = g_string_new (NULL);
        }
    }
  self->func (&fixed, self->user_data);
}

/* The free text inside the object it was wrapped into; the object itself where there is none. */
static void
call_ended (RelaisTranslation *self,
            const RelaisEvent *event)
{
  GString *args = wrapped_call (self, event->call);

  if (args != NULL)
    {
      g_autoptr (RelaisJson) tree = relais_json_parse (args->str, args->len, RELAIS_JSON_MAX_DEPTH,
                                                       NULL);
      const RelaisJsonNode *input = relais_json_node_get_member (relais_json_get_root (tree), "input");
      g_autofree char *text = relais_json_node_dup_string (input);
      RelaisEvent whole = { .type = RELAIS_EVENT_CALL_ARGS, .call = event->call };

      whole.text = text != NULL ? text : args->str;
      whole.length = strlen (whole.text);
      if (whole.length > 0)
        self->func (&whole, self->user_data);
    }
  self->func (event, self->user_data);
}

/* The answer inside the object it was asked for in; what came, where it is not there. */
static void
tell_value (RelaisTranslation *self)
{
  g_autoptr (RelaisJson) tree = relais_json_parse (self->value->str, self->value->len,
                                                   RELAIS_JSON_MAX_DEPTH, NULL);
  const RelaisJsonNode *node = relais_json_get_root (tree);
  const RelaisJsonNode *inner = relais_json_node_get_member (node, "value");
  g_autofree char *text = NULL;
  RelaisEvent event = { .type = RELAIS_EVENT_TEXT };

  if (self->names->wrapped && inner != NULL)
    node = inner;
  if (self->names->bare)
    text = relais_json_node_dup_string (node);
  if (text == NULL && node != NULL)
    text = relais_json_node_dup_raw (node);
  event.text = text != NULL ? text : self->value->str;
  event.length = strlen (event.text);
  if (event.length > 0)
    self->func (&event, self->user_data);
}

static void
tell (RelaisTranslation *self,
      const RelaisEvent *event)
{
  gboolean holds = self->names->wrapped || self->names->bare;
  RelaisEvent whole = { .type = RELAIS_EVENT_TEXT };

  if (holds && event->type == RELAIS_EVENT_TEXT)
    {
      g_string_append_len (self->value, event->text, event->length);
      if (self->value->len < MAX_VALUE_BYTES)
        return;
      /* more than an answer may be held for: it goes on as it is */
      self->names->wrapped = self->names->bare = FALSE;
      event = &whole;
      whole.text = self->value->str;
      whole.length = self->value->len;
    }
  if (holds && event->type == RELAIS_EVENT_FINISH)
    tell_value (self);
  self->func (event, self->user_data);
}

/* The one tool that stands for a schema: its arguments are what the client asked for. */
static gboolean
respond (RelaisTranslation *self,
         const RelaisEvent *event)
{
  RelaisEvent text = *event;

  if (event->type == RELAIS_EVENT_CALL_START || event->type == RELAIS_EVENT_CALL_END)
    return TRUE;
  if (event->type == RELAIS_EVENT_CALL_ARGS)
    text.type = RELAIS_EVENT_TEXT;
  else if (event->type == RELAIS_EVENT_FINISH && event->finish == RELAIS_FINISH_TOOL_CALLS)
    text.finish = RELAIS_FINISH_STOP;
  else
    return FALSE;
  tell (self, &text);
  return TRUE;
}

/* The arguments of a wrapped call, until they can be unwrapped. */
static void
hold_args (RelaisTranslation *self,
           const RelaisEvent *event)
{
  RelaisEvent end = { .type = RELAIS_EVENT_ERROR };
  g_autoptr (RelaisFailure) failure = NULL;

  self->n_wrapped += event->length;
  if (self->n_wrapped <= MAX_VALUE_BYTES)
    {
      g_string_append_len (wrapped_call (self, event->call), event->text, event->length);
      return;
    }
  failure = relais_failure_new (RELAIS_ERROR_UPSTREAM, "The answer is larger than Relais may hold");
  end.failure = failure;
  self->over = TRUE;
  self->func (&end, self->user_data);
}

/* Clients of two dialects cannot do without counts, and the record wants them; an upstream that was
 * silent about them is made up for. */
static void
tell_estimate (RelaisTranslation *self)
{
  RelaisEvent event = { .type = RELAIS_EVENT_USAGE, .usage = RELAIS_USAGE_INIT };

  event.usage.input = relais_count_estimate (self->prompt, self->target.dialect);
  event.usage.output = relais_count_from_weight (self->weight);
  event.usage.estimated = TRUE;
  self->func (&event, self->user_data);
}

static void
count (RelaisTranslation *self,
       const RelaisEvent *event)
{
  switch (event->type)
    {
    case RELAIS_EVENT_TEXT:
    case RELAIS_EVENT_THINK:
    case RELAIS_EVENT_REFUSAL:
    case RELAIS_EVENT_CALL_ARGS:
      self->weight += relais_count_weigh (event->text, event->length);
      break;
    case RELAIS_EVENT_CALL_START:
      if (event->name != NULL)
        self->weight += relais_count_weigh (event->name, strlen (event->name));
      break;
    case RELAIS_EVENT_USAGE:
      self->told = TRUE;
      break;
    case RELAIS_EVENT_FINISH:
      if (!self->told)
        tell_estimate (self);
      break;
    case RELAIS_EVENT_START:
    case RELAIS_EVENT_SIGNATURE:
    case RELAIS_EVENT_REDACTED:
    case RELAIS_EVENT_CALL_END:
    case RELAIS_EVENT_IMAGE_OUT:
    case RELAIS_EVENT_ERROR:
    case RELAIS_EVENT_OPAQUE:
    default:
      break;
    }
}

static void
event_cb (const RelaisEvent *event,
          gpointer           user_data)
{
  RelaisTranslation *self = user_data;

  if (self->over)
    return;
  count (self, event);
  if (self->names->respond && respond (self, event))
    return;
  if (event->type == RELAIS_EVENT_CALL_START)
    call_started (self, event);
  else if (event->type == RELAIS_EVENT_CALL_END)
    call_ended (self, event);
  else if (event->type == RELAIS_EVENT_CALL_ARGS && wrapped_call (self, event->call) != NULL)
    hold_args (self, event);
  else
    tell (self, event);
}

/**
 * relais_translation_listen:
 * @self: a translation that was encoded
 * @max_event_bytes: of one event of the answer
 * @func: told the answer's events, in the client's names, while pushing and finishing; it must not
 *   free the translation
 * @user_data: (closure): for @func
 *
 * Where the upstream counts no tokens, USAGE is an estimate and says so.
 */
void
relais_translation_listen (RelaisTranslation *self,
                           gsize              max_event_bytes,
                           RelaisEventFunc    func,
                           gpointer           user_data)
{
  g_clear_pointer (&self->decoder, relais_decoder_free);
  self->func = func;
  self->user_data = user_data;
  self->decoder = relais_decoder_new (self->target.dialect, max_event_bytes, event_cb, self);
}

/**
 * relais_translation_push:
 * @self: a translation that listens
 * @bytes: (array length=length): some of the answer, of status 200
 * @length: how many
 */
void
relais_translation_push (RelaisTranslation *self,
                         const char        *bytes,
                         gsize              length)
{
  relais_decoder_push (self->decoder, bytes, length);
}

/**
 * relais_translation_finish:
 * @self: a translation that listens
 *
 * The upstream closed.
 */
void
relais_translation_finish (RelaisTranslation *self)
{
  relais_decoder_finish (self->decoder);
}
