/* relais-exchange-unserved.c: says what there is instead of a model nobody serves
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "relais-exchange"

#include "config.h"

#include "base/relais-error.h"

#include "relais-exchange-private.h"
#include "relais-near.h"
#include "relais-reach.h"

static char *
dup_hint (GPtrArray  *ids,
          const char *model)
{
  g_auto (GStrv) near = relais_near_find (ids, model);
  g_autofree char *names = NULL;

  if (near[0] == NULL)
    return NULL;
  names = g_strjoinv ("”, “", near);
  return g_strdup_printf ("; close to it: “%s”", names);
}

/**
 * relais_exchange_fail_model:
 * @self: an exchange
 * @failure: that nobody serves @model
 * @model: what was asked for
 * @ids: (element-type utf8): what is served
 *
 * Ends the answer with @failure and those of @ids that come close.
 */
void
relais_exchange_fail_model (RelaisExchange      *self,
                            const RelaisFailure *failure,
                            const char          *model,
                            GPtrArray           *ids)
{
  g_autoptr (RelaisFailure) whole = relais_failure_copy (failure);
  g_autofree char *hint = dup_hint (ids, model);
  g_autofree char *words = whole->message;

  whole->message = g_strconcat (words, hint, NULL);
  relais_exchange_fail (self, whole);
}

typedef struct
{
  RelaisExchange *exchange; /* owned */
  RelaisFailure *failure;   /* owned */
} Unserved;

static void
unserved_listed_cb (GObject      *source,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  g_autofree Unserved *unserved = user_data;
  g_autoptr (RelaisExchange) self = unserved->exchange;
  g_autoptr (RelaisFailure) failure = unserved->failure;
  g_autoptr (GPtrArray) ids = relais_catalog_list_finish (RELAIS_CATALOG (source), result, NULL);

  if (self->over)
    return;
  if (ids == NULL)
    {
      relais_exchange_fail (self, failure);
      return;
    }
  relais_reach_complete (self->gateway, ids);
  relais_exchange_fail_model (self, failure, self->record->upstream_model, ids);
}

/**
 * relais_exchange_fail_unserved:
 * @self: an exchange
 * @failure: (transfer full): why nobody can be asked
 *
 * Ends the answer with @failure; where that is about the model, once the lists are there that tell
 * what is close to it.
 */
void
relais_exchange_fail_unserved (RelaisExchange *self,
                               RelaisFailure  *failure)
{
  g_autoptr (GPtrArray) active = NULL;
  Unserved *unserved;

  if (failure->code != RELAIS_ERROR_MODEL_NOT_FOUND)
    {
      relais_exchange_fail (self, failure);
      relais_failure_free (failure);
      return;
    }
  active = relais_reach_active (self->gateway);
  unserved = g_new0 (Unserved, 1);
  unserved->exchange = relais_exchange_ref (self);
  unserved->failure = failure;
  relais_catalog_list_async (self->gateway->catalog, active, NULL, unserved_listed_cb, unserved);
}
