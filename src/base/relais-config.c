/* relais-config.c: every setting the engine reads, validated at the setter
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-config"

#include "config.h"

#include <string.h>

#include "relais-config.h"
#include "relais-error.h"
#include "relais-key.h"

#define MAX_WAIT_MS (10 * 1000)

struct _RelaisConfig
{
  GObject            parent_instance;

  RelaisLimits       limits;
  guint              port;
  RelaisAuthMode     auth_mode;
  gboolean           allow_lan_access;
  gboolean           strict_translation;
  RelaisScheduling   scheduling;
  guint              max_wait_ms;

  /* owned */
  char              *api_key;
  char              *key_place;
  char              *fixed_account;
  char             **allowed_hosts;
  char             **allowed_origins;
};

enum {
  PROP_0,
  PROP_PORT,
  PROP_ALLOW_LAN_ACCESS,
  PROP_STRICT_TRANSLATION,
  PROP_SCHEDULING,
  PROP_FIXED_ACCOUNT,
  PROP_MAX_WAIT_MS,
  PROP_AUTH_MODE,
  PROP_EFFECTIVE_MODE,
  PROP_API_KEY,
  PROP_ALLOWED_HOSTS,
  PROP_ALLOWED_ORIGINS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_ENUM_TYPE (RelaisAuthMode, relais_auth_mode,
                    G_DEFINE_ENUM_VALUE (RELAIS_AUTH_MODE_OFF, "off"),
                    G_DEFINE_ENUM_VALUE (RELAIS_AUTH_MODE_STRICT, "strict"),
                    G_DEFINE_ENUM_VALUE (RELAIS_AUTH_MODE_ALL_EXCEPT_HEALTH, "all_except_health"),
                    G_DEFINE_ENUM_VALUE (RELAIS_AUTH_MODE_AUTO, "auto"))

G_DEFINE_FINAL_TYPE (RelaisConfig, relais_config, G_TYPE_OBJECT)

static const char *const mode_nicks[] = {
  [RELAIS_AUTH_MODE_OFF] = "off",
  [RELAIS_AUTH_MODE_STRICT] = "strict",
  [RELAIS_AUTH_MODE_ALL_EXCEPT_HEALTH] = "all_except_health",
  [RELAIS_AUTH_MODE_AUTO] = "auto",
};

/**
 * relais_auth_mode_parse:
 * @nick: (nullable): a name
 * @mode: (out): where to put the mode; untouched on failure
 *
 * Returns: whether @nick is one of `off`, `strict`, `all_except_health` and `auto`
 */
gboolean
relais_auth_mode_parse (const char     *nick,
                        RelaisAuthMode *mode)
{
  for (guint i = 0; i < G_N_ELEMENTS (mode_nicks); i++)
    if (g_strcmp0 (nick, mode_nicks[i]) == 0)
      {
        *mode = (RelaisAuthMode)i;
        return TRUE;
      }
  return FALSE;
}

static void
relais_config_finalize (GObject *object)
{
  RelaisConfig *self = RELAIS_CONFIG (object);

  g_clear_pointer (&self->api_key, relais_key_wipe);
  g_clear_pointer (&self->key_place, g_free);
  g_clear_pointer (&self->fixed_account, g_free);
  g_clear_pointer (&self->allowed_hosts, g_strfreev);
  g_clear_pointer (&self->allowed_origins, g_strfreev);
  G_OBJECT_CLASS (relais_config_parent_class)->finalize (object);
}

static void
relais_config_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  RelaisConfig *self = RELAIS_CONFIG (object);

