/* fuzz-answer.c: any answer of an upstream, cut anywhere, is the same events in the order that was
 * promised, and each dialect can say them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "dialects/relais-decoder.h"

#include "relais-fuzz.h"

#define MAX_EVENT_BYTES (1 << 20)

/* What a decoder told. */
typedef struct
{
  GPtrArray *events; /* Told, owned */
  GArray *open;      /* gboolean, by call */
  GString *text;     /* all text */
  GString *visible;  /* with refusals, which are text to some */
  gboolean has_image;
  gboolean has_cut; /* a call without its end */
  GString *trace;   /* every event to the letter */
  gboolean started;
  gboolean ended;
} Story;

/* One event that outlives its telling. */
typedef struct
{
  RelaisEvent event;
  char *strings[6]; /* owned: what the event points to */
} Told;

static void
told_free (gpointer data)
{
  Told *self = data;

  for (guint i = 0; i < G_N_ELEMENTS (self->strings); i++)
    g_free (self->strings[i]);
  relais_failure_free ((RelaisFailure *)self->event.failure);
  g_free (self);
}

static void
check_string (const char *text)
{
  g_assert_true (text == NULL || g_utf8_validate (text, -1, NULL));
}

static void
check_call (Story             *self,
            const RelaisEvent *event)
{
  static const gboolean yes = TRUE;

  if (event->type == RELAIS_EVENT_CALL_START)
    {
      g_assert_cmpuint (event->call, ==, self->open->len);
      g_array_append_val (self->open, yes);
      return;
    }
  g_assert_cmpuint (event->call, <, self->open->len);
  g_assert_true (g_array_index (self->open, gboolean, event->call));
  if (event->type == RELAIS_EVENT_CALL_END)
    g_array_index (self->open, gboolean, event->call) = FALSE;
}

/* The rules of relais-event.h. */
static void
check_event (Story             *self,
             const RelaisEvent *event)
{
  const char *const strings[] = { event->text, event->id, event->name, event->name_space,
                                  event->signature };

  for (guint i = 0; i < G_N_ELEMENTS (strings); i++)
    check_string (strings[i]);
  g_assert_false (self->ended);
  g_assert_true (self->started || event->type == RELAIS_EVENT_START ||
                 event->type == RELAIS_EVENT_ERROR);
  if (event->type == RELAIS_EVENT_START)
    g_assert_false (self->started);
  if (event->type == RELAIS_EVENT_CALL_START || event->type == RELAIS_EVENT_CALL_ARGS ||
      event->type == RELAIS_EVENT_CALL_END)
    check_call (self, event);
  if (event->type == RELAIS_EVENT_ERROR)
    check_string (event->failure->message);
  if (event->text != NULL)
    g_assert_cmpuint (strlen (event->text), ==, event->length);
  if (event->type == RELAIS_EVENT_TEXT || event->type == RELAIS_EVENT_THINK ||
      event->type == RELAIS_EVENT_REFUSAL || event->type == RELAIS_EVENT_CALL_ARGS ||
      event->type == RELAIS_EVENT_SIGNATURE || event->type == RELAIS_EVENT_REDACTED)
    g_assert_cmpuint (event->length, >, 0);
  for (guint i = 0; i < self->open->len && event->type == RELAIS_EVENT_FINISH; i++)
    if (g_array_index (self->open, gboolean, i))
      {
        if (event->finish != RELAIS_FINISH_FILTER)
          g_assert_cmpint (event->finish, ==, RELAIS_FINISH_LENGTH);
        self->has_cut = TRUE;
      }
}

static void
trace (Story             *self,
       const RelaisEvent *event)
{
  g_string_append_printf (self->trace, "%d %d “%s” “%s” “%s” “%s” “%s” %u %d %d %" G_GINT64_FORMAT, event->type, event->origin,
                          event->text, event->id, event->name, event->name_space, event->signature,
                          event->call, event->custom, event->finish, event->created);
  if (event->type == RELAIS_EVENT_USAGE)
    g_string_append_printf (self->trace, " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT,
                            event->usage.input, event->usage.cache_read, event->usage.cache_write,
                            event->usage.output, event->usage.reasoning);
  if (event->failure != NULL)
    g_string_append_printf (self->trace, " %d %u %s", event->failure->code, event->failure->status,
                            event->failure->message);
  g_string_append_c (self->trace, '\n');
}

