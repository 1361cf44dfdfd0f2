/* relais-schema-private.h: what the files that trim a schema share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/relais-json-writer.h"

#include "relais-schema.h"

G_BEGIN_DECLS

#define RELAIS_SCHEMA_MAX_INLINED 8 /* `$ref` inside `$ref` */
#define RELAIS_SCHEMA_MEMBER_COST 16

typedef struct
{
  const RelaisJsonNode *root; /* where `$ref` points into */
  GHashTable *indexes;        /* of its containers, as far as a `$ref` went through them */
  RelaisSchemaForm form;
  gboolean less; /* some of it was left out, or became words */
  RelaisJsonWriter writer;
  RelaisSchemaBudget *budget; /* borrowed */
  gsize n_paid;               /* bytes of what is written that are taken off it */
  guint n_inlined;            /* refs being followed, one inside the other */
  GPtrArray *following;       /* these, and what is merged into what holds them; borrowed */
  GHashTable *followed;       /* the same, to look them up */
} RelaisSchemaTrim;

void relais_schema_spend (RelaisSchemaTrim *self,
                          gsize             n_bytes);

/* relais-schema-merge.c */
GHashTable           *relais_schema_index   (const RelaisJsonNode *container);
const RelaisJsonNode *relais_schema_resolve (RelaisSchemaTrim     *self,
                                             const char           *ref);
gboolean              relais_schema_goes_on (RelaisSchemaTrim     *self);
gboolean              relais_schema_follow  (RelaisSchemaTrim     *self,
                                             const RelaisJsonNode *node);
void                  relais_schema_return  (RelaisSchemaTrim     *self,
                                             guint                 n_following);
char                 *relais_schema_merge   (RelaisSchemaTrim     *trim,
                                             const RelaisJsonNode *node);

G_END_DECLS
