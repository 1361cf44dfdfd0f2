/* relais-account-pool.h: the accounts, and the choice among them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/relais-scheduling.h"

#include "relais-account.h"
#include "relais-health.h"

G_BEGIN_DECLS

/* What a choice came to. */
typedef enum {
  RELAIS_PICK_FOUND,
  RELAIS_PICK_EMPTY,   /* no usable account at all */
  RELAIS_PICK_MODEL,   /* none that serves this model */
  RELAIS_PICK_DIALECT, /* those that serve it cannot be reached in this dialect */
  RELAIS_PICK_SPENT,   /* those that serve it cannot now, or did not */
  RELAIS_PICK_WAIT,    /* one of them can soon enough */
} RelaisPickResult;

/* How near an account is to what the client asks for and speaks. */
typedef enum {
  RELAIS_REACH_NONE,
  RELAIS_REACH_TRANSLATED,
  RELAIS_REACH_NATIVE,
} RelaisReach;

/* How an account stood when one was chosen. */
typedef enum {
  RELAIS_STANDING_READY,
  RELAIS_STANDING_DISABLED,
  RELAIS_STANDING_OFF,       /* by its dispatch */
  RELAIS_STANDING_NOT_FIXED, /* another one is to answer everything */
  RELAIS_STANDING_MODEL,     /* its patterns leave the model out */
  RELAIS_STANDING_DIALECT,   /* it cannot be reached for this */
  RELAIS_STANDING_UNWELL,    /* its health is against it */
  RELAIS_STANDING_TRIED,     /* it failed this request */
} RelaisStanding;

/* Why one account that can serve goes before another. */
typedef enum {
  RELAIS_PRECEDENCE_CONVERSATION, /* what it belongs to, or continues, is there */
  RELAIS_PRECEDENCE_HEALTH,
  RELAIS_PRECEDENCE_DISPATCH,
  RELAIS_PRECEDENCE_PRIORITY,
  RELAIS_PRECEDENCE_DIALECT, /* nothing needs to be translated */
  RELAIS_PRECEDENCE_TURN,    /* by the mode */
  RELAIS_PRECEDENCE_PLACE,   /* in the list */
} RelaisPrecedence;

/* Says how the account can serve a client of that dialect; told by who knows the providers. */
typedef RelaisReach (*RelaisReachFunc) (const RelaisAccount *account,
                                        gpointer user_data);

/* Told of each account, in list order. @state is borrowed for the call. */
typedef void (*RelaisStandingFunc) (const RelaisAccount *account,
                                    RelaisStanding standing,
                                    const RelaisHealthState *state,
                                    gpointer user_data);

/* Told of each account that could serve as well as the one that was picked, the next ones first. */
typedef void (*RelaisBehindFunc) (const RelaisAccount *account,
                                  RelaisPrecedence by,
                                  gpointer user_data);

/* What a request needs. Borrowed for the call. */
typedef struct
{
  const char *model;   /* NULL: any account will do */
  const char *session; /* what tells its conversation from others, or NULL */
  const char *holder;  /* the id of the account that signed what it continues, or NULL */
  RelaisScheduling  scheduling;
  const char       *fixed_account;
  gint64 patience_us;  /* how long it may be held */
  gboolean by_the_way; /* it generates nothing: takes no turn, and binds no conversation */
  GHashTable *tried;   /* ids of accounts that failed it, or NULL */
  RelaisReachFunc   reach;
  RelaisStandingFunc standing; /* or NULL */
  RelaisBehindFunc behind;     /* or NULL */
  gpointer          user_data;
} RelaisPickQuery;

typedef struct
{
  RelaisPickResult result;
  RelaisAccount *account; /* owned; FOUND: who serves */
  RelaisTicket ticket;    /* FOUND: to report it with */
  gint64 until_us;        /* WAIT: when to choose again; SPENT: the first of those excluded, or
                             RELAIS_HEALTH_NEVER_US */
} RelaisPick;

#define RELAIS_TYPE_ACCOUNT_POOL (relais_account_pool_get_type ())

G_DECLARE_FINAL_TYPE (RelaisAccountPool, relais_account_pool, RELAIS, ACCOUNT_POOL, GObject)

RelaisAccountPool *relais_account_pool_new          (void);
void               relais_account_pool_set_accounts (RelaisAccountPool     *self,
                                                     GPtrArray             *accounts);
GPtrArray         *relais_account_pool_get_accounts (RelaisAccountPool     *self);
RelaisAccount     *relais_account_pool_find         (RelaisAccountPool     *self,
                                                     const char            *id);
void               relais_account_pool_set_clock    (RelaisAccountPool     *self,
                                                     const RelaisClock     *clock);
void               relais_account_pool_pick         (RelaisAccountPool     *self,
                                                     const RelaisPickQuery *query,
                                                     RelaisPick            *pick);
gint64             relais_account_pool_look         (RelaisAccountPool     *self,
                                                     const RelaisPickQuery *query);
GPtrArray         *relais_account_pool_foresee      (RelaisAccountPool     *self,
                                                     const RelaisPickQuery *query,
                                                     RelaisPick            *pick);
gboolean           relais_account_pool_report       (RelaisAccountPool     *self,
                                                     const RelaisAccount   *account,
                                                     const char            *model,
                                                     const RelaisTicket    *ticket,
                                                     const RelaisOutcome   *outcome);
gboolean           relais_account_pool_note_alive   (RelaisAccountPool     *self,
                                                     const RelaisAccount   *account,
                                                     const RelaisTicket    *ticket);
void               relais_account_pool_keep         (RelaisAccountPool     *self,
                                                     const RelaisAccount   *account,
                                                     const RelaisPickQuery *query);
void               relais_account_pool_abandon      (RelaisAccountPool     *self,
                                                     const RelaisAccount   *account,
                                                     const RelaisTicket    *ticket);
void               relais_account_pool_try_now      (RelaisAccountPool     *self,
                                                     const char            *id);
void               relais_account_pool_reject       (RelaisAccountPool     *self,
                                                     const RelaisAccount   *account,
                                                     guint                  status,
                                                     const char            *words);
void               relais_account_pool_accept       (RelaisAccountPool     *self,
                                                     const char            *id);
RelaisHealth      *relais_account_pool_get_health   (RelaisAccountPool     *self);
guint              relais_account_pool_get_size     (RelaisAccountPool     *self);
gboolean           relais_account_pool_is_rejected  (RelaisAccountPool     *self,
                                                     const char            *id);
gboolean           relais_account_pool_is_active    (RelaisAccountPool     *self,
                                                     RelaisAccount         *account);
guint              relais_account_pool_get_n_active (RelaisAccountPool     *self);

void relais_pick_clear (RelaisPick *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RelaisPick, relais_pick_clear)

G_END_DECLS
