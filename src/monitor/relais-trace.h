/* relais-trace.h: how one request found who served it, step by step
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define RELAIS_TRACE_MAX 16        /* steps of one request */
#define RELAIS_TRACE_WORDS_MAX 256 /* bytes */

typedef enum {
  RELAIS_TRACE_SKIPPED, /* something was against the account */
  RELAIS_TRACE_HELD,    /* until one was free again; no account */
  RELAIS_TRACE_TRIED,
  RELAIS_TRACE_BEHIND, /* could have served as well */
} RelaisTraceKind;

/* Immutable once it is in a trace, and shared by its copies. */
typedef struct
{
  RelaisTraceKind  kind;
  char *account; /* owned: its label, or NULL */
  /* static. BEHIND: conversation, fallback, exclusive, priority, dialect, turn or place;
   * else served, request, limited, quota, fault, timeout, bad-key, no-credit, forbidden or
   * no-model */
  const char      *reason;
  char *words;    /* owned: the upstream's, without secrets, or NULL */
  guint status;   /* the upstream's, 0 for none */
  gint64 took_us; /* TRIED, HELD */
  gint64 wait_us; /* for how long it counts, -1 where nobody knows */
} RelaisTraceStep;

GPtrArray       *relais_trace_new      (void);
GPtrArray       *relais_trace_copy     (GPtrArray       *trace);
RelaisTraceStep *relais_trace_add      (GPtrArray       *trace,
                                        RelaisTraceKind  kind,
                                        const char      *account,
                                        const char      *reason,
                                        const char      *words);
void             relais_trace_append   (GPtrArray       *trace,
                                        GPtrArray       *steps);
char            *relais_trace_dup_line (GPtrArray       *trace);

G_END_DECLS
