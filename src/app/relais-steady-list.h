/* relais-steady-list.h: a list that can stand still while its source grows
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A list model. Properties: "still" (boolean), "n-waiting" (uint, read-only: what came at the top of
 * the source meanwhile), both notified. */
#define RELAIS_TYPE_STEADY_LIST (relais_steady_list_get_type ())

G_DECLARE_FINAL_TYPE (RelaisSteadyList, relais_steady_list, RELAIS, STEADY_LIST, GObject)

RelaisSteadyList *relais_steady_list_new           (GListModel       *source);
void              relais_steady_list_set_still     (RelaisSteadyList *self,
                                                    gboolean          still);
gboolean          relais_steady_list_get_still     (RelaisSteadyList *self);
guint             relais_steady_list_get_n_waiting (RelaisSteadyList *self);

G_END_DECLS
