/* relais-core-repeat.c: requests to this proxy itself, on the road of any client
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-core"

#include "config.h"

#include <string.h>

#include "base/relais-error.h"

#include "relais-core.h"

/* Who presses the button this often is a loop. */
#define REPEATS_MAX 16

/**
 * relais_core_make_own_account:
 * @self: a core that listens
 * @dialect: how it is to be spoken to
 *
 * Returns: (transfer full): this proxy, seen as an account: a request takes the same road as any
 *   client's
 */
RelaisAccount *
relais_core_make_own_account (RelaisCore      *self,
                              RelaisDialectId  dialect)
{
  static const char *const providers[] = {
    [RELAIS_DIALECT_OPENAI_CHAT] = "openai",
    [RELAIS_DIALECT_OPENAI_RESPONSES] = "openai",
    [RELAIS_DIALECT_ANTHROPIC] = "anthropic-compatible",
    [RELAIS_DIALECT_GEMINI] = "gemini-compatible",
  };
  RelaisAccount *account = relais_account_new ("test", providers[dialect]);

  account->base_url = g_strdup_printf ("http://127.0.0.1:%u", relais_server_get_port (self->server));
  account->api_key = g_strdup (relais_config_get_api_key (self->config));
  return account;
}

/* Where it went, as a route: repaired where the client's was wrong. */
static RelaisRoute *
find_route (const RelaisRecord *record)
{
  g_autofree char *target = NULL;

  if (g_strcmp0 (record->method, "POST") != 0 || record->path == NULL)
    return NULL;
  target = g_strconcat (record->path, record->query != NULL ? "?" : "", record->query, NULL);
  return relais_route_new ("POST", target, NULL, 0, "");
}

/**
 * relais_core_can_repeat:
 * @record: a request
 * @bodies: (nullable): what it said, frozen
 *
 * Returns: whether it could be sent again as it was
 */
gboolean
relais_core_can_repeat (const RelaisRecord *record,
                        RelaisBodies       *bodies)
{
  g_autoptr (RelaisRoute) route = find_route (record);
  gsize total = 0;
  GBytes *body = bodies != NULL ? relais_bodies_get (bodies, RELAIS_BODY_CLIENT_IN, &total) : NULL;

  return route != NULL && route->operation != RELAIS_OPERATION_UNKNOWN && route->tail != NULL &&
         !relais_record_is_cut (record) && body != NULL && g_bytes_get_size (body) == total;
}

static void
ended_cb (RelaisRepeat *repeat,
          gpointer      user_data)
{
  RelaisCore *self = user_data;

  g_ptr_array_remove_fast (self->repeats, repeat);
}

/**
 * relais_core_repeat:
 * @self: a core
 * @record: a request
 * @bodies: (nullable): what it said, frozen
 * @error: where to put a failure
 *
 * Fails with [error@Gio.IOErrorEnum] `NOT_FOUND` when it was not kept whole, with [error@Error]
 * `INVALID_SETTING` while the proxy is stopped and `BUSY` when 16 of them are under way.
 *
 * Returns: whether it is on its way; its answer is the monitor's matter
 */
gboolean
relais_core_repeat (RelaisCore          *self,
                    const RelaisRecord  *record,
                    RelaisBodies        *bodies,
                    GError             **error)
{
  g_autoptr (RelaisRoute) route = NULL;
  g_autoptr (RelaisAccount) account = NULL;
  RelaisUpstreamRequest request = { .method = "POST", .content_type = "application/json" };
  RelaisRepeat *repeat;

  if (!relais_core_can_repeat (record, bodies))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "This request was not kept whole");
      return FALSE;
    }
  if (!relais_core_is_listening (self))
    {
      g_set_error_literal (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING,
                           "Start the proxy to send a request again");
      return FALSE;
    }
  if (self->repeats->len >= REPEATS_MAX)
    {
      g_set_error_literal (error, RELAIS_ERROR, RELAIS_ERROR_BUSY,
                           "Too many requests that were sent again are still running");
      return FALSE;
    }
  route = find_route (record);
  account = relais_core_make_own_account (self, route->dialect);
  request.account = account;
  request.dialect = route->dialect;
  request.tail = route->tail;
  request.version = route->version;
  request.query = route->query;
  request.body = relais_bodies_get (bodies, RELAIS_BODY_CLIENT_IN, NULL);
  repeat = relais_repeat_send (self->upstream, &request,
                               relais_record_get_beta_header (record->dialect), record->beta,
                               ended_cb, self, error);
  if (repeat != NULL)
    g_ptr_array_add (self->repeats, repeat);
  return repeat != NULL;
}
