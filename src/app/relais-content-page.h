/* relais-content-page.h: what was said in one direction, as text
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "engine/relais-engine.h"

G_BEGIN_DECLS

#define RELAIS_TYPE_CONTENT_PAGE (relais_content_page_get_type ())

G_DECLARE_FINAL_TYPE (RelaisContentPage, relais_content_page, RELAIS, CONTENT_PAGE, AdwBin)

void relais_content_page_show (RelaisContentPage    *self,
                               const char           *title,
                               const RelaisBodyText *part);

G_END_DECLS
