/* relais-redact.h: words of others without the secrets in them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *relais_redact          (const char *text,
                              const char *key);
char *relais_redact_controls (const char *text);

G_END_DECLS
