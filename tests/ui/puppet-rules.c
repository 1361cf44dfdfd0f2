/* puppet-rules.c: settings of the puppet that go with rules and the way out
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/relais-outbound.h"
#include "base/relais-rules.h"

#include "puppet-engine.h"

gboolean
relais_engine_set_rules (RelaisEngine  *self,
                         const char    *json,
                         GError       **error)
{
  RelaisRules *rules = relais_rules_parse (json, strlen (json), NULL, error);

  if (rules != NULL)
    g_object_set_data_full (G_OBJECT (self), "rules", rules, (GDestroyNotify)relais_rules_unref);
  return rules != NULL;
}

gboolean
relais_engine_set_proxy (RelaisEngine  *self,
                         const char    *url,
                         GError       **error)
{
  g_object_set_data_full (G_OBJECT (self), "proxy", g_strdup (url), g_free);
  return TRUE;
}

const char *
puppet_engine_get_proxy (RelaisEngine *self)
{
  return g_object_get_data (G_OBJECT (self), "proxy");
}

/* The allowed ones, as set last. */
const char *const *
puppet_engine_get_hosts (RelaisEngine *self)
{
  return g_object_get_data (G_OBJECT (self), "hosts");
}

gboolean
relais_engine_set_allowed_hosts (RelaisEngine         *self,
                                 const char   * const *hosts,
                                 GError              **error)
{
  g_object_set_data_full (G_OBJECT (self), "hosts", g_strdupv ((char **)hosts), (GDestroyNotify)g_strfreev);
  return TRUE;
}

const char *const *
puppet_engine_get_origins (RelaisEngine *self)
{
  return g_object_get_data (G_OBJECT (self), "origins");
}

gboolean
relais_engine_set_allowed_origins (RelaisEngine         *self,
                                   const char   * const *origins,
                                   GError              **error)
{
  g_object_set_data_full (G_OBJECT (self), "origins", g_strdupv ((char **)origins), (GDestroyNotify)g_strfreev);
  return TRUE;
}

/* In seconds, as set last; @key is that of the setting. */
int
puppet_engine_get_timeout (RelaisEngine *self,
                           const char   *key)
{
  return GPOINTER_TO_INT (g_object_get_data (G_OBJECT (self), key));
}

gboolean
relais_engine_set_first_byte_timeout (RelaisEngine  *self,
                                      int            seconds,
                                      GError       **error)
{
  g_object_set_data (G_OBJECT (self), "first-byte-timeout", GINT_TO_POINTER (seconds));
  return TRUE;
}

gboolean
relais_engine_set_gap_timeout (RelaisEngine  *self,
                               int            seconds,
                               GError       **error)
{
  g_object_set_data (G_OBJECT (self), "gap-timeout", GINT_TO_POINTER (seconds));
  return TRUE;
}

void
relais_engine_set_strict_translation (RelaisEngine *self,
                                      gboolean      strict)
{
  g_object_set_data (G_OBJECT (self), "strict", GINT_TO_POINTER (strict));
}

gboolean
puppet_engine_get_strict (RelaisEngine *self)
{
  return GPOINTER_TO_INT (g_object_get_data (G_OBJECT (self), "strict"));
}

void
relais_forecast_free (RelaisForecast *self)
{
  g_free (self->model);
  g_strfreev (self->accounts);
  g_free (self);
}

/* Every account serves every model. */
void
relais_engine_forecast_async (RelaisEngine        *self,
                              const char          *model,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GStrvBuilder) labels = g_strv_builder_new ();
  RelaisForecast *forecast = g_new0 (RelaisForecast, 1);
  const RelaisRule *rule = relais_rules_find (g_object_get_data (G_OBJECT (self), "rules"), model,
                                              &forecast->rule);
  GListModel *accounts = relais_engine_list_accounts (self);

  forecast->model = g_strdup (rule != NULL && rule->model != NULL ? rule->model : model);
  for (guint i = 0; i < g_list_model_get_n_items (accounts); i++)
    {
      g_autoptr (RelaisAccountRow) row = g_list_model_get_item (accounts, i);

      if (!relais_rule_allows (rule, relais_account_row_get_id (row),
                               relais_account_row_get_provider (row)))
        continue;
      g_strv_builder_add (labels, relais_account_row_get_label (row));
      forecast->end = RELAIS_FORECAST_SERVED;
      forecast->n_first = 1;
    }
  if (forecast->end != RELAIS_FORECAST_SERVED && g_list_model_get_n_items (accounts) > 0)
    forecast->end = RELAIS_FORECAST_RULE;
  forecast->accounts = g_strv_builder_end (labels);
  g_task_return_pointer (task, forecast, (GDestroyNotify)relais_forecast_free);
}

RelaisForecast *
relais_engine_forecast_finish (RelaisEngine  *self,
                               GAsyncResult  *result,
                               GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
