/* relais-decoder-private.h: what the answer decoders of all dialects share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/relais-json.h"

#include "relais-decoder.h"

G_BEGIN_DECLS

/* What a dialect says of its decoder. */
struct _RelaisDecoderClass
{
  RelaisOrigin origin;
  gsize size; /* of its struct, which begins with a RelaisDecoder */
  /* one event of a stream or element of an array; @name is "" where there was none */
  void (*event) (RelaisDecoder *self,
                 const char *name,
                 const RelaisJsonNode *data);
  /* a whole body that is no error */
  void (*whole) (RelaisDecoder *self,
                 const RelaisJsonNode *body);
  void (*clear) (RelaisDecoder *self);
};

/* How far a text was told: its length and a checksum, since the text itself may be long. */
typedef struct
{
  gsize   length;
  guint64 sum;
} RelaisDecoderTold;

/* One call of the answer. */
typedef struct
{
  gboolean          open;
  gboolean          custom;
  RelaisDecoderTold args;
  gboolean incomplete; /* so the upstream says */
  guint depth;         /* of its arguments so far: brackets that are open */
  gboolean quoted;     /* they end inside a string */
  gboolean escaped;    /* behind a backslash in it */
} RelaisDecoderCall;

#define RELAIS_DECODER_MAX_OPEN 128
#define RELAIS_DECODER_NO_CALL G_MAXUINT

/* What was told of an item that is no call. */
typedef struct
{
  RelaisDecoderTold all;
  RelaisDecoderTold part; /* of the part under way */
  gint64 n_part;          /* the upstream's number of that */
} RelaisDecoderText;

/* What a block or item is. */
typedef enum {
  RELAIS_DECODER_OTHER,
  RELAIS_DECODER_CALL,
  RELAIS_DECODER_MESSAGE,
  RELAIS_DECODER_REASONING,
  RELAIS_DECODER_ANY, /* where one is looked for */
} RelaisDecoderKind;

#define RELAIS_DECODER_N_KINDS RELAIS_DECODER_ANY

/* A block or item of a stream that has begun and not ended. */
typedef struct
{
  gint64 index; /* the upstream's number of it */
  guint64 id;   /* a checksum of the upstream's id of it; 0: none */
  RelaisDecoderKind kind;
  guint call; /* RELAIS_DECODER_NO_CALL: it is no call */
  RelaisDecoderText text;
} RelaisDecoderOpen;

struct _RelaisDecoder
{
  const RelaisDecoderClass *klass;

  /* borrowed */
  RelaisEventFunc           func;
  gpointer                  user_data;

  /* owned */
  struct _RelaisSseReader  *reader;
  GString *body;    /* a whole body or an array, as far as it came */
  GString *value;   /* the text being told */
  RelaisJson *tree; /* of the last event; its memory is used again */
  GArray *calls;    /* RelaisDecoderCall, by their number */
  RelaisDecoderOpen         open[RELAIS_DECODER_MAX_OPEN];
  guint                     n_open;
  gsize                     max_bytes;
  guint n_malformed;   /* events in a row that were no JSON */
  guint n_skip;        /* what of a byte order mark was seen */
  gboolean started;    /* START was told */
  gboolean has_text;   /* a value was told, be it but a thought */
  gboolean finished;   /* a finish reason was seen; FINISH waits for the end */
  gboolean terminated; /* the dialect's own end was seen */
  gboolean over;       /* FINISH or ERROR was told */
  gboolean ending;     /* calls that are cut end as well */
  RelaisFinish              finish;
  char *stop_sequence; /* owned */
  gint64                    created;
};

void  relais_decoder_start      (RelaisDecoder        *self,
                                 const RelaisJsonNode *id,
                                 const RelaisJsonNode *model,
                                 gint64                created);
void  relais_decoder_text       (RelaisDecoder        *self,
                                 RelaisEventType       type,
                                 const RelaisJsonNode *text);
void  relais_decoder_value      (RelaisDecoder        *self,
                                 RelaisEventType       type,
                                 const char           *text,
                                 gssize                length,
                                 const char           *mime);
guint relais_decoder_call_start (RelaisDecoder        *self,
                                 const char           *id,
                                 const char           *name,
                                 const char           *name_space,
                                 const char           *signature,
                                 gboolean              custom);
void  relais_decoder_call_args  (RelaisDecoder        *self,
                                 guint                 call,
                                 const char           *text,
                                 gssize                length);
void  relais_decoder_call_rest  (RelaisDecoder        *self,
                                 guint                 call,
                                 const char           *text);
void  relais_decoder_call_end   (RelaisDecoder        *self,
                                 guint                 call);
void  relais_decoder_call_cut   (RelaisDecoder        *self,
                                 guint                 call);
void  relais_decoder_usage      (RelaisDecoder        *self,
                                 const RelaisUsage    *usage);
void  relais_decoder_end        (RelaisDecoder        *self,
                                 RelaisFinish          finish,
                                 const RelaisJsonNode *stop_sequence);
void  relais_decoder_terminate  (RelaisDecoder        *self);
void  relais_decoder_fail       (RelaisDecoder        *self,
                                 int                   code,
                                 const char           *format,
                                 ...) G_GNUC_PRINTF (3, 4);
void  relais_decoder_fail_error (RelaisDecoder        *self,
                                 const RelaisJsonNode *error);

/* relais-decoder-open.c */
guint64            relais_decoder_sum_id  (const RelaisJsonNode *id);
void               relais_decoder_open    (RelaisDecoder        *self,
                                           const RelaisJsonNode *index,
                                           const RelaisJsonNode *id,
                                           RelaisDecoderKind     kind,
                                           guint                 call);
RelaisDecoderOpen *relais_decoder_find_id (RelaisDecoder        *self,
                                           const RelaisJsonNode *id,
                                           RelaisDecoderKind     kind);
RelaisDecoderOpen *relais_decoder_find    (RelaisDecoder        *self,
                                           const RelaisJsonNode *index,
                                           const RelaisJsonNode *id,
                                           RelaisDecoderKind     kind);
guint              relais_decoder_look_up (RelaisDecoder        *self,
                                           const RelaisJsonNode *index,
                                           const RelaisJsonNode *id);
guint              relais_decoder_close   (RelaisDecoder        *self,
                                           RelaisDecoderOpen    *open);

/* relais-decoder-told.c */
void     relais_decoder_told_add   (RelaisDecoderTold       *self,
                                    const char              *text,
                                    gsize                    length);
gsize    relais_decoder_told_pass  (RelaisDecoderTold       *seen,
                                    const RelaisDecoderTold *told,
                                    const char              *text,
                                    gsize                    length);
gboolean relais_decoder_told_equal (const RelaisDecoderTold *one,
                                    const RelaisDecoderTold *other);

G_END_DECLS
