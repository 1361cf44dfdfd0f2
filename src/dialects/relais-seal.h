/* relais-seal.h: foreign signatures, marked so that they find their way back
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "model/relais-content.h"

G_BEGIN_DECLS

char    *relais_seal_close (const char    *value,
                            RelaisOrigin   origin,
                            RelaisOrigin   slot);
gboolean relais_seal_open  (char         **value,
                            RelaisOrigin  *origin);

G_END_DECLS
