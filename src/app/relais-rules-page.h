/* relais-rules-page.h: which model is used for which
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "engine/relais-engine.h"

G_BEGIN_DECLS

#define RELAIS_TYPE_RULES_PAGE (relais_rules_page_get_type ())

G_DECLARE_FINAL_TYPE (RelaisRulesPage, relais_rules_page, RELAIS, RULES_PAGE, AdwBin)

void relais_rules_page_add    (RelaisRulesPage *self,
                               const char      *model);
void relais_rules_page_import (RelaisRulesPage *self,
                               GFile           *file);
void relais_rules_page_export (RelaisRulesPage *self,
                               GFile           *file);

G_END_DECLS
