/* test-config.c: what each setter takes, refuses and tells
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "base/relais-config.h"
#include "base/relais-error.h"

static void
count_cb (GObject    *object,
          GParamSpec *pspec,
          gpointer    user_data)
{
  guint *count = user_data;

  (*count)++;
}

static void
test_port (void)
{
  static const int good[] = { 0, 1024, 8045, 65535 };
  static const int bad[] = { -1, 1, 80, 443, 1023, 65536, G_MAXINT, G_MININT };
  g_autoptr (RelaisConfig) config = relais_config_new ();
  guint count = 0;

  g_signal_connect (config, "notify::port", G_CALLBACK (count_cb), &count);
  g_assert_cmpuint (relais_config_get_port (config), ==, RELAIS_DEFAULT_PORT);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (relais_config_set_port (config, bad[i], &error));
      g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING);
      g_assert_cmpuint (relais_config_get_port (config), ==, RELAIS_DEFAULT_PORT);
    }
  g_assert_cmpuint (count, ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (relais_config_set_port (config, good[i], &error));
      g_assert_no_error (error);
      g_assert_cmpuint (relais_config_get_port (config), ==, good[i]);
      g_assert_true (relais_config_set_port (config, good[i], NULL));
      g_assert_cmpuint (count, ==, i + 1);
    }
}

static void
test_mode (void)
{
  static const char *const nicks[] = { "off", "strict", "all_except_health", "auto" };
  RelaisAuthMode mode = RELAIS_AUTH_MODE_STRICT;

  for (guint i = 0; i < G_N_ELEMENTS (nicks); i++)
    {
      g_assert_true (relais_auth_mode_parse (nicks[i], &mode));
      g_assert_cmpint (mode, ==, i);
    }
  mode = RELAIS_AUTH_MODE_STRICT;
  g_assert_false (relais_auth_mode_parse ("OFF", &mode));
  g_assert_false (relais_auth_mode_parse ("", &mode));
  g_assert_false (relais_auth_mode_parse (NULL, &mode));
  g_assert_cmpint (mode, ==, RELAIS_AUTH_MODE_STRICT);
}

/* Without other machines nothing needs a key by default; with them everything but health does. */
static void
test_effective (void)
{
  g_autoptr (RelaisConfig) config = relais_config_new ();
  RelaisAuthMode mode;
  guint count = 0;

  g_signal_connect (config, "notify::effective-mode", G_CALLBACK (count_cb), &count);
  g_assert_cmpint (relais_config_get_auth_mode (config), ==, RELAIS_AUTH_MODE_AUTO);
  g_assert_cmpint (relais_config_get_effective_mode (config), ==, RELAIS_AUTH_MODE_OFF);
  relais_config_set_allow_lan_access (config, TRUE);
  mode = relais_config_get_effective_mode (config);
  g_assert_cmpint (mode, ==, RELAIS_AUTH_MODE_ALL_EXCEPT_HEALTH);
  g_assert_cmpuint (count, ==, 1);
  relais_config_set_allow_lan_access (config, 2);
  g_assert_cmpuint (count, ==, 1);
  relais_config_set_auth_mode (config, RELAIS_AUTH_MODE_ALL_EXCEPT_HEALTH);
  g_assert_cmpuint (count, ==, 1);
  relais_config_set_auth_mode (config, RELAIS_AUTH_MODE_STRICT);
  g_assert_cmpint (relais_config_get_effective_mode (config), ==, RELAIS_AUTH_MODE_STRICT);
  g_assert_cmpuint (count, ==, 2);
  relais_config_set_allow_lan_access (config, FALSE);
  g_assert_cmpuint (count, ==, 2);
  g_object_set (config, "auth-mode", RELAIS_AUTH_MODE_OFF, NULL);
  g_assert_cmpint (relais_config_get_effective_mode (config), ==, RELAIS_AUTH_MODE_OFF);
  g_assert_cmpuint (count, ==, 3);
}

static void
test_key (void)
{
  static const char *const bad[] = {
    "",
    "sk-",
    "sk-12345",
    "pk-1234567890",
    "SK-1234567890",
    "sk-12 4567890",
    "sk-1234567\n0",
    "sk-1234567é0",
  };
  g_autoptr (RelaisConfig) config = relais_config_new ();
  g_autoptr (GError) error = NULL;
  guint count = 0;

  g_signal_connect (config, "notify::api-key", G_CALLBACK (count_cb), &count);
  g_assert_null (relais_config_get_api_key (config));
  g_assert_true (relais_config_set_api_key (config, "sk-0123456", &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count, ==, 1);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_false (relais_config_set_api_key (config, bad[i], &error));
      g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING);
      if (strlen (bad[i]) > 4)
        g_assert_null (strstr (error->message, bad[i]));
      g_clear_error (&error);
      g_assert_cmpstr (relais_config_get_api_key (config), ==, "sk-0123456");
    }
  g_assert_true (relais_config_set_api_key (config, NULL, &error));
  g_assert_null (relais_config_get_api_key (config));
  g_assert_cmpuint (count, ==, 2);
}

