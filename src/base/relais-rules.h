/* relais-rules.h: model asked for -> model, account or provider to use
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define RELAIS_RULES_MAX 1000
#define RELAIS_RULES_SIZE_MAX (1024 * 1024)

/* What is wrong with rules that are not taken. */
typedef enum {
  RELAIS_RULES_FINE,
  RELAIS_RULES_TOO_LARGE,
  RELAIS_RULES_NOT_JSON,
  RELAIS_RULES_NOT_RULES, /* no object that holds a list of rules, and nothing else */
  RELAIS_RULES_TOO_MANY,
  RELAIS_RULES_NOT_OBJECT,
  RELAIS_RULES_UNKNOWN_FIELD,
  RELAIS_RULES_BAD_TEXT,
  RELAIS_RULES_NO_MATCH,
  RELAIS_RULES_NO_TARGET,
  RELAIS_RULES_STAR, /* the model to use is a pattern */
} RelaisRulesFaultKind;

typedef struct
{
  RelaisRulesFaultKind kind;
  guint number;   /* of the rule, from 1; 0: none in particular */
  char field[65]; /* BAD_TEXT, UNKNOWN_FIELD: its name, or the beginning of it */
} RelaisRulesFault;

/* What a rule names that is not there. */
typedef enum {
  RELAIS_RULE_LACKS_NOTHING,
  RELAIS_RULE_LACKS_ACCOUNT,  /* no account of that id */
  RELAIS_RULE_LACKS_PROVIDER, /* no provider of that id */
  RELAIS_RULE_LACKS_MEMBERS,  /* no account of that provider */
  RELAIS_RULE_LACKS_BOTH,     /* the account is of another provider */
} RelaisRuleLack;

/* An account as far as rules know it. */
typedef struct
{
  const char *id;
  const char *provider;
} RelaisRuleTarget;

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

RelaisRules      *relais_rules_parse      (const char                     *json,
                                           gsize                           length,
                                           RelaisRulesFault               *fault,
                                           GError                        **error);
RelaisRules      *relais_rules_splice     (const RelaisRules              *self,
                                           guint                           position,
                                           guint                           n_removals,
                                           const RelaisRule               *additions,
                                           guint                           n_additions,
                                           RelaisRulesFault               *fault);
RelaisRules      *relais_rules_move       (const RelaisRules              *self,
                                           guint                           from,
                                           guint                           to);
RelaisRules      *relais_rules_ref        (RelaisRules                    *self);
void              relais_rules_unref      (RelaisRules                    *self);
guint             relais_rules_get_length (const RelaisRules              *self);
const RelaisRule *relais_rules_get        (const RelaisRules              *self,
                                           guint                           position);
char             *relais_rules_to_json    (const RelaisRules              *self);
void              relais_rules_add_names  (const RelaisRules              *self,
                                           GPtrArray                      *ids);
const RelaisRule *relais_rules_find       (const RelaisRules              *self,
                                           const char                     *model,
                                           guint                          *number);
gboolean          relais_rule_equals      (const RelaisRule               *a,
                                           const RelaisRule               *b);
gboolean          relais_rule_allows      (const RelaisRule               *self,
                                           const char                     *account,
                                           const char                     *provider);
RelaisRuleLack    relais_rule_find_lack   (const RelaisRule               *self,
                                           const RelaisRuleTarget         *accounts,
                                           gsize                           n_accounts,
                                           const char             * const *providers);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelaisRules, relais_rules_unref)

G_END_DECLS
