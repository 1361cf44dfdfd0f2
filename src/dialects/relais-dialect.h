/* relais-dialect.h: what each wire format must be able to do, and the table of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "model/relais-changes.h"
#include "model/relais-event.h"
#include "model/relais-prompt.h"

G_BEGIN_DECLS

typedef enum {
  RELAIS_DIALECT_OPENAI_CHAT,
  RELAIS_DIALECT_OPENAI_RESPONSES,
  RELAIS_DIALECT_ANTHROPIC,
  RELAIS_DIALECT_GEMINI,
  RELAIS_N_DIALECTS,
} RelaisDialectId;

/* How an answer goes out: one JSON body, server-sent events, or Gemini's JSON array. */
typedef enum {
  RELAIS_FORM_WHOLE,
  RELAIS_FORM_SSE,
  RELAIS_FORM_ARRAY,
} RelaisForm;

/* Makes a fresh id of 24 base62 characters; handed in so that translation stays pure. */
typedef char *(*RelaisIdFunc) (gpointer user_data);

typedef struct _RelaisEncoder RelaisEncoder;
typedef struct _RelaisDecoder RelaisDecoder;
typedef struct _RelaisDecoderClass RelaisDecoderClass;

/* Peculiarities of an upstream: what its provider's row says, and what its first refusal taught. */
typedef enum {
  RELAIS_QUIRK_DEVELOPER_ROLE = 1 << 0,        /* Chat: takes role developer */
  RELAIS_QUIRK_MAX_COMPLETION_TOKENS = 1 << 1, /* Chat: wants that name for max_tokens */
  RELAIS_QUIRK_NO_STREAM_OPTIONS = 1 << 2,
  RELAIS_QUIRK_NO_STRICT = 1 << 3,      /* refuses `strict` in tools */
  RELAIS_QUIRK_NO_JSON_SCHEMA = 1 << 4, /* takes JSON mode only */
  RELAIS_QUIRK_NO_PARALLEL_FLAG = 1 << 5,
  RELAIS_QUIRK_NO_REASONING_EFFORT = 1 << 6,
  RELAIS_QUIRK_REASONING_ECHO = 1 << 7,         /* Chat: wants reasoning_content back */
  RELAIS_QUIRK_OPENAPI_SCHEMA = 1 << 8,         /* Gemini: `parameters` only */
  RELAIS_QUIRK_NO_ENCRYPTED_REASONING = 1 << 9, /* Responses: refuses it in `include` */
  RELAIS_QUIRK_NO_SIGNATURES = 1 << 10,         /* this one try: what was signed is refused */
  RELAIS_QUIRK_GOOGLE_SIGNATURES = 1 << 11,     /* Chat: Google's, which signs calls */
} RelaisQuirks;

/* What is remembered of a tool call that passed. Borrowed from the memory. */
typedef struct
{
  RelaisOrigin origin;
  const char *id;        /* as the upstream gave it, or NULL */
  const char *signature; /* of the call, or NULL */
  GPtrArray *thinking;   /* RelaisPart of its turn, before it, or NULL */
} RelaisRecall;

/* Finds what is remembered under a call's id as the client knows it; NULL for nothing. */
typedef const RelaisRecall *(*RelaisRecallFunc) (const char *call_id,
                                                 gpointer user_data);

/* Whom a request is written for. Borrowed for the translation's life. */
typedef struct
{
  RelaisDialectId dialect;
  const char *model; /* the upstream's name for it */
  guint           quirks;
  RelaisIdFunc    make_id;
  gpointer        id_data;
  RelaisRecallFunc recall; /* or NULL */
  gpointer        recall_data;
} RelaisTarget;

/* Shapes of a model in a list. */
typedef struct
{
  const char *id;
  const char *display_name;
  gint64 created; /* seconds since 1970 */
  const char *owner;
} RelaisModelInfo;

/* Paging as the client asked for it: strings from the query, or NULL. */
typedef struct
{
  const char *limit;    /* limit, pageSize */
  const char *after_id; /* after_id, pageToken */
  const char *before_id;
} RelaisListQuery;

typedef struct
{
  RelaisDialectId           id;
  const char *name; /* "openai-chat" … as in files, records and the accounts file */
  RelaisOrigin              origin;

  /* Request body -> prompt. @model is the path's (Gemini) or NULL; @stream likewise. */
  RelaisPrompt *(*decode_request) (GBytes *body,
                                   const char *model,
                                   gboolean stream,
                                   GError **error);

  /* Request -> body for an upstream; it was settled for that target. Numbers, schemas and
   * arguments are spliced, so they keep their digits. What cannot be said is noted in @changes, or
   * is INVALID_REQUEST naming the field. */
  gboolean (*encode_request) (const RelaisPrompt *prompt,
                              const RelaisTarget *target,
                              RelaisChanges *changes,
                              GString *out,
                              GError **error);

  /* Answer of an upstream -> events. */
  const RelaisDecoderClass *decoder;

  /* Events -> answer bytes, appended to @out as soon as they may leave. @prompt is borrowed by the
   * encoder for its whole life, and echoed where the dialect wants it. */
  RelaisEncoder *(*encoder_new) (const RelaisPrompt *prompt,
                                 RelaisForm form,
                                 RelaisIdFunc make_id,
                                 gpointer id_data);
  void (*encoder_push) (RelaisEncoder *encoder,
                        const RelaisEvent *event,
                        GString *out);
  void (*encoder_free) (RelaisEncoder *encoder);

  /* What keeps a silent stream alive, or NULL where the dialect knows nothing of the kind. */
  const char               *keep_alive;

  void (*encode_failure) (const RelaisFailure *failure,
                          guint status,
                          const char *request_id,
                          GString *out);
  void (*encode_failure_event) (const RelaisFailure *failure,
                                guint status,
                                RelaisForm form,
                                GString *out);
  void (*encode_models) (const RelaisModelInfo *models,
                         gsize n_models,
                         const RelaisListQuery *query,
                         GString *out);
  void (*encode_model) (const RelaisModelInfo *model,
                        GString *out);

  /* Reads one JSON body, or the data of one event, for usage and errors only. Updates what it
   * finds; garbage is ignored. */
  void (*tap) (const char *json,
               gsize length,
               RelaisUsage *usage,
               RelaisFinish *finish,
               char **error_message);
} RelaisDialect;

const RelaisDialect *relais_dialect_get                (RelaisDialectId      id);
const RelaisDialect *relais_dialect_get_completions    (void);
const RelaisDialect *relais_dialect_find               (const char          *name);
guint                relais_dialect_find_quirk         (const char          *name);
gboolean             relais_dialect_id_fits            (const char          *id);
guint                relais_dialect_failure_status     (RelaisDialectId      id,
                                                        const RelaisFailure *failure);
char                *relais_dialect_encode_failure     (RelaisDialectId      id,
                                                        const RelaisFailure *failure,
                                                        const char          *request_id,
                                                        gsize               *length);
RelaisFailure       *relais_dialect_failure_from_error (const GError        *error);
const RelaisFailure *relais_encoder_get_failure        (RelaisEncoder       *self);
const char          *relais_encoder_get_call_id        (RelaisEncoder       *self,
                                                        guint                call);

G_END_DECLS
