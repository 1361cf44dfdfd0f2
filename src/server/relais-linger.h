/* relais-linger.h: the end of a connection: last words, then a bounded drain
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _RelaisLinger RelaisLinger;

/* Told once, when the socket is closed; @linger is freed right after. */
typedef void (*RelaisLingerFunc) (RelaisLinger *linger,
                                  gpointer user_data);

RelaisLinger *relais_linger_start (GSocket          *socket,
                                   GIOStream        *stream,
                                   GBytes           *words,
                                   RelaisLingerFunc  closed,
                                   gpointer          user_data);
void          relais_linger_cut   (RelaisLinger     *self);

G_END_DECLS
