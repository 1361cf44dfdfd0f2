/* relais-practice-plan.h: what the practice account will say, step by step
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "model/relais-event.h"
#include "model/relais-prompt.h"

G_BEGIN_DECLS

#define RELAIS_PRACTICE_MAX_TEXT_BYTES (4 * 1024 * 1024)

/* One step. Text goes out in pieces of `piece_bytes`, one event each. */
typedef struct
{
  RelaisEventType type;
  char *text;        /* owned */
  gsize length;      /* of text, in bytes */
  gsize piece_bytes; /* at most, cut between characters; 0: all at once */
  guint delay_ms;    /* to wait before each piece */
  char *name;        /* owned; START: model; CALL_START: tool */
  guint           call;
  gboolean        custom;
  RelaisFinish    finish;
  RelaisUsage     usage;
  RelaisFailure *failure; /* owned */
} RelaisPracticeStep;

GPtrArray *relais_practice_plan_new  (const RelaisPrompt *prompt);
char      *relais_practice_make_args (const RelaisTool   *tool,
                                      guint               position);

G_END_DECLS
