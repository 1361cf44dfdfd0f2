/* relais-record-view.h: all that is known of one request
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "engine/relais-engine.h"

G_BEGIN_DECLS

#define RELAIS_TYPE_RECORD_VIEW (relais_record_view_get_type ())

G_DECLARE_FINAL_TYPE (RelaisRecordView, relais_record_view, RELAIS, RECORD_VIEW, AdwWindow)

GtkWidget *relais_record_view_new (RelaisRecordRow *record,
                                   GSettings       *settings,
                                   RelaisEngine    *engine);

G_END_DECLS