  switch (prop_id)
    {
    case PROP_PORT:
      g_value_set_uint (value, relais_config_get_port (self));
      break;
    case PROP_ALLOW_LAN_ACCESS:
      g_value_set_boolean (value, relais_config_get_allow_lan_access (self));
      break;
    case PROP_STRICT_TRANSLATION:
      g_value_set_boolean (value, relais_config_get_strict_translation (self));
      break;
    case PROP_SCHEDULING:
      g_value_set_enum (value, relais_config_get_scheduling (self));
      break;
    case PROP_FIXED_ACCOUNT:
      g_value_set_string (value, relais_config_get_fixed_account (self));
      break;
    case PROP_MAX_WAIT_MS:
      g_value_set_uint (value, relais_config_get_max_wait_ms (self));
      break;
    case PROP_AUTH_MODE:
      g_value_set_enum (value, relais_config_get_auth_mode (self));
      break;
    case PROP_EFFECTIVE_MODE:
      g_value_set_enum (value, relais_config_get_effective_mode (self));
      break;
    case PROP_API_KEY:
      g_value_set_string (value, relais_config_get_api_key (self));
      break;
    case PROP_ALLOWED_HOSTS:
      g_value_set_boxed (value, relais_config_get_allowed_hosts (self));
      break;
    case PROP_ALLOWED_ORIGINS:
      g_value_set_boxed (value, relais_config_get_allowed_origins (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
    }
}

static void
relais_config_set_property (GObject      *object,
                            guint         prop_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  RelaisConfig *self = RELAIS_CONFIG (object);

  switch (prop_id)
    {
    case PROP_ALLOW_LAN_ACCESS:
      relais_config_set_allow_lan_access (self, g_value_get_boolean (value));
      break;
    case PROP_STRICT_TRANSLATION:
      relais_config_set_strict_translation (self, g_value_get_boolean (value));
      break;
    case PROP_AUTH_MODE:
      relais_config_set_auth_mode (self, g_value_get_enum (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
    }
}

static void
relais_config_class_init (RelaisConfigClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  GParamFlags writable = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = relais_config_finalize;
  object_class->get_property = relais_config_get_property;
  object_class->set_property = relais_config_set_property;

  /* Port, key, scheduling and lists can be refused, so only their setters set them. */
  properties[PROP_PORT] = g_param_spec_uint ("port", NULL, NULL, 0, 65535, RELAIS_DEFAULT_PORT, readable);
  properties[PROP_ALLOW_LAN_ACCESS] = g_param_spec_boolean ("allow-lan-access", NULL, NULL, FALSE, writable);
  properties[PROP_STRICT_TRANSLATION] =
    g_param_spec_boolean ("strict-translation", NULL, NULL, FALSE, writable);
  properties[PROP_SCHEDULING] =
    g_param_spec_enum ("scheduling", NULL, NULL, RELAIS_TYPE_SCHEDULING, RELAIS_SCHEDULING_CACHE_FIRST, readable);
  properties[PROP_FIXED_ACCOUNT] = g_param_spec_string ("fixed-account", NULL, NULL, NULL, readable);
  properties[PROP_MAX_WAIT_MS] =
    g_param_spec_uint ("max-wait-ms", NULL, NULL, 0, RELAIS_MAX_WAIT_MAX_MS, MAX_WAIT_MS, readable);
  properties[PROP_AUTH_MODE] =
    g_param_spec_enum ("auth-mode", NULL, NULL, RELAIS_TYPE_AUTH_MODE, RELAIS_AUTH_MODE_AUTO, writable);
  properties[PROP_EFFECTIVE_MODE] =
    g_param_spec_enum ("effective-mode", NULL, NULL, RELAIS_TYPE_AUTH_MODE, RELAIS_AUTH_MODE_OFF, readable);
  properties[PROP_API_KEY] = g_param_spec_string ("api-key", NULL, NULL, NULL, readable);
  properties[PROP_ALLOWED_HOSTS] =
    g_param_spec_boxed ("allowed-hosts", NULL, NULL, G_TYPE_STRV, readable);
  properties[PROP_ALLOWED_ORIGINS] =
    g_param_spec_boxed ("allowed-origins", NULL, NULL, G_TYPE_STRV, readable);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
relais_config_init (RelaisConfig *self)
{
  relais_limits_init (&self->limits);
  self->port = RELAIS_DEFAULT_PORT;
  self->auth_mode = RELAIS_AUTH_MODE_AUTO;
  self->max_wait_ms = MAX_WAIT_MS;
  self->allowed_hosts = g_new0 (char *, 1);
  self->allowed_origins = g_new0 (char *, 1);
}

/**
 * relais_config_new:
 *
 * Returns: (transfer full): a configuration with every default of the design, and no key
 */
RelaisConfig *
relais_config_new (void)
{
  return g_object_new (RELAIS_TYPE_CONFIG, NULL);
}

/**
 * relais_config_get_port:
 * @self: a configuration
 *
 * Returns: the port to bind; 0 means any free one
 */
guint
relais_config_get_port (RelaisConfig *self)
{
  g_return_val_if_fail (RELAIS_IS_CONFIG (self), RELAIS_DEFAULT_PORT);
  return self->port;
}

/**
 * relais_config_set_port:
 * @self: a configuration
 * @port: 1024 to 65535, or 0 to let the system pick one at each start
 * @error: where to put a failure
 *
 * Fails with [error@Error] `INVALID_SETTING` for any other number; ports below 1024 belong to the
 * system.
 *
 * Returns: whether @port was taken
 */
gboolean
relais_config_set_port (RelaisConfig  *self,
                        int            port,
                        GError       **error)
{
  g_return_val_if_fail (RELAIS_IS_CONFIG (self), FALSE);

  if (port != 0 && (port < 1024 || port > 65535))
    {
      g_set_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING,
                   "%d is not a port Relais can use: choose one from 1024 to 65535.", port);
      return FALSE;
    }
  if (self->port != (guint)port)
    {
      self->port = port;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PORT]);
    }
  return TRUE;
}

/**
 * relais_config_get_allow_lan_access:
 * @self: a configuration
 *
 * Returns: whether other machines may connect
 */
gboolean
relais_config_get_allow_lan_access (RelaisConfig *self)
{
  g_return_val_if_fail (RELAIS_IS_CONFIG (self), FALSE);
  return self->allow_lan_access;
}

/**
 * relais_config_set_allow_lan_access:
 * @self: a configuration
 * @allow: whether other machines may connect
 *
 * Changes what `auto` means: both properties are notified then.
 */
void
relais_config_set_allow_lan_access (RelaisConfig *self,
                                    gboolean      allow)
{
  RelaisAuthMode before;

  g_return_if_fail (RELAIS_IS_CONFIG (self));

  allow = allow != FALSE;
  if (self->allow_lan_access == allow)
    return;
  before = relais_config_get_effective_mode (self);
  self->allow_lan_access = allow;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ALLOW_LAN_ACCESS]);
  if (relais_config_get_effective_mode (self) != before)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_EFFECTIVE_MODE]);
}

