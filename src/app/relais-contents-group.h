/* relais-contents-group.h: what a request and its answer said, as far as it is kept
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "engine/relais-engine.h"

#include "relais-content-page.h"

G_BEGIN_DECLS

#define RELAIS_TYPE_CONTENTS_GROUP (relais_contents_group_get_type ())

/* Properties: "engine", "record" (a RelaisRecordRow) and "settings", each set once. Signal
 * "loaded": what get_bodies says is new. A row activates `record.contents` with its number. */
G_DECLARE_FINAL_TYPE (RelaisContentsGroup, relais_contents_group, RELAIS, CONTENTS_GROUP,
                      AdwPreferencesGroup)

const RelaisRecordBodies *relais_contents_group_get_bodies (RelaisContentsGroup *self);
void                      relais_contents_group_show       (RelaisContentsGroup *self,
                                                            guint                kind,
                                                            RelaisContentPage   *page);

G_END_DECLS
