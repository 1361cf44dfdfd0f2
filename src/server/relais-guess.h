/* relais-guess.h: slows down and stops who guesses keys
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
  RELAIS_GUESS_FREE,
  RELAIS_GUESS_SLOW,    /* refusals go out a second later */
  RELAIS_GUESS_BLOCKED, /* 429, right key or not */
} RelaisGuessState;

typedef struct _RelaisGuess RelaisGuess;

RelaisGuess     *relais_guess_new     (void);
void             relais_guess_free    (RelaisGuess  *self);
char            *relais_guess_dup_key (GInetAddress *address);
RelaisGuessState relais_guess_check   (RelaisGuess  *self,
                                       const char   *key,
                                       gint64        now_us,
                                       gint64       *wait_us);
void             relais_guess_fail    (RelaisGuess  *self,
                                       const char   *key,
                                       gint64        now_us);
void             relais_guess_forgive (RelaisGuess  *self,
                                       const char   *key);
guint            relais_guess_get_n   (RelaisGuess  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelaisGuess, relais_guess_free)

G_END_DECLS
