/* relais-schema-private.h: what the files that trim a schema share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/relais-json-writer.h"

#include "relais-schema.h"

G_BEGIN_DECLS

#define RELAIS_SCHEMA_MAX_INLINED 8 /* `$ref` inside `$ref` */

typedef struct
{
  const RelaisJsonNode *root; /* where `$ref` points into */
  GHashTable *indexes;        /* of its containers, as far as a `$ref` went through them */
  RelaisSchemaForm      form;
  gboolean less; /* some of it was left out, or became words */
  RelaisJsonWriter      writer;
  guint n_inlined; /* refs being followed */
  const RelaisJsonNode *following[RELAIS_SCHEMA_MAX_INLINED];
} RelaisSchemaTrim;

/* relais-schema-merge.c */
GHashTable           *relais_schema_index   (const RelaisJsonNode *container);
const RelaisJsonNode *relais_schema_resolve (RelaisSchemaTrim     *self,
                                             const char           *ref);
char                 *relais_schema_merge   (RelaisSchemaTrim     *trim,
                                             const RelaisJsonNode *node);

G_END_DECLS
