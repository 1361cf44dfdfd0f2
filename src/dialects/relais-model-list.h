/* relais-model-list.h: the ids in a vendor's model list
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "relais-dialect.h"

G_BEGIN_DECLS

GPtrArray *relais_model_list_decode (RelaisDialectId   dialect,
                                     const char       *json,
                                     gsize             length,
                                     GError          **error);

G_END_DECLS
