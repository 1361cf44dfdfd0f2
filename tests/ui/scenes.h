/* scenes.h: every page in every state
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "engine/relais-engine.h"

G_BEGIN_DECLS

/* To be set up once its window shows the page; what it opens is transient for that. */
typedef struct
{
  const char *name;
  const char *page;
  void (*set_up) (RelaisEngine *engine,
                  GSettings *settings,
                  GtkWindow *window);
} UiScene;

const UiScene *ui_scenes_get (gsize *n_scenes);

G_END_DECLS
