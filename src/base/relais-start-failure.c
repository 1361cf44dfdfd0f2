/* relais-start-failure.c: why the proxy could not start, in parts
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-start-failure"

#include "config.h"

#include "relais-error.h"
#include "relais-start-failure.h"

G_DEFINE_BOXED_TYPE (RelaisStartFailure, relais_start_failure,
                     relais_start_failure_copy, relais_start_failure_free)

/**
 * relais_start_failure_new:
 * @code: a [error@Error] code
 *
 * Returns: (transfer full): a failure with everything else unset
 */
RelaisStartFailure *
relais_start_failure_new (int code)
{
  RelaisStartFailure *self = g_new0 (RelaisStartFailure, 1);

  self->code = code;
  return self;
}

/**
 * relais_start_failure_copy:
 * @self: a failure
 *
 * Returns: (transfer full): an equal one
 */
RelaisStartFailure *
relais_start_failure_copy (const RelaisStartFailure *self)
{
  RelaisStartFailure *copy = g_memdup2 (self, sizeof *self);

  copy->host = g_strdup (self->host);
  copy->owner = g_strdup (self->owner);
  copy->detail = g_strdup (self->detail);
  return copy;
}

/**
 * relais_start_failure_free:
 * @self: (nullable): a failure
 */
void
relais_start_failure_free (RelaisStartFailure *self)
{
  if (self == NULL)
    return;
  g_free (self->host);
  g_free (self->owner);
  g_free (self->detail);
  g_free (self);
}

/**
 * relais_start_failure_to_english:
 * @self: a failure
 *
 * The words for a terminal: what is wrong and what to do next. The window has its own, translated.
 *
 * Returns: (transfer full): one or two sentences
 */
char *
relais_start_failure_to_english (const RelaisStartFailure *self)
{
  GString *text = g_string_new (NULL);

  switch (self->code)
    {
    case RELAIS_ERROR_NO_ACCOUNT:
      g_string_append (text, "No account available: add one first, or try --practice.");
      break;
    case RELAIS_ERROR_KEYRING_LOCKED:
      g_string_append (text, "The keyring is locked: unlock it, or use --accounts-file.");
      break;
    case RELAIS_ERROR_NO_KEYRING:
      g_string_append (text, "No keyring service answers: install gnome-keyring, or use --accounts-file.");
      break;
    case RELAIS_ERROR_ADDRESS_IN_USE:
      g_string_append_printf (text, "%s:%u is already in use", self->host, self->port);
      if (self->owner != NULL)
        g_string_append_printf (text, " by %s", self->owner);
      g_string_append (text, ".");
      if (self->free_port != 0)
        g_string_append_printf (text, " Port %u is free: use --port %u.", self->free_port, self->free_port);
      else
        g_string_append (text, " Choose another port with --port.");
      break;
    case RELAIS_ERROR_ADDRESS_DENIED:
      g_string_append_printf (text, "%s:%u is not permitted: choose a port from 1024 on.", self->host, self->port);
      break;
    default:
      g_string_append_printf (text, "Could not listen on %s:%u", self->host != NULL ? self->host : "?", self->port);
      if (self->detail != NULL)
        g_string_append_printf (text, ": %s", self->detail);
      g_string_append (text, ".");
      break;
    }
  return g_string_free (text, FALSE);
}
