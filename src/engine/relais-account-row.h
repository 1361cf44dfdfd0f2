/* relais-account-row.h: an account as the window lists it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
  RELAIS_ACCOUNT_ACTIVE,
  RELAIS_ACCOUNT_PAUSED, /* not enabled, or dispatch off */
  RELAIS_ACCOUNT_KEY_REJECTED,
  RELAIS_ACCOUNT_COOLING, /* told to wait, for one model at least */
  RELAIS_ACCOUNT_QUOTA,   /* that of the day is used up, of one model at least */
  RELAIS_ACCOUNT_NO_CREDIT,
  RELAIS_ACCOUNT_FAULTY,        /* fails again and again; tried last */
  RELAIS_ACCOUNT_MODEL_REFUSED, /* of a trouble only */
} RelaisAccountState;

/* One thing held against an account. */
typedef struct
{
  RelaisAccountState state;
  char *model;     /* owned; NULL: all of them */
  char *words;     /* owned: the upstream's, without secrets, or NULL */
  guint status;    /* the upstream's, 0 for none */
  gint64 until_us; /* wall clock, microseconds since 1970; 0 where nobody knows */
} RelaisAccountTrouble;

#define RELAIS_TYPE_ACCOUNT_STATE (relais_account_state_get_type ())

GType relais_account_state_get_type (void);

/* Lives in the main context and is updated in place; never holds a key. Properties, all read-only
 * and notified: "id", "label", "provider", "provider-name", "base-url" (strings), "models" (strv,
 * patterns, or NULL), "enabled" (boolean), "state" (RelaisAccountState), "n-requests" (uint, since
 * start), "has-key", "kept" (boolean; FALSE: lives until quit), "troubles" (GPtrArray of
 * RelaisAccountTrouble). Dispatch and priority are there too,
 * without a property: the window shows neither. */
#define RELAIS_TYPE_ACCOUNT_ROW (relais_account_row_get_type ())

G_DECLARE_FINAL_TYPE (RelaisAccountRow, relais_account_row, RELAIS, ACCOUNT_ROW, GObject)

const char        *relais_account_row_get_id            (RelaisAccountRow *self);
const char        *relais_account_row_get_label         (RelaisAccountRow *self);
const char        *relais_account_row_get_provider      (RelaisAccountRow *self);
const char        *relais_account_row_get_provider_name (RelaisAccountRow *self);
const char        *relais_account_row_get_base_url      (RelaisAccountRow *self);
const char  *const*relais_account_row_get_models        (RelaisAccountRow *self);
const char        *relais_account_row_get_dispatch      (RelaisAccountRow *self);
int                relais_account_row_get_priority      (RelaisAccountRow *self);
gboolean           relais_account_row_get_enabled       (RelaisAccountRow *self);
RelaisAccountState relais_account_row_get_state         (RelaisAccountRow *self);
guint              relais_account_row_get_n_requests    (RelaisAccountRow *self);
gboolean           relais_account_row_get_has_key       (RelaisAccountRow *self);
gboolean           relais_account_row_get_kept          (RelaisAccountRow *self);
GPtrArray         *relais_account_row_get_troubles      (RelaisAccountRow *self);

G_END_DECLS
