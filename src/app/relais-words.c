/* relais-words.c: states, errors and measures in the words of the person
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-words"

#include "config.h"

#include <glib/gi18n.h>

#include "base/relais-error.h"

#include "relais-words.h"

static char *
address_in_use (const RelaisStartFailure *failure)
{
  if (failure->owner != NULL)
    /* Translators: the first is a port, the second the name of a program */
    return g_strdup_printf (_("Port %u is already in use by %s. Choose another port, or quit that program."),
                               failure->port, failure->owner);
  return g_strdup_printf (_("Port %u is already in use. Choose another port, or quit the program that uses it."),
                             failure->port);
}

/**
 * relais_words_failure:
 * @failure: why the proxy could not start
 *
 * Returns: (transfer full): what is wrong and what to do about it, plain text
 */
char *
relais_words_failure (const RelaisStartFailure *failure)
{
  g_return_val_if_fail (failure != NULL, NULL);

  switch (failure->code)
    {
    case RELAIS_ERROR_NO_ACCOUNT:
      return g_strdup (_("No account is available. Add one first, or try the practice account."));
    case RELAIS_ERROR_KEYRING_LOCKED:
      return g_strdup (_("Your accounts are in the keyring, and the keyring is locked"));
    case RELAIS_ERROR_NO_KEYRING:
      return g_strdup (_("No keyring service answers. Install GNOME Keyring or another one, then start Relais again."));
    case RELAIS_ERROR_ADDRESS_IN_USE:
      return address_in_use (failure);
    case RELAIS_ERROR_ADDRESS_DENIED:
      return g_strdup_printf (_("Port %u is reserved for the system. Choose one from 1024 on."), failure->port);
    default:
      if (failure->host == NULL)
        return g_strdup (failure->detail != NULL ? failure->detail : _("An unknown error occurred"));
      if (failure->detail == NULL)
        return g_strdup_printf (_("The address %s:%u cannot be used"), failure->host, failure->port);
      /* Translators: a host, a port, and the system's own words */
      return g_strdup_printf (_("The address %s:%u cannot be used: %s"), failure->host, failure->port,
                                 failure->detail);
    }
}

/**
 * relais_words_error:
 * @error: an error of the engine
 *
 * Returns: (transfer full): what it means for a person, plain text
 */
char *
relais_words_error (const GError *error)
{
  g_return_val_if_fail (error != NULL, NULL);

  if (error->domain == RELAIS_ERROR)
    switch (error->code)
      {
      case RELAIS_ERROR_KEYRING_LOCKED:
        return g_strdup (_("The keyring is locked"));
      case RELAIS_ERROR_NO_KEYRING:
        return g_strdup (_("No keyring service answers"));
      case RELAIS_ERROR_NO_ACCOUNT:
        return g_strdup (_("No account is available"));
      case RELAIS_ERROR_BAD_KEY:
        return g_strdup (_("The key was rejected"));
      case RELAIS_ERROR_TIMEOUT:
        return g_strdup (_("The server did not answer in time"));
      default:
        break;
      }
  return g_strdup (error->message);
}

/**
 * relais_words_trouble:
 * @error: why the engine could not load all it should have
 * @key_file: where the client key is when no keyring keeps it
 *
 * Returns: (transfer full): what is wrong and what to do about it, plain text
 */
char *
relais_words_trouble (const GError *error,
                      const char   *key_file)
{
  g_return_val_if_fail (error != NULL, NULL);

  if (g_error_matches (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING))
    /* Translators: the name of a file */
    return g_strdup_printf (_("The file %s is not used: it must hold a key that only you can read. "
                              "Run “chmod 600” on it or delete it to get a new key, then try again."),
                               key_file);
  if (error->domain == G_FILE_ERROR)
    /* Translators: the system's own words */
    return g_strdup_printf (_("The API key for clients could not be read or kept: %s. Correct this, then try again."), error->message);
  /* Translators: the keyring's own words */
  return g_strdup_printf (_("The keyring could not be read, so its accounts are missing: %s. Try again; if that does "
                            "not help, log out and in again."),
                             error->message);
}

/**
 * relais_words_auth_mode:
 * @mode: what was chosen
 * @effective: what it means now; never `AUTO`
 *
 * Returns: (transfer none): one line that says which clients need the key
 */
