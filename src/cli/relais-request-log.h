/* relais-request-log.h: a line on standard error for each request that is over
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "engine/relais-engine.h"

G_BEGIN_DECLS

#define RELAIS_TYPE_REQUEST_LOG (relais_request_log_get_type ())

G_DECLARE_FINAL_TYPE (RelaisRequestLog, relais_request_log, RELAIS, REQUEST_LOG, GObject)

RelaisRequestLog *relais_request_log_new (RelaisEngine     *engine,
                                          gboolean          with_requests);
void              relais_request_log_say (RelaisRequestLog *self,
                                          const char       *line);
void              relais_request_log_end (RelaisRequestLog *self);

G_END_DECLS
