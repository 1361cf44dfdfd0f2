/* test-guess.c: who guesses keys is slowed, then stopped, then forgotten; time is handed in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "server/relais-guess.h"

#define MINUTE (60 * G_USEC_PER_SEC)
#define START (1000 * G_USEC_PER_SEC)

static void
expect (RelaisGuess      *guess,
        const char       *key,
        gint64            now_us,
        RelaisGuessState  state,
        gint64            wait_us)
{
  gint64 wait = -1;

  g_assert_cmpint (relais_guess_check (guess, key, now_us, &wait), ==, state);
  g_assert_cmpint (wait, ==, wait_us);
}

static void
fail (RelaisGuess *guess,
      const char  *key,
      gint64       now_us,
      guint        n)
{
  while (n-- > 0)
    relais_guess_fail (guess, key, now_us);
}

static void
test_steps (void)
{
  g_autoptr (RelaisGuess) guess = relais_guess_new ();

  expect (guess, "a", START, RELAIS_GUESS_FREE, 0);
  fail (guess, "a", START, 9);
  expect (guess, "a", START, RELAIS_GUESS_FREE, 0);
  fail (guess, "a", START, 1);
  expect (guess, "a", START, RELAIS_GUESS_SLOW, 0);
  expect (guess, "b", START, RELAIS_GUESS_FREE, 0);
  fail (guess, "a", START + 9 * MINUTE, 89);
  expect (guess, "a", START + 9 * MINUTE, RELAIS_GUESS_SLOW, 0);
  fail (guess, "a", START + 9 * MINUTE, 1);
  expect (guess, "a", START + 9 * MINUTE, RELAIS_GUESS_BLOCKED, 10 * MINUTE);
  expect (guess, "a", START + 18 * MINUTE, RELAIS_GUESS_BLOCKED, MINUTE);
  expect (guess, "a", START + 19 * MINUTE, RELAIS_GUESS_FREE, 0);
  g_assert_cmpuint (relais_guess_get_n (guess), ==, 0);
}

/* A hundred failures over more than the window stop nobody. */
static void
test_window (void)
{
  g_autoptr (RelaisGuess) guess = relais_guess_new ();

  fail (guess, "a", START, 99);
  expect (guess, "a", START + 10 * MINUTE - 1, RELAIS_GUESS_SLOW, 0);
  fail (guess, "a", START + 10 * MINUTE, 1);
  expect (guess, "a", START + 10 * MINUTE, RELAIS_GUESS_FREE, 0);
}

static void
test_forgive (void)
{
  g_autoptr (RelaisGuess) guess = relais_guess_new ();

  relais_guess_forgive (guess, "a");
  fail (guess, "a", START, 50);
  relais_guess_forgive (guess, "a");
  expect (guess, "a", START, RELAIS_GUESS_FREE, 0);
  g_assert_cmpuint (relais_guess_get_n (guess), ==, 0);
}

/* At most 1 024 addresses; the one that failed longest ago goes first. */
static void
test_bound (void)
{
  g_autoptr (RelaisGuess) guess = relais_guess_new ();

  fail (guess, "first", START, 20);
  fail (guess, "second", START, 20);
  for (guint i = 0; i < 1022; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);

      fail (guess, key, START, 1);
    }
  g_assert_cmpuint (relais_guess_get_n (guess), ==, 1024);
  fail (guess, "first", START, 1);
  fail (guess, "another", START, 1);
  g_assert_cmpuint (relais_guess_get_n (guess), ==, 1024);
  expect (guess, "first", START, RELAIS_GUESS_SLOW, 0);
  expect (guess, "second", START, RELAIS_GUESS_FREE, 0);
}

static void
test_key (void)
{
  static const struct
  {
    const char *address;
    const char *key;
  } keys[] = {
    { "192.168.1.7", "192.168.1.7" },
    { "2001:db8:1:2:aaaa::1", "2001:db8:1:2::" },
    { "2001:db8:1:2:bbbb::2", "2001:db8:1:2::" },
    { "2001:db8:1:3::2", "2001:db8:1:3::" },
    { "fe80::1:2", "fe80::1:2" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autoptr (GInetAddress) address = g_inet_address_new_from_string (keys[i].address);
      g_autofree char *key = relais_guess_dup_key (address);

      g_assert_cmpstr (key, ==, keys[i].key);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/guess/steps", test_steps);
  g_test_add_func ("/guess/window", test_window);
  g_test_add_func ("/guess/forgive", test_forgive);
  g_test_add_func ("/guess/bound", test_bound);
  g_test_add_func ("/guess/key", test_key);
  return g_test_run ();
}
