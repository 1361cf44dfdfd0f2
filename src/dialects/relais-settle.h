/* relais-settle.h: a request made fit for the dialect it is translated to, as far as all share it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "relais-dialect.h"

G_BEGIN_DECLS

/* Of thinking, signatures and ids, in one request. */
#define RELAIS_SETTLE_MAX_RECALLED_BYTES (4 * 1024 * 1024)

/* A tool as the client declared it. Strings owned. */
typedef struct
{
  char *name;
  char *name_space; /* or NULL */
  gboolean custom;  /* it takes free text */
} RelaisName;

/* What was renamed or wrapped, to be undone in the answer. */
typedef struct
{
  GHashTable *sent;  /* the client's name, with its group -> name sent; owned */
  GHashTable *taken; /* the names sent, which the former owns; owned */
  GHashTable *names; /* name sent -> RelaisName, for the tools there are; owned */
  gboolean respond;  /* the schema was sent as a tool to call: its arguments are the text */
  gboolean wrapped;  /* the schema was put into an object: the answer is its `value` */
  gboolean bare;     /* the client wants a string without quotes */
} RelaisNames;

RelaisNames      *relais_names_new     (void);
void              relais_names_free    (RelaisNames          *self);
const RelaisName *relais_names_find    (const RelaisNames    *self,
                                        const char           *sent);
char             *relais_names_add     (RelaisNames          *self,
                                        const RelaisTool     *tool,
                                        const char           *name,
                                        const char           *name_space,
                                        RelaisDialectId       dialect);
gboolean          relais_settle_check  (const RelaisPrompt   *prompt,
                                        RelaisDialectId       source,
                                        GError              **error);
gboolean          relais_settle        (RelaisPrompt         *prompt,
                                        RelaisDialectId       source,
                                        const RelaisTarget   *target,
                                        RelaisNames          *names,
                                        RelaisChanges        *changes,
                                        GError              **error);
void              relais_settle_schema (RelaisPrompt         *prompt,
                                        const RelaisTarget   *target,
                                        RelaisNames          *names);
GHashTable       *relais_settle_recall (RelaisPrompt         *prompt,
                                        const RelaisTarget   *target);
RelaisOrigin      relais_settle_signer (const RelaisTarget   *target);
char             *relais_settle_path   (RelaisDialectId       source,
                                        const RelaisMessage  *message,
                                        const RelaisPart     *part);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelaisNames, relais_names_free)

G_END_DECLS
