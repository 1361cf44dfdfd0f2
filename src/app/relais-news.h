/* relais-news.h: what a person should hear of while the window is elsewhere
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "engine/relais-engine.h"

G_BEGIN_DECLS

#define RELAIS_TYPE_NEWS (relais_news_get_type ())

G_DECLARE_FINAL_TYPE (RelaisNews, relais_news, RELAIS, NEWS, GObject)

RelaisNews *relais_news_new (GtkApplication *application,
                             RelaisEngine   *engine,
                             GSettings      *settings);

G_END_DECLS
