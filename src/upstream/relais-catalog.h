/* relais-catalog.h: which models the accounts serve, asked for lazily
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/relais-clock.h"

#include "relais-upstream.h"

G_BEGIN_DECLS

#define RELAIS_TYPE_CATALOG (relais_catalog_get_type ())

G_DECLARE_FINAL_TYPE (RelaisCatalog, relais_catalog, RELAIS, CATALOG, GObject)

/* What asking one account for its models said. */
typedef struct
{
  guint status; /* HTTP status, 0 when none came */
  gint64   duration_us;
  char *message; /* what is wrong, or NULL; never a key */
  gboolean key_refused;
} RelaisCatalogAnswer;

RelaisCatalog *relais_catalog_new          (RelaisUpstream       *upstream);
void           relais_catalog_set_clock    (RelaisCatalog        *self,
                                            const RelaisClock    *clock);
void           relais_catalog_ask_async    (RelaisCatalog        *self,
                                            RelaisAccount        *account,
                                            GCancellable         *cancellable,
                                            GAsyncReadyCallback   callback,
                                            gpointer              user_data);
GPtrArray     *relais_catalog_ask_finish   (RelaisCatalog        *self,
                                            GAsyncResult         *result,
                                            RelaisCatalogAnswer  *answer,
                                            GError              **error);
void           relais_catalog_list_async   (RelaisCatalog        *self,
                                            GPtrArray            *accounts,
                                            GCancellable         *cancellable,
                                            GAsyncReadyCallback   callback,
                                            gpointer              user_data);
GPtrArray     *relais_catalog_list_finish  (RelaisCatalog        *self,
                                            GAsyncResult         *result,
                                            GError              **error);
gboolean       relais_catalog_knows        (RelaisCatalog        *self,
                                            const RelaisAccount  *account);
gboolean       relais_catalog_lists        (RelaisCatalog        *self,
                                            const RelaisAccount  *account,
                                            const char           *model);
gboolean       relais_catalog_lacks        (RelaisCatalog        *self,
                                            const RelaisAccount  *account,
                                            const char           *model);
void           relais_catalog_refresh      (RelaisCatalog        *self,
                                            GPtrArray            *accounts);
void           relais_catalog_forget       (RelaisCatalog        *self,
                                            const char           *account_id);
void           relais_catalog_stop         (RelaisCatalog        *self);
void           relais_catalog_answer_clear (RelaisCatalogAnswer  *answer);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RelaisCatalogAnswer, relais_catalog_answer_clear)

G_END_DECLS