/**
 * relais_config_get_auth_mode:
 * @self: a configuration
 *
 * Returns: the mode as set, `auto` included
 */
RelaisAuthMode
relais_config_get_auth_mode (RelaisConfig *self)
{
  g_return_val_if_fail (RELAIS_IS_CONFIG (self), RELAIS_AUTH_MODE_STRICT);
  return self->auth_mode;
}

/**
 * relais_config_get_effective_mode:
 * @self: a configuration
 *
 * What `auto` means right now: everything but the health check needs the key once other machines
 * may connect, nothing does before.
 *
 * Returns: the mode in force, never `auto`
 */
RelaisAuthMode
relais_config_get_effective_mode (RelaisConfig *self)
{
  g_return_val_if_fail (RELAIS_IS_CONFIG (self), RELAIS_AUTH_MODE_STRICT);

  if (self->auth_mode != RELAIS_AUTH_MODE_AUTO)
    return self->auth_mode;
  return self->allow_lan_access ? RELAIS_AUTH_MODE_ALL_EXCEPT_HEALTH : RELAIS_AUTH_MODE_OFF;
}

/**
 * relais_config_set_auth_mode:
 * @self: a configuration
 * @mode: who must show the key
 */
void
relais_config_set_auth_mode (RelaisConfig   *self,
                             RelaisAuthMode  mode)
{
  RelaisAuthMode before;

  g_return_if_fail (RELAIS_IS_CONFIG (self));
  g_return_if_fail ((guint)mode <= RELAIS_AUTH_MODE_AUTO);

  if (self->auth_mode == mode)
    return;
  before = relais_config_get_effective_mode (self);
  self->auth_mode = mode;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_AUTH_MODE]);
  if (relais_config_get_effective_mode (self) != before)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_EFFECTIVE_MODE]);
}

