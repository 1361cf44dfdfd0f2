/* relais-url-well.h: an address to read, select and copy
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define RELAIS_TYPE_URL_WELL (relais_url_well_get_type ())

G_DECLARE_FINAL_TYPE (RelaisUrlWell, relais_url_well, RELAIS, URL_WELL, GtkWidget)

GtkWidget *relais_url_well_new (const char *url);

G_END_DECLS
