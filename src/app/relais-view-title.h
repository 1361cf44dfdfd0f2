/* relais-view-title.h: the view switcher of a header bar, and whether it has room
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define RELAIS_TYPE_VIEW_TITLE (relais_view_title_get_type ())

G_DECLARE_FINAL_TYPE (RelaisViewTitle, relais_view_title, RELAIS, VIEW_TITLE, GtkWidget)

gboolean relais_view_title_get_narrow (RelaisViewTitle *self);

G_END_DECLS
