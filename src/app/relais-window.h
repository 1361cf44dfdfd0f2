/* relais-window.h: the main window: header, pages, toasts
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "engine/relais-engine.h"

G_BEGIN_DECLS

#define RELAIS_TYPE_WINDOW (relais_window_get_type ())

/* Emits "hidden" when it went out of sight and the proxy runs on. */
G_DECLARE_FINAL_TYPE (RelaisWindow, relais_window, RELAIS, WINDOW, AdwApplicationWindow)

GtkWidget *relais_window_new   (GtkApplication *application,
                                RelaisEngine   *engine,
                                GSettings      *settings);
void       relais_window_leave (RelaisWindow   *self);

G_END_DECLS
