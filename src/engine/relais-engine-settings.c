/* relais-engine-settings.c: what a person sets, in force at once
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-engine"

#include "config.h"

#include <string.h>

#include "base/relais-error.h"
#include "base/relais-outbound.h"

#include "relais-engine-private.h"

static void
port_job (RelaisCore *core,
          RelaisJob  *job)
{
  relais_config_set_port (core->config, job->number, &job->error);
  relais_job_return (job);
}

/**
 * relais_engine_set_port:
 * @self: an engine
 * @port: 1024 to 65535, or 0 to let the system choose
 * @error: where to put a failure
 *
 * Fails with [error@Error] `INVALID_SETTING` while the proxy runs, whatever a widget may allow,
 * and for a port out of range.
 *
 * Returns: whether it is set
 */
gboolean
relais_engine_set_port (RelaisEngine  *self,
                        int            port,
                        GError       **error)
{
  RelaisJob *job;

  if (self->state != RELAIS_ENGINE_STOPPED && self->state != RELAIS_ENGINE_FAILED)
    {
      g_set_error_literal (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING,
                           "Stop the proxy to change the port");
      return FALSE;
    }
  if (!relais_config_set_port (self->config, port, error))
    return FALSE;
  relais_engine_notify (self, PROP_PORT);
  job = relais_job_new (self, relais_engine_set_port, NULL, NULL, NULL, port_job);
  job->number = port;
  relais_job_run (job);
  return TRUE;
}

static void
lan_job (RelaisCore *core,
         RelaisJob  *job)
{
  if (relais_config_get_allow_lan_access (core->config) != job->number)
    {
      relais_config_set_allow_lan_access (core->config, job->number);
      job->input = relais_core_rebind (core);
    }
  relais_job_return (job);
}

/**
 * relais_engine_set_allow_lan_access:
 * @self: an engine
 * @allow: whether other devices may connect
 *
 * While the proxy runs it listens anew at once; streams run on. A failure shows as the state.
 */
void
relais_engine_set_allow_lan_access (RelaisEngine *self,
                                    gboolean      allow)
{
  RelaisJob *job;

  if (relais_config_get_allow_lan_access (self->config) == !!allow)
    return;
  relais_config_set_allow_lan_access (self->config, allow);
  relais_engine_notify (self, PROP_ALLOW_LAN_ACCESS);
  relais_engine_notify (self, PROP_EFFECTIVE_AUTH_MODE);
  job = relais_job_new (self, relais_engine_set_allow_lan_access, NULL, NULL, NULL, lan_job);
  job->number = !!allow;
  job->input_free = (GDestroyNotify)relais_listening_free;
  job->after = relais_engine_relay_listening;
  relais_job_run (job);
}

static void
auth_job (RelaisCore *core,
          RelaisJob  *job)
{
  relais_config_set_auth_mode (core->config, (RelaisAuthMode)job->number);
  relais_job_return (job);
}

/**
 * relais_engine_set_auth_mode:
 * @self: an engine
 * @mode: when a client key is asked for; holds from the next request on
 */
void
relais_engine_set_auth_mode (RelaisEngine   *self,
                             RelaisAuthMode  mode)
{
  RelaisJob *job;

  if (relais_config_get_auth_mode (self->config) == mode)
    return;
  relais_config_set_auth_mode (self->config, mode);
  relais_engine_notify (self, PROP_AUTH_MODE);
  relais_engine_notify (self, PROP_EFFECTIVE_AUTH_MODE);
  job = relais_job_new (self, relais_engine_set_auth_mode, NULL, NULL, NULL, auth_job);
  job->number = mode;
  relais_job_run (job);
}

static void
strict_job (RelaisCore *core,
            RelaisJob  *job)
{
  relais_config_set_strict_translation (core->config, job->number);
  relais_job_return (job);
}

/**
 * relais_engine_set_strict_translation:
 * @self: an engine
 * @strict: whether a request is refused when its upstream has nothing like a field the client may
 *   rely on; holds from the next request on
 */
void
relais_engine_set_strict_translation (RelaisEngine *self,
                                      gboolean      strict)
{
  RelaisJob *job = relais_job_new (self, relais_engine_set_strict_translation, NULL, NULL, NULL,
                                   strict_job);

  job->number = !!strict;
  relais_job_run (job);
}

static void
rules_job (RelaisCore *core,
           RelaisJob  *job)
{
  relais_core_set_rules (core, job->input);
  relais_job_return (job);
}

/**
 * relais_engine_set_rules:
 * @self: an engine
 * @json: rules in the form of a rules file
 * @error: where to put a failure
 *
 * Holds from the next request on; requests under way keep the rules they began with. Fails with
 * [error@Error] `INVALID_SETTING`, naming the rule and what is wrong with it; the old ones hold
 * then.
 *
 * Returns: whether they were taken
 */
