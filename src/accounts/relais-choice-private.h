/* relais-choice-private.h: one choice among the accounts
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "relais-account-pool.h"

G_BEGIN_DECLS

/* An account that could serve, or will. */
typedef struct
{
  RelaisAccount     *account;
  RelaisReach        reach;
  RelaisHealthState  state;
  guint place;  /* in the list */
  guint turn;   /* how many come before it in this round */
  guint64 used; /* the turn it had last */
} RelaisCandidate;

/* One choice under way. */
typedef struct
{
  RelaisHealth          *health;
  const RelaisPickQuery *query;
  const char *stays;    /* id of the account it should stay with, or NULL */
  RelaisCandidate best; /* of those that can serve now; no account: none */
  RelaisCandidate kept; /* the one it should stay with, if that serves the model at all */
  gboolean kept_can;    /* now */
  gint64 until_us;      /* the first end of what excludes one of the others */
  GArray *able;         /* of RelaisCandidate: who can serve now; NULL where nobody asks */
  RelaisPickResult       why_not;
} RelaisChoice;

void relais_choice_look_at     (RelaisChoice  *choice,
                                RelaisAccount *account,
                                guint          place,
                                guint          turn,
                                guint64        used);
void relais_choice_decide      (RelaisChoice  *choice,
                                RelaisPick    *pick);
void relais_choice_sort        (RelaisChoice  *choice);
void relais_choice_tell_behind (RelaisChoice  *choice);

G_END_DECLS
