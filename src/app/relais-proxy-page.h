/* relais-proxy-page.h: the server's state and settings
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "engine/relais-engine.h"

G_BEGIN_DECLS

#define RELAIS_TYPE_PROXY_PAGE (relais_proxy_page_get_type ())

/* Properties: "engine" and "settings", both writable, set once. */
G_DECLARE_FINAL_TYPE (RelaisProxyPage, relais_proxy_page, RELAIS, PROXY_PAGE, AdwBin)

G_END_DECLS
