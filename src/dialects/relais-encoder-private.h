/* relais-encoder-private.h: what the encoders of all dialects share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/relais-json-writer.h"

#include "relais-dialect.h"

G_BEGIN_DECLS

#define RELAIS_ENCODER_MAX_KEPT_BYTES (64 * 1024 * 1024)

typedef void (*RelaisEncoderFunc) (RelaisEncoder *self,
                                   const RelaisEvent *event,
                                   GString *out);

/* What a dialect says of its encoder. */
typedef struct
{
  RelaisDialectId dialect;
  RelaisOrigin    origin;
  gsize size;                /* of its struct, which begins with a RelaisEncoder */
  const char *answer_prefix; /* of the answer's id */
  const char *call_prefix;   /* of a tool call's id */
  gboolean interleaves;      /* several calls may be under way at once */
  gboolean keeps_text;       /* holds the whole answer until the end, also when streaming */
  gboolean takes_images;     /* else they become text */
  gboolean takes_bad_calls;  /* else they become an error */
  RelaisEncoderFunc step;    /* streams: START, then all but USAGE and ERROR, in strict sequence */
  RelaisEncoderFunc whole;   /* whole body: FINISH, once, with `parts` filled */
  RelaisEncoderFunc fail;    /* streams: ERROR; START may not have come */
  void (*clear) (RelaisEncoder *self);
} RelaisEncoderClass;

/* One call of the answer. */
typedef struct
{
  char *id;          /* owned; as the client sees it */
  RelaisPart *part;  /* whole body: borrowed from `parts` */
  GString *args;     /* whole body: owned */
  GQueue held;       /* owned; RelaisEvent copies of it that wait for it to begin */
  gboolean open;     /* CALL_END has not come */
  gboolean has_args; /* some were passed on */
  gboolean custom;
} RelaisEncoderCall;

struct _RelaisEncoder
{
  const RelaisEncoderClass *klass;
  RelaisForm                form;

  /* borrowed */
  const RelaisPrompt       *prompt;
  RelaisIdFunc              make_id;
  gpointer                  id_data;

  /* owned; what START and USAGE said */
  char                     *id;
  char                     *model;
  gint64                    created;
  RelaisUsage               usage;

  /* owned */
  GPtrArray *parts;       /* whole body: RelaisPart */
  GString *run;           /* whole body: text of the last part */
  GArray *calls;          /* RelaisEncoderCall */
  GQueue held;            /* owned; RelaisEvent copies that wait for the open call to end */
  gsize n_kept;           /* bytes in run, calls, held and what the dialect keeps */
  guint open_call;        /* the one under way, G_MAXUINT for none */
  RelaisEventType before; /* the last event taken */
  gboolean begun;         /* START has come */
  gboolean started;       /* START was passed on */
  gboolean has_call;      /* some call was passed on */
  gboolean                  ended;
  RelaisFailure *failure; /* what ended it, or NULL; owned */
};

RelaisEncoder *relais_encoder_new        (const RelaisEncoderClass *klass,
                                          const RelaisPrompt       *prompt,
                                          RelaisForm                form,
                                          RelaisIdFunc              make_id,
                                          gpointer                  id_data);
void           relais_encoder_push       (RelaisEncoder            *self,
                                          const RelaisEvent        *event,
                                          GString                  *out);
void           relais_encoder_free       (RelaisEncoder            *self);
char          *relais_encoder_make_id    (RelaisEncoder            *self,
                                          const char               *prefix);
char          *relais_encoder_seal       (RelaisEncoder            *self,
                                          const char               *signature,
                                          RelaisOrigin              origin);
void           relais_encoder_write_args (RelaisJsonWriter         *writer,
                                          const char               *name,
                                          const char               *args,
                                          gssize                    length,
                                          gboolean                  custom);

/* relais-encoder-gather.c */
void relais_encoder_gather  (RelaisEncoder     *self,
                             const RelaisEvent *event);
void relais_encoder_end_run (RelaisEncoder     *self);

G_END_DECLS
