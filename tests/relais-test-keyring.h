/* relais-test-keyring.h: scenes with a real keyring, each on a bus of its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What starts the daemon. Its own warnings are not ours. */
#define RELAIS_TEST_KEYRING_UNLOCKED \
 "printf pw | env -u G_DEBUG gnome-keyring-daemon --unlock --components=secrets >/dev/null"
#define RELAIS_TEST_KEYRING_STARTED \
 "env -u G_DEBUG gnome-keyring-daemon --start --components=secrets >/dev/null"

typedef struct
{
  char *folder; /* home of a keyring, gone after the test */
} RelaisTestKeyring;

void  relais_test_keyring_set_up    (RelaisTestKeyring         *self,
                                     gconstpointer              data);
void  relais_test_keyring_tear_down (RelaisTestKeyring         *self,
                                     gconstpointer              data);
char *relais_test_keyring_run       (RelaisTestKeyring         *self,
                                     const char                *program,
                                     const char                *daemon,
                                     const char                *scene,
                                     const char        * const *environment);

G_END_DECLS
