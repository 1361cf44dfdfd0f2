/* relais-health-private.h: what is remembered of each account
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "relais-health.h"

G_BEGIN_DECLS

/* One thing held against an account. Ended ones stay for their streak. */
typedef struct
{
  RelaisHealthKind kind;
  gint64           since_us;
  gint64           until_us;
  gint64           wall_us;
  gint64 again_us; /* a refused key may be tried all the same */
  char *words;     /* owned */
  guint            status;
  guint streak;  /* how often in a row it came again */
  gboolean told; /* the upstream said how long */
} RelaisMark;

typedef struct
{
  RelaisMark account; /* key or credit */
  RelaisMark breaker;
  GHashTable *models; /* model -> RelaisMark, owned */
  guint64 probe;      /* the request that may close the breaker, 0 for none */
  guint n_faults;     /* in a row */
} RelaisHealthEntry;

struct _RelaisHealth
{
  GHashTable *entries;      /* account id -> RelaisHealthEntry, owned */
  const RelaisClock *clock; /* borrowed */
  guint64 last_probe;
};

G_END_DECLS
