/* relais-outcome.h: what an upstream's answer says of the account it was for
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "accounts/relais-health.h"
#include "model/relais-event.h"

#include "relais-upstream.h"

G_BEGIN_DECLS

/* An answer, whole. Borrowed for the call. */
typedef struct
{
  RelaisDialectId     dialect;
  guint               status;
  SoupMessageHeaders *headers;
  const char         *body;
  gsize               length;
} RelaisAnswer;

void     relais_outcome_read         (const RelaisAnswer  *answer,
                                      gint64               wall_us,
                                      RelaisOutcome       *outcome);
void     relais_outcome_read_error   (const GError        *error,
                                      gboolean             was_sent,
                                      RelaisOutcome       *outcome);
void     relais_outcome_read_failure (const RelaisFailure *failure,
                                      RelaisOutcome       *outcome);
gboolean relais_outcome_is_final     (RelaisOutcomeKind    kind);

G_END_DECLS
