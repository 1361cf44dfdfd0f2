/* relais-event.c: one step of an answer, owned by no wire format
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-event"

#include "config.h"

#include <stdarg.h>

#include "relais-event.h"

/**
 * relais_failure_new:
 * @code: a [error@Error]
 * @format: a message for people, as for printf(); no key, no prompt text
 * @...: what it asks for
 *
 * Returns: (transfer full): a failure with the status of @code and no wait
 */
RelaisFailure *
relais_failure_new (int         code,
                    const char *format,
                    ...)
{
  RelaisFailure *self = g_new0 (RelaisFailure, 1);
  va_list args;

  self->code = code;
  self->retry_after_ms = -1;
  va_start (args, format);
  self->message = g_strdup_vprintf (format, args);
  va_end (args);
  return self;
}

/**
 * relais_failure_copy:
 * @self: (nullable): a failure
 *
 * Returns: (transfer full) (nullable): one like it
 */
RelaisFailure *
relais_failure_copy (const RelaisFailure *self)
{
  RelaisFailure *copy;

  if (self == NULL)
    return NULL;
  copy = g_memdup2 (self, sizeof *self);
  copy->message = g_strdup (self->message);
  copy->param = g_strdup (self->param);
  copy->code_name = g_strdup (self->code_name);
  return copy;
}

/**
 * relais_failure_free:
 * @self: (transfer full) (nullable): a failure
 *
 * Frees it and its strings.
 */
void
relais_failure_free (RelaisFailure *self)
{
  if (self == NULL)
    return;
  g_free (self->message);
  g_free (self->param);
  g_free (self->code_name);
  g_free (self);
}