static void
test_lists (void)
{
  const char *hosts[] = { "relais.example", "box", "fe80::1", NULL };
  const char *origins[] = { "https://app.example", "http://box:3000", "chrome-extension://abc", NULL };
  g_autoptr (RelaisConfig) config = relais_config_new ();
  guint count = 0;

  g_signal_connect (config, "notify::allowed-hosts", G_CALLBACK (count_cb), &count);
  g_signal_connect (config, "notify::allowed-origins", G_CALLBACK (count_cb), &count);
  g_assert_cmpstrv (relais_config_get_allowed_hosts (config), &hosts[3]);
  g_assert_true (relais_config_set_allowed_hosts (config, hosts, NULL));
  g_assert_true (relais_config_set_allowed_hosts (config, hosts, NULL));
  g_assert_cmpstrv (relais_config_get_allowed_hosts (config), hosts);
  g_assert_cmpuint (count, ==, 1);
  g_assert_true (relais_config_set_allowed_hosts (config, NULL, NULL));
  g_assert_cmpstrv (relais_config_get_allowed_hosts (config), &hosts[3]);
  g_assert_true (relais_config_set_allowed_origins (config, origins, NULL));
  g_assert_cmpstrv (relais_config_get_allowed_origins (config), origins);
  g_assert_cmpuint (count, ==, 3);
}

/* What could never match, or is more than one thing, is told at once and changes nothing. */
static void
test_bad_lists (void)
{
  static const char *const bad_hosts[] = { "", "*", "*.example", "http://box", "box:8045", "[fe80::1]", "box/", "a b", ".box",
                                           "box.", "a..b", "-box", "bücher.example", "box\r\n" };
  static const char *const bad_origins[] = { "", "null", "*", "app.example", "https://", "://app.example", "https://app.example/",
                                             "https://app.example/a", "https://a b", "https://a\r\n", "https://u@app.example" };
  const char *kept[] = { "box", NULL };
  const char *kept_origins[] = { "https://app.example", NULL };
  const char *many[RELAIS_ALLOWED_MAX + 2] = { NULL };
  g_autoptr (RelaisConfig) config = relais_config_new ();

  g_assert_true (relais_config_set_allowed_hosts (config, kept, NULL));
  g_assert_true (relais_config_set_allowed_origins (config, kept_origins, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (bad_hosts); i++)
    {
      const char *hosts[] = { "good.example", bad_hosts[i], NULL };
      g_autoptr (GError) error = NULL;

      g_assert_false (relais_config_set_allowed_hosts (config, hosts, &error));
      g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING);
      g_assert_nonnull (strstr (error->message, bad_hosts[i]));
      g_assert_cmpstrv (relais_config_get_allowed_hosts (config), kept);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad_origins); i++)
    {
      const char *origins[] = { "https://good.example", bad_origins[i], NULL };
      g_autoptr (GError) error = NULL;

      g_assert_false (relais_config_set_allowed_origins (config, origins, &error));
      g_assert_error (error, RELAIS_ERROR, RELAIS_ERROR_INVALID_SETTING);
      g_assert_nonnull (strstr (error->message, bad_origins[i]));
      g_assert_cmpstrv (relais_config_get_allowed_origins (config), kept_origins);
    }
  for (guint i = 0; i <= RELAIS_ALLOWED_MAX; i++)
    many[i] = "box";
  g_assert_false (relais_config_set_allowed_hosts (config, many, NULL));
  many[RELAIS_ALLOWED_MAX] = NULL;
  g_assert_true (relais_config_set_allowed_hosts (config, many, NULL));
}

static void
test_limits (void)
{
  g_autoptr (RelaisConfig) config = relais_config_new ();
  RelaisLimits *limits = relais_config_get_limits (config);

  g_assert_cmpuint (limits->head_size_bytes, ==, 32768);
  g_assert_cmpuint (limits->head_fields, ==, 100);
  g_assert_cmpuint (limits->body_size_bytes, ==, 67108864);
  g_assert_cmpuint (limits->all_bodies_size_bytes, ==, 268435456);
  g_assert_cmpuint (limits->json_depth, ==, 128);
  g_assert_cmpuint (limits->upstream_event_size_bytes, ==, 16777216);
  g_assert_cmpuint (limits->connections, ==, 2048);
  g_assert_cmpuint (limits->exchanges, ==, 1024);
  g_assert_cmpuint (limits->head_timeout_ms, ==, 10000);
  g_assert_cmpuint (limits->body_timeout_ms, ==, 60000);
  g_assert_cmpuint (limits->body_timeout_ms_per_mib, ==, 1000);
  g_assert_cmpuint (limits->idle_timeout_ms, ==, 65000);
  g_assert_cmpuint (limits->write_timeout_ms, ==, 30000);
  g_assert_cmpuint (limits->upstream_connect_timeout_ms, ==, 10000);
  g_assert_cmpuint (limits->upstream_first_byte_timeout_ms, ==, 600000);
  g_assert_cmpuint (limits->upstream_gap_timeout_ms, ==, 300000);
  g_assert_cmpuint (limits->upstream_total_timeout_ms, ==, 660000);
  g_assert_cmpuint (limits->models_timeout_ms, ==, 5000);
  g_assert_cmpuint (limits->keep_alive_ms, ==, 15000);
  g_assert_cmpuint (limits->head_delay_ms, ==, 10000);
  g_assert_cmpuint (limits->stop_grace_ms, ==, 5000);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config/port", test_port);
  g_test_add_func ("/config/mode", test_mode);
  g_test_add_func ("/config/effective", test_effective);
  g_test_add_func ("/config/key", test_key);
  g_test_add_func ("/config/lists", test_lists);
  g_test_add_func ("/config/bad-lists", test_bad_lists);
  g_test_add_func ("/config/limits", test_limits);
  return g_test_run ();
}