const char *
relais_words_auth_mode (RelaisAuthMode mode,
                        RelaisAuthMode effective)
{
  if (effective == RELAIS_AUTH_MODE_STRICT)
    return _("Every request needs the key");
  if (effective == RELAIS_AUTH_MODE_ALL_EXCEPT_HEALTH && mode == RELAIS_AUTH_MODE_AUTO)
    return _("Required while other devices have access");
  if (effective == RELAIS_AUTH_MODE_ALL_EXCEPT_HEALTH)
    return _("Every request but the health check needs the key");
  if (mode == RELAIS_AUTH_MODE_AUTO)
    return _("Not required while the proxy only listens on this computer");
  return _("Any program that reaches the proxy can use it");
}

/**
 * relais_words_provider:
 * @id: (nullable): which provider
 * @name: its own name
 *
 * Returns: (transfer none): what to call it: brands keep their names, the rest is translated
 */
const char *
relais_words_provider (const char *id,
                       const char *name)
{
  return g_strcmp0 (id, "practice") == 0 ? _("Practice Account") : name;
}

/**
 * relais_words_duration:
 * @duration_us: microseconds, or less than 0 when not over yet
 *
 * Returns: (transfer full): two or three figures and a unit, an ellipsis when not over yet
 */
char *
relais_words_duration (gint64 duration_us)
{
  gint64 ms = (duration_us + 500) / 1000;

  if (duration_us < 0)
    return g_strdup ("…");
  if (ms < 1000)
    /* Translators: milliseconds */
    return g_strdup_printf (_("%d ms"), (int)MAX (ms, 1));
  if (ms < 9950)
    /* Translators: seconds, with a decimal */
    return g_strdup_printf (_("%.1f s"), (double)ms / 1000);
  if (ms < 59500)
    /* Translators: seconds */
    return g_strdup_printf (_("%d s"), (int)((ms + 500) / 1000));
  /* Translators: minutes and seconds */
  return g_strdup_printf (_("%d min %d s"), (int)((ms + 500) / 60000), (int)((ms + 500) / 1000 % 60));
}

/**
 * relais_words_time:
 * @time_us: microseconds since 1970
 *
 * Returns: (transfer full): the local time of day; of another day than today with its date
 */
char *
relais_words_time (gint64 time_us)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (time_us / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;

  if (local == NULL)
    return g_strdup ("");
  if (g_date_time_get_day_of_year (local) == g_date_time_get_day_of_year (now) &&
      g_date_time_get_year (local) == g_date_time_get_year (now))
    return g_date_time_format (local, "%H:%M:%S");
  /* Translators: a day and a time in few letters, see g_date_time_format() */
  return g_date_time_format (local, _("%e %b %H:%M"));
}

/**
 * relais_words_moment:
 * @time_us: microseconds since 1970
 *
 * Returns: (transfer full): the local date and time
 */
char *
relais_words_moment (gint64 time_us)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (time_us / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;

  /* Translators: a date and a time of day, see g_date_time_format() */
  return local != NULL ? g_date_time_format (local, _("%e %B %Y, %H:%M:%S")) : g_strdup ("");
}

/**
 * relais_words_amount:
 * @amount: a count, not negative
 *
 * Returns: (transfer full): in full up to 99,999, then with two or three figures and a unit
 */
char *
relais_words_amount (gint64 amount)
{
  if (amount < 100000)
    return g_strdup_printf ("%'d", (int)amount);
  if (amount < 999500)
    /* Translators: thousands, as in “120 k” */
    return g_strdup_printf (_("%d k"), (int)((amount + 500) / 1000));
  /* Translators: millions, as in “1.2 M” */
  return g_strdup_printf (_("%.1f M"), (double)amount / 1e6);
}

/**
 * relais_words_share:
 * @share: 0 to 1, or less than 0 when there is none
 *
 * Returns: (transfer full): as per cent, or a dash
 */
char *
relais_words_share (double share)
{
  if (share < 0)
    return g_strdup ("–");
  if (share >= 1)
    /* Translators: all of them, in per cent */
    return g_strdup (_("100%"));
  /* Translators: a share in per cent, with a decimal */
  return g_strdup_printf (_("%.1f%%"), MIN (share * 100, 99.9));
}

/**
 * relais_words_size:
 * @size: bytes that are kept
 * @total: bytes there were
 * @is_whole: whether nothing is missing
 *
 * Returns: (transfer full): how much it is, and how much of it is there
 */
char *
relais_words_size (gsize    size,
                   gsize    total,
                   gboolean is_whole)
{
  g_autofree char *kept = g_format_size (size);
  g_autofree char *all = g_format_size (total);

  if (is_whole)
    return g_steal_pointer (&all);
  /* Translators: sizes, as in “262.1 kB of 3.1 MB kept” */
  return g_strdup_printf (_("%s of %s kept"), kept, all);
}
