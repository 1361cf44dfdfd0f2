/* relais-route.h: method and path -> dialect and operation
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

#include "dialects/relais-dialect.h"

G_BEGIN_DECLS

typedef enum {
  RELAIS_OPERATION_UNKNOWN, /* 404 in the guessed dialect; `message` says the right base URL */
  RELAIS_OPERATION_ROOT,
  RELAIS_OPERATION_HEALTH,
  RELAIS_OPERATION_HELLO,
  RELAIS_OPERATION_EVENT_LOGGING,
  RELAIS_OPERATION_OPTIONS,
  RELAIS_OPERATION_GENERATE,
  RELAIS_OPERATION_COUNT_TOKENS,
  RELAIS_OPERATION_EMBED,
  RELAIS_OPERATION_COMPLETIONS, /* legacy */
  RELAIS_OPERATION_COMPACT,
  RELAIS_OPERATION_STORED, /* /v1/responses/{id} and its cancel */
  RELAIS_OPERATION_LIST_MODELS,
  RELAIS_OPERATION_GET_MODEL,
} RelaisOperation;

/* Owned strings; everything a request says by its line and headers before the body is read. */
typedef struct
{
  RelaisOperation operation;
  RelaisDialectId dialect; /* of the answer, errors included */
  RelaisForm form;         /* Gemini: told by the path; else WHOLE until the body says stream */
  gboolean not_supported;  /* UNKNOWN: an endpoint its vendor has, but Relais does not */
  gboolean method_known;   /* FALSE: path is served, this method is not: 405 */
  const char *allow;       /* static: methods this path takes, for Allow */
  char *path;              /* as asked, percent-encoded, without the query */
  char *tail;              /* repaired: what to append to an upstream's base, e.g. "messages/count_tokens" */
  char *query;             /* without key=, or NULL; what may go upstream */
  char *model;             /* from the path, decoded, without "models/"; or NULL */
  char *version;           /* Gemini: v1, v1beta or v1alpha as asked */
  char *method_name;       /* Gemini: generateContent … */
  char *hint;              /* "base URL should be …" when the path was repaired, or NULL */
  char *message;           /* UNKNOWN: the cure */
  char *query_key;         /* the value of key=, wiped on free */
} RelaisRoute;

/* One request header as it came; names compare without case. */
typedef struct
{
  const char *name;
  const char *value;
} RelaisField;

RelaisRoute *relais_route_new  (const char        *method,
                                const char        *target,
                                const RelaisField *fields,
                                gsize              n_fields,
                                const char        *base_url);
void         relais_route_free (RelaisRoute       *self);
const char  *relais_field_find (const RelaisField *fields,
                                gsize              n_fields,
                                const char        *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelaisRoute, relais_route_free)

G_END_DECLS
