/* ui-notices.h: who shows notifications, for tests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* One notification as it is shown now. */
typedef struct
{
  guint  id;
  char  *title;
  char  *body;
  char **actions; /* an id and a label each */
} UiNotice;

/* Owns org.freedesktop.Notifications of the session bus. */
typedef struct
{
  GDBusConnection *bus;
  GPtrArray *shown; /* UiNotice */
  guint            n_sent;
  gboolean         owned;
} UiNotices;

UiNotices *ui_notices_new    (void);
void       ui_notices_free   (UiNotices      *self);
void       ui_notices_invoke (UiNotices      *self,
                              const UiNotice *notice,
                              const char     *action);

G_END_DECLS
