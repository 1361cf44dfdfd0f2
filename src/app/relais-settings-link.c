/* relais-settings-link.c: the stored settings, in force
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-settings-link"

#include "config.h"

#include "relais-settings-link.h"

struct _RelaisSettingsLink
{
  GObject       parent_instance;

  /* owned */
  GSettings    *settings;
  RelaisEngine *engine;
  guint         revert_idle;
};

G_DEFINE_FINAL_TYPE (RelaisSettingsLink, relais_settings_link, G_TYPE_OBJECT)

static gboolean
relais_settings_link_revert_cb (gpointer data)
{
  RelaisSettingsLink *self = data;

  self->revert_idle = 0;
  g_settings_set_int (self->settings, "port", relais_engine_get_port (self->engine));
  return G_SOURCE_REMOVE;
}

/* The engine has the last word: what it refuses is put back, and with it whatever shows it. Later:
 * the binding that wrote it does not listen while it writes. */
static void
relais_settings_link_port_cb (RelaisSettingsLink *self)
{
  g_autoptr (GError) error = NULL;
  guint port = g_settings_get_int (self->settings, "port");

  if (port == relais_engine_get_port (self->engine))
    return;
  if (relais_engine_set_port (self->engine, port, &error))
    return;
  g_debug ("Port %u refused: %s", port, error->message);
  if (self->revert_idle == 0)
    self->revert_idle = g_idle_add (relais_settings_link_revert_cb, self);
}

static void
relais_settings_link_lan_cb (RelaisSettingsLink *self)
{
  relais_engine_set_allow_lan_access (self->engine, g_settings_get_boolean (self->settings, "allow-lan-access"));
}

static void
relais_settings_link_auth_mode_cb (RelaisSettingsLink *self)
{
  relais_engine_set_auth_mode (self->engine, g_settings_get_enum (self->settings, "auth-mode"));
}

/* Without an account to answer everything that mode cannot be: what held so far goes on. */
static void
relais_settings_link_choice_cb (RelaisSettingsLink *self)
{
  g_autofree char *fixed = g_settings_get_string (self->settings, "fixed-account");
  g_autoptr (GError) error = NULL;

  if (!relais_engine_set_scheduling (self->engine,
                                     g_settings_get_enum (self->settings, "scheduling"), fixed, &error))
    g_message ("Ignored in the setting scheduling: %s", error->message);
}

static void
relais_settings_link_max_wait_cb (RelaisSettingsLink *self)
{
  relais_engine_set_max_wait (self->engine, g_settings_get_int (self->settings, "max-wait"), NULL);
}

static void
relais_settings_link_first_byte_timeout_cb (RelaisSettingsLink *self)
{
  relais_engine_set_first_byte_timeout (
    self->engine, g_settings_get_int (self->settings, "first-byte-timeout"), NULL);
}

static void
relais_settings_link_gap_timeout_cb (RelaisSettingsLink *self)
{
  relais_engine_set_gap_timeout (self->engine, g_settings_get_int (self->settings, "gap-timeout"),
                                 NULL);
}

/* What was written past the window and is no good is left out: it must not take the good ones with
 * it. */
static char **
dup_good (RelaisSettingsLink *self,
          const char         *key,
          gboolean (*check) (const char *value))
{
  g_auto (GStrv) stored = g_settings_get_strv (self->settings, key);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0, n = 0; stored[i] != NULL && n < RELAIS_ALLOWED_MAX; i++)
    if (check (stored[i]))
      {
        g_strv_builder_add (builder, stored[i]);
        n++;
      }
    else
      g_message ("Ignored in the setting %s: “%s”", key, stored[i]);
  return g_strv_builder_end (builder);
}

static void
relais_settings_link_hosts_cb (RelaisSettingsLink *self)
{
  g_auto (GStrv) hosts = dup_good (self, "allowed-hosts", relais_config_check_host);

  relais_engine_set_allowed_hosts (self->engine, (const char *const *)hosts, NULL);
}

static void
relais_settings_link_origins_cb (RelaisSettingsLink *self)
{
  g_auto (GStrv) origins = dup_good (self, "allowed-origins", relais_config_check_origin);

  relais_engine_set_allowed_origins (self->engine, (const char *const *)origins, NULL);
}

/* What is no good changes nothing: the rules before it hold. */
static void
relais_settings_link_rules_cb (RelaisSettingsLink *self)
{
  g_autofree char *rules = g_settings_get_string (self->settings, "rules");
  g_autoptr (GError) error = NULL;

  if (!relais_engine_set_rules (self->engine, rules, &error))
    g_message ("Ignored in the setting rules: %s", error->message);
}

/* What was written past the window is not followed where it is no good; nor is it repeated, for it
 * may hold a password. */
static void
relais_settings_link_proxy_cb (RelaisSettingsLink *self)
{
  g_autofree char *proxy = g_settings_get_string (self->settings, "outbound-proxy");
  g_autoptr (GError) error = NULL;

  if (!relais_engine_set_proxy (self->engine, *proxy != '\0' ? proxy : NULL, &error))
    g_message ("Ignored in the setting outbound-proxy: %s", error->message);
}

