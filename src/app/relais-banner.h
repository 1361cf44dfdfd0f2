/* relais-banner.h: a line across a page with a way out, which libadwaita 1.2 lacks
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define RELAIS_TYPE_BANNER (relais_banner_get_type ())

/* Properties: "title" and "revealed". */
G_DECLARE_FINAL_TYPE (RelaisBanner, relais_banner, RELAIS, BANNER, GtkWidget)

const char *relais_banner_get_title    (RelaisBanner *self);
void        relais_banner_set_title    (RelaisBanner *self,
                                        const char   *title);
gboolean    relais_banner_get_revealed (RelaisBanner *self);
void        relais_banner_set_revealed (RelaisBanner *self,
                                        gboolean      revealed);
void        relais_banner_set_button   (RelaisBanner *self,
                                        const char   *label,
                                        const char   *action_name);

G_END_DECLS
