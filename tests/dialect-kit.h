/* dialect-kit.h: short ways to decode a request and encode an answer, for tests of the dialects
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "dialects/relais-dialect.h"

G_BEGIN_DECLS

#define KIT_TEXT(words) .text = (words), .length = sizeof (words) - 1

/* A body that must be refused, by its decoder or for other upstreams, and the field to blame;
 * NULL: none. */
typedef struct
{
  const char *body;
  const char *param;
} KitRefusal;

RelaisPrompt     *kit_decode           (RelaisDialectId     dialect,
                                        const char         *body);
void              kit_refuse           (RelaisDialectId     dialect,
                                        const KitRefusal   *refusals,
                                        gsize               n_refusals);
void              kit_refuse_elsewhere (RelaisDialectId     dialect,
                                        const KitRefusal   *refusals,
                                        gsize               n_refusals);
const RelaisPart *kit_part             (const RelaisPrompt *prompt,
                                        guint               message,
                                        guint               part);
char             *kit_shape            (const RelaisPrompt *prompt);
char             *kit_encode           (RelaisDialectId     dialect,
                                        const RelaisPrompt *prompt,
                                        RelaisForm          form,
                                        const RelaisEvent  *events,
                                        gsize               n_events);
char             *kit_names            (const char         *stream);
char             *kit_pick             (const char         *json,
                                        const char         *path);

G_END_DECLS
