/* relais-changes.h: what a translation could not carry over as it was
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define RELAIS_CHANGES_MAX 256

typedef enum {
  RELAIS_CHANGE_DROPPED,      /* not carried over */
  RELAIS_CHANGE_APPROXIMATED, /* clamped, or turned into something near */
  RELAIS_CHANGE_RENAMED,      /* carried under another name */
  RELAIS_CHANGE_ADDED,        /* the target wants it, the client did not say it */
} RelaisChangeType;

/* One change. Strings owned; never a value of the request, only where it stood and why. */
typedef struct
{
  RelaisChangeType type;
  gboolean notable; /* the client may rely on it: told in X-Relais-Dropped, refused when strict */
  char *field;      /* the way to it in the client's dialect: messages[2].content[0], seed */
  char *reason;     /* for people */
} RelaisChange;

typedef struct _RelaisChanges RelaisChanges;

RelaisChanges      *relais_changes_new         (void);
RelaisChanges      *relais_changes_ref         (RelaisChanges       *self);
void                relais_changes_unref       (RelaisChanges       *self);
void                relais_changes_add         (RelaisChanges       *self,
                                                RelaisChangeType     type,
                                                gboolean             notable,
                                                const char          *field,
                                                const char          *format,
                                                ...) G_GNUC_PRINTF (5, 6);
guint               relais_changes_get_length  (const RelaisChanges *self);
const RelaisChange *relais_changes_get         (const RelaisChanges *self,
                                                guint                position);
const RelaisChange *relais_changes_get_notable (const RelaisChanges *self);
char               *relais_changes_dup_header  (const RelaisChanges *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelaisChanges, relais_changes_unref)

G_END_DECLS