gboolean
relais_engine_set_rules (RelaisEngine  *self,
                         const char    *json,
                         GError       **error)
{
  g_autoptr (RelaisRules) rules = NULL;
  RelaisJob *job;

  rules = relais_rules_parse (json, strlen (json), NULL, error);
  if (rules == NULL)
    return FALSE;
  job = relais_job_new (self, relais_engine_set_rules, NULL, NULL, NULL, rules_job);
  g_clear_pointer (&self->rules, relais_rules_unref);
  self->rules = relais_rules_ref (rules);
  job->input = g_steal_pointer (&rules);
  job->input_free = (GDestroyNotify)relais_rules_unref;
  relais_job_run (job);
  return TRUE;
}

static void
proxy_job (RelaisCore *core,
           RelaisJob  *job)
{
  relais_upstream_set_proxy (core->upstream, job->text);
  relais_job_return (job);
}

/**
 * relais_engine_set_proxy:
 * @self: an engine
 * @url: (nullable): the proxy requests to upstreams go through, or %NULL for none
 * @error: where to put a failure
 *
 * Holds from the next request on; answers under way end. Upstreams on this computer are reached
 * without it. Fails with [error@Error] `INVALID_SETTING` for what [func@Outbound.check] does not
 * take, in words that do not repeat it; the old one holds then.
 *
 * Returns: whether it was taken
 */
gboolean
relais_engine_set_proxy (RelaisEngine  *self,
                         const char    *url,
                         GError       **error)
{
  RelaisJob *job;

  switch (url != NULL ? relais_outbound_check (url) : RELAIS_OUTBOUND_FINE)
    {
    case RELAIS_OUTBOUND_FINE:
      break;
    case RELAIS_OUTBOUND_SECRET:
      g_set_error_literal (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING,
                           "a proxy that asks for a name and a password is not supported: leave "
                           "them out");
      return FALSE;
    case RELAIS_OUTBOUND_WRONG:
    default:
      g_set_error_literal (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING,
                           "it is written as http://host:port or socks5://host:port");
      return FALSE;
    }
  job = relais_job_new (self, relais_engine_set_proxy, NULL, NULL, NULL, proxy_job);
  job->text = g_strdup (url);
  relais_job_run (job);
  return TRUE;
}

static void
hosts_job (RelaisCore *core,
           RelaisJob  *job)
{
  relais_config_set_allowed_hosts (core->config, job->input, &job->error);
  relais_job_return (job);
}

static void
origins_job (RelaisCore *core,
             RelaisJob  *job)
{
  relais_config_set_allowed_origins (core->config, job->input, &job->error);
  relais_job_return (job);
}

static void
run_list (RelaisEngine          *self,
          gpointer               tag,
          const char    * const *values,
          RelaisJobFunc          func)
{
  RelaisJob *job = relais_job_new (self, tag, NULL, NULL, NULL, func);

  job->input = g_strdupv ((char **)values);
  job->input_free = (GDestroyNotify)g_strfreev;
  relais_job_run (job);
}

/**
 * relais_engine_set_allowed_hosts:
 * @self: an engine
 * @hosts: (nullable): names clients may call this computer by, besides its own; without a port
 * @error: where to put a failure
 *
 * Holds from the next request on. Fails with [error@Error] `INVALID_SETTING`, naming the first that
 * [func@Config.check_host] does not take; the old ones hold then.
 *
 * Returns: whether they were taken
 */
gboolean
relais_engine_set_allowed_hosts (RelaisEngine         *self,
                                 const char   * const *hosts,
                                 GError              **error)
{
  if (!relais_config_set_allowed_hosts (self->config, hosts, error))
    return FALSE;
  run_list (self, relais_engine_set_allowed_hosts, hosts, hosts_job);
  return TRUE;
}

/**
 * relais_engine_set_allowed_origins:
 * @self: an engine
 * @origins: (nullable): web pages that may use the proxy, as `https://app.example`
 * @error: where to put a failure
 *
 * Holds from the next request on. Fails with [error@Error] `INVALID_SETTING`, naming the first that
 * [func@Config.check_origin] does not take; the old ones hold then.
 *
 * Returns: whether they were taken
 */
gboolean
relais_engine_set_allowed_origins (RelaisEngine         *self,
                                   const char   * const *origins,
                                   GError              **error)
{
  if (!relais_config_set_allowed_origins (self->config, origins, error))
    return FALSE;
  run_list (self, relais_engine_set_allowed_origins, origins, origins_job);
  return TRUE;
}

static void
scheduling_job (RelaisCore *core,
                RelaisJob  *job)
{
  relais_config_set_scheduling (core->config, (RelaisScheduling)job->number, job->text,
                                &job->error);
  relais_gateway_wake (&core->gateway);
  relais_job_return (job);
}

