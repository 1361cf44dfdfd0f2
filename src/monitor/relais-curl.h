/* relais-curl.h: a request as a command line
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "relais-record.h"

G_BEGIN_DECLS

char *relais_curl_write (const RelaisRecord *record,
                         RelaisBodies       *bodies,
                         const char         *base_url,
                         gboolean            needs_key);

G_END_DECLS
