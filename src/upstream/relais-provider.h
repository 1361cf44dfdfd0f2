/* relais-provider.h: a kind of upstream: base URLs, paths, auth style, dialects
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "accounts/relais-account.h"
#include "dialects/relais-dialect.h"

G_BEGIN_DECLS

typedef enum {
  RELAIS_AUTH_NONE,
  RELAIS_AUTH_BEARER,
  RELAIS_AUTH_X_API_KEY,
  RELAIS_AUTH_X_GOOG_API_KEY,
} RelaisAuthStyle;

/* A row of providers.json. Static once loaded. */
typedef struct
{
  char            *id;
  char            *name;
  char            *key_url;
  char *base_urls[RELAIS_N_DIALECTS]; /* NULL where the dialect is not spoken natively */
  gboolean         speaks[RELAIS_N_DIALECTS];
  RelaisAuthStyle  auth[RELAIS_N_DIALECTS];
  RelaisDialectId  preferred;
  RelaisDialectId lists_models; /* where the list of models is asked for */
  guint quirks;                 /* RelaisQuirks */
  gboolean         needs_base_url;
  gboolean         needs_key;
  gboolean local;      /* a server on the person's own computer */
  gboolean in_process; /* practice: no network */
} RelaisProvider;

const RelaisProvider *relais_provider_find           (const char           *id);
GPtrArray            *relais_provider_list           (void);
gboolean              relais_provider_reaches        (const RelaisAccount  *account,
                                                      RelaisDialectId       dialect);
gboolean              relais_provider_choose         (const RelaisAccount  *account,
                                                      RelaisDialectId       client,
                                                      RelaisDialectId      *dialect);
RelaisDialectId       relais_provider_choose_models  (const RelaisAccount  *account);
char                 *relais_provider_dup_model_tail (const char           *model,
                                                      const char           *method);
char                 *relais_provider_dup_tail       (RelaisDialectId       dialect,
                                                      const char           *model,
                                                      gboolean              stream,
                                                      const char          **query);
char                 *relais_provider_dup_base       (const RelaisAccount  *account,
                                                      RelaisDialectId       dialect,
                                                      GError              **error);
char                 *relais_provider_check_base_url (const char           *url,
                                                      RelaisDialectId       dialect,
                                                      GError              **error);
gboolean              relais_provider_check_account  (const RelaisAccount  *account,
                                                      GError              **error);

G_END_DECLS
