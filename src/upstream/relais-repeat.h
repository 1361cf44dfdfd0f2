/* relais-repeat.h: a request sent once more, its answer read to the end and dropped
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "relais-upstream.h"

G_BEGIN_DECLS

/* One on its way. Ends by `ended`, or by relais_repeat_free, after which nothing is called. */
typedef struct _RelaisRepeat RelaisRepeat;

typedef void (*RelaisRepeatFunc) (RelaisRepeat *repeat,
                                  gpointer user_data);

RelaisRepeat *relais_repeat_send (RelaisUpstream               *upstream,
                                  const RelaisUpstreamRequest  *request,
                                  const char                   *header,
                                  const char                   *value,
                                  RelaisRepeatFunc              ended,
                                  gpointer                      user_data,
                                  GError                      **error);
void          relais_repeat_free (RelaisRepeat                 *self);

G_END_DECLS
