/* relais-practice.c: the built-in upstream: answers from the prompt, no network
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-practice"

#include "config.h"

#include "relais-practice-plan.h"
#include "relais-practice.h"

/* Events handed over in one turn of the loop; others get theirs in between. */
#define BURST 32

struct _RelaisPractice
{
  GSource source; /* what a RelaisPractice is: it lives until destroyed and let go of by the loop */

  RelaisEventFunc func;
  gpointer user_data; /* borrowed */
  GPtrArray *plan;    /* owned; RelaisPracticeStep */
  guint n_done;       /* steps behind us */
  gsize at;           /* bytes of the current step's text behind us */
  gint64 due_us;      /* when the next piece may go */
  gboolean        paused;
};

/* Where a piece of at most @limit bytes ends, between two characters. */
static gsize
find_cut (const char *text,
          gsize       length,
          gsize       limit)
{
  gsize cut = limit;

  if (limit == 0 || limit >= length)
    return length;
  while (cut > 0 && ((guchar)text[cut] & 0xc0) == 0x80)
    cut--;
  return cut > 0 ? cut : length;
}

static void
hand_over (RelaisPractice           *self,
           const RelaisPracticeStep *step)
{
  g_autofree char *piece = NULL;
  RelaisEvent event = {
    .type = step->type,
    .name = step->name,
    .call = step->call,
    .custom = step->custom,
    .finish = step->finish,
    .usage = step->usage,
    .failure = step->failure,
  };

  if (step->type == RELAIS_EVENT_START || step->type == RELAIS_EVENT_FINISH)
    event.created = g_get_real_time () / G_USEC_PER_SEC;
  if (step->text != NULL)
    {
      event.length = find_cut (step->text + self->at, step->length - self->at, step->piece_bytes);
      event.text = piece = g_strndup (step->text + self->at, event.length);
      self->at += event.length;
    }
  if (step->text == NULL || self->at == step->length)
    {
      self->n_done++;
      self->at = 0;
    }
  self->due_us = 0;
  self->func (&event, self->user_data);
}

/* Sets when the next piece may go; says whether that is now. */
static gboolean
is_due (RelaisPractice *self)
{
  const RelaisPracticeStep *step = g_ptr_array_index (self->plan, self->n_done);

  if (step->delay_ms == 0)
    return TRUE;
  if (self->due_us == 0)
    self->due_us = g_get_monotonic_time () + (gint64)step->delay_ms * 1000;
  return g_get_monotonic_time () >= self->due_us;
}

static gboolean
practice_dispatch (GSource     *source,
                   GSourceFunc  callback,
                   gpointer     user_data)
{
  RelaisPractice *self = (RelaisPractice *)source;

  /* The loop holds the source while this runs, so it may be freed from inside the callback. */
  for (guint i = 0; i < BURST; i++)
    {
      if (g_source_is_destroyed (source) || self->paused)
        return G_SOURCE_CONTINUE;
      if (self->n_done == self->plan->len)
        return G_SOURCE_REMOVE;
      if (!is_due (self))
        {
          g_source_set_ready_time (source, self->due_us);
          return G_SOURCE_CONTINUE;
        }
      hand_over (self, g_ptr_array_index (self->plan, self->n_done));
    }
  if (!g_source_is_destroyed (source) && !self->paused)
    g_source_set_ready_time (source, 0);
  return G_SOURCE_CONTINUE;
}

static void
practice_finalize (GSource *source)
{
  RelaisPractice *self = (RelaisPractice *)source;

  g_clear_pointer (&self->plan, g_ptr_array_unref);
}

static GSourceFuncs practice_funcs = { .dispatch = practice_dispatch,
                                       .finalize = practice_finalize };

/**
 * relais_practice_start:
 * @prompt: a request; only read, and only during this call
 * @func: called for each event of the answer, from the thread-default main context
 * @user_data: (closure): for @func; must outlive the answer
 *
 * Begins to answer. The first event comes from the loop, never from inside this call; the last one
 * is FINISH or ERROR.
 *
 * Returns: (transfer full): the work; free it with [method@Practice.free], also after the last
 *   event
 */
RelaisPractice *
relais_practice_start (const RelaisPrompt *prompt,
                       RelaisEventFunc     func,
                       gpointer            user_data)
{
  GSource *source = g_source_new (&practice_funcs, sizeof (RelaisPractice));
  RelaisPractice *self = (RelaisPractice *)source;

  self->func = func;
  self->user_data = user_data;
  self->plan = relais_practice_plan_new (prompt);
  g_source_set_static_name (source, "relais-practice");
  g_source_set_ready_time (source, 0);
  g_source_attach (source, g_main_context_get_thread_default ());
  return self;
}

/**
 * relais_practice_set_paused:
 * @self: the work
 * @paused: whether to hold back
 *
 * Stops handing over events, at once, or goes on. May be called from inside the callback.
 */
void
relais_practice_set_paused (RelaisPractice *self,
                            gboolean        paused)
{
  g_return_if_fail (self != NULL);

  if (self->paused == paused)
    return;
  self->paused = paused;
  g_source_set_ready_time (&self->source, paused ? -1 : 0);
}

/**
 * relais_practice_free:
 * @self: (transfer full) (nullable): the work
 *
 * Ends it: no event comes after this, also when called from inside the callback.
 */
void
relais_practice_free (RelaisPractice *self)
{
  if (self == NULL)
    return;
  g_source_destroy (&self->source);
  g_source_unref (&self->source);
}

/**
 * relais_practice_get_models:
 *
 * Returns: (transfer none): the models it lists, ended by %NULL
 */
const char *const *
relais_practice_get_models (void)
{
  static const char *const models[] = { "practice", "gemini-3-flash", NULL };

  return models;
}
