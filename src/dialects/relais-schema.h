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

gboolean relais_schema_trim         (const char           *schema,
                                     RelaisSchemaForm      form,
                                     GString              *out,
                                     gboolean             *less);
char    *relais_schema_from_openapi (const RelaisJsonNode *schema);
gboolean relais_schema_is_object    (const RelaisJsonNode *schema);
char    *relais_schema_make_object  (const char           *schema,
                                     gboolean              choices,
                                     gboolean             *less);

G_END_DECLS
