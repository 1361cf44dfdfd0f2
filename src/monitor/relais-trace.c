/* relais-trace.c: how one request found who served it, step by step
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-trace"

#include "config.h"

#include <string.h>

#include "relais-trace.h"

static void
step_clear (gpointer data)
{
  RelaisTraceStep *step = data;

  g_free (step->account);
  g_free (step->words);
}

static void
step_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, step_clear);
}

static gpointer
step_ref (gconstpointer step,
          gpointer      user_data)
{
  return g_atomic_rc_box_acquire ((gpointer)step);
}

/**
 * relais_trace_new:
 *
 * Returns: (transfer full) (element-type RelaisTraceStep): one without steps
 */
GPtrArray *
relais_trace_new (void)
{
  return g_ptr_array_new_with_free_func (step_unref);
}

/**
 * relais_trace_copy:
 * @trace: (element-type RelaisTraceStep) (nullable): a trace
 *
 * Returns: (transfer full) (nullable): one of the same steps that no longer grows
 */
GPtrArray *
relais_trace_copy (GPtrArray *trace)
{
  GPtrArray *copy = trace != NULL ? g_ptr_array_copy (trace, step_ref, NULL) : NULL;

  if (copy != NULL)
    g_ptr_array_set_free_func (copy, step_unref);
  return copy;
}

static void
add (GPtrArray       *trace,
     RelaisTraceStep *step)
{
  if (trace->len >= RELAIS_TRACE_MAX)
    g_ptr_array_remove_index (trace, RELAIS_TRACE_MAX / 2);
  g_ptr_array_add (trace, step);
}

/**
 * relais_trace_add:
 * @trace: (element-type RelaisTraceStep): a trace
 * @kind: what happened
 * @account: (nullable): the label of the account
 * @reason: (nullable): a static word for what it came to
 * @words: (nullable): the upstream's, without secrets; the first 256 bytes are kept
 *
 * Above 16 steps one in the middle is forgotten: the first and the last tell most.
 *
 * Returns: (transfer none): the step, to be filled in before anybody else sees it
 */
RelaisTraceStep *
relais_trace_add (GPtrArray       *trace,
                  RelaisTraceKind  kind,
                  const char      *account,
                  const char      *reason,
                  const char      *words)
{
  RelaisTraceStep *step = g_atomic_rc_box_new0 (RelaisTraceStep);

  step->kind = kind;
  step->account = g_strdup (account);
  step->reason = reason;
  step->wait_us = -1;
  if (words != NULL)
    {
      const char *end = words + MIN (strlen (words), RELAIS_TRACE_WORDS_MAX);

      if (*end != '\0')
        end = g_utf8_find_prev_char (words, end);
      step->words = g_strndup (words, end != NULL ? end - words : 0);
    }
  add (trace, step);
  return step;
}

/**
 * relais_trace_append:
 * @trace: (element-type RelaisTraceStep): a trace
 * @steps: (element-type RelaisTraceStep): what goes behind it
 */
void
relais_trace_append (GPtrArray *trace,
                     GPtrArray *steps)
{
  for (guint i = 0; i < steps->len; i++)
    add (trace, step_ref (g_ptr_array_index (steps, i), NULL));
}

static RelaisTraceKind
get_kind (GPtrArray *trace,
          guint      index)
{
  return ((RelaisTraceStep *)g_ptr_array_index (trace, index))->kind;
}

/**
 * relais_trace_dup_line:
 * @trace: (element-type RelaisTraceStep) (nullable): a trace
 *
 * For a log: neither what went well at the first try nor what upstreams said, which may quote the
 * prompt.
 *
 * Returns: (transfer full) (nullable): what came before the last attempt, like
 *   “Work” limited 429, held 7.0 s
 */
char *
relais_trace_dup_line (GPtrArray *trace)
{
  GString *line = g_string_new (NULL);
  guint length = trace != NULL ? trace->len : 0;

  while (length > 0 && get_kind (trace, length - 1) == RELAIS_TRACE_BEHIND)
    length--;
  if (length > 0 && get_kind (trace, length - 1) == RELAIS_TRACE_TRIED)
    length--;
  for (guint i = 0; i < length; i++)
    {
      const RelaisTraceStep *step = g_ptr_array_index (trace, i);

      if (line->len > 0)
        g_string_append (line, ", ");
      if (step->kind == RELAIS_TRACE_HELD)
        g_string_append_printf (line, "held %.1f s", (double)step->took_us / G_USEC_PER_SEC);
      else
        g_string_append_printf (line, "“%s” %s%s", step->account,
                                step->kind == RELAIS_TRACE_SKIPPED ? "left out: " : "",
                                step->reason);
      if (step->kind == RELAIS_TRACE_TRIED && step->status > 0)
        g_string_append_printf (line, " %u", step->status);
    }
  return g_string_free (line, line->len == 0);
}
