/* relais-seal.h: foreign signatures, marked so that they find their way back
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "model/relais-content.h"

G_BEGIN_DECLS

/* What Google takes where a signature is due and none is there, by its own word. */
#define RELAIS_SIGNATURE_BYPASS "skip_thought_signature_validator"

/* What stands for the signature of thoughts nobody signed, so that they are known again. */
#define RELAIS_SIGNATURE_NONE "unsigned"

char      *relais_seal_close (const char    *value,
                              RelaisOrigin   origin,
                              RelaisOrigin   slot);
gboolean   relais_seal_open  (char         **value,
                              RelaisOrigin  *origin);
GPtrArray *relais_seal_find  (const char    *bytes,
                              gsize          length);
GBytes    *relais_seal_guard (GBytes        *body,
                              RelaisOrigin   upstream,
                              const char    *model);

G_END_DECLS
