/* captures-kit.h: the requests of tests/captures/clients that a model answers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "dialects/relais-dialect.h"

G_BEGIN_DECLS

/* One request: the recording it stands in and its number there. */
typedef void (*KitCaptureFunc) (const char *name,
                                guint number,
                                RelaisDialectId dialect,
                                GBytes *body,
                                gpointer user_data);

void kit_foreach_capture (KitCaptureFunc func,
                          gpointer       user_data);

G_END_DECLS
