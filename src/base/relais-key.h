/* relais-key.h: the key clients show: made, checked, compared, masked
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

char    *relais_key_make     (void);
gboolean relais_key_validate (const char  *key,
                              GError     **error);
gboolean relais_key_equal    (const char  *key,
                              const char  *given);
char    *relais_key_mask     (const char  *key);
char    *relais_key_random   (guint        n_characters);
void     relais_key_wipe     (char        *key);

/* g_autoptr (RelaisKey): text that holds a key, wiped at the end of its block. */
typedef char RelaisKey;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelaisKey, relais_key_wipe)

G_END_DECLS
