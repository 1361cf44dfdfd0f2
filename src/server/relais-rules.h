/* relais-rules.h: model asked for -> model, account or provider to use
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define RELAIS_RULES_MAX 1000
#define RELAIS_RULES_SIZE_MAX (1024 * 1024)

/* One rule. Owned by the list it is in; NULL where it says nothing. */
typedef struct
{
  char *match;    /* a model's name, or a pattern with stars */
  char *model;    /* asked for in its place; NULL: the same */
  char *account;  /* the id of the only one to use */
  char *provider; /* whose accounts only to use */
} RelaisRule;

/* Rules in the order a person gave them; shared, never changed. */
typedef struct _RelaisRules RelaisRules;

RelaisRules      *relais_rules_parse      (const char         *json,
                                           gsize               length,
                                           GError            **error);
RelaisRules      *relais_rules_ref        (RelaisRules        *self);
void              relais_rules_unref      (RelaisRules        *self);
guint             relais_rules_get_length (const RelaisRules  *self);
const RelaisRule *relais_rules_get        (const RelaisRules  *self,
                                           guint               position);
void              relais_rules_add_names  (const RelaisRules  *self,
                                           GPtrArray          *ids);
const RelaisRule *relais_rules_find       (const RelaisRules  *self,
                                           const char         *model,
                                           guint              *number);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelaisRules, relais_rules_unref)

G_END_DECLS
