/* relais-limits.c: bounds and deadlines of the wire and of exchanges
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-limits"

#include "config.h"

#include "relais-error.h"
#include "relais-limits.h"

#define FIRST_BYTE_TIMEOUT_MS (600 * 1000)
#define DETOURS_MS (60 * 1000) /* what looking for an account may add to it */

static const RelaisLimits default_limits = {
  .head_size_bytes = 32 * 1024,
  .head_fields = 100,
  .body_size_bytes = 64 * 1024 * 1024,
  .all_bodies_size_bytes = 256 * 1024 * 1024,
  .upstream_event_size_bytes = 16 * 1024 * 1024,
  .json_depth = 128,
  .connections = 2048,
  .exchanges = 1024,
  .head_timeout_ms = 10 * 1000,
  .body_timeout_ms = 60 * 1000,
  .body_timeout_ms_per_mib = 1000,
  .idle_timeout_ms = 65 * 1000,
  .write_timeout_ms = 30 * 1000,
  .upstream_connect_timeout_ms = 10 * 1000,
  .upstream_first_byte_timeout_ms = FIRST_BYTE_TIMEOUT_MS,
  .upstream_gap_timeout_ms = 300 * 1000,
  .upstream_total_timeout_ms = FIRST_BYTE_TIMEOUT_MS + DETOURS_MS,
  .models_timeout_ms = 5 * 1000,
  .keep_alive_ms = 15 * 1000,
  .head_delay_ms = 10 * 1000,
  .stop_grace_ms = 5 * 1000,
};

/**
 * relais_limits_init:
 * @self: (out): limits
 *
 * Sets every limit to its default.
 */
void
relais_limits_init (RelaisLimits *self)
{
  *self = default_limits;
}

static gboolean
check_timeout (int      timeout_ms,
               GError **error)
{
  if (timeout_ms >= RELAIS_TIMEOUT_MIN_MS && timeout_ms <= RELAIS_TIMEOUT_MAX_MS)
    return TRUE;
  g_set_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING,
               "An upstream can be waited for from %d to %d seconds.",
               RELAIS_TIMEOUT_MIN_MS / 1000, RELAIS_TIMEOUT_MAX_MS / 1000);
  return FALSE;
}

/**
 * relais_limits_set_first_byte_timeout:
 * @self: limits
 * @timeout_ms: how long an upstream may take to begin its answer, 1 000 to 3 600 000
 * @error: where to put a failure
 *
 * What all attempts together may take follows it: a minute more. Fails with [error@Error]
 * `INVALID_SETTING` for any other number; the old one holds then.
 *
 * Returns: whether it was taken
 */
gboolean
relais_limits_set_first_byte_timeout (RelaisLimits  *self,
                                      int            timeout_ms,
                                      GError       **error)
{
  if (!check_timeout (timeout_ms, error))
    return FALSE;
  self->upstream_first_byte_timeout_ms = (guint)timeout_ms;
  self->upstream_total_timeout_ms = (guint)timeout_ms + DETOURS_MS;
  return TRUE;
}

/**
 * relais_limits_set_gap_timeout:
 * @self: limits
 * @timeout_ms: how long an upstream may fall silent within its answer, 1 000 to 3 600 000
 * @error: where to put a failure
 *
 * Fails with [error@Error] `INVALID_SETTING` for any other number; the old one holds then.
 *
 * Returns: whether it was taken
 */
gboolean
relais_limits_set_gap_timeout (RelaisLimits  *self,
                               int            timeout_ms,
                               GError       **error)
{
  if (!check_timeout (timeout_ms, error))
    return FALSE;
  self->upstream_gap_timeout_ms = (guint)timeout_ms;
  return TRUE;
}
