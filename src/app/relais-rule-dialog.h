/* relais-rule-dialog.h: add a rule, or change one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "base/relais-rules.h"
#include "engine/relais-engine.h"

G_BEGIN_DECLS

#define RELAIS_TYPE_RULE_DIALOG (relais_rule_dialog_get_type ())

/* Signals "saved (rule)", with a RelaisRule that lives as long as the call, and "remove". */
G_DECLARE_FINAL_TYPE (RelaisRuleDialog, relais_rule_dialog, RELAIS, RULE_DIALOG, AdwWindow)

GtkWidget *relais_rule_dialog_new (RelaisEngine     *engine,
                                   const RelaisRule *rule,
                                   gboolean          stored);

G_END_DECLS
