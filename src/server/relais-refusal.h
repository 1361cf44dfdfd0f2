/* relais-refusal.h: the bytes of an answer the wire gives by itself
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "relais-head.h"

G_BEGIN_DECLS

GBytes *relais_refusal_compose   (const RelaisHead    *head,
                                  RelaisDialectId      dialect,
                                  const RelaisFailure *failure);
GBytes *relais_preflight_compose (const RelaisHead    *head);

G_END_DECLS