/**
 * relais_config_get_api_key:
 * @self: a configuration
 *
 * Returns: (nullable): what clients must show; %NULL while there is no key, and then none is right
 */
const char *
relais_config_get_api_key (RelaisConfig *self)
{
  g_return_val_if_fail (RELAIS_IS_CONFIG (self), NULL);
  return self->api_key;
}

/**
 * relais_config_set_api_key:
 * @self: a configuration
 * @api_key: (nullable): a key, or %NULL for none
 * @error: where to put a failure
 *
 * Fails with [error@Error] `INVALID_SETTING` for a key that does not start with `sk-`, is shorter
 * than 10 characters, or holds one no header can carry. The message never repeats the key.
 *
 * Returns: whether @api_key was taken
 */
gboolean
relais_config_set_api_key (RelaisConfig  *self,
                           const char    *api_key,
                           GError       **error)
{
  g_return_val_if_fail (RELAIS_IS_CONFIG (self), FALSE);

  if (api_key != NULL && !relais_key_validate (api_key, error))
    return FALSE;
  if (g_strcmp0 (self->api_key, api_key) != 0)
    {
      g_clear_pointer (&self->api_key, relais_key_wipe);
      self->api_key = g_strdup (api_key);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_API_KEY]);
    }
  return TRUE;
}

/**
 * relais_config_get_key_place:
 * @self: a configuration
 *
 * Returns: (nullable): where the key is kept, as [method@Config.set_key_place] was told
 */
const char *
relais_config_get_key_place (RelaisConfig *self)
{
  g_return_val_if_fail (RELAIS_IS_CONFIG (self), NULL);
  return self->key_place;
}

/**
 * relais_config_set_key_place:
 * @self: a configuration
 * @place: (nullable): where a person of this computer finds the key, to follow “the one”; %NULL
 *   where the window and “relais key” find it by themselves
 */
void
relais_config_set_key_place (RelaisConfig *self,
                             const char   *place)
{
  g_return_if_fail (RELAIS_IS_CONFIG (self));
  g_free (self->key_place);
  self->key_place = g_strdup (place);
}

/**
 * relais_config_check_host:
 * @host: what a person wrote
 *
 * Returns: whether it may stand among the allowed hosts: a name as a Host header holds it (ASCII,
 *   letters, digits, `-`, `_` and single inner dots, at most 253 characters) or an address; no
 *   scheme, no port, no brackets
 */
gboolean
relais_config_check_host (const char *host)
{
  gsize length = strlen (host);
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  if (address != NULL)
    return TRUE;
  if (length == 0 || length > 253 || host[0] == '-' || host[0] == '.' || host[length - 1] == '.')
    return FALSE;
  for (const char *c = host; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && strchr ("-_.", *c) == NULL)
      return FALSE;
  return strstr (host, "..") == NULL;
}

/**
 * relais_config_check_origin:
 * @origin: an Origin header, or what a person wrote
 *
 * Returns: whether it is an origin as browsers send it: `scheme://host`, a port when it has one, no
 *   path, at most 512 plain characters; `null` is none
 */
gboolean
relais_config_check_origin (const char *origin)
{
  const char *rest = strstr (origin, "://");

  if (rest == NULL || rest == origin || rest[3] == '\0' || strlen (origin) > 512)
    return FALSE;
  for (const char *c = origin; c < rest; c++)
    if (!g_ascii_isalnum (*c) && strchr ("+-.", *c) == NULL)
      return FALSE;
  for (const char *c = rest + 3; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && strchr ("-._~[]:%", *c) == NULL)
      return FALSE;
  return TRUE;
}

static gboolean
check_list (const char * const *values,
            gboolean (*check) (const char *value),
            const char         *wrong,
            GError            **error)
{
  guint n = values != NULL ? g_strv_length ((char **)values) : 0;

  if (n > RELAIS_ALLOWED_MAX)
    {
      g_set_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING, "More than %d are too many.", RELAIS_ALLOWED_MAX);
      return FALSE;
    }
  for (guint i = 0; i < n; i++)
    if (!check (values[i]))
      {
        g_set_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING, "“%s” is no %s.", values[i], wrong);
        return FALSE;
      }
  return TRUE;
}

