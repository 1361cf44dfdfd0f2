/* relais-account.h: one credential: who pays for a request
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
  RELAIS_DISPATCH_OFF,
  RELAIS_DISPATCH_POOLED,
  RELAIS_DISPATCH_FALLBACK,
  RELAIS_DISPATCH_EXCLUSIVE,
} RelaisDispatch;

/* A value: never changed once shared, replaced by an edited copy. The credential is wiped when the
 * last reference goes. Strings owned; NULL where not set. */
typedef struct
{
  char *id; /* [A-Za-z0-9_-]{1,64} */
  char           *label;
  char *provider; /* a row of providers.json */
  char           *base_url;
  GHashTable *base_urls; /* dialect name -> URL, or NULL */
  char *api_key;         /* NULL or "" for local models and practice */
  char **models;         /* patterns with '*', or NULL for all */
  char **dialects;       /* names, narrowing the provider's, or NULL */
  int priority;          /* lower first */
  RelaisDispatch  dispatch;
  gboolean        enabled;
} RelaisAccount;

RelaisAccount *relais_account_new              (const char          *id,
                                                const char          *provider);
RelaisAccount *relais_account_copy             (const RelaisAccount *self);
RelaisAccount *relais_account_ref              (RelaisAccount       *self);
void           relais_account_unref            (RelaisAccount       *self);
gboolean       relais_account_serves           (const RelaisAccount *self,
                                                const char          *model);
gboolean       relais_account_is_same_upstream (const RelaisAccount *self,
                                                const RelaisAccount *other);
const char    *relais_dispatch_get_nick        (RelaisDispatch       dispatch);
gboolean       relais_dispatch_parse           (const char          *nick,
                                                RelaisDispatch      *dispatch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelaisAccount, relais_account_unref)

G_END_DECLS
