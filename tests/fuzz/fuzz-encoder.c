/* fuzz-encoder.c: any answer, in any form, is one that a strict client can read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/relais-error.h"

#include "relais-fuzz.h"

#define MAX_EVENTS 2000

typedef struct
{
  RelaisFuzzDraw  draw;
  RelaisPrompt   *prompt;
  GPtrArray *events; /* RelaisEvent, owned */
  GPtrArray *texts;  /* owned: what events point to */
  GByteArray     *open;
  gboolean        has_image;
  gboolean        ended;
} Script;

static RelaisEvent *
add_event (Script          *self,
           RelaisEventType  type)
{
  RelaisEvent *event = g_new0 (RelaisEvent, 1);

  event->type = type;
  relais_usage_clear (&event->usage);
  g_ptr_array_add (self->events, event);
  return event;
}

static const char *
draw_text (Script *self)
{
  char *text = relais_fuzz_draw_text (&self->draw);

  g_ptr_array_add (self->texts, text);
  return text;
}

/* A fragment is never empty. */
static RelaisEvent *
add_fragment (Script          *self,
              RelaisEventType  type)
{
  const char *text = draw_text (self);
  RelaisEvent *event;

  if (*text == '\0')
    text = "x";
  event = add_event (self, type);
  event->text = text;
  event->length = strlen (text);
  return event;
}

static void
add_opaque (Script *self)
{
  const char *text = draw_text (self);
  RelaisEvent *event = add_event (self, RELAIS_EVENT_OPAQUE);

  event->origin = 1 + relais_fuzz_draw_byte (&self->draw) % 4;
  event->text = *text == '{' ? "{\"type\":\"new_thing\",\"value\":[1]}" : "{\"x\":null}";
  event->length = strlen (event->text);
}

static void
add_image (Script *self)
{
  const char *text = draw_text (self);
  RelaisEvent *event = add_event (self, RELAIS_EVENT_IMAGE_OUT);
  char *base64 = g_base64_encode ((const guchar *)text, MAX (strlen (text), 1));

  g_ptr_array_add (self->texts, base64);
  event->name = *text == 'j' ? "image/jpeg" : *text == 'n' ? NULL
                                                           : "image/png";
  event->text = base64;
  event->length = strlen (base64);
  self->has_image = TRUE;
}

static void
add_call (Script *self)
{
  static const guint8 yes = 1;
  guint flags = relais_fuzz_draw_byte (&self->draw);
  RelaisEvent *event = add_event (self, RELAIS_EVENT_CALL_START);

  event->call = self->open->len;
  event->custom = flags & 1;
  event->id = flags & 2 ? draw_text (self) : NULL;
  event->name = flags & 4 ? draw_text (self) : "get_weather";
  event->signature = flags & 8 ? draw_text (self) : NULL;
  event->origin = 1 + (flags >> 4) % 4;
  g_byte_array_append (self->open, &yes, 1);
}

static void
add_usage (Script *self)
{
  RelaisUsage *usage = &add_event (self, RELAIS_EVENT_USAGE)->usage;

  usage->input = relais_fuzz_draw_count (&self->draw);
  usage->cache_read = relais_fuzz_draw_count (&self->draw);
  usage->cache_write = relais_fuzz_draw_count (&self->draw);
  usage->output = relais_fuzz_draw_count (&self->draw);
  usage->reasoning = relais_fuzz_draw_count (&self->draw);
}

static void
add_step (Script *self)
{
  guint kind = relais_fuzz_draw_byte (&self->draw);
  guint call = self->open->len > 0 ? (kind >> 4) % self->open->len : 0;
  gboolean may = self->open->len > 0 && self->open->data[call];

  switch (kind % 12)
    {
    case 0:
    case 1:
      add_fragment (self, RELAIS_EVENT_TEXT);
      break;
    case 2:
      add_fragment (self, RELAIS_EVENT_THINK);
      break;
    case 3:
      add_fragment (self, RELAIS_EVENT_SIGNATURE)->origin = 1 + (kind >> 4) % 4;
      break;
    case 4:
      add_fragment (self, RELAIS_EVENT_REDACTED)->origin = 1 + (kind >> 4) % 4;
      break;
    case 5:
      add_fragment (self, RELAIS_EVENT_REFUSAL);
      break;
    case 6:
      add_call (self);
      break;
    case 7:
      if (may)
        add_fragment (self, RELAIS_EVENT_CALL_ARGS)->call = call;
      break;
    case 8:
      if (may)
        add_event (self, RELAIS_EVENT_CALL_END)->call = call;
      if (may)
        self->open->data[call] = 0;
      break;
    case 9:
      add_image (self);
      break;
    case 10:
      add_usage (self);
      break;
    default:
      add_opaque (self);
      break;
    }
}

