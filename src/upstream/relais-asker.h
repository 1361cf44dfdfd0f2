/* relais-asker.h: one small question to one account, and what it said
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "relais-upstream.h"

G_BEGIN_DECLS

/* What came back. All strings owned. */
typedef struct
{
  guint status; /* HTTP status, 0 when none came */
  gint64 duration_us;
  char *text;    /* the answer's text, or NULL */
  char *model;   /* who says it answered, or NULL */
  char *message; /* what went wrong, or NULL */
} RelaisAskerAnswer;

typedef void (*RelaisAskerFunc) (RelaisAskerAnswer *answer,
                                 gpointer user_data);

void relais_asker_ask          (RelaisUpstream    *upstream,
                                RelaisAccount     *account,
                                RelaisDialectId    dialect,
                                const char        *model,
                                guint              timeout_ms,
                                GCancellable      *cancellable,
                                RelaisAskerFunc    func,
                                gpointer           user_data);
void relais_asker_answer_clear (RelaisAskerAnswer *answer);

G_END_DECLS
