/* relais-connect-page.h: settings for a client, ready to paste, and a test of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "engine/relais-engine.h"

G_BEGIN_DECLS

#define RELAIS_TYPE_CONNECT_PAGE (relais_connect_page_get_type ())

/* Properties: "engine" and "settings", both writable, set once. */
G_DECLARE_FINAL_TYPE (RelaisConnectPage, relais_connect_page, RELAIS, CONNECT_PAGE, AdwBin)

G_END_DECLS
