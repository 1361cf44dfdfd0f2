/* relais-model-facts.h: what a model takes, told by its name
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How an Anthropic model is told to think. */
typedef enum {
  RELAIS_CLAUDE_BUDGET,   /* a budget of tokens only */
  RELAIS_CLAUDE_BOTH,     /* either */
  RELAIS_CLAUDE_ADAPTIVE, /* adaptive with an effort only */
} RelaisClaudeThinking;

typedef struct
{
  RelaisClaudeThinking thinking;
  gboolean samples;         /* takes temperature, top_p, top_k as they come */
  gboolean one_of_both;     /* not temperature and top_p together */
  gboolean system_messages; /* role system inside messages */
  gboolean structured;      /* output_config.format */
  gboolean forces_thinking; /* a call can be forced while it thinks */
  gint64 max_output;        /* tokens; -1: not known */
} RelaisClaudeFacts;

/* How a Gemini model is told to think. */
typedef struct
{
  gboolean levels;       /* thinkingLevel, from 3 on; else thinkingBudget */
  gboolean low_and_high; /* of the levels only these two */
  gint64 min_budget;
  gint64 max_budget;
} RelaisGeminiFacts;

RelaisClaudeFacts relais_model_get_claude  (const char *model);
RelaisGeminiFacts relais_model_get_gemini  (const char *model);
gboolean          relais_model_is_gemini_3 (const char *model);

G_END_DECLS
