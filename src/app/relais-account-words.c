/* relais-account-words.c: how accounts fare, in the words of the person
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-account-words"

#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "relais-account-words.h"

#define WORDS_SHOWN_MAX 160

/**
 * relais_account_words_span:
 * @left_us: what is left of a wait
 *
 * Returns: (transfer full): a count and a unit, rounded up
 */
char *
relais_account_words_span (gint64 left_us)
{
  int seconds = (int)((MAX (left_us, 0) + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC);

  if (seconds < 120)
    /* Translators: seconds */
    return g_strdup_printf (_("%d s"), seconds);
  if (seconds < 2 * 3600)
    /* Translators: minutes */
    return g_strdup_printf (_("%d min"), (seconds + 59) / 60);
  /* Translators: hours */
  return g_strdup_printf (_("%d h"), (seconds + 3599) / 3600);
}

static char *
dup_shown (const char *words)
{
  g_autofree char *cut = NULL;

  if (words == NULL || *words == '\0')
    return NULL;
  if (g_utf8_strlen (words, -1) <= WORDS_SHOWN_MAX)
    return g_strdup (words);
  cut = g_utf8_substring (words, 0, WORDS_SHOWN_MAX);
  return g_strconcat (cut, "…", NULL);
}

static const char *
name_state (RelaisAccountState state)
{
  switch (state)
    {
    case RELAIS_ACCOUNT_KEY_REJECTED:
      return _("the provider refused the key");
    case RELAIS_ACCOUNT_COOLING:
      return _("too many requests");
    case RELAIS_ACCOUNT_QUOTA:
      return _("the quota of the day is used up");
    case RELAIS_ACCOUNT_NO_CREDIT:
      return _("out of credit");
    case RELAIS_ACCOUNT_FAULTY:
      return _("fails again and again, so it is tried last");
    case RELAIS_ACCOUNT_MODEL_REFUSED:
      return _("this model is refused, so it is tried last");
    case RELAIS_ACCOUNT_ACTIVE:
    case RELAIS_ACCOUNT_PAUSED:
    default:
      return "";
    }
}

/**
 * relais_account_words_trouble:
 * @trouble: what is held against an account
 * @now_us: microseconds since 1970
 * @brief: whether to leave out what the provider said
 *
 * Returns: (transfer full): that, for how long, and in whose words
 */
char *
relais_account_words_trouble (const RelaisAccountTrouble *trouble,
                              gint64                      now_us,
                              gboolean                    brief)
{
  g_autofree char *span = trouble->until_us > 0
                            ? relais_account_words_span (trouble->until_us - now_us)
                            : NULL;
  g_autofree char *words = brief ? NULL : dup_shown (trouble->words);
  GString *text = g_string_new (NULL);

  if (trouble->model != NULL && *trouble->model != '\0')
    /* Translators: the name of a model, before what is the matter with it */
    g_string_append_printf (text, _("%s: "), trouble->model);
  g_string_append (text, name_state (trouble->state));
  if (span != NULL)
    /* Translators: after what is the matter with an account, a time such as “12 s” */
    g_string_append_printf (text, _(", for %s"), span);
  if (words != NULL)
    /* Translators: what a provider said, in its own words */
    g_string_append_printf (text, _(" (“%s”)"), words);
  return g_string_free (text, FALSE);
}

/* The one model that is concerned, where it is one. */
static const char *
find_model (RelaisAccountRow *account)
{
  GPtrArray *troubles = relais_account_row_get_troubles (account);
  const char *model = NULL;

  for (guint i = 0; troubles != NULL && i < troubles->len; i++)
    {
      const RelaisAccountTrouble *trouble = g_ptr_array_index (troubles, i);

      if (trouble->state != relais_account_row_get_state (account))
        continue;
      if (model != NULL || trouble->model == NULL)
        return NULL;
      model = trouble->model;
    }
  return model;
}

/**
 * relais_account_words_stopped:
 * @account: one that no longer works
 *
 * Returns: (transfer full): its name and why, without what the provider said and for how long
 */
char *
relais_account_words_stopped (RelaisAccountRow *account)
{
  const char *label = relais_account_row_get_label (account);
  const char *words = name_state (relais_account_row_get_state (account));
  const char *model = find_model (account);

  if (model == NULL)
    return g_strdup_printf (_("%s: %s"), label, words);
  /* Translators: an account, what is the matter with it, the one model that concerns */
  return g_strdup_printf (_("%s: %s (%s)"), label, words, model);
}

static const char *
name_reason (const char *reason)
{
  static const struct
  {
    const char *reason;
    const char *words;
  } reasons[] = {
    { "served", NC_ ("attempt", "answered") },
    { "request", NC_ ("attempt", "refused the request") },
    { "limited", NC_ ("attempt", "too many requests") },
    { "quota", NC_ ("attempt", "quota of the day used up") },
    { "fault", NC_ ("attempt", "failed") },
    { "timeout", NC_ ("attempt", "did not answer in time") },
    { "bad-key", NC_ ("attempt", "key refused") },
    { "no-credit", NC_ ("attempt", "out of credit") },
    { "forbidden", NC_ ("attempt", "may not use the model") },
    { "no-model", NC_ ("attempt", "does not know the model") },
    { "conversation", NC_ ("attempt", "the conversation stays where it is") },
    { "fallback", NC_ ("attempt", "is a fallback") },
    { "exclusive", NC_ ("attempt", "another one is exclusive") },
    { "priority", NC_ ("attempt", "comes later by its priority") },
    { "dialect", NC_ ("attempt", "would need a translation") },
    { "turn", NC_ ("attempt", "its turn comes later") },
    { "place", NC_ ("attempt", "is further down the list") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (g_strcmp0 (reason, reasons[i].reason) == 0)
      return g_dpgettext2 (NULL, "attempt", reasons[i].words);
  return "";
}

static void
append_step (GString               *text,
             const RelaisTraceStep *step)
{
  g_autofree char *words = dup_shown (step->words);
  g_autofree char *span = NULL;

  if (text->len > 0)
    g_string_append_c (text, '\n');
  switch (step->kind)
    {
    case RELAIS_TRACE_HELD:
      span = relais_account_words_span (step->took_us);
      /* Translators: a request waited for an account, a time such as “7 s” */
      g_string_append_printf (text, _("Held for %s"), span);
      return;
    case RELAIS_TRACE_SKIPPED:
    case RELAIS_TRACE_BEHIND:
      /* Translators: an account that was not asked, and why */
      g_string_append_printf (text, _("%s not asked: %s"), step->account,
                                       name_reason (step->reason));
      if (step->wait_us >= 0)
        {
          span = relais_account_words_span (step->wait_us);
          g_string_append_printf (text, _(", for %s"), span);
        }
      break;
    case RELAIS_TRACE_TRIED:
    default:
      /* Translators: an account that was asked, and what came of it */
      g_string_append_printf (text, _("%s: %s"), step->account, name_reason (step->reason));
      if (step->status > 0 && g_strcmp0 (step->reason, "served") != 0)
        g_string_append_printf (text, " (%u)", step->status);
      break;
    }
  if (words != NULL)
    g_string_append_printf (text, _(" (“%s”)"), words);
}

/**
 * relais_account_words_trace:
 * @trace: (element-type RelaisTraceStep) (nullable): how a request found who served it
 *
 * Returns: (transfer full) (nullable): a line for each step; %NULL where the account that answered
 *   was the only one
 */
char *
relais_account_words_trace (GPtrArray *trace)
{
  const RelaisTraceStep *only =
    trace != NULL && trace->len == 1 ? g_ptr_array_index (trace, 0) : NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  if (trace == NULL || trace->len == 0 ||
      (only != NULL && only->kind == RELAIS_TRACE_TRIED && strcmp (only->reason, "served") == 0))
    return NULL;
  for (guint i = 0; i < trace->len; i++)
    append_step (text, g_ptr_array_index (trace, i));
  return g_strdup (text->str);
}
