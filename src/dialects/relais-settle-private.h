/* relais-settle-private.h: what the files that settle a request share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "relais-settle.h"

G_BEGIN_DECLS

typedef struct
{
  RelaisPrompt       *prompt;
  RelaisDialectId     source;
  const RelaisTarget *target;
  RelaisOrigin origin; /* of the target */
  RelaisOrigin signer; /* whose signatures it takes */
  RelaisNames        *names;
  RelaisChanges      *changes;
  RelaisMessage **given; /* the messages as they came, each to be settled in turn */
  gsize               n_given;
  GHashTable *sent_ids; /* call -> the id its vendor gave it */
  GHashTable *used_ids; /* of the calls settled so far */
} RelaisSettle;

typedef gboolean (*RelaisSettleKeepFunc) (gconstpointer item,
                                          gpointer user_data);

void     relais_settle_note         (RelaisSettle          *self,
                                     RelaisChangeType       type,
                                     gboolean               notable,
                                     const RelaisMessage   *message,
                                     const RelaisPart      *part,
                                     const char            *reason);
gboolean relais_settle_refuse       (GError               **error,
                                     const char            *field,
                                     const char            *fault);
void     relais_settle_keep         (GPtrArray             *array,
                                     RelaisSettleKeepFunc   func,
                                     gpointer               user_data);
gboolean relais_settle_takes_custom (const RelaisSettle    *self);

/* relais-settle-tools.c */
gboolean relais_settle_tools  (RelaisSettle  *self,
                               GError       **error);
gboolean relais_settle_choice (RelaisSettle  *self,
                               GError       **error);

/* relais-settle-roles.c */
void relais_settle_roles (RelaisSettle *self);

/* relais-settle-calls.c */
gboolean       relais_settle_is_media   (const RelaisPart *part);
void           relais_settle_calls      (RelaisSettle     *self,
                                         RelaisMessage    *message,
                                         GPtrArray        *calls);
RelaisMessage *relais_settle_media      (RelaisSettle     *self,
                                         RelaisMessage    *message);
void           relais_settle_results    (RelaisSettle     *self,
                                         guint             from,
                                         GPtrArray        *calls);
void           relais_settle_strays     (RelaisSettle     *self,
                                         RelaisMessage    *message);
void           relais_settle_call_names (RelaisSettle     *self,
                                         GPtrArray        *calls);

G_END_DECLS
