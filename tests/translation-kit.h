/* translation-kit.h: a request carried into another dialect and its answer back, in a few lines
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "dialects/relais-translation.h"

G_BEGIN_DECLS

/* JSON in these tables is written with ' for " wherever a value is said to be JSON. */

#define KIT_C RELAIS_DIALECT_OPENAI_CHAT
#define KIT_R RELAIS_DIALECT_OPENAI_RESPONSES
#define KIT_A RELAIS_DIALECT_ANTHROPIC
#define KIT_G RELAIS_DIALECT_GEMINI
#define KIT_MOST 6

/* A value that must stand in a JSON text: keys and positions with a dot between, and the value as
 * JSON. A NULL value: nothing stands there. An empty path: the whole text. */
typedef struct
{
  const char *path;
  const char *json;
} KitExpect;

/* One request and what must go to the upstream. */
typedef struct
{
  const char *name; /* of the test, behind /translation/ */
  RelaisDialectId source;
  RelaisDialectId target;
  const char *model; /* the upstream's, NULL: the newest of its vendor */
  guint           quirks;
  const char *body;           /* JSON the client sends; Gemini with `model` in it */
  KitExpect expect[KIT_MOST]; /* of the body for the upstream */
  const char *dropped;        /* X-Relais-Dropped, NULL: none */
  const char *param;          /* the field it is refused for, NULL: it is not refused */
  RelaisRecallFunc recall;    /* or NULL */
} KitRequest;

/* One answer and what the client must get. */
typedef struct
{
  const char *name; /* of the test, behind /translation/ */
  RelaisDialectId source;
  RelaisDialectId target;
  const char *request;        /* JSON the client sent; NULL: a plain hello */
  const char *answer;         /* the upstream's bytes: a body, or data of events, a line each */
  RelaisForm form;            /* the client's */
  const char *events;         /* as kit_events() writes them, NULL: not compared */
  KitExpect expect[KIT_MOST]; /* of a whole body */
} KitAnswer;

/* An answer on its way to a client. */
typedef struct
{
  RelaisDialectId source; /* the client's */
  RelaisDialectId target; /* the upstream's */
  const char *model;      /* the upstream's, NULL: the newest of its vendor */
  const char *request;    /* JSON the client sent */
  RelaisForm form;        /* the client's */
} KitWay;

char       *kit_json          (const char        *text);
void        kit_expect        (const char        *json,
                               const KitExpect   *expect,
                               gsize              n_expect);
gboolean    kit_json_equal    (const char        *one,
                               const char        *other);
char       *kit_hello         (RelaisDialectId    dialect);
char       *kit_stream        (RelaisDialectId    dialect,
                               const char        *lines);
char       *kit_events        (RelaisDialectId    dialect,
                               const char        *bytes,
                               gsize              length,
                               gsize              piece);
char       *kit_carry         (const KitWay      *way,
                               const char        *answer,
                               gsize              length,
                               gsize              first,
                               gsize              piece,
                               RelaisFailure    **failure);
const char *kit_newest        (RelaisDialectId    dialect);
char       *kit_translate     (RelaisDialectId    source,
                               RelaisDialectId    target,
                               const char        *request,
                               const char        *answer,
                               gsize              length,
                               RelaisForm         form);
void        kit_check_request (gconstpointer      request);
void        kit_check_answer  (gconstpointer      answer);
void        kit_add_requests  (const KitRequest  *requests,
                               gsize              n_requests);
void        kit_add_answers   (const KitAnswer   *answers,
                               gsize              n_answers);

G_END_DECLS
