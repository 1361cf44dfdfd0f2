/* relais-config.h: every setting the engine reads, validated at the setter
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "relais-limits.h"
#include "relais-scheduling.h"

G_BEGIN_DECLS

#define RELAIS_DEFAULT_PORT 8045
#define RELAIS_MAX_WAIT_MAX_MS (60 * 1000)
#define RELAIS_ALLOWED_MAX 64 /* hosts, and origins, that may be listed */

/* Names and values as users know them; nicks are off, strict, all_except_health, auto. */
typedef enum {
  RELAIS_AUTH_MODE_OFF,
  RELAIS_AUTH_MODE_STRICT,
  RELAIS_AUTH_MODE_ALL_EXCEPT_HEALTH,
  RELAIS_AUTH_MODE_AUTO,
} RelaisAuthMode;

#define RELAIS_TYPE_AUTH_MODE (relais_auth_mode_get_type ())

GType    relais_auth_mode_get_type (void);
gboolean relais_auth_mode_parse    (const char     *nick,
                                    RelaisAuthMode *mode);

#define RELAIS_TYPE_CONFIG (relais_config_get_type ())

G_DECLARE_FINAL_TYPE (RelaisConfig, relais_config, RELAIS, CONFIG, GObject)

RelaisConfig     *relais_config_new                    (void);
guint             relais_config_get_port               (RelaisConfig             *self);
gboolean          relais_config_set_port               (RelaisConfig             *self,
                                                        int                       port,
                                                        GError                  **error);
gboolean          relais_config_get_allow_lan_access   (RelaisConfig             *self);
void              relais_config_set_allow_lan_access   (RelaisConfig             *self,
                                                        gboolean                  allow);
RelaisAuthMode    relais_config_get_auth_mode          (RelaisConfig             *self);
RelaisAuthMode    relais_config_get_effective_mode     (RelaisConfig             *self);
void              relais_config_set_auth_mode          (RelaisConfig             *self,
                                                        RelaisAuthMode            mode);
const char       *relais_config_get_api_key            (RelaisConfig             *self);
gboolean          relais_config_set_api_key            (RelaisConfig             *self,
                                                        const char               *api_key,
                                                        GError                  **error);
const char       *relais_config_get_key_place          (RelaisConfig             *self);
void              relais_config_set_key_place          (RelaisConfig             *self,
                                                        const char               *place);
gboolean          relais_config_get_strict_translation (RelaisConfig             *self);
void              relais_config_set_strict_translation (RelaisConfig             *self,
                                                        gboolean                  strict);
RelaisScheduling  relais_config_get_scheduling         (RelaisConfig             *self);
const char       *relais_config_get_fixed_account      (RelaisConfig             *self);
gboolean          relais_config_set_scheduling         (RelaisConfig             *self,
                                                        RelaisScheduling          scheduling,
                                                        const char               *account_id,
                                                        GError                  **error);
guint             relais_config_get_max_wait_ms        (RelaisConfig             *self);
gboolean          relais_config_set_max_wait_ms        (RelaisConfig             *self,
                                                        int                       wait_ms,
                                                        GError                  **error);
const char *const*relais_config_get_allowed_hosts      (RelaisConfig             *self);
gboolean          relais_config_set_allowed_hosts      (RelaisConfig             *self,
                                                        const char       * const *hosts,
                                                        GError                  **error);
const char *const*relais_config_get_allowed_origins    (RelaisConfig             *self);
gboolean          relais_config_set_allowed_origins    (RelaisConfig             *self,
                                                        const char       * const *origins,
                                                        GError                  **error);
gboolean          relais_config_check_host             (const char               *host);
gboolean          relais_config_check_origin           (const char               *origin);
RelaisLimits     *relais_config_get_limits             (RelaisConfig             *self);

G_END_DECLS