static void
event_cb (const RelaisEvent *event,
          gpointer           user_data)
{
  Story *self = user_data;
  Told *told = g_new0 (Told, 1);

  check_event (self, event);
  self->started |= event->type == RELAIS_EVENT_START;
  self->ended |= event->type == RELAIS_EVENT_FINISH || event->type == RELAIS_EVENT_ERROR;
  self->has_image |= event->type == RELAIS_EVENT_IMAGE_OUT;
  if (event->type == RELAIS_EVENT_TEXT)
    g_string_append_len (self->text, event->text, event->length);
  if (event->type == RELAIS_EVENT_TEXT || event->type == RELAIS_EVENT_REFUSAL)
    g_string_append_len (self->visible, event->text, event->length);
  trace (self, event);
  told->event = *event;
  told->event.text = told->strings[0] = g_strdup (event->text);
  told->event.id = told->strings[1] = g_strdup (event->id);
  told->event.name = told->strings[2] = g_strdup (event->name);
  told->event.name_space = told->strings[3] = g_strdup (event->name_space);
  told->event.signature = told->strings[4] = g_strdup (event->signature);
  told->event.failure = event->failure != NULL ? relais_failure_copy (event->failure) : NULL;
  g_ptr_array_add (self->events, told);
}

static void
story_read (Story        *self,
            const guint8 *data,
            gsize         size,
            gsize         first,
            gsize         piece)
{
  g_autoptr (RelaisDecoder) decoder = relais_decoder_new (FUZZ_DIALECT, MAX_EVENT_BYTES, event_cb,
                                                          self);
  gsize at = 0;

  *self = (Story){
    .events = g_ptr_array_new_with_free_func (told_free),
    .open = g_array_new (FALSE, FALSE, sizeof (gboolean)),
    .text = g_string_new (NULL),
    .visible = g_string_new (NULL),
    .trace = g_string_new (NULL),
  };
  for (gsize n = first; at < size; n = piece)
    {
      gsize take = MIN (n, size - at);
      g_autofree char *copy = g_memdup2 (data + at, take);

      relais_decoder_push (decoder, copy, take);
      at += take;
    }
  relais_decoder_finish (decoder);
  g_assert_true (relais_decoder_is_over (decoder));
  g_assert_true (self->ended);
}

static void
story_clear (Story *self)
{
  g_ptr_array_unref (self->events);
  g_array_unref (self->open);
  g_string_free (self->text, TRUE);
  g_string_free (self->visible, TRUE);
  g_string_free (self->trace, TRUE);
}

/* A failure before anything else is no stream but an answer of its own, so nobody pushes it. */
static gboolean
is_failure (const Story *self)
{
  const Told *first = g_ptr_array_index (self->events, 0);

  return first->event.type == RELAIS_EVENT_ERROR;
}

static void
say (const Story     *self,
     RelaisDialectId  dialect,
     RelaisForm       form)
{
  const RelaisDialect *kind = relais_dialect_get (dialect);
  g_autoptr (RelaisPrompt) prompt = relais_prompt_new ();
  g_autoptr (GString) out = g_string_new (NULL);
  RelaisFuzzAnswer read = { 0 };
  RelaisEncoder *encoder;
  guint n_ids = 0;

  prompt->model = g_strdup ("m");
  prompt->stream = form != RELAIS_FORM_WHOLE;
  prompt->include_usage = TRUE;
  prompt->thinking = TRUE;
  prompt->show_thinking = RELAIS_TRI_TRUE;
  prompt->keep_signatures = TRUE;
  encoder = kind->encoder_new (prompt, form, relais_fuzz_make_id, &n_ids);
  for (guint i = 0; i < self->events->len; i++)
    kind->encoder_push (encoder, &((Told *)g_ptr_array_index (self->events, i))->event, out);
  kind->encoder_free (encoder);
  relais_fuzz_read_answer (&read, dialect, form, out, TRUE);
  if (!read.has_failure && out->len > 0)
    {
      if (!self->has_cut)
        g_assert_cmpuint (read.n_calls, ==, self->open->len);
      g_assert_true (self->has_image || strcmp (read.text->str, self->text->str) == 0 ||
                     strcmp (read.text->str, self->visible->str) == 0);
    }
  relais_fuzz_clear_answer (&read);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  const gsize cuts[][2] = { { size > 0 ? relais_fuzz_pick (data, size) : 1, size }, { 1, 1 } };
  Story whole;

  story_read (&whole, data, size, size, size);
  for (guint i = 0; i < G_N_ELEMENTS (cuts); i++)
    {
      Story cut;

      story_read (&cut, data, size, cuts[i][0], cuts[i][1]);
      g_assert_cmpstr (whole.trace->str, ==, cut.trace->str);
      story_clear (&cut);
    }
  for (RelaisDialectId id = 0; id < RELAIS_N_DIALECTS && !is_failure (&whole); id++)
    for (RelaisForm form = RELAIS_FORM_WHOLE; form <= RELAIS_FORM_ARRAY; form++)
      if (form != RELAIS_FORM_ARRAY || id == RELAIS_DIALECT_GEMINI)
        say (&whole, id, form);
  story_clear (&whole);
  return 0;
}
