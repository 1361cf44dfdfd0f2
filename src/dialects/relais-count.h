/* relais-count.h: how many tokens a request has, asked for, answered and guessed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "relais-dialect.h"

G_BEGIN_DECLS

RelaisPrompt *relais_count_decode_request (RelaisDialectId      dialect,
                                           GBytes              *body,
                                           const char          *model,
                                           GError             **error);
GBytes       *relais_count_encode_request (RelaisDialectId      dialect,
                                           const char          *model,
                                           const char          *request,
                                           gsize                length);
gint64        relais_count_decode         (RelaisDialectId      dialect,
                                           const char          *json,
                                           gsize                length);
void          relais_count_encode         (RelaisDialectId      dialect,
                                           gint64               n_tokens,
                                           GString             *out);
gint64        relais_count_weigh          (const char          *text,
                                           gsize                length);
gint64        relais_count_from_weight    (gint64               weight);
gint64        relais_count_estimate       (const RelaisPrompt  *prompt,
                                           RelaisDialectId      upstream);

G_END_DECLS
