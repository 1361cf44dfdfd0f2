/* test-key.c: the key clients show
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/relais-error.h"
#include "base/relais-key.h"

static void
test_make (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint counts[128] = { 0 };

  for (guint i = 0; i < 2000; i++)
    {
      char *key = relais_key_make ();

      g_assert_cmpuint (strlen (key), ==, 46);
      g_assert_true (g_str_has_prefix (key, "sk-"));
      g_assert_true (relais_key_validate (key, NULL));
      for (const char *c = key + 3; *c != '\0'; c++)
        {
          g_assert_true (g_ascii_isalnum (*c));
          counts[(guchar)*c]++;
        }
      g_assert_true (g_hash_table_add (seen, key));
    }
  /* 86 000 draws over 62 letters: 1387 each; a biased draw would give some 1680. */
  for (guint c = 0; c < 128; c++)
    if (g_ascii_isalnum (c))
      {
        g_assert_cmpuint (counts[c], >, 1150);
        g_assert_cmpuint (counts[c], <, 1630);
      }
}

static void
test_random (void)
{
  g_autofree char *none = relais_key_random (0);
  g_autofree char *some = relais_key_random (24);
  g_autofree char *many = relais_key_random (1000);

  g_assert_cmpstr (none, ==, "");
  g_assert_cmpuint (strlen (some), ==, 24);
  g_assert_cmpuint (strlen (many), ==, 1000);
}

static void
test_validate (void)
{
  g_autofree char *longest = g_strnfill (512, 'a');
  g_autofree char *too_long = g_strnfill (513, 'a');
  const char *const good[] = { "sk-1234567", "sk-!~/+=._-", longest };
  const char *const bad[] = { NULL, "", "sk-", "sk-123456", "pk-12345678", "SK-12345678",
                              "sk-1234 5678", "sk-12345678\n",
                              "sk-caf\303\251 noir", "sk-\t12345678", "sk-12345678\177",
                              " sk-12345678", too_long };

  memcpy (longest, "sk-", 3);
  memcpy (too_long, "sk-", 3);
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (relais_key_validate (good[i], &error));
      g_assert_no_error (error);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (relais_key_validate (bad[i], &error));
      g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING);
      g_assert_null (strstr (error->message, "1234"));
    }
}

static void
test_equal (void)
{
  g_assert_true (relais_key_equal ("sk-abcdefgh", "sk-abcdefgh"));
  g_assert_false (relais_key_equal ("sk-abcdefgh", "sk-abcdefgi"));
  g_assert_false (relais_key_equal ("sk-abcdefgh", "sk-abcdefg"));
  g_assert_false (relais_key_equal ("sk-abcdefgh", "sk-abcdefghi"));
  g_assert_false (relais_key_equal ("sk-abcdefgh", "sk-abcdefghsk-abcdefgh"));
  g_assert_false (relais_key_equal ("sk-abcdefgh", ""));
  g_assert_false (relais_key_equal ("sk-abcdefgh", NULL));
  g_assert_false (relais_key_equal ("", ""));
  g_assert_false (relais_key_equal (NULL, NULL));
  g_assert_false (relais_key_equal (NULL, "a"));
}

static void
test_mask (void)
{
  static const struct
  {
    const char *key;
    const char *mask;
  } cases[] = {
    { "sk-abcdefghijklf3a9", "sk-••••f3a9" },
    { "AIzaSyAbcdefghijkl", "••••ijkl" },
    { "sk-1234567", "sk-••••" },
    { "short", "••••" },
    { "caf\303\251 caf\303\251 caf\303\251", "••••" },
    { "", "" },
    { NULL, "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *mask = relais_key_mask (cases[i].key);

      g_assert_cmpstr (mask, ==, cases[i].mask);
    }
}

static void
test_wipe (void)
{
  relais_key_wipe (NULL);
  relais_key_wipe (g_strdup (""));
  relais_key_wipe (g_strdup ("sk-abcdefgh"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/key/make", test_make);
  g_test_add_func ("/key/random", test_random);
  g_test_add_func ("/key/validate", test_validate);
  g_test_add_func ("/key/equal", test_equal);
  g_test_add_func ("/key/mask", test_mask);
  g_test_add_func ("/key/wipe", test_wipe);
  return g_test_run ();
}
