/* relais-schema.h: JSON Schema trimmed to what a target accepts
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/relais-json.h"

G_BEGIN_DECLS

/* Gemini's two fields for a schema. */
typedef enum {
  RELAIS_SCHEMA_JSON,    /* parametersJsonSchema, responseJsonSchema: a subset of JSON Schema */
  RELAIS_SCHEMA_OPENAPI, /* parameters, responseSchema: a subset of OpenAPI 3.0 */
} RelaisSchemaForm;

/* What trimming the schemas of one request may cost in all. */
typedef struct
{
  gsize left;   /* bytes written or put together, and 16 for each member looked at */
  gboolean cut; /* whether something was left out of the schema trimmed last */
} RelaisSchemaBudget;

void     relais_schema_budget_init  (RelaisSchemaBudget   *self,
                                     gsize                 n_bytes);
gboolean relais_schema_trim         (const char           *schema,
                                     RelaisSchemaForm      form,
                                     RelaisSchemaBudget   *budget,
                                     GString              *out,
                                     gboolean             *less);
char    *relais_schema_from_openapi (const RelaisJsonNode *schema);
gboolean relais_schema_is_object    (const RelaisJsonNode *schema);
char    *relais_schema_make_object  (const char           *schema,
                                     gboolean              choices,
                                     gboolean             *less);

G_END_DECLS