static void
relais_settings_link_strict_cb (RelaisSettingsLink *self)
{
  relais_engine_set_strict_translation (self->engine, g_settings_get_boolean (self->settings, "strict-translation"));
}

static void
relais_settings_link_log_cb (RelaisSettingsLink *self)
{
  relais_engine_set_log (self->engine, g_settings_get_boolean (self->settings, "log-requests"),
                         g_settings_get_boolean (self->settings, "record-bodies"),
                         g_settings_get_int (self->settings, "retention-days"));
}

/* Kept only while every account is known: a locked keyring must not empty the stored order. */
static void
relais_settings_link_accounts_cb (RelaisSettingsLink *self)
{
  g_auto (GStrv) order = NULL;
  g_auto (GStrv) stored = NULL;

  if (relais_engine_get_keyring (self->engine) != RELAIS_ENGINE_KEYRING_READY)
    return;
  order = relais_engine_dup_account_order (self->engine);
  stored = g_settings_get_strv (self->settings, "account-order");
  if (order != NULL && !g_strv_equal ((const char *const *)order, (const char *const *)stored))
    g_settings_set_strv (self->settings, "account-order", (const char *const *)order);
}

static void
relais_settings_link_dispose (GObject *object)
{
  RelaisSettingsLink *self = RELAIS_SETTINGS_LINK (object);

  g_clear_handle_id (&self->revert_idle, g_source_remove);
  g_clear_object (&self->settings);
  g_clear_object (&self->engine);

  G_OBJECT_CLASS (relais_settings_link_parent_class)->dispose (object);
}

static void
relais_settings_link_class_init (RelaisSettingsLinkClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = relais_settings_link_dispose;
}

static void
relais_settings_link_init (RelaisSettingsLink *self)
{
}

/**
 * relais_settings_link_new:
 * @settings: of the schema `dev.relais.Relais`
 * @engine: what they are for
 *
 * Puts the settings in force, and each change of them as long as the link lives. To be made before
 * the engine loads its accounts. The order of the accounts goes the other way too.
 *
 * Returns: (transfer full): the link
 */
RelaisSettingsLink *
relais_settings_link_new (GSettings    *settings,
                          RelaisEngine *engine)
{
  RelaisSettingsLink *self = NULL;
  g_auto (GStrv) order = NULL;

  g_return_val_if_fail (G_IS_SETTINGS (settings), NULL);
  g_return_val_if_fail (RELAIS_IS_ENGINE (engine), NULL);

  self = g_object_new (RELAIS_TYPE_SETTINGS_LINK, NULL);
  self->settings = g_object_ref (settings);
  self->engine = g_object_ref (engine);
  order = g_settings_get_strv (settings, "account-order");

  relais_settings_link_port_cb (self);
  relais_settings_link_lan_cb (self);
  relais_settings_link_auth_mode_cb (self);
  relais_settings_link_choice_cb (self);
  relais_settings_link_max_wait_cb (self);
  relais_settings_link_first_byte_timeout_cb (self);
  relais_settings_link_gap_timeout_cb (self);
  relais_settings_link_hosts_cb (self);
  relais_settings_link_origins_cb (self);
  relais_settings_link_rules_cb (self);
  relais_settings_link_proxy_cb (self);
  relais_settings_link_strict_cb (self);
  relais_settings_link_log_cb (self);
  relais_engine_set_account_order (engine, (const char *const *)order);
  g_signal_connect_object (settings, "changed::port", G_CALLBACK (relais_settings_link_port_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::allow-lan-access", G_CALLBACK (relais_settings_link_lan_cb),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::auth-mode", G_CALLBACK (relais_settings_link_auth_mode_cb),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::scheduling",
                           G_CALLBACK (relais_settings_link_choice_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::fixed-account",
                           G_CALLBACK (relais_settings_link_choice_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::max-wait",
                           G_CALLBACK (relais_settings_link_max_wait_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::first-byte-timeout",
                           G_CALLBACK (relais_settings_link_first_byte_timeout_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::gap-timeout",
                           G_CALLBACK (relais_settings_link_gap_timeout_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::allowed-hosts", G_CALLBACK (relais_settings_link_hosts_cb),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::allowed-origins", G_CALLBACK (relais_settings_link_origins_cb),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::rules", G_CALLBACK (relais_settings_link_rules_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::outbound-proxy", G_CALLBACK (relais_settings_link_proxy_cb),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::strict-translation",
                           G_CALLBACK (relais_settings_link_strict_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::log-requests", G_CALLBACK (relais_settings_link_log_cb),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::record-bodies", G_CALLBACK (relais_settings_link_log_cb),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::retention-days", G_CALLBACK (relais_settings_link_log_cb),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (relais_engine_list_accounts (engine), "items-changed",
                           G_CALLBACK (relais_settings_link_accounts_cb), self, G_CONNECT_SWAPPED);
  return self;
}