static void
set_list (RelaisConfig         *self,
          char               ***list,
          const char   * const *values,
          GParamSpec           *pspec)
{
  static const char *const none[] = { NULL };

  if (values == NULL)
    values = none;
  if (g_strv_equal ((const char *const *)*list, values))
    return;
  g_strfreev (*list);
  *list = g_strdupv ((char **)values);
  g_object_notify_by_pspec (G_OBJECT (self), pspec);
}

/**
 * relais_config_get_strict_translation:
 * @self: a configuration
 *
 * Returns: whether a request is refused when the upstream's dialect has nothing like a field the
 *   client may rely on; else the field is dropped and named in `X-Relais-Dropped`
 */
gboolean
relais_config_get_strict_translation (RelaisConfig *self)
{
  g_return_val_if_fail (RELAIS_IS_CONFIG (self), FALSE);
  return self->strict_translation;
}

/**
 * relais_config_set_strict_translation:
 * @self: a configuration
 * @strict: whether to refuse rather than drop
 */
void
relais_config_set_strict_translation (RelaisConfig *self,
                                      gboolean      strict)
{
  g_return_if_fail (RELAIS_IS_CONFIG (self));

  strict = strict != FALSE;
  if (self->strict_translation == strict)
    return;
  self->strict_translation = strict;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STRICT_TRANSLATION]);
}

/**
 * relais_config_get_scheduling:
 * @self: a configuration
 *
 * Returns: how one of several accounts is chosen
 */
RelaisScheduling
relais_config_get_scheduling (RelaisConfig *self)
{
  g_return_val_if_fail (RELAIS_IS_CONFIG (self), RELAIS_SCHEDULING_CACHE_FIRST);
  return self->scheduling;
}

/**
 * relais_config_get_fixed_account:
 * @self: a configuration
 *
 * Returns: (nullable): the id of the only account to use; %NULL unless scheduling is `FIXED`
 */
const char *
relais_config_get_fixed_account (RelaisConfig *self)
{
  g_return_val_if_fail (RELAIS_IS_CONFIG (self), NULL);
  return self->fixed_account;
}

/**
 * relais_config_set_scheduling:
 * @self: a configuration
 * @scheduling: how to choose
 * @account_id: (nullable): with `FIXED` the account; it need not be there yet
 * @error: where to put a failure
 *
 * Fails with [error@Error] `INVALID_SETTING` for `FIXED` without an account; the old ones hold
 * then.
 *
 * Returns: whether they were taken
 */
gboolean
relais_config_set_scheduling (RelaisConfig      *self,
                              RelaisScheduling   scheduling,
                              const char        *account_id,
                              GError           **error)
{
  gboolean fixed = scheduling == RELAIS_SCHEDULING_FIXED;

  g_return_val_if_fail (RELAIS_IS_CONFIG (self), FALSE);
  g_return_val_if_fail ((guint)scheduling <= RELAIS_SCHEDULING_FIXED, FALSE);

  if (fixed && (account_id == NULL || *account_id == '\0'))
    {
      g_set_error_literal (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING,
                           "Choose the account that is to answer everything.");
      return FALSE;
    }
  if (!fixed)
    account_id = NULL;
  if (g_strcmp0 (self->fixed_account, account_id) != 0)
    {
      g_free (self->fixed_account);
      self->fixed_account = g_strdup (account_id);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FIXED_ACCOUNT]);
    }
  if (self->scheduling != scheduling)
    {
      self->scheduling = scheduling;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SCHEDULING]);
    }
  return TRUE;
}

/**
 * relais_config_get_max_wait_ms:
 * @self: a configuration
 *
 * Returns: how long a request may be held for an account that is about to be free again
 */
guint
relais_config_get_max_wait_ms (RelaisConfig *self)
{
  g_return_val_if_fail (RELAIS_IS_CONFIG (self), 0);
  return self->max_wait_ms;
}

