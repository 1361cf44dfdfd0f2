/* relais-tap.c: reads along an answer that is passed through, for usage and its end
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-tap"

#include "config.h"

#include <string.h>

#include "base/relais-json.h"
#include "base/relais-sse.h"

#include "relais-glean-private.h"
#include "relais-tap.h"

#define NO_FINISH ((RelaisFinish)-1)

struct _RelaisTap
{
  const RelaisDialect *dialect;
  RelaisForm           form;
  gsize                max_bytes;

  /* owned */
  RelaisSseReader     *reader;
  GString             *whole;
  char                *error;

  RelaisUsage          usage;
  RelaisFinish         finish;
  char tail[4];        /* the last bytes seen */
  gboolean terminated; /* the dialect's own end of a stream */
  gboolean blind;      /* saw what it cannot follow: says nothing more */
  guint n_choices;     /* Chat: one more than the highest index seen */
  guint n_ended;       /* Chat: how many finish reasons */

  /* a whole body: where in its JSON it is */
  guint64              depth;
  gboolean             begun;
  gboolean             in_string;
  gboolean             escaped;
};

static void
read_one (RelaisTap  *self,
          const char *json,
          gsize       length)
{
  g_autofree char *error = NULL;

  self->dialect->tap (json, length, &self->usage, &self->finish, &error);
  if (error == NULL)
    return;
  g_free (self->error);
  self->error = g_steal_pointer (&error);
}

/* The index of a chunk's choice; 0 where none can be seen at a glance. */
static guint
choice_of (const char *json,
           gsize       length)
{
  const char *choices = memmem (json, length, "\"choices\"", 9);
  gsize rest = choices != NULL ? length - (choices - json) : 0;
  const char *index = choices != NULL ? memmem (choices, MIN (rest, 40), "\"index\"", 7)
                                      : NULL;

  if (index == NULL)
    return 0;
  index += 7 + strspn (index + 7, ": ");
  return MIN (g_ascii_strtoull (index, NULL, 10), 127);
}

static gboolean
is_message_stop (RelaisTap            *self,
                 const RelaisSseEvent *event)
{
  return self->dialect->id == RELAIS_DIALECT_ANTHROPIC &&
         (strcmp (event->name, "message_stop") == 0 ||
          relais_glean_mentions (event->data, event->length, "\"type\":\"message_stop\"") ||
          relais_glean_mentions (event->data, event->length, "\"type\": \"message_stop\""));
}

static void
event_cb (const RelaisSseEvent *event,
          gpointer              user_data)
{
  RelaisTap *self = user_data;
  RelaisFinish before = self->finish;

  if (strcmp (event->data, "[DONE]") == 0 || is_message_stop (self, event))
    {
      self->terminated = TRUE;
      return;
    }
  self->finish = NO_FINISH;
  read_one (self, event->data, event->length);
  if (self->dialect->id == RELAIS_DIALECT_OPENAI_CHAT)
    {
      self->n_choices = MAX (self->n_choices, choice_of (event->data, event->length) + 1);
      self->n_ended += self->finish != NO_FINISH;
    }
  if (self->finish == NO_FINISH)
    self->finish = before;
}

/**
 * relais_tap_new:
 * @dialect: what the answer is written in
 * @form: how it comes
 * @event_max: bytes of one event, or of a whole body, beyond which the tap goes blind
 *
 * Returns: (transfer full): a tap
 */
RelaisTap *
relais_tap_new (const RelaisDialect *dialect,
                RelaisForm           form,
                gsize                event_max)
{
  RelaisTap *self = g_new0 (RelaisTap, 1);

  self->dialect = dialect;
  self->form = form;
  self->max_bytes = event_max;
  self->finish = NO_FINISH;
  relais_usage_clear (&self->usage);
  if (form == RELAIS_FORM_SSE)
    self->reader = relais_sse_reader_new (event_max, event_cb, self);
  else
    self->whole = g_string_new (NULL);
  return self;
}

/* Follows brackets and strings, so that the end of a body of any size is known. */
static void
follow (RelaisTap  *self,
        const char *bytes,
        gsize       length)
{
  for (gsize i = 0; i < length; i++)
    {
      char c = bytes[i];

      if (self->escaped)
        self->escaped = FALSE;
      else if (self->in_string)
        {
          self->escaped = c == '\\';
          self->in_string = c != '"';
        }
      else if (c == '"')
        self->in_string = TRUE;
      else if (c == '{' || c == '[')
        {
          self->begun = TRUE;
          self->depth++;
        }
      else if ((c == '}' || c == ']') && self->depth > 0)
        self->depth--;
    }
}

