/* relais-event.h: one step of an answer, owned by no wire format
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "relais-content.h"
#include "relais-usage.h"

G_BEGIN_DECLS

/* What went wrong, before it has a status and a body. All strings owned. */
typedef struct
{
  int code;              /* a RelaisError */
  guint status;          /* HTTP status to answer with; 0: the one of `code` */
  char *message;         /* UTF-8, for people; never a key, never prompt text */
  char *param;           /* the field to blame, or NULL */
  char *code_name;       /* overrides the dialect's name for `code`, or NULL */
  gint64 retry_after_ms; /* -1: not known */
} RelaisFailure;

RelaisFailure *relais_failure_new  (int                  code,
                                    const char          *format,
                                    ...) G_GNUC_PRINTF (2, 3);
RelaisFailure *relais_failure_copy (const RelaisFailure *self);
void           relais_failure_free (RelaisFailure       *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelaisFailure, relais_failure_free)

typedef enum {
  RELAIS_FINISH_STOP,
  RELAIS_FINISH_STOP_SEQUENCE,
  RELAIS_FINISH_LENGTH,
  RELAIS_FINISH_TOOL_CALLS,
  RELAIS_FINISH_FILTER,
  RELAIS_FINISH_PAUSE,
  RELAIS_FINISH_BAD_CALL,
  RELAIS_FINISH_UNKNOWN,
} RelaisFinish;

typedef enum {
  RELAIS_EVENT_START,
  RELAIS_EVENT_TEXT,
  RELAIS_EVENT_THINK,
  RELAIS_EVENT_SIGNATURE,
  RELAIS_EVENT_REDACTED,
  RELAIS_EVENT_REFUSAL,
  RELAIS_EVENT_CALL_START,
  RELAIS_EVENT_CALL_ARGS,
  RELAIS_EVENT_CALL_END,
  RELAIS_EVENT_IMAGE_OUT,
  RELAIS_EVENT_USAGE,
  RELAIS_EVENT_FINISH,
  RELAIS_EVENT_ERROR,
  RELAIS_EVENT_OPAQUE,
} RelaisEventType;

/* One step. Every pointer is borrowed: it lives as long as the call that hands the event over.
 * Order and rules: START exactly once and first; CALL_END once per CALL_START, but none for a call
 * that the limit of length cut off; FINISH or ERROR once and last; fragments never empty; arguments
 * of different calls may interleave. */
typedef struct
{
  RelaisEventType type;
  RelaisOrigin origin;          /* SIGNATURE, REDACTED, OPAQUE, and of a CALL_START's signature */
  const char *text;             /* fragment; SIGNATURE, REDACTED, OPAQUE value; IMAGE_OUT base64;
                                     FINISH: the stop sequence, or NULL */
  gsize length;                 /* of text, in bytes; text is NUL-terminated all the same */
  const char *id;               /* START, CALL_START */
  const char *name;             /* CALL_START; START: model; IMAGE_OUT: media type */
  const char *name_space;       /* CALL_START: the group of its tool, or NULL */
  const char *signature;        /* CALL_START, or NULL */
  gint64 created;               /* START, FINISH: seconds since 1970; 0: not known */
  guint call;                   /* CALL_*: 0, 1, 2 … in order of appearance */
  gboolean custom;              /* CALL_START */
  gboolean cut;                 /* CALL_END: the limit of length came inside it */
  RelaisFinish finish;          /* FINISH */
  RelaisUsage usage;            /* USAGE */
  const RelaisFailure *failure; /* ERROR */
} RelaisEvent;

typedef void (*RelaisEventFunc) (const RelaisEvent *event,
                                 gpointer user_data);

G_END_DECLS
