/* relais-account-pool.h: the accounts, and the choice among them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "relais-account.h"

G_BEGIN_DECLS

/* Why nobody could be picked. */
typedef enum {
  RELAIS_PICK_FOUND,
  RELAIS_PICK_EMPTY,   /* no usable account at all */
  RELAIS_PICK_MODEL,   /* none that serves this model */
  RELAIS_PICK_DIALECT, /* those that serve it cannot be reached in this dialect */
} RelaisPickResult;

/* How near an account is to what the client asks for and speaks. */
typedef enum {
  RELAIS_REACH_NONE,
  RELAIS_REACH_UNLISTED, /* others are known to have the model, and it is not */
  RELAIS_REACH_TRANSLATED,
  RELAIS_REACH_NATIVE,
} RelaisReach;

/* Says how the account can serve a client of that dialect; told by who knows the providers. */
typedef RelaisReach (*RelaisReachFunc) (const RelaisAccount *account,
                                        gpointer user_data);

#define RELAIS_TYPE_ACCOUNT_POOL (relais_account_pool_get_type ())

G_DECLARE_FINAL_TYPE (RelaisAccountPool, relais_account_pool, RELAIS, ACCOUNT_POOL, GObject)

RelaisAccountPool *relais_account_pool_new          (void);
void               relais_account_pool_set_accounts (RelaisAccountPool  *self,
                                                     GPtrArray          *accounts);
GPtrArray         *relais_account_pool_get_accounts (RelaisAccountPool  *self);
RelaisAccount     *relais_account_pool_find         (RelaisAccountPool  *self,
                                                     const char         *id);
RelaisPickResult   relais_account_pool_pick         (RelaisAccountPool  *self,
                                                     const char         *model,
                                                     RelaisReachFunc     reach,
                                                     gpointer            user_data,
                                                     RelaisAccount     **account);
void               relais_account_pool_reject       (RelaisAccountPool  *self,
                                                     const char         *id);
void               relais_account_pool_accept       (RelaisAccountPool  *self,
                                                     const char         *id);
gboolean           relais_account_pool_is_rejected  (RelaisAccountPool  *self,
                                                     const char         *id);
gboolean           relais_account_pool_is_active    (RelaisAccountPool  *self,
                                                     RelaisAccount      *account);
guint              relais_account_pool_get_n_active (RelaisAccountPool  *self);

G_END_DECLS
