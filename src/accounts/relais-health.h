/* relais-health.h: what became of the last requests to each account, and until when it counts
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

#include "base/relais-clock.h"

G_BEGIN_DECLS

/* Caps. What an upstream asks for beyond the first is not believed. */
#define RELAIS_HEALTH_WAIT_MAX_US (24 * G_TIME_SPAN_HOUR)
#define RELAIS_HEALTH_LIMIT_MIN_US (5 * G_TIME_SPAN_SECOND)
#define RELAIS_HEALTH_LIMIT_MAX_US (5 * G_TIME_SPAN_MINUTE)
#define RELAIS_HEALTH_BREAK_AFTER 3 /* faults in a row */
#define RELAIS_HEALTH_BREAK_MIN_US (30 * G_TIME_SPAN_SECOND)
#define RELAIS_HEALTH_BREAK_MAX_US (10 * G_TIME_SPAN_MINUTE)
#define RELAIS_HEALTH_RECHECK_US G_TIME_SPAN_HOUR             /* no credit, a model refused */
#define RELAIS_HEALTH_KEY_RECHECK_US (2 * G_TIME_SPAN_MINUTE) /* a refused key, as the last hope */
#define RELAIS_HEALTH_MODELS_MAX 64                           /* remembered of one account */
#define RELAIS_HEALTH_WORDS_MAX 512                           /* bytes */
#define RELAIS_HEALTH_NEVER_US G_MAXINT64

/* What one request to an account came to. */
typedef enum {
  RELAIS_OUTCOME_SERVED,
  RELAIS_OUTCOME_REQUEST, /* refused for what it asked: says nothing of the account */
  RELAIS_OUTCOME_LIMITED, /* too many: this model, for a while */
  RELAIS_OUTCOME_QUOTA,   /* this model's quota of the day is used up */
  RELAIS_OUTCOME_FAULT,   /* the upstream is unwell, or not there */
  RELAIS_OUTCOME_TIMEOUT, /* it took the request and never answered */
  RELAIS_OUTCOME_BAD_KEY,
  RELAIS_OUTCOME_NO_CREDIT,
  RELAIS_OUTCOME_FORBIDDEN, /* this model is not for this account */
  RELAIS_OUTCOME_NO_MODEL,  /* the upstream does not know it */
} RelaisOutcomeKind;

typedef struct
{
  RelaisOutcomeKind kind;
  gint64 wait_ms;    /* the upstream's own word, -1 for none */
  guint status;      /* HTTP, 0 for none */
  const char *words; /* the upstream's, without secrets, or NULL */
} RelaisOutcome;

/* What is held against an account, or against one model of it. */
typedef enum {
  RELAIS_HEALTH_WELL,
  RELAIS_HEALTH_NO_MODEL,
  RELAIS_HEALTH_FORBIDDEN,
  RELAIS_HEALTH_FAULTY, /* fails again and again */
  RELAIS_HEALTH_LIMITED,
  RELAIS_HEALTH_QUOTA,
  RELAIS_HEALTH_NO_CREDIT,
  RELAIS_HEALTH_BAD_KEY,
} RelaisHealthKind;

/* Strings are borrowed until the next report. */
typedef struct
{
  RelaisHealthKind kind;
  const char *model; /* NULL: all of them */
  gint64 until_us;   /* of the clock; RELAIS_HEALTH_NEVER_US where nothing but a person ends it, or
                         a request that is under way */
  gboolean excludes; /* else it only goes behind the others */
  gint64 since_us;   /* of the clock */
  gint64 wall_us;    /* when it was heard of */
  guint            status;
  const char *words; /* or NULL */
} RelaisHealthState;

/* One request on its way. */
typedef struct
{
  gint64 began_us;
  guint64 probe; /* of a breaker that may close again, or 0 */
} RelaisTicket;

typedef struct _RelaisHealth RelaisHealth;

RelaisHealth      *relais_health_new             (const RelaisClock   *clock);
void               relais_health_free            (RelaisHealth        *self);
const RelaisClock *relais_health_get_clock       (RelaisHealth        *self);
RelaisTicket       relais_health_begin           (RelaisHealth        *self,
                                                  const char          *account_id);
void               relais_health_abandon         (RelaisHealth        *self,
                                                  const char          *account_id,
                                                  const RelaisTicket  *ticket);
void               relais_health_note_alive      (RelaisHealth        *self,
                                                  const char          *account_id,
                                                  const RelaisTicket  *ticket);
void               relais_health_report          (RelaisHealth        *self,
                                                  const char          *account_id,
                                                  const char          *model,
                                                  const RelaisTicket  *ticket,
                                                  const RelaisOutcome *outcome);
void               relais_health_get             (RelaisHealth        *self,
                                                  const char          *account_id,
                                                  const char          *model,
                                                  RelaisHealthState   *state);
GArray            *relais_health_list            (RelaisHealth        *self,
                                                  const char          *account_id);
gboolean           relais_health_is_bad_key      (RelaisHealth        *self,
                                                  const char          *account_id);
void               relais_health_accept_key      (RelaisHealth        *self,
                                                  const char          *account_id);
void               relais_health_forget          (RelaisHealth        *self,
                                                  const char          *account_id);
gint64             relais_health_get_next_end_us (RelaisHealth        *self);
guint              relais_health_get_size        (RelaisHealth        *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelaisHealth, relais_health_free)

G_END_DECLS
