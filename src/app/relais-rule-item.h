/* relais-rule-item.h: one rule in the list
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "base/relais-rules.h"

G_BEGIN_DECLS

#define RELAIS_TYPE_RULE_ITEM (relais_rule_item_get_type ())

/* Activates the actions `rules.edit (number)`, `rules.remove (number)` and `rules.move (number,
 * steps)` of whatever holds it. */
G_DECLARE_FINAL_TYPE (RelaisRuleItem, relais_rule_item, RELAIS, RULE_ITEM, AdwActionRow)

GtkWidget *relais_rule_item_new (void);
void       relais_rule_item_set (RelaisRuleItem   *self,
                                 guint             number,
                                 const RelaisRule *rule,
                                 const char       *who,
                                 gboolean          broken);

G_END_DECLS