/**
 * relais_config_set_max_wait_ms:
 * @self: a configuration
 * @wait_ms: 0, for not at all, to 60 000
 * @error: where to put a failure
 *
 * Fails with [error@Error] `INVALID_SETTING` for any other number: most clients give up after a
 * minute of silence.
 *
 * Returns: whether it was taken
 */
gboolean
relais_config_set_max_wait_ms (RelaisConfig  *self,
                               int            wait_ms,
                               GError       **error)
{
  g_return_val_if_fail (RELAIS_IS_CONFIG (self), FALSE);

  if (wait_ms < 0 || wait_ms > RELAIS_MAX_WAIT_MAX_MS)
    {
      g_set_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING,
                   "A request can be held for 0 to %d seconds.", RELAIS_MAX_WAIT_MAX_MS / 1000);
      return FALSE;
    }
  if (self->max_wait_ms != (guint)wait_ms)
    {
      self->max_wait_ms = (guint)wait_ms;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAX_WAIT_MS]);
    }
  return TRUE;
}

/**
 * relais_config_get_allowed_hosts:
 * @self: a configuration
 *
 * Returns: (transfer none): host names besides our own that a request may ask for; never %NULL
 */
const char *const *
relais_config_get_allowed_hosts (RelaisConfig *self)
{
  g_return_val_if_fail (RELAIS_IS_CONFIG (self), NULL);
  return (const char *const *)self->allowed_hosts;
}

/**
 * relais_config_set_allowed_hosts:
 * @self: a configuration
 * @hosts: (nullable): names without a port, in any case
 * @error: where to put a failure
 *
 * Fails with [error@Error] `INVALID_SETTING`, naming the first that [func@Config.check_host] does
 * not take, or for more than 64; the old ones hold then.
 *
 * Returns: whether @hosts were taken
 */
gboolean
relais_config_set_allowed_hosts (RelaisConfig         *self,
                                 const char   * const *hosts,
                                 GError              **error)
{
  g_return_val_if_fail (RELAIS_IS_CONFIG (self), FALSE);

  if (!check_list (hosts, relais_config_check_host, "host: write the name alone, without http:// or a port", error))
    return FALSE;
  set_list (self, &self->allowed_hosts, hosts, properties[PROP_ALLOWED_HOSTS]);
  return TRUE;
}

/**
 * relais_config_get_allowed_origins:
 * @self: a configuration
 *
 * Returns: (transfer none): web origins that may call us; never %NULL
 */
const char *const *
relais_config_get_allowed_origins (RelaisConfig *self)
{
  g_return_val_if_fail (RELAIS_IS_CONFIG (self), NULL);
  return (const char *const *)self->allowed_origins;
}

/**
 * relais_config_set_allowed_origins:
 * @self: a configuration
 * @origins: (nullable): origins as a browser sends them, `https://app.example`
 * @error: where to put a failure
 *
 * Fails with [error@Error] `INVALID_SETTING`, naming the first that [func@Config.check_origin] does
 * not take, or for more than 64; the old ones hold then.
 *
 * Returns: whether @origins were taken
 */
gboolean
relais_config_set_allowed_origins (RelaisConfig         *self,
                                   const char   * const *origins,
                                   GError              **error)
{
  g_return_val_if_fail (RELAIS_IS_CONFIG (self), FALSE);

  if (!check_list (origins, relais_config_check_origin, "origin: write it as https://app.example, without a path", error))
    return FALSE;
  set_list (self, &self->allowed_origins, origins, properties[PROP_ALLOWED_ORIGINS]);
  return TRUE;
}

/**
 * relais_config_get_limits:
 * @self: a configuration
 *
 * Bounds and deadlines of the wire and of exchanges. May be written to before a start; what is
 * running picks a change up at its next look.
 *
 * Returns: (transfer none): the limits, for the life of @self
 */
RelaisLimits *
relais_config_get_limits (RelaisConfig *self)
{
  g_return_val_if_fail (RELAIS_IS_CONFIG (self), NULL);
  return &self->limits;
}
