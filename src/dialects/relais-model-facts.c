/* relais-model-facts.c: what a model takes, told by its name
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-model-facts"

#include "config.h"

#include <string.h>

#include "relais-model-facts.h"

#define NEWEST 9999

/* Major and minor number in a name, 100 × major + minor: claude-opus-4-8 and claude-4-5-sonnet,
 * also with a date behind; gemini-2.5-pro. NEWEST where none is told. */
static int
version_of (const char *model,
            const char *family)
{
  const char *at = strstr (model, family);
  int numbers[2] = { -1, 0 };
  guint n = 0;

  if (at == NULL)
    return NEWEST;
  for (at += strlen (family); *at != '\0' && n < 2;)
    {
      const char *end = at + strspn (at, "0123456789");

      if (end > at && end - at <= 2 && (*end == '\0' || strchr ("-.@:_", *end) != NULL))
        numbers[n++] = atoi (at);
      else if (n > 0)
        break;
      at = *end != '\0' ? end + 1 : end;
      if (end > at)
        at = end;
    }
  return numbers[0] < 0 ? NEWEST : numbers[0] * 100 + numbers[1];
}

/* What a Claude writes at most in one answer, -1 where it is not known: the row "Max output" of
 * platform.claude.com/docs/en/about-claude/models/overview, May 2026. */
static gint64
claude_max_output (const char *model,
                   int         version)
{
  gboolean opus = strstr (model, "opus") != NULL;

  switch (version)
    {
    case 400:
    case 401:
      return opus ? 32000 : 64000;
    case 405:
      return 64000;
    case 406:
      return opus ? 128000 : 64000;
    case 407:
      return opus ? 128000 : -1;
    default:
      return -1;
    }
}

/**
 * relais_model_get_claude:
 * @model: an Anthropic model's name
 *
 * By version, as of November 2026: a budget only up to 4.5, either way in 4.6, effort only later;
 * sampling up to 4.6; role system inside messages from 4.8 on; structured outputs from 4.5 on; a
 * forced call while it thinks from 4.8 on (github.com/langchain-ai/langchain-aws/pull/1141). An
 * unknown name is taken for the newest.
 *
 * Returns: what it takes
 */
RelaisClaudeFacts
relais_model_get_claude (const char *model)
{
  int version = version_of (model, "claude");
  RelaisClaudeFacts facts = {
    .thinking = RELAIS_CLAUDE_ADAPTIVE,
    .samples = version <= 406,
    .one_of_both = version >= 401 && version <= 406,
    .system_messages = version >= 408,
    .structured = version >= 405,
    .forces_thinking = version >= 408,
    .max_output = claude_max_output (model, version),
  };

  if (version <= 405)
    facts.thinking = RELAIS_CLAUDE_BUDGET;
  else if (version == 406)
    facts.thinking = RELAIS_CLAUDE_BOTH;
  return facts;
}

/**
 * relais_model_is_gemini_3:
 * @model: a Gemini model's name
 *
 * Returns: whether it is of version 3 or later; an unknown name is
 */
gboolean
relais_model_is_gemini_3 (const char *model)
{
  return version_of (model, "gemini") >= 300;
}

/**
 * relais_model_get_gemini:
 * @model: a Gemini model's name
 *
 * Budgets: 2.5 Pro 128 to 32 768, others 0 to 24 576. Levels: 3 Pro only low and high.
 *
 * Returns: how it is told to think
 */
RelaisGeminiFacts
relais_model_get_gemini (const char *model)
{
  gboolean pro = strstr (model, "pro") != NULL;

  return (RelaisGeminiFacts){
    .levels = relais_model_is_gemini_3 (model),
    .low_and_high = pro,
    .min_budget = pro ? 128 : 0,
    .max_budget = pro ? 32768 : 24576,
  };
}