/**
 * relais_tap_feed:
 * @self: a tap
 * @bytes: some of the answer, already on its way to the client
 * @length: how many
 */
void
relais_tap_feed (RelaisTap  *self,
                 const char *bytes,
                 gsize       length)
{
  gsize keep = MIN (length, sizeof self->tail);

  memmove (self->tail, self->tail + keep, sizeof self->tail - keep);
  memcpy (self->tail + sizeof self->tail - keep, bytes + length - keep, keep);
  if (self->reader == NULL)
    follow (self, bytes, length);
  if (self->blind)
    return;
  if (self->reader != NULL)
    self->blind = !relais_sse_reader_push (self->reader, bytes, length, NULL);
  else if (self->whole->len + length > self->max_bytes)
    self->blind = TRUE;
  else
    g_string_append_len (self->whole, bytes, length);
  if (self->blind && self->whole != NULL)
    g_string_set_size (self->whole, 0);
}

static void
read_elements (RelaisTap *self)
{
  g_autoptr (RelaisJson) document = NULL;
  const RelaisJsonNode *element;
  RelaisJsonIter iter;

  document = relais_json_parse (self->whole->str, self->whole->len, RELAIS_JSON_MAX_DEPTH, NULL);
  if (document == NULL ||
      relais_json_node_get_kind (relais_json_get_root (document)) != RELAIS_JSON_ARRAY)
    return;
  relais_json_iter_init (&iter, relais_json_get_root (document));
  while (relais_json_iter_next (&iter, NULL, &element))
    {
      gsize length;
      const char *raw = relais_json_node_get_raw (element, &length);

      read_one (self, raw, length);
    }
}

/**
 * relais_tap_end:
 * @self: a tap
 *
 * The answer is over: what a whole body says is read now.
 */
void
relais_tap_end (RelaisTap *self)
{
  if (self->blind)
    return;
  if (self->reader != NULL)
    relais_sse_reader_finish (self->reader);
  else if (self->whole->len > 0 && self->whole->str[0] == '[')
    read_elements (self);
  else if (self->whole->len > 0)
    read_one (self, self->whole->str, self->whole->len);
}

/**
 * relais_tap_is_complete:
 * @self: a tap
 *
 * An upstream may close in mid-stream and libsoup call it a clean end; what the dialect says
 * counts: `message_stop`, `response.completed` and its kin, `finishReason`, and for Chat `[DONE]`
 * or, as some compatible servers leave that out, a reason for each choice. A whole body is complete
 * when its brackets are closed.
 *
 * Returns: whether that was seen, or an error, or the tap is blind
 */
gboolean
relais_tap_is_complete (const RelaisTap *self)
{
  if (self->reader == NULL)
    return self->begun && self->depth == 0 && !self->in_string;
  if (self->blind || self->terminated || self->error != NULL)
    return TRUE;
  if (self->dialect->id == RELAIS_DIALECT_ANTHROPIC)
    return FALSE;
  if (self->dialect->id == RELAIS_DIALECT_OPENAI_CHAT)
    return self->n_ended >= self->n_choices && self->n_ended > 0;
  return self->finish != NO_FINISH;
}

/**
 * relais_tap_is_between:
 * @self: a tap
 *
 * Returns: whether the bytes so far end where an event ends, so that another may follow
 */
gboolean
relais_tap_is_between (const RelaisTap *self)
{
  return memcmp (self->tail + 2, "\n\n", 2) == 0 || memcmp (self->tail + 2, "\r\r", 2) == 0 ||
         memcmp (self->tail, "\r\n\r\n", 4) == 0 || memcmp (self->tail, "\0\0\0\0", 4) == 0;
}

/**
 * relais_tap_get_usage:
 * @self: a tap
 *
 * Returns: (transfer none): the counts seen so far
 */
const RelaisUsage *
relais_tap_get_usage (const RelaisTap *self)
{
  return &self->usage;
}

/**
 * relais_tap_get_finish:
 * @self: a tap
 *
 * Returns: a #RelaisFinish, or -1 while none was seen
 */
int
relais_tap_get_finish (const RelaisTap *self)
{
  return (int)self->finish;
}

/**
 * relais_tap_get_error:
 * @self: a tap
 *
 * Returns: (transfer none) (nullable): the message of an error the answer holds
 */
const char *
relais_tap_get_error (const RelaisTap *self)
{
  return self->error;
}

/**
 * relais_tap_free:
 * @self: (nullable): a tap
 */
void
relais_tap_free (RelaisTap *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->reader, relais_sse_reader_free);
  if (self->whole != NULL)
    g_string_free (self->whole, TRUE);
  g_free (self->error);
  g_free (self);
}
