/* relais-key.c: the key clients show: made, checked, compared, masked
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-key"

#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "relais-error.h"
#include "relais-key.h"

#define PREFIX "sk-"
#define RANDOM_LENGTH 43
#define MINIMUM_LENGTH 10
#define MAXIMUM_LENGTH 512

/**
 * relais_key_random:
 * @n_characters: how many
 *
 * Draws from the system's random source, each of the 62 letters and digits as likely as the others.
 * A system without that source ends the program: nothing safe can be made then.
 *
 * Returns: (transfer full): letters and digits
 */
char *
relais_key_random (guint n_characters)
{
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  GString *text = g_string_sized_new (n_characters + 1);
  guchar pool[64];

  while (text->len < n_characters)
    {
      gssize got = getrandom (pool, sizeof pool, 0);

      if (got < 0 && errno != EINTR)
        g_error ("The system gives no random bytes: %s", g_strerror (errno));
      /* 248 = 4 × 62: bytes from there on would favour the first letters. */
      for (gssize i = 0; i < got && text->len < n_characters; i++)
        if (pool[i] < 248)
          g_string_append_c (text, letters[pool[i] % 62]);
    }
  explicit_bzero (pool, sizeof pool);
  return g_string_free (text, FALSE);
}

/**
 * relais_key_make:
 *
 * Returns: (transfer full): a fresh key, `sk-` and 43 letters and digits: 256 bits of chance
 */
char *
relais_key_make (void)
{
  g_autofree char *random = relais_key_random (RANDOM_LENGTH);
  char *key = g_strconcat (PREFIX, random, NULL);

  explicit_bzero (random, RANDOM_LENGTH);
  return key;
}

/**
 * relais_key_validate:
 * @key: (nullable): a key somebody typed
 * @error: where to put a failure
 *
 * Fails with [error@Error] `INVALID_SETTING` saying what is wrong, never quoting the key: it must
 * start with `sk-`, be 10 to 512 characters, all printable ASCII without spaces.
 *
 * Returns: whether it may serve
 */
gboolean
relais_key_validate (const char  *key,
                     GError     **error)
{
  const char *fault = NULL;
  gsize length = key != NULL ? strlen (key) : 0;

  if (key == NULL || !g_str_has_prefix (key, PREFIX))
    fault = "The key must start with “sk-”";
  else if (length < MINIMUM_LENGTH)
    fault = "The key must have at least 10 characters";
  else if (length > MAXIMUM_LENGTH)
    fault = "The key must have at most 512 characters";
  else
    for (const char *c = key; *c != '\0' && fault == NULL; c++)
      if (!g_ascii_isgraph (*c))
        fault = "The key may hold only letters, digits and signs, without spaces or accents";
  if (fault == NULL)
    return TRUE;
  g_set_error_literal (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING, fault);
  return FALSE;
}

/**
 * relais_key_equal:
 * @key: our key
 * @given: (nullable): what a client showed
 *
 * Takes the time the length of @given asks for, whatever it holds and however long our key is; an
 * empty key of ours equals nothing.
 *
 * Returns: whether they are the same
 */
gboolean
relais_key_equal (const char *key,
                  const char *given)
{
  gsize n_key, n_given;
  volatile guint difference;

  if (key == NULL || *key == '\0' || given == NULL)
    return FALSE;
  n_key = strlen (key);
  n_given = strlen (given);
  difference = n_key != n_given;
  for (gsize i = 0; i < n_given; i++)
    difference |= (guint)((guchar)key[i % n_key] ^ (guchar)given[i]);
  return difference == 0;
}

/**
 * relais_key_mask:
 * @key: (nullable): any credential
 *
 * Returns: (transfer full): how it may be shown, `sk-••••f3a9`: the last four of a key
 *   of 12 characters or more, else none
 */
char *
relais_key_mask (const char *key)
{
  gsize length = key != NULL ? strlen (key) : 0;
  const char *prefix = length > 0 && g_str_has_prefix (key, PREFIX) ? PREFIX : "";

  if (length == 0)
    return g_strdup ("");
  if (length < 12 || !g_str_is_ascii (key))
    return g_strconcat (prefix, "••••", NULL);
  return g_strconcat (prefix, "••••", key + length - 4, NULL);
}

/**
 * relais_key_wipe:
 * @key: (transfer full) (nullable): a credential
 *
 * Overwrites it, then frees it.
 */
void
relais_key_wipe (char *key)
{
  if (key == NULL)
    return;
  explicit_bzero (key, strlen (key));
  g_free (key);
}
