/* relais-limits.h: bounds and deadlines of the wire and of exchanges
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define RELAIS_TIMEOUT_MIN_MS 1000
#define RELAIS_TIMEOUT_MAX_MS (3600 * 1000)

/* A plain struct so that tests can shrink them. */
typedef struct
{
  gsize head_size_bytes;
  guint head_fields;
  gsize body_size_bytes;
  gsize all_bodies_size_bytes;
  gsize upstream_event_size_bytes;
  guint json_depth;
  guint connections;
  guint exchanges;
  guint head_timeout_ms;
  guint body_timeout_ms;
  guint body_timeout_ms_per_mib;
  guint idle_timeout_ms;
  guint write_timeout_ms;
  guint upstream_connect_timeout_ms;
  guint upstream_first_byte_timeout_ms;
  guint upstream_gap_timeout_ms;
  guint upstream_total_timeout_ms;
  guint models_timeout_ms; /* of one account's list of models */
  guint keep_alive_ms;     /* a stream that is silent for so long gets a comment */
  guint head_delay_ms;     /* a client that waits for a stream gets the head after it */
  guint stop_grace_ms;
} RelaisLimits;

void     relais_limits_init                   (RelaisLimits  *self);
gboolean relais_limits_set_first_byte_timeout (RelaisLimits  *self,
                                               int            timeout_ms,
                                               GError       **error);
gboolean relais_limits_set_gap_timeout        (RelaisLimits  *self,
                                               int            timeout_ms,
                                               GError       **error);

G_END_DECLS
