/* ui-kit.h: what the tests of the window share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "engine/relais-engine.h"

G_BEGIN_DECLS

/* A window on an engine, with settings at their defaults. */
typedef struct
{
  RelaisEngine *engine;
  GSettings    *settings;
  GObject      *link;
  GtkWidget    *window;
} UiStage;

typedef gboolean (*UiCheck) (gpointer data);

void       ui_kit_see_whole_stacks (char                       **argv);
void       ui_kit_init             (int                         *argc,
                                    char                      ***argv);
void       ui_kit_present          (UiStage                     *stage,
                                    const RelaisEngineOptions   *options,
                                    int                          width);
void       ui_kit_open             (UiStage                     *stage,
                                    const RelaisEngineOptions   *options,
                                    int                          width);
void       ui_kit_close            (UiStage                     *stage);
void       ui_kit_until            (UiCheck                      check,
                                    gpointer                     data);
void       ui_kit_drain            (void);
GtkWidget *ui_kit_find             (GtkWidget                   *root,
                                    const char                  *type);
GtkWidget *ui_kit_find_label       (GtkWidget                   *root,
                                    const char                  *text);
GtkWidget *ui_kit_find_button      (GtkWidget                   *root,
                                    const char                  *text);
GtkWidget *ui_kit_find_named       (GtkWidget                   *root,
                                    const char                  *tooltip);
gpointer   ui_kit_child            (gpointer                     widget,
                                    const char                  *id);
GtkWidget *ui_kit_page             (UiStage                     *stage,
                                    const char                  *type);
GtkWidget *ui_kit_dialog           (UiStage                     *stage);
void       ui_kit_click            (gpointer                     button);
void       ui_kit_press            (GtkWidget                   *window,
                                    const char                  *key);
char      *ui_kit_dup_clipboard    (GtkWidget                   *widget);

#define ui_kit_assert_label(widget, id, text) \
 g_assert_cmpstr (gtk_label_get_label (ui_kit_child (widget, id)), ==, text)

G_END_DECLS
