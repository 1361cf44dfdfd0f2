/* test-start-failure.c: why it does not listen, in words that say what to do
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "base/relais-error.h"
#include "base/relais-start-failure.h"

static void
test_words (void)
{
  static const struct
  {
    int code;
    const char *owner;
    guint free_port;
    const char *detail;
    const char *words;
  } rows[] = {
    { RELAIS_ERROR_NO_ACCOUNT, NULL, 0, NULL, "No account available: add one first, or try --practice." },
    { RELAIS_ERROR_KEYRING_LOCKED, NULL, 0, NULL, "The keyring is locked: unlock it, or use --accounts-file." },
    { RELAIS_ERROR_NO_KEYRING, NULL, 0, NULL, "No keyring service answers: install gnome-keyring, or use --accounts-file." },
    { RELAIS_ERROR_ADDRESS_IN_USE, "nginx", 8046, NULL, "127.0.0.1:8045 is already in use by nginx. Port 8046 is free: use --port 8046." },
    { RELAIS_ERROR_ADDRESS_IN_USE, NULL, 0, NULL, "127.0.0.1:8045 is already in use. Choose another port with --port." },
    { RELAIS_ERROR_ADDRESS_DENIED, NULL, 0, NULL, "127.0.0.1:8045 is not permitted: choose a port from 1024 on." },
    { RELAIS_ERROR_ADDRESS_FAILED, NULL, 0, "No buffer space", "Could not listen on 127.0.0.1:8045: No buffer space." },
    { RELAIS_ERROR_ADDRESS_FAILED, NULL, 0, NULL, "Could not listen on 127.0.0.1:8045." },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      RelaisStartFailure *failure = relais_start_failure_new (rows[i].code);
      g_autoptr (RelaisStartFailure) copy = NULL;
      g_autofree char *words = NULL;

      failure->host = g_strdup ("127.0.0.1");
      failure->port = 8045;
      failure->owner = g_strdup (rows[i].owner);
      failure->free_port = rows[i].free_port;
      failure->detail = g_strdup (rows[i].detail);
      copy = g_boxed_copy (RELAIS_TYPE_START_FAILURE, failure);
      relais_start_failure_free (failure);
      g_assert_cmpint (copy->code, ==, rows[i].code);
      words = relais_start_failure_to_english (copy);
      g_assert_cmpstr (words, ==, rows[i].words);
    }
}

static void
test_bare (void)
{
  g_autoptr (RelaisStartFailure) failure = relais_start_failure_new (RELAIS_ERROR_ADDRESS_FAILED);
  g_autofree char *words = relais_start_failure_to_english (failure);

  g_assert_cmpstr (words, ==, "Could not listen on ?:0.");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/start-failure/words", test_words);
  g_test_add_func ("/start-failure/bare", test_bare);
  return g_test_run ();
}