/**
 * relais_engine_set_scheduling:
 * @self: an engine
 * @scheduling: how one of several accounts is chosen
 * @account_id: (nullable): with `FIXED` the only one to use
 * @error: where to put a failure
 *
 * Holds from the next request on, and for those that are held. Fails with [error@Error]
 * `INVALID_SETTING` for `FIXED` without an account; the old ones hold then.
 *
 * Returns: whether they were taken
 */
gboolean
relais_engine_set_scheduling (RelaisEngine      *self,
                              RelaisScheduling   scheduling,
                              const char        *account_id,
                              GError           **error)
{
  RelaisJob *job;

  if (!relais_config_set_scheduling (self->config, scheduling, account_id, error))
    return FALSE;
  job = relais_job_new (self, relais_engine_set_scheduling, NULL, NULL, NULL, scheduling_job);
  job->number = (int)scheduling;
  job->text = g_strdup (account_id);
  relais_job_run (job);
  return TRUE;
}

static void
max_wait_job (RelaisCore *core,
              RelaisJob  *job)
{
  relais_config_set_max_wait_ms (core->config, job->number, &job->error);
  relais_gateway_wake (&core->gateway);
  relais_job_return (job);
}

/**
 * relais_engine_set_max_wait:
 * @self: an engine
 * @seconds: how long a request may be held for an account that is about to be free, 0 to 60
 * @error: where to put a failure
 *
 * Holds from the next request on, and for those that are held. Fails with [error@Error]
 * `INVALID_SETTING` for any other number.
 *
 * Returns: whether it was taken
 */
gboolean
relais_engine_set_max_wait (RelaisEngine  *self,
                            int            seconds,
                            GError       **error)
{
  int wait_ms = seconds >= 0 && seconds <= RELAIS_MAX_WAIT_MAX_MS / 1000 ? seconds * 1000 : -1;
  RelaisJob *job;

  if (!relais_config_set_max_wait_ms (self->config, wait_ms, error))
    return FALSE;
  job = relais_job_new (self, relais_engine_set_max_wait, NULL, NULL, NULL, max_wait_job);
  job->number = wait_ms;
  relais_job_run (job);
  return TRUE;
}

/* A number no limit takes, where @seconds would wrap. */
static int
to_timeout_ms (int seconds)
{
  return seconds > 0 && seconds <= RELAIS_TIMEOUT_MAX_MS / 1000 ? seconds * 1000 : -1;
}

static void
first_byte_timeout_job (RelaisCore *core,
                        RelaisJob  *job)
{
  relais_limits_set_first_byte_timeout (relais_config_get_limits (core->config), job->number,
                                        &job->error);
  relais_job_return (job);
}

/**
 * relais_engine_set_first_byte_timeout:
 * @self: an engine
 * @seconds: how long an upstream may take to begin its answer, 1 to 3 600
 * @error: where to put a failure
 *
 * Holds from the next request on. Fails with [error@Error] `INVALID_SETTING` for any other number;
 * the old one holds then.
 *
 * Returns: whether it was taken
 */
gboolean
relais_engine_set_first_byte_timeout (RelaisEngine  *self,
                                      int            seconds,
                                      GError       **error)
{
  RelaisJob *job;

  if (!relais_limits_set_first_byte_timeout (relais_config_get_limits (self->config),
                                             to_timeout_ms (seconds), error))
    return FALSE;
  job = relais_job_new (self, relais_engine_set_first_byte_timeout, NULL, NULL, NULL,
                        first_byte_timeout_job);
  job->number = to_timeout_ms (seconds);
  relais_job_run (job);
  return TRUE;
}

static void
gap_timeout_job (RelaisCore *core,
                 RelaisJob  *job)
{
  relais_limits_set_gap_timeout (relais_config_get_limits (core->config), job->number, &job->error);
  relais_job_return (job);
}

/**
 * relais_engine_set_gap_timeout:
 * @self: an engine
 * @seconds: how long an upstream may fall silent within its answer, 1 to 3 600
 * @error: where to put a failure
 *
 * Holds from the next request on, and for answers under way from their next bytes on. Fails with
 * [error@Error] `INVALID_SETTING` for any other number; the old one holds then.
 *
 * Returns: whether it was taken
 */
gboolean
relais_engine_set_gap_timeout (RelaisEngine  *self,
                               int            seconds,
                               GError       **error)
{
  RelaisJob *job;

  if (!relais_limits_set_gap_timeout (relais_config_get_limits (self->config),
                                      to_timeout_ms (seconds), error))
    return FALSE;
  job = relais_job_new (self, relais_engine_set_gap_timeout, NULL, NULL, NULL, gap_timeout_job);
  job->number = to_timeout_ms (seconds);
  relais_job_run (job);
  return TRUE;
}