static void
write_script (Script        *self,
              RelaisFailure *failure)
{
  guint flags = relais_fuzz_draw_byte (&self->draw);
  guint end = relais_fuzz_draw_byte (&self->draw);
  RelaisEvent *event = add_event (self, RELAIS_EVENT_START);

  self->prompt->model = g_strdup ("some-model");
  self->prompt->include_usage = (flags & 1) != 0;
  self->prompt->keep_signatures = (flags & 2) != 0;
  self->prompt->thinking = (flags & 4) != 0;
  self->prompt->show_thinking = (flags >> 3) % 3;
  event->id = flags & 32 ? draw_text (self) : NULL;
  event->name = flags & 64 ? draw_text (self) : NULL;
  event->created = flags & 128 ? 1795000000 : 0;
  while (self->draw.at < self->draw.end && self->events->len < MAX_EVENTS)
    add_step (self);
  self->ended = end % 16 != 15;
  if (end % 16 == 14)
    {
      failure->status = end >> 4 > 8 ? 400 + end : 0;
      add_event (self, RELAIS_EVENT_ERROR)->failure = failure;
    }
  else if (self->ended)
    {
      for (guint i = 0; i < self->open->len; i++)
        if (self->open->data[i])
          add_event (self, RELAIS_EVENT_CALL_END)->call = i;
      event = add_event (self, RELAIS_EVENT_FINISH);
      event->finish = end % 8;
      event->created = 1795000009;
      event->text = end >= 128 ? "END" : NULL;
      event->length = end >= 128 ? 3 : 0;
    }
}

static GString *
encode (const Script    *self,
        RelaisDialectId  dialect,
        RelaisForm       form)
{
  const RelaisDialect *kind = relais_dialect_get (dialect);
  GString *out = g_string_new (NULL);
  guint n_ids = 0;
  RelaisEncoder *encoder = kind->encoder_new (self->prompt, form, relais_fuzz_make_id, &n_ids);

  for (guint i = 0; i < self->events->len; i++)
    kind->encoder_push (encoder, g_ptr_array_index (self->events, i), out);
  kind->encoder_free (encoder);
  return out;
}

static void
compare (const RelaisFuzzAnswer *one,
         const RelaisFuzzAnswer *other)
{
  g_assert_cmpstr (one->text->str, ==, other->text->str);
  g_assert_cmpuint (one->n_calls, ==, other->n_calls);
  g_assert_cmpint (one->finish, ==, other->finish);
}

/* The same events in every form say the same. */
static void
check (const Script    *self,
       RelaisDialectId  dialect)
{
  gboolean gemini = dialect == RELAIS_DIALECT_GEMINI;
  RelaisFuzzAnswer answers[3] = { 0 };
  gsize n_whole = 0;

  for (RelaisForm form = RELAIS_FORM_WHOLE; form <= (gemini ? RELAIS_FORM_ARRAY : RELAIS_FORM_SSE);
       form++)
    {
      GString *out = encode (self, dialect, form);

      if (form == RELAIS_FORM_WHOLE)
        n_whole = out->len;
      relais_fuzz_read_answer (&answers[form], dialect, form, out, self->ended);
      g_string_free (out, TRUE);
    }
  /* A failure leaves no whole body. */
  if (n_whole > 0)
    {
      compare (&answers[RELAIS_FORM_WHOLE], &answers[RELAIS_FORM_SSE]);
      if (self->prompt->include_usage)
        g_assert_cmpmem (&answers[RELAIS_FORM_WHOLE].usage, sizeof (RelaisUsage),
                         &answers[RELAIS_FORM_SSE].usage, sizeof (RelaisUsage));
    }
  else if (self->ended)
    g_assert_true (answers[RELAIS_FORM_SSE].has_failure);
  if (gemini && self->ended)
    compare (&answers[RELAIS_FORM_ARRAY], &answers[RELAIS_FORM_SSE]);
  for (guint form = 0; form < G_N_ELEMENTS (answers); form++)
    if (answers[form].text != NULL)
      relais_fuzz_clear_answer (&answers[form]);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autoptr (RelaisFailure) failure = relais_failure_new (RELAIS_ERROR_UPSTREAM, "no luck");
  g_autoptr (RelaisPrompt) prompt = relais_prompt_new ();
  g_autoptr (GPtrArray) events = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GByteArray) open = g_byte_array_new ();
  Script script = {
    .draw = { data, data + size }, .prompt = prompt, .events = events, .texts = texts, .open = open
  };
  RelaisDialectId dialect = relais_fuzz_draw_byte (&script.draw) % RELAIS_N_DIALECTS;

  write_script (&script, failure);
  check (&script, dialect);
  return 0;
}
